/* A store that writes nothing twice: the replay's tables laid over the ledger's own.
 *
 * Rows of ST_TREE, ST_ABOUT, ST_CTI and ST_LOOKUP never change, and each tells by itself which
 * entry implies it.  So the ledger's own table at any earlier state is the table of today without
 * the rows of later entries, if today's is right; and it is right if every row that the entries
 * imply is there and there are not more of them.  A put compares and counts, a get or a walk leaves
 * out what is later than *size, and st_shadow_complete() holds the counts against the tables, in
 * the end.  Until then nothing that was read is believed: whatever fails to agree makes the run
 * start again without this.
 *
 * The record index is another matter: its rows change, and every seal commits to a former state. It
 * is written to a store of its own. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/store_engine.h"
#include "verify/verify.h"

#define COUNT_AT_ONCE 64

struct shadow_store {
	struct st_store store;
	struct st_store *of, *inner; /* borrowed */
	struct st_names *names;      /* borrowed; NULL: ST_INDEX is in inner */
	const uint64_t *size;
	uint64_t puts[ST_TABLE_COUNT]; /* different keys */
	uint64_t of_entry;             /* whose look-ups these are */
	struct st_buf lookups;         /* their keys, each after a byte of its size */
};

struct shadow_reader {
	struct st_reader reader;
	struct st_reader *of, *inner;
	/* The row last asked for that is later than now: the rules ask whether an id was used
	 * before, and then the same row is put. */
	enum st_table ahead_table;
	uint8_t ahead_key[ST_KEY_MAX], ahead_value[8];
	size_t ahead_key_size; /* 0: none */
};

struct shadow_scan {
	struct st_scan scan;
	struct st_scan *below;
};

struct shadow_batch {
	struct st_batch batch;
	struct st_batch *inner;
};

int
st_shadow_covers(enum st_table table)
{
	return table == ST_TREE || table == ST_ABOUT || table == ST_CTI || table == ST_LOOKUP;
}

/* Whether the entries before size imply a row. One of another form is seen by nobody. */
static int
is_visible(enum st_table table, stet_bytes key, stet_bytes value, uint64_t size)
{
	unsigned level;

	if (table == ST_TREE) {
		level = key.size == 9 ? key.data[0] : 64;
		return level < 64 && st_be64_get(key.data + 1) < size >> level;
	}
	if (table == ST_LOOKUP)
		return key.size > 8 && st_be64_get(key.data + key.size - 8) < size;
	return value.size == 8 && st_be64_get(value.data) < size;
}

static uint64_t
size_now(const struct st_reader *reader)
{
	return *((const struct shadow_store *)reader->store)->size;
}

/* The names that stand for ST_INDEX, or NULL. */
static struct st_names *
names_for(const struct st_store *base, enum st_table table)
{
	return table == ST_INDEX ? ((const struct shadow_store *)base)->names : NULL;
}

