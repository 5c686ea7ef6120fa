/* Edits that were made to a list between two readings of it: JSON Lines of {"op": add | remove |
 * change, "map", "doi", "notice", "was", "snapshot", ...}.
 *
 * Each line is one thing that the source did, and its digest is the key: the file can be imported
 * again, and a later one that goes on from it.  add states; change annuls what was stated and
 * states anew, so that A, B, A are three statements; remove delists. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/name.h"
#include "base/text.h"
#include "base/time.h"
#include "exchange/elements.h"
#include "exchange/import.h"
#include "exchange/seen.h"

static const struct {
	const char *map, *nature;
} natures[] = {
    {"retraction", "retraction"},
    {"correction", "correction"},
    {"concern", "expression_of_concern"},
    {"expression_of_concern", "expression_of_concern"},
    {"eoc", "expression_of_concern"},
};

struct edit {
	struct st_import *import;
	const stet_json *json;
	char key[ST_IMPORT_KEY_MAX + 1];
	stet_bytes map;
	struct st_buf doi, notice, was; /* names; size 0: none */
};

static stet_bytes
text_at(const struct edit *edit, const char *member)
{
	stet_bytes text = stet_json_string_of(stet_json_get(edit->json, member));

	return text.data != NULL ? text : (stet_bytes){(const uint8_t *)"", 0};
}

static int
is_op(const struct edit *edit, const char *op)
{
	return st_bytes_equal(text_at(edit, "op"), st_str(op));
}

/* What the map is called, the DOI, and the day it was seen. */
static stet_json *
source_json(const struct edit *edit)
{
	const stet_transfer_options *options = edit->import->options;
	stet_bytes seen = text_at(edit, "snapshot");
	stet_json *source = stet_json_object();
	struct st_buf id = {0};

	st_buf_printf(&id, "%.*s:", (int)edit->map.size, (const char *)edit->map.data);
	st_buf_put_bytes(&id, st_buf_bytes(&edit->doi));
	stet_json_set(source, "name", stet_json_str(edit->import->source_name));
	stet_json_set(source, "id", id.rc == STET_OK ? stet_json_string(st_buf_bytes(&id)) : NULL);
	st_buf_free(&id);
	if (edit->map.size > 0)
		stet_json_set(source, "term", stet_json_string(edit->map));
	if (options->url != NULL)
		stet_json_set(source, "url", stet_json_str(options->url));
	if (st_date_ok(seen))
		stet_json_set(source, "retrieved", stet_json_string(seen));
	return source;
}

static int
set_notice(const struct edit *edit, const struct st_buf *name, stet_json *json, stet_error *err)
{
	stet_json *notice = stet_json_object();
	struct st_buf doi = {0};
	int rc = STET_OK;

	if (name->size == 0) {
		stet_json_set(notice, "kind", stet_json_str("unknown"));
	} else if ((rc = st_name_to_doi(st_buf_bytes(name), &doi, err)) == STET_OK) {
		stet_json_set(notice, "kind",
		    stet_json_str(st_bytes_equal(st_buf_bytes(name), st_buf_bytes(&edit->doi))
				      ? "self"
				      : "own"));
		stet_json_set(notice, "doi", stet_json_string(st_buf_bytes(&doi)));
	}
	stet_json_set(json, "notice", notice);
	st_buf_free(&doi);
	return rc;
}

/* Says it with this notice. */
static int
state(struct edit *edit, unsigned ordinal, const struct st_buf *notice, stet_error *err)
{
	stet_json *json = stet_json_object();
	const char *nature = "unspecified";
	size_t i;
	int rc;

	for (i = 0; i < sizeof(natures) / sizeof(natures[0]); i++)
		if (st_bytes_equal(edit->map, st_str(natures[i].map)))
			nature = natures[i].nature;
	stet_json_set(json, "type", stet_json_str("correction"));
	stet_json_set(json, "subject", stet_json_string(st_buf_bytes(&edit->doi)));
	stet_json_set(json, "nature", stet_json_str(nature));
	if ((rc = set_notice(edit, notice, json, err)) < 0) {
		stet_json_free(json);
		return rc;
	}
	stet_json_set(json, "source", source_json(edit));
	return st_import_say(edit->import, edit->key, ordinal, json, err);
}

