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

/* Through the strict store, batches cut small, and never the second way without being asked. */
static const struct st_verify_tuning strict = {
    .memory_entries = 50000, .batch_entries = 3, .strict = 1};
static const struct st_verify_tuning first_way = {
    .memory_entries = 50000, .batch_entries = 3, .strict = 1, .only_shadow = 1};
static const struct st_verify_tuning thorough = {
    .memory_entries = 50000, .batch_entries = 5, .strict = 1, .no_shadow = 1};
static const struct st_verify_tuning quick = {.memory_entries = 50000, .batch_entries = 2048};

static stet_report *
verify_by(struct tl *tl, const struct st_verify_tuning *tuning, const stet_verify_options *options)
{
	static const stet_verify_options usual = {.version = STET_OPTIONS_VERSION, .threads = 1};
	stet_report *report = NULL;
	stet_error err;

	if (st_verify_run(tl->ledger, options != NULL ? options : &usual, tuning, NULL, NULL,
		&report, &err) != STET_OK)
		fail_msg("verify: %s (%s)", err.text, stet_rule_name(err.rule));
	return report;
}

static void
print(const stet_report *report)
{
	const stet_diagnosis *diagnosis;
	size_t i;

	for (i = 0; (diagnosis = stet_report_get(report, i)) != NULL; i++)
		print_message("  %lld %s: %s\n", (long long)diagnosis->seq,
		    stet_rule_name(diagnosis->rule), diagnosis->text);
}

static int __attribute__((unused)) names(const stet_report *report, uint64_t seq)
{
	const stet_diagnosis *diagnosis;
	size_t i;

	for (i = 0; (diagnosis = stet_report_get(report, i)) != NULL; i++)
		if (diagnosis->seq == seq)
			return 1;
	return 0;
}

static void
expect_good(struct tl *tl, const struct st_verify_tuning *tuning)
{
	stet_report *report = verify_by(tl, tuning, NULL);

	if (!stet_report_ok(report)) {
		print(report);
		fail_msg("%zu diagnoses", stet_report_count(report));
	}
	stet_report_free(report);
}

static void
test_verify__accepts_what_append_wrote(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	expect_good(&tl, &first_way);
	expect_good(&tl, &thorough);
	expect_good(&tl, &quick);
	tl_free(&tl);
}

/* Every bit of every stored entry, one at a time; the sanitizers are too slow for all of them. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRIDE 7
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STRIDE 7
#endif
#endif
#ifndef STRIDE
#define STRIDE 1
#endif
static void
flip_all(struct tl *tl, unsigned flags, size_t *copies_out)
{
	stet_verify_options options = {
	    .version = STET_OPTIONS_VERSION, .threads = 1, .flags = flags};
	uint64_t size = tl_size(tl), seq;
	stet_report *report;
	stet_bytes encoded;
	uint8_t *bytes;
	size_t bit;

	for (seq = 0; seq < size; seq++) {
		encoded = tl_entry(tl, seq);
		bytes = (uint8_t *)(uintptr_t)encoded.data;
		for (bit = 0; bit < encoded.size * 8; bit += STRIDE) {
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			tl_put_entry(tl, seq, encoded);
			report = verify_by(tl, &strict, &options);
			if (stet_report_ok(report) || stet_report_get(report, 0)->seq != seq) {
				print(report);
				fail_msg("bit %zu of entry %llu", bit, (unsigned long long)seq);
			}
			stet_report_free(report);
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			(*copies_out)++;
		}
		tl_put_entry(tl, seq, encoded);
		free(bytes);
	}
}

static void
test_verify__names_the_entry_of_any_flipped_bit(void **state)
{
	size_t copies = 0;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY | TL_BARE);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_PUBLISHER, "['publisher']", ""));
	tl_say(
	    &tl, TL_PUBLISHER, "{'type': 'record', 'subject': '" TL_UUID "', 'title': 'A paper'}");
	flip_all(&tl, STRIDE == 1 ? 0 : STET_VERIFY_HASH_ONLY, &copies);
	print_message(
	    "%zu copies with one bit flipped, each refused with its entry named first\n", copies);
	expect_good(&tl, &first_way);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_verify__accepts_what_append_wrote),
	    cmocka_unit_test(test_verify__names_the_entry_of_any_flipped_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
