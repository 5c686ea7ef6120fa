/* One inventory of an OCFL object: every rule that needs nothing but its own text. */
#include "package/ocfl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"
#include "json/json.h"

#define BAD(inventory, code, ...) \
	st_found_problem((inventory)->found, code, (inventory)->where, __VA_ARGS__)
#define WARN(inventory, code, ...) \
	st_found_warning((inventory)->found, code, (inventory)->where, __VA_ARGS__)

static int
is_object(const stet_json *value)
{
	return stet_json_kind_of(value) == STET_JSON_OBJECT;
}

/* --- small grammars -------------------------------------------------------------------------- */

static int
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

uint64_t
st_version_number(stet_bytes name, size_t *width_out)
{
	uint64_t number = 0;
	size_t i;

	if (width_out != NULL)
		*width_out = 0;
	if (name.size < 2 || name.size > 16 || name.data[0] != 'v')
		return 0;
	for (i = 1; i < name.size; i++) {
		if (!is_digit(name.data[i]))
			return 0;
		number = number * 10 + (uint64_t)(name.data[i] - '0');
	}
	if (width_out != NULL && name.data[1] == '0')
		*width_out = name.size - 1;
	return number;
}

void
st_version_name(const struct st_inventory *inventory, uint64_t number, char out[32])
{
	snprintf(out, 32, "v%0*" PRIu64, (int)inventory->width, number);
}

int
st_is_uri(stet_bytes text)
{
	size_t i;

	for (i = 0; i < text.size && text.data[i] != ':'; i++) {
		uint8_t c = text.data[i], letter = c | 32;

		if (!(letter >= 'a' && letter <= 'z') &&
		    (i == 0 || !(is_digit(c) || c == '+' || c == '-' || c == '.')))
			return 0;
	}
	if (i == 0 || i + 1 >= text.size)
		return 0;
	for (; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] == '<' || text.data[i] == '>')
			return 0;
	return 1;
}

/* Digits of a fixed number, with a value between two bounds. */
static int
number_in(const uint8_t *at, size_t digits, unsigned low, unsigned high)
{
	unsigned value = 0;
	size_t i;

	for (i = 0; i < digits; i++) {
		if (!is_digit(at[i]))
			return 0;
		value = value * 10 + (unsigned)(at[i] - '0');
	}
	return value >= low && value <= high;
}

/* RFC 3339: a date, a time to the second, a zone. */
static int
is_moment(stet_bytes text)
{
	const uint8_t *at = text.data;
	size_t i = 19;

	if (text.size < 20 || !number_in(at, 4, 0, 9999) || at[4] != '-' ||
	    !number_in(at + 5, 2, 1, 12) || at[7] != '-' || !number_in(at + 8, 2, 1, 31) ||
	    (at[10] | 32) != 't' || !number_in(at + 11, 2, 0, 23) || at[13] != ':' ||
	    !number_in(at + 14, 2, 0, 59) || at[16] != ':' || !number_in(at + 17, 2, 0, 60))
		return 0;
	if (at[i] == '.') {
		for (i++; i < text.size && is_digit(at[i]); i++)
			;
		if (i == 20)
			return 0;
	}
	if (i + 1 == text.size)
		return (at[i] | 32) == 'z';
	return text.size - i == 6 && (at[i] == '+' || at[i] == '-') &&
	       number_in(at + i + 1, 2, 0, 23) && at[i + 3] == ':' &&
	       number_in(at + i + 4, 2, 0, 59);
}

int
st_digest_read(stet_bytes hex, enum st_hash hash, uint8_t out[64])
{
	size_t digits = 2 * st_hash_size(hash), i;
	uint8_t lower[128];

	if (hex.size != digits)
		return 0;
	for (i = 0; i < digits; i++)
		lower[i] =
		    hex.data[i] >= 'A' && hex.data[i] <= 'F' ? hex.data[i] | 32 : hex.data[i];
	return st_hex_read((stet_bytes){lower, digits}, out, digits / 2) == 0;
}

/* --- members --------------------------------------------------------------------------------- */

