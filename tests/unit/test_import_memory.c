/* import: memory does not grow with the file, whatever an enemy puts into it.  What is counted is
 * the process's own memory (RssAnon): pages of mapped files are the kernel's to take back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stet/exchange.h>

#include "base/err.h"
#include "exchange/seen.h"
#include "support/ledger.h"

#define SMALL 100000 /* more than is remembered in memory */
#define LARGE 180000
#define MIB 1024 /* in kB */

/* --- files that are made while they are read ---------------------------------------------------
 */

typedef int make_row(char *out, size_t size, uint64_t number);

struct made {
	const char *first; /* the lines in front, and behind */
	const char *last;
	make_row *make;
	uint64_t rows, row;
	char line[512];
	size_t have, at;
	long most; /* kB of memory at any time that more was asked for */
};

/* kB of memory that belongs to this process alone. */
static long
own_memory(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	long kb = -1;
	char line[256];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "RssAnon: %ld kB", &kb) == 1)
			break;
	fclose(file);
	assert_true(kb > 0);
	return kb;
}

static int
next_line(struct made *made)
{
	const char *text = made->row == 0 ? made->first : made->last;

	made->at = 0;
	if (made->row == 0 || made->row == made->rows + 1)
		made->have = (size_t)snprintf(made->line, sizeof(made->line), "%s", text);
	else if (made->row <= made->rows)
		made->have = (size_t)made->make(made->line, sizeof(made->line), made->row);
	else
		made->have = 0; /* and so at every call from now on */
	if (made->have == 0 && made->row > made->rows)
		return 0;
	assert_true(made->have < sizeof(made->line));
	made->row++;
	return 1;
}

static int
read_made(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	struct made *made = ctx;
	long now = own_memory();
	size_t part;

	if (now > made->most)
		made->most = now;
	for (*got_out = 0; *got_out < size; *got_out += part) {
		if (made->at == made->have && !next_line(made))
			break;
		part = made->have - made->at;
		if (part > size - *got_out)
			part = size - *got_out;
		memcpy(buf + *got_out, made->line + made->at, part);
		made->at += part;
	}
	return STET_OK;
}

static void
import(struct tl *tl, const char *format, unsigned flags, struct made *made,
    stet_import_result *result)
{
	stet_transfer_options options = STET_TRANSFER_OPTIONS;
	stet_error err;

	options.now_ms = tl->now_ms;
	options.flags = flags;
	if (stet_import(tl->ledger, format, read_made, made, tl->keys[TL_OBSERVER], &options,
		result, &err) != STET_OK)
		fail_msg("%s", err.text);
}

/* --- memory ---------------------------------------------------------------------------------- */

static int
names_nothing(char *out, size_t size, uint64_t number)
{
	return snprintf(out, size, "unavailable,unavailable,%llu\n", (unsigned long long)number);
}

static int
always_the_same(char *out, size_t size, uint64_t number)
{
	(void)number;
	return snprintf(out, size, "unavailable,unavailable,the same\n");
}

/* Those that are remembered on disk, again. */
static int
each_twice(char *out, size_t size, uint64_t number)
{
	return names_nothing(out, size, number % (SMALL / 2 * 3));
}

static int
no_edit(char *out, size_t size, uint64_t number)
{
	return snprintf(
	    out, size, "{\"op\":\"add\",\"doi\":\"%llu\"}\n", (unsigned long long)number);
}

/* Of a kind that can be no name. */
static int
no_page(char *out, size_t size, uint64_t number)
{
	return snprintf(out, size, "{\"record_kind\":\"a b\",\"title\":\"%llu\"}\n",
	    (unsigned long long)number);
}

#define HEADER "OriginalPaperDOI,RetractionDOI,Notes\n"

