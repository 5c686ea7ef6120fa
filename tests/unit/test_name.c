/* Names: one spelling each, and the way there from what people paste. */
#include "base/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/err.h"
#include "base/text.h"
#include "support/alloc.h"
#include "support/data.h"

#define UUID "9f810e9f-5768-46ea-af76-f8b503e24cd6"
#define THUMB "ctFvr8flSXYYJGF4Yx1lD-8BpKyncMll3YtVF2C61tw"

static int
taken(const char *name)
{
	stet_error err;
	int rc;

	st_error_clear(&err);
	rc = st_name_check(st_str(name), &err);
	if (rc != STET_OK) {
		assert_int_equal(rc, STET_EFORMAT);
		assert_int_equal(err.rule, ST_NAME_MALFORMED);
		assert_true(strlen(err.text) > 10);
	}
	assert_int_equal(st_name_check(st_str(name), NULL), rc);
	return rc == STET_OK;
}

static void
test_name__takes_names(void **state)
{
	static const char *const names[] = {"a:b", "doi:10.5281/zenodo.21073815", "doi:10.1/x",
	    "doi:10.1000.10/%25", "doi:10.5555/%C3%BC",
	    "doi:10.5555/%C3%9C", /* only A-Z is folded */
	    "doi:10.1002/(sici)1096-8628(19961230)66:4%3C403::aid-ajmg4%3E3.0.co;2-l",
	    "doi:10.1080/09645292.2010.545518%23.us5z4lssxk0", "doi:10.1/%20", "doi:10.1/a/",
	    "doi:10.1//", "urn:uuid:" UUID, "urn:uuid:00000000-0000-0000-0000-000000000000", "rw:0",
	    "rw:1", "rw:50438", "rw:123456789012345678901234567890", ST_KEY_NAME_PREFIX THUMB,
	    "stet:ledger", "stet:seal", "stet:audit", "hdl:2027/MIU.1", "ark:/12148/btv1b8449691v",
	    "pmid:12345", "arxiv:2101.00001", "isbn:9780306406157", "source:retraction-watch",
	    "urn:isbn:0451450523", "x-y+z.1:A", "https://example.org/a@b", "x:-._~!$&'()*+,;=:@/",
	    "x:%0A%09%0D", "x:%E6%B0%B4%F0%9F%98%80"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!taken(names[i]))
			fail_msg("'%s' was refused", names[i]);
	}
}

static void
test_name__refuses_second_spellings(void **state)
{
	static const char *const names[] = {"", "a", "ab", ":", "::", "a:", "ab:", ":ab", "abc",
	    "A:b", "Doi:10.1/x", "DOI:10.1/x", "1a:b", "-a:b", "a b:c", "a_b:c", "\xc3\xbc:x",
	    " a:b", "a:b ", "a: b", "a:b\n", "a:\xc3\xbc", "a:b#c", "a:b?c", "a:[b]", "a:<b>",
	    "a:b%", "a:b%2", "a:b%2g", "a:b%g2", "a:b%3c", "a:b%3C%", "a:%41", "a:%7E", "a:%2F",
	    "a:%30", "a:%2D", "a:%00", "a:%7F", "a:%1B", "a:%FF", "a:%C3", "a:%C3x", "a:%80",
	    "a:%ED%A0%80", "a:%EF%BF%BF", "a:%C2%85", "doi:", "doi:x", "doi:10", "doi:10.",
	    "doi:10./x", "doi:10.1", "doi:10.1/", "doi:10.1x/y", "doi:10.1./y", "doi:10..1/y",
	    "doi:10.1.2./y", "doi:11.1/x", "doi:10.5281/X", "doi:10.5281/zenodO.1", "doi:10.a/x",
	    "doi:10.%31/x", "doi:10.1%2Fx", "doi:/10.1/x",
	    "urn:uuid:", "urn:uuid:9F810E9F-5768-46EA-AF76-F8B503E24CD6", "urn:UUID:" UUID,
	    "urn:Uuid:" UUID, "urn:uuid:9f810e9f576846eaaf76f8b503e24cd6", "urn:uuid:" UUID "0",
	    "urn:uuid:" UUID "/", "urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd",
	    "urn:uuid:9f810e9g-5768-46ea-af76-f8b503e24cd6",
	    "urn:uuid:9f810e9f5-768-46ea-af76-f8b503e24cd6",
	    "urn:uuid:%39f810e9f-5768-46ea-af76-f8b503e24cd6", "rw:", "rw:00", "rw:01", "rw:-1",
	    "rw:+1", "rw:1.0", "rw:1x", "rw:x", ST_KEY_NAME_PREFIX, ST_KEY_NAME_PREFIX "x",
	    ST_KEY_NAME_PREFIX THUMB "A", ST_KEY_NAME_PREFIX THUMB "=",
	    "urn:ietf:params:oauth:CKT:sha-256:" THUMB, "urn:ietf:params:oauth:ckt:SHA-256:" THUMB,
	    ST_KEY_NAME_PREFIX "ctFvr8flSXYYJGF4Yx1lD-8BpKyncMll3YtVF2C61tx",
	    ST_KEY_NAME_PREFIX "ctFvr8flSXYYJGF4Yx1lD+8BpKyncMll3YtVF2C61tw", "stet:", "stet:x",
	    "stet:ledger/", "stet:Ledger", "stet:seals", "stet:%6Cedger",
	    "stet:518a508e068d9816ab86759137e153bbf9e7ef4c8a663f5d47fa0d4a291fa87a"};
	size_t i, count = sizeof(names) / sizeof(names[0]);

	(void)state;
	for (i = 0; i < count; i++)
		if (taken(names[i]))
			fail_msg("'%s' was taken", names[i]);
	print_message("%zu malformed names refused\n", count);
}

