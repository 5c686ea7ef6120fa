/* rules: what append refuses, one test a rule; nothing is written then.  docs/format.md,
 * "Admission", gives the numbers in brackets.  Keys and aliases have tests of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/hex.h"
#include "support/ledger.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define RECORD "{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'On records'}"
#define ZEROS32 "0000000000000000000000000000000000000000000000000000000000000000"

static unsigned refusals;

static void
end(struct tl *tl)
{
	refusals += tl->refusals;
	tl_free(tl);
}

/* --- [1] and [2] ----------------------------------------------------------------------------- */

static void
test_rules__open_a_ledger_once(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(&tl,
	    tl_statement(&tl, TL_ROOT,
		"{'type': 'ledger', 'subject': 'stet:ledger', 'action': 'open', 'format': "
		"'stet/1', "
		"'origin': 'x.org', 'profile': 'assignee-v1', 'root_issuer': 'https://x.org/', "
		"'key': {'kty': 'OKP', 'crv': 'Ed25519', 'x': '" ZEROS32 "'}, "
		"'root': {'kty': 'OKP', 'crv': 'Ed25519', 'x': '" ZEROS32 "'}}"),
	    ST_OPENED_TWICE);
	end(&tl);
}

static void
test_rules__refuse_types_and_versions_not_known(void **state)
{
	static const struct {
		const char *type;
		unsigned v;
	} unknown[] = {{"gossip", 1}, {"record", 2}, {"seal", 2}, {"key", 2}, {"Record", 1}};
	struct st_buf payload = {0};
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < COUNT_OF(unknown); i++) {
		st_buf_reset(&payload);
		st_cbor_put_map(&payload, 2);
		st_cbor_put_str(&payload, "v");
		st_cbor_put_uint(&payload, unknown[i].v);
		st_cbor_put_str(&payload, "type");
		st_cbor_put_str(&payload, unknown[i].type);
		tl_refused(&tl, tl_raw(&tl, TL_PUBLISHER, TL_PAPER, st_buf_bytes(&payload)),
		    ST_TYPE_NOT_KNOWN);
	}
	st_buf_free(&payload);
	end(&tl);
}

/* --- [3] audience ---------------------------------------------------------------------------- */

static void
test_rules__refuse_statements_of_another_ledger(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(&tl,
	    tl_statement(&tl, TL_PUBLISHER,
		"{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'x', 'aud': 'stet:" ZEROS32
		"'}"),
	    ST_AUDIENCE_WRONG);
	/* An observation need not name its ledger, but may not name another. */
	tl_refused(&tl,
	    tl_statement(&tl, TL_OBSERVER,
		"{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'x', 'source': {'name': "
		"'x'}, 'aud': 'stet:" ZEROS32 "'}"),
	    ST_AUDIENCE_WRONG);
	end(&tl);
}

/* What was said here cannot be carried over, though the other ledger knows the same keys. */
static void
test_rules__keep_statements_in_their_ledger(void **state)
{
	stet_statement *statement;
	struct tl here, there;

	(void)state;
	tl_make(&here, TL_MEMORY);
	tl_make(&there, TL_MEMORY | TL_BARE);
	there.now_ms += 1000;
	tl_append(&there, tl_grant(&there, TL_ROOT, TL_PUBLISHER, "['publisher']", ""));
	/* Both begin alike, so entry 0 and with it the ledger's id would be the same. */
	assert_string_equal(stet_ledger_id(here.ledger), stet_ledger_id(there.ledger));
	tl_free(&there);
	tl_make_at(&there, TL_MEMORY, TL_START_MS + 1);
	assert_string_not_equal(stet_ledger_id(here.ledger), stet_ledger_id(there.ledger));
	statement = tl_statement(&here, TL_PUBLISHER, RECORD);
	tl_refused(&there, statement, ST_AUDIENCE_WRONG);
	tl_append(&there, tl_portable(&here, TL_PUBLISHER, RECORD));
	tl_say(&here, TL_PUBLISHER, RECORD);
	end(&here);
	end(&there);
}

static void
test_rules__ask_for_the_audience_where_it_matters(void **state)
{
	static const struct {
		enum tl_key signer;
		const char *json;
	} rows[] = {
	    {TL_ROOT,
		"{'type': 'ledger', 'subject': 'stet:ledger', 'action': 'close', 'reason': 'x'}"},
	    {TL_ROOT, "{'type': 'policy', 'subject': 'stet:ledger', 'profile': 'assignee-v1', "
		      "'values': {}}"},
	    {TL_AUDITOR, "{'type': 'audit', 'subject': 'stet:audit', 'size': 2, 'root': '" ZEROS32
			 "', 'index': '" ZEROS32 "', 'entries_sha512': '" ZEROS32 ZEROS32
			 "', 'tool': 'x', 'result': 'intact'}"},
	    {TL_ADMIN, "{'type': 'withhold', 'subject': '" TL_PAPER "', 'sha256': '" ZEROS32
		       "', 'ground': 'x'}"},
	    {TL_ROOT, "{'type': 'key', 'action': 'revoke', 'reason': 'lost', "
		      "'subject': 'urn:ietf:params:oauth:ckt:sha-256:"
		      "ctFvr8flSXYYJGF4Yx1lD-8BpKyncMll3YtVF2C61tw', 'key': {'kty': 'OKP', 'crv': "
		      "'Ed25519', 'x': "
		      "'ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1'}}"},
	};
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < COUNT_OF(rows); i++)
		tl_refused(
		    &tl, tl_portable(&tl, rows[i].signer, rows[i].json), ST_AUDIENCE_MISSING);
	tl_append(&tl, tl_portable(&tl, TL_PUBLISHER, RECORD)); /* may stand anywhere */
	end(&tl);
}

/* --- [4] ids --------------------------------------------------------------------------------- */

