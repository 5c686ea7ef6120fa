/* A standing as text. */
#include "standing.h"
#include "out.h"
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

/* --- the three columns --------------------------------------------------------------------------
 */

#define TITLE_WIDTH 21
#define STACK_BELOW 60 /* columns */

/* "2", "2 or more", "unknown". */
static char *
value_text(const stet_json *value)
{
	char *text = json_text(stet_json_get(value, "value")),
	     *least = json_text(stet_json_get(value, "least")), *shown;

	if (text != NULL)
		shown = text_of("%s", text);
	else if (least != NULL && strcmp(least, "0") != 0 && strcmp(least, "L0") != 0)
		shown = text_of("%s or more", least);
	else
		shown = strdup("unknown");
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
	for (width -= text != NULL ? (int)strlen(text) : 0; width > 0; width--)
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

static void
put_row(const stet_json *row, int width)
{
	char *title = row_title(row);
	int size = title != NULL ? (int)strlen(title) : 0;
	size_t set;

	out_foreign(title != NULL ? title : "");
	free(title);
	if (size >= TITLE_WIDTH) {
		out_text("\n");
		size = 0;
	}
	out_text("%*s", TITLE_WIDTH - size, "");
	for (set = 0; set < SET_COUNT; set++)
		put_value(row, set, set + 1 < SET_COUNT ? width : 0);
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
		if (stet_json_get(value, "value") != NULL)
			return 1;
	}
	return 0;
}

static void
put_table(const stet_json *standing)
{
	const stet_json *rows = stet_json_get(standing, "rows"), *row;
	size_t columns = out_columns(), i, shown = 0;
	int width = columns > 120 ? 33 : (int)((columns > 22 ? columns - 22 : 0) / 3);

	for (i = 0; i < stet_json_size(rows); i++) {
		row = stet_json_item(rows, i);
		if (!says_anything(row))
			continue;
		if (shown++ == 0 && columns >= STACK_BELOW) {
			out_text("\n");
			out_style(STYLE_BOLD);
			out_text("%*s%-*s%-*s%s\n", TITLE_WIDTH, "", width, "declared", width,
			    "derived", "supported");
			out_style(STYLE_PLAIN);
		} else if (shown == 1) {
			heading("Standing");
		}
		if (columns >= STACK_BELOW)
			put_row(row, width);
		else
			put_stacked(row);
	}
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
	out_wrap(2 + (what != NULL ? strlen(what) : 0), 4, line != NULL ? line : "");
	free(line);
	free(what);
	free(who);
	free(occurred);
	free(published);
	free(notice);
	free(became);
}

/* The same thing said by the same source, counted. */
static int
is_alike(const stet_json *a, const stet_json *b)
{
	return json_same(stet_json_get(a, "condition"), stet_json_get(b, "condition")) &&
	       json_same(stet_json_get(stet_json_get(a, "source"), "name"),
		   stet_json_get(stet_json_get(b, "source"), "name")) &&
	       stet_json_bool_of(stet_json_get(a, "open")) ==
		   stet_json_bool_of(stet_json_get(b, "open"));
}

static void
put_alike(const stet_json *conditions, size_t first)
{
	const stet_json *one = stet_json_item(conditions, first);
	char *what, *who;
	size_t i, count = 0;

	for (i = 0; i < stet_json_size(conditions); i++)
		if (is_alike(one, stet_json_item(conditions, i))) {
			if (i < first)
				return; /* was counted */
			count++;
		}
	if (count == 1) {
		put_condition(one);
		return;
	}
	what = json_text(stet_json_get(one, "condition"));
	who = speaker(one);
	put_line(2, text_of("%s, says %s; %zu times%s; first entry %" PRId64,
			what != NULL ? what : "", who != NULL ? who : "", count,
			stet_json_bool_of(stet_json_get(one, "open")) ? "" : ", ended",
			number_at(one, "seq")));
	free(what);
	free(who);
}

static void
put_conditions(const stet_json *standing)
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
		out_text("  no notice known in this ledger\n");
}

/* --- findings, signers --------------------------------------------------------------------------
 */

