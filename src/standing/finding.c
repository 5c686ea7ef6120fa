/* Contradictions and gaps: a table of questions, each asked of every record.
 *
 * A finding needs two known values that cannot both be true; an unknown one makes none.  What is
 * declared and not supported is a gap. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "base/time.h"
#include "standing/ladder.h"

struct finder {
	struct st_standing *standing;
	int rule;
	size_t room;
	int rc;
};

static void say(struct finder *finder, size_t first, size_t second, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void
say(struct finder *finder, size_t first, size_t second, const char *format, ...)
{
	struct st_standing *standing = finder->standing;
	struct st_standing_finding *grown;
	char text[512];
	va_list args;
	char *copy;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (standing->finding_count == finder->room) {
		finder->room = finder->room == 0 ? 8 : finder->room * 2;
		grown = realloc(standing->findings, finder->room * sizeof(*grown));
		if (grown == NULL) {
			finder->rc = STET_ENOMEM;
			return;
		}
		standing->findings = grown;
	}
	if ((copy = strdup(text)) == NULL) {
		finder->rc = STET_ENOMEM;
		return;
	}
	standing->findings[standing->finding_count++] =
	    (struct st_standing_finding){finder->rule, first, second, copy};
}

/* --- looking ------------------------------------------------------------------------------------
 */

static stet_bytes
member(const struct st_standing *standing, size_t fact, const char *name)
{
	stet_bytes text = {NULL, 0};

	st_cbor_member_text(standing->facts[fact].statement.sign1.payload, name, &text);
	return text;
}

static int
is(const struct st_standing *standing, size_t fact, const char *name, const char *word)
{
	return st_bytes_equal(member(standing, fact, name), st_str(word));
}

/* The next fact of a type that stands, from *at on; ST_NO_FACT at the end. */
static size_t
next_of(const struct st_standing *standing, enum st_type type, size_t at)
{
	for (; at < standing->fact_count; at++)
		if (standing->facts[at].statement.type == type &&
		    st_fact_stands(&standing->facts[at]))
			return at;
	return ST_NO_FACT;
}

#define EACH(standing, type, at) \
	(at = next_of(standing, type, 0); at != ST_NO_FACT; at = next_of(standing, type, at + 1))

/* Who gives a row's answer. */
static size_t
first_of(const struct st_value *value)
{
	return value->evidence.count > 0 ? value->evidence.facts[0] : ST_NO_FACT;
}

static const struct st_value *
declared(const struct finder *finder, const char *code, const struct st_row **row_out)
{
	const struct st_row *row = st_row_find(finder->standing, code, NULL);

	if (row_out != NULL)
		*row_out = row;
	return row != NULL && row->values[ST_DECLARED].known == ST_ANSWER_YES
		   ? &row->values[ST_DECLARED]
		   : NULL;
}

/* A date that lies in a text: the first ten characters of the form 2026-06-10. */
static stet_bytes
date_in(stet_bytes text)
{
	size_t i;

	for (i = 0; i + 10 <= text.size; i++)
		if (text.data[i + 4] == '-' && st_date_ok((stet_bytes){text.data + i, 10}))
			return (stet_bytes){text.data + i, 10};
	return (stet_bytes){NULL, 0};
}

#define SHOW(bytes) (int)((bytes).size < 120 ? (bytes).size : 120), (const char *)(bytes).data

/* --- verdicts -----------------------------------------------------------------------------------
 */

static int
is_gate_verdict(const struct st_standing *standing, size_t fact, const char *status)
{
	return is(standing, fact, "contract", "gate-verdict-v1") &&
	       is(standing, fact, "status", status);
}

static void
falsified_current(struct finder *finder)
{
	const struct st_value *state = declared(finder, "correction-state", NULL);
	size_t at;

	if (state == NULL || strcmp(state->text, "CURRENT") != 0)
		return;
	for
		EACH(finder->standing, ST_TYPE_VERDICT, at)
	if (is_gate_verdict(finder->standing, at, "FALSIFIED"))
		say(finder, at, first_of(state),
		    "a verdict says FALSIFIED; the correction state is declared CURRENT");
}

