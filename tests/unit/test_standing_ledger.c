/* Standings out of a ledger: names, moments, keys, artifacts, and feeds that answer for many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stet/standing.h>

#include "base/err.h"
#include "base/hex.h"
#include "record/record.h"
#include "standing/standing.h"
#include "support/alloc.h"
#include "support/ledger.h"

#define RETRACTS(subject)                                                                     \
	"{'type': 'correction', 'subject': '" subject "', 'nature': 'retraction', 'notice': " \
	"{'kind': 'none'}, 'decided_by': [{'kind': 'editor', 'name': 'The office'}]}"
#define SEEN_BIND(name, record)                                                         \
	"{'type': 'alias', 'subject': '" name "', 'action': 'bind', 'record': '" record \
	"', 'source': {'name': 'x'}}"
#define RECORD(subject) "{'type': 'record', 'subject': '" subject "', 'title': 'Of " subject "'}"

static const stet_at now = {STET_AT_NEWEST, 0};

static int
try_standing(struct tl *tl, const char *name, stet_at at, stet_standing **out, stet_error *err)
{
	stet_id *id = NULL;
	int rc;

	assert_int_equal(stet_id_parse(name, &id, err), STET_OK);
	rc = stet_standing_of(tl->ledger, id, at, out, err);
	stet_id_free(id);
	return rc;
}

static stet_standing *
standing_of(struct tl *tl, const char *name, stet_at at)
{
	stet_standing *standing = NULL;
	stet_error err;

	if (try_standing(tl, name, at, &standing, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	return standing;
}

static const stet_json *
at_path(const stet_json *json, const char *path)
{
	char step[64];
	size_t size;

	while (json != NULL && *path != '\0') {
		size = strcspn(path, "/");
		memcpy(step, path, size);
		step[size] = '\0';
		json = stet_json_kind_of(json) == STET_JSON_ARRAY
			   ? stet_json_item(json, strtoul(step, NULL, 10))
			   : stet_json_get(json, step);
		path += size + (path[size] == '/');
	}
	return json;
}

/* A member of the standing's JSON as text: "as_of/seal", "conditions/0/condition". "": absent. */
static void
expect(struct tl *tl, const char *name, stet_at at, const char *path, const char *expected)
{
	stet_standing *standing = standing_of(tl, name, at);
	const stet_json *json;
	char *text = NULL;
	stet_error err;
	size_t size;

	json = stet_standing_json(standing, &err);
	assert_non_null(json);
	json = at_path(json, path);
	if (json != NULL)
		assert_int_equal(stet_json_text(json, 0, &text, &size, &err), STET_OK);
	assert_string_equal(text != NULL ? text : "", expected);
	free(text);
	stet_standing_free(standing);
}

static void
test_standing__answers_under_every_name(void **state)
{
	static const char *const names[] = {TL_PAPER, TL_UUID, "SRCH:9F810E9F"};
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	for (i = 0; i < 3; i++) {
		/* the name it was opened under, whichever was asked for */
		expect(&tl, names[i], now, "names/0/name", "\"" TL_UUID "\"");
		expect(&tl, names[i], now, "names/1/name", "\"" TL_PAPER "\"");
		expect(&tl, names[i], now, "names/1/observed", "false");
		expect(&tl, names[i], now, "title/value", "\"On the first paper\"");
		expect(&tl, names[i], now, "contract_state", "\"CORRECTED\"");
		expect(&tl, names[i], now, "correction_count", "1");
		expect(&tl, names[i], now, "conditions/0/condition", "\"listed\"");
		expect(&tl, names[i], now, "conditions/1", "");
		expect(&tl, names[i], now, "complete", "true");
		expect(&tl, names[i], now, "origin", "\"" TL_ORIGIN "\"");
		expect(&tl, names[i], now, "entries/0/said_by/label", "\"publishing\"");
	}
	tl_free(&tl);
}

