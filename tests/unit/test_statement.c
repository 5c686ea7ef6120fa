/* Statements: JSON to bytes and back without loss, signing, and what hostile bytes get told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "statement/json_form.h"
#include "statement/schema.h"
#include "support/alloc.h"
#include "support/statements.h"

#define IAT 1783070062 /* 2026-07-03T09:14:22Z */
#define LEDGER "stet:0000000000000000000000000000000000000000000000000000000000000001"

static stet_key *
test_key(void)
{
	static const uint8_t seed[32] = {1, 2, 3};
	stet_key *key = NULL;

	assert_int_equal(
	    stet_key_from_seed(seed, "tests", "https://example.org/desk", &key, NULL), STET_OK);
	return key;
}

static char *
text_of(const stet_json *json)
{
	char *text = NULL;

	assert_int_equal(stet_json_text(json, 0, &text, NULL, NULL), STET_OK);
	return text;
}

static stet_statement *
from_text(const char *text)
{
	stet_statement *statement = NULL;
	stet_error err;

	if (stet_statement_from_json(st_str(text), &statement, &err) != STET_OK)
		fail_msg("%s: %s", text, err.text);
	return statement;
}

static stet_statement *
sign_text(const char *text, const stet_key *key)
{
	stet_statement *statement = from_text(text);
	stet_error err;

	if (stet_statement_sign(statement, key, IAT, &err) != STET_OK)
		fail_msg("%s: %s", text, err.text);
	return statement;
}

/* --- round trips --------------------------------------------------------------------------- */

static void
encode(const stet_json *json, struct st_buf *payload)
{
	enum st_type type;
	stet_error err;

	if (st_payload_from_json(json, &type, payload, &err) != STET_OK) {
		char *text = text_of(json);

		fail_msg("%s\n%s", err.text, text);
	}
}

/* JSON -> CBOR -> signed -> JSON -> CBOR: the same bytes; and the JSON says the same as before,
 * which is seen from its next pass: JSON -> CBOR -> JSON is the identity on what stet writes. */
static void
round_trip(const struct st_schema *schema, const stet_json *json, const stet_key *key)
{
	struct st_claims claims = {st_str("https://example.org/desk"), st_str("rw:362"),
	    st_str(LEDGER), IAT, st_str("id-1")};
	struct st_buf payload = {0}, again = {0}, encoded = {0};
	struct st_statement statement;
	stet_json *shown = NULL, *shown_again = NULL;
	char *first, *second;
	stet_error err = {0};

	encode(json, &payload);
	assert_int_equal(
	    st_sign1_encode(&claims, st_buf_bytes(&payload), st_key_secret(key), &encoded, &err),
	    STET_OK);
	assert_int_equal(st_statement_read(st_buf_bytes(&encoded), &statement, &err), STET_OK);
	assert_int_equal(statement.type, schema->type);
	assert_true(statement.v == 1);
	assert_true(st_bytes_equal(statement.type_name, st_str(schema->name)));
	assert_int_equal(statement.source.data != NULL, make_has(json, "source"));
	assert_int_equal(st_statement_to_json(&statement, &shown, &err), STET_OK);
	encode(shown, &again);
	assert_true(st_bytes_equal(st_buf_bytes(&payload), st_buf_bytes(&again)));
	assert_int_equal(st_statement_to_json(&statement, &shown_again, &err), STET_OK);
	first = text_of(shown);
	second = text_of(shown_again);
	assert_string_equal(first, second);
	free(first);
	free(second);
	stet_json_free(shown);
	stet_json_free(shown_again);
	st_buf_free(&payload);
	st_buf_free(&again);
	st_buf_free(&encoded);
}

/* Every member that went in comes out with the same value, as far as one spelling has it. */
static void
expect_members(const stet_json *in, const stet_json *out)
{
	const stet_json *value;
	const char *name;
	size_t i;

	for (i = 0; stet_json_member(in, i, &name, &value); i++) {
		char *before = text_of(value), *after;

		if (stet_json_get(out, name) == NULL)
			fail_msg("'%s' is lost", name);
		after = text_of(stet_json_get(out, name));
		if (strcmp(name, "roles") != 0 && stet_json_kind_of(value) != STET_JSON_OBJECT &&
		    stet_json_kind_of(value) != STET_JSON_ARRAY)
			assert_string_equal(before, after);
		assert_int_equal(stet_json_size(value), stet_json_size(stet_json_get(out, name)));
		free(before);
		free(after);
	}
}

static void
test_statement__json_and_bytes_without_loss(void **state)
{
	enum { EACH = 150 };
	const struct st_schema *const *at;
	stet_key *key = test_key();
	size_t count = 0;

	(void)state;
	for (at = st_schemas; *at != NULL; at++) {
		uint64_t seed;

		for (seed = 0; seed < EACH + 2; seed++, count++) {
			enum make_mode mode = seed == 0   ? MAKE_SMALLEST
					      : seed == 1 ? MAKE_FULLEST
							  : MAKE_RANDOM;
			stet_json *json = make_statement(*at, mode, seed);

			round_trip(*at, json, key);
			stet_json_free(json);
		}
	}
	stet_key_free(key);
	print_message("%zu statements of %zu tables through JSON and back\n", count,
	    (size_t)(at - st_schemas));
}

