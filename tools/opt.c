/* Options by table. */
#include "opt.h"
#include "help.h"
#include "out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct opt opts_help[] = {
    {'h', 'h', "help", NULL, "show this help"}, {0, 0, NULL, NULL, NULL}};
const struct opt opts_ledger[] = {
    {'C', 'C', "ledger", "DIR",
	"the ledger's folder (default: $STET_LEDGER, else .stet here or above)"},
    {OPT_NO_REMEMBER, 0, "no-remember", NULL,
	"neither ask nor remember which head of it was read here"},
    {0, 0, NULL, NULL, NULL}};
const struct opt opts_json[] = {
    {OPT_JSON, 0, "json", NULL, "answer in JSON, one object a line"}, {0, 0, NULL, NULL, NULL}};
const struct opt opts_quiet[] = {
    {'q', 'q', "quiet", NULL, "no progress and no remarks on standard error"},
    {0, 0, NULL, NULL, NULL}};
const struct opt opts_at[] = {
    {OPT_AT, 0, "at", "SEQ|TIME",
	"as the ledger stood before entry SEQ (a checkpoint's size), or at a time (2026-07-01, "
	"2026-07-01T12:00:00Z)"},
    {0, 0, NULL, NULL, NULL}};
const struct opt opts_secret[] = {
    {OPT_PASSPHRASE_FILE, 0, "passphrase-file", "FILE", "the first line of FILE opens the key"},
    {OPT_PASSPHRASE_FD, 0, "passphrase-fd", "N", "the same, read from descriptor N"},
    {0, 0, NULL, NULL, NULL}};
const struct opt opts_sign[] = {
    {OPT_AS, 0, "as", "KEY",
	"sign with this key: a label, a file, or the beginning of a thumbprint"},
    {OPT_FROM, 0, "from", "FILE",
	"begin with the members of this JSON object ('-': standard input)"},
    {OPT_MEMBER, 0, "member", "PATH=JSON", "set any member, by its path in the JSON form"},
    {OPT_ID, 0, "id", "ID",
	"the statement's own id: the same line again is already there (default: random, and what "
	"is newest is said)"},
    {OPT_AFTER, 0, "after", "SEQ|LEAF",
	"what was the newest entry about it when this was decided "
	"(default: what is newest now)"},
    {OPT_NO_AFTER, 0, "no-after", NULL, "do not say what was newest"},
    {OPT_PORTABLE, 0, "portable", NULL, "valid in any ledger, not in this one alone"},
    {'o', 'o', "output", "FILE", "write the signed statements to FILE instead of appending them"},
    {0, 0, NULL, NULL, NULL}};
const struct opt opts_away[] = {
    {OPT_AUD, 0, "aud", "LEDGER-ID",
	"with 'stet sign': the ledger it is for ('stet stats' shows its id)"},
    {OPT_ISSUER, 0, "issuer", "URI",
	"with 'stet sign': what the ledger has granted the key as issuer"},
    {OPT_ON, 0, "on", "FILE",
	"with 'stet sign': a proof of what the signer had seen (not available yet)"},
    {0, 0, NULL, NULL, NULL}};
const struct opt opts_attach[] = {
    {OPT_ATTACH, 0, "attach", "ROLE=FILE",
	"keep this file beside the ledger, and say so by an artifact statement "
	"in the same batch; may be repeated"},
    {0, 0, NULL, NULL, NULL}};
const struct opt opts_append[] = {
    {'n', 'n', "dry-run", NULL, "judge everything, write nothing, and show what would be signed"},
    {OPT_CONFIRM_CLOCK, 0, "confirm-clock", NULL,
	"accept a step of more than 366 days since the last entry"},
    {0, 0, NULL, NULL, NULL}};

void
opt_open(struct opt_scan *scan, const struct command *command, int argc, char **argv)
{
	memset(scan, 0, sizeof(*scan));
	scan->command = command;
	scan->argc = argc;
	scan->argv = argv;
	scan->at = 1;
	if (command->type != NULL)
		scan->fields = fields_of(command->type);
}

void
opt_close(struct opt_scan *scan)
{
	fields_free(scan->fields);
	scan->fields = NULL;
}

int
opt_wrong(const struct command *command, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	complain("%s; see 'stet help %s'", text, command->name);
	return EXIT_USAGE;
}

int
opt_number(const struct command *command, const char *what, const char *text,
    unsigned long long max, unsigned long long *value_out)
{
	unsigned long long value = 0;
	char *end = NULL;

	errno = 0;
	if (text[0] >= '0' && text[0] <= '9')
		value = strtoull(text, &end, 10);
	if (end == NULL || *end != '\0' || errno != 0 || value > max) {
		opt_wrong(command, "%s takes a whole number up to %llu, not '%s'", what, max, text);
		return -1;
	}
	*value_out = value;
	return 0;
}

/* A wrong line, naming the foreign word in it. */
static int
wrong_word(struct opt_scan *scan, const char *before, const char *word, const char *after)
{
	scan->status = opt_wrong(scan->command, "%s'%s'%s", before, word, after);
	return OPT_STOP;
}