static void
falsified_flagship(struct finder *finder)
{
	const struct st_value *tier = declared(finder, "quality-tier", NULL);
	size_t at;

	if (tier == NULL || strcmp(tier->text, "FLAGSHIP_CANDIDATE") != 0)
		return;
	for
		EACH(finder->standing, ST_TYPE_VERDICT, at)
	if (is_gate_verdict(finder->standing, at, "FALSIFIED"))
		say(finder, at, first_of(tier),
		    "a verdict says FALSIFIED; the tier is declared FLAGSHIP_CANDIDATE");
}

/* "Gate 2 — ...": the number behind the word. */
static int
label_number(stet_bytes label, char out[12])
{
	size_t i = 5, k = 0;

	if (label.size < 6 || memcmp(label.data, "Gate ", 5) != 0)
		return 0;
	while (i < label.size && k < 11 && label.data[i] >= '0' && label.data[i] <= '9')
		out[k++] = (char)label.data[i++];
	out[k] = '\0';
	return k > 0;
}

static void
gate_label(struct finder *finder)
{
	stet_bytes gate;
	char number[12];
	size_t at;

	for
		EACH(finder->standing, ST_TYPE_VERDICT, at)
		{
			gate = member(finder->standing, at, "gate");
			if (label_number(member(finder->standing, at, "gate_label"), number) &&
			    gate.size > 0 && gate.data[0] >= '0' && gate.data[0] <= '9' &&
			    !st_bytes_equal(gate, st_str(number)))
				say(finder, at, ST_NO_FACT,
				    "gate %.*s found it; the label says gate %s", SHOW(gate),
				    number);
		}
}

/* The submission date in effect, owned; NULL: not known. */
static char *
submitted(const struct finder *finder, size_t *fact_out)
{
	return st_effective_text(finder->standing, "/record/submitted", ST_DECLARED, fact_out);
}

static void
activation_date(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	size_t at, record;
	char *day = submitted(finder, &record);
	stet_bytes date;
	int order;

	for
		EACH(standing, ST_TYPE_VERDICT, at)
		{
			if (day == NULL || !is(standing, at, "kind", "default"))
				continue;
			date = date_in(member(standing, at, "reason"));
			if (date.data == NULL &&
			    st_policy_date(standing, "gate_activation_date", &date) < 0)
				continue;
			if (st_date_compare(st_str(day), date, &order) == 0 && order > 0)
				say(finder, at, record,
				    "said to be published before %.*s; submitted %s", SHOW(date),
				    day);
		}
	free(day);
}

static void
evaluated_before_submitted(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	size_t at, record;
	char *day = submitted(finder, &record);
	stet_bytes evaluated;
	int order;

	for
		EACH(standing, ST_TYPE_VERDICT, at)
		{
			evaluated = member(standing, at, "evaluated_at");
			if (day != NULL && evaluated.data != NULL &&
			    st_date_compare(evaluated, st_str(day), &order) == 0 && order < 0)
				say(finder, at, record, "evaluated %.*s; submitted %s",
				    SHOW(evaluated), day);
		}
	free(day);
}

static void
verdict_does_not_follow(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	const char *derived;
	stet_bytes status;
	char why[160];
	size_t at;

	for
		EACH(standing, ST_TYPE_VERDICT, at)
		{
			status = member(standing, at, "status");
			derived = st_verdict_derived(standing, at, why);
			if (derived != NULL && is(standing, at, "contract", "gate-verdict-v1") &&
			    !st_bytes_equal(status, st_str(derived)))
				say(finder, at, ST_NO_FACT,
				    "stated %.*s; computed %.*s against expected %.*s gives %s",
				    SHOW(status), SHOW(member(standing, at, "computed")),
				    SHOW(member(standing, at, "expected")), derived);
		}
}

