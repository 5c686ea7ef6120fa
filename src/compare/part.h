#ifndef ST_COMPARE_PART_H
#define ST_COMPARE_PART_H
/* Where two trees part.  Pure, and O(log n) reads of each.
 *
 * Nothing that is read is believed until it leads to the root that is claimed for the tree, on the
 * way down as well as at the start.  So hashes that are wrong are told as wrong, and never make two
 * trees the same that are not, or differ that do not. */
#include "merkle/tree.h"

/* A tree as somebody gives it. Set size, root, read and ctx; the rest is ours. */
struct st_side {
	uint64_t size;
	uint8_t root[32]; /* that is claimed for it */
	st_tree_read *read;
	void *ctx;
	uint64_t reads;       /* nodes read so far */
	struct st_tree peaks; /* at size; once led: they lead to root */
	int led;
};

/* The compact range of the first `size` leaves, which leads to the root claimed for all of them; so
 * the root over these is st_tree_root() of it.  STET_EINVAL where size is beyond the side's;
 * STET_EMISMATCH with ST_COPY_DAMAGED where what was read does not lead to the root; what read
 * answers.  At most 3 log2(n) + 2 reads. */
int st_side_at(struct st_side *side, uint64_t size, struct st_tree *tree_out, stet_error *err);

struct st_parting {
	uint64_t common;      /* the smaller of the two sizes */
	uint8_t roots[2][32]; /* of each side over its first `common` leaves; equal: no fork */
	int forked;
	uint64_t first;        /* if forked: the first leaf that differs ... */
	uint8_t leaves[2][32]; /* ... and what each side has there           */
	int blamed;            /* of a failure: the side that it is about, 0 or 1; else -1 */
};
/* Compares two sides, whichever is the larger.  As st_side_at(); then only blamed is set.  At most
 * 5 log2(n) + 2 reads of each. */
int st_part(struct st_side sides[2], struct st_parting *parting_out, stet_error *err);

#endif
