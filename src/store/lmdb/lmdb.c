/* The LMDB engine: readers are read transactions, walks are cursors, a batch is the write
 * transaction. What is particular about opening, mapping and locking is in env.c. */
#include "store/store.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/lmdb/env.h"
#include "store/store_engine.h"

struct lmdb_store {
	struct st_store store;
	struct st_env *env;
};

struct lmdb_reader {
	struct st_reader reader;
	struct st_env *env;
	MDB_txn *txn;       /* NULL: a renewal failed */
	struct st_buf copy; /* the last answer, if the reader is lockless */
};

struct lmdb_scan {
	struct st_scan scan;
	MDB_cursor *cursor;
	int started, ended;
	uint8_t last[ST_KEY_MAX]; /* the key before */
	size_t last_size;
	struct st_buf keys, values; /* the last pairs, if the reader is lockless */
};

struct lmdb_batch {
	struct st_batch batch;
	struct st_env *env;
	MDB_txn *txn;
	int turn;
};

static MDB_val
val_of(stet_bytes bytes)
{
	MDB_val val;

	/* LMDB takes both keys and values by pointers to non-const and changes neither. */
	memcpy(&val.mv_data, &bytes.data, sizeof(val.mv_data));
	val.mv_size = bytes.size;
	return val;
}

static stet_bytes
bytes_of(const MDB_val *val)
{
	return (stet_bytes){val->mv_data, val->mv_size};
}

/* --- store ------------------------------------------------------------------------------------ */

static void
lmdb_close(struct st_store *base)
{
	struct lmdb_store *store = (struct lmdb_store *)base;

	st_env_close(store->env);
	free(store);
}

