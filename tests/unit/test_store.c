/* store: one suite, run over every engine: memory, lmdb, and both below the strict wrapper. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"
#include "support/alloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ------------------------------------------------------------------ a store to test */

struct fixture {
	const char *engine;
	int lmdb, strict;
	char folder[32];
	struct st_store *store;
};

static void
open_store(struct fixture *f)
{
	struct st_store *plain = NULL;
	stet_error err;
	int rc;

	if (f->lmdb)
		rc = st_store_open_lmdb(f->folder, ST_OPEN_CREATE, &plain, &err);
	else
		rc = st_store_open_memory(&plain, &err);
	if (rc != STET_OK)
		fail_msg("cannot open the %s store: %s", f->engine, err.text);
	f->store = plain;
	if (f->strict) {
		assert_int_equal(st_store_wrap_strict(&plain, &f->store, &err), STET_OK);
		assert_null(plain);
	}
}

static int
set_up(struct fixture *f)
{
	strcpy(f->folder, "store-XXXXXX");
	if (f->lmdb && mkdtemp(f->folder) == NULL)
		return -1;
	open_store(f);
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const files[] = {"data.mdb", "lock.mdb", "write.lock"};
	struct fixture *f = *state;
	char path[64];
	size_t i;

	st_store_close(f->store);
	f->store = NULL;
	if (!f->lmdb)
		return 0;
	for (i = 0; i < COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->folder, files[i]);
		unlink(path);
	}
	return rmdir(f->folder); /* fails if anything else was left behind */
}

#define ENGINE(id, is_lmdb, is_strict)                                \
	static struct fixture fixture_##id = {                        \
	    .engine = #id, .lmdb = (is_lmdb), .strict = (is_strict)}; \
	static int set_up_##id(void **state)                          \
	{                                                             \
		*state = &fixture_##id;                               \
		return set_up(&fixture_##id);                         \
	}
ENGINE(memory, 0, 0)
ENGINE(lmdb, 1, 0)
ENGINE(strict_memory, 0, 1)
ENGINE(strict_lmdb, 1, 1)

/* ------------------------------------------------------------------ shorthands */

static stet_bytes
bytes(const void *data, size_t size)
{
	return (stet_bytes){data, size};
}

static stet_bytes
str(const char *text)
{
	return st_str(text);
}

static struct st_batch *
begin(struct st_store *store)
{
	struct st_batch *batch = NULL;
	stet_error err;

	if (st_batch_begin(store, 10000, &batch, &err) != STET_OK)
		fail_msg("cannot begin: %s", err.text);
	return batch;
}

static void
commit(struct st_batch **batch)
{
	stet_error err;

	if (st_batch_commit(batch, &err) != STET_OK)
		fail_msg("cannot commit: %s", err.text);
	assert_null(*batch);
}

static void
put(struct st_batch *batch, enum st_table table, const char *key, const char *value)
{
	stet_bytes k = str(key), v = str(value);
	stet_error err;

	if (st_batch_put(batch, table, 0, &k, &v, 1, &err) != STET_OK)
		fail_msg("cannot put '%s': %s", key, err.text);
}

static struct st_reader *
reader_of(struct st_store *store)
{
	struct st_reader *reader = NULL;
	stet_error err;

	if (st_reader_open(store, &reader, &err) != STET_OK)
		fail_msg("cannot open a reader: %s", err.text);
	return reader;
}

static void
assert_bytes(stet_bytes got, stet_bytes expected)
{
	assert_non_null(got.data);
	assert_int_equal(got.size, expected.size);
	if (expected.size > 0)
		assert_memory_equal(got.data, expected.data, expected.size);
}

static void
assert_has(struct st_reader *reader, enum st_table table, const char *key, const char *value)
{
	stet_bytes got;

	assert_int_equal(st_get_one(reader, table, str(key), &got, NULL), STET_OK);
	assert_bytes(got, str(value));
}

static void
assert_lacks(struct st_reader *reader, enum st_table table, const char *key)
{
	stet_bytes got = {NULL, 7};
	stet_error err;

	memset(&err, 0x5a, sizeof(err));
	assert_int_equal(st_get_one(reader, table, str(key), &got, &err), STET_ENOTFOUND);
	assert_int_equal(err.code, 0x5a5a5a5a); /* an ordinary answer says nothing */
	assert_int_equal(got.size, 7);
}

static uint64_t
rows_of(struct st_reader *reader, enum st_table table)
{
	uint64_t rows = UINT64_MAX;

	assert_int_equal(st_reader_rows(reader, table, &rows, NULL), STET_OK);
	return rows;
}

static void
assert_fails(int rc, int code, int rule, const stet_error *err)
{
	assert_int_equal(rc, code);
	assert_int_equal(err->code, code);
	assert_string_equal(stet_rule_name(err->rule), stet_rule_name(rule));
	assert_true(err->text[0] != '\0');
}

/* ------------------------------------------------------------------ rows */

static void
test_store__starts_empty(void **state)
{
	struct fixture *f = *state;
	struct st_reader *reader = reader_of(f->store);
	struct st_scan *scan = NULL;
	size_t count = 9;
	int table;

	for (table = 0; table < ST_TABLE_COUNT; table++) {
		assert_non_null(st_table_names[table]);
		assert_lacks(reader, (enum st_table)table, "x");
		assert_int_equal(rows_of(reader, (enum st_table)table), 0);
		assert_int_equal(
		    st_scan_open(reader, (enum st_table)table, NULL, &scan, NULL), STET_OK);
		assert_int_equal(st_scan_next(scan, 8, NULL, NULL, &count, NULL), STET_OK);
		assert_int_equal(count, 0);
		st_scan_close(scan);
	}
	st_reader_close(reader);
}

/* Sizes at their limits, in each table. */
static void
test_store__keeps_what_is_put(void **state)
{
	static const size_t key_sizes[] = {1, 2, 8, 63, 64};
	static const size_t value_sizes[] = {0, 1, 500, 2029, 2030, 4080, 4096, 65535, 65536};
	static uint8_t key[64], value[65536];
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	struct st_reader *reader = NULL;
	stet_bytes k, v, got;
	size_t i, n, table;
	int again;

	for (again = 0; again < 2; again++) {
		for (table = 0; table < ST_TABLE_COUNT; table++) {
			for (i = 0; i < COUNT(key_sizes); i++) {
				for (n = 0; n < COUNT(value_sizes); n++) {
					memset(key, (int)(i * 16 + n), sizeof(key));
					memset(value, (int)(table * 7 + i + n), sizeof(value));
					k = bytes(key, key_sizes[i]);
					v = bytes(value, value_sizes[n]);
					if (again) {
						assert_int_equal(
						    st_get_one(reader, (enum st_table)table, k,
							&got, NULL),
						    STET_OK);
						assert_bytes(got, v);
						continue;
					}
					assert_int_equal(st_batch_put(batch, (enum st_table)table,
							     0, &k, &v, 1, NULL),
					    STET_OK);
					memset(key, 0xee, sizeof(key)); /* put copies */
					memset(value, 0xee, sizeof(value));
				}
			}
		}
		if (!again) {
			commit(&batch);
			reader = reader_of(f->store);
		}
	}
	for (table = 0; table < ST_TABLE_COUNT; table++)
		assert_int_equal(
		    rows_of(reader, (enum st_table)table), COUNT(key_sizes) * COUNT(value_sizes));
	st_reader_close(reader);
}

static void
test_store__refuses_what_is_too_large(void **state)
{
	static uint8_t large[65537];
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	struct st_reader *reader = st_batch_reader(batch);
	stet_bytes keys[2] = {{large, 1}, {NULL, 0}}, values[2] = {{large, 1}, {large, 1}}, got[2];
	struct st_range range = {{large, 65}, {NULL, 0}, 0};
	struct st_scan *scan = NULL;
	const stet_bytes bad[] = {{NULL, 0}, {large, 0}, {large, 65}, {NULL, 3}, {large, SIZE_MAX}};
	stet_error err;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		keys[1] = bad[i];
		assert_fails(st_batch_put(batch, ST_META, 0, keys, values, 2, &err), STET_EINVAL,
		    ST_STORE_LIMITS, &err);
		assert_fails(st_get(reader, ST_META, keys, 2, got, &err), STET_EINVAL,
		    ST_STORE_LIMITS, &err);
		assert_fails(st_batch_delete(batch, ST_META, bad[i], &err), STET_EINVAL,
		    ST_STORE_LIMITS, &err);
	}
	keys[1] = bytes(large + 1, 2);
	values[1] = bytes(large, 65537);
	assert_fails(st_batch_put(batch, ST_META, 0, keys, values, 2, &err), STET_EINVAL,
	    ST_STORE_LIMITS, &err);
	values[1] = bytes(NULL, 1);
	assert_fails(st_batch_put(batch, ST_META, 0, keys, values, 2, &err), STET_EINVAL,
	    ST_STORE_LIMITS, &err);
	assert_fails(
	    st_scan_open(reader, ST_META, &range, &scan, &err), STET_EINVAL, ST_STORE_LIMITS, &err);
	range = (struct st_range){{NULL, 0}, {large, 65}, 0};
	assert_fails(
	    st_scan_open(reader, ST_META, &range, &scan, &err), STET_EINVAL, ST_STORE_LIMITS, &err);
	assert_fails(st_batch_put(batch, ST_TABLE_COUNT, 0, keys, values, 1, &err), STET_EINVAL,
	    ST_STORE_MISUSE, &err);
	/* Nothing of the refused puts is there, and the batch goes on. */
	assert_int_equal(rows_of(reader, ST_META), 0);
	put(batch, ST_META, "k", "v");
	assert_int_equal(rows_of(reader, ST_META), 1);
	commit(&batch);
}

