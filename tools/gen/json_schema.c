/* schemas/TYPE.schema.json: JSON Schema, draft 2020-12, of the JSON form.  Closed, like the tables.
 *
 * It describes what stet writes.  What it reads may be looser (identifiers in any form people
 * paste) and is judged more strictly (bytes instead of characters, dates that exist). */
#include "gen.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "statement/json_form.h"

#define NAME_PATTERN "<?[a-z][a-z0-9+.-]*:([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+>?"
#define DOI_PATTERN "<?10[.][0-9]+([.][0-9]+)*/[^A-Z]+"
#define NUMBER_PATTERN "-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?"
#define DATE_PATTERN                                                                              \
	"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:" \
	"[0-9]{2}))?)?)?"

static stet_json *value_schema(const struct st_field *field);

static stet_json *
text_schema(const char *pattern)
{
	stet_json *schema = stet_json_object();
	struct st_buf anchored = {0};

	stet_json_set(schema, "type", stet_json_str("string"));
	if (pattern != NULL) {
		st_buf_printf(&anchored, "^(%s)$", pattern);
		stet_json_set(schema, "pattern", stet_json_string(st_buf_bytes(&anchored)));
	}
	st_buf_free(&anchored);
	return schema;
}

static void
set_lengths(stet_json *schema, const char *least, uint64_t min, const char *most, uint64_t max)
{
	stet_json_set(schema, least, stet_json_int((int64_t)min));
	stet_json_set(schema, most, stet_json_int((int64_t)max));
}

static stet_json *
sized_text(const struct st_field *field)
{
	stet_json *schema = text_schema(field->form != NULL ? field->form->regexp : NULL);

	/* Lengths are in bytes; a character is at least one. */
	set_lengths(schema, "minLength", field->min > 0, "maxLength", field->max);
	return schema;
}

static stet_json *
hex_schema(uint64_t min, uint64_t max)
{
	char pattern[80];

	if (min == max)
		snprintf(pattern, sizeof(pattern), "[0-9a-f]{%" PRIu64 "}", 2 * max);
	else
		snprintf(
		    pattern, sizeof(pattern), "([0-9a-f]{2}){%" PRIu64 ",%" PRIu64 "}", min, max);
	return text_schema(pattern);
}

static stet_json *
number_schema(const char *type, stet_json *min, stet_json *max)
{
	stet_json *schema = stet_json_object();

	stet_json_set(schema, "type", stet_json_str(type));
	stet_json_set(schema, "minimum", min);
	stet_json_set(schema, "maximum", max);
	return schema;
}

static stet_json *
words_schema(const char *const *values)
{
	stet_json *schema = stet_json_object(), *words = stet_json_array();
	size_t i;

	for (i = 0; values[i] != NULL; i++)
		stet_json_add(words, stet_json_str(values[i]));
	if (i == 1) {
		stet_json_free(words);
		stet_json_set(schema, "const", stet_json_str(values[0]));
	} else {
		stet_json_set(schema, "enum", words);
	}
	return schema;
}

static void
close_object(stet_json *schema, stet_json *properties, stet_json *required)
{
	stet_json_set(schema, "type", stet_json_str("object"));
	stet_json_set(schema, "properties", properties);
	if (stet_json_size(required) > 0)
		stet_json_set(schema, "required", required);
	else
		stet_json_free(required);
	stet_json_set(schema, "additionalProperties", stet_json_bool(0));
}

static void
add_rows(stet_json *properties, stet_json *required, const struct st_field *fields, unsigned common)
{
	const struct st_field *row;

	for (row = fields; row->name != NULL; row++) {
		stet_json *schema;

		if ((row->flags & ST_FIELD_COMMON) != common)
			continue;
		schema = value_schema(row);
		stet_json_set(schema, "title", stet_json_str(row->label));
		stet_json_set(schema, "description", stet_json_str(row->doc));
		stet_json_set(properties, st_field_json(row), schema);
		if ((row->flags & ST_FIELD_REQUIRED) && strcmp(row->name, "v") != 0)
			stet_json_add(required, stet_json_str(st_field_json(row)));
	}
}

