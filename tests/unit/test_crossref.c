/* import crossref: what a work comes to, whichever side of an update states it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "support/alloc.h"
#include "support/check.h"
#include "support/data.h"
#include "support/importing.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define DAY(y, m, d) "\"updated\": {\"date-parts\": [[" #y ", " #m ", " #d "]]}"
#define NOTICE(more) "{\"DOI\": \"10.5555/notice\", \"title\": [\"Retracted\"]" more "}"
#define PAPER(more) "{\"DOI\": \"10.5555/Paper\", \"title\": [\"A paper\"]" more "}"
/* The same retraction, on either side. */
#define TO                                                                               \
	", \"update-to\": [{\"DOI\": \"10.5555/PAPER\", \"type\": \"retraction\", " DAY( \
	    2023, 6, 20) "}]"
#define BY                                                                                 \
	", \"updated-by\": [{\"DOI\": \"10.5555/notice\", \"type\": \"retraction\", "      \
	"\"label\": \"Retraction\", \"source\": \"publisher\", \"record-id\": null, " DAY( \
	    2023, 6, 20) "}]"
#define BY_BOTH                                                                        \
	", \"updated-by\": [{\"DOI\": \"10.5555/notice\", \"type\": \"retraction\", "  \
	"\"source\": \"retraction-watch\", \"record-id\": 4711, " DAY(                 \
	    2023, 6, 20) "}, {\"DOI\": \"10.5555/notice\", \"type\": \"retraction\", " \
			 "\"source\": \"publisher\", " DAY(2023, 6, 20) "}]"

static const char paper[] = "doi:10.5555/paper", notice[] = "doi:10.5555/notice";

/* --- what a work says ------------------------------------------------------------------------ */

static void
test_crossref__takes_what_the_ledger_has_words_for(void **state)
{
	static const char work[] =
	    "{\"DOI\": \"10.1175/1520-0493(1974)102<0736:WACOJ>2.0.CO;2\", \"title\": [\" On\\n "
	    "the  weather \", \"x\"], \"publisher\": \"A Society\", \"resource\": {\"primary\": "
	    "{\"URL\": \"https://a.example/1\"}}, \"created\": {\"date-time\": "
	    "\"2021-08-06T11:14:40Z\"}, \"deposited\": {\"date-time\": \"2021-08-07T11:14:40Z\"}, "
	    "\"relation\": {\"is-preprint-of\": [{\"id-type\": \"doi\", \"id\": \"10.5555/B\"}, "
	    "{\"id-type\": \"uri\", \"id\": \"https://b.example\"}, {\"id-type\": \"doi\", \"id\": "
	    "\"no doi\"}]}, \"assertion\": [{\"name\": \"accepted\", \"value\": \"1 May 2020\"}, "
	    "{\"name\": \"received\", \"value\": \"2 March 2020\"}], \"score\": 0.5}";
	static const char name[] = "doi:10.1175/1520-0493(1974)102%3C0736:wacoj%3E2.0.co;2";
	struct importing importing;
	const stet_json *doi;
	stet_json *all;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing.options.url = "https://api.example/works";
	importing.options.retrieved = "2026-11-01";
	importing_counts(&importing, &tl, "crossref", work, 1, 0, 4, 0);
	all = importing_all(&tl);
	importing_says(importing_find(all, "record", name, 0), "/title", "On the weather");
	importing_says(importing_find(all, "record", name, 0), "/publisher", "A Society");
	importing_says(importing_find(all, "record", name, 0), "/submitted", "2020-03-02");
	importing_says(importing_find(all, "record", name, 0), "/source/name", "crossref");
	importing_says(
	    importing_find(all, "record", name, 0), "/source/url", "https://api.example/works");
	importing_says(importing_find(all, "record", name, 0), "/source/retrieved", "2026-11-01");
	doi = importing_find(all, "doi", name, 0);
	importing_says(doi, "/doi", "10.1175/1520-0493(1974)102<0736:wacoj>2.0.co;2");
	importing_says(doi, "/agency", "Crossref");
	importing_says(doi, "/url", "https://a.example/1");
	importing_says(doi, "/registered", "2021-08-06T11:14:40Z");
	importing_says(doi, "/occurred", "2021-08-07T11:14:40Z");
	importing_says(doi, "/relations/0/type", "is-preprint-of");
	importing_says(doi, "/relations/0/doi", "10.5555/b");
	assert_int_equal(stet_json_size(importing_below(doi, "/relations")), 1);
	/* The copy is what the registration names, without what moves by itself. */
	importing_says(importing_find(all, "artifact", name, 0), "/role", "metadata");
	assert_true(st_bytes_equal(stet_json_string_of(importing_below(doi, "/metadata_sha256")),
	    stet_json_string_of(
		importing_below(importing_find(all, "artifact", name, 0), "/sha256"))));
	importing_says(
	    importing_find(all, "snapshot", "source:crossref", 0), "/source/name", "crossref");
	stet_json_free(all);
	tl_free(&tl);
}

