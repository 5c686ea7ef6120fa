/* store/lmdb/pages.c: sound files are never called damaged, whatever they have been through, and no
 * bit that a writer relies on can be another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "store/lmdb/env.h"
#include "support/store.h"

enum { PAGE_HEAD = 16, NODE_HEAD = 8, KINDS = 5 };

static uint64_t dice_state = 88172645463325252u;

static uint64_t
dice(uint64_t sides)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return dice_state % sides;
}

/* ------------------------------------------------------------------ histories */

/* Rows that come, change their size, and go; now and then a whole table. */
static void
random_batch(struct st_store *store, uint64_t names)
{
	static const size_t sizes[] = {8, 60, 500, 1900, 2100, 5000, 65536};
	struct st_batch *batch = store_begin(store);
	uint64_t i, count = 1 + dice(120);
	enum st_table table;
	uint8_t key[8];
	size_t size;
	int rc;

	for (i = 0; i < count; i++) {
		table = (enum st_table)dice(ST_TABLE_COUNT);
		st_be64_put(key, dice(names));
		size = sizes[dice(dice(20) == 0 ? 7 : 5)];
		size += size < 65536 ? dice(50) : 0;
		if (table != ST_ENTRY && dice(3) == 0)
			rc = st_batch_delete(batch, table, (stet_bytes){key, 8}, NULL);
		else
			rc = row_put(batch, table, st_be64_get(key), i, size, NULL);
		assert_true(rc == STET_OK || rc == STET_ENOTFOUND);
	}
	if (dice(12) == 0)
		assert_int_equal(
		    st_batch_clear(batch, (enum st_table)(1 + dice(ST_TABLE_COUNT - 1)), NULL),
		    STET_OK);
	if (dice(9) == 0)
		st_batch_abort(&batch);
	else
		store_commit(&batch);
}

static void
must_be_sound(struct st_reader *reader)
{
	stet_error err;

	if (st_reader_check(reader, &err) != STET_OK)
		fail_msg("a sound file is called damaged: %s", err.text);
}

/* Snapshots are held meanwhile, so that pages cannot be used again and the free list grows. */
static void
test_pages__of_a_sound_file_are_sound(void **state)
{
	char folder[FOLDER_SIZE];
	struct st_reader *held = NULL, *reader;
	struct st_store *store;
	int round, n, checks = 0;

	(void)state;
	for (round = 0; round < 12; round++) {
		folder_make(folder, "pages-XXXXXX");
		store = store_open(folder, ST_OPEN_CREATE | ST_OPEN_SCRATCH);
		reader = store_reader(store);
		must_be_sound(reader);
		for (n = 0; n < 60; n++) {
			random_batch(store, round % 3 == 0 ? 40 : 4000);
			must_be_sound(reader);
			checks++;
			if (dice(10) == 0) {
				st_reader_close(held);
				held = dice(2) == 0 ? store_reader(store) : NULL;
			}
		}
		st_reader_close(held);
		held = NULL;
		st_reader_close(reader);
		st_store_close(store);
		store = store_open(folder, 0);
		reader = store_reader(store);
		must_be_sound(reader);
		st_reader_close(reader);
		st_store_close(store);
		folder_remove(folder);
	}
	print_message("pages: %d sound files after as many random batches\n", checks);
}

