/* A standing as text. */
#include "standing.h"
#include "out.h"
#include "snapshot.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const sets[] = {"declared", "derived", "supported"};
#define SET_COUNT 3

int
standing_read(
    struct env *env, const stet_id *id, stet_standing **standing_out, const stet_json **json_out)
{
	stet_error err;
	stet_at at;
	int rc;

	if (env_moment(env, &at) < 0)
		return EXIT_USAGE;
	rc = stet_standing_of(env->ledger, id, at, standing_out, &err);
	if (rc == STET_ENOTFOUND) {
		complain("'%s' is not in this ledger%s", stet_id_text(id),
		    env->at != NULL ? " at that moment" : "");
		return EXIT_ABSENT;
	}
	if (rc < 0) {
		complain_error(&err);
		return status_of(rc);
	}
	if ((*json_out = stet_standing_json(*standing_out, &err)) != NULL)
		return EXIT_YES;
	complain_error(&err);
	stet_standing_free(*standing_out);
	return EXIT_UNSURE;
}

static int64_t
number_at(const stet_json *json, const char *member)
{
	return stet_json_int_of(stet_json_get(json, member));
}

static void
heading(const char *text)
{
	out_text("\n");
	out_style(STYLE_BOLD);
	out_text("%s\n", text);
	out_style(STYLE_PLAIN);
}

/* A line of foreign text behind an indent; frees it. */
static void
put_line(size_t indent, char *text)
{
	out_text("%*s", (int)indent, "");
	out_wrap(indent, indent + 2, text != NULL ? text : "");
	free(text);
}

/* The same where a line has begun, at a column. */
static void
put_rest(size_t at, char *text)
{
	out_wrap(at, 4, text != NULL ? text : "");
	free(text);
}

/* --- the three columns --------------------------------------------------------------------------
 */

#define TITLE_NARROW 21
#define TITLE_WIDE 34
#define WIDE_FROM 100  /* columns */
#define STACK_BELOW 60 /* columns */
#define WIDTH_MAX 28

/* What is known at least says something from the first rung on. */
static int
has_least(const stet_json *value)
{
	const stet_json *least = stet_json_get(value, "least");

	return least != NULL && !json_is(least, "0") && !json_is(least, "L0");
}

/* "2", "2 or more", "unknown"; what nobody declares is no riddle. */
static char *
value_text(const stet_json *value)
{
	char *text = json_text(stet_json_get(value, "value")),
	     *least = json_text(stet_json_get(value, "least")), *shown;

	if (text != NULL)
		shown = text_of("%s", text);
	else if (has_least(value))
		shown = text_of("%s or more", least);
	else
		shown = strdup(json_is(stet_json_get(value, "why"), "nobody declares it")
				   ? "not declared"
				   : "unknown");
	free(text);
	free(least);
	return shown;
}

static void
put_value(const stet_json *row, size_t set, int width)
{
	const stet_json *value = stet_json_get(row, sets[set]);
	char *text = value_text(value);

	if (!json_is(stet_json_get(value, "known"), "yes"))
		out_style(STYLE_DIM);
	out_foreign(text != NULL ? text : "");
	out_style(STYLE_PLAIN);
	if (width > 0)
		for (width -= text != NULL ? (int)strlen(text) : 0, out_text(" "); width > 1;
		     width--)
			out_text(" ");
	free(text);
}

/* "Verdict, gate 2, sandbox" */
static char *
row_title(const stet_json *row)
{
	char *title = json_text(stet_json_get(row, "title")),
	     *detail = json_text(stet_json_get(row, "detail")), *text;

	text = text_of("%s%s%s", title != NULL ? title : "", detail != NULL ? " " : "",
	    detail != NULL ? detail : "");
	free(title);
	free(detail);
	return text;
}

/* Where the columns begin, and how wide they are. */
struct table {
	int title, width;
};

