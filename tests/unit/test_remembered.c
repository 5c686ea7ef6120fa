/* memory: what a reader has accepted, and what is refused by it. */
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

#include <stet/verify.h>

#include "base/err.h"
#include "base/hex.h"
#include "key/key.h"
#include "memory/memory.h"
#include "support/alloc.h"
#include "support/check.h"
#include "support/data.h"

#define RECORD(n) "{'type': 'record', 'subject': 'rw:" #n "', 'title': 'x'}"
#define NOW UINT64_C(1767300000123)
#define DIGEST_END 78 /* of the first line, without its newline */

/* --- helpers --------------------------------------------------------------------------------- */

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

	assert_int_equal(st_dir_make(folder, 0700, NULL), STET_OK);
	assert_int_equal(st_file_replace(path, text, 0600, NULL), STET_OK);
	free(path);
}

static void
remove_file(const char *folder, const char *name)
{
	char *path = st_path_join(folder, name);

	assert_int_equal(unlink(path), 0);
	free(path);
}

static int
has_file(const char *folder, const char *name)
{
	char *path = st_path_join(folder, name);
	int has = access(path, F_OK) == 0;

	free(path);
	return has;
}

/* A ledger of two batches that a reader elsewhere has a copy of each of: as it was, as it is, and
 * as somebody made it go on otherwise. */
struct scene {
	struct tl tl;
	char *old, *fork, *reader;
	stet_ledger *ledger; /* a reader's handle */
};

static void
open_reader(struct scene *scene, const char *path)
{
	stet_ledger_options options = tl_options(&scene->tl);
	stet_error err;

	stet_ledger_close(scene->ledger);
	options.state_dir = scene->reader;
	if (stet_ledger_open(path, &options, &scene->ledger, &err) < 0)
		fail_msg("%s", err.text);
}

static void
scene_make(struct scene *scene)
{
	struct tl *tl = &scene->tl;
	stet_ledger *mine;
	struct st_buf head;
	char *state;

	memset(scene, 0, sizeof(*scene));
	tl_make(tl, 0);
	scene->reader = st_path_join(tl->folder, "reader");
	tl_say(tl, TL_PUBLISHER, RECORD(1));
	scene->old = tl_copy_folder(tl, "old");
	scene->fork = tl_copy_folder(tl, "fork");
	state = st_path_join(tl->folder, "elsewhere");
	head = read_file(tl->path, "checkpoint");
	mine = tl->ledger;
	tl_open(tl, scene->fork, state);
	assert_int_equal(stet_ledger_adopt(tl->ledger, st_buf_bytes(&head), NULL), STET_OK);
	tl_say(tl, TL_PUBLISHER, RECORD(3));
	stet_ledger_close(tl->ledger);
	tl->ledger = mine;
	tl_say(tl, TL_PUBLISHER, RECORD(2));
	st_buf_free(&head);
	free(state);
}

static void
scene_free(struct scene *scene)
{
	stet_ledger_close(scene->ledger);
	free(scene->old);
	free(scene->fork);
	free(scene->reader);
	tl_free(&scene->tl);
}

static stet_recall
recall(stet_ledger *ledger, unsigned flags)
{
	stet_recall got;
	stet_error err;

	if (stet_memory_recall(ledger, NOW, flags, &got, &err) < 0)
		fail_msg("%s [%s]", err.text, stet_rule_name(err.rule));
	return got;
}

static void
assert_recall(struct scene *scene, const char *path, unsigned flags, int verdict)
{
	stet_recall got;

	open_reader(scene, path);
	got = recall(scene->ledger, flags);
	assert_int_equal(got.verdict, verdict);
	if (got.warning.code != STET_OK)
		fail_msg("%s", got.warning.text);
}

static uint64_t
remembered(const struct scene *scene)
{
	struct st_accepted accepted;
	struct st_buf text = {0};
	uint64_t size = 0;
	int rc = st_accepted_read(
	    scene->ledger->state_dir, ST_MEMORY_SEEN, scene->ledger->id, &text, &accepted, NULL);

	assert_true(rc == STET_OK || rc == STET_ENOTFOUND);
	if (rc == STET_OK)
		size = accepted.head.size;
	st_buf_free(&text);
	return size;
}

static uint64_t
size_of(const char *path)
{
	struct st_buf note = read_file(path, "checkpoint");
	struct st_note parsed;
	struct st_checkpoint checkpoint;

	assert_int_equal(
	    st_checkpoint_read(st_buf_bytes(&note), &parsed, &checkpoint, NULL), STET_OK);
	st_buf_free(&note);
	return checkpoint.size;
}

/* --- the file -------------------------------------------------------------------------------- */

static struct st_buf
written(struct tl *tl, const char *id, const struct st_buf *note)
{
	struct st_accepted accepted = {0};
	struct st_buf text = {0};
	uint8_t public_key[STET_KEY_SIZE];

	stet_key_public(tl->keys[TL_LEDGER], public_key);
	assert_int_equal(
	    st_vkey_make(TL_ORIGIN, ST_NOTE_ED25519, public_key, &accepted.vkey, NULL), STET_OK);
	strcpy(accepted.head.ledger, id);
	accepted.head.ms = NOW;
	accepted.note = st_buf_bytes(note);
	assert_int_equal(st_accepted_put(&text, &accepted, NULL), STET_OK);
	return text;
}

