/* rows: what is signed, what is not known, and what an enemy would have counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "standing/ladder.h"
#include "support/alloc.h"
#include "support/tale.h"

#define POLICY \
	"{'type': 'policy', 'subject': 'stet:ledger', 'profile': 'assignee-v1', 'values': {}}"
#define SAYS(type, members) "{'type': '" type "', " members "}"
#define SEEN(type, members) "{'type': '" type "', " members ", 'source': {'name': 'x'}}"
#define RECORD SAYS("record", "'title': 'A title'")
#define SANDBOX(status, members)                                                                \
	"'contract': 'gate-verdict-v1', 'gate': '2', 'kind': 'sandbox', 'status': '" status "'" \
	", " members
#define DIGEST "1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER_DIGEST "2222222222222222222222222222222222222222222222222222222222222222"
#define ARTIFACT(role)                                                                 \
	SAYS("artifact", "'role': '" role "', 'media_type': 'text/plain', 'size': 1, " \
			 "'sha256': '" DIGEST "'")
#define DOI(doi, state) "'doi': '" doi "', 'state': '" state "'"
#define CHANGE(path, after)                                                             \
	SAYS("correction", "'nature': 'correction', 'affected': [{'path': '" path "', " \
			   "'json': true, 'after': '" after "'}]")
#define ABOVE_2                                                                   \
	"'cross_source_corroborated_claims': 0, 'artifact_inspected_claims': 0, " \
	"'sandbox_executed_claims': 0, 'independently_reproduced_claims': 0, "    \
	"'externally_reviewed_or_formally_verified_claims': 0"

static const char sets[ST_SET_COUNT] = {'d', 'f', 's'}; /* declared, follows, supported */

/* "2", ">2", "?", "-": the value, what it is at least, nothing known, known to be none. */
static void
put_value(const struct st_value *value, char *out, size_t room)
{
	if (value->known == ST_ANSWER_YES)
		snprintf(out, room, "%s", value->text);
	else if (value->known == ST_ANSWER_NO)
		snprintf(out, room, "-");
	else if (value->least[0] != '\0')
		snprintf(out, room, ">%s", value->least);
	else
		snprintf(out, room, "?");
	if (value->known != ST_ANSWER_YES && value->why[0] == '\0')
		fail_msg("%s, and nobody says why", out);
}

/* A row as "d:2 f:>2 s:?". */
static void
assert_row(const struct tale *tale, const char *code, const char *detail, const char *wanted)
{
	struct st_standing *standing = fold_at(tale, tale->count);
	const struct st_row *row = st_row_find(standing, code, detail);
	char got[256], value[80];
	size_t at = 0;
	int set;

	if (row == NULL)
		fail_msg("no row %s %s", code, detail != NULL ? detail : "");
	for (set = 0; set < ST_SET_COUNT; set++) {
		put_value(&row->values[set], value, sizeof(value));
		at += (size_t)snprintf(
		    got + at, sizeof(got) - at, "%s%c:%s", set > 0 ? " " : "", sets[set], value);
	}
	if (strcmp(got, wanted) != 0)
		fail_msg("%s: %s, not %s", code, got, wanted);
	st_standing_free(standing);
}

/* The answers of a ladder's rungs, one letter each, and of one rung its reason. */
static void
assert_rungs(const struct tale *tale, const char *code, enum st_set set, const char *wanted,
    size_t rung, const char *why)
{
	struct st_standing *standing = fold_at(tale, tale->count);
	const struct st_row *row = st_row_find(standing, code, NULL);
	char got[16] = "";
	size_t i;

	for (i = 0; i < row->rung_count; i++)
		got[i] = "nY?"[row->rungs[i].answers[set]];
	assert_string_equal(got, wanted);
	if (why != NULL)
		assert_string_equal(row->rungs[rung].why[set], why);
	st_standing_free(standing);
}

/* --- verdicts ----------------------------------------------------------------------------------
 */

