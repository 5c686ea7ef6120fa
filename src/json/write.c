/* Values made JSON text. */
#include "json/value.h"

#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

struct writer {
	struct st_buf out;
	unsigned flags;
	int rc;
};

int
st_json_utf8_ok(stet_bytes text)
{
	size_t at = 0;

	while (at < text.size) {
		uint32_t c;
		size_t size = st_text_char(text.data + at, text.size - at, &c);

		if (size == 0)
			return 0;
		at += size;
	}
	return 1;
}

/* Characters that JSON lets stand but a terminal or an editor may be fooled by: controls, soft
 * hyphen, what turns the direction of writing, what is not seen, line and paragraph separators,
 * tags. Escaped, they say the same to every reader of JSON and show themselves to the eye. */
static int
must_escape(uint32_t c)
{
	static const uint32_t ranges[][2] = {{0x00, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad},
	    {0x61c, 0x61c}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
	    {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff}};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return 1;
	return 0;
}

static void
put_escape(struct st_buf *out, uint32_t c)
{
	static const char names[][2] = {
	    {'\b', 'b'}, {'\t', 't'}, {'\n', 'n'}, {'\f', 'f'}, {'\r', 'r'}};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (c == (uint32_t)names[i][0]) {
			st_buf_put_u8(out, '\\');
			st_buf_put_u8(out, (uint8_t)names[i][1]);
			return;
		}
	}
	if (c > 0xffff) {
		c -= 0x10000;
		st_buf_printf(
		    out, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xd800 + (c >> 10), 0xdc00 + (c & 0x3ff));
	} else {
		st_buf_printf(out, "\\u%04" PRIx32, c);
	}
}

static void
put_string(struct st_buf *out, const char *text, size_t size)
{
	const uint8_t *data = (const uint8_t *)text;
	size_t at = 0, from = 0;

	st_buf_put_u8(out, '"');
	while (at < size) {
		uint32_t c = 0;
		size_t length = st_text_char(data + at, size - at, &c);

		/* Every way in checks for UTF-8, so a length of 0 is not met; it must not loop. */
		if (length == 0)
			length = 1;
		if (c == '"' || c == '\\' || must_escape(c)) {
			st_buf_put(out, data + from, at - from);
			if (c == '"' || c == '\\') {
				st_buf_put_u8(out, '\\');
				st_buf_put_u8(out, (uint8_t)c);
			} else {
				put_escape(out, c);
			}
			from = at + length;
		}
		at += length;
	}
	st_buf_put(out, data + from, size - from);
	st_buf_put_u8(out, '"');
}

/* The shortest text that reads back as the same number. The C library writes and reads the decimal
 * point of the process's locale; JSON knows one. */
static void
put_real(struct st_buf *out, double value)
{
	const char *point = localeconv()->decimal_point, *found;
	char text[40];
	int precision;

	for (precision = 15; precision < 17; precision++) {
		snprintf(text, sizeof(text), "%.*g", precision, value);
		if (strtod(text, NULL) == value)
			break;
	}
	if (precision == 17)
		snprintf(text, sizeof(text), "%.17g", value);
	found = strstr(text, point);
	if (found != NULL) {
		st_buf_put(out, text, (size_t)(found - text));
		st_buf_put_u8(out, '.');
		st_buf_put_str(out, found + strlen(point));
	} else {
		st_buf_put_str(out, text);
		if (strchr(text, 'e') == NULL)
			st_buf_put_str(out, ".0");
	}
}

static void
put_line(struct writer *writer, size_t depth)
{
	if (!(writer->flags & STET_JSON_INDENT))
		return;
	st_buf_put_u8(&writer->out, '\n');
	while (depth-- > 0)
		st_buf_put(&writer->out, "  ", 2);
}

static void put_value(struct writer *writer, const stet_json *value, size_t depth);

static void
put_list(struct writer *writer, const stet_json *list, size_t depth)
{
	int object = list->kind == STET_JSON_OBJECT;
	size_t i;

	if (list->rc != STET_OK)
		writer->rc = list->rc;
	st_buf_put_u8(&writer->out, object ? '{' : '[');
	for (i = 0; i < list->as.list.count; i++) {
		const struct st_json_member *member = &list->as.list.members[i];

		if (i > 0)
			st_buf_put_u8(&writer->out, ',');
		put_line(writer, depth + 1);
		if (object) {
			put_string(&writer->out, member->key, strlen(member->key));
			st_buf_put_u8(&writer->out, ':');
			if (writer->flags & STET_JSON_INDENT)
				st_buf_put_u8(&writer->out, ' ');
		}
		put_value(writer, member->value, depth + 1);
	}
	if (list->as.list.count > 0)
		put_line(writer, depth);
	st_buf_put_u8(&writer->out, object ? '}' : ']');
}

static void
put_value(struct writer *writer, const stet_json *value, size_t depth)
{
	switch (value->kind) {
	case STET_JSON_NULL:
		st_buf_put_str(&writer->out, "null");
		break;
	case STET_JSON_BOOL:
		st_buf_put_str(&writer->out, value->as.integer ? "true" : "false");
		break;
	case STET_JSON_INT:
		st_buf_printf(&writer->out, "%" PRId64, value->as.integer);
		break;
	case STET_JSON_REAL:
		put_real(&writer->out, value->as.real);
		break;
	case STET_JSON_STRING:
		put_string(&writer->out, value->as.string.data, value->as.string.size);
		break;
	default:
		put_list(writer, value, depth);
		break;
	}
}

int
stet_json_text(
    const stet_json *value, unsigned flags, char **text_out, size_t *size_out, stet_error *err)
{
	struct writer writer = {{0}, flags, STET_OK};

	if (value == NULL)
		return st_fail_nomem(err);
	put_value(&writer, value, 0);
	st_buf_put_u8(&writer.out, '\0');
	if (writer.out.rc != STET_OK || writer.rc == STET_ENOMEM) {
		st_buf_free(&writer.out);
		return st_fail_nomem(err);
	}
	if (writer.rc != STET_OK) {
		st_buf_free(&writer.out);
		return st_fail(err, writer.rc, ST_RULE_NONE,
		    "a JSON member was given to a value that is no object, or has no UTF-8 name");
	}
	*text_out = (char *)writer.out.data; /* the caller frees it */
	if (size_out != NULL)
		*size_out = writer.out.size - 1;
	return STET_OK;
}
