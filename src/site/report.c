/* The page of a record. */
#include "site/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "site/look.h"

#define LABEL_SIZE 128
#define PATH_SIZE 256

static const char *const sets[] = {"declared", "derived", "supported"};
#define SET_COUNT 3

/* --- small pieces -------------------------------------------------------------------------------
 */

static void
begin_section(struct st_html *html, const char *id, const char *title)
{
	char label[PATH_SIZE];

	snprintf(label, sizeof(label), "%s-title", id);
	st_html_open(html, "section", "id", id, "aria-labelledby", label, NULL);
	st_html_open(html, "h2", "id", label, NULL);
	st_html_text(html, title);
	st_html_close(html);
}

static void
put_entry_link(struct st_html *html, int64_t seq)
{
	char href[32];

	snprintf(href, sizeof(href), "#e%" PRId64, seq);
	st_html_open(html, "a", "href", href, NULL);
	st_html_textf(html, "%" PRId64, seq);
	st_html_close(html);
}

/* "entries 5, 6" */
static void
put_entries(struct st_html *html, const stet_json *entries, const char *before)
{
	size_t i, count = stet_json_size(entries);

	if (count == 0)
		return;
	st_html_textf(html, "%s%s ", before, count == 1 ? "entry" : "entries");
	for (i = 0; i < count; i++) {
		if (i > 0)
			st_html_text(html, ", ");
		put_entry_link(html, stet_json_int_of(stet_json_item(entries, i)));
	}
}

static void
put_speaker(struct st_html *html, const stet_json *by)
{
	const char *label = st_look_text(by, "label"), *issuer = st_look_text(by, "issuer"),
		   *kid = st_look_text(by, "kid");

	if (label != NULL && label[0] != '\0') {
		st_html_text(html, "‘");
		st_html_foreign(html, label);
		st_html_text(html, "’, ");
	}
	st_html_foreign(html, issuer != NULL ? issuer : "unknown issuer");
	if (kid == NULL)
		return;
	st_html_text(html, " ");
	st_html_open(html, "code", "title", kid, NULL);
	st_html_textf(html, "%.8s", kid);
	st_html_close(html);
}

/* --- the head -----------------------------------------------------------------------------------
 */

#define DOI_URL "https://doi.org/"

/* The address at which a DOI resolves: RFC 3986, all but unreserved characters and '/' escaped. */
static void
doi_url(const char *doi, struct st_buf *out)
{
	const unsigned char *at;

	st_buf_put_str(out, DOI_URL);
	for (at = (const unsigned char *)doi; *at != '\0'; at++)
		if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
		    (*at >= '0' && *at <= '9') || strchr("-._~/", *at) != NULL)
			st_buf_put_u8(out, *at);
		else
			st_buf_printf(out, "%%%02X", *at);
	st_buf_put_u8(out, 0);
}

/* A name as a link where it is one that resolves. */
static void
put_name(struct st_html *html, const char *name)
{
	struct st_buf url = {0};

	if (strncmp(name, "doi:", 4) != 0) {
		st_html_foreign(html, name);
		return;
	}
	doi_url(name + 4, &url);
	if (!st_html_short(html, &url)) {
		st_html_open(html, "a", "href", (const char *)url.data, NULL);
		st_html_foreign(html, name);
		st_html_close(html);
	}
	st_buf_free(&url);
}

static void
put_notice(struct st_html *html, const char *doi)
{
	struct st_buf name = {0};

	st_buf_put_str(&name, "doi:");
	st_buf_put_str(&name, doi);
	st_buf_put_u8(&name, 0);
	if (!st_html_short(html, &name))
		put_name(html, (const char *)name.data);
	st_buf_free(&name);
}

void
st_page_badges(struct st_html *html, const stet_json *standing)
{
	const stet_json *conditions = st_look(standing, "conditions"), *one, *before;
	size_t i, k, shown = 0;

	st_html_open(html, "ul", "class", "badges", NULL);
	for (i = 0; i < stet_json_size(conditions); i++) {
		one = stet_json_item(conditions, i);
		if (!st_look_bool(one, "open"))
			continue;
		for (k = 0; k < i; k++) {
			before = stet_json_item(conditions, k);
			if (st_look_bool(before, "open") &&
			    st_look_is(before, "condition", st_look_text(one, "condition")))
				break;
		}
		if (k < i)
			continue;
		st_html_open(html, "li", "class",
		    st_look_is(one, "condition", "corrected") ||
			    st_look_is(one, "condition", "notice")
			? "badge mild"
			: "badge grave",
		    NULL);
		st_html_text(html, st_look_text(one, "condition"));
		st_html_close(html);
		shown++;
	}
	if (shown == 0)
		st_html_leaf(html, "li", "badge", "no notice known in this ledger");
	st_html_close(html);
}

