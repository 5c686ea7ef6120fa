/* Content that was removed. */
#include "statement/types/rows.h"

#include "base/time.h"

static const struct st_field withhold_fields[] = {
    ST_V_ROW,
    ST_TYPE_ROW("withhold"),
    ST_AFTER_ROW,
    {ST_NAMED("ground"), ST_PROSE, ST_REQUIRED, .label = "Ground",
	.doc = "On which ground it was removed: the order, the law, the request."},
    {ST_NAMED("sha256"), ST_HASH, ST_REQUIRED, .label = "Digest",
	.doc = "The digest by which an earlier artifact of this name gave it."},
    ST_OCCURRED_ROW,
    {0},
};

const struct st_schema st_schema_withhold = {ST_TYPE_WITHHOLD, "withhold", NULL,
    ST_TABLE(withhold_fields), .about = "the record",
    .doc = "Says that content was removed, and on which ground. Its digest and history stay."};
