/* Reading a tree of tiles: a tile, a bundle, a node of the tree. Nothing that is read is believed
 * here. */
#include "tiles/tiles.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"

int
st_tile_wrong(const char *file, const char *why, stet_error *err)
{
	return st_fail(err, STET_EMISMATCH, ST_TILES_WRONG, "'%s' %s", file, why);
}

int
st_tile_file(struct st_tile_folder *folder, const char *name, size_t max, stet_error *err)
{
	char *whole = st_path_join(folder->path, name);
	int rc;

	if (whole == NULL)
		return st_fail_nomem(err);
	st_buf_reset(&folder->file);
	folder->files++;
	rc = st_file_read(whole, max, &folder->file, err);
	free(whole);
	return rc;
}

int
st_tile_has_entries(const struct st_tile_folder *folder, int *has_out, stet_error *err)
{
	char *path = st_path_join(folder->path, "tile/entries");
	struct stat info;

	if (path == NULL)
		return st_fail_nomem(err);
	*has_out = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
	free(path);
	return STET_OK;
}

/* A tile of width hashes or entries: the partial one, or the full one, of which the rest is not
 * looked at. *full_out: which it is. */
static int
read_tile(struct st_tile_folder *folder, unsigned level, uint64_t n, unsigned width, size_t max,
    char file_out[ST_TILE_PATH_SIZE], int *full_out, stet_error *err)
{
	stet_error why;
	int rc;

	st_tile_path(level, n, width, file_out);
	*full_out = width == ST_TILE_WIDTH;
	rc = st_tile_file(folder, file_out, max, &why);
	if (rc == STET_ENOTFOUND && !*full_out) {
		*full_out = 1;
		st_tile_path(level, n, ST_TILE_WIDTH, file_out);
		rc = st_tile_file(folder, file_out, max, &why);
		if (rc == STET_ENOTFOUND)
			st_tile_path(level, n, width, file_out);
	}
	if (rc == STET_ENOTFOUND)
		return st_fail(
		    err, STET_EMISMATCH, ST_TILES_MISSING, "'%s' is not there", file_out);
	if (rc < 0 && err != NULL)
		*err = why;
	return rc;
}

int
st_tile_hashes(
    struct st_tile_folder *folder, unsigned level, uint64_t n, unsigned width, stet_error *err)
{
	char file[ST_TILE_PATH_SIZE];
	int full, rc;

	if ((rc = read_tile(
		 folder, level, n, width, (size_t)ST_TILE_WIDTH * 32, file, &full, err)) < 0)
		return rc;
	if (folder->file.size != (size_t)(full ? ST_TILE_WIDTH : width) * 32)
		return st_tile_wrong(file, "is not of the size of its hashes", err);
	return STET_OK;
}

int
st_tile_entries(struct st_tile_folder *folder, uint64_t n, unsigned width, st_raw_visit *visit,
    void *ctx, stet_error *err)
{
	const struct st_buf *bundle = &folder->file;
	char file[ST_TILE_PATH_SIZE];
	size_t at = 0, size;
	unsigned i;
	int full, rc;

	if ((rc = read_tile(folder, ST_TILE_ENTRIES, n, width, ST_BUNDLE_MAX, file, &full, err)) <
	    0)
		return rc;
	for (i = 0; i < width; i++) {
		if (bundle->size - at < 2)
			return st_tile_wrong(file, "ends before its last entry", err);
		size = (size_t)bundle->data[at] << 8 | bundle->data[at + 1];
		at += 2;
		if (bundle->size - at < size)
			return st_tile_wrong(file, "ends inside an entry", err);
		if ((rc = visit(ctx, n * ST_TILE_WIDTH + i, (stet_bytes){bundle->data + at, size},
			 err)) < 0)
			return rc;
		at += size;
	}
	/* Of a full bundle in the place of a partial one the rest is not this checkpoint's. */
	if (at != bundle->size && (!full || width == ST_TILE_WIDTH))
		return st_tile_wrong(file, "goes on after its last entry", err);
	return STET_OK;
}

unsigned
st_tile_width(unsigned level, uint64_t n, uint64_t size)
{
	return (size >> (8 * level)) / ST_TILE_WIDTH == n ? st_tile_rest(level, size)
							  : ST_TILE_WIDTH;
}

int
st_tile_node(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err)
{
	struct st_tile_nodes *nodes = ctx;
	const unsigned tile = level / 8, above = level % 8;
	const uint64_t first = index << above, n = first / ST_TILE_WIDTH;
	struct st_tile_kept *kept = &nodes->kept[tile];
	uint8_t hashes[ST_TILE_WIDTH / 2][32];
	unsigned i, count;
	size_t at;
	int rc;

	if (!kept->known || kept->n != n) {
		kept->known = 0;
		if ((rc = st_tile_hashes(
			 &nodes->folder, tile, n, st_tile_width(tile, n, nodes->size), err)) < 0)
			return rc;
		memcpy(kept->hashes, nodes->folder.file.data, nodes->folder.file.size);
		kept->count = nodes->folder.file.size / 32;
		kept->n = n;
		kept->known = 1;
	}
	at = (size_t)(first % ST_TILE_WIDTH);
	count = 1U << above;
	if (at + count > kept->count)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "no such node in these tiles");
	if (above == 0) {
		memcpy(hash_out, kept->hashes[at], 32);
		return STET_OK;
	}
	for (i = 0; i < count / 2; i++)
		st_tree_node(kept->hashes[at + 2 * i], kept->hashes[at + 2 * i + 1], hashes[i]);
	for (count /= 2; count > 1; count /= 2)
		for (i = 0; i < count / 2; i++)
			st_tree_node(hashes[2 * i], hashes[2 * i + 1], hashes[i]);
	memcpy(hash_out, hashes[0], 32);
	return STET_OK;
}
