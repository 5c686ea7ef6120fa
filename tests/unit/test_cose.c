/* Statements as COSE_Sign1: only those of the format, and every change is caught. */
#include "cose/cose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <stet/json.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"
#include "base/time.h"
#include "support/alloc.h"
#include "support/data.h"

#define LEDGER "stet:518a508e068d9816ab86759137e153bbf9e7ef4c8a663f5d47fa0d4a291fa87a"

static const uint8_t payload_bytes[] = {
    0xa2, 0x61, 'v', 0x01, 0x64, 't', 'y', 'p', 'e', 0x66, 'r', 'e', 'c', 'o', 'r', 'd'};

static struct st_secret
make_secret(uint8_t first)
{
	uint8_t seed[ST_SEED_SIZE] = {first};
	struct st_secret secret;

	st_secret_from_seed(seed, &secret);
	return secret;
}

static stet_bytes
make_payload(void)
{
	stet_bytes payload = {payload_bytes, sizeof(payload_bytes)};

	return payload;
}

static struct st_claims
make_claims(void)
{
	struct st_claims claims = {st_str("https://press.example/journal"),
	    st_str("doi:10.5555/example.1"), st_str(LEDGER), 1783070062,
	    st_str("retraction-watch:50438:correction#0")};

	return claims;
}

static struct st_buf
make_statement(void)
{
	struct st_secret secret = make_secret(1);
	struct st_claims claims = make_claims();
	struct st_buf out = {0};

	assert_int_equal(st_sign1_encode(&claims, make_payload(), &secret, &out, NULL), STET_OK);
	return out;
}

static int
setup(void **state)
{
	(void)state;
	return st_crypto_init(NULL);
}

/* --- there and back ------------------------------------------------------------------------ */

static void
test_cose__what_is_signed_comes_back(void **state)
{
	struct st_secret secret = make_secret(1), other = make_secret(2);
	struct st_claims claims = make_claims();
	struct st_sign1 sign1;
	uint8_t kid[32];
	int with_aud;

	(void)state;
	st_key_thumbprint(secret.public_key, kid);
	for (with_aud = 0; with_aud < 2; with_aud++) {
		struct st_buf out = {0};
		stet_error err;

		if (!with_aud)
			claims.aud = (stet_bytes){NULL, 0};
		else
			claims.aud = st_str(LEDGER);
		st_buf_put_str(&out, "before");
		assert_int_equal(
		    st_sign1_encode(&claims, make_payload(), &secret, &out, NULL), STET_OK);
		assert_memory_equal(out.data, "before", 6);
		assert_int_equal(
		    st_sign1_decode((stet_bytes){out.data + 6, out.size - 6}, &sign1, NULL),
		    STET_OK);
		assert_int_equal(sign1.alg, ST_ALG_ED25519);
		assert_memory_equal(sign1.kid, kid, 32);
		assert_true(st_bytes_equal(sign1.payload, make_payload()));
		assert_true(st_bytes_equal(sign1.claims.iss, claims.iss));
		assert_true(st_bytes_equal(sign1.claims.sub, claims.sub));
		assert_true(st_bytes_equal(sign1.claims.cti, claims.cti));
		assert_true(sign1.claims.iat == claims.iat);
		assert_int_equal(sign1.claims.aud.data != NULL, with_aud);
		if (with_aud)
			assert_true(st_bytes_equal(sign1.claims.aud, claims.aud));
		assert_int_equal(st_sign1_verify(&sign1, secret.public_key, &err), STET_OK);
		assert_int_equal(st_sign1_verify(&sign1, other.public_key, &err), STET_EMISMATCH);
		assert_int_equal(err.rule, ST_SIGNATURE_INVALID);
		assert_non_null(strstr(err.text, "doi:10.5555/example.1"));
		st_buf_free(&out);
	}
}

static void
test_cose__signing_twice_gives_the_same_bytes(void **state)
{
	struct st_buf one = make_statement(), two = make_statement();

	(void)state;
	assert_true(st_bytes_equal(st_buf_bytes(&one), st_buf_bytes(&two)));
	st_buf_free(&one);
	st_buf_free(&two);
}

/* --- mutation ------------------------------------------------------------------------------ */

/* STET_OK, or how it was refused. */
static int
judge(stet_bytes encoded, const uint8_t key[32])
{
	struct st_sign1 sign1;
	stet_error err;
	int rc;

	st_error_clear(&err);
	rc = st_sign1_decode(encoded, &sign1, &err);
	if (rc == STET_OK)
		rc = st_sign1_verify(&sign1, key, &err);
	if (rc != STET_OK) {
		assert_int_equal(err.code, rc);
		assert_true(err.rule > 0);
		assert_true(st_text_ok(st_str(err.text)));
	}
	return rc;
}

