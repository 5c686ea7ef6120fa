/* One proof of many leaves.  Neighbours share most of their paths: ten entries of a million take
 * half the hashes of ten paths, and what is taken twice could be told two ways. */
#include <string.h>

#include "base/err.h"
#include "merkle/tree.h"

/* How many of these ascending seqs are below middle. */
static size_t
below(const uint64_t *seqs, size_t count, uint64_t middle)
{
	size_t low = 0, high = count, at;

	while (low < high) {
		at = low + (high - low) / 2;
		if (seqs[at] < middle)
			low = at + 1;
		else
			high = at;
	}
	return low;
}

/* Seqs that are none of a tree: out of order, twice, beyond its end, or none at all. */
static int
seqs_ok(const uint64_t *seqs, size_t count, uint64_t size)
{
	size_t i;

	if (count == 0 || size > ST_TREE_SIZE_MAX || seqs[count - 1] >= size)
		return 0;
	for (i = 1; i < count; i++)
		if (seqs[i - 1] >= seqs[i])
			return 0;
	return 1;
}

struct proving {
	st_tree_read *read;
	st_tree_take *take;
	void *read_ctx, *take_ctx;
	stet_error *err;
};

static int
prove_range(
    const struct proving *proving, uint64_t start, uint64_t end, const uint64_t *seqs, size_t count)
{
	uint8_t hash[32];
	uint64_t middle;
	size_t left;
	int rc;

	if (count == 0) {
		rc =
		    st_tree_range(start, end, proving->read, proving->read_ctx, hash, proving->err);
		return rc < 0 ? rc : proving->take(proving->take_ctx, hash, proving->err);
	}
	if (end - start == 1)
		return STET_OK;
	middle = start + st_tree_split(end - start);
	left = below(seqs, count, middle);
	if ((rc = prove_range(proving, start, middle, seqs, left)) < 0)
		return rc;
	return prove_range(proving, middle, end, seqs + left, count - left);
}

int
st_tree_prove_many(const uint64_t *seqs, size_t count, uint64_t size, st_tree_read *read,
    void *read_ctx, st_tree_take *take, void *take_ctx, stet_error *err)
{
	const struct proving proving = {read, take, read_ctx, take_ctx, err};

	if (!seqs_ok(seqs, count, size))
		return st_fail(err, STET_EINVAL, 0, "no such leaves in a tree of %llu",
		    (unsigned long long)size);
	return prove_range(&proving, 0, size, seqs, count);
}

/* What is left of a proof while it is read. */
struct reading {
	const uint64_t *seqs;
	const uint8_t (*leaves)[32];
	size_t count;
	const uint8_t (*hashes)[32];
	size_t hash_count;
	uint64_t last; /* the last leaf of the tree */
};

/* A range: its hash, and its hash without the tree's last leaf. */
struct range {
	uint8_t hash[32], before[32];
	int ends, empty; /* the last leaf is in it and given; there is nothing else in it */
};

static int
take_hash(struct reading *reading, struct range *out)
{
	if (reading->hash_count == 0)
		return 0;
	memcpy(out->hash, reading->hashes[0], 32);
	reading->hashes++;
	reading->hash_count--;
	return 1;
}

static void
take_leaf(struct reading *reading, struct range *out)
{
	out->ends = out->empty = reading->seqs[0] == reading->last;
	memcpy(out->hash, reading->leaves[0], 32);
	reading->seqs++;
	reading->leaves++;
	reading->count--;
}

/* The seqs that are left are all >= start. */
static int
read_range(struct reading *reading, uint64_t start, uint64_t end, struct range *out)
{
	struct range left, right;
	uint64_t middle;

	out->ends = out->empty = 0;
	if (reading->count == 0 || reading->seqs[0] >= end)
		return take_hash(reading, out);
	if (end - start == 1) {
		take_leaf(reading, out);
		return 1;
	}
	middle = start + st_tree_split(end - start);
	if (!read_range(reading, start, middle, &left) || !read_range(reading, middle, end, &right))
		return 0;
	st_tree_node(left.hash, right.hash, out->hash);
	out->ends = right.ends;
	if (right.ends && right.empty)
		memcpy(out->before, left.hash, 32);
	else if (right.ends)
		st_tree_node(left.hash, right.before, out->before);
	return 1;
}

int
st_tree_many_root(const uint64_t *seqs, const uint8_t (*leaves)[32], size_t count, uint64_t size,
    const uint8_t (*hashes)[32], size_t hash_count, uint8_t root_out[32], uint8_t before_out[32])
{
	struct reading reading = {seqs, leaves, count, hashes, hash_count, size - 1};
	struct range all;

	if (!seqs_ok(seqs, count, size) || !read_range(&reading, 0, size, &all) ||
	    reading.hash_count > 0)
		return 0;
	memcpy(root_out, all.hash, 32);
	if (before_out != NULL && all.empty)
		st_sha256((stet_bytes){NULL, 0}, before_out);
	else if (before_out != NULL && all.ends)
		memcpy(before_out, all.before, 32);
	return 1;
}