static void
test_rules__refuse_an_id_used_for_something_else(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'x', 'id': 'a'}");
	/* another payload, another subject, another type */
	tl_refused(&tl,
	    tl_statement(&tl, TL_PUBLISHER,
		"{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'y', 'id': 'a'}"),
	    ST_ID_CONFLICT);
	tl_refused(&tl,
	    tl_statement(&tl, TL_PUBLISHER,
		"{'type': 'record', 'subject': 'rw:1', 'title': 'x', 'id': 'a'}"),
	    ST_ID_CONFLICT);
	tl_refused(&tl,
	    tl_statement(&tl, TL_PUBLISHER,
		"{'type': 'claims', 'subject': '" TL_PAPER
		"', 'source_grounded_claims': 1, 'id': 'a'}"),
	    ST_ID_CONFLICT);
	/* one byte more in the id is another id; the same id of another issuer as well */
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'y', 'id': 'a2'}");
	tl_say(&tl, TL_EDITOR,
	    "{'type': 'correction', 'subject': '" TL_PAPER
	    "', 'nature': 'erratum', 'public_note': 'x', 'id': 'a'}");
	end(&tl);
}

/* issuer and id are hashed so that no two pairs run together: ("ab", "c") is not ("a", "bc"). */
static void
test_rules__tell_issuer_and_id_apart(void **state)
{
	uint8_t a[32], b[32];

	(void)state;
	st_cti_key(st_str("ab"), st_str("c"), a);
	st_cti_key(st_str("a"), st_str("bc"), b);
	assert_memory_not_equal(a, b, 32);
}

/* Whoever signed it again and whenever: its key may be revoked by now, or have expired, and a key
 * of the same issuer may have signed it. */
static void
test_rules__know_what_is_there_already(void **state)
{
	static const char said[] =
	    "{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'x', 'id': 'once', 'issuer': "
	    "'https://example.org/publisher'}";
	struct tl tl;
	struct tl_mark mark;
	stet_statement *same[3];
	uint64_t seq;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	seq = tl_say(&tl, TL_PUBLISHER, said);
	tl.now_ms += 5000;
	tl_append(&tl, tl_revoke(&tl, TL_ROOT, TL_PUBLISHER, ", 'reason': 'retired'"));
	same[0] = tl_statement(&tl, TL_PUBLISHER, said);
	same[1] = tl_portable(&tl, TL_PUBLISHER, said);
	same[2] = tl_statement(&tl, TL_STRANGER, said); /* unknown here: nothing rests on it */
	tl_mark_take(&tl, &mark);
	for (i = 0; i < 3; i++) {
		stet_append_options options = STET_APPEND_OPTIONS;
		stet_outcome *outcome = NULL;
		stet_error err;

		options.now_ms = tl.now_ms + i;
		assert_int_equal(
		    stet_ledger_append(tl.ledger, &same[i], 1, &options, &outcome, &err), STET_OK);
		assert_int_equal(stet_outcome_get(outcome, 0)->result, STET_ALREADY);
		assert_int_equal(stet_outcome_get(outcome, 0)->seq, seq);
		assert_int_equal(stet_outcome_head(outcome)->size, 0);
		assert_null(stet_outcome_get(outcome, 1));
		stet_outcome_free(outcome);
		stet_statement_free(same[i]);
		tl_mark_same(&tl, &mark);
	}
	tl_mark_free(&mark);
	/* Of another ledger it is not there, whatever its content. */
	tl_refused(&tl,
	    tl_statement(&tl, TL_PUBLISHER,
		"{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'x', 'id': 'once', 'aud': "
		"'stet:" ZEROS32 "'}"),
	    ST_AUDIENCE_WRONG);
	end(&tl);
}

/* What a thief said in somebody's name is not "already there" when its owner says it. */
static void
test_rules__do_not_count_what_a_thief_said(void **state)
{
	static const char said[] =
	    "{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'x', 'id': 'once', 'issuer': "
	    "'https://example.org/publisher'}";
	static const char other[] =
	    "{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'z', 'id': 'twice', 'issuer': "
	    "'https://example.org/publisher'}";
	struct tl tl;
	uint64_t first, second;
	stet_statement *grant;
	char hex[65], json[512];
	uint8_t public_key[32];

	(void)state;
	tl_make(&tl, TL_MEMORY);
	first = tl_say(&tl, TL_PUBLISHER, said);
	second = tl_say(&tl, TL_PUBLISHER, other);
	assert_true(second > first);
	stet_key_public(tl.keys[TL_STRANGER], public_key);
	st_hex(public_key, 32, hex);
	snprintf(json, sizeof(json),
	    "{'type': 'key', 'action': 'grant', 'subject': '%s', 'label': 'new desk', "
	    "'key_issuer': 'https://example.org/publisher', 'roles': ['publisher'], 'key': {'kty': "
	    "'OKP', 'crv': 'Ed25519', 'x': '%s'}}",
	    tl_key_name(&tl, TL_STRANGER), hex);
	grant = tl_statement(&tl, TL_ROOT, json);
	tl_append(&tl, grant);
	snprintf(json, sizeof(json), ", 'reason': 'stolen', 'distrust_from': %llu",
	    (unsigned long long)second);
	tl_append(&tl, tl_revoke(&tl, TL_ROOT, TL_PUBLISHER, json));
	/* the first is from before the theft, the second from after it */
	assert_int_equal(tl_result(&tl, tl_statement(&tl, TL_STRANGER, said)), STET_ALREADY);
	assert_int_equal(tl_result(&tl, tl_statement(&tl, TL_STRANGER, other)), STET_APPENDED);
	/* and now it is there, by a key that is trusted */
	assert_int_equal(tl_result(&tl, tl_statement(&tl, TL_STRANGER, other)), STET_ALREADY);
	tl_refused(&tl,
	    tl_statement(&tl, TL_STRANGER,
		"{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'y', 'id': 'twice', "
		"'issuer': 'https://example.org/publisher'}"),
	    ST_ID_CONFLICT);
	/* The distrusted key itself stays revoked: its copy of the first is there, nothing new. */
	assert_int_equal(tl_result(&tl, tl_statement(&tl, TL_PUBLISHER, said)), STET_ALREADY);
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD), ST_SIGNER_REVOKED);
	end(&tl);
}

