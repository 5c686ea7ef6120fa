#ifndef STET_TESTS_DATA_H
#define STET_TESTS_DATA_H
/* Test data below tests/.  Whatever cannot be read fails the test that asked. */
#include <stddef.h>

#include "base/buf.h"

/* A whole file, with a NUL after it; the caller frees. path is below tests/. */
char *data_read(const char *path, size_t *size_out);

/* A tab-separated table whose first line names the columns. */
struct data_table {
	const char *path;
	char *text, *next;
	int line;
};
void data_open(struct data_table *table, const char *path);
/* Fills fields with the columns of the next row, exactly count of them; 0 at the end, which closes
 * the table. The fields live until then. */
int data_next(struct data_table *table, char **fields, size_t count);

/* Hexadecimal in any case, appended to out; the view is of what was appended. */
stet_bytes data_hex(struct st_buf *out, const char *hex);
/* The same into an array of exactly size bytes. */
void data_hex_to(uint8_t *out, size_t size, const char *hex);

#endif