static void
assert_damaged(stet_bytes text)
{
	stet_accepted head;
	stet_error err;

	st_error_clear(&err);
	assert_int_equal(stet_memory_read(text, &head, NULL, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_MEMORY_DAMAGED);
}

/* The first line again, right for what follows. */
static void
repair(struct st_buf *text)
{
	uint8_t digest[32];
	char hex[65];

	st_sha256((stet_bytes){text->data + DIGEST_END + 1, text->size - DIGEST_END - 1}, digest);
	st_hex(digest, 32, hex);
	memcpy(text->data + DIGEST_END - 64, hex, 64);
}

static void
test_remembered__reads_what_is_written(void **state)
{
	struct st_buf note, text, other;
	stet_accepted head;
	stet_bytes got;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	note = read_file(tl.path, "checkpoint");
	text = written(&tl, tl.ledger->id, &note);
	assert_int_equal(stet_memory_read(st_buf_bytes(&text), &head, &got, NULL), STET_OK);
	assert_string_equal(head.ledger, tl.ledger->id);
	assert_string_equal(head.origin, TL_ORIGIN);
	assert_int_equal(head.size, size_of(tl.path));
	assert_int_equal(head.ms, NOW);
	assert_true(st_bytes_equal(got, st_buf_bytes(&note)));
	other = written(&tl, "", &note);
	assert_int_equal(stet_memory_read(st_buf_bytes(&other), &head, NULL, NULL), STET_OK);
	assert_string_equal(head.ledger, "");
	assert_damaged((stet_bytes){NULL, 0});
	st_buf_free(&other);
	st_buf_free(&text);
	st_buf_free(&note);
	tl_free(&tl);
}

/* What the second implementation writes is what this one reads, and writes. */
static void
test_remembered__files_are_those_of_the_format(void **state)
{
	static const struct {
		const char *name, *ledger;
		uint64_t size;
	} files[] = {
	    {"seen", "stet:81e592df97ba3413f0249af26070e03f60856642857c97b903037e03369515c1", 2},
	    {"checked", "", 17}};
	struct st_accepted accepted;
	struct st_buf again = {0};
	stet_json *vectors = NULL;
	stet_bytes text;
	size_t size, i;
	char *data = data_read("vectors/format/note.json", &size);

	(void)state;
	assert_int_equal(
	    stet_json_parse((stet_bytes){(const uint8_t *)data, size}, &vectors, NULL), STET_OK);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		text = stet_json_string_of(
		    stet_json_get(stet_json_get(vectors, "memory"), files[i].name));
		assert_int_equal(st_accepted_parse(text, &accepted, NULL), STET_OK);
		assert_string_equal(accepted.head.ledger, files[i].ledger);
		assert_int_equal(accepted.head.size, files[i].size);
		assert_int_equal(accepted.head.ms, UINT64_C(1767225660000));
		st_buf_reset(&again);
		assert_int_equal(st_accepted_put(&again, &accepted, NULL), STET_OK);
		assert_true(st_bytes_equal(st_buf_bytes(&again), text));
	}
	st_buf_free(&again);
	stet_json_free(vectors);
	free(data);
}

static void
test_remembered__every_bit_and_every_cut_is_found(void **state)
{
	struct st_buf note, text;
	size_t i, key;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	note = read_file(tl.path, "checkpoint");
	text = written(&tl, tl.ledger->id, &note);
	assert_int_equal(text.data[DIGEST_END], '\n');
	key = (size_t)((uint8_t *)memmem(text.data, text.size, "\nkey ", 5) - text.data) + 1;
	for (i = 0; i < text.size * 8; i++) {
		text.data[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_damaged(st_buf_bytes(&text));
		/* Whoever makes the digest fit cannot make the signature. */
		if (i / 8 >= key && i % 8 == i / 8 % 8) {
			repair(&text);
			assert_damaged(st_buf_bytes(&text));
		}
		text.data[i / 8] ^= (uint8_t)(1 << i % 8);
		if (i / 8 >= key)
			repair(&text);
	}
	for (i = 0; i < text.size; i++) {
		assert_damaged((stet_bytes){text.data, i});
		assert_damaged((stet_bytes){text.data + i + 1, text.size - i - 1});
	}
	st_buf_put_u8(&text, '\n');
	assert_damaged(st_buf_bytes(&text));
	repair(&text);
	assert_damaged(st_buf_bytes(&text));
	st_buf_free(&text);
	st_buf_free(&note);
	tl_free(&tl);
}

/* Files with a right digest that stet would not have written. */
static void
test_remembered__has_one_spelling(void **state)
{
	static const char *const changes[][2] = {
	    {"accepted 1767300000123", "accepted 01767300000123"},
	    {"accepted 1767300000123", "accepted 9007199254740992"},
	    {"accepted 1767300000123", "accepted 99999999999999999"},
	    {"accepted 1767300000123", "accepted "}, {"accepted 1767300000123", "accepted -1"},
	    {"accepted 1767300000123", "accepted 1767300000123 "}, {"ledger stet:", "ledger stet "},
	    {"ledger stet:", "ledger "}, {"ledger stet:", "Ledger stet:"}, {"key ", "key  "},
	    {"\n\n", "\n"}, {"\n\n", "\n \n"}, {"\n\n", "\n\n\n"}};
	struct st_buf note, right, wrong = {0};
	struct tl tl;
	uint8_t *at;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	note = read_file(tl.path, "checkpoint");
	right = written(&tl, tl.ledger->id, &note);
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const char *from = changes[i][0], *to = changes[i][1];

		st_buf_reset(&wrong);
		assert_non_null(at = memmem(right.data, right.size, from, strlen(from)));
		st_buf_put(&wrong, right.data, (size_t)(at - right.data));
		st_buf_put_str(&wrong, to);
		st_buf_put(&wrong, at + strlen(from),
		    right.size - (size_t)(at - right.data) - strlen(from));
		repair(&wrong);
		assert_damaged(st_buf_bytes(&wrong));
	}
	st_buf_free(&wrong);
	st_buf_free(&right);
	st_buf_free(&note);
	tl_free(&tl);
}

/* --- a ledger and what is remembered of it ---------------------------------------------------- */

static void
test_remembered__goes_forward_and_refuses_what_is_older(void **state)
{
	struct scene scene;
	stet_recall got;
	uint64_t small, large;

	(void)state;
	scene_make(&scene);
	small = size_of(scene.old);
	large = size_of(scene.tl.path);
	assert_true(small < large);
	/* nothing is kept where it is only asked */
	assert_recall(&scene, scene.old, STET_RECALL_ONLY, STET_RECALL_NOTHING);
	assert_int_equal(remembered(&scene), 0);
	assert_recall(&scene, scene.old, 0, STET_RECALL_NOTHING);
	assert_int_equal(remembered(&scene), small);
	assert_recall(&scene, scene.old, 0, STET_RECALL_SAME);
	assert_recall(&scene, scene.tl.path, STET_RECALL_ONLY, STET_RECALL_GOES_ON);
	assert_int_equal(remembered(&scene), small);
	assert_recall(&scene, scene.tl.path, 0, STET_RECALL_GOES_ON);
	assert_int_equal(remembered(&scene), large);
	assert_recall(&scene, scene.tl.path, 0, STET_RECALL_SAME);
	/* both heads are named, and what is refused changes nothing */
	assert_recall(&scene, scene.old, 0, STET_RECALL_OLDER);
	got = recall(scene.ledger, STET_RECALL_WRITER | STET_RECALL_ONLY);
	assert_int_equal(got.verdict, STET_RECALL_OLDER);
	assert_int_equal(got.of, STET_RECALL_READ);
	assert_int_equal(got.size, small);
	assert_int_equal(got.then.size, large);
	assert_int_equal(got.then.ms, NOW);
	assert_string_equal(got.then.origin, TL_ORIGIN);
	assert_int_equal(remembered(&scene), large);
	assert_recall(&scene, scene.fork, 0, STET_RECALL_FORKED);
	got = recall(scene.ledger, 0);
	assert_int_equal(got.size, size_of(scene.fork));
	assert_memory_not_equal(got.root, got.then.root, 32);
	assert_int_equal(remembered(&scene), large);
	scene_free(&scene);
}

