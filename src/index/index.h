#ifndef ST_INDEX_INDEX_H
#define ST_INDEX_INDEX_H
/* The record index kept in a store: names in ST_INDEX, cached hashes above them in ST_TRIE.
 * docs/format.md, "Record index"; merkle/map.h computes the same in memory.
 *
 *	ST_INDEX  name key (32 bytes) -> u64be count, head (32), and 32 that are another table's
 *	ST_TRIE   u8 depth, prefix -> 16 times u64be count, hash (32)
 *
 * ST_INDEX is in key order, so the names below a bit prefix are one range of rows.  A row of
 * ST_TRIE, a page, is about a place: the first depth bits of a key, in ceil(depth / 8) bytes,
 * unused bits zero.  It holds the sides of the index four bits further down.  Depth is a multiple
 * of 4, and a place has a page if and only if more than ST_PAGE_OVER names (24, page.h) are below
 * it; what is not cached is computed again from the rows.
 *
 * Which pages there are and what is in them follows from the rows alone, whatever the order in
 * which they came, so that two ledgers of the same entries have equal tables.  Names are never
 * removed. */
#include "merkle/map.h"
#include "store/store.h"

/* Brings ST_TRIE up to date with rows of ST_INDEX that were put in this batch.
 *
 * keys   name keys of the rows that were added or replaced, in any order; repeats are allowed
 *
 * Reads and writes each page above them once, all pages of a depth in few calls, and reads the rows
 * around each key; memory grows with count.  While ST_TRIE is empty it is built from all rows, in
 * one pass over ST_INDEX and in constant memory, whatever keys are given: after
 * st_batch_clear(ST_TRIE), count 0 is enough.
 *
 * STET_EMISMATCH with ST_INDEX_PAGE_DAMAGED: the tables are not what the calls before left; nothing
 * that was put so far should be committed.  STET_ENOMEM and what the store answers. */
int st_index_update(
    struct st_batch *batch, const uint8_t (*keys)[32], size_t count, stet_error *err);

/* The index root over all rows: one page, or at most ST_PAGE_OVER rows.  STET_EMISMATCH as above.
 */
int st_index_root(struct st_reader *reader, uint8_t root_out[32], stet_error *err);

/* The index cut back to the ways of keys, ascending and each once, token by token in preorder
 * (merkle/map.h).  Reads a page every four bits of a way and the rows at its end.  STET_EMISMATCH
 * as above; an error of take is passed on. */
int st_index_prune(struct st_reader *reader, const uint8_t (*keys)[32], size_t key_count,
    st_map_take *take, void *ctx, stet_error *err);

#endif
