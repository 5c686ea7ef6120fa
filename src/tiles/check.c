/* Judging a tree of tiles: everything is computed again from its lowest files. */
#include "tiles/tiles.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "json/json.h"

#define TELL_EVERY 4096

struct checker {
	struct st_tile_folder folder;
	struct st_signed_head head;
	struct st_tiles tiles;
	int has_entries;
	uint64_t last_ms; /* of the last entry, if it is one of stet's; else 0 */
	stet_progress *progress;
	void *progress_ctx;
};

/* --- hashes ----------------------------------------------------------------------------------- */

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
	scratch = checker->folder.file;
	checker->folder.file = (struct st_buf){0};
	if ((rc = st_tile_hashes(&checker->folder, level, n, width, err)) == STET_OK &&
	    memcmp(checker->folder.file.data, hashes.data, hashes.size) != 0) {
		st_tile_path(level, n, width, file);
		rc = st_tile_wrong(file, "does not follow from the entries", err);
	}
	st_buf_free(&checker->folder.file);
	checker->folder.file = scratch;
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
add_entry(void *ctx, uint64_t seq, stet_bytes entry, stet_error *err)
{
	struct checker *checker = ctx;
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
read_leaves(struct checker *checker, uint64_t n, unsigned width, stet_error *err)
{
	unsigned i;
	int rc;

	if ((rc = st_tile_hashes(&checker->folder, 0, n, width, err)) < 0)
		return rc;
	for (i = 0; i < width; i++)
		if ((rc = st_tiles_add(
			 &checker->tiles, checker->folder.file.data + (size_t)i * 32, err)) < 0 ||
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
		rc = checker->has_entries
			 ? st_tile_entries(&checker->folder, n, width, add_entry, checker, err)
			 : read_leaves(checker, n, width, err);
		if (rc < 0)
			return rc;
	}
	if ((rc = st_tiles_end(&checker->tiles, err)) < 0)
		return rc;
	st_tree_root(&checker->tiles.tree, root);
	if (memcmp(root, checker->head.checkpoint.root, 32) != 0)
		return st_tile_wrong(
		    "checkpoint", "signs another root than that of the tiles", err);
	return STET_OK;
}

/* --- the report ---------------------------------------------------------------------------------
 */

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
	checker->folder.path = path;
	checker->progress = progress;
	checker->progress_ctx = ctx;
	checker->tiles.tile = compare_tile;
	checker->tiles.ctx = checker;
	if ((rc = st_tile_file(&checker->folder, "checkpoint", ST_NOTE_MAX, err)) == STET_OK &&
	    (rc = st_trust_judge(
		 trust, st_buf_bytes(&checker->folder.file), &checker->head, err)) == STET_OK) {
		if (checker->head.checkpoint.size > ST_UINT53_MAX)
			rc = st_fail(err, STET_EFORMAT, ST_CHECKPOINT_MALFORMED,
			    "not a checkpoint: a size beyond 2^53 - 1 is none that a ledger has");
		else if ((rc = st_tile_has_entries(&checker->folder, &checker->has_entries, err)) ==
			     STET_OK &&
			 (rc = read_all(checker, err)) == STET_OK)
			rc = make_report(checker, trust, report_out, err);
	}
	st_buf_free(&checker->folder.file);
	free(checker);
	return rc;
}
