/* Keeping the record index in step with its names, and reading its root. */
#include "index/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "index/window.h"

#define ROWS_MAX 64 /* pages read or written in one call of the store */

/* A page above changed names, on its way from the store and back. */
struct page {
	size_t parent;     /* in the list; the root's is not used */
	size_t first, end; /* the changed keys below it; the first also says where the page is */
	unsigned depth;
	struct st_map_side sides[ST_PAGE_SIDES];
};

/* Pages to be put. */
struct rows {
	uint8_t keys[ROWS_MAX][ST_PAGE_KEY_MAX], values[ROWS_MAX][ST_PAGE_SIZE];
	stet_bytes key_views[ROWS_MAX], value_views[ROWS_MAX];
	size_t count;
};

/* Keys are sorted, and pages stand in the order of (depth, place): a page comes after its parent,
 * and the pages of one depth are next to each other. */
struct update {
	struct st_batch *batch;
	uint8_t (*keys)[32];
	struct page *pages;
	size_t count, capacity;
	struct rows rows;
	struct st_window window;
};

static const uint8_t no_key[32] = {0};

static int
compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* Puts end all scans of the batch, so the window is paused first. */
static int
flush(struct update *update, stet_error *err)
{
	struct rows *rows = &update->rows;
	const size_t count = rows->count;

	st_window_pause(&update->window);
	rows->count = 0;
	if (count == 0)
		return STET_OK;
	return st_batch_put(
	    update->batch, ST_TRIE, 0, rows->key_views, rows->value_views, count, err);
}

static int
emit(struct update *update, const uint8_t key[32], unsigned depth,
    const struct st_map_side sides[ST_PAGE_SIDES], stet_error *err)
{
	struct rows *rows = &update->rows;
	size_t at;
	int rc;

	if (rows->count == ROWS_MAX && (rc = flush(update, err)) < 0)
		return rc;
	at = rows->count++;
	rows->key_views[at] = (stet_bytes){rows->keys[at], st_page_key(key, depth, rows->keys[at])};
	rows->value_views[at] = (stet_bytes){rows->values[at], ST_PAGE_SIZE};
	st_page_encode(sides, rows->values[at]);
	return STET_OK;
}

/* INDEX of the place in front of the window, with the pages that it needs: takes its names from the
 * window, which shows enough of them to see whether it is one of those with a page. */
static int
build(struct update *update, const uint8_t key[32], unsigned depth, struct st_map_side *out,
    stet_error *err)
{
	struct st_map_side sides[ST_PAGE_SIDES];
	struct st_window *window = &update->window;
	uint8_t below[32];
	size_t count;
	unsigned i;
	int rc;

	if ((rc = st_window_fill(window, err)) < 0)
		return rc;
	count = st_window_below(window, key, depth);
	if (count <= ST_PAGE_OVER) {
		st_map_root(st_window_leaves(window), count, depth, out);
		st_window_take(window, count);
		return STET_OK;
	}
	memcpy(below, key, 32);
	for (i = 0; i < ST_PAGE_SIDES; i++) {
		if (depth % 8 == 0)
			below[depth / 8] = (uint8_t)(i << 4);
		else
			below[depth / 8] = (uint8_t)((key[depth / 8] & 0xf0) | i);
		if ((rc = build(update, below, depth + ST_PAGE_BITS, &sides[i], err)) < 0)
			return rc;
	}
	st_page_fold(sides, out);
	return emit(update, key, depth, sides, err);
}

/* INDEX of a place that had no page. */
static int
build_place(struct update *update, const uint8_t key[32], unsigned depth, struct st_map_side *out,
    stet_error *err)
{
	int rc;

	st_window_open(&update->window, st_batch_reader(update->batch), key, depth);
	rc = build(update, key, depth, out, err);
	st_window_pause(&update->window);
	return rc;
}

static int
add_page(
    struct update *update, size_t parent, unsigned depth, size_t first, size_t end, stet_error *err)
{
	size_t capacity, size;
	struct page *pages;

	if (update->count == update->capacity) {
		capacity = update->capacity == 0 ? 16 : 2 * update->capacity;
		if (__builtin_mul_overflow(capacity, sizeof(*pages), &size) ||
		    (pages = realloc(update->pages, size)) == NULL)
			return st_fail_nomem(err);
		update->pages = pages;
		update->capacity = capacity;
	}
	update->pages[update->count++] =
	    (struct page){.parent = parent, .first = first, .end = end, .depth = depth};
	return STET_OK;
}

/* Reads pages[from .. to), at most ROWS_MAX, in one call. */
static int
read_pages(struct update *update, size_t from, size_t to, stet_error *err)
{
	uint8_t keys[ROWS_MAX][ST_PAGE_KEY_MAX];
	stet_bytes views[ROWS_MAX], values[ROWS_MAX];
	struct page *page;
	size_t i;
	int rc;

	for (i = from; i < to; i++) {
		page = &update->pages[i];
		views[i - from].data = keys[i - from];
		views[i - from].size =
		    st_page_key(update->keys[page->first], page->depth, keys[i - from]);
	}
	rc = st_get(st_batch_reader(update->batch), ST_TRIE, views, to - from, values, err);
	for (i = from; rc == STET_OK && i < to; i++) {
		page = &update->pages[i];
		if (values[i - from].data == NULL)
			rc = st_page_damaged(err, "a page is missing", page->depth);
		else
			rc = st_page_decode(values[i - from], page->depth, page->sides, err);
	}
	return rc;
}

