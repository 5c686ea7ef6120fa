/* Statements as COSE_Sign1 (RFC 9052): strictly in, canonically out. */
#include "cose/cose.h"

#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"
#include "base/time.h"

/* Keys of the protected header (RFC 9052, section 3.1; RFC 9597) and of the claims (RFC 8392). */
enum { HEAD_ALG = 1, HEAD_CONTENT_TYPE = 3, HEAD_KID = 4, HEAD_CLAIMS = 15 };
enum { CLAIM_ISS = 1, CLAIM_SUB = 2, CLAIM_AUD = 3, CLAIM_IAT = 6, CLAIM_CTI = 7 };

#define AUD_PREFIX "stet:"
#define AUD_SIZE (5 + 2 * STET_HASH_SIZE)
#define TAG_SIGN1 18

static int
bad_frame(stet_error *err, const char *why)
{
	return st_fail(err, STET_EFORMAT, ST_COSE_MALFORMED, "not a signed statement: %s", why);
}

static int
bad_header(stet_error *err, const char *why)
{
	return st_fail(err, STET_EFORMAT, ST_COSE_HEADER, "protected header: %s", why);
}

static int
bad_claim(stet_error *err, const char *why)
{
	return st_fail(err, STET_EFORMAT, ST_COSE_CLAIMS, "claims: %s", why);
}

/* CBOR inside a byte string has its own byte count, so the text says which one is meant. */
static int
check_inside(stet_bytes item, const char *what, stet_error *err)
{
	stet_error inside;
	int rc;

	if ((rc = st_cbor_check(item, &inside)) < 0)
		return st_fail(err, rc, inside.rule, "%s: %s", what, inside.text);
	return STET_OK;
}

/* --- claims -------------------------------------------------------------------------------- */

static int
check_aud(stet_bytes aud, stet_error *err)
{
	uint8_t leaf[STET_HASH_SIZE];
	char shown[ST_SHOWN_SIZE];
	stet_bytes hex;

	if (aud.size == AUD_SIZE && memcmp(aud.data, AUD_PREFIX, 5) == 0) {
		hex.data = aud.data + 5;
		hex.size = aud.size - 5;
		if (st_hex_read(hex, leaf, sizeof(leaf)) == 0)
			return STET_OK;
	}
	return st_fail(err, STET_EFORMAT, ST_COSE_CLAIMS,
	    "claims: ledger (aud) '%s' is not stet: and 64 lower-case hexadecimal digits",
	    st_shown(aud, shown));
}

/* The limits of the format, for what is read and for what is about to be signed. */
static int
check_claims(const struct st_claims *claims, stet_error *err)
{
	int rc;

	if (claims->iss.size < 1 || claims->iss.size > ST_ISS_MAX)
		return st_fail(err, STET_EFORMAT, ST_COSE_CLAIMS,
		    "claims: issuer (iss) of %zu bytes, allowed are 1 to %d", claims->iss.size,
		    ST_ISS_MAX);
	if (!st_text_ok(claims->iss))
		return bad_claim(err, "issuer (iss) is not storable text");
	if ((rc = st_name_check(claims->sub, err)) < 0)
		return rc;
	if (claims->aud.data != NULL && (rc = check_aud(claims->aud, err)) < 0)
		return rc;
	if (claims->iat > ST_UINT53_MAX)
		return st_fail(err, STET_EFORMAT, ST_COSE_CLAIMS,
		    "claims: time of signing (iat) %" PRIu64 " is beyond 2^53 - 1", claims->iat);
	if (claims->cti.size < 1 || claims->cti.size > ST_CTI_MAX)
		return st_fail(err, STET_EFORMAT, ST_COSE_CLAIMS,
		    "claims: id (cti) of %zu bytes, allowed are 1 to %d", claims->cti.size,
		    ST_CTI_MAX);
	return STET_OK;
}

static int
unknown_member(stet_error *err, int rule, const char *where, int64_t key)
{
	return st_fail(
	    err, STET_EFORMAT, rule, "%s: member %" PRId64 " is not one of the format", where, key);
}

