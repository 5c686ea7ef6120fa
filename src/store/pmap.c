/* The persistent map of the memory engine. */
#include "store/pmap.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <stet/error.h>

/* Key and value in one piece, shared by all copies of their node. */
struct pair {
	atomic_size_t uses;
	size_t key_size, value_size;
	uint8_t bytes[];
};

struct st_pnode {
	atomic_size_t uses;
	struct st_pnode *left, *right;
	struct pair *pair;
	int height;
};

static struct pair *
pair_new(stet_bytes key, stet_bytes value)
{
	struct pair *pair = malloc(sizeof(*pair) + key.size + value.size + 1);

	if (pair == NULL)
		return NULL;
	atomic_init(&pair->uses, 1);
	pair->key_size = key.size;
	pair->value_size = value.size;
	memcpy(pair->bytes, key.data, key.size);
	if (value.size > 0)
		memcpy(pair->bytes + key.size, value.data, value.size);
	return pair;
}

static void
pair_let_go(struct pair *pair)
{
	if (atomic_fetch_sub_explicit(&pair->uses, 1, memory_order_acq_rel) == 1)
		free(pair);
}

static stet_bytes
pair_key(const struct pair *pair)
{
	return (stet_bytes){pair->bytes, pair->key_size};
}

static stet_bytes
pair_value(const struct pair *pair)
{
	return (stet_bytes){pair->bytes + pair->key_size, pair->value_size};
}

struct st_pnode *
st_pmap_hold(struct st_pnode *root)
{
	if (root != NULL)
		atomic_fetch_add_explicit(&root->uses, 1, memory_order_relaxed);
	return root;
}

/* Recursion is as deep as the tree is high. */
void
st_pmap_let_go(struct st_pnode *root)
{
	if (root == NULL || atomic_fetch_sub_explicit(&root->uses, 1, memory_order_acq_rel) != 1)
		return;
	st_pmap_let_go(root->left);
	st_pmap_let_go(root->right);
	pair_let_go(root->pair);
	free(root);
}

/* --- the tree --------------------------------------------------------------------------------- */

static int
height(const struct st_pnode *node)
{
	return node == NULL ? 0 : node->height;
}

static void
measure(struct st_pnode *node)
{
	int left = height(node->left), right = height(node->right);

	node->height = 1 + (left > right ? left : right);
}

/* Takes pair over; frees it on failure. */
static struct st_pnode *
node_new(struct pair *pair)
{
	struct st_pnode *node = malloc(sizeof(*node));

	if (node == NULL) {
		pair_let_go(pair);
		return NULL;
	}
	atomic_init(&node->uses, 1);
	node->left = node->right = NULL;
	node->pair = pair;
	node->height = 1;
	return node;
}

/* Makes *slot a node that nobody else sees.  The slot itself must already be in such a node, or be
 * the writer's own root: then one use means that every way to the node leads through here. */
static int
unshare(struct st_pnode **slot)
{
	struct st_pnode *shared = *slot, *own;

	if (atomic_load_explicit(&shared->uses, memory_order_acquire) == 1)
		return STET_OK;
	atomic_fetch_add_explicit(&shared->pair->uses, 1, memory_order_relaxed);
	if ((own = node_new(shared->pair)) == NULL)
		return STET_ENOMEM;
	own->left = st_pmap_hold(shared->left);
	own->right = st_pmap_hold(shared->right);
	own->height = shared->height;
	st_pmap_let_go(shared);
	*slot = own;
	return STET_OK;
}

/* Rotations need the node and the child that rises unshared. */
static void
rotate_right(struct st_pnode **slot)
{
	struct st_pnode *node = *slot, *up = node->left;

	node->left = up->right;
	up->right = node;
	measure(node);
	measure(up);
	*slot = up;
}

static void
rotate_left(struct st_pnode **slot)
{
	struct st_pnode *node = *slot, *up = node->right;

	node->right = up->left;
	up->left = node;
	measure(node);
	measure(up);
	*slot = up;
}

/* *slot is unshared and one of its sides may be two levels higher than the other. */
static int
rebalance(struct st_pnode **slot)
{
	struct st_pnode *node = *slot;
	int lean = height(node->left) - height(node->right);

	if (lean > 1) {
		if (unshare(&node->left) < 0)
			return STET_ENOMEM;
		if (height(node->left->left) < height(node->left->right)) {
			if (unshare(&node->left->right) < 0)
				return STET_ENOMEM;
			rotate_left(&node->left);
		}
		rotate_right(slot);
	} else if (lean < -1) {
		if (unshare(&node->right) < 0)
			return STET_ENOMEM;
		if (height(node->right->right) < height(node->right->left)) {
			if (unshare(&node->right->left) < 0)
				return STET_ENOMEM;
			rotate_right(&node->right);
		}
		rotate_left(slot);
	} else {
		measure(node);
	}
	return STET_OK;
}