/* Members that the standard does not name; those it does, ended by NULL. */
static void
find_unknown(
    const struct st_inventory *inventory, const stet_json *object, const char *const *names)
{
	char shown[ST_SHOWN_SIZE];
	const char *const *name;
	const stet_json *value;
	const char *key;
	size_t i;

	for (i = 0; stet_json_member(object, i, &key, &value); i++) {
		for (name = names; *name != NULL && strcmp(*name, key) != 0; name++)
			;
		if (*name == NULL)
			BAD(inventory, "E102",
			    "has a member '%s', which the standard does not know",
			    st_shown(st_str(key), shown));
	}
}

static void
take_type(struct st_inventory *inventory, stet_bytes type)
{
	char shown[ST_SHOWN_SIZE];

	inventory->minor = st_bytes_equal(type, st_str("https://ocfl.io/1.0/spec/#inventory")) ? 0
			   : st_bytes_equal(type, st_str(ST_OCFL_TYPE))                        ? 1
											       : -1;
	if (inventory->minor < 0)
		BAD(inventory, "E038", "its type '%s' is not that of an inventory",
		    st_shown(type, shown));
}

static void
take_algorithm(struct st_inventory *inventory, stet_bytes name)
{
	char shown[ST_SHOWN_SIZE];
	int hash = st_hash_named(name);

	inventory->hash = hash;
	if (hash == ST_SHA256)
		WARN(inventory, "W004", "uses sha256, where sha512 is asked for");
	else if (hash != ST_SHA512)
		BAD(inventory, "E025", "its digests are of '%s' and not of sha512 or sha256",
		    st_shown(name, shown));
}

static void
take_content(struct st_inventory *inventory, const stet_json *value)
{
	stet_bytes name = stet_json_string_of(value);
	const char *code = NULL;

	inventory->content = st_str("content");
	if (value == NULL)
		return;
	if (name.data == NULL || name.size == 0 || memchr(name.data, '/', name.size) != NULL)
		code = "E017";
	else if (st_bytes_equal(name, st_str(".")) || st_bytes_equal(name, st_str("..")))
		code = "E018";
	if (code != NULL)
		BAD(inventory, code, "its contentDirectory is not the name of a folder");
	else
		inventory->content = name;
}

/* A text that has to be there; data NULL if it is not, which is told. */
static stet_bytes
needed(const struct st_inventory *inventory, const char *key, const char *bad)
{
	const stet_json *value = stet_json_get(inventory->json, key);
	stet_bytes text = stet_json_string_of(value);

	if (value == NULL)
		BAD(inventory, "E036", "says no '%s'", key);
	else if (text.data == NULL || text.size == 0)
		BAD(inventory, bad, "its '%s' is no text", key);
	return text.size == 0 ? (stet_bytes){NULL, 0} : text;
}

static void
take_head(struct st_inventory *inventory)
{
	static const char *const names[] = {"id", "type", "digestAlgorithm", "head",
	    "contentDirectory", "fixity", "manifest", "versions", NULL};
	char shown[ST_SHOWN_SIZE];
	stet_bytes text;

	find_unknown(inventory, inventory->json, names);
	inventory->id = needed(inventory, "id", "E037");
	if (inventory->id.data != NULL && !st_is_uri(inventory->id))
		WARN(inventory, "W005", "its id '%s' is no URI", st_shown(inventory->id, shown));
	if ((text = needed(inventory, "type", "E038")).data != NULL)
		take_type(inventory, text);
	if ((text = needed(inventory, "digestAlgorithm", "E025")).data != NULL)
		take_algorithm(inventory, text);
	inventory->head = needed(inventory, "head", "E040");
	take_content(inventory, stet_json_get(inventory->json, "contentDirectory"));
}

/* --- the sequence of versions ---------------------------------------------------------------- */

/* The name has another form than that of the first version. */
static void
tell_convention(const struct st_inventory *inventory, const char *name, size_t first)
{
	if (first == 0) {
		BAD(inventory, "E012", "its version '%s' is padded with zeros and the first is not",
		    name);
		return;
	}
	if (name[1] != '0')
		BAD(inventory, "E011", "its version '%s' has no zero in front as the first has",
		    name);
	BAD(inventory, "E013", "its version '%s' is not named as the first one is", name);
}

