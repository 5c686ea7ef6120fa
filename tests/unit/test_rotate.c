/* rotate: a new ledger key; docs/format.md, "The ledger key". */
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
#include "base/hex.h"
#include "ledger/append.h"
#include "support/alloc.h"
#include "support/check.h"
#include "support/strict.h"

#define RECORD "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}"

static stet_statement *
rotation(struct tl *tl, enum tl_key signer, enum tl_key to)
{
	uint8_t public_key[32];
	char hex[65];

	stet_key_public(tl->keys[to], public_key);
	st_hex(public_key, 32, hex);
	return tl_statementf(tl, signer,
	    "{'type': 'ledger', 'subject': 'stet:ledger', 'action': 'rotate', 'key': {'kty': "
	    "'OKP', "
	    "'crv': 'Ed25519', 'x': '%s'}}",
	    hex);
}

/* Frees the statement. */
static int
rotate(struct tl *tl, stet_statement *statement, enum tl_key to, unsigned flags, stet_error *err)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_outcome *outcome = NULL;
	int rc;

	options.now_ms = tl->now_ms;
	options.flags = flags;
	st_error_clear(err);
	rc = stet_ledger_rotate(tl->ledger, statement, tl->keys[to], &options, &outcome, err);
	stet_outcome_free(outcome);
	stet_statement_free(statement);
	return rc;
}

static void
reopen(struct tl *tl)
{
	stet_ledger_close(tl->ledger);
	tl_open(tl, tl->path, tl->state);
}

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
put_file(const char *folder, const char *name, const struct st_buf *text, unsigned mode)
{
	char *path = st_path_join(folder, name);

	assert_int_equal(st_file_write(path, st_buf_bytes(text), mode, NULL), STET_OK);
	free(path);
}

static int
is_there(const struct tl *tl, const char *name)
{
	char *path = st_path_join(tl->path, name);
	int there = access(path, F_OK) == 0;

	free(path);
	return there;
}

/* How many of the two keys have signed the published checkpoint. */
static size_t
lines_by(struct tl *tl, enum tl_key a, enum tl_key b)
{
	struct st_buf text = read_file(tl->path, "checkpoint");
	struct st_note *note = malloc(sizeof(*note));
	struct st_vkey keys[2];
	uint8_t public_key[32];
	size_t verified = 0;

	assert_non_null(note);
	stet_key_public(tl->keys[a], public_key);
	assert_int_equal(
	    st_vkey_make(TL_ORIGIN, ST_NOTE_ED25519, public_key, &keys[0], NULL), STET_OK);
	stet_key_public(tl->keys[b], public_key);
	assert_int_equal(
	    st_vkey_make(TL_ORIGIN, ST_NOTE_ED25519, public_key, &keys[1], NULL), STET_OK);
	assert_int_equal(st_note_parse(st_buf_bytes(&text), note, NULL), STET_OK);
	assert_int_equal(st_note_verify(note, keys, a == b ? 1 : 2, &verified, NULL), STET_OK);
	assert_int_equal(note->count, verified);
	free(note);
	st_buf_free(&text);
	return verified;
}

/* --- a change -------------------------------------------------------------------------------- */

