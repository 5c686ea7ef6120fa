/* Record pages: facts read from a publisher's pages, one JSON object each (docs/design.md,
 * "Imports").
 *
 * What the pages state is a claim by the publisher, observed by us, so every statement here has a
 * source and supports nothing.  null means "not visible on the page", never "absent", and becomes
 * no member.  A row's subject is its UUID, else its DOI; a row that has neither is about
 * NAME:KIND:DIGEST, where KIND is its record_kind and DIGEST the digest of the row that also is its
 * key, without the occurrence.  Each element is kept byte for byte as an artifact of role document,
 * so that what no type names is in the ledger, too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "exchange/elements.h"
#include "exchange/import.h"
#include "exchange/seen.h"

struct row {
	struct st_import *import;
	const stet_json *json;
	stet_bytes element;              /* as it stood in the file            */
	char key[ST_IMPORT_KEY_MAX + 1]; /* what the source calls it           */
	struct st_buf subject;           /* the name its statements are about  */
	struct st_buf doi;               /* plain; size 0: none                */
	struct st_buf doi_name;
	int archival; /* the DOI was seen on the archival page alone */
};

/* --- looking at a row ------------------------------------------------------------------------ */

static const stet_json *
at(const stet_json *json, const char *a, const char *b)
{
	const stet_json *value = json == NULL ? NULL : stet_json_get(json, a);

	if (value != NULL && b != NULL)
		value = stet_json_get(value, b);
	return value != NULL && stet_json_kind_of(value) != STET_JSON_NULL ? value : NULL;
}

static stet_bytes
text_at(const stet_json *json, const char *a, const char *b)
{
	return stet_json_string_of(at(json, a, b));
}

/* Copies a visible value under another name; nothing if it is not visible. */
static int
carry(stet_json *to, const char *as, const stet_json *value)
{
	if (value == NULL)
		return 0;
	stet_json_set(to, as, stet_json_copy(value));
	return 1;
}

/* A number as the page printed it: the file has "14295.0" and 8.7. */
static stet_json *
printed(const stet_json *value)
{
	char text[40];
	double number;

	if (value == NULL)
		return NULL;
	if (stet_json_kind_of(value) == STET_JSON_INT) {
		snprintf(text, sizeof(text), "%lld", (long long)stet_json_int_of(value));
	} else {
		number = stet_json_real_of(value);
		snprintf(text, sizeof(text), "%.15g", number);
		if (strpbrk(text, ".e") == NULL)
			strcat(text, ".0");
	}
	return stet_json_str(text);
}

static int
carry_printed(stet_json *to, const char *as, const stet_json *value)
{
	if (value == NULL)
		return 0;
	stet_json_set(to, as, printed(value));
	return 1;
}

/* Takes what was put together; short memory shows where the statement is made. */
static void
set_text(stet_json *json, const char *as, struct st_buf *text)
{
	stet_json_set(json, as, text->rc == STET_OK ? stet_json_string(st_buf_bytes(text)) : NULL);
	st_buf_free(text);
}

/* --- who and where --------------------------------------------------------------------------- */

static stet_bytes
page_of(const struct row *row, int archival)
{
	const stet_json *pages = at(row->json, "source", NULL);
	stet_bytes url, archive = text_at(row->json, "zenodo", "url");
	size_t i;

	if (archival && archive.data != NULL)
		return archive;
	for (i = 0; i < stet_json_size(pages); i++) {
		url = stet_json_string_of(stet_json_item(pages, i));
		if (url.size > 8 && memcmp(url.data, "http", 4) == 0)
			return url;
	}
	return (stet_bytes){NULL, 0};
}

static stet_json *
new_statement(
    const struct row *row, const char *type, stet_bytes subject, const char *term, int archival)
{
	const stet_transfer_options *options = row->import->options;
	stet_json *json = stet_json_object(), *source = stet_json_object();
	stet_bytes url = page_of(row, archival);

	stet_json_set(source, "name", stet_json_str(row->import->source_name));
	stet_json_set(source, "id", stet_json_str(row->key));
	if (term != NULL)
		stet_json_set(source, "term", stet_json_str(term));
	if (url.data != NULL)
		stet_json_set(source, "url", stet_json_string(url));
	if (options->retrieved != NULL)
		stet_json_set(source, "retrieved", stet_json_str(options->retrieved));
	stet_json_set(json, "type", stet_json_str(type));
	stet_json_set(json, "subject", stet_json_string(subject));
	stet_json_set(json, "source", source);
	return json;
}

