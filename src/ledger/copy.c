/* Backup: a consistent copy while others write. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "ledger/attach.h"
#include "ledger/timestamps.h"

#define ROWS_A_BATCH 4096
#define SCAN_COUNT 64

struct copying {
	stet_progress *progress;
	void *ctx;
	uint64_t done, total;
};

static int
tell(struct copying *copying, const char *what, stet_error *err)
{
	if (copying->progress != NULL &&
	    copying->progress(copying->ctx, what, copying->done, copying->total) != 0)
		return st_fail(
		    err, STET_EINVAL, ST_STOPPED, "stopped; nothing is left of the copy");
	return STET_OK;
}

/* One table, through the store interface alone: the same loop serves every pair of engines. */
static int
copy_table(struct st_reader *from, struct st_store *to, enum st_table table,
    struct copying *copying, stet_error *err)
{
	stet_bytes keys[SCAN_COUNT], values[SCAN_COUNT];
	struct st_batch *batch = NULL;
	struct st_scan *scan = NULL;
	size_t count, rows = 0;
	int rc;

	if ((rc = st_scan_open(from, table, NULL, &scan, err)) < 0)
		return rc;
	for (;;) {
		if ((rc = st_scan_next(scan, SCAN_COUNT, keys, values, &count, err)) < 0 ||
		    count == 0)
			break;
		if ((batch == NULL && (rc = st_batch_begin(to, 0, &batch, err)) < 0) ||
		    (rc = st_batch_put(batch, table, ST_PUT_APPEND, keys, values, count, err)) < 0)
			break;
		rows += count;
		copying->done += table == ST_ENTRY ? count : 0;
		if (rows >= ROWS_A_BATCH) {
			rows = 0;
			if ((rc = st_batch_commit(&batch, err)) < 0 ||
			    (rc = tell(copying, "entries", err)) < 0)
				break;
		}
	}
	if (rc == STET_OK && batch != NULL)
		rc = st_batch_commit(&batch, err);
	st_batch_abort(&batch);
	st_scan_close(scan);
	return rc;
}

int
st_store_copy(struct st_reader *from, struct st_store *to, stet_progress *progress, void *ctx,
    stet_error *err)
{
	struct copying copying = {progress, ctx, 0, 0};
	int rc, table;

	if ((rc = st_reader_rows(from, ST_ENTRY, &copying.total, err)) < 0)
		return rc;
	for (table = 0; rc == STET_OK && table < ST_TABLE_COUNT; table++)
		rc = copy_table(from, to, (enum st_table)table, &copying, err);
	return rc;
}

/* --- files ----------------------------------------------------------------------------------- */

static int
read_file(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	ssize_t n;

	do {
		n = read(*(int *)ctx, buf, size);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return STET_EIO;
	*got_out = (size_t)n;
	return STET_OK;
}

/* Content goes through attach, so a copy holds only what its digest says. */
static int
copy_artifact(struct st_attaching *to, const char *path, const char *hex, stet_error *err)
{
	int fd, rc;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return st_fail_errno(err, errno, "cannot read artifact '%s'", path);
	rc = st_attach_known(to, read_file, &fd, hex, err);
	close(fd);
	return rc;
}

static int copy_folder(
    struct st_attaching *to, const char *folder, const char *first, stet_error *err);

static int
copy_inside(struct st_attaching *to, const char *folder, const char *first, const char *name,
    stet_error *err)
{
	char *inside = st_path_join(folder, name), hex[65];
	int rc;

	if (inside == NULL) {
		rc = st_fail_nomem(err);
	} else if (first == NULL) {
		rc = copy_folder(to, inside, name, err);
	} else {
		memcpy(hex, first, 2);
		memcpy(hex + 2, name, 63);
		rc = copy_artifact(to, inside, hex, err);
	}
	free(inside);
	return rc;
}

/* artifacts/ if first is NULL, else the folder of that name in it. */
static int
copy_folder(struct st_attaching *to, const char *folder, const char *first, stet_error *err)
{
	const char *name;
	DIR *dir;
	int rc;

	if ((dir = opendir(folder)) == NULL)
		return st_fail_errno(err, errno, "cannot read folder '%s'", folder);
	while ((rc = st_dir_next(dir, folder, &name, err)) == STET_OK && name != NULL) {
		if (name[0] == '.' || strlen(name) != (first == NULL ? 2 : 62))
			continue;
		if ((rc = copy_inside(to, folder, first, name, err)) < 0)
			break;
	}
	closedir(dir);
	return rc;
}

int
st_artifacts_copy(stet_ledger *to, const char *folder, stet_error *err)
{
	struct st_attaching attaching;
	int rc;

	st_attach_begin(&attaching, to);
	if ((rc = copy_folder(&attaching, folder, NULL, err)) == STET_OK)
		rc = st_attach_settle(&attaching, err);
	st_attach_end(&attaching);
	return rc;
}

static int
copy_small(const char *from, const char *to, const char *name, unsigned mode, stet_error *err)
{
	char *source = st_path_join(from, name), *target = st_path_join(to, name);
	struct st_buf content = {0};
	int rc;

	if (source == NULL || target == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_file_read(source, ST_NOTE_MAX, &content, err)) == STET_OK)
		rc = st_file_write(target, st_buf_bytes(&content), mode, err);
	if (content.data != NULL && mode == 0600)
		st_wipe(content.data, content.size);
	st_buf_free(&content);
	free(source);
	free(target);
	return rc == STET_ENOTFOUND ? STET_OK : rc;
}

