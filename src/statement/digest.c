/* Digests of content that is not in memory: stet_digest(), stet_digests(). */
#include <stet/statement.h>

#include "base/err.h"
#include "base/hex.h"
#include "crypto/crypto.h"

#define CHUNK_SIZE 65536

static const struct {
	enum st_hash hash;
	const char *name;
} kinds[] = {{ST_SHA256, "sha256"}, {ST_SHA512, "sha512"}, {ST_SHA1, "sha1"}, {ST_MD5, "md5"}};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static int
add_all(stet_source *read, void *ctx, struct st_hasher **hashers, size_t count, uint64_t *size,
    stet_error *err)
{
	uint8_t chunk[CHUNK_SIZE];
	size_t got, i;
	int rc;

	for (*size = 0;; *size += got) {
		got = 0;
		if ((rc = read(ctx, chunk, sizeof(chunk), &got)) < 0)
			return st_fail(err, rc, ST_RULE_NONE, "the content cannot be read");
		if (got == 0)
			return STET_OK;
		for (i = 0; i < count; i++)
			st_hasher_add(hashers[i], (stet_bytes){chunk, got});
	}
}

int
stet_digest(stet_source *read, void *ctx, uint8_t sha256_out[STET_HASH_SIZE], uint64_t *size_out,
    stet_error *err)
{
	struct st_hasher *hasher = NULL;
	uint8_t digest[64];
	uint64_t size;
	size_t i;
	int rc;

	if ((rc = st_crypto_init(err)) < 0 || (rc = st_hasher_new(ST_SHA256, &hasher, err)) < 0)
		return rc;
	if ((rc = add_all(read, ctx, &hasher, 1, &size, err)) == STET_OK) {
		(void)st_hasher_end(hasher, digest);
		for (i = 0; i < STET_HASH_SIZE; i++)
			sha256_out[i] = digest[i];
		if (size_out != NULL)
			*size_out = size;
	}
	st_hasher_free(hasher);
	return rc;
}

static int
put_digests(struct st_hasher **hashers, stet_json *digests, stet_error *err)
{
	uint8_t digest[64];
	size_t i, size;

	for (i = 0; i < KIND_COUNT; i++) {
		size = st_hasher_end(hashers[i], digest);
		stet_json_set(digests, kinds[i].name, stet_json_hex((stet_bytes){digest, size}));
		if (stet_json_get(digests, kinds[i].name) == NULL)
			return st_fail_nomem(err);
	}
	return STET_OK;
}

int
stet_digests(
    stet_source *read, void *ctx, stet_json **digests_out, uint64_t *size_out, stet_error *err)
{
	struct st_hasher *hashers[KIND_COUNT] = {NULL};
	stet_json *digests = stet_json_object();
	uint64_t size;
	size_t i;
	int rc = digests != NULL ? st_crypto_init(err) : st_fail_nomem(err);

	for (i = 0; rc == STET_OK && i < KIND_COUNT; i++)
		rc = st_hasher_new(kinds[i].hash, &hashers[i], err);
	if (rc == STET_OK)
		rc = add_all(read, ctx, hashers, KIND_COUNT, &size, err);
	if (rc == STET_OK)
		rc = put_digests(hashers, digests, err);
	if (rc == STET_OK) {
		*digests_out = digests;
		digests = NULL;
		if (size_out != NULL)
			*size_out = size;
	}
	for (i = 0; i < KIND_COUNT; i++)
		st_hasher_free(hashers[i]);
	stet_json_free(digests);
	return rc;
}
