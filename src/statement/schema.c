/* Walking a payload and its table in step. */
#include "statement/schema.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "base/time.h"
#include "statement/types/rows.h"

/* In the order of enum st_type, actions of a type together. */
const struct st_schema *const st_schemas[] = {&st_schema_ledger_open, &st_schema_ledger_rotate,
    &st_schema_ledger_close, &st_schema_key_grant, &st_schema_key_revoke, &st_schema_alias,
    &st_schema_policy, &st_schema_record, &st_schema_artifact, &st_schema_claims,
    &st_schema_assessment, &st_schema_declaration, &st_schema_doi, &st_schema_verdict,
    &st_schema_correction, &st_schema_endorse, &st_schema_snapshot, &st_schema_audit,
    &st_schema_withhold, &st_schema_seal, NULL};

const struct st_schema *
st_schema_find(stet_bytes type, stet_bytes action)
{
	const struct st_schema *const *at;

	for (at = st_schemas; *at != NULL; at++) {
		if (!st_bytes_equal(type, st_str((*at)->name)))
			continue;
		if ((*at)->action == NULL ||
		    (action.data != NULL && st_bytes_equal(action, st_str((*at)->action))))
			return *at;
	}
	return NULL;
}

const char *
st_field_json(const struct st_field *field)
{
	return field->json != NULL ? field->json : field->name;
}

const char *
st_field_kind_name(enum st_field_kind kind)
{
	static const char *const names[ST_FIELD_KIND_COUNT] = {
	    [ST_FIELD_TEXT] = "text",
	    [ST_FIELD_BYTES] = "bytes",
	    [ST_FIELD_HASH] = "hash",
	    [ST_FIELD_UINT] = "uint",
	    [ST_FIELD_BOOL] = "bool",
	    [ST_FIELD_TRUE] = "true",
	    [ST_FIELD_HUNDREDTHS] = "hundredths",
	    [ST_FIELD_DATE] = "date",
	    [ST_FIELD_NUMBER] = "number",
	    [ST_FIELD_ENUM] = "enum",
	    [ST_FIELD_NAME] = "name",
	    [ST_FIELD_DOI] = "doi",
	    [ST_FIELD_COSE_KEY] = "key",
	    [ST_FIELD_POLICY] = "policy",
	    [ST_FIELD_MAP] = "map",
	    [ST_FIELD_TABLE] = "table",
	    [ST_FIELD_ARRAY] = "array",
	};

	return names[kind];
}

/* --- places and messages --------------------------------------------------------------------- */

const char *
st_place_type(const struct st_place *place)
{
	while (place->up != NULL)
		place = place->up;
	return (const char *)place->name.data;
}

struct path {
	char *out;
	size_t size; /* without NUL */
	int cut;
};

static void
path_put(struct path *path, const char *text)
{
	size_t size = strlen(text);

	/* Four bytes are kept for the "..." and the NUL. */
	if (path->cut || path->size + size + 4 > ST_PATH_SIZE) {
		path->cut = 1;
		return;
	}
	memcpy(path->out + path->size, text, size);
	path->size += size;
}

/* A reference token; "~" and "/" in it are escaped (RFC 6901), and foreign text is shown safely. */
static void
path_put_name(struct path *path, stet_bytes name)
{
	char shown[ST_SHOWN_SIZE], one[2] = {0};
	const char *at;

	path_put(path, "/");
	for (at = st_shown(name, shown); *at != '\0'; at++) {
		one[0] = *at;
		path_put(path, *at == '~' ? "~0" : *at == '/' ? "~1" : one);
	}
}

static void
path_put_place(struct path *path, const struct st_place *place)
{
	char index[24];

	if (place->up == NULL)
		return;
	path_put_place(path, place->up);
	if (place->name.data != NULL) {
		path_put_name(path, place->name);
	} else {
		snprintf(index, sizeof(index), "/%" PRIu64, place->index);
		path_put(path, index);
	}
}

