/* An entry in the tree, and a later seal in the same tree whose record index does not count it. */
#include "evidence/evidence.h"

#include <string.h>

#include "admission/rules.h"
#include "base/err.h"
#include "base/text.h"
#include "merkle/tree.h"

#define NUMBER(n) ((unsigned long long)(n))

#define innocent(...) st_fail(err, STET_EREFUSED, ST_EVIDENCE_NONE, __VA_ARGS__)

static int
read_entry(stet_bytes encoded, struct st_entry *entry, struct st_statement *statement,
    uint8_t leaf_out[32], stet_error *err)
{
	int rc;

	if ((rc = st_entry_decode(encoded, entry, err)) < 0 ||
	    (rc = st_statement_read(entry->statement, statement, err)) < 0)
		return rc;
	st_tree_leaf(encoded, leaf_out);
	return STET_OK;
}

static int
decode(const struct st_evidence *evidence, struct st_omission *omission, stet_error *err)
{
	size_t i;
	int rc = st_evidence_head(evidence->checkpoint, &omission->checkpoint, err);

	for (i = 0; i < 2 && rc == STET_OK; i++)
		rc = read_entry(evidence->entries[i], &omission->entries[i],
		    &omission->statements[i], omission->leaves[i], err);
	return rc;
}

/* --- what the two entries are ------------------------------------------------------------------
 */

static int
check_entry(const struct st_evidence *evidence, const struct st_omission *omission, stet_error *err)
{
	const stet_bytes sub = omission->statements[0].sign1.claims.sub;
	char shown[2][ST_SHOWN_SIZE];

	/* Seals are in no index: one of them would accuse every ledger. */
	if (st_bytes_equal(evidence->name, st_str(ST_NAME_SEAL)))
		return innocent("seals are no part of the record index, so none is left out");
	if (!st_bytes_equal(evidence->name, sub))
		return innocent("entry %llu is about '%s', not '%s'",
		    NUMBER(omission->entries[0].seq), st_shown(sub, shown[0]),
		    st_shown(evidence->name, shown[1]));
	return STET_OK;
}

static int
check_seal(const struct st_omission *omission, stet_error *err)
{
	const struct st_statement *statement = &omission->statements[1];
	const struct st_entry *entries = omission->entries;

	if (statement->type != ST_TYPE_SEAL ||
	    !st_bytes_equal(statement->sign1.claims.sub, st_str(ST_NAME_SEAL)))
		return innocent(
		    "entry %llu is no seal, so it says nothing of others", NUMBER(entries[1].seq));
	if (entries[0].seq >= entries[1].seq)
		return innocent("entry %llu is not before the seal, entry %llu",
		    NUMBER(entries[0].seq), NUMBER(entries[1].seq));
	return st_seal_frame_check(&entries[1], statement, err);
}

/* --- that they are what was signed ----------------------------------------------------------- */

static int
check_tree(const struct st_evidence *evidence, const struct st_omission *omission, stet_error *err)
{
	const uint64_t seqs[2] = {omission->entries[0].seq, omission->entries[1].seq};
	uint8_t root[32];

	if (!st_tree_many_root(seqs, omission->leaves, 2, omission->checkpoint.size,
		(const uint8_t(*)[32])evidence->tree, evidence->tree_count, root, NULL) ||
	    memcmp(root, omission->checkpoint.root, 32) != 0)
		return st_fail(err, STET_EMISMATCH, ST_EVIDENCE_TREE,
		    "entries %llu and %llu are not shown to be in the tree over %llu entries that "
		    "the checkpoint is of",
		    NUMBER(seqs[0]), NUMBER(seqs[1]), NUMBER(omission->checkpoint.size));
	return STET_OK;
}

static int
wrong_index(size_t token, stet_error *err)
{
	return st_fail(err, STET_EMISMATCH, ST_EVIDENCE_INDEX,
	    "the index shown does not lead to the name and nowhere else (token %zu)", token);
}

static int
check_index(const struct st_evidence *evidence, struct st_omission *omission, stet_error *err)
{
	uint8_t key[1][32], root[32];
	stet_bytes index;
	size_t at;

	st_map_key(evidence->name, key[0]);
	if (st_map_pruned_root(evidence->index, evidence->index_count, (const uint8_t(*)[32])key, 1,
		&omission->counted, root, &at) != ST_MAP_FINE)
		return wrong_index(at, err);
	if (st_cbor_member_bytes(omission->statements[1].sign1.payload, "index", &index) < 0 ||
	    index.size != 32 || memcmp(index.data, root, 32) != 0)
		return st_fail(err, STET_EMISMATCH, ST_EVIDENCE_INDEX,
		    "the index shown has another root than entry %llu seals",
		    NUMBER(omission->entries[1].seq));
	return STET_OK;
}

/* --- that both cannot be true ----------------------------------------------------------------- */

/* The index ends right before this entry: there is nothing about the name, and it is the first; or
 * the newest that is counted is the one before it. Of a later one that is left out nothing is
 * shown, since nobody sees here what its prior leads to. */
static int
check_left_out(const struct st_omission *omission, stet_error *err)
{
	const struct st_map_leaf *counted = &omission->counted;
	const struct st_entry *entry = &omission->entries[0];

	if (counted->count == 0
		? entry->prior == NULL
		: entry->prior != NULL && memcmp(entry->prior, counted->head, 32) == 0)
		return STET_OK;
	if (counted->count > 0 && memcmp(counted->head, omission->leaves[0], 32) == 0)
		return innocent("the index counts entry %llu, as the newest about its name",
		    NUMBER(entry->seq));
	if (counted->count == 0)
		return innocent("entry %llu is not the first about its name, and the index has "
				"none: show the first",
		    NUMBER(entry->seq));
	return innocent(
	    "the newest entry that the index counts is not the one before entry %llu, so "
	    "nothing shows that it leaves this one out",
	    NUMBER(entry->seq));
}

int
st_omission_judge(
    const struct st_evidence *evidence, struct st_omission *omission_out, stet_error *err)
{
	int rc;

	if ((rc = decode(evidence, omission_out, err)) < 0 ||
	    (rc = check_entry(evidence, omission_out, err)) < 0 ||
	    (rc = check_seal(omission_out, err)) < 0 ||
	    (rc = check_tree(evidence, omission_out, err)) < 0 ||
	    (rc = check_index(evidence, omission_out, err)) < 0)
		return rc;
	return check_left_out(omission_out, err);
}
