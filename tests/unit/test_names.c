/* verify/names: the record index of a replay, against its definition and against the writer's
 * tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "index/index.h"
#include "support/alloc.h"
#include "support/store.h"
#include "verify/names.h"

/* The sanitizers are slow. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MANY 20000
#else
#define MANY 100000 /* more than are kept in memory */
#endif

/* Keys as SHA-256 would make them, but for their first bits: one in eight shares many with another.
 */
static void
make_key(uint64_t i, uint8_t key[32])
{
	uint8_t number[8];

	st_be64_put(number, i % 8 == 7 ? i - 1 : i);
	st_sha256((stet_bytes){number, 8}, key);
	if (i % 8 == 7)
		key[3 + i / 8 % 29] ^= (uint8_t)(1u << i / 8 % 8);
}

static void
make_row(uint64_t i, uint64_t count, uint8_t row[ST_INDEX_ROW_SIZE])
{
	struct st_index_row made;

	made.count = count;
	memset(made.head, (int)(i * 7 + count) & 0xff, 32);
	memset(made.own, (int)i & 0xff, 32);
	st_index_row_put(&made, row);
}

static int
compare_leaves(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* The root by the definition: all leaves, sorted. */
static void
defined_root(size_t count, uint64_t round, uint8_t root_out[32])
{
	struct st_map_leaf *leaves = calloc(count + 1, sizeof(*leaves));
	struct st_map_side root;
	uint8_t row[ST_INDEX_ROW_SIZE];
	size_t i;

	assert_non_null(leaves);
	for (i = 0; i < count; i++) {
		make_key(i, leaves[i].key);
		make_row(i, round, row);
		leaves[i].count = round;
		memcpy(leaves[i].head, row + 8, 32);
	}
	qsort(leaves, count, sizeof(*leaves), compare_leaves);
	st_map_root(leaves, count, 0, &root);
	memcpy(root_out, root.hash, 32);
	free(leaves);
}

static struct st_names *
new_names(const char *folder)
{
	struct st_names *names = NULL;
	stet_error err;

	assert_int_equal(st_names_new(folder, &names, &err), STET_OK);
	return names;
}

static void
put(struct st_names *names, uint64_t i, uint64_t round)
{
	uint8_t key[32], row[ST_INDEX_ROW_SIZE];
	stet_error err;

	make_key(i, key);
	make_row(i, round, row);
	if (st_names_put(names, key, row, &err) != STET_OK)
		fail_msg("%s", err.text);
}

static void
test_names__come_to_the_root_of_the_definition(void **state)
{
	uint8_t root[32], wanted[32], key[32], row[ST_INDEX_ROW_SIZE];
	struct st_names *names = new_names(".");
	size_t i;

	(void)state;
	st_names_root(names, root);
	defined_root(0, 1, wanted);
	assert_memory_equal(root, wanted, 32);
	for (i = 0; i < 300; i++) {
		put(names, i, 1);
		st_names_root(names, root);
		defined_root(i + 1, 1, wanted);
		assert_memory_equal(root, wanted, 32);
		assert_int_equal(st_names_count(names), i + 1);
	}
	for (i = 0; i < 300; i++) {
		make_key(i, key);
		make_row(i, 1, row);
		assert_true(
		    st_bytes_equal(st_names_row(names, key), (stet_bytes){row, sizeof(row)}));
		key[31] ^= 1; /* nobody's */
		assert_null(st_names_row(names, key).data);
	}
	/* Every row replaced, in another order. */
	for (i = 0; i < 300; i++)
		put(names, i * 7 % 300, 2);
	st_names_root(names, root);
	defined_root(300, 2, wanted);
	assert_memory_equal(root, wanted, 32);
	assert_int_equal(st_names_count(names), 300);
	st_names_free(names);
}

static size_t
files_here(void)
{
	struct dirent *entry;
	size_t count = 0;
	DIR *dir = opendir(".");

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		count += strncmp(entry->d_name, "verify.", 7) == 0;
	closedir(dir);
	return count;
}

static void
test_names__go_on_in_a_file(void **state)
{
	static const char *const folders[] = {".", "/nonexistent/folder"};
	uint8_t root[32], wanted[32];
	struct st_names *names;
	size_t i, k;

	(void)state;
	defined_root(MANY, 1, wanted);
	for (k = 0; k < 2; k++) { /* the second time there is no place for one */
		names = new_names(folders[k]);
		for (i = 0; i < MANY; i++)
			put(names, i, 1);
		st_names_root(names, root);
		assert_memory_equal(root, wanted, 32);
		assert_int_equal(files_here(), 0); /* it has no name */
		st_names_free(names);
	}
}

/* --- against the writer's tables -------------------------------------------------------------- */

static struct st_store *
make_tables(size_t count)
{
	struct st_store *store = NULL;
	struct st_batch *batch = NULL;
	uint8_t(*keys)[32] = calloc(count + 1, 32), row[ST_INDEX_ROW_SIZE];
	stet_bytes key, value = {row, sizeof(row)};
	stet_error err;
	size_t i;

	assert_non_null(keys);
	assert_int_equal(st_store_open_memory(&store, &err), STET_OK);
	batch = store_begin(store);
	for (i = 0; i < count; i++) {
		make_key(i, keys[i]);
		make_row(i, 1, row);
		key = (stet_bytes){keys[i], 32};
		assert_int_equal(st_batch_put(batch, ST_INDEX, 0, &key, &value, 1, &err), STET_OK);
	}
	assert_int_equal(st_index_update(batch, (const uint8_t(*)[32])keys, count, &err), STET_OK);
	assert_int_equal(st_batch_commit(&batch, &err), STET_OK);
	free(keys);
	return store;
}

static int
agrees(struct st_names *names, struct st_store *store)
{
	struct st_reader *reader = NULL;
	stet_error err;
	int agree = -1;

	assert_int_equal(st_reader_open(store, &reader, &err), STET_OK);
	assert_int_equal(st_names_agree(names, reader, &agree, &err), STET_OK);
	st_reader_close(reader);
	return agree;
}

static void
change(struct st_store *store, enum st_table table, stet_bytes key, const stet_bytes *value)
{
	struct st_batch *batch = store_begin(store);
	stet_error err;

	if (value == NULL)
		assert_int_equal(st_batch_delete(batch, table, key, &err), STET_OK);
	else
		assert_int_equal(st_batch_put(batch, table, 0, &key, value, 1, &err), STET_OK);
	assert_int_equal(st_batch_commit(&batch, &err), STET_OK);
}

/* One row dropped, altered, and put beside. */
static size_t
expect_disagreement(struct st_names *names, struct st_store *store, enum st_table table)
{
	struct st_reader *reader = NULL;
	struct st_scan *scan = NULL;
	stet_bytes key, value, other, there;
	uint8_t key_copy[64], value_copy[1024], beside[64];
	stet_error err;
	size_t count, tried = 0;

	assert_int_equal(st_reader_open(store, &reader, &err), STET_OK);
	assert_int_equal(st_scan_open(reader, table, NULL, &scan, &err), STET_OK);
	for (;;) {
		assert_int_equal(st_scan_next(scan, 1, &key, &value, &count, &err), STET_OK);
		if (count == 0)
			break;
		memcpy(key_copy, key.data, key.size);
		memcpy(value_copy, value.data, value.size);
		key.data = key_copy;
		value.data = value_copy;
		change(store, table, key, NULL);
		assert_int_equal(agrees(names, store), 0);
		change(store, table, key, &value);
		value_copy[tried % value.size] ^= 1;
		change(store, table, key, &value);
		assert_int_equal(agrees(names, store), 0);
		value_copy[tried % value.size] ^= 1;
		other = (stet_bytes){value_copy, value.size - 1};
		change(store, table, key, &other);
		assert_int_equal(agrees(names, store), 0);
		change(store, table, key, &value);
		memcpy(beside, key.data, key.size);
		beside[key.size - 1] ^= table == ST_TRIE && key.size > 1 ? 0x10 : 1;
		other = (stet_bytes){beside, key.size};
		if (st_get(reader, table, &other, 1, &there, &err) == STET_OK &&
		    there.data == NULL) {
			change(store, table, other, &value);
			assert_int_equal(agrees(names, store), 0);
			change(store, table, other, NULL);
		}
		tried++;
	}
	st_scan_close(scan);
	st_reader_close(reader);
	return tried;
}

static void
test_names__agree_with_the_tables_of_the_writer(void **state)
{
	static const size_t counts[] = {0, 1, 2, 24, 25, 26, 100, 600};
	struct st_names *names;
	struct st_store *store;
	size_t k, i, rows = 0, pages = 0;

	(void)state;
	for (k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		names = new_names(".");
		for (i = 0; i < counts[k]; i++)
			put(names, i, 1);
		store = make_tables(counts[k]);
		assert_int_equal(agrees(names, store), 1);
		if (counts[k] <= 100)
			rows += expect_disagreement(names, store, ST_INDEX);
		pages += expect_disagreement(names, store, ST_TRIE);
		assert_int_equal(agrees(names, store), 1);
		st_store_close(store);
		st_names_free(names);
	}
	print_message("%zu rows and %zu pages wrong in four ways each\n", rows, pages);
}

static void
test_names__survive_want_of_memory(void **state)
{
	struct st_names *names = NULL;
	uint8_t key[32], row[ST_INDEX_ROW_SIZE], root[32], wanted[32];
	stet_error err;
	int rc = STET_OK;
	size_t i;
	long n;

	(void)state;
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = st_names_new(".", &names, &err);
		for (i = 0; rc == STET_OK && i < 3000; i++) {
			make_key(i, key);
			make_row(i, 1, row);
			rc = st_names_put(names, key, row, &err);
		}
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
		st_names_free(names);
		names = NULL;
	}
	assert_int_equal(rc, STET_OK);
	st_names_root(names, root);
	defined_root(3000, 1, wanted);
	assert_memory_equal(root, wanted, 32);
	st_names_free(names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names__come_to_the_root_of_the_definition),
	    cmocka_unit_test(test_names__go_on_in_a_file),
	    cmocka_unit_test(test_names__agree_with_the_tables_of_the_writer),
	    cmocka_unit_test(test_names__survive_want_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
