#ifndef ST_STORE_STORE_H
#define ST_STORE_STORE_H
/* An ordered map of byte strings in named tables, read in snapshots, written in atomic batches.
 * Engines: lmdb (default), memory, strict (a wrapper that overwrites the previous answer, through
 * which all unit tests run); a networked one can follow.
 *
 * One lifetime for all engines: views from st_get live until the next st_get on that reader, views
 * from st_scan_next until the next call on that scan, all of them until renew or close.  A store is
 * shared by all threads; a reader or scan belongs to one thread at a time; a batch is begun, used
 * and ended by one thread.  A child of fork() opens stores of its own, and leaves its parent's. */
#include <stet/error.h>

struct st_store;
struct st_reader; /* one snapshot          */
struct st_scan;   /* one ordered walk      */
struct st_batch;  /* the one writer        */

struct st_range {
	stet_bytes from, to; /* from <= key < to; data NULL: no bound */
	int backward;
};

enum st_table {    /* keys <= 64 bytes, values <= 64 KiB                                      */
	ST_ENTRY,  /* u64be seq -> entry: the only truth                                       */
	ST_TREE,   /* u8 level, u64be index -> hash                                            */
	ST_ABOUT,  /* name key, u64be nth -> u64be seq: the history of a name                  */
	ST_INDEX,  /* name key -> u64be count, head, newest leaf that is no observation        */
	ST_TRIE,   /* u8 depth, bit prefix -> the 16 sides of the index four bits further down */
	ST_CTI,    /* SHA-256(iss, cti) -> u64be seq                                           */
	ST_LOOKUP, /* u8 kind, digest, u64be seq -> a byte or nothing: see ledger/lookup.h     */
	ST_META,   /* text -> bytes                                                            */
	ST_TABLE_COUNT
};
extern const char *const st_table_names[ST_TABLE_COUNT];

/* where: a folder for lmdb (data.mdb; lock.mdb and write.lock appear beside it).  Any number of
 * stores may be open on one folder, in one process as in several. */
#define ST_OPEN_CREATE 1    /* make it, and the folder, if it is not there      */
#define ST_OPEN_READ_ONLY 2 /* also on a disk or in a folder that is read-only  */
#define ST_OPEN_SCRATCH 4   /* temporary: nothing is synced                     */
int st_store_open_lmdb(
    const char *where, unsigned flags, struct st_store **store_out, stet_error *err);
int st_store_open_memory(struct st_store **store_out, stet_error *err);
/* Takes *inner over and sets it to NULL, also on failure. */
int st_store_wrap_strict(struct st_store **inner, struct st_store **store_out, stet_error *err);
void st_store_close(struct st_store *store);

/* How often the store was asked since it was opened: gets counts keys, not calls; steps counts
 * pairs handed out by scans.  For tests of how reads grow, and for stats. */
struct st_store_counts {
	uint64_t gets, scans, steps, puts, commits;
};
void st_store_counts(struct st_store *store, struct st_store_counts *counts_out);
/* Bytes in use on disk, and rows of a table (O(1)). */
int st_store_size(struct st_store *store, uint64_t *bytes_out, stet_error *err);
int st_reader_rows(
    struct st_reader *reader, enum st_table table, uint64_t *rows_out, stet_error *err);

/* A reader sees one moment.  renew moves it to now and ends all its views; long walks renew every
 * few thousand entries, or the file grows (a pinned reader grew one from 24 MB to 1 GB). Close its
 * scans first. */
int st_reader_open(struct st_store *store, struct st_reader **reader_out, stet_error *err);
int st_reader_renew(struct st_reader *reader, stet_error *err);
void st_reader_close(struct st_reader *reader);
/* Renews the reader and looks at all that lies below the rows of its snapshot: damage that reading
 * does not meet and the next batch would. STET_EFORMAT, STET_EIO, STET_ENOMEM. Reads everything. */
int st_reader_check(struct st_reader *reader, stet_error *err);

/* Many keys, one round trip; values_out[i] belongs to keys[i], data NULL if absent. */
int st_get(struct st_reader *reader, enum st_table table, const stet_bytes *keys, size_t count,
    stet_bytes *values_out, stet_error *err);
/* One key: STET_ENOTFOUND (with nothing written into err) if absent. */
int st_get_one(struct st_reader *reader, enum st_table table, stet_bytes key, stet_bytes *value_out,
    stet_error *err);

/* Up to max pairs per call, in key order; *count_out 0 ends it. range is copied; NULL: all of the
 * table. keys_out or values_out may be NULL where only the other is wanted. */
int st_scan_open(struct st_reader *reader, enum st_table table, const struct st_range *range,
    struct st_scan **scan_out, stet_error *err);
int st_scan_next(struct st_scan *scan, size_t max, stet_bytes *keys_out, stet_bytes *values_out,
    size_t *count_out, stet_error *err);
void st_scan_close(struct st_scan *scan);

/* One batch at a time over all processes; waits about wait_ms (below 0: without end), then
 * STET_ELOCKED.  Its reader sees the batch's own puts; it is closed by the batch.
 *
 * Put copies, and any put, delete or clear ends the reader's views and scans, so what is put must
 * not lie in them.  clear is for derived tables.  Delete answers STET_ENOTFOUND, with nothing
 * written into err, if the key was not there.  Both these and STET_EMISMATCH of ST_PUT_NEW (the
 * pairs before the one refused are put) leave the batch usable; after any other failure it can only
 * be ended, and its commit answers with that failure.
 *
 * Commit consumes the batch:
 *
 *   STET_OK       durable
 *   STET_EFULL, STET_EIO, STET_ENOMEM   nothing was written
 *   STET_ERETRY   lost to another writer, or to growth: begin again from the new head
 *   STET_EUNSURE  not known: reopen, compare ST_META "head", then decide
 *
 * Any read or put may answer STET_ERETRY too: begin again, with a new batch or a renewed reader. */
int st_batch_begin(
    struct st_store *store, int wait_ms, struct st_batch **batch_out, stet_error *err);
struct st_reader *st_batch_reader(struct st_batch *batch);
#define ST_PUT_NEW 1    /* refuse an existing key: STET_EMISMATCH                   */
#define ST_PUT_APPEND 2 /* keys are greater than any in the table: a hint, not a rule */
int st_batch_put(struct st_batch *batch, enum st_table table, unsigned flags,
    const stet_bytes *keys, const stet_bytes *values, size_t count, stet_error *err);
int st_batch_delete(struct st_batch *batch, enum st_table table, stet_bytes key, stet_error *err);
int st_batch_clear(struct st_batch *batch, enum st_table table, stet_error *err);
int st_batch_commit(struct st_batch **batch, stet_error *err);
void st_batch_abort(struct st_batch **batch);

#endif