static void
test_rotate__changes_the_key_after_the_old_ones_seal(void **state)
{
	uint8_t kid[32], next[32];
	struct tl tl;
	stet_entry *entry = NULL;
	stet_error err;
	uint64_t size;
	char *vkey = NULL;
	struct st_vkey read;

	(void)state;
	tl_make(&tl, 0);
	size = tl_size(&tl);
	assert_int_equal(rotate(&tl, rotation(&tl, TL_ROOT, TL_NEXT), TL_NEXT, 0, &err), STET_OK);
	assert_int_equal(tl_size(&tl), size + 2);
	tl_check(&tl); /* the seal by the old key, the notes by the new one */
	assert_int_equal(lines_by(&tl, TL_LEDGER, TL_NEXT), 2);
	assert_false(is_there(&tl, "keys/ledger.key.next"));
	/* everything after it is the new key's alone, also for a handle opened now */
	tl_say(&tl, TL_PUBLISHER, RECORD);
	assert_int_equal(lines_by(&tl, TL_NEXT, TL_NEXT), 1);
	reopen(&tl);
	tl_say(&tl, TL_PUBLISHER, RECORD);
	tl_check(&tl);
	assert_int_equal(stet_ledger_entry(tl.ledger, size + 3, &entry, &err), STET_OK);
	assert_string_equal(stet_entry_type(entry), "seal");
	stet_key_thumbprint(tl.keys[TL_NEXT], next);
	memcpy(kid, entry->read.statement.sign1.kid, 32);
	assert_memory_equal(kid, next, 32);
	stet_entry_free(entry);
	assert_int_equal(stet_ledger_vkey(tl.ledger, &vkey, &err), STET_OK);
	assert_int_equal(st_vkey_parse(st_str(vkey), &read, &err), STET_OK);
	stet_key_public(tl.keys[TL_NEXT], kid);
	assert_memory_equal(read.public_key, kid, 32);
	free(vkey);
	tl_free(&tl);
}