static void
diff_does_not_follow(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	struct st_decimal computed, expected, printed, again;
	int64_t tenths;
	size_t at;

	for
		EACH(standing, ST_TYPE_VERDICT, at)
		{
			if (st_decimal_read(member(standing, at, "diff"), &printed) < 0 ||
			    st_decimal_read(member(standing, at, "computed"), &computed) < 0 ||
			    st_decimal_read(member(standing, at, "expected"), &expected) < 0 ||
			    printed.exponent < -1 ||
			    st_decimal_diff(&computed, &expected, &tenths) < 0)
				continue;
			again = (struct st_decimal){tenths, -1};
			st_decimal_trim(&again);
			if (!st_decimal_equal(&printed, &again))
				say(finder, at, ST_NO_FACT,
				    "printed %.*s %%; the values give %" PRId64 ".%d %%",
				    SHOW(member(standing, at, "diff")), tenths / 10,
				    (int)(tenths % 10));
		}
}

/* "[Gate 3 RED-TEAM FALSIFIED] avg_attack_score=6.1/10": the number behind the sign. */
static int
printed_mean(stet_bytes reason, struct st_decimal *mean_out)
{
	static const char key[] = "avg_attack_score=";
	size_t i, size = sizeof(key) - 1, end;

	for (i = 0; i + size < reason.size; i++)
		if (memcmp(reason.data + i, key, size) == 0)
			break;
	if (i + size >= reason.size)
		return -1;
	for (end = i += size;
	     end < reason.size &&
	     ((reason.data[end] >= '0' && reason.data[end] <= '9') || reason.data[end] == '.');)
		end++;
	return st_decimal_read((stet_bytes){reason.data + i, end - i}, mean_out);
}

static void
mean_does_not_follow(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	struct st_decimal printed, again;
	int64_t tenths;
	size_t at;

	for
		EACH(standing, ST_TYPE_VERDICT, at)
		{
			if (printed_mean(member(standing, at, "reason"), &printed) < 0 ||
			    printed.exponent < -1 || st_verdict_mean(standing, at, &tenths) < 0)
				continue;
			again = (struct st_decimal){tenths, -1};
			st_decimal_trim(&again);
			if (!st_decimal_equal(&printed, &again))
				say(finder, at, ST_NO_FACT,
				    "the reason prints another average than the mean of the roles, "
				    "%" PRId64 ".%d",
				    tenths / 10, (int)(tenths % 10));
		}
}

static void
verified_not_counted(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	int64_t count;
	size_t at, claims;

	if (st_effective_count(
		standing, "/claims/sandbox_executed_claims", ST_DECLARED, &count, &claims) < 0 ||
	    count != 0)
		return;
	for
		EACH(standing, ST_TYPE_VERDICT, at)
	if (is_gate_verdict(standing, at, "VERIFIED") && is(standing, at, "kind", "sandbox"))
		say(finder, at, claims,
		    "a sandbox run says VERIFIED; 0 claims were executed in a sandbox");
}

/* --- counts, tiers, levels ----------------------------------------------------------------------
 */

static void
verified_is_extracted(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	int64_t shown, extracted, verified;
	size_t says, extracts, counts;

	if (st_effective_count(standing, "/declaration/verified_claim_count", ST_DECLARED, &shown,
		&says) == STET_OK &&
	    st_effective_count(standing, "/claims/extracted_claim_count", ST_DECLARED, &extracted,
		&extracts) == STET_OK &&
	    st_effective_count(standing, "/claims/verified_claim_count", ST_DECLARED, &verified,
		&counts) == STET_OK &&
	    shown == extracted && verified != shown)
		say(finder, says, counts,
		    "%" PRId64 " claims shown as verified, as many as were extracted; %" PRId64
		    " were verified",
		    shown, verified);
}

static void
tier_does_not_follow(struct finder *finder)
{
	const struct st_row *row;
	const struct st_value *tier = declared(finder, "quality-tier", &row);

	if (tier != NULL && row->values[ST_DERIVED].known == ST_ANSWER_YES &&
	    strcmp(tier->text, row->values[ST_DERIVED].text) != 0)
		say(finder, first_of(tier), first_of(&row->values[ST_DERIVED]),
		    "declared %s; score, claims and reproducibility give %s", tier->text,
		    row->values[ST_DERIVED].text);
}

