#ifndef ST_EXCHANGE_ITEMS_H
#define ST_EXCHANGE_ITEMS_H
/* The items of what an API answers or a dump holds, one at a time and in constant memory: an array
 * of objects, JSON Lines, or either inside of named members, as in {"message": {"items": [...]}}.
 *
 * Unlike the elements of elements.h, an item that is none is told of and passed over. */
#include "exchange/elements.h"

#define ST_ITEM_MAX (16u << 20) /* bytes of one item: a paper has up to 3,000 authors */
#define ST_ITEM_BAD 1

struct st_items {
	struct st_elements text;     /* begin with its read and ctx */
	const char *const *wrappers; /* names of members that hold items; ends with NULL */
	size_t most;                 /* bytes of an item; 0: ST_ITEM_MAX */
	/* Begin with 0: where in the text; objects around; each object has its line; one array is
	 * all there is. */
	int state, open, lines, in_one;
	uint64_t first_line; /* of the object that stands by itself */
	char name[32];       /* of the last text at the first level */
};

/* The next item, replacing what is in *item_out. STET_ENOTFOUND at the end. ST_ITEM_BAD: there is
 * one that cannot be taken, why says why, and the next can be asked for. STET_EFORMAT: nothing
 * behind this place can be read. */
int st_items_next(struct st_items *items, struct st_buf *item_out, stet_error *why);

#endif
