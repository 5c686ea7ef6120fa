/* items: what is split off whatever wraps it, in pieces of any size, and what is no item. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "exchange/items.h"
#include "support/alloc.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *const wrappers[] = {"message", "items", "data", "hits", NULL};

struct text {
	const char *text;
	size_t size, at, piece;
};

static int
read_text(void *ctx, uint8_t *buf, size_t size, size_t *got_out, stet_error *err)
{
	struct text *text = ctx;
	size_t left = text->size - text->at;

	(void)err;
	if (text->piece > 0 && size > text->piece)
		size = text->piece;
	*got_out = left < size ? left : size;
	memcpy(buf, text->text + text->at, *got_out);
	text->at += *got_out;
	return STET_OK;
}

/* Items one after the other, '!' for one that cannot be taken, then '.' for the end or '#' for an
 * end that is none. */
static void
split(struct text text, size_t most, struct st_buf *out, stet_error *last)
{
	struct st_items *items = calloc(1, sizeof(*items));
	struct st_buf item = {0};
	int rc;

	assert_non_null(items);
	items->text.read = read_text;
	items->text.ctx = &text;
	items->wrappers = wrappers;
	items->most = most;
	st_buf_reset(out);
	while ((rc = st_items_next(items, &item, last)) == STET_OK || rc == ST_ITEM_BAD) {
		if (rc == STET_OK)
			st_buf_put_bytes(out, st_buf_bytes(&item));
		else
			st_buf_put_str(out, "!");
	}
	assert_true(rc == STET_ENOTFOUND || rc == STET_EFORMAT || rc == STET_ENOMEM);
	st_buf_put_str(out, rc == STET_ENOTFOUND ? "." : "#");
	st_buf_put_u8(out, 0);
	st_buf_free(&item);
	free(items);
}

static const struct {
	const char *text, *split;
} cases[] = {
    /* the shapes */
    {"[]", "."},
    {"[{}]", "{}."},
    {" [ {\"a\": 1} , {\"b\": [2]} ] \n", "{\"a\": 1}{\"b\": [2]}."},
    {"{\"a\": 1}", "{\"a\": 1}."},
    {"{\"a\": 1}\n{\"b\": 2}\n", "{\"a\": 1}{\"b\": 2}."},
    {"{\n\"a\": 1\n}\n{\n\"b\": 2\n}", "{\n\"a\": 1\n}{\n\"b\": 2\n}."},
    {"{\"message\": {\"a\": 1}}", "{\"a\": 1}."},
    {"{\"status\": \"ok\", \"message\": {\"total\": 2, \"items\": [{\"a\": 1}, {\"b\": 2}], "
     "\"q\": {\"x\": \"}\"}}, \"z\": [1]}",
	"{\"a\": 1}{\"b\": 2}."},
    {"{\"items\": [{\"a\": 1}]}{\"items\": [{\"b\": 2}]}", "{\"a\": 1}{\"b\": 2}."},
    {"{\"data\": {\"a\": 1}, \"included\": [{\"x\": 1}]}\n{\"data\": {\"b\": 2}}\n",
	"{\"a\": 1}{\"b\": 2}."},
    {"{\"hits\": {\"hits\": [{\"a\": 1}], \"total\": 1}, \"links\": {}}", "{\"a\": 1}."},
    {"{\"items\": []}", "."},
    {"\xef\xbb\xbf{\"a\": 1}", "{\"a\": 1}."},
    /* what only looks like one; the space behind such a colon is lost */
    {"{\"a\": \"items\", \"b\": {\"items\": [1]}, \"c\": \"x\"}",
	"{\"a\": \"items\", \"b\": {\"items\": [1]}, \"c\": \"x\"}."},
    {"{\"items\": null, \"a\": 1}", "{\"items\":null, \"a\": 1}."},
    {"{\"items\": \"[{}]\", \"a\": 1}", "{\"items\":\"[{}]\", \"a\": 1}."},
    {"[{\"items\": [{\"a\": 1}]}]", "{\"items\": [{\"a\": 1}]}."},
    {"{\"it\\u0065ms\": [{}]}", "{\"it\\u0065ms\": [{}]}."},
    {"{\"a\": \"\\\"}{\\\\\"}", "{\"a\": \"\\\"}{\\\\\"}."},
    /* an element that is none, in each place of an array */
    {"[7, {\"a\": 1}]", "!{\"a\": 1}."},
    {"[{\"a\": 1}, \"x, ]\", {\"b\": 2}]", "{\"a\": 1}!{\"b\": 2}."},
    {"[{\"a\": 1}, [{\"x\": 1}, 2], {\"b\": 2}]", "{\"a\": 1}!{\"b\": 2}."},
    {"[{\"a\": 1}, null]", "{\"a\": 1}!."},
    {"[{\"a\": 1},]", "{\"a\": 1}!."},
    {"[,{\"a\": 1}]", "!{\"a\": 1}."},
    {"{\"items\": [true, {\"a\": 1}]}", "!{\"a\": 1}."},
    /* a line that is none, in each place of lines */
    {"{\"a\": 1}\nnonsense\n{\"b\": 2}\n", "{\"a\": 1}!{\"b\": 2}."},
    {"{\"a\": 1}\n{\"b\": {\n{\"c\": 3}\n", "{\"a\": 1}!{\"c\": 3}."},
    {"{\"a\": 1}\n{\"b\": \"x\n{\"c\": 3}\n", "{\"a\": 1}!{\"c\": 3}."},
    {"{\"a\": \"x\n{\"b\": 2}\n{\"c\": 3}\n", "!{\"b\": 2}{\"c\": 3}."},
    {"{\"a\": 1} x\n{\"b\": 2}\n", "{\"a\": 1}!{\"b\": 2}."},
    {"{\"data\": {\"a\": 1}}\n{\"data\": {\"b\": \"x\n{\"data\": {\"c\": 3}}\n",
	"{\"a\": 1}!{\"c\": 3}."},
    {"{\"data\": {\"a\": 1}}\n{\"data\": {\"b\": 2}, \"x\n{\"data\": {\"c\": 3}}\n",
	"{\"a\": 1}{\"b\": 2}!{\"c\": 3}."},
    /* an end that is none */
    {"", "#"},
    {" \n", "#"},
    {"[", "#"},
    {"[{\"a\": 1}", "{\"a\": 1}#"},
    {"[{\"a\": 1},", "{\"a\": 1}#"},
    {"[{\"a\": 1}, {\"b\"", "{\"a\": 1}#"},
    {"{\"a\": 1}\n{\"b\": 2", "{\"a\": 1}#"},
    {"{\"message\": {\"items\": [{\"a\": 1}", "{\"a\": 1}#"},
    {"{\"message\": {\"items\": [{\"a\": 1}]", "{\"a\": 1}#"},
    {"[{\"a\": 1}]x", "{\"a\": 1}#"},
    {"[{\"a\": 1}]{}", "{\"a\": 1}#"},
    {"[{\"a\": 1} {\"b\": 2}]", "{\"a\": 1}#"},
    {"nonsense", "#"},
    {"[{\"a\": \"x\n\"}]", "#"},
    {"{\n\"a\": \"x\n\"}", "#"},
    {"[7]]", "!#"},
};

