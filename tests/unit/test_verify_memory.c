/* verify: memory does not grow with the ledger.  What is counted is the process's own memory
 * (RssAnon): pages of mapped files are the kernel's to take back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/ledger.h"
#include "verify/verify.h"

#define BATCH 1000
#define SMALL 20000
#define LARGE 120000
#define MIB 1024 /* in kB */

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
watch(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	long *most = ctx, now = own_memory();

	(void)what;
	(void)done;
	(void)total;
	if (now > *most)
		*most = now;
	return 0;
}

static void
fill(struct tl *tl, size_t from, size_t to)
{
	stet_statement *statements[BATCH];
	size_t i, n;

	while (from < to) {
		for (n = 0; n < BATCH && from < to; n++, from++) {
			i = from;
			statements[n] = tl_statementf(tl, TL_PUBLISHER,
			    "{'type': 'record', 'subject': 'doi:10.5555/%zu', "
			    "'title': 'A record among very many, number %zu'}",
			    i, i);
		}
		tl_append_all(tl, statements, n);
	}
}

/* The most memory that a run takes beyond what there was. */
static long
cost_of(struct tl *tl, const struct st_verify_tuning *tuning, unsigned flags)
{
	stet_verify_options options = {
	    .version = STET_OPTIONS_VERSION, .threads = 2, .flags = flags};
	stet_report *report = NULL;
	long before = own_memory(), most = 0;
	stet_error err;

	if (st_verify_run(tl->ledger, &options, tuning, watch, &most, &report, &err) != STET_OK)
		fail_msg("%s", err.text);
	assert_true(stet_report_ok(report));
	stet_report_free(report);
	return most - before;
}

static void
test_verify_memory__does_not_grow_with_the_ledger(void **state)
{
	static const struct {
		const char *what;
		struct st_verify_tuning tuning;
		unsigned flags;
	} ways[] = {
	    {"with signatures", {.memory_entries = 2000, .batch_entries = 1024, .only_shadow = 1},
		0},
	    {"hashes only", {.memory_entries = 2000, .batch_entries = 1024, .only_shadow = 1},
		STET_VERIFY_HASH_ONLY},
	    {"tables of its own", {.memory_entries = 2000, .batch_entries = 1024, .no_shadow = 1},
		STET_VERIFY_HASH_ONLY},
	};
	long small[3], large[3];
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, 0);
	fill(&tl, 0, SMALL);
	for (i = 0; i < 3; i++)
		small[i] = cost_of(&tl, &ways[i].tuning, ways[i].flags);
	fill(&tl, SMALL, LARGE);
	for (i = 0; i < 3; i++) {
		large[i] = cost_of(&tl, &ways[i].tuning, ways[i].flags);
		print_message("%s: %ld kB for %d entries, %ld kB for %d\n", ways[i].what, small[i],
		    SMALL, large[i], LARGE);
	}
	for (i = 0; i < 3; i++) {
		assert_true(large[i] < 64 * MIB);
		/* A batch of its own tables touches more pages where there are more; from some
		 * size on, each row another one. */
		assert_true(large[i] - small[i] < 24 * MIB);
	}
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_verify_memory__does_not_grow_with_the_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
