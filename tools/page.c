/* Entries as text. */
#include "page.h"
#include "out.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_WIDTH 26
#define BODY 6 /* column of what an entry says */
#define PATH_MAX_SIZE 512

/* Said in the heading of every entry, or of no use to a reader. */
static const char *const common[] = {"type", "v", "subject", "issuer", "id", "aud", "kid", "alg",
    "signed_at", "occurred", "after", "source", "action", "nature", NULL};

char *
page_moment(uint64_t seq, uint64_t ms)
{
	char time[STET_TIME_SIZE];

	stet_time_text(ms, time);
	return text_of("entry %" PRIu64 ", %s", seq, time);
}

char *
page_what(const struct said *said)
{
	char *action = json_text(stet_json_get(said->statement, "action")), *text;

	if (said->nature != NULL) {
		text = strdup(said->nature);
		for (char *p = text; p != NULL && *p != '\0'; p++)
			*p = *p == '_' ? ' ' : *p;
	} else {
		text = action != NULL ? text_of("%s %s", said->type, action) : strdup(said->type);
	}
	free(action);
	return text;
}

static int
is_in(const char *name, const char *const *names)
{
	for (; names != NULL && *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return 1;
	return 0;
}

/* Arrays of scalars stand on one line; everything else goes down to its scalars. */
static int
is_flat(const stet_json *value)
{
	size_t i;
	int kind = stet_json_kind_of(value);

	if (kind == STET_JSON_OBJECT)
		return 0;
	for (i = 0; kind == STET_JSON_ARRAY && i < stet_json_size(value); i++)
		if (stet_json_kind_of(stet_json_item(value, i)) >= STET_JSON_ARRAY)
			return 0;
	return 1;
}

/* What a digest in an entry points to among those before it, as far as this history has it: "entry
 * 15 (retraction)" for a target, "repro-script of entry 9" for an artifact. */
static char *
pointed_to(const struct view *view, uint64_t before, const stet_json *digest)
{
	const struct said *said;
	char *what, *text = NULL;
	size_t i;

	for (i = view != NULL ? view->count : 0; text == NULL && i-- > 0;) {
		said = &view->items[i];
		if (said->seq >= before)
			continue;
		if (json_is(digest, said->leaf)) {
			what = page_what(said);
			text =
			    text_of("entry %" PRIu64 " (%s)", said->seq, what != NULL ? what : "");
			free(what);
		} else if (strcmp(said->type, "artifact") == 0 &&
			   json_same(stet_json_get(said->statement, "sha256"), digest)) {
			what = json_text(stet_json_get(said->statement, "role"));
			text = text_of("%s of entry %" PRIu64, what != NULL ? what : "", said->seq);
			free(what);
		}
	}
	return text;
}

static char *
flat_text(const struct view *view, uint64_t before, const stet_json *value)
{
	char *text, *item, *longer;
	size_t i;

	if (stet_json_kind_of(value) == STET_JSON_BOOL)
		return strdup(stet_json_bool_of(value) ? "yes" : "no");
	if (stet_json_kind_of(value) == STET_JSON_NULL)
		return strdup("(none)");
	if (stet_json_kind_of(value) != STET_JSON_ARRAY)
		return json_shown(value);
	text = strdup("");
	for (i = 0; text != NULL && i < stet_json_size(value); i++) {
		item = pointed_to(view, before, stet_json_item(value, i));
		if (item == NULL)
			item = json_shown(stet_json_item(value, i));
		longer = text_of("%s%s%s", text, i > 0 ? ", " : "", item != NULL ? item : "");
		free(item);
		free(text);
		text = longer;
	}
	return text;
}

/* {"kind": "editor", "name": "X"} on one line: "editor: X"; one member alone as it is; more by
 * name. */
static char *
map_text(const stet_json *map)
{
	const stet_json *value;
	const char *key;
	char *text = strdup(""), *item, *longer;
	size_t i, size = stet_json_size(map);
	int doi_first = stet_json_member(map, 0, &key, &value) && strcmp(key, "doi") == 0;

	for (i = 0; text != NULL && stet_json_member(map, i, &key, &value); i++) {
		item = flat_text(NULL, 0, value);
		if (size <= 2 && i > 0 && doi_first)
			longer = text_of("%s: %s", item != NULL ? item : "", text);
		else if (size <= 2)
			longer =
			    text_of("%s%s%s", text, i > 0 ? ": " : "", item != NULL ? item : "");
		else
			longer = text_of(
			    "%s%s%s %s", text, i > 0 ? ", " : "", key, item != NULL ? item : "");
		free(item);
		free(text);
		text = longer;
	}
	return text;
}

/* --- members -------------------------------------------------------------------------------- */

struct members {
	const char *type;
	const struct view *view;      /* for digests; may be NULL                            */
	uint64_t seq;                 /* of the entry */
	const struct view *effective; /* whose corrections are applied; NULL: none      */
	size_t indent;
};

static void put_member(const struct members *members, const char *path, const stet_json *value);

static void
put_row(const struct members *members, const char *path, char *text)
{
	char label[128];

	stet_statement_label(members->type, path, label, sizeof(label));
	out_row(members->indent, LABEL_WIDTH, label, text != NULL ? text : "");
	free(text);
}

/* The value in effect, and below it what the statement itself says. */
static void
put_changed(const struct members *members, const char *path, const stet_json *value,
    const stet_json *now, const struct said *by)
{
	char *was = value != NULL ? flat_text(members->view, members->seq, value) : NULL, *line;

	put_row(members, path, flat_text(members->view, members->seq, now));
	line = was != NULL ? text_of("was '%s' until entry %" PRIu64, was, by->seq)
			   : text_of("since entry %" PRIu64, by->seq);
	out_style(STYLE_YELLOW);
	out_row(members->indent, LABEL_WIDTH, "", line != NULL ? line : "");
	out_style(STYLE_PLAIN);
	free(line);
	free(was);
}

/* 1 if a correction changed this member, and then it is shown. */
static int
put_if_changed(const struct members *members, const char *path, const stet_json *value)
{
	const struct said *by = NULL;
	char whole[PATH_MAX_SIZE];
	stet_json *now;

	if (members->effective == NULL)
		return 0;
	snprintf(whole, sizeof(whole), "/%s%s", members->type, path);
	now = view_effective(members->effective, whole, &by);
	if (by == NULL || by->nature == NULL) {
		stet_json_free(now);
		return 0;
	}
	put_changed(members, path, value, now, by);
	stet_json_free(now);
	return 1;
}

static void
put_map(const struct members *members, const char *path, const stet_json *map)
{
	const stet_json *value;
	const char *key;
	char below[PATH_MAX_SIZE];
	size_t i;

	for (i = 0; stet_json_member(map, i, &key, &value); i++) {
		snprintf(below, sizeof(below), "%s/%s", path, key);
		put_member(members, below, value);
	}
}

static void
put_member(const struct members *members, const char *path, const stet_json *value)
{
	size_t i;

	if (put_if_changed(members, path, value))
		return;
	if (is_flat(value)) {
		put_row(members, path, flat_text(members->view, members->seq, value));
	} else if (stet_json_kind_of(value) == STET_JSON_ARRAY) {
		for (i = 0; i < stet_json_size(value); i++)
			put_row(members, path, map_text(stet_json_item(value, i)));
	} else {
		put_map(members, path, value);
	}
}

static void
put_members(const struct members *members, const stet_json *statement)
{
	static const char *const rows[] = {"affected", NULL}; /* shown as a diff */
	const stet_json *value;
	const char *key;
	char path[PATH_MAX_SIZE];
	size_t i;

	for (i = 0; stet_json_member(statement, i, &key, &value); i++) {
		if (is_in(key, common) || is_in(key, rows))
			continue;
		snprintf(path, sizeof(path), "/%s", key);
		put_member(members, path, value);
	}
}

/* Members that the statement lacks and a later correction gave. */
static void
put_added(const struct members *members, const struct said *base)
{
	const struct said *by;
	const stet_json *rows;
	stet_json *now;
	char *path, prefix[64];
	size_t i, k;

	snprintf(prefix, sizeof(prefix), "/%s/", members->type);
	for (i = 0; members->effective != NULL && i < members->effective->count; i++) {
		rows = stet_json_get(members->effective->items[i].statement, "affected");
		for (k = 0; members->effective->items[i].nature != NULL && k < stet_json_size(rows);
		     k++) {
			path = json_text(stet_json_get(stet_json_item(rows, k), "path"));
			by = NULL;
			if (path != NULL && strncmp(path, prefix, strlen(prefix)) == 0 &&
			    json_at(base->statement, path + strlen(prefix) - 1) == NULL &&
			    (now = view_effective(members->effective, path, &by)) != NULL) {
				if (by == &members->effective->items[i]) /* once, by the newest */
					put_changed(
					    members, path + strlen(prefix) - 1, NULL, now, by);
				stet_json_free(now);
			}
			free(path);
		}
	}
}

/* One side of a change, marked as a diff marks it. */
static void
put_side(char mark, enum style style, const stet_json *value, size_t indent)
{
	char *text = flat_text(NULL, 0, value);

	out_text("%*s", (int)indent, "");
	out_style(style);
	out_text("%c ", mark);
	out_wrap(indent + 2, indent + 2, text != NULL ? text : "");
	out_style(STYLE_PLAIN);
	free(text);
}

static void
put_changes(const stet_json *rows, size_t indent)
{
	const stet_json *row;
	char *path;
	size_t i;

	for (i = 0; i < stet_json_size(rows); i++) {
		row = stet_json_item(rows, i);
		path = json_text(stet_json_get(row, "path"));
		out_text("%*s", (int)indent, "");
		out_style(STYLE_CYAN);
		out_text("@@ ");
		out_wrap(indent + 3, indent + 3, path != NULL ? path : "");
		out_style(STYLE_PLAIN);
		free(path);
		if (stet_json_get(row, "before") != NULL)
			put_side('-', STYLE_RED, stet_json_get(row, "before"), indent);
		if (stet_json_get(row, "after") != NULL)
			put_side('+', STYLE_GREEN, stet_json_get(row, "after"), indent);
	}
}

/* What happened to the entry since, or NULL. */
static char *
fate(const struct said *said)
{
	if (said->annulled_by != STET_NO_SEQ)
		return text_of("struck out: annulled by entry %" PRIu64, said->annulled_by);
	if (said->contested_by != STET_NO_SEQ)
		return text_of("contested by entry %" PRIu64
			       ", which is not by its issuer and changes nothing",
		    said->contested_by);
	if (said->pending)
		return strdup("not in force yet: endorsements are missing");
	if (said->ended_by != STET_NO_SEQ)
		return text_of("no longer in force: ended by entry %" PRIu64, said->ended_by);
	return NULL;
}

static char *
doubt(const struct said *said)
{
	return said->wrong != NULL ? text_of("DOES NOT VERIFY: %s", said->wrong) : NULL;
}

static void
put_heading(const struct said *said)
{
	char time[STET_TIME_SIZE];
	char *what = page_what(said);
	int struck = said->annulled_by != STET_NO_SEQ;
	size_t used;

	stet_time_text(said->ms, time);
	out_style(struck ? STYLE_STRUCK : STYLE_BOLD);
	used = (size_t)snprintf(
	    NULL, 0, "%sentry %" PRIu64 "  %s  ", struck ? "~~ " : "", said->seq, time);
	out_text("%sentry %" PRIu64 "  %s  ", struck ? "~~ " : "", said->seq, time);
	out_foreign(what != NULL ? what : said->type);
	used += what != NULL ? strlen(what) : 0;
	if (struck)
		out_text(" ~~");
	out_style(STYLE_PLAIN);
	if (used + 3 * (size_t)struck + 2 + strlen(said->name) > out_columns())
		out_text("\n      ");
	else
		out_text("  ");
	out_foreign(said->name);
	out_text("\n");
	free(what);
}

/* "by 'desk', https://... (3f9a01c2)", or whose statement it reports. */
static char *
speaker(const struct said *said)
{
	char *by = said_by(said), *line;
	char *term = json_text(json_at(said->statement, "/source/term"));
	char *row = json_text(json_at(said->statement, "/source/id"));
	char *read = json_text(json_at(said->statement, "/source/retrieved"));

	line =
	    said->source != NULL
		? text_of("observed: '%s' states this%s%s%s%s%s%s; noted by %s", said->source,
		      row != NULL ? " as " : "", row != NULL ? row : "",
		      term != NULL ? ", in its words: " : "", term != NULL ? term : "",
		      read != NULL ? ", read " : "", read != NULL ? read : "", by != NULL ? by : "")
		: text_of("by %s", by != NULL ? by : "");
	free(by);
	free(term);
	free(row);
	free(read);
	return line;
}

/* When it happened, was published and was signed, as far as these are other times than that of the
 * entry; NULL if there is nothing to add. */
static char *
times(const struct said *said)
{
	char *occurred = said_when(said, "occurred"),
	     *published = json_text(json_at(said->statement, "/notice/published"));
	char *signed_at = json_text(stet_json_get(said->statement, "signed_at")),
	     appended[STET_TIME_SIZE], *line = NULL;
	int later;

	stet_time_text(said->ms, appended);
	later = signed_at != NULL && strcmp(signed_at, appended) != 0;
	if (occurred != NULL || published != NULL || later)
		line = text_of("%s%s%s%s%s%s%s%s", occurred != NULL ? "occurred " : "",
		    occurred != NULL ? occurred : "",
		    occurred != NULL && (published != NULL || later) ? "; " : "",
		    published != NULL ? "notice published " : "",
		    published != NULL ? published : "", published != NULL && later ? "; " : "",
		    later ? "signed " : "", later ? signed_at : "");
	free(occurred);
	free(published);
	free(signed_at);
	return line;
}

static void
put_line(enum style style, char *text)
{
	if (text == NULL)
		return;
	if (style != STYLE_PLAIN)
		out_style(style);
	out_text("%*s", BODY, "");
	out_wrap(BODY, BODY, text);
	if (style != STYLE_PLAIN)
		out_style(STYLE_PLAIN);
	free(text);
}

/* The one member of a type that says most, for a history without -p. */
static char *
gist(const struct said *said)
{
	static const struct pair members[] = {{"record", "/title"}, {"artifact", "/role"},
	    {"doi", "/doi"}, {"verdict", "/status"}, {"alias", "/record"},
	    {"correction", "/public_note"}, {"endorse", "/note"}, {"withhold", "/ground"},
	    {"key", "/label"}, {"claims", NULL}, {"declaration", "/tier"}, {"snapshot", "/version"},
	    {NULL, NULL}};
	size_t i;

	for (i = 0; members[i].what != NULL; i++)
		if (strcmp(said->type, members[i].what) == 0 && members[i].text != NULL &&
		    json_at(said->statement, members[i].text) != NULL)
			return json_shown(json_at(said->statement, members[i].text));
	if (said->nature != NULL)
		return json_text(json_at(said->statement, "/reasons/0/text"));
	return NULL;
}

void
page_said(const struct said *said, const struct view *view, int how)
{
	struct members members = {said->type, view, said->seq, NULL, BODY};

	put_heading(said);
	put_line(STYLE_PLAIN, speaker(said));
	put_line(STYLE_PLAIN, times(said));
	if (how == PAGE_BRIEF)
		put_line(STYLE_PLAIN, gist(said));
	else
		put_members(&members, said->statement);
	if (said->nature != NULL)
		put_changes(stet_json_get(said->statement, "affected"), BODY);
	put_line(STYLE_YELLOW, fate(said));
	put_line(STYLE_RED, doubt(said));
}

/* "entry 5, 2026-07-03T09:14:22Z, by ..." under what it says. */
static void
put_foot(const struct said *said, const char *main_name)
{
	char *who = speaker(said), *when = times(said), *moment = page_moment(said->seq, said->ms);

	put_line(STYLE_DIM,
	    text_of("%s, %s%s%s%s%s", moment != NULL ? moment : "", who != NULL ? who : "",
		when != NULL ? "; " : "", when != NULL ? when : "",
		strcmp(said->name, main_name) != 0 ? "; about " : "",
		strcmp(said->name, main_name) != 0 ? said->name : ""));
	free(who);
	free(when);
	free(moment);
}

void
page_block(const struct said *said, const struct view *view, const char *main_name)
{
	int applies = view_newest(view, said->type) == said && said->nature == NULL;
	struct members members = {said->type, view, said->seq, applies ? view : NULL, 2};
	int struck = said->annulled_by != STET_NO_SEQ;
	char *what = page_what(said);
	int told = said->nature != NULL || stet_json_get(said->statement, "action") != NULL;

	if (told || struck) {
		out_text("  ");
		out_style(struck ? STYLE_STRUCK : STYLE_BOLD);
		out_text("%s%s%s\n", struck ? "~~ " : "", what != NULL ? what : said->type,
		    struck ? " ~~" : "");
		out_style(STYLE_PLAIN);
	}
	put_members(&members, said->statement);
	put_added(&members, said);
	if (said->nature != NULL)
		put_changes(stet_json_get(said->statement, "affected"), 2);
	put_line(STYLE_YELLOW, fate(said));
	put_line(STYLE_RED, doubt(said));
	put_foot(said, main_name);
	free(what);
}
