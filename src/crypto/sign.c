/* Ed25519, random numbers and sealed secrets, by libsodium. */
#include "crypto/crypto.h"

#include <sodium.h>
#include <string.h>

#include "base/err.h"

_Static_assert(ST_SEED_SIZE == crypto_sign_SEEDBYTES, "a seed is libsodium's");
_Static_assert(STET_KEY_SIZE == crypto_sign_PUBLICKEYBYTES, "a public key is libsodium's");
_Static_assert(STET_SIGNATURE_SIZE == crypto_sign_BYTES, "a signature is libsodium's");

void
st_secret_from_seed(const uint8_t seed[ST_SEED_SIZE], struct st_secret *secret)
{
	uint8_t expanded[crypto_sign_SECRETKEYBYTES];

	memcpy(secret->seed, seed, ST_SEED_SIZE);
	crypto_sign_seed_keypair(secret->public_key, expanded, seed);
	sodium_memzero(expanded, sizeof(expanded));
}

void
st_secret_new(struct st_secret *secret)
{
	uint8_t seed[ST_SEED_SIZE];

	randombytes_buf(seed, sizeof(seed));
	st_secret_from_seed(seed, secret);
	sodium_memzero(seed, sizeof(seed));
}

void
st_sign(const struct st_secret *secret, stet_bytes message, uint8_t signature_out[64])
{
	/* libsodium's secret key is seed and public key side by side, so keeping both spares the
	 * scalar multiplication that would make the second from the first. */
	uint8_t key[crypto_sign_SECRETKEYBYTES];

	memcpy(key, secret->seed, ST_SEED_SIZE);
	memcpy(key + ST_SEED_SIZE, secret->public_key, STET_KEY_SIZE);
	crypto_sign_detached(signature_out, NULL, message.data, message.size, key);
	sodium_memzero(key, sizeof(key));
}

int
st_signature_ok(const uint8_t public_key[32], stet_bytes message, const uint8_t signature[64])
{
	return crypto_sign_verify_detached(signature, message.data, message.size, public_key) == 0;
}

int
st_public_key_ok(const uint8_t public_key[32])
{
	return crypto_core_ed25519_is_valid_point(public_key) == 1;
}

void
st_random(void *out, size_t size)
{
	if (size > 0)
		randombytes_buf(out, size);
}

void
st_wipe(void *data, size_t size)
{
	sodium_memzero(data, size);
}

/* --- secrets under a passphrase: salt, nonce, box ------------------------------------------ */

#define SALT_SIZE crypto_pwhash_SALTBYTES
#define NONCE_SIZE crypto_secretbox_NONCEBYTES
#define FRAME_SIZE (SALT_SIZE + NONCE_SIZE + crypto_secretbox_MACBYTES)

static int
derive(stet_bytes passphrase, const uint8_t *salt, uint8_t key[crypto_secretbox_KEYBYTES],
    stet_error *err)
{
	if (crypto_pwhash(key, crypto_secretbox_KEYBYTES, (const char *)passphrase.data,
		passphrase.size, salt, crypto_pwhash_OPSLIMIT_MODERATE,
		crypto_pwhash_MEMLIMIT_MODERATE, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return st_fail(err, STET_ENOMEM, ST_OUT_OF_MEMORY,
		    "no %zu MiB of memory to work on the passphrase",
		    (size_t)crypto_pwhash_MEMLIMIT_MODERATE >> 20);
	return STET_OK;
}

int
st_seal_secret(stet_bytes passphrase, stet_bytes secret, struct st_buf *box_out, stet_error *err)
{
	uint8_t key[crypto_secretbox_KEYBYTES], *room;
	int rc;

	room = st_buf_room(box_out, FRAME_SIZE + secret.size);
	if (room == NULL)
		return st_fail_nomem(err);
	randombytes_buf(room, SALT_SIZE + NONCE_SIZE);
	if ((rc = derive(passphrase, room, key, err)) < 0)
		return rc;
	crypto_secretbox_easy(
	    room + SALT_SIZE + NONCE_SIZE, secret.data, secret.size, room + SALT_SIZE, key);
	sodium_memzero(key, sizeof(key));
	st_buf_grow(box_out, FRAME_SIZE + secret.size);
	return STET_OK;
}

int
st_open_secret(stet_bytes passphrase, stet_bytes box, struct st_buf *secret_out, stet_error *err)
{
	uint8_t key[crypto_secretbox_KEYBYTES], *room;
	size_t size;
	int rc;

	if (box.size < FRAME_SIZE)
		return st_fail(err, STET_EFORMAT, ST_PASSPHRASE_WRONG,
		    "sealed secret of %zu bytes is too short to be one", box.size);
	size = box.size - FRAME_SIZE;
	room = st_buf_room(secret_out, size);
	if (room == NULL)
		return st_fail_nomem(err);
	if ((rc = derive(passphrase, box.data, key, err)) < 0)
		return rc;
	rc = crypto_secretbox_open_easy(room, box.data + SALT_SIZE + NONCE_SIZE,
	    box.size - SALT_SIZE - NONCE_SIZE, box.data + SALT_SIZE, key);
	sodium_memzero(key, sizeof(key));
	if (rc != 0)
		return st_fail(err, STET_EREFUSED, ST_PASSPHRASE_WRONG,
		    "the passphrase does not open the key");
	st_buf_grow(secret_out, size);
	return STET_OK;
}