static stet_json *
map_schema(const struct st_field *field)
{
	stet_json *schema = stet_json_object(), *properties = stet_json_object();
	stet_json *required = stet_json_array();

	add_rows(properties, required, field->fields, 0);
	close_object(schema, properties, required);
	if (field->min > 0)
		stet_json_set(schema, "minProperties", stet_json_int((int64_t)field->min));
	return schema;
}

static stet_json *
table_schema(const struct st_field *field)
{
	stet_json *schema = stet_json_object(), *names = stet_json_object();

	stet_json_set(schema, "type", stet_json_str("object"));
	if (field->values != NULL) {
		stet_json_free(names);
		names = words_schema(field->values);
	} else {
		set_lengths(names, "minLength", 1, "maxLength", ST_TABLE_KEY_MAX);
	}
	stet_json_set(schema, "propertyNames", names);
	set_lengths(schema, "minProperties", field->min, "maxProperties", field->max);
	stet_json_set(schema, "additionalProperties", value_schema(field->item));
	return schema;
}

static stet_json *
array_schema(const struct st_field *field)
{
	stet_json *schema = stet_json_object();

	stet_json_set(schema, "type", stet_json_str("array"));
	stet_json_set(schema, "items", value_schema(field->item));
	set_lengths(schema, "minItems", field->min, "maxItems", field->max);
	if (field->flags & ST_FIELD_ASCENDING)
		stet_json_set(schema, "uniqueItems", stet_json_bool(1));
	return schema;
}

static stet_json *
key_schema(void)
{
	static const char *const kty[] = {"OKP", NULL}, *const crv[] = {"Ed25519", NULL};
	stet_json *schema = stet_json_object(), *properties = stet_json_object();
	stet_json *required = stet_json_array();

	stet_json_set(properties, "kty", words_schema(kty));
	stet_json_set(properties, "crv", words_schema(crv));
	stet_json_set(properties, "x", hex_schema(STET_KEY_SIZE, STET_KEY_SIZE));
	stet_json_add(required, stet_json_str("kty"));
	stet_json_add(required, stet_json_str("crv"));
	stet_json_add(required, stet_json_str("x"));
	close_object(schema, properties, required);
	return schema;
}

static stet_json *
types_schema(const char *const *types, size_t count)
{
	stet_json *schema = stet_json_object(), *list = stet_json_array();
	size_t i;

	for (i = 0; i < count; i++)
		stet_json_add(list, stet_json_str(types[i]));
	stet_json_set(schema, "type", list);
	return schema;
}

static stet_json *
plain_schema(const struct st_field *field)
{
	static const char *const policy[] = {"string", "number", "boolean"};
	static const char *const truth[] = {"boolean"};
	stet_json *schema;

	switch (field->kind) {
	case ST_FIELD_TEXT:
		return sized_text(field);
	case ST_FIELD_BYTES:
		return hex_schema(field->min, field->max);
	case ST_FIELD_HASH:
		return hex_schema(STET_HASH_SIZE, STET_HASH_SIZE);
	case ST_FIELD_UINT:
		if (field->min == field->max) {
			schema = stet_json_object();
			stet_json_set(schema, "const", stet_json_int((int64_t)field->min));
			return schema;
		}
		return number_schema("integer", stet_json_int((int64_t)field->min),
		    stet_json_int((int64_t)field->max));
	case ST_FIELD_BOOL:
		return types_schema(truth, 1);
	case ST_FIELD_TRUE:
		schema = stet_json_object();
		stet_json_set(schema, "const", stet_json_bool(1));
		return schema;
	case ST_FIELD_HUNDREDTHS:
		return number_schema("number", stet_json_hundredths((int64_t)field->min),
		    stet_json_hundredths((int64_t)field->max));
	case ST_FIELD_DATE:
		return text_schema(DATE_PATTERN);
	case ST_FIELD_NUMBER:
		schema = text_schema(NUMBER_PATTERN);
		set_lengths(schema, "minLength", field->min, "maxLength", field->max);
		return schema;
	case ST_FIELD_ENUM:
		return words_schema(field->values);
	case ST_FIELD_NAME:
		schema = text_schema(NAME_PATTERN);
		set_lengths(schema, "minLength", ST_NAME_MIN, "maxLength", ST_NAME_MAX + 2);
		return schema;
	case ST_FIELD_DOI:
		schema = text_schema(DOI_PATTERN);
		set_lengths(schema, "minLength", 6, "maxLength", ST_DOI_MAX + 2);
		return schema;
	case ST_FIELD_COSE_KEY:
		return key_schema();
	case ST_FIELD_POLICY:
		return types_schema(policy, 3);
	case ST_FIELD_MAP:
		return map_schema(field);
	case ST_FIELD_TABLE:
		return table_schema(field);
	default:
		return array_schema(field);
	}
}