static void
test_store__answers_many_keys_at_once(void **state)
{
	enum { N = 500 };
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	static uint8_t names[2 * N][8];
	static stet_bytes keys[2 * N], values[2 * N], got[2 * N];
	struct st_reader *reader;
	size_t i;

	for (i = 0; i < 2 * N; i++) { /* in no order, every second one absent */
		st_be64_put(names[i], i * 2654435761u % 100003);
		keys[i] = values[i] = bytes(names[i], 8);
	}
	for (i = 0; i < 2 * N; i += 2)
		assert_int_equal(
		    st_batch_put(batch, ST_CTI, 0, &keys[i], &values[i], 1, NULL), STET_OK);
	commit(&batch);
	reader = reader_of(f->store);
	assert_int_equal(st_get(reader, ST_CTI, keys, 2 * N, got, NULL), STET_OK);
	for (i = 0; i < 2 * N; i++) {
		if (i % 2 == 0)
			assert_bytes(got[i], values[i]);
		else
			assert_null(got[i].data);
	}
	assert_int_equal(st_get(reader, ST_CTI, keys, 0, got, NULL), STET_OK);
	st_reader_close(reader);
}

static void
test_store__says_which_keys_are_new(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	stet_bytes keys[] = {str("a"), str("b"), str("c")};
	stet_bytes values[] = {str("1"), str("2"), str("3")};
	struct st_reader *reader;
	stet_error err;

	put(batch, ST_ENTRY, "b", "old");
	assert_fails(st_batch_put(batch, ST_ENTRY, ST_PUT_NEW, keys, values, 3, &err),
	    STET_EMISMATCH, ST_STORE_KEY_EXISTS, &err);
	assert_fails(
	    st_batch_put(batch, ST_ENTRY, ST_PUT_NEW | ST_PUT_APPEND, keys, values, 1, &err),
	    STET_EMISMATCH, ST_STORE_KEY_EXISTS, &err);
	assert_int_equal(st_batch_put(batch, ST_ENTRY, ST_PUT_NEW | ST_PUT_APPEND, keys + 2,
			     values + 2, 1, &err),
	    STET_OK);
	commit(&batch); /* a refusal is an answer: the batch is as good as before */
	reader = reader_of(f->store);
	assert_has(reader, ST_ENTRY, "a", "1");
	assert_has(reader, ST_ENTRY, "b", "old");
	assert_has(reader, ST_ENTRY, "c", "3");
	st_reader_close(reader);
}

/* The hint is a hint: right, wrong and half right. */
static void
test_store__takes_append_as_a_hint(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	static const uint64_t order[] = {5, 6, 9, 7, 7, 1, 10, 11, 0, 12};
	struct st_reader *reader;
	uint8_t key[8], value[8];
	stet_bytes k = bytes(key, 8), v = bytes(value, 8), got;
	size_t i;

	for (i = 0; i < COUNT(order); i++) {
		st_be64_put(key, order[i]);
		st_be64_put(value, i);
		assert_int_equal(
		    st_batch_put(batch, ST_ENTRY, ST_PUT_APPEND, &k, &v, 1, NULL), STET_OK);
	}
	commit(&batch);
	reader = reader_of(f->store);
	assert_int_equal(rows_of(reader, ST_ENTRY), 9);
	st_be64_put(key, 7);
	assert_int_equal(st_get_one(reader, ST_ENTRY, k, &got, NULL), STET_OK);
	assert_int_equal(st_be64_get(got.data), 4);
	st_reader_close(reader);
}

