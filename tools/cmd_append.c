/* stet sign and stet append: a statement made here, appended there. */
#include "deliver.h"
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

#define TOGETHER_MAX 65536 /* of one batch, all or nothing */
#define BATCH_COUNT 1024   /* of one batch under --keep-going */

enum { OPT_CONTENT = OPT_OWN };

struct append {
	struct env env;
	const char **contents;
	size_t content_count;
	int keep_going, dry_run, confirm_clock, portable;
	struct parcel *parcels; /* not yet answered, in the order they came */
	size_t count, room;
	stet_key *key; /* for what comes unsigned; NULL until one does */
	struct tally tally;
};

/* --- sign ----------------------------------------------------------------------------------- */

static int
run_sign(const struct command *self, int argc, char **argv)
{
	const struct command *verb;
	static char sign[] = "sign";
	char name[64];

	if (argc >= 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
		char *help[] = {sign, argv[1], NULL};
		struct opt_scan scan;

		opt_open(&scan, self, 2, help);
		opt_next(&scan);
		opt_close(&scan);
		return scan.status;
	}
	if (argc < 2 || argv[1][0] == '-')
		return opt_wrong(self, "which verb comes first: 'stet sign record ID ...'");
	verb = command_find(argv[1]);
	if (verb == NULL || (verb->group != GROUP_SAY && verb->group != GROUP_CORRECT) ||
	    verb == self || strcmp(verb->name, "append") == 0)
		return opt_wrong(self, "'%s' is no verb that makes a statement", argv[1]);
	snprintf(name, sizeof(name), "sign %s", verb->name);
	out_begin(name, 1);
	argv[1] = sign; /* how a verb knows that it needs no ledger */
	return verb->run(verb, argc - 1, argv + 1);
}

/* --- append --------------------------------------------------------------------------------- */

static int
take(void *ctx, int id, const char *value)
{
	struct append *append = ctx;

	switch (id) {
	case OPT_KEEP_GOING:
		append->keep_going = 1;
		return 1;
	case 'n':
		append->dry_run = 1;
		return 1;
	case OPT_CONFIRM_CLOCK:
		append->confirm_clock = 1;
		return 1;
	case OPT_PORTABLE:
		append->portable = 1;
		return 1;
	case OPT_CONTENT:
		append->contents[append->content_count++] = value;
		return 1;
	default:
		return -1;
	}
}

static int
attach_contents(struct append *append)
{
	uint8_t sha256[STET_HASH_SIZE];
	struct input input;
	stet_error err;
	uint64_t size;
	size_t i;
	int rc;

	for (i = 0; i < append->content_count && !append->dry_run; i++) {
		if (input_open(&input, append->contents[i], &err) < 0) {
			complain_error(&err);
			return EXIT_UNSURE;
		}
		rc = stet_ledger_attach(
		    append->env.ledger, input_source, &input, sha256, &size, &err);
		input_close(&input);
		if (rc < 0) {
			complain_of(append->contents[i], &err);
			return EXIT_UNSURE;
		}
	}
	return EXIT_YES;
}

static void
clear(struct append *append)
{
	size_t i;

	for (i = 0; i < append->count; i++) {
		stet_statement_free(append->parcels[i].statement);
		free((void *)(uintptr_t)append->parcels[i].err);
		free((void *)(uintptr_t)append->parcels[i].place);
	}
	append->count = 0;
}

/* Takes statement and place over, also on failure; err is copied. */
static int
keep(struct append *append, stet_statement *statement, char *place, const stet_error *err)
{
	struct parcel *grown = append->parcels;
	stet_error *copy = err != NULL ? malloc(sizeof(*copy)) : NULL;

	if (append->count == append->room) {
		append->room = append->room == 0 ? 64 : append->room * 2;
		grown = realloc(append->parcels, append->room * sizeof(*grown));
		append->parcels = grown != NULL ? grown : append->parcels;
	}
	if (grown == NULL || (err != NULL && copy == NULL)) {
		complain("out of memory");
		stet_statement_free(statement);
		free(place);
		free(copy);
		return EXIT_UNSURE;
	}
	if (err != NULL)
		*copy = *err;
	append->parcels[append->count++] = (struct parcel){statement, copy, place};
	return EXIT_YES;
}

/* What unsigned JSON lacks: for which ledger it is, unless it is an observation, and in tests an id
 * that is not random. */
static int
complete(struct append *append, stet_statement *statement)
{
	const stet_json *json = stet_statement_json(statement);

	if (!append->portable && stet_json_get(json, "source") == NULL &&
	    stet_json_get(json, "aud") == NULL &&
	    verb_set_text(statement, "/aud", stet_ledger_id(append->env.ledger)) < 0)
		return EXIT_UNSURE;
	return env_fix_id(&append->env, statement) < 0 ? EXIT_UNSURE : EXIT_YES;
}

