/* A statement as one JSON object; docs/format.md, "JSON form". */
#include "statement/statement.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/time.h"
#include "key/key.h"
#include "statement/json_form.h"
#include "statement/schema.h"

/* What was read has been checked, so what fails here is memory: NULL says so, and the container it
 * is given to remembers. */
static stet_json *value_json(struct st_cbor *in, const struct st_field *field);

static stet_json *
bytes_json(struct st_cbor *in)
{
	stet_bytes bytes;

	return st_cbor_read_bytes(in, &bytes) < 0 ? NULL : stet_json_hex(bytes);
}

static stet_json *
text_json(struct st_cbor *in)
{
	stet_bytes text;

	return st_cbor_read_text(in, &text) < 0 ? NULL : stet_json_string(text);
}

/* A name or a DOI. */
static stet_json *
identifier_json(stet_bytes identifier, void (*put)(stet_bytes, struct st_buf *))
{
	struct st_buf text = {0};
	stet_json *json = NULL;

	put(identifier, &text);
	if (text.rc == STET_OK)
		json = stet_json_string(st_buf_bytes(&text));
	st_buf_free(&text);
	return json;
}

static stet_json *
name_json(struct st_cbor *in)
{
	stet_bytes name;

	return st_cbor_read_text(in, &name) < 0 ? NULL : identifier_json(name, st_name_to_json);
}

static stet_json *
doi_json(struct st_cbor *in)
{
	stet_bytes doi;

	return st_cbor_read_text(in, &doi) < 0 ? NULL : identifier_json(doi, st_doi_to_json);
}

static stet_json *
uint_json(struct st_cbor *in)
{
	uint64_t value;

	return st_cbor_read_uint(in, &value) < 0 ? NULL : stet_json_int((int64_t)value);
}

static stet_json *
bool_json(struct st_cbor *in)
{
	struct st_cbor_item item;

	return st_cbor_next(in, &item) < 0 ? NULL : stet_json_bool(item.integer != 0);
}

static stet_json *
hundredths_json(struct st_cbor *in)
{
	int64_t value;

	return st_cbor_read_hundredths(in, &value) < 0 ? NULL : stet_json_hundredths(value);
}

static stet_json *
key_json(struct st_cbor *in)
{
	const uint8_t *public_key;

	return st_cose_key_read(in, &public_key) < 0 ? NULL : st_public_key_json(public_key);
}

/* A whole number of hundredths keeps its ".0", which tells it from an integer on the way back. */
static stet_json *
policy_json(struct st_cbor *in)
{
	struct st_cbor_item item;
	int64_t value;

	if (st_cbor_peek(in, &item) < 0)
		return NULL;
	switch (item.kind) {
	case ST_CBOR_TEXT:
		return text_json(in);
	case ST_CBOR_BOOL:
		return bool_json(in);
	case ST_CBOR_TAG:
		if (st_cbor_read_hundredths(in, &value) < 0)
			return NULL;
		return stet_json_real((double)value / 100.0);
	default:
		return st_cbor_read_int(in, &value) < 0 ? NULL : stet_json_int(value);
	}
}

static stet_json *
array_json(struct st_cbor *in, const struct st_field *field)
{
	stet_json *array = stet_json_array();
	uint64_t count = 0;

	if (array == NULL || st_cbor_read_array(in, &count) < 0)
		stet_json_add(array, NULL);
	for (; count > 0; count--)
		stet_json_add(array, value_json(in, field->item));
	return array;
}

static void
set_named(stet_json *object, stet_bytes name, stet_json *value)
{
	struct st_buf key = {0};

	st_buf_put_bytes(&key, name);
	st_buf_put_u8(&key, '\0');
	if (key.rc == STET_OK) {
		stet_json_set(object, (const char *)key.data, value);
	} else {
		stet_json_free(value);
		stet_json_set(object, "", NULL);
	}
	st_buf_free(&key);
}

static stet_json *
table_json(struct st_cbor *in, const struct st_field *field)
{
	stet_json *object = stet_json_object();
	uint64_t count = 0;
	stet_bytes name;

	if (object == NULL || st_cbor_read_map(in, &count) < 0)
		return object;
	for (; count > 0 && st_cbor_read_text(in, &name) == STET_OK; count--)
		set_named(object, name, value_json(in, field->item));
	return object;
}

static stet_json *
map_json(struct st_cbor *in, const struct st_field *field)
{
	const struct st_field *row = field->fields;
	stet_json *object = stet_json_object();
	uint64_t count = 0;
	stet_bytes name;

	if (object == NULL || st_cbor_read_map(in, &count) < 0)
		return object;
	for (; count > 0 && st_cbor_read_text(in, &name) == STET_OK; count--, row++) {
		while (row->name != NULL && !st_bytes_equal(name, st_str(row->name)))
			row++;
		if (row->name == NULL)
			break;
		stet_json_set(object, st_field_json(row), value_json(in, row));
	}
	return object;
}