static void
test_rotate__may_happen_again_and_never_back(void **state)
{
	stet_json *keys = NULL;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, 0);
	assert_int_equal(rotate(&tl, rotation(&tl, TL_ROOT, TL_NEXT), TL_NEXT, 0, &err), STET_OK);
	assert_int_equal(
	    rotate(&tl, rotation(&tl, TL_ROOT, TL_LEDGER), TL_LEDGER, 0, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_KEY_IS_LEDGERS);
	assert_int_equal(
	    rotate(&tl, rotation(&tl, TL_ROOT, TL_NEXT), TL_NEXT, 0, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_KEY_IS_LEDGERS);
	assert_int_equal(
	    rotate(&tl, rotation(&tl, TL_ROOT, TL_STRANGER), TL_STRANGER, 0, &err), STET_OK);
	assert_int_equal(lines_by(&tl, TL_NEXT, TL_STRANGER), 2);
	tl_say(&tl, TL_PUBLISHER, RECORD);
	tl_check(&tl);
	/* A retired ledger key gets no role, either, nor does it speak. */
	tl_refused(
	    &tl, tl_grant(&tl, TL_ROOT, TL_STRANGER, "['publisher']", ""), ST_KEY_IS_LEDGERS);
	tl_refused(&tl,
	    tl_statement(&tl, TL_LEDGER,
		"{'type': 'record', 'subject': 'rw:9', 'title': 'x', 'issuer': "
		"'https://example.org/'}"),
	    ST_LEDGER_KEY_WRONG);
	assert_int_equal(stet_ledger_keys(tl.ledger, tl.now_ms, &keys, &err), STET_OK);
	assert_true(
	    st_bytes_equal(stet_json_string_of(stet_json_get(stet_json_item(keys, 0), "state")),
		st_str("rotated")));
	assert_true(
	    st_bytes_equal(stet_json_string_of(stet_json_get(stet_json_item(keys, 2), "state")),
		st_str("in force")));
	stet_json_free(keys);
	tl_free(&tl);
}

static void
test_rotate__is_refused_like_anything_else(void **state)
{
	struct tl_mark mark;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, 0);
	tl_mark_take(&tl, &mark);
	/* only by root, only to a key without a role, never through append */
	assert_int_equal(
	    rotate(&tl, rotation(&tl, TL_ADMIN, TL_NEXT), TL_NEXT, 0, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_ROLE_MISSING);
	assert_int_equal(rotate(&tl, rotation(&tl, TL_ROOT, TL_PUBLISHER), TL_PUBLISHER, 0, &err),
	    STET_EREFUSED);
	assert_int_equal(err.rule, ST_KEY_IS_LEDGERS);
	assert_int_equal(
	    rotate(&tl, rotation(&tl, TL_ROOT, TL_ROOT), TL_ROOT, 0, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_KEY_IS_LEDGERS);
	tl_refused(&tl, rotation(&tl, TL_ROOT, TL_NEXT), ST_ROTATE_BY_APPEND);
	tl_mark_same(&tl, &mark);
	/* nothing is written by a dry run */
	assert_int_equal(
	    rotate(&tl, rotation(&tl, TL_ROOT, TL_NEXT), TL_NEXT, STET_APPEND_DRY_RUN, &err),
	    STET_OK);
	tl_mark_same(&tl, &mark);
	assert_false(is_there(&tl, "keys/ledger.key.next"));
	tl_say(&tl, TL_PUBLISHER, RECORD);
	assert_int_equal(lines_by(&tl, TL_LEDGER, TL_LEDGER), 1);
	tl_check(&tl);
	tl_mark_free(&mark);
	tl_free(&tl);
}

/* A key that a grant has ever named is none for the ledger, also when it is revoked. */
static void
test_rotate__takes_no_key_that_had_a_role(void **state)
{
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, 0);
	tl_append(&tl, tl_revoke(&tl, TL_ADMIN, TL_EDITOR, ", 'reason': 'retired'"));
	assert_int_equal(
	    rotate(&tl, rotation(&tl, TL_ROOT, TL_EDITOR), TL_EDITOR, 0, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_KEY_IS_LEDGERS);
	tl_check(&tl);
	tl_free(&tl);
}

static void
test_rotate__wants_a_sound_key(void **state)
{
	struct tl tl;
	stet_statement *weak;
	stet_append_options options = STET_APPEND_OPTIONS;
	struct st_append what = {&weak, 1, &options, ST_ADMIT_REPLAY, NULL};
	stet_error err;

	(void)state;
	tl_make(&tl, 0);
	weak = tl_statement(&tl, TL_ROOT,
	    "{'type': 'ledger', 'subject': 'stet:ledger', 'action': 'rotate', 'key': {'kty': "
	    "'OKP', "
	    "'crv': 'Ed25519', 'x': "
	    "'0100000000000000000000000000000000000000000000000000000000000000'}}");
	options.now_ms = tl.now_ms;
	assert_int_equal(st_append(tl.ledger, &what, NULL, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_KEY_WEAK);
	stet_statement_free(weak);
	tl_free(&tl);
}

/* What is signed and what is put in place are the same key, or nothing happens: otherwise the
 * ledger would be left with a key that is not in force. */
static void
test_rotate__wants_the_statement_of_that_key(void **state)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_key *public_half = NULL;
	uint8_t public_key[32];
	stet_statement *statement;
	struct st_buf before, after;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, 0);
	tl_mark_take(&tl, &mark);
	before = read_file(tl.path, "keys/ledger.key");
	assert_int_equal(
	    rotate(&tl, rotation(&tl, TL_ROOT, TL_NEXT), TL_STRANGER, 0, &err), STET_EINVAL);
	assert_int_equal(
	    rotate(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD), TL_NEXT, 0, &err), STET_EINVAL);
	assert_int_equal(
	    rotate(&tl, tl_grant(&tl, TL_ROOT, TL_NEXT, "['publisher']", ""), TL_NEXT, 0, &err),
	    STET_EINVAL);
	assert_int_equal(
	    rotate(&tl,
		tl_statement(&tl, TL_ROOT,
		    "{'type': 'ledger', 'subject': 'stet:ledger', 'action': 'close', 'reason': "
		    "'x'}"),
		TL_NEXT, 0, &err),
	    STET_EINVAL);
	/* without its secret half it could never seal */
	stet_key_public(tl.keys[TL_NEXT], public_key);
	assert_int_equal(
	    stet_key_from_public(public_key, "next", NULL, &public_half, &err), STET_OK);
	statement = rotation(&tl, TL_ROOT, TL_NEXT);
	options.now_ms = tl.now_ms;
	assert_int_equal(
	    stet_ledger_rotate(tl.ledger, statement, public_half, &options, NULL, &err),
	    STET_EINVAL);
	assert_int_equal(
	    stet_ledger_rotate(tl.ledger, statement, tl.keys[TL_NEXT], NULL, NULL, &err),
	    STET_EINVAL);
	stet_statement_free(statement);
	stet_key_free(public_half);
	after = read_file(tl.path, "keys/ledger.key");
	assert_true(st_bytes_equal(st_buf_bytes(&before), st_buf_bytes(&after)));
	assert_false(is_there(&tl, "keys/ledger.key.next"));
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	st_buf_free(&before);
	st_buf_free(&after);
	tl_say(&tl, TL_PUBLISHER, RECORD);
	tl_check(&tl);
	tl_free(&tl);
}