/* Gives json to the ledger if any member was visible; frees it otherwise. */
static int
say(const struct row *row, unsigned ordinal, stet_json *json, int any, stet_error *err)
{
	if (any)
		return st_import_say(row->import, row->key, ordinal, json, err);
	stet_json_free(json);
	return STET_OK;
}

/* --- one function a statement type ----------------------------------------------------------- */

static int
say_document(const struct row *row, stet_error *err)
{
	stet_json *json;
	stet_bytes contract = text_at(row->json, "contract_version", NULL);
	uint8_t sha256[32];

	st_sha256(row->element, sha256);
	json = new_statement(row, "artifact", st_buf_bytes(&row->subject), NULL, 0);
	stet_json_set(json, "role", stet_json_str("document"));
	if (contract.data == NULL)
		contract = text_at(row->json, "manifest_contract", NULL);
	if (contract.data != NULL)
		stet_json_set(json, "contract", stet_json_string(contract));
	carry(json, "version", at(row->json, "schema_version", NULL));
	stet_json_set(json, "media_type", stet_json_str("application/json"));
	stet_json_set(json, "size", stet_json_int((int64_t)row->element.size));
	stet_json_set(json, "sha256", stet_json_hex((stet_bytes){sha256, 32}));
	return say(row, 1, json, 1, err);
}

static int
say_alias(const struct row *row, stet_error *err)
{
	stet_json *json;

	if (row->doi.size == 0 ||
	    st_bytes_equal(st_buf_bytes(&row->doi_name), st_buf_bytes(&row->subject)))
		return STET_OK;
	json = new_statement(row, "alias", st_buf_bytes(&row->doi_name), NULL, row->archival);
	stet_json_set(json, "action", stet_json_str("bind"));
	stet_json_set(json, "record", stet_json_string(st_buf_bytes(&row->subject)));
	return say(row, 1, json, 1, err);
}

static int
carry_title(const struct row *row, stet_json *json)
{
	static const char *const titles[] = {"title", "problem_name", "statement_paraphrase"};
	stet_bytes model = text_at(row->json, "model", NULL),
		   benchmark = text_at(row->json, "benchmark", NULL);
	struct st_buf title = {0};
	size_t i;

	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (carry(json, "title", at(row->json, titles[i], NULL)))
			return 1;
	if (model.data == NULL || benchmark.data == NULL)
		return 0;
	st_buf_put_bytes(&title, model);
	st_buf_put_str(&title, " on ");
	st_buf_put_bytes(&title, benchmark);
	set_text(json, "title", &title);
	return 1;
}

static int
say_record(const struct row *row, stet_error *err)
{
	stet_json *json = new_statement(row, "record", st_buf_bytes(&row->subject), NULL, 0),
		  *inner;
	int any = carry_title(row, json);

	any |= carry(json, "submitted", at(row->json, "submitted", NULL));
	any |= carry(json, "publisher", at(row->json, "publisher", NULL));
	/* A DOI seen on the archival page alone is bound, but the record's own page does not list
	 * it. */
	if (row->doi.size > 0 && !row->archival &&
	    !st_bytes_equal(st_buf_bytes(&row->doi_name), st_buf_bytes(&row->subject))) {
		inner = stet_json_array();
		stet_json_add(inner, stet_json_string(st_buf_bytes(&row->doi_name)));
		stet_json_set(json, "aliases", inner);
		any = 1;
	}
	if (at(row->json, "manifest_contract", NULL) != NULL) {
		inner = stet_json_object();
		carry(inner, "contract", at(row->json, "manifest_contract", NULL));
		stet_json_set(json, "manifest", inner);
		any = 1;
	}
	return say(row, 1, json, any, err);
}

/* Two counts of verified claims may be visible: the header's is what somebody says, in the
 * declaration; the abstract's are the counts themselves. */
