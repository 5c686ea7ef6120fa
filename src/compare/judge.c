/* What comes of comparing two copies. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "compare/compare.h"

static const char *const which[2] = {"the first", "the second"};

/* What is wrong with a copy names it. */
static int
about(int copy, int rc, const stet_error *why, stet_error *err)
{
	if (rc == STET_ENOMEM || err == NULL)
		return rc < 0 && err != NULL ? (*err = *why, rc) : rc;
	return why->seq == STET_NO_SEQ
		   ? st_fail(err, rc, why->rule, "%s copy: %.200s", which[copy], why->text)
		   : st_fail_seq(
			 err, rc, why->rule, why->seq, "%s copy: %.200s", which[copy], why->text);
}

/* --- who signed ---------------------------------------------------------------------------------
 */

static int
put_all(stet_trust *trust, const stet_trust *more, size_t first, stet_error *err)
{
	size_t i;
	int rc = STET_OK;

	for (i = first; rc == STET_OK && more != NULL && i < more->count; i++)
		rc = st_trust_put(trust, &more->keys[i], err);
	return rc;
}

/* Of a ledger key that the reader knows, those that came after it: each change was sealed by the
 * key before. */
static int
follow(stet_trust *known, const stet_trust *own, stet_error *err)
{
	size_t i;

	for (i = 0; i < own->count; i++)
		if (st_trust_has(known, &own->keys[i]))
			return put_all(known, own, i + 1, err);
	return STET_OK;
}

static int
gather_keys(struct st_comparison *comparison, stet_error *err)
{
	const stet_trust *own[2] = {comparison->copies[0]->own, comparison->copies[1]->own};
	int rc;

	if ((rc = stet_trust_new(&comparison->known, err)) < 0 ||
	    (rc = stet_trust_new(&comparison->named, err)) < 0 ||
	    (rc = stet_trust_new(&comparison->all, err)) < 0 ||
	    (rc = put_all(comparison->named, own[0], 0, err)) < 0 ||
	    (rc = put_all(comparison->named, own[1], 0, err)) < 0 ||
	    (rc = put_all(comparison->known, comparison->trust, 0, err)) < 0 ||
	    (rc = follow(comparison->known, own[0], err)) < 0 ||
	    (rc = follow(comparison->known, own[1], err)) < 0 ||
	    (rc = follow(comparison->known, own[0], err)) < 0 ||
	    (rc = put_all(comparison->all, comparison->known, 0, err)) < 0)
		return rc;
	return put_all(comparison->all, comparison->named, 0, err);
}

/* The ledger keys in trust that have signed the head of a copy; a set, of room for all of them. */
static int
ledger_signers(const stet_copy *copy, const stet_trust *trust, struct st_signed_head *head,
    uint8_t *signed_out, stet_error *err)
{
	size_t i;
	int rc;

	memset(head, 0, sizeof(*head));
	memset(signed_out, 0, trust->count + 1);
	if (copy->note.size == 0) {
		for (i = 0; i < trust->count; i++)
			signed_out[i] =
			    copy->sealed && st_vkey_same(&trust->keys[i], &copy->seal_key);
		return STET_OK;
	}
	if ((rc = st_trust_judge(trust, st_buf_bytes(&copy->note), head, err)) < 0)
		return rc;
	for (i = 0; i < head->count; i++)
		signed_out[head->signers[i].key] = (uint8_t)st_trust_is_ledger_key(
		    &trust->keys[head->signers[i].key], &head->checkpoint);
	return STET_OK;
}

static int
any(const uint8_t *set, const stet_trust *of, const stet_trust *in)
{
	size_t i;

	for (i = 0; i < of->count; i++)
		if (set[i] && st_trust_has(in, &of->keys[i]))
			return 1;
	return 0;
}

static int
signers_of(struct st_comparison *comparison, int i, uint8_t *set, stet_error *err)
{
	struct st_compared *compared = &comparison->compared[i];
	const stet_copy *copy = comparison->copies[i];
	const stet_trust *all = comparison->all;
	struct st_signed_head head;
	int rc;

	if ((rc = ledger_signers(copy, all, &head, set, err)) < 0 ||
	    (copy->note.size > 0 && (rc = st_trust_judge(comparison->known,
					 st_buf_bytes(&copy->note), &compared->head, err)) < 0))
		return rc;
	compared->known = any(set, all, comparison->known);
	compared->own = comparison->named->count == 0 ? -1 : any(set, all, comparison->named);
	if (copy->chained && !any(set, all, copy->own))
		return st_fail(err, STET_EMISMATCH, ST_COPY_DAMAGED,
		    "its head is signed by none of its ledger keys");
	return STET_OK;
}

