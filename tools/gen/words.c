/* Words that all generated pages share. */
#include "gen.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

size_t
gen_action_count(const struct st_schema *schema)
{
	const struct st_schema *const *at;
	size_t count = 0;

	for (at = st_schemas; *at != NULL; at++)
		count += (*at)->type == schema->type;
	return count;
}

const struct st_schema *const *
gen_next_type(const struct st_schema *const *at)
{
	enum st_type type = (*at)->type;

	while (*at != NULL && (*at)->type == type)
		at++;
	return at;
}

void
gen_wrap(FILE *out, const char *prefix, const char *text, size_t width)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t word = strcspn(text, " ");

		if (column > 0 && column + 1 + word > width) {
			fputc('\n', out);
			column = 0;
		}
		fputs(column == 0 ? prefix : " ", out);
		column += column == 0 ? strlen(prefix) : 1;
		fwrite(text, 1, word, out);
		column += word;
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

const char *
gen_number(uint64_t value, char out[32])
{
	char digits[24];
	size_t size, i, at = 0;

	if (value == ST_UINT53_MAX)
		return "2^53 - 1";
	snprintf(digits, sizeof(digits), "%" PRIu64, value);
	size = strlen(digits);
	for (i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}

static const char *
range(const struct st_field *field, const char *unit, char out[120])
{
	char min[32], max[32];

	if (field->min == field->max)
		snprintf(out, 120, "%s%s", gen_number(field->min, min), unit);
	else
		snprintf(out, 120, "%s to %s%s", gen_number(field->min, min),
		    gen_number(field->max, max), unit);
	return out;
}

const char *
gen_limits(const struct st_field *field, char out[120])
{
	switch (field->kind) {
	case ST_FIELD_TEXT:
	case ST_FIELD_BYTES:
		return range(field, " bytes", out);
	case ST_FIELD_ARRAY:
	case ST_FIELD_TABLE:
		return range(field, "", out);
	case ST_FIELD_UINT:
		return range(field, "", out);
	case ST_FIELD_HUNDREDTHS:
		snprintf(out, 120, "%" PRIu64 " to %" PRIu64, field->min / 100, field->max / 100);
		return out;
	default:
		return "";
	}
}

static const char *const singular[ST_FIELD_KIND_COUNT] = {
    [ST_FIELD_TEXT] = "text",
    [ST_FIELD_BYTES] = "bytes in hex",
    [ST_FIELD_HASH] = "digest, 64 hex digits",
    [ST_FIELD_UINT] = "whole number",
    [ST_FIELD_BOOL] = "true or false",
    [ST_FIELD_TRUE] = "true, or absent",
    [ST_FIELD_HUNDREDTHS] = "number, in hundredths",
    [ST_FIELD_DATE] = "date",
    [ST_FIELD_NUMBER] = "number as printed, in text",
    [ST_FIELD_ENUM] = "word",
    [ST_FIELD_NAME] = "identifier",
    [ST_FIELD_DOI] = "DOI",
    [ST_FIELD_COSE_KEY] = "key",
    [ST_FIELD_POLICY] = "text, number, true or false",
    [ST_FIELD_MAP] = "object",
};

static const char *const plural[ST_FIELD_KIND_COUNT] = {
    [ST_FIELD_TEXT] = "texts",
    [ST_FIELD_HASH] = "digests, 64 hex digits each",
    [ST_FIELD_HUNDREDTHS] = "numbers in hundredths",
    [ST_FIELD_ENUM] = "words",
    [ST_FIELD_NAME] = "identifiers",
    [ST_FIELD_MAP] = "objects",
    [ST_FIELD_POLICY] = "values: text, number, true or false",
};

const char *
gen_kind(const struct st_field *field, char out[80])
{
	if (field->kind == ST_FIELD_ARRAY || field->kind == ST_FIELD_TABLE) {
		if (plural[field->item->kind] == NULL) {
			fprintf(stderr, "st_tables: no word for a list of %s\n",
			    st_field_kind_name(field->item->kind));
			exit(3);
		}
		snprintf(out, 80, "%s of %s%s", field->kind == ST_FIELD_ARRAY ? "list" : "object",
		    plural[field->item->kind],
		    field->item->kind == ST_FIELD_MAP && field->item->min > 0
			? " with at least one member each"
			: "");
		return out;
	}
	snprintf(out, 80, "%s%s%s", singular[field->kind],
	    field->kind == ST_FIELD_MAP && field->min > 0 ? " with at least one member" : "",
	    field->flags & ST_FIELD_NULLABLE ? ", or null" : "");
	return out;
}
