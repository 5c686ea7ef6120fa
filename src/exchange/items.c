#include "exchange/items.h"

#include <string.h>

#include "base/err.h"

/* Before anything; in an array before an item, after one, after a ','; between objects that follow
 * each other; behind what was looked for, inside what wraps it; behind an array that nothing wraps.
 */
enum { START, IN_ARRAY, AFTER_ITEM, AFTER_COMMA, IN_SEQUENCE, IN_TAIL, ENDED };

static int
is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int
is_array(const struct st_items *items)
{
	return items->state == IN_ARRAY || items->state == AFTER_ITEM ||
	       items->state == AFTER_COMMA;
}

/* The next character that is no space. */
static int
next_solid(struct st_items *items, int *char_out, stet_error *err)
{
	int rc;

	do {
		rc = st_elements_char(&items->text, char_out, err);
	} while (rc == STET_OK && is_space(*char_out));
	return rc;
}

static int
bad(struct st_items *items, const char *what, stet_error *why)
{
	int rc = st_elements_wrong(&items->text, what, why);

	if (why != NULL)
		why->rule = ST_IMPORT_ROW;
	return rc == STET_EFORMAT ? ST_ITEM_BAD : rc;
}

/* To the end of the line, where each line is an item. */
static int
skip_line(struct st_items *items, int c, stet_error *err)
{
	int rc = STET_OK;

	while (rc == STET_OK && c != '\n' && c >= 0)
		rc = st_elements_char(&items->text, &c, err);
	return rc;
}

/* --- one object ------------------------------------------------------------------------------ */

/* What is known at a character of an object. */
struct at {
	int depth, in_string, escaped, too_long;
	size_t name_size; /* of the text at the first level that is being read */
};

static void
step(struct st_items *items, struct at *at, int c)
{
	if (at->in_string) {
		if (!at->escaped && c == '"') {
			at->in_string = 0;
			if (at->depth == 1 && at->name_size < sizeof(items->name))
				items->name[at->name_size] = '\0';
		} else if (at->depth == 1 && at->name_size + 1 < sizeof(items->name)) {
			items->name[at->name_size++] = (char)c;
		} else {
			at->name_size = sizeof(items->name);
			items->name[0] = '\0';
		}
		at->escaped = !at->escaped && c == '\\';
	} else if (c == '"') {
		at->in_string = 1;
		at->escaped = 0;
		at->name_size = 0;
	} else if (c == '{' || c == '[') {
		at->depth++;
	} else if (c == '}' || c == ']') {
		at->depth--;
	}
}

/* Whether the member whose colon was just read holds items. */
static int
is_wrapper(const struct st_items *items, const struct at *at, int c)
{
	size_t i;

	if (c != ':' || at->in_string || at->depth != 1 || is_array(items) ||
	    items->wrappers == NULL)
		return 0;
	for (i = 0; items->wrappers[i] != NULL; i++)
		if (strcmp(items->wrappers[i], items->name) == 0)
			return 1;
	return 0;
}

static int
keep(struct st_items *items, struct st_buf *item_out, struct at *at, int c, stet_error *err)
{
	size_t most = items->most > 0 ? items->most : ST_ITEM_MAX;

	if (item_out->size >= most)
		at->too_long = 1;
	if (!at->too_long)
		st_buf_put_u8(item_out, (uint8_t)c);
	return item_out->rc < 0 ? st_fail_nomem(err) : STET_OK;
}

/* A member that holds items: on to its array, or to the object that is an item or holds some.
 * *taken_out: it was one of these. */
static int
enter_wrapper(
    struct st_items *items, struct st_buf *item_out, struct at *at, int *taken_out, stet_error *err)
{
	int c, rc;

	*taken_out = 0;
	if ((rc = next_solid(items, &c, err)) < 0)
		return rc;
	if (c < 0)
		return st_elements_wrong(&items->text, "the file ends inside an object", err);
	if (c == '[' || c == '{') {
		items->open++;
		st_buf_reset(item_out);
		*at = (struct at){1, 0, 0, 0, 0};
		if (c == '[') {
			items->state = IN_ARRAY;
			*taken_out = 1;
			return STET_OK;
		}
	} else {
		step(items, at, c);
	}
	return keep(items, item_out, at, c, err);
}

/* Where each object has a line of its own, a line that ends inside of one takes no other with it.
 */
static int
end_line(struct st_items *items, const char *what, stet_error *why)
{
	int rc;

	items->lines = 1;
	items->open = 0;
	items->state = IN_SEQUENCE;
	items->text.line--;
	rc = bad(items, what, why);
	items->text.line++;
	return rc;
}

/* The object that stands by itself began on this line, or on the one that ends here. */
static int
is_one_line(const struct st_items *items, int c)
{
	return items->text.line - (c == '\n' ? 1 : 0) == items->first_line;
}

/* The object has ended; what comes next. */
static int
end_object(struct st_items *items, const struct at *at, stet_error *why)
{
	if (is_array(items)) {
		items->state = AFTER_ITEM;
	} else {
		items->state = items->open > 0 ? IN_TAIL : IN_SEQUENCE;
		items->lines |= items->open == 0 && is_one_line(items, 0);
	}
	return at->too_long ? bad(items, "an item of more bytes than one can have", why) : STET_OK;
}