static stet_json *
value_schema(const struct st_field *field)
{
	stet_json *schema, *choice, *none;

	if (!(field->flags & ST_FIELD_NULLABLE))
		return plain_schema(field);
	schema = stet_json_object();
	choice = stet_json_array();
	none = stet_json_object();
	stet_json_set(none, "type", stet_json_str("null"));
	stet_json_add(choice, plain_schema(field));
	stet_json_add(choice, none);
	stet_json_set(schema, "anyOf", choice);
	return schema;
}

/* --- rules over several members -------------------------------------------------------------- */

/* {"required": [name]} */
static stet_json *
required_schema(const char *name)
{
	stet_json *schema = stet_json_object(), *names = stet_json_array();

	stet_json_add(names, stet_json_str(name));
	stet_json_set(schema, "required", names);
	return schema;
}

static stet_json *
requirement_schema(unsigned requires)
{
	stet_json *schema = stet_json_object(), *all = stet_json_array(), *any;
	unsigned bit;

	for (bit = 1; bit <= ST_REQUIRES_TARGETS; bit <<= 1) {
		stet_json *one;

		if (!(requires & bit))
			continue;
		if (bit != ST_REQUIRES_AFFECTED_OR_NOTE) {
			stet_json_add(all, required_schema(st_requirement_name(bit)));
			continue;
		}
		one = stet_json_object();
		any = stet_json_array();
		stet_json_add(any, required_schema("affected"));
		stet_json_add(any, required_schema("public_note"));
		stet_json_set(one, "anyOf", any);
		stet_json_add(all, one);
	}
	stet_json_set(schema, "allOf", all);
	return schema;
}

/* If the nature is this one (and the statement no observation), then what it requires. */
static stet_json *
nature_schema(const char *name, unsigned requires, int observed)
{
	const char *const values[] = {name, NULL};
	stet_json *schema = stet_json_object(), *condition = stet_json_object();
	stet_json *properties = stet_json_object();

	stet_json_set(properties, "nature", words_schema(values));
	stet_json_set(condition, "properties", properties);
	stet_json_set(condition, "required", stet_json_array());
	if (!observed)
		stet_json_set(condition, "not", required_schema("source"));
	stet_json_set(schema, "if", condition);
	stet_json_set(schema, "then", requirement_schema(requires));
	return schema;
}

static void
add_natures(stet_json *all)
{
	const struct st_nature *nature;

	for (nature = st_natures; nature->name != NULL; nature++) {
		if (nature->requires & ~nature->observed)
			stet_json_add(all, nature_schema(nature->name, nature->requires, 0));
		if (nature->observed)
			stet_json_add(all, nature_schema(nature->name, nature->observed, 1));
	}
}

static int
add_checks(stet_json *all, const struct st_check *check)
{
	for (; check != NULL && check->holds != NULL; check++) {
		stet_json *part;
		stet_error err;

		if (check->rule == ST_CORRECTION_INCOMPLETE)
			add_natures(all);
		if (check->schema == NULL)
			continue;
		if (stet_json_parse(st_str(check->schema), &part, &err) != STET_OK) {
			fprintf(
			    stderr, "st_tables: %s: %s\n", stet_rule_name(check->rule), err.text);
			return -1;
		}
		stet_json_add(all, part);
	}
	return 0;
}

/* --- the whole ------------------------------------------------------------------------------- */

static void
add_described(stet_json *properties, const char *name, stet_json *schema, const char *says)
{
	stet_json_set(schema, "description", stet_json_str(says));
	stet_json_set(properties, name, schema);
}