/* Signs what came unsigned. A statement that cannot be signed is refused like any other. */
static int
sign_one(struct append *append, stet_statement *statement, stet_error *err)
{
	int status = EXIT_YES;

	if (stet_statement_signed(statement))
		return EXIT_YES;
	if (append->key == NULL)
		status = keys_choose(&append->env,
		    stet_json_get(stet_statement_json(statement), "source") != NULL
			? "observer"
			: roles_for(stet_statement_type(statement)),
		    &append->key);
	if (status == EXIT_YES)
		status = complete(append, statement);
	if (status != EXIT_YES)
		return status;
	if (stet_statement_sign(
		statement, append->key, (int64_t)(env_now(&append->env) / 1000), err) == STET_OK)
		return EXIT_YES;
	return err->code == STET_ENOMEM || err->code == STET_EIO
		   ? (complain_error(err), EXIT_UNSURE)
		   : -1;
}

static int
flush(struct append *append)
{
	unsigned flags = 0;
	int status;

	if (append->count == 0)
		return EXIT_YES;
	if (append->keep_going)
		flags |= STET_APPEND_KEEP_GOING;
	if (append->dry_run)
		flags |= STET_APPEND_DRY_RUN;
	if (append->confirm_clock)
		flags |= STET_APPEND_CONFIRM_CLOCK;
	status = deliver(&append->env, append->parcels, append->count, flags, &append->tally);
	clear(append);
	return append->keep_going && status == EXIT_NO ? EXIT_YES : status;
}

/* A refused line: with --keep-going the next may do, without nothing of the call is appended. */
static int
refuse(struct append *append, char *place, const stet_error *err)
{
	if (append->keep_going)
		return keep(append, NULL, place, err);
	deliver_refusal(&append->env, place, err, &append->tally);
	free(place);
	return EXIT_NO;
}

static int
take_statement(struct append *append, stet_statement *statement, char *place)
{
	stet_error err;
	int status = sign_one(append, statement, &err);

	if (status != EXIT_YES) {
		stet_statement_free(statement);
		if (status < 0)
			return refuse(append, place, &err);
		free(place);
		return status;
	}
	if ((status = keep(append, statement, place, NULL)) != EXIT_YES)
		return status;
	if (append->keep_going && append->count == BATCH_COUNT)
		return flush(append);
	if (append->count > TOGETHER_MAX) {
		complain("more than %d statements in one batch; with --keep-going they go in "
			 "batches of %d",
		    TOGETHER_MAX, BATCH_COUNT);
		return EXIT_USAGE;
	}
	return EXIT_YES;
}

/* What could not be read, unless it is because somebody wanted to stop. */
static int
report_unread(char *place, const stet_error *err)
{
	if (!stop_asked())
		complain_error(err);
	free(place);
	return EXIT_UNSURE;
}

static int
read_file(struct append *append, const char *path)
{
	stet_statement *statement = NULL;
	struct feed feed;
	stet_error err;
	char *place;
	int what, status = EXIT_YES;

	if (feed_open(&feed, path, &err) < 0) {
		if (!stop_asked())
			complain_error(&err);
		return err.code == STET_EFORMAT ? EXIT_NO : EXIT_UNSURE;
	}
	while (status == EXIT_YES && !stop_asked()) {
		what = feed_next(&feed, &statement, &err);
		if (what == FEED_END)
			break;
		place = feed_place(&feed);
		if (what == FEED_ITEM)
			status = take_statement(append, statement, place);
		else if (err.code == STET_EFORMAT)
			status = refuse(append, place, &err);
		else
			status = report_unread(place, &err);
		if (what == FEED_BROKEN) {
			if (status == EXIT_YES)
				status = EXIT_NO; /* the rest of the file was not read */
			break;
		}
	}
	feed_close(&feed);
	return status;
}

static int
finish(struct append *append, int status)
{
	const struct tally *tally = &append->tally;

	if (append->keep_going && (status == EXIT_YES || status == EXIT_NO)) {
		int last = flush(append);

		status = last != EXIT_YES ? last : status;
	} else if (status == EXIT_YES && !stop_asked()) {
		status = flush(append);
	}
	if (stop_asked()) {
		complain("stopped; %" PRIu64
			 " statements are appended and durable, the rest is not",
		    tally->appended);
		return EXIT_UNSURE;
	}
	if (status == EXIT_YES && tally->refused > 0) /* those of earlier batches */
		status = EXIT_NO;
	if (tally->refused > 0 && !append->keep_going)
		remark("nothing was appended");
	else if (tally->refused > 0)
		remark("%" PRIu64 " appended, %" PRIu64 " already there, %" PRIu64 " refused",
		    tally->appended, tally->already, tally->refused);
	return status;
}

