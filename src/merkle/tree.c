/* The RFC 6962 tree.  A range [start, end) of leaves is met here only as that RFC splits the tree,
 * so start is a multiple of the largest power of two in end - start, and the complete subtrees in
 * the range are the set bits of its length, biggest first. */
#include "merkle/tree.h"

#include <string.h>

#include "base/err.h"

static unsigned
bit_count(uint64_t value)
{
	return (unsigned)__builtin_popcountll(value);
}

/* The level of the biggest complete subtree in size leaves; size > 0. */
static unsigned
top_level(uint64_t size)
{
	return 63 - (unsigned)__builtin_clzll(size);
}

uint64_t
st_tree_split(uint64_t size)
{
	return UINT64_C(1) << top_level(size - 1);
}

void
st_tree_leaf(stet_bytes entry, uint8_t out[32])
{
	static const uint8_t tag[1] = {0x00};
	const stet_bytes pieces[2] = {{tag, 1}, entry};

	st_sha256_pieces(pieces, 2, out);
}

void
st_tree_node(const uint8_t left[32], const uint8_t right[32], uint8_t out[32])
{
	uint8_t input[1 + 32 + 32];

	input[0] = 0x01;
	memcpy(input + 1, left, 32);
	memcpy(input + 33, right, 32);
	st_sha256((stet_bytes){input, sizeof(input)}, out);
}

int
st_tree_append(struct st_tree *tree, const uint8_t leaf[32], st_tree_emit *emit, void *ctx)
{
	uint8_t hash[32];
	uint64_t index = tree->size;
	unsigned open = bit_count(tree->size), level = 0;
	int rc;

	if (tree->size >= ST_TREE_SIZE_MAX)
		return STET_EINVAL;
	memcpy(hash, leaf, 32);
	/* Like a carry in binary addition: every set bit at the low end of size is a subtree that
	 * this leaf completes a bigger one with. */
	for (;;) {
		if (emit != NULL && (rc = emit(ctx, level, index, hash)) != 0)
			return rc;
		if ((index & 1) == 0)
			break;
		st_tree_node(tree->frontier[--open], hash, hash);
		index >>= 1;
		level++;
	}
	memcpy(tree->frontier[open], hash, 32);
	tree->size++;
	return STET_OK;
}

/* Folds a compact range from its smallest subtree up; count > 0. */
static void
fold(const uint8_t (*hashes)[32], unsigned count, uint8_t out[32])
{
	uint8_t hash[32];

	memcpy(hash, hashes[--count], 32);
	while (count > 0)
		st_tree_node(hashes[--count], hash, hash);
	memcpy(out, hash, 32);
}

void
st_tree_root(const struct st_tree *tree, uint8_t root_out[32])
{
	if (tree->size == 0)
		st_sha256((stet_bytes){NULL, 0}, root_out);
	else
		fold((const uint8_t(*)[32])tree->frontier, bit_count(tree->size), root_out);
}

/* Reads the complete subtrees of [start, end), biggest first. */
static int
read_range(uint64_t start, uint64_t end, st_tree_read *read, void *ctx, uint8_t hashes_out[64][32],
    unsigned *count_out, stet_error *err)
{
	unsigned count = 0, level;
	int rc;

	while (start < end) {
		level = top_level(end - start);
		if ((rc = read(ctx, level, start >> level, hashes_out[count], err)) < 0)
			return rc;
		count++;
		start += UINT64_C(1) << level;
	}
	*count_out = count;
	return STET_OK;
}

int
st_tree_range(uint64_t start, uint64_t end, st_tree_read *read, void *ctx, uint8_t hash_out[32],
    stet_error *err)
{
	uint8_t hashes[64][32];
	unsigned count;
	int rc;

	if ((rc = read_range(start, end, read, ctx, hashes, &count, err)) < 0)
		return rc;
	fold((const uint8_t(*)[32])hashes, count, hash_out);
	return STET_OK;
}

