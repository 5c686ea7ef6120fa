/* What was signed about the ledger as a whole: the checkpoint beside it, the head this machine
 * remembers, and the checkpoint that the caller trusts already. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "verify/verify.h"

int
st_verify_root(struct st_verify *verify, uint64_t size, uint8_t root_out[32])
{
	struct st_store *store = verify->shadow != NULL ? verify->shadow : verify->scratch;
	struct st_reader *reader = NULL;
	int rc;

	if ((rc = st_reader_open(store, &reader, verify->err)) < 0)
		return rc;
	rc = st_ledger_root(reader, size, root_out, verify->err);
	st_reader_close(reader);
	return rc;
}

/* That the entries go on from a head of at most so many. */
static int
check_root(struct st_verify *verify, uint64_t size, const uint8_t root[32], const char *whose)
{
	uint8_t here[32];
	int rc;

	if ((rc = st_verify_root(verify, size, here)) < 0)
		return rc;
	if (memcmp(here, root, 32) == 0)
		return STET_OK;
	return st_found_after(verify, ST_FORKED, STET_NO_SEQ,
	    "the first %llu entries are not those of %s", (unsigned long long)size, whose);
}

/* A head that is not of this ledger's past: which of the two it is. */
static int
check_descent(struct st_verify *verify, const struct st_checkpoint *head, const char *whose)
{
	uint64_t size = verify->state.size;

	if (head->size > size)
		return st_found(verify, ST_ROLLED_BACK, size,
		    "%s is of %llu entries, and %llu are here: the rest was taken away", whose,
		    (unsigned long long)head->size, (unsigned long long)size);
	return check_root(verify, head->size, head->root, whose);
}

/* --- the stored checkpoint -------------------------------------------------------------------- */

/* The key in force at a size; and the one before it where a change of keys has just been sealed,
 * whose line the checkpoint may bear as well (a crash in between can cost it). */
static size_t
keys_at(const struct st_state *state, uint64_t size, const struct st_ledger_key *keys_out[2])
{
	size_t i, count = 0;

	for (i = state->ledger_key_count; i > 0; i--)
		if (state->ledger_keys[i - 1].since <= size)
			break;
	if (i == 0)
		return 0;
	keys_out[count++] = &state->ledger_keys[i - 1];
	if (i > 1 && state->ledger_keys[i - 1].since == size)
		keys_out[count++] = &state->ledger_keys[i - 2];
	return count;
}

/* Lines of cosigners that the ledger has taken. What the file lists is nobody's word but the
 * operator's; that a line is that key's is what can be verified here. */
static int
check_cosignatures(struct st_verify *verify, const struct st_note *note)
{
	stet_trust *trust = NULL;
	size_t verified;
	stet_error why;
	int rc;

	if ((rc = stet_trust_new(&trust, verify->err)) < 0)
		return rc;
	if ((rc = st_cosigners_read(verify->ledger, trust, &why)) == STET_OK)
		rc = st_note_verify(note, trust->keys, trust->count, &verified, &why);
	if (rc == STET_EMISMATCH)
		rc = st_found_after(verify, ST_CHECKPOINT_WRONG, STET_NO_SEQ,
		    "a cosignature on the checkpoint: %s", why.text);
	else if (rc == STET_EFORMAT)
		rc = st_found(verify, ST_CHECKPOINT_DAMAGED, STET_NO_SEQ,
		    "the file of cosigners beside the checkpoint: %s", why.text);
	else if (rc < 0 && verify->err != NULL)
		*verify->err = why;
	stet_trust_free(trust);
	return rc;
}

static int
check_signatures(struct st_verify *verify, const struct st_note *note, uint64_t size)
{
	const struct st_ledger_key *keys[2];
	struct st_vkey vkeys[2];
	size_t i, count = keys_at(&verify->state, size, keys), in_force = 0, all = 0;
	stet_error why;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && i < count; i++)
		rc = st_vkey_make(verify->state.origin, ST_NOTE_ED25519, keys[i]->public_key,
		    &vkeys[i], verify->err);
	if (rc < 0)
		return rc;
	/* A line that a key is known for and that does not verify fails the note. */
	if ((rc = st_note_verify(note, vkeys, count, &all, &why)) == STET_OK)
		rc = st_note_verify(note, vkeys, count > 0 ? 1 : 0, &in_force, &why);
	if (rc == STET_ENOMEM)
		return st_fail_nomem(verify->err);
	if (rc == STET_OK && in_force == 1)
		return check_cosignatures(verify, note);
	return st_found_after(verify, ST_CHECKPOINT_WRONG, STET_NO_SEQ,
	    "the checkpoint is not signed by the ledger key in force at its size");
}

