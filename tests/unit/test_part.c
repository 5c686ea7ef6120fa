/* compare/part: where two trees part, in few reads, and nothing believed that does not lead to a
 * root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "compare/part.h"

/* --- trees that are worked out when they are asked for -----------------------------------------
 * Leaf i of history h is SHA-256(i, h), h being 0 before the tree's fork and its own after it; the
 * complete subtrees are kept, so that a tree of a million is made once. */

#define SIZE_MAX_LOG 20
#define HISTORIES 3

struct nodes {
	uint8_t (*levels[SIZE_MAX_LOG + 1])[32];
	uint64_t size, fork;
	unsigned history;
	/* A lie: this node is given with a bit flipped, or as another hash. */
	int lies;
	unsigned lie_level;
	uint64_t lie_index;
	const uint8_t *lie;
	uint64_t lied;
};

static void
leaf_of(uint64_t i, unsigned history, uint8_t out[32])
{
	uint8_t input[9];

	st_be64_put(input, i);
	input[8] = (uint8_t)history;
	st_sha256((stet_bytes){input, sizeof(input)}, out);
}

static int
keep(void *ctx, unsigned level, uint64_t index, const uint8_t hash[32])
{
	struct nodes *nodes = ctx;

	memcpy(nodes->levels[level][index], hash, 32);
	return 0;
}

/* Its first `fork` leaves are those of every tree. */
static void
grow(struct nodes *nodes, struct st_side *side, uint64_t size, uint64_t fork, unsigned history)
{
	struct st_tree tree = {0};
	uint8_t leaf[32];
	unsigned level;
	uint64_t i;

	memset(nodes, 0, sizeof(*nodes));
	nodes->size = size;
	for (level = 0; level <= SIZE_MAX_LOG; level++) {
		nodes->levels[level] = calloc((size >> level) + 1, 32);
		assert_non_null(nodes->levels[level]);
	}
	for (i = 0; i < size; i++) {
		leaf_of(i, i < fork ? 0 : history, leaf);
		assert_int_equal(st_tree_append(&tree, leaf, keep, nodes), STET_OK);
	}
	memset(side, 0, sizeof(*side));
	side->size = size;
	st_tree_root(&tree, side->root);
}

static void
fell(struct nodes *nodes)
{
	unsigned level;

	for (level = 0; level <= SIZE_MAX_LOG; level++)
		free(nodes->levels[level]);
}

static int
read_node(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err)
{
	struct nodes *nodes = ctx;

	(void)err;
	assert_true(index < nodes->size >> level); /* only complete subtrees are asked for */
	memcpy(hash_out, nodes->levels[level][index], 32);
	if (nodes->lies && level == nodes->lie_level && index == nodes->lie_index) {
		nodes->lied++;
		if (nodes->lie != NULL)
			memcpy(hash_out, nodes->lie, 32);
		else
			hash_out[5] ^= 1;
	}
	return STET_OK;
}

static void
aim(struct st_side *side, struct nodes *nodes)
{
	side->read = read_node;
	side->ctx = nodes;
	side->reads = 0;
	side->led = 0;
}

/* --- every pair --------------------------------------------------------------------------------
 */

#define SMALL 70

static void
root_at(const struct nodes *nodes, uint64_t size, uint8_t out[32])
{
	struct st_tree tree = {0};
	uint64_t i;

	for (i = 0; i < size; i++)
		st_tree_append(&tree, nodes->levels[0][i], NULL, NULL);
	st_tree_root(&tree, out);
}

static void
assert_parted(struct nodes nodes[2], struct st_side sides[2], uint64_t fork)
{
	struct st_parting parting;
	struct st_side both[2] = {sides[0], sides[1]};
	uint8_t root[32];
	uint64_t common;
	int i;

	for (i = 0; i < 2; i++)
		aim(&both[i], &nodes[i]);
	assert_int_equal(st_part(both, &parting, NULL), STET_OK);
	common = both[0].size < both[1].size ? both[0].size : both[1].size;
	assert_int_equal(parting.common, common);
	assert_int_equal(parting.blamed, -1);
	for (i = 0; i < 2; i++) {
		root_at(&nodes[i], common, root);
		assert_memory_equal(parting.roots[i], root, 32);
	}
	assert_int_equal(parting.forked, fork < common);
	if (!parting.forked)
		return;
	assert_int_equal(parting.first, fork);
	for (i = 0; i < 2; i++)
		assert_memory_equal(parting.leaves[i], nodes[i].levels[0][fork], 32);
}