static int
say_claims(const struct row *row, stet_error *err)
{
	static const struct {
		const char *a, *b, *as;
	} counts[] = {
	    {"source_grounded_claims", NULL, "source_grounded_claims"},
	    {"claim_record_source", NULL, "claim_record_source"},
	    {"abstract_counts", "claims_extracted", "extracted_claim_count"},
	    {"abstract_counts", "claims_independently_verified", "verified_claim_count"},
	};
	stet_json *json = new_statement(row, "claims", st_buf_bytes(&row->subject), NULL, 0);
	int any = 0;
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		any |= carry(json, counts[i].as, at(row->json, counts[i].a, counts[i].b));
	return say(row, 1, json, any, err);
}

static int
carry_dimensions(const struct row *row, stet_json *json)
{
	const stet_json *dimensions = at(row->json, "dimensions", NULL), *level;
	stet_json *all = stet_json_object(), *one;
	const char *key;
	size_t i;
	int any = 0;

	for (i = 0; dimensions != NULL && stet_json_member(dimensions, i, &key, &level); i++) {
		if (stet_json_kind_of(level) != STET_JSON_STRING)
			continue;
		one = stet_json_object();
		stet_json_set(one, "level", stet_json_copy(level));
		stet_json_set(all, key, one);
		any = 1;
	}
	if (any)
		stet_json_set(json, "dimensions", all);
	else
		stet_json_free(all);
	return any;
}

static int
say_assessment(const struct row *row, stet_error *err)
{
	stet_json *json = new_statement(row, "assessment", st_buf_bytes(&row->subject), NULL, 0);
	int rc, any = carry(json, "review_score", at(row->json, "review_score", NULL));

	any |= carry_dimensions(row, json);
	if ((rc = say(row, 1, json, any, err)) < 0)
		return rc;
	/* The archival copy states a score of its own, with one decimal. */
	json = new_statement(row, "assessment", st_buf_bytes(&row->subject), "tribunal_score", 1);
	any = carry(json, "review_score", at(row->json, "zenodo", "tribunal_score"));
	return say(row, 2, json, any, err);
}

static int
say_declaration(const struct row *row, stet_error *err)
{
	static const char *const fields[][2] = {
	    {"paper_level", "paper_level"},
	    {"public_provenance_level", "public_provenance_level"},
	    {"quality_tier", "tier"},
	    {"correction_status", "correction_state"},
	    {"correction_count", "correction_count"},
	    {"verified_claims_header", "verified_claim_count"},
	    {"gate_status", "gate_status"},
	    {"report_artifact", "report_artifact"},
	    {"external_record", "external_record"},
	    {"claim_lineage", "claim_lineage"},
	    {"review_method", "review_method"},
	};
	stet_json *json = new_statement(row, "declaration", st_buf_bytes(&row->subject), NULL, 0);
	int any = 0;
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		any |= carry(json, fields[i][1], at(row->json, fields[i][0], NULL));
	return say(row, 1, json, any, err);
}

static int
say_doi(const struct row *row, stet_error *err)
{
	stet_bytes state = text_at(row->json, "doi_state", NULL);
	int registered = st_bytes_equal(state, st_str("REGISTERED"));
	stet_json *json;

	if (row->doi.size == 0)
		return STET_OK;
	json = new_statement(row, "doi", st_buf_bytes(&row->subject),
	    registered ? "REGISTERED" : NULL, row->archival);
	stet_json_set(json, "doi", stet_json_string(st_buf_bytes(&row->doi)));
	if (registered)
		stet_json_set(json, "state", stet_json_str("registered"));
	carry(json, "url", at(row->json, "zenodo", "url"));
	carry(json, "occurred", at(row->json, "zenodo", "published"));
	return say(row, 1, json, 1, err);
}

/* --- verdicts -------------------------------------------------------------------------------- */

static void
carry_roles(const stet_json *detail, stet_json *json)
{
	const stet_json *attackers = at(detail, "attackers", NULL), *attacker;
	stet_json *roles = stet_json_array(), *one;
	size_t i;

	for (i = 0; (attacker = stet_json_item(attackers, i)) != NULL; i++) {
		one = stet_json_object();
		carry(one, "role", at(attacker, "role", NULL));
		carry(one, "score", at(attacker, "score", NULL));
		stet_json_add(roles, one);
	}
	stet_json_set(json, "roles", roles);
}

