/* The rows of all tables, one after the other, for help, completion and man pages. */
#include <stet/statement.h>

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
