/* The record index, computed from sorted leaves. */
#include "merkle/map.h"

#include <assert.h>
#include <string.h>

int
st_map_bit(const uint8_t key[32], unsigned at)
{
	return key[at / 8] >> (7 - at % 8) & 1;
}

/* The first bit in which two keys differ; 256: in none. */
static unsigned
first_difference(const uint8_t a[32], const uint8_t b[32])
{
	unsigned at = 0;

	while (at < 256 && a[at / 8] == b[at / 8])
		at += 8;
	while (at < 256 && st_map_bit(a, at) == st_map_bit(b, at))
		at++;
	return at;
}

void
st_map_key(stet_bytes name, uint8_t key_out[32])
{
	/* With its NUL, so that no name continues the domain string. */
	static const char domain[] = "stet/subject/1";
	const stet_bytes pieces[2] = {{(const uint8_t *)domain, sizeof(domain)}, name};

	st_sha256_pieces(pieces, 2, key_out);
}

void
st_map_leaf_hash(const struct st_map_leaf *leaf, uint8_t out[32])
{
	uint8_t input[1 + 32 + 8 + 32];

	input[0] = 0x02;
	memcpy(input + 1, leaf->key, 32);
	st_be64_put(input + 33, leaf->count);
	memcpy(input + 41, leaf->head, 32);
	st_sha256((stet_bytes){input, sizeof(input)}, out);
}

static void
node_hash(const uint8_t left[32], const uint8_t right[32], uint8_t out[32])
{
	uint8_t input[1 + 32 + 32];

	input[0] = 0x03;
	memcpy(input + 1, left, 32);
	memcpy(input + 33, right, 32);
	st_sha256((stet_bytes){input, sizeof(input)}, out);
}

void
st_map_join(
    const struct st_map_side *left, const struct st_map_side *right, struct st_map_side *out)
{
	if (right->count == 0 && left->count <= 1) {
		*out = *left;
	} else if (left->count == 0 && right->count == 1) {
		*out = *right;
	} else {
		node_hash(left->hash, right->hash, out->hash);
		out->count = left->count + right->count;
	}
}

/* INDEX of two or more leaves.  Goes at once to the bit where they part, so that no more calls are
 * open than bits on which the keys differ, and hashes the one-sided levels above it in a loop. */
static void
branch_hash(const struct st_map_leaf *leaves, size_t count, unsigned depth, uint8_t out[32])
{
	static const uint8_t empty[32] = {0};
	const unsigned parting = first_difference(leaves[0].key, leaves[count - 1].key);
	size_t low = 1, high = count - 1, middle;
	struct st_map_side left, right;
	unsigned at;

	assert(parting >= depth && parting < 256); /* ascending, distinct, of one prefix */
	while (low < high) { /* the first leaf on the right is in [low, high] */
		middle = low + (high - low) / 2;
		if (st_map_bit(leaves[middle].key, parting))
			high = middle;
		else
			low = middle + 1;
	}
	st_map_root(leaves, low, parting + 1, &left);
	st_map_root(leaves + low, count - low, parting + 1, &right);
	node_hash(left.hash, right.hash, out);
	for (at = parting; at-- > depth;) {
		if (st_map_bit(leaves[0].key, at))
			node_hash(empty, out, out);
		else
			node_hash(out, empty, out);
	}
}

void
st_map_root(const struct st_map_leaf *leaves, size_t count, unsigned depth, struct st_map_side *out)
{
	out->count = count;
	if (count == 0)
		memset(out->hash, 0, sizeof(out->hash));
	else if (count == 1)
		st_map_leaf_hash(&leaves[0], out->hash);
	else
		branch_hash(leaves, count, depth, out->hash);
}
