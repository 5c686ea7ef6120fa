/* "Checked, I stand by it." */
#include "statement/types/rows.h"

#include "base/time.h"

static const struct st_field target_item = {ST_HASH};

static const struct st_field endorse_fields[] = {
    ST_V_ROW,
    {ST_NAMED("note"), ST_PROSE, .label = "Note", .doc = "What was checked, and how."},
    ST_TYPE_ROW("endorse"),
    ST_AFTER_ROW,
    ST_SOURCE_ROW(0),
    {ST_NAMED("targets"), ST_LIST(&target_item, 1, ST_ITEMS_MAX), ST_REQUIRED, .label = "Targets",
	.doc = "Leaves of the entries about this name that are endorsed."},
    ST_OCCURRED_ROW,
    {0},
};

const struct st_schema st_schema_endorse = {ST_TYPE_ENDORSE, "endorse", NULL,
    ST_TABLE(endorse_fields), .about = "the name of its targets",
    .doc = "Says that the signer checked entries and stands by them: a second pair of eyes, a "
	   "repair after a stolen key, or independent corroboration."};
