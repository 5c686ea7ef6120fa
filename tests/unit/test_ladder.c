/* ladder: the publisher's own numbers, and what is not known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stet/standing.h>

#include "base/err.h"
#include "standing/ladder.h"
#include "support/ledger.h"

#define NEWEST ((stet_at){STET_AT_NEWEST, 0})

static const struct st_standing profile = {.profile = (char *)(uintptr_t) "assignee-v1"};

/* --- tiers, in hundredths ------------------------------------------------------------------------
 */

static void
test_tier__of_the_records(void **state)
{
	static const struct {
		int64_t score, claims;
		int high;
		const char *tier;
	} rows[] = {
	    {850, 11, 1, "FLAGSHIP_CANDIDATE"},
	    {849, 11, 1, "DOI_GRADE"},
	    {750, 9, 0, "DOI_GRADE"},
	    {720, 14, 0, "WATCHLIST"},
	    {667, 0, 0, "WATCHLIST"},
	    {583, 8, 0, "WATCHLIST"},
	    {483, 11, 0, "QUARANTINE_CANDIDATE"},
	    {840, 5, 0, "DOI_GRADE"},
	    {867, 5, 1, "FLAGSHIP_CANDIDATE"},
	    {867, 4, 1, "DOI_GRADE"},
	    {749, 9, 1, "WATCHLIST"},
	    {750, 0, 1, "WATCHLIST"},
	    {499, 9, 1, "QUARANTINE_CANDIDATE"},
	    {500, 0, 0, "WATCHLIST"},
	    /* What is not known decides nothing that it could change. */
	    {850, 11, -1, NULL},
	    {850, -1, 1, NULL},
	    {850, -1, 0, NULL},
	    {850, 4, -1, "DOI_GRADE"},
	    {840, 5, -1, "DOI_GRADE"},
	    {840, -1, -1, NULL},
	    {720, -1, -1, "WATCHLIST"},
	    {483, -1, -1, "QUARANTINE_CANDIDATE"},
	    {-1, 11, 1, NULL},
	};
	struct st_tier_input input;
	const char *tier;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		input = (struct st_tier_input){rows[i].score, rows[i].claims, rows[i].high};
		tier = st_tier_of(&profile, &input);
		if ((tier == NULL) != (rows[i].tier == NULL) ||
		    (tier != NULL && strcmp(tier, rows[i].tier) != 0))
			fail_msg("row %zu: %s", i, tier != NULL ? tier : "unknown");
	}
}

/* --- numbers as printed --------------------------------------------------------------------------
 */

static void
test_decimal__tolerance_of_the_records(void **state)
{
	static const struct {
		const char *computed, *expected, *tolerance;
		int within; /* -1: not known */
		int64_t tenths;
	} rows[] = {
	    {"14295.0", "14294.0", "5.0", 1, 0},
	    {"14295.0", "15294.0", "5.0", 0, 65},
	    {"14295", "15295", "5.0", 0, 65},
	    {"393216.0", "393216.0", "5.0", 1, 0},
	    {"768", "768.0", "5", 1, 0},
	    {"21.3", "21.30", "0", 1, 0},
	    {"8.7", "8.7", "5.0", 1, 0},
	    {"95", "100", "5.0", 1, 50}, /* exactly the tolerance is within it */
	    {"94.999", "100", "5.0", 0, 50},
	    {"105.000000001", "100", "5.0", 0, 50},
	    {"-95", "-100", "5.0", 1, 50},
	    {"100", "-100", "5.0", 0, 2000},
	    {"1e3", "1000", "0", 1, 0},
	    {"0", "100", "5", 0, 1000},
	    {"0", "0", "5", 1, -1},
	    {"1", "0", "5", -1, -1},
	    {"1e300", "1", "5", -1, -1},
	};
	struct st_decimal computed, expected, tolerance;
	int64_t tenths;
	int within;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(st_decimal_read(st_str(rows[i].computed), &computed), 0);
		assert_int_equal(st_decimal_read(st_str(rows[i].expected), &expected), 0);
		assert_int_equal(st_decimal_read(st_str(rows[i].tolerance), &tolerance), 0);
		st_decimal_within(&computed, &expected, &tolerance, &within);
		if (within != rows[i].within)
			fail_msg("row %zu: within %d", i, within);
		if (st_decimal_diff(&computed, &expected, &tenths) < 0)
			tenths = -1;
		if (tenths != rows[i].tenths)
			fail_msg("row %zu: %lld tenths", i, (long long)tenths);
	}
}

