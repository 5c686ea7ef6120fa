/* merkle/tree: the RFC 6962 tree, its proofs, and what must not pass for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "merkle/tree.h"
#include "support/data.h"

#define VECTORS "vectors/merkle/"
#define CONST(path) ((const uint8_t(*)[32])(path))

/* ------------------------------------------------------------------ a tree kept in memory */

#define LEAVES_MAX 1100
#define LEVELS 12

struct forest {
	uint8_t nodes[LEVELS][LEAVES_MAX][32];
	uint8_t stored[LEVELS][LEAVES_MAX];
	size_t emitted, read;
};

static struct forest forest;

static int
store_node(void *ctx, unsigned level, uint64_t index, const uint8_t hash[32])
{
	struct forest *into = ctx;

	assert_true(level < LEVELS && index < LEAVES_MAX);
	assert_false(into->stored[level][index]); /* each node once */
	memcpy(into->nodes[level][index], hash, 32);
	into->stored[level][index] = 1;
	into->emitted++;
	return 0;
}

static int
read_node(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err)
{
	struct forest *from = ctx;

	(void)err;
	assert_true(level < LEVELS && index < LEAVES_MAX);
	assert_true(from->stored[level][index]); /* only complete subtrees are asked for */
	memcpy(hash_out, from->nodes[level][index], 32);
	from->read++;
	return STET_OK;
}

static void
leaf_of(uint64_t i, uint8_t out[32])
{
	char text[32];

	snprintf(text, sizeof(text), "leaf %llu", (unsigned long long)i);
	st_tree_leaf(st_str(text), out);
}

static void
grow(struct st_tree *tree, uint64_t size)
{
	uint8_t leaf[32];

	memset(tree, 0, sizeof(*tree));
	memset(&forest, 0, sizeof(forest));
	while (tree->size < size) {
		leaf_of(tree->size, leaf);
		assert_int_equal(st_tree_append(tree, leaf, store_node, &forest), 0);
	}
}

/* The definition: MTH of RFC 6962, section 2.1, word for word. */
static void
defined_root(uint64_t start, uint64_t end, uint8_t out[32])
{
	uint8_t left[32], right[32];
	uint64_t k = 1;

	if (end == start) {
		st_sha256((stet_bytes){NULL, 0}, out);
	} else if (end - start == 1) {
		leaf_of(start, out);
	} else {
		while (2 * k < end - start)
			k *= 2;
		defined_root(start, start + k, left);
		defined_root(start + k, end, right);
		st_tree_node(left, right, out);
	}
}

/* PATH and SUBPROOF, likewise. */
static size_t
defined_path(uint64_t m, uint64_t start, uint64_t end, uint8_t (*out)[32])
{
	uint64_t k = 1;
	size_t count;

	if (end - start == 1)
		return 0;
	while (2 * k < end - start)
		k *= 2;
	if (m < k) {
		count = defined_path(m, start, start + k, out);
		defined_root(start + k, end, out[count]);
	} else {
		count = defined_path(m - k, start + k, end, out);
		defined_root(start, start + k, out[count]);
	}
	return count + 1;
}

static size_t
defined_subproof(uint64_t m, uint64_t start, uint64_t end, int known, uint8_t (*out)[32])
{
	uint64_t k = 1;
	size_t count;

	if (m == end - start) {
		if (known)
			return 0;
		defined_root(start, end, out[0]);
		return 1;
	}
	while (2 * k < end - start)
		k *= 2;
	if (m <= k) {
		count = defined_subproof(m, start, start + k, known, out);
		defined_root(start + k, end, out[count]);
	} else {
		count = defined_subproof(m - k, start + k, end, 0, out);
		defined_root(start, start + k, out[count]);
	}
	return count + 1;
}

/* ------------------------------------------------------------------ roots */

