#ifndef ST_PROOF_PROOF_H
#define ST_PROOF_PROOF_H
/* Proof files: docs/format.md, "Proof file".  No ledger and no disk: what is verified is judged by
 * the writer's own rules over tables in memory, made of the entries that the file shows.
 *
 *   codec.c    bytes to members and back, strictly; parts.c, those that other files have, too
 *   closure.c  the names that a proof of some names covers; for its maker and its reader
 *   verify.c   the ten steps
 *   shown.c    entries, by the rules of admission: step 4
 *   public.c   what comes out, for include/stet/proof.h
 */
#include <stet/proof.h>

#include "admission/rules.h"
#include "merkle/map.h"
#include "note/note.h"

#define ST_PROOF_FORMAT "stet-proof/1"

struct st_proof_rotation {
	uint64_t seal; /* seq of the seal that closed the batch of a change of the ledger key */
	uint8_t (*path)[32]; /* consistency of the tree before that seal with the checkpoint's */
	size_t count;
};

/* The members of a file; texts, entries and checkpoint are views into its bytes, or the maker's. */
struct st_proof {
	uint8_t (*tree)[32];
	size_t tree_count;
	stet_bytes *asked;
	size_t asked_count;
	struct st_map_token *index;
	size_t index_count;
	stet_bytes *entries;
	size_t entry_count;
	struct st_proof_rotation *rotations;
	size_t rotation_count;
	stet_bytes checkpoint;
};
/* Strict: exactly what st_proof_encode() writes.  STET_EFORMAT with ST_PROOF_MALFORMED or a rule of
 * CBOR and names; STET_EVERSION with ST_PROOF_NEWER.  End it with st_proof_clear(), also after a
 * failure. Entries and the note are not looked into. */
int st_proof_decode(stet_bytes file, struct st_proof *proof_out, stet_error *err);
void st_proof_encode(const struct st_proof *proof, struct st_buf *out);
void st_proof_clear(struct st_proof *proof);

/* Names in the order of their keys, each once. */
struct st_covered {
	struct st_covered_name {
		char *name;
		uint8_t key[32];
	} * names;
	size_t count, capacity;
};
/* The closure of names over entries with seq < size (docs/format.md, "Closure"): with the ledger's
 * own name and the keys that signed, but for ledger keys and seals.  End it with
 * st_covered_clear(), also after a failure. */
int st_covered_of(const struct st_books *books, const struct st_state *state,
    const stet_bytes *asked, size_t count, uint64_t size, struct st_covered *covered_out,
    stet_error *err);
int st_covered_has(const struct st_covered *covered, const uint8_t name_key[32]);
/* Their keys alone, for the index; free(). */
int st_covered_keys(const struct st_covered *covered, uint8_t (**keys_out)[32], stet_error *err);
void st_covered_clear(struct st_covered *covered);

/* One entry of a proof, read. */
struct st_shown {
	struct st_entry entry;
	struct st_statement statement;
	uint8_t leaf[32], name_key[32];
};

/* A proof while it is verified, and what is known when it is. */
struct stet_proof {
	struct st_buf file;
	struct st_proof proof;
	struct st_note note; /* of the checkpoint; lines are views into file */
	struct st_checkpoint checkpoint;
	struct st_shown *shown;
	uint64_t *seqs;
	uint8_t (*leaves)[32];
	uint8_t before[32]; /* root of the tree without the closing seal */

	uint8_t (
	    *shown_keys)[32]; /* of names that entries are about or by, or that were asked for */
	size_t shown_count;

	struct st_store *store; /* in memory */
	struct st_batch *batch;
	struct st_reader *reader;
	struct st_books books;
	struct st_state state;

	struct st_covered covered;
	struct st_map_leaf *found; /* one a covered name: count 0 if the ledger has none of it */
	int trusted;               /* a ledger key of this history is one that the reader knows */
	size_t unknown;            /* entries of a type this stet does not know */
	stet_json *report;
};

/* The entry of that number, or NULL if it is none of those shown. */
const struct st_shown *st_shown_find(const stet_proof *proof, uint64_t seq);
/* Steps 1 to 10 of a file that proof->file holds. */
int st_proof_verify(stet_proof *proof, const stet_trust *trust, stet_error *err);
/* Step 4. */
int st_shown_admit(stet_proof *proof, stet_error *err);
/* STET_OK unless the index counts other entries about the names that are shown, or needed, than
 * there are, or hides one of these names: then STET_EMISMATCH with ST_PROOF_INCOMPLETE.  For a
 * better answer where an entry was refused; hidden: whether hiding counts. */
int st_shown_gap(const stet_proof *proof, int hidden, stet_error *err);
/* Whether the shown entries of a name are as many as the leaf says, up to its head. */
int st_shown_complete(const stet_proof *proof, const struct st_map_leaf *leaf,
    const uint8_t name_key[32], const char *name, stet_error *err);
/* For a maker: what hashes alone can say (steps 2, 3, 7, 9 and 10), so that nothing leaves that its
 * reader would refuse. */
int st_proof_hashes(stet_bytes file, const struct st_covered *covered, stet_error *err);

#endif