static const char *
path_end(struct path *path)
{
	/* Cut at a character's edge: bytes were put one by one. */
	while (path->cut && path->size > 0 && ((uint8_t)path->out[path->size - 1] & 0x80))
		path->size--;
	memcpy(path->out + path->size, path->cut ? "..." : "", path->cut ? 4 : 1);
	return path->out;
}

const char *
st_place_path(const struct st_place *place, char out[ST_PATH_SIZE])
{
	struct path path = {out, 0, 0};

	path_put_place(&path, place);
	return path_end(&path);
}

/* The path of a member of a place. */
static const char *
member_path(const struct st_place *place, stet_bytes name, char out[ST_PATH_SIZE])
{
	struct st_place member = {place, name, 0};

	return st_place_path(&member, out);
}

int
st_fail_unknown(stet_error *err, const struct st_place *place, stet_bytes name)
{
	char path[ST_PATH_SIZE];

	return st_fail(err, STET_EFORMAT, ST_MEMBER_UNKNOWN, "'%s' is not a member of %s",
	    member_path(place, name, path), st_place_type(place));
}

int
st_fail_missing(stet_error *err, const struct st_place *place, const struct st_field *field)
{
	char path[ST_PATH_SIZE];

	return st_fail(err, STET_EFORMAT, ST_MEMBER_MISSING, "'%s' is required in %s",
	    member_path(place, st_str(st_field_json(field)), path), st_place_type(place));
}

static int __attribute__((format(printf, 4, 5)))
fail_value(stet_error *err, int rule, const struct st_place *place, const char *format, ...)
{
	char path[ST_PATH_SIZE], what[224];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return st_fail(err, STET_EFORMAT, rule, "'%s' %s", st_place_path(place, path), what);
}

/* What a member of each kind has to be, for "'/x' is not ...". */
static int
fail_kind(stet_error *err, const struct st_place *place, const struct st_field *field)
{
	static const char *const wanted[ST_FIELD_KIND_COUNT] = {
	    [ST_FIELD_TEXT] = "text",
	    [ST_FIELD_BYTES] = "a byte string",
	    [ST_FIELD_HASH] = "a digest of 32 bytes",
	    [ST_FIELD_UINT] = "a number from 0",
	    [ST_FIELD_BOOL] = "true or false",
	    [ST_FIELD_TRUE] = "true, the only value it has",
	    [ST_FIELD_HUNDREDTHS] = "a number in hundredths",
	    [ST_FIELD_DATE] = "a date in text",
	    [ST_FIELD_NUMBER] = "a number in text, as it was printed",
	    [ST_FIELD_ENUM] = "one of its words",
	    [ST_FIELD_NAME] = "a name in text",
	    [ST_FIELD_DOI] = "a DOI in text",
	    [ST_FIELD_COSE_KEY] = "an Ed25519 key",
	    [ST_FIELD_POLICY] = "text, an integer, true, false or hundredths",
	    [ST_FIELD_MAP] = "a map of members",
	    [ST_FIELD_TABLE] = "a map of members",
	    [ST_FIELD_ARRAY] = "a list",
	};

	return fail_value(err, ST_MEMBER_KIND, place, "is not %s", wanted[field->kind]);
}

static int
check_size(uint64_t size, const char *unit, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	if (size < field->min)
		return fail_value(err, ST_MEMBER_LENGTH, place,
		    "has %" PRIu64 " %s, %" PRIu64 " are the least", size, unit, field->min);
	if (size > field->max)
		return fail_value(err, ST_MEMBER_LENGTH, place,
		    "has %" PRIu64 " %s, %" PRIu64 " are the most", size, unit, field->max);
	return STET_OK;
}

/* --- values ---------------------------------------------------------------------------------- */

static int check_value(struct st_cbor *in, const struct st_field *field,
    const struct st_place *place, stet_error *err);

