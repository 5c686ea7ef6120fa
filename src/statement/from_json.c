/* One JSON object made a payload: what is read here is written as the tables say, and then checked
 * against them like any other payload. */
#include "statement/statement.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"
#include "base/time.h"
#include "key/key.h"
#include "statement/json_form.h"
#include "statement/schema.h"

/* Members of the JSON object that are no members of the payload. */
static const char *const envelope[] = {ST_JSON_SUBJECT, ST_JSON_ISSUER, ST_JSON_ID, ST_JSON_AUD,
    ST_JSON_SIGNED_AT, ST_JSON_KID, ST_JSON_ALG, NULL};

static int put_value(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err);

static int
fail(stet_error *err, int rule, const struct st_place *place, const char *what)
{
	char path[ST_PATH_SIZE];

	return st_fail(err, STET_EFORMAT, rule, "'%s' %s", st_place_path(place, path), what);
}

/* What JSON has to hold for each kind. */
static int
fail_kind(stet_error *err, const struct st_place *place, const struct st_field *field)
{
	static const char *const wanted[ST_FIELD_KIND_COUNT] = {
	    [ST_FIELD_TEXT] = "is not text",
	    [ST_FIELD_BYTES] = "is not lower-case hexadecimal, two digits a byte",
	    [ST_FIELD_HASH] = "is not a digest: 64 lower-case hexadecimal digits",
	    [ST_FIELD_UINT] = "is not a whole number",
	    [ST_FIELD_BOOL] = "is not true or false",
	    [ST_FIELD_TRUE] = "is not true, the only value it has; leave it out otherwise",
	    [ST_FIELD_HUNDREDTHS] = "is not a number",
	    [ST_FIELD_DATE] = "is not a date in text",
	    [ST_FIELD_NUMBER] = "is not text: give the number between quotes, as it was printed",
	    [ST_FIELD_ENUM] = "is not text",
	    [ST_FIELD_NAME] = "is not an identifier in text",
	    [ST_FIELD_DOI] = "is not a DOI in text",
	    [ST_FIELD_COSE_KEY] =
		"is not a key: {\"kty\": \"OKP\", \"crv\": \"Ed25519\", \"x\": hexadecimal}",
	    [ST_FIELD_POLICY] = "is not text, a number, true or false",
	    [ST_FIELD_MAP] = "is not an object",
	    [ST_FIELD_TABLE] = "is not an object",
	    [ST_FIELD_ARRAY] = "is not a list",
	};

	return fail(err, ST_MEMBER_KIND, place, wanted[field->kind]);
}

/* --- scalars --------------------------------------------------------------------------------- */

static int
put_text(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	stet_bytes text = stet_json_string_of(json);

	if (text.data == NULL)
		return fail_kind(err, place, field);
	if (!st_text_ok(text))
		return fail(err, ST_TEXT_MALFORMED, place,
		    "holds a control character, or one that is not for text");
	st_cbor_put_text(out, text);
	return STET_OK;
}

static int
put_bytes(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	stet_bytes hex = stet_json_string_of(json);
	struct st_buf bytes = {0};
	int rc = STET_OK;

	if (hex.data == NULL || st_hex_get(&bytes, hex) < 0 ||
	    (field->kind == ST_FIELD_HASH && hex.size != 2 * (size_t)STET_HASH_SIZE))
		rc = fail_kind(err, place, field);
	else if (bytes.rc != STET_OK)
		rc = st_fail_nomem(err);
	else
		st_cbor_put_bytes(out, st_buf_bytes(&bytes));
	st_buf_free(&bytes);
	return rc;
}

static int
put_uint(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	int64_t value = stet_json_int_of(json);
	char path[ST_PATH_SIZE];

	if (stet_json_kind_of(json) != STET_JSON_INT)
		return fail_kind(err, place, field);
	if (value < 0 || (uint64_t)value > field->max)
		return st_fail(err, STET_EFORMAT, ST_MEMBER_RANGE,
		    "'%s' is %" PRId64 ", not from %" PRIu64 " to %" PRIu64,
		    st_place_path(place, path), value, field->min, field->max);
	st_cbor_put_uint(out, (uint64_t)value);
	return STET_OK;
}

static int
put_bool(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	if (stet_json_kind_of(json) != STET_JSON_BOOL ||
	    (field->kind == ST_FIELD_TRUE && !stet_json_bool_of(json)))
		return fail_kind(err, place, field);
	st_cbor_put_bool(out, stet_json_bool_of(json));
	return STET_OK;
}