static void
test_statement__public_form_keeps_every_member(void **state)
{
	const struct st_schema *const *at;
	stet_key *key = test_key();

	(void)state;
	for (at = st_schemas; *at != NULL; at++) {
		stet_json *json = make_statement(*at, MAKE_FULLEST, 11);
		stet_statement *statement = NULL, *decoded = NULL;
		stet_error err = {0};

		stet_json_set(json, "subject", stet_json_str("rw:362"));
		stet_json_set(json, "id", stet_json_str("rw:50438:correction#0"));
		stet_json_set(json, "aud", stet_json_str(LEDGER));
		if (stet_statement_from_value(json, &statement, &err) != STET_OK)
			fail_msg("%s: %s", (*at)->name, err.text);
		assert_int_equal(stet_statement_sign(statement, key, IAT, &err), STET_OK);
		expect_members(json, stet_statement_json(statement));
		assert_int_equal(
		    stet_statement_decode(stet_statement_encoded(statement), &decoded, &err),
		    STET_OK);
		expect_members(json, stet_statement_json(decoded));
		assert_int_equal(stet_statement_verify(decoded, key, &err), STET_OK);
		stet_statement_free(statement);
		stet_statement_free(decoded);
		stet_json_free(json);
	}
	stet_key_free(key);
}

static void
test_statement__json_form_is_as_documented(void **state)
{
	stet_key *key = test_key();
	stet_statement *statement = sign_text(
	    "{\"type\":\"correction\",\"subject\":\"https://doi.org/10.1038/SREP40088\","
	    "\"id\":\"rw-1\",\"nature\":\"retraction\","
	    "\"after\":null,\"occurred\":\"2023-06-20\",\"aud\":\"" LEDGER "\","
	    "\"source\":{\"vocabulary\":\"RetractionNature\",\"name\":\"retraction-watch\"},"
	    "\"notice\":{\"published\":\"2023-06\",\"kind\":\"own\",\"doi\":\"doi:10.1038/X\"}}",
	    key);
	char *text = text_of(stet_statement_json(statement)), kid[65], expected[1024];
	uint8_t thumbprint[32];

	(void)state;
	stet_key_thumbprint(key, thumbprint);
	st_hex(thumbprint, sizeof(thumbprint), kid);
	snprintf(expected, sizeof(expected),
	    "{\"type\":\"correction\",\"subject\":\"doi:10.1038/srep40088\","
	    "\"issuer\":\"https://example.org/desk\",\"id\":\"rw-1\",\"occurred\":\"2023-06-20\","
	    "\"source\":{\"name\":\"retraction-watch\",\"vocabulary\":\"RetractionNature\"},"
	    "\"after\":null,\"v\":1,\"aud\":\"" LEDGER "\",\"nature\":\"retraction\","
	    "\"notice\":{\"doi\":\"10.1038/x\",\"kind\":\"own\",\"published\":\"2023-06\"},"
	    "\"signed_at\":\"2026-07-03T09:14:22Z\","
	    "\"kid\":\"%s\",\"alg\":-19}",
	    kid);
	assert_string_equal(text, expected);
	free(text);
	stet_statement_free(statement);
	stet_key_free(key);
}

static void
test_statement__signing_gives_the_same_bytes_again(void **state)
{
	static const char text[] = "{\"type\":\"assessment\",\"subject\":\"rw:1\",\"id\":\"a\","
				   "\"review_score\":8.5,\"reviewer_scores\":[10,7.49,0.01]}";
	stet_key *key = test_key();
	stet_statement *first = sign_text(text, key), *second = sign_text(text, key);
	char *json = text_of(stet_statement_json(first));

	(void)state;
	assert_true(st_bytes_equal(stet_statement_encoded(first), stet_statement_encoded(second)));
	assert_non_null(strstr(json, "\"review_score\":8.5,\"reviewer_scores\":[10,7.49,0.01]"));
	free(json);
	stet_statement_free(first);
	stet_statement_free(second);
	stet_key_free(key);
}

/* --- what people paste ----------------------------------------------------------------------- */

static void
expect_member(const char *text, const char *member, const char *expected)
{
	stet_key *key = test_key();
	stet_statement *statement = sign_text(text, key);
	char *value = text_of(stet_json_get(stet_statement_json(statement), member));

	assert_string_equal(value, expected);
	free(value);
	stet_statement_free(statement);
	stet_key_free(key);
}