/* How the first version is named; its width, or SIZE_MAX if there is none. */
static size_t
first_width(const struct st_inventory *inventory)
{
	const stet_json *block;
	const char *name;
	size_t i, width;

	for (i = 0; stet_json_member(inventory->versions, i, &name, &block); i++)
		if (st_version_number(st_str(name), &width) == 1)
			return width;
	return SIZE_MAX;
}

static uint64_t
highest_version(const struct st_inventory *inventory, size_t first, size_t *named_out)
{
	char shown[ST_SHOWN_SIZE];
	uint64_t number, highest = 0;
	const stet_json *block;
	const char *name;
	size_t i, width, named = 0;

	for (i = 0; stet_json_member(inventory->versions, i, &name, &block); i++) {
		number = st_version_number(st_str(name), &width);
		if (number == 0) {
			BAD(inventory, "E104", "'%s' is not the name of a version",
			    st_shown(st_str(name), shown));
			continue;
		}
		if (first != SIZE_MAX && (width != 0 ? width != first : first != 0))
			tell_convention(inventory, name, first);
		named++;
		if (number > highest)
			highest = number;
	}
	*named_out = named;
	return highest;
}

static void
check_sequence(struct st_inventory *inventory)
{
	size_t first = first_width(inventory), named = 0, width;
	uint64_t highest = highest_version(inventory, first, &named);
	char shown[ST_SHOWN_SIZE];

	if (stet_json_size(inventory->versions) == 0)
		BAD(inventory, "E008", "has no version");
	else if (named > 0 && first == SIZE_MAX)
		BAD(inventory, "E009", "its versions do not begin with 1");
	else if (highest != named)
		BAD(inventory, "E010",
		    "its versions are not in sequence: there are %zu, up to %" PRIu64, named,
		    highest);
	if (inventory->head.data != NULL && highest > 0 &&
	    (st_version_number(inventory->head, &width) != highest ||
		stet_json_size(inventory->versions) == 0))
		BAD(inventory, "E040", "its head '%s' is not the newest version, %" PRIu64,
		    st_shown(inventory->head, shown), highest);
	inventory->width = first == SIZE_MAX ? 0 : first;
	/* Only if every name is the one that will be looked for. */
	if (highest == named && first != SIZE_MAX)
		inventory->count = highest;
	if (inventory->width > 0)
		WARN(inventory, "W001", "its versions are padded with zeros");
}

/* --- version blocks -------------------------------------------------------------------------- */

static void
check_user(const struct st_inventory *inventory, const char *version, const stet_json *user)
{
	static const char *const names[] = {"name", "address", NULL};
	const stet_json *address = stet_json_get(user, "address");
	stet_bytes text;

	if (user == NULL) {
		WARN(inventory, "W007", "%s: says no user", version);
		return;
	}
	if (!is_object(user) || stet_json_string_of(stet_json_get(user, "name")).size == 0) {
		BAD(inventory, "E054", "%s: its user has no name", version);
		return;
	}
	find_unknown(inventory, user, names);
	text = stet_json_string_of(address);
	if (address == NULL)
		WARN(inventory, "W008", "%s: its user has no address", version);
	else if (text.data == NULL)
		BAD(inventory, "E054", "%s: the address of its user is no text", version);
	else if (!st_is_uri(text))
		WARN(inventory, "W009", "%s: the address of its user is no URI", version);
}

static void
check_created(const struct st_inventory *inventory, const char *version, const stet_json *created)
{
	if (created == NULL)
		BAD(inventory, "E048", "%s: says not when it was created", version);
	else if (stet_json_string_of(created).data == NULL ||
		 !is_moment(stet_json_string_of(created)))
		BAD(inventory, "E049",
		    "%s: was created at no moment of RFC 3339, with seconds and a zone", version);
}

