/* contract: a standing in the publisher's own contracts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stet/exchange.h>

#include "base/err.h"
#include "support/alloc.h"
#include "support/ledger.h"

#define NEWEST ((stet_at){STET_AT_NEWEST, 0})

static int
export_of(struct tl *tl, const char *name, const char *gate, stet_json **out, stet_error *err)
{
	stet_id *id = NULL;
	int rc;

	if ((rc = stet_id_parse(TL_PAPER, &id, err)) < 0)
		return rc;
	rc = stet_export_contract(tl->ledger, name, id, NEWEST, gate, out, err);
	stet_id_free(id);
	return rc;
}

static const char *
text_of(const stet_json *json, const char *member)
{
	static char text[4096];
	stet_bytes bytes = stet_json_string_of(stet_json_get(json, member));

	assert_true(bytes.data != NULL && bytes.size < sizeof(text));
	memcpy(text, bytes.data, bytes.size);
	text[bytes.size] = '\0';
	return text;
}

/* Whether something like this stands among the limitations. */
static int
is_limited(const stet_json *json, const char *words)
{
	const stet_json *all = stet_json_get(json, "limitations");
	char *text = NULL;
	size_t size;
	stet_error err;
	int found;

	assert_int_equal(stet_json_text(all, 0, &text, &size, &err), STET_OK);
	found = strstr(text, words) != NULL;
	free(text);
	return found;
}

static void
make(struct tl *tl)
{
	tl_make(tl, TL_MEMORY);
	tl_say(tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'x', 'publisher': 'Press'}");
}

static void
test_contract__names_are_listed_and_others_refused(void **state)
{
	stet_json *json = NULL;
	struct tl tl;
	stet_error err;
	stet_id *id = NULL;
	size_t row;

	(void)state;
	make(&tl);
	for (row = 0; stet_contract_name(row) != NULL; row++) {
		assert_int_equal(
		    export_of(&tl, stet_contract_name(row), NULL, &json, &err), STET_OK);
		assert_non_null(stet_json_get(json, "generated_from"));
		stet_json_free(json);
	}
	assert_int_equal(row, 5);
	assert_int_equal(export_of(&tl, "math-result", NULL, &json, &err), STET_EINVAL);
	assert_string_equal(stet_rule_name(err.rule), "format-unknown");
	assert_int_equal(stet_id_parse("10.5555/none", &id, &err), STET_OK);
	assert_int_equal(
	    stet_export_contract(tl.ledger, "quality-tiers", id, NEWEST, NULL, &json, &err),
	    STET_ENOTFOUND);
	stet_id_free(id);
	tl_free(&tl);
}

static void
test_contract__a_retraction_has_no_type(void **state)
{
	const stet_json *event;
	stet_json *json = NULL;
	struct tl tl;
	stet_error err;

	(void)state;
	make(&tl);
	tl_say(&tl, TL_EDITOR,
	    "{'type': 'correction', 'subject': '" TL_PAPER "', 'nature': 'retraction', 'notice': "
	    "{'kind': 'none'}, 'decided_by': [{'kind': 'editor', 'name': 'x'}]}");
	tl_say(&tl, TL_OBSERVER,
	    "{'type': 'correction', 'subject': '" TL_PAPER "', 'nature': 'erratum', 'public_note': "
	    "'y', 'source': {'name': 'somebody'}}");
	assert_int_equal(export_of(&tl, "correction-record", NULL, &json, &err), STET_OK);
	assert_string_equal(text_of(json, "correction_state"), "CORRECTED");
	assert_int_equal(stet_json_int_of(stet_json_get(json, "correction_count")), 1);
	event = stet_json_item(stet_json_get(json, "correction_events"), 0);
	assert_string_equal(text_of(event, "correction_type"), "METADATA");
	assert_true(is_limited(json, "nature retraction; no correction_type says that"));
	assert_true(is_limited(json, "an observer states: entry"));
	assert_true(is_limited(json, "retracted; no state says that"));
	stet_json_free(json);
	tl_free(&tl);
}

