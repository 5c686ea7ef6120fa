/* import: record pages, as they are and as somebody hostile would hand them in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <stet/exchange.h>

#include "base/err.h"
#include "base/hex.h"
#include "exchange/import.h"
#include "support/alloc.h"
#include "support/check.h"
#include "support/data.h"
#include "support/strict.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define UUID_ROW(digits, more)                                                                     \
	"{\"uuid\": \"" digits "-5768-46ea-af76-f8b503e24cd6\", \"record_kind\": \"paper\", " more \
	"}"

/* --- importing text -------------------------------------------------------------------------- */

struct file {
	const char *text;
	size_t size, at, most;
};

static int
read_text(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	struct file *file = ctx;
	size_t left = file->size - file->at;

	*got_out = left < size ? left : size;
	if (file->most > 0 && *got_out > file->most)
		*got_out = file->most;
	memcpy(buf, file->text + file->at, *got_out);
	file->at += *got_out;
	return STET_OK;
}

struct refusals {
	uint64_t rows[64];
	int rules[64];
	char texts[64][STET_ERROR_TEXT_SIZE];
	size_t count;
};

static void
take_refusal(void *ctx, uint64_t row, const stet_error *why)
{
	struct refusals *refusals = ctx;

	assert_true(refusals->count < 64);
	refusals->rows[refusals->count] = row;
	refusals->rules[refusals->count] = why->rule;
	memcpy(refusals->texts[refusals->count++], why->text, sizeof(why->text));
}

struct
try {
	stet_transfer_options options;
	enum tl_key signer;
	stet_import_result result;
	struct refusals refusals;
	stet_error err;
};

static struct try
usual(struct tl *tl)
{
	struct try try;

	memset(&try, 0, sizeof(try));
	try.options = (stet_transfer_options)STET_TRANSFER_OPTIONS;
	try.options.now_ms = tl->now_ms;
	try.signer = TL_OBSERVER;
	return try;
}

static int
import_bytes(struct tl *tl, struct try *try, stet_bytes text)
{
	struct file file = {(const char *)text.data, text.size, 0, 0};

	memset(&try->result, 0, sizeof(try->result));
	memset(&try->refusals, 0, sizeof(try->refusals));
	st_error_clear(&try->err);
	try->options.refused = take_refusal;
	try->options.refused_ctx = &try->refusals;
	return stet_import(tl->ledger, "records", read_text, &file, tl->keys[try->signer],
	    &try->options, &try->result, &try->err);
}

static int
import(struct tl *tl, struct try *try, const char *text)
{
	return import_bytes(tl, try, st_str(text));
}

static void
assert_counts(const struct try *try, uint64_t rows, uint64_t taken, uint64_t refused,
    uint64_t appended, uint64_t already)
{
	const stet_import_result *result = &try->result;

	if (result->rows != rows || result->taken != taken || result->refused != refused ||
	    result->appended != appended || result->already != already)
		fail_msg("%llu rows: %llu taken, %llu refused; %llu appended, %llu already",
		    (unsigned long long)result->rows, (unsigned long long)result->taken,
		    (unsigned long long)result->refused, (unsigned long long)result->appended,
		    (unsigned long long)result->already);
	assert_int_equal(try->refusals.count, refused);
}

static void
assert_ok(int rc, const struct try *try)
{
	if (rc != STET_OK)
		fail_msg("%s (%s)", try->err.text, stet_rule_name(try->err.rule));
}

/* --- what is in the ledger ------------------------------------------------------------------- */

/* All statements as JSON, to be looked through. */
struct all {
	stet_json *statements[4096];
	size_t count;
};

static int
see_entry(void *ctx, stet_entry *entry, stet_error *err)
{
	const stet_json *json = stet_entry_json(entry, err);
	struct all *all = ctx;

	assert_non_null(json);
	assert_true(all->count < COUNT_OF(all->statements));
	all->statements[all->count++] = stet_json_copy(stet_json_get(json, "statement"));
	return STET_OK;
}

static struct all *
all_of(struct tl *tl)
{
	struct all *all = calloc(1, sizeof(*all));

	assert_non_null(all);
	assert_int_equal(
	    stet_ledger_walk(tl->ledger, 0, STET_NO_SEQ, see_entry, all, NULL), STET_OK);
	return all;
}

static void
all_free(struct all *all)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		stet_json_free(all->statements[i]);
	free(all);
}

static stet_bytes
text_of(const stet_json *json, const char *member)
{
	return stet_json_string_of(stet_json_get(json, member));
}

static int
is(const stet_json *json, const char *member, const char *text)
{
	return st_bytes_equal(text_of(json, member), st_str(text));
}

/* "/a/b" below json; NULL if it is not there. */
static const stet_json *
below(const stet_json *json, const char *path)
{
	char name[64];
	size_t size;

	while (json != NULL && *path == '/') {
		size = strcspn(path + 1, "/");
		assert_true(size < sizeof(name));
		memcpy(name, path + 1, size);
		name[size] = '\0';
		json = stet_json_get(json, name);
		path += 1 + size;
	}
	return json;
}

static const stet_json *
find_id(const struct all *all, const char *id)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (is(all->statements[i], "id", id))
			return all->statements[i];
	return NULL;
}

static unsigned
count_type(const struct all *all, const char *type)
{
	unsigned count = 0;
	size_t i;

	for (i = 0; i < all->count; i++)
		count += (unsigned)(is(all->statements[i], "type", type) &&
				    stet_json_get(all->statements[i], "source") != NULL);
	return count;
}

/* --- the real pages -------------------------------------------------------------------------- */

/* Where what a page shows has to be found again: member of the row, type, member of the statement.
 */
