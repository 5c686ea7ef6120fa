#include "exchange/elements.h"

#include "base/err.h"

/* Before the first element; in an array after its '[', after an element, after a ','; in a
 * sequence; after the array's ']'. */
enum { START, IN_ARRAY, AFTER_ELEMENT, AFTER_COMMA, IN_SEQUENCE, ENDED };

int
st_elements_char(struct st_elements *elements, int *char_out, stet_error *err)
{
	int rc;

	if (elements->at == elements->have) {
		elements->at = elements->have = 0;
		if ((rc = elements->read(elements->ctx, elements->buf, sizeof(elements->buf),
			 &elements->have, err)) < 0)
			return rc;
		if (elements->have == 0) {
			*char_out = -1;
			return STET_OK;
		}
	}
	*char_out = elements->buf[elements->at++];
	if (*char_out == '\n')
		elements->line++;
	return STET_OK;
}

static int
is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int
st_elements_wrong(const struct st_elements *elements, const char *what, stet_error *err)
{
	return st_fail(err, STET_EFORMAT, ST_IMPORT_MALFORMED, "line %llu: %s",
	    (unsigned long long)elements->line + 1, what);
}

/* From its '{' to its '}': braces outside of strings are counted, the JSON reader judges the rest.
 */
static int
take_object(struct st_elements *elements, struct st_buf *element_out, stet_error *err)
{
	int depth = 1, in_string = 0, escaped = 0, c, rc;

	st_buf_reset(element_out);
	st_buf_put_u8(element_out, '{');
	while (depth > 0) {
		if ((rc = st_elements_char(elements, &c, err)) < 0)
			return rc;
		if (c < 0)
			return st_elements_wrong(elements, "the file ends inside an object", err);
		st_buf_put_u8(element_out, (uint8_t)c);
		if (element_out->rc < 0)
			return st_fail_nomem(err);
		if (element_out->size > ST_ELEMENT_MAX)
			return st_elements_wrong(elements, "an object of more than 1 MiB", err);
		if (in_string) {
			if (!escaped && c == '"')
				in_string = 0;
			escaped = !escaped && c == '\\';
		} else if (c == '"') {
			in_string = 1;
		} else if (c == '{') {
			depth++;
		} else if (c == '}') {
			depth--;
		}
	}
	return STET_OK;
}

int
st_elements_skip_mark(struct st_elements *elements, stet_error *err)
{
	static const uint8_t mark[3] = {0xef, 0xbb, 0xbf};
	int c, i, rc;

	for (i = 0; i < 3; i++) {
		if ((rc = st_elements_char(elements, &c, err)) < 0)
			return rc;
		if (c == mark[i])
			continue;
		if (i > 0)
			return st_elements_wrong(elements, "it begins like no text", err);
		if (c >= 0)
			elements->at--;
		if (c == '\n')
			elements->line--;
		return STET_OK;
	}
	return STET_OK;
}

int
st_elements_next(struct st_elements *elements, struct st_buf *element_out, stet_error *err)
{
	int c, rc;

	if (!elements->begun && (rc = st_elements_skip_mark(elements, err)) < 0)
		return rc;
	elements->begun = 1;
	for (;;) {
		if ((rc = st_elements_char(elements, &c, err)) < 0)
			return rc;
		if (is_space(c))
			continue;
		if (c < 0) {
			if (elements->state == IN_ARRAY || elements->state == AFTER_ELEMENT ||
			    elements->state == AFTER_COMMA)
				return st_elements_wrong(
				    elements, "the file ends inside the array", err);
			if (elements->state == START)
				return st_elements_wrong(elements, "the file is empty", err);
			return STET_ENOTFOUND;
		}
		if (c == '[' && elements->state == START) {
			elements->state = IN_ARRAY;
		} else if (c == ']' &&
			   (elements->state == IN_ARRAY || elements->state == AFTER_ELEMENT)) {
			elements->state = ENDED;
		} else if (c == ',' && elements->state == AFTER_ELEMENT) {
			elements->state = AFTER_COMMA;
		} else if (c == '{' &&
			   (elements->state == IN_ARRAY || elements->state == AFTER_COMMA)) {
			elements->state = AFTER_ELEMENT;
			return take_object(elements, element_out, err);
		} else if (c == '{' &&
			   (elements->state == IN_SEQUENCE || elements->state == START)) {
			elements->state = IN_SEQUENCE;
			return take_object(elements, element_out, err);
		} else {
			return st_elements_wrong(elements,
			    "neither an array of objects nor one object after the other", err);
		}
	}
}
