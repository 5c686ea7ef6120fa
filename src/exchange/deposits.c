/* What was deposited, in XML: metadata of DataCite's kernel, and batches of Crossref's. Each is
 * turned into the JSON that the agency itself would answer, so that both are read in one place. */
#include "exchange/deposits.h"

#include <string.h>

#include "base/err.h"
#include "exchange/xml.h"

/* A member of one object from an attribute, or the text, of another. */
static void
carry(stet_json *to, const char *as, const stet_json *from, const char *member)
{
	stet_bytes text = st_work_text(from, member, NULL);

	if (text.size > 0)
		stet_json_set(to, as, stet_json_string(text));
}

/* For each element of a name an object, with its text and some attributes under the names that they
 * have in JSON; names: pairs of from and to, ended by NULL. */
static stet_json *
list_of(const stet_json *json, const char *member, const char *const *names)
{
	const stet_json *all = stet_json_get(json, member), *one;
	stet_json *list = stet_json_array(), *object;
	size_t i, k;

	for (i = 0; all != NULL && (one = stet_json_item(all, i)) != NULL; i++) {
		object = stet_json_object();
		for (k = 0; names[k] != NULL; k += 2)
			carry(object, names[k + 1], one, names[k]);
		stet_json_add(list, object);
	}
	return list;
}

/* --- DataCite -------------------------------------------------------------------------------- */

static const char *const kernel_items[] = {"resource", NULL};
static const char *const kernel_paths[] = {"identifier", "titles/title", "publisher", "dates/date",
    "relatedIdentifiers/relatedIdentifier", NULL};
static const struct st_xml_form kernel = {kernel_items, kernel_paths};

static int
take_resource(struct st_works *works, const stet_json *json, const char *item, stet_bytes copy,
    stet_error *err)
{
	static const char *const titles[] = {"text", "title", "titleType", "titleType", NULL};
	static const char *const dates[] = {"text", "date", "dateType", "dateType", NULL};
	static const char *const related[] = {"text", "relatedIdentifier", "relationType",
	    "relationType", "relatedIdentifierType", "relatedIdentifierType",
	    "relationTypeInformation", "relationTypeInformation", NULL};
	stet_bytes doi = st_xml_text(json, "identifier", "identifierType", "doi"),
		   publisher = st_xml_text(json, "publisher", NULL, NULL);
	stet_json *attributes = stet_json_object();
	int rc;

	(void)item;
	if (doi.size > 0)
		stet_json_set(attributes, "doi", stet_json_string(doi));
	if (publisher.size > 0)
		stet_json_set(attributes, "publisher", stet_json_string(publisher));
	stet_json_set(attributes, "titles", list_of(json, "title", titles));
	stet_json_set(attributes, "dates", list_of(json, "date", dates));
	stet_json_set(
	    attributes, "relatedIdentifiers", list_of(json, "relatedIdentifier", related));
	rc = st_json_rc(attributes) < 0
		 ? st_fail_nomem(err)
		 : st_datacite_say(works, attributes, copy, "application/xml", err);
	stet_json_free(attributes);
	return rc;
}

int
st_import_kernel(struct st_import *import, stet_error *err)
{
	return st_xml_each(import, &kernel, take_resource, err);
}

/* --- Crossref -------------------------------------------------------------------------------- */

static const char *const batch_items[] = {"journal_article", "conference_paper", "content_item",
    "posted_content", "peer_review", "dissertation", "dataset", "book_metadata",
    "report-paper_metadata", "standard_metadata", NULL};
static const char *const batch_paths[] = {"doi_data/doi", "doi_data/resource", "titles/title",
    "crossmark/updates/update", "program/related_item/intra_work_relation",
    "program/related_item/inter_work_relation", NULL};
static const struct st_xml_form batch = {batch_items, batch_paths};

static stet_json *
updates_of(const stet_json *json)
{
	const stet_json *all = stet_json_get(json, "update"), *one;
	stet_json *list = stet_json_array(), *update, *updated;
	size_t i;

	for (i = 0; all != NULL && (one = stet_json_item(all, i)) != NULL; i++) {
		update = stet_json_object();
		carry(update, "DOI", one, "text");
		carry(update, "type", one, "type");
		updated = stet_json_object();
		carry(updated, "date-time", one, "date");
		stet_json_set(update, "updated", updated);
		stet_json_add(list, update);
	}
	return list;
}

static void
add_relations(const stet_json *json, const char *member, stet_json *relation)
{
	const stet_json *all = stet_json_get(json, member), *one, *there;
	stet_json *list, *object;
	char type[64];
	stet_bytes name;
	size_t i;

	for (i = 0; all != NULL && (one = stet_json_item(all, i)) != NULL; i++) {
		name = st_work_text(one, "relationship-type", NULL);
		if (name.size == 0 || name.size >= sizeof(type))
			continue;
		memcpy(type, name.data, name.size);
		type[name.size] = '\0';
		object = stet_json_object();
		carry(object, "id-type", one, "identifier-type");
		carry(object, "id", one, "text");
		there = stet_json_get(relation, type);
		list = there == NULL ? stet_json_array() : stet_json_copy(there);
		stet_json_add(list, object);
		stet_json_set(relation, type, list);
	}
}

static int
take_deposit(struct st_works *works, const stet_json *json, const char *item, stet_bytes copy,
    stet_error *err)
{
	stet_json *work = stet_json_object(), *titles = stet_json_array(),
		  *resource = stet_json_object(), *primary = stet_json_object(),
		  *relation = stet_json_object();
	int rc;

	(void)item;
	carry(work, "DOI", stet_json_item(stet_json_get(json, "doi"), 0), "text");
	if (st_xml_text(json, "title", NULL, NULL).size > 0)
		stet_json_add(titles, stet_json_string(st_xml_text(json, "title", NULL, NULL)));
	stet_json_set(work, "title", titles);
	carry(primary, "URL", stet_json_item(stet_json_get(json, "resource"), 0), "text");
	stet_json_set(resource, "primary", primary);
	stet_json_set(work, "resource", resource);
	stet_json_set(work, "update-to", updates_of(json));
	add_relations(json, "intra_work_relation", relation);
	add_relations(json, "inter_work_relation", relation);
	stet_json_set(work, "relation", relation);
	rc = st_json_rc(work) < 0 ? st_fail_nomem(err)
				  : st_crossref_say(works, work, copy, "application/xml", err);
	stet_json_free(work);
	return rc;
}

int
st_import_batch(struct st_import *import, stet_error *err)
{
	return st_xml_each(import, &batch, take_deposit, err);
}
