/* The fixity log. */
#include "statement/types/rows.h"

#include "base/time.h"

static const char *const results[] = {"intact", "damaged", NULL};

static const struct st_field audit_fields[] = {
    ST_V_ROW,
    {ST_NAMED("root"), ST_HASH, ST_REQUIRED, .label = "Tree root",
	.doc = "Root of the tree over these entries, as recomputed."},
    {ST_NAMED("size"), ST_UINT53, ST_REQUIRED, .label = "Size",
	.doc = "How many entries were checked, from the first."},
    {ST_NAMED("tool"), ST_WORD, ST_REQUIRED, .label = "Tool",
	.doc = "The program that checked, with its version."},
    ST_TYPE_ROW("audit"),
    ST_AFTER_ROW,
    {ST_NAMED("index"), ST_HASH, ST_REQUIRED, .label = "Index root",
	.doc = "Root of the record index over these entries, as recomputed."},
    {ST_NAMED("result"), ST_ENUM(results), ST_REQUIRED, .label = "Result",
	.doc = "What was found."},
    ST_OCCURRED_ROW,
    {ST_NAMED("entries_sha512"), ST_BYTES(64, 64), ST_REQUIRED, .label = "SHA-512 of all entries",
	.doc = "SHA-512 over the bytes of these entries, one after the other: the anchor should "
	       "SHA-256 ever fall."},
    {0},
};

const struct st_schema st_schema_audit = {ST_TYPE_AUDIT, "audit", NULL, ST_TABLE(audit_fields),
    .about = "stet:audit",
    .doc = "Says that somebody checked the whole ledger, and what came out: the fixity log. "
	   "Readers trust auditors by the keys in their own trust file, never by role."};
