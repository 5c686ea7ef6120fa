/* import jats, and XML deposits: direction, and files that want more than to be read. */
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
#include "support/data.h"
#include "support/importing.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define ARTICLE(doi, type, more)                                                       \
	"<article article-type='" type "' xmlns:xlink='http://www.w3.org/1999/xlink'>" \
	"<front><article-meta><article-id pub-id-type='doi'>" doi "</article-id>"      \
	"<pub-date><day>2</day><month>3</month><year>2021</year></pub-date>" more      \
	"</article-meta></front><body><p>text</p></body></article>"
#define RELATED(type, doi)                                                                      \
	"<related-article ext-link-type='doi' related-article-type='" type "' xlink:href='" doi \
	"'/>"

static const char this_doi[] = "doi:10.5555/this", other_doi[] = "doi:10.5555/other";

static void
test_jats__direction_is_that_of_the_word(void **state)
{
	static const struct {
		const char *text, *subject, *nature, *occurred;
	} cases[] = {
	    {ARTICLE("10.5555/this", "correction", RELATED("corrected-article", "10.5555/OTHER")),
		other_doi, "correction", "2021-03-02"},
	    {ARTICLE("10.5555/this", "retraction", RELATED("retracted-article", "10.5555/other")),
		other_doi, "retraction", "2021-03-02"},
	    {ARTICLE("10.5555/this", "partial-retraction",
		 RELATED("retracted-article", "10.5555/other")),
		other_doi, "partial_retraction", "2021-03-02"},
	    {ARTICLE("10.5555/this", "expression-of-concern",
		 RELATED("object-of-concern", "10.5555/other")),
		other_doi, "expression_of_concern", "2021-03-02"},
	    {ARTICLE("10.5555/this", "addendum", RELATED("article", "10.5555/other")), other_doi,
		"addendum", "2021-03-02"},
	    {ARTICLE("10.5555/this", "research-article",
		 RELATED("correction-forward", "10.5555/other")),
		this_doi, "correction", NULL},
	    {ARTICLE("10.5555/this", "research-article",
		 RELATED("retraction-forward", "10.5555/other")),
		this_doi, "retraction", NULL},
	    {ARTICLE("10.5555/this", "research-article", RELATED("addendum", "10.5555/other")),
		this_doi, "addendum", NULL},
	    {ARTICLE("10.5555/this", "research-article", RELATED("commentary", "10.5555/other")),
		NULL, NULL, NULL},
	};
	struct importing importing;
	const stet_json *correction;
	stet_json *all;
	struct tl tl;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		importing_ledger(&importing, &tl);
		importing_counts(&importing, &tl, "jats", cases[i].text, 1, 0,
		    cases[i].subject != NULL ? 4 : 3, 0);
		all = importing_all(&tl);
		assert_non_null(
		    importing_below(importing_find(all, "doi", this_doi, 0), "/relations/0/type"));
		if (cases[i].subject != NULL) {
			correction = importing_find(all, "correction", cases[i].subject, 0);
			importing_says(correction, "/nature", cases[i].nature);
			importing_says(correction, "/occurred", cases[i].occurred);
			importing_says(correction, "/notice/doi",
			    cases[i].subject == this_doi ? "10.5555/other" : "10.5555/this");
		}
		stet_json_free(all);
		tl_free(&tl);
	}
}

static void
test_jats__a_real_correction(void **state)
{
	static const char paper[] = "doi:10.7554/elife.05462", notice[] = "doi:10.7554/elife.15743";
	struct importing importing;
	const stet_json *doi;
	stet_json *all;
	char *file;
	size_t size;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	file = data_read("data/jats/elife-15743-v1.xml", &size);
	importing_counts(&importing, &tl, "jats", file, 1, 0, 5, 0);
	importing.piece = 7;
	importing_counts(&importing, &tl, "jats", file, 1, 0, 0, 4);
	all = importing_all(&tl);
	importing_says(importing_find(all, "record", notice, 0), "/title",
	    "Correction: Dosage compensation can buffer copy-number variation in wild yeast");
	importing_says(importing_find(all, "record", notice, 0), "/publisher",
	    "eLife Sciences Publications, Ltd");
	importing_says(importing_find(all, "record", notice, 0), "/submitted", "2016-03-02");
	doi = importing_find(all, "correction", paper, 0);
	importing_says(doi, "/nature", "correction");
	importing_says(doi, "/occurred", "2016-03-23");
	importing_says(doi, "/notice/doi", "10.7554/elife.15743");
	importing_says(doi, "/source/term", "corrected-article");
	assert_int_equal(
	    stet_json_int_of(importing_below(importing_find(all, "artifact", notice, 0), "/size")),
	    (int64_t)size);
	stet_json_free(all);
	free(file);
	tl_free(&tl);
}

static void
test_jats__several_articles_and_bad_ones(void **state)
{
	struct importing importing;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_counts(&importing, &tl, "jats",
	    "<set>" ARTICLE("10.5555/a", "x", "") ARTICLE("no doi", "x", "")
		ARTICLE("10.5555/b", "x", RELATED("corrected-article", "none")) "</set>",
	    2, 1, 3, 0);
	assert_int_equal(importing.refused_rows[0], 2);
	tl_free(&tl);
}