/* The other way round: the fork was read first, and is larger than it. */
static void
test_remembered__a_larger_fork_is_one(void **state)
{
	struct scene scene;
	uint64_t fork;

	(void)state;
	scene_make(&scene);
	tl_say(&scene.tl, TL_PUBLISHER, RECORD(4));
	fork = size_of(scene.fork);
	assert_recall(&scene, scene.fork, 0, STET_RECALL_NOTHING);
	assert_true(size_of(scene.tl.path) > fork);
	assert_recall(&scene, scene.tl.path, 0, STET_RECALL_FORKED);
	assert_int_equal(remembered(&scene), fork);
	scene_free(&scene);
}

static void
test_remembered__what_is_signed_here_counts_for_readers(void **state)
{
	struct scene scene;
	struct st_buf head;
	stet_recall got;

	(void)state;
	scene_make(&scene);
	free(scene.reader);
	scene.reader = strdup(scene.tl.state);
	assert_recall(&scene, scene.old, 0, STET_RECALL_OLDER);
	got = recall(scene.ledger, 0);
	assert_int_equal(got.of, STET_RECALL_SIGNED);
	assert_int_equal(got.then.size, size_of(scene.tl.path));
	assert_int_equal(got.then.ms, 0);
	/* to the writer his own refusals say it */
	got = recall(scene.ledger, STET_RECALL_WRITER | STET_RECALL_ONLY);
	assert_int_equal(got.verdict, STET_RECALL_NOTHING);
	assert_recall(&scene, scene.fork, 0, STET_RECALL_FORKED);
	assert_recall(&scene, scene.tl.path, 0, STET_RECALL_SAME);
	/* one that is damaged is a warning */
	head = read_file(scene.ledger->state_dir, "head");
	head.data[head.size - 20] ^= 1;
	put_file(scene.ledger->state_dir, "head", st_buf_bytes(&head));
	remove_file(scene.ledger->state_dir, ST_MEMORY_SEEN);
	open_reader(&scene, scene.old);
	got = recall(scene.ledger, 0);
	assert_int_equal(got.verdict, STET_RECALL_NOTHING);
	assert_int_equal(got.warning.rule, ST_HEAD_DAMAGED);
	put_file(scene.ledger->state_dir, "head", st_str("no checkpoint"));
	got = recall(scene.ledger, 0);
	assert_int_equal(got.warning.rule, ST_HEAD_DAMAGED);
	assert_int_equal(got.verdict, STET_RECALL_SAME); /* as remembered by the call before */
	st_buf_free(&head);
	scene_free(&scene);
}

/* After a change of the ledger key the note is kept with the key in force. */
static void
test_remembered__follows_a_change_of_keys(void **state)
{
	uint8_t public_key[STET_KEY_SIZE];
	struct st_accepted accepted;
	struct st_buf text = {0};
	struct scene scene;

	(void)state;
	scene_make(&scene);
	assert_recall(&scene, scene.tl.path, 0, STET_RECALL_NOTHING);
	tl_rotate(&scene.tl, TL_NEXT);
	assert_recall(&scene, scene.tl.path, 0, STET_RECALL_GOES_ON);
	tl_say(&scene.tl, TL_PUBLISHER, RECORD(5));
	assert_recall(&scene, scene.tl.path, 0, STET_RECALL_GOES_ON);
	assert_int_equal(remembered(&scene), size_of(scene.tl.path));
	assert_int_equal(
	    st_accepted_read(scene.ledger->state_dir, ST_MEMORY_SEEN, NULL, &text, &accepted, NULL),
	    STET_OK);
	stet_key_public(scene.tl.keys[TL_NEXT], public_key);
	assert_memory_equal(accepted.vkey.public_key, public_key, 32);
	/* An old copy does not know that key, and is older all the same. */
	assert_recall(&scene, scene.old, 0, STET_RECALL_OLDER);
	st_buf_free(&text);
	scene_free(&scene);
}

/* Only what a key of the ledger has signed over these entries is remembered. */
static void
test_remembered__no_checkpoint_no_memory(void **state)
{
	struct st_buf right, wrong = {0}, other, text = {0};
	struct scene scene;

	(void)state;
	scene_make(&scene);
	right = read_file(scene.old, "checkpoint");
	other = read_file(scene.fork, "checkpoint");
	remove_file(scene.old, "checkpoint");
	assert_recall(&scene, scene.old, 0, STET_RECALL_NOTHING);
	put_file(scene.old, "checkpoint", st_str("nothing\n"));
	assert_recall(&scene, scene.old, 0, STET_RECALL_NOTHING);
	put_file(scene.old, "checkpoint", st_buf_bytes(&other)); /* of more than is here */
	assert_recall(&scene, scene.old, 0, STET_RECALL_NOTHING);
	put_file(scene.tl.path, "checkpoint", st_buf_bytes(&other)); /* of another history */
	assert_recall(&scene, scene.tl.path, 0, STET_RECALL_NOTHING);
	st_buf_put_bytes(&wrong, st_buf_bytes(&right));
	wrong.data[wrong.size - 10] ^= 1; /* not signed */
	put_file(scene.old, "checkpoint", st_buf_bytes(&wrong));
	assert_recall(&scene, scene.old, 0, STET_RECALL_NOTHING);
	st_buf_reset(&wrong); /* its key over another origin */
	st_buf_put_str(&text, "ledger.example.org/tesT");
	st_buf_put(&text, right.data + strlen(TL_ORIGIN),
	    (size_t)((uint8_t *)memmem(right.data, right.size, "\n\n", 2) - right.data) + 1 -
		strlen(TL_ORIGIN));
	assert_int_equal(st_note_sign(st_buf_bytes(&text), TL_ORIGIN,
			     st_key_secret(scene.tl.keys[TL_LEDGER]), &wrong, NULL),
	    STET_OK);
	put_file(scene.old, "checkpoint", st_buf_bytes(&wrong));
	assert_recall(&scene, scene.old, 0, STET_RECALL_NOTHING);
	st_buf_free(&text);
	assert_int_equal(remembered(&scene), 0);
	put_file(scene.old, "checkpoint", st_buf_bytes(&right));
	assert_recall(&scene, scene.old, 0, STET_RECALL_NOTHING);
	assert_int_equal(remembered(&scene), size_of(scene.old));
	/* An older checkpoint beside a newer ledger changes nothing, either. */
	put_file(scene.tl.path, "checkpoint", st_buf_bytes(&right));
	assert_recall(&scene, scene.tl.path, 0, STET_RECALL_GOES_ON);
	assert_int_equal(remembered(&scene), size_of(scene.old));
	st_buf_free(&right);
	st_buf_free(&wrong);
	st_buf_free(&other);
	scene_free(&scene);
}