/* Who only observes cannot take away what a gate has signed. */
static void
test_rows__observed_verdicts_hide_no_signed_one(void **state)
{
	struct tale tale = {.held = ST_HELD_HERE};

	(void)state;
	say(&tale, ROOT, POLICY);
	say(&tale, PUBLISHER, RECORD);
	say(&tale, PUBLISHER, ARTIFACT("repro-results"));
	say(&tale, EDITOR,
	    SAYS("verdict", SANDBOX("VERIFIED", "'computed': '100', 'expected': '101', "
						"'artifacts': ['" DIGEST "']")));
	assert_row(&tale, "verdict", "gate 2, sandbox", "d:VERIFIED f:VERIFIED s:VERIFIED");
	say(&tale, OBSERVER,
	    SEEN("verdict", SANDBOX("FALSIFIED", "'computed': '1', 'expected': '2'")));
	assert_row(&tale, "verdict", "gate 2, sandbox", "d:VERIFIED f:VERIFIED s:VERIFIED");
	/* and the gate's own next word is the newest of both */
	say(&tale, EDITOR,
	    SAYS("verdict", SANDBOX("FALSIFIED", "'computed': '1', 'expected': '2'")));
	assert_row(&tale, "verdict", "gate 2, sandbox", "d:FALSIFIED f:FALSIFIED s:?");
	end(&tale);
}

/* Whether what a verdict rests on is here cannot always be found out: that is no no, and no gap. */
static void
test_rows__verdicts_may_rest_on_what_was_not_looked_for(void **state)
{
	static const struct {
		enum st_held held;
		const char *artifacts, *row, *why;
		int gap;
	} rows[] = {
	    {ST_HELD_HERE, "'" DIGEST "'", "d:VERIFIED f:VERIFIED s:VERIFIED", "", 0},
	    {ST_HELD_UNKNOWN, "'" DIGEST "'", "d:VERIFIED f:VERIFIED s:?",
		"whether the artifacts it rests on are held here is not known", 0},
	    {ST_HELD_NOT, "'" DIGEST "'", "d:VERIFIED f:VERIFIED s:?",
		"the artifacts it rests on are not all here", 1},
	    /* one of two is known to be away */
	    {ST_HELD_UNKNOWN, "'" DIGEST "', '" OTHER_DIGEST "'", "d:VERIFIED f:VERIFIED s:?",
		"the artifacts it rests on are not all here", 1},
	    {ST_HELD_UNKNOWN, "'" OTHER_DIGEST "', '" DIGEST "'", "d:VERIFIED f:VERIFIED s:?",
		"the artifacts it rests on are not all here", 1},
	};
	struct st_standing *standing;
	struct tale tale = {0};
	size_t i, k;
	int gap;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char verdict[1024];

		tale.held = rows[i].held;
		say(&tale, PUBLISHER, RECORD);
		say(&tale, PUBLISHER, ARTIFACT("repro-results"));
		snprintf(verdict, sizeof(verdict), "%s%s]}",
		    "{'type': 'verdict', " SANDBOX("VERIFIED", "'computed': '1', 'expected': '1', "
							       "'tolerance': '1', 'artifacts': ["),
		    rows[i].artifacts);
		say(&tale, EDITOR, verdict);
		assert_row(&tale, "verdict", "gate 2, sandbox", rows[i].row);
		standing = fold_at(&tale, tale.count);
		assert_string_equal(
		    st_row_find(standing, "verdict", "gate 2, sandbox")->values[ST_SUPPORTED].why,
		    rows[i].why);
		for (k = 0, gap = 0; k < standing->finding_count; k++)
			gap |= standing->findings[k].rule == ST_VERIFIED_WITHOUT_ARTIFACT;
		assert_int_equal(gap, rows[i].gap);
		st_standing_free(standing);
		end(&tale);
	}
}

/* What the float of a script prints: 17 digits. */
static void
test_rows__verdicts_are_computed_from_all_digits(void **state)
{
	static const struct {
		const char *members, *derived;
	} rows[] = {
	    {"'computed': '0.30000000000000004', 'expected': '0.3'", "VERIFIED"},
	    {"'computed': '0.30000000000000004', 'expected': '0.3', 'tolerance': '0'", "FALSIFIED"},
	    {"'computed': '1.1102230246251565e-16', 'expected': '0.3'", "FALSIFIED"},
	    {"'computed': '0.1', 'expected': '0.0'", "?"},
	    {"'computed': '0.0', 'expected': '0'", "VERIFIED"},
	    {"'computed': '1', 'expected': '1', 'tolerance': '-5'", "?"},
	    {"'computed': '1', 'expected': '2', 'tolerance': '-5'", "?"},
	    {"'computed': '1', 'expected': '1', 'tolerance': '12345678901234567891'", "?"},
	    {"'computed': '1'", "?"},
	};
	char text[512], wanted[64];
	struct tale tale = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		say(&tale, ROOT, POLICY);
		snprintf(text, sizeof(text), SEEN("verdict", SANDBOX("VERIFIED", "%s")),
		    rows[i].members);
		say(&tale, OBSERVER, text);
		snprintf(wanted, sizeof(wanted), "d:VERIFIED f:%s s:?", rows[i].derived);
		assert_row(&tale, "verdict", "gate 2, sandbox", wanted);
		end(&tale);
	}
}