static int
put_hundredths(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	int kind = stet_json_kind_of(json);
	int64_t value;

	if (kind != STET_JSON_INT && kind != STET_JSON_REAL)
		return fail_kind(err, place, field);
	if (!st_json_hundredths(json, &value))
		return fail(
		    err, ST_MEMBER_FORM, place, "is not a number of hundredths, such as 8.67");
	st_cbor_put_hundredths(out, value);
	return STET_OK;
}

static int
put_policy(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	int64_t value = stet_json_int_of(json);

	switch (stet_json_kind_of(json)) {
	case STET_JSON_STRING:
		return put_text(out, json, field, place, err);
	case STET_JSON_BOOL:
		return put_bool(out, json, field, place, err);
	case STET_JSON_REAL:
		return put_hundredths(out, json, field, place, err);
	case STET_JSON_INT:
		if (value > ST_CBOR_INT_MAX || value < -ST_CBOR_INT_MAX)
			return fail(err, ST_MEMBER_RANGE, place, "is beyond 2^53 - 1");
		st_cbor_put_int(out, value);
		return STET_OK;
	default:
		return fail_kind(err, place, field);
	}
}

static int
put_key(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	uint8_t public_key[STET_KEY_SIZE];

	if (st_public_key_read(json, public_key) < 0)
		return fail_kind(err, place, field);
	st_cose_key_put(out, public_key);
	return STET_OK;
}

/* Names and DOIs, in any form that people paste. */
static int
put_identifier(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	stet_bytes text = stet_json_string_of(json);
	char path[ST_PATH_SIZE], shown[ST_SHOWN_SIZE];
	struct st_buf canonical = {0};
	int rc;

	if (text.data == NULL)
		return fail_kind(err, place, field);
	if (field->kind == ST_FIELD_DOI)
		rc = st_doi_from_json(text, &canonical, err);
	else
		rc = st_name_from_json(text, &canonical, err);
	if (rc == STET_EFORMAT)
		rc = st_fail(err, rc, ST_MEMBER_FORM, "'%s' is '%s', not %s",
		    st_place_path(place, path), st_shown(text, shown),
		    field->kind == ST_FIELD_DOI ? "a DOI" : "an identifier of one record");
	if (rc == STET_OK)
		st_cbor_put_text(out, st_buf_bytes(&canonical));
	st_buf_free(&canonical);
	return rc;
}

/* --- lists and tables ------------------------------------------------------------------------ */

static int
compare_texts(const void *a, const void *b)
{
	const stet_bytes *left = a, *right = b;

	return st_bytes_compare(*left, *right);
}

/* A set of texts: its order in JSON says nothing, so it is put in order here. */
static int
put_sorted(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	size_t count = stet_json_size(json), i;
	stet_bytes *texts = calloc(count + 1, sizeof(*texts));
	int rc = STET_OK;

	if (texts == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < count && rc == STET_OK; i++) {
		struct st_place item = {place, {NULL, 0}, i};

		texts[i] = stet_json_string_of(stet_json_item(json, i));
		if (texts[i].data == NULL)
			rc = fail_kind(err, &item, field->item);
		else if (!st_text_ok(texts[i]))
			rc = fail(err, ST_TEXT_MALFORMED, &item, "holds a control character");
	}
	if (rc == STET_OK) {
		qsort(texts, count, sizeof(*texts), compare_texts);
		st_cbor_put_array(out, count);
		for (i = 0; i < count; i++)
			st_cbor_put_text(out, texts[i]);
	}
	free(texts);
	return rc;
}

static int
put_array(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	struct st_place item = {place, {NULL, 0}, 0};
	size_t count = stet_json_size(json);
	int rc = STET_OK;

	if (stet_json_kind_of(json) != STET_JSON_ARRAY)
		return fail_kind(err, place, field);
	if (field->flags & ST_FIELD_ASCENDING)
		return put_sorted(out, json, field, place, err);
	st_cbor_put_array(out, count);
	for (; item.index < count && rc == STET_OK; item.index++)
		rc = put_value(
		    out, stet_json_item(json, (size_t)item.index), field->item, &item, err);
	return rc;
}

