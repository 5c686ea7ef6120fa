/* Files and folders that survive a crash: written beside, synced, renamed, and the folder synced.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/write.h"
#include "ledger/internal.h"

char *
st_path_join(const char *folder, const char *name)
{
	size_t size = strlen(folder) + 1 + strlen(name) + 1;
	char *path = malloc(size);

	if (path != NULL)
		snprintf(path, size, "%s/%s", folder, name);
	return path;
}

int
st_dir_sync(const char *path, stet_error *err)
{
	int fd, failed;

	if ((fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return st_fail_errno(err, errno, "cannot open folder '%s'", path);
	failed = fsync(fd) < 0 ? errno : 0;
	close(fd);
	return failed == 0 ? STET_OK : st_fail_errno(err, failed, "cannot sync folder '%s'", path);
}

static int
sync_folder_of(const char *path, stet_error *err)
{
	char *folder = strdup(path), *slash;
	int rc;

	if (folder == NULL)
		return st_fail_nomem(err);
	slash = strrchr(folder, '/');
	if (slash != NULL)
		*(slash == folder ? slash + 1 : slash) = '\0';
	rc = st_dir_sync(slash == NULL ? "." : folder, err);
	free(folder);
	return rc;
}

int
st_file_replace(const char *path, stet_bytes content, unsigned mode, stet_error *err)
{
	char *beside;
	int fd, failed = 0, rc;

	if ((beside = malloc(strlen(path) + sizeof(".new"))) == NULL)
		return st_fail_nomem(err);
	sprintf(beside, "%s.new", path);
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
	if (fd < 0) {
		rc = st_fail_errno(err, errno, "cannot make '%s'", beside);
		free(beside);
		return rc;
	}
	if (st_write_all(fd, content) < 0 || fdatasync(fd) < 0)
		failed = errno;
	if (close(fd) < 0 && failed == 0)
		failed = errno;
	if (failed == 0 && rename(beside, path) < 0)
		failed = errno;
	rc = failed == 0 ? STET_OK : st_fail_errno(err, failed, "cannot write '%s'", path);
	if (failed != 0)
		unlink(beside);
	free(beside);
	return rc;
}

int
st_file_write(const char *path, stet_bytes content, unsigned mode, stet_error *err)
{
	int rc = st_file_replace(path, content, mode, err);

	return rc == STET_OK ? sync_folder_of(path, err) : rc;
}

int
st_file_read(const char *path, size_t max, struct st_buf *out, stet_error *err)
{
	uint8_t *room;
	size_t want;
	ssize_t n;
	int fd, rc = STET_OK;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return st_fail_errno(err, errno, "cannot read '%s'", path);
	for (;;) {
		want = 4096;
		if ((room = st_buf_room(out, want)) == NULL) {
			rc = st_fail_nomem(err);
			break;
		}
		n = read(fd, room, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			rc = st_fail_errno(err, errno, "cannot read '%s'", path);
			break;
		}
		if (n == 0)
			break;
		st_buf_grow(out, (size_t)n);
		if (out->size > max) {
			rc = st_fail(err, STET_EFORMAT, ST_FILE_TOO_LARGE,
			    "'%s' is larger than the %zu bytes such a file can have", path, max);
			break;
		}
	}
	close(fd);
	return rc;
}

int
st_file_temporary(const char *folder, int *fd_out, stet_error *err)
{
	char *path;
	int fd, failed = 0;

	/* Without a name, where the file system can do that; else with one for a moment. */
	if ((fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)) < 0) {
		if ((path = st_path_join(folder, "stet.XXXXXX")) == NULL)
			return st_fail_nomem(err);
		fd = mkostemp(path, O_CLOEXEC);
		failed = errno;
		if (fd >= 0)
			unlink(path);
		free(path);
	}
	if (fd < 0 && failed == ENOENT)
		return st_fail(err, STET_EIO, ST_IO_FAILED,
		    "cannot make a temporary file in '%s': there is no such folder", folder);
	if (fd < 0)
		return st_fail_errno(err, failed, "cannot make a temporary file in '%s'", folder);
	*fd_out = fd;
	return STET_OK;
}

