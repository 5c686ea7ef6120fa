/* Tiles: a bundle of entries, or a tile of hashes, put into a tree that is right but for it. What
 * the harness reads in it the same way verifies, and nothing else does; nor does a tree with a bit
 * of a hash flipped.
 *
 * An input: how many entries (one byte, less one), what is asked (one byte), the file. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "fuzz/fuzz.h"
#include "tiles/tiles.h"

#define ASK_SECOND 1 /* it is the second tile of its level                */
#define ASK_HASHES 2 /* it is of hashes, and no entries are there         */
#define ASK_FULL 4   /* under the name of the full one                    */
#define ASK_FLIP 8   /* a bit of the lowest hashes; the rest says which   */

#define LEFT_MAX 8
#define LINE                                                                                      \
	"\n\xe2\x80\x94 mirror.example.org "                                                      \
	"P7FI7wAAAABpVGeAjA1S4pJm6MbcXjX7UUImu4azZtrfcVW2uyr/LXIYlwEJzXC0N0EiZkbqfLdXt/4gVEEuGmx" \
	"JjAfXKMCISpsJAg==\n"

static char top[4096];
static struct st_tiles first; /* after the 256 entries that go before the second */

struct tree {
	char folder[4100];
	unsigned ask, width;
	stet_bytes file;
	struct st_tiles tiles;
	char left[LEFT_MAX][ST_TILE_PATH_SIZE]; /* files to be removed */
	size_t left_count;
};

/* --- files ------------------------------------------------------------------------------------ */

static void
put_file(struct tree *tree, const char *name, stet_bytes content)
{
	char *path = st_path_join(tree->folder, name), *at;
	FILE *file;

	FUZZ_MUST(path != NULL);
	if ((file = fopen(path, "wb")) == NULL) {
		for (at = strchr(path + strlen(top) + 1, '/'); at != NULL;
		     at = strchr(at + 1, '/')) {
			*at = '\0';
			FUZZ_MUST(st_dir_make(path, 0700, NULL) == STET_OK);
			*at = '/';
		}
		FUZZ_MUST((file = fopen(path, "wb")) != NULL);
	}
	FUZZ_MUST(fwrite(content.data, 1, content.size, file) == content.size);
	FUZZ_MUST(fclose(file) == 0);
	free(path);
	FUZZ_MUST(tree->left_count < LEFT_MAX);
	snprintf(tree->left[tree->left_count++], ST_TILE_PATH_SIZE, "%s", name);
}

static void
remove_files(struct tree *tree)
{
	char *path;

	while (tree->left_count > 0) {
		path = st_path_join(tree->folder, tree->left[--tree->left_count]);
		FUZZ_MUST(path != NULL && unlink(path) == 0);
		free(path);
	}
}

static void
end(void)
{
	st_dir_remove(top);
}

/* --- the tree that is right ---------------------------------------------------------------------
 */

static int
put_tile(void *ctx, unsigned level, uint64_t n, stet_bytes hashes, stet_error *err)
{
	struct tree *tree = ctx;
	uint8_t full[ST_TILE_WIDTH * 32] = {0};
	unsigned width = (unsigned)(hashes.size / 32);
	char name[ST_TILE_PATH_SIZE];
	size_t at;

	(void)err;
	if (level == 0 && (tree->ask & ASK_HASHES) != 0)
		return STET_OK; /* it is what is asked about */
	if (level == 0 && n == ((tree->ask & ASK_SECOND) != 0)) {
		memcpy(full, hashes.data, hashes.size);
		if ((tree->ask & ASK_FLIP) != 0) {
			at = (tree->ask >> 4) * (hashes.size - 1) / 15;
			full[at] ^= (uint8_t)(1u << (tree->ask >> 5));
		}
		hashes.data = full;
		if ((tree->ask & ASK_FULL) != 0) {
			hashes.size = sizeof(full);
			width = ST_TILE_WIDTH;
		}
	}
	st_tile_path(level, n, width, name);
	put_file(tree, name, hashes);
	return STET_OK;
}

static void
add(struct st_tiles *tiles, stet_bytes entry)
{
	uint8_t leaf[32];

	st_tree_leaf(entry, leaf);
	FUZZ_MUST(st_tiles_add(tiles, leaf, NULL) == STET_OK);
}

/* The entries that go before: all empty. What is in the folders stays. */
static void
begin_folder(unsigned ask)
{
	struct tree tree = {.ask = ask & ASK_SECOND};
	uint8_t bundle[ST_TILE_WIDTH * 2] = {0};
	char name[ST_TILE_PATH_SIZE];
	unsigned i;

	snprintf(tree.folder, sizeof(tree.folder), "%s/%u", top, ask);
	FUZZ_MUST(st_dir_make(tree.folder, 0700, NULL) == STET_OK);
	if ((ask & ASK_SECOND) == 0)
		return;
	tree.tiles.tile = put_tile;
	tree.tiles.ctx = &tree;
	for (i = 0; i < ST_TILE_WIDTH; i++)
		add(&tree.tiles, (stet_bytes){bundle, 0});
	first = tree.tiles;
	st_tile_path(ST_TILE_ENTRIES, 0, ST_TILE_WIDTH, name);
	if ((ask & ASK_HASHES) == 0)
		put_file(&tree, name, (stet_bytes){bundle, sizeof(bundle)});
}

