#ifndef PAGE_H
#define PAGE_H
/* An entry as text: what `show` and `log` share. */
#include "view.h"

enum { PAGE_BRIEF, PAGE_FULL }; /* a line or two; with every member and before / after */

/* The entry as `log` shows it, struck out with who did it where it no longer counts. view: the
 * history it stands in, for telling what its digests point to; NULL: none. */
void page_said(const struct said *said, const struct view *view, int how);
/* The entry as `show` does: what it says with later corrections applied, then who said it. Its name
 * is told where it is not main_name. */
void page_block(const struct said *said, const struct view *view, const char *main_name);
/* "retraction", "observed retraction", "key grant", ... free(). */
char *page_what(const struct said *said);
/* "as of entry 17, 2026-07-03T09:14:22Z" */
char *page_moment(uint64_t seq, uint64_t ms);

#endif
