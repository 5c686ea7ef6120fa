/* An OCFL object: its declaration, its inventories held against each other, and its files against
 * them. */
#include "package/ocfl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"
#include "json/json.h"

#define SMALL_MAX 4096 /* of a declaration, of a sidecar */
#define NAME_SIZE 4096

/* A digest that a file must have, because an inventory says so. */
struct row {
	size_t node;
	enum st_hash hash;
	const char *code; /* E092 of a manifest, E093 of fixity */
	uint64_t version; /* whose inventory; 0: the root's */
	uint8_t digest[64];
};

struct checking {
	struct st_unpack *tree;
	struct st_ocfl *ocfl;
	struct st_found *found;
	struct st_watch *watch;
	const char *prefix;
	int minor;          /* of the declared version, -1 unknown */
	struct st_buf text; /* of the root inventory */
	struct st_inventory root;
	struct row *rows;
	size_t count, room;
	/* While content is read. */
	struct st_digests digests;
	size_t next; /* the first row of the file */
};

/* The name of a file as it is told: with what its object lies in. */
static const char *
told(const struct checking *checking, const char *name, char out[NAME_SIZE])
{
	snprintf(out, NAME_SIZE, "%s%s", checking->prefix, name);
	return out;
}

#define BAD(checking, code, name, ...)                                                      \
	do {                                                                                \
		char told_name[NAME_SIZE];                                                  \
		st_found_problem(                                                           \
		    (checking)->found, code, told(checking, name, told_name), __VA_ARGS__); \
	} while (0)
#define WARN(checking, code, name, ...)                                                     \
	do {                                                                                \
		char told_name[NAME_SIZE];                                                  \
		st_found_warning(                                                           \
		    (checking)->found, code, told(checking, name, told_name), __VA_ARGS__); \
	} while (0)

static int
starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static int
is_file(const struct checking *checking, const char *name)
{
	const struct st_node *node = st_unpack_find(checking->tree, name, NULL);

	return node != NULL && node->kind == ST_NODE_FILE;
}

/* --- the declaration ------------------------------------------------------------------------- */

static int
judge_declaration(struct checking *checking, const char *name, stet_error *err)
{
	struct st_buf text = {0}, wanted = {0};
	const char *version = name + strlen(ST_OCFL_OBJECT_MARK);
	int rc = st_unpack_read(checking->tree, name, SMALL_MAX, &text, err);

	if (strcmp(version, "1.0") == 0 || strcmp(version, "1.1") == 0)
		checking->minor = version[2] - '0';
	st_buf_printf(&wanted, "%s\n", name + 2);
	if (rc == STET_OK && wanted.rc < 0) {
		rc = st_fail_nomem(err);
	} else if (rc == STET_EFORMAT ||
		   (rc == STET_OK && !st_bytes_equal(st_buf_bytes(&text), st_buf_bytes(&wanted)))) {
		BAD(checking, "E007", name, "does not say what its name says");
		rc = STET_OK;
	}
	if (checking->minor < 0) {
		WARN(checking, "E004", name, "is of a version of OCFL that is not known here");
		checking->found->unsure = 1;
	} else if (!checking->ocfl->root) {
		snprintf(checking->ocfl->version, sizeof(checking->ocfl->version), "%s", version);
	}
	st_buf_free(&wanted);
	st_buf_free(&text);
	return rc;
}

static int
check_declaration(struct checking *checking, stet_error *err)
{
	const struct st_node *node;
	const char *first = NULL;
	size_t i;

	for (i = 0; i < st_unpack_count(checking->tree); i++) {
		node = st_unpack_get(checking->tree, i);
		if (strchr(node->name, '/') != NULL || !starts(node->name, "0="))
			continue;
		if (node->kind != ST_NODE_FILE || !starts(node->name, ST_OCFL_OBJECT_MARK))
			BAD(checking, "E006", node->name, "declares no version of an OCFL object");
		else if (first != NULL)
			BAD(checking, "E003", node->name, "declares another version than '%s' does",
			    first);
		else
			first = node->name;
	}
	if (first != NULL)
		return judge_declaration(checking, first, err);
	BAD(checking, "E003", ST_OCFL_OBJECT_MARK "1.1",
	    "is missing: a file like it declares the version of OCFL");
	return STET_OK;
}

