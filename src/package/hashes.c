/* Digest algorithms by the names that packages give them, and several at once. */
#include "package/package.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define PIECE_SIZE ((size_t)262144)

static const struct {
	const char *name;
	size_t size;
} known[ST_HASH_COUNT] = {[ST_SHA256] = {"sha256", 32},
    [ST_SHA512] = {"sha512", 64},
    [ST_SHA1] = {"sha1", 20},
    [ST_MD5] = {"md5", 16},
    [ST_SHA224] = {"sha224", 28},
    [ST_SHA384] = {"sha384", 48},
    [ST_SHA512_256] = {"sha512/256", 32},
    [ST_BLAKE2B] = {"blake2b-512", 64}};

int
st_hash_named(stet_bytes name)
{
	int i;

	for (i = 0; i < ST_HASH_COUNT; i++)
		if (st_bytes_equal(name, st_str(known[i].name)))
			return i;
	return -1;
}

const char *
st_hash_name(enum st_hash hash)
{
	return known[hash].name;
}

size_t
st_hash_size(enum st_hash hash)
{
	return known[hash].size;
}

/* --- several at once -------------------------------------------------------------------------- */

static int
is_wanted(const struct st_digests *digests, int hash)
{
	return (digests->hashes & 1u << hash) != 0;
}

int
st_digests_begin(struct st_digests *digests, unsigned hashes, stet_error *err)
{
	int i, rc;

	digests->hashes = hashes;
	for (i = 0; i < ST_HASH_COUNT; i++)
		if (is_wanted(digests, i) && digests->hashers[i] == NULL &&
		    (rc = st_hasher_new((enum st_hash)i, &digests->hashers[i], err)) < 0)
			return rc;
	return STET_OK;
}

void
st_digests_add(struct st_digests *digests, stet_bytes piece)
{
	int i;

	for (i = 0; i < ST_HASH_COUNT; i++)
		if (is_wanted(digests, i))
			st_hasher_add(digests->hashers[i], piece);
}

void
st_digests_end(struct st_digests *digests)
{
	int i;

	for (i = 0; i < ST_HASH_COUNT; i++)
		if (is_wanted(digests, i))
			st_hasher_end(digests->hashers[i], digests->is[i]);
}

int
st_digests_member(
    struct st_digests *digests, struct st_member *member, struct st_watch *watch, stet_error *err)
{
	size_t got;
	int rc;

	if (digests->piece == NULL && (digests->piece = malloc(PIECE_SIZE)) == NULL)
		return st_fail_nomem(err);
	do {
		got = 0;
		if ((rc = st_member_read(member, digests->piece, PIECE_SIZE, &got, err)) < 0)
			return rc;
		if (got > 0)
			st_digests_add(digests, (stet_bytes){digests->piece, got});
		watch->done += got;
		rc = st_watch_tell(watch, "bytes", err);
	} while (rc == STET_OK && got > 0);
	if (rc == STET_OK)
		st_digests_end(digests);
	return rc;
}

void
st_digests_free(struct st_digests *digests)
{
	int i;

	for (i = 0; i < ST_HASH_COUNT; i++)
		st_hasher_free(digests->hashers[i]);
	free(digests->piece);
}