static void
test_standing__knows_its_moment(void **state)
{
	stet_standing *standing = NULL;
	uint64_t record, retraction, size;
	char text[32];
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(try_standing(&tl, "rw:1", now, &standing, &err), STET_ENOTFOUND);
	record = tl_say(&tl, TL_PUBLISHER, RECORD("rw:1"));
	tl.now_ms += 60000;
	retraction = tl_say(&tl, TL_EDITOR, RETRACTS("rw:1"));
	tl.now_ms += 60000;
	tl_say(&tl, TL_PUBLISHER, RECORD("rw:2"));
	size = tl_size(&tl);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)size);
	expect(&tl, "rw:1", now, "as_of/size", text);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)size - 1);
	expect(&tl, "rw:1", now, "as_of/seal", text);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)retraction);
	expect(&tl, "rw:1", now, "as_of/seq", text);
	expect(&tl, "rw:1", now, "contract_state", "\"CORRECTED\"");
	/* before the retraction: the seal is the one that closed the record's batch */
	expect(&tl, "rw:1", (stet_at){STET_AT_SEQ, retraction}, "contract_state", "\"CURRENT\"");
	snprintf(text, sizeof(text), "%llu", (unsigned long long)record + 1);
	expect(&tl, "rw:1", (stet_at){STET_AT_SEQ, retraction}, "as_of/seal", text);
	expect(&tl, "rw:1", (stet_at){STET_AT_SEQ, record + 1}, "contract_state", "\"CURRENT\"");
	expect(&tl, "rw:1", (stet_at){STET_AT_TIME, tl.now_ms - 60001}, "contract_state",
	    "\"CURRENT\"");
	expect(&tl, "rw:1", (stet_at){STET_AT_TIME, tl.now_ms - 60000}, "contract_state",
	    "\"CORRECTED\"");
	assert_int_equal(try_standing(&tl, "rw:1", (stet_at){STET_AT_SEQ, record}, &standing, &err),
	    STET_ENOTFOUND);
	assert_int_equal(
	    try_standing(&tl, "rw:1", (stet_at){STET_AT_SEQ, 0}, &standing, &err), STET_ENOTFOUND);
	assert_null(standing);
	tl_free(&tl);
}

static void
test_standing__hears_of_stolen_keys(void **state)
{
	uint64_t retraction, lifted, revoked;
	char target[65];
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_PUBLISHER, RECORD("rw:1"));
	retraction = tl_say(&tl, TL_EDITOR, RETRACTS("rw:1"));
	tl_leaf(&tl, retraction, target);
	lifted = tl_append(&tl,
	    tl_statementf(&tl, TL_EDITOR,
		"{'type': 'correction', 'subject': 'rw:1', 'nature': 'reinstatement', 'targets': "
		"['%s']}",
		target));
	expect(&tl, "rw:1", now, "conditions/0/open", "false");
	snprintf(target, sizeof(target), ", 'reason': 'stolen', 'distrust_from': %llu",
	    (unsigned long long)lifted);
	revoked = tl_append(&tl, tl_revoke(&tl, TL_ROOT, TL_EDITOR, target));
	expect(&tl, "rw:1", now, "conditions/0/open", "true");
	expect(&tl, "rw:1", now, "entries/2/distrusted", "true");
	/* as of before, nobody knew */
	expect(&tl, "rw:1", (stet_at){STET_AT_SEQ, revoked}, "conditions/0/open", "false");
	tl_free(&tl);
}

static void
test_standing__waits_for_endorsements(void **state)
{
	uint64_t retraction;
	char target[65];
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_ROOT,
	    "{'type': 'policy', 'subject': 'stet:ledger', 'profile': 'assignee-v1', 'values': "
	    "{'endorsements_retraction': 1}}");
	tl_say(&tl, TL_PUBLISHER, RECORD("rw:1"));
	retraction = tl_say(&tl, TL_EDITOR, RETRACTS("rw:1"));
	expect(&tl, "rw:1", now, "conditions/0/pending", "true");
	expect(&tl, "rw:1", now, "contract_state", "\"CURRENT\"");
	tl_leaf(&tl, retraction, target);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_STRANGER, "['editor']", ""));
	tl_append(&tl, tl_statementf(&tl, TL_STRANGER,
			   "{'type': 'endorse', 'subject': 'rw:1', 'targets': ['%s']}", target));
	expect(&tl, "rw:1", now, "conditions/0/pending", "");
	expect(&tl, "rw:1", now, "contract_state", "\"CORRECTED\"");
	tl_free(&tl);
}

