/* stet explain, completion, help and version. */
#include "help.h"
#include "line.h"
#include "out.h"
#include "util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef STET_VERSION
#define STET_VERSION "0"
#endif

enum { OPT_ALL = OPT_OWN, OPT_MARKDOWN, OPT_MAN, OPT_NAMES };

struct help_line {
	struct env env;
	int all, markdown, man, names;
};

static int
take(void *ctx, int id, const char *value)
{
	struct help_line *help = ctx;

	(void)value;
	help->all |= id == OPT_ALL;
	help->markdown |= id == OPT_MARKDOWN;
	help->man |= id == OPT_MAN;
	help->names |= id == OPT_NAMES;
	return 1;
}

/* --- explain -------------------------------------------------------------------------------- */

static const struct pair kinds[] = {
    {"refusal", "what append refuses; a verifier that meets such an entry names the same code"},
    {"finding", "what the entries about a record contradict each other in"},
    {"gap", "what is declared of a record and not supported by signed entries"},
    {"diagnosis", "what verify finds in a ledger"},
    {"error", "what is wrong with input, files or the machine"}, {NULL, NULL}};

static void
explain_json(const stet_rule *rule)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "code", stet_json_str(rule->name));
	stet_json_set(json, "kind", stet_json_str(rule->kind));
	stet_json_set(json, "summary", stet_json_str(rule->summary));
	stet_json_set(json, "meaning", stet_json_str(rule->meaning));
	stet_json_set(json, "remedy", stet_json_str(rule->remedy));
	out_json(json);
}

static void
explain_text(const stet_rule *rule)
{
	out_style(STYLE_BOLD);
	out_text("%s", rule->name);
	out_style(STYLE_PLAIN);
	out_text("  (%s)\n", rule->kind);
	out_wrap(0, 0, rule->summary);
	out_text("\n");
	out_wrap(0, 0, rule->meaning);
	out_text("\n");
	out_row(0, 12, "what to do", rule->remedy);
}

static void
explain_markdown(void)
{
	const stet_rule *rule;
	size_t i;
	int number;

	out_text("# Error catalogue\n\n"
		 "Written by `stet explain --all --markdown` from the table of rules; `stet "
		 "explain CODE` prints one of "
		 "them. Codes are\nstable: none is renamed or used again for something else.\n");
	for (i = 0; kinds[i].what != NULL; i++) {
		out_text("\n## %s: %s\n", kinds[i].what, kinds[i].text);
		for (number = 1; (rule = stet_rule_get(number)) != NULL; number++)
			if (strcmp(rule->kind, kinds[i].what) == 0)
				out_text("\n### %s\n\n*%s.* %s\n\nWhat to do: %s.\n", rule->name,
				    rule->summary, rule->meaning, rule->remedy);
	}
}

static void
explain_all(const struct help_line *help)
{
	const stet_rule *rule;
	int number;

	for (number = 1; (rule = stet_rule_get(number)) != NULL; number++)
		if (help->env.json)
			explain_json(rule);
		else
			out_row(0, 30, rule->name, rule->summary);
}

static int
explain_one(const struct help_line *help, const char *code)
{
	const stet_rule *rule = stet_rule_get(stet_rule_find(code)), *other;
	unsigned least = 4, distance;
	const char *best = NULL;
	int number;

	if (rule != NULL && strcmp(rule->name, code) == 0) {
		if (help->env.json)
			explain_json(rule);
		else
			explain_text(rule);
		return EXIT_YES;
	}
	for (number = 1; (other = stet_rule_get(number)) != NULL; number++)
		if ((distance = word_distance(code, other->name)) < least ||
		    (best == NULL && strlen(code) > 3 && strstr(other->name, code) != NULL)) {
			least = distance < least ? distance : least;
			best = other->name;
		}
	if (best != NULL)
		complain("no code '%s'; did you mean '%s'?", code, best);
	else
		complain("no code '%s'; 'stet explain' lists all", code);
	return EXIT_NO;
}

static int
run_explain(const struct command *self, int argc, char **argv)
{
	struct help_line help = {0};
	struct line line;
	int status = line_read(&line, &help.env, self, argc, argv, 0, 1, take, &help);

	if (status == LINE_GO) {
		status = EXIT_YES;
		if (help.markdown)
			explain_markdown();
		else if (line.count == 0)
			explain_all(&help);
		else
			status = explain_one(&help, line.args[0]);
	}
	line_end(&line, &help.env);
	return status;
}

/* --- completion, help, version -------------------------------------------------------------- */

static int
run_completion(const struct command *self, int argc, char **argv)
{
	struct env env;
	struct line line;
	int status = line_read(&line, &env, self, argc, argv, 1, 1, NULL, NULL);

	if (status == LINE_GO && strcmp(line.args[0], "bash") != 0)
		status = opt_wrong(self, "no completion for '%s'; there is: bash", line.args[0]);
	if (status == LINE_GO) {
		help_completion_bash();
		status = EXIT_YES;
	}
	line_end(&line, &env);
	return status;
}

