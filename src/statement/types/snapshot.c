/* What an import took from a source. */
#include "statement/types/rows.h"

#include "base/time.h"

static const struct st_field snapshot_fields[] = {
    ST_V_ROW,
    {ST_NAMED("date"), ST_DATE, .label = "Date", .doc = "The date that the source gives itself."},
    {ST_NAMED("rows"), ST_COUNT, .label = "Rows", .doc = "How many rows the source had."},
    ST_TYPE_ROW("snapshot"),
    ST_AFTER_ROW,
    {ST_NAMED("taken"), ST_COUNT, .label = "Taken", .doc = "How many rows were taken."},
    {ST_NAMED("whole"), .kind = ST_FIELD_BOOL, ST_REQUIRED, .label = "Whole",
	.doc = "Whether this was the whole source, so that what is missing from it was delisted."},
    {ST_NAMED("sha256"), ST_HASH, .label = "SHA-256", .doc = "SHA-256 of the file that was read."},
    ST_SOURCE_ROW(ST_FIELD_REQUIRED),
    {ST_NAMED("refused"), ST_COUNT, .label = "Refused",
	.doc = "How many rows were refused as unreadable."},
    {ST_NAMED("version"), ST_WORD, .label = "Version",
	.doc = "The version that the source gives itself."},
    ST_OCCURRED_ROW,
    {0},
};

const struct st_schema st_schema_snapshot = {ST_TYPE_SNAPSHOT, "snapshot", NULL,
    ST_TABLE(snapshot_fields), .about = "source: and the name of the source",
    .doc = "Closes an import: says which state of the source was read, and how much of it. That "
	   "no notice is known rests on these."};
