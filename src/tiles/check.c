/* Judging a tree of tiles: everything is computed again from its lowest files. */
#include "tiles/tiles.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/time.h"
#include "json/json.h"

#define TELL_EVERY 4096

struct checker {
	const char *path;
	struct st_signed_head head;
	struct st_tiles tiles;
	struct st_buf file;
	int has_entries;
	uint64_t last_ms; /* of the last entry, if it is one of stet's; else 0 */
	stet_progress *progress;
	void *progress_ctx;
};

/* --- files ------------------------------------------------------------------------------------ */

static int
read_path(
    struct checker *checker, const char *name, size_t max, struct st_buf *out, stet_error *err)
{
	char *whole = st_path_join(checker->path, name);
	int rc;

	if (whole == NULL)
		return st_fail_nomem(err);
	st_buf_reset(out);
	rc = st_file_read(whole, max, out, err);
	free(whole);
	return rc;
}

static int
wrong(const char *file, const char *why, stet_error *err)
{
	return st_fail(err, STET_EMISMATCH, ST_TILES_WRONG, "'%s' %s", file, why);
}

/* A tile of width hashes or entries: the partial one, or the full one, of which the rest is not
 * looked at. *full_out: which it is. */
static int
read_tile(struct checker *checker, unsigned level, uint64_t n, unsigned width, size_t max,
    char file_out[ST_TILE_PATH_SIZE], int *full_out, stet_error *err)
{
	stet_error why;
	int rc;

	st_tile_path(level, n, width, file_out);
	*full_out = width == ST_TILE_WIDTH;
	rc = read_path(checker, file_out, max, &checker->file, &why);
	if (rc == STET_ENOTFOUND && !*full_out) {
		*full_out = 1;
		st_tile_path(level, n, ST_TILE_WIDTH, file_out);
		rc = read_path(checker, file_out, max, &checker->file, &why);
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

static int
read_hashes(struct checker *checker, unsigned level, uint64_t n, unsigned width, stet_error *err)
{
	char file[ST_TILE_PATH_SIZE];
	int full, rc;

	if ((rc = read_tile(
		 checker, level, n, width, (size_t)ST_TILE_WIDTH * 32, file, &full, err)) < 0)
		return rc;
	if (checker->file.size != (size_t)(full ? ST_TILE_WIDTH : width) * 32)
		return wrong(file, "is not of the size of its hashes", err);
	return STET_OK;
}

static int
compare_tile(void *ctx, unsigned level, uint64_t n, stet_bytes hashes, stet_error *err)
{
	struct checker *checker = ctx;
	char file[ST_TILE_PATH_SIZE];
	struct st_buf scratch = {0};
	unsigned width = (unsigned)(hashes.size / 32);
	int rc;

	if (level == 0 && !checker->has_entries)
		return STET_OK; /* it is what the hashes are from */
	/* The bundle is being read: it stays where it is. */
	scratch = checker->file;
	checker->file = (struct st_buf){0};
	if ((rc = read_hashes(checker, level, n, width, err)) == STET_OK &&
	    memcmp(checker->file.data, hashes.data, hashes.size) != 0) {
		st_tile_path(level, n, width, file);
		rc = wrong(file, "does not follow from the entries", err);
	}
	st_buf_free(&checker->file);
	checker->file = scratch;
	return rc;
}

/* --- entries ---------------------------------------------------------------------------------- */

static int
tell(struct checker *checker, stet_error *err)
{
	const uint64_t done = checker->tiles.tree.size;

	if (checker->progress == NULL || done % TELL_EVERY != 0 ||
	    checker->progress(
		checker->progress_ctx, "entries", done, checker->head.checkpoint.size) == 0)
		return STET_OK;
	return st_fail(
	    err, STET_EINVAL, ST_STOPPED, "stopped before the end: nothing was found out");
}

static int
add_entry(struct checker *checker, stet_bytes entry, stet_error *err)
{
	const uint64_t seq = checker->tiles.tree.size;
	struct st_entry read;
	uint8_t leaf[32];
	int rc;

	st_tree_leaf(entry, leaf);
	if ((rc = st_tiles_add(&checker->tiles, leaf, err)) < 0)
		return rc;
	if (seq + 1 == checker->head.checkpoint.size &&
	    st_entry_decode(entry, &read, NULL) == STET_OK && read.seq == seq)
		checker->last_ms = read.ms;
	return tell(checker, err);
}

static int
read_bundle(struct checker *checker, uint64_t n, unsigned width, stet_error *err)
{
	char file[ST_TILE_PATH_SIZE];
	size_t at = 0, size;
	unsigned i;
	int full, rc;

	if ((rc = read_tile(checker, ST_TILE_ENTRIES, n, width, ST_BUNDLE_MAX, file, &full, err)) <
	    0)
		return rc;
	for (i = 0; i < width; i++) {
		if (checker->file.size - at < 2)
			return wrong(file, "ends before its last entry", err);
		size = (size_t)checker->file.data[at] << 8 | checker->file.data[at + 1];
		at += 2;
		if (checker->file.size - at < size)
			return wrong(file, "ends inside an entry", err);
		if ((rc = add_entry(checker, (stet_bytes){checker->file.data + at, size}, err)) < 0)
			return rc;
		at += size;
	}
	/* Of a full bundle in the place of a partial one the rest is not this checkpoint's. */
	if (at != checker->file.size && (!full || width == ST_TILE_WIDTH))
		return wrong(file, "goes on after its last entry", err);
	return STET_OK;
}

static int
read_leaves(struct checker *checker, uint64_t n, unsigned width, stet_error *err)
{
	unsigned i;
	int rc;

	if ((rc = read_hashes(checker, 0, n, width, err)) < 0)
		return rc;
	for (i = 0; i < width; i++)
		if ((rc = st_tiles_add(&checker->tiles, checker->file.data + (size_t)i * 32, err)) <
			0 ||
		    (rc = tell(checker, err)) < 0)
			return rc;
	return STET_OK;
}

static int
read_all(struct checker *checker, stet_error *err)
{
	const uint64_t size = checker->head.checkpoint.size;
	uint64_t n, left;
	unsigned width;
	uint8_t root[32];
	int rc;

	for (n = 0; n * ST_TILE_WIDTH < size; n++) {
		left = size - n * ST_TILE_WIDTH;
		width = left < ST_TILE_WIDTH ? (unsigned)left : ST_TILE_WIDTH;
		rc = checker->has_entries ? read_bundle(checker, n, width, err)
					  : read_leaves(checker, n, width, err);
		if (rc < 0)
			return rc;
	}
	if ((rc = st_tiles_end(&checker->tiles, err)) < 0)
		return rc;
	st_tree_root(&checker->tiles.tree, root);
	if (memcmp(root, checker->head.checkpoint.root, 32) != 0)
		return wrong("checkpoint", "signs another root than that of the tiles", err);
	return STET_OK;
}

/* --- the report ---------------------------------------------------------------------------------
 */

static int
has_entries(struct checker *checker, stet_error *err)
{
	char *folder = st_path_join(checker->path, "tile/entries");
	struct stat info;

	if (folder == NULL)
		return st_fail_nomem(err);
	checker->has_entries = stat(folder, &info) == 0 && S_ISDIR(info.st_mode);
	free(folder);
	return STET_OK;
}

static int
make_report(
    struct checker *checker, const stet_trust *trust, stet_json **report_out, stet_error *err)
{
	stet_json *report = stet_json_object();
	char time[ST_TIME_SIZE];

	stet_json_set(report, "kind", stet_json_str("tiles"));
	st_trust_report(trust, &checker->head, report);
	/* Signed with everything else: the seal's own time. */
	if (checker->last_ms > 0) {
		st_time_text_ms(checker->last_ms, time);
		stet_json_set(report, "as_of", stet_json_str(time));
	}
	stet_json_set(report, "entries",
	    checker->has_entries ? stet_json_int((int64_t)checker->head.checkpoint.size)
				 : stet_json_null());
	if (st_json_rc(report) < 0) {
		stet_json_free(report);
		return st_fail_nomem(err);
	}
	*report_out = report;
	return STET_OK;
}

int
stet_tiles_check(const char *path, const stet_trust *trust, stet_progress *progress, void *ctx,
    stet_json **report_out, stet_error *err)
{
	struct checker *checker = calloc(1, sizeof(*checker));
	int rc;

	if (checker == NULL)
		return st_fail_nomem(err);
	checker->path = path;
	checker->progress = progress;
	checker->progress_ctx = ctx;
	checker->tiles.tile = compare_tile;
	checker->tiles.ctx = checker;
	if ((rc = read_path(checker, "checkpoint", ST_NOTE_MAX, &checker->file, err)) == STET_OK &&
	    (rc = st_trust_judge(trust, st_buf_bytes(&checker->file), &checker->head, err)) ==
		STET_OK) {
		if (checker->head.checkpoint.size > ST_UINT53_MAX)
			rc = st_fail(err, STET_EFORMAT, ST_CHECKPOINT_MALFORMED,
			    "not a checkpoint: a size beyond 2^53 - 1 is none that a ledger has");
		else if ((rc = has_entries(checker, err)) == STET_OK &&
			 (rc = read_all(checker, err)) == STET_OK)
			rc = make_report(checker, trust, report_out, err);
	}
	st_buf_free(&checker->file);
	free(checker);
	return rc;
}
