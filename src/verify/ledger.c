/* A whole ledger: the run from beginning to end. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "verify/verify.h"

/* Up to here a folder for temporary tables costs more than it saves: some kilobytes of memory. */
#define MEMORY_ENTRIES 2000
/* Between two commits the pages that were written stay in memory: a handful of pages an entry where
 * every entry is about a name of its own. */
#define BATCH_ENTRIES 1024

static const struct st_verify_tuning preset = {
    .memory_entries = MEMORY_ENTRIES, .batch_entries = BATCH_ENTRIES};

/* --- what a run needs ------------------------------------------------------------------------- */

static int
wrap(struct st_verify *verify, struct st_store **store)
{
	if (!verify->tuning.strict)
		return STET_OK;
	return st_store_wrap_strict(store, store, verify->err);
}

/* The first way: what is not in the ledger's own tables is the record index and a few counts. */
static int
open_shadow(struct st_verify *verify)
{
	stet_ledger *ledger = verify->ledger;
	int rc;

	if ((rc = st_scratch_open(ledger, 1, &verify->scratch, &verify->folder, verify->err)) < 0 ||
	    (rc = wrap(verify, &verify->scratch)) < 0 ||
	    (rc = st_names_new(st_ledger_scratch(ledger), &verify->names, verify->err)) < 0 ||
	    (rc = st_store_open_shadow(ledger->store, verify->scratch, verify->names,
		 &verify->state.size, &verify->shadow, verify->err)) < 0)
		return rc;
	verify->bare = verify->shadow;
	return wrap(verify, &verify->shadow);
}

/* The second: tables of its own. */
static int
open_scratch(struct st_verify *verify, uint64_t entries)
{
	int rc;

	rc = st_scratch_open(verify->ledger, entries <= verify->tuning.memory_entries,
	    &verify->scratch, &verify->folder, verify->err);
	return rc < 0 ? rc : wrap(verify, &verify->scratch);
}

static int
open_run(struct st_verify *verify, int thorough)
{
	uint64_t entries;
	int rc;

	st_state_init(&verify->state);
	verify->damaged = STET_NO_SEQ;
	verify->stored_head.size = STET_NO_SEQ;
	if ((verify->spare_bytes = malloc(ST_ENTRY_MAX)) == NULL)
		return st_fail_nomem(verify->err);
	if ((rc = st_verify_since(verify)) < 0 || (rc = st_verify_read_heads(verify)) < 0 ||
	    (rc = st_verify_read_timestamps(verify)) < 0 ||
	    (rc = st_ledger_reader(verify->ledger, &verify->reader, verify->err)) < 0 ||
	    (rc = st_reader_rows(verify->reader, ST_ENTRY, &entries, verify->err)) < 0 ||
	    (rc = st_pool_start(verify->options->threads, &verify->pool, verify->err)) < 0 ||
	    (rc = st_stream_open(
		 &verify->stream, verify->ledger->store, verify->pool, verify->err)) < 0)
		return rc;
	verify->books.entries = verify->reader;
	verify->target = entries;
	return thorough ? open_scratch(verify, entries) : open_shadow(verify);
}

static void
close_run(struct st_verify *verify)
{
	st_batch_abort(&verify->batch);
	st_enter_clear(&verify->enter);
	if (verify->pool != NULL)
		st_stream_close(&verify->stream);
	st_pool_free(verify->pool);
	st_reader_close(verify->reader);
	st_store_close(verify->shadow);
	st_names_free(verify->names);
	st_scratch_close(&verify->scratch, &verify->folder);
	st_state_clear(&verify->state);
	st_buf_free(&verify->stored_note);
	free(verify->stamps);
	st_buf_free(&verify->remembered_note);
	st_buf_free(&verify->seen.text);
	st_buf_free(&verify->checked.text);
	free(verify->spare_bytes);
}

/* --- the run ---------------------------------------------------------------------------------- */