/* The declared rung is known not to be carried, or a higher one is. */
static void
level_against_rungs(struct finder *finder, const char *code)
{
	const struct st_row *row;
	const struct st_value *level = declared(finder, code, &row);
	size_t i, at = 0;

	if (level == NULL)
		return;
	for (i = 0; i < row->rung_count; i++)
		if (strcmp(row->rungs[i].code, level->text) == 0)
			at = i;
	if (row->rungs[at].answers[ST_DERIVED] == ST_ANSWER_NO) {
		say(finder, first_of(level),
		    row->rungs[at].evidence[ST_DERIVED].count > 0
			? row->rungs[at].evidence[ST_DERIVED].facts[0]
			: ST_NO_FACT,
		    "declared %s; %s", level->text, row->rungs[at].why[ST_DERIVED]);
		return;
	}
	for (i = row->rung_count; i-- > at + 1;)
		if (row->rungs[i].answers[ST_DERIVED] == ST_ANSWER_YES) {
			say(finder, first_of(level), first_of(&row->values[ST_DERIVED]),
			    "declared %s; what is declared beside it gives %s", level->text,
			    row->rungs[i].code);
			return;
		}
}

static void
level_does_not_follow(struct finder *finder)
{
	level_against_rungs(finder, "verification-level");
}

static void
provenance_does_not_follow(struct finder *finder)
{
	level_against_rungs(finder, "provenance-level");
}

static void
below_floor(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	int64_t floor, value;
	size_t at;

	if (st_policy_number(standing, "floor_review_score", &floor) == STET_OK &&
	    st_effective_hundredths(
		standing, "/assessment/review_score", ST_DECLARED, &value, &at) == STET_OK &&
	    value < floor)
		say(finder, at, ST_NO_FACT,
		    "a review score of %" PRId64 ".%02d; the floor is %" PRId64 ".%02d",
		    value / 100, (int)(value % 100), floor / 100, (int)(floor % 100));
	if (st_policy_number(standing, "floor_verified_claim_count", &floor) < 0)
		return;
	/* Grounded in a source is not yet verified: that count says nothing here. */
	if (st_effective_count(standing, "/declaration/verified_claim_count", ST_DECLARED, &value,
		&at) == STET_OK &&
	    value < floor)
		say(finder, at, ST_NO_FACT,
		    "%" PRId64 " verified claims shown; the floor is %" PRId64, value, floor);
}

/* --- corrections --------------------------------------------------------------------------------
 */

/* The newest own correction that counts, ST_NO_FACT: none. */
static size_t
newest_correction(const struct st_standing *standing)
{
	const struct st_fact *fact;
	size_t i;

	for (i = standing->fact_count; i-- > 0;) {
		fact = &standing->facts[i];
		if (fact->nature != NULL && !fact->observed && st_fact_stands(fact) &&
		    (fact->nature->state == ST_STATE_CORRECTED ||
			fact->nature->state == ST_STATE_SUPERSEDED))
			return i;
	}
	return ST_NO_FACT;
}

static void
current_while_corrected(struct finder *finder)
{
	const struct st_value *state = declared(finder, "correction-state", NULL);
	size_t correction = newest_correction(finder->standing);

	/* An older declaration was true when it was made. */
	if (state != NULL && strcmp(state->text, "CURRENT") == 0 && correction != ST_NO_FACT &&
	    first_of(state) != ST_NO_FACT && first_of(state) > correction)
		say(finder, first_of(state), correction,
		    "declared CURRENT; a %s was appended before that",
		    finder->standing->facts[correction].nature->name);
}

static int
is_grave(enum st_condition kind)
{
	return kind == ST_CONDITION_RETRACTED || kind == ST_CONDITION_WITHDRAWN ||
	       kind == ST_CONDITION_REMOVED || kind == ST_CONDITION_PARTLY_RETRACTED ||
	       kind == ST_CONDITION_CONCERN;
}

