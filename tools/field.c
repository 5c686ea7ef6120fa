/* Statement members as options.  The rows come from the library; what is here is how a path becomes
 * an option and a word of the command line a value. */
#include "field.h"
#include "util.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 100000 /* far beyond any schema: a loop that must end */

/* Options of their own, or not for hands: see statement.c. */
static int
is_special(const char *path)
{
	return strcmp(path, "/after") == 0 || strcmp(path, "/v") == 0 || strcmp(path, "/type") == 0;
}

static int
is_scalar(const char *kind)
{
	static const char *const scalars[] = {"text", "bytes", "hash", "uint", "bool", "hundredths",
	    "date", "number", "enum", "name", "doi"};
	size_t i;

	for (i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++)
		if (strcmp(kind, scalars[i]) == 0)
			return 1;
	return 0;
}

/* "/decided_by/-" -> "decided-by", "/targets/-" -> "target", "/notice/doi" -> "notice-doi". */
static char *
option_name(const char *path, int repeated)
{
	char *name = strdup(path + 1);
	size_t size, i;

	if (name == NULL)
		return NULL;
	size = strlen(name);
	if (repeated) {
		size -= 2; /* "/-" */
		if (size > 3 && strncmp(name + size - 3, "ses", 3) == 0)
			size -= 2;
		else if (size > 1 && name[size - 1] == 's')
			size -= 1;
		name[size] = '\0';
	}
	for (i = 0; i < size; i++)
		if (name[i] == '_' || name[i] == '/')
			name[i] = '-';
	return name;
}

static struct field *
room(struct fields *fields)
{
	struct field *grown = realloc(fields->items, (fields->count + 1) * sizeof(*grown));

	if (grown == NULL)
		return NULL;
	fields->items = grown;
	memset(&grown[fields->count], 0, sizeof(*grown));
	return &grown[fields->count++];
}

static int
next_of_type(size_t *row, const char *type, stet_field_info *info)
{
	for (; *row < ROWS_MAX && stet_statement_field(*row, info); (*row)++)
		if (strcmp(info->type, type) == 0) {
			(*row)++;
			return 1;
		}
	return 0;
}

int
field_info(const char *type, const char *path, stet_field_info *info_out)
{
	size_t row = 0;

	while (next_of_type(&row, type, info_out))
		if (strcmp(info_out->path, path) == 0)
			return 1;
	return 0;
}

static int
is_identifier(const char *kind)
{
	return strcmp(kind, "name") == 0 || strcmp(kind, "doi") == 0;
}

/* An identifier comes second: it may hold a colon itself. --relation IsVersionOf:10.1234/a */
static void
swap_pair(struct field *field)
{
	char *name = field->first;
	const char *kind = field->first_kind;

	field->first = field->second;
	field->second = name;
	field->first_kind = field->second_kind;
	field->second_kind = kind;
}

/* An array of maps with exactly two members, both scalar: --decided-by editor:"Journal X". */
static int
pair_members(const char *type, const char *item, struct field *field)
{
	size_t row = 0, count = 0, size = strlen(item);
	stet_field_info info;

	while (next_of_type(&row, type, &info)) {
		if (strncmp(info.path, item, size) != 0 || info.path[size] != '/')
			continue;
		if (++count > 2 || !is_scalar(info.kind))
			return 0;
		if (count == 1) {
			field->first = strdup(info.path + size + 1);
			field->first_kind = info.kind;
		} else {
			field->second = strdup(info.path + size + 1);
			field->second_kind = info.kind;
		}
	}
	if (count == 2 && is_identifier(field->first_kind))
		swap_pair(field);
	return count == 2 && field->first != NULL && field->second != NULL;
}

static void
forget(struct fields *fields)
{
	struct field *field = &fields->items[--fields->count];

	free(field->option);
	free(field->path);
	free(field->first);
	free(field->second);
}

/* The array of this path: its item says what each use of the option adds. */
static int
add_array(struct fields *fields, const char *type, const stet_field_info *array)
{
	char path[256];
	stet_field_info item;
	struct field *field;

	snprintf(path, sizeof(path), "%s/-", array->path);
	if (!field_info(type, path, &item))
		return 0;
	field = room(fields);
	if (field == NULL)
		return -1;
	field->option = option_name(path, 1);
	field->path = strdup(path);
	field->kind = item.kind;
	field->values = item.values;
	field->label = array->label;
	field->doc = array->doc;
	field->required = array->required;
	field->repeated = 1;
	if (field->option == NULL || field->path == NULL)
		return -1;
	if (!is_scalar(item.kind) &&
	    !(strcmp(item.kind, "map") == 0 && pair_members(type, path, field)))
		forget(fields); /* only --member reaches it */
	return 0;
}