static void
test_tree__has_the_known_roots(void **state)
{
	static const char *const inputs[8] = {"", "00", "10", "2021", "3031", "40414243",
	    "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
	static const char *const roots[9] = {
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
	struct st_tree tree = {0};
	uint8_t input[16], leaf[32], root[32];
	char hex[65];
	size_t i, size;

	(void)state;
	for (i = 0; i <= 8; i++) {
		st_tree_root(&tree, root);
		st_hex(root, 32, hex);
		assert_string_equal(hex, roots[i]);
		if (i == 8)
			break;
		size = strlen(inputs[i]) / 2;
		assert_int_equal(st_hex_read(st_str(inputs[i]), input, size), 0);
		st_tree_leaf((stet_bytes){input, size}, leaf);
		assert_int_equal(st_tree_append(&tree, leaf, NULL, NULL), 0);
	}
}

static void
test_tree__stores_each_complete_subtree_once(void **state)
{
	struct st_tree tree, loaded;
	uint8_t root[32], wanted[32];
	uint64_t size;
	size_t before;

	(void)state;
	for (size = 0; size <= 260; size++) {
		grow(&tree, size);
		assert_int_equal(forest.emitted, 2 * size - (uint64_t)__builtin_popcountll(size));
		st_tree_root(&tree, root);
		defined_root(0, size, wanted);
		assert_memory_equal(root, wanted, 32);
		before = forest.read;
		assert_int_equal(st_tree_load(&loaded, size, read_node, &forest, NULL), 0);
		assert_int_equal(forest.read - before, __builtin_popcountll(size));
		assert_true(loaded.size == size);
		assert_memory_equal(
		    loaded.frontier, tree.frontier, 32 * (size_t)__builtin_popcountll(size));
	}
}

static int
refuse_level_2(void *ctx, unsigned level, uint64_t index, const uint8_t hash[32])
{
	(void)ctx, (void)index, (void)hash;
	return level == 2 ? STET_EFULL : 0;
}

static void
test_tree__stays_as_it_was_when_a_node_cannot_be_stored(void **state)
{
	struct st_tree tree, before;
	uint8_t leaf[32];

	(void)state;
	grow(&tree, 7);
	before = tree;
	leaf_of(7, leaf);
	assert_int_equal(st_tree_append(&tree, leaf, refuse_level_2, NULL), STET_EFULL);
	assert_memory_equal(&tree, &before, sizeof(tree));
	assert_int_equal(st_tree_append(&tree, leaf, NULL, NULL), 0);
}

static int
fail_node(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err)
{
	int *left = ctx;

	(void)level, (void)index, (void)err;
	memset(hash_out, 0, 32);
	return (*left)-- > 0 ? STET_OK : STET_EIO;
}

static void
test_tree__passes_on_errors_of_reading(void **state)
{
	struct st_tree tree = {.size = 77}, before = tree;
	uint8_t path[ST_TREE_PATH_MAX][32] = {{0}};
	size_t count = 12345;
	int reads, left;

	(void)state;
	for (reads = 0;; reads++) {
		left = reads;
		if (st_tree_load(&tree, 1023, fail_node, &left, NULL) == STET_OK)
			break;
		assert_memory_equal(&tree, &before, sizeof(tree));
	}
	assert_int_equal(reads, 10);
	for (reads = 0;; reads++) {
		left = reads;
		if (st_tree_prove_inclusion(5, 1023, fail_node, &left, path, &count, NULL) == 0)
			break;
		assert_int_equal(count, 12345);
	}
	assert_int_equal(count, 10);
	count = 12345;
	for (reads = 0;; reads++) {
		left = reads;
		if (st_tree_prove_consistency(77, 1023, fail_node, &left, path, &count, NULL) == 0)
			break;
		assert_int_equal(count, 12345);
	}
	assert_true(reads > 8 && reads <= 20);
}

/* ------------------------------------------------------------------ proofs */

static void
test_tree__proves_every_leaf_as_the_rfc_defines(void **state)
{
	uint8_t path[ST_TREE_PATH_MAX][32], wanted[ST_TREE_PATH_MAX][32], leaf[32], root[32];
	struct st_tree tree;
	uint64_t size, index;
	size_t count, proofs = 0;

	(void)state;
	for (size = 1; size <= 70; size++) {
		grow(&tree, size);
		st_tree_root(&tree, root);
		for (index = 0; index < size; index++) {
			forest.read = 0;
			assert_int_equal(st_tree_prove_inclusion(
					     index, size, read_node, &forest, path, &count, NULL),
			    0);
			assert_true(forest.read <= 12);
			assert_int_equal(count, defined_path(index, 0, size, wanted));
			assert_memory_equal(path, wanted, count * 32);
			leaf_of(index, leaf);
			assert_true(
			    st_tree_inclusion_ok(index, size, leaf, CONST(path), count, root));
			proofs++;
		}
	}
	print_message("%zu inclusion proofs of sizes 1 to 70 as defined\n", proofs);
}

static void
test_tree__proves_every_pair_of_sizes_as_the_rfc_defines(void **state)
{
	uint8_t path[ST_TREE_PATH_MAX][32], wanted[ST_TREE_PATH_MAX][32], root1[32], root2[32];
	struct st_tree tree, old, proved;
	uint64_t size1, size2;
	size_t count, proofs = 0;

	(void)state;
	for (size2 = 1; size2 <= 70; size2++) {
		grow(&tree, size2);
		st_tree_root(&tree, root2);
		for (size1 = 1; size1 <= size2; size1++) {
			assert_int_equal(st_tree_prove_consistency(
					     size1, size2, read_node, &forest, path, &count, NULL),
			    0);
			assert_int_equal(count, defined_subproof(size1, 0, size2, 1, wanted));
			assert_memory_equal(path, wanted, count * 32);
			defined_root(0, size1, root1);
			assert_true(
			    st_tree_consistency_ok(size1, size2, root1, root2, CONST(path), count));
			assert_int_equal(
			    st_tree_load_proved(&proved, size1, size2, root1, CONST(path), count),
			    size1 < size2);
			if (size1 < size2) {
				assert_int_equal(
				    st_tree_load(&old, size1, read_node, &forest, NULL), 0);
				assert_memory_equal(&proved, &old, sizeof(old));
			}
			proofs++;
		}
	}
	print_message("%zu consistency proofs of all pairs up to 70 as defined\n", proofs);
}

/* Every bit of every hash, each hash left out, repeated or swapped with the next. */
static size_t
refuse_altered_inclusion(uint64_t index, uint64_t size, uint8_t leaf[32], uint8_t (*path)[32],
    size_t count, uint8_t root[32])
{
	uint8_t other[ST_TREE_PATH_MAX + 1][32];
	size_t refused = 0, i, bit;

	for (bit = 0; bit < 256 * (count + 2); bit++) {
		uint8_t *hash = bit / 256 == count       ? leaf
				: bit / 256 == count + 1 ? root
							 : path[bit / 256];

		hash[bit % 256 / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(st_tree_inclusion_ok(index, size, leaf, CONST(path), count, root));
		hash[bit % 256 / 8] ^= (uint8_t)(1 << bit % 8);
		refused++;
	}
	for (i = 0; i < count; i++) { /* cut at every length, from both ends */
		assert_false(st_tree_inclusion_ok(index, size, leaf, CONST(path), i, root));
		assert_false(
		    st_tree_inclusion_ok(index, size, leaf, CONST(path + count - i), i, root));
		refused += 2;
	}
	for (i = 0; i <= count; i++) { /* one hash more, at every place */
		memcpy(other, path, i * 32);
		memcpy(other[i], root, 32);
		memcpy(other[i + 1], path[i], (count - i) * 32);
		assert_false(
		    st_tree_inclusion_ok(index, size, leaf, CONST(other), count + 1, root));
		refused++;
	}
	for (i = 1; i < count; i++) {
		memcpy(other, path, count * 32);
		memcpy(other[i - 1], path[i], 32);
		memcpy(other[i], path[i - 1], 32);
		assert_false(st_tree_inclusion_ok(index, size, leaf, CONST(other), count, root));
		refused++;
	}
	return refused;
}

static void
test_tree__refuses_altered_inclusion_proofs(void **state)
{
	uint8_t path[ST_TREE_PATH_MAX + 1][32] = {{0}}, leaf[32], root[32];
	struct st_tree tree;
	uint64_t size, index, other;
	size_t count, refused = 0;

	(void)state;
	for (size = 1; size <= 33; size++) {
		grow(&tree, size);
		st_tree_root(&tree, root);
		for (index = 0; index < size; index++) {
			assert_int_equal(st_tree_prove_inclusion(
					     index, size, read_node, &forest, path, &count, NULL),
			    0);
			leaf_of(index, leaf);
			refused += refuse_altered_inclusion(index, size, leaf, path, count, root);
			for (other = 0; other < 2 * size; other++) {
				if (other == index)
					continue;
				assert_false(st_tree_inclusion_ok(
				    other, size, leaf, CONST(path), count, root));
				refused++;
			}
			assert_false(
			    st_tree_inclusion_ok(index, 0, leaf, CONST(path), count, root));
			assert_false(st_tree_inclusion_ok(
			    index, UINT64_MAX, leaf, CONST(path), count, root));
		}
	}
	print_message("%zu altered inclusion proofs refused\n", refused);
}

/* Facts of RFC 9162: how long the path of a leaf is, and that of two sizes. */
static size_t
inclusion_length(uint64_t index, uint64_t size)
{
	const uint64_t differing = index ^ (size - 1);
	const unsigned inner = differing == 0 ? 0 : 64 - (unsigned)__builtin_clzll(differing);

	return inner + (size_t)__builtin_popcountll(index >> inner);
}

static size_t
consistency_length(uint64_t size1, uint64_t size2)
{
	const unsigned whole = (unsigned)__builtin_ctzll(size1);

	if (size1 == size2)
		return 0;
	return inclusion_length(size1 - 1, size2) - whole + (size1 != UINT64_C(1) << whole);
}

/* The same hashes often fit another index and size, but never one whose path is longer or shorter:
 * else a leaf of one tree could be shown as an inner node of another. */
static void
test_tree__takes_no_path_of_another_length(void **state)
{
	uint8_t path[ST_TREE_PATH_MAX][32], leaf[32], root[32], old_root[32];
	uint64_t size, index, other_size, other;
	size_t count, fitting = 0, refused = 0;
	struct st_tree tree;

	(void)state;
	for (size = 1; size <= 18; size++) {
		grow(&tree, size);
		st_tree_root(&tree, root);
		for (index = 0; index < size; index++) {
			assert_int_equal(st_tree_prove_inclusion(
					     index, size, read_node, &forest, path, &count, NULL),
			    0);
			leaf_of(index, leaf);
			for (other_size = 1; other_size <= 40; other_size++) {
				for (other = 0; other < other_size; other++) {
					if (!st_tree_inclusion_ok(other, other_size, leaf,
						CONST(path), count, root)) {
						refused++;
						continue;
					}
					assert_int_equal(
					    count, inclusion_length(other, other_size));
					fitting++;
				}
			}
		}
		for (index = 1; index <= size; index++) {
			assert_int_equal(st_tree_prove_consistency(
					     index, size, read_node, &forest, path, &count, NULL),
			    0);
			defined_root(0, index, old_root);
			for (other_size = 1; other_size <= 40; other_size++) {
				for (other = 1; other <= other_size; other++) {
					if (!st_tree_consistency_ok(other, other_size, old_root,
						root, CONST(path), count)) {
						refused++;
						continue;
					}
					assert_int_equal(
					    count, consistency_length(other, other_size));
					fitting++;
				}
			}
		}
	}
	print_message("%zu proofs shown for other sizes: %zu refused, %zu fit in their length\n",
	    refused + fitting, refused, fitting);
}

static void
test_tree__refuses_altered_consistency_proofs(void **state)
{
	uint8_t path[ST_TREE_PATH_MAX + 1][32] = {{0}}, root1[32], root2[32];
	struct st_tree tree;
	uint64_t size1, size2;
	size_t count, refused = 0, bit, i;

	(void)state;
	for (size2 = 1; size2 <= 33; size2++) {
		grow(&tree, size2);
		st_tree_root(&tree, root2);
		for (size1 = 1; size1 <= size2; size1++) {
			assert_int_equal(st_tree_prove_consistency(
					     size1, size2, read_node, &forest, path, &count, NULL),
			    0);
			defined_root(0, size1, root1);
			for (bit = 0; bit < 256 * (count + 2); bit++) {
				uint8_t *hash = bit / 256 == count       ? root1
						: bit / 256 == count + 1 ? root2
									 : path[bit / 256];

				hash[bit % 256 / 8] ^= (uint8_t)(1 << bit % 8);
				assert_false(st_tree_consistency_ok(
				    size1, size2, root1, root2, CONST(path), count));
				hash[bit % 256 / 8] ^= (uint8_t)(1 << bit % 8);
				refused++;
			}
			for (i = 0; i < count; i++) {
				assert_false(st_tree_consistency_ok(
				    size1, size2, root1, root2, CONST(path), i));
				assert_false(st_tree_consistency_ok(
				    size1, size2, root1, root2, CONST(path + count - i), i));
				refused += 2;
			}
			memcpy(path[count], root2, 32);
			assert_false(st_tree_consistency_ok(
			    size1, size2, root1, root2, CONST(path), count + 1));
			assert_false(
			    st_tree_consistency_ok(0, size2, root1, root2, CONST(path), count));
			assert_false(st_tree_consistency_ok(0, 0, root1, root1, CONST(path), 0));
			if (size1 < size2)
				assert_false(st_tree_consistency_ok(
				    size2, size1, root2, root1, CONST(path), count));
			refused += 4;
		}
	}
	print_message("%zu altered consistency proofs refused\n", refused);
}

static void
test_tree__refuses_questions_without_an_answer(void **state)
{
	uint8_t path[ST_TREE_PATH_MAX][32];
	struct st_tree tree;
	stet_error err = {0};
	size_t count;

	(void)state;
	grow(&tree, 5);
	assert_int_equal(
	    st_tree_prove_inclusion(5, 5, read_node, &forest, path, &count, &err), STET_EINVAL);
	assert_string_equal(err.text, "no leaf 5 in a tree of 5");
	assert_int_equal(
	    st_tree_prove_inclusion(0, 0, read_node, &forest, path, &count, NULL), STET_EINVAL);
	assert_int_equal(
	    st_tree_prove_consistency(0, 5, read_node, &forest, path, &count, &err), STET_EINVAL);
	assert_string_equal(err.text, "no proof from a tree of 0 to one of 5");
	assert_int_equal(
	    st_tree_prove_consistency(5, 4, read_node, &forest, path, &count, NULL), STET_EINVAL);
	assert_int_equal(
	    st_tree_prove_inclusion(0, UINT64_MAX, read_node, &forest, path, &count, NULL),
	    STET_EINVAL);
	assert_int_equal(
	    st_tree_prove_consistency(5, UINT64_MAX, read_node, &forest, path, &count, NULL),
	    STET_EINVAL);
	assert_int_equal(
	    st_tree_load(&tree, ST_TREE_SIZE_MAX + 1, read_node, &forest, NULL), STET_EINVAL);
}

/* ------------------------------------------------------------------ sizes that nobody stores */

/* A tree of equal leaves needs one hash a level. */
static uint8_t equal_nodes[64][32];

static int
read_equal(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err)
{
	const uint64_t *size = ctx;

	(void)err;
	assert_true(level < 64);
	/* Complete: its last leaf is in the tree. */
	assert_true(index <= ((*size - 1) >> level));
	assert_true(((index << level) | ((UINT64_C(1) << level) - 1)) < *size);
	memcpy(hash_out, equal_nodes[level], 32);
	return STET_OK;
}

static void
prove_large(uint64_t index, uint64_t size)
{
	uint8_t path[ST_TREE_PATH_MAX][32], root[32], old_root[32];
	struct st_tree tree, old_tree;
	size_t count;

	assert_int_equal(st_tree_load(&tree, size, read_equal, &size, NULL), 0);
	st_tree_root(&tree, root);
	assert_int_equal(
	    st_tree_prove_inclusion(index, size, read_equal, &size, path, &count, NULL), 0);
	assert_true(st_tree_inclusion_ok(index, size, equal_nodes[0], CONST(path), count, root));
	assert_false(st_tree_inclusion_ok(index, size, equal_nodes[1], CONST(path), count, root));
	if (index == 0)
		return;
	assert_int_equal(st_tree_load(&old_tree, index, read_equal, &size, NULL), 0);
	st_tree_root(&old_tree, old_root);
	assert_int_equal(
	    st_tree_prove_consistency(index, size, read_equal, &size, path, &count, NULL), 0);
	assert_true(st_tree_consistency_ok(index, size, old_root, root, CONST(path), count));
	assert_false(st_tree_consistency_ok(index, size, root, root, CONST(path), count));
}

static void
test_tree__works_up_to_its_largest_size(void **state)
{
	const uint64_t max = ST_TREE_SIZE_MAX;
	const uint64_t sizes[] = {(UINT64_C(1) << 32) + 1, (UINT64_C(1) << 53) - 1, (max / 2) - 1,
	    max / 2, max / 2 + 1, 0x5555555555555555, 0x2aaaaaaaaaaaaaab, max - 1, max};
	struct st_tree tree;
	uint8_t root[32];
	size_t i, bit;

	(void)state;
	leaf_of(0, equal_nodes[0]);
	for (i = 1; i < 64; i++)
		st_tree_node(equal_nodes[i - 1], equal_nodes[i - 1], equal_nodes[i]);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (bit = 0; bit < 63; bit++) {
			if (UINT64_C(1) << bit < sizes[i])
				prove_large(UINT64_C(1) << bit, sizes[i]);
			prove_large((sizes[i] - 1) >> bit, sizes[i]);
		}
		prove_large(0, sizes[i]);
	}
	assert_int_equal(st_tree_load(&tree, max - 1, read_equal, &(uint64_t){max}, NULL), 0);
	assert_int_equal(st_tree_append(&tree, equal_nodes[0], NULL, NULL), 0);
	st_tree_root(&tree, root);
	assert_memory_equal(root, equal_nodes[63], 32);
	assert_int_equal(st_tree_append(&tree, equal_nodes[0], NULL, NULL), STET_EINVAL);
	assert_true(tree.size == max);
}

/* ------------------------------------------------------------------ vectors */

static uint64_t
number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);

	assert_true(end != text && *end == '\0');
	return value;
}