static void
test_crossref__long_titles_are_cut_between_characters(void **state)
{
	char work[2400], title[1300];
	const stet_json *record;
	struct importing importing;
	stet_json *all;
	stet_bytes text;
	struct tl tl;
	size_t i;

	(void)state;
	importing_ledger(&importing, &tl);
	for (i = 0; i + 2 < sizeof(title); i += 2)
		memcpy(title + i, "\xc3\xa9", 2);
	title[i] = '\0';
	snprintf(work, sizeof(work), "{\"DOI\": \"10.5555/paper\", \"title\": [\"x%s\"]}", title);
	importing_counts(&importing, &tl, "crossref", work, 1, 0, 4, 0);
	all = importing_all(&tl);
	record = importing_find(all, "record", paper, 0);
	text = stet_json_string_of(importing_below(record, "/title"));
	assert_in_range(text.size, 990, 1000);
	assert_memory_equal(text.data + text.size - 3, "\xe2\x80\xa6", 3);
	stet_json_free(all);
	tl_free(&tl);
}

/* More relations than one statement has room for are several; the first has all the rest. */
static void
test_crossref__many_relations_are_several_statements(void **state)
{
	struct st_buf work = {0};
	struct importing importing;
	stet_json *all;
	struct tl tl;
	size_t i;

	(void)state;
	importing_ledger(&importing, &tl);
	st_buf_put_str(&work, "{\"DOI\": \"10.5555/paper\", \"relation\": {\"is-part-of\": [");
	for (i = 0; i < 600; i++)
		st_buf_printf(&work, "%s{\"id-type\": \"doi\", \"id\": \"10.5555/r%zu\"}",
		    i > 0 ? "," : "", i);
	st_buf_put_str(&work, "]}}");
	st_buf_put_u8(&work, 0);
	importing_counts(&importing, &tl, "crossref", (char *)work.data, 1, 0, 5, 0);
	importing_counts(&importing, &tl, "crossref", (char *)work.data, 1, 0, 0, 4);
	all = importing_all(&tl);
	importing_says(importing_find(all, "doi", paper, 0), "/relations/0/doi", "10.5555/r512");
	importing_says(importing_find(all, "doi", paper, 2), "/relations/0/doi", "10.5555/r0");
	importing_says(importing_find(all, "doi", paper, 2), "/agency", "Crossref");
	assert_int_equal(
	    stet_json_size(importing_below(importing_find(all, "doi", paper, 0), "/relations")),
	    88);
	stet_json_free(all);
	st_buf_free(&work);
	tl_free(&tl);
}

/* --- updates --------------------------------------------------------------------------------- */

static void
assert_retraction(struct tl *tl, const char *source)
{
	stet_json *all = importing_all(tl);
	const stet_json *correction;
	size_t i;

	for (i = 0; (correction = importing_find(all, "correction", paper, i)) != NULL; i++)
		if (st_bytes_equal(stet_json_string_of(importing_below(correction, "/source/name")),
			st_str(source)))
			break;
	importing_says(correction, "/nature", "retraction");
	importing_says(correction, "/occurred", "2023-06-20");
	importing_says(correction, "/notice/kind", "own");
	importing_says(correction, "/notice/doi", "10.5555/notice");
	importing_says(correction, "/source/term", "retraction");
	importing_says(correction, "/source/vocabulary", "crossref-update-type");
	/* Never the other way round. */
	assert_int_equal(importing_count(all, "correction", notice), 0);
	stet_json_free(all);
}

