/* Judging a bag by RFC 8493: what its manifests list is there, whole, and nothing else is.
 *
 * Versions 0.93 to 0.97 are read by their own, laxer rules where these differ: there a file may be
 * listed twice with one digest, and by one of several manifests alone. */
#include "package/package.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"
#include "json/json.h"

#define DECLARATION_MAX 4096
#define TAG_FILE_MAX ((size_t)16 * 1024 * 1024)
#define MANIFEST_MAX ((size_t)1024 * 1024 * 1024)
#define NOWHERE SIZE_MAX

/* One line of a manifest. */
struct row {
	char *path;
	int tag; /* of a tag manifest */
	enum st_hash hash;
	size_t node; /* its place in the tree, or NOWHERE */
	uint8_t digest[64];
};

struct checking {
	struct st_unpack *tree;
	struct st_bag *bag;
	struct st_found *found;
	struct st_watch *watch;
	int number; /* of the version: 97, 100 */
	char encoding[32];
	struct row *rows;
	size_t count, room;
	int manifests, unknown; /* payload manifests we can check; that we cannot */
	/* While content is read. */
	size_t *first; /* of a node: its first row, or NOWHERE */
	struct st_digests digests;
};

static int
starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static const struct st_node *
file_named(struct checking *checking, const char *name, size_t *index_out)
{
	const struct st_node *node = st_unpack_find(checking->tree, name, index_out);

	return node != NULL && node->kind == ST_NODE_FILE ? node : NULL;
}

/* --- bagit.txt ------------------------------------------------------------------------------- */

/* "Label: value" as the declaration must have it; *value_out is a view. */
static int
declared(stet_bytes line, const char *label, stet_bytes *value_out)
{
	size_t size = strlen(label);

	if (line.size <= size || memcmp(line.data, label, size) != 0)
		return 0;
	*value_out = (stet_bytes){line.data + size, line.size - size};
	return value_out->data[0] != ' ' && value_out->data[value_out->size - 1] != ' ';
}

static int
is_number(const uint8_t *data, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (data[i] < '0' || data[i] > '9')
			return 0;
	return size > 0 && size < 4;
}

static int
read_version(struct checking *checking, stet_bytes value)
{
	const uint8_t *dot = memchr(value.data, '.', value.size);
	size_t major = dot == NULL ? 0 : (size_t)(dot - value.data);
	char *text = checking->bag->version;

	if (dot == NULL || !is_number(value.data, major) ||
	    !is_number(dot + 1, value.size - major - 1))
		return 0;
	snprintf(text, sizeof(checking->bag->version), "%.*s", (int)value.size,
	    (const char *)value.data);
	if (strcmp(text, "1.0") == 0)
		checking->number = 100;
	else if (starts(text, "0.9") && text[3] >= '3' && text[3] <= '7' && text[4] == '\0')
		checking->number = 90 + text[3] - '0';
	return 1;
}

static void
bad_declaration(struct checking *checking, const char *why)
{
	st_found_problem(
	    checking->found, stet_rule_name(ST_BAG_DECLARATION), "bagit.txt", "%s", why);
}

static void
judge_declaration(struct checking *checking, stet_bytes text)
{
	stet_bytes line, version, encoding;

	if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
		bad_declaration(checking, "begins with a byte order mark");
		return;
	}
	if (!st_tag_line(&text, &line) || !declared(line, "BagIt-Version: ", &version) ||
	    !read_version(checking, version)) {
		bad_declaration(
		    checking, "the first line is not 'BagIt-Version: ' and a version like 1.0");
		return;
	}
	if (checking->number == 0) {
		st_found_warning(checking->found, stet_rule_name(ST_BAG_DECLARATION), "bagit.txt",
		    "version %s of BagIt is not known here", checking->bag->version);
		checking->found->unsure = 1;
	}
	if (!st_tag_line(&text, &line) ||
	    !declared(line, "Tag-File-Character-Encoding: ", &encoding) ||
	    encoding.size >= sizeof(checking->encoding)) {
		bad_declaration(checking,
		    "the second line is not 'Tag-File-Character-Encoding: ' and an encoding");
		return;
	}
	snprintf(checking->encoding, sizeof(checking->encoding), "%.*s", (int)encoding.size,
	    (const char *)encoding.data);
	if (!st_tag_known(checking->encoding)) {
		st_found_warning(checking->found, stet_rule_name(ST_BAG_TAG_FILE), "bagit.txt",
		    "tag files are in '%s', which cannot be read here", checking->encoding);
		checking->found->unsure = 1;
	}
	while (st_tag_line(&text, &line))
		if (line.size > 0)
			bad_declaration(checking, "has more than its two lines");
}

