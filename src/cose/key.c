/* COSE_Key in the one form of the format, and its thumbprint (RFC 9679). */
#include "cose/cose.h"

#include <string.h>

#include "base/hex.h"

/* {1: 1, -1: 6, -2: x}: kty OKP, crv Ed25519.  RFC 9679 hashes exactly these members in this order,
 * which is also the order of the profile, so one encoding serves both. */
static const uint8_t key_frame[] = {0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20};

void
st_cose_key_put(struct st_buf *out, const uint8_t public_key[32])
{
	st_buf_put(out, key_frame, sizeof(key_frame));
	st_buf_put(out, public_key, STET_KEY_SIZE);
}

int
st_cose_key_read(struct st_cbor *in, const uint8_t **public_key_out)
{
	struct st_cbor copy = *in;
	stet_bytes key;
	int rc;

	if ((rc = st_cbor_skip(&copy, &key)) < 0)
		return rc;
	if (key.size != sizeof(key_frame) + STET_KEY_SIZE ||
	    memcmp(key.data, key_frame, sizeof(key_frame)) != 0)
		return STET_EFORMAT;
	*public_key_out = key.data + sizeof(key_frame);
	*in = copy;
	return STET_OK;
}

void
st_key_thumbprint(const uint8_t public_key[32], uint8_t kid_out[32])
{
	stet_bytes pieces[2] = {{key_frame, sizeof(key_frame)}, {public_key, STET_KEY_SIZE}};

	st_sha256_pieces(pieces, 2, kid_out);
}

void
st_key_name(const uint8_t kid[32], char out[ST_KEY_NAME_SIZE])
{
	st_base64url(kid, STET_HASH_SIZE, out + strlen(strcpy(out, ST_KEY_NAME_PREFIX)));
}

int
st_key_name_read(stet_bytes name, uint8_t kid_out[32])
{
	size_t prefix = strlen(ST_KEY_NAME_PREFIX);
	stet_bytes text;

	if (!st_name_is_key(name))
		return -1;
	text.data = name.data + prefix;
	text.size = name.size - prefix;
	return st_base64url_read(text, kid_out, STET_HASH_SIZE);
}
