/* Writing tiles: each file whole, the checkpoint last. */
#include "tiles/tiles.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/err.h"

#define TELL_EVERY 1024
#define LANES (ST_TILE_LEVELS + 1) /* the levels, then the bundles */
#define SWEEP_BACK 256             /* tiles: what a killed run left before that stays */

struct writer {
	stet_ledger *ledger;
	const char *path;
	int lock; /* the folder, locked; or -1 */
	uint64_t from, before, size;
	uint8_t root[32];
	struct st_buf note, bundle;
	size_t bundled; /* entries in it */
	struct st_tiles tiles;
	/* The folder that each lane writes into, and whether it has to be synced yet. */
	struct {
		char folder[ST_TILE_PATH_SIZE];
	} lanes[LANES];
	stet_tiles_result result;
	stet_progress *progress;
	void *progress_ctx;
};

/* --- files ------------------------------------------------------------------------------------ */

/* With the folders above it, up to the tree's: a run that was killed may have made them and not
 * come to their syncs. */
static int
sync_lane(struct writer *writer, unsigned lane, stet_error *err)
{
	char *folder = writer->lanes[lane].folder, *slash, *whole;
	int rc = STET_OK;

	while (rc == STET_OK && folder[0] != '\0') {
		if ((whole = st_path_join(writer->path, folder)) == NULL)
			return st_fail_nomem(err);
		rc = st_dir_sync(whole, err);
		free(whole);
		if ((slash = strrchr(folder, '/')) != NULL)
			*slash = '\0';
		else if (rc == STET_OK)
			rc = st_dir_sync(writer->path, err);
		if (slash == NULL)
			folder[0] = '\0';
	}
	return rc;
}

/* Makes each folder of a path below the tree's, so that each is synced in the one above. */
static int
make_folders(struct writer *writer, const char *folder, stet_error *err)
{
	char part[ST_TILE_PATH_SIZE], *whole;
	size_t i, size = strlen(folder);
	int rc = STET_OK;

	for (i = 1; rc == STET_OK && i <= size; i++) {
		if (folder[i] != '/' && folder[i] != '\0')
			continue;
		memcpy(part, folder, i);
		part[i] = '\0';
		if ((whole = st_path_join(writer->path, part)) == NULL)
			return st_fail_nomem(err);
		rc = st_dir_make(whole, 0777, err);
		free(whole);
	}
	return rc;
}

/* The folder of a file is synced when its lane goes on to another, and at the end. */
static int
enter_folder(struct writer *writer, unsigned lane, const char *file, stet_error *err)
{
	char folder[ST_TILE_PATH_SIZE];
	int rc;

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(file, '/') - file), file);
	if (strcmp(folder, writer->lanes[lane].folder) == 0)
		return STET_OK;
	if ((rc = sync_lane(writer, lane, err)) < 0 || (rc = make_folders(writer, folder, err)) < 0)
		return rc;
	memcpy(writer->lanes[lane].folder, folder, sizeof(folder));
	return STET_OK;
}

static int
write_tile(struct writer *writer, unsigned level, uint64_t n, size_t width, stet_bytes content,
    stet_error *err)
{
	unsigned lane = level == ST_TILE_ENTRIES ? ST_TILE_LEVELS : level;
	char file[ST_TILE_PATH_SIZE], *whole;
	int rc;

	st_tile_path(level, n, (unsigned)width, file);
	if ((rc = enter_folder(writer, lane, file, err)) < 0)
		return rc;
	if ((whole = st_path_join(writer->path, file)) == NULL)
		return st_fail_nomem(err);
	rc = st_file_replace(whole, content, 0666, err);
	free(whole);
	writer->result.files++;
	writer->result.bytes += content.size;
	return rc;
}

static int
take_tile(void *ctx, unsigned level, uint64_t n, stet_bytes hashes, stet_error *err)
{
	return write_tile(ctx, level, n, hashes.size / 32, hashes, err);
}

