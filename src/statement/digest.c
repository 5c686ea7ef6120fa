/* SHA-256 of content that is not in memory: stet_digest(). */
#include <stet/statement.h>

#include "base/err.h"
#include "crypto/crypto.h"

#define CHUNK_SIZE 65536

static int
add_all(stet_source *read, void *ctx, struct st_hasher *hasher, uint64_t *size, stet_error *err)
{
	uint8_t chunk[CHUNK_SIZE];
	size_t got;
	int rc;

	for (;;) {
		got = 0;
		if ((rc = read(ctx, chunk, sizeof(chunk), &got)) < 0)
			return st_fail(err, rc, ST_RULE_NONE, "the content cannot be read");
		if (got == 0)
			return STET_OK;
		st_hasher_add(hasher, (stet_bytes){chunk, got});
		*size += got;
	}
}

int
stet_digest(stet_source *read, void *ctx, uint8_t sha256_out[STET_HASH_SIZE], uint64_t *size_out,
    stet_error *err)
{
	struct st_hasher *hasher = NULL;
	uint8_t digest[64];
	uint64_t size = 0;
	size_t i;
	int rc;

	if ((rc = st_crypto_init(err)) < 0 || (rc = st_hasher_new(ST_SHA256, &hasher, err)) < 0)
		return rc;
	if ((rc = add_all(read, ctx, hasher, &size, err)) == STET_OK) {
		(void)st_hasher_end(hasher, digest);
		for (i = 0; i < STET_HASH_SIZE; i++)
			sha256_out[i] = digest[i];
		if (size_out != NULL)
			*size_out = size;
	}
	st_hasher_free(hasher);
	return rc;
}