/* Whether an entry is a statement of this list about this DOI that can be lifted. */
static int
is_stated(const struct edit *edit, const struct st_statement *statement)
{
	stet_bytes nature, term = {(const uint8_t *)"", 0};

	st_cbor_member_text(statement->source, "term", &term);
	return statement->type == ST_TYPE_CORRECTION &&
	       st_bytes_equal(statement->source_name, st_str(edit->import->source_name)) &&
	       st_bytes_equal(statement->sign1.claims.iss, st_str(edit->import->issuer)) &&
	       st_bytes_equal(term, edit->map) &&
	       st_cbor_member_text(statement->sign1.payload, "nature", &nature) == STET_OK &&
	       !st_bytes_equal(nature, st_str("annulment")) &&
	       !st_bytes_equal(nature, st_str("delisting"));
}

/* The newest statement of this list about this DOI, STET_NO_SEQ: none. */
static int
find_stated(struct edit *edit, uint64_t *seq_out, stet_error *err)
{
	const struct st_books *books = &edit->import->books;
	struct st_index_row row;
	struct st_read read;
	uint8_t key[32];
	uint64_t nth, seq;
	int rc;

	*seq_out = STET_NO_SEQ;
	st_map_key(st_buf_bytes(&edit->doi), key);
	if ((rc = st_books_index(books, key, &row, err)) < 0)
		return rc;
	for (nth = row.count; nth-- > 0 && *seq_out == STET_NO_SEQ;) {
		if ((rc = st_books_about(books, key, nth, &seq, err)) < 0 ||
		    (rc = st_books_entry(books, seq, &read, err)) < 0)
			return rc;
		if (is_stated(edit, &read.statement))
			*seq_out = seq;
	}
	return STET_OK;
}

static int
flush(struct edit *edit, stet_error *err)
{
	int rc = st_import_flush(edit->import, err);

	edit->import->row_first = edit->import->count;
	return rc;
}

/* What was stated before is annulled or delisted.  Where that was before the first reading, it is
 * said here what it was, so that what the edit took away is in the ledger too. */
static int
lift(struct edit *edit, const char *nature, const struct st_buf *was, stet_error *err)
{
	stet_json *source;
	uint64_t seq;
	int rc;

	if ((rc = find_stated(edit, &seq, err)) < 0)
		return rc;
	if (seq == STET_NO_SEQ &&
	    ((rc = state(edit, 2, was, err)) < 0 || (rc = flush(edit, err)) < 0 ||
		(rc = find_stated(edit, &seq, err)) < 0))
		return rc;
	if (seq == STET_NO_SEQ) /* a dry run: nothing was written that could be found */
		return STET_OK;
	source = source_json(edit);
	rc = st_import_lift(edit->import, edit->key, nature, seq, source, err);
	stet_json_free(source);
	return rc;
}

static int
is_known(struct edit *edit, stet_error *err)
{
	return st_import_said(edit->import, edit->key, "correction", err);
}

static int
apply(struct edit *edit, stet_error *err)
{
	int rc;

	if (is_op(edit, "add"))
		return state(edit, 1, &edit->notice, err);
	/* What it takes back may be in the batch that is being gathered. */
	if ((rc = flush(edit, err)) < 0)
		return rc;
	if (is_op(edit, "remove"))
		return lift(edit, "delisting", &edit->notice, err);
	if (!is_op(edit, "change"))
		return st_fail(
		    err, STET_EFORMAT, ST_IMPORT_ROW, "its op is none of add, remove and change");
	/* Once said, it is over: what stands now may be a later edit's. */
	if ((rc = is_known(edit, err)) != STET_ENOTFOUND) {
		edit->import->row_already += rc == STET_OK ? 1 : 0;
		return rc;
	}
	if ((rc = lift(edit, "annulment", &edit->was, err)) < 0)
		return rc;
	return state(edit, 1, &edit->notice, err);
}

/* --- rows ---------------------------------------------------------------------------------------
 */