/* Removes the partial tiles of a full one, or only what a killed run left beside those in use. */
static int
sweep_partial(struct writer *writer, unsigned level, uint64_t n, int all, stet_error *err)
{
	char file[ST_TILE_PATH_SIZE], *folder, *inside;
	const char *name;
	size_t size;
	DIR *dir;
	int rc = STET_OK;

	st_tile_path(level, n, 1, file);
	*strrchr(file, '/') = '\0';
	if ((folder = st_path_join(writer->path, file)) == NULL)
		return st_fail_nomem(err);
	if ((dir = opendir(folder)) == NULL) {
		free(folder);
		return STET_OK; /* there is none */
	}
	while (rc == STET_OK && (rc = st_dir_next(dir, folder, &name, err)) == STET_OK &&
	       name != NULL) {
		size = strlen(name);
		if (!all && (size < 4 || strcmp(name + size - 4, ".new") != 0))
			continue;
		if ((inside = st_path_join(folder, name)) == NULL)
			rc = st_fail_nomem(err);
		else
			unlink(inside);
		free(inside);
	}
	closedir(dir);
	if (all)
		rmdir(folder);
	free(folder);
	return rc;
}

/* --- entries ---------------------------------------------------------------------------------- */

static int
end_bundle(struct writer *writer, uint64_t n, stet_error *err)
{
	int rc = write_tile(
	    writer, ST_TILE_ENTRIES, n, writer->bundled, st_buf_bytes(&writer->bundle), err);

	st_buf_reset(&writer->bundle);
	writer->bundled = 0;
	return rc;
}

static int
tell(struct writer *writer, uint64_t seq, stet_error *err)
{
	if (writer->progress == NULL || seq % TELL_EVERY != 0 ||
	    writer->progress(writer->progress_ctx, "entries", seq - writer->from,
		writer->size - writer->from) == 0)
		return STET_OK;
	return st_fail(err, STET_EINVAL, ST_STOPPED,
	    "stopped; the tree is as it was, and the same command goes on");
}

static int
take_entry(void *ctx, uint64_t seq, stet_bytes encoded, stet_error *err)
{
	struct writer *writer = ctx;
	uint8_t leaf[32];
	int rc;

	if (encoded.size > UINT16_MAX)
		return st_fail_seq(err, STET_EFORMAT, ST_ENTRY_DAMAGED, seq,
		    "entry %" PRIu64 " is larger than an entry can be", seq);
	st_buf_put_u8(&writer->bundle, (uint8_t)(encoded.size >> 8));
	st_buf_put_u8(&writer->bundle, (uint8_t)encoded.size);
	st_buf_put_bytes(&writer->bundle, encoded);
	if (writer->bundle.rc < 0)
		return st_fail_nomem(err);
	if (++writer->bundled == ST_TILE_WIDTH &&
	    (rc = end_bundle(writer, seq / ST_TILE_WIDTH, err)) < 0)
		return rc;
	st_tree_leaf(encoded, leaf);
	if ((rc = st_tiles_add(&writer->tiles, leaf, err)) < 0)
		return rc;
	return tell(writer, seq, err);
}

/* The rightmost tiles as they were, from the ledger's own tree. */
static int
load_tiles(struct writer *writer, stet_error *err)
{
	struct st_reader *reader = NULL;
	unsigned level, i, count;
	uint64_t first;
	int rc;

	if ((rc = st_ledger_reader(writer->ledger, &reader, err)) < 0)
		return rc;
	rc = st_tree_load(&writer->tiles.tree, writer->from, st_books_node, reader, err);
	for (level = 1; rc == STET_OK && level < ST_TILE_LEVELS; level++) {
		count = st_tile_rest(level, writer->from);
		first = (writer->from >> (8 * level)) - count;
		for (i = 0; rc == STET_OK && i < count; i++)
			rc = st_books_node(reader, 8 * level, first + i,
			    writer->tiles.levels[level].hashes[i], err);
		writer->tiles.levels[level].count = count;
	}
	st_reader_close(reader);
	return rc;
}