/* A hash in hexadecimal, "." for none; 1 if it is not of 32 bytes, and is then filled up. */
static size_t
read_hash(const char *hex, size_t size, uint8_t out[32], uint8_t filler)
{
	memset(out, filler, 32);
	if (size == 1 && hex[0] == '.')
		return 1;
	assert_true(size <= 64);
	assert_int_equal(st_hex_read((stet_bytes){(const uint8_t *)hex, size}, out, size / 2), 0);
	return size != 64;
}

/* A path, hashes between commas, "-" if it is empty: how many; *odd counts those not of 32 bytes.
 */
static size_t
read_path(const char *text, uint8_t path[ST_TREE_PATH_MAX][32], size_t *odd)
{
	size_t count = 0, size;

	if (strcmp(text, "-") == 0)
		return 0;
	for (;; text += size + 1) {
		size = strcspn(text, ",");
		assert_true(count < ST_TREE_PATH_MAX);
		*odd += read_hash(text, size, path[count++], 0);
		if (text[size] == '\0')
			return count;
	}
}

static uint8_t vector_roots[1031][32];

static void
read_roots(void)
{
	struct data_table table;
	struct st_tree tree;
	char *row[2];
	uint8_t root[32];
	size_t right = 0, total = 0;
	uint64_t size;

	data_open(&table, VECTORS "leaf1030-roots.tsv");
	while (data_next(&table, row, 2)) {
		size = number(row[0]);
		assert_true(size <= 1030);
		data_hex_to(vector_roots[size], 32, row[1]);
		assert_int_equal(st_tree_load(&tree, size, read_node, &forest, NULL), 0);
		st_tree_root(&tree, root);
		right += memcmp(root, vector_roots[size], 32) == 0;
		total++;
	}
	print_message("%zu roots of %zu right\n", right, total);
	assert_int_equal(total, 1031);
	assert_int_equal(right, total);
}

