/* Reading packages: the names in a folder or an archive, and their content in passes.
 *
 * Nothing from an archive is put on the disk and no link is followed, so a hostile name can do no
 * more than be reported.  An archive is read from its beginning in every pass; of a zip archive its
 * directory at the end says what is in it, as with other programs, and one without is cut off. */
#include "package/package.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"

#define PIECE_SIZE ((size_t)65536)
#define DEPTH_MAX 64
#define NAME_MAX_SIZE 4096
#define NODES_MAX ((size_t)16 * 1024 * 1024)

struct st_unpack {
	char *path, *base;
	int folder; /* its descriptor; -1: an archive */
	struct st_node *nodes;
	size_t count, room;
};

/* --- nodes ----------------------------------------------------------------------------------- */

static int
unsafe_name(const char *name)
{
	const char *at = name;
	size_t part;

	if (name[0] == '/' || name[0] == '\0' || !st_text_ok(st_str(name)))
		return 1;
	for (; *at != '\0'; at += part + (at[part] == '/')) {
		part = strcspn(at, "/");
		if (part == 2 && at[0] == '.' && at[1] == '.')
			return 1;
	}
	return 0;
}

/* Takes name over. */
static int
add_node(struct st_unpack *tree, char *name, enum st_node_kind kind, uint64_t size, stet_error *err)
{
	struct st_node *grown;
	size_t room;

	if (name == NULL)
		return st_fail_nomem(err);
	if (tree->count == tree->room) {
		room = tree->room == 0 ? 64 : tree->room * 2;
		grown = room > NODES_MAX ? NULL : realloc(tree->nodes, room * sizeof(*grown));
		if (grown == NULL) {
			free(name);
			return st_fail_nomem(err);
		}
		tree->nodes = grown;
		tree->room = room;
	}
	tree->nodes[tree->count++] = (struct st_node){name, kind, 0, unsafe_name(name), size};
	return STET_OK;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct st_node *)a)->name, ((const struct st_node *)b)->name);
}

static void
sort_nodes(struct st_unpack *tree)
{
	size_t i;

	if (tree->count > 1)
		qsort(tree->nodes, tree->count, sizeof(tree->nodes[0]), by_name);
	for (i = 1; i < tree->count; i++)
		if (strcmp(tree->nodes[i].name, tree->nodes[i - 1].name) == 0)
			tree->nodes[i].twice = tree->nodes[i - 1].twice = 1;
}

/* --- folders --------------------------------------------------------------------------------- */

static int scan_folder(
    struct st_unpack *tree, int fd, const char *above, unsigned depth, stet_error *err);

static int
scan_name(struct st_unpack *tree, int fd, const char *above, const char *name, unsigned depth,
    stet_error *err)
{
	size_t size = strlen(above) + strlen(name) + 2;
	char *path = malloc(size), *again;
	struct stat st;
	int inside, rc;

	if (path == NULL)
		return st_fail_nomem(err);
	snprintf(path, size, "%s%s%s", above, above[0] != '\0' ? "/" : "", name);
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		rc = st_fail_errno(err, errno, "cannot look at '%s/%s'", tree->path, path);
		free(path);
		return rc;
	}
	if (!S_ISDIR(st.st_mode))
		return add_node(tree, path,
		    S_ISREG(st.st_mode)   ? ST_NODE_FILE
		    : S_ISLNK(st.st_mode) ? ST_NODE_LINK
					  : ST_NODE_OTHER,
		    (uint64_t)st.st_size, err);
	inside = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (inside < 0) {
		rc = st_fail_errno(err, errno, "cannot read folder '%s/%s'", tree->path, path);
		free(path);
		return rc;
	}
	again = strdup(path);
	rc = add_node(tree, path, ST_NODE_FOLDER, 0, err);
	if (rc == STET_OK && again == NULL)
		rc = st_fail_nomem(err);
	if (rc == STET_OK)
		rc = scan_folder(tree, inside, again, depth + 1, err);
	else
		close(inside);
	free(again);
	return rc;
}