static void
current_while_retracted(struct finder *finder)
{
	const struct st_value *state = declared(finder, "correction-state", NULL);
	const struct st_standing *standing = finder->standing;
	const struct st_standing_condition *condition;
	size_t i;

	if (state == NULL || strcmp(state->text, "CURRENT") != 0)
		return;
	for (i = 0; i < standing->condition_count; i++) {
		condition = &standing->conditions[i];
		if (is_grave(condition->kind) && condition->ended_by == ST_NO_FACT &&
		    !condition->pending && standing->facts[condition->fact].observed)
			say(finder, first_of(state), condition->fact,
			    "declared CURRENT; %s, says %.*s", st_condition_name(condition->kind),
			    SHOW(standing->facts[condition->fact].statement.source_name));
	}
}

static void
state_against_count(struct finder *finder)
{
	const struct st_value *state = declared(finder, "correction-state", NULL);
	const struct st_value *count = declared(finder, "correction-count", NULL);

	if (state != NULL && count != NULL &&
	    (strcmp(state->text, "CURRENT") == 0) != (strcmp(count->text, "0") == 0))
		say(finder, first_of(state), first_of(count),
		    "the state is declared %s and the count %s", state->text, count->text);
}

static void
count_does_not_follow(struct finder *finder)
{
	const struct st_row *row;
	const struct st_value *count = declared(finder, "correction-count", &row);
	size_t correction = newest_correction(finder->standing);

	if (count == NULL || row->values[ST_SUPPORTED].known != ST_ANSWER_YES ||
	    !finder->standing->opened_by_publisher ||
	    strcmp(count->text, row->values[ST_SUPPORTED].text) == 0 ||
	    (correction != ST_NO_FACT && first_of(count) < correction))
		return;
	say(finder, first_of(count), correction, "declared %s; %s counted", count->text,
	    row->values[ST_SUPPORTED].text);
}

static void
corrected_before_submitted(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	size_t at, record;
	char *day = submitted(finder, &record);
	stet_bytes occurred;
	int order;

	for
		EACH(standing, ST_TYPE_CORRECTION, at)
		{
			occurred = member(standing, at, "occurred");
			if (day != NULL && occurred.data != NULL &&
			    st_date_compare(occurred, st_str(day), &order) == 0 && order < 0)
				say(finder, at, record, "%s of %.*s; submitted %s",
				    standing->facts[at].nature != NULL
					? standing->facts[at].nature->label
					: "Correction",
				    SHOW(occurred), day);
		}
	free(day);
}

/* Both as JSON text, so that numbers, lists and texts compare alike. */
static int
same_value(const struct st_standing *standing, const stet_json *row, const stet_json *before,
    const stet_json *effective)
{
	stet_json *parsed = NULL;
	const stet_json *value = before;
	char *a = NULL, *b = NULL;
	size_t size;
	int same, rc = STET_OK;

	if (stet_json_kind_of(before) == STET_JSON_NULL)
		return effective == NULL;
	if (effective == NULL)
		return 0;
	if (stet_json_bool_of(stet_json_get(row, "json")) &&
	    (rc = stet_json_parse(stet_json_string_of(before), &parsed, NULL)) == STET_OK)
		value = parsed;
	st_remember(standing, rc);
	same = (rc = stet_json_text(value, 0, &a, &size, NULL)) == STET_OK &&
	       (rc = stet_json_text(effective, 0, &b, &size, NULL)) == STET_OK && strcmp(a, b) == 0;
	st_remember(standing, rc);
	free(a);
	free(b);
	stet_json_free(parsed);
	return same;
}