static int
read_doi(stet_bytes cell, const char *what, struct st_buf *name_out, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];
	uint32_t prefix;
	stet_error why;
	int rc = st_name_parse(cell, name_out, &prefix, &why);

	if (rc == STET_ENOMEM)
		return st_fail_nomem(err);
	return rc == 0 && st_name_is_doi(st_buf_bytes(name_out))
		   ? STET_OK
		   : st_fail(err, STET_EFORMAT, ST_IMPORT_ROW, "its %s '%s' is no DOI", what,
			 st_shown(cell, shown));
}

/* A notice without a DOI is spelt in several ways. */
static int
read_notice(stet_bytes cell, struct st_buf *name_out, stet_error *err)
{
	return cell.size > 3 && memcmp(cell.data, "10.", 3) == 0
		   ? read_doi(cell, "notice", name_out, err)
		   : STET_OK;
}

/* The digest of the values, and which of equal lines it is. */
static int
set_key(struct edit *edit, struct st_seen *seen, stet_error *err)
{
	struct st_row_digest digest;
	const stet_json *value;
	struct st_seen_row row;
	const char *name;
	char hex[33];
	size_t i;
	int rc;

	if ((rc = st_row_digest_begin(&digest, err)) < 0)
		return rc;
	for (i = 0; stet_json_member(edit->json, i, &name, &value); i++)
		st_row_digest_add(&digest, stet_json_kind_of(value) == STET_JSON_STRING
					       ? stet_json_string_of(value)
					       : (stet_bytes){(const uint8_t *)"", 0});
	st_row_digest_end(&digest, hex);
	if ((rc = st_seen_add(
		 seen, st_str(hex), st_str(hex), edit->import->result.rows, &row, err)) < 0)
		return rc;
	snprintf(edit->key, sizeof(edit->key), "%s.%lu", hex, (unsigned long)row.count);
	return STET_OK;
}

static int
take_line(struct st_import *import, struct st_seen *seen, stet_bytes line, stet_error *err)
{
	struct edit edit = {import, NULL, "", {NULL, 0}, {0}, {0}, {0}};
	stet_json *json = NULL;
	int rc;

	if ((rc = stet_json_parse(line, &json, err)) < 0)
		return rc;
	edit.json = json;
	edit.map = text_at(&edit, "map");
	if ((rc = set_key(&edit, seen, err)) == STET_OK &&
	    (rc = read_doi(text_at(&edit, "doi"), "doi", &edit.doi, err)) == STET_OK &&
	    (rc = read_notice(text_at(&edit, "notice"), &edit.notice, err)) == STET_OK &&
	    (rc = read_notice(text_at(&edit, "was"), &edit.was, err)) == STET_OK)
		rc = apply(&edit, err);
	st_buf_free(&edit.doi);
	st_buf_free(&edit.notice);
	st_buf_free(&edit.was);
	stet_json_free(json);
	return rc;
}

static int
read_file(void *ctx, uint8_t *buf, size_t size, size_t *got_out, stet_error *err)
{
	return st_import_read(ctx, buf, size, got_out, err);
}

int
st_import_deltas(struct st_import *import, stet_error *err)
{
	struct st_elements *elements = calloc(1, sizeof(*elements));
	struct st_seen seen = {.runs.folder = st_ledger_scratch(import->ledger)};
	struct st_buf line = {0};
	stet_error why;
	int rc = STET_OK;

	if (elements == NULL)
		return st_fail_nomem(err);
	elements->read = read_file;
	elements->ctx = import;
	while (rc == STET_OK && (rc = st_elements_next(elements, &line, err)) == STET_OK) {
		st_error_clear(&why);
		st_import_row_begin(import);
		rc = take_line(import, &seen, st_buf_bytes(&line), &why);
		if (rc == STET_OK) {
			rc = st_import_row_end(import, err);
		} else if (rc == STET_EFORMAT) {
			st_import_row_refuse(import, &why);
			rc = STET_OK;
		} else if (err != NULL) {
			*err = why;
		}
	}
	st_buf_free(&line);
	st_seen_clear(&seen);
	free(elements);
	return rc == STET_ENOTFOUND ? STET_OK : rc;
}