/* Closes fd. */
static int
scan_folder(struct st_unpack *tree, int fd, const char *above, unsigned depth, stet_error *err)
{
	struct dirent *entry;
	DIR *dir = fdopendir(fd);
	int rc = STET_OK;

	if (dir == NULL) {
		close(fd);
		return st_fail_nomem(err);
	}
	if (depth > DEPTH_MAX)
		rc = st_fail(err, STET_EFORMAT, ST_PACKAGE_UNREADABLE,
		    "'%s' has more than %d folders in each other", tree->path, DEPTH_MAX);
	while (rc == STET_OK) {
		errno = 0;
		if ((entry = readdir(dir)) == NULL) {
			if (errno != 0)
				rc = st_fail_errno(
				    err, errno, "cannot read folder '%s/%s'", tree->path, above);
			break;
		}
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			rc = scan_name(tree, dirfd(dir), above, entry->d_name, depth, err);
	}
	closedir(dir);
	return rc;
}

/* --- archives -------------------------------------------------------------------------------- */

static int
archive_failed(const struct st_unpack *tree, struct archive *archive, stet_error *err)
{
	const char *why = archive_error_string(archive);
	int failed = archive_errno(archive);

	if (failed == ENOMEM)
		return st_fail_nomem(err);
	if (failed == EIO)
		return st_fail_errno(err, failed, "cannot read '%s'", tree->path);
	return st_fail(err, STET_EFORMAT, ST_PACKAGE_UNREADABLE,
	    "'%s' is no whole tar or zip archive: %.100s", tree->path,
	    why != NULL ? why : "it ends too early");
}

static int
open_archive(const struct st_unpack *tree, struct archive **archive_out, stet_error *err)
{
	struct archive *archive = archive_read_new();
	int rc;

	if (archive == NULL)
		return st_fail_nomem(err);
	/* What we write, and what others send: no program is ever started to unpack. */
	archive_read_support_format_tar(archive);
	archive_read_support_format_zip_seekable(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_xz(archive);
	if (archive_read_open_filename(archive, tree->path, PIECE_SIZE) != ARCHIVE_OK) {
		rc = archive_failed(tree, archive, err);
		archive_read_free(archive);
		return rc;
	}
	*archive_out = archive;
	return STET_OK;
}

/* The next header; STET_ENOTFOUND at the end. Warnings are about owners and times, which are
 * nothing to us, but for names that this libarchive cannot turn into text. */
static int
next_header(const struct st_unpack *tree, struct archive *archive, struct archive_entry **entry_out,
    stet_error *err)
{
	int got = archive_read_next_header(archive, entry_out);

	if (got == ARCHIVE_EOF)
		return STET_ENOTFOUND;
	return got == ARCHIVE_OK || got == ARCHIVE_WARN ? STET_OK
							: archive_failed(tree, archive, err);
}

/* The name as the archive has it, without "./" in front and "/" behind; free(). */
static char *
entry_name(struct archive_entry *entry)
{
	const char *name = archive_entry_pathname_utf8(entry);
	size_t size;

	if (name == NULL)
		name = archive_entry_pathname(entry);
	if (name == NULL)
		name = "";
	while (name[0] == '.' && name[1] == '/')
		name += 2;
	size = strlen(name);
	while (size > 1 && name[size - 1] == '/')
		size--;
	return strndup(name, size);
}

static enum st_node_kind
entry_kind(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry) != NULL)
		return ST_NODE_LINK;
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		return ST_NODE_FILE;
	case AE_IFDIR:
		return ST_NODE_FOLDER;
	case AE_IFLNK:
		return ST_NODE_LINK;
	default:
		return ST_NODE_OTHER;
	}
}

