/* Two checkpoints of one ledger that are not of one append-only tree. */
#include "evidence/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "base/time.h"
#include "merkle/tree.h"

#define NUMBER(n) ((unsigned long long)(n))

#define innocent(...) st_fail(err, STET_EREFUSED, ST_EVIDENCE_NONE, __VA_ARGS__)

int
st_evidence_head(stet_bytes bytes, struct st_checkpoint *checkpoint_out, stet_error *err)
{
	struct st_note *note = malloc(sizeof(*note));
	int rc;

	if (note == NULL)
		return st_fail_nomem(err);
	rc = st_checkpoint_read(bytes, note, checkpoint_out, err);
	free(note);
	/* JSON has no whole numbers beyond that for every reader; no ledger is so large. */
	if (rc == STET_OK && checkpoint_out->size > ST_UINT53_MAX)
		return st_fail(err, STET_EFORMAT, ST_CHECKPOINT_MALFORMED,
		    "not a checkpoint: a size beyond 2^53 - 1 is none that a ledger has");
	return rc;
}

static int
malformed(stet_error *err, const char *what)
{
	return st_fail(err, STET_EFORMAT, ST_EVIDENCE_MALFORMED, "not evidence: %s", what);
}

/* --- one size: there is one tree of it ------------------------------------------------------- */

static int
judge_one_size(
    const struct st_evidence *evidence, const struct st_checkpoint heads[2], stet_error *err)
{
	if (evidence->has_root)
		return malformed(err, "a root and a path between two checkpoints of one size");
	if (memcmp(heads[0].root, heads[1].root, 32) == 0)
		return innocent("both checkpoints are of size %llu and say the same of it",
		    NUMBER(heads[0].size));
	return STET_OK;
}

/* --- two sizes: the larger tree has one beginning of the smaller size -------------------------
 * The path binds root to the larger checkpoint: no other root of that size has one, so where it is
 * not the root that the smaller checkpoint signs, the larger tree does not continue the smaller. */

static int
judge_two_sizes(
    const struct st_evidence *evidence, const struct st_checkpoint heads[2], stet_error *err)
{
	if (!evidence->has_root)
		return malformed(
		    err, "between two sizes it takes the root and path that lead to the larger");
	if (!st_tree_consistency_ok(heads[0].size, heads[1].size, evidence->root, heads[1].root,
		(const uint8_t(*)[32])evidence->path, evidence->path_count))
		return st_fail(err, STET_EMISMATCH, ST_EVIDENCE_TREE,
		    "root and path do not show how the tree of size %llu begins",
		    NUMBER(heads[1].size));
	if (memcmp(evidence->root, heads[0].root, 32) == 0)
		return innocent("the tree of size %llu begins with that of size %llu",
		    NUMBER(heads[1].size), NUMBER(heads[0].size));
	return STET_OK;
}

int
st_fork_judge(
    const struct st_evidence *evidence, struct st_checkpoint heads_out[2], stet_error *err)
{
	char shown[2][ST_SHOWN_SIZE];
	size_t i;
	int rc;

	for (i = 0; i < 2; i++)
		if ((rc = st_evidence_head(evidence->notes[i], &heads_out[i], err)) < 0)
			return rc;
	if (strcmp(heads_out[0].origin, heads_out[1].origin) != 0)
		return innocent("the checkpoints are of two ledgers, '%s' and '%s'",
		    st_shown(st_str(heads_out[0].origin), shown[0]),
		    st_shown(st_str(heads_out[1].origin), shown[1]));
	if (heads_out[0].size > heads_out[1].size)
		return malformed(err, "the larger checkpoint stands first");
	return heads_out[0].size == heads_out[1].size ? judge_one_size(evidence, heads_out, err)
						      : judge_two_sizes(evidence, heads_out, err);
}
