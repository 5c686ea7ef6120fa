/* merkle/many: one proof of many leaves, for all sets of leaves of small trees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "merkle/tree.h"

#define SIZE_MAX_TRIED 11
#define LEVELS 5
#define CONST(path) ((const uint8_t(*)[32])(path))

static uint8_t nodes[LEVELS][SIZE_MAX_TRIED][32];
static uint8_t roots[SIZE_MAX_TRIED + 1][32];

static int
keep(void *ctx, unsigned level, uint64_t index, const uint8_t hash[32])
{
	(void)ctx;
	memcpy(nodes[level][index], hash, 32);
	return 0;
}

static int
read_node(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err)
{
	(void)err;
	memcpy(hash_out, nodes[level][index], 32);
	++*(size_t *)ctx;
	return STET_OK;
}

static int
grow(void **state)
{
	struct st_tree tree = {0};
	uint8_t leaf[32];
	char text[16];

	(void)state;
	st_tree_root(&tree, roots[0]);
	while (tree.size < SIZE_MAX_TRIED) {
		snprintf(text, sizeof(text), "leaf %u", (unsigned)tree.size);
		st_tree_leaf(st_str(text), leaf);
		st_tree_append(&tree, leaf, keep, NULL);
		st_tree_root(&tree, roots[tree.size]);
	}
	return 0;
}

struct proof {
	uint64_t seqs[SIZE_MAX_TRIED];
	uint8_t leaves[SIZE_MAX_TRIED][32], hashes[SIZE_MAX_TRIED + 2][32];
	size_t count, hash_count;
};

static int
take(void *ctx, const uint8_t hash[32], stet_error *err)
{
	struct proof *proof = ctx;

	(void)err;
	assert_true(proof->hash_count < SIZE_MAX_TRIED);
	memcpy(proof->hashes[proof->hash_count++], hash, 32);
	return STET_OK;
}

static void
prove(struct proof *proof, unsigned set, uint64_t size)
{
	size_t reads = 0;
	uint64_t seq;

	memset(proof, 0, sizeof(*proof));
	for (seq = 0; seq < size; seq++)
		if (set >> seq & 1) {
			memcpy(proof->leaves[proof->count], nodes[0][seq], 32);
			proof->seqs[proof->count++] = seq;
		}
	assert_int_equal(st_tree_prove_many(
			     proof->seqs, proof->count, size, read_node, &reads, take, proof, NULL),
	    STET_OK);
}

static int
root_of(const struct proof *proof, uint64_t size, uint8_t root[32], uint8_t before[32])
{
	return st_tree_many_root(proof->seqs, CONST(proof->leaves), proof->count, size,
	    CONST(proof->hashes), proof->hash_count, root, before);
}

static void
test_many__every_set_of_leaves_gives_the_root(void **state)
{
	uint8_t root[32], before[32], untouched[32];
	struct proof proof;
	unsigned set;
	uint64_t size;

	(void)state;
	memset(untouched, 0xee, 32);
	for (size = 1; size <= SIZE_MAX_TRIED; size++)
		for (set = 1; set < 1u << size; set++) {
			prove(&proof, set, size);
			memset(before, 0xee, 32);
			assert_int_equal(root_of(&proof, size, root, before), 1);
			assert_memory_equal(root, roots[size], 32);
			assert_memory_equal(
			    before, set >> (size - 1) & 1 ? roots[size - 1] : untouched, 32);
			/* All leaves and no hash, one leaf and its path, and never more of both. */
			assert_true(proof.count + proof.hash_count <= size);
		}
}

static int
is_right(const struct proof *proof, uint64_t size)
{
	uint8_t root[32];

	return root_of(proof, size, root, NULL) && memcmp(root, roots[size], 32) == 0;
}

static void
test_many__nothing_may_be_altered(void **state)
{
	const uint64_t size = SIZE_MAX_TRIED;
	struct proof proof, other;
	unsigned set;
	size_t i;

	(void)state;
	for (set = 1; set < 1u << size; set += 3) {
		prove(&proof, set, size);
		for (i = 0; i < proof.hash_count; i++) {
			other = proof;
			other.hashes[i][i] ^= 1;
			assert_false(is_right(&other, size));
		}
		for (i = 0; i < proof.count; i++) {
			other = proof;
			other.leaves[i][31] ^= 1;
			assert_false(is_right(&other, size));
			/* Another place for it. */
			other = proof;
			other.seqs[i]++;
			assert_false(is_right(&other, size));
		}
		other = proof;
		other.hash_count++;
		assert_false(is_right(&other, size));
		if (proof.hash_count > 0) {
			other.hash_count -= 2;
			assert_false(is_right(&other, size));
		}
		/* A leaf less, and its hash in its place only where it is alone. */
		other = proof;
		other.count--;
		assert_false(is_right(&other, size));
	}
}

static void
test_many__refuses_what_is_no_set(void **state)
{
	uint64_t same[2] = {1, 1}, down[2] = {2, 1}, beyond[1] = {4}, fine[1] = {0};
	uint8_t hashes[4][32] = {{0}}, root[32];
	struct proof proof = {{0}, {{0}}, {{0}}, 0, 0};
	size_t reads = 0;

	(void)state;
#define REFUSED(seqs, count, size)                                                                \
	do {                                                                                      \
		assert_int_equal(                                                                 \
		    st_tree_prove_many(seqs, count, size, read_node, &reads, take, &proof, NULL), \
		    STET_EINVAL);                                                                 \
		assert_false(st_tree_many_root(                                                   \
		    seqs, CONST(hashes), count, size, CONST(hashes), 0, root, NULL));             \
	} while (0)
	REFUSED(same, 2, 4);
	REFUSED(down, 2, 4);
	REFUSED(beyond, 1, 4);
	REFUSED(fine, 0, 4);
	REFUSED(fine, 1, 0);
	REFUSED(fine, 1, ST_TREE_SIZE_MAX + 1);
	assert_int_equal(reads, 0);
}

static int
stop(void *ctx, const uint8_t hash[32], stet_error *err)
{
	(void)hash;
	(void)err;
	return --*(int *)ctx > 0 ? STET_OK : STET_EIO;
}

static int
fail_to_read(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err)
{
	(void)ctx;
	(void)level;
	(void)index;
	(void)hash_out;
	(void)err;
	return STET_EFORMAT;
}

static void
test_many__passes_on_errors(void **state)
{
	uint64_t seqs[2] = {3, 9};
	size_t reads = 0;
	int left = 2;

	(void)state;
	assert_int_equal(
	    st_tree_prove_many(seqs, 2, 11, read_node, &reads, stop, &left, NULL), STET_EIO);
	assert_int_equal(left, 0);
	left = 9;
	assert_int_equal(
	    st_tree_prove_many(seqs, 2, 11, fail_to_read, NULL, stop, &left, NULL), STET_EFORMAT);
	assert_int_equal(left, 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_many__every_set_of_leaves_gives_the_root),
	    cmocka_unit_test(test_many__nothing_may_be_altered),
	    cmocka_unit_test(test_many__refuses_what_is_no_set),
	    cmocka_unit_test(test_many__passes_on_errors),
	};

	return cmocka_run_group_tests_name("many", tests, grow, NULL);
}
