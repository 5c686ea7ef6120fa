/* guard: the second copy of the head, and what it keeps from being sealed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "key/key.h"
#include "support/alloc.h"
#include "support/check.h"

#define RECORD(n) "{'type': 'record', 'subject': 'rw:" #n "', 'title': 'x'}"

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
put_file(const char *folder, const char *name, stet_bytes text)
{
	char *path = st_path_join(folder, name);
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text.data, 1, text.size, file), text.size);
	assert_int_equal(fclose(file), 0);
	free(path);
}

static void
remove_file(const char *folder, const char *name)
{
	char *path = st_path_join(folder, name);

	assert_int_equal(unlink(path), 0);
	free(path);
}

/* A handle on another copy, beside the first. */
static stet_ledger *
open_copy(struct tl *tl, const char *path, const char *state)
{
	stet_ledger *mine = tl->ledger, *other;

	tl_open(tl, path, state);
	other = tl->ledger;
	tl->ledger = mine;
	return other;
}

static void
assert_adopt(struct tl *tl, stet_bytes note, int code, int rule)
{
	struct tl_mark mark;
	stet_error err;
	int rc;

	tl_mark_take(tl, &mark);
	st_error_clear(&err);
	rc = stet_ledger_adopt(tl->ledger, note, &err);
	if (rc != code || err.rule != rule)
		fail_msg("%s %s '%s' instead of %s", stet_code_name(rc), stet_rule_name(err.rule),
		    err.text, stet_rule_name(rule));
	if (rc < 0)
		tl_mark_same(tl, &mark);
	tl_mark_free(&mark);
}

/* What moment a note is of: the same is refused as where it is adopted. */
static void
assert_moment(struct tl *tl, stet_bytes note, int code, int rule, uint64_t size)
{
	stet_at at = {STET_AT_NEWEST, 77};
	stet_error err;

	st_error_clear(&err);
	assert_int_equal(stet_ledger_moment(tl->ledger, note, &at, &err), code);
	assert_int_equal(err.rule, rule);
	assert_int_equal(at.by, code < 0 ? STET_AT_NEWEST : STET_AT_SEQ);
	assert_int_equal(at.value, code < 0 ? 77 : size);
}

static void
assert_no_moment(struct tl *tl, stet_bytes note, int code, int rule)
{
	assert_adopt(tl, note, code, rule);
	assert_moment(tl, note, code, rule, 0);
}

/* A note of any checkpoint by any key. */
static struct st_buf
make_note(
    struct tl *tl, enum tl_key signer, const char *origin, uint64_t size, const uint8_t root[32])
{
	struct st_checkpoint checkpoint;
	struct st_buf text = {0}, note = {0};

	memset(&checkpoint, 0, sizeof(checkpoint));
	strcpy(checkpoint.origin, origin);
	checkpoint.size = size;
	memcpy(checkpoint.root, root, 32);
	st_checkpoint_put(&text, &checkpoint);
	assert_int_equal(
	    st_note_sign(st_buf_bytes(&text), origin, st_key_secret(tl->keys[signer]), &note, NULL),
	    STET_OK);
	st_buf_free(&text);
	return note;
}

/* --- no head, a wrong head ------------------------------------------------------------------- */

static void
test_guard__without_a_head_nothing_is_sealed(void **state)
{
	struct st_buf note;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	note = read_file(tl.path, "checkpoint");
	remove_file(tl.ledger->state_dir, "head");
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD(1)), ST_HEAD_UNKNOWN);
	assert_adopt(&tl, st_buf_bytes(&note), STET_OK, ST_RULE_NONE);
	tl_say(&tl, TL_PUBLISHER, RECORD(1));
	tl_check(&tl);
	st_buf_free(&note);
	tl_free(&tl);
}

