/* append: batches, what is there already, clocks, and the order in which things become known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/time.h"
#include "support/alloc.h"
#include "support/check.h"
#include "support/strict.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define YEAR_MS (UINT64_C(366) * 24 * 3600 * 1000)

static stet_statement *
record(struct tl *tl, unsigned number)
{
	return tl_statementf(
	    tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:%u', 'title': 'x'}", number);
}

/* Not allowed: a registrar opens no records. */
static stet_statement *
wrong(struct tl *tl, unsigned number)
{
	return tl_statementf(
	    tl, TL_REGISTRAR, "{'type': 'record', 'subject': 'rw:%u', 'title': 'x'}", number);
}

static int
append(struct tl *tl, stet_statement *const *statements, size_t count, unsigned flags,
    stet_outcome **outcome_out, stet_error *err)
{
	stet_append_options options = STET_APPEND_OPTIONS;

	options.now_ms = tl->now_ms;
	options.flags = flags;
	*outcome_out = NULL;
	st_error_clear(err);
	return stet_ledger_append(tl->ledger, statements, count, &options, outcome_out, err);
}

static void
free_all(stet_statement **statements, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		stet_statement_free(statements[i]);
}

static void
assert_results(const stet_outcome *outcome, const char *letters)
{
	static const char names[] = "+=-.";
	size_t i;

	assert_non_null(outcome);
	assert_int_equal(stet_outcome_count(outcome), strlen(letters));
	for (i = 0; letters[i] != '\0'; i++) {
		const stet_outcome_item *item = stet_outcome_get(outcome, i);

		if (names[item->result] != letters[i])
			fail_msg("statement %zu: '%c' instead of '%c'", i, names[item->result],
			    letters[i]);
		if (letters[i] == '-' || letters[i] == '.')
			assert_true(item->seq == STET_NO_SEQ);
		if (letters[i] == '-')
			assert_int_equal(item->error.code, STET_EREFUSED);
	}
}

/* --- batches --------------------------------------------------------------------------------- */