static int
check_declaration(struct checking *checking, stet_error *err)
{
	struct st_buf text = {0};
	int rc = STET_OK;

	if (file_named(checking, "bagit.txt", NULL) == NULL) {
		bad_declaration(checking, "is missing: a bag says in it that it is one");
		return STET_OK;
	}
	rc = st_unpack_read(checking->tree, "bagit.txt", DECLARATION_MAX, &text, err);
	if (rc == STET_EFORMAT) {
		bad_declaration(checking, "has more than its two lines");
		rc = STET_OK;
	} else if (rc == STET_OK) {
		judge_declaration(checking, st_buf_bytes(&text));
	}
	st_buf_free(&text);
	return rc;
}

/* --- tag files ------------------------------------------------------------------------------- */

/* The text of a tag file as UTF-8, empty where it cannot be had, which is told. */
static int
tag_text(
    struct checking *checking, const char *name, size_t max, struct st_buf *out, stet_error *err)
{
	struct st_buf raw = {0};
	int rc = st_unpack_read(checking->tree, name, max, &raw, err);

	if (rc == STET_OK) {
		if (st_tag_text(st_buf_bytes(&raw), checking->encoding, out) < 0)
			st_found_problem(checking->found, stet_rule_name(ST_BAG_TAG_FILE), name,
			    "is not text in %s", checking->encoding);
		if (out->rc < 0)
			rc = st_fail_nomem(err);
	}
	st_buf_free(&raw);
	return rc;
}

static int
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* --- paths ----------------------------------------------------------------------------------- */

/* %0A, %0D and, from version 1.0 on, %25; nothing else is escaped. */
static char *
decoded(stet_bytes path, int number)
{
	char *out = malloc(path.size + 1), *to = out;
	size_t i;
	int value;

	for (i = 0; out != NULL && i < path.size; i++) {
		*to = (char)path.data[i];
		if (*to == '%' && path.size - i > 2) {
			value =
			    path.data[i + 1] == '0' && (path.data[i + 2] | 32) == 'a'   ? '\n'
			    : path.data[i + 1] == '0' && (path.data[i + 2] | 32) == 'd' ? '\r'
			    : path.data[i + 1] == '2' && path.data[i + 2] == '5' && number >= 100
				? '%'
				: 0;
			if (value != 0) {
				*to = (char)value;
				i += 2;
			}
		}
		to++;
	}
	if (out != NULL)
		*to = '\0';
	return out;
}

/* Why a path of a manifest may not be followed; NULL: it may. */
static const char *
path_fault(const char *path)
{
	const char *at = path;
	size_t part;

	if (path[0] == '/' || path[0] == '\\')
		return "is absolute";
	if (path[0] == '~')
		return "begins with the name of a home folder";
	if (((path[0] | 32) >= 'a' && (path[0] | 32) <= 'z') && path[1] == ':')
		return "names a drive";
	for (; *at != '\0'; at += part + (at[part] != '\0')) {
		part = strcspn(at, "/\\");
		if (part == 2 && at[0] == '.' && at[1] == '.')
			return "leads out of the bag";
	}
	return NULL;
}