static void
test_statement__takes_pasted_identifiers(void **state)
{
	(void)state;
	expect_member("{\"type\":\"record\",\"subject\":\"9F810E9F-5768-46EA-AF76-F8B503E24CD6\"}",
	    "subject", "\"urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6\"");
	expect_member("{\"type\":\"alias\",\"subject\":\"10.1/X\",\"action\":\"bind\",\"record\":"
		      "\"https://doi.org/10.5281/ZENODO.1\"}",
	    "record", "\"doi:10.5281/zenodo.1\"");
	expect_member("{\"type\":\"record\",\"subject\":\"rw:1\",\"aliases\":[\"DOI: 10.1/A\"]}",
	    "aliases", "[\"doi:10.1/a\"]");
	expect_member("{\"type\":\"doi\",\"subject\":\"rw:1\",\"doi\":\"10.1002/(SICI)1096-8628"
		      "(19961230)66:4%3c403::AID-AJMG4%3e3.0.CO;2-L\"}",
	    "doi", "\"10.1002/(sici)1096-8628(19961230)66:4<403::aid-ajmg4>3.0.co;2-l\"");
	expect_member("{\"type\":\"correction\",\"subject\":\"rw:1\",\"nature\":\"supersession\","
		      "\"replacement\":\"info:doi/10.1/B\"}",
	    "replacement", "\"doi:10.1/b\"");
	/* e and a combining acute accent become one letter. */
	expect_member("{\"type\":\"record\",\"subject\":\"rw:1\",\"title\":\"e\\u0301\"}", "title",
	    "\"\xc3\xa9\"");
}

/* What cannot stand for itself, because pasted it would mean something else, stands in brackets. */
static void
test_statement__unusual_identifiers_come_back(void **state)
{
	static const char *const dois[] = {"10.1/a", "10.1/a%3cb", "10.1/a%3eb", "10.1/a ",
	    "10.1/%", "10.1/%25", "10.1002/a<b>", "10.1/\xc3\xa9%3c", "10.1/e\xcc\x81", "10.1/\n",
	    "10.1/<>"};
	static const char *const names[] = {"doi:10.1/x", "https://doi.org/10.1/x",
	    "info:doi/10.1/x", "https://assignee.net/paper/9f810e9f-5768-46ea-af76-f8b503e24cd6",
	    "doi:10.1/a%253cb", "https://example.org/", "doi:10.1/e%CC%81", "stet:ledger",
	    "source:x", "urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6"};
	size_t i, bracketed = 0;

	(void)state;
	for (i = 0; i < sizeof(dois) / sizeof(dois[0]); i++) {
		struct st_buf text = {0}, back = {0};

		if (!st_doi_ok(st_str(dois[i])))
			fail_msg("'%s' is no DOI", dois[i]);
		st_doi_to_json(st_str(dois[i]), &text);
		bracketed += text.data[0] == '<';
		assert_int_equal(st_doi_from_json(st_buf_bytes(&text), &back, NULL), STET_OK);
		assert_true(st_bytes_equal(st_buf_bytes(&back), st_str(dois[i])));
		st_buf_free(&text);
		st_buf_free(&back);
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct st_buf text = {0}, back = {0};

		assert_int_equal(st_name_check(st_str(names[i]), NULL), STET_OK);
		st_name_to_json(st_str(names[i]), &text);
		bracketed += text.data[0] == '<';
		assert_int_equal(st_name_from_json(st_buf_bytes(&text), &back, NULL), STET_OK);
		assert_true(st_bytes_equal(st_buf_bytes(&back), st_str(names[i])));
		st_buf_free(&text);
		st_buf_free(&back);
	}
	print_message("%zu of %zu unusual identifiers need their brackets\n", bracketed,
	    sizeof(dois) / sizeof(dois[0]) + sizeof(names) / sizeof(names[0]));
	assert_true(bracketed >= 6);
}

static void
test_statement__ids_are_text_or_hex(void **state)
{
	static const struct {
		const char *cti;
		size_t size;
		const char *id;
	} cases[] = {{"a", 1, "a"}, {"rw:1#0", 6, "rw:1#0"}, {"0", 1, "0"},
	    {"0x61", 4, "0x30783631"}, {"\x00\x01", 2, "0x0001"}, {"\xff", 1, "0xff"},
	    {"\xc3\xa9", 2, "\xc3\xa9"}, {"x0x", 3, "x0x"}};
	static const char *const bad[] = {"", "0x", "0xA1", "0x1", "0xzz",
	    "12345678901234567890123456789012345678901234567890123456789012345", "a\x01"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stet_bytes cti = {(const uint8_t *)cases[i].cti, cases[i].size};
		struct st_buf id = {0}, back = {0};

		st_cti_to_id(cti, &id);
		assert_true(st_bytes_equal(st_buf_bytes(&id), st_str(cases[i].id)));
		assert_int_equal(st_cti_from_id(st_buf_bytes(&id), &back, NULL), STET_OK);
		assert_true(st_bytes_equal(st_buf_bytes(&back), cti));
		st_buf_free(&id);
		st_buf_free(&back);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct st_buf back = {0};
		stet_error err = {0};

		assert_int_equal(st_cti_from_id(st_str(bad[i]), &back, &err), STET_EFORMAT);
		assert_int_equal(err.rule, ST_STATEMENT_ID);
		st_buf_free(&back);
	}
}

/* --- building and signing ------------------------------------------------------------------- */