static void
put_moment(struct st_html *html, const struct st_page *page)
{
	const stet_json *as_of = st_look(page->standing, "as_of");
	const char *sealed = st_look_text(as_of, "sealed_at"),
		   *appended = st_look_text(as_of, "appended");

	st_html_open(html, "p", "class", "moment", NULL);
	if (page->as_of != NULL) {
		st_html_text(html, page->as_of);
		st_html_close(html);
		return;
	}
	st_html_text(html, "As of ");
	st_html_textf(html, "%" PRId64 " entries", st_look_int(as_of, "size"));
	st_html_text(html, " of the ledger ");
	st_html_foreign(html, st_look_text(page->standing, "origin"));
	if (sealed != NULL) {
		st_html_textf(
		    html, ", sealed by entry %" PRId64 " at ", st_look_int(as_of, "seal"));
		st_html_leaf(html, "time", NULL, sealed);
	}
	st_html_text(html, ". The newest entry about this record is ");
	put_entry_link(html, st_look_int(as_of, "seq"));
	st_html_text(html, " of ");
	st_html_leaf(html, "time", NULL, appended != NULL ? appended : "");
	st_html_text(html, ".");
	st_html_close(html);
}

static void
put_head(struct st_html *html, const struct st_page *page)
{
	const stet_json *names = st_look(page->standing, "names"), *name;
	const char *title = st_look_text(page->standing, "title/value");
	size_t i;

	st_html_open(html, "header", NULL);
	st_html_open(html, "h1", NULL);
	st_html_foreign(html, title != NULL ? title : st_look_text(page->standing, "id"));
	st_html_close(html);
	st_page_badges(html, page->standing);
	st_html_open(html, "ul", "class", "names", "aria-label", "Names of the record", NULL);
	for (i = 0; i < stet_json_size(names); i++) {
		name = stet_json_item(names, i);
		st_html_open(html, "li", NULL);
		put_name(html, st_look_text(name, "name"));
		st_html_textf(html, " (%" PRId64 " %s%s)", st_look_int(name, "count"),
		    st_look_int(name, "count") == 1 ? "entry" : "entries",
		    st_look_bool(name, "observed") ? "; linked by observers only" : "");
		st_html_close(html);
	}
	st_html_close(html);
	put_moment(html, page);
	if (!st_look_bool(page->standing, "complete"))
		st_html_leaf(html, "p", "warning",
		    "Some entries are of types that this version of stet does not know: what "
		    "follows is not the whole answer.");
	st_html_close(html);
}

/* --- the three columns --------------------------------------------------------------------------
 */

static int
has_least(const stet_json *value)
{
	return st_look(value, "least") != NULL && !st_look_is(value, "least", "0") &&
	       !st_look_is(value, "least", "L0");
}

static void
put_value(struct st_html *html, const stet_json *value, const char *set)
{
	const char *label = st_look_text(value, "label"), *why = st_look_text(value, "why");
	int known = st_look_is(value, "known", "yes");

	st_html_open(html, "td", "class", known ? NULL : "unknown", "data-set", set, NULL);
	if (st_look(value, "value") != NULL) {
		st_html_value(html, st_look(value, "value"));
	} else if (has_least(value)) {
		st_html_value(html, st_look(value, "least"));
		st_html_text(html, " or more");
	} else {
		st_html_text(html, why != NULL && strcmp(why, "nobody declares it") == 0
				       ? "not declared"
				       : "unknown");
	}
	if (known && label != NULL)
		st_html_leaf(html, "span", "label", label);
	if (!known && why != NULL && strcmp(why, "nobody declares it") != 0)
		st_html_leaf(html, "span", "why", why);
	if (stet_json_size(st_look(value, "entries")) > 0) {
		st_html_open(html, "span", "class", "evidence", NULL);
		put_entries(html, st_look(value, "entries"), "");
		st_html_close(html);
	}
	st_html_close(html);
}

