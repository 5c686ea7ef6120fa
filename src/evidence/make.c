/* Evidence put together from its pieces, and refused where it would convict nobody. */
#include "evidence/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "proof/parts.h"
#include "proof/proof.h"

static int
copy_hashes(const uint8_t (*hashes)[32], size_t count, uint8_t (**copy_out)[32], stet_error *err)
{
	if ((*copy_out = calloc(count + 1, 32)) == NULL)
		return st_fail_nomem(err);
	if (count > 0)
		memcpy(*copy_out, hashes, count * 32);
	return STET_OK;
}

static int
write_out(
    const struct st_evidence *evidence, uint8_t **evidence_out, size_t *size_out, stet_error *err)
{
	struct st_buf out = {0};

	st_evidence_encode(evidence, &out);
	if (out.rc < 0) {
		st_buf_free(&out);
		return st_fail_nomem(err);
	}
	*evidence_out = out.data;
	*size_out = out.size;
	return STET_OK;
}

/* --- a fork ------------------------------------------------------------------------------------
 */

/* The smaller first; of one size, that of the smaller root: the same two make the same file. */
static int
set_notes(struct st_evidence *evidence, stet_bytes a, stet_bytes b, stet_error *err)
{
	struct st_checkpoint first, second;
	int rc, swap;

	if ((rc = st_evidence_head(a, &first, err)) < 0 ||
	    (rc = st_evidence_head(b, &second, err)) < 0)
		return rc;
	swap = first.size == second.size ? memcmp(first.root, second.root, 32) > 0
					 : first.size > second.size;
	evidence->notes[swap] = a;
	evidence->notes[!swap] = b;
	if (strcmp(first.origin, second.origin) == 0 &&
	    (first.size != second.size) != evidence->has_root)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE,
		    evidence->has_root
			? "between checkpoints of one size there is no root and no path"
			: "checkpoints of two sizes take the root at the smaller and a path");
	return STET_OK;
}

int
stet_evidence_fork(stet_bytes a, stet_bytes b, const uint8_t root[32], const uint8_t (*path)[32],
    size_t path_count, uint8_t **evidence_out, size_t *size_out, stet_error *err)
{
	struct st_evidence evidence = {.kind = ST_EVIDENCE_FORK, .has_root = root != NULL};
	struct st_checkpoint heads[2];
	int rc;

	if (root != NULL)
		memcpy(evidence.root, root, 32);
	evidence.path_count = path_count;
	if ((rc = st_crypto_init(err)) == STET_OK &&
	    (rc = set_notes(&evidence, a, b, err)) == STET_OK &&
	    (rc = copy_hashes(path, path_count, &evidence.path, err)) == STET_OK &&
	    (rc = st_fork_judge(&evidence, heads, err)) == STET_OK)
		rc = write_out(&evidence, evidence_out, size_out, err);
	st_evidence_clear(&evidence);
	return rc;
}

/* --- an omission -------------------------------------------------------------------------------
 */

static int
name_of(stet_bytes encoded, stet_bytes *name_out, stet_error *err)
{
	struct st_entry entry;
	struct st_sign1 sign1;
	int rc;

	if ((rc = st_entry_decode(encoded, &entry, err)) < 0 ||
	    (rc = st_sign1_decode(entry.statement, &sign1, err)) < 0)
		return rc;
	*name_out = sign1.claims.sub;
	return STET_OK;
}

/* Of what it is filled in with, index stays the caller's. */
static int
make_omission(struct st_evidence *evidence, stet_bytes entry, stet_bytes seal,
    const uint8_t (*tree)[32], size_t tree_count, uint8_t **evidence_out, size_t *size_out,
    stet_error *err)
{
	struct st_omission omission;
	int rc;

	evidence->kind = ST_EVIDENCE_OMISSION;
	evidence->entries[0] = entry;
	evidence->entries[1] = seal;
	evidence->tree_count = tree_count;
	if ((rc = name_of(entry, &evidence->name, err)) < 0 ||
	    (rc = copy_hashes(tree, tree_count, &evidence->tree, err)) < 0 ||
	    (rc = st_omission_judge(evidence, &omission, err)) < 0)
		return rc;
	return write_out(evidence, evidence_out, size_out, err);
}

