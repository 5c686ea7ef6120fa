/* keys: grants, revocations, distrust, the last root; docs/format.md, "Grant" and "Revoke". */
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
#include "key/key.h"
#include "support/data.h"
#include "support/ledger.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define RECORD "{'type': 'record', 'subject': '" TL_PAPER "', 'title': 'On records'}"

static unsigned refusals;

static void
end(struct tl *tl)
{
	refusals += tl->refusals;
	tl_free(tl);
}

/* A grant of any public key. */
static stet_statement *
grant_of(struct tl *tl, enum tl_key signer, const uint8_t public_key[32], const char *issuer,
    const char *roles, const char *more)
{
	char name[ST_KEY_NAME_SIZE], hex[65];
	uint8_t kid[32];

	st_key_thumbprint(public_key, kid);
	st_key_name(kid, name);
	st_hex(public_key, 32, hex);
	return tl_statementf(tl, signer,
	    "{'type': 'key', 'action': 'grant', 'subject': '%s', 'label': 'a desk', 'key_issuer': "
	    "'%s', 'roles': %s, 'key': {'kty': 'OKP', 'crv': 'Ed25519', 'x': '%s'}%s}",
	    name, issuer, roles, hex, more);
}

static stet_statement *
grant_cast(struct tl *tl, enum tl_key signer, enum tl_key key, const char *issuer,
    const char *roles, const char *more)
{
	uint8_t public_key[32];

	stet_key_public(tl->keys[key], public_key);
	return grant_of(tl, signer, public_key, issuer, roles, more);
}

/* --- grants ---------------------------------------------------------------------------------- */

static void
test_keys__weak_ones_are_not_granted(void **state)
{
	/* Every point of small order in its encodings, canonical or not; a value that is no point;
	 * the public key of the seed 03...03 with points of order 8 and 2 added. */
	static const char *const weak[] = {
	    "0100000000000000000000000000000000000000000000000000000000000000",
	    "0100000000000000000000000000000000000000000000000000000000000080",
	    "0000000000000000000000000000000000000000000000000000000000000000",
	    "0000000000000000000000000000000000000000000000000000000000000080",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	    "0200000000000000000000000000000000000000000000000000000000000000",
	    "46fb8abfcbc7dac11410f606ecea5ebf72c830439f2a6e1a8632c1fb6df2f6ff",
	    "00b6d739d72e3d391516fcc76fa66a9ed6a6d8c5a39c06c9c93eb9eb5378c82e",
	};
	uint8_t public_key[32];
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < COUNT_OF(weak); i++) {
		data_hex_to(public_key, 32, weak[i]);
		tl_refused(&tl,
		    grant_of(&tl, TL_ROOT, public_key, "https://x.org/", "['publisher']", ""),
		    ST_KEY_WEAK);
	}
	end(&tl);
}

static void
test_keys__high_roles_are_roots_to_grant(void **state)
{
	static const char *const high[] = {
	    "['root']", "['admin']", "['admin', 'publisher']", "['observer', 'root']"};
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < COUNT_OF(high); i++)
		tl_refused(&tl, tl_grant(&tl, TL_ADMIN, TL_STRANGER, high[i], ""), ST_ROLE_MISSING);
	/* nor is anything granted to whoever holds one: not even less than it has */
	tl_refused(&tl, tl_grant(&tl, TL_ADMIN, TL_ROOT, "['publisher']", ""), ST_ROLE_MISSING);
	tl_refused(&tl, tl_grant(&tl, TL_ADMIN, TL_ADMIN, "['publisher']", ""), ST_ROLE_MISSING);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_STRANGER, "['admin']", ""));
	tl_refused(&tl, tl_grant(&tl, TL_ADMIN, TL_STRANGER, "['publisher']", ""), ST_ROLE_MISSING);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_STRANGER, "['publisher']", ""));
	tl_append(&tl, tl_grant(&tl, TL_ADMIN, TL_STRANGER, "['editor']", ""));
	/* whoever was never granted the role admin grants nothing at all */
	tl_refused(&tl, tl_grant(&tl, TL_STRANGER, TL_EDITOR, "['editor']", ""), ST_ROLE_MISSING);
	end(&tl);
}

