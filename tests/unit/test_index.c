/* index: the record index kept in a store, against the same index computed from all names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "index/index.h"
#include "index/page.h"
#include "support/alloc.h"

#define ROW_SIZE 72

/* ------------------------------------------------------------------ names */

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

static int
compare_leaves(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* Distinct names, sorted: some anywhere, some that share long prefixes.  At most max. */
static size_t
make_names(struct st_map_leaf *names, size_t max)
{
	size_t i, kept = 0;
	unsigned shared;

	for (i = 0; i < max; i++) {
		random_bytes((uint8_t *)&names[i], sizeof(names[i]));
		if (i >= 64 && i % 4 != 0) { /* a crowd around each of 16 names */
			shared = 5 + 17 * (unsigned)(i % 14);
			memcpy(names[i].key, names[i % 16].key, shared / 8);
			names[i].key[shared / 8] =
			    (uint8_t)((names[i % 16].key[shared / 8] & (0xff00u >> shared % 8)) |
				      (names[i].key[shared / 8] & (0xffu >> shared % 8)));
		}
		names[i].count &= UINT64_C(0x1fffffffffffff);
	}
	qsort(names, max, sizeof(*names), compare_leaves);
	for (i = 0; i < max; i++)
		if (i == 0 || memcmp(names[i].key, names[kept - 1].key, 32) != 0)
			names[kept++] = names[i];
	return kept;
}

static void
shuffle(struct st_map_leaf *names, size_t count)
{
	struct st_map_leaf name;
	size_t other;

	for (; count > 1; count--) {
		other = random_number() % count;
		name = names[other];
		names[other] = names[count - 1];
		names[count - 1] = name;
	}
}

/* ------------------------------------------------------------------ the table as it must be */

struct pages {
	uint8_t (*rows)[ST_PAGE_KEY_MAX + ST_PAGE_SIZE]; /* key, zeros; value */
	size_t count, capacity;
};

static int
compare_rows(const void *a, const void *b)
{
	return memcmp(a, b, ST_PAGE_KEY_MAX);
}

/* By the definition: a page for every place at a depth that four divides, above more than so many.
 */
static void
expect_pages(const struct st_map_leaf *names, size_t count, unsigned depth, struct pages *out)
{
	uint8_t *row, prefix[32] = {0};
	struct st_map_side side;
	size_t first = 0, next;
	unsigned i, byte = depth / 8;

	if (count <= ST_PAGE_OVER)
		return;
	if (out->count == out->capacity) {
		out->capacity = 2 * out->capacity + 64;
		out->rows = realloc(out->rows, out->capacity * sizeof(out->rows[0]));
		assert_non_null(out->rows);
	}
	row = out->rows[out->count++];
	memset(row, 0, sizeof(out->rows[0]));
	row[0] = (uint8_t)depth;
	memcpy(prefix, names[0].key, byte);
	if (depth % 8 != 0)
		prefix[byte] = names[0].key[byte] & 0xf0;
	memcpy(row + 1, prefix, 32);
	row += ST_PAGE_KEY_MAX;
	for (i = 0; i < 16; i++) {
		for (next = first; next < count; next++)
			if ((depth % 8 == 0 ? names[next].key[byte] >> 4
					    : names[next].key[byte] & 15) != (int)i)
				break;
		st_map_root(names + first, next - first, depth + 4, &side);
		st_be64_put(row + 40 * i, side.count);
		memcpy(row + 40 * i + 8, side.hash, 32);
		first = next;
	}
	assert_int_equal(first, count);
	for (first = 0; first < count; first = next) {
		for (next = first + 1; next < count; next++)
			if (memcmp(names[next].key, names[first].key, byte) != 0 ||
			    (depth % 8 == 0
				    ? (names[next].key[byte] ^ names[first].key[byte]) & 0xf0
				    : names[next].key[byte] ^ names[first].key[byte]) != 0)
				break;
		expect_pages(names + first, next - first, depth + 4, out);
	}
}

/* ------------------------------------------------------------------ a store */

static struct st_store *
open_store(void)
{
	struct st_store *memory = NULL, *store = NULL;

	assert_int_equal(st_store_open_memory(&memory, NULL), STET_OK);
	assert_int_equal(st_store_wrap_strict(&memory, &store, NULL), STET_OK);
	return store;
}

static struct st_store *
open_lmdb(char *folder)
{
	struct st_store *lmdb = NULL, *store = NULL;

	assert_non_null(mkdtemp(folder));
	assert_int_equal(
	    st_store_open_lmdb(folder, ST_OPEN_CREATE | ST_OPEN_SCRATCH, &lmdb, NULL), STET_OK);
	assert_int_equal(st_store_wrap_strict(&lmdb, &store, NULL), STET_OK);
	return store;
}

static void
close_lmdb(struct st_store *store, const char *folder)
{
	static const char *const files[] = {"data.mdb", "lock.mdb", "write.lock"};
	char path[64];
	size_t i;

	st_store_close(store);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(folder), 0);
}