static int
says_anything(const stet_json *row)
{
	size_t set;

	for (set = 0; set < SET_COUNT; set++)
		if (st_look(st_look(row, sets[set]), "value") != NULL ||
		    has_least(st_look(row, sets[set])))
			return 1;
	return 0;
}

static void
put_table_head(struct st_html *html, const char *first)
{
	static const char *const titles[] = {"declared", "derived", "supported"};
	static const char *const docs[] = {"what is said", "what follows from what is said",
	    "what signed evidence in the ledger carries"};
	size_t set;

	st_html_open(html, "thead", NULL);
	st_html_open(html, "tr", NULL);
	st_html_open(html, "th", "scope", "col", NULL);
	st_html_text(html, first);
	st_html_close(html);
	for (set = 0; set < SET_COUNT; set++) {
		st_html_open(html, "th", "scope", "col", NULL);
		st_html_text(html, titles[set]);
		st_html_leaf(html, "span", "label", docs[set]);
		st_html_close(html);
	}
	st_html_close(html);
	st_html_close(html);
}

static void
begin_table(struct st_html *html, const char *label, const char *first)
{
	st_html_open(html, "div", "class", "scroll", "role", "region", "aria-label", label,
	    "tabindex", "0", NULL);
	st_html_open(html, "table", NULL);
	put_table_head(html, first);
	st_html_open(html, "tbody", NULL);
}

static void
end_table(struct st_html *html)
{
	st_html_close(html);
	st_html_close(html);
	st_html_close(html);
}

static void
put_standing(struct st_html *html, const stet_json *standing)
{
	const stet_json *rows = st_look(standing, "rows"), *row;
	size_t i, set;

	begin_section(html, "standing", "Standing");
	begin_table(html, "Table of the standing", "question");
	for (i = 0; i < stet_json_size(rows); i++) {
		row = stet_json_item(rows, i);
		if (!says_anything(row))
			continue;
		st_html_open(html, "tr", NULL);
		st_html_open(html, "th", "scope", "row", NULL);
		st_html_text(html, st_look_text(row, "title"));
		if (st_look(row, "detail") != NULL) {
			st_html_text(html, " ");
			st_html_value(html, st_look(row, "detail"));
		}
		st_html_close(html);
		for (set = 0; set < SET_COUNT; set++)
			put_value(html, st_look(row, sets[set]), sets[set]);
		st_html_close(html);
	}
	end_table(html);
	st_html_close(html);
}

/* --- the ladders --------------------------------------------------------------------------------
 */

static void
put_answer(struct st_html *html, const stet_json *answer, const char *set)
{
	const char *text = st_look_text(answer, "answer");

	st_html_open(html, "td", "class", text, "data-set", set, NULL);
	st_html_text(html, text);
	if (st_look(answer, "why") != NULL)
		st_html_leaf(html, "span", "why", st_look_text(answer, "why"));
	if (stet_json_size(st_look(answer, "entries")) > 0) {
		st_html_open(html, "span", "class", "evidence", NULL);
		put_entries(html, st_look(answer, "entries"), "");
		st_html_close(html);
	}
	st_html_close(html);
}

static void
put_ladder(struct st_html *html, const stet_json *row)
{
	const stet_json *rungs = st_look(row, "rungs"), *rung;
	const char *title = st_look_text(row, "title");
	char label[LABEL_SIZE];
	size_t i, set;

	st_html_leaf(html, "h3", NULL, title);
	snprintf(label, sizeof(label), "Table of the rungs: %s", title);
	begin_table(html, label, "rung");
	for (i = stet_json_size(rungs); i-- > 0;) { /* the highest on top */
		rung = stet_json_item(rungs, i);
		st_html_open(html, "tr", NULL);
		st_html_open(html, "th", "scope", "row", NULL);
		st_html_text(html, st_look_text(rung, "code"));
		st_html_leaf(html, "span", "label", st_look_text(rung, "label"));
		st_html_close(html);
		for (set = 0; set < SET_COUNT; set++)
			put_answer(html, st_look(rung, sets[set]), sets[set]);
		st_html_close(html);
	}
	end_table(html);
}

