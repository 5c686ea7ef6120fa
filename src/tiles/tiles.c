/* Where tiles are, and how leaves become tiles. */
#include "tiles/tiles.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

/* "x001/x234/067": groups of three digits, all but the last marked. */
static size_t
put_number(uint64_t n, char *out, size_t size)
{
	uint64_t unit = 1;
	size_t at = 0;

	while (n / unit >= 1000)
		unit *= 1000;
	for (; unit > 1; unit /= 1000)
		at += (size_t)snprintf(out + at, size - at, "x%03u/", (unsigned)(n / unit % 1000));
	return at + (size_t)snprintf(out + at, size - at, "%03u", (unsigned)(n % 1000));
}

void
st_tile_path(unsigned level, uint64_t n, unsigned width, char out[ST_TILE_PATH_SIZE])
{
	size_t at;

	if (level == ST_TILE_ENTRIES)
		at = (size_t)snprintf(out, ST_TILE_PATH_SIZE, "tile/entries/");
	else
		at = (size_t)snprintf(out, ST_TILE_PATH_SIZE, "tile/%u/", level);
	at += put_number(n, out + at, ST_TILE_PATH_SIZE - at);
	if (width < ST_TILE_WIDTH)
		snprintf(out + at, ST_TILE_PATH_SIZE - at, ".p/%u", width);
}

unsigned
st_tile_rest(unsigned level, uint64_t size)
{
	return (unsigned)(size >> (8 * level)) % ST_TILE_WIDTH;
}

/* A tile holds the hashes of every eighth level of the tree. */
static int
take_node(void *ctx, unsigned level, uint64_t index, const uint8_t hash[32])
{
	struct st_tiles *tiles = ctx;
	unsigned tile = level / 8;
	stet_bytes hashes;

	if (level % 8 != 0)
		return STET_OK;
	memcpy(tiles->levels[tile].hashes[tiles->levels[tile].count++], hash, 32);
	if (tiles->levels[tile].count < ST_TILE_WIDTH)
		return STET_OK;
	tiles->levels[tile].count = 0;
	hashes = (stet_bytes){tiles->levels[tile].hashes[0], (size_t)ST_TILE_WIDTH * 32};
	return tiles->tile(tiles->ctx, tile, index / ST_TILE_WIDTH, hashes, tiles->err);
}

int
st_tiles_add(struct st_tiles *tiles, const uint8_t leaf[32], stet_error *err)
{
	tiles->err = err;
	return st_tree_append(&tiles->tree, leaf, take_node, tiles);
}

int
st_tiles_end(struct st_tiles *tiles, stet_error *err)
{
	stet_bytes hashes;
	unsigned level;
	int rc;

	for (level = 0; level < ST_TILE_LEVELS; level++) {
		if (tiles->levels[level].count == 0)
			continue;
		hashes =
		    (stet_bytes){tiles->levels[level].hashes[0], tiles->levels[level].count * 32};
		if ((rc = tiles->tile(tiles->ctx, level,
			 (tiles->tree.size >> (8 * level)) / ST_TILE_WIDTH, hashes, err)) < 0)
			return rc;
	}
	return STET_OK;
}