/* A row of affected against the record as it stood just before. */
static void
compare_before(struct finder *finder, size_t at, const stet_json *row)
{
	const stet_json *before = stet_json_get(row, "before");
	stet_bytes path = stet_json_string_of(stet_json_get(row, "path"));
	struct st_standing then = *finder->standing;
	stet_json *value;
	char *text, shown[ST_SHOWN_SIZE];
	size_t base;

	if (before == NULL || path.data == NULL)
		return;
	if ((text = strndup((const char *)path.data, path.size)) == NULL) {
		finder->rc = STET_ENOMEM;
		return;
	}
	then.fact_count = at;
	value = st_effective(&then, text, ST_DECLARED, &base);
	st_remember(finder->standing, then.rc);
	if (base != ST_NO_FACT && !same_value(finder->standing, row, before, value))
		say(finder, at, base, "what it gives as before of '%s' was not there",
		    st_shown(path, shown));
	stet_json_free(value);
	free(text);
}

static void
before_not_effective(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	const stet_json *rows;
	size_t at, i;

	for
		EACH(standing, ST_TYPE_CORRECTION, at)
		{
			if (standing->facts[at].observed)
				continue;
			rows = stet_json_get(st_fact_json(standing, at), "affected");
			for (i = 0; i < stet_json_size(rows); i++)
				compare_before(finder, at, stet_json_item(rows, i));
		}
}

static void
notice_role(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	stet_bytes notice, kind, doi, name;
	size_t at;
	int own;

	for
		EACH(standing, ST_TYPE_CORRECTION, at)
		{
			name = st_str(standing->names[standing->facts[at].name].name);
			if (st_cbor_member(standing->facts[at].statement.sign1.payload, "notice",
				&notice) < 0 ||
			    st_cbor_member_text(notice, "kind", &kind) < 0 ||
			    st_cbor_member_text(notice, "doi", &doi) < 0 || name.size < 4 ||
			    memcmp(name.data, "doi:", 4) != 0)
				continue;
			own = name.size - 4 == doi.size &&
			      memcmp(name.data + 4, doi.data, doi.size) == 0;
			if (st_bytes_equal(kind, st_str("self"))
				? !own
				: st_bytes_equal(kind, st_str("own")) && own)
				say(finder, at, ST_NO_FACT,
				    "kind %.*s; the notice is %.*s, the paper %.*s", SHOW(kind),
				    SHOW(doi), SHOW(name));
		}
}

/* --- names and registrations --------------------------------------------------------------------
 */

/* Whether a text is an item of a list of texts. */
static int
lists(stet_bytes payload, const char *list, stet_bytes name)
{
	stet_bytes array, item;
	struct st_cbor in;
	uint64_t count;

	if (st_cbor_member(payload, list, &array) < 0)
		return 0;
	in = st_cbor_open(array);
	if (st_cbor_read_array(&in, &count) < 0)
		return 0;
	for (; count > 0 && st_cbor_read_text(&in, &item) == STET_OK; count--)
		if (st_bytes_equal(item, name))
			return 1;
	return 0;
}

static int
is_listed(const struct st_standing *standing, stet_bytes name)
{
	const struct st_fact *fact;
	stet_bytes doi;
	size_t i;

	for (i = 0; i < standing->fact_count; i++) {
		fact = &standing->facts[i];
		if (!st_fact_stands(fact))
			continue;
		if (fact->statement.type == ST_TYPE_RECORD &&
		    lists(fact->statement.sign1.payload, "aliases", name))
			return 1;
		if (fact->statement.type == ST_TYPE_DOI && name.size > 4 &&
		    st_cbor_member_text(fact->statement.sign1.payload, "doi", &doi) == STET_OK &&
		    doi.size == name.size - 4 && memcmp(doi.data, name.data + 4, doi.size) == 0)
			return 1;
	}
	return 0;
}

static void
alias_not_listed(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	size_t i, at, newest;

	for (i = 0; i < standing->name_count; i++) {
		newest = ST_NO_FACT;
		for
			EACH(standing, ST_TYPE_ALIAS, at)
		if (standing->facts[at].name == i && !standing->facts[at].observed)
			newest = at;
		if (newest != ST_NO_FACT && is(standing, newest, "action", "bind") &&
		    !is_listed(standing, st_str(standing->names[i].name)))
			say(finder, newest, ST_NO_FACT,
			    "'%.120s' is bound to it; it lists no such name",
			    standing->names[i].name);
	}
}