static void
test_store__deletes_and_clears(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	struct st_reader *inside = st_batch_reader(batch), *reader;
	uint64_t in_use = 0;
	stet_error err;

	memset(&err, 0x5a, sizeof(err));
	put(batch, ST_INDEX, "a", "1");
	put(batch, ST_INDEX, "b", "2");
	put(batch, ST_TRIE, "a", "other table");
	assert_int_equal(st_batch_delete(batch, ST_INDEX, str("x"), &err), STET_ENOTFOUND);
	assert_int_equal(err.code, 0x5a5a5a5a);
	assert_int_equal(st_batch_delete(batch, ST_INDEX, str("a"), NULL), STET_OK);
	assert_int_equal(st_batch_delete(batch, ST_INDEX, str("a"), NULL), STET_ENOTFOUND);
	assert_int_equal(rows_of(inside, ST_INDEX), 1);
	assert_int_equal(st_batch_clear(batch, ST_INDEX, NULL), STET_OK);
	assert_int_equal(st_batch_clear(batch, ST_INDEX, NULL), STET_OK);
	assert_int_equal(rows_of(inside, ST_INDEX), 0);
	put(batch, ST_INDEX, "c", "3");
	assert_fails(st_batch_clear(batch, ST_ENTRY, &err), STET_EINVAL, ST_STORE_MISUSE, &err);
	commit(&batch);
	reader = reader_of(f->store);
	assert_int_equal(rows_of(reader, ST_INDEX), 1);
	assert_has(reader, ST_INDEX, "c", "3");
	assert_has(reader, ST_TRIE, "a", "other table");
	assert_int_equal(st_store_size(f->store, &in_use, NULL), STET_OK);
	if (!f->lmdb) /* exactly what these two rows have; LMDB counts pages */
		assert_int_equal(in_use, 1 + 1 + 1 + 11);
	st_reader_close(reader);
}

/* All keys from first to last, each once and in order, and back. */
static void
assert_numbers(struct st_reader *reader, enum st_table table, uint64_t first, uint64_t last)
{
	struct st_range range = {{NULL, 0}, {NULL, 0}, 0};
	struct st_scan *scan = NULL;
	uint64_t seen, number;
	stet_bytes keys[64];
	size_t count, i;

	assert_int_equal(rows_of(reader, table), last - first + 1);
	for (range.backward = 0; range.backward < 2; range.backward++) {
		seen = 0;
		assert_int_equal(st_scan_open(reader, table, &range, &scan, NULL), STET_OK);
		do {
			assert_int_equal(st_scan_next(scan, 64, keys, NULL, &count, NULL), STET_OK);
			for (i = 0; i < count; i++, seen++) {
				number = range.backward ? last - seen : first + seen;
				assert_int_equal(st_be64_get(keys[i].data), number);
			}
		} while (count > 0);
		st_scan_close(scan);
		assert_int_equal(seen, last - first + 1);
	}
}

/* Keys in the orders that make a tree lopsided if it lets them. */
static void
test_store__holds_many_rows_put_in_any_order(void **state)
{
	enum { MANY = 30000 };
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	struct st_reader *reader;
	uint8_t key[8];
	stet_bytes k = bytes(key, 8);
	uint64_t n;
	size_t i;

	for (n = 0; n < MANY; n++) {
		const uint64_t orders[] = {n, MANY - 1 - n, n * 7919 % MANY};

		for (i = 0; i < COUNT(orders); i++) {
			st_be64_put(key, orders[i]);
			assert_int_equal(
			    st_batch_put(batch, (enum st_table)(ST_INDEX + i), 0, &k, &k, 1, NULL),
			    STET_OK);
		}
	}
	for (i = 0; i < 3; i++)
		assert_numbers(st_batch_reader(batch), (enum st_table)(ST_INDEX + i), 0, MANY - 1);
	for (n = 0; n < MANY / 2; n++) { /* and taken from one end only */
		st_be64_put(key, n);
		assert_int_equal(st_batch_delete(batch, ST_INDEX, k, NULL), STET_OK);
		st_be64_put(key, MANY - 1 - n);
		assert_int_equal(st_batch_delete(batch, ST_TRIE, k, NULL), STET_OK);
	}
	commit(&batch);
	reader = reader_of(f->store);
	assert_numbers(reader, ST_INDEX, MANY / 2, MANY - 1);
	assert_numbers(reader, ST_TRIE, 0, MANY / 2 - 1);
	assert_numbers(reader, ST_CTI, 0, MANY - 1);
	st_reader_close(reader);
}

/* ------------------------------------------------------------------ walks */

static void
collect(struct st_reader *reader, const struct st_range *range, size_t max, char *out)
{
	stet_bytes keys[64], values[64];
	struct st_scan *scan = NULL;
	size_t count, i;

	assert_int_equal(st_scan_open(reader, ST_INDEX, range, &scan, NULL), STET_OK);
	do {
		assert_int_equal(st_scan_next(scan, max, keys, values, &count, NULL), STET_OK);
		assert_true(count <= max);
		for (i = 0; i < count; i++) {
			assert_int_equal(values[i].size, keys[i].size);
			assert_memory_equal(values[i].data, keys[i].data, keys[i].size);
			memcpy(out, keys[i].data, keys[i].size);
			out += keys[i].size;
			*out++ = ' ';
		}
	} while (count > 0);
	/* The end stays the end. */
	assert_int_equal(st_scan_next(scan, max, keys, values, &count, NULL), STET_OK);
	assert_int_equal(count, 0);
	st_scan_close(scan);
	*out = '\0';
}

/* What collect should say, worked out by looking at every name. */
static void
expect(const char *const *names, size_t n, const struct st_range *range, char *out)
{
	size_t i;
	stet_bytes name;

	for (i = 0; i < n; i++) {
		name = str(names[range->backward ? n - 1 - i : i]);
		if ((range->from.data != NULL && st_bytes_compare(name, range->from) < 0) ||
		    (range->to.data != NULL && st_bytes_compare(name, range->to) >= 0))
			continue;
		out += sprintf(out, "%.*s ", (int)name.size, (const char *)name.data);
	}
	*out = '\0';
}

/* Every pair of bounds from below the first key to beyond the last, in both directions, in pieces
 * of every kind; before the commit and after it. */
static void
test_store__walks_every_range(void **state)
{
	static const char *const names[] = {"b", "bb", "bbb", "c", "d", "dd", "f"};
	static const char *const bounds[] = {NULL, "", "a", "b", "ba", "bb", "bbb", "bbbb", "c",
	    "d", "da", "dd", "e", "f", "ff", "g"};
	static const size_t pieces[] = {1, 2, 3, 7, 64};
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	struct st_reader *reader = st_batch_reader(batch);
	char got[128], expected[128];
	struct st_range range;
	size_t i, from, to, piece, walks = 0;
	int committed;

	for (i = 0; i < COUNT(names); i++)
		put(batch, ST_INDEX, names[(i * 3) % COUNT(names)], names[(i * 3) % COUNT(names)]);
	for (committed = 0; committed < 2; committed++) {
		for (from = 0; from < COUNT(bounds); from++) {
			for (to = 0; to < COUNT(bounds); to++) {
				for (i = 0; i < 2 * COUNT(pieces); i++) {
					memset(&range, 0, sizeof(range));
					if (bounds[from] != NULL)
						range.from = str(bounds[from]);
					if (bounds[to] != NULL)
						range.to = str(bounds[to]);
					range.backward = i % 2 != 0;
					piece = pieces[i / 2];
					collect(reader, &range, piece, got);
					expect(names, COUNT(names), &range, expected);
					assert_string_equal(got, expected);
					walks++;
				}
			}
		}
		collect(reader, NULL, 3, got);
		assert_string_equal(got, "b bb bbb c d dd f ");
		if (!committed) {
			commit(&batch);
			reader = reader_of(f->store);
		}
	}
	st_reader_close(reader);
	assert_int_equal(walks, 2 * 16 * 16 * 10);
}

