/* Stored entries in order, a block at a time, each seen together with the one after it.
 *
 * Bytes are copied out of the store at once: they outlive the snapshot, and other threads verify
 * signatures over them.  Each block is read in a snapshot of its own, so that a long walk does not
 * keep the store from using old pages again. */
#include <string.h>

#include "base/err.h"
#include "verify/verify.h"

#define AT_ONCE 32

int
st_stream_open(
    struct st_stream *stream, struct st_store *store, struct st_pool *pool, stet_error *err)
{
	memset(stream, 0, sizeof(*stream));
	stream->store = store;
	stream->pool = pool;
	return st_reader_open(store, &stream->reader, err);
}

void
st_stream_close(struct st_stream *stream)
{
	struct st_block *block = stream->block, *held;
	int i;

	for (i = 0; i < 2; i++) {
		if ((held = stream->slots[i].block) != NULL && held != block) {
			st_pool_put_back(stream->pool, held);
			if (stream->slots[1 - i].block == held)
				stream->slots[1 - i].block = NULL;
		}
		stream->slots[i].block = NULL;
	}
	st_pool_put_back(stream->pool, block);
	stream->block = NULL;
	st_reader_close(stream->reader);
	stream->reader = NULL;
}

/* --- reading a block -------------------------------------------------------------------------- */

/* The leaves in ST_TREE, walked beside the entries. */
struct leaves {
	struct st_scan *scan;
	stet_bytes keys[AT_ONCE], values[AT_ONCE];
	size_t at, count;
	int ended;
};

static int
open_leaves(struct leaves *leaves, struct st_reader *reader, uint64_t from, stet_error *err)
{
	uint8_t first[9], end[9];
	struct st_range range = {{first, 9}, {end, 9}, 0};

	memset(leaves, 0, sizeof(*leaves));
	st_tree_key(0, from, first);
	st_tree_key(1, 0, end);
	return st_scan_open(reader, ST_TREE, &range, &leaves->scan, err);
}

/* The leaf of entry seq, data NULL if there is none. Asked in ascending order. */
static int
find_leaf(struct leaves *leaves, uint64_t seq, stet_bytes *leaf_out, stet_error *err)
{
	uint64_t there;
	int rc;

	*leaf_out = (stet_bytes){NULL, 0};
	while (!leaves->ended) {
		if (leaves->at == leaves->count) {
			leaves->at = 0;
			if ((rc = st_scan_next(leaves->scan, AT_ONCE, leaves->keys, leaves->values,
				 &leaves->count, err)) < 0)
				return rc;
			if (leaves->count == 0) {
				leaves->ended = 1;
				break;
			}
		}
		there = leaves->keys[leaves->at].size == 9
			    ? st_be64_get(leaves->keys[leaves->at].data + 1)
			    : 0;
		if (there > seq)
			break;
		if (there == seq && leaves->keys[leaves->at].size == 9) {
			*leaf_out = leaves->values[leaves->at++];
			break;
		}
		leaves->at++;
	}
	return STET_OK;
}

static int
take(struct st_block *block, uint64_t key, stet_bytes encoded, struct leaves *leaves,
    stet_error *err)
{
	struct st_stored *stored = &block->stored[block->stored_count];
	stet_bytes leaf;
	int rc;

	if ((rc = find_leaf(leaves, key, &leaf, err)) < 0)
		return rc;
	stored->key = key;
	stored->has_row = leaf.data != NULL && leaf.size == 32;
	if (stored->has_row)
		memcpy(stored->row, leaf.data, 32);
	/* Longer than any entry: enough of it to be no entry. */
	if (encoded.size > ST_ENTRY_MAX)
		encoded.size = ST_ENTRY_MAX;
	stored->encoded = (stet_bytes){block->bytes + block->used, encoded.size};
	if (encoded.size > 0)
		memcpy(block->bytes + block->used, encoded.data, encoded.size);
	block->used += encoded.size;
	block->stored_count++;
	return STET_OK;
}

