/* Hexadecimal and base64, one spelling each. */
#include "base/hex.h"

#include <string.h>

#include "base/err.h"

static const char hex_digits[] = "0123456789abcdef";

void
st_hex(const uint8_t *data, size_t size, char *out)
{
	size_t i;

	for (i = 0; i < size; i++) {
		out[2 * i] = hex_digits[data[i] >> 4];
		out[2 * i + 1] = hex_digits[data[i] & 15];
	}
	out[2 * size] = '\0';
}

void
st_hex_put(struct st_buf *out, stet_bytes bytes)
{
	uint8_t *room;

	if (bytes.size > (SIZE_MAX - 1) / 2) {
		out->rc = STET_ENOMEM;
		return;
	}
	room = st_buf_room(out, 2 * bytes.size + 1);
	if (room == NULL)
		return;
	st_hex(bytes.data, bytes.size, (char *)room);
	st_buf_grow(out, 2 * bytes.size);
}

static int
hex_value(uint8_t digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return -1;
}

int
st_hex_read(stet_bytes hex, uint8_t *out, size_t size)
{
	size_t i;

	if (hex.size % 2 != 0 || hex.size / 2 != size)
		return -1;
	for (i = 0; i < size; i++) {
		int high = hex_value(hex.data[2 * i]), low = hex_value(hex.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

int
st_hex_get(struct st_buf *out, stet_bytes hex)
{
	uint8_t *room = st_buf_room(out, hex.size / 2);

	/* Short memory is the buffer's to report; what is wrong with the text is ours. */
	if (room == NULL)
		return 0;
	if (st_hex_read(hex, room, hex.size / 2) < 0)
		return -1;
	st_buf_grow(out, hex.size / 2);
	return 0;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* One to three bytes as two to four digits; returns how many. */
static size_t
encode_group(const uint8_t *data, size_t size, const char *digits, char text[4])
{
	uint32_t group = 0;
	size_t i;

	for (i = 0; i < 3; i++)
		group = group << 8 | (i < size ? data[i] : 0);
	for (i = 0; i < 4; i++)
		text[i] = i <= size ? digits[group >> (18 - 6 * i) & 63] : '=';
	return size + 1;
}

static int
base64_value(uint8_t digit, const char *digits)
{
	if (digit >= 'A' && digit <= 'Z')
		return digit - 'A';
	if (digit >= 'a' && digit <= 'z')
		return digit - 'a' + 26;
	if (digit >= '0' && digit <= '9')
		return digit - '0' + 52;
	if (digit == (uint8_t)digits[62])
		return 62;
	return digit == (uint8_t)digits[63] ? 63 : -1;
}

/* Two to four digits as one to three bytes; returns how many, 0 if they are none.  The bits that a
 * short group leaves over are zero, or two texts would stand for the same bytes. */
static size_t
decode_group(const uint8_t *text, size_t size, const char *digits, uint8_t bytes[3])
{
	uint32_t group = 0;
	size_t i;

	for (i = 0; i < 4; i++) {
		int value = i < size ? base64_value(text[i], digits) : 0;

		if (value < 0)
			return 0;
		group = group << 6 | (uint32_t)value;
	}
	if (size == 1 || (size == 2 && (group & 0xffff) != 0) || (size == 3 && (group & 0xff) != 0))
		return 0;
	for (i = 0; i < 3; i++)
		bytes[i] = (uint8_t)(group >> (16 - 8 * i) & 0xff);
	return size - 1;
}

static size_t
group_size(size_t size, size_t at, size_t whole)
{
	return size - at < whole ? size - at : whole;
}

static void
put_base64(struct st_buf *out, stet_bytes bytes, const char *digits, int pad)
{
	size_t i;

	for (i = 0; i < bytes.size; i += 3) {
		char text[4];
		size_t size =
		    encode_group(bytes.data + i, group_size(bytes.size, i, 3), digits, text);

		st_buf_put(out, text, pad ? 4 : size);
	}
}

static int
get_base64(struct st_buf *out, stet_bytes text, const char *digits)
{
	size_t before = out->size, i;

	for (i = 0; i < text.size; i += 4) {
		uint8_t bytes[3];
		size_t size =
		    decode_group(text.data + i, group_size(text.size, i, 4), digits, bytes);

		if (size == 0) {
			out->size = before;
			return -1;
		}
		st_buf_put(out, bytes, size);
	}
	return 0;
}

void
st_base64_put(struct st_buf *out, stet_bytes bytes)
{
	put_base64(out, bytes, base64_digits, 1);
}

int
st_base64_get(struct st_buf *out, stet_bytes text)
{
	if (text.size % 4 != 0)
		return -1;
	if (text.size > 0 && text.data[text.size - 1] == '=')
		text.size -= text.data[text.size - 2] == '=' ? 2 : 1;
	return get_base64(out, text, base64_digits);
}

void
st_base64url_put(struct st_buf *out, stet_bytes bytes)
{
	put_base64(out, bytes, base64url_digits, 0);
}

int
st_base64url_get(struct st_buf *out, stet_bytes text)
{
	return get_base64(out, text, base64url_digits);
}

void
st_base64url(const uint8_t *data, size_t size, char *out)
{
	size_t i;

	for (i = 0; i < size; i += 3) {
		char text[4];
		size_t digits =
		    encode_group(data + i, group_size(size, i, 3), base64url_digits, text);

		memcpy(out, text, digits);
		out += digits;
	}
	*out = '\0';
}

int
st_base64url_read(stet_bytes text, uint8_t *out, size_t size)
{
	size_t i, got = 0;

	if (text.size != (size * 4 + 2) / 3)
		return -1;
	for (i = 0; i < text.size; i += 4) {
		uint8_t bytes[3];
		size_t part = decode_group(
		    text.data + i, group_size(text.size, i, 4), base64url_digits, bytes);

		if (part == 0)
			return -1;
		memcpy(out + got, bytes, part);
		got += part;
	}
	return 0;
}
