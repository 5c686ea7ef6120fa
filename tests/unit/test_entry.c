/* Entries: their one encoding, and every byte of it that matters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/time.h"
#include "statement/entry.h"
#include "support/alloc.h"

static const uint8_t prev[32] = {0x11}, prior[32] = {0x22};
static const uint8_t statement[] = {0xd2, 0x84, 0x40, 0xa0, 0x40, 0x40};

static struct st_entry
sample(const uint8_t *prior_leaf)
{
	struct st_entry entry = {
	    7, 1783070062000, prev, prior_leaf, {statement, sizeof(statement)}};

	return entry;
}

static void
test_entry__is_an_array_of_five(void **state)
{
	struct st_entry entry = sample(NULL), back;
	struct st_buf out = {0};
	char hex[200];

	(void)state;
	assert_int_equal(st_entry_encode(&entry, &out, NULL), STET_OK);
	assert_true(out.size < sizeof(hex) / 2);
	st_hex(out.data, out.size, hex);
	assert_string_equal(hex,
	    "85071b0000019f2741f5b05820110000000000000000000000000000000000000000000000000000000000"
	    "0000f646d28440a04040");
	assert_int_equal(st_entry_decode(st_buf_bytes(&out), &back, NULL), STET_OK);
	assert_true(back.seq == 7 && back.ms == 1783070062000);
	assert_memory_equal(back.prev, prev, 32);
	assert_null(back.prior);
	assert_int_equal(back.statement.size, sizeof(statement));
	st_buf_reset(&out);
	entry = sample(prior);
	assert_int_equal(st_entry_encode(&entry, &out, NULL), STET_OK);
	assert_int_equal(st_entry_decode(st_buf_bytes(&out), &back, NULL), STET_OK);
	assert_memory_equal(back.prior, prior, 32);
	st_buf_free(&out);
}

static void
test_entry__refuses_what_it_cannot_hold(void **state)
{
	struct st_entry entry = sample(NULL);
	struct st_buf out = {0};
	uint8_t *large = calloc(1, ST_STATEMENT_MAX + 1);

	(void)state;
	assert_non_null(large);
	entry.seq = ST_UINT53_MAX + 1;
	assert_int_equal(st_entry_encode(&entry, &out, NULL), STET_EINVAL);
	entry = sample(NULL);
	entry.ms = ST_UINT53_MAX + 1;
	assert_int_equal(st_entry_encode(&entry, &out, NULL), STET_EINVAL);
	entry = sample(NULL);
	entry.statement.size = 0;
	assert_int_equal(st_entry_encode(&entry, &out, NULL), STET_EINVAL);
	entry.statement.data = large;
	entry.statement.size = ST_STATEMENT_MAX + 1;
	assert_int_equal(st_entry_encode(&entry, &out, NULL), STET_EINVAL);
	assert_int_equal(out.size, 0);
	/* The largest of everything still fits what tiled logs allow. */
	entry = sample(prior);
	entry.seq = entry.ms = ST_UINT53_MAX;
	entry.statement.data = large;
	entry.statement.size = ST_STATEMENT_MAX;
	assert_int_equal(st_entry_encode(&entry, &out, NULL), STET_OK);
	assert_true(out.size <= ST_ENTRY_MAX);
	assert_int_equal(st_entry_decode(st_buf_bytes(&out), &entry, NULL), STET_OK);
	print_message("the largest entry has %zu bytes of %d\n", out.size, ST_ENTRY_MAX);
	st_buf_free(&out);
	free(large);
}