/* 1 if entry size - 1 is a seal, or cannot be read, which others have said. */
static int
is_sealed(struct st_verify *verify, uint64_t size)
{
	struct st_read read;

	if (size == 0)
		return 0;
	if (verify->unjudged)
		return 1; /* numbers do not lead to the right entries */
	return st_books_entry(&verify->books, size - 1, &read, NULL) < 0 ||
	       read.statement.type == ST_TYPE_SEAL;
}

static int
check_stored(
    struct st_verify *verify, const struct st_note *note, const struct st_checkpoint *checkpoint)
{
	uint8_t root[32];
	int rc;

	if (verify->state.origin == NULL)
		return STET_OK; /* entry 0 is lost: nobody knows whose it should be */
	if (strcmp(checkpoint->origin, verify->state.origin) != 0)
		return st_found(verify, ST_CHECKPOINT_WRONG, STET_NO_SEQ,
		    "the checkpoint is of '%s', the ledger is '%s'", checkpoint->origin,
		    verify->state.origin);
	if ((rc = check_signatures(verify, note, checkpoint->size)) < 0)
		return rc;
	if (checkpoint->size > verify->state.size)
		return check_descent(verify, checkpoint, "the ledger's own checkpoint");
	if (!is_sealed(verify, checkpoint->size))
		return st_found(verify, ST_CHECKPOINT_WRONG, STET_NO_SEQ,
		    "the checkpoint is of %llu entries, where nothing was sealed",
		    (unsigned long long)checkpoint->size);
	if ((rc = st_verify_root(verify, checkpoint->size, root)) < 0)
		return rc;
	if (memcmp(root, checkpoint->root, 32) == 0)
		return STET_OK;
	return st_found_after(verify, ST_CHECKPOINT_WRONG, STET_NO_SEQ,
	    "the checkpoint of %llu entries has another root than they have",
	    (unsigned long long)checkpoint->size);
}

static int
verify_stored(struct st_verify *verify, struct st_note *note)
{
	struct st_checkpoint checkpoint;
	stet_error why = verify->stored_why;
	int rc = verify->stored_rc;

	if (rc == STET_ENOTFOUND)
		return st_found(verify, ST_CHECKPOINT_MISSING, STET_NO_SEQ,
		    "there is no checkpoint in the ledger's folder");
	if (rc == STET_OK)
		rc =
		    st_checkpoint_read(st_buf_bytes(&verify->stored_note), note, &checkpoint, &why);
	if (rc == STET_OK)
		return check_stored(verify, note, &checkpoint);
	if (rc == STET_EFORMAT)
		return st_found(
		    verify, ST_CHECKPOINT_DAMAGED, STET_NO_SEQ, "the checkpoint: %s", why.text);
	if (verify->err != NULL)
		*verify->err = why;
	return rc;
}

/* --- the remembered head ---------------------------------------------------------------------- */

static int
verify_remembered(struct st_verify *verify)
{
	struct st_checkpoint head;
	stet_error why = verify->remembered_why;
	int rc = verify->remembered_rc;

	if (verify->state.origin == NULL || rc == STET_ENOTFOUND)
		return STET_OK; /* this machine has never sealed it */
	if (rc == STET_OK)
		rc = st_guard_judge(verify->ledger, &verify->state,
		    st_buf_bytes(&verify->remembered_note), &head, &why);
	if (rc == STET_OK)
		return check_descent(verify, &head, "the head that this machine remembers");
	if (rc == STET_EREFUSED || rc == STET_EFORMAT)
		return st_found_after(verify, ST_HEAD_DAMAGED, STET_NO_SEQ, "%s", why.text);
	if (verify->err != NULL)
		*verify->err = why;
	return rc;
}

/* --- what was read before --------------------------------------------------------------------- */

/* *go_out: there is something to compare. What is somebody else's, or gone, is nothing. */
static int
is_kept(struct st_verify *verify, const struct st_kept_head *kept, int *go_out)
{
	*go_out = kept->rc == STET_OK && verify->state.origin != NULL;
	if (kept->rc == STET_OK || kept->rc == STET_ENOTFOUND || kept->rc == STET_EREFUSED ||
	    verify->state.origin == NULL)
		return STET_OK;
	if (kept->rc == STET_EFORMAT)
		return st_found_after(verify, ST_MEMORY_DAMAGED, STET_NO_SEQ, "%s", kept->why.text);
	if (verify->err != NULL)
		*verify->err = kept->why;
	return kept->rc;
}

static int
check_kept(struct st_verify *verify, const stet_accepted *head, const char *how)
{
	char hex[65], whose[160];

	st_hex(head->root, sizeof(head->root), hex);
	snprintf(whose, sizeof(whose), "the head that was %s here before, root %s", how, hex);
	return check_root(verify, head->size, head->root, whose);
}