static void
check_inclusion_vectors(void)
{
	uint8_t path[ST_TREE_PATH_MAX][32], made[ST_TREE_PATH_MAX][32], leaf[32], own[32];
	size_t right = 0, total = 0, odd = 0, count, made_count;
	struct data_table table;
	uint64_t size, index;
	char *row[4];

	data_open(&table, VECTORS "leaf1030-inclusion.tsv");
	while (data_next(&table, row, 4)) {
		size = number(row[0]);
		index = number(row[1]);
		data_hex_to(leaf, 32, row[2]);
		count = read_path(row[3], path, &odd);
		leaf_of(index, own);
		assert_memory_equal(own, leaf, 32);
		assert_int_equal(st_tree_prove_inclusion(
				     index, size, read_node, &forest, made, &made_count, NULL),
		    0);
		right +=
		    made_count == count && memcmp(made, path, count * 32) == 0 &&
		    st_tree_inclusion_ok(index, size, leaf, CONST(path), count, vector_roots[size]);
		total++;
	}
	print_message("%zu inclusion proofs of %zu right\n", right, total);
	assert_int_equal(odd, 0);
	assert_int_equal(total, 184);
	assert_int_equal(right, total);
}

static void
check_consistency_vectors(void)
{
	uint8_t path[ST_TREE_PATH_MAX][32], made[ST_TREE_PATH_MAX][32];
	size_t right = 0, total = 0, odd = 0, count, made_count;
	struct data_table table;
	uint64_t size1, size2;
	char *row[3];

	data_open(&table, VECTORS "leaf1030-consistency.tsv");
	while (data_next(&table, row, 3)) {
		size1 = number(row[0]);
		size2 = number(row[1]);
		count = read_path(row[2], path, &odd);
		assert_int_equal(st_tree_prove_consistency(
				     size1, size2, read_node, &forest, made, &made_count, NULL),
		    0);
		right += made_count == count && memcmp(made, path, count * 32) == 0 &&
			 st_tree_consistency_ok(size1, size2, vector_roots[size1],
			     vector_roots[size2], CONST(path), count);
		total++;
	}
	print_message("%zu consistency proofs of %zu right\n", right, total);
	assert_int_equal(odd, 0);
	assert_int_equal(total, 225);
	assert_int_equal(right, total);
}