/* Its digests are those of the manifest, to the letter. */
static void
check_state(const struct st_inventory *inventory, const char *version, const stet_json *state)
{
	char shown[ST_SHOWN_SIZE];
	const stet_json *list;
	const char *digest;
	size_t i;

	if (state == NULL) {
		BAD(inventory, "E048", "%s: has no state", version);
		return;
	}
	if (!is_object(state)) {
		BAD(inventory, "E050", "%s: its state is no JSON object", version);
		return;
	}
	for (i = 0; stet_json_member(state, i, &digest, &list); i++)
		if (inventory->manifest != NULL &&
		    stet_json_get(inventory->manifest, digest) == NULL)
			BAD(inventory, "E050", "%s: the manifest has no digest '%s'", version,
			    st_shown(st_str(digest), shown));
}

static int
check_block(const struct st_inventory *inventory, const char *version, const stet_json *block)
{
	static const char *const names[] = {"created", "state", "message", "user", NULL};
	const stet_json *message = stet_json_get(block, "message");
	struct st_paths paths = {0};
	int rc;

	if (!is_object(block)) {
		BAD(inventory, "E047", "%s: is no JSON object", version);
		return STET_OK;
	}
	find_unknown(inventory, block, names);
	check_created(inventory, version, stet_json_get(block, "created"));
	check_state(inventory, version, stet_json_get(block, "state"));
	rc = st_inventory_state(inventory, block, version, 1, &paths);
	st_paths_free(&paths);
	if (message == NULL)
		WARN(inventory, "W007", "%s: has no message", version);
	else if (stet_json_string_of(message).data == NULL)
		BAD(inventory, "E094", "%s: its message is no text", version);
	check_user(inventory, version, stet_json_get(block, "user"));
	return rc;
}

static int
check_versions(struct st_inventory *inventory)
{
	const stet_json *versions = stet_json_get(inventory->json, "versions"), *block;
	char shown[ST_SHOWN_SIZE];
	const char *name;
	size_t i;
	int rc = STET_OK;

	if (versions == NULL) {
		BAD(inventory, "E043", "has no versions");
		return STET_OK;
	}
	if (!is_object(versions)) {
		BAD(inventory, "E044", "its versions are no JSON object");
		return STET_OK;
	}
	inventory->versions = versions;
	check_sequence(inventory);
	for (i = 0; rc == STET_OK && stet_json_member(versions, i, &name, &block); i++)
		rc = check_block(inventory, st_shown(st_str(name), shown), block);
	return rc;
}

/* --- manifest and fixity --------------------------------------------------------------------- */

/* 1 if it lies in the content folder of a version that there is. */
static int
in_a_version(const struct st_inventory *inventory, stet_bytes path)
{
	const uint8_t *slash = memchr(path.data, '/', path.size);
	size_t name = slash == NULL ? path.size : (size_t)(slash - path.data), content;
	char version[32];

	if (slash == NULL || name >= sizeof(version))
		return 0;
	snprintf(version, sizeof(version), "%.*s", (int)name, (const char *)path.data);
	content = inventory->content.size;
	return stet_json_get(inventory->versions, version) != NULL &&
	       path.size > name + 2 + content &&
	       memcmp(slash + 1, inventory->content.data, content) == 0 &&
	       slash[1 + content] == '/';
}

static int
take_paths(struct st_inventory *inventory, stet_bytes digest, const stet_json *list)
{
	char shown[ST_SHOWN_SIZE];
	const char *code;
	stet_bytes path;
	size_t i;

	if (stet_json_kind_of(list) != STET_JSON_ARRAY) {
		BAD(inventory, "E092", "the manifest has a digest without a list of paths");
		return STET_OK;
	}
	for (i = 0; i < stet_json_size(list); i++) {
		path = stet_json_string_of(stet_json_item(list, i));
		code = path.data == NULL ? "E092" : st_path_fault(path, "E100", "E099");
		if (code != NULL)
			BAD(inventory, code, "the manifest has '%s', which is no content path",
			    path.data == NULL ? "" : st_shown(path, shown));
		else if (inventory->versions != NULL && !in_a_version(inventory, path))
			BAD(inventory, "E042",
			    "the manifest has '%s', which is in no version's content",
			    st_shown(path, shown));
		else if (st_paths_add(&inventory->paths, path, digest) < 0)
			return STET_ENOMEM;
	}
	return STET_OK;
}

