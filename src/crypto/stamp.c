/* One time-stamp: a CMS SignedData over a TSTInfo (RFC 3161), as what it says and whether it is
 * right in itself.
 *
 * libcrypto's own TS_RESP_verify_token() builds its chains in the default context, which reads
 * configuration files and the environment, and takes the time from a clock; so the steps are taken
 * here one by one. */
#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "base/time.h"
#include "crypto/library.h"
#include "crypto/stamp_internal.h"

#define TIME_MAX UINT64_C(253402300799) /* the last second of the year 9999 */
#define STRENGTH_MIN 112                /* bits of security: RSA of 2048 bits, P-224 */

int
st_stamp_fail(stet_error *err, int code, int rule, const char *text)
{
	unsigned long one;
	int memory = 0;

	while ((one = ERR_get_error()) != 0)
		memory |= ERR_GET_REASON(one) == ERR_R_MALLOC_FAILURE;
	return memory ? st_fail_nomem(err) : st_fail(err, code, rule, "%s", text);
}

static int
malformed(stet_error *err, const char *why)
{
	char text[128];

	snprintf(text, sizeof(text), "no time-stamp: %s", why);
	return st_stamp_fail(err, STET_EFORMAT, ST_TIMESTAMP_MALFORMED, text);
}

static int
wrong(stet_error *err, const char *why)
{
	return st_stamp_fail(err, STET_EMISMATCH, ST_TIMESTAMP_WRONG, why);
}

/* --- the frame ------------------------------------------------------------------------------- */

/* The head of a definite-length SEQUENCE that fills bytes: 0 and what is in it, or -1. */
static int
enter_sequence(stet_bytes bytes, stet_bytes *inside_out)
{
	const unsigned char *at = bytes.data;
	long size;
	int tag, class, form;

	if (bytes.size == 0 || bytes.size > ST_STAMP_MAX)
		return -1;
	form = ASN1_get_object(&at, &size, &tag, &class, (long)bytes.size);
	if (form != V_ASN1_CONSTRUCTED || class != V_ASN1_UNIVERSAL || tag != V_ASN1_SEQUENCE ||
	    size <= 0 || at + size != bytes.data + bytes.size)
		return -1;
	*inside_out = (stet_bytes){at, (size_t)size};
	return 0;
}

static int
not_granted(const TS_STATUS_INFO *status, stet_error *err)
{
	static const char *const words[] = {"granted", "granted with changes", "rejected",
	    "still waiting", "about to revoke its certificate", "its certificate is revoked"};
	const STACK_OF(ASN1_UTF8STRING) *texts = TS_STATUS_INFO_get0_text(status);
	const ASN1_UTF8STRING *first =
	    sk_ASN1_UTF8STRING_num(texts) > 0 ? sk_ASN1_UTF8STRING_value(texts, 0) : NULL;
	int64_t code = -1;
	char shown[ST_SHOWN_SIZE] = "";

	if (ASN1_INTEGER_get_int64(&code, TS_STATUS_INFO_get0_status(status)) != 1)
		code = -1;
	if (first != NULL)
		st_shown(
		    (stet_bytes){ASN1_STRING_get0_data(first), (size_t)ASN1_STRING_length(first)},
		    shown);
	ERR_clear_error();
	return st_fail(err, STET_EREFUSED, ST_TIMESTAMP_NOT_GRANTED,
	    "the authority made no time-stamp: %s%s%s",
	    code >= 0 && code < 6 ? words[code] : "it gives a status of no meaning",
	    first != NULL ? ": " : "", shown);
}

