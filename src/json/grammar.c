/* Whether a text is JSON, by the grammar of RFC 8259 alone and without allocating.
 *
 * That some members hold JSON text is a rule of the format, and every implementation has to draw
 * the line in the same place: this is the grammar, well-formed UTF-8 and 64 levels; duplicate names
 * and the size of numbers are left to whoever uses the value. */
#include "json/value.h"

#include <string.h>

#include "base/text.h"

struct scan {
	const uint8_t *at, *end;
};

static void
skip_space(struct scan *in)
{
	while (in->at < in->end &&
	       (*in->at == ' ' || *in->at == '\t' || *in->at == '\n' || *in->at == '\r'))
		in->at++;
}

static int
take(struct scan *in, char c)
{
	if (in->at == in->end || *in->at != (uint8_t)c)
		return 0;
	in->at++;
	return 1;
}

static int
take_word(struct scan *in, const char *word)
{
	size_t size = strlen(word);

	if ((size_t)(in->end - in->at) < size || memcmp(in->at, word, size) != 0)
		return 0;
	in->at += size;
	return 1;
}

static int
take_digits(struct scan *in)
{
	const uint8_t *from = in->at;

	while (in->at < in->end && *in->at >= '0' && *in->at <= '9')
		in->at++;
	return in->at > from;
}

/* number = [ "-" ] int [ frac ] [ exp ] */
static int
take_number(struct scan *in)
{
	(void)take(in, '-');
	if (!take(in, '0') && !take_digits(in))
		return 0;
	if (take(in, '.') && !take_digits(in))
		return 0;
	if (take(in, 'e') || take(in, 'E')) {
		if (!take(in, '+'))
			(void)take(in, '-');
		if (!take_digits(in))
			return 0;
	}
	return 1;
}

static int
hex_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static int
take_escape(struct scan *in)
{
	size_t i;

	if (in->at == in->end || *in->at == '\0')
		return 0;
	if (*in->at != 'u')
		return strchr("\"\\/bfnrt", *in->at++) != NULL;
	in->at++;
	for (i = 0; i < 4; i++)
		if (in->at == in->end || !hex_digit(*in->at++))
			return 0;
	return 1;
}

/* After the opening quotation mark. */
static int
take_string(struct scan *in)
{
	while (in->at < in->end) {
		uint32_t c;
		size_t size = st_text_char(in->at, (size_t)(in->end - in->at), &c);

		if (size == 0 || c < 0x20)
			return 0;
		in->at += size;
		if (c == '"')
			return 1;
		if (c == '\\' && !take_escape(in))
			return 0;
	}
	return 0;
}

static int
take_scalar(struct scan *in)
{
	if (take(in, '"'))
		return take_string(in);
	if (take_word(in, "true") || take_word(in, "false") || take_word(in, "null"))
		return 1;
	return take_number(in);
}

/* The name of a member and its colon. */
static int
take_name(struct scan *in)
{
	skip_space(in);
	if (!take(in, '"') || !take_string(in))
		return 0;
	skip_space(in);
	return take(in, ':');
}

/* Whether a container is an object is one bit a level; bit 0 is the innermost. */
int
st_json_text_ok(stet_bytes text)
{
	struct scan in = {text.data, text.data + text.size};
	uint64_t objects = 0;
	size_t depth = 0;

	if (text.size == 0)
		return 0;
	for (;;) {
		int object;

		skip_space(&in);
		if ((object = take(&in, '{')) || take(&in, '[')) {
			if (++depth > ST_JSON_DEPTH_MAX)
				return 0;
			objects = objects << 1 | (uint64_t)object;
			skip_space(&in);
			if (!take(&in, object ? '}' : ']')) {
				if (object && !take_name(&in))
					return 0;
				continue;
			}
			objects >>= 1;
			depth--;
		} else if (!take_scalar(&in)) {
			return 0;
		}
		/* A value is over: so may be what it stands in. */
		for (;;) {
			skip_space(&in);
			if (depth == 0)
				return in.at == in.end;
			if (take(&in, ',')) {
				if ((objects & 1) && !take_name(&in))
					return 0;
				break;
			}
			if (!take(&in, objects & 1 ? '}' : ']'))
				return 0;
			objects >>= 1;
			depth--;
		}
	}
}