static int
in_lower(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Digests that are one and the same but for their case. */
static int
find_double_digests(const struct st_inventory *inventory, const stet_json *block, const char *code)
{
	size_t count = stet_json_size(block), i, j;
	char **lower = calloc(count + 1, sizeof(*lower)), shown[ST_SHOWN_SIZE];
	const stet_json *list;
	const char *digest;
	int rc = lower == NULL ? STET_ENOMEM : STET_OK;

	for (i = 0; rc == STET_OK && stet_json_member(block, i, &digest, &list); i++) {
		if ((lower[i] = strdup(digest)) == NULL) {
			rc = STET_ENOMEM;
			break;
		}
		for (j = 0; lower[i][j] != '\0'; j++)
			if (lower[i][j] >= 'A' && lower[i][j] <= 'Z')
				lower[i][j] |= 32;
	}
	if (rc == STET_OK && count > 1) {
		qsort(lower, count, sizeof(*lower), in_lower);
		for (i = 1; i < count; i++)
			if (strcmp(lower[i], lower[i - 1]) == 0)
				BAD(inventory, code, "has the digest '%s' twice, in two cases",
				    st_shown(st_str(lower[i]), shown));
	}
	for (i = 0; lower != NULL && i < count; i++)
		free(lower[i]);
	free(lower);
	return rc;
}

static void
tell_conflicts(const struct st_inventory *inventory)
{
	const struct st_paths *paths = &inventory->paths;
	char shown[ST_SHOWN_SIZE];
	stet_bytes path, before;
	size_t i;

	for (i = 1; i < paths->count; i++) {
		path = paths->items[i].path;
		before = paths->items[i - 1].path;
		if (st_bytes_equal(path, before))
			BAD(inventory, "E101", "the manifest has '%s' twice",
			    st_shown(path, shown));
		else if (st_path_inside(path, before))
			BAD(inventory, "E101", "the manifest has '%s' as a file and as a folder",
			    st_shown(before, shown));
	}
}

/* The digests of all states, each once. */
static int
find_unused(const struct st_inventory *inventory)
{
	char shown[ST_SHOWN_SIZE];
	const stet_json *block, *list;
	const char *version, *digest;
	size_t i, j;
	int used;

	for (i = 0; stet_json_member(inventory->manifest, i, &digest, &list); i++) {
		used = 0;
		for (j = 0; !used && stet_json_member(inventory->versions, j, &version, &block);
		     j++)
			used = stet_json_get(stet_json_get(block, "state"), digest) != NULL;
		if (!used)
			BAD(inventory, "E107", "the manifest has '%s', which no version has",
			    st_shown(st_str(digest), shown));
	}
	return STET_OK;
}

static int
check_manifest(struct st_inventory *inventory)
{
	const stet_json *list;
	uint8_t bytes[64];
	const char *digest;
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && stet_json_member(inventory->manifest, i, &digest, &list);
	     i++) {
		if (inventory->hash >= 0 &&
		    !st_digest_read(st_str(digest), (enum st_hash)inventory->hash, bytes))
			BAD(inventory, "E025", "the manifest has a digest that is none of %s",
			    st_hash_name((enum st_hash)inventory->hash));
		rc = take_paths(inventory, st_str(digest), list);
	}
	if (rc == STET_OK)
		rc = find_double_digests(inventory, inventory->manifest, "E096");
	st_paths_sort(&inventory->paths);
	tell_conflicts(inventory);
	/* 1.0 did not ask for it. */
	if (rc == STET_OK && inventory->minor != 0 && inventory->versions != NULL)
		rc = find_unused(inventory);
	return rc;
}