static void
put_findings(const stet_json *findings, const char *title, enum style style)
{
	const stet_json *finding;
	char *code, *text, entries[64];
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
		entries[0] = '\0';
		if (stet_json_get(finding, "second") != NULL)
			snprintf(entries, sizeof(entries), " (entries %" PRId64 " and %" PRId64 ")",
			    number_at(finding, "first"), number_at(finding, "second"));
		else if (stet_json_get(finding, "first") != NULL)
			snprintf(entries, sizeof(entries), " (entry %" PRId64 ")",
			    number_at(finding, "first"));
		out_text("  ");
		out_style(style);
		out_foreign(code != NULL ? code : "");
		out_style(STYLE_PLAIN);
		out_text("\n");
		put_line(4, text_of("%s%s", text != NULL ? text : "", entries));
		free(code);
		free(text);
	}
}

/* Who signed, each key once, with how many entries. */
static void
put_signers(const stet_json *standing)
{
	const stet_json *entries = stet_json_get(standing, "entries"), *by, *kid;
	size_t i, k, count, observed;
	char *label, *issuer, *text;
	int known;

	heading("Signed by");
	for (i = 0; i < stet_json_size(entries); i++) {
		by = stet_json_get(stet_json_item(entries, i), "said_by");
		kid = stet_json_get(by, "kid");
		known = 0;
		count = observed = 0;
		for (k = 0; k < stet_json_size(entries); k++) {
			const stet_json *other = stet_json_item(entries, k);

			if (!json_same(kid, stet_json_get(stet_json_get(other, "said_by"), "kid")))
				continue;
			known |= k < i;
			count++;
			observed += stet_json_get(other, "source") != NULL;
		}
		if (known)
			continue;
		label = json_text(stet_json_get(by, "label"));
		issuer = json_text(stet_json_get(by, "issuer"));
		text = json_text(kid);
		put_line(2, text_of("'%s', %s (%.8s): %zu %s%s%s", label != NULL ? label : "",
				issuer != NULL ? issuer : "", text != NULL ? text : "", count,
				count == 1 ? "entry" : "entries",
				observed == count ? ", all observed"
				: observed > 0    ? ", some observed"
						  : "",
				stet_json_get(by, "revoked") != NULL ? "; revoked since" : ""));
		free(label);
		free(issuer);
		free(text);
	}
}

static void
put_moment(struct env *env, const stet_json *standing)
{
	const stet_json *as_of = stet_json_get(standing, "as_of");
	char *appended = json_text(stet_json_get(as_of, "appended")),
	     *sealed = json_text(stet_json_get(as_of, "sealed_at")), seal[96] = "not sealed yet";

	if (sealed != NULL)
		snprintf(seal, sizeof(seal), "seal %" PRId64 " of %.19sZ", number_at(as_of, "seal"),
		    sealed);
	out_text("\n");
	put_line(0,
	    text_of("As of entry %" PRId64 " (%s), %s, in ledger %s%s%s", number_at(as_of, "seq"),
		appended != NULL ? appended : "", seal, stet_ledger_origin(env->ledger),
		env->at != NULL ? ", as it stood at " : "", env->at != NULL ? env->at : ""));
	free(appended);
	free(sealed);
}

void
standing_page(struct env *env, const stet_json *standing)
{
	put_table(standing);
	put_conditions(standing);
	put_findings(stet_json_get(standing, "findings"), "Findings", STYLE_RED);
	put_findings(stet_json_get(standing, "gaps"), "Declared and not supported", STYLE_YELLOW);
	if (!stet_json_bool_of(stet_json_get(standing, "complete")))
		out_text("\nAn entry is of a kind this stet does not know: the standing may be "
			 "another.\n");
	put_signers(standing);
	put_moment(env, standing);
}

/* --- rung by rung -------------------------------------------------------------------------------
 */

static const stet_json *
entry_of(const stet_json *report, int64_t seq)
{
	const stet_json *entries = stet_json_get(report, "entries");
	size_t i;

	for (i = 0; i < stet_json_size(entries); i++)
		if (number_at(stet_json_item(entries, i), "seq") == seq)
			return stet_json_item(entries, i);
	return NULL;
}

/* Whether an entry holds, as far as it was judged. */
static int
holds(const stet_json *entry)
{
	static const char *const asked[] = {"bytes", "signature", "signer", "prior", "included"};
	const stet_json *answer;
	size_t i;

	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		answer = stet_json_get(entry, asked[i]);
		if (answer != NULL && stet_json_kind_of(answer) == STET_JSON_BOOL &&
		    !stet_json_bool_of(answer))
			return 0;
	}
	return 1;
}