static stet_json *
limited_text(int64_t max)
{
	stet_json *schema = text_schema(NULL);

	set_lengths(schema, "minLength", 1, "maxLength", (uint64_t)max);
	return schema;
}

static void
add_envelope(stet_json *properties)
{
	static const struct st_field name = {.kind = ST_FIELD_NAME};

	add_described(properties, ST_JSON_SUBJECT, value_schema(&name),
	    "The name that the statement is about; on input in any form people paste.");
	add_described(properties, ST_JSON_ISSUER, limited_text(ST_ISS_MAX),
	    "In whose name it speaks; on input the key's own if absent.");
	add_described(properties, ST_JSON_ID,
	    text_schema("0x([0-9a-f]{2}){1,64}|(?!0x)[\\s\\S]{1,64}"),
	    "What makes it one of a kind among the issuer's; text, or 0x and hex.");
	add_described(properties, ST_JSON_AUD, text_schema("stet:[0-9a-f]{64}"),
	    "The ledger that it is meant for.");
}

static void
add_signature(stet_json *properties)
{
	stet_json *alg = stet_json_object(), *algs = stet_json_array();

	add_described(properties, ST_JSON_SIGNED_AT,
	    text_schema("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z|[+][0-9]+s"),
	    "When it was signed, by the signer's clock; on output only.");
	add_described(properties, ST_JSON_KID, hex_schema(STET_HASH_SIZE, STET_HASH_SIZE),
	    "Thumbprint of the key that signed it; on output only.");
	stet_json_add(algs, stet_json_int(ST_ALG_ED25519));
	stet_json_add(algs, stet_json_int(ST_ALG_EDDSA));
	stet_json_set(alg, "enum", algs);
	add_described(properties, ST_JSON_ALG, alg, "COSE algorithm; on output only.");
}

static stet_json *
statement_schema(const struct st_schema *schema)
{
	stet_json *object = stet_json_object(), *properties = stet_json_object();
	stet_json *required = stet_json_array(), *all = stet_json_array();

	stet_json_set(object, "description", stet_json_str(schema->doc));
	add_rows(properties, required, schema->fields, ST_FIELD_COMMON);
	stet_json_add(required, stet_json_str(ST_JSON_SUBJECT));
	add_envelope(properties);
	add_rows(properties, required, schema->fields, 0);
	add_signature(properties);
	close_object(object, properties, required);
	if (add_checks(all, schema->checks) < 0) {
		stet_json_free(object);
		object = NULL;
	}
	if (stet_json_size(all) > 0)
		stet_json_set(object, "allOf", all);
	else
		stet_json_free(all);
	return object;
}

int
gen_json_schema(const struct st_schema *const *at, FILE *out)
{
	const struct st_schema *const *end = gen_next_type(at);
	stet_json *schema = stet_json_object(), *one, *choice;
	char title[64], file[64];
	char *text = NULL;
	stet_error err;
	const char *key;
	const stet_json *value;
	size_t i;
	int rc;

	snprintf(file, sizeof(file), "%s.schema.json", (*at)->name);
	snprintf(title, sizeof(title), "stet statement: %s", (*at)->name);
	stet_json_set(
	    schema, "$schema", stet_json_str("https://json-schema.org/draft/2020-12/schema"));
	stet_json_set(schema, "$id", stet_json_str(file));
	stet_json_set(schema, "title", stet_json_str(title));
	stet_json_set(schema, "$comment",
	    stet_json_str("Made from the tables of the library; do not edit. CC0-1.0."));
	if (gen_action_count(*at) == 1) {
		one = statement_schema(*at);
		for (i = 0; stet_json_member(one, i, &key, &value); i++)
			stet_json_set(schema, key, stet_json_copy(value));
		stet_json_free(one);
	} else {
		choice = stet_json_array();
		for (; at != end; at++)
			stet_json_add(choice, statement_schema(*at));
		stet_json_set(schema, "oneOf", choice);
	}
	if ((rc = stet_json_text(schema, STET_JSON_INDENT, &text, NULL, &err)) == STET_OK)
		fprintf(out, "%s\n", text);
	else
		fprintf(stderr, "st_tables: %s: %s\n", file, err.text);
	free(text);
	stet_json_free(schema);
	return rc == STET_OK ? 0 : -1;
}