static void
test_guard__adopts_only_what_this_ledger_signed(void **state)
{
	struct st_buf note, forged;
	struct tl tl;
	stet_head head;
	uint8_t root[32];
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(stet_ledger_head(tl.ledger, &head, NULL), STET_OK);
	note = read_file(tl.path, "checkpoint");
	remove_file(tl.ledger->state_dir, "head");
	assert_no_moment(&tl, st_str(""), STET_EFORMAT, ST_NOTE_MALFORMED);
	assert_no_moment(&tl, st_str("adopt me\n"), STET_EFORMAT, ST_NOTE_MALFORMED);
	assert_no_moment(
	    &tl, (stet_bytes){note.data, note.size - 1}, STET_EFORMAT, ST_NOTE_MALFORMED);
	/* no checkpoint in it */
	{
		struct st_buf other = {0};

		assert_int_equal(st_note_sign(st_str("hello\n"), TL_ORIGIN,
				     st_key_secret(tl.keys[TL_LEDGER]), &other, NULL),
		    STET_OK);
		assert_no_moment(&tl, st_buf_bytes(&other), STET_EFORMAT, ST_CHECKPOINT_MALFORMED);
		st_buf_free(&other);
	}
	/* by another key; by this key for another origin */
	forged = make_note(&tl, TL_STRANGER, TL_ORIGIN, head.size, head.root);
	assert_no_moment(&tl, st_buf_bytes(&forged), STET_EMISMATCH, ST_ADOPT_UNSIGNED);
	st_buf_free(&forged);
	forged = make_note(&tl, TL_LEDGER, "example.org/other", head.size, head.root);
	assert_no_moment(&tl, st_buf_bytes(&forged), STET_EMISMATCH, ST_ADOPT_UNSIGNED);
	st_buf_free(&forged);
	/* signed, of entries that are not here, or of other entries */
	forged = make_note(&tl, TL_LEDGER, TL_ORIGIN, head.size + 1, head.root);
	assert_no_moment(&tl, st_buf_bytes(&forged), STET_EMISMATCH, ST_ROLLED_BACK);
	st_buf_free(&forged);
	memcpy(root, head.root, 32);
	root[0] ^= 1;
	forged = make_note(&tl, TL_LEDGER, TL_ORIGIN, head.size, root);
	assert_no_moment(&tl, st_buf_bytes(&forged), STET_EMISMATCH, ST_FORKED);
	st_buf_free(&forged);
	forged = make_note(&tl, TL_LEDGER, TL_ORIGIN, 2, head.root);
	assert_no_moment(&tl, st_buf_bytes(&forged), STET_EMISMATCH, ST_FORKED);
	st_buf_free(&forged);
	/* every bit of the right one turned: none is taken */
	for (i = 0; i < note.size * 8; i++) {
		int rc;

		note.data[i / 8] ^= (uint8_t)(1 << i % 8);
		rc = stet_ledger_adopt(tl.ledger, st_buf_bytes(&note), NULL);
		note.data[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_true(rc == STET_EFORMAT || rc == STET_EMISMATCH);
	}
	printf("%zu notes with one bit turned: none adopted\n", i);
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD(1)), ST_HEAD_UNKNOWN);
	assert_adopt(&tl, st_buf_bytes(&note), STET_OK, ST_RULE_NONE);
	assert_moment(&tl, st_buf_bytes(&note), STET_OK, ST_RULE_NONE, head.size);
	st_buf_free(&note);
	tl_free(&tl);
}

