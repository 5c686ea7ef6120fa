/* What data.mdb says about itself, read with pread and judged before LMDB maps it.
 *
 * LMDB 0.9.24 believes its file: it looks at magic and version of the two headers and follows
 * everything else, into faults if need be.  Of 200 truncated copies 197 ended the process that
 * opened them.  What can be told from the headers alone is told here, in one line.
 *
 * The layout is LMDB's (mdb.c, MDB_page and MDB_meta): page 0 and page 1 hold a header each; a
 * commit writes the one whose number is the lowest bit of its txnid, so that the other stays as it
 * was. */
#include "store/lmdb/env.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "store/store_engine.h"

#define MAGIC 0xBEEFC0DEu
#define MAGIC_SWAPPED 0xDEC0EFBEu
#define FORMAT 1u
#define PAGE_META 0x08u
#define PAGE_SIZE_MIN 512u
#define PAGE_SIZE_MAX 0x8000u
#define NO_PAGE SIZE_MAX /* P_INVALID: an empty tree */
#define DEPTH_MAX 32     /* CURSOR_STACK             */

/* mm_dbs[FREE_DBI].md_flags: MDB_INTEGERKEY, and 16 bits of the flags the file was made with, of
 * which MDB_NOSUBDIR (0x4000) is ours.  The rest would make LMDB read the free list as something
 * else. */
#define FREE_FLAGS_MASK 0x007fu
#define FREE_FLAGS 0x0008u

struct disk_page {
	size_t number;
	uint16_t pad, flags, lower, upper;
};

struct disk_tree {
	uint32_t pad;
	uint16_t flags, depth;
	size_t branch_pages, leaf_pages, overflow_pages, entries, root;
};

struct disk_meta {
	uint32_t magic, version;
	void *address;
	size_t map_size;
	struct disk_tree free, main;
	size_t last_page, txnid;
};

struct disk_header {
	struct disk_page page;
	struct disk_meta meta;
};

/* --- reading ---------------------------------------------------------------------------------- */