/* The other contract has a word in common and no other: none of the gate's is derived there. */
static void
test_rows__a_contract_gives_its_own_words_only(void **state)
{
	struct tale tale = {0};

	(void)state;
	say(&tale, ROOT, POLICY);
	say(&tale, OBSERVER,
	    SEEN("verdict", "'contract': 'math-result-v1', 'gate': '2', 'kind': 'sandbox', "
			    "'status': 'COMPUTATIONAL_EVIDENCE', 'computed': '1', "
			    "'expected': '1'"));
	assert_row(&tale, "verdict", "gate 2, sandbox", "d:COMPUTATIONAL_EVIDENCE f:? s:?");
	end(&tale);
}

/* --- tiers and counts --------------------------------------------------------------------------
 */

/* Without a profile there are no thresholds; they are not 0. */
static void
test_rows__no_profile_gives_no_tier(void **state)
{
	struct tale tale = {0};
	struct st_tier_input input = {0, 0, 1};
	struct st_standing standing = {0};

	(void)state;
	say(&tale, PUBLISHER, RECORD);
	say(&tale, OBSERVER, SEEN("assessment", "'review_score': 1.0"));
	say(&tale, OBSERVER,
	    SEEN("declaration", "'verified_claim_count': 0, 'reproducibility_level': 'HIGH'"));
	assert_row(&tale, "quality-tier", NULL, "d:? f:? s:?");
	assert_null(st_tier_of(&standing, &input));
	standing.profile = (char *)(uintptr_t) "of-next-year-v1";
	assert_null(st_tier_of(&standing, &input));
	end(&tale);
}

/* UNASSESSED says that it is not HIGH, null and nothing say nothing. */
static void
test_rows__unassessed_is_known(void **state)
{
	static const struct {
		const char *dimensions, *tier;
	} rows[] = {
	    {"'dimensions': {'reproducibility_status': {'level': 'UNASSESSED'}}", "DOI_GRADE"},
	    {"'dimensions': {'reproducibility_status': {'score': null}}", "?"},
	    {"'dimensions': {'novelty': {'level': 'HIGH'}}", "?"},
	    {"'dimensions': {'reproducibility_status': {'level': 'HIGH'}}", "FLAGSHIP_CANDIDATE"},
	};
	char text[512], wanted[80];
	struct tale tale = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		say(&tale, ROOT, POLICY);
		snprintf(text, sizeof(text), SEEN("assessment", "'review_score': 9, %s"),
		    rows[i].dimensions);
		say(&tale, OBSERVER, text);
		say(&tale, OBSERVER, SEEN("claims", "'verified_claim_count': 7"));
		snprintf(wanted, sizeof(wanted), "d:? f:%s s:?", rows[i].tier);
		assert_row(&tale, "quality-tier", NULL, wanted);
		end(&tale);
	}
}

/* A correction may put anything where a number was: what is none is not known. */
static void
test_rows__corrected_to_nonsense(void **state)
{
	static const char *const nonsense[] = {
	    "-5", "1.5", "\\\"7\\\"", "[7]", "{}", "true", "null", "99999999999999999999"};
	char text[512];
	struct tale tale = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		say(&tale, ROOT, POLICY);
		say(&tale, PUBLISHER,
		    SAYS("claims",
			"'source_grounded_claims': 3, 'verified_claim_count': 3, " ABOVE_2));
		assert_row(&tale, "verified-claims", NULL, "d:? f:3 s:3");
		snprintf(
		    text, sizeof(text), CHANGE("/claims/verified_claim_count", "%s"), nonsense[i]);
		say(&tale, EDITOR, text);
		snprintf(text, sizeof(text), CHANGE("/claims/source_grounded_claims", "%s"),
		    nonsense[i]);
		say(&tale, EDITOR, text);
		assert_row(&tale, "verified-claims", NULL, "d:? f:? s:?");
		assert_rungs(&tale, "verification-level", ST_DERIVED, "Y??nnnnn", 2,
		    "the claims do not give 'source_grounded_claims'");
		end(&tale);
	}
	/* a score out of its range, a level that the ladder does not have */
	say(&tale, ROOT, POLICY);
	say(&tale, PUBLISHER, SAYS("assessment", "'review_score': 9"));
	say(&tale, PUBLISHER,
	    SAYS("declaration", "'paper_level': 2, 'verified_claim_count': 9, "
				"'reproducibility_level': 'HIGH'"));
	assert_row(&tale, "quality-tier", NULL, "d:? f:FLAGSHIP_CANDIDATE s:?");
	say(&tale, EDITOR, CHANGE("/assessment/review_score", "95"));
	say(&tale, EDITOR, CHANGE("/declaration/paper_level", "12"));
	assert_row(&tale, "quality-tier", NULL, "d:? f:? s:?");
	assert_row(&tale, "verification-level", NULL, "d:? f:>0 s:>0");
	end(&tale);
}

