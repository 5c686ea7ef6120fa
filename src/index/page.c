/* Pages of the record index, to bytes and back. */
#include "index/page.h"

#include <string.h>

#include "base/err.h"
#include "base/time.h"

#define SIDE_SIZE (8 + 32)

size_t
st_page_key(const uint8_t name_key[32], unsigned depth, uint8_t out[ST_PAGE_KEY_MAX])
{
	const size_t size = (depth + 7) / 8;

	out[0] = (uint8_t)depth;
	memcpy(out + 1, name_key, size);
	if (depth % 8 != 0)
		out[size] &= 0xf0;
	return 1 + size;
}

unsigned
st_page_side(const uint8_t name_key[32], unsigned depth)
{
	const uint8_t byte = name_key[depth / 8];

	return depth % 8 == 0 ? byte >> 4 : byte & 0x0f;
}

void
st_page_encode(const struct st_map_side sides[ST_PAGE_SIDES], uint8_t out[ST_PAGE_SIZE])
{
	size_t i;

	for (i = 0; i < ST_PAGE_SIDES; i++) {
		st_be64_put(out + i * SIDE_SIZE, sides[i].count);
		memcpy(out + i * SIDE_SIZE + 8, sides[i].hash, 32);
	}
}

int
st_page_decode(
    stet_bytes value, unsigned depth, struct st_map_side sides_out[ST_PAGE_SIDES], stet_error *err)
{
	uint64_t total = 0;
	size_t i;

	if (value.size != ST_PAGE_SIZE)
		return st_page_damaged(err, "a page is not of its size", depth);
	for (i = 0; i < ST_PAGE_SIDES; i++) {
		sides_out[i].count = st_be64_get(value.data + i * SIDE_SIZE);
		memcpy(sides_out[i].hash, value.data + i * SIDE_SIZE + 8, 32);
		/* Bounded one by one, so that sums cannot overflow. */
		if (sides_out[i].count > ST_UINT53_MAX)
			return st_page_damaged(err, "a page counts more names than can be", depth);
		/* Keys end here: a page further down, which would be looked for, cannot be. */
		if (depth == ST_PAGE_DEPTH_MAX && sides_out[i].count > ST_PAGE_SIDES)
			return st_page_damaged(err, "a page counts more names than can be", depth);
		total += sides_out[i].count;
	}
	if (total <= ST_PAGE_OVER)
		return st_page_damaged(err, "a page stands above too few names", depth);
	return STET_OK;
}

void
st_page_fold(const struct st_map_side sides[ST_PAGE_SIDES], struct st_map_side *out)
{
	struct st_map_side folded[ST_PAGE_SIDES / 2];
	size_t i, half;

	for (i = 0; i < ST_PAGE_SIDES / 2; i++)
		st_map_join(&sides[2 * i], &sides[2 * i + 1], &folded[i]);
	for (half = ST_PAGE_SIDES / 4; half > 0; half /= 2)
		for (i = 0; i < half; i++)
			st_map_join(&folded[2 * i], &folded[2 * i + 1], &folded[i]);
	*out = folded[0];
}

int
st_page_damaged(stet_error *err, const char *what, unsigned depth)
{
	return st_fail(err, STET_EMISMATCH, ST_INDEX_PAGE_DAMAGED,
	    "the record index is damaged: %s (depth %u)", what, depth);
}