/* --- files in the way ------------------------------------------------------------------------- */

static void
assert_not_known(struct scene *scene)
{
	stet_recall got;
	stet_error err;

	st_error_clear(&err);
	assert_int_equal(stet_memory_recall(scene->ledger, NOW, 0, &got, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_MEMORY_DAMAGED);
	st_error_clear(&err);
	assert_int_equal(stet_memory_recall(
			     scene->ledger, NOW, STET_RECALL_WRITER | STET_RECALL_ONLY, &got, &err),
	    STET_EFORMAT);
	assert_int_equal(err.rule, ST_MEMORY_DAMAGED);
}

static void
test_remembered__a_damaged_memory_is_no_yes(void **state)
{
	struct st_buf text, huge = {0};
	struct scene scene;
	char *path;
	size_t i;

	(void)state;
	scene_make(&scene);
	assert_recall(&scene, scene.old, 0, STET_RECALL_NOTHING);
	text = read_file(scene.ledger->state_dir, ST_MEMORY_SEEN);
	for (i = 0; i < text.size; i += 7) {
		text.data[i] ^= 1;
		put_file(scene.ledger->state_dir, ST_MEMORY_SEEN, st_buf_bytes(&text));
		text.data[i] ^= 1;
		assert_not_known(&scene);
	}
	put_file(scene.ledger->state_dir, ST_MEMORY_SEEN, st_str(""));
	assert_not_known(&scene);
	assert_non_null(memset(st_buf_room(&huge, 1 << 20), 'x', 1 << 20));
	st_buf_grow(&huge, 1 << 20);
	put_file(scene.ledger->state_dir, ST_MEMORY_SEEN, st_buf_bytes(&huge));
	assert_not_known(&scene);
	/* a right one of another ledger */
	st_buf_free(&text);
	text = read_file(scene.old, "checkpoint");
	huge.size = 0;
	st_buf_free(&huge);
	huge = written(&scene.tl,
	    "stet:0000000000000000000000000000000000000000000000000000000000000000", &text);
	put_file(scene.ledger->state_dir, ST_MEMORY_SEEN, st_buf_bytes(&huge));
	assert_not_known(&scene);
	remove_file(scene.ledger->state_dir, ST_MEMORY_SEEN);
	path = st_path_join(scene.ledger->state_dir, ST_MEMORY_SEEN);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_not_known(&scene);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink(ST_MEMORY_SEEN, path), 0);
	assert_not_known(&scene);
	assert_int_equal(unlink(path), 0);
	assert_recall(&scene, scene.old, 0, STET_RECALL_NOTHING);
	free(path);
	st_buf_free(&text);
	st_buf_free(&huge);
	scene_free(&scene);
}

static void
test_remembered__nobody_has_to_have_a_place(void **state)
{
	struct scene scene;
	stet_recall got;
	char *folder;

	(void)state;
	scene_make(&scene);
	put_file(scene.tl.folder, "reader", st_str("a file"));
	open_reader(&scene, scene.old);
	got = recall(scene.ledger, 0);
	assert_int_equal(got.verdict, STET_RECALL_NOTHING);
	assert_int_not_equal(got.warning.code, STET_OK);
	remove_file(scene.tl.folder, "reader");
	/* a folder in the place of the lock */
	open_reader(&scene, scene.old);
	assert_int_equal(st_dir_make(scene.ledger->state_dir, 0700, NULL), STET_OK);
	folder = st_path_join(scene.ledger->state_dir, ST_MEMORY_SEEN ".lock");
	assert_int_equal(mkdir(folder, 0700), 0);
	got = recall(scene.ledger, 0);
	assert_int_equal(got.verdict, STET_RECALL_NOTHING);
	assert_int_not_equal(got.warning.code, STET_OK);
	assert_int_equal(remembered(&scene), 0);
	assert_int_equal(rmdir(folder), 0);
	/* somebody who holds it for too long */
	{
		int fd;

		assert_int_equal(st_file_lock(folder, 0, &fd, NULL), STET_OK);
		got = recall(scene.ledger, 0);
		assert_int_equal(got.warning.code, STET_ELOCKED);
		assert_int_equal(remembered(&scene), 0);
		close(fd);
	}
	free(folder);
	free(scene.ledger->state_dir);
	scene.ledger->state_dir = NULL;
	got = recall(scene.ledger, 0);
	assert_int_equal(got.verdict, STET_RECALL_NOTHING);
	assert_int_equal(got.warning.code, STET_OK);
	scene_free(&scene);
}

/* Tables that cannot be read do not get past a memory; without one the read itself says so. */
static void
test_remembered__damaged_tables_are_no_yes(void **state)
{
	stet_recall got;
	stet_error err;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_PUBLISHER, RECORD(1));
	assert_int_equal(recall(tl.ledger, 0).verdict, STET_RECALL_SAME);
	assert_true(has_file(tl.ledger->state_dir, ST_MEMORY_SEEN));
	tl_drop_row(&tl, ST_META, st_str("head"));
	assert_true(stet_memory_recall(tl.ledger, NOW, 0, &got, &err) < 0);
	remove_file(tl.ledger->state_dir, ST_MEMORY_SEEN);
	assert_int_equal(recall(tl.ledger, 0).verdict, STET_RECALL_NOTHING);
	tl_free(&tl);
}

