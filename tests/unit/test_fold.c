/* The fold: what each nature opens and what ends it, and what entries do to each other, in every
 * order; docs/design.md, "What each correction nature does" and "Standing". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/alloc.h"
#include "support/tale.h"

/* With OTHER as a further name; loose: only observers link it. */
static struct st_standing *
fold_both(const struct tale *tale, int loose)
{
	struct st_standing *standing = NULL;
	stet_error err;

	assert_int_equal(try_fold(tale, tale->count, loose ? 2 : 1, &standing, &err), STET_OK);
	return standing;
}

static const struct st_fact *
fact_of(const struct st_standing *standing, size_t seq)
{
	size_t i;

	for (i = 0; i < standing->fact_count; i++)
		if (standing->facts[i].seq == seq)
			return &standing->facts[i];
	fail_msg("entry %zu is no fact", seq);
	return NULL;
}

/* The entry behind a place of facts, or -1. */
static long
seq_of(const struct st_standing *standing, size_t fact)
{
	return fact == ST_NO_FACT ? -1 : (long)standing->facts[fact].seq;
}

/* "2 retracted, 3 of concern/4, 5 listed?": who opened it, /who ended it, ? while pending. */
static void
put_conditions(const struct st_standing *standing, char *out, size_t room)
{
	const struct st_standing_condition *condition;
	size_t i, at = 0;

	out[0] = '\0';
	for (i = 0; i < standing->condition_count; i++) {
		condition = &standing->conditions[i];
		at += (size_t)snprintf(out + at, room - at, "%s%ld %s", i > 0 ? ", " : "",
		    seq_of(standing, condition->fact), st_condition_name(condition->kind));
		if (condition->ended_by != ST_NO_FACT)
			at += (size_t)snprintf(
			    out + at, room - at, "/%ld", seq_of(standing, condition->ended_by));
		if (condition->pending)
			at += (size_t)snprintf(out + at, room - at, "?");
		assert_true(at < room);
		assert_int_equal(seq_of(standing, condition->ended_by),
		    seq_of(standing, standing->facts[condition->fact].ended_by));
	}
}

static void
expect_at(
    const struct tale *tale, size_t size, const char *conditions, const char *state, unsigned count)
{
	struct st_standing *standing = fold_at(tale, size);
	char seen[1024];

	put_conditions(standing, seen, sizeof(seen));
	assert_string_equal(seen, conditions);
	if (state == NULL)
		assert_null(standing->contract_state);
	else
		assert_string_equal(standing->contract_state, state);
	assert_int_equal(standing->correction_count, count);
	st_standing_free(standing);
}

static void
expect(const struct tale *tale, const char *conditions, const char *state, unsigned count)
{
	expect_at(tale, tale->count, conditions, state, count);
}

#define RECORD "{'type': 'record', 'title': 'A title'}"

/* --- natures -----------------------------------------------------------------------------------
 */

#define NOTICE "'notice': {'kind': 'none'}"
#define DECIDED "'decided_by': [{'kind': 'editor', 'name': 'The office'}]"
#define ALL_CHANGES "correction corrigendum erratum addendum clarification"
#define ALL_GONE "retraction withdrawal removal retract_and_replace"
#define ALL_CORRECTED                                                                      \
	ALL_CHANGES " verdict_change expression_of_concern partial_retraction retraction " \
		    "withdrawal removal reinstatement concern_lifted"
#define ALL_NAMED                                                                      \
	ALL_CORRECTED " editorial_note retract_and_replace corrected_and_republished " \
		      "new_version new_edition supersession"