static void
test_decimal__hostile_numbers(void **state)
{
	static const char *const unread[] = {"", "-", ".", "e5", "1e", "1e+", "1x", "--1", "1.2.3",
	    "1234567890123456789", "1e1001", "1e99999999999999999999", "0.1234567890123456789"};
	static const char *const equal[][2] = {{"1.0", "1"}, {"100", "1e2"}, {"0.0", "-0"},
	    {"1000000000000000000000000000000", "1e30"}, {"0.00010", "1e-4"}, {"-5.50", "-5.5"}};
	struct st_decimal a, b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(unread) / sizeof(unread[0]); i++)
		if (st_decimal_read(st_str(unread[i]), &a) == 0)
			fail_msg("'%s' was read", unread[i]);
	assert_int_equal(st_decimal_read((stet_bytes){NULL, 0}, &a), -1);
	for (i = 0; i < sizeof(equal) / sizeof(equal[0]); i++) {
		assert_int_equal(st_decimal_read(st_str(equal[i][0]), &a), 0);
		assert_int_equal(st_decimal_read(st_str(equal[i][1]), &b), 0);
		if (!st_decimal_equal(&a, &b))
			fail_msg("%s is not %s", equal[i][0], equal[i][1]);
	}
}

/* Every pair of large and small ones, for the sanitizer to look at. */
static void
test_decimal__never_overflows(void **state)
{
	static const char *const numbers[] = {"999999999999999999", "-999999999999999999",
	    "1e-1000", "1e1000", "999999999999999999e1000", "0.000000000000000001", "1e18", "1e14",
	    "123456789012345678e-400", "7", "-3e5"};
	size_t count = sizeof(numbers) / sizeof(numbers[0]), i, j, k;
	struct st_decimal a, b, c;
	int64_t tenths;
	int within;

	(void)state;
	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++)
			for (k = 0; k < count; k++) {
				st_decimal_read(st_str(numbers[i]), &a);
				st_decimal_read(st_str(numbers[j]), &b);
				st_decimal_read(st_str(numbers[k]), &c);
				st_decimal_within(&a, &b, &c, &within);
				st_decimal_diff(&a, &b, &tenths);
				assert_true(within >= -1 && within <= 1);
			}
}

/* --- through a ledger ----------------------------------------------------------------------------
 */

#define SEEN ", 'source': {'name': 'x'}}"

static const stet_json *
row_of(const stet_json *standing, const char *code)
{
	const stet_json *rows = stet_json_get(standing, "rows"), *row;
	size_t i;

	for (i = 0; i < stet_json_size(rows); i++) {
		row = stet_json_item(rows, i);
		if (st_bytes_equal(stet_json_string_of(stet_json_get(row, "code")), st_str(code)))
			return row;
	}
	fail_msg("no row %s", code);
	return NULL;
}

/* "2", ">2", "?": the value, what it is at least, nothing known. */
static void
assert_value(struct tl *tl, const char *code, const char *set, const char *wanted)
{
	stet_standing *standing = NULL;
	const stet_json *value;
	stet_bytes text;
	stet_id *id = NULL;
	stet_error err;
	char got[80] = "?";

	assert_int_equal(stet_id_parse("rw:1", &id, &err), STET_OK);
	assert_int_equal(stet_standing_of(tl->ledger, id, NEWEST, &standing, &err), STET_OK);
	value = stet_json_get(row_of(stet_standing_json(standing, &err), code), set);
	if ((text = stet_json_string_of(stet_json_get(value, "value"))).data != NULL)
		snprintf(got, sizeof(got), "%.*s", (int)text.size, (const char *)text.data);
	else if ((text = stet_json_string_of(stet_json_get(value, "least"))).data != NULL)
		snprintf(got, sizeof(got), ">%.*s", (int)text.size, (const char *)text.data);
	if (strcmp(got, wanted) != 0)
		fail_msg("%s %s: %s, not %s", code, set, got, wanted);
	stet_standing_free(standing);
	stet_id_free(id);
}

#define ALL_ABOVE_0                                                               \
	"'cross_source_corroborated_claims': 0, 'artifact_inspected_claims': 0, " \
	"'sandbox_executed_claims': 0, 'independently_reproduced_claims': 0, "    \
	"'externally_reviewed_or_formally_verified_claims': 0"