static void
test_cose__every_flipped_bit_is_refused(void **state)
{
	struct st_secret secret = make_secret(1);
	struct st_buf out = make_statement();
	size_t bit, malformed = 0, mismatched = 0;

	(void)state;
	assert_int_equal(judge(st_buf_bytes(&out), secret.public_key), STET_OK);
	for (bit = 0; bit < out.size * 8; bit++) {
		int rc;

		out.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		rc = judge(st_buf_bytes(&out), secret.public_key);
		malformed += rc == STET_EFORMAT;
		mismatched += rc == STET_EMISMATCH;
		out.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	print_message("%zu of %zu flipped bits refused: %zu not a statement, %zu signature\n",
	    malformed + mismatched, out.size * 8, malformed, mismatched);
	assert_int_equal(malformed + mismatched, out.size * 8);
	st_buf_free(&out);
}

static void
test_cose__every_cut_is_refused(void **state)
{
	struct st_buf out = make_statement();
	struct st_sign1 sign1;
	size_t size, refused = 0;

	(void)state;
	for (size = 0; size < out.size; size++) {
		stet_bytes head = {out.data, size}, tail = {out.data + out.size - size, size};

		refused += st_sign1_decode(head, &sign1, NULL) == STET_EFORMAT;
		refused += st_sign1_decode(tail, &sign1, NULL) == STET_EFORMAT;
	}
	assert_int_equal(refused, 2 * out.size);
	st_buf_put_u8(&out, 0);
	assert_int_equal(st_sign1_decode(st_buf_bytes(&out), &sign1, NULL), STET_EFORMAT);
	print_message("%zu cuts at either end refused\n", refused);
	st_buf_free(&out);
}

/* Parts of two statements by one key, put together. */
static void
test_cose__parts_of_two_statements_do_not_mix(void **state)
{
	struct st_secret secret = make_secret(1);
	struct st_claims claims = make_claims();
	struct st_buf one = make_statement(), two = {0}, mixed = {0};
	struct st_sign1 a, b;
	int which, refused = 0;

	(void)state;
	claims.sub = st_str("doi:10.5555/example.2");
	assert_int_equal(st_sign1_encode(&claims, (stet_bytes){(const uint8_t *)"\xa1\x61v\x02", 4},
			     &secret, &two, NULL),
	    STET_OK);
	assert_int_equal(st_sign1_decode(st_buf_bytes(&one), &a, NULL), STET_OK);
	assert_int_equal(st_sign1_decode(st_buf_bytes(&two), &b, NULL), STET_OK);
	for (which = 1; which < 7; which++) {
		stet_bytes signature = {which & 4 ? a.signature : b.signature, 64};

		st_buf_reset(&mixed);
		st_cbor_put_tag(&mixed, 18);
		st_cbor_put_array(&mixed, 4);
		st_cbor_put_bytes(&mixed, which & 1 ? a.head : b.head);
		st_cbor_put_map(&mixed, 0);
		st_cbor_put_bytes(&mixed, which & 2 ? a.payload : b.payload);
		st_cbor_put_bytes(&mixed, signature);
		refused += judge(st_buf_bytes(&mixed), secret.public_key) == STET_EMISMATCH;
	}
	assert_int_equal(refused, 6);
	st_buf_free(&one);
	st_buf_free(&two);
	st_buf_free(&mixed);
}

/* --- members ------------------------------------------------------------------------------- */

/* A statement to be built with one thing wrong: members by key with their encoded values. */
struct member {
	int64_t key;
	char hex[900];
};
struct draft {
	struct member head[8], claims[8]; /* head key 15 has no hex: the claims */
	int head_count, claims_count;
};

static void
put_hex_text(char *hex, const char *text)
{
	struct st_buf buf = {0};

	st_cbor_put_str(&buf, text);
	st_hex(buf.data, buf.size, hex);
	st_buf_free(&buf);
}

static void
begin_draft(struct draft *draft, const struct st_secret *secret)
{
	uint8_t kid[32];

	memset(draft, 0, sizeof(*draft));
	st_key_thumbprint(secret->public_key, kid);
	draft->head[0].key = 1;
	strcpy(draft->head[0].hex, "32");
	draft->head[1].key = 3;
	put_hex_text(draft->head[1].hex, ST_CONTENT_TYPE);
	draft->head[2].key = 4;
	strcpy(draft->head[2].hex, "5820");
	st_hex(kid, 32, draft->head[2].hex + 4);
	draft->head[3].key = 15;
	draft->head_count = 4;
	draft->claims[0].key = 1;
	put_hex_text(draft->claims[0].hex, "https://press.example/journal");
	draft->claims[1].key = 2;
	put_hex_text(draft->claims[1].hex, "doi:10.5555/example.1");
	draft->claims[2].key = 3;
	put_hex_text(draft->claims[2].hex, LEDGER);
	draft->claims[3].key = 6;
	strcpy(draft->claims[3].hex, "1a6a477e6e");
	draft->claims[4].key = 7;
	strcpy(draft->claims[4].hex, "4100");
	draft->claims_count = 5;
}

/* Sets, adds (hex) or removes (NULL) a member. */
static void
change(struct member *members, int *count, int64_t key, const char *hex)
{
	int i;

	for (i = 0; i < *count && members[i].key != key; i++)
		;
	if (hex != NULL) {
		*count += i == *count;
		members[i].key = key;
		snprintf(members[i].hex, sizeof(members[i].hex), "%s", hex);
		return;
	}
	assert_true(i < *count);
	memmove(&members[i], &members[i + 1], (size_t)(*count - i - 1) * sizeof(members[i]));
	(*count)--;
}

/* Members in the order of the format, whatever they are. */
static void
put_members(
    struct st_buf *out, const struct member *members, int count, const struct st_buf *claims)
{
	struct st_cbor_pair pairs[8];
	struct st_buf keys[8], values[8];
	int i;

	memset(keys, 0, sizeof(keys));
	memset(values, 0, sizeof(values));
	for (i = 0; i < count; i++) {
		st_cbor_put_int(&keys[i], members[i].key);
		if (members[i].hex[0] == '\0')
			st_buf_put_bytes(&values[i], st_buf_bytes(claims));
		else
			data_hex(&values[i], members[i].hex);
		pairs[i].key = st_buf_bytes(&keys[i]);
		pairs[i].value = st_buf_bytes(&values[i]);
	}
	st_cbor_put_map_sorted(out, pairs, (size_t)count);
	for (i = 0; i < count; i++) {
		st_buf_free(&keys[i]);
		st_buf_free(&values[i]);
	}
}

static void
sign_raw(stet_bytes head, stet_bytes payload, const struct st_secret *secret, struct st_buf *out)
{
	uint8_t signature[64];
	struct st_buf message = {0};

	st_cose_to_be_signed(head, payload, &message);
	assert_int_equal(message.rc, STET_OK);
	st_sign(secret, st_buf_bytes(&message), signature);
	st_cbor_put_tag(out, 18);
	st_cbor_put_array(out, 4);
	st_cbor_put_bytes(out, head);
	st_cbor_put_map(out, 0);
	st_cbor_put_bytes(out, payload);
	st_cbor_put_bytes(out, (stet_bytes){signature, 64});
	st_buf_free(&message);
}

static void
sign_draft(const struct draft *draft, const struct st_secret *secret, struct st_buf *out)
{
	struct st_buf head = {0}, claims = {0};

	put_members(&claims, draft->claims, draft->claims_count, NULL);
	put_members(&head, draft->head, draft->head_count, &claims);
	sign_raw(st_buf_bytes(&head), make_payload(), secret, out);
	st_buf_free(&head);
	st_buf_free(&claims);
}

#define REPEAT_64                                                          \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff" \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
test_cose__every_wrong_member_is_named(void **state)
{
	static const struct {
		char where; /* h: header, c: claims */
		int64_t key;
		const char *hex; /* NULL: removed */
		const char *rule, *says;
	} rows[] = {
	    {'h', 1, NULL, "cose-header", "no algorithm (1)"},
	    {'h', 3, NULL, "cose-header", "no content type (3)"},
	    {'h', 4, NULL, "cose-header", "no key thumbprint (kid, 4)"},
	    {'h', 15, NULL, "cose-header", "no claims (15)"},
	    {'h', 1, "26", "cose-header", "algorithm (1) is -7"},
	    {'h', 1, "13", "cose-header", "algorithm (1) is 19"},
	    {'h', 1, "28", "cose-header", "algorithm (1) is -9"},
	    {'h', 1, "3834", "cose-header", "algorithm (1) is -53"},
	    {'h', 1, "6745644453412020", "cose-header", "algorithm (1) is not an integer"},
	    {'h', 3, "60", "cose-header", "content type (3) is ''"},
	    {'h', 3, "6a746578742f706c61696e", "cose-header", "content type (3) is 'text/plain'"},
	    {'h', 3, "1832", "cose-header", "content type (3) is not text"},
	    {'h', 4, "41aa", "cose-header",
		"key thumbprint (kid, 4) is not a byte string of 32 bytes"},
	    {'h', 4, "40", "cose-header", "key thumbprint"},
	    {'h', 4, "05", "cose-header", "key thumbprint"},
	    {'h', 4, "6161", "cose-header", "key thumbprint"},
	    {'h', 15, "80", "cose-header", "claims (15) are not a map"},
	    {'h', 15, "a0", "cose-claims", "no issuer (iss, 1)"},
	    {'h', 15, "a16161f6", "cose-claims", "keys are not integers"},
	    {'h', 2, "8101", "cose-header", "member 2 is not one of the format"}, /* crit */
	    {'h', 5, "4100", "cose-header", "member 5 is not one of the format"},
	    {'h', 16, "00", "cose-header", "member 16 is not one of the format"},
	    {'h', 33, "4100", "cose-header", "member 33 is not one of the format"},
	    {'h', 395, "01", "cose-header", "member 395 is not one of the format"},
	    {'h', -1, "00", "cose-header", "member -1 is not one of the format"},
	    {'h', 0, "00", "cose-header", "member 0 is not one of the format"},
	    {'c', 1, NULL, "cose-claims", "no issuer (iss, 1)"},
	    {'c', 2, NULL, "cose-claims", "no subject (sub, 2)"},
	    {'c', 6, NULL, "cose-claims", "no time of signing (iat, 6)"},
	    {'c', 7, NULL, "cose-claims", "no id (cti, 7)"},
	    {'c', 1, "60", "cose-claims", "issuer (iss) of 0 bytes"},
	    {'c', 1, "00", "cose-claims", "issuer (iss) is not text"},
	    {'c', 1, "4161", "cose-claims", "issuer (iss) is not text"},
	    {'c', 2, "60", "name-malformed", "name of 0 bytes"},
	    {'c', 2, "6a646f693a31302e312f58", "name-malformed", "name 'doi:10.1/X'"},
	    {'c', 2, "6473746574", "name-malformed", "name 'stet'"},
	    {'c', 2, "05", "cose-claims", "subject (sub) is not text"},
	    {'c', 2, "80", "cose-claims", "subject (sub) is not text"},
	    {'c', 3, "60", "cose-claims", "ledger (aud) ''"},
	    {'c', 3, "65737465743a", "cose-claims", "ledger (aud) 'stet:'"},
	    {'c', 3, "816161", "cose-claims", "ledger (aud) is not text"},
	    {'c', 3, "40", "cose-claims", "ledger (aud) is not text"},
	    {'c', 6, "20", "cose-claims",
		"time of signing (iat) is not a number of seconds from 0"},
	    {'c', 6, "c482211864", "cose-claims", "time of signing (iat)"},
	    {'c', 6, "6131", "cose-claims", "time of signing (iat)"},
	    {'c', 6, "f6", "cose-claims", "time of signing (iat)"},
	    {'c', 7, "40", "cose-claims", "id (cti) of 0 bytes"},
	    {'c', 7, "5841" REPEAT_64 "00", "cose-claims", "id (cti) of 65 bytes"},
	    {'c', 7, "6161", "cose-claims", "id (cti) is not a byte string"},
	    {'c', 7, "00", "cose-claims", "id (cti) is not a byte string"},
	    {'c', 4, "1a6a477e6e", "cose-claims", "member 4 is not one of the format"}, /* exp */
	    {'c', 5, "00", "cose-claims", "member 5 is not one of the format"},
	    {'c', 8, "a0", "cose-claims", "member 8 is not one of the format"},
	    {'c', 100, "00", "cose-claims", "member 100 is not one of the format"},
	    {'c', -1, "00", "cose-claims", "member -1 is not one of the format"},
	};
	struct st_secret secret = make_secret(1);
	struct st_sign1 sign1;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct st_buf out = {0};
		struct draft draft;
		stet_error err;

		begin_draft(&draft, &secret);
		if (i == 0) { /* as it is, it is right */
			sign_draft(&draft, &secret, &out);
			assert_int_equal(judge(st_buf_bytes(&out), secret.public_key), STET_OK);
			st_buf_reset(&out);
		}
		if (rows[i].where == 'h')
			change(draft.head, &draft.head_count, rows[i].key, rows[i].hex);
		else
			change(draft.claims, &draft.claims_count, rows[i].key, rows[i].hex);
		sign_draft(&draft, &secret, &out);
		st_error_clear(&err);
		assert_int_equal(st_sign1_decode(st_buf_bytes(&out), &sign1, &err), STET_EFORMAT);
		if (strcmp(stet_rule_name(err.rule), rows[i].rule) != 0 ||
		    strstr(err.text, rows[i].says) == NULL)
			fail_msg("row %zu: %s: %s", i, stet_rule_name(err.rule), err.text);
		st_buf_free(&out);
	}
	print_message("%zu wrong members refused, each by its name\n", i);
}