static void
test_guard__never_adopts_backwards(void **state)
{
	struct st_buf old, newest;
	struct tl tl;
	stet_at at;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	old = read_file(tl.path, "checkpoint");
	tl_say(&tl, TL_PUBLISHER, RECORD(1));
	newest = read_file(tl.path, "checkpoint");
	assert_adopt(&tl, st_buf_bytes(&old), STET_EREFUSED, ST_ADOPT_OLDER);
	assert_int_equal(stet_ledger_moment(tl.ledger, st_buf_bytes(&old), &at, NULL), STET_OK);
	assert_adopt(&tl, st_buf_bytes(&newest), STET_EREFUSED, ST_ADOPT_OLDER);
	/* A machine that remembers nothing takes what it is given: an older one forbids less, and
	 * what is here agrees with it. */
	remove_file(tl.ledger->state_dir, "head");
	assert_adopt(&tl, st_buf_bytes(&old), STET_OK, ST_RULE_NONE);
	assert_adopt(&tl, st_buf_bytes(&newest), STET_OK, ST_RULE_NONE);
	tl_say(&tl, TL_PUBLISHER, RECORD(2));
	tl_check(&tl);
	st_buf_free(&old);
	st_buf_free(&newest);
	tl_free(&tl);
}

/* Every byte of the remembered head changed in every bit, and the head cut at every length: nothing
 * is sealed by any of them, and a note kept elsewhere mends it. */
static void
test_guard__a_damaged_head_seals_nothing(void **state)
{
	static const uint8_t zeros[70000];
	struct st_buf head;
	stet_statement *statement;
	stet_append_options options = STET_APPEND_OPTIONS;
	unsigned refused = 0;
	struct tl tl;
	struct tl_mark mark;
	stet_error err;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	statement = tl_statement(&tl, TL_PUBLISHER, RECORD(1));
	options.now_ms = tl.now_ms;
	tl_mark_take(&tl, &mark);
	head = read_file(tl.ledger->state_dir, "head");
	for (i = 0; i < head.size * 9; i++, refused++) {
		stet_bytes damaged = st_buf_bytes(&head);

		if (i < head.size * 8)
			head.data[i / 8] ^= (uint8_t)(1 << i % 8);
		else
			damaged.size = i - head.size * 8;
		put_file(tl.ledger->state_dir, "head", damaged);
		assert_int_equal(stet_ledger_append(tl.ledger, &statement, 1, &options, NULL, &err),
		    STET_EREFUSED);
		if (err.rule != ST_HEAD_DAMAGED)
			fail_msg("%zu: %s '%s'", i, stet_rule_name(err.rule), err.text);
		if (i < head.size * 8)
			head.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	put_file(tl.ledger->state_dir, "head", (stet_bytes){zeros, sizeof(zeros)});
	assert_int_equal(
	    stet_ledger_append(tl.ledger, &statement, 1, &options, NULL, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_HEAD_DAMAGED);
	assert_adopt(&tl, st_buf_bytes(&head), STET_OK, ST_RULE_NONE);
	tl_mark_same(&tl, &mark);
	tl_append(&tl, statement);
	tl_check(&tl);
	printf("%u damaged heads: nothing sealed by any\n", refused);
	tl_mark_free(&mark);
	st_buf_free(&head);
	tl_free(&tl);
}

static void
test_guard__a_file_in_the_way_seals_nothing(void **state)
{
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, 0);
	st_dir_remove(tl.ledger->state_dir);
	assert_int_equal(st_file_write(tl.ledger->state_dir, st_str("x"), 0600, &err), STET_OK);
	assert_int_equal(
	    tl_try(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD(1)), &err), STET_EINVAL);
	assert_int_equal(err.rule, ST_NOT_A_FOLDER);
	tl_free(&tl);
}

/* --- copies ---------------------------------------------------------------------------------- */