static int
check_text(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];
	stet_bytes text;
	int rc;

	if (st_cbor_read_text(in, &text) < 0)
		return fail_kind(err, place, field);
	if ((rc = check_size(text.size, "bytes", field, place, err)) < 0)
		return rc;
	if (field->form != NULL && !field->form->ok(text))
		return fail_value(err, ST_MEMBER_FORM, place, "is '%s', not %s",
		    st_shown(text, shown), field->form->says);
	return STET_OK;
}

static int
check_bytes(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	stet_bytes bytes;

	if (st_cbor_read_bytes(in, &bytes) < 0)
		return fail_kind(err, place, field);
	return check_size(bytes.size, "bytes", field, place, err);
}

static int
check_hash(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	const uint8_t *hash;

	return st_cbor_read_hash(in, &hash) < 0 ? fail_kind(err, place, field) : STET_OK;
}

static int
check_uint(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	uint64_t value;

	if (st_cbor_read_uint(in, &value) < 0)
		return fail_kind(err, place, field);
	if (value < field->min || value > field->max)
		return fail_value(err, ST_MEMBER_RANGE, place,
		    "is %" PRIu64 ", not from %" PRIu64 " to %" PRIu64, value, field->min,
		    field->max);
	return STET_OK;
}

static int
check_bool(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	struct st_cbor_item item;

	if (st_cbor_next(in, &item) < 0 || item.kind != ST_CBOR_BOOL ||
	    (field->kind == ST_FIELD_TRUE && item.integer != 1))
		return fail_kind(err, place, field);
	return STET_OK;
}

static int
check_hundredths(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	int64_t value;

	if (st_cbor_read_hundredths(in, &value) < 0)
		return fail_kind(err, place, field);
	if (value < (int64_t)field->min || value > (int64_t)field->max)
		return fail_value(err, ST_MEMBER_RANGE, place,
		    "is %" PRId64 " hundredths, not from %" PRIu64 " to %" PRIu64, value,
		    field->min, field->max);
	return STET_OK;
}

/* The kinds that are text of one written form each. */
static int
check_form(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];
	const char *says = NULL;
	stet_bytes text;

	if (st_cbor_read_text(in, &text) < 0)
		return fail_kind(err, place, field);
	if (field->kind == ST_FIELD_DATE && !st_date_ok(text))
		says = "a date such as 2011, 2011-05 or 2011-05-02T10:00:00Z";
	else if (field->kind == ST_FIELD_DOI &&
		 (!st_doi_ok(text) || st_doi_name_size(text) > ST_NAME_MAX))
		says = "a plain DOI in lower case, such as 10.5281/zenodo.21073815";
	else if (field->kind == ST_FIELD_NAME && st_name_check(text, NULL) < 0)
		says = "a name, such as doi:10.5281/zenodo.21073815";
	else if (field->kind == ST_FIELD_NUMBER &&
		 (text.size > field->max || !st_number_text_ok(text)))
		says = "a number as printed, without unit";
	if (says == NULL)
		return STET_OK;
	return fail_value(
	    err, ST_MEMBER_FORM, place, "is '%s', not %s", st_shown(text, shown), says);
}

static int
fail_word(stet_error *err, const struct st_place *place, const char *const *values, stet_bytes text)
{
	char shown[ST_SHOWN_SIZE], list[100];
	size_t size = 0;

	for (; *values != NULL; values++) {
		size_t more = strlen(*values);

		if (size + more + 6 > sizeof(list))
			break;
		size += (size_t)snprintf(
		    list + size, sizeof(list) - size, "%s%s", size > 0 ? ", " : "", *values);
	}
	return fail_value(err, ST_MEMBER_VALUE, place, "is '%s', not one of %s%s",
	    st_shown(text, shown), list, *values == NULL ? "" : " ...");
}

static int
in_list(const char *const *values, stet_bytes text)
{
	for (; *values != NULL; values++)
		if (text.size > 0 && (uint8_t)(*values)[0] == text.data[0] &&
		    st_bytes_equal(text, st_str(*values)))
			return 1;
	return 0;
}

