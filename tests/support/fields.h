#ifndef TESTS_SUPPORT_FIELDS_H
#define TESTS_SUPPORT_FIELDS_H
/* Tables of test data: lines of fields between tabs, '#' begins a comment line.  Include after
 * cmocka.h; whatever goes wrong fails the test. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

#define FIELDS_MAX 8

struct fields {
	FILE *file;
	char *line;
	size_t capacity, count;
	char *field[FIELDS_MAX];
};

static inline void
fields_open(struct fields *fields, const char *path)
{
	*fields = (struct fields){.file = fopen(path, "r")};
	if (fields->file == NULL)
		fail_msg("cannot open %s", path);
}

/* 1 and the next line in field[0 .. count), or 0 at the end, which closes the file. */
static inline int
fields_next(struct fields *fields)
{
	char *rest;
	ssize_t size;

	do {
		size = getline(&fields->line, &fields->capacity, fields->file);
		if (size < 0) {
			assert_true(feof(fields->file));
			fclose(fields->file);
			free(fields->line);
			return 0;
		}
	} while (fields->line[0] == '#');
	if (fields->line[size - 1] == '\n')
		fields->line[size - 1] = '\0';
	rest = fields->line;
	for (fields->count = 0; rest != NULL; fields->count++) {
		assert_true(fields->count < FIELDS_MAX);
		fields->field[fields->count] = strsep(&rest, "\t");
	}
	return 1;
}

static inline uint64_t
fields_number(const struct fields *fields, size_t at)
{
	char *end;
	uint64_t value;

	assert_true(at < fields->count);
	value = strtoull(fields->field[at], &end, 10);
	assert_true(end != fields->field[at] && *end == '\0');
	return value;
}

/* Hexadecimal of any length up to 32 bytes, filled up; "." is none. Its real length. */
static inline size_t
fields_hash(const char *hex, size_t hex_size, uint8_t out[32], uint8_t filler)
{
	memset(out, filler, 32);
	if (hex_size == 1 && hex[0] == '.')
		return 0;
	assert_true(hex_size <= 64);
	assert_int_equal(
	    st_hex_read((stet_bytes){(const uint8_t *)hex, hex_size}, out, hex_size / 2), 0);
	return hex_size / 2;
}

/* A list of hashes between commas; "-" is the empty one. *odd_out counts those not of 32 bytes. */
static inline size_t
fields_hashes(const char *text, uint8_t (*out)[32], size_t max, size_t *odd_out)
{
	size_t count = 0, size;

	if (strcmp(text, "-") == 0)
		return 0;
	for (;;) {
		size = strcspn(text, ",");
		assert_true(count < max);
		*odd_out += fields_hash(text, size, out[count++], 0) != 32;
		if (text[size] == '\0')
			return count;
		text += size + 1;
	}
}

#endif