static int
put_row(struct st_batch *batch, const struct st_map_leaf *name, stet_error *err)
{
	uint8_t row[ROW_SIZE];
	const stet_bytes key = {name->key, 32}, value = {row, sizeof(row)};

	st_be64_put(row, name->count);
	memcpy(row + 8, name->head, 32);
	memset(row + 40, 0xee, 32); /* another table's business */
	return st_batch_put(batch, ST_INDEX, 0, &key, &value, 1, err);
}

/* One batch: rows, then the index.  Some keys are given twice. */
static int
try_names(struct st_store *store, const struct st_map_leaf *names, size_t count, stet_error *err)
{
	struct st_batch *batch = NULL;
	uint8_t(*keys)[32] = calloc(2 * count + 1, 32);
	size_t i, given = 0;
	int rc;

	if (keys == NULL)
		return STET_ENOMEM;
	if ((rc = st_batch_begin(store, 0, &batch, err)) < 0)
		goto done;
	for (i = 0; i < count; i++) {
		if ((rc = put_row(batch, &names[i], err)) < 0)
			goto done;
		memcpy(keys[given++], names[i].key, 32);
		if (i % 7 == 0)
			memcpy(keys[given++], names[i / 2].key, 32);
	}
	if ((rc = st_index_update(batch, (const uint8_t(*)[32])keys, given, err)) < 0)
		goto done;
	rc = st_batch_commit(&batch, err);
done:
	st_batch_abort(&batch);
	free(keys);
	return rc;
}

static void
put_names(struct st_store *store, const struct st_map_leaf *names, size_t count)
{
	stet_error err = {0};

	if (try_names(store, names, count, &err) != STET_OK)
		fail_msg("%s: %s", stet_code_name(err.code), err.text);
}

static void
assert_root(struct st_store *store, const struct st_map_leaf *sorted, size_t count)
{
	struct st_reader *reader = NULL;
	struct st_map_side wanted;
	uint8_t root[32];

	st_map_root(sorted, count, 0, &wanted);
	assert_int_equal(st_reader_open(store, &reader, NULL), STET_OK);
	assert_int_equal(st_index_root(reader, root, NULL), STET_OK);
	assert_memory_equal(root, wanted.hash, 32);
	st_reader_close(reader);
}

/* The root and every row of ST_TRIE are what these names make. How many pages. */
static size_t
assert_index(struct st_store *store, const struct st_map_leaf *sorted, size_t count)
{
	struct pages pages = {0};
	struct st_reader *reader = NULL;
	struct st_scan *scan = NULL;
	stet_bytes key, value;
	size_t got, at = 0;

	assert_root(store, sorted, count);
	expect_pages(sorted, count, 0, &pages);
	if (pages.count > 0)
		qsort(pages.rows, pages.count, sizeof(pages.rows[0]), compare_rows);
	assert_int_equal(st_reader_open(store, &reader, NULL), STET_OK);
	assert_int_equal(st_scan_open(reader, ST_TRIE, NULL, &scan, NULL), STET_OK);
	for (;; at++) {
		assert_int_equal(st_scan_next(scan, 1, &key, &value, &got, NULL), STET_OK);
		if (got == 0)
			break;
		assert_true(at < pages.count);
		assert_int_equal(key.size, 1 + (pages.rows[at][0] + 7) / 8);
		assert_memory_equal(key.data, pages.rows[at], key.size);
		assert_int_equal(value.size, ST_PAGE_SIZE);
		assert_memory_equal(value.data, pages.rows[at] + ST_PAGE_KEY_MAX, ST_PAGE_SIZE);
	}
	assert_int_equal(at, pages.count);
	st_scan_close(scan);
	st_reader_close(reader);
	free(pages.rows);
	return at;
}

