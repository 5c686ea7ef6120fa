/* The second copy of the last signed head, outside the ledger folder and outside every backup.
 *
 * A restored backup, a copied folder or a cut-back database is perfectly consistent in itself;
 * sealing it would sign a second history of the same ledger, which every copy of the first one
 * exposes for ever.  So nothing is sealed that the remembered head is no ancestor of.  The copy is
 * the last signed checkpoint note itself, in <state>/<hex of the ledger id>/head, and the lock
 * beside it is held from before a batch begins until its checkpoint is out. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "ledger/internal.h"

static int
head_path(const stet_ledger *ledger, const char *name, char **path_out, stet_error *err)
{
	if ((*path_out = st_path_join(ledger->state_dir, name)) == NULL)
		return st_fail_nomem(err);
	return STET_OK;
}

int
st_guard_take(stet_ledger *ledger, struct st_guard *guard, stet_error *err)
{
	char *path = NULL;
	int rc;

	guard->fd = -1;
	if (ledger->options.read_only)
		return st_fail(
		    err, STET_EREFUSED, ST_READ_ONLY, "the ledger was opened for reading only");
	if (ledger->state_dir == NULL)
		return st_fail(err, STET_EREFUSED, ST_HEAD_UNKNOWN,
		    "no state folder: without the second copy of the head nothing is sealed");
	if ((rc = st_dir_make(ledger->state_dir, 0700, err)) < 0 ||
	    (rc = head_path(ledger, "lock", &path, err)) < 0)
		return rc;
	rc = st_file_lock(path, ledger->options.wait_ms, &guard->fd, err);
	free(path);
	return rc;
}

void
st_guard_drop(struct st_guard *guard)
{
	if (guard->fd >= 0)
		close(guard->fd);
	guard->fd = -1;
}

/* A line of ours that does not verify is damage, not a fork; so the copy is verified by any key
 * this ledger ever sealed with. */
int
st_guard_verify(const struct st_state *state, const struct st_note *note, stet_error *err)
{
	struct st_vkey *keys;
	size_t i, verified = 0;
	int rc = STET_OK;

	if ((keys = calloc(state->ledger_key_count, sizeof(*keys))) == NULL)
		return st_fail_nomem(err);
	for (i = 0; rc == STET_OK && i < state->ledger_key_count; i++)
		rc = st_vkey_make(state->origin, ST_NOTE_ED25519, state->ledger_keys[i].public_key,
		    &keys[i], err);
	if (rc == STET_OK)
		rc = st_note_verify(note, keys, state->ledger_key_count, &verified, err);
	free(keys);
	return rc == STET_OK && verified == 0 ? STET_EMISMATCH : rc;
}

int
st_guard_text(stet_ledger *ledger, struct st_buf *text_out, stet_error *err)
{
	char *path = NULL;
	int rc;

	if (ledger->state_dir == NULL)
		return STET_ENOTFOUND;
	if ((rc = head_path(ledger, "head", &path, err)) == STET_OK)
		rc = st_file_read(path, ST_NOTE_MAX, text_out, err);
	free(path);
	return rc;
}

int
st_guard_judge(stet_ledger *ledger, const struct st_state *state, stet_bytes text,
    struct st_checkpoint *head_out, stet_error *err)
{
	struct st_note *note = calloc(1, sizeof(*note));
	int rc;

	if (note == NULL)
		return st_fail_nomem(err);
	if ((rc = st_note_parse(text, note, err)) == STET_OK &&
	    (rc = st_guard_verify(state, note, err)) == STET_OK)
		rc = st_checkpoint_parse(note->text, head_out, err);
	if (rc == STET_EFORMAT || rc == STET_EMISMATCH)
		rc = st_fail(err, STET_EREFUSED, ST_HEAD_DAMAGED,
		    "the remembered head in '%s/head' is damaged or was not signed by this ledger",
		    ledger->state_dir);
	else if (rc == STET_OK && strcmp(head_out->origin, state->origin) != 0)
		rc = st_fail(err, STET_EREFUSED, ST_HEAD_DAMAGED,
		    "the remembered head in '%s/head' is of '%s'", ledger->state_dir,
		    head_out->origin);
	free(note);
	return rc;
}

int
st_guard_read(stet_ledger *ledger, const struct st_state *state, struct st_checkpoint *head_out,
    stet_error *err)
{
	struct st_buf text = {0};
	int rc = st_guard_text(ledger, &text, err);

	if (rc == STET_OK)
		rc = st_guard_judge(ledger, state, st_buf_bytes(&text), head_out, err);
	else if (rc == STET_EFORMAT)
		rc = st_fail(err, STET_EREFUSED, ST_HEAD_DAMAGED,
		    "the remembered head in '%s/head' is no checkpoint", ledger->state_dir);
	st_buf_free(&text);
	return rc;
}

int
st_guard_check(
    stet_ledger *ledger, const struct st_books *books, const struct st_head *head, stet_error *err)
{
	struct st_checkpoint remembered;
	uint8_t root[32];
	stet_bytes value;
	int rc;

	rc = st_get_one(books->tables, ST_META, st_str(ST_META_MOVED), &value, err);
	if (rc == STET_OK)
		return st_fail(err, STET_EREFUSED, ST_MOVED,
		    "this ledger was moved elsewhere by `stet backup --move-to`");
	if (rc != STET_ENOTFOUND)
		return rc;
	rc = st_guard_read(ledger, &ledger->state, &remembered, err);
	if (rc == STET_ENOTFOUND)
		return st_fail(err, STET_EREFUSED, ST_HEAD_UNKNOWN,
		    "this machine remembers no head of ledger '%s': it may be an old copy",
		    ledger->origin);
	if (rc < 0)
		return rc;
	if (remembered.size > head->size)
		return st_fail(err, STET_EREFUSED, ST_ROLLED_BACK,
		    "the ledger has %llu entries but signed a head of %llu: entries are missing",
		    (unsigned long long)head->size, (unsigned long long)remembered.size);
	if ((rc = st_ledger_root(books->tables, remembered.size, root, err)) < 0)
		return rc;
	if (memcmp(root, remembered.root, 32) != 0)
		return st_fail(err, STET_EREFUSED, ST_FORKED,
		    "the first %llu entries are not those whose head this machine has signed",
		    (unsigned long long)remembered.size);
	return STET_OK;
}

/* The folder is not synced: a power cut may bring back the head before this one, which is an
 * ancestor of everything here and forbids nothing that it should allow. */
int
st_guard_remember(stet_ledger *ledger, stet_bytes note, stet_error *err)
{
	char *path = NULL;
	int rc;

	if ((rc = head_path(ledger, "head", &path, err)) == STET_OK)
		rc = st_file_replace(path, note, 0600, err);
	free(path);
	return rc;
}