/* --- ladders -----------------------------------------------------------------------------------
 */

/* Whether content is here cannot always be found out: that is no no. */
static void
test_rows__content_not_looked_for_is_unknown(void **state)
{
	static const struct {
		enum st_held held;
		const char *rungs, *level;
	} rows[] = {
	    {ST_HELD_HERE, "YYYnnnYn", "d:? f:6 s:6"},
	    {ST_HELD_UNKNOWN, "YYYnnn?n", "d:? f:6 s:>2"},
	    {ST_HELD_NOT, "YYYnnnnn", "d:? f:6 s:2"},
	    {ST_HELD_WITHHELD, "YYYnnnnn", "d:? f:6 s:2"},
	};
	struct tale tale = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tale.held = rows[i].held;
		say(&tale, PUBLISHER, RECORD);
		say(&tale, PUBLISHER, ARTIFACT("repro-results"));
		say(&tale, PUBLISHER,
		    SAYS("claims",
			"'source_grounded_claims': 3, 'cross_source_corroborated_claims': 0, "
			"'artifact_inspected_claims': 0, 'sandbox_executed_claims': 0, "
			"'independently_reproduced_claims': 1, "
			"'externally_reviewed_or_formally_verified_claims': 0"));
		assert_rungs(&tale, "verification-level", ST_SUPPORTED, rows[i].rungs, 0, NULL);
		assert_row(&tale, "verification-level", NULL, rows[i].level);
		end(&tale);
	}
	/* the same of a report on the other ladder */
	tale.held = ST_HELD_UNKNOWN;
	say(&tale, PUBLISHER, SAYS("record", "'title': 'a', 'manifest': {'contract': 'c'}"));
	say(&tale, PUBLISHER, ARTIFACT("report"));
	assert_row(&tale, "provenance-level", NULL, "d:? f:L2 s:>L1");
	end(&tale);
}

/* What a newer stet wrote may say it: then nothing is concluded from silence. */
static void
test_rows__newer_types_leave_nothing_for_sure(void **state)
{
	struct tale tale = {0};
	stet_statement *statement = NULL;
	stet_json *json = NULL;
	struct st_buf bytes = {0};
	stet_error err;
	size_t i, changed = 0;

	(void)state;
	say(&tale, PUBLISHER, RECORD);
	assert_row(&tale, "verification-level", NULL, "d:? f:1 s:1");
	assert_row(&tale, "correction-count", NULL, "d:? f:0 s:0");
	say(&tale, EDITOR, SAYS("correction", "'nature': 'erratum', 'public_note': 'x'"));
	assert_row(&tale, "correction-state", NULL, "d:? f:CORRECTED s:CORRECTED");
	/* "claims" with another last letter, of the same size */
	assert_int_equal(try_json(&tale,
			     "{'type': 'claims', 'id': 'new', 'subject': '" PAPER
			     "', 'source_grounded_claims': 1}",
			     &json),
	    STET_OK);
	stet_json_set(json, "issuer", stet_json_str(issuers[PUBLISHER]));
	assert_int_equal(stet_statement_from_value(json, &statement, &err), STET_OK);
	assert_int_equal(
	    stet_statement_sign(statement, keys[PUBLISHER], 1767225600, &err), STET_OK);
	st_buf_put(
	    &bytes, stet_statement_encoded(statement).data, stet_statement_encoded(statement).size);
	for (i = 0; i + 7 <= bytes.size; i++)
		if (memcmp(bytes.data + i,
			"\x66"
			"claims",
			7) == 0) {
			bytes.data[i + 6] = 'z';
			changed++;
		}
	assert_int_equal(changed, 1);
	enter(&tale, st_buf_bytes(&bytes));
	assert_row(&tale, "verification-level", NULL, "d:? f:>1 s:>1");
	assert_row(&tale, "provenance-level", NULL, "d:? f:>L0 s:>L0");
	assert_row(&tale, "correction-state", NULL, "d:? f:>CORRECTED s:?");
	assert_row(&tale, "correction-count", NULL, "d:? f:>1 s:?");
	end(&tale);
	st_buf_free(&bytes);
	stet_statement_free(statement);
	stet_json_free(json);
}