static void
test_name__has_1024_bytes_at_most(void **state)
{
	char name[ST_NAME_MAX + 2];
	stet_bytes bytes = {(const uint8_t *)name, 0};

	(void)state;
	memset(name, 'b', sizeof(name));
	name[1] = ':';
	for (bytes.size = 0; bytes.size < sizeof(name); bytes.size++)
		assert_int_equal(st_name_check(bytes, NULL),
		    bytes.size >= 3 && bytes.size <= ST_NAME_MAX ? STET_OK : STET_EFORMAT);
}

/* Each byte as it stands, and each as an escape: exactly one of the two is a name, or neither. */
static void
test_name__every_character_has_one_spelling(void **state)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/";
	int c, as_it_stands = 0, escaped = 0;

	(void)state;
	for (c = 0; c < 256; c++) {
		uint8_t one[3] = {'x', ':', (uint8_t)c};
		stet_bytes bytes = {one, 3};
		char escape[8];
		int stands, escapes;

		stands = st_name_check(bytes, NULL) == STET_OK;
		snprintf(escape, sizeof(escape), "x:%%%02X", c);
		escapes = taken(escape);
		assert_int_equal(stands, c != 0 && strchr(plain, c) != NULL);
		assert_false(stands && escapes);
		as_it_stands += stands;
		escaped += escapes;
	}
	assert_int_equal(as_it_stands, 80);
	/* 95 printable ASCII characters less the 80, and TAB, LF, CR; no single byte beyond is
	 * text. */
	assert_int_equal(escaped, 95 - 80 + 3);
}

static void
check_parse(const char *text, const char *expected)
{
	struct st_buf name = {0};
	uint32_t prefix = 0;
	stet_error err;
	int rc;

	st_error_clear(&err);
	rc = st_name_parse(st_str(text), &name, &prefix, &err);
	if (rc != 0)
		fail_msg("'%s': %s", text, err.text);
	st_buf_put_u8(&name, 0);
	if (strcmp((char *)name.data, expected) != 0)
		fail_msg("'%s' became '%s', not '%s'", text, (char *)name.data, expected);
	st_buf_free(&name);
}