static void
test_store__ends_walks_with_their_ground(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	struct st_scan *a = NULL, *b = NULL, *c = NULL;
	struct st_reader *reader;
	stet_bytes keys[2];
	stet_error err;
	size_t count;

	put(batch, ST_INDEX, "a", "1");
	put(batch, ST_INDEX, "b", "2");
	/* a put, a delete and a clear each end the walks of the batch, open or in the middle */
	assert_int_equal(st_scan_open(st_batch_reader(batch), ST_INDEX, NULL, &a, NULL), STET_OK);
	assert_int_equal(st_scan_open(st_batch_reader(batch), ST_META, NULL, &b, NULL), STET_OK);
	assert_int_equal(st_scan_next(a, 1, keys, NULL, &count, NULL), STET_OK);
	put(batch, ST_META, "x", "y");
	assert_fails(
	    st_scan_next(a, 1, keys, NULL, &count, &err), STET_EINVAL, ST_STORE_SCAN_ENDED, &err);
	assert_fails(
	    st_scan_next(b, 1, keys, NULL, &count, &err), STET_EINVAL, ST_STORE_SCAN_ENDED, &err);
	assert_int_equal(st_scan_open(st_batch_reader(batch), ST_INDEX, NULL, &c, NULL), STET_OK);
	assert_int_equal(st_batch_delete(batch, ST_META, str("x"), NULL), STET_OK);
	assert_fails(
	    st_scan_next(c, 1, keys, NULL, &count, &err), STET_EINVAL, ST_STORE_SCAN_ENDED, &err);
	st_scan_close(c);
	st_scan_close(b);
	commit(&batch);
	st_scan_close(a); /* after the batch it walked through is gone */

	/* walks that outlive their reader are ended with it, whatever order they go in */
	reader = reader_of(f->store);
	assert_int_equal(st_scan_open(reader, ST_INDEX, NULL, &a, NULL), STET_OK);
	assert_int_equal(st_scan_open(reader, ST_INDEX, NULL, &b, NULL), STET_OK);
	assert_int_equal(st_scan_open(reader, ST_INDEX, NULL, &c, NULL), STET_OK);
	st_scan_close(b);
	assert_int_equal(st_scan_next(a, 2, keys, NULL, &count, NULL), STET_OK);
	assert_int_equal(count, 2);
	assert_fails(
	    st_scan_next(a, 0, keys, NULL, &count, &err), STET_EINVAL, ST_STORE_MISUSE, &err);
	st_reader_close(reader);
	assert_fails(
	    st_scan_next(a, 1, keys, NULL, &count, &err), STET_EINVAL, ST_STORE_SCAN_ENDED, &err);
	st_scan_close(a);
	st_scan_close(c);
	st_scan_close(NULL);
}

/* ------------------------------------------------------------------ moments */

static void
test_store__shows_a_batch_to_itself_only(void **state)
{
	struct fixture *f = *state;
	struct st_reader *before = reader_of(f->store), *during, *after;
	struct st_batch *batch = begin(f->store);

	put(batch, ST_META, "k", "v");
	during = reader_of(f->store);
	assert_has(st_batch_reader(batch), ST_META, "k", "v");
	assert_lacks(during, ST_META, "k");
	commit(&batch);
	after = reader_of(f->store);
	assert_lacks(before, ST_META, "k");
	assert_lacks(during, ST_META, "k");
	assert_has(after, ST_META, "k", "v");
	assert_int_equal(st_reader_renew(before, NULL), STET_OK);
	assert_has(before, ST_META, "k", "v");
	st_reader_close(before);
	st_reader_close(during);
	st_reader_close(after);
}

static void
test_store__undoes_an_aborted_batch(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	struct st_reader *reader;
	stet_error err;

	put(batch, ST_META, "kept", "1");
	commit(&batch);
	batch = begin(f->store);
	put(batch, ST_META, "kept", "2");
	put(batch, ST_META, "lost", "3");
	assert_int_equal(st_batch_clear(batch, ST_META, NULL), STET_OK);
	st_batch_abort(&batch);
	assert_null(batch);
	st_batch_abort(&batch);
	st_batch_abort(NULL);
	assert_fails(st_batch_commit(&batch, &err), STET_EINVAL, ST_STORE_MISUSE, &err);
	reader = reader_of(f->store);
	assert_has(reader, ST_META, "kept", "1");
	assert_int_equal(rows_of(reader, ST_META), 1);
	st_reader_close(reader);
}

/* Thirty moments, each pinned by a reader of its own while later batches replace, delete and clear
 * everything: each must still read as it was. */
static void
test_store__keeps_every_moment_as_it_was(void **state)
{
	enum { MOMENTS = 30, KEYS = 200 };
	struct fixture *f = *state;
	struct st_reader *readers[MOMENTS];
	struct st_batch *batch;
	char key[16], value[16];
	int m, k;

	for (m = 0; m < MOMENTS; m++) {
		batch = begin(f->store);
		if (m % 7 == 3)
			assert_int_equal(st_batch_clear(batch, ST_INDEX, NULL), STET_OK);
		for (k = 0; k < KEYS; k++) {
			sprintf(key, "%d", k);
			sprintf(value, "%d %d", m, k);
			if ((k + m) % 5 != 0)
				put(batch, ST_INDEX, key, value);
			else
				(void)st_batch_delete(batch, ST_INDEX, str(key), NULL);
		}
		commit(&batch);
		readers[m] = reader_of(f->store);
	}
	for (m = 0; m < MOMENTS; m++) {
		for (k = 0; k < KEYS; k++) {
			sprintf(key, "%d", k);
			sprintf(value, "%d %d", m, k);
			if ((k + m) % 5 != 0)
				assert_has(readers[m], ST_INDEX, key, value);
			else
				assert_lacks(readers[m], ST_INDEX, key);
		}
		assert_int_equal(rows_of(readers[m], ST_INDEX), KEYS - KEYS / 5);
	}
	for (m = 0; m < MOMENTS; m++)
		st_reader_close(readers[(m * 7) % MOMENTS]);
}

static void
test_store__lets_one_batch_in_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store), *second = NULL;
	struct st_reader *inside = st_batch_reader(batch);
	stet_error err;

	assert_fails(
	    st_batch_begin(f->store, 0, &second, &err), STET_ELOCKED, ST_STORE_LOCKED, &err);
	assert_fails(
	    st_batch_begin(f->store, 30, &second, &err), STET_ELOCKED, ST_STORE_LOCKED, &err);
	assert_null(second);
	assert_fails(st_reader_renew(inside, &err), STET_EINVAL, ST_STORE_MISUSE, &err);
	st_reader_close(inside); /* the batch's own: stays */
	put(batch, ST_META, "k", "v");
	assert_has(inside, ST_META, "k", "v");
	commit(&batch);
	second = begin(f->store);
	st_batch_abort(&second);
	second = begin(f->store);
	commit(&second); /* nothing in it */
}

