/* Files of a site. */
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
#include "site/site.h"

#define NEW_SUFFIX ".new"
#define NAME_SIZE 256

int
st_folder_open(struct st_folder *folder, const char *path, stet_error *err)
{
	memset(folder, 0, sizeof(*folder));
	folder->fd = -1;
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return st_fail_errno(err, errno, "cannot make folder '%s'", path);
	folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder->fd >= 0 ? STET_OK
			       : st_fail_errno(err, errno, "cannot open folder '%s'", path);
}

void
st_folder_close(struct st_folder *folder)
{
	if (folder->fd >= 0)
		close(folder->fd);
	folder->fd = -1;
}

int
st_folder_is_empty(const struct st_folder *folder)
{
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0;
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (count <= 2 && readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count <= 2; /* . and .. */
}

size_t
st_folder_peek(const struct st_folder *folder, const char *path, void *out, size_t size)
{
	int fd = openat(folder->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	size_t done = 0;
	ssize_t n = 1;

	while (fd >= 0 && n > 0 && done < size)
		if ((n = read(fd, (char *)out + done, size - done)) > 0)
			done += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	if (fd >= 0)
		close(fd);
	return n < 0 ? 0 : done;
}

static int
is_same(const struct st_folder *folder, const char *path, stet_bytes content)
{
	struct stat info;
	char *here;
	int same;

	if (fstatat(folder->fd, path, &info, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(info.st_mode) ||
	    (uint64_t)info.st_size != content.size || (here = malloc(content.size + 1)) == NULL)
		return 0;
	same = st_folder_peek(folder, path, here, content.size + 1) == content.size &&
	       memcmp(here, content.data, content.size) == 0;
	free(here);
	return same;
}

static int
make_folders(const struct st_folder *folder, const char *path)
{
	char above[NAME_SIZE];
	const char *slash = path;

	while ((slash = strchr(slash, '/')) != NULL) {
		if ((size_t)(slash - path) >= sizeof(above)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		memcpy(above, path, (size_t)(slash - path));
		above[slash - path] = '\0';
		if (mkdirat(folder->fd, above, 0777) < 0 && errno != EEXIST)
			return -1;
		slash++;
	}
	return 0;
}

int
st_folder_put(struct st_folder *folder, const char *path, stet_bytes content, stet_error *err)
{
	char beside[NAME_SIZE];
	int fd, failed = 0;

	if (is_same(folder, path, content)) {
		folder->kept++;
		return STET_OK;
	}
	snprintf(beside, sizeof(beside), "%s" NEW_SUFFIX, path);
	fd =
	    openat(folder->fd, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0 && errno == ENOENT && make_folders(folder, path) == 0)
		fd = openat(folder->fd, beside,
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return st_fail_errno(err, errno, "cannot write '%s'", path);
	if (st_write_all(fd, content) < 0)
		failed = errno;
	if (close(fd) < 0 && failed == 0)
		failed = errno;
	if (failed == 0 && renameat(folder->fd, beside, folder->fd, path) < 0)
		failed = errno;
	if (failed != 0) {
		(void)unlinkat(folder->fd, beside, 0);
		return st_fail_errno(err, failed, "cannot write '%s'", path);
	}
	folder->written++;
	return STET_OK;
}

void
st_folder_drop(struct st_folder *folder, const char *path)
{
	if (unlinkat(folder->fd, path, 0) == 0)
		folder->written++;
}

int
st_folder_sync(const struct st_folder *folder, stet_error *err)
{
	return syncfs(folder->fd) == 0 ? STET_OK
				       : st_fail_errno(err, errno, "cannot sync the site");
}

int
st_folder_take(void *folder, const char *path, stet_bytes content, stet_error *err)
{
	return st_folder_put(folder, path, content, err);
}