static int
check_enum(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	stet_bytes text;

	if (st_cbor_read_text(in, &text) < 0)
		return fail_kind(err, place, field);
	return in_list(field->values, text) ? STET_OK : fail_word(err, place, field->values, text);
}

static int
check_key(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	const uint8_t *public_key;

	return st_cose_key_read(in, &public_key) < 0 ? fail_kind(err, place, field) : STET_OK;
}

/* A policy's value is of the kind that its profile gives it; here only that it can be any. */
static int
check_policy(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	struct st_cbor_item item;
	int64_t value;

	if (st_cbor_peek(in, &item) < 0)
		return fail_kind(err, place, field);
	switch (item.kind) {
	case ST_CBOR_UINT:
	case ST_CBOR_NINT:
	case ST_CBOR_BOOL:
		return st_cbor_next(in, &item) < 0 ? fail_kind(err, place, field) : STET_OK;
	case ST_CBOR_TEXT:
		if (item.bytes.size > field->max)
			return check_size(item.bytes.size, "bytes", field, place, err);
		return st_cbor_next(in, &item) < 0 ? fail_kind(err, place, field) : STET_OK;
	case ST_CBOR_TAG:
		if (st_cbor_read_hundredths(in, &value) < 0)
			return fail_kind(err, place, field);
		if (value > ST_POLICY_HUNDREDTHS_MAX || value < -ST_POLICY_HUNDREDTHS_MAX)
			return fail_value(
			    err, ST_MEMBER_RANGE, place, "is beyond ten million in hundredths");
		return STET_OK;
	default:
		return fail_kind(err, place, field);
	}
}

static int
ascends(stet_bytes before, stet_bytes text, const struct st_place *place, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];

	if (before.data == NULL || st_bytes_compare(before, text) < 0)
		return STET_OK;
	return fail_value(err, ST_MEMBER_ORDER, place, "'%s' stands twice or out of order",
	    st_shown(text, shown));
}

static int
check_array(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	struct st_place item = {place, {NULL, 0}, 0};
	stet_bytes before = {NULL, 0}, text;
	uint64_t count;
	int rc;

	if (st_cbor_read_array(in, &count) < 0)
		return fail_kind(err, place, field);
	if ((rc = check_size(count, "items", field, place, err)) < 0)
		return rc;
	for (; item.index < count; item.index++) {
		struct st_cbor start = *in;

		if ((rc = check_value(in, field->item, &item, err)) < 0)
			return rc;
		if (!(field->flags & ST_FIELD_ASCENDING) || st_cbor_read_text(&start, &text) < 0)
			continue;
		if ((rc = ascends(before, text, &item, err)) < 0)
			return rc;
		before = text;
	}
	return STET_OK;
}

static int
check_table(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	uint64_t count;
	int rc;

	if (st_cbor_read_map(in, &count) < 0)
		return fail_kind(err, place, field);
	if ((rc = check_size(count, "members", field, place, err)) < 0)
		return rc;
	for (; count > 0; count--) {
		struct st_place member = {place, {NULL, 0}, 0};

		if (st_cbor_read_text(in, &member.name) < 0)
			return fail_kind(err, place, field);
		if (field->values != NULL && !in_list(field->values, member.name))
			return st_fail_unknown(err, place, member.name);
		if (member.name.size < 1 || member.name.size > ST_TABLE_KEY_MAX)
			return fail_value(err, ST_MEMBER_LENGTH, place,
			    "has a name of %zu bytes, 1 to %d are allowed", member.name.size,
			    ST_TABLE_KEY_MAX);
		if ((rc = check_value(in, field->item, &member, err)) < 0)
			return rc;
	}
	return STET_OK;
}

/* Below, at or above a row's name, in the order of encoded keys. Above the row that ends a table is
 * nothing. */
static int
compare_name(stet_bytes key, const struct st_field *field)
{
	if (field->name == NULL || key.size < field->name_size)
		return -1;
	if (key.size > field->name_size)
		return 1;
	return memcmp(key.data, field->name, key.size);
}

