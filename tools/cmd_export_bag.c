/* stet export bagit. */
#include "export.h"
#include "line.h"
#include "out.h"
#include "stop.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_ALL = OPT_OWN, OPT_ALSO, OPT_SINCE };

#define NOTE_MAX ((size_t)1024 * 1024)

struct bagging {
	struct env env;
	const char *output;
	unsigned also;
	int all;
	stet_id **ids;
	size_t id_count;
	const char *since; /* a checkpoint, or a bag that has one */
	uint8_t *note;
	size_t note_size;
};

static int
take_also(struct bagging *bagging, const char *value)
{
	static const struct {
		const char *name;
		unsigned flag;
	} algorithms[] = {
	    {"md5", STET_BAG_MD5}, {"sha1", STET_BAG_SHA1}, {"sha256", STET_BAG_SHA256}};
	size_t i;

	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (strcmp(algorithms[i].name, value) == 0) {
			bagging->also |= algorithms[i].flag;
			return 1;
		}
	opt_wrong(bagging->env.command,
	    "--also-manifest takes md5, sha1 or sha256, not '%s'; that of sha512 is always there",
	    value);
	return -1;
}

static int
take(void *ctx, int id, const char *value)
{
	struct bagging *bagging = ctx;

	switch (id) {
	case 'o':
		bagging->output = value;
		return 1;
	case OPT_ALL:
		bagging->all = 1;
		return 1;
	case OPT_SINCE:
		bagging->since = value;
		return 1;
	default:
		return take_also(bagging, value);
	}
}

static const char *
counted(uint64_t count, const char *what, char out[48])
{
	char number[32];

	snprintf(out, 48, "%s %s%s", number_text(count, number), what, count == 1 ? "" : "s");
	return out;
}

static void
report(const struct bagging *bagging, const stet_bag_result *result)
{
	char files[32], bytes[32], size[32], records[48];
	stet_json *json;

	if (bagging->env.json) {
		json = stet_json_object();
		stet_json_set(json, "v", stet_json_int(1));
		stet_json_set(json, "output", stet_json_str(bagging->output));
		stet_json_set(json, "files", stet_json_int((int64_t)result->files));
		stet_json_set(json, "bytes", stet_json_int((int64_t)result->bytes));
		stet_json_set(json, "artifacts", stet_json_int((int64_t)result->artifacts));
		stet_json_set(json, "blinded", stet_json_int((int64_t)result->blinded));
		stet_json_set(json, "missing", stet_json_int((int64_t)result->missing));
		stet_json_set(json, "records",
		    result->records > 0 ? stet_json_int((int64_t)result->records)
					: stet_json_null());
		stet_json_set(json, "since",
		    result->since > 0 ? stet_json_int((int64_t)result->since) : stet_json_null());
		stet_json_set(json, "size", stet_json_int((int64_t)result->head.size));
		stet_json_set(
		    json, "root", stet_json_hex((stet_bytes){result->head.root, STET_HASH_SIZE}));
		out_json(json);
		return;
	}
	out_text("wrote a bag to ");
	out_foreign(bagging->output);
	out_text(": %s files, %s bytes, of ", number_text(result->files, files),
	    number_text(result->bytes, bytes));
	if (result->records > 0)
		out_text("%s of a ledger of ", counted(result->records, "record", records));
	if (result->since > 0)
		out_text(
		    "entries %" PRIu64 " to %" PRIu64 "\n", result->since, result->head.size - 1);
	else
		out_text("%s entries\n", number_text(result->head.size, size));
	if (result->blinded > 0)
		remark("%" PRIu64 " blinded contents are personal data and are not in it",
		    result->blinded);
	if (result->missing > 0)
		remark("%" PRIu64 " contents that entries name are not held here and not in it",
		    result->missing);
}

static int
write_bag(struct bagging *bagging)
{
	stet_bag_options options = STET_BAG_OPTIONS;
	stet_bag_result result;
	struct progress progress;
	stet_error err;
	int rc;

	options.also = bagging->also;
	options.ids = (const stet_id *const *)bagging->ids;
	options.id_count = bagging->id_count;
	options.since = (stet_bytes){bagging->note, bagging->note_size};
	options.progress = progress_step;
	options.progress_ctx = &progress;
	stop_watch();
	progress_begin(&progress, "export", bagging->env.quiet);
	rc = stet_export_bag(bagging->env.ledger, bagging->output, &options, &result, &err);
	progress_end(&progress);
	if (rc == STET_OK) {
		report(bagging, &result);
		return EXIT_YES;
	}
	if (stop_asked()) {
		complain("stopped; nothing was written");
		return EXIT_UNSURE;
	}
	complain_error(&err);
	if (rc == STET_ENOTFOUND && bagging->id_count > 0)
		return EXIT_ABSENT;
	return status_of(rc) == EXIT_YES ? EXIT_UNSURE : status_of(rc);
}

static int
read_ids(struct bagging *bagging, const struct line *line)
{
	size_t i;

	if ((bagging->ids = calloc(line->count + 1, sizeof(*bagging->ids))) == NULL) {
		complain("out of memory");
		return EXIT_UNSURE;
	}
	for (i = 0; i < line->count; i++) {
		if ((bagging->ids[i] = env_id(&bagging->env, line->args[i])) == NULL)
			return EXIT_USAGE;
		bagging->id_count++;
	}
	return EXIT_YES;
}

