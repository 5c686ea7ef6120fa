/* history: the entries of a record under all its names, and what finds them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "admission/lookup.h"
#include "base/err.h"
#include "base/hex.h"
#include "support/ledger.h"

#define NEWEST ((stet_at){STET_AT_NEWEST, 0})
#define AT_SEQ(n) ((stet_at){STET_AT_SEQ, (n)})
#define AT_TIME(ms) ((stet_at){STET_AT_TIME, (ms)})

static stet_id *
id_of(const char *text)
{
	stet_id *id = NULL;
	stet_error err;

	if (stet_id_parse(text, &id, &err) != STET_OK)
		fail_msg("%s", err.text);
	return id;
}

/* "2 4 7" of a history, or the code that opening it answers. */
static const char *
seqs_at(struct tl *tl, const char *name, stet_at at)
{
	static char text[2048];
	stet_history *history = NULL;
	stet_entry *entry;
	stet_id *id = id_of(name);
	stet_error err;
	uint64_t before = 0, count = 0;
	int rc;

	text[0] = '\0';
	rc = stet_history_open(tl->ledger, id, at, &history, &err);
	stet_id_free(id);
	if (rc < 0)
		return stet_rule_name(err.rule);
	while ((rc = stet_history_next(history, &entry, &err)) == STET_OK) {
		assert_true(count == 0 || stet_entry_seq(entry) > before);
		before = stet_entry_seq(entry);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%llu",
		    count > 0 ? " " : "", (unsigned long long)before);
		count++;
	}
	assert_int_equal(rc, STET_ENOTFOUND);
	assert_int_equal(stet_history_next(history, &entry, &err), STET_ENOTFOUND);
	assert_int_equal(stet_history_count(history), count);
	stet_history_close(history);
	return text;
}

/* --- order and moments ----------------------------------------------------------------------- */

