/* audit: each record once, and verdicts on one number that are opposite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <stet/standing.h>

#include "base/err.h"
#include "base/hex.h"
#include "support/alloc.h"
#include "support/ledger.h"

#define NEWEST ((stet_at){STET_AT_NEWEST, 0})

/* "rw:1 rw:2|1+rw:1 1-rw:2 ": records, then members with their group and what they say. */
struct heard {
	char records[256], members[256];
	size_t findings;
	unsigned stop_after, items; /* 0: never */
};

static int
hear(void *ctx, const stet_audit_item *item, stet_error *err)
{
	struct heard *heard = ctx;
	char *to = item->code == NULL ? heard->records : heard->members;
	size_t size = strlen(to);

	(void)err;
	if (item->code == NULL) {
		snprintf(to + size, 256 - size, "%s ", item->name);
		heard->findings += item->count;
	} else {
		assert_string_equal(item->code, stet_rule_name(ST_OPPOSITE_VERDICTS));
		snprintf(to + size, 256 - size, "%llu%c%s ", (unsigned long long)item->group,
		    strcmp(item->status, "VERIFIED") == 0 ? '+' : '-', item->name);
	}
	return ++heard->items == heard->stop_after ? 7 : 0;
}

static struct heard
audit_at(struct tl *tl, stet_at at)
{
	struct heard heard = {{0}, {0}, 0, 0, 0};
	stet_error err;

	if (stet_audit(tl->ledger, at, hear, &heard, NULL, NULL, &err) != STET_OK)
		fail_msg("%s", err.text);
	return heard;
}

/* What an observer says of a run. */
static uint64_t
verdict(struct tl *tl, const char *name, const char *status, const char *computed)
{
	return tl_append(tl,
	    tl_statementf(tl, TL_OBSERVER,
		"{'type': 'verdict', 'subject': '%s', 'contract': 'gate-verdict-v1', 'gate': '2', "
		"'status': '%s', 'computed': '%s', 'source': {'name': 'x'}}",
		name, status, computed));
}

static void
annul(struct tl *tl, const char *name, uint64_t seq)
{
	stet_entry *entry = NULL;
	stet_error err;
	char hex[65];

	assert_int_equal(stet_ledger_entry(tl->ledger, seq, &entry, &err), STET_OK);
	st_hex(stet_entry_leaf(entry).data, 32, hex);
	stet_entry_free(entry);
	tl_append(
	    tl, tl_statementf(tl, TL_OBSERVER,
		    "{'type': 'correction', 'subject': '%s', 'nature': 'annulment', 'targets': "
		    "['%s'], 'source': {'name': 'x'}}",
		    name, hex));
}

static void
test_audit__groups_by_the_number_not_its_digits(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	verdict(&tl, "rw:1", "FALSIFIED", "57.0");
	verdict(&tl, "rw:2", "VERIFIED", "57");
	verdict(&tl, "rw:3", "VERIFIED", "5.7e1");
	verdict(&tl, "rw:4", "VERIFIED", "57.0000000000001");
	verdict(&tl, "rw:5", "FALSIFIED", "-57");
	verdict(&tl, "rw:6", "UNVERIFIED", "57");
	assert_string_equal(audit_at(&tl, NEWEST).members, "1+rw:2 1+rw:3 1-rw:1 ");
	tl_free(&tl);
}

/* More digits than are read exactly, or a huge exponent: nobody knows whether they are equal. */
static void
test_audit__groups_no_numbers_that_it_cannot_read(void **state)
{
	static const char *const odd[] = {"1234567890123456789012", "1e-999999", "1e999999"};
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		verdict(&tl, "rw:1", "FALSIFIED", odd[i]);
		verdict(&tl, "rw:2", "VERIFIED", odd[i]);
	}
	assert_string_equal(audit_at(&tl, NEWEST).members, "");
	tl_free(&tl);
}

static void
test_audit__groups_what_stood_at_the_moment(void **state)
{
	struct tl tl;
	uint64_t said;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	verdict(&tl, "rw:1", "VERIFIED", "8.7");
	said = verdict(&tl, "rw:1", "FALSIFIED", "8.7");
	verdict(&tl, "rw:2", "VERIFIED", "2.1");
	verdict(&tl, "rw:3", "FALSIFIED", "2.1");
	assert_string_equal(audit_at(&tl, ((stet_at){STET_AT_SEQ, said})).members, "");
	assert_string_equal(
	    audit_at(&tl, ((stet_at){STET_AT_SEQ, said + 1})).members, "1+rw:1 1-rw:1 ");
	assert_int_equal(strlen(audit_at(&tl, NEWEST).members), 4 * strlen("1+rw:1 "));
	annul(&tl, "rw:1", said);
	assert_string_equal(audit_at(&tl, NEWEST).members, "1+rw:2 1-rw:3 ");
	tl_free(&tl);
}

/* A record under several names comes once, under the one its record statement is about. */
static void
test_audit__tells_of_each_record_once(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_OBSERVER,
	    "{'type': 'correction', 'subject': 'rw:2', 'nature': 'retraction', 'source': {'name': "
	    "'x'}}");
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'alias', 'subject': 'rw:2', 'action': 'bind', 'record': 'rw:1'}");
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'a', 'aliases': ['rw:2']}");
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:3', 'title': 'b'}");
	assert_string_equal(audit_at(&tl, NEWEST).records, "rw:1 rw:3 ");
	tl_free(&tl);
}