static int
read_claim(struct st_cbor *in, int64_t key, struct st_claims *claims, stet_error *err)
{
	switch (key) {
	case CLAIM_ISS:
		return st_cbor_read_text(in, &claims->iss) < 0
			   ? bad_claim(err, "issuer (iss) is not text")
			   : STET_OK;
	case CLAIM_SUB:
		return st_cbor_read_text(in, &claims->sub) < 0
			   ? bad_claim(err, "subject (sub) is not text")
			   : STET_OK;
	case CLAIM_AUD:
		return st_cbor_read_text(in, &claims->aud) < 0
			   ? bad_claim(err, "ledger (aud) is not text")
			   : STET_OK;
	case CLAIM_IAT:
		return st_cbor_read_uint(in, &claims->iat) < 0
			   ? bad_claim(
				 err, "time of signing (iat) is not a number of seconds from 0")
			   : STET_OK;
	case CLAIM_CTI:
		return st_cbor_read_bytes(in, &claims->cti) < 0
			   ? bad_claim(err, "id (cti) is not a byte string")
			   : STET_OK;
	}
	return unknown_member(err, ST_COSE_CLAIMS, "claims", key);
}

/* Keys come once and in order, which the checker saw to, so counting the required ones is enough.
 */
static int
read_claims(struct st_cbor *in, struct st_claims *claims, stet_error *err)
{
	unsigned seen = 0;
	uint64_t count;
	int64_t key;
	int rc;

	if (st_cbor_read_map(in, &count) < 0)
		return bad_header(err, "claims (15) are not a map");
	for (; count > 0; count--) {
		if (st_cbor_read_int(in, &key) < 0)
			return bad_claim(err, "keys are not integers");
		if ((rc = read_claim(in, key, claims, err)) < 0)
			return rc;
		seen |= 1u << key;
	}
	if ((seen & 1u << CLAIM_ISS) == 0)
		return bad_claim(err, "no issuer (iss, 1)");
	if ((seen & 1u << CLAIM_SUB) == 0)
		return bad_claim(err, "no subject (sub, 2)");
	if ((seen & 1u << CLAIM_IAT) == 0)
		return bad_claim(err, "no time of signing (iat, 6)");
	if ((seen & 1u << CLAIM_CTI) == 0)
		return bad_claim(err, "no id (cti, 7)");
	return check_claims(claims, err);
}

/* --- protected header ---------------------------------------------------------------------- */

static int
read_alg(struct st_cbor *in, struct st_sign1 *sign1, stet_error *err)
{
	int64_t alg;

	if (st_cbor_read_int(in, &alg) < 0)
		return bad_header(err, "algorithm (1) is not an integer");
	if (alg != ST_ALG_ED25519 && alg != ST_ALG_EDDSA)
		return st_fail(err, STET_EFORMAT, ST_COSE_HEADER,
		    "protected header: algorithm (1) is %" PRId64
		    ", not %d (Ed25519) or %d (EdDSA)",
		    alg, ST_ALG_ED25519, ST_ALG_EDDSA);
	sign1->alg = (int)alg;
	return STET_OK;
}

static int
read_content_type(struct st_cbor *in, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];
	stet_bytes type;

	if (st_cbor_read_text(in, &type) < 0)
		return bad_header(err, "content type (3) is not text");
	if (!st_bytes_equal(type, st_str(ST_CONTENT_TYPE)))
		return st_fail(err, STET_EFORMAT, ST_COSE_HEADER,
		    "protected header: content type (3) is '%s', not '%s'", st_shown(type, shown),
		    ST_CONTENT_TYPE);
	return STET_OK;
}

static int
read_header(struct st_cbor *in, int64_t key, struct st_sign1 *sign1, stet_error *err)
{
	switch (key) {
	case HEAD_ALG:
		return read_alg(in, sign1, err);
	case HEAD_CONTENT_TYPE:
		return read_content_type(in, err);
	case HEAD_KID:
		return st_cbor_read_hash(in, &sign1->kid) < 0
			   ? bad_header(
				 err, "key thumbprint (kid, 4) is not a byte string of 32 bytes")
			   : STET_OK;
	case HEAD_CLAIMS:
		return read_claims(in, &sign1->claims, err);
	}
	return unknown_member(err, ST_COSE_HEADER, "protected header", key);
}

