/* import datacite: what a DOI comes to, and which of two versions is the older. */
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
#define RELATED(type, more)                                                               \
	"{\"doi\": \"10.5555/this\", \"relatedIdentifiers\": [{\"relationType\": \"" type \
	"\", \"relatedIdentifier\": \"https://doi.org/10.5555/OTHER\", "                  \
	"\"relatedIdentifierType\": \"DOI\"" more "}]}"

static const char this_doi[] = "doi:10.5555/this", other_doi[] = "doi:10.5555/other";

static const char answer[] =
    "{\"data\": {\"id\": \"10.5555/this\", \"type\": \"dois\", \"attributes\": {\"doi\": "
    "\"10.5555/THIS\", \"titles\": [{\"title\": \"Sub\", \"titleType\": \"Subtitle\"}, "
    "{\"title\": \"Main\"}], \"publisher\": {\"name\": \"A Repository\"}, \"dates\": [{\"date\": "
    "\"2020-01-02\", \"dateType\": \"Submitted\"}, {\"date\": \"2021-03\", \"dateType\": "
    "\"Withdrawn\"}], \"state\": \"registered\", \"url\": \"https://a.example/\", \"registered\": "
    "\"2016-12-09T12:00:39.000Z\", \"updated\": \"2020-12-10T17:44:50.000Z\", "
    "\"relatedIdentifiers\": [{\"relationType\": \"IsVersionOf\", \"relatedIdentifier\": "
    "\"10.5555/concept\", \"relatedIdentifierType\": \"DOI\"}, {\"relationType\": "
    "\"IsPartOf\", \"relatedIdentifier\": \"1234-5678\", \"relatedIdentifierType\": \"ISSN\"}], "
    "\"viewCount\": 4, \"metadataVersion\": 7}}, \"included\": [{\"id\": \"x\"}]}";

static void
test_datacite__takes_what_the_ledger_has_words_for(void **state)
{
	struct importing importing;
	const stet_json *doi;
	stet_json *all;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_counts(&importing, &tl, "datacite", answer, 1, 0, 5, 0);
	importing_counts(&importing, &tl, "datacite", answer, 1, 0, 0, 4);
	all = importing_all(&tl);
	importing_says(importing_find(all, "record", this_doi, 0), "/title", "Main");
	importing_says(importing_find(all, "record", this_doi, 0), "/publisher", "A Repository");
	importing_says(importing_find(all, "record", this_doi, 0), "/submitted", "2020-01-02");
	doi = importing_find(all, "doi", this_doi, 0);
	importing_says(doi, "/agency", "DataCite");
	importing_says(doi, "/state", "registered");
	importing_says(doi, "/source/term", "registered");
	importing_says(doi, "/url", "https://a.example/");
	importing_says(doi, "/registered", "2016-12-09T12:00:39.000Z");
	importing_says(doi, "/occurred", "2020-12-10T17:44:50.000Z");
	importing_says(doi, "/concept_doi", "10.5555/concept");
	importing_says(doi, "/relations/0/type", "IsVersionOf");
	importing_says(doi, "/relations/0/doi", "10.5555/concept");
	importing_says(importing_find(all, "correction", this_doi, 0), "/nature", "withdrawal");
	importing_says(importing_find(all, "correction", this_doi, 0), "/occurred", "2021-03");
	importing_says(importing_find(all, "correction", this_doi, 0), "/notice/kind", "unknown");
	stet_json_free(all);
	tl_free(&tl);
}

