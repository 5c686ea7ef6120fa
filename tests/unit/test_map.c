/* merkle/map: the record index of sorted leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "merkle/map.h"

#define LEAVES_MAX 2000

static int
bit_of(const uint8_t key[32], unsigned at)
{
	return key[at / 8] >> (7 - at % 8) & 1;
}

/* INDEX(S, d), word for word; the leaves in any order. */
static void
defined_index(
    const struct st_map_leaf *const *leaves, size_t count, unsigned depth, uint8_t out[32])
{
	const struct st_map_leaf **side;
	uint8_t input[73];
	size_t i, sides[2] = {0, 0};

	if (count == 0) {
		memset(out, 0, 32);
		return;
	}
	if (count == 1) {
		input[0] = 0x02;
		memcpy(input + 1, leaves[0]->key, 32);
		st_be64_put(input + 33, leaves[0]->count);
		memcpy(input + 41, leaves[0]->head, 32);
		st_sha256((stet_bytes){input, 73}, out);
		return;
	}
	assert_true(depth < 256);
	side = calloc(2 * count, sizeof(const struct st_map_leaf *));
	assert_non_null(side);
	for (i = 0; i < count; i++) {
		const int right = bit_of(leaves[i]->key, depth);

		side[(right ? count : 0) + sides[right]++] = leaves[i];
	}
	input[0] = 0x03;
	defined_index(side, sides[0], depth + 1, input + 1);
	defined_index(side + count, sides[1], depth + 1, input + 33);
	free(side);
	st_sha256((stet_bytes){input, 65}, out);
}

static int
compare_leaves(const void *a, const void *b)
{
	return memcmp(a, b, 32); /* the key comes first */
}

static uint64_t seed;

static uint64_t
random_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void
random_bytes(uint8_t *out, size_t size)
{
	while (size > 0)
		out[--size] = (uint8_t)(random_number() >> 24);
}

/* Leaves of random keys that share their first `shared` bits and differ in at most `free` bits
 * after them, sorted, without repeats. How many. */
static size_t
random_leaves(struct st_map_leaf *leaves, size_t count, unsigned shared, unsigned differing)
{
	uint8_t common[32];
	size_t i, kept = 0;
	unsigned at;

	random_bytes(common, 32);
	for (i = 0; i < count; i++) {
		memcpy(leaves[i].key, common, 32);
		for (at = shared; at < shared + differing && at < 256; at++)
			if (random_number() >> 40 & 1)
				leaves[i].key[at / 8] ^= (uint8_t)(0x80 >> at % 8);
		leaves[i].count = random_number() & UINT64_C(0x1fffffffffffff);
		random_bytes(leaves[i].head, 32);
	}
	qsort(leaves, count, sizeof(*leaves), compare_leaves);
	for (i = 0; i < count; i++)
		if (i == 0 || memcmp(leaves[i].key, leaves[kept - 1].key, 32) != 0)
			leaves[kept++] = leaves[i];
	return kept;
}

static void
assert_index(const struct st_map_leaf *leaves, size_t count, unsigned depth)
{
	const struct st_map_leaf *views[LEAVES_MAX];
	struct st_map_side side;
	uint8_t wanted[32];
	size_t i;

	assert_true(count <= LEAVES_MAX);
	for (i = 0; i < count; i++)
		views[i] = &leaves[count - 1 - i];
	defined_index(views, count, depth, wanted);
	memset(&side, 0x77, sizeof(side));
	st_map_root(leaves, count, depth, &side);
	assert_true(side.count == count);
	assert_memory_equal(side.hash, wanted, 32);
}

/* ------------------------------------------------------------------ vectors */

struct name {
	const char *name, *key;
	uint64_t count;
	uint8_t head;
};

static void
assert_vector(const struct name *names, size_t count, const char *wanted)
{
	struct st_map_leaf leaves[4];
	struct st_map_side side;
	char hex[65];
	size_t i;

	for (i = 0; i < count; i++) {
		st_map_key(st_str(names[i].name), leaves[i].key);
		st_hex(leaves[i].key, 4, hex);
		assert_string_equal(hex, names[i].key);
		leaves[i].count = names[i].count;
		memset(leaves[i].head, names[i].head, 32);
	}
	qsort(leaves, count, sizeof(leaves[0]), compare_leaves);
	st_map_root(leaves, count, 0, &side);
	assert_true(side.count == count);
	st_hex(side.hash, 32, hex);
	assert_string_equal(hex, wanted);
	print_message("index of %zu: %s\n", count, hex);
}

static void
test_map__has_the_roots_of_the_format_page(void **state)
{
	static const struct name names[3] = {{"stet:ledger", "518a508e", 1, 0x11},
	    {"doi:10.5281/zenodo.21073815", "4b88d685", 2, 0x22},
	    {"urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6", "27b1b444", 10, 0x33}};
	static const struct name one_sided[2] = {
	    {"stet:ledger", "518a508e", 1, 0x11}, {"rw:362", "51632dc5", 1, 0x44}};

	(void)state;
	assert_vector(names, 1, "b36cebadf57da96b099a1f57cf3bfdf9da354c9320c436107adcda9810178353");
	assert_vector(names, 2, "019a4bcc9aea726a00b9d11c3e5399ee6e166859c8b2a5c22cfc7fb722c065c0");
	assert_vector(names, 3, "8a863809b1cb169881d906208dbfb0b3ca019b46b5e0f37d07bed52a2aa56498");
	assert_vector(
	    one_sided, 2, "879d6e45084a3e5d4c2bd0d83c5c5835ef6ed0d48dc3ab5eb21dbf5714cf0273");
}

