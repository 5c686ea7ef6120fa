/* The record index cut back to the names of a proof: making it, and reading what somebody made. */
#include <string.h>

#include "merkle/map.h"

#define LEVELS_MAX 256

size_t
st_map_left(const uint8_t (*keys)[32], size_t count, unsigned depth)
{
	size_t low = 0, high = count, at;

	while (low < high) {
		at = low + (high - low) / 2;
		if (st_map_bit(keys[at], depth))
			high = at;
		else
			low = at + 1;
	}
	return low;
}

/* --- making ---------------------------------------------------------------------------------- */

int
st_map_prune_side(const struct st_map_side *side, st_map_take *take, void *ctx, stet_error *err)
{
	struct st_map_token token;

	memset(&token, 0, sizeof(token));
	token.kind = side->count == 0 ? ST_MAP_EMPTY : ST_MAP_HASH;
	memcpy(token.leaf.key, side->hash, 32);
	return take(ctx, &token, err);
}

static size_t
left_leaves(const struct st_map_leaf *leaves, size_t count, unsigned depth)
{
	size_t left = 0;

	while (left < count && !st_map_bit(leaves[left].key, depth))
		left++;
	return left;
}

int
st_map_prune(const struct st_map_leaf *leaves, size_t count, unsigned depth,
    const uint8_t (*keys)[32], size_t key_count, st_map_take *take, void *ctx, stet_error *err)
{
	struct st_map_token token;
	struct st_map_side side;
	size_t left, left_keys;
	int rc;

	if (key_count == 0 || count == 0) {
		st_map_root(leaves, count, depth, &side);
		return st_map_prune_side(&side, take, ctx, err);
	}
	memset(&token, 0, sizeof(token));
	token.kind = count == 1 ? ST_MAP_LEAF : ST_MAP_NODE;
	if (count == 1)
		token.leaf = leaves[0];
	if ((rc = take(ctx, &token, err)) < 0 || count == 1)
		return rc;
	left = left_leaves(leaves, count, depth);
	left_keys = st_map_left(keys, key_count, depth);
	if ((rc = st_map_prune(leaves, left, depth + 1, keys, left_keys, take, ctx, err)) < 0)
		return rc;
	return st_map_prune(leaves + left, count - left, depth + 1, keys + left_keys,
	    key_count - left_keys, take, ctx, err);
}

struct cutting {
	const struct st_map_token *tokens, *end;
	st_map_take *take;
	void *ctx;
	stet_error *err;
};

/* What a side that no name leads to comes to. Where the tokens end early it is empty. */
static void
fold_side(struct cutting *cutting, unsigned depth, struct st_map_side *out)
{
	const struct st_map_token *token = cutting->tokens;
	struct st_map_side left, right;

	memset(out, 0, sizeof(*out));
	if (token == cutting->end)
		return;
	cutting->tokens++;
	if (token->kind == ST_MAP_LEAF) {
		st_map_leaf_hash(&token->leaf, out->hash);
		out->count = 1;
	} else if (token->kind == ST_MAP_HASH) {
		memcpy(out->hash, token->leaf.key, 32);
		out->count = 2;
	} else if (token->kind == ST_MAP_NODE && depth < LEVELS_MAX) {
		fold_side(cutting, depth + 1, &left);
		fold_side(cutting, depth + 1, &right);
		st_map_join(&left, &right, out);
		out->count = 2;
	}
}

static int
cut_side(struct cutting *cutting, unsigned depth, const uint8_t (*keys)[32], size_t key_count)
{
	const struct st_map_token *token = cutting->tokens;
	struct st_map_side side;
	size_t left;
	int rc;

	if (key_count == 0) {
		fold_side(cutting, depth, &side);
		return st_map_prune_side(&side, cutting->take, cutting->ctx, cutting->err);
	}
	if (token == cutting->end)
		return STET_OK;
	cutting->tokens++;
	if ((rc = cutting->take(cutting->ctx, token, cutting->err)) < 0 ||
	    token->kind != ST_MAP_NODE || depth == LEVELS_MAX)
		return rc;
	left = st_map_left(keys, key_count, depth);
	if ((rc = cut_side(cutting, depth + 1, keys, left)) < 0)
		return rc;
	return cut_side(cutting, depth + 1, keys + left, key_count - left);
}

int
st_map_prune_more(const struct st_map_token *tokens, size_t count, const uint8_t (*keys)[32],
    size_t key_count, st_map_take *take, void *ctx, stet_error *err)
{
	struct cutting cutting = {tokens, tokens + count, take, ctx, err};

	return cut_side(&cutting, 0, keys, key_count);
}