static int
add_scalar(struct fields *fields, const stet_field_info *info)
{
	struct field *field = room(fields);

	if (field == NULL)
		return -1;
	field->option = option_name(info->path, 0);
	field->path = strdup(info->path);
	field->kind = info->kind;
	field->values = info->values;
	field->label = info->label;
	field->doc = info->doc;
	field->required = info->required;
	return field->option != NULL && field->path != NULL ? 0 : -1;
}

/* What every type has comes after what is its own. */
static int
is_common(const char *path)
{
	return strncmp(path, "/source", 7) == 0 || strcmp(path, "/occurred") == 0;
}

static int
add_rows(struct fields *fields, const char *type, int common)
{
	stet_field_info info;
	size_t row = 0;
	int rc = 0;

	while (rc == 0 && next_of_type(&row, type, &info)) {
		if (is_special(info.path) || strstr(info.path, "/-") != NULL ||
		    strstr(info.path, "/<") != NULL || is_common(info.path) != common)
			continue;
		if (strcmp(info.kind, "array") == 0)
			rc = add_array(fields, type, &info);
		else if (is_scalar(info.kind))
			rc = add_scalar(fields, &info);
	}
	return rc;
}

struct fields *
fields_of(const char *type)
{
	struct fields *fields = calloc(1, sizeof(*fields));

	if (fields != NULL && (add_rows(fields, type, 0) < 0 || add_rows(fields, type, 1) < 0)) {
		fields_free(fields);
		return NULL;
	}
	return fields;
}

void
fields_free(struct fields *fields)
{
	if (fields == NULL)
		return;
	while (fields->count > 0)
		forget(fields);
	free(fields->items);
	free(fields);
}

const struct field *
fields_find(const struct fields *fields, const char *option)
{
	size_t i;

	for (i = 0; fields != NULL && i < fields->count; i++)
		if (strcmp(fields->items[i].option, option) == 0)
			return &fields->items[i];
	return NULL;
}

static const char *
kind_name(const char *kind)
{
	static const struct {
		const char *kind, *name;
	} names[] = {{"text", "TEXT"}, {"bytes", "HEX"}, {"hash", "SHA256"}, {"uint", "N"},
	    {"bool", "yes|no"}, {"hundredths", "N.NN"}, {"date", "DATE"}, {"number", "NUMBER"},
	    {"enum", "WORD"}, {"name", "ID"}, {"doi", "DOI"}};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(kind, names[i].kind) == 0)
			return names[i].name;
	return "VALUE";
}

static void
upper(char *text)
{
	for (; *text != '\0'; text++)
		*text = *text == '_' ? '-' : (char)toupper((unsigned char)*text);
}

void
field_value_name(const struct field *field, char *out, size_t size)
{
	if (field->first != NULL) {
		snprintf(out, size, "%s:%s", field->first, field->second);
		upper(out);
	} else if (strcmp(field->path, "/targets/-") == 0) {
		snprintf(out, size, "SEQ|LEAF");
	} else {
		snprintf(out, size, "%s", kind_name(field->kind));
	}
}

char *
field_text(const struct field *field)
{
	const char *doc = field->doc != NULL ? field->doc : "";
	char *text = strdup(doc), *longer;
	size_t i;

	for (i = 0; text != NULL && field->values != NULL && field->values[i] != NULL; i++) {
		longer = text_of("%s%s%s", text, i > 0 ? ", " : " One of: ", field->values[i]);
		free(text);
		text = longer;
	}
	if (i == 0 || text == NULL)
		return text;
	longer = text_of("%s.", text);
	free(text);
	return longer;
}

static int
integer_value(const char *text, stet_json **value_out, stet_error *err)
{
	long long value;
	char *end;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || !isdigit((unsigned char)text[0]))
		return fail_text(err, STET_EFORMAT, "'%s' is not a whole number", text);
	*value_out = stet_json_int(value);
	return STET_OK;
}

