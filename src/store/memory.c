/* The in-memory engine: for proofs, bags and tests.  Each table is a persistent map; a commit puts
 * the batch's roots in the place of the store's, all at once, under the lock. */
#include "store/store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/pmap.h"
#include "store/store_engine.h"

/* One moment of all tables. */
struct moment {
	struct st_pnode *roots[ST_TABLE_COUNT];
	uint64_t rows[ST_TABLE_COUNT];
	uint64_t bytes;
};

struct memory_store {
	struct st_store store;
	pthread_mutex_t lock; /* over the two below */
	struct moment now;
	int writing;
};

struct memory_reader {
	struct st_reader reader;
	struct moment own;
	const struct moment *at; /* own, or the batch's */
};

struct memory_scan {
	struct st_scan scan;
	struct st_pwalk walk;
	int started;
};

struct memory_batch {
	struct st_batch batch;
	struct moment next;
};

static void
moment_hold(struct moment *copy, const struct moment *from)
{
	int i;

	*copy = *from;
	for (i = 0; i < ST_TABLE_COUNT; i++)
		(void)st_pmap_hold(copy->roots[i]);
}

static void
moment_let_go(struct moment *moment)
{
	int i;

	for (i = 0; i < ST_TABLE_COUNT; i++)
		st_pmap_let_go(moment->roots[i]);
	memset(moment, 0, sizeof(*moment));
}

