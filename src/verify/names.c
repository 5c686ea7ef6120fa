#include "verify/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "index/page.h"
#include "ledger/internal.h"

/* Up to here in memory: about 40,000 names. */
#define IN_MEMORY_SIZE ((size_t)8 << 20)
/* And up to here where no file can be made, as in a read-only folder: about 500,000. */
#define WITHOUT_FILE_SIZE ((size_t)100 << 20)
#define AT_ONCE 64

struct leaf {
	uint8_t key[32];
	uint8_t row[ST_INDEX_ROW_SIZE];
	uint8_t hash[32];
	uint32_t stale; /* the hash is of a former row */
};

/* Two names or more below; the bit it parts them by is its depth.  Its hash is apart: on the way to
 * a name only this is read, and it is read where the processor has little of it at hand. */
struct branch {
	uint32_t sides[2]; /* 0: no name; else a node */
	uint32_t count;    /* names below             */
	uint32_t stale;    /* its hash is of former sides */
};

/* A node is the number of a leaf, or with the highest bit of a branch, from 1. */
#define IS_BRANCH 0x80000000u
#define NODES_MAX 0x7ffffff0u

/* Items that never move, in pieces of one size. */
struct items {
	size_t item_size;
	unsigned piece_bits; /* 1 << piece_bits items in a piece */
	uint8_t **pieces;
	size_t piece_count, in_memory; /* the first ones are, the others in the file */
	uint32_t count;
};

struct st_names {
	struct items leaves, branches, hashes; /* a hash for each branch */
	uint32_t root;
	uint32_t seen; /* the leaf asked for last: it is likely put next; 0: none */
	char *folder;
	int fd; /* -1: none yet */
	size_t in_memory, in_file;
};

/* --- memory, and a file when that runs out ------------------------------------------------------
 */

/* A piece of the file.  Its room is reserved first: writing into a mapped hole of a full disk would
 * end in SIGBUS. */
static int
map_piece(struct st_names *names, size_t size, uint8_t **piece_out, stet_error *err)
{
	void *piece;
	int rc;

	if (names->fd < 0 && (rc = st_file_temporary(names->folder, &names->fd, err)) < 0)
		return rc;
	rc = posix_fallocate(names->fd, (off_t)names->in_file, (off_t)size);
	if (rc != 0)
		return st_fail_errno(
		    err, rc, "cannot make room for temporary tables in '%s'", names->folder);
	piece =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, names->fd, (off_t)names->in_file);
	if (piece == MAP_FAILED)
		return st_fail_errno(err, errno, "cannot map temporary tables");
	names->in_file += size;
	*piece_out = piece;
	return STET_OK;
}

static int
new_piece(
    struct st_names *names, size_t size, int *mapped_out, uint8_t **piece_out, stet_error *err)
{
	size_t most = IN_MEMORY_SIZE;
	int rc;

	*mapped_out = 0;
	if (names->in_memory + size > most) {
		rc = map_piece(names, size, piece_out, err);
		if (rc == STET_OK)
			*mapped_out = 1;
		if (rc == STET_OK || names->fd >= 0 || names->in_memory + size > WITHOUT_FILE_SIZE)
			return rc;
	}
	if ((*piece_out = calloc(1, size)) == NULL)
		return st_fail_nomem(err);
	names->in_memory += size;
	return STET_OK;
}

static size_t
piece_size(const struct items *items)
{
	size_t size = items->item_size << items->piece_bits;

	return (size + 65535) & ~(size_t)65535; /* whole pages of any machine */
}

static void *
item_at(const struct items *items, uint32_t number)
{
	uint32_t at = number & ((1u << items->piece_bits) - 1);

	return items->pieces[number >> items->piece_bits] + at * items->item_size;
}

static int
new_item(struct st_names *names, struct items *items, uint32_t *number_out, stet_error *err)
{
	size_t needed = (items->count >> items->piece_bits) + 1;
	uint8_t **pieces;
	int rc, mapped;

	if (items->count >= NODES_MAX)
		return st_fail(
		    err, STET_EFULL, ST_RULE_NONE, "more names than can be verified at once");
	if (needed > items->piece_count) {
		pieces = realloc(items->pieces, needed * sizeof(*pieces));
		if (pieces == NULL)
			return st_fail_nomem(err);
		items->pieces = pieces;
		rc = new_piece(names, piece_size(items), &mapped, &pieces[needed - 1], err);
		if (rc < 0)
			return rc;
		items->piece_count = needed;
		if (!mapped)
			items->in_memory = needed;
	}
	*number_out = items->count++;
	return STET_OK;
}