int
st_tree_load(struct st_tree *tree, uint64_t size, st_tree_read *read, void *ctx, stet_error *err)
{
	struct st_tree loaded = {0};
	unsigned count;
	int rc;

	if (size > ST_TREE_SIZE_MAX)
		return st_fail(err, STET_EINVAL, 0, "a tree has at most 2^63 leaves");
	if ((rc = read_range(0, size, read, ctx, loaded.frontier, &count, err)) < 0)
		return rc;
	loaded.size = size;
	*tree = loaded;
	return STET_OK;
}

/* A path as it is found: from the root downwards, while it is written from the leaf upwards. */
struct path {
	uint8_t hashes[ST_TREE_PATH_MAX][32];
	size_t first;
};

static void
path_put(const struct path *path, uint8_t path_out[ST_TREE_PATH_MAX][32], size_t *count_out)
{
	*count_out = ST_TREE_PATH_MAX - path->first;
	if (*count_out > 0)
		memcpy(path_out, path->hashes[path->first], *count_out * 32);
}

int
st_tree_prove_inclusion(uint64_t index, uint64_t size, st_tree_read *read, void *ctx,
    uint8_t path_out[ST_TREE_PATH_MAX][32], size_t *count_out, stet_error *err)
{
	struct path path = {.first = ST_TREE_PATH_MAX};
	uint64_t start = 0, end = size, middle;
	int rc;

	if (index >= size || size > ST_TREE_SIZE_MAX)
		return st_fail(err, STET_EINVAL, 0, "no leaf %llu in a tree of %llu",
		    (unsigned long long)index, (unsigned long long)size);
	while (end - start > 1) {
		middle = start + st_tree_split(end - start);
		path.first--;
		if (index < middle) {
			rc = st_tree_range(middle, end, read, ctx, path.hashes[path.first], err);
			end = middle;
		} else {
			rc = st_tree_range(start, middle, read, ctx, path.hashes[path.first], err);
			start = middle;
		}
		if (rc < 0)
			return rc;
	}
	path_put(&path, path_out, count_out);
	return STET_OK;
}

int
st_tree_prove_consistency(uint64_t size1, uint64_t size2, st_tree_read *read, void *ctx,
    uint8_t path_out[ST_TREE_PATH_MAX][32], size_t *count_out, stet_error *err)
{
	struct path path = {.first = ST_TREE_PATH_MAX};
	uint64_t start = 0, end = size2, middle;
	int rc;

	if (size1 == 0 || size1 > size2 || size2 > ST_TREE_SIZE_MAX)
		return st_fail(err, STET_EINVAL, 0, "no proof from a tree of %llu to one of %llu",
		    (unsigned long long)size1, (unsigned long long)size2);
	/* Down to the subtree that ends where the old tree ended. */
	while (end != size1) {
		middle = start + st_tree_split(end - start);
		path.first--;
		if (size1 <= middle) {
			rc = st_tree_range(middle, end, read, ctx, path.hashes[path.first], err);
			end = middle;
		} else {
			rc = st_tree_range(start, middle, read, ctx, path.hashes[path.first], err);
			start = middle;
		}
		if (rc < 0)
			return rc;
	}
	/* It is the whole old tree, whose root the verifier has, or the proof begins with it. */
	if (start != 0) {
		path.first--;
		if ((rc = st_tree_range(start, end, read, ctx, path.hashes[path.first], err)) < 0)
			return rc;
	}
	path_put(&path, path_out, count_out);
	return STET_OK;
}

/* Where a verifier stands on its way up: fn the place of the known subtree at this level, sn that
 * of the last one (RFC 9162, section 2.1.3.2). */
struct climb {
	uint64_t fn, sn;
};

/* 1 if the next hash of the path is the left sibling.  A last subtree without a sibling is carried
 * up to the level where it has one. */