/* Whichever side is read, or both, in whatever order: one retraction of the paper. */
static void
test_crossref__direction_is_that_of_the_side(void **state)
{
	static const struct {
		const char *first, *second;
		uint64_t appended, already;
	} sides[] = {
	    {NOTICE(TO), NULL, 5, 0},
	    {PAPER(BY), NULL, 5, 0},
	    {NOTICE(TO) "\n" PAPER(BY), NULL, 8, 1},
	    {PAPER(BY) "\n" NOTICE(TO), NULL, 8, 1},
	    {NOTICE(TO), PAPER(BY), 4, 1},
	    {PAPER(BY), NOTICE(TO), 4, 1},
	};
	struct importing importing;
	stet_json *all;
	struct tl tl;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(sides); i++) {
		importing_ledger(&importing, &tl);
		importing_counts(&importing, &tl, "crossref", sides[i].first,
		    sides[i].second == NULL && sides[i].appended == 8 ? 2 : 1, 0,
		    sides[i].second == NULL ? sides[i].appended : 5,
		    sides[i].second == NULL ? sides[i].already : 0);
		if (sides[i].second != NULL)
			importing_counts(&importing, &tl, "crossref", sides[i].second, 1, 0,
			    sides[i].appended, sides[i].already);
		assert_retraction(&tl, "crossref");
		all = importing_all(&tl);
		assert_int_equal(importing_count(all, "correction", paper), 1);
		stet_json_free(all);
		tl_free(&tl);
	}
}

static void
test_crossref__who_told_it_stays_apart(void **state)
{
	struct importing importing;
	stet_json *all;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_counts(&importing, &tl, "crossref", PAPER(BY_BOTH), 1, 0, 6, 0);
	assert_retraction(&tl, "crossref");
	assert_retraction(&tl, "crossref-retraction-watch");
	all = importing_all(&tl);
	assert_int_equal(importing_count(all, "correction", paper), 2);
	importing_says(importing_find(all, "correction", paper, 0), "/source/id", "10.5555/notice");
	importing_says(importing_find(all, "correction", paper, 1), "/source/id", "4711");
	stet_json_free(all);
	importing_counts(&importing, &tl, "crossref", NOTICE(TO), 1, 0, 4, 1);
	/* Under another name both go along. */
	importing.options.source_name = "mirror";
	importing_counts(&importing, &tl, "crossref", PAPER(BY_BOTH), 1, 0, 6, 0);
	assert_retraction(&tl, "mirror-retraction-watch");
	tl_free(&tl);
}

static void
test_crossref__in_situ_and_unknown_notices(void **state)
{
	static const struct {
		const char *entry, *kind, *doi;
	} notices[] = {
	    {"{\"DOI\": \"10.5555/PAPER\", \"type\": \"correction\"}", "self", "10.5555/paper"},
	    {"{\"type\": \"correction\"}", "unknown", NULL},
	    {"{\"DOI\": \"\", \"type\": \"correction\"}", "unknown", NULL},
	    {"{\"DOI\": null, \"type\": \"correction\"}", "unknown", NULL},
	    {"{\"DOI\": \"https://doi.org/10.5555/N\", \"type\": \"correction\"}", "own",
		"10.5555/n"},
	};
	struct importing importing;
	const stet_json *correction;
	char text[400];
	stet_json *all;
	struct tl tl;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(notices); i++) {
		importing_ledger(&importing, &tl);
		snprintf(text, sizeof(text), PAPER(", \"updated-by\": [%s]"), notices[i].entry);
		importing_counts(&importing, &tl, "crossref", text, 1, 0, 5, 0);
		all = importing_all(&tl);
		correction = importing_find(all, "correction", paper, 0);
		importing_says(correction, "/nature", "correction");
		importing_says(correction, "/notice/kind", notices[i].kind);
		importing_says(correction, "/notice/doi", notices[i].doi);
		importing_says(correction, "/occurred", NULL);
		stet_json_free(all);
		tl_free(&tl);
	}
	/* A notice that updates itself is the same, read from its other side. */
	importing_ledger(&importing, &tl);
	importing_counts(&importing, &tl, "crossref",
	    PAPER(", \"update-to\": [{\"DOI\": \"10.5555/paper\", \"type\": \"correction\"}]"), 1,
	    0, 5, 0);
	all = importing_all(&tl);
	importing_says(importing_find(all, "correction", paper, 0), "/notice/kind", "self");
	stet_json_free(all);
	tl_free(&tl);
}

