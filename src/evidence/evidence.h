#ifndef ST_EVIDENCE_EVIDENCE_H
#define ST_EVIDENCE_EVIDENCE_H
/* Two signed things that cannot both be true, in one file: docs/format.md, "Evidence". Pure.
 *
 *   codec.c     bytes to members and back, strictly
 *   fork.c      whether two checkpoints can both be true
 *   omission.c  whether an entry and a later record index can
 *   make.c      pieces to a file, for include/stet/evidence.h
 *   check.c     a file judged by the keys a reader knows
 */
#include <stet/evidence.h>

#include "merkle/map.h"
#include "note/note.h"
#include "statement/entry.h"
#include "statement/statement.h"

#define ST_EVIDENCE_FORMAT "stet-evidence/1"
/* The way of one key: a node and a side on each level, and what it ends in. */
#define ST_EVIDENCE_TOKENS_MAX (2 * 256 + 1)

enum st_evidence_kind { ST_EVIDENCE_FORK, ST_EVIDENCE_OMISSION };

/* The members of a file; texts, notes and entries are views into its bytes, or the maker's. */
struct st_evidence {
	enum st_evidence_kind kind;
	/* a fork */
	stet_bytes notes[2];
	int has_root; /* of two sizes: root and path */
	uint8_t root[32];
	uint8_t (*path)[32];
	size_t path_count;
	/* an omission */
	stet_bytes name, entries[2], checkpoint;
	uint8_t (*tree)[32];
	size_t tree_count;
	struct st_map_token *index;
	size_t index_count;
};
/* Strict: exactly what st_evidence_encode() writes. STET_EFORMAT with ST_EVIDENCE_MALFORMED or a
 * rule of CBOR and names; STET_EVERSION with ST_EVIDENCE_NEWER; STET_ENOMEM. End it with
 * st_evidence_clear(), also after a failure. Entries and notes are not looked into. */
int st_evidence_decode(stet_bytes file, struct st_evidence *evidence_out, stet_error *err);
void st_evidence_encode(const struct st_evidence *evidence, struct st_buf *out);
void st_evidence_clear(struct st_evidence *evidence);

/* STET_OK if the two checkpoints, read from evidence->notes, cannot both be true; else
 * STET_EREFUSED with ST_EVIDENCE_NONE, STET_EMISMATCH with ST_EVIDENCE_TREE, STET_EFORMAT. Nothing
 * is said of signatures. */
int st_fork_judge(
    const struct st_evidence *evidence, struct st_checkpoint heads_out[2], stet_error *err);

struct st_omission {
	struct st_checkpoint checkpoint;
	struct st_entry entries[2];
	struct st_statement statements[2];
	uint8_t leaves[2][32];
	struct st_map_leaf counted; /* of the name, in the seal's index; count 0: none */
};
/* The same of an entry and a seal; STET_EMISMATCH also with ST_EVIDENCE_INDEX. */
int st_omission_judge(
    const struct st_evidence *evidence, struct st_omission *omission_out, stet_error *err);

/* A checkpoint as a stet ledger has it, out of a note. STET_EFORMAT, STET_ENOMEM. */
int st_evidence_head(stet_bytes note, struct st_checkpoint *checkpoint_out, stet_error *err);

#endif
