/* The schema tables: their shape, and what a payload that does not fit them gets told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "statement/nature.h"
#include "statement/schema.h"
#include "support/alloc.h"
#include "support/statements.h"

/* --- the tables ---------------------------------------------------------------------------- */

static int
ends_sentence(const char *text)
{
	size_t size = strlen(text);

	return size > 8 && text[size - 1] == '.' && strstr(text, "  ") == NULL && text[0] >= 'A' &&
	       text[0] <= 'Z' && strstr(text, "TODO") == NULL;
}

/* Shorter first, then bytewise: the order of encoded keys. */
static int
in_order(const struct st_field *before, const struct st_field *after)
{
	if (before->name_size != after->name_size)
		return before->name_size < after->name_size;
	return strcmp(before->name, after->name) < 0;
}

static size_t check_field(const struct st_field *field, int named);

static size_t
check_fields(const struct st_field *fields)
{
	size_t i, count = 0;

	for (i = 0; fields[i].name != NULL; i++) {
		assert_int_equal(fields[i].name_size, strlen(fields[i].name));
		if (i > 0)
			assert_true(in_order(&fields[i - 1], &fields[i]));
		count += check_field(&fields[i], 1);
	}
	return count;
}

static size_t
check_field(const struct st_field *field, int named)
{
	size_t count = 1;

	if (named) {
		assert_non_null(field->label);
		assert_non_null(field->doc);
		if (!ends_sentence(field->doc))
			fail_msg("'%s' is no sentence", field->doc);
	}
	assert_true(field->min <= field->max || field->kind == ST_FIELD_MAP);
	assert_true((field->values != NULL) ==
		    (field->kind == ST_FIELD_ENUM ||
			(field->kind == ST_FIELD_TABLE && field->values != NULL)));
	assert_true((field->fields != NULL) == (field->kind == ST_FIELD_MAP));
	assert_true((field->item != NULL) ==
		    (field->kind == ST_FIELD_ARRAY || field->kind == ST_FIELD_TABLE));
	if (field->kind == ST_FIELD_TEXT || field->kind == ST_FIELD_BYTES ||
	    field->kind == ST_FIELD_ARRAY || field->kind == ST_FIELD_TABLE)
		assert_true(field->max > 0);
	if (field->flags & ST_FIELD_ASCENDING)
		assert_int_equal(field->kind, ST_FIELD_ARRAY);
	if (field->fields != NULL)
		count += check_fields(field->fields);
	if (field->item != NULL)
		count += check_field(field->item, 0);
	return count;
}

static void
test_schema__tables_stand_in_the_order_of_the_encoding(void **state)
{
	const struct st_schema *const *at;
	size_t tables = 0, fields = 0;
	enum st_type before = ST_TYPE_UNKNOWN;

	(void)state;
	for (at = st_schemas; *at != NULL; at++, tables++) {
		const struct st_schema *schema = *at;

		assert_true(schema->type == before || schema->type == before + 1);
		before = schema->type;
		assert_string_equal(schema->name, st_type_name(schema->type));
		assert_true(schema->field_count <= ST_FIELDS_MAX);
		assert_null(schema->fields[schema->field_count].name);
		assert_string_equal(schema->fields[0].name, "v");
		assert_true(ends_sentence(schema->doc));
		fields += check_fields(schema->fields);
		assert_ptr_equal(schema,
		    st_schema_find(st_str(schema->name),
			schema->action == NULL ? (stet_bytes){NULL, 0} : st_str(schema->action)));
	}
	assert_int_equal(before, ST_TYPE_COUNT - 1);
	print_message("%zu tables with %zu rows, all in order\n", tables, fields);
	assert_int_equal(tables, 20);
}

static const struct st_field *
find_row(const struct st_schema *schema, const char *name)
{
	size_t i;

	for (i = 0; i < schema->field_count; i++)
		if (strcmp(schema->fields[i].name, name) == 0)
			return &schema->fields[i];
	return NULL;
}

/* docs/format.md: who may be observed, who carries what his signer had seen. */
static void
test_schema__common_members_are_where_the_format_has_them(void **state)
{
	static const char *const plain[] = {"ledger", "key", "policy", "seal", NULL};
	static const char *const unobserved[] = {
	    "ledger", "key", "policy", "seal", "audit", "withhold", NULL};
	const struct st_schema *const *at;
	size_t i;

	(void)state;
	for (at = st_schemas; *at != NULL; at++) {
		int is_plain = 0, is_unobserved = 0;

		for (i = 0; plain[i] != NULL; i++)
			is_plain |= strcmp((*at)->name, plain[i]) == 0;
		for (i = 0; unobserved[i] != NULL; i++)
			is_unobserved |= strcmp((*at)->name, unobserved[i]) == 0;
		assert_true((find_row(*at, "after") != NULL) == !is_plain);
		assert_true((find_row(*at, "source") != NULL) == !is_unobserved);
		assert_true((find_row(*at, "occurred") != NULL) ==
			    (!is_plain && strcmp((*at)->name, "alias") != 0));
	}
	assert_true(find_row(st_schema_find(st_str("snapshot"), st_str("")), "source")->flags &
		    ST_FIELD_REQUIRED);
}

