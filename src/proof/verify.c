/* The ten steps of verification, in the order of docs/format.md, "Proof file". */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "proof/proof.h"
#include "trust/trust.h"

#define wrong(rule, ...) st_fail(err, STET_EMISMATCH, (rule), __VA_ARGS__)
#define NUMBER(n) ((unsigned long long)(n))
#define CONST(hashes) ((const uint8_t(*)[32])(hashes))

/* --- 1: strict decoding ---------------------------------------------------------------------- */

static int
read_entry(stet_bytes encoded, struct st_shown *shown, stet_error *err)
{
	int rc;

	if ((rc = st_entry_decode(encoded, &shown->entry, err)) < 0 ||
	    (rc = st_statement_read(shown->entry.statement, &shown->statement, err)) < 0)
		return rc;
	st_tree_leaf(encoded, shown->leaf);
	st_map_key(shown->statement.sign1.claims.sub, shown->name_key);
	return STET_OK;
}

static int
read_entries(stet_proof *proof, stet_error *err)
{
	const size_t count = proof->proof.entry_count;
	size_t i;
	int rc;

	proof->shown = calloc(count, sizeof(*proof->shown));
	proof->seqs = calloc(count, sizeof(*proof->seqs));
	proof->leaves = calloc(count, sizeof(*proof->leaves));
	if (proof->shown == NULL || proof->seqs == NULL || proof->leaves == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < count; i++) {
		if ((rc = read_entry(proof->proof.entries[i], &proof->shown[i], err)) < 0)
			return rc;
		proof->seqs[i] = proof->shown[i].entry.seq;
		memcpy(proof->leaves[i], proof->shown[i].leaf, 32);
	}
	return STET_OK;
}

static int
decode(stet_proof *proof, stet_error *err)
{
	size_t i;
	int rc;

	if ((rc = st_proof_decode(st_buf_bytes(&proof->file), &proof->proof, err)) < 0 ||
	    (rc = st_checkpoint_read(
		 proof->proof.checkpoint, &proof->note, &proof->checkpoint, err)) < 0)
		return rc;
	for (i = 0; i < proof->proof.asked_count; i++)
		if (st_bytes_equal(proof->proof.asked[i], st_str(ST_NAME_SEAL)))
			return st_fail(err, STET_EFORMAT, ST_PROOF_MALFORMED,
			    "not a proof file: seals are no part of the record index");
	return read_entries(proof, err);
}

/* --- 2: order -------------------------------------------------------------------------------- */

static int
check_order(const stet_proof *proof, stet_error *err)
{
	const struct st_shown *before, *shown;
	size_t i;

	for (i = 1; i < proof->proof.entry_count; i++) {
		shown = &proof->shown[i];
		before = shown - 1;
		if (shown->entry.seq <= before->entry.seq)
			return wrong(ST_PROOF_ORDER, "entry %llu is shown after entry %llu",
			    NUMBER(shown->entry.seq), NUMBER(before->entry.seq));
		if (shown->entry.ms < before->entry.ms)
			return wrong(ST_PROOF_ORDER,
			    "entry %llu is of an earlier time than entry %llu",
			    NUMBER(shown->entry.seq), NUMBER(before->entry.seq));
		if (shown->entry.seq == before->entry.seq + 1 &&
		    memcmp(shown->entry.prev, before->leaf, 32) != 0)
			return wrong(ST_PROOF_ORDER, "entry %llu does not link to entry %llu",
			    NUMBER(shown->entry.seq), NUMBER(before->entry.seq));
	}
	return STET_OK;
}

/* --- 3: the tree ----------------------------------------------------------------------------- */

static int
check_tree(stet_proof *proof, stet_error *err)
{
	uint8_t root[32];

	if (!st_tree_many_root(proof->seqs, CONST(proof->leaves), proof->proof.entry_count,
		proof->checkpoint.size, CONST(proof->proof.tree), proof->proof.tree_count, root,
		proof->before) ||
	    memcmp(root, proof->checkpoint.root, 32) != 0)
		return wrong(ST_PROOF_TREE,
		    "the entries are not those of the tree over %llu entries that the checkpoint "
		    "is of",
		    NUMBER(proof->checkpoint.size));
	return STET_OK;
}

/* --- 5: the ledger keys ---------------------------------------------------------------------- */

static int
check_trusted(stet_proof *proof, const stet_trust *trust, stet_error *err)
{
	const struct st_state *state = &proof->state;
	size_t i, k, known = 0;

	for (i = 0; trust != NULL && i < trust->count; i++) {
		if (trust->keys[i].type != ST_NOTE_ED25519 ||
		    strcmp(trust->keys[i].name, state->origin) != 0)
			continue;
		known++;
		for (k = 0; k < state->ledger_key_count; k++)
			proof->trusted |= memcmp(trust->keys[i].public_key,
					      state->ledger_keys[k].public_key, 32) == 0;
	}
	if (known > 0 && !proof->trusted)
		return wrong(ST_PROOF_OTHER_KEY,
		    "a ledger of the name '%s', and none of its keys is one that you know",
		    state->origin);
	return STET_OK;
}