/* What the page's reason says, as far as it was read: the text around one value. */
static void
set_reason(stet_json *json, const char *before, const stet_json *value, const char *after)
{
	stet_bytes text = stet_json_string_of(value);
	struct st_buf reason = {0};
	stet_json *number;

	if (value == NULL)
		return;
	number = text.data == NULL ? printed(value) : NULL;
	if (number != NULL)
		text = stet_json_string_of(number);
	st_buf_put_str(&reason, before);
	if (text.data == NULL)
		reason.rc = STET_ENOMEM;
	else
		st_buf_put_bytes(&reason, text);
	st_buf_put_str(&reason, after);
	set_text(json, "reason", &reason);
	stet_json_free(number);
}

/* The reason's kind tells which gate spoke: a red-team reason is gate 3's, whatever the label says.
 */
static void
carry_reason(const struct row *row, stet_json *json)
{
	const stet_json *detail = at(row->json, "gate_reason_detail", NULL);
	stet_bytes kind = text_at(row->json, "gate_reason_kind", NULL);
	int red_team = st_bytes_equal(kind, st_str("RED_TEAM_FALSIFIED"));

	stet_json_set(json, "gate", stet_json_str(red_team ? "3" : "2"));
	if (red_team) {
		stet_json_set(json, "kind", stet_json_str("red-team"));
		set_reason(json, "[Gate 3 RED-TEAM FALSIFIED] avg_attack_score=",
		    at(detail, "avg_attack_score", NULL), "/10");
		carry_roles(detail, json);
	} else if (st_bytes_equal(kind, st_str("PRE_ACTIVATION_DEFAULT"))) {
		stet_json_set(json, "kind", stet_json_str("default"));
		set_reason(json, "published before activation (",
		    at(detail, "activation_date", NULL), ")");
	} else if (kind.data != NULL) {
		stet_json_set(json, "kind", stet_json_str("sandbox"));
		set_reason(json, "", at(detail, "method", NULL), "");
		carry_printed(json, "computed", at(detail, "computed", NULL));
		carry_printed(json, "expected", at(detail, "expected", NULL));
		carry_printed(json, "tolerance", at(detail, "tolerance_pct", NULL));
		carry_printed(json, "diff", at(detail, "diff_pct_shown", NULL));
	}
}

static int
say_gate_verdict(const struct row *row, stet_error *err)
{
	stet_json *json;

	if (at(row->json, "gate_status", NULL) == NULL)
		return STET_OK;
	json = new_statement(row, "verdict", st_buf_bytes(&row->subject), NULL, 0);
	stet_json_set(json, "contract", stet_json_str("gate-verdict-v1"));
	carry(json, "status", at(row->json, "gate_status", NULL));
	carry(json, "gate_label", at(row->json, "gate_label", NULL));
	carry(json, "evaluated_at", at(row->json, "gate_evaluated_at", NULL));
	carry_reason(row, json);
	return say(row, 1, json, 1, err);
}

static int
say_math_verdict(const struct row *row, stet_error *err)
{
	const stet_json *verification = at(row->json, "verification", NULL);
	stet_json *json;

	if (at(verification, "state", NULL) == NULL)
		return STET_OK;
	json = new_statement(row, "verdict", st_buf_bytes(&row->subject), NULL, 0);
	stet_json_set(json, "contract", stet_json_str("math-result-v1"));
	stet_json_set(json, "gate", stet_json_str("math"));
	carry(json, "status", at(verification, "state", NULL));
	carry(json, "gate_label", at(verification, "label", NULL));
	carry(json, "n_cases", at(verification, "n_cases", NULL));
	set_reason(json, "", at(verification, "result", NULL), "");
	return say(row, 1, json, 1, err);
}

/* The binding comes before what lists it. */
static int (*const sayings[])(const struct row *row, stet_error *err) = {
    say_document,
    say_alias,
    say_record,
    say_claims,
    say_assessment,
    say_declaration,
    say_doi,
    say_gate_verdict,
    say_math_verdict,
};

