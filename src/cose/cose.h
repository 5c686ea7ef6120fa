#ifndef ST_COSE_COSE_H
#define ST_COSE_COSE_H
/* COSE_Sign1 (RFC 9052) as stet writes it, COSE_Key and its thumbprint (RFC 9679).
 * docs/format.md, "Statement". */
#include "base/name.h"
#include "cbor/cbor.h"
#include "crypto/crypto.h"

#define ST_STATEMENT_MAX 65445 /* an entry then always fits the 65,535 bytes of tlog-tiles */
#define ST_CTI_MAX 64
#define ST_ISS_MAX 256
#define ST_ALG_ED25519 (-19)
#define ST_ALG_EDDSA (-8)
#define ST_CONTENT_TYPE "application/vnd.stet.statement+cbor"

struct st_claims {
	stet_bytes iss, sub, aud; /* aud.data NULL: absent */
	uint64_t iat;             /* seconds */
	stet_bytes cti;
};
/* A decoded statement: views into its encoding. */
struct st_sign1 {
	stet_bytes encoded, head, payload; /* head: the protected header as received */
	const uint8_t *signature;          /* 64 */
	int alg;
	const uint8_t *kid; /* 32 */
	struct st_claims claims;
};

/* Strict: canonical bytes, exactly the protected header of the format, empty unprotected header,
 * names and issuer well-formed, payload canonical CBOR of a text-keyed map.  STET_EFORMAT. */
int st_sign1_decode(stet_bytes encoded, struct st_sign1 *sign1_out, stet_error *err);
/* What the signature is over: Sig_structure of RFC 9052, section 4.4, without external data.
 * Appended; look at out->rc. */
void st_cose_to_be_signed(stet_bytes head, stet_bytes payload, struct st_buf *out);
/* STET_EMISMATCH with ST_SIGNATURE_INVALID; STET_ENOMEM. Whether this key is the one of kid is the
 * caller's to know: keys are looked up by kid. */
int st_sign1_verify(const struct st_sign1 *sign1, const uint8_t public_key[32], stet_error *err);
/* Appends the tagged statement, alg -19.  STET_EINVAL too large, claims or payload that
 * would not be decoded; STET_ENOMEM. */
int st_sign1_encode(const struct st_claims *claims, stet_bytes payload,
    const struct st_secret *secret, struct st_buf *out, stet_error *err);

void st_key_thumbprint(const uint8_t public_key[32], uint8_t kid_out[32]);
void st_key_name(const uint8_t kid[32], char out[ST_KEY_NAME_SIZE]);
int st_key_name_read(stet_bytes name, uint8_t kid_out[32]);               /* 0 or -1 */
void st_cose_key_put(struct st_buf *out, const uint8_t public_key[32]);   /* {1: 1, -1: 6, -2: x} */
int st_cose_key_read(struct st_cbor *in, const uint8_t **public_key_out); /* STET_EFORMAT */

#endif