/* --- names that observers link -------------------------------------------------------------------
 */

static void
test_standing__observers_make_nobody_retracted(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_PUBLISHER, RECORD("rw:1"));
	tl_say(&tl, TL_PUBLISHER, RECORD("rw:2"));
	tl_say(&tl, TL_EDITOR, RETRACTS("rw:2"));
	tl_say(&tl, TL_OBSERVER, SEEN_BIND("rw:2", "rw:1"));
	expect(&tl, "rw:1", now, "contract_state", "\"CURRENT\"");
	expect(&tl, "rw:1", now, "title/value", "\"Of rw:1\"");
	expect(&tl, "rw:1", now, "names/0/name", "\"rw:1\"");
	expect(&tl, "rw:1", now, "names/1/observed", "true");
	expect(&tl, "rw:2", now, "contract_state", "\"CORRECTED\"");
	expect(&tl, "rw:2", now, "title/value", "\"Of rw:2\"");
	expect(&tl, "rw:2", now, "names/0/name", "\"rw:2\"");
	tl_free(&tl);
}

static void
test_standing__an_observed_name_leads_to_the_record(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_PUBLISHER, RECORD("rw:1"));
	tl_say(&tl, TL_EDITOR, RETRACTS("rw:1"));
	tl_say(&tl, TL_OBSERVER, SEEN_BIND("rw:9", "rw:1"));
	/* nobody here said anything of rw:9 but what it is another name of */
	expect(&tl, "rw:9", now, "names/0/name", "\"rw:1\"");
	expect(&tl, "rw:9", now, "names/0/observed", "false");
	expect(&tl, "rw:9", now, "names/1/observed", "true");
	expect(&tl, "rw:9", now, "contract_state", "\"CORRECTED\"");
	expect(&tl, "rw:9", now, "opened_by_publisher", "true");
	tl_free(&tl);
}

static void
test_standing__a_bound_name_is_the_records_own(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_PUBLISHER, RECORD("rw:1"));
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'alias', 'subject': 'rw:2', 'action': 'bind', 'record': 'rw:1'}");
	tl_say(&tl, TL_EDITOR, RETRACTS("rw:2"));
	/* no record lists rw:2, and yet it was retracted */
	expect(&tl, "rw:1", now, "names/1/observed", "false");
	expect(&tl, "rw:1", now, "contract_state", "\"CORRECTED\"");
	expect(&tl, "rw:2", now, "contract_state", "\"CORRECTED\"");
	/* once it is bound to another record, it is that one's */
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'alias', 'subject': 'rw:2', 'action': 'bind', 'record': 'rw:3'}");
	tl_say(&tl, TL_PUBLISHER, RECORD("rw:3"));
	expect(&tl, "rw:1", now, "contract_state", "\"CURRENT\"");
	expect(&tl, "rw:3", now, "contract_state", "\"CORRECTED\"");
	tl_free(&tl);
}

/* --- feeds ---------------------------------------------------------------------------------------
 */

static void
same(const struct st_standing *a, const struct st_standing *b)
{
	stet_json *left = st_standing_to_json(a), *right = st_standing_to_json(b);
	char *texts[2];
	size_t size;

	assert_int_equal(stet_json_text(left, 0, &texts[0], &size, NULL), STET_OK);
	assert_int_equal(stet_json_text(right, 0, &texts[1], &size, NULL), STET_OK);
	assert_string_equal(texts[0], texts[1]);
	free(texts[0]);
	free(texts[1]);
	stet_json_free(left);
	stet_json_free(right);
}

