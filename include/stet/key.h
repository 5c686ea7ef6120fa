#ifndef STET_KEY_H
#define STET_KEY_H
/**
 * Keys: Ed25519 key pairs in files, and the public half of them.
 *
 * A key file is one JSON object, mode 0600, with the seed in the clear or under
 * a passphrase (Argon2id, XSalsa20-Poly1305); docs/format.md, "Key files". A
 * key is called by its thumbprint (RFC 9679) and carries a label and an issuer
 * for convenience; what it may sign is decided by the ledger, never by the
 * file.  A loaded key may be shared by threads; its seed is wiped by
 * stet_key_free().
 */
#include <stet/json.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_key stet_key;

/**
 * Make a key and write its file.
 *
 * path     the file; must not exist; created 0600, synced
 * label    what people call it: a function, not a person
 * issuer   what its statements say as iss; NULL: to be set by the grant
 * ask      asked once for a passphrase if not NULL; an empty one means none
 *
 * Returns STET_OK, STET_EINVAL (also when the file is there), STET_ENOTFOUND
 * when its folder is not, STET_EREFUSED when ask has none, STET_EIO,
 * STET_EFULL, STET_ENOMEM; nothing is left behind then.
 */
STET_API int stet_key_generate(const char *path, const char *label, const char *issuer,
    stet_passphrase *ask, void *ctx, stet_key **key_out, stet_error *err);
/**
 * Read a key file. ask is asked if the seed is under a passphrase; without it,
 * or with a wrong one, STET_EREFUSED. A file with a secret that others can read
 * is refused. A file with a public key alone loads and cannot sign.
 *
 * Returns STET_OK, STET_EREFUSED, STET_ENOTFOUND, STET_EFORMAT for what is no
 * key file, STET_EMISMATCH when seed and public key differ, STET_EIO,
 * STET_ENOMEM.
 */
STET_API int stet_key_load(
    const char *path, stet_passphrase *ask, void *ctx, stet_key **key_out, stet_error *err);
/** From a 32-byte seed; for tests and for keys kept elsewhere. */
STET_API int stet_key_from_seed(const uint8_t seed[32], const char *label, const char *issuer,
    stet_key **key_out, stet_error *err);
/** From a public key alone. STET_EFORMAT if it is not in the prime-order group. */
STET_API int stet_key_from_public(const uint8_t public_key[STET_KEY_SIZE], const char *label,
    const char *issuer, stet_key **key_out, stet_error *err);
/** From the object that stet_key_json() writes: a public key. */
STET_API int stet_key_from_json(const stet_json *json, stet_key **key_out, stet_error *err);
STET_API void stet_key_free(stet_key *key);

/** Write the file again, at another place, which must not exist; 0600, or 0644 without a secret. */
STET_API int stet_key_save(
    const stet_key *key, const char *path, stet_passphrase *ask, void *ctx, stet_error *err);
STET_API const char *stet_key_name(const stet_key *key); /* urn:ietf:params:oauth:ckt:sha-256:... */
STET_API const char *stet_key_label(const stet_key *key);  /* "" if none   */
STET_API const char *stet_key_issuer(const stet_key *key); /* NULL if none */
STET_API int stet_key_set_issuer(stet_key *key, const char *issuer, stet_error *err);
STET_API void stet_key_thumbprint(const stet_key *key, uint8_t kid_out[STET_HASH_SIZE]);
STET_API void stet_key_public(const stet_key *key, uint8_t public_key_out[STET_KEY_SIZE]);
STET_API int stet_key_can_sign(const stet_key *key);
/** The public half as a JSON object: {"label", "issuer", "kid", "name", "key": {...}}. */
STET_API stet_json *stet_key_json(const stet_key *key);

#ifdef __cplusplus
}
#endif
#endif
