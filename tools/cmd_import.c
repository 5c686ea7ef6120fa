/* stet import. */
#include "feed.h"
#include "keys.h"
#include "line.h"
#include "out.h"
#include "stop.h"
#include "util.h"
#include "verb.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_SOURCE = OPT_OWN, OPT_URL, OPT_RETRIEVED, OPT_BATCH, OPT_WHOLE };

/* --- import --------------------------------------------------------------------------------- */

struct import {
	struct env env;
	const char *source, *url, *retrieved;
	unsigned long long batch;
	int dry_run, whole;
	struct progress progress;
};

static int
take_import(void *ctx, int id, const char *value)
{
	struct import *import = ctx;

	switch (id) {
	case OPT_SOURCE:
		import->source = value;
		return 1;
	case OPT_URL:
		import->url = value;
		return 1;
	case OPT_RETRIEVED:
		import->retrieved = value;
		return 1;
	case 'n':
		import->dry_run = 1;
		return 1;
	case OPT_WHOLE:
		import->whole = 1;
		return 1;
	case OPT_BATCH:
		if (opt_number(import->env.command, "--batch", value, 1024, &import->batch) < 0)
			return -1;
		if (import->batch == 0)
			opt_wrong(import->env.command, "--batch takes at least 1");
		return import->batch == 0 ? -1 : 1;
	default:
		return -1;
	}
}

static void
refused_row(void *ctx, uint64_t row, const stet_error *why)
{
	struct import *import = ctx;
	stet_json *json;

	progress_end(&import->progress);
	if (!import->env.json) {
		complain("row %" PRIu64 ": %s [%s]", row, why->text, stet_rule_name(why->rule));
		return;
	}
	json = stet_json_object();
	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "row", stet_json_int((int64_t)row));
	stet_json_set(json, "code", stet_json_str(stet_rule_name(why->rule)));
	stet_json_set(json, "text", stet_json_str(why->text));
	out_json(json);
}

static void
report_import(struct import *import, const stet_import_result *result)
{
	char rows[32], taken[32], refused[32], appended[32], already[32];
	stet_json *json;

	if (!import->env.json) {
		out_text("%s rows: %s taken, %s refused; %s statements %s, %s already there\n",
		    number_text(result->rows, rows), number_text(result->taken, taken),
		    number_text(result->refused, refused), number_text(result->appended, appended),
		    import->dry_run ? "would be appended" : "appended",
		    number_text(result->already, already));
		return;
	}
	json = stet_json_object();
	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "rows", stet_json_int((int64_t)result->rows));
	stet_json_set(json, "taken", stet_json_int((int64_t)result->taken));
	stet_json_set(json, "refused", stet_json_int((int64_t)result->refused));
	stet_json_set(json, "appended", stet_json_int((int64_t)result->appended));
	stet_json_set(json, "already", stet_json_int((int64_t)result->already));
	stet_json_set(json, "size", stet_json_int((int64_t)result->head.size));
	out_json(json);
}

static int
import_from(struct import *import, const char *format, struct input *input, const stet_key *key)
{
	stet_transfer_options options = STET_TRANSFER_OPTIONS;
	stet_import_result result;
	char appended[32];
	stet_error err;
	int rc;

	memset(&result, 0, sizeof(result));
	options.now_ms = env_now(&import->env);
	options.source_name = import->source;
	options.url = import->url;
	options.retrieved = import->retrieved;
	options.flags =
	    (import->dry_run ? STET_APPEND_DRY_RUN : 0u) | (import->whole ? STET_IMPORT_WHOLE : 0u);
	options.batch_count = (size_t)import->batch;
	options.ask = env_ask;
	options.ask_ctx = &import->env;
	options.progress = progress_step;
	options.progress_ctx = &import->progress;
	options.refused = refused_row;
	options.refused_ctx = import;
	stop_watch();
	progress_begin(&import->progress, "import", import->env.quiet);
	rc = stet_import(
	    import->env.ledger, format, input_source, input, key, &options, &result, &err);
	progress_end(&import->progress);
	if (stop_asked()) {
		complain(
		    "stopped; %" PRIu64
		    " statements are appended and durable; the same command goes on from there",
		    result.appended);
		return EXIT_UNSURE;
	}
	if (rc < 0) {
		complain_of(input->name, &err);
		if (result.appended > 0 && !import->dry_run)
			complain("%s statements were appended before that and stay; the same "
				 "command goes on from there",
			    number_text(result.appended, appended));
		return rc == STET_EFORMAT ? EXIT_NO : status_of(rc);
	}
	report_import(import, &result);
	return result.refused > 0 ? EXIT_NO : EXIT_YES;
}

