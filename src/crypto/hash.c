/* Hashes by libcrypto, which uses the processor's SHA instructions: four times as fast as
 * libsodium.
 *
 * Asking EVP_sha256() for the digest at every call costs three times the hash of a tree node, so it
 * is fetched once, and each thread keeps a context. The library has its own libcrypto context,
 * which reads no configuration file: that took a third of a millisecond of every start of the
 * command, and what somebody configures for TLS is nothing to these hashes.  A thread that cannot
 * have one, for want of memory, takes libsodium's SHA-2, which needs none: hashing never fails. */
#include "crypto/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/err.h"
#include "crypto/library.h"

static const char *const digest_names[] = {
    "SHA2-256", "SHA2-512", "SHA1", "MD5", "SHA2-224", "SHA2-384", "SHA2-512/256", "BLAKE2B-512"};
#define DIGEST_COUNT (sizeof(digest_names) / sizeof(digest_names[0]))
#define KEPT_COUNT 2 /* a thread keeps contexts for SHA-256 and SHA-512 */

static OSSL_LIB_CTX *library;         /* written once, by start() */
static EVP_MD *digests[DIGEST_COUNT]; /* likewise                 */
static pthread_once_t started = PTHREAD_ONCE_INIT;
static pthread_key_t context_key;
static int start_rc;

struct contexts {
	EVP_MD_CTX *of[KEPT_COUNT];
};

/* This thread's contexts. The pointer spares the look-up by key; the key is there for its
 * destructor. */
static _Thread_local struct contexts *mine;

static void
free_contexts(void *data)
{
	struct contexts *contexts = data;
	size_t i;

	mine = NULL; /* another destructor of this thread may still hash */
	for (i = 0; i < KEPT_COUNT; i++)
		EVP_MD_CTX_free(contexts->of[i]);
	free(contexts);
}

static void
start(void)
{
	size_t i;

	if (sodium_init() < 0 || pthread_key_create(&context_key, free_contexts) != 0) {
		start_rc = STET_EIO;
		return;
	}
	library = OSSL_LIB_CTX_new();
	for (i = 0; i < DIGEST_COUNT; i++)
		digests[i] = EVP_MD_fetch(library, digest_names[i], NULL);
}

int
st_crypto_init(stet_error *err)
{
	pthread_once(&started, start);
	if (start_rc < 0)
		return st_fail(err, start_rc, ST_IO_FAILED, "the machine gives no random numbers");
	return STET_OK;
}

OSSL_LIB_CTX *
st_crypto_library(void)
{
	return library;
}

/* This thread's context for a digest, begun; or NULL. */
static EVP_MD_CTX *
begin(enum st_hash hash)
{
	EVP_MD_CTX *context;

	if (mine == NULL) {
		if (st_crypto_init(NULL) < 0 || (mine = calloc(1, sizeof(*mine))) == NULL)
			return NULL;
		if (pthread_setspecific(context_key, mine) != 0) {
			free(mine);
			mine = NULL;
			return NULL;
		}
	}
	if (mine->of[hash] == NULL)
		mine->of[hash] = EVP_MD_CTX_new();
	context = mine->of[hash];
	if (context == NULL || digests[hash] == NULL ||
	    EVP_DigestInit_ex(context, digests[hash], NULL) != 1)
		return NULL;
	return context;
}

static int
hash_pieces(enum st_hash hash, const stet_bytes *pieces, size_t count, uint8_t *out)
{
	EVP_MD_CTX *context = begin(hash);
	size_t i;

	if (context == NULL)
		return -1;
	for (i = 0; i < count; i++)
		if (EVP_DigestUpdate(context, pieces[i].data, pieces[i].size) != 1)
			return -1;
	return EVP_DigestFinal_ex(context, out, NULL) == 1 ? 0 : -1;
}

void
st_sha256_pieces(const stet_bytes *pieces, size_t count, uint8_t out[32])
{
	crypto_hash_sha256_state state;
	size_t i;

	if (hash_pieces(ST_SHA256, pieces, count, out) == 0)
		return;
	crypto_hash_sha256_init(&state);
	for (i = 0; i < count; i++)
		crypto_hash_sha256_update(&state, pieces[i].data, pieces[i].size);
	crypto_hash_sha256_final(&state, out);
}

void
st_sha256(stet_bytes data, uint8_t out[32])
{
	st_sha256_pieces(&data, 1, out);
}

void
st_sha512(stet_bytes data, uint8_t out[64])
{
	if (hash_pieces(ST_SHA512, &data, 1, out) < 0)
		crypto_hash_sha512(out, data.data, data.size);
}

/* A hasher whose libcrypto context fails in the middle cannot fall back: the bytes are gone. It
 * does not happen with the digests here, which allocate nothing once begun; if it ever does, no
 * digest is better than a wrong one. */
struct st_hasher {
	EVP_MD_CTX *context;
	enum st_hash hash;
};

int
st_hasher_new(enum st_hash hash, struct st_hasher **hasher_out, stet_error *err)
{
	struct st_hasher *hasher;
	int rc;

	if ((rc = st_crypto_init(err)) < 0)
		return rc;
	if (digests[hash] == NULL)
		return st_fail(
		    err, STET_EIO, ST_IO_FAILED, "libcrypto offers no %s here", digest_names[hash]);
	hasher = malloc(sizeof(*hasher));
	if (hasher == NULL)
		return st_fail_nomem(err);
	hasher->hash = hash;
	hasher->context = EVP_MD_CTX_new();
	if (hasher->context == NULL ||
	    EVP_DigestInit_ex(hasher->context, digests[hash], NULL) != 1) {
		st_hasher_free(hasher);
		return st_fail_nomem(err);
	}
	*hasher_out = hasher;
	return STET_OK;
}

void
st_hasher_add(struct st_hasher *hasher, stet_bytes data)
{
	if (EVP_DigestUpdate(hasher->context, data.data, data.size) != 1)
		abort();
}

size_t
st_hasher_end(struct st_hasher *hasher, uint8_t out[64])
{
	unsigned size = 0;

	if (EVP_DigestFinal_ex(hasher->context, out, &size) != 1 ||
	    EVP_DigestInit_ex(hasher->context, digests[hasher->hash], NULL) != 1)
		abort();
	return size;
}

void
st_hasher_free(struct st_hasher *hasher)
{
	if (hasher == NULL)
		return;
	EVP_MD_CTX_free(hasher->context);
	free(hasher);
}