/* --- several at once -------------------------------------------------------------------------- */

static int
advance(const struct scene *scene, const char *path)
{
	struct st_buf note = read_file(path, "checkpoint"), text;
	struct st_accepted accepted;
	int rc;

	text = written((struct tl *)(uintptr_t)&scene->tl, scene->ledger->id, &note);
	assert_int_equal(st_accepted_parse(st_buf_bytes(&text), &accepted, NULL), STET_OK);
	rc = st_accepted_advance(
	    scene->ledger->state_dir, ST_MEMORY_SEEN, &accepted, NULL, NULL, NULL);
	st_buf_free(&note);
	st_buf_free(&text);
	return rc;
}

static void
test_remembered__the_older_never_overwrites_the_newer(void **state)
{
	struct scene scene;
	pid_t child;
	int i, k, status;

	(void)state;
	scene_make(&scene);
	open_reader(&scene, scene.old);
	assert_int_equal(advance(&scene, scene.tl.path), STET_OK);
	assert_int_equal(advance(&scene, scene.old), STET_OK);
	assert_int_equal(remembered(&scene), size_of(scene.tl.path));
	/* Two processes, one of which has a copy that is behind, begin at the same moment. */
	for (i = 0; i < 20; i++) {
		remove_file(scene.ledger->state_dir, ST_MEMORY_SEEN);
		if ((child = fork()) == 0) {
			for (k = 0; k < 4; k++)
				if (advance(&scene, scene.old) != STET_OK)
					_exit(1);
			_exit(0);
		}
		assert_true(child > 0);
		for (k = 0; k < 2; k++)
			assert_int_equal(advance(&scene, scene.tl.path), STET_OK);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		assert_int_equal(remembered(&scene), size_of(scene.tl.path));
	}
	scene_free(&scene);
}

/* What another process remembered between our judging and our writing is judged, too. */
static int
refuse(void *ctx, const stet_accepted *then, stet_error *err)
{
	(void)err;
	*(uint64_t *)ctx = then->size;
	return STET_EMISMATCH;
}

static void
test_remembered__asks_again_under_the_lock(void **state)
{
	struct st_buf note, text;
	struct st_accepted accepted;
	struct scene scene;
	uint64_t asked = 0;

	(void)state;
	scene_make(&scene);
	open_reader(&scene, scene.old);
	assert_int_equal(advance(&scene, scene.old), STET_OK);
	note = read_file(scene.tl.path, "checkpoint");
	text = written(&scene.tl, scene.ledger->id, &note);
	assert_int_equal(st_accepted_parse(st_buf_bytes(&text), &accepted, NULL), STET_OK);
	assert_int_equal(st_accepted_advance(scene.ledger->state_dir, ST_MEMORY_SEEN, &accepted,
			     refuse, &asked, NULL),
	    STET_EMISMATCH);
	assert_int_equal(asked, size_of(scene.old));
	assert_int_equal(remembered(&scene), size_of(scene.old));
	st_buf_free(&note);
	st_buf_free(&text);
	scene_free(&scene);
}

/* --- listed, forgotten ------------------------------------------------------------------------ */

static size_t
listed(const char *folder)
{
	stet_json *list = NULL;
	size_t count;

	assert_int_equal(stet_memory_list(folder, &list, NULL), STET_OK);
	count = stet_json_size(list);
	stet_json_free(list);
	return count;
}

static void
test_remembered__is_listed_and_forgotten(void **state)
{
	struct scene scene;
	size_t count = 0;
	stet_error err;

	(void)state;
	scene_make(&scene);
	assert_int_equal(listed(scene.reader), 0);
	assert_int_equal(stet_memory_forget(scene.reader, TL_ORIGIN, &count, &err), STET_ENOTFOUND);
	assert_recall(&scene, scene.old, 0, STET_RECALL_NOTHING);
	assert_int_equal(listed(scene.reader), 1);
	assert_int_equal(stet_memory_forget(scene.reader, "stet:", &count, &err), STET_ENOTFOUND);
	assert_int_equal(stet_memory_forget(scene.reader, "", &count, &err), STET_ENOTFOUND);
	assert_int_equal(listed(scene.reader), 1);
	assert_int_equal(stet_memory_forget(scene.reader, TL_ORIGIN, &count, &err), STET_OK);
	assert_int_equal(count, 1);
	assert_int_equal(listed(scene.reader), 0);
	assert_recall(&scene, scene.old, 0, STET_RECALL_NOTHING);
	assert_int_equal(stet_memory_forget(scene.reader, scene.ledger->id, &count, &err), STET_OK);
	assert_recall(&scene, scene.old, 0, STET_RECALL_NOTHING);
	put_file(scene.ledger->state_dir, ST_MEMORY_SEEN, st_str("damaged"));
	assert_int_equal(listed(scene.reader), 1);
	assert_int_equal(stet_memory_forget(scene.reader, TL_ORIGIN, &count, &err), STET_ENOTFOUND);
	assert_int_equal(
	    stet_memory_forget(scene.reader, scene.ledger->id + 5, &count, &err), STET_OK);
	assert_int_equal(listed(scene.reader), 0);
	scene_free(&scene);
}

/* --- verify ----------------------------------------------------------------------------------- */

static void
assert_found(struct scene *scene, unsigned flags, int rule)
{
	stet_verify_options options = STET_VERIFY_OPTIONS;
	stet_report *report = NULL;

	options.flags = flags;
	assert_int_equal(
	    stet_verify_ledger(scene->ledger, &options, NULL, NULL, &report, NULL), STET_OK);
	assert_int_equal(stet_report_count(report), rule != ST_RULE_NONE);
	if (rule != ST_RULE_NONE)
		assert_int_equal(stet_report_get(report, 0)->rule, rule);
	stet_report_free(report);
}

static void
test_remembered__is_asked_by_verify(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene);
	assert_recall(&scene, scene.tl.path, 0, STET_RECALL_NOTHING);
	assert_found(&scene, 0, ST_RULE_NONE);
	open_reader(&scene, scene.old);
	assert_found(&scene, 0, ST_COPY_OLDER);
	assert_found(&scene, STET_VERIFY_NO_MEMORY, ST_RULE_NONE);
	open_reader(&scene, scene.fork);
	assert_found(&scene, 0, ST_FORKED);
	assert_found(&scene, STET_VERIFY_NO_MEMORY, ST_RULE_NONE);
	open_reader(&scene, scene.tl.path);
	put_file(scene.ledger->state_dir, ST_MEMORY_SEEN, st_str("damaged"));
	assert_found(&scene, 0, ST_MEMORY_DAMAGED);
	assert_found(&scene, STET_VERIFY_NO_MEMORY, ST_RULE_NONE);
	scene_free(&scene);
}

