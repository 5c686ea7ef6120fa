/* What is different between two standings. */
#include "changes.h"
#include "reference.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t
number_at(const stet_json *json, const char *member)
{
	return stet_json_int_of(stet_json_get(json, member));
}

static void
set_text(stet_json *json, const char *member, const char *text)
{
	if (text != NULL)
		stet_json_set(json, member, stet_json_str(text));
}

/* One change; entry, from and to may be absent. Takes text over. */
static void
note(stet_json *changes, const char *what, const char *how, char *text, const stet_json *entry,
    const char *from, const char *to)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "what", stet_json_str(what));
	stet_json_set(json, "how", stet_json_str(how));
	stet_json_set(json, "text", text != NULL ? stet_json_str(text) : NULL);
	if (entry != NULL)
		stet_json_set(json, "entry", stet_json_copy(entry));
	set_text(json, "from", from);
	set_text(json, "to", to);
	stet_json_add(changes, json);
	free(text);
}

/* --- conditions ---------------------------------------------------------------------------------
 */

/* "open", "ended by entry 30, contested by entry 31" */
static char *
state_of(const stet_json *condition)
{
	char state[64] = "open", contested[48] = "";

	if (stet_json_get(condition, "ended_by") != NULL)
		snprintf(state, sizeof(state), "ended by entry %" PRId64,
		    number_at(condition, "ended_by"));
	else if (stet_json_bool_of(stet_json_get(condition, "pending")))
		snprintf(state, sizeof(state), "pending, %" PRId64 " of %" PRId64 " endorsements",
		    number_at(condition, "endorsed"), number_at(condition, "wanted"));
	if (stet_json_get(condition, "contested_by") != NULL)
		snprintf(contested, sizeof(contested), ", contested by entry %" PRId64,
		    number_at(condition, "contested_by"));
	return text_of("%s%s%s", state, contested,
	    stet_json_bool_of(stet_json_get(condition, "distrusted"))
		? ", signed by a key distrusted since"
		: "");
}

/* What annulled the entry that opened it, by the later standing. */
static char *
gone_state(const stet_json *after, int64_t seq)
{
	const stet_json *entries = stet_json_get(after, "entries"), *entry;
	size_t i;

	for (i = 0; i < stet_json_size(entries); i++) {
		entry = stet_json_item(entries, i);
		if (number_at(entry, "seq") == seq && stet_json_get(entry, "annulled_by") != NULL)
			return text_of(
			    "annulled by entry %" PRId64, number_at(entry, "annulled_by"));
	}
	return strdup("no longer about this record");
}

static void
compare_condition(stet_json *changes, const stet_json *before, const stet_json *after)
{
	char *from = before != NULL ? state_of(before) : NULL, *to = state_of(after);

	if (from == NULL || to == NULL || strcmp(from, to) != 0)
		note(changes, "condition", from == NULL ? "new" : "changed", condition_text(after),
		    stet_json_get(after, "seq"), from, to);
	free(from);
	free(to);
}

/* Both are in the order of their entries. */
static void
compare_conditions(stet_json *changes, const stet_json *before, const stet_json *after)
{
	const stet_json *olds = stet_json_get(before, "conditions"),
			*news = stet_json_get(after, "conditions"), *old, *new;
	size_t i = 0, k = 0;
	char *from, *to;

	while (i < stet_json_size(olds) || k < stet_json_size(news)) {
		old = stet_json_item(olds, i);
		new = stet_json_item(news, k);
		if (new == NULL || (old != NULL && number_at(old, "seq") < number_at(new, "seq"))) {
			from = state_of(old);
			to = gone_state(after, number_at(old, "seq"));
			note(changes, "condition", "gone", condition_text(old),
			    stet_json_get(old, "seq"), from, to);
			free(from);
			free(to);
			i++;
		} else {
			old = old != NULL && number_at(old, "seq") == number_at(new, "seq") ? old
											    : NULL;
			compare_condition(changes, old, new);
			i += old != NULL;
			k++;
		}
	}
}

/* --- rows, names, findings: by what they are called ---------------------------------------------
 */

/* A standing's rows, names or findings as an object: what each is called, and its value. */
typedef stet_json *list_of(const stet_json *standing);

static char *
row_value(const stet_json *value)
{
	char *text = json_text(stet_json_get(value, "value")),
	     *least = json_text(stet_json_get(value, "least")), *shown = NULL;

	if (text != NULL)
		shown = strdup(text);
	else if (least != NULL && strcmp(least, "0") != 0 && strcmp(least, "L0") != 0)
		shown = text_of("%s or more", least);
	else
		shown = strdup(json_is(stet_json_get(value, "known"), "no") ? "none" : "unknown");
	free(text);
	free(least);
	return shown;
}

