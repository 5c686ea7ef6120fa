/* Man pages in mdoc(7), from the same tables as help. */
#include "field.h"
#include "help.h"
#include "opt.h"
#include "out.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Changed when what the pages say changes; a date of the clock would make them differ every day. */
#define PAGE_DATE "November 20, 2026"

/* Text for mdoc: backslashes and dashes as they are meant, and no line that begins a request. */
static void
put(const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if ((i == 0 || text[i - 1] == '\n') && (text[i] == '.' || text[i] == '\''))
			out_text("\\&");
		if (text[i] == '\\')
			out_text("\\e");
		else if (text[i] == '-')
			out_text("\\-");
		else if (text[i] == '\'')
			out_text("\\(aq");
		else if (text[i] == '"')
			out_text("\\(dq");
		else
			out_text("%c", text[i]);
	}
}

static void
line(const char *text)
{
	put(text, strlen(text));
	out_text("\n");
}

/* Each sentence on a line of its own, as man pages are kept. */
static void
paragraphs(const char *text)
{
	const char *end, *stop;

	while (*text != '\0') {
		end = text + strcspn(text, "\n");
		while (text < end) {
			stop = text;
			while (stop < end && !(strchr(".?", *stop) != NULL && stop + 1 < end &&
						 stop[1] == ' ' && isupper((unsigned char)stop[2])))
				stop++;
			stop = stop < end ? stop + 1 : end;
			put(text, (size_t)(stop - text));
			out_text("\n");
			text = stop + strspn(stop, " ");
		}
		text = end + strspn(end, "\n");
		if (*text != '\0')
			out_text(".Pp\n");
	}
}

static void
head(const char *name, const char *summary)
{
	const char *c;

	out_text(
	    ".\\\" Written by 'stet help --man'; edit the tables in tools/ instead.\n.Dd " PAGE_DATE
	    "\n.Dt ");
	for (c = name; *c != '\0'; c++)
		out_text("%c", toupper((unsigned char)*c));
	out_text(" 1\n.Os stet\n.Sh NAME\n.Nm %s\n.Nd ", name);
	line(summary);
}

static void
synopsis(const struct command *command)
{
	const char *text = command->synopsis, *end;

	for (; text != NULL; text = *end == '\0' ? NULL : end + 1) {
		end = text + strcspn(text, "\n");
		if (text != command->synopsis)
			out_text(".br\n");
		out_text(".Sy stet %s\n", command->name);
		put(text, (size_t)(end - text));
		out_text("\n");
	}
}

static void
item(const char *macro, const char *label, const char *text)
{
	out_text(".It %s ", macro);
	line(label);
	paragraphs(text);
}

static void
options(const struct command *command)
{
	const struct opt *const *table;
	const struct opt *opt;

	if (command->options == NULL)
		return;
	out_text(".Bl -tag -width Ds\n");
	for (table = command->options; *table != NULL; table++)
		for (opt = *table; opt->id != 0; opt++) {
			out_text(".It");
			if (opt->letter != 0)
				out_text(" Fl %c%s", opt->letter, opt->name != NULL ? " ," : "");
			if (opt->name != NULL)
				out_text(" Fl -%s", opt->name);
			if (opt->arg != NULL)
				out_text(" Ar %s", opt->arg);
			out_text("\n");
			paragraphs(opt->help);
		}
	out_text(".El\n");
}

static int
is_own(const struct command *command, const char *name)
{
	const struct opt *const *table;
	const struct opt *opt;

	for (table = command->options; table != NULL && *table != NULL; table++)
		for (opt = *table; opt->id != 0; opt++)
			if (opt->name != NULL && strcmp(opt->name, name) == 0)
				return 1;
	return 0;
}

static void
members(const struct command *command)
{
	struct fields *fields = fields_of(command->type);
	char value[80], *text;
	size_t i;

	out_text(".Ss Members of the statement\n.Bl -tag -width Ds\n");
	for (i = 0; fields != NULL && i < fields->count; i++) {
		if (is_own(command, fields->items[i].option))
			continue;
		field_value_name(&fields->items[i], value, sizeof(value));
		out_text(".It Fl -%s Ar %s%s\n", fields->items[i].option, value,
		    fields->items[i].repeated ? " ..." : "");
		text = field_text(&fields->items[i]);
		paragraphs(text != NULL ? text : "");
		free(text);
	}
	out_text(".El\n");
	fields_free(fields);
}

static void
subcommands(const struct command *command)
{
	size_t i;

	for (i = 0; command->subs[i] != NULL; i++) {
		out_text(".Ss %s\n", command->subs[i]->name);
		synopsis(command->subs[i]);
		out_text(".Pp\n");
		paragraphs(command->subs[i]->description);
		options(command->subs[i]);
	}
}

static void
words(const struct command *command)
{
	struct pair word;
	size_t i;

	out_text(".Ss %s\n.Bl -tag -width Ds\n", command->words_title);
	for (i = 0; command->word(i, &word); i++)
		item("Sy", word.what, word.text);
	out_text(".El\n");
}

static void
pairs(const char *section, const char *macro, const struct pair *pair)
{
	out_text(".Sh %s\n.Bl -tag -width Ds\n", section);
	for (; pair != NULL && pair->what != NULL; pair++)
		item(macro, pair->what, pair->text);
	out_text(".El\n");
}