static void
test_append__takes_all_or_nothing(void **state)
{
	stet_statement *batch[3];
	stet_outcome *outcome;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	batch[0] = record(&tl, 1);
	batch[1] = wrong(&tl, 2);
	batch[2] = record(&tl, 3);
	tl_mark_take(&tl, &mark);
	assert_int_equal(append(&tl, batch, 3, 0, &outcome, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_ROLE_MISSING);
	assert_results(outcome, ".-.");
	assert_int_equal(stet_outcome_head(outcome)->size, 0);
	stet_outcome_free(outcome);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	/* The others are taken without it. */
	assert_int_equal(append(&tl, batch, 1, 0, &outcome, &err), STET_OK);
	assert_results(outcome, "+");
	stet_outcome_free(outcome);
	free_all(batch, 3);
	tl_check(&tl);
	tl_free(&tl);
}

static void
test_append__keeps_going_when_told(void **state)
{
	stet_statement *batch[5];
	stet_outcome *outcome;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;
	uint64_t size;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	batch[0] = wrong(&tl, 1);
	batch[1] = record(&tl, 2);
	/* leans on the one before it, which is refused, so it is refused as well */
	batch[2] = tl_statement(&tl, TL_REGISTRAR,
	    "{'type': 'alias', 'subject': 'rw:5', 'action': 'bind', 'record': 'rw:2'}");
	batch[3] = tl_statement(&tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': 'rw:2', 'title': 'y', 'aliases': ['rw:5']}");
	batch[4] = record(&tl, 3);
	size = tl_size(&tl);
	assert_int_equal(append(&tl, batch, 5, STET_APPEND_KEEP_GOING, &outcome, &err), STET_OK);
	assert_results(outcome, "-+--+");
	assert_int_equal(stet_outcome_get(outcome, 1)->seq, size);
	assert_int_equal(stet_outcome_get(outcome, 4)->seq, size + 1);
	assert_int_equal(stet_outcome_get(outcome, 3)->error.rule, ST_ALIAS_NOT_BOUND);
	assert_int_equal(stet_outcome_head(outcome)->size, size + 3);
	stet_outcome_free(outcome);
	/* again: what is in is there already, nothing is written, not even a seal */
	tl_mark_take(&tl, &mark);
	assert_int_equal(append(&tl, batch, 5, STET_APPEND_KEEP_GOING, &outcome, &err), STET_OK);
	assert_results(outcome, "-=--=");
	assert_int_equal(stet_outcome_head(outcome)->size, 0);
	stet_outcome_free(outcome);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	free_all(batch, 5);
	tl_check(&tl);
	tl_free(&tl);
}

/* One statement twice in a batch is entered once; where the batch is given up, neither is there. */
static void
test_append__enters_the_same_once(void **state)
{
	stet_statement *batch[4];
	stet_outcome *outcome;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	batch[0] = batch[2] = record(&tl, 1);
	batch[1] = record(&tl, 2);
	batch[3] = wrong(&tl, 3);
	tl_mark_take(&tl, &mark);
	assert_int_equal(append(&tl, batch, 4, 0, &outcome, &err), STET_EREFUSED);
	assert_results(outcome, "...-");
	stet_outcome_free(outcome);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	assert_int_equal(append(&tl, batch, 3, 0, &outcome, &err), STET_OK);
	assert_results(outcome, "++=");
	assert_int_equal(stet_outcome_get(outcome, 0)->seq, stet_outcome_get(outcome, 2)->seq);
	assert_memory_equal(
	    stet_outcome_get(outcome, 0)->leaf, stet_outcome_get(outcome, 2)->leaf, 32);
	stet_outcome_free(outcome);
	/* what was there before a batch that is given up stays there */
	assert_int_equal(append(&tl, batch + 1, 3, 0, &outcome, &err), STET_EREFUSED);
	assert_results(outcome, "==-");
	stet_outcome_free(outcome);
	stet_statement_free(batch[0]);
	stet_statement_free(batch[1]);
	stet_statement_free(batch[3]);
	tl_check(&tl);
	tl_free(&tl);
}

static void
test_append__of_nothing_is_nothing(void **state)
{
	stet_outcome *outcome;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;
	uint64_t size;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_mark_take(&tl, &mark);
	assert_int_equal(append(&tl, NULL, 0, 0, &outcome, &err), STET_OK);
	assert_results(outcome, "");
	stet_outcome_free(outcome);
	assert_int_equal(stet_ledger_append(tl.ledger, NULL, 0, NULL, NULL, &err), STET_EINVAL);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	/* A heartbeat is a seal and nothing else. */
	size = tl_size(&tl);
	tl.now_ms += 24 * 3600 * 1000;
	assert_int_equal(append(&tl, NULL, 0, STET_APPEND_HEARTBEAT, &outcome, &err), STET_OK);
	assert_int_equal(stet_outcome_head(outcome)->size, size + 1);
	stet_outcome_free(outcome);
	assert_int_equal(append(&tl, NULL, 0, STET_APPEND_HEARTBEAT, &outcome, &err), STET_OK);
	assert_int_equal(stet_outcome_head(outcome)->size, size + 2);
	stet_outcome_free(outcome);
	tl_check(&tl);
	tl_free(&tl);
}

static void
test_append__dry_runs_write_nothing(void **state)
{
	static const char absent[] =
	    "{'type': 'artifact', 'subject': 'rw:1', 'role': 'report', 'media_type': 'text/plain', "
	    "'size': 7, 'sha256': "
	    "'0000000000000000000000000000000000000000000000000000000000000001'}";
	stet_statement *batch[2];
	stet_outcome *outcome;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;
	char hex[65];

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_attach(&tl, "content", hex);
	tl_mark_take(&tl, &mark);
	batch[0] = record(&tl, 1);
	batch[1] = wrong(&tl, 1);
	assert_int_equal(append(&tl, batch, 1, STET_APPEND_DRY_RUN, &outcome, &err), STET_OK);
	assert_results(outcome, "+");
	assert_int_equal(stet_outcome_head(outcome)->size, 0);
	stet_outcome_free(outcome);
	assert_int_equal(append(&tl, batch, 2, STET_APPEND_DRY_RUN, &outcome, &err), STET_EREFUSED);
	assert_results(outcome, ".-");
	stet_outcome_free(outcome);
	assert_int_equal(
	    append(&tl, batch, 2, STET_APPEND_DRY_RUN | STET_APPEND_KEEP_GOING, &outcome, &err),
	    STET_OK);
	assert_results(outcome, "+-");
	stet_outcome_free(outcome);
	assert_int_equal(
	    append(&tl, NULL, 0, STET_APPEND_DRY_RUN | STET_APPEND_HEARTBEAT, &outcome, &err),
	    STET_OK);
	assert_int_equal(stet_outcome_head(outcome)->size, 0);
	stet_outcome_free(outcome);
	free_all(batch, 2);
	/* The content that the real run would bring is not asked for; a wrong size of what is here
	 * is. */
	batch[0] = tl_statement(&tl, TL_PUBLISHER, absent);
	batch[1] = tl_statementf(&tl, TL_PUBLISHER,
	    "{'type': 'artifact', 'subject': 'rw:1', 'role': 'report', 'media_type': 'text/plain', "
	    "'size': 8, 'sha256': '%s'}",
	    hex);
	assert_int_equal(append(&tl, batch, 1, STET_APPEND_DRY_RUN, &outcome, &err), STET_OK);
	stet_outcome_free(outcome);
	assert_int_equal(
	    append(&tl, batch + 1, 1, STET_APPEND_DRY_RUN, &outcome, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_ARTIFACT_SIZE);
	stet_outcome_free(outcome);
	assert_int_equal(append(&tl, batch, 1, 0, &outcome, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_ARTIFACT_NOT_HERE);
	stet_outcome_free(outcome);
	free_all(batch, 2);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	tl_free(&tl);
}

/* Of a batch that was never judged, nothing became: no item says that it is in. */
static void
test_append__an_unjudged_batch_is_left(void **state)
{
	stet_statement *batch[2];
	stet_outcome *outcome;
	struct tl tl;
	stet_error err;
	char *head;

	(void)state;
	tl_make(&tl, 0);
	batch[0] = record(&tl, 1);
	batch[1] = record(&tl, 2);
	head = st_path_join(tl.ledger->state_dir, "head");
	assert_int_equal(unlink(head), 0);
	assert_int_equal(append(&tl, batch, 2, 0, &outcome, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_HEAD_UNKNOWN);
	assert_results(outcome, "..");
	stet_outcome_free(outcome);
	free(head);
	free_all(batch, 2);
	tl_free(&tl);
}

/* A statement as large as one may be fits an entry. */
static void
test_append__takes_the_largest_statement(void **state)
{
	static char text[3][8193], json[80000];
	stet_statement *statement = NULL;
	stet_entry *entry = NULL;
	struct tl tl;
	stet_error err;
	size_t size = 0, filler = 8000, tries;
	uint64_t seq;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	memset(text[0], 'a', 8192);
	for (tries = 0; tries < 4; tries++) {
		memset(text[1], 'b', sizeof(text[1]));
		text[1][filler] = '\0';
		snprintf(json, sizeof(json),
		    "{\"type\": \"correction\", \"subject\": \"rw:1\", \"nature\": \"erratum\", "
		    "\"id\": \"%zu\", \"issuer\": \"https://example.org/publisher\", \"aud\": "
		    "\"%s\", \"affected\": [{\"path\": \"/record/title\", \"before\": \"%s\", "
		    "\"after\": \"%s\"}, {\"path\": \"/record/title\", \"before\": \"%s\", "
		    "\"after\": \"%s\"}, {\"path\": \"/record/title\", \"before\": \"%s\", "
		    "\"after\": \"%s\"}, {\"path\": \"/record/title\", \"before\": \"%s\", "
		    "\"after\": \"%s\"}]}",
		    tries, stet_ledger_id(tl.ledger), text[0], text[0], text[0], text[0], text[0],
		    text[0], text[0], text[1]);
		assert_int_equal(stet_statement_from_json(st_str(json), &statement, &err), STET_OK);
		if (stet_statement_sign(statement, tl.keys[TL_PUBLISHER],
			(int64_t)(tl.now_ms / 1000), &err) != STET_OK) {
			assert_int_equal(err.rule, ST_STATEMENT_TOO_LARGE);
			stet_statement_free(statement);
			filler -= 400;
			continue;
		}
		size = stet_statement_encoded(statement).size;
		if (size == ST_STATEMENT_MAX)
			break;
		stet_statement_free(statement);
		filler += ST_STATEMENT_MAX - size;
	}
	assert_int_equal(size, ST_STATEMENT_MAX);
	seq = tl_append(&tl, statement);
	assert_int_equal(stet_ledger_entry(tl.ledger, seq, &entry, &err), STET_OK);
	printf("a statement of %zu bytes makes an entry of %zu\n", size,
	    stet_entry_encoded(entry).size);
	assert_true(stet_entry_encoded(entry).size <= ST_ENTRY_MAX);
	stet_entry_free(entry);
	tl_check(&tl);
	tl_free(&tl);
}

/* --- clocks ---------------------------------------------------------------------------------- */

static uint64_t
ms_of(struct tl *tl, uint64_t seq)
{
	stet_entry *entry = NULL;
	uint64_t ms;

	assert_int_equal(stet_ledger_entry(tl->ledger, seq, &entry, NULL), STET_OK);
	ms = stet_entry_ms(entry);
	stet_entry_free(entry);
	return ms;
}

static void
test_append__time_never_goes_back(void **state)
{
	struct tl tl;
	uint64_t seq;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl.now_ms = TL_START_MS + 5000;
	tl_append(&tl, record(&tl, 1));
	tl.now_ms = TL_START_MS + 1; /* a clock that is behind */
	seq = tl_append(&tl, record(&tl, 2));
	assert_int_equal(ms_of(&tl, seq), TL_START_MS + 5000);
	tl.now_ms = 0;
	seq = tl_append(&tl, record(&tl, 3));
	assert_int_equal(ms_of(&tl, seq), TL_START_MS + 5000);
	assert_int_equal(ms_of(&tl, seq + 1), TL_START_MS + 5000); /* and its seal */
	tl.now_ms = TL_START_MS + 5001;
	seq = tl_append(&tl, record(&tl, 4));
	assert_int_equal(ms_of(&tl, seq), TL_START_MS + 5001);
	tl_check(&tl);
	tl_free(&tl);
}

static void
test_append__a_large_step_is_asked_about(void **state)
{
	stet_statement *statement;
	stet_outcome *outcome;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl.now_ms = TL_START_MS + YEAR_MS; /* exactly that far is none */
	tl_append(&tl, record(&tl, 1));
	tl.now_ms += YEAR_MS + 1;
	statement = record(&tl, 2);
	tl_mark_take(&tl, &mark);
	assert_int_equal(append(&tl, &statement, 1, 0, &outcome, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_CLOCK_STEP);
	assert_results(outcome, ".");
	stet_outcome_free(outcome);
	assert_int_equal(
	    append(&tl, &statement, 1, STET_APPEND_KEEP_GOING, &outcome, &err), STET_EREFUSED);
	stet_outcome_free(outcome);
	assert_int_equal(
	    append(&tl, NULL, 0, STET_APPEND_HEARTBEAT, &outcome, &err), STET_EREFUSED);
	stet_outcome_free(outcome);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	assert_int_equal(
	    append(&tl, &statement, 1, STET_APPEND_CONFIRM_CLOCK, &outcome, &err), STET_OK);
	stet_outcome_free(outcome);
	stet_statement_free(statement);
	/* beyond what an entry can hold nothing is confirmed */
	tl.now_ms = ST_UINT53_MAX + 1;
	assert_int_equal(
	    append(&tl, NULL, 0, STET_APPEND_HEARTBEAT | STET_APPEND_CONFIRM_CLOCK, &outcome, &err),
	    STET_EINVAL);
	tl.now_ms = ST_UINT53_MAX;
	assert_int_equal(
	    append(&tl, NULL, 0, STET_APPEND_HEARTBEAT | STET_APPEND_CONFIRM_CLOCK, &outcome, &err),
	    STET_OK);
	stet_outcome_free(outcome);
	assert_int_equal(append(&tl, NULL, 0, STET_APPEND_HEARTBEAT, &outcome, &err), STET_OK);
	stet_outcome_free(outcome);
	tl_check(&tl);
	tl_free(&tl);
}

/* --- what the seals say ---------------------------------------------------------------------- */

/* Batches of many sizes; everything that follows from the entries, computed once more. */
static void
test_append__seals_commit_to_all_before_them(void **state)
{
	stet_statement *batch[64];
	struct tl_checked checked;
	struct tl tl;
	unsigned number = 0;
	size_t count, i;

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	for (count = 1; count <= 33; count += 1 + count / 4) {
		for (i = 0; i < count; i++)
			batch[i] = record(&tl, number++ * 7 % 101);
		tl_append_all(&tl, batch, count);
		tl.now_ms += 1500;
	}
	checked = tl_check(&tl);
	printf(
	    "%llu entries, %llu seals, %llu names: chains, roots, indexes, times, signatures and "
	    "notes as computed again\n",
	    (unsigned long long)checked.entries, (unsigned long long)checked.seals,
	    (unsigned long long)checked.names);
	tl_free(&tl);
}

/* --- order ----------------------------------------------------------------------------------- */

static struct st_buf
read_file(const char *folder, const char *name)
{
	struct st_buf text = {0};
	char *path = st_path_join(folder, name);

	assert_int_equal(st_file_read(path, 1 << 20, &text, NULL), STET_OK);
	free(path);
	return text;
}

static void
assert_files_equal(const char *folder_a, const char *a, const char *folder_b, const char *b)
{
	struct st_buf x = read_file(folder_a, a), y = read_file(folder_b, b);

	assert_true(st_bytes_equal(st_buf_bytes(&x), st_buf_bytes(&y)));
	st_buf_free(&x);
	st_buf_free(&y);
}

static void
put_file(const char *folder, const char *name, const struct st_buf *text)
{
	char *path = st_path_join(folder, name);
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text->data, 1, text->size, file), text->size);
	assert_int_equal(fclose(file), 0);
	free(path);
}

static int
late(struct tl *tl, stet_statement *statement)
{
	stet_outcome *outcome;
	stet_error err;
	int rc = append(tl, &statement, 1, 0, &outcome, &err);

	assert_int_equal(rc, STET_EUNSURE);
	assert_int_equal(err.rule, ST_CHECKPOINT_LATE);
	assert_null(outcome);
	return rc;
}

/* A signed head that this machine could forget is never seen: the remembered copy comes first. */
static void
test_append__remembers_a_head_before_it_publishes_one(void **state)
{
	struct st_buf checkpoint, head, after;
	stet_statement *statement;
	char *blocked, *note = NULL;
	size_t note_size;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, 0);
	checkpoint = read_file(tl.path, "checkpoint");
	/* the head cannot be written: nothing is published */
	blocked = st_path_join(tl.ledger->state_dir, "head.new");
	assert_int_equal(mkdir(blocked, 0700), 0);
	statement = record(&tl, 1);
	late(&tl, statement);
	after = read_file(tl.path, "checkpoint");
	assert_true(st_bytes_equal(st_buf_bytes(&after), st_buf_bytes(&checkpoint)));
	st_buf_free(&after);
	/* the entries are in, though: again is already there, and brings the checkpoint */
	late(&tl, statement);
	assert_int_equal(rmdir(blocked), 0);
	free(blocked);
	assert_int_equal(tl_result(&tl, statement), STET_ALREADY);
	tl_check(&tl);
	/* the checkpoint cannot be written: the head is remembered already */
	head = read_file(tl.ledger->state_dir, "head");
	blocked = st_path_join(tl.path, "checkpoint.new");
	assert_int_equal(mkdir(blocked, 0700), 0);
	statement = record(&tl, 2);
	late(&tl, statement);
	stet_statement_free(statement);
	after = read_file(tl.ledger->state_dir, "head");
	assert_false(st_bytes_equal(st_buf_bytes(&after), st_buf_bytes(&head)));
	assert_int_equal(rmdir(blocked), 0);
	free(blocked);
	assert_int_equal(stet_ledger_checkpoint(tl.ledger, &note, &note_size, &err), STET_OK);
	assert_true(
	    st_bytes_equal(st_buf_bytes(&after), (stet_bytes){(const uint8_t *)note, note_size}));
	free(note);
	tl_check(&tl);
	st_buf_free(&after);
	st_buf_free(&head);
	st_buf_free(&checkpoint);
	tl_free(&tl);
}

/* A crash after the commit leaves checkpoint and head, or only the checkpoint, of the batch before;
 * whatever comes next brings the same bytes that would have been. */
static void
test_append__what_a_crash_took_is_signed_again(void **state)
{
	enum { CHECKPOINT_GONE, CHECKPOINT_OLD, BOTH_OLD, CHECKPOINT_CUT, CASES };
	struct st_buf old_checkpoint, old_head, right;
	struct tl tl;
	stet_error err;
	char *note, *path;
	size_t size, i, by;

	(void)state;
	for (i = 0; i < CASES * 3; i++) {
		tl_make(&tl, 0);
		path = st_path_join(tl.path, "checkpoint");
		old_checkpoint = read_file(tl.path, "checkpoint");
		old_head = read_file(tl.ledger->state_dir, "head");
		{
			stet_statement *statement = record(&tl, 1);

			tl_append(&tl, statement);
		}
		right = read_file(tl.path, "checkpoint");
		if (i % CASES == CHECKPOINT_GONE)
			assert_int_equal(unlink(path), 0);
		else if (i % CASES == CHECKPOINT_CUT)
			assert_int_equal(truncate(path, 30), 0);
		else
			put_file(tl.path, "checkpoint", &old_checkpoint);
		if (i % CASES == BOTH_OLD)
			put_file(tl.ledger->state_dir, "head", &old_head);
		by = i / CASES;
		if (by == 0) { /* asked for */
			assert_int_equal(
			    stet_ledger_checkpoint(tl.ledger, &note, &size, &err), STET_OK);
			assert_true(st_bytes_equal(
			    st_buf_bytes(&right), (stet_bytes){(const uint8_t *)note, size}));
			free(note);
		} else if (by == 1) { /* the same statement again */
			stet_statement *again;

			tl.ids--;
			again = record(&tl, 1);
			assert_int_equal(tl_result(&tl, again), STET_ALREADY);
		} else { /* by the next append, of its own size */
			tl_append(&tl, record(&tl, 2));
		}
		if (by < 2) {
			struct st_buf now = read_file(tl.path, "checkpoint");

			assert_true(st_bytes_equal(st_buf_bytes(&right), st_buf_bytes(&now)));
			st_buf_free(&now);
			assert_files_equal(tl.path, "checkpoint", tl.ledger->state_dir, "head");
		}
		tl_check(&tl);
		st_buf_free(&old_checkpoint);
		st_buf_free(&old_head);
		st_buf_free(&right);
		free(path);
		tl_free(&tl);
	}
	printf("%d crashes between commit and checkpoint mended\n", CASES * 3);
}

/* Nothing is signed over bytes that were not read back as they were written. */
static void
test_append__signs_only_what_it_reads_back(void **state)
{
	struct st_buf old_head, checkpoint, now;
	struct tl tl;
	stet_head head;
	stet_bytes entry;
	stet_error err;
	char *note, *path;
	size_t size;
	uint64_t seq;

	(void)state;
	tl_make(&tl, 0);
	old_head = read_file(tl.ledger->state_dir, "head");
	seq = tl_append(&tl, record(&tl, 1));
	checkpoint = read_file(tl.path, "checkpoint");
	assert_int_equal(stet_ledger_head(tl.ledger, &head, &err), STET_OK);
	head.root[31] ^= 1;
	assert_int_equal(st_publish(tl.ledger, seq, &head, &err), STET_EMISMATCH);
	assert_int_equal(err.rule, ST_READ_BACK_WRONG);
	now = read_file(tl.path, "checkpoint");
	assert_true(st_bytes_equal(st_buf_bytes(&checkpoint), st_buf_bytes(&now)));
	st_buf_free(&now);
	/* A bit flips on the disk before the checkpoint that a crash took is signed again. */
	put_file(tl.ledger->state_dir, "head", &old_head);
	path = st_path_join(tl.path, "checkpoint");
	assert_int_equal(unlink(path), 0);
	entry = tl_entry(&tl, seq);
	((uint8_t *)(uintptr_t)entry.data)[entry.size / 2] ^= 4;
	tl_put_entry(&tl, seq, entry);
	assert_int_equal(stet_ledger_checkpoint(tl.ledger, &note, &size, &err), STET_EMISMATCH);
	assert_int_equal(err.rule, ST_READ_BACK_WRONG);
	assert_int_equal(access(path, F_OK), -1);
	assert_files_equal(tl.ledger->state_dir, "head", tl.ledger->state_dir, "head");
	now = read_file(tl.ledger->state_dir, "head");
	assert_true(st_bytes_equal(st_buf_bytes(&old_head), st_buf_bytes(&now)));
	st_buf_free(&now);
	free((void *)(uintptr_t)entry.data);
	free(path);
	st_buf_free(&old_head);
	st_buf_free(&checkpoint);
	tl_free(&tl);
}

/* --- the ledger key -------------------------------------------------------------------------- */

static int
say_passphrase(void *ctx, const char *prompt, char *buf, size_t size)
{
	(void)prompt;
	snprintf(buf, size, "%s", (const char *)ctx);
	return 0;
}

static void
test_append__needs_the_ledger_key(void **state)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_statement *statement;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;
	char *path;

	(void)state;
	tl_make(&tl, 0);
	tl_mark_take(&tl, &mark);
	path = st_path_join(tl.path, "keys/ledger.key");
	assert_int_equal(unlink(path), 0);
	stet_ledger_close(tl.ledger);
	tl_open(&tl, tl.path, tl.state);
	tl_refused(&tl, record(&tl, 1), ST_LEDGER_KEY_ABSENT);
	/* another key in its place */
	assert_int_equal(stet_key_save(tl.keys[TL_NEXT], path, NULL, NULL, &err), STET_OK);
	tl_refused(&tl, record(&tl, 1), ST_LEDGER_KEY_ABSENT);
	assert_int_equal(unlink(path), 0);
	/* under a passphrase that nobody gives, or a wrong one */
	assert_int_equal(stet_key_save(tl.keys[TL_LEDGER], path, say_passphrase,
			     (void *)(uintptr_t) "open", &err),
	    STET_OK);
	tl_refused(&tl, record(&tl, 1), ST_KEY_PASSPHRASE);
	statement = record(&tl, 1);
	options.now_ms = tl.now_ms;
	options.ask = say_passphrase;
	options.ctx = (void *)(uintptr_t) "wrong";
	assert_int_equal(
	    stet_ledger_append(tl.ledger, &statement, 1, &options, NULL, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_PASSPHRASE_WRONG);
	tl_mark_same(&tl, &mark);
	options.ctx = (void *)(uintptr_t) "open";
	assert_int_equal(
	    stet_ledger_append(tl.ledger, &statement, 1, &options, NULL, &err), STET_OK);
	stet_statement_free(statement);
	/* asked once */
	tl_append(&tl, record(&tl, 2));
	tl_check(&tl);
	tl_mark_free(&mark);
	free(path);
	tl_free(&tl);
}

/* --- others ---------------------------------------------------------------------------------- */

static void
test_append__waits_for_others_and_says_so(void **state)
{
	struct st_guard guard = {-1};
	struct st_batch *batch = NULL;
	stet_ledger_options options;
	stet_ledger *other = NULL;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, 0);
	options = tl_options(&tl);
	options.wait_ms = 20;
	assert_int_equal(stet_ledger_open(tl.path, &options, &other, &err), STET_OK);
	assert_int_equal(st_guard_take(tl.ledger, &guard, &err), STET_OK);
	{
		stet_ledger *mine = tl.ledger;

		tl.ledger = other;
		assert_int_equal(tl_try(&tl, record(&tl, 1), &err), STET_ELOCKED);
		assert_int_equal(err.rule, ST_BUSY);
		st_guard_drop(&guard);
		/* who holds the store alone, as reindex does */
		assert_int_equal(st_batch_begin(mine->store, 1000, &batch, &err), STET_OK);
		assert_int_equal(tl_try(&tl, record(&tl, 1), &err), STET_ELOCKED);
		assert_int_equal(err.rule, ST_STORE_LOCKED);
		st_batch_abort(&batch);
		tl_append(&tl, record(&tl, 1));
		tl.ledger = mine;
	}
	stet_ledger_close(other);
	/* the first handle sees what the other wrote, and goes on */
	tl_append(&tl, record(&tl, 2));
	tl_check(&tl);
	tl_free(&tl);
}

#define PROCESSES 4
#define APPENDS 50

/* In a child: 50 appends, each seq acknowledged written into a pipe. */
static void
append_as_child(struct tl *tl, unsigned child, int pipe_fd)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_ledger_options ledger_options = tl_options(tl);
	stet_ledger *ledger = NULL;
	stet_error err;
	unsigned i;

	ledger_options.wait_ms = 120000;
	if (stet_ledger_open(tl->path, &ledger_options, &ledger, &err) != STET_OK)
		_exit(2);
	options.now_ms = tl->now_ms;
	for (i = 0; i < APPENDS; i++) {
		char json[256];
		stet_statement *statement = NULL;
		stet_outcome *outcome = NULL;
		uint64_t said[2];

		snprintf(json, sizeof(json),
		    "{\"type\": \"record\", \"subject\": \"rw:%u\", \"title\": \"x\", \"id\": "
		    "\"%u-%u\", \"issuer\": \"https://example.org/publisher\"}",
		    1 + i % 5, child, i);
		if (stet_statement_from_json(st_str(json), &statement, &err) != STET_OK ||
		    stet_statement_sign(statement, tl->keys[TL_PUBLISHER],
			(int64_t)(tl->now_ms / 1000), &err) != STET_OK ||
		    stet_ledger_append(ledger, &statement, 1, &options, &outcome, &err) !=
			STET_OK) {
			fprintf(stderr, "child %u: %s\n", child, err.text);
			_exit(3);
		}
		said[0] = child * APPENDS + i;
		said[1] = stet_outcome_get(outcome, 0)->seq;
		if (write(pipe_fd, said, sizeof(said)) != sizeof(said))
			_exit(4);
		stet_outcome_free(outcome);
		stet_statement_free(statement);
	}
	stet_ledger_close(ledger);
	_exit(0);
}

static void
test_append__processes_append_at_once(void **state)
{
	static uint64_t seqs[PROCESSES * APPENDS];
	uint64_t said[2], size, seen = 0;
	struct tl_checked checked;
	struct tl tl;
	pid_t pids[PROCESSES];
	int ends[2], status;
	unsigned i;
	char id[32];

	(void)state;
	tl_make(&tl, 0);
	size = tl_size(&tl);
	stet_ledger_close(tl.ledger); /* a child opens stores of its own */
	tl.ledger = NULL;
	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	for (i = 0; i < PROCESSES; i++)
		if ((pids[i] = fork()) == 0) {
			close(ends[0]);
			append_as_child(&tl, i, ends[1]);
		}
	close(ends[1]);
	while (read(ends[0], said, sizeof(said)) == sizeof(said)) {
		assert_true(said[0] < PROCESSES * APPENDS && seqs[said[0]] == 0);
		seqs[said[0]] = said[1];
		seen++;
	}
	close(ends[0]);
	for (i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	assert_int_equal(seen, PROCESSES * APPENDS);
	tl_open(&tl, tl.path, tl.state);
	checked = tl_check(&tl);
	assert_int_equal(checked.entries, size + 2 * PROCESSES * APPENDS);
	for (i = 0; i < PROCESSES * APPENDS; i++) {
		stet_entry *entry = NULL;

		assert_int_equal(stet_ledger_entry(tl.ledger, seqs[i], &entry, NULL), STET_OK);
		snprintf(id, sizeof(id), "%u-%u", i / APPENDS, i % APPENDS);
		assert_true(st_bytes_equal(entry->read.statement.sign1.claims.cti, st_str(id)));
		stet_entry_free(entry);
	}
	printf(
	    "%u processes: all of %llu acknowledged entries are there, each where it was said to "
	    "be, in %llu batches\n",
	    PROCESSES, (unsigned long long)seen, (unsigned long long)checked.seals - 2);
	tl_free(&tl);
}

struct appender {
	struct tl *tl;
	stet_statement *statements[25];
	int rc;
};

static void *
append_in_thread(void *arg)
{
	struct appender *appender = arg;
	stet_append_options options = STET_APPEND_OPTIONS;
	size_t i;

	options.now_ms = appender->tl->now_ms;
	for (i = 0; appender->rc == STET_OK && i < COUNT_OF(appender->statements); i++)
		appender->rc = stet_ledger_append(
		    appender->tl->ledger, &appender->statements[i], 1, &options, NULL, NULL);
	return NULL;
}

static void
test_append__threads_share_a_handle(void **state)
{
	struct appender appenders[4];
	pthread_t threads[4];
	struct tl tl;
	uint64_t size;
	size_t i, k;

	(void)state;
	tl_make(&tl, 0);
	size = tl_size(&tl);
	for (i = 0; i < 4; i++) {
		appenders[i].tl = &tl;
		appenders[i].rc = STET_OK;
		for (k = 0; k < 25; k++)
			appenders[i].statements[k] = record(&tl, (unsigned)k);
	}
	for (i = 0; i < 4; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, append_in_thread, &appenders[i]), 0);
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(appenders[i].rc, STET_OK);
		free_all(appenders[i].statements, 25);
	}
	assert_int_equal(tl_check(&tl).entries, size + 200);
	tl_free(&tl);
}

