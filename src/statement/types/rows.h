#ifndef ST_STATEMENT_TYPES_ROWS_H
#define ST_STATEMENT_TYPES_ROWS_H
/* What the tables of all types share: the rows that every type has, and how long things may be.
 *
 * Lengths are in bytes. They keep prose out of entries (2,000 bytes of it at most; more is an
 * artifact) and leave room for what real sources say. They are part of the format: a longer value
 * is refused for ever, so a limit is generous where a source's own words may stand. */
#include "statement/schema.h"

#define ST_PROSE_MAX 2000
#define ST_TITLE_MAX 1000
#define ST_WORD_MAX 256 /* identifiers, codes, a source's own words */
#define ST_URL_MAX 2048
#define ST_ITEMS_MAX 1024
#define ST_COUNT_MAX 1000000000 /* counters; sizes in bytes go up to 2^53 - 1 */
#define ST_NUMBER_MAX 100

#define ST_NAMED(text) .name = text, .name_size = sizeof(text) - 1
#define ST_TEXT(least, most) .kind = ST_FIELD_TEXT, .min = least, .max = most
#define ST_PROSE ST_TEXT(1, ST_PROSE_MAX)
#define ST_TITLE ST_TEXT(1, ST_TITLE_MAX)
#define ST_WORD ST_TEXT(1, ST_WORD_MAX)
#define ST_URL ST_TEXT(1, ST_URL_MAX)
#define ST_ISSUER ST_TEXT(1, ST_ISS_MAX)
#define ST_HASH .kind = ST_FIELD_HASH
#define ST_BYTES(least, most) .kind = ST_FIELD_BYTES, .min = least, .max = most
#define ST_DATE .kind = ST_FIELD_DATE
#define ST_NUMBER .kind = ST_FIELD_NUMBER, .min = 1, .max = ST_NUMBER_MAX
#define ST_COUNT .kind = ST_FIELD_UINT, .max = ST_COUNT_MAX
#define ST_UINT53 .kind = ST_FIELD_UINT, .max = ST_UINT53_MAX
#define ST_SCORE .kind = ST_FIELD_HUNDREDTHS, .min = 0, .max = 1000
#define ST_ENUM(list) .kind = ST_FIELD_ENUM, .values = list
#define ST_MAP(rows) .kind = ST_FIELD_MAP, .fields = rows
#define ST_LIST(row, least, most) .kind = ST_FIELD_ARRAY, .item = row, .min = least, .max = most
#define ST_REQUIRED .flags = ST_FIELD_REQUIRED

/* What a row of ENUM with a single value needs. */
#define ST_ONE(text)                                           \
	.kind = ST_FIELD_ENUM, .values = (const char *const[]) \
	{                                                      \
		text, NULL                                     \
	}

#define ST_V_ROW                                                                                   \
	{                                                                                          \
		ST_NAMED("v"),                                                                     \
		    .kind = ST_FIELD_UINT, .flags = ST_FIELD_REQUIRED | ST_FIELD_COMMON, .min = 1, \
		    .max = 1, .label = "Version",                                                  \
		    .doc = "Version of the type's table; a new member is a new version."           \
	}
#define ST_TYPE_ROW(text)                                                                     \
	{                                                                                     \
		ST_NAMED("type"), ST_ONE(text), .flags = ST_FIELD_REQUIRED | ST_FIELD_COMMON, \
						.label = "Type",                              \
						.doc = "What kind of statement this is."      \
	}
#define ST_AFTER_ROW                                                                 \
	{                                                                            \
		ST_NAMED("after"), ST_HASH,                                          \
		    .flags = ST_FIELD_NULLABLE | ST_FIELD_COMMON, .label = "After",  \
		    .doc = "Leaf of the newest entry about this name, observations " \
			   "aside, that the signer had seen, or null if there was "  \
			   "none; if that is no longer so, append refuses the "      \
			   "statement as stale."                                     \
	}
#define ST_SOURCE_ROW(more)                                                  \
	{                                                                    \
		ST_NAMED("source"), ST_MAP(st_source_fields),                \
		    .flags = ST_FIELD_COMMON | (more), .label = "Source",    \
		    .doc = "Where somebody else states this; with it the "   \
			   "statement is an observation, which is shown as " \
			   "declared and never counts as support."           \
	}
#define ST_OCCURRED_ROW                                                                           \
	{                                                                                         \
		ST_NAMED("occurred"), ST_DATE, .flags = ST_FIELD_COMMON, .label = "Occurred",     \
					       .doc = "When what is stated happened, as exactly " \
						      "as it is known: 2011, 2011-05 or more."    \
	}

/* The fields and field_count of a schema. */
#define ST_TABLE(rows) .fields = rows, .field_count = sizeof(rows) / sizeof((rows)[0]) - 1

extern const char *const st_levels[]; /* UNASSESSED LOW MEDIUM HIGH */

extern const struct st_schema st_schema_ledger_open, st_schema_ledger_rotate,
    st_schema_ledger_close, st_schema_key_grant, st_schema_key_revoke, st_schema_alias,
    st_schema_policy, st_schema_record, st_schema_artifact, st_schema_claims, st_schema_assessment,
    st_schema_declaration, st_schema_doi, st_schema_verdict, st_schema_correction,
    st_schema_endorse, st_schema_snapshot, st_schema_audit, st_schema_withhold, st_schema_seal;

/* The text in an encoded value; data NULL if it is none. */
stet_bytes st_found_text(stet_bytes value);
int st_found_is(stet_bytes value, const char *text);

#endif
