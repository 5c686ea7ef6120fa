/* Writing packages.
 *
 * A folder is filled under a temporary name beside its place and renamed when all of it is on the
 * disk; an archive is one temporary file.  A tar header states the size of what follows, so a
 * member whose size nobody knows yet is kept back first, small ones in memory and large ones in a
 * file without a name. */
#include "package/package.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/write.h"

#define HELD_MAX ((size_t)1024 * 1024) /* of a member of unknown size, in memory */
#define PIECE_SIZE ((size_t)65536)
#define BLOCK_SIZE 65536 /* of writes of an archive */

struct st_pack {
	enum st_pack_kind kind;
	char *path, *temporary, *base;
	uint64_t ms;
	int fd;                  /* of the folder, or of the archive's file */
	struct archive *archive; /* NULL: a folder */
	int failed;              /* errno of the first write that failed */
	int aborted;             /* what still comes goes nowhere */
	struct st_digests digests;
	/* The member being written. */
	int open, direct; /* direct: its bytes go straight on */
	char *name;
	uint64_t size, stated;
	int file; /* of a member in a folder, or -1 */
	struct st_buf held;
	FILE *spill;        /* what did not fit into held */
	stet_error pending; /* of st_pack_sink(); code 0: none */
};

/* --- names ----------------------------------------------------------------------------------- */

static int
ends(const char *path, const char *with, size_t *stem_out)
{
	size_t size = strlen(path), end = strlen(with);

	if (size <= end || strcmp(path + size - end, with) != 0)
		return 0;
	if (stem_out != NULL)
		*stem_out = size - end;
	return 1;
}

enum st_pack_kind
st_pack_kind_of(const char *path, size_t *stem_out)
{
	if (ends(path, ".tar.zst", stem_out))
		return ST_PACK_TAR_ZST;
	if (ends(path, ".tar", stem_out))
		return ST_PACK_TAR;
	if (ends(path, ".zip", stem_out))
		return ST_PACK_ZIP;
	if (stem_out != NULL)
		*stem_out = strlen(path);
	return ST_PACK_FOLDER;
}

static char *
joined(const char *a, const char *between, const char *b)
{
	size_t size = strlen(a) + strlen(between) + strlen(b) + 1;
	char *text = malloc(size);

	if (text != NULL)
		snprintf(text, size, "%s%s%s", a, between, b);
	return text;
}

/* The folder that path lies in; free(). */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL   ? strdup(".")
	       : slash == path ? strdup("/")
			       : strndup(path, (size_t)(slash - path));
}

static int
cannot_write(const struct st_pack *pack, int failed, stet_error *err)
{
	return st_fail_errno(err, failed, "cannot write '%s'", pack->path);
}

/* --- beginning ------------------------------------------------------------------------------- */

static la_ssize_t
write_block(struct archive *archive, void *ctx, const void *data, size_t size)
{
	struct st_pack *pack = ctx;

	if (pack->aborted)
		return (la_ssize_t)size;
	if (st_write_all(pack->fd, (stet_bytes){data, size}) < 0) {
		if (pack->failed == 0)
			pack->failed = errno;
		archive_set_error(archive, pack->failed, "write");
		return -1;
	}
	return (la_ssize_t)size;
}

/* What libarchive says went wrong, unless our own write did. */
static int
archive_failed(const struct st_pack *pack, stet_error *err)
{
	const char *why = archive_error_string(pack->archive);

	if (pack->failed != 0)
		return cannot_write(pack, pack->failed, err);
	if (archive_errno(pack->archive) == ENOMEM)
		return st_fail_nomem(err);
	return st_fail(err, STET_EIO, ST_IO_FAILED, "cannot write '%s': %.100s", pack->path,
	    why != NULL ? why : "the archive is not made");
}

static int
set_format(struct st_pack *pack)
{
	struct archive *archive = pack->archive;

	if (pack->kind == ST_PACK_ZIP)
		return archive_write_set_format_zip(archive) == ARCHIVE_OK &&
		       archive_write_set_format_option(archive, "zip", "hdrcharset", "UTF-8") ==
			   ARCHIVE_OK;
	if (archive_write_set_format_pax_restricted(archive) != ARCHIVE_OK)
		return 0;
	return pack->kind == ST_PACK_TAR || archive_write_add_filter_zstd(archive) == ARCHIVE_OK;
}