/* --- manifests ------------------------------------------------------------------------------- */

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

/* Where a listed path may not lead, or NULL. */
static const char *
place_fault(const struct row *row)
{
	const char *why = path_fault(row->path);

	if (why != NULL)
		return why;
	if (!row->tag && !starts(row->path, "data/"))
		return "is outside of the payload";
	if (row->tag && starts(row->path, "data/"))
		return "is payload, and listed as a tag file";
	if (row->tag && starts(row->path, "tagmanifest-") && strchr(row->path, '/') == NULL)
		return "is a tag manifest, which is listed nowhere";
	return NULL;
}

static int
take_path(struct checking *checking, const char *manifest, stet_bytes path, struct row *row,
    stet_error *err)
{
	const char *why;
	int rc = STET_OK;

	if (path.size > 1 && path.data[0] == '*') {
		st_found_warning(checking->found, stet_rule_name(ST_BAG_MANIFEST), manifest,
		    "a path has the mark of binary mode in front, as md5sum writes it");
		path.data++, path.size--;
	}
	if (path.size > 2 && path.data[0] == '.' && path.data[1] == '/') {
		st_found_warning(checking->found, stet_rule_name(ST_BAG_MANIFEST), manifest,
		    "a path begins with './'");
		path.data += 2, path.size -= 2;
	}
	if ((row->path = decoded(path, checking->number)) == NULL)
		return st_fail_nomem(err);
	if ((why = place_fault(row)) != NULL)
		st_found_problem(checking->found, stet_rule_name(ST_BAG_PATH_UNSAFE), row->path,
		    "%s lists a path that %s", manifest, why);
	else if (file_named(checking, row->path, &row->node) == NULL)
		row->node = NOWHERE;
	else
		return add_row(checking, row, err);
	if (why == NULL && (rc = add_row(checking, row, err)) == STET_OK)
		return STET_OK;
	free(row->path);
	return rc;
}

static int
take_line(struct checking *checking, const char *manifest, stet_bytes line, unsigned long number,
    struct row *row, stet_error *err)
{
	size_t digits = 2 * st_hash_size(row->hash), at = digits, i;
	uint8_t hex[128];

	while (at < line.size && is_blank(line.data[at]))
		at++;
	if (line.size > digits && at > digits && at < line.size &&
	    memchr(line.data, '\0', line.size) == NULL) {
		for (i = 0; i < digits; i++) /* either case is right */
			hex[i] = line.data[i] >= 'A' && line.data[i] <= 'F' ? line.data[i] | 32
									    : line.data[i];
		if (st_hex_read((stet_bytes){hex, digits}, row->digest, digits / 2) == 0)
			return take_path(checking, manifest,
			    (stet_bytes){line.data + at, line.size - at}, row, err);
	}
	st_found_problem(checking->found, stet_rule_name(ST_BAG_MANIFEST), manifest,
	    "line %lu is not %zu hexadecimal digits, a space and a path", number, digits);
	return STET_OK;
}

static int
read_manifest(
    struct checking *checking, const char *name, enum st_hash hash, int tag, stet_error *err)
{
	struct st_buf text = {0};
	struct row row = {.tag = tag, .hash = hash};
	unsigned long number = 0;
	stet_bytes rest, line;
	int rc = tag_text(checking, name, MANIFEST_MAX, &text, err);

	rest = st_buf_bytes(&text);
	while (rc == STET_OK && st_tag_line(&rest, &line))
		rc = take_line(checking, name, line, ++number, &row, err);
	st_buf_free(&text);
	return rc;
}

/* 1 if a name is that of a manifest at the top of the bag; *algorithm_out is a view. */
static int
is_manifest(const char *name, const char *begin, stet_bytes *algorithm_out)
{
	size_t front = strlen(begin), size = strlen(name);

	if (!starts(name, begin) || size <= front + 4 || strchr(name, '/') != NULL ||
	    strcmp(name + size - 4, ".txt") != 0)
		return 0;
	*algorithm_out = (stet_bytes){(const uint8_t *)name + front, size - front - 4};
	return 1;
}

