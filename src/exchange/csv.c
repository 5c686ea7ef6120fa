#include "exchange/csv.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* libcsv hands over one field after the other, of a whole chunk of the file at once: they are
 * gathered until their row ends, and once something went wrong the rest of the chunk is passed
 * over. */
struct reading {
	st_csv_visit *visit;
	void *ctx;
	struct st_buf text;
	size_t ends[ST_CSV_FIELDS_MAX]; /* of the fields, in text */
	size_t count;
	uint64_t number;
	int rc;
	stet_error *err;
};

/* Blanks are part of a field: what a source wrote is kept as it wrote it. */
static int
no_space(unsigned char c)
{
	(void)c;
	return 0;
}

/* A quote that is never closed must not read the whole file into memory. */
static void *
bounded_realloc(void *data, size_t size)
{
	return size > ST_CSV_FIELD_MAX + 1024 ? NULL : realloc(data, size);
}

static void
take_field(void *data, size_t size, void *ctx)
{
	struct reading *reading = ctx;

	if (reading->rc < 0)
		return;
	if (reading->count == ST_CSV_FIELDS_MAX) {
		reading->rc = st_fail(reading->err, STET_EFORMAT, ST_IMPORT_MALFORMED,
		    "row %llu has more than %d fields", (unsigned long long)reading->number,
		    ST_CSV_FIELDS_MAX);
		return;
	}
	if (size > 0)
		st_buf_put(&reading->text, data, size);
	reading->ends[reading->count++] = reading->text.size;
	if (reading->text.rc < 0)
		reading->rc = st_fail_nomem(reading->err);
}

static void
take_row(int c, void *ctx)
{
	struct reading *reading = ctx;
	stet_bytes fields[ST_CSV_FIELDS_MAX];
	size_t i, at = 0;

	(void)c;
	if (reading->rc < 0)
		return;
	for (i = 0; i < reading->count; i++) {
		fields[i] =
		    (stet_bytes){st_buf_bytes(&reading->text).data + at, reading->ends[i] - at};
		at = reading->ends[i];
	}
	reading->rc =
	    reading->visit(reading->ctx, reading->number++, fields, reading->count, reading->err);
	reading->count = 0;
	st_buf_reset(&reading->text);
}

static int
fail_parse(struct reading *reading, struct csv_parser *parser, const char *what)
{
	int error = csv_error(parser);

	if (reading->rc < 0)
		return reading->rc;
	/* It asks for less and less before it gives up, so short of the bound memory was short. */
	if (error == CSV_ENOMEM && csv_get_buffer_size(parser) < ST_CSV_FIELD_MAX)
		return st_fail_nomem(reading->err);
	if (error == CSV_ENOMEM || error == CSV_ETOOBIG)
		what = "a field is too long, or a quote is never closed";
	return st_fail(reading->err, STET_EFORMAT, ST_IMPORT_MALFORMED, "row %llu: %s",
	    (unsigned long long)reading->number, what);
}

/* 3 where a byte order mark stands in front. */
static size_t
mark_size(const uint8_t *data, size_t size)
{
	return size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* The next piece of the file; the first one whole enough to show a mark. */
static int
read_piece(st_csv_read *read, void *read_ctx, uint8_t *chunk, size_t size, size_t least,
    size_t *have_out, stet_error *err)
{
	size_t got;
	int rc;

	*have_out = 0;
	do {
		if ((rc = read(read_ctx, chunk + *have_out, size - *have_out, &got, err)) < 0)
			return rc;
		*have_out += got;
	} while (got > 0 && *have_out < least);
	return STET_OK;
}

static int
read_all(struct reading *reading, struct csv_parser *parser, st_csv_read *read, void *read_ctx)
{
	uint8_t chunk[16384];
	size_t have, skip, least = 3;
	int rc;

	for (;; least = 1) {
		if ((rc = read_piece(
			 read, read_ctx, chunk, sizeof(chunk), least, &have, reading->err)) < 0)
			return rc;
		if (have == 0)
			break;
		skip = least == 3 ? mark_size(chunk, have) : 0;
		if (csv_parse(parser, chunk + skip, have - skip, take_field, take_row, reading) !=
			have - skip ||
		    reading->rc < 0)
			return fail_parse(reading, parser, "a quote stands where none can");
	}
	if (csv_fini(parser, take_field, take_row, reading) != 0 || reading->rc < 0)
		return fail_parse(reading, parser, "a quote is never closed");
	return STET_OK;
}

int
st_csv_each(st_csv_read *read, void *read_ctx, st_csv_visit *visit, void *ctx, stet_error *err)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	struct csv_parser parser;
	int rc;

	if (reading == NULL || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
		free(reading);
		return st_fail_nomem(err);
	}
	csv_set_space_func(&parser, no_space);
	csv_set_realloc_func(&parser, bounded_realloc);
	reading->visit = visit;
	reading->ctx = ctx;
	reading->err = err;
	rc = read_all(reading, &parser, read, read_ctx);
	csv_free(&parser);
	st_buf_free(&reading->text);
	free(reading);
	return rc;
}