static void
test_schema__type_names_go_both_ways(void **state)
{
	enum st_type type;

	(void)state;
	for (type = ST_TYPE_LEDGER; type < ST_TYPE_COUNT; type++)
		assert_int_equal(st_type_find(st_str(st_type_name(type))), type);
	assert_int_equal(st_type_find(st_str("unknown")), ST_TYPE_UNKNOWN);
	assert_int_equal(st_type_find(st_str("records")), ST_TYPE_UNKNOWN);
	assert_int_equal(st_type_find((stet_bytes){NULL, 0}), ST_TYPE_UNKNOWN);
	assert_null(st_schema_find(st_str("key"), st_str("lose")));
	assert_null(st_schema_find(st_str("key"), (stet_bytes){NULL, 0}));
}

static void
test_schema__natures_have_two_lists_that_agree(void **state)
{
	size_t i, counted = 0;

	(void)state;
	for (i = 0; st_natures[i].name != NULL; i++) {
		const struct st_nature *nature = &st_natures[i];
		unsigned bit;

		assert_string_equal(nature->name, st_nature_names[i]);
		assert_ptr_equal(st_nature_find(st_str(nature->name)), nature);
		assert_true((nature->observed & ~nature->requires) == 0);
		assert_true((nature->opens == ST_CONDITION_NONE) ? nature->ends == 0 : 1);
		for (bit = 1; bit <= ST_REQUIRES_TARGETS; bit <<= 1)
			if (nature->requires & bit)
				assert_true(st_requirement_name(bit)[0] != '\0');
		counted += nature->state == ST_STATE_CORRECTED;
	}
	assert_null(st_nature_names[i]);
	assert_null(st_nature_find(st_str("retracted")));
	assert_int_equal(i, 22);
	assert_int_equal(counted, 13);
}

/* --- refusals ------------------------------------------------------------------------------ */

/* The payload of JSON that is valid; then one member is put in the place of another. */
static void
encode(const char *json, struct st_buf *payload)
{
	enum st_type type = ST_TYPE_UNKNOWN;
	stet_error err = {0};
	stet_json *value;

	assert_int_equal(stet_json_parse(st_str(json), &value, &err), STET_OK);
	if (st_payload_from_json(value, &type, payload, &err) != STET_OK)
		fail_msg("%s", err.text);
	stet_json_free(value);
}

static void
expect_json(const char *json, int rule, const char *text)
{
	struct st_buf payload = {0};
	enum st_type type = ST_TYPE_UNKNOWN;
	stet_error err = {0};
	stet_json *value;
	int rc;

	assert_int_equal(stet_json_parse(st_str(json), &value, &err), STET_OK);
	rc = st_payload_from_json(value, &type, &payload, &err);
	if (rc != STET_EFORMAT || err.rule != rule || strcmp(err.text, text) != 0)
		fail_msg("%s\n got %d %s: %s\nwant %s: %s", json, rc, stet_rule_name(err.rule),
		    err.text, stet_rule_name(rule), text);
	assert_int_equal(payload.size, 0);
	stet_json_free(value);
	st_buf_free(&payload);
}

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define KEY "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" HASH "\"}"
#define SOURCE "\"source\":{\"name\":\"retraction-watch\"}"