static int
read_manifests(struct checking *checking, stet_error *err)
{
	const struct st_node *node;
	stet_bytes algorithm;
	size_t i;
	int rc = STET_OK, tag, hash;

	for (i = 0; rc == STET_OK && i < st_unpack_count(checking->tree); i++) {
		node = st_unpack_get(checking->tree, i);
		tag = is_manifest(node->name, "tagmanifest-", &algorithm);
		if (node->kind != ST_NODE_FILE || node->twice ||
		    (!tag && !is_manifest(node->name, "manifest-", &algorithm)))
			continue;
		if ((hash = st_hash_named(algorithm)) < 0) {
			st_found_warning(checking->found, stet_rule_name(ST_BAG_ALGORITHM),
			    node->name, "is of an algorithm that is not known here");
			checking->unknown += !tag;
			continue;
		}
		if (!tag) {
			checking->manifests++;
			checking->bag->manifests |= 1u << hash;
		}
		rc = read_manifest(checking, node->name, (enum st_hash)hash, tag, err);
	}
	if (rc == STET_OK && checking->manifests == 0 && checking->unknown == 0)
		st_found_problem(checking->found, stet_rule_name(ST_BAG_MANIFEST), NULL,
		    "no manifest lists the payload");
	if (checking->manifests == 0 && checking->unknown > 0)
		checking->found->unsure = 1;
	return rc;
}

/* --- completeness ---------------------------------------------------------------------------- */

static int
by_listing(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	if (order == 0)
		order = x->tag != y->tag ? x->tag - y->tag : (int)x->hash - (int)y->hash;
	return order;
}

static const char *
manifest_name(const struct row *row, char out[64])
{
	snprintf(out, 64, "%smanifest-%s.txt", row->tag ? "tag" : "", st_hash_name(row->hash));
	return out;
}

static void
find_twice(struct checking *checking)
{
	const struct row *row, *before;
	char name[64];
	size_t i;
	int same;

	for (i = 1; i < checking->count; i++) {
		row = &checking->rows[i];
		before = row - 1;
		if (by_listing(row, before) != 0)
			continue;
		same = memcmp(row->digest, before->digest, st_hash_size(row->hash)) == 0;
		if (same && checking->number < 100)
			st_found_warning(checking->found, stet_rule_name(ST_BAG_LISTED_TWICE),
			    row->path, "is listed twice in %s", manifest_name(row, name));
		else
			st_found_problem(checking->found, stet_rule_name(ST_BAG_LISTED_TWICE),
			    row->path, "is listed twice in %s%s", manifest_name(row, name),
			    same ? "" : ", with two digests");
	}
}

static void
find_missing(struct checking *checking)
{
	const struct row *row;
	char name[64];
	size_t i;

	for (i = 0; i < checking->count; i++) {
		row = &checking->rows[i];
		if (row->node == NOWHERE && (i == 0 || strcmp(row->path, row[-1].path) != 0))
			st_found_problem(checking->found, stet_rule_name(ST_BAG_FILE_MISSING),
			    row->path, "is listed in %s and is not there",
			    manifest_name(row, name));
	}
}

/* The payload manifests, as bits, that list the file of this node. */
static unsigned
listed_in(const struct checking *checking, size_t node, int tag)
{
	const struct row *row;
	unsigned hashes = 0;
	size_t i = checking->first[node];

	for (; i != NOWHERE && i < checking->count && checking->rows[i].node == node; i++) {
		row = &checking->rows[i];
		hashes |= row->tag == tag ? 1u << row->hash : 0;
	}
	return hashes;
}

