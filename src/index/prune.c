/* The record index cut back to some names, read from its pages and the rows below them. */
#include <string.h>

#include "base/err.h"
#include "index/index.h"
#include "index/window.h"

struct pruning {
	struct st_reader *reader;
	st_map_take *take;
	void *ctx;
	stet_error *err;
	struct st_window window;
};

/* A page on the way down: its place is the first depth bits of key, the rest zero. */
struct page {
	uint8_t key[32];
	unsigned depth;
	struct st_map_side sides[ST_PAGE_SIDES];
};

/* The place of a side, four bits further down. */
static void
side_place(const struct page *page, unsigned side, uint8_t key_out[32])
{
	memcpy(key_out, page->key, 32);
	key_out[page->depth / 8] |= (uint8_t)(page->depth % 8 == 0 ? side << 4 : side);
}

/* Adds the names below a place of few to leaves. */
static int
read_rows(struct pruning *pruning, const uint8_t place[32], unsigned depth,
    struct st_map_leaf leaves[ST_PAGE_OVER], size_t *count)
{
	struct st_window *window = &pruning->window;
	size_t below;
	int rc;

	st_window_open(window, pruning->reader, place, depth);
	rc = st_window_fill(window, pruning->err);
	st_window_pause(window);
	if (rc < 0)
		return rc;
	below = st_window_below(window, place, depth);
	if (below > ST_PAGE_OVER - *count)
		return st_page_damaged(pruning->err, "a page counts too few names", depth);
	memcpy(leaves + *count, st_window_leaves(window), below * sizeof(*leaves));
	*count += below;
	return STET_OK;
}

/* Few names in sides[first .. first + width): they are read. */
static int
prune_few(struct pruning *pruning, const struct page *page, unsigned first, unsigned width,
    unsigned depth, const uint8_t (*keys)[32], size_t key_count)
{
	struct st_map_leaf leaves[ST_PAGE_OVER];
	uint8_t place[32];
	size_t count = 0;
	unsigned i;
	int rc;

	for (i = first; i < first + width; i++) {
		if (page->sides[i].count == 0)
			continue;
		side_place(page, i, place);
		rc = read_rows(pruning, place, page->depth + ST_PAGE_BITS, leaves, &count);
		if (rc < 0)
			return rc;
	}
	return st_map_prune(
	    leaves, count, depth, keys, key_count, pruning->take, pruning->ctx, pruning->err);
}

/* Sides that no name leads to: their hash. */
static int
prune_other(struct pruning *pruning, const struct page *page, unsigned first, unsigned width)
{
	struct st_map_side folded[ST_PAGE_SIDES];
	unsigned i, half;

	memcpy(folded, page->sides + first, width * sizeof(*folded));
	for (half = width / 2; half > 0; half /= 2)
		for (i = 0; i < half; i++)
			st_map_join(&folded[2 * i], &folded[2 * i + 1], &folded[i]);
	return st_map_prune_side(&folded[0], pruning->take, pruning->ctx, pruning->err);
}

static int prune_page(struct pruning *pruning, const uint8_t key[32], unsigned depth,
    const uint8_t (*keys)[32], size_t key_count);

/* The node over sides[first .. first + width) of a page. */
static int
prune_sides(struct pruning *pruning, const struct page *page, unsigned first, unsigned width,
    unsigned depth, const uint8_t (*keys)[32], size_t key_count)
{
	static const struct st_map_token node = {ST_MAP_NODE, {{0}, 0, {0}}};
	uint8_t place[32];
	uint64_t below = 0;
	size_t left;
	unsigned i;
	int rc;

	if (key_count == 0)
		return prune_other(pruning, page, first, width);
	for (i = first; i < first + width; i++)
		below += page->sides[i].count;
	if (below <= ST_PAGE_OVER)
		return prune_few(pruning, page, first, width, depth, keys, key_count);
	if (width == 1) {
		side_place(page, first, place);
		return prune_page(pruning, place, depth, keys, key_count);
	}
	if ((rc = pruning->take(pruning->ctx, &node, pruning->err)) < 0)
		return rc;
	left = st_map_left(keys, key_count, depth);
	if ((rc = prune_sides(pruning, page, first, width / 2, depth + 1, keys, left)) < 0)
		return rc;
	return prune_sides(
	    pruning, page, first + width / 2, width / 2, depth + 1, keys + left, key_count - left);
}

/* A place of many names has a page. */
static int
prune_page(struct pruning *pruning, const uint8_t key[32], unsigned depth,
    const uint8_t (*keys)[32], size_t key_count)
{
	uint8_t row[ST_PAGE_KEY_MAX];
	const stet_bytes row_key = {row, st_page_key(key, depth, row)};
	struct page page;
	stet_bytes value;
	int rc;

	memcpy(page.key, key, 32);
	page.depth = depth;
	rc = st_get_one(pruning->reader, ST_TRIE, row_key, &value, pruning->err);
	if (rc == STET_ENOTFOUND)
		return st_page_damaged(pruning->err, "a page is missing", depth);
	if (rc < 0 || (rc = st_page_decode(value, depth, page.sides, pruning->err)) < 0)
		return rc;
	return prune_sides(pruning, &page, 0, ST_PAGE_SIDES, depth, keys, key_count);
}

int
st_index_prune(struct st_reader *reader, const uint8_t (*keys)[32], size_t key_count,
    st_map_take *take, void *ctx, stet_error *err)
{
	static const uint8_t root[32];
	struct st_map_leaf leaves[ST_PAGE_OVER];
	struct pruning pruning = {reader, take, ctx, err, {0}};
	uint8_t row[ST_PAGE_KEY_MAX];
	const stet_bytes row_key = {row, st_page_key(root, 0, row)};
	stet_bytes value;
	size_t count = 0;
	int rc;

	rc = st_get_one(reader, ST_TRIE, row_key, &value, err);
	if (rc == STET_OK)
		return prune_page(&pruning, root, 0, keys, key_count);
	if (rc != STET_ENOTFOUND || (rc = read_rows(&pruning, root, 0, leaves, &count)) < 0)
		return rc;
	return st_map_prune(leaves, count, 0, keys, key_count, take, ctx, err);
}
