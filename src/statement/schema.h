#ifndef ST_STATEMENT_SCHEMA_H
#define ST_STATEMENT_SCHEMA_H
/* One table per statement type.  Validation, JSON in and out, schemas/ and the reference page all
 * come from these rows; there is no second list of fields anywhere.
 *
 * The rows of a table stand in the order in which CBOR sorts their names (shorter first, then
 * bytewise), so a map and its table are walked in step: what the table has and the map lacks is
 * missing, what the map has and the table lacks is unknown, and nothing is looked up. */
#include "statement/statement.h"

enum st_field_kind {
	ST_FIELD_TEXT,  /* tstr, min..max bytes                        */
	ST_FIELD_BYTES, /* bstr, min..max bytes                        */
	ST_FIELD_HASH,  /* bstr of 32                                  */
	ST_FIELD_UINT,  /* min..max                                    */
	ST_FIELD_BOOL,
	ST_FIELD_TRUE,       /* only true: absent is the other value        */
	ST_FIELD_HUNDREDTHS, /* 4([-2, n]), min..max in hundredths          */
	ST_FIELD_DATE,       /* date-text                                   */
	ST_FIELD_NUMBER,     /* number-text                                 */
	ST_FIELD_ENUM,       /* one of values                               */
	ST_FIELD_NAME,       /* a name of the format                        */
	ST_FIELD_DOI,        /* a plain DOI                                 */
	ST_FIELD_COSE_KEY,
	ST_FIELD_POLICY, /* tstr / int / bool / hundredths              */
	ST_FIELD_MAP,    /* closed: fields; min: how many at least      */
	ST_FIELD_TABLE,  /* text keys => item, min..max of them         */
	ST_FIELD_ARRAY,  /* min..max items of item                      */
	ST_FIELD_KIND_COUNT
};
#define ST_FIELD_REQUIRED 1
#define ST_FIELD_NULLABLE 2
#define ST_FIELD_ASCENDING 4 /* array of text: bytewise ascending, no repeats        */
#define ST_FIELD_COMMON 8    /* belongs to every type: v, type, after, source, occurred */

/* A written form that a text must have, beside its length. */
struct st_form {
	const char *name;   /* of the CDDL rule                                                */
	const char *regexp; /* what a regular expression can say of it, without anchors        */
	const char *says;   /* "'x' is not ..."                                                */
	int (*ok)(stet_bytes text);
};
extern const struct st_form st_form_origin, st_form_source_name, st_form_media_type, st_form_path,
    st_form_scope;

struct st_field {
	const char *name;
	size_t name_size;
	enum st_field_kind kind;
	unsigned flags;
	uint64_t min, max;             /* bytes, items, or value: see the kind                */
	const char *const *values;     /* ENUM: NULL-terminated; TABLE: the keys allowed      */
	const struct st_form *form;    /* TEXT: its form, or NULL                             */
	const struct st_field *fields; /* MAP: ended by a row without a name                  */
	const struct st_field *item;   /* ARRAY, TABLE: one row                               */
	const char *json;              /* the member's name in JSON, where it is not name     */
	const char *label;             /* how a page calls it                                 */
	const char *doc;               /* one sentence for the reference page and the schemas */
};

/* What one table cannot say: a rule over several members.
 *
 * holds    found[i] is the encoded value of the table's row i, data NULL if the member is absent;
 *          answers STET_OK, or STET_EFORMAT with the rule
 * says     the rule, as a sentence of the reference page
 * schema   the same as JSON Schema, as far as that can say it, or NULL */
struct st_check {
	int rule;
	int (*holds)(const stet_bytes *found, stet_error *err);
	const char *says, *schema;
};

#define ST_FIELDS_MAX 32     /* rows of one table                                          */
#define ST_TABLE_KEY_MAX 256 /* bytes of a member's name in a TABLE                        */
#define ST_DOI_MAX 1020      /* bytes of a plain DOI; its name has to be a name as well      */
/* Doubles hold hundredths exactly enough up to here, so JSON gives back what it was given. */
#define ST_POLICY_HUNDREDTHS_MAX INT64_C(1000000000)
#define ST_CBOR_NULL_BYTE 0xf6

/* A type with an `action` of its own members has one schema per action. */
struct st_schema {
	enum st_type type;
	const char *name, *action; /* action NULL: the type has one table */
	const struct st_field *fields;
	size_t field_count;
	const struct st_check *checks; /* ended by a row without holds, or NULL */
	const char *about;             /* what its subject is */
	const char *doc;
};
extern const struct st_schema *const st_schemas[]; /* ended by NULL */
extern const struct st_field st_source_fields[];
const struct st_schema *st_schema_find(stet_bytes type, stet_bytes action);

/* The schema of an encoded payload: STET_OK with *schema_out NULL for a (type, v) not known here.
 * STET_EFORMAT if it has no type or v, or an action that the type has no table for. */
int st_schema_of(stet_bytes payload, const struct st_schema **schema_out, stet_bytes *type_out,
    uint64_t *v_out, stet_error *err);
/* Checks a canonical payload against its table; found_out[ST_FIELDS_MAX] is as for st_check. */
int st_schema_check(
    const struct st_schema *schema, stet_bytes payload, stet_bytes *found_out, stet_error *err);

/* The name in JSON, in paths and on pages. */
const char *st_field_json(const struct st_field *field);
/* "text", "date": how messages and the reference page call a kind. */
const char *st_field_kind_name(enum st_field_kind kind);

/* Where in a statement something is, for messages; frames on the stack. */
struct st_place {
	const struct st_place *up; /* NULL: the statement itself, whose name is its type */
	stet_bytes name;           /* data NULL: an item of an array */
	uint64_t index;
};
#define ST_PATH_SIZE 128
/* "/notice/doi", fit for a message; cut with "..." where it is full. */
const char *st_place_path(const struct st_place *place, char out[ST_PATH_SIZE]);
/* The type that a place is in: "correction". */
const char *st_place_type(const struct st_place *place);
/* "'/notice/doy' is not a member of correction" */
int st_fail_unknown(stet_error *err, const struct st_place *place, stet_bytes name);
/* "'/notice/kind' is required in correction" */
int st_fail_missing(stet_error *err, const struct st_place *place, const struct st_field *field);

#endif
