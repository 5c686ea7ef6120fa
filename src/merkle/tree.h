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
int st_tree_prove_consistency(uint64_t size1, uint64_t size2, st_tree_read *read, void *ctx,
    uint8_t path_out[ST_TREE_PATH_MAX][32], size_t *count_out, stet_error *err);
int st_tree_consistency_ok(uint64_t size1, uint64_t size2, const uint8_t root1[32],
    const uint8_t root2[32], const uint8_t (*path)[32], size_t count);

#endif
