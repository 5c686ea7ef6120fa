/* Hexadecimal and base64: one spelling each. */
#include "base/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <stet/error.h>

#include "support/alloc.h"

static const struct {
	const char *plain, *hex, *base64, *base64url;
} rows[] = {
    /* RFC 4648, section 10 */
    {"", "", "", ""},
    {"f", "66", "Zg==", "Zg"},
    {"fo", "666f", "Zm8=", "Zm8"},
    {"foo", "666f6f", "Zm9v", "Zm9v"},
    {"foob", "666f6f62", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "666f6f6261", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "666f6f626172", "Zm9vYmFy", "Zm9vYmFy"},
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static void
test_hex__follows_rfc_4648(void **state)
{
	struct st_buf out = {0};
	size_t i;

	(void)state;
	for (i = 0; i < ROW_COUNT; i++) {
		st_buf_reset(&out);
		st_hex_put(&out, st_str(rows[i].plain));
		assert_true(st_bytes_equal(st_buf_bytes(&out), st_str(rows[i].hex)));
		st_buf_reset(&out);
		assert_int_equal(st_hex_get(&out, st_str(rows[i].hex)), 0);
		assert_true(st_bytes_equal(st_buf_bytes(&out), st_str(rows[i].plain)));
		st_buf_reset(&out);
		st_base64_put(&out, st_str(rows[i].plain));
		assert_true(st_bytes_equal(st_buf_bytes(&out), st_str(rows[i].base64)));
		st_buf_reset(&out);
		assert_int_equal(st_base64_get(&out, st_str(rows[i].base64)), 0);
		assert_true(st_bytes_equal(st_buf_bytes(&out), st_str(rows[i].plain)));
		st_buf_reset(&out);
		st_base64url_put(&out, st_str(rows[i].plain));
		assert_true(st_bytes_equal(st_buf_bytes(&out), st_str(rows[i].base64url)));
		st_buf_reset(&out);
		assert_int_equal(st_base64url_get(&out, st_str(rows[i].base64url)), 0);
		assert_true(st_bytes_equal(st_buf_bytes(&out), st_str(rows[i].plain)));
	}
	st_buf_free(&out);
}

static void
test_hex__the_two_alphabets_differ_in_two_characters(void **state)
{
	static const uint8_t data[3] = {0xfb, 0xff, 0xbf};
	stet_bytes bytes = {data, 3};
	struct st_buf out = {0};

	(void)state;
	st_base64_put(&out, bytes);
	assert_memory_equal(out.data, "+/+/", 4);
	st_buf_reset(&out);
	st_base64url_put(&out, bytes);
	assert_memory_equal(out.data, "-_-_", 4);
	assert_int_equal(st_base64_get(&out, st_str("-_-_")), -1);
	assert_int_equal(st_base64url_get(&out, st_str("+/+/")), -1);
	st_buf_free(&out);
}

/* Every size from 0 to 300 of changing bytes, there and back. */
static void
test_hex__comes_back_the_same(void **state)
{
	uint8_t data[300], back[300];
	char text[2 * sizeof(data) + 1];
	struct st_buf out = {0};
	size_t size, i;

	(void)state;
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 167 + 13);
	for (size = 0; size <= sizeof(data); size++) {
		stet_bytes bytes = {data, size};

		st_hex(data, size, text);
		assert_int_equal(strlen(text), 2 * size);
		assert_int_equal(st_hex_read(st_str(text), back, size), 0);
		assert_memory_equal(back, data, size);
		assert_int_equal(st_hex_read(st_str(text), back, size + 1), -1);
		if (size > 0)
			assert_int_equal(st_hex_read(st_str(text), back, size - 1), -1);
		st_base64url(data, size, text);
		assert_int_equal(strlen(text), (size * 4 + 2) / 3);
		assert_int_equal(st_base64url_read(st_str(text), back, size), 0);
		assert_memory_equal(back, data, size);
		assert_int_equal(st_base64url_read(st_str(text), back, size + 1), -1);
		st_buf_reset(&out);
		st_base64_put(&out, bytes);
		memcpy(text, out.data == NULL ? (const uint8_t *)"" : out.data, out.size);
		text[out.size] = '\0';
		st_buf_reset(&out);
		assert_int_equal(st_base64_get(&out, st_str(text)), 0);
		assert_true(st_bytes_equal(st_buf_bytes(&out), bytes));
	}
	st_buf_free(&out);
}

