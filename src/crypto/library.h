#ifndef ST_CRYPTO_LIBRARY_H
#define ST_CRYPTO_LIBRARY_H
/* The library's own libcrypto context, for the files of this folder. */
#include <openssl/types.h>

/* After st_crypto_init(); NULL if there was no memory for one. */
OSSL_LIB_CTX *st_crypto_library(void);

#endif