static void
test_name__every_row_of_the_doi_vectors(void **state)
{
	struct data_table table;
	char *row[4]; /* input, canonical, source, note */
	int rows = 0, as_listed = 0, warned = 0;

	(void)state;
	data_open(&table, "vectors/doi/doi_vectors.tsv");
	while (data_next(&table, row, 4)) {
		struct st_buf name = {0}, doi = {0};
		uint32_t prefix;
		int rc = st_name_parse(st_str(row[0]), &name, &prefix, NULL);

		rows++;
		if (strcmp(row[2], "negative") != 0) {
			assert_int_equal(rc, 0);
			assert_int_equal(st_name_check(st_buf_bytes(&name), NULL), STET_OK);
			assert_int_equal(st_name_to_doi(st_buf_bytes(&name), &doi, NULL), STET_OK);
			if (!st_bytes_equal(st_buf_bytes(&doi), st_str(row[1])))
				fail_msg("line %d: '%s'", table.line, row[0]);
			assert_true(st_doi_ok(st_buf_bytes(&doi)));
			as_listed++;
		} else if (strcmp(row[0], "10.1/x") == 0) {
			assert_non_null(strstr(row[3], "treat as warning"));
			assert_int_equal(rc, 0);
			warned++;
		} else {
			assert_int_equal(rc, STET_EFORMAT);
			assert_int_equal(name.size, 0);
			as_listed++;
		}
		st_buf_free(&name);
		st_buf_free(&doi);
	}
	print_message(
	    "%d of %d rows as listed; %d, '10.1/x', is legal in the syntax and accepted\n",
	    as_listed, rows, warned);
	assert_int_equal(rows, 47);
	assert_int_equal(as_listed, 46);
	assert_int_equal(warned, 1);
}

static void
test_name__takes_dois_as_people_paste_them(void **state)
{
	static const char *const forms[] = {"10.5281/zenodo.21073815", "10.5281/ZENODO.21073815",
	    " 10.5281/zenodo.21073815\n", "doi:10.5281/zenodo.21073815",
	    "DOI:10.5281/zenodo.21073815", "doi: 10.5281/zenodo.21073815",
	    "Doi:\t10.5281/Zenodo.21073815", "info:doi/10.5281/zenodo.21073815",
	    "INFO:DOI/10.5281/zenodo.21073815", "https://doi.org/10.5281/zenodo.21073815",
	    "http://doi.org/10.5281/zenodo.21073815", "HTTPS://DOI.ORG/10.5281/ZENODO.21073815",
	    "https://dx.doi.org/10.5281/zenodo.21073815",
	    "http://www.doi.org/10.5281/zenodo.21073815", "doi.org/10.5281/zenodo.21073815",
	    "dx.doi.org/10.5281/zenodo.21073815", "doi:https://doi.org/10.5281/zenodo.21073815",
	    "https://doi.org/doi:10.5281/zenodo.21073815", "DOI: doi:10.5281/zenodo.21073815",
	    "https://doi.org/10.5281%2Fzenodo.21073815",
	    "https://doi.org/10.5281%2fzenodo.21073815",
	    "\xef\xbb\xbf"
	    "10.5281/zenodo.21073815\xc2\xa0",
	    "\xe2\x80\x8b"
	    "10.5281/zenodo.21073815"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		check_parse(forms[i], "doi:10.5281/zenodo.21073815");
}

static void
test_name__decodes_once_and_only_where_it_must(void **state)
{
	(void)state;
	check_parse(
	    "10.1000/a%20b", "doi:10.1000/a%2520b"); /* a bare DOI may hold a per cent sign */
	check_parse("https://doi.org/10.1000/a%20b", "doi:10.1000/a%20b");
	check_parse("https://doi.org/10.1000/a%2520b", "doi:10.1000/a%2520b");
	check_parse("10.1000/a%3Cb%20c", "doi:10.1000/a%3Cb%20c");
	check_parse("10.1000/a%3eb", "doi:10.1000/a%3Eb");
	check_parse("10.1000/a%3db", "doi:10.1000/a%253db");
	check_parse("https://doi.org/10.1000/50%", "doi:10.1000/50%25");
	check_parse("https://doi.org/10.1000/50%zz", "doi:10.1000/50%25zz");
	check_parse("https://doi.org/10.1000/%4", "doi:10.1000/%254");
	check_parse("10.1000/\xc3\x9c", "doi:10.1000/%C3%9C"); /* only A-Z is folded */
	check_parse("10.1000/U\xcc\x88", "doi:10.1000/%C3%9C");
	check_parse("https://doi.org/10.1000/%C3%9C", "doi:10.1000/%C3%9C");
	check_parse("10.1000/a b", "doi:10.1000/a%20b");
	/* What was shown can be pasted back: a name stays as it is. */
	check_parse("doi:10.1000/a%20b", "doi:10.1000/a%20b");
	check_parse("doi:10.1000/%25", "doi:10.1000/%25");
	check_parse("doi:10.1/%E6%B0%B4", "doi:10.1/%E6%B0%B4");
}

static void
test_name__takes_uuids_pages_and_prefixes(void **state)
{
	static const char *const uuids[] = {UUID, "9F810E9F-5768-46EA-AF76-F8B503E24CD6",
	    "urn:uuid:" UUID, "URN:UUID:9F810E9F-5768-46EA-AF76-F8B503E24CD6",
	    "https://assignee.net/paper/" UUID,
	    "https://assignee.net/paper/9F810E9F-5768-46EA-AF76-F8B503E24CD6",
	    "https://assignee.net/paper/" UUID "/",
	    "https://assignee.net/paper/" UUID "?tab=claims",
	    "https://assignee.net/paper/" UUID "#top", "http://x.example/" UUID " "};
	static const char *const prefixes[] = {"SRCH:9F810E9F", "srch:9f810e9f", "Srch:9f810E9F",
	    "9f810e9f", "9F810E9F", " SRCH: 9F810E9F "};
	struct st_buf name = {0};
	uint32_t prefix;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(uuids) / sizeof(uuids[0]); i++)
		check_parse(uuids[i], "urn:uuid:" UUID);
	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		prefix = 0;
		assert_int_equal(st_name_parse(st_str(prefixes[i]), &name, &prefix, NULL), 1);
		assert_int_equal(prefix, 0x9f810e9f);
		assert_int_equal(name.size, 0);
	}
	assert_int_equal(st_name_parse(st_str("00000000"), &name, &prefix, NULL), 1);
	assert_int_equal(prefix, 0);
	st_buf_free(&name);
}

