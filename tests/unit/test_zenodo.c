/* import zenodo: versions, concepts and tombstones, in the form of either API. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "support/data.h"
#include "support/importing.h"

static const char rdm[] =
    "{\"hits\": {\"total\": 1, \"hits\": [{\"id\": \"8475\", \"created\": "
    "\"2023-11-01T10:00:00+00:00\", \"updated\": \"2023-11-02T10:00:00+00:00\", \"pids\": "
    "{\"doi\": "
    "{\"identifier\": \"10.5555/zenodo.8475\", \"provider\": \"datacite\"}}, \"parent\": {\"id\": "
    "\"8474\", \"pids\": {\"doi\": {\"identifier\": \"10.5555/zenodo.8474\"}}}, \"versions\": "
    "{\"index\": 2, \"is_latest\": true}, \"links\": {\"self_html\": "
    "\"https://zenodo.example/records/8475\"}, \"metadata\": {\"title\": \"A data set\", "
    "\"publisher\": \"Zenodo\", \"dates\": [{\"date\": \"2023-10-01\", \"type\": {\"id\": "
    "\"submitted\"}}], \"related_identifiers\": [{\"identifier\": \"10.5555/zenodo.1\", "
    "\"scheme\": "
    "\"doi\", \"relation_type\": {\"id\": \"isnewversionof\"}}, {\"identifier\": "
    "\"https://x.example\", "
    "\"scheme\": \"url\", \"relation_type\": {\"id\": \"cites\"}}]}, \"stats\": {\"views\": 1}}]}, "
    "\"aggregations\": {}}";

static void
test_zenodo__invenio_records(void **state)
{
	static const char name[] = "doi:10.5555/zenodo.8475";
	struct importing importing;
	const stet_json *doi;
	stet_json *all;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_counts(&importing, &tl, "zenodo", rdm, 1, 0, 5, 0);
	importing_counts(&importing, &tl, "zenodo", rdm, 1, 0, 0, 4);
	all = importing_all(&tl);
	importing_says(importing_find(all, "record", name, 0), "/title", "A data set");
	importing_says(importing_find(all, "record", name, 0), "/publisher", "Zenodo");
	importing_says(importing_find(all, "record", name, 0), "/submitted", "2023-10-01");
	doi = importing_find(all, "doi", name, 0);
	importing_says(doi, "/doi", "10.5555/zenodo.8475");
	importing_says(doi, "/concept_doi", "10.5555/zenodo.8474");
	importing_says(doi, "/url", "https://zenodo.example/records/8475");
	importing_says(doi, "/registered", "2023-11-01T10:00:00+00:00");
	importing_says(doi, "/relations/0/type", "isnewversionof");
	importing_says(
	    importing_find(all, "correction", "doi:10.5555/zenodo.1", 0), "/nature", "new_version");
	importing_says(
	    importing_find(all, "correction", "doi:10.5555/zenodo.1", 0), "/replacement", name);
	stet_json_free(all);
	tl_free(&tl);
}

static void
test_zenodo__the_older_api(void **state)
{
	static const char name[] = "doi:10.5281/zenodo.3763274";
	struct importing importing;
	const stet_json *doi;
	stet_json *all;
	char *file;
	size_t size;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	file = data_read("data/zenodo/record-legacy.json", &size);
	importing_counts(&importing, &tl, "zenodo", file, 1, 0, 4, 0);
	importing_counts(&importing, &tl, "zenodo", file, 1, 0, 0, 3);
	free(file);
	all = importing_all(&tl);
	importing_says(importing_find(all, "record", name, 0), "/title",
	    "Linked COVID-19 Data: Robert Koch-Institut (RKI)");
	doi = importing_find(all, "doi", name, 0);
	importing_says(doi, "/concept_doi", "10.5281/zenodo.3757283");
	importing_says(doi, "/url", "https://zenodo.org/record/3763274");
	importing_says(doi, "/relations/0/type", "isVersionOf");
	importing_says(doi, "/relations/0/doi", "10.5281/zenodo.3757283");
	/* The concept is no older version. */
	assert_int_equal(importing_count(all, "correction", "doi:10.5281/zenodo.3757283"), 0);
	stet_json_free(all);
	tl_free(&tl);
}

static void
test_zenodo__tombstones(void **state)
{
	static const char name[] = "doi:10.5555/zenodo.9";
	static const char removed[] =
	    "{\"id\": \"9\", \"pids\": {\"doi\": {\"identifier\": \"10.5555/zenodo.9\"}}, "
	    "\"tombstone\": {\"removal_reason\": {\"id\": \"spam\"}, \"note\": \"Not a data "
	    "set.\", "
	    "\"removal_date\": \"2024-05-06T07:08:09+00:00\"}}";
	struct importing importing;
	const stet_json *correction;
	stet_json *all;
	struct tl tl;

	(void)state;
	importing_ledger(&importing, &tl);
	importing_counts(&importing, &tl, "zenodo", removed, 1, 0, 4, 0);
	all = importing_all(&tl);
	correction = importing_find(all, "correction", name, 0);
	importing_says(correction, "/nature", "removal");
	importing_says(correction, "/occurred", "2024-05-06T07:08:09+00:00");
	importing_says(correction, "/reasons/0/text", "Not a data set.");
	importing_says(correction, "/notice/kind", "unknown");
	importing_says(importing_find(all, "doi", name, 0), "/state", "hidden");
	stet_json_free(all);
	importing_counts(&importing, &tl, "zenodo",
	    "[{\"id\": \"1\"}, {\"doi\": \"10.5555/b\", \"tombstone\": null}]", 1, 1, 3, 0);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_zenodo__invenio_records),
	    cmocka_unit_test(test_zenodo__the_older_api),
	    cmocka_unit_test(test_zenodo__tombstones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
