/* verify, one record: each entry judged by the rules of its own moment, and what it rests on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <stet/verify.h>

#include "support/alloc.h"
#include "support/ledger.h"

#include "base/err.h"

/* The sanitizers are too slow for every bit. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRIDE 211
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STRIDE 211
#endif
#endif
#ifndef STRIDE
#define STRIDE 17
#endif

static const char *const links[] = {"bytes", "signature", "signer", "prior", "included"};
#define LINK_COUNT (sizeof(links) / sizeof(links[0]))

static int
try_at(struct tl *tl, const char *name, stet_at at, stet_json **report_out, stet_error *err)
{
	stet_id *id = NULL;
	int rc;

	assert_int_equal(stet_id_parse(name, &id, err), STET_OK);
	st_error_clear(err);
	rc = stet_verify_record(tl->ledger, id, at, report_out, err);
	stet_id_free(id);
	return rc;
}

static stet_json *
verify_at(struct tl *tl, const char *name, stet_at at)
{
	stet_json *report = NULL;
	stet_error err;

	if (try_at(tl, name, at, &report, &err) != STET_OK)
		fail_msg("verify '%s': %s (%s)", name, err.text, stet_rule_name(err.rule));
	return report;
}

static stet_json *
verify(struct tl *tl, const char *name)
{
	stet_at newest = {STET_AT_NEWEST, 0};

	return verify_at(tl, name, newest);
}

static const stet_json *
entry_of(const stet_json *report, uint64_t seq)
{
	const stet_json *entries = stet_json_get(report, "entries"), *entry;
	size_t i;

	for (i = 0; (entry = stet_json_item(entries, i)) != NULL; i++)
		if ((uint64_t)stet_json_int_of(stet_json_get(entry, "seq")) == seq)
			return entry;
	fail_msg("entry %llu is not in the report", (unsigned long long)seq);
	return NULL;
}

/* 'y', 'n' or '?' for each link, in order. */
static void
links_of(const stet_json *entry, char out[LINK_COUNT + 1])
{
	const stet_json *value;
	size_t i;

	for (i = 0; i < LINK_COUNT; i++) {
		value = stet_json_get(entry, links[i]);
		out[i] = stet_json_kind_of(value) != STET_JSON_BOOL ? '?'
			 : stet_json_bool_of(value)                 ? 'y'
								    : 'n';
	}
	out[LINK_COUNT] = '\0';
}

static void
expect_links(const stet_json *report, uint64_t seq, const char *wanted)
{
	const stet_json *entry = entry_of(report, seq);
	char found[LINK_COUNT + 1];

	links_of(entry, found);
	if (strcmp(found, wanted) != 0)
		fail_msg("entry %llu: %s instead of %s: %s", (unsigned long long)seq, found, wanted,
		    (const char *)stet_json_string_of(stet_json_get(entry, "text")).data);
}

static int
is_ok(const stet_json *report)
{
	return stet_json_bool_of(stet_json_get(report, "ok"));
}

static int64_t
number(const stet_json *object, const char *name)
{
	return stet_json_int_of(stet_json_get(object, name));
}

/* --- as it should be -------------------------------------------------------------------------- */

static void
test_record__reports_every_entry_under_every_name(void **state)
{
	const stet_json *entries, *entry;
	stet_json *report;
	char found[LINK_COUNT + 1];
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	/* Others' entries in between are not its own. */
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:7', 'title': 'Another'}");
	report = verify(&tl, TL_PAPER);
	assert_true(is_ok(report));
	assert_int_equal(stet_json_size(stet_json_get(report, "names")), 2);
	assert_int_equal(number(report, "size"), tl_size(&tl));
	entries = stet_json_get(report, "entries");
	assert_int_equal(stet_json_size(entries), 8);
	for (i = 0; (entry = stet_json_item(entries, i)) != NULL; i++) {
		links_of(entry, found);
		assert_string_equal(found, "yyyyy");
		assert_true(number(entry, "granted") > 1 && number(entry, "granted") < 9);
		assert_int_equal(number(entry, "seal"), number(entry, "seq") + 1);
		assert_int_equal(stet_json_string_of(stet_json_get(entry, "text")).size, 0);
	}
	stet_json_free(report);
	/* Keys are records of their own. */
	report = verify(&tl, tl_key_name(&tl, TL_GATE));
	assert_true(is_ok(report));
	entry = stet_json_item(stet_json_get(report, "entries"), 0);
	assert_int_equal(stet_json_kind_of(stet_json_get(entry, "granted")), STET_JSON_NULL);
	stet_json_free(report);
	tl_free(&tl);
}