static void
list_row(stet_json *list, const stet_json *row)
{
	static const char *const sets[] = {"declared", "derived", "supported", NULL};
	char *title = json_text(stet_json_get(row, "title")),
	     *detail = json_text(stet_json_get(row, "detail")), *key, *value;
	size_t i;

	for (i = 0; sets[i] != NULL; i++) {
		key = text_of("%s%s%s, %s", title != NULL ? title : "", detail != NULL ? " " : "",
		    detail != NULL ? detail : "", sets[i]);
		value = row_value(stet_json_get(row, sets[i]));
		if (key != NULL && value != NULL && strcmp(value, "unknown") != 0)
			stet_json_set(list, key, stet_json_str(value));
		free(key);
		free(value);
	}
	free(title);
	free(detail);
}

static stet_json *
list_rows(const stet_json *standing)
{
	const stet_json *rows = stet_json_get(standing, "rows");
	stet_json *list = stet_json_object();
	char *state = json_text(stet_json_get(standing, "contract_state"));
	size_t i;

	if (state != NULL)
		stet_json_set(list, "Contract state", stet_json_str(state));
	free(state);
	for (i = 0; i < stet_json_size(rows); i++)
		list_row(list, stet_json_item(rows, i));
	return list;
}

static stet_json *
list_titles(const stet_json *standing)
{
	const stet_json *title = json_at(standing, "/title/value");
	stet_json *list = stet_json_object();

	if (title != NULL)
		stet_json_set(list, "title", stet_json_copy(title));
	return list;
}

static stet_json *
list_names(const stet_json *standing)
{
	const stet_json *names = stet_json_get(standing, "names"), *name;
	stet_json *list = stet_json_object();
	char *text;
	size_t i;

	for (i = 0; i < stet_json_size(names); i++) {
		name = stet_json_item(names, i);
		if ((text = json_text(stet_json_get(name, "name"))) != NULL)
			stet_json_set(list, text,
			    stet_json_str(stet_json_bool_of(stet_json_get(name, "observed"))
					      ? "linked by observers only"
					      : "linked here"));
		free(text);
	}
	return list;
}

static stet_json *
list_findings(const stet_json *standing)
{
	const stet_json *findings = stet_json_get(standing, "findings"), *finding;
	stet_json *list = stet_json_object();
	char *code, *text, *key;
	size_t i;

	for (i = 0; i < stet_json_size(findings); i++) {
		finding = stet_json_item(findings, i);
		code = json_text(stet_json_get(finding, "code"));
		text = json_text(stet_json_get(finding, "text"));
		key = text_of("%s: %s", code != NULL ? code : "", text != NULL ? text : "");
		if (key != NULL)
			stet_json_set(list, key, stet_json_null());
		free(code);
		free(text);
		free(key);
	}
	return list;
}

static void
note_member(stet_json *changes, const char *what, const char *key, const stet_json *old,
    const stet_json *new)
{
	char *from = json_text(old), *to = json_text(new);
	const char *how = old == NULL ? "new" : new == NULL ? "gone" : "changed";

	if (old == NULL || new == NULL || (from != NULL && to != NULL && strcmp(from, to) != 0))
		note(changes, what, how, strdup(key), NULL, from, to);
	free(from);
	free(to);
}

static void
compare_lists(stet_json *changes, const char *what, list_of *list, const stet_json *before,
    const stet_json *after)
{
	stet_json *olds = list(before), *news = list(after);
	const stet_json *value;
	const char *key;
	size_t i;

	for (i = 0; stet_json_member(olds, i, &key, &value); i++)
		if (stet_json_get(news, key) == NULL)
			note_member(changes, what, key, value, NULL);
	for (i = 0; stet_json_member(news, i, &key, &value); i++)
		note_member(changes, what, key, stet_json_get(olds, key), value);
	stet_json_free(olds);
	stet_json_free(news);
}

stet_json *
changes_between(const stet_json *before, const stet_json *after)
{
	static const struct {
		const char *what;
		list_of *list;
	} parts[] = {{"title", list_titles}, {"name", list_names}, {"row", list_rows},
	    {"finding", list_findings}};
	stet_json *changes = stet_json_array();
	size_t i;

	compare_conditions(changes, before, after);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		/* Of a new record these are said anyway: it is called by its name, and the title.
		 */
		if (before != NULL || parts[i].list == list_rows || parts[i].list == list_findings)
			compare_lists(changes, parts[i].what, parts[i].list, before, after);
	return changes;
}