/* A response is its status and, if that is granted, the token. */
static int
leave_response(stet_bytes inside, stet_bytes *token_out, stet_error *err)
{
	const unsigned char *at = inside.data;
	TS_STATUS_INFO *status = d2i_TS_STATUS_INFO(NULL, &at, (long)inside.size);
	int64_t code;
	int rc = STET_OK;

	if (status == NULL)
		return malformed(err, "neither a response nor a token of RFC 3161");
	if (ASN1_INTEGER_get_int64(&code, TS_STATUS_INFO_get0_status(status)) != 1 || code < 0 ||
	    code > 1)
		rc = not_granted(status, err);
	else if (at == inside.data + inside.size)
		rc = malformed(err, "the response holds none");
	else
		*token_out = (stet_bytes){at, (size_t)(inside.data + inside.size - at)};
	TS_STATUS_INFO_free(status);
	return rc;
}

/* A token begins with an identifier, a response with another sequence. */
static int
find_token(stet_bytes der, stet_bytes *token_out, stet_error *err)
{
	stet_bytes inside;

	if (der.size > ST_STAMP_MAX)
		return malformed(err, "it is larger than 65536 bytes");
	if (enter_sequence(der, &inside) < 0)
		return malformed(err, "it is not one sequence in DER, or it was cut");
	*token_out = der;
	if (inside.data[0] == V_ASN1_OBJECT)
		return STET_OK;
	return leave_response(inside, token_out, err);
}

/* --- what is stamped, and when ---------------------------------------------------------------- */

static int
read_imprint(const TS_TST_INFO *info, struct st_stamp_facts *facts, stet_error *err)
{
	static const struct {
		int nid;
		enum st_hash hash;
		int size;
	} known[] = {
	    {NID_sha256, ST_SHA256, 32}, {NID_sha384, ST_SHA384, 48}, {NID_sha512, ST_SHA512, 64}};
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint((TS_TST_INFO *)(uintptr_t)info);
	const ASN1_OCTET_STRING *digest = TS_MSG_IMPRINT_get_msg(imprint);
	const ASN1_OBJECT *algorithm;
	size_t i;

	X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (OBJ_obj2nid(algorithm) != known[i].nid)
			continue;
		if (ASN1_STRING_length(digest) != known[i].size)
			return malformed(err, "its imprint is not of the size of its hash");
		facts->hash = known[i].hash;
		facts->imprint_size = (size_t)known[i].size;
		memcpy(facts->imprint, ASN1_STRING_get0_data(digest), facts->imprint_size);
		return STET_OK;
	}
	return st_stamp_fail(err, STET_EREFUSED, ST_TIMESTAMP_WEAK,
	    "what is stamped is hashed by something else than SHA-256, SHA-384 or SHA-512");
}

/* YYYYMMDDhhmmss[.f]Z; *part_out: it is later than its second. 0, or -1. */
static int
read_time(const ASN1_GENERALIZEDTIME *time, uint64_t *seconds_out, int *part_out)
{
	const char *text = (const char *)ASN1_STRING_get0_data(time);
	size_t size = (size_t)ASN1_STRING_length(time), digits;
	char plain[32];
	uint64_t ms;

	if (size < 15 || strnlen(text, size) < size || text[size - 1] != 'Z' ||
	    strspn(text, "0123456789") != 14)
		return -1;
	digits = size > 15 ? strspn(text + 15, "0123456789") : 0;
	if (size > 15 && (text[14] != '.' || digits == 0 || 15 + digits + 1 != size))
		return -1;
	snprintf(plain, sizeof(plain), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text, text + 4, text + 6,
	    text + 8, text + 10, text + 12);
	if (st_time_read_ms(st_str(plain), &ms) < 0)
		return -1;
	*seconds_out = ms / 1000;
	*part_out = digits > strspn(size > 15 ? text + 15 : "", "0");
	return 0;
}

static int
is_positive(const ASN1_INTEGER *part)
{
	uint64_t value;

	return part != NULL && (ASN1_INTEGER_get_uint64(&value, part) != 1 || value > 0);
}

/* The clock of the authority is right within its accuracy; what is less than a second counts as
 * one. */