/* --- sidecars -------------------------------------------------------------------------------- */

static void
digest_of(struct st_hasher *hasher, stet_bytes text, uint8_t out[64])
{
	st_hasher_add(hasher, text);
	st_hasher_end(hasher, out);
}

int
st_sidecar_read(stet_bytes text, enum st_hash hash, uint8_t out[64])
{
	size_t at = 2 * st_hash_size(hash), blanks = at;

	if (text.size > 0 && text.data[text.size - 1] == '\n')
		text.size--;
	if (text.size > 0 && text.data[text.size - 1] == '\r')
		text.size--;
	while (blanks < text.size && (text.data[blanks] == ' ' || text.data[blanks] == '\t'))
		blanks++;
	return text.size > at && blanks > at &&
	       st_digest_read((stet_bytes){text.data, at}, hash, out) &&
	       st_bytes_equal(
		   (stet_bytes){text.data + blanks, text.size - blanks}, st_str(ST_OCFL_INVENTORY));
}

static int
check_sidecar(struct checking *checking, const char *name, const struct st_inventory *inventory,
    stet_bytes text, stet_error *err)
{
	enum st_hash hash = (enum st_hash)inventory->hash;
	struct st_hasher *hasher = NULL;
	struct st_buf sidecar = {0};
	char path[NAME_SIZE];
	uint8_t is[64], says[64];
	int rc;

	if (inventory->hash < 0)
		return STET_OK;
	snprintf(path, sizeof(path), "%s.%s", name, st_hash_name(hash));
	if (!is_file(checking, path)) {
		BAD(checking, "E058", path, "is missing: it has the digest of the inventory");
		return STET_OK;
	}
	rc = st_unpack_read(checking->tree, path, SMALL_MAX, &sidecar, err);
	if (rc == STET_EFORMAT ||
	    (rc == STET_OK && !st_sidecar_read(st_buf_bytes(&sidecar), hash, says))) {
		BAD(checking, "E061", path, "is not a digest of %s, a space and 'inventory.json'",
		    st_hash_name(hash));
		rc = STET_OK;
	} else if (rc == STET_OK && (rc = st_hasher_new(hash, &hasher, err)) == STET_OK) {
		digest_of(hasher, text, is);
		if (memcmp(is, says, st_hash_size(hash)) != 0)
			BAD(checking, "E060", path,
			    "has another digest than the inventory beside it");
	}
	st_hasher_free(hasher);
	st_buf_free(&sidecar);
	return rc;
}

/* --- rows ------------------------------------------------------------------------------------ */

static int
add_row(struct checking *checking, const struct row *row, stet_error *err)
{
	struct row *grown;
	size_t room;

	if (checking->count == checking->room) {
		room = checking->room == 0 ? 64 : checking->room * 2;
		if ((grown = realloc(checking->rows, room * sizeof(*grown))) == NULL)
			return st_fail_nomem(err);
		checking->rows = grown;
		checking->room = room;
	}
	checking->rows[checking->count++] = *row;
	return STET_OK;
}

/* The place of a file in the tree; 0 if there is none. */
static int
find_file(const struct checking *checking, stet_bytes path, size_t *index_out)
{
	char name[NAME_SIZE];
	const struct st_node *node;

	if (path.size >= sizeof(name))
		return 0;
	memcpy(name, path.data, path.size);
	name[path.size] = '\0';
	node = st_unpack_find(checking->tree, name, index_out);
	return node != NULL && node->kind == ST_NODE_FILE;
}

static int
add_digest(struct checking *checking, const struct st_inventory *inventory, uint64_t version,
    stet_bytes path, stet_bytes digest, enum st_hash hash, stet_error *err)
{
	struct row row = {.hash = hash, .code = "E092", .version = version};
	char shown[ST_SHOWN_SIZE];

	if (!st_digest_read(digest, hash, row.digest))
		return STET_OK; /* told of by the inventory */
	if (find_file(checking, path, &row.node))
		return add_row(checking, &row, err);
	st_found_problem(checking->found, row.code, inventory->where,
	    "has '%s', which is not there", st_shown(path, shown));
	return STET_OK;
}

