/* history.csv: a row for each entry, for spreadsheets (RFC 4180).
 *
 * What a cell holds is what the entry says, unchanged: a cell that begins with '=' stays one, for a
 * trail that is altered to please a program is none.  Every field stands in quotes, so that commas,
 * quotes and line ends inside are data, and most spreadsheets take it as text. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/name.h"
#include "base/time.h"
#include "trail/trail.h"

struct row {
	struct st_trail *trail;
	stet_entry *entry;
	const stet_json *statement;
	struct st_buf cell; /* the one at hand */
};

/* --- cells ------------------------------------------------------------------------------------ */

static void
put_seq(struct row *row)
{
	st_buf_printf(&row->cell, "%" PRIu64, stet_entry_seq(row->entry));
}

static void
put_appended(struct row *row)
{
	char text[ST_TIME_SIZE];

	st_time_text_ms(stet_entry_ms(row->entry), text);
	st_buf_put_str(&row->cell, text);
}

static void
put_name(struct row *row)
{
	st_buf_put_str(&row->cell, stet_entry_name(row->entry));
}

/* The DOI that is spoken of: of a registration the one registered, else that of the subject. */
static void
put_doi(struct row *row)
{
	stet_bytes name = st_str(stet_entry_name(row->entry));

	if (!st_said_doi(row->statement, "doi", &row->cell) && st_name_is_doi(name) &&
	    st_name_to_doi(name, &row->cell, NULL) == STET_ENOMEM)
		row->cell.rc = STET_ENOMEM;
}

static void
put_notice_doi(struct row *row)
{
	st_said_doi(stet_json_get(row->statement, "notice"), "doi", &row->cell);
}

static void
put_replacement(struct row *row)
{
	st_said_name(row->statement, "replacement", &row->cell);
}

static void
put_type(struct row *row)
{
	st_buf_put_str(&row->cell, stet_entry_type(row->entry));
}

static void
put_leaf(struct row *row)
{
	st_hex_put(&row->cell, stet_entry_leaf(row->entry));
}

/* Which of its type: the nature of a correction, the status of a verdict and so on. */
static void
put_kind(struct row *row)
{
	static const char *const members[] = {"nature", "status", "action", "state", "role", NULL};
	stet_bytes text;
	size_t i;

	for (i = 0; members[i] != NULL; i++)
		if ((text = st_said(row->statement, members[i])).data != NULL) {
			st_buf_put_bytes(&row->cell, text);
			return;
		}
}

/* How exactly it is known when it happened, so that nobody takes 2011-05 for the first of May. */
static void
put_precision(struct row *row)
{
	switch (st_said(row->statement, "occurred").size) {
	case 0:
		return;
	case 4:
		st_buf_put_str(&row->cell, "year");
		return;
	case 7:
		st_buf_put_str(&row->cell, "month");
		return;
	case 10:
		st_buf_put_str(&row->cell, "day");
		return;
	default:
		st_buf_put_str(&row->cell, "time");
	}
}

static void
put_part(struct st_buf *cell, const char *before, stet_bytes text)
{
	if (text.data == NULL)
		return;
	st_buf_put_str(cell, before);
	st_buf_put_bytes(cell, text);
}

/* "code: text; code: text" */
static void
put_pairs(struct row *row, const char *list, const char *first, const char *second)
{
	const stet_json *items = stet_json_get(row->statement, list), *item;
	stet_bytes text;
	size_t i;

	for (i = 0; i < stet_json_size(items); i++) {
		item = stet_json_item(items, i);
		text = st_said(item, first);
		put_part(&row->cell, i > 0 ? "; " : "", text);
		put_part(&row->cell,
		    text.data != NULL ? ": "
		    : i > 0           ? "; "
				      : "",
		    st_said(item, second));
	}
}

static void
put_reasons(struct row *row)
{
	put_pairs(row, "reasons", "code", "text");
}

static void
put_decided_by(struct row *row)
{
	put_pairs(row, "decided_by", "kind", "name");
}

static void
put_targets(struct row *row)
{
	const stet_json *items = stet_json_get(row->statement, "targets");
	size_t i;

	for (i = 0; i < stet_json_size(items); i++)
		put_part(
		    &row->cell, i > 0 ? " " : "", stet_json_string_of(stet_json_item(items, i)));
}

static void
put_note(struct row *row)
{
	stet_bytes text = st_said(row->statement, "public_note");

	put_part(&row->cell, "", text.data != NULL ? text : st_said(row->statement, "note"));
}

static void put_not_shown(struct row *row);

/* --- the columns ------------------------------------------------------------------------------ */