static void
test_keys__keep_their_issuer(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(&tl,
	    grant_cast(
		&tl, TL_ROOT, TL_PUBLISHER, "https://example.org/Publisher", "['publisher']", ""),
	    ST_KEY_ISSUER);
	tl_refused(&tl, grant_cast(&tl, TL_ROOT, TL_ROOT, "https://x.org/", "['root']", ""),
	    ST_KEY_ISSUER);
	tl_refused(&tl, grant_cast(&tl, TL_ROOT, TL_STRANGER, TL_ORIGIN, "['publisher']", ""),
	    ST_KEY_ISSUER);
	/* Two keys may share an issuer: that is how one follows another. */
	tl_append(&tl, grant_cast(&tl, TL_ADMIN, TL_STRANGER, "https://example.org/publisher",
			   "['publisher']", ""));
	end(&tl);
}

static void
test_keys__of_the_ledger_hold_no_role(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(&tl, grant_cast(&tl, TL_ROOT, TL_LEDGER, "https://x.org/", "['publisher']", ""),
	    ST_KEY_IS_LEDGERS);
	tl_refused(
	    &tl, tl_revoke(&tl, TL_ROOT, TL_LEDGER, ", 'reason': 'lost'"), ST_KEY_IS_LEDGERS);
	end(&tl);
}

static void
test_keys__are_the_subject_of_their_grant(void **state)
{
	char hex[65];
	uint8_t public_key[32];
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	stet_key_public(tl.keys[TL_STRANGER], public_key);
	st_hex(public_key, 32, hex);
	tl_refused(&tl,
	    tl_statementf(&tl, TL_ROOT,
		"{'type': 'key', 'action': 'grant', 'subject': '%s', 'label': 'x', 'key_issuer': "
		"'https://x.org/', 'roles': ['root'], 'key': {'kty': 'OKP', 'crv': 'Ed25519', 'x': "
		"'%s'}}",
		tl_key_name(&tl, TL_PUBLISHER), hex),
	    ST_SUBJECT_RESERVED);
	tl_refused(&tl,
	    tl_statementf(&tl, TL_ROOT,
		"{'type': 'key', 'action': 'grant', 'subject': 'rw:1', 'label': 'x', 'key_issuer': "
		"'https://x.org/', 'roles': ['root'], 'key': {'kty': 'OKP', 'crv': 'Ed25519', 'x': "
		"'%s'}}",
		hex),
	    ST_SUBJECT_RESERVED);
	end(&tl);
}