static const struct {
	const char *row, *type, *member;
	char how; /* '=' the same; '#' the number as printed; '~' a text that holds it */
} carried[] = {
    {"/title", "record", "/title", '='},
    {"/problem_name", "record", "/title", '='},
    {"/statement_paraphrase", "record", "/title", '='},
    {"/model", "record", "/title", '~'},
    {"/benchmark", "record", "/title", '~'},
    {"/submitted", "record", "/submitted", '='},
    {"/publisher", "record", "/publisher", '='},
    {"/manifest_contract", "record", "/manifest/contract", '='},
    {"/manifest_contract", "artifact", "/contract", '='},
    {"/contract_version", "artifact", "/contract", '='},
    {"/schema_version", "artifact", "/version", '='},
    {"/source_grounded_claims", "claims", "/source_grounded_claims", '='},
    {"/claim_record_source", "claims", "/claim_record_source", '='},
    {"/abstract_counts/claims_extracted", "claims", "/extracted_claim_count", '='},
    {"/abstract_counts/claims_independently_verified", "claims", "/verified_claim_count", '='},
    {"/review_score", "assessment", "/review_score", '='},
    {"/zenodo/tribunal_score", "assessment", "/review_score", '='},
    {"/dimensions/evidence_strength", "assessment", "/dimensions/evidence_strength/level", '='},
    {"/dimensions/citation_grounding", "assessment", "/dimensions/citation_grounding/level", '='},
    {"/dimensions/uncertainty_disclosure", "assessment", "/dimensions/uncertainty_disclosure/level",
	'='},
    {"/dimensions/reproducibility_status", "assessment", "/dimensions/reproducibility_status/level",
	'='},
    {"/paper_level", "declaration", "/paper_level", '='},
    {"/public_provenance_level", "declaration", "/public_provenance_level", '='},
    {"/quality_tier", "declaration", "/tier", '='},
    {"/correction_status", "declaration", "/correction_state", '='},
    {"/correction_count", "declaration", "/correction_count", '='},
    {"/verified_claims_header", "declaration", "/verified_claim_count", '='},
    {"/gate_status", "declaration", "/gate_status", '='},
    {"/report_artifact", "declaration", "/report_artifact", '='},
    {"/external_record", "declaration", "/external_record", '='},
    {"/claim_lineage", "declaration", "/claim_lineage", '='},
    {"/review_method", "declaration", "/review_method", '='},
    {"/doi", "doi", "/doi", '='},
    {"/zenodo/doi", "doi", "/doi", '='},
    {"/zenodo/url", "doi", "/url", '='},
    {"/zenodo/published", "doi", "/occurred", '='},
    {"/gate_status", "verdict", "/status", '='},
    {"/gate_label", "verdict", "/gate_label", '='},
    {"/gate_evaluated_at", "verdict", "/evaluated_at", '='},
    {"/gate_reason_detail/computed", "verdict", "/computed", '#'},
    {"/gate_reason_detail/expected", "verdict", "/expected", '#'},
    {"/gate_reason_detail/tolerance_pct", "verdict", "/tolerance", '#'},
    {"/gate_reason_detail/diff_pct_shown", "verdict", "/diff", '#'},
    {"/gate_reason_detail/method", "verdict", "/reason", '~'},
    {"/gate_reason_detail/activation_date", "verdict", "/reason", '~'},
    {"/verification/state", "verdict", "/status", '='},
    {"/verification/label", "verdict", "/gate_label", '='},
    {"/verification/n_cases", "verdict", "/n_cases", '='},
    {"/verification/result", "verdict", "/reason", '~'},
};

static int
same_value(const stet_json *row, const stet_json *said, char how)
{
	stet_bytes text = stet_json_string_of(said);
	char *a = NULL, *b = NULL;
	size_t size;
	int same;

	if (said == NULL)
		return 0;
	if (how == '#')
		return text.data != NULL &&
		       strtod((const char *)text.data, NULL) - stet_json_real_of(row) == 0.0;
	if (how == '~')
		return text.data != NULL &&
		       strstr((const char *)text.data,
			   (const char *)stet_json_string_of(row).data) != NULL;
	assert_int_equal(stet_json_text(row, 0, &a, &size, NULL), STET_OK);
	assert_int_equal(stet_json_text(said, 0, &b, &size, NULL), STET_OK);
	same = strcmp(a, b) == 0 || strtod(a, NULL) - strtod(b, NULL) == 0.0;
	same = stet_json_kind_of(row) == STET_JSON_STRING ? strcmp(a, b) == 0 : same;
	free(a);
	free(b);
	return same;
}

/* The statements that one row made: those whose source.id is its key. */
static unsigned
check_row(const struct all *all, const stet_json *row, const char *key)
{
	unsigned found = 0;
	size_t i, k;

	for (i = 0; i < COUNT_OF(carried); i++) {
		const stet_json *value = below(row, carried[i].row);
		int there = 0;

		if (value == NULL || stet_json_kind_of(value) == STET_JSON_NULL)
			continue;
		for (k = 0; !there && k < all->count; k++)
			there = is(all->statements[k], "type", carried[i].type) &&
				is(stet_json_get(all->statements[k], "source"), "id", key) &&
				same_value(value, below(all->statements[k], carried[i].member),
				    carried[i].how);
		if (!there)
			fail_msg("row '%s': %s is in no %s%s", key, carried[i].row, carried[i].type,
			    carried[i].member);
		found++;
	}
	return found;
}

static void
unfold(struct st_row_digest *digest, const stet_json *json)
{
	const stet_json *value;
	const char *name;
	char *text = NULL;
	size_t i, size;

	for (i = 0; stet_json_member(json, i, &name, &value); i++)
		unfold(digest, value);
	for (i = 0; (value = stet_json_item(json, i)) != NULL; i++)
		unfold(digest, value);
	if (stet_json_kind_of(json) == STET_JSON_STRING) {
		st_row_digest_add(digest, stet_json_string_of(json));
	} else if (stet_json_kind_of(json) != STET_JSON_OBJECT &&
		   stet_json_kind_of(json) != STET_JSON_ARRAY) {
		assert_int_equal(stet_json_text(json, 0, &text, &size, NULL), STET_OK);
		st_row_digest_add(digest, (stet_bytes){(const uint8_t *)text, size});
		free(text);
	}
}

/* The key of a row: its uuid, else its own id, else its DOI, else the digest of its values. */
static void
key_of(const stet_json *row, char key[300])
{
	static const char *const members[] = {"/uuid", "/id", "/doi", "/zenodo/doi"};
	size_t i;

	key[0] = '\0';
	for (i = 0; i < COUNT_OF(members) && key[0] == '\0'; i++) {
		const stet_json *value = below(row, members[i]);

		if (stet_json_kind_of(value) == STET_JSON_STRING)
			snprintf(key, 300, "%s", (const char *)stet_json_string_of(value).data);
	}
	if (key[0] == '\0') {
		struct st_row_digest digest;
		char hex[33];

		assert_int_equal(st_row_digest_begin(&digest, NULL), STET_OK);
		unfold(&digest, row);
		st_row_digest_end(&digest, hex);
		snprintf(key, 300, "%s.1", hex);
	}
}

