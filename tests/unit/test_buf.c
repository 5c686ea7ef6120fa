/* Growing bytes and fixed-width integers. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <stet/error.h>

#include "support/alloc.h"

static void
test_buf__keeps_what_is_put(void **state)
{
	struct st_buf buf = {0};
	stet_bytes bytes;
	size_t i;

	(void)state;
	for (i = 0; i < 100000; i++)
		st_buf_put_u8(&buf, (uint8_t)(i * 7));
	assert_int_equal(buf.rc, STET_OK);
	bytes = st_buf_bytes(&buf);
	assert_int_equal(bytes.size, 100000);
	for (i = 0; i < bytes.size; i++)
		assert_int_equal(bytes.data[i], (uint8_t)(i * 7));
	st_buf_free(&buf);
	assert_null(buf.data);
	assert_int_equal(buf.size, 0);
	assert_int_equal(buf.capacity, 0);
}

static void
test_buf__puts_of_every_size(void **state)
{
	uint8_t source[1000];
	size_t size;

	(void)state;
	memset(source, 0x5a, sizeof(source));
	for (size = 0; size <= sizeof(source); size++) {
		struct st_buf buf = {0};

		st_buf_put(&buf, source, size);
		st_buf_put_str(&buf, "end");
		assert_int_equal(buf.size, size + 3);
		assert_memory_equal(buf.data, source, size);
		assert_memory_equal(buf.data + size, "end", 3);
		st_buf_free(&buf);
	}
}

static void
test_buf__nothing_is_not_absent(void **state)
{
	struct st_buf buf = {0};
	stet_bytes nothing = {NULL, 0};

	(void)state;
	st_buf_put(&buf, NULL, 0);
	st_buf_put_bytes(&buf, nothing);
	st_buf_put_str(&buf, "");
	st_buf_printf(&buf, "%s", "");
	assert_int_equal(buf.rc, STET_OK);
	assert_int_equal(buf.size, 0);
	assert_non_null(st_buf_bytes(&buf).data);
	st_buf_free(&buf);
}

static void
test_buf__room_is_counted_by_grow_alone(void **state)
{
	struct st_buf buf = {0};
	uint8_t *room;

	(void)state;
	st_buf_put_str(&buf, "a");
	room = st_buf_room(&buf, 10000);
	assert_non_null(room);
	assert_int_equal(buf.size, 1);
	memset(room, 'b', 10000);
	st_buf_grow(&buf, 9999);
	assert_int_equal(buf.size, 10000);
	assert_int_equal(buf.data[0], 'a');
	assert_int_equal(buf.data[9999], 'b');
	assert_non_null(st_buf_room(&buf, 0));
	st_buf_free(&buf);
}

static void
test_buf__prints_longer_than_it_has_room(void **state)
{
	struct st_buf buf = {0};
	char expected[3001];
	int width;

	(void)state;
	for (width = 1; width < 3000; width += 17) {
		st_buf_reset(&buf);
		st_buf_printf(&buf, "%0*d", width, 7);
		memset(expected, '0', sizeof(expected));
		expected[width - 1] = '7';
		assert_int_equal(buf.size, (size_t)width);
		assert_memory_equal(buf.data, expected, (size_t)width);
	}
	st_buf_free(&buf);
}

static void
test_buf__reset_keeps_the_memory(void **state)
{
	struct st_buf buf = {0};
	uint8_t *data;

	(void)state;
	st_buf_put_str(&buf, "something");
	data = buf.data;
	st_buf_reset(&buf);
	assert_int_equal(buf.size, 0);
	st_buf_put_str(&buf, "else");
	assert_ptr_equal(buf.data, data);
	st_buf_free(&buf);
}

static void
test_buf__a_failed_allocation_sticks(void **state)
{
	struct st_buf buf = {0};
	uint8_t big[4096] = {0};

	(void)state;
	st_buf_put_str(&buf, "before");
	alloc_fail(0);
	st_buf_put(&buf, big, sizeof(big));
	assert_true(alloc_failed());
	assert_int_equal(buf.rc, STET_ENOMEM);
	assert_int_equal(buf.size, 6);
	/* Memory is there again, and nothing is put: a hole in the middle would be worse. */
	st_buf_put_str(&buf, "after");
	st_buf_printf(&buf, "%d", 1);
	st_buf_put_u8(&buf, 1);
	assert_null(st_buf_room(&buf, 1));
	assert_int_equal(buf.size, 6);
	assert_int_equal(buf.rc, STET_ENOMEM);
	st_buf_reset(&buf);
	st_buf_put_str(&buf, "again");
	assert_int_equal(buf.rc, STET_OK);
	assert_int_equal(buf.size, 5);
	st_buf_free(&buf);
}