static int
only_rows(stet_error *err)
{
	return st_fail(err, STET_EINVAL, ST_STORE_MISUSE,
	    "of the replay's names, rows are read and put one by one");
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
remember_ahead(struct shadow_reader *reader, enum st_table table, stet_bytes key, stet_bytes value)
{
	if (value.size != sizeof(reader->ahead_value))
		return;
	reader->ahead_table = table;
	memcpy(reader->ahead_key, key.data, key.size);
	memcpy(reader->ahead_value, value.data, value.size);
	reader->ahead_key_size = key.size;
}

static int
shadow_get(struct st_reader *base, enum st_table table, const stet_bytes *keys, size_t count,
    stet_bytes *values_out, stet_error *err)
{
	struct shadow_reader *reader = (struct shadow_reader *)base;
	size_t i;
	int rc;

	if (names_for(base->store, table) != NULL) {
		if (count != 1 || keys[0].size != 32)
			return only_rows(err);
		values_out[0] = st_names_row(names_for(base->store, table), keys[0].data);
		return STET_OK;
	}
	if (!st_shadow_covers(table))
		return st_get(reader->inner, table, keys, count, values_out, err);
	if ((rc = st_get(reader->of, table, keys, count, values_out, err)) < 0)
		return rc;
	for (i = 0; i < count; i++) {
		if (values_out[i].data == NULL ||
		    is_visible(table, keys[i], values_out[i], size_now(base)))
			continue;
		remember_ahead(reader, table, keys[i], values_out[i]);
		values_out[i] = (stet_bytes){NULL, 0};
	}
	return STET_OK;
}

static int
shadow_rows(struct st_reader *base, enum st_table table, uint64_t *rows_out, stet_error *err)
{
	struct shadow_reader *reader = (struct shadow_reader *)base;

	if (!st_shadow_covers(table))
		return st_reader_rows(reader->inner, table, rows_out, err);
	*rows_out = ((struct shadow_store *)base->store)->puts[table];
	return STET_OK;
}

static int
shadow_scan_open(struct st_reader *base, enum st_table table, const struct st_range *range,
    struct st_scan **scan_out, stet_error *err)
{
	struct shadow_reader *reader = (struct shadow_reader *)base;
	struct shadow_scan *scan;
	int rc;

	if (names_for(base->store, table) != NULL)
		return only_rows(err);
	if ((scan = calloc(1, sizeof(*scan))) == NULL)
		return st_fail_nomem(err);
	rc = st_scan_open(
	    st_shadow_covers(table) ? reader->of : reader->inner, table, range, &scan->below, err);
	if (rc < 0) {
		free(scan);
		return rc;
	}
	*scan_out = &scan->scan;
	return STET_OK;
}

static int
shadow_scan_next(struct st_scan *base, size_t max, stet_bytes *keys_out, stet_bytes *values_out,
    size_t *count_out, stet_error *err)
{
	struct shadow_scan *scan = (struct shadow_scan *)base;
	uint64_t size = size_now(base->reader);
	size_t count, i, kept;
	int rc;

	do {
		if ((rc = st_scan_next(scan->below, max, keys_out, values_out, &count, err)) < 0)
			return rc;
		kept = st_shadow_covers(base->table) ? 0 : count;
		for (i = 0; st_shadow_covers(base->table) && i < count; i++) {
			if (!is_visible(base->table, keys_out[i], values_out[i], size))
				continue;
			keys_out[kept] = keys_out[i];
			values_out[kept++] = values_out[i];
		}
	} while (count > 0 && kept == 0);
	*count_out = kept;
	return STET_OK;
}

static void
shadow_scan_end(struct st_scan *base)
{
	struct shadow_scan *scan = (struct shadow_scan *)base;

	st_scan_close(scan->below);
	scan->below = NULL;
}

/* --- writing, which is comparing -------------------------------------------------------------- */

static int
is_there(struct shadow_reader *reader, enum st_table table, stet_bytes key, stet_bytes value,
    stet_error *err)
{
	stet_bytes there;
	int rc;

	if (reader->ahead_key_size == key.size && reader->ahead_table == table &&
	    memcmp(reader->ahead_key, key.data, key.size) == 0)
		return st_bytes_equal(value, (stet_bytes){reader->ahead_value, 8});
	rc = st_get_one(reader->of, table, key, &there, err);
	if (rc == STET_ENOTFOUND)
		return 0;
	return rc < 0 ? rc : st_bytes_equal(there, value);
}

/* 1 if this entry has put the key before.  The keys of the other tables cannot come twice and agree
 * with the ledger's row both times; look-ups can, where an entry gives one thing in two places, and
 * counting both would leave room for a row too many. */
static int
is_repeated(struct shadow_store *store, enum st_table table, stet_bytes key)
{
	const uint8_t *data = store->lookups.data;
	size_t at;

	if (table != ST_LOOKUP)
		return 0;
	if (store->of_entry != *store->size) {
		store->of_entry = *store->size;
		st_buf_reset(&store->lookups);
	}
	for (at = 0; at < store->lookups.size; at += (size_t)1 + data[at])
		if (data[at] == key.size && memcmp(data + at + 1, key.data, key.size) == 0)
			return 1;
	st_buf_put_u8(&store->lookups, (uint8_t)key.size);
	st_buf_put_bytes(&store->lookups, key);
	return 0;
}

static int
put_one(struct shadow_batch *batch, enum st_table table, stet_bytes key, stet_bytes value,
    stet_error *err)
{
	struct shadow_store *store = (struct shadow_store *)batch->batch.store;
	struct shadow_reader *reader = (struct shadow_reader *)batch->batch.reader;
	int rc;

	/* The leaves of the tree: the stream has read them beside the entries, and replay_one()
	 * goes on only where they agree. */
	if (table == ST_TREE && key.size == 9 && key.data[0] == 0) {
		store->puts[table]++;
		return STET_OK;
	}
	rc = is_there(reader, table, key, value, err);
	if (rc == 0) {
		/* The entry may be newer than this snapshot. */
		reader->ahead_key_size = 0;
		if ((rc = st_reader_renew(reader->of, err)) == STET_OK)
			rc = is_there(reader, table, key, value, err);
	}
	if (rc == 0)
		return st_fail(err, STET_EMISMATCH, ST_TABLE_DIFFERS,
		    "a row of table '%s' is not as the entries imply it", st_table_names[table]);
	if (rc < 0)
		return rc;
	if (!is_repeated(store, table, key))
		store->puts[table]++;
	return store->lookups.rc < 0 ? st_fail_nomem(err) : STET_OK;
}

static int
shadow_put(struct st_batch *base, enum st_table table, unsigned flags, const stet_bytes *keys,
    const stet_bytes *values, size_t count, stet_error *err)
{
	struct shadow_batch *batch = (struct shadow_batch *)base;
	struct st_names *names = names_for(base->store, table);
	size_t i;
	int rc;

	for (i = 0; names != NULL && i < count; i++) {
		if (keys[i].size != 32 || values[i].size != ST_INDEX_ROW_SIZE)
			return only_rows(err);
		if ((rc = st_names_put(names, keys[i].data, values[i].data, err)) < 0)
			return rc;
	}
	if (names != NULL)
		return STET_OK;
	if (!st_shadow_covers(table))
		return st_batch_put(batch->inner, table, flags, keys, values, count, err);
	for (i = 0; i < count; i++)
		if ((rc = put_one(batch, table, keys[i], values[i], err)) < 0)
			return rc;
	return STET_OK;
}

static int
shadow_delete(struct st_batch *base, enum st_table table, stet_bytes key, stet_error *err)
{
	if (st_shadow_covers(table))
		return st_fail(err, STET_EINVAL, ST_STORE_MISUSE, "rows of '%s' are never deleted",
		    st_table_names[table]);
	return st_batch_delete(((struct shadow_batch *)base)->inner, table, key, err);
}

static int
shadow_clear(struct st_batch *base, enum st_table table, stet_error *err)
{
	if (st_shadow_covers(table))
		return st_fail(err, STET_EINVAL, ST_STORE_MISUSE, "table '%s' is never cleared",
		    st_table_names[table]);
	return st_batch_clear(((struct shadow_batch *)base)->inner, table, err);
}

/* --- beginnings and ends ---------------------------------------------------------------------- */

static int
shadow_reader_open(struct st_store *base, struct st_reader **reader_out, stet_error *err)
{
	struct shadow_store *store = (struct shadow_store *)base;
	struct shadow_reader *reader = calloc(1, sizeof(*reader));
	int rc;

	if (reader == NULL)
		return st_fail_nomem(err);
	if ((rc = st_reader_open(store->of, &reader->of, err)) < 0 ||
	    (rc = st_reader_open(store->inner, &reader->inner, err)) < 0) {
		st_reader_close(reader->of);
		free(reader);
		return rc;
	}
	*reader_out = &reader->reader;
	return STET_OK;
}

static int
shadow_reader_renew(struct st_reader *base, stet_error *err)
{
	struct shadow_reader *reader = (struct shadow_reader *)base;
	int rc;

	rc = st_reader_renew(reader->of, err);
	return rc < 0 ? rc : st_reader_renew(reader->inner, err);
}

static void
shadow_reader_close(struct st_reader *base)
{
	struct shadow_reader *reader = (struct shadow_reader *)base;

	st_reader_close(reader->of);
	st_reader_close(reader->inner);
	free(reader);
}

static int
shadow_batch_begin(struct st_store *base, int wait_ms, struct st_batch **batch_out, stet_error *err)
{
	struct shadow_store *store = (struct shadow_store *)base;
	struct shadow_batch *batch = calloc(1, sizeof(*batch));
	struct shadow_reader *reader = calloc(1, sizeof(*reader));
	int rc;

	if (batch == NULL || reader == NULL) {
		rc = st_fail_nomem(err);
		goto fail;
	}
	if ((rc = st_reader_open(store->of, &reader->of, err)) < 0 ||
	    (rc = st_batch_begin(store->inner, wait_ms, &batch->inner, err)) < 0)
		goto fail;
	reader->inner = st_batch_reader(batch->inner);
	batch->batch.reader = &reader->reader;
	*batch_out = &batch->batch;
	return STET_OK;
fail:
	if (reader != NULL)
		st_reader_close(reader->of);
	free(reader);
	free(batch);
	return rc;
}

static void
free_batch(struct shadow_batch *batch)
{
	struct shadow_reader *reader = (struct shadow_reader *)batch->batch.reader;

	st_reader_close(reader->of);
	free(reader);
	free(batch);
}

static int
shadow_batch_commit(struct st_batch *base, stet_error *err)
{
	struct shadow_batch *batch = (struct shadow_batch *)base;
	int rc = st_batch_commit(&batch->inner, err);

	free_batch(batch);
	return rc;
}

static void
shadow_batch_abort(struct st_batch *base)
{
	struct shadow_batch *batch = (struct shadow_batch *)base;

	st_batch_abort(&batch->inner);
	free_batch(batch);
}

static int
shadow_size(struct st_store *base, uint64_t *bytes_out, stet_error *err)
{
	return st_store_size(((struct shadow_store *)base)->inner, bytes_out, err);
}

static void
shadow_close(struct st_store *base)
{
	st_buf_free(&((struct shadow_store *)base)->lookups);
	free(base);
}

static const struct st_engine shadow_engine = {
    .close = shadow_close,
    .size = shadow_size,
    .reader_open = shadow_reader_open,
    .reader_renew = shadow_reader_renew,
    .reader_close = shadow_reader_close,
    .rows = shadow_rows,
    .get = shadow_get,
    .scan_open = shadow_scan_open,
    .scan_next = shadow_scan_next,
    .scan_end = shadow_scan_end,
    .batch_begin = shadow_batch_begin,
    .batch_put = shadow_put,
    .batch_delete = shadow_delete,
    .batch_clear = shadow_clear,
    .batch_commit = shadow_batch_commit,
    .batch_abort = shadow_batch_abort,
};

int
st_store_open_shadow(struct st_store *of, struct st_store *inner, struct st_names *names,
    const uint64_t *size, struct st_store **store_out, stet_error *err)
{
	struct shadow_store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return st_fail_nomem(err);
	st_store_init(&store->store, &shadow_engine, 0);
	store->of = of;
	store->inner = inner;
	store->names = names;
	store->size = size;
	store->of_entry = UINT64_MAX;
	*store_out = &store->store;
	return STET_OK;
}

/* Counted, not asked for: a table that was tampered with may lie about its size. */
static int
count_rows(struct st_reader *reader, enum st_table table, uint64_t *rows_out, stet_error *err)
{
	stet_bytes keys[COUNT_AT_ONCE], values[COUNT_AT_ONCE];
	struct st_scan *scan = NULL;
	size_t count;
	int rc;

	*rows_out = 0;
	if ((rc = st_scan_open(reader, table, NULL, &scan, err)) < 0)
		return rc;
	do {
		rc = st_scan_next(scan, COUNT_AT_ONCE, keys, values, &count, err);
		*rows_out += rc < 0 ? 0 : count;
	} while (rc == STET_OK && count > 0);
	st_scan_close(scan);
	return rc;
}

int
st_shadow_complete(
    struct st_store *base, struct st_reader *reader, int *complete_out, stet_error *err)
{
	const struct shadow_store *store = (const struct shadow_store *)base;
	uint64_t rows;
	int table, rc;

	*complete_out = 1;
	for (table = 0; *complete_out && table < ST_TABLE_COUNT; table++) {
		if (!st_shadow_covers((enum st_table)table))
			continue;
		if ((rc = count_rows(reader, (enum st_table)table, &rows, err)) < 0)
			return rc;
		*complete_out = rows == store->puts[table];
	}
	return STET_OK;
}