static void
memory_close(struct st_store *base)
{
	struct memory_store *store = (struct memory_store *)base;

	moment_let_go(&store->now);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

static int
memory_size(struct st_store *base, uint64_t *bytes_out, stet_error *err)
{
	struct memory_store *store = (struct memory_store *)base;

	(void)err;
	pthread_mutex_lock(&store->lock);
	*bytes_out = store->now.bytes;
	pthread_mutex_unlock(&store->lock);
	return STET_OK;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
take_now(struct memory_store *store, struct moment *copy)
{
	pthread_mutex_lock(&store->lock);
	moment_hold(copy, &store->now);
	pthread_mutex_unlock(&store->lock);
}

static int
memory_reader_open(struct st_store *base, struct st_reader **reader_out, stet_error *err)
{
	struct memory_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		return st_fail_nomem(err);
	take_now((struct memory_store *)base, &reader->own);
	reader->at = &reader->own;
	*reader_out = &reader->reader;
	return STET_OK;
}

static int
memory_reader_renew(struct st_reader *base, stet_error *err)
{
	struct memory_reader *reader = (struct memory_reader *)base;

	(void)err;
	moment_let_go(&reader->own);
	take_now((struct memory_store *)base->store, &reader->own);
	return STET_OK;
}

static void
memory_reader_close(struct st_reader *base)
{
	struct memory_reader *reader = (struct memory_reader *)base;

	moment_let_go(&reader->own);
	free(reader);
}

static int
memory_rows(struct st_reader *base, enum st_table table, uint64_t *rows_out, stet_error *err)
{
	(void)err;
	*rows_out = ((struct memory_reader *)base)->at->rows[table];
	return STET_OK;
}

static int
memory_get(struct st_reader *base, enum st_table table, const stet_bytes *keys, size_t count,
    stet_bytes *values_out, stet_error *err)
{
	struct memory_reader *reader = (struct memory_reader *)base;
	size_t i;

	(void)err;
	for (i = 0; i < count; i++)
		values_out[i] = st_pmap_get(reader->at->roots[table], keys[i]);
	return STET_OK;
}

static int
memory_scan_open(struct st_reader *reader, enum st_table table, const struct st_range *range,
    struct st_scan **scan_out, stet_error *err)
{
	struct memory_scan *scan = calloc(1, sizeof(*scan));

	(void)reader;
	(void)table;
	(void)range;
	if (scan == NULL)
		return st_fail_nomem(err);
	*scan_out = &scan->scan;
	return STET_OK;
}

static void
start_walk(struct memory_scan *scan)
{
	const struct st_bounds *bounds = &scan->scan.bounds;
	const struct memory_reader *reader = (const struct memory_reader *)scan->scan.reader;
	const struct st_pnode *root = reader->at->roots[scan->scan.table];
	stet_bytes none = {NULL, 0};

	if (bounds->backward)
		st_pwalk_start_backward(
		    &scan->walk, root, bounds->has_to ? st_bounds_to(bounds) : none);
	else
		st_pwalk_start(&scan->walk, root, st_bounds_from(bounds));
	scan->started = 1;
}

static int
memory_scan_next(struct st_scan *base, size_t max, stet_bytes *keys_out, stet_bytes *values_out,
    size_t *count_out, stet_error *err)
{
	struct memory_scan *scan = (struct memory_scan *)base;
	stet_bytes key, value;
	size_t n = 0;

	(void)err;
	if (!scan->started)
		start_walk(scan);
	while (n < max && st_pwalk_next(&scan->walk, &key, &value)) {
		if (!st_bounds_below_to(&base->bounds, key) ||
		    !st_bounds_above_from(&base->bounds, key)) {
			scan->walk.depth = 0; /* past the other bound: the end, for good */
			break;
		}
		if (keys_out != NULL)
			keys_out[n] = key;
		if (values_out != NULL)
			values_out[n] = value;
		n++;
	}
	*count_out = n;
	return STET_OK;
}

static void
memory_scan_end(struct st_scan *scan)
{
	(void)scan;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* 1 if the store was free and is now ours. */
static int
try_writing(struct memory_store *store)
{
	int was;

	pthread_mutex_lock(&store->lock);
	was = store->writing;
	store->writing = 1;
	pthread_mutex_unlock(&store->lock);
	return !was;
}

static int
memory_batch_begin(struct st_store *base, int wait_ms, struct st_batch **batch_out, stet_error *err)
{
	struct memory_store *store = (struct memory_store *)base;
	struct st_pause pause = st_pause_start(wait_ms, 1000);
	struct memory_batch *batch = calloc(1, sizeof(*batch));
	struct memory_reader *reader = calloc(1, sizeof(*reader));
	int rc;

	if (batch == NULL || reader == NULL) {
		rc = st_fail_nomem(err);
		goto fail;
	}
	while (!try_writing(store)) {
		if (!st_pause_step(&pause)) {
			rc = st_fail(err, STET_ELOCKED, ST_STORE_LOCKED,
			    "another batch is being written; waited %d ms for it", wait_ms);
			goto fail;
		}
	}
	take_now(store, &batch->next);
	reader->at = &batch->next;
	batch->batch.reader = &reader->reader;
	*batch_out = &batch->batch;
	return STET_OK;
fail:
	free(batch);
	free(reader);
	return rc;
}

/* Keeps rows and bytes right around the removal of a key that is there. */
static void
count_out(struct moment *next, enum st_table table, size_t key_size, size_t value_size)
{
	next->rows[table]--;
	next->bytes -= key_size + value_size;
}

static int
put_one(struct moment *next, enum st_table table, unsigned flags, stet_bytes key, stet_bytes value,
    stet_error *err)
{
	stet_bytes old = st_pmap_get(next->roots[table], key);
	size_t old_size = old.size;
	int added = 0;

	if (old.data != NULL && (flags & ST_PUT_NEW) != 0)
		return st_fail(err, STET_EMISMATCH, ST_STORE_KEY_EXISTS,
		    "table '%s' already has a key that must be new", st_table_names[table]);
	if (st_pmap_put(&next->roots[table], key, value, &added) < 0)
		return st_fail_nomem(err);
	if (!added)
		count_out(next, table, key.size, old_size);
	next->rows[table]++;
	next->bytes += key.size + value.size;
	return STET_OK;
}

static int
memory_batch_put(struct st_batch *base, enum st_table table, unsigned flags, const stet_bytes *keys,
    const stet_bytes *values, size_t count, stet_error *err)
{
	struct memory_batch *batch = (struct memory_batch *)base;
	size_t i;
	int rc;

	for (i = 0; i < count; i++)
		if ((rc = put_one(&batch->next, table, flags, keys[i], values[i], err)) < 0)
			return rc;
	return STET_OK;
}

static int
memory_batch_delete(struct st_batch *base, enum st_table table, stet_bytes key, stet_error *err)
{
	struct moment *next = &((struct memory_batch *)base)->next;
	size_t value_size = st_pmap_get(next->roots[table], key).size;
	int rc = st_pmap_delete(&next->roots[table], key);

	if (rc == STET_ENOMEM)
		return st_fail_nomem(err);
	if (rc == STET_OK)
		count_out(next, table, key.size, value_size);
	return rc;
}

/* What the rows of a table take; walked, because a clear is rare and takes as long anyway. */
static uint64_t
table_bytes(const struct st_pnode *root)
{
	stet_bytes key, value;
	struct st_pwalk walk;
	uint64_t bytes = 0;

	st_pwalk_start(&walk, root, (stet_bytes){NULL, 0});
	while (st_pwalk_next(&walk, &key, &value))
		bytes += key.size + value.size;
	return bytes;
}

static int
memory_batch_clear(struct st_batch *base, enum st_table table, stet_error *err)
{
	struct moment *next = &((struct memory_batch *)base)->next;

	(void)err;
	next->bytes -= table_bytes(next->roots[table]);
	next->rows[table] = 0;
	st_pmap_let_go(next->roots[table]);
	next->roots[table] = NULL;
	return STET_OK;
}

static void
end_batch(struct memory_batch *batch, struct moment *left)
{
	struct memory_reader *reader = (struct memory_reader *)batch->batch.reader;

	moment_let_go(left);
	free(reader);
	free(batch);
}

static int
memory_batch_commit(struct st_batch *base, stet_error *err)
{
	struct memory_batch *batch = (struct memory_batch *)base;
	struct memory_store *store = (struct memory_store *)base->store;
	struct moment before;

	(void)err;
	pthread_mutex_lock(&store->lock);
	before = store->now;
	store->now = batch->next;
	store->writing = 0;
	pthread_mutex_unlock(&store->lock);
	end_batch(batch, &before);
	return STET_OK;
}

static void
memory_batch_abort(struct st_batch *base)
{
	struct memory_batch *batch = (struct memory_batch *)base;
	struct memory_store *store = (struct memory_store *)base->store;

	end_batch(batch, &batch->next);
	pthread_mutex_lock(&store->lock);
	store->writing = 0;
	pthread_mutex_unlock(&store->lock);
}

static const struct st_engine memory_engine = {
    .strict = 0,
    .close = memory_close,
    .size = memory_size,
    .reader_open = memory_reader_open,
    .reader_renew = memory_reader_renew,
    .reader_close = memory_reader_close,
    .rows = memory_rows,
    .get = memory_get,
    .scan_open = memory_scan_open,
    .scan_next = memory_scan_next,
    .scan_end = memory_scan_end,
    .batch_begin = memory_batch_begin,
    .batch_put = memory_batch_put,
    .batch_delete = memory_batch_delete,
    .batch_clear = memory_batch_clear,
    .batch_commit = memory_batch_commit,
    .batch_abort = memory_batch_abort,
};

int
st_store_open_memory(struct st_store **store_out, stet_error *err)
{
	struct memory_store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return st_fail_nomem(err);
	if (pthread_mutex_init(&store->lock, NULL) != 0) {
		free(store);
		return st_fail_nomem(err);
	}
	st_store_init(&store->store, &memory_engine, 0);
	*store_out = &store->store;
	return STET_OK;
}