static void
test_keys__scoped_admins_grant_inside_their_scope(void **state)
{
	static const char *const inside[] = {", 'scope': ['doi:10.5555/']",
	    ", 'scope': ['doi:10.5555/journal/', 'urn:uuid:']", ", 'scope': ['urn:uuid:9f']"};
	static const char *const outside[] = {"", ", 'scope': ['doi:10.5556/']",
	    ", 'scope': ['doi:10.5555/', 'rw:']", ", 'scope': ['urn:']", ", 'scope': ['rw:1']"};
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY | TL_BARE);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_ADMIN, "['admin']", ""));
	tl_append(&tl, tl_grant(&tl, TL_ADMIN, TL_GATE, "['gate']", ""));
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_STRANGER, "['admin']",
			   ", 'scope': ['doi:10.5555/', 'urn:uuid:']"));
	for (i = 0; i < COUNT_OF(inside); i++)
		tl_append(&tl, tl_grant(&tl, TL_STRANGER, TL_EDITOR, "['editor']", inside[i]));
	for (i = 0; i < COUNT_OF(outside); i++)
		tl_refused(&tl, tl_grant(&tl, TL_STRANGER, TL_EDITOR, "['editor']", outside[i]),
		    ST_SCOPE_EXCEEDED);
	/* The last grant counts, and it alone. */
	tl_refused(&tl,
	    tl_statement(&tl, TL_EDITOR,
		"{'type': 'correction', 'subject': '" TL_PAPER
		"', 'nature': 'erratum', 'public_note': 'x'}"),
	    ST_SCOPE_EXCEEDED);
	/* Nor does it take anything from a key that may speak about more than it may itself. */
	tl_refused(
	    &tl, tl_grant(&tl, TL_STRANGER, TL_GATE, "['gate']", inside[0]), ST_SCOPE_EXCEEDED);
	tl_refused(
	    &tl, tl_revoke(&tl, TL_STRANGER, TL_GATE, ", 'reason': 'lost'"), ST_SCOPE_EXCEEDED);
	tl_append(&tl, tl_grant(&tl, TL_ADMIN, TL_GATE, "['gate']", ", 'scope': ['rw:']"));
	tl_refused(
	    &tl, tl_revoke(&tl, TL_STRANGER, TL_GATE, ", 'reason': 'lost'"), ST_SCOPE_EXCEEDED);
	tl_append(&tl, tl_revoke(&tl, TL_STRANGER, TL_EDITOR, ", 'reason': 'lost'"));
	/* itself it may always revoke */
	tl_append(&tl, tl_revoke(&tl, TL_STRANGER, TL_STRANGER, ", 'reason': 'retired'"));
	end(&tl);
}

/* What every reader of a grant has to see the same way is refused before it is a statement. */
static void
test_keys__malformed_grants_are_no_statements(void **state)
{
	static const struct {
		const char *roles, *more;
		int rule;
	} rows[] = {
	    {"[\"root\"]", ", \"until\": 1767225660000", ST_KEY_ROOT_UNTIL},
	    {"[\"editor\"]", ", \"scope\": [\"doi:10.528\"]", ST_MEMBER_FORM},
	    {"[\"editor\"]", ", \"scope\": [\"doi:\"]", ST_MEMBER_FORM},
	    {"[\"editor\"]", ", \"scope\": [\"doi\"]", ST_MEMBER_FORM},
	    {"[\"editor\"]", ", \"scope\": []", ST_MEMBER_LENGTH},
	    {"[]", "", ST_MEMBER_LENGTH},
	    {"[\"owner\"]", "", ST_MEMBER_VALUE},
	    {"[\"editor\", \"editor\"]", "", ST_MEMBER_ORDER},
	};
	stet_statement *statement = NULL;
	uint8_t public_key[32];
	char json[1024], hex[65];
	stet_error err;
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	stet_key_public(tl.keys[TL_STRANGER], public_key);
	st_hex(public_key, 32, hex);
	for (i = 0; i < COUNT_OF(rows); i++) {
		snprintf(json, sizeof(json),
		    "{\"type\": \"key\", \"action\": \"grant\", \"subject\": \"%s\", \"label\": "
		    "\"x\", \"key_issuer\": \"https://x.org/\", \"roles\": %s, \"key\": {\"kty\": "
		    "\"OKP\", \"crv\": \"Ed25519\", \"x\": \"%s\"}%s}",
		    tl_key_name(&tl, TL_STRANGER), rows[i].roles, hex, rows[i].more);
		assert_int_equal(
		    stet_statement_from_json(st_str(json), &statement, &err), STET_EFORMAT);
		if (err.rule != rows[i].rule)
			fail_msg("%s%s: %s '%s'", rows[i].roles, rows[i].more,
			    stet_rule_name(err.rule), err.text);
	}
	end(&tl);
}

/* --- revocations ----------------------------------------------------------------------------- */

