/* What DataCite states of a DOI: JSON:API answers and lists of them, or its JSON alone; and the
 * metadata that were deposited, which are XML (deposits.c).
 *
 * No relation of DataCite's says "retracts"; versions it has words for, and dateType Withdrawn. Its
 * own gesture of retraction is the state: what was findable is registered only, and hidden. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/name.h"
#include "base/time.h"
#include "exchange/deposits.h"
#include "exchange/relations.h"

static const char *const wrappers[] = {"data", NULL};
/* Counted by DataCite, edited by nobody. */
static const char *const moving[] = {"viewCount", "viewsOverTime", "downloadCount",
    "downloadsOverTime", "referenceCount", "citationCount", "citationsOverTime", "partCount",
    "partOfCount", "versionCount", "versionOfCount", NULL};

/* The first title that is no subtitle or translation; some tools write one text. */
static stet_bytes
title_of(const stet_json *json)
{
	const stet_json *titles = stet_json_get(json, "titles"), *title;
	size_t i;

	if (titles == NULL)
		return st_work_text(json, "title", NULL);
	for (i = 0; (title = stet_json_item(titles, i)) != NULL; i++)
		if (st_work_text(title, "titleType", NULL).size == 0)
			return st_work_text(title, "title", NULL);
	return st_work_text(stet_json_item(titles, 0), "title", NULL);
}

static stet_bytes
date_of(const stet_json *json, const char *type)
{
	return st_work_text(
	    st_work_with(stet_json_get(json, "dates"), "dateType", type), "date", NULL);
}

static const char *
state_of(stet_bytes word)
{
	static const char *const states[] = {"draft", "registered", "findable", "hidden"};
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (st_bytes_equal(word, st_str(states[i])))
			return states[i];
	return NULL;
}

static int
read_relations(struct st_work *work, const stet_json *json, struct st_said *said,
    stet_json *relations, struct st_buf *concept, stet_error *err)
{
	const stet_json *all = stet_json_get(json, "relatedIdentifiers"), *one;
	stet_bytes type, text;
	size_t i;
	int rc;

	for (i = 0; all != NULL && (one = stet_json_item(all, i)) != NULL; i++) {
		type = st_work_text(one, "relationType", NULL);
		text = st_work_text(one, "relatedIdentifier", NULL);
		if (!st_work_same_word(st_work_text(one, "relatedIdentifierType", NULL), "doi"))
			continue;
		if ((rc = st_relations_take(work, said, relations, type,
			 st_work_text(one, "relationTypeInformation", NULL), text, err)) < 0)
			return rc;
		if (concept->size == 0 && st_work_same_word(type, "is_version_of") &&
		    (rc = st_work_is_doi(text, concept, err)) < 0)
			return rc;
	}
	return STET_OK;
}

/* That it was withdrawn, where the metadata have a day for that. */
static int
read_withdrawal(struct st_work *work, const stet_json *json, struct st_said *said, stet_error *err)
{
	stet_bytes date = date_of(json, "withdrawn");
	struct st_update *update;
	int rc;

	if (date.size == 0 || date.size >= sizeof(update->date))
		return STET_OK;
	if ((rc = st_updates_add(
		 &said->updates, work, (stet_bytes){NULL, 0}, 1, "withdrawal", &update, err)) < 0)
		return rc;
	update->term = st_str("Withdrawn");
	update->vocabulary = "datacite-date-type";
	if (st_date_ok(date))
		memcpy(update->date, date.data, date.size);
	return STET_OK;
}

static int
say(struct st_work *work, const stet_json *json, struct st_said *said, stet_error *err)
{
	stet_json *relations = stet_json_array();
	struct st_buf concept = {0};
	stet_bytes publisher = st_work_text(json, "publisher", NULL);
	int rc;

	said->title = title_of(json);
	said->publisher =
	    publisher.data != NULL ? publisher : st_work_text(json, "publisher", "name");
	said->submitted = date_of(json, "submitted");
	said->registration.agency = "DataCite";
	said->registration.term = st_work_text(json, "state", NULL);
	said->registration.state = state_of(said->registration.term);
	said->registration.url = st_work_text(json, "url", NULL);
	said->registration.registered = st_work_text(json, "registered", NULL);
	said->registration.occurred = st_work_text(json, "updated", NULL);
	said->registration.relations = relations;
	rc = relations == NULL ? st_fail_nomem(err)
			       : read_relations(work, json, said, relations, &concept, err);
	if (rc == STET_OK && (rc = read_withdrawal(work, json, said, err)) == STET_OK) {
		said->registration.concept_doi = st_buf_bytes(&concept);
		rc = st_work_say(work, said, err);
	}
	st_buf_free(&concept);
	stet_json_free(relations);
	return rc;
}

int
st_datacite_say(struct st_works *works, const stet_json *json, stet_bytes copy,
    const char *media_type, stet_error *err)
{
	static const char *const members[] = {"doi", "DOI", "id"};
	struct st_said said;
	struct st_work work;
	stet_bytes doi = {NULL, 0};
	size_t i;
	int rc;

	memset(&said, 0, sizeof(said));
	memset(&work, 0, sizeof(work));
	said.copy = copy;
	said.media_type = media_type;
	for (i = 0; i < 3 && doi.size == 0; i++)
		doi = st_work_text(json, members[i], NULL);
	if ((rc = st_work_begin(&work, works, doi, err)) == STET_OK)
		rc = say(&work, json, &said, err);
	st_updates_clear(&said.updates);
	st_work_clear(&work);
	return rc;
}

/* Works of Crossref and records of Zenodo have DOIs, too, and are not what DataCite says of them.
 */
static int
is_datacite(const stet_json *json)
{
	static const char *const own[] = {
	    "attributes", "titles", "relatedIdentifiers", "schemaVersion"};
	size_t i;

	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (stet_json_get(json, own[i]) != NULL)
			return 1;
	return 0;
}

static int
take_item(struct st_works *works, const stet_json *json, stet_error *err)
{
	const stet_json *attributes = stet_json_get(json, "attributes");
	struct st_buf copy = {0};
	uint8_t sha256[32];
	int rc;

	if (!is_datacite(json))
		return st_fail(err, STET_EFORMAT, ST_IMPORT_ROW,
		    "it is no DOI of DataCite's: it has neither attributes nor titles");
	rc = st_work_settled(json, moving, &copy, sha256, err);
	if (rc == STET_OK)
		rc = st_datacite_say(works, attributes != NULL ? attributes : json,
		    st_buf_bytes(&copy), "application/json", err);
	st_buf_free(&copy);
	return rc;
}

int
st_import_datacite(struct st_import *import, stet_error *err)
{
	int xml, rc = st_import_is_xml(import, &xml, err);

	if (rc < 0)
		return rc;
	if (!xml)
		return st_work_each(import, wrappers, take_item, err);
	st_import_source(import, "datacite-deposit");
	return st_import_kernel(import, err);
}