/* --- rows ------------------------------------------------------------------------------------ */

/* The field values of an object in the order of the file, nested ones unfolded; names and brackets
 * do not count, so that the digest is that of any other form of the same row. */
static int
digest_values(struct st_row_digest *digest, const stet_json *json, stet_error *err)
{
	const stet_json *value;
	const char *key;
	char *text;
	size_t i, size;
	int rc = STET_OK;

	switch (stet_json_kind_of(json)) {
	case STET_JSON_OBJECT:
		for (i = 0; rc == STET_OK && stet_json_member(json, i, &key, &value); i++)
			rc = digest_values(digest, value, err);
		return rc;
	case STET_JSON_ARRAY:
		for (i = 0; rc == STET_OK && (value = stet_json_item(json, i)) != NULL; i++)
			rc = digest_values(digest, value, err);
		return rc;
	case STET_JSON_STRING:
		st_row_digest_add(digest, stet_json_string_of(json));
		return STET_OK;
	default:
		if ((rc = stet_json_text(json, 0, &text, &size, err)) < 0)
			return rc;
		st_row_digest_add(digest, (stet_bytes){(const uint8_t *)text, size});
		free(text);
		return STET_OK;
	}
}

static int
name_nameless(struct row *row, struct st_seen *nameless, stet_error *err)
{
	stet_bytes kind = text_at(row->json, "record_kind", NULL);
	struct st_row_digest digest;
	struct st_seen_row seen;
	char hex[33];
	int rc;

	if (kind.data == NULL)
		return st_fail(
		    err, STET_EFORMAT, ST_IMPORT_ROW, "the row has no uuid, doi or record_kind");
	if ((rc = st_row_digest_begin(&digest, err)) < 0)
		return rc;
	rc = digest_values(&digest, row->json, err);
	st_row_digest_end(&digest, hex);
	if (rc < 0 || (rc = st_seen_add(nameless, st_str(hex), row->element,
			   row->import->result.rows, &seen, err)) < 0)
		return rc;
	snprintf(row->key, sizeof(row->key), "%s.%lu", hex, (unsigned long)seen.count);
	st_buf_printf(&row->subject, "%s:%.*s:%s", row->import->source_name, (int)kind.size,
	    (const char *)kind.data, hex);
	return row->subject.rc < 0 ? st_fail_nomem(err)
				   : st_name_check(st_buf_bytes(&row->subject), err);
}

/* What the source calls the row. */
static int
set_row_key(struct row *row, stet_bytes id, stet_error *err)
{
	if (id.size > ST_IMPORT_KEY_MAX)
		return st_fail(err, STET_EFORMAT, ST_IMPORT_ROW,
		    "its id has %zu bytes, more than the %d that one can have", id.size,
		    ST_IMPORT_KEY_MAX);
	memcpy(row->key, id.data, id.size);
	row->key[id.size] = '\0';
	return STET_OK;
}

static int
read_doi(struct row *row, stet_error *err)
{
	stet_bytes doi = text_at(row->json, "doi", NULL);
	uint32_t prefix;
	int rc;

	if (doi.data == NULL) {
		doi = text_at(row->json, "zenodo", "doi");
		row->archival = doi.data != NULL;
	}
	if (doi.data == NULL)
		return STET_OK;
	if ((rc = st_name_parse(doi, &row->doi_name, &prefix, err)) < 0)
		return rc;
	if (rc > 0 || !st_name_is_doi(st_buf_bytes(&row->doi_name)))
		return st_fail(err, STET_EFORMAT, ST_IMPORT_ROW, "its doi is none");
	return st_name_to_doi(st_buf_bytes(&row->doi_name), &row->doi, err);
}

