/* The CBOR profile: what the checker lets through is exactly what the encoder writes. */
#include "cbor/cbor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <stet/json.h>

#include "base/err.h"
#include "support/alloc.h"
#include "support/data.h"

/* --- tools --------------------------------------------------------------------------------- */

static const char *
verdict(stet_bytes item)
{
	stet_error err;
	int rc;

	st_error_clear(&err);
	rc = st_cbor_check(item, &err);
	if (rc == STET_OK)
		return "ok";
	assert_int_equal(rc, STET_EFORMAT);
	assert_int_equal(err.code, STET_EFORMAT);
	assert_memory_equal(err.text, "byte ", 5);
	return stet_rule_name(err.rule);
}

static const char *
verdict_hex(const char *hex)
{
	struct st_buf buf = {0};
	const char *name = verdict(data_hex(&buf, hex));

	st_buf_free(&buf);
	return name;
}

static void
refused(const char *hex, const char *rule)
{
	const char *found = verdict_hex(hex);

	if (strcmp(found, rule) != 0)
		fail_msg("%s: %s, not %s", hex, found, rule);
}

/* Reads one item with the reader and writes it with the encoder. */
static void
reencode(struct st_cbor *in, struct st_buf *out)
{
	struct st_cbor_item item;
	uint64_t i;

	assert_int_equal(st_cbor_next(in, &item), STET_OK);
	switch (item.kind) {
	case ST_CBOR_UINT:
		st_cbor_put_uint(out, (uint64_t)item.integer);
		break;
	case ST_CBOR_NINT:
		st_cbor_put_int(out, item.integer);
		break;
	case ST_CBOR_BYTES:
		st_cbor_put_bytes(out, item.bytes);
		break;
	case ST_CBOR_TEXT:
		st_cbor_put_text(out, item.bytes);
		break;
	case ST_CBOR_ARRAY:
		st_cbor_put_array(out, item.count);
		for (i = 0; i < item.count; i++)
			reencode(in, out);
		break;
	case ST_CBOR_MAP:
		st_cbor_put_map(out, item.count);
		for (i = 0; i < 2 * item.count; i++)
			reencode(in, out);
		break;
	case ST_CBOR_TAG:
		st_cbor_put_tag(out, item.count);
		reencode(in, out);
		break;
	case ST_CBOR_BOOL:
		st_cbor_put_bool(out, (int)item.integer);
		break;
	case ST_CBOR_NULL:
		st_cbor_put_null(out);
		break;
	}
}

static void
comes_back_the_same(stet_bytes item)
{
	struct st_cbor in = st_cbor_open(item);
	struct st_buf out = {0};
	stet_bytes whole;

	reencode(&in, &out);
	assert_true(st_cbor_done(&in));
	assert_true(st_bytes_equal(st_buf_bytes(&out), item));
	in = st_cbor_open(item);
	assert_int_equal(st_cbor_skip(&in, &whole), STET_OK);
	assert_true(st_cbor_done(&in));
	assert_true(st_bytes_equal(whole, item));
	st_buf_free(&out);
}

/* --- public vectors ------------------------------------------------------------------------ */

struct counts {
	int rows, accepted, good, good_accepted, bad, bad_refused;
};

static struct counts
run_table(const char *path)
{
	struct counts counts = {0, 0, 0, 0, 0, 0};
	struct data_table table;
	char *row[4]; /* hex, verdict of the source, verdict of the profile, note */

	data_open(&table, path);
	while (data_next(&table, row, 4)) {
		struct st_buf buf = {0};
		stet_bytes item = data_hex(&buf, row[0]);
		const char *found = verdict(item);
		int good = strcmp(row[1], "good") == 0 || strcmp(row[1], "valid") == 0 ||
			   strcmp(row[1], "well-formed") == 0;

		if (strcmp(found, row[2]) != 0)
			fail_msg("%s:%d: %s (%s): %s, not %s", path, table.line, row[0], row[3],
			    found, row[2]);
		if (strcmp(found, "ok") == 0) {
			comes_back_the_same(item);
			counts.accepted++;
		}
		counts.rows++;
		counts.good += good;
		counts.good_accepted += good && strcmp(found, "ok") == 0;
		counts.bad += !good;
		counts.bad_refused += !good && strcmp(found, "ok") != 0;
		st_buf_free(&buf);
	}
	return counts;
}

static void
test_cbor__public_vectors(void **state)
{
	struct counts appendix = run_table("vectors/cbor/appendix_a.tsv");
	struct counts wg = run_table("vectors/cbor/cbor_wg.tsv");
	struct counts valid = run_table("vectors/cbor/dcbor_valid.tsv");
	struct counts invalid = run_table("vectors/cbor/dcbor_invalid.tsv");

	(void)state;
	print_message(
	    "RFC 8949 appendix A: %d of %d items lie in the profile, are accepted and come back "
	    "the same; %d are refused\n",
	    appendix.accepted, appendix.rows, appendix.rows - appendix.accepted);
	print_message(
	    "cbor-wg: %d of %d good items lie in the profile and are accepted; %d of %d bad ones "
	    "refused\n",
	    wg.good_accepted, wg.good, wg.bad_refused, wg.bad);
	print_message("%d of %d valid dCBOR accepted; the other %d are floats or beyond 2^53 - 1\n",
	    valid.accepted, valid.rows, valid.rows - valid.accepted);
	print_message(
	    "%d of %d invalid dCBOR refused; the %dth is text not in NFC, which the profile "
	    "accepts\n",
	    invalid.bad_refused, invalid.rows, invalid.rows);
	assert_int_equal(appendix.rows, 82);
	assert_int_equal(appendix.accepted, 35);
	assert_int_equal(wg.good, 169);
	assert_int_equal(wg.good_accepted, 48);
	assert_int_equal(wg.bad, 47);
	assert_int_equal(wg.bad_refused, 47);
	assert_int_equal(valid.rows, 40);
	assert_int_equal(valid.accepted, 21);
	assert_int_equal(invalid.rows, 37);
	assert_int_equal(invalid.bad_refused, 36);
}