static void
test_cose__keeps_the_older_algorithm_number(void **state)
{
	struct st_secret secret = make_secret(1);
	struct st_buf out = {0};
	struct st_sign1 sign1;
	struct draft draft;

	(void)state;
	begin_draft(&draft, &secret);
	change(draft.head, &draft.head_count, 1, "27");
	sign_draft(&draft, &secret, &out);
	assert_int_equal(st_sign1_decode(st_buf_bytes(&out), &sign1, NULL), STET_OK);
	assert_int_equal(sign1.alg, ST_ALG_EDDSA);
	assert_int_equal(st_sign1_verify(&sign1, secret.public_key, NULL), STET_OK);
	st_buf_free(&out);
}

static void
test_cose__every_wrong_frame_is_refused(void **state)
{
	static const struct {
		const char *before, *unprotected, *after;
		int skip_head, skip_payload;
		const char *says;
	} rows[] = {
	    {"84", "a0", "", 0, 0, "no tag 18"},
	    {"d28484", "a0", "", 0, 0, ""},
	    {"d283", "a0", "", 0, 1, "not an array of four"},
	    {"d285", "a0", "00", 0, 0, "not an array of four"},
	    {"d2d284", "a0", "", 0, 0, "not an array of four"},
	    {"d284", "a10400", "", 0, 0, "the unprotected header is not an empty map"},
	    {"d284", "a1044100", "", 0, 0, "the unprotected header is not an empty map"},
	    {"d284", "80", "", 0, 0, "the unprotected header is not an empty map"},
	    {"d284", "f6", "", 0, 0, "the unprotected header is not an empty map"},
	    {"d284", "a0f6", "", 0, 1, "the payload is not a byte string"}, /* detached */
	    {"d284", "a06161", "", 0, 1, "the payload is not a byte string"},
	    {"d284", "a0a0", "", 0, 1, "the payload is not a byte string"},
	    {"d284a0", "a0", "", 1, 0, "the protected header is not a byte string"},
	    {"d284f6", "a0", "", 1, 0, "the protected header is not a byte string"},
	    {"d28440", "a0", "", 1, 0, "protected header: byte 0"},
	    {"d28441a0", "a0", "", 1, 0, "no algorithm"},
	    {"d2844180", "a0", "", 1, 0, "protected header: not a map"},
	    {"d28444a1616100", "a0", "", 1, 0, "keys are not integers"},
	    {"d28443a20126", "a0", "", 1, 0, "protected header: byte 0"},
	};
	struct st_secret secret = make_secret(1);
	struct st_buf whole = make_statement();
	struct st_sign1 good, sign1;
	size_t i;

	(void)state;
	assert_int_equal(st_sign1_decode(st_buf_bytes(&whole), &good, NULL), STET_OK);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct st_buf out = {0};
		stet_error err;

		data_hex(&out, rows[i].before);
		if (!rows[i].skip_head)
			st_cbor_put_bytes(&out, good.head);
		data_hex(&out, rows[i].unprotected);
		if (!rows[i].skip_payload)
			st_cbor_put_bytes(&out, good.payload);
		st_cbor_put_bytes(&out, (stet_bytes){good.signature, 64});
		data_hex(&out, rows[i].after);
		assert_int_equal(st_sign1_decode(st_buf_bytes(&out), &sign1, &err), STET_EFORMAT);
		if (strstr(err.text, rows[i].says) == NULL)
			fail_msg("row %zu: %s", i, err.text);
		st_buf_free(&out);
	}
	/* Signatures of every other size. */
	for (i = 0; i < 130; i++) {
		static const uint8_t signature[130];
		struct st_buf out = {0};

		st_cbor_put_tag(&out, 18);
		st_cbor_put_array(&out, 4);
		st_cbor_put_bytes(&out, good.head);
		st_cbor_put_map(&out, 0);
		st_cbor_put_bytes(&out, good.payload);
		st_cbor_put_bytes(&out, (stet_bytes){signature, i});
		assert_int_equal(st_sign1_decode(st_buf_bytes(&out), &sign1, NULL),
		    i == 64 ? STET_OK : STET_EFORMAT);
		if (i == 64)
			assert_int_equal(
			    st_sign1_verify(&sign1, secret.public_key, NULL), STET_EMISMATCH);
		st_buf_free(&out);
	}
	st_buf_free(&whole);
}