/* One member of a table: where its key and its value lie in the scratch buffer. */
static int
put_pair(struct st_buf *scratch, const stet_json *table, size_t index, const struct st_field *field,
    const struct st_place *place, size_t *key_size_out, stet_error *err)
{
	struct st_place member = {place, {NULL, 0}, 0};
	size_t before = scratch->size;
	const stet_json *value;
	const char *key;

	(void)stet_json_member(table, index, &key, &value);
	member.name = st_str(key);
	if (!st_text_ok(member.name))
		return fail(err, ST_TEXT_MALFORMED, place, "has a member whose name is not text");
	st_cbor_put_text(scratch, member.name);
	*key_size_out = scratch->size - before;
	return put_value(scratch, value, field->item, &member, err);
}

static int
put_table(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	struct st_cbor_pair *pairs = NULL;
	struct st_buf scratch = {0};
	size_t count = stet_json_size(json), i, at = 0;
	int rc = STET_OK;

	if (stet_json_kind_of(json) != STET_JSON_OBJECT)
		return fail_kind(err, place, field);
	if (count > field->max)
		return fail(err, ST_MEMBER_LENGTH, place, "has more members than are allowed");
	if ((pairs = calloc(count + 1, sizeof(*pairs))) == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < count && rc == STET_OK; i++) {
		size_t before = scratch.size;

		rc = put_pair(&scratch, json, i, field, place, &pairs[i].key.size, err);
		pairs[i].value.size = scratch.size - before - pairs[i].key.size;
	}
	if (rc == STET_OK && scratch.rc != STET_OK)
		rc = st_fail_nomem(err);
	if (rc == STET_OK) {
		for (i = 0; i < count; i++) {
			pairs[i].key.data = scratch.data + at;
			pairs[i].value.data = scratch.data + at + pairs[i].key.size;
			at += pairs[i].key.size + pairs[i].value.size;
		}
		st_cbor_put_map_sorted(out, pairs, count);
	}
	st_buf_free(&scratch);
	free(pairs);
	return rc;
}

/* --- maps ------------------------------------------------------------------------------------ */

static int
in_envelope(const char *name)
{
	size_t i;

	for (i = 0; envelope[i] != NULL; i++)
		if (strcmp(envelope[i], name) == 0)
			return 1;
	return 0;
}

/* 1 if the JSON name belongs to a row. Two of a type's rows never share one. */
static int
in_rows(const struct st_field *fields, const char *name)
{
	for (; fields->name != NULL; fields++)
		if (strcmp(st_field_json(fields), name) == 0)
			return 1;
	return 0;
}

static int
refuse_unknown(const stet_json *json, const struct st_field *fields, const struct st_place *place,
    stet_error *err)
{
	const stet_json *value;
	const char *name;
	size_t i;

	for (i = 0; stet_json_member(json, i, &name, &value); i++)
		if (!in_rows(fields, name) && !(place->up == NULL && in_envelope(name)))
			return st_fail_unknown(err, place, st_str(name));
	return STET_OK;
}

/* v may be left out: there is one version of every type so far. */
static const stet_json *
find_row(const stet_json *json, const struct st_field *row)
{
	return stet_json_get(json, st_field_json(row));
}

static int
is_default_v(const struct st_field *row, const struct st_place *place)
{
	return place->up == NULL && strcmp(row->name, "v") == 0;
}

/* The rows stand in the order of the encoding, so what they find comes out sorted. */
static int
put_members(struct st_buf *out, const stet_json *json, const struct st_field *fields,
    const struct st_place *place, stet_error *err)
{
	const struct st_field *row;
	uint64_t count = 0;
	int rc;

	if ((rc = refuse_unknown(json, fields, place, err)) < 0)
		return rc;
	for (row = fields; row->name != NULL; row++)
		count += find_row(json, row) != NULL || is_default_v(row, place);
	st_cbor_put_map(out, count);
	for (row = fields; row->name != NULL; row++) {
		const stet_json *value = find_row(json, row);
		struct st_place member = {place, st_str(st_field_json(row)), 0};

		if (value == NULL && !is_default_v(row, place)) {
			if (row->flags & ST_FIELD_REQUIRED)
				return st_fail_missing(err, place, row);
			continue;
		}
		st_cbor_put_str(out, row->name);
		if (value == NULL)
			st_cbor_put_uint(out, row->min);
		else if ((rc = put_value(out, value, row, &member, err)) < 0)
			return rc;
	}
	return STET_OK;
}