static void
fill(struct tl *tl)
{
	/* the first is entry 10; a seal follows each */
	tl_say(tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'a'}");
	tl->now_ms += 1000;
	tl_say(tl, TL_PUBLISHER,
	    "{'type': 'alias', 'subject': 'rw:2', 'action': 'bind', 'record': 'rw:1'}");
	tl->now_ms += 1000;
	tl_say(tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'b', 'aliases': ['rw:2']}");
	tl_say(tl, TL_OBSERVER,
	    "{'type': 'alias', 'subject': 'rw:3', 'action': 'bind', 'record': 'rw:2', 'source': "
	    "{'name': 'x'}}");
	tl->now_ms += 1000;
	tl_say(tl, TL_OBSERVER,
	    "{'type': 'record', 'subject': 'rw:3', 'title': 'c', 'source': {'name': 'x'}}");
	tl_say(tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:4', 'title': 'd'}");
}

static void
test_history__merges_names_in_order(void **state)
{
	const stet_history_name *names;
	stet_history *history = NULL;
	struct tl tl;
	stet_error err;
	stet_id *id;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	fill(&tl);
	assert_string_equal(seqs_at(&tl, "rw:1", NEWEST), "10 12 14 16 18");
	assert_string_equal(seqs_at(&tl, "rw:2", NEWEST), "10 12 14 16 18");
	assert_string_equal(seqs_at(&tl, "rw:4", NEWEST), "20");
	assert_string_equal(seqs_at(&tl, "rw:5", NEWEST), "not-in-ledger");
	id = id_of("rw:2");
	assert_int_equal(stet_history_open(tl.ledger, id, NEWEST, &history, &err), STET_OK);
	assert_int_equal(stet_history_names(history, &names), 3);
	assert_string_equal(names[0].name, "rw:2");
	assert_int_equal(names[0].count, 1);
	assert_int_equal(names[0].observed, 0);
	assert_string_equal(names[1].name, "rw:1");
	assert_int_equal(names[1].count, 2);
	assert_int_equal(names[1].observed, 0);
	assert_string_equal(names[2].name, "rw:3");
	assert_int_equal(names[2].count, 2);
	assert_int_equal(names[2].observed, 1);
	stet_history_close(history);
	stet_id_free(id);
	tl_free(&tl);
}

static void
test_history__is_of_any_moment(void **state)
{
	struct tl tl;
	uint64_t size;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	fill(&tl);
	size = tl_size(&tl);
	assert_string_equal(seqs_at(&tl, "rw:1", AT_SEQ(0)), "not-in-ledger");
	assert_string_equal(seqs_at(&tl, "rw:1", AT_SEQ(10)), "not-in-ledger");
	assert_string_equal(seqs_at(&tl, "rw:1", AT_SEQ(11)), "10");
	/* bound, but the record does not list it yet: reached from the other side */
	assert_string_equal(seqs_at(&tl, "rw:1", AT_SEQ(13)), "10 12");
	assert_string_equal(seqs_at(&tl, "rw:1", AT_SEQ(15)), "10 12 14");
	assert_string_equal(seqs_at(&tl, "rw:3", AT_SEQ(16)), "not-in-ledger");
	assert_string_equal(seqs_at(&tl, "rw:3", AT_SEQ(17)), "10 12 14 16");
	assert_string_equal(seqs_at(&tl, "rw:1", AT_SEQ(size)), "10 12 14 16 18");
	assert_string_equal(seqs_at(&tl, "rw:1", AT_SEQ(size + 1)), "10 12 14 16 18");
	assert_string_equal(seqs_at(&tl, "rw:1", AT_SEQ(UINT64_MAX)), "10 12 14 16 18");
	assert_string_equal(seqs_at(&tl, "rw:1", AT_TIME(0)), "not-in-ledger");
	assert_string_equal(seqs_at(&tl, "rw:1", AT_TIME(TL_START_MS - 1)), "not-in-ledger");
	assert_string_equal(seqs_at(&tl, "rw:1", AT_TIME(TL_START_MS)), "10");
	assert_string_equal(seqs_at(&tl, "rw:1", AT_TIME(TL_START_MS + 999)), "10");
	assert_string_equal(seqs_at(&tl, "rw:1", AT_TIME(TL_START_MS + 1000)), "10 12");
	assert_string_equal(seqs_at(&tl, "rw:1", AT_TIME(TL_START_MS + 2999)), "10 12 14 16");
	assert_string_equal(seqs_at(&tl, "rw:1", AT_TIME(UINT64_MAX)), "10 12 14 16 18");
	tl_free(&tl);
}

/* What is appended while a history is read belongs to a later one. */
static void
test_history__is_of_one_snapshot(void **state)
{
	stet_history *history = NULL;
	stet_entry *entry;
	struct tl tl;
	stet_error err;
	stet_id *id = id_of("rw:1");
	unsigned count = 0;

	(void)state;
	tl_make(&tl, 0);
	fill(&tl);
	assert_int_equal(stet_history_open(tl.ledger, id, NEWEST, &history, &err), STET_OK);
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'later'}");
	while (stet_history_next(history, &entry, &err) == STET_OK)
		count++;
	assert_int_equal(count, 5);
	stet_history_close(history);
	assert_int_equal(stet_history_open(tl.ledger, id, NEWEST, &history, &err), STET_OK);
	assert_int_equal(stet_history_count(history), 6);
	stet_history_close(history);
	stet_id_free(id);
	tl_free(&tl);
}

/* --- prefixes -------------------------------------------------------------------------------- */

