/* Tag files: their encodings and lines. */
#include "package/package.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

static void
put_char(struct st_buf *out, uint32_t c)
{
	if (c < 0x80) {
		st_buf_put_u8(out, (uint8_t)c);
	} else if (c < 0x800) {
		st_buf_put_u8(out, (uint8_t)(0xc0 | c >> 6));
		st_buf_put_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		st_buf_put_u8(out, (uint8_t)(0xe0 | c >> 12));
		st_buf_put_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		st_buf_put_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		st_buf_put_u8(out, (uint8_t)(0xf0 | c >> 18));
		st_buf_put_u8(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		st_buf_put_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		st_buf_put_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
	}
}

static int
from_utf8(stet_bytes raw, struct st_buf *out)
{
	uint32_t c;
	size_t at, size;

	for (at = 0; at < raw.size; at += size)
		if ((size = st_text_char(raw.data + at, raw.size - at, &c)) == 0)
			return -1;
	st_buf_put_bytes(out, raw);
	return 0;
}

static int
from_latin1(stet_bytes raw, struct st_buf *out)
{
	size_t i;

	for (i = 0; i < raw.size; i++)
		put_char(out, raw.data[i]);
	return 0;
}

static uint32_t
unit(const uint8_t *at, int big)
{
	return big ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

/* big: 1, 0, or -1 where a mark says which; without one it is big-endian (RFC 2781). */
static int
from_utf16(stet_bytes raw, int big, struct st_buf *out)
{
	size_t at = 0;
	uint32_t c, low;

	if (raw.size % 2 != 0)
		return -1;
	if (big < 0) {
		big = 1;
		if (raw.size >= 2 && (unit(raw.data, 1) == 0xfeff || unit(raw.data, 0) == 0xfeff)) {
			big = unit(raw.data, 1) == 0xfeff;
			at = 2;
		}
	}
	for (; at < raw.size; at += 2) {
		c = unit(raw.data + at, big);
		if (c >= 0xdc00 && c <= 0xdfff)
			return -1;
		if (c >= 0xd800 && c <= 0xdbff) {
			at += 2;
			low = at < raw.size ? unit(raw.data + at, big) : 0;
			if (low < 0xdc00 || low > 0xdfff)
				return -1;
			c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
		}
		put_char(out, c);
	}
	return 0;
}

static int
from_utf16_marked(stet_bytes raw, struct st_buf *out)
{
	return from_utf16(raw, -1, out);
}

static int
from_utf16_big(stet_bytes raw, struct st_buf *out)
{
	return from_utf16(raw, 1, out);
}

static int
from_utf16_little(stet_bytes raw, struct st_buf *out)
{
	return from_utf16(raw, 0, out);
}

static const struct {
	const char *name;
	int (*read)(stet_bytes raw, struct st_buf *out);
} encodings[] = {{"UTF-8", from_utf8}, {"US-ASCII", from_utf8}, {"ISO-8859-1", from_latin1},
    {"UTF-16", from_utf16_marked}, {"UTF-16BE", from_utf16_big}, {"UTF-16LE", from_utf16_little},
    {NULL, NULL}};

int
st_tag_known(const char *encoding)
{
	size_t i;

	for (i = 0; encodings[i].name != NULL; i++)
		if (strcasecmp(encoding, encodings[i].name) == 0)
			return 1;
	return 0;
}

int
st_tag_text(stet_bytes raw, const char *encoding, struct st_buf *out)
{
	size_t i;

	for (i = 0; encodings[i].name != NULL; i++)
		if (strcasecmp(encoding, encodings[i].name) == 0)
			return encodings[i].read(raw, out);
	return -1;
}

int
st_tag_line(stet_bytes *rest, stet_bytes *line_out)
{
	size_t size = 0, end;

	if (rest->size == 0)
		return 0;
	while (size < rest->size && rest->data[size] != '\n' && rest->data[size] != '\r')
		size++;
	end = size < rest->size ? 1 : 0;
	if (end == 1 && rest->data[size] == '\r' && size + 1 < rest->size &&
	    rest->data[size + 1] == '\n')
		end = 2;
	*line_out = (stet_bytes){rest->data, size};
	rest->data += size + end;
	rest->size -= size + end;
	return 1;
}