static void
free_items(struct items *items)
{
	size_t i;

	for (i = 0; i < items->piece_count; i++) {
		if (i < items->in_memory)
			free(items->pieces[i]);
		else
			munmap(items->pieces[i], piece_size(items));
	}
	free(items->pieces);
}

int
st_names_new(const char *folder, struct st_names **names_out, stet_error *err)
{
	struct st_names *names = calloc(1, sizeof(*names));

	if (names == NULL || (names->folder = strdup(folder)) == NULL) {
		free(names);
		return st_fail_nomem(err);
	}
	names->fd = -1;
	names->leaves.item_size = sizeof(struct leaf);
	names->leaves.piece_bits = 10;
	names->branches.item_size = sizeof(struct branch);
	names->branches.piece_bits = 12;
	names->hashes.item_size = 32;
	names->hashes.piece_bits = 12;
	*names_out = names;
	return STET_OK;
}

void
st_names_free(struct st_names *names)
{
	if (names == NULL)
		return;
	free_items(&names->leaves);
	free_items(&names->branches);
	free_items(&names->hashes);
	if (names->fd >= 0)
		close(names->fd);
	free(names->folder);
	free(names);
}

/* --- nodes ------------------------------------------------------------------------------------ */

static int
is_branch(uint32_t node)
{
	return (node & IS_BRANCH) != 0;
}

static struct leaf *
leaf_of(const struct st_names *names, uint32_t node)
{
	return item_at(&names->leaves, node - 1);
}

static struct branch *
branch_of(const struct st_names *names, uint32_t node)
{
	return item_at(&names->branches, (node & ~IS_BRANCH) - 1);
}

static uint8_t *
hash_of(const struct st_names *names, uint32_t branch)
{
	return item_at(&names->hashes, (branch & ~IS_BRANCH) - 1);
}

static unsigned
bit_of(const uint8_t key[32], unsigned depth)
{
	return key[depth / 8] >> (7 - depth % 8) & 1;
}

static int
new_leaf(struct st_names *names, const uint8_t key[32], uint32_t *node_out, stet_error *err)
{
	uint32_t number;
	int rc;

	if ((rc = new_item(names, &names->leaves, &number, err)) < 0)
		return rc;
	*node_out = number + 1;
	memcpy(leaf_of(names, *node_out)->key, key, 32);
	return STET_OK;
}

static int
new_branch(struct st_names *names, uint32_t *node_out, stet_error *err)
{
	uint32_t number;
	int rc;

	if ((rc = new_item(names, &names->hashes, &number, err)) < 0 ||
	    (rc = new_item(names, &names->branches, &number, err)) < 0)
		return rc;
	*node_out = (number + 1) | IS_BRANCH;
	branch_of(names, *node_out)->stale = 1;
	return STET_OK;
}

static uint64_t
count_of(const struct st_names *names, uint32_t node)
{
	if (node == 0)
		return 0;
	return is_branch(node) ? branch_of(names, node)->count : 1;
}

uint64_t
st_names_count(const struct st_names *names)
{
	return names->leaves.count;
}

/* The leaf of a name, or NULL. */
static struct leaf *
find(struct st_names *names, const uint8_t key[32])
{
	uint32_t node = names->seen;
	unsigned depth;

	if (node != 0 && memcmp(leaf_of(names, node)->key, key, 32) == 0)
		return leaf_of(names, node);
	node = names->root;
	for (depth = 0; is_branch(node); depth++)
		node = branch_of(names, node)->sides[bit_of(key, depth)];
	if (node == 0 || memcmp(leaf_of(names, node)->key, key, 32) != 0)
		return NULL;
	names->seen = node;
	return leaf_of(names, node);
}

stet_bytes
st_names_row(struct st_names *names, const uint8_t key[32])
{
	const struct leaf *leaf = find(names, key);

	return leaf == NULL ? (stet_bytes){NULL, 0} : (stet_bytes){leaf->row, sizeof(leaf->row)};
}

