/* Text: what may be stored, its normal form, what a terminal is shown. */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

#include "base/err.h"
#include "support/alloc.h"

static stet_bytes
view(const char *text, size_t size)
{
	stet_bytes bytes = {(const uint8_t *)text, size};

	return bytes;
}

/* RFC 9839, section 4.3, range by range as it stands there. */
static int
in_assignables(uint32_t c)
{
	uint32_t plane;

	if (c == 0x9 || c == 0xa || c == 0xd || (c >= 0x20 && c <= 0x7e) ||
	    (c >= 0xa0 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfdcf) ||
	    (c >= 0xfdf0 && c <= 0xfffd))
		return 1;
	for (plane = 1; plane <= 16; plane++)
		if (c >= plane << 16 && c <= (plane << 16 | 0xfffd))
			return 1;
	return 0;
}

/* UTF-8 as a table of bit patterns; surrogates too, which nobody may take. */
static size_t
encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

static void
test_text__takes_the_assignables_and_nothing_else(void **state)
{
	char text[32];
	uint32_t c, taken = 0;

	(void)state;
	for (c = 0; c <= 0x1fffff; c++) {
		/* Behind plain text of changing length, so that every place in a word is tried. */
		size_t lead = c % 11, size;

		memset(text, 'x', sizeof(text));
		size = lead + encode(c, text + lead);
		if (st_text_ok(view(text, size)) != in_assignables(c))
			fail_msg("U+%04X", (unsigned)c);
		if (st_text_ok(view(text, size + 9)) != in_assignables(c))
			fail_msg("U+%04X and more", (unsigned)c);
		taken += (uint32_t)in_assignables(c);
	}
	print_message("%u of %u characters taken\n", (unsigned)taken, 0x110000u);
	assert_int_equal(taken, 0x110000 - 0x800 - 66 - 29 - 33);
}

/* Every sequence of one, two and three bytes, against utf8proc's own reader. */
static void
test_text__agrees_with_another_reader_of_utf8(void **state)
{
	uint32_t value, tried = 0, taken = 0;
	size_t size;

	(void)state;
	for (size = 1; size <= 3; size++)
		for (value = 0; value >> 8 * size == 0; value++) {
			uint8_t text[3] = {(uint8_t)(value >> 8 * (size - 1)),
			    (uint8_t)(size > 1 ? value >> 8 * (size - 2) : 0), (uint8_t)value};
			size_t at = 0;
			int theirs = 1;

			while (theirs && at < size) {
				utf8proc_int32_t c;
				utf8proc_ssize_t got =
				    utf8proc_iterate(text + at, (utf8proc_ssize_t)(size - at), &c);

				theirs = got > 0 && in_assignables((uint32_t)c);
				at += got > 0 ? (size_t)got : 0;
			}
			if (st_text_ok(view((const char *)text, size)) != theirs)
				fail_msg("%zu bytes, 0x%x", size, (unsigned)value);
			tried++;
			taken += (uint32_t)theirs;
		}
	print_message("%u sequences tried, %u taken\n", (unsigned)tried, (unsigned)taken);
}

