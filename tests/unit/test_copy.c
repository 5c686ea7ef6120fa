/* copy: backups, while others write or do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
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
#include "support/alloc.h"
#include "support/check.h"
#include "support/strict.h"

static struct st_buf
read_file(const char *folder, const char *name)
{
	struct st_buf text = {0};
	char *path = st_path_join(folder, name);

	assert_int_equal(st_file_read(path, 1 << 20, &text, NULL), STET_OK);
	free(path);
	return text;
}

static int
is_there(const char *folder, const char *name)
{
	char *path = st_path_join(folder, name);
	int there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static unsigned
mode_of(const char *folder, const char *name)
{
	char *path = st_path_join(folder, name);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	free(path);
	return st.st_mode & 0777;
}

static void
assert_files_equal(const char *a, const char *b, const char *name)
{
	struct st_buf x = read_file(a, name), y = read_file(b, name);

	assert_true(st_bytes_equal(st_buf_bytes(&x), st_buf_bytes(&y)));
	st_buf_free(&x);
	st_buf_free(&y);
}

static void
backup(struct tl *tl, const char *path, unsigned flags)
{
	stet_error err;

	if (stet_ledger_backup(tl->ledger, path, flags, NULL, NULL, &err) != STET_OK)
		fail_msg("%s (%s)", err.text, stet_rule_name(err.rule));
}

/* --- what a copy holds ----------------------------------------------------------------------- */

static void
test_copy__holds_all_of_the_ledger(void **state)
{
	struct tl_rows before, after;
	uint8_t digest[32];
	uint64_t size;
	stet_ledger *mine;
	struct tl tl;
	stet_error err;
	char *path;

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	path = st_path_join(tl.folder, "backup");
	backup(&tl, path, 0);
	tl_rows_take(&tl, &before);
	mine = tl.ledger;
	tl_open(&tl, path, tl.state);
	tl_rows_take(&tl, &after);
	tl_rows_same(&before, &after);
	st_sha256(st_str("report of the paper\n"), digest);
	assert_int_equal(stet_ledger_has_artifact(tl.ledger, digest, &size, &err), STET_OK);
	assert_files_equal(tl.path, path, "checkpoint");
	assert_files_equal(tl.path, path, "keys/ledger.key");
	assert_files_equal(tl.path, path, "format");
	assert_int_equal(mode_of(path, "keys/ledger.key"), 0600);
	assert_int_equal(mode_of(path, "keys"), 0700);
	/* on this machine it may go on, and then the first is behind */
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}");
	stet_ledger_close(tl.ledger);
	tl.ledger = mine;
	tl_refused(&tl,
	    tl_statement(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}"),
	    ST_ROLLED_BACK);
	printf("%zu rows copied, equal one by one\n", before.count);
	tl_rows_free(&before);
	tl_rows_free(&after);
	free(path);
	tl_free(&tl);
}

static void
test_copy__without_the_key_cannot_seal(void **state)
{
	struct tl tl;
	stet_error err;
	char *path;

	(void)state;
	tl_make(&tl, 0);
	path = st_path_join(tl.folder, "backup");
	backup(&tl, path, STET_BACKUP_WITHOUT_KEY);
	assert_false(is_there(path, "keys/ledger.key"));
	stet_ledger_close(tl.ledger);
	tl_open(&tl, path, tl.state);
	assert_int_equal(tl_try(&tl,
			     tl_statement(&tl, TL_PUBLISHER,
				 "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}"),
			     &err),
	    STET_EREFUSED);
	assert_int_equal(err.rule, ST_LEDGER_KEY_ABSENT);
	free(path);
	tl_free(&tl);
}

/* The mark of a ledger that was moved goes with its copies: they are no newer. */
static void
test_copy__of_a_moved_ledger_is_moved(void **state)
{
	struct tl tl;
	stet_error err;
	char *target, *path;

	(void)state;
	tl_make(&tl, 0);
	target = st_path_join(tl.folder, "target");
	path = st_path_join(tl.folder, "backup");
	backup(&tl, target, STET_BACKUP_MOVE);
	backup(&tl, path, 0);
	stet_ledger_close(tl.ledger);
	tl_open(&tl, path, tl.state);
	assert_int_equal(tl_try(&tl,
			     tl_statement(&tl, TL_PUBLISHER,
				 "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}"),
			     &err),
	    STET_EREFUSED);
	assert_int_equal(err.rule, ST_MOVED);
	free(path);
	free(target);
	tl_free(&tl);
}

/* --- failures -------------------------------------------------------------------------------- */

static int
stop(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)ctx;
	(void)what;
	(void)done;
	(void)total;
	return 1;
}