static stet_json *
value_json(struct st_cbor *in, const struct st_field *field)
{
	struct st_cbor_item item;

	if ((field->flags & ST_FIELD_NULLABLE) && st_cbor_peek(in, &item) == STET_OK &&
	    item.kind == ST_CBOR_NULL) {
		(void)st_cbor_next(in, &item);
		return stet_json_null();
	}
	switch (field->kind) {
	case ST_FIELD_BYTES:
	case ST_FIELD_HASH:
		return bytes_json(in);
	case ST_FIELD_UINT:
		return uint_json(in);
	case ST_FIELD_BOOL:
	case ST_FIELD_TRUE:
		return bool_json(in);
	case ST_FIELD_HUNDREDTHS:
		return hundredths_json(in);
	case ST_FIELD_NAME:
		return name_json(in);
	case ST_FIELD_DOI:
		return doi_json(in);
	case ST_FIELD_COSE_KEY:
		return key_json(in);
	case ST_FIELD_POLICY:
		return policy_json(in);
	case ST_FIELD_MAP:
		return map_json(in, field);
	case ST_FIELD_TABLE:
		return table_json(in, field);
	case ST_FIELD_ARRAY:
		return array_json(in, field);
	default:
		return text_json(in);
	}
}

/* Sets the member of the payload that the row with this name describes, if it is there. */
static void
set_common(
    stet_json *object, const struct st_schema *schema, const stet_bytes *found, const char *name)
{
	size_t i;

	for (i = 0; i < schema->field_count; i++) {
		const struct st_field *row = &schema->fields[i];
		struct st_cbor in = st_cbor_open(found[i]);

		if (found[i].data != NULL && (row->flags & ST_FIELD_COMMON) &&
		    st_bytes_equal(st_str(row->name), st_str(name)))
			stet_json_set(object, name, value_json(&in, row));
	}
}

static void
set_own(stet_json *object, const struct st_schema *schema, const stet_bytes *found)
{
	size_t i;

	for (i = 0; i < schema->field_count; i++) {
		const struct st_field *row = &schema->fields[i];
		struct st_cbor in = st_cbor_open(found[i]);

		if (found[i].data != NULL && !(row->flags & ST_FIELD_COMMON))
			stet_json_set(object, st_field_json(row), value_json(&in, row));
	}
}

static void
set_id(stet_json *object, stet_bytes cti)
{
	struct st_buf id = {0};

	st_cti_to_id(cti, &id);
	stet_json_set(
	    object, ST_JSON_ID, id.rc == STET_OK ? stet_json_string(st_buf_bytes(&id)) : NULL);
	st_buf_free(&id);
}

static void
set_signature(stet_json *object, const struct st_sign1 *sign1)
{
	char time[ST_TIME_SIZE];

	st_time_text(sign1->claims.iat, time);
	stet_json_set(object, ST_JSON_SIGNED_AT, stet_json_str(time));
	st_json_set_hex(object, ST_JSON_KID, sign1->kid, STET_HASH_SIZE);
	stet_json_set(object, ST_JSON_ALG, stet_json_int(sign1->alg));
}

int
st_statement_to_json(const struct st_statement *statement, stet_json **json_out, stet_error *err)
{
	const struct st_claims *claims = &statement->sign1.claims;
	stet_json *object = stet_json_object();
	stet_bytes found[ST_FIELDS_MAX], type;
	const struct st_schema *schema = NULL;
	uint64_t v;
	int rc;

	if (object == NULL)
		return st_fail_nomem(err);
	if (statement->type != ST_TYPE_UNKNOWN &&
	    ((rc = st_schema_of(statement->sign1.payload, &schema, &type, &v, err)) < 0 ||
		(rc = st_schema_check(schema, statement->sign1.payload, found, err)) < 0)) {
		stet_json_free(object);
		return rc;
	}
	stet_json_set(object, "type", stet_json_string(statement->type_name));
	stet_json_set(object, ST_JSON_SUBJECT, identifier_json(claims->sub, st_name_to_json));
	stet_json_set(object, ST_JSON_ISSUER, stet_json_string(claims->iss));
	set_id(object, claims->cti);
	if (schema != NULL) {
		set_common(object, schema, found, "occurred");
		set_common(object, schema, found, "source");
		set_common(object, schema, found, "after");
	}
	stet_json_set(object, "v", stet_json_int((int64_t)statement->v));
	if (claims->aud.data != NULL)
		stet_json_set(object, ST_JSON_AUD, stet_json_string(claims->aud));
	if (schema != NULL)
		set_own(object, schema, found);
	else /* members that no table here describes, as they are */
		stet_json_set(object, "payload", stet_json_hex(statement->sign1.payload));
	set_signature(object, &statement->sign1);
	if (st_json_rc(object) != STET_OK) {
		stet_json_free(object);
		return st_fail_nomem(err);
	}
	*json_out = object;
	return STET_OK;
}
