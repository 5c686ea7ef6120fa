/* The files of the reader's memory. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "memory/memory.h"

#define WAIT_MS 2000 /* it is written in a moment; nobody's answer waits for it for long */

int
st_memory_is_closed(const stet_error *why)
{
	return why->sys_errno == EACCES || why->sys_errno == ENOTDIR || why->sys_errno == EPERM;
}

/* What stands in the way of looking is no memory that disagrees: somebody else's folder, say. What
 * is there and no file of ours is damage. */
static int
why_unread(int rc, stet_error *why, stet_error *err)
{
	if (rc == STET_EFORMAT || why->sys_errno == EISDIR || why->sys_errno == ELOOP)
		return st_fail(err, STET_EFORMAT, ST_MEMORY_DAMAGED,
		    "what is remembered is damaged: it is no such file");
	if (st_memory_is_closed(why))
		rc = STET_EREFUSED;
	if (err != NULL)
		*err = *why;
	return rc;
}

int
st_accepted_read(const char *folder, const char *name, const char *id, struct st_buf *text_out,
    struct st_accepted *accepted_out, stet_error *err)
{
	char *path = st_path_join(folder, name);
	stet_error why;
	int rc;

	if (path == NULL)
		return st_fail_nomem(err);
	st_error_clear(&why);
	st_buf_reset(text_out);
	if ((rc = st_file_read(path, ST_MEMORY_MAX, text_out, &why)) < 0)
		rc = why_unread(rc, &why, err);
	else if ((rc = st_accepted_parse(st_buf_bytes(text_out), accepted_out, err)) == STET_OK &&
		 id != NULL && strcmp(accepted_out->head.ledger, id) != 0 &&
		 (accepted_out->head.ledger[0] != '\0' || strcmp(name, ST_MEMORY_CHECKED) != 0))
		rc = st_fail(err, STET_EFORMAT, ST_MEMORY_DAMAGED,
		    "what is remembered is damaged: it is of another ledger");
	free(path);
	return rc;
}

/* --- going forward ---------------------------------------------------------------------------- */

static int
lock_file(const char *folder, const char *name, int *fd_out, stet_error *err)
{
	char *path = malloc(strlen(folder) + strlen(name) + sizeof("/.lock"));
	int rc;

	if (path == NULL)
		return st_fail_nomem(err);
	sprintf(path, "%s/%s.lock", folder, name);
	rc = st_file_lock(path, WAIT_MS, fd_out, err);
	free(path);
	if (rc == STET_ELOCKED)
		return st_fail(err, STET_ELOCKED, ST_BUSY,
		    "another process is writing the memory in '%s'", folder);
	return rc;
}

/* Under the lock. *go_out: what is there is smaller, and may be replaced. */
static int
look_again(const char *folder, const char *name, const struct st_accepted *accepted,
    st_accepted_compare *compare, void *ctx, int *go_out, stet_error *err)
{
	struct st_accepted there;
	struct st_buf text = {0};
	const char *id = accepted->head.ledger;
	int rc;

	*go_out = 1;
	rc = st_accepted_read(folder, name, id, &text, &there, err);
	if (rc == STET_ENOTFOUND) {
		rc = STET_OK;
	} else if (rc == STET_OK) {
		*go_out = there.head.size < accepted->head.size;
		if (*go_out && compare != NULL)
			rc = compare(ctx, &there.head, err);
	}
	st_buf_free(&text);
	return rc;
}

static int
write_file(
    const char *folder, const char *name, const struct st_accepted *accepted, stet_error *err)
{
	char *path = st_path_join(folder, name);
	struct st_buf text = {0};
	int rc;

	if (path == NULL)
		return st_fail_nomem(err);
	if ((rc = st_accepted_put(&text, accepted, err)) == STET_OK)
		rc = st_file_write(path, st_buf_bytes(&text), 0600, err);
	st_buf_free(&text);
	free(path);
	return rc;
}

int
st_accepted_advance(const char *folder, const char *name, const struct st_accepted *accepted,
    st_accepted_compare *compare, void *ctx, stet_error *err)
{
	int rc, fd = -1, go = 0;

	if ((rc = st_dir_make(folder, 0700, err)) < 0 ||
	    (rc = lock_file(folder, name, &fd, err)) < 0)
		return rc;
	if ((rc = look_again(folder, name, accepted, compare, ctx, &go, err)) == STET_OK && go)
		rc = write_file(folder, name, accepted, err);
	close(fd);
	return rc;
}

int
st_accepted_forget(const char *folder, const char *name, stet_error *err)
{
	char *path = st_path_join(folder, name);
	int rc, fd = -1;

	if (path == NULL)
		return st_fail_nomem(err);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		rc = STET_ENOTFOUND;
	else if ((rc = lock_file(folder, name, &fd, err)) == STET_OK) {
		if (unlink(path) < 0)
			rc = st_fail_errno(err, errno, "cannot remove '%s'", path);
		else
			rc = st_dir_sync(folder, err);
		close(fd);
	}
	free(path);
	return rc;
}