static void
put_ladders(struct st_html *html, const stet_json *standing)
{
	const stet_json *rows = st_look(standing, "rows");
	size_t i;

	begin_section(html, "ladders", "Rung by rung");
	st_html_leaf(html, "p", NULL,
	    "For each level, whether it is declared, whether it follows from what is said, and "
	    "whether signed evidence carries it, with the entries that do.");
	for (i = 0; i < stet_json_size(rows); i++)
		if (stet_json_size(st_look(stet_json_item(rows, i), "rungs")) > 0)
			put_ladder(html, stet_json_item(rows, i));
	st_html_close(html);
}

/* --- conditions, findings -----------------------------------------------------------------------
 */

static void
put_condition(struct st_html *html, const stet_json *one)
{
	const char *occurred = st_look_text(one, "occurred"),
		   *published = st_look_text(one, "published"),
		   *notice = st_look_text(one, "notice/doi"), *note = st_look_text(one, "note"),
		   *source = st_look_text(one, "source/name");

	st_html_open(html, "li", "class", st_look_bool(one, "open") ? NULL : "over", NULL);
	st_html_leaf(html, "strong", NULL, st_look_text(one, "condition"));
	st_html_text(html, ", says ");
	if (source != NULL) {
		st_html_foreign(html, source);
		st_html_text(html, " (observed)");
	} else {
		put_speaker(html, st_look(one, "said_by"));
	}
	st_html_text(html, occurred != NULL    ? "; "
			   : published != NULL ? "; notice of "
					       : "; no date given");
	if (occurred != NULL || published != NULL)
		st_html_leaf(html, "time", NULL, occurred != NULL ? occurred : published);
	if (notice != NULL) {
		st_html_text(html, "; notice ");
		put_notice(html, notice);
	}
	st_html_text(html, "; entry ");
	put_entry_link(html, st_look_int(one, "seq"));
	if (st_look(one, "ended_by") != NULL) {
		st_html_text(html, "; ended by entry ");
		put_entry_link(html, st_look_int(one, "ended_by"));
	}
	if (st_look_bool(one, "pending"))
		st_html_textf(html, "; pending, %" PRId64 " of %" PRId64 " endorsements",
		    st_look_int(one, "endorsed"), st_look_int(one, "wanted"));
	if (st_look(one, "contested_by") != NULL) {
		st_html_text(html, "; contested by entry ");
		put_entry_link(html, st_look_int(one, "contested_by"));
	}
	if (st_look_bool(one, "distrusted"))
		st_html_text(html, "; signed by a key distrusted since");
	if (note != NULL) {
		st_html_open(html, "q", NULL);
		st_html_foreign(html, note);
		st_html_close(html);
	}
	st_html_close(html);
}

static void
put_conditions(struct st_html *html, const stet_json *standing)
{
	const stet_json *conditions = st_look(standing, "conditions");
	size_t i;

	begin_section(html, "conditions", "Conditions");
	if (stet_json_size(conditions) == 0)
		st_html_leaf(html, "p", NULL,
		    "No notice about this record is known in this ledger. That is what the ledger "
		    "holds, not a clean bill of health.");
	else
		st_html_open(html, "ol", "class", "conditions", NULL);
	for (i = 0; i < stet_json_size(conditions); i++)
		put_condition(html, stet_json_item(conditions, i));
	if (stet_json_size(conditions) > 0)
		st_html_close(html);
	st_html_close(html);
}

/* What the catalogue says of a code. */
static const char *
meaning_of(const char *code)
{
	const stet_rule *rule = code != NULL ? stet_rule_get(stet_rule_find(code)) : NULL;

	return rule != NULL ? rule->summary : NULL;
}

static void
put_findings(struct st_html *html, const stet_json *list, const char *id, const char *title,
    const char *none)
{
	const stet_json *one;
	const char *code, *meaning;
	size_t i;

	begin_section(html, id, title);
	if (stet_json_size(list) == 0)
		st_html_leaf(html, "p", NULL, none);
	else
		st_html_open(html, "dl", "class", "findings", NULL);
	for (i = 0; i < stet_json_size(list); i++) {
		one = stet_json_item(list, i);
		code = st_look_text(one, "code");
		meaning = meaning_of(code);
		st_html_open(html, "dt", NULL);
		st_html_leaf(html, "code", NULL, code);
		if (meaning != NULL)
			st_html_leaf(html, "span", "label", meaning);
		st_html_close(html);
		st_html_open(html, "dd", NULL);
		st_html_value(html, st_look(one, "text"));
		if (st_look(one, "first") != NULL) {
			st_html_text(html, " (entry ");
			put_entry_link(html, st_look_int(one, "first"));
			if (st_look(one, "second") != NULL) {
				st_html_text(html, " and ");
				put_entry_link(html, st_look_int(one, "second"));
			}
			st_html_text(html, ")");
		}
		st_html_close(html);
	}
	if (stet_json_size(list) > 0)
		st_html_close(html);
	st_html_close(html);
}

