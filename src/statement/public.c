/* Statements as the public library hands them out: <stet/statement.h>. */
#include "statement/statement.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "key/key.h"
#include "statement/json_form.h"
#include "statement/schema.h"

struct stet_statement {
	stet_json *json; /* until it is signed: what was set; then made when it is asked for */
	char *type, *subject;
	struct st_buf payload; /* of what was set, checked; empty after a change */
	struct st_buf encoded;
	struct st_statement view; /* of encoded */
	int is_signed, signed_here;
};

static char *
copy_text(stet_bytes text)
{
	char *copy = malloc(text.size + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	return copy;
}

/* An empty one; type and subject are copied. */
static int
statement_new(stet_bytes type, stet_bytes subject, stet_statement **statement_out, stet_error *err)
{
	stet_statement *statement = calloc(1, sizeof(*statement));

	if (statement == NULL)
		return st_fail_nomem(err);
	if ((statement->type = copy_text(type)) == NULL ||
	    (statement->subject = copy_text(subject)) == NULL) {
		stet_statement_free(statement);
		return st_fail_nomem(err);
	}
	*statement_out = statement;
	return STET_OK;
}

void
stet_statement_free(stet_statement *statement)
{
	if (statement == NULL)
		return;
	stet_json_free(statement->json);
	free(statement->type);
	free(statement->subject);
	st_buf_free(&statement->payload);
	st_buf_free(&statement->encoded);
	free(statement);
}

int
stet_statement_new(
    const char *type, const stet_id *subject, stet_statement **statement_out, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];
	stet_statement *statement;
	int rc;

	if (st_type_find(st_str(type)) == ST_TYPE_UNKNOWN)
		return st_fail(err, STET_EINVAL, ST_TYPE_NOT_KNOWN, "'%s' is not a statement type",
		    st_shown(st_str(type), shown));
	if (stet_id_is_prefix(subject))
		return st_fail(err, STET_EINVAL, ST_STATEMENT_SUBJECT,
		    "'%s' is a prefix that may mean several records", stet_id_text(subject));
	if ((rc = statement_new(st_str(type), st_str(stet_id_text(subject)), &statement, err)) < 0)
		return rc;
	statement->json = stet_json_object();
	stet_json_set(statement->json, "type", stet_json_str(type));
	stet_json_set(statement->json, ST_JSON_SUBJECT, stet_json_str(stet_id_text(subject)));
	if (st_json_rc(statement->json) != STET_OK) {
		stet_statement_free(statement);
		return st_fail_nomem(err);
	}
	*statement_out = statement;
	return STET_OK;
}

/* --- from JSON ------------------------------------------------------------------------------- */

/* The claims of a statement that is to be signed, from its JSON; views into it and into cti. */
static int
read_claims(
    const stet_statement *statement, struct st_claims *claims, struct st_buf *cti, stet_error *err)
{
	const stet_json *issuer = stet_json_get(statement->json, ST_JSON_ISSUER);
	const stet_json *id = stet_json_get(statement->json, ST_JSON_ID);
	const stet_json *aud = stet_json_get(statement->json, ST_JSON_AUD);
	int rc;

	claims->sub = st_str(statement->subject);
	claims->iss = stet_json_string_of(issuer);
	claims->aud = stet_json_string_of(aud);
	if ((issuer != NULL && claims->iss.data == NULL) ||
	    (aud != NULL && claims->aud.data == NULL))
		return st_fail(err, STET_EFORMAT, ST_MEMBER_KIND, "'/%s' is not text",
		    issuer != NULL && claims->iss.data == NULL ? ST_JSON_ISSUER : ST_JSON_AUD);
	if (id == NULL)
		return STET_OK;
	if (stet_json_kind_of(id) != STET_JSON_STRING)
		return st_fail(err, STET_EFORMAT, ST_MEMBER_KIND, "'/id' is not text");
	if ((rc = st_cti_from_id(stet_json_string_of(id), cti, err)) < 0)
		return rc;
	claims->cti = st_buf_bytes(cti);
	return STET_OK;
}

