/* trail: the history of records in formats of others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stet/exchange.h>

#include "base/err.h"
#include "support/alloc.h"
#include "support/ledger.h"

/* What is written, or a failure after so many bytes. */
struct taken {
	struct st_buf text;
	size_t room; /* SIZE_MAX: any */
	unsigned documents;
	int ended;
};

static int
take(void *ctx, const char *path, stet_bytes piece, int last)
{
	struct taken *taken = ctx;

	(void)path;
	if (piece.size > taken->room)
		return STET_EFULL;
	taken->room -= piece.size;
	st_buf_put_bytes(&taken->text, piece);
	taken->documents += last != 0;
	return taken->text.rc;
}

static stet_id *
id_of(const char *text)
{
	stet_id *id = NULL;
	stet_error err;

	assert_int_equal(stet_id_parse(text, &id, &err), STET_OK);
	return id;
}

static int
export_as(
    struct tl *tl, const char *format, const stet_id *id, struct taken *taken, stet_error *err)
{
	stet_export_options options = STET_EXPORT_OPTIONS;

	memset(taken, 0, sizeof(*taken));
	taken->room = SIZE_MAX;
	st_error_clear(err);
	return stet_export_records(
	    tl->ledger, format, &id, id != NULL ? 1 : 0, &options, take, taken, err);
}

/* One of most types, and a retraction that was reinstated. */
static void
make(struct tl *tl)
{
	char leaf[65];
	uint64_t seq;

	tl_make(tl, TL_MEMORY);
	tl_fill(tl);
	seq = tl_say(tl, TL_EDITOR,
	    "{'type': 'correction', 'subject': '" TL_PAPER "', 'nature': 'retraction', 'notice': "
	    "{'kind': 'own', 'doi': '10.5555/notice', 'published': '2026-02-01'}, 'decided_by': "
	    "[{'kind': 'editor', 'name': 'x'}]}");
	tl_leaf(tl, seq, leaf);
	tl_append(tl, tl_statementf(tl, TL_EDITOR,
			  "{'type': 'correction', 'subject': '" TL_PAPER
			  "', 'nature': 'reinstatement', 'targets': ['%s']}",
			  leaf));
	tl_say(tl, TL_OBSERVER,
	    "{'type': 'correction', 'subject': '" TL_PAPER "', 'nature': 'erratum', 'source': "
	    "{'name': 'somebody', 'term': 'Erratum'}, 'occurred': '2011-05'}");
}

static void
test_trail__formats_are_listed_and_others_refused(void **state)
{
	stet_export_format format, other;
	struct taken taken;
	struct tl tl;
	stet_error err;
	size_t row, again;

	(void)state;
	make(&tl);
	for (row = 0; stet_export_format_of(row, &format); row++) {
		assert_true(format.title[0] != '\0' && format.loss[0] != '\0');
		assert_non_null(strchr(format.media_type, '/'));
		for (again = 0; again < row; again++) {
			assert_true(stet_export_format_of(again, &other));
			assert_string_not_equal(other.name, format.name);
			assert_string_not_equal(other.extension, format.extension);
		}
		assert_int_equal(export_as(&tl, format.name, NULL, &taken, &err), STET_OK);
		assert_true(taken.text.size > 0);
		if (!format.apart)
			assert_int_equal(taken.documents, 1);
		st_buf_free(&taken.text);
	}
	assert_true(row >= 5);
	assert_int_equal(export_as(&tl, "mets", NULL, &taken, &err), STET_EINVAL);
	assert_string_equal(stet_rule_name(err.rule), "format-unknown");
	assert_int_equal(taken.text.size, 0);
	tl_free(&tl);
}

static void
test_trail__a_record_is_found_or_not(void **state)
{
	stet_export_format format;
	stet_id *paper = id_of(TL_PAPER), *none = id_of("10.5555/none");
	const stet_id *both[2];
	stet_export_options options = STET_EXPORT_OPTIONS;
	struct taken taken, twice;
	struct tl tl;
	stet_error err;
	size_t row;

	(void)state;
	make(&tl);
	both[0] = both[1] = paper;
	for (row = 0; stet_export_format_of(row, &format); row++) {
		assert_int_equal(export_as(&tl, format.name, none, &taken, &err), STET_ENOTFOUND);
		st_buf_free(&taken.text);
		assert_int_equal(export_as(&tl, format.name, paper, &taken, &err), STET_OK);
		/* The same record asked for twice is written once. */
		memset(&twice, 0, sizeof(twice));
		twice.room = SIZE_MAX;
		assert_int_equal(stet_export_records(
				     tl.ledger, format.name, both, 2, &options, take, &twice, &err),
		    STET_OK);
		assert_int_equal(taken.text.size, twice.text.size);
		assert_memory_equal(taken.text.data, twice.text.data, taken.text.size);
		st_buf_free(&taken.text);
		st_buf_free(&twice.text);
	}
	options.version = 99;
	assert_int_equal(
	    stet_export_records(tl.ledger, "csv", &both[0], 1, &options, take, &taken, &err),
	    STET_EINVAL);
	stet_id_free(paper);
	stet_id_free(none);
	tl_free(&tl);
}