static void
test_hex__refuses_second_spellings(void **state)
{
	static const char *const hex[] = {
	    "0", "000", "0g", "g0", "0A", "A0", " 00", "00 ", "0x00", "0\n"};
	static const char *const base64[] = {"Zg", "Zg=", "Zg===", "Zm8", "Zm9v=", "=",
	    "==", "====", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9", "Zm9v\n", "\nZm9", "Zm9\x80",
	    "Zg=a"};
	static const char *const base64url[] = {
	    "Zg==", "Z", "Zh", "Zm9", "Zm9vY", "Zm9vYh", "Zm+v", "Zm/v", "Zm9v\n"};
	struct st_buf out = {0};
	size_t i;

	(void)state;
	st_buf_put_str(&out, "kept");
	for (i = 0; i < sizeof(hex) / sizeof(hex[0]); i++)
		if (st_hex_get(&out, st_str(hex[i])) != -1)
			fail_msg("hex '%s' was taken", hex[i]);
	for (i = 0; i < sizeof(base64) / sizeof(base64[0]); i++)
		if (st_base64_get(&out, st_str(base64[i])) != -1)
			fail_msg("base64 '%s' was taken", base64[i]);
	for (i = 0; i < sizeof(base64url) / sizeof(base64url[0]); i++)
		if (st_base64url_get(&out, st_str(base64url[i])) != -1)
			fail_msg("base64url '%s' was taken", base64url[i]);
	assert_int_equal(out.size, 4); /* a refusal leaves what was there */
	assert_memory_equal(out.data, "kept", 4);
	st_buf_free(&out);
}

/* All texts of two and of three base64url characters: as many are taken as there are values. */
static void
test_hex__base64url_has_one_text_per_value(void **state)
{
	struct st_buf out = {0};
	int a, b, c, two = 0, three = 0, digits = 0;

	(void)state;
	for (a = 0; a < 256; a++) {
		uint8_t quad[4] = {(uint8_t)a, 'A', 'A', 'A'};
		stet_bytes four = {quad, 4};

		if (st_base64url_get(&out, four) < 0)
			continue;
		digits++;
		for (b = 0; b < 256; b++) {
			uint8_t text[3] = {(uint8_t)a, (uint8_t)b, 0};
			stet_bytes pair = {text, 2}, triple = {text, 3};

			st_buf_reset(&out);
			two += st_base64url_get(&out, pair) == 0;
			for (c = 0; c < 256; c++) {
				text[2] = (uint8_t)c;
				st_buf_reset(&out);
				three += st_base64url_get(&out, triple) == 0;
			}
		}
	}
	assert_int_equal(digits, 64);
	assert_int_equal(two, 256);
	assert_int_equal(three, 65536);
	st_buf_free(&out);
}

static void
test_hex__every_digit_is_checked(void **state)
{
	uint8_t out[1];
	int a, b, taken = 0;

	(void)state;
	for (a = 0; a < 256; a++)
		for (b = 0; b < 256; b++) {
			uint8_t text[2] = {(uint8_t)a, (uint8_t)b};
			stet_bytes hex = {text, 2};

			taken += st_hex_read(hex, out, 1) == 0;
		}
	assert_int_equal(taken, 256);
}

static void
test_hex__reports_short_memory_in_the_buffer(void **state)
{
	static const char text[] = "00112233445566778899aabbccddeeff";
	struct st_buf out = {0};

	(void)state;
	alloc_fail(0);
	st_hex_put(&out, st_str(text));
	assert_true(alloc_failed());
	assert_int_equal(out.rc, STET_ENOMEM);
	st_buf_free(&out);
	alloc_fail(0);
	assert_int_equal(st_hex_get(&out, st_str(text)), 0);
	assert_true(alloc_failed());
	assert_int_equal(out.rc, STET_ENOMEM);
	st_buf_free(&out);
	alloc_fail(0);
	assert_int_equal(st_base64_get(&out, st_str("Zm9vYmFy")), 0);
	assert_true(alloc_failed());
	assert_int_equal(out.rc, STET_ENOMEM);
	st_buf_free(&out);
	alloc_fail(0);
	st_base64_put(&out, st_str(text));
	assert_true(alloc_failed());
	assert_int_equal(out.rc, STET_ENOMEM);
	st_buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_hex__follows_rfc_4648),
	    cmocka_unit_test(test_hex__the_two_alphabets_differ_in_two_characters),
	    cmocka_unit_test(test_hex__comes_back_the_same),
	    cmocka_unit_test(test_hex__refuses_second_spellings),
	    cmocka_unit_test(test_hex__base64url_has_one_text_per_value),
	    cmocka_unit_test(test_hex__every_digit_is_checked),
	    cmocka_unit_test(test_hex__reports_short_memory_in_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