/* What the manifest of an inventory says of files, but for what the root's says already. */
static int
take_manifest(struct checking *checking, const struct st_inventory *inventory, uint64_t version,
    stet_error *err)
{
	const struct st_path *path, *known;
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && inventory->hash >= 0 && i < inventory->paths.count; i++) {
		path = &inventory->paths.items[i];
		known = version == 0 || inventory->hash != checking->root.hash
			    ? NULL
			    : st_paths_find(&checking->root.paths, path->path);
		if (known == NULL || !st_bytes_equal(known->digest, path->digest))
			rc = add_digest(checking, inventory, version, path->path, path->digest,
			    (enum st_hash)inventory->hash, err);
	}
	return rc;
}

static int
take_fixity_list(struct checking *checking, const struct st_inventory *inventory, uint64_t version,
    enum st_hash hash, stet_bytes digest, const stet_json *list, stet_error *err)
{
	struct row row = {.hash = hash, .code = "E093", .version = version};
	char shown[ST_SHOWN_SIZE];
	stet_bytes path;
	size_t i;
	int rc = STET_OK;

	if (!st_digest_read(digest, hash, row.digest))
		return STET_OK;
	for (i = 0; rc == STET_OK && stet_json_kind_of(list) == STET_JSON_ARRAY &&
		    i < stet_json_size(list);
	     i++) {
		path = stet_json_string_of(stet_json_item(list, i));
		if (path.data == NULL || st_path_fault(path, "", "") != NULL)
			continue; /* told of by the inventory */
		if (find_file(checking, path, &row.node))
			rc = add_row(checking, &row, err);
		else
			st_found_problem(checking->found, "E093", inventory->where,
			    "fixity has '%s', which is not there", st_shown(path, shown));
	}
	return rc;
}

static int
take_fixity(struct checking *checking, const struct st_inventory *inventory, uint64_t version,
    stet_error *err)
{
	const stet_json *block, *list;
	const char *algorithm, *digest;
	size_t i, j;
	int rc = STET_OK, hash;

	for (i = 0; stet_json_member(inventory->fixity, i, &algorithm, &block); i++) {
		hash = st_hash_named(st_str(algorithm));
		for (j = 0;
		     rc == STET_OK && hash >= 0 && stet_json_member(block, j, &digest, &list); j++)
			rc = take_fixity_list(checking, inventory, version, (enum st_hash)hash,
			    st_str(digest), list, err);
	}
	return rc;
}

/* --- an inventory of an earlier version, against the root's ---------------------------------- */

/* 1 if two digests, of two inventories, stand for the same content: by value where the algorithm is
 * one, else by a file that both name. */
static int
same_content(const struct checking *checking, const struct st_inventory *old, stet_bytes before,
    stet_bytes now)
{
	uint8_t a[64], b[64];
	const struct st_path *path;
	size_t i;

	if (old->hash == checking->root.hash && old->hash >= 0)
		return st_digest_read(before, (enum st_hash)old->hash, a) &&
		       st_digest_read(now, (enum st_hash)old->hash, b) &&
		       memcmp(a, b, st_hash_size((enum st_hash)old->hash)) == 0;
	for (i = 0; i < old->paths.count; i++) {
		if (!st_bytes_equal(old->paths.items[i].digest, before))
			continue;
		path = st_paths_find(&checking->root.paths, old->paths.items[i].path);
		if (path != NULL && st_bytes_equal(path->digest, now))
			return 1;
	}
	return 0;
}

static int
same_state(const struct checking *checking, const struct st_inventory *old,
    const struct st_paths *before, const struct st_paths *now)
{
	size_t i;

	if (before->count != now->count)
		return 0;
	for (i = 0; i < now->count; i++)
		if (!st_bytes_equal(before->items[i].path, now->items[i].path) ||
		    !same_content(checking, old, before->items[i].digest, now->items[i].digest))
			return 0;
	return 1;
}

