/* The statements of tests/vectors/statements: those that are taken and those that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "statement/schema.h"

#define FOLDER STET_TESTS "/vectors/statements"
#define IAT 1783070062

static stet_json *
read_json(const char *name)
{
	struct st_buf text = {0};
	stet_json *json = NULL;
	uint8_t chunk[4096];
	char path[512];
	stet_error err;
	size_t got;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
	file = fopen(path, "r");
	assert_non_null(file);
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		st_buf_put(&text, chunk, got);
	fclose(file);
	if (stet_json_parse(st_buf_bytes(&text), &json, &err) != STET_OK)
		fail_msg("%s: %s", name, err.text);
	st_buf_free(&text);
	return json;
}

static void
each(int invalid, void (*look)(const char *name, void *ctx), void *ctx)
{
	DIR *folder = opendir(FOLDER);
	struct dirent *found;

	assert_non_null(folder);
	while ((found = readdir(folder)) != NULL) {
		size_t size = strlen(found->d_name);

		if (size < 5 || strcmp(found->d_name + size - 5, ".json") != 0)
			continue;
		if ((strncmp(found->d_name, "invalid-", 8) == 0) == invalid)
			look(found->d_name, ctx);
	}
	closedir(folder);
}

struct seen {
	const stet_key *key;
	size_t count, types[ST_TYPE_COUNT];
};

/* Every member comes out of the signed statement as it went in. */
static void
expect_members(const char *name, const stet_json *in, const stet_json *out)
{
	const stet_json *value;
	const char *member;
	char *before, *after;
	size_t i;

	for (i = 0; stet_json_member(in, i, &member, &value); i++) {
		if (stet_json_kind_of(value) == STET_JSON_OBJECT) {
			expect_members(name, value, stet_json_get(out, member));
			continue;
		}
		assert_int_equal(stet_json_text(value, 0, &before, NULL, NULL), STET_OK);
		assert_int_equal(
		    stet_json_text(stet_json_get(out, member), 0, &after, NULL, NULL), STET_OK);
		/* Members of objects in lists come in the order of their table. */
		if (stet_json_kind_of(value) == STET_JSON_ARRAY ? strlen(before) != strlen(after)
								: strcmp(before, after) != 0)
			fail_msg("%s: '%s' was %s, is %s", name, member, before, after);
		free(before);
		free(after);
	}
}

static void
expect_taken(const char *name, void *ctx)
{
	stet_statement *statement = NULL, *decoded = NULL;
	stet_json *json = read_json(name);
	struct seen *seen = ctx;
	stet_error err;

	if (stet_statement_from_value(json, &statement, &err) != STET_OK ||
	    stet_statement_sign(statement, seen->key, IAT, &err) != STET_OK ||
	    stet_statement_decode(stet_statement_encoded(statement), &decoded, &err) != STET_OK)
		fail_msg("%s: %s", name, err.text);
	expect_members(name, json, stet_statement_json(decoded));
	assert_int_equal(
	    strncmp(name, stet_statement_type(decoded), strlen(stet_statement_type(decoded))), 0);
	seen->types[st_type_find(st_str(stet_statement_type(decoded)))]++;
	seen->count++;
	stet_statement_free(statement);
	stet_statement_free(decoded);
	stet_json_free(json);
}

static void
test_fixtures__valid_statements_are_taken(void **state)
{
	static const uint8_t seed[32] = {1};
	struct seen seen = {NULL, 0, {0}};
	stet_key *key = NULL;
	enum st_type type;

	(void)state;
	assert_int_equal(
	    stet_key_from_seed(seed, "x", "https://issuer.example", &key, NULL), STET_OK);
	seen.key = key;
	each(0, expect_taken, &seen);
	for (type = ST_TYPE_LEDGER; type < ST_TYPE_COUNT; type++)
		assert_true(seen.types[type] >= 2);
	print_message("%zu statements of %d types taken\n", seen.count, ST_TYPE_COUNT - 1);
	stet_key_free(key);
}

static void
expect_refused(const char *name, void *ctx)
{
	stet_statement *statement = NULL;
	stet_json *json = read_json(name);
	stet_bytes rule = stet_json_string_of(stet_json_get(json, "rule"));
	uint8_t *broken = ctx;
	stet_error err = {0};

	assert_non_null(rule.data);
	if (stet_statement_from_value(stet_json_get(json, "statement"), &statement, &err) ==
	    STET_OK)
		fail_msg("%s is taken", name);
	if (!st_bytes_equal(rule, st_str(stet_rule_name(err.rule))))
		fail_msg("%s: %s: %s", name, stet_rule_name(err.rule), err.text);
	assert_int_equal(err.code, STET_EFORMAT);
	broken[err.rule]++;
	broken[0]++;
	stet_json_free(json);
}

/* Each rule of the tables has at least one statement that breaks it. */
static void
test_fixtures__invalid_statements_are_refused_by_their_rule(void **state)
{
	static const int rules[] = {ST_TYPE_NOT_KNOWN, ST_MEMBER_UNKNOWN, ST_MEMBER_MISSING,
	    ST_MEMBER_KIND, ST_MEMBER_RANGE, ST_MEMBER_LENGTH, ST_MEMBER_VALUE, ST_MEMBER_FORM,
	    ST_MEMBER_ORDER, ST_TEXT_MALFORMED, ST_ARTIFACT_DIGEST, ST_KEY_ROOT_UNTIL,
	    ST_KEY_DISTRUST, ST_VERDICT_STATUS, ST_CORRECTION_INCOMPLETE, ST_CORRECTION_OBSERVER,
	    ST_CORRECTION_NOTICE, ST_CORRECTION_BATCH, ST_CORRECTION_JSON, ST_JSON_SIGNED_MEMBER,
	    ST_STATEMENT_SUBJECT, ST_STATEMENT_ID};
	uint8_t broken[ST_RULE_END] = {0};
	size_t i;

	(void)state;
	each(1, expect_refused, broken);
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (broken[rules[i]] == 0)
			fail_msg("no statement here breaks %s", stet_rule_name(rules[i]));
	print_message("%d statements refused by %zu rules\n", broken[0], i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fixtures__valid_statements_are_taken),
	    cmocka_unit_test(test_fixtures__invalid_statements_are_refused_by_their_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
