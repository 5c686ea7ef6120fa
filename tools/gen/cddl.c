/* schemas/statements.cddl (RFC 8610): the frame by hand, the payloads from the tables. */
#include "gen.h"

#include <inttypes.h>
#include <string.h>

#include "base/time.h"

#define WIDTH 98
#define NAME_SIZE 96

static const char head[] =
    "; stet/1: entries and statements.  Made from the tables of the library; do not edit.\n"
    "; Every item is in the stet CBOR profile: RFC 8949, section 4.2.1, definite lengths, no "
    "floats.\n"
    "; Members stand in the order in which they are encoded.  What a grammar cannot say (dates "
    "that\n"
    "; exist, rules over several members) is in docs/format.md and docs/statements.md.\n"
    "; Licence: CC0-1.0.\n"
    "\n"
    "stet-entry = [\n"
    "  seq: uint53,\n"
    "  ms: uint53,                           ; since 1970-01-01T00:00:00Z, the ledger's clock\n"
    "  prev: hash,                           ; leaf of entry seq-1; 32 zero bytes for seq 0\n"
    "  prior: hash / null,                   ; leaf of the newest earlier entry with the same sub\n"
    "  signed: bstr .cbor stet-statement     ; 1 to 65,445 bytes\n"
    "]\n"
    "stet-statement = #6.18([\n"
    "  head: bstr .cbor protected-map,\n"
    "  unprotected: {},\n"
    "  body: bstr .cbor payload-map,\n"
    "  signature: bstr .size 64\n"
    "])\n"
    "protected-map = {\n"
    "  1 => -19 / -8,\n"
    "  3 => \"application/vnd.stet.statement+cbor\",\n"
    "  4 => hash,                            ; kid: COSE Key Thumbprint, SHA-256 (RFC 9679)\n"
    "  15 => cwt-claims\n"
    "}\n"
    "cwt-claims = {\n"
    "  1 => tstr .size (1..256),             ; iss, byte for byte the issuer of the grant in "
    "force\n"
    "  2 => name-uri,                        ; sub\n"
    "  ? 3 => ledger-id,                     ; aud\n"
    "  6 => uint53,                          ; iat, seconds\n"
    "  7 => bstr .size (1..64)               ; cti\n"
    "}\n";

static const char tail[] =
    "cose-key = { 1 => 1, -1 => 6, -2 => bstr .size 32 }\n"
    "policy-value = tstr .size (0..2000) / int53 / bool / #6.4([-2, -1000000000..1000000000])\n"
    "number-text = tstr .regexp \"-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?\"\n"
    "date-text = tstr .regexp \"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+"
    ")?)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?\"\n"
    "name-uri = tstr .regexp \"[a-z][a-z0-9+.-]*:([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+\" ; "
    "3 "
    "to 1,024 bytes\n"
    "plain-doi = tstr .regexp \"10[.][0-9]+([.][0-9]+)*/[^A-Z]+\" ; its name is at most 1,024 "
    "bytes\n"
    "ledger-id = tstr .regexp \"stet:[0-9a-f]{64}\"\n"
    "hash = bstr .size 32\n"
    "uint53 = 0..9007199254740991\n"
    "int53 = -9007199254740991..9007199254740991\n";

static void
rule_name(const struct st_schema *schema, char out[NAME_SIZE])
{
	snprintf(
	    out, NAME_SIZE, "%s-%s", schema->name, schema->action != NULL ? schema->action : "map");
}

/* What is written for a member whose value is a map or table of its own: "correction-notice". */
static void
below(const char *rule, const char *member, char out[NAME_SIZE])
{
	size_t size = strlen(rule), i;

	if (size > 4 && strcmp(rule + size - 4, "-map") == 0)
		size -= 4;
	snprintf(out, NAME_SIZE, "%.*s-%s", (int)size, rule, member);
	for (i = 0; out[i] != '\0'; i++)
		if (out[i] == '_')
			out[i] = '-';
}