/* --- the whole ------------------------------------------------------------------------------- */

static int
fill_copy(stet_ledger *ledger, stet_ledger *copy, unsigned flags, stet_progress *progress,
    void *ctx, stet_error *err)
{
	struct st_reader *reader = NULL;
	char *artifacts;
	int rc;

	/* The checkpoint before the snapshot, so that it is never ahead of the entries. */
	if ((rc = copy_small(ledger->path, copy->path, "checkpoint", 0644, err)) < 0 ||
	    (rc = copy_small(ledger->path, copy->path, ST_COSIGNERS_FILE, 0644, err)) < 0 ||
	    (rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	rc = st_store_copy(reader, copy->store, progress, ctx, err);
	st_reader_close(reader);
	if (rc < 0)
		return rc;
	if ((rc = st_timestamps_copy(ledger, copy, err)) < 0)
		return rc;
	/* Artifacts are stored before the entry that names them, so all that the snapshot names are
	 * here. */
	if ((artifacts = st_path_join(ledger->path, "artifacts")) == NULL)
		return st_fail_nomem(err);
	rc = st_artifacts_copy(copy, artifacts, err);
	free(artifacts);
	/* After a rotation that a crash left unfinished, the second is the one in force. */
	if (rc == STET_OK && (flags & STET_BACKUP_WITHOUT_KEY) == 0 &&
	    (rc = copy_small(ledger->path, copy->path, ST_KEY_FILE, 0600, err)) == STET_OK)
		rc = copy_small(ledger->path, copy->path, ST_NEXT_KEY_FILE, 0600, err);
	return rc;
}

static int
mark_moved(stet_ledger *ledger, stet_error *err)
{
	struct st_batch *batch = NULL;
	stet_bytes key = st_str(ST_META_MOVED), value = st_str("1");
	int rc;

	if ((rc = st_batch_begin(ledger->store, ledger->options.wait_ms, &batch, err)) == STET_OK &&
	    (rc = st_batch_put(batch, ST_META, 0, &key, &value, 1, err)) == STET_OK)
		rc = st_batch_commit(&batch, err);
	st_batch_abort(&batch);
	return rc;
}

static int
copy_to(stet_ledger *ledger, const char *path, unsigned flags, stet_progress *progress, void *ctx,
    stet_error *err)
{
	stet_ledger_options options = STET_LEDGER_OPTIONS;
	stet_ledger *copy = NULL;
	int rc, made = 0;

	if ((rc = st_ledger_folder_make(path, NULL, NULL, NULL, &made, err)) < 0)
		return rc;
	if ((rc = st_ledger_new_handle(path, &options, &copy, err)) == STET_OK &&
	    (rc = st_store_open_lmdb(path, ST_OPEN_CREATE, &copy->store, err)) == STET_OK &&
	    (rc = fill_copy(ledger, copy, flags, progress, ctx, err)) == STET_OK)
		rc = st_ledger_folder_finish(path, err);
	stet_ledger_close(copy);
	if (rc < 0)
		st_ledger_folder_undo(path, made);
	return rc;
}

int
stet_ledger_backup(stet_ledger *ledger, const char *path, unsigned flags, stet_progress *progress,
    void *ctx, stet_error *err)
{
	struct st_guard guard = {-1};
	int rc;

	if ((flags & STET_BACKUP_MOVE) == 0)
		return copy_to(ledger, path, flags, progress, ctx, err);
	/* Nobody may append between the copy and the mark. */
	pthread_mutex_lock(&ledger->lock);
	if ((rc = st_guard_take(ledger, &guard, err)) == STET_OK &&
	    (rc = copy_to(ledger, path, flags, progress, ctx, err)) == STET_OK)
		rc = mark_moved(ledger, err);
	st_guard_drop(&guard);
	pthread_mutex_unlock(&ledger->lock);
	return rc;
}