static void
test_cose__every_wrong_payload_is_refused(void **state)
{
	static const struct {
		const char *hex, *rule;
	} rows[] = {
	    {"", "cbor-truncated"},
	    {"80", "cose-malformed"},
	    {"00", "cose-malformed"},
	    {"f6", "cose-malformed"},
	    {"40", "cose-malformed"},
	    {"a10000", "cose-malformed"},
	    {"a0a0", "cbor-trailing"},
	    {"bf617600ff", "cbor-indefinite"},
	    {"a16176f90000", "cbor-float"},
	    {"a161761800", "cbor-not-shortest"},
	    {"a2617600617600", "cbor-key-repeated"},
	    {"a262747900617600", "cbor-key-order"},
	    {"a161768181818181818181818181818181818100", "cbor-depth"},
	};
	struct st_secret secret = make_secret(1);
	struct st_buf whole = make_statement();
	struct st_sign1 good, sign1;
	size_t i;

	(void)state;
	assert_int_equal(st_sign1_decode(st_buf_bytes(&whole), &good, NULL), STET_OK);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct st_buf out = {0}, payload = {0};
		struct st_claims claims = make_claims();
		stet_error err;

		data_hex(&payload, rows[i].hex);
		sign_raw(good.head, st_buf_bytes(&payload), &secret, &out);
		assert_int_equal(st_sign1_decode(st_buf_bytes(&out), &sign1, &err), STET_EFORMAT);
		if (strcmp(stet_rule_name(err.rule), rows[i].rule) != 0)
			fail_msg("%s: %s", rows[i].hex, err.text);
		assert_non_null(strstr(err.text, "payload"));
		/* And it is never signed. */
		st_buf_reset(&out);
		assert_int_equal(
		    st_sign1_encode(&claims, st_buf_bytes(&payload), &secret, &out, &err),
		    STET_EINVAL);
		assert_string_equal(stet_rule_name(err.rule), rows[i].rule);
		assert_int_equal(out.size, 0);
		st_buf_free(&out);
		st_buf_free(&payload);
	}
	{ /* Inside a byte string the levels are counted from 1 again: 16 of them in a payload. */
		struct st_buf out = {0}, payload = {0};

		data_hex(&payload, "a1617681818181818181818181818181818100");
		sign_raw(good.head, st_buf_bytes(&payload), &secret, &out);
		assert_int_equal(st_sign1_decode(st_buf_bytes(&out), &sign1, NULL), STET_OK);
		st_buf_free(&out);
		st_buf_free(&payload);
	}
	st_buf_free(&whole);
}

