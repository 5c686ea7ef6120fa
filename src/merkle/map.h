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

/* --- the index cut back to some names, for proofs: docs/format.md, "Proof file" ---
 * In preorder: a node, then its left and its right side; an empty side; the hash of a side that
 * leads to none of the names; a leaf.  The way of each name ends at its leaf or, of a name that the
 * index does not have, at an empty side or another's leaf. */
enum st_map_kind { ST_MAP_NODE, ST_MAP_EMPTY, ST_MAP_HASH, ST_MAP_LEAF };
struct st_map_token {
	enum st_map_kind kind;
	struct st_map_leaf leaf; /* HASH: it stands in leaf.key */
};

/* What can be wrong with a pruned index. */
enum st_map_fault {
	ST_MAP_FINE,
	ST_MAP_HIDDEN,  /* a hash stands on the way to a name                              */
	ST_MAP_SKIPPED, /* a leaf is not where its key leads, or a level should not be there */
	ST_MAP_SURPLUS, /* tokens that no name needs, or that are missing                  */
};
/* Reads tokens[0 .. count) along the ways of keys, ascending and each once.  found_out has one row
 * a key, with count 0 if the index does not have the name.  *at_out is the token of the fault. */
enum st_map_fault st_map_pruned_root(const struct st_map_token *tokens, size_t count,
    const uint8_t (*keys)[32], size_t key_count, struct st_map_leaf *found_out,
    uint8_t root_out[32], size_t *at_out);

typedef int st_map_take(void *ctx, const struct st_map_token *token, stet_error *err);
/* Cuts INDEX(S, depth) back: leaves as for st_map_root(), keys that share the same depth bits. */
int st_map_prune(const struct st_map_leaf *leaves, size_t count, unsigned depth,
    const uint8_t (*keys)[32], size_t key_count, st_map_take *take, void *ctx, stet_error *err);
/* An index that is cut back already, cut back to fewer of its names: what only the others need
 * becomes hashes. Takes what it is given: tokens that are no index make some that are none either,
 * which st_map_pruned_root() finds out. */
int st_map_prune_more(const struct st_map_token *tokens, size_t count, const uint8_t (*keys)[32],
    size_t key_count, st_map_take *take, void *ctx, stet_error *err);
/* The same of a side that no name leads to. */
int st_map_prune_side(
    const struct st_map_side *side, st_map_take *take, void *ctx, stet_error *err);
/* How many of these ascending keys, which share their first depth bits, have a 0 at bit depth. */
size_t st_map_left(const uint8_t (*keys)[32], size_t count, unsigned depth);
/* Bit 0 is the most significant of the first byte. */
int st_map_bit(const uint8_t key[32], unsigned at);

#endif