/* The checkpoint that an increment goes on from: the file of one, or the last bag. */
static int
read_since(struct bagging *bagging)
{
	stet_error err;
	char *note = NULL;
	int rc;

	if (bagging->since == NULL)
		return EXIT_YES;
	if (stet_package_like(bagging->since)) {
		rc = stet_package_checkpoint(bagging->since, &note, &bagging->note_size, &err);
		bagging->note = (uint8_t *)note;
	} else {
		rc = file_read(bagging->since, NOTE_MAX, &bagging->note, &bagging->note_size, &err);
	}
	if (rc < 0) {
		complain_of(bagging->since, &err);
		return rc == STET_EFORMAT ? EXIT_NO : EXIT_UNSURE;
	}
	if (bagging->note_size > 0)
		return EXIT_YES;
	complain("'%s' is empty: no checkpoint", bagging->since);
	return EXIT_NO;
}

static void
free_ids(struct bagging *bagging)
{
	size_t i;

	for (i = 0; i < bagging->id_count; i++)
		stet_id_free(bagging->ids[i]);
	free(bagging->ids);
}

static int
run(const struct command *self, int argc, char **argv)
{
	struct bagging bagging;
	struct line line;
	int status;

	memset(&bagging, 0, sizeof(bagging));
	status = line_read(&line, &bagging.env, self, argc, argv, 0, SIZE_MAX, take, &bagging);
	if (status == LINE_GO && bagging.output == NULL)
		status =
		    opt_wrong(self, "where to? -o names a folder, or a .tar, .tar.zst or .zip");
	if (status == LINE_GO && !bagging.all && line.count == 0)
		status = opt_wrong(self, "of what? name records, or --all is the whole ledger");
	if (status == LINE_GO && bagging.all && line.count > 0)
		status = opt_wrong(self, "either records or --all");
	if (status == LINE_GO && bagging.since != NULL && !bagging.all)
		status = opt_wrong(self, "--since goes with --all: an increment is of all records");
	if (status == LINE_GO && (status = read_since(&bagging)) == EXIT_YES)
		status = LINE_GO;
	if (status == LINE_GO && (status = env_open(&bagging.env, ENV_READ)) == EXIT_YES &&
	    (status = read_ids(&bagging, &line)) == EXIT_YES)
		status = write_bag(&bagging);
	free_ids(&bagging);
	free(bagging.note);
	line_end(&line, &bagging.env);
	return status;
}

static const struct opt own[] = {{OPT_ALL, 0, "all", NULL, "the whole ledger"},
    {OPT_SINCE, 0, "since", "CHECKPOINT",
	"with --all: only what came after it; the file of a checkpoint, or the bag before"},
    {'o', 'o', "output", "OUT",
	"the new folder, or an archive by the end of its name: .tar, .tar.zst, .zip"},
    {OPT_ALSO, 0, "also-manifest", "ALGORITHM",
	"a manifest of md5, sha1 or sha256 beside that of sha512 (may be repeated)"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {own, opts_quiet, opts_json, opts_ledger, NULL};

const struct command sub_export_bagit = {.name = "export bagit",
    .group = GROUP_EXCHANGE,
    .summary = "write a bag for an archive",
    .synopsis =
	"ID...|--all [--since CHECKPOINT] -o OUT [--also-manifest md5|sha1|sha256]... [--json]",
    .description =
	"A bag (BagIt 1.0, RFC 8493) that can be checked without stet: the entries verbatim and to "
	"read, keys, checkpoint, the artifacts, the pages that describe every byte, and verify.py, "
	"which verifies all of it with Python's standard library alone. data/VERIFY.txt tells a "
	"stranger how.\n\n"
	"Of named records the bag holds, for each, a proof of all that the ledger says of it, as "
	"'stet prove' makes it, a report to read or print, and its standing; and the entries that "
	"the proofs show: those about the records, about the keys that signed them, and about the "
	"ledger. A record is the same by whichever of its names it is asked for. Only a bag of "
	"--all can be made a ledger again.\n\n"
	"With --since a bag of --all is an increment, such as that of a year: the entries after a "
	"checkpoint, the contents first named since, the checkpoint itself and the proof that the "
	"newest one goes on from it. Where records stand is for the whole to say, so of the other "
	"formats it has only history.csv. 'stet check INCREMENT --after BAG' joins them, and 'stet "
	"restore BAG INCREMENT... DIR' makes the ledger again.\n\n"
	"It is of the newest checkpoint, and the same state of the ledger gives the same bytes: "
	"dates are of the last entry, owners and modes are fixed, and a zip archive, which has "
	"local times, gets none. The folder inside an archive has its name. It appears whole or "
	"not at all, under a name with '.partial-' until then.\n\n"
	"Content that an artifact names by a blinded digest is personal data and stays out of the "
	"bag; so does what was withheld. 'stet restore' makes a ledger of a bag again, and 'stet "
	"check' verifies one.",
    .options = options,
    .run = run};
