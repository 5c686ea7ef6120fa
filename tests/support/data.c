#include "support/data.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char *
data_read(const char *path, size_t *size_out)
{
	struct st_buf buf = {0};
	char where[4096];
	uint8_t *room;
	size_t got;
	FILE *file;

	snprintf(where, sizeof(where), "%s/%s", STET_TESTS, path);
	file = fopen(where, "rb");
	if (file == NULL)
		fail_msg("cannot open '%s'", where);
	do {
		room = st_buf_room(&buf, 65536);
		assert_non_null(room);
		got = fread(room, 1, 65536, file);
		st_buf_grow(&buf, got);
	} while (got > 0);
	assert_int_equal(ferror(file), 0);
	fclose(file);
	if (size_out != NULL)
		*size_out = buf.size;
	st_buf_put_u8(&buf, 0);
	assert_int_equal(buf.rc, 0);
	return (char *)buf.data;
}

static char *
take_line(struct data_table *table)
{
	char *line = table->next, *end;

	if (*line == '\0')
		return NULL;
	end = strchr(line, '\n');
	if (end == NULL)
		fail_msg("%s: the last line has no end", table->path);
	*end = '\0';
	table->next = end + 1;
	table->line++;
	return line;
}

void
data_open(struct data_table *table, const char *path)
{
	table->path = path;
	table->text = data_read(path, NULL);
	table->next = table->text;
	table->line = 0;
	assert_non_null(take_line(table));
}

int
data_next(struct data_table *table, char **fields, size_t count)
{
	char *line = take_line(table);
	size_t i;

	if (line == NULL) {
		free(table->text);
		table->text = NULL;
		return 0;
	}
	for (i = 0; i < count; i++) {
		fields[i] = strsep(&line, "\t");
		if (fields[i] == NULL)
			fail_msg("%s:%d: fewer than %zu columns", table->path, table->line, count);
	}
	if (line != NULL)
		fail_msg("%s:%d: more than %zu columns", table->path, table->line, count);
	return 1;
}

static int
digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *found = strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);

	assert_true(c != '\0' && found != NULL);
	return (int)(found - digits);
}

stet_bytes
data_hex(struct st_buf *out, const char *hex)
{
	size_t before = out->size;
	stet_bytes bytes;

	assert_int_equal(strlen(hex) % 2, 0);
	for (; *hex != '\0'; hex += 2)
		st_buf_put_u8(out, (uint8_t)(digit(hex[0]) << 4 | digit(hex[1])));
	assert_int_equal(out->rc, 0);
	bytes = st_buf_bytes(out);
	bytes.data += before;
	bytes.size -= before;
	return bytes;
}

void
data_hex_to(uint8_t *out, size_t size, const char *hex)
{
	struct st_buf buf = {0};
	stet_bytes bytes = data_hex(&buf, hex);

	assert_int_equal(bytes.size, size);
	memcpy(out, bytes.data, size);
	st_buf_free(&buf);
}