static void
doi_state(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	size_t at, says;
	char *external =
	    st_effective_text(standing, "/declaration/external_record", ST_DECLARED, &says);

	if (external != NULL && strcmp(external, "Not registered") == 0)
		for
			EACH(standing, ST_TYPE_DOI, at)
	if (is(standing, at, "state", "registered") || is(standing, at, "state", "findable"))
		say(finder, says, at, "declared 'Not registered'; %.*s is stated to be %.*s",
		    SHOW(member(standing, at, "doi")), SHOW(member(standing, at, "state")));
	free(external);
}

static void
doi_unregistered(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	size_t at, before;

	for
		EACH(standing, ST_TYPE_DOI, at)
		{
			if (!is(standing, at, "state", "draft"))
				continue;
		for
			EACH(standing, ST_TYPE_DOI, before)
			{
				if (before >= at)
					break;
				if (!is(standing, before, "state", "draft") &&
				    member(standing, before, "state").data != NULL &&
				    st_bytes_equal(member(standing, before, "doi"),
					member(standing, at, "doi"))) {
					say(finder, before, at,
					    "%.*s was %.*s before it is a draft",
					    SHOW(member(standing, at, "doi")),
					    SHOW(member(standing, before, "state")));
					break;
				}
			}
		}
}

/* --- gaps ---------------------------------------------------------------------------------------
 */

static void
without_artifact(struct finder *finder, const char *status)
{
	struct st_standing *standing = finder->standing;
	enum st_answer held;
	size_t at;

	for
		EACH(standing, ST_TYPE_VERDICT, at)
		{
			if (!is_gate_verdict(standing, at, status))
				continue;
			/* Without evidence nothing can fail. */
			st_verdict_held(standing, at, &held, NULL);
			if (held == ST_ANSWER_NO)
				say(finder, at, ST_NO_FACT,
				    "%s, and no artifact it rests on is here", status);
		}
}

static void
verified_without_artifact(struct finder *finder)
{
	without_artifact(finder, "VERIFIED");
}

static void
falsified_without_evidence(struct finder *finder)
{
	without_artifact(finder, "FALSIFIED");
}

/* A ladder's level is supported where its own rung is carried; any other value where it is equal.
 */
static int
is_supported(const struct st_row *row)
{
	const char *said = row->values[ST_DECLARED].text;
	size_t i;

	for (i = 0; i < row->rung_count; i++)
		if (strcmp(row->rungs[i].code, said) == 0)
			return row->rungs[i].answers[ST_SUPPORTED] == ST_ANSWER_YES;
	return row->values[ST_SUPPORTED].known == ST_ANSWER_YES &&
	       strcmp(row->values[ST_SUPPORTED].text, said) == 0;
}

static void
not_supported(struct finder *finder, const char *code)
{
	const struct st_standing *standing = finder->standing;
	const struct st_row *row;
	size_t i;

	for (i = 0; i < standing->row_count; i++) {
		row = &standing->rows[i];
		if (strcmp(row->code, code) != 0 ||
		    row->values[ST_DECLARED].known != ST_ANSWER_YES || is_supported(row))
			continue;
		say(finder, first_of(&row->values[ST_DECLARED]), ST_NO_FACT,
		    "declared %s; supported: %s", row->values[ST_DECLARED].text,
		    row->values[ST_SUPPORTED].known == ST_ANSWER_YES
			? row->values[ST_SUPPORTED].text
			: row->values[ST_SUPPORTED].why);
	}
}

#define NOT_SUPPORTED(name, code)               \
	static void name(struct finder *finder) \
	{                                       \
		not_supported(finder, code);    \
	}
NOT_SUPPORTED(level_not_supported, "verification-level")
NOT_SUPPORTED(provenance_not_supported, "provenance-level")
NOT_SUPPORTED(tier_not_supported, "quality-tier")
NOT_SUPPORTED(claims_not_supported, "verified-claims")
NOT_SUPPORTED(state_not_supported, "correction-state")
NOT_SUPPORTED(doi_not_supported, "doi")

