#ifndef ST_VERIFY_VERIFY_H
#define ST_VERIFY_VERIFY_H
/* Verification of a whole ledger, as the files of this folder share it.
 *
 *   ledger.c      the run: replay, then what is compared with its outcome
 *   replay.c      one entry: links, time, rules, seals; then into the replay's own tables
 *   place.c       which entry stands where: missing, altered, reordered, repeated, extra
 *   stream.c      stored entries in blocks, each with its neighbour in sight
 *   signatures.c  blocks of signatures on all cores
 *   shadow.c      the replay's tables where the ledger's own are right
 *   names.c       its record index
 *   scratch.c     the replay's tables where they are not, and its temporary files
 *   compare.c     derived tables, row by row
 *   heads.c       checkpoints: stored, remembered, read before, trusted by the caller
 *   artifacts.c   contents
 *   report.c      what was found
 *
 * One record (record.c) is judged entry by entry, each at its own moment (past.c).
 *
 * The replay runs every entry through the writer's own st_admit() and st_enter().  What they write
 * is what the derived tables must be.  First it is only compared with the ledger's own rows, one by
 * one as they come (shadow.c): the record index apart, nothing is written, and if in the end every
 * row that was to be written was there, and no other, then everything that was read from them was
 * right, too. At the first row that is not as it should be, the run starts again with tables of its
 * own, and finds out what exactly is wrong. */
#include <stdarg.h>

#include <stet/verify.h>

#include "base/err.h"
#include "ledger/internal.h"
#include "memory/memory.h"
#include "verify/names.h"

/* --- report.c --------------------------------------------------------------------------------- */

struct stet_report {
	stet_diagnosis *kept; /* the first max of them, by entry; texts owned */
	size_t kept_count, max, count;
	int partial; /* something was left out: by flags, or what a checkpoint vouches for */
	uint64_t entries, signatures, seals, artifacts, unknown;
	stet_head head; /* the last seal up to which everything was verified */
	stet_json *json;
};
int st_report_new(size_t max, stet_report **report_out, stet_error *err);
void st_report_reset(stet_report *report);
/* Keeps text; seq STET_NO_SEQ: of no entry. */
int st_report_add(stet_report *report, int rule, uint64_t seq, const char *text, stet_error *err);
int st_report_finish(stet_report *report, stet_error *err);

/* --- signatures.c ----------------------------------------------------------------------------- */

#define ST_BLOCK_ENTRIES 512
#define ST_BLOCK_SIZE (256 * 1024)

/* One signature to be verified: views into the block's bytes. */
struct st_signed {
	uint64_t seq;
	stet_bytes head, payload;
	const uint8_t *signature;
	uint8_t public_key[32];
	int wrong;
};
struct st_stored {
	uint64_t key; /* the number it is stored under */
	stet_bytes encoded;
	int has_row;
	uint8_t row[32]; /* what ST_TREE has as its leaf */
};
/* A run of stored entries, copied out of the store, and the signatures in them. */
struct st_block {
	struct st_block *next;
	uint8_t *bytes; /* ST_BLOCK_SIZE, and room for one entry more */
	size_t used;
	struct st_stored stored[ST_BLOCK_ENTRIES];
	size_t stored_count;
	struct st_signed checks[ST_BLOCK_ENTRIES];
	size_t check_count;
};

struct st_pool;
/* threads as st_threads() counts them, this one included. */
int st_pool_start(unsigned threads, struct st_pool **pool_out, stet_error *err);
/* An empty block.  Where there is none it verifies one itself meanwhile. */
int st_pool_block(struct st_pool *pool, struct st_block **block_out, stet_error *err);
void st_pool_submit(struct st_pool *pool, struct st_block *block);
/* Verifies what is left. */
int st_pool_finish(struct st_pool *pool, stet_error *err);
/* After that: how many were wrong; the entries of the first 65,536 of them, ascending. */
size_t st_pool_wrong(struct st_pool *pool, const uint64_t **wrong_out, size_t *kept_out);
uint64_t st_pool_verified(const struct st_pool *pool);
void st_pool_put_back(struct st_pool *pool, struct st_block *block); /* not to be verified */
void st_pool_free(struct st_pool *pool);