/* Readers and batches still open when the store is closed find their ground there. */
static void
test_store__stays_until_the_last_reader_goes(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	struct st_reader *reader;

	put(batch, ST_META, "k", "v");
	st_store_close(f->store);
	commit(&batch);
	open_store(f);
	reader = reader_of(f->store);
	st_store_close(f->store);
	if (f->lmdb) /* memory's second store is another one */
		assert_has(reader, ST_META, "k", "v");
	else
		assert_lacks(reader, ST_META, "k");
	st_reader_close(reader);
	open_store(f);
	st_store_close(NULL);
	st_reader_close(NULL);
}

static void
test_store__counts_what_it_is_asked(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	struct st_store_counts before, after;
	struct st_reader *reader;
	struct st_scan *scan = NULL;
	stet_bytes keys[3] = {str("a"), str("b"), str("c")}, got[3];
	uint64_t bytes_in_use = 0;
	size_t count;

	st_store_counts(f->store, &before);
	assert_int_equal(st_batch_put(batch, ST_META, 0, keys, keys, 3, NULL), STET_OK);
	commit(&batch);
	reader = reader_of(f->store);
	assert_int_equal(st_get(reader, ST_META, keys, 3, got, NULL), STET_OK);
	assert_int_equal(st_get(reader, ST_META, keys, 2, got, NULL), STET_OK);
	assert_int_equal(st_scan_open(reader, ST_META, NULL, &scan, NULL), STET_OK);
	assert_int_equal(st_scan_next(scan, 2, keys, NULL, &count, NULL), STET_OK);
	st_scan_close(scan);
	st_reader_close(reader);
	batch = begin(f->store);
	st_batch_abort(&batch);
	st_store_counts(f->store, &after);
	assert_int_equal(after.puts - before.puts, 3);
	assert_int_equal(after.commits - before.commits, 1);
	assert_int_equal(after.gets - before.gets, 5);
	assert_int_equal(after.scans - before.scans, 1);
	assert_int_equal(after.steps - before.steps, 2);
	assert_int_equal(st_store_size(f->store, &bytes_in_use, NULL), STET_OK);
	assert_true(bytes_in_use >= 6);
}

/* ------------------------------------------------------------------ threads */

static void *
use_elsewhere(void *arg)
{
	struct st_batch *batch = arg;
	stet_bytes key = str("k");
	stet_error err;

	assert_fails(st_batch_put(batch, ST_META, 0, &key, &key, 1, &err), STET_EINVAL,
	    ST_STORE_MISUSE, &err);
	assert_fails(
	    st_batch_delete(batch, ST_META, key, &err), STET_EINVAL, ST_STORE_MISUSE, &err);
	assert_fails(st_batch_clear(batch, ST_META, &err), STET_EINVAL, ST_STORE_MISUSE, &err);
	assert_fails(st_batch_commit(&batch, &err), STET_EINVAL, ST_STORE_MISUSE, &err);
	assert_non_null(batch); /* left to the thread that began it */
	return NULL;
}

static void
test_store__keeps_a_batch_in_its_thread(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, use_elsewhere, batch), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	put(batch, ST_META, "k", "v");
	commit(&batch);
}

/* Writers move amounts between accounts; readers add all accounts up.  A reader that saw half a
 * batch would see another sum.  Readers are opened in one thread and handed on to the next. */
struct bank {
	struct st_store *store;
	atomic_int stop;
	atomic_long looks, moves;
};

enum { ACCOUNTS = 40, SUM = 100 * ACCOUNTS };

static void
account_key(uint8_t key[8], uint64_t account)
{
	st_be64_put(key, account);
}

static uint64_t
sum_of_accounts(struct st_reader *reader)
{
	stet_bytes keys[16], values[16];
	struct st_scan *scan = NULL;
	uint64_t sum = 0;
	size_t count, i;

	assert_int_equal(st_scan_open(reader, ST_INDEX, NULL, &scan, NULL), STET_OK);
	do {
		assert_int_equal(st_scan_next(scan, 16, keys, values, &count, NULL), STET_OK);
		for (i = 0; i < count; i++)
			sum += st_be64_get(values[i].data);
	} while (count > 0);
	st_scan_close(scan);
	return sum;
}

static void
move(struct st_store *store, uint64_t from, uint64_t to)
{
	struct st_batch *batch = begin(store);
	uint8_t key[2][8], value[2][8];
	stet_bytes keys[2] = {{key[0], 8}, {key[1], 8}}, values[2], got[2];
	uint64_t left;

	account_key(key[0], from);
	account_key(key[1], to);
	assert_int_equal(st_get(st_batch_reader(batch), ST_INDEX, keys, 2, got, NULL), STET_OK);
	left = st_be64_get(got[0].data);
	st_be64_put(value[0], left - (left > 0));
	st_be64_put(value[1], st_be64_get(got[1].data) + (left > 0));
	values[0] = bytes(value[0], 8);
	values[1] = bytes(value[1], 8);
	assert_int_equal(st_batch_put(batch, ST_INDEX, 0, keys, values, 2, NULL), STET_OK);
	commit(&batch);
}

static void *
writing(void *arg)
{
	struct bank *bank = arg;
	long i;

	for (i = 0; i < 150; i++) {
		move(bank->store, (uint64_t)i % ACCOUNTS, (uint64_t)(i * 7 + 1) % ACCOUNTS);
		atomic_fetch_add(&bank->moves, 1);
	}
	return NULL;
}

static void *
reading(void *arg)
{
	struct bank *bank = arg;
	struct st_reader *reader = reader_of(bank->store);

	do {
		assert_int_equal(sum_of_accounts(reader), SUM);
		assert_int_equal(sum_of_accounts(reader), SUM);
		assert_int_equal(st_reader_renew(reader, NULL), STET_OK);
		atomic_fetch_add(&bank->looks, 1);
	} while (!atomic_load(&bank->stop));
	return reader; /* the main thread goes on with it */
}

