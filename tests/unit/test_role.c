/* role: who may sign what, held against the table of docs/format.md, "Keys and roles". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/hex.h"
#include "statement/schema.h"
#include "support/ledger.h"

#define DATA "urn:uuid:7d444840-9dc0-41d1-b245-5ffdce74fad2"

/* One key of each role. */
static const struct {
	enum tl_key key;
	unsigned role;
	char letter;
} holders[] = {
    {TL_ROOT, ST_ROLE_ROOT, 'r'},
    {TL_ADMIN, ST_ROLE_ADMIN, 'a'},
    {TL_PUBLISHER, ST_ROLE_PUBLISHER, 'p'},
    {TL_REGISTRAR, ST_ROLE_REGISTRAR, 'd'},
    {TL_GATE, ST_ROLE_GATE, 'g'},
    {TL_EDITOR, ST_ROLE_EDITOR, 'e'},
    {TL_AUDITOR, ST_ROLE_AUDITOR, 'u'},
    {TL_OBSERVER, ST_ROLE_OBSERVER, 'o'},
};
#define HOLDER_COUNT (sizeof(holders) / sizeof(holders[0]))

/* The page, type by type: the letters of the roles that may sign. %s is the digest of a
 * proof-source about TL_UUID; every statement but for its signer is one that the ledger takes. */
static const struct {
	const char *what, *who, *json;
} rows[] = {
    {"ledger close", "r",
	"{'type': 'ledger', 'subject': 'stet:ledger', 'action': 'close', 'reason': 'done'}"},
    {"policy", "r",
	"{'type': 'policy', 'subject': 'stet:ledger', 'profile': 'assignee-v1', 'values': {}}"},
    {"alias", "p",
	"{'type': 'alias', 'subject': 'rw:1', 'action': 'bind', 'record': '" TL_UUID "'}"},
    {"alias of a DOI", "pd",
	"{'type': 'alias', 'subject': 'doi:10.5555/x', 'action': 'bind', 'record': '" TL_UUID "'}"},
    {"record", "p", "{'type': 'record', 'subject': '" DATA "', 'title': 'x'}"},
    {"artifact", "pg",
	"{'type': 'artifact', 'subject': '" TL_UUID "', 'role': 'evidence', 'media_type': "
	"'text/plain', 'size': 5, 'sha256': '%s'}"},
    {"claims", "p", "{'type': 'claims', 'subject': '" DATA "', 'source_grounded_claims': 1}"},
    {"assessment", "p", "{'type': 'assessment', 'subject': '" DATA "', 'review_score': 8.5}"},
    {"declaration", "p", "{'type': 'declaration', 'subject': '" DATA "', 'paper_level': 2}"},
    {"doi", "d", "{'type': 'doi', 'subject': 'doi:10.5555/own', 'doi': '10.5555/own'}"},
    {"verdict", "g",
	"{'type': 'verdict', 'subject': '" DATA "', 'contract': 'gate-verdict-v1', 'gate': '2', "
	"'status': 'UNVERIFIED'}"},
    {"correction", "pe",
	"{'type': 'correction', 'subject': '" DATA
	"', 'nature': 'erratum', 'public_note': 'a slip'}"},
    {"audit", "u",
	"{'type': 'audit', 'subject': 'stet:audit', 'size': 2, 'root': '%s', 'index': '%s', "
	"'entries_sha512': '%s%s', 'tool': 'stet', 'result': 'intact'}"},
    {"withhold", "a",
	"{'type': 'withhold', 'subject': '" TL_UUID "', 'sha256': '%s', 'ground': 'an order'}"},
};