/* --- evidence --------------------------------------------------------------------------------- */

/* What a checkpoint shows, of no ledger that it names. */
struct evidence {
	struct st_buf note;
	stet_shown shown;
};

static void
evidence_of(struct evidence *evidence, const char *path, const char *ledger)
{
	static struct st_note parsed;
	struct st_checkpoint checkpoint;

	memset(evidence, 0, sizeof(*evidence));
	evidence->note = read_file(path, "checkpoint");
	evidence->shown.note = st_buf_bytes(&evidence->note);
	assert_int_equal(
	    st_checkpoint_read(evidence->shown.note, &parsed, &checkpoint, NULL), STET_OK);
	evidence->shown.ledger = ledger;
	evidence->shown.origin = TL_ORIGIN;
	evidence->shown.size = checkpoint.size;
	memcpy(evidence->shown.root, checkpoint.root, 32);
}

static stet_trust *
trust_of(const struct scene *scene, enum tl_key key)
{
	stet_trust *trust = NULL;
	uint8_t public_key[STET_KEY_SIZE];
	struct st_buf text = {0};
	struct st_vkey vkey;

	stet_key_public(scene->tl.keys[key], public_key);
	assert_int_equal(
	    st_vkey_make(TL_ORIGIN, ST_NOTE_ED25519, public_key, &vkey, NULL), STET_OK);
	st_vkey_put(&text, &vkey);
	st_buf_put_u8(&text, 0);
	assert_int_equal(stet_trust_new(&trust, NULL), STET_OK);
	assert_int_equal(stet_trust_add(trust, (const char *)text.data, NULL), STET_OK);
	st_buf_free(&text);
	return trust;
}

struct evidences {
	struct scene scene;
	struct evidence old, new, other;
	stet_trust *trust;
};

static void
evidences_make(struct evidences *all, const char *ledger)
{
	scene_make(&all->scene);
	evidence_of(&all->old, all->scene.old, ledger);
	evidence_of(&all->new, all->scene.tl.path, ledger);
	evidence_of(&all->other, all->scene.fork, ledger);
	all->trust = trust_of(&all->scene, TL_LEDGER);
}

static void
evidences_free(struct evidences *all)
{
	st_buf_free(&all->old.note);
	st_buf_free(&all->new.note);
	st_buf_free(&all->other.note);
	stet_trust_free(all->trust);
	scene_free(&all->scene);
}

static void
keep(struct evidences *all, const struct evidence *evidence)
{
	assert_int_equal(
	    stet_memory_keep(all->scene.reader, all->trust, &evidence->shown, NOW, NULL), STET_OK);
}

static stet_recall
check(struct evidences *all, const struct evidence *evidence)
{
	stet_recall got;
	stet_error err;

	if (stet_memory_check(
		all->scene.reader, all->trust, &evidence->shown, NULL, NULL, &got, &err) < 0)
		fail_msg("%s [%s]", err.text, stet_rule_name(err.rule));
	assert_int_equal(got.size, evidence->shown.size);
	assert_memory_equal(got.root, evidence->shown.root, 32);
	return got;
}

static void
assert_check(struct evidences *all, const struct evidence *evidence, int verdict, int of)
{
	stet_recall got = check(all, evidence);

	assert_int_equal(got.verdict, verdict);
	if (verdict != STET_RECALL_NOTHING)
		assert_int_equal(got.of, of);
	assert_int_equal(got.warning.code, STET_OK);
}

static void
test_remembered__evidence_goes_forward(void **state)
{
	static const char id[] =
	    "stet:1111111111111111111111111111111111111111111111111111111111111111";
	static const char *const ids[] = {NULL, id};
	struct evidences all;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		evidences_make(&all, ids[i]);
		assert_check(&all, &all.old, STET_RECALL_NOTHING, 0);
		assert_int_equal(listed(all.scene.reader), 0);
		keep(&all, &all.old);
		assert_int_equal(listed(all.scene.reader), 1);
		assert_check(&all, &all.old, STET_RECALL_SAME, STET_RECALL_CHECKED);
		assert_check(&all, &all.new, STET_RECALL_BEYOND, STET_RECALL_CHECKED);
		keep(&all, &all.new);
		assert_int_equal(listed(all.scene.reader), 1);
		assert_check(&all, &all.old, STET_RECALL_OLDER, STET_RECALL_CHECKED);
		assert_int_equal(check(&all, &all.old).then.size, all.new.shown.size);
		assert_check(&all, &all.other, STET_RECALL_FORKED, STET_RECALL_CHECKED);
		/* neither is kept in its place */
		keep(&all, &all.old);
		keep(&all, &all.other);
		assert_check(&all, &all.new, STET_RECALL_SAME, STET_RECALL_CHECKED);
		evidences_free(&all);
	}
}

static int
answer(void *ctx, stet_bytes note, int *verdict_out, stet_error *err)
{
	const int *what = ctx;

	(void)note;
	*verdict_out = *what;
	return *what < 0 ? st_fail(err, *what, ST_IO_FAILED, "cannot say") : STET_OK;
}

static void
test_remembered__evidence_may_show_that_it_goes_on(void **state)
{
	struct evidences all;
	stet_recall got;
	stet_error err;
	int what = STET_RECALL_GOES_ON;

	(void)state;
	evidences_make(&all, NULL);
	keep(&all, &all.old);
	assert_int_equal(stet_memory_check(all.scene.reader, all.trust, &all.new.shown, answer,
			     &what, &got, &err),
	    STET_OK);
	assert_int_equal(got.verdict, STET_RECALL_GOES_ON);
	what = STET_RECALL_FORKED;
	assert_int_equal(stet_memory_check(all.scene.reader, all.trust, &all.new.shown, answer,
			     &what, &got, &err),
	    STET_OK);
	assert_int_equal(got.verdict, STET_RECALL_FORKED);
	assert_int_equal(got.then.size, all.old.shown.size);
	what = STET_EIO;
	assert_int_equal(stet_memory_check(all.scene.reader, all.trust, &all.new.shown, answer,
			     &what, &got, &err),
	    STET_EIO);
	/* nobody is asked of what is not larger */
	assert_int_equal(stet_memory_check(all.scene.reader, all.trust, &all.old.shown, answer,
			     &what, &got, &err),
	    STET_OK);
	evidences_free(&all);
}