/* The vectors of the format page, made by a second implementation. */
static void
test_cbor__agrees_with_the_format_page(void **state)
{
	static const char *const lists[] = {"accepted", "refused"};
	size_t list, i, counts[2];
	stet_bytes text;
	stet_json *all;

	(void)state;
	text.data = (uint8_t *)data_read("vectors/format/cbor.json", &text.size);
	assert_int_equal(stet_json_parse(text, &all, NULL), STET_OK);
	for (list = 0; list < 2; list++) {
		const stet_json *items = stet_json_get(all, lists[list]);

		counts[list] = stet_json_size(items);
		assert_true(counts[list] > 0);
		for (i = 0; i < counts[list]; i++) {
			stet_bytes hex =
			    stet_json_string_of(stet_json_get(stet_json_item(items, i), "hex"));
			struct st_buf buf = {0};
			stet_bytes item;

			assert_non_null(hex.data);
			item = data_hex(&buf, (const char *)hex.data);
			if ((strcmp(verdict(item), "ok") == 0) != (list == 0))
				fail_msg("%s: %s", lists[list], (const char *)hex.data);
			if (list == 0)
				comes_back_the_same(item);
			st_buf_free(&buf);
		}
	}
	print_message(
	    "%zu items accepted, %zu refused as the format page has them\n", counts[0], counts[1]);
	stet_json_free(all);
	free((void *)(uintptr_t)text.data);
}

/* --- every short input --------------------------------------------------------------------- */

/* All inputs of one, two and three bytes.  The numbers come from another program that was written
 * from the profile alone: one branch for each rule, no tables. */
static void
test_cbor__every_input_of_three_bytes(void **state)
{
	static const struct {
		const char *name;
		uint32_t count[3];
	} expected[] = {
	    {"ok", {55, 928, 215164}},
	    {"cbor-truncated", {122, 29588, 7166470}},
	    {"cbor-malformed", {28, 7224, 1866760}},
	    {"cbor-indefinite", {4, 1032, 266680}},
	    {"cbor-tag", {22, 5908, 1586476}},
	    {"cbor-simple", {22, 5676, 1466740}},
	    {"cbor-float", {3, 774, 200010}},
	    {"cbor-trailing", {0, 14080, 3842048}},
	    {"cbor-not-shortest", {0, 168, 45472}},
	    {"cbor-text", {0, 158, 95124}},
	    {"cbor-key-kind", {0, 0, 26272}},
	};
	uint32_t counts[3][ST_RULE_END], value, total = 0;
	size_t size, i;

	(void)state;
	memset(counts, 0, sizeof(counts));
	for (size = 1; size <= 3; size++)
		for (value = 0; value >> 8 * size == 0; value++) {
			uint8_t data[3] = {(uint8_t)(value >> 8 * (size - 1)),
			    (uint8_t)(size > 1 ? value >> 8 * (size - 2) : 0), (uint8_t)value};
			stet_bytes item = {data, size};
			stet_error err;

			err.rule = 0;
			if (st_cbor_check(item, &err) == STET_OK && size < 3)
				comes_back_the_same(item);
			counts[size - 1][err.rule]++;
			total++;
		}
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		for (size = 0; size < 3; size++) {
			int rule = stet_rule_find(expected[i].name);

			assert_int_equal(counts[size][rule], expected[i].count[size]);
			total -= counts[size][rule];
		}
	assert_int_equal(total, 0);
	print_message(
	    "%u of %u inputs of three bytes are items\n", (unsigned)counts[2][0], 1u << 24);
}

/* --- limits -------------------------------------------------------------------------------- */