static void
test_name__takes_other_names_as_they_stand(void **state)
{
	(void)state;
	check_parse("rw:50438", "rw:50438");
	check_parse(" RW:50438 ", "rw:50438");
	check_parse("hdl:2027/MIU.1", "hdl:2027/MIU.1");
	check_parse("ark:/12148/btv1b8449691v", "ark:/12148/btv1b8449691v");
	check_parse("stet:ledger", "stet:ledger");
	check_parse(ST_KEY_NAME_PREFIX THUMB, ST_KEY_NAME_PREFIX THUMB);
	check_parse("source:retraction-watch", "source:retraction-watch");
}

static void
test_name__refuses_what_is_no_identifier(void **state)
{
	static const char *const texts[] = {"", " ", "\xc2\xa0", "NA", "unavailable", "10.1234",
	    "10.1234/", "10.", "10./x", "11.1234/abc", "doi:", "doi:unavailable",
	    "https://doi.org/", "https://doi.org/10.1234", "10.1/a\n10.1/b", "10.1/a\tb",
	    "10.1/a\x1b", "10.1/\xff", "https://doi.org/10.1/%FF", "https://doi.org/10.1/%0A",
	    "https://doi.org/10.1/%1B", "SRCH:", "SRCH:9F810E9", "SRCH:9F810E9F0", "SRCH:9F810E9G",
	    "9F810E9", "9F810E9G", "9f810e9f-5768-46ea-af76-f8b503e24cd", "stet:x", "rw:x", "rw: 1",
	    "a:b c", "a:\xc3\xbc", "title: a paper", "\xff", "urn:uuid:x"};
	struct st_buf name = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint32_t prefix = 7;
		stet_error err;
		int rc;

		st_error_clear(&err);
		rc = st_name_parse(st_str(texts[i]), &name, &prefix, &err);
		if (rc != STET_EFORMAT)
			fail_msg("'%s' was taken", texts[i]);
		assert_true(err.rule == ST_NAME_MALFORMED || err.rule == ST_TEXT_MALFORMED);
		assert_true(strlen(err.text) > 10);
		assert_true(st_text_ok(st_str(err.text)));
		assert_int_equal(name.size, 0);
		assert_int_equal(prefix, 7);
	}
	st_buf_free(&name);
}