static void
test_pages__of_large_trees_are_sound(void **state)
{
	char folder[FOLDER_SIZE];
	struct st_reader *reader;
	struct st_store *store;
	struct st_batch *batch;
	uint64_t i, n;

	(void)state;
	folder_make(folder, "pages-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE | ST_OPEN_SCRATCH);
	reader = store_reader(store);
	for (n = 0; n < 12; n++) {
		batch = store_begin(store);
		for (i = 0; i < 4000; i++) {
			row_put(batch, ST_ENTRY, n * 4000 + i, i, 100 + i % 900, NULL);
			row_put(batch, ST_CTI, dice(UINT64_MAX), i, 8, NULL);
		}
		store_commit(&batch);
		must_be_sound(reader);
	}
	st_reader_close(reader);
	st_store_close(store);
	folder_remove(folder);
}

static void
test_pages__of_memory_are_sound(void **state)
{
	struct st_store *store = NULL;
	struct st_reader *reader;

	(void)state;
	assert_int_equal(st_store_open_memory(&store, NULL), STET_OK);
	assert_int_equal(st_store_wrap_strict(&store, &store, NULL), STET_OK);
	reader = store_reader(store);
	must_be_sound(reader);
	st_reader_close(reader);
	st_store_close(store);
}

/* ------------------------------------------------------------------ damage */

struct file {
	uint8_t *bytes;
	size_t size;
	int fd;
	struct st_mdb_head head;
};

static int
check(const struct file *file, stet_error *err)
{
	return st_mdb_pages_check(file->fd, &file->head, "file", err);
}

/* What the check says with one bit of the file turned over. */
static int
check_flipped(const struct file *file, size_t at, unsigned bit)
{
	uint8_t changed = (uint8_t)(file->bytes[at] ^ (1u << bit));
	stet_error err;
	int rc;

	assert_int_equal(pwrite(file->fd, &changed, 1, (off_t)at), 1);
	rc = check(file, &err);
	assert_int_equal(pwrite(file->fd, file->bytes + at, 1, (off_t)at), 1);
	if (rc != STET_OK)
		assert_failure(rc, STET_EFORMAT, ST_STORE_DAMAGED, &err);
	return rc;
}

static void
open_file(const char *folder, struct file *file)
{
	char path[2 * FOLDER_SIZE];
	stet_error err;

	file->bytes = file_read(folder, ST_DATA_FILE, &file->size);
	folder_path(path, folder, ST_DATA_FILE);
	file->fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(file->fd >= 0);
	assert_int_equal(st_mdb_look(file->fd, "file", &file->head, &err), STET_OK);
	assert_int_equal(check(file, &err), STET_OK);
}

static unsigned
u16_of(const struct file *file, size_t at)
{
	return (unsigned)(file->bytes[at] | file->bytes[at + 1] << 8);
}

/* A page is in use if its number may not be another. */
static int
is_used(const struct file *file, size_t page)
{
	return check_flipped(file, page * file->head.page_size, 0) < 0;
}

static void
flip_all(const struct file *file, size_t from, size_t size, const char *what, size_t *tried)
{
	size_t at;
	unsigned bit;

	for (at = from; at < from + size; at++)
		for (bit = 0; bit < 8; bit++, (*tried)++)
			if (check_flipped(file, at, bit) == STET_OK)
				fail_msg("bit %u of byte %zu, %s, may be another", bit, at, what);
}

/* Number, flags and lengths of a page, where its rows are, and how long each key is; of a row of a
 * leaf also its flags.  (How long a value on pages of its own is, is for the entry to know.) */
static void
flip_page(const struct file *file, size_t page, size_t *tried)
{
	size_t size = file->head.page_size, at = page * size, i, node, count;
	unsigned flags = u16_of(file, at + 10);

	flip_all(file, at, 8, "of a page's number", tried);
	flip_all(file, at + 10, 2, "of a page's flags", tried);
	if (flags == 4) /* overflow: how many pages there are of it */
		return;
	flip_all(file, at + 12, 4, "of a page's lengths", tried);
	count = (u16_of(file, at + 12) - PAGE_HEAD) / 2;
	for (i = 0; i < count; i += 1 + dice(8)) {
		flip_all(file, at + PAGE_HEAD + 2 * i, 2, "of where a row is", tried);
		node = at + u16_of(file, at + PAGE_HEAD + 2 * i);
		if (flags == 2)
			flip_all(file, node + 4, 2, "of a row's flags", tried);
		else
			flip_all(file, node, 6, "of a branch's page", tried);
	}
}

static void
test_pages__damage_to_what_holds_them_together_is_found(void **state)
{
	char folder[FOLDER_SIZE];
	struct st_store *store;
	struct file file;
	size_t page, used = 0, tried = 0;
	int n;

	(void)state;
	folder_make(folder, "pages-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE | ST_OPEN_SCRATCH);
	for (n = 0; n < 14; n++)
		random_batch(store, 400);
	st_store_close(store);
	open_file(folder, &file);
	for (page = 2; page <= file.head.last_page && page < file.size / file.head.page_size;
	     page++) {
		if (!is_used(&file, page))
			continue;
		used++;
		flip_page(&file, page, &tried);
	}
	print_message("pages: %zu bits flipped in %zu pages in use, each found\n", tried, used);
	assert_true(used > 20 && tried > 5000);
	close(file.fd);
	free(file.bytes);
	folder_remove(folder);
}

static void
test_pages__cut_files_are_found(void **state)
{
	char folder[FOLDER_SIZE];
	struct st_store *store;
	struct file file;
	stet_error err;
	size_t page;
	int n, found = 0;

	(void)state;
	folder_make(folder, "pages-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE | ST_OPEN_SCRATCH);
	for (n = 0; n < 6; n++)
		random_batch(store, 400);
	st_store_close(store);
	open_file(folder, &file);
	for (page = file.size / file.head.page_size - 1; page > 2; page--) {
		assert_int_equal(ftruncate(file.fd, (off_t)(page * file.head.page_size)), 0);
		found += check(&file, &err) == STET_EFORMAT;
	}
	assert_true(found > 10);
	close(file.fd);
	free(file.bytes);
	folder_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pages__of_a_sound_file_are_sound),
	    cmocka_unit_test(test_pages__of_large_trees_are_sound),
	    cmocka_unit_test(test_pages__of_memory_are_sound),
	    cmocka_unit_test(test_pages__damage_to_what_holds_them_together_is_found),
	    cmocka_unit_test(test_pages__cut_files_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