static void
put_row(const stet_json *row, const struct table *table)
{
	char *title = row_title(row);
	int size = title != NULL ? (int)strlen(title) : 0;
	size_t set;

	out_foreign(title != NULL ? title : "");
	free(title);
	if (size >= table->title) {
		out_text("\n");
		size = 0;
	}
	out_text("%*s", table->title - size, "");
	for (set = 0; set < SET_COUNT; set++)
		put_value(row, set, set + 1 < SET_COUNT ? table->width : 0);
	out_text("\n");
}

static void
put_stacked(const stet_json *row)
{
	char *title = row_title(row), *text;
	size_t set;

	put_line(0, title);
	for (set = 0; set < SET_COUNT; set++) {
		text = value_text(stet_json_get(row, sets[set]));
		out_text("  %-10s ", sets[set]);
		out_foreign(text != NULL ? text : "");
		out_text("\n");
		free(text);
	}
}

/* A row of which nothing is known takes room and says nothing. */
static int
says_anything(const stet_json *row)
{
	const stet_json *value;
	size_t set;

	for (set = 0; set < SET_COUNT; set++) {
		value = stet_json_get(row, sets[set]);
		if (stet_json_get(value, "value") != NULL || has_least(value))
			return 1;
	}
	return 0;
}

static void
put_head(const struct table *table)
{
	out_text("\n");
	out_style(STYLE_BOLD);
	out_text("%*s%-*s%-*s%s\n", table->title, "", table->width, sets[0], table->width, sets[1],
	    sets[2]);
	out_style(STYLE_PLAIN);
}

/* Why a row is not known in a set.  Of what is declared, the gaps say why it is not supported. */
static void
put_why(const stet_json *row, size_t *shown)
{
	char *title = row_title(row), *why;
	const stet_json *value;
	size_t set;

	for (set = 1; set < SET_COUNT; set++) {
		value = stet_json_get(row, sets[set]);
		why = json_text(stet_json_get(value, "why"));
		if (why != NULL && !json_is(stet_json_get(value, "known"), "yes") &&
		    (set == 1 || stet_json_get(stet_json_get(row, sets[0]), "value") == NULL)) {
			if ((*shown)++ == 0)
				heading("Not known");
			put_line(
			    2, text_of("%s, %s: %s", title != NULL ? title : "", sets[set], why));
		}
		free(why);
	}
	free(title);
}

static void
put_table(const stet_json *standing)
{
	const stet_json *rows = stet_json_get(standing, "rows"), *row;
	size_t columns = out_columns(), i, shown = 0;
	struct table table = {columns < WIDE_FROM ? TITLE_NARROW : TITLE_WIDE, 0};

	table.width = (int)columns > table.title ? ((int)columns - table.title - 1) / 3 : 0;
	table.width = table.width > WIDTH_MAX ? WIDTH_MAX : table.width;
	for (i = 0; i < stet_json_size(rows); i++) {
		row = stet_json_item(rows, i);
		if (!says_anything(row))
			continue;
		if (shown++ == 0 && columns >= STACK_BELOW)
			put_head(&table);
		else if (shown == 1)
			heading("Standing");
		if (columns >= STACK_BELOW)
			put_row(row, &table);
		else
			put_stacked(row);
	}
	shown = 0;
	for (i = 0; i < stet_json_size(rows); i++)
		if (says_anything(stet_json_item(rows, i)))
			put_why(stet_json_item(rows, i), &shown);
}

/* --- conditions ---------------------------------------------------------------------------------
 */

#define CONDITIONS_MAX 12 /* more are counted, not listed */

/* "retraction-watch (observed)" or "'editor', https://..." */
static char *
speaker(const stet_json *condition)
{
	const stet_json *by = stet_json_get(condition, "said_by");
	char *source = json_text(stet_json_get(stet_json_get(condition, "source"), "name")),
	     *label = json_text(stet_json_get(by, "label")),
	     *issuer = json_text(stet_json_get(by, "issuer")), *text;

	if (source != NULL)
		text = text_of("%s (observed)", source);
	else if (label != NULL)
		text = text_of("'%s', %s", label, issuer != NULL ? issuer : "");
	else
		text = strdup(issuer != NULL ? issuer : "");
	free(source);
	free(label);
	free(issuer);
	return text;
}