/* --- limits -------------------------------------------------------------------------------- */

static void
test_cose__limits_of_the_claims(void **state)
{
	struct st_secret secret = make_secret(1);
	char iss[300], aud[80];
	size_t size;

	(void)state;
	memset(iss, 'i', sizeof(iss));
	for (size = 0; size < sizeof(iss); size++) {
		struct st_claims claims = make_claims();
		struct st_buf out = {0};
		struct st_sign1 sign1;
		stet_error err;
		int rc;

		claims.iss = (stet_bytes){(const uint8_t *)iss, size};
		rc = st_sign1_encode(&claims, make_payload(), &secret, &out, &err);
		assert_int_equal(rc, size >= 1 && size <= 256 ? STET_OK : STET_EINVAL);
		if (rc == STET_OK)
			assert_int_equal(
			    st_sign1_decode(st_buf_bytes(&out), &sign1, NULL), STET_OK);
		claims = make_claims();
		claims.cti = (stet_bytes){(const uint8_t *)iss, size};
		st_buf_reset(&out);
		rc = st_sign1_encode(&claims, make_payload(), &secret, &out, &err);
		assert_int_equal(rc, size >= 1 && size <= 64 ? STET_OK : STET_EINVAL);
		if (rc == STET_OK)
			assert_int_equal(
			    st_sign1_decode(st_buf_bytes(&out), &sign1, NULL), STET_OK);
		else
			assert_int_equal(err.rule, ST_COSE_CLAIMS);
		st_buf_free(&out);
	}
	for (size = 0; size < strlen(LEDGER); size++) {
		struct st_claims claims = make_claims();
		struct st_buf out = {0};

		/* Each character another one, and each cut. */
		strcpy(aud, LEDGER);
		aud[size] = 'G';
		claims.aud = st_str(aud);
		assert_int_equal(
		    st_sign1_encode(&claims, make_payload(), &secret, &out, NULL), STET_EINVAL);
		claims.aud = (stet_bytes){(const uint8_t *)LEDGER, size};
		assert_int_equal(
		    st_sign1_encode(&claims, make_payload(), &secret, &out, NULL), STET_EINVAL);
		st_buf_free(&out);
	}
	{
		struct st_claims claims = make_claims();
		struct st_buf out = {0};

		claims.iat = ST_UINT53_MAX;
		assert_int_equal(
		    st_sign1_encode(&claims, make_payload(), &secret, &out, NULL), STET_OK);
		claims.iat++;
		assert_int_equal(
		    st_sign1_encode(&claims, make_payload(), &secret, &out, NULL), STET_EINVAL);
		claims = make_claims();
		claims.iss = st_str("bell\a");
		assert_int_equal(
		    st_sign1_encode(&claims, make_payload(), &secret, &out, NULL), STET_EINVAL);
		claims = make_claims();
		claims.sub = st_str("DOI:10.1/x");
		assert_int_equal(
		    st_sign1_encode(&claims, make_payload(), &secret, &out, NULL), STET_EINVAL);
		st_buf_free(&out);
	}
}