/* ------------------------------------------------------------------ the right answer */

static void
test_index__of_no_names_is_zero(void **state)
{
	struct st_store *store = open_store();

	(void)state;
	assert_int_equal(assert_index(store, NULL, 0), 0);
	put_names(store, NULL, 0);
	assert_int_equal(assert_index(store, NULL, 0), 0);
	st_store_close(store);
}

static void
test_index__gets_a_page_with_one_name_too_many(void **state)
{
	struct st_map_leaf names[3 * ST_PAGE_OVER], sorted[3 * ST_PAGE_OVER];
	struct st_store *store = open_store();
	size_t i, pages = 0;

	(void)state;
	seed = 11;
	for (i = 0; i < 3 * ST_PAGE_OVER; i++) {
		random_bytes((uint8_t *)&names[i], sizeof(names[i]));
		put_names(store, &names[i], 1);
		memcpy(sorted, names, (i + 1) * sizeof(names[0]));
		qsort(sorted, i + 1, sizeof(sorted[0]), compare_leaves);
		pages = assert_index(store, sorted, i + 1);
		assert_int_equal(pages > 0, i + 1 > ST_PAGE_OVER);
	}
	st_store_close(store);
}

static void
test_index__does_not_depend_on_order_or_batches(void **state)
{
	enum { MAX = 1500, RUNS = 6 };
	static struct st_map_leaf sorted[MAX], names[MAX];
	struct st_store *store;
	size_t count, at, step, run, pages = 0;

	(void)state;
	seed = 12;
	count = make_names(sorted, MAX);
	for (run = 0; run < RUNS; run++) {
		store = open_store();
		memcpy(names, sorted, sizeof(names));
		if (run != 1) /* once in key order */
			shuffle(names, count);
		for (at = 0; at < count; at += step) {
			step = run == 0 ? count : 1 + random_number() % (run < 3 ? 9 : 200);
			step = step < count - at ? step : count - at;
			put_names(store, names + at, step);
		}
		pages = assert_index(store, sorted, count);
		st_store_close(store);
	}
	print_message("%zu names in %d orders and batches: the same %zu pages and root\n", count,
	    RUNS, pages);
}

static void
test_index__is_the_same_in_lmdb(void **state)
{
	enum { MAX = 3000 };
	static struct st_map_leaf sorted[MAX], names[MAX];
	char folder[] = "index-XXXXXX";
	struct st_store *store = open_lmdb(folder);
	size_t count, at, step;

	(void)state;
	seed = 22;
	count = make_names(sorted, MAX);
	memcpy(names, sorted, sizeof(names));
	shuffle(names, count);
	for (at = 0; at < count; at += step) {
		step = 1 + random_number() % 500;
		step = step < count - at ? step : count - at;
		put_names(store, names + at, step);
	}
	assert_index(store, sorted, count);
	close_lmdb(store, folder);
}

static void
test_index__follows_names_that_change(void **state)
{
	enum { MAX = 600 };
	static struct st_map_leaf sorted[MAX], changed[MAX];
	struct st_store *store = open_store();
	size_t count, round, at, k;

	(void)state;
	seed = 13;
	count = make_names(sorted, MAX);
	put_names(store, sorted, count);
	for (round = 0; round < 40; round++) {
		for (k = 0; k < 1 + round % 20; k++) {
			at = random_number() % count;
			sorted[at].count++;
			random_bytes(sorted[at].head, 32);
			changed[k] = sorted[at];
		}
		for (at = 0; at < k; at++) { /* the newest of a name that came twice */
			const struct st_map_leaf *now =
			    bsearch(&changed[at], sorted, count, sizeof(sorted[0]), compare_leaves);

			changed[at] = *now;
		}
		put_names(store, changed, k);
		assert_index(store, sorted, count);
	}
	st_store_close(store);
}