static int
same_value(const struct checking *checking, const stet_json *a, const stet_json *b)
{
	char *x = NULL, *y = NULL;
	size_t m = 0, n = 0;
	int same;

	if (a == NULL || b == NULL)
		return a == b;
	if (stet_json_text(a, 0, &x, &m, NULL) < 0 || stet_json_text(b, 0, &y, &n, NULL) < 0) {
		checking->found->rc = STET_ENOMEM;
		same = 1; /* not known, which is told at the end */
	} else {
		same = m == n && memcmp(x, y, m) == 0;
	}
	free(x);
	free(y);
	return same;
}

static int
compare_block(
    struct checking *checking, const struct st_inventory *old, const char *version, stet_error *err)
{
	static const char *const members[] = {"created", "message", "user"};
	const stet_json *before = stet_json_get(old->versions, version),
			*now = stet_json_get(checking->root.versions, version);
	struct st_paths a = {0}, b = {0};
	size_t i;
	int rc;

	if (before == NULL || now == NULL) {
		st_found_problem(checking->found, "E066", old->where,
		    "%s: is in this inventory or in the newest and not in both", version);
		return STET_OK;
	}
	rc = st_inventory_state(old, before, version, 0, &a);
	if (rc == STET_OK)
		rc = st_inventory_state(&checking->root, now, version, 0, &b);
	if (rc == STET_OK && !same_state(checking, old, &a, &b))
		st_found_problem(checking->found, "E066", old->where,
		    "%s: has another state than in the newest inventory", version);
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (!same_value(checking, stet_json_get(before, members[i]),
			stet_json_get(now, members[i])))
			st_found_warning(checking->found, "W011", old->where,
			    "%s: '%s' is not what the newest inventory says", version, members[i]);
	st_paths_free(&a);
	st_paths_free(&b);
	return rc < 0 ? st_fail_nomem(err) : STET_OK;
}

static void
compare_head(struct checking *checking, const struct st_inventory *old, uint64_t version)
{
	const stet_json *a = stet_json_get(old->json, "contentDirectory"),
			*b = stet_json_get(checking->root.json, "contentDirectory");
	char shown[ST_SHOWN_SIZE];
	size_t width;

	if (old->head.data != NULL && st_version_number(old->head, &width) != version)
		st_found_problem(checking->found, "E040", old->where,
		    "its head is '%s', not the version it lies in", st_shown(old->head, shown));
	if (old->id.data != NULL && !st_bytes_equal(old->id, checking->root.id))
		st_found_problem(checking->found, "E037", old->where,
		    "has another id, '%s', than the newest inventory", st_shown(old->id, shown));
	if (!same_value(checking, a, b))
		st_found_problem(checking->found, "E019", old->where,
		    "has another contentDirectory than the newest inventory");
	if (old->minor > checking->root.minor && checking->root.minor >= 0)
		st_found_problem(checking->found, "E103", old->where,
		    "follows a later version of OCFL than the newest inventory");
}

/* Every content file of versions up to this one is in its manifest. */
static void
find_unlisted(struct checking *checking, const struct st_inventory *inventory, uint64_t version)
{
	const struct st_node *node;
	uint64_t number;
	const char *slash;
	size_t i, width, content = inventory->content.size;

	for (i = 0; i < st_unpack_count(checking->tree); i++) {
		node = st_unpack_get(checking->tree, i);
		slash = strchr(node->name, '/');
		if (node->kind != ST_NODE_FILE || slash == NULL)
			continue;
		number = st_version_number(
		    (stet_bytes){(const uint8_t *)node->name, (size_t)(slash - node->name)},
		    &width);
		if (number == 0 || number > version ||
		    strncmp(slash + 1, (const char *)inventory->content.data, content) != 0 ||
		    slash[1 + content] != '/')
			continue;
		if (st_paths_find(&inventory->paths, st_str(node->name)) == NULL)
			BAD(checking, "E023", node->name, "is content that %s does not list",
			    inventory->where);
	}
}