static int
bool_value(const char *text, stet_json **value_out, stet_error *err)
{
	int yes = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0;

	if (!yes && strcmp(text, "no") != 0 && strcmp(text, "false") != 0)
		return fail_text(err, STET_EFORMAT, "'%s' is neither yes nor no", text);
	*value_out = stet_json_bool(yes);
	return STET_OK;
}

static int
id_value(const char *text, int plain_doi, stet_json **value_out, stet_error *err)
{
	stet_id *id = NULL;
	int rc = stet_id_parse(text, &id, err);
	const char *value;

	if (rc < 0)
		return rc;
	value = plain_doi ? stet_id_doi(id) : stet_id_text(id);
	if (stet_id_is_prefix(id))
		rc = fail_text(
		    err, STET_EFORMAT, "'%s' may match several records; give the whole name", text);
	else if (value == NULL)
		rc = fail_text(err, STET_EFORMAT, "'%s' is not a DOI", text);
	else
		*value_out = stet_json_str(value);
	stet_id_free(id);
	return rc;
}

static int
enum_value(const char *text, const char *const *values, stet_json **value_out, stet_error *err)
{
	char known[160] = "";
	size_t i, used = 0;

	for (i = 0; values != NULL && values[i] != NULL; i++) {
		if (strcmp(values[i], text) == 0)
			break;
		if (used + strlen(values[i]) + 6 < sizeof(known))
			used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
			    i > 0 ? ", " : "", values[i]);
		else if (known[used - 1] != '.')
			used += (size_t)snprintf(known + used, sizeof(known) - used, " ...");
	}
	if (values != NULL && values[i] == NULL)
		return fail_text(err, STET_EFORMAT, "'%.40s' is none of %s", text, known);
	*value_out = stet_json_str(text);
	return STET_OK;
}

static int
kind_value(const char *kind, const char *const *values, const char *text, stet_json **value_out,
    stet_error *err)
{
	stet_bytes bytes = {(const uint8_t *)text, strlen(text)};
	int rc;

	if (strcmp(kind, "uint") == 0)
		return integer_value(text, value_out, err);
	if (strcmp(kind, "bool") == 0)
		return bool_value(text, value_out, err);
	if (strcmp(kind, "name") == 0 || strcmp(kind, "doi") == 0)
		return id_value(text, strcmp(kind, "doi") == 0, value_out, err);
	if (strcmp(kind, "enum") == 0)
		return enum_value(text, values, value_out, err);
	if (strcmp(kind, "hundredths") == 0) {
		rc = stet_json_parse(bytes, value_out, err);
		if (rc == STET_OK && (stet_json_kind_of(*value_out) == STET_JSON_INT ||
					 stet_json_kind_of(*value_out) == STET_JSON_REAL))
			return STET_OK;
		stet_json_free(rc == STET_OK ? *value_out : NULL);
		return fail_text(err, STET_EFORMAT, "'%s' is not a number", text);
	}
	*value_out = stet_json_string(bytes);
	return *value_out != NULL ? STET_OK
				  : fail_text(err, STET_EFORMAT, "'%s' is not UTF-8", text);
}

static int
pair_value(const struct field *field, const char *text, stet_json **value_out, stet_error *err)
{
	const char *colon = strchr(text, ':');
	stet_json *first = NULL, *second = NULL, *object;
	char *head;
	int rc;

	if (colon == NULL)
		return fail_text(
		    err, STET_EFORMAT, "'%s' lacks the ':' between its two parts", text);
	head = strndup(text, (size_t)(colon - text));
	if (head == NULL)
		return fail_text(err, STET_ENOMEM, "out of memory");
	if ((rc = kind_value(field->first_kind, NULL, head, &first, err)) == STET_OK &&
	    (rc = kind_value(field->second_kind, NULL, colon + 1, &second, err)) == STET_OK) {
		object = stet_json_object();
		stet_json_set(object, field->first, first);
		stet_json_set(object, field->second, second);
		*value_out = object;
	} else {
		stet_json_free(first);
	}
	free(head);
	return rc;
}

int
field_value(const struct field *field, const char *text, stet_json **value_out, stet_error *err)
{
	if (field->first != NULL)
		return pair_value(field, text, value_out, err);
	return kind_value(field->kind, field->values, text, value_out, err);
}
