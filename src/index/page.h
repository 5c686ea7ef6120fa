#ifndef ST_INDEX_PAGE_H
#define ST_INDEX_PAGE_H
/* One row of ST_TRIE: a place of the index (a key's first depth bits), and its 16 sides. */
#include "merkle/map.h"

#define ST_PAGE_BITS 4
#define ST_PAGE_SIDES 16
#define ST_PAGE_SIZE (ST_PAGE_SIDES * (8 + 32))
#define ST_PAGE_KEY_MAX (1 + 32)

/* A place with more names than this has a page.  TODO: measure. */
#define ST_PAGE_OVER 32

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
