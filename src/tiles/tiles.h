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

/* --- read.c --- */
/* A tree of tiles, and the file of it that was read last. */
struct st_tile_folder {
	const char *path;
	struct st_buf file;
	uint64_t files; /* that were asked for */
};
/* Any file of it by its relative path; as st_file_read(). */
int st_tile_file(struct st_tile_folder *folder, const char *name, size_t max, stet_error *err);
int st_tile_has_entries(const struct st_tile_folder *folder, int *has_out, stet_error *err);
/* How many hashes tile n of a level has in a tree of this size: one that it has. */
unsigned st_tile_width(unsigned level, uint64_t n, uint64_t size);
/* The hashes of a tile into folder->file: at least width, of a full tile all.  STET_EMISMATCH with
 * ST_TILES_MISSING, or ST_TILES_WRONG if it is of another size. */
int st_tile_hashes(
    struct st_tile_folder *folder, unsigned level, uint64_t n, unsigned width, stet_error *err);
/* The first width entries of a bundle; what visit answers ends it.  STET_EMISMATCH likewise. */
int st_tile_entries(struct st_tile_folder *folder, uint64_t n, unsigned width, st_raw_visit *visit,
    void *ctx, stet_error *err);
int st_tile_wrong(const char *file, const char *why, stet_error *err);

/* A complete subtree as an st_tree_read, whose ctx is this; of each level one tile is kept, so a
 * way down the tree costs a file for every eight levels.  Set folder.path and size; in the end
 * st_buf_free(&folder.file). */
struct st_tile_nodes {
	struct st_tile_folder folder;
	uint64_t size;
	struct st_tile_kept {
		int known;
		uint64_t n;
		size_t count;
		uint8_t hashes[ST_TILE_WIDTH][32];
	} kept[ST_TILE_LEVELS];
};
int st_tile_node(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err);

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
