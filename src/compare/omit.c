/* What a proof leaves out that a ledger has.
 *
 * A proof shows every entry about the names it covers, as the record index of its seal counts them.
 * The ledger whose tree has that seal has its own table of entries about each name.  An entry that
 * stands before the seal and is not shown was left out of the index that was signed. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "compare/compare.h"

/* The proof and the ledger, if that is what the two are. */
static int
the_two(const struct st_comparison *comparison, stet_copy **proof_out, stet_copy **ledger_out)
{
	stet_copy *a = comparison->copies[0], *b = comparison->copies[1];

	*proof_out = a->proof != NULL ? a : b;
	*ledger_out = a->proof != NULL ? b : a;
	return (*proof_out)->proof != NULL && (*ledger_out)->ledger != NULL;
}

/* The first entry about a name that is in the ledger before the seal and is not shown. */
static int
first_hidden(const stet_proof *proof, const struct st_books *books, const uint8_t name_key[32],
    uint64_t seal, uint64_t *seq_out, stet_error *err)
{
	uint64_t nth, seq;
	int rc;

	for (nth = 0; (rc = st_books_about(books, name_key, nth, &seq, err)) == STET_OK; nth++) {
		if (seq >= seal)
			return STET_ENOTFOUND;
		if (st_shown_find(proof, seq) == NULL) {
			*seq_out = seq;
			return STET_OK;
		}
	}
	return rc;
}

int
st_compare_omitted(struct st_comparison *comparison, stet_error *err)
{
	stet_copy *of_proof, *of_ledger;
	const stet_proof *proof;
	struct st_books books;
	uint64_t seal, first = STET_NO_SEQ, seq;
	size_t i;
	int rc;

	if (!the_two(comparison, &of_proof, &of_ledger) ||
	    of_proof->side.size > of_ledger->side.size)
		return STET_OK;
	proof = of_proof->proof;
	seal = of_proof->side.size - 1;
	books = (struct st_books){of_ledger->reader, of_ledger->reader};
	for (i = 0; i < proof->covered.count; i++) {
		rc = first_hidden(proof, &books, proof->covered.names[i].key, seal, &seq, err);
		if (rc != STET_OK && rc != STET_ENOTFOUND)
			return rc;
		if (rc == STET_OK && seq < first)
			first = seq;
	}
	if (first == STET_NO_SEQ)
		return STET_OK;
	comparison->answer = ST_ANSWER_OMISSION;
	comparison->first = first;
	return of_ledger->kind->entry(of_ledger, first, &comparison->omitted, err);
}

struct gathered {
	uint8_t (*hashes)[32];
	size_t count, room;
};

static int
take_hash(void *ctx, const uint8_t hash[32], stet_error *err)
{
	struct gathered *gathered = ctx;
	size_t room = gathered->room == 0 ? 64 : gathered->room * 2;
	uint8_t(*grown)[32];

	if (gathered->count == gathered->room) {
		if ((grown = realloc(gathered->hashes, room * sizeof(*grown))) == NULL)
			return st_fail_nomem(err);
		gathered->hashes = grown;
		gathered->room = room;
	}
	memcpy(gathered->hashes[gathered->count++], hash, 32);
	return STET_OK;
}

int
st_compare_omission(
    struct st_comparison *comparison, uint8_t **evidence_out, size_t *size_out, stet_error *err)
{
	struct gathered tree = {0};
	stet_copy *of_proof, *of_ledger;
	uint64_t seqs[2];
	int rc;

	the_two(comparison, &of_proof, &of_ledger);
	seqs[0] = comparison->first;
	seqs[1] = of_proof->side.size - 1;
	rc = st_tree_prove_many(seqs, 2, of_proof->side.size, of_ledger->side.read,
	    of_ledger->side.ctx, take_hash, &tree, err);
	if (rc == STET_OK)
		rc = stet_evidence_of_proof(st_buf_bytes(&of_proof->proof->file),
		    st_buf_bytes(&comparison->omitted), (const uint8_t(*)[32])tree.hashes,
		    tree.count, evidence_out, size_out, err);
	free(tree.hashes);
	return rc;
}
