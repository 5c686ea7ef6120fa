#ifndef ST_STORE_PMAP_H
#define ST_STORE_PMAP_H
/* A persistent ordered map: the memory engine's tables.
 *
 * An AVL tree whose nodes are counted and never changed while anybody else can see them: a writer
 * copies the nodes between the root and the change, and shares the rest.  So a snapshot is a root
 * that somebody holds, and costs nothing.  AVL, not a treap, because keys come from files that an
 * enemy may have written: its height is bounded whatever they are.
 *
 * A root is NULL for the empty map.  Roots are held and let go by any thread; a root being changed
 * belongs to its one writer. */
#include "base/buf.h"

struct st_pnode;

struct st_pnode *st_pmap_hold(struct st_pnode *root);
void st_pmap_let_go(struct st_pnode *root);

/* The value, data NULL if absent; lives as long as the root is held and unchanged. */
stet_bytes st_pmap_get(const struct st_pnode *root, stet_bytes key);

/* Each changes *root.  STET_ENOMEM may leave the tree lopsided or without the key: sound to read
 * and to let go, not to go on with.  put answers in *added_out whether the key is new. */
int st_pmap_put(struct st_pnode **root, stet_bytes key, stet_bytes value, int *added_out);
int st_pmap_delete(struct st_pnode **root, stet_bytes key); /* STET_ENOTFOUND: it was not there */

/* Height of an AVL tree of 2^32 nodes is at most 46. */
#define ST_PMAP_DEPTH 48
struct st_pwalk {
	const struct st_pnode *path[ST_PMAP_DEPTH];
	size_t depth;
	int backward;
};
/* Stands before the first key >= from, or, backward, after the last key < to; from.size 0 and
 * to.data NULL: no bound. */
void st_pwalk_start(struct st_pwalk *walk, const struct st_pnode *root, stet_bytes from);
void st_pwalk_start_backward(struct st_pwalk *walk, const struct st_pnode *root, stet_bytes to);
int st_pwalk_next(
    struct st_pwalk *walk, stet_bytes *key_out, stet_bytes *value_out); /* 0: the end */

#endif
