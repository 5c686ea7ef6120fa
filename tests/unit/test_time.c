/* Times, dates and numbers as text. */
#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"

#define DAY 86400

/* Every day from 1970 to 9999, against the C library, at a second that changes from day to day. */
static void
test_time__writes_every_day_as_the_c_library_does(void **state)
{
	char ours[ST_TIME_SIZE], theirs[64];
	uint64_t day, read, days = 0;

	(void)state;
	for (day = 0; day <= 2932896; day++) {
		uint64_t seconds = day * DAY + day * 7919 % DAY;
		time_t time = (time_t)seconds;
		struct tm tm;

		assert_non_null(gmtime_r(&time, &tm));
		assert_true(strftime(theirs, sizeof(theirs), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0);
		st_time_text(seconds, ours);
		if (strcmp(ours, theirs) != 0)
			fail_msg("%s is not %s", ours, theirs);
		assert_int_equal(st_time_read_ms(st_str(ours), &read), 0);
		assert_true(read == seconds * 1000);
		days++;
	}
	print_message("%llu days written and read\n", (unsigned long long)days);
}

static void
test_time__writes_the_limits(void **state)
{
	char out[ST_TIME_SIZE];

	(void)state;
	st_time_text(0, out);
	assert_string_equal(out, "1970-01-01T00:00:00Z");
	st_time_text(253402300799, out);
	assert_string_equal(out, "9999-12-31T23:59:59Z");
	st_time_text(253402300800, out);
	assert_string_equal(out, "+253402300800s");
	st_time_text(UINT64_MAX, out);
	assert_string_equal(out, "+18446744073709551615s");
	st_time_text_ms(0, out);
	assert_string_equal(out, "1970-01-01T00:00:00.000Z");
	st_time_text_ms(253402300799999, out);
	assert_string_equal(out, "9999-12-31T23:59:59.999Z");
	st_time_text_ms(253402300800000, out);
	assert_string_equal(out, "+253402300800.000s");
	st_time_text_ms(ST_UINT53_MAX, out);
	assert_string_equal(out, "+9007199254740.991s");
	st_time_text_ms(UINT64_MAX, out);
	assert_string_equal(out, "+18446744073709551.615s");
}

static void
test_time__reads_rfc_3339(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} rows[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"1970-01-01T00:00:00.0Z", 0},
	    {"1970-01-01", 0},
	    {"2026-07-03T09:14:22Z", 1783070062000},
	    {"2026-07-03T09:14:22.1Z", 1783070062100},
	    {"2026-07-03T09:14:22.12Z", 1783070062120},
	    {"2026-07-03T09:14:22.123Z", 1783070062123},
	    {"2026-07-03T09:14:22.1239999999999Z", 1783070062123},
	    {"2026-07-03T11:14:22+02:00", 1783070062000},
	    {"2026-07-02T23:29:22-09:45", 1783070062000},
	    {"2026-07-03T09:14:22+00:00", 1783070062000},
	    {"2026-07-03T09:14:22-00:00", 1783070062000},
	    {"2026-07-03", 1783036800000},
	    /* RFC 3339, section 5.8 */
	    {"1985-04-12T23:20:50.52Z", 482196050520},
	    {"1996-12-19T16:39:57-08:00", 851042397000},
	    {"1990-12-31T23:59:60Z", 662688000000},
	    {"1990-12-31T15:59:60-08:00", 662688000000},
	    {"9999-12-31T23:59:59.999Z", 253402300799999},
	    {"1970-01-01T01:00:00+01:00", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t ms = 1;

		if (st_time_read_ms(st_str(rows[i].text), &ms) != 0 || ms != rows[i].ms)
			fail_msg("'%s' read as %llu", rows[i].text, (unsigned long long)ms);
	}
}

static void
test_time__refuses_what_is_no_instant(void **state)
{
	static const char *const texts[] = {"", "2026", "2026-07", "2026-07-03T09:14Z",
	    "2026-07-03T09:14:22", "2026-07-03 09:14:22Z", "2026-07-03T09:14:22.Z",
	    "2026-07-03T24:00:00Z", "1969-12-31T23:59:59Z", "1969-12-31",
	    "1970-01-01T00:59:59+01:00", "0000-01-01", "2026-07-03T09:14:22z",
	    "2026-07-03t09:14:22Z", " 2026-07-03", "2026-07-03 ", "2026-7-3", "+2026-07-03",
	    "20260703", "2026-07-03T09:14:22+0200", "2026-07-03T09:14:22+02"};
	size_t i;
	uint64_t ms = 77;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (st_time_read_ms(st_str(texts[i]), &ms) != -1)
			fail_msg("'%s' was taken", texts[i]);
	assert_true(ms == 77);
}

