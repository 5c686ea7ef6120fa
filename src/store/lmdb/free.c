/* Whether pages that data.mdb counts and does not contain are free ones.
 *
 * The free list is a tree like any other, keyed by txnid, each value a list of page numbers.  It is
 * followed here with pread and with every number looked at, because the file is under suspicion: a
 * fault is not an answer.  Layout: LMDB's mdb.c, MDB_page, MDB_node, MDB_IDL. */
#include "store/lmdb/env.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE_BRANCH 0x01u
#define PAGE_LEAF 0x02u
#define PAGE_OVERFLOW 0x04u
#define NODE_BIG 0x01u /* F_BIGDATA: the value lies on overflow pages */
#define PAGE_HEADER (sizeof(size_t) + 8)
#define NODE_HEADER 8u

/* Beyond this (64 GiB of 4 KiB pages) a file is not a little short, it is cut. */
#define MISSING_MAX ((uint64_t)1 << 24)

struct follow {
	int fd;
	const struct st_mdb_head *head;
	uint64_t first, last; /* the pages asked about */
	uint64_t left;        /* of them, not yet seen on the list */
	uint64_t budget;      /* pages that may still be read: a list that loops comes to an end */
	uint8_t *seen;        /* one bit for each page asked about */
};

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

static int
read_bytes(struct follow *follow, uint64_t page, size_t skip, size_t size, uint8_t *out)
{
	off_t offset = (off_t)(page * follow->head->page_size + skip);

	return pread(follow->fd, out, size, offset) == (ssize_t)size;
}

/* One page of the tree, of the kind it should be; 0 if it is not. */
static int
read_page(struct follow *follow, uint64_t number, unsigned kind, uint8_t *page)
{
	size_t size = follow->head->page_size;

	if (number < 2 || number > follow->head->last_page || follow->budget == 0)
		return 0;
	follow->budget--;
	return read_bytes(follow, number, 0, size, page) && number_at(page) == number &&
	       (u16_at(page, sizeof(size_t) + 2) & 0xfu) == kind;
}

static void
mark(struct follow *follow, size_t page)
{
	uint64_t at;

	if (page < follow->first || page > follow->last)
		return;
	at = page - follow->first;
	if ((follow->seen[at / 8] & (1u << (at % 8))) != 0)
		return;
	follow->seen[at / 8] |= (uint8_t)(1u << (at % 8));
	follow->left--;
}

/* A list: its length, then so many page numbers. */
static int
mark_list(struct follow *follow, const uint8_t *list, size_t size)
{
	size_t count, i, word = sizeof(size_t);

	if (size < word || size % word != 0)
		return 0;
	count = number_at(list);
	if (count > size / word - 1)
		return 0;
	for (i = 1; i <= count; i++)
		mark(follow, number_at(list + i * word));
	return 1;
}

static int
mark_big_list(struct follow *follow, uint64_t number, size_t size)
{
	uint64_t end = follow->head->file_size;
	uint8_t *list, *page;
	int ok = 0;

	if (size > end || number > end / follow->head->page_size)
		return 0;
	list = malloc(size + 1);
	page = malloc(follow->head->page_size);
	if (list != NULL && page != NULL)
		ok = read_page(follow, number, PAGE_OVERFLOW, page) &&
		     read_bytes(follow, number, PAGE_HEADER, size, list) &&
		     mark_list(follow, list, size);
	free(list);
	free(page);
	return ok;
}

static int
mark_leaf(struct follow *follow, const uint8_t *node, size_t room)
{
	size_t key_size = u16_at(node, 6), size = node_number(node), skip = NODE_HEADER + key_size;

	if ((u16_at(node, 4) & NODE_BIG) == 0)
		return skip <= room && size <= room - skip && mark_list(follow, node + skip, size);
	if (skip + sizeof(size_t) > room)
		return 0;
	return mark_big_list(follow, number_at(node + skip), size);
}

static uint64_t
child_of(const uint8_t *node)
{
	uint64_t number = node_number(node);

	if (sizeof(size_t) > 4)
		number |= (uint64_t)u16_at(node, 4) << 32;
	return number;
}

/* Recursion is as deep as the header says the tree is, 32 at most. */
static int
follow_page(struct follow *follow, uint64_t number, unsigned depth)
{
	size_t size = follow->head->page_size, lower, count, i, at;
	uint8_t *page = malloc(size);
	int ok = 0;

	if (page == NULL || !read_page(follow, number, depth > 1 ? PAGE_BRANCH : PAGE_LEAF, page))
		goto done;
	lower = u16_at(page, sizeof(size_t) + 4);
	if (lower < PAGE_HEADER || lower > size)
		goto done;
	count = (lower - PAGE_HEADER) / 2;
	for (i = 0; i < count; i++) {
		at = u16_at(page, PAGE_HEADER + 2 * i);
		if (at < lower || at + NODE_HEADER > size)
			goto done;
		if (depth > 1 ? !follow_page(follow, child_of(page + at), depth - 1)
			      : !mark_leaf(follow, page + at, size - at))
			goto done;
	}
	ok = 1;
done:
	free(page);
	return ok;
}

int
st_mdb_pages_free(int fd, const struct st_mdb_head *head, uint64_t first, uint64_t last)
{
	struct follow follow = {.fd = fd, .head = head, .first = first, .last = last};
	int ok;

	follow.left = last - first + 1;
	follow.budget = head->last_page + 1;
	if (head->free_depth == 0 || follow.left > MISSING_MAX)
		return 0;
	if ((follow.seen = calloc(follow.left / 8 + 1, 1)) == NULL)
		return STET_ENOMEM;
	ok = follow_page(&follow, head->free_root, head->free_depth) && follow.left == 0;
	free(follow.seen);
	return ok;
}