/* All 64 keys of one prefix of 250 bits: pages down to depth 248, one-sided all the way. */
static void
test_index__goes_as_deep_as_keys_are_long(void **state)
{
	struct st_map_leaf names[65];
	struct st_store *store;
	size_t i, at;

	(void)state;
	seed = 14;
	random_bytes((uint8_t *)names, sizeof(names));
	for (i = 1; i < 64; i++)
		memcpy(names[i].key, names[0].key, 32);
	for (i = 0; i < 64; i++)
		names[i].key[31] = (uint8_t)((names[0].key[31] & 0xc0) | i);
	store = open_store();
	put_names(store, names, 64);
	assert_int_equal(assert_index(store, names, 64), 248 / 4 + 1);
	put_names(store, names + 64, 1);
	qsort(names, 65, sizeof(names[0]), compare_leaves);
	assert_int_equal(assert_index(store, names, 65), 248 / 4 + 1);
	st_store_close(store);
	store = open_store();
	for (i = 0; i < 65; i++) { /* one by one, from the middle */
		at = (i * 29) % 65;
		put_names(store, &names[at], 1);
	}
	assert_int_equal(assert_index(store, names, 65), 248 / 4 + 1);
	st_store_close(store);
}

/* Keys at both ends of the key space, where the end of a range has no successor. */
static void
test_index__has_both_ends_of_the_keys(void **state)
{
	static struct st_map_leaf names[200];
	struct st_store *store = open_store();
	size_t i;

	(void)state;
	seed = 15;
	random_bytes((uint8_t *)names, sizeof(names));
	for (i = 0; i < 200; i++) {
		memset(names[i].key, i % 2 == 0 ? 0x00 : 0xff, 31);
		names[i].key[31] = (uint8_t)(i % 2 == 0 ? i / 2 : 255 - i / 2);
		if (i % 50 == 49) {
			qsort(names, i + 1, sizeof(names[0]), compare_leaves);
			put_names(store, names, i + 1);
			assert_index(store, names, i + 1);
		}
	}
	st_store_close(store);
}

static void
test_index__is_built_anew_where_there_is_none(void **state)
{
	enum { MAX = 20000 };
	static struct st_map_leaf names[MAX];
	struct st_store *store = open_store();
	struct st_batch *batch = NULL;
	size_t count, pages, i;

	(void)state;
	seed = 16;
	random_bytes((uint8_t *)names, sizeof(names));
	count = MAX;
	for (i = 0; i < count; i++)
		names[i].count &= UINT64_C(0x1fffffffffffff);
	put_names(store, names, count);
	qsort(names, count, sizeof(names[0]), compare_leaves);
	pages = assert_index(store, names, count);
	assert_true(pages > 200); /* more than are kept back before they are put */
	assert_int_equal(st_batch_begin(store, 0, &batch, NULL), STET_OK);
	assert_int_equal(st_batch_clear(batch, ST_TRIE, NULL), STET_OK);
	assert_int_equal(st_index_update(batch, NULL, 0, NULL), STET_OK);
	assert_int_equal(st_batch_commit(&batch, NULL), STET_OK);
	assert_int_equal(assert_index(store, names, count), pages);
	print_message("%zu pages over %zu names built anew\n", pages, count);
	st_store_close(store);
}

static void
test_index__can_be_read_in_the_batch_that_changes_it(void **state)
{
	static struct st_map_leaf names[100];
	struct st_store *store = open_store();
	struct st_batch *batch = NULL;
	struct st_map_side wanted;
	uint8_t keys[100][32], root[32];
	size_t i;

	(void)state;
	seed = 17;
	random_bytes((uint8_t *)names, sizeof(names));
	qsort(names, 100, sizeof(names[0]), compare_leaves);
	assert_int_equal(st_batch_begin(store, 0, &batch, NULL), STET_OK);
	for (i = 0; i < 100; i++) {
		assert_int_equal(put_row(batch, &names[i], NULL), STET_OK);
		memcpy(keys[i], names[i].key, 32);
	}
	assert_int_equal(st_index_update(batch, (const uint8_t(*)[32])keys, 100, NULL), STET_OK);
	assert_int_equal(st_index_root(st_batch_reader(batch), root, NULL), STET_OK);
	st_map_root(names, 100, 0, &wanted);
	assert_memory_equal(root, wanted.hash, 32);
	st_batch_abort(&batch);
	assert_index(store, NULL, 0);
	st_store_close(store);
}

/* ------------------------------------------------------------------ its price */