static int
put_map(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	if (stet_json_kind_of(json) != STET_JSON_OBJECT)
		return fail_kind(err, place, field);
	return put_members(out, json, field->fields, place, err);
}

static int
put_value(struct st_buf *out, const stet_json *json, const struct st_field *field,
    const struct st_place *place, stet_error *err)
{
	typedef int put(struct st_buf *, const stet_json *, const struct st_field *,
	    const struct st_place *, stet_error *);
	static put *const puts[ST_FIELD_KIND_COUNT] = {
	    [ST_FIELD_TEXT] = put_text,
	    [ST_FIELD_BYTES] = put_bytes,
	    [ST_FIELD_HASH] = put_bytes,
	    [ST_FIELD_UINT] = put_uint,
	    [ST_FIELD_BOOL] = put_bool,
	    [ST_FIELD_TRUE] = put_bool,
	    [ST_FIELD_HUNDREDTHS] = put_hundredths,
	    [ST_FIELD_DATE] = put_text,
	    [ST_FIELD_NUMBER] = put_text,
	    [ST_FIELD_ENUM] = put_text,
	    [ST_FIELD_NAME] = put_identifier,
	    [ST_FIELD_DOI] = put_identifier,
	    [ST_FIELD_COSE_KEY] = put_key,
	    [ST_FIELD_POLICY] = put_policy,
	    [ST_FIELD_MAP] = put_map,
	    [ST_FIELD_TABLE] = put_table,
	    [ST_FIELD_ARRAY] = put_array,
	};

	if ((field->flags & ST_FIELD_NULLABLE) && stet_json_kind_of(json) == STET_JSON_NULL) {
		st_cbor_put_null(out);
		return STET_OK;
	}
	return puts[field->kind](out, json, field, place, err);
}

/* --- the whole ------------------------------------------------------------------------------- */

static int
find_schema(const stet_json *json, const struct st_schema **schema_out, stet_error *err)
{
	stet_bytes type = stet_json_string_of(stet_json_get(json, "type"));
	stet_bytes action = stet_json_string_of(stet_json_get(json, "action"));
	const stet_json *v = stet_json_get(json, "v");
	char shown[ST_SHOWN_SIZE];

	if (stet_json_kind_of(json) != STET_JSON_OBJECT)
		return st_fail(err, STET_EFORMAT, ST_MEMBER_KIND, "a statement is one JSON object");
	if (type.data == NULL)
		return st_fail(err, STET_EFORMAT, ST_MEMBER_MISSING,
		    "'/type' is required in every statement: the name of its type");
	if (st_type_find(type) == ST_TYPE_UNKNOWN)
		return st_fail(err, STET_EFORMAT, ST_TYPE_NOT_KNOWN,
		    "'/type' '%s' is not known here", st_shown(type, shown));
	if (v != NULL && (stet_json_kind_of(v) != STET_JSON_INT || stet_json_int_of(v) != 1))
		return st_fail(err, STET_EFORMAT, ST_TYPE_NOT_KNOWN,
		    "'/v' is not 1, the only version of %s known here", st_shown(type, shown));
	*schema_out = st_schema_find(type, action);
	if (*schema_out != NULL)
		return STET_OK;
	if (action.data == NULL)
		return st_fail(err, STET_EFORMAT, ST_MEMBER_MISSING, "'/action' is required in %s",
		    st_type_name(st_type_find(type)));
	return st_fail(err, STET_EFORMAT, ST_MEMBER_VALUE, "'/action' '%s' is no action of %s",
	    st_shown(action, shown), st_type_name(st_type_find(type)));
}

int
st_payload_from_json(
    const stet_json *json, enum st_type *type_out, struct st_buf *payload_out, stet_error *err)
{
	size_t before = payload_out->size;
	const struct st_schema *schema;
	struct st_place root = {NULL, {NULL, 0}, 0};
	stet_bytes payload;
	int rc;

	if ((rc = find_schema(json, &schema, err)) < 0)
		return rc;
	root.name = st_str(schema->name);
	rc = put_members(payload_out, json, schema->fields, &root, err);
	if (payload_out->rc != STET_OK)
		return st_fail_nomem(err);
	if (rc == STET_OK) {
		payload.data = payload_out->data + before;
		payload.size = payload_out->size - before;
		rc = st_payload_check(payload, type_out, err);
	}
	if (rc < 0)
		payload_out->size = before;
	return rc;
}
