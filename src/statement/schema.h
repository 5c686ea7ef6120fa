#ifndef ST_STATEMENT_SCHEMA_H
#define ST_STATEMENT_SCHEMA_H
/* One table per statement type.  Validation, JSON in and out, schemas/ and the reference page all
 * come from these rows; there is no second list of fields anywhere. */
#include "statement/statement.h"

enum st_field_kind {
	ST_FIELD_TEXT,        /* tstr, min..max bytes                        */
	ST_FIELD_BYTES,       /* bstr, min..max bytes                        */
	ST_FIELD_HASH,        /* bstr of 32                                  */
	ST_FIELD_UINT,        /* 0 .. max                                    */
	ST_FIELD_BOOL,
	ST_FIELD_TRUE,        /* only true: absent is the other value        */
	ST_FIELD_HUNDREDTHS,  /* 4([-2, n]), min..max in hundredths          */
	ST_FIELD_DATE,        /* date-text                                   */
	ST_FIELD_NUMBER,      /* number-text                                 */
	ST_FIELD_ENUM,        /* one of values                               */
	ST_FIELD_NAME,        /* a name of the format                        */
	ST_FIELD_DOI,         /* a plain DOI                                 */
	ST_FIELD_COSE_KEY,
	ST_FIELD_POLICY,      /* tstr / int / bool / hundredths              */
	ST_FIELD_MAP,         /* closed: fields                              */
	ST_FIELD_TABLE,       /* text keys of the caller's choice => item    */
	ST_FIELD_ARRAY        /* min..max items of item                      */
};
#define ST_FIELD_REQUIRED 1
#define ST_FIELD_NULLABLE 2
#define ST_FIELD_ASCENDING 4 /* array: bytewise ascending by encoding, no repeats */

struct st_field {
	const char *name;
	enum st_field_kind kind;
	unsigned flags;
	uint64_t min, max;             /* bytes, items, or value: see the kind; signed kinds from -max */
	const char *const *values;     /* ENUM: NULL-terminated; TABLE: the keys allowed, or NULL    */
	const struct st_field *fields; /* MAP: ended by a row without a name                         */
	const struct st_field *item;   /* ARRAY, TABLE: one row                                      */
	const char *label;             /* how a page calls it                                        */
	const char *doc;               /* one sentence for the reference page and the schemas        */
};

/* A type with an `action` has one schema per action; key revoke and key grant are two rows. */
struct st_schema {
	enum st_type type;
	const char *name, *action; /* action NULL: the type has none */
	const struct st_field *fields;
	const char *about;         /* what its subject is */
	const char *doc;
};
extern const struct st_schema *const st_schemas[];  /* ended by NULL */
const struct st_schema *st_schema_find(stet_bytes type, stet_bytes action);

#endif
