/* A version more of an object: its files, its inventory. */
#include "package/deposit_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stet/text.h>

#include "base/err.h"
#include "base/hex.h"
#include "json/json.h"

#define OBJECT_MARK "ocfl_object_1.1"

/* --- its files -------------------------------------------------------------------------------- */

/* Makes a folder below base, and those between. */
static int
make_folders(struct st_deposit *deposit, const char *base, const char *below, stet_error *err)
{
	char path[ST_DEPOSIT_NAME_SIZE];
	size_t at = (size_t)snprintf(path, sizeof(path), "%s/", base);
	const char *end = below;
	int rc = STET_OK;

	while (rc == STET_OK && *end != '\0') {
		end = strchrnul(end + 1, '/');
		snprintf(path + at, sizeof(path) - at, "%.*s", (int)(end - below), below);
		if (mkdirat(deposit->fd, path, 0755) == 0) {
			if (fchmodat(deposit->fd, path, 0755, 0) < 0)
				rc = st_deposit_cannot(deposit, errno, path, err);
		} else if (errno != EEXIST) {
			rc = st_deposit_cannot(deposit, errno, path, err);
		}
	}
	return rc;
}

/* Where the version at hand is built: what will be the object's folder, or has its new files. */
static void
work_of(const struct st_deposited *object, const char *name, char out[ST_DEPOSIT_NAME_SIZE])
{
	snprintf(out, ST_DEPOSIT_NAME_SIZE, ST_DEPOSIT_WORK "/%u%s%s%s%s", object->number,
	    object->there ? "" : "/", object->there ? "" : object->place,
	    name[0] != '\0' ? "/" : "", name);
}

int
st_deposit_begin(
    struct st_deposit *deposit, struct st_deposited *object, unsigned hashes, stet_error *err)
{
	char name[ST_DEPOSIT_NAME_SIZE], below[ST_DEPOSIT_NAME_SIZE], *path;
	size_t size;
	int rc;

	object->number = deposit->next++;
	snprintf(object->version, sizeof(object->version), "v%" PRIu64,
	    object->there ? object->inventory.count + 1 : 1);
	object->manifest =
	    object->there ? stet_json_copy(object->inventory.manifest) : stet_json_object();
	if (object->manifest == NULL)
		return st_fail_nomem(err);
	work_of(object, object->version, name);
	snprintf(below, sizeof(below), "%s", name + sizeof(ST_DEPOSIT_WORK));
	if ((rc = make_folders(deposit, ST_DEPOSIT_WORK, below, err)) < 0)
		return rc;
	size = strlen(deposit->path) + strlen(name) + sizeof("//content");
	if ((path = malloc(size)) == NULL)
		return st_fail_nomem(err);
	snprintf(path, size, "%s/%s/content", deposit->path, name);
	rc = st_pack_open(path, ST_PACK_PART, "", 0, hashes | 1u << ST_SHA512, &object->pack, err);
	free(path);
	return rc;
}

static int
add_item(struct st_deposited *object, const char *path, const char *hex, stet_error *err)
{
	struct st_deposit_item *grown;
	size_t room;

	if (object->count == object->room) {
		room = object->room == 0 ? 32 : object->room * 2;
		if ((grown = realloc(object->items, room * sizeof(*grown))) == NULL)
			return st_fail_nomem(err);
		object->items = grown;
		object->room = room;
	}
	if ((object->items[object->count].path = strdup(path)) == NULL)
		return st_fail_nomem(err);
	snprintf(object->items[object->count++].hex, sizeof(object->items->hex), "%s", hex);
	return STET_OK;
}

int
st_deposit_member(struct st_deposited *object, const char *path, stet_error *err)
{
	uint8_t digest[64];
	char hex[129], name[ST_DEPOSIT_NAME_SIZE];
	stet_json *list;
	int rc;

	st_hex(digest, st_pack_digest(object->pack, ST_SHA512, digest), hex);
	if ((rc = add_item(object, path, hex, err)) < 0)
		return rc;
	if (stet_json_get(object->manifest, hex) != NULL)
		return st_pack_drop(object->pack, path, err);
	snprintf(name, sizeof(name), "%s/content/%s", object->version, path);
	list = stet_json_array();
	stet_json_add(list, stet_json_str(name));
	stet_json_set(object->manifest, hex, list);
	return st_json_rc(object->manifest) < 0 ? st_fail_nomem(err) : STET_OK;
}

