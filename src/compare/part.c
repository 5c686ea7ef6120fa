/* Where two trees part.
 *
 * The tree over the first leaves of a larger one is made of complete subtrees that the larger one
 * has too: its own biggest ones, and the left sides along the way to where the smaller tree ends.
 * So both sides are brought to the smaller size, their complete subtrees are compared in order, and
 * in the first that differs the way leads down to the leaf: to the left while the left sides
 * differ, else to the right. */
#include "compare/part.h"

#include <string.h>

#include "base/err.h"

static int
damaged(stet_error *err)
{
	return st_fail(err, STET_EMISMATCH, ST_COPY_DAMAGED,
	    "its hashes do not lead to the root of its own head");
}

static int
read_node(
    struct st_side *side, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err)
{
	side->reads++;
	return side->read(side->ctx, level, index, hash_out, err);
}

static int
counted_read(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err)
{
	return read_node(ctx, level, index, hash_out, err);
}

static int
lead(struct st_side *side, stet_error *err)
{
	uint8_t root[32];
	int rc;

	if (side->led)
		return STET_OK;
	if ((rc = st_tree_load(&side->peaks, side->size, counted_read, side, err)) < 0)
		return rc;
	st_tree_root(&side->peaks, root);
	if (memcmp(root, side->root, 32) != 0)
		return damaged(err);
	side->led = 1;
	return STET_OK;
}

/* Both halves of a subtree whose hash is known; level > 0. */
static int
halves(struct st_side *side, unsigned level, uint64_t index, const uint8_t hash[32],
    uint8_t halves_out[2][32], stet_error *err)
{
	uint8_t over[32];
	int rc;

	if ((rc = read_node(side, level - 1, index * 2, halves_out[0], err)) < 0 ||
	    (rc = read_node(side, level - 1, index * 2 + 1, halves_out[1], err)) < 0)
		return rc;
	st_tree_node(halves_out[0], halves_out[1], over);
	return memcmp(over, hash, 32) == 0 ? STET_OK : damaged(err);
}

int
st_side_at(struct st_side *side, uint64_t size, struct st_tree *tree_out, stet_error *err)
{
	struct st_tree tree = {0};
	uint8_t hash[32], parts[2][32];
	unsigned level, count = 0, peak = 0;
	int rc;

	if (size > side->size)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "no %llu leaves in a tree of %llu",
		    (unsigned long long)size, (unsigned long long)side->size);
	if ((rc = lead(side, err)) < 0)
		return rc;
	/* The biggest subtrees are those of the whole, as long as they fit. */
	for (level = 64; level-- > 0 && tree.size < size;) {
		if ((side->size >> level & 1) == 0)
			continue;
		if (size - tree.size < UINT64_C(1) << level)
			break;
		memcpy(tree.frontier[count++], side->peaks.frontier[peak++], 32);
		tree.size += UINT64_C(1) << level;
	}
	/* The next one is too big by something: down it, to where the leaves asked for end. */
	if (tree.size < size)
		memcpy(hash, side->peaks.frontier[peak], 32);
	while (tree.size < size) {
		if ((rc = halves(side, level, tree.size >> level, hash, parts, err)) < 0)
			return rc;
		level--;
		if (size - tree.size < UINT64_C(1) << level) {
			memcpy(hash, parts[0], 32);
			continue;
		}
		memcpy(tree.frontier[count++], parts[0], 32);
		tree.size += UINT64_C(1) << level;
		memcpy(hash, parts[1], 32);
	}
	*tree_out = tree;
	return STET_OK;
}

/* Down a subtree that the two sides have different hashes of. */
static int
descend(struct st_side sides[2], unsigned level, uint64_t index, uint8_t hashes[2][32],
    struct st_parting *parting, stet_error *err)
{
	uint8_t parts[2][2][32];
	int i, right, rc;

	for (; level > 0; level--) {
		for (i = 0; i < 2; i++) {
			parting->blamed = i;
			if ((rc = halves(&sides[i], level, index, hashes[i], parts[i], err)) < 0)
				return rc;
		}
		right = memcmp(parts[0][0], parts[1][0], 32) == 0;
		for (i = 0; i < 2; i++)
			memcpy(hashes[i], parts[i][right], 32);
		index = index * 2 + (unsigned)right;
	}
	parting->forked = 1;
	parting->first = index;
	memcpy(parting->leaves, hashes, sizeof(parting->leaves));
	return STET_OK;
}

int
st_part(struct st_side sides[2], struct st_parting *parting_out, stet_error *err)
{
	struct st_parting parting = {.blamed = -1};
	struct st_tree trees[2];
	uint8_t hashes[2][32];
	unsigned level, count = 0;
	uint64_t start = 0;
	int i, rc = STET_OK;

	parting.common = sides[0].size < sides[1].size ? sides[0].size : sides[1].size;
	for (i = 0; rc == STET_OK && i < 2; i++) {
		parting.blamed = i;
		if ((rc = st_side_at(&sides[i], parting.common, &trees[i], err)) == STET_OK)
			st_tree_root(&trees[i], parting.roots[i]);
	}
	for (level = 64; rc == STET_OK && !parting.forked && level-- > 0;) {
		if ((parting.common >> level & 1) == 0)
			continue;
		if (memcmp(trees[0].frontier[count], trees[1].frontier[count], 32) != 0) {
			for (i = 0; i < 2; i++)
				memcpy(hashes[i], trees[i].frontier[count], 32);
			rc = descend(sides, level, start >> level, hashes, &parting, err);
		}
		count++;
		start += UINT64_C(1) << level;
	}
	if (rc < 0) {
		parting_out->blamed = parting.blamed;
		return rc;
	}
	parting.blamed = -1;
	*parting_out = parting;
	return STET_OK;
}