static void
put_size(FILE *out, const char *type, const struct st_field *field)
{
	if (field->min == field->max)
		fprintf(out, "%s .size %" PRIu64, type, field->max);
	else
		fprintf(out, "%s .size (%" PRIu64 "..%" PRIu64 ")", type, field->min, field->max);
}

static void
put_words(FILE *out, const char *const *values)
{
	size_t i;

	for (i = 0; values[i] != NULL; i++)
		fprintf(out, "%s\"%s\"", i > 0 ? " / " : "", values[i]);
}

static void
put_value(FILE *out, const char *rule, const char *member, const struct st_field *field)
{
	char name[NAME_SIZE];

	below(rule, member, name);
	switch (field->kind) {
	case ST_FIELD_TEXT:
		if (field->form != NULL)
			fputs(field->form->name, out);
		else
			put_size(out, "tstr", field);
		break;
	case ST_FIELD_BYTES:
		put_size(out, "bstr", field);
		break;
	case ST_FIELD_HASH:
		fputs("hash", out);
		break;
	case ST_FIELD_UINT:
		if (field->min == field->max)
			fprintf(out, "%" PRIu64, field->min);
		else if (field->min == 0 && field->max == ST_UINT53_MAX)
			fputs("uint53", out);
		else
			fprintf(out, "%" PRIu64 "..%" PRIu64, field->min, field->max);
		break;
	case ST_FIELD_BOOL:
		fputs("bool", out);
		break;
	case ST_FIELD_TRUE:
		fputs("true", out);
		break;
	case ST_FIELD_HUNDREDTHS:
		fprintf(out, "#6.4([-2, %" PRIu64 "..%" PRIu64 "])", field->min, field->max);
		break;
	case ST_FIELD_DATE:
		fputs("date-text", out);
		break;
	case ST_FIELD_NUMBER:
		fputs("number-text", out);
		break;
	case ST_FIELD_ENUM:
		put_words(out, field->values);
		break;
	case ST_FIELD_NAME:
		fputs("name-uri", out);
		break;
	case ST_FIELD_DOI:
		fputs("plain-doi", out);
		break;
	case ST_FIELD_COSE_KEY:
		fputs("cose-key", out);
		break;
	case ST_FIELD_POLICY:
		fputs("policy-value", out);
		break;
	case ST_FIELD_ARRAY:
		fprintf(out, "[%" PRIu64 "*%" PRIu64 " ", field->min, field->max);
		if (field->item->kind == ST_FIELD_ENUM)
			fputc('(', out);
		put_value(out, rule, member, field->item);
		fputs(field->item->kind == ST_FIELD_ENUM ? ")]" : "]", out);
		break;
	default:
		fputs(field->fields == st_source_fields ? "source-map" : name, out);
		break;
	}
	if (field->flags & ST_FIELD_NULLABLE)
		fputs(" / null", out);
}

static void
put_comment(FILE *out, const struct st_field *field)
{
	char limits[120], text[600];

	snprintf(text, sizeof(text), "%s", field->doc);
	if (field->form != NULL)
		snprintf(text, sizeof(text), "%s %s.", field->doc, gen_limits(field, limits));
	if (field->flags & ST_FIELD_ASCENDING)
		snprintf(text, sizeof(text), "%s Bytewise ascending, no repeats.", field->doc);
	if ((field->kind == ST_FIELD_MAP && field->min > 0) ||
	    (field->item != NULL && field->item->kind == ST_FIELD_MAP && field->item->min > 0))
		snprintf(text, sizeof(text), "%s At least one member%s.", field->doc,
		    field->kind == ST_FIELD_MAP ? "" : " in each");
	gen_wrap(out, "  ; ", text, WIDTH);
}

static void put_rules_below(FILE *out, const char *rule, const struct st_field *fields);

