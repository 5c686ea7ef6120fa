/* The strict wrapper: holds its callers to the contract of store.h, whatever the engine below would
 * let pass.
 *
 * Each answer is a copy, one allocation a value, so that the sanitizers see a read past its end.
 * When its life is over it is looked at (has the caller written into it?), filled with 0xdb and
 * kept for the length of one more answer: whoever still looks at it then reads the same nonsense
 * every time, in every build.  Open walks below a renewal or a commit are refused by store.c, which
 * knows by the flag `strict`. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/store_engine.h"

#define OVER 0xdb

/* What was handed out by one call, in the caller's order. */
struct answer {
	uint8_t **pieces;
	size_t *sizes;
	size_t count;
	uint64_t sum; /* over all bytes, to see whether they were written to */
};

/* The answer that is alive and the one before it. */
struct answers {
	struct answer alive, over;
	int touched; /* somebody wrote into an answer */
};

struct strict_store {
	struct st_store store;
	struct st_store *inner;
};

struct strict_reader {
	struct st_reader reader;
	struct st_reader *inner;
	struct answers answers;
};

struct strict_scan {
	struct st_scan scan;
	struct st_scan *inner;
	struct answers answers;
};

struct strict_batch {
	struct st_batch batch;
	struct st_batch *inner;
};

/* --- answers ---------------------------------------------------------------------------------- */

/* FNV-1a: it guards against mistakes, not against malice. */
static uint64_t
sum_of(const struct answer *answer)
{
	uint64_t sum = 14695981039346656037u;
	size_t i, k;

	for (i = 0; i < answer->count; i++)
		for (k = 0; answer->pieces[i] != NULL && k < answer->sizes[i]; k++)
			sum = (sum ^ answer->pieces[i][k]) * 1099511628211u;
	return sum;
}

static void
answer_free(struct answer *answer)
{
	size_t i;

	for (i = 0; i < answer->count; i++)
		free(answer->pieces[i]);
	free(answer->pieces);
	free(answer->sizes);
	memset(answer, 0, sizeof(*answer));
}

static int
answer_copy(struct answer *answer, stet_bytes *views, size_t count, stet_error *err)
{
	size_t i;

	memset(answer, 0, sizeof(*answer));
	answer->pieces = calloc(count + 1, sizeof(*answer->pieces));
	answer->sizes = calloc(count + 1, sizeof(*answer->sizes));
	if (answer->pieces == NULL || answer->sizes == NULL)
		goto fail;
	for (i = 0; i < count; i++, answer->count++) {
		if (views[i].data == NULL)
			continue;
		if ((answer->pieces[i] = malloc(views[i].size > 0 ? views[i].size : 1)) == NULL)
			goto fail;
		memcpy(answer->pieces[i], views[i].data, views[i].size);
		answer->sizes[i] = views[i].size;
	}
	for (i = 0; i < count; i++)
		views[i].data = answer->pieces[i];
	answer->sum = sum_of(answer);
	return STET_OK;
fail:
	answer_free(answer);
	return st_fail_nomem(err);
}

/* Ends the life of the newest answer. */
static void
answers_end(struct answers *answers)
{
	struct answer *answer = &answers->alive;
	size_t i;

	if (sum_of(answer) != answer->sum && answer->pieces != NULL)
		answers->touched = 1;
	for (i = 0; i < answer->count; i++)
		if (answer->pieces[i] != NULL)
			memset(answer->pieces[i], OVER, answer->sizes[i]);
	answer_free(&answers->over);
	answers->over = *answer;
	memset(answer, 0, sizeof(*answer));
}

static void
answers_free(struct answers *answers)
{
	answers_end(answers);
	answer_free(&answers->over);
}

static int
check_untouched(struct answers *answers, stet_error *err)
{
	if (!answers->touched)
		return STET_OK;
	answers->touched = 0;
	return st_fail(
	    err, STET_EINVAL, ST_STORE_MISUSE, "an answer of the store was written over");
}

/* --- store and readers ------------------------------------------------------------------------ */

static void
strict_close(struct st_store *base)
{
	struct strict_store *store = (struct strict_store *)base;

	st_store_close(store->inner);
	free(store);
}

static int
strict_size(struct st_store *base, uint64_t *bytes_out, stet_error *err)
{
	return st_store_size(((struct strict_store *)base)->inner, bytes_out, err);
}

static int
strict_reader_open(struct st_store *base, struct st_reader **reader_out, stet_error *err)
{
	struct strict_store *store = (struct strict_store *)base;
	struct strict_reader *reader = calloc(1, sizeof(*reader));
	int rc;

	if (reader == NULL)
		return st_fail_nomem(err);
	if ((rc = st_reader_open(store->inner, &reader->inner, err)) < 0) {
		free(reader);
		return rc;
	}
	*reader_out = &reader->reader;
	return STET_OK;
}

