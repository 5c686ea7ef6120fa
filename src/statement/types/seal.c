/* The seal that ends every batch. */
#include "statement/types/rows.h"

#include "base/time.h"

static const struct st_field seal_fields[] = {
    ST_V_ROW,
    {ST_NAMED("ms"), ST_UINT53, ST_REQUIRED, .label = "Time",
	.doc = "Time of the seal's own entry, in milliseconds since 1970."},
    {ST_NAMED("root"), ST_HASH, ST_REQUIRED, .label = "Tree root",
	.doc = "Root of the tree over all entries before the seal."},
    {ST_NAMED("size"), ST_UINT53, ST_REQUIRED, .label = "Size",
	.doc = "How many entries stand before the seal: its own sequence number."},
    ST_TYPE_ROW("seal"),
    {ST_NAMED("index"), ST_HASH, ST_REQUIRED, .label = "Index root",
	.doc = "Root of the record index over the same entries."},
    {0},
};

const struct st_schema st_schema_seal = {ST_TYPE_SEAL, "seal", NULL, ST_TABLE(seal_fields),
    .about = "stet:seal",
    .doc = "Closes a batch. The ledger key signs with it that exactly these entries exist, and "
	   "what the record index says of every name."};