static int
verify_seen(struct st_verify *verify)
{
	const stet_accepted *head = &verify->seen.accepted.head;
	uint64_t size = verify->state.size;
	char hex[65];
	int rc, go;

	if ((rc = is_kept(verify, &verify->seen, &go)) < 0 || !go)
		return rc;
	if (head->size <= size)
		return check_kept(verify, head, "read");
	st_hex(head->root, sizeof(head->root), hex);
	return st_found(verify, ST_COPY_OLDER, size,
	    "a head of %llu entries, root %s, was read here before, and %llu are here",
	    (unsigned long long)head->size, hex, (unsigned long long)size);
}

/* That evidence showed more than is here is no fault of a copy. */
static int
verify_checked(struct st_verify *verify)
{
	const stet_accepted *head = &verify->checked.accepted.head;
	int rc, go;

	if ((rc = is_kept(verify, &verify->checked, &go)) < 0 || !go ||
	    head->size > verify->state.size)
		return rc;
	return check_kept(verify, head, "checked");
}

static void
read_kept(struct st_verify *verify)
{
	stet_ledger *ledger = verify->ledger;
	const struct st_vkey *vkey = NULL;

	verify->seen.rc = verify->checked.rc = STET_ENOTFOUND;
	st_error_clear(&verify->seen.why);
	st_error_clear(&verify->checked.why);
	if (ledger->state_dir == NULL || (verify->options->flags & STET_VERIFY_NO_MEMORY) != 0)
		return;
	verify->seen.rc = st_accepted_read(ledger->state_dir, ST_MEMORY_SEEN, ledger->id,
	    &verify->seen.text, &verify->seen.accepted, &verify->seen.why);
	if (verify->seen.rc == STET_OK)
		vkey = &verify->seen.accepted.vkey;
	verify->checked.rc = st_accepted_checked(
	    ledger, vkey, &verify->checked.text, &verify->checked.accepted, &verify->checked.why);
}

int
st_verify_read_heads(struct st_verify *verify)
{
	char *path = st_path_join(verify->ledger->path, "checkpoint");

	if (path == NULL)
		return st_fail_nomem(verify->err);
	st_error_clear(&verify->stored_why);
	st_error_clear(&verify->remembered_why);
	verify->stored_rc =
	    st_file_read(path, ST_NOTE_MAX, &verify->stored_note, &verify->stored_why);
	verify->remembered_rc =
	    st_guard_text(verify->ledger, &verify->remembered_note, &verify->remembered_why);
	read_kept(verify);
	free(path);
	return STET_OK;
}

/* --- the checkpoint that the caller trusts ---------------------------------------------------- */

static int
parse_since(struct st_verify *verify, struct st_note *note, stet_error *err)
{
	int rc;

	if ((rc = st_note_parse(verify->options->since, note, err)) < 0)
		return rc;
	return st_checkpoint_parse(note->text, &verify->since, err);
}

int
st_verify_since(struct st_verify *verify)
{
	struct st_note *note;
	int rc;

	memset(&verify->since, 0, sizeof(verify->since));
	if (verify->options->since.data == NULL)
		return STET_OK;
	if ((note = calloc(1, sizeof(*note))) == NULL)
		return st_fail_nomem(verify->err);
	rc = parse_since(verify, note, verify->err);
	free(note);
	return rc;
}

static int
verify_trusted(struct st_verify *verify, struct st_note *note)
{
	int rc;

	if (verify->options->since.data == NULL || verify->state.origin == NULL)
		return STET_OK;
	if ((rc = parse_since(verify, note, verify->err)) < 0)
		return rc;
	if (strcmp(verify->since.origin, verify->state.origin) != 0)
		return st_found(verify, ST_SINCE_FOREIGN, STET_NO_SEQ,
		    "the trusted checkpoint is of '%s', the ledger is '%s'", verify->since.origin,
		    verify->state.origin);
	rc = st_guard_verify(&verify->state, note, NULL);
	if (rc == STET_EMISMATCH)
		return st_found(verify, ST_SINCE_FOREIGN, STET_NO_SEQ,
		    "no key of this ledger has signed the trusted checkpoint");
	if (rc < 0)
		return st_fail_nomem(verify->err);
	return check_descent(verify, &verify->since, "the trusted checkpoint");
}

int
st_verify_heads(struct st_verify *verify)
{
	struct st_note *note = calloc(1, sizeof(*note));
	int rc;

	if (note == NULL)
		return st_fail_nomem(verify->err);
	if ((rc = verify_stored(verify, note)) == STET_OK &&
	    (rc = verify_remembered(verify)) == STET_OK && (rc = verify_seen(verify)) == STET_OK &&
	    (rc = verify_checked(verify)) == STET_OK)
		rc = verify_trusted(verify, note);
	free(note);
	return rc;
}
