/* CSV: rows as RFC 4180 has them, in whatever pieces the file comes, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "exchange/csv.h"
#include "support/alloc.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct file {
	stet_bytes text;
	size_t at, most; /* most: bytes a piece */
	int fails;       /* at the end, instead of ending */
};

static int
read_text(void *ctx, uint8_t *buf, size_t size, size_t *got_out, stet_error *err)
{
	struct file *file = ctx;
	size_t left = file->text.size - file->at;

	*got_out = left < size ? left : size;
	if (file->most > 0 && *got_out > file->most)
		*got_out = file->most;
	if (*got_out > 0)
		memcpy(buf, file->text.data + file->at, *got_out);
	file->at += *got_out;
	return *got_out == 0 && file->fails ? st_fail(err, STET_EIO, ST_RULE_NONE, "no more")
					    : STET_OK;
}

/* Rows as text: fields in brackets, rows in lines. */
struct rows {
	struct st_buf text;
	uint64_t stop; /* in front of this row; 0: never */
};

static int
take_row(void *ctx, uint64_t number, const stet_bytes *fields, size_t count, stet_error *err)
{
	struct rows *rows = ctx;
	size_t i;

	if (rows->stop > 0 && number == rows->stop)
		return st_fail(err, STET_EINVAL, ST_STOPPED, "enough");
	st_buf_printf(&rows->text, "%llu", (unsigned long long)number);
	for (i = 0; i < count; i++) {
		st_buf_put_str(&rows->text, "[");
		st_buf_put_bytes(&rows->text, fields[i]);
		st_buf_put_str(&rows->text, "]");
	}
	st_buf_put_str(&rows->text, "\n");
	return rows->text.rc < 0 ? st_fail_nomem(err) : STET_OK;
}

static int
read_rows(stet_bytes text, size_t most, struct rows *rows, stet_error *err)
{
	struct file file = {text, 0, most, 0};

	st_buf_reset(&rows->text);
	return st_csv_each(read_text, &file, take_row, rows, err);
}

static const struct {
	const char *text, *rows;
} good[] = {
    {"", ""}, {"a", "0[a]\n"}, {"a,b\n1,2\n", "0[a][b]\n1[1][2]\n"},
    {"a,b\r\n1,2\r\n", "0[a][b]\n1[1][2]\n"}, {"a,b\r\n1,2", "0[a][b]\n1[1][2]\n"},
    {"\xef\xbb\xbf"
     "a,b\n1,2\n",
	"0[a][b]\n1[1][2]\n"},
    {"\xef\xbb\xbf\"a\",b\n", "0[a][b]\n"}, {"a,b,\n1,2,\n", "0[a][b][]\n1[1][2][]\n"},
    {",\n,,\n", "0[][]\n1[][][]\n"}, {"\"\"\n\"\",\"\"\n", "0[]\n1[][]\n"},
    {"\"a,b\",\"c\"\"d\",\"e\r\nf\"\n", "0[a,b][c\"d][e\r\nf]\n"},
    {" a , b \n\t,\" c \"\n", "0[ a ][ b ]\n1[\t][ c ]\n"}, {"a\n\n\r\n\nb\n", "0[a]\n1[b]\n"},
    {"\xff,\xc3\xa4\n", "0[\xff][\xc3\xa4]\n"}, /* the caller judges text */
};

static void
test_csv__reads_rows_in_any_pieces(void **state)
{
	struct rows rows = {{0}, 0};
	size_t i, most;

	(void)state;
	for (i = 0; i < COUNT_OF(good); i++)
		for (most = 3; most <= strlen(good[i].text) + 4; most++) {
			assert_int_equal(read_rows(st_str(good[i].text), most, &rows, NULL), 0);
			st_buf_put(&rows.text, "", 1);
			assert_string_equal((const char *)rows.text.data, good[i].rows);
		}
	st_buf_free(&rows.text);
}

static void
test_csv__a_mark_may_come_in_pieces(void **state)
{
	struct rows rows = {{0}, 0};
	size_t most;

	(void)state;
	for (most = 1; most <= 3; most++) {
		assert_int_equal(
		    read_rows(st_str("\xef\xbb\xbf\"a\"\nb\n"), most, &rows, NULL), STET_OK);
		st_buf_put(&rows.text, "", 1);
		assert_string_equal((const char *)rows.text.data, "0[a]\n1[b]\n");
	}
	/* It is a mark only as a whole, and only in front. */
	assert_int_equal(read_rows(st_str("\xef\xbb"), 1, &rows, NULL), STET_OK);
	st_buf_put(&rows.text, "", 1);
	assert_string_equal((const char *)rows.text.data, "0[\xef\xbb]\n");
	assert_int_equal(read_rows(st_str("a\n\xef\xbb\xbf"
					  "b\n"),
			     0, &rows, NULL),
	    STET_OK);
	st_buf_put(&rows.text, "", 1);
	assert_string_equal((const char *)rows.text.data, "0[a]\n1[\xef\xbb\xbf"
							  "b]\n");
	st_buf_free(&rows.text);
}

