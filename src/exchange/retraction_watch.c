/* The list of retractions, in any file whose header names the columns it needs.
 *
 * A row is what the source states of one paper: a correction that it observes, about the paper's
 * DOI, or about the notice's where that is all there is.  The 20-column master file says as what;
 * the two-column one does not, and its rows are `unspecified`.  Persons and titles stay out.
 * docs/design.md, "Imports". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/name.h"
#include "base/text.h"
#include "base/time.h"
#include "exchange/csv.h"
#include "exchange/import.h"
#include "exchange/seen.h"

enum column { PAPER, NOTICE, ID, NATURE, DATE, REASON, COLUMN_COUNT };
#define NO_COLUMN SIZE_MAX

static const char *const column_names[COLUMN_COUNT] = {
    [PAPER] = "OriginalPaperDOI",
    [NOTICE] = "RetractionDOI",
    [ID] = "Record ID",
    [NATURE] = "RetractionNature",
    [DATE] = "RetractionDate",
    [REASON] = "Reason",
};

static const struct {
	const char *term, *nature;
} natures[] = {
    {"Retraction", "retraction"},
    {"Correction", "correction"},
    {"Expression of concern", "expression_of_concern"},
    {"Reinstatement", "reinstatement"},
};

struct file {
	struct st_import *import;
	size_t columns[COLUMN_COUNT]; /* places, NO_COLUMN: the file has none */
	size_t count;                 /* of the header */
	struct st_seen
	    rows; /* keys of this file: an occurrence needs them, and what has vanished */
};

struct row {
	struct file *file;
	const stet_bytes *fields;
	size_t count;
	char key[ST_IMPORT_KEY_MAX + 1];
	struct st_buf paper, notice; /* names; size 0: none */
};

/* --- fields -------------------------------------------------------------------------------------
 */

static stet_bytes
field(const struct row *row, enum column column)
{
	size_t at = row->file->columns[column];

	return at == NO_COLUMN || at >= row->count ? (stet_bytes){(const uint8_t *)"", 0}
						   : row->fields[at];
}

static int
same_letters(stet_bytes text, const char *word)
{
	size_t i;

	if (text.size != strlen(word))
		return 0;
	for (i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];

		if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != word[i])
			return 0;
	}
	return 1;
}

static stet_bytes
trimmed(stet_bytes text)
{
	while (text.size > 0 && text.data[text.size - 1] <= ' ')
		text.size--;
	while (text.size > 0 && text.data[0] <= ' ') {
		text.data++;
		text.size--;
	}
	return text;
}

/* Nothing is spelt in several ways, some of them by spreadsheets. */
static int
is_nothing(stet_bytes text)
{
	static const char *const words[] = {
	    "", "unavailable", "na", "n/a", "none", "<na>", "nan", "null", "0"};
	size_t i;

	text = trimmed(text);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (same_letters(text, words[i]))
			return 1;
	return 0;
}

/* The name of a DOI cell, appended; nothing where it says nothing. */
static int
read_doi(stet_bytes cell, const char *what, struct st_buf *name_out, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];
	uint32_t prefix;
	stet_error why;
	int rc;

	if (is_nothing(cell))
		return STET_OK;
	rc = st_name_parse(cell, name_out, &prefix, &why);
	if (rc == STET_ENOMEM)
		return st_fail_nomem(err);
	if (rc != 0 || !st_name_is_doi(st_buf_bytes(name_out)))
		return st_fail(err, STET_EFORMAT, ST_IMPORT_ROW, "its %s '%s' is no DOI", what,
		    st_shown(cell, shown));
	return STET_OK;
}

static int
take_number(stet_bytes *text, int *value_out)
{
	int value = 0, digits = 0;

	while (text->size > 0 && text->data[0] >= '0' && text->data[0] <= '9' && digits < 4) {
		value = value * 10 + (text->data[0] - '0');
		text->data++;
		text->size--;
		digits++;
	}
	*value_out = value;
	return digits;
}

static int
take_slash(stet_bytes *text)
{
	if (text->size == 0 || text->data[0] != '/')
		return 0;
	text->data++;
	text->size--;
	return 1;
}

/* "3/9/2026 0:00", month first, as the source writes it.  It puts day 1 where the day is not known,
 * so that a first of a month says no more than the month. Also what spreadsheets make of it. */