static int
write_entries(struct writer *writer, stet_error *err)
{
	uint8_t root[32];
	int rc;

	/* The last bundle is written anew, from its first entry on. */
	writer->from = writer->before - writer->before % ST_TILE_WIDTH;
	writer->tiles.tile = take_tile;
	writer->tiles.ctx = writer;
	if ((rc = load_tiles(writer, err)) < 0 || (rc = st_ledger_walk(writer->ledger, writer->from,
						       writer->size, take_entry, writer, err)) < 0)
		return rc;
	if (writer->bundled > 0 && (rc = end_bundle(writer, writer->size / ST_TILE_WIDTH, err)) < 0)
		return rc;
	if ((rc = st_tiles_end(&writer->tiles, err)) < 0)
		return rc;
	st_tree_root(&writer->tiles.tree, root);
	if (writer->tiles.tree.size != writer->size || memcmp(root, writer->root, 32) != 0)
		return st_fail(err, STET_EFORMAT, ST_TABLE_DAMAGED,
		    "the entries do not lead to the root of the checkpoint");
	return STET_OK;
}

/* --- the tree that is there ---------------------------------------------------------------------
 */

static int
refuse(struct writer *writer, const char *why, stet_error *err)
{
	return st_fail(err, STET_EREFUSED, ST_TILES_OTHER, "'%s' %s", writer->path, why);
}

/* A folder that a killed first run may have left: tiles, and no checkpoint. */
static int
check_leftovers(struct writer *writer, stet_error *err)
{
	const char *name = NULL;
	DIR *dir;
	int rc = STET_OK, other = 0;

	if ((dir = opendir(writer->path)) == NULL)
		return st_fail_errno(err, errno, "cannot open folder '%s'", writer->path);
	while (
	    !other && (rc = st_dir_next(dir, writer->path, &name, err)) == STET_OK && name != NULL)
		other = strcmp(name, "tile") != 0 && strcmp(name, "checkpoint.new") != 0;
	closedir(dir);
	if (rc < 0)
		return rc;
	return other ? refuse(writer, "holds something else than a tree of tiles", err) : STET_OK;
}

/* How far the tree that is there goes: it must be one of this ledger, of now or earlier. */
static int
read_before(struct writer *writer, unsigned flags, stet_error *err)
{
	char *file = st_path_join(writer->path, "checkpoint");
	struct st_buf note = {0};
	stet_error why;
	stet_at at;
	int rc;

	if (file == NULL)
		return st_fail_nomem(err);
	rc = st_file_read(file, ST_NOTE_MAX, &note, &why);
	free(file);
	if (rc == STET_ENOTFOUND) {
		rc = check_leftovers(writer, err);
	} else if (rc < 0) {
		rc = st_fail(err, rc, why.rule, "%s", why.text);
	} else if ((flags & STET_TILES_UPDATE) == 0) {
		rc =
		    refuse(writer, "holds a tree already; to bring it up to date is --update", err);
	} else if ((rc = stet_ledger_moment(writer->ledger, st_buf_bytes(&note), &at, &why)) ==
		   STET_OK) {
		writer->before = at.value;
	} else if (rc == STET_EMISMATCH || rc == STET_EFORMAT) {
		rc = st_fail(err, STET_EREFUSED, ST_TILES_OTHER,
		    "'%s' holds no earlier tree of this ledger: %s", writer->path, why.text);
	} else {
		rc = st_fail(err, rc, why.rule, "%s", why.text);
	}
	st_buf_free(&note);
	return rc;
}