/* From its '{' to its '}': braces outside of texts are counted, the JSON reader judges the rest.
 * *array_out: it was only the beginning of what wraps an array. */
static int
take_object(struct st_items *items, struct st_buf *item_out, int *array_out, stet_error *err)
{
	struct at at = {1, 0, 0, 0, 0};
	int c, rc;

	*array_out = 0;
	st_buf_reset(item_out);
	st_buf_put_u8(item_out, '{');
	while (at.depth > 0) {
		if ((rc = st_elements_char(&items->text, &c, err)) < 0)
			return rc;
		if (c < 0)
			return st_elements_wrong(
			    &items->text, "the file ends inside an object", err);
		if (c == '\n' && items->lines)
			return end_line(items, "the line ends inside an object", err);
		/* No text of JSON goes over lines: its end is missing, and but for the end of the
		 * line nothing tells where the object ends. */
		if (c == '\n' && at.in_string) {
			if (is_one_line(items, c) && !items->in_one)
				return end_line(items, "the line ends inside a text", err);
			return st_elements_wrong(
			    &items->text, "the line before ends inside a text", err);
		}
		step(items, &at, c);
		if ((rc = keep(items, item_out, &at, c, err)) < 0)
			return rc;
		if (is_wrapper(items, &at, c) &&
		    ((rc = enter_wrapper(items, item_out, &at, array_out, err)) < 0 || *array_out))
			return rc;
	}
	return end_object(items, &at, err);
}

/* --- what is around them --------------------------------------------------------------------- */

/* What stands behind the items in what wraps them. */
static int
skip_tail(struct st_items *items, stet_error *err)
{
	struct at at = {0, 0, 0, 0, 0};
	int c, rc;

	while (items->open > 0) {
		at.depth = items->open + 1; /* never 1: names do not matter here */
		while (at.depth > items->open) {
			if ((rc = st_elements_char(&items->text, &c, err)) < 0)
				return rc;
			if (c < 0)
				return st_elements_wrong(
				    &items->text, "the file ends inside an object", err);
			if (c == '\n' && items->lines)
				return end_line(items, "the line ends inside an object", err);
			step(items, &at, c);
		}
		items->open--;
	}
	items->state = items->in_one ? ENDED : IN_SEQUENCE;
	items->lines |= !items->in_one && is_one_line(items, 0);
	return STET_OK;
}

/* An element of an array that is no object, up to its ',' or ']', which is left. */
static int
skip_element(struct st_items *items, int c, stet_error *err)
{
	struct at at = {2, 0, 0, 0, 0};
	int rc;

	for (;;) {
		if (c < 0)
			return st_elements_wrong(
			    &items->text, "the file ends inside the array", err);
		if (!at.in_string && at.depth == 2 && (c == ',' || c == ']'))
			break;
		step(items, &at, c);
		if (at.depth < 2)
			return st_elements_wrong(&items->text, "a bracket too many", err);
		if ((rc = st_elements_char(&items->text, &c, err)) < 0)
			return rc;
	}
	items->text.at--; /* never the first of what was just read in, which was looked at before */
	items->state = AFTER_ITEM;
	return bad(items, "an element that is no object", err);
}

static int
at_end(struct st_items *items, stet_error *err)
{
	if (is_array(items))
		return st_elements_wrong(&items->text, "the file ends inside the array", err);
	if (items->state == START)
		return st_elements_wrong(&items->text, "the file is empty", err);
	return STET_ENOTFOUND;
}

/* A character that stands where something begins. */
static int
begin(struct st_items *items, int c, struct st_buf *item_out, int *again_out, stet_error *err)
{
	static const char nothing[] = "neither an array of objects nor one object after the other";
	int rc;

	*again_out = 1;
	if (c == '[' && items->state == START) {
		items->in_one = 1;
		items->state = IN_ARRAY;
	} else if (c == ']' && (items->state == IN_ARRAY || items->state == AFTER_ITEM)) {
		items->state = IN_TAIL;
	} else if (c == ',' && items->state == AFTER_ITEM) {
		items->state = AFTER_COMMA;
	} else if (c == '{' && items->state != AFTER_ITEM && items->state != ENDED) {
		if (!is_array(items))
			items->first_line = items->text.line;
		return take_object(items, item_out, again_out, err);
	} else if (items->state == IN_ARRAY || items->state == AFTER_COMMA) {
		*again_out = 0;
		return skip_element(items, c, err);
	} else if (items->lines && items->state == IN_SEQUENCE) {
		*again_out = 0;
		if ((rc = skip_line(items, c, err)) < 0)
			return rc;
		return end_line(items, "a line that is no object", err);
	} else {
		return st_elements_wrong(&items->text, nothing, err);
	}
	return STET_OK;
}

int
st_items_next(struct st_items *items, struct st_buf *item_out, stet_error *why)
{
	int c, rc, again;

	if (!items->text.begun && (rc = st_elements_skip_mark(&items->text, why)) < 0)
		return rc;
	items->text.begun = 1;
	do {
		if (items->state == IN_TAIL && (rc = skip_tail(items, why)) != STET_OK)
			return rc;
		if ((rc = next_solid(items, &c, why)) < 0)
			return rc;
		if (c < 0)
			return at_end(items, why);
		rc = begin(items, c, item_out, &again, why);
	} while (rc == STET_OK && again);
	return rc;
}