/* None of these may be read, and none leave anything. */
static void
test_jats__hostile_files_are_refused(void **state)
{
	static const char *const files[] = {
	    "<!DOCTYPE article [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" ARTICLE(
		"10.5555/&x;", "x", ""),
	    "<!DOCTYPE article [<!ENTITY % x SYSTEM 'http://127.0.0.1/x'> %x;]>" ARTICLE(
		"10.5555/a", "x", ""),
	    "<!DOCTYPE article [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>" ARTICLE(
		"10.5555/a", "x", ""),
	    "<!DOCTYPE article [<!ENTITY a 'ha'>]><article article-type='&a;'/>", "<article>",
	    "<article></front>", "<other/>", "", "x", "<", "{\"doi\": \"10.5555/a\"}",
	    "<article xmlns:a='b'><front></article>", "\xff\xfe<"};
	struct importing importing;
	struct tl_mark mark;
	struct tl tl;
	size_t i;

	(void)state;
	importing_ledger(&importing, &tl);
	tl_mark_take(&tl, &mark);
	for (i = 0; i < COUNT_OF(files); i++) {
		if (importing_run(&importing, &tl, "jats", st_str(files[i])) != STET_EFORMAT)
			fail_msg("taken: %s", files[i]);
		assert_int_equal(importing.err.rule, ST_IMPORT_MALFORMED);
		tl_mark_same(&tl, &mark);
	}
	tl_mark_free(&mark);
	tl_free(&tl);
}

/* Deeper than one would write. */
static void
test_jats__deep_files_are_refused(void **state)
{
	struct importing importing;
	struct st_buf text = {0};
	struct tl tl;
	int i;

	(void)state;
	importing_ledger(&importing, &tl);
	st_buf_put_str(&text, "<article>");
	for (i = 0; i < 200; i++)
		st_buf_put_str(&text, "<b>");
	for (i = 0; i < 200; i++)
		st_buf_put_str(&text, "</b>");
	st_buf_put_str(&text, "</article>");
	assert_int_equal(importing_run(&importing, &tl, "jats", st_buf_bytes(&text)), STET_EFORMAT);
	st_buf_free(&text);
	tl_free(&tl);
}

static const char one[] =
    ARTICLE("10.5555/this", "retraction", RELATED("retracted-article", "10.5555/other"));

static void
test_jats__every_cut_is_noticed(void **state)
{
	struct importing importing;
	struct tl_mark mark;
	struct tl tl;
	size_t size;

	(void)state;
	importing_ledger(&importing, &tl);
	tl_mark_take(&tl, &mark);
	for (size = 0; size < sizeof(one) - 1; size++) {
		if (importing_run(&importing, &tl, "jats",
			(stet_bytes){(const uint8_t *)one, size}) != STET_EFORMAT)
			fail_msg("cut at %zu: taken", size);
		tl_mark_same(&tl, &mark);
	}
	tl_mark_free(&mark);
	tl_free(&tl);
}

static void
test_jats__deposits_are_those_of_their_agency(void **state)
{
	static const char kernel[] =
	    "\n<resource xmlns='http://datacite.org/schema/kernel-4'><identifier "
	    "identifierType='DOI'>10.5555/this</identifier><titles><title>A <b>set</b></title>"
	    "</titles><relatedIdentifiers><relatedIdentifier relatedIdentifierType='DOI' "
	    "relationType='IsNewVersionOf'>10.5555/other</relatedIdentifier>"
	    "</relatedIdentifiers></resource>";
	static const char batch[] =
	    "<doi_batch><body><journal><journal_article><titles><title>Notice</title></titles>"
	    "<crossmark><updates><update type='retraction' date='2023-06-20'>10.5555/other"
	    "</update></updates></crossmark><doi_data><doi>10.5555/this</doi><resource>"
	    "https://a.example</resource></doi_data></journal_article></journal></body>"
	    "</doi_batch>";
	struct importing importing;
	stet_json *all;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_counts(&importing, &tl, "datacite", kernel, 1, 0, 5, 0);
	importing_counts(&importing, &tl, "crossref", batch, 1, 0, 5, 0);
	importing_counts(&importing, &tl, "crossref", batch, 1, 0, 0, 4);
	all = importing_all(&tl);
	importing_says(importing_find(all, "record", this_doi, 0), "/title", "A set");
	importing_says(
	    importing_find(all, "record", this_doi, 0), "/source/name", "datacite-deposit");
	importing_says(importing_find(all, "correction", other_doi, 0), "/replacement", this_doi);
	importing_says(importing_find(all, "correction", other_doi, 1), "/nature", "retraction");
	importing_says(importing_find(all, "correction", other_doi, 1), "/occurred", "2023-06-20");
	importing_says(
	    importing_find(all, "correction", other_doi, 1), "/source/name", "crossref-deposit");
	stet_json_free(all);
	tl_free(&tl);
}

/* Our own memory: what the parser is short of is the parser's to say. */
static void
test_jats__can_be_repeated_when_memory_was_short(void **state)
{
	struct importing importing;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_short(&importing, &tl, "jats", one, 1, 4, 0);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_jats__direction_is_that_of_the_word),
	    cmocka_unit_test(test_jats__a_real_correction),
	    cmocka_unit_test(test_jats__several_articles_and_bad_ones),
	    cmocka_unit_test(test_jats__hostile_files_are_refused),
	    cmocka_unit_test(test_jats__deep_files_are_refused),
	    cmocka_unit_test(test_jats__every_cut_is_noticed),
	    cmocka_unit_test(test_jats__deposits_are_those_of_their_agency),
	    cmocka_unit_test(test_jats__can_be_repeated_when_memory_was_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
