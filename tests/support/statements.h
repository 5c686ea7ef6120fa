#ifndef TESTS_SUPPORT_STATEMENTS_H
#define TESTS_SUPPORT_STATEMENTS_H
/* Statements made from the schema tables: the smallest of a type, the fullest, and random ones.
 * Include after cmocka.h.  What comes out is valid by construction, cross-field rules included, so
 * a refusal is a bug of the library or of this file; the same seed makes the same statement. */
#include <string.h>

#include "base/hex.h"
#include "cose/cose.h"
#include "json/json.h"
#include "key/key.h"
#include "statement/nature.h"
#include "statement/schema.h"

enum make_mode { MAKE_SMALLEST, MAKE_FULLEST, MAKE_RANDOM };

struct make {
	uint64_t state;
	enum make_mode mode;
};

static inline uint64_t
make_random(struct make *make, uint64_t below)
{
	/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
	make->state ^= make->state >> 12;
	make->state ^= make->state << 25;
	make->state ^= make->state >> 27;
	return (make->state * UINT64_C(2685821657736338717) >> 11) % below;
}

/* 1 if an optional member is to be there. */
static inline int
make_wanted(struct make *make)
{
	if (make->mode == MAKE_RANDOM)
		return make_random(make, 2) == 1;
	return make->mode == MAKE_FULLEST;
}

static inline const char *
make_pick(struct make *make, const char *const *texts, size_t count)
{
	return texts[make->mode == MAKE_SMALLEST ? 0 : make_random(make, count)];
}
#define MAKE_PICK(make, texts) make_pick(make, texts, sizeof(texts) / sizeof((texts)[0]))

/* Text of the whole range that is stored: quotes, a line break, letters of two to four bytes, a
 * character that turns the direction of writing. All of it in NFC. */
static inline stet_json *
make_text(struct make *make, const struct st_field *field)
{
	static const char *const pieces[] = {"a", "Z", "0", " ", "\"", "\\", "/", "\n", "\t", "~",
	    "\xc3\xa9", "\xe2\x80\x94", "\xe2\x80\xae", "\xf0\x9d\x84\x9e", "10.1/x", "0x"};
	uint64_t room = field->max - field->min, size;
	struct st_buf text = {0};
	stet_json *json;

	if (room > 60 && (make->mode != MAKE_RANDOM || make_random(make, 8) > 0))
		room = 60;
	size = make->mode == MAKE_SMALLEST ? field->min : field->min + make_random(make, room + 1);
	while (text.size < size) {
		const char *piece = make->mode == MAKE_SMALLEST ? "a" : MAKE_PICK(make, pieces);

		if (text.size + strlen(piece) <= field->max)
			st_buf_put_str(&text, piece);
		else
			st_buf_put_u8(&text, 'x');
	}
	json = stet_json_string(st_buf_bytes(&text));
	st_buf_free(&text);
	return json;
}

static inline stet_json *
make_form(struct make *make, const struct st_form *form)
{
	static const char *const origins[] = {
	    "a", "ledger.example.org", "x.org:8080/a/B_~-.", "0/1"};
	static const char *const sources[] = {"x", "retraction-watch", "0-"};
	static const char *const media[] = {
	    "a/b", "application/pdf", "text/plain; charset=utf-8", "application/vnd.x+json"};
	static const char *const paths[] = {"/record", "/record/title", "/doi/relations/0/doi",
	    "/policy/values/a~1b~0c", "/claims/verified_claim_count"};
	static const char *const scopes[] = {"doi:10.5281/", "urn:uuid:9f", "rw:", "hdl:1/%C3%A9"};

	if (form == &st_form_origin)
		return stet_json_str(MAKE_PICK(make, origins));
	if (form == &st_form_source_name)
		return stet_json_str(MAKE_PICK(make, sources));
	if (form == &st_form_media_type)
		return stet_json_str(MAKE_PICK(make, media));
	if (form == &st_form_path)
		return stet_json_str(MAKE_PICK(make, paths));
	assert_ptr_equal(form, &st_form_scope);
	return stet_json_str(MAKE_PICK(make, scopes));
}

static inline stet_json *
make_bytes(struct make *make, uint64_t size)
{
	struct st_buf bytes = {0};
	stet_json *json;

	while (bytes.size < size)
		st_buf_put_u8(&bytes, (uint8_t)make_random(make, 256));
	json = stet_json_hex(st_buf_bytes(&bytes));
	st_buf_free(&bytes);
	return json;
}

static inline stet_json *
make_key(struct make *make)
{
	struct st_secret secret;
	uint8_t seed[ST_SEED_SIZE];
	size_t i;

	for (i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)make_random(make, 256);
	st_secret_from_seed(seed, &secret);
	return st_public_key_json(secret.public_key);
}