static void
test_keys__revocation_is_final(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(
	    &tl, tl_revoke(&tl, TL_ADMIN, TL_STRANGER, ", 'reason': 'lost'"), ST_KEY_NOT_GRANTED);
	tl_append(&tl, tl_revoke(&tl, TL_ADMIN, TL_EDITOR, ", 'reason': 'lost', 'note': 'gone'"));
	tl_refused(&tl, tl_grant(&tl, TL_ROOT, TL_EDITOR, "['editor']", ""), ST_KEY_REVOKED);
	tl_refused(&tl, tl_grant(&tl, TL_ADMIN, TL_EDITOR, "['editor']", ""), ST_KEY_REVOKED);
	tl_refused(
	    &tl, tl_revoke(&tl, TL_ROOT, TL_EDITOR, ", 'reason': 'retired'"), ST_KEY_REVOKED);
	tl_refused(
	    &tl, tl_revoke(&tl, TL_EDITOR, TL_EDITOR, ", 'reason': 'retired'"), ST_SIGNER_REVOKED);
	end(&tl);
}

static void
test_keys__may_revoke_themselves(void **state)
{
	static const enum tl_key own[] = {
	    TL_PUBLISHER, TL_REGISTRAR, TL_GATE, TL_EDITOR, TL_AUDITOR, TL_OBSERVER, TL_ADMIN};
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	/* each other they may not */
	tl_refused(
	    &tl, tl_revoke(&tl, TL_PUBLISHER, TL_GATE, ", 'reason': 'lost'"), ST_ROLE_MISSING);
	/* nor may they distrust what they said themselves */
	tl_refused(&tl,
	    tl_revoke(&tl, TL_PUBLISHER, TL_PUBLISHER, ", 'reason': 'stolen', 'distrust_from': 0"),
	    ST_DISTRUST_REFUSED);
	for (i = 0; i < COUNT_OF(own); i++) {
		tl_append(&tl, tl_revoke(&tl, own[i], own[i], ", 'reason': 'stolen'"));
		tl_refused(
		    &tl, tl_revoke(&tl, own[i], own[i], ", 'reason': 'stolen'"), ST_SIGNER_REVOKED);
	}
	end(&tl);
}

static void
test_keys__high_ones_are_roots_to_revoke(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_STRANGER, "['admin']", ""));
	tl_refused(
	    &tl, tl_revoke(&tl, TL_ADMIN, TL_STRANGER, ", 'reason': 'lost'"), ST_ROLE_MISSING);
	tl_refused(&tl, tl_revoke(&tl, TL_ADMIN, TL_ROOT, ", 'reason': 'lost'"), ST_ROLE_MISSING);
	tl_append(&tl, tl_revoke(&tl, TL_ROOT, TL_STRANGER, ", 'reason': 'lost'"));
	end(&tl);
}

static void
test_keys__the_last_root_stays(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(&tl, tl_revoke(&tl, TL_ROOT, TL_ROOT, ", 'reason': 'lost'"), ST_LAST_ROOT);
	tl_refused(&tl, tl_revoke(&tl, TL_ROOT, TL_ROOT, ", 'reason': 'stolen'"), ST_LAST_ROOT);
	/* Granting it something else would be the same. */
	tl_refused(&tl, tl_grant(&tl, TL_ROOT, TL_ROOT, "['publisher']", ""), ST_LAST_ROOT);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_ROOT, "['publisher', 'root']", ""));
	tl_refused(&tl, tl_revoke(&tl, TL_ROOT, TL_ROOT, ", 'reason': 'lost'"), ST_LAST_ROOT);
	/* A second one, which loses the role again, is none. */
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_STRANGER, "['root']", ""));
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_STRANGER, "['publisher']", ""));
	tl_refused(&tl, tl_revoke(&tl, TL_ROOT, TL_ROOT, ", 'reason': 'lost'"), ST_LAST_ROOT);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_STRANGER, "['root']", ""));
	tl_append(&tl, tl_revoke(&tl, TL_ROOT, TL_ROOT, ", 'reason': 'retired'"));
	/* Now the first is gone, the second is the last. */
	tl_refused(&tl,
	    tl_statement(&tl, TL_ROOT,
		"{'type': 'policy', 'subject': 'stet:ledger', 'profile': 'assignee-v1', 'values': "
		"{}}"),
	    ST_SIGNER_REVOKED);
	tl_refused(
	    &tl, tl_revoke(&tl, TL_STRANGER, TL_STRANGER, ", 'reason': 'lost'"), ST_LAST_ROOT);
	tl_refused(&tl, tl_grant(&tl, TL_STRANGER, TL_STRANGER, "['admin']", ""), ST_LAST_ROOT);
	tl_refused(&tl, tl_grant(&tl, TL_STRANGER, TL_ROOT, "['root']", ""), ST_KEY_REVOKED);
	/* A key may be distrusted though it is the last that was ever root, once it is revoked. */
	tl_append(
	    &tl, tl_revoke(&tl, TL_STRANGER, TL_ROOT, ", 'reason': 'stolen', 'distrust_from': 3"));
	end(&tl);
}