/* One feed for all names answers as one for each does, about the ledger and its keys as well. */
static void
test_standing__a_feed_answers_as_one_by_one(void **state)
{
	const char *names[] = {
	    TL_PAPER, "rw:1", TL_UUID, "stet:ledger", NULL, "rw:404", "rw:1", "stet:seal"};
	struct st_standing_feed *feed = NULL;
	struct st_shelf shelf;
	struct st_standing *one, *fed;
	struct st_reader *reader = NULL;
	struct st_books books;
	struct tl tl;
	stet_error err;
	size_t i;
	int rc;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	tl_say(&tl, TL_PUBLISHER, RECORD("rw:1"));
	names[4] = tl_key_name(&tl, TL_PUBLISHER);
	assert_int_equal(st_ledger_reader(tl.ledger, &reader, &err), STET_OK);
	books = (struct st_books){reader, reader};
	shelf = (struct st_shelf){tl.ledger, &books};
	assert_int_equal(st_ledger_feed_new(&shelf, tl_size(&tl), &feed, &err), STET_OK);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		one = fed = NULL;
		rc = st_ledger_standing(
		    tl.ledger, &books, st_str(names[i]), tl_size(&tl), &one, &err);
		assert_int_equal(st_standing_feed_of(feed, st_str(names[i]), &fed, &err), rc);
		assert_int_equal(rc, strcmp(names[i], "rw:404") == 0 ? STET_ENOTFOUND : STET_OK);
		if (rc == STET_OK)
			same(one, fed);
		st_standing_free(one);
		st_standing_free(fed);
	}
	st_standing_feed_free(feed);
	st_reader_close(reader);
	tl_free(&tl);
}

static enum st_held
held_at(struct tl *tl, uint64_t seq)
{
	struct st_standing *standing = NULL;
	struct st_reader *reader = NULL;
	struct st_books books;
	enum st_held held = ST_HELD_UNKNOWN;
	stet_error err;
	size_t i;

	assert_int_equal(st_ledger_reader(tl->ledger, &reader, &err), STET_OK);
	books = (struct st_books){reader, reader};
	assert_int_equal(
	    st_ledger_standing(tl->ledger, &books, st_str("rw:1"), tl_size(tl), &standing, &err),
	    STET_OK);
	for (i = 0; i < standing->fact_count; i++)
		if (standing->facts[i].seq == seq)
			held = standing->facts[i].held;
	st_standing_free(standing);
	st_reader_close(reader);
	return held;
}

static void
test_standing__says_what_content_is_here(void **state)
{
	struct st_buf path = {0};
	uint8_t digest[32];
	uint64_t seq;
	struct tl tl;
	char hex[65];

	(void)state;
	tl_make(&tl, 0);
	tl_attach(&tl, "content", hex);
	seq = tl_append(
	    &tl, tl_statementf(&tl, TL_PUBLISHER,
		     "{'type': 'artifact', 'subject': 'rw:1', 'role': 'report', 'size': 7, "
		     "'media_type': 'text/plain', 'sha256': '%s'}",
		     hex));
	assert_int_equal(held_at(&tl, seq), ST_HELD_HERE);
	assert_int_equal(held_at(&tl, seq + 1), ST_HELD_UNKNOWN);
	assert_int_equal(st_hex_read(st_str(hex), digest, 32), 0);
	st_artifact_path(tl.ledger, digest, &path);
	assert_int_equal(remove((char *)path.data), 0);
	st_buf_free(&path);
	assert_int_equal(held_at(&tl, seq), ST_HELD_NOT);
	tl_append(&tl,
	    tl_statementf(&tl, TL_ADMIN,
		"{'type': 'withhold', 'subject': 'rw:1', 'sha256': '%s', 'ground': 'a request'}",
		hex));
	assert_int_equal(held_at(&tl, seq), ST_HELD_WITHHELD);
	tl_free(&tl);
}