static void
test_cose__a_statement_has_65445_bytes_at_most(void **state)
{
	struct st_secret secret = make_secret(1);
	struct st_claims claims = make_claims();
	struct st_buf out = {0}, payload = {0};
	static uint8_t filler[70000];
	struct st_sign1 sign1;
	stet_error err;
	size_t fill = 65000, frame;

	(void)state;
	memset(filler, 'f', sizeof(filler));
	st_cbor_put_map(&payload, 1);
	st_cbor_put_str(&payload, "v");
	st_cbor_put_text(&payload, (stet_bytes){filler, fill});
	assert_int_equal(
	    st_sign1_encode(&claims, st_buf_bytes(&payload), &secret, &out, &err), STET_OK);
	frame = out.size - fill;
	for (fill = ST_STATEMENT_MAX - frame - 1; fill <= ST_STATEMENT_MAX - frame + 1; fill++) {
		st_buf_reset(&out);
		st_buf_reset(&payload);
		st_cbor_put_map(&payload, 1);
		st_cbor_put_str(&payload, "v");
		st_cbor_put_text(&payload, (stet_bytes){filler, fill});
		if (fill + frame <= ST_STATEMENT_MAX) {
			assert_int_equal(
			    st_sign1_encode(&claims, st_buf_bytes(&payload), &secret, &out, &err),
			    STET_OK);
			assert_int_equal(out.size, fill + frame);
			assert_int_equal(judge(st_buf_bytes(&out), secret.public_key), STET_OK);
			continue;
		}
		assert_int_equal(
		    st_sign1_encode(&claims, st_buf_bytes(&payload), &secret, &out, &err),
		    STET_EINVAL);
		assert_int_equal(err.rule, ST_STATEMENT_TOO_LARGE);
		assert_int_equal(out.size, 0);
		assert_int_equal(st_sign1_decode(st_buf_bytes(&out), &sign1, &err), STET_EFORMAT);
	}
	/* One byte more, put together by hand. */
	{
		struct st_buf small = make_statement();

		assert_int_equal(st_sign1_decode(st_buf_bytes(&small), &sign1, NULL), STET_OK);
		st_buf_reset(&out);
		sign_raw(sign1.head, st_buf_bytes(&payload), &secret, &out);
		assert_int_equal(out.size, ST_STATEMENT_MAX + 1);
		assert_int_equal(st_sign1_decode(st_buf_bytes(&out), &sign1, &err), STET_EFORMAT);
		assert_int_equal(err.rule, ST_STATEMENT_TOO_LARGE);
		st_buf_free(&small);
	}
	st_buf_free(&out);
	st_buf_free(&payload);
}

static void
test_cose__survives_short_memory(void **state)
{
	struct st_secret secret = make_secret(1);
	struct st_claims claims = make_claims();
	struct st_buf whole = make_statement();
	struct st_sign1 sign1;
	long n, encoded, verified;

	(void)state;
	for (n = 0;; n++) {
		struct st_buf out = {0};
		stet_error err;
		int rc;

		alloc_fail(n);
		rc = st_sign1_encode(&claims, make_payload(), &secret, &out, &err);
		if (!alloc_failed()) {
			assert_int_equal(rc, STET_OK);
			st_buf_free(&out);
			break;
		}
		assert_int_equal(rc, STET_ENOMEM);
		assert_int_equal(err.rule, ST_OUT_OF_MEMORY);
		st_buf_free(&out);
	}
	encoded = n;
	alloc_fail(0); /* decoding needs no memory at all */
	assert_int_equal(st_sign1_decode(st_buf_bytes(&whole), &sign1, NULL), STET_OK);
	assert_false(alloc_failed());
	for (n = 0;; n++) {
		int rc;

		alloc_fail(n);
		rc = st_sign1_verify(&sign1, secret.public_key, NULL);
		if (!alloc_failed()) {
			assert_int_equal(rc, STET_OK);
			break;
		}
		assert_int_equal(rc, STET_ENOMEM);
	}
	verified = n;
	assert_true(encoded >= 3 && verified >= 1);
	print_message("%ld and %ld failed allocations survived\n", encoded, verified);
	st_buf_free(&whole);
}

/* --- public vectors ------------------------------------------------------------------------ */

/* The parts of a COSE_Sign1 that need not be ours; 0 if it is something else. */
static int
split(stet_bytes encoded, stet_bytes *head, stet_bytes *payload, stet_bytes *signature)
{
	struct st_cbor in = st_cbor_open(encoded);
	struct st_cbor_item item;
	uint64_t count;

	if (st_cbor_peek(&in, &item) == STET_OK && item.kind == ST_CBOR_TAG)
		assert_int_equal(st_cbor_next(&in, &item), STET_OK);
	return st_cbor_read_array(&in, &count) == STET_OK && count == 4 &&
	       st_cbor_read_bytes(&in, head) == STET_OK && st_cbor_skip(&in, NULL) == STET_OK &&
	       st_cbor_read_bytes(&in, payload) == STET_OK &&
	       st_cbor_read_bytes(&in, signature) == STET_OK;
}