/* --- the history --------------------------------------------------------------------------------
 */

/* Said in the heading of every entry. */
static const char *const common[] = {"type", "v", "subject", "issuer", "id", "aud", "kid", "alg",
    "signed_at", "occurred", "after", "source", "action", "nature", "affected", NULL};

static int
is_common(const char *name)
{
	size_t i;

	for (i = 0; common[i] != NULL; i++)
		if (strcmp(common[i], name) == 0)
			return 1;
	return 0;
}

void
st_entry_what(const stet_json *entry, struct st_buf *out)
{
	const stet_json *statement = st_look(entry, "statement");
	const char *nature = st_look_text(statement, "nature"),
		   *type = st_look_text(statement, "type"),
		   *action = st_look_text(statement, "action");

	if (st_look(statement, "source") != NULL)
		st_buf_put_str(out, "observed ");
	if (nature != NULL) {
		for (; *nature != '\0'; nature++)
			st_buf_put_u8(out, *nature == '_' ? ' ' : (uint8_t)*nature);
		return;
	}
	st_buf_put_str(out, type != NULL ? type : "entry");
	if (action != NULL)
		st_buf_printf(out, " %s", action);
}

const char *
st_entry_date(const stet_json *entry, int *own_out)
{
	const char *date = st_look_text(entry, "statement/occurred");

	*own_out = 0;
	if (date == NULL)
		date = st_look_text(entry, "statement/notice/published");
	if (date != NULL)
		return date;
	*own_out = 1;
	return st_look_text(entry, "appended");
}

static void
put_member(struct st_html *html, const char *type, const char *path, const stet_json *value)
{
	const stet_json *below;
	const char *key;
	char label[LABEL_SIZE], further[PATH_SIZE];
	size_t i;

	if (stet_json_kind_of(value) == STET_JSON_OBJECT) {
		for (i = 0; stet_json_member(value, i, &key, &below); i++) {
			snprintf(further, sizeof(further), "%s/%s", path, key);
			put_member(html, type, further, below);
		}
		return;
	}
	stet_statement_label(type, path, label, sizeof(label));
	st_html_leaf(html, "dt", NULL, label);
	st_html_open(html, "dd", NULL);
	if (stet_json_kind_of(value) == STET_JSON_BOOL)
		st_html_text(html, stet_json_bool_of(value) ? "yes" : "no");
	else if (stet_json_kind_of(value) != STET_JSON_ARRAY)
		st_html_value(html, value);
	for (i = 0; stet_json_kind_of(value) == STET_JSON_ARRAY && i < stet_json_size(value); i++) {
		if (i > 0)
			st_html_void(html, "br", NULL);
		st_html_value(html, stet_json_item(value, i));
	}
	st_html_close(html);
}

static void
put_changes(struct st_html *html, const stet_json *rows)
{
	const stet_json *row;
	size_t i;

	for (i = 0; i < stet_json_size(rows); i++) {
		row = stet_json_item(rows, i);
		st_html_open(html, "div", "class", "change", NULL);
		st_html_open(html, "code", NULL);
		st_html_value(html, st_look(row, "path"));
		st_html_close(html);
		if (st_look(row, "before") != NULL) {
			st_html_open(html, "del", NULL);
			st_html_value(html, st_look(row, "before"));
			st_html_close(html);
		}
		if (st_look(row, "after") != NULL) {
			st_html_open(html, "ins", NULL);
			st_html_value(html, st_look(row, "after"));
			st_html_close(html);
		}
		st_html_close(html);
	}
}