static void
test_items__are_split_off_what_wraps_them(void **state)
{
	struct st_buf out = {0};
	stet_error last;
	size_t i, piece;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++)
		for (piece = 0; piece < 4; piece++) {
			split((struct text){cases[i].text, strlen(cases[i].text), 0, piece}, 0,
			    &out, &last);
			if (strcmp((char *)out.data, cases[i].split) != 0)
				fail_msg("%s\ngives %s\nnot   %s", cases[i].text, (char *)out.data,
				    cases[i].split);
		}
	st_buf_free(&out);
}

static void
test_items__say_which_line(void **state)
{
	static const struct {
		const char *text, *says;
	} lines[] = {
	    {"{\"a\": 1}\n\n{\"b\": {\n", "line 3: the line ends inside an object"},
	    {"{\"a\": 1}\nx\n", "line 2: a line that is no object"},
	    {"[\n7]", "line 2: an element that is no object"},
	    {"[\n\n{", "line 3: the file ends inside an object"},
	};
	struct st_buf out = {0};
	stet_error last;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(lines); i++) {
		st_error_clear(&last);
		split((struct text){lines[i].text, strlen(lines[i].text), 0, 0}, 0, &out, &last);
		assert_string_equal(last.text, lines[i].says);
	}
	st_buf_free(&out);
}

static void
test_items__too_long_ones_are_passed_over(void **state)
{
	static const char wrapped[] = "{\"skip\": \"0123456789\", \"items\": [{\"a\": 1}, {\"b\": "
				      "\"0123456789\"}, {\"c\": 3}]}";
	static const char *const texts[] = {"[{\"a\": 1}, {\"b\": \"0123456789\"}, {\"c\": 3}]",
	    "{\"a\": 1}\n{\"b\": \"0123456789\"}\n{\"c\": 3}\n", wrapped};
	struct st_buf out = {0};
	stet_error last;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(texts); i++) {
		split((struct text){texts[i], strlen(texts[i]), 0, 0}, 12, &out, &last);
		assert_string_equal((char *)out.data, "{\"a\": 1}!{\"c\": 3}.");
	}
	st_buf_free(&out);
}

static void
test_items__short_memory_is_said(void **state)
{
	static const char text[] = "{\"items\": [{\"a\": 1}]}";
	struct st_items *items = calloc(1, sizeof(*items));
	struct text source = {text, sizeof(text) - 1, 0, 0};
	struct st_buf item = {0};
	stet_error err;

	(void)state;
	assert_non_null(items);
	items->text.read = read_text;
	items->text.ctx = &source;
	items->wrappers = wrappers;
	alloc_fail(0);
	assert_int_equal(st_items_next(items, &item, &err), STET_ENOMEM);
	assert_true(alloc_failed());
	st_buf_free(&item);
	free(items);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_items__are_split_off_what_wraps_them),
	    cmocka_unit_test(test_items__say_which_line),
	    cmocka_unit_test(test_items__too_long_ones_are_passed_over),
	    cmocka_unit_test(test_items__short_memory_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