static void
test_copy__overwrites_nothing_and_leaves_nothing(void **state)
{
	struct tl_mark mark;
	struct st_buf file = {0};
	stet_statement *batch[500];
	uint8_t digest[32];
	struct tl tl;
	stet_error err;
	char *path, hex[65];
	unsigned i, k;

	(void)state;
	tl_make(&tl, 0);
	tl_attach(&tl, "content", hex);
	path = st_path_join(tl.folder, "backup");
	tl_mark_take(&tl, &mark);
	assert_int_equal(mkdir(path, 0755), 0);
	{
		char *precious = st_path_join(path, "precious");

		assert_int_equal(st_file_write(precious, st_str("x"), 0644, &err), STET_OK);
		assert_int_equal(
		    stet_ledger_backup(tl.ledger, path, 0, NULL, NULL, &err), STET_EREFUSED);
		assert_int_equal(err.rule, ST_FOLDER_IN_USE);
		assert_int_equal(access(precious, F_OK), 0);
		/* a move that does not happen leaves no mark */
		assert_int_equal(
		    stet_ledger_backup(tl.ledger, path, STET_BACKUP_MOVE, NULL, NULL, &err),
		    STET_EREFUSED);
		assert_int_equal(unlink(precious), 0);
		free(precious);
	}
	assert_int_equal(rmdir(path), 0);
	/* onto itself */
	assert_int_equal(
	    stet_ledger_backup(tl.ledger, tl.path, 0, NULL, NULL, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_FOLDER_IN_USE);
	/* content that is not what its name says */
	assert_int_equal(st_hex_read(st_str(hex), digest, 32), 0);
	st_artifact_path(tl.ledger, digest, &file);
	assert_int_equal(unlink((char *)file.data), 0);
	assert_int_equal(st_file_write((char *)file.data, st_str("CONTENT"), 0644, &err), STET_OK);
	assert_int_equal(stet_ledger_backup(tl.ledger, path, 0, NULL, NULL, &err), STET_EMISMATCH);
	assert_int_equal(err.rule, ST_ARTIFACT_ALTERED);
	assert_int_equal(access(path, F_OK), -1);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	/* told to stop, between two of its batches */
	for (i = 0; i < 9; i++) {
		for (k = 0; k < 500; k++)
			batch[k] = tl_statementf(&tl, TL_PUBLISHER,
			    "{'type': 'record', 'subject': 'rw:%u', 'title': 'x'}", k + 1);
		tl_append_all(&tl, batch, 500);
	}
	assert_int_equal(stet_ledger_backup(tl.ledger, path, 0, stop, NULL, &err), STET_EINVAL);
	assert_int_equal(err.rule, ST_STOPPED);
	assert_int_equal(access(path, F_OK), -1);
	st_buf_free(&file);
	free(path);
	tl_free(&tl);
}

static void
test_copy__is_whole_or_absent_when_memory_is_short(void **state)
{
	struct tl tl;
	stet_error err;
	char *path, hex[65];
	long n;
	int rc;

	(void)state;
	tl_make(&tl, TL_MEMORY | TL_BARE);
	tl_attach(&tl, "content", hex);
	path = st_path_join(tl.folder, "backup");
	strict_in_memory = 1;
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_ledger_backup(tl.ledger, path, 0, NULL, NULL, &err);
		if (!alloc_failed())
			break;
		if (rc != STET_ENOMEM)
			fail_msg("%ld: %s %s '%s'", n, stet_code_name(rc), stet_rule_name(err.rule),
			    err.text);
		assert_int_equal(access(path, F_OK), -1);
	}
	strict_in_memory = 0;
	assert_int_equal(rc, STET_OK);
	printf("%ld allocations failed one by one in a backup: nothing left each time\n", n);
	free(path);
	tl_free(&tl);
}

/* --- while others write ---------------------------------------------------------------------- */

struct writing {
	struct tl *tl;
	stet_statement *statements[400];
	atomic_int go_on;
	unsigned appended;
	int rc;
};

static void *
write_on(void *arg)
{
	struct writing *writing = arg;
	stet_append_options options = STET_APPEND_OPTIONS;

	options.now_ms = writing->tl->now_ms;
	while (writing->rc == STET_OK && atomic_load(&writing->go_on) &&
	       writing->appended + 4 <= 400) {
		writing->rc = stet_ledger_append(writing->tl->ledger,
		    &writing->statements[writing->appended], 4, &options, NULL, NULL);
		writing->appended += 4;
	}
	return NULL;
}

/* Each copy is a ledger of one moment: whole, sealed at its end, its checkpoint that of one of its
 * seals. */