static int
read_moment(const TS_TST_INFO *info, struct st_stamp *stamp, stet_error *err)
{
	TS_ACCURACY *accuracy = TS_TST_INFO_get_accuracy((TS_TST_INFO *)(uintptr_t)info);
	const ASN1_INTEGER *seconds = accuracy != NULL ? TS_ACCURACY_get_seconds(accuracy) : NULL;
	uint64_t more = 0;
	int part;

	if (read_time(TS_TST_INFO_get_time(info), &stamp->made, &part) < 0)
		return malformed(err, "its time is none");
	if (seconds != NULL && ASN1_INTEGER_get_uint64(&more, seconds) != 1)
		return malformed(err, "its accuracy is none");
	if (accuracy != NULL)
		more += is_positive(TS_ACCURACY_get_millis(accuracy)) ||
			is_positive(TS_ACCURACY_get_micros(accuracy));
	if (more > TIME_MAX || stamp->made + more + (uint64_t)part > TIME_MAX)
		return malformed(err, "its time is beyond the year 9999");
	stamp->facts.seconds = stamp->made + more + (uint64_t)part;
	return STET_OK;
}

static int
read_serial(const TS_TST_INFO *info, struct st_stamp_facts *facts, stet_error *err)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info), NULL);
	char *hex = number != NULL ? BN_bn2hex(number) : NULL;
	int rc = STET_OK;

	if (hex == NULL)
		rc = malformed(err, "its serial number cannot be read");
	else if (strlen(hex) >= sizeof(facts->serial))
		rc = malformed(err, "its serial number is longer than 32 bytes");
	else
		memcpy(facts->serial, hex, strlen(hex) + 1);
	OPENSSL_free(hex);
	BN_free(number);
	return rc;
}

static int
read_info(struct st_stamp *stamp, stet_error *err)
{
	ASN1_OCTET_STRING **content = CMS_get0_content(stamp->cms);
	const unsigned char *at;
	TS_TST_INFO *info;
	long size;
	int rc;

	if (content == NULL || *content == NULL)
		return malformed(err, "there is nothing in it");
	at = ASN1_STRING_get0_data(*content);
	size = ASN1_STRING_length(*content);
	if ((info = d2i_TS_TST_INFO(NULL, &at, size)) == NULL)
		return malformed(err, "what is signed is no TSTInfo");
	if (at != ASN1_STRING_get0_data(*content) + size || TS_TST_INFO_get_version(info) != 1)
		rc = malformed(err, "what is signed is no TSTInfo of version 1");
	else if ((rc = read_imprint(info, &stamp->facts, err)) == STET_OK &&
		 (rc = read_moment(info, stamp, err)) == STET_OK &&
		 (rc = read_serial(info, &stamp->facts, err)) == STET_OK &&
		 OBJ_obj2txt(stamp->facts.policy, sizeof(stamp->facts.policy),
		     TS_TST_INFO_get_policy_id(info), 1) <= 0)
		rc = malformed(err, "its policy cannot be read");
	TS_TST_INFO_free(info);
	return rc;
}

/* --- the signature ---------------------------------------------------------------------------- */

/* What may sign: hashes of SHA-2 and keys that are not known to be weak. */
static int
check_strength(X509_ALGOR *digest, X509 *signer, stet_error *err)
{
	EVP_PKEY *key = X509_get0_pubkey(signer);
	const ASN1_OBJECT *algorithm;

	X509_ALGOR_get0(&algorithm, NULL, NULL, digest);
	switch (OBJ_obj2nid(algorithm)) {
	case NID_sha256:
	case NID_sha384:
	case NID_sha512:
		break;
	case NID_sha1:
	case NID_md5:
	case NID_sha224:
		return st_stamp_fail(err, STET_EREFUSED, ST_TIMESTAMP_WEAK,
		    "the time-stamp is signed over a hash that can be forged");
	default:
		return st_stamp_fail(err, STET_EVERSION, ST_TIMESTAMP_WEAK,
		    "the time-stamp is signed over a hash that is not known here");
	}
	if (key == NULL)
		return st_stamp_fail(err, STET_EVERSION, ST_TIMESTAMP_WEAK,
		    "the time-stamp is signed by a kind of key that is not known here");
	if (EVP_PKEY_get_security_bits(key) < STRENGTH_MIN)
		return st_stamp_fail(err, STET_EREFUSED, ST_TIMESTAMP_WEAK,
		    "the key that signed the time-stamp is too short to be believed");
	return STET_OK;
}