static void
test_crossref__words_become_natures(void **state)
{
	static const struct {
		const char *type, *nature, *by;
	} words[] = {
	    {"correction", "correction", "/notice/doi"},
	    {"corrigendum", "corrigendum", "/notice/doi"},
	    {"erratum", "erratum", "/notice/doi"},
	    {"addendum", "addendum", "/notice/doi"},
	    {"clarification", "clarification", "/notice/doi"},
	    {"expression_of_concern", "expression_of_concern", "/notice/doi"},
	    {"Expression of Concern", "expression_of_concern", "/notice/doi"},
	    {"partial_retraction", "partial_retraction", "/notice/doi"},
	    {"retraction", "retraction", "/notice/doi"},
	    {"withdrawal", "withdrawal", "/notice/doi"},
	    {"removal", "removal", "/notice/doi"},
	    {"reinstatement", "reinstatement", "/notice/doi"},
	    {"new_version", "new_version", "/replacement"},
	    {"new_edition", "new_edition", "/replacement"},
	    {"Concern", "unspecified", "/notice/doi"},
	    {"retractions", "unspecified", "/notice/doi"},
	};
	struct importing importing;
	const stet_json *correction;
	char text[400];
	stet_json *all;
	struct tl tl;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(words); i++) {
		importing_ledger(&importing, &tl);
		snprintf(text, sizeof(text),
		    NOTICE(", \"update-to\": [{\"DOI\": \"10.5555/paper\", \"type\": \"%s\"}]"),
		    words[i].type);
		importing_counts(&importing, &tl, "crossref", text, 1, 0, 5, 0);
		all = importing_all(&tl);
		correction = importing_find(all, "correction", paper, 0);
		importing_says(correction, "/nature", words[i].nature);
		importing_says(correction, "/source/term", words[i].type);
		importing_says(
		    correction, words[i].by, words[i].by[1] == 'r' ? notice : "10.5555/notice");
		stet_json_free(all);
		tl_free(&tl);
	}
}

static void
test_crossref__dates_are_as_exact_as_they_are(void **state)
{
	static const struct {
		const char *updated, *occurred;
	} dates[] = {
	    {"{\"date-parts\": [[2019, 4, 8]]}", "2019-04-08"},
	    {"{\"date-parts\": [[2019, 4]], \"date-time\": \"2019-04-01T00:00:00Z\"}", "2019-04"},
	    {"{\"date-parts\": [[2019]]}", "2019"},
	    {"{\"date-parts\": [[null]]}", NULL},
	    {"{\"date-parts\": [[]]}", NULL},
	    {"{\"date-parts\": []}", NULL},
	    {"{\"date-parts\": [[2019, 2, 30]]}", NULL},
	    {"{\"date-parts\": [[2019, 13]], \"date-time\": \"2019-04-01T00:00:00Z\"}",
		"2019-04-01T00:00:00Z"},
	    {"{\"date-parts\": 7}", NULL},
	    {"\"2019\"", NULL},
	    {"null", NULL},
	};
	struct importing importing;
	char text[400];
	stet_json *all;
	struct tl tl;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(dates); i++) {
		importing_ledger(&importing, &tl);
		snprintf(text, sizeof(text),
		    PAPER(", \"updated-by\": [{\"type\": \"erratum\", \"updated\": %s}]"),
		    dates[i].updated);
		importing_counts(&importing, &tl, "crossref", text, 1, 0, 5, 0);
		all = importing_all(&tl);
		importing_says(
		    importing_find(all, "correction", paper, 0), "/occurred", dates[i].occurred);
		stet_json_free(all);
		tl_free(&tl);
	}
}

/* Two corrections in place are two, and the same two whatever the order of the list. */
static void
test_crossref__the_same_again_on_another_day(void **state)
{
#define ONCE(y) "{\"DOI\": \"10.5555/paper\", \"type\": \"correction\", " DAY(y, 1, 2) "}"
	struct importing importing;
	stet_json *all;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_counts(&importing, &tl, "crossref",
	    PAPER(", \"update-to\": [" ONCE(2020) ", " ONCE(2019) ", " ONCE(2020) "]"), 1, 0, 6, 0);
	importing_counts(&importing, &tl, "crossref",
	    PAPER(", \"updated-by\": [" ONCE(2019) ", " ONCE(2020) "]"), 1, 0, 5, 3);
	all = importing_all(&tl);
	/* Two annulments are of what else the work said. */
	assert_int_equal(importing_count(all, "correction", paper), 2 + 2);
	importing_says(importing_find(all, "correction", paper, 0), "/occurred", "2019-01-02");
	importing_says(importing_find(all, "correction", paper, 1), "/occurred", "2020-01-02");
	stet_json_free(all);
	tl_free(&tl);
#undef ONCE
}