static void
test_history__prefixes_may_match_several(void **state)
{
	stet_json *names = NULL;
	struct tl tl;
	stet_error err;
	stet_id *id;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_string_equal(seqs_at(&tl, "SRCH:9F810E9F", NEWEST), "not-in-ledger");
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': '" TL_UUID "', 'title': 'x'}");
	assert_string_equal(seqs_at(&tl, "SRCH:9F810E9F", NEWEST), "10");
	assert_string_equal(seqs_at(&tl, "9f810e9f", NEWEST), "10");
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': 'urn:uuid:9f810e9e-5768-46ea-af76-f8b503e24cd6', "
	    "'title': 'x'}");
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': '" TL_UUID "', 'title': 'y'}");
	assert_string_equal(seqs_at(&tl, "SRCH:9F810E9F", NEWEST), "10 14");
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': 'urn:uuid:9f810e9f-0000-46ea-af76-f8b503e24cd6', "
	    "'title': 'x'}");
	assert_string_equal(seqs_at(&tl, "SRCH:9F810E9F", NEWEST), "id-ambiguous");
	id = id_of("SRCH:9F810E9F");
	assert_int_equal(stet_ledger_find(tl.ledger, id, &names, &err), STET_OK);
	assert_int_equal(stet_json_size(names), 2); /* each once, though one has two entries */
	assert_true(st_bytes_equal(stet_json_string_of(stet_json_item(names, 0)), st_str(TL_UUID)));
	stet_json_free(names);
	stet_id_free(id);
	tl_free(&tl);
}

/* --- finding --------------------------------------------------------------------------------- */

static void
assert_lookup(struct tl *tl, const char *kind, const char *text, const char *expected)
{
	stet_json *seqs = NULL;
	char *out = NULL;
	size_t size;
	stet_error err;

	if (stet_ledger_lookup(tl->ledger, kind, text, &seqs, &err) != STET_OK)
		fail_msg("%s", err.text);
	assert_int_equal(stet_json_text(seqs, 0, &out, &size, &err), STET_OK);
	assert_string_equal(out, expected);
	free(out);
	stet_json_free(seqs);
}

static void
test_history__finds_notices_and_content(void **state)
{
	stet_json *seqs = NULL;
	struct tl tl;
	stet_error err;
	char hex[65];

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_EDITOR,
	    "{'type': 'correction', 'subject': 'rw:1', 'nature': 'retraction', 'notice': {'kind': "
	    "'own', 'doi': '10.5555/Notice'}, 'decided_by': [{'kind': 'editor', 'name': 'x'}]}");
	tl_say(&tl, TL_EDITOR,
	    "{'type': 'correction', 'subject': 'rw:2', 'nature': 'retraction', 'notice': {'kind': "
	    "'own', 'doi': '10.5555/notice'}, 'decided_by': [{'kind': 'editor', 'name': 'x'}]}");
	tl_attach(&tl, "content", hex);
	tl_append(
	    &tl, tl_statementf(&tl, TL_PUBLISHER,
		     "{'type': 'artifact', 'subject': 'rw:1', 'role': 'report', 'media_type': "
		     "'text/plain', 'size': 7, 'sha256': '%s', 'digests': {'md5': "
		     "'000102030405060708090a0b0c0d0e0f'}}",
		     hex));
	assert_lookup(&tl, "notice", "https://doi.org/10.5555/NOTICE", "[10,12]");
	assert_lookup(&tl, "notice", "10.5555/other", "[]");
	assert_lookup(&tl, "content", hex, "[14]");
	assert_lookup(&tl, "content", "000102030405060708090a0b0c0d0e0f", "[14]");
	assert_lookup(&tl, "content", "00010203", "[]");
	tl_append(
	    &tl, tl_statementf(&tl, TL_PUBLISHER,
		     "{'type': 'record', 'subject': 'rw:1', 'title': 'x', 'manifest': {'contract': "
		     "'paper-manifest-v1.1', 'sha256': '%s'}}",
		     hex));
	assert_lookup(&tl, "manifest", hex, "[16]");
	assert_lookup(&tl, "content", hex, "[14]"); /* what is kept here is another question */
	assert_int_equal(stet_ledger_lookup(tl.ledger, "manifest", "XY", &seqs, &err), STET_EINVAL);
	assert_int_equal(stet_ledger_lookup(tl.ledger, "gossip", "x", &seqs, &err), STET_EINVAL);
	assert_int_equal(stet_ledger_lookup(tl.ledger, "content", "XY", &seqs, &err), STET_EINVAL);
	assert_int_equal(
	    stet_ledger_lookup(tl.ledger, "notice", "SRCH:9F810E9F", &seqs, &err), STET_EINVAL);
	assert_true(stet_ledger_lookup(tl.ledger, "notice", "", &seqs, &err) < 0);
	tl_free(&tl);
}