/* What the standing says of an entry: who said it, and what became of it. */
static const stet_json *
marks_of(const struct st_page *page, int64_t seq)
{
	const stet_json *entries = st_look(page->standing, "entries");
	size_t low = 0, high = stet_json_size(entries), at;
	int64_t here;

	while (low < high) {
		at = low + (high - low) / 2;
		here = st_look_int(stet_json_item(entries, at), "seq");
		if (here == seq)
			return stet_json_item(entries, at);
		if (here < seq)
			low = at + 1;
		else
			high = at;
	}
	return NULL;
}

static void
put_mark(struct st_html *html, const stet_json *marks, const char *member, const char *text)
{
	if (st_look(marks, member) == NULL)
		return;
	st_html_open(html, "p", "class", "warning", NULL);
	st_html_text(html, text);
	put_entry_link(html, st_look_int(marks, member));
	st_html_text(html, ".");
	st_html_close(html);
}

static void
put_marks(struct st_html *html, const stet_json *marks)
{
	put_mark(html, marks, "annulled_by", "Struck out: annulled by entry ");
	put_mark(html, marks, "contested_by",
	    "Contested, by somebody who is not its issuer, which changes nothing, in entry ");
	put_mark(html, marks, "ended_by", "No longer in force: ended by entry ");
	if (st_look_bool(marks, "pending"))
		st_html_leaf(html, "p", "warning", "Not in force yet: endorsements are missing.");
	if (st_look_bool(marks, "distrusted"))
		st_html_leaf(html, "p", "warning", "Signed by a key that is distrusted since.");
}

static void
put_said(struct st_html *html, const stet_json *entry, const stet_json *marks)
{
	const stet_json *statement = st_look(entry, "statement");
	const char *occurred = st_look_text(statement, "occurred"),
		   *signed_at = st_look_text(statement, "signed_at");

	st_html_open(html, "p", "class", "said", NULL);
	if (st_look(statement, "source") != NULL) {
		st_html_value(html, st_look(statement, "source/name"));
		st_html_text(html, " states this");
		if (st_look(statement, "source/term") != NULL) {
			st_html_text(html, ", in its words: ");
			st_html_value(html, st_look(statement, "source/term"));
		}
		st_html_text(html, "; noted by ");
	} else {
		st_html_text(html, "Said by ");
	}
	put_speaker(html, st_look(marks, "said_by"));
	if (occurred != NULL) {
		st_html_text(html, "; occurred ");
		st_html_leaf(html, "time", NULL, occurred);
	}
	st_html_text(html, "; signed ");
	st_html_leaf(html, "time", NULL, signed_at != NULL ? signed_at : "");
	st_html_text(html, "; about ");
	st_html_value(html, st_look(statement, "subject"));
	st_html_close(html);
}

static void
put_entry(struct st_html *html, const struct st_page *page, const stet_json *entry)
{
	const stet_json *statement = st_look(entry, "statement"), *value;
	int64_t seq = st_look_int(entry, "seq");
	const stet_json *marks = marks_of(page, seq);
	const char *type = st_look_text(statement, "type"), *key;
	struct st_buf what = {0};
	char id[32], path[PATH_SIZE];
	size_t i;

	snprintf(id, sizeof(id), "e%" PRId64, seq);
	st_html_open(html, "li", "id", id, "class",
	    st_look(marks, "annulled_by") != NULL ? "struck" : NULL, NULL);
	st_entry_what(entry, &what);
	st_buf_put_u8(&what, 0);
	st_html_open(html, "h3", NULL);
	st_html_textf(html, "%" PRId64 " ", seq);
	st_html_buf(html, &what);
	st_html_text(html, " ");
	st_html_leaf(html, "time", NULL, st_look_text(entry, "appended"));
	st_html_close(html);
	st_buf_free(&what);
	put_said(html, entry, marks);
	put_marks(html, marks);
	st_html_open(html, "dl", NULL);
	for (i = 0; stet_json_member(statement, i, &key, &value); i++) {
		if (is_common(key))
			continue;
		snprintf(path, sizeof(path), "/%s", key);
		put_member(html, type != NULL ? type : "", path, value);
	}
	st_html_leaf(html, "dt", NULL, "Leaf");
	st_html_open(html, "dd", NULL);
	st_html_leaf(html, "code", NULL, st_look_text(entry, "leaf"));
	st_html_close(html);
	st_html_close(html);
	put_changes(html, st_look(statement, "affected"));
	st_html_close(html);
}