/* --- [5] closed ------------------------------------------------------------------------------ */

static void
test_rules__end_a_ledger(void **state)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	struct tl tl;
	struct tl_mark mark;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x', 'id': '1'}");
	tl_say(&tl, TL_ROOT,
	    "{'type': 'ledger', 'subject': 'stet:ledger', 'action': 'close', 'reason': 'moved'}");
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD), ST_LEDGER_CLOSED);
	tl_refused(
	    &tl, tl_revoke(&tl, TL_ROOT, TL_PUBLISHER, ", 'reason': 'lost'"), ST_LEDGER_CLOSED);
	tl_mark_take(&tl, &mark);
	options.now_ms = tl.now_ms;
	options.flags = STET_APPEND_HEARTBEAT;
	assert_int_equal(
	    stet_ledger_append(tl.ledger, NULL, 0, &options, NULL, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_LEDGER_CLOSED);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	/* What is there already, is. */
	assert_int_equal(
	    tl_result(&tl, tl_statement(&tl, TL_PUBLISHER,
			       "{'type': 'record', 'subject': 'rw:1', 'title': 'x', 'id': '1'}")),
	    STET_ALREADY);
	end(&tl);
}

static void
test_rules__nothing_follows_a_close_in_its_batch(void **state)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_statement *both[2];
	stet_outcome *outcome = NULL;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	both[0] = tl_statement(&tl, TL_ROOT,
	    "{'type': 'ledger', 'subject': 'stet:ledger', 'action': 'close', 'reason': 'x'}");
	both[1] = tl_statement(&tl, TL_PUBLISHER, RECORD);
	options.now_ms = tl.now_ms;
	tl_mark_take(&tl, &mark);
	assert_int_equal(
	    stet_ledger_append(tl.ledger, both, 2, &options, &outcome, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_LEDGER_CLOSED);
	assert_int_equal(stet_outcome_get(outcome, 0)->result, STET_LEFT);
	assert_int_equal(stet_outcome_get(outcome, 1)->result, STET_REFUSED);
	stet_outcome_free(outcome);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	stet_statement_free(both[0]);
	stet_statement_free(both[1]);
	end(&tl);
}

/* --- [6] clocks ------------------------------------------------------------------------------ */

static void
test_rules__allow_a_signer_five_minutes(void **state)
{
	struct tl tl;
	uint64_t now;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	now = tl.now_ms;
	tl.now_ms = now + 301000;
	{
		stet_statement *late = tl_statement(&tl, TL_PUBLISHER, RECORD);

		tl.now_ms = now + 999;
		tl_refused(&tl, late, ST_SIGNED_IN_FUTURE);
	}
	tl.now_ms = now + 301000;
	{
		stet_statement *late = tl_statement(&tl, TL_PUBLISHER, RECORD);

		tl.now_ms = now + 1000; /* to the second: 300 */
		tl_append(&tl, late);
	}
	end(&tl);
}

/* --- [7] and [8] signers --------------------------------------------------------------------- */

static void
test_rules__refuse_signers_that_may_not_speak(void **state)
{
	struct tl tl;
	stet_statement *early;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(&tl, tl_statement(&tl, TL_STRANGER, RECORD), ST_SIGNER_UNKNOWN);
	tl_append(&tl, tl_revoke(&tl, TL_ADMIN, TL_EDITOR, ", 'reason': 'lost'"));
	tl_refused(&tl,
	    tl_statement(&tl, TL_EDITOR,
		"{'type': 'correction', 'subject': '" TL_PAPER
		"', 'nature': 'erratum', 'public_note': 'x'}"),
	    ST_SIGNER_REVOKED);
	/* It ends at that millisecond, by the ledger's clock, whenever it was signed. */
	tl_append(
	    &tl, tl_grant(&tl, TL_ADMIN, TL_STRANGER, "['publisher']", ", 'until': 1767225660000"));
	early = tl_statement(&tl, TL_STRANGER, RECORD);
	tl.now_ms = UINT64_C(1767225659999);
	tl_append(&tl, tl_statement(&tl, TL_STRANGER, RECORD));
	tl.now_ms = UINT64_C(1767225660000);
	tl_refused(&tl, early, ST_SIGNER_EXPIRED);
	/* Its grant may be renewed. */
	tl_append(&tl, tl_grant(&tl, TL_ADMIN, TL_STRANGER, "['publisher']", ""));
	tl_append(&tl, tl_statement(&tl, TL_STRANGER, RECORD));
	end(&tl);
}

static void
test_rules__refuse_another_keys_issuer(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(&tl,
	    tl_statement(&tl, TL_PUBLISHER,
		"{'type': 'record', 'subject': 'rw:1', 'title': 'x', 'issuer': "
		"'https://example.org/gate'}"),
	    ST_ISSUER_WRONG);
	tl_refused(&tl,
	    tl_statement(&tl, TL_PUBLISHER,
		"{'type': 'record', 'subject': 'rw:1', 'title': 'x', 'issuer': "
		"'https://example.org/publisher/'}"),
	    ST_ISSUER_WRONG);
	tl_refused(&tl,
	    tl_statement(&tl, TL_PUBLISHER,
		"{'type': 'record', 'subject': 'rw:1', 'title': 'x', 'issuer': '" TL_ORIGIN "'}"),
	    ST_ISSUER_WRONG);
	end(&tl);
}