static int
read_index(stet_bytes index, struct st_evidence *evidence, stet_error *err)
{
	const char *why = NULL;
	struct st_cbor in;
	int rc;

	if ((rc = st_cbor_check(index, err)) < 0)
		return rc;
	in = st_cbor_open(index);
	rc = st_tokens_read(
	    &in, ST_EVIDENCE_TOKENS_MAX, &evidence->index, &evidence->index_count, &why);
	if (rc == STET_ENOMEM)
		return st_fail_nomem(err);
	return rc < 0 ? st_fail(err, rc, ST_EVIDENCE_MALFORMED, "not a record index: %s", why)
		      : STET_OK;
}

int
stet_evidence_omission(stet_bytes entry, stet_bytes seal, const uint8_t (*tree)[32],
    size_t tree_count, stet_bytes index, stet_bytes checkpoint, uint8_t **evidence_out,
    size_t *size_out, stet_error *err)
{
	struct st_evidence evidence = {.checkpoint = checkpoint};
	int rc;

	if ((rc = st_crypto_init(err)) == STET_OK &&
	    (rc = read_index(index, &evidence, err)) == STET_OK)
		rc = make_omission(
		    &evidence, entry, seal, tree, tree_count, evidence_out, size_out, err);
	st_evidence_clear(&evidence);
	return rc;
}

/* --- an omission out of a proof ----------------------------------------------------------------
 */

static int
take_token(void *ctx, const struct st_map_token *token, stet_error *err)
{
	struct st_evidence *evidence = ctx;

	(void)err;
	evidence->index[evidence->index_count++] = *token;
	return STET_OK;
}

/* The proof's index cut back to the one name, if it says anything of that. */
static int
cut_index(
    const struct st_proof *proof, stet_bytes entry, struct st_evidence *evidence, stet_error *err)
{
	struct st_map_leaf found;
	uint8_t key[1][32], root[32];
	char shown[ST_SHOWN_SIZE];
	stet_bytes name;
	size_t at;
	int rc;

	if ((rc = name_of(entry, &name, err)) < 0)
		return rc;
	/* What is cut back has no more tokens than before. */
	if ((evidence->index = calloc(proof->index_count, sizeof(*evidence->index))) == NULL)
		return st_fail_nomem(err);
	st_map_key(name, key[0]);
	rc = st_map_prune_more(proof->index, proof->index_count, (const uint8_t(*)[32])key, 1,
	    take_token, evidence, err);
	if (rc == STET_OK && st_map_pruned_root(evidence->index, evidence->index_count,
				 (const uint8_t(*)[32])key, 1, &found, root, &at) == ST_MAP_HIDDEN)
		return st_fail(err, STET_EREFUSED, ST_PROOF_NOT_COVERED,
		    "the proof says nothing about '%s'", st_shown(name, shown));
	return rc;
}

int
stet_evidence_of_proof(stet_bytes file, stet_bytes entry, const uint8_t (*tree)[32],
    size_t tree_count, uint8_t **evidence_out, size_t *size_out, stet_error *err)
{
	struct st_evidence evidence = {.kind = ST_EVIDENCE_OMISSION};
	struct st_proof proof;
	int rc;

	if ((rc = st_crypto_init(err)) < 0)
		return rc;
	if ((rc = st_proof_decode(file, &proof, err)) == STET_OK &&
	    (rc = cut_index(&proof, entry, &evidence, err)) == STET_OK) {
		evidence.checkpoint = proof.checkpoint;
		rc = make_omission(&evidence, entry, proof.entries[proof.entry_count - 1], tree,
		    tree_count, evidence_out, size_out, err);
	}
	st_evidence_clear(&evidence);
	st_proof_clear(&proof);
	return rc;
}