static void
test_import__keeps_every_field_a_page_showed(void **state)
{
	static const char *const types[] = {"artifact", "alias", "record", "claims", "assessment",
	    "declaration", "doi", "verdict", "snapshot", "correction"};
	/* Counted in the file by a few lines of another language. */
	static const unsigned expected[] = {92, 33, 87, 62, 71, 60, 52, 54, 1, 0};
	unsigned fields = 0, nameless = 0;
	const stet_json *row;
	stet_json *rows = NULL;
	struct all *all;
	struct try try;
	struct tl tl;
	size_t size, i;
	char *text = data_read("data/records/records.json", &size), key[300];

	(void)state;
	tl_make(&tl, TL_MEMORY);
	try = usual(&tl);
	assert_ok(import_bytes(&tl, &try, (stet_bytes){(uint8_t *)text, size}), &try);
	assert_int_equal(
	    stet_json_parse((stet_bytes){(uint8_t *)text, size}, &rows, NULL), STET_OK);
	all = all_of(&tl);
	for (i = 0; (row = stet_json_item(rows, i)) != NULL; i++) {
		key_of(row, key);
		nameless += strlen(key) == 34;
		fields += check_row(all, row, key);
	}
	printf("%zu rows, %u of them without a name: %u values that types name are where they "
	       "belong\n",
	    stet_json_size(rows), nameless, fields);
	printf("statements:");
	for (i = 0; i < COUNT_OF(types); i++)
		printf(" %s %u", types[i], count_type(all, types[i]));
	printf("\n");
	for (i = 0; i < COUNT_OF(types); i++)
		assert_int_equal(count_type(all, types[i]), expected[i]);
	assert_counts(&try, 92, 92, 0, 512, 0);
	tl_check(&tl);
	all_free(all);
	stet_json_free(rows);
	free(text);
	tl_free(&tl);
}

/* A nameless row, too: what its types name is under the digest of its values. */
static void
test_import__names_the_nameless_by_their_content(void **state)
{
	static const char row[] = "[{\"record_kind\": \"math_list_entry\", \"domain\": \"Ramsey\", "
				  "\"n\": 47, \"flag\": true, \"list\": [\"a\", null]}]";
	struct st_row_digest digest;
	char hex[33], subject[80], id[80], sha[65];
	struct all *all;
	struct try try;
	struct tl tl;
	uint8_t hash[32];

	(void)state;
	tl_make(&tl, TL_MEMORY);
	try = usual(&tl);
	assert_ok(import(&tl, &try, row), &try);
	assert_int_equal(st_row_digest_begin(&digest, NULL), STET_OK);
	st_row_digest_add(&digest, st_str("math_list_entry"));
	st_row_digest_add(&digest, st_str("Ramsey"));
	st_row_digest_add(&digest, st_str("47"));
	st_row_digest_add(&digest, st_str("true"));
	st_row_digest_add(&digest, st_str("a"));
	st_row_digest_add(&digest, st_str("null"));
	st_row_digest_end(&digest, hex);
	snprintf(subject, sizeof(subject), "assignee:math_list_entry:%s", hex);
	snprintf(id, sizeof(id), "assignee:%s.1:artifact#0", hex);
	all = all_of(&tl);
	assert_non_null(find_id(all, id));
	assert_true(is(find_id(all, id), "subject", subject));
	st_sha256((stet_bytes){(const uint8_t *)row + 1, strlen(row) - 2}, hash);
	st_hex(hash, 32, sha);
	assert_true(is(find_id(all, id), "sha256", sha));
	all_free(all);
	/* the same content twice is told apart by its number, and is about the same name */
	tl_free(&tl);
	tl_make(&tl, TL_MEMORY);
	assert_ok(import(&tl, &try,
		      "[{\"record_kind\": \"a\", \"x\": 1}, {\"record_kind\": \"a\", \"x\": 1}, "
		      "{\"record_kind\": \"a\", \"y\": 1}]"),
	    &try);
	assert_counts(&try, 3, 3, 0, 4, 0);
	tl_free(&tl);
}

/* The example of docs/format.md. */
static void
test_import__digests_rows_as_the_page_does(void **state)
{
	struct st_row_digest digest;
	char hex[33];

	(void)state;
	assert_int_equal(st_row_digest_begin(&digest, NULL), STET_OK);
	st_row_digest_add(&digest, st_str("4711"));
	st_row_digest_add(&digest, st_str("10.5555/EXAMPLE.1"));
	st_row_digest_add(&digest, st_str("Concern"));
	st_row_digest_add(&digest, st_str("2026-01-01"));
	st_row_digest_end(&digest, hex);
	assert_string_equal(hex, "936f2fdcfefaa9797e7a3085243f6808");
}

struct content {
	struct st_buf bytes;
};

static int
take_content(void *ctx, const char *path, stet_bytes piece, int last)
{
	(void)path;
	(void)last;
	st_buf_put_bytes(&((struct content *)ctx)->bytes, piece);
	return STET_OK;
}

static void
test_import__keeps_each_element_byte_for_byte(void **state)
{
	unsigned documents = 0;
	struct content content = {{0}};
	struct all *all;
	struct try try;
	struct tl tl;
	size_t size, i, total = 0;
	char *text = data_read("data/records/records.json", &size), *at = text;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	try = usual(&tl);
	assert_ok(import_bytes(&tl, &try, (stet_bytes){(uint8_t *)text, size}), &try);
	all = all_of(&tl);
	for (i = 0; i < all->count; i++) {
		uint8_t digest[32];

		if (!is(all->statements[i], "role", "document"))
			continue;
		st_buf_reset(&content.bytes);
		assert_int_equal(st_hex_read(text_of(all->statements[i], "sha256"), digest, 32), 0);
		assert_int_equal(
		    stet_ledger_artifact(tl.ledger, digest, take_content, &content, NULL), STET_OK);
		assert_int_equal(content.bytes.size,
		    stet_json_int_of(stet_json_get(all->statements[i], "size")));
		/* in the order of the file, none left out */
		at = memmem(at, (size_t)(text + size - at), content.bytes.data, content.bytes.size);
		assert_non_null(at);
		at += content.bytes.size;
		total += content.bytes.size;
		documents++;
	}
	assert_int_equal(documents, 92);
	printf("%u elements, %zu of the file's %zu bytes, byte for byte; what is left is between "
	       "them\n",
	    documents, total, size);
	assert_true(total + 92 * 4 >= size);
	st_buf_free(&content.bytes);
	all_free(all);
	free(text);
	tl_free(&tl);
}