/* Reads the archive to its end, so that one that was cut off is noticed here. */
static int
scan_archive(struct st_unpack *tree, stet_error *err)
{
	struct archive_entry *entry;
	struct archive *archive;
	char *name;
	int rc;

	if ((rc = open_archive(tree, &archive, err)) < 0)
		return rc;
	while ((rc = next_header(tree, archive, &entry, err)) == STET_OK) {
		name = entry_name(entry);
		if (name != NULL && strcmp(name, ".") == 0) {
			free(name);
			continue;
		}
		if (name != NULL && strlen(name) > NAME_MAX_SIZE) {
			free(name);
			rc = st_fail(err, STET_EFORMAT, ST_PACKAGE_UNREADABLE,
			    "'%s' has a name of more than %d bytes", tree->path, NAME_MAX_SIZE);
			break;
		}
		if ((rc = add_node(tree, name, entry_kind(entry),
			 archive_entry_size_is_set(entry) ? (uint64_t)archive_entry_size(entry) : 0,
			 err)) < 0)
			break;
		if (archive_read_data_skip(archive) < ARCHIVE_WARN) {
			rc = archive_failed(tree, archive, err);
			break;
		}
	}
	archive_read_free(archive);
	return rc == STET_ENOTFOUND ? STET_OK : rc;
}

/* The first safe name, or NULL: unsafe ones are told of as they stand. */
static const struct st_node *
first_safe(const struct st_unpack *tree)
{
	size_t i;

	for (i = 0; i < tree->count; i++)
		if (!tree->nodes[i].unsafe)
			return &tree->nodes[i];
	return NULL;
}

static int
lies_in(const struct st_node *node, const char *base, size_t size)
{
	if (node->unsafe)
		return 1;
	return strncmp(node->name, base, size) == 0 &&
	       (node->name[size] == '/' ||
		   (node->name[size] == '\0' && node->kind == ST_NODE_FOLDER));
}

/* Where something lies beside the one folder of everything, nothing is taken off. */
static int
strip_base(struct st_unpack *tree, stet_error *err)
{
	const struct st_node *first = first_safe(tree);
	size_t i, size, kept = 0;
	struct st_node *node;

	if (first == NULL)
		return STET_OK;
	size = strcspn(first->name, "/");
	for (i = 0; i < tree->count; i++)
		if (!lies_in(&tree->nodes[i], first->name, size))
			return STET_OK;
	if ((tree->base = strndup(first->name, size)) == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < tree->count; i++) {
		node = &tree->nodes[i];
		if (!node->unsafe && node->name[size] == '\0') {
			free(node->name);
			continue;
		}
		if (!node->unsafe) {
			memmove(
			    node->name, node->name + size + 1, strlen(node->name + size + 1) + 1);
			node->unsafe = unsafe_name(node->name);
		}
		tree->nodes[kept++] = *node;
	}
	tree->count = kept;
	return STET_OK;
}

/* --- opening --------------------------------------------------------------------------------- */

int
st_unpack_open(const char *path, struct st_unpack **tree_out, stet_error *err)
{
	struct st_unpack *tree = calloc(1, sizeof(*tree));
	struct stat st;
	int rc = STET_OK, scanned;

	if (tree == NULL || (tree->path = strdup(path)) == NULL) {
		free(tree);
		return st_fail_nomem(err);
	}
	tree->folder = -1;
	if (stat(path, &st) < 0) {
		rc = st_fail_errno(err, errno, "cannot read '%s'", path);
	} else if (S_ISDIR(st.st_mode)) {
		tree->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		scanned = tree->folder < 0 ? -1 : openat(tree->folder, ".", O_RDONLY | O_CLOEXEC);
		rc = scanned < 0 ? st_fail_errno(err, errno, "cannot read folder '%s'", path)
				 : scan_folder(tree, scanned, "", 0, err);
	} else {
		rc = scan_archive(tree, err);
		if (rc == STET_OK)
			rc = strip_base(tree, err);
	}
	if (rc < 0) {
		st_unpack_close(tree);
		return rc;
	}
	sort_nodes(tree);
	*tree_out = tree;
	return STET_OK;
}

void
st_unpack_close(struct st_unpack *tree)
{
	size_t i;

	if (tree == NULL)
		return;
	for (i = 0; i < tree->count; i++)
		free(tree->nodes[i].name);
	if (tree->folder >= 0)
		close(tree->folder);
	free(tree->nodes);
	free(tree->base);
	free(tree->path);
	free(tree);
}