/* 1 if two keys share their first depth bits; 4 divides depth. */
static int
same_place(const uint8_t *a, const uint8_t *b, unsigned depth)
{
	return memcmp(a, b, depth / 8) == 0 &&
	       (depth % 8 == 0 || ((a[depth / 8] ^ b[depth / 8]) & 0xf0) == 0);
}

/* Where the names stand that are read for a changed one: below its deepest page. */
static unsigned
place_depth(const struct pages *pages, const uint8_t key[32])
{
	unsigned depth = 0;
	size_t i;

	for (i = 0; i < pages->count; i++)
		if (same_place(key, pages->rows[i] + 1, pages->rows[i][0]) &&
		    pages->rows[i][0] >= depth)
			depth = pages->rows[i][0] + 4u;
	return depth;
}

static size_t
names_read(const struct pages *pages, const struct st_map_leaf *names, size_t count, size_t changed)
{
	size_t i, k, total = 0;
	unsigned depth;

	for (i = 0; i < changed; i++) {
		depth = place_depth(pages, names[i].key);
		for (k = 0; k < i; k++) /* once for all changed names of a place */
			if (same_place(names[i].key, names[k].key, depth))
				break;
		if (k < i)
			continue;
		for (k = 0; k < count; k++)
			total += (size_t)same_place(names[i].key, names[k].key, depth);
	}
	return total;
}

static void
test_index__reads_and_writes_each_page_once(void **state)
{
	enum { MAX = 20000, CHANGED = 300 };
	static struct st_map_leaf names[MAX], sorted[MAX];
	struct st_store *store = open_store();
	struct st_store_counts before, after;
	struct pages pages = {0};
	size_t above = 0, i, k;

	(void)state;
	seed = 18;
	random_bytes((uint8_t *)names, sizeof(names));
	put_names(store, names, MAX);
	st_store_counts(store, &before);
	put_names(store, names, CHANGED);
	st_store_counts(store, &after);
	memcpy(sorted, names, sizeof(sorted));
	qsort(sorted, MAX, sizeof(sorted[0]), compare_leaves);
	expect_pages(sorted, MAX, 0, &pages);
	for (i = 0; i < pages.count; i++) { /* how many have a changed name below */
		for (k = 0; k < CHANGED; k++)
			if (same_place(names[k].key, pages.rows[i] + 1, pages.rows[i][0]))
				break;
		above += k < CHANGED;
	}
	print_message("%d changed names of %d: %zu pages, %llu gets, %llu puts, %.1f names read a "
		      "changed one\n",
	    CHANGED, MAX, above, (unsigned long long)(after.gets - before.gets),
	    (unsigned long long)(after.puts - before.puts),
	    (double)(after.steps - before.steps) / CHANGED);
	assert_int_equal(after.puts - before.puts, CHANGED + above);
	assert_int_equal(after.gets - before.gets, above);
	assert_int_equal(after.steps - before.steps, names_read(&pages, names, MAX, CHANGED));
	free(pages.rows);
	st_store_close(store);
}

/* ------------------------------------------------------------------ tables that are not in order
 */

#define DAMAGED_MAX 2000
static struct st_map_leaf damaged_names[DAMAGED_MAX];

static struct st_store *
open_damaged(
    enum st_table table, const uint8_t *key, size_t key_size, const void *value, size_t size)
{
	struct st_store *store = open_store();
	const stet_bytes key_view = {key, key_size}, value_view = {value, size};
	struct st_batch *batch = NULL;

	seed = 19;
	random_bytes((uint8_t *)damaged_names, sizeof(damaged_names));
	put_names(store, damaged_names, DAMAGED_MAX);
	assert_int_equal(st_batch_begin(store, 0, &batch, NULL), STET_OK);
	if (value == NULL)
		assert_int_equal(st_batch_delete(batch, table, key_view, NULL), STET_OK);
	else
		assert_int_equal(
		    st_batch_put(batch, table, 0, &key_view, &value_view, 1, NULL), STET_OK);
	assert_int_equal(st_batch_commit(&batch, NULL), STET_OK);
	return store;
}

/* An update of every name meets the damage; nothing is committed. */
static void
assert_damaged(struct st_store *store, const char *wanted)
{
	stet_error err = {0};

	assert_int_equal(try_names(store, damaged_names, DAMAGED_MAX, &err), STET_EMISMATCH);
	assert_int_equal(err.rule, ST_INDEX_PAGE_DAMAGED);
	assert_non_null(strstr(err.text, wanted));
	st_store_close(store);
}