static int
fill(struct st_stream *stream, struct st_block *block, stet_error *err)
{
	stet_bytes keys[AT_ONCE], values[AT_ONCE];
	struct st_scan *scan = NULL;
	struct leaves leaves;
	struct st_range range = {{NULL, 0}, {NULL, 0}, 0};
	uint8_t from[8];
	uint64_t key;
	size_t count, i;
	int rc;

	if ((rc = st_reader_renew(stream->reader, err)) < 0)
		return rc;
	st_be64_put(from, stream->from);
	if (stream->started)
		range.from = (stet_bytes){from, 8};
	if ((rc = open_leaves(&leaves, stream->reader, stream->from, err)) < 0)
		return rc;
	rc = st_scan_open(stream->reader, ST_ENTRY, &range, &scan, err);
	while (rc == STET_OK && block->stored_count + AT_ONCE <= ST_BLOCK_ENTRIES) {
		if ((rc = st_scan_next(scan, AT_ONCE, keys, values, &count, err)) < 0 || count == 0)
			break;
		for (i = 0; rc == STET_OK && i < count && block->used < ST_BLOCK_SIZE; i++) {
			key = keys[i].size == 8 ? st_be64_get(keys[i].data) : UINT64_MAX;
			if (key == UINT64_MAX) {
				stream->odd_keys++;
				continue;
			}
			rc = take(block, key, values[i], &leaves, err);
			stream->from = key + 1;
			stream->started = 1;
		}
		if (i < count)
			break; /* full: the rest is read again */
	}
	st_scan_close(scan);
	st_scan_close(leaves.scan);
	return rc;
}

/* --- one by one ------------------------------------------------------------------------------- */

void
st_slot_read(struct st_slot *slot, uint64_t key, stet_bytes encoded, const uint8_t *row)
{
	slot->key = key;
	slot->encoded = encoded;
	slot->row = row;
	st_tree_leaf(encoded, slot->leaf);
	slot->rc = st_entry_decode(encoded, &slot->entry, &slot->why);
	slot->framed = slot->rc == STET_OK;
	if (slot->framed)
		slot->rc = st_statement_read(slot->entry.statement, &slot->statement, &slot->why);
}

static int
load(struct st_stream *stream, struct st_slot *slot, stet_error *err)
{
	struct st_stored *stored;
	int rc;

	slot->block = NULL;
	if (stream->block == NULL || stream->at == stream->block->stored_count) {
		/* The block before belongs to the slot of its last entry, and goes with it. */
		stream->block = NULL;
		if (stream->ended)
			return STET_OK;
		if ((rc = st_pool_block(stream->pool, &stream->block, err)) < 0 ||
		    (rc = fill(stream, stream->block, err)) < 0)
			return rc;
		stream->at = 0;
		if (stream->block->stored_count == 0) {
			st_pool_put_back(stream->pool, stream->block);
			stream->block = NULL;
			stream->ended = 1;
			return STET_OK;
		}
	}
	stored = &stream->block->stored[stream->at++];
	st_slot_read(slot, stored->key, stored->encoded, stored->has_row ? stored->row : NULL);
	if (slot->rc == STET_ENOMEM)
		return st_fail_nomem(err);
	slot->block = stream->block;
	return STET_OK;
}

int
st_stream_next(
    struct st_stream *stream, struct st_slot **slot_out, struct st_slot **next_out, stet_error *err)
{
	struct st_slot *done = &stream->slots[stream->current];
	struct st_slot *slot = &stream->slots[1 - stream->current];
	struct st_block *before = done->block;
	int rc;

	if (before == NULL && stream->current == 0 && slot->block == NULL && !stream->ended) {
		if ((rc = load(stream, slot, err)) < 0) /* the very first */
			return rc;
	} else if (before != NULL && before != slot->block) {
		/* Its last entry has been judged: its signatures are complete. */
		done->block = NULL;
		st_pool_submit(stream->pool, before);
	}
	if ((rc = load(stream, done, err)) < 0)
		return rc;
	stream->current = 1 - stream->current;
	*slot_out = slot;
	*next_out = done;
	return STET_OK;
}