/* --- again ----------------------------------------------------------------------------------- */

static void
test_import__again_adds_nothing(void **state)
{
	struct tl_mark mark;
	struct try try;
	struct tl tl;
	size_t size;
	char *text = data_read("data/records/records.json", &size);
	stet_bytes bytes = {(uint8_t *)text, size};
	uint64_t said;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	try = usual(&tl);
	try.options.url = "https://assignee.net";
	try.options.retrieved = "2026-07-04";
	assert_ok(import_bytes(&tl, &try, bytes), &try);
	said = try.result.appended - 1; /* and the snapshot */
	tl_mark_take(&tl, &mark);
	assert_ok(import_bytes(&tl, &try, bytes), &try);
	assert_counts(&try, 92, 92, 0, 0, said);
	assert_int_equal(try.result.head.size, 0);
	/* when it was read again, and how large a batch is, changes nothing in what it says */
	try.options.retrieved = "2026-08-01";
	try.options.batch_count = 1;
	try.options.now_ms += 1000000;
	assert_ok(import_bytes(&tl, &try, bytes), &try);
	assert_counts(&try, 92, 92, 0, 0, said);
	/* nor does a dry run say anything else */
	try.options.flags = STET_APPEND_DRY_RUN;
	assert_ok(import_bytes(&tl, &try, bytes), &try);
	assert_counts(&try, 92, 92, 0, 0, said);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	printf("%llu statements, imported again in three ways: nothing appended\n",
	    (unsigned long long)said);
	free(text);
	tl_free(&tl);
}

/* Not even content: what a dry run reads stays outside. */
static void
test_import__dry_runs_write_nothing(void **state)
{
	stet_json *stats = NULL;
	struct tl_mark mark;
	struct try try;
	struct tl tl;
	size_t size;
	char *text = data_read("data/records/records.json", &size);

	(void)state;
	tl_make(&tl, 0);
	try = usual(&tl);
	try.options.flags = STET_APPEND_DRY_RUN;
	tl_mark_take(&tl, &mark);
	assert_ok(import_bytes(&tl, &try, (stet_bytes){(uint8_t *)text, size}), &try);
	assert_int_equal(try.result.taken, 92);
	assert_true(try.result.appended > 400);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	assert_int_equal(stet_ledger_stats(tl.ledger, &stats, NULL), STET_OK);
	assert_int_equal(stet_json_int_of(stet_json_get(stats, "artifacts")), 0);
	stet_json_free(stats);
	free(text);
	tl_free(&tl);
}

/* In pieces, stopped half-way, gone on with: in the end the same as in one go. */
static int
stop_at(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)what;
	(void)total;
	return done == *(uint64_t *)ctx;
}

static void
test_import__can_be_stopped_and_gone_on_with(void **state)
{
	struct all *one, *two;
	struct try try;
	struct tl a, b;
	size_t size, i;
	char *text = data_read("data/records/records.json", &size);
	stet_bytes bytes = {(uint8_t *)text, size};
	uint64_t row;

	(void)state;
	tl_make(&a, TL_MEMORY);
	tl_make(&b, TL_MEMORY);
	try = usual(&a);
	assert_ok(import_bytes(&a, &try, bytes), &try);
	try = usual(&b);
	try.options.batch_count = 80;
	try.options.progress = stop_at;
	try.options.progress_ctx = &row;
	for (row = 10; row <= 90; row += 40) {
		assert_int_equal(import_bytes(&b, &try, bytes), STET_EINVAL);
		assert_int_equal(try.err.rule, ST_STOPPED);
		tl_check(&b);
	}
	row = 1000;
	assert_ok(import_bytes(&b, &try, bytes), &try);
	one = all_of(&a);
	two = all_of(&b);
	for (i = 0; i < one->count; i++)
		if (stet_json_get(one->statements[i], "source") != NULL)
			assert_non_null(
			    find_id(two, (const char *)text_of(one->statements[i], "id").data));
	for (i = 0; i < COUNT_OF(carried); i++)
		assert_int_equal(
		    count_type(one, carried[i].type), count_type(two, carried[i].type));
	all_free(one);
	all_free(two);
	free(text);
	tl_free(&a);
	tl_free(&b);
}

/* --- changes --------------------------------------------------------------------------------- */

#define TITLED(title) "[" UUID_ROW("9f810e9f", "\"title\": \"" title "\"") "]"
#define KEY_1 "assignee:9f810e9f-5768-46ea-af76-f8b503e24cd6:"

/* A -> B -> A are three statements, and each change annuls the one before it. An id of more than 64
 * bytes is its digest; these are, so that they are looked for by what they say. */
static void
assert_titles(struct tl *tl, const char *const *titles, size_t count)
{
	struct all *all = all_of(tl);
	size_t i, seen = 0, annulled = 0;

	for (i = 0; i < all->count; i++) {
		if (is(all->statements[i], "type", "record")) {
			assert_true(seen < count);
			assert_true(is(all->statements[i], "title", titles[seen]));
			seen++;
		}
		annulled += (size_t)is(all->statements[i], "nature", "annulment");
	}
	assert_int_equal(seen, count);
	assert_int_equal(annulled, 2 * (count - 1)); /* of the record and of the document */
	all_free(all);
}

static stet_bytes
digest_id(const char *text, struct st_buf *out)
{
	uint8_t hash[32];

	st_buf_reset(out);
	st_buf_put_str(out, text);
	if (out->size > 64) {
		st_sha256(st_buf_bytes(out), hash);
		st_buf_reset(out);
		st_buf_put_str(out, "0x");
		st_hex_put(out, (stet_bytes){hash, 32});
	}
	st_buf_put_u8(out, 0);
	return (stet_bytes){out->data, out->size - 1};
}