static int
compare_inventory(struct checking *checking, struct st_inventory *old, uint64_t version,
    int *minor_io, stet_error *err)
{
	char name[32];
	uint64_t i;
	int rc = STET_OK;

	compare_head(checking, old, version);
	if (old->minor >= 0 && old->minor < *minor_io)
		st_found_problem(checking->found, "E103", old->where,
		    "follows an earlier version of OCFL than the version before");
	else if (old->minor >= 0)
		*minor_io = old->minor;
	if (old->versions != NULL && old->count != version)
		st_found_problem(checking->found, "E066", old->where,
		    "does not have the versions from 1 to its own");
	for (i = 1; rc == STET_OK && old->versions != NULL && i <= version; i++) {
		st_version_name(&checking->root, i, name);
		rc = compare_block(checking, old, name, err);
	}
	if (rc == STET_OK && old->manifest != NULL)
		find_unlisted(checking, old, version);
	if (rc == STET_OK)
		rc = take_manifest(checking, old, version, err);
	return rc == STET_OK ? take_fixity(checking, old, version, err) : rc;
}

static int
judge_text(struct checking *checking, const char *path, stet_bytes text, uint64_t version,
    int *minor_io, stet_error *err)
{
	struct st_inventory old;
	char where[NAME_SIZE];
	int rc = st_inventory_read(text, told(checking, path, where), checking->found, &old, err);

	if (rc == STET_OK && old.json != NULL &&
	    (rc = check_sidecar(checking, path, &old, text, err)) == STET_OK)
		rc = compare_inventory(checking, &old, version, minor_io, err);
	st_inventory_clear(&old);
	return rc;
}

/* STET_ENOTFOUND where it is too large to be looked at, which is told: nobody knows then whether
 * the object is good. */
static int
read_inventory(struct checking *checking, const char *path, struct st_buf *out, stet_error *err)
{
	const struct st_node *node = st_unpack_find(checking->tree, path, NULL);
	int rc = STET_EFORMAT;

	if (node == NULL || node->size <= ST_OCFL_INVENTORY_MAX)
		rc = st_unpack_read(checking->tree, path, ST_OCFL_INVENTORY_MAX, out, err);
	if (rc != STET_EFORMAT)
		return rc;
	WARN(checking, stet_rule_name(ST_PACKAGE_UNREADABLE), path,
	    "has more than %zu bytes and was not read", ST_OCFL_INVENTORY_MAX);
	checking->found->unsure = 1;
	return STET_ENOTFOUND;
}

static int
check_version_inventory(struct checking *checking, uint64_t version, int *minor_io, stet_error *err)
{
	struct st_buf text = {0};
	char name[32], path[64];
	int rc;

	st_version_name(&checking->root, version, name);
	snprintf(path, sizeof(path), "%s/" ST_OCFL_INVENTORY, name);
	if (!is_file(checking, path)) {
		WARN(checking, "W010", name, "has no inventory");
		return STET_OK;
	}
	if ((rc = read_inventory(checking, path, &text, err)) < 0)
		goto done;
	if (version < checking->root.count) {
		rc = judge_text(checking, path, st_buf_bytes(&text), version, minor_io, err);
	} else if (!st_bytes_equal(st_buf_bytes(&text), st_buf_bytes(&checking->text))) {
		BAD(checking, "E064", path, "is not the same as the inventory of the object");
		rc = judge_text(checking, path, st_buf_bytes(&text), version, minor_io, err);
	} else {
		if (checking->root.minor >= 0 && checking->root.minor < *minor_io)
			BAD(checking, "E103", path,
			    "follows an earlier version of OCFL than the version before");
		rc = check_sidecar(
		    checking, path, &checking->root, st_buf_bytes(&checking->text), err);
	}
done:
	st_buf_free(&text);
	return rc == STET_ENOTFOUND ? STET_OK : rc;
}

/* --- what lies where ------------------------------------------------------------------------- */