static void
test_contract__a_gate_is_named_where_there_are_two(void **state)
{
	stet_json *json = NULL;
	struct tl tl;
	stet_error err;

	(void)state;
	make(&tl);
	assert_int_equal(export_of(&tl, "gate-verdict", NULL, &json, &err), STET_OK);
	assert_string_equal(text_of(json, "status"), "UNVERIFIED");
	assert_true(is_limited(json, "no verdict is known here"));
	stet_json_free(json);
	tl_say(&tl, TL_GATE,
	    "{'type': 'verdict', 'subject': '" TL_PAPER "', 'contract': 'gate-verdict-v1', 'gate': "
	    "'2', 'status': 'UNVERIFIED', 'kind': 'default'}");
	tl_say(&tl, TL_OBSERVER,
	    "{'type': 'verdict', 'subject': '" TL_PAPER "', 'contract': 'gate-verdict-v1', 'gate': "
	    "'3', 'status': 'FALSIFIED', 'kind': 'red-team', 'reason': 'why', 'source': {'name': "
	    "'somebody'}}");
	assert_int_equal(export_of(&tl, "gate-verdict", NULL, &json, &err), STET_EINVAL);
	assert_non_null(strstr(err.text, "several gates, '2' and '3'"));
	assert_int_equal(export_of(&tl, "gate-verdict", "4", &json, &err), STET_EINVAL);
	assert_int_equal(export_of(&tl, "gate-verdict", "3", &json, &err), STET_OK);
	assert_string_equal(text_of(json, "status"), "FALSIFIED");
	assert_string_equal(text_of(json, "reason"), "why");
	assert_true(is_limited(json, "is another verdict, of gate '2'"));
	assert_true(is_limited(json, "/status is declared and not supported"));
	stet_json_free(json);
	tl_free(&tl);
}

static void
test_contract__what_is_not_known_is_said(void **state)
{
	stet_json *json = NULL;
	struct tl tl;
	stet_error err;

	(void)state;
	make(&tl);
	assert_int_equal(export_of(&tl, "verification-levels", NULL, &json, &err), STET_OK);
	assert_int_equal(stet_json_int_of(stet_json_get(json, "paper_level")), 1);
	assert_true(is_limited(json, "/claim_summary/sandbox_executed_claims is not known here"));
	stet_json_free(json);
	assert_int_equal(export_of(&tl, "quality-tiers", NULL, &json, &err), STET_OK);
	assert_true(is_limited(json, "/tier is not known here; WATCHLIST stands for it"));
	assert_true(is_limited(json, "/inputs/review_score is not known here"));
	stet_json_free(json);
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'assessment', 'subject': '" TL_PAPER "', 'review_score': 4.83, 'dimensions': "
	    "{'novelty': {'level': 'LOW', 'score': null, 'basis': 'read'}}}");
	assert_int_equal(export_of(&tl, "quality-tiers", NULL, &json, &err), STET_OK);
	assert_string_equal(text_of(json, "tier"), "QUARANTINE_CANDIDATE");
	stet_json_free(json);
	tl_free(&tl);
}

static void
test_contract__survives_every_failing_allocation(void **state)
{
	stet_json *json = NULL;
	struct tl tl;
	stet_error err;
	size_t row;
	long n;
	int rc, failed;

	(void)state;
	make(&tl);
	tl_say(&tl, TL_EDITOR,
	    "{'type': 'correction', 'subject': '" TL_PAPER "', 'nature': 'erratum', 'public_note': "
	    "'y'}");
	for (row = 0; stet_contract_name(row) != NULL; row++)
		for (n = 0, failed = 1; failed; n++) {
			json = NULL;
			alloc_fail(n);
			rc = export_of(&tl, stet_contract_name(row), NULL, &json, &err);
			failed = alloc_failed();
			assert_true(rc == STET_OK || (failed && json == NULL));
			stet_json_free(json);
		}
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_contract__names_are_listed_and_others_refused),
	    cmocka_unit_test(test_contract__a_retraction_has_no_type),
	    cmocka_unit_test(test_contract__a_gate_is_named_where_there_are_two),
	    cmocka_unit_test(test_contract__what_is_not_known_is_said),
	    cmocka_unit_test(test_contract__survives_every_failing_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
