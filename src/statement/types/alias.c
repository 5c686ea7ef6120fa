/* Another name of a record. */
#include "statement/types/rows.h"

#include "base/time.h"

static const char *const actions[] = {"bind", "unbind", NULL};

static const struct st_field alias_fields[] = {
    ST_V_ROW,
    ST_TYPE_ROW("alias"),
    ST_AFTER_ROW,
    {ST_NAMED("action"), ST_ENUM(actions), ST_REQUIRED, .label = "Action",
	.doc = "Whether the name is bound to the record or no longer."},
    {ST_NAMED("record"), .kind = ST_FIELD_NAME, ST_REQUIRED, .label = "Record",
	.doc = "The name under which the record was opened."},
    ST_SOURCE_ROW(0),
    {0},
};

const struct st_schema st_schema_alias = {ST_TYPE_ALIAS, "alias", NULL, ST_TABLE(alias_fields),
    .about = "the other name",
    .doc = "Binds another name, such as a DOI, to a record, or unbinds it. Pointing a name "
	   "elsewhere is one more alias about it."};