static void
test_rules__leave_the_ledger_key_no_voice(void **state)
{
	static const char *const said[] = {RECORD,
	    "{'type': 'policy', 'subject': 'stet:ledger', 'profile': 'assignee-v1', 'values': {}}",
	    "{'type': 'ledger', 'subject': 'stet:ledger', 'action': 'close', 'reason': 'x'}",
	    "{'type': 'seal', 'subject': 'stet:seal', 'size': 9, 'ms': 1767225600000, 'root': "
	    "'" ZEROS32 "', 'index': '" ZEROS32 "'}"};
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < COUNT_OF(said); i++)
		tl_refused(&tl, tl_statement(&tl, TL_LEDGER, said[i]), ST_LEDGER_KEY_WRONG);
	/* nor does anybody else seal */
	tl_refused(&tl, tl_statement(&tl, TL_ROOT, said[3]), ST_LEDGER_KEY_WRONG);
	end(&tl);
}

/* A right seal, as the ledger would make it next, is still not appended from outside. */
static void
test_rules__take_no_seal_from_outside(void **state)
{
	char root[65], index[65];
	uint8_t bytes[32];
	struct st_reader *reader = NULL;
	struct tl tl;
	stet_head head;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(stet_ledger_head(tl.ledger, &head, &err), STET_OK);
	assert_int_equal(st_ledger_reader(tl.ledger, &reader, &err), STET_OK);
	assert_int_equal(st_ledger_root(reader, head.size, bytes, &err), STET_OK);
	st_reader_close(reader);
	st_hex(bytes, 32, root);
	st_hex(head.index, 32, index);
	tl_refused(&tl,
	    tl_statementf(&tl, TL_LEDGER,
		"{'type': 'seal', 'subject': 'stet:seal', 'size': %llu, 'ms': 1767225600000, 'id': "
		"'0x%016llx', 'root': '%s', 'index': '%s'}",
		(unsigned long long)head.size, (unsigned long long)head.size, root, index),
	    ST_LEDGER_KEY_WRONG);
	end(&tl);
}

/* --- [9] subjects ---------------------------------------------------------------------------- */

static void
test_rules__reserve_subjects(void **state)
{
	static const char *const reserved[] = {"stet:ledger", "stet:seal", "stet:audit", "source:x",
	    ("urn:ietf:params:oauth:ckt:sha-256:"
	     "ctFvr8flSXYYJGF4Yx1lD-8BpKyncMll3YtVF2C61tw")};
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < COUNT_OF(reserved); i++) {
		tl_refused(&tl,
		    tl_statementf(&tl, TL_PUBLISHER,
			"{'type': 'record', 'subject': '%s', 'title': 'x'}", reserved[i]),
		    ST_SUBJECT_RESERVED);
		tl_refused(&tl,
		    tl_statementf(&tl, TL_OBSERVER,
			"{'type': 'record', 'subject': '%s', 'title': 'x', 'source': {'name': "
			"'x'}}",
			reserved[i]),
		    ST_SUBJECT_RESERVED);
	}
	/* and those types have no other */
	tl_refused(&tl,
	    tl_statement(&tl, TL_ROOT,
		"{'type': 'policy', 'subject': 'rw:1', 'profile': 'assignee-v1', 'values': {}}"),
	    ST_SUBJECT_RESERVED);
	tl_refused(&tl,
	    tl_statement(&tl, TL_ROOT,
		"{'type': 'ledger', 'subject': 'stet:audit', 'action': 'close', 'reason': 'x'}"),
	    ST_SUBJECT_RESERVED);
	tl_refused(&tl,
	    tl_statement(&tl, TL_AUDITOR,
		"{'type': 'audit', 'subject': 'stet:seal', 'size': 2, 'root': '" ZEROS32
		"', 'index': '" ZEROS32 "', 'entries_sha512': '" ZEROS32 ZEROS32
		"', 'tool': 'x', 'result': 'intact'}"),
	    ST_SUBJECT_RESERVED);
	tl_refused(&tl,
	    tl_statement(&tl, TL_OBSERVER,
		"{'type': 'snapshot', 'subject': 'source:y', 'whole': true, 'source': {'name': "
		"'x'}}"),
	    ST_SUBJECT_RESERVED);
	tl_refused(&tl,
	    tl_statement(&tl, TL_OBSERVER,
		"{'type': 'snapshot', 'subject': 'rw:1', 'whole': true, 'source': {'name': 'x'}}"),
	    ST_SUBJECT_RESERVED);
	/* near misses are names like others */
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'sources:x', 'title': 'x'}");
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'stet2:seal', 'title': 'x'}");
	end(&tl);
}

/* --- [11] scope ------------------------------------------------------------------------------ */

static void
test_rules__keep_signers_in_their_scope(void **state)
{
	static const char *const inside[] = {"doi:10.5555/a", "urn:uuid:9f810e9f-5768-46ea-af76-"
							      "f8b503e24cd6"};
	static const char *const outside[] = {"doi:10.5555.1/a", "doi:10.555/5", "rw:1",
	    "urn:uuid:8f810e9f-5768-46ea-af76-f8b503e24cd6", "source:x"};
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_append(&tl, tl_grant(&tl, TL_ADMIN, TL_STRANGER, "['observer', 'publisher']",
			   ", 'scope': ['doi:10.5555/', 'urn:uuid:9f']"));
	for (i = 0; i < COUNT_OF(inside); i++)
		tl_append(&tl, tl_statementf(&tl, TL_STRANGER,
				   "{'type': 'record', 'subject': '%s', 'title': 'x'}", inside[i]));
	for (i = 0; i < COUNT_OF(outside) - 1; i++) {
		tl_refused(&tl,
		    tl_statementf(&tl, TL_STRANGER,
			"{'type': 'record', 'subject': '%s', 'title': 'x'}", outside[i]),
		    ST_SCOPE_EXCEEDED);
		/* What somebody else says, an observer may report of any name. */
		tl_append(
		    &tl, tl_statementf(&tl, TL_STRANGER,
			     "{'type': 'record', 'subject': '%s', 'title': 'x', 'source': {'name': "
			     "'x'}}",
			     outside[i]));
	}
	end(&tl);
}