/* What became of it: "; ended by entry 30", "; pending, 1 of 2 endorsements". */
static char *
fate(const stet_json *condition)
{
	char ended[48] = "", pending[64] = "", contested[48] = "";

	if (stet_json_get(condition, "ended_by") != NULL)
		snprintf(ended, sizeof(ended), "; ended by entry %" PRId64,
		    number_at(condition, "ended_by"));
	if (stet_json_bool_of(stet_json_get(condition, "pending")))
		snprintf(pending, sizeof(pending),
		    "; pending, %" PRId64 " of %" PRId64 " endorsements",
		    number_at(condition, "endorsed"), number_at(condition, "wanted"));
	if (stet_json_get(condition, "contested_by") != NULL)
		snprintf(contested, sizeof(contested), "; contested by entry %" PRId64,
		    number_at(condition, "contested_by"));
	return text_of("%s%s%s%s", ended, pending, contested,
	    stet_json_bool_of(stet_json_get(condition, "distrusted"))
		? "; signed by a key distrusted since"
		: "");
}

static void
put_condition(const stet_json *condition)
{
	char *what = json_text(stet_json_get(condition, "condition")), *who = speaker(condition),
	     *occurred = json_text(stet_json_get(condition, "occurred")),
	     *published = json_text(stet_json_get(condition, "published")),
	     *notice = json_text(stet_json_get(stet_json_get(condition, "notice"), "doi")),
	     *became = fate(condition), *line;
	const char *date = occurred != NULL ? occurred : published;
	int open = stet_json_bool_of(stet_json_get(condition, "open"));

	out_text("  ");
	out_style(open ? STYLE_RED : STYLE_DIM);
	out_foreign(what != NULL ? what : "");
	out_style(STYLE_PLAIN);
	line = text_of(", says %s%s%s%s%s; entry %" PRId64 "%s", who != NULL ? who : "",
	    date != NULL ? (occurred != NULL ? "; " : "; notice of ") : "; no date given",
	    date != NULL ? date : "", notice != NULL ? "; notice " : "",
	    notice != NULL ? notice : "", number_at(condition, "seq"),
	    became != NULL ? became : "");
	put_rest(2 + (what != NULL ? strlen(what) : 0), line);
	free(what);
	free(who);
	free(occurred);
	free(published);
	free(notice);
	free(became);
}

static int
same_bool(const stet_json *a, const stet_json *b, const char *member)
{
	return stet_json_bool_of(stet_json_get(a, member)) ==
	       stet_json_bool_of(stet_json_get(b, member));
}

/* The same thing said by the same source, or the same key, with the same fate: counted. */
static int
is_alike(const stet_json *a, const stet_json *b)
{
	const stet_json *source = stet_json_get(a, "source"), *other = stet_json_get(b, "source");

	if (!json_same(stet_json_get(a, "condition"), stet_json_get(b, "condition")) ||
	    !same_bool(a, b, "open") || !same_bool(a, b, "pending") ||
	    !same_bool(a, b, "distrusted"))
		return 0;
	if (source != NULL || other != NULL)
		return json_same(stet_json_get(source, "name"), stet_json_get(other, "name"));
	return json_same(stet_json_get(stet_json_get(a, "said_by"), "kid"),
	    stet_json_get(stet_json_get(b, "said_by"), "kid"));
}

/* "; ended", "; pending": what all of them share. */
static const char *
shared_fate(const stet_json *one)
{
	if (stet_json_bool_of(stet_json_get(one, "pending")))
		return "; pending";
	if (!stet_json_bool_of(stet_json_get(one, "open")))
		return "; ended";
	return stet_json_bool_of(stet_json_get(one, "distrusted"))
		   ? "; signed by a key distrusted since"
		   : "";
}