static int
open_folder(struct writer *writer, stet_error *err)
{
	int rc;

	if ((rc = st_dir_make(writer->path, 0777, err)) < 0)
		return rc;
	writer->lock = open(writer->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (writer->lock < 0)
		return st_fail_errno(err, errno, "cannot open folder '%s'", writer->path);
	if (flock(writer->lock, LOCK_EX | LOCK_NB) < 0)
		return st_fail(
		    err, STET_ELOCKED, ST_BUSY, "another process is writing '%s'", writer->path);
	return STET_OK;
}

/* --- the checkpoint, before and after ------------------------------------------------------------
 */

static int
read_checkpoint(struct writer *writer, stet_error *err)
{
	struct st_checkpoint checkpoint;
	struct st_note *note = NULL;
	char *text = NULL;
	size_t size;
	stet_at at;
	int rc;

	if ((rc = stet_ledger_checkpoint(writer->ledger, &text, &size, err)) < 0)
		return rc;
	st_buf_put(&writer->note, text, size);
	free(text);
	if (writer->note.rc < 0 || (note = calloc(1, sizeof(*note))) == NULL)
		return st_fail_nomem(err);
	if ((rc = stet_ledger_moment(writer->ledger, st_buf_bytes(&writer->note), &at, err)) ==
		STET_OK &&
	    (rc = st_checkpoint_read(st_buf_bytes(&writer->note), note, &checkpoint, err)) ==
		STET_OK) {
		writer->size = checkpoint.size;
		memcpy(writer->root, checkpoint.root, 32);
	}
	free(note);
	return rc;
}

/* Readers who see the new checkpoint find every tile of it: all is on the disk before that is. */
static int
publish(struct writer *writer, stet_error *err)
{
	char *file;
	unsigned lane;
	int rc = STET_OK;

	for (lane = 0; rc == STET_OK && lane < LANES; lane++)
		rc = sync_lane(writer, lane, err);
	if (rc < 0)
		return rc;
	if ((file = st_path_join(writer->path, "checkpoint")) == NULL)
		return st_fail_nomem(err);
	rc = st_file_write(file, st_buf_bytes(&writer->note), 0666, err);
	free(file);
	return rc;
}

/* Partial tiles serve readers of earlier checkpoints until the full one is there. A killed run may
 * have left some of sizes that were never published, or not have come to the end of this. */
static int
sweep(struct writer *writer, stet_error *err)
{
	unsigned lane, level, shift;
	uint64_t n, end;
	int rc = STET_OK;

	for (lane = 0; rc == STET_OK && lane < LANES; lane++) {
		level = lane == ST_TILE_LEVELS ? ST_TILE_ENTRIES : lane;
		shift = lane == ST_TILE_LEVELS ? 0 : 8 * lane;
		n = (writer->before >> shift) / ST_TILE_WIDTH;
		end = (writer->size >> shift) / ST_TILE_WIDTH;
		for (n -= n < SWEEP_BACK ? n : SWEEP_BACK; rc == STET_OK && n <= end; n++)
			rc = sweep_partial(writer, level, n, n < end, err);
	}
	return rc;
}

static int
write_all(struct writer *writer, unsigned flags, stet_error *err)
{
	int rc;

	if ((rc = open_folder(writer, err)) < 0 || (rc = read_before(writer, flags, err)) < 0 ||
	    (rc = read_checkpoint(writer, err)) < 0)
		return rc;
	writer->result.before = writer->before;
	writer->result.size = writer->size;
	if (writer->before < writer->size && (rc = write_entries(writer, err)) < 0)
		return rc;
	if ((rc = publish(writer, err)) < 0)
		return rc;
	return sweep(writer, err);
}

int
stet_tiles_write(stet_ledger *ledger, const char *path, unsigned flags, stet_progress *progress,
    void *ctx, stet_tiles_result *result_out, stet_error *err)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	int rc;

	if (writer == NULL)
		return st_fail_nomem(err);
	writer->ledger = ledger;
	writer->path = path;
	writer->lock = -1;
	writer->progress = progress;
	writer->progress_ctx = ctx;
	if ((rc = write_all(writer, flags, err)) == STET_OK)
		*result_out = writer->result;
	if (writer->lock >= 0)
		close(writer->lock);
	st_buf_free(&writer->note);
	st_buf_free(&writer->bundle);
	free(writer);
	return rc;
}