static void
test_text__refuses_cut_and_overlong_sequences(void **state)
{
	static const char *const bad[] = {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
	    "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
	    "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", "\xfe", "\xff", "\x80", "\xbf",
	    "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x9f\x98", "\xe6\xb0", "\xc3", "a\xc3",
	    "\xc3\xc3\xbc", "\xf0\x9f\x98\x80\x80", "\x7f", "\xc2\x80", "\xc2\x9f", "\x1b[31m",
	    "\xef\xb7\x90", "\xef\xbf\xbf"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (st_text_ok(st_str(bad[i])))
			fail_msg("row %zu was taken", i);
	assert_false(st_text_ok(view("a\0b", 3)));
	assert_true(st_text_ok(view("", 0)));
	assert_true(st_text_ok(view(NULL, 0)));
	assert_true(st_text_ok(st_str("tab\tline\r\n")));
}

static void
check_nfc(const char *text, const char *expected)
{
	struct st_buf out = {0};

	st_buf_put_str(&out, "<");
	assert_int_equal(st_text_nfc(st_str(text), &out, NULL), STET_OK);
	st_buf_put_u8(&out, 0);
	assert_string_equal((char *)out.data + 1, expected);
	st_buf_free(&out);
}

static void
test_text__composes(void **state)
{
	(void)state;
	check_nfc("", "");
	check_nfc("plain ASCII", "plain ASCII");
	check_nfc("E\xcc\x88", "\xc3\x8b");                    /* E + diaeresis */
	check_nfc("\xc3\x8b", "\xc3\x8b");                     /* already */
	check_nfc("\xe2\x84\xab", "\xc3\x85");                 /* angstrom sign: A with ring */
	check_nfc("\xe1\x84\x80\xe1\x85\xa1", "\xea\xb0\x80"); /* Hangul */
	check_nfc("s\xcc\x87\xcc\xa3", "\xe1\xb9\xa9");        /* marks in the wrong order */
	check_nfc("\xef\xac\x81", "\xef\xac\x81");             /* a ligature is not taken apart */
	check_nfc("\xcd\xbe", ";");                            /* Greek question mark */
	check_nfc("\xe0\xa5\x98", "\xe0\xa4\x95\xe0\xa4\xbc"); /* excluded from composition */
	check_nfc("a\xcc\x81\xe2\x80\x8b", "\xc3\xa1\xe2\x80\x8b"); /* invisible ones stay */
}

/* Normalising what is normal changes nothing, for every character alone and before a mark. */
static void
test_text__normal_form_is_stable(void **state)
{
	struct st_buf once = {0}, twice = {0};
	uint32_t c, changed = 0;

	(void)state;
	for (c = 0x20; c <= 0x10fffd; c++) {
		char text[8];
		size_t size;

		if (!in_assignables(c))
			continue;
		size = encode(c, text);
		size += encode(0x301, text + size);
		st_buf_reset(&once);
		st_buf_reset(&twice);
		assert_int_equal(st_text_nfc(view(text, size), &once, NULL), STET_OK);
		assert_int_equal(st_text_nfc(st_buf_bytes(&once), &twice, NULL), STET_OK);
		if (!st_bytes_equal(st_buf_bytes(&once), st_buf_bytes(&twice)))
			fail_msg("U+%04X", (unsigned)c);
		changed += !st_bytes_equal(st_buf_bytes(&once), view(text, size));
		if (c == 0x3ffff)
			c = 0xdffff; /* nothing between them is assigned */
	}
	assert_true(changed > 1000);
	print_message("%u characters change before an acute accent\n", (unsigned)changed);
	st_buf_free(&once);
	st_buf_free(&twice);
}

static void
test_text__nfc_refuses_what_cannot_be_stored(void **state)
{
	struct st_buf out = {0};
	stet_error err;

	(void)state;
	assert_int_equal(st_text_nfc(st_str("a\xff"), &out, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_TEXT_MALFORMED);
	assert_int_equal(st_text_nfc(st_str("\x1b"), &out, &err), STET_EFORMAT);
	assert_int_equal(out.size, 0);
	st_buf_free(&out);
}

static void
test_text__nfc_survives_short_memory(void **state)
{
	static const char text[] = "a\xcc\x81 and more of it, longer than the buffer begins with";
	long n;

	(void)state;
	for (n = 0;; n++) {
		struct st_buf out = {0};
		stet_error err;
		int rc;

		alloc_fail(n);
		rc = st_text_nfc(st_str(text), &out, &err);
		st_buf_free(&out);
		if (!alloc_failed()) {
			assert_int_equal(rc, STET_OK);
			break;
		}
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(n, 2);
}

static void
check_show(stet_bytes text, const char *expected)
{
	struct st_buf out = {0};
	char shown[ST_SHOWN_SIZE];

	st_text_show(text, &out);
	st_buf_put_u8(&out, 0);
	assert_string_equal((char *)out.data, expected);
	if (strlen(expected) < ST_SHOWN_SIZE - 4)
		assert_string_equal(st_shown(text, shown), expected);
	st_buf_free(&out);
}

static void
test_text__shows_what_would_deceive(void **state)
{
	(void)state;
	check_show(st_str(""), "");
	check_show(st_str("Plain, and \xe6\xb0\xb4 \xc3\xbc \xf0\x9f\x98\x80"),
	    "Plain, and \xe6\xb0\xb4 \xc3\xbc \xf0\x9f\x98\x80");
	check_show(st_str("a\tb\nc\rd"), "a?b?c?d");
	check_show(st_str("\x1b[31mred\x1b[0m"), "?[31mred?[0m");
	check_show(view("a\0b\x7f", 4), "a?b?");
	check_show(st_str("a\xc2\x9b"
			  "31m"),
	    "a?31m"); /* C1: CSI in one character */
	check_show(st_str("\xff\xfe"), "??");
	check_show(st_str("\xe6\xb0"), "??"); /* cut in the middle */
	check_show(st_str("\xef\xbf\xbe"), "?");
	check_show(st_str("abc\xe2\x80\xae"
			  "cba"),
	    "abc<U+202E>cba");
	check_show(st_str("\xe2\x81\xa6x\xe2\x81\xa9"), "<U+2066>x<U+2069>");
	check_show(st_str("zero\xe2\x80\x8bwidth"), "zero<U+200B>width");
	check_show(st_str("\xef\xbb\xbf"), "<U+FEFF>");
	check_show(st_str("soft\xc2\xadhyphen"), "soft<U+00AD>hyphen");
	check_show(st_str("\xe2\x80\xa8\xe2\x80\xa9"), "<U+2028><U+2029>");
	check_show(st_str("\xf3\xa0\x81\x81"), "<U+E0041>"); /* tag letter */
	check_show(st_str("\xef\xb8\x8f"), "<U+FE0F>");      /* variation selector */
	check_show(st_str("\xe3\x85\xa4"), "<U+3164>");      /* Hangul filler */
	check_show(st_str("\xcd\x8f"), "<U+034F>");          /* combining grapheme joiner */
	check_show(st_str("e\xcc\x81"), "e\xcc\x81");        /* a mark is seen */
}

/* Whatever is shown can be shown again as it is: no control, nothing hidden, no broken byte. */
static void
test_text__what_is_shown_is_safe(void **state)
{
	uint8_t text[64];
	uint32_t seed = 1;
	int round, i;

	(void)state;
	for (round = 0; round < 20000; round++) {
		struct st_buf once = {0}, twice = {0};

		for (i = 0; i < (int)sizeof(text); i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = (uint8_t)(seed >> 24);
		}
		st_text_show(view((const char *)text, sizeof(text)), &once);
		assert_true(st_text_ok(st_buf_bytes(&once)));
		assert_null(memchr(once.data, '\n', once.size));
		st_text_show(st_buf_bytes(&once), &twice);
		assert_true(st_bytes_equal(st_buf_bytes(&once), st_buf_bytes(&twice)));
		st_buf_free(&once);
		st_buf_free(&twice);
	}
}

static void
test_text__a_shown_line_is_cut_with_dots(void **state)
{
	char shown[ST_SHOWN_SIZE + 8], text[400];
	size_t size;

	(void)state;
	for (size = 0; size < 300; size++) {
		size_t i, got;

		memset(shown, 'z', sizeof(shown));
		for (i = 0; i < size; i++)
			text[i] = i % 3 == 2 ? '\x01' : 'a';
		st_shown(view(text, size), shown);
		got = strlen(shown);
		assert_true(got < ST_SHOWN_SIZE);
		assert_int_equal(shown[ST_SHOWN_SIZE], 'z');
		if (size < ST_SHOWN_SIZE - 3)
			assert_int_equal(got, size);
		if (size >= ST_SHOWN_SIZE)
			assert_string_equal(shown + got - 3, "...");
	}
	/* Long replacements and characters of four bytes across the end. */
	for (size = 60; size < 96; size++) {
		memset(text, 'a', size);
		strcpy(text + size, "\xe2\x80\xae\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xe2\x80\xae");
		st_shown(st_str(text), shown);
		assert_true(strlen(shown) < ST_SHOWN_SIZE);
		assert_true(st_text_ok(st_str(shown)));
		assert_int_equal(shown[ST_SHOWN_SIZE], 'z');
	}
}

static void
test_text__width_counts_columns(void **state)
{
	(void)state;
	assert_int_equal(st_text_width(st_str("")), 0);
	assert_int_equal(st_text_width(st_str("abc")), 3);
	assert_int_equal(st_text_width(st_str("\xc3\xbc")), 1);
	assert_int_equal(st_text_width(st_str("e\xcc\x81")), 1);
	assert_int_equal(st_text_width(st_str("\xe6\xb0\xb4")), 2);
	assert_int_equal(st_text_width(st_str("\xf0\x9f\x98\x80")), 2);
	assert_int_equal(st_text_width(st_str("a\xff")), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text__takes_the_assignables_and_nothing_else),
	    cmocka_unit_test(test_text__agrees_with_another_reader_of_utf8),
	    cmocka_unit_test(test_text__refuses_cut_and_overlong_sequences),
	    cmocka_unit_test(test_text__composes),
	    cmocka_unit_test(test_text__normal_form_is_stable),
	    cmocka_unit_test(test_text__nfc_refuses_what_cannot_be_stored),
	    cmocka_unit_test(test_text__nfc_survives_short_memory),
	    cmocka_unit_test(test_text__shows_what_would_deceive),
	    cmocka_unit_test(test_text__what_is_shown_is_safe),
	    cmocka_unit_test(test_text__a_shown_line_is_cut_with_dots),
	    cmocka_unit_test(test_text__width_counts_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