/* --- again and again ------------------------------------------------------------------------- */

static void
test_crossref__twice_adds_nothing(void **state)
{
	struct importing importing;
	struct tl_mark mark;
	char *file;
	size_t size;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing.options.flags = STET_IMPORT_NO_COPIES;
	file = data_read("data/crossref/works.jsonl.gz", &size);
	assert_int_equal(
	    importing_run(&importing, &tl, "crossref", (stet_bytes){(uint8_t *)file, size}),
	    STET_OK);
	assert_int_equal(importing.result.taken, 400);
	assert_int_equal(importing.result.appended, 801);
	tl_mark_take(&tl, &mark);
	importing.piece = 1000;
	importing.options.now_ms += 86400000;
	importing.options.retrieved = "2026-11-20";
	assert_int_equal(
	    importing_run(&importing, &tl, "crossref", (stet_bytes){(uint8_t *)file, size}),
	    STET_OK);
	assert_int_equal(importing.result.appended, 0);
	assert_int_equal(importing.result.already, 800);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	free(file);
	tl_free(&tl);
}

/* What moves by itself is no change; what was edited is one, and back is another. */
static void
test_crossref__A_B_A_is_three(void **state)
{
	struct importing importing;
	stet_json *all;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_counts(&importing, &tl, "crossref",
	    PAPER(", \"score\": 1, \"is-referenced-by-count\": 4"), 1, 0, 4, 0);
	importing_counts(&importing, &tl, "crossref",
	    "[" PAPER(", \"score\": 2,\n \"is-referenced-by-count\": 5, \"indexed\": {}") "]", 1, 0,
	    1, 3);
	/* artifact and registration, each with the annulment of what was; a snapshot */
	importing_counts(&importing, &tl, "crossref", PAPER(", \"volume\": \"2\""), 1, 0, 5, 1);
	importing_counts(&importing, &tl, "crossref", PAPER(""), 1, 0, 5, 1);
	importing_counts(&importing, &tl, "crossref", PAPER(""), 1, 0, 0, 3);
	all = importing_all(&tl);
	assert_int_equal(importing_count(all, "doi", paper), 3);
	assert_int_equal(importing_count(all, "record", paper), 1);
	stet_json_free(all);
	tl_free(&tl);
}

/* One DOI that says two things in one file would be a change with every import, back and forth. */
static void
test_crossref__a_work_says_one_thing_in_a_file(void **state)
{
	static const char twice[] = PAPER("") "\n" PAPER("") "\n" PAPER(", \"volume\": \"2\"") "\n";
	struct importing importing;
	struct tl tl;
	int i;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_counts(&importing, &tl, "crossref", PAPER(""), 1, 0, 4, 0);
	for (i = 0; i < 3; i++) {
		importing_counts(&importing, &tl, "crossref", twice, 2, 1, i == 0 ? 1 : 0, 6);
		assert_int_equal(importing.refused_rows[0], 3);
		assert_int_equal(importing.refused[0].rule, ST_IMPORT_ROW);
	}
	/* The two sides of an update that do not agree on its day. */
	importing_counts(&importing, &tl, "crossref", NOTICE(TO), 1, 0, 5, 0);
	for (i = 0; i < 3; i++)
		importing_counts(&importing, &tl, "crossref",
		    NOTICE(TO) "\n" PAPER(", \"updated-by\": [{\"DOI\": \"10.5555/notice\", "
					  "\"type\": \"retraction\", " DAY(2024, 1, 1) "}]"),
		    1, 1, i == 0 ? 1 : 0, 4);
	tl_free(&tl);
}