static void
test_time__date_text_keeps_its_precision(void **state)
{
	static const char *const good[] = {"2011", "0000", "9999", "2011-05", "2011-05-02",
	    "2012-02-29", "2000-02-29", "2011-05-02T10:00Z", "2011-05-02T10:00:00Z",
	    "2011-05-02T10:00:00.5Z", "2011-05-02T10:00:00.000000000001Z", "2011-05-02T10:00+05:30",
	    "2011-05-02T00:00-23:59", "2011-05-02T23:59:60Z", "2011-05-02T18:59:60-05:00",
	    "2011-05-03T00:29:60+00:30"};
	static const char *const bad[] = {"", "201", "20111", "2011-", "2011-0", "2011-00",
	    "2011-13", "2011-5", "2011-05-", "2011-05-0", "2011-05-00", "2011-05-32", "2011-04-31",
	    "2011-02-29", "1900-02-29", "2100-02-29", "2011-05-02T", "2011-05-02T10",
	    "2011-05-02T10:", "2011-05-02T10Z", "2011-05-02T10:00", "2011-05-02T10:00:00",
	    "2011-05-02T24:00Z", "2011-05-02T23:60Z", "2011-05-02T23:59:61Z",
	    "2011-05-02T10:00:60Z", "2011-05-02T23:59:60+01:00", "2011-05-02T10:00:00.Z",
	    "2011-05-02T10:00.5Z", "2011-05-02T10:00+24:00", "2011-05-02T10:00+05:60",
	    "2011-05-02T10:00+5:30", "2011-05-02T10:00ZZ", "2011-05-02T10:00Z ", " 2011", "2011 ",
	    "2011/05", "2011-05-02t10:00Z", "2011-05-02T10:00z", "-2011", "+2011", "2o11",
	    "2011-05Z", "2011Z", "2011-05-02Z", "2011-05-02T10:00:00,5Z", "2011-05-02 10:00Z",
	    "MMXI"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!st_date_ok(st_str(good[i])))
			fail_msg("'%s' was refused", good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (st_date_ok(st_str(bad[i])))
			fail_msg("'%s' was taken", bad[i]);
}

/* Every byte of a full date set to every value: what is taken is digits in range and signs. */
static void
test_time__date_text_checks_every_byte(void **state)
{
	static const char text[] = "2012-02-29T10:00:00.5+05:30";
	static const int taken_at[] = {10, 10, 5, 2, 1, 2, 9, 1, 3, 10, 1, 3, 10, 1, 6, 10, 1, 6,
	    10, 1, 10, 2, 2, 10, 1, 6, 10};
	char copy[sizeof(text)];
	size_t at;
	int c, tried = 0;

	(void)state;
	for (at = 0; at + 1 < sizeof(text); at++) {
		int taken = 0;

		for (c = 0; c < 256; c++) {
			stet_bytes bytes = {(const uint8_t *)copy, sizeof(text) - 1};

			memcpy(copy, text, sizeof(text));
			copy[at] = (char)c;
			taken += st_date_ok(bytes);
			tried++;
		}
		if (taken != taken_at[at])
			fail_msg("byte %zu of '%s': %d values taken", at, text, taken);
	}
	assert_int_equal(tried, 27 * 256);
}

static void
test_time__number_text_is_as_printed(void **state)
{
	static const char *const good[] = {"0", "-0", "1", "10", "-5", "393216.0", "0.5", "-0.0",
	    "1e-9", "1E9", "1e+9", "1.5e007", "0e0",
	    "123456789012345678901234567890.123456789012345678901234567890"};
	static const char *const bad[] = {"", "-", "+1", "01", "00", "-01", ".5", "5.", "1.e5",
	    "1e", "1e+", "1e-", "1e5.5", "1.2.3", "0x10", "1,000", "1 ", " 1", "1%", "NaN", "inf",
	    "--1", "1e--1", "1\n", "e5", "-e5", "1_000", "\xd9\xa1"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!st_number_text_ok(st_str(good[i])))
			fail_msg("'%s' was refused", good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (st_number_text_ok(st_str(bad[i])))
			fail_msg("'%s' was taken", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_time__writes_every_day_as_the_c_library_does),
	    cmocka_unit_test(test_time__writes_the_limits),
	    cmocka_unit_test(test_time__reads_rfc_3339),
	    cmocka_unit_test(test_time__refuses_what_is_no_instant),
	    cmocka_unit_test(test_time__date_text_keeps_its_precision),
	    cmocka_unit_test(test_time__date_text_checks_every_byte),
	    cmocka_unit_test(test_time__number_text_is_as_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
