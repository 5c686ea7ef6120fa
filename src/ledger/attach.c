/* Contents on their way in.
 *
 * Each is written to a file of its own that no name of an artifact leads to, and settled with those
 * that wait beside it: the files, then their names, then the folders that hold the names, then the
 * one above.  Only when all of that is on the disk may an entry name one of them.  A disk is waited
 * for a few times in all, where each content by itself would take three. */
#include "ledger/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/write.h"

#define PIECE_SIZE 65536
#define NEW_PREFIX "new." /* of content that has no name yet */

/* --- one content ----------------------------------------------------------------------------- */

static int
copy_in(int fd, stet_source *read_from, void *ctx, uint8_t sha256_out[32], uint64_t *size_out,
    stet_error *err)
{
	struct st_hasher *hasher = NULL;
	uint8_t digest[64], *piece = NULL;
	uint64_t size = 0;
	size_t got;
	int rc;

	if ((rc = st_hasher_new(ST_SHA256, &hasher, err)) < 0)
		return rc;
	if ((piece = malloc(PIECE_SIZE)) == NULL)
		rc = st_fail_nomem(err);
	while (rc == STET_OK) {
		got = 0;
		if ((rc = read_from(ctx, piece, PIECE_SIZE, &got)) != STET_OK) {
			rc = st_fail(err, rc < 0 ? rc : STET_EIO, ST_RULE_NONE,
			    "the content could not be read to its end");
			break;
		}
		if (got == 0)
			break;
		st_hasher_add(hasher, (stet_bytes){piece, got});
		size += got;
		if (st_write_all(fd, (stet_bytes){piece, got}) < 0)
			rc = st_fail_errno(err, errno, "cannot store an artifact");
	}
	st_hasher_end(hasher, digest);
	st_hasher_free(hasher);
	free(piece);
	if (rc == STET_OK) {
		memcpy(sha256_out, digest, 32);
		*size_out = size;
	}
	return rc;
}