static void
test_keys__distrust_is_roots_and_of_the_past(void **state)
{
	struct tl tl;
	char more[80];
	uint64_t size;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(&tl,
	    tl_revoke(&tl, TL_ADMIN, TL_EDITOR, ", 'reason': 'stolen', 'distrust_from': 2"),
	    ST_DISTRUST_REFUSED);
	size = tl_size(&tl);
	snprintf(more, sizeof(more), ", 'reason': 'stolen', 'distrust_from': %llu",
	    (unsigned long long)size + 1);
	tl_refused(&tl, tl_revoke(&tl, TL_ROOT, TL_EDITOR, more), ST_DISTRUST_REFUSED);
	/* as far as its own number, which takes nothing away */
	snprintf(more, sizeof(more), ", 'reason': 'stolen', 'distrust_from': %llu",
	    (unsigned long long)size);
	tl_append(&tl, tl_revoke(&tl, TL_ROOT, TL_EDITOR, more));
	/* a second time only to distrust, and only by root */
	tl_refused(&tl,
	    tl_revoke(&tl, TL_ADMIN, TL_EDITOR, ", 'reason': 'stolen', 'distrust_from': 0"),
	    ST_DISTRUST_REFUSED);
	tl_refused(&tl, tl_revoke(&tl, TL_ROOT, TL_EDITOR, ", 'reason': 'stolen'"), ST_KEY_REVOKED);
	tl_append(
	    &tl, tl_revoke(&tl, TL_ROOT, TL_EDITOR, ", 'reason': 'stolen', 'distrust_from': 3"));
	end(&tl);
}

static const stet_json *
key_of_list(const stet_json *keys, const char *name)
{
	size_t i;

	for (i = 0; i < stet_json_size(keys); i++)
		if (st_bytes_equal(
			stet_json_string_of(stet_json_get(stet_json_item(keys, i), "name")),
			st_str(name)))
			return stet_json_item(keys, i);
	return NULL;
}

static void
assert_member(const stet_json *json, const char *member, const char *expected)
{
	char *text = NULL;
	size_t size;

	if (expected == NULL) {
		assert_null(stet_json_get(json, member));
		return;
	}
	assert_int_equal(
	    stet_json_text(stet_json_get(json, member), 0, &text, &size, NULL), STET_OK);
	assert_string_equal(text, expected);
	free(text);
}

/* Of several, the smallest counts, in whatever order they come. */
static void
test_keys__the_earliest_distrust_counts(void **state)
{
	static const unsigned from[] = {5, 7, 3, 4};
	static const char *const counts[] = {"5", "5", "3", "3"};
	stet_json *keys = NULL;
	struct tl tl;
	char more[80];
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < COUNT_OF(from); i++) {
		snprintf(more, sizeof(more), ", 'reason': 'stolen', 'distrust_from': %u", from[i]);
		tl_append(&tl, tl_revoke(&tl, TL_ROOT, TL_EDITOR, more));
		assert_int_equal(stet_ledger_keys(tl.ledger, tl.now_ms, &keys, NULL), STET_OK);
		assert_member(
		    key_of_list(keys, tl_key_name(&tl, TL_EDITOR)), "distrust_from", counts[i]);
		stet_json_free(keys);
	}
	end(&tl);
}