static int
read_head(struct st_sign1 *sign1, stet_error *err)
{
	struct st_cbor in = st_cbor_open(sign1->head);
	unsigned seen = 0;
	uint64_t count;
	int64_t key;
	int rc;

	if ((rc = check_inside(sign1->head, "protected header", err)) < 0)
		return rc;
	if (st_cbor_read_map(&in, &count) < 0)
		return bad_header(err, "not a map");
	for (; count > 0; count--) {
		if (st_cbor_read_int(&in, &key) < 0)
			return bad_header(err, "keys are not integers");
		if ((rc = read_header(&in, key, sign1, err)) < 0)
			return rc;
		seen |= 1u << key;
	}
	if ((seen & 1u << HEAD_ALG) == 0)
		return bad_header(err, "no algorithm (1)");
	if ((seen & 1u << HEAD_CONTENT_TYPE) == 0)
		return bad_header(err, "no content type (3)");
	if ((seen & 1u << HEAD_KID) == 0)
		return bad_header(err, "no key thumbprint (kid, 4)");
	if ((seen & 1u << HEAD_CLAIMS) == 0)
		return bad_header(err, "no claims (15)");
	return STET_OK;
}

/* --- frame --------------------------------------------------------------------------------- */

static int
check_payload(stet_bytes payload, stet_error *err)
{
	struct st_cbor in = st_cbor_open(payload);
	stet_bytes key;
	uint64_t count;
	int rc;

	if ((rc = check_inside(payload, "payload", err)) < 0)
		return rc;
	if (st_cbor_read_map(&in, &count) < 0)
		return bad_frame(err, "the payload is not a map");
	/* The keys of a checked map are all of the kind of the first. */
	if (count > 0 && st_cbor_read_text(&in, &key) < 0)
		return bad_frame(err, "the keys of the payload are not text");
	return STET_OK;
}

/* 18([head, {}, payload, signature]); the parts are views. */
static int
read_frame(struct st_sign1 *sign1, stet_error *err)
{
	struct st_cbor in = st_cbor_open(sign1->encoded);
	struct st_cbor_item item;
	stet_bytes signature;
	uint64_t count;

	if (st_cbor_next(&in, &item) < 0 || item.kind != ST_CBOR_TAG || item.count != TAG_SIGN1)
		return bad_frame(err, "no tag 18 (COSE_Sign1)");
	if (st_cbor_read_array(&in, &count) < 0 || count != 4)
		return bad_frame(err, "not an array of four");
	if (st_cbor_read_bytes(&in, &sign1->head) < 0)
		return bad_frame(err, "the protected header is not a byte string");
	if (st_cbor_read_map(&in, &count) < 0 || count != 0)
		return bad_frame(err, "the unprotected header is not an empty map");
	if (st_cbor_read_bytes(&in, &sign1->payload) < 0)
		return bad_frame(err, "the payload is not a byte string");
	if (st_cbor_read_bytes(&in, &signature) < 0 || signature.size != STET_SIGNATURE_SIZE)
		return bad_frame(err, "the signature is not a byte string of 64 bytes");
	sign1->signature = signature.data;
	return STET_OK;
}

static int
too_large(stet_error *err, int code, size_t size)
{
	return st_fail(err, code, ST_STATEMENT_TOO_LARGE, "statement of %zu bytes, allowed are %d",
	    size, ST_STATEMENT_MAX);
}

int
st_sign1_decode(stet_bytes encoded, struct st_sign1 *sign1_out, stet_error *err)
{
	struct st_sign1 sign1;
	int rc;

	memset(&sign1, 0, sizeof(sign1));
	sign1.encoded = encoded;
	if (encoded.size > ST_STATEMENT_MAX)
		return too_large(err, STET_EFORMAT, encoded.size);
	if ((rc = check_inside(encoded, "statement", err)) < 0 ||
	    (rc = read_frame(&sign1, err)) < 0 || (rc = read_head(&sign1, err)) < 0 ||
	    (rc = check_payload(sign1.payload, err)) < 0)
		return rc;
	*sign1_out = sign1;
	return STET_OK;
}

/* --- signing ------------------------------------------------------------------------------- */

void
st_cose_to_be_signed(stet_bytes head, stet_bytes payload, struct st_buf *out)
{
	stet_bytes external = {NULL, 0};

	/* The context string keeps a signature over a statement from being one over anything else.
	 */
	st_cbor_put_array(out, 4);
	st_cbor_put_str(out, "Signature1");
	st_cbor_put_bytes(out, head);
	st_cbor_put_bytes(out, external);
	st_cbor_put_bytes(out, payload);
}

