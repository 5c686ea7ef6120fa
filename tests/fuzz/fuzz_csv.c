/* CSV: the same rows in whatever pieces the file comes, and the same once more when they are
 * written with every field in quotes; an answer of the visitor ends the reading. */
#include <string.h>

#include "base/err.h"
#include "exchange/csv.h"
#include "fuzz/fuzz.h"

struct walk {
	stet_bytes text;
	size_t at, most;      /* most: bytes a piece */
	struct st_buf seen;   /* of each row its count, of each field its size and bytes */
	struct st_buf quoted; /* the same as CSV again */
	uint64_t rows, stop;  /* stop: behind so many rows; 0: never */
};

static int
read_piece(void *ctx, uint8_t *buf, size_t size, size_t *got_out, stet_error *err)
{
	struct walk *walk = ctx;
	size_t left = walk->text.size - walk->at;

	(void)err;
	*got_out = left < size ? left : size;
	if (*got_out > walk->most)
		*got_out = walk->most;
	if (*got_out > 0)
		memcpy(buf, walk->text.data + walk->at, *got_out);
	walk->at += *got_out;
	return STET_OK;
}

static void
put_quoted(struct st_buf *out, stet_bytes field)
{
	size_t i;

	st_buf_put_u8(out, '"');
	for (i = 0; i < field.size; i++) {
		if (field.data[i] == '"')
			st_buf_put_u8(out, '"');
		st_buf_put_u8(out, field.data[i]);
	}
	st_buf_put_u8(out, '"');
}

static int
see(void *ctx, uint64_t number, const stet_bytes *fields, size_t count, stet_error *err)
{
	struct walk *walk = ctx;
	size_t i;

	(void)err;
	FUZZ_MUST(number == walk->rows++);
	FUZZ_MUST(count >= 1 && count <= ST_CSV_FIELDS_MAX);
	st_buf_printf(&walk->seen, "%zu:", count);
	for (i = 0; i < count; i++) {
		FUZZ_MUST(fields[i].size <= ST_CSV_FIELD_MAX + 1024);
		st_buf_printf(&walk->seen, "%zu:", fields[i].size);
		st_buf_put_bytes(&walk->seen, fields[i]);
		if (i > 0)
			st_buf_put_u8(&walk->quoted, ',');
		put_quoted(&walk->quoted, fields[i]);
	}
	st_buf_put_u8(&walk->quoted, '\n');
	return walk->rows == walk->stop ? STET_EINVAL : STET_OK;
}

static int
read_rows(struct walk *walk, stet_bytes text, size_t most, uint64_t stop, stet_error *err)
{
	memset(walk, 0, sizeof(*walk));
	walk->text = text;
	walk->most = most;
	walk->stop = stop;
	st_error_clear(err);
	return st_csv_each(read_piece, walk, see, walk, err);
}

static void
end(struct walk *walk)
{
	st_buf_free(&walk->seen);
	st_buf_free(&walk->quoted);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = {1, 3, 7};
	stet_bytes text = {data, size};
	struct walk whole, again;
	stet_error err, why;
	size_t i;
	int rc = read_rows(&whole, text, SIZE_MAX, 0, &err);

	FUZZ_MUST(rc == STET_OK || (rc == STET_EFORMAT && err.text[0] != '\0'));
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		FUZZ_MUST(read_rows(&again, text, pieces[i], 0, &why) == rc);
		FUZZ_MUST(strcmp(why.text, err.text) == 0);
		FUZZ_MUST(st_bytes_equal(st_buf_bytes(&again.seen), st_buf_bytes(&whole.seen)));
		end(&again);
	}
	FUZZ_MUST(read_rows(&again, st_buf_bytes(&whole.quoted), 5, 0, &why) == STET_OK);
	FUZZ_MUST(st_bytes_equal(st_buf_bytes(&again.seen), st_buf_bytes(&whole.seen)));
	end(&again);
	if (whole.rows > 0) {
		FUZZ_MUST(read_rows(&again, text, 2, whole.rows, &why) == STET_EINVAL);
		FUZZ_MUST(again.rows == whole.rows);
		end(&again);
	}
	end(&whole);
	return 0;
}