int
st_unpack_is_archive(const struct st_unpack *tree)
{
	return tree->folder < 0;
}

const char *
st_unpack_base(const struct st_unpack *tree)
{
	return tree->base != NULL ? tree->base : "";
}

size_t
st_unpack_count(const struct st_unpack *tree)
{
	return tree->count;
}

const struct st_node *
st_unpack_get(const struct st_unpack *tree, size_t index)
{
	return &tree->nodes[index];
}

const struct st_node *
st_unpack_find(const struct st_unpack *tree, const char *name, size_t *index_out)
{
	size_t low = 0, high = tree->count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = strcmp(tree->nodes[middle].name, name);
		if (order == 0) {
			if (index_out != NULL)
				*index_out = middle;
			return &tree->nodes[middle];
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* --- content --------------------------------------------------------------------------------- */

/* A file of a folder, wherever its name leads: no part of it may have become a link. */
static int
open_inside(const struct st_unpack *tree, const char *name)
{
	char part[NAME_MAX_SIZE];
	int fd = dup(tree->folder), next;
	const char *slash;
	struct stat st;

	while (fd >= 0 && (slash = strchr(name, '/')) != NULL) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - name), name);
		next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(fd);
		fd = next;
		name = slash + 1;
	}
	if (fd < 0)
		return -1;
	next = openat(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	close(fd);
	if (next >= 0 && (fstat(next, &st) < 0 || !S_ISREG(st.st_mode))) {
		close(next);
		errno = ELOOP;
		return -1;
	}
	return next;
}

struct st_member {
	struct st_unpack *tree;
	const char *name;
	int fd;                  /* -1: in an archive */
	struct archive *archive; /* its own, or that of a pass */
	int failed;              /* errno of a file that could not be read */
};

static int
pass_file(struct st_unpack *tree, const struct st_pass *pass, const struct st_node *node,
    size_t index, stet_error *err)
{
	struct st_member member = {tree, node->name, open_inside(tree, node->name), NULL, 0};
	int rc;

	if (member.fd < 0)
		return st_fail_errno(err, errno, "cannot read '%s/%s'", tree->path, node->name);
	rc = pass->take(pass->ctx, node, index, &member, err);
	close(member.fd);
	return rc;
}

static int
pass_folder(struct st_unpack *tree, const struct st_pass *pass, stet_error *err)
{
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc >= 0 && i < tree->count; i++) {
		if (tree->nodes[i].kind != ST_NODE_FILE)
			continue;
		if ((rc = pass->want(pass->ctx, &tree->nodes[i], i, err)) > 0)
			rc = pass_file(tree, pass, &tree->nodes[i], i, err);
	}
	return rc < 0 ? rc : STET_OK;
}

/* The node that a member of the archive is; NULL: one to be passed over. STET_ENOMEM. */
static int
node_of(const struct st_unpack *tree, struct archive_entry *entry, const struct st_node **node_out,
    size_t *index_out, stet_error *err)
{
	char *name = entry_name(entry);
	const struct st_node *node = NULL;
	size_t base = tree->base != NULL ? strlen(tree->base) + 1 : 0;

	*node_out = NULL;
	if (name == NULL)
		return st_fail_nomem(err);
	if (strlen(name) > base)
		node = st_unpack_find(tree, name + base, index_out);
	free(name);
	if (node != NULL && node->kind == ST_NODE_FILE && !node->twice)
		*node_out = node;
	return STET_OK;
}

static int
pass_archive(struct st_unpack *tree, const struct st_pass *pass, stet_error *err)
{
	struct st_member member = {tree, NULL, -1, NULL, 0};
	const struct st_node *node;
	struct archive_entry *entry;
	size_t index = 0;
	int rc;

	if ((rc = open_archive(tree, &member.archive, err)) < 0)
		return rc;
	while (rc >= 0 && (rc = next_header(tree, member.archive, &entry, err)) == STET_OK) {
		if ((rc = node_of(tree, entry, &node, &index, err)) < 0 || node == NULL)
			continue;
		member.name = node->name;
		if ((rc = pass->want(pass->ctx, node, index, err)) > 0)
			rc = pass->take(pass->ctx, node, index, &member, err);
	}
	archive_read_free(member.archive);
	return rc < 0 && rc != STET_ENOTFOUND ? rc : STET_OK;
}

