/* The registration of a DOI. */
#include "statement/types/rows.h"

#include "base/time.h"

static const char *const states[] = {"draft", "registered", "findable", "hidden", NULL};

static const struct st_field relation_fields[] = {
    {ST_NAMED("doi"), .kind = ST_FIELD_DOI, ST_REQUIRED, .label = "DOI", .doc = "The other DOI."},
    {ST_NAMED("type"), ST_WORD, ST_REQUIRED, .label = "Relation",
	.doc = "How this DOI relates to the other, in the agency's words: IsNewVersionOf."},
    {0},
};
static const struct st_field relation_item = {ST_MAP(relation_fields)};

static const struct st_field doi_fields[] = {
    ST_V_ROW,
    {ST_NAMED("doi"), .kind = ST_FIELD_DOI, ST_REQUIRED, .label = "DOI",
	.doc = "The DOI, which is the subject itself or bound to it by an alias."},
    {ST_NAMED("url"), ST_URL, .label = "Address", .doc = "The address that the DOI leads to."},
    ST_TYPE_ROW("doi"),
    ST_AFTER_ROW,
    {ST_NAMED("state"), ST_ENUM(states), .label = "State",
	.doc = "State of the registration. A DOI that was findable and is hidden again is the "
	       "gesture by which records vanish."},
    {ST_NAMED("agency"), ST_WORD, .label = "Agency",
	.doc = "The registration agency, such as DataCite or Crossref."},
    ST_SOURCE_ROW(0),
    ST_OCCURRED_ROW,
    {ST_NAMED("relations"), ST_LIST(&relation_item, 1, ST_ITEMS_MAX), .label = "Relations",
	.doc = "Relations to other DOIs that the registration states."},
    {ST_NAMED("registered"), ST_DATE, .label = "Registered", .doc = "When the DOI was registered."},
    {ST_NAMED("concept_doi"), .kind = ST_FIELD_DOI, .label = "Concept DOI",
	.doc = "The DOI that stands for all versions together."},
    {ST_NAMED("metadata_sha256"), ST_HASH, .label = "SHA-256 of the metadata",
	.doc = "SHA-256 of the metadata as they were registered."},
    {0},
};

const struct st_schema st_schema_doi = {ST_TYPE_DOI, "doi", NULL, ST_TABLE(doi_fields),
    .about = "the record, or the DOI's own name",
    .doc = "Says how a DOI of the record is registered, and with which metadata. Agencies "
	   "overwrite both in place; each state is an entry here."};