static void
test_crossref__no_copies_leaves_the_digest(void **state)
{
	struct importing importing;
	stet_json *all;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing.options.flags = STET_IMPORT_NO_COPIES;
	importing_counts(&importing, &tl, "crossref", PAPER(""), 1, 0, 3, 0);
	all = importing_all(&tl);
	assert_int_equal(importing_count(all, "artifact", paper), 0);
	assert_non_null(importing_below(importing_find(all, "doi", paper, 0), "/metadata_sha256"));
	stet_json_free(all);
	/* The option is for formats of items. */
	assert_int_equal(importing_run(&importing, &tl, "deltas", st_str("")), STET_EINVAL);
	importing.options.flags = STET_IMPORT_WHOLE;
	assert_int_equal(importing_run(&importing, &tl, "crossref", st_str("")), STET_EINVAL);
	/* With them, the copy comes in later. */
	importing.options.flags = 0;
	importing_counts(&importing, &tl, "crossref", PAPER(""), 1, 0, 1, 2);
	tl_free(&tl);
}

/* --- bad items ------------------------------------------------------------------------------- */

static void
test_crossref__bad_items_are_named_and_left_out(void **state)
{
	static const struct {
		const char *item, *why;
	} bad[] = {
	    {"{\"title\": [\"x\"]}", "it names no work"},
	    {"{\"DOI\": \"\"}", "it names no work"},
	    {"{\"DOI\": 7}", "it names no work"},
	    {"{\"DOI\": \"11.5555/x\"}", "is no DOI"},
	    {"{\"DOI\": \"10.5555/x\", \"DOI\": \"10.5555/y\"}", "DOI"},
	    {"{\"DOI\": \"10.5555/x\",}", ""},
	    {"{\"DOI\": \"10.5555/x\", \"title\": [\"a\\u0000\"]}", ""},
	    {"{\"DOI\": \"10.5555/x\", \"title\": [\"a\\u0007\"]}", ""},
	    {NOTICE(", \"update-to\": [7]"), "is no object"},
	    {NOTICE(", \"update-to\": [{\"type\": \"retraction\"}]"), "what is updated"},
	    {NOTICE(", \"update-to\": [{\"DOI\": \"undefined/something\"}]"), "is no DOI"},
	    {PAPER(", \"updated-by\": [{\"DOI\": \"undefined/something\"}]"), "is no DOI"},
	    {PAPER(", \"updated-by\": [{\"source\": \"Some One\"}]"), "source"},
	};
	static const char good[] = "{\"DOI\": \"10.5555/good1\"}",
			  other[] = "{\"DOI\": \"10.5555/good2\"}";
	char text[600];
	struct importing importing;
	struct tl_mark mark;
	struct tl tl;
	size_t i, place, mode;

	(void)state;
	importing_ledger(&importing, &tl);
	tl_mark_take(&tl, &mark);
	for (i = 0; i < COUNT_OF(bad); i++)
		for (place = 0; place < 3; place++)
			for (mode = 0; mode < 2; mode++) {
				tl_mark_put(&tl, &mark);
				snprintf(text, sizeof(text), "%s%s%s%s%s%s%s",
				    mode == 0 ? "{\"items\": [" : "",
				    place == 0 ? bad[i].item : good, mode == 0 ? "," : "\n",
				    place == 1   ? bad[i].item
				    : place == 0 ? good
						 : other,
				    mode == 0 ? "," : "\n", place == 2 ? bad[i].item : other,
				    mode == 0 ? "]}" : "\n");
				importing_counts(&importing, &tl, "crossref", text, 2, 1, 5, 0);
				assert_int_equal(importing.refused_rows[0], place + 1);
				if (strstr(importing.refused[0].text, bad[i].why) == NULL)
					fail_msg("'%s': %s", importing.refused[0].text, text);
			}
	tl_mark_free(&mark);
	tl_free(&tl);
}

/* An error instead of an answer is no empty answer. */
static void
test_crossref__an_error_message_is_no_list(void **state)
{
	struct importing importing;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_counts(&importing, &tl, "crossref",
	    "{\"status\": \"failed\", \"message-type\": \"validation-failure\", \"message\": "
	    "[{\"type\": \"parameter-not-allowed\"}]}",
	    0, 1, 0, 0);
	assert_int_equal(importing_run(&importing, &tl, "crossref", st_str("Resource not found.")),
	    STET_EFORMAT);
	tl_free(&tl);
}