static void
find_extra(struct checking *checking)
{
	const struct st_node *node;
	unsigned listed, all = checking->bag->manifests;
	size_t i;
	int payload = 0;

	for (i = 0; i < st_unpack_count(checking->tree); i++) {
		node = st_unpack_get(checking->tree, i);
		payload |= starts(node->name, "data/") || strcmp(node->name, "data") == 0;
		if (node->kind != ST_NODE_FILE || !starts(node->name, "data/"))
			continue;
		checking->bag->files++;
		listed = listed_in(checking, i, 0);
		if (listed == 0 && all != 0)
			st_found_problem(checking->found, stet_rule_name(ST_BAG_FILE_EXTRA),
			    node->name, "is payload that no manifest lists");
		else if (listed != all && checking->number >= 100)
			st_found_problem(checking->found, stet_rule_name(ST_BAG_NOT_IN_ALL),
			    node->name, "is listed by some payload manifests and not by all");
	}
	if (!payload)
		st_found_problem(checking->found, stet_rule_name(ST_BAG_FILE_MISSING), "data",
		    "the folder of the payload is missing");
}

/* --- names ----------------------------------------------------------------------------------- */

struct folded {
	char *key;
	const char *name;
};

static int
by_key(const void *a, const void *b)
{
	const struct folded *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order != 0 ? order : strcmp(x->name, y->name);
}

/* A name as a file system that ignores case and spelling of accents sees it; free(). */
static char *
fold_name(const char *name)
{
	struct st_buf out = {0};
	size_t i;

	if (!st_text_ok(st_str(name)) || st_text_nfc(st_str(name), &out, NULL) < 0) {
		st_buf_free(&out);
		return strdup(name);
	}
	st_buf_put_u8(&out, 0);
	for (i = 0; out.rc == STET_OK && i < out.size; i++)
		if (out.data[i] >= 'A' && out.data[i] <= 'Z')
			out.data[i] |= 32;
	if (out.rc < 0)
		st_buf_free(&out);
	return (char *)out.data;
}

static int
find_collisions(struct checking *checking, stet_error *err)
{
	size_t count = st_unpack_count(checking->tree), i;
	struct folded *folded = calloc(count + 1, sizeof(*folded));
	int rc = STET_OK;

	for (i = 0; folded != NULL && rc == STET_OK && i < count; i++) {
		folded[i].name = st_unpack_get(checking->tree, i)->name;
		if ((folded[i].key = fold_name(folded[i].name)) == NULL)
			rc = st_fail_nomem(err);
	}
	if (folded == NULL)
		return st_fail_nomem(err);
	if (rc == STET_OK) {
		qsort(folded, count, sizeof(*folded), by_key);
		for (i = 1; i < count; i++)
			if (strcmp(folded[i].key, folded[i - 1].key) == 0 &&
			    strcmp(folded[i].name, folded[i - 1].name) != 0)
				st_found_problem(checking->found,
				    stet_rule_name(ST_BAG_NAME_COLLISION), folded[i].name,
				    "differs from '%s' in case or in the spelling of accents alone",
				    folded[i - 1].name);
	}
	for (i = 0; i < count; i++)
		free(folded[i].key);
	free(folded);
	return rc;
}

static void
check_nodes(struct checking *checking)
{
	const struct st_node *node;
	size_t i;

	for (i = 0; i < st_unpack_count(checking->tree); i++) {
		node = st_unpack_get(checking->tree, i);
		if (node->kind == ST_NODE_LINK || node->kind == ST_NODE_OTHER)
			st_found_problem(checking->found, stet_rule_name(ST_BAG_NOT_A_FILE),
			    node->name, "is %s; a bag holds files and folders",
			    node->kind == ST_NODE_LINK ? "a link" : "no file");
		if (node->unsafe)
			st_found_problem(checking->found, stet_rule_name(ST_BAG_PATH_UNSAFE),
			    node->name, "is a name that no unpacking should follow");
		if (node->twice && node->kind != ST_NODE_FOLDER &&
		    (i == 0 || strcmp(node->name, node[-1].name) != 0))
			st_found_problem(checking->found, stet_rule_name(ST_BAG_LISTED_TWICE),
			    node->name, "is in the archive twice");
	}
	if (st_unpack_is_archive(checking->tree) && st_unpack_base(checking->tree)[0] == '\0')
		st_found_warning(checking->found, stet_rule_name(ST_BAG_NOT_A_FILE), NULL,
		    "the archive has no single folder that the bag lies in");
}