static inline stet_json *
make_policy(struct make *make)
{
	switch (make_random(make, 5)) {
	case 0:
		return stet_json_int(9007199254740991);
	case 1:
		return stet_json_int(-(int64_t)make_random(make, 1000));
	case 2:
		return stet_json_bool((int)make_random(make, 2));
	case 3:
		return stet_json_real((double)make_random(make, 100000) / 100.0);
	default:
		return stet_json_str("2026-06-10");
	}
}

static inline stet_json *make_value(struct make *make, const struct st_field *field);

static inline stet_json *
make_list(struct make *make, const struct st_field *field)
{
	static const char *const roles[] = {
	    "observer", "admin", "auditor", "editor", "gate", "publisher", "registrar", "root"};
	static const char *const scopes[] = {"rw:", "doi:10.1/", "doi:10.2/", "urn:uuid:"};
	uint64_t count = field->min, most = field->max > 5 ? 5 : field->max, i;
	stet_json *list = stet_json_array();

	if (make->mode != MAKE_SMALLEST && most > count)
		count += make_random(make, most - count + 1);
	if ((field->flags & ST_FIELD_ASCENDING) && count > 4)
		count = 4;
	for (i = 0; i < count; i++) {
		if (!(field->flags & ST_FIELD_ASCENDING))
			stet_json_add(list, make_value(make, field->item));
		else /* each once; the library puts them in order */
			stet_json_add(
			    list, stet_json_str(
				      field->item->kind == ST_FIELD_ENUM ? roles[i] : scopes[i]));
	}
	return list;
}

static inline stet_json *
make_table(struct make *make, const struct st_field *field)
{
	static const char *const names[] = {
	    "tolerance", "a", "minimum_review_score", "x/y~z", "\xc3\xa9"};
	uint64_t most = field->values != NULL ? 8 : sizeof(names) / sizeof(names[0]), i;
	stet_json *table = stet_json_object();

	for (i = 0; i < most; i++)
		if (i < field->min || make_wanted(make))
			stet_json_set(table, field->values != NULL ? field->values[i] : names[i],
			    make_value(make, field->item));
	return table;
}

static inline stet_json *
make_map(struct make *make, const struct st_field *fields, uint64_t least)
{
	stet_json *map = stet_json_object();
	const struct st_field *row;

	for (row = fields; row->name != NULL; row++)
		if ((row->flags & ST_FIELD_REQUIRED) || make_wanted(make) ||
		    stet_json_size(map) < least)
			stet_json_set(map, st_field_json(row), make_value(make, row));
	return map;
}

static inline stet_json *
make_value(struct make *make, const struct st_field *field)
{
	static const char *const dates[] = {"2011", "2011-05", "2012-02-29", "2011-05-02T10:00Z",
	    "2026-06-21T03:19:47.490373+00:00", "2011-05-02T10:00:00-05:30"};
	static const char *const numbers[] = {"0", "393216.0", "-5", "1e-9", "6.5", "-0.25E+10"};
	static const char *const names[] = {"rw:1", "doi:10.5281/zenodo.21073815",
	    "urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6", "hdl:1/%C3%A9", "stet:ledger"};
	static const char *const dois[] = {"10.1/x", "10.5281/zenodo.1",
	    "10.1016/s0140-6736(97)11096-0", "10.1002/a<b>c;2-l", "10.1/\xc3\xa9"};
	size_t count = 0;

	if ((field->flags & ST_FIELD_NULLABLE) && make->mode == MAKE_RANDOM &&
	    make_random(make, 3) == 0)
		return stet_json_null();
	switch (field->kind) {
	case ST_FIELD_TEXT:
		return field->form != NULL ? make_form(make, field->form) : make_text(make, field);
	case ST_FIELD_BYTES:
		if (make->mode == MAKE_SMALLEST || field->max == field->min)
			return make_bytes(make, field->min);
		return make_bytes(make, field->min + make_random(make, 300));
	case ST_FIELD_HASH:
		return make_bytes(make, STET_HASH_SIZE);
	case ST_FIELD_UINT:
		if (make->mode == MAKE_SMALLEST)
			return stet_json_int((int64_t)field->min);
		if (make_random(make, 4) == 0)
			return stet_json_int((int64_t)field->max);
		return stet_json_int(
		    (int64_t)(field->min + make_random(make, field->max - field->min + 1)));
	case ST_FIELD_BOOL:
		return stet_json_bool((int)make_random(make, 2));
	case ST_FIELD_TRUE:
		return stet_json_bool(1);
	case ST_FIELD_HUNDREDTHS:
		return stet_json_hundredths((int64_t)make_random(make, field->max + 1));
	case ST_FIELD_DATE:
		return stet_json_str(MAKE_PICK(make, dates));
	case ST_FIELD_NUMBER:
		return stet_json_str(MAKE_PICK(make, numbers));
	case ST_FIELD_ENUM:
		while (field->values[count] != NULL)
			count++;
		return stet_json_str(make_pick(make, field->values, count));
	case ST_FIELD_NAME:
		return stet_json_str(MAKE_PICK(make, names));
	case ST_FIELD_DOI:
		return stet_json_str(MAKE_PICK(make, dois));
	case ST_FIELD_COSE_KEY:
		return make_key(make);
	case ST_FIELD_POLICY:
		return make_policy(make);
	case ST_FIELD_MAP:
		return make_map(make, field->fields, field->min);
	case ST_FIELD_TABLE:
		return make_table(make, field);
	default:
		return make_list(make, field);
	}
}