static void
begin(void)
{
	const char *place = getenv("TMPDIR");
	unsigned ask;

	if (top[0] != '\0')
		return;
	snprintf(top, sizeof(top), "%s/stet-tiles-XXXXXX", place != NULL ? place : "/tmp");
	FUZZ_MUST(mkdtemp(top) != NULL && atexit(end) == 0);
	for (ask = 0; ask < 4; ask++)
		begin_folder(ask);
}

/* --- what is asked about ------------------------------------------------------------------------
 */

/* 1 if these are as many entries as asked for, and after them nothing that may not be there. */
static int
read_bundle(struct tree *tree)
{
	const uint8_t *at = tree->file.data, *stop = at + tree->file.size;
	unsigned i, size;

	for (i = 0; i < tree->width; i++) {
		if (stop - at < 2)
			return 0;
		size = at[0] * 256u + at[1];
		if (stop - at - 2 < (ptrdiff_t)size)
			return 0;
		add(&tree->tiles, (stet_bytes){at + 2, size});
		at += 2 + size;
	}
	return at == stop || ((tree->ask & ASK_FULL) != 0 && tree->width < ST_TILE_WIDTH);
}

static int
read_hashes(struct tree *tree)
{
	size_t count = (tree->ask & ASK_FULL) != 0 ? ST_TILE_WIDTH : tree->width;
	unsigned i;

	if (tree->file.size != count * 32)
		return 0;
	for (i = 0; i < tree->width; i++)
		FUZZ_MUST(
		    st_tiles_add(&tree->tiles, tree->file.data + (size_t)i * 32, NULL) == STET_OK);
	return 1;
}

/* 1 if it verifies. */
static int
judge(struct tree *tree, uint64_t size)
{
	stet_json *report = NULL;
	stet_error err = {0};
	int rc = stet_tiles_check(tree->folder, NULL, NULL, NULL, &report, &err);

	if (rc == STET_OK) {
		FUZZ_MUST(stet_json_int_of(stet_json_get(report, "size")) == (int64_t)size);
		FUZZ_MUST(!stet_json_bool_of(stet_json_get(report, "known")));
		stet_json_free(report);
		return 1;
	}
	FUZZ_MUST(report == NULL && err.text[0] != '\0');
	FUZZ_MUST((rc == STET_EMISMATCH && (err.rule == ST_TILES_WRONG)) ||
		  (rc == STET_EFORMAT && err.rule == ST_FILE_TOO_LARGE));
	return 0;
}

static void
try_tree(struct tree *tree)
{
	const unsigned n = (tree->ask & ASK_SECOND) != 0, hashes = (tree->ask & ASK_HASHES) != 0;
	struct st_checkpoint checkpoint = {
	    .origin = "fuzz.example", .size = n * 256u + tree->width};
	struct st_buf note = {0};
	char name[ST_TILE_PATH_SIZE];
	int good;

	snprintf(tree->folder, sizeof(tree->folder), "%s/%u", top, hashes * ASK_HASHES + n);
	if (n == 1)
		tree->tiles = first;
	tree->tiles.tile = put_tile;
	tree->tiles.ctx = tree;
	good = hashes ? read_hashes(tree) : read_bundle(tree);
	if (good)
		FUZZ_MUST(st_tiles_end(&tree->tiles, NULL) == STET_OK);
	st_tree_root(&tree->tiles.tree, checkpoint.root);
	st_checkpoint_put(&note, &checkpoint);
	st_buf_put(&note, LINE, sizeof(LINE) - 1);
	FUZZ_MUST(note.rc == STET_OK);
	put_file(tree, "checkpoint", st_buf_bytes(&note));
	st_buf_free(&note);
	st_tile_path(hashes ? 0 : ST_TILE_ENTRIES, n,
	    (tree->ask & ASK_FULL) != 0 ? ST_TILE_WIDTH : tree->width, name);
	put_file(tree, name, tree->file);
	good = good && (hashes || (tree->ask & ASK_FLIP) == 0);
	FUZZ_MUST(judge(tree, checkpoint.size) == good);
	remove_files(tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tree tree;

	if (size < 2)
		return 0;
	begin();
	memset(&tree, 0, sizeof(tree));
	tree.width = data[0] + 1u;
	tree.ask = data[1];
	tree.file = (stet_bytes){data + 2, size - 2};
	try_tree(&tree);
	return 0;
}