static void
test_statement__is_built_by_path(void **state)
{
	stet_statement *statement = NULL;
	stet_key *key = test_key();
	stet_id *id = NULL;
	char *text;

	(void)state;
	assert_int_equal(stet_id_parse("10.1/X", &id, NULL), STET_OK);
	assert_int_equal(stet_statement_new("correction", id, &statement, NULL), STET_OK);
	assert_string_equal(stet_statement_type(statement), "correction");
	assert_string_equal(stet_statement_subject(statement), "doi:10.1/x");
	assert_int_equal(stet_statement_set(statement, "/nature", "\"retraction\"", NULL), STET_OK);
	assert_int_equal(stet_statement_set(statement, "/notice/kind", "\"self\"", NULL), STET_OK);
	assert_int_equal(stet_statement_set(statement, "/id", "\"x\"", NULL), STET_OK);
	assert_int_equal(stet_statement_set(statement, "/decided_by/-",
			     "{\"kind\":\"editor\",\"name\":\"e\\u0301\"}", NULL),
	    STET_OK);
	assert_int_equal(stet_statement_set(statement, "/public_note", "\"gone\"", NULL), STET_OK);
	assert_int_equal(stet_statement_set(statement, "/public_note", NULL, NULL), STET_OK);
	assert_int_equal(stet_statement_signed(statement), 0);
	assert_null(stet_statement_encoded(statement).data);
	assert_null(stet_statement_kid(statement).data);
	assert_int_equal(stet_statement_sign(statement, key, IAT, NULL), STET_OK);
	assert_int_equal(stet_statement_signed(statement), 1);
	text = text_of(stet_statement_json(statement));
	assert_non_null(
	    strstr(text, "\"decided_by\":[{\"kind\":\"editor\",\"name\":\"\xc3\xa9\"}]"));
	assert_null(strstr(text, "public_note"));
	free(text);
	assert_int_equal(stet_statement_set(statement, "/id", "\"y\"", NULL), STET_EINVAL);
	assert_int_equal(stet_statement_sign(statement, key, IAT, NULL), STET_EINVAL);
	stet_statement_free(statement);
	stet_id_free(id);
	stet_key_free(key);
}

static void
test_statement__fills_in_issuer_and_id(void **state)
{
	stet_key *key = test_key();
	stet_statement *first = sign_text("{\"type\":\"record\",\"subject\":\"rw:1\"}", key);
	stet_statement *second = sign_text("{\"type\":\"record\",\"subject\":\"rw:1\"}", key);
	stet_bytes id = stet_json_string_of(stet_json_get(stet_statement_json(first), "id"));
	stet_bytes other = stet_json_string_of(stet_json_get(stet_statement_json(second), "id"));

	(void)state;
	assert_int_equal(id.size, 36);
	assert_int_equal(id.data[14], '4'); /* version 4 */
	assert_false(st_bytes_equal(id, other));
	assert_true(
	    st_bytes_equal(stet_json_string_of(stet_json_get(stet_statement_json(first), "issuer")),
		st_str("https://example.org/desk")));
	stet_statement_free(first);
	stet_statement_free(second);
	stet_key_free(key);
}

static void
test_statement__says_what_is_wrong(void **state)
{
	static const struct {
		const char *json;
		int rule;
		const char *text;
	} cases[] = {
	    {"7", ST_MEMBER_KIND, "a statement is one JSON object"},
	    {"{\"type\":\"record\"}", ST_MEMBER_MISSING,
		"'/subject' is required in every statement: what it is about"},
	    {"{\"subject\":\"rw:1\"}", ST_MEMBER_MISSING,
		"'/type' is required in every statement: the name of its type"},
	    {"{\"type\":\"record\",\"subject\":5}", ST_MEMBER_KIND, "'/subject' is not text"},
	    {"{\"type\":\"record\",\"subject\":\"SRCH:9F810E9F\"}", ST_STATEMENT_SUBJECT,
		"'/subject' is 'SRCH:9F810E9F', not an identifier of one record"},
	    {"{\"type\":\"record\",\"subject\":\"a paper\"}", ST_STATEMENT_SUBJECT,
		"'/subject' is 'a paper', not an identifier of one record"},
	    {"{\"type\":\"record\",\"subject\":\"rw:1\",\"id\":\"\"}", ST_STATEMENT_ID,
		"'/id' has 0 bytes, 1 to 64 are allowed"},
	    {"{\"type\":\"record\",\"subject\":\"rw:1\",\"id\":7}", ST_MEMBER_KIND,
		"'/id' is not text"},
	    {"{\"type\":\"record\",\"subject\":\"rw:1\",\"issuer\":7}", ST_MEMBER_KIND,
		"'/issuer' is not text"},
	    {"{\"type\":\"record\",\"subject\":\"rw:1\",\"aud\":null}", ST_MEMBER_KIND,
		"'/aud' is not text"},
	    {"{\"type\":\"record\",\"subject\":\"rw:1\",\"kid\":\"00\"}", ST_JSON_SIGNED_MEMBER,
		"'/kid' belongs to a signature, and JSON carries none"},
	    {"{\"type\":\"record\",\"subject\":\"rw:1\",\"titles\":\"x\"}", ST_MEMBER_UNKNOWN,
		"'/titles' is not a member of record"},
	};
	stet_statement *statement = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stet_error err = {0};

		assert_int_equal(stet_statement_from_json(st_str(cases[i].json), &statement, &err),
		    STET_EFORMAT);
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(err.rule, cases[i].rule);
		assert_null(statement);
	}
}