/* The table of docs/design.md once more, by hand. members: what it needs, each refused without. */
static const struct row {
	const char *nature, *condition, *state; /* state with only this and the record */
	const char *ended_by;
	const char *members[3];
	int observer_only;
} rows[] = {
    {"correction", "corrected", "CORRECTED", "", {"'public_note': 'x'"}, 0},
    {"corrigendum", "corrected", "CORRECTED", "", {"'public_note': 'x'"}, 0},
    {"erratum", "corrected", "CORRECTED", "", {"'public_note': 'x'"}, 0},
    {"addendum", "corrected", "CORRECTED", "", {"'public_note': 'x'"}, 0},
    {"clarification", "corrected", "CORRECTED", "", {"'public_note': 'x'"}, 0},
    {"verdict_change", NULL, "CORRECTED", "", {"'targets': ['@0']"}, 0},
    {"editorial_note", "noted", "CURRENT", ALL_CORRECTED, {"'public_note': 'x'"}, 0},
    {"expression_of_concern", "of concern", "CORRECTED", "concern_lifted " ALL_GONE, {NOTICE}, 0},
    {"partial_retraction", "partially retracted", "CORRECTED", "reinstatement",
	{"'affected': [{'path': '/record/title', 'after': 'x'}]"}, 0},
    {"retraction", "retracted", "CORRECTED", "reinstatement", {NOTICE, DECIDED}, 0},
    {"withdrawal", "withdrawn", "CORRECTED", "reinstatement", {NOTICE, DECIDED}, 0},
    {"removal", "removed", "CORRECTED", "reinstatement", {NOTICE, DECIDED}, 0},
    {"retract_and_replace", "retracted", "SUPERSEDED", "reinstatement", {"'replacement': 'rw:9'"},
	0},
    {"corrected_and_republished", "superseded", "SUPERSEDED", "reinstatement",
	{"'replacement': 'rw:9'"}, 0},
    {"new_version", "superseded", "SUPERSEDED", "reinstatement", {"'replacement': 'rw:9'"}, 0},
    {"new_edition", "superseded", "SUPERSEDED", "reinstatement", {"'replacement': 'rw:9'"}, 0},
    {"supersession", "superseded", "SUPERSEDED", "reinstatement", {"'replacement': 'rw:9'"}, 0},
    {"reinstatement", NULL, "CORRECTED", "", {"'targets': ['@0']"}, 0},
    {"concern_lifted", NULL, "CORRECTED", "", {"'targets': ['@0']"}, 0},
    {"unspecified", "listed", "CURRENT", "delisting " ALL_NAMED, {NULL}, 1},
    {"annulment", NULL, NULL, "", {"'targets': ['@0']"}, 0},
    {"delisting", "no longer stated", "CURRENT", "", {"'targets': ['@0']"}, 1},
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* A word of a list of words. */
static int
has_word(const char *words, const char *word)
{
	size_t size = strlen(word);
	const char *at;

	for (at = words; (at = strstr(at, word)) != NULL; at += size)
		if ((at == words || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0'))
			return 1;
	return 0;
}

/* The JSON of a correction with all it needs, member `without` left out, aimed at target. */
static void
put_row(
    const struct row *row, size_t without, long target, const char *source, char *out, size_t room)
{
	size_t i, at;

	at = (size_t)snprintf(out, room, "{'type': 'correction', 'nature': '%s'", row->nature);
	for (i = 0; i < 3 && row->members[i] != NULL; i++)
		if (i != without && (target < 0 || strstr(row->members[i], "targets") == NULL))
			at += (size_t)snprintf(out + at, room - at, ", %s", row->members[i]);
	if (target >= 0)
		at += (size_t)snprintf(out + at, room - at, ", 'targets': ['@%ld']", target);
	if (source != NULL)
		at += (size_t)snprintf(out + at, room - at, ", 'source': {'name': '%s'}", source);
	at += (size_t)snprintf(out + at, room - at, "}");
	assert_true(at < room);
}

static void
test_fold__every_nature_has_its_row(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROW_COUNT; i++)
		assert_string_equal(rows[i].nature, st_natures[i].name);
	assert_null(st_natures[ROW_COUNT].name);
}

static void
test_fold__every_nature_opens_its_condition(void **state)
{
	char text[512], wanted[64];
	struct tale tale = {0};
	size_t i;
	unsigned count;

	(void)state;
	for (i = 0; i < ROW_COUNT; i++) {
		say(&tale, PUBLISHER, RECORD);
		put_row(&rows[i], ST_NO_FACT, -1, rows[i].observer_only ? "x" : NULL, text,
		    sizeof(text));
		/* the record's own issuer: only the annulment of the row minds */
		say(&tale, rows[i].observer_only ? OBSERVER : PUBLISHER, text);
		wanted[0] = '\0';
		if (rows[i].condition != NULL)
			snprintf(wanted, sizeof(wanted), "1 %s", rows[i].condition);
		count = rows[i].state != NULL && strcmp(rows[i].state, "CURRENT") != 0;
		expect(&tale, wanted, rows[i].state, count);
		end(&tale);
	}
}

/* The same, said by a source: conditions open, the contract's state is what it was. */
static void
test_fold__observed_natures_open_conditions_only(void **state)
{
	char text[512], wanted[64];
	struct tale tale = {0};
	size_t i;

	(void)state;
	for (i = 0; i < ROW_COUNT; i++) {
		say(&tale, PUBLISHER, RECORD);
		put_row(&rows[i], ST_NO_FACT, -1, "x", text, sizeof(text));
		say(&tale, OBSERVER, text);
		wanted[0] = '\0';
		if (rows[i].condition != NULL)
			snprintf(wanted, sizeof(wanted), "1 %s", rows[i].condition);
		expect(&tale, wanted, "CURRENT", 0);
		end(&tale);
	}
}

static void
test_fold__every_nature_asks_for_what_it_needs(void **state)
{
	stet_statement *statement;
	struct tale tale = {0};
	char text[512];
	stet_json *json;
	stet_error err;
	size_t i, k;

	(void)state;
	say(&tale, PUBLISHER, RECORD);
	for (i = 0; i < ROW_COUNT; i++)
		for (k = 0; k <= 3; k++) {
			if (k == 3 ? !rows[i].observer_only : rows[i].members[k] == NULL)
				continue;
			put_row(&rows[i], k, -1, NULL, text, sizeof(text));
			assert_int_equal(try_json(&tale, text, &json), STET_OK);
			stet_json_set(json, "id", stet_json_str("x"));
			stet_json_set(json, "issuer", stet_json_str(issuers[EDITOR]));
			stet_json_set(json, "subject", stet_json_str(PAPER));
			assert_int_equal(
			    stet_statement_from_value(json, &statement, &err), STET_EFORMAT);
			stet_json_free(json);
		}
	end(&tale);
}

/* Every nature against every nature: what ends what, by its own side and by a source. */
static void
test_fold__conditions_end_as_the_table_says(void **state)
{
	char text[512], wanted[64];
	struct st_standing *standing;
	struct tale tale = {0};
	const struct row *to, *by;
	int side, ends;
	size_t n, asked = 0;

	(void)state;
	for (n = 0; n < 3 * ROW_COUNT * ROW_COUNT; n++) {
		to = &rows[n % ROW_COUNT];
		by = &rows[n / ROW_COUNT % ROW_COUNT];
		side = (int)(n / ROW_COUNT / ROW_COUNT); /* own, one source, two sources */
		if (to->condition == NULL || strcmp(by->nature, "annulment") == 0 ||
		    (side == 0 && (to->observer_only || by->observer_only)))
			continue;
		say(&tale, PUBLISHER, RECORD);
		put_row(to, ST_NO_FACT, -1, side > 0 ? "x" : NULL, text, sizeof(text));
		say(&tale, side > 0 ? OBSERVER : EDITOR, text);
		put_row(by, ST_NO_FACT, 1,
		    side == 0   ? NULL
		    : side == 1 ? "x"
				: "y",
		    text, sizeof(text));
		say(&tale, side > 0 ? OBSERVER : EDITOR, text);
		/* What is stated again ends a delisting by any nature; else the table's words. */
		ends = side < 2 && (has_word(to->ended_by, by->nature) ||
				       (strcmp(to->nature, "delisting") == 0 &&
					   strcmp(by->nature, "delisting") != 0));
		standing = fold_at(&tale, tale.count);
		snprintf(wanted, sizeof(wanted), "%s after %s: %d", by->nature, to->nature, ends);
		snprintf(text, sizeof(text), "%s after %s: %d", by->nature, to->nature,
		    standing->conditions[0].ended_by != ST_NO_FACT);
		assert_string_equal(text, wanted);
		asked++;
		st_standing_free(standing);
		end(&tale);
	}
	assert_true(asked > 700);
}

/* --- order --------------------------------------------------------------------------------------
 */

/* What a step of a story says; FROM n: aimed at entry n. */
#define SAYS(nature, more) "{'type': 'correction', 'nature': '" nature "'" more "}"
#define AT(n) ", 'targets': ['@" #n "']"
#define BY_X ", 'source': {'name': 'x'}"
#define BY_Y ", 'source': {'name': 'y'}"
#define RETRACTION SAYS("retraction", ", " NOTICE ", " DECIDED)
#define RETRACTION_AT(n) SAYS("retraction", ", " NOTICE ", " DECIDED AT(n))
#define CONCERN SAYS("expression_of_concern", ", " NOTICE)
#define ENDORSES(n) "{'type': 'endorse', 'targets': ['@" #n "']}"
#define POLICY(values)                                                                      \
	"{'type': 'policy', 'subject': 'stet:ledger', 'profile': 'assignee-v1', 'values': " \
	"{" values "}}"

static const struct story {
	const char *name;
	struct {
		enum who who;
		const char *text;
	} steps[10];
	const char *conditions, *state;
	unsigned count;
} stories[] = {
    {"reinstated, then retracted again",
	{{PUBLISHER, RECORD}, {EDITOR, RETRACTION}, {EDITOR, SAYS("reinstatement", AT(1))},
	    {EDITOR, RETRACTION}},
	"1 retracted/2, 3 retracted", "CORRECTED", 3},
    {"a reinstatement lifts what it names and nothing else",
	{{PUBLISHER, RECORD}, {EDITOR, RETRACTION}, {EDITOR, RETRACTION},
	    {EDITOR, SAYS("reinstatement", AT(2))}},
	"1 retracted, 2 retracted/3", "CORRECTED", 3},
    {"a concern ends in the retraction that names it",
	{{PUBLISHER, RECORD}, {EDITOR, CONCERN}, {EDITOR, CONCERN}, {EDITOR, RETRACTION_AT(1)}},
	"1 of concern/3, 2 of concern, 3 retracted", "CORRECTED", 3},
    {"a retraction that names no concern leaves it open",
	{{PUBLISHER, RECORD}, {EDITOR, CONCERN}, {EDITOR, RETRACTION}}, "1 of concern, 2 retracted",
	"CORRECTED", 2},
    {"a concern lifted, and the lifting annulled",
	{{PUBLISHER, RECORD}, {EDITOR, CONCERN}, {EDITOR, SAYS("concern_lifted", AT(1))},
	    {EDITOR, SAYS("annulment", AT(2))}},
	"1 of concern", "CORRECTED", 1},
    {"annulled: as if it had not been said",
	{{PUBLISHER, RECORD}, {EDITOR, RETRACTION}, {EDITOR, SAYS("annulment", AT(1))}}, "",
	"CURRENT", 0},
    {"an annulled annulment restores",
	{{PUBLISHER, RECORD}, {EDITOR, RETRACTION}, {EDITOR, SAYS("annulment", AT(1))},
	    {EDITOR, SAYS("annulment", AT(2))}},
	"1 retracted", "CORRECTED", 1},
    {"three annulments deep",
	{{PUBLISHER, RECORD}, {EDITOR, RETRACTION}, {EDITOR, SAYS("annulment", AT(1))},
	    {EDITOR, SAYS("annulment", AT(2))}, {EDITOR, SAYS("annulment", AT(3))}},
	"", "CURRENT", 0},
    {"another key of the same issuer annuls",
	{{PUBLISHER, RECORD}, {EDITOR, RETRACTION}, {SECOND, SAYS("annulment", AT(1))}}, "",
	"CURRENT", 0},
    {"another issuer's annulment is a dispute",
	{{PUBLISHER, RECORD}, {EDITOR, RETRACTION}, {THIRD, SAYS("annulment", AT(1))}},
	"1 retracted", "CORRECTED", 1},
    {"nobody annuls what a source states but the source",
	{{PUBLISHER, RECORD}, {OBSERVER, SAYS("retraction", BY_X)},
	    {OBSERVER, SAYS("annulment", AT(1) BY_Y)}, {EDITOR, SAYS("annulment", AT(1))},
	    {OBSERVER, SAYS("retraction", BY_X)}, {OBSERVER, SAYS("annulment", AT(4) BY_X)}},
	"1 retracted", "CURRENT", 0},
    {"a source annuls nothing that was signed here",
	{{PUBLISHER, RECORD}, {EDITOR, RETRACTION}, {OBSERVER, SAYS("annulment", AT(1) BY_X)}},
	"1 retracted", "CORRECTED", 1},
    {"two sources disagree: both stand, each lifts its own",
	{{PUBLISHER, RECORD}, {OBSERVER, SAYS("retraction", BY_X)},
	    {OBSERVER, SAYS("expression_of_concern", BY_Y)},
	    {OBSERVER, SAYS("reinstatement", AT(1) BY_Y)},
	    {OBSERVER, SAYS("concern_lifted", AT(2) BY_Y)}},
	"1 retracted, 2 of concern/4", "CURRENT", 0},
    {"a source lifts nothing that was signed here",
	{{PUBLISHER, RECORD}, {EDITOR, RETRACTION}, {OBSERVER, SAYS("reinstatement", AT(1) BY_X)}},
	"1 retracted", "CORRECTED", 1},
    {"an own reinstatement lifts what a source states",
	{{PUBLISHER, RECORD}, {OBSERVER, SAYS("retraction", BY_X)},
	    {EDITOR, SAYS("reinstatement", AT(1))}},
	"1 retracted/2", "CORRECTED", 1},
    {"listed, then named",
	{{PUBLISHER, RECORD}, {OBSERVER, SAYS("unspecified", BY_X)},
	    {OBSERVER, SAYS("retraction", AT(1) BY_X)}},
	"1 listed/2, 2 retracted", "CURRENT", 0},
    {"listed, then named by another source",
	{{PUBLISHER, RECORD}, {OBSERVER, SAYS("unspecified", BY_X)},
	    {OBSERVER, SAYS("retraction", AT(1) BY_Y)}},
	"1 listed, 2 retracted", "CURRENT", 0},
    {"listed, delisted, stated again",
	{{PUBLISHER, RECORD}, {OBSERVER, SAYS("unspecified", BY_X)},
	    {OBSERVER, SAYS("delisting", AT(1) BY_X)}, {OBSERVER, SAYS("unspecified", BY_X)}},
	"1 listed/2, 2 no longer stated/3, 3 listed", "CURRENT", 0},
    {"delisted twice, stated again once",
	{{OBSERVER, SAYS("unspecified", BY_X)}, {OBSERVER, SAYS("delisting", AT(0) BY_X)},
	    {OBSERVER, SAYS("unspecified", BY_X)}, {OBSERVER, SAYS("delisting", AT(2) BY_X)},
	    {OBSERVER, SAYS("delisting", AT(2) BY_Y)}, {OBSERVER, SAYS("retraction", BY_X)}},
	"0 listed/1, 1 no longer stated/2, 2 listed/3, 3 no longer stated/5, 4 no longer stated, "
	"5 retracted",
	NULL, 0},
    {"a row of another id is another row",
	{{OBSERVER, SAYS("unspecified", ", 'source': {'name': 'x', 'id': '1'}")},
	    {OBSERVER, SAYS("delisting", AT(0) ", 'source': {'name': 'x', 'id': '1'}")},
	    {OBSERVER, SAYS("unspecified", ", 'source': {'name': 'x', 'id': '2'}")},
	    {OBSERVER, SAYS("unspecified", BY_X)},
	    {OBSERVER, SAYS("unspecified", ", 'source': {'name': 'x', 'id': '1'}")}},
	"0 listed/1, 1 no longer stated/4, 2 listed, 3 listed, 4 listed", NULL, 0},
    {"an annulled delisting reopens",
	{{OBSERVER, SAYS("unspecified", BY_X)}, {OBSERVER, SAYS("delisting", AT(0) BY_X)},
	    {OBSERVER, SAYS("annulment", AT(1) BY_X)}},
	"0 listed", NULL, 0},
    {"an annulled reinstatement reopens, and the next one ends it",
	{{PUBLISHER, RECORD}, {EDITOR, RETRACTION}, {EDITOR, SAYS("reinstatement", AT(1))},
	    {EDITOR, SAYS("annulment", AT(2))}, {EDITOR, SAYS("reinstatement", AT(1))}},
	"1 retracted/4", "CORRECTED", 2},
    {"superseded while it is open, corrected after",
	{{PUBLISHER, RECORD}, {PUBLISHER, SAYS("new_version", ", 'replacement': 'rw:9'")},
	    {PUBLISHER, SAYS("reinstatement", AT(1))}},
	"1 superseded/2", "CORRECTED", 2},
    {"a note counts nothing; a correction that names it ends it",
	{{PUBLISHER, RECORD}, {EDITOR, SAYS("editorial_note", ", 'public_note': 'x'")},
	    {EDITOR, SAYS("erratum", ", 'public_note': 'x'" AT(1))}},
	"1 noted/2, 2 corrected", "CORRECTED", 1},
    {"nothing known of a record nobody opened here",
	{{OBSERVER, "{'type': 'record', 'title': 'A title', 'source': {'name': 'x'}}"}}, "", NULL,
	0},
    {"an annulled record opened nothing",
	{{PUBLISHER, RECORD}, {PUBLISHER, SAYS("annulment", AT(0))}}, "", NULL, 0},
    {"pending",
	{{ROOT, POLICY("'endorsements_retraction': 2")}, {PUBLISHER, RECORD}, {EDITOR, RETRACTION},
	    {SECOND, ENDORSES(2)}},
	"2 retracted?", "CURRENT", 0},
    {"pending, then endorsed",
	{{ROOT, POLICY("'endorsements_retraction': 2")}, {PUBLISHER, RECORD}, {EDITOR, RETRACTION},
	    {SECOND, ENDORSES(2)}, {THIRD, ENDORSES(2)}},
	"2 retracted", "CORRECTED", 1},
    {"one's own word is no second pair of eyes, nor is the same one twice, nor a source's",
	{{ROOT, POLICY("'endorsements_retraction': 2")}, {PUBLISHER, RECORD}, {EDITOR, RETRACTION},
	    {EDITOR, ENDORSES(2)}, {SECOND, ENDORSES(2)}, {SECOND, ENDORSES(2)},
	    {OBSERVER, "{'type': 'endorse', 'targets': ['@2'], 'source': {'name': 'x'}}"}},
	"2 retracted?", "CURRENT", 0},
    {"an annulled endorsement is none",
	{{ROOT, POLICY("'endorsements_retraction': 1")}, {PUBLISHER, RECORD}, {EDITOR, RETRACTION},
	    {THIRD, ENDORSES(2)}, {THIRD, SAYS("annulment", AT(3))}},
	"2 retracted?", "CURRENT", 0},
    {"a pending reinstatement lifts nothing",
	{{ROOT, POLICY("'endorsements_reinstatement': 1")}, {PUBLISHER, RECORD},
	    {EDITOR, RETRACTION}, {EDITOR, SAYS("reinstatement", AT(2))}},
	"2 retracted", "CORRECTED", 1},
    {"an endorsed one does",
	{{ROOT, POLICY("'endorsements_reinstatement': 1")}, {PUBLISHER, RECORD},
	    {EDITOR, RETRACTION}, {EDITOR, SAYS("reinstatement", AT(2))}, {THIRD, ENDORSES(3)}},
	"2 retracted/3", "CORRECTED", 2},
    {"the policy of its own moment counts, not a later one",
	{{PUBLISHER, RECORD}, {EDITOR, RETRACTION}, {ROOT, POLICY("'endorsements_retraction': 1")},
	    {EDITOR, RETRACTION}, {ROOT, POLICY("")}, {EDITOR, RETRACTION}},
	"1 retracted, 3 retracted?, 5 retracted", "CORRECTED", 2},
    {"sources need nobody's endorsement",
	{{ROOT, POLICY("'endorsements_retraction': 1")}, {OBSERVER, SAYS("retraction", BY_X)}},
	"1 retracted", NULL, 0},
};

static void
test_fold__order_matters_as_the_stories_say(void **state)
{
	struct tale tale = {0};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		print_message("%s\n", stories[i].name);
		for (k = 0; k < 10 && stories[i].steps[k].text != NULL; k++)
			say(&tale, stories[i].steps[k].who, stories[i].steps[k].text);
		expect(&tale, stories[i].conditions, stories[i].state, stories[i].count);
		end(&tale);
	}
}

static void
test_fold__moments_are_prefixes(void **state)
{
	struct tale tale = {0};
	struct st_standing *standing = NULL;
	stet_error err;

	(void)state;
	say(&tale, PUBLISHER, RECORD);
	say(&tale, EDITOR, RETRACTION);
	say(&tale, EDITOR, SAYS("reinstatement", AT(1)));
	say(&tale, EDITOR, SAYS("annulment", AT(2)));
	assert_int_equal(try_fold(&tale, 0, 0, &standing, &err), STET_ENOTFOUND);
	expect_at(&tale, 1, "", "CURRENT", 0);
	expect_at(&tale, 2, "1 retracted", "CORRECTED", 1);
	expect_at(&tale, 3, "1 retracted/2", "CORRECTED", 2);
	expect_at(&tale, 4, "1 retracted", "CORRECTED", 1);
	end(&tale);
}

static void
test_fold__disputes_are_shown(void **state)
{
	struct st_standing *standing;
	struct tale tale = {0};

	(void)state;
	say(&tale, PUBLISHER, RECORD);
	say(&tale, EDITOR, RETRACTION);
	say(&tale, THIRD, SAYS("annulment", AT(1)));
	standing = fold_at(&tale, tale.count);
	assert_int_equal(seq_of(standing, fact_of(standing, 1)->contested_by), 2);
	assert_int_equal(seq_of(standing, fact_of(standing, 1)->annulled_by), -1);
	st_standing_free(standing);
	/* and withdrawn by whoever made them */
	say(&tale, THIRD, SAYS("annulment", AT(2)));
	standing = fold_at(&tale, tale.count);
	assert_int_equal(seq_of(standing, fact_of(standing, 1)->contested_by), -1);
	assert_int_equal(seq_of(standing, fact_of(standing, 2)->annulled_by), 3);
	st_standing_free(standing);
	end(&tale);
}

/* --- stolen keys --------------------------------------------------------------------------------
 */

static void
distrust(struct tale *tale, enum who whose, unsigned from)
{
	uint8_t public_key[32];
	char hex[65];

	stet_key_public(keys[whose], public_key);
	st_hex(public_key, 32, hex);
	sayf(tale, ROOT,
	    "{'type': 'key', 'action': 'revoke', 'subject': '%s', 'reason': 'stolen', "
	    "'distrust_from': %u, 'key': {'kty': 'OKP', 'crv': 'Ed25519', 'x': '%s'}}",
	    key_names[whose], from, hex);
}

static void
test_fold__stolen_keys_warn_and_lift_nothing(void **state)
{
	struct st_standing *standing;
	struct tale tale = {0};

	(void)state;
	say(&tale, PUBLISHER, RECORD);
	say(&tale, EDITOR, RETRACTION);
	say(&tale, EDITOR, SAYS("reinstatement", AT(1)));
	say(&tale, EDITOR, CONCERN);
	say(&tale, EDITOR, RETRACTION_AT(3));
	say(&tale, EDITOR, SAYS("annulment", AT(4)));
	distrust(&tale, EDITOR, 2);
	/* the thief's retraction stands, and so ends the concern by saying the worse */
	expect(&tale, "1 retracted, 3 of concern/4, 4 retracted", "CORRECTED", 4);
	standing = fold_at(&tale, tale.count);
	assert_false(fact_of(standing, 1)->distrusted);
	assert_true(st_fact_supports(fact_of(standing, 1)));
	assert_true(fact_of(standing, 2)->distrusted);
	assert_false(st_fact_supports(fact_of(standing, 4)));
	assert_true(st_fact_stands(fact_of(standing, 4)));
	assert_int_equal(seq_of(standing, fact_of(standing, 4)->contested_by), -1);
	st_standing_free(standing);
	/* another key's endorsement restores; its own does not */
	say(&tale, EDITOR, ENDORSES(2));
	expect(&tale, "1 retracted, 3 of concern/4, 4 retracted", "CORRECTED", 4);
	say(&tale, THIRD, ENDORSES(2));
	expect(&tale, "1 retracted/2, 3 of concern/4, 4 retracted", "CORRECTED", 4);
	say(&tale, THIRD, ENDORSES(5));
	expect(&tale, "1 retracted/2, 3 of concern", "CORRECTED", 3);
	/* unless that key is a thief's, too, and nobody stands by its endorsement */
	distrust(&tale, THIRD, 8);
	expect(&tale, "1 retracted, 3 of concern/4, 4 retracted", "CORRECTED", 4);
	say(&tale, SECOND, ENDORSES(8));
	expect(&tale, "1 retracted/2, 3 of concern/4, 4 retracted", "CORRECTED", 4);
	end(&tale);
}

static void
test_fold__distrust_only_grows(void **state)
{
	struct st_standing *standing;
	struct tale tale = {0};

	(void)state;
	say(&tale, PUBLISHER, RECORD);
	say(&tale, EDITOR, CONCERN);
	say(&tale, EDITOR, SAYS("concern_lifted", AT(1)));
	distrust(&tale, EDITOR, 3);
	expect(&tale, "1 of concern/2", "CORRECTED", 2);
	distrust(&tale, EDITOR, 1);
	distrust(&tale, EDITOR, 9);
	standing = fold_at(&tale, tale.count);
	assert_int_equal(standing->signers[fact_of(standing, 1)->signer].distrust_from, 1);
	assert_int_equal(standing->signers[fact_of(standing, 1)->signer].revoked, 3);
	assert_true(fact_of(standing, 1)->distrusted);
	st_standing_free(standing);
	expect(&tale, "1 of concern", "CORRECTED", 2);
	end(&tale);
}

/* --- names --------------------------------------------------------------------------------------
 */

#define ABOUT_OTHER ", 'subject': '" OTHER "'"

static void
test_fold__names_are_of_one_record(void **state)
{
	struct st_standing *standing;
	struct tale tale = {0};
	char seen[256];

	(void)state;
	say(&tale, EDITOR, RETRACTION);
	say(&tale, PUBLISHER, "{'type': 'record', 'title': 'A title'" ABOUT_OTHER "}");
	say(&tale, EDITOR, SAYS("reinstatement", AT(0) ABOUT_OTHER));
	say(&tale, EDITOR, "{'type': 'record', 'title': 'x', 'subject': 'rw:7'}");
	standing = fold_both(&tale, 0);
	put_conditions(standing, seen, sizeof(seen));
	assert_string_equal(seen, "0 retracted/2");
	assert_int_equal(standing->fact_count, 3);
	/* the one it was opened under first, whichever was asked for */
	assert_string_equal(standing->names[0].name, OTHER);
	assert_int_equal(standing->names[0].count, 2);
	assert_int_equal(standing->facts[0].name, 1);
	assert_int_equal(standing->facts[1].name, 0);
	assert_true(standing->opened_by_publisher);
	assert_string_equal(standing->contract_state, "CORRECTED");
	st_standing_free(standing);
	end(&tale);
}

/* Whoever may observe binds any name to any other: that must not make one record's evidence, title
 * or state another's. */
static void
test_fold__observers_links_lend_nothing(void **state)
{
	struct st_standing *standing;
	struct tale tale = {0};
	stet_json *title;
	size_t by;

	(void)state;
	say(&tale, PUBLISHER, RECORD);
	say(&tale, PUBLISHER, "{'type': 'record', 'title': 'Another'" ABOUT_OTHER "}");
	say(&tale, EDITOR, SAYS("retraction", ", " NOTICE ", " DECIDED ABOUT_OTHER));
	say(&tale, EDITOR,
	    SAYS("correction",
		", 'affected': [{'path': '/record/title', 'after': 'Wrong'}]" ABOUT_OTHER));
	standing = fold_both(&tale, 1);
	assert_string_equal(standing->names[0].name, PAPER);
	assert_int_equal(standing->record, 0);
	assert_string_equal(standing->contract_state, "CURRENT");
	assert_int_equal(standing->correction_count, 0);
	assert_false(st_fact_supports(fact_of(standing, 1)));
	assert_int_equal(standing->condition_count, 2); /* shown, under its own name */
	title = st_effective(standing, "/record/title", ST_DECLARED, &by);
	assert_string_equal((const char *)stet_json_string_of(title).data, "A title");
	stet_json_free(title);
	st_standing_free(standing);
	end(&tale);
}

/* --- members as corrections left them ------------------------------------------------------------
 */

#define CHANGES(rows) SAYS("correction", ", 'affected': [" rows "]")

static void
expect_member(const struct tale *tale, const char *path, enum st_set set, const char *json, long by)
{
	struct st_standing *standing = fold_at(tale, tale->count);
	stet_json *value;
	stet_error err;
	size_t fact, size;
	char *text = NULL;

	value = st_effective(standing, path, set, &fact);
	assert_int_equal(standing->rc, STET_OK);
	if (json == NULL) {
		assert_null(value);
	} else {
		assert_non_null(value);
		assert_int_equal(stet_json_text(value, 0, &text, &size, &err), STET_OK);
		assert_string_equal(text, json);
	}
	assert_int_equal(seq_of(standing, fact), by);
	free(text);
	stet_json_free(value);
	st_standing_free(standing);
}

static void
test_fold__members_are_as_corrections_left_them(void **state)
{
	struct tale tale = {0};

	(void)state;
	say(&tale, PUBLISHER, RECORD);
	expect_member(&tale, "/record/title", ST_SUPPORTED, "\"A title\"", 0);
	expect_member(&tale, "/record/question", ST_DECLARED, NULL, 0);
	expect_member(&tale, "/claims/verified_claim_count", ST_DECLARED, NULL, -1);
	expect_member(&tale, "/nothing/at/all", ST_DECLARED, NULL, -1);
	expect_member(&tale, "/record", ST_DECLARED, NULL, -1);
	expect_member(&tale, "record/title", ST_DECLARED, NULL, -1);
	say(&tale, EDITOR, CHANGES("{'path': '/record/title', 'after': 'Second'}"));
	say(&tale, EDITOR, CHANGES("{'path': '/record/title', 'after': 'Third'}"));
	expect_member(&tale, "/record/title", ST_SUPPORTED, "\"Third\"", 2);
	say(&tale, EDITOR, SAYS("annulment", AT(2)));
	expect_member(&tale, "/record/title", ST_SUPPORTED, "\"Second\"", 1);
	say(&tale, EDITOR, CHANGES("{'path': '/record/title', 'before': 'Second', 'after': null}"));
	expect_member(&tale, "/record/title", ST_DECLARED, NULL, 4);
	/* a row that states no new value changes nothing */
	say(&tale, EDITOR, CHANGES("{'path': '/record/title', 'before': 'Second'}"));
	expect_member(&tale, "/record/title", ST_DECLARED, NULL, 4);
	/* a new record replaces the old one, corrections and all */
	say(&tale, PUBLISHER, "{'type': 'record', 'title': 'New'}");
	expect_member(&tale, "/record/title", ST_DECLARED, "\"New\"", 6);
	end(&tale);
}

static void
test_fold__parts_of_members_change(void **state)
{
	struct tale tale = {0};

	(void)state;
	say(&tale, PUBLISHER,
	    "{'type': 'assessment', 'review_score': 7.5, 'dimensions': {'novelty': "
	    "{'level': 'HIGH'}}}");
	say(&tale, EDITOR,
	    CHANGES("{'path': '/assessment/dimensions/novelty/level', 'after': 'LOW'}"));
	expect_member(&tale, "/assessment/dimensions/novelty/level", ST_DECLARED, "\"LOW\"", 1);
	expect_member(
	    &tale, "/assessment/dimensions", ST_DECLARED, "{\"novelty\":{\"level\":\"LOW\"}}", 1);
	say(&tale, EDITOR,
	    CHANGES("{'path': '/assessment/dimensions', 'json': true, 'after': "
		    "'{\\\"clarity\\\": {\\\"level\\\": \\\"MID\\\"}}'}"));
	expect_member(&tale, "/assessment/dimensions/clarity/level", ST_DECLARED, "\"MID\"", 2);
	expect_member(&tale, "/assessment/dimensions/novelty/level", ST_DECLARED, NULL, 2);
	/* numbers have no parts, and below them there is nothing to change */
	say(&tale, EDITOR, CHANGES("{'path': '/assessment/review_score/x', 'after': '1'}"));
	expect_member(&tale, "/assessment/review_score", ST_DECLARED, "7.5", 0);
	say(&tale, EDITOR,
	    CHANGES("{'path': '/assessment/review_score', 'json': true, 'after': '8.25'}"));
	expect_member(&tale, "/assessment/review_score", ST_DECLARED, "8.25", 4);
	/* members whose names begin alike are others */
	say(&tale, EDITOR, CHANGES("{'path': '/assessment/review', 'after': '1'}"));
	expect_member(&tale, "/assessment/review_score", ST_DECLARED, "8.25", 4);
	/* where there was nothing, parts make the whole */
	say(&tale, EDITOR, CHANGES("{'path': '/assessment/dimensions', 'after': null}"));
	say(&tale, EDITOR,
	    CHANGES("{'path': '/assessment/dimensions/novelty/level', 'after': 'HIGH'}"));
	expect_member(
	    &tale, "/assessment/dimensions", ST_DECLARED, "{\"novelty\":{\"level\":\"HIGH\"}}", 7);
	end(&tale);
}

static void
test_fold__members_that_wait_or_are_anothers(void **state)
{
	struct tale tale = {0};

	(void)state;
	say(&tale, ROOT, POLICY("'endorsements_correction': 1"));
	say(&tale, OBSERVER, "{'type': 'record', 'title': 'Seen', 'source': {'name': 'x'}}");
	say(&tale, OBSERVER,
	    SAYS("correction",
		", 'affected': [{'path': '/record/title', 'after': 'Not theirs'}]" BY_Y));
	expect_member(&tale, "/record/title", ST_DECLARED, "\"Seen\"", 1);
	expect_member(&tale, "/record/title", ST_SUPPORTED, NULL, -1);
	say(&tale, OBSERVER,
	    SAYS(
		"correction", ", 'affected': [{'path': '/record/title', 'after': 'Theirs'}]" BY_X));
	expect_member(&tale, "/record/title", ST_DECLARED, "\"Theirs\"", 3);
	say(&tale, PUBLISHER, RECORD);
	say(&tale, OBSERVER,
	    SAYS("correction",
		", 'affected': [{'path': '/record/title', 'after': 'Not theirs'}]" BY_X));
	expect_member(&tale, "/record/title", ST_DECLARED, "\"A title\"", 4);
	say(&tale, EDITOR, CHANGES("{'path': '/record/title', 'after': 'Waiting'}"));
	expect_member(&tale, "/record/title", ST_DECLARED, "\"A title\"", 4);
	say(&tale, THIRD, ENDORSES(6));
	expect_member(&tale, "/record/title", ST_SUPPORTED, "\"Waiting\"", 6);
	/* a thief's correction is said, and supports nothing */
	distrust(&tale, EDITOR, 8);
	say(&tale, EDITOR, CHANGES("{'path': '/record/title', 'after': 'Stolen'}"));
	say(&tale, OBSERVER, SAYS("unspecified", BY_X));
	expect_member(&tale, "/record/title", ST_SUPPORTED, "\"Waiting\"", 6);
	end(&tale);
}

/* --- policy --------------------------------------------------------------------------------------
 */

static void
test_fold__policy_numbers(void **state)
{
	struct st_standing *standing;
	struct tale tale = {0};
	int64_t value = -1;
	stet_bytes date;

	(void)state;
	say(&tale, PUBLISHER, RECORD);
	standing = fold_at(&tale, tale.count);
	assert_int_equal(st_policy_number(standing, "tolerance_percent", &value), STET_ENOTFOUND);
	assert_int_equal(standing->policy_seq, STET_NO_SEQ);
	st_standing_free(standing);
	say(&tale, ROOT, POLICY("'tolerance_percent': 4.25, 'floor_verified_claim_count': 5"));
	standing = fold_at(&tale, tale.count);
	assert_string_equal(standing->profile, "assignee-v1");
	assert_int_equal(standing->policy_seq, 1);
	assert_int_equal(st_policy_number(standing, "tolerance_percent", &value), STET_OK);
	assert_int_equal(value, 425);
	assert_int_equal(st_policy_number(standing, "floor_verified_claim_count", &value), STET_OK);
	assert_int_equal(value, 5);
	/* presets, where the policy says nothing */
	assert_int_equal(
	    st_policy_number(standing, "flagship_minimum_review_score", &value), STET_OK);
	assert_int_equal(value, 850);
	assert_int_equal(
	    st_policy_number(standing, "public_record_minimum_review_score", &value), STET_OK);
	assert_int_equal(value, 500);
	assert_int_equal(
	    st_policy_number(standing, "doi_grade_minimum_verified_claim_count", &value), STET_OK);
	assert_int_equal(value, 1);
	assert_int_equal(st_policy_date(standing, "gate_activation_date", &date), STET_OK);
	assert_true(st_bytes_equal(date, st_str("2026-06-10")));
	/* none of both, none at all, and of another kind */
	assert_int_equal(st_policy_number(standing, "floor_review_score", &value), STET_ENOTFOUND);
	assert_int_equal(st_policy_number(standing, "no_such_number", &value), STET_ENOTFOUND);
	assert_int_equal(
	    st_policy_number(standing, "gate_activation_date", &value), STET_ENOTFOUND);
	assert_int_equal(st_policy_date(standing, "tolerance_percent", &date), STET_ENOTFOUND);
	st_standing_free(standing);
	end(&tale);
}

/* --- what a hand could put in
 * ---------------------------------------------------------------------
 */

static void
test_fold__refuses_what_are_no_entries(void **state)
{
	struct st_fold *fold = NULL;
	struct st_standing *standing = NULL;
	struct tale tale = {0};
	stet_bytes entry;
	stet_error err;
	size_t size;

	(void)state;
	say(&tale, PUBLISHER, RECORD);
	say(&tale, EDITOR, RETRACTION);
	entry = st_buf_bytes(&tale.entries[1]);
	assert_int_equal(st_fold_new(&fold, &err), STET_OK);
	assert_int_equal(st_fold_name(fold, st_str(PAPER), 0, &err), STET_OK);
	for (size = 0; size < entry.size; size++)
		assert_int_equal(st_fold_add(fold, (stet_bytes){entry.data, size}, tale.leaves[1],
				     ST_HELD_UNKNOWN, &err),
		    STET_EFORMAT);
	assert_int_equal(st_fold_add(fold, entry, tale.leaves[1], ST_HELD_UNKNOWN, &err), STET_OK);
	/* each once, and in order */
	assert_int_equal(
	    st_fold_add(fold, entry, tale.leaves[1], ST_HELD_UNKNOWN, &err), STET_EINVAL);
	assert_int_equal(st_fold_add(fold, st_buf_bytes(&tale.entries[0]), tale.leaves[0],
			     ST_HELD_UNKNOWN, &err),
	    STET_EINVAL);
	assert_int_equal(st_fold_end(&fold, &standing, &err), STET_OK);
	assert_null(fold);
	assert_int_equal(standing->fact_count, 1);
	st_standing_free(standing);
	/* targets that are not here, or not before, are nobody's */
	say(&tale, EDITOR, SAYS("reinstatement", AT(1)));
	assert_int_equal(st_fold_new(&fold, &err), STET_OK);
	assert_int_equal(st_fold_name(fold, st_str(PAPER), 0, &err), STET_OK);
	assert_int_equal(st_fold_add(fold, st_buf_bytes(&tale.entries[2]), tale.leaves[1],
			     ST_HELD_UNKNOWN, &err),
	    STET_OK); /* a leaf that makes it its own target */
	assert_int_equal(st_fold_end(&fold, &standing, &err), STET_OK);
	assert_int_equal(standing->condition_count, 0);
	st_standing_free(standing);
	end(&tale);
}

/* Every byte of an entry changed: an answer or a refusal, and nothing read beyond it (under a
 * sanitizer). */
static void
test_fold__survives_every_flipped_byte(void **state)
{
	struct st_standing *standing;
	struct tale tale = {0};
	stet_error err;
	size_t entry, i;

	(void)state;
	say(&tale, ROOT, POLICY("'endorsements_retraction': 1"));
	say(&tale, PUBLISHER, RECORD);
	say(&tale, EDITOR, RETRACTION);
	say(&tale, SECOND, ENDORSES(2));
	say(&tale, OBSERVER, SAYS("delisting", AT(2) ", 'source': {'name': 'x', 'id': '1'}"));
	say(&tale, EDITOR, CHANGES("{'path': '/record/title', 'after': 'x'}"));
	distrust(&tale, SECOND, 1);
	for (entry = 0; entry < tale.count; entry++)
		for (i = 0; i < tale.entries[entry].size; i++) {
			tale.entries[entry].data[i] ^= 1;
			if (try_fold(&tale, tale.count, 0, &standing, &err) == STET_OK)
				st_standing_free(standing);
			tale.entries[entry].data[i] ^= 1;
		}
	end(&tale);
}

static void
test_fold__runs_out_of_memory_anywhere(void **state)
{
	struct st_standing *standing;
	struct tale tale = {0};
	stet_json *title;
	stet_error err;
	size_t by;
	long n;
	int rc;

	(void)state;
	say(&tale, ROOT, POLICY("'endorsements_retraction': 1"));
	say(&tale, PUBLISHER, RECORD);
	say(&tale, EDITOR, RETRACTION);
	say(&tale, SECOND, ENDORSES(2));
	say(&tale, OBSERVER, SAYS("unspecified", BY_X));
	say(&tale, OBSERVER, SAYS("delisting", AT(4) BY_X));
	say(&tale, EDITOR, CHANGES("{'path': '/record/title', 'json': true, 'after': '{}'}"));
	say(&tale, EDITOR, CHANGES("{'path': '/record/title/a', 'after': 'x'}"));
	for (n = 0;; n++) {
		alloc_fail(n);
		standing = NULL;
		rc = try_fold(&tale, tale.count, 1, &standing, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
		assert_null(standing);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(n > 30);
	/* and what is asked later says so, rather than that there is nothing */
	for (n = 0;; n++) {
		standing->rc = STET_OK;
		alloc_fail(n);
		title = st_effective(standing, "/record/title/a", ST_DECLARED, &by);
		if (!alloc_failed())
			break;
		assert_int_equal(standing->rc, STET_ENOMEM);
		stet_json_free(title);
	}
	assert_int_equal(standing->rc, STET_OK);
	assert_string_equal((const char *)stet_json_string_of(title).data, "x");
	stet_json_free(title);
	st_standing_free(standing);
	end(&tale);
}

/* --- cost ----------------------------------------------------------------------------------------
 */

/* Rows stated, delisted, and others of the same name stated: the worst there is for what ends what.
 */
static uint64_t
steps_of(size_t rounds)
{
	struct st_standing *standing;
	struct tale tale = {0};
	uint64_t steps;
	size_t i, first;

	say(&tale, PUBLISHER, RECORD);
	for (i = 0; i < rounds; i++) {
		first = sayf(&tale, OBSERVER,
		    SAYS("unspecified", ", 'source': {'name': 'x', 'id': '%zu'}"), i);
		sayf(&tale, OBSERVER,
		    SAYS(
			"delisting", ", 'source': {'name': 'x', 'id': '%zu'}, 'targets': ['@%zu']"),
		    i, first);
		sayf(&tale, EDITOR,
		    SAYS("retraction", ", " NOTICE ", " DECIDED ", 'targets': ['@%zu']"), first);
		sayf(&tale, EDITOR, SAYS("annulment", ", 'targets': ['@%zu']"), tale.count - 1);
	}
	standing = fold_at(&tale, tale.count);
	assert_int_equal(standing->fact_count, 1 + 4 * rounds);
	steps = standing->steps;
	st_standing_free(standing);
	end(&tale);
	return steps;
}

static void
test_fold__costs_what_the_history_is_long(void **state)
{
	uint64_t small = steps_of(50), large = steps_of(5000);

	(void)state;
	assert_true(small > 0);
	assert_true(large <= 110 * small); /* of 20,001 facts */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fold__every_nature_has_its_row),
	    cmocka_unit_test(test_fold__every_nature_opens_its_condition),
	    cmocka_unit_test(test_fold__observed_natures_open_conditions_only),
	    cmocka_unit_test(test_fold__every_nature_asks_for_what_it_needs),
	    cmocka_unit_test(test_fold__conditions_end_as_the_table_says),
	    cmocka_unit_test(test_fold__order_matters_as_the_stories_say),
	    cmocka_unit_test(test_fold__moments_are_prefixes),
	    cmocka_unit_test(test_fold__disputes_are_shown),
	    cmocka_unit_test(test_fold__stolen_keys_warn_and_lift_nothing),
	    cmocka_unit_test(test_fold__distrust_only_grows),
	    cmocka_unit_test(test_fold__names_are_of_one_record),
	    cmocka_unit_test(test_fold__observers_links_lend_nothing),
	    cmocka_unit_test(test_fold__members_are_as_corrections_left_them),
	    cmocka_unit_test(test_fold__parts_of_members_change),
	    cmocka_unit_test(test_fold__members_that_wait_or_are_anothers),
	    cmocka_unit_test(test_fold__policy_numbers),
	    cmocka_unit_test(test_fold__refuses_what_are_no_entries),
	    cmocka_unit_test(test_fold__survives_every_flipped_byte),
	    cmocka_unit_test(test_fold__runs_out_of_memory_anywhere),
	    cmocka_unit_test(test_fold__costs_what_the_history_is_long),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