static void
test_index__finds_damaged_pages(void **state)
{
	const uint8_t root[1] = {0};
	uint8_t page[ST_PAGE_SIZE + 1] = {0}, below[2] = {4, 0};
	unsigned i;

	(void)state;
	assert_damaged(open_damaged(ST_TRIE, below, 2, NULL, 0), "a page is missing");
	assert_damaged(open_damaged(ST_TRIE, below, 2, "", 0), "not of its size");
	assert_damaged(open_damaged(ST_TRIE, below, 2, page, ST_PAGE_SIZE - 1), "not of its size");
	assert_damaged(open_damaged(ST_TRIE, below, 2, page, ST_PAGE_SIZE + 1), "not of its size");
	assert_damaged(open_damaged(ST_TRIE, below, 2, page, ST_PAGE_SIZE), "too few names");
	for (i = 0; i < 16; i++)
		page[40 * i] = 0x80;
	assert_damaged(
	    open_damaged(ST_TRIE, root, 1, page, ST_PAGE_SIZE), "more names than can be");
}

/* A count that would send the search beyond the end of the keys. */
static void
test_index__does_not_look_below_the_last_page(void **state)
{
	struct st_store *store = open_store();
	struct st_map_leaf names[64];
	uint8_t key[ST_PAGE_KEY_MAX], page[ST_PAGE_SIZE] = {0};
	const stet_bytes value = {page, sizeof(page)};
	struct st_batch *batch = NULL;
	stet_error err = {0};
	stet_bytes view = {key, 0};
	size_t i;

	(void)state;
	memset(names, 0x3c, sizeof(names));
	for (i = 0; i < 64; i++)
		names[i].key[31] = (uint8_t)i;
	put_names(store, names, 64);
	view.size = st_page_key(names[0].key, ST_PAGE_DEPTH_MAX, key);
	for (i = 0; i < 16; i++)
		page[40 * i + 7] = ST_PAGE_OVER + 1;
	assert_int_equal(st_batch_begin(store, 0, &batch, NULL), STET_OK);
	assert_int_equal(st_batch_put(batch, ST_TRIE, 0, &view, &value, 1, NULL), STET_OK);
	assert_int_equal(st_batch_commit(&batch, NULL), STET_OK);
	assert_int_equal(try_names(store, names, 64, &err), STET_EMISMATCH);
	assert_non_null(strstr(err.text, "more names than can be"));
	st_store_close(store);
}

static void
test_index__finds_a_missing_root_page(void **state)
{
	const uint8_t root_key[1] = {0};
	struct st_store *store = open_damaged(ST_TRIE, root_key, 1, NULL, 0);
	struct st_reader *reader = NULL;
	stet_error err = {0};
	uint8_t root[32];

	(void)state;
	assert_int_equal(st_reader_open(store, &reader, NULL), STET_OK);
	assert_int_equal(st_index_root(reader, root, &err), STET_EMISMATCH);
	assert_int_equal(err.rule, ST_INDEX_PAGE_DAMAGED);
	st_reader_close(reader);
	/* The next update builds the pages again. */
	put_names(store, damaged_names, 1);
	qsort(damaged_names, DAMAGED_MAX, sizeof(damaged_names[0]), compare_leaves);
	assert_index(store, damaged_names, DAMAGED_MAX);
	st_store_close(store);
}

static void
test_index__finds_damaged_rows(void **state)
{
	uint8_t row[ROW_SIZE + 1] = {0}, key[33];
	struct st_store *store;
	struct st_reader *reader = NULL;
	struct st_batch *batch = NULL;
	const stet_bytes view = {key, 32};
	stet_error err = {0};
	uint8_t root[32];
	size_t i;

	(void)state;
	memset(key, 0x5a, sizeof(key));
	for (i = 0; i < 3; i++) {
		static const size_t sizes[3] = {0, ROW_SIZE - 1, ROW_SIZE + 1};
		const stet_bytes value = {row, sizes[i]};

		store = open_store();
		assert_int_equal(st_batch_begin(store, 0, &batch, NULL), STET_OK);
		assert_int_equal(st_batch_put(batch, ST_INDEX, 0, &view, &value, 1, NULL), STET_OK);
		assert_int_equal(st_index_update(batch, NULL, 0, &err), STET_EMISMATCH);
		assert_int_equal(err.rule, ST_INDEX_PAGE_DAMAGED);
		assert_int_equal(st_batch_commit(&batch, NULL), STET_OK);
		assert_int_equal(st_reader_open(store, &reader, NULL), STET_OK);
		assert_int_equal(st_index_root(reader, root, &err), STET_EMISMATCH);
		st_reader_close(reader);
		st_store_close(store);
	}
	assert_damaged(open_damaged(ST_INDEX, key, 31, row, ROW_SIZE), "not of its size");
}

