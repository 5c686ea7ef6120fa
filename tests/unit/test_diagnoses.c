/* Every code that verify can answer with: one ledger each that is wrong in just that way, and the
 * entry it must name.  Most are an operator's work: everything is properly chained, sealed and
 * signed by the real ledger key, and only the rules tell that the entry should not be there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/ledger.h"

#include "base/hex.h"
#include "key/key.h"
#include "verify/verify.h"

static const struct st_verify_tuning tuning = {
    .memory_entries = 50000, .batch_entries = 7, .strict = 1};

struct diagnosis_case {
	const char *code;
	uint64_t (*damage)(struct tl *tl); /* the entry to be named; STET_NO_SEQ: none */
	int alone;                         /* and nothing else is found                */
};

static void
print(const stet_report *report)
{
	const stet_diagnosis *diagnosis;
	size_t i;

	for (i = 0; (diagnosis = stet_report_get(report, i)) != NULL; i++)
		print_message("  %lld %s: %s\n", (long long)diagnosis->seq,
		    stet_rule_name(diagnosis->rule), diagnosis->text);
}

static void
expect(const struct diagnosis_case *c)
{
	stet_verify_options options = {.version = STET_OPTIONS_VERSION, .threads = 1};
	const stet_diagnosis *first;
	stet_report *report = NULL;
	stet_error err;
	struct tl tl;
	uint64_t seq;

	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	seq = c->damage(&tl);
	if (st_verify_run(tl.ledger, &options, &tuning, NULL, NULL, &report, &err) != STET_OK)
		fail_msg("%s: %s (%s)", c->code, err.text, stet_rule_name(err.rule));
	first = stet_report_get(report, 0);
	if (first == NULL || strcmp(stet_rule_name(first->rule), c->code) != 0 ||
	    first->seq != seq || (c->alone && stet_report_count(report) != 1)) {
		print(report);
		fail_msg("%s at %lld expected", c->code, (long long)seq);
	}
	stet_report_free(report);
	tl_free(&tl);
}

/* --- statements that the rules refuse, forced in -----------------------------------------------
 */

static uint64_t
force(struct tl *tl, enum tl_key signer, const char *json)
{
	return tl_force_statement(tl, tl_statement(tl, signer, json));
}

#define RECORD "{'type': 'record', 'subject': 'rw:1', 'title': 'Forced'"

static uint64_t
by_unknown_signer(struct tl *tl)
{
	return force(tl, TL_STRANGER, RECORD "}");
}

static uint64_t
by_revoked_signer(struct tl *tl)
{
	tl_append(tl, tl_revoke(tl, TL_ROOT, TL_PUBLISHER, ", 'reason': 'lost'"));
	return force(tl, TL_PUBLISHER, RECORD "}");
}

static uint64_t
by_expired_signer(struct tl *tl)
{
	char until[64];

	snprintf(until, sizeof(until), ", 'until': %llu", (unsigned long long)tl->now_ms + 1000);
	tl_append(tl, tl_grant(tl, TL_ROOT, TL_STRANGER, "['publisher']", until));
	tl->now_ms += 1000;
	return force(tl, TL_STRANGER, RECORD "}");
}

static uint64_t
by_signer_without_role(struct tl *tl)
{
	return force(tl, TL_GATE, RECORD "}");
}

static uint64_t
beyond_scope(struct tl *tl)
{
	tl_append(
	    tl, tl_grant(tl, TL_ROOT, TL_STRANGER, "['publisher']", ", 'scope': ['doi:10.5555/']"));
	return force(tl, TL_STRANGER, RECORD "}");
}

static uint64_t
with_anothers_issuer(struct tl *tl)
{
	return force(tl, TL_PUBLISHER, RECORD ", 'issuer': 'https://example.org/gate'}");
}

static uint64_t
of_another_ledger(struct tl *tl)
{
	return force(tl, TL_PUBLISHER,
	    RECORD
	    ", 'aud': 'stet:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'}");
}

static uint64_t
without_audience(struct tl *tl)
{
	return tl_force_statement(
	    tl, tl_portable(tl, TL_ROOT,
		    "{'type': 'policy', 'subject': 'stet:ledger', 'profile': 'assignee-v1', "
		    "'values': {'tolerance_percent': 5}}"));
}

static uint64_t
on_reserved_subject(struct tl *tl)
{
	return force(
	    tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'stet:audit', 'title': 'No'}");
}

static uint64_t
by_ledger_key(struct tl *tl)
{
	return force(tl, TL_LEDGER, RECORD "}");
}