static int
all_hold(const stet_json *entries, const stet_json *report)
{
	size_t i;

	for (i = 0; i < stet_json_size(entries); i++)
		if (!holds(entry_of(report, stet_json_int_of(stet_json_item(entries, i)))))
			return 0;
	return 1;
}

/* "entry 13 by 'publisher' (3f9a01c2), granted by entry 4 for doi:10.5281/, under seal 20" */
static char *
carrier(const stet_json *report, int64_t seq)
{
	const stet_json *entry = entry_of(report, seq), *granted, *seal;
	char *label, *kid, *scope, *text, by[48] = "a key of entry 0", under[48] = "not sealed yet";

	if (entry == NULL)
		return text_of("entry %" PRId64, seq);
	label = json_text(stet_json_get(entry, "label"));
	kid = json_text(stet_json_get(entry, "kid"));
	scope = json_joined(stet_json_get(entry, "scope"));
	granted = stet_json_get(entry, "granted");
	seal = stet_json_get(entry, "seal");
	if (granted != NULL && stet_json_kind_of(granted) == STET_JSON_INT)
		snprintf(by, sizeof(by), "granted by entry %" PRId64, stet_json_int_of(granted));
	if (seal != NULL && stet_json_kind_of(seal) == STET_JSON_INT)
		snprintf(under, sizeof(under), "under seal %" PRId64, stet_json_int_of(seal));
	text = text_of("entry %" PRId64 " by '%s' (%.8s), %s for %s, %s%s", seq,
	    label != NULL ? label : "", kid != NULL ? kid : "", by,
	    scope != NULL && scope[0] != '\0' ? scope : "every name", under,
	    holds(entry) ? "" : "; IT DOES NOT VERIFY");
	free(label);
	free(kid);
	free(scope);
	return text;
}

static void
put_answer(const stet_json *answer, const char *set, const stet_json *report)
{
	const stet_json *entries = stet_json_get(answer, "entries");
	char *word = json_text(stet_json_get(answer, "answer")),
	     *why = json_text(stet_json_get(answer, "why"));
	int sound = all_hold(entries, report);
	size_t i;

	out_text("      %-9s  ", set);
	out_style(!sound || json_is(stet_json_get(answer, "answer"), "no") ? STYLE_RED
		  : json_is(stet_json_get(answer, "answer"), "yes")        ? STYLE_GREEN
									   : STYLE_DIM);
	/* What rests on an entry that is not what was signed is not known. */
	out_text("%s", !sound ? "unknown" : word != NULL ? word : "");
	out_style(STYLE_PLAIN);
	if (why != NULL) {
		out_text(": ");
		out_wrap(20, 17, why);
	} else {
		out_text("\n");
	}
	for (i = 0; i < stet_json_size(entries); i++)
		put_line(17, carrier(report, stet_json_int_of(stet_json_item(entries, i))));
	free(word);
	free(why);
}

static void
put_rung(const stet_json *rung, const stet_json *report)
{
	char *code = json_text(stet_json_get(rung, "code")),
	     *label = json_text(stet_json_get(rung, "label"));
	const char *declared =
	    json_is(stet_json_get(stet_json_get(rung, "declared"), "answer"), "yes") ? ", declared"
										     : "";
	size_t set;

	out_text("  %-3s ", code != NULL ? code : "");
	out_foreign(label != NULL ? label : "");
	out_text("%s\n", declared);
	for (set = 1; set < SET_COUNT; set++)
		put_answer(stet_json_get(rung, sets[set]), sets[set], report);
	free(code);
	free(label);
}

void
standing_rungs(const stet_json *standing, const stet_json *report)
{
	const stet_json *rows = stet_json_get(standing, "rows"), *rungs;
	char *title;
	size_t i, k;

	for (i = 0; i < stet_json_size(rows); i++) {
		rungs = stet_json_get(stet_json_item(rows, i), "rungs");
		if (rungs == NULL)
			continue;
		title = json_text(stet_json_get(stet_json_item(rows, i), "title"));
		out_style(STYLE_BOLD);
		out_text("%s, rung by rung\n", title != NULL ? title : "");
		out_style(STYLE_PLAIN);
		free(title);
		for (k = 1; k < stet_json_size(rungs); k++)
			put_rung(stet_json_item(rungs, k), report);
		out_text("\n");
	}
}