/* --- memory ---------------------------------------------------------------------------------- */

/* Memory runs out at every allocation in turn: the batch is in or it is not, and the next goes on.
 */
static void
test_append__is_whole_or_absent_when_memory_is_short(void **state)
{
	stet_statement *batch[3];
	stet_outcome *outcome;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;
	unsigned in = 0, out = 0;
	uint64_t size;
	long n;
	int rc = STET_OK, failed = 1;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	strict_in_memory = 1; /* so that nothing waits for the disk */
	batch[0] = tl_statement(&tl, TL_PUBLISHER,
	    "{'type': 'alias', 'subject': 'rw:2', 'action': 'bind', 'record': 'rw:1'}");
	batch[1] = tl_statement(&tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'x', 'aliases': ['rw:2']}");
	batch[2] = tl_grant(&tl, TL_ADMIN, TL_STRANGER, "['editor']", ", 'scope': ['rw:']");
	tl_mark_take(&tl, &mark);
	size = tl_size(&tl);
	for (n = 0; failed; n++) {
		tl_mark_put(&tl, &mark);
		alloc_fail(n);
		rc = append(&tl, batch, 3, 0, &outcome, &err);
		failed = alloc_failed();
		stet_outcome_free(outcome);
		if (!failed)
			break;
		if (rc == STET_OK || (rc == STET_EUNSURE && err.rule == ST_CHECKPOINT_LATE)) {
			assert_int_equal(tl_size(&tl), size + 4);
			in++;
		} else {
			if (rc != STET_ENOMEM)
				fail_msg("allocation %ld: %s %s '%s'", n, stet_code_name(rc),
				    stet_rule_name(err.rule), err.text);
			tl_mark_same(&tl, &mark);
			out++;
		}
		tl_append(&tl, record(&tl, 3));
		tl_check(&tl);
	}
	assert_int_equal(rc, STET_OK);
	tl_check(&tl);
	printf("%ld allocations failed one by one in an append: %u times nothing was written, %u "
	       "times all of it\n",
	    n, out, in);
	assert_true(in > 0 && out > 0);
	tl_mark_free(&mark);
	free_all(batch, 3);
	strict_in_memory = 0;
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_append__takes_all_or_nothing),
	    cmocka_unit_test(test_append__keeps_going_when_told),
	    cmocka_unit_test(test_append__enters_the_same_once),
	    cmocka_unit_test(test_append__of_nothing_is_nothing),
	    cmocka_unit_test(test_append__dry_runs_write_nothing),
	    cmocka_unit_test(test_append__an_unjudged_batch_is_left),
	    cmocka_unit_test(test_append__takes_the_largest_statement),
	    cmocka_unit_test(test_append__time_never_goes_back),
	    cmocka_unit_test(test_append__a_large_step_is_asked_about),
	    cmocka_unit_test(test_append__seals_commit_to_all_before_them),
	    cmocka_unit_test(test_append__remembers_a_head_before_it_publishes_one),
	    cmocka_unit_test(test_append__what_a_crash_took_is_signed_again),
	    cmocka_unit_test(test_append__signs_only_what_it_reads_back),
	    cmocka_unit_test(test_append__needs_the_ledger_key),
	    cmocka_unit_test(test_append__waits_for_others_and_says_so),
	    cmocka_unit_test(test_append__processes_append_at_once),
	    cmocka_unit_test(test_append__threads_share_a_handle),
	    cmocka_unit_test(test_append__is_whole_or_absent_when_memory_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