/* --- [12] after ------------------------------------------------------------------------------ */

static void
test_rules__refuse_a_stale_after(void **state)
{
	static const char with[] =
	    "{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'x', 'after': '%s'}";
	struct tl tl;
	char first[65], second[65], seen[65];

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(&tl, tl_statementf(&tl, TL_PUBLISHER, with, ZEROS32), ST_AFTER_STALE);
	tl_leaf(&tl,
	    tl_say(&tl, TL_PUBLISHER,
		"{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'x', 'after': null}"),
	    first);
	tl_refused(&tl,
	    tl_statement(&tl, TL_PUBLISHER,
		"{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'y', 'after': null}"),
	    ST_AFTER_STALE);
	tl_leaf(&tl, tl_append(&tl, tl_statementf(&tl, TL_PUBLISHER, with, first)), second);
	tl_refused(&tl, tl_statementf(&tl, TL_PUBLISHER, with, first), ST_AFTER_STALE);
	/* Observers cannot hold it up; what they signed is not what `after` asks for. */
	tl_leaf(&tl,
	    tl_say(&tl, TL_OBSERVER,
		"{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'z', 'source': {'name': "
		"'x'}}"),
	    seen);
	tl_refused(&tl, tl_statementf(&tl, TL_PUBLISHER, with, seen), ST_AFTER_STALE);
	tl_append(&tl, tl_statementf(&tl, TL_PUBLISHER, with, second));
	end(&tl);
}

/* A name that only observers have spoken about has no `after` but null. */
static void
test_rules__after_counts_no_observations(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_OBSERVER,
	    "{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'z', 'source': {'name': 'x'}}");
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'x', 'after': null}");
	tl_refused(&tl,
	    tl_statement(&tl, TL_OBSERVER,
		"{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'z', 'after': null, "
		"'source': {'name': 'x'}}"),
	    ST_AFTER_STALE);
	end(&tl);
}

/* --- [13] policies --------------------------------------------------------------------------- */

static void
test_rules__hold_policies_against_their_profile(void **state)
{
	static const struct {
		const char *profile, *values;
		int rule;
	} rows[] = {
	    {"assignee-v2", "{}", ST_PROFILE_UNKNOWN},
	    {"", NULL, 0},
	    {"assignee-v1", "{'flagship_minimum_review_scores': 5.0}", ST_POLICY_VALUE},
	    {"assignee-v1", "{'flagship_minimum_review_score': 5}", ST_POLICY_VALUE},
	    {"assignee-v1", "{'flagship_minimum_review_score': 100.01}", ST_POLICY_VALUE},
	    {"assignee-v1", "{'flagship_minimum_review_score': -0.01}", ST_POLICY_VALUE},
	    {"assignee-v1", "{'flagship_minimum_review_score': '5.0'}", ST_POLICY_VALUE},
	    {"assignee-v1", "{'flagship_minimum_verified_claim_count': 5.0}", ST_POLICY_VALUE},
	    {"assignee-v1", "{'flagship_minimum_verified_claim_count': -1}", ST_POLICY_VALUE},
	    {"assignee-v1", "{'flagship_minimum_verified_claim_count': 1000001}", ST_POLICY_VALUE},
	    {"assignee-v1", "{'flagship_minimum_verified_claim_count': true}", ST_POLICY_VALUE},
	    {"assignee-v1", "{'gate_activation_date': 20260610}", ST_POLICY_VALUE},
	    {"assignee-v1", "{'gate_activation_date': '2026-02-30'}", ST_POLICY_VALUE},
	    {"assignee-v1", "{'gate_activation_date': 'soon'}", ST_POLICY_VALUE},
	};
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].values != NULL)
			tl_refused(&tl,
			    tl_statementf(&tl, TL_ROOT,
				"{'type': 'policy', 'subject': 'stet:ledger', 'profile': '%s', "
				"'values': %s}",
				rows[i].profile, rows[i].values),
			    rows[i].rule);
	tl_say(&tl, TL_ROOT,
	    "{'type': 'policy', 'subject': 'stet:ledger', 'profile': 'assignee-v1', 'values': "
	    "{'flagship_minimum_review_score': 100.0, 'quarantine_below_review_score': 0.0, "
	    "'flagship_minimum_verified_claim_count': 1000000, 'floor_verified_claim_count': 0, "
	    "'gate_activation_date': '2026-06'}}");
	end(&tl);
}

/* --- [13] verdicts --------------------------------------------------------------------------- */

static stet_statement *
artifact(struct tl *tl, enum tl_key signer, const char *subject, const char *role,
    const char *content, char hex[65], const char *more)
{
	tl_attach(tl, content, hex);
	return tl_statementf(tl, signer,
	    "{'type': 'artifact', 'subject': '%s', 'role': '%s', 'media_type': 'text/plain', "
	    "'size': %zu, 'sha256': '%s'%s}",
	    subject, role, strlen(content), hex, more);
}

static stet_statement *
verdict(struct tl *tl, enum tl_key signer, const char *status, const char *digests)
{
	return tl_statementf(tl, signer,
	    "{'type': 'verdict', 'subject': '" TL_UUID "', 'contract': '%s', 'gate': '2', "
	    "'status': '%s'%s}",
	    strncmp(status, "FORMAL", 6) == 0 ? "math-result-v1" : "gate-verdict-v1", status,
	    digests);
}

static const char *
naming(const char *a, const char *b)
{
	static char text[256];

	snprintf(text, sizeof(text), ", 'artifacts': ['%s'%s%s%s]", a, b != NULL ? ", '" : "",
	    b != NULL ? b : "", b != NULL ? "'" : "");
	return text;
}