static void
examples(const struct pair *pair)
{
	out_text(".Sh EXAMPLES\n");
	for (; pair != NULL && pair->what != NULL; pair++) {
		paragraphs(pair->text);
		out_text(".Bd -literal -offset indent\n");
		line(pair->what);
		out_text(".Ed\n");
		if (pair[1].what != NULL)
			out_text(".Pp\n");
	}
}

static void
command_page(const struct command *command)
{
	char name[80];

	snprintf(name, sizeof(name), "stet-%s", command->name);
	head(name, command->summary);
	out_text(".Sh SYNOPSIS\n");
	synopsis(command);
	out_text(".Sh DESCRIPTION\n");
	paragraphs(command->description);
	if (command->word != NULL)
		words(command);
	if (command->subs != NULL) {
		subcommands(command);
	} else {
		if (command->type != NULL)
			members(command);
		if (command->options != NULL)
			out_text(".Ss Options\n");
		options(command);
	}
	pairs("EXIT STATUS", "Sy", command->exits);
	examples(command->examples);
	out_text(".Sh SEE ALSO\n.Xr stet 1\n");
}

static const struct pair environment[] = {
    {"STET_LEDGER", "The ledger's folder, where -C does not say."},
    {"STET_STATE", "Where this machine remembers what each ledger signed last; it must lie outside "
		   "the ledger and outside "
		   "every backup. Otherwise /var/lib/stet for root, and stet below XDG_STATE_HOME "
		   "for everybody else."},
    {"STET_KEY", "The key to sign with, where --as does not say."},
    {"XDG_CONFIG_HOME",
	"Signers' keys are in stet/keys below it; otherwise below .config in the home folder."},
    {"XDG_STATE_HOME", "See STET_STATE."},
    {"TMPDIR", "Where verify, restore and imports of many rows put temporary files."},
    {"NO_COLOR", "If it is set and not empty, no colour."},
    {"COLUMNS", "How wide the terminal is."},
    {"STET_TEST_NOW", "For tests: milliseconds since 1970 that stand in for the clock; ids of "
		      "statements are then counted "
		      "instead of random."},
    {NULL, NULL}};
static const struct pair files[] = {{".stet", "The ledger, in the current folder or one above it."},
    {"data.mdb, lock.mdb", "In it: the database, and the lock of its readers."},
    {"artifacts", "In it: content by its SHA-256."}, {"keys/ledger.key", "In it: the ledger key."},
    {"checkpoint", "In it: the newest signed checkpoint."}, {NULL, NULL}};
static const struct pair exits[] = {{"0", "Done, or yes."},
    {"1", "No: refused, different, or it fails to verify."}, {"2", "The command line was wrong."},
    {"3", "Could not find out: input or output, a lock, memory."}, {"4", "Not in this ledger."},
    {NULL, NULL}};
static const struct pair first_steps[] = {
    {"stet init --origin example.org/ledger", "A ledger, ready to be appended to."},
    {"stet record 10.1234/example --title 'A first record'", "Open a record."},
    {"stet correct 10.1234/example --nature correction --set title='A better title' --note 'A word "
     "was missing'",
	"Correct it: nothing is edited, one more entry is appended."},
    {"stet log -p 10.1234/example", "Its history, with before and after."},
    {"stet verify", "Does what is stored bear out what it claims?"}, {NULL, NULL}};

static void
main_page(void)
{
	int group;
	size_t i;

	head("stet", "an append-only, signed ledger of what is said about scholarly records");
	out_text(".Sh SYNOPSIS\n.Sy stet\n.Ar command\n.Op Fl C Ar ledger\n.Op Ar options\n.Op Ar "
		 "arguments\n"
		 ".Sh DESCRIPTION\n");
	paragraphs("Stet, the proofreader's mark: let it stand. Nothing in a stet ledger is edited "
		   "or erased; what turns out "
		   "wrong is answered by another signed entry. For every record, a paper, a "
		   "dataset or a result, it keeps "
		   "the whole signed history, and lets anybody check offline, years later, that no "
		   "entry was altered, "
		   "reordered, removed or added afterwards, and who signed each.\n\n"
		   "Results go to standard output and nothing else does; with --json one object a "
		   "line. Progress is shown "
		   "on a terminal only.");
	for (group = 0; group < GROUP_COUNT; group++) {
		out_text(".Ss %s\n.Bl -tag -width Ds\n", group_titles[group]);
		for (i = 0; commands[i] != NULL; i++)
			if ((int)commands[i]->group == group) {
				out_text(".It Xr stet-%s 1\n", commands[i]->name);
				line(commands[i]->summary);
			}
		out_text(".El\n");
	}
	pairs("ENVIRONMENT", "Ev", environment);
	pairs("FILES", "Pa", files);
	pairs("EXIT STATUS", "Sy", exits);
	examples(first_steps);
	out_text(".Sh SEE ALSO\n.Xr stet 3 ,\n.Xr stet-format 5\n");
}

int
help_man(const struct command *command)
{
	if (command == NULL)
		main_page();
	else
		command_page(command);
	return EXIT_YES;
}