static int
help_about(const struct help_line *help, const struct line *line, const struct command *self)
{
	const struct command *command = NULL, *sub;
	size_t i;

	if (help->names) {
		for (i = 0; commands[i] != NULL; i++)
			out_text("%s\n", commands[i]->name);
		return EXIT_YES;
	}
	if (line->count > 0 && (command = command_find(line->args[0])) == NULL) {
		char *words[] = {(char *)(uintptr_t)line->args[0], NULL};

		return command_run(1, words); /* which says that there is none, and what is near */
	}
	if (help->man)
		return help_man(command);
	if (command == NULL) {
		help_overview();
		return EXIT_YES;
	}
	sub = line->count > 1 ? command_sub(command, line->args[1]) : NULL;
	if (line->count > 1 && sub == NULL)
		return opt_wrong(self, "'%s' has no command '%s'", command->name, line->args[1]);
	help_command(sub != NULL ? sub : command);
	return EXIT_YES;
}

static int
run_help(const struct command *self, int argc, char **argv)
{
	struct help_line help = {0};
	struct line line;
	int status = line_read(&line, &help.env, self, argc, argv, 0, 2, take, &help);

	if (status == LINE_GO)
		status = help_about(&help, &line, self);
	line_end(&line, &help.env);
	return status;
}

static int
run_version(const struct command *self, int argc, char **argv)
{
	struct env env;
	struct line line;
	stet_json *json;
	int status = line_read(&line, &env, self, argc, argv, 0, 0, NULL, NULL);

	if (status == LINE_GO) {
		status = EXIT_YES;
		if (env.json) {
			json = stet_json_object();
			stet_json_set(json, "v", stet_json_int(1));
			stet_json_set(json, "stet", stet_json_str(STET_VERSION));
			stet_json_set(json, "format", stet_json_str("stet/1"));
			out_json(json);
		} else {
			out_text("stet %s, format stet/1\n", STET_VERSION);
		}
	}
	line_end(&line, &env);
	return status;
}

/* --- the tables ----------------------------------------------------------------------------- */

static const struct opt explain_own[] = {{OPT_ALL, 0, "all", NULL, "every code"},
    {OPT_MARKDOWN, 0, "markdown", NULL, "every code, as the page docs/errors.md"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt help_own[] = {{OPT_MAN, 0, "man", NULL, "as a man page in mdoc"},
    {OPT_NAMES, 0, "names", NULL, "the names of all commands, one a line"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const explain_options[] = {explain_own, opts_json, NULL};
static const struct opt *const help_options[] = {help_own, NULL};
static const struct opt *const version_options[] = {opts_json, NULL};
static const struct pair plain_exits[] = {
    {"0", "printed"}, {"2", "the command line was wrong"}, {NULL, NULL}};
static const struct pair explain_exits[] = {{"0", "explained"},
    {"1", "there is no such code; one that is near is named"}, {"2", "the command line was wrong"},
    {NULL, NULL}};

static const struct pair explain_examples[] = {
    {"stet explain signer-revoked", "what a refusal means"}, {"stet explain", "all codes"},
    {NULL, NULL}};
const struct command cmd_explain = {.name = "explain",
    .group = GROUP_KEEP,
    .summary = "say what a code means and what to do",
    .synopsis = "[CODE] [--json]\n--all [--markdown]",
    .description =
	"Every refusal and every diagnosis has a stable code. Without CODE, the list of all.",
    .options = explain_options,
    .examples = explain_examples,
    .exits = explain_exits,
    .run = run_explain};

static const struct pair completion_examples[] = {
    {"source <(stet completion bash)", "complete in this shell"}, {NULL, NULL}};
const struct command cmd_completion = {.name = "completion",
    .group = GROUP_HELP,
    .summary = "print completion for a shell",
    .synopsis = "bash",
    .description = "Completes commands, options, and the words that some options take.",
    .examples = completion_examples,
    .exits = plain_exits,
    .run = run_completion};

static const struct pair help_examples[] = {{"stet help record", "what a command does and takes"},
    {"stet help key grant", "the same of a subcommand"}, {NULL, NULL}};
const struct command cmd_help = {.name = "help",
    .group = GROUP_HELP,
    .summary = "explain a command",
    .synopsis = "[COMMAND [SUBCOMMAND]] [--man]",
    .description = "Without COMMAND, all commands in groups.",
    .options = help_options,
    .examples = help_examples,
    .exits = plain_exits,
    .run = run_help};

static const struct pair version_examples[] = {
    {"stet version", "which stet this is"}, {NULL, NULL}};
const struct command cmd_version = {.name = "version",
    .group = GROUP_HELP,
    .summary = "print the version",
    .synopsis = "[--json]",
    .description = "The version of the command and the format it writes.",
    .options = version_options,
    .examples = version_examples,
    .exits = plain_exits,
    .run = run_version};