static void
test_rules__want_evidence_for_verdicts(void **state)
{
	static const char *const wanting[] = {"VERIFIED", "FALSIFIED", "FORMAL_PROOF_VERIFIED"};
	char proof[65], script[65], results[65], report[65], elsewhere[65], seen[65];
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < COUNT_OF(wanting); i++) {
		tl_refused(&tl, verdict(&tl, TL_GATE, wanting[i], ""), ST_EVIDENCE_MISSING);
		tl_refused(&tl, verdict(&tl, TL_GATE, wanting[i], naming(ZEROS32, NULL)),
		    ST_EVIDENCE_MISSING);
	}
	/* Here, but of another record; seen by an observer; announced by nobody. */
	tl_append(
	    &tl, artifact(&tl, TL_PUBLISHER, "rw:1", "proof-source", "elsewhere", elsewhere, ""));
	tl_append(&tl, artifact(&tl, TL_OBSERVER, TL_UUID, "proof-source", "seen", seen,
			   ", 'source': {'name': 'x'}"));
	tl_attach(&tl, "nobody's", report);
	for (i = 0; i < COUNT_OF(wanting); i++) {
		tl_refused(&tl, verdict(&tl, TL_GATE, wanting[i], naming(elsewhere, seen)),
		    ST_EVIDENCE_MISSING);
		tl_refused(&tl, verdict(&tl, TL_GATE, wanting[i], naming(report, NULL)),
		    ST_EVIDENCE_MISSING);
	}
	/* Any artifact bears out FALSIFIED, half a reproduction or a report no VERIFIED. */
	tl_append(&tl, artifact(&tl, TL_PUBLISHER, TL_UUID, "report", "report", report, ""));
	tl_append(&tl, artifact(&tl, TL_GATE, TL_UUID, "repro-script", "script", script, ""));
	tl_refused(
	    &tl, verdict(&tl, TL_GATE, "VERIFIED", naming(report, script)), ST_EVIDENCE_MISSING);
	tl_refused(&tl, verdict(&tl, TL_GATE, "FORMAL_PROOF_VERIFIED", naming(report, script)),
	    ST_EVIDENCE_MISSING);
	tl_append(&tl, verdict(&tl, TL_GATE, "FALSIFIED", naming(report, NULL)));
	tl_append(&tl, artifact(&tl, TL_GATE, TL_UUID, "repro-results", "results", results, ""));
	tl_refused(
	    &tl, verdict(&tl, TL_GATE, "VERIFIED", naming(results, NULL)), ST_EVIDENCE_MISSING);
	tl_append(&tl, verdict(&tl, TL_GATE, "VERIFIED", naming(results, script)));
	tl_refused(&tl, verdict(&tl, TL_GATE, "FORMAL_PROOF_VERIFIED", naming(results, script)),
	    ST_EVIDENCE_MISSING);
	tl_append(&tl, artifact(&tl, TL_PUBLISHER, TL_UUID, "proof-source", "proof", proof, ""));
	tl_append(&tl, verdict(&tl, TL_GATE, "FORMAL_PROOF_VERIFIED", naming(proof, NULL)));
	tl_append(&tl, verdict(&tl, TL_GATE, "VERIFIED", naming(proof, NULL)));
	/* Withheld, none of it counts any more. */
	tl_append(&tl,
	    tl_statementf(&tl, TL_ADMIN,
		"{'type': 'withhold', 'subject': '" TL_UUID "', 'sha256': '%s', 'ground': 'x'}",
		proof));
	tl_append(&tl,
	    tl_statementf(&tl, TL_ADMIN,
		"{'type': 'withhold', 'subject': '" TL_UUID "', 'sha256': '%s', 'ground': 'x'}",
		results));
	tl_refused(
	    &tl, verdict(&tl, TL_GATE, "VERIFIED", naming(proof, NULL)), ST_EVIDENCE_MISSING);
	tl_refused(
	    &tl, verdict(&tl, TL_GATE, "VERIFIED", naming(results, script)), ST_EVIDENCE_MISSING);
	tl_refused(
	    &tl, verdict(&tl, TL_GATE, "FALSIFIED", naming(proof, results)), ST_EVIDENCE_MISSING);
	tl_append(&tl, verdict(&tl, TL_GATE, "FALSIFIED", naming(proof, report)));
	/* What says nothing that needs evidence needs none; nor does what a page shows. */
	tl_append(&tl, verdict(&tl, TL_GATE, "UNVERIFIED", ""));
	tl_append(&tl, verdict(&tl, TL_OBSERVER, "VERIFIED", ", 'source': {'name': 'x'}"));
	end(&tl);
}

/* A digest of other kinds finds an artifact and supports nothing. */
static void
test_rules__other_digests_are_no_evidence(void **state)
{
	char hex[65];
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_append(&tl, artifact(&tl, TL_PUBLISHER, TL_UUID, "report", "report", hex,
			   ", 'digests': {'sha512': '" ZEROS32 ZEROS32 "'}"));
	tl_refused(
	    &tl, verdict(&tl, TL_GATE, "FALSIFIED", naming(ZEROS32, NULL)), ST_EVIDENCE_MISSING);
	tl_append(&tl, verdict(&tl, TL_GATE, "FALSIFIED", naming(hex, NULL)));
	end(&tl);
}