static void
check_fixity_list(
    const struct st_inventory *inventory, const char *algorithm, const stet_json *list)
{
	char shown[ST_SHOWN_SIZE];
	const char *code;
	stet_bytes path;
	size_t i;

	if (stet_json_kind_of(list) != STET_JSON_ARRAY) {
		BAD(inventory, "E057", "fixity has a digest of %s without a list of paths",
		    algorithm);
		return;
	}
	for (i = 0; i < stet_json_size(list); i++) {
		path = stet_json_string_of(stet_json_item(list, i));
		code = path.data == NULL ? "E057" : st_path_fault(path, "E100", "E099");
		if (code != NULL)
			BAD(inventory, code, "fixity has '%s', which is no content path",
			    path.data == NULL ? "" : st_shown(path, shown));
		else if (st_paths_find(&inventory->paths, path) == NULL)
			BAD(inventory, "E093", "fixity has '%s', which the manifest has not",
			    st_shown(path, shown));
	}
}

static int
check_algorithm(const struct st_inventory *inventory, const char *algorithm, const stet_json *block)
{
	char name[ST_SHOWN_SIZE];
	const stet_json *list;
	uint8_t bytes[64];
	const char *digest;
	size_t i;
	int hash = st_hash_named(st_str(algorithm));

	st_shown(st_str(algorithm), name);
	if (!is_object(block)) {
		BAD(inventory, "E057", "fixity of %s is no JSON object", name);
		return STET_OK;
	}
	if (hash < 0)
		WARN(inventory, "E028", "fixity of %s cannot be computed here and is left alone",
		    name);
	for (i = 0; stet_json_member(block, i, &digest, &list); i++) {
		if (hash >= 0 && !st_digest_read(st_str(digest), (enum st_hash)hash, bytes))
			BAD(inventory, "E057", "fixity has a digest that is none of %s", name);
		check_fixity_list(inventory, name, list);
	}
	return find_double_digests(inventory, block, "E097");
}

static int
check_fixity(struct st_inventory *inventory)
{
	const stet_json *fixity = stet_json_get(inventory->json, "fixity"), *block;
	const char *algorithm;
	size_t i;
	int rc = STET_OK;

	if (fixity == NULL)
		return STET_OK;
	if (!is_object(fixity)) {
		BAD(inventory, "E111", "its fixity is no JSON object");
		return STET_OK;
	}
	inventory->fixity = fixity;
	for (i = 0; rc == STET_OK && stet_json_member(fixity, i, &algorithm, &block); i++)
		rc = check_algorithm(inventory, algorithm, block);
	return rc;
}

/* --- the whole ------------------------------------------------------------------------------- */

static int
judge(struct st_inventory *inventory)
{
	const stet_json *manifest;
	int rc;

	take_head(inventory);
	manifest = stet_json_get(inventory->json, "manifest");
	if (manifest == NULL)
		BAD(inventory, "E041", "has no manifest");
	else if (!is_object(manifest))
		BAD(inventory, "E106", "its manifest is no JSON object");
	else
		inventory->manifest = manifest;
	if ((rc = check_versions(inventory)) < 0 ||
	    (inventory->manifest != NULL && (rc = check_manifest(inventory)) < 0))
		return rc;
	return check_fixity(inventory);
}

int
st_inventory_read(stet_bytes text, const char *where, struct st_found *found,
    struct st_inventory *inventory, stet_error *err)
{
	stet_error why;
	int rc;

	memset(inventory, 0, sizeof(*inventory));
	inventory->found = found;
	inventory->minor = inventory->hash = -1;
	if ((inventory->where = strdup(where)) == NULL)
		return st_fail_nomem(err);
	st_error_clear(&why);
	rc = stet_json_parse(text, &inventory->json, &why);
	if (rc == STET_EFORMAT) {
		BAD(inventory, "E033", "is no JSON: %s", why.text);
		return STET_OK;
	}
	if (rc == STET_OK && !is_object(inventory->json)) {
		BAD(inventory, "E033", "is no JSON object");
		stet_json_free(inventory->json);
		inventory->json = NULL;
		return STET_OK;
	}
	if (rc == STET_OK)
		rc = judge(inventory);
	return rc < 0 ? st_fail_nomem(err) : STET_OK;
}

void
st_inventory_clear(struct st_inventory *inventory)
{
	stet_json_free(inventory->json);
	st_paths_free(&inventory->paths);
	free(inventory->where);
	memset(inventory, 0, sizeof(*inventory));
}
