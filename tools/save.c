#include "save.h"
#include "env.h"
#include "util.h"
#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
is_stdout(const struct save *save)
{
	return strcmp(save->path, "-") == 0;
}

static int
temporary_beside(struct save *save)
{
	mode_t mask = umask(0);

	umask(mask);
	save->temporary = text_of("%s.XXXXXX", save->path);
	if (save->temporary == NULL) {
		errno = ENOMEM;
		return -1;
	}
	save->fd = mkostemp(save->temporary, O_CLOEXEC);
	if (save->fd < 0)
		return -1;
	return fchmod(save->fd, 0666 & ~mask); /* as open() would have made it */
}

int
save_open(struct save *save, const char *path)
{
	struct stat info;

	memset(save, 0, sizeof(*save));
	save->path = path;
	save->fd = -1;
	if (is_stdout(save)) {
		if (!out_is_terminal())
			return 0;
		complain("this is not text; write it to a file with -o, or pipe it on");
		return -1;
	}
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
		complain("cannot write '%s': %s", path, strerror(EISDIR));
		return -1;
	}
	/* A device or a pipe is written to as it is; only a file can be replaced. */
	if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
		if ((save->fd = open(path, O_WRONLY | O_CLOEXEC)) >= 0)
			return 0;
	} else if (temporary_beside(save) == 0) {
		return 0;
	}
	complain("cannot write '%s': %s", path, strerror(errno));
	save_close(save, 0);
	return -1;
}

void
save_put(struct save *save, const void *data, size_t size)
{
	const char *from = data;
	ssize_t written;

	if (is_stdout(save)) {
		out_put(data, size);
		return;
	}
	while (size > 0 && save->failed == 0) {
		written = write(save->fd, from, size);
		if (written >= 0) {
			from += written;
			size -= (size_t)written;
		} else if (errno != EINTR) {
			save->failed = errno;
		}
	}
}

int
save_sink(void *ctx, const char *path, stet_bytes piece, int last)
{
	struct save *save = ctx;

	(void)path;
	(void)last;
	save_put(save, piece.data, piece.size);
	return save->failed == 0 ? STET_OK : save->failed == ENOSPC ? STET_EFULL : STET_EIO;
}

/* A rename is durable once the folder is synced. */
static int
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
	    slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
	int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = -1;

	if (fd >= 0) {
		rc = fsync(fd);
		close(fd);
	}
	free(folder);
	return rc;
}

int
save_close(struct save *save, int keep)
{
	int status = EXIT_YES;

	if (is_stdout(save))
		return EXIT_YES;
	if (save->fd >= 0 && keep && save->failed == 0 && fsync(save->fd) < 0 && errno != EINVAL)
		save->failed = errno;
	if (save->fd >= 0)
		close(save->fd);
	if (keep && save->failed == 0 && save->temporary != NULL &&
	    (rename(save->temporary, save->path) < 0 || sync_folder(save->path) < 0))
		save->failed = errno;
	if (save->failed != 0) {
		complain("cannot write '%s': %s", save->path, strerror(save->failed));
		status = EXIT_UNSURE;
	}
	if ((!keep || save->failed != 0) && save->temporary != NULL && save->fd >= 0)
		unlink(save->temporary);
	free(save->temporary);
	save->temporary = NULL;
	save->fd = -1;
	return status;
}
