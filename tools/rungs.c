/* The ladders, rung by rung, with what carries each. */
#include "out.h"
#include "standing.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const sets[] = {"declared", "derived", "supported"};
#define SET_COUNT 3

static int64_t
number_at(const stet_json *json, const char *member)
{
	return stet_json_int_of(stet_json_get(json, member));
}

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
	     *why = json_text(stet_json_get(answer, "why")), *line;
	const char *shown;
	int sound = all_hold(entries, report);
	size_t i;

	out_text("      %-9s  ", set);
	out_style(!sound || json_is(stet_json_get(answer, "answer"), "no") ? STYLE_RED
		  : json_is(stet_json_get(answer, "answer"), "yes")        ? STYLE_GREEN
									   : STYLE_DIM);
	/* What rests on an entry that is not what was signed is not known. */
	shown = !sound || word == NULL ? "unknown" : word;
	out_text("%s", shown);
	out_style(STYLE_PLAIN);
	if (why != NULL) {
		out_text(": ");
		out_wrap(19 + strlen(shown), 17, why);
	} else {
		out_text("\n");
	}
	for (i = 0; i < stet_json_size(entries); i++) {
		line = carrier(report, stet_json_int_of(stet_json_item(entries, i)));
		out_text("%*s", 17, "");
		out_wrap(17, 19, line != NULL ? line : "");
		free(line);
	}
	free(word);
	free(why);
}

/* ", declared in entry 10"; "" */
static char *
declared_text(const stet_json *answer)
{
	const stet_json *entries = stet_json_get(answer, "entries");

	if (!json_is(stet_json_get(answer, "answer"), "yes"))
		return strdup("");
	return stet_json_size(entries) > 0 ? text_of(", declared in entry %" PRId64,
						 stet_json_int_of(stet_json_item(entries, 0)))
					   : strdup(", declared");
}

static void
put_rung(const stet_json *rung, const stet_json *report)
{
	char *code = json_text(stet_json_get(rung, "code")),
	     *label = json_text(stet_json_get(rung, "label")),
	     *declared = declared_text(stet_json_get(rung, sets[0]));
	size_t set;

	out_text("  %-3s ", code != NULL ? code : "");
	out_foreign(label != NULL ? label : "");
	out_text("%s\n", declared != NULL ? declared : "");
	for (set = 1; set < SET_COUNT; set++)
		put_answer(stet_json_get(rung, sets[set]), sets[set], report);
	free(code);
	free(label);
	free(declared);
}

/* Whether anybody says anything that a rung rests on: else the whole ladder is one line. */
static int
is_silent(const stet_json *row)
{
	const stet_json *rungs = stet_json_get(row, "rungs"), *answer;
	size_t i, set;

	for (i = 1; i < stet_json_size(rungs); i++)
		for (set = 0; set < SET_COUNT; set++) {
			answer = stet_json_get(stet_json_item(rungs, i), sets[set]);
			if (!json_is(stet_json_get(answer, "answer"), "unknown") ||
			    stet_json_size(stet_json_get(answer, "entries")) > 0)
				return 0;
		}
	return 1;
}

static void
put_ladder(const stet_json *row, const stet_json *report)
{
	const stet_json *rungs = stet_json_get(row, "rungs");
	char *title = json_text(stet_json_get(row, "title"));
	size_t i;

	out_style(STYLE_BOLD);
	if (is_silent(row)) {
		out_text("%s", title != NULL ? title : "");
		out_style(STYLE_PLAIN);
		out_text(": unknown on every rung; no entry says anything of it\n");
	} else {
		out_text("%s, rung by rung\n", title != NULL ? title : "");
		out_style(STYLE_PLAIN);
		for (i = 1; i < stet_json_size(rungs); i++)
			put_rung(stet_json_item(rungs, i), report);
		out_text("\n");
	}
	free(title);
}

void
standing_rungs(const stet_json *standing, const stet_json *report)
{
	const stet_json *rows = stet_json_get(standing, "rows"), *row;
	size_t i, silent = 0;

	for (i = 0; i < stet_json_size(rows); i++) {
		row = stet_json_item(rows, i);
		if (stet_json_get(row, "rungs") == NULL)
			continue;
		put_ladder(row, report);
		silent = (size_t)is_silent(row);
	}
	if (silent)
		out_text("\n");
}
