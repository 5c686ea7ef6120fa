/* references: DOIs in whatever people keep them in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stet/references.h>
#include <stet/text.h>

#include "support/alloc.h"

struct seen {
	char text[4096]; /* "1:doi:10.1/a 3:? " */
	size_t count;
};

static int
see(void *ctx, uint64_t line, stet_bytes given, const stet_id *id)
{
	struct seen *seen = ctx;
	size_t size = strlen(seen->text);

	assert_non_null(given.data);
	seen->count++;
	if (size < sizeof(seen->text) - 300)
		snprintf(seen->text + size, sizeof(seen->text) - size, "%s%llu:%.200s",
		    size > 0 ? " " : "", (unsigned long long)line,
		    id != NULL ? stet_id_text(id) : "?");
	return 0;
}

static const struct {
	const char *text, *found;
} cases[] = {
    {"", ""},
    {"\n\n", ""},
    {"10.1234/a", "1:doi:10.1234/a"},
    {"\xef\xbb\xbf"
     "10.1234/A\r\n# no\n\nhttps://doi.org/10.1234/b\r\n",
	"1:doi:10.1234/a 4:doi:10.1234/b"},
    {"DOI\n10.1234/a\n10.1234/A\n", "2:doi:10.1234/a"},
    {"10.1234/a\nnonsense\n", "1:doi:10.1234/a 2:?"},
    {"rw:12\nurn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6\n",
	"1:rw:12 2:urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6"},
    {"see 10.1234/a.", "1:doi:10.1234/a"},
    {"see (10.1234/a).", "1:doi:10.1234/a"},
    {"see 10.1234/a(b)c, and [10.1234/b]", "1:doi:10.1234/a(b)c 1:doi:10.1234/b"},
    {"no 110.1234/a, no 10.12 /a, no 10./a", ""},
    {"a\nb 10.1234/x\n\nc <10.1234/y>", "2:doi:10.1234/x 4:doi:10.1234/y"},
    {"doi = {10.1234/a\\_b}", "1:doi:10.1234/a_b"},
    {"{\"DOI\": \"10.1234\\/a\"}", "1:doi:10.1234/a"},
    {"title,doi\nx,10.1234/a,y\n\"q\",\"10.1234/b\"\n", "2:doi:10.1234/a 3:doi:10.1234/b"},
    {"10.1234/a,10.1234/b", "1:doi:10.1234/a 1:doi:10.1234/b"},
    {"see https://doi.org/10.1234%2Fa here", "1:doi:10.1234/a"},
    {"url={http://dx.DOI.org/10.1016/S0140-6736%2897%2911096-0}, doi = "
     "{10.1016/S0140-6736(97)11096-0}",
	"1:doi:10.1016/s0140-6736(97)11096-0"},
    {"([<10.1234/a(b)[c]>]).,;", "1:doi:10.1234/a(b)%5Bc%5D"},
    {"doi.org/10.1234/a).), 10.1234/))))]]>> x", "1:doi:10.1234/a"},
};

static void
test_references__are_found_in_every_form(void **state)
{
	struct seen seen;
	stet_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&seen, 0, sizeof(seen));
		assert_int_equal(stet_references_find((stet_bytes){(const uint8_t *)cases[i].text,
							  strlen(cases[i].text)},
				     see, &seen, &err),
		    STET_OK);
		if (strcmp(seen.text, cases[i].found) != 0)
			fail_msg("%s: found '%s'", cases[i].text, seen.text);
	}
}

static const char hostile[] =
    "10.1234/(((((a)))) 10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2 "
    "10.1/\\\\\\\"{}<> 10.99999999999999999999999999/x doi:10.1234/\xc3\xa9\xff\n10.1234/"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,,,,\"10.5/%2\",10.1234%2f";

/* Each cut in memory of its own, so that a byte too far is seen. */
static void
test_references__in_cut_and_flipped_text(void **state)
{
	size_t size = sizeof(hostile) - 1, cut, bit;
	struct seen seen;
	stet_error err;
	uint8_t *copy;

	(void)state;
	for (cut = 0; cut <= size; cut++)
		for (bit = 0; bit < 9; bit++) {
			copy = malloc(cut + 1);
			assert_non_null(copy);
			memcpy(copy, hostile, cut);
			if (cut > 0 && bit < 8)
				copy[cut / 2] ^= (uint8_t)(1u << bit);
			copy = realloc(copy, cut > 0 ? cut : 1);
			memset(&seen, 0, sizeof(seen));
			assert_int_equal(
			    stet_references_find((stet_bytes){copy, cut}, see, &seen, &err),
			    STET_OK);
			free(copy);
		}
}

static void
test_references__when_memory_is_short(void **state)
{
	struct seen seen;
	stet_error err;
	long n;
	int rc;

	(void)state;
	for (n = 0;; n++) {
		memset(&seen, 0, sizeof(seen));
		alloc_fail(n);
		rc = stet_references_find(
		    (stet_bytes){(const uint8_t *)"x 10.1234/a 10.1234/b", 21}, see, &seen, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	assert_int_equal(seen.count, 2);
	assert_true(n > 2);
}

static int
stop(void *ctx, uint64_t line, stet_bytes given, const stet_id *id)
{
	(void)given;
	(void)id;
	*(uint64_t *)ctx = line;
	return 7;
}

static void
test_references__stop_when_told(void **state)
{
	uint64_t line = 0;
	stet_error err;

	(void)state;
	assert_int_equal(
	    stet_references_find(
		(stet_bytes){(const uint8_t *)"\n10.1234/a\n10.1234/b", 20}, stop, &line, &err),
	    7);
	assert_int_equal(line, 2);
}

static void
test_date__compares_at_its_own_precision(void **state)
{
	static const struct {
		const char *a, *b;
		int order;
	} rows[] = {{"2021", "2022", -1}, {"2021-05", "2021", 0}, {"2021-05-31", "2021-06", -1},
	    {"2021-06", "2021-05-31", 1}, {"2021-05-17", "2021-05-17", 0},
	    {"2021-05-17T10:00Z", "2021-05-17T10:00:59Z", 0},
	    {"2021-05-17T10:00Z", "2021-05-17T10:01:00Z", -1},
	    {"2021-05-17T00:30:00+02:00", "2021-05-17", -1}, {"2020-12", "2021-01", -1},
	    {"2020-02-29", "2020-03", -1}, {"0001", "9999-12-31", -1}};
	size_t i;
	int order;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(stet_date_compare(rows[i].a, rows[i].b, &order), STET_OK);
		if (order != rows[i].order)
			fail_msg("%s against %s: %d", rows[i].a, rows[i].b, order);
	}
	assert_int_equal(stet_date_compare("2021-13", "2021", &order), STET_EFORMAT);
	assert_int_equal(stet_date_compare("2021", "yesterday", &order), STET_EFORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_references__are_found_in_every_form),
	    cmocka_unit_test(test_references__in_cut_and_flipped_text),
	    cmocka_unit_test(test_references__when_memory_is_short),
	    cmocka_unit_test(test_references__stop_when_told),
	    cmocka_unit_test(test_date__compares_at_its_own_precision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
