/* The root that versions are added to, and how they take their places. */
#include "package/deposit_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/write.h"
#include "json/json.h"

#define MARK "ocfl_1.1"
#define LAYOUT_FILE "ocfl_layout.json"

int
st_deposit_cannot(const struct st_deposit *deposit, int failed, const char *name, stet_error *err)
{
	return st_fail_errno(err, failed, "cannot write '%s/%s'", deposit->path, name);
}

/* --- files ------------------------------------------------------------------------------------ */

int
st_deposit_put_file(
    struct st_deposit *deposit, const char *name, stet_bytes content, stet_error *err)
{
	int fd =
	    openat(deposit->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	int failed = 0;

	if (fd < 0)
		return st_deposit_cannot(deposit, errno, name, err);
	if (fchmod(fd, 0644) < 0 || st_write_all(fd, content) < 0)
		failed = errno;
	if (close(fd) < 0 && failed == 0)
		failed = errno;
	return failed == 0 ? STET_OK : st_deposit_cannot(deposit, failed, name, err);
}

int
st_deposit_sync(struct st_deposit *deposit, stet_error *err)
{
	return syncfs(deposit->fd) == 0
		   ? STET_OK
		   : st_fail_errno(err, errno, "cannot sync '%s'", deposit->path);
}

/* --- the root --------------------------------------------------------------------------------- */

static int
make_root(const char *path, uint64_t ms, stet_error *err)
{
	static const char layout[] =
	    "{\n"
	    "  \"extension\": \"" ST_LAYOUT_NAME "\",\n"
	    "  \"description\": \"folders by the SHA-256 of an object's id, "
	    "the object's own with its id in the name\"\n"
	    "}\n";
	struct st_pack *pack = NULL;
	char config[256];
	int rc;

	snprintf(config, sizeof(config),
	    "{\n  \"extensionName\": \"" ST_LAYOUT_NAME "\",\n  \"digestAlgorithm\": \"sha256\",\n"
	    "  \"tupleSize\": %u,\n  \"numberOfTuples\": %u\n}\n",
	    st_layout_ours.tuple_size, st_layout_ours.tuples);
	if ((rc = st_pack_open(path, ST_PACK_FOLDER, "", ms, 0, &pack, err)) == STET_OK &&
	    (rc = st_pack_member(pack, "0=" MARK, st_str(MARK "\n"), err)) == STET_OK &&
	    (rc = st_pack_member(pack, LAYOUT_FILE, st_str(layout), err)) == STET_OK &&
	    (rc = st_pack_member(pack, ST_LAYOUT_CONFIG, st_str(config), err)) == STET_OK)
		return st_pack_finish(&pack, err);
	st_pack_abort(&pack);
	return rc;
}

static int
not_a_root(const struct st_deposit *deposit, const char *why, stet_error *err)
{
	return st_fail(
	    err, STET_EREFUSED, ST_OCFL_ROOT, "'%s' %s; nothing was written", deposit->path, why);
}

static int
read_layout(struct st_deposit *deposit, stet_error *err)
{
	struct st_buf text = {0}, config = {0};
	stet_json *json = NULL;
	int rc =
	    st_ocfl_read(deposit->fd, deposit->path, LAYOUT_FILE, ST_DEPOSIT_SMALL_MAX, &text, err);

	if (rc == STET_OK)
		rc = stet_json_parse(st_buf_bytes(&text), &json, err);
	if (rc == STET_OK &&
	    st_bytes_equal(
		stet_json_string_of(stet_json_get(json, "extension")), st_str(ST_LAYOUT_NAME)) &&
	    (rc = st_ocfl_read(deposit->fd, deposit->path, ST_LAYOUT_CONFIG, ST_DEPOSIT_SMALL_MAX,
		 &config, err)) == STET_OK)
		rc = st_layout_read(st_buf_bytes(&config), &deposit->layout, err);
	stet_json_free(json);
	st_buf_free(&config);
	st_buf_free(&text);
	if (rc == STET_ENOTFOUND || rc == STET_EFORMAT ||
	    (rc == STET_OK && deposit->layout.kind == ST_LAYOUT_UNKNOWN))
		return not_a_root(
		    deposit, "is a storage root of another layout than " ST_LAYOUT_NAME, err);
	return rc;
}

/* An OCFL 1.1 root, whose layout says where an object has to be. */
static int
read_root(struct st_deposit *deposit, stet_error *err)
{
	struct st_buf text = {0};
	int rc, same;

	rc = st_ocfl_read(deposit->fd, deposit->path, "0=" MARK, ST_DEPOSIT_SMALL_MAX, &text, err);
	same = st_bytes_equal(st_buf_bytes(&text), st_str(MARK "\n"));
	st_buf_free(&text);
	if (rc == STET_ENOTFOUND || (rc == STET_OK && !same))
		return not_a_root(deposit, "is there already and is no OCFL 1.1 storage root", err);
	return rc < 0 ? rc : read_layout(deposit, err);
}

/* 1 if a root can be made there: nothing, or an empty folder. */
static int
is_free(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 ? errno == ENOENT : S_ISDIR(st.st_mode) && rmdir(path) == 0;
}

/* What a killed run left in it goes: nobody else works here now. */
static int
make_work(struct st_deposit *deposit, stet_error *err)
{
	if (st_tree_remove(deposit->fd, ST_DEPOSIT_WORK) < 0 && errno != ENOENT && errno != ENOTDIR)
		return st_deposit_cannot(deposit, errno, ST_DEPOSIT_WORK, err);
	if (mkdirat(deposit->fd, ST_DEPOSIT_WORK, 0755) < 0)
		return st_deposit_cannot(deposit, errno, ST_DEPOSIT_WORK, err);
	return STET_OK;
}

static int
open_root(struct st_deposit *deposit, uint64_t ms, stet_error *err)
{
	int rc;

	if (is_free(deposit->path) && (rc = make_root(deposit->path, ms, err)) < 0)
		return rc;
	deposit->fd = open(deposit->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (deposit->fd < 0 && errno == ENOTDIR)
		return not_a_root(deposit, "is there already and is no folder", err);
	if (deposit->fd < 0)
		return st_fail_errno(err, errno, "cannot open folder '%s'", deposit->path);
	if ((rc = read_root(deposit, err)) < 0)
		return rc;
	if (flock(deposit->fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK
			   ? st_fail(err, STET_ELOCKED, ST_BUSY, "another process is writing '%s'",
				 deposit->path)
			   : st_fail_errno(err, errno, "cannot lock '%s'", deposit->path);
	return make_work(deposit, err);
}

int
st_deposit_open(const char *path, uint64_t ms, struct st_deposit **deposit_out, stet_error *err)
{
	struct st_deposit *deposit = calloc(1, sizeof(*deposit));
	size_t size = strlen(path);
	int rc;

	if (deposit == NULL)
		return st_fail_nomem(err);
	deposit->fd = -1;
	while (size > 1 && path[size - 1] == '/')
		size--;
	if ((deposit->path = strndup(path, size)) == NULL)
		rc = st_fail_nomem(err);
	else
		rc = open_root(deposit, ms, err);
	if (rc < 0) {
		if (deposit->fd >= 0)
			close(deposit->fd);
		free(deposit->path);
		free(deposit);
		return rc;
	}
	*deposit_out = deposit;
	return STET_OK;
}

uint64_t
st_deposit_mended(const struct st_deposit *deposit)
{
	return deposit->mended;
}

static void
forget_batch(struct st_deposit *deposit)
{
	while (deposit->waiting > 0)
		free(deposit->batch[--deposit->waiting].place);
}

void
st_deposit_close(struct st_deposit *deposit)
{
	if (deposit == NULL)
		return;
	forget_batch(deposit);
	(void)st_tree_remove(deposit->fd, ST_DEPOSIT_WORK);
	close(deposit->fd);
	free(deposit->path);
	free(deposit);
}

/* --- into their places ------------------------------------------------------------------------ */

/* A new object, with the first of the folders above it that is not there yet: so that no folder is
 * ever empty. */
static int
place_object(struct st_deposit *deposit, const struct st_deposit_waiting *waiting, stet_error *err)
{
	char from[2 * ST_DEPOSIT_NAME_SIZE], to[ST_DEPOSIT_NAME_SIZE];
	const char *end = waiting->place;

	for (;;) {
		end = strchrnul(end + 1, '/');
		snprintf(to, sizeof(to), "%.*s", (int)(end - waiting->place), waiting->place);
		snprintf(from, sizeof(from), ST_DEPOSIT_WORK "/%u/%s", waiting->number, to);
		if (renameat(deposit->fd, from, deposit->fd, to) == 0)
			return STET_OK;
		if ((errno != ENOTEMPTY && errno != EEXIST) || *end == '\0')
			return st_deposit_cannot(deposit, errno, to, err);
	}
}

static int
place_version(struct st_deposit *deposit, const struct st_deposit_waiting *waiting,
    const char *name, stet_error *err)
{
	char from[ST_DEPOSIT_NAME_SIZE], to[ST_DEPOSIT_NAME_SIZE];

	snprintf(from, sizeof(from), ST_DEPOSIT_WORK "/%u/%s", waiting->number, name);
	snprintf(to, sizeof(to), "%s/%s", waiting->place, name);
	return renameat(deposit->fd, from, deposit->fd, to) == 0
		   ? STET_OK
		   : st_deposit_cannot(deposit, errno, to, err);
}

static int
place_all(struct st_deposit *deposit, stet_error *err)
{
	const struct st_deposit_waiting *waiting;
	size_t i, versions = 0;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && i < deposit->waiting; i++) {
		waiting = &deposit->batch[i];
		rc = waiting->is_new ? place_object(deposit, waiting, err)
				     : place_version(deposit, waiting, waiting->version, err);
		versions += !waiting->is_new;
	}
	if (versions == 0)
		return rc;
	/* No inventory lists a version that a power cut could still take. */
	if (rc == STET_OK)
		rc = st_deposit_sync(deposit, err);
	for (i = 0; rc == STET_OK && i < deposit->waiting; i++) {
		waiting = &deposit->batch[i];
		if (!waiting->is_new &&
		    (rc = place_version(deposit, waiting, ST_OCFL_INVENTORY, err)) == STET_OK)
			rc = place_version(deposit, waiting, ST_DEPOSIT_SIDECAR, err);
	}
	return rc;
}

static void
clear_work(struct st_deposit *deposit)
{
	char name[ST_DEPOSIT_NAME_SIZE];
	size_t i;

	for (i = 0; i < deposit->waiting; i++) {
		snprintf(name, sizeof(name), ST_DEPOSIT_WORK "/%u", deposit->batch[i].number);
		(void)st_tree_remove(deposit->fd, name);
	}
}

int
st_deposit_flush(struct st_deposit *deposit, stet_error *err)
{
	int rc;

	if (deposit->waiting == 0)
		return STET_OK;
	if ((rc = st_deposit_sync(deposit, err)) == STET_OK &&
	    (rc = place_all(deposit, err)) == STET_OK)
		rc = st_deposit_sync(deposit, err);
	clear_work(deposit);
	forget_batch(deposit);
	return rc;
}
