/* Examples for the reference page: the smallest statement of each type, from the test vectors. */
#include "gen.h"

#include <stdlib.h>
#include <string.h>

static int
read_file(const char *path, struct st_buf *text)
{
	FILE *file = fopen(path, "r");
	uint8_t chunk[4096];
	size_t got;

	if (file == NULL)
		return -1;
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		st_buf_put(text, chunk, got);
	return fclose(file) == 0 && text->rc == STET_OK ? 0 : -1;
}

/* An example that the library would refuse is worse than none. */
static char *
check_example(const char *path, stet_bytes text)
{
	stet_statement *statement = NULL;
	stet_json *json = NULL;
	char *pretty = NULL;
	stet_error err;

	if (stet_statement_from_json(text, &statement, &err) != STET_OK ||
	    stet_json_parse(text, &json, &err) != STET_OK ||
	    stet_json_text(json, STET_JSON_INDENT, &pretty, NULL, &err) != STET_OK)
		fprintf(stderr, "st_tables: %s: %s\n", path, err.text);
	stet_statement_free(statement);
	stet_json_free(json);
	return pretty;
}

char *
gen_example(const struct st_schema *schema, const char *vectors)
{
	struct st_buf text = {0};
	char path[512], *pretty = NULL;

	snprintf(path, sizeof(path), "%s/%s%s%s-minimal.json", vectors, schema->name,
	    schema->action != NULL ? "-" : "", schema->action != NULL ? schema->action : "");
	if (read_file(path, &text) < 0)
		fprintf(stderr, "st_tables: cannot read '%s'\n", path);
	else
		pretty = check_example(path, st_buf_bytes(&text));
	st_buf_free(&text);
	return pretty;
}