static int
strict_reader_renew(struct st_reader *base, stet_error *err)
{
	struct strict_reader *reader = (struct strict_reader *)base;
	int rc;

	answers_end(&reader->answers);
	if ((rc = check_untouched(&reader->answers, err)) < 0)
		return rc;
	return st_reader_renew(reader->inner, err);
}

static void
strict_reader_close(struct st_reader *base)
{
	struct strict_reader *reader = (struct strict_reader *)base;

	answers_free(&reader->answers);
	st_reader_close(reader->inner);
	free(reader);
}

static int
strict_check(struct st_reader *base, stet_error *err)
{
	return st_reader_check(((struct strict_reader *)base)->inner, err);
}

static int
strict_rows(struct st_reader *base, enum st_table table, uint64_t *rows_out, stet_error *err)
{
	return st_reader_rows(((struct strict_reader *)base)->inner, table, rows_out, err);
}

static int
strict_get(struct st_reader *base, enum st_table table, const stet_bytes *keys, size_t count,
    stet_bytes *values_out, stet_error *err)
{
	struct strict_reader *reader = (struct strict_reader *)base;
	struct answer answer;
	int rc;

	if ((rc = st_get(reader->inner, table, keys, count, values_out, err)) < 0 ||
	    (rc = answer_copy(&answer, values_out, count, err)) < 0)
		return rc;
	/* Only now: the keys may lie in the previous answer. */
	answers_end(&reader->answers);
	reader->answers.alive = answer;
	return check_untouched(&reader->answers, err);
}

/* --- walks ------------------------------------------------------------------------------------ */

static int
strict_scan_open(struct st_reader *base, enum st_table table, const struct st_range *range,
    struct st_scan **scan_out, stet_error *err)
{
	struct strict_reader *reader = (struct strict_reader *)base;
	struct strict_scan *scan = calloc(1, sizeof(*scan));
	int rc;

	if (scan == NULL)
		return st_fail_nomem(err);
	if ((rc = st_scan_open(reader->inner, table, range, &scan->inner, err)) < 0) {
		free(scan);
		return rc;
	}
	*scan_out = &scan->scan;
	return STET_OK;
}

/* Keys and values of one call, copied as one answer: first the keys, then the values. */
static int
copy_pairs(
    struct answer *answer, stet_bytes *keys, stet_bytes *values, size_t count, stet_error *err)
{
	stet_bytes *all = calloc(2 * count + 1, sizeof(*all));
	int rc;

	if (all == NULL)
		return st_fail_nomem(err);
	if (count > 0 && keys != NULL)
		memcpy(all, keys, count * sizeof(*all));
	if (count > 0 && values != NULL)
		memcpy(all + count, values, count * sizeof(*all));
	rc = answer_copy(answer, all, 2 * count, err);
	if (rc == STET_OK && count > 0 && keys != NULL)
		memcpy(keys, all, count * sizeof(*all));
	if (rc == STET_OK && count > 0 && values != NULL)
		memcpy(values, all + count, count * sizeof(*all));
	free(all);
	return rc;
}

static int
strict_scan_next(struct st_scan *base, size_t max, stet_bytes *keys_out, stet_bytes *values_out,
    size_t *count_out, stet_error *err)
{
	struct strict_scan *scan = (struct strict_scan *)base;
	struct answer answer;
	int rc;

	answers_end(&scan->answers);
	if ((rc = check_untouched(&scan->answers, err)) < 0 ||
	    (rc = st_scan_next(scan->inner, max, keys_out, values_out, count_out, err)) < 0 ||
	    (rc = copy_pairs(&answer, keys_out, values_out, *count_out, err)) < 0)
		return rc;
	scan->answers.alive = answer;
	return STET_OK;
}

static void
strict_scan_end(struct st_scan *base)
{
	struct strict_scan *scan = (struct strict_scan *)base;

	answers_free(&scan->answers);
	st_scan_close(scan->inner);
	scan->inner = NULL;
}

/* --- batches ---------------------------------------------------------------------------------- */

static int
strict_batch_begin(struct st_store *base, int wait_ms, struct st_batch **batch_out, stet_error *err)
{
	struct strict_store *store = (struct strict_store *)base;
	struct strict_batch *batch = calloc(1, sizeof(*batch));
	struct strict_reader *reader = calloc(1, sizeof(*reader));
	int rc;

	if (batch == NULL || reader == NULL) {
		rc = st_fail_nomem(err);
		goto fail;
	}
	if ((rc = st_batch_begin(store->inner, wait_ms, &batch->inner, err)) < 0)
		goto fail;
	reader->inner = st_batch_reader(batch->inner);
	batch->batch.reader = &reader->reader;
	*batch_out = &batch->batch;
	return STET_OK;
fail:
	free(batch);
	free(reader);
	return rc;
}