static int
make_payload(stet_statement *statement, stet_error *err)
{
	enum st_type type;

	if (statement->payload.size > 0)
		return STET_OK;
	return st_payload_from_json(statement->json, &type, &statement->payload, err);
}

static int
refuse_signature_members(const stet_json *json, stet_error *err)
{
	static const char *const members[] = {ST_JSON_SIGNED_AT, ST_JSON_KID, ST_JSON_ALG};
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (stet_json_get(json, members[i]) != NULL)
			return st_fail(err, STET_EFORMAT, ST_JSON_SIGNED_MEMBER,
			    "'/%s' belongs to a signature, and JSON carries none", members[i]);
	return STET_OK;
}

static int
read_subject(const stet_json *json, struct st_buf *subject, stet_error *err)
{
	const stet_json *value = stet_json_get(json, ST_JSON_SUBJECT);
	stet_bytes text = stet_json_string_of(value);
	char shown[ST_SHOWN_SIZE];
	int rc;

	if (value == NULL)
		return st_fail(err, STET_EFORMAT, ST_MEMBER_MISSING,
		    "'/subject' is required in every statement: what it is about");
	if (text.data == NULL)
		return st_fail(err, STET_EFORMAT, ST_MEMBER_KIND, "'/subject' is not text");
	if ((rc = st_name_from_json(text, subject, err)) == STET_EFORMAT)
		return st_fail(err, rc, ST_STATEMENT_SUBJECT,
		    "'/subject' is '%s', not an identifier of one record", st_shown(text, shown));
	return rc;
}

/* Fills a statement made for it; json is the caller's and in NFC. */
static int
fill(stet_statement *statement, stet_json *json, stet_error *err)
{
	struct st_claims claims = {.sub = {NULL, 0}};
	struct st_buf cti = {0};
	int rc;

	statement->json = json;
	if ((rc = make_payload(statement, err)) == STET_OK)
		rc = read_claims(statement, &claims, &cti, err);
	st_buf_free(&cti);
	return rc;
}

/* Takes json over. */
static int
from_owned(stet_json *json, stet_statement **statement_out, stet_error *err)
{
	stet_statement *statement = NULL;
	struct st_buf subject = {0};
	stet_bytes type;
	int rc;

	if (stet_json_kind_of(json) != STET_JSON_OBJECT)
		rc = st_fail(err, STET_EFORMAT, ST_MEMBER_KIND, "a statement is one JSON object");
	else if ((rc = refuse_signature_members(json, err)) == STET_OK &&
		 (rc = st_json_nfc(json, err)) == STET_OK)
		rc = read_subject(json, &subject, err);
	type = stet_json_string_of(stet_json_get(json, "type"));
	if (rc == STET_OK && type.data == NULL)
		rc = st_fail(err, STET_EFORMAT, ST_MEMBER_MISSING,
		    "'/type' is required in every statement: the name of its type");
	if (rc == STET_OK)
		rc = statement_new(type, st_buf_bytes(&subject), &statement, err);
	st_buf_free(&subject);
	if (rc < 0) {
		stet_json_free(json);
		return rc;
	}
	if ((rc = fill(statement, json, err)) < 0) {
		stet_statement_free(statement);
		return rc;
	}
	*statement_out = statement;
	return STET_OK;
}

int
stet_statement_from_json(stet_bytes json, stet_statement **statement_out, stet_error *err)
{
	stet_json *parsed;
	int rc;

	if ((rc = stet_json_parse(json, &parsed, err)) < 0)
		return rc;
	return from_owned(parsed, statement_out, err);
}

int
stet_statement_from_value(const stet_json *json, stet_statement **statement_out, stet_error *err)
{
	stet_json *copy = stet_json_copy(json);

	if (copy == NULL || st_json_rc(copy) != STET_OK) {
		stet_json_free(copy);
		return st_fail_nomem(err);
	}
	return from_owned(copy, statement_out, err);
}