/* The types that may be observed; what an observer says needs nothing but its source. */
static const char *const observed[] = {
    "{'type': 'alias', 'subject': 'rw:1', 'action': 'bind', 'record': 'rw:2'%s}",
    "{'type': 'record', 'subject': 'rw:1', 'title': 'x'%s}",
    "{'type': 'claims', 'subject': 'rw:1', 'source_grounded_claims': 1%s}",
    "{'type': 'assessment', 'subject': 'rw:1', 'review_score': 8.5%s}",
    "{'type': 'declaration', 'subject': 'rw:1', 'paper_level': 2%s}",
    "{'type': 'doi', 'subject': 'doi:10.5555/own', 'doi': '10.5555/own'%s}",
    ("{'type': 'verdict', 'subject': 'rw:1', 'contract': 'gate-verdict-v1', 'gate': '2', "
     "'status': 'VERIFIED'%s}"),
    "{'type': 'correction', 'subject': 'rw:1', 'nature': 'retraction'%s}",
    "{'type': 'snapshot', 'subject': 'source:watch', 'whole': true%s}",
};
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What append would say; the statement is freed and nothing is written. */
static int
would(struct tl *tl, stet_statement *statement, stet_error *err)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_outcome *outcome = NULL;
	int rc;

	options.now_ms = tl->now_ms;
	options.flags = STET_APPEND_DRY_RUN;
	st_error_clear(err);
	rc = stet_ledger_append(tl->ledger, &statement, 1, &options, &outcome, err);
	stet_outcome_free(outcome);
	stet_statement_free(statement);
	return rc;
}

static void
attach_source(struct tl *tl, char hex[65])
{
	tl_attach(tl, "proof", hex);
	tl_append(tl, tl_statementf(tl, TL_PUBLISHER,
			  "{'type': 'artifact', 'subject': '" TL_UUID "', 'role': 'proof-source', "
			  "'media_type': 'text/plain', 'size': 5, 'sha256': '%s'}",
			  hex));
}

static void
expect(int rc, int allowed, const stet_error *err, const char *what, char letter)
{
	if (allowed ? rc != STET_OK : rc != STET_EREFUSED || err->rule != ST_ROLE_MISSING)
		fail_msg("%s by '%c': %s %s '%s'", what, letter, stet_code_name(rc),
		    stet_rule_name(err->rule), err->text);
}

static void
test_role__follows_the_table_of_the_format(void **state)
{
	struct tl tl;
	size_t i, h, allowed = 0, all = 0;
	uint64_t size;
	char hex[65];
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	attach_source(&tl, hex);
	size = tl_size(&tl);
	for (i = 0; i < COUNT_OF(rows); i++)
		for (h = 0; h < HOLDER_COUNT; h++) {
			int may = strchr(rows[i].who, holders[h].letter) != NULL;
			char json[1024];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(json, sizeof(json), rows[i].json, hex, hex, hex, hex);
#pragma GCC diagnostic pop
			expect(would(&tl, tl_statement(&tl, holders[h].key, json), &err), may, &err,
			    rows[i].what, holders[h].letter);
			allowed += (size_t)may;
			all++;
		}
	assert_int_equal(tl_size(&tl), size);
	printf("%zu of %zu pairs of type and role may sign, as the page says\n", allowed, all);
	tl_free(&tl);
}

static void
test_role__leaves_observations_to_observers(void **state)
{
	struct tl tl;
	size_t i, h, all = 0;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < COUNT_OF(observed); i++)
		for (h = 0; h < HOLDER_COUNT; h++, all++) {
			char json[1024];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(json, sizeof(json), observed[i], ", 'source': {'name': 'watch'}");
#pragma GCC diagnostic pop
			expect(would(&tl, tl_statement(&tl, holders[h].key, json), &err),
			    holders[h].letter == 'o', &err, json, holders[h].letter);
		}
	printf("%zu observations, %zu signers: only the observer's are taken\n", COUNT_OF(observed),
	    all);
	tl_free(&tl);
}

/* What an observer says, several roles in one key do not change: a source makes it an observation.
 */
