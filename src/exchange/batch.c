/* The batch that an import gathers: rows of statements, each taken whole or not at all. */
#include <stdlib.h>

#include "base/err.h"
#include "exchange/import.h"

#define BATCH_COUNT 1024
#define ROW_COUNT 64 /* statements that one row makes at most, about */

void
st_import_drop(struct st_import *import, size_t from)
{
	while (import->count > from)
		stet_statement_free(import->statements[--import->count]);
	while (import->row_count > 0 && import->rows[import->row_count - 1].first >= from)
		import->row_count--;
}

/* --- rows ------------------------------------------------------------------------------------ */

void
st_import_row_begin(struct st_import *import)
{
	import->row_first = import->count;
	import->row_already = 0;
	import->result.rows++;
}

static int
remember_row(struct st_import *import, stet_error *err)
{
	struct st_import_row *rows;
	size_t capacity;

	if (import->row_count == import->row_capacity) {
		capacity = import->row_capacity == 0 ? 64 : import->row_capacity * 2;
		if ((rows = realloc(import->rows, capacity * sizeof(*rows))) == NULL)
			return st_fail_nomem(err);
		import->rows = rows;
		import->row_capacity = capacity;
	}
	import->rows[import->row_count++] =
	    (struct st_import_row){import->result.rows, import->row_first, import->row_already};
	return STET_OK;
}

int
st_import_is_full(const struct st_import *import)
{
	size_t most = import->options->batch_count > 0 ? import->options->batch_count : BATCH_COUNT;

	return import->count + ROW_COUNT > most;
}

int
st_import_row_end(struct st_import *import, stet_error *err)
{
	int rc;

	/* A row of which all is there already has nothing in the batch that could be refused. */
	if (import->count > import->row_first && (rc = remember_row(import, err)) < 0)
		return rc;
	import->result.taken++;
	import->result.already += import->row_already;
	import->row_first = import->count;
	if (import->options->progress != NULL &&
	    import->options->progress(
		import->options->progress_ctx, "rows", import->result.rows, 0) != 0)
		return st_fail(err, STET_EINVAL, ST_STOPPED, "stopped; run it again to go on");
	return st_import_is_full(import) ? st_import_flush(import, err) : STET_OK;
}

static void
tell_refused(struct st_import *import, uint64_t number, const stet_error *why)
{
	import->result.refused++;
	if (import->options->refused != NULL)
		import->options->refused(import->options->refused_ctx, number, why);
}

void
st_import_row_refuse(struct st_import *import, const stet_error *why)
{
	st_import_drop(import, import->row_first);
	tell_refused(import, import->result.rows, why);
}

/* --- the batch ------------------------------------------------------------------------------- */

/* The row that a statement belongs to, or NULL. */
static struct st_import_row *
row_of(struct st_import *import, size_t statement)
{
	size_t i = import->row_count;

	while (i > 0 && import->rows[i - 1].first > statement)
		i--;
	return i > 0 ? &import->rows[i - 1] : NULL;
}

/* Takes a row out of the batch, for a reason that shows only when it is signed or judged. */
static void
take_out(struct st_import *import, struct st_import_row *row, const stet_error *why)
{
	size_t at = (size_t)(row - import->rows), i;
	size_t first = row->first;
	size_t end = at + 1 < import->row_count ? row[1].first : import->count;

	import->result.taken--;
	import->result.already -= row->already;
	tell_refused(import, row->number, why);
	for (i = first; i < end; i++)
		stet_statement_free(import->statements[i]);
	for (i = end; i < import->count; i++)
		import->statements[first + i - end] = import->statements[i];
	import->count -= end - first;
	for (i = at + 1; i < import->row_count; i++) {
		import->rows[i - 1] = import->rows[i];
		import->rows[i - 1].first -= end - first;
	}
	import->row_count--;
}

static int
sign(struct st_import *import, stet_error *err)
{
	struct st_import_row *row;
	stet_error why;
	size_t failed = 0;
	int rc;

	for (;;) {
		st_error_clear(&why);
		rc = stet_statement_sign_all(import->statements, import->count, import->key,
		    (int64_t)(import->options->now_ms / 1000), import->ledger->options.threads,
		    &failed, &why);
		if (rc != STET_OK && why.rule == ST_STATEMENT_TOO_LARGE &&
		    (row = row_of(import, failed)) != NULL) {
			take_out(import, row, &why);
			continue;
		}
		if (rc < 0 && err != NULL)
			*err = why;
		return rc;
	}
}

static int
append(struct st_import *import, unsigned flags, stet_outcome **outcome_out, stet_error *err)
{
	stet_append_options options = STET_APPEND_OPTIONS;

	*outcome_out = NULL;
	if (import->count == 0)
		return STET_OK;
	options.now_ms = import->options->now_ms;
	options.flags = flags;
	options.ask = import->options->ask;
	options.ctx = import->options->ask_ctx;
	return stet_ledger_append(
	    import->ledger, import->statements, import->count, &options, outcome_out, err);
}

/* Asks which rows the batch was refused for, and takes them out: from the last, so that the numbers
 * of those in front stay. *taken_out 0: none, it is not for a row that the ledger says no. */
static int
take_out_refused(struct st_import *import, unsigned flags, size_t *taken_out, stet_error *err)
{
	stet_outcome *outcome = NULL;
	const stet_outcome_item *item;
	struct st_import_row *row;
	size_t i;
	int rc;

	*taken_out = 0;
	rc = append(import, flags | STET_APPEND_DRY_RUN | STET_APPEND_KEEP_GOING, &outcome, err);
	for (i = outcome == NULL ? 0 : stet_outcome_count(outcome); rc == STET_OK && i-- > 0;) {
		item = stet_outcome_get(outcome, i);
		if (item->result != STET_REFUSED || (row = row_of(import, i)) == NULL)
			continue;
		i = row->first;
		take_out(import, row, &item->error);
		++*taken_out;
	}
	stet_outcome_free(outcome);
	return rc;
}

static void
count_outcome(struct st_import *import, const stet_outcome *outcome)
{
	size_t i;

	for (i = 0; outcome != NULL && i < stet_outcome_count(outcome); i++) {
		if (stet_outcome_get(outcome, i)->result == STET_APPENDED)
			import->result.appended++;
		else
			import->result.already++;
	}
	if (outcome != NULL && stet_outcome_head(outcome)->size > 0)
		import->result.head = *stet_outcome_head(outcome);
}

int
st_import_flush(struct st_import *import, stet_error *err)
{
	unsigned flags = import->options->flags & STET_APPEND_DRY_RUN;
	stet_outcome *outcome = NULL;
	stet_error why;
	size_t taken;
	int rc;

	if (import->count == 0)
		return STET_OK;
	if ((rc = sign(import, err)) < 0 || (rc = st_attach_settle(&import->attaching, err)) < 0)
		return rc;
	for (;;) {
		if ((rc = append(import, flags, &outcome, &why)) != STET_EREFUSED)
			break;
		stet_outcome_free(outcome);
		outcome = NULL;
		if ((rc = take_out_refused(import, flags, &taken, err)) < 0)
			return rc;
		rc = STET_EREFUSED;
		if (taken == 0)
			break;
	}
	if (rc < 0) {
		if (err != NULL)
			*err = why;
		stet_outcome_free(outcome);
		return rc;
	}
	count_outcome(import, outcome);
	stet_outcome_free(outcome);
	st_import_drop(import, 0);
	return st_reader_renew(import->reader, err);
}