static void
test_tree__agrees_with_another_implementation(void **state)
{
	struct st_tree tree;

	(void)state;
	grow(&tree, 1030);
	read_roots();
	check_inclusion_vectors();
	check_consistency_vectors();
}

/* Accepted upstream with roots of 12 bytes, which are compared and never hashed. */
#define SHORT_ROOTS "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json"

/* Columns: file, verdict, two numbers, two hashes, path.  The two hashes are filled up differently:
 * those that are short in both are still not equal. */
static void
judge_vectors(const char *name, int consistency)
{
	uint8_t path[ST_TREE_PATH_MAX][32], first[32], second[32];
	size_t right = 0, total = 0, accepted = 0, odd_cases = 0, exceptions = 0, count, odd;
	struct data_table table;
	uint64_t a, b;
	char *row[7];
	int ok, wanted;

	data_open(&table, name);
	while (data_next(&table, row, 7)) {
		odd = 0;
		a = number(row[2]);
		b = number(row[3]);
		odd += read_hash(row[4], strlen(row[4]), first, 0xaa);
		odd += read_hash(row[5], strlen(row[5]), second, 0x55);
		count = read_path(row[6], path, &odd);
		if (consistency)
			ok = st_tree_consistency_ok(a, b, first, second, CONST(path), count);
		else
			ok = st_tree_inclusion_ok(a, b, first, CONST(path), count, second);
		wanted = strcmp(row[1], "accept") == 0;
		if (strcmp(row[0], SHORT_ROOTS) == 0) {
			exceptions++;
			wanted = 0;
		}
		if (ok != wanted)
			print_message("wrong verdict: %s\n", row[0]);
		right += ok == wanted;
		accepted += ok == 1;
		odd_cases += odd > 0;
		total++;
	}
	print_message("%zu %s verdicts of %zu right, %zu accepted; %zu refused cases have hashes "
		      "not of 32 bytes\n",
	    right, consistency ? "consistency" : "inclusion", total, accepted, odd_cases);
	if (exceptions > 0)
		print_message(
		    "%zu of them accepted upstream, with roots of 12 bytes\n", exceptions);
	assert_int_equal(total, 98);
	assert_int_equal(right, total);
	assert_int_equal(exceptions, consistency ? 1 : 0);
	assert_int_equal(accepted, consistency ? 5 : 6);
}