/* By the id where both have one, else by origin and a key that the reader knows. */
static void
test_remembered__evidence_is_of_its_ledger_alone(void **state)
{
	static const char another[] =
	    "stet:2222222222222222222222222222222222222222222222222222222222222222";
	struct evidences all;
	stet_trust *mine;

	(void)state;
	evidences_make(&all, NULL);
	open_reader(&all.scene, all.scene.tl.path);
	(void)recall(all.scene.ledger, 0);
	assert_check(&all, &all.new, STET_RECALL_SAME, STET_RECALL_READ);
	assert_check(&all, &all.old, STET_RECALL_OLDER, STET_RECALL_READ);
	assert_check(&all, &all.other, STET_RECALL_FORKED, STET_RECALL_READ);
	all.old.shown.ledger = all.scene.ledger->id;
	assert_check(&all, &all.old, STET_RECALL_OLDER, STET_RECALL_READ);
	all.old.shown.ledger = another;
	assert_check(&all, &all.old, STET_RECALL_NOTHING, 0);
	all.old.shown.ledger = NULL;
	all.old.shown.origin = "ledger.example.org/another";
	assert_check(&all, &all.old, STET_RECALL_NOTHING, 0);
	all.old.shown.origin = TL_ORIGIN;
	mine = all.trust;
	all.trust = trust_of(&all.scene, TL_STRANGER);
	assert_check(&all, &all.old, STET_RECALL_NOTHING, 0);
	/* nor is anything kept that no known key has signed, or that another head has signed */
	keep(&all, &all.other);
	stet_trust_free(all.trust);
	all.trust = mine;
	assert_int_equal(listed(all.scene.reader), 1);
	tl_say(&all.scene.tl, TL_PUBLISHER, RECORD(6));
	st_buf_free(&all.new.note);
	evidence_of(&all.new, all.scene.tl.path, NULL);
	all.new.shown.root[0] ^= 1;
	keep(&all, &all.new);
	all.new.shown.root[0] ^= 1;
	all.new.shown.size++;
	keep(&all, &all.new);
	all.new.shown.size--;
	all.new.shown.note = (stet_bytes){NULL, 0};
	keep(&all, &all.new);
	assert_int_equal(listed(all.scene.reader), 1);
	/* what matched has told which ledger it is */
	all.new.shown.note = st_buf_bytes(&all.new.note);
	keep(&all, &all.new);
	assert_true(has_file(all.scene.ledger->state_dir, ST_MEMORY_CHECKED));
	assert_int_equal(listed(all.scene.reader), 2);
	evidences_free(&all);
}

/* That there are two histories outweighs that one of them is older than something else. */
static void
test_remembered__a_fork_is_worse_than_what_is_older(void **state)
{
	struct evidences all;
	struct st_buf head;

	(void)state;
	evidences_make(&all, NULL);
	open_reader(&all.scene, all.scene.tl.path);
	all.new.shown.ledger = all.other.shown.ledger = all.scene.ledger->id;
	keep(&all, &all.new);
	tl_say(&all.scene.tl, TL_PUBLISHER, RECORD(6));
	head = read_file(all.scene.tl.path, "checkpoint");
	put_file(all.scene.ledger->state_dir, "head", st_buf_bytes(&head));
	assert_check(&all, &all.new, STET_RECALL_OLDER, STET_RECALL_SIGNED);
	assert_check(&all, &all.other, STET_RECALL_FORKED, STET_RECALL_CHECKED);
	st_buf_free(&head);
	evidences_free(&all);
}

static void
test_remembered__what_is_signed_here_counts_for_evidence(void **state)
{
	struct evidences all;

	(void)state;
	evidences_make(&all, NULL);
	free(all.scene.reader);
	all.scene.reader = strdup(all.scene.tl.state);
	assert_check(&all, &all.old, STET_RECALL_OLDER, STET_RECALL_SIGNED);
	assert_check(&all, &all.other, STET_RECALL_FORKED, STET_RECALL_SIGNED);
	put_file(all.scene.tl.ledger->state_dir, "head", st_str("damaged"));
	assert_check(&all, &all.old, STET_RECALL_NOTHING, 0);
	evidences_free(&all);
}

static void
test_remembered__evidence_and_a_damaged_memory(void **state)
{
	struct evidences all;
	stet_recall got;
	stet_error err;

	(void)state;
	evidences_make(&all, NULL);
	open_reader(&all.scene, all.scene.old);
	put_file(all.scene.ledger->state_dir, ST_MEMORY_CHECKED, st_str("damaged"));
	/* nobody knows whose it was */
	got = check(&all, &all.new);
	assert_int_equal(got.verdict, STET_RECALL_NOTHING);
	assert_int_equal(got.warning.rule, ST_MEMORY_DAMAGED);
	all.new.shown.ledger = all.scene.ledger->id;
	st_error_clear(&err);
	assert_int_equal(
	    stet_memory_check(all.scene.reader, all.trust, &all.new.shown, NULL, NULL, &got, &err),
	    STET_EFORMAT);
	assert_int_equal(err.rule, ST_MEMORY_DAMAGED);
	assert_int_equal(
	    stet_memory_keep(all.scene.reader, all.trust, &all.new.shown, NOW, &err), STET_EFORMAT);
	assert_not_known(&all.scene);
	/* of another it is none of its concern */
	all.new.shown.ledger =
	    "stet:3333333333333333333333333333333333333333333333333333333333333333";
	assert_check(&all, &all.new, STET_RECALL_NOTHING, 0);
	/* no folder, and a file in its place */
	assert_int_equal(
	    stet_memory_check(NULL, all.trust, &all.new.shown, NULL, NULL, &got, &err), STET_OK);
	assert_int_equal(got.verdict, STET_RECALL_NOTHING);
	put_file(all.scene.tl.folder, "file", st_str(""));
	free(all.scene.reader);
	all.scene.reader = st_path_join(all.scene.tl.folder, "file");
	got = check(&all, &all.new);
	assert_int_equal(got.verdict, STET_RECALL_NOTHING);
	assert_int_not_equal(got.warning.code, STET_OK);
	evidences_free(&all);
}