static int
climb_is_right(struct climb *climb)
{
	if ((climb->fn & 1) == 0 && climb->fn != climb->sn)
		return 0;
	while ((climb->fn & 1) == 0 && climb->fn != 0) {
		climb->fn >>= 1;
		climb->sn >>= 1;
	}
	return 1;
}

static void
climb_up(struct climb *climb)
{
	climb->fn >>= 1;
	climb->sn >>= 1;
}

int
st_tree_inclusion_root(uint64_t index, uint64_t size, const uint8_t leaf[32],
    const uint8_t (*path)[32], size_t count, uint8_t root_out[32])
{
	struct climb climb = {index, size - 1};
	uint8_t hash[32];
	size_t i;

	if (index >= size || size > ST_TREE_SIZE_MAX)
		return 0;
	memcpy(hash, leaf, 32);
	for (i = 0; i < count; i++) {
		if (climb.sn == 0)
			return 0; /* the path is too long */
		if (climb_is_right(&climb))
			st_tree_node(path[i], hash, hash);
		else
			st_tree_node(hash, path[i], hash);
		climb_up(&climb);
	}
	if (climb.sn != 0)
		return 0; /* it is too short */
	memcpy(root_out, hash, 32);
	return 1;
}

int
st_tree_inclusion_ok(uint64_t index, uint64_t size, const uint8_t leaf[32],
    const uint8_t (*path)[32], size_t count, const uint8_t root[32])
{
	uint8_t hash[32];

	return st_tree_inclusion_root(index, size, leaf, path, count, hash) &&
	       memcmp(hash, root, 32) == 0;
}

int
st_tree_consistency_ok(uint64_t size1, uint64_t size2, const uint8_t root1[32],
    const uint8_t root2[32], const uint8_t (*path)[32], size_t count)
{
	struct climb climb = {size1 - 1, size2 - 1};
	uint8_t old_hash[32], new_hash[32];
	size_t i = 0;

	if (size1 == 0 || size1 > size2 || size2 > ST_TREE_SIZE_MAX)
		return 0;
	if (size1 == size2)
		return count == 0 && memcmp(root1, root2, 32) == 0;
	if (count == 0)
		return 0;
	/* Both climbs start at the last complete subtree of the old tree; where this is the whole
	 * old tree, its hash is the old root and not in the path. */
	while (climb.fn & 1)
		climb_up(&climb);
	memcpy(old_hash, bit_count(size1) == 1 ? root1 : path[i++], 32);
	memcpy(new_hash, old_hash, 32);
	for (; i < count; i++) {
		if (climb.sn == 0)
			return 0; /* the path is too long */
		if (climb_is_right(&climb)) {
			st_tree_node(path[i], old_hash, old_hash);
			st_tree_node(path[i], new_hash, new_hash);
		} else {
			st_tree_node(new_hash, path[i], new_hash);
		}
		climb_up(&climb);
	}
	return climb.sn == 0 && memcmp(old_hash, root1, 32) == 0 &&
	       memcmp(new_hash, root2, 32) == 0;
}

/* Every left sibling on the way up is a peak of the old tree, the smallest first. */
int
st_tree_load_proved(struct st_tree *tree, uint64_t size1, uint64_t size2, const uint8_t root1[32],
    const uint8_t (*path)[32], size_t count)
{
	struct climb climb = {size1 - 1, size2 - 1};
	struct st_tree loaded = {.size = size1};
	unsigned left = bit_count(size1);
	size_t i = 0;

	if (size1 == 0 || size1 >= size2 || size2 > ST_TREE_SIZE_MAX || count == 0)
		return 0;
	while (climb.fn & 1)
		climb_up(&climb);
	left--;
	memcpy(loaded.frontier[left], left == 0 ? root1 : path[i++], 32);
	for (; i < count; i++) {
		if (climb_is_right(&climb)) {
			if (left == 0)
				return 0;
			memcpy(loaded.frontier[--left], path[i], 32);
		}
		climb_up(&climb);
	}
	if (left > 0)
		return 0;
	*tree = loaded;
	return 1;
}