/* --- from COSE ------------------------------------------------------------------------------- */

/* Takes over what encoded holds, read already as view. */
static int
from_encoded(struct st_buf *encoded, const struct st_statement *view,
    stet_statement **statement_out, stet_error *err)
{
	stet_statement *statement;
	int rc;

	if ((rc = statement_new(view->type_name, view->sign1.claims.sub, &statement, err)) < 0)
		return rc;
	statement->encoded = *encoded;
	*encoded = (struct st_buf){0};
	statement->view = *view;
	statement->is_signed = 1;
	*statement_out = statement;
	return STET_OK;
}

int
stet_statement_decode(stet_bytes cose, stet_statement **statement_out, stet_error *err)
{
	struct st_buf encoded = {0};
	struct st_statement view;
	int rc = STET_OK;

	st_buf_put_bytes(&encoded, cose);
	if (encoded.rc != STET_OK)
		rc = st_fail_nomem(err);
	if (rc == STET_OK &&
	    (rc = st_statement_read(st_buf_bytes(&encoded), &view, err)) == STET_OK)
		rc = from_encoded(&encoded, &view, statement_out, err);
	st_buf_free(&encoded);
	return rc;
}

int
stet_statement_decode_first(
    stet_bytes sequence, size_t *size_out, stet_statement **statement_out, stet_error *err)
{
	stet_bytes first = {sequence.data, 0};
	int rc;

	if ((rc = st_cbor_check_first(sequence, &first.size, err)) < 0 ||
	    (rc = stet_statement_decode(first, statement_out, err)) < 0)
		return rc;
	*size_out = first.size;
	return STET_OK;
}

/* --- setting --------------------------------------------------------------------------------- */

static int
is_at(const char *path, const char *name)
{
	size_t size = strlen(name);

	return path[0] == '/' && strncmp(path + 1, name, size) == 0 &&
	       (path[1 + size] == '\0' || path[1 + size] == '/');
}

int
stet_statement_set_value(
    stet_statement *statement, const char *path, stet_json *value, stet_error *err)
{
	int rc = STET_OK;

	if (statement->is_signed)
		rc = st_fail(err, STET_EINVAL, ST_RULE_NONE,
		    "a signed statement cannot be changed: it would be another one");
	else if (is_at(path, "type") || is_at(path, ST_JSON_SUBJECT))
		rc = st_fail(err, STET_EINVAL, ST_RULE_NONE,
		    "type and subject are what a statement is made with");
	else if (value != NULL)
		rc = st_json_nfc(value, err);
	if (rc < 0) {
		stet_json_free(value);
		return rc;
	}
	st_buf_reset(&statement->payload);
	return st_json_pointer_set(statement->json, path, value, err);
}

int
stet_statement_set(stet_statement *statement, const char *path, const char *json, stet_error *err)
{
	stet_json *value = NULL;
	int rc;

	if (json != NULL && (rc = stet_json_parse(st_str(json), &value, err)) < 0)
		return rc;
	return stet_statement_set_value(statement, path, value, err);
}

/* --- signing --------------------------------------------------------------------------------- */

/* A random UUID (RFC 9562, version 4) as text: 36 bytes, readable in every tool. */
static void
random_id(struct st_buf *cti)
{
	uint8_t bytes[16];
	size_t i;

	st_random(bytes, sizeof(bytes));
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	for (i = 0; i < sizeof(bytes); i++)
		st_buf_printf(
		    cti, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes[i]);
}

static int
complete_claims(const stet_statement *statement, const stet_key *key, int64_t iat,
    struct st_claims *claims, struct st_buf *cti, stet_error *err)
{
	int rc;

