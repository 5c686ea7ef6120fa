/* Text: what may be stored, its normal form, and what a terminal may be shown. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/err.h"

#define ONES UINT64_C(0x0101010101010101)
#define HIGH UINT64_C(0x8080808080808080)

/* How many bytes from the start are ASCII 0x20 to 0x7e. Nearly all text is, and eight of them fit a
 * comparison: a byte below 0x20 borrows from its top bit when 0x20 is taken away, 0x7f carries into
 * it when 1 is added, and others have it already. A borrow or a carry may spoil a later byte, but
 * then an earlier one was not plain, and the byte loop finds it. */
static size_t
plain_prefix(const uint8_t *data, size_t size)
{
	size_t at = 0;

	while (size - at >= 8) {
		uint64_t word;

		memcpy(&word, data + at, 8);
		if (((word - ONES * 0x20) | (word + ONES) | word) & HIGH)
			break;
		at += 8;
	}
	while (at < size && data[at] >= 0x20 && data[at] < 0x7f)
		at++;
	return at;
}

/* One character of well-formed UTF-8 (RFC 3629): its size, or 0. Shortest forms only, no
 * surrogates, nothing beyond U+10FFFF. */
size_t
st_text_char(const uint8_t *data, size_t size, uint32_t *char_out)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length, i;
	uint32_t value;

	if (data[0] < 0x80) {
		*char_out = data[0];
		return 1;
	}
	if (data[0] < 0xc0 || data[0] > 0xf4)
		return 0;
	length = data[0] < 0xe0 ? 2 : data[0] < 0xf0 ? 3 : 4;
	if (size < length)
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

/* RFC 9839, section 4.3; surrogates never come out of st_text_char. */
static int
assignable(uint32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	if (c >= 0x7f && c <= 0x9f)
		return 0;
	if (c >= 0xfdd0 && c <= 0xfdef)
		return 0;
	return (c & 0xfffe) != 0xfffe;
}

int
st_text_ok(stet_bytes text)
{
	size_t at = 0;

	while (at < text.size) {
		uint32_t c;
		size_t size;

		at += plain_prefix(text.data + at, text.size - at);
		if (at == text.size)
			return 1;
		size = st_text_char(text.data + at, text.size - at, &c);
		if (size == 0 || !assignable(c))
			return 0;
		at += size;
	}
	return 1;
}

/* utf8proc works in an array of characters that it then rewrites in place as UTF-8, with a NUL. */
static int
compose(stet_bytes text, struct st_buf *out, stet_error *err)
{
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	utf8proc_ssize_t count, size;
	utf8proc_int32_t *chars;

	count = utf8proc_decompose(text.data, (utf8proc_ssize_t)text.size, NULL, 0, options);
	if (count < 0)
		return st_fail(err, STET_EFORMAT, ST_TEXT_MALFORMED, "text is not UTF-8");
	chars = malloc(((size_t)count + 1) * sizeof(*chars));
	if (chars == NULL)
		return st_fail_nomem(err);
	count = utf8proc_decompose(text.data, (utf8proc_ssize_t)text.size, chars, count, options);
	size = count < 0 ? count : utf8proc_reencode(chars, count, options);
	if (size >= 0)
		st_buf_put(out, chars, (size_t)size);
	free(chars);
	if (size < 0)
		return st_fail(err, STET_EFORMAT, ST_TEXT_MALFORMED,
		    "text cannot be normalised: %s", utf8proc_errmsg(size));
	return out->rc == STET_OK ? STET_OK : st_fail_nomem(err);
}

int
st_text_nfc(stet_bytes text, struct st_buf *out, stet_error *err)
{
	if (!st_text_ok(text))
		return st_fail(err, STET_EFORMAT, ST_TEXT_MALFORMED,
		    "text has bytes that are not UTF-8, or control characters");
	if (plain_prefix(text.data, text.size) == text.size) {
		st_buf_put_bytes(out, text); /* ASCII is its own normal form */
		return out->rc == STET_OK ? STET_OK : st_fail_nomem(err);
	}
	return compose(text, out, err);
}

/* Characters that change how others are shown, or that nobody sees: bidirectional controls,
 * joiners, fillers, variation selectors, tags, line and paragraph separators. */
static int
hidden(uint32_t c)
{
	const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)c);

	return property->ignorable || property->category == UTF8PROC_CATEGORY_CF ||
	       property->category == UTF8PROC_CATEGORY_ZL ||
	       property->category == UTF8PROC_CATEGORY_ZP;
}

/* One character as shown; its size. */
static size_t
show_char(const uint8_t *data, size_t size, char shown[ST_SHOWN_CHAR_SIZE])
{
	uint32_t c = 0;
	size_t length = st_text_char(data, size, &c);

	if (length == 0 || !assignable(c) || c < 0x20) {
		strcpy(shown, "?");
		return length == 0 ? 1 : length;
	}
	if (c >= 0x7f && hidden(c)) {
		snprintf(shown, ST_SHOWN_CHAR_SIZE, "<U+%04X>", (unsigned)c);
		return length;
	}
	memcpy(shown, data, length);
	shown[length] = '\0';
	return length;
}

void
st_text_show(stet_bytes text, struct st_buf *out)
{
	char shown[ST_SHOWN_CHAR_SIZE];
	size_t at = 0, plain;

	while (at < text.size) {
		plain = plain_prefix(text.data + at, text.size - at);
		st_buf_put(out, text.data + at, plain);
		at += plain;
		if (at == text.size)
			return;
		at += show_char(text.data + at, text.size - at, shown);
		st_buf_put_str(out, shown);
	}
}

const char *
st_shown(stet_bytes text, char out[ST_SHOWN_SIZE])
{
	char shown[ST_SHOWN_CHAR_SIZE];
	size_t at = 0, used = 0, size;

	while (at < text.size) {
		at += show_char(text.data + at, text.size - at, shown);
		size = strlen(shown);
		/* Room is kept for the dots, unless this is the last character. */
		if (used + size + (at < text.size ? 3 : 0) >= ST_SHOWN_SIZE) {
			memcpy(out + used, "...", 4);
			return out;
		}
		memcpy(out + used, shown, size);
		used += size;
	}
	out[used] = '\0';
	return out;
}

size_t
st_text_width(stet_bytes text)
{
	size_t at = 0, width = 0;

	while (at < text.size) {
		uint32_t c = 0;
		size_t size = st_text_char(text.data + at, text.size - at, &c);
		int columns = size == 0 ? 1 : utf8proc_charwidth((utf8proc_int32_t)c);

		width += columns > 0 ? (size_t)columns : 0;
		at += size == 0 ? 1 : size;
	}
	return width;
}
