/* Claim counters of the verification contract (verification-levels-v1), by their own names. */
#include "statement/types/rows.h"

#include "base/time.h"

static const struct st_field commitment_fields[] = {
    {ST_NAMED("root"), ST_HASH, ST_REQUIRED, .label = "Root",
	.doc = "RFC 6962 root over the salted claims in their order."},
    {ST_NAMED("count"), .kind = ST_FIELD_UINT, .min = 1, .max = ST_COUNT_MAX, ST_REQUIRED,
	.label = "Count", .doc = "How many claims the root covers."},
    {0},
};

static const struct st_field claims_fields[] = {
    ST_V_ROW,
    ST_TYPE_ROW("claims"),
    ST_AFTER_ROW,
    ST_SOURCE_ROW(0),
    ST_OCCURRED_ROW,
    {ST_NAMED("commitment"), ST_MAP(commitment_fields), .label = "Commitment",
	.doc = "Binds the single claims without publishing them, so that any one can be disclosed "
	       "and proved later."},
    {ST_NAMED("claim_record_source"), ST_WORD, .label = "Claim record source",
	.doc = "Where the claim records come from, in the publisher's words."},
    {ST_NAMED("verified_claim_count"), ST_COUNT, .label = "Verified claims",
	.doc = "How many claims were verified."},
    {ST_NAMED("extracted_claim_count"), ST_COUNT, .label = "Extracted claims",
	.doc = "How many claims were extracted, verified or not."},
    {ST_NAMED("source_grounded_claims"), ST_COUNT, .label = "Source-grounded claims",
	.doc = "How many claims are grounded in a cited source."},
    {ST_NAMED("aggregate_claim_records"), ST_COUNT, .label = "Aggregate claim records",
	.doc = "How many claims are published as an aggregate."},
    {ST_NAMED("sandbox_executed_claims"), ST_COUNT, .label = "Sandbox-executed claims",
	.doc = "How many claims were executed in a sandbox."},
    {ST_NAMED("artifact_inspected_claims"), ST_COUNT, .label = "Artifact-inspected claims",
	.doc = "How many claims were checked against an artifact."},
    {ST_NAMED("per_claim_public_record_count"), ST_COUNT,
	.label = "Public records of single claims",
	.doc = "How many single claims have a public record of their own."},
    {ST_NAMED("independently_reproduced_claims"), ST_COUNT,
	.label = "Independently reproduced claims",
	.doc = "How many claims somebody independent reproduced."},
    {ST_NAMED("cross_source_corroborated_claims"), ST_COUNT,
	.label = "Cross-source corroborated claims",
	.doc = "How many claims a second source corroborates."},
    {ST_NAMED("externally_reviewed_or_formally_verified_claims"), ST_COUNT,
	.label = "Externally reviewed or formally verified claims",
	.doc = "How many claims were reviewed from outside or verified formally."},
    {0},
};

const struct st_schema st_schema_claims = {ST_TYPE_CLAIMS, "claims", NULL, ST_TABLE(claims_fields),
    .about = "the record",
    .doc = "Counts the record's claims by what was done with them. A counter that is absent is "
	   "not known; it is not zero."};