/* Puts branches in place of the leaf at *at until it and the new key part; *at then is the side of
 * the new one.  One-sided branches are kept: the index does not skip them. */
static int
part(struct st_names *names, uint32_t **at, unsigned depth, const uint8_t key[32], stet_error *err)
{
	uint32_t old = **at, node;
	const uint8_t *old_key = leaf_of(names, old)->key;
	struct branch *branch;
	int rc;

	for (;; depth++) {
		if ((rc = new_branch(names, &node, err)) < 0)
			return rc;
		branch = branch_of(names, node);
		branch->count = 2;
		**at = node;
		if (bit_of(old_key, depth) != bit_of(key, depth))
			break;
		*at = &branch->sides[bit_of(key, depth)];
		**at = old; /* in order also if memory ends here */
	}
	branch->sides[bit_of(old_key, depth)] = old;
	*at = &branch->sides[bit_of(key, depth)];
	return STET_OK;
}

/* Everything on the way to a name will have to be hashed again. */
static uint32_t *
descend(struct st_names *names, const uint8_t key[32], uint32_t more, unsigned *depth_out)
{
	uint32_t *at = &names->root;
	struct branch *branch;
	unsigned depth;

	for (depth = 0; is_branch(*at); depth++) {
		branch = branch_of(names, *at);
		branch->stale = 1;
		branch->count += more;
		at = &branch->sides[bit_of(key, depth)];
	}
	*depth_out = depth;
	return at;
}

int
st_names_put(struct st_names *names, const uint8_t key[32], const uint8_t row[ST_INDEX_ROW_SIZE],
    stet_error *err)
{
	struct leaf *leaf = find(names, key);
	int is_new = leaf == NULL, rc;
	uint32_t *at, node;
	unsigned depth;

	/* A failure on the way leaves counts that are wrong: the run ends with it. */
	if (is_new && (rc = new_leaf(names, key, &node, err)) < 0)
		return rc;
	at = descend(names, key, is_new ? 1 : 0, &depth);
	if (is_new) {
		if (*at != 0 && (rc = part(names, &at, depth, key, err)) < 0)
			return rc;
		*at = node;
		leaf = leaf_of(names, node);
	}
	memcpy(leaf->row, row, ST_INDEX_ROW_SIZE);
	leaf->stale = 1;
	return STET_OK;
}

/* --- hashes ----------------------------------------------------------------------------------- */

static void
side_of(struct st_names *names, uint32_t node, struct st_map_side *out)
{
	struct st_map_side left, right;
	struct st_map_leaf hashed;
	struct branch *branch;
	struct leaf *leaf;

	out->count = count_of(names, node);
	if (node == 0) {
		memset(out->hash, 0, 32);
	} else if (!is_branch(node)) {
		leaf = leaf_of(names, node);
		if (leaf->stale) {
			memcpy(hashed.key, leaf->key, 32);
			hashed.count = st_be64_get(leaf->row);
			memcpy(hashed.head, leaf->row + 8, 32);
			st_map_leaf_hash(&hashed, leaf->hash);
			leaf->stale = 0;
		}
		memcpy(out->hash, leaf->hash, 32);
	} else {
		branch = branch_of(names, node);
		if (branch->stale) {
			side_of(names, branch->sides[0], &left);
			side_of(names, branch->sides[1], &right);
			st_map_join(&left, &right, out);
			memcpy(hash_of(names, node), out->hash, 32);
			branch->stale = 0;
		}
		memcpy(out->hash, hash_of(names, node), 32);
	}
}

void
st_names_root(struct st_names *names, uint8_t root_out[32])
{
	struct st_map_side root;

	side_of(names, names->root, &root);
	memcpy(root_out, root.hash, 32);
}

/* --- against the tables ------------------------------------------------------------------------
 */

