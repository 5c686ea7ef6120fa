#ifndef STET_STATEMENT_H
#define STET_STATEMENT_H
/**
 * Statements: one typed, signed assertion about one name.
 *
 * A statement is built from JSON (whole, or member by member by path), signed
 * with a key, and carried as COSE_Sign1 bytes.  It needs no ledger.  Members
 * and limits of each type: stet-statements(5), generated from the tables this
 * code runs on, and schemas/.  One thread at a time per statement.
 *
 * JSON form: one object; the common keys type, subject, issuer, id, occurred,
 * source, after, v, aud, then the type's members.  Byte strings are lower-case
 * hex, scores shortest decimals, a key {"kty": "OKP", "crv": "Ed25519", "x":
 * hex}; once signed also signed_at (RFC 3339 UTC), kid and alg.  On input,
 * identifiers may have any form people paste; one between < and > is taken as it
 * stands.  The issuer that a grant gives a key is key_issuer.
 *
 * Source: docs/format.md, "Statement" and "JSON form"; RFC 9052; RFC 9943.
 */
#include <stet/id.h>
#include <stet/json.h>
#include <stet/key.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_statement stet_statement;

/** An empty statement of a type about a subject. STET_EINVAL for an unknown type or a prefix id. */
STET_API int stet_statement_new(
    const char *type, const stet_id *subject, stet_statement **statement_out, stet_error *err);
/** From one JSON object; unknown members are refused with their path. STET_EFORMAT. */
STET_API int stet_statement_from_json(
    stet_bytes json, stet_statement **statement_out, stet_error *err);
STET_API int stet_statement_from_value(
    const stet_json *json, stet_statement **statement_out, stet_error *err);
/** From COSE bytes, strictly; the statement keeps a copy. Its signature is not verified. */
STET_API int stet_statement_decode(
    stet_bytes cose, stet_statement **statement_out, stet_error *err);
/** The first statement of a CBOR sequence, and how many bytes it took. */
STET_API int stet_statement_decode_first(
    stet_bytes sequence, size_t *size_out, stet_statement **statement_out, stet_error *err);
STET_API void stet_statement_free(stet_statement *statement);

/**
 * Set one member of an unsigned statement.
 *
 * path   RFC 6901 into the JSON form: "/title", "/notice/doi", "/targets/-"
 * json   the value as JSON text; NULL removes the member
 *
 * Returns STET_OK, STET_EINVAL once signed, STET_EFORMAT. The whole is checked
 * when it is signed.
 */
STET_API int stet_statement_set(
    stet_statement *statement, const char *path, const char *json, stet_error *err);
STET_API int stet_statement_set_value(stet_statement *statement, const char *path, stet_json *value,
    stet_error *err); /* takes value over */

/**
 * Sign. iat in seconds since 1970. What is missing is filled in: issuer from
 * the key, id from 16 random bytes (as a UUID). STET_EFORMAT when a member is
 * missing or wrong (its path in err), STET_EINVAL without an issuer.
 */
STET_API int stet_statement_sign(
    stet_statement *statement, const stet_key *key, int64_t iat, stet_error *err);
/** The same for many, on threads cores (0: all); stops at the first failure, whose place is
 * *failed_out. */
STET_API int stet_statement_sign_all(stet_statement *const *statements, size_t count,
    const stet_key *key, int64_t iat, unsigned threads, size_t *failed_out, stet_error *err);
/** STET_OK, or STET_EMISMATCH if the signature is not by this key. */
STET_API int stet_statement_verify(
    const stet_statement *statement, const stet_key *key, stet_error *err);

STET_API int stet_statement_signed(const stet_statement *statement); /* 1 or 0 */
/** COSE bytes once signed, else data NULL; live as long as the statement. */
STET_API stet_bytes stet_statement_encoded(const stet_statement *statement);
/** The JSON form; borrowed until the next stet_statement_set or free. */
STET_API const stet_json *stet_statement_json(stet_statement *statement);
STET_API const char *stet_statement_type(const stet_statement *statement);
STET_API const char *stet_statement_subject(const stet_statement *statement);
/** The key that signed; data NULL before. 32 bytes. */
STET_API stet_bytes stet_statement_kid(const stet_statement *statement);

/** SHA-256 and size of content, streamed; needs no ledger. */
STET_API int stet_digest(stet_source *read, void *ctx, uint8_t sha256_out[STET_HASH_SIZE],
    uint64_t *size_out, stet_error *err);

/** The same with every digest that an artifact statement may give, in one reading: {"sha256",
 * "sha512", "sha1", "md5": hex}. The last two find content, and prove nothing. *digests_out: the
 * caller's. */
STET_API int stet_digests(
    stet_source *read, void *ctx, stet_json **digests_out, uint64_t *size_out, stet_error *err);

/** What the schema tables say, for help, completion and man pages: rows from 0; 0 past the end. */
typedef struct stet_field_info {
	const char *type, *action; /* action NULL: the type has none */
	const char *path; /* /title, /notice/doi, /targets, /targets/-, /dimensions/<key> */
	const char *kind; /* text bytes hash uint bool true hundredths date number enum name doi key
			     policy map table array */
	const char *label, *doc;
	const char *const *values; /* of an enum, NULL-terminated, or NULL */
	int required;
} stet_field_info;
STET_API int stet_statement_field(size_t row, stet_field_info *info_out);
/** What a person calls a member of a type: "Notice published" for /notice/published; a member that
 * the tables do not have is its own name with spaces. Cut to size, NUL-terminated. */
STET_API void stet_statement_label(const char *type, const char *path, char *out, size_t size);

#ifdef __cplusplus
}
#endif
#endif