/* A sink that is full is an error, wherever in the output it is. */
static void
test_trail__a_full_sink_is_told_of(void **state)
{
	stet_export_options options = STET_EXPORT_OPTIONS;
	stet_export_format format;
	stet_id *paper = id_of(TL_PAPER);
	const stet_id *ids[1];
	struct taken taken;
	struct tl tl;
	stet_error err;
	size_t row;

	(void)state;
	make(&tl);
	ids[0] = paper;
	for (row = 0; stet_export_format_of(row, &format); row++) {
		memset(&taken, 0, sizeof(taken));
		assert_int_equal(stet_export_records(
				     tl.ledger, format.name, ids, 1, &options, take, &taken, &err),
		    STET_EFULL);
		assert_int_equal(taken.documents, 0);
		st_buf_free(&taken.text);
	}
	stet_id_free(paper);
	tl_free(&tl);
}

static int
stop(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)ctx, (void)what, (void)done, (void)total;
	return 1;
}

static void
test_trail__can_be_stopped(void **state)
{
	stet_export_options options = STET_EXPORT_OPTIONS;
	stet_export_format format;
	stet_id *paper = id_of(TL_PAPER);
	const stet_id *ids[1];
	struct taken taken = {.room = SIZE_MAX};
	struct tl tl;
	stet_error err;
	size_t row;

	(void)state;
	make(&tl);
	ids[0] = paper;
	options.progress = stop;
	for (row = 0; stet_export_format_of(row, &format); row++) {
		assert_int_equal(stet_export_records(
				     tl.ledger, format.name, ids, 1, &options, take, &taken, &err),
		    STET_EINVAL);
		assert_string_equal(stet_rule_name(err.rule), "stopped");
		st_buf_free(&taken.text);
	}
	stet_id_free(paper);
	tl_free(&tl);
}

static void
test_trail__survives_every_failing_allocation(void **state)
{
	stet_export_format format;
	struct taken taken, whole;
	stet_id *paper = id_of(TL_PAPER);
	struct tl tl;
	stet_error err;
	size_t row;
	long n;
	int rc, failed;

	(void)state;
	make(&tl);
	for (row = 0; stet_export_format_of(row, &format); row++) {
		assert_int_equal(export_as(&tl, format.name, paper, &whole, &err), STET_OK);
		for (n = 0, failed = 1; failed; n++) {
			alloc_fail(n);
			rc = export_as(&tl, format.name, paper, &taken, &err);
			failed = alloc_failed();
			/* Whole and the same, or said to have failed: never half of it. */
			assert_true(rc == STET_OK || (failed && rc == STET_ENOMEM));
			if (rc == STET_OK) {
				assert_int_equal(taken.text.size, whole.text.size);
				assert_memory_equal(
				    taken.text.data, whole.text.data, whole.text.size);
			}
			st_buf_free(&taken.text);
		}
		st_buf_free(&whole.text);
	}
	stet_id_free(paper);
	tl_free(&tl);
}

/* PROV puts every use of an entity before its invalidation: a paper that is retracted and then
 * corrected would make the document contradict itself. */
static void
test_trail__no_record_is_invalidated(void **state)
{
	struct taken taken;
	stet_json *json = NULL;
	const stet_json *bundle, *relations, *relation;
	struct tl tl;
	stet_error err;
	stet_bytes ended;
	const char *name;
	size_t i, seen = 0;

	(void)state;
	make(&tl);
	assert_int_equal(export_as(&tl, "prov", NULL, &taken, &err), STET_OK);
	assert_int_equal(stet_json_parse(st_buf_bytes(&taken.text), &json, &err), STET_OK);
	assert_true(stet_json_member(stet_json_get(json, "bundle"), 0, &name, &bundle));
	relations = stet_json_get(bundle, "wasInvalidatedBy");
	for (i = 0; stet_json_member(relations, i, &name, &relation); i++) {
		ended = stet_json_string_of(stet_json_get(relation, "prov:entity"));
		assert_true(ended.size > 9 && memcmp(ended.data, "e:status/", 9) == 0);
		seen++;
	}
	assert_true(seen > 0);
	stet_json_free(json);
	st_buf_free(&taken.text);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_trail__formats_are_listed_and_others_refused),
	    cmocka_unit_test(test_trail__a_record_is_found_or_not),
	    cmocka_unit_test(test_trail__a_full_sink_is_told_of),
	    cmocka_unit_test(test_trail__can_be_stopped),
	    cmocka_unit_test(test_trail__survives_every_failing_allocation),
	    cmocka_unit_test(test_trail__no_record_is_invalidated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