/* --- fetch.txt ------------------------------------------------------------------------------- */

static void
take_fetch(struct checking *checking, stet_bytes line, unsigned long number, uint64_t *absent)
{
	size_t at = 0, word;
	const char *why = NULL;
	char *path;
	int i;

	for (i = 0; i < 2; i++) {
		for (word = at; at < line.size && !is_blank(line.data[at]); at++)
			;
		if (at == word || at == line.size)
			why = "is not an address, a size and a path";
		while (at < line.size && is_blank(line.data[at]))
			at++;
	}
	path = why != NULL
		   ? NULL
		   : decoded((stet_bytes){line.data + at, line.size - at}, checking->number);
	if (path != NULL) {
		why = path_fault(path);
		if (why == NULL && !starts(path, "data/"))
			why = "is outside of the payload";
		if (why != NULL)
			st_found_problem(checking->found, stet_rule_name(ST_BAG_PATH_UNSAFE), path,
			    "fetch.txt has a path that %s", why);
		else
			*absent += file_named(checking, path, NULL) == NULL;
	} else {
		st_found_problem(checking->found, stet_rule_name(ST_BAG_TAG_FILE), "fetch.txt",
		    "line %lu %s", number, why != NULL ? why : "could not be kept");
	}
	free(path);
}

static int
check_fetch(struct checking *checking, stet_error *err)
{
	struct st_buf text = {0};
	unsigned long number = 0;
	uint64_t absent = 0;
	stet_bytes rest, line;
	int rc;

	if (file_named(checking, "fetch.txt", NULL) == NULL)
		return STET_OK;
	rc = tag_text(checking, "fetch.txt", TAG_FILE_MAX, &text, err);
	rest = st_buf_bytes(&text);
	while (rc == STET_OK && st_tag_line(&rest, &line))
		take_fetch(checking, line, ++number, &absent);
	if (absent > 0)
		st_found_problem(checking->found, stet_rule_name(ST_BAG_FETCH), "fetch.txt",
		    "files that are not here are to be fetched from elsewhere: %" PRIu64, absent);
	st_buf_free(&text);
	return rc;
}

/* --- bag-info.txt ---------------------------------------------------------------------------- */

static void
add_info(struct checking *checking, struct st_buf *label, struct st_buf *value)
{
	stet_json *pair;

	if (label->size == 0)
		return;
	pair = stet_json_array();
	stet_json_add(pair, stet_json_string(st_buf_bytes(label)));
	stet_json_add(pair, stet_json_string(st_buf_bytes(value)));
	stet_json_add(checking->bag->info, pair);
	st_buf_reset(label);
	st_buf_reset(value);
}

static void
take_info(struct checking *checking, stet_bytes line, unsigned long number, struct st_buf *label,
    struct st_buf *value)
{
	const uint8_t *colon = memchr(line.data, ':', line.size);
	size_t at = 0;

	if (line.size > 0 && is_blank(line.data[0]) && label->size > 0) {
		while (at < line.size && is_blank(line.data[at]))
			at++;
		if (value->size > 0)
			st_buf_put_u8(value, ' ');
		st_buf_put(value, line.data + at, line.size - at);
		return;
	}
	add_info(checking, label, value);
	if (line.size == 0)
		return;
	if (colon == NULL || colon == line.data) {
		st_found_problem(checking->found, stet_rule_name(ST_BAG_TAG_FILE), "bag-info.txt",
		    "line %lu is not a label, a colon and a value", number);
		return;
	}
	at = (size_t)(colon - line.data);
	st_buf_put(label, line.data, at);
	while (label->size > 0 && is_blank(label->data[label->size - 1]))
		label->size--;
	for (at++; at < line.size && is_blank(line.data[at]); at++)
		;
	st_buf_put(value, line.data + at, line.size - at);
}

