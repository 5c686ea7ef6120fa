#ifndef ST_CRYPTO_CRYPTO_H
#define ST_CRYPTO_CRYPTO_H
/* Hashes from libcrypto (SHA-NI), signatures from libsodium (the strict rule of docs/format.md,
 * "Statement": S < L, A and R canonical and not of small order, cofactorless).  The only folder
 * that includes either. Every function may be called from any thread. */
#include <stet/error.h>
#include "base/buf.h"

#define ST_SEED_SIZE 32

/* Once per process, from any thread, before anything else here; STET_EIO if no random numbers. */
int st_crypto_init(stet_error *err);

void st_sha256(stet_bytes data, uint8_t out[32]);
void st_sha256_pieces(const stet_bytes *pieces, size_t count, uint8_t out[32]);
void st_sha512(stet_bytes data, uint8_t out[64]);

/* Streams of any length. */
struct st_hasher;
/* The first two are ours; the others are what packages of others come with. */
enum st_hash {
	ST_SHA256,
	ST_SHA512,
	ST_SHA1,
	ST_MD5,
	ST_SHA224,
	ST_SHA384,
	ST_SHA512_256,
	ST_BLAKE2B
};
int st_hasher_new(enum st_hash hash, struct st_hasher **hasher_out, stet_error *err);
void st_hasher_add(struct st_hasher *hasher, stet_bytes data);
size_t st_hasher_end(struct st_hasher *hasher, uint8_t out[64]); /* digest size; then reset */
void st_hasher_free(struct st_hasher *hasher);

/* A key pair as this library keeps it: wipe with st_wipe(). */
struct st_secret {
	uint8_t seed[ST_SEED_SIZE];
	uint8_t public_key[STET_KEY_SIZE];
};
void st_secret_new(struct st_secret *secret);
void st_secret_from_seed(const uint8_t seed[ST_SEED_SIZE], struct st_secret *secret);
void st_sign(const struct st_secret *secret, stet_bytes message, uint8_t signature_out[64]);
/* 1 if the signature is right by the strict rule, else 0. */
int st_signature_ok(const uint8_t public_key[32], stet_bytes message, const uint8_t signature[64]);
/* 1 if the bytes are a canonical point of the prime-order group: what a grant asks for. */
int st_public_key_ok(const uint8_t public_key[32]);

void st_random(void *out, size_t size);
void st_wipe(void *data, size_t size);
/* Secret box under a passphrase: Argon2id13 (libsodium "moderate") and XSalsa20-Poly1305.
 * box_out is appended: salt (16), nonce (24), box. */
int st_seal_secret(
    stet_bytes passphrase, stet_bytes secret, struct st_buf *box_out, stet_error *err);
int st_open_secret(
    stet_bytes passphrase, stet_bytes box, struct st_buf *secret_out, stet_error *err);

#endif