/* Any change ends the views of the batch's reader. */
static int
end_views(struct strict_batch *batch, stet_error *err)
{
	struct strict_reader *reader = (struct strict_reader *)batch->batch.reader;

	answers_end(&reader->answers);
	return check_untouched(&reader->answers, err);
}

static int
lies_in(const struct answer *answer, stet_bytes bytes)
{
	size_t i;

	for (i = 0; bytes.size > 0 && i < answer->count; i++)
		if (answer->sizes[i] > 0 && bytes.data >= answer->pieces[i] &&
		    bytes.data < answer->pieces[i] + answer->sizes[i])
			return 1;
	return 0;
}

/* A put ends the views of the batch's reader before it reads what it is to put: LMDB moves the page
 * below them. */
static int
check_not_views(const struct strict_batch *batch, const stet_bytes *keys, const stet_bytes *values,
    size_t count, stet_error *err)
{
	const struct strict_reader *reader = (const struct strict_reader *)batch->batch.reader;
	size_t i;

	for (i = 0; i < count; i++)
		if (lies_in(&reader->answers.alive, keys[i]) ||
		    lies_in(&reader->answers.alive, values[i]))
			return st_fail(err, STET_EINVAL, ST_STORE_MISUSE,
			    "a batch was to put what it had just been handed, without a copy");
	return STET_OK;
}

static int
strict_batch_put(struct st_batch *base, enum st_table table, unsigned flags, const stet_bytes *keys,
    const stet_bytes *values, size_t count, stet_error *err)
{
	struct strict_batch *batch = (struct strict_batch *)base;
	int rc;

	if ((rc = check_not_views(batch, keys, values, count, err)) < 0 ||
	    (rc = end_views(batch, err)) < 0)
		return rc;
	return st_batch_put(batch->inner, table, flags, keys, values, count, err);
}

static int
strict_batch_delete(struct st_batch *base, enum st_table table, stet_bytes key, stet_error *err)
{
	struct strict_batch *batch = (struct strict_batch *)base;
	int rc;

	if ((rc = check_not_views(batch, &key, &key, 1, err)) < 0 ||
	    (rc = end_views(batch, err)) < 0)
		return rc;
	return st_batch_delete(batch->inner, table, key, err);
}

static int
strict_batch_clear(struct st_batch *base, enum st_table table, stet_error *err)
{
	struct strict_batch *batch = (struct strict_batch *)base;
	int rc = end_views(batch, err);

	return rc < 0 ? rc : st_batch_clear(batch->inner, table, err);
}

static void
free_batch(struct strict_batch *batch)
{
	struct strict_reader *reader = (struct strict_reader *)batch->batch.reader;

	answers_free(&reader->answers);
	free(reader);
	free(batch);
}

static int
strict_batch_commit(struct st_batch *base, stet_error *err)
{
	struct strict_batch *batch = (struct strict_batch *)base;
	int rc = end_views(batch, err);

	if (rc == STET_OK)
		rc = st_batch_commit(&batch->inner, err);
	else
		st_batch_abort(&batch->inner);
	free_batch(batch);
	return rc;
}

static void
strict_batch_abort(struct st_batch *base)
{
	struct strict_batch *batch = (struct strict_batch *)base;

	st_batch_abort(&batch->inner);
	free_batch(batch);
}

static const struct st_engine strict_engine = {
    .strict = 1,
    .close = strict_close,
    .size = strict_size,
    .reader_open = strict_reader_open,
    .reader_renew = strict_reader_renew,
    .reader_close = strict_reader_close,
    .rows = strict_rows,
    .check = strict_check,
    .get = strict_get,
    .scan_open = strict_scan_open,
    .scan_next = strict_scan_next,
    .scan_end = strict_scan_end,
    .batch_begin = strict_batch_begin,
    .batch_put = strict_batch_put,
    .batch_delete = strict_batch_delete,
    .batch_clear = strict_batch_clear,
    .batch_commit = strict_batch_commit,
    .batch_abort = strict_batch_abort,
};

int
st_store_wrap_strict(struct st_store **inner, struct st_store **store_out, stet_error *err)
{
	struct strict_store *store = calloc(1, sizeof(*store));

	if (store == NULL) {
		st_store_close(*inner);
		*inner = NULL;
		return st_fail_nomem(err);
	}
	store->inner = *inner;
	*inner = NULL;
	st_store_init(&store->store, &strict_engine, store->inner->read_only);
	*store_out = &store->store;
	return STET_OK;
}