/* A rung that its lower neighbour does not let stand says so, whatever it would be by itself. */
static void
test_rows__a_rung_names_the_one_it_needs(void **state)
{
	struct tale tale = {0};

	(void)state;
	say(&tale, OBSERVER, SEEN("record", "'title': 'a', 'manifest': {'contract': 'c'}"));
	say(&tale, OBSERVER, SEEN("declaration", "'report_artifact': 'None'"));
	assert_rungs(&tale, "provenance-level", ST_DERIVED, "YYnnn", 2,
	    "the report is declared not to be available");
	assert_rungs(&tale, "provenance-level", ST_DERIVED, "YYnnn", 3, "it needs L2");
	assert_rungs(&tale, "provenance-level", ST_DERIVED, "YYnnn", 4, "it needs L3");
	assert_row(&tale, "provenance-level", NULL, "d:? f:L1 s:>L0");
	end(&tale);
}

/* --- registrations -----------------------------------------------------------------------------
 */

static void
test_rows__each_doi_speaks_for_itself(void **state)
{
	struct tale tale = {.held = ST_HELD_HERE};

	(void)state;
	say(&tale, PUBLISHER, SAYS("record", "'title': 'a', 'manifest': {'contract': 'c'}"));
	say(&tale, PUBLISHER, ARTIFACT("report"));
	say(&tale, PUBLISHER, SAYS("claims", "'source_grounded_claims': 3"));
	say(&tale, PUBLISHER, SAYS("doi", DOI("10.5555/paper", "findable")));
	assert_row(&tale, "provenance-level", NULL, "d:? f:L4 s:L4");
	/* a draft beside it takes nothing away */
	say(&tale, PUBLISHER, SAYS("doi", DOI("10.5555/paper.v2", "draft")));
	assert_row(&tale, "provenance-level", NULL, "d:? f:L4 s:L4");
	assert_row(&tale, "doi", "10.5555/paper", "d:findable f:findable s:findable");
	assert_row(&tale, "doi", "10.5555/paper.v2", "d:draft f:draft s:draft");
	/* nor does somebody who only looked */
	say(&tale, OBSERVER, SEEN("doi", DOI("10.5555/paper", "hidden")));
	assert_row(&tale, "provenance-level", NULL, "d:? f:L4 s:L4");
	assert_row(&tale, "doi", "10.5555/paper", "d:findable f:findable s:findable");
	/* who signed it does; a statement without a state changes none */
	say(&tale, PUBLISHER, SAYS("doi", "'doi': '10.5555/paper', 'agency': 'DataCite'"));
	assert_row(&tale, "provenance-level", NULL, "d:? f:L4 s:L4");
	say(&tale, PUBLISHER, SAYS("doi", DOI("10.5555/paper", "hidden")));
	assert_row(&tale, "provenance-level", NULL, "d:? f:L3 s:L3");
	assert_row(&tale, "doi", "10.5555/paper", "d:hidden f:hidden s:hidden");
	end(&tale);
}

/* --- corrections -------------------------------------------------------------------------------
 */

