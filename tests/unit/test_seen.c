/* What a file has said so far: in memory up to a bound, beyond it in sorted runs on disk. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/text.h"
#include "exchange/seen.h"
#include "support/alloc.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* --- reads and writes that fail, or do half of what they should ------------------------------ */

static long fail_in = -1; /* the read or write after so many more fails */
static int fail_with;
static size_t most_at_once; /* 0: as many bytes as wanted */

ssize_t __real_pread64(int fd, void *buf, size_t size, off_t at);
ssize_t __wrap_pread64(int fd, void *buf, size_t size, off_t at);
ssize_t __real_pwrite64(int fd, const void *buf, size_t size, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *buf, size_t size, off_t at);

static int
fails_now(size_t *size)
{
	if (most_at_once > 0 && *size > most_at_once)
		*size = most_at_once;
	if (fail_in < 0 || fail_in-- > 0)
		return 0;
	errno = fail_with;
	return 1;
}

ssize_t
__wrap_pread64(int fd, void *buf, size_t size, off_t at)
{
	return fails_now(&size) ? (fail_with == 0 ? 0 : -1) : __real_pread64(fd, buf, size, at);
}

ssize_t
__wrap_pwrite64(int fd, const void *buf, size_t size, off_t at)
{
	return fails_now(&size) ? (fail_with == 0 ? 0 : -1) : __real_pwrite64(fd, buf, size, at);
}

/* --- adding ---------------------------------------------------------------------------------- */

static int
add(struct st_seen *seen, unsigned number, const char *content, struct st_seen_row *row_out,
    stet_error *err)
{
	char key[24];

	snprintf(key, sizeof(key), "key %u", number);
	return st_seen_add(seen, st_str(key), st_str(content), number, row_out, err);
}

static int
find(const struct st_seen *seen, unsigned number, struct st_seen_row *row_out, stet_error *err)
{
	char key[24];

	snprintf(key, sizeof(key), "key %u", number);
	return st_seen_find(seen, st_str(key), row_out, err);
}

/* Some number below `below`, each run of the test the same one. */
static unsigned
some(uint32_t *state, unsigned below)
{
	*state = *state * 1664525u + 1013904223u;
	return (unsigned)(((uint64_t)*state * below) >> 32);
}

/* Random keys against a plain array of counts, with as many in memory as it says. */
static void
compare_with_an_array(size_t in_memory, unsigned keys, unsigned adds)
{
	struct st_seen seen = {.most = in_memory, .runs.folder = "."};
	uint32_t *counts = calloc(keys, sizeof(*counts)), *first = calloc(keys, sizeof(*first));
	uint32_t random = 1;
	struct st_seen_row row;
	char key[24], said[24];
	unsigned i, number;

	assert_non_null(counts);
	assert_non_null(first);
	for (i = 1; i <= adds; i++) {
		number = some(&random, keys);
		snprintf(key, sizeof(key), "key %u", number);
		snprintf(said, sizeof(said), "said %u", i);
		if (counts[number]++ == 0)
			first[number] = i;
		assert_int_equal(
		    st_seen_add(&seen, st_str(key), st_str(said), i, &row, NULL), STET_OK);
		assert_int_equal(row.count, counts[number]);
		assert_int_equal(row.row, first[number]);
		assert_true(seen.count <= in_memory);
	}
	for (number = 0; number < keys; number++) {
		assert_int_equal(
		    find(&seen, number, &row, NULL), counts[number] > 0 ? STET_OK : STET_ENOTFOUND);
		if (counts[number] == 0)
			continue;
		assert_int_equal(row.count, counts[number]);
		assert_int_equal(row.row, first[number]);
		snprintf(said, sizeof(said), "said %u", first[number]);
		assert_true(st_seen_said(&row, st_str(said)));
		assert_false(st_seen_said(&row, st_str("said 0")));
	}
	assert_int_equal(find(&seen, keys, &row, NULL), STET_ENOTFOUND);
	st_seen_clear(&seen);
	st_seen_clear(&seen);
	free(counts);
	free(first);
}

static void
test_seen__counts_rows_wherever_they_are(void **state)
{
	(void)state;
	compare_with_an_array(1, 60, 400);     /* runs of one row and up */
	compare_with_an_array(3, 500, 900);    /* all levels uneven */
	compare_with_an_array(16, 2000, 3000); /* runs with more rows than are read at once */
	compare_with_an_array(700, 40000, 60000);
	compare_with_an_array(ST_SEEN_IN_MEMORY, 1000, 3000);
	most_at_once = 7; /* reads and writes that do a part of what they should */
	compare_with_an_array(16, 600, 900);
	most_at_once = 0;
}

/* Temporary files are made only when memory is full, and have no names. */
static void
test_seen__makes_no_file_before_it_must(void **state)
{
	struct st_seen seen = {.most = 8, .runs.folder = "no/such/folder"};
	struct st_seen_row row;
	stet_error err;
	unsigned i;

	(void)state;
	for (i = 0; i < 80; i++)
		assert_int_equal(add(&seen, i % 8, "x", &row, &err), STET_OK);
	assert_int_equal(add(&seen, 8, "x", &row, &err), STET_EIO);
	assert_int_equal(err.rule, ST_IO_FAILED);
	assert_string_equal(
	    err.text, "cannot make a temporary file in 'no/such/folder': there is no such folder");
	st_seen_clear(&seen);
}