static void
put_map(FILE *out, const char *rule, const struct st_field *fields)
{
	const struct st_field *row;

	fprintf(out, "%s = {\n", rule);
	for (row = fields; row->name != NULL; row++) {
		if (strcmp(row->name, "v") != 0 && strcmp(row->name, "type") != 0)
			put_comment(out, row);
		fprintf(out, "  %s\"%s\": ", row->flags & ST_FIELD_REQUIRED ? "" : "? ", row->name);
		put_value(out, rule, row->name, row);
		fputs(row[1].name != NULL ? ",\n" : "\n", out);
	}
	fputs("}\n", out);
	put_rules_below(out, rule, fields);
}

/* The keys of a table in the order of their encoding: shorter first, then bytewise. */
static const char *
next_key(const char *const *values, const char *after)
{
	const char *found = NULL;

	for (; *values != NULL; values++) {
		size_t size = strlen(*values);

		if (after != NULL && (size < strlen(after) ||
					 (size == strlen(after) && strcmp(*values, after) <= 0)))
			continue;
		if (found == NULL || size < strlen(found) ||
		    (size == strlen(found) && strcmp(*values, found) < 0))
			found = *values;
	}
	return found;
}

static void
put_table(FILE *out, const char *rule, const struct st_field *table)
{
	const char *key = NULL;

	if (table->values == NULL) {
		fprintf(out, "%s = { %" PRIu64 "*%" PRIu64 " tstr .size (1..%d) => ", rule,
		    table->min, table->max, ST_TABLE_KEY_MAX);
		put_value(out, rule, "item", table->item);
		fputs(" }\n", out);
		return;
	}
	fprintf(out, "%s = {\n", rule);
	while ((key = next_key(table->values, key)) != NULL) {
		fprintf(out, "  ? \"%s\": ", key);
		put_value(out, rule, "item", table->item);
		fputs(next_key(table->values, key) != NULL ? ",\n" : "\n", out);
	}
	fputs("}\n", out);
}

static void
put_rules_below(FILE *out, const char *rule, const struct st_field *fields)
{
	const struct st_field *row;
	char name[NAME_SIZE], item[NAME_SIZE];

	for (row = fields; row->name != NULL; row++) {
		const struct st_field *inner = row->kind == ST_FIELD_ARRAY ? row->item : row;

		below(rule, row->name, name);
		if (inner->kind == ST_FIELD_MAP && inner->fields != st_source_fields)
			put_map(out, name, inner->fields);
		if (inner->kind != ST_FIELD_TABLE)
			continue;
		put_table(out, name, inner);
		below(name, "item", item);
		if (inner->item->kind == ST_FIELD_MAP)
			put_map(out, item, inner->item->fields);
	}
}

static void
put_payload_map(FILE *out)
{
	const struct st_schema *const *at;
	char name[NAME_SIZE], all[1024] = "";

	for (at = st_schemas; *at != NULL; at++) {
		size_t size = strlen(all);

		rule_name(*at, name);
		snprintf(
		    all + size, sizeof(all) - size, "%s%s", at == st_schemas ? "" : " / ", name);
	}
	fputs("payload-map =\n", out);
	gen_wrap(out, "  ", all, WIDTH);
}

static void
put_forms(FILE *out)
{
	static const struct st_form *const forms[] = {&st_form_origin, &st_form_source_name,
	    &st_form_media_type, &st_form_path, &st_form_scope};
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		fprintf(out, "%s = tstr .regexp \"%s\"\n", forms[i]->name, forms[i]->regexp);
}

void
gen_cddl(FILE *out)
{
	const struct st_schema *const *at;
	const struct st_check *check;
	char name[NAME_SIZE];

	fputs(head, out);
	put_payload_map(out);
	for (at = st_schemas; *at != NULL; at++) {
		fputc('\n', out);
		gen_wrap(out, "; ", (*at)->doc, WIDTH);
		for (check = (*at)->checks; check != NULL && check->holds != NULL; check++)
			gen_wrap(out, "; ", check->says, WIDTH);
		rule_name(*at, name);
		put_map(out, name, (*at)->fields);
	}
	fputc('\n', out);
	put_map(out, "source-map", st_source_fields);
	put_forms(out);
	fputs(tail, out);
}