/* --- in one batch ---------------------------------------------------------------------------- */

static int
append_two(struct tl *tl, stet_statement *a, stet_statement *b, stet_error *err)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_statement *both[2] = {a, b};
	stet_outcome *outcome = NULL;
	int rc;

	options.now_ms = tl->now_ms;
	st_error_clear(err);
	rc = stet_ledger_append(tl->ledger, both, 2, &options, &outcome, err);
	stet_outcome_free(outcome);
	stet_statement_free(a);
	stet_statement_free(b);
	return rc;
}

static void
test_keys__count_from_the_next_entry(void **state)
{
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(append_two(&tl, tl_statement(&tl, TL_STRANGER, RECORD),
			     tl_grant(&tl, TL_ADMIN, TL_STRANGER, "['publisher']", ""), &err),
	    STET_EREFUSED);
	assert_int_equal(err.rule, ST_SIGNER_UNKNOWN);
	assert_int_equal(append_two(&tl, tl_grant(&tl, TL_ADMIN, TL_STRANGER, "['publisher']", ""),
			     tl_statement(&tl, TL_STRANGER, RECORD), &err),
	    STET_OK);
	assert_int_equal(
	    append_two(&tl, tl_revoke(&tl, TL_ADMIN, TL_STRANGER, ", 'reason': 'lost'"),
		tl_statement(&tl, TL_STRANGER, RECORD), &err),
	    STET_EREFUSED);
	assert_int_equal(err.rule, ST_SIGNER_REVOKED);
	/* That batch was given up: the key is still good. */
	tl_say(&tl, TL_STRANGER, RECORD);
	assert_int_equal(append_two(&tl, tl_statement(&tl, TL_STRANGER, RECORD),
			     tl_revoke(&tl, TL_ADMIN, TL_STRANGER, ", 'reason': 'lost'"), &err),
	    STET_OK);
	tl_refused(&tl, tl_statement(&tl, TL_STRANGER, RECORD), ST_SIGNER_REVOKED);
	end(&tl);
}

/* A grant in the same batch does not excuse a wrong signature. */
static void
test_keys__granted_in_the_batch_must_have_signed(void **state)
{
	struct st_buf bytes = {0};
	stet_statement *mine, *forged;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	mine = tl_statement(&tl, TL_STRANGER, RECORD);
	st_buf_put_bytes(&bytes, stet_statement_encoded(mine));
	bytes.data[bytes.size - 3] ^= 0x10;
	assert_int_equal(stet_statement_decode(st_buf_bytes(&bytes), &forged, &err), STET_OK);
	tl_mark_take(&tl, &mark);
	assert_int_equal(append_two(&tl, tl_grant(&tl, TL_ADMIN, TL_STRANGER, "['publisher']", ""),
			     forged, &err),
	    STET_EREFUSED);
	assert_int_equal(err.rule, ST_SIGNATURE_INVALID);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	stet_statement_free(mine);
	st_buf_free(&bytes);
	end(&tl);
}

