/* A folder of tiles: a file for eight levels of the tree. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "compare/compare.h"

struct wanted {
	uint64_t seq;
	struct st_buf *out;
};

static int
take_wanted(void *ctx, uint64_t seq, stet_bytes encoded, stet_error *err)
{
	struct wanted *wanted = ctx;

	if (seq == wanted->seq)
		st_buf_put_bytes(wanted->out, encoded);
	return wanted->out->rc < 0 ? st_fail_nomem(err) : STET_OK;
}

static int
read_entry(stet_copy *copy, uint64_t seq, struct st_buf *out, stet_error *err)
{
	struct wanted wanted = {seq, out};
	uint64_t n = seq / ST_TILE_WIDTH;

	if (!copy->has_entries)
		return STET_ENOTFOUND;
	return st_tile_entries(&copy->tiles->folder, n, st_tile_width(0, n, copy->side.size),
	    take_wanted, &wanted, err);
}

static void
close_tiles(stet_copy *copy)
{
	if (copy->tiles != NULL)
		st_buf_free(&copy->tiles->folder.file);
	free(copy->tiles);
}

static const struct st_copy_kind kind = {"tiles", read_entry, close_tiles};

static int
counted_node(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err)
{
	stet_copy *copy = ctx;

	copy->side.reads++;
	return st_tile_node(copy->tiles, level, index, hash_out, err);
}

/* Entry 0 names the ledger and its key, if it is the one that this tree begins with. */
static int
read_opening(stet_copy *copy, stet_error *err)
{
	uint8_t path[ST_TREE_PATH_MAX][32], leaf[32];
	struct st_statement statement;
	struct st_buf encoded = {0};
	struct st_entry entry;
	struct st_state state;
	size_t count = 0;
	int rc;

	st_state_init(&state);
	if ((rc = read_entry(copy, 0, &encoded, err)) < 0 ||
	    (rc = st_tree_prove_inclusion(
		 0, copy->side.size, counted_node, copy, path, &count, err)) < 0)
		goto done;
	st_tree_leaf(st_buf_bytes(&encoded), leaf);
	if (!st_tree_inclusion_ok(
		0, copy->side.size, leaf, (const uint8_t(*)[32])path, count, copy->side.root)) {
		rc = st_fail(err, STET_EMISMATCH, ST_COPY_DAMAGED,
		    "its entry 0 is not the one that its head covers");
	} else if ((rc = st_entry_decode(st_buf_bytes(&encoded), &entry, err)) == STET_OK &&
		   (rc = st_statement_read(entry.statement, &statement, err)) == STET_OK &&
		   (rc = st_state_advance(&state, &entry, &statement, leaf, err)) == STET_OK) {
		memcpy(copy->id, state.id, sizeof(copy->id));
		rc = st_copy_take_keys(copy, &state, err);
	}
	if (rc == STET_EFORMAT)
		rc = STET_OK; /* the tiles of another log */
done:
	st_state_clear(&state);
	st_buf_free(&encoded);
	return rc;
}

/* The time of the last entry. That it is the one that the head covers is not looked at: the time is
 * for people to read. */
static int
read_time(stet_copy *copy, stet_error *err)
{
	struct st_buf encoded = {0};
	struct st_entry entry;
	int rc = read_entry(copy, copy->side.size - 1, &encoded, err);

	if (rc == STET_OK && st_entry_decode(st_buf_bytes(&encoded), &entry, NULL) == STET_OK)
		copy->last_ms = entry.ms;
	st_buf_free(&encoded);
	return rc;
}

int
st_copy_tiles(const char *path, stet_copy **copy_out, stet_error *err)
{
	stet_copy *copy = NULL;
	int rc;

	if ((rc = st_copy_new(&kind, &copy, err)) < 0)
		return rc;
	copy->path = strdup(path);
	copy->tiles = calloc(1, sizeof(*copy->tiles));
	if (copy->path == NULL || copy->tiles == NULL) {
		rc = st_fail_nomem(err);
		goto fail;
	}
	copy->tiles->folder.path = copy->path;
	copy->side.read = st_tile_node;
	copy->side.ctx = copy->tiles;
	if ((rc = st_tile_file(&copy->tiles->folder, "checkpoint", ST_NOTE_MAX, err)) < 0 ||
	    (rc = st_copy_take_note(copy, st_buf_bytes(&copy->tiles->folder.file), err)) < 0 ||
	    (rc = st_tile_has_entries(&copy->tiles->folder, &copy->has_entries, err)) < 0)
		goto fail;
	copy->tiles->size = copy->side.size;
	if (copy->has_entries && copy->side.size > 0 &&
	    ((rc = read_opening(copy, err)) < 0 || (rc = read_time(copy, err)) < 0))
		goto fail;
	*copy_out = copy;
	return STET_OK;
fail:
	stet_copy_close(copy);
	return rc;
}