static void
test_part__finds_the_first_leaf_of_every_pair(void **state)
{
	uint64_t a, b, fork;
	struct nodes nodes[2];
	struct st_side sides[2];

	(void)state;
	/* Sizes around the powers of two in full, the others against a few. */
	for (a = 0; a <= SMALL; a++) {
		for (b = 0; b <= SMALL; b += a % 9 == 0 || a == SMALL ? 1 : 7) {
			for (fork = 0; fork <= (a < b ? a : b); fork++) {
				grow(&nodes[0], &sides[0], a, fork, 1);
				grow(&nodes[1], &sides[1], b, fork, 2);
				assert_parted(nodes, sides, fork);
				fell(&nodes[0]);
				fell(&nodes[1]);
			}
		}
	}
}

static void
test_part__a_tree_at_any_size_is_that_of_its_first_leaves(void **state)
{
	struct nodes nodes;
	struct st_side side;
	struct st_tree tree;
	uint8_t root[32], wanted[32];
	uint64_t size, at;
	stet_error err;

	(void)state;
	for (size = 0; size <= SMALL; size++) {
		grow(&nodes, &side, size, 0, 1);
		for (at = 0; at <= size; at++) {
			aim(&side, &nodes);
			assert_int_equal(st_side_at(&side, at, &tree, NULL), STET_OK);
			assert_int_equal(tree.size, at);
			st_tree_root(&tree, root);
			root_at(&nodes, at, wanted);
			assert_memory_equal(root, wanted, 32);
		}
		assert_int_equal(st_side_at(&side, size + 1, &tree, &err), STET_EINVAL);
		fell(&nodes);
	}
}

/* --- reads --------------------------------------------------------------------------------------
 */

static unsigned
log2_of(uint64_t n)
{
	unsigned log = 0;

	while (n > 1) {
		n = (n + 1) / 2;
		log++;
	}
	return log;
}

static void
assert_few_reads(uint64_t a, uint64_t b, uint64_t fork)
{
	struct nodes nodes[2];
	struct st_side sides[2];
	struct st_parting parting;
	int i;

	grow(&nodes[0], &sides[0], a, fork, 1);
	grow(&nodes[1], &sides[1], b, fork, 2);
	for (i = 0; i < 2; i++)
		aim(&sides[i], &nodes[i]);
	assert_int_equal(st_part(sides, &parting, NULL), STET_OK);
	assert_int_equal(parting.forked, fork < parting.common);
	for (i = 0; i < 2; i++)
		if (sides[i].reads > 5 * (uint64_t)log2_of(sides[i].size) + 2)
			fail_msg("%llu and %llu, fork %llu: %llu reads", (unsigned long long)a,
			    (unsigned long long)b, (unsigned long long)fork,
			    (unsigned long long)sides[i].reads);
	fell(&nodes[0]);
	fell(&nodes[1]);
}

static void
test_part__reads_a_logarithm_of_each(void **state)
{
	static const uint64_t sizes[] = {1, 2, 3, 100, 4095, 4096, 4097, 66702};
	size_t i, count = sizeof(sizes) / sizeof(sizes[0]);

	(void)state;
	for (i = 0; i < count; i++) {
		assert_few_reads(sizes[i], sizes[i], sizes[i]);
		assert_few_reads(sizes[i], sizes[i], sizes[i] - 1);
		assert_few_reads(sizes[i], sizes[i], sizes[i] / 3);
		assert_few_reads(sizes[i] / 2 + 1, sizes[i], 0);
	}
	assert_few_reads(1 << 20, (1 << 20) - 1, 699050);
	assert_few_reads(349525, 1 << 20, 349524);
}

/* --- lies ---------------------------------------------------------------------------------------
 */

/* A tree that gives one hash wrong: what comes out is what is true, or that this one is damaged. */
static void
assert_no_lie(struct nodes nodes[2], struct st_side sides[2], int liar, uint64_t fork)
{
	struct st_side both[2] = {sides[0], sides[1]};
	struct st_parting parting;
	stet_error err = {0};
	int i, rc;

	for (i = 0; i < 2; i++)
		aim(&both[i], &nodes[i]);
	nodes[liar].lied = 0;
	rc = st_part(both, &parting, &err);
	if (nodes[liar].lied == 0) {
		assert_int_equal(rc, STET_OK);
	} else {
		assert_int_equal(rc, STET_EMISMATCH);
		assert_int_equal(err.rule, ST_COPY_DAMAGED);
		assert_int_equal(parting.blamed, liar);
		return;
	}
	assert_int_equal(parting.forked, fork < parting.common);
	if (parting.forked)
		assert_int_equal(parting.first, fork);
}

