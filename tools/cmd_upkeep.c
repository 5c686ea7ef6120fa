/* stet stats, reindex, backup and restore. */
#include "feed.h"
#include "line.h"
#include "out.h"
#include "stop.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { OPT_MOVE_TO = OPT_OWN, OPT_WITHOUT_KEY, OPT_KEY, OPT_ARTIFACTS };

/* --- stats ---------------------------------------------------------------------------------- */

static void
put_stats(const stet_json *stats)
{
	const stet_json *value;
	const char *key;
	char *text, number[32];
	size_t i, k;

	for (i = 0; stet_json_member(stats, i, &key, &value); i++) {
		if (strcmp(key, "v") == 0)
			continue;
		if (stet_json_kind_of(value) == STET_JSON_OBJECT) {
			const stet_json *count;
			const char *name;

			out_text("%s\n", key);
			for (k = 0; stet_json_member(value, k, &name, &count); k++)
				out_row(2, 16, name,
				    number_text((uint64_t)stet_json_int_of(count), number));
			continue;
		}
		if (stet_json_kind_of(value) == STET_JSON_INT) {
			out_row(0, 18, key, number_text((uint64_t)stet_json_int_of(value), number));
			continue;
		}
		text = json_shown(value);
		out_row(0, 18, key, text != NULL ? text : "");
		free(text);
	}
}

static int
run_stats(const struct command *self, int argc, char **argv)
{
	struct env env;
	struct line line;
	stet_json *stats = NULL;
	stet_error err;
	int status = line_read(&line, &env, self, argc, argv, 0, 0, NULL, NULL);

	if (status == LINE_GO && (status = env_open(&env, ENV_READ)) == EXIT_YES) {
		if (stet_ledger_stats(env.ledger, &stats, &err) < 0) {
			complain_error(&err);
			status = EXIT_UNSURE;
		} else if (env.json) {
			if (stet_json_get(stats, "v") == NULL)
				stet_json_set(stats, "v", stet_json_int(1));
			out_json(stats);
			stats = NULL;
		} else {
			put_stats(stats);
		}
	}
	stet_json_free(stats);
	line_end(&line, &env);
	return status;
}

/* --- reindex
 * -------------------------------------------------------------------------------------- */

static int
report_stopped(int rc, const stet_error *err, const char *what)
{
	if (stop_asked()) {
		complain("stopped; %s", what);
		return EXIT_UNSURE;
	}
	complain_error(err);
	return status_of(rc);
}

static int
run_reindex(const struct command *self, int argc, char **argv)
{
	struct env env;
	struct line line;
	struct progress progress;
	stet_error err;
	int rc, status = line_read(&line, &env, self, argc, argv, 0, 0, NULL, NULL);

	if (status == LINE_GO && (status = env_open(&env, ENV_WRITE | ENV_REPAIR)) == EXIT_YES) {
		stop_watch();
		progress_begin(&progress, "reindex", env.quiet);
		rc = stet_ledger_reindex(env.ledger, progress_step, &progress, &err);
		progress_end(&progress);
		if (rc < 0)
			status = report_stopped(rc, &err, "the tables are as they were");
		else
			out_text("rebuilt every table from the entries\n");
	}
	line_end(&line, &env);
	return status;
}

/* --- backup
 * --------------------------------------------------------------------------------------- */

struct backup {
	struct env env;
	const char *move_to;
	unsigned flags;
};

static int
take_backup(void *ctx, int id, const char *value)
{
	struct backup *backup = ctx;

	if (id == OPT_MOVE_TO) {
		backup->move_to = value;
		backup->flags |= STET_BACKUP_MOVE;
	} else {
		backup->flags |= STET_BACKUP_WITHOUT_KEY;
	}
	return 1;
}

static int
run_backup(const struct command *self, int argc, char **argv)
{
	struct backup backup;
	struct line line;
	struct progress progress;
	const char *to;
	stet_error err;
	int rc, status;

	memset(&backup, 0, sizeof(backup));
	status = line_read(&line, &backup.env, self, argc, argv, 0, 1, take_backup, &backup);
	if (status == LINE_GO && (line.count == 1) == (backup.move_to != NULL))
		status = opt_wrong(
		    self, "one new folder: 'stet backup DIR', or 'stet backup --move-to DIR'");
	if (status == LINE_GO &&
	    (status = env_open(&backup.env, backup.move_to != NULL)) == EXIT_YES) {
		to = backup.move_to != NULL ? backup.move_to : line.args[0];
		stop_watch();
		progress_begin(&progress, "backup", backup.env.quiet);
		rc = stet_ledger_backup(
		    backup.env.ledger, to, backup.flags, progress_step, &progress, &err);
		progress_end(&progress);
		if (rc < 0) {
			status = report_stopped(rc, &err, "there is no copy");
		} else {
			out_text("copied the ledger to ");
			out_foreign(to);
			out_text(
			    "%s\n", backup.move_to != NULL ? "; this one never seals again" : "");
		}
	}
	line_end(&line, &backup.env);
	return status;
}