static int
open_archive(struct st_pack *pack, stet_error *err)
{
	if ((pack->fd = mkostemp(pack->temporary, O_CLOEXEC)) < 0)
		return cannot_write(pack, errno, err);
	if (fchmod(pack->fd, 0644) < 0)
		return cannot_write(pack, errno, err);
	if ((pack->archive = archive_write_new()) == NULL)
		return st_fail_nomem(err);
	archive_write_set_bytes_per_block(pack->archive, BLOCK_SIZE);
	archive_write_set_bytes_in_last_block(pack->archive, 1);
	if (!set_format(pack) ||
	    archive_write_open(pack->archive, pack, NULL, write_block, NULL) != ARCHIVE_OK)
		return archive_failed(pack, err);
	return STET_OK;
}

/* 1 if there is something at path that a new folder must not replace. */
static int
is_taken(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return 0;
	return !S_ISDIR(st.st_mode) || rmdir(path) < 0;
}

static int
open_folder(struct st_pack *pack, stet_error *err)
{
	if (is_taken(pack->path))
		return st_fail(err, STET_EREFUSED, ST_OUTPUT_TAKEN,
		    "'%s' is there already; nothing was written", pack->path);
	if (mkdtemp(pack->temporary) == NULL)
		return cannot_write(pack, errno, err);
	pack->fd = open(pack->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (pack->fd < 0 || fchmod(pack->fd, 0755) < 0)
		return cannot_write(pack, errno, err);
	return STET_OK;
}

static int
open_part(struct st_pack *pack, stet_error *err)
{
	if (mkdir(pack->path, 0755) < 0)
		return cannot_write(pack, errno, err);
	pack->fd = open(pack->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (pack->fd < 0 || fchmod(pack->fd, 0755) < 0)
		return cannot_write(pack, errno, err);
	return STET_OK;
}

int
st_pack_open(const char *path, enum st_pack_kind kind, const char *base, uint64_t ms,
    unsigned hashes, struct st_pack **pack_out, stet_error *err)
{
	struct st_pack *pack = calloc(1, sizeof(*pack));
	struct stat st;
	int rc = STET_OK;

	if (pack == NULL)
		return st_fail_nomem(err);
	pack->fd = pack->file = -1;
	pack->kind = kind;
	pack->ms = ms;
	pack->path = strdup(path);
	pack->base = strdup(base);
	/* What a killed run leaves says by its name that it is not whole. */
	pack->temporary = kind == ST_PACK_PART ? strdup(path) : joined(path, ".partial-", "XXXXXX");
	if (pack->path == NULL || pack->base == NULL || pack->temporary == NULL)
		rc = st_fail_nomem(err);
	if (rc == STET_OK)
		rc = st_digests_begin(&pack->digests, hashes, err);
	if (rc == STET_OK && kind == ST_PACK_NOTHING) {
		*pack_out = pack;
		return STET_OK;
	}
	if (rc == STET_OK && kind == ST_PACK_PART)
		rc = open_part(pack, err);
	else if (rc == STET_OK && kind != ST_PACK_FOLDER && stat(path, &st) == 0 &&
		 !S_ISREG(st.st_mode))
		rc = st_fail(err, STET_EREFUSED, ST_OUTPUT_TAKEN,
		    "'%s' is there already and is no file; nothing was written", path);
	if (rc == STET_OK && kind != ST_PACK_PART)
		rc = kind == ST_PACK_FOLDER ? open_folder(pack, err) : open_archive(pack, err);
	if (rc < 0)
		st_pack_abort(&pack);
	*pack_out = pack;
	return rc;
}

/* Without a name, where the file system can do that; else with that of path for a moment. */
static int
open_nameless(char *path)
{
	char *slash = strrchr(path, '/');
	const char *folder = slash == NULL ? "." : slash == path ? "/" : path;
	int fd;

	if (slash != NULL)
		*slash = '\0';
	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (slash != NULL)
		*slash = '/';
	if (fd < 0 && (fd = mkostemp(path, O_CLOEXEC)) >= 0)
		unlink(path);
	return fd;
}

int
st_pack_scratch(const struct st_pack *pack, FILE **file_out, stet_error *err)
{
	char *path = joined(pack->path, ".scratch-", "XXXXXX");
	int fd, failed;

	if (path == NULL)
		return st_fail_nomem(err);
	fd = open_nameless(path);
	failed = errno;
	free(path);
	if (fd < 0)
		return cannot_write(pack, failed, err);
	if ((*file_out = fdopen(fd, "w+")) == NULL) {
		close(fd);
		return st_fail_nomem(err);
	}
	return STET_OK;
}

/* --- members --------------------------------------------------------------------------------- */

/* Makes the folders that a member of a folder lies in. */
static int
make_above(struct st_pack *pack, const char *name)
{
	char *path = strdup(name), *slash;
	int rc = 0;

	if (path == NULL) {
		errno = ENOMEM;
		return -1;
	}
	for (slash = strchr(path, '/'); rc == 0 && slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdirat(pack->fd, path, 0755) == 0)
			rc = fchmodat(pack->fd, path, 0755, 0); /* whatever the umask */
		else if (errno != EEXIST)
			rc = -1;
		*slash = '/';
	}
	free(path);
	return rc;
}

static int
begin_file(struct st_pack *pack, stet_error *err)
{
	if (make_above(pack, pack->name) < 0 ||
	    (pack->file = openat(pack->fd, pack->name,
		 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644)) < 0 ||
	    fchmod(pack->file, 0644) < 0)
		return cannot_write(pack, errno, err);
	return STET_OK;
}

static int
put_header(struct st_pack *pack, uint64_t size, stet_error *err)
{
	struct archive_entry *entry = archive_entry_new();
	char *path = joined(pack->base, "/", pack->name);
	int rc = STET_OK;

	if (entry == NULL || path == NULL) {
		rc = st_fail_nomem(err);
	} else {
		archive_entry_set_pathname_utf8(entry, path);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		archive_entry_set_uid(entry, 0);
		archive_entry_set_gid(entry, 0);
		archive_entry_set_size(entry, (la_int64_t)size);
		/* A zip archive has its times in local time, and so differently from place to
		 * place: it gets none. */
		if (pack->kind != ST_PACK_ZIP)
			archive_entry_set_mtime(entry, (time_t)(pack->ms / 1000), 0);
		if (archive_write_header(pack->archive, entry) != ARCHIVE_OK)
			rc = archive_failed(pack, err);
	}
	archive_entry_free(entry);
	free(path);
	return rc;
}

int
st_pack_begin(struct st_pack *pack, const char *name, uint64_t size, stet_error *err)
{
	pack->name = strdup(name);
	if (pack->name == NULL)
		return st_fail_nomem(err);
	pack->size = 0;
	pack->stated = size;
	pack->open = 1;
	pack->direct = pack->archive == NULL || size != ST_PACK_UNKNOWN;
	st_error_clear(&pack->pending);
	pack->pending.code = STET_OK;
	if (pack->kind == ST_PACK_NOTHING)
		return STET_OK;
	if (pack->archive == NULL)
		return begin_file(pack, err);
	return pack->direct ? put_header(pack, size, err) : STET_OK;
}

/* On to where the package is. */
static int
put_on(struct st_pack *pack, stet_bytes piece, stet_error *err)
{
	if (pack->kind == ST_PACK_NOTHING)
		return STET_OK;
	if (pack->archive == NULL)
		return st_write_all(pack->file, piece) < 0 ? cannot_write(pack, errno, err)
							   : STET_OK;
	if (piece.size > 0 &&
	    archive_write_data(pack->archive, piece.data, piece.size) != (la_ssize_t)piece.size)
		return archive_failed(pack, err);
	return STET_OK;
}

static int
hold(struct st_pack *pack, stet_bytes piece, stet_error *err)
{
	int rc;

	if (pack->spill == NULL && pack->held.size + piece.size <= HELD_MAX) {
		st_buf_put_bytes(&pack->held, piece);
		return pack->held.rc < 0 ? st_fail_nomem(err) : STET_OK;
	}
	if (pack->spill == NULL && (rc = st_pack_scratch(pack, &pack->spill, err)) < 0)
		return rc;
	if (fwrite(piece.data, 1, piece.size, pack->spill) != piece.size)
		return cannot_write(pack, errno, err);
	return STET_OK;
}

int
st_pack_put(struct st_pack *pack, stet_bytes piece, stet_error *err)
{
	if (piece.size == 0)
		return STET_OK;
	st_digests_add(&pack->digests, piece);
	pack->size += piece.size;
	if (pack->stated != ST_PACK_UNKNOWN && pack->size > pack->stated)
		return st_fail(err, STET_EMISMATCH, ST_MEMBER_SIZE,
		    "'%.100s' is longer than the %llu bytes it was to have", pack->name,
		    (unsigned long long)pack->stated);
	return pack->direct ? put_on(pack, piece, err) : hold(pack, piece, err);
}

int
st_pack_sink(void *ctx, const char *path, stet_bytes piece, int last)
{
	struct st_pack *pack = ctx;

	(void)path;
	(void)last;
	if (pack->pending.code == STET_OK)
		pack->pending.code = st_pack_put(pack, piece, &pack->pending);
	return pack->pending.code;
}

/* What was held back, now that its size is known. */
static int
release(struct st_pack *pack, stet_error *err)
{
	uint8_t *piece;
	size_t got;
	int rc;

	if ((rc = put_header(pack, pack->size, err)) < 0 ||
	    (rc = put_on(pack, st_buf_bytes(&pack->held), err)) < 0 || pack->spill == NULL)
		return rc;
	if ((piece = malloc(PIECE_SIZE)) == NULL)
		return st_fail_nomem(err);
	if (fflush(pack->spill) != 0 || fseek(pack->spill, 0, SEEK_SET) != 0)
		rc = cannot_write(pack, errno, err);
	while (rc == STET_OK && (got = fread(piece, 1, PIECE_SIZE, pack->spill)) > 0)
		rc = put_on(pack, (stet_bytes){piece, got}, err);
	if (rc == STET_OK && ferror(pack->spill))
		rc = st_fail(
		    err, STET_EIO, ST_IO_FAILED, "'%.100s' cannot be read back", pack->name);
	free(piece);
	return rc;
}

static int
end_file(struct st_pack *pack, stet_error *err)
{
	struct timespec times[2];

	times[0].tv_sec = times[1].tv_sec = (time_t)(pack->ms / 1000);
	times[0].tv_nsec = times[1].tv_nsec = 0;
	if (futimens(pack->file, times) < 0)
		return cannot_write(pack, errno, err);
	return STET_OK;
}

static void
forget_member(struct st_pack *pack)
{
	if (pack->file >= 0)
		close(pack->file);
	if (pack->spill != NULL)
		fclose(pack->spill);
	st_buf_reset(&pack->held);
	free(pack->name);
	pack->file = -1;
	pack->spill = NULL;
	pack->name = NULL;
	pack->open = 0;
}

int
st_pack_end(struct st_pack *pack, stet_error *err)
{
	int rc = STET_OK;

	if (pack->pending.code != STET_OK) {
		if (err != NULL)
			*err = pack->pending;
		return pack->pending.code;
	}
	st_digests_end(&pack->digests);
	if (pack->stated != ST_PACK_UNKNOWN && pack->size != pack->stated)
		rc = st_fail(err, STET_EMISMATCH, ST_MEMBER_SIZE,
		    "'%.100s' has %llu bytes instead of %llu", pack->name,
		    (unsigned long long)pack->size, (unsigned long long)pack->stated);
	else if (pack->kind == ST_PACK_FOLDER)
		rc = end_file(pack, err);
	else if (pack->archive != NULL && !pack->direct)
		rc = release(pack, err);
	if (rc == STET_OK && pack->archive != NULL &&
	    archive_write_finish_entry(pack->archive) != ARCHIVE_OK)
		rc = archive_failed(pack, err);
	forget_member(pack);
	return rc;
}

int
st_pack_member(struct st_pack *pack, const char *name, stet_bytes content, stet_error *err)
{
	int rc;

	if ((rc = st_pack_begin(pack, name, content.size, err)) < 0 ||
	    (rc = st_pack_put(pack, content, err)) < 0)
		return rc;
	return st_pack_end(pack, err);
}

int
st_pack_drop(struct st_pack *pack, const char *name, stet_error *err)
{
	char *path = strdup(name), *slash;
	int rc = STET_OK;

	if (path == NULL)
		return st_fail_nomem(err);
	if (unlinkat(pack->fd, path, 0) < 0)
		rc = cannot_write(pack, errno, err);
	while (rc == STET_OK && (slash = strrchr(path, '/')) != NULL) {
		*slash = '\0';
		if (unlinkat(pack->fd, path, AT_REMOVEDIR) < 0)
			break; /* others are in it */
	}
	free(path);
	return STET_OK;
}

size_t
st_pack_digest(const struct st_pack *pack, enum st_hash hash, uint8_t out[64])
{
	size_t size = st_hash_size(hash);

	memcpy(out, pack->digests.is[hash], size);
	return size;
}

uint64_t
st_pack_size(const struct st_pack *pack)
{
	return pack->size;
}

char *
st_pack_name(const struct st_pack *pack)
{
	return pack->name != NULL ? strdup(pack->name) : NULL;
}

int
st_pack_why(const struct st_pack *pack, int rc, stet_error *err)
{
	if (pack->pending.code == STET_OK)
		return rc;
	if (err != NULL)
		*err = pack->pending;
	return pack->pending.code;
}

/* --- ending ---------------------------------------------------------------------------------- */

static int clear_folder(int fd);

int
st_tree_remove(int above, const char *name)
{
	int inside;

	if (unlinkat(above, name, 0) == 0)
		return 0;
	inside = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (inside >= 0)
		clear_folder(inside);
	return unlinkat(above, name, AT_REMOVEDIR);
}

/* Removes what is in a folder; closes fd. */
static int
clear_folder(int fd)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;

	if (dir == NULL) {
		close(fd);
		return -1;
	}
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			st_tree_remove(dirfd(dir), entry->d_name);
	closedir(dir);
	return 0;
}