static void
test_guard__an_old_backup_put_back_is_rolled_back(void **state)
{
	struct tl tl;
	stet_error err;
	struct st_buf kept;
	char *backup;

	(void)state;
	tl_make(&tl, 0);
	tl_say(&tl, TL_PUBLISHER, RECORD(1));
	backup = tl_copy_folder(&tl, "backup");
	tl_say(&tl, TL_PUBLISHER, RECORD(2));
	kept = read_file(tl.path, "checkpoint");
	stet_ledger_close(tl.ledger);
	st_dir_remove(tl.path);
	assert_int_equal(rename(backup, tl.path), 0);
	tl_open(&tl, tl.path, tl.state);
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD(3)), ST_ROLLED_BACK);
	/* what it would say again is not there, either */
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD(2)), ST_ROLLED_BACK);
	assert_adopt(&tl, st_buf_bytes(&kept), STET_EMISMATCH, ST_ROLLED_BACK);
	{
		char *note;
		size_t size;

		/* nor is a checkpoint signed */
		remove_file(tl.path, "checkpoint");
		assert_int_equal(
		    stet_ledger_checkpoint(tl.ledger, &note, &size, &err), STET_EREFUSED);
		assert_int_equal(err.rule, ST_ROLLED_BACK);
	}
	st_buf_free(&kept);
	free(backup);
	tl_free(&tl);
}

/* Two copies on one machine: whichever goes on, the other is behind for good. */
static void
test_guard__of_two_copies_one_goes_on(void **state)
{
	stet_ledger *first, *second;
	struct tl tl;
	char *copy;

	(void)state;
	tl_make(&tl, 0);
	tl_say(&tl, TL_PUBLISHER, RECORD(1));
	copy = tl_copy_folder(&tl, "copy");
	first = tl.ledger;
	second = open_copy(&tl, copy, tl.state);
	tl.ledger = second;
	tl_say(&tl, TL_PUBLISHER, RECORD(2));
	tl_say(&tl, TL_PUBLISHER, RECORD(3));
	tl.ledger = first;
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD(4)), ST_ROLLED_BACK);
	tl.ledger = second;
	tl_say(&tl, TL_PUBLISHER, RECORD(4));
	tl.ledger = first;
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD(5)), ST_ROLLED_BACK);
	stet_ledger_close(second);
	free(copy);
	tl_free(&tl);
}

/* Two machines that both went on: the head of one forbids the ledger of the other. */
static void
test_guard__a_fork_is_called_one(void **state)
{
	stet_ledger *first, *second;
	struct st_buf head, theirs, mine;
	struct tl tl;
	char *copy, *elsewhere;

	(void)state;
	tl_make(&tl, 0);
	copy = tl_copy_folder(&tl, "copy");
	elsewhere = st_path_join(tl.folder, "elsewhere");
	first = tl.ledger;
	second = open_copy(&tl, copy, elsewhere);
	head = read_file(tl.path, "checkpoint");
	tl_say(&tl, TL_PUBLISHER, RECORD(1));
	tl_say(&tl, TL_PUBLISHER, RECORD(2));
	tl.ledger = second;
	{
		stet_error err;

		assert_int_equal(
		    tl_try(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD(3)), &err), STET_EREFUSED);
		assert_int_equal(err.rule, ST_HEAD_UNKNOWN);
		assert_int_equal(stet_ledger_adopt(tl.ledger, st_buf_bytes(&head), &err), STET_OK);
	}
	tl_say(&tl, TL_PUBLISHER, RECORD(3));
	theirs = read_file(copy, "checkpoint");
	tl.ledger = first;
	/* of a shorter one, the other's head says so at once */
	put_file(tl.ledger->state_dir, "head", st_buf_bytes(&theirs));
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD(4)), ST_FORKED);
	assert_adopt(&tl, st_buf_bytes(&theirs), STET_EMISMATCH, ST_FORKED);
	/* and no note of this one makes the machine forget the other */
	mine = read_file(tl.path, "checkpoint");
	assert_adopt(&tl, st_buf_bytes(&mine), STET_EMISMATCH, ST_FORKED);
	st_buf_free(&mine);
	stet_ledger_close(second);
	st_buf_free(&head);
	st_buf_free(&theirs);
	free(copy);
	free(elsewhere);
	tl_free(&tl);
}

/* --- moved ----------------------------------------------------------------------------------- */