int
st_deposit_known(struct st_deposited *object, const char *path, stet_error *err)
{
	const struct st_path *known =
	    object->there ? st_paths_find(&object->state, st_str(path)) : NULL;
	char hex[129];
	int rc;

	if (known == NULL)
		return 0;
	snprintf(
	    hex, sizeof(hex), "%.*s", (int)known->digest.size, (const char *)known->digest.data);
	rc = add_item(object, path, hex, err);
	return rc < 0 ? rc : 1;
}

int
st_deposit_same(const struct st_deposited *object, int (*counts)(const char *path))
{
	const struct st_path *known;
	size_t i, mine = 0, theirs = 0;
	char name[ST_DEPOSIT_NAME_SIZE];

	for (i = 0; i < object->count; i++) {
		if (!counts(object->items[i].path))
			continue;
		known = st_paths_find(&object->state, st_str(object->items[i].path));
		if (known == NULL || !st_bytes_equal(known->digest, st_str(object->items[i].hex)))
			return 0;
		mine++;
	}
	for (i = 0; i < object->state.count; i++) {
		snprintf(name, sizeof(name), "%.*s", (int)object->state.items[i].path.size,
		    (const char *)object->state.items[i].path.data);
		theirs += counts(name) != 0;
	}
	return mine == theirs;
}

/* --- its inventory ---------------------------------------------------------------------------- */

static int
by_digest(const void *a, const void *b)
{
	const struct st_deposit_item *x = a, *y = b;
	int order = strcmp(x->hex, y->hex);

	return order != 0 ? order : strcmp(x->path, y->path);
}

static stet_json *
state_json(struct st_deposited *object)
{
	stet_json *state = stet_json_object(), *list = NULL;
	size_t i;

	if (object->count > 1)
		qsort(object->items, object->count, sizeof(*object->items), by_digest);
	for (i = 0; i < object->count; i++) {
		if (i == 0 || strcmp(object->items[i].hex, object->items[i - 1].hex) != 0)
			list = stet_json_array();
		stet_json_add(list, stet_json_str(object->items[i].path));
		if (i + 1 == object->count ||
		    strcmp(object->items[i].hex, object->items[i + 1].hex) != 0)
			stet_json_set(state, object->items[i].hex, list);
	}
	return state;
}

static stet_json *
version_json(struct st_deposited *object, const struct st_deposit_note *note)
{
	stet_json *json = stet_json_object(), *user = stet_json_object();
	char created[STET_TIME_SIZE];

	stet_time_text(note->ms, created);
	stet_json_set(user, "name", stet_json_str(note->user));
	stet_json_set(user, "address", stet_json_str(note->address));
	stet_json_set(json, "created", stet_json_str(created));
	stet_json_set(json, "message", stet_json_str(note->message));
	stet_json_set(json, "user", user);
	stet_json_set(json, "state", state_json(object));
	return json;
}

static stet_json *
inventory_json(struct st_deposited *object, const struct st_deposit_note *note)
{
	stet_json *json = stet_json_object(), *versions;

	versions = object->there ? stet_json_copy(object->inventory.versions) : stet_json_object();
	stet_json_set(versions, object->version, version_json(object, note));
	stet_json_set(json, "id", stet_json_str(object->id));
	stet_json_set(json, "type", stet_json_str(ST_OCFL_TYPE));
	stet_json_set(json, "digestAlgorithm", stet_json_str("sha512"));
	stet_json_set(json, "head", stet_json_str(object->version));
	if (object->there && object->inventory.fixity != NULL)
		stet_json_set(json, "fixity", stet_json_copy(object->inventory.fixity));
	stet_json_set(json, "manifest", object->manifest);
	object->manifest = NULL;
	stet_json_set(json, "versions", versions);
	return json;
}