/* That seal was admitted, so the key before this change has signed it. */
static int
check_rotation(const stet_proof *proof, size_t at, stet_error *err)
{
	const struct st_proof_rotation *rotation = &proof->proof.rotations[at];
	const uint64_t since = proof->state.ledger_keys[at + 1].since;
	const struct st_shown *seal = st_shown_find(proof, rotation->seal);
	stet_bytes root;

	if (rotation->seal + 1 != since || seal == NULL || seal->statement.type != ST_TYPE_SEAL)
		return wrong(ST_PROOF_ROTATION,
		    "the change of the ledger key before entry %llu is not the one that entry %llu "
		    "seals",
		    NUMBER(since), NUMBER(rotation->seal));
	if (st_cbor_member_bytes(seal->statement.sign1.payload, "root", &root) < 0 ||
	    root.size != 32 ||
	    !st_tree_consistency_ok(rotation->seal, proof->checkpoint.size, root.data,
		proof->checkpoint.root, CONST(rotation->path), rotation->count))
		return wrong(ST_PROOF_ROTATION,
		    "the tree that entry %llu seals is not the beginning of the checkpoint's",
		    NUMBER(rotation->seal));
	return STET_OK;
}

static int
check_keys(stet_proof *proof, const stet_trust *trust, stet_error *err)
{
	const size_t changes = proof->state.ledger_key_count - 1;
	size_t i;
	int rc;

	if ((rc = check_trusted(proof, trust, err)) < 0)
		return rc;
	if (proof->proof.rotation_count != changes || proof->state.rotating)
		return wrong(ST_PROOF_ROTATION,
		    "the ledger key changed %zu times, and %zu changes are shown in full", changes,
		    proof->proof.rotation_count);
	for (i = 0; i < changes; i++)
		if ((rc = check_rotation(proof, i, err)) < 0)
			return rc;
	return STET_OK;
}

/* --- 6: the checkpoint ----------------------------------------------------------------------- */

static int
check_checkpoint(const stet_proof *proof, stet_error *err)
{
	const struct st_ledger_key *key = st_state_checkpoint_key(&proof->state);
	char shown[ST_SHOWN_SIZE];
	struct st_vkey vkey;
	size_t verified;
	int rc;

	if (strcmp(proof->checkpoint.origin, proof->state.origin) != 0)
		return wrong(ST_PROOF_OTHER_LEDGER,
		    "the entries are of the ledger '%s', the checkpoint is of '%s'",
		    proof->state.origin, st_shown(st_str(proof->checkpoint.origin), shown));
	if ((rc = st_vkey_make(proof->state.origin, ST_NOTE_ED25519, key->public_key, &vkey, err)) <
		0 ||
	    (rc = st_note_verify(&proof->note, &vkey, 1, &verified, err)) < 0)
		return rc;
	return verified == 1 ? STET_OK
			     : wrong(ST_PROOF_UNSIGNED,
				   "the checkpoint is not signed by the ledger key of '%s'",
				   proof->state.origin);
}

/* --- 7: the closing seal --------------------------------------------------------------------- */

static const struct st_shown *
closing_seal(const stet_proof *proof)
{
	return &proof->shown[proof->proof.entry_count - 1];
}

static int
check_seal(const stet_proof *proof, stet_error *err)
{
	const struct st_shown *seal = closing_seal(proof);
	stet_bytes root;

	if (seal->statement.type != ST_TYPE_SEAL)
		return wrong(ST_PROOF_SEAL, "the last entry shown, %llu, is no seal",
		    NUMBER(seal->entry.seq));
	if (seal->entry.seq != proof->checkpoint.size - 1)
		return wrong(ST_PROOF_SEAL,
		    "the closing seal is entry %llu, the checkpoint is of %llu entries",
		    NUMBER(seal->entry.seq), NUMBER(proof->checkpoint.size));
	if (st_cbor_member_bytes(seal->statement.sign1.payload, "root", &root) < 0 ||
	    root.size != 32 || memcmp(root.data, proof->before, 32) != 0)
		return wrong(ST_SEAL_ROOT_WRONG,
		    "the closing seal signs another tree root than the entries have");
	return STET_OK;
}

/* --- 9: the record index --------------------------------------------------------------------- */

static int
say_fault(enum st_map_fault fault, size_t at, stet_error *err)
{
	switch (fault) {
	case ST_MAP_HIDDEN:
		return wrong(ST_PROOF_INCOMPLETE,
		    "history is incomplete: the index does not show all names of the record (token "
		    "%zu)",
		    at);
	case ST_MAP_SKIPPED:
		return wrong(
		    ST_PROOF_LEVEL, "the index skips a level, or has one too many (token %zu)", at);
	case ST_MAP_SURPLUS:
		return wrong(ST_PROOF_SURPLUS,
		    "the index shows what no name needs, or ends early (token %zu)", at);
	case ST_MAP_FINE:
		break;
	}
	return STET_OK;
}