	if (iat < 0)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "a time of signing before 1970");
	if ((rc = read_claims(statement, claims, cti, err)) < 0)
		return rc;
	claims->iat = (uint64_t)iat;
	if (claims->iss.data == NULL && stet_key_issuer(key) != NULL)
		claims->iss = st_str(stet_key_issuer(key));
	if (claims->iss.data == NULL)
		return st_fail(err, STET_EINVAL, ST_STATEMENT_ISSUER,
		    "neither the statement nor the key names an issuer");
	if (claims->cti.data == NULL) {
		random_id(cti);
		if (cti->rc != STET_OK)
			return st_fail_nomem(err);
		claims->cti = st_buf_bytes(cti);
	}
	return STET_OK;
}

static int
encode(stet_statement *statement, const stet_key *key, int64_t iat, stet_error *err)
{
	struct st_claims claims = {.sub = {NULL, 0}};
	struct st_buf cti = {0};
	int rc;

	if ((rc = make_payload(statement, err)) == STET_OK &&
	    (rc = complete_claims(statement, key, iat, &claims, &cti, err)) == STET_OK)
		rc = st_sign1_encode(&claims, st_buf_bytes(&statement->payload), st_key_secret(key),
		    &statement->encoded, err);
	st_buf_free(&cti);
	return rc;
}

int
stet_statement_sign(stet_statement *statement, const stet_key *key, int64_t iat, stet_error *err)
{
	int rc;

	if (statement->is_signed)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "the statement is signed already");
	if (!stet_key_can_sign(key))
		return st_fail(err, STET_EINVAL, ST_KEY_PUBLIC_ONLY,
		    "the key is a public one and cannot sign");
	if ((rc = encode(statement, key, iat, err)) == STET_OK)
		rc = st_statement_read(st_buf_bytes(&statement->encoded), &statement->view, err);
	if (rc < 0) {
		st_buf_reset(&statement->encoded);
		return rc;
	}
	statement->is_signed = 1;
	statement->signed_here = 1;
	stet_json_free(statement->json);
	statement->json = NULL;
	st_buf_free(&statement->payload);
	return STET_OK;
}

int
stet_statement_verify(const stet_statement *statement, const stet_key *key, stet_error *err)
{
	uint8_t public_key[STET_KEY_SIZE], kid[STET_HASH_SIZE];

	if (!statement->is_signed)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "the statement is not signed");
	stet_key_thumbprint(key, kid);
	if (memcmp(statement->view.sign1.kid, kid, sizeof(kid)) != 0)
		return st_fail(err, STET_EMISMATCH, ST_SIGNATURE_INVALID,
		    "the statement names another key as its signer");
	stet_key_public(key, public_key);
	return st_sign1_verify(&statement->view.sign1, public_key, err);
}

/* --- looking --------------------------------------------------------------------------------- */

int
stet_statement_signed(const stet_statement *statement)
{
	return statement->is_signed;
}

stet_bytes
stet_statement_encoded(const stet_statement *statement)
{
	if (!statement->is_signed)
		return (stet_bytes){NULL, 0};
	return st_buf_bytes(&statement->encoded);
}

const stet_json *
stet_statement_json(stet_statement *statement)
{
	if (statement->json == NULL &&
	    st_statement_to_json(&statement->view, &statement->json, NULL) < 0)
		return NULL;
	return statement->json;
}

const char *
stet_statement_type(const stet_statement *statement)
{
	return statement->type;
}

const char *
stet_statement_subject(const stet_statement *statement)
{
	return statement->subject;
}

stet_bytes
stet_statement_kid(const stet_statement *statement)
{
	if (!statement->is_signed)
		return (stet_bytes){NULL, 0};
	return (stet_bytes){statement->view.sign1.kid, STET_HASH_SIZE};
}

const struct st_statement *
st_statement_view(const stet_statement *statement)
{
	return statement->is_signed ? &statement->view : NULL;
}

int
st_statement_signed_here(const stet_statement *statement)
{
	return statement->signed_here;
}