static int
read_date(stet_bytes text, char out[11])
{
	int month, day, year;

	text = trimmed(text);
	out[0] = '\0';
	if (text.size >= 10 && text.data[4] == '-' && st_date_ok((stet_bytes){text.data, 10})) {
		snprintf(out, 11, "%.*s", text.data[8] == '0' && text.data[9] == '1' ? 7 : 10,
		    (const char *)text.data);
		return 1;
	}
	if (take_number(&text, &month) == 0 || !take_slash(&text) ||
	    take_number(&text, &day) == 0 || !take_slash(&text) || take_number(&text, &year) != 4 ||
	    (text.size > 0 && text.data[0] != ' '))
		return 0;
	snprintf(out, 11, "%04d-%02d-%02d", year % 10000, month % 100, day % 100);
	if (!st_date_ok(st_str(out)))
		return 0;
	if (day == 1)
		out[7] = '\0';
	return 1;
}

/* --- the statement ------------------------------------------------------------------------------
 */

static stet_json *
source_json(const struct row *row)
{
	const stet_transfer_options *options = row->file->import->options;
	stet_bytes term = trimmed(field(row, NATURE));
	stet_json *source = stet_json_object();

	stet_json_set(source, "name", stet_json_str(row->file->import->source_name));
	stet_json_set(source, "id", stet_json_str(row->key));
	if (!is_nothing(term))
		stet_json_set(source, "term", stet_json_string(term));
	if (options->url != NULL)
		stet_json_set(source, "url", stet_json_str(options->url));
	if (options->retrieved != NULL)
		stet_json_set(source, "retrieved", stet_json_str(options->retrieved));
	return source;
}

static const char *
nature_of(stet_bytes term)
{
	size_t i;

	term = trimmed(term);
	for (i = 0; i < sizeof(natures) / sizeof(natures[0]); i++) {
		char lower[32];
		size_t k, size = strlen(natures[i].term);

		for (k = 0; k <= size; k++)
			lower[k] = (char)(natures[i].term[k] >= 'A' && natures[i].term[k] <= 'Z'
					      ? natures[i].term[k] + 32
					      : natures[i].term[k]);
		if (same_letters(term, lower))
			return natures[i].nature;
	}
	return "unspecified";
}

/* A DOI of a name, as JSON. */
static int
set_doi(stet_json *json, const char *member, const struct st_buf *name, stet_error *err)
{
	struct st_buf doi = {0};
	int rc = st_name_to_doi(st_buf_bytes(name), &doi, err);

	if (rc == STET_OK)
		stet_json_set(json, member, stet_json_string(st_buf_bytes(&doi)));
	st_buf_free(&doi);
	return rc;
}

static int
set_notice(stet_json *json, const struct row *row, const char *date, stet_error *err)
{
	stet_json *notice = stet_json_object();
	int rc = STET_OK, self;

	if (row->notice.size == 0) {
		stet_json_set(notice, "kind", stet_json_str("unknown"));
	} else {
		self = row->paper.size == 0 ||
		       st_bytes_equal(st_buf_bytes(&row->paper), st_buf_bytes(&row->notice));
		stet_json_set(notice, "kind", stet_json_str(self ? "self" : "own"));
		rc = set_doi(notice, "doi", &row->notice, err);
	}
	if (date[0] != '\0')
		stet_json_set(notice, "published", stet_json_str(date));
	stet_json_set(json, "notice", notice);
	return rc;
}

#define REASONS_MAX 32

/* "+Fake Peer Review;+Unreliable Results;" */
static void
set_reasons(stet_json *json, const struct row *row)
{
	stet_bytes text = field(row, REASON), one;
	stet_json *reasons = stet_json_array(), *reason;
	size_t end, count = 0;

	while (text.size > 0 && count < REASONS_MAX) {
		for (end = 0; end < text.size && text.data[end] != ';';)
			end++;
		one = trimmed((stet_bytes){text.data, end});
		if (one.size > 0 && one.data[0] == '+')
			one = trimmed((stet_bytes){one.data + 1, one.size - 1});
		if (!is_nothing(one)) {
			reason = stet_json_object();
			stet_json_set(reason, "vocabulary", stet_json_str("retraction-watch"));
			stet_json_set(reason, "text", stet_json_string(one));
			stet_json_add(reasons, reason);
			count++;
		}
		end = end < text.size ? end + 1 : end;
		text.data += end;
		text.size -= end;
	}
	if (count > 0)
		stet_json_set(json, "reasons", reasons);
	else
		stet_json_free(reasons);
}