static void
test_cbor__integers_end_at_2_53(void **state)
{
	static const struct {
		int64_t value;
		const char *hex;
	} rows[] = {
	    {0, "00"},
	    {23, "17"},
	    {24, "1818"},
	    {255, "18ff"},
	    {256, "190100"},
	    {65535, "19ffff"},
	    {65536, "1a00010000"},
	    {INT64_C(4294967295), "1affffffff"},
	    {INT64_C(4294967296), "1b0000000100000000"},
	    {INT64_C(9007199254740991), "1b001fffffffffffff"},
	    {-1, "20"},
	    {-24, "37"},
	    {-25, "3818"},
	    {-256, "38ff"},
	    {-257, "390100"},
	    {-65536, "39ffff"},
	    {-65537, "3a00010000"},
	    {INT64_C(-4294967296), "3affffffff"},
	    {INT64_C(-4294967297), "3b0000000100000000"},
	    {INT64_C(-9007199254740991), "3b001ffffffffffffe"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct st_buf out = {0}, expected = {0};
		struct st_cbor in;
		int64_t value;

		st_cbor_put_int(&out, rows[i].value);
		assert_true(st_bytes_equal(st_buf_bytes(&out), data_hex(&expected, rows[i].hex)));
		assert_string_equal(verdict(st_buf_bytes(&out)), "ok");
		in = st_cbor_open(st_buf_bytes(&out));
		assert_int_equal(st_cbor_read_int(&in, &value), STET_OK);
		assert_true(value == rows[i].value);
		st_buf_free(&out);
		st_buf_free(&expected);
	}
	refused("1b0020000000000000", "cbor-integer-range");
	refused("1bffffffffffffffff", "cbor-integer-range");
	refused("3b001fffffffffffff", "cbor-integer-range");
	refused("3b7fffffffffffffff", "cbor-integer-range");
	refused("3bffffffffffffffff", "cbor-integer-range");
	refused("c482211b0020000000000000", "cbor-integer-range");
	refused("a11b002000000000000000", "cbor-integer-range");
}

static void
test_cbor__sixteen_levels(void **state)
{
	static const char *const openers[] = {"81", "a100", "a16161", "d2"};
	size_t kind;
	int levels;

	(void)state;
	for (kind = 0; kind < sizeof(openers) / sizeof(openers[0]); kind++)
		for (levels = 0; levels <= 40; levels++) {
			struct st_buf buf = {0};
			int i;

			for (i = 0; i < levels; i++)
				data_hex(&buf, openers[kind]);
			st_buf_put_u8(&buf, 0);
			assert_string_equal(
			    verdict(st_buf_bytes(&buf)), levels <= 16 ? "ok" : "cbor-depth");
			if (levels <= 16)
				comes_back_the_same(st_buf_bytes(&buf));
			st_buf_free(&buf);
		}
	for (levels = 0; levels <= 20; levels++) {
		struct st_buf buf = {0};
		int i;

		for (i = 0; i < levels; i++)
			data_hex(&buf, "81");
		data_hex(&buf, "c4822101"); /* hundredths are two levels */
		assert_string_equal(
		    verdict(st_buf_bytes(&buf)), levels <= 14 ? "ok" : "cbor-depth");
		st_buf_reset(&buf);
		for (i = 0; i < levels; i++)
			data_hex(&buf, "81");
		data_hex(&buf, "a0"); /* an empty container is a level too */
		assert_string_equal(
		    verdict(st_buf_bytes(&buf)), levels <= 15 ? "ok" : "cbor-depth");
		st_buf_free(&buf);
	}
	/* Siblings are not levels: a hundred thousand of them. */
	{
		struct st_buf buf = {0};
		int i;

		st_cbor_put_array(&buf, 100000);
		for (i = 0; i < 100000; i++)
			data_hex(&buf, "81a0");
		assert_string_equal(verdict(st_buf_bytes(&buf)), "ok");
		comes_back_the_same(st_buf_bytes(&buf));
		st_buf_free(&buf);
	}
}

/* Six bytes that made cbor_load() touch 512 MiB, and all others of their kind: refused before any
 * loop, so the test ends. */
static void
test_cbor__counts_are_held_against_the_bytes(void **state)
{
	static const uint64_t counts[] = {1, 2, 23, 24, 255, 256, 65535, 65536, UINT64_C(1) << 26,
	    UINT64_C(4294967295), UINT64_C(4294967296), UINT64_C(1) << 53, UINT64_C(1) << 62,
	    UINT64_C(1) << 63, UINT64_MAX / 2, UINT64_MAX - 1, UINT64_MAX};
	size_t i, major;

	(void)state;
	for (major = 2; major <= 5; major++)
		for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
			struct st_buf buf = {0};

			st_cbor_put_uint(&buf, counts[i]);
			buf.data[0] = (uint8_t)(buf.data[0] | major << 5);
			assert_string_equal(verdict(st_buf_bytes(&buf)), "cbor-truncated");
			if (counts[i] > 1) {
				st_buf_put_u8(&buf, 0);
				assert_string_equal(verdict(st_buf_bytes(&buf)), "cbor-truncated");
			}
			st_buf_free(&buf);
		}
	refused("9a04000000", "cbor-truncated");
	refused("a200010203a1", "cbor-trailing");
	refused("a3000102030405a1", "cbor-trailing");
	refused("8282000082000082", "cbor-trailing");
	refused("", "cbor-truncated");
}