static void
test_import__a_changed_row_is_annulled_and_restated(void **state)
{
	static const char *const titles[] = {"A", "B", "A", "C"};
	static const char *const ids[] = {KEY_1 "record#0", KEY_1 "record#0-annulled",
	    KEY_1 "record#1", KEY_1 "record#1-annulled", KEY_1 "record#2",
	    KEY_1 "record#2-annulled", KEY_1 "record#3", KEY_1 "artifact#3"};
	struct st_buf id = {0};
	const stet_json *target;
	struct all *all;
	struct try try;
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	try = usual(&tl);
	assert_ok(import(&tl, &try, TITLED("A")), &try);
	assert_counts(&try, 1, 1, 0, 3, 0);
	assert_ok(import(&tl, &try, TITLED("B")), &try);
	assert_counts(&try, 1, 1, 0, 5, 0);
	assert_ok(import(&tl, &try, TITLED("B")), &try);
	assert_counts(&try, 1, 1, 0, 0, 2);
	assert_ok(import(&tl, &try, TITLED("A")), &try);
	assert_counts(&try, 1, 1, 0, 5, 0);
	assert_titles(&tl, titles, 3);
	assert_ok(import(&tl, &try, TITLED("C")), &try);
	assert_titles(&tl, titles, 4);
	all = all_of(&tl);
	for (i = 0; i < COUNT_OF(ids); i++) {
		digest_id(ids[i], &id);
		if (find_id(all, (char *)id.data) == NULL)
			fail_msg("no statement has the id of '%s'", ids[i]);
	}
	/* an annulment names what it annuls */
	digest_id(KEY_1 "record#1-annulled", &id);
	target = stet_json_item(stet_json_get(find_id(all, (char *)id.data), "targets"), 0);
	for (i = 0; i < all->count; i++)
		if (is(all->statements[i], "type", "record") &&
		    is(all->statements[i], "title", "B"))
			break;
	{
		char hex[65];

		tl_leaf(&tl, i, hex);
		assert_true(st_bytes_equal(stet_json_string_of(target), st_str(hex)));
	}
	all_free(all);
	st_buf_free(&id);
	tl_check(&tl);
	tl_free(&tl);
}

/* One value of one of the 92 rows edited: its statements are restated, no other. */
static void
test_import__a_change_touches_its_row_alone(void **state)
{
	static const char before[] = "\"review_score\": 8.83", after[] = "\"review_score\": 8.84";
	struct try try;
	struct tl tl;
	size_t size;
	char *text = data_read("data/records/records.json", &size), *at;
	stet_bytes bytes = {(uint8_t *)text, size};
	uint64_t said;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	try = usual(&tl);
	assert_ok(import_bytes(&tl, &try, bytes), &try);
	said = try.result.appended - 1;
	at = strstr(text, before);
	assert_non_null(at);
	memcpy(at, after, strlen(after));
	assert_ok(import_bytes(&tl, &try, bytes), &try);
	/* document and assessment, each annulled and restated, and a snapshot */
	assert_counts(&try, 92, 92, 0, 5, said - 2);
	memcpy(at, before, strlen(before));
	assert_ok(import_bytes(&tl, &try, bytes), &try);
	assert_counts(&try, 92, 92, 0, 5, said - 2);
	tl_check(&tl);
	free(text);
	tl_free(&tl);
}

static void
test_import__sources_are_kept_apart(void **state)
{
	struct try try;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	try = usual(&tl);
	assert_ok(import(&tl, &try, TITLED("A")), &try);
	try.options.source_name = "elsewhere";
	assert_ok(import(&tl, &try, TITLED("B")), &try);
	assert_counts(&try, 1, 1, 0, 3, 0); /* nothing of the other's is annulled */
	try.options.source_name = "no name";
	assert_ok(import(&tl, &try, TITLED("B")), &try);
	assert_counts(&try, 1, 0, 1, 0, 0);
	tl_free(&tl);
}

/* --- what is no such file -------------------------------------------------------------------- */

static void
test_import__malformed_files_change_nothing(void **state)
{
	static const char row[] = UUID_ROW("9f810e9f", "\"title\": \"x\"");
	static const struct {
		const char *before, *after;
	} rows[] = {
	    {"", ""},      /* nothing but a row: that is taken, see below   */
	    {"[", ""},     /* the array is not closed                       */
	    {"[", ","},    /* and goes on                                   */
	    {"[", ", ]"},  /* a comma before the end                        */
	    {"[, ", "]"},  /* and at the beginning                          */
	    {"[", " {}]"}, /* no comma between                              */
	    {"[", ",, {}]"},
	    {"[", "] x"}, /* something behind it                           */
	    {"[", "] ["},
	    {"[", ", 7]"}, /* no objects                                    */
	    {"[", ", \"x\"]"},
	    {"[", ", [{}]]"},
	    {"[", ", null]"},
	    {"", ", {}"},          /* a sequence has no commas                      */
	    {"{\"rows\": [", "]"}, /* an object that is not closed                  */
	    {"\"", "\""},
	    {"\xef\xbb", ""}, /* half a byte order mark                        */
	    {"\xfe\xff", ""},
	    {"uuid,title\n", ""}, /* another format                                */
	    {"<html>", "</html>"},
	};
	struct tl_mark mark;
	struct st_buf text = {0};
	struct try try;
	struct tl tl;
	size_t i;
	static const uint8_t binary[] = {0x7f, 'E', 'L', 'F', 2, 1, 1, 0};

	(void)state;
	tl_make(&tl, TL_MEMORY);
	try = usual(&tl);
	tl_mark_take(&tl, &mark);
	for (i = 1; i < COUNT_OF(rows); i++) {
		st_buf_reset(&text);
		st_buf_printf(&text, "%s%s%s", rows[i].before, row, rows[i].after);
		if (import_bytes(&tl, &try, st_buf_bytes(&text)) != STET_EFORMAT ||
		    try.err.rule != ST_IMPORT_MALFORMED)
			fail_msg("%zu: %s '%s'", i, stet_rule_name(try.err.rule), try.err.text);
		assert_non_null(strstr(try.err.text, "line "));
	}
	assert_int_equal(import(&tl, &try, ""), STET_EFORMAT);
	assert_int_equal(import(&tl, &try, " \r\n\t "), STET_EFORMAT);
	assert_int_equal(
	    import_bytes(&tl, &try, (stet_bytes){binary, sizeof(binary)}), STET_EFORMAT);
	/* cut off at every length: nothing of it is taken before it is known to be whole */
	st_buf_reset(&text);
	st_buf_printf(&text, "[%s, %s]", row, UUID_ROW("8f810e9f", "\"title\": \"}\\\"]\""));
	for (i = 1; i < text.size; i++)
		assert_int_equal(import_bytes(&tl, &try, (stet_bytes){text.data, i}), STET_EFORMAT);
	/* an object larger than any page */
	st_buf_reset(&text);
	st_buf_printf(&text, "[{\"uuid\": \"");
	for (i = 0; i < 1100000; i++)
		st_buf_put_u8(&text, 'a');
	assert_int_equal(import_bytes(&tl, &try, st_buf_bytes(&text)), STET_EFORMAT);
	assert_non_null(strstr(try.err.text, "1 MiB"));
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	st_buf_free(&text);
	tl_free(&tl);
}

