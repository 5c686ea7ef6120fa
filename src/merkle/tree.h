#ifndef ST_MERKLE_TREE_H
#define ST_MERKLE_TREE_H
/* The RFC 6962 tree over the leaves of the entries: pure, no store.  RFC 6962, section 2.1.
 * Only complete subtrees are ever stored; a stored node never changes. */
#include <stet/error.h>
#include "crypto/crypto.h"

/* Leaves hash with 0x00 and inner nodes with 0x01 in front, so that neither can pose as the other.
 */
void st_tree_leaf(stet_bytes entry, uint8_t out[32]);
void st_tree_node(const uint8_t left[32], const uint8_t right[32], uint8_t out[32]);

/* No tree is larger: a path then has at most 64 hashes, and no sum of sizes overflows. */
#define ST_TREE_SIZE_MAX (UINT64_C(1) << 63)

/* The compact range of a tree: one hash per set bit of size, biggest subtree first. Start from {0}.
 */
struct st_tree {
	uint64_t size;
	uint8_t frontier[64][32];
};
/* Told every node that the append completes, leaf first: (level, index) as in tlog-tiles, level 0
 * the leaves.  Non-zero stops the append, leaves the tree as it was and is returned. */
typedef int st_tree_emit(void *ctx, unsigned level, uint64_t index, const uint8_t hash[32]);
/* emit may be NULL. STET_EINVAL: the tree is full. */
int st_tree_append(struct st_tree *tree, const uint8_t leaf[32], st_tree_emit *emit, void *ctx);
void st_tree_root(const struct st_tree *tree, uint8_t root_out[32]); /* size 0: SHA-256("") */

/* Reads a stored node; STET_OK or an error that is passed on. */
typedef int st_tree_read(
    void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err);
/* The compact range at any size up to ST_TREE_SIZE_MAX from stored nodes: popcount(size) reads. */
int st_tree_load(
    struct st_tree *tree, uint64_t size, st_tree_read *read, void *ctx, stet_error *err);

/* Inclusion and consistency (RFC 9162, sections 2.1.3 and 2.1.4). Hashes are 32 bytes each;
 * at most ST_TREE_PATH_MAX of them. *_prove read O(log n) nodes and answer STET_EINVAL unless
 * index < size and 0 < size1 <= size2 <= ST_TREE_SIZE_MAX. *_ok return 1 or 0, for any numbers.
 *
 * A path says nothing about the size it was made for: the same hashes often fit other sizes.  Take
 * size and root from something signed, never from beside the path. */
#define ST_TREE_PATH_MAX 64
int st_tree_prove_inclusion(uint64_t index, uint64_t size, st_tree_read *read, void *ctx,
    uint8_t path_out[ST_TREE_PATH_MAX][32], size_t *count_out, stet_error *err);
int st_tree_inclusion_ok(uint64_t index, uint64_t size, const uint8_t leaf[32],
    const uint8_t (*path)[32], size_t count, const uint8_t root[32]);
/* The root that leaf and path lead to, where only its signature is known: 1, or 0 if the path is
 * too long or too short for that place. */
int st_tree_inclusion_root(uint64_t index, uint64_t size, const uint8_t leaf[32],
    const uint8_t (*path)[32], size_t count, uint8_t root_out[32]);
int st_tree_prove_consistency(uint64_t size1, uint64_t size2, st_tree_read *read, void *ctx,
    uint8_t path_out[ST_TREE_PATH_MAX][32], size_t *count_out, stet_error *err);
int st_tree_consistency_ok(uint64_t size1, uint64_t size2, const uint8_t root1[32],
    const uint8_t root2[32], const uint8_t (*path)[32], size_t count);
/* The compact range of the first tree, to be appended to, from a path that st_tree_consistency_ok()
 * found right: 1, or 0 if that cannot be. */
int st_tree_load_proved(struct st_tree *tree, uint64_t size1, uint64_t size2,
    const uint8_t root1[32], const uint8_t (*path)[32], size_t count);

/* One proof of many leaves: going down as the RFC splits the tree, left side first, the hash of
 * each range that has none of them and is beside one that has.  docs/format.md, "Proof file".
 *
 * seqs are ascending, each once, at least one of them, and below size. *_prove calls take with each
 * hash, whose error it passes on; STET_EINVAL if there is no such tree. */
typedef int st_tree_take(void *ctx, const uint8_t hash[32], stet_error *err);
int st_tree_prove_many(const uint64_t *seqs, size_t count, uint64_t size, st_tree_read *read,
    void *read_ctx, st_tree_take *take, void *take_ctx, stet_error *err);
/* 1 if these leaves and hashes, all of them, make a tree of this size: then *root_out is its root.
 * before_out (may be NULL) is the root of the tree without its last leaf; written only if the last
 * leaf is among those given. 0 for any numbers else. */
int st_tree_many_root(const uint64_t *seqs, const uint8_t (*leaves)[32], size_t count,
    uint64_t size, const uint8_t (*hashes)[32], size_t hash_count, uint8_t root_out[32],
    uint8_t before_out[32]);

/* --- between the files of this folder --- */
/* MTH(D[start:end]) from stored nodes; start < end, a range that the RFC splits the tree into. */
int st_tree_range(uint64_t start, uint64_t end, st_tree_read *read, void *ctx, uint8_t hash_out[32],
    stet_error *err);
/* The largest power of two smaller than size; size > 1. */
uint64_t st_tree_split(uint64_t size);

#endif