static void
test_rules__withhold_only_what_is_there(void **state)
{
	char hex[65];
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_append(&tl, artifact(&tl, TL_PUBLISHER, "rw:1", "report", "report", hex, ""));
	tl_refused(&tl,
	    tl_statement(&tl, TL_ADMIN,
		"{'type': 'withhold', 'subject': 'rw:1', 'sha256': '" ZEROS32 "', 'ground': 'x'}"),
	    ST_WITHHOLD_UNKNOWN);
	tl_refused(&tl,
	    tl_statementf(&tl, TL_ADMIN,
		"{'type': 'withhold', 'subject': 'rw:2', 'sha256': '%s', 'ground': 'x'}", hex),
	    ST_WITHHOLD_UNKNOWN);
	tl_append(&tl,
	    tl_statementf(&tl, TL_ADMIN,
		"{'type': 'withhold', 'subject': 'rw:1', 'sha256': '%s', 'ground': 'x'}", hex));
	end(&tl);
}

/* --- [13] artifacts -------------------------------------------------------------------------- */

static void
test_rules__want_content_here_and_of_its_size(void **state)
{
	char hex[65];
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(&tl,
	    tl_statement(&tl, TL_PUBLISHER,
		"{'type': 'artifact', 'subject': 'rw:1', 'role': 'report', 'media_type': "
		"'text/plain', 'size': 6, 'sha256': '" ZEROS32 "'}"),
	    ST_ARTIFACT_NOT_HERE);
	tl_attach(&tl, "report", hex);
	tl_refused(&tl,
	    tl_statementf(&tl, TL_PUBLISHER,
		"{'type': 'artifact', 'subject': 'rw:1', 'role': 'report', 'media_type': "
		"'text/plain', 'size': 7, 'sha256': '%s'}",
		hex),
	    ST_ARTIFACT_SIZE);
	tl_append(
	    &tl, tl_statementf(&tl, TL_PUBLISHER,
		     "{'type': 'artifact', 'subject': 'rw:1', 'role': 'report', 'media_type': "
		     "'text/plain', 'size': 6, 'sha256': '%s'}",
		     hex));
	/* Blinded content lies there with 32 bytes of salt in front. */
	tl_attach(&tl, "0123456789abcdef0123456789abcdefcontent", hex);
	tl_refused(&tl,
	    tl_statementf(&tl, TL_PUBLISHER,
		"{'type': 'artifact', 'subject': 'rw:1', 'role': 'report', 'media_type': "
		"'text/plain', 'size': 39, 'blinded': '%s'}",
		hex),
	    ST_ARTIFACT_SIZE);
	tl_append(
	    &tl, tl_statementf(&tl, TL_PUBLISHER,
		     "{'type': 'artifact', 'subject': 'rw:1', 'role': 'report', 'media_type': "
		     "'text/plain', 'size': 7, 'blinded': '%s'}",
		     hex));
	end(&tl);
}

/* --- [13] targets ---------------------------------------------------------------------------- */

static void
test_rules__want_targets_that_are_there(void **state)
{
	char paper[65], uuid[65], elsewhere[65];
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_leaf(&tl,
	    tl_say(&tl, TL_PUBLISHER,
		"{'type': 'alias', 'subject': '" TL_PAPER "', 'action': 'bind', 'record': '" TL_UUID
		"'}"),
	    paper);
	tl_leaf(&tl,
	    tl_say(&tl, TL_PUBLISHER,
		"{'type': 'record', 'subject': '" TL_UUID "', 'title': 'x', 'aliases': "
		"['" TL_PAPER "']}"),
	    uuid);
	tl_leaf(&tl,
	    tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}"),
	    elsewhere);
	tl_refused(&tl,
	    tl_statement(&tl, TL_EDITOR,
		"{'type': 'correction', 'subject': '" TL_UUID
		"', 'nature': 'annulment', 'targets': ['" ZEROS32 "']}"),
	    ST_TARGET_UNKNOWN);
	/* of another record; one that is right does not excuse the other */
	tl_refused(&tl,
	    tl_statementf(&tl, TL_EDITOR,
		"{'type': 'correction', 'subject': '" TL_UUID
		"', 'nature': 'annulment', 'targets': ['%s', '%s']}",
		uuid, elsewhere),
	    ST_TARGET_UNKNOWN);
	/* under any name of the record, for corrections */
	tl_append(&tl, tl_statementf(&tl, TL_EDITOR,
			   "{'type': 'correction', 'subject': '" TL_UUID
			   "', 'nature': 'annulment', 'targets': ['%s', '%s']}",
			   uuid, paper));
	tl_append(&tl, tl_statementf(&tl, TL_EDITOR,
			   "{'type': 'correction', 'subject': '" TL_PAPER
			   "', 'nature': 'reinstatement', 'targets': ['%s']}",
			   uuid));
	/* and under its own name alone for endorsements */
	tl_refused(&tl,
	    tl_statementf(&tl, TL_PUBLISHER,
		"{'type': 'endorse', 'subject': '" TL_UUID "', 'targets': ['%s']}", paper),
	    ST_TARGET_UNKNOWN);
	tl_append(
	    &tl, tl_statementf(&tl, TL_PUBLISHER,
		     "{'type': 'endorse', 'subject': '" TL_UUID "', 'targets': ['%s']}", uuid));
	/* An observation is no way around it. */
	tl_refused(&tl,
	    tl_statementf(&tl, TL_OBSERVER,
		"{'type': 'correction', 'subject': '" TL_UUID
		"', 'nature': 'annulment', 'source': {'name': 'x'}, 'targets': ['%s']}",
		elsewhere),
	    ST_TARGET_UNKNOWN);
	end(&tl);
}

/* --- [14] signatures ------------------------------------------------------------------------- */