/* Calls see with each row of a table; its answer 0 ends the walk. */
static int
walk_rows(struct st_reader *reader, enum st_table table, struct st_names *names,
    int (*see)(struct st_names *names, stet_bytes key, stet_bytes value), uint64_t *rows_out,
    int *agree_out, stet_error *err)
{
	stet_bytes keys[AT_ONCE], values[AT_ONCE];
	struct st_scan *scan = NULL;
	size_t count = 1, i;
	int rc;

	*rows_out = 0;
	if ((rc = st_scan_open(reader, table, NULL, &scan, err)) < 0)
		return rc;
	while (rc == STET_OK && *agree_out && count > 0) {
		rc = st_scan_next(scan, AT_ONCE, keys, values, &count, err);
		for (i = 0; rc == STET_OK && *agree_out && i < count; i++, ++*rows_out)
			*agree_out = see(names, keys[i], values[i]);
	}
	st_scan_close(scan);
	return rc;
}

static int
is_row(struct st_names *names, stet_bytes key, stet_bytes value)
{
	return key.size == 32 && st_bytes_equal(st_names_row(names, key.data), value);
}

/* The node at a place, which is the first depth bits of key; 0 also where one name alone leads
 * there. */
static uint32_t
node_at(const struct st_names *names, const uint8_t key[32], unsigned depth)
{
	uint32_t node = names->root;
	unsigned at;

	for (at = 0; at < depth && is_branch(node); at++)
		node = branch_of(names, node)->sides[bit_of(key, at)];
	return at == depth ? node : 0;
}

/* The sides of a page at depth below node. */
static void
fill_sides(struct st_names *names, uint32_t node, unsigned depth, unsigned level, unsigned first,
    struct st_map_side sides[ST_PAGE_SIDES])
{
	unsigned width = ST_PAGE_SIDES >> level, i;
	const struct branch *branch;

	if (is_branch(node) && level < ST_PAGE_BITS) {
		branch = branch_of(names, node);
		fill_sides(names, branch->sides[0], depth, level + 1, first, sides);
		fill_sides(names, branch->sides[1], depth, level + 1, first + width / 2, sides);
		return;
	}
	for (i = first; i < first + width; i++)
		side_of(names, 0, &sides[i]);
	if (node == 0)
		return;
	/* One name alone stands where its own bits lead. */
	i = is_branch(node) ? first : st_page_side(leaf_of(names, node)->key, depth);
	side_of(names, node, &sides[i]);
}

static int
is_page(struct st_names *names, stet_bytes key, stet_bytes value)
{
	struct st_map_side sides[ST_PAGE_SIDES];
	uint8_t made[ST_PAGE_SIZE], made_key[ST_PAGE_KEY_MAX], place[32] = {0};
	unsigned depth;
	uint32_t node;

	if (key.size == 0 || key.size > ST_PAGE_KEY_MAX || value.size != ST_PAGE_SIZE)
		return 0;
	depth = key.data[0];
	if (depth % ST_PAGE_BITS != 0 || depth > ST_PAGE_DEPTH_MAX)
		return 0;
	memcpy(place, key.data + 1, key.size - 1);
	if (!st_bytes_equal(key, (stet_bytes){made_key, st_page_key(place, depth, made_key)}))
		return 0;
	node = node_at(names, place, depth);
	if (count_of(names, node) <= ST_PAGE_OVER)
		return 0;
	fill_sides(names, node, depth, 0, 0, sides);
	st_page_encode(sides, made);
	return memcmp(made, value.data, ST_PAGE_SIZE) == 0;
}

static uint64_t
count_pages(const struct st_names *names, uint32_t node, unsigned depth)
{
	const struct branch *branch;

	if (count_of(names, node) <= ST_PAGE_OVER)
		return 0;
	branch = branch_of(names, node);
	return (depth % ST_PAGE_BITS == 0) + count_pages(names, branch->sides[0], depth + 1) +
	       count_pages(names, branch->sides[1], depth + 1);
}

int
st_names_agree(struct st_names *names, struct st_reader *reader, int *agree_out, stet_error *err)
{
	uint8_t root[32];
	uint64_t rows;
	int rc;

	st_names_root(names, root); /* no hash is stale from here on */
	*agree_out = 1;
	if ((rc = walk_rows(reader, ST_INDEX, names, is_row, &rows, agree_out, err)) < 0)
		return rc;
	if (rows != st_names_count(names))
		*agree_out = 0;
	if (!*agree_out)
		return STET_OK;
	if ((rc = walk_rows(reader, ST_TRIE, names, is_page, &rows, agree_out, err)) < 0)
		return rc;
	if (rows != count_pages(names, names->root, 0))
		*agree_out = 0;
	return STET_OK;
}
