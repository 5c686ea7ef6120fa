/* What somebody says a record's standing is. */
#include "statement/types/rows.h"

#include "base/time.h"

/* Levels belong to a profile's ladders, which are data; a table of the format only keeps them sane.
 */
#define LEVEL .kind = ST_FIELD_UINT, .max = 1000

static const struct st_field declaration_fields[] = {
    ST_V_ROW,
    {ST_NAMED("tier"), ST_WORD, .label = "Tier", .doc = "The quality tier, as it is declared."},
    ST_TYPE_ROW("declaration"),
    ST_AFTER_ROW,
    ST_SOURCE_ROW(0),
    ST_OCCURRED_ROW,
    {ST_NAMED("gate_status"), ST_WORD, .label = "Gate status",
	.doc = "The status of the verification gate, as it is declared."},
    {ST_NAMED("paper_level"), LEVEL, .label = "Verification level",
	.doc = "The level on the verification ladder, 0 to 7 in assignee-v1."},
    {ST_NAMED("claim_lineage"), ST_TITLE, .label = "Claim lineage",
	.doc = "What is said about where the claims come from."},
    {ST_NAMED("review_method"), ST_TITLE, .label = "Review method",
	.doc = "How the record was reviewed, in the publisher's words."},
    {ST_NAMED("external_record"), ST_WORD, .label = "External record",
	.doc = "Whether an archival record exists elsewhere, in the publisher's words."},
    {ST_NAMED("report_artifact"), ST_WORD, .label = "Report artifact",
	.doc = "Whether the report is available, in the publisher's words."},
    {ST_NAMED("correction_count"), ST_COUNT, .label = "Corrections",
	.doc = "How many corrections are declared."},
    {ST_NAMED("correction_state"), ST_WORD, .label = "Correction state",
	.doc = "The correction state, as it is declared: CURRENT, CORRECTED, SUPERSEDED."},
    {ST_NAMED("last_corrected_at"), ST_DATE, .flags = ST_FIELD_NULLABLE, .label = "Last corrected",
	.doc = "When the last correction is said to have been made; null: never."},
    {ST_NAMED("verified_claim_count"), ST_COUNT, .label = "Verified claims",
	.doc = "How many claims are declared as verified."},
    {ST_NAMED("reproducibility_level"), ST_WORD, .label = "Reproducibility",
	.doc = "How reproducible the record is said to be."},
    {ST_NAMED("public_provenance_level"), LEVEL, .label = "Provenance level",
	.doc = "The level on the provenance ladder, 0 to 4 in assignee-v1; not the verification "
	       "level."},
    {0},
};

const struct st_schema st_schema_declaration = {ST_TYPE_DECLARATION, "declaration", NULL,
    ST_TABLE(declaration_fields), .about = "the record",
    .doc = "Says what the record's standing is. It is the declared side of every comparison; "
	   "what the entries support is worked out from the others."};