static void
put_alike(const stet_json *conditions, size_t first)
{
	const stet_json *one = stet_json_item(conditions, first), *other, *last = one;
	char *what, *who;
	size_t i, count = 0;

	for (i = 0; i < stet_json_size(conditions); i++) {
		other = stet_json_item(conditions, i);
		if (!is_alike(one, other))
			continue;
		if (i < first)
			return; /* was counted */
		count++;
		last = other;
	}
	if (count == 1) {
		put_condition(one);
		return;
	}
	what = json_text(stet_json_get(one, "condition"));
	who = speaker(one);
	out_text("  ");
	out_style(stet_json_bool_of(stet_json_get(one, "open")) ? STYLE_RED : STYLE_DIM);
	out_foreign(what != NULL ? what : "");
	out_style(STYLE_PLAIN);
	put_rest(2 + (what != NULL ? strlen(what) : 0),
	    text_of(", says %s; %zu times, entries %" PRId64 " to %" PRId64 "%s",
		who != NULL ? who : "", count, number_at(one, "seq"), number_at(last, "seq"),
		shared_fate(one)));
	free(what);
	free(who);
}

/* A list says nothing of it: that rests on the lists that are here. */
static void
put_basis(const struct env *env, stet_at at)
{
	static const char *const lists[] = {"retraction-watch", "retraction-watch-deltas"};
	stet_json *entry;
	char *text;
	size_t i, shown = 0;

	out_text("  no notice known in this ledger\n");
	if (env->ledger == NULL) {
		out_text("    which lists of notices it has is not in what was read here\n");
		return;
	}
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if ((entry = snapshot_newest(env, at, lists[i])) == NULL)
			continue;
		text = snapshot_text(lists[i], entry);
		put_line(4, text_of("rests on %s", text != NULL ? text : lists[i]));
		free(text);
		stet_json_free(entry);
		shown++;
	}
	if (shown == 0)
		out_text("    no list of notices was imported into it\n");
}

static void
put_conditions(const struct env *env, stet_at at, const stet_json *standing)
{
	const stet_json *conditions = stet_json_get(standing, "conditions");
	size_t i, count = stet_json_size(conditions);

	heading("Conditions");
	for (i = 0; i < count; i++)
		if (count <= CONDITIONS_MAX)
			put_condition(stet_json_item(conditions, i));
		else
			put_alike(conditions, i);
	if (count == 0)
		put_basis(env, at);
}

/* --- findings, signers --------------------------------------------------------------------------
 */

/* " (entries 12 and 6)" */
static char *
entries_text(const stet_json *finding)
{
	if (stet_json_get(finding, "second") != NULL &&
	    number_at(finding, "first") != number_at(finding, "second"))
		return text_of(" (entries %" PRId64 " and %" PRId64 ")",
		    number_at(finding, "first"), number_at(finding, "second"));
	if (stet_json_get(finding, "first") != NULL)
		return text_of(" (entry %" PRId64 ")", number_at(finding, "first"));
	return strdup("");
}

static void
put_findings(const stet_json *findings, const char *title, enum style style)
{
	const stet_json *finding;
	char *code, *text, *entries;
	size_t i;

	if (stet_json_size(findings) == 0)
		return;
	out_text("\n");
	out_style(STYLE_BOLD);
	out_text("%s (%zu)\n", title, stet_json_size(findings));
	out_style(STYLE_PLAIN);
	for (i = 0; i < stet_json_size(findings); i++) {
		finding = stet_json_item(findings, i);
		code = json_text(stet_json_get(finding, "code"));
		text = json_text(stet_json_get(finding, "text"));
		entries = entries_text(finding);
		out_text("  ");
		out_style(style);
		out_foreign(code != NULL ? code : "");
		out_style(STYLE_PLAIN);
		put_rest(2 + (code != NULL ? strlen(code) : 0),
		    text_of(": %s%s", text != NULL ? text : "", entries != NULL ? entries : ""));
		free(code);
		free(text);
		free(entries);
	}
}

void
standing_findings(const stet_json *standing)
{
	put_findings(stet_json_get(standing, "findings"), "Findings", STYLE_RED);
	put_findings(stet_json_get(standing, "gaps"), "Declared and not supported", STYLE_YELLOW);
}