static int
time_folders(int above, const char *name, const struct timespec times[2])
{
	int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), copy, rc;
	struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? 0 : -1;
	copy = dup(fd);
	dir = copy < 0 ? NULL : fdopendir(copy);
	rc = dir == NULL ? -1 : 0;
	while (rc == 0 && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' && entry->d_type != DT_REG)
			rc = time_folders(fd, entry->d_name, times);
	if (dir != NULL)
		closedir(dir);
	if (rc == 0)
		rc = futimens(fd, times);
	close(fd);
	return rc;
}

static int
settle_folder(struct st_pack *pack, stet_error *err)
{
	struct timespec times[2];

	times[0].tv_sec = times[1].tv_sec = (time_t)(pack->ms / 1000);
	times[0].tv_nsec = times[1].tv_nsec = 0;
	if (time_folders(pack->fd, ".", times) < 0)
		return cannot_write(pack, errno, err);
	/* One sync of the file system instead of one a file: a bag may hold a hundred thousand. */
	if (syncfs(pack->fd) < 0)
		return cannot_write(pack, errno, err);
	return STET_OK;
}

static int
settle_archive(struct st_pack *pack, stet_error *err)
{
	if (archive_write_close(pack->archive) != ARCHIVE_OK)
		return archive_failed(pack, err);
	if (fsync(pack->fd) < 0)
		return cannot_write(pack, errno, err);
	return STET_OK;
}