static int
read_at(int fd, void *out, size_t size, off_t offset, size_t *got_out)
{
	size_t got = 0;
	ssize_t n;

	while (got < size) {
		n = pread(fd, (char *)out + got, size - got, offset + (off_t)got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*got_out = got;
	return 0;
}

/* --- the first header: is it one at all? -------------------------------------------------------
 */

static int
all_zero(const unsigned char *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (bytes[i] != 0)
			return 0;
	return 1;
}

static uint32_t
word_at(const unsigned char *bytes, size_t offset)
{
	uint32_t word;

	memcpy(&word, bytes + offset, sizeof(word));
	return word;
}

/* bytes: the first ones of the file, got of them, at least what a header takes if the file has it.
 */
static int
judge_kind(const unsigned char *bytes, size_t got, const char *shown, stet_error *err)
{
	size_t here = sizeof(struct disk_page), there = here == 16 ? 12 : 16;

	if (got == 0)
		return st_fail(err, STET_EFORMAT, ST_STORE_TRUNCATED, "'%s' is empty", shown);
	if (all_zero(bytes, got))
		return st_fail(err, STET_EFORMAT, ST_STORE_DAMAGED,
		    "'%s' begins with nothing but zeros where its header should be", shown);
	if (got >= there + 8) {
		if (word_at(bytes, here) == MAGIC_SWAPPED || word_at(bytes, there) == MAGIC_SWAPPED)
			return st_fail(err, STET_EFORMAT, ST_STORE_MACHINE,
			    "'%s' was written on a machine of the other byte order", shown);
		if (word_at(bytes, there) == MAGIC && word_at(bytes, here) != MAGIC)
			return st_fail(err, STET_EFORMAT, ST_STORE_MACHINE,
			    "'%s' was written on a machine with another word size", shown);
	}
	if (got < here + 8 || word_at(bytes, here) != MAGIC)
		return st_fail(
		    err, STET_EFORMAT, ST_STORE_NOT_LMDB, "'%s' is not an LMDB database", shown);
	if (word_at(bytes, here + 4) != FORMAT)
		return st_fail(err, STET_EVERSION, ST_STORE_VERSION,
		    "'%s' has LMDB format %u, and this program reads format %u", shown,
		    (unsigned)word_at(bytes, here + 4), FORMAT);
	if (got < sizeof(struct disk_header))
		return st_fail(err, STET_EFORMAT, ST_STORE_TRUNCATED,
		    "'%s' ends after %zu bytes, within its first header", shown, got);
	return STET_OK;
}

static int
judge_page_size(const struct disk_meta *meta, const char *shown, stet_error *err)
{
	uint32_t size = meta->free.pad;

	if (size >= PAGE_SIZE_MIN && size <= PAGE_SIZE_MAX && (size & (size - 1)) == 0)
		return STET_OK;
	return st_fail(err, STET_EFORMAT, ST_STORE_DAMAGED,
	    "'%s' is damaged: its first header gives pages of %u bytes", shown, (unsigned)size);
}

/* --- both headers ------------------------------------------------------------------------------
 */

static int
damaged(const char *shown, unsigned header, const char *what, stet_error *err)
{
	return st_fail(err, STET_EFORMAT, ST_STORE_DAMAGED, "'%s' is damaged: header %u %s", shown,
	    header, what);
}

/* What holds for either header, be it the newest or the one before. */
static int
judge_header(const struct disk_header *headers, unsigned i, const char *shown, stet_error *err)
{
	const struct disk_page *page = &headers[i].page;
	const struct disk_meta *meta = &headers[i].meta;

	if (meta->magic != MAGIC || page->number != i || (page->flags & PAGE_META) == 0)
		return damaged(shown, i, "is not where it should be", err);
	if (meta->version != FORMAT)
		return damaged(shown, i, "has another version than its twin", err);
	if (meta->free.pad != headers[0].meta.free.pad)
		return damaged(shown, i, "has another page size than its twin", err);
	if ((meta->free.flags & FREE_FLAGS_MASK) != FREE_FLAGS || meta->main.flags != 0)
		return damaged(shown, i, "has tables of another kind", err);
	if (meta->txnid != 0 && (meta->txnid & 1) != i)
		return damaged(shown, i, "has the number of a transaction of its twin", err);
	if (meta->last_page < 1 || meta->last_page > SIZE_MAX / meta->free.pad - 1)
		return damaged(shown, i, "counts an impossible number of pages", err);
	return STET_OK;
}

/* The counts of a tree are statistics that LMDB does not follow; root and depth are what it does.
 */
static int
tree_ok(const struct disk_tree *tree, size_t last_page)
{
	if (tree->root == NO_PAGE || tree->depth == 0)
		return tree->root == NO_PAGE && tree->depth == 0;
	return tree->root >= 2 && tree->root <= last_page && tree->depth <= DEPTH_MAX;
}

/* The newest header is the one readers follow, so its trees are looked at; in the older one a
 * commit that failed may have left trees of its own below its old number. */
static int
judge_newest(const struct disk_header *headers, unsigned newest, const char *shown, stet_error *err)
{
	const struct disk_meta *meta = &headers[newest].meta, *older = &headers[newest ^ 1].meta;

	if (meta->txnid - older->txnid > 1)
		return damaged(shown, newest, "does not follow its twin", err);
	if (meta->last_page < older->last_page)
		return damaged(shown, newest, "counts fewer pages than the one before it", err);
	if (meta->map_size < (meta->last_page + 1) * meta->free.pad)
		return damaged(shown, newest, "counts more pages than its map could hold", err);
	if (!tree_ok(&meta->free, meta->last_page))
		return damaged(shown, newest, "has a free list that cannot be", err);
	if (!tree_ok(&meta->main, meta->last_page) || meta->main.root == NO_PAGE)
		return damaged(shown, newest, "has a table of tables that cannot be", err);
	return STET_OK;
}

static void
copy_head(struct st_mdb_head *head, const struct disk_meta *meta)
{
	head->page_size = meta->free.pad;
	head->last_page = meta->last_page;
	head->txnid = meta->txnid;
	head->free_root = meta->free.root;
	head->free_depth = meta->free.depth;
	head->free_rows = meta->free.entries;
	head->main_root = meta->main.root;
	head->main_depth = meta->main.depth;
	head->main_rows = meta->main.entries;
}

static int
judge_headers(
    const struct disk_header *headers, struct st_mdb_head *head, const char *shown, stet_error *err)
{
	unsigned newest = headers[0].meta.txnid < headers[1].meta.txnid; /* as mdb_env_pick_meta */
	int rc;

	if ((rc = judge_header(headers, 0, shown, err)) < 0 ||
	    (rc = judge_header(headers, 1, shown, err)) < 0 ||
	    (rc = judge_newest(headers, newest, shown, err)) < 0)
		return rc;
	copy_head(head, &headers[newest].meta);
	return STET_OK;
}

/* --- the file against its newest header --------------------------------------------------------
 */

/* A file may be shorter than its last page without loss: pages that were taken and given back
 * within one transaction are counted, listed as free, and never written.  Two of five random
 * histories with deletions end like that. So pages beyond the end are a loss only if they are not
 * free. */
static int
judge_length(int fd, struct st_mdb_head *head, const char *shown, stet_error *err)
{
	uint64_t pages;
	struct stat st;
	int rc;

	if (fstat(fd, &st) < 0) /* after the headers were read: the file only grows */
		return st_fail_errno(err, errno, "cannot look at '%s'", shown);
	head->file_size = (uint64_t)st.st_size;
	pages = head->file_size / head->page_size;
	if (pages > head->last_page)
		return STET_OK;
	if ((rc = st_mdb_pages_free(fd, head, pages, head->last_page)) < 0)
		return st_fail_nomem(err);
	if (rc == 1)
		return STET_OK;
	return st_fail(err, STET_EFORMAT, ST_STORE_TRUNCATED,
	    "'%s' is cut short: it has %llu of the %llu pages its header counts", shown,
	    (unsigned long long)pages, (unsigned long long)head->last_page + 1);
}

static int
judge_file_type(int fd, const char *shown, stet_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return st_fail_errno(err, errno, "cannot look at '%s'", shown);
	if (S_ISREG(st.st_mode))
		return STET_OK;
	return st_fail(err, STET_EFORMAT, ST_STORE_NOT_LMDB, "'%s' is %s", shown,
	    S_ISDIR(st.st_mode) ? "a folder, not a database" : "not an ordinary file");
}

/* Reads both headers; *whole_out 0 if the file is too short for the second. */
static int
read_headers(int fd, struct disk_header headers[2], const char *shown, stet_error *err)
{
	unsigned char first[4096];
	size_t got;
	int rc;

	if ((rc = read_at(fd, first, sizeof(first), 0, &got)) < 0)
		return st_fail_errno(err, -rc, "cannot read '%s'", shown);
	if ((rc = judge_kind(first, got, shown, err)) < 0)
		return rc;
	memcpy(&headers[0], first, sizeof(headers[0]));
	if ((rc = judge_page_size(&headers[0].meta, shown, err)) < 0)
		return rc;
	rc = read_at(fd, &headers[1], sizeof(headers[1]), (off_t)headers[0].meta.free.pad, &got);
	if (rc < 0)
		return st_fail_errno(err, -rc, "cannot read '%s'", shown);
	if (got < sizeof(headers[1]))
		return st_fail(err, STET_EFORMAT, ST_STORE_TRUNCATED,
		    "'%s' ends before its second header", shown);
	return STET_OK;
}

static int
look_once(int fd, const char *shown, struct disk_header headers[2], struct st_mdb_head *head,
    stet_error *err)
{
	int rc;

	memset(headers, 0, 2 * sizeof(*headers));
	if ((rc = read_headers(fd, headers, shown, err)) < 0 ||
	    (rc = judge_headers(headers, head, shown, err)) < 0)
		return rc;
	return judge_length(fd, head, shown, err);
}

/* Somebody may be writing: a header can be read half old and half new, and the free list can move
 * while it is followed.  What looks wrong is looked at again until it looks wrong twice without
 * having changed in between. */
#define LOOKS_MAX 50

int
st_mdb_look(int fd, const char *shown, struct st_mdb_head *head_out, stet_error *err)
{
	struct disk_header before[2], now[2];
	struct st_pause pause = st_pause_start(-1, 5000);
	struct st_mdb_head head;
	int rc, looks = 0;

	if ((rc = judge_file_type(fd, shown, err)) < 0)
		return rc;
	memset(&head, 0, sizeof(head));
	rc = look_once(fd, shown, now, &head, err);
	while (rc == STET_EFORMAT && looks++ < LOOKS_MAX) {
		memcpy(before, now, sizeof(before));
		(void)st_pause_step(&pause);
		rc = look_once(fd, shown, now, &head, err);
		if (memcmp(before, now, sizeof(before)) == 0)
			break;
	}
	if (rc == STET_OK)
		*head_out = head;
	return rc;
}

int
st_mdb_newest(int fd, uint64_t *txnid_out)
{
	struct disk_header headers[2];
	int rc;

	if ((rc = read_headers(fd, headers, "", NULL)) < 0)
		return rc;
	*txnid_out = headers[headers[0].meta.txnid < headers[1].meta.txnid].meta.txnid;
	return STET_OK;
}

int
st_mdb_header_of(
    int fd, uint64_t txnid, const char *shown, struct st_mdb_head *head_out, stet_error *err)
{
	struct disk_header headers[2];
	struct st_mdb_head head;
	unsigned at = txnid & 1;
	int rc;

	memset(&head, 0, sizeof(head));
	if ((rc = read_headers(fd, headers, shown, err)) < 0)
		return rc;
	if (headers[at].meta.txnid != txnid)
		return st_fail(err, STET_ERETRY, ST_STORE_GROWN,
		    "the header of the snapshot has been written over");
	if ((rc = judge_header(headers, at, shown, err)) < 0)
		return rc;
	copy_head(&head, &headers[at].meta);
	*head_out = head;
	return STET_OK;
}

int
st_fs_is_network(long f_type)
{
	static const uint32_t shared[] = {
	    0x6969,     /* NFS    */
	    0x517b,     /* SMB    */
	    0xff534d42, /* CIFS   */
	    0xfe534d42, /* SMB2   */
	    0x5346414f, /* AFS    */
	    0x6b414653, /* AFS    */
	    0x564c,     /* NCP    */
	    0x73757245, /* Coda   */
	    0x00c36400, /* Ceph   */
	    0x01021997, /* 9P     */
	    0x0bd00bd0, /* Lustre */
	    0x47504653, /* GPFS   */
	};
	size_t i;

	for (i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		if ((uint32_t)f_type == shared[i])
			return 1;
	return 0;
}