static void
test_history__knows_the_newest_and_each_by_its_leaf(void **state)
{
	uint8_t leaf[32], other[32] = {0};
	char hex[65], newest[65];
	struct tl tl;
	stet_error err;
	uint64_t seq;
	stet_id *id = id_of("rw:1"), *alias = id_of("rw:2"), *seen = id_of("rw:3"),
		*prefix = id_of("SRCH:9F810E9F");

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(stet_ledger_newest(tl.ledger, id, leaf, &err), STET_ENOTFOUND);
	fill(&tl);
	tl_leaf(&tl, 14, hex);
	assert_int_equal(stet_ledger_newest(tl.ledger, id, leaf, &err), STET_OK);
	st_hex(leaf, 32, newest);
	assert_string_equal(newest, hex);
	assert_int_equal(stet_ledger_by_leaf(tl.ledger, id, leaf, &seq, &err), STET_OK);
	assert_int_equal(seq, 14);
	/* under any name of the record */
	assert_int_equal(stet_ledger_by_leaf(tl.ledger, alias, leaf, &seq, &err), STET_OK);
	assert_int_equal(stet_ledger_by_leaf(tl.ledger, seen, leaf, &seq, &err), STET_OK);
	assert_int_equal(stet_ledger_by_leaf(tl.ledger, id, other, &seq, &err), STET_ENOTFOUND);
	/* only observers spoke about it */
	assert_int_equal(stet_ledger_newest(tl.ledger, seen, leaf, &err), STET_ENOTFOUND);
	assert_int_equal(stet_ledger_newest(tl.ledger, prefix, leaf, &err), STET_EINVAL);
	stet_id_free(id);
	stet_id_free(alias);
	stet_id_free(seen);
	stet_id_free(prefix);
	tl_free(&tl);
}

/* A walk of one name ends where the next begins, also among names of all bits set. */
static int
count_rows(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	(void)what;
	(void)seq;
	(void)detail;
	++*(unsigned *)ctx;
	return 0;
}

static void
test_history__look_ups_keep_to_their_key(void **state)
{
	static const uint8_t whats[3][32] = {{0}, {0xff, 0xff}, {0}};
	struct st_store *inner = NULL, *store = NULL;
	struct st_batch *batch = NULL;
	struct st_reader *reader = NULL;
	struct st_lookup_key key;
	uint8_t high[32], detail = 1;
	stet_bytes value = {&detail, 1};
	unsigned count = 0;
	stet_error err;
	uint64_t seq;
	size_t i;

	(void)state;
	memset(high, 0xff, sizeof(high));
	assert_int_equal(st_store_open_memory(&inner, &err), STET_OK);
	assert_int_equal(st_store_wrap_strict(&inner, &store, &err), STET_OK);
	assert_int_equal(st_batch_begin(store, 0, &batch, &err), STET_OK);
	for (i = 0; i < 3; i++)
		for (seq = 0; seq < 100; seq++) {
			const uint8_t *what = i == 2 ? high : whats[i];
			stet_bytes name = {key.data, 0};

			st_lookup_key(ST_LOOKUP_LINK, (stet_bytes){what, 32},
			    seq == 99 ? UINT64_MAX : seq, &key);
			name.size = key.size;
			assert_int_equal(
			    st_batch_put(batch, ST_LOOKUP, 0, &name, &value, 1, &err), STET_OK);
			st_lookup_key(ST_LOOKUP_LINK + 1, (stet_bytes){what, 32}, seq, &key);
			assert_int_equal(
			    st_batch_put(batch, ST_LOOKUP, 0, &name, &value, 1, &err), STET_OK);
		}
	assert_int_equal(st_batch_commit(&batch, &err), STET_OK);
	assert_int_equal(st_reader_open(store, &reader, &err), STET_OK);
	assert_int_equal(st_lookup_walk(reader, ST_LOOKUP_LINK, (stet_bytes){high, 32}, 0,
			     count_rows, &count, &err),
	    STET_OK);
	assert_int_equal(count, 100);
	assert_int_equal(st_lookup_walk(reader, ST_LOOKUP_LINK, (stet_bytes){whats[0], 32}, 1,
			     count_rows, &count, &err),
	    STET_OK);
	assert_int_equal(count, 200);
	assert_int_equal(st_lookup_walk(reader, ST_LOOKUP_LINK, (stet_bytes){NULL, 0}, 0,
			     count_rows, &count, &err),
	    STET_OK);
	assert_int_equal(count, 500);
	st_reader_close(reader);
	st_store_close(store);
}