static void
test_role__is_of_the_statement_not_of_the_key(void **state)
{
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_STRANGER, "['observer', 'publisher']", ""));
	tl_say(&tl, TL_STRANGER, "{'type': 'record', 'subject': 'rw:1', 'title': 'own'}");
	tl_say(&tl, TL_STRANGER,
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'seen', 'source': {'name': 'x'}}");
	/* The page of somebody else may say what this key may not. */
	tl_say(&tl, TL_STRANGER,
	    "{'type': 'verdict', 'subject': 'rw:1', 'contract': 'gate-verdict-v1', 'gate': '2', "
	    "'status': 'FALSIFIED', 'source': {'name': 'x'}}");
	assert_int_equal(
	    would(&tl,
		tl_statement(&tl, TL_STRANGER,
		    "{'type': 'verdict', 'subject': 'rw:1', 'contract': 'gate-verdict-v1', "
		    "'gate': '2', 'status': 'UNVERIFIED'}"),
		&err),
	    STET_EREFUSED);
	assert_int_equal(err.rule, ST_ROLE_MISSING);
	tl_free(&tl);
}

/* --- endorsements ---------------------------------------------------------------------------- */

static const struct {
	enum tl_key signer;
	const char *who, *json;
} targets[] = {
    {TL_PUBLISHER, "p", "{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'x'}"},
    {TL_PUBLISHER, "pd",
	"{'type': 'alias', 'subject': '" TL_PAPER "', 'action': 'bind', 'record': 'rw:9'}"},
    {TL_REGISTRAR, "d", "{'type': 'doi', 'subject': '" TL_PAPER "', 'doi': '10.5555/paper.1'}"},
    {TL_GATE, "g",
	"{'type': 'verdict', 'subject': '" TL_PAPER "', 'contract': 'gate-verdict-v1', 'gate': "
	"'2', 'status': 'UNVERIFIED'}"},
    {TL_EDITOR, "pe",
	"{'type': 'correction', 'subject': '" TL_PAPER
	"', 'nature': 'erratum', 'public_note': 'x'}"},
    {TL_OBSERVER, "p",
	"{'type': 'claims', 'subject': '" TL_PAPER
	"', 'source_grounded_claims': 1, 'source': {'name': 'x'}}"},
};

static void
leaf_of(struct tl *tl, uint64_t seq, char hex[65])
{
	stet_entry *entry = NULL;
	stet_error err;

	assert_int_equal(stet_ledger_entry(tl->ledger, seq, &entry, &err), STET_OK);
	st_hex(stet_entry_leaf(entry).data, 32, hex);
	stet_entry_free(entry);
}

static void
test_role__endorses_what_it_may_sign_itself(void **state)
{
	struct tl tl;
	size_t i, h, allowed = 0, all = 0;
	stet_error err;
	char hex[65];

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < COUNT_OF(targets); i++) {
		leaf_of(&tl, tl_say(&tl, targets[i].signer, targets[i].json), hex);
		for (h = 0; h < HOLDER_COUNT; h++, all++) {
			int may = strchr(targets[i].who, holders[h].letter) != NULL;

			expect(would(&tl,
				   tl_statementf(&tl, holders[h].key,
				       "{'type': 'endorse', 'subject': '" TL_PAPER
				       "', 'targets': ['%s']}",
				       hex),
				   &err),
			    may, &err, targets[i].json, holders[h].letter);
			allowed += (size_t)may;
		}
	}
	/* An observed endorsement is not asked what its key could have signed. */
	assert_int_equal(would(&tl,
			     tl_statementf(&tl, TL_OBSERVER,
				 "{'type': 'endorse', 'subject': '" TL_PAPER
				 "', 'targets': ['%s'], 'source': {'name': 'x'}}",
				 hex),
			     &err),
	    STET_OK);
	printf("%zu of %zu endorsements may be signed\n", allowed, all);
	tl_free(&tl);
}