static void
test_seen__says_where_no_file_can_be_made(void **state)
{
	struct st_seen seen = {.most = 1, .runs.folder = "/proc"};
	struct st_seen_row row;
	stet_error err;

	(void)state;
	assert_int_equal(add(&seen, 0, "x", &row, &err), STET_OK);
	assert_int_equal(add(&seen, 1, "x", &row, &err), STET_EIO);
	assert_non_null(strstr(err.text, "cannot make a temporary file in '/proc'"));
	st_seen_clear(&seen);
}

/* --- what goes wrong ------------------------------------------------------------------------- */

#define ROWS 40

/* 40 rows and each of them once more: the first code that is no STET_OK. */
static int
fill(struct st_seen *seen, stet_error *err)
{
	struct st_seen_row row;
	unsigned i;
	int rc;

	for (i = 0; i < 2 * ROWS; i++) {
		if ((rc = add(seen, i % ROWS, "x", &row, err)) < 0)
			return rc;
		assert_int_equal(row.count, 1 + i / ROWS);
	}
	return STET_OK;
}

static void
test_seen__each_failed_read_and_write_is_told(void **state)
{
	static const struct {
		int failed, code, rule;
	} ways[] = {{ENOSPC, STET_EFULL, ST_DISK_FULL}, {EDQUOT, STET_EFULL, ST_DISK_FULL},
	    {EIO, STET_EIO, ST_IO_FAILED}};
	stet_error err;
	size_t way;
	long n;
	int rc;

	(void)state;
	for (way = 0; way < COUNT_OF(ways); way++) {
		fail_with = ways[way].failed;
		for (n = 0;; n++) {
			struct st_seen seen = {.most = 3, .runs.folder = "."};

			fail_in = n;
			rc = fill(&seen, &err);
			st_seen_clear(&seen);
			if (fail_in >= 0)
				break; /* it needed no more */
			assert_int_equal(rc, ways[way].code);
			assert_int_equal(err.rule, ways[way].rule);
			assert_non_null(strstr(err.text, "a temporary file in '.'"));
		}
		assert_int_equal(rc, STET_OK);
		assert_true(n > 100);
	}
	fail_in = -1;
	/* interrupted: done again */
	fail_with = EINTR;
	for (n = 0; n < 60; n++) {
		struct st_seen seen = {.most = 3, .runs.folder = "."};

		fail_in = n;
		assert_int_equal(fill(&seen, &err), STET_OK);
		st_seen_clear(&seen);
	}
	fail_in = -1;
}

/* A file system that loses what was written. */
static void
test_seen__a_file_cut_short_is_told(void **state)
{
	struct st_seen seen = {.most = 3, .runs.folder = "."};
	struct st_seen_row row;
	stet_error err;
	size_t i;

	(void)state;
	assert_int_equal(fill(&seen, &err), STET_OK);
	assert_true(seen.runs.count > 1);
	for (i = 0; i < seen.runs.count; i++)
		assert_int_equal(ftruncate(seen.runs.runs[i].fd, 0), 0);
	assert_int_equal(find(&seen, 0, &row, &err), STET_EIO);
	assert_non_null(strstr(err.text, "shorter than what was written"));
	st_seen_clear(&seen);
}

static void
test_seen__each_failed_allocation_is_told(void **state)
{
	stet_error err;
	long n;
	int rc;

	(void)state;
	for (n = 0;; n++) {
		struct st_seen seen = {.most = 3, .runs.folder = "."};

		alloc_fail(n);
		rc = fill(&seen, &err);
		st_seen_clear(&seen);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(n > 20);
}

/* --- no more memory and no more files for more rows ------------------------------------------ */

static void
test_seen__runs_are_few(void **state)
{
	struct st_seen seen = {.most = 2, .runs.folder = "."};
	struct rlimit before, few;
	struct st_seen_row row;
	unsigned i;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 40;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	for (i = 0; i < 20000; i++) {
		assert_int_equal(add(&seen, i, "x", &row, NULL), STET_OK);
		assert_true(seen.runs.count <= 15);
	}
	assert_int_equal(find(&seen, 77, &row, NULL), STET_OK);
	st_seen_clear(&seen);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_seen__counts_rows_wherever_they_are),
	    cmocka_unit_test(test_seen__makes_no_file_before_it_must),
	    cmocka_unit_test(test_seen__says_where_no_file_can_be_made),
	    cmocka_unit_test(test_seen__each_failed_read_and_write_is_told),
	    cmocka_unit_test(test_seen__a_file_cut_short_is_told),
	    cmocka_unit_test(test_seen__each_failed_allocation_is_told),
	    cmocka_unit_test(test_seen__runs_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