/* More keys than the state keeps in memory, in one batch; the first and the last speak after it. */
static void
test_keys__more_than_are_kept_in_memory(void **state)
{
	enum { MANY = 4200 };
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_statement **all = calloc(MANY + 2, sizeof(*all));
	stet_key *first = NULL, *key;
	stet_outcome *outcome = NULL;
	struct tl tl;
	stet_error err;
	uint8_t seed[32] = {1}, public_key[32];
	size_t i;

	(void)state;
	assert_non_null(all);
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < MANY; i++) {
		st_be64_put(seed, i + 1);
		assert_int_equal(stet_key_from_seed(seed, NULL, NULL, &key, &err), STET_OK);
		stet_key_public(key, public_key);
		all[i] = grant_of(&tl, TL_ADMIN, public_key, "https://x.org/", "['publisher']", "");
		if (i == 0)
			first = key;
		else
			stet_key_free(key);
	}
	for (i = 0; i < 2; i++) {
		char json[128];

		snprintf(json, sizeof(json),
		    "{\"type\": \"record\", \"subject\": \"rw:%zu\", \"title\": \"x\", \"issuer\": "
		    "\"https://x.org/\"}",
		    i + 1);
		assert_int_equal(
		    stet_statement_from_json(st_str(json), &all[MANY + i], &err), STET_OK);
		assert_int_equal(
		    stet_statement_sign(all[MANY + i], first, (int64_t)(tl.now_ms / 1000), &err),
		    STET_OK);
	}
	options.now_ms = tl.now_ms;
	assert_int_equal(
	    stet_ledger_append(tl.ledger, all, MANY + 1, &options, &outcome, &err), STET_OK);
	stet_outcome_free(outcome);
	assert_int_equal(
	    stet_ledger_append(tl.ledger, &all[MANY + 1], 1, &options, &outcome, &err), STET_OK);
	stet_outcome_free(outcome);
	for (i = 0; i < MANY + 2; i++)
		stet_statement_free(all[i]);
	free(all);
	stet_key_free(first);
	end(&tl);
}

/* --- as they are listed ---------------------------------------------------------------------- */

static void
test_keys__are_listed_as_the_chain_leaves_them(void **state)
{
	stet_json *keys = NULL;
	const stet_json *key;
	struct tl tl;
	stet_error err;
	char *issuer = NULL;

	(void)state;
	tl_make(&tl, TL_MEMORY | TL_BARE);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_ADMIN, "['admin']", ""));
	tl_append(&tl, tl_grant(&tl, TL_ADMIN, TL_EDITOR, "['editor', 'publisher']",
			   ", 'scope': ['doi:10.5555/', 'rw:'], 'until': 1767225660000"));
	tl_append(&tl, tl_grant(&tl, TL_ADMIN, TL_GATE, "['gate']", ""));
	tl_append(&tl, tl_revoke(&tl, TL_ADMIN, TL_GATE, ", 'reason': 'retired'"));
	assert_int_equal(stet_ledger_keys(tl.ledger, tl.now_ms, &keys, &err), STET_OK);
	assert_int_equal(stet_json_size(keys), 5);
	key = key_of_list(keys, tl_key_name(&tl, TL_LEDGER));
	assert_member(key, "roles", "[]");
	assert_member(key, "ledger", "true");
	assert_member(key, "state", "\"in force\"");
	assert_member(key, "issuer", "\"" TL_ORIGIN "\"");
	key = key_of_list(keys, tl_key_name(&tl, TL_ROOT));
	assert_member(key, "roles", "[\"root\"]");
	assert_member(key, "granted", "0");
	assert_member(key, "scope", NULL);
	key = key_of_list(keys, tl_key_name(&tl, TL_EDITOR));
	assert_member(key, "roles", "[\"publisher\",\"editor\"]");
	assert_member(key, "scope", "[\"doi:10.5555/\",\"rw:\"]");
	assert_member(key, "until", "\"2026-01-01T00:01:00.000Z\"");
	assert_member(key, "state", "\"in force\"");
	key = key_of_list(keys, tl_key_name(&tl, TL_GATE));
	assert_member(key, "state", "\"revoked\"");
	assert_member(key, "reason", "\"retired\"");
	assert_member(key, "revoked", "8");
	assert_member(key, "granted", "6");
	stet_json_free(keys);
	assert_int_equal(
	    stet_ledger_keys(tl.ledger, UINT64_C(1767225660000), &keys, &err), STET_OK);
	assert_member(key_of_list(keys, tl_key_name(&tl, TL_EDITOR)), "state", "\"expired\"");
	stet_json_free(keys);
	assert_int_equal(stet_ledger_issuer(tl.ledger, tl.keys[TL_EDITOR], &issuer, &err), STET_OK);
	assert_string_equal(issuer, "https://example.org/editor");
	free(issuer);
	assert_int_equal(
	    stet_ledger_issuer(tl.ledger, tl.keys[TL_STRANGER], &issuer, &err), STET_ENOTFOUND);
	assert_int_equal(stet_ledger_issuer(tl.ledger, tl.keys[TL_ROOT], &issuer, &err), STET_OK);
	assert_string_equal(issuer, "https://example.org/");
	free(issuer);
	end(&tl);
}