static int
put_inventory(struct st_deposit *deposit, struct st_deposited *object, stet_bytes text,
    const char *sidecar, stet_error *err)
{
	char name[ST_DEPOSIT_NAME_SIZE], in_version[64];
	int rc;

	work_of(object, ST_OCFL_INVENTORY, name);
	if ((rc = st_deposit_put_file(deposit, name, text, err)) < 0)
		return rc;
	work_of(object, ST_DEPOSIT_SIDECAR, name);
	if ((rc = st_deposit_put_file(deposit, name, st_str(sidecar), err)) < 0)
		return rc;
	snprintf(in_version, sizeof(in_version), "%s/" ST_OCFL_INVENTORY, object->version);
	work_of(object, in_version, name);
	if ((rc = st_deposit_put_file(deposit, name, text, err)) < 0)
		return rc;
	snprintf(in_version, sizeof(in_version), "%s/" ST_DEPOSIT_SIDECAR, object->version);
	work_of(object, in_version, name);
	if ((rc = st_deposit_put_file(deposit, name, st_str(sidecar), err)) < 0 || object->there)
		return rc;
	work_of(object, "0=" OBJECT_MARK, name);
	return st_deposit_put_file(deposit, name, st_str(OBJECT_MARK "\n"), err);
}

static int
describe(struct st_deposit *deposit, struct st_deposited *object,
    const struct st_deposit_note *note, stet_error *err)
{
	stet_json *json = inventory_json(object, note);
	char *text = NULL, sidecar[192], hex[129];
	uint8_t digest[64];
	size_t size;
	int rc;

	if ((rc = stet_json_text(json, STET_JSON_INDENT, &text, &size, err)) == STET_OK) {
		text[size] = '\n'; /* over the NUL that ends it */
		st_sha512((stet_bytes){(uint8_t *)text, size + 1}, digest);
		st_hex(digest, sizeof(digest), hex);
		snprintf(sidecar, sizeof(sidecar), "%s " ST_OCFL_INVENTORY "\n", hex);
		rc = put_inventory(
		    deposit, object, (stet_bytes){(uint8_t *)text, size + 1}, sidecar, err);
	}
	free(text);
	stet_json_free(json);
	return rc;
}

static int
wait_for_batch(struct st_deposit *deposit, struct st_deposited *object, stet_error *err)
{
	struct st_deposit_waiting *waiting = &deposit->batch[deposit->waiting];

	if ((waiting->place = strdup(object->place)) == NULL)
		return st_fail_nomem(err);
	waiting->number = object->number;
	waiting->is_new = !object->there;
	memcpy(waiting->version, object->version, sizeof(waiting->version));
	deposit->waiting++;
	return deposit->waiting == ST_DEPOSIT_BATCH ? st_deposit_flush(deposit, err) : STET_OK;
}

int
st_deposit_end(struct st_deposit *deposit, struct st_deposited *object,
    const struct st_deposit_note *note, stet_error *err)
{
	char content[64], name[ST_DEPOSIT_NAME_SIZE];
	int rc;

	if ((rc = st_pack_finish(&object->pack, err)) < 0)
		return rc;
	snprintf(content, sizeof(content), "%s/content", object->version);
	work_of(object, content, name);
	(void)unlinkat(deposit->fd, name, AT_REMOVEDIR); /* all of it was there before */
	if ((rc = describe(deposit, object, note, err)) < 0)
		return rc;
	return wait_for_batch(deposit, object, err);
}

void
st_deposit_drop(struct st_deposit *deposit, struct st_deposited *object)
{
	char name[ST_DEPOSIT_NAME_SIZE];

	if (object->version[0] == '\0')
		return;
	st_pack_abort(&object->pack);
	snprintf(name, sizeof(name), ST_DEPOSIT_WORK "/%u", object->number);
	(void)st_tree_remove(deposit->fd, name);
}

void
st_deposited_clear(struct st_deposited *object)
{
	size_t i;

	for (i = 0; i < object->count; i++)
		free(object->items[i].path);
	free(object->items);
	stet_json_free(object->manifest);
	st_pack_abort(&object->pack);
	st_paths_free(&object->state);
	st_inventory_clear(&object->inventory);
	st_found_clear(&object->found);
	st_buf_free(&object->text);
	free(object->place);
	free(object->id);
	memset(object, 0, sizeof(*object));
}
