/* note/checkpoint: the text of a checkpoint, its one spelling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "note/note.h"
#include "support/alloc.h"

#define EMPTY_ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define ROOT "vt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ="
#define LONG_ORIGIN_SIZE 255

static void
assert_refused(const char *text, size_t size)
{
	struct st_checkpoint checkpoint = {.origin = "untouched"};
	stet_bytes extensions = {NULL, 77};
	stet_error err = {0};

	assert_int_equal(st_checkpoint_parse_extended((stet_bytes){(const uint8_t *)text, size},
			     &checkpoint, &extensions, &err),
	    STET_EFORMAT);
	assert_int_equal(err.rule, ST_CHECKPOINT_MALFORMED);
	assert_string_equal(checkpoint.origin, "untouched");
	assert_int_equal(extensions.size, 77);
	assert_int_equal(
	    st_checkpoint_parse((stet_bytes){(const uint8_t *)text, size}, &checkpoint, NULL),
	    STET_EFORMAT);
	assert_string_equal(checkpoint.origin, "untouched");
}

static void
test_checkpoint__comes_back_as_it_was_written(void **state)
{
	static const uint64_t sizes[] = {1, 9, 10, 300, UINT64_C(9007199254740991),
	    UINT64_C(1) << 63, UINT64_MAX - 1, UINT64_MAX};
	struct st_checkpoint checkpoint = {.origin = "example.org/log"}, read;
	struct st_buf out = {0}, again = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		st_buf_reset(&out);
		st_buf_reset(&again);
		checkpoint.size = sizes[i];
		memset(checkpoint.root, (int)i, 32);
		st_checkpoint_put(&out, &checkpoint);
		assert_int_equal(st_checkpoint_parse(st_buf_bytes(&out), &read, NULL), STET_OK);
		assert_memory_equal(&read, &checkpoint, sizeof(read));
		st_checkpoint_put(&again, &read);
		assert_true(st_bytes_equal(st_buf_bytes(&out), st_buf_bytes(&again)));
	}
	st_buf_free(&out);
	st_buf_free(&again);
}

static void
test_checkpoint__is_written_as_three_lines(void **state)
{
	struct st_checkpoint checkpoint = {.origin = "go.sum database tree", .size = 35225469};
	const char *wanted = "go.sum database tree\n35225469\n" ROOT "\n";
	struct st_checkpoint read;
	struct st_buf out = {0};

	(void)state;
	assert_int_equal(st_checkpoint_parse(st_str(wanted), &read, NULL), STET_OK);
	memcpy(checkpoint.root, read.root, 32);
	assert_memory_equal(&read, &checkpoint, sizeof(read));
	st_checkpoint_put(&out, &checkpoint);
	assert_true(st_bytes_equal(st_buf_bytes(&out), st_str(wanted)));
	st_buf_free(&out);
}

static void
test_checkpoint__refuses_other_spellings(void **state)
{
	static const char *const bad[] = {"", "\n", "o", "o\n", "o\n1", "o\n1\n", "o\n1\n" ROOT,
	    "\n1\n" ROOT "\n", "o\n\n" ROOT "\n", "o\n1\n\n", "o\n1\n\n" ROOT "\n",
	    /* sizes */
	    "o\n01\n" ROOT "\n", "o\n00\n" EMPTY_ROOT "\n", "o\n+1\n" ROOT "\n",
	    "o\n-1\n" ROOT "\n", "o\n 1\n" ROOT "\n", "o\n1 \n" ROOT "\n", "o\n0x1\n" ROOT "\n",
	    "o\n1e3\n" ROOT "\n", "o\n1.\n" ROOT "\n", "o\n18446744073709551616\n" ROOT "\n",
	    "o\n99999999999999999999999999\n" ROOT "\n", "o\n\xd9\xa1\n" ROOT "\n",
	    /* roots: short, long, spare bits, no padding, white space, the other alphabet */
	    "o\n1\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJA==\n",
	    "o\n1\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQk\n",
	    "o\n1\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCR=\n",
	    "o\n1\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ\n",
	    "o\n1\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ= \n", "o\n1\n" ROOT "=\n",
	    "o\n1\n47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=\n", "o\n1\n" ROOT ROOT "\n",
	    /* the empty tree has one root */
	    "o\n0\n" ROOT "\n",
	    /* characters no note has */
	    "o\r\n1\r\n" ROOT "\r\n", "o\t\n1\n" ROOT "\n", "o\xff\n1\n" ROOT "\n",
	    "o\xc0\xaf\n1\n" ROOT "\n", "o\xed\xa0\x80\n1\n" ROOT "\n",
	    /* extension lines that are none */
	    "o\n1\n" ROOT "\n\n", "o\n1\n" ROOT "\next", "o\n1\n" ROOT "\next\n\n"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(bad[i], strlen(bad[i]));
	assert_refused("o\0p\n1\n" ROOT "\n", sizeof("o\0p\n1\n" ROOT "\n") - 1);
	print_message("%zu other spellings refused\n", i + 1);
}