/* Arrays, objects one after the other, one a line; with a byte order mark; with line ends of any
 * kind: the rows are the same. */
static void
test_import__takes_rows_however_they_are_strung(void **state)
{
	static const char a[] = UUID_ROW("9f810e9f", "\"title\": \"x\"");
	static const char b[] = UUID_ROW("8f810e9f", "\"title\": \"]}{[,\\\"\\\\\"");
	static const char *const forms[] = {"[%s,%s]", "[\n %s,\n %s\n]\n", "%s\n%s\n", "%s%s",
	    "\r\n[\r\n%s\r\n,\r\n%s\r\n]\r\n", "\xef\xbb\xbf[%s, %s]", "\xef\xbb\xbf%s\n%s"};
	struct st_buf text = {0};
	struct try try;
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	try = usual(&tl);
	for (i = 0; i < COUNT_OF(forms); i++) {
		st_buf_reset(&text);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		st_buf_printf(&text, forms[i], a, b);
#pragma GCC diagnostic pop
		assert_ok(import_bytes(&tl, &try, st_buf_bytes(&text)), &try);
		assert_counts(&try, 2, 2, 0, i == 0 ? 5 : 1, i == 0 ? 0 : 4);
	}
	assert_ok(import(&tl, &try, "[]"), &try);
	assert_counts(&try, 0, 0, 0, 1, 0);
	st_buf_free(&text);
	tl_free(&tl);
}

/* --- bad rows -------------------------------------------------------------------------------- */

static void
test_import__bad_rows_are_listed_and_the_rest_taken(void **state)
{
	static const struct {
		const char *row;
		int rule;
	} bad[] = {
	    {"{}", ST_IMPORT_ROW},
	    {"{\"title\": \"x\"}", ST_IMPORT_ROW},
	    {"{\"uuid\": null, \"doi\": null, \"record_kind\": null}", ST_IMPORT_ROW},
	    {"{\"uuid\": }", ST_JSON_MALFORMED},
	    {"{\"uuid\": \"a\", \"uuid\": \"b\"}", ST_JSON_MALFORMED},
	    {"{\"uuid\": \"\xff\"}", ST_JSON_MALFORMED},
	    {"{\"uuid\": \"not an id\"}", 0},
	    {"{\"uuid\": \"9f810e9f\"}", ST_IMPORT_ROW}, /* a prefix of many */
	    {"{\"doi\": \"rw:5\", \"record_kind\": \"paper\"}", ST_IMPORT_ROW},
	    {"{\"doi\": \"10.x\"}", 0},
	    {"{\"record_kind\": \"two words\"}", ST_NAME_MALFORMED},
	    /* about what is none of its business; this shows when it is appended */
	    {"{\"uuid\": \"stet:ledger\", \"title\": \"x\"}", ST_SUBJECT_RESERVED},
	    {"{\"uuid\": \"source:assignee\", \"title\": \"x\"}", ST_SUBJECT_RESERVED},
	    {UUID_ROW("10000000", "\"title\": 7"), ST_MEMBER_KIND},
	    {UUID_ROW("20000000", "\"title\": \"\""), ST_MEMBER_LENGTH},
	    {UUID_ROW("30000000", "\"review_score\": 8.833"), ST_MEMBER_FORM},
	    {UUID_ROW("40000000", "\"review_score\": 11"), ST_MEMBER_RANGE},
	    {UUID_ROW("50000000", "\"paper_level\": \"high\""), ST_MEMBER_KIND},
	    {UUID_ROW("60000000", "\"submitted\": \"yesterday\""), ST_MEMBER_FORM},
	    {UUID_ROW("70000000", "\"gate_status\": \"PASSED\""), ST_MEMBER_VALUE},
	    {UUID_ROW("80000000", "\"dimensions\": {\"beauty\": \"HIGH\"}"), ST_MEMBER_UNKNOWN},
	    {UUID_ROW("90000000", "\"dimensions\": {\"novelty\": \"GOOD\"}"), ST_MEMBER_VALUE},
	    {UUID_ROW("a0000000", "\"source_grounded_claims\": -1"), ST_MEMBER_RANGE},
	    {UUID_ROW("b0000000", "\"source_grounded_claims\": 1e400"), ST_JSON_MALFORMED},
	};
	struct st_buf text = {0};
	struct refusals *refusals;
	stet_json *stats = NULL;
	struct try try;
	struct tl tl;
	size_t i, k;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	try = usual(&tl);
	st_buf_put_str(&text, "[");
	for (i = 0; i < COUNT_OF(bad); i++)
		st_buf_printf(&text, "%s,\n", bad[i].row);
	st_buf_put_str(&text, UUID_ROW("9f810e9f", "\"title\": \"good\"") "]");
	assert_ok(import_bytes(&tl, &try, st_buf_bytes(&text)), &try);
	assert_counts(&try, COUNT_OF(bad) + 1, 1, COUNT_OF(bad), 3, 0);
	refusals = &try.refusals;
	for (i = 0; i < COUNT_OF(bad); i++) {
		for (k = 0; k < refusals->count && refusals->rows[k] != i + 1; k++)
			;
		if (k == refusals->count)
			fail_msg("row %zu is not listed", i + 1);
		if (bad[i].rule != 0 && refusals->rules[k] != bad[i].rule)
			fail_msg("row %zu: %s '%s'", i + 1, stet_rule_name(refusals->rules[k]),
			    refusals->texts[k]);
		assert_true(
		    refusals->texts[k][0] != '\0' && strchr(refusals->texts[k], '\n') == NULL);
	}
	/* of what is refused before it is judged, nothing is left lying about either */
	assert_int_equal(stet_ledger_stats(tl.ledger, &stats, NULL), STET_OK);
	assert_true(stet_json_int_of(stet_json_get(stats, "artifacts")) <= 3);
	stet_json_free(stats);
	printf("%zu bad rows listed by number, the one good one taken\n", COUNT_OF(bad));
	/* and again */
	assert_ok(import_bytes(&tl, &try, st_buf_bytes(&text)), &try);
	assert_counts(&try, COUNT_OF(bad) + 1, 1, COUNT_OF(bad), 0, 2);
	tl_check(&tl);
	st_buf_free(&text);
	tl_free(&tl);
}

