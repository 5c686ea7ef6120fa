/* finding: on the real records exactly the contradictions that were worked out from them by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include <stet/exchange.h>
#include <stet/standing.h>

#include "support/data.h"
#include "support/ledger.h"

#define NEWEST ((stet_at){STET_AT_NEWEST, 0})

struct file {
	const char *text;
	size_t size, at;
};

static int
read_text(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	struct file *file = ctx;
	size_t left = file->size - file->at;

	*got_out = size < left ? size : left;
	memcpy(buf, file->text + file->at, *got_out);
	file->at += *got_out;
	return STET_OK;
}

/* "code ID\n" of every finding, and of the one gap that the list names; in any order. */
struct seen {
	struct tl *tl;
	char lines[64][48];
	size_t count;
};

static void
see_findings(struct seen *seen, const char *name)
{
	const stet_finding *findings;
	stet_standing *standing = NULL;
	const stet_json *json;
	stet_id *id = NULL;
	stet_error err;
	char *record;
	size_t i, count;

	assert_int_equal(stet_id_parse(name, &id, &err), STET_OK);
	if (stet_standing_of(seen->tl->ledger, id, NEWEST, &standing, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	json = stet_standing_json(standing, &err);
	assert_non_null(json);
	record = strndup((const char *)stet_json_string_of(
			     stet_json_get(stet_json_item(stet_json_get(json, "names"), 0), "name"))
			     .data,
	    64);
	count = strcmp(record, name) == 0 ? stet_standing_findings(standing, &findings) : 0;
	for (i = 0; i < count; i++) {
		if (findings[i].gap && strcmp(findings[i].code, "verified-without-artifact") != 0)
			continue;
		assert_true(seen->count < 64);
		assert_true(strlen(findings[i].text) > 10);
		snprintf(seen->lines[seen->count++], 48, "%s%s %.8s", findings[i].gap ? "GAP " : "",
		    findings[i].code, strncmp(name, "urn:uuid:", 9) == 0 ? name + 9 : name);
	}
	free(record);
	stet_standing_free(standing);
	stet_id_free(id);
}

static int
see(void *ctx, stet_entry *entry, stet_error *err)
{
	(void)err;
	if (strcmp(stet_entry_type(entry), "record") == 0)
		see_findings(ctx, stet_entry_name(entry));
	return 0;
}

static int
was_seen(struct seen *seen, const char *line)
{
	size_t i;

	for (i = 0; i < seen->count; i++)
		if (strcasecmp(seen->lines[i], line) == 0) {
			seen->lines[i][0] = '\0';
			return 1;
		}
	return 0;
}

static void
test_finding__on_real_records_are_those_worked_out(void **state)
{
	stet_transfer_options options = STET_TRANSFER_OPTIONS;
	stet_import_result result;
	struct data_table table;
	struct seen seen;
	struct file file = {0};
	struct tl tl;
	stet_error err;
	char *fields[3], *text, *id, *rest, line[64];
	size_t i, wanted = 0;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	file.text = text = data_read("data/records/records.json", &file.size);
	options.now_ms = tl.now_ms;
	if (stet_import(tl.ledger, "records", read_text, &file, tl.keys[TL_OBSERVER], &options,
		&result, &err) != STET_OK)
		fail_msg("%s", err.text);
	assert_int_equal(result.taken, 92);
	memset(&seen, 0, sizeof(seen));
	seen.tl = &tl;
	assert_int_equal(stet_ledger_walk(tl.ledger, 0, STET_NO_SEQ, see, &seen, &err), STET_OK);
	data_open(&table, "data/records/expected-findings.tsv");
	while (data_next(&table, fields, 3)) {
		for (id = strtok_r(fields[1], " ", &rest); id != NULL && strcmp(id, "-") != 0;
		     id = strtok_r(NULL, " ", &rest)) {
			snprintf(line, sizeof(line), "%s %s", fields[0], id);
			if (!was_seen(&seen, line))
				fail_msg("missing: %s", line);
			wanted++;
		}
	}
	for (i = 0; i < seen.count; i++)
		if (seen.lines[i][0] != '\0')
			fail_msg("not expected: %s", seen.lines[i]);
	assert_int_equal(wanted, seen.count);
	printf("findings on the real records: %zu, as worked out\n", wanted);
	free(text);
	tl_free(&tl);
}

/* --- a fixture for each -------------------------------------------------------------------------
 */

#define SEEN ", 'source': {'name': 'x'}}"
#define DECLARED(more) "{'type': 'declaration', 'subject': 'rw:1', " more SEEN
#define CLAIMS(more) "{'type': 'claims', 'subject': 'rw:1', " more SEEN
#define RECORD(more) "{'type': 'record', 'subject': 'rw:1', " more SEEN
#define SCORE(more) "{'type': 'assessment', 'subject': 'rw:1', " more SEEN
#define DOI(more) "{'type': 'doi', 'subject': 'doi:10.5555/a', 'doi': '10.5555/a', " more SEEN
#define VERDICT(status, more)                                                                 \
	"{'type': 'verdict', 'subject': 'rw:1', 'contract': 'gate-verdict-v1', 'gate': '2', " \
	"'status': '" status "'" more SEEN
#define CORRECTED(nature, more) \
	"{'type': 'correction', 'subject': 'rw:1', 'nature': '" nature "', " more

/* What is said of rw:1, in order; '!' in front: by the editor, '+': by the publisher, else by an
 * observer. */
static const struct fixture {
	const char *code;
	const char *said[4];
} fixtures[] = {
    {"falsified-current", {DECLARED("'correction_state': 'CURRENT'"), VERDICT("FALSIFIED", "")}},
    {"falsified-flagship", {DECLARED("'tier': 'FLAGSHIP_CANDIDATE'"), VERDICT("FALSIFIED", "")}},
    {"gate-label", {VERDICT("UNVERIFIED", ", 'gate_label': 'Gate 3: red team'")}},
    {"activation-date",
	{RECORD("'submitted': '2026-06-11'"),
	    VERDICT("UNVERIFIED", ", 'kind': 'default', 'reason': 'before (2026-06-10)'")}},
    {"verified-is-extracted",
	{DECLARED("'verified_claim_count': 14"),
	    CLAIMS("'extracted_claim_count': 14, 'verified_claim_count': 0")}},
    {"tier-does-not-follow",
	{DECLARED(
	     "'tier': 'WATCHLIST', 'verified_claim_count': 5, 'reproducibility_level': 'HIGH'"),
	    SCORE("'review_score': 8.5")}},
    {"level-does-not-follow",
	{DECLARED("'paper_level': 2"), CLAIMS("'source_grounded_claims': 0")}},
    {"level-does-not-follow",
	{DECLARED("'paper_level': 1"), CLAIMS("'source_grounded_claims': 1")}},
    {"provenance-does-not-follow",
	{DECLARED("'public_provenance_level': 4, 'external_record': 'Not registered'")}},
    {"current-while-corrected",
	{"+{'type': 'record', 'subject': 'rw:1', 'title': 'a'}",
	    "!" CORRECTED("erratum", "'public_note': 'one letter'}"),
	    "+{'type': 'declaration', 'subject': 'rw:1', 'correction_state': 'CURRENT'}"}},
    {"current-while-retracted", {DECLARED("'correction_state': 'CURRENT'"),
				    CORRECTED("retraction", "'occurred': '2026'" SEEN)}},
    {"state-against-count", {DECLARED("'correction_state': 'CURRENT', 'correction_count': 1")}},
    {"count-does-not-follow",
	{"+{'type': 'record', 'subject': 'rw:1', 'title': 'a'}",
	    "+{'type': 'declaration', 'subject': 'rw:1', 'correction_count': 2}"}},
    {"verdict-does-not-follow",
	{VERDICT("VERIFIED",
	    ", 'kind': 'sandbox', 'computed': '14295', 'expected': '15294', 'tolerance': '5.0'")}},
    {"diff-does-not-follow",
	{VERDICT("FALSIFIED",
	    ", 'kind': 'sandbox', 'computed': '14295', 'expected': '15294', 'diff': '7.0'")}},
    {"mean-does-not-follow",
	{VERDICT("FALSIFIED", ", 'kind': 'red-team', 'reason': 'avg_attack_score=9.2/10', 'roles': "
			      "[{'role': 'a', 'score': 9.0}, {'role': 'b', 'score': 9.2}]")}},
    {"evaluated-before-submitted",
	{RECORD("'submitted': '2026-06-11'"),
	    VERDICT("UNVERIFIED", ", 'evaluated_at': '2026-06-10T23:59:59Z'")}},
    {"corrected-before-submitted",
	{RECORD("'submitted': '2026-06'"), CORRECTED("retraction", "'occurred': '2026-05'" SEEN)}},
    {"alias-not-listed",
	{"+{'type': 'record', 'subject': 'rw:1', 'title': 'a'}",
	    "+{'type': 'alias', 'subject': 'rw:2', 'action': 'bind', 'record': 'rw:1'}"}},
    {"before-not-effective",
	{"+{'type': 'record', 'subject': 'rw:1', 'title': 'a'}",
	    "!" CORRECTED("erratum",
		"'affected': [{'path': '/record/title', 'before': 'b', 'after': "
		"'c'}]}")}},
    {"doi-state", {"{'type': 'declaration', 'subject': 'doi:10.5555/a', 'external_record': 'Not "
		   "registered'" SEEN,
		      DOI("'state': 'registered'")}},
    {"doi-unregistered", {DOI("'state': 'findable'"), DOI("'state': 'draft'")}},
    {"notice-role",
	{"{'type': 'correction', 'subject': 'doi:10.5555/a', 'nature': 'retraction', 'notice': "
	 "{'kind': 'self', 'doi': '10.5555/b'}" SEEN}},
    {"verified-not-counted",
	{CLAIMS("'sandbox_executed_claims': 0"), VERDICT("VERIFIED", ", 'kind': 'sandbox'")}},
    {"verified-without-artifact", {VERDICT("VERIFIED", "")}},
    {"falsified-without-evidence", {VERDICT("FALSIFIED", "")}},
    {"level-not-supported", {DECLARED("'paper_level': 2")}},
    {"provenance-not-supported", {DECLARED("'public_provenance_level': 4")}},
    {"tier-not-supported", {DECLARED("'tier': 'WATCHLIST'")}},
    {"claims-not-supported", {DECLARED("'verified_claim_count': 2")}},
    {"state-not-supported", {DECLARED("'correction_state': 'CURRENT'")}},
    {"doi-not-supported", {DOI("'state': 'registered'")}},
};

/* The same, one value away: no finding. */
static const struct fixture opposites[] = {
    {"falsified-current", {DECLARED("'correction_state': 'CORRECTED'"), VERDICT("FALSIFIED", "")}},
    {"falsified-current", {DECLARED("'correction_count': 0"), VERDICT("FALSIFIED", "")}},
    {"falsified-flagship", {DECLARED("'tier': 'DOI_GRADE'"), VERDICT("FALSIFIED", "")}},
    {"gate-label", {VERDICT("UNVERIFIED", ", 'gate_label': 'Gate 2: sandbox'")}},
    {"gate-label", {VERDICT("UNVERIFIED", ", 'gate_label': 'Gatekeeper 3'")}},
    {"activation-date",
	{RECORD("'submitted': '2026-06-10'"),
	    VERDICT("UNVERIFIED", ", 'kind': 'default', 'reason': 'before (2026-06-10)'")}},
    {"activation-date",
	{RECORD("'submitted': '2026-06'"),
	    VERDICT("UNVERIFIED", ", 'kind': 'default', 'reason': 'before (2026-06-10)'")}},
    {"verified-is-extracted",
	{DECLARED("'verified_claim_count': 14"), CLAIMS("'extracted_claim_count': 14")}},
    {"tier-does-not-follow", {DECLARED("'tier': 'FLAGSHIP_CANDIDATE', 'verified_claim_count': 5"),
				 SCORE("'review_score': 8.5")}},
    {"level-does-not-follow",
	{DECLARED("'paper_level': 2"), CLAIMS("'source_grounded_claims': 1")}},
    {"verdict-does-not-follow",
	{VERDICT("VERIFIED",
	    ", 'kind': 'sandbox', 'computed': '14295', 'expected': '14294', 'tolerance': '5.0'")}},
    {"diff-does-not-follow",
	{VERDICT("FALSIFIED",
	    ", 'kind': 'sandbox', 'computed': '14295', 'expected': '15294', 'diff': '6.5'")}},
    {"mean-does-not-follow",
	{VERDICT("FALSIFIED", ", 'kind': 'red-team', 'reason': 'avg_attack_score=9.1/10', 'roles': "
			      "[{'role': 'a', 'score': 9.0}, {'role': 'b', 'score': 9.2}]")}},
    {"evaluated-before-submitted",
	{RECORD("'submitted': '2026-06-10'"),
	    VERDICT("UNVERIFIED", ", 'evaluated_at': '2026-06-10T23:59:59Z'")}},
    {"notice-role",
	{"{'type': 'correction', 'subject': 'doi:10.5555/a', 'nature': 'retraction', 'notice': "
	 "{'kind': 'self', 'doi': '10.5555/a'}" SEEN}},
    {"doi-unregistered", {DOI("'state': 'findable'"), DOI("'state': 'hidden'")}},
    {"below-floor", {SCORE("'review_score': 1.5")}},
};

static void
say_all(struct tl *tl, const struct fixture *fixture)
{
	const char *json;
	enum tl_key by;
	size_t i;

	for (i = 0; i < 4 && fixture->said[i] != NULL; i++) {
		json = fixture->said[i];
		by = json[0] == '!' ? TL_EDITOR : json[0] == '+' ? TL_PUBLISHER : TL_OBSERVER;
		tl_say(tl, by, by == TL_OBSERVER ? json : json + 1);
	}
}

static int
has_finding(struct tl *tl, const char *name, const char *code)
{
	const stet_finding *findings;
	stet_standing *standing = NULL;
	stet_id *id = NULL;
	stet_error err;
	size_t i, count;
	int found = 0;

	assert_int_equal(stet_id_parse(name, &id, &err), STET_OK);
	if (stet_standing_of(tl->ledger, id, NEWEST, &standing, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	count = stet_standing_findings(standing, &findings);
	for (i = 0; i < count; i++)
		if (strcmp(findings[i].code, code) == 0) {
			assert_true(findings[i].first != STET_NO_SEQ);
			assert_string_equal(stet_rule_get(stet_rule_find(code))->kind,
			    findings[i].gap ? "gap" : "finding");
			found++;
		}
	stet_standing_free(standing);
	stet_id_free(id);
	return found;
}

static const char *
name_of(const struct fixture *fixture)
{
	return strstr(fixture->said[0], "'subject': 'doi:") != NULL ? "doi:10.5555/a" : "rw:1";
}

static void
test_finding__of_each_kind_has_a_fixture(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(fixtures) / sizeof(fixtures[0]); i++) {
		struct tl tl;

		tl_make(&tl, TL_MEMORY);
		say_all(&tl, &fixtures[i]);
		if (has_finding(&tl, name_of(&fixtures[i]), fixtures[i].code) != 1)
			fail_msg("row %zu: not once %s", i, fixtures[i].code);
		tl_free(&tl);
	}
}

static void
test_finding__needs_two_known_values_that_disagree(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(opposites) / sizeof(opposites[0]); i++) {
		struct tl tl;

		tl_make(&tl, TL_MEMORY);
		say_all(&tl, &opposites[i]);
		if (has_finding(&tl, name_of(&opposites[i]), opposites[i].code) != 0)
			fail_msg("row %zu: %s", i, opposites[i].code);
		tl_free(&tl);
	}
}

static void
test_finding__of_a_floor_only_where_the_policy_sets_one(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_OBSERVER, SCORE("'review_score': 6.49"));
	assert_int_equal(has_finding(&tl, "rw:1", "below-floor"), 0);
	tl_say(&tl, TL_ROOT,
	    "{'type': 'policy', 'subject': 'stet:ledger', 'profile': 'assignee-v1', 'values': "
	    "{'floor_review_score': 6.5, 'floor_verified_claim_count': 5}}");
	assert_int_equal(has_finding(&tl, "rw:1", "below-floor"), 1);
	tl_say(&tl, TL_OBSERVER, DECLARED("'verified_claim_count': 4"));
	assert_int_equal(has_finding(&tl, "rw:1", "below-floor"), 2);
	tl_free(&tl);
}

/* Content that went missing from the ledger's folder. */
static void
test_finding__artifact_not_held_is_a_gap(void **state)
{
	char hex[65], path[512];
	struct tl tl;

	(void)state;
	tl_make(&tl, 0);
	tl_attach(&tl, "content", hex);
	tl_append(
	    &tl, tl_statementf(&tl, TL_PUBLISHER,
		     "{'type': 'artifact', 'subject': 'rw:1', 'role': 'report', 'media_type': "
		     "'text/plain', 'size': 7, 'sha256': '%s'}",
		     hex));
	assert_int_equal(has_finding(&tl, "rw:1", "artifact-not-held"), 0);
	snprintf(path, sizeof(path), "%s/artifacts/%.2s/%s", tl.path, hex, hex + 2);
	assert_int_equal(remove(path), 0);
	assert_int_equal(has_finding(&tl, "rw:1", "artifact-not-held"), 1);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_finding__on_real_records_are_those_worked_out),
	    cmocka_unit_test(test_finding__of_each_kind_has_a_fixture),
	    cmocka_unit_test(test_finding__needs_two_known_values_that_disagree),
	    cmocka_unit_test(test_finding__of_a_floor_only_where_the_policy_sets_one),
	    cmocka_unit_test(test_finding__artifact_not_held_is_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