static void
test_level__of_claim_counts(void **state)
{
	static const struct {
		const char *claims, *level;
	} rows[] = {
	    {"'source_grounded_claims': 0, " ALL_ABOVE_0, "1"},
	    {"'source_grounded_claims': 2, " ALL_ABOVE_0, "2"},
	    {"'source_grounded_claims': 24, " ALL_ABOVE_0, "2"},
	    {"'source_grounded_claims': 24", ">2"}, /* what is left out is not zero */
	    {"'source_grounded_claims': 0", ">1"},
	    {"'externally_reviewed_or_formally_verified_claims': 1", "7"},
	    {"'sandbox_executed_claims': 3", ">5"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tl tl;

		tl_make(&tl, TL_MEMORY);
		tl_say(&tl, TL_OBSERVER, "{'type': 'record', 'subject': 'rw:1', 'title': 'a'" SEEN);
		tl_append(
		    &tl, tl_statementf(&tl, TL_OBSERVER,
			     "{'type': 'claims', 'subject': 'rw:1', %s" SEEN, rows[i].claims));
		assert_value(&tl, "verification-level", "derived", rows[i].level);
		assert_value(&tl, "verification-level", "supported", ">0");
		assert_value(&tl, "verification-level", "declared", "?");
		tl_free(&tl);
	}
}

static void
test_level__of_provenance(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_OBSERVER,
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'a', 'manifest': {'contract': "
	    "'c'}" SEEN);
	assert_value(&tl, "provenance-level", "derived", ">L1");
	tl_say(&tl, TL_OBSERVER,
	    "{'type': 'claims', 'subject': 'rw:1', 'source_grounded_claims': 14" SEEN);
	assert_value(&tl, "provenance-level", "derived", ">L1"); /* no report is known */
	tl_say(&tl, TL_OBSERVER,
	    "{'type': 'declaration', 'subject': 'rw:1', 'report_artifact': 'Available', "
	    "'external_record': 'Not registered', 'public_provenance_level': 3" SEEN);
	assert_value(&tl, "provenance-level", "derived", "L3");
	assert_value(&tl, "provenance-level", "declared", "L3");
	tl_say(&tl, TL_OBSERVER,
	    "{'type': 'declaration', 'subject': 'rw:1', 'report_artifact': 'Available', "
	    "'external_record': 'Registered'" SEEN);
	assert_value(&tl, "provenance-level", "derived", "L4");
	assert_value(&tl, "provenance-level", "supported", ">L0");
	tl_free(&tl);
}

/* What a publisher has signed is all there is of it: no is known there. */
static void
test_level__that_signed_entries_carry(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'a'}");
	assert_value(&tl, "verification-level", "supported", "1");
	assert_value(&tl, "provenance-level", "supported", "L0");
	assert_value(&tl, "correction-state", "supported", "CURRENT");
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'claims', 'subject': 'rw:1', 'source_grounded_claims': 3, " ALL_ABOVE_0 "}");
	assert_value(&tl, "verification-level", "supported", "2");
	/* Counted, and nothing here that shows it. */
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'claims', 'subject': 'rw:1', 'source_grounded_claims': 3, "
	    "'cross_source_corroborated_claims': 0, 'artifact_inspected_claims': 0, "
	    "'sandbox_executed_claims': 1, 'independently_reproduced_claims': 0, "
	    "'externally_reviewed_or_formally_verified_claims': 0}");
	assert_value(&tl, "verification-level", "derived", "5");
	assert_value(&tl, "verification-level", "supported", "2");
	tl_free(&tl);
}

static void
test_verdict__mean_of_attack_scores(void **state)
{
	static const struct {
		const char *a, *b, *c;
		int64_t tenths;
	} rows[] = {{"9.0", "9.2", "9.2", 91}, {"7.5", "9.2", "9.5", 87}, {"9.0", "9.2", "6.5", 82},
	    {"6.5", "9.2", "2.5", 61}, {"9.0", "9.5", "9.5", 93}, {"8.5", "7.5", "9.5", 85},
	    {"7.5", "6.2", "7.5", 71}, {"9.0", "8.5", "9.0", 88}, {"9.0", "9.5", "9.0", 92},
	    {"8.5", "8.5", "9.0", 87}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct st_standing *standing = NULL;
		struct st_books books;
		struct st_reader *reader = NULL;
		stet_error err;
		struct tl tl;
		int64_t tenths;
		size_t verdict;

		tl_make(&tl, TL_MEMORY);
		tl_append(&tl,
		    tl_statementf(&tl, TL_OBSERVER,
			"{'type': 'verdict', 'subject': 'rw:1', 'contract': 'gate-verdict-v1', "
			"'gate': '3', 'kind': 'red-team', 'status': 'FALSIFIED', 'roles': "
			"[{'role': 'a', 'score': %s}, {'role': 'b', 'score': %s}, {'role': 'c', "
			"'score': %s}]" SEEN,
			rows[i].a, rows[i].b, rows[i].c));
		assert_int_equal(st_ledger_reader(tl.ledger, &reader, &err), STET_OK);
		books = (struct st_books){reader, reader};
		assert_int_equal(st_ledger_standing(tl.ledger, &books, st_str("rw:1"), tl_size(&tl),
				     &standing, &err),
		    STET_OK);
		verdict = st_newest(standing, ST_TYPE_VERDICT, ST_DECLARED);
		assert_int_equal(st_verdict_mean(standing, verdict, &tenths), STET_OK);
		assert_int_equal(tenths, rows[i].tenths);
		st_standing_free(standing);
		st_reader_close(reader);
		tl_free(&tl);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tier__of_the_records),
	    cmocka_unit_test(test_decimal__tolerance_of_the_records),
	    cmocka_unit_test(test_decimal__hostile_numbers),
	    cmocka_unit_test(test_decimal__never_overflows),
	    cmocka_unit_test(test_level__of_claim_counts),
	    cmocka_unit_test(test_level__of_provenance),
	    cmocka_unit_test(test_level__that_signed_entries_carry),
	    cmocka_unit_test(test_verdict__mean_of_attack_scores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