static void
test_store__is_shared_by_threads(void **state)
{
	enum { WRITERS = 3, READERS = 3 };
	struct fixture *f = *state;
	struct bank bank = {.store = f->store};
	pthread_t writers[WRITERS], readers[READERS];
	struct st_batch *batch = begin(f->store);
	uint8_t key[8], value[8];
	stet_bytes k = bytes(key, 8), v = bytes(value, 8);
	void *reader;
	uint64_t i;

	for (i = 0; i < ACCOUNTS; i++) {
		account_key(key, i);
		st_be64_put(value, 100);
		assert_int_equal(st_batch_put(batch, ST_INDEX, 0, &k, &v, 1, NULL), STET_OK);
	}
	commit(&batch);
	for (i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, reading, &bank), 0);
	for (i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&writers[i], NULL, writing, &bank), 0);
	for (i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_join(writers[i], NULL), 0);
	atomic_store(&bank.stop, 1);
	for (i = 0; i < READERS; i++) {
		assert_int_equal(pthread_join(readers[i], &reader), 0);
		assert_int_equal(sum_of_accounts(reader), SUM);
		st_reader_close(reader);
	}
	assert_int_equal(atomic_load(&bank.moves), WRITERS * 150);
	print_message("%s: %d batches by %d threads, %ld sums read by %d others\n", f->engine,
	    WRITERS * 150, WRITERS, atomic_load(&bank.looks), READERS);
}

/* ------------------------------------------------------------------ against a model */

/* The model: for each table, what key (a small number) has what value (a number and a length). */
enum { MODEL_KEYS = 97, MODEL_TABLES = 3, MODEL_VALUE_MAX = 5000 };
struct model {
	int64_t value[MODEL_TABLES][MODEL_KEYS]; /* below 0: absent */
};

static uint64_t dice_state;

static uint64_t
dice(uint64_t sides)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return dice_state % sides;
}

/* Keys of different lengths, whose order is not that of their numbers, some of them the beginnings
 * of others. */
static stet_bytes
model_key(uint64_t number, uint8_t buf[64])
{
	size_t size = 1 + number % 13 * 5;

	memset(buf, (int)(number / 13 * 29 % 256), 64);
	buf[0] = (uint8_t)(number * 41 % 7);
	buf[size - 1] = (uint8_t)number;
	if (size == 1)
		buf[0] = (uint8_t)(100 + number);
	return bytes(buf, size);
}

static stet_bytes
model_value(int64_t value, uint8_t buf[MODEL_VALUE_MAX])
{
	size_t size = (size_t)(value % MODEL_VALUE_MAX);

	memset(buf, (int)(value / 3 % 256), MODEL_VALUE_MAX);
	return bytes(buf, size);
}

static int
order_of_keys(const void *a, const void *b)
{
	uint8_t left[64], right[64];

	return st_bytes_compare(
	    model_key(*(const uint64_t *)a, left), model_key(*(const uint64_t *)b, right));
}

static uint64_t model_order[MODEL_KEYS];

static void
sort_model_keys(void)
{
	uint8_t a[64], b[64];
	uint64_t i;

	for (i = 0; i < MODEL_KEYS; i++)
		model_order[i] = i;
	qsort(model_order, MODEL_KEYS, sizeof(model_order[0]), order_of_keys);
	for (i = 1; i < MODEL_KEYS; i++) /* all different */
		assert_true(st_bytes_compare(model_key(model_order[i - 1], a),
				model_key(model_order[i], b)) < 0);
}

static void
check_all(struct st_reader *reader, const struct model *model)
{
	static uint8_t value[MODEL_VALUE_MAX];
	uint8_t keys[MODEL_KEYS][64];
	stet_bytes asked[MODEL_KEYS], got[MODEL_KEYS];
	uint64_t i, rows;
	size_t t;

	for (t = 0; t < MODEL_TABLES; t++) {
		rows = 0;
		for (i = 0; i < MODEL_KEYS; i++)
			asked[i] = model_key(i, keys[i]);
		assert_int_equal(
		    st_get(reader, (enum st_table)(ST_INDEX + t), asked, MODEL_KEYS, got, NULL),
		    STET_OK);
		for (i = 0; i < MODEL_KEYS; i++) {
			if (model->value[t][i] < 0) {
				assert_null(got[i].data);
				continue;
			}
			assert_bytes(got[i], model_value(model->value[t][i], value));
			rows++;
		}
		assert_int_equal(rows_of(reader, (enum st_table)(ST_INDEX + t)), rows);
	}
}

static void
check_walk(struct st_reader *reader, const struct model *model)
{
	static uint8_t value[MODEL_VALUE_MAX];
	uint8_t from[64], to[64], key[64];
	uint64_t low = dice(MODEL_KEYS + 1), high = dice(MODEL_KEYS + 1), i, at;
	struct st_range range = {{NULL, 0}, {NULL, 0}, (int)dice(2)};
	stet_bytes keys[8], values[8];
	size_t count = 0, used = 0, t = dice(MODEL_TABLES), max = 1 + dice(8);
	struct st_scan *scan = NULL;

	if (low > 0) /* 0: no bound */
		range.from = model_key(model_order[low - 1], from);
	if (high < MODEL_KEYS)
		range.to = model_key(model_order[high], to);
	assert_int_equal(
	    st_scan_open(reader, (enum st_table)(ST_INDEX + t), &range, &scan, NULL), STET_OK);
	memset(from, 0, sizeof(from)); /* the range was copied */
	memset(to, 0, sizeof(to));
	for (i = 0; i < MODEL_KEYS; i++) {
		at = range.backward ? MODEL_KEYS - 1 - i : i;
		if ((low > 0 && at < low - 1) || at >= high || model->value[t][model_order[at]] < 0)
			continue;
		if (used == count) {
			assert_int_equal(
			    st_scan_next(scan, max, keys, values, &count, NULL), STET_OK);
			assert_true(count > 0);
			used = 0;
		}
		assert_bytes(keys[used], model_key(model_order[at], key));
		assert_bytes(values[used], model_value(model->value[t][model_order[at]], value));
		used++;
	}
	assert_int_equal(used, count);
	assert_int_equal(st_scan_next(scan, max, keys, values, &count, NULL), STET_OK);
	assert_int_equal(count, 0);
	st_scan_close(scan);
}

static void
change(struct st_batch *batch, struct model *model)
{
	static uint8_t value_buf[MODEL_VALUE_MAX];
	static const unsigned flags[] = {
	    0, 0, ST_PUT_NEW, ST_PUT_APPEND, ST_PUT_NEW | ST_PUT_APPEND};
	uint64_t number = dice(MODEL_KEYS), kind = dice(100);
	size_t t = dice(MODEL_TABLES);
	int64_t *there = &model->value[t][number], value = (int64_t)dice(1u << 20);
	enum st_table table = (enum st_table)(ST_INDEX + t);
	unsigned how = flags[dice(COUNT(flags))];
	uint8_t key_buf[64];
	stet_bytes key = model_key(number, key_buf), v = model_value(value, value_buf);
	int rc;

	if (kind < 1) {
		assert_int_equal(st_batch_clear(batch, table, NULL), STET_OK);
		for (number = 0; number < MODEL_KEYS; number++)
			model->value[t][number] = -1;
	} else if (kind < 35) {
		rc = st_batch_delete(batch, table, key, NULL);
		assert_int_equal(rc, *there < 0 ? STET_ENOTFOUND : STET_OK);
		*there = -1;
	} else {
		rc = st_batch_put(batch, table, how, &key, &v, 1, NULL);
		if ((how & ST_PUT_NEW) != 0 && *there >= 0) {
			assert_int_equal(rc, STET_EMISMATCH);
			return;
		}
		assert_int_equal(rc, STET_OK);
		*there = value;
	}
}