static void
put_history(struct st_html *html, const struct st_page *page)
{
	size_t i;

	begin_section(html, "history", "Everything the ledger says about it");
	st_html_open(html, "ol", "class", "history", NULL);
	for (i = 0; i < page->count; i++)
		put_entry(html, page, page->entries[i]);
	st_html_close(html);
	st_html_close(html);
}

/* --- checking it --------------------------------------------------------------------------------
 */

static void
put_check(struct st_html *html, const struct st_page *page)
{
	char command[PATH_SIZE * 2];

	begin_section(html, "check", "Check it yourself");
	if (page->proof != NULL) {
		st_html_open(html, "p", NULL);
		st_html_open(html, "a", "href", page->proof, "rel", "item", "type",
		    "application/octet-stream", NULL);
		st_html_text(html, "The proof beside this page");
		st_html_close(html);
		st_html_text(html,
		    " holds every entry shown here, and shows that there was no other about this "
		    "record when the ledger was sealed. This page can be wrong; the proof cannot "
		    "be without being found out:");
		st_html_close(html);
		snprintf(command, sizeof(command), "stet check %s --key '%s'", page->proof,
		    page->vkey != NULL ? page->vkey : "the verifier key of the ledger");
		st_html_open(html, "pre", NULL);
		st_html_leaf(html, "code", NULL, command);
		st_html_close(html);
	}
	if (page->vkey != NULL) {
		st_html_open(html, "p", NULL);
		st_html_text(html, "Verifier key of the ledger, to be compared with one that came "
				   "to you by another way: ");
		st_html_leaf(html, "code", NULL, page->vkey);
		st_html_close(html);
	}
	st_html_open(html, "p", NULL);
	st_html_text(html, "Ledger ");
	st_html_leaf(html, "code", NULL, st_look_text(page->standing, "ledger"));
	st_html_text(html, ", profile ");
	st_html_value(html, st_look(page->standing, "profile"));
	st_html_text(html, ".");
	st_html_close(html);
	st_html_close(html);
}

/* --- all of it ----------------------------------------------------------------------------------
 */

/* Signposting: what this page is about, and what else there is. */
static void
put_links(struct st_html *html, const void *ctx)
{
	const struct st_page *page = ctx;
	const stet_json *names = st_look(page->standing, "names");
	const char *name;
	struct st_buf url = {0};
	size_t i;

	for (i = 0; i < stet_json_size(names) && url.size == 0; i++) { /* RFC 8574: one */
		name = st_look_text(stet_json_item(names, i), "name");
		if (strncmp(name, "doi:", 4) != 0 ||
		    st_look_bool(stet_json_item(names, i), "observed"))
			continue;
		doi_url(name + 4, &url);
		if (!st_html_short(html, &url))
			st_html_void(
			    html, "link", "rel", "cite-as", "href", (const char *)url.data, NULL);
	}
	st_buf_free(&url);
	if (page->json != NULL)
		st_html_void(html, "link", "rel", "describedby", "type", "application/json", "href",
		    page->json, NULL);
	if (page->proof != NULL)
		st_html_void(html, "link", "rel", "item", "type", "application/octet-stream",
		    "href", page->proof, NULL);
	st_html_void(html, "link", "rel", "type", "href", "https://schema.org/AboutPage", NULL);
}

int
st_page_record(const struct st_page *page, struct st_buf *out, stet_error *err)
{
	const char *title = st_look_text(page->standing, "title/value");
	struct st_html html;
	struct st_frame frame = {title != NULL ? title : st_look_text(page->standing, "id"),
	    page->root, page->digest, NULL, put_links, page};
	int rc;

	if ((rc = st_html_begin(&html, err)) < 0)
		return rc;
	st_frame_begin(&html, &frame);
	put_head(&html, page);
	put_conditions(&html, page->standing);
	put_standing(&html, page->standing);
	st_page_timeline(&html, page);
	put_findings(&html, st_look(page->standing, "findings"), "findings", "Findings",
	    "The entries about this record do not contradict each other.");
	put_findings(&html, st_look(page->standing, "gaps"), "gaps", "Declared and not supported",
	    "Nothing is declared that signed evidence here does not carry.");
	put_ladders(&html, page->standing);
	put_history(&html, page);
	put_check(&html, page);
	st_frame_end(&html, &frame);
	return st_html_end(&html, out, err);
}
