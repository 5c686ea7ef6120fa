/* Whether the pages of one snapshot hold together.
 *
 * Reading finds what is wrong on the way to a row.  It does not find what only a writer stumbles
 * over: a page that is marked as one to be given away, free space that is not there, a page that is
 * in use and on the free list as well.  Three of 1,500 flipped bits left a ledger that read and
 * verified, and that the next batch ruined.  So the verification of a ledger asks for this walk:
 * every page that the snapshot can reach, once, with all that LMDB takes for granted about it.
 *
 * As in look.c and free.c, with pread and every number looked at before it is used.  Layout: LMDB's
 * mdb.c, MDB_page, MDB_node, MDB_db. */
#include "store/lmdb/env.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

#define PAGE_BRANCH 0x01u
#define PAGE_LEAF 0x02u
#define PAGE_OVERFLOW 0x04u
#define NODE_BIG 0x01u   /* F_BIGDATA: the value lies on overflow pages */
#define NODE_TABLE 0x02u /* F_SUBDATA: the value is a table             */
#define PAGE_HEADER (sizeof(size_t) + 8)
#define NODE_HEADER 8u
#define NO_PAGE SIZE_MAX
#define DEPTH_MAX 32

struct disk_tree {
	uint32_t pad;
	uint16_t flags, depth;
	size_t branch_pages, leaf_pages, overflow_pages, entries, root;
};

enum kind { KIND_FREE, KIND_TABLES, KIND_ROWS };

struct walk {
	int fd;
	const char *shown;
	const struct st_mdb_head *head;
	uint8_t *seen;    /* one bit a page: in use, or free */
	enum kind kind;   /* of the tree being walked        */
	uint64_t entries; /* counted in it                   */
	uint8_t *taken;   /* one byte for two of a page: a node lies there */
	stet_error *err;
};

/* What keys below a branch lie between; data NULL: no bound. */
struct span {
	stet_bytes from, to;
};

static int walk_tree(
    struct walk *walk, enum kind kind, uint64_t root, unsigned depth, uint64_t entries);

static int
damaged(struct walk *walk, uint64_t page, const char *what)
{
	return st_fail(walk->err, STET_EFORMAT, ST_STORE_DAMAGED, "'%s' is damaged: page %llu %s",
	    walk->shown, (unsigned long long)page, what);
}

static uint16_t
u16_at(const uint8_t *page, size_t at)
{
	uint16_t value;

	memcpy(&value, page + at, sizeof(value));
	return value;
}