static void
check_copy(struct tl *tl, const char *path)
{
	struct st_note *note = malloc(sizeof(*note));
	struct st_checkpoint checkpoint;
	struct tl_checked checked;
	struct st_reader *reader = NULL;
	struct st_buf text;
	struct tl copy = *tl;
	uint8_t root[32];

	assert_non_null(note);
	copy.path = (char *)(uintptr_t)path;
	tl_open(&copy, path, NULL);
	checked = tl_check_entries(&copy);
	text = read_file(path, "checkpoint");
	assert_int_equal(st_note_parse(st_buf_bytes(&text), note, NULL), STET_OK);
	assert_int_equal(st_checkpoint_parse(note->text, &checkpoint, NULL), STET_OK);
	assert_true(checkpoint.size <= checked.entries);
	assert_int_equal(st_ledger_reader(copy.ledger, &reader, NULL), STET_OK);
	assert_int_equal(st_ledger_root(reader, checkpoint.size, root, NULL), STET_OK);
	assert_memory_equal(root, checkpoint.root, 32);
	st_reader_close(reader);
	stet_ledger_close(copy.ledger);
	st_buf_free(&text);
	free(note);
}

static void
test_copy__is_of_one_moment_while_others_write(void **state)
{
	struct writing *writing = calloc(1, sizeof(*writing));
	pthread_t thread;
	struct tl tl;
	unsigned copies, i;
	char *path;

	(void)state;
	assert_non_null(writing);
	tl_make(&tl, 0);
	path = st_path_join(tl.folder, "backup");
	writing->tl = &tl;
	atomic_store(&writing->go_on, 1);
	for (i = 0; i < 400; i++)
		writing->statements[i] = tl_statementf(&tl, TL_PUBLISHER,
		    "{'type': 'record', 'subject': 'rw:%u', 'title': 'x'}", i % 30 + 1);
	assert_int_equal(pthread_create(&thread, NULL, write_on, writing), 0);
	for (copies = 0; copies < 5; copies++) {
		backup(&tl, path, 0);
		check_copy(&tl, path);
		st_dir_remove(path);
	}
	atomic_store(&writing->go_on, 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(writing->rc, STET_OK);
	tl_check(&tl);
	printf("%u copies made while %u entries were appended: each a ledger of one moment\n",
	    copies, writing->appended);
	for (i = 0; i < 400; i++)
		stet_statement_free(writing->statements[i]);
	free(writing);
	free(path);
	tl_free(&tl);
}

/* The loop above the store serves every pair of engines. */
static void
test_copy__goes_between_engines(void **state)
{
	struct st_store *inner = NULL, *memory = NULL, *disk = NULL;
	struct st_reader *reader = NULL;
	struct tl_rows before, after;
	struct tl tl;
	stet_error err;
	char *path;

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	tl_rows_take(&tl, &before);
	path = st_path_join(tl.folder, "disk");
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(st_store_open_memory(&inner, &err), STET_OK);
	assert_int_equal(st_store_wrap_strict(&inner, &memory, &err), STET_OK);
	assert_int_equal(st_store_open_lmdb(path, ST_OPEN_CREATE, &disk, &err), STET_OK);
	assert_int_equal(st_ledger_reader(tl.ledger, &reader, &err), STET_OK);
	assert_int_equal(st_store_copy(reader, memory, NULL, NULL, &err), STET_OK);
	st_reader_close(reader);
	assert_int_equal(st_reader_open(memory, &reader, &err), STET_OK);
	assert_int_equal(st_store_copy(reader, disk, NULL, NULL, &err), STET_OK);
	st_reader_close(reader);
	st_store_close(memory);
	st_store_close(tl.ledger->store);
	tl.ledger->store = disk;
	tl_rows_take(&tl, &after);
	tl_rows_same(&before, &after);
	tl_rows_free(&before);
	tl_rows_free(&after);
	free(path);
	tl_free(&tl);
}

static int
on_disk(void **state)
{
	(void)state;
	strict_in_memory = 0;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_copy__holds_all_of_the_ledger, on_disk),
	    cmocka_unit_test_setup(test_copy__without_the_key_cannot_seal, on_disk),
	    cmocka_unit_test_setup(test_copy__of_a_moved_ledger_is_moved, on_disk),
	    cmocka_unit_test_setup(test_copy__overwrites_nothing_and_leaves_nothing, on_disk),
	    cmocka_unit_test_setup(test_copy__is_whole_or_absent_when_memory_is_short, on_disk),
	    cmocka_unit_test_setup(test_copy__is_of_one_moment_while_others_write, on_disk),
	    cmocka_unit_test_setup(test_copy__goes_between_engines, on_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