static void
test_cose__public_vectors(void **state)
{
	struct data_table table;
	char *row[9]; /* name, structure, algorithm, x, external, to_be_signed, encoded, source,
			 title */
	int rows = 0, refused = 0, same = 0, differ = 0, verified = 0;
	int many = 0, external = 0, unsaid = 0, empty = 0, other_keys = 0;

	(void)state;
	data_open(&table, "vectors/cose/sign1.tsv");
	while (data_next(&table, row, 9)) {
		struct st_buf buf = {0}, expected = {0}, made = {0};
		stet_bytes encoded = data_hex(&buf, row[6]), head, payload, signature;
		struct st_sign1 sign1;
		uint8_t key[32];

		rows++;
		other_keys += strcmp(row[3], "-") == 0;
		refused += st_sign1_decode(encoded, &sign1, NULL) == STET_EFORMAT;
		if (strcmp(row[1], "sign1") != 0) {
			many++;
			goto next;
		}
		assert_true(split(encoded, &head, &payload, &signature));
		if (strcmp(row[4], "-") != 0) {
			external++;
			goto next;
		}
		if (strcmp(row[5], "-") == 0) {
			unsaid++;
			goto next;
		}
		if (head.size == 1) { /* an empty map: RFC 9052 signs an empty string for it */
			empty++;
			goto next;
		}
		st_cose_to_be_signed(head, payload, &made);
		data_hex(&expected, row[5]);
		if (st_bytes_equal(st_buf_bytes(&made), st_buf_bytes(&expected)))
			same++;
		else {
			/* Altered after signing: that is what makes these fail. */
			assert_string_equal(row[7], "fail");
			differ++;
		}
		if (strcmp(row[3], "-") != 0) {
			data_hex_to(key, 32, row[3]);
			assert_int_equal(signature.size, 64);
			assert_true(st_signature_ok(key, st_buf_bytes(&made), signature.data));
			made.data[made.size - 1] ^= 1;
			assert_false(st_signature_ok(key, st_buf_bytes(&made), signature.data));
			verified++;
		}
	next:
		st_buf_free(&buf);
		st_buf_free(&expected);
		st_buf_free(&made);
	}
	print_message("COSE: %d messages, %d refused as statements; bytes to be signed: %d the "
		      "same, %d altered "
		      "after signing; %d Ed25519 signature verified\n",
	    rows, refused, same, differ, verified);
	print_message(
	    "not applicable: %d with several signers, %d with external data, %d that do not say "
	    "what was signed, %d with an empty header; %d keys are Ed448, NIST curves or RSA\n",
	    many, external, unsaid, empty, other_keys);
	assert_int_equal(rows, 27);
	assert_int_equal(refused, 27);
	assert_int_equal(many, 2);
	assert_int_equal(external, 3);
	assert_int_equal(unsaid, 6);
	assert_int_equal(empty, 1);
	assert_int_equal(verified, 1);
	assert_int_equal(same + differ, 15);
	assert_int_equal(other_keys, 25);
}

/* The vectors of the format page, made by a second implementation. */
static stet_bytes
member(const stet_json *object, const char *key)
{
	stet_bytes text = stet_json_string_of(stet_json_get(object, key));

	assert_non_null(text.data);
	return text;
}

static stet_json *
read_json(const char *path)
{
	stet_json *value = NULL;
	stet_bytes text;
	char *data;

	data = data_read(path, &text.size);
	text.data = (const uint8_t *)data;
	assert_int_equal(stet_json_parse(text, &value, NULL), STET_OK);
	free(data);
	return value;
}

static void
test_cose__statements_of_the_format_page(void **state)
{
	static const char *const lists[] = {"accepted", "refused", "mismatched"};
	stet_json *all = read_json("vectors/format/statements.json");
	size_t list, i, counts[3], left_to_schema = 0;

	(void)state;
	for (list = 0; list < 3; list++) {
		const stet_json *items = stet_json_get(all, lists[list]);

		counts[list] = stet_json_size(items);
		assert_true(counts[list] > 0);
		for (i = 0; i < counts[list]; i++) {
			const stet_json *row = stet_json_item(items, i);
			const char *why = (const char *)member(row, "why").data;
			struct st_buf buf = {0};
			stet_bytes encoded =
			    data_hex(&buf, (const char *)member(row, "statement").data);
			struct st_sign1 sign1;
			uint8_t key[32];
			int rc = st_sign1_decode(encoded, &sign1, NULL);

			if (list == 1) {
				/* Which members a payload has is the schema's to know. */
				if (strncmp(why, "payload without", 15) == 0) {
					assert_int_equal(rc, STET_OK);
					left_to_schema++;
				} else if (rc != STET_EFORMAT)
					fail_msg("%s: taken", why);
			} else {
				if (rc != STET_OK)
					fail_msg("%s: refused", why);
				data_hex_to(key, 32, (const char *)member(row, "key").data);
				assert_int_equal(st_sign1_verify(&sign1, key, NULL),
				    list == 0 ? STET_OK : STET_EMISMATCH);
			}
			st_buf_free(&buf);
		}
	}
	print_message("%zu statements taken, %zu refused (%zu more by the schema), %zu signatures "
		      "refused, as the "
		      "format page has them\n",
	    counts[0], counts[1] - left_to_schema, left_to_schema, counts[2]);
	stet_json_free(all);
}

