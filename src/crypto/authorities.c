/* Whose time-stamps somebody believes: certificates, and whether a chain leads to one of them. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "crypto/library.h"
#include "crypto/stamp_internal.h"

#define AUTH_LEVEL 2 /* 112 bits: no certificate by SHA-1, none of a short key */

struct st_authorities {
	X509_STORE *store;
};

/* What is encrypted is no certificate, and nobody is asked for a passphrase. */
static int
no_passphrase(char *text, int size, int writing, void *ctx)
{
	(void)text;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

static int
add(X509_STORE *store, X509 *certificate, stet_error *err)
{
	if (X509_STORE_add_cert(store, certificate) != 1)
		return st_stamp_fail(
		    err, STET_EFORMAT, ST_TSA_CA_MALFORMED, "a certificate in it cannot be taken");
	return STET_OK;
}

static int
read_pem(X509_STORE *store, stet_bytes text, size_t *count_out, stet_error *err)
{
	BIO *in = BIO_new_mem_buf(text.data, (int)text.size);
	STACK_OF(X509_INFO) *items = NULL;
	int i, rc = STET_OK;

	if (in == NULL)
		return st_fail_nomem(err);
	items = PEM_X509_INFO_read_bio_ex(in, NULL, no_passphrase, NULL, st_crypto_library(), NULL);
	if (items == NULL)
		rc = st_stamp_fail(
		    err, STET_EFORMAT, ST_TSA_CA_MALFORMED, "a certificate in it is damaged");
	for (i = 0; rc == STET_OK && i < sk_X509_INFO_num(items); i++)
		if (sk_X509_INFO_value(items, i)->x509 != NULL) {
			rc = add(store, sk_X509_INFO_value(items, i)->x509, err);
			++*count_out;
		}
	sk_X509_INFO_pop_free(items, X509_INFO_free);
	BIO_free(in);
	return rc;
}

static int
read_der(X509_STORE *store, stet_bytes text, size_t *count_out, stet_error *err)
{
	X509 *certificate = X509_new_ex(st_crypto_library(), NULL);
	const unsigned char *at = text.data;
	int rc = STET_OK;

	if (certificate == NULL)
		return st_fail_nomem(err);
	if (d2i_X509(&certificate, &at, (long)text.size) != NULL && at == text.data + text.size) {
		rc = add(store, certificate, err);
		++*count_out;
	}
	X509_free(certificate);
	return rc;
}

int
st_authorities_read(stet_bytes text, struct st_authorities **authorities_out, stet_error *err)
{
	static const char mark[] = "-----BEGIN ";
	struct st_authorities *authorities;
	size_t count = 0;
	int rc;

	if ((rc = st_crypto_init(err)) < 0)
		return rc;
	if (text.size > (size_t)16 * 1024 * 1024)
		return st_fail(err, STET_EFORMAT, ST_TSA_CA_MALFORMED,
		    "it is larger than 16 MiB, which no list of certificates is");
	if (st_crypto_library() == NULL || (authorities = calloc(1, sizeof(*authorities))) == NULL)
		return st_fail_nomem(err);
	ERR_clear_error();
	if ((authorities->store = X509_STORE_new()) == NULL)
		rc = st_fail_nomem(err);
	else if (memmem(text.data, text.size, mark, sizeof(mark) - 1) != NULL)
		rc = read_pem(authorities->store, text, &count, err);
	else
		rc = read_der(authorities->store, text, &count, err);
	if (rc == STET_OK && count == 0)
		rc = st_stamp_fail(err, STET_EFORMAT, ST_TSA_CA_MALFORMED,
		    "there is no certificate in it, neither in PEM nor in DER");
	ERR_clear_error();
	if (rc < 0) {
		st_authorities_free(authorities);
		return rc;
	}
	*authorities_out = authorities;
	return STET_OK;
}

void
st_authorities_free(struct st_authorities *authorities)
{
	if (authorities == NULL)
		return;
	X509_STORE_free(authorities->store);
	free(authorities);
}

/* The certificates named are believed whether they are roots or not: the reader says so. */
static int
set_terms(X509_STORE_CTX *context, uint64_t seconds)
{
	X509_VERIFY_PARAM *terms = X509_STORE_CTX_get0_param(context);

	X509_VERIFY_PARAM_set_time(terms, (time_t)seconds);
	X509_VERIFY_PARAM_set_auth_level(terms, AUTH_LEVEL);
	return X509_VERIFY_PARAM_set_purpose(terms, X509_PURPOSE_TIMESTAMP_SIGN) == 1 &&
	       X509_VERIFY_PARAM_set_trust(terms, X509_TRUST_TSA) == 1 &&
	       X509_VERIFY_PARAM_set_flags(terms, X509_V_FLAG_PARTIAL_CHAIN) == 1;
}

int
st_stamp_vouched(const struct st_stamp *stamp, const struct st_authorities *authorities,
    const char **why_out, stet_error *err)
{
	X509_STORE_CTX *context;
	STACK_OF(X509) * others;
	int found, rc = STET_OK;

	if (authorities == NULL) {
		*why_out = "nobody was named whose time-stamps are believed";
		return STET_OK;
	}
	ERR_clear_error();
	context = X509_STORE_CTX_new_ex(st_crypto_library(), NULL);
	others = CMS_get1_certs(stamp->cms);
	if (context == NULL || others == NULL ||
	    X509_STORE_CTX_init(context, authorities->store, stamp->signer, others) != 1 ||
	    !set_terms(context, stamp->made)) {
		rc = st_fail_nomem(err);
	} else {
		found = X509_verify_cert(context) == 1;
		*why_out =
		    found ? NULL : X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
		if (!found && X509_STORE_CTX_get_error(context) == X509_V_ERR_OUT_OF_MEM)
			rc = st_fail_nomem(err);
	}
	X509_STORE_CTX_free(context);
	sk_X509_pop_free(others, X509_free);
	ERR_clear_error();
	return rc;
}