/* Moves past the key of the next member if it is this row's name, which it nearly always is: most
 * members a table has are there. Names below 24 bytes have a head of one byte. */
static int
take_name(struct st_cbor *in, const struct st_field *field)
{
	size_t size = field->name_size;

	if (size == 0 || size > 23 || (size_t)(in->end - in->at) <= size ||
	    in->at[0] != (0x60 | size) || memcmp(in->at + 1, field->name, size) != 0)
		return 0;
	in->at += 1 + size;
	return 1;
}

/* Goes on to the row of the next member, past rows whose members are not there. */
static int
find_row(
    struct st_cbor *in, const struct st_field **row, const struct st_place *place, stet_error *err)
{
	const struct st_field *field = *row;
	struct st_cbor value = *in;
	stet_bytes key;
	int order;

	if (take_name(in, field))
		return STET_OK;
	if (st_cbor_read_text(&value, &key) < 0)
		return fail_value(err, ST_MEMBER_KIND, place, "has a key that is not text");
	while ((order = compare_name(key, field)) > 0) {
		if (field->flags & ST_FIELD_REQUIRED)
			return st_fail_missing(err, place, field);
		field++;
	}
	if (order < 0)
		return st_fail_unknown(err, place, key);
	*in = value;
	*row = field;
	return STET_OK;
}

/* The members of a map against the rows of its table, both in the order of the encoding; found
 * NULL: not asked for. */
static int
check_members(struct st_cbor *in, uint64_t count, const struct st_field *fields,
    const struct st_place *place, stet_bytes *found, stet_error *err)
{
	const struct st_field *field = fields;
	int rc;

	for (; count > 0; count--, field++) {
		struct st_place member = {place, {NULL, 0}, 0};
		const uint8_t *from;

		if ((rc = find_row(in, &field, place, err)) < 0)
			return rc;
		member.name.data = (const uint8_t *)field->name;
		member.name.size = field->name_size;
		if (field->json != NULL)
			member.name = st_str(field->json);
		from = in->at;
		if ((rc = check_value(in, field, &member, err)) < 0)
			return rc;
		if (found != NULL) {
			found[field - fields].data = from;
			found[field - fields].size = (size_t)(in->at - from);
		}
	}
	for (; field->name != NULL; field++)
		if (field->flags & ST_FIELD_REQUIRED)
			return st_fail_missing(err, place, field);
	return STET_OK;
}

static int
check_map(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	uint64_t count;

	if (st_cbor_read_map(in, &count) < 0)
		return fail_kind(err, place, field);
	if (count < field->min)
		return fail_value(err, ST_MEMBER_LENGTH, place, "says nothing: it has no member");
	return check_members(in, count, field->fields, place, NULL, err);
}

static int
check_value(
    struct st_cbor *in, const struct st_field *field, const struct st_place *place, stet_error *err)
{
	typedef int check(
	    struct st_cbor *, const struct st_field *, const struct st_place *, stet_error *);
	static check *const checks[ST_FIELD_KIND_COUNT] = {
	    [ST_FIELD_TEXT] = check_text,
	    [ST_FIELD_BYTES] = check_bytes,
	    [ST_FIELD_HASH] = check_hash,
	    [ST_FIELD_UINT] = check_uint,
	    [ST_FIELD_BOOL] = check_bool,
	    [ST_FIELD_TRUE] = check_bool,
	    [ST_FIELD_HUNDREDTHS] = check_hundredths,
	    [ST_FIELD_DATE] = check_form,
	    [ST_FIELD_NUMBER] = check_form,
	    [ST_FIELD_ENUM] = check_enum,
	    [ST_FIELD_NAME] = check_form,
	    [ST_FIELD_DOI] = check_form,
	    [ST_FIELD_COSE_KEY] = check_key,
	    [ST_FIELD_POLICY] = check_policy,
	    [ST_FIELD_MAP] = check_map,
	    [ST_FIELD_TABLE] = check_table,
	    [ST_FIELD_ARRAY] = check_array,
	};

