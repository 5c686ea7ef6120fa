/* Help as text: the overview and one command. */
#include "help.h"
#include "field.h"
#include "opt.h"
#include "out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTION_COLUMN 30

const char *const group_titles[GROUP_COUNT] = {"Begin", "Say something about a record",
    "Correct what was said", "Take in and give out", "Read", "Check and keep", "Help"};

static void
title(const char *text)
{
	out_text("\n");
	out_style(STYLE_BOLD);
	out_text("%s", text);
	out_style(STYLE_PLAIN);
	out_text("\n");
}

void
help_overview(void)
{
	int group;
	size_t i;

	out_text("stet: an append-only, signed ledger of what is said about scholarly records\n"
		 "usage: stet COMMAND [-C LEDGER] [options] [arguments]\n");
	for (group = 0; group < GROUP_COUNT; group++) {
		title(group_titles[group]);
		for (i = 0; commands[i] != NULL; i++)
			if ((int)commands[i]->group == group)
				out_row(2, 14, commands[i]->name, commands[i]->summary);
	}
	out_text("\n");
	out_wrap(0, 0,
	    "'stet help COMMAND' says more, with examples. The ledger is -C DIR, $STET_LEDGER, or "
	    "the folder "
	    ".stet here or above. A first one: stet init --origin example.org/ledger");
}

/* "  -n, --number N" */
static void
option_label(const struct opt *opt, char *out, size_t size)
{
	char letter[8] = "";

	if (opt->letter != 0)
		snprintf(
		    letter, sizeof(letter), "-%c%s", opt->letter, opt->name != NULL ? ", " : "");
	snprintf(out, size, "%s%s%s%s%s", letter, opt->name != NULL ? "--" : "",
	    opt->name != NULL ? opt->name : "", opt->arg != NULL ? " " : "",
	    opt->arg != NULL ? opt->arg : "");
}

/* A label that is too long for its column has the text on the next line. */
static void
put_option(const char *label, const char *text)
{
	if (strlen(label) + 4 > OPTION_COLUMN) {
		out_text("  %s\n%*s", label, OPTION_COLUMN, "");
		out_wrap(OPTION_COLUMN, OPTION_COLUMN, text);
	} else {
		out_row(2, OPTION_COLUMN - 2, label, text);
	}
}

static void
put_options(const struct command *command)
{
	char label[160];
	size_t i;
	const struct opt *opt;

	for (i = 0; command->options != NULL && command->options[i] != NULL; i++)
		for (opt = command->options[i]; opt->id != 0; opt++) {
			option_label(opt, label, sizeof(label));
			put_option(label, opt->help);
		}
	option_label(opts_help, label, sizeof(label));
	put_option(label, opts_help->help);
}

/* A member that an option of the command's own stands for is not said twice. */
static int
is_shadowed(const struct command *command, const char *name)
{
	size_t i;
	const struct opt *opt;

	for (i = 0; command->options != NULL && command->options[i] != NULL; i++)
		for (opt = command->options[i]; opt->id != 0; opt++)
			if (opt->name != NULL && strcmp(opt->name, name) == 0)
				return 1;
	return 0;
}

static void
put_members(const struct command *command)
{
	struct fields *fields = fields_of(command->type);
	char label[160], value[80], *text;
	size_t i;

	for (i = 0; fields != NULL && i < fields->count; i++) {
		if (is_shadowed(command, fields->items[i].option))
			continue;
		field_value_name(&fields->items[i], value, sizeof(value));
		snprintf(label, sizeof(label), "--%s %s%s", fields->items[i].option, value,
		    fields->items[i].repeated ? " ..." : "");
		text = field_text(&fields->items[i]);
		put_option(label, text != NULL ? text : "");
		free(text);
	}
	fields_free(fields);
}

static void
put_paragraphs(const char *text)
{
	const char *end;
	char *copy;

	for (; *text != '\0'; text = end + strspn(end, "\n")) {
		end = strstr(text, "\n\n");
		if (end == NULL)
			end = text + strlen(text);
		copy = strndup(text, (size_t)(end - text));
		out_text("\n");
		out_wrap(0, 0, copy != NULL ? copy : "");
		free(copy);
	}
}

static void
put_usage(const struct command *command)
{
	const char *line = command->synopsis, *end;
	char *copy;
	size_t indent = strlen("usage: stet ") + strlen(command->name) + 1;

	for (; line != NULL; line = *end == '\0' ? NULL : end + 1) {
		end = line + strcspn(line, "\n");
		copy = strndup(line, (size_t)(end - line));
		out_text(
		    "%s stet %s ", line == command->synopsis ? "usage:" : "   or:", command->name);
		out_wrap(indent, indent, copy != NULL ? copy : "");
		free(copy);
	}
}

static void
put_pairs(const struct pair *pairs, size_t width)
{
	for (; pairs != NULL && pairs->what != NULL; pairs++) {
		if (width > 0) {
			out_row(2, width, pairs->what, pairs->text);
			continue;
		}
		out_text("  %s\n      ", pairs->what);
		out_wrap(6, 6, pairs->text);
	}
}

void
help_command(const struct command *command)
{
	struct pair word;
	size_t i;

	put_usage(command);
	out_text("\n");
	out_style(STYLE_BOLD);
	out_wrap(0, 0, command->summary);
	out_style(STYLE_PLAIN);
	if (command->description != NULL)
		put_paragraphs(command->description);
	if (command->subs != NULL) {
		title("Commands");
		for (i = 0; command->subs[i] != NULL; i++)
			put_option(command->subs[i]->name, command->subs[i]->summary);
	}
	if (command->word != NULL) {
		title(command->words_title);
		for (i = 0; command->word(i, &word); i++)
			put_option(word.what, word.text);
	}
	if (command->type != NULL) {
		title("Members of the statement");
		put_members(command);
	}
	title("Options");
	put_options(command);
	if (command->examples != NULL) {
		title("Examples");
		put_pairs(command->examples, 0);
	}
	if (command->exits != NULL) {
		title("Exit status");
		put_pairs(command->exits, 4);
	}
}