/* Each entry by the rules of its own moment: what a key said before it was revoked stands. */
static void
test_record__judges_by_the_rules_of_the_moment(void **state)
{
	stet_json *report;
	uint64_t before, after;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	before = tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'A'}");
	tl_append(&tl, tl_revoke(&tl, TL_ROOT, TL_PUBLISHER, ", 'reason': 'lost'"));
	after = tl_force_statement(&tl,
	    tl_statement(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'B'}"));
	report = verify(&tl, "rw:1");
	assert_false(is_ok(report));
	expect_links(report, before, "yyyyy");
	expect_links(report, after, "yynyy");
	stet_json_free(report);
	/* As it was before. */
	report = verify_at(&tl, "rw:1", (stet_at){STET_AT_SEQ, before + 1});
	assert_true(is_ok(report));
	assert_int_equal(stet_json_size(stet_json_get(report, "entries")), 1);
	stet_json_free(report);
	tl_free(&tl);
}

static void
test_record__says_what_is_not_there(void **state)
{
	stet_at newest = {STET_AT_NEWEST, 0};
	stet_json *report = NULL;
	stet_error err;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(try_at(&tl, "rw:404", newest, &report, &err), STET_ENOTFOUND);
	tl_free(&tl);
}

/* --- as it should not be ---------------------------------------------------------------------- */

/* A grant that was forced in carries what its key says no further than itself. */
static void
test_record__looks_behind_the_grant(void **state)
{
	stet_json *report;
	uint64_t grant, said;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	/* The gate may grant nothing. */
	grant = tl_force_statement(&tl, tl_grant(&tl, TL_GATE, TL_STRANGER, "['publisher']", ""));
	said = tl_say(&tl, TL_STRANGER, "{'type': 'record', 'subject': 'rw:1', 'title': 'A'}");
	report = verify(&tl, "rw:1");
	assert_false(is_ok(report));
	expect_links(report, said, "yynyy");
	assert_int_equal(number(entry_of(report, said), "granted"), grant);
	stet_json_free(report);
	tl_free(&tl);
}

static void
test_record__cannot_tell_without_a_checkpoint(void **state)
{
	stet_json *report;
	char *path;
	struct tl tl;
	uint64_t seq;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	seq = tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'A'}");
	path = st_path_join(tl.path, "checkpoint");
	assert_int_equal(unlink(path), 0);
	free(path);
	report = verify(&tl, "rw:1");
	assert_false(is_ok(report));
	expect_links(report, seq, "yyyy?");
	assert_int_equal(stet_json_kind_of(stet_json_get(report, "root")), STET_JSON_NULL);
	stet_json_free(report);
	tl_free(&tl);
}

/* 1 if the record is refused, or nothing can be said about it. */
static int
is_refused(struct tl *tl, const char *name)
{
	stet_at newest = {STET_AT_NEWEST, 0};
	stet_json *report = NULL;
	stet_error err;
	int rc = try_at(tl, name, newest, &report, &err), ok = rc == STET_OK && is_ok(report);

	stet_json_free(report);
	if (rc != STET_OK && rc != STET_EFORMAT && rc != STET_ENOTFOUND)
		fail_msg("%s: %s", stet_code_name(rc), err.text);
	return !ok;
}