/* The same dice for every engine, so the same 6,000 changes; after each batch everything is
 * compared, in the middle of batches too, and in readers pinned to earlier moments. */
static void
test_store__answers_as_a_plain_table_would(void **state)
{
	enum { BATCHES = 150, CHANGES = 40, PINNED = 4 };
	struct fixture *f = *state;
	static struct model now, next, pinned[PINNED];
	struct st_reader *readers[PINNED] = {NULL}, *reader;
	struct st_batch *batch;
	size_t b, i, commits = 0;

	dice_state = 0x9e3779b97f4a7c15u;
	sort_model_keys();
	memset(&now, 0xff, sizeof(now));
	for (b = 0; b < BATCHES; b++) {
		batch = begin(f->store);
		next = now;
		for (i = 0; i < CHANGES; i++) {
			change(batch, &next);
			if (i % 8 == 0)
				check_walk(st_batch_reader(batch), &next);
		}
		check_all(st_batch_reader(batch), &next);
		if (dice(5) == 0) {
			st_batch_abort(&batch);
		} else {
			commit(&batch);
			now = next;
			commits++;
		}
		reader = reader_of(f->store);
		check_all(reader, &now);
		check_walk(reader, &now);
		i = dice(PINNED); /* one of the pinned moments is looked at again and moved */
		if (readers[i] != NULL) {
			check_all(readers[i], &pinned[i]);
			check_walk(readers[i], &pinned[i]);
			st_reader_close(readers[i]);
		}
		readers[i] = reader;
		pinned[i] = now;
		if (b % 25 != 24)
			continue;
		for (i = 0; i < PINNED; i++)
			st_reader_close(readers[i]);
		memset(readers, 0, sizeof(readers));
		if (f->lmdb) { /* what is on the disk is what was said */
			st_store_close(f->store);
			open_store(f);
		}
	}
	for (i = 0; i < PINNED; i++)
		st_reader_close(readers[i]);
	print_message("%s: %d changes in %d batches, %zu committed, as the model\n", f->engine,
	    BATCHES * CHANGES, BATCHES, commits);
}

/* ------------------------------------------------------------------ what strict finds */

static void
test_strict__overwrites_the_previous_answer(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	struct st_reader *reader;
	struct st_scan *scan = NULL;
	stet_bytes first, second, keys[2], values[2], old_key, old_value;
	size_t count;

	put(batch, ST_META, "a", "one");
	put(batch, ST_META, "b", "two");
	assert_int_equal(st_get_one(st_batch_reader(batch), ST_META, str("a"), &first, NULL), 0);
	put(batch, ST_META, "c", "three");
	assert_memory_equal(first.data, "\xdb\xdb\xdb", 3); /* any put ends the batch's views */
	commit(&batch);

	reader = reader_of(f->store);
	assert_int_equal(st_get_one(reader, ST_META, str("a"), &first, NULL), STET_OK);
	assert_memory_equal(first.data, "one", 3);
	assert_int_equal(st_get_one(reader, ST_META, str("b"), &second, NULL), STET_OK);
	assert_memory_equal(first.data, "\xdb\xdb\xdb", 3);
	assert_memory_equal(second.data, "two", 3);

	assert_int_equal(st_scan_open(reader, ST_META, NULL, &scan, NULL), STET_OK);
	assert_int_equal(st_scan_next(scan, 2, keys, values, &count, NULL), STET_OK);
	old_key = keys[0];
	old_value = values[0];
	assert_memory_equal(old_value.data, "one", 3);
	assert_int_equal(st_scan_next(scan, 2, keys, values, &count, NULL), STET_OK);
	assert_memory_equal(old_key.data, "\xdb", 1);
	assert_memory_equal(old_value.data, "\xdb\xdb\xdb", 3);
	assert_memory_equal(second.data, "two", 3); /* a walk does not end what get answered */
	st_scan_close(scan);
	assert_int_equal(st_reader_renew(reader, NULL), STET_OK);
	assert_memory_equal(second.data, "\xdb\xdb\xdb", 3);
	st_reader_close(reader);
}

static void
test_strict__refuses_to_pull_the_ground_from_a_walk(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	struct st_reader *reader;
	struct st_scan *scan = NULL;
	stet_error err;

	put(batch, ST_META, "a", "1");
	assert_int_equal(st_scan_open(st_batch_reader(batch), ST_META, NULL, &scan, NULL), STET_OK);
	assert_fails(st_batch_commit(&batch, &err), STET_EINVAL, ST_STORE_SCAN_OPEN, &err);
	assert_null(batch); /* consumed, and nothing written */
	st_scan_close(scan);
	reader = reader_of(f->store);
	assert_int_equal(rows_of(reader, ST_META), 0);
	assert_int_equal(st_scan_open(reader, ST_META, NULL, &scan, NULL), STET_OK);
	assert_fails(st_reader_renew(reader, &err), STET_EINVAL, ST_STORE_SCAN_OPEN, &err);
	st_scan_close(scan);
	assert_int_equal(st_reader_renew(reader, NULL), STET_OK);
	st_reader_close(reader);
}

static void
test_strict__refuses_to_put_its_own_views(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	stet_bytes got, key = str("b"), part;
	stet_error err;

	put(batch, ST_META, "a", "value");
	assert_int_equal(
	    st_get_one(st_batch_reader(batch), ST_META, str("a"), &got, NULL), STET_OK);
	part = bytes(got.data + 2, 2);
	assert_fails(st_batch_put(batch, ST_META, 0, &key, &part, 1, &err), STET_EINVAL,
	    ST_STORE_MISUSE, &err);
	assert_fails(st_batch_commit(&batch, &err), STET_EINVAL, ST_STORE_MISUSE, &err);
}

static void
test_strict__notices_writing_into_an_answer(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	struct st_reader *reader;
	stet_bytes got;
	stet_error err;
	uint8_t *inside;

	put(batch, ST_META, "a", "value");
	commit(&batch);
	reader = reader_of(f->store);
	assert_int_equal(st_get_one(reader, ST_META, str("a"), &got, NULL), STET_OK);
	memcpy(&inside, &got.data, sizeof(inside));
	inside[1] ^= 1;
	assert_fails(
	    st_get_one(reader, ST_META, str("a"), &got, &err), STET_EINVAL, ST_STORE_MISUSE, &err);
	assert_int_equal(st_get_one(reader, ST_META, str("a"), &got, &err), STET_OK);
	st_reader_close(reader);
}

