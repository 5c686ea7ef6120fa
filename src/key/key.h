#ifndef ST_KEY_KEY_H
#define ST_KEY_KEY_H
/* Keys as the rest of the library sees them, and as JSON; docs/format.md, "Key files". */
#include <stet/key.h>
#include "cose/cose.h"
#include "json/json.h"

#define ST_LABEL_MAX 256

struct stet_key {
	struct st_secret secret; /* only the public half if has_secret is 0 */
	int has_secret;
	uint8_t kid[STET_HASH_SIZE];
	char name[ST_KEY_NAME_SIZE];
	char *label;  /* "" if none   */
	char *issuer; /* NULL if none */
};

/* The key pair, or NULL if the key cannot sign. */
const struct st_secret *st_key_secret(const stet_key *key);

/* {"kty": "OKP", "crv": "Ed25519", "x": hex}, closed. Reading: 0 or -1. */
stet_json *st_public_key_json(const uint8_t public_key[STET_KEY_SIZE]);
int st_public_key_read(const stet_json *json, uint8_t public_key_out[STET_KEY_SIZE]);

/* A key without label and issuer from its two halves; secret may be NULL. */
int st_key_new(const uint8_t public_key[STET_KEY_SIZE], const struct st_secret *secret,
    stet_bytes label, stet_bytes issuer, stet_key **key_out, stet_error *err);
int st_key_copy(const stet_key *key, stet_key **copy_out, stet_error *err);

#endif