static void
test_standing__runs_out_of_memory_anywhere(void **state)
{
	stet_standing *standing;
	stet_id *id = NULL;
	struct tl tl;
	stet_error err;
	long n;
	int rc;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_PUBLISHER, RECORD("rw:1"));
	tl_say(&tl, TL_EDITOR, RETRACTS("rw:1"));
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'alias', 'subject': 'rw:2', 'action': 'bind', 'record': 'rw:1'}");
	tl_say(&tl, TL_OBSERVER, SEEN_BIND("rw:9", "rw:1"));
	assert_int_equal(stet_id_parse("rw:9", &id, &err), STET_OK);
	for (n = 0;; n++) {
		standing = NULL;
		alloc_fail(n);
		rc = stet_standing_of(tl.ledger, id, now, &standing, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
		assert_null(standing);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(n > 50);
	for (n = 0;; n++) {
		alloc_fail(n);
		if (stet_standing_json(standing, &err) != NULL) {
			assert_false(alloc_failed());
			break;
		}
		assert_true(alloc_failed());
		assert_int_equal(err.code, STET_ENOMEM);
	}
	stet_standing_free(standing);
	stet_id_free(id);
	tl_free(&tl);
}

static char *
json_of(const stet_json *json)
{
	char *text = NULL;
	stet_error err;
	size_t size;

	assert_non_null(json);
	assert_int_equal(stet_json_text(json, 0, &text, &size, &err), STET_OK);
	return text;
}

/* Many by one snapshot: as one by one, and blind to what is appended meanwhile. */
static void
test_standings__are_those_of_their_moment(void **state)
{
	static const char *const names[] = {TL_PAPER, "doi:10.9999/nothing", TL_UUID, TL_PAPER};
	stet_standings *standings = NULL;
	stet_standing *one, *other;
	char *left, *right;
	stet_error err;
	stet_id *id;
	struct tl tl;
	size_t i;
	int rc;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	assert_int_equal(stet_standings_open(tl.ledger, now, &standings, &err), STET_OK);
	for (i = 0; i < 4; i++) {
		assert_int_equal(stet_id_parse(names[i], &id, &err), STET_OK);
		one = other = NULL;
		rc = stet_standings_read(standings, id, &other, &err);
		assert_int_equal(stet_standing_of(tl.ledger, id, now, &one, NULL), rc);
		stet_id_free(id);
		assert_int_equal(rc, i == 1 ? STET_ENOTFOUND : STET_OK);
		if (i == 1)
			continue;
		left = json_of(stet_standing_json(one, &err));
		right = json_of(stet_standing_json(other, &err));
		assert_string_equal(left, right);
		free(left);
		free(right);
		left = json_of(stet_json_get(stet_standing_json(one, &err), "conditions"));
		right = json_of(stet_standing_conditions(other, &err));
		assert_string_equal(left, right);
		assert_ptr_equal(
		    stet_standing_conditions(other, &err), stet_standing_conditions(other, &err));
		free(left);
		free(right);
		stet_standing_free(one);
		stet_standing_free(other);
	}
	tl_say(&tl, TL_PUBLISHER, RECORD("doi:10.9999/nothing"));
	assert_int_equal(stet_id_parse("doi:10.9999/nothing", &id, &err), STET_OK);
	assert_int_equal(stet_standings_read(standings, id, &one, &err), STET_ENOTFOUND);
	assert_int_equal(stet_standing_of(tl.ledger, id, now, &one, &err), STET_OK);
	stet_standing_free(one);
	stet_id_free(id);
	stet_standings_close(standings);
	stet_standings_close(NULL);
	tl_free(&tl);
}

static void
test_standing__conditions_when_memory_is_short(void **state)
{
	stet_standing *standing;
	const stet_json *json;
	stet_error err;
	struct tl tl;
	long n;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	standing = standing_of(&tl, TL_PAPER, now);
	for (n = 0;; n++) {
		alloc_fail(n);
		json = stet_standing_conditions(standing, &err);
		if (!alloc_failed())
			break;
		assert_null(json);
		assert_int_equal(err.code, STET_ENOMEM);
	}
	assert_non_null(json);
	assert_true(n > 3);
	stet_standing_free(standing);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_standing__answers_under_every_name),
	    cmocka_unit_test(test_standing__knows_its_moment),
	    cmocka_unit_test(test_standing__hears_of_stolen_keys),
	    cmocka_unit_test(test_standing__waits_for_endorsements),
	    cmocka_unit_test(test_standing__observers_make_nobody_retracted),
	    cmocka_unit_test(test_standing__an_observed_name_leads_to_the_record),
	    cmocka_unit_test(test_standing__a_bound_name_is_the_records_own),
	    cmocka_unit_test(test_standing__a_feed_answers_as_one_by_one),
	    cmocka_unit_test(test_standing__says_what_content_is_here),
	    cmocka_unit_test(test_standing__runs_out_of_memory_anywhere),
	    cmocka_unit_test(test_standings__are_those_of_their_moment),
	    cmocka_unit_test(test_standing__conditions_when_memory_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