static int
find_signers(struct st_comparison *comparison, stet_error *err)
{
	const size_t count = comparison->all->count;
	uint8_t *sets[2] = {calloc(count + 1, 1), calloc(count + 1, 1)};
	stet_error why;
	size_t k;
	int i, rc = sets[0] != NULL && sets[1] != NULL ? STET_OK : st_fail_nomem(err);

	for (i = 0; rc == STET_OK && i < 2; i++) {
		st_error_clear(&why);
		if ((rc = signers_of(comparison, i, sets[i], &why)) < 0)
			rc = about(i, rc, &why, err);
	}
	for (k = 0; rc == STET_OK && k < count; k++)
		comparison->one_key |= sets[0][k] && sets[1][k];
	free(sets[0]);
	free(sets[1]);
	return rc;
}

/* --- how they lie to each other ------------------------------------------------------------------
 */

static void
take_parting(struct st_comparison *comparison, const struct st_parting *parting)
{
	int i;

	for (i = 0; i < 2; i++) {
		memcpy(comparison->compared[i].root, parting->roots[i], 32);
		comparison->compared[i].rooted = 1;
		memcpy(comparison->compared[i].leaf, parting->leaves[i], 32);
	}
	comparison->placed = parting->forked;
	comparison->first = parting->first;
}

static int
part_trees(struct st_comparison *comparison, stet_error *err)
{
	struct st_side sides[2] = {comparison->copies[0]->side, comparison->copies[1]->side};
	struct st_parting parting;
	stet_error why;
	int i, rc;

	st_error_clear(&why);
	rc = st_part(sides, &parting, &why);
	for (i = 0; i < 2; i++)
		comparison->copies[i]->side = sides[i];
	if (rc < 0)
		return parting.blamed < 0 ? (err != NULL ? (*err = why, rc) : rc)
					  : about(parting.blamed, rc, &why, err);
	take_parting(comparison, &parting);
	return STET_OK;
}

/* The root that a copy has at the smaller size, where it shows that. */
static int
root_of(struct st_comparison *comparison, int i, stet_error *err)
{
	struct st_compared *compared = &comparison->compared[i];
	stet_copy *copy = comparison->copies[i];
	struct st_tree tree;
	stet_error why;
	int rc;

	if (copy->side.size == comparison->common) {
		memcpy(compared->root, copy->side.root, 32);
		compared->rooted = 1;
	}
	if (copy->side.read == NULL)
		return STET_OK;
	st_error_clear(&why);
	if ((rc = st_side_at(&copy->side, comparison->common, &tree, &why)) < 0)
		return about(i, rc, &why, err);
	st_tree_root(&tree, compared->root);
	compared->rooted = 1;
	return STET_OK;
}

/* Two ledgers can have one name; with one key on both, whoever has that key made two of them. */
static int
of_two_ledgers(const struct st_comparison *comparison)
{
	const stet_copy *a = comparison->copies[0], *b = comparison->copies[1];

	if (strcmp(a->head.origin, b->head.origin) != 0)
		return 1;
	if (comparison->one_key)
		return 0;
	return (a->id[0] != '\0' && b->id[0] != '\0' && strcmp(a->id, b->id) != 0) ||
	       (comparison->placed && comparison->first == 0);
}

/* Anybody can write down a head. With nothing below it, and by none of the keys that could have
 * signed it, it says nothing. */
static int
is_bare_claim(const struct st_comparison *comparison, int i)
{
	return comparison->copies[i]->side.read == NULL && comparison->compared[i].own == 0 &&
	       !comparison->compared[i].known;
}

