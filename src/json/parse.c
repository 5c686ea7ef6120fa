/* JSON text made values.  jansson parses; the tree is copied into ours and given up. */
#include "json/value.h"

#include <jansson.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

static int
fail_place(stet_error *err, size_t line, size_t column, const char *why)
{
	return st_fail(
	    err, STET_EFORMAT, ST_JSON_MALFORMED, "line %zu, column %zu: %s", line, column, why);
}

/* What is looked for before jansson reads: more than ST_JSON_DEPTH_MAX levels, because it would
 * recurse, and NUL, because it passes over one after a number. Brackets inside strings do not
 * count; whether they match is jansson's business. */
static int
look_over(stet_bytes text, stet_error *err)
{
	size_t i, depth = 0, line = 1, start = 0;
	int in_string = 0;

	for (i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];

		if (c == '\0')
			return fail_place(err, line, i - start + 1, "a NUL character");
		if (c == '\n') {
			line++;
			start = i + 1;
		} else if (in_string) {
			if (c == '\\' && i + 1 < text.size && text.data[i + 1] != '\0')
				i++;
			else if (c == '"')
				in_string = 0;
		} else if (c == '"') {
			in_string = 1;
		} else if (c == '[' || c == '{') {
			if (++depth > ST_JSON_DEPTH_MAX)
				return fail_place(err, line, i - start + 1,
				    "more than 64 levels of arrays and objects");
		} else if ((c == ']' || c == '}') && depth > 0) {
			depth--;
		}
	}
	return STET_OK;
}

static stet_json *copy_tree(json_t *value);

static stet_json *
copy_object(json_t *object)
{
	stet_json *copy = stet_json_object();
	const char *key;
	json_t *member;

	if (copy == NULL)
		return NULL;
	json_object_foreach(object, key, member)
	    st_json_append(copy, st_str(key), copy_tree(member));
	return copy;
}

static stet_json *
copy_array(json_t *array)
{
	stet_json *copy = stet_json_array();
	size_t i;

	if (copy == NULL)
		return NULL;
	for (i = 0; i < json_array_size(array); i++)
		stet_json_add(copy, copy_tree(json_array_get(array, i)));
	return copy;
}

static stet_json *
copy_tree(json_t *value)
{
	stet_json *copy = NULL;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		copy = copy_object(value);
		break;
	case JSON_ARRAY:
		copy = copy_array(value);
		break;
	case JSON_STRING:
		return st_json_string_valid((stet_bytes){
		    (const uint8_t *)json_string_value(value), json_string_length(value)});
	case JSON_INTEGER:
		return stet_json_int(json_integer_value(value));
	case JSON_REAL:
		return stet_json_real(json_real_value(value));
	case JSON_TRUE:
	case JSON_FALSE:
		return stet_json_bool(json_is_true(value));
	case JSON_NULL:
		return stet_json_null();
	}
	if (copy != NULL && copy->rc != STET_OK) {
		stet_json_free(copy);
		return NULL;
	}
	return copy;
}

static int
fail_jansson(stet_error *err, const json_error_t *from)
{
	char shown[ST_SHOWN_SIZE];

	if (json_error_code(from) == json_error_out_of_memory)
		return st_fail_nomem(err);
	return st_fail(err, STET_EFORMAT, ST_JSON_MALFORMED, "line %d, column %d: %s", from->line,
	    from->column, st_shown(st_str(from->text), shown));
}

int
stet_json_parse(stet_bytes text, stet_json **value_out, stet_error *err)
{
	json_error_t from;
	json_t *parsed;
	int rc;

	if (text.size == 0)
		return st_fail(err, STET_EFORMAT, ST_JSON_MALFORMED, "no JSON text: nothing there");
	if ((rc = look_over(text, err)) < 0)
		return rc;
	parsed = json_loadb(
	    (const char *)text.data, text.size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &from);
	if (parsed == NULL)
		return fail_jansson(err, &from);
	*value_out = copy_tree(parsed);
	json_decref(parsed);
	return *value_out == NULL ? st_fail_nomem(err) : STET_OK;
}