static int
check_index(stet_proof *proof, stet_error *err)
{
	uint8_t(*keys)[32] = NULL, root[32];
	enum st_map_fault fault;
	stet_bytes index;
	size_t at;
	int rc;

	if ((rc = st_covered_keys(&proof->covered, &keys, err)) < 0)
		return rc;
	free(proof->found);
	if ((proof->found = calloc(proof->covered.count + 1, sizeof(*proof->found))) == NULL) {
		free(keys);
		return st_fail_nomem(err);
	}
	fault = st_map_pruned_root(proof->proof.index, proof->proof.index_count, CONST(keys),
	    proof->covered.count, proof->found, root, &at);
	free(keys);
	if (fault != ST_MAP_FINE)
		return say_fault(fault, at, err);
	if (st_cbor_member_bytes(closing_seal(proof)->statement.sign1.payload, "index", &index) <
		0 ||
	    index.size != 32 || memcmp(index.data, root, 32) != 0)
		return wrong(
		    ST_PROOF_INDEX, "the index shown has another root than the closing seal signs");
	return STET_OK;
}

/* --- 10: every name's chain ------------------------------------------------------------------ */

static int
check_chains(const stet_proof *proof, stet_error *err)
{
	const struct st_covered_name *name;
	size_t i;
	int rc;

	for (i = 0; i < proof->covered.count; i++) {
		name = &proof->covered.names[i];
		rc = st_shown_complete(proof, &proof->found[i], name->key, name->name, err);
		if (rc < 0)
			return rc;
	}
	return STET_OK;
}

static int
check_counts(stet_proof *proof, stet_error *err)
{
	int rc = check_index(proof, err);

	return rc < 0 ? rc : check_chains(proof, err);
}

/* --- 8: the closure -------------------------------------------------------------------------- */

/* Where an entry seems to be too much: what leads to it may be left out. */
static int
check_gap(stet_proof *proof, stet_error *err)
{
	stet_error why;
	int rc;

	st_error_clear(&why);
	if ((rc = st_shown_gap(proof, 0, &why)) == STET_OK)
		rc = check_counts(proof, &why);
	if (rc == STET_EMISMATCH && why.rule != ST_PROOF_INCOMPLETE)
		return STET_OK;
	if (rc < 0 && err != NULL)
		*err = why;
	return rc;
}

static int
check_closure(stet_proof *proof, stet_error *err)
{
	char text[ST_SHOWN_SIZE];
	const struct st_shown *shown;
	size_t i;
	int rc;

	if ((rc = st_covered_of(&proof->books, &proof->state, proof->proof.asked,
		 proof->proof.asked_count, proof->checkpoint.size, &proof->covered, err)) < 0)
		return rc;
	for (i = 0; i < proof->proof.entry_count; i++) {
		shown = &proof->shown[i];
		if (shown->statement.type == ST_TYPE_SEAL ||
		    st_covered_has(&proof->covered, shown->name_key))
			continue;
		return (rc = check_gap(proof, err)) < 0
			   ? rc
			   : wrong(ST_PROOF_SURPLUS,
				 "entry %llu is about '%s', which nothing that was asked for "
				 "leads to",
				 NUMBER(shown->entry.seq),
				 st_shown(shown->statement.sign1.claims.sub, text));
	}
	return STET_OK;
}

int
st_proof_verify(stet_proof *proof, const stet_trust *trust, stet_error *err)
{
	int rc;

	if ((rc = decode(proof, err)) < 0 || (rc = check_order(proof, err)) < 0 ||
	    (rc = check_tree(proof, err)) < 0 || (rc = st_shown_admit(proof, err)) < 0 ||
	    (rc = check_keys(proof, trust, err)) < 0 || (rc = check_checkpoint(proof, err)) < 0 ||
	    (rc = check_seal(proof, err)) < 0 || (rc = check_closure(proof, err)) < 0)
		return rc;
	return check_counts(proof, err);
}

static int
copy_covered(const struct st_covered *from, struct st_covered *to, stet_error *err)
{
	size_t i;

	if ((to->names = calloc(from->count + 1, sizeof(*to->names))) == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < from->count; i++) {
		to->names[i] = from->names[i];
		if ((to->names[i].name = strdup(from->names[i].name)) == NULL)
			return st_fail_nomem(err);
		to->count++;
	}
	return STET_OK;
}

int
st_proof_hashes(stet_bytes file, const struct st_covered *covered, stet_error *err)
{
	stet_proof *proof = calloc(1, sizeof(*proof));
	int rc;

	if (proof == NULL)
		return st_fail_nomem(err);
	st_buf_put_bytes(&proof->file, file);
	if (proof->file.rc < 0)
		rc = st_fail_nomem(err);
	else if ((rc = decode(proof, err)) == STET_OK &&
		 (rc = check_order(proof, err)) == STET_OK &&
		 (rc = check_tree(proof, err)) == STET_OK &&
		 (rc = check_seal(proof, err)) == STET_OK &&
		 (rc = copy_covered(covered, &proof->covered, err)) == STET_OK)
		rc = check_counts(proof, err);
	stet_proof_free(proof);
	return rc;
}