static void
lie_everywhere(uint64_t a, uint64_t b, uint64_t fork)
{
	struct nodes nodes[2];
	struct st_side sides[2];
	unsigned level;
	uint64_t index;
	int liar, how;

	grow(&nodes[0], &sides[0], a, fork, 1);
	grow(&nodes[1], &sides[1], b, fork, 2);
	for (liar = 0; liar < 2; liar++) {
		for (level = 0; nodes[liar].size >> level > 0; level++) {
			for (index = 0; index < nodes[liar].size >> level; index++) {
				for (how = 0; how < 2; how++) {
					const struct nodes *other = &nodes[!liar];

					nodes[liar].lies = 1;
					nodes[liar].lie_level = level;
					nodes[liar].lie_index = index;
					/* Wrong, or what the other has, to pass for the same. */
					nodes[liar].lie = how == 1 && index < other->size >> level
							      ? other->levels[level][index]
							      : NULL;
					if (nodes[liar].lie != NULL &&
					    memcmp(nodes[liar].lie,
						nodes[liar].levels[level][index], 32) == 0)
						continue;
					assert_no_lie(nodes, sides, liar, fork);
				}
			}
		}
		nodes[liar].lies = 0;
	}
	fell(&nodes[0]);
	fell(&nodes[1]);
}

static void
test_part__no_lie_makes_or_hides_a_fork(void **state)
{
	static const uint64_t sizes[] = {1, 2, 3, 5, 8, 13, 16, 23, 31};
	size_t i, k, count = sizeof(sizes) / sizeof(sizes[0]);
	uint64_t fork, common;

	(void)state;
	for (i = 0; i < count; i++)
		for (k = 0; k < count; k++) {
			common = sizes[i] < sizes[k] ? sizes[i] : sizes[k];
			for (fork = 0; fork <= common; fork += 1 + common / 6)
				lie_everywhere(sizes[i], sizes[k], fork);
			lie_everywhere(sizes[i], sizes[k], common);
		}
}

/* A head that is not of these hashes at all. */
static void
test_part__another_root_is_damage(void **state)
{
	struct nodes nodes[2];
	struct st_side sides[2];
	struct st_parting parting;
	stet_error err;
	int i, liar;

	(void)state;
	for (liar = 0; liar < 2; liar++) {
		grow(&nodes[0], &sides[0], 13, 13, 1);
		grow(&nodes[1], &sides[1], 20, 13, 2);
		for (i = 0; i < 2; i++)
			aim(&sides[i], &nodes[i]);
		sides[liar].root[31] ^= 0x80;
		assert_int_equal(st_part(sides, &parting, &err), STET_EMISMATCH);
		assert_int_equal(err.rule, ST_COPY_DAMAGED);
		assert_int_equal(parting.blamed, liar);
		fell(&nodes[0]);
		fell(&nodes[1]);
	}
}

static int
fail_to_read(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err)
{
	struct nodes *nodes = ctx;

	if (nodes->lied-- == 0)
		return st_fail(err, STET_EIO, ST_RULE_NONE, "the disk is gone");
	return read_node(ctx, level, index, hash_out, err);
}

static void
test_part__what_cannot_be_read_is_passed_on(void **state)
{
	struct nodes nodes[2];
	struct st_side sides[2];
	struct st_parting parting;
	stet_error err;
	uint64_t n;
	int i, bad, rc;

	(void)state;
	grow(&nodes[0], &sides[0], 27, 9, 1);
	grow(&nodes[1], &sides[1], 44, 9, 2);
	for (bad = 0; bad < 2; bad++)
		for (n = 0;; n++) {
			for (i = 0; i < 2; i++)
				aim(&sides[i], &nodes[i]);
			sides[bad].read = fail_to_read;
			nodes[bad].lied = n;
			rc = st_part(sides, &parting, &err);
			if (rc == STET_OK)
				break;
			assert_int_equal(rc, STET_EIO);
			assert_int_equal(parting.blamed, bad);
			assert_string_equal(err.text, "the disk is gone");
		}
	assert_true(n > 5);
	fell(&nodes[0]);
	fell(&nodes[1]);
}

/* A size that no tree has is no reason to read without end. */
static void
test_part__sizes_beyond_any_tree_are_refused(void **state)
{
	struct nodes nodes[2];
	struct st_side sides[2];
	struct st_parting parting;
	int i;

	(void)state;
	grow(&nodes[0], &sides[0], 3, 3, 1);
	grow(&nodes[1], &sides[1], 3, 3, 2);
	for (i = 0; i < 2; i++)
		aim(&sides[i], &nodes[i]);
	sides[1].size = UINT64_MAX;
	assert_int_equal(st_part(sides, &parting, NULL), STET_EINVAL);
	fell(&nodes[0]);
	fell(&nodes[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_part__finds_the_first_leaf_of_every_pair),
	    cmocka_unit_test(test_part__a_tree_at_any_size_is_that_of_its_first_leaves),
	    cmocka_unit_test(test_part__reads_a_logarithm_of_each),
	    cmocka_unit_test(test_part__no_lie_makes_or_hides_a_fork),
	    cmocka_unit_test(test_part__another_root_is_damage),
	    cmocka_unit_test(test_part__what_cannot_be_read_is_passed_on),
	    cmocka_unit_test(test_part__sizes_beyond_any_tree_are_refused)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