/* LINE_GO, or EXIT_USAGE with the formats that there are. */
static int
check_format(const struct command *self, const char *format, int whole)
{
	char *known = strdup(""), *more;
	const char *name;
	int takes_whole, status = LINE_GO;
	size_t i;

	for (i = 0; (name = stet_import_format(i, &takes_whole)) != NULL; i++) {
		if (strcmp(name, format) == 0)
			break;
		more = text_of("%s%s%s", known != NULL ? known : "", i > 0 ? ", " : "", name);
		free(known);
		known = more;
	}
	if (name == NULL)
		status = opt_wrong(self,
		    "'%s' is no format that can be imported; there is: %s [format-unknown]", format,
		    known != NULL ? known : "");
	else if (whole && !takes_whole)
		status = opt_wrong(self, "--whole does not go with %s", format);
	free(known);
	return status;
}

static int
run_import(const struct command *self, int argc, char **argv)
{
	struct import import;
	struct line line;
	struct input input;
	stet_key *key = NULL;
	stet_error err;
	int status;

	memset(&import, 0, sizeof(import));
	status = line_read(&line, &import.env, self, argc, argv, 2, 2, take_import, &import);
	if (status == LINE_GO)
		status = check_format(self, line.args[0], import.whole);
	if (status == LINE_GO && (status = env_open(&import.env, !import.dry_run)) == EXIT_YES &&
	    (status = keys_choose(&import.env, "observer", &key)) == EXIT_YES) {
		if (input_open(&input, line.args[1], &err) < 0) {
			complain_error(&err);
			status = EXIT_UNSURE;
		} else {
			status = import_from(&import, line.args[0], &input, key);
			input_close(&input);
		}
	}
	stet_key_free(key);
	line_end(&line, &import.env);
	return status;
}

/* --- the tables ----------------------------------------------------------------------------- */

static const struct opt import_own[] = {
    {OPT_AS, 0, "as", "KEY", "sign with this key; it needs the role observer"},
    {OPT_SOURCE, 0, "source", "NAME", "what the source is called (default: the format's own)"},
    {OPT_URL, 0, "url", "URL", "where the file was read"},
    {OPT_RETRIEVED, 0, "retrieved", "DATE", "when it was read"},
    {OPT_BATCH, 0, "batch", "N", "entries a batch at most (default: 1,024)"},
    {OPT_WHOLE, 0, "whole", NULL,
	"the file is all that the source states: what it no longer has is delisted"},
    {'n', 'n', "dry-run", NULL, "judge everything, write nothing"}, {0, 0, NULL, NULL, NULL}};
static const struct opt *const import_options[] = {
    import_own, opts_secret, opts_quiet, opts_json, opts_ledger, NULL};
static const struct pair import_examples[] = {
    {"stet import records records.json --url https://assignee.net --retrieved 2026-07-04",
	"take over what pages of records state"},
    {"stet import records records.json --dry-run", "see what it would do"},
    {"zstdcat list.csv.zst | stet import retraction-watch - --whole --retrieved 2026-05-06",
	"the whole list of retractions; what it no longer has is delisted"},
    {NULL, NULL}};
static const struct pair import_exits[] = {{"0", "every row was taken, or was there already"},
    {"1", "some rows were refused; each is named with its number"},
    {"2", "the command line was wrong"},
    {"3", "could not do it: no ledger, no key, no room, stopped"}, {NULL, NULL}};
const struct command cmd_import = {.name = "import",
    .group = GROUP_EXCHANGE,
    .summary = "take over what a source states",
    .synopsis =
	"FORMAT FILE|- [--source NAME] [--url URL] [--retrieved DATE] [--whole] [--dry-run]",
    .description =
	"Reads a file of another format and appends what it states as observations, signed by an "
	"observer key: what "
	"somebody else says, kept with its source and never taken for supported. Running it again "
	"adds nothing; a "
	"row that has changed since adds what changed. It goes in batches, so a stopped import is "
	"continued by the "
	"same command. Rows that cannot be taken are named by number and left out.\n\n"
	"records is a JSON array of record pages, as described in docs/format.md.\n\n"
	"retraction-watch is the list of the world's retractions: the master file of 20 columns, "
	"the two columns OriginalPaperDOI and RetractionDOI, or any CSV whose first line names "
	"these two; 'Record ID', RetractionNature, RetractionDate and Reason are used where they "
	"are. Each row is one observed correction of the paper; without RetractionNature it is "
	"'listed', not retracted. With --whole, what the file no longer has is delisted. A "
	"compressed file is read from a pipe: zstdcat list.csv.zst | stet import "
	"retraction-watch -\n\n"
	"deltas is JSON Lines of edits that were made to a list between two readings: op (add, "
	"change, remove), map, doi, notice, was and snapshot. Each line is replayed once.",
    .options = import_options,
    .examples = import_examples,
    .exits = import_exits,
    .run = run_import,
    .writes = 1};