static void
test_entry__every_change_is_seen(void **state)
{
	struct st_entry entry = sample(prior), back;
	struct st_buf out = {0}, again = {0};
	size_t bit, size, refused = 0, different = 0;

	(void)state;
	assert_int_equal(st_entry_encode(&entry, &out, NULL), STET_OK);
	for (bit = 0; bit < out.size * 8; bit++) {
		stet_error err = {0};

		out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (st_entry_decode(st_buf_bytes(&out), &back, &err) != STET_OK) {
			assert_true(err.rule != 0);
			refused++;
		} else { /* then it is another entry, in its one encoding */
			st_buf_reset(&again);
			assert_int_equal(st_entry_encode(&back, &again, NULL), STET_OK);
			assert_true(st_bytes_equal(st_buf_bytes(&again), st_buf_bytes(&out)));
			different++;
		}
		out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size = 0; size < out.size; size++) {
		stet_bytes cut = {out.data, size},
			   tail = {out.data + size + 1, out.size - size - 1};

		assert_int_equal(st_entry_decode(cut, &back, NULL), STET_EFORMAT);
		assert_int_equal(st_entry_decode(tail, &back, NULL), STET_EFORMAT);
	}
	st_buf_put_u8(&out, 0);
	assert_int_equal(st_entry_decode(st_buf_bytes(&out), &back, NULL), STET_EFORMAT);
	print_message("%zu bits flipped: %zu refused, %zu other entries; cut at %zu lengths\n", bit,
	    refused, different, size);
	st_buf_free(&out);
	st_buf_free(&again);
}

static void
test_entry__other_shapes_are_refused(void **state)
{
#define H "58201100000000000000000000000000000000000000000000000000000000000000"
	static const struct {
		const char *hex, *text;
	} cases[] = {
	    {"8400"
	     "00" H "f6",
		"not an entry: it is not an array of five"},
	    {"8600"
	     "00" H "f6"
	     "4100"
	     "00",
		"not an entry: it is not an array of five"},
	    {"a0", "not an entry: it is not an array of five"},
	    {"8520"
	     "00" H "f6"
	     "4100",
		"not an entry: its sequence number is not a number from 0"},
	    {"8500"
	     "f6" H "f6"
	     "4100",
		"not an entry: its time is not a number from 0"},
	    {"8500"
	     "00"
	     "41aa"
	     "f6"
	     "4100",
		"not an entry: its link to the entry before is not 32 bytes"},
	    {"8500"
	     "00"
	     "f6"
	     "f6"
	     "4100",
		"not an entry: its link to the entry before is not 32 bytes"},
	    {"8500"
	     "00" H "41aa"
	     "4100",
		"not an entry: its link to the name's entry before is not 32 bytes or null"},
	    {"8500"
	     "00" H "f4"
	     "4100",
		"not an entry: its link to the name's entry before is not 32 bytes or null"},
	    {"8500"
	     "00" H "f6"
	     "6100",
		NULL},
	    {"8500"
	     "00" H "f6"
	     "6161",
		"not an entry: its statement is not a byte string"},
	    {"8500"
	     "00" H "f6"
	     "40",
		"not an entry: its statement is not 1 to 65,445 bytes"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct st_buf bytes = {0};
		struct st_entry entry;
		stet_error err = {0};

		assert_int_equal(st_hex_get(&bytes, st_str(cases[i].hex)), 0);
		assert_int_equal(st_entry_decode(st_buf_bytes(&bytes), &entry, &err), STET_EFORMAT);
		assert_true(err.rule != 0);
		if (cases[i].text != NULL)
			assert_string_equal(err.text, cases[i].text);
		st_buf_free(&bytes);
	}
}

static void
test_entry__short_memory_is_said(void **state)
{
	struct st_entry entry = sample(prior);
	long n;

	(void)state;
	for (n = 0;; n++) {
		struct st_buf out = {0};
		int rc;

		alloc_fail(n);
		rc = st_entry_encode(&entry, &out, NULL);
		if (!alloc_failed()) {
			assert_int_equal(rc, STET_OK);
			st_buf_free(&out);
			break;
		}
		assert_int_equal(rc, STET_ENOMEM);
		st_buf_free(&out);
	}
	assert_true(n > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_entry__is_an_array_of_five),
	    cmocka_unit_test(test_entry__refuses_what_it_cannot_hold),
	    cmocka_unit_test(test_entry__every_change_is_seen),
	    cmocka_unit_test(test_entry__other_shapes_are_refused),
	    cmocka_unit_test(test_entry__short_memory_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
