/* Keys in memory. */
#include "key/key.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"

static int
set_text(char **text_out, stet_bytes text, size_t max, const char *what, stet_error *err)
{
	char *copy;

	if (text.size > max || !st_text_ok(text))
		return st_fail(err, STET_EINVAL, ST_KEY_FILE_MALFORMED,
		    "the %s of a key is text of at most %zu bytes", what, max);
	if ((copy = malloc(text.size + 1)) == NULL)
		return st_fail_nomem(err);
	if (text.size > 0)
		memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	free(*text_out);
	*text_out = copy;
	return STET_OK;
}

static int
set_issuer(stet_key *key, stet_bytes issuer, stet_error *err)
{
	if (issuer.size == 0)
		return st_fail(err, STET_EINVAL, ST_STATEMENT_ISSUER,
		    "the issuer of a key has at least one byte");
	return set_text(&key->issuer, issuer, ST_ISS_MAX, "issuer", err);
}

int
st_key_new(const uint8_t public_key[STET_KEY_SIZE], const struct st_secret *secret,
    stet_bytes label, stet_bytes issuer, stet_key **key_out, stet_error *err)
{
	stet_key *key = calloc(1, sizeof(*key));
	int rc;

	if (key == NULL)
		return st_fail_nomem(err);
	if (secret != NULL)
		key->secret = *secret;
	else
		memcpy(key->secret.public_key, public_key, STET_KEY_SIZE);
	key->has_secret = secret != NULL;
	st_key_thumbprint(key->secret.public_key, key->kid);
	st_key_name(key->kid, key->name);
	if ((rc = set_text(&key->label, label, ST_LABEL_MAX, "label", err)) < 0 ||
	    (issuer.data != NULL && (rc = set_issuer(key, issuer, err)) < 0)) {
		stet_key_free(key);
		return rc;
	}
	*key_out = key;
	return STET_OK;
}

static stet_bytes
optional(const char *text)
{
	return text == NULL ? (stet_bytes){NULL, 0} : st_str(text);
}

int
st_key_copy(const stet_key *key, stet_key **copy_out, stet_error *err)
{
	stet_bytes none = {NULL, 0};

	return st_key_new(key->secret.public_key, key->has_secret ? &key->secret : NULL,
	    st_str(key->label), key->issuer != NULL ? st_str(key->issuer) : none, copy_out, err);
}

int
stet_key_from_seed(const uint8_t seed[32], const char *label, const char *issuer,
    stet_key **key_out, stet_error *err)
{
	struct st_secret secret;
	int rc;

	if ((rc = st_crypto_init(err)) < 0)
		return rc;
	st_secret_from_seed(seed, &secret);
	rc =
	    st_key_new(secret.public_key, &secret, optional(label), optional(issuer), key_out, err);
	st_wipe(&secret, sizeof(secret));
	return rc;
}

int
stet_key_from_public(const uint8_t public_key[STET_KEY_SIZE], const char *label, const char *issuer,
    stet_key **key_out, stet_error *err)
{
	int rc;

	if ((rc = st_crypto_init(err)) < 0)
		return rc;
	if (!st_public_key_ok(public_key))
		return st_fail(err, STET_EFORMAT, ST_KEY_MALFORMED,
		    "not an Ed25519 public key: the bytes are no point of its group");
	return st_key_new(public_key, NULL, optional(label), optional(issuer), key_out, err);
}

void
stet_key_free(stet_key *key)
{
	if (key == NULL)
		return;
	st_wipe(&key->secret, sizeof(key->secret));
	free(key->label);
	free(key->issuer);
	free(key);
}

const char *
stet_key_name(const stet_key *key)
{
	return key->name;
}

const char *
stet_key_label(const stet_key *key)
{
	return key->label;
}

const char *
stet_key_issuer(const stet_key *key)
{
	return key->issuer;
}

int
stet_key_set_issuer(stet_key *key, const char *issuer, stet_error *err)
{
	return set_issuer(key, st_str(issuer), err);
}

void
stet_key_thumbprint(const stet_key *key, uint8_t kid_out[STET_HASH_SIZE])
{
	memcpy(kid_out, key->kid, STET_HASH_SIZE);
}

void
stet_key_public(const stet_key *key, uint8_t public_key_out[STET_KEY_SIZE])
{
	memcpy(public_key_out, key->secret.public_key, STET_KEY_SIZE);
}

int
stet_key_can_sign(const stet_key *key)
{
	return key->has_secret;
}

const struct st_secret *
st_key_secret(const stet_key *key)
{
	return key->has_secret ? &key->secret : NULL;
}