/* Random texts: whatever is parsed is a name, and parsing that name gives the same one. */
static void
test_name__parsing_a_name_changes_nothing(void **state)
{
	static const char *const heads[] = {
	    "10.1/", "doi:10.1/", "https://doi.org/10.1/", "hdl:", "a:", ""};
	static const char alphabet[] = "abzAZ019-._~!$&'()*+,;=:@/%%%<>[]#? \"\\^`{|}C3F";
	uint32_t seed = 7;
	int round, parsed = 0;

	(void)state;
	for (round = 0; round < 200000; round++) {
		struct st_buf text = {0}, once = {0}, twice = {0};
		uint32_t prefix;
		int i, rc;

		st_buf_put_str(&text, heads[round % 6]);
		for (i = 0; i < 10; i++) {
			seed = seed * 1664525 + 1013904223;
			st_buf_put_u8(
			    &text, (uint8_t)alphabet[(seed >> 16) % (sizeof(alphabet) - 1)]);
		}
		rc = st_name_parse(st_buf_bytes(&text), &once, &prefix, NULL);
		if (rc == 0) {
			assert_int_equal(st_name_check(st_buf_bytes(&once), NULL), STET_OK);
			assert_int_equal(
			    st_name_parse(st_buf_bytes(&once), &twice, &prefix, NULL), 0);
			assert_true(st_bytes_equal(st_buf_bytes(&once), st_buf_bytes(&twice)));
			parsed++;
		} else
			assert_int_equal(rc, STET_EFORMAT);
		st_buf_free(&text);
		st_buf_free(&once);
		st_buf_free(&twice);
	}
	assert_true(parsed > 80000);
	print_message("%d of 200000 random texts parsed, each stays as it is\n", parsed);
}

static void
test_name__doi_and_name_are_two_ways_to_write_it(void **state)
{
	struct st_buf name = {0}, doi = {0};
	char longest[ST_NAME_MAX + 1];
	stet_error err;

	(void)state;
	assert_int_equal(st_name_from_doi(st_str("10.1002/a<b>%[\xc3\xbc]"), &name, NULL), STET_OK);
	assert_true(
	    st_bytes_equal(st_buf_bytes(&name), st_str("doi:10.1002/a%3Cb%3E%25%5B%C3%BC%5D")));
	assert_int_equal(st_name_to_doi(st_buf_bytes(&name), &doi, NULL), STET_OK);
	assert_true(st_bytes_equal(st_buf_bytes(&doi), st_str("10.1002/a<b>%[\xc3\xbc]")));
	st_buf_reset(&name);
	assert_int_equal(st_name_from_doi(st_str("10.1002/A"), &name, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_NAME_MALFORMED);
	assert_int_equal(st_name_to_doi(st_str("rw:1"), &doi, &err), STET_EFORMAT);
	assert_int_equal(st_name_to_doi(st_str("doi:10.1/A"), &doi, &err), STET_EFORMAT);
	/* As a name it must fit: 4 + 5 + the rest. */
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "10.1/", 5);
	longest[ST_NAME_MAX - 4] = '\0';
	assert_int_equal(st_name_from_doi(st_str(longest), &name, &err), STET_OK);
	assert_int_equal(name.size, ST_NAME_MAX);
	st_buf_reset(&name);
	longest[ST_NAME_MAX - 4] = 'x';
	longest[ST_NAME_MAX - 3] = '\0';
	assert_int_equal(st_name_from_doi(st_str(longest), &name, &err), STET_EFORMAT);
	assert_int_equal(name.size, 0);
	longest[400] = '<';
	longest[ST_NAME_MAX - 5] = '\0';
	assert_int_equal(st_name_from_doi(st_str(longest), &name, &err), STET_EFORMAT);
	st_buf_free(&name);
	st_buf_free(&doi);
}

static void
test_name__knows_its_kinds(void **state)
{
	(void)state;
	assert_true(st_name_is_doi(st_str("doi:10.1/x")));
	assert_false(st_name_is_doi(st_str("rw:1")));
	assert_true(st_name_is_key(st_str(ST_KEY_NAME_PREFIX THUMB)));
	assert_false(st_name_is_key(st_str("urn:uuid:" UUID)));
	assert_true(st_name_is_reserved(st_str("stet:ledger")));
	assert_true(st_name_is_reserved(st_str("stet:seal")));
	assert_true(st_name_is_reserved(st_str("stet:audit")));
	assert_false(st_name_is_reserved(st_str("stet:ledgers")));
	assert_false(st_name_is_reserved(st_str("rw:1")));
	assert_true(st_doi_ok(st_str("10.1/x")));
	assert_true(st_doi_ok(st_str("10.1.2.3/ ")));
	assert_false(st_doi_ok(st_str("10.1/X")));
	assert_false(st_doi_ok(st_str("10.1/\x1b")));
	assert_false(st_doi_ok(st_str("doi:10.1/x")));
	assert_false(st_doi_ok(st_str("")));
}

