#ifndef ST_STORE_STORE_ENGINE_H
#define ST_STORE_STORE_ENGINE_H
/* What an engine gives to store.c, and nobody else sees.
 *
 * The structs below are the beginnings of the engine's own: an engine allocates its struct, with
 * calloc, fills its part and leaves the beginning to store.c.  store.c looks at the arguments,
 * counts, ends walks in time and keeps a failed batch from being committed; an engine reads and
 * writes. */
#include <pthread.h>
#include <stdatomic.h>

#include "store/store.h"

#define ST_KEY_MAX 64
#define ST_VALUE_MAX 65536

struct st_engine {
	/* 1: what other engines tolerate (a snapshot renewed, a batch committed below an open walk)
	 * is refused, so that the tests find it. */
	int strict;
	void (*close)(struct st_store *store);
	int (*size)(struct st_store *store, uint64_t *bytes_out, stet_error *err);

	int (*reader_open)(struct st_store *store, struct st_reader **reader_out, stet_error *err);
	int (*reader_renew)(struct st_reader *reader, stet_error *err);
	void (*reader_close)(struct st_reader *reader); /* frees it */
	int (*rows)(
	    struct st_reader *reader, enum st_table table, uint64_t *rows_out, stet_error *err);
	/* NULL: there is nothing below the rows that could be wrong. STET_ERETRY: renew first. */
	int (*check)(struct st_reader *reader, stet_error *err);
	int (*get)(struct st_reader *reader, enum st_table table, const stet_bytes *keys,
	    size_t count, stet_bytes *values_out, stet_error *err);

	/* scan_end lets go of what the walk holds; store.c frees the struct itself, later. */
	int (*scan_open)(struct st_reader *reader, enum st_table table,
	    const struct st_range *range, struct st_scan **scan_out, stet_error *err);
	int (*scan_next)(struct st_scan *scan, size_t max, stet_bytes *keys_out,
	    stet_bytes *values_out, size_t *count_out, stet_error *err);
	void (*scan_end)(struct st_scan *scan);

	/* batch_begin also makes batch->reader.  commit and abort free both. */
	int (*batch_begin)(
	    struct st_store *store, int wait_ms, struct st_batch **batch_out, stet_error *err);
	int (*batch_put)(struct st_batch *batch, enum st_table table, unsigned flags,
	    const stet_bytes *keys, const stet_bytes *values, size_t count, stet_error *err);
	int (*batch_delete)(
	    struct st_batch *batch, enum st_table table, stet_bytes key, stet_error *err);
	int (*batch_clear)(struct st_batch *batch, enum st_table table, stet_error *err);
	int (*batch_commit)(struct st_batch *batch, stet_error *err);
	void (*batch_abort)(struct st_batch *batch);
};

struct st_store {
	const struct st_engine *engine;
	int read_only;
	/* The store itself, its readers and its batch: whichever goes last closes the engine, so
	 * that a reader closed too late finds its ground still there. */
	atomic_uint uses;
	_Atomic uint64_t gets, scans, steps, puts, commits;
};

struct st_reader {
	struct st_store *store;
	struct st_batch *batch; /* NULL: a snapshot of its own */
	struct st_scan *scans;  /* its open walks              */
};

/* The bounds of a walk, copied. */
struct st_bounds {
	uint8_t from[ST_KEY_MAX], to[ST_KEY_MAX];
	size_t from_size, to_size; /* from_size 0: from the first key */
	int has_to, backward;
};

struct st_scan {
	struct st_reader *reader; /* NULL: ended */
	struct st_scan *next;
	enum st_table table;
	struct st_bounds bounds;
};

struct st_batch {
	struct st_store *store;
	struct st_reader *reader;
	pthread_t owner;
	int failed;     /* what the first failed put, delete or clear returned, or 0 */
	stet_error why; /* and what it said                                          */
};

/* Sets up the common part of a store; for the functions that open one. */
void st_store_init(struct st_store *store, const struct st_engine *engine, int read_only);

/* Whether a key lies below the end, or above the beginning, of a walk. */
int st_bounds_below_to(const struct st_bounds *bounds, stet_bytes key);
int st_bounds_above_from(const struct st_bounds *bounds, stet_bytes key);
stet_bytes st_bounds_from(const struct st_bounds *bounds);
stet_bytes st_bounds_to(const struct st_bounds *bounds);

/* Waiting without a clock: sleeps a little, a little longer each time up to max_us, and counts what
 * it asked for. wait_ms below 0: without end. */
struct st_pause {
	int64_t left_us; /* below 0: without end */
	long step_us, max_us;
};
struct st_pause st_pause_start(int wait_ms, long max_us);
int st_pause_step(struct st_pause *pause); /* 0: the time is up, and it did not sleep */

#endif
