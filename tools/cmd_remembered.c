/* stet checkpoint remembered, forget: what was read here of each ledger. */
#include "line.h"
#include "out.h"
#include "remember.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>

/* The state folder; NULL (reported) where there is none. */
static const char *
state_dir(struct env *env)
{
	stet_ledger_options options;

	env_ledger_options(env, &options);
	if (options.state_dir == NULL)
		complain("no home folder and no $STET_STATE: nothing is remembered here");
	return options.state_dir;
}

static void
put_row(const char *label, const stet_json *item, const char *member)
{
	char *text = json_text(stet_json_get(item, member));

	if (text != NULL)
		out_row(2, 9, label, text);
	free(text);
}

static void
put_head(const stet_json *item)
{
	char *origin = json_text(stet_json_get(item, "origin")), *text;

	out_foreign(origin != NULL ? origin : "what is remembered of it is damaged");
	out_text("\n");
	put_row("ledger", item, "ledger");
	put_row("damaged", item, "damaged");
	if (origin != NULL) {
		text =
		    text_of("%" PRId64 " entries", stet_json_int_of(stet_json_get(item, "size")));
		out_row(2, 9, "size", text != NULL ? text : "");
		free(text);
	}
	put_row("root", item, "root");
	put_row(
	    json_is(stet_json_get(item, "file"), "seen") ? "read" : "checked", item, "accepted");
	free(origin);
}

static int
put_list(struct env *env, const stet_json *list)
{
	size_t i;

	for (i = 0; i < stet_json_size(list); i++)
		if (env->json)
			out_json(stet_json_copy(stet_json_item(list, i)));
		else
			put_head(stet_json_item(list, i));
	return EXIT_YES;
}

static int
run_remembered(const struct command *self, int argc, char **argv)
{
	stet_json *list = NULL;
	const char *folder;
	struct env env;
	struct line line;
	stet_error err;
	int status = line_read(&line, &env, self, argc, argv, 0, 0, NULL, NULL);

	if (status == LINE_GO) {
		status = EXIT_UNSURE;
		if ((folder = state_dir(&env)) != NULL) {
			if (stet_memory_list(folder, &list, &err) < 0)
				complain_error(&err);
			else
				status = put_list(&env, list);
		}
	}
	stet_json_free(list);
	line_end(&line, &env);
	return status;
}

static int
forget(struct env *env, const char *which)
{
	const char *folder = state_dir(env);
	stet_error err;
	size_t count;
	int rc;

	if (folder == NULL)
		return EXIT_UNSURE;
	if ((rc = stet_memory_forget(folder, which, &count, &err)) < 0) {
		complain_error(&err);
		return rc == STET_ENOTFOUND ? EXIT_NO : status_of(rc);
	}
	out_text("forgotten: what was read and checked here of ");
	out_foreign(which);
	out_text("\n");
	return EXIT_YES;
}

static int
run_forget(const struct command *self, int argc, char **argv)
{
	struct env env;
	struct line line;
	int status = line_read(&line, &env, self, argc, argv, 0, 1, NULL, NULL);

	if (status == LINE_GO && line.count > 0 && env.ledger_option != NULL)
		status = opt_wrong(self, "either ID, or the ledger's folder with -C");
	if (status == LINE_GO && line.count > 0) {
		status = forget(&env, line.args[0]);
	} else if (status == LINE_GO) {
		env.no_remember = 1;
		if ((status = env_open(&env, ENV_READ)) == EXIT_YES)
			status = forget(&env, stet_ledger_id(env.ledger));
	}
	line_end(&line, &env);
	return status;
}

static const struct opt *const remembered_options[] = {opts_json, NULL};
static const struct opt *const forget_options[] = {opts_ledger, NULL};
static const struct pair forget_exits[] = {{"0", "forgotten"}, {"1", "nothing is remembered of it"},
    {"2", "the command line was wrong"},
    {"3", "could not find out: the ledger or the state folder cannot be read or written"},
    {NULL, NULL}};

const struct command sub_remembered = {.name = "checkpoint remembered",
    .group = GROUP_KEEP,
    .summary = "list which head of each ledger was read or checked here last",
    .synopsis = "[--json]",
    .description =
	"Whenever a ledger is read, its newest checkpoint is kept in the state folder "
	"($STET_STATE, "
	"else /var/lib/stet for root, else $XDG_STATE_HOME/stet), and what is read later has to go "
	"on from it: a copy that is older, or of another history, is whole in itself, and only who "
	"remembers notices. So is what 'stet check' verified, apart from it. This lists what is "
	"remembered: the ledger, how many entries it had, their root, and when it was read or "
	"checked; with --json also the checkpoint itself, which 'stet compare' takes: held against "
	"a copy of another history, it gives the evidence of that.",
    .options = remembered_options,
    .run = run_remembered};
const struct command sub_forget = {.name = "checkpoint forget",
    .group = GROUP_KEEP,
    .summary = "forget which head of a ledger was read and checked here",
    .synopsis = "[ID|-C DIR]",
    .description =
	"For a ledger that is smaller than what was read of it before and is meant to be: a backup "
	"that was put back after the newer entries were lost, for instance. ID is the id of the "
	"ledger, or its origin; without it, it is the ledger here. The next read begins anew. If "
	"the two heads are a fork, keep the memory: it is half of the evidence. What this machine "
	"has signed itself is not forgotten by this.",
    .options = forget_options,
    .exits = forget_exits,
    .run = run_forget,
    .writes = 1};
