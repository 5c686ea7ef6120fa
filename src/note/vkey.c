/* Names of keys, and verifier keys as text. */
#include "note/note.h"

#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"

#define KEY_DATA_SIZE (1 + 32) /* type, public key */

/* One character of well-formed UTF-8: its size, or 0 (RFC 3629, section 4). */
static size_t
read_char(const uint8_t *data, size_t size, uint32_t *char_out)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length, i;
	uint32_t value;

	if (data[0] < 0x80) {
		*char_out = data[0];
		return 1;
	}
	length = data[0] < 0xc0   ? 0
		 : data[0] < 0xe0 ? 2
		 : data[0] < 0xf0 ? 3
		 : data[0] < 0xf8 ? 4
				  : 0;
	if (length == 0 || size < length)
		return 0;
	value = data[0] & (0x7fu >> length);
	for (i = 1; i < length; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (data[i] & 0x3f);
	}
	if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*char_out = value;
	return length;
}

/* The White_Space property of Unicode, which is stable. */
static int
is_space(uint32_t c)
{
	return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

int
st_note_chars_ok(stet_bytes bytes)
{
	size_t at = 0, size;
	uint32_t c;

	for (; at < bytes.size; at += size) {
		size = read_char(bytes.data + at, bytes.size - at, &c);
		if (size == 0 || (c < 0x20 && c != '\n'))
			return 0;
	}
	return 1;
}

int
st_note_name_ok(stet_bytes name)
{
	size_t at = 0, size;
	uint32_t c;

	for (; at < name.size; at += size) {
		size = read_char(name.data + at, name.size - at, &c);
		if (size == 0 || c < 0x20 || c == '+' || is_space(c))
			return 0;
	}
	return name.size > 0;
}

static void
key_data(const struct st_vkey *vkey, uint8_t out[KEY_DATA_SIZE])
{
	out[0] = vkey->type;
	memcpy(out + 1, vkey->public_key, 32);
}

static void
key_id(const struct st_vkey *vkey, uint8_t id_out[4])
{
	static const uint8_t newline[1] = {'\n'};
	uint8_t data[KEY_DATA_SIZE], digest[32];
	const stet_bytes pieces[3] = {st_str(vkey->name), {newline, 1}, {data, sizeof(data)}};

	key_data(vkey, data);
	st_sha256_pieces(pieces, 3, digest);
	memcpy(id_out, digest, 4);
}

static int
malformed(stet_error *err, const char *why)
{
	return st_fail(err, STET_EFORMAT, ST_VKEY_MALFORMED, "not a verifier key: %s", why);
}

static int
type_ok(uint8_t type)
{
	return type == ST_NOTE_ED25519 || type == ST_NOTE_COSIGNATURE;
}

static int
unknown_type(stet_error *err, uint8_t type)
{
	return st_fail(err, STET_EFORMAT, ST_VKEY_MALFORMED,
	    "not a verifier key that stet can use: type 0x%02x is neither Ed25519 (0x01) nor its "
	    "cosignature (0x04)",
	    type);
}

static int
make(stet_bytes name, uint8_t type, const uint8_t public_key[32], struct st_vkey *vkey_out,
    stet_error *err)
{
	struct st_vkey vkey = {.type = type};

	if (name.size > ST_ORIGIN_MAX)
		return malformed(err, "its name is longer than 255 bytes");
	if (!st_note_name_ok(name))
		return malformed(err, "its name is empty or has white space, controls or '+'");
	if (!type_ok(type))
		return unknown_type(err, type);
	memcpy(vkey.name, name.data, name.size);
	memcpy(vkey.public_key, public_key, 32);
	key_id(&vkey, vkey.id);
	*vkey_out = vkey;
	return STET_OK;
}

int
st_vkey_make(const char *name, uint8_t type, const uint8_t public_key[32], struct st_vkey *vkey_out,
    stet_error *err)
{
	return make(st_str(name), type, public_key, vkey_out, err);
}

/* Splits text at the first '+'. 0, or -1 if there is none. */
static int
split_plus(stet_bytes text, stet_bytes *before_out, stet_bytes *after_out)
{
	const uint8_t *plus = text.size > 0 ? memchr(text.data, '+', text.size) : NULL;
	size_t size;

	if (plus == NULL)
		return -1;
	size = (size_t)(plus - text.data);
	*before_out = (stet_bytes){text.data, size};
	*after_out = (stet_bytes){plus + 1, text.size - size - 1};
	return 0;
}

int
st_vkey_parse(stet_bytes text, struct st_vkey *vkey_out, stet_error *err)
{
	struct st_buf data = {0};
	stet_bytes name, hex, base64;
	struct st_vkey vkey;
	uint8_t id[4];
	int rc;

	/* At the first two only: base64 may have more. */
	if (split_plus(text, &name, &base64) < 0 || split_plus(base64, &hex, &base64) < 0)
		return malformed(err, "it is not name+id+key");
	if (st_hex_read(hex, id, sizeof(id)) < 0)
		return malformed(err, "its id is not eight lower-case hexadecimal digits");
	rc = st_base64_get(&data, base64);
	if (data.rc < 0)
		rc = st_fail_nomem(err);
	else if (rc < 0 || data.size == 0)
		rc = malformed(err, "its key is not base64");
	else if (!type_ok(data.data[0]))
		rc = unknown_type(err, data.data[0]);
	else if (data.size != KEY_DATA_SIZE)
		rc = malformed(err, "its key is not of 32 bytes");
	else
		rc = make(name, data.data[0], data.data + 1, &vkey, err);
	st_buf_free(&data);
	if (rc < 0)
		return rc;
	if (memcmp(id, vkey.id, sizeof(id)) != 0)
		return malformed(err, "its id is not that of its name and key");
	*vkey_out = vkey;
	return STET_OK;
}

void
st_vkey_put(struct st_buf *out, const struct st_vkey *vkey)
{
	uint8_t data[KEY_DATA_SIZE];

	key_data(vkey, data);
	st_buf_put_str(out, vkey->name);
	st_buf_put_u8(out, '+');
	st_hex_put(out, (stet_bytes){vkey->id, sizeof(vkey->id)});
	st_buf_put_u8(out, '+');
	st_base64_put(out, (stet_bytes){data, sizeof(data)});
}
