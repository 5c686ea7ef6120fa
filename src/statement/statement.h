#ifndef ST_STATEMENT_STATEMENT_H
#define ST_STATEMENT_STATEMENT_H
/* A statement with its payload understood as far as the schema tables go. */
#include <stet/statement.h>
#include "cose/cose.h"
#include "json/json.h"

/* In the order of the schema tables. */
enum st_type {
	ST_TYPE_UNKNOWN, /* of a newer stet: bytes and signature can still be judged */
	ST_TYPE_LEDGER,
	ST_TYPE_KEY,
	ST_TYPE_ALIAS,
	ST_TYPE_POLICY,
	ST_TYPE_RECORD,
	ST_TYPE_ARTIFACT,
	ST_TYPE_CLAIMS,
	ST_TYPE_ASSESSMENT,
	ST_TYPE_DECLARATION,
	ST_TYPE_DOI,
	ST_TYPE_VERDICT,
	ST_TYPE_CORRECTION,
	ST_TYPE_ENDORSE,
	ST_TYPE_SNAPSHOT,
	ST_TYPE_AUDIT,
	ST_TYPE_WITHHOLD,
	ST_TYPE_SEAL,
	ST_TYPE_COUNT
};

struct st_statement {
	struct st_sign1 sign1; /* views into the encoding */
	enum st_type type;
	stet_bytes type_name; /* as written, also for an unknown type */
	uint64_t v;
	stet_bytes source;      /* the encoded source map; data NULL: no observation */
	stet_bytes source_name; /* its name; data NULL without source */
};

/* Decodes and checks against the schema table of its (type, v).  STET_EFORMAT with a rule
 * (ST_SCHEMA_*), naming the member by its path in the text.  An unknown (type, v) is STET_OK with
 * ST_TYPE_UNKNOWN: the caller decides whether that is a refusal. */
int st_statement_read(stet_bytes encoded, struct st_statement *statement_out, stet_error *err);

/* The payload as the members of a JSON object and back; see docs/format.md, "JSON form".
 * st_statement_to_json: the whole statement as one object: the common keys, then the members of its
 * type; with signature details (signed_at, kid, alg) if the flag is set. */
int st_statement_to_json(
    const struct st_statement *statement, stet_json **json_out, stet_error *err);
/* Checks as it goes. *sub_out etc. are appended. Used by the public stet_statement_from_json. */
int st_payload_from_json(
    const stet_json *json, enum st_type *type_out, struct st_buf *payload_out, stet_error *err);
/* Checks an encoded payload alone. */
int st_payload_check(stet_bytes payload, enum st_type *type_out, stet_error *err);

/* A public statement as the ledger sees it, views into its encoding; NULL until it is signed. */
const struct st_statement *st_statement_view(const stet_statement *statement);
/* 1 if this process signed it: its signature need not be verified again. */
int st_statement_signed_here(const stet_statement *statement);

const char *st_type_name(enum st_type type);
enum st_type st_type_find(stet_bytes name);

#endif