/* What is signed says which certificate it is to be verified by, or another one of the same key
 * could be put in its place. */
static int
check_tie(const struct st_stamp *stamp, CMS_SignerInfo *signer)
{
	ASN1_STRING *old = CMS_signed_get0_data_by_OBJ(signer,
			OBJ_nid2obj(NID_id_smime_aa_signingCertificate), -3, V_ASN1_SEQUENCE),
		    *new = CMS_signed_get0_data_by_OBJ(signer,
			OBJ_nid2obj(NID_id_smime_aa_signingCertificateV2), -3, V_ASN1_SEQUENCE);
	const unsigned char *at;
	STACK_OF(X509) *certificates = CMS_get1_certs(stamp->cms);
	ESS_SIGNING_CERT *one = NULL;
	ESS_SIGNING_CERT_V2 *two = NULL;
	int ok = certificates != NULL;

	/* The signer's comes first; those of its chain may follow in any order. */
	if (ok && X509_up_ref(stamp->signer) == 1 &&
	    sk_X509_unshift(certificates, stamp->signer) == 0) {
		X509_free(stamp->signer);
		ok = 0;
	}
	if (ok && old != NULL) {
		at = ASN1_STRING_get0_data(old);
		ok = (one = d2i_ESS_SIGNING_CERT(NULL, &at, ASN1_STRING_length(old))) != NULL;
	}
	if (ok && new != NULL) {
		at = ASN1_STRING_get0_data(new);
		ok = (two = d2i_ESS_SIGNING_CERT_V2(NULL, &at, ASN1_STRING_length(new))) != NULL;
	}
	ok = ok && OSSL_ESS_check_signing_certs(one, two, certificates, 1) == 1;
	ESS_SIGNING_CERT_free(one);
	ESS_SIGNING_CERT_V2_free(two);
	sk_X509_pop_free(certificates, X509_free);
	return ok;
}

/* The attributes are signed, and say that it is a TSTInfo: else what was signed for something else
 * could be passed off as a stamp. */
static int
has_type(CMS_SignerInfo *signer)
{
	const ASN1_OBJECT *type = CMS_signed_get0_data_by_OBJ(
	    signer, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT);

	return type != NULL && OBJ_obj2nid(type) == NID_id_smime_ct_TSTInfo;
}

static int
check_signature(struct st_stamp *stamp, stet_error *err)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(stamp->cms);
	CMS_SignerInfo *signer;
	X509_ALGOR *digest;
	int rc;

	if (sk_CMS_SignerInfo_num(signers) != 1)
		return malformed(err, "it has not exactly one signature");
	signer = sk_CMS_SignerInfo_value(signers, 0);
	CMS_set1_signers_certs(stamp->cms, NULL, 0);
	CMS_SignerInfo_get0_algs(signer, NULL, &stamp->signer, &digest, NULL);
	if (stamp->signer == NULL)
		return st_stamp_fail(err, STET_EREFUSED, ST_TIMESTAMP_INCOMPLETE,
		    "the certificate of its signer is not in the time-stamp");
	if ((rc = check_strength(digest, stamp->signer, err)) < 0)
		return rc;
	if (!has_type(signer))
		return wrong(err, "what is signed does not say that it is a time-stamp");
	if (CMS_verify(
		stamp->cms, NULL, NULL, NULL, NULL, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) != 1)
		return wrong(err, "the signature of the time-stamp is wrong");
	if (X509_check_purpose(stamp->signer, X509_PURPOSE_TIMESTAMP_SIGN, 0) != 1)
		return wrong(err, "the certificate of its signer is not one for time-stamps alone");
	if (!check_tie(stamp, signer))
		return wrong(err, "the time-stamp was signed under another certificate");
	return STET_OK;
}