/* Visits the changed sides of a page: one that has a page joins the list, another is computed. */
static int
visit_sides(struct update *update, size_t at, stet_error *err)
{
	const size_t end = update->pages[at].end;
	const unsigned depth = update->pages[at].depth;
	size_t first, next;
	unsigned side;
	int rc = STET_OK;

	for (first = update->pages[at].first; rc == STET_OK && first < end; first = next) {
		side = st_page_side(update->keys[first], depth);
		for (next = first + 1; next < end; next++)
			if (st_page_side(update->keys[next], depth) != side)
				break;
		if (update->pages[at].sides[side].count > ST_PAGE_OVER)
			rc = add_page(update, at, depth + ST_PAGE_BITS, first, next, err);
		else
			rc = build_place(update, update->keys[first], depth + ST_PAGE_BITS,
			    &update->pages[at].sides[side], err);
	}
	return rc;
}

/* From the root page, which has been read, down depth by depth, until every changed name is
 * accounted for. */
static int
descend(struct update *update, stet_error *err)
{
	size_t at = 0, read, to, level_end;
	int rc;

	while (at < update->count) {
		for (level_end = update->count; at < level_end; at++)
			if ((rc = visit_sides(update, at, err)) < 0)
				return rc;
		for (read = level_end; read < update->count; read = to) {
			to = update->count - read < ROWS_MAX ? update->count : read + ROWS_MAX;
			if ((rc = read_pages(update, read, to, err)) < 0)
				return rc;
		}
	}
	return STET_OK;
}

/* Back up: every page into the side of its parent, then all of them into the store. */
static int
ascend(struct update *update, stet_error *err)
{
	struct st_map_side folded;
	struct page *page, *parent;
	size_t i;
	int rc;

	for (i = update->count; i-- > 0;) {
		page = &update->pages[i];
		parent = &update->pages[page->parent];
		st_page_fold(page->sides, &folded);
		if (folded.count <= ST_PAGE_OVER)
			return st_page_damaged(err, "names are missing below a page", page->depth);
		if (i > 0)
			parent->sides[st_page_side(update->keys[page->first], parent->depth)] =
			    folded;
	}
	for (i = 0; i < update->count; i++) {
		page = &update->pages[i];
		rc = emit(update, update->keys[page->first], page->depth, page->sides, err);
		if (rc < 0)
			return rc;
	}
	return STET_OK;
}

/* 1 and the page, 0 if there is none, or an error. */
static int
read_root_page(
    struct st_reader *reader, struct st_map_side sides_out[ST_PAGE_SIDES], stet_error *err)
{
	uint8_t key[ST_PAGE_KEY_MAX];
	const stet_bytes view = {key, st_page_key(no_key, 0, key)};
	stet_bytes value;
	int rc;

	if ((rc = st_get(reader, ST_TRIE, &view, 1, &value, err)) < 0)
		return rc;
	if (value.data == NULL)
		return 0;
	rc = st_page_decode(value, 0, sides_out, err);
	return rc < 0 ? rc : 1;
}

/* All pages, of all rows. */
static int
build_all(struct update *update, stet_error *err)
{
	struct st_map_side root;
	int rc;

	if ((rc = build_place(update, no_key, 0, &root, err)) < 0)
		return rc;
	return flush(update, err);
}

/* The pages above the given keys. */
static int
change(struct update *update, const struct st_map_side root[ST_PAGE_SIDES],
    const uint8_t (*keys)[32], size_t count, stet_error *err)
{
	int rc;

	if (count == 0)
		return STET_OK;
	if ((update->keys = calloc(count, sizeof(*update->keys))) == NULL)
		return st_fail_nomem(err);
	memcpy(update->keys, keys, count * sizeof(*update->keys));
	qsort(update->keys, count, sizeof(*update->keys), compare_keys);
	if ((rc = add_page(update, 0, 0, 0, count, err)) < 0)
		return rc;
	memcpy(update->pages[0].sides, root, sizeof(update->pages[0].sides));
	if ((rc = descend(update, err)) < 0 || (rc = ascend(update, err)) < 0)
		return rc;
	return flush(update, err);
}

int
st_index_update(struct st_batch *batch, const uint8_t (*keys)[32], size_t count, stet_error *err)
{
	struct st_map_side root[ST_PAGE_SIDES];
	struct update *update;
	int rc;

	if ((rc = read_root_page(st_batch_reader(batch), root, err)) < 0)
		return rc;
	update = malloc(sizeof(*update)); /* some 50 KB, which nobody needs zeroed */
	if (update == NULL)
		return st_fail_nomem(err);
	update->batch = batch;
	update->keys = NULL;
	update->pages = NULL;
	update->count = update->capacity = update->rows.count = 0;
	update->window.scan = NULL;
	if (rc == 0)
		rc = build_all(update, err);
	else
		rc = change(update, root, keys, count, err);
	free(update->pages);
	free(update->keys);
	free(update);
	return rc;
}

/* INDEX of so few names that they have no page. */
static int
root_of_few(struct st_reader *reader, struct st_map_side *out, stet_error *err)
{
	struct st_window window;
	int rc;

	st_window_open(&window, reader, no_key, 0);
	rc = st_window_fill(&window, err);
	st_window_pause(&window);
	if (rc < 0)
		return rc;
	if (window.count > ST_PAGE_OVER)
		return st_page_damaged(err, "a page is missing", 0);
	st_map_root(st_window_leaves(&window), window.count, 0, out);
	return STET_OK;
}

int
st_index_root(struct st_reader *reader, uint8_t root_out[32], stet_error *err)
{
	struct st_map_side sides[ST_PAGE_SIDES], root;
	int rc;

	if ((rc = read_root_page(reader, sides, err)) < 0)
		return rc;
	if (rc == 1)
		st_page_fold(sides, &root);
	else if ((rc = root_of_few(reader, &root, err)) < 0)
		return rc;
	memcpy(root_out, root.hash, 32);
	return STET_OK;
}
