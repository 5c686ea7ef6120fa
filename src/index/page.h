#ifndef ST_INDEX_PAGE_H
#define ST_INDEX_PAGE_H
/* One row of ST_TRIE: a place of the index (a key's first depth bits), and its 16 sides. */
#include "merkle/map.h"

#define ST_PAGE_BITS 4
#define ST_PAGE_SIDES 16
#define ST_PAGE_SIZE (ST_PAGE_SIDES * (8 + 32))
#define ST_PAGE_KEY_MAX (1 + 32)

/* A place with more names than this has a page.  What a changed name costs is mostly SHA-256 over
 * the names beside it, fewer if this is small, and against that pages, more of them.  Batches of
 * 1,000 random names in LMDB, microseconds a name with the commit (bytes of pages a name):
 *
 *	names       16          24          32          64
 *	100,000     7.0 (29)    9.1 (16)   10.9 (4)    12.4 (2)
 *	300,000    10.1 (10)    9.8 (10)    9.9 (10)   12.5 (9)
 *	1,000,000  19.1 (20)   17.4 (4)    17.7 (3)    17.9 (3)
 *	1,900,000  19.9 (26)   21.1 (21)   24.1 (8)
 *
 * Nothing that is signed depends on it; tables made with another number have to be built anew. */
#define ST_PAGE_OVER 24

/* No page is deeper: below a place at depth 252 there are at most 16 names. */
#define ST_PAGE_DEPTH_MAX 248
_Static_assert(ST_PAGE_OVER >= ST_PAGE_SIDES, "pages end four bits before keys do");

/* The key of the page at a place; its size. */
size_t st_page_key(const uint8_t name_key[32], unsigned depth, uint8_t out[ST_PAGE_KEY_MAX]);
/* Below which side of a page at this depth a name stands. */
unsigned st_page_side(const uint8_t name_key[32], unsigned depth);
void st_page_encode(const struct st_map_side sides[ST_PAGE_SIDES], uint8_t out[ST_PAGE_SIZE]);
/* STET_EMISMATCH if value is not a page for this depth. */
int st_page_decode(
    stet_bytes value, unsigned depth, struct st_map_side sides_out[ST_PAGE_SIDES], stet_error *err);
/* INDEX of the place itself. */
void st_page_fold(const struct st_map_side sides[ST_PAGE_SIDES], struct st_map_side *out);
/* st_fail() for tables that are not in order. */
int st_page_damaged(stet_error *err, const char *what, unsigned depth);

#endif