static void
expect_sign(const char *text, const stet_key *key, int64_t iat, int rc, int rule)
{
	stet_statement *statement = from_text(text);
	stet_error err = {0};

	assert_int_equal(stet_statement_sign(statement, key, iat, &err), rc);
	assert_int_equal(err.rule, rule);
	assert_false(stet_statement_signed(statement));
	stet_statement_free(statement);
}

static void
test_statement__signing_refuses(void **state)
{
	static const char record[] = "{\"type\":\"record\",\"subject\":\"rw:1\"}";
	static const uint8_t seed[32] = {9};
	stet_key *key = test_key(), *anonymous = NULL, *public_only = NULL;
	uint8_t public_key[STET_KEY_SIZE];
	stet_statement *statement = NULL;
	stet_error err = {0};
	stet_id *id = NULL;

	(void)state;
	assert_int_equal(stet_key_from_seed(seed, NULL, NULL, &anonymous, NULL), STET_OK);
	stet_key_public(key, public_key);
	assert_int_equal(stet_key_from_public(public_key, "x", "y", &public_only, NULL), STET_OK);
	expect_sign(record, anonymous, IAT, STET_EINVAL, ST_STATEMENT_ISSUER);
	expect_sign(record, public_only, IAT, STET_EINVAL, ST_KEY_PUBLIC_ONLY);
	expect_sign(record, key, -1, STET_EINVAL, ST_RULE_NONE);
	assert_int_equal(stet_id_parse("SRCH:9F810E9F", &id, NULL), STET_OK);
	assert_int_equal(stet_statement_new("record", id, &statement, &err), STET_EINVAL);
	stet_id_free(id);
	assert_int_equal(stet_id_parse("rw:1", &id, NULL), STET_OK);
	assert_int_equal(stet_statement_new("rekord", id, &statement, &err), STET_EINVAL);
	assert_int_equal(stet_statement_new("doi", id, &statement, &err), STET_OK);
	assert_int_equal(stet_statement_sign(statement, key, IAT, &err), STET_EFORMAT);
	assert_string_equal(err.text, "'/doi' is required in doi");
	assert_int_equal(stet_statement_set(statement, "/subject", "\"rw:2\"", &err), STET_EINVAL);
	assert_int_equal(stet_statement_set(statement, "/type", "\"record\"", &err), STET_EINVAL);
	assert_int_equal(stet_statement_set(statement, "/doi", "{", &err), STET_EFORMAT);
	assert_int_equal(stet_statement_set(statement, "doi", "1", &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_JSON_PATH);
	stet_statement_free(statement);
	stet_id_free(id);
	stet_key_free(key);
	stet_key_free(anonymous);
	stet_key_free(public_only);
}

static void
test_statement__another_key_does_not_verify(void **state)
{
	static const uint8_t seed[32] = {9};
	stet_key *key = test_key(), *other = NULL;
	stet_statement *statement = sign_text("{\"type\":\"record\",\"subject\":\"rw:1\"}", key);
	stet_error err = {0};

	(void)state;
	assert_int_equal(stet_key_from_seed(seed, NULL, NULL, &other, NULL), STET_OK);
	assert_int_equal(stet_statement_verify(statement, key, &err), STET_OK);
	assert_int_equal(stet_statement_verify(statement, other, &err), STET_EMISMATCH);
	assert_int_equal(err.rule, ST_SIGNATURE_INVALID);
	stet_key_free(key);
	stet_key_free(other);
	stet_statement_free(statement);
}

static void
test_statement__many_are_signed_on_all_cores(void **state)
{
	enum { COUNT = 100 };
	stet_statement *statements[COUNT];
	stet_key *key = test_key();
	stet_id *id = NULL;
	size_t i, failed = 0;
	unsigned threads;
	stet_error err = {0};

	(void)state;
	assert_int_equal(stet_id_parse("rw:1", &id, NULL), STET_OK);
	for (threads = 0; threads <= 3; threads++) {
		for (i = 0; i < COUNT; i++)
			statements[i] = from_text("{\"type\":\"record\",\"subject\":\"rw:1\"}");
		assert_int_equal(
		    stet_statement_sign_all(statements, COUNT, key, IAT, threads, &failed, &err),
		    STET_OK);
		for (i = 0; i < COUNT; i++) {
			assert_int_equal(stet_statement_verify(statements[i], key, NULL), STET_OK);
			stet_statement_free(statements[i]);
		}
	}
	for (threads = 0; threads <= 3; threads++) {
		for (i = 0; i < COUNT; i++) {
			if (i == 37 || i == 38 || i == 90) /* lacks what it needs */
				assert_int_equal(
				    stet_statement_new("doi", id, &statements[i], NULL), STET_OK);
			else
				statements[i] =
				    from_text("{\"type\":\"record\",\"subject\":\"rw:1\"}");
		}
		assert_int_equal(
		    stet_statement_sign_all(statements, COUNT, key, IAT, threads, &failed, &err),
		    STET_EFORMAT);
		assert_int_equal(failed, 37);
		assert_string_equal(err.text, "'/doi' is required in doi");
		for (i = 0; i < COUNT; i++)
			stet_statement_free(statements[i]);
	}
	assert_int_equal(stet_statement_sign_all(NULL, 0, key, IAT, 0, &failed, &err), STET_OK);
	stet_id_free(id);
	stet_key_free(key);
}

/* --- hostile bytes --------------------------------------------------------------------------- */

/* Flips and cuts a payload; what is still taken is a valid statement of its own, which survives
 * the way through JSON. */
static void
attack(struct st_buf *payload, size_t *refused, size_t *taken)
{
	size_t bit, size;
	enum st_type type;

	for (bit = 0; bit < payload->size * 8; bit++) {
		stet_error err = {0};

		payload->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (st_payload_check(st_buf_bytes(payload), &type, &err) == STET_OK) {
			(*taken)++;
		} else {
			assert_true(err.rule != 0);
			assert_true(err.text[0] != '\0');
			(*refused)++;
		}
		payload->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size = 0; size < payload->size; size++) {
		stet_bytes head = {payload->data, size};
		stet_bytes tail = {payload->data + size + 1, payload->size - size - 1};

		assert_int_equal(st_payload_check(head, &type, NULL), STET_EFORMAT);
		if (st_payload_check(tail, &type, NULL) != STET_OK)
			(*refused)++;
		(*refused)++;
	}
}

static void
test_statement__every_flip_and_cut_has_an_answer(void **state)
{
	const struct st_schema *const *at;
	size_t refused = 0, taken = 0;

	(void)state;
	for (at = st_schemas; *at != NULL; at++) {
		stet_json *json = make_statement(*at, MAKE_FULLEST, 21);
		struct st_buf payload = {0};

		encode(json, &payload);
		attack(&payload, &refused, &taken);
		stet_json_free(json);
		st_buf_free(&payload);
	}
	print_message(
	    "%zu damaged payloads refused; %zu are other valid statements\n", refused, taken);
	assert_true(refused > taken / 4);
}

static void
test_statement__every_flip_of_a_signed_one_is_refused(void **state)
{
	stet_key *key = test_key();
	stet_statement *statement = sign_text(
	    "{\"type\":\"record\",\"subject\":\"10.1/x\",\"title\":\"T\",\"id\":\"a\"}", key);
	stet_bytes encoded = stet_statement_encoded(statement);
	struct st_buf copy = {0};
	size_t bit, size, malformed = 0, unsigned_now = 0;

	(void)state;
	st_buf_put_bytes(&copy, encoded);
	for (bit = 0; bit < copy.size * 8; bit++) {
		stet_statement *damaged = NULL;
		stet_error err = {0};

		copy.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (stet_statement_decode(st_buf_bytes(&copy), &damaged, &err) != STET_OK) {
			assert_true(err.rule != 0);
			malformed++;
		} else {
			assert_int_equal(stet_statement_verify(damaged, key, &err), STET_EMISMATCH);
			unsigned_now++;
		}
		stet_statement_free(damaged);
		copy.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size = 0; size < copy.size; size++) {
		stet_statement *damaged = NULL;
		stet_bytes cut = {copy.data, size};

		assert_int_equal(stet_statement_decode(cut, &damaged, NULL), STET_EFORMAT);
	}
	print_message("%zu bits flipped: %zu malformed, %zu not signed by the key; 0 pass\n", bit,
	    malformed, unsigned_now);
	st_buf_free(&copy);
	stet_statement_free(statement);
	stet_key_free(key);
}

static void
test_statement__first_of_a_sequence(void **state)
{
	stet_key *key = test_key();
	stet_statement *one = sign_text("{\"type\":\"record\",\"subject\":\"rw:1\"}", key);
	stet_statement *two = sign_text("{\"type\":\"record\",\"subject\":\"rw:2\"}", key), *got;
	struct st_buf sequence = {0};
	stet_bytes rest;
	size_t size = 0;

	(void)state;
	st_buf_put_bytes(&sequence, stet_statement_encoded(one));
	st_buf_put_bytes(&sequence, stet_statement_encoded(two));
	rest = st_buf_bytes(&sequence);
	assert_int_equal(stet_statement_decode_first(rest, &size, &got, NULL), STET_OK);
	assert_string_equal(stet_statement_subject(got), "rw:1");
	stet_statement_free(got);
	rest.data += size;
	rest.size -= size;
	assert_int_equal(stet_statement_decode_first(rest, &size, &got, NULL), STET_OK);
	assert_string_equal(stet_statement_subject(got), "rw:2");
	assert_int_equal(size, rest.size);
	stet_statement_free(got);
	rest.size--;
	assert_int_equal(stet_statement_decode_first(rest, &size, &got, NULL), STET_EFORMAT);
	st_buf_free(&sequence);
	stet_statement_free(one);
	stet_statement_free(two);
	stet_key_free(key);
}

/* A statement of a newer stet can be carried, shown and verified, but not made. */
static void
test_statement__newer_types_are_carried(void **state)
{
	static const uint8_t payload[] = {0xa3, 0x61, 'v', 0x02, 0x64, 't', 'y', 'p', 'e', 0x66,
	    'r', 'e', 'v', 'i', 'e', 'w', 0x66, 's', 'o', 'u', 'r', 'c', 'e', 0xa1, 0x64, 'n', 'a',
	    'm', 'e', 0x61, 'x'};
	stet_key *key = test_key();
	struct st_claims claims = {st_str("i"), st_str("rw:1"), {NULL, 0}, IAT, st_str("a")};
	stet_bytes bytes = {payload, sizeof(payload)};
	struct st_buf encoded = {0};
	stet_statement *statement = NULL;
	stet_error err = {0};
	char *text;

	(void)state;
	assert_int_equal(
	    st_sign1_encode(&claims, bytes, st_key_secret(key), &encoded, &err), STET_OK);
	assert_int_equal(stet_statement_decode(st_buf_bytes(&encoded), &statement, &err), STET_OK);
	assert_string_equal(stet_statement_type(statement), "review");
	assert_int_equal(st_statement_view(statement)->type, ST_TYPE_UNKNOWN);
	assert_true(st_statement_view(statement)->v == 2);
	assert_true(st_bytes_equal(st_statement_view(statement)->source_name, st_str("x")));
	assert_int_equal(stet_statement_verify(statement, key, NULL), STET_OK);
	text = text_of(stet_statement_json(statement));
	assert_non_null(strstr(text, "\"type\":\"review\",\"subject\":\"rw:1\""));
	assert_non_null(strstr(text, "\"v\":2,\"payload\":\"a3617602"));
	free(text);
	st_buf_free(&encoded);
	stet_statement_free(statement);
	stet_key_free(key);
}

/* --- short memory, and speed ----------------------------------------------------------------- */

static int
everything_once(const char *text, const stet_key *key)
{
	stet_statement *statement = NULL, *decoded = NULL;
	int rc = stet_statement_from_json(st_str(text), &statement, NULL);

	if (rc == STET_OK)
		rc = stet_statement_set(statement, "/occurred", "\"2011\"", NULL);
	if (rc == STET_OK)
		rc = stet_statement_sign(statement, key, IAT, NULL);
	if (rc == STET_OK)
		rc = stet_statement_decode(stet_statement_encoded(statement), &decoded, NULL);
	if (rc == STET_OK && stet_statement_json(decoded) == NULL)
		rc = STET_ENOMEM;
	stet_statement_free(statement);
	stet_statement_free(decoded);
	return rc;
}

static void
test_statement__short_memory_is_said(void **state)
{
	static const char text[] =
	    "{\"type\":\"correction\",\"subject\":\"https://doi.org/10.1/"
	    "X%3C\",\"nature\":\"erratum\","
	    "\"public_note\":\"e\\u0301\",\"affected\":[{\"path\":\"/record/"
	    "title\",\"after\":null}],"
	    "\"notice\":{\"kind\":\"own\",\"doi\":\"10.1/Y%3C\"},\"replacement\":\"10.1/z\"}";
	stet_key *key = test_key();
	long n;

	(void)state;
	for (n = 0;; n++) {
		int rc;

		alloc_fail(n);
		rc = everything_once(text, key);
		if (!alloc_failed()) {
			assert_int_equal(rc, STET_OK);
			break;
		}
		assert_int_equal(rc, STET_ENOMEM);
	}
	print_message("%ld allocations failed one by one\n", n);
	assert_true(n > 30);
	stet_key_free(key);
}

struct pieces {
	size_t left;
};

static int
give_piece(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	struct pieces *pieces = ctx;
	size_t give = pieces->left < 1000 ? pieces->left : 1000;

	if (give > size)
		give = size;
	memset(buf, 'a', give);
	pieces->left -= give;
	*got_out = give;
	return STET_OK;
}

static int
give_failure(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	(void)ctx;
	(void)buf;
	(void)size;
	(void)got_out;
	return STET_EIO;
}

static void
test_statement__content_is_digested_in_pieces(void **state)
{
	struct pieces pieces = {1000000};
	uint8_t digest[32];
	uint64_t size = 0;
	char hex[65];

	(void)state;
	assert_int_equal(stet_digest(give_piece, &pieces, digest, &size, NULL), STET_OK);
	st_hex(digest, sizeof(digest), hex);
	/* FIPS 180-4: a million times the letter a. */
	assert_string_equal(
	    hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	assert_true(size == 1000000);
	assert_int_equal(stet_digest(give_failure, NULL, digest, &size, NULL), STET_EIO);
}

static void
test_statement__content_has_every_digest_in_one_reading(void **state)
{
	static const char *const expected[][2] = {
	    {"sha256", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
	    {"sha512",
		"e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea6"
		"0a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"},
	    {"sha1", "34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
	    {"md5", "7707d6ae4e027c70eea2a935c2296f21"}};
	struct pieces pieces = {1000000};
	stet_json *digests = NULL;
	uint64_t size = 0;
	stet_error err;
	size_t i;

	(void)state;
	assert_int_equal(stet_digests(give_piece, &pieces, &digests, &size, &err), STET_OK);
	assert_true(size == 1000000);
	assert_int_equal(stet_json_size(digests), 4);
	for (i = 0; i < 4; i++)
		assert_true(
		    st_bytes_equal(stet_json_string_of(stet_json_get(digests, expected[i][0])),
			st_str(expected[i][1])));
	stet_json_free(digests);
	digests = NULL;
	assert_int_equal(stet_digests(give_failure, NULL, &digests, &size, &err), STET_EIO);
	assert_null(digests);
}

/* Printed, never asserted: reading is on the way of every append and every entry verified. */
static void
test_statement__reading_speed(void **state)
{
	enum { TIMES = 50000 };
	static const char text[] = "{\"type\":\"correction\",\"subject\":\"10.1155/2022/"
				   "4922045\",\"nature\":\"retraction\","
				   "\"id\":\"retraction-watch:50438:correction#0\","
				   "\"occurred\":\"2023-06-21\",\"source\":{\"name\":\"retraction-"
				   "watch\",\"id\":\"50438\","
				   "\"term\":\"Retraction\",\"vocabulary\":\"RetractionNature\","
				   "\"retrieved\":\"2026-05-06\"},"
				   "\"notice\":{\"kind\":\"own\",\"doi\":\"10.1155/2023/"
				   "9851626\",\"published\":\"2023-06-21\"},"
				   "\"reasons\":[{\"code\":\"Paper "
				   "Mill\",\"vocabulary\":\"rw\"},{\"code\":\"Concerns\"}]}";
	stet_key *key = test_key();
	stet_statement *statement = sign_text(text, key);
	stet_bytes encoded = stet_statement_encoded(statement), found[ST_FIELDS_MAX], type;
	struct timespec start, middle, end;
	const struct st_schema *schema;
	struct st_statement view;
	size_t payload_size = st_statement_view(statement)->sign1.payload.size;
	uint64_t v;
	int i;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (i = 0; i < TIMES; i++)
		assert_int_equal(st_statement_read(encoded, &view, NULL), STET_OK);
	clock_gettime(CLOCK_MONOTONIC, &middle);
	for (i = 0; i < TIMES; i++) {
		assert_int_equal(
		    st_schema_of(view.sign1.payload, &schema, &type, &v, NULL), STET_OK);
		assert_int_equal(st_schema_check(schema, view.sign1.payload, found, NULL), STET_OK);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	print_message("reading a payload of %zu bytes: %.2f us with its frame, %.2f us its table\n",
	    payload_size,
	    ((double)(middle.tv_sec - start.tv_sec) * 1e6 +
		(double)(middle.tv_nsec - start.tv_nsec) / 1e3) /
		TIMES,
	    ((double)(end.tv_sec - middle.tv_sec) * 1e6 +
		(double)(end.tv_nsec - middle.tv_nsec) / 1e3) /
		TIMES);
	stet_statement_free(statement);
	stet_key_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_statement__json_and_bytes_without_loss),
	    cmocka_unit_test(test_statement__public_form_keeps_every_member),
	    cmocka_unit_test(test_statement__json_form_is_as_documented),
	    cmocka_unit_test(test_statement__signing_gives_the_same_bytes_again),
	    cmocka_unit_test(test_statement__takes_pasted_identifiers),
	    cmocka_unit_test(test_statement__unusual_identifiers_come_back),
	    cmocka_unit_test(test_statement__ids_are_text_or_hex),
	    cmocka_unit_test(test_statement__is_built_by_path),
	    cmocka_unit_test(test_statement__fills_in_issuer_and_id),
	    cmocka_unit_test(test_statement__says_what_is_wrong),
	    cmocka_unit_test(test_statement__signing_refuses),
	    cmocka_unit_test(test_statement__another_key_does_not_verify),
	    cmocka_unit_test(test_statement__many_are_signed_on_all_cores),
	    cmocka_unit_test(test_statement__every_flip_and_cut_has_an_answer),
	    cmocka_unit_test(test_statement__every_flip_of_a_signed_one_is_refused),
	    cmocka_unit_test(test_statement__first_of_a_sequence),
	    cmocka_unit_test(test_statement__newer_types_are_carried),
	    cmocka_unit_test(test_statement__short_memory_is_said),
	    cmocka_unit_test(test_statement__content_is_digested_in_pieces),
	    cmocka_unit_test(test_statement__content_has_every_digest_in_one_reading),
	    cmocka_unit_test(test_statement__reading_speed),
	};

	if (st_crypto_init(NULL) != STET_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