/* --- crashes --------------------------------------------------------------------------------- */

/* The batch of a rotation is committed, and then the power goes: checkpoint, head and ledger.key
 * are those before it, the new key lies beside the old one.  Whatever comes next, the key in force
 * is found; asked for the checkpoint, both keys' lines are on it, the same bytes as without the
 * crash. */
static void
test_rotate__survives_a_crash_after_its_commit(void **state)
{
	struct st_buf checkpoint, head, old_key, new_key, right, now;
	struct tl tl;
	stet_error err;
	char *note, *path;
	size_t size;
	int next;

	(void)state;
	for (next = 0; next < 5; next++) {
		stet_statement *statement, *again;

		tl_make(&tl, 0);
		statement = rotation(&tl, TL_ROOT, TL_NEXT);
		tl.ids--;
		again = rotation(&tl, TL_ROOT, TL_NEXT);
		checkpoint = read_file(tl.path, "checkpoint");
		head = read_file(tl.ledger->state_dir, "head");
		old_key = read_file(tl.path, "keys/ledger.key");
		assert_int_equal(rotate(&tl, statement, TL_NEXT, 0, &err), STET_OK);
		right = read_file(tl.path, "checkpoint");
		new_key = read_file(tl.path, "keys/ledger.key");
		put_file(tl.path, "checkpoint", &checkpoint, 0644);
		put_file(tl.ledger->state_dir, "head", &head, 0600);
		put_file(tl.path, "keys/ledger.key", &old_key, 0600);
		put_file(tl.path, "keys/ledger.key.next", &new_key, 0600);
		reopen(&tl);
		switch (next) {
		case 0: /* the checkpoint is asked for */
			assert_int_equal(
			    stet_ledger_checkpoint(tl.ledger, &note, &size, &err), STET_OK);
			assert_true(st_bytes_equal(
			    st_buf_bytes(&right), (stet_bytes){(const uint8_t *)note, size}));
			free(note);
			break;
		case 1: /* the same rotation again */
			assert_int_equal(rotate(&tl, again, TL_NEXT, 0, &err), STET_OK);
			again = NULL;
			break;
		case 2: /* something is appended */
			tl_say(&tl, TL_PUBLISHER, RECORD);
			break;
		case 3: /* another rotation, whose file must not take the place of the one in
			 * force */
			assert_int_equal(
			    rotate(&tl, rotation(&tl, TL_ROOT, TL_STRANGER), TL_STRANGER, 0, &err),
			    STET_OK);
			assert_int_equal(lines_by(&tl, TL_NEXT, TL_STRANGER), 2);
			break;
		case 4: /* one that is refused takes nothing along */
			assert_int_equal(
			    rotate(&tl, rotation(&tl, TL_ADMIN, TL_STRANGER), TL_STRANGER, 0, &err),
			    STET_EREFUSED);
			tl_say(&tl, TL_PUBLISHER, RECORD);
			break;
		}
		stet_statement_free(again);
		if (next < 1) {
			now = read_file(tl.path, "checkpoint");
			assert_true(st_bytes_equal(st_buf_bytes(&right), st_buf_bytes(&now)));
			st_buf_free(&now);
		}
		assert_false(is_there(&tl, "keys/ledger.key.next"));
		tl_check(&tl);
		reopen(&tl);
		tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:2', 'title': 'x'}");
		tl_check(&tl);
		/* without the key there is nothing to go on with */
		path = st_path_join(tl.path, "keys/ledger.key");
		assert_int_equal(unlink(path), 0);
		free(path);
		reopen(&tl);
		tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, RECORD), ST_LEDGER_KEY_ABSENT);
		st_buf_free(&checkpoint);
		st_buf_free(&head);
		st_buf_free(&old_key);
		st_buf_free(&new_key);
		st_buf_free(&right);
		tl_free(&tl);
	}
}

