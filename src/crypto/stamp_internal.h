#ifndef ST_CRYPTO_STAMP_INTERNAL_H
#define ST_CRYPTO_STAMP_INTERNAL_H
/* What stamp.c reads and authorities.c judges. */
#include <openssl/cms.h>

#include "crypto/stamp.h"

struct st_stamp {
	struct st_stamp_facts facts;
	stet_bytes token;
	uint64_t made; /* genTime, in seconds: when the certificate has to have been valid */
	CMS_ContentInfo *cms;
	X509 *signer; /* borrowed from cms */
};

/* STET_ENOMEM if libcrypto failed for want of memory, else code with the rest; empties its queue of
 * errors. */
int st_stamp_fail(stet_error *err, int code, int rule, const char *text);

#endif
