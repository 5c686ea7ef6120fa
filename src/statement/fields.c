/* The rows of all tables, one after the other, for help, completion and man pages. */
#include <stet/statement.h>

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "statement/schema.h"

#define ROWS_MAX 400
#define ROW_PATH_SIZE 80

/* The tables are constant, and so is this list of them, made once when first asked for. */
static struct {
	stet_field_info rows[ROWS_MAX];
	char paths[ROWS_MAX][ROW_PATH_SIZE];
	size_t count;
} all;
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void list_field(const struct st_schema *schema, const struct st_field *field,
    const char *above, const char *name);

static void
list_fields(const struct st_schema *schema, const struct st_field *fields, const char *above)
{
	for (; fields->name != NULL; fields++)
		list_field(schema, fields, above, st_field_json(fields));
}

/* The row of a list or table stands for its items; an item that is more than a value gets rows of
 * its own, below "-" and "<key>". */
static void
list_field(const struct st_schema *schema, const struct st_field *field, const char *above,
    const char *name)
{
	stet_field_info *row = &all.rows[all.count];
	char *path = all.paths[all.count];

	if (all.count == ROWS_MAX)
		return; /* a unit test sees to it that this does not happen */
	all.count++;
	snprintf(path, ROW_PATH_SIZE, "%s/%s", above, name);
	*row =
	    (stet_field_info){schema->name, schema->action, path, st_field_kind_name(field->kind),
		field->label, field->doc, field->kind == ST_FIELD_ENUM ? field->values : NULL,
		(field->flags & ST_FIELD_REQUIRED) != 0};
	if (field->kind == ST_FIELD_MAP)
		list_fields(schema, field->fields, path);
	if (field->kind == ST_FIELD_ARRAY)
		list_field(schema, field->item, path, "-");
	if (field->kind == ST_FIELD_TABLE)
		list_field(schema, field->item, path, "<key>");
}

static void
make(void)
{
	const struct st_schema *const *at;

	for (at = st_schemas; *at != NULL; at++)
		list_fields(*at, (*at)->fields, "");
}

int
stet_statement_field(size_t row, stet_field_info *info_out)
{
	(void)pthread_once(&made, make);
	if (row >= all.count)
		return 0;
	*info_out = all.rows[row];
	return 1;
}

static const stet_field_info *
find_field(const char *type, const char *path)
{
	size_t i;

	(void)pthread_once(&made, make);
	for (i = 0; i < all.count; i++)
		if (strcmp(all.rows[i].type, type) == 0 && strcmp(all.rows[i].path, path) == 0)
			return &all.rows[i];
	return NULL;
}

/* The label of one member in the schema tables, else its own name with spaces. */
static void
own_label(const char *type, const char *path, char *out, size_t size)
{
	const stet_field_info *info = find_field(type, path);
	const char *last = strrchr(path, '/');

	if (info != NULL && info->label != NULL && info->label[0] != '\0') {
		snprintf(out, size, "%s", info->label);
		return;
	}
	snprintf(out, size, "%s", last != NULL ? last + 1 : path);
	out[0] = (char)toupper((unsigned char)out[0]);
	for (; *out != '\0'; out++)
		*out = *out == '_' ? ' ' : *out;
}

/* Abbreviations keep their capitals. */
void
stet_statement_label(const char *type, const char *path, char *out, size_t size)
{
	char above[ROW_PATH_SIZE], label[64];
	const char *slash = strrchr(path, '/');
	const stet_field_info *info;
	size_t used;

	if (slash == NULL || slash == path || (size_t)(slash - path) >= sizeof(above)) {
		own_label(type, path, out, size);
		return;
	}
	snprintf(above, sizeof(above), "%.*s", (int)(slash - path), path);
	info = find_field(type, above);
	if (info != NULL && strcmp(info->kind, "table") == 0) {
		own_label(type, path, out, size); /* its keys say enough */
		return;
	}
	stet_statement_label(type, above, out, size);
	own_label(type, path, label, sizeof(label));
	if (islower((unsigned char)label[1]))
		label[0] = (char)tolower((unsigned char)label[0]);
	used = strlen(out);
	snprintf(out + used, size - used, " %s", label);
}