static uint64_t
after_something_older(struct tl *tl)
{
	return force(tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': '" TL_UUID "', 'title': 'Stale', 'after': null}");
}

static uint64_t
bound_twice(struct tl *tl)
{
	return force(tl, TL_PUBLISHER,
	    "{'type': 'alias', 'subject': '" TL_PAPER "', 'action': 'bind', 'record': '" TL_UUID
	    "'}");
}

static uint64_t
listed_without_binding(struct tl *tl)
{
	return force(tl, TL_PUBLISHER, RECORD ", 'aliases': ['doi:10.5555/other']}");
}

static uint64_t
alias_of_itself(struct tl *tl)
{
	return force(tl, TL_PUBLISHER,
	    "{'type': 'alias', 'subject': 'rw:1', 'action': 'bind', 'record': 'rw:1'}");
}

static uint64_t
verified_without_evidence(struct tl *tl)
{
	return force(tl, TL_GATE,
	    "{'type': 'verdict', 'subject': '" TL_UUID "', 'contract': 'gate-verdict-v1', "
	    "'gate': 'sandbox', 'status': 'VERIFIED'}");
}

static uint64_t
withholding_nothing(struct tl *tl)
{
	return force(tl, TL_ADMIN,
	    "{'type': 'withhold', 'subject': '" TL_UUID "', 'ground': 'court order', "
	    "'sha256': '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'}");
}

static uint64_t
targeting_nothing(struct tl *tl)
{
	return force(tl, TL_EDITOR,
	    "{'type': 'correction', 'subject': '" TL_UUID
	    "', 'nature': 'verdict_change', 'targets': "
	    "['000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f']}");
}

static uint64_t
revoking_last_root(struct tl *tl)
{
	return tl_force_statement(tl, tl_revoke(tl, TL_ROOT, TL_ROOT, ", 'reason': 'retired'"));
}

/* The identity, of order 1: whoever signs nothing has signed everything. */
static uint64_t
granting_weak_key(struct tl *tl)
{
	static const uint8_t weak[32] = {1};
	uint8_t kid[32];
	char name[ST_KEY_NAME_SIZE], hex[65];

	st_key_thumbprint(weak, kid);
	st_key_name(kid, name);
	st_hex(weak, 32, hex);
	return tl_force_statement(
	    tl, tl_statementf(tl, TL_ROOT,
		    "{'type': 'key', 'action': 'grant', 'subject': '%s', 'label': 'weak', "
		    "'key_issuer': 'https://example.net/weak', 'roles': ['publisher'], "
		    "'key': {'kty': 'OKP', 'crv': 'Ed25519', 'x': '%s'}}",
		    name, hex));
}

static uint64_t
granting_revoked_key(struct tl *tl)
{
	tl_append(tl, tl_revoke(tl, TL_ROOT, TL_EDITOR, ", 'reason': 'retired'"));
	return tl_force_statement(tl, tl_grant(tl, TL_ROOT, TL_EDITOR, "['editor']", ""));
}

static uint64_t
granting_another_issuer(struct tl *tl)
{
	char hex[65];
	uint8_t public_key[32];

	stet_key_public(tl->keys[TL_EDITOR], public_key);
	st_hex(public_key, 32, hex);
	return tl_force_statement(
	    tl, tl_statementf(tl, TL_ROOT,
		    "{'type': 'key', 'action': 'grant', 'subject': '%s', 'label': 'other', "
		    "'key_issuer': 'https://example.net/other', 'roles': ['editor'], "
		    "'key': {'kty': 'OKP', 'crv': 'Ed25519', 'x': '%s'}}",
		    tl_key_name(tl, TL_EDITOR), hex));
}

static uint64_t
revoking_unknown_key(struct tl *tl)
{
	return tl_force_statement(tl, tl_revoke(tl, TL_ROOT, TL_STRANGER, ", 'reason': 'lost'"));
}

static uint64_t
distrusting_the_future(struct tl *tl)
{
	return tl_force_statement(
	    tl, tl_revoke(tl, TL_ROOT, TL_EDITOR, ", 'reason': 'stolen', 'distrust_from': 1000"));
}

static uint64_t
granting_ledger_key(struct tl *tl)
{
	return tl_force_statement(tl, tl_grant(tl, TL_ROOT, TL_LEDGER, "['publisher']", ""));
}

static uint64_t
policy_of_unknown_profile(struct tl *tl)
{
	return force(tl, TL_ROOT,
	    "{'type': 'policy', 'subject': 'stet:ledger', 'profile': 'nobody-v9', 'values': {}}");
}

static uint64_t
policy_of_unknown_number(struct tl *tl)
{
	return force(tl, TL_ROOT,
	    "{'type': 'policy', 'subject': 'stet:ledger', 'profile': 'assignee-v1', "
	    "'values': {'no_such_number': 1}}");
}

static uint64_t
opened_twice(struct tl *tl)
{
	stet_entry *entry = NULL;
	struct tl_force again;
	stet_error err;
	uint64_t seq;

	assert_int_equal(stet_ledger_entry(tl->ledger, 0, &entry, &err), STET_OK);
	memset(&again, 0, sizeof(again));
	again.statement = entry->read.entry.statement;
	seq = tl_force(tl, &again);
	stet_entry_free(entry);
	return seq;
}

static uint64_t
after_the_end(struct tl *tl)
{
	tl_say(tl, TL_ROOT,
	    "{'type': 'ledger', 'subject': 'stet:ledger', 'action': 'close', "
	    "'reason': 'moved to paper'}");
	return force(tl, TL_PUBLISHER, RECORD "}");
}

static uint64_t
signed_in_future(struct tl *tl)
{
	uint64_t now = tl->now_ms;
	stet_statement *statement;

	tl->now_ms += 301000;
	statement = tl_statement(tl, TL_PUBLISHER, RECORD "}");
	tl->now_ms = now;
	return tl_force_statement(tl, statement);
}

static uint64_t
id_used_for_something_else(struct tl *tl)
{
	tl_say(tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'One', 'id': 'same'}");
	return force(tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'Two', 'id': 'same'}");
}

static uint64_t
said_twice(struct tl *tl)
{
	tl_say(tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'One', 'id': 'same'}");
	return force(tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'One', 'id': 'same'}");
}

/* Signed by the right key over something else. */
static uint64_t
with_wrong_signature(struct tl *tl)
{
	stet_statement *statement = tl_statement(tl, TL_PUBLISHER, RECORD "}");
	struct st_buf copy = {0};
	struct tl_force forced;
	uint64_t seq;

	st_buf_put_bytes(&copy, stet_statement_encoded(statement));
	copy.data[copy.size - 1] ^= 1; /* the signature is last */
	memset(&forced, 0, sizeof(forced));
	forced.statement = st_buf_bytes(&copy);
	seq = tl_force(tl, &forced);
	st_buf_free(&copy);
	stet_statement_free(statement);
	return seq;
}

/* --- entries that were never written by stet ---------------------------------------------------
 */

static uint64_t
force_entry(struct tl *tl, const uint8_t *bytes, size_t size)
{
	struct tl_force forced;

	memset(&forced, 0, sizeof(forced));
	forced.entry = (stet_bytes){bytes, size};
	return tl_force(tl, &forced);
}

static uint64_t
not_an_entry(struct tl *tl)
{
	static const uint8_t empty_map[] = {0xa0};

	return force_entry(tl, empty_map, sizeof(empty_map));
}

/* A whole entry whose number takes two bytes and could take one. */
static uint64_t
not_shortest(struct tl *tl)
{
	stet_bytes encoded = tl_entry(tl, 1);
	struct st_buf longer = {0};
	uint64_t seq;

	st_buf_put(&longer, encoded.data, 1);
	st_buf_put_u8(&longer, 0x18);
	st_buf_put(&longer, encoded.data + 1, encoded.size - 1);
	seq = force_entry(tl, longer.data, longer.size);
	st_buf_free(&longer);
	free((void *)(uintptr_t)encoded.data);
	return seq;
}

/* --- statements whose bytes stet would not write -----------------------------------------------
 */

/* Signed all the same, by a key that may sign it. */
static uint64_t
force_signed(struct tl *tl, stet_bytes head, stet_bytes payload)
{
	struct st_buf message = {0}, frame = {0};
	struct tl_force forced;
	uint8_t signature[64];
	uint64_t seq;

	st_cose_to_be_signed(head, payload, &message);
	st_sign(st_key_secret(tl->keys[TL_PUBLISHER]), st_buf_bytes(&message), signature);
	st_cbor_put_tag(&frame, 18);
	st_cbor_put_array(&frame, 4);
	st_cbor_put_bytes(&frame, head);
	st_cbor_put_map(&frame, 0);
	st_cbor_put_bytes(&frame, payload);
	st_cbor_put_bytes(&frame, (stet_bytes){signature, 64});
	memset(&forced, 0, sizeof(forced));
	forced.statement = st_buf_bytes(&frame);
	seq = tl_force(tl, &forced);
	st_buf_free(&message);
	st_buf_free(&frame);
	return seq;
}

/* A payload in hexadecimal under the head of a good statement. */
static uint64_t
force_payload(struct tl *tl, const char *hex)
{
	stet_statement *good = tl_statement(tl, TL_PUBLISHER, RECORD "}");
	const struct st_statement *view = st_statement_view(good);
	struct st_buf payload = {0};
	uint64_t seq;

	assert_int_equal(st_hex_get(&payload, st_str(hex)), 0);
	seq = force_signed(tl, view->sign1.head, st_buf_bytes(&payload));
	st_buf_free(&payload);
	stet_statement_free(good);
	return seq;
}

/* {"v": 1, "type": "record", "title": "x"} is a3 "v" 1 "type" "record" "title" "x". */
#define V "6176"
#define TYPE "6474797065667265636f7264"
#define TITLE "657469746c65"
#define PAYLOAD_CASE(name, hex)                \
	static uint64_t name(struct tl *tl)    \
	{                                      \
		return force_payload(tl, hex); \
	}
PAYLOAD_CASE(payload_not_shortest, "a3" V "1801" TYPE TITLE "6178")
PAYLOAD_CASE(payload_indefinite, "bf" V "01" TYPE TITLE "6178ff")
PAYLOAD_CASE(payload_float, "a3" V "f93c00" TYPE TITLE "6178")
PAYLOAD_CASE(payload_tag, "a3" V "c101" TYPE TITLE "6178")
PAYLOAD_CASE(payload_simple, "a3" V "f7" TYPE TITLE "6178")
PAYLOAD_CASE(payload_integer, "a3" V "1b0020000000000000" TYPE TITLE "6178")
PAYLOAD_CASE(payload_unsorted, "a3" TYPE V "01" TITLE "6178")
PAYLOAD_CASE(payload_repeated, "a4" V "01" V "01" TYPE TITLE "6178")
PAYLOAD_CASE(payload_key_kind, "a3"
			       "01"
			       "01" TYPE TITLE "6178")
PAYLOAD_CASE(payload_deep, "a3" V "8181818181818181818181818181818101" TYPE TITLE "6178")
PAYLOAD_CASE(payload_control, "a3" V "01" TYPE TITLE "611b")
PAYLOAD_CASE(payload_trailing, "a3" V "01" TYPE TITLE "617800")
PAYLOAD_CASE(payload_truncated, "a4" V "01" TYPE TITLE "6178")
PAYLOAD_CASE(payload_malformed, "a3" V "1c" TYPE TITLE "6178")
PAYLOAD_CASE(payload_unknown_member, "a3" V "01" TYPE "657469746c66"
				     "6178")
PAYLOAD_CASE(payload_wrong_kind, "a3" V "01" TYPE TITLE "01")
#undef PAYLOAD_CASE

static uint64_t
unprotected_header(struct tl *tl)
{
	stet_statement *good = tl_statement(tl, TL_PUBLISHER, RECORD "}");
	stet_bytes encoded = stet_statement_encoded(good);
	size_t head = st_statement_view(good)->sign1.head.size;
	size_t at = (size_t)(st_statement_view(good)->sign1.head.data - encoded.data) + head;
	struct st_buf changed = {0};
	struct tl_force forced;
	uint64_t seq;

	st_buf_put(&changed, encoded.data, at);
	st_buf_put(&changed, "\xa1\x01\x02", 3); /* in place of a0 */
	st_buf_put(&changed, encoded.data + at + 1, encoded.size - at - 1);
	memset(&forced, 0, sizeof(forced));
	forced.statement = st_buf_bytes(&changed);
	seq = tl_force(tl, &forced);
	st_buf_free(&changed);
	stet_statement_free(good);
	return seq;
}

/* A protected header with one member more, or one less. */
static uint64_t
force_head(struct tl *tl, int more)
{
	stet_statement *good = tl_statement(tl, TL_PUBLISHER, RECORD "}");
	const struct st_sign1 *sign1 = &st_statement_view(good)->sign1;
	struct st_buf head = {0};
	uint64_t seq;

	st_buf_put(&head, sign1->head.data, sign1->head.size);
	if (more) {
		head.data[0]++;
		st_buf_put(&head, "\x18\x20\x01", 3); /* 32: 1 */
	} else {
		head.data[0]--;
		memmove(head.data + 1, head.data + 3, head.size - 3); /* without 1: -19 */
		head.size -= 2;
	}
	seq = force_signed(tl, st_buf_bytes(&head), sign1->payload);
	st_buf_free(&head);
	stet_statement_free(good);
	return seq;
}

static uint64_t
header_with_more(struct tl *tl)
{
	return force_head(tl, 1);
}

static uint64_t
header_with_less(struct tl *tl)
{
	return force_head(tl, 0);
}

/* --- links and times ---------------------------------------------------------------------------
 */

static uint64_t
force_linked(struct tl *tl, struct tl_force *forced)
{
	stet_statement *statement = tl_statement(
	    tl, TL_PUBLISHER, "{'type': 'record', 'subject': '" TL_UUID "', 'title': 'Linked'}");
	uint64_t seq;

	forced->statement = stet_statement_encoded(statement);
	seq = tl_force(tl, forced);
	stet_statement_free(statement);
	return seq;
}

static const uint8_t elsewhere[32] = {1, 2, 3};

static uint64_t
with_wrong_prev(struct tl *tl)
{
	struct tl_force forced = {.prev = elsewhere};

	return force_linked(tl, &forced);
}

static uint64_t
with_wrong_prior(struct tl *tl)
{
	struct tl_force forced = {.prior = elsewhere};

	return force_linked(tl, &forced);
}

static uint64_t
without_prior(struct tl *tl)
{
	struct tl_force forced = {.no_prior = 1};

	return force_linked(tl, &forced);
}

static uint64_t
of_an_earlier_time(struct tl *tl)
{
	struct tl_force forced = {.ms = tl->now_ms - 1};

	return force_linked(tl, &forced);
}

/* --- seals -------------------------------------------------------------------------------------
 */

enum { SEAL_SIZE = 1, SEAL_TIME = 2, SEAL_ROOT = 4, SEAL_INDEX = 8, SEAL_ID = 16 };

/* A heartbeat by the ledger key that is wrong in one thing. */
static uint64_t
force_seal(struct tl *tl, unsigned wrong)
{
	uint64_t size = tl_size(tl), ms = tl->now_ms;
	struct st_reader *reader = NULL;
	uint8_t root[32], index[32];
	char root_hex[65], index_hex[65];
	stet_statement *statement;
	struct tl_force forced;
	stet_error err;
	uint64_t seq;

	assert_int_equal(st_ledger_reader(tl->ledger, &reader, &err), STET_OK);
	assert_int_equal(st_ledger_root(reader, size, root, &err), STET_OK);
	st_reader_close(reader);
	/* The index is that of the seal before: a heartbeat adds no name. */
	{
		stet_bytes encoded = tl_entry(tl, size - 1), named;
		struct st_entry entry;
		struct st_sign1 sign1;

		assert_int_equal(st_entry_decode(encoded, &entry, NULL), STET_OK);
		assert_int_equal(st_sign1_decode(entry.statement, &sign1, NULL), STET_OK);
		assert_int_equal(st_cbor_member_bytes(sign1.payload, "index", &named), STET_OK);
		memcpy(index, named.data, 32);
		free((void *)(uintptr_t)encoded.data);
	}
	root[0] ^= (wrong & SEAL_ROOT) != 0;
	index[0] ^= (wrong & SEAL_INDEX) != 0;
	st_hex(root, 32, root_hex);
	st_hex(index, 32, index_hex);
	statement = tl_statementf(tl, TL_LEDGER,
	    "{'type': 'seal', 'subject': 'stet:seal', 'size': %llu, 'ms': %llu, 'root': '%s', "
	    "'index': '%s', 'id': '0x%016llx'}",
	    (unsigned long long)size + ((wrong & SEAL_SIZE) != 0),
	    (unsigned long long)ms + ((wrong & SEAL_TIME) != 0), root_hex, index_hex,
	    (unsigned long long)size + ((wrong & (SEAL_SIZE | SEAL_ID)) != 0));
	memset(&forced, 0, sizeof(forced));
	forced.statement = stet_statement_encoded(statement);
	forced.no_seal = 1;
	seq = tl_force(tl, &forced);
	stet_statement_free(statement);
	return seq;
}

static uint64_t
seal_of_wrong_size(struct tl *tl)
{
	return force_seal(tl, SEAL_SIZE);
}

static uint64_t
seal_of_wrong_id(struct tl *tl)
{
	return force_seal(tl, SEAL_ID);
}

static uint64_t
seal_of_wrong_time(struct tl *tl)
{
	return force_seal(tl, SEAL_TIME);
}

static uint64_t
seal_of_wrong_root(struct tl *tl)
{
	return force_seal(tl, SEAL_ROOT);
}

static uint64_t
seal_of_wrong_index(struct tl *tl)
{
	return force_seal(tl, SEAL_INDEX);
}

static uint64_t
without_seal(struct tl *tl)
{
	stet_statement *statement = tl_statement(tl, TL_PUBLISHER, RECORD "}");
	struct tl_force forced;
	uint64_t seq;

	memset(&forced, 0, sizeof(forced));
	forced.statement = stet_statement_encoded(statement);
	forced.no_seal = 1;
	seq = tl_force(tl, &forced);
	stet_statement_free(statement);
	return seq;
}

/* --- stored entries ----------------------------------------------------------------------------
 */

#define MIDDLE 12

static uint64_t
altered(struct tl *tl)
{
	stet_bytes encoded = tl_entry(tl, MIDDLE);

	((uint8_t *)(uintptr_t)encoded.data)[encoded.size - 1] ^= 0x80;
	tl_put_entry(tl, MIDDLE, encoded);
	free((void *)(uintptr_t)encoded.data);
	return MIDDLE;
}

static uint64_t
missing(struct tl *tl)
{
	tl_drop_entry(tl, MIDDLE);
	return MIDDLE;
}

static uint64_t
swapped(struct tl *tl)
{
	stet_bytes one = tl_entry(tl, MIDDLE), two = tl_entry(tl, MIDDLE + 3);

	tl_put_entry(tl, MIDDLE, two);
	tl_put_entry(tl, MIDDLE + 3, one);
	free((void *)(uintptr_t)one.data);
	free((void *)(uintptr_t)two.data);
	return MIDDLE;
}

static uint64_t
repeated(struct tl *tl)
{
	stet_bytes one = tl_entry(tl, MIDDLE - 2);

	tl_put_entry(tl, MIDDLE, one);
	free((void *)(uintptr_t)one.data);
	return MIDDLE;
}

/* Behind the ledger's back: after its head. */
static uint64_t
extra(struct tl *tl)
{
	struct tl_force forced;
	uint64_t size = tl_size(tl), seq;
	struct tl_rows before;
	stet_bytes encoded;

	tl_rows_take(tl, &before);
	memset(&forced, 0, sizeof(forced));
	seq = without_seal(tl);
	assert_int_equal(seq, size);
	encoded = tl_entry(tl, seq);
	tl_rows_put(tl, &before);
	tl_put_entry(tl, seq, encoded);
	tl_rows_free(&before);
	free((void *)(uintptr_t)encoded.data);
	return seq;
}

/* --- beside the entries ------------------------------------------------------------------------
 */

static char *
path_in(struct tl *tl, const char *name)
{
	char *path = st_path_join(tl->path, name);

	assert_non_null(path);
	return path;
}

static void
write_file(const char *path, const char *text, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static uint64_t
without_checkpoint(struct tl *tl)
{
	char *path = path_in(tl, "checkpoint");

	assert_int_equal(unlink(path), 0);
	free(path);
	return STET_NO_SEQ;
}

static uint64_t
damaged_checkpoint(struct tl *tl)
{
	char *path = path_in(tl, "checkpoint");

	write_file(path, TL_ORIGIN "\n12\n", strlen(TL_ORIGIN) + 4);
	free(path);
	return STET_NO_SEQ;
}

/* A checkpoint of our making, by the key that is given. */
static void
sign_checkpoint(struct tl *tl, enum tl_key signer, const char *origin, uint64_t size,
    const uint8_t root[32], const char *path)
{
	struct st_checkpoint checkpoint;
	struct st_buf text = {0}, note = {0};
	stet_error err;

	memset(&checkpoint, 0, sizeof(checkpoint));
	snprintf(checkpoint.origin, sizeof(checkpoint.origin), "%s", origin);
	checkpoint.size = size;
	memcpy(checkpoint.root, root, 32);
	st_checkpoint_put(&text, &checkpoint);
	assert_int_equal(
	    st_note_sign(st_buf_bytes(&text), origin, st_key_secret(tl->keys[signer]), &note, &err),
	    STET_OK);
	write_file(path, (const char *)note.data, note.size);
	st_buf_free(&text);
	st_buf_free(&note);
}

static void
root_of(struct tl *tl, uint64_t size, uint8_t root_out[32])
{
	struct st_reader *reader = NULL;
	stet_error err;

	assert_int_equal(st_ledger_reader(tl->ledger, &reader, &err), STET_OK);
	assert_int_equal(st_ledger_root(reader, size, root_out, &err), STET_OK);
	st_reader_close(reader);
}

static uint64_t
wrong_checkpoint(struct tl *tl)
{
	char *path = path_in(tl, "checkpoint");
	uint8_t root[32];

	root_of(tl, tl_size(tl), root);
	root[31] ^= 1;
	sign_checkpoint(tl, TL_LEDGER, TL_ORIGIN, tl_size(tl), root, path);
	free(path);
	return STET_NO_SEQ;
}

static uint64_t
strangers_checkpoint(struct tl *tl)
{
	char *path = path_in(tl, "checkpoint");
	uint8_t root[32];

	root_of(tl, tl_size(tl), root);
	sign_checkpoint(tl, TL_STRANGER, TL_ORIGIN, tl_size(tl), root, path);
	free(path);
	return STET_NO_SEQ;
}

static uint64_t
checkpoint_of_another(struct tl *tl)
{
	char *path = path_in(tl, "checkpoint");
	uint8_t root[32];

	root_of(tl, tl_size(tl), root);
	sign_checkpoint(tl, TL_LEDGER, "other.example.org", tl_size(tl), root, path);
	free(path);
	return STET_NO_SEQ;
}

static uint64_t
checkpoint_between_seals(struct tl *tl)
{
	char *path = path_in(tl, "checkpoint");
	uint8_t root[32];

	root_of(tl, tl_size(tl) - 1, root);
	sign_checkpoint(tl, TL_LEDGER, TL_ORIGIN, tl_size(tl) - 1, root, path);
	free(path);
	return STET_NO_SEQ;
}

static char *
head_path(struct tl *tl)
{
	char *path = st_path_join(tl->ledger->state_dir, "head");

	assert_non_null(path);
	return path;
}

static uint64_t
head_damaged(struct tl *tl)
{
	char *path = head_path(tl);

	write_file(path, "nothing\n", 8);
	free(path);
	return STET_NO_SEQ;
}

static uint64_t
head_of_another_history(struct tl *tl)
{
	char *path = head_path(tl);
	uint8_t root[32];

	root_of(tl, tl_size(tl), root);
	root[0] ^= 1;
	sign_checkpoint(tl, TL_LEDGER, TL_ORIGIN, tl_size(tl), root, path);
	free(path);
	return STET_NO_SEQ;
}

/* Everything as it was one batch ago, the checkpoint too; only the head outside tells. */
static uint64_t
rolled_back(struct tl *tl)
{
	char *path = path_in(tl, "checkpoint");
	struct st_buf note = {0};
	struct tl_rows before;
	uint64_t size = tl_size(tl);
	stet_error err;

	tl_rows_take(tl, &before);
	assert_int_equal(st_file_read(path, ST_NOTE_MAX, &note, &err), STET_OK);
	tl_say(tl, TL_PUBLISHER, RECORD "}");
	tl_rows_put(tl, &before);
	write_file(path, (const char *)note.data, note.size);
	tl_rows_free(&before);
	st_buf_free(&note);
	free(path);
	return size;
}

/* --- contents ----------------------------------------------------------------------------------
 */

/* The file of the artifact that entry seq gives. */
static char *
content_path(struct tl *tl, uint64_t *seq_out)
{
	stet_entry *entry = NULL;
	struct st_buf path = {0};
	stet_bytes digest;
	stet_error err;
	uint64_t seq;

	for (seq = 0;; seq++) {
		assert_int_equal(stet_ledger_entry(tl->ledger, seq, &entry, &err), STET_OK);
		if (entry->read.statement.type == ST_TYPE_ARTIFACT)
			break;
		stet_entry_free(entry);
	}
	assert_int_equal(
	    st_cbor_member_bytes(entry->read.statement.sign1.payload, "sha256", &digest), STET_OK);
	st_artifact_path(tl->ledger, digest.data, &path);
	stet_entry_free(entry);
	*seq_out = seq;
	return (char *)path.data;
}

static uint64_t
content_missing(struct tl *tl)
{
	uint64_t seq;
	char *path = content_path(tl, &seq);

	assert_int_equal(unlink(path), 0);
	free(path);
	return seq;
}

static uint64_t
content_altered(struct tl *tl)
{
	uint64_t seq;
	char *path = content_path(tl, &seq);

	assert_int_equal(unlink(path), 0);
	write_file(path, "Report of the paper\n", 20);
	free(path);
	return seq;
}

static uint64_t
content_of_wrong_size(struct tl *tl)
{
	char hex[65];

	tl_attach(tl, "12345", hex);
	return tl_force_statement(
	    tl, tl_statementf(tl, TL_PUBLISHER,
		    "{'type': 'artifact', 'subject': '" TL_UUID "', 'role': 'evidence', 'size': 6, "
		    "'media_type': 'text/plain', 'sha256': '%s'}",
		    hex));
}

static uint64_t
table_differs(struct tl *tl)
{
	uint8_t key[32];

	st_map_key(st_str(TL_PAPER), key);
	tl_drop_row(tl, ST_INDEX, (stet_bytes){key, 32});
	return STET_NO_SEQ;
}

/* --- the table ---------------------------------------------------------------------------------
 */

static const struct diagnosis_case cases[] = {
    {"signer-unknown", by_unknown_signer, 1},
    {"signer-revoked", by_revoked_signer, 1},
    {"signer-expired", by_expired_signer, 1},
    {"role-missing", by_signer_without_role, 1},
    {"scope-exceeded", beyond_scope, 1},
    {"issuer-wrong", with_anothers_issuer, 1},
    {"audience-wrong", of_another_ledger, 1},
    {"audience-missing", without_audience, 1},
    {"subject-reserved", on_reserved_subject, 1},
    {"ledger-key-wrong", by_ledger_key, 1},
    {"after-stale", after_something_older, 1},
    {"alias-bound", bound_twice, 1},
    {"alias-not-bound", listed_without_binding, 1},
    {"alias-of-itself", alias_of_itself, 1},
    {"evidence-missing", verified_without_evidence, 1},
    {"withhold-unknown", withholding_nothing, 1},
    {"target-unknown", targeting_nothing, 1},
    {"last-root", revoking_last_root, 1},
    {"key-weak", granting_weak_key, 1},
    {"key-revoked", granting_revoked_key, 1},
    {"key-issuer", granting_another_issuer, 1},
    {"key-not-granted", revoking_unknown_key, 1},
    {"distrust-refused", distrusting_the_future, 1},
    {"key-is-ledgers", granting_ledger_key, 1},
    {"profile-unknown", policy_of_unknown_profile, 1},
    {"policy-value", policy_of_unknown_number, 1},
    {"opened-twice", opened_twice, 0},
    {"ledger-closed", after_the_end, 0},
    {"signed-in-future", signed_in_future, 1},
    {"id-conflict", id_used_for_something_else, 1},
    {"id-repeated", said_twice, 1},
    {"signature-invalid", with_wrong_signature, 1},
    {"entry-malformed", not_an_entry, 1},
    {"cbor-not-shortest", not_shortest, 1},
    {"cbor-not-shortest", payload_not_shortest, 1},
    {"cbor-indefinite", payload_indefinite, 1},
    {"cbor-float", payload_float, 1},
    {"cbor-tag", payload_tag, 1},
    {"cbor-simple", payload_simple, 1},
    {"cbor-integer-range", payload_integer, 1},
    {"cbor-key-order", payload_unsorted, 1},
    {"cbor-key-repeated", payload_repeated, 1},
    {"cbor-key-kind", payload_key_kind, 1},
    {"cbor-depth", payload_deep, 1},
    {"cbor-text", payload_control, 1},
    {"cbor-trailing", payload_trailing, 1},
    {"cbor-truncated", payload_truncated, 1},
    {"cbor-malformed", payload_malformed, 1},
    {"member-unknown", payload_unknown_member, 1},
    {"member-kind", payload_wrong_kind, 1},
    {"cose-malformed", unprotected_header, 1},
    {"cose-header", header_with_more, 1},
    {"cose-header", header_with_less, 1},
    {"prev-wrong", with_wrong_prev, 1},
    {"prior-wrong", with_wrong_prior, 1},
    {"prior-wrong", without_prior, 1},
    {"time-backwards", of_an_earlier_time, 1},
    {"seal-size-wrong", seal_of_wrong_size, 1},
    {"seal-size-wrong", seal_of_wrong_id, 1},
    {"seal-time-wrong", seal_of_wrong_time, 1},
    {"seal-root-wrong", seal_of_wrong_root, 1},
    {"seal-index-wrong", seal_of_wrong_index, 1},
    {"unsealed-tail", without_seal, 1},
    {"entry-altered", altered, 1},
    {"entry-missing", missing, 1},
    {"entry-reordered", swapped, 1},
    {"entry-repeated", repeated, 1},
    {"entry-extra", extra, 0},
    {"checkpoint-missing", without_checkpoint, 1},
    {"checkpoint-damaged", damaged_checkpoint, 1},
    {"checkpoint-wrong", wrong_checkpoint, 1},
    {"checkpoint-wrong", strangers_checkpoint, 1},
    {"checkpoint-wrong", checkpoint_of_another, 1},
    {"checkpoint-wrong", checkpoint_between_seals, 1},
    {"head-damaged", head_damaged, 1},
    {"forked", head_of_another_history, 1},
    {"rolled-back", rolled_back, 1},
    {"artifact-missing", content_missing, 1},
    {"artifact-altered", content_altered, 1},
    {"artifact-size", content_of_wrong_size, 1},
    {"table-differs", table_differs, 1},
};
#define CASE_COUNT (sizeof(cases) / sizeof(cases[0]))

static void
test_diagnoses__one(void **state)
{
	expect(*state);
}

int
main(void)
{
	static struct CMUnitTest tests[CASE_COUNT];
	static char labels[CASE_COUNT][64];
	size_t i;

	for (i = 0; i < CASE_COUNT; i++) {
		snprintf(labels[i], sizeof(labels[i]), "test_diagnoses__%s_%zu", cases[i].code, i);
		tests[i] = (struct CMUnitTest){
		    labels[i], test_diagnoses__one, NULL, NULL, (void *)(uintptr_t)&cases[i]};
	}
	print_message("%zu ways for a ledger to be wrong\n", CASE_COUNT);
	return _cmocka_run_group_tests("diagnoses", tests, CASE_COUNT, NULL, NULL);
}