/* --- restore
 * -------------------------------------------------------------------------------------- */

struct restore {
	struct env env;
	const char *output, *key, *artifacts;
};

static int
take_restore(void *ctx, int id, const char *value)
{
	struct restore *restore = ctx;

	switch (id) {
	case 'o':
		restore->output = value;
		return 1;
	case OPT_KEY:
		restore->key = value;
		return 1;
	default:
		restore->artifacts = value;
		return 1;
	}
}

static void
report_restored(struct restore *restore, const stet_ledger_options *options)
{
	stet_ledger *ledger = NULL;
	stet_head head;
	stet_error err;
	char root[65], number[32];

	out_text("restored the ledger in ");
	out_foreign(restore->output);
	out_text("\n");
	if (stet_ledger_open(restore->output, options, &ledger, &err) == STET_OK &&
	    stet_ledger_head(ledger, &head, &err) == STET_OK) {
		hex_text(head.root, sizeof(head.root), root);
		out_text("%s entries, root %s\n", number_text(head.size, number), root);
	}
	stet_ledger_close(ledger);
	if (restore->key == NULL)
		remark("without its ledger key it can be read and verified, not appended to; --key "
		       "FILE gives it");
}

/* What came of it, told; name: of the file of entries, NULL: a bag's messages name it. */
static int
end_restore(struct restore *restore, const stet_ledger_options *options, const char *name, int rc,
    const stet_error *err)
{
	if (rc == STET_OK) {
		report_restored(restore, options);
		return EXIT_YES;
	}
	if (stop_asked()) {
		complain("stopped; there is no ledger");
		return EXIT_UNSURE;
	}
	if (name != NULL && (rc == STET_EFORMAT || rc == STET_EMISMATCH))
		complain_of(name, err);
	else
		complain_error(err);
	return rc == STET_EFORMAT ? EXIT_NO : status_of(rc);
}

