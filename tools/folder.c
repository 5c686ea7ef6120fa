#include "folder.h"
#include "env.h"
#include "out.h"
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* rmdir and mkdir say what is there: another one, or something else. */
static int
clear_place(const char *path)
{
	if (rmdir(path) == 0 || errno == ENOENT)
		return 0;
	complain("cannot write the folder '%s': %s", path, strerror(errno));
	return -1;
}

int
folder_open(struct folder *folder, const char *path)
{
	mode_t mask = umask(0);

	umask(mask);
	memset(folder, 0, sizeof(*folder));
	folder->path = path;
	folder->fd = -1;
	if (clear_place(path) < 0)
		return -1;
	folder->temporary = text_of("%s.XXXXXX", path);
	if (folder->temporary == NULL) {
		complain("out of memory");
		return -1;
	}
	if (mkdtemp(folder->temporary) != NULL && chmod(folder->temporary, 0777 & ~mask) == 0)
		return 0;
	complain("cannot write the folder '%s': %s", path, strerror(errno));
	free(folder->temporary);
	return -1;
}

static int
open_file(struct folder *folder, const char *name)
{
	char *path = text_of("%s/%s", folder->temporary, name);

	folder->file = strdup(name);
	errno = ENOMEM;
	if (path != NULL && folder->file != NULL)
		folder->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	free(path);
	return folder->fd < 0 ? -1 : 0;
}

static int
close_file(struct folder *folder)
{
	int rc = fsync(folder->fd);

	if (close(folder->fd) < 0)
		rc = -1;
	free(folder->file);
	folder->file = NULL;
	folder->fd = -1;
	return rc;
}

static int
put(struct folder *folder, const char *name, stet_bytes piece, int last)
{
	ssize_t written;

	if (folder->fd < 0 && open_file(folder, name) < 0)
		return -1;
	while (piece.size > 0) {
		written = write(folder->fd, piece.data, piece.size);
		if (written < 0 && errno != EINTR)
			return -1;
		if (written > 0) {
			piece.data += written;
			piece.size -= (size_t)written;
		}
	}
	return last ? close_file(folder) : 0;
}

int
folder_sink(void *ctx, const char *path, stet_bytes piece, int last)
{
	struct folder *folder = ctx;

	if (folder->failed == 0 && put(folder, path, piece, last) < 0)
		folder->failed = errno;
	return folder->failed == 0 ? STET_OK : folder->failed == ENOSPC ? STET_EFULL : STET_EIO;
}

/* What we made ourselves: files, no folders. */
static void
drop(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir != NULL)
		closedir(dir);
	rmdir(path);
}

int
folder_close(struct folder *folder, int keep)
{
	int status = EXIT_YES;

	if (folder->fd >= 0)
		close(folder->fd);
	free(folder->file);
	if (keep && folder->failed == 0 && rename(folder->temporary, folder->path) < 0)
		folder->failed = errno;
	if (folder->failed != 0) {
		complain(
		    "cannot write the folder '%s': %s", folder->path, strerror(folder->failed));
		status = EXIT_UNSURE;
	}
	if (!keep || folder->failed != 0)
		drop(folder->temporary);
	free(folder->temporary);
	return status;
}