static int
lmdb_size(struct st_store *base, uint64_t *bytes_out, stet_error *err)
{
	struct st_env *env = ((struct lmdb_store *)base)->env;
	MDB_envinfo info;
	MDB_stat stat;
	MDB_txn *txn;
	int rc;

	/* In a transaction, so that nobody changes the map below. */
	if ((rc = st_env_read(env, &txn, err)) < 0)
		return rc;
	if ((rc = mdb_env_info(env->mdb, &info)) == 0 && (rc = mdb_env_stat(env->mdb, &stat)) == 0)
		*bytes_out = (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize;
	st_env_read_end(env, txn);
	return rc == 0 ? STET_OK : st_fail_mdb(err, rc, "cannot read", env->shown);
}

/* --- readers without a lock ------------------------------------------------------------------- */

/* A reader that could not enter itself into lock.mdb sees pages that a writer may come round to.
 * The writer of transaction W uses pages again that were freed in W - 2 or before; pages of
 * snapshot S are freed in S + 1 or later.  So all of S is as it was until the writer of S + 3
 * begins, which is after S + 2 is the newest.  Answers are copied first, then this is asked: then
 * the copy is of S. */
static int
check_not_overtaken(struct lmdb_reader *reader, stet_error *err)
{
	MDB_envinfo info;

	if (!reader->env->lockless)
		return STET_OK;
	atomic_thread_fence(memory_order_acquire); /* the copy was read before the header is */
	if (mdb_env_info(reader->env->mdb, &info) == 0 &&
	    info.me_last_txnid <= mdb_txn_id(reader->txn) + 1)
		return STET_OK;
	return st_fail(err, STET_ERETRY, ST_STORE_OVERTAKEN,
	    "'%s' was written to twice while it was read without a lock: read again",
	    reader->env->shown);
}

/* What looks like damage is none if the pages are of another transaction by now. */
static int
fail_read(struct lmdb_reader *reader, int mdb_rc, stet_error *err)
{
	int rc;

	if ((rc = check_not_overtaken(reader, err)) < 0)
		return rc;
	return st_fail_mdb(err, mdb_rc, "cannot read", reader->env->shown);
}

/* LMDB takes sizes from the page as they are; a damaged one would lead the caller out of the file.
 */
static int
check_row(struct lmdb_reader *reader, const MDB_val *key, const MDB_val *value, stet_error *err)
{
	int rc;

	if (key->mv_size > 0 && key->mv_size <= ST_KEY_MAX && value->mv_size <= ST_VALUE_MAX)
		return STET_OK;
	if ((rc = check_not_overtaken(reader, err)) < 0)
		return rc;
	return st_fail(err, STET_EFORMAT, ST_STORE_DAMAGED,
	    "'%s' is damaged: a row with a key of %zu and a value of %zu bytes", reader->env->shown,
	    key->mv_size, value->mv_size);
}

static int
copy_views(struct st_buf *copy, stet_bytes *views, size_t count, stet_error *err)
{
	size_t i, total = 1;
	uint8_t *at;

	for (i = 0; i < count; i++)
		total += views[i].size;
	if ((at = st_buf_room(copy, total)) == NULL)
		return st_fail_nomem(err);
	st_buf_grow(copy, total);
	for (i = 0; i < count; i++) {
		if (views[i].data == NULL)
			continue;
		memcpy(at, views[i].data, views[i].size);
		views[i].data = at;
		at += views[i].size;
	}
	return STET_OK;
}

/* Makes an answer independent of the pages it lies in, where these are not safe. */
static int
secure(struct lmdb_reader *reader, struct st_buf *copy, stet_bytes *views, size_t count,
    stet_error *err)
{
	int rc;

	if (!reader->env->lockless)
		return STET_OK;
	/* Before the copy too, or a size that was never one would be copied. */
	if ((rc = check_not_overtaken(reader, err)) < 0 ||
	    (rc = copy_views(copy, views, count, err)) < 0)
		return rc;
	return check_not_overtaken(reader, err);
}

/* --- readers ---------------------------------------------------------------------------------- */

static int
lmdb_reader_open(struct st_store *base, struct st_reader **reader_out, stet_error *err)
{
	struct lmdb_reader *reader = calloc(1, sizeof(*reader));
	int rc;

	if (reader == NULL)
		return st_fail_nomem(err);
	reader->env = ((struct lmdb_store *)base)->env;
	if ((rc = st_env_read(reader->env, &reader->txn, err)) < 0) {
		free(reader);
		return rc;
	}
	*reader_out = &reader->reader;
	return STET_OK;
}

/* Not mdb_txn_renew: between the end of one snapshot and the next the environment may be opened
 * anew, and nothing of the old one may be left. */
static int
lmdb_reader_renew(struct st_reader *base, stet_error *err)
{
	struct lmdb_reader *reader = (struct lmdb_reader *)base;

	if (reader->txn != NULL)
		st_env_read_end(reader->env, reader->txn);
	reader->txn = NULL;
	return st_env_read(reader->env, &reader->txn, err);
}

static void
lmdb_reader_close(struct st_reader *base)
{
	struct lmdb_reader *reader = (struct lmdb_reader *)base;

	if (reader->txn != NULL)
		st_env_read_end(reader->env, reader->txn);
	st_buf_free(&reader->copy);
	free(reader);
}

/* Before anything is read: pages that are known to be others now are not even looked at. */
static int
check_alive(struct lmdb_reader *reader, stet_error *err)
{
	if (reader->txn != NULL)
		return check_not_overtaken(reader, err);
	return st_fail(err, STET_EINVAL, ST_STORE_MISUSE,
	    "a reader of '%s' was used after its renewal had failed", reader->env->shown);
}

static int
lmdb_rows(struct st_reader *base, enum st_table table, uint64_t *rows_out, stet_error *err)
{
	struct lmdb_reader *reader = (struct lmdb_reader *)base;
	MDB_stat stat;
	int rc;

	if ((rc = check_alive(reader, err)) < 0)
		return rc;
	if ((rc = mdb_stat(reader->txn, reader->env->tables[table], &stat)) != 0)
		return fail_read(reader, rc, err);
	*rows_out = stat.ms_entries;
	return STET_OK;
}

static int
lmdb_check(struct st_reader *base, stet_error *err)
{
	struct lmdb_reader *reader = (struct lmdb_reader *)base;
	struct st_mdb_head head;
	mdb_filehandle_t fd;
	stet_error why;
	int rc;

	if ((rc = mdb_env_get_fd(reader->env->mdb, &fd)) != 0)
		return fail_read(reader, rc, err);
	st_error_clear(&why);
	rc = st_mdb_header_of(fd, mdb_txn_id(reader->txn), reader->env->shown, &head, &why);
	if (rc == STET_OK)
		rc = st_mdb_pages_check(fd, &head, reader->env->shown, &why);
	/* What looks like damage is none if the pages are of another transaction by now. */
	if (rc == STET_EFORMAT && check_not_overtaken(reader, NULL) < 0)
		return check_not_overtaken(reader, err);
	if (rc < 0 && err != NULL)
		*err = why;
	return rc;
}

static int
lmdb_get(struct st_reader *base, enum st_table table, const stet_bytes *keys, size_t count,
    stet_bytes *values_out, stet_error *err)
{
	struct lmdb_reader *reader = (struct lmdb_reader *)base;
	MDB_val key, value;
	size_t i;
	int rc;

	if ((rc = check_alive(reader, err)) < 0)
		return rc;
	for (i = 0; i < count; i++) {
		key = val_of(keys[i]);
		rc = mdb_get(reader->txn, reader->env->tables[table], &key, &value);
		if (rc == MDB_NOTFOUND) {
			values_out[i] = (stet_bytes){NULL, 0};
			continue;
		}
		if (rc != 0)
			return fail_read(reader, rc, err);
		if ((rc = check_row(reader, &key, &value, err)) < 0)
			return rc;
		values_out[i] = bytes_of(&value);
	}
	st_buf_reset(&reader->copy);
	return secure(reader, &reader->copy, values_out, count, err);
}

/* --- walks ------------------------------------------------------------------------------------ */

static int
lmdb_scan_open(struct st_reader *base, enum st_table table, const struct st_range *range,
    struct st_scan **scan_out, stet_error *err)
{
	struct lmdb_reader *reader = (struct lmdb_reader *)base;
	struct lmdb_scan *scan;
	int rc;

	(void)range; /* store.c has put it into scan->bounds by the time of the first next */
	if ((rc = check_alive(reader, err)) < 0)
		return rc;
	if ((scan = calloc(1, sizeof(*scan))) == NULL)
		return st_fail_nomem(err);
	rc = mdb_cursor_open(reader->txn, reader->env->tables[table], &scan->cursor);
	if (rc != 0) {
		free(scan);
		return fail_read(reader, rc, err);
	}
	*scan_out = &scan->scan;
	return STET_OK;
}

/* To the first pair, in the walk's direction, that is not before its beginning. */
static int
go_to_start(struct lmdb_scan *scan, MDB_val *key, MDB_val *value)
{
	const struct st_bounds *bounds = &scan->scan.bounds;
	int rc;

	if (!bounds->backward && bounds->from_size == 0)
		return mdb_cursor_get(scan->cursor, key, value, MDB_FIRST);
	if (!bounds->backward) {
		*key = val_of(st_bounds_from(bounds));
		return mdb_cursor_get(scan->cursor, key, value, MDB_SET_RANGE);
	}
	if (!bounds->has_to)
		return mdb_cursor_get(scan->cursor, key, value, MDB_LAST);
	/* The first key not below `to`; the one before it is the last below. */
	*key = val_of(st_bounds_to(bounds));
	rc = mdb_cursor_get(scan->cursor, key, value, MDB_SET_RANGE);
	if (rc == MDB_NOTFOUND)
		return mdb_cursor_get(scan->cursor, key, value, MDB_LAST);
	return rc != 0 ? rc : mdb_cursor_get(scan->cursor, key, value, MDB_PREV);
}

/* Keys come in order, each once.  On damaged pages they may not: without this a walk through pages
 * that lead back to themselves would not end in this life. */
static int
check_order(struct lmdb_scan *scan, const MDB_val *key, stet_error *err)
{
	struct lmdb_reader *reader = (struct lmdb_reader *)scan->scan.reader;
	stet_bytes last = {scan->last, scan->last_size}, now = bytes_of(key);
	int order = scan->scan.bounds.backward ? st_bytes_compare(last, now)
					       : st_bytes_compare(now, last),
	    rc;

	if (order <= 0 && scan->last_size > 0) {
		if ((rc = check_not_overtaken(reader, err)) < 0)
			return rc;
		return st_fail(err, STET_EFORMAT, ST_STORE_DAMAGED,
		    "'%s' is damaged: the keys of table '%s' are not in order", reader->env->shown,
		    st_table_names[scan->scan.table]);
	}
	memcpy(scan->last, now.data, now.size);
	scan->last_size = now.size;
	return STET_OK;
}

/* 1 a pair, 0 the end, below 0 an error. */
static int
next_pair(struct lmdb_scan *scan, MDB_val *key, MDB_val *value, stet_error *err)
{
	struct lmdb_reader *reader = (struct lmdb_reader *)scan->scan.reader;
	const struct st_bounds *bounds = &scan->scan.bounds;
	int rc;

	if (scan->ended)
		return 0;
	if (!scan->started)
		rc = go_to_start(scan, key, value);
	else
		rc = mdb_cursor_get(
		    scan->cursor, key, value, bounds->backward ? MDB_PREV : MDB_NEXT);
	scan->started = 1;
	scan->ended = rc != 0;
	if (rc != 0)
		return rc == MDB_NOTFOUND ? 0 : fail_read(reader, rc, err);
	if ((rc = check_row(reader, key, value, err)) < 0 ||
	    (rc = check_order(scan, key, err)) < 0) {
		scan->ended = 1;
		return rc;
	}
	scan->ended = !st_bounds_below_to(bounds, bytes_of(key)) ||
		      !st_bounds_above_from(bounds, bytes_of(key));
	return !scan->ended;
}

static int
lmdb_scan_next(struct st_scan *base, size_t max, stet_bytes *keys_out, stet_bytes *values_out,
    size_t *count_out, stet_error *err)
{
	struct lmdb_scan *scan = (struct lmdb_scan *)base;
	struct lmdb_reader *reader = (struct lmdb_reader *)base->reader;
	MDB_val key, value;
	size_t n;
	int rc;

	if ((rc = check_alive(reader, err)) < 0)
		return rc;
	for (n = 0; n < max && (rc = next_pair(scan, &key, &value, err)) != 0; n++) {
		if (rc < 0)
			return rc;
		if (keys_out != NULL)
			keys_out[n] = bytes_of(&key);
		if (values_out != NULL)
			values_out[n] = bytes_of(&value);
	}
	st_buf_reset(&scan->keys);
	st_buf_reset(&scan->values);
	if (keys_out != NULL && (rc = secure(reader, &scan->keys, keys_out, n, err)) < 0)
		return rc;
	if (values_out != NULL && (rc = secure(reader, &scan->values, values_out, n, err)) < 0)
		return rc;
	*count_out = n;
	return STET_OK;
}

static void
lmdb_scan_end(struct st_scan *base)
{
	struct lmdb_scan *scan = (struct lmdb_scan *)base;

	mdb_cursor_close(scan->cursor);
	scan->cursor = NULL;
	st_buf_free(&scan->keys);
	st_buf_free(&scan->values);
}

/* --- batches ---------------------------------------------------------------------------------- */

static int
lmdb_batch_begin(struct st_store *base, int wait_ms, struct st_batch **batch_out, stet_error *err)
{
	struct lmdb_batch *batch = calloc(1, sizeof(*batch));
	struct lmdb_reader *reader = calloc(1, sizeof(*reader));
	int rc;

	if (batch == NULL || reader == NULL) {
		rc = st_fail_nomem(err);
		goto fail;
	}
	batch->env = reader->env = ((struct lmdb_store *)base)->env;
	if ((rc = st_env_write(batch->env, wait_ms, &batch->txn, &batch->turn, err)) < 0)
		goto fail;
	reader->txn = batch->txn;
	batch->batch.reader = &reader->reader;
	*batch_out = &batch->batch;
	return STET_OK;
fail:
	free(batch);
	free(reader);
	return rc;
}

/* MDB_APPEND spares the search and fills pages to the brim, but only for a key beyond the last; as
 * it is a hint to us, any other key is put in the ordinary way. */
static int
put_one(MDB_cursor *cursor, unsigned flags, stet_bytes key_bytes, stet_bytes value_bytes)
{
	MDB_val key = val_of(key_bytes), value = val_of(value_bytes);
	unsigned only_new = (flags & ST_PUT_NEW) != 0 ? MDB_NOOVERWRITE : 0u;
	int rc;

	if ((flags & ST_PUT_APPEND) != 0) {
		if ((rc = mdb_cursor_put(cursor, &key, &value, MDB_APPEND)) != MDB_KEYEXIST)
			return rc;
		value = val_of(value_bytes);
	}
	return mdb_cursor_put(cursor, &key, &value, only_new);
}

static int
fail_put(struct lmdb_batch *batch, enum st_table table, int mdb_rc, stet_error *err)
{
	if (mdb_rc == 0)
		return STET_OK;
	if (mdb_rc == MDB_KEYEXIST)
		return st_fail(err, STET_EMISMATCH, ST_STORE_KEY_EXISTS,
		    "table '%s' of '%s' already has a key that must be new", st_table_names[table],
		    batch->env->shown);
	return st_env_batch_failed(batch->env, mdb_rc, err);
}

static int
lmdb_batch_put(struct st_batch *base, enum st_table table, unsigned flags, const stet_bytes *keys,
    const stet_bytes *values, size_t count, stet_error *err)
{
	struct lmdb_batch *batch = (struct lmdb_batch *)base;
	MDB_cursor *cursor;
	size_t i;
	int rc = mdb_cursor_open(batch->txn, batch->env->tables[table], &cursor);

	if (rc != 0)
		return fail_put(batch, table, rc, err);
	for (i = 0; i < count && rc == 0; i++)
		rc = put_one(cursor, flags, keys[i], values[i]);
	mdb_cursor_close(cursor);
	return fail_put(batch, table, rc, err);
}

static int
lmdb_batch_delete(struct st_batch *base, enum st_table table, stet_bytes key_bytes, stet_error *err)
{
	struct lmdb_batch *batch = (struct lmdb_batch *)base;
	MDB_val key = val_of(key_bytes);
	int rc = mdb_del(batch->txn, batch->env->tables[table], &key, NULL);

	return rc == MDB_NOTFOUND ? STET_ENOTFOUND : fail_put(batch, table, rc, err);
}

static int
lmdb_batch_clear(struct st_batch *base, enum st_table table, stet_error *err)
{
	struct lmdb_batch *batch = (struct lmdb_batch *)base;

	return fail_put(batch, table, mdb_drop(batch->txn, batch->env->tables[table], 0), err);
}

static void
free_batch(struct lmdb_batch *batch)
{
	struct lmdb_reader *reader = (struct lmdb_reader *)batch->batch.reader;

	st_buf_free(&reader->copy);
	free(reader);
	free(batch);
}

static int
lmdb_batch_commit(struct st_batch *base, stet_error *err)
{
	struct lmdb_batch *batch = (struct lmdb_batch *)base;
	int rc = st_env_commit(batch->env, batch->txn, batch->turn, err);

	free_batch(batch);
	return rc;
}

static void
lmdb_batch_abort(struct st_batch *base)
{
	struct lmdb_batch *batch = (struct lmdb_batch *)base;

	st_env_abort(batch->env, batch->txn, batch->turn, base->failed == STET_EFULL);
	free_batch(batch);
}

static const struct st_engine lmdb_engine = {
    .strict = 0,
    .close = lmdb_close,
    .size = lmdb_size,
    .reader_open = lmdb_reader_open,
    .reader_renew = lmdb_reader_renew,
    .reader_close = lmdb_reader_close,
    .rows = lmdb_rows,
    .check = lmdb_check,
    .get = lmdb_get,
    .scan_open = lmdb_scan_open,
    .scan_next = lmdb_scan_next,
    .scan_end = lmdb_scan_end,
    .batch_begin = lmdb_batch_begin,
    .batch_put = lmdb_batch_put,
    .batch_delete = lmdb_batch_delete,
    .batch_clear = lmdb_batch_clear,
    .batch_commit = lmdb_batch_commit,
    .batch_abort = lmdb_batch_abort,
};

int
st_store_open_lmdb_spare(
    const char *where, unsigned flags, size_t spare, struct st_store **store_out, stet_error *err)
{
	struct lmdb_store *store = calloc(1, sizeof(*store));
	int rc;

	if (store == NULL)
		return st_fail_nomem(err);
	if ((rc = st_env_open(where, flags, spare, &store->env, err)) < 0) {
		free(store);
		return rc;
	}
	st_store_init(&store->store, &lmdb_engine, (flags & ST_OPEN_READ_ONLY) != 0);
	*store_out = &store->store;
	return STET_OK;
}

int
st_store_open_lmdb(const char *where, unsigned flags, struct st_store **store_out, stet_error *err)
{
	return st_store_open_lmdb_spare(where, flags, ST_MAP_SPARE, store_out, err);
}