/* Rows that vanished below a page leave it above too few. */
static void
test_index__finds_names_that_vanished(void **state)
{
	static struct st_map_leaf names[ST_PAGE_OVER + 1];
	struct st_store *store = open_store();
	struct st_batch *batch = NULL;
	uint8_t keys[ST_PAGE_OVER + 1][32];
	stet_error err = {0};
	size_t i;

	(void)state;
	seed = 20;
	random_bytes((uint8_t *)names, sizeof(names));
	put_names(store, names, ST_PAGE_OVER + 1);
	assert_int_equal(st_batch_begin(store, 0, &batch, NULL), STET_OK);
	for (i = 1; i <= ST_PAGE_OVER; i++)
		assert_int_equal(
		    st_batch_delete(batch, ST_INDEX, (stet_bytes){names[i].key, 32}, NULL),
		    STET_OK);
	assert_int_equal(st_batch_commit(&batch, NULL), STET_OK);
	for (i = 0; i <= ST_PAGE_OVER; i++)
		memcpy(keys[i], names[i].key, 32);
	assert_int_equal(st_batch_begin(store, 0, &batch, NULL), STET_OK);
	assert_int_equal(st_index_update(batch, (const uint8_t(*)[32])keys, ST_PAGE_OVER + 1, &err),
	    STET_EMISMATCH);
	st_batch_abort(&batch);
	assert_int_equal(err.rule, ST_INDEX_PAGE_DAMAGED);
	assert_non_null(strstr(err.text, "names are missing"));
	st_store_close(store);
}

static void
test_index__stays_as_it_was_when_memory_is_short(void **state)
{
	static struct st_map_leaf names[300], sorted[300];
	struct st_store *store = open_store();
	long n;
	int rc;

	(void)state;
	seed = 21;
	random_bytes((uint8_t *)names, sizeof(names));
	put_names(store, names, 200);
	memcpy(sorted, names, sizeof(sorted));
	qsort(sorted, 200, sizeof(sorted[0]), compare_leaves);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = try_names(store, names + 200, 100, NULL);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
		if (n % 64 == 0)
			assert_index(store, sorted, 200);
	}
	assert_int_equal(rc, STET_OK);
	memcpy(sorted, names, sizeof(sorted));
	qsort(sorted, 300, sizeof(sorted[0]), compare_leaves);
	assert_index(store, sorted, 300);
	print_message("%ld allocations failed one by one\n", n);
	st_store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_index__of_no_names_is_zero),
	    cmocka_unit_test(test_index__gets_a_page_with_one_name_too_many),
	    cmocka_unit_test(test_index__does_not_depend_on_order_or_batches),
	    cmocka_unit_test(test_index__is_the_same_in_lmdb),
	    cmocka_unit_test(test_index__follows_names_that_change),
	    cmocka_unit_test(test_index__goes_as_deep_as_keys_are_long),
	    cmocka_unit_test(test_index__has_both_ends_of_the_keys),
	    cmocka_unit_test(test_index__is_built_anew_where_there_is_none),
	    cmocka_unit_test(test_index__can_be_read_in_the_batch_that_changes_it),
	    cmocka_unit_test(test_index__reads_and_writes_each_page_once),
	    cmocka_unit_test(test_index__finds_damaged_pages),
	    cmocka_unit_test(test_index__does_not_look_below_the_last_page),
	    cmocka_unit_test(test_index__finds_a_missing_root_page),
	    cmocka_unit_test(test_index__finds_damaged_rows),
	    cmocka_unit_test(test_index__finds_names_that_vanished),
	    cmocka_unit_test(test_index__stays_as_it_was_when_memory_is_short),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