int
st_unpack_pass(struct st_unpack *tree, const struct st_pass *pass, stet_error *err)
{
	return tree->folder >= 0 ? pass_folder(tree, pass, err) : pass_archive(tree, pass, err);
}

/* --- one file -------------------------------------------------------------------------------- */

int
st_member_open(
    struct st_unpack *tree, const char *name, struct st_member **member_out, stet_error *err)
{
	struct st_member *member;
	const struct st_node *node = NULL, *wanted = st_unpack_find(tree, name, NULL);
	struct archive_entry *entry;
	int rc = STET_OK;

	if (wanted == NULL || wanted->kind != ST_NODE_FILE || wanted->twice)
		return st_fail(
		    err, STET_ENOTFOUND, ST_RULE_NONE, "'%s' has no file '%s'", tree->path, name);
	if ((member = calloc(1, sizeof(*member))) == NULL)
		return st_fail_nomem(err);
	member->tree = tree;
	member->name = wanted->name;
	member->fd = -1;
	if (tree->folder >= 0) {
		if ((member->fd = open_inside(tree, name)) < 0)
			rc = st_fail_errno(err, errno, "cannot read '%s/%s'", tree->path, name);
	} else if ((rc = open_archive(tree, &member->archive, err)) == STET_OK) {
		do
			if ((rc = next_header(tree, member->archive, &entry, err)) == STET_OK)
				rc = node_of(tree, entry, &node, NULL, err);
		while (rc == STET_OK && node != wanted);
		if (rc == STET_ENOTFOUND)
			rc = st_fail(err, STET_EFORMAT, ST_PACKAGE_UNREADABLE,
			    "'%s' changed while it was read", tree->path);
	}
	if (rc < 0) {
		st_member_close(member);
		return rc;
	}
	*member_out = member;
	return STET_OK;
}

int
st_member_source(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	struct st_member *member = ctx;
	ssize_t n;

	if (member->archive != NULL)
		n = archive_read_data(member->archive, buf, size);
	else
		do
			n = read(member->fd, buf, size);
		while (n < 0 && errno == EINTR);
	if (n < 0) {
		member->failed = errno;
		return member->archive != NULL ? STET_EFORMAT : STET_EIO;
	}
	*got_out = (size_t)n;
	return STET_OK;
}

int
st_member_read(
    struct st_member *member, uint8_t *buf, size_t size, size_t *got_out, stet_error *err)
{
	if (st_member_source(member, buf, size, got_out) == STET_OK)
		return STET_OK;
	if (member->archive != NULL)
		return archive_failed(member->tree, member->archive, err);
	return st_fail_errno(
	    err, member->failed, "cannot read '%s/%s'", member->tree->path, member->name);
}

void
st_member_close(struct st_member *member)
{
	if (member == NULL)
		return;
	if (member->fd >= 0)
		close(member->fd);
	if (member->archive != NULL)
		archive_read_free(member->archive);
	free(member);
}

int
st_unpack_read(
    struct st_unpack *tree, const char *name, size_t max, struct st_buf *out, stet_error *err)
{
	struct st_member *member;
	size_t got, before = out->size;
	uint8_t *room;
	int rc;

	if ((rc = st_member_open(tree, name, &member, err)) < 0)
		return rc;
	do {
		got = 0;
		if ((room = st_buf_room(out, PIECE_SIZE)) == NULL) {
			rc = st_fail_nomem(err);
		} else if ((rc = st_member_read(member, room, PIECE_SIZE, &got, err)) == STET_OK) {
			st_buf_grow(out, got);
			if (out->size - before > max)
				rc = st_fail(err, STET_EFORMAT, ST_PACKAGE_UNREADABLE,
				    "'%s' has more than %zu bytes", name, max);
		}
	} while (rc == STET_OK && got > 0);
	st_member_close(member);
	return rc;
}