static void
test_checkpoint__refuses_every_cut(void **state)
{
	const char *text = "example.org/log\n300\n" ROOT "\n";
	size_t size;
	char *copy;

	(void)state;
	for (size = 0; size < strlen(text); size++) {
		copy = malloc(size + 1); /* so that a read past the end is seen */
		assert_non_null(copy);
		memcpy(copy, text, size);
		assert_refused(copy, size);
		free(copy);
	}
	print_message("%zu cuts refused\n", size);
}

static void
test_checkpoint__takes_the_empty_tree(void **state)
{
	struct st_checkpoint read;

	(void)state;
	assert_int_equal(
	    st_checkpoint_parse(st_str("o\n0\n" EMPTY_ROOT "\n"), &read, NULL), STET_OK);
	assert_true(read.size == 0);
	/* Nothing forbids another tree to have this root; nobody knows one. */
	assert_int_equal(
	    st_checkpoint_parse(st_str("o\n1\n" EMPTY_ROOT "\n"), &read, NULL), STET_OK);
}

static void
test_checkpoint__leaves_extension_lines_to_other_logs(void **state)
{
	const char *text = "o\n1\n" ROOT "\nTimestamp: 1\n\xe2\x80\x94 x\n";
	struct st_checkpoint read;
	stet_bytes extensions;
	stet_error err = {0};

	(void)state;
	assert_int_equal(st_checkpoint_parse(st_str(text), &read, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_CHECKPOINT_MALFORMED);
	assert_int_equal(
	    st_checkpoint_parse_extended(st_str(text), &read, &extensions, NULL), STET_OK);
	assert_true(st_bytes_equal(extensions, st_str("Timestamp: 1\n\xe2\x80\x94 x\n")));
	assert_int_equal(
	    st_checkpoint_parse_extended(st_str("o\n1\n" ROOT "\n"), &read, &extensions, NULL),
	    STET_OK);
	assert_int_equal(extensions.size, 0);
}

static void
test_checkpoint__takes_origins_up_to_their_limit(void **state)
{
	char text[LONG_ORIGIN_SIZE + 100];
	struct st_checkpoint read;

	(void)state;
	memset(text, 'o', sizeof(text));
	strcpy(text + LONG_ORIGIN_SIZE, "\n1\n" ROOT "\n");
	assert_int_equal(st_checkpoint_parse(st_str(text), &read, NULL), STET_OK);
	assert_int_equal(strlen(read.origin), LONG_ORIGIN_SIZE);
	memset(text, 'o', sizeof(text));
	strcpy(text + LONG_ORIGIN_SIZE + 1, "\n1\n" ROOT "\n");
	assert_refused(text, strlen(text));
}

static void
test_checkpoint__knows_origins_of_our_ledgers(void **state)
{
	static const char *const good[] = {"a", "0", "example.org", "a.b-c", "log.example.org:8443",
	    "example.org/log", "example.org:1/A/b_c~d.e-f/9", "a..b", "a-", "a/."};
	static const char *const bad[] = {"", ".a", "-a", "A", "Example.org", "a b", "a+b", "a/",
	    "/a", "a//b", "a:", "a:/b", "a:b", "a:1:2", "a:1b", "a/b:1", "a/b+c", "a/b c", "a\n",
	    "a/\xc3\xa9", "\xc3\xa9", "a_b", "a~", "a/b?c", "a#b", "https://a"};
	char origin[ST_ORIGIN_MAX + 2];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(st_origin_ok(st_str(good[i])));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(st_origin_ok(st_str(bad[i])));
	assert_false(st_origin_ok((stet_bytes){(const uint8_t *)"a\0b", 3}));
	assert_false(st_origin_ok((stet_bytes){NULL, 0}));
	memset(origin, 'a', sizeof(origin));
	assert_true(st_origin_ok((stet_bytes){(const uint8_t *)origin, ST_ORIGIN_MAX}));
	assert_false(st_origin_ok((stet_bytes){(const uint8_t *)origin, ST_ORIGIN_MAX + 1}));
}

static void
test_checkpoint__says_when_memory_is_short(void **state)
{
	struct st_checkpoint read;
	int rc;
	long n;

	(void)state;
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = st_checkpoint_parse(st_str("o\n1\n" ROOT "\n"), &read, NULL);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(n > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_checkpoint__comes_back_as_it_was_written),
	    cmocka_unit_test(test_checkpoint__is_written_as_three_lines),
	    cmocka_unit_test(test_checkpoint__refuses_other_spellings),
	    cmocka_unit_test(test_checkpoint__refuses_every_cut),
	    cmocka_unit_test(test_checkpoint__takes_the_empty_tree),
	    cmocka_unit_test(test_checkpoint__leaves_extension_lines_to_other_logs),
	    cmocka_unit_test(test_checkpoint__takes_origins_up_to_their_limit),
	    cmocka_unit_test(test_checkpoint__knows_origins_of_our_ledgers),
	    cmocka_unit_test(test_checkpoint__says_when_memory_is_short),
	};

	return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