static const stet_json *
kid_of(const stet_json *entries, size_t i)
{
	return stet_json_get(stet_json_get(stet_json_item(entries, i), "said_by"), "kid");
}

static int
was_named(const stet_json *entries, size_t place)
{
	size_t i;

	for (i = 0; i < place; i++)
		if (json_same(kid_of(entries, i), kid_of(entries, place)))
			return 1;
	return 0;
}

static void
put_signer(const stet_json *entries, size_t first)
{
	const stet_json *by = stet_json_get(stet_json_item(entries, first), "said_by");
	char *label = json_text(stet_json_get(by, "label")),
	     *issuer = json_text(stet_json_get(by, "issuer")),
	     *kid = json_text(stet_json_get(by, "kid"));
	size_t i, count = 0, observed = 0;

	for (i = first; i < stet_json_size(entries); i++) {
		if (!json_same(kid_of(entries, i), kid_of(entries, first)))
			continue;
		count++;
		observed += stet_json_get(stet_json_item(entries, i), "source") != NULL;
	}
	put_line(2, text_of("%s%s%s%s (%.8s): %zu %s%s%s", label != NULL ? "'" : "",
			label != NULL ? label : "", label != NULL ? "', " : "",
			issuer != NULL ? issuer : "", kid != NULL ? kid : "", count,
			count == 1 ? "entry" : "entries",
			observed == count ? ", all observed"
			: observed > 0    ? ", some observed"
					  : "",
			stet_json_get(by, "revoked") != NULL ? "; revoked since" : ""));
	free(label);
	free(issuer);
	free(kid);
}

/* Who signed, each key once, with how many entries. */
static void
put_signers(const stet_json *standing)
{
	const stet_json *entries = stet_json_get(standing, "entries");
	size_t i;

	heading("Signed by");
	for (i = 0; i < stet_json_size(entries); i++)
		if (!was_named(entries, i))
			put_signer(entries, i);
}

static void
put_moment(struct env *env, const stet_json *standing)
{
	const stet_json *as_of = stet_json_get(standing, "as_of");
	char *appended = json_text(stet_json_get(as_of, "appended")),
	     *sealed = json_text(stet_json_get(as_of, "sealed_at")), seal[96] = "not sealed yet",
	     *origin = json_text(stet_json_get(standing, "origin"));

	if (sealed != NULL)
		snprintf(seal, sizeof(seal), "seal %" PRId64 " of %.19sZ", number_at(as_of, "seal"),
		    sealed);
	out_text("\n");
	put_line(0,
	    text_of("As of entry %" PRId64 " (%s), %s, in ledger %s%s%s", number_at(as_of, "seq"),
		appended != NULL ? appended : "", seal, origin != NULL ? origin : "",
		env->at != NULL ? ", as it stood at " : "", env->at != NULL ? env->at : ""));
	free(appended);
	free(sealed);
	free(origin);
}

/* What a standing is of: a paper.  Of the ledger, its keys and its sources there is only what was
 * said. */
int
standing_is_of_record(const stet_json *standing)
{
	static const char *const others[] = {
	    "ledger", "key", "policy", "snapshot", "audit", "seal"};
	const stet_json *entries = stet_json_get(standing, "entries"), *type;
	size_t i, k;

	for (i = 0; i < stet_json_size(entries); i++) {
		type = stet_json_get(stet_json_item(entries, i), "type");
		for (k = 0; k < sizeof(others) / sizeof(others[0]); k++)
			if (json_is(type, others[k]))
				break;
		if (k == sizeof(others) / sizeof(others[0]))
			return 1;
	}
	return 0;
}

void
standing_page(struct env *env, const stet_json *standing)
{
	stet_at at = {STET_AT_NEWEST, 0};

	if (standing_is_of_record(standing) && env_moment(env, &at) == 0) {
		put_table(standing);
		put_conditions(env, at, standing);
		standing_findings(standing);
	}
	if (!stet_json_bool_of(stet_json_get(standing, "complete")))
		out_text("\nAn entry is of a kind this stet does not know: the standing may be "
			 "another.\n");
	put_signers(standing);
	put_moment(env, standing);
}