/* Before its commit the new key's file lies there as well, and is not the one in force. */
static void
test_rotate__survives_a_crash_before_its_commit(void **state)
{
	struct tl tl;
	stet_error err;
	char *path;

	(void)state;
	tl_make(&tl, 0);
	path = st_path_join(tl.path, "keys/ledger.key.next");
	assert_int_equal(stet_key_save(tl.keys[TL_NEXT], path, NULL, NULL, &err), STET_OK);
	reopen(&tl);
	tl_say(&tl, TL_PUBLISHER, RECORD);
	assert_int_equal(lines_by(&tl, TL_LEDGER, TL_LEDGER), 1);
	assert_int_equal(
	    rotate(&tl, rotation(&tl, TL_ROOT, TL_STRANGER), TL_STRANGER, 0, &err), STET_OK);
	tl_check(&tl);
	assert_int_equal(access(path, F_OK), -1);
	free(path);
	tl_free(&tl);
}

/* The checkpoint cannot be written: the key is changed, nothing is lost, and it is made up for. */
static void
test_rotate__survives_a_late_checkpoint(void **state)
{
	struct tl tl;
	stet_error err;
	char *blocked, *note;
	size_t size;

	(void)state;
	tl_make(&tl, 0);
	blocked = st_path_join(tl.path, "checkpoint.new");
	assert_int_equal(mkdir(blocked, 0755), 0);
	assert_int_equal(
	    rotate(&tl, rotation(&tl, TL_ROOT, TL_NEXT), TL_NEXT, 0, &err), STET_EUNSURE);
	assert_int_equal(err.rule, ST_CHECKPOINT_LATE);
	assert_true(is_there(&tl, "keys/ledger.key.next"));
	assert_int_equal(rmdir(blocked), 0);
	reopen(&tl);
	assert_int_equal(stet_ledger_checkpoint(tl.ledger, &note, &size, &err), STET_OK);
	free(note);
	assert_int_equal(lines_by(&tl, TL_LEDGER, TL_NEXT), 2);
	assert_false(is_there(&tl, "keys/ledger.key.next"));
	tl_check(&tl);
	free(blocked);
	tl_free(&tl);
}

/* Another handle, opened before, has the old key in memory. */
static void
test_rotate__is_seen_by_other_handles(void **state)
{
	stet_ledger *other = NULL, *mine;
	stet_ledger_options options;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, 0);
	options = tl_options(&tl);
	assert_int_equal(stet_ledger_open(tl.path, &options, &other, &err), STET_OK);
	mine = tl.ledger;
	tl.ledger = other;
	tl_say(&tl, TL_PUBLISHER, RECORD);
	tl.ledger = mine;
	assert_int_equal(rotate(&tl, rotation(&tl, TL_ROOT, TL_NEXT), TL_NEXT, 0, &err), STET_OK);
	tl.ledger = other;
	tl_say(&tl, TL_PUBLISHER, RECORD);
	tl_check(&tl);
	tl.ledger = mine;
	tl_say(&tl, TL_PUBLISHER, RECORD);
	tl_check(&tl);
	stet_ledger_close(other);
	tl_free(&tl);
}