static int
load_key(struct restore *restore, stet_key **key_out)
{
	stet_error err;

	*key_out = NULL;
	if (restore->key != NULL &&
	    stet_key_load(restore->key, env_ask, &restore->env, key_out, &err) < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	return EXIT_YES;
}

/* input: a sequence of entries; NULL: names are bags. */
static int
restore_from(struct restore *restore, const char *const *names, size_t count, struct input *input)
{
	stet_ledger_options options;
	struct progress progress;
	stet_key *key = NULL;
	stet_error err;
	int rc;

	if (load_key(restore, &key) != EXIT_YES)
		return EXIT_UNSURE;
	env_ledger_options(&restore->env, &options);
	stop_watch();
	progress_begin(&progress, "restore", restore->env.quiet);
	if (input != NULL)
		rc = stet_ledger_restore(restore->output, &options, input_source, input, key,
		    restore->artifacts, progress_step, &progress, &err);
	else
		rc = stet_ledger_restore_bags(
		    restore->output, &options, names, count, key, progress_step, &progress, &err);
	progress_end(&progress);
	stet_key_free(key);
	return end_restore(restore, &options, input != NULL ? names[0] : NULL, rc, &err);
}

static int
restore_file(struct restore *restore, const char *path)
{
	struct input input;
	stet_error err;
	int status;

	if (input_open(&input, path, &err) < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	status = restore_from(restore, &input.name, 1, &input);
	input_close(&input);
	return status;
}

static int
run_restore(const struct command *self, int argc, char **argv)
{
	struct restore restore;
	struct line line;
	size_t count;
	int status;

	memset(&restore, 0, sizeof(restore));
	status =
	    line_read(&line, &restore.env, self, argc, argv, 1, SIZE_MAX, take_restore, &restore);
	count = restore.output != NULL ? line.count : line.count - 1;
	if (status == LINE_GO && count == 0)
		status = opt_wrong(self, "into which new folder? 'stet restore FILE DIR'");
	if (status == LINE_GO && restore.output == NULL)
		restore.output = line.args[count];
	if (status == LINE_GO && strcmp(line.args[0], "-") != 0 &&
	    stet_package_like(line.args[0])) {
		if (restore.artifacts != NULL)
			status = opt_wrong(self, "a bag has its artifacts in it: no --artifacts");
		else
			status =
			    restore_from(&restore, (const char *const *)line.args, count, NULL);
	} else if (status == LINE_GO && count > 1) {
		status = opt_wrong(self, "into which one new folder? 'stet restore FILE DIR'");
	} else if (status == LINE_GO) {
		status = restore_file(&restore, line.args[0]);
	}
	line_end(&line, &restore.env);
	return status;
}

/* --- the tables
 * ------------------------------------------------------------------------------------ */

static const struct opt *const stats_options[] = {opts_json, opts_ledger, NULL};
static const struct opt *const reindex_options[] = {opts_quiet, opts_ledger, NULL};
static const struct opt backup_own[] = {
    {OPT_MOVE_TO, 0, "move-to", "DIR", "move the ledger there: this copy never seals again"},
    {OPT_WITHOUT_KEY, 0, "without-key", NULL, "leave the ledger key out of the copy"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const backup_options[] = {backup_own, opts_quiet, opts_ledger, NULL};
static const struct opt restore_own[] = {
    {'o', 'o', "output", "DIR", "the new folder, where it is not named after FILE"},
    {OPT_KEY, 0, "key", "FILE", "the ledger key, to go on appending"},
    {OPT_ARTIFACTS, 0, "artifacts", "DIR",
	"a folder of artifacts to copy, such as that of another copy"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const restore_options[] = {restore_own, opts_secret, opts_quiet, NULL};

static const struct pair usual_exits[] = {{"0", "done"}, {"1", "refused: the line names the rule"},
    {"2", "the command line was wrong"},
    {"3", "could not do it: no ledger, no room, locked, stopped"}, {NULL, NULL}};

static const struct pair stats_examples[] = {{"stet stats", "what is in the ledger"},
    {"stet stats --json | jq .entries", "how many entries"}, {NULL, NULL}};
const struct command cmd_stats = {.name = "stats",
    .group = GROUP_READ,
    .summary = "count what is in the ledger",
    .synopsis = "[--json]",
    .description = "How many entries, names and artifacts there are, of which types, how large the "
		   "ledger is, its id and "
		   "its newest root.",
    .options = stats_options,
    .examples = stats_examples,
    .exits = usual_exits,
    .run = run_stats};

static const struct pair reindex_examples[] = {
    {"stet reindex", "rebuild the tables"}, {NULL, NULL}};
const struct command cmd_reindex = {.name = "reindex",
    .group = GROUP_KEEP,
    .summary = "rebuild every table from the entries",
    .synopsis = "[-q]",
    .description = "The entries are the truth; every other table is worked out from them and can "
		   "be lost without loss.",
    .options = reindex_options,
    .examples = reindex_examples,
    .exits = usual_exits,
    .run = run_reindex,
    .writes = 1};

static const struct pair backup_examples[] = {
    {"stet backup /mnt/disk/ledger-2026-07-04", "a consistent copy, while others append"},
    {"stet backup --move-to /mnt/new/ledger",
	"to another machine, with 'stet checkpoint adopt' there"},
    {NULL, NULL}};
const struct command cmd_backup = {.name = "backup",
    .group = GROUP_KEEP,
    .summary = "copy the ledger to a new folder",
    .synopsis = "DIR [--without-key]\n--move-to DIR",
    .description = "The copy is consistent, whatever others append meanwhile. It is a backup, not "
		   "a second ledger: what "
		   "this machine signed last is remembered outside it, and a copy put back that is "
		   "older is refused.",
    .options = backup_options,
    .examples = backup_examples,
    .exits = usual_exits,
    .run = run_backup,
    .writes = 1};

static const struct pair restore_examples[] = {
    {"stet restore entries.cborseq restored --key ledger.key", "a ledger from its bare entries"},
    {"stet export cborseq | stet restore - copy", "through a pipe, to read only"},
    {"stet restore trail.tar.zst restored", "from a bag, with its artifacts, to read only"},
    {NULL, NULL}};
const struct command cmd_restore = {.name = "restore",
    .group = GROUP_KEEP,
    .summary = "make a ledger from its entries or a bag",
    .synopsis = "FILE|BAG [INCREMENT]...|- DIR [--key FILE] [--artifacts DIR]",
    .description = "Takes a CBOR sequence of entries, as 'stet export cborseq' writes it, checks "
		   "every rule again, and "
		   "makes a ledger with the same checkpoint.\n\n"
		   "A bag that 'stet export bagit --all' wrote, as a folder or an archive, brings "
		   "its artifacts and its checkpoint along; it is judged as a bag first, and its "
		   "checkpoint must be of these very entries. Increments of it (--since) are named "
		   "behind it in the order in which they were made; each has to go on where the "
		   "one before ends.",
    .options = restore_options,
    .examples = restore_examples,
    .exits = usual_exits,
    .run = run_restore,
    .writes = 1};