int
st_ocfl_registered(const char *name)
{
	static const char *const names[] = {"0001-digest-algorithms",
	    "0002-flat-direct-storage-layout", "0003-hash-and-id-n-tuple-storage-layout",
	    "0004-hashed-n-tuple-storage-layout", "0005-mutable-head",
	    "0006-flat-omit-prefix-storage-layout", "0007-n-tuple-omit-prefix-storage-layout",
	    "0008-schema-registry", "0009-digest-algorithms",
	    "0010-differential-n-tuple-omit-prefix-storage-layout", "0011-direct-clean-path-layout",
	    "initial", NULL};
	const char *const *known;

	for (known = names; *known != NULL && strcmp(*known, name) != 0; known++)
		;
	return *known != NULL;
}

/* 1 if nothing lies in the folder at this place of the tree. */
static int
is_empty(const struct st_unpack *tree, const char *folder)
{
	size_t size = strlen(folder), low = 0, high = st_unpack_count(tree), middle;
	const char *name;

	while (low < high) { /* the first name that is not before "FOLDER/" */
		middle = low + (high - low) / 2;
		name = st_unpack_get(tree, middle)->name;
		if (strncmp(name, folder, size) < 0 ||
		    (strncmp(name, folder, size) == 0 && (uint8_t)name[size] < '/'))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == st_unpack_count(tree))
		return 1;
	name = st_unpack_get(tree, low)->name;
	return strncmp(name, folder, size) != 0 || name[size] != '/';
}

static int
is_folder(const struct checking *checking, const char *name)
{
	const struct st_node *node = st_unpack_find(checking->tree, name, NULL);

	return node != NULL && node->kind == ST_NODE_FOLDER;
}

/* inventory.json, or its sidecar by the algorithm that some inventory has. */
static int
is_inventory_name(const char *name)
{
	return strcmp(name, ST_OCFL_INVENTORY) == 0 || starts(name, ST_OCFL_INVENTORY ".");
}

static void
check_top(struct checking *checking, const struct st_node *node)
{
	size_t width;

	if (node->kind == ST_NODE_FILE) {
		if (!starts(node->name, "0=") && !is_inventory_name(node->name))
			BAD(checking, "E001", node->name,
			    "is a file that does not belong into an object");
	} else if ((st_version_number(st_str(node->name), &width) == 0 ||
		       (checking->root.versions != NULL &&
			   stet_json_get(checking->root.versions, node->name) == NULL)) &&
		   strcmp(node->name, "logs") != 0 && strcmp(node->name, "extensions") != 0) {
		if (st_version_number(st_str(node->name), &width) != 0)
			BAD(checking, "E046", node->name,
			    "is the folder of a version that the inventory does not have");
		else
			BAD(checking, "E001", node->name,
			    "is a folder that does not belong into an object");
	}
}

static void
check_extension(struct checking *checking, const struct st_node *node, const char *name)
{
	if (strchr(name, '/') != NULL)
		return;
	if (node->kind == ST_NODE_FILE)
		BAD(checking, "E067", node->name,
		    "is a file, where there are folders of extensions only");
	else if (!st_ocfl_registered(name))
		WARN(checking, "W013", node->name, "is no extension that is registered");
}

/* rest: the name after that of the version's folder. */
static void
check_in_version(struct checking *checking, const struct st_node *node, const char *rest)
{
	const char *slash = strchr(rest, '/');
	stet_bytes first = {
	    (const uint8_t *)rest, slash == NULL ? strlen(rest) : (size_t)(slash - rest)};
	int content = st_bytes_equal(first, checking->root.content);

	if (slash == NULL && node->kind == ST_NODE_FILE && !is_inventory_name(rest))
		BAD(checking, "E015", node->name,
		    "is neither content nor the inventory of the version");
	else if (slash == NULL && node->kind == ST_NODE_FOLDER && !content)
		WARN(checking, "W002", node->name, "is a folder beside that of the content");
	else if (content && node->kind == ST_NODE_FOLDER && is_empty(checking->tree, node->name)) {
		if (slash == NULL)
			WARN(checking, "W003", node->name, "is empty and could be left out");
		else
			BAD(checking, "E024", node->name, "is an empty folder");
	} else if (content && node->kind == ST_NODE_FILE && slash != NULL) {
		checking->ocfl->files++;
		checking->ocfl->bytes += node->size;
	}
}

