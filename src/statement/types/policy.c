/* By which numbers standing is judged. */
#include "statement/types/rows.h"

#include "base/time.h"

static const struct st_field value_item = {.kind = ST_FIELD_POLICY, .max = ST_PROSE_MAX};

static const struct st_field policy_fields[] = {
    ST_V_ROW,
    ST_TYPE_ROW("policy"),
    {ST_NAMED("values"), .kind = ST_FIELD_TABLE, .item = &value_item, .max = 256, ST_REQUIRED,
	.label = "Values",
	.doc = "The numbers of the profile by name: thresholds, tolerances, floors, how many "
	       "endorsements a nature needs. Each profile lists its own."},
    {ST_NAMED("profile"), ST_WORD, ST_REQUIRED, .label = "Profile",
	.doc = "The profile whose numbers these are."},
    {0},
};

const struct st_schema st_schema_policy = {ST_TYPE_POLICY, "policy", NULL, ST_TABLE(policy_fields),
    .about = "stet:ledger",
    .doc = "Sets the numbers of the ledger's profile. An entry is judged by the policy in force "
	   "at its own place."};