static void
test_buf__refuses_sizes_that_wrap(void **state)
{
	static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 10, SIZE_MAX / 2,
	    SIZE_MAX / 2 + 1, SIZE_MAX / 2 - 9};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct st_buf buf = {0};

		st_buf_put_str(&buf, "ten bytes.");
		assert_null(st_buf_room(&buf, sizes[i]));
		assert_int_equal(buf.rc, STET_ENOMEM);
		assert_int_equal(buf.size, 10);
		st_buf_free(&buf);
	}
}

static void
test_buf__integers_are_big_endian(void **state)
{
	static const uint8_t eight[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	uint8_t out[8];
	int bit;

	(void)state;
	st_be64_put(out, UINT64_C(0x0102030405060708));
	assert_memory_equal(out, eight, 8);
	assert_true(st_be64_get(eight) == UINT64_C(0x0102030405060708));
	st_be32_put(out, 0x01020304);
	assert_memory_equal(out, eight, 4);
	assert_int_equal(st_be32_get(eight), 0x01020304);
	for (bit = 0; bit < 64; bit++) {
		st_be64_put(out, UINT64_C(1) << bit);
		assert_true(st_be64_get(out) == UINT64_C(1) << bit);
		st_be32_put(out, (uint32_t)1 << bit % 32);
		assert_true(st_be32_get(out) == (uint32_t)1 << bit % 32);
	}
	st_be64_put(out, UINT64_MAX);
	assert_true(st_be64_get(out) == UINT64_MAX);
	st_be32_put(out, UINT32_MAX);
	assert_true(st_be32_get(out) == UINT32_MAX);
}

static void
test_buf__compares_bytewise_and_shorter_first(void **state)
{
	static const char *const sorted[] = {
	    "", "\x01", "a", "aa", "aaa", "ab", "b", "\x7f", "\x80", "\xff"};
	size_t count = sizeof(sorted) / sizeof(sorted[0]), i, j;
	stet_bytes absent = {NULL, 0};

	(void)state;
	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++) {
			int order = st_bytes_compare(st_str(sorted[i]), st_str(sorted[j]));

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
			assert_int_equal(
			    st_bytes_equal(st_str(sorted[i]), st_str(sorted[j])), i == j);
		}
	assert_true(st_bytes_equal(absent, st_str("")));
	assert_int_equal(st_bytes_compare(absent, st_str("")), 0);
	assert_true(st_bytes_compare(absent, st_str("a")) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_buf__keeps_what_is_put),
	    cmocka_unit_test(test_buf__puts_of_every_size),
	    cmocka_unit_test(test_buf__nothing_is_not_absent),
	    cmocka_unit_test(test_buf__room_is_counted_by_grow_alone),
	    cmocka_unit_test(test_buf__prints_longer_than_it_has_room),
	    cmocka_unit_test(test_buf__reset_keeps_the_memory),
	    cmocka_unit_test(test_buf__a_failed_allocation_sticks),
	    cmocka_unit_test(test_buf__refuses_sizes_that_wrap),
	    cmocka_unit_test(test_buf__integers_are_big_endian),
	    cmocka_unit_test(test_buf__compares_bytewise_and_shorter_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