/* Every bit of a signed statement turned: it does not decode, or is refused. */
static void
test_rules__refuse_every_flipped_bit(void **state)
{
	unsigned decoded = 0, flipped = 0, by_signature = 0;
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_statement *statement, *forged;
	struct st_buf bytes = {0};
	struct tl_mark mark;
	struct tl tl;
	stet_error err;
	size_t bit;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	statement = tl_statement(&tl, TL_PUBLISHER, RECORD);
	st_buf_put_bytes(&bytes, stet_statement_encoded(statement));
	options.now_ms = tl.now_ms;
	tl_mark_take(&tl, &mark);
	for (bit = 0; bit < bytes.size * 8; bit++, flipped++) {
		int rc;

		bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (stet_statement_decode(st_buf_bytes(&bytes), &forged, &err) == STET_OK) {
			decoded++;
			rc = stet_ledger_append(tl.ledger, &forged, 1, &options, NULL, &err);
			if (rc != STET_EREFUSED)
				fail_msg("bit %zu: %s", bit, stet_code_name(rc));
			by_signature += err.rule == ST_SIGNATURE_INVALID;
			stet_statement_free(forged);
		}
		bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	printf("%u flipped bits of a statement: %u do not decode, %u are refused, %u of these by "
	       "their signature alone\n",
	    flipped, flipped - decoded, decoded, by_signature);
	assert_true(by_signature > 500); /* those of the signature itself, at least */
	tl_append(&tl, statement);
	st_buf_free(&bytes);
	end(&tl);
}

/* The kid says publisher, the signature is a stranger's. */
static void
test_rules__refuse_a_borrowed_kid(void **state)
{
	uint8_t stranger[32], publisher[32], *at;
	struct st_buf bytes = {0};
	stet_statement *mine, *forged;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	mine = tl_statement(&tl, TL_STRANGER,
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'x', 'issuer': "
	    "'https://example.org/publisher'}");
	st_buf_put_bytes(&bytes, stet_statement_encoded(mine));
	stet_key_thumbprint(tl.keys[TL_STRANGER], stranger);
	stet_key_thumbprint(tl.keys[TL_PUBLISHER], publisher);
	at = memmem(bytes.data, bytes.size, stranger, 32);
	assert_non_null(at);
	memcpy(at, publisher, 32);
	assert_int_equal(stet_statement_decode(st_buf_bytes(&bytes), &forged, &err), STET_OK);
	tl_refused(&tl, forged, ST_SIGNATURE_INVALID);
	stet_statement_free(mine);
	st_buf_free(&bytes);
	end(&tl);
}

/* A statement that is there already is, whatever its signature: nothing is taken from it. */
static void
test_rules__a_forged_copy_adds_nothing(void **state)
{
	struct st_buf bytes = {0};
	stet_statement *statement, *forged;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	statement = tl_statement(&tl, TL_PUBLISHER, RECORD);
	st_buf_put_bytes(&bytes, stet_statement_encoded(statement));
	bytes.data[bytes.size - 1] ^= 1;
	tl_append(&tl, statement);
	assert_int_equal(stet_statement_decode(st_buf_bytes(&bytes), &forged, &err), STET_OK);
	tl_mark_take(&tl, &mark);
	assert_int_equal(tl_result(&tl, forged), STET_ALREADY);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	st_buf_free(&bytes);
	end(&tl);
}

static void
test_rules__want_signed_statements(void **state)
{
	static const char json[] =
	    "{\"type\": \"record\", \"subject\": \"rw:1\", \"title\": \"x\"}";
	stet_statement *statement = NULL;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(stet_statement_from_json(st_str(json), &statement, &err), STET_OK);
	assert_int_equal(tl_try(&tl, statement, &err), STET_EINVAL);
	assert_int_equal(err.rule, ST_NOT_SIGNED);
	end(&tl);
}

static int
print_count(void **state)
{
	(void)state;
	printf("%u refusals, after each the store, checkpoint and remembered head as before\n",
	    refusals);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rules__open_a_ledger_once),
	    cmocka_unit_test(test_rules__refuse_types_and_versions_not_known),
	    cmocka_unit_test(test_rules__refuse_statements_of_another_ledger),
	    cmocka_unit_test(test_rules__keep_statements_in_their_ledger),
	    cmocka_unit_test(test_rules__ask_for_the_audience_where_it_matters),
	    cmocka_unit_test(test_rules__refuse_an_id_used_for_something_else),
	    cmocka_unit_test(test_rules__tell_issuer_and_id_apart),
	    cmocka_unit_test(test_rules__know_what_is_there_already),
	    cmocka_unit_test(test_rules__do_not_count_what_a_thief_said),
	    cmocka_unit_test(test_rules__end_a_ledger),
	    cmocka_unit_test(test_rules__nothing_follows_a_close_in_its_batch),
	    cmocka_unit_test(test_rules__allow_a_signer_five_minutes),
	    cmocka_unit_test(test_rules__refuse_signers_that_may_not_speak),
	    cmocka_unit_test(test_rules__refuse_another_keys_issuer),
	    cmocka_unit_test(test_rules__leave_the_ledger_key_no_voice),
	    cmocka_unit_test(test_rules__take_no_seal_from_outside),
	    cmocka_unit_test(test_rules__reserve_subjects),
	    cmocka_unit_test(test_rules__keep_signers_in_their_scope),
	    cmocka_unit_test(test_rules__refuse_a_stale_after),
	    cmocka_unit_test(test_rules__after_counts_no_observations),
	    cmocka_unit_test(test_rules__hold_policies_against_their_profile),
	    cmocka_unit_test(test_rules__want_evidence_for_verdicts),
	    cmocka_unit_test(test_rules__other_digests_are_no_evidence),
	    cmocka_unit_test(test_rules__withhold_only_what_is_there),
	    cmocka_unit_test(test_rules__want_content_here_and_of_its_size),
	    cmocka_unit_test(test_rules__want_targets_that_are_there),
	    cmocka_unit_test(test_rules__refuse_every_flipped_bit),
	    cmocka_unit_test(test_rules__refuse_a_borrowed_kid),
	    cmocka_unit_test(test_rules__a_forged_copy_adds_nothing),
	    cmocka_unit_test(test_rules__want_signed_statements),
	};

	return cmocka_run_group_tests(tests, NULL, print_count);
}
