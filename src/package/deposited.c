/* Objects that are there already: what a version can be added to. */
#include "package/deposit_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "json/json.h"

#define VERSIONS_MAX 1000000

/* --- what is there ---------------------------------------------------------------------------- */

/* Whoever is told knows which object it is. */
static int
altered(const char *why, stet_error *err)
{
	return st_fail(err, STET_EREFUSED, ST_OCFL_OBJECT, "left alone: %s", why);
}

static int
is_folder(const struct st_deposit *deposit, const char *name)
{
	struct stat st;

	return fstatat(deposit->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static char *
object_path(const struct st_deposit *deposit, const struct st_deposited *object)
{
	size_t size = strlen(deposit->path) + strlen(object->place) + 2;
	char *path = malloc(size);

	if (path != NULL)
		snprintf(path, size, "%s/%s", deposit->path, object->place);
	return path;
}

/* An inventory and its sidecar, in the folder of a version or (version 0) of the object. */
struct pair {
	struct st_buf text, sidecar;
};

static void
free_pair(struct pair *pair)
{
	st_buf_free(&pair->text);
	st_buf_free(&pair->sidecar);
}

/* A file, and no link to one. */
static int
read_file(
    struct st_deposit *deposit, const char *name, size_t max, struct st_buf *out, stet_error *err)
{
	struct stat st;

	if (fstatat(deposit->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT || errno == ENOTDIR
			   ? altered("an inventory or its sidecar is missing", err)
			   : st_fail_errno(
				 err, errno, "cannot look at '%s/%s'", deposit->path, name);
	if (!S_ISREG(st.st_mode))
		return altered("an inventory or its sidecar is no file", err);
	return st_ocfl_read(deposit->fd, deposit->path, name, max, out, err);
}

static int
read_pair(struct st_deposit *deposit, const struct st_deposited *object, uint64_t version,
    struct pair *pair, stet_error *err)
{
	char name[ST_DEPOSIT_NAME_SIZE], folder[32] = "";
	int rc;

	if (version > 0)
		snprintf(folder, sizeof(folder), "v%" PRIu64 "/", version);
	snprintf(name, sizeof(name), "%s/%s" ST_OCFL_INVENTORY, object->place, folder);
	if ((rc = read_file(deposit, name, ST_OCFL_INVENTORY_MAX, &pair->text, err)) < 0)
		return rc;
	if (pair->text.size > ST_OCFL_INVENTORY_MAX)
		return altered("an inventory is too large", err);
	snprintf(name, sizeof(name), "%s/%s" ST_DEPOSIT_SIDECAR, object->place, folder);
	return read_file(deposit, name, ST_DEPOSIT_SMALL_MAX, &pair->sidecar, err);
}

static int
same_pair(const struct pair *a, const struct pair *b)
{
	return st_bytes_equal(st_buf_bytes(&a->text), st_buf_bytes(&b->text)) &&
	       st_bytes_equal(st_buf_bytes(&a->sidecar), st_buf_bytes(&b->sidecar));
}

static int
fits(const struct pair *pair)
{
	uint8_t is[64], says[64];

	st_sha512(st_buf_bytes(&pair->text), is);
	return st_sidecar_read(st_buf_bytes(&pair->sidecar), ST_SHA512, says) &&
	       memcmp(is, says, sizeof(is)) == 0;
}

static int
problem(const struct st_found *found, stet_error *err)
{
	const stet_json *first = stet_json_item(found->problems, 0);
	stet_bytes code = stet_json_string_of(stet_json_get(first, "code")),
		   path = stet_json_string_of(stet_json_get(first, "path")),
		   text = stet_json_string_of(stet_json_get(first, "text"));
	char why[STET_ERROR_TEXT_SIZE];

	snprintf(why, sizeof(why), "%.*s: %.*s %.*s", (int)code.size, (const char *)code.data,
	    (int)path.size, path.data != NULL ? (const char *)path.data : "", (int)text.size,
	    (const char *)text.data);
	return altered(why, err);
}

/* Reads the inventory that is to be gone on from. */
static int
take_inventory(struct st_deposited *object, uint64_t newest, struct pair *pair, stet_error *err)
{
	struct st_inventory *inventory = &object->inventory;
	char head[32];
	int rc;

	object->text = pair->text;
	memset(&pair->text, 0, sizeof(pair->text));
	st_found_init(&object->found);
	if ((rc = st_inventory_read(st_buf_bytes(&object->text), ST_OCFL_INVENTORY, &object->found,
		 inventory, err)) < 0)
		return rc;
	if (object->found.rc < 0)
		return st_fail_nomem(err);
	if (object->found.problem_count > 0)
		return problem(&object->found, err);
	if (!st_bytes_equal(inventory->id, st_str(object->id)))
		return altered("it has another id than its place stands for", err);
	snprintf(head, sizeof(head), "v%" PRIu64, newest);
	if (inventory->width > 0 || inventory->hash != ST_SHA512 || inventory->minor != 1 ||
	    !st_bytes_equal(inventory->content, st_str("content")))
		return altered(
		    "it was made by another program, in another form than is written here", err);
	if (!st_bytes_equal(inventory->head, st_str(head)))
		return altered(
		    "the inventory of its newest version is not that of that version", err);
	if (st_inventory_state(
		inventory, stet_json_get(inventory->versions, head), head, 0, &object->state) < 0)
		return st_fail_nomem(err);
	return STET_OK;
}

/* --- a version that a killed run left unlisted ------------------------------------------------ */

static int
same_json(const stet_json *a, const stet_json *b, int *same_out, stet_error *err)
{
	char *x = NULL, *y = NULL;
	size_t x_size, y_size;
	int rc;

	*same_out = 0;
	if (a == NULL || b == NULL)
		return STET_OK;
	if ((rc = stet_json_text(a, 0, &x, &x_size, err)) == STET_OK &&
	    (rc = stet_json_text(b, 0, &y, &y_size, err)) == STET_OK)
		*same_out = x_size == y_size && memcmp(x, y, x_size) == 0;
	free(x);
	free(y);
	return rc;
}

/* The versions before it are the same in its inventory as in theirs. */
static int
goes_on(
    const struct st_deposited *object, const struct pair *before, uint64_t newest, stet_error *err)
{
	const stet_json *versions;
	stet_json *json = NULL;
	char name[32];
	uint64_t i;
	int rc = stet_json_parse(st_buf_bytes(&before->text), &json, err), same = 1;

	versions = stet_json_get(json, "versions");
	for (i = 1; rc == STET_OK && same && i < newest; i++) {
		snprintf(name, sizeof(name), "v%" PRIu64, i);
		rc = same_json(stet_json_get(versions, name),
		    stet_json_get(object->inventory.versions, name), &same, err);
	}
	stet_json_free(json);
	if (rc == STET_EFORMAT || (rc == STET_OK && !same))
		return altered("its newest version does not go on from the one before", err);
	return rc;
}

static int
whole_file(
    struct st_unpack *tree, struct st_digests *digests, const struct st_path *path, stet_error *err)
{
	struct st_watch watch = {NULL, NULL, 0, 0};
	struct st_member *member = NULL;
	char name[ST_DEPOSIT_NAME_SIZE];
	uint8_t says[64];
	int rc;

	snprintf(name, sizeof(name), "%.*s", (int)path->path.size, (const char *)path->path.data);
	if ((rc = st_digests_begin(digests, 1u << ST_SHA512, err)) == STET_OK &&
	    (rc = st_member_open(tree, name, &member, err)) == STET_OK)
		rc = st_digests_member(digests, member, &watch, err);
	st_member_close(member);
	if (rc == STET_ENOTFOUND ||
	    (rc == STET_OK && (!st_digest_read(path->digest, ST_SHA512, says) ||
				  memcmp(digests->is[ST_SHA512], says, sizeof(says)) != 0)))
		return altered("a version that it does not list yet is not whole", err);
	return rc;
}

/* The files that came with it are there. */
static int
is_whole(
    struct st_deposit *deposit, const struct st_deposited *object, uint64_t newest, stet_error *err)
{
	const struct st_paths *paths = &object->inventory.paths;
	struct st_digests digests;
	struct st_unpack *tree = NULL;
	char prefix[32], *path = object_path(deposit, object);
	size_t i, size = (size_t)snprintf(prefix, sizeof(prefix), "v%" PRIu64 "/", newest);
	int rc = path != NULL ? st_unpack_open(path, &tree, err) : st_fail_nomem(err);

	memset(&digests, 0, sizeof(digests));
	for (i = 0; rc == STET_OK && i < paths->count; i++)
		if (paths->items[i].path.size > size &&
		    memcmp(paths->items[i].path.data, prefix, size) == 0)
			rc = whole_file(tree, &digests, &paths->items[i], err);
	st_digests_free(&digests);
	st_unpack_close(tree);
	free(path);
	return rc;
}

static int
list_version(struct st_deposit *deposit, const struct st_deposited *object, stet_bytes text,
    stet_bytes sidecar, stet_error *err)
{
	char to[ST_DEPOSIT_NAME_SIZE];
	int rc;

	if ((rc = st_deposit_put_file(deposit, ST_DEPOSIT_WORK "/" ST_OCFL_INVENTORY, text, err)) <
		0 ||
	    (rc = st_deposit_put_file(
		 deposit, ST_DEPOSIT_WORK "/" ST_DEPOSIT_SIDECAR, sidecar, err)) < 0 ||
	    (rc = st_deposit_sync(deposit, err)) < 0)
		return rc;
	snprintf(to, sizeof(to), "%s/" ST_OCFL_INVENTORY, object->place);
	if (renameat(deposit->fd, ST_DEPOSIT_WORK "/" ST_OCFL_INVENTORY, deposit->fd, to) < 0)
		return st_deposit_cannot(deposit, errno, to, err);
	snprintf(to, sizeof(to), "%s/" ST_DEPOSIT_SIDECAR, object->place);
	if (renameat(deposit->fd, ST_DEPOSIT_WORK "/" ST_DEPOSIT_SIDECAR, deposit->fd, to) < 0)
		return st_deposit_cannot(deposit, errno, to, err);
	deposit->mended++;
	return st_deposit_sync(deposit, err);
}

/* What the object has is its inventory and sidecar of before or of now, in whatever mixture, and
 * nothing of somebody else's. */
static int
mend(struct st_deposit *deposit, const struct st_deposited *object, const struct pair *here,
    stet_bytes sidecar, uint64_t newest, stet_error *err)
{
	stet_bytes text = st_buf_bytes(&object->text);
	struct pair before = {{0}, {0}};
	int rc;

	if (newest < 2)
		return altered(
		    "its inventory is not that of its version, or not that of its sidecar", err);
	if ((rc = read_pair(deposit, object, newest - 1, &before, err)) == STET_OK) {
		if (!fits(&before) ||
		    (!st_bytes_equal(st_buf_bytes(&here->text), text) &&
			!st_bytes_equal(st_buf_bytes(&here->text), st_buf_bytes(&before.text))) ||
		    (!st_bytes_equal(st_buf_bytes(&here->sidecar), sidecar) &&
			!st_bytes_equal(
			    st_buf_bytes(&here->sidecar), st_buf_bytes(&before.sidecar))))
			rc = altered(
			    "its inventory is not that of a version, or not that of its sidecar",
			    err);
		else if ((rc = goes_on(object, &before, newest, err)) == STET_OK &&
			 (rc = is_whole(deposit, object, newest, err)) == STET_OK)
			rc = list_version(deposit, object, text, sidecar, err);
	}
	free_pair(&before);
	return rc;
}

static uint64_t
newest_of(const struct st_deposit *deposit, const struct st_deposited *object)
{
	char name[ST_DEPOSIT_NAME_SIZE];
	uint64_t version = 0;

	do {
		version++;
		snprintf(name, sizeof(name), "%s/v%" PRIu64, object->place, version);
	} while (version < VERSIONS_MAX && is_folder(deposit, name));
	return version - 1;
}

static int
read_object(struct st_deposit *deposit, struct st_deposited *object, stet_error *err)
{
	uint64_t newest = newest_of(deposit, object);
	struct pair here = {{0}, {0}}, of_version = {{0}, {0}};
	int rc, same;

	if (newest == 0)
		return altered("it is no object that has a version 'v1'", err);
	if ((rc = read_pair(deposit, object, 0, &here, err)) == STET_OK &&
	    (rc = read_pair(deposit, object, newest, &of_version, err)) == STET_OK) {
		same = same_pair(&here, &of_version);
		if (!fits(&of_version))
			rc = altered(
			    "the inventory of its newest version is not that of its sidecar", err);
		else if ((rc = take_inventory(object, newest, &of_version, err)) == STET_OK &&
			 !same)
			rc = mend(
			    deposit, object, &here, st_buf_bytes(&of_version.sidecar), newest, err);
	}
	free_pair(&of_version);
	free_pair(&here);
	return rc;
}

static int
is_waiting(const struct st_deposit *deposit, const char *place)
{
	size_t i;

	for (i = 0; i < deposit->waiting; i++)
		if (strcmp(deposit->batch[i].place, place) == 0)
			return 1;
	return 0;
}

int
st_deposit_find(
    struct st_deposit *deposit, const char *id, struct st_deposited *object, stet_error *err)
{
	struct st_buf place = {0};
	struct stat st;
	int rc;

	memset(object, 0, sizeof(*object));
	st_layout_place(&deposit->layout, st_str(id), &place);
	st_buf_put_u8(&place, 0);
	object->id = strdup(id);
	if (place.rc < 0 || object->id == NULL) {
		st_buf_free(&place);
		return st_fail_nomem(err);
	}
	object->place = (char *)place.data;
	if (is_waiting(deposit, object->place) && (rc = st_deposit_flush(deposit, err)) < 0)
		return rc;
	if (fstatat(deposit->fd, object->place, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? STET_OK
				       : st_fail_errno(err, errno, "cannot look at '%s/%s'",
					     deposit->path, object->place);
	object->there = 1;
	if (!S_ISDIR(st.st_mode))
		return altered("it is no folder", err);
	return read_object(deposit, object, err);
}

int
st_deposit_read(struct st_deposit *deposit, const struct st_deposited *object, const char *path,
    size_t max, struct st_buf *out, stet_error *err)
{
	const struct st_path *logical = st_paths_find(&object->state, st_str(path));
	const struct st_paths *paths = &object->inventory.paths;
	char name[ST_DEPOSIT_NAME_SIZE];
	size_t i;
	int rc = STET_OK;

	for (i = 0; logical != NULL && i < paths->count; i++)
		if (st_bytes_equal(paths->items[i].digest, logical->digest))
			break;
	if (logical == NULL || i == paths->count)
		return st_fail(err, STET_ENOTFOUND, ST_OCFL_OBJECT, "'%s/%s' has no '%s'",
		    deposit->path, object->place, path);
	snprintf(name, sizeof(name), "%s/%.*s", object->place, (int)paths->items[i].path.size,
	    (const char *)paths->items[i].path.data);
	if ((rc = st_ocfl_read(deposit->fd, deposit->path, name, max, out, err)) == STET_OK &&
	    out->size > max)
		rc = st_fail(err, STET_EFORMAT, ST_FILE_TOO_LARGE,
		    "'%s/%s' is larger than it can be", deposit->path, name);
	return rc;
}

int
st_deposit_judge(struct st_deposit *deposit, const struct st_deposited *object, stet_error *err)
{
	struct st_watch watch = {NULL, NULL, 0, 0};
	struct st_unpack *tree = NULL;
	struct st_ocfl ocfl;
	char *path = object_path(deposit, object);
	int rc;

	if (path == NULL)
		return st_fail_nomem(err);
	memset(&ocfl, 0, sizeof(ocfl));
	st_found_init(&ocfl.found);
	if ((rc = st_unpack_open(path, &tree, err)) == STET_OK)
		rc = st_ocfl_object(tree, "", &watch, &ocfl, err);
	if (rc == STET_OK && ocfl.found.problem_count > 0)
		rc = problem(&ocfl.found, err);
	st_unpack_close(tree);
	st_ocfl_clear(&ocfl);
	free(path);
	return rc;
}