static void
test_name__survives_short_memory(void **state)
{
	static const char *const texts[] = {
	    "https://doi.org/10.1000/U\xcc\x88%3C", "10.1/x", UUID, "rw:1", "doi:10.1/x"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		long n;

		for (n = 0;; n++) {
			struct st_buf name = {0};
			uint32_t prefix;
			int rc;

			alloc_fail(n);
			rc = st_name_parse(st_str(texts[i]), &name, &prefix, NULL);
			st_buf_free(&name);
			if (!alloc_failed()) {
				assert_int_equal(rc, 0);
				break;
			}
			assert_int_equal(rc, STET_ENOMEM);
		}
		assert_true(n > 0);
	}
}

/* The vectors of the format page, made by a second implementation.  Read by jansson itself: ours
 * refuses the NUL character that is one of the things refused here. */
static stet_bytes
text_of(const json_t *value)
{
	stet_bytes text = {(const uint8_t *)json_string_value(value), json_string_length(value)};

	assert_non_null(text.data);
	return text;
}

static void
check_doi_row(const json_t *row)
{
	stet_bytes name = text_of(json_object_get(row, "name"));
	struct st_buf buf = {0};
	uint32_t prefix;

	assert_int_equal(
	    st_name_parse(text_of(json_object_get(row, "text")), &buf, &prefix, NULL), 0);
	assert_true(st_bytes_equal(st_buf_bytes(&buf), name));
	st_buf_reset(&buf);
	assert_int_equal(st_name_to_doi(name, &buf, NULL), STET_OK);
	assert_true(st_bytes_equal(st_buf_bytes(&buf), text_of(json_object_get(row, "doi"))));
	st_buf_reset(&buf);
	assert_int_equal(
	    st_name_from_doi(text_of(json_object_get(row, "doi")), &buf, NULL), STET_OK);
	assert_true(st_bytes_equal(st_buf_bytes(&buf), name));
	st_buf_free(&buf);
}

static void
test_name__agrees_with_the_format_page(void **state)
{
	const json_t *names, *refused, *dois, *others, *row;
	struct st_buf buf = {0};
	json_error_t at;
	json_t *all;
	size_t i;
	char *text;

	(void)state;
	text = data_read("vectors/format/names.json", NULL);
	all = json_loads(text, JSON_ALLOW_NUL, &at);
	assert_non_null(all);
	names = json_object_get(all, "names");
	json_array_foreach(names, i, row)
	    assert_int_equal(st_name_check(text_of(json_object_get(row, "name")), NULL), STET_OK);
	refused = json_object_get(all, "refused");
	json_array_foreach(refused, i, row) assert_int_equal(
	    st_name_check(text_of(json_object_get(row, "name")), NULL), STET_EFORMAT);
	dois = json_object_get(all, "dois");
	json_array_foreach(dois, i, row) check_doi_row(row);
	others = json_object_get(all, "not_dois");
	json_array_foreach(others, i, row)
	{
		uint32_t prefix;

		assert_int_equal(st_name_parse(text_of(row), &buf, &prefix, NULL), STET_EFORMAT);
	}
	print_message(
	    "%zu names taken, %zu refused, %zu DOIs and %zu texts that are none, as the format "
	    "page has them\n",
	    json_array_size(names), json_array_size(refused), json_array_size(dois),
	    json_array_size(others));
	assert_true(json_array_size(names) > 0 && json_array_size(refused) > 0 &&
		    json_array_size(dois) > 0 && json_array_size(others) > 0);
	json_decref(all);
	free(text);
	st_buf_free(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_name__takes_names),
	    cmocka_unit_test(test_name__refuses_second_spellings),
	    cmocka_unit_test(test_name__has_1024_bytes_at_most),
	    cmocka_unit_test(test_name__every_character_has_one_spelling),
	    cmocka_unit_test(test_name__every_row_of_the_doi_vectors),
	    cmocka_unit_test(test_name__takes_dois_as_people_paste_them),
	    cmocka_unit_test(test_name__decodes_once_and_only_where_it_must),
	    cmocka_unit_test(test_name__takes_uuids_pages_and_prefixes),
	    cmocka_unit_test(test_name__takes_other_names_as_they_stand),
	    cmocka_unit_test(test_name__refuses_what_is_no_identifier),
	    cmocka_unit_test(test_name__parsing_a_name_changes_nothing),
	    cmocka_unit_test(test_name__doi_and_name_are_two_ways_to_write_it),
	    cmocka_unit_test(test_name__knows_its_kinds),
	    cmocka_unit_test(test_name__survives_short_memory),
	    cmocka_unit_test(test_name__agrees_with_the_format_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