static void
artifact_not_held(struct finder *finder)
{
	struct st_standing *standing = finder->standing;
	size_t at;

	for
		EACH(standing, ST_TYPE_ARTIFACT, at)
	if (standing->facts[at].held == ST_HELD_NOT)
		say(finder, at, ST_NO_FACT, "the content of this %.*s is not here",
		    SHOW(member(standing, at, "role")));
}

/* --- the table ----------------------------------------------------------------------------------
 */

struct question {
	int rule;
	void (*ask)(struct finder *finder);
};

static const struct question findings[] = {
    {ST_FALSIFIED_CURRENT, falsified_current},
    {ST_FALSIFIED_FLAGSHIP, falsified_flagship},
    {ST_GATE_LABEL, gate_label},
    {ST_ACTIVATION_DATE, activation_date},
    {ST_VERIFIED_IS_EXTRACTED, verified_is_extracted},
    {ST_TIER_DOES_NOT_FOLLOW, tier_does_not_follow},
    {ST_LEVEL_DOES_NOT_FOLLOW, level_does_not_follow},
    {ST_PROVENANCE_DOES_NOT_FOLLOW, provenance_does_not_follow},
    {ST_CURRENT_WHILE_CORRECTED, current_while_corrected},
    {ST_CURRENT_WHILE_RETRACTED, current_while_retracted},
    {ST_STATE_AGAINST_COUNT, state_against_count},
    {ST_COUNT_DOES_NOT_FOLLOW, count_does_not_follow},
    {ST_VERDICT_DOES_NOT_FOLLOW, verdict_does_not_follow},
    {ST_DIFF_DOES_NOT_FOLLOW, diff_does_not_follow},
    {ST_MEAN_DOES_NOT_FOLLOW, mean_does_not_follow},
    {ST_EVALUATED_BEFORE_SUBMITTED, evaluated_before_submitted},
    {ST_CORRECTED_BEFORE_SUBMITTED, corrected_before_submitted},
    {ST_ALIAS_NOT_LISTED, alias_not_listed},
    {ST_BEFORE_NOT_EFFECTIVE, before_not_effective},
    {ST_DOI_STATE, doi_state},
    {ST_DOI_UNREGISTERED, doi_unregistered},
    {ST_NOTICE_ROLE, notice_role},
    {ST_VERIFIED_NOT_COUNTED, verified_not_counted},
    {ST_BELOW_FLOOR, below_floor},
};
static const struct question gaps[] = {
    {ST_VERIFIED_WITHOUT_ARTIFACT, verified_without_artifact},
    {ST_FALSIFIED_WITHOUT_EVIDENCE, falsified_without_evidence},
    {ST_LEVEL_NOT_SUPPORTED, level_not_supported},
    {ST_PROVENANCE_NOT_SUPPORTED, provenance_not_supported},
    {ST_TIER_NOT_SUPPORTED, tier_not_supported},
    {ST_CLAIMS_NOT_SUPPORTED, claims_not_supported},
    {ST_STATE_NOT_SUPPORTED, state_not_supported},
    {ST_DOI_NOT_SUPPORTED, doi_not_supported},
    {ST_ARTIFACT_NOT_HELD, artifact_not_held},
};

static void
ask_all(struct finder *finder, const struct question *questions, size_t count)
{
	size_t i;

	for (i = 0; finder->rc == STET_OK && i < count; i++) {
		finder->rule = questions[i].rule;
		questions[i].ask(finder);
	}
}

int
st_fold_findings(struct st_standing *standing, stet_error *err)
{
	struct finder finder = {standing, 0, 0, STET_OK};
	size_t found;

	ask_all(&finder, findings, sizeof(findings) / sizeof(findings[0]));
	found = standing->finding_count;
	ask_all(&finder, gaps, sizeof(gaps) / sizeof(gaps[0]));
	standing->gap_count = standing->finding_count - found;
	return finder.rc < 0 ? st_fail_nomem(err) : STET_OK;
}