/* Below the plain engines the same mistakes are survived. */
static void
test_plain__survives_what_strict_refuses(void **state)
{
	struct fixture *f = *state;
	struct st_batch *batch = begin(f->store);
	struct st_reader *reader;
	struct st_scan *scan = NULL, *other = NULL;
	stet_error err;
	size_t count;

	put(batch, ST_META, "a", "1");
	assert_int_equal(st_scan_open(st_batch_reader(batch), ST_META, NULL, &scan, NULL), STET_OK);
	commit(&batch);
	assert_fails(st_scan_next(scan, 1, NULL, NULL, &count, &err), STET_EINVAL,
	    ST_STORE_SCAN_ENDED, &err);
	st_scan_close(scan);
	reader = reader_of(f->store);
	assert_has(reader, ST_META, "a", "1");
	assert_int_equal(st_scan_open(reader, ST_META, NULL, &scan, NULL), STET_OK);
	assert_int_equal(st_reader_renew(reader, NULL), STET_OK);
	assert_int_equal(st_scan_open(reader, ST_META, NULL, &other, NULL), STET_OK);
	assert_fails(st_scan_next(scan, 1, NULL, NULL, &count, &err), STET_EINVAL,
	    ST_STORE_SCAN_ENDED, &err);
	assert_int_equal(st_scan_next(other, 1, NULL, NULL, &count, &err), STET_OK);
	assert_int_equal(count, 1);
	st_scan_close(scan);
	st_reader_close(reader);
	st_scan_close(other);
}

/* ------------------------------------------------------------------ memory runs out */

/* Everything a store does, once; the first failure ends it.  What was allocated is given back. */
static int
do_everything(struct st_store *store, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_batch *batch = NULL;
	struct st_scan *scan = NULL;
	stet_bytes key, value, keys[4], values[4];
	uint8_t name[8];
	uint64_t i;
	size_t count;
	int rc;

	if ((rc = st_batch_begin(store, 0, &batch, err)) < 0)
		goto done;
	for (i = 0; i < 12; i++) {
		st_be64_put(name, i * 5 % 12);
		key = value = bytes(name, 8);
		if ((rc = st_batch_put(batch, ST_INDEX, 0, &key, &value, 1, err)) < 0)
			goto done;
	}
	for (i = 0; i < 12; i += 3) {
		st_be64_put(name, i);
		if ((rc = st_batch_delete(batch, ST_INDEX, bytes(name, 8), err)) < 0)
			goto done;
	}
	if ((rc = st_scan_open(st_batch_reader(batch), ST_INDEX, NULL, &scan, err)) < 0 ||
	    (rc = st_scan_next(scan, 4, keys, values, &count, err)) < 0)
		goto done;
	st_scan_close(scan);
	scan = NULL;
	if ((rc = st_batch_clear(batch, ST_TRIE, err)) < 0 ||
	    (rc = st_batch_commit(&batch, err)) < 0 ||
	    (rc = st_reader_open(store, &reader, err)) < 0 ||
	    (rc = st_get(reader, ST_INDEX, &key, 1, values, err)) < 0 ||
	    (rc = st_scan_open(reader, ST_INDEX, NULL, &scan, err)) < 0 ||
	    (rc = st_scan_next(scan, 4, keys, NULL, &count, err)) < 0)
		goto done;
	st_scan_close(scan);
	scan = NULL;
	rc = st_reader_renew(reader, err);
done:
	st_scan_close(scan);
	st_reader_close(reader);
	st_batch_abort(&batch);
	return rc;
}

static void
test_store__survives_each_allocation_that_fails(void **state)
{
	struct fixture *f = *state;
	struct st_store *plain = NULL;
	struct st_reader *reader;
	stet_error err;
	uint64_t rows;
	long n, failed = 0;
	int rc;

	for (n = 0;; n++) {
		alloc_fail(n);
		rc = do_everything(f->store, &err);
		if (!alloc_failed()) {
			assert_int_equal(rc, STET_OK);
			break;
		}
		failed++;
		if (rc != STET_ENOMEM || err.code != STET_ENOMEM)
			fail_msg("allocation %ld: %s, '%s'", n, stet_code_name(rc), err.text);
		/* all of the batch or nothing */
		reader = reader_of(f->store);
		rows = rows_of(reader, ST_INDEX);
		assert_true(rows == 0 || rows == 8);
		st_reader_close(reader);
		/* back to nothing; also shows that the store can be written to */
		if (rows > 0) {
			struct st_batch *batch = begin(f->store);
			assert_int_equal(st_batch_clear(batch, ST_INDEX, NULL), STET_OK);
			commit(&batch);
		}
	}
	/* opening and wrapping: each takes over or gives back */
	for (n = 0;; n++) {
		struct st_store *store = NULL;

		plain = NULL;
		alloc_fail(n);
		rc = st_store_open_memory(&plain, &err);
		if (rc == STET_OK)
			rc = st_store_wrap_strict(&plain, &store, &err);
		assert_null(plain);
		st_store_close(store);
		if (!alloc_failed())
			break;
		failed++;
		assert_int_equal(rc, STET_ENOMEM);
	}
	print_message("%s: %ld allocations failed one by one\n", f->engine, failed);
}

/* ------------------------------------------------------------------ */

#define ON(id, test) ((struct CMUnitTest){#test " " #id, test, set_up_##id, tear_down, NULL})
#define ON_PLAIN(test) ON(memory, test), ON(lmdb, test)
#define ON_STRICT(test) ON(strict_memory, test), ON(strict_lmdb, test)
#define ON_ALL(test) ON_PLAIN(test), ON_STRICT(test)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ON_ALL(test_store__starts_empty),
	    ON_ALL(test_store__keeps_what_is_put),
	    ON_ALL(test_store__refuses_what_is_too_large),
	    ON_ALL(test_store__answers_many_keys_at_once),
	    ON_ALL(test_store__says_which_keys_are_new),
	    ON_ALL(test_store__takes_append_as_a_hint),
	    ON_ALL(test_store__deletes_and_clears),
	    ON_ALL(test_store__holds_many_rows_put_in_any_order),
	    ON_ALL(test_store__walks_every_range),
	    ON_ALL(test_store__ends_walks_with_their_ground),
	    ON_ALL(test_store__shows_a_batch_to_itself_only),
	    ON_ALL(test_store__undoes_an_aborted_batch),
	    ON_ALL(test_store__keeps_every_moment_as_it_was),
	    ON_ALL(test_store__lets_one_batch_in_at_a_time),
	    ON_ALL(test_store__stays_until_the_last_reader_goes),
	    ON_ALL(test_store__counts_what_it_is_asked),
	    ON_ALL(test_store__keeps_a_batch_in_its_thread),
	    ON_ALL(test_store__is_shared_by_threads),
	    ON_ALL(test_store__answers_as_a_plain_table_would),
	    ON_ALL(test_store__survives_each_allocation_that_fails),
	    ON_STRICT(test_strict__overwrites_the_previous_answer),
	    ON_STRICT(test_strict__refuses_to_pull_the_ground_from_a_walk),
	    ON_STRICT(test_strict__refuses_to_put_its_own_views),
	    ON_STRICT(test_strict__notices_writing_into_an_answer),
	    ON_PLAIN(test_plain__survives_what_strict_refuses),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