/* What evidence showed is asked where a copy is read: of another history it is a fork; of more than
 * is here, it is told and no more. */
static void
test_remembered__evidence_counts_for_readers(void **state)
{
	struct evidences all;
	stet_recall got;
	int by_id;

	(void)state;
	for (by_id = 0; by_id < 2; by_id++) {
		evidences_make(&all, NULL);
		open_reader(&all.scene, all.scene.fork);
		if (by_id)
			all.new.shown.ledger = all.scene.ledger->id;
		keep(&all, &all.new);
		/* the first read of all, too */
		assert_recall(&all.scene, all.scene.fork, 0, STET_RECALL_FORKED);
		got = recall(all.scene.ledger, 0);
		assert_int_equal(got.of, STET_RECALL_CHECKED);
		assert_int_equal(got.then.size, all.new.shown.size);
		assert_int_equal(remembered(&all.scene), 0);
		assert_found(&all.scene, 0, by_id ? ST_FORKED : ST_RULE_NONE);
		assert_found(&all.scene, STET_VERIFY_NO_MEMORY, ST_RULE_NONE);
		open_reader(&all.scene, all.scene.old);
		got = recall(all.scene.ledger, 0);
		assert_int_equal(got.verdict, STET_RECALL_NOTHING);
		assert_int_equal(got.warning.rule, ST_COPY_OLDER);
		assert_int_equal(remembered(&all.scene), size_of(all.scene.old));
		got = recall(all.scene.ledger, 0);
		assert_int_equal(got.verdict, STET_RECALL_SAME);
		assert_int_equal(got.warning.rule, ST_COPY_OLDER);
		assert_found(&all.scene, 0, ST_RULE_NONE);
		open_reader(&all.scene, all.scene.fork);
		assert_found(&all.scene, 0, ST_FORKED);
		assert_recall(&all.scene, all.scene.fork, 0, STET_RECALL_FORKED);
		assert_recall(&all.scene, all.scene.tl.path, 0, STET_RECALL_GOES_ON);
		evidences_free(&all);
	}
}

static void
test_remembered__evidence_or_not_when_memory_is_short(void **state)
{
	struct evidences all;
	stet_recall got;
	stet_error err;
	long n;
	int rc;

	(void)state;
	evidences_make(&all, NULL);
	keep(&all, &all.old);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_memory_check(
		    all.scene.reader, all.trust, &all.new.shown, NULL, NULL, &got, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	assert_int_equal(got.verdict, STET_RECALL_BEYOND);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_memory_keep(all.scene.reader, all.trust, &all.new.shown, NOW, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	assert_check(&all, &all.new, STET_RECALL_SAME, STET_RECALL_CHECKED);
	printf("%ld allocations failed one by one in remembering evidence\n", n);
	evidences_free(&all);
}

/* --- memory ----------------------------------------------------------------------------------- */

static void
test_remembered__or_not_when_memory_is_short(void **state)
{
	struct scene scene;
	stet_json *list = NULL;
	stet_recall got;
	stet_error err;
	size_t count;
	long n;
	int rc, round;

	(void)state;
	scene_make(&scene);
	for (round = 0; round < 2; round++) {
		open_reader(&scene, round == 0 ? scene.old : scene.tl.path);
		for (n = 0;; n++) {
			st_state_clear(&scene.ledger->state);
			scene.ledger->state_known = 0;
			alloc_fail(n);
			rc = stet_memory_recall(scene.ledger, NOW, 0, &got, &err);
			if (!alloc_failed())
				break;
			if (rc != STET_ENOMEM)
				fail_msg("%ld: %s %s '%s'", n, stet_code_name(rc),
				    stet_rule_name(err.rule), err.text);
		}
		assert_int_equal(rc, STET_OK);
		assert_int_equal(
		    remembered(&scene), size_of(round == 0 ? scene.old : scene.tl.path));
		printf("%ld allocations failed one by one in recalling\n", n);
	}
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_memory_list(scene.reader, &list, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(stet_json_size(list), 1);
	stet_json_free(list);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_memory_forget(scene.reader, TL_ORIGIN, &count, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
		/* before the file is gone, or after */
		if (!has_file(scene.ledger->state_dir, ST_MEMORY_SEEN))
			assert_int_equal(advance(&scene, scene.tl.path), STET_OK);
	}
	assert_int_equal(rc, STET_OK);
	scene_free(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_remembered__reads_what_is_written),
	    cmocka_unit_test(test_remembered__files_are_those_of_the_format),
	    cmocka_unit_test(test_remembered__every_bit_and_every_cut_is_found),
	    cmocka_unit_test(test_remembered__has_one_spelling),
	    cmocka_unit_test(test_remembered__goes_forward_and_refuses_what_is_older),
	    cmocka_unit_test(test_remembered__a_larger_fork_is_one),
	    cmocka_unit_test(test_remembered__what_is_signed_here_counts_for_readers),
	    cmocka_unit_test(test_remembered__follows_a_change_of_keys),
	    cmocka_unit_test(test_remembered__no_checkpoint_no_memory),
	    cmocka_unit_test(test_remembered__a_damaged_memory_is_no_yes),
	    cmocka_unit_test(test_remembered__nobody_has_to_have_a_place),
	    cmocka_unit_test(test_remembered__damaged_tables_are_no_yes),
	    cmocka_unit_test(test_remembered__the_older_never_overwrites_the_newer),
	    cmocka_unit_test(test_remembered__asks_again_under_the_lock),
	    cmocka_unit_test(test_remembered__is_listed_and_forgotten),
	    cmocka_unit_test(test_remembered__is_asked_by_verify),
	    cmocka_unit_test(test_remembered__or_not_when_memory_is_short),
	    cmocka_unit_test(test_remembered__evidence_goes_forward),
	    cmocka_unit_test(test_remembered__evidence_may_show_that_it_goes_on),
	    cmocka_unit_test(test_remembered__evidence_is_of_its_ledger_alone),
	    cmocka_unit_test(test_remembered__a_fork_is_worse_than_what_is_older),
	    cmocka_unit_test(test_remembered__what_is_signed_here_counts_for_evidence),
	    cmocka_unit_test(test_remembered__evidence_and_a_damaged_memory),
	    cmocka_unit_test(test_remembered__evidence_counts_for_readers),
	    cmocka_unit_test(test_remembered__evidence_or_not_when_memory_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