static int
append_files(struct append *append, const struct line *line)
{
	size_t i;
	int status = attach_contents(append);

	stop_watch();
	for (i = 0; status == EXIT_YES && i < line->count; i++)
		status = read_file(append, line->args[i]);
	status = finish(append, status);
	clear(append);
	return status;
}

static int
run_append(const struct command *self, int argc, char **argv)
{
	struct append append;
	struct line line;
	int status;

	memset(&append, 0, sizeof(append));
	append.contents = calloc((size_t)argc + 1, sizeof(*append.contents));
	if (append.contents == NULL)
		return EXIT_UNSURE;
	status = line_read(&line, &append.env, self, argc, argv, 1, 10000, take, &append);
	if (status == LINE_GO && (status = env_open(&append.env, !append.dry_run)) == EXIT_YES)
		status = append_files(&append, &line);
	stet_key_free(append.key);
	free(append.parcels);
	free(append.contents);
	line_end(&line, &append.env);
	return status;
}

/* --- the tables ----------------------------------------------------------------------------- */

static const struct opt own[] = {{OPT_AS, 0, "as", "KEY", "the key that signs what comes unsigned"},
    {OPT_KEEP_GOING, 0, "keep-going", NULL,
	"append what is right and leave out what is refused, in batches of 1,024"},
    {OPT_CONTENT, 0, "content", "FILE",
	"keep this file beside the ledger first, for artifact statements signed "
	"elsewhere; may be repeated"},
    {OPT_PORTABLE, 0, "portable", NULL, "what is signed here is valid in any ledger"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const append_options[] = {
    own, opts_append, opts_secret, opts_quiet, opts_json, opts_ledger, NULL};
static const struct opt *const sign_options[] = {
    opts_sign, opts_away, opts_attach, opts_secret, opts_ledger, NULL};

static const struct pair append_examples[] = {
    {"stet append decision.stet", "append what was signed elsewhere"},
    {"stet append --keep-going records.jsonl",
	"sign and append a file of JSON objects, one a line"},
    {"stet sign retract 10.5281/zenodo.20779776 ... --aud stet:3f9a... | ssh host stet append -",
	"sign at the desk, append on the server"},
    {NULL, NULL}};
const struct command cmd_append = {.name = "append",
    .group = GROUP_SAY,
    .summary = "append statements from files or a pipe",
    .synopsis = "FILE|-... [--keep-going] [--as KEY] [--content FILE]... [--dry-run] [--json]",
    .description =
	"Takes signed statements as 'stet sign' writes them, or statements in JSON, one object a "
	"line, one object "
	"alone or an array of them; those are signed here. All files together are one batch: all "
	"of it is "
	"appended or, if anything is refused, nothing. Each statement is answered by one line: "
	"appended with the "
	"number of its entry, already there, or refused by which rule and what to do.\n\n"
	"A statement with the id of one that is there already, and the same content, is already "
	"there: running "
	"the same command again is safe.",
    .options = append_options,
    .examples = append_examples,
    .exits = exits_append,
    .run = run_append,
    .writes = 1};

static const struct pair sign_examples[] = {{"stet sign retract 10.5281/zenodo.20779776 --notice "
					     "10.1000/notice.7 --decided-by 'editor:Journal X' "
					     "--aud stet:3f9a... -o decision.stet",
						"sign a retraction without the ledger at hand"},
    {"stet sign record 10.5281/zenodo.1 --title 'A title' --portable | stet append -C /srv/ledger "
     "-",
	"through a pipe"},
    {NULL, NULL}};
static const struct pair sign_exits[] = {{"0", "signed"},
    {"1", "the statement breaks a rule of its type"}, {"2", "the command line was wrong"},
    {"3", "could not do it: no key, no room"}, {NULL, NULL}};
const struct command cmd_sign = {.name = "sign",
    .group = GROUP_SAY,
    .summary = "sign a statement without a ledger",
    .synopsis = "VERB ID ... --aud LEDGER-ID|--portable [-o FILE]",
    .description = "Any verb that makes a statement (record, doi, verdict, correct, retract, ...) "
		   "with all its options, "
		   "written to a file or standard output instead of being appended. The ledger "
		   "need not be at hand: say with "
		   "--aud for which one it is, or with --portable that it is for any. With -C the "
		   "statement also says what "
		   "was newest in that ledger, and corrections take what was there before from it.",
    .options = sign_options,
    .examples = sign_examples,
    .exits = sign_exits,
    .run = run_sign,
    .writes = 1};