stet_bytes
st_pmap_get(const struct st_pnode *root, stet_bytes key)
{
	int order;

	while (root != NULL) {
		if ((order = st_bytes_compare(key, pair_key(root->pair))) == 0)
			return pair_value(root->pair);
		root = order < 0 ? root->left : root->right;
	}
	return (stet_bytes){NULL, 0};
}

/* Takes *pair over as soon as it has a place. */
static int
put_at(struct st_pnode **slot, struct pair **pair, int *added_out)
{
	struct st_pnode *node;
	int order, rc;

	if (*slot == NULL) {
		node = node_new(*pair);
		*pair = NULL;
		*slot = node;
		*added_out = 1;
		return node == NULL ? STET_ENOMEM : STET_OK;
	}
	if (unshare(slot) < 0)
		return STET_ENOMEM;
	node = *slot;
	order = st_bytes_compare(pair_key(*pair), pair_key(node->pair));
	if (order == 0) {
		pair_let_go(node->pair);
		node->pair = *pair;
		*pair = NULL;
		*added_out = 0;
		return STET_OK;
	}
	if ((rc = put_at(order < 0 ? &node->left : &node->right, pair, added_out)) < 0)
		return rc;
	return rebalance(slot);
}

int
st_pmap_put(struct st_pnode **root, stet_bytes key, stet_bytes value, int *added_out)
{
	struct pair *pair = pair_new(key, value);
	int rc;

	if (pair == NULL)
		return STET_ENOMEM;
	rc = put_at(root, &pair, added_out);
	if (pair != NULL)
		pair_let_go(pair);
	return rc;
}

/* Puts the only side of a node, or nothing, in its place. */
static void
replace_by_side(struct st_pnode **slot)
{
	struct st_pnode *node = *slot;

	*slot = st_pmap_hold(node->left != NULL ? node->left : node->right);
	st_pmap_let_go(node);
}

static int
delete_first(struct st_pnode **slot)
{
	int rc;

	if (unshare(slot) < 0)
		return STET_ENOMEM;
	if ((*slot)->left == NULL) {
		replace_by_side(slot);
		return STET_OK;
	}
	if ((rc = delete_first(&(*slot)->left)) < 0)
		return rc;
	return rebalance(slot);
}

/* The node has two sides: the first of the right side takes its place. */
static int
delete_inner(struct st_pnode *node)
{
	const struct st_pnode *first = node->right;
	struct pair *pair;

	while (first->left != NULL)
		first = first->left;
	pair = first->pair;
	atomic_fetch_add_explicit(&pair->uses, 1, memory_order_relaxed);
	if (delete_first(&node->right) < 0) {
		pair_let_go(pair);
		return STET_ENOMEM;
	}
	pair_let_go(node->pair);
	node->pair = pair;
	return STET_OK;
}

static int
delete_at(struct st_pnode **slot, stet_bytes key)
{
	struct st_pnode *node;
	int order, rc;

	if (unshare(slot) < 0)
		return STET_ENOMEM;
	node = *slot;
	order = st_bytes_compare(key, pair_key(node->pair));
	if (order == 0 && (node->left == NULL || node->right == NULL)) {
		replace_by_side(slot);
		return STET_OK;
	}
	if (order == 0)
		rc = delete_inner(node);
	else
		rc = delete_at(order < 0 ? &node->left : &node->right, key);
	return rc < 0 ? rc : rebalance(slot);
}

int
st_pmap_delete(struct st_pnode **root, stet_bytes key)
{
	if (st_pmap_get(*root, key).data == NULL)
		return STET_ENOTFOUND;
	return delete_at(root, key);
}

/* --- walks ------------------------------------------------------------------------------------ */

/* The path holds the nodes still to be given, the next one last. */
void
st_pwalk_start(struct st_pwalk *walk, const struct st_pnode *root, stet_bytes from)
{
	walk->depth = 0;
	walk->backward = 0;
	while (root != NULL) {
		if (from.size > 0 && st_bytes_compare(pair_key(root->pair), from) < 0) {
			root = root->right;
		} else {
			walk->path[walk->depth++] = root;
			root = root->left;
		}
	}
}

void
st_pwalk_start_backward(struct st_pwalk *walk, const struct st_pnode *root, stet_bytes to)
{
	walk->depth = 0;
	walk->backward = 1;
	while (root != NULL) {
		if (to.data != NULL && st_bytes_compare(pair_key(root->pair), to) >= 0) {
			root = root->left;
		} else {
			walk->path[walk->depth++] = root;
			root = root->right;
		}
	}
}

int
st_pwalk_next(struct st_pwalk *walk, stet_bytes *key_out, stet_bytes *value_out)
{
	const struct st_pnode *node, *next;

	if (walk->depth == 0)
		return 0;
	node = walk->path[--walk->depth];
	next = walk->backward ? node->left : node->right;
	while (next != NULL) {
		walk->path[walk->depth++] = next;
		next = walk->backward ? next->right : next->left;
	}
	*key_out = pair_key(node->pair);
	*value_out = pair_value(node->pair);
	return 1;
}