/* Any bit of its entries, of its signers' grants, or of entry 0. */
static void
test_record__refuses_any_flipped_bit(void **state)
{
	static const uint64_t rests_on[] = {0};
	size_t copies = 0, bit, i, count;
	const stet_json *entries, *entry;
	stet_bytes encoded;
	stet_json *report;
	uint64_t seqs[32];
	uint8_t *bytes;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	report = verify(&tl, TL_PAPER);
	entries = stet_json_get(report, "entries");
	memcpy(seqs, rests_on, sizeof(rests_on));
	count = 1;
	for (i = 0; (entry = stet_json_item(entries, i)) != NULL; i++) {
		seqs[count++] = (uint64_t)number(entry, "seq");
		seqs[count++] = (uint64_t)number(entry, "granted");
	}
	stet_json_free(report);
	for (i = 0; i < count; i++) {
		encoded = tl_entry(&tl, seqs[i]);
		bytes = (uint8_t *)(uintptr_t)encoded.data;
		for (bit = i % STRIDE; bit < encoded.size * 8; bit += STRIDE, copies++) {
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			tl_put_entry(&tl, seqs[i], encoded);
			if (!is_refused(&tl, TL_PAPER))
				fail_msg("bit %zu of entry %llu", bit, (unsigned long long)seqs[i]);
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		tl_put_entry(&tl, seqs[i], encoded);
		free(bytes);
	}
	assert_false(is_refused(&tl, TL_PAPER));
	print_message("%zu copies with one bit flipped, the record refused in each\n", copies);
	tl_free(&tl);
}

/* Damage elsewhere is not its affair. */
static void
test_record__needs_no_other_record(void **state)
{
	uint64_t other;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	other = tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:7', 'title': 'B'}");
	tl_drop_entry(&tl, other);
	assert_false(is_refused(&tl, TL_PAPER));
	assert_true(is_refused(&tl, "rw:7"));
	tl_free(&tl);
}

/* Reading one record does not read the ledger. */
static void
test_record__reads_no_more_in_a_larger_ledger(void **state)
{
	struct st_store_counts before, after;
	stet_statement *statements[256];
	uint64_t asked[2];
	size_t i, round;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	for (round = 0; round < 2; round++) {
		st_store_counts(tl.ledger->store, &before);
		assert_false(is_refused(&tl, TL_PAPER));
		st_store_counts(tl.ledger->store, &after);
		asked[round] = after.gets - before.gets + after.steps - before.steps;
		for (i = 0; round == 0 && i < 256; i++)
			statements[i] = tl_statementf(&tl, TL_PUBLISHER,
			    "{'type': 'record', 'subject': 'rw:%zu', 'title': 'Filler'}", i + 1);
		if (round == 0)
			tl_append_all(&tl, statements, 256);
	}
	print_message("%llu rows read in a small ledger, %llu in one eleven times larger\n",
	    (unsigned long long)asked[0], (unsigned long long)asked[1]);
	/* Eight entries and their grants, each with a path that is a few nodes longer. */
	assert_true(asked[1] - asked[0] < 20 * 8);
	tl_free(&tl);
}

static void
test_record__survives_want_of_memory(void **state)
{
	stet_at newest = {STET_AT_NEWEST, 0};
	stet_json *report = NULL;
	stet_error err;
	struct tl tl;
	stet_id *id;
	long n;
	int rc;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'A'}");
	assert_int_equal(stet_id_parse("rw:1", &id, &err), STET_OK);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_verify_record(tl.ledger, id, newest, &report, &err);
		if (!alloc_failed())
			break;
		if (rc == STET_OK) /* what failed was not needed, or it said so itself */
			stet_json_free(report);
		else
			assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(is_ok(report));
	print_message("%ld allocations failed, one at a time\n", n);
	stet_json_free(report);
	stet_id_free(id);
	tl_free(&tl);
}

/* With an argument: only the tests whose names match it. */
int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_record__reports_every_entry_under_every_name),
	    cmocka_unit_test(test_record__judges_by_the_rules_of_the_moment),
	    cmocka_unit_test(test_record__says_what_is_not_there),
	    cmocka_unit_test(test_record__looks_behind_the_grant),
	    cmocka_unit_test(test_record__cannot_tell_without_a_checkpoint),
	    cmocka_unit_test(test_record__refuses_any_flipped_bit),
	    cmocka_unit_test(test_record__needs_no_other_record),
	    cmocka_unit_test(test_record__reads_no_more_in_a_larger_ledger),
	    cmocka_unit_test(test_record__survives_want_of_memory),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