/* Two rows of one id in one file: the same once more adds nothing; something else would be a change
 * with every import, and is refused. */
static void
test_import__an_id_says_one_thing_in_a_file(void **state)
{
	static const char text[] = "[" UUID_ROW("9f810e9f", "\"title\": \"A\"") ",\n" UUID_ROW(
	    "9f810e9f", "\"title\": \"A\"") ",\n" UUID_ROW("9f810e9f",
	    "\"title\": \"B\"") ",\n" UUID_ROW("8f810e9f", "\"title\": \"C\"") "]";
	struct try try;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	try = usual(&tl);
	assert_ok(import(&tl, &try, text), &try);
	assert_counts(&try, 4, 3, 1, 5, 0);
	assert_int_equal(try.refusals.rows[0], 3);
	assert_int_equal(try.refusals.rules[0], ST_IMPORT_ROW);
	assert_non_null(strstr(try.refusals.texts[0], "row 1"));
	assert_ok(import(&tl, &try, text), &try);
	assert_counts(&try, 4, 3, 1, 0, 4);
	tl_free(&tl);
}

/* A DOI that two rows claim: the second binds it away, so the first cannot be restated with it;
 * that row is refused, the others go on. */
static void
test_import__a_row_that_leans_on_a_lost_binding_is_refused(void **state)
{
	static const char first[] = "[" UUID_ROW(
	    "9f810e9f", "\"title\": \"A\", \"doi\": \"10.5555/shared\"") ",\n" UUID_ROW("8f810e9f",
	    "\"title\": \"B\", \"doi\": \"10.5555/shared\"") "]";
	static const char edited[] = "[" UUID_ROW(
	    "9f810e9f", "\"title\": \"A2\", \"doi\": \"10.5555/shared\"") ",\n" UUID_ROW("8f810e9f",
	    "\"title\": \"B2\", \"doi\": \"10.5555/shared\"") ",\n" UUID_ROW("7f810e9f",
	    "\"title\": \"C\"") "]";
	struct try try;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	try = usual(&tl);
	assert_ok(import(&tl, &try, first), &try);
	assert_counts(&try, 2, 2, 0, 9, 0);
	assert_ok(import(&tl, &try, edited), &try);
	assert_int_equal(try.result.taken, 2);
	assert_int_equal(try.result.refused, 1);
	assert_int_equal(try.refusals.rows[0], 1);
	assert_int_equal(try.refusals.rules[0], ST_ALIAS_NOT_BOUND);
	tl_check(&tl);
	tl_free(&tl);
}

/* Text is cut nowhere: what is too long is refused, what is long but allowed is kept whole. */
static void
test_import__long_text_is_kept_or_refused(void **state)
{
	struct st_buf text = {0};
	struct all *all;
	struct try try;
	struct tl tl;
	stet_bytes title;
	unsigned i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	try = usual(&tl);
	st_buf_put_str(&text, "[{\"record_kind\": \"benchmark\", \"model\": \"");
	for (i = 0; i < 200; i++)
		st_buf_put_str(&text, "\xc3\xa9");
	st_buf_put_str(&text, "\", \"benchmark\": \"");
	for (i = 0; i < 190; i++)
		st_buf_put_str(&text, "\xe2\x80\x94");
	st_buf_put_str(&text, "\"}, " UUID_ROW("9f810e9f",
				  "\"gate_status\": \"UNVERIFIED\", \"gate_reason_kind\": \"X\", "
				  "\"gate_reason_detail\": {\"method\": \""));
	text.size--; /* the row's own end comes later */
	for (i = 0; i < 300; i++)
		st_buf_put_str(&text, "\xe2\x82\xac");
	st_buf_put_str(&text, "\"}}, " UUID_ROW("8f810e9f", "\"title\": \""));
	text.size--;
	for (i = 0; i < 1001; i++)
		st_buf_put_str(&text, "x");
	st_buf_put_str(&text, "\"}]");
	assert_ok(import_bytes(&tl, &try, st_buf_bytes(&text)), &try);
	assert_int_equal(try.result.taken, 2);
	assert_int_equal(try.refusals.rows[0], 3);
	assert_int_equal(try.refusals.rules[0], ST_MEMBER_LENGTH);
	all = all_of(&tl);
	for (i = 0; i < all->count; i++) {
		title = text_of(all->statements[i], "title");
		if (title.data != NULL)
			assert_int_equal(title.size, 400 + 4 + 570);
		if (is(all->statements[i], "type", "verdict"))
			assert_int_equal(text_of(all->statements[i], "reason").size, 900);
	}
	all_free(all);
	st_buf_free(&text);
	/* an id that is longer than one can be */
	st_buf_put_str(&text, "[{\"doi\": \"10.5555/x\", \"id\": \"");
	for (i = 0; i < 257; i++)
		st_buf_put_str(&text, "x");
	st_buf_put_str(&text, "\"}]");
	assert_ok(import_bytes(&tl, &try, st_buf_bytes(&text)), &try);
	assert_counts(&try, 1, 0, 1, 0, 0);
	assert_int_equal(try.refusals.rules[0], ST_IMPORT_ROW);
	st_buf_free(&text);
	tl_free(&tl);
}

/* --- who may --------------------------------------------------------------------------------- */

static void
test_import__is_an_observers(void **state)
{
	static const struct {
		enum tl_key signer;
		int rule;
	} rows[] = {{TL_STRANGER, ST_SIGNER_UNKNOWN}, {TL_PUBLISHER, ST_ROLE_MISSING},
	    {TL_ROOT, ST_ROLE_MISSING}, {TL_GATE, ST_SIGNER_REVOKED},
	    {TL_EDITOR, ST_SIGNER_EXPIRED}};
	stet_json *stats = NULL;
	struct tl_mark mark;
	struct try try;
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_GATE, "['observer']", ""));
	tl_append(&tl, tl_revoke(&tl, TL_ROOT, TL_GATE, ", 'reason': 'retired'"));
	tl_append(
	    &tl, tl_grant(&tl, TL_ROOT, TL_EDITOR, "['observer']", ", 'until': 1767225600001"));
	tl.now_ms += 10;
	try = usual(&tl);
	tl_mark_take(&tl, &mark);
	for (i = 0; i < COUNT_OF(rows); i++) {
		try.signer = rows[i].signer;
		assert_int_equal(import(&tl, &try, TITLED("A")), STET_EREFUSED);
		if (try.err.rule != rows[i].rule)
			fail_msg("%zu: %s", i, stet_rule_name(try.err.rule));
	}
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	/* nothing was kept, either */
	assert_int_equal(stet_ledger_stats(tl.ledger, &stats, NULL), STET_OK);
	assert_int_equal(stet_json_int_of(stet_json_get(stats, "artifacts")), 0);
	stet_json_free(stats);
	/* what stops an append stops an import, without blaming a row */
	try.signer = TL_OBSERVER;
	try.options.now_ms += UINT64_C(367) * 24 * 3600 * 1000;
	assert_int_equal(import(&tl, &try, TITLED("A")), STET_EREFUSED);
	assert_int_equal(try.err.rule, ST_CLOCK_STEP);
	assert_int_equal(try.refusals.count, 0);
	tl_free(&tl);
}