/* An observer's link is no way to take somebody else's record out of the audit. */
static void
test_audit__is_not_talked_out_of_a_record(void **state)
{
	struct heard heard;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'a'}");
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:2', 'title': 'b'}");
	tl_say(&tl, TL_OBSERVER,
	    "{'type': 'alias', 'subject': 'rw:1', 'action': 'bind', 'record': 'rw:2', 'source': "
	    "{'name': 'x'}}");
	tl_say(&tl, TL_OBSERVER,
	    "{'type': 'alias', 'subject': 'rw:2', 'action': 'bind', 'record': 'rw:9', 'source': "
	    "{'name': 'x'}}");
	tl_say(&tl, TL_OBSERVER,
	    "{'type': 'record', 'subject': 'rw:9', 'title': 'c', 'source': {'name': 'x'}}");
	heard = audit_at(&tl, NEWEST);
	assert_non_null(strstr(heard.records, "rw:1 "));
	assert_non_null(strstr(heard.records, "rw:2 "));
	tl_free(&tl);
}

/* Nothing of the ledger's own is a record. */
static void
test_audit__of_a_ledger_without_records_is_empty(void **state)
{
	struct heard heard;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	heard = audit_at(&tl, NEWEST);
	assert_int_equal(heard.items, 0);
	heard = audit_at(&tl, ((stet_at){STET_AT_SEQ, 0}));
	assert_int_equal(heard.items, 0);
	tl_free(&tl);
}

static void
say_two(struct tl *tl)
{
	tl_make(tl, TL_MEMORY);
	verdict(tl, "rw:1", "VERIFIED", "8.7");
	verdict(tl, "rw:2", "FALSIFIED", "8.7");
}

static void
test_audit__stops_where_the_visitor_says(void **state)
{
	struct tl tl;
	unsigned n;

	(void)state;
	say_two(&tl);
	for (n = 1; n <= 4; n++) {
		struct heard heard = {{0}, {0}, 0, n, 0};
		stet_error err;

		assert_int_equal(stet_audit(tl.ledger, NEWEST, hear, &heard, NULL, NULL, &err), 7);
		assert_int_equal(heard.items, n);
	}
	tl_free(&tl);
}

static int
stop_at(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)done;
	(void)total;
	return strcmp(what, ctx) == 0;
}

static void
test_audit__stops_where_progress_says(void **state)
{
	static char entries[] = "entries", verdicts[] = "verdicts", neither[] = "";
	struct {
		char *at;
		int rc;
		unsigned items;
	} rows[] = {{entries, STET_EINVAL, 0}, {verdicts, STET_EINVAL, 2}, {neither, STET_OK, 4}};
	struct tl tl;
	size_t i;

	(void)state;
	say_two(&tl);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct heard heard = {{0}, {0}, 0, 0, 0};
		stet_error err;

		assert_int_equal(
		    stet_audit(tl.ledger, NEWEST, hear, &heard, stop_at, rows[i].at, &err),
		    rows[i].rc);
		assert_int_equal(heard.items, rows[i].items);
		if (rows[i].rc < 0)
			assert_int_equal(err.rule, ST_STOPPED);
	}
	tl_free(&tl);
}

static void
test_audit__says_when_memory_is_short(void **state)
{
	struct tl tl;
	long n;

	(void)state;
	say_two(&tl);
	for (n = 0;; n++) {
		struct heard heard = {{0}, {0}, 0, 0, 0};
		stet_error err;
		int rc;

		alloc_fail(n);
		rc = stet_audit(tl.ledger, NEWEST, hear, &heard, NULL, NULL, &err);
		if (!alloc_failed()) {
			assert_int_equal(rc, STET_OK);
			assert_int_equal(heard.items, 4);
			break;
		}
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_true(n > 30);
	tl_free(&tl);
}

/* The look-up is made again from the entries as it was. */
static void
test_audit__is_the_same_after_a_reindex(void **state)
{
	struct heard heard;
	stet_error err;
	struct tl tl;

	(void)state;
	say_two(&tl);
	assert_int_equal(stet_ledger_reindex(tl.ledger, NULL, NULL, &err), STET_OK);
	heard = audit_at(&tl, NEWEST);
	assert_string_equal(heard.members, "1+rw:1 1-rw:2 ");
	tl_free(&tl);
}

/* An entry whose bytes were damaged is no record without findings. */
static void
test_audit__of_a_damaged_ledger_fails(void **state)
{
	struct heard heard = {{0}, {0}, 0, 0, 0};
	stet_error err;
	struct tl tl;
	uint64_t seq;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	seq = verdict(&tl, "rw:1", "VERIFIED", "8.7");
	tl_put_entry(&tl, seq, (stet_bytes){(const uint8_t *)"x", 1});
	assert_int_equal(
	    stet_audit(tl.ledger, NEWEST, hear, &heard, NULL, NULL, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_ENTRY_DAMAGED);
	assert_int_equal(err.seq, seq);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_audit__groups_by_the_number_not_its_digits),
	    cmocka_unit_test(test_audit__groups_no_numbers_that_it_cannot_read),
	    cmocka_unit_test(test_audit__groups_what_stood_at_the_moment),
	    cmocka_unit_test(test_audit__tells_of_each_record_once),
	    cmocka_unit_test(test_audit__is_not_talked_out_of_a_record),
	    cmocka_unit_test(test_audit__of_a_ledger_without_records_is_empty),
	    cmocka_unit_test(test_audit__stops_where_the_visitor_says),
	    cmocka_unit_test(test_audit__stops_where_progress_says),
	    cmocka_unit_test(test_audit__says_when_memory_is_short),
	    cmocka_unit_test(test_audit__is_the_same_after_a_reindex),
	    cmocka_unit_test(test_audit__of_a_damaged_ledger_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