/* --- the rules over several members -------------------------------------------------------- */

static inline void
make_drop(stet_json *json, const char *path)
{
	assert_int_equal(st_json_pointer_set(json, path, NULL, NULL), STET_OK);
}

static inline void
make_set(stet_json *json, const char *path, const char *text)
{
	assert_int_equal(st_json_pointer_set(json, path, stet_json_str(text), NULL), STET_OK);
}

static inline int
make_has(const stet_json *json, const char *member)
{
	return stet_json_get(json, member) != NULL;
}

static inline const char *
make_text_of(const stet_json *json, const char *member)
{
	return (const char *)stet_json_string_of(stet_json_get(json, member)).data;
}

static inline void
make_fit_correction(struct make *make, stet_json *json)
{
	static const char *const members[] = {
	    "affected", "public_note", "notice", "decided_by", "replacement", "targets"};
	const struct st_nature *nature =
	    st_nature_find(stet_json_string_of(stet_json_get(json, "nature")));
	const struct st_field *row;
	size_t i;

	if (nature->observer_only && !make_has(json, "source"))
		assert_int_equal(
		    st_json_pointer_set(json, "/source", make_map(make, st_source_fields, 0), NULL),
		    STET_OK);
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		for (row = st_schema_find(st_str("correction"), st_str(""))->fields;
		     strcmp(row->name, members[i]) != 0; row++)
			;
		if (!make_has(json, members[i]))
			stet_json_set(json, members[i], make_value(make, row));
	}
	make_set(json, "/notice/kind", "own");
	if (make_has(json, "batch")) {
		stet_json *number =
		    stet_json_copy(stet_json_get(stet_json_get(json, "batch"), "count"));

		assert_int_equal(st_json_pointer_set(json, "/batch/number", number, NULL), STET_OK);
	}
	for (i = 0; i < stet_json_size(stet_json_get(json, "affected")); i++) {
		char path[40];

		if (!make_has(stet_json_item(stet_json_get(json, "affected"), i), "json"))
			continue;
		snprintf(path, sizeof(path), "/affected/%zu/before", i);
		make_set(json, path, "[1, {\"a\": null}]");
		snprintf(path, sizeof(path), "/affected/%zu/after", i);
		make_set(json, path, "\"text\"");
	}
}

static inline void
make_fit(struct make *make, const struct st_schema *schema, stet_json *json)
{
	switch (schema->type) {
	case ST_TYPE_KEY:
		make_drop(json, "/until"); /* the roles may have root among them */
		if (make_has(json, "distrust_from"))
			make_set(json, "/reason", "stolen");
		break;
	case ST_TYPE_ARTIFACT:
		make_drop(json, make_random(make, 2) == 0 ? "/sha256" : "/blinded");
		if (!make_has(json, "sha256") && !make_has(json, "blinded"))
			stet_json_set(json, "sha256", make_bytes(make, 32));
		break;
	case ST_TYPE_VERDICT:
		if (strcmp(make_text_of(json, "contract"), "gate-verdict-v1") == 0 &&
		    strlen(make_text_of(json, "status")) > 10)
			make_set(json, "/status", "VERIFIED");
		else if (strcmp(make_text_of(json, "contract"), "math-result-v1") == 0 &&
			 strstr(make_text_of(json, "status"), "VERIFIED") != NULL)
			make_set(json, "/status", "FALSIFIED");
		break;
	case ST_TYPE_CORRECTION:
		make_fit_correction(make, json);
		break;
	default:
		break;
	}
}

/* The members of a valid payload as JSON, without an envelope; the caller frees it. */
static inline stet_json *
make_statement(const struct st_schema *schema, enum make_mode mode, uint64_t seed)
{
	struct make make = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1, mode};
	stet_json *json = make_map(&make, schema->fields, 0);

	make_fit(&make, schema, json);
	assert_int_equal(st_json_rc(json), STET_OK);
	return json;
}

#endif