static void
test_guard__a_moved_ledger_never_seals_again(void **state)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;
	char *target;

	(void)state;
	tl_make(&tl, 0);
	tl_say(&tl, TL_PUBLISHER, RECORD(1));
	target = st_path_join(tl.folder, "target");
	assert_int_equal(
	    stet_ledger_backup(tl.ledger, target, STET_BACKUP_MOVE, NULL, NULL, &err), STET_OK);
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD(2)), ST_MOVED);
	options.now_ms = tl.now_ms;
	options.flags = STET_APPEND_HEARTBEAT;
	assert_int_equal(
	    stet_ledger_append(tl.ledger, NULL, 0, &options, NULL, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_MOVED);
	/* the mark is no derived row */
	assert_int_equal(stet_ledger_reindex(tl.ledger, NULL, NULL, &err), STET_OK);
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD(2)), ST_MOVED);
	/* the one it was moved to goes on, on this machine at once */
	tl_mark_take(&tl, &mark);
	stet_ledger_close(tl.ledger);
	free(tl.path);
	tl.path = target;
	tl_open(&tl, target, tl.state);
	tl_say(&tl, TL_PUBLISHER, RECORD(2));
	tl_check(&tl);
	tl_mark_free(&mark);
	tl_free(&tl);
}

/* Reading a moved ledger is as good as before, its checkpoint too. */
static void
test_guard__a_moved_ledger_can_be_read(void **state)
{
	struct tl tl;
	stet_error err;
	char *target, *note = NULL;
	size_t size;

	(void)state;
	tl_make(&tl, 0);
	target = st_path_join(tl.folder, "target");
	assert_int_equal(
	    stet_ledger_backup(tl.ledger, target, STET_BACKUP_MOVE, NULL, NULL, &err), STET_OK);
	assert_int_equal(stet_ledger_checkpoint(tl.ledger, &note, &size, &err), STET_OK);
	free(note);
	tl_check(&tl);
	free(target);
	tl_free(&tl);
}

/* --- memory ---------------------------------------------------------------------------------- */

static void
test_guard__adopts_or_not_when_memory_is_short(void **state)
{
	struct st_buf note;
	struct tl tl;
	stet_error err;
	long n;
	int rc;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	note = read_file(tl.path, "checkpoint");
	remove_file(tl.ledger->state_dir, "head");
	for (n = 0;; n++) {
		st_state_clear(&tl.ledger->state);
		tl.ledger->state_known = 0;
		alloc_fail(n);
		rc = stet_ledger_adopt(tl.ledger, st_buf_bytes(&note), &err);
		if (!alloc_failed())
			break;
		if (rc != STET_ENOMEM)
			fail_msg("%ld: %s %s '%s'", n, stet_code_name(rc), stet_rule_name(err.rule),
			    err.text);
	}
	assert_int_equal(rc, STET_OK);
	printf("%ld allocations failed one by one in adopting a head\n", n);
	tl_say(&tl, TL_PUBLISHER, RECORD(1));
	tl_check(&tl);
	st_buf_free(&note);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_guard__without_a_head_nothing_is_sealed),
	    cmocka_unit_test(test_guard__adopts_only_what_this_ledger_signed),
	    cmocka_unit_test(test_guard__never_adopts_backwards),
	    cmocka_unit_test(test_guard__a_damaged_head_seals_nothing),
	    cmocka_unit_test(test_guard__a_file_in_the_way_seals_nothing),
	    cmocka_unit_test(test_guard__an_old_backup_put_back_is_rolled_back),
	    cmocka_unit_test(test_guard__of_two_copies_one_goes_on),
	    cmocka_unit_test(test_guard__a_fork_is_called_one),
	    cmocka_unit_test(test_guard__a_moved_ledger_never_seals_again),
	    cmocka_unit_test(test_guard__a_moved_ledger_can_be_read),
	    cmocka_unit_test(test_guard__adopts_or_not_when_memory_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