/* Content on its way in is locked; where nobody holds the lock, its process was killed. */
static void
sweep(const char *folder)
{
	const char *name;
	DIR *dir = opendir(folder);
	int fd;

	if (dir == NULL)
		return;
	while (st_dir_next(dir, folder, &name, NULL) == STET_OK && name != NULL) {
		if (strncmp(name, NEW_PREFIX, sizeof(NEW_PREFIX) - 1) != 0)
			continue;
		fd = openat(dirfd(dir), name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
			(void)unlinkat(dirfd(dir), name, 0);
		if (fd >= 0)
			close(fd);
	}
	closedir(dir);
}

/* A locked temporary file, or -1. Between its beginning and its lock somebody may sweep it away. */
static int
open_temporary(char *path)
{
	size_t end = strlen(path) - 6;
	struct stat st;
	int fd;

	for (;;) {
		memcpy(path + end, "XXXXXX", 6);
		if ((fd = mkostemp(path, O_CLOEXEC)) < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
			if (fstat(fd, &st) < 0 || st.st_nlink > 0)
				return fd;
		}
		close(fd);
	}
}

/* What killed processes left, once in the life of a handle. */
static void
sweep_once(stet_ledger *ledger, char *temporary)
{
	char *name = strrchr(temporary, '/');

	if (atomic_flag_test_and_set(&ledger->swept))
		return;
	*name = '\0';
	sweep(temporary);
	*name = '/';
}

/* --- all that wait --------------------------------------------------------------------------- */

void
st_attach_begin(struct st_attaching *attaching, stet_ledger *ledger)
{
	memset(attaching, 0, sizeof(*attaching));
	attaching->ledger = ledger;
}

/* The lock goes with the descriptor: not before the content has its name. */
static void
let_go(struct st_waiting *waiting)
{
	close(waiting->fd);
	if (waiting->path != NULL)
		unlink(waiting->path);
	free(waiting->path);
}

void
st_attach_end(struct st_attaching *attaching)
{
	while (attaching->count > 0)
		let_go(&attaching->waiting[--attaching->count]);
	memset(attaching->folders, 0, sizeof(attaching->folders));
}

/* All of them are on their way to the disk before the first is waited for, so that a file system
 * with a journal writes it once. */
static int
sync_files(struct st_attaching *attaching, stet_error *err)
{
	size_t i;

	for (i = 0; attaching->count > 1 && i < attaching->count; i++)
		(void)sync_file_range(attaching->waiting[i].fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	for (i = 0; i < attaching->count; i++)
		if (fsync(attaching->waiting[i].fd) < 0)
			return st_fail_errno(err, errno, "cannot store an artifact");
	return STET_OK;
}

static int
name_file(struct st_attaching *attaching, struct st_waiting *waiting, stet_error *err)
{
	uint8_t *folder = &attaching->folders[waiting->digest[0]];
	struct st_buf path = {0};
	char *slash;
	int rc = STET_OK;

	st_artifact_path(attaching->ledger, waiting->digest, &path);
	if (path.rc < 0)
		return st_fail_nomem(err);
	slash = strrchr((char *)path.data, '/');
	*slash = '\0';
	/* The name of a new folder is synced with those of all. */
	if (!*folder && mkdir((char *)path.data, 0777) < 0)
		rc = st_dir_make((char *)path.data, 0777, err);
	*slash = '/';
	if (rc == STET_OK && rename(waiting->path, (char *)path.data) < 0)
		rc = st_fail_errno(
		    err, errno, "cannot store an artifact as '%s'", (char *)path.data);
	st_buf_free(&path);
	if (rc < 0)
		return rc;
	*folder = 1;
	free(waiting->path);
	waiting->path = NULL;
	return STET_OK;
}

static int
sync_folders(struct st_attaching *attaching, stet_error *err)
{
	struct st_buf path = {0};
	size_t i;
	int rc = STET_OK;

	/* Those of the digests, and the one that holds them. */
	for (i = 0; rc == STET_OK && i <= ST_ATTACH_FOLDERS; i++) {
		if (i < ST_ATTACH_FOLDERS && !attaching->folders[i])
			continue;
		st_buf_reset(&path);
		st_buf_printf(&path, i < ST_ATTACH_FOLDERS ? "%s/artifacts/%02x" : "%s/artifacts",
		    attaching->ledger->path, (unsigned)i);
		st_buf_put_u8(&path, 0);
		rc = path.rc < 0 ? st_fail_nomem(err) : st_dir_sync((char *)path.data, err);
	}
	st_buf_free(&path);
	return rc;
}

int
st_attach_settle(struct st_attaching *attaching, stet_error *err)
{
	size_t i;
	int rc;

	if (attaching->count == 0)
		return STET_OK;
	rc = sync_files(attaching, err);
	for (i = 0; rc == STET_OK && i < attaching->count; i++)
		rc = name_file(attaching, &attaching->waiting[i], err);
	if (rc == STET_OK)
		rc = sync_folders(attaching, err);
	st_attach_end(attaching);
	return rc;
}

int
st_attach_add(struct st_attaching *attaching, stet_source *read_from, void *ctx,
    uint8_t sha256_out[32], uint64_t *size_out, stet_error *err)
{
	struct st_waiting *waiting;
	uint64_t size = 0;
	int rc;

	if (attaching->ledger->options.read_only)
		return st_fail(
		    err, STET_EREFUSED, ST_READ_ONLY, "the ledger was opened for reading only");
	if (attaching->count == ST_ATTACH_MAX && (rc = st_attach_settle(attaching, err)) < 0)
		return rc;
	waiting = &attaching->waiting[attaching->count];
	waiting->path = st_path_join(attaching->ledger->path, "artifacts/" NEW_PREFIX "XXXXXX");
	if (waiting->path == NULL)
		return st_fail_nomem(err);
	sweep_once(attaching->ledger, waiting->path);
	if ((waiting->fd = open_temporary(waiting->path)) < 0) {
		rc = st_fail_errno(
		    err, errno, "cannot make a file in '%s/artifacts'", attaching->ledger->path);
		free(waiting->path);
		return rc;
	}
	rc = copy_in(waiting->fd, read_from, ctx, waiting->digest, &size, err);
	if (rc == STET_OK && fchmod(waiting->fd, 0444) < 0)
		rc = st_fail_errno(err, errno, "cannot store an artifact");
	if (rc < 0) {
		let_go(waiting);
		return rc;
	}
	attaching->count++;
	memcpy(sha256_out, waiting->digest, 32);
	if (size_out != NULL)
		*size_out = size;
	return STET_OK;
}

int
st_attach_known(struct st_attaching *attaching, stet_source *read_from, void *ctx,
    const char sha256_hex[65], stet_error *err)
{
	uint8_t digest[32];
	char is[65];
	int rc;

	if ((rc = st_attach_add(attaching, read_from, ctx, digest, NULL, err)) < 0)
		return rc;
	st_hex(digest, 32, is);
	if (strcmp(is, sha256_hex) == 0)
		return STET_OK;
	let_go(&attaching->waiting[--attaching->count]);
	return st_fail(err, STET_EMISMATCH, ST_ARTIFACT_ALTERED,
	    "the content of artifact %s is another: its SHA-256 is %s", sha256_hex, is);
}

int
stet_ledger_attach(stet_ledger *ledger, stet_source *read_from, void *ctx, uint8_t sha256_out[32],
    uint64_t *size_out, stet_error *err)
{
	struct st_attaching attaching;
	uint8_t digest[32];
	uint64_t size;
	int rc;

	st_attach_begin(&attaching, ledger);
	if ((rc = st_attach_add(&attaching, read_from, ctx, digest, &size, err)) < 0 ||
	    (rc = st_attach_settle(&attaching, err)) < 0)
		return rc;
	memcpy(sha256_out, digest, 32);
	if (size_out != NULL)
		*size_out = size;
	return STET_OK;
}