/* The source says of some dates that it does not know them, and gives one all the same. */
static int
is_date_unknown(const struct row *row)
{
	static const char mark[] = "Notice Unknown";
	stet_bytes text = field(row, REASON);
	size_t i, size = sizeof(mark) - 1;

	for (i = 0; i + size <= text.size; i++)
		if (memcmp(text.data + i, mark, size) == 0)
			return 1;
	return 0;
}

static int
say_row(struct row *row, stet_error *err)
{
	stet_json *json = stet_json_object();
	stet_bytes subject = st_buf_bytes(row->paper.size > 0 ? &row->paper : &row->notice);
	char date[11] = "";
	int rc;

	if (!is_nothing(field(row, DATE)) && !is_date_unknown(row) &&
	    !read_date(field(row, DATE), date)) {
		stet_json_free(json);
		return st_fail(
		    err, STET_EFORMAT, ST_IMPORT_ROW, "its date is none of the form M/D/YYYY");
	}
	stet_json_set(json, "type", stet_json_str("correction"));
	stet_json_set(json, "subject", stet_json_string(subject));
	stet_json_set(json, "nature", stet_json_str(nature_of(field(row, NATURE))));
	if (date[0] != '\0')
		stet_json_set(json, "occurred", stet_json_str(date));
	if ((rc = set_notice(json, row, date, err)) < 0) {
		stet_json_free(json);
		return rc;
	}
	set_reasons(json, row);
	stet_json_set(json, "source", source_json(row));
	return st_import_say(row->file->import, row->key, 1, json, err);
}

/* --- rows ---------------------------------------------------------------------------------------
 */

static int
digest_row(const struct row *row, char hex_out[33], stet_error *err)
{
	struct st_row_digest digest;
	size_t i;
	int rc;

	if ((rc = st_row_digest_begin(&digest, err)) < 0)
		return rc;
	for (i = 0; i < row->count; i++)
		st_row_digest_add(&digest, row->fields[i]);
	st_row_digest_end(&digest, hex_out);
	return STET_OK;
}

/* The source's own id of the row, else the digest of the row and its occurrence among equal ones.
 * *again_out: the same row once more. */
static int
set_key(struct row *row, int *again_out, stet_error *err)
{
	stet_bytes id = trimmed(field(row, ID));
	struct st_seen *seen = &row->file->rows;
	struct st_seen_row earlier;
	uint64_t number = row->file->import->result.rows;
	char hex[34];
	int rc;

	*again_out = 0;
	if ((rc = digest_row(row, hex, err)) < 0)
		return rc;
	if (is_nothing(id)) {
		/* With the point, which keeps it apart from what a source calls a row. */
		memcpy(hex + 32, ".", 2);
		if ((rc = st_seen_add(seen, st_str(hex), st_str(hex), number, &earlier, err)) == 0)
			snprintf(
			    row->key, sizeof(row->key), "%s%lu", hex, (unsigned long)earlier.count);
		return rc;
	}
	if (id.size > ST_IMPORT_KEY_MAX)
		return st_fail(err, STET_EFORMAT, ST_IMPORT_ROW, "its Record ID is too long");
	memcpy(row->key, id.data, id.size);
	row->key[id.size] = '\0';
	if ((rc = st_seen_add(seen, id, st_str(hex), number, &earlier, err)) < 0 ||
	    earlier.count == 1)
		return rc;
	*again_out = st_seen_said(&earlier, st_str(hex));
	return *again_out ? STET_OK
			  : st_fail(err, STET_EFORMAT, ST_IMPORT_ROW,
				"row %lu has the same Record ID and says something else",
				(unsigned long)earlier.row);
}

static int
check_text(const struct row *row, stet_error *err)
{
	size_t i;

	for (i = 0; i < row->count; i++)
		if (!st_text_ok(row->fields[i]))
			return st_fail(err, STET_EFORMAT, ST_IMPORT_ROW,
			    "field %zu is not text: UTF-8 without controls", i + 1);
	return STET_OK;
}

