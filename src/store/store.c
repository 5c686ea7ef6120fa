/* What all engines have in common: arguments, counts, the life of walks and of a failed batch. */
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/store_engine.h"

const char *const st_table_names[ST_TABLE_COUNT] = {
    [ST_ENTRY] = "entry",
    [ST_TREE] = "tree",
    [ST_ABOUT] = "about",
    [ST_INDEX] = "index",
    [ST_TRIE] = "trie",
    [ST_CTI] = "cti",
    [ST_LOOKUP] = "lookup",
    [ST_META] = "meta",
};

void
st_store_init(struct st_store *store, const struct st_engine *engine, int read_only)
{
	store->engine = engine;
	store->read_only = read_only;
	atomic_init(&store->uses, 1);
	atomic_init(&store->gets, 0);
	atomic_init(&store->scans, 0);
	atomic_init(&store->steps, 0);
	atomic_init(&store->puts, 0);
	atomic_init(&store->commits, 0);
}

static void
count(_Atomic uint64_t *counter, uint64_t more)
{
	atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

static void
hold(struct st_store *store)
{
	atomic_fetch_add_explicit(&store->uses, 1, memory_order_relaxed);
}

static void
let_go(struct st_store *store)
{
	if (atomic_fetch_sub_explicit(&store->uses, 1, memory_order_acq_rel) == 1)
		store->engine->close(store);
}

void
st_store_close(struct st_store *store)
{
	if (store != NULL)
		let_go(store);
}

void
st_store_counts(struct st_store *store, struct st_store_counts *counts_out)
{
	counts_out->gets = atomic_load_explicit(&store->gets, memory_order_relaxed);
	counts_out->scans = atomic_load_explicit(&store->scans, memory_order_relaxed);
	counts_out->steps = atomic_load_explicit(&store->steps, memory_order_relaxed);
	counts_out->puts = atomic_load_explicit(&store->puts, memory_order_relaxed);
	counts_out->commits = atomic_load_explicit(&store->commits, memory_order_relaxed);
}

int
st_store_size(struct st_store *store, uint64_t *bytes_out, stet_error *err)
{
	return store->engine->size(store, bytes_out, err);
}

/* --- arguments -------------------------------------------------------------------------------- */

static int
check_table(enum st_table table, stet_error *err)
{
	if ((unsigned)table < ST_TABLE_COUNT)
		return STET_OK;
	return st_fail(err, STET_EINVAL, ST_STORE_MISUSE, "there is no table %d", (int)table);
}

static int
check_keys(enum st_table table, const stet_bytes *keys, size_t n, stet_error *err)
{
	size_t i;
	int rc;

	if ((rc = check_table(table, err)) < 0)
		return rc;
	for (i = 0; i < n; i++)
		if (keys[i].data == NULL || keys[i].size == 0 || keys[i].size > ST_KEY_MAX)
			return st_fail(err, STET_EINVAL, ST_STORE_LIMITS,
			    "a key of %zu bytes for table '%s': keys have 1 to %d", keys[i].size,
			    st_table_names[table], ST_KEY_MAX);
	return STET_OK;
}

static int
check_values(enum st_table table, const stet_bytes *values, size_t n, stet_error *err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (values[i].size > ST_VALUE_MAX || (values[i].data == NULL && values[i].size > 0))
			return st_fail(err, STET_EINVAL, ST_STORE_LIMITS,
			    "a value of %zu bytes for table '%s': values have at most %d",
			    values[i].size, st_table_names[table], ST_VALUE_MAX);
	return STET_OK;
}

/* --- bounds of a walk ------------------------------------------------------------------------- */

stet_bytes
st_bounds_from(const struct st_bounds *bounds)
{
	return (stet_bytes){bounds->from, bounds->from_size};
}

stet_bytes
st_bounds_to(const struct st_bounds *bounds)
{
	return (stet_bytes){bounds->to, bounds->to_size};
}

int
st_bounds_below_to(const struct st_bounds *bounds, stet_bytes key)
{
	return !bounds->has_to || st_bytes_compare(key, st_bounds_to(bounds)) < 0;
}

int
st_bounds_above_from(const struct st_bounds *bounds, stet_bytes key)
{
	return bounds->from_size == 0 || st_bytes_compare(key, st_bounds_from(bounds)) >= 0;
}

static int
copy_range(struct st_bounds *bounds, const struct st_range *range, stet_error *err)
{
	memset(bounds, 0, sizeof(*bounds));
	if (range == NULL)
		return STET_OK;
	if (range->from.size > ST_KEY_MAX || range->to.size > ST_KEY_MAX)
		return st_fail(err, STET_EINVAL, ST_STORE_LIMITS,
		    "a walk bounded by a key of %zu bytes: keys have 1 to %d",
		    range->from.size > ST_KEY_MAX ? range->from.size : range->to.size, ST_KEY_MAX);
	bounds->backward = range->backward != 0;
	if (range->from.data != NULL) {
		bounds->from_size = range->from.size;
		memcpy(bounds->from, range->from.data, range->from.size);
	}
	if (range->to.data != NULL) {
		bounds->has_to = 1;
		bounds->to_size = range->to.size;
		memcpy(bounds->to, range->to.data, range->to.size);
	}
	return STET_OK;
}

/* --- readers ---------------------------------------------------------------------------------- */

/* Ends every walk of a reader.  The structs stay with their owners, who find reader NULL. */
static void
end_scans(struct st_reader *reader)
{
	struct st_scan *scan, *next;

	for (scan = reader->scans; scan != NULL; scan = next) {
		next = scan->next;
		reader->store->engine->scan_end(scan);
		scan->reader = NULL;
	}
	reader->scans = NULL;
}

int
st_reader_open(struct st_store *store, struct st_reader **reader_out, stet_error *err)
{
	struct st_reader *reader = NULL;
	int rc;

	if ((rc = store->engine->reader_open(store, &reader, err)) < 0)
		return rc;
	reader->store = store;
	hold(store);
	*reader_out = reader;
	return STET_OK;
}

int
st_reader_renew(struct st_reader *reader, stet_error *err)
{
	if (reader->batch != NULL)
		return st_fail(err, STET_EINVAL, ST_STORE_MISUSE,
		    "the reader of a batch always sees the batch and cannot be renewed");
	if (reader->scans != NULL && reader->store->engine->strict)
		return st_fail(err, STET_EINVAL, ST_STORE_SCAN_OPEN,
		    "a reader was renewed while a walk through table '%s' was open",
		    st_table_names[reader->scans->table]);
	end_scans(reader);
	return reader->store->engine->reader_renew(reader, err);
}

/* Each time another batch has come in between; a walk takes long beside a batch. */
#define CHECK_TRIES 1000

int
st_reader_check(struct st_reader *reader, stet_error *err)
{
	int rc, tries;

	for (tries = 0; tries < CHECK_TRIES; tries++) {
		if ((rc = st_reader_renew(reader, err)) < 0 || reader->store->engine->check == NULL)
			return rc;
		if ((rc = reader->store->engine->check(reader, err)) != STET_ERETRY)
			return rc;
	}
	return rc;
}

void
st_reader_close(struct st_reader *reader)
{
	struct st_store *store;

	if (reader == NULL || reader->batch != NULL) /* the batch closes its own */
		return;
	store = reader->store;
	end_scans(reader);
	store->engine->reader_close(reader);
	let_go(store);
}

int
st_reader_rows(struct st_reader *reader, enum st_table table, uint64_t *rows_out, stet_error *err)
{
	int rc;

	if ((rc = check_table(table, err)) < 0)
		return rc;
	return reader->store->engine->rows(reader, table, rows_out, err);
}

int
st_get(struct st_reader *reader, enum st_table table, const stet_bytes *keys, size_t n,
    stet_bytes *values_out, stet_error *err)
{
	int rc;

	if ((rc = check_keys(table, keys, n, err)) < 0)
		return rc;
	count(&reader->store->gets, n);
	return reader->store->engine->get(reader, table, keys, n, values_out, err);
}

int
st_get_one(struct st_reader *reader, enum st_table table, stet_bytes key, stet_bytes *value_out,
    stet_error *err)
{
	stet_bytes value;
	int rc;

	if ((rc = st_get(reader, table, &key, 1, &value, err)) < 0)
		return rc;
	if (value.data == NULL)
		return STET_ENOTFOUND;
	*value_out = value;
	return STET_OK;
}

/* --- walks ------------------------------------------------------------------------------------ */

int
st_scan_open(struct st_reader *reader, enum st_table table, const struct st_range *range,
    struct st_scan **scan_out, stet_error *err)
{
	struct st_bounds bounds;
	struct st_scan *scan = NULL;
	int rc;

	if ((rc = check_table(table, err)) < 0 || (rc = copy_range(&bounds, range, err)) < 0 ||
	    (rc = reader->store->engine->scan_open(reader, table, range, &scan, err)) < 0)
		return rc;
	scan->bounds = bounds;
	scan->table = table;
	scan->reader = reader;
	scan->next = reader->scans;
	reader->scans = scan;
	count(&reader->store->scans, 1);
	*scan_out = scan;
	return STET_OK;
}

int
st_scan_next(struct st_scan *scan, size_t max, stet_bytes *keys_out, stet_bytes *values_out,
    size_t *count_out, stet_error *err)
{
	struct st_store *store;
	int rc;

	if (scan->reader == NULL)
		return st_fail(err, STET_EINVAL, ST_STORE_SCAN_ENDED,
		    "a walk through table '%s' was used after its end",
		    st_table_names[scan->table]);
	if (max == 0)
		return st_fail(err, STET_EINVAL, ST_STORE_MISUSE, "a walk was asked for 0 pairs");
	if (scan->bounds.has_to && scan->bounds.to_size == 0) { /* nothing is below the empty key */
		*count_out = 0;
		return STET_OK;
	}
	store = scan->reader->store;
	if ((rc = store->engine->scan_next(scan, max, keys_out, values_out, count_out, err)) < 0)
		return rc;
	count(&store->steps, *count_out);
	return STET_OK;
}

void
st_scan_close(struct st_scan *scan)
{
	struct st_scan **at;

	if (scan == NULL)
		return;
	if (scan->reader != NULL) {
		for (at = &scan->reader->scans; *at != scan; at = &(*at)->next)
			;
		*at = scan->next;
		scan->reader->store->engine->scan_end(scan);
	}
	free(scan);
}

/* --- batches ---------------------------------------------------------------------------------- */

int
st_batch_begin(struct st_store *store, int wait_ms, struct st_batch **batch_out, stet_error *err)
{
	struct st_batch *batch = NULL;
	int rc;

	if (store->read_only)
		return st_fail(err, STET_EINVAL, ST_STORE_MISUSE,
		    "a batch was begun on a store that was opened for reading");
	if ((rc = store->engine->batch_begin(store, wait_ms, &batch, err)) < 0)
		return rc;
	batch->store = store;
	batch->reader->store = store;
	batch->reader->batch = batch;
	batch->owner = pthread_self();
	hold(store);
	*batch_out = batch;
	return STET_OK;
}

struct st_reader *
st_batch_reader(struct st_batch *batch)
{
	return batch->reader;
}

/* A batch of which one change failed must not be committed without it.  A key that is there
 * already, or is not, is an answer and no failure. */
static int
keep_failure(struct st_batch *batch, int rc, const stet_error *why, stet_error *err)
{
	if (rc == STET_ENOTFOUND)
		return rc;
	if (rc != STET_EMISMATCH) {
		batch->failed = rc;
		batch->why = *why;
	}
	if (err != NULL)
		*err = *why;
	return rc;
}

/* LMDB's lock for writers belongs to a thread, which alone can let it go; the rule is for all
 * engines, so that it is found with all. */
static int
check_owner(const struct st_batch *batch, stet_error *err)
{
	if (pthread_equal(batch->owner, pthread_self()))
		return STET_OK;
	return st_fail(err, STET_EINVAL, ST_STORE_MISUSE,
	    "a batch was used by another thread than the one that began it");
}

static int
say_failure(const struct st_batch *batch, stet_error *err)
{
	if (err != NULL)
		*err = batch->why;
	return batch->failed;
}

int
st_batch_put(struct st_batch *batch, enum st_table table, unsigned flags, const stet_bytes *keys,
    const stet_bytes *values, size_t n, stet_error *err)
{
	stet_error why;
	int rc;

	if (batch->failed < 0)
		return say_failure(batch, err);
	if ((rc = check_owner(batch, err)) < 0 || (rc = check_keys(table, keys, n, err)) < 0 ||
	    (rc = check_values(table, values, n, err)) < 0)
		return rc;
	end_scans(batch->reader);
	count(&batch->store->puts, n);
	st_error_clear(&why);
	rc = batch->store->engine->batch_put(batch, table, flags, keys, values, n, &why);
	return rc < 0 ? keep_failure(batch, rc, &why, err) : STET_OK;
}

int
st_batch_delete(struct st_batch *batch, enum st_table table, stet_bytes key, stet_error *err)
{
	stet_error why;
	int rc;

	if (batch->failed < 0)
		return say_failure(batch, err);
	if ((rc = check_owner(batch, err)) < 0 || (rc = check_keys(table, &key, 1, err)) < 0)
		return rc;
	end_scans(batch->reader);
	st_error_clear(&why);
	rc = batch->store->engine->batch_delete(batch, table, key, &why);
	return rc < 0 ? keep_failure(batch, rc, &why, err) : STET_OK;
}

int
st_batch_clear(struct st_batch *batch, enum st_table table, stet_error *err)
{
	stet_error why;
	int rc;

	if (batch->failed < 0)
		return say_failure(batch, err);
	if ((rc = check_owner(batch, err)) < 0 || (rc = check_table(table, err)) < 0)
		return rc;
	if (table == ST_ENTRY)
		return st_fail(err, STET_EINVAL, ST_STORE_MISUSE,
		    "the entries cannot be cleared: all else is derived");
	end_scans(batch->reader);
	st_error_clear(&why);
	rc = batch->store->engine->batch_clear(batch, table, &why);
	return rc < 0 ? keep_failure(batch, rc, &why, err) : STET_OK;
}

int
st_batch_commit(struct st_batch **batch_in, stet_error *err)
{
	struct st_batch *batch = *batch_in;
	struct st_store *store;
	int rc;

	if (batch == NULL)
		return st_fail(err, STET_EINVAL, ST_STORE_MISUSE, "there is no batch to commit");
	if ((rc = check_owner(batch, err)) < 0)
		return rc; /* and leave it to the thread that began it */
	store = batch->store;
	if (batch->failed < 0) {
		rc = say_failure(batch, err);
		st_batch_abort(batch_in);
		return rc;
	}
	if (batch->reader->scans != NULL && store->engine->strict) {
		rc = st_fail(err, STET_EINVAL, ST_STORE_SCAN_OPEN,
		    "a batch was committed while a walk through its table '%s' was open",
		    st_table_names[batch->reader->scans->table]);
		st_batch_abort(batch_in);
		return rc;
	}
	end_scans(batch->reader);
	*batch_in = NULL;
	rc = store->engine->batch_commit(batch, err);
	if (rc == STET_OK)
		count(&store->commits, 1);
	let_go(store);
	return rc;
}

void
st_batch_abort(struct st_batch **batch_in)
{
	struct st_batch *batch;
	struct st_store *store;

	if (batch_in == NULL || *batch_in == NULL)
		return;
	batch = *batch_in;
	assert(pthread_equal(batch->owner, pthread_self()));
	if (!pthread_equal(batch->owner, pthread_self()))
		return; /* better a store that stays locked than a lock let go by a stranger */
	*batch_in = NULL;
	store = batch->store;
	end_scans(batch->reader);
	store->engine->batch_abort(batch);
	let_go(store);
}

/* --- waiting ---------------------------------------------------------------------------------- */

struct st_pause
st_pause_start(int wait_ms, long max_us)
{
	struct st_pause pause;

	pause.left_us = wait_ms < 0 ? -1 : (int64_t)wait_ms * 1000;
	pause.step_us = 100;
	pause.max_us = max_us;
	return pause;
}

int
st_pause_step(struct st_pause *pause)
{
	struct timespec wait;

	if (pause->left_us == 0)
		return 0;
	if (pause->left_us > 0 && pause->step_us > pause->left_us)
		pause->step_us = (long)pause->left_us;
	wait.tv_sec = pause->step_us / 1000000;
	wait.tv_nsec = pause->step_us % 1000000 * 1000;
	while (nanosleep(&wait, &wait) < 0 && errno == EINTR)
		;
	if (pause->left_us > 0)
		pause->left_us -= pause->step_us;
	pause->step_us = pause->step_us * 2 < pause->max_us ? pause->step_us * 2 : pause->max_us;
	return 1;
}