static size_t
number_at(const uint8_t *bytes)
{
	size_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

/* The two halves of a node's 32-bit number stand in the machine's order. */
static uint32_t
node_number(const uint8_t *node)
{
	uint16_t a = u16_at(node, 0), b = u16_at(node, 2);

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (uint32_t)b << 16 | a;
#else
	return (uint32_t)a << 16 | b;
#endif
}

static uint64_t
child_of(const uint8_t *node)
{
	uint64_t number = node_number(node);

	if (sizeof(size_t) > 4)
		number |= (uint64_t)u16_at(node, 4) << 32;
	return number;
}

static stet_bytes
key_of(const uint8_t *node)
{
	return (stet_bytes){node + NODE_HEADER, u16_at(node, 6)};
}

/* --- pages ------------------------------------------------------------------------------------ */

/* Each page belongs to one thing only. */
static int
claim(struct walk *walk, uint64_t number)
{
	if (number < 2 || number > walk->head->last_page)
		return damaged(walk, number, "is referred to and cannot be one");
	if ((walk->seen[number / 8] & (1u << (number % 8))) != 0)
		return damaged(walk, number, "is used twice, or used and free");
	walk->seen[number / 8] |= (uint8_t)(1u << (number % 8));
	return STET_OK;
}

static int
read_page(struct walk *walk, uint64_t number, unsigned flags, size_t size, uint8_t *page)
{
	ssize_t got = pread(walk->fd, page, size, (off_t)(number * walk->head->page_size));

	if (got < 0)
		return st_fail_errno(walk->err, errno, "cannot read '%s'", walk->shown);
	if ((size_t)got < size)
		return damaged(walk, number, "lies beyond the end of the file");
	if (number_at(page) != number)
		return damaged(walk, number, "has another number");
	if (u16_at(page, sizeof(size_t) + 2) != flags)
		return damaged(walk, number, "is of another kind than expected");
	return STET_OK;
}

/* --- values ----------------------------------------------------------------------------------- */

/* Free pages: how many, then their numbers, descending. */
static int
check_free(struct walk *walk, uint64_t page, const uint8_t *list, size_t size)
{
	size_t word = sizeof(size_t), count, i, number, before = SIZE_MAX;
	int rc;

	if (size < word || size % word != 0 || (count = number_at(list)) > size / word - 1)
		return damaged(walk, page, "has a list of free pages that is none");
	for (i = 1; i <= count; i++) {
		number = number_at(list + i * word);
		if (number >= before)
			return damaged(walk, page, "has a list of free pages out of order");
		if ((rc = claim(walk, number)) < 0)
			return rc;
		before = number;
	}
	return STET_OK;
}

/* A value on pages of its own: the first has a header, the others are all value.  There may be more
 * of them than it takes now, since it was larger once. */
static int
check_big(struct walk *walk, uint64_t first, size_t size)
{
	size_t page_size = walk->head->page_size, least, i;
	uint8_t header[PAGE_HEADER], *list;
	uint32_t count;
	int rc;

	if ((rc = claim(walk, first)) < 0 ||
	    (rc = read_page(walk, first, PAGE_OVERFLOW, sizeof(header), header)) < 0)
		return rc;
	memcpy(&count, header + sizeof(size_t) + 4, sizeof(count));
	least = (PAGE_HEADER - 1 + size) / page_size + 1;
	if (count < least || count > walk->head->last_page)
		return damaged(walk, first, "begins a value of another length");
	for (i = 1; i < count; i++)
		if ((rc = claim(walk, first + i)) < 0)
			return rc;
	if (walk->kind != KIND_FREE)
		return STET_OK;
	if ((list = malloc(PAGE_HEADER + size)) == NULL)
		return st_fail_nomem(walk->err);
	if ((rc = read_page(walk, first, PAGE_OVERFLOW, PAGE_HEADER + size, list)) == STET_OK)
		rc = check_free(walk, first, list + PAGE_HEADER, size);
	free(list);
	return rc;
}

static int
check_table(struct walk *walk, uint64_t page, const uint8_t *value, size_t size)
{
	struct disk_tree tree;
	uint64_t outer = walk->entries;
	int rc;

	if (size != sizeof(tree))
		return damaged(walk, page, "has a table that is none");
	memcpy(&tree, value, sizeof(tree));
	if (tree.flags != 0)
		return damaged(walk, page, "has a table of another kind");
	rc = walk_tree(walk, KIND_ROWS, tree.root, tree.depth, tree.entries);
	walk->kind = KIND_TABLES;
	walk->entries = outer;
	return rc;
}

static int
check_value(struct walk *walk, uint64_t page, const uint8_t *node)
{
	const uint8_t *value = node + NODE_HEADER + u16_at(node, 6);
	size_t size = node_number(node);
	unsigned flags = u16_at(node, 4);

	if (flags != (walk->kind == KIND_TABLES ? NODE_TABLE : 0) && flags != NODE_BIG)
		return damaged(walk, page, "has a row of another kind");
	if (walk->kind == KIND_TABLES)
		return flags == NODE_BIG ? damaged(walk, page, "has a table that is none")
					 : check_table(walk, page, value, size);
	if (flags == NODE_BIG)
		return check_big(walk, number_at(value), size);
	return walk->kind == KIND_FREE ? check_free(walk, page, value, size) : STET_OK;
}

/* --- nodes ------------------------------------------------------------------------------------ */

/* What a node takes of its page, which is a whole number of pairs of bytes. */
static size_t
node_size(const uint8_t *node, int leaf)
{
	size_t size = NODE_HEADER + u16_at(node, 6);

	if (leaf)
		size += (u16_at(node, 4) & NODE_BIG) != 0 ? sizeof(size_t) : node_number(node);
	return size + (size & 1);
}

static int
compare_keys(const struct walk *walk, stet_bytes a, stet_bytes b)
{
	if (walk->kind != KIND_FREE)
		return st_bytes_compare(a, b);
	return (number_at(a.data) > number_at(b.data)) - (number_at(a.data) < number_at(b.data));
}

/* The first key of a branch is never looked at. */
static int
check_key(struct walk *walk, uint64_t page, stet_bytes key, stet_bytes before, struct span span)
{
	if (walk->kind == KIND_FREE ? key.size != sizeof(size_t) : key.size == 0)
		return damaged(walk, page, "has a key of a size it cannot have");
	if (before.data != NULL && compare_keys(walk, before, key) >= 0)
		return damaged(walk, page, "has keys out of order");
	if ((span.from.data != NULL && compare_keys(walk, span.from, key) > 0) ||
	    (span.to.data != NULL && compare_keys(walk, span.to, key) <= 0))
		return damaged(walk, page, "has keys that belong elsewhere");
	return STET_OK;
}

/* The nodes fill the page from its end to `upper`, in any order, without a gap. */
static int
check_layout(struct walk *walk, uint64_t number, const uint8_t *page, int leaf, size_t *count_out)
{
	size_t size = walk->head->page_size, lower = u16_at(page, sizeof(size_t) + 4),
	       upper = u16_at(page, sizeof(size_t) + 6), filled = 0, i, at, length;

	if (lower < PAGE_HEADER || (lower & 1) != 0 || upper < lower || upper > size)
		return damaged(walk, number, "has a length that cannot be");
	*count_out = (lower - PAGE_HEADER) / 2;
	/* The free list may be left with a branch of one while it frees its own pages. */
	if (*count_out < (leaf || walk->kind == KIND_FREE ? 1 : 2))
		return damaged(walk, number, "is empty");
	memset(walk->taken, 0, size / 2);
	for (i = 0; i < *count_out; i++) {
		at = u16_at(page, PAGE_HEADER + 2 * i);
		if (at < upper || (at & 1) != 0 || at > size - NODE_HEADER ||
		    (length = node_size(page + at, leaf)) > size - at)
			return damaged(walk, number, "has a row that is not within it");
		if (memchr(walk->taken + at / 2, 1, length / 2) != NULL)
			return damaged(walk, number, "has rows one over the other");
		memset(walk->taken + at / 2, 1, length / 2);
		filled += length;
	}
	if (filled != size - upper)
		return damaged(walk, number, "has a gap between its rows");
	return STET_OK;
}

static int walk_page(struct walk *walk, uint64_t number, unsigned depth, struct span span);

static int
walk_nodes(struct walk *walk, uint64_t number, const uint8_t *page, unsigned depth, size_t count,
    struct span span)
{
	stet_bytes key, before = {NULL, 0};
	struct span below = span;
	const uint8_t *node;
	size_t i;
	int rc;

	for (i = 0; i < count; i++) {
		node = page + u16_at(page, PAGE_HEADER + 2 * i);
		key = key_of(node);
		if ((depth == 1 || i > 0) && (rc = check_key(walk, number, key, before, span)) < 0)
			return rc;
		if (depth == 1 || i > 0)
			before = key;
		if (depth == 1) {
			if ((rc = check_value(walk, number, node)) < 0)
				return rc;
			continue;
		}
		/* The bound above is the next key, which is looked at when its turn comes; read
		 * here it is at worst one that leads to a refusal of the page below. */
		below.from = i > 0 ? key : span.from;
		below.to = i + 1 < count ? key_of(page + u16_at(page, PAGE_HEADER + 2 * (i + 1)))
					 : span.to;
		if (i + 1 < count && (walk->kind == KIND_FREE ? below.to.size != sizeof(size_t)
							      : below.to.size == 0))
			return damaged(walk, number, "has a key of a size it cannot have");
		if ((rc = walk_page(walk, child_of(node), depth - 1, below)) < 0)
			return rc;
	}
	return STET_OK;
}

/* Recursion is as deep as the header says the tree is, 32 at most. */
static int
walk_page(struct walk *walk, uint64_t number, unsigned depth, struct span span)
{
	size_t size = walk->head->page_size, count = 0;
	uint8_t *page;
	int rc;

	if ((rc = claim(walk, number)) < 0)
		return rc;
	if ((page = malloc(size)) == NULL)
		return st_fail_nomem(walk->err);
	rc = read_page(walk, number, depth > 1 ? PAGE_BRANCH : PAGE_LEAF, size, page);
	if (rc == STET_OK)
		rc = check_layout(walk, number, page, depth == 1, &count);
	if (rc == STET_OK && depth == 1)
		walk->entries += count;
	if (rc == STET_OK)
		rc = walk_nodes(walk, number, page, depth, count, span);
	free(page);
	return rc;
}

static int
walk_tree(struct walk *walk, enum kind kind, uint64_t root, unsigned depth, uint64_t entries)
{
	const struct span all = {{NULL, 0}, {NULL, 0}};
	int rc;

	walk->kind = kind;
	walk->entries = 0;
	if ((root == NO_PAGE) != (depth == 0) || depth > DEPTH_MAX)
		return st_fail(walk->err, STET_EFORMAT, ST_STORE_DAMAGED,
		    "'%s' is damaged: a tree of an impossible depth", walk->shown);
	if (depth > 0 && (rc = walk_page(walk, root, depth, all)) < 0)
		return rc;
	if (walk->entries != entries)
		return st_fail(walk->err, STET_EFORMAT, ST_STORE_DAMAGED,
		    "'%s' is damaged: a tree has %llu rows and counts %llu", walk->shown,
		    (unsigned long long)walk->entries, (unsigned long long)entries);
	return STET_OK;
}

int
st_mdb_pages_check(int fd, const struct st_mdb_head *head, const char *shown, stet_error *err)
{
	struct walk walk = {.fd = fd, .shown = shown, .head = head, .err = err};
	int rc = STET_OK;

	walk.seen = calloc(head->last_page / 8 + 1, 1);
	walk.taken = malloc(head->page_size / 2);
	if (walk.seen == NULL || walk.taken == NULL)
		rc = st_fail_nomem(err);
	if (rc == STET_OK && (rc = walk_tree(&walk, KIND_FREE, head->free_root, head->free_depth,
				  head->free_rows)) == STET_OK)
		rc = walk_tree(
		    &walk, KIND_TABLES, head->main_root, head->main_depth, head->main_rows);
	free(walk.seen);
	free(walk.taken);
	return rc;
}