static void
test_rows__observed_corrections_are_at_least_so_many(void **state)
{
	struct tale tale = {0};

	(void)state;
	say(&tale, OBSERVER, SEEN("record", "'title': 'a'"));
	assert_row(&tale, "correction-state", NULL, "d:? f:? s:?");
	assert_row(&tale, "correction-count", NULL, "d:? f:? s:?");
	say(&tale, OBSERVER,
	    SEEN("declaration", "'correction_state': 'CURRENT', 'correction_count': 0"));
	assert_row(&tale, "correction-state", NULL, "d:CURRENT f:CURRENT s:?");
	say(&tale, OBSERVER, SEEN("correction", "'nature': 'erratum', 'public_note': 'x'"));
	assert_row(&tale, "correction-state", NULL, "d:CURRENT f:CORRECTED s:?");
	assert_row(&tale, "correction-count", NULL, "d:0 f:>1 s:?");
	/* a source that speaks of a new version speaks of one that is superseded */
	say(&tale, OBSERVER, SEEN("correction", "'nature': 'new_version', 'replacement': 'rw:9'"));
	assert_row(&tale, "correction-state", NULL, "d:CURRENT f:SUPERSEDED s:?");
	say(&tale, OBSERVER, SEEN("correction", "'nature': 'reinstatement', 'targets': ['@3']"));
	assert_row(&tale, "correction-state", NULL, "d:CURRENT f:CORRECTED s:?");
	end(&tale);
	/* where a publisher has opened it, what is here is all there is */
	say(&tale, PUBLISHER, RECORD);
	say(&tale, EDITOR, SAYS("correction", "'nature': 'erratum', 'public_note': 'x'"));
	say(&tale, OBSERVER, SEEN("correction", "'nature': 'erratum', 'public_note': 'x'"));
	assert_row(&tale, "correction-count", NULL, "d:? f:2 s:1");
	end(&tale);
}

/* --- memory ------------------------------------------------------------------------------------
 */

static void
test_rows__run_out_of_memory_anywhere(void **state)
{
	struct tale tale = {.held = ST_HELD_HERE};
	struct st_standing *standing;
	stet_error err;
	long n;
	int rc;

	(void)state;
	say(&tale, ROOT, POLICY);
	say(&tale, PUBLISHER, SAYS("record", "'title': 'a', 'manifest': {'contract': 'c'}"));
	say(&tale, PUBLISHER, ARTIFACT("repro-results"));
	say(&tale, PUBLISHER, ARTIFACT("report"));
	say(&tale, PUBLISHER, SAYS("claims", "'source_grounded_claims': 3, " ABOVE_2));
	say(&tale, PUBLISHER, SAYS("assessment", "'review_score': 9"));
	say(&tale, PUBLISHER,
	    SAYS("declaration", "'paper_level': 2, 'tier': 'DOI_GRADE', 'verified_claim_count': 9, "
				"'correction_state': 'CURRENT', 'correction_count': 0, "
				"'external_record': 'Registered', 'report_artifact': 'Available', "
				"'reproducibility_level': 'HIGH'"));
	say(&tale, PUBLISHER, SAYS("doi", DOI("10.5555/paper", "findable")));
	say(&tale, EDITOR,
	    SAYS("verdict", SANDBOX("VERIFIED", "'computed': '1', 'expected': '1', "
						"'artifacts': ['" DIGEST "']")));
	say(&tale, OBSERVER, SEEN("correction", "'nature': 'erratum', 'public_note': 'x'"));
	say(&tale, EDITOR, CHANGE("/claims/source_grounded_claims", "4"));
	say(&tale, EDITOR,
	    SAYS("correction", "'nature': 'correction', 'affected': [{'path': "
			       "'/claims/source_grounded_claims', 'json': true, 'before': '4', "
			       "'after': '5'}]"));
	for (n = 0;; n++) {
		alloc_fail(n);
		standing = NULL;
		rc = try_fold(&tale, tale.count, 0, &standing, &err);
		if (!alloc_failed())
			break;
		if (rc != STET_ENOMEM)
			fail_msg("allocation %ld failed: %d", n, rc);
		assert_null(standing);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(n > 100);
	printf("allocations that failed one by one: %ld\n", n);
	st_standing_free(standing);
	end(&tale);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows__observed_verdicts_hide_no_signed_one),
	    cmocka_unit_test(test_rows__verdicts_may_rest_on_what_was_not_looked_for),
	    cmocka_unit_test(test_rows__verdicts_are_computed_from_all_digits),
	    cmocka_unit_test(test_rows__a_contract_gives_its_own_words_only),
	    cmocka_unit_test(test_rows__no_profile_gives_no_tier),
	    cmocka_unit_test(test_rows__unassessed_is_known),
	    cmocka_unit_test(test_rows__corrected_to_nonsense),
	    cmocka_unit_test(test_rows__content_not_looked_for_is_unknown),
	    cmocka_unit_test(test_rows__newer_types_leave_nothing_for_sure),
	    cmocka_unit_test(test_rows__a_rung_names_the_one_it_needs),
	    cmocka_unit_test(test_rows__each_doi_speaks_for_itself),
	    cmocka_unit_test(test_rows__observed_corrections_are_at_least_so_many),
	    cmocka_unit_test(test_rows__run_out_of_memory_anywhere),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