static void
test_cose__keys_of_the_format_page(void **state)
{
	stet_json *all = read_json("vectors/format/keys.json");
	const stet_json *keys = stet_json_get(all, "keys");
	size_t i, count = stet_json_size(keys);

	(void)state;
	assert_true(count >= 5);
	for (i = 0; i < count; i++) {
		const stet_json *row = stet_json_item(keys, i);
		struct st_buf out = {0}, expected = {0};
		char name[ST_KEY_NAME_SIZE], hex[65];
		uint8_t seed[32], kid[32], back[32];
		const uint8_t *public_key;
		struct st_secret secret;
		struct st_cbor in;

		data_hex_to(seed, 32, (const char *)member(row, "seed").data);
		st_secret_from_seed(seed, &secret);
		st_hex(secret.public_key, 32, hex);
		assert_true(st_bytes_equal(st_str(hex), member(row, "public_key")));
		st_cose_key_put(&out, secret.public_key);
		data_hex(&expected, (const char *)member(row, "cose_key").data);
		assert_true(st_bytes_equal(st_buf_bytes(&out), st_buf_bytes(&expected)));
		assert_int_equal(st_cbor_check(st_buf_bytes(&out), NULL), STET_OK);
		in = st_cbor_open(st_buf_bytes(&out));
		assert_int_equal(st_cose_key_read(&in, &public_key), STET_OK);
		assert_true(st_cbor_done(&in));
		assert_memory_equal(public_key, secret.public_key, 32);
		st_key_thumbprint(secret.public_key, kid);
		st_hex(kid, 32, hex);
		assert_true(st_bytes_equal(st_str(hex), member(row, "kid")));
		st_key_name(kid, name);
		assert_true(st_bytes_equal(st_str(name), member(row, "key_name")));
		assert_int_equal(st_name_check(st_str(name), NULL), STET_OK);
		assert_int_equal(st_key_name_read(st_str(name), back), 0);
		assert_memory_equal(back, kid, 32);
		st_buf_free(&out);
		st_buf_free(&expected);
	}
	stet_json_free(all);
}

/* --- keys ---------------------------------------------------------------------------------- */

static void
test_cose__a_key_has_one_form(void **state)
{
	struct st_secret secret = make_secret(3);
	struct st_buf out = {0};
	const uint8_t *public_key = NULL;
	struct st_cbor in;
	stet_bytes cut;
	size_t at;
	int bit, refused = 0;

	(void)state;
	st_cose_key_put(&out, secret.public_key);
	assert_int_equal(out.size, 40);
	for (at = 0; at < 8; at++) /* every bit but those of x */
		for (bit = 0; bit < 8; bit++) {
			out.data[at] ^= (uint8_t)(1 << bit);
			in = st_cbor_open(st_buf_bytes(&out));
			refused += st_cose_key_read(&in, &public_key) == STET_EFORMAT;
			assert_ptr_equal(in.at, out.data);
			out.data[at] ^= (uint8_t)(1 << bit);
		}
	assert_int_equal(refused, 64);
	for (cut = st_buf_bytes(&out), cut.size = 0; cut.size < 40; cut.size++) {
		in = st_cbor_open(cut);
		assert_int_equal(st_cose_key_read(&in, &public_key), STET_EFORMAT);
	}
	assert_null(public_key);
	/* With a kid, with the private half, of another curve: other keys than what was hashed. */
	{
		static const char *const others[] = {
		    "a0", "a10101", "a201012006", "80", "00", "f6"};

		for (at = 0; at < sizeof(others) / sizeof(others[0]); at++) {
			struct st_buf buf = {0};

			in = st_cbor_open(data_hex(&buf, others[at]));
			assert_int_equal(st_cose_key_read(&in, &public_key), STET_EFORMAT);
			st_buf_free(&buf);
		}
	}
	st_buf_free(&out);
}

static void
test_cose__a_key_name_is_read_back_whole(void **state)
{
	uint8_t kid[32], back[32];
	char name[ST_KEY_NAME_SIZE];
	size_t i, size;

	(void)state;
	for (i = 0; i < 32; i++)
		kid[i] = (uint8_t)(i * 37 + 5);
	st_key_name(kid, name);
	assert_int_equal(strlen(name), 34 + 43);
	assert_int_equal(st_key_name_read(st_str(name), back), 0);
	assert_memory_equal(back, kid, 32);
	for (size = 0; size < strlen(name); size++)
		assert_int_equal(
		    st_key_name_read((stet_bytes){(const uint8_t *)name, size}, back), -1);
	for (i = 0; name[i] != '\0'; i++) {
		char kept = name[i];

		name[i] = '!';
		assert_int_equal(st_key_name_read(st_str(name), back), -1);
		name[i] = kept;
	}
	assert_int_equal(st_key_name_read(st_str("rw:1"), back), -1);
	assert_int_equal(st_key_name_read(st_str(""), back), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cose__what_is_signed_comes_back),
	    cmocka_unit_test(test_cose__signing_twice_gives_the_same_bytes),
	    cmocka_unit_test(test_cose__every_flipped_bit_is_refused),
	    cmocka_unit_test(test_cose__every_cut_is_refused),
	    cmocka_unit_test(test_cose__parts_of_two_statements_do_not_mix),
	    cmocka_unit_test(test_cose__every_wrong_member_is_named),
	    cmocka_unit_test(test_cose__keeps_the_older_algorithm_number),
	    cmocka_unit_test(test_cose__every_wrong_frame_is_refused),
	    cmocka_unit_test(test_cose__every_wrong_payload_is_refused),
	    cmocka_unit_test(test_cose__limits_of_the_claims),
	    cmocka_unit_test(test_cose__a_statement_has_65445_bytes_at_most),
	    cmocka_unit_test(test_cose__survives_short_memory),
	    cmocka_unit_test(test_cose__public_vectors),
	    cmocka_unit_test(test_cose__statements_of_the_format_page),
	    cmocka_unit_test(test_cose__keys_of_the_format_page),
	    cmocka_unit_test(test_cose__a_key_has_one_form),
	    cmocka_unit_test(test_cose__a_key_name_is_read_back_whole),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