static void
test_datacite__the_older_one_is_superseded(void **state)
{
	static const struct {
		const char *text, *subject, *nature, *term, *relation;
	} relations[] = {
	    {RELATED("IsNewVersionOf", ""), other_doi, "new_version", "IsNewVersionOf", NULL},
	    {RELATED("IsPreviousVersionOf", ""), this_doi, "new_version", "IsPreviousVersionOf",
		NULL},
	    {RELATED("Obsoletes", ""), other_doi, "supersession", "Obsoletes", NULL},
	    {RELATED("IsObsoletedBy", ""), this_doi, "supersession", "IsObsoletedBy", NULL},
	    {RELATED("IsRetractedBy", ""), this_doi, "retraction", "IsRetractedBy", NULL},
	    {RELATED("Other", ", \"relationTypeInformation\": \"is retracted by\""), this_doi,
		"retraction", "is retracted by", "Other: is retracted by"},
	    {RELATED("Other", ", \"relationTypeInformation\": \"Retracts\""), other_doi,
		"retraction", "Retracts", "Other: Retracts"},
	    {RELATED("Other", ", \"relationTypeInformation\": \"is reply to\""), NULL, NULL, NULL,
		"Other: is reply to"},
	    {RELATED("Other", ""), NULL, NULL, NULL, "Other"},
	    {RELATED("IsCitedBy", ""), NULL, NULL, NULL, "IsCitedBy"},
	};
	struct importing importing;
	const stet_json *correction;
	stet_json *all;
	struct tl tl;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(relations); i++) {
		importing_ledger(&importing, &tl);
		importing_counts(&importing, &tl, "datacite", relations[i].text, 1, 0,
		    relations[i].subject != NULL ? 4 : 3, 0);
		all = importing_all(&tl);
		importing_says(importing_find(all, "doi", this_doi, 0), "/relations/0/type",
		    relations[i].relation != NULL ? relations[i].relation : relations[i].term);
		importing_says(
		    importing_find(all, "doi", this_doi, 0), "/relations/0/doi", "10.5555/other");
		if (relations[i].subject != NULL) {
			correction = importing_find(all, "correction", relations[i].subject, 0);
			importing_says(correction, "/nature", relations[i].nature);
			importing_says(correction, "/source/term", relations[i].term);
			importing_says(correction,
			    strcmp(relations[i].nature, "retraction") == 0 ? "/notice/kind"
									   : "/replacement",
			    strcmp(relations[i].nature, "retraction") == 0 ? "own"
			    : relations[i].subject == this_doi             ? other_doi
									   : this_doi);
		}
		stet_json_free(all);
		tl_free(&tl);
	}
}

static void
test_datacite__counters_are_no_change_and_states_are(void **state)
{
#define ITEM(state, views)                                                                   \
	"{\"id\": \"10.5555/this\", \"attributes\": {\"doi\": \"10.5555/this\", \"state\": " \
	"\"" state "\", \"viewCount\": " views "}}"
	struct importing importing;
	stet_json *all;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_counts(
	    &importing, &tl, "datacite", "{\"data\": [" ITEM("findable", "1") "]}", 1, 0, 3, 0);
	importing_counts(
	    &importing, &tl, "datacite", "{\"data\": [" ITEM("findable", "2") "]}", 1, 0, 1, 2);
	importing_counts(&importing, &tl, "datacite", ITEM("registered", "2"), 1, 0, 5, 0);
	all = importing_all(&tl);
	importing_says(importing_find(all, "doi", this_doi, 0), "/state", "findable");
	importing_says(importing_find(all, "doi", this_doi, 1), "/state", "registered");
	stet_json_free(all);
	tl_free(&tl);
#undef ITEM
}

static void
test_datacite__bad_ones_are_named_and_left_out(void **state)
{
	struct importing importing;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_counts(&importing, &tl, "datacite",
	    "[{\"attributes\": {\"doi\": \"10.5555/a\"}}, {\"attributes\": {}}, {\"id\": \"x\"}, "
	    "{\"attributes\": 7}, {\"attributes\": {\"doi\": \"10.5555/b\"}}]",
	    2, 3, 5, 0);
	assert_int_equal(importing.refused_rows[0], 2);
	assert_int_equal(importing.refused_rows[2], 4);
	importing_counts(&importing, &tl, "datacite",
	    "{\"errors\": [{\"status\": \"404\", \"title\": \"The resource doesn't exist.\"}]}", 0,
	    1, 0, 0);
	tl_free(&tl);
}

static void
test_datacite__real_answers(void **state)
{
	struct importing importing;
	char *file;
	size_t size;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing.options.flags = STET_IMPORT_NO_COPIES;
	file = data_read("data/datacite/dois.jsonl", &size);
	importing_counts(&importing, &tl, "datacite", file, 49, 0, 49 + 49 + 1 + 1, 0);
	importing_counts(&importing, &tl, "datacite", file, 49, 0, 0, 49 + 49 + 1);
	free(file);
	tl_free(&tl);
}

static void
test_datacite__can_be_repeated_when_memory_was_short(void **state)
{
	struct importing importing;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_short(&importing, &tl, "datacite", answer, 1, 5, 0);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_datacite__takes_what_the_ledger_has_words_for),
	    cmocka_unit_test(test_datacite__the_older_one_is_superseded),
	    cmocka_unit_test(test_datacite__counters_are_no_change_and_states_are),
	    cmocka_unit_test(test_datacite__bad_ones_are_named_and_left_out),
	    cmocka_unit_test(test_datacite__real_answers),
	    cmocka_unit_test(test_datacite__can_be_repeated_when_memory_was_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