static void
test_tree__judges_inclusion_as_others_do(void **state)
{
	(void)state;
	judge_vectors(VECTORS "inclusion.tsv", 0);
}

static void
test_tree__judges_consistency_as_others_do(void **state)
{
	(void)state;
	judge_vectors(VECTORS "consistency.tsv", 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tree__has_the_known_roots),
	    cmocka_unit_test(test_tree__stores_each_complete_subtree_once),
	    cmocka_unit_test(test_tree__stays_as_it_was_when_a_node_cannot_be_stored),
	    cmocka_unit_test(test_tree__passes_on_errors_of_reading),
	    cmocka_unit_test(test_tree__proves_every_leaf_as_the_rfc_defines),
	    cmocka_unit_test(test_tree__proves_every_pair_of_sizes_as_the_rfc_defines),
	    cmocka_unit_test(test_tree__refuses_altered_inclusion_proofs),
	    cmocka_unit_test(test_tree__refuses_altered_consistency_proofs),
	    cmocka_unit_test(test_tree__takes_no_path_of_another_length),
	    cmocka_unit_test(test_tree__refuses_questions_without_an_answer),
	    cmocka_unit_test(test_tree__works_up_to_its_largest_size),
	    cmocka_unit_test(test_tree__agrees_with_another_implementation),
	    cmocka_unit_test(test_tree__judges_inclusion_as_others_do),
	    cmocka_unit_test(test_tree__judges_consistency_as_others_do),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