	if ((field->flags & ST_FIELD_NULLABLE) && in->at < in->end &&
	    *in->at == ST_CBOR_NULL_BYTE) {
		in->at++;
		return STET_OK;
	}
	return checks[field->kind](in, field, place, err);
}

/* --- payloads -------------------------------------------------------------------------------- */

static int
find_action(stet_bytes payload, stet_bytes type, const struct st_schema **schema, stet_error *err)
{
	stet_bytes action = {NULL, 0};
	char shown[ST_SHOWN_SIZE];

	if (st_cbor_member_text(payload, "action", &action) == STET_OK &&
	    (*schema = st_schema_find(type, action)) != NULL)
		return STET_OK;
	if (action.data == NULL)
		return st_fail(err, STET_EFORMAT, ST_MEMBER_MISSING,
		    "'/action' is required in %.*s", (int)type.size, (const char *)type.data);
	return st_fail(err, STET_EFORMAT, ST_MEMBER_VALUE, "'/action' '%s' is no action of %.*s",
	    st_shown(action, shown), (int)type.size, (const char *)type.data);
}

/* v and type, which every payload has, in one pass that ends with type. */
static int
read_type(stet_bytes payload, stet_bytes *type_out, uint64_t *v_out, stet_error *err)
{
	struct st_cbor in = st_cbor_open(payload);
	uint64_t count = 0;
	int has_v = 0;
	stet_bytes key;

	if (st_cbor_read_map(&in, &count) < 0)
		return st_fail(err, STET_EFORMAT, ST_MEMBER_KIND, "the payload is not a map");
	for (; count > 0 && st_cbor_read_text(&in, &key) == STET_OK; count--) {
		if (key.size == 1 && key.data[0] == 'v') {
			has_v = st_cbor_read_uint(&in, v_out) == STET_OK;
			if (!has_v)
				break;
		} else if (key.size == 4 && memcmp(key.data, "type", 4) == 0) {
			if (!has_v || st_cbor_read_text(&in, type_out) < 0)
				break;
			return STET_OK;
		} else if (st_cbor_skip(&in, NULL) < 0) {
			break;
		}
	}
	if (!has_v)
		return st_fail(err, STET_EFORMAT, ST_MEMBER_MISSING,
		    "'/v' is required in every statement: a number from 1");
	return st_fail(err, STET_EFORMAT, ST_MEMBER_MISSING,
	    "'/type' is required in every statement: the name of its type");
}

int
st_schema_of(stet_bytes payload, const struct st_schema **schema_out, stet_bytes *type_out,
    uint64_t *v_out, stet_error *err)
{
	const struct st_schema *const *at;
	enum st_type type;
	int rc;

	if ((rc = read_type(payload, type_out, v_out, err)) < 0)
		return rc;
	*schema_out = NULL;
	type = st_type_find(*type_out);
	if (type == ST_TYPE_UNKNOWN || *v_out != 1)
		return STET_OK;
	for (at = st_schemas; (*at)->type != type; at++)
		;
	if ((*at)->action != NULL)
		return find_action(payload, *type_out, schema_out, err);
	*schema_out = *at;
	return STET_OK;
}

int
st_schema_check(
    const struct st_schema *schema, stet_bytes payload, stet_bytes *found_out, stet_error *err)
{
	const struct st_place root = {NULL, st_str(schema->name), 0};
	struct st_cbor in = st_cbor_open(payload);
	const struct st_check *check;
	uint64_t count;
	int rc;

	memset(found_out, 0, schema->field_count * sizeof(*found_out));
	if (st_cbor_read_map(&in, &count) < 0)
		return st_fail(err, STET_EFORMAT, ST_MEMBER_KIND, "the payload is not a map");
	if ((rc = check_members(&in, count, schema->fields, &root, found_out, err)) < 0)
		return rc;
	for (check = schema->checks; check != NULL && check->holds != NULL; check++)
		if ((rc = check->holds(found_out, err)) < 0)
			return rc;
	return STET_OK;
}