/* Memory runs out at every allocation in turn; the key in force is always there afterwards. */
static void
test_rotate__loses_no_key_when_memory_is_short(void **state)
{
	unsigned in = 0, out = 0;
	stet_statement *statement;
	struct st_buf key;
	struct tl_mark mark;
	struct tl tl;
	stet_error err;
	uint64_t size;
	long n;
	char *next;
	int rc = STET_OK, failed = 1;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	strict_in_memory = 1; /* so that nothing waits for the disk */
	tl_mark_take(&tl, &mark);
	key = read_file(tl.path, "keys/ledger.key");
	next = st_path_join(tl.path, "keys/ledger.key.next");
	size = tl_size(&tl);
	for (n = 0; failed; n++) {
		tl_mark_put(&tl, &mark);
		unlink(next);
		put_file(tl.path, "keys/ledger.key", &key, 0600);
		statement = rotation(&tl, TL_ROOT, TL_NEXT);
		alloc_fail(n);
		rc = rotate(&tl, statement, TL_NEXT, 0, &err);
		failed = alloc_failed();
		if (tl_size(&tl) == size) {
			if (rc != STET_ENOMEM)
				fail_msg("%ld: %s '%s'", n, stet_code_name(rc), err.text);
			out++;
		} else {
			assert_true(rc == STET_OK ||
				    (rc == STET_EUNSURE && err.rule == ST_CHECKPOINT_LATE));
			assert_int_equal(tl_size(&tl), size + 2);
			in++;
		}
		stet_key_free(tl.ledger->key); /* as a process that starts now */
		tl.ledger->key = NULL;
		tl_say(&tl, TL_PUBLISHER, RECORD);
		tl_check(&tl);
	}
	assert_int_equal(rc, STET_OK);
	printf("%ld allocations failed one by one in a rotation: %u times it did not happen, %u "
	       "times it did; a key to go on with was always there\n",
	    n - 1, out, in - 1);
	tl_mark_free(&mark);
	st_buf_free(&key);
	free(next);
	strict_in_memory = 0;
	tl_free(&tl);
}

/* No append can bring this about; a ledger whose rotation lost its seal would be in this state. */
static void
test_rotate__only_the_seal_follows(void **state)
{
	struct st_reader *reader = NULL;
	stet_statement *statement;
	struct st_books books;
	struct st_entry entry = {0};
	struct st_case c = {0};
	stet_error err;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_PUBLISHER, RECORD);
	statement = tl_statement(&tl, TL_PUBLISHER, RECORD);
	assert_int_equal(st_reader_open(tl.ledger->store, &reader, &err), STET_OK);
	books = (struct st_books){reader, reader};
	entry.seq = tl.ledger->state.size;
	entry.ms = tl.now_ms;
	c.state = &tl.ledger->state;
	c.books = &books;
	c.entry = &entry;
	c.statement = st_statement_view(statement);
	assert_int_equal(st_admit(&c, &err), STET_OK);
	tl.ledger->state.rotating = 1;
	assert_int_equal(st_admit(&c, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_ROTATION_UNSEALED);
	st_reader_close(reader);
	stet_statement_free(statement);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rotate__changes_the_key_after_the_old_ones_seal),
	    cmocka_unit_test(test_rotate__may_happen_again_and_never_back),
	    cmocka_unit_test(test_rotate__is_refused_like_anything_else),
	    cmocka_unit_test(test_rotate__takes_no_key_that_had_a_role),
	    cmocka_unit_test(test_rotate__wants_a_sound_key),
	    cmocka_unit_test(test_rotate__wants_the_statement_of_that_key),
	    cmocka_unit_test(test_rotate__survives_a_crash_after_its_commit),
	    cmocka_unit_test(test_rotate__survives_a_crash_before_its_commit),
	    cmocka_unit_test(test_rotate__survives_a_late_checkpoint),
	    cmocka_unit_test(test_rotate__is_seen_by_other_handles),
	    cmocka_unit_test(test_rotate__loses_no_key_when_memory_is_short),
	    cmocka_unit_test(test_rotate__only_the_seal_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