static void
test_schema__json_is_refused_with_the_path(void **state)
{
	static const struct {
		const char *json;
		int rule;
		const char *text;
	} cases[] = {
	    {"[]", ST_MEMBER_KIND, "a statement is one JSON object"},
	    {"{}", ST_MEMBER_MISSING,
		"'/type' is required in every statement: the name of its type"},
	    {"{\"type\":7}", ST_MEMBER_MISSING,
		"'/type' is required in every statement: the name of its type"},
	    {"{\"type\":\"retraction\"}", ST_TYPE_NOT_KNOWN,
		"'/type' 'retraction' is not known here"},
	    {"{\"type\":\"record\",\"v\":2}", ST_TYPE_NOT_KNOWN,
		"'/v' is not 1, the only version of record known here"},
	    {"{\"type\":\"record\",\"v\":\"1\"}", ST_TYPE_NOT_KNOWN,
		"'/v' is not 1, the only version of record known here"},
	    {"{\"type\":\"key\"}", ST_MEMBER_MISSING, "'/action' is required in key"},
	    {"{\"type\":\"key\",\"action\":\"lose\"}", ST_MEMBER_VALUE,
		"'/action' 'lose' is no action of key"},
	    {"{\"type\":\"record\",\"titel\":\"x\"}", ST_MEMBER_UNKNOWN,
		"'/titel' is not a member of record"},
	    {"{\"type\":\"correction\",\"nature\":\"erratum\",\"notice\":{\"kind\":\"own\","
	     "\"doy\":\"10.1/x\"}}",
		ST_MEMBER_UNKNOWN, "'/notice/doy' is not a member of correction"},
	    {"{\"type\":\"record\",\"manifest\":{\"a/b~c\\u202e\":1}}", ST_MEMBER_UNKNOWN,
		"'/manifest/a~1b~0c<U+202E>' is not a member of record"},
	    {"{\"type\":\"correction\",\"notice\":{\"kind\":\"own\"}}", ST_MEMBER_MISSING,
		"'/nature' is required in correction"},
	    {"{\"type\":\"correction\",\"nature\":\"erratum\",\"notice\":{}}", ST_MEMBER_MISSING,
		"'/notice/kind' is required in correction"},
	    {"{\"type\":\"correction\",\"nature\":\"erratum\",\"affected\":[{\"path\":"
	     "\"/record/title\"},{\"path\":\"title\"}]}",
		ST_MEMBER_FORM,
		"'/affected/1/path' is 'title', not a path that begins with a statement type, such "
		"as /record/title"},
	    {"{\"type\":\"correction\",\"nature\":\"erratum\",\"affected\":{}}", ST_MEMBER_KIND,
		"'/affected' is not a list"},
	    {"{\"type\":\"correction\",\"nature\":\"oops\"}", ST_MEMBER_VALUE,
		"'/nature' is 'oops', not one of correction, corrigendum, erratum, addendum, "
		"clarification, verdict_change, editorial_note ..."},
	    {"{\"type\":\"alias\",\"action\":\"bind\",\"record\":\"SRCH:9F810E9F\"}",
		ST_MEMBER_FORM, "'/record' is 'SRCH:9F810E9F', not an identifier of one record"},
	    {"{\"type\":\"alias\",\"action\":\"bind\",\"record\":true}", ST_MEMBER_KIND,
		"'/record' is not an identifier in text"},
	    {"{\"type\":\"alias\",\"action\":\"swap\",\"record\":\"rw:1\"}", ST_MEMBER_VALUE,
		"'/action' is 'swap', not one of bind, unbind"},
	    {"{\"type\":\"doi\",\"doi\":\"unavailable\"}", ST_MEMBER_FORM,
		"'/doi' is 'unavailable', not a DOI"},
	    {"{\"type\":\"doi\",\"doi\":\"urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6\"}",
		ST_MEMBER_FORM,
		"'/doi' is 'urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6', not a DOI"},
	    {"{\"type\":\"record\",\"title\":\"\"}", ST_MEMBER_LENGTH,
		"'/title' has 0 bytes, 1 are the least"},
	    {"{\"type\":\"record\",\"title\":null}", ST_MEMBER_KIND, "'/title' is not text"},
	    {"{\"type\":\"record\",\"title\":\"a\\u0007\"}", ST_TEXT_MALFORMED,
		"'/title' holds a control character, or one that is not for text"},
	    {"{\"type\":\"record\",\"submitted\":\"3.7.2026\"}", ST_MEMBER_FORM,
		"'/submitted' is '3.7.2026', not a date such as 2011, 2011-05 or "
		"2011-05-02T10:00:00Z"},
	    {"{\"type\":\"record\",\"submitted\":\"2026-02-30\"}", ST_MEMBER_FORM,
		"'/submitted' is '2026-02-30', not a date such as 2011, 2011-05 or "
		"2011-05-02T10:00:00Z"},
	    {"{\"type\":\"record\",\"after\":\"ABC\"}", ST_MEMBER_KIND,
		"'/after' is not a digest: 64 lower-case hexadecimal digits"},
	    {"{\"type\":\"record\",\"aliases\":[]}", ST_MEMBER_LENGTH,
		"'/aliases' has 0 items, 1 are the least"},
	    {"{\"type\":\"record\",\"source\":{\"name\":\"Retraction Watch\"}}", ST_MEMBER_FORM,
		"'/source/name' is 'Retraction Watch', not the name of a source: lower-case "
		"letters, "
		"digits and '-'"},
	    {"{\"type\":\"artifact\",\"role\":\"report\",\"size\":-1,\"media_type\":\"a/b\","
	     "\"sha256\":\"" HASH "\"}",
		ST_MEMBER_RANGE, "'/size' is -1, not from 0 to 9007199254740991"},
	    {"{\"type\":\"artifact\",\"role\":\"report\",\"size\":1.5,\"media_type\":\"a/b\","
	     "\"sha256\":\"" HASH "\"}",
		ST_MEMBER_KIND, "'/size' is not a whole number"},
	    {"{\"type\":\"artifact\",\"role\":\"report\",\"size\":1,\"media_type\":\"a/b\","
	     "\"sha256\":\"" HASH "\",\"digests\":{}}",
		ST_MEMBER_LENGTH, "'/digests' says nothing: it has no member"},
	    {"{\"type\":\"artifact\",\"role\":\"report\",\"size\":1,\"media_type\":\"pdf\","
	     "\"sha256\":\"" HASH "\"}",
		ST_MEMBER_FORM, "'/media_type' is 'pdf', not a media type such as text/plain"},
	    {"{\"type\":\"artifact\",\"role\":\"report\",\"size\":1,\"media_type\":\"a/b\","
	     "\"sha256\":\"" HASH "\",\"digests\":{\"md5\":\"00\"}}",
		ST_MEMBER_LENGTH, "'/digests/md5' has 1 bytes, 16 are the least"},
	    {"{\"type\":\"claims\",\"verified_claim_count\":1000000001}", ST_MEMBER_RANGE,
		"'/verified_claim_count' is 1000000001, not from 0 to 1000000000"},
	    {"{\"type\":\"claims\",\"commitment\":{\"count\":0,\"root\":\"" HASH "\"}}",
		ST_MEMBER_RANGE, "'/commitment/count' is 0, not from 1 to 1000000000"},
	    {"{\"type\":\"assessment\",\"review_score\":10.01}", ST_MEMBER_RANGE,
		"'/review_score' is 1001 hundredths, not from 0 to 1000"},
	    {"{\"type\":\"assessment\",\"review_score\":8.005}", ST_MEMBER_FORM,
		"'/review_score' is not a number of hundredths, such as 8.67"},
	    {"{\"type\":\"assessment\",\"review_score\":\"8.5\"}", ST_MEMBER_KIND,
		"'/review_score' is not a number"},
	    {"{\"type\":\"assessment\",\"reviewer_scores\":[1,2]}", ST_MEMBER_LENGTH,
		"'/reviewer_scores' has 2 items, 3 are the least"},
	    {"{\"type\":\"assessment\",\"dimensions\":{\"beauty\":{\"level\":\"HIGH\"}}}",
		ST_MEMBER_UNKNOWN, "'/dimensions/beauty' is not a member of assessment"},
	    {"{\"type\":\"assessment\",\"dimensions\":{\"novelty\":{\"level\":\"GOOD\"}}}",
		ST_MEMBER_VALUE,
		"'/dimensions/novelty/level' is 'GOOD', not one of UNASSESSED, LOW, MEDIUM, HIGH"},
	    {"{\"type\":\"assessment\",\"dimensions\":{\"novelty\":{}}}", ST_MEMBER_LENGTH,
		"'/dimensions/novelty' says nothing: it has no member"},
	    {"{\"type\":\"verdict\",\"contract\":\"gate-verdict-v1\",\"gate\":\"2\",\"status\":"
	     "\"VERIFIED\",\"computed\":393216.0}",
		ST_MEMBER_KIND,
		"'/computed' is not text: give the number between quotes, as it was printed"},
	    {"{\"type\":\"verdict\",\"contract\":\"gate-verdict-v1\",\"gate\":\"2\",\"status\":"
	     "\"VERIFIED\",\"tolerance\":\"5%\"}",
		ST_MEMBER_FORM, "'/tolerance' is '5%', not a number as printed, without unit"},
	    {"{\"type\":\"snapshot\",\"whole\":true}", ST_MEMBER_MISSING,
		"'/source' is required in snapshot"},
	    {"{\"type\":\"snapshot\"," SOURCE ",\"whole\":1}", ST_MEMBER_KIND,
		"'/whole' is not true or false"},
	    {"{\"type\":\"correction\",\"nature\":\"erratum\",\"affected\":[{\"path\":"
	     "\"/record/title\",\"json\":false}]}",
		ST_MEMBER_KIND,
		"'/affected/0/json' is not true, the only value it has; leave it out otherwise"},
	    {"{\"type\":\"policy\",\"profile\":\"assignee-v1\",\"values\":{\"x\":null}}",
		ST_MEMBER_KIND, "'/values/x' is not text, a number, true or false"},
	    {"{\"type\":\"policy\",\"profile\":\"assignee-v1\",\"values\":{\"x\":10000000.01}}",
		ST_MEMBER_RANGE, "'/values/x' is beyond ten million in hundredths"},
	    {"{\"type\":\"policy\",\"profile\":\"assignee-v1\",\"values\":{\"\":1}}",
		ST_MEMBER_LENGTH, "'/values' has a name of 0 bytes, 1 to 256 are allowed"},
	    {"{\"type\":\"key\",\"action\":\"grant\",\"key\":{\"kty\":\"RSA\"},\"label\":\"x\","
	     "\"key_issuer\":\"x\",\"roles\":[\"gate\"]}",
		ST_MEMBER_KIND,
		"'/key' is not a key: {\"kty\": \"OKP\", \"crv\": \"Ed25519\", \"x\": "
		"hexadecimal}"},
	    {"{\"type\":\"key\",\"action\":\"grant\",\"key\":" KEY ",\"label\":\"x\",\"roles\":"
	     "[\"gate\"]}",
		ST_MEMBER_MISSING, "'/key_issuer' is required in key"},
	    {"{\"type\":\"key\",\"action\":\"grant\",\"key\":" KEY ",\"label\":\"x\",\"roles\":"
	     "[\"gate\",\"gate\"],\"key_issuer\":\"x\"}",
		ST_MEMBER_ORDER, "'/roles/1' 'gate' stands twice or out of order"},
	    {"{\"type\":\"key\",\"action\":\"grant\",\"key\":" KEY ",\"label\":\"x\",\"roles\":"
	     "[\"boss\"],\"key_issuer\":\"x\"}",
		ST_MEMBER_VALUE,
		"'/roles/0' is 'boss', not one of root, admin, publisher, registrar, gate, editor, "
		"auditor, observer"},
	    {"{\"type\":\"key\",\"action\":\"grant\",\"key\":" KEY ",\"label\":\"x\",\"roles\":"
	     "[\"gate\"],\"scope\":[\"doi:10.1\"],\"key_issuer\":\"x\"}",
		ST_MEMBER_FORM,
		"'/scope/0' is 'doi:10.1', not the beginning of a name; one of DOIs ends in '/'"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_json(cases[i].json, cases[i].rule, cases[i].text);
	print_message("%zu wrong statements in JSON, each refused by its rule with its path\n", i);
}

static void
test_schema__rules_over_several_members(void **state)
{
	static const struct {
		const char *json;
		int rule;
		const char *text;
	} cases[] = {
#define ARTIFACT "{\"type\":\"artifact\",\"role\":\"report\",\"size\":1,\"media_type\":\"a/b\""
	    {ARTIFACT "}", ST_ARTIFACT_DIGEST, "'/sha256' or '/blinded' is required in artifact"},
	    {ARTIFACT ",\"sha256\":\"" HASH "\",\"blinded\":\"" HASH "\"}", ST_ARTIFACT_DIGEST,
		"'/sha256' and '/blinded' cannot both be in artifact"},
#define GRANT                                                                     \
	"{\"type\":\"key\",\"action\":\"grant\",\"key\":" KEY ",\"label\":\"x\"," \
	"\"key_issuer\":\"x\""
	    {GRANT ",\"roles\":[\"gate\",\"root\"],\"until\":5}", ST_KEY_ROOT_UNTIL,
		"'/until' cannot stand beside the role root, which ends by revocation alone"},
#define REVOKE "{\"type\":\"key\",\"action\":\"revoke\",\"key\":" KEY
	    {REVOKE ",\"reason\":\"lost\",\"distrust_from\":5}", ST_KEY_DISTRUST,
		"'/distrust_from' needs the reason stolen"},
#define VERDICT "{\"type\":\"verdict\",\"gate\":\"2\",\"contract\""
	    {VERDICT ":\"math-result-v1\",\"status\":\"VERIFIED\"}", ST_VERDICT_STATUS,
		"'/status' VERIFIED is no status of math-result-v1"},
	    {VERDICT ":\"gate-verdict-v1\",\"status\":\"FORMAL_PROOF_VERIFIED\"}",
		ST_VERDICT_STATUS,
		"'/status' FORMAL_PROOF_VERIFIED is no status of gate-verdict-v1"},
#define CORRECTION "{\"type\":\"correction\",\"nature\":"
	    {CORRECTION "\"unspecified\"}", ST_CORRECTION_OBSERVER,
		"'/nature' unspecified can only be observed: '/source' is required with it"},
	    {CORRECTION "\"delisting\",\"targets\":[\"" HASH "\"]}", ST_CORRECTION_OBSERVER,
		"'/nature' delisting can only be observed: '/source' is required with it"},
	    {CORRECTION "\"delisting\"," SOURCE "}", ST_CORRECTION_INCOMPLETE,
		"'/targets' is required in a correction of nature delisting"},
	    {CORRECTION "\"annulment\"," SOURCE "}", ST_CORRECTION_INCOMPLETE,
		"'/targets' is required in a correction of nature annulment"},
	    {CORRECTION "\"correction\"}", ST_CORRECTION_INCOMPLETE,
		"'/affected or public_note' is required in a correction of nature correction"},
	    {CORRECTION "\"editorial_note\",\"affected\":[{\"path\":\"/record\"}]}",
		ST_CORRECTION_INCOMPLETE,
		"'/public_note' is required in a correction of nature editorial_note"},
	    {CORRECTION "\"retraction\",\"decided_by\":[{\"kind\":\"editor\",\"name\":\"x\"}]}",
		ST_CORRECTION_INCOMPLETE,
		"'/notice' is required in a correction of nature retraction"},
	    {CORRECTION "\"removal\",\"notice\":{\"kind\":\"none\"}}", ST_CORRECTION_INCOMPLETE,
		"'/decided_by' is required in a correction of nature removal"},
	    {CORRECTION "\"expression_of_concern\"}", ST_CORRECTION_INCOMPLETE,
		"'/notice' is required in a correction of nature expression_of_concern"},
	    {CORRECTION "\"partial_retraction\",\"public_note\":\"x\"}", ST_CORRECTION_INCOMPLETE,
		"'/affected' is required in a correction of nature partial_retraction"},
	    {CORRECTION "\"supersession\"}", ST_CORRECTION_INCOMPLETE,
		"'/replacement' is required in a correction of nature supersession"},
	    {CORRECTION "\"verdict_change\"}", ST_CORRECTION_INCOMPLETE,
		"'/targets' is required in a correction of nature verdict_change"},
	    {CORRECTION "\"reinstatement\"}", ST_CORRECTION_INCOMPLETE,
		"'/targets' is required in a correction of nature reinstatement"},
#define NOTE CORRECTION "\"erratum\",\"public_note\":\"x\","
	    {NOTE "\"notice\":{\"kind\":\"none\",\"doi\":\"10.1/x\"}}", ST_CORRECTION_NOTICE,
		"'/notice/doi' cannot stand in a notice of kind none"},
	    {NOTE "\"notice\":{\"kind\":\"unknown\",\"doi\":\"10.1/x\"}}", ST_CORRECTION_NOTICE,
		"'/notice/doi' cannot stand in a notice of kind unknown"},
	    {NOTE "\"notice\":{\"kind\":\"none\",\"published\":\"2011\"}}", ST_CORRECTION_NOTICE,
		"'/notice/published' cannot stand in a notice of kind none"},
	    {NOTE "\"batch\":{\"id\":\"x\",\"number\":3,\"count\":2}}", ST_CORRECTION_BATCH,
		"'/batch/number' 3 is beyond the count of 2"},
	    {NOTE
		"\"affected\":[{\"path\":\"/record/aliases\",\"json\":true,\"before\":\"[1,]\"}]}",
		ST_CORRECTION_JSON, "'/affected/0/before' is not JSON text"},
	    {NOTE "\"affected\":[{\"path\":\"/record/aliases\"},{\"path\":\"/record/aliases\","
		  "\"json\":true,\"before\":\"[]\",\"after\":\"\"}]}",
		ST_CORRECTION_JSON, "'/affected/1/after' is not JSON text"},
	};
	static const char *const good[] = {
	    CORRECTION "\"unspecified\"," SOURCE "}",
	    CORRECTION "\"retraction\"," SOURCE "}",
	    CORRECTION "\"supersession\"," SOURCE "}",
	    CORRECTION "\"reinstatement\"," SOURCE "}",
	    CORRECTION "\"clarification\",\"public_note\":\"x\"}",
	    CORRECTION "\"clarification\",\"affected\":[{\"path\":\"/record\"}]}",
	    NOTE "\"notice\":{\"kind\":\"unknown\",\"published\":\"2011\"}}",
	    NOTE "\"affected\":[{\"path\":\"/record/title\",\"before\":\"[1,]\"}]}",
	    NOTE "\"batch\":{\"id\":\"x\",\"number\":2,\"count\":2}}",
	    GRANT ",\"roles\":[\"gate\"],\"until\":5}",
	    REVOKE ",\"reason\":\"stolen\",\"distrust_from\":5}",
	    VERDICT ":\"math-result-v1\",\"status\":\"FALSIFIED\"}",
	    VERDICT ":\"gate-verdict-v1\",\"status\":\"FALSIFIED\"}",
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_json(cases[i].json, cases[i].rule, cases[i].text);
	for (j = 0; j < sizeof(good) / sizeof(good[0]); j++) {
		struct st_buf payload = {0};

		encode(good[j], &payload);
		st_buf_free(&payload);
	}
	print_message("%zu contradictory statements refused, %zu close to them taken\n", i, j);
}

/* Every required member of every table left out in turn. */
static void
test_schema__every_required_member_is_required(void **state)
{
	const struct st_schema *const *at;
	size_t tried = 0;

	(void)state;
	for (at = st_schemas; *at != NULL; at++) {
		const struct st_field *row;

		for (row = (*at)->fields; row->name != NULL; row++) {
			stet_json *json;
			struct st_buf payload = {0};
			stet_error err = {0};
			enum st_type type;
			char path[64], text[128];

			if (!(row->flags & ST_FIELD_REQUIRED) || strcmp(row->name, "v") == 0 ||
			    strcmp(row->name, "type") == 0)
				continue;
			json = make_statement(*at, MAKE_SMALLEST, 1);
			snprintf(path, sizeof(path), "/%s", st_field_json(row));
			make_drop(json, path);
			assert_int_equal(
			    st_payload_from_json(json, &type, &payload, &err), STET_EFORMAT);
			assert_int_equal(err.rule, ST_MEMBER_MISSING);
			snprintf(text, sizeof(text), "'%s' is required in %s", path, (*at)->name);
			assert_string_equal(err.text, text);
			stet_json_free(json);
			st_buf_free(&payload);
			tried++;
		}
	}
	print_message("%zu required members, each missed\n", tried);
	assert_true(tried > 40);
}

/* The limit of every text, byte string and list at the top of each table: at it and beyond. */
static void
test_schema__limits_hold_at_and_beyond(void **state)
{
	const struct st_schema *const *at;
	size_t tried = 0;

	(void)state;
	for (at = st_schemas; *at != NULL; at++) {
		const struct st_field *row;

		for (row = (*at)->fields; row->name != NULL; row++) {
			uint64_t size;

			if (row->kind != ST_FIELD_TEXT || row->form != NULL)
				continue;
			for (size = row->max; size <= row->max + 1; size++) {
				stet_json *json = make_statement(*at, MAKE_SMALLEST, 1);
				struct st_buf payload = {0};
				stet_error err = {0};
				enum st_type type;
				char *text = malloc((size_t)size + 1);
				int rc;

				memset(text, 'x', (size_t)size);
				text[size] = '\0';
				stet_json_set(json, st_field_json(row), stet_json_str(text));
				rc = st_payload_from_json(json, &type, &payload, &err);
				assert_int_equal(rc, size == row->max ? STET_OK : STET_EFORMAT);
				if (rc < 0)
					assert_int_equal(err.rule, ST_MEMBER_LENGTH);
				stet_json_free(json);
				st_buf_free(&payload);
				free(text);
				tried++;
			}
		}
	}
	print_message("%zu texts at their limit and one byte beyond\n", tried);
	assert_true(tried > 40);
}

/* A DOI is as long as its name allows: percent-encoding counts. */
static void
test_schema__a_doi_is_one_whose_name_is_a_name(void **state)
{
	static const struct {
		const char *letter;
		size_t count; /* the most */
	} cases[] = {{"a", 1020 - 5}, {"<", (1020 - 5) / 3}, {"\xc3\xa9", (1020 - 5) / 6}};
	size_t i, more, j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (more = 0; more < 2; more++) {
			struct st_buf doi = {0}, payload = {0}, name = {0};
			enum st_type type;
			int ok;

			st_buf_put_str(&doi, "10.1/");
			for (j = 0; j < cases[i].count + more; j++)
				st_buf_put_str(&doi, cases[i].letter);
			ok = st_name_from_doi(st_buf_bytes(&doi), &name, NULL) == STET_OK;
			assert_int_equal(ok, more == 0);
			/* As it is stored, beside what JSON can bring in. */
			st_cbor_put_map(&payload, 3);
			st_cbor_put_str(&payload, "v");
			st_cbor_put_uint(&payload, 1);
			st_cbor_put_str(&payload, "doi");
			st_cbor_put_text(&payload, st_buf_bytes(&doi));
			st_cbor_put_str(&payload, "type");
			st_cbor_put_str(&payload, "doi");
			assert_int_equal(
			    st_payload_check(st_buf_bytes(&payload), &type, NULL) == STET_OK, ok);
			st_buf_free(&doi);
			st_buf_free(&payload);
			st_buf_free(&name);
		}
	}
}

/* --- payloads that no JSON makes ----------------------------------------------------------- */

/* Members of a map, to be put together again with one of them exchanged. */
struct parts {
	struct st_buf payload;
	struct st_cbor_pair pairs[ST_FIELDS_MAX + 1];
	size_t count;
};

static void
take_apart(struct parts *parts, const struct st_schema *schema, enum make_mode mode)
{
	stet_json *json = make_statement(schema, mode, 3);
	enum st_type type;
	struct st_cbor in;
	uint64_t count, i;
	stet_error err = {0};

	*parts = (struct parts){.count = 0};
	if (st_payload_from_json(json, &type, &parts->payload, &err) != STET_OK)
		fail_msg("%s: %s", schema->name, err.text);
	in = st_cbor_open(st_buf_bytes(&parts->payload));
	assert_int_equal(st_cbor_read_map(&in, &count), STET_OK);
	for (i = 0; i < count; i++) {
		assert_int_equal(st_cbor_skip(&in, &parts->pairs[i].key), STET_OK);
		assert_int_equal(st_cbor_skip(&in, &parts->pairs[i].value), STET_OK);
	}
	parts->count = (size_t)count;
	stet_json_free(json);
}

static int
check_parts(const struct parts *parts, stet_error *err)
{
	struct st_cbor_pair pairs[ST_FIELDS_MAX + 1];
	struct st_buf payload = {0};
	enum st_type type;
	int rc;

	memcpy(pairs, parts->pairs, sizeof(pairs));
	st_cbor_put_map_sorted(&payload, pairs, parts->count);
	rc = st_payload_check(st_buf_bytes(&payload), &type, err);
	st_buf_free(&payload);
	return rc;
}

/* One of each kind of item, and some of the right kind that are wrong otherwise. */
static const char *const items[] = {"00", "20", "1b001fffffffffffff", "40", "5820" HASH,
    "5840" HASH HASH, "60", "6178", "63302e35", "80", "8100", "8160", "815820" HASH, "a0",
    "a1617800", "a10000", "f4", "f5", "f6", "c4822100", "c4822119ffff", "c482213a7fffffff"};

static void
test_schema__wrong_kinds_are_refused_by_path(void **state)
{
	const struct st_schema *const *at;
	size_t tried = 0, refused = 0;

	(void)state;
	for (at = st_schemas; *at != NULL; at++) {
		struct parts parts;
		size_t i, j;

		take_apart(&parts, *at, MAKE_FULLEST);
		assert_int_equal(check_parts(&parts, NULL), STET_OK);
		for (i = 0; i < parts.count; i++) {
			stet_bytes kept = parts.pairs[i].value, name;
			struct st_cbor in = st_cbor_open(parts.pairs[i].key);
			char path[80];

			assert_int_equal(st_cbor_read_text(&in, &name), STET_OK);
			snprintf(path, sizeof(path), "'/%s%.*s",
			    (*at)->action != NULL && name.size == 6 && name.data[1] == 's' ? "key_"
											   : "",
			    (int)name.size, (const char *)name.data);
			for (j = 0; j < sizeof(items) / sizeof(items[0]); j++) {
				struct st_buf item = {0};
				stet_error err = {0};

				assert_int_equal(st_hex_get(&item, st_str(items[j])), 0);
				parts.pairs[i].value = st_buf_bytes(&item);
				tried++;
				if (check_parts(&parts, &err) != STET_OK) {
					refused++;
					assert_true(err.rule != 0);
					if (err.rule >= ST_MEMBER_UNKNOWN &&
					    err.rule <= ST_MEMBER_ORDER &&
					    strncmp(err.text, path, strlen(path)) != 0)
						fail_msg("%s %s: %s", path, items[j], err.text);
				}
				st_buf_free(&item);
			}
			parts.pairs[i].value = kept;
		}
		st_buf_free(&parts.payload);
	}
	print_message("%zu members exchanged for other items: %zu refused, %zu fit\n", tried,
	    refused, tried - refused);
	assert_true(refused > tried * 8 / 10);
}

static void
test_schema__unknown_members_are_refused_wherever_they_stand(void **state)
{
	static const char *const names[] = {"a", "zz", "typo", "aftes", "zzzzzz", "occurrec",
	    "a_name_that_is_longer_than_any_other_in_these_tables"};
	const struct st_schema *const *at;
	size_t i, tried = 0;

	(void)state;
	for (at = st_schemas; *at != NULL; at++) {
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			struct st_buf key = {0};
			struct parts parts;
			stet_error err = {0};
			char text[160];

			take_apart(&parts, *at, MAKE_FULLEST);
			st_cbor_put_str(&key, names[i]);
			parts.pairs[parts.count].key = st_buf_bytes(&key);
			parts.pairs[parts.count++].value = (stet_bytes){(const uint8_t *)"\xf5", 1};
			assert_int_equal(check_parts(&parts, &err), STET_EFORMAT);
			assert_int_equal(err.rule, ST_MEMBER_UNKNOWN);
			snprintf(text, sizeof(text), "'/%s' is not a member of %s", names[i],
			    (*at)->name);
			assert_string_equal(err.text, text);
			st_buf_free(&parts.payload);
			st_buf_free(&key);
			tried++;
		}
	}
	print_message("%zu unknown members refused\n", tried);
}

static int
check_pairs(const char *v, const char *type, stet_error *err, enum st_type *type_out)
{
	struct st_buf payload = {0}, value = {0};
	int rc;

	st_cbor_put_map(&payload, (uint64_t)((v != NULL) + (type != NULL)));
	if (v != NULL) {
		st_cbor_put_str(&payload, "v");
		assert_int_equal(st_hex_get(&value, st_str(v)), 0);
		st_buf_put_bytes(&payload, st_buf_bytes(&value));
	}
	if (type != NULL) {
		st_cbor_put_str(&payload, "type");
		st_cbor_put_str(&payload, type);
	}
	rc = st_payload_check(st_buf_bytes(&payload), type_out, err);
	st_buf_free(&payload);
	st_buf_free(&value);
	return rc;
}

/* A type or version of a newer stet is no error of the payload; having none is. */
static void
test_schema__newer_types_are_not_known(void **state)
{
	enum st_type type = ST_TYPE_SEAL;
	stet_error err = {0};

	(void)state;
	assert_int_equal(check_pairs("01", "record", &err, &type), STET_OK);
	assert_int_equal(type, ST_TYPE_RECORD);
	assert_int_equal(check_pairs("01", "review", &err, &type), STET_OK);
	assert_int_equal(type, ST_TYPE_UNKNOWN);
	type = ST_TYPE_SEAL;
	assert_int_equal(check_pairs("02", "record", &err, &type), STET_OK);
	assert_int_equal(type, ST_TYPE_UNKNOWN);
	type = ST_TYPE_SEAL;
	assert_int_equal(check_pairs("00", "record", &err, &type), STET_OK);
	assert_int_equal(type, ST_TYPE_UNKNOWN);
	assert_int_equal(check_pairs(NULL, "record", &err, &type), STET_EFORMAT);
	assert_string_equal(err.text, "'/v' is required in every statement: a number from 1");
	assert_int_equal(check_pairs("6131", "record", &err, &type), STET_EFORMAT);
	assert_int_equal(check_pairs("01", NULL, &err, &type), STET_EFORMAT);
	assert_string_equal(
	    err.text, "'/type' is required in every statement: the name of its type");
	assert_int_equal(check_pairs("01", "key", &err, &type), STET_EFORMAT);
	assert_string_equal(err.text, "'/action' is required in key");
}

/* Reading is in the way of every append and of every entry verified: it allocates nothing. */
static void
test_schema__checking_allocates_nothing(void **state)
{
	const struct st_schema *const *at;

	(void)state;
	for (at = st_schemas; *at != NULL; at++) {
		stet_json *json = make_statement(*at, MAKE_FULLEST, 5);
		struct st_buf payload = {0};
		enum st_type type;
		long before;

		assert_int_equal(st_payload_from_json(json, &type, &payload, NULL), STET_OK);
		before = alloc_count();
		assert_int_equal(st_payload_check(st_buf_bytes(&payload), &type, NULL), STET_OK);
		assert_int_equal(alloc_count(), before);
		stet_json_free(json);
		st_buf_free(&payload);
	}
}

/* --- the public list ----------------------------------------------------------------------- */

static int
has_field(const char *type, const char *action, const char *path, const char *kind, int required)
{
	stet_field_info info;
	size_t row;

	for (row = 0; stet_statement_field(row, &info); row++)
		if (strcmp(info.type, type) == 0 && strcmp(info.path, path) == 0 &&
		    (action == NULL) == (info.action == NULL) &&
		    (action == NULL || strcmp(action, info.action) == 0))
			return strcmp(info.kind, kind) == 0 && info.required == required;
	return 0;
}

static void
test_schema__lists_every_row(void **state)
{
	stet_field_info info;
	size_t row;

	(void)state;
	for (row = 0; stet_statement_field(row, &info); row++) {
		assert_true(info.path[0] == '/');
		assert_true(strlen(info.path) < 79);
		assert_int_equal(info.values != NULL, strcmp(info.kind, "enum") == 0);
	}
	assert_false(stet_statement_field(row, &info));
	assert_false(stet_statement_field(SIZE_MAX, &info));
	print_message("%zu rows listed\n", row);
	assert_in_range(row, 200, 399);
	assert_true(has_field("correction", NULL, "/notice/doi", "doi", 0));
	assert_true(has_field("correction", NULL, "/targets", "array", 0));
	assert_true(has_field("correction", NULL, "/targets/-", "hash", 0));
	assert_true(has_field("correction", NULL, "/affected/-/path", "text", 1));
	assert_true(has_field("assessment", NULL, "/dimensions/<key>/level", "enum", 0));
	assert_true(has_field("key", "grant", "/key_issuer", "text", 1));
	assert_true(has_field("key", "revoke", "/reason", "enum", 1));
	assert_true(has_field("record", NULL, "/source/name", "text", 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_schema__tables_stand_in_the_order_of_the_encoding),
	    cmocka_unit_test(test_schema__common_members_are_where_the_format_has_them),
	    cmocka_unit_test(test_schema__type_names_go_both_ways),
	    cmocka_unit_test(test_schema__natures_have_two_lists_that_agree),
	    cmocka_unit_test(test_schema__json_is_refused_with_the_path),
	    cmocka_unit_test(test_schema__rules_over_several_members),
	    cmocka_unit_test(test_schema__every_required_member_is_required),
	    cmocka_unit_test(test_schema__limits_hold_at_and_beyond),
	    cmocka_unit_test(test_schema__a_doi_is_one_whose_name_is_a_name),
	    cmocka_unit_test(test_schema__wrong_kinds_are_refused_by_path),
	    cmocka_unit_test(test_schema__unknown_members_are_refused_wherever_they_stand),
	    cmocka_unit_test(test_schema__newer_types_are_not_known),
	    cmocka_unit_test(test_schema__checking_allocates_nothing),
	    cmocka_unit_test(test_schema__lists_every_row),
	};

	if (st_crypto_init(NULL) != STET_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
