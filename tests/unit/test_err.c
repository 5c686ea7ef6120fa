/* Errors and the catalogue of rules. */
#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/alloc.h"

static void
test_err__carries_code_rule_and_text(void **state)
{
	stet_error err;

	(void)state;
	memset(&err, 0xff, sizeof(err));
	assert_int_equal(
	    st_fail(&err, STET_EFORMAT, ST_CBOR_FLOAT, "%s at %d", "a float", 7), STET_EFORMAT);
	assert_int_equal(err.code, STET_EFORMAT);
	assert_int_equal(err.rule, ST_CBOR_FLOAT);
	assert_true(err.seq == STET_NO_SEQ);
	assert_int_equal(err.sys_errno, 0);
	assert_string_equal(err.text, "a float at 7");
	assert_int_equal(
	    st_fail_seq(&err, STET_EMISMATCH, ST_SIGNATURE_INVALID, 17, "entry %d", 17),
	    STET_EMISMATCH);
	assert_true(err.seq == 17);
	assert_string_equal(err.text, "entry 17");
	st_error_clear(&err);
	assert_int_equal(err.code, STET_OK);
	assert_int_equal(err.rule, 0);
	assert_true(err.seq == STET_NO_SEQ);
	assert_string_equal(err.text, "");
}

static void
test_err__may_be_left_out(void **state)
{
	(void)state;
	assert_int_equal(st_fail(NULL, STET_EINVAL, 0, "%d", 1), STET_EINVAL);
	assert_int_equal(st_fail_seq(NULL, STET_EIO, 0, 1, "%d", 1), STET_EIO);
	assert_int_equal(st_fail_errno(NULL, ENOSPC, "%d", 1), STET_EFULL);
	assert_int_equal(st_fail_nomem(NULL), STET_ENOMEM);
	st_error_clear(NULL);
}

/* Every length around the end, with characters of one to four bytes across it. */
static void
test_err__cuts_long_texts_at_a_character(void **state)
{
	static const char *const chars[] = {"a", "\xc3\xbc", "\xe6\xb0\xb4", "\xf0\x9f\x98\x80"};
	char text[600];
	stet_error err;
	size_t c, lead, cut = 0;

	(void)state;
	for (c = 0; c < 4; c++)
		for (lead = 0; lead < 300; lead++) {
			stet_bytes left;

			memset(text, 'x', lead);
			text[lead] = '\0';
			while (strlen(text) < 500)
				strcat(text, chars[c]);
			text[strlen(text) - strlen(chars[c])] = '\0';
			st_fail(&err, STET_EFORMAT, 0, "%s", text);
			left = st_str(err.text);
			assert_true(left.size < STET_ERROR_TEXT_SIZE);
			assert_true(left.size >= STET_ERROR_TEXT_SIZE - 4);
			assert_true(st_text_ok(left));
			assert_memory_equal(err.text, text, left.size);
			cut++;
		}
	assert_int_equal(cut, 1200);
	memset(text, 'x', STET_ERROR_TEXT_SIZE - 1);
	text[STET_ERROR_TEXT_SIZE - 1] = '\0';
	st_fail(&err, STET_EFORMAT, 0, "%s", text);
	assert_string_equal(err.text, text); /* exactly full: nothing is cut */
	strcpy(text + STET_ERROR_TEXT_SIZE - 3, "\xc3\xbc");
	st_fail(&err, STET_EFORMAT, 0, "%s", text);
	assert_string_equal(err.text, text); /* exactly full, ending in two bytes */
}

static void
test_err__translates_errno(void **state)
{
	static const struct {
		int sys_errno, code, rule;
	} rows[] = {
	    {ENOSPC, STET_EFULL, ST_DISK_FULL},
	    {EDQUOT, STET_EFULL, ST_DISK_FULL},
	    {ENOMEM, STET_ENOMEM, ST_OUT_OF_MEMORY},
	    {ENOENT, STET_ENOTFOUND, ST_FILE_NOT_FOUND},
	    {EAGAIN, STET_ELOCKED, 0},
	    {EWOULDBLOCK, STET_ELOCKED, 0},
	    {EIO, STET_EIO, ST_IO_FAILED},
	    {EACCES, STET_EIO, ST_IO_FAILED},
	    {EROFS, STET_EIO, ST_IO_FAILED},
	};
	stet_error err;
	char expected[200], long_name[500];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    st_fail_errno(&err, rows[i].sys_errno, "cannot open '%s'", "x"), rows[i].code);
		assert_int_equal(err.code, rows[i].code);
		assert_int_equal(err.rule, rows[i].rule);
		assert_int_equal(err.sys_errno, rows[i].sys_errno);
		snprintf(
		    expected, sizeof(expected), "cannot open 'x': %s", strerror(rows[i].sys_errno));
		assert_string_equal(err.text, expected);
	}
	memset(long_name, 'n', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	for (i = 200; i < 300; i++) {
		st_fail_errno(&err, EIO, "%.*s", (int)i, long_name);
		assert_true(strlen(err.text) <= STET_ERROR_TEXT_SIZE - 1);
	}
}

static void
test_err__never_allocates(void **state)
{
	stet_error err;
	long before = alloc_count();

	(void)state;
	st_fail(&err, STET_EFORMAT, ST_CBOR_FLOAT, "%s %d", "text", 1);
	st_fail_errno(&err, EIO, "reading");
	st_fail_nomem(&err);
	assert_int_equal(alloc_count(), before);
}

static void
test_err__every_rule_is_found_by_its_name(void **state)
{
	int rule, count = 0;

	(void)state;
	for (rule = 1; stet_rule_get(rule) != NULL; rule++) {
		const stet_rule *row = stet_rule_get(rule);

		assert_string_equal(stet_rule_name(rule), row->name);
		assert_int_equal(stet_rule_find(row->name), rule);
		count++;
	}
	assert_int_equal(count, ST_RULE_END - 1);
	assert_true(count > 20);
	print_message("%d rules, each found by its own name\n", count);
}

static void
test_err__unknown_rules_and_codes_have_answers(void **state)
{
	int code;

	(void)state;
	assert_null(stet_rule_get(0));
	assert_null(stet_rule_get(-1));
	assert_null(stet_rule_get(ST_RULE_END));
	assert_string_equal(stet_rule_name(0), "none");
	assert_string_equal(stet_rule_name(-5), "none");
	assert_string_equal(stet_rule_name(1 << 30), "none");
	assert_int_equal(stet_rule_find("none"), 0);
	assert_int_equal(stet_rule_find("no-such-rule"), 0);
	assert_int_equal(stet_rule_find(""), 0);
	assert_string_equal(stet_code_name(STET_OK), "STET_OK");
	for (code = -1; code >= STET_ENOMEM; code--)
		assert_memory_equal(stet_code_name(code), "STET_E", 6);
	assert_string_equal(stet_code_name(STET_ENOMEM), "STET_ENOMEM");
	assert_string_equal(stet_code_name(1), "unknown");
	assert_string_equal(stet_code_name(STET_ENOMEM - 1), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_err__carries_code_rule_and_text),
	    cmocka_unit_test(test_err__may_be_left_out),
	    cmocka_unit_test(test_err__cuts_long_texts_at_a_character),
	    cmocka_unit_test(test_err__translates_errno),
	    cmocka_unit_test(test_err__never_allocates),
	    cmocka_unit_test(test_err__every_rule_is_found_by_its_name),
	    cmocka_unit_test(test_err__unknown_rules_and_codes_have_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