static const struct opt *
find_long(const struct command *command, const char *name, size_t size)
{
	size_t i;
	const struct opt *opt;

	for (i = 0; command->options != NULL && command->options[i] != NULL; i++)
		for (opt = command->options[i]; opt->id != 0; opt++)
			if (opt->name != NULL && strlen(opt->name) == size &&
			    strncmp(opt->name, name, size) == 0)
				return opt;
	for (opt = opts_help; opt->id != 0; opt++)
		if (strlen(opt->name) == size && strncmp(opt->name, name, size) == 0)
			return opt;
	return NULL;
}

static const struct opt *
find_letter(const struct command *command, char letter)
{
	size_t i;
	const struct opt *opt;

	for (i = 0; command->options != NULL && command->options[i] != NULL; i++)
		for (opt = command->options[i]; opt->id != 0; opt++)
			if (opt->letter == letter)
				return opt;
	return letter == 'h' ? opts_help : NULL;
}

static int
unknown_option(struct opt_scan *scan, const char *name, size_t size)
{
	const char *best = NULL;
	unsigned least = 3, distance;
	char word[64], after[128] = "";
	size_t i;
	const struct opt *opt;

	snprintf(word, sizeof(word), "%.*s", size > 60 ? 60 : (int)size, name);
	for (i = 0; scan->command->options != NULL && scan->command->options[i] != NULL; i++)
		for (opt = scan->command->options[i]; opt->id != 0; opt++)
			if (opt->name != NULL &&
			    (distance = word_distance(word, opt->name)) < least) {
				least = distance;
				best = opt->name;
			}
	for (i = 0; scan->fields != NULL && i < scan->fields->count; i++)
		if ((distance = word_distance(word, scan->fields->items[i].option)) < least) {
			least = distance;
			best = scan->fields->items[i].option;
		}
	if (best != NULL)
		snprintf(after, sizeof(after), "; did you mean '--%s'?", best);
	memmove(word + 2, word, sizeof(word) - 2);
	memcpy(word, "--", 2);
	word[sizeof(word) - 1] = '\0';
	return wrong_word(scan, "unknown option ", word, after);
}

/* What an option stands for: its value, help at once, or its id. */
static int
answer(struct opt_scan *scan, const struct opt *opt, const char *value)
{
	if (opt == opts_help) {
		help_command(scan->command);
		scan->status = EXIT_YES;
		return OPT_STOP;
	}
	scan->value = value;
	return opt->id;
}

static const char *
next_word(struct opt_scan *scan)
{
	return scan->at < scan->argc ? scan->argv[scan->at++] : NULL;
}

static int
long_option(struct opt_scan *scan, const char *word)
{
	const char *name = word + 2, *equals = strchr(name, '='),
		   *value = equals != NULL ? equals + 1 : NULL;
	size_t size = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const struct opt *opt = find_long(scan->command, name, size);
	char text[128];

	if (opt == NULL) {
		snprintf(text, sizeof(text), "%.*s", size > 100 ? 100 : (int)size, name);
		scan->field = fields_find(scan->fields, text);
		if (scan->field == NULL)
			return unknown_option(scan, name, size);
	}
	if (opt != NULL && opt->arg == NULL) {
		if (value != NULL)
			return wrong_word(scan, "option ", word, " takes no value");
		return answer(scan, opt, NULL);
	}
	if (value == NULL && (value = next_word(scan)) == NULL)
		return wrong_word(scan, "option ", word, " needs a value");
	if (opt != NULL)
		return answer(scan, opt, value);
	scan->value = value;
	return OPT_FIELD;
}

static int
letter_option(struct opt_scan *scan)
{
	char word[3] = {'-', *scan->letters++, '\0'};
	const struct opt *opt = find_letter(scan->command, word[1]);
	const char *value;

	if (*scan->letters == '\0')
		scan->letters = NULL;
	if (opt == NULL)
		return wrong_word(scan, "unknown option ", word, "");
	if (opt->arg == NULL)
		return answer(scan, opt, NULL);
	value = scan->letters != NULL ? scan->letters : next_word(scan);
	scan->letters = NULL;
	if (value == NULL)
		return wrong_word(scan, "option ", word, " needs a value");
	return answer(scan, opt, value);
}

int
opt_next(struct opt_scan *scan)
{
	const char *word;

	scan->field = NULL;
	if (scan->letters != NULL)
		return letter_option(scan);
	word = next_word(scan);
	if (word == NULL)
		return OPT_END;
	if (!scan->ended && strcmp(word, "--") == 0) {
		scan->ended = 1;
		return opt_next(scan);
	}
	if (scan->ended || word[0] != '-' || word[1] == '\0') {
		scan->value = word;
		return OPT_ARG;
	}
	if (word[1] == '-')
		return long_option(scan, word);
	scan->letters = word + 1;
	return letter_option(scan);
}