static void
check_nodes(struct checking *checking)
{
	const struct st_node *node;
	const char *slash;
	char first[32];
	size_t i;

	for (i = 0; i < st_unpack_count(checking->tree); i++) {
		node = st_unpack_get(checking->tree, i);
		if (node->unsafe)
			BAD(checking, "E098", node->name,
			    "is a name that no program should follow");
		if (node->kind == ST_NODE_LINK || node->kind == ST_NODE_OTHER) {
			BAD(checking, node->kind == ST_NODE_LINK ? "E090" : "E089", node->name,
			    "is %s; an object holds files and folders",
			    node->kind == ST_NODE_LINK ? "a link" : "no file");
			continue;
		}
		slash = strchr(node->name, '/');
		if (slash == NULL) {
			check_top(checking, node);
			continue;
		}
		snprintf(first, sizeof(first), "%.*s",
		    (int)(slash - node->name < 31 ? slash - node->name : 31), node->name);
		if (strcmp(first, "extensions") == 0)
			check_extension(checking, node, slash + 1);
		else if (stet_json_get(checking->root.versions, first) != NULL)
			check_in_version(checking, node, slash + 1);
	}
}

/* --- content --------------------------------------------------------------------------------- */

static int
by_node(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->version != y->version ? (x->version < y->version ? -1 : 1) : 0;
}