static const struct {
	const char *text, *why;
} bad[] = {
    {"a,b\n\"1,2\n", "row 1: a quote is never closed"},
    {"a,\"b", "row 0: a quote is never closed"},
    {"a\n1\n\"b\"x\n", "row 2: a quote stands where none can"},
    {"a\nb\"c\n", "row 1: a quote stands where none can"},
    {"a\nb \"c\"\n", "row 1: a quote stands where none can"},
    {"\"a\" ,b\n", "row 0: a quote stands where none can"},
};

static void
test_csv__says_which_row_is_none(void **state)
{
	struct rows rows = {{0}, 0};
	stet_error err;
	size_t i, most;

	(void)state;
	for (i = 0; i < COUNT_OF(bad); i++)
		for (most = 3; most <= 20; most++) {
			st_error_clear(&err);
			assert_int_equal(
			    read_rows(st_str(bad[i].text), most, &rows, &err), STET_EFORMAT);
			assert_int_equal(err.rule, ST_IMPORT_MALFORMED);
			assert_string_equal(err.text, bad[i].why);
		}
	st_buf_free(&rows.text);
}

/* before, n times c, after */
static int
read_long(const char *before, char c, size_t n, const char *after, stet_error *err)
{
	struct rows rows = {{0}, 0};
	struct st_buf text = {0};
	size_t i;
	int rc;

	st_buf_put_str(&text, before);
	for (i = 0; i < n; i++)
		st_buf_put(&text, &c, 1);
	st_buf_put_str(&text, after);
	assert_int_equal(text.rc, STET_OK);
	st_error_clear(err);
	rc = read_rows(st_buf_bytes(&text), 0, &rows, err);
	st_buf_free(&text);
	st_buf_free(&rows.text);
	return rc;
}

static void
test_csv__a_row_has_bounds(void **state)
{
	stet_error err;

	(void)state;
	assert_int_equal(read_long("a\n\"", 'x', ST_CSV_FIELD_MAX, "\",b\n", &err), STET_OK);
	assert_int_equal(
	    read_long("a\n", 'x', ST_CSV_FIELD_MAX + 4096, ",b\n", &err), STET_EFORMAT);
	assert_string_equal(err.text, "row 1: a field is too long, or a quote is never closed");
	assert_int_equal(read_long("a\n\"", '\n', 4 * ST_CSV_FIELD_MAX, "", &err), STET_EFORMAT);
	assert_string_equal(err.text, "row 1: a field is too long, or a quote is never closed");
	assert_int_equal(read_long("a\n", ',', ST_CSV_FIELDS_MAX - 1, "\n", &err), STET_OK);
	assert_int_equal(read_long("a\n", ',', ST_CSV_FIELDS_MAX, "\n", &err), STET_EFORMAT);
	assert_string_equal(err.text, "row 1 has more than 256 fields");
	assert_int_equal(read_long("", '\n', 100000, "a", &err), STET_OK);
}

static void
test_csv__what_others_say_ends_it(void **state)
{
	struct file file = {st_str("a\nb\nc\n"), 0, 0, 1};
	struct rows rows = {{0}, 2};
	stet_error err;

	(void)state;
	st_error_clear(&err);
	assert_int_equal(read_rows(file.text, 0, &rows, &err), STET_EINVAL);
	assert_string_equal(err.text, "enough");
	st_buf_put(&rows.text, "", 1);
	assert_string_equal((const char *)rows.text.data, "0[a]\n1[b]\n");
	rows.stop = 0;
	assert_int_equal(st_csv_each(read_text, &file, take_row, &rows, &err), STET_EIO);
	assert_string_equal(err.text, "no more");
	st_buf_free(&rows.text);
}

static void
test_csv__fails_for_memory_alone(void **state)
{
	struct rows rows;
	stet_error err;
	long n;
	int rc;

	(void)state;
	for (n = 0;; n++) {
		memset(&rows, 0, sizeof(rows));
		st_error_clear(&err);
		alloc_fail(n);
		rc = read_rows(st_str("a,b\n\"one\",two\n3,4\n"), 5, &rows, &err);
		st_buf_free(&rows.text);
		if (!alloc_failed())
			break;
		/* libcsv tries again with less before it gives up */
		if (rc != STET_ENOMEM && rc != STET_OK)
			fail_msg("%ld: %s '%s'", n, stet_code_name(rc), err.text);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(n > 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_csv__reads_rows_in_any_pieces),
	    cmocka_unit_test(test_csv__a_mark_may_come_in_pieces),
	    cmocka_unit_test(test_csv__says_which_row_is_none),
	    cmocka_unit_test(test_csv__a_row_has_bounds),
	    cmocka_unit_test(test_csv__what_others_say_ends_it),
	    cmocka_unit_test(test_csv__fails_for_memory_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
