#ifndef ST_ENTER_ENTER_H
#define ST_ENTER_ENTER_H
/* What an admitted entry writes: one function for append, reindex, restore and the verifier's own
 * tables.  Every derived row of a ledger is put here or by st_index_update(). */
#include "admission/rules.h"

struct st_enter {
	struct st_batch *batch;
	struct st_state *state;
	int with_entries;       /* 0: the entries stand elsewhere (reindex, verify) */
	uint8_t (*touched)[32]; /* names whose index rows changed since st_enter_index() */
	size_t touched_count, touched_capacity;
	uint64_t types[ST_TYPE_COUNT]; /* entries of each type */
};

/* Start: batch and state set; the counts of types are read from the batch. */
int st_enter_begin(struct st_enter *enter, struct st_batch *batch, struct st_state *state,
    int with_entries, stet_error *err);
/* Writes the rows of one admitted entry and moves the state past it. c is what st_admit() left. */
int st_enter(struct st_enter *enter, const struct st_case *c, stet_bytes encoded,
    uint8_t leaf_out[32], stet_error *err);
/* The same where the leaf is known already; for the verifier also where it is not that of the
 * stored bytes. */
int st_enter_as(struct st_enter *enter, const struct st_case *c, stet_bytes encoded,
    const uint8_t leaf[32], stet_error *err);
/* An entry of which nothing is left but its leaf: the tree goes on, no other row is put.  For the
 * verifier, so that damage to one entry does not hide what comes after it. */
int st_enter_gap(struct st_enter *enter, const uint8_t leaf[32], stet_error *err);
/* One of some entries that are there without the others (a proof's), in ascending order: its leaf
 * and the rows that lead to it, but no tree, and of a seal no chain. */
int st_enter_shown(struct st_enter *enter, const struct st_case *c, stet_bytes encoded,
    const uint8_t leaf[32], stet_error *err);
/* Brings the record index up to date with the entries so far. */
int st_enter_index(struct st_enter *enter, uint8_t index_out[32], stet_error *err);
/* Writes the head and the counts: last, before commit. */
int st_enter_end(struct st_enter *enter, stet_error *err);
void st_enter_clear(struct st_enter *enter);

/* The head row. STET_ENOTFOUND in an empty store. */
struct st_head {
	uint64_t size, last_ms, sealed;
	uint8_t last_leaf[32];
};
int st_head_read(struct st_reader *reader, struct st_head *head_out, stet_error *err);
/* Counts of entries by type. */
int st_types_read(struct st_reader *reader, uint64_t types_out[ST_TYPE_COUNT], stet_error *err);

#endif