int
st_sign1_verify(const struct st_sign1 *sign1, const uint8_t public_key[32], stet_error *err)
{
	struct st_buf message = {0};
	char shown[ST_SHOWN_SIZE];
	int rc = STET_OK;

	st_cose_to_be_signed(sign1->head, sign1->payload, &message);
	if (message.rc != STET_OK)
		rc = st_fail_nomem(err);
	else if (!st_signature_ok(public_key, st_buf_bytes(&message), sign1->signature))
		rc = st_fail(err, STET_EMISMATCH, ST_SIGNATURE_INVALID,
		    "the signature of the statement about '%s' does not verify",
		    st_shown(sign1->claims.sub, shown));
	st_buf_free(&message);
	return rc;
}

static void
put_claims(struct st_buf *out, const struct st_claims *claims)
{
	int has_aud = claims->aud.data != NULL;

	st_cbor_put_map(out, has_aud ? 5 : 4);
	st_cbor_put_uint(out, CLAIM_ISS);
	st_cbor_put_text(out, claims->iss);
	st_cbor_put_uint(out, CLAIM_SUB);
	st_cbor_put_text(out, claims->sub);
	if (has_aud) {
		st_cbor_put_uint(out, CLAIM_AUD);
		st_cbor_put_text(out, claims->aud);
	}
	st_cbor_put_uint(out, CLAIM_IAT);
	st_cbor_put_uint(out, claims->iat);
	st_cbor_put_uint(out, CLAIM_CTI);
	st_cbor_put_bytes(out, claims->cti);
}

static void
put_head(struct st_buf *out, const struct st_claims *claims, const uint8_t public_key[32])
{
	uint8_t kid[STET_HASH_SIZE];
	stet_bytes kid_bytes = {kid, sizeof(kid)};

	st_key_thumbprint(public_key, kid);
	st_cbor_put_map(out, 4);
	st_cbor_put_uint(out, HEAD_ALG);
	st_cbor_put_int(out, ST_ALG_ED25519);
	st_cbor_put_uint(out, HEAD_CONTENT_TYPE);
	st_cbor_put_str(out, ST_CONTENT_TYPE);
	st_cbor_put_uint(out, HEAD_KID);
	st_cbor_put_bytes(out, kid_bytes);
	st_cbor_put_uint(out, HEAD_CLAIMS);
	put_claims(out, claims);
}

static void
put_frame(struct st_buf *out, stet_bytes head, stet_bytes payload, const uint8_t signature[64])
{
	stet_bytes signature_bytes = {signature, STET_SIGNATURE_SIZE};

	st_cbor_put_tag(out, TAG_SIGN1);
	st_cbor_put_array(out, 4);
	st_cbor_put_bytes(out, head);
	st_cbor_put_map(out, 0);
	st_cbor_put_bytes(out, payload);
	st_cbor_put_bytes(out, signature_bytes);
}

/* What a decoder would refuse is never signed: the same checks, answered as a wrong call. */
static int
check_signable(const struct st_claims *claims, stet_bytes payload, stet_error *err)
{
	stet_error wrong;

	if (check_claims(claims, &wrong) == STET_OK && check_payload(payload, &wrong) == STET_OK)
		return STET_OK;
	return st_fail(err, STET_EINVAL, wrong.rule, "%s", wrong.text);
}

int
st_sign1_encode(const struct st_claims *claims, stet_bytes payload, const struct st_secret *secret,
    struct st_buf *out, stet_error *err)
{
	struct st_buf head = {0}, message = {0};
	uint8_t signature[STET_SIGNATURE_SIZE];
	size_t before = out->size;
	int rc;

	if ((rc = check_signable(claims, payload, err)) < 0)
		return rc;
	put_head(&head, claims, secret->public_key);
	st_cose_to_be_signed(st_buf_bytes(&head), payload, &message);
	if (head.rc != STET_OK || message.rc != STET_OK) {
		rc = st_fail_nomem(err);
		goto done;
	}
	st_sign(secret, st_buf_bytes(&message), signature);
	put_frame(out, st_buf_bytes(&head), payload, signature);
	if (out->rc != STET_OK)
		rc = st_fail_nomem(err);
	else if (out->size - before > ST_STATEMENT_MAX) {
		rc = too_large(err, STET_EINVAL, out->size - before);
		out->size = before;
	}
done:
	st_buf_free(&head);
	st_buf_free(&message);
	return rc;
}