/* --- stream.c --------------------------------------------------------------------------------- */

/* One stored entry, understood as far as it goes. */
struct st_slot {
	struct st_block *block; /* NULL: no entry here */
	uint64_t key;
	stet_bytes encoded;
	const uint8_t *row; /* its leaf in ST_TREE, or NULL */
	uint8_t row_kept[32];
	uint8_t leaf[32]; /* of the stored bytes */
	int framed;       /* entry is set */
	struct st_entry entry;
	int rc; /* STET_OK: statement is set; else why not */
	struct st_statement statement;
	stet_error why;
};
struct st_stream {
	struct st_store *store;
	struct st_reader
	    *reader; /* the snapshot of the last fill; at the end, the newest there is */
	struct st_pool *pool;
	struct st_block *block; /* being read from */
	size_t at;
	uint64_t from; /* first number not read yet */
	int started, ended;
	struct st_slot slots[2];
	int current;
	uint64_t odd_keys; /* rows whose key is no number */
};
int st_stream_open(
    struct st_stream *stream, struct st_store *store, struct st_pool *pool, stet_error *err);
/* *slot_out is the next entry, block NULL at the end; *next_out the one after it.  Blocks that are
 * done with go to the pool. */
int st_stream_next(struct st_stream *stream, struct st_slot **slot_out, struct st_slot **next_out,
    stet_error *err);
void st_stream_close(struct st_stream *stream);
/* Fills a slot from bytes that outlive it. */
void st_slot_read(struct st_slot *slot, uint64_t key, stet_bytes encoded, const uint8_t *row);

/* --- shadow.c, scratch.c ---------------------------------------------------------------------- */

/* Temporary tables: in memory if small, else in a folder that is gone when closed. */
int st_scratch_open(stet_ledger *ledger, int in_memory, struct st_store **store_out,
    char **folder_out, stet_error *err);
void st_scratch_close(struct st_store **store, char **folder);

/* A store over the ledger's own derived rows, each of them seen only once an entry before *size has
 * implied it.  Putting a row is comparing it; STET_EMISMATCH when it is not there.  ST_INDEX
 * goes to names (NULL: to inner), all else to inner; neither is taken over. */
int st_store_open_shadow(struct st_store *of, struct st_store *inner, struct st_names *names,
    const uint64_t *size, struct st_store **store_out, stet_error *err);
int st_shadow_covers(enum st_table table); /* 1 if its rows are compared, 0 if they are written */
/* Whether every row of the ledger's tables has been put; reader: the snapshot that counts. */
int st_shadow_complete(
    struct st_store *shadow, struct st_reader *reader, int *complete_out, stet_error *err);

/* --- the run ---------------------------------------------------------------------------------- */

/* What tests turn; zeros: the preset. */
struct st_verify_tuning {
	uint64_t memory_entries; /* tables of ledgers up to this size stay in memory */
	uint64_t batch_entries;  /* replayed between two commits                     */
	int strict;              /* the replay's tables behind the strict store      */
	int no_shadow;           /* at once the thorough way            */
	int only_shadow;         /* never: STET_EMISMATCH instead       */
};
int st_verify_run(stet_ledger *ledger, const stet_verify_options *options,
    const struct st_verify_tuning *tuning, stet_progress *progress, void *ctx,
    stet_report **report_out, stet_error *err);

#define ST_GAPS_KEPT 64

/* A file of the reader's memory as it was before the first entry was read, or why not. */
struct st_kept_head {
	struct st_buf text; /* what accepted points into */
	struct st_accepted accepted;
	int rc;
	stet_error why;
};

struct st_verify {
	stet_ledger *ledger;
	const stet_verify_options *options;
	struct st_verify_tuning tuning;
	stet_progress *progress;
	void *progress_ctx;
	stet_report *report;

	struct st_pool *pool;
	struct st_stream stream;
	struct st_reader *reader; /* entries by number, for admission      */
	struct st_store *scratch; /* the replay's tables, or half of them  */
	struct st_store *shadow;  /* over scratch; NULL: the thorough way  */
	struct st_store *bare;    /* the same without a strict wrapper     */
	struct st_names *names;   /* its record index, or NULL             */
	char *folder;             /* of scratch, or NULL                   */
	struct st_batch *batch;
	struct st_enter enter;
	struct st_state state;
	struct st_books books;
	uint64_t since_commit;