/* --- reading --------------------------------------------------------------------------------- */

struct reading {
	const struct st_map_token *tokens;
	size_t count, at;
	const uint8_t (*keys)[32];
	struct st_map_leaf *found;
	uint8_t place[32]; /* the bits of the way down to here */
};

static enum st_map_fault
read_leaf(struct reading *reading, const struct st_map_leaf *leaf, unsigned depth, size_t first,
    size_t end)
{
	size_t i;
	unsigned bit;

	for (bit = 0; bit < depth; bit++)
		if (st_map_bit(leaf->key, bit) != st_map_bit(reading->place, bit))
			return ST_MAP_SKIPPED;
	if (leaf->count == 0)
		return ST_MAP_SURPLUS; /* a name without entries is in no index */
	for (i = first; i < end; i++)
		if (memcmp(reading->keys[i], leaf->key, 32) == 0)
			reading->found[i] = *leaf;
	return ST_MAP_FINE;
}

static enum st_map_fault read_side(
    struct reading *reading, unsigned depth, size_t first, size_t end, struct st_map_side *out);

/* A side of one token that stands for at most one name may not be all there is below a node: the
 * node would not be there. */
static enum st_map_fault
read_node(
    struct reading *reading, unsigned depth, size_t first, size_t end, struct st_map_side *out)
{
	const size_t middle = first + st_map_left(reading->keys + first, end - first, depth);
	struct st_map_side left, right;
	enum st_map_fault fault;

	if ((fault = read_side(reading, depth + 1, first, middle, &left)) != ST_MAP_FINE)
		return fault;
	reading->place[depth / 8] |= (uint8_t)(0x80 >> depth % 8);
	fault = read_side(reading, depth + 1, middle, end, &right);
	reading->place[depth / 8] &= (uint8_t) ~(0x80 >> depth % 8);
	if (fault != ST_MAP_FINE)
		return fault;
	if ((left.count == 0 && right.count <= 1) || (right.count == 0 && left.count <= 1))
		return ST_MAP_SKIPPED;
	st_map_join(&left, &right, out);
	out->count = 2; /* or more: only none, one and many matter here */
	return ST_MAP_FINE;
}

static enum st_map_fault
read_side(
    struct reading *reading, unsigned depth, size_t first, size_t end, struct st_map_side *out)
{
	static const uint8_t zeros[32];
	const struct st_map_token *token;
	enum st_map_fault fault;

	if (reading->at == reading->count)
		return ST_MAP_SURPLUS;
	token = &reading->tokens[reading->at++];
	memset(out, 0, sizeof(*out));
	switch (token->kind) {
	case ST_MAP_EMPTY:
		return ST_MAP_FINE;
	case ST_MAP_HASH:
		memcpy(out->hash, token->leaf.key, 32);
		out->count = 2; /* as far as anybody can see */
		if (first < end)
			return ST_MAP_HIDDEN;
		/* An empty side has one spelling. */
		return memcmp(out->hash, zeros, 32) == 0 ? ST_MAP_SKIPPED : ST_MAP_FINE;
	case ST_MAP_LEAF:
		if (first == end)
			return ST_MAP_SURPLUS;
		if ((fault = read_leaf(reading, &token->leaf, depth, first, end)) != ST_MAP_FINE)
			return fault;
		st_map_leaf_hash(&token->leaf, out->hash);
		out->count = 1;
		return ST_MAP_FINE;
	case ST_MAP_NODE:
		break;
	}
	if (first == end)
		return ST_MAP_SURPLUS;
	return depth < LEVELS_MAX ? read_node(reading, depth, first, end, out) : ST_MAP_SKIPPED;
}

enum st_map_fault
st_map_pruned_root(const struct st_map_token *tokens, size_t count, const uint8_t (*keys)[32],
    size_t key_count, struct st_map_leaf *found_out, uint8_t root_out[32], size_t *at_out)
{
	struct reading reading;
	struct st_map_side root;
	enum st_map_fault fault;

	memset(&reading, 0, sizeof(reading));
	reading.tokens = tokens;
	reading.count = count;
	reading.keys = keys;
	reading.found = found_out;
	if (key_count > 0)
		memset(found_out, 0, key_count * sizeof(*found_out));
	fault = read_side(&reading, 0, 0, key_count, &root);
	if (fault == ST_MAP_FINE && reading.at < count)
		fault = ST_MAP_SURPLUS;
	*at_out = fault == ST_MAP_FINE || reading.at == 0 ? reading.at : reading.at - 1;
	memcpy(root_out, root.hash, 32);
	return fault;
}