/* --- damage ---------------------------------------------------------------------------------- */

static void
drop_about(struct tl *tl, const char *name, uint64_t nth)
{
	uint8_t name_key[32], key[40];

	st_map_key(st_str(name), name_key);
	st_about_key(name_key, nth, key);
	tl_drop_row(tl, ST_ABOUT, (stet_bytes){key, sizeof(key)});
}

/* What is lost is called lost: a history that ended where a row is missing would withhold the rest,
 * and a record would seem not to be there. */
static void
test_history__says_when_something_is_missing(void **state)
{
	stet_history *history = NULL;
	stet_entry *entry;
	struct tl tl;
	stet_error err;
	stet_id *id = id_of("rw:1");
	uint64_t seq;
	uint8_t leaf[32] = {0};
	int rc;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	fill(&tl);
	drop_about(&tl, "rw:1", 1);
	assert_string_equal(seqs_at(&tl, "rw:1", NEWEST), "table-damaged");
	assert_int_equal(stet_ledger_by_leaf(tl.ledger, id, leaf, &seq, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_TABLE_DAMAGED);
	assert_int_equal(stet_ledger_reindex(tl.ledger, NULL, NULL, &err), STET_OK);
	drop_about(&tl, "rw:1", 0);
	assert_string_equal(seqs_at(&tl, "rw:1", NEWEST), "table-damaged");
	assert_int_equal(stet_ledger_reindex(tl.ledger, NULL, NULL, &err), STET_OK);
	/* an entry itself: here, one that links to other names, and one that does not */
	tl_drop_entry(&tl, 14);
	assert_string_equal(seqs_at(&tl, "rw:1", NEWEST), "entry-missing");
	tl_drop_entry(&tl, 10);
	tl_drop_entry(&tl, 12);
	tl_drop_entry(&tl, 20);
	stet_id_free(id);
	id = id_of("rw:4");
	assert_int_equal(stet_history_open(tl.ledger, id, NEWEST, &history, &err), STET_OK);
	rc = stet_history_next(history, &entry, &err);
	assert_int_equal(rc, STET_EFORMAT);
	assert_int_equal(err.rule, ST_ENTRY_MISSING);
	assert_int_equal(err.seq, 20);
	stet_history_close(history);
	stet_id_free(id);
	tl_free(&tl);
}

/* A revocation that a damaged table hides does not bring the key back. */
static void
test_history__a_lost_row_revives_no_key(void **state)
{
	struct tl_mark mark;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_append(&tl, tl_revoke(&tl, TL_ADMIN, TL_PUBLISHER, ", 'reason': 'stolen'"));
	drop_about(&tl, tl_key_name(&tl, TL_PUBLISHER), 1);
	tl_mark_take(&tl, &mark);
	st_state_forget_keys(&tl.ledger->state);
	assert_int_equal(tl_try(&tl,
			     tl_statement(&tl, TL_PUBLISHER,
				 "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}"),
			     &err),
	    STET_EFORMAT);
	assert_int_equal(err.rule, ST_TABLE_DAMAGED);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	tl_free(&tl);
}

/* --- what reading costs ---------------------------------------------------------------------- */

struct cost {
	uint64_t gets, scans, steps;
};

static void
add_records(struct tl *tl, unsigned from, unsigned to)
{
	enum { BATCH = 500 };
	static stet_statement *all[BATCH];
	size_t count = 0;
	unsigned i;

	for (i = from; i < to; i++) {
		all[count++] = tl_statementf(tl, TL_PUBLISHER,
		    "{'type': 'record', 'subject': 'rw:%u', 'title': 'record %u'}", i + 10, i);
		if (count == BATCH || i + 1 == to) {
			tl_append_all(tl, all, count);
			count = 0;
		}
	}
}

static struct cost
cost_of(struct tl *tl, const char *name, stet_at at)
{
	struct st_store_counts before, after;
	struct cost cost;

	st_store_counts(tl->ledger->store, &before);
	assert_string_not_equal(seqs_at(tl, name, at), "not-in-ledger");
	st_store_counts(tl->ledger->store, &after);
	cost.gets = after.gets - before.gets;
	cost.scans = after.scans - before.scans;
	cost.steps = after.steps - before.steps;
	assert_int_equal(after.puts, before.puts);
	return cost;
}

/* A record is read with as many store calls from 10,000 others as from 100; a moment in time is
 * found by halving. */
static void
test_history__costs_the_same_in_a_larger_ledger(void **state)
{
	struct cost small[3], large[3];
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	add_records(&tl, 0, 100);
	small[0] = cost_of(&tl, TL_PAPER, NEWEST);
	small[1] = cost_of(&tl, TL_PAPER, AT_SEQ(tl_size(&tl) - 1));
	small[2] = cost_of(&tl, TL_PAPER, AT_TIME(tl.now_ms));
	tl.now_ms += 1000;
	add_records(&tl, 100, 10000);
	large[0] = cost_of(&tl, TL_PAPER, NEWEST);
	large[1] = cost_of(&tl, TL_PAPER, AT_SEQ(tl_size(&tl) - 1));
	large[2] = cost_of(&tl, TL_PAPER, AT_TIME(tl.now_ms - 1));
	for (i = 0; i < 3; i++) {
		printf("%s: %llu gets, %llu walks of %llu rows among 100 records; %llu, %llu of "
		       "%llu among 10,000\n",
		    i == 0   ? "newest"
		    : i == 1 ? "at a number"
			     : "at a time",
		    (unsigned long long)small[i].gets, (unsigned long long)small[i].scans,
		    (unsigned long long)small[i].steps, (unsigned long long)large[i].gets,
		    (unsigned long long)large[i].scans, (unsigned long long)large[i].steps);
		assert_int_equal(small[i].scans, large[i].scans);
		assert_int_equal(small[i].steps, large[i].steps);
		if (i < 2)
			assert_int_equal(small[i].gets, large[i].gets);
		else /* log2(100) = 6.6 more halvings */
			assert_true(large[i].gets <= small[i].gets + 7);
	}
	assert_true(large[0].gets < 100);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_history__merges_names_in_order),
	    cmocka_unit_test(test_history__is_of_any_moment),
	    cmocka_unit_test(test_history__is_of_one_snapshot),
	    cmocka_unit_test(test_history__prefixes_may_match_several),
	    cmocka_unit_test(test_history__finds_notices_and_content),
	    cmocka_unit_test(test_history__knows_the_newest_and_each_by_its_leaf),
	    cmocka_unit_test(test_history__look_ups_keep_to_their_key),
	    cmocka_unit_test(test_history__says_when_something_is_missing),
	    cmocka_unit_test(test_history__a_lost_row_revives_no_key),
	    cmocka_unit_test(test_history__costs_the_same_in_a_larger_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
