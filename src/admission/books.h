#ifndef ST_ADMISSION_BOOKS_H
#define ST_ADMISSION_BOOKS_H
/* Where admission looks things up.  The writer reads both from its batch; the verifier reads the
 * entries from the ledger and everything derived from tables of its own making. */
#include "merkle/map.h"
#include "statement/entry.h"
#include "statement/statement.h"
#include "store/store.h"

struct st_books {
	struct st_reader *entries; /* ST_ENTRY                            */
	struct st_reader *tables;  /* everything derived                  */
};

/* Books of a proof, which have the entries about some names only; has answers 1 for these. */
struct st_cover {
	int (*has)(void *ctx, const uint8_t name_key[32]);
	void *ctx;
};

/* An entry with its statement understood. Views live until the next st_books_entry on these books.
 */
struct st_read {
	stet_bytes encoded;
	struct st_entry entry;
	struct st_statement statement;
};
/* An entry that there should be: STET_EFORMAT with ST_ENTRY_MISSING, or ST_ENTRY_DAMAGED if it does
 * not parse. */
int st_books_entry(
    const struct st_books *books, uint64_t seq, struct st_read *read_out, stet_error *err);

/* The ST_INDEX row of a name: 0 and zeros if no entry is about it. */
#define ST_INDEX_ROW_SIZE 72
#define ST_META_SEALS "seals" /* where the row of stet:seal stands: it is no part of the index */
struct st_index_row {
	uint64_t count;
	uint8_t head[32]; /* leaf of the newest entry                                   */
	uint8_t own[32];  /* leaf of the newest that is no observation; zeros: none yet */
};
int st_books_index(const struct st_books *books, const uint8_t name_key[32],
    struct st_index_row *row_out, stet_error *err);
void st_index_row_put(const struct st_index_row *row, uint8_t out[ST_INDEX_ROW_SIZE]);

/* The seq of the nth entry about a name, counted from 0. STET_ENOTFOUND. */
int st_books_about(const struct st_books *books, const uint8_t name_key[32], uint64_t nth,
    uint64_t *seq_out, stet_error *err);
/* The same of one that the index counts: its absence is damage. */
int st_books_nth(const struct st_books *books, const uint8_t name_key[32], uint64_t nth,
    uint64_t *seq_out, stet_error *err);
/* That a walk by st_books_about, which ended at nth, has seen all that the index counts. */
int st_books_chain_end(
    const struct st_books *books, const uint8_t name_key[32], uint64_t nth, stet_error *err);
/* How many of a name's entries lie before size: their seqs ascend. */
int st_count_before(const struct st_books *books, const uint8_t name_key[32], uint64_t size,
    uint64_t *count_out, stet_error *err);
void st_about_key(const uint8_t name_key[32], uint64_t nth, uint8_t out[40]);
/* The leaf of an entry that there should be: STET_EFORMAT with ST_TABLE_DAMAGED. */
int st_books_leaf(
    const struct st_books *books, uint64_t seq, uint8_t leaf_out[32], stet_error *err);
/* The seq of the entry about this name whose leaf this is, newest first. STET_ENOTFOUND. */
int st_books_by_leaf(const struct st_books *books, const uint8_t name_key[32],
    const uint8_t leaf[32], uint64_t *seq_out, stet_error *err);

void st_tree_key(unsigned level, uint64_t index, uint8_t out[9]);
/* For st_tree_load and proofs: ctx is a struct st_reader. */
int st_books_node(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err);

#endif
