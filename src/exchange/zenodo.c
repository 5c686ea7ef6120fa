/* What Zenodo and other InvenioRDM repositories state of a record, in the form of either API.
 *
 * The DOI is that of the version; conceptdoi, or the DOI of the parent, stands for all versions.  A
 * tombstone says that a record was removed, when and why. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "exchange/relations.h"

static const char *const wrappers[] = {"hits", NULL};
static const char *const moving[] = {"stats", NULL};

static const stet_json *
below(const stet_json *json, const char *a, const char *b, const char *c)
{
	json = json == NULL ? NULL : stet_json_get(json, a);
	json = json == NULL || b == NULL ? json : stet_json_get(json, b);
	return json == NULL || c == NULL ? json : stet_json_get(json, c);
}

/* The first of two places that has a text. */
static stet_bytes
either(const stet_json *a, const stet_json *b)
{
	stet_bytes text = stet_json_string_of(a);

	return text.size > 0 ? text : stet_json_string_of(b);
}

static int
read_relations(struct st_work *work, const stet_json *json, struct st_said *said,
    stet_json *relations, stet_error *err)
{
	const stet_json *all = below(json, "metadata", "related_identifiers", NULL), *one;
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && all != NULL && (one = stet_json_item(all, i)) != NULL; i++)
		if (st_work_same_word(st_work_text(one, "scheme", NULL), "doi"))
			rc = st_relations_take(work, said, relations,
			    either(stet_json_get(one, "relation"),
				below(one, "relation_type", "id", NULL)),
			    (stet_bytes){NULL, 0}, st_work_text(one, "identifier", NULL), err);
	return rc;
}

static int
read_tombstone(struct st_work *work, const stet_json *json, struct st_said *said, stet_error *err)
{
	const stet_json *tombstone = stet_json_get(json, "tombstone");
	stet_bytes date = st_work_text(tombstone, "removal_date", NULL);
	struct st_update *update;
	int rc;

	if (tombstone == NULL || stet_json_kind_of(tombstone) != STET_JSON_OBJECT)
		return STET_OK;
	if ((rc = st_updates_add(
		 &said->updates, work, (stet_bytes){NULL, 0}, 1, "removal", &update, err)) < 0)
		return rc;
	update->term = st_str("tombstone");
	if (date.size < sizeof(update->date) && st_date_ok(date))
		memcpy(update->date, date.data, date.size);
	update->reason = either(stet_json_get(tombstone, "note"),
	    either(below(tombstone, "removal_reason", "id", NULL), NULL).size > 0
		? below(tombstone, "removal_reason", "id", NULL)
		: stet_json_get(tombstone, "removal_reason"));
	said->registration.state = "hidden";
	said->registration.term = update->term;
	return STET_OK;
}

static stet_bytes
submitted_of(const stet_json *json)
{
	const stet_json *dates = below(json, "metadata", "dates", NULL), *date;
	size_t i;

	for (i = 0; dates != NULL && (date = stet_json_item(dates, i)) != NULL; i++)
		if (st_work_same_word(
			either(below(date, "type", "id", NULL), stet_json_get(date, "type")),
			"submitted"))
			return either(stet_json_get(date, "date"), stet_json_get(date, "start"));
	return (stet_bytes){NULL, 0};
}

static stet_bytes
concept_of(const stet_json *json)
{
	const stet_json *parent = below(json, "parent", "pids", "doi");

	return either(stet_json_get(json, "conceptdoi"),
	    parent == NULL ? NULL : stet_json_get(parent, "identifier"));
}

static int
say(struct st_work *work, const stet_json *json, struct st_said *said, stet_error *err)
{
	stet_json *relations = stet_json_array();
	struct st_buf concept = {0};
	int rc;

	said->title = either(below(json, "metadata", "title", NULL), stet_json_get(json, "title"));
	said->publisher = either(below(json, "metadata", "publisher", NULL),
	    below(json, "metadata", "imprint", "publisher"));
	said->submitted = submitted_of(json);
	said->registration.url =
	    either(below(json, "links", "self_html", NULL), below(json, "links", "html", NULL));
	said->registration.registered = st_work_text(json, "created", NULL);
	said->registration.occurred =
	    either(stet_json_get(json, "updated"), stet_json_get(json, "modified"));
	said->registration.relations = relations;
	rc = relations == NULL ? st_fail_nomem(err)
			       : read_relations(work, json, said, relations, err);
	if (rc == STET_OK && (rc = read_tombstone(work, json, said, err)) == STET_OK &&
	    (rc = st_work_is_doi(concept_of(json), &concept, err)) >= 0) {
		said->registration.concept_doi = st_buf_bytes(&concept);
		rc = st_work_say(work, said, err);
	}
	st_buf_free(&concept);
	stet_json_free(relations);
	return rc;
}

static int
take_item(struct st_works *works, const stet_json *json, stet_error *err)
{
	struct st_buf copy = {0};
	struct st_said said;
	struct st_work work;
	uint8_t sha256[32];
	int rc;

	memset(&said, 0, sizeof(said));
	memset(&work, 0, sizeof(work));
	said.media_type = "application/json";
	if (stet_json_get(json, "metadata") == NULL && stet_json_get(json, "pids") == NULL &&
	    stet_json_get(json, "tombstone") == NULL)
		return st_fail(err, STET_EFORMAT, ST_IMPORT_ROW,
		    "it is no record of Zenodo's: it has no metadata");
	if ((rc = st_work_settled(json, moving, &copy, sha256, err)) == STET_OK &&
	    (rc = st_work_begin(&work, works,
		 either(below(json, "pids", "doi", "identifier"),
		     stet_json_string_of(stet_json_get(json, "doi")).size > 0
			 ? stet_json_get(json, "doi")
			 : below(json, "metadata", "doi", NULL)),
		 err)) == STET_OK) {
		said.copy = st_buf_bytes(&copy);
		rc = say(&work, json, &said, err);
	}
	st_buf_free(&copy);
	st_updates_clear(&said.updates);
	st_work_clear(&work);
	return rc;
}

int
st_import_zenodo(struct st_import *import, stet_error *err)
{
	return st_work_each(import, wrappers, take_item, err);
}