static int
name_row(struct row *row, struct st_seen *nameless, stet_error *err)
{
	stet_bytes uuid = text_at(row->json, "uuid", NULL), id = text_at(row->json, "id", NULL);
	uint32_t prefix;
	int rc;

	if ((rc = read_doi(row, err)) < 0)
		return rc;
	if (uuid.data != NULL) {
		if ((rc = st_name_parse(uuid, &row->subject, &prefix, err)) != STET_OK)
			return rc < 0
				   ? rc
				   : st_fail(err, STET_EFORMAT, ST_IMPORT_ROW, "its uuid is none");
		return set_row_key(row, uuid, err);
	}
	if (row->doi.size == 0)
		return name_nameless(row, nameless, err);
	if (id.data == NULL)
		id = st_buf_bytes(&row->doi);
	if ((rc = set_row_key(row, id, err)) < 0)
		return rc;
	st_buf_put_bytes(&row->subject, st_buf_bytes(&row->doi_name));
	return row->subject.rc < 0 ? st_fail_nomem(err) : STET_OK;
}

struct file {
	struct st_import *import;
	struct st_seen nameless; /* by the digest of their values   */
	struct st_seen keys;     /* of all rows taken so far        */
};

/* *again_out 1: the same row once more, which adds nothing. One key that says two things in one
 * file would be a change with every import, back and forth. */
static int
compare_with_earlier(
    const struct file *file, const struct row *row, int *again_out, stet_error *err)
{
	struct st_seen_row earlier;
	int rc = st_seen_find(&file->keys, st_str(row->key), &earlier, err);

	*again_out = 0;
	if (rc != STET_OK)
		return rc == STET_ENOTFOUND ? STET_OK : rc;
	*again_out = st_seen_said(&earlier, row->element);
	return *again_out ? STET_OK
			  : st_fail(err, STET_EFORMAT, ST_IMPORT_ROW,
				"row %lu has the same id and says something else",
				(unsigned long)earlier.row);
}

static int
say_row(struct file *file, struct row *row, stet_error *err)
{
	struct st_seen_row seen;
	size_t i;
	int rc, again;

	if ((rc = name_row(row, &file->nameless, err)) < 0 ||
	    (rc = compare_with_earlier(file, row, &again, err)) < 0 || again)
		return rc;
	for (i = 0; rc == STET_OK && i < sizeof(sayings) / sizeof(sayings[0]); i++)
		rc = sayings[i](row, err);
	if (rc == STET_OK && (rc = st_import_keep(row->import, row->element, err)) == STET_OK)
		rc = st_seen_add(&file->keys, st_str(row->key), row->element,
		    file->import->result.rows, &seen, err);
	return rc;
}

static int
take_row(struct file *file, stet_bytes element, stet_error *err)
{
	struct row row;
	stet_json *json = NULL;
	int rc;

	memset(&row, 0, sizeof(row));
	if ((rc = stet_json_parse(element, &json, err)) < 0)
		return rc;
	row.import = file->import;
	row.json = json;
	row.element = element;
	rc = say_row(file, &row, err);
	st_buf_free(&row.subject);
	st_buf_free(&row.doi);
	st_buf_free(&row.doi_name);
	stet_json_free(json);
	return rc;
}

static int
read_file(void *ctx, uint8_t *buf, size_t size, size_t *got_out, stet_error *err)
{
	return st_import_read(ctx, buf, size, got_out, err);
}

int
st_import_records(struct st_import *import, stet_error *err)
{
	struct st_elements *elements = calloc(1, sizeof(*elements));
	const char *folder = st_ledger_scratch(import->ledger);
	struct file file = {import, {.runs.folder = folder}, {.runs.folder = folder}};
	struct st_buf element = {0};
	stet_error why;
	int rc = STET_OK;

	if (elements == NULL)
		return st_fail_nomem(err);
	elements->read = read_file;
	elements->ctx = import;
	while (rc == STET_OK && (rc = st_elements_next(elements, &element, err)) == STET_OK) {
		st_error_clear(&why);
		st_import_row_begin(import);
		rc = take_row(&file, st_buf_bytes(&element), &why);
		if (rc == STET_OK) {
			rc = st_import_row_end(import, err);
		} else if (rc == STET_EFORMAT) {
			st_import_row_refuse(import, &why);
			rc = STET_OK;
		} else if (err != NULL) {
			*err = why;
		}
	}
	st_buf_free(&element);
	st_seen_clear(&file.nameless);
	st_seen_clear(&file.keys);
	free(elements);
	return rc == STET_ENOTFOUND ? STET_OK : rc;
}
