#ifndef ST_INDEX_WINDOW_H
#define ST_INDEX_WINDOW_H
/* The names below a place, in key order, seen through a window wide enough to tell whether the
 * place in front has a page: ST_PAGE_OVER leaves and one more.  Leaves are copied, so the store may
 * be written to between fills, once the window is paused. */
#include "index/page.h"
#include "store/store.h"

#define ST_WINDOW_MIN (ST_PAGE_OVER + 1)

struct st_window {
	struct st_reader *reader;
	struct st_scan *scan; /* NULL: not begun, paused or at the end */
	uint8_t from[32 + 1], to[32];
	size_t from_size, to_size; /* 0: no bound */
	int at_end;                /* the scan has no more rows */
	struct st_map_leaf leaves[2 * ST_WINDOW_MIN];
	size_t first, count; /* leaves[first .. first + count) are in sight */
};

/* Over the names that share the first depth bits of key. Reads nothing yet. */
void st_window_open(
    struct st_window *window, struct st_reader *reader, const uint8_t key[32], unsigned depth);
/* Brings ST_WINDOW_MIN leaves in sight, or all there are. STET_EMISMATCH: a row has no right shape.
 */
int st_window_fill(struct st_window *window, stet_error *err);
/* How many of the leaves in sight, from the first, share the first depth bits of key. */
size_t st_window_below(const struct st_window *window, const uint8_t key[32], unsigned depth);
const struct st_map_leaf *st_window_leaves(const struct st_window *window);
void st_window_take(struct st_window *window, size_t count);
/* Before anything is put: ends the scan; the next fill goes on where it was. */
void st_window_pause(struct st_window *window);

#endif
