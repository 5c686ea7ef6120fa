/* Bags of ledgers and of named records: whole or not at all when memory is short, and the same for
 * whoever checks them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <stet/package.h>

#include "base/err.h"
#include "base/hex.h"
#include "support/alloc.h"
#include "support/ledger.h"

/* One allocation in so many fails: there are thousands, most of them again and again the same. */
#define STEP 521

static char *
path_of(struct tl *tl, const char *name)
{
	char *path = st_path_join(tl->folder, name);

	assert_non_null(path);
	return path;
}

static int
write_bag(struct tl *tl, const char *path, const stet_id *id, const char *since, stet_error *err)
{
	stet_bag_options options = STET_BAG_OPTIONS;
	stet_bag_result result;
	char *note = NULL;
	size_t size;
	int rc;

	options.ids = &id;
	options.id_count = id != NULL;
	if (since != NULL) {
		if ((rc = stet_package_checkpoint(since, &note, &size, err)) < 0)
			return rc;
		options.since = (stet_bytes){(const uint8_t *)note, size};
	}
	rc = stet_export_bag(tl->ledger, path, &options, &result, err);
	free(note);
	return rc;
}

static int
judge(struct tl *tl, const char *path, const char *after, stet_json **report, stet_error *err)
{
	stet_package_options options = STET_PACKAGE_OPTIONS;

	options.after = &after;
	options.after_count = after != NULL;
	options.scratch_dir = tl->folder;
	return stet_package_check(path, &options, report, err);
}

static int
is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

static void
assert_good(struct tl *tl, const char *path)
{
	stet_json *report = NULL;
	stet_error err;

	if (judge(tl, path, NULL, &report, &err) != STET_OK)
		fail_msg("%s", err.text);
	if (!stet_json_bool_of(stet_json_get(report, "ok")))
		fail_msg("%s",
		    (const char *)stet_json_string_of(
			stet_json_get(stet_json_item(stet_json_get(report, "problems"), 0), "text"))
			.data);
	stet_json_free(report);
}

/* What was short of memory may have been something that is not needed: then it is the same bag. */
static void
assert_same_or_short(int rc, const char *path, const struct st_buf *whole)
{
	struct st_buf now = {0};
	stet_error err;

	if (rc == STET_OK) {
		assert_int_equal(st_file_read(path, SIZE_MAX / 2, &now, &err), STET_OK);
		assert_true(st_bytes_equal(st_buf_bytes(&now), st_buf_bytes(whole)));
		st_buf_free(&now);
		assert_int_equal(unlink(path), 0);
	} else {
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_false(is_there(path));
}

static void
short_of_memory(const char *name, int increment)
{
	struct st_buf whole = {0};
	struct tl tl;
	stet_id *id = NULL;
	stet_json *report = NULL;
	stet_error err;
	char *path, *before = NULL;
	long n;
	int rc;

	tl_make(&tl, 0);
	if (increment) {
		before = path_of(&tl, "before");
		assert_int_equal(write_bag(&tl, before, NULL, NULL, &err), STET_OK);
	}
	tl_fill(&tl);
	path = path_of(&tl, "bag.tar");
	if (name != NULL)
		assert_int_equal(stet_id_parse(name, &id, &err), STET_OK);
	assert_int_equal(write_bag(&tl, path, id, before, &err), STET_OK);
	assert_int_equal(st_file_read(path, SIZE_MAX / 2, &whole, &err), STET_OK);
	assert_int_equal(unlink(path), 0);
	for (n = 0;; n += STEP) {
		alloc_fail(n);
		rc = write_bag(&tl, path, id, before, &err);
		if (!alloc_failed())
			break;
		assert_same_or_short(rc, path, &whole);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(n > 100);
	for (n = 0;; n += STEP) {
		alloc_fail(n);
		rc = judge(&tl, path, before, &report, &err);
		if (!alloc_failed())
			break;
		if (rc == STET_OK) {
			assert_true(stet_json_bool_of(stet_json_get(report, "ok")));
			stet_json_free(report);
		} else {
			assert_int_equal(rc, STET_ENOMEM);
		}
	}
	assert_int_equal(rc, STET_OK);
	assert_true(stet_json_bool_of(stet_json_get(report, "ok")));
	stet_json_free(report);
	st_buf_free(&whole);
	stet_id_free(id);
	free(before);
	free(path);
	tl_free(&tl);
}

static void
test_bag__of_a_whole_ledger_is_whole_or_says_no_memory(void **state)
{
	(void)state;
	short_of_memory(NULL, 0);
}

static void
test_bag__of_what_was_added_is_whole_or_says_no_memory(void **state)
{
	(void)state;
	short_of_memory(NULL, 1);
}

static void
test_bag__of_records_is_whole_or_says_no_memory(void **state)
{
	(void)state;
	short_of_memory(TL_PAPER, 0);
}

/* What a ledger is that has had another key, and other signers, comes along with a record. */
static void
test_bag__of_records_after_a_change_of_the_ledger_key(void **state)
{
	struct tl tl;
	stet_id *id = NULL;
	stet_error err;
	char *path;

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	tl_rotate(&tl, TL_NEXT);
	path = path_of(&tl, "bag.tar");
	assert_int_equal(stet_id_parse(TL_PAPER, &id, &err), STET_OK);
	if (write_bag(&tl, path, id, NULL, &err) != STET_OK)
		fail_msg("%s", err.text);
	assert_good(&tl, path);
	stet_id_free(id);
	free(path);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bag__of_a_whole_ledger_is_whole_or_says_no_memory),
	    cmocka_unit_test(test_bag__of_what_was_added_is_whole_or_says_no_memory),
	    cmocka_unit_test(test_bag__of_records_is_whole_or_says_no_memory),
	    cmocka_unit_test(test_bag__of_records_after_a_change_of_the_ledger_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