static int
report_signatures(struct st_verify *verify)
{
	const uint64_t *wrong;
	size_t count, kept, i;
	int rc;

	if ((rc = st_pool_finish(verify->pool, verify->err)) < 0)
		return rc;
	verify->report->signatures += st_pool_verified(verify->pool);
	count = st_pool_wrong(verify->pool, &wrong, &kept);
	for (i = 0; i < kept; i++)
		if ((rc = st_verify_signature_wrong(verify, wrong[i])) < 0)
			return rc;
	verify->report->count += count - kept;
	return STET_OK;
}

static int
believe_tables(struct st_verify *verify)
{
	int rc, agree = 1;

	if (verify->shadow == NULL)
		return STET_OK;
	rc = st_shadow_complete(verify->bare, verify->stream.reader, &agree, verify->err);
	if (rc == STET_OK && agree)
		rc = st_names_agree(verify->names, verify->stream.reader, &agree, verify->err);
	if (rc == STET_OK && !agree)
		rc = st_fail(verify->err, STET_EMISMATCH, ST_TABLE_DIFFERS,
		    "the derived tables are not what the entries imply");
	return rc;
}

/* Everything reads as it should; but what lies below the rows may be such that the next append
 * ruins it.  Last, because what is wrong with the entries themselves says more. */
static int
check_store(struct st_verify *verify)
{
	struct st_reader *reader = NULL;
	int rc;

	if (verify->report->count > 0)
		return STET_OK;
	if ((rc = st_ledger_reader(verify->ledger, &reader, verify->err)) == STET_OK)
		rc = st_reader_check(reader, verify->err);
	st_reader_close(reader);
	return rc;
}

static int
run(struct st_verify *verify, int thorough)
{
	int rc;

	if ((rc = open_run(verify, thorough)) < 0 || (rc = st_replay(verify)) < 0 ||
	    (rc = believe_tables(verify)) < 0 || (rc = report_signatures(verify)) < 0 ||
	    (rc = st_compare_tables(verify)) < 0 || (rc = st_verify_heads(verify)) < 0 ||
	    (rc = st_verify_timestamps(verify)) < 0 || (rc = st_verify_artifacts(verify)) < 0)
		return rc;
	return check_store(verify);
}

int
st_verify_run(stet_ledger *ledger, const stet_verify_options *options,
    const struct st_verify_tuning *tuning, stet_progress *progress, void *ctx,
    stet_report **report_out, stet_error *err)
{
	struct st_verify verify;
	stet_report *report = NULL;
	int rc, thorough = tuning->no_shadow;

	if ((rc = st_report_new(options->max_diagnoses, &report, err)) < 0)
		return rc;
	for (;;) {
		memset(&verify, 0, sizeof(verify));
		verify.ledger = ledger;
		verify.options = options;
		verify.tuning = *tuning;
		verify.progress = progress;
		verify.progress_ctx = ctx;
		verify.report = report;
		verify.err = err;
		rc = run(&verify, thorough);
		close_run(&verify);
		if (rc != STET_EMISMATCH || thorough || tuning->only_shadow)
			break;
		st_report_reset(report); /* again, trusting no table */
		thorough = 1;
	}
	report->partial =
	    (options->flags & ~(unsigned)STET_VERIFY_NO_MEMORY) != 0 || options->since.data != NULL;
	if (rc == STET_OK)
		rc = st_report_finish(report, err);
	if (rc < 0) {
		stet_report_free(report);
		return rc;
	}
	*report_out = report;
	return STET_OK;
}

int
stet_verify_ledger(stet_ledger *ledger, const stet_verify_options *options, stet_progress *progress,
    void *ctx, stet_report **report_out, stet_error *err)
{
	static const stet_verify_options usual = STET_VERIFY_OPTIONS;

	if (options == NULL)
		options = &usual;
	if (options->version != STET_OPTIONS_VERSION)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "unknown version of the options");
	return st_verify_run(ledger, options, &preset, progress, ctx, report_out, err);
}