static int
take_row(struct row *row, stet_error *err)
{
	int rc, again;

	if ((rc = set_key(row, &again, err)) < 0 || (rc = check_text(row, err)) < 0 || again ||
	    (rc = read_doi(field(row, PAPER), "original DOI", &row->paper, err)) < 0 ||
	    (rc = read_doi(field(row, NOTICE), "notice DOI", &row->notice, err)) < 0)
		return rc;
	if (row->paper.size == 0 && row->notice.size == 0)
		return st_fail(err, STET_EFORMAT, ST_IMPORT_ROW,
		    "it names nothing: neither the paper nor the notice has a DOI");
	return say_row(row, err);
}

static int
read_header(struct file *file, const stet_bytes *fields, size_t count, stet_error *err)
{
	enum column column;
	size_t i;

	for (column = 0; column < COLUMN_COUNT; column++) {
		file->columns[column] = NO_COLUMN;
		for (i = 0; i < count; i++)
			if (st_bytes_equal(trimmed(fields[i]), st_str(column_names[column])))
				file->columns[column] = i;
	}
	file->count = count;
	if (file->columns[PAPER] != NO_COLUMN && file->columns[NOTICE] != NO_COLUMN)
		return STET_OK;
	return st_fail(err, STET_EFORMAT, ST_IMPORT_MALFORMED,
	    "the first line names no column '%s'",
	    column_names[file->columns[PAPER] == NO_COLUMN ? PAPER : NOTICE]);
}

static int
visit_row(void *ctx, uint64_t number, const stet_bytes *fields, size_t count, stet_error *err)
{
	struct file *file = ctx;
	struct row row = {file, fields, count, "", {0}, {0}};
	stet_error why;
	int rc;

	if (number == 0)
		return read_header(file, fields, count, err);
	st_error_clear(&why);
	st_import_row_begin(file->import);
	rc = take_row(&row, &why);
	st_buf_free(&row.paper);
	st_buf_free(&row.notice);
	if (rc == STET_OK)
		return st_import_row_end(file->import, err);
	if (rc == STET_EFORMAT) {
		st_import_row_refuse(file->import, &why);
		return STET_OK;
	}
	if (err != NULL)
		*err = why;
	return rc;
}

/* --- what vanished ------------------------------------------------------------------------------
 */

/* Which one, where the key is DIGEST.OCCURRENCE, of a row without an id of its own; 0: it is not.
 */
static uint64_t
occurrence_of(stet_bytes id)
{
	uint64_t occurrence = 0;
	size_t i;

	if (id.size < 34 || id.size > 33 + 10 || id.data[32] != '.')
		return 0;
	for (i = 33; i < id.size; i++) {
		if (id.data[i] < '0' || id.data[i] > '9')
			return 0;
		occurrence = occurrence * 10 + (uint64_t)(id.data[i] - '0');
	}
	return occurrence;
}

static int
in_file(void *ctx, stet_bytes id, int *in_out, stet_error *err)
{
	const struct file *file = ctx;
	uint64_t occurrence = occurrence_of(id);
	struct st_seen_row row;
	int rc = st_seen_find(&file->rows, id, &row, err);

	*in_out = rc == STET_OK;
	if (rc == STET_ENOTFOUND && occurrence > 0) {
		rc = st_seen_find(&file->rows, (stet_bytes){id.data, 33}, &row, err);
		*in_out = rc == STET_OK && occurrence <= row.count;
	}
	return rc == STET_ENOTFOUND ? STET_OK : rc;
}

static int
read_file(void *ctx, uint8_t *buf, size_t size, size_t *got_out, stet_error *err)
{
	return st_import_read(ctx, buf, size, got_out, err);
}

int
st_import_retraction_watch(struct st_import *import, stet_error *err)
{
	struct file *file = calloc(1, sizeof(*file));
	int rc;

	if (file == NULL)
		return st_fail_nomem(err);
	file->import = import;
	file->rows.runs.folder = st_ledger_scratch(import->ledger);
	rc = st_csv_each(read_file, import, visit_row, file, err);
	if (rc == STET_OK && file->count == 0)
		rc = st_fail(err, STET_EFORMAT, ST_IMPORT_MALFORMED, "the file is empty");
	if (rc == STET_OK && (import->options->flags & STET_IMPORT_WHOLE) != 0)
		rc = st_import_delist(import, in_file, file, err);
	st_seen_clear(&file->rows);
	free(file);
	return rc;
}