	uint64_t target; /* entries there were when it began: signatures are verified up to here */
	/* Both notes as they were before the first entry was read, and why not. */
	struct st_buf stored_note, remembered_note;
	struct st_kept *stamps; /* time-stamps beside the ledger, before the first snapshot */
	size_t stamp_count;
	struct st_kept_head seen,
	    checked; /* what was read of it before, and what evidence showed */
	int stored_rc, remembered_rc;
	stet_error stored_why, remembered_why;
	struct st_head stored_head; /* what ST_META says; size STET_NO_SEQ: nothing */
	struct st_checkpoint since;
	int64_t shift;                  /* what stands under number n is entry n + shift       */
	uint64_t damaged;               /* the first entry known to be wrong, or STET_NO_SEQ   */
	uint64_t gap_end;               /* after the last entry whose contents are lost        */
	uint8_t gaps[ST_GAPS_KEPT][32]; /* leaves of the first lost ones          */
	size_t gap_count;
	int blind; /* an entry's contents are lost: index and tables cannot be recomputed */
	uint8_t said[ST_RULE_END]; /* rules of which one diagnosis may follow from the damage */
	int unjudged;         /* from here on the rules cannot be asked                           */
	struct st_slot spare; /* an entry found in another's place           */
	uint8_t *spare_bytes;
	stet_error *err;
};

/* A diagnosis with evidence of its own. */
int st_found(struct st_verify *verify, int rule, uint64_t seq, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* One that may follow from damage found before: then only the first of each rule is kept. */
int st_found_after(struct st_verify *verify, int rule, uint64_t seq, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
int st_verify_signature_wrong(struct st_verify *verify, uint64_t seq);
int st_verify_progress(struct st_verify *verify, const char *what, uint64_t done, uint64_t total);
/* The root over the first size entries, as replayed. */
int st_verify_root(struct st_verify *verify, uint64_t size, uint8_t root_out[32]);

/* --- replay.c, place.c ------------------------------------------------------------------------ */

/* All entries; then v->state is that of the ledger's end. STET_EMISMATCH: the shadow will not do.
 */
int st_replay(struct st_verify *verify);
int st_replay_commit(struct st_verify *verify);
/* Past an entry of which only the leaf is known. */
int st_replay_gap(struct st_verify *verify, const uint8_t leaf[32]);

/* What stands where entry state.size should: decided by its bytes, the tree and its neighbours. */
enum st_place {
	ST_PLACE_RIGHT,  /* the entry itself                                             */
	ST_PLACE_WRONG,  /* its bytes are others: good_out is what its leaf was          */
	ST_PLACE_LOST,   /* something else: the entry itself is not there                */
	ST_PLACE_SURPLUS /* something that belongs nowhere: pass over it                 */
};
/* *slot becomes the entry to be judged, which may be verify->spare. Says what it finds. */
int st_place_judge(struct st_verify *verify, struct st_slot **slot, struct st_slot *next,
    enum st_place *place_out, uint8_t good_out[32]);
/* The leaf that the rest of the ledger vouches for, of an entry that is not there; zeros: none. */
int st_place_leaf(
    struct st_verify *verify, uint64_t seq, const struct st_slot *next, uint8_t leaf_out[32]);
/* After the last entry: are there signs of more? */
int st_place_end(struct st_verify *verify);

/* --- compare.c, heads.c, artifacts.c ---------------------------------------------------------- */

int st_compare_tables(struct st_verify *verify);
/* Before the first snapshot: what was signed by then must be found among the entries. */
int st_verify_read_heads(struct st_verify *verify);
int st_verify_heads(struct st_verify *verify);
int st_verify_read_timestamps(struct st_verify *verify); /* timestamps.c; likewise */
int st_verify_timestamps(struct st_verify *verify);
/* Before the replay: reads options->since into verify->since; size 0: there is none. */
int st_verify_since(struct st_verify *verify);
int st_verify_artifacts(struct st_verify *verify);

#endif
