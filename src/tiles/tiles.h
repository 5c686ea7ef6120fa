#ifndef ST_TILES_TILES_H
#define ST_TILES_TILES_H
/* Static tiles (C2SP tlog-tiles): where they are, and what writing and judging share. */
#include <stet/tiles.h>
#include "ledger/internal.h"
#include "trust/trust.h"

#define ST_TILE_WIDTH 256
#define ST_TILE_LEVELS 8   /* of 8 levels of the tree each: 2^63 leaves */
#define ST_TILE_ENTRIES 64 /* in the place of a level: the entry bundles */
#define ST_TILE_PATH_SIZE 96
#define ST_BUNDLE_MAX ((size_t)ST_TILE_WIDTH * (2 + 65535))

/* "tile/0/x001/234", "tile/entries/000.p/17"; width ST_TILE_WIDTH: the full one. */
void st_tile_path(unsigned level, uint64_t n, unsigned width, char out[ST_TILE_PATH_SIZE]);
/* How many hashes the tile of a level that holds the last of size leaves has: 0, it ends with a
 * full one. */
unsigned st_tile_rest(unsigned level, uint64_t size);

/* The rightmost tile of each level, as leaves come in. */
struct st_tiles {
	struct st_tree tree;
	struct {
		size_t count;
		uint8_t hashes[ST_TILE_WIDTH][32];
	} levels[ST_TILE_LEVELS];
	/* Told of each full tile, lowest first, and by st_tiles_end() of the partial ones. */
	int (*tile)(void *ctx, unsigned level, uint64_t n, stet_bytes hashes, stet_error *err);
	void *ctx;
	stet_error *err;
};
int st_tiles_add(struct st_tiles *tiles, const uint8_t leaf[32], stet_error *err);
int st_tiles_end(struct st_tiles *tiles, stet_error *err);

#endif
