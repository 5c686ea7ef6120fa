/* A record: the thing that a history is about. */
#include "statement/types/rows.h"

#include "base/time.h"

static const struct st_field alias_item = {.kind = ST_FIELD_NAME};

static const struct st_field manifest_fields[] = {
    {ST_NAMED("url"), ST_URL, .label = "Address", .doc = "Where the manifest is published."},
    {ST_NAMED("sha256"), ST_HASH, .label = "SHA-256", .doc = "SHA-256 of the manifest's bytes."},
    {ST_NAMED("updated"), ST_DATE, .label = "Updated",
	.doc = "When the manifest's contract or content was last updated, as it says itself."},
    {ST_NAMED("version"), ST_WORD, .label = "Version", .doc = "Version of the manifest."},
    {ST_NAMED("contract"), ST_WORD, ST_REQUIRED, .label = "Contract",
	.doc = "The contract that the manifest follows, such as paper-manifest-v1.1."},
    {ST_NAMED("correction_record_url"), ST_URL, .label = "Correction record",
	.doc = "Where the publisher keeps its own list of corrections."},
    {0},
};

static const struct st_field record_fields[] = {
    ST_V_ROW,
    ST_TYPE_ROW("record"),
    ST_AFTER_ROW,
    {ST_NAMED("title"), ST_TITLE, .label = "Title", .doc = "Title of the record."},
    ST_SOURCE_ROW(0),
    {ST_NAMED("aliases"), ST_LIST(&alias_item, 1, ST_ITEMS_MAX), .label = "Other names",
	.doc = "Other names of the record, each bound to it by an alias statement."},
    {ST_NAMED("manifest"), ST_MAP(manifest_fields), .label = "Manifest",
	.doc = "The publisher's own machine-readable description of the record."},
    ST_OCCURRED_ROW,
    {ST_NAMED("question"), ST_PROSE, .label = "Research question",
	.doc = "The question that the record answers."},
    {ST_NAMED("publisher"), ST_TITLE, .label = "Publisher", .doc = "Who publishes the record."},
    {ST_NAMED("submitted"), ST_DATE, .label = "Submitted",
	.doc = "When the record was submitted, as exactly as it is known."},
    {0},
};

const struct st_schema st_schema_record = {ST_TYPE_RECORD, "record", NULL, ST_TABLE(record_fields),
    .about = "the record",
    .doc = "Opens a record, or gives a new version of its description; a later one replaces the "
	   "earlier one whole."};