static void
test_cbor__each_violation_has_its_rule(void **state)
{
	static const struct {
		const char *hex, *rule;
	} rows[] = {
	    {"1817", "cbor-not-shortest"},
	    {"3817", "cbor-not-shortest"},
	    {"580100", "cbor-not-shortest"},
	    {"780161", "cbor-not-shortest"},
	    {"980100", "cbor-not-shortest"},
	    {"b8010000", "cbor-not-shortest"},
	    {"d81280", "cbor-not-shortest"},
	    {"d804822100", "cbor-not-shortest"},
	    {"1900ff", "cbor-not-shortest"},
	    {"1a0000ffff", "cbor-not-shortest"},
	    {"1b00000000ffffffff", "cbor-not-shortest"},
	    {"c482211817", "cbor-not-shortest"},
	    {"a1180000", "cbor-not-shortest"},
	    {"5f4100ff", "cbor-indefinite"},
	    {"7f6161ff", "cbor-indefinite"},
	    {"9f00ff", "cbor-indefinite"},
	    {"bf0000ff", "cbor-indefinite"},
	    {"a17f6161ff00", "cbor-indefinite"},
	    {"1f", "cbor-malformed"},
	    {"3f", "cbor-malformed"},
	    {"df00", "cbor-malformed"},
	    {"ff", "cbor-malformed"},
	    {"81ff", "cbor-malformed"},
	    {"1c", "cbor-malformed"},
	    {"fe", "cbor-malformed"},
	    {"f90000", "cbor-float"},
	    {"fa00000000", "cbor-float"},
	    {"fb0000000000000000", "cbor-float"},
	    {"f97e00", "cbor-float"},
	    {"a1f9000000", "cbor-float"},
	    {"f7", "cbor-simple"},
	    {"e0", "cbor-simple"},
	    {"f3", "cbor-simple"},
	    {"f800", "cbor-simple"},
	    {"f814", "cbor-simple"},
	    {"f8ff", "cbor-simple"},
	    {"c000", "cbor-tag"},
	    {"c11a00000000", "cbor-tag"},
	    {"c101", "cbor-tag"},
	    {"c24101", "cbor-tag"},
	    {"c5822101", "cbor-tag"},
	    {"d81e820102", "cbor-tag"},
	    {"d9d9f700", "cbor-tag"},
	    {"c4822001", "cbor-tag"},
	    {"c4822201", "cbor-tag"},
	    {"c4820101", "cbor-tag"},
	    {"c4822141", "cbor-tag"},
	    {"c482216101", "cbor-tag"},
	    {"c48221c24101", "cbor-tag"},
	    {"c483210101", "cbor-tag"},
	    {"c4812121", "cbor-tag"},
	    {"c4000000", "cbor-tag"},
	    {"c4a1000000", "cbor-tag"},
	    {"c4c4822101", "cbor-tag"},
	    {"c4", "cbor-truncated"},
	    {"c482", "cbor-truncated"},
	    {"c48221", "cbor-truncated"},
	    {"c4822119", "cbor-truncated"},
	    {"a1410000", "cbor-key-kind"},
	    {"a1800000", "cbor-key-kind"},
	    {"a1a00000", "cbor-key-kind"},
	    {"a1f400", "cbor-key-kind"},
	    {"a1f600", "cbor-key-kind"},
	    {"a1c482210100", "cbor-key-kind"},
	    {"a200006100", "cbor-key-kind"},
	    {"a20000616100", "cbor-key-kind"},
	    {"a22000616100", "cbor-key-kind"},
	    {"a161610000", "cbor-trailing"},
	    {"a2616100616100", "cbor-key-repeated"},
	    {"a200000000", "cbor-key-repeated"},
	    {"a220002000", "cbor-key-repeated"},
	    {"a3000001000100", "cbor-key-repeated"},
	    {"a3000001000000",
		"cbor-key-order"}, /* a repeat that is no neighbour is out of order */
	    {"a201000000", "cbor-key-order"},
	    {"a220000000", "cbor-key-order"},
	    {"a2616200616100", "cbor-key-order"},
	    {"a262616100616200", "cbor-key-order"}, /* bytewise by encoding: shorter first */
	    {"a2190100001818"
	     "00",
		"cbor-key-order"},
	    {"61ff", "cbor-text"},
	    {"6100", "cbor-text"},
	    {"617f", "cbor-text"},
	    {"61c3", "cbor-text"},
	    {"62c280", "cbor-text"},
	    {"63eda080", "cbor-text"},
	    {"63efbfbf", "cbor-text"},
	    {"63efb790", "cbor-text"},
	    {"a161ff00", "cbor-text"},
	    {"18", "cbor-truncated"},
	    {"1bffffffffffffff", "cbor-truncated"},
	    {"4100"
	     "00",
		"cbor-trailing"},
	    {"8000", "cbor-trailing"},
	    {"f6f6", "cbor-trailing"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		refused(rows[i].hex, rows[i].rule);
	print_message("%zu violations, each with its rule\n", i);
}

static void
test_cbor__says_where(void **state)
{
	struct st_buf buf = {0};
	stet_error err;

	(void)state;
	assert_int_equal(st_cbor_check(data_hex(&buf, "8301820203f7"), &err), STET_EFORMAT);
	assert_string_equal(err.text, "byte 5: the value undefined");
	assert_int_equal(st_cbor_check(data_hex(&buf, "a2616200616100"), &err), STET_EFORMAT);
	assert_string_equal(err.text, "byte 4: a map key that belongs before the one before it");
	assert_int_equal(st_cbor_check(data_hex(&buf, "0000"), &err), STET_EFORMAT);
	assert_string_equal(err.text, "byte 1: bytes after the end of the item");
	st_buf_free(&buf);
}

static void
test_cbor__mixed_keys_in_the_outermost_map_alone(void **state)
{
	struct st_buf buf = {0};
	stet_bytes item;
	stet_error err;

	(void)state;
	item = data_hex(&buf, "a20001616102");
	assert_string_equal(verdict(item), "cbor-key-kind");
	assert_int_equal(st_cbor_check_mixed(item, NULL), STET_OK);
	item = data_hex(&buf, "a3002061610020"
			      "00");
	assert_int_equal(st_cbor_check_mixed(item, &err), STET_EFORMAT); /* still in order */
	assert_int_equal(err.rule, ST_CBOR_KEY_ORDER);
	item = data_hex(&buf, "a2616102616102");
	assert_int_equal(st_cbor_check_mixed(item, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_CBOR_KEY_REPEATED);
	item = data_hex(&buf, "a100a20001616102");
	assert_int_equal(st_cbor_check_mixed(item, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_CBOR_KEY_KIND);
	item = data_hex(&buf, "81a20001616102");
	assert_int_equal(st_cbor_check_mixed(item, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_CBOR_KEY_KIND);
	item = data_hex(&buf, "a20001410002");
	assert_int_equal(st_cbor_check_mixed(item, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_CBOR_KEY_KIND);
	st_buf_free(&buf);
}

static void
test_cbor__takes_a_sequence_item_by_item(void **state)
{
	static const char *const items[] = {
	    "00", "8301820203820405", "a0", "43010203", "c482211903e8", "f6"};
	struct st_buf buf = {0};
	stet_bytes rest;
	stet_error err;
	size_t i, size;

	(void)state;
	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		data_hex(&buf, items[i]);
	rest = st_buf_bytes(&buf);
	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		size = 0;
		assert_int_equal(st_cbor_check_first(rest, &size, &err), STET_OK);
		assert_int_equal(size, strlen(items[i]) / 2);
		rest.data += size;
		rest.size -= size;
	}
	assert_int_equal(rest.size, 0);
	assert_int_equal(st_cbor_check_first(rest, &size, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_CBOR_TRUNCATED);
	rest = st_buf_bytes(&buf);
	rest.data++;
	rest.size = 4;
	size = 77;
	assert_int_equal(st_cbor_check_first(rest, &size, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_CBOR_TRUNCATED);
	assert_int_equal(size, 77);
	st_buf_free(&buf);
}

/* --- mutation ------------------------------------------------------------------------------ */

/* A payload as the ledger has them: every kind of item, nested. */
static void
put_sample(struct st_buf *out)
{
	static const uint8_t digest[32] = {0xab, 0xcd};
	stet_bytes hash = {digest, sizeof(digest)};
	int i;

	st_cbor_put_map(out, 9);
	st_cbor_put_str(out, "v");
	st_cbor_put_uint(out, 1);
	st_cbor_put_str(out, "on");
	st_cbor_put_bool(out, 1);
	st_cbor_put_str(out, "off");
	st_cbor_put_bool(out, 0);
	st_cbor_put_str(out, "type");
	st_cbor_put_str(out, "correction");
	st_cbor_put_str(out, "after");
	st_cbor_put_bytes(out, hash);
	st_cbor_put_str(out, "score");
	st_cbor_put_hundredths(out, 850);
	st_cbor_put_str(out, "before");
	st_cbor_put_null(out);
	st_cbor_put_str(out, "counts");
	st_cbor_put_array(out, 30);
	for (i = 0; i < 30; i++)
		st_cbor_put_int(out, (i % 2 ? -1 : 1) * (INT64_C(1) << i));
	st_cbor_put_str(out, "targets");
	st_cbor_put_array(out, 2);
	for (i = 0; i < 2; i++) {
		st_cbor_put_map(out, 3);
		st_cbor_put_int(out, 1);
		st_cbor_put_str(out, "\xe6\xb0\xb4 \xc3\xbc");
		st_cbor_put_int(out, 3);
		st_cbor_put_tag(out, 18);
		st_cbor_put_array(out, 0);
		st_cbor_put_int(out, -1);
		st_cbor_put_bytes(out, hash);
	}
}

static void
test_cbor__every_cut_is_refused(void **state)
{
	struct st_buf buf = {0};
	size_t size, refusals = 0;
	stet_bytes item;

	(void)state;
	put_sample(&buf);
	assert_string_equal(verdict(st_buf_bytes(&buf)), "ok");
	comes_back_the_same(st_buf_bytes(&buf));
	for (size = 0; size < buf.size; size++) {
		item = st_buf_bytes(&buf);
		item.size = size;
		assert_string_equal(verdict(item), "cbor-truncated");
		refusals++;
	}
	/* From the front other items begin; the whole rest is none of them, or one that was inside.
	 */
	for (size = 1; size < buf.size; size++) {
		item = st_buf_bytes(&buf);
		item.data += size;
		item.size -= size;
		if (strcmp(verdict(item), "ok") == 0)
			comes_back_the_same(item);
		else
			refusals++;
	}
	st_buf_put_u8(&buf, 0);
	assert_string_equal(verdict(st_buf_bytes(&buf)), "cbor-trailing");
	print_message("%zu cuts of %zu bytes refused\n", refusals, buf.size - 1);
	assert_true(refusals > 2 * (buf.size - 1) - 60);
	st_buf_free(&buf);
}

/* Every bit and every byte value: whatever still passes is what the encoder writes for it. */
static void
test_cbor__what_survives_a_change_is_canonical(void **state)
{
	struct st_buf buf = {0};
	size_t at, tried = 0, survived = 0;
	int value;

	(void)state;
	put_sample(&buf);
	for (at = 0; at < buf.size; at++) {
		uint8_t kept = buf.data[at];

		for (value = 0; value < 256; value++) {
			if (value == kept)
				continue;
			buf.data[at] = (uint8_t)value;
			tried++;
			if (strcmp(verdict(st_buf_bytes(&buf)), "ok") == 0) {
				comes_back_the_same(st_buf_bytes(&buf));
				survived++;
			}
		}
		buf.data[at] = kept;
	}
	print_message("%zu changed items, %zu still in the profile, each comes back the same\n",
	    tried, survived);
	assert_true(survived > 0 && survived < tried);
	st_buf_free(&buf);
}

/* Where the heads of an item are. */
static size_t
find_heads(stet_bytes item, size_t *heads, size_t max)
{
	struct st_cbor in = st_cbor_open(item);
	struct st_cbor_item one;
	size_t count = 0;

	while (!st_cbor_done(&in)) {
		assert_true(count < max);
		heads[count++] = (size_t)(in.at - item.data);
		assert_int_equal(st_cbor_next(&in, &one), STET_OK);
	}
	return count;
}

/* Copies the item with the head at that place written in width bytes after the first. */
static int
widen(stet_bytes item, size_t at, size_t width, struct st_buf *out)
{
	unsigned info = item.data[at] & 31, major = item.data[at] >> 5;
	size_t old = info < 24 ? 0 : (size_t)1 << (info - 24), i;
	uint64_t value = info;

	if (major == 7 || width <= old)
		return 0;
	for (i = 0, value = old > 0 ? 0 : info; i < old; i++)
		value = value << 8 | item.data[at + 1 + i];
	st_buf_put(out, item.data, at);
	st_buf_put_u8(out, (uint8_t)(major << 5 | (width == 1      ? 24
						      : width == 2 ? 25
						      : width == 4 ? 26
								   : 27)));
	for (i = width; i > 0; i--)
		st_buf_put_u8(out, (uint8_t)(value >> 8 * (i - 1)));
	st_buf_put(out, item.data + at + 1 + old, item.size - at - 1 - old);
	return 1;
}

static void
test_cbor__every_widened_head_is_refused(void **state)
{
	struct st_buf buf = {0}, wide = {0};
	size_t heads[200], count, i, width, tried = 0;

	(void)state;
	put_sample(&buf);
	count = find_heads(st_buf_bytes(&buf), heads, 200);
	for (i = 0; i < count; i++)
		for (width = 1; width <= 8; width *= 2) {
			const char *rule;

			st_buf_reset(&wide);
			if (!widen(st_buf_bytes(&buf), heads[i], width, &wide))
				continue;
			rule = verdict(st_buf_bytes(&wide));
			/* Inside hundredths any other head is the wrong form of tag 4 first. */
			if (strcmp(rule, "cbor-not-shortest") != 0 && strcmp(rule, "cbor-tag") != 0)
				fail_msg("head at %zu in %zu bytes: %s", heads[i], width, rule);
			tried++;
		}
	print_message("%zu widened heads refused\n", tried);
	assert_true(tried > 150);
	st_buf_free(&buf);
	st_buf_free(&wide);
}

/* Every definite string, array and map made indefinite, with a break where it ends. */
static void
test_cbor__every_indefinite_form_is_refused(void **state)
{
	struct st_buf buf = {0}, open = {0};
	size_t heads[200], count, i, tried = 0;

	(void)state;
	put_sample(&buf);
	count = find_heads(st_buf_bytes(&buf), heads, 200);
	for (i = 0; i < count; i++) {
		unsigned major = buf.data[heads[i]] >> 5;
		stet_bytes rest = {buf.data + heads[i], buf.size - heads[i]}, whole;
		struct st_cbor in = st_cbor_open(rest), inside = in;
		struct st_cbor_item item;

		if (major < 2 || major > 5)
			continue;
		assert_int_equal(st_cbor_skip(&in, &whole), STET_OK);
		assert_int_equal(st_cbor_next(&inside, &item), STET_OK);
		st_buf_reset(&open);
		st_buf_put(&open, buf.data, heads[i]);
		st_buf_put_u8(&open, (uint8_t)(major << 5 | 31));
		if (major <= 3)
			st_buf_put_bytes(&open, whole); /* the string itself is the one chunk */
		else
			st_buf_put(&open, inside.at, (size_t)(in.at - inside.at));
		st_buf_put_u8(&open, 0xff);
		st_buf_put(&open, in.at, (size_t)(in.end - in.at));
		if (strcmp(verdict(st_buf_bytes(&open)), "cbor-indefinite") != 0 &&
		    strcmp(verdict(st_buf_bytes(&open)), "cbor-tag") != 0)
			fail_msg("item at %zu: %s", heads[i], verdict(st_buf_bytes(&open)));
		tried++;
	}
	print_message("%zu indefinite forms refused\n", tried);
	assert_true(tried > 20);
	st_buf_free(&buf);
	st_buf_free(&open);
}

#define MEMBERS 40

static void
put_members(struct st_buf *out, const struct st_cbor_pair *pairs, const int *order, int count)
{
	int i;

	st_buf_reset(out);
	st_cbor_put_map(out, (uint64_t)count);
	for (i = 0; i < count; i++) {
		st_buf_put_bytes(out, pairs[order[i]].key);
		st_buf_put_bytes(out, pairs[order[i]].value);
	}
}

/* A map whose keys are of all sizes: every swap of two and every repeated key. */
static void
test_cbor__every_swap_and_repeat_in_a_map_is_refused(void **state)
{
	struct st_buf keys = {0}, map = {0};
	struct st_cbor_pair pairs[MEMBERS];
	size_t ends[MEMBERS + 1] = {0};
	int order[MEMBERS + 1], kind, i, j, tried = 0;

	(void)state;
	for (kind = 0; kind < 2; kind++) {
		st_buf_reset(&keys);
		for (i = 0; i < MEMBERS; i++) {
			char name[64];

			snprintf(name, sizeof(name), "%.*s%d", i,
			    "the longer the later, bytewise by encoding", i);
			if (kind == 0)
				st_cbor_put_int(&keys, (i % 2 ? -1 : 1) * (INT64_C(1) << i));
			else
				st_cbor_put_str(&keys, name);
			ends[i + 1] = keys.size;
		}
		for (i = 0; i < MEMBERS; i++) {
			static const uint8_t null[1] = {0xf6};

			pairs[i].key.data = keys.data + ends[i];
			pairs[i].key.size = ends[i + 1] - ends[i];
			pairs[i].value.data = null;
			pairs[i].value.size = 1;
		}
		st_buf_reset(&map);
		st_cbor_put_map_sorted(&map, pairs, MEMBERS); /* sorts pairs in place */
		assert_string_equal(verdict(st_buf_bytes(&map)), "ok");
		comes_back_the_same(st_buf_bytes(&map));
		for (i = 0; i < MEMBERS; i++)
			for (j = i + 1; j < MEMBERS; j++) {
				int k;

				for (k = 0; k < MEMBERS; k++)
					order[k] = k == i ? j : k == j ? i : k;
				put_members(&map, pairs, order, MEMBERS);
				assert_string_equal(verdict(st_buf_bytes(&map)), "cbor-key-order");
				tried++;
			}
		for (i = 0; i < MEMBERS; i++)
			for (j = 0; j <= MEMBERS; j++) { /* key i once more, before place j */
				int k;

				for (k = 0; k <= MEMBERS; k++)
					order[k] = k < j ? k : k == j ? i : k - 1;
				put_members(&map, pairs, order, MEMBERS + 1);
				assert_string_equal(verdict(st_buf_bytes(&map)),
				    j == i || j == i + 1 ? "cbor-key-repeated" : "cbor-key-order");
				tried++;
			}
	}
	print_message("%d maps with members swapped or repeated refused\n", tried);
	st_buf_free(&keys);
	st_buf_free(&map);
}

/* Random bytes, half of them made of likely heads: no crash, and what passes is canonical. The
 * reader too goes over everything, checked or not. */
static void
test_cbor__random_bytes(void **state)
{
	static const uint8_t likely[] = {0x00, 0x17, 0x18, 0x20, 0x40, 0x41, 0x60, 0x61, 0x80, 0x81,
	    0x82, 0xa0, 0xa1, 0xa2, 0xc4, 0xd2, 0xf4, 0xf5, 0xf6, 0x61, 0x62, 0x01, 0x02, 0x21};
	uint32_t seed = 99, passed = 0;
	int round;

	(void)state;
	for (round = 0; round < 300000; round++) {
		uint8_t data[24];
		stet_bytes item = {data, 0}, skipped;
		struct st_cbor in;
		struct st_cbor_item one;
		size_t i;

		seed = seed * 1664525 + 1013904223;
		item.size = (seed >> 20) % sizeof(data);
		for (i = 0; i < item.size; i++) {
			seed = seed * 1664525 + 1013904223;
			data[i] = (uint8_t)(seed >> 24);
			if (round % 2)
				data[i] = likely[data[i] % sizeof(likely)];
		}
		in = st_cbor_open(item);
		while (st_cbor_next(&in, &one) == STET_OK)
			;
		in = st_cbor_open(item);
		while (st_cbor_skip(&in, &skipped) == STET_OK)
			assert_true(skipped.size > 0 && in.at <= in.end);
		if (st_cbor_check(item, NULL) == STET_OK) {
			comes_back_the_same(item);
			passed++;
		}
	}
	print_message(
	    "%u of 300000 random inputs are items, each comes back the same\n", (unsigned)passed);
	assert_true(passed > 1000);
}

/* --- reading and writing ------------------------------------------------------------------- */

static void
test_cbor__reads_what_is_asked_and_stays_otherwise(void **state)
{
	/* One item of each kind, and how often each reader takes one. */
	static const char *const items[] = {"05", "24", "4101", "6161", "8100", "a10000",
	    "c4822105", "f5", "f6",
	    "5820000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"};
	int taken[9] = {0};
	size_t i, count = sizeof(items) / sizeof(items[0]);

	(void)state;
	for (i = 0; i < count; i++) {
		struct st_buf buf = {0};
		struct st_cbor start = st_cbor_open(data_hex(&buf, items[i])), in;
		struct st_cbor_item item;
		const uint8_t *hash;
		stet_bytes bytes;
		uint64_t number;
		int64_t integer;
		int kind;

		for (kind = 0; kind < 9; kind++) {
			int rc = STET_EFORMAT;

			in = start;
			switch (kind) {
			case 0:
				rc = st_cbor_read_uint(&in, &number);
				break;
			case 1:
				rc = st_cbor_read_int(&in, &integer);
				break;
			case 2:
				rc = st_cbor_read_bytes(&in, &bytes);
				break;
			case 3:
				rc = st_cbor_read_text(&in, &bytes);
				break;
			case 4:
				rc = st_cbor_read_hash(&in, &hash);
				break;
			case 5:
				rc = st_cbor_read_array(&in, &number);
				break;
			case 6:
				rc = st_cbor_read_map(&in, &number);
				break;
			case 7:
				rc = st_cbor_read_hundredths(&in, &integer);
				break;
			case 8:
				rc = st_cbor_peek(&in, &item);
				break;
			}
			if (rc == STET_OK)
				taken[kind]++;
			else {
				assert_int_equal(rc, STET_EFORMAT);
				assert_ptr_equal(in.at, start.at);
			}
		}
		st_buf_free(&buf);
	}
	assert_int_equal(taken[0], 1);
	assert_int_equal(taken[1], 2);
	assert_int_equal(taken[2], 2);
	assert_int_equal(taken[3], 1);
	assert_int_equal(taken[4], 1);
	assert_int_equal(taken[5], 1);
	assert_int_equal(taken[6], 1);
	assert_int_equal(taken[7], 1);
	assert_int_equal(taken[8], 10);
}

static void
test_cbor__reads_past_the_end_are_refused(void **state)
{
	stet_bytes nothing = {(const uint8_t *)"", 0}, absent = {NULL, 0}, bytes;
	struct st_cbor in = st_cbor_open(nothing);
	struct st_cbor_item item;
	uint64_t number;

	(void)state;
	assert_true(st_cbor_done(&in));
	assert_int_equal(st_cbor_next(&in, &item), STET_EFORMAT);
	assert_int_equal(st_cbor_peek(&in, &item), STET_EFORMAT);
	assert_int_equal(st_cbor_skip(&in, &bytes), STET_EFORMAT);
	assert_int_equal(st_cbor_read_uint(&in, &number), STET_EFORMAT);
	in = st_cbor_open(absent);
	assert_true(st_cbor_done(&in));
	assert_int_equal(st_cbor_next(&in, &item), STET_EFORMAT);
	assert_string_equal(verdict(absent), "cbor-truncated");
}

static void
test_cbor__reads_hundredths(void **state)
{
	static const int64_t values[] = {
	    0, 1, -1, 850, 1000, 10000, -99, ST_CBOR_INT_MAX, -ST_CBOR_INT_MAX};
	static const char *const others[] = {
	    "c4822001", "c48221", "c4832101", "c5822101", "822101", "c48221f6"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct st_buf buf = {0};
		struct st_cbor in;
		int64_t value;

		st_cbor_put_hundredths(&buf, values[i]);
		assert_string_equal(verdict(st_buf_bytes(&buf)), "ok");
		in = st_cbor_open(st_buf_bytes(&buf));
		assert_int_equal(st_cbor_read_hundredths(&in, &value), STET_OK);
		assert_true(value == values[i] && st_cbor_done(&in));
		st_buf_free(&buf);
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct st_buf buf = {0};
		struct st_cbor in = st_cbor_open(data_hex(&buf, others[i]));
		int64_t value;

		assert_int_equal(st_cbor_read_hundredths(&in, &value), STET_EFORMAT);
		st_buf_free(&buf);
	}
}

static void
test_cbor__finds_members(void **state)
{
	struct st_buf buf = {0};
	stet_bytes map, value;
	uint64_t number;

	(void)state;
	put_sample(&buf);
	map = st_buf_bytes(&buf);
	assert_int_equal(st_cbor_member_uint(map, "v", &number), STET_OK);
	assert_true(number == 1);
	assert_int_equal(st_cbor_member_text(map, "type", &value), STET_OK);
	assert_true(st_bytes_equal(value, st_str("correction")));
	assert_int_equal(st_cbor_member_bytes(map, "after", &value), STET_OK);
	assert_int_equal(value.size, 32);
	assert_int_equal(st_cbor_member(map, "score", &value), STET_OK);
	assert_int_equal(value.size, 6);
	assert_int_equal(st_cbor_member(map, "targets", &value), STET_OK);
	comes_back_the_same(value);
	assert_int_equal(st_cbor_member(map, "absent", &value), STET_ENOTFOUND);
	assert_int_equal(st_cbor_member(map, "", &value), STET_ENOTFOUND);
	assert_int_equal(st_cbor_member(map, "typ", &value), STET_ENOTFOUND);
	assert_int_equal(st_cbor_member_text(map, "absent", &value), STET_ENOTFOUND);
	assert_int_equal(st_cbor_member_text(map, "v", &value), STET_EFORMAT);
	assert_int_equal(st_cbor_member_uint(map, "type", &number), STET_EFORMAT);
	assert_int_equal(st_cbor_member_bytes(map, "type", &value), STET_EFORMAT);
	assert_int_equal(st_cbor_member(data_hex(&buf, "80"), "v", &value), STET_EFORMAT);
	assert_int_equal(st_cbor_member(data_hex(&buf, "a10000"), "v", &value), STET_EFORMAT);
	assert_int_equal(st_cbor_member(data_hex(&buf, "a0"), "v", &value), STET_ENOTFOUND);
	st_buf_free(&buf);
}

static void
test_cbor__sorts_members_by_their_encoding(void **state)
{
	struct st_buf buf = {0}, map = {0}, expected = {0};
	struct st_cbor_pair pairs[8];
	static const int64_t keys[8] = {-1, 100, 0, 23, 24, -100, 1000, -2};
	size_t i;

	(void)state;
	st_buf_room(&buf, 4096);
	for (i = 0; i < 8; i++) {
		size_t before = buf.size;

		st_cbor_put_int(&buf, keys[i]);
		pairs[i].key.data = buf.data + before;
		pairs[i].key.size = buf.size - before;
		pairs[i].value = pairs[i].key;
	}
	st_cbor_put_map_sorted(&map, pairs, 8);
	assert_true(st_bytes_equal(st_buf_bytes(&map), data_hex(&expected, "a8"
									   "0000"
									   "1717"
									   "18181818"
									   "18641864"
									   "1903e81903e8"
									   "2020"
									   "2121"
									   "38633863")));
	st_buf_reset(&map);
	st_cbor_put_map_sorted(&map, NULL, 0);
	assert_int_equal(map.size, 1);
	assert_int_equal(map.data[0], 0xa0);
	st_buf_free(&buf);
	st_buf_free(&map);
	st_buf_free(&expected);
}

static void
test_cbor__writing_survives_short_memory(void **state)
{
	long n;

	(void)state;
	for (n = 0;; n++) {
		struct st_buf buf = {0};

		alloc_fail(n);
		put_sample(&buf);
		if (!alloc_failed()) {
			assert_int_equal(buf.rc, STET_OK);
			st_buf_free(&buf);
			break;
		}
		assert_int_equal(buf.rc, STET_ENOMEM);
		st_buf_free(&buf);
	}
	assert_true(n > 0);
}

static void
test_cbor__checking_and_reading_allocate_nothing(void **state)
{
	struct st_buf buf = {0};
	struct st_cbor in;
	struct st_cbor_item item;
	long before;

	(void)state;
	put_sample(&buf);
	before = alloc_count();
	assert_int_equal(st_cbor_check(st_buf_bytes(&buf), NULL), STET_OK);
	in = st_cbor_open(st_buf_bytes(&buf));
	while (!st_cbor_done(&in))
		assert_int_equal(st_cbor_next(&in, &item), STET_OK);
	assert_int_equal(alloc_count(), before);
	st_buf_free(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cbor__public_vectors),
	    cmocka_unit_test(test_cbor__agrees_with_the_format_page),
	    cmocka_unit_test(test_cbor__every_input_of_three_bytes),
	    cmocka_unit_test(test_cbor__integers_end_at_2_53),
	    cmocka_unit_test(test_cbor__sixteen_levels),
	    cmocka_unit_test(test_cbor__counts_are_held_against_the_bytes),
	    cmocka_unit_test(test_cbor__each_violation_has_its_rule),
	    cmocka_unit_test(test_cbor__says_where),
	    cmocka_unit_test(test_cbor__mixed_keys_in_the_outermost_map_alone),
	    cmocka_unit_test(test_cbor__takes_a_sequence_item_by_item),
	    cmocka_unit_test(test_cbor__every_cut_is_refused),
	    cmocka_unit_test(test_cbor__what_survives_a_change_is_canonical),
	    cmocka_unit_test(test_cbor__every_widened_head_is_refused),
	    cmocka_unit_test(test_cbor__every_indefinite_form_is_refused),
	    cmocka_unit_test(test_cbor__every_swap_and_repeat_in_a_map_is_refused),
	    cmocka_unit_test(test_cbor__random_bytes),
	    cmocka_unit_test(test_cbor__reads_what_is_asked_and_stays_otherwise),
	    cmocka_unit_test(test_cbor__reads_past_the_end_are_refused),
	    cmocka_unit_test(test_cbor__reads_hundredths),
	    cmocka_unit_test(test_cbor__finds_members),
	    cmocka_unit_test(test_cbor__sorts_members_by_their_encoding),
	    cmocka_unit_test(test_cbor__writing_survives_short_memory),
	    cmocka_unit_test(test_cbor__checking_and_reading_allocate_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