static size_t
first_row(const struct checking *checking, size_t node)
{
	size_t low = 0, high = checking->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (checking->rows[middle].node < node)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int
want_file(void *ctx, const struct st_node *node, size_t index, stet_error *err)
{
	struct checking *checking = ctx;
	unsigned hashes = 0;
	size_t i;
	int rc;

	(void)node;
	checking->next = first_row(checking, index);
	for (i = checking->next; i < checking->count && checking->rows[i].node == index; i++)
		hashes |= 1u << checking->rows[i].hash;
	rc = st_digests_begin(&checking->digests, hashes, err);
	return rc < 0 ? rc : hashes != 0;
}

static void
compare_rows(struct checking *checking, const struct st_node *node, size_t index)
{
	uint8_t(*const digests)[64] = checking->digests.is;
	char is[17], says[17], version[32];
	const struct row *row;
	size_t i;

	for (i = checking->next; i < checking->count && checking->rows[i].node == index; i++) {
		row = &checking->rows[i];
		if (memcmp(row->digest, digests[row->hash], st_hash_size(row->hash)) == 0)
			continue;
		st_hex(digests[row->hash], 8, is);
		st_hex(row->digest, 8, says);
		st_version_name(&checking->root, row->version, version);
		BAD(checking, row->code, node->name,
		    "is not what the inventory%s%s lists: its %s begins with %s, not %s",
		    row->version > 0 ? " of " : "", row->version > 0 ? version : "",
		    st_hash_name(row->hash), is, says);
	}
}

static int
take_file(
    void *ctx, const struct st_node *node, size_t index, struct st_member *member, stet_error *err)
{
	struct checking *checking = ctx;
	int rc = st_digests_member(&checking->digests, member, checking->watch, err);

	if (rc == STET_OK)
		compare_rows(checking, node, index);
	return rc;
}

static int
check_content(struct checking *checking, stet_error *err)
{
	struct st_pass pass = {want_file, take_file, checking};
	size_t i;

	if (checking->count > 1)
		qsort(checking->rows, checking->count, sizeof(struct row), by_node);
	for (i = 0; !checking->ocfl->root && i < st_unpack_count(checking->tree); i++)
		if (strchr(st_unpack_get(checking->tree, i)->name, '/') != NULL)
			checking->watch->total += st_unpack_get(checking->tree, i)->size;
	return st_unpack_pass(checking->tree, &pass, err);
}

/* --- the whole ------------------------------------------------------------------------------- */

/* Each version that the inventory has is a folder; each folder's inventory is judged. */
static int
check_versions(struct checking *checking, stet_error *err)
{
	char name[32];
	uint64_t i;
	int rc = STET_OK, minor = 0;

	for (i = 1; rc == STET_OK && i <= checking->root.count; i++) {
		st_version_name(&checking->root, i, name);
		if (!is_folder(checking, name))
			BAD(checking, "E010", name, "is a version of the inventory and not there");
		else
			rc = check_version_inventory(checking, i, &minor, err);
	}
	return rc;
}

static int
check_root_inventory(struct checking *checking, stet_error *err)
{
	char where[NAME_SIZE];
	int rc;

	if (!is_file(checking, ST_OCFL_INVENTORY)) {
		BAD(checking, "E063", ST_OCFL_INVENTORY,
		    "is missing: it says what is in the object");
		return STET_OK;
	}
	if ((rc = read_inventory(checking, ST_OCFL_INVENTORY, &checking->text, err)) < 0)
		return rc == STET_ENOTFOUND ? STET_OK : rc;
	if ((rc = st_inventory_read(st_buf_bytes(&checking->text),
		 told(checking, ST_OCFL_INVENTORY, where), checking->found, &checking->root, err)) <
	    0)
		return rc;
	if (checking->root.json == NULL)
		return STET_OK;
	if (checking->minor >= 0 && checking->root.minor >= 0 &&
	    checking->minor != checking->root.minor)
		BAD(checking, "E038", ST_OCFL_INVENTORY,
		    "its type is not of the version that the object declares");
	return check_sidecar(
	    checking, ST_OCFL_INVENTORY, &checking->root, st_buf_bytes(&checking->text), err);
}

static int
check_all(struct checking *checking, stet_error *err)
{
	int rc;

	if ((rc = check_declaration(checking, err)) < 0 ||
	    (checking->minor < 0 && checking->found->unsure) ||
	    (rc = check_root_inventory(checking, err)) < 0)
		return rc;
	check_nodes(checking);
	if (checking->root.json == NULL)
		return STET_OK;
	if ((rc = check_versions(checking, err)) < 0)
		return rc;
	if (checking->root.manifest != NULL)
		find_unlisted(checking, &checking->root, UINT64_MAX);
	if ((rc = take_manifest(checking, &checking->root, 0, err)) < 0 ||
	    (rc = take_fixity(checking, &checking->root, 0, err)) < 0)
		return rc;
	return check_content(checking, err);
}

static int
keep_id(struct checking *checking, stet_error *err)
{
	stet_bytes id = checking->root.id;

	free(checking->ocfl->id);
	checking->ocfl->id = NULL;
	if (id.data == NULL)
		return STET_OK;
	checking->ocfl->id = strndup((const char *)id.data, id.size);
	return checking->ocfl->id == NULL ? st_fail_nomem(err) : STET_OK;
}

int
st_ocfl_object(struct st_unpack *tree, const char *prefix, struct st_watch *watch,
    struct st_ocfl *ocfl, stet_error *err)
{
	struct checking checking = {
	    .tree = tree, .ocfl = ocfl, .found = &ocfl->found, .watch = watch, .prefix = prefix};
	uint64_t problems = ocfl->found.problem_count;
	int rc;

	checking.minor = -1;
	rc = check_all(&checking, err);
	if (rc == STET_OK && ocfl->look != NULL && checking.root.json != NULL &&
	    ocfl->found.problem_count == problems && !ocfl->found.unsure)
		rc = ocfl->look->object(
		    ocfl->look->ctx, tree, prefix, &checking.root, &ocfl->found, err);
	if (rc == STET_OK)
		rc = keep_id(&checking, err);
	if (rc == STET_OK && ocfl->found.rc < 0)
		rc = st_fail_nomem(err);
	ocfl->objects++;
	ocfl->versions += checking.root.count;
	st_digests_free(&checking.digests);
	st_inventory_clear(&checking.root);
	st_buf_free(&checking.text);
	free(checking.rows);
	return rc;
}