static int
fail_reading(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	(void)ctx;
	(void)buf;
	(void)size;
	*got_out = 0;
	return STET_EIO;
}

static void
test_import__of_what_cannot_be_read_is_none(void **state)
{
	stet_transfer_options options = STET_TRANSFER_OPTIONS;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	options.now_ms = tl.now_ms;
	assert_int_equal(stet_import(tl.ledger, "records", fail_reading, NULL, tl.keys[TL_OBSERVER],
			     &options, NULL, &err),
	    STET_EIO);
	assert_int_equal(stet_import(tl.ledger, "poems", fail_reading, NULL, tl.keys[TL_OBSERVER],
			     &options, NULL, &err),
	    STET_EINVAL);
	assert_int_equal(err.rule, ST_FORMAT_UNKNOWN);
	options.version = 0;
	assert_int_equal(stet_import(tl.ledger, "records", fail_reading, NULL, tl.keys[TL_OBSERVER],
			     &options, NULL, &err),
	    STET_EINVAL);
	tl_free(&tl);
}

/* --- memory ---------------------------------------------------------------------------------- */

static void
test_import__can_be_repeated_when_memory_was_short(void **state)
{
	static const char text[] = "[" UUID_ROW("9f810e9f",
	    "\"title\": \"A\", \"doi\": \"10.5555/a\", \"gate_status\": \"VERIFIED\", "
	    "\"gate_reason_kind\": \"SANDBOX_MATCH\", \"gate_reason_detail\": {\"method\": "
	    "\"m\", \"computed\": 1.5, \"expected\": 2}, \"dimensions\": {\"novelty\": "
	    "\"LOW\"}") ",\n{\"record_kind\": \"benchmark\", \"model\": \"m\", \"benchmark\": "
			"\"b\", \"n\": [1, 2.5, true]}, {\"record_kind\": 7}]";
	struct tl_mark mark;
	struct all *all;
	struct try try;
	struct tl tl;
	long n;
	int rc, failed;
	size_t expected;
	char *artifacts;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	artifacts = st_path_join(tl.path, "artifacts");
	strict_in_memory = 1;
	tl_mark_take(&tl, &mark);
	try = usual(&tl);
	assert_ok(import(&tl, &try, text), &try);
	assert_counts(&try, 3, 2, 1, 10, 0);
	all = all_of(&tl);
	expected = all->count;
	all_free(all);
	for (n = 0;; n++) {
		tl_mark_put(&tl, &mark);
		st_dir_clear(artifacts);
		alloc_fail(n);
		rc = import(&tl, &try, text);
		failed = alloc_failed();
		if (!failed)
			break;
		/* Done without: whether content is there already is asked, and if nobody knows it
		 * is written again. */
		if (rc != STET_OK && rc != STET_ENOMEM &&
		    !(rc == STET_EUNSURE && try.err.rule == ST_CHECKPOINT_LATE))
			fail_msg("%ld: %s %s '%s'", n, stet_code_name(rc),
			    stet_rule_name(try.err.rule), try.err.text);
		/* a row is not refused for it */
		if (try.refusals.count > 1)
			fail_msg("%ld: %s '%s'", n, stet_rule_name(try.refusals.rules[0]),
			    try.refusals.texts[0]);
		if (rc == STET_OK)
			assert_counts(&try, 3, 2, 1, 10, 0);
		assert_ok(import(&tl, &try, text), &try);
		assert_int_equal(try.result.taken, 2);
		all = all_of(&tl);
		/* one batch more if the first was in and its snapshot was not */
		assert_true(all->count == expected || all->count == expected + 1);
		all_free(all);
	}
	strict_in_memory = 0;
	assert_ok(rc, &try);
	printf(
	    "%ld allocations failed one by one in an import: repeated, it comes to the same\n", n);
	free(artifacts);
	tl_mark_free(&mark);
	tl_free(&tl);
}

static int
on_disk(void **state)
{
	(void)state;
	strict_in_memory = 0;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_import__keeps_every_field_a_page_showed),
	    cmocka_unit_test(test_import__names_the_nameless_by_their_content),
	    cmocka_unit_test(test_import__digests_rows_as_the_page_does),
	    cmocka_unit_test(test_import__keeps_each_element_byte_for_byte),
	    cmocka_unit_test(test_import__again_adds_nothing),
	    cmocka_unit_test(test_import__dry_runs_write_nothing),
	    cmocka_unit_test(test_import__can_be_stopped_and_gone_on_with),
	    cmocka_unit_test(test_import__a_changed_row_is_annulled_and_restated),
	    cmocka_unit_test(test_import__a_change_touches_its_row_alone),
	    cmocka_unit_test(test_import__sources_are_kept_apart),
	    cmocka_unit_test(test_import__malformed_files_change_nothing),
	    cmocka_unit_test(test_import__takes_rows_however_they_are_strung),
	    cmocka_unit_test(test_import__bad_rows_are_listed_and_the_rest_taken),
	    cmocka_unit_test(test_import__an_id_says_one_thing_in_a_file),
	    cmocka_unit_test(test_import__a_row_that_leans_on_a_lost_binding_is_refused),
	    cmocka_unit_test(test_import__long_text_is_kept_or_refused),
	    cmocka_unit_test(test_import__is_an_observers),
	    cmocka_unit_test(test_import__of_what_cannot_be_read_is_none),
	    cmocka_unit_test_teardown(test_import__can_be_repeated_when_memory_was_short, on_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
