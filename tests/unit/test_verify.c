/* verify: a ledger as it should be, and what it takes to say so. */
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

static const struct st_verify_tuning strict = {.memory_entries = 50000, .batch_entries = 3, .strict = 1, .only_shadow = 1};

static stet_report *
verify(struct tl *tl, const stet_verify_options *options)
{
	static const stet_verify_options usual = STET_VERIFY_OPTIONS;
	stet_report *report = NULL;
	stet_error err;

	if (st_verify_run(tl->ledger, options != NULL ? options : &usual, &strict, NULL, NULL,
	        &report, &err) != STET_OK)
		fail_msg("verify: %s (%s)", err.text, stet_rule_name(err.rule));
	return report;
}

static void
print(const stet_report *report)
{
	char *text = NULL;
	size_t size;

	assert_int_equal(stet_json_text(stet_report_json(report), STET_JSON_INDENT, &text, &size, NULL), 0);
	printf("%s\n", text);
	free(text);
}

static void
test_verify__accepts_what_append_wrote(void **state)
{
	stet_report *report;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	report = verify(&tl, NULL);
	print(report);
	assert_true(stet_report_ok(report));
	stet_report_free(report);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_verify__accepts_what_append_wrote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