int
st_dir_make(const char *path, unsigned mode, stet_error *err)
{
	char *copy = strdup(path), *at;
	struct stat st;
	int rc = STET_OK;

	if (copy == NULL)
		return st_fail_nomem(err);
	for (at = copy + 1; rc == STET_OK; at++) {
		if (*at != '/' && *at != '\0')
			continue;
		if (*at == '/') {
			*at = '\0';
			if (mkdir(copy, 0777) < 0 && errno != EEXIST)
				rc = st_fail_errno(err, errno, "cannot make folder '%s'", copy);
			*at = '/';
			continue;
		}
		if (mkdir(copy, (mode_t)mode) == 0) {
			rc = sync_folder_of(copy, err);
		} else if (errno != EEXIST) {
			rc = st_fail_errno(err, errno, "cannot make folder '%s'", copy);
		} else if (stat(copy, &st) == 0 && !S_ISDIR(st.st_mode)) {
			rc = st_fail(err, STET_EINVAL, ST_NOT_A_FOLDER, "'%s' is no folder", copy);
		}
		break;
	}
	free(copy);
	return rc;
}

/* readdir says the same of an end and of a failure, unless errno is looked at. */
int
st_dir_next(DIR *dir, const char *path, const char **name_out, stet_error *err)
{
	struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(dir);
	} while (
	    entry != NULL && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	if (entry == NULL && errno != 0)
		return st_fail_errno(err, errno, "cannot read folder '%s'", path);
	*name_out = entry == NULL ? NULL : entry->d_name;
	return STET_OK;
}

int
st_dir_is_empty(const char *path, int *empty_out, stet_error *err)
{
	const char *name;
	DIR *dir;
	int rc;

	if ((dir = opendir(path)) == NULL)
		return st_fail_errno(err, errno, "cannot open folder '%s'", path);
	if ((rc = st_dir_next(dir, path, &name, err)) == STET_OK)
		*empty_out = name == NULL;
	closedir(dir);
	return rc;
}

/* File systems on which mmap and locks are not shared between machines: LMDB corrupts there. */
int
st_dir_is_remote(const char *path)
{
	static const unsigned long remote[] = {
	    0x6969,     /* NFS      */
	    0x517b,     /* SMB      */
	    0xff534d42, /* CIFS     */
	    0xfe534d42, /* SMB2     */
	    0x01021997, /* 9P       */
	    0x5346414f, /* AFS      */
	    0x73757245, /* Coda     */
	    0x00c36400, /* Ceph     */
	    0x0bd00bd0, /* Lustre   */
	    0x19830326, /* BeeGFS   */
	    0x47504653, /* GPFS     */
	};
	struct statfs fs;
	size_t i;

	if (statfs(path, &fs) < 0)
		return 0;
	for (i = 0; i < sizeof(remote) / sizeof(remote[0]); i++)
		if (((unsigned long)fs.f_type & 0xffffffff) == remote[i])
			return 1;
	return 0;
}

/* flock belongs to the open file: it ends with the process, however that ends. */
int
st_file_lock(const char *path, int wait_ms, int *fd_out, stet_error *err)
{
	struct timespec pause = {0, 2000000};
	int fd, waited = 0, failed;

	if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0)
		return st_fail_errno(err, errno, "cannot open the lock '%s'", path);
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		failed = errno;
		if (failed == EINTR)
			continue;
		if (failed != EWOULDBLOCK || waited >= wait_ms) {
			close(fd);
			if (failed != EWOULDBLOCK)
				return st_fail_errno(err, failed, "cannot lock '%s'", path);
			return st_fail(err, STET_ELOCKED, ST_BUSY,
			    "another process is writing this ledger (waited %d ms)", waited);
		}
		nanosleep(&pause, NULL);
		waited += 2;
	}
	*fd_out = fd;
	return STET_OK;
}

void
st_dir_clear(const char *path)
{
	const char *name;
	struct stat st;
	char *inside;
	DIR *dir;

	if ((dir = opendir(path)) == NULL)
		return;
	while (st_dir_next(dir, path, &name, NULL) == STET_OK && name != NULL) {
		if ((inside = st_path_join(path, name)) == NULL)
			continue;
		if (lstat(inside, &st) == 0 && S_ISDIR(st.st_mode))
			st_dir_remove(inside);
		else
			unlink(inside);
		free(inside);
	}
	closedir(dir);
}

void
st_dir_remove(const char *path)
{
	st_dir_clear(path);
	rmdir(path);
}