static int
read_info(struct checking *checking, stet_error *err)
{
	struct st_buf text = {0}, label = {0}, value = {0};
	unsigned long number = 0;
	stet_bytes rest, line;
	const char *name = "bag-info.txt";
	int rc;

	if (file_named(checking, name, NULL) == NULL)
		return STET_OK;
	rc = tag_text(checking, name, TAG_FILE_MAX, &text, err);
	rest = st_buf_bytes(&text);
	while (rc == STET_OK && st_tag_line(&rest, &line))
		take_info(checking, line, ++number, &label, &value);
	add_info(checking, &label, &value);
	if (rc == STET_OK && (label.rc < 0 || value.rc < 0 || st_json_rc(checking->bag->info) < 0))
		rc = st_fail_nomem(err);
	st_buf_free(&value);
	st_buf_free(&label);
	st_buf_free(&text);
	return rc;
}

stet_bytes
st_bag_label(const struct st_bag *bag, const char *label)
{
	const stet_json *pair;
	size_t i;

	for (i = 0; i < stet_json_size(bag->info); i++) {
		pair = stet_json_item(bag->info, i);
		if (st_bytes_equal(stet_json_string_of(stet_json_item(pair, 0)), st_str(label)))
			return stet_json_string_of(stet_json_item(pair, 1));
	}
	return (stet_bytes){NULL, 0};
}

static void
check_oxum(struct checking *checking)
{
	stet_bytes oxum = st_bag_label(checking->bag, "Payload-Oxum");
	char is[64];

	if (oxum.data == NULL)
		return;
	snprintf(
	    is, sizeof(is), "%" PRIu64 ".%" PRIu64, checking->bag->bytes, checking->bag->files);
	if (!st_bytes_equal(oxum, st_str(is)))
		st_found_problem(checking->found, stet_rule_name(ST_BAG_OXUM), "bag-info.txt",
		    "Payload-Oxum says '%.*s', the payload has %s", (int)oxum.size,
		    (const char *)oxum.data, is);
}

/* --- content --------------------------------------------------------------------------------- */

static int
want_file(void *ctx, const struct st_node *node, size_t index, stet_error *err)
{
	struct checking *checking = ctx;
	unsigned hashes = listed_in(checking, index, 0) | listed_in(checking, index, 1);
	int rc = st_digests_begin(&checking->digests, hashes, err);

	return rc < 0 ? rc : hashes != 0 || starts(node->name, "data/");
}

static void
compare_rows(struct checking *checking, const struct st_node *node, size_t index)
{
	uint8_t(*const digests)[64] = checking->digests.is;
	const struct row *row;
	char is[17], says[17], name[64];
	size_t i;

	for (i = checking->first[index];
	     i != NOWHERE && i < checking->count && checking->rows[i].node == index; i++) {
		row = &checking->rows[i];
		if (memcmp(row->digest, digests[row->hash], st_hash_size(row->hash)) == 0)
			continue;
		st_hex(digests[row->hash], 8, is);
		st_hex(row->digest, 8, says);
		st_found_problem(checking->found, stet_rule_name(ST_BAG_DIGEST), node->name,
		    "is not what %s lists: its %s begins with %s, not %s", manifest_name(row, name),
		    st_hash_name(row->hash), is, says);
	}
}

static int
take_file(
    void *ctx, const struct st_node *node, size_t index, struct st_member *member, stet_error *err)
{
	struct checking *checking = ctx;
	uint64_t before = checking->watch->done;
	int rc = st_digests_member(&checking->digests, member, checking->watch, err);

	if (starts(node->name, "data/"))
		checking->bag->bytes += checking->watch->done - before;
	if (rc == STET_OK)
		compare_rows(checking, node, index);
	return rc;
}