/* --- as JSON --------------------------------------------------------------------------------- */

stet_json *
st_public_key_json(const uint8_t public_key[STET_KEY_SIZE])
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "kty", stet_json_str("OKP"));
	stet_json_set(json, "crv", stet_json_str("Ed25519"));
	st_json_set_hex(json, "x", public_key, STET_KEY_SIZE);
	return json;
}

static int
is_text(const stet_json *json, const char *member, const char *text)
{
	stet_bytes found = stet_json_string_of(stet_json_get(json, member));

	return found.data != NULL && st_bytes_equal(found, st_str(text));
}

int
st_public_key_read(const stet_json *json, uint8_t public_key_out[STET_KEY_SIZE])
{
	stet_bytes x = stet_json_string_of(stet_json_get(json, "x"));

	if (stet_json_size(json) != 3 || !is_text(json, "kty", "OKP") ||
	    !is_text(json, "crv", "Ed25519") || x.data == NULL)
		return -1;
	return st_hex_read(x, public_key_out, STET_KEY_SIZE);
}

stet_json *
stet_key_json(const stet_key *key)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "label", stet_json_str(key->label));
	if (key->issuer != NULL)
		stet_json_set(json, "issuer", stet_json_str(key->issuer));
	st_json_set_hex(json, "kid", key->kid, STET_HASH_SIZE);
	stet_json_set(json, "name", stet_json_str(key->name));
	stet_json_set(json, "key", st_public_key_json(key->secret.public_key));
	if (json != NULL && st_json_rc(json) != STET_OK) {
		stet_json_free(json);
		return NULL;
	}
	return json;
}

static int
fail_json(stet_error *err, const char *why)
{
	return st_fail(err, STET_EFORMAT, ST_KEY_FILE_MALFORMED, "not a public key: %s", why);
}

/* What else the object says of the key must be so. */
static int
check_names(const stet_json *json, const stet_key *key, stet_error *err)
{
	const stet_json *kid = stet_json_get(json, "kid"), *name = stet_json_get(json, "name");
	char hex[2 * STET_HASH_SIZE + 1];

	st_hex(key->kid, STET_HASH_SIZE, hex);
	if ((kid != NULL && !is_text(json, "kid", hex)) ||
	    (name != NULL && !is_text(json, "name", key->name)))
		return fail_json(err, "'kid' or 'name' is not the thumbprint of 'key'");
	return STET_OK;
}

static int
check_members(const stet_json *json, stet_error *err)
{
	static const char *const known[] = {"label", "issuer", "kid", "name", "key", NULL};
	const stet_json *value;
	char shown[ST_SHOWN_SIZE];
	const char *name;
	size_t i, j;

	for (i = 0; stet_json_member(json, i, &name, &value); i++) {
		for (j = 0; known[j] != NULL && strcmp(known[j], name) != 0; j++)
			;
		if (known[j] == NULL)
			return st_fail(err, STET_EFORMAT, ST_KEY_FILE_MALFORMED,
			    "not a public key: '%s' is not a member of one",
			    st_shown(st_str(name), shown));
	}
	return STET_OK;
}

/* A member that is text if it is there; label and issuer. 0 or -1. */
static int
get_text(const stet_json *json, const char *member, stet_bytes *text_out)
{
	const stet_json *value = stet_json_get(json, member);

	*text_out = stet_json_string_of(value);
	return value != NULL && text_out->data == NULL ? -1 : 0;
}

int
stet_key_from_json(const stet_json *json, stet_key **key_out, stet_error *err)
{
	uint8_t public_key[STET_KEY_SIZE];
	stet_bytes label, issuer;
	stet_key *key;
	int rc;

	if ((rc = st_crypto_init(err)) < 0 || (rc = check_members(json, err)) < 0)
		return rc;
	if (get_text(json, "label", &label) < 0 || get_text(json, "issuer", &issuer) < 0)
		return fail_json(err, "'label' and 'issuer' are text");
	if (st_public_key_read(stet_json_get(json, "key"), public_key) < 0 ||
	    !st_public_key_ok(public_key))
		return fail_json(err, "'key' is not an Ed25519 key");
	rc = st_key_new(public_key, NULL, label, issuer, &key, err);
	if (rc == STET_EINVAL)
		rc = STET_EFORMAT;
	if (rc < 0) {
		if (err != NULL)
			err->code = rc;
		return rc;
	}
	if ((rc = check_names(json, key, err)) < 0) {
		stet_key_free(key);
		return rc;
	}
	*key_out = key;
	return STET_OK;
}