/* --- what refusals say ----------------------------------------------------------------------- */

/* Labels and issuers are somebody's text: a refusal must not let them write on the terminal. */
static void
test_keys__their_labels_cannot_write_on_a_terminal(void **state)
{
	static const char nasty[] = "'label': 'desk\\nstet: all is well\\t\xe2\x80\xae'";
	stet_statement *attempts[4];
	char hex[65];
	uint8_t public_key[32];
	struct tl tl;
	stet_error err;
	size_t i;
	const char *at;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	stet_key_public(tl.keys[TL_STRANGER], public_key);
	st_hex(public_key, 32, hex);
	tl_append(&tl,
	    tl_statementf(&tl, TL_ADMIN,
		"{'type': 'key', 'action': 'grant', 'subject': '%s', %s, 'key_issuer': "
		"'https://x.org/\\n\xe2\x80\xae', 'roles': ['editor'], 'scope': ['rw:'], 'key': "
		"{'kty': 'OKP', 'crv': 'Ed25519', 'x': '%s'}}",
		tl_key_name(&tl, TL_STRANGER), nasty, hex));
	attempts[0] = tl_statement(&tl, TL_STRANGER,
	    "{'type': 'correction', 'subject': 'rw:1', 'nature': 'erratum', 'public_note': 'x', "
	    "'issuer': 'https://x.org/\\n'}");
	attempts[1] = tl_statement(&tl, TL_STRANGER,
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'x', 'issuer': "
	    "'https://x.org/\\n\xe2\x80\xae'}");
	attempts[2] = tl_statement(&tl, TL_STRANGER,
	    "{'type': 'correction', 'subject': 'doi:10.1/x', 'nature': 'erratum', 'public_note': "
	    "'x', 'issuer': 'https://x.org/\\n\xe2\x80\xae'}");
	attempts[3] = grant_cast(&tl, TL_ROOT, TL_STRANGER, "https://y.org/", "['editor']", "");
	for (i = 0; i < COUNT_OF(attempts); i++) {
		assert_int_equal(tl_try(&tl, attempts[i], &err), STET_EREFUSED);
		for (at = err.text; *at != '\0'; at++)
			assert_true((unsigned char)*at >= ' ');
		assert_null(strstr(err.text, "\xe2\x80\xae"));
	}
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
	    cmocka_unit_test(test_keys__weak_ones_are_not_granted),
	    cmocka_unit_test(test_keys__high_roles_are_roots_to_grant),
	    cmocka_unit_test(test_keys__keep_their_issuer),
	    cmocka_unit_test(test_keys__of_the_ledger_hold_no_role),
	    cmocka_unit_test(test_keys__are_the_subject_of_their_grant),
	    cmocka_unit_test(test_keys__scoped_admins_grant_inside_their_scope),
	    cmocka_unit_test(test_keys__malformed_grants_are_no_statements),
	    cmocka_unit_test(test_keys__revocation_is_final),
	    cmocka_unit_test(test_keys__may_revoke_themselves),
	    cmocka_unit_test(test_keys__high_ones_are_roots_to_revoke),
	    cmocka_unit_test(test_keys__the_last_root_stays),
	    cmocka_unit_test(test_keys__distrust_is_roots_and_of_the_past),
	    cmocka_unit_test(test_keys__the_earliest_distrust_counts),
	    cmocka_unit_test(test_keys__count_from_the_next_entry),
	    cmocka_unit_test(test_keys__granted_in_the_batch_must_have_signed),
	    cmocka_unit_test(test_keys__more_than_are_kept_in_memory),
	    cmocka_unit_test(test_keys__are_listed_as_the_chain_leaves_them),
	    cmocka_unit_test(test_keys__their_labels_cannot_write_on_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, print_count);
}