static int
check_content(struct checking *checking, stet_error *err)
{
	struct st_pass pass = {want_file, take_file, checking};
	size_t i;

	checking->watch->done = checking->watch->total = 0;
	for (i = 0; i < st_unpack_count(checking->tree); i++)
		checking->watch->total += st_unpack_get(checking->tree, i)->size;
	return st_unpack_pass(checking->tree, &pass, err);
}

/* --- the whole ------------------------------------------------------------------------------- */

static int
by_node(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->node != y->node ? (x->node < y->node ? -1 : 1) : by_listing(a, b);
}

/* Sorted by file, with the first row of each. */
static int
index_rows(struct checking *checking, stet_error *err)
{
	size_t count = st_unpack_count(checking->tree), i;

	if ((checking->first = malloc((count + 1) * sizeof(size_t))) == NULL)
		return st_fail_nomem(err);
	for (i = 0; i <= count; i++)
		checking->first[i] = NOWHERE;
	if (checking->count > 1)
		qsort(checking->rows, checking->count, sizeof(struct row), by_node);
	for (i = checking->count; i > 0; i--)
		if (checking->rows[i - 1].node != NOWHERE)
			checking->first[checking->rows[i - 1].node] = i - 1;
	return STET_OK;
}

static int
check_all(struct checking *checking, stet_error *err)
{
	int rc;

	check_nodes(checking);
	if ((rc = check_declaration(checking, err)) < 0 || checking->found->unsure)
		return rc;
	if (checking->number == 0)
		checking->number = 100;
	if (checking->encoding[0] == '\0')
		snprintf(checking->encoding, sizeof(checking->encoding), "UTF-8");
	if ((rc = read_manifests(checking, err)) < 0 || (rc = check_fetch(checking, err)) < 0 ||
	    (rc = read_info(checking, err)) < 0 || (rc = find_collisions(checking, err)) < 0)
		return rc;
	if (checking->count > 1)
		qsort(checking->rows, checking->count, sizeof(struct row), by_listing);
	find_twice(checking);
	find_missing(checking);
	if ((rc = index_rows(checking, err)) < 0)
		return rc;
	find_extra(checking);
	if ((rc = check_content(checking, err)) < 0)
		return rc;
	check_oxum(checking);
	return checking->found->rc < 0 ? st_fail_nomem(err) : STET_OK;
}

int
st_bag_check(struct st_unpack *tree, struct st_watch *watch, struct st_bag *bag, stet_error *err)
{
	struct checking checking = {.tree = tree, .bag = bag, .watch = watch};
	size_t i;
	int rc;

	memset(bag, 0, sizeof(*bag));
	checking.found = &bag->found;
	st_found_init(&bag->found);
	bag->info = stet_json_array();
	rc =
	    bag->info == NULL || bag->found.rc < 0 ? st_fail_nomem(err) : check_all(&checking, err);
	for (i = 0; i < checking.count; i++)
		free(checking.rows[i].path);
	st_digests_free(&checking.digests);
	free(checking.rows);
	free(checking.first);
	return rc;
}

void
st_bag_clear(struct st_bag *bag)
{
	st_found_clear(&bag->found);
	stet_json_free(bag->info);
	bag->info = NULL;
}

int
st_bag_like(const struct st_unpack *tree)
{
	const struct st_node *node;
	stet_bytes algorithm;
	size_t i;
	int manifest = 0, payload = 0;

	for (i = 0; i < st_unpack_count(tree); i++) {
		node = st_unpack_get(tree, i);
		if (strcmp(node->name, "bagit.txt") == 0)
			return 1;
		manifest |= is_manifest(node->name, "manifest-", &algorithm);
		payload |= starts(node->name, "data/") || strcmp(node->name, "data") == 0;
	}
	return manifest && payload;
}