/* --- the whole -------------------------------------------------------------------------------- */

static int
read_name(struct st_stamp *stamp, stet_error *err)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text = NULL;
	long size;
	int rc = STET_OK;

	if (out == NULL || X509_NAME_print_ex(out, X509_get_subject_name(stamp->signer), 0,
			       XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) < 0)
		rc = malformed(err, "the name of its signer cannot be read");
	else if ((size = BIO_get_mem_data(out, &text)) <= 0 ||
		 size >= (long)sizeof(stamp->facts.tsa) ||
		 !st_text_ok((stet_bytes){(const uint8_t *)text, (size_t)size}))
		rc = malformed(err, "the name of its signer is empty, too long, or no text");
	else
		memcpy(stamp->facts.tsa, text, (size_t)size); /* the rest is zeros */
	BIO_free(out);
	return rc;
}

static int
read_token(struct st_stamp *stamp, stet_error *err)
{
	const unsigned char *at = stamp->token.data;
	stet_bytes inside;
	int rc;

	if (enter_sequence(stamp->token, &inside) < 0)
		return malformed(err, "it is not one sequence in DER, or it was cut");
	if ((stamp->cms = CMS_ContentInfo_new_ex(st_crypto_library(), NULL)) == NULL)
		return st_fail_nomem(err);
	if (d2i_CMS_ContentInfo(&stamp->cms, &at, (long)stamp->token.size) == NULL ||
	    at != stamp->token.data + stamp->token.size)
		return malformed(err, "it is no CMS content");
	if (OBJ_obj2nid(CMS_get0_type(stamp->cms)) != NID_pkcs7_signed ||
	    OBJ_obj2nid(CMS_get0_eContentType(stamp->cms)) != NID_id_smime_ct_TSTInfo)
		return malformed(err, "it is CMS of something else");
	if ((rc = read_info(stamp, err)) < 0 || (rc = check_signature(stamp, err)) < 0)
		return rc;
	return read_name(stamp, err);
}

static int
open_once(stet_bytes der, struct st_stamp **stamp_out, stet_error *err)
{
	struct st_stamp *stamp = calloc(1, sizeof(*stamp));
	int rc;

	if (stamp == NULL)
		return st_fail_nomem(err);
	ERR_clear_error();
	if ((rc = find_token(der, &stamp->token, err)) == STET_OK)
		rc = read_token(stamp, err);
	ERR_clear_error();
	if (rc < 0)
		st_stamp_free(stamp);
	else
		*stamp_out = stamp;
	return rc;
}

/* libcrypto does not always tell want of memory from a wrong signature. So what is refused is
 * looked at twice, and what a moment without memory has caused is not taken for a no. */
int
st_stamp_open(stet_bytes der, struct st_stamp **stamp_out, stet_error *err)
{
	int rc, again;

	if ((rc = st_crypto_init(err)) < 0)
		return rc;
	if (st_crypto_library() == NULL)
		return st_fail_nomem(err);
	rc = open_once(der, stamp_out, err);
	if (rc == STET_OK || rc == STET_ENOMEM)
		return rc;
	if ((again = open_once(der, stamp_out, err)) == STET_OK) {
		st_stamp_free(*stamp_out);
		*stamp_out = NULL;
	}
	return again == rc ? rc : st_fail_nomem(err);
}

const struct st_stamp_facts *
st_stamp_facts(const struct st_stamp *stamp)
{
	return &stamp->facts;
}

stet_bytes
st_stamp_token(const struct st_stamp *stamp)
{
	return stamp->token;
}

void
st_stamp_free(struct st_stamp *stamp)
{
	if (stamp == NULL)
		return;
	CMS_ContentInfo_free(stamp->cms);
	free(stamp);
}
