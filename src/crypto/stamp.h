#ifndef ST_CRYPTO_STAMP_H
#define ST_CRYPTO_STAMP_H
/* RFC 3161 time-stamps, read and verified by libcrypto's CMS in the library's own context, which
 * reads no configuration.  No clock: a certificate is judged at the time that the stamp states. */
#include "crypto/crypto.h"

#define ST_STAMP_MAX ((size_t)65536) /* bytes of a token or a response */
#define ST_STAMP_NAME_SIZE 256
#define ST_STAMP_OID_SIZE 80
#define ST_STAMP_SERIAL_SIZE 65

/* A token: read, and right by the certificate in it, whoever that is of. */
struct st_stamp;
struct st_stamp_facts {
	enum st_hash hash; /* ST_SHA256, ST_SHA384 or ST_SHA512 */
	uint8_t imprint[64];
	size_t imprint_size;
	uint64_t seconds;             /* no later than this: genTime and its accuracy, rounded up */
	char tsa[ST_STAMP_NAME_SIZE]; /* the subject of its certificate, UTF-8                    */
	char policy[ST_STAMP_OID_SIZE];
	char serial[ST_STAMP_SERIAL_SIZE]; /* hex */
};

/* Reads a TimeStampResp or a token alone. The signature, the certificate's purpose and its tie to
 * the signature (ESSCertID) are verified; nobody says yet that the certificate is to be believed.
 * STET_EFORMAT (timestamp-malformed), STET_EREFUSED (timestamp-not-granted, -incomplete, -weak),
 * STET_EMISMATCH (timestamp-wrong), STET_EVERSION (timestamp-weak: an algorithm that is not known
 * here), STET_ENOMEM. der has to outlive it. */
int st_stamp_open(stet_bytes der, struct st_stamp **stamp_out, stet_error *err);
const struct st_stamp_facts *st_stamp_facts(const struct st_stamp *stamp);
stet_bytes st_stamp_token(const struct st_stamp *stamp); /* a view into der */
void st_stamp_free(struct st_stamp *stamp);

/* The authorities that somebody believes: certificates in PEM, or one in DER. */
struct st_authorities;
int st_authorities_read(stet_bytes text, struct st_authorities **authorities_out, stet_error *err);
void st_authorities_free(struct st_authorities *authorities);
/* *why_out: NULL if a chain leads from the stamp's certificate to one of them, each valid at the
 * time of the stamp; else why not, a text that lives for ever. STET_OK, STET_ENOMEM. */
int st_stamp_vouched(const struct st_stamp *stamp, const struct st_authorities *authorities,
    const char **why_out, stet_error *err);

#endif