static enum st_answer
answer_of(struct st_comparison *comparison)
{
	const struct st_compared *compared = comparison->compared;
	const uint64_t a = comparison->copies[0]->side.size, b = comparison->copies[1]->side.size;

	if (of_two_ledgers(comparison))
		return ST_ANSWER_OTHER;
	if (!compared[0].rooted || !compared[1].rooted)
		return ST_ANSWER_UNKNOWN;
	if (memcmp(compared[0].root, compared[1].root, 32) != 0) {
		comparison->unsigned_ =
		    is_bare_claim(comparison, 0) || is_bare_claim(comparison, 1);
		return comparison->unsigned_ ? ST_ANSWER_UNKNOWN : ST_ANSWER_FORK;
	}
	return a == b ? ST_ANSWER_SAME : a < b ? ST_ANSWER_OLDER : ST_ANSWER_NEWER;
}

static int
judge(struct st_comparison *comparison, stet_error *err)
{
	stet_copy *const *copies = comparison->copies;
	int i, rc;

	if ((rc = gather_keys(comparison, err)) < 0 || (rc = find_signers(comparison, err)) < 0)
		return rc;
	comparison->common = copies[0]->side.size < copies[1]->side.size ? copies[0]->side.size
									 : copies[1]->side.size;
	if (strcmp(copies[0]->head.origin, copies[1]->head.origin) == 0) {
		if (copies[0]->side.read != NULL && copies[1]->side.read != NULL)
			rc = part_trees(comparison, err);
		else
			for (i = 0; rc == STET_OK && i < 2; i++)
				rc = root_of(comparison, i, err);
	}
	if (rc < 0)
		return rc;
	comparison->answer = answer_of(comparison);
	return comparison->answer <= ST_ANSWER_NEWER ? st_compare_omitted(comparison, err)
						     : STET_OK;
}

/* --- evidence -----------------------------------------------------------------------------------
 */

static int
fork_evidence(
    struct st_comparison *comparison, uint8_t **evidence_out, size_t *size_out, stet_error *err)
{
	stet_copy *a = comparison->copies[0], *b = comparison->copies[1];
	const int larger = a->side.size < b->side.size;
	struct st_side *side = &comparison->copies[larger]->side;
	uint8_t path[ST_TREE_PATH_MAX][32];
	size_t count = 0;
	int rc;

	/* Without a note there is no signed head to show; without one key it convicts nobody. */
	if (a->note.size == 0 || b->note.size == 0 ||
	    (!comparison->one_key && comparison->named->count > 0))
		return STET_OK;
	if (a->side.size == b->side.size)
		return stet_evidence_fork(st_buf_bytes(&a->note), st_buf_bytes(&b->note), NULL,
		    NULL, 0, evidence_out, size_out, err);
	if ((rc = st_tree_prove_consistency(
		 comparison->common, side->size, side->read, side->ctx, path, &count, err)) < 0)
		return rc;
	return stet_evidence_fork(st_buf_bytes(&a->note), st_buf_bytes(&b->note),
	    comparison->compared[larger].root, (const uint8_t(*)[32])path, count, evidence_out,
	    size_out, err);
}

int
stet_compare(stet_copy *a, stet_copy *b, const stet_trust *trust, stet_json **report_out,
    uint8_t **evidence_out, size_t *size_out, stet_error *err)
{
	struct st_comparison *comparison = calloc(1, sizeof(*comparison));
	stet_json *report = NULL;
	uint8_t *evidence = NULL;
	size_t size = 0;
	int rc;

	if (comparison == NULL)
		return st_fail_nomem(err);
	comparison->copies[0] = a;
	comparison->copies[1] = b;
	comparison->trust = trust;
	if ((rc = judge(comparison, err)) == STET_OK)
		rc = st_compare_report(comparison, &report, err);
	if (rc == STET_OK && evidence_out != NULL && comparison->answer == ST_ANSWER_FORK)
		rc = fork_evidence(comparison, &evidence, &size, err);
	else if (rc == STET_OK && evidence_out != NULL && comparison->answer == ST_ANSWER_OMISSION)
		rc = st_compare_omission(comparison, &evidence, &size, err);
	st_buf_free(&comparison->omitted);
	stet_trust_free(comparison->known);
	stet_trust_free(comparison->named);
	stet_trust_free(comparison->all);
	free(comparison);
	if (rc < 0) {
		stet_json_free(report);
		return rc;
	}
	*report_out = report;
	if (evidence_out != NULL) {
		*evidence_out = evidence;
		*size_out = size;
	}
	return STET_OK;
}