/* Shown by a function, or the text of a member of the statement or of an object in it. */
static const struct column {
	const char *title;
	void (*put)(struct row *row);
	const char *object, *member; /* object NULL: the statement itself */
} columns[] = {
    {"entry", put_seq, NULL, NULL},
    {"appended", put_appended, NULL, NULL},
    {"name", put_name, NULL, "subject"},
    {"doi", put_doi, NULL, "doi"},
    {"type", put_type, NULL, "type"},
    {"kind", put_kind, NULL, NULL},
    {"title", NULL, NULL, "title"},
    {"occurred", NULL, NULL, "occurred"},
    {"occurred_precision", put_precision, NULL, NULL},
    {"notice_kind", NULL, "notice", "kind"},
    {"notice_doi", put_notice_doi, "notice", "doi"},
    {"notice_published", NULL, "notice", "published"},
    {"replacement", put_replacement, NULL, "replacement"},
    {"reasons", put_reasons, NULL, "reasons"},
    {"decided_by", put_decided_by, NULL, "decided_by"},
    {"note", put_note, NULL, NULL},
    {"targets", put_targets, NULL, "targets"},
    {"source", NULL, "source", "name"},
    {"source_id", NULL, "source", "id"},
    {"source_url", NULL, "source", "url"},
    {"source_term", NULL, "source", "term"},
    {"source_vocabulary", NULL, "source", "vocabulary"},
    {"issuer", NULL, NULL, "issuer"},
    {"key", NULL, NULL, "kid"},
    {"signed_at", NULL, NULL, "signed_at"},
    {"statement_id", NULL, NULL, "id"},
    {"leaf", put_leaf, NULL, NULL},
    {"not_shown", put_not_shown, NULL, NULL},
};
#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

/* Members that put_kind and put_note show, and those that say nothing about the record. */
static const char *const covered[] = {"nature", "status", "action", "state", "role", "public_note",
    "note", "notice", "v", "alg", "aud", "after", NULL};

static int
is_shown(const char *member)
{
	size_t i;

	for (i = 0; covered[i] != NULL; i++)
		if (strcmp(covered[i], member) == 0)
			return 1;
	for (i = 0; i < COLUMN_COUNT; i++)
		if (columns[i].member != NULL && columns[i].object == NULL &&
		    strcmp(columns[i].member, member) == 0)
			return 1;
	return 0;
}

/* The loss of this row, by name: what the entry says and no column shows. */
static void
put_not_shown(struct row *row)
{
	const stet_json *value;
	const char *member;
	size_t i;

	for (i = 0; stet_json_member(row->statement, i, &member, &value); i++) {
		if (strcmp(member, "source") == 0) {
			if (stet_json_get(value, "retrieved") != NULL)
				put_part(&row->cell, row->cell.size > 0 ? " " : "",
				    st_str("source/retrieved"));
		} else if (!is_shown(member)) {
			put_part(&row->cell, row->cell.size > 0 ? " " : "", st_str(member));
		}
	}
}

static void
put_member(struct row *row, const struct column *column)
{
	const stet_json *from =
	    column->object != NULL ? stet_json_get(row->statement, column->object) : row->statement;
	const stet_json *value = stet_json_get(from, column->member);
	char *text = NULL;
	size_t size;

	if (value == NULL)
		return;
	if (stet_json_kind_of(value) == STET_JSON_STRING) {
		st_buf_put_bytes(&row->cell, stet_json_string_of(value));
	} else if (stet_json_text(value, 0, &text, &size, NULL) == STET_OK) {
		st_buf_put(&row->cell, text, size);
		free(text);
	} else {
		row->cell.rc = STET_ENOMEM;
	}
}

/* --- rows ------------------------------------------------------------------------------------- */

static void
put_field(struct st_buf *out, stet_bytes cell, int last)
{
	size_t i;

	st_buf_put_u8(out, '"');
	for (i = 0; i < cell.size; i++) {
		if (cell.data[i] == '"')
			st_buf_put_u8(out, '"');
		st_buf_put_u8(out, cell.data[i]);
	}
	st_buf_put_str(out, last ? "\"\r\n" : "\",");
}

int
st_history_begin(struct st_trail *trail, unsigned pass, stet_error *err)
{
	size_t i;

	(void)pass;
	for (i = 0; i < COLUMN_COUNT; i++)
		put_field(&trail->out, st_str(columns[i].title), i + 1 == COLUMN_COUNT);
	return st_out(trail, st_str(""), err);
}

int
st_history_entry(struct st_trail *trail, stet_entry *entry, stet_error *err)
{
	const stet_json *json = stet_entry_json(entry, err);
	struct row row = {trail, entry, stet_json_get(json, "statement"), {0}};
	size_t i;

	if (json == NULL)
		return err != NULL && err->code < 0 ? err->code : STET_ENOMEM;
	if (st_json_rc(json) < 0)
		return st_fail_nomem(err);
	for (i = 0; i < COLUMN_COUNT; i++) {
		st_buf_reset(&row.cell);
		if (columns[i].put != NULL)
			columns[i].put(&row);
		else
			put_member(&row, &columns[i]);
		if (row.cell.rc < 0)
			trail->out.rc = row.cell.rc;
		put_field(&trail->out, st_buf_bytes(&row.cell), i + 1 == COLUMN_COUNT);
	}
	st_buf_free(&row.cell);
	return st_out(trail, st_str(""), err);
}