static int
rename_into_place(struct st_pack *pack, stet_error *err)
{
	char *folder = folder_of(pack->path);
	int fd, failed = 0;

	if (folder == NULL)
		return st_fail_nomem(err);
	if (rename(pack->temporary, pack->path) < 0)
		failed = errno;
	fd = failed != 0 ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (failed == 0 && (fd < 0 || fsync(fd) < 0))
		failed = errno;
	if (fd >= 0)
		close(fd);
	free(folder);
	return failed != 0 ? cannot_write(pack, failed, err) : STET_OK;
}

static void
free_pack(struct st_pack **pack_in)
{
	struct st_pack *pack = *pack_in;

	*pack_in = NULL;
	forget_member(pack);
	if (pack->archive != NULL)
		archive_write_free(pack->archive);
	if (pack->fd >= 0)
		close(pack->fd);
	st_digests_free(&pack->digests);
	st_buf_free(&pack->held);
	free(pack->temporary);
	free(pack->base);
	free(pack->path);
	free(pack);
}

int
st_pack_finish(struct st_pack **pack_in, stet_error *err)
{
	struct st_pack *pack = *pack_in;
	int apart = pack->kind == ST_PACK_NOTHING || pack->kind == ST_PACK_PART;
	int rc = apart                   ? STET_OK
		 : pack->archive != NULL ? settle_archive(pack, err)
					 : settle_folder(pack, err);

	if (rc == STET_OK && !apart)
		rc = rename_into_place(pack, err);
	if (rc < 0)
		st_pack_abort(pack_in);
	else
		free_pack(pack_in);
	return rc;
}

void
st_pack_abort(struct st_pack **pack_in)
{
	struct st_pack *pack = *pack_in;

	if (pack == NULL)
		return;
	/* Its end is still made, into nothing: archive_write_fail() would leak the compressor. */
	pack->aborted = 1;
	if (pack->fd >= 0 && pack->temporary != NULL)
		st_tree_remove(AT_FDCWD, pack->temporary);
	free_pack(pack_in);
}
