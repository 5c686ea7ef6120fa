#ifndef ST_MERKLE_MAP_H
#define ST_MERKLE_MAP_H
/* The record index: a binary Merkle trie of name -> (count, head). Pure.  docs/format.md, "Record
 * index".  One-sided levels are never skipped: a path-compressed trie lets one root prove both the
 * presence and the absence of a name. */
#include <stet/error.h>
#include "crypto/crypto.h"

struct st_map_leaf {
	uint8_t key[32];
	uint64_t count;
	uint8_t head[32];
};
void st_map_key(stet_bytes name, uint8_t key_out[32]); /* SHA-256("stet/subject/1" 0x00 name) */
void st_map_leaf_hash(const struct st_map_leaf *leaf, uint8_t out[32]);

/* A side of the trie: how many names below, and INDEX() of them. */
struct st_map_side {
	uint64_t count;
	uint8_t hash[32];
};
/* INDEX of two sides of one depth: empty, the one name, or the node over both. */
void st_map_join(
    const struct st_map_side *left, const struct st_map_side *right, struct st_map_side *out);
/* INDEX(S, depth) of leaves in ascending key order that share their first depth bits.
 * O(count) hashes, plus the one-sided levels. */
void st_map_root(
    const struct st_map_leaf *leaves, size_t count, unsigned depth, struct st_map_side *out);

#endif
