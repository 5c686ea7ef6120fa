/* Digest algorithms by the names that packages give them. */
#include "package/package.h"

#include <string.h>

static const struct {
	const char *name;
	size_t size;
} hashes[ST_HASH_COUNT] = {[ST_SHA256] = {"sha256", 32},
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
		if (st_bytes_equal(name, st_str(hashes[i].name)))
			return i;
	return -1;
}

const char *
st_hash_name(enum st_hash hash)
{
	return hashes[hash].name;
}

size_t
st_hash_size(enum st_hash hash)
{
	return hashes[hash].size;
}
