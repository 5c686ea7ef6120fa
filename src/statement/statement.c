/* Reading a statement: its frame, then its payload against the table of its type. */
#include "statement/statement.h"

#include <string.h>

#include "base/err.h"
#include "statement/schema.h"

static const struct {
	const char *name;
	size_t size;
} types[ST_TYPE_COUNT] = {
#define NAME(text)                     \
	{                              \
		text, sizeof(text) - 1 \
	}
    [ST_TYPE_UNKNOWN] = NAME("unknown"),
    [ST_TYPE_LEDGER] = NAME("ledger"),
    [ST_TYPE_KEY] = NAME("key"),
    [ST_TYPE_ALIAS] = NAME("alias"),
    [ST_TYPE_POLICY] = NAME("policy"),
    [ST_TYPE_RECORD] = NAME("record"),
    [ST_TYPE_ARTIFACT] = NAME("artifact"),
    [ST_TYPE_CLAIMS] = NAME("claims"),
    [ST_TYPE_ASSESSMENT] = NAME("assessment"),
    [ST_TYPE_DECLARATION] = NAME("declaration"),
    [ST_TYPE_DOI] = NAME("doi"),
    [ST_TYPE_VERDICT] = NAME("verdict"),
    [ST_TYPE_CORRECTION] = NAME("correction"),
    [ST_TYPE_ENDORSE] = NAME("endorse"),
    [ST_TYPE_SNAPSHOT] = NAME("snapshot"),
    [ST_TYPE_AUDIT] = NAME("audit"),
    [ST_TYPE_WITHHOLD] = NAME("withhold"),
    [ST_TYPE_SEAL] = NAME("seal"),
#undef NAME
};

const char *
st_type_name(enum st_type type)
{
	return types[type].name;
}

enum st_type
st_type_find(stet_bytes name)
{
	size_t i;

	for (i = ST_TYPE_UNKNOWN + 1; i < ST_TYPE_COUNT; i++)
		if (types[i].size == name.size && memcmp(types[i].name, name.data, name.size) == 0)
			return (enum st_type)i;
	return ST_TYPE_UNKNOWN;
}

/* The source that makes a statement an observation; also of a type not known here, whose other
 * members nobody can read. */
static void
read_source(struct st_statement *statement, const struct st_schema *schema, const stet_bytes *found)
{
	size_t i;

	if (schema == NULL) {
		if (st_cbor_member(statement->sign1.payload, "source", &statement->source) < 0)
			statement->source.data = NULL;
	} else {
		for (i = 0; i < schema->field_count; i++)
			if (schema->fields[i].fields == st_source_fields)
				statement->source = found[i];
	}
	if (statement->source.data != NULL &&
	    st_cbor_member_text(statement->source, "name", &statement->source_name) < 0) {
		statement->source.data = NULL;
		statement->source_name.data = NULL;
	}
}

int
st_statement_read(stet_bytes encoded, struct st_statement *statement_out, stet_error *err)
{
	struct st_statement statement = {.type = ST_TYPE_UNKNOWN};
	const struct st_schema *schema;
	stet_bytes found[ST_FIELDS_MAX];
	int rc;

	if ((rc = st_sign1_decode(encoded, &statement.sign1, err)) < 0 ||
	    (rc = st_schema_of(
		 statement.sign1.payload, &schema, &statement.type_name, &statement.v, err)) < 0)
		return rc;
	if (schema != NULL) {
		if ((rc = st_schema_check(schema, statement.sign1.payload, found, err)) < 0)
			return rc;
		statement.type = schema->type;
	}
	read_source(&statement, schema, found);
	*statement_out = statement;
	return STET_OK;
}

int
st_payload_check(stet_bytes payload, enum st_type *type_out, stet_error *err)
{
	const struct st_schema *schema;
	stet_bytes found[ST_FIELDS_MAX], type;
	uint64_t v;
	int rc;

	if ((rc = st_cbor_check(payload, err)) < 0 ||
	    (rc = st_schema_of(payload, &schema, &type, &v, err)) < 0)
		return rc;
	if (schema != NULL && (rc = st_schema_check(schema, payload, found, err)) < 0)
		return rc;
	*type_out = schema == NULL ? ST_TYPE_UNKNOWN : schema->type;
	return STET_OK;
}