/* One key of all roles endorses everything; one entry that it could not sign spoils the rest. */
static void
test_role__of_all_targets_is_asked(void **state)
{
	char hex[2][65];
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	leaf_of(&tl, tl_say(&tl, targets[0].signer, targets[0].json), hex[0]);
	leaf_of(&tl, tl_say(&tl, targets[3].signer, targets[3].json), hex[1]);
	expect(would(&tl,
		   tl_statementf(&tl, TL_PUBLISHER,
		       "{'type': 'endorse', 'subject': '" TL_PAPER "', 'targets': ['%s', '%s']}",
		       hex[0], hex[1]),
		   &err),
	    0, &err, "both", 'p');
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_STRANGER, "['gate', 'publisher']", ""));
	expect(would(&tl,
		   tl_statementf(&tl, TL_STRANGER,
		       "{'type': 'endorse', 'subject': '" TL_PAPER "', 'targets': ['%s', '%s']}",
		       hex[0], hex[1]),
		   &err),
	    1, &err, "both", 's');
	tl_free(&tl);
}

/* --- the tables themselves ------------------------------------------------------------------- */

static void
test_role__names_are_those_of_the_page(void **state)
{
	static const uint8_t unknown[] = {0x82, 0x64, 'g', 'a', 't', 'e', 0x64, 'g', 'o', 'd', 's'};
	char text[128], small[8];
	struct st_buf array = {0};
	size_t h;
	unsigned all = 0;

	(void)state;
	st_cbor_put_array(&array, HOLDER_COUNT);
	for (h = 0; h < HOLDER_COUNT; h++) {
		all |= holders[h].role;
		st_cbor_put_str(&array, st_role_name(holders[h].role));
	}
	assert_int_equal(all, 255);
	assert_int_equal(st_roles_read(st_buf_bytes(&array)), all);
	assert_int_equal(st_roles_read((stet_bytes){unknown, sizeof(unknown)}), 0);
	assert_int_equal(st_roles_read((stet_bytes){array.data, 3}), 0);  /* cut */
	assert_int_equal(st_roles_read((stet_bytes){unknown + 1, 5}), 0); /* no array */
	assert_null(st_role_name(0));
	assert_null(st_role_name(3));
	assert_null(st_role_name(256));
	st_roles_text(ST_ROLE_PUBLISHER | ST_ROLE_EDITOR, text, sizeof(text));
	assert_string_equal(text, "publisher, editor");
	st_roles_text(0, text, sizeof(text));
	assert_string_equal(text, "");
	st_roles_text(all, small, sizeof(small)); /* does not fit, and stays inside */
	assert_int_equal(strlen(small), sizeof(small) - 1);
	st_buf_free(&array);
}

/* Whether a type may be observed is the schema's to say: it has a member `source`, or has not. */
static int
has_source(enum st_type type)
{
	const struct st_field *field;
	size_t i;

	for (i = 0; st_schemas[i] != NULL; i++) {
		if (st_schemas[i]->type != type)
			continue;
		for (field = st_schemas[i]->fields; field->name != NULL; field++)
			if (strcmp(field->name, "source") == 0)
				return 1;
	}
	return 0;
}

static void
test_role__every_type_has_its_own_row(void **state)
{
	int type;

	(void)state;
	for (type = ST_TYPE_UNKNOWN + 1; type < ST_TYPE_COUNT; type++) {
		const struct st_type_rule *rule = st_type_rule((enum st_type)type);

		assert_non_null(rule);
		assert_int_equal(rule->type, type);
		assert_int_equal(rule->observable, has_source((enum st_type)type));
	}
	assert_null(st_type_rule(ST_TYPE_UNKNOWN));
	assert_null(st_type_rule(ST_TYPE_COUNT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_role__follows_the_table_of_the_format),
	    cmocka_unit_test(test_role__leaves_observations_to_observers),
	    cmocka_unit_test(test_role__is_of_the_statement_not_of_the_key),
	    cmocka_unit_test(test_role__endorses_what_it_may_sign_itself),
	    cmocka_unit_test(test_role__of_all_targets_is_asked),
	    cmocka_unit_test(test_role__names_are_those_of_the_page),
	    cmocka_unit_test(test_role__every_type_has_its_own_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