/* ------------------------------------------------------------------ against the definition */

static void
test_map__is_the_index_as_defined(void **state)
{
	static struct st_map_leaf leaves[LEAVES_MAX];
	size_t sets = 0, count;
	unsigned depth;

	(void)state;
	seed = 1;
	for (count = 0; count <= 130; count++, sets++)
		assert_index(leaves, random_leaves(leaves, count, 0, 256), 0);
	for (depth = 0; depth < 256; depth++, sets++) /* crowded together, at every depth */
		assert_index(leaves, random_leaves(leaves, 40, depth, 7), depth);
	for (depth = 0; depth < 256; depth += 5, sets++) /* below long one-sided runs */
		assert_index(leaves, random_leaves(leaves, 9, depth, 4), 0);
	assert_index(leaves, random_leaves(leaves, LEAVES_MAX, 0, 256), 0);
	print_message("%zu random sets as defined\n", sets + 1);
}

/* Two keys that part in their last bit: 255 one-sided levels.  And a comb: every level has a leaf.
 */
static void
test_map__goes_as_deep_as_keys_are_long(void **state)
{
	static struct st_map_leaf leaves[257];
	unsigned at, i;

	(void)state;
	memset(leaves, 0, sizeof(leaves));
	memset(leaves[0].key, 0xa5, 32);
	leaves[1] = leaves[0];
	leaves[0].key[31] = 0xa4;
	for (at = 0; at < 256; at++)
		assert_index(leaves, 2, at);
	memset(leaves, 0, sizeof(leaves));
	for (i = 0; i < 256; i++) { /* 0…0, 0…01, 0…010, …, 10…0 */
		leaves[i + 1].key[31 - i / 8] = (uint8_t)(1 << i % 8);
		leaves[i + 1].count = i;
	}
	assert_index(leaves, 257, 0);
}

/* A side is joined from halves at any depth, as the cached pages of the index do it. */
static void
test_map__joins_sides_to_the_same_root(void **state)
{
	static struct st_map_leaf leaves[300];
	struct st_map_side left, right, joined, whole;
	size_t count, split, n;
	unsigned depth;

	(void)state;
	seed = 2;
	for (n = 0; n < 64; n++) {
		for (depth = 0; depth < 256; depth += 17) {
			count = random_leaves(leaves, n, depth, 9);
			for (split = 0; split < count; split++)
				if (bit_of(leaves[split].key, depth))
					break;
			st_map_root(leaves, split, depth + 1, &left);
			st_map_root(leaves + split, count - split, depth + 1, &right);
			st_map_root(leaves, count, depth, &whole);
			st_map_join(&left, &right, &joined);
			assert_memory_equal(&joined, &whole, sizeof(whole));
			st_map_join(&left, &right, &left); /* into one of the two */
			assert_memory_equal(&left, &whole, sizeof(whole));
		}
	}
}

/* ------------------------------------------------------------------ everything counts */

static void
test_map__has_another_root_when_any_bit_changes(void **state)
{
	struct st_map_leaf leaves[5], other[5];
	struct st_map_side before, after;
	size_t count, bit, changed = 0, i;

	(void)state;
	seed = 3;
	count = random_leaves(leaves, 5, 0, 256);
	assert_int_equal(count, 5);
	st_map_root(leaves, count, 0, &before);
	for (i = 0; i < count; i++) {
		for (bit = 0; bit < 8 * sizeof(leaves[0]); bit++) {
			memcpy(other, leaves, sizeof(other));
			((uint8_t *)&other[i])[bit / 8] ^= (uint8_t)(1 << bit % 8);
			qsort(other, count, sizeof(other[0]), compare_leaves);
			st_map_root(other, count, 0, &after);
			assert_memory_not_equal(before.hash, after.hash, 32);
			changed++;
		}
		memcpy(other, leaves, sizeof(other)); /* and without this name */
		memmove(other + i, other + i + 1, (count - i - 1) * sizeof(other[0]));
		st_map_root(other, count - 1, 0, &after);
		assert_memory_not_equal(before.hash, after.hash, 32);
	}
	print_message("%zu changed bits, as many other roots\n", changed);
}

/* A name that continues the domain string is still another name. */
static void
test_map__keeps_names_apart(void **state)
{
	uint8_t key[32], same[32], other[32];

	(void)state;
	st_map_key(st_str("rw:362"), key);
	st_map_key((stet_bytes){(const uint8_t *)"rw:362", 6}, same);
	st_map_key((stet_bytes){(const uint8_t *)"rw:362", 7}, other);
	assert_memory_equal(key, same, 32);
	assert_memory_not_equal(key, other, 32);
	st_sha256((stet_bytes){(const uint8_t *)"stet/subject/1\0rw:362", 21}, other);
	assert_memory_equal(key, other, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_map__has_the_roots_of_the_format_page),
	    cmocka_unit_test(test_map__is_the_index_as_defined),
	    cmocka_unit_test(test_map__goes_as_deep_as_keys_are_long),
	    cmocka_unit_test(test_map__joins_sides_to_the_same_root),
	    cmocka_unit_test(test_map__has_another_root_when_any_bit_changes),
	    cmocka_unit_test(test_map__keeps_names_apart),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