static const char many[] = "{\"message\": {\"items\": [" NOTICE(TO) ", " PAPER(
    BY_BOTH) ", {\"DOI\": \"10.5555/c\", \"title\": [\"C\"], \"relation\": {\"is-same-as\": "
	     "[{\"id-type\": \"doi\", \"id\": \"10.5555/d\"}]}}]}}";

/* Cut anywhere it is no whole file: said, and the whole one afterwards comes to the same. */
static void
test_crossref__every_cut_is_noticed(void **state)
{
	struct importing importing;
	struct tl_mark mark;
	struct tl tl;
	size_t size;

	(void)state;
	importing_ledger(&importing, &tl);
	importing.options.flags = STET_IMPORT_NO_COPIES;
	tl_mark_take(&tl, &mark);
	for (size = 0; size < sizeof(many) - 1; size++) {
		if (importing_run(&importing, &tl, "crossref",
			(stet_bytes){(const uint8_t *)many, size}) != STET_EFORMAT)
			fail_msg("cut at %zu: taken", size);
		assert_int_equal(importing.result.appended, 0);
		tl_mark_same(&tl, &mark);
	}
	importing_counts(&importing, &tl, "crossref", many, 3, 0, 9, 1);
	tl_mark_free(&mark);
	tl_free(&tl);
}

static void
test_crossref__packed_files(void **state)
{
	struct importing importing;
	struct tl tl;
	char *file;
	size_t size, cut;

	(void)state;
	importing_ledger(&importing, &tl);
	importing.options.flags = STET_IMPORT_NO_COPIES | STET_APPEND_DRY_RUN;
	file = data_read("data/crossref/works.jsonl.gz", &size);
	for (importing.piece = 1; importing.piece < 5; importing.piece++) {
		assert_int_equal(
		    importing_run(&importing, &tl, "crossref", (stet_bytes){(uint8_t *)file, size}),
		    STET_OK);
		assert_int_equal(importing.result.taken, 400);
	}
	importing.piece = 0;
	for (cut = 1; cut < size; cut += cut < 64 || cut + 64 > size ? 1 : 4999)
		assert_int_equal(
		    importing_run(&importing, &tl, "crossref", (stet_bytes){(uint8_t *)file, cut}),
		    STET_EFORMAT);
	for (cut = 2; cut < size; cut += cut < 64 || cut + 64 > size ? 1 : 4999) {
		file[cut] ^= 0x40;
		/* Names, times and the like in its head are not part of what is packed. */
		if (importing_run(&importing, &tl, "crossref",
			(stet_bytes){(uint8_t *)file, size}) == STET_OK)
			assert_true(cut < 10);
		file[cut] ^= 0x40;
	}
	free(file);
	tl_free(&tl);
}

/* --- short memory ---------------------------------------------------------------------------- */

static void
test_crossref__can_be_repeated_when_memory_was_short(void **state)
{
	struct importing importing;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_short(&importing, &tl, "crossref", many, 3, 12, 1);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_crossref__takes_what_the_ledger_has_words_for),
	    cmocka_unit_test(test_crossref__long_titles_are_cut_between_characters),
	    cmocka_unit_test(test_crossref__many_relations_are_several_statements),
	    cmocka_unit_test(test_crossref__direction_is_that_of_the_side),
	    cmocka_unit_test(test_crossref__who_told_it_stays_apart),
	    cmocka_unit_test(test_crossref__in_situ_and_unknown_notices),
	    cmocka_unit_test(test_crossref__words_become_natures),
	    cmocka_unit_test(test_crossref__dates_are_as_exact_as_they_are),
	    cmocka_unit_test(test_crossref__the_same_again_on_another_day),
	    cmocka_unit_test(test_crossref__twice_adds_nothing),
	    cmocka_unit_test(test_crossref__A_B_A_is_three),
	    cmocka_unit_test(test_crossref__a_work_says_one_thing_in_a_file),
	    cmocka_unit_test(test_crossref__no_copies_leaves_the_digest),
	    cmocka_unit_test(test_crossref__bad_items_are_named_and_left_out),
	    cmocka_unit_test(test_crossref__an_error_message_is_no_list),
	    cmocka_unit_test(test_crossref__every_cut_is_noticed),
	    cmocka_unit_test(test_crossref__packed_files),
	    cmocka_unit_test(test_crossref__can_be_repeated_when_memory_was_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
