/* stet import. */
#include "feed.h"
#include "keys.h"
#include "line.h"
#include "out.h"
#include "stop.h"
#include "util.h"
#include "verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_SOURCE = OPT_OWN, OPT_URL, OPT_RETRIEVED, OPT_BATCH, OPT_WHOLE, OPT_NO_COPIES };

/* --- import --------------------------------------------------------------------------------- */

struct import {
	struct env env;
	const char *source, *url, *retrieved;
	unsigned long long batch;
	unsigned flags;
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
		import->flags |= STET_APPEND_DRY_RUN;
		return 1;
	case OPT_WHOLE:
		import->flags |= STET_IMPORT_WHOLE;
		return 1;
	case OPT_NO_COPIES:
		import->flags |= STET_IMPORT_NO_COPIES;
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
		    (import->flags & STET_APPEND_DRY_RUN) != 0 ? "would be appended" : "appended",
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

/* On one line, with what is there already: whoever reads "no space left" asks that next. */
static void
failed(const struct import *import, const char *name, uint64_t appended, const stet_error *err)
{
	char number[32];

	if (appended == 0 || (import->flags & STET_APPEND_DRY_RUN) != 0)
		complain_of(name, err);
	else
		complain("'%s': %s; the %s statements appended before that stay, and the same "
			 "command goes on from there%s%s%s",
		    name, err->text, number_text(appended, number), err->rule > 0 ? " [" : "",
		    err->rule > 0 ? stet_rule_name(err->rule) : "", err->rule > 0 ? "]" : "");
}

static int
import_from(struct import *import, const char *format, struct input *input, const stet_key *key)
{
	stet_transfer_options options = STET_TRANSFER_OPTIONS;
	stet_import_result result;
	stet_error err;
	int rc;

	memset(&result, 0, sizeof(result));
	options.now_ms = env_now(&import->env);
	options.source_name = import->source;
	options.url = import->url;
	options.retrieved = import->retrieved;
	options.flags = import->flags;
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
		failed(import, input->name, result.appended, &err);
		return rc == STET_EFORMAT ? EXIT_NO : status_of(rc);
	}
	report_import(import, &result);
	return result.refused > 0 ? EXIT_NO : EXIT_YES;
}

/* LINE_GO, or EXIT_USAGE with the formats that there are. */
static int
check_format(const struct command *self, const char *name, unsigned flags)
{
	char *known = strdup(""), *more;
	const stet_format *format;
	int status = LINE_GO;
	size_t i;

	for (i = 0; (format = stet_import_format(i)) != NULL; i++) {
		if (strcmp(format->name, name) == 0)
			break;
		more =
		    text_of("%s%s%s", known != NULL ? known : "", i > 0 ? ", " : "", format->name);
		free(known);
		known = more;
	}
	if (format == NULL)
		status = opt_wrong(self,
		    "'%s' is no format that can be imported; there is: %s [format-unknown]", name,
		    known != NULL ? known : "");
	else if ((flags & STET_IMPORT_WHOLE & ~format->flags) != 0)
		status = opt_wrong(self, "--whole does not go with %s", name);
	else if ((flags & STET_IMPORT_NO_COPIES & ~format->flags) != 0)
		status = opt_wrong(self, "--no-copies does not go with %s", name);
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
		status = check_format(self, line.args[0], import.flags);
	if (status == LINE_GO &&
	    (status = env_open(&import.env, (import.flags & STET_APPEND_DRY_RUN) == 0)) ==
		EXIT_YES &&
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
    {OPT_NO_COPIES, 0, "no-copies", NULL,
	"keep no copy of each item beside the ledger; its digest is stated all the same"},
    {'n', 'n', "dry-run", NULL, "judge everything, write nothing"}, {0, 0, NULL, NULL, NULL}};
static const struct opt *const import_options[] = {
    import_own, opts_secret, opts_quiet, opts_json, opts_ledger, NULL};
/* For help: from the table of the library. */
static int
import_word(size_t row, struct pair *pair_out)
{
	static char text[2048];
	const stet_format *format = stet_import_format(row);

	if (format == NULL)
		return 0;
	snprintf(text, sizeof(text), "%s. %s", format->title, format->help);
	*pair_out = (struct pair){format->name, text};
	return 1;
}

static const struct pair import_examples[] = {
    {"stet import records records.json --url https://assignee.net --retrieved 2026-07-04",
	"take over what pages of records state"},
    {"stet import records records.json --dry-run", "see what it would do"},
    {"zstdcat list.csv.zst | stet import retraction-watch - --whole --retrieved 2026-05-06",
	"the whole list of retractions; what it no longer has is delisted"},
    {"stet import crossref works.jsonl.gz --retrieved 2026-11-20",
	"works and their corrections as Crossref has them"},
    {NULL, NULL}};
static const struct pair import_exits[] = {{"0", "every row was taken, or was there already"},
    {"1", "some rows were refused; each is named with its number"},
    {"2", "the command line was wrong"},
    {"3", "could not do it: no ledger, no key, no room, stopped"}, {NULL, NULL}};
const struct command cmd_import = {.name = "import",
    .group = GROUP_EXCHANGE,
    .summary = "take over what a source states",
    .synopsis = "FORMAT FILE|- [--source NAME] [--url URL] [--retrieved DATE] [--whole] "
		"[--no-copies] [--dry-run]",
    .description =
	"Reads a file of another format and appends what it states as observations, signed by an "
	"observer key: what "
	"somebody else says, kept with its source and never taken for supported. Running it again "
	"adds nothing; a "
	"row that has changed since adds what changed. It goes in batches, so a stopped import is "
	"continued by the "
	"same command. Rows that cannot be taken are named by number and left out. "
	"A file packed by gzip is unpacked on the way.",
    .word = import_word,
    .words_title = "Formats",
    .options = import_options,
    .examples = import_examples,
    .exits = import_exits,
    .run = run_import,
    .writes = 1};
