/* Reading the rows of ST_INDEX ahead. */
#include "index/window.h"

#include <string.h>

#include "base/buf.h"

#define ROW_SIZE (8 + 32 + 32) /* count, head, and what the index does not look at */

/* The smallest key beyond all that share the first depth bits; 0: there is none. */
static int
place_end(const uint8_t key[32], unsigned depth, uint8_t out[32])
{
	unsigned at = depth / 8, carry;

	memset(out, 0, 32);
	memcpy(out, key, at);
	carry = 1;
	if (depth % 8 != 0) {
		carry = (key[at] & 0xf0u) + 0x10u;
		out[at] = (uint8_t)carry;
		carry >>= 8;
	}
	while (carry != 0 && at-- > 0) {
		carry += out[at];
		out[at] = (uint8_t)carry;
		carry >>= 8;
	}
	return carry == 0;
}

void
st_window_open(
    struct st_window *window, struct st_reader *reader, const uint8_t key[32], unsigned depth)
{
	window->reader = reader;
	window->scan = NULL;
	window->at_end = 0;
	window->first = window->count = 0;
	/* A page's key is the place behind its depth byte; as a bound it needs no zeros after it.
	 */
	window->from_size = st_page_key(key, depth, window->from) - 1;
	memmove(window->from, window->from + 1, window->from_size);
	window->to_size = place_end(key, depth, window->to) ? 32 : 0;
}

static int
begin_scan(struct st_window *window, stet_error *err)
{
	struct st_range range = {0};

	if (window->from_size > 0)
		range.from = (stet_bytes){window->from, window->from_size};
	if (window->to_size > 0)
		range.to = (stet_bytes){window->to, window->to_size};
	return st_scan_open(window->reader, ST_INDEX, &range, &window->scan, err);
}

/* One row, and the place to go on from: the smallest key that is greater. */
static int
take_row(struct st_window *window, stet_bytes key, stet_bytes value, stet_error *err)
{
	struct st_map_leaf *leaf = &window->leaves[window->first + window->count];

	if (key.size != 32 || value.size != ROW_SIZE)
		return st_page_damaged(err, "a row of the table of names is not of its size", 0);
	if (st_bytes_compare(key, (stet_bytes){window->from, window->from_size}) < 0)
		return st_page_damaged(err, "the table of names is out of order", 0);
	memcpy(leaf->key, key.data, 32);
	leaf->count = st_be64_get(value.data);
	memcpy(leaf->head, value.data + 8, 32);
	memcpy(window->from, key.data, 32);
	window->from[32] = 0;
	window->from_size = 33;
	window->count++;
	return STET_OK;
}

int
st_window_fill(struct st_window *window, stet_error *err)
{
	enum { MAX = 2 * ST_WINDOW_MIN };
	stet_bytes keys[MAX], values[MAX];
	size_t got, i;
	int rc;

	if (window->count >= ST_WINDOW_MIN || window->at_end)
		return STET_OK;
	memmove(window->leaves, window->leaves + window->first,
	    window->count * sizeof(window->leaves[0]));
	window->first = 0;
	if (window->scan == NULL && (rc = begin_scan(window, err)) < 0)
		return rc;
	while (window->count < ST_WINDOW_MIN && !window->at_end) {
		rc = st_scan_next(window->scan, MAX - window->count, keys, values, &got, err);
		for (i = 0; rc == STET_OK && i < got; i++)
			rc = take_row(window, keys[i], values[i], err);
		if (rc < 0)
			return rc;
		window->at_end = got == 0;
	}
	return STET_OK;
}

size_t
st_window_below(const struct st_window *window, const uint8_t key[32], unsigned depth)
{
	const struct st_map_leaf *leaves = st_window_leaves(window);
	uint8_t place[ST_PAGE_KEY_MAX], other[ST_PAGE_KEY_MAX];
	const size_t size = st_page_key(key, depth, place);
	size_t count;

	for (count = 0; count < window->count; count++) {
		st_page_key(leaves[count].key, depth, other);
		if (memcmp(place, other, size) != 0)
			break;
	}
	return count;
}

const struct st_map_leaf *
st_window_leaves(const struct st_window *window)
{
	return window->leaves + window->first;
}

void
st_window_take(struct st_window *window, size_t count)
{
	window->first += count;
	window->count -= count;
}

void
st_window_pause(struct st_window *window)
{
	st_scan_close(window->scan);
	window->scan = NULL;
}