static void
test_import_memory__does_not_grow_with_the_file(void **state)
{
	static const struct {
		const char *what, *format, *first;
		make_row *make;
		unsigned flags;
	} ways[] = {
	    {"all different", "retraction-watch", HEADER, names_nothing, STET_IMPORT_WHOLE},
	    {"all equal", "retraction-watch", HEADER, always_the_same, 0},
	    {"again and again", "retraction-watch", HEADER, each_twice, 0},
	    {"with ids", "retraction-watch", "RetractionDOI,OriginalPaperDOI,Record ID\n",
		names_nothing, STET_IMPORT_WHOLE},
	    {"edits", "deltas", "", no_edit, 0},
	    {"pages", "records", "", no_page, 0},
	};
	static const uint64_t sizes[] = {SMALL, LARGE};
	stet_import_result result;
	long cost[2], before;
	struct made made;
	struct tl tl;
	size_t way, i;

	(void)state;
	tl_make(&tl, 0);
	for (way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
		for (i = 0; i < 2; i++) {
			memset(&made, 0, sizeof(made));
			made.first = ways[way].first;
			made.last = "";
			made.make = ways[way].make;
			made.rows = sizes[i];
			before = own_memory();
			import(&tl, ways[way].format, ways[way].flags, &made, &result);
			assert_int_equal(result.rows, sizes[i]);
			assert_int_equal(result.refused, sizes[i]);
			cost[i] = made.most - before;
		}
		print_message("%s: %ld kB for %d rows, %ld kB for %d\n", ways[way].what, cost[0],
		    SMALL, cost[1], LARGE);
		assert_true(cost[1] < 24 * MIB);
		assert_true(cost[1] - cost[0] < 4 * MIB);
	}
	tl_free(&tl);
}

/* --- what is remembered on disk is remembered ------------------------------------------------ */

/* Rows are equal, ids are repeated, and a file is the whole of what is stated, however many rows
 * lie between. */
static void
test_import_memory__rows_on_disk_count(void **state)
{
	static const char first[] = "OriginalPaperDOI,RetractionDOI,Record ID\n"
				    "10.5555/a,10.5555/n,\n10.5555/a,10.5555/n,\n"
				    "10.5555/b,10.5555/n,\n10.5555/c,10.5555/n,7\n"
				    "10.5555/d,10.5555/n,8\n";
	struct made made = {.first = first, .last = ""};
	stet_import_result result;
	struct tl tl;

	(void)state;
	assert_true(SMALL > ST_SEEN_IN_MEMORY);
	tl_make(&tl, 0);
	import(&tl, "retraction-watch", STET_IMPORT_WHOLE, &made, &result);
	assert_int_equal(result.appended, 5 + 1);
	/* the second of equal rows; ids with the same row, and with another one */
	made = (struct made){.first = first, .make = names_nothing, .rows = SMALL};
	made.last = "10.5555/a,10.5555/n,\n10.5555/b,10.5555/n,\n10.5555/c,10.5555/n,7\n"
		    "10.5555/e,10.5555/n,8\n";
	import(&tl, "retraction-watch", STET_IMPORT_WHOLE, &made, &result);
	assert_int_equal(result.rows, 5 + SMALL + 4);
	assert_int_equal(result.refused, SMALL + 1);
	assert_int_equal(result.already, 5);
	assert_int_equal(result.appended, 2 + 1);
	/* what is no longer there, without one of each kind */
	made = (struct made){.make = names_nothing, .rows = SMALL, .last = ""};
	made.first = "OriginalPaperDOI,RetractionDOI,Record ID\n"
		     "10.5555/a,10.5555/n,\n10.5555/c,10.5555/n,7\n";
	import(&tl, "retraction-watch", STET_IMPORT_WHOLE, &made, &result);
	assert_int_equal(result.already, 2);
	assert_true(result.appended >= 3 + 1); /* one of a, b, and 8 are delisted; a snapshot */
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_import_memory__does_not_grow_with_the_file),
	    cmocka_unit_test(test_import_memory__rows_on_disk_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
