/* Seals and checkpoints: what the ledger key signs, and in which order it becomes known. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "index/index.h"
#include "key/key.h"
#include "ledger/internal.h"

static int
load_key_file(stet_ledger *ledger, const char *name, stet_passphrase *ask, void *ctx,
    stet_key **key_out, stet_error *err)
{
	char *path = st_path_join(ledger->path, name);
	int rc;

	if (path == NULL)
		return st_fail_nomem(err);
	rc = stet_key_load(path, ask, ctx, key_out, err);
	free(path);
	return rc;
}

static int
is_in_force(const stet_ledger *ledger, const stet_key *key)
{
	uint8_t kid[32];

	stet_key_thumbprint(key, kid);
	return stet_key_can_sign(key) &&
	       memcmp(kid, st_state_sealing_key(&ledger->state)->kid, 32) == 0;
}

static void
set_key(stet_key **key, stet_key *value)
{
	stet_key_free(*key);
	*key = value;
}

/* 1 if key sealed the change to the one in force. */
static int
is_the_one_before(const stet_ledger *ledger, const stet_key *key)
{
	const struct st_state *state = &ledger->state;
	uint8_t kid[32];

	if (state->rotating || state->ledger_key_count < 2)
		return 0;
	stet_key_thumbprint(key, kid);
	return stet_key_can_sign(key) &&
	       memcmp(kid, state->ledger_keys[state->ledger_key_count - 2].kid, 32) == 0;
}

/* Its file stays where it is until the checkpoint of the change is out: the old key's line is on
 * that, too.  STET_ENOTFOUND: there is none, or it is not the one in force. */
static int
take_next_key(stet_ledger *ledger, stet_passphrase *ask, void *ctx, stet_error *err)
{
	stet_key *key = NULL;
	int rc;

	if ((rc = load_key_file(ledger, ST_NEXT_KEY_FILE, ask, ctx, &key, err)) == STET_OK &&
	    !is_in_force(ledger, key))
		rc = STET_ENOTFOUND;
	if (rc == STET_OK) {
		set_key(&ledger->key, key);
		ledger->key_is_next = 1;
	} else {
		stet_key_free(key);
	}
	return rc;
}

int
st_ledger_key_settle(stet_ledger *ledger, stet_error *err)
{
	char *from, *to;
	int rc = STET_OK;

	set_key(&ledger->old, NULL);
	from = st_path_join(ledger->path, ST_NEXT_KEY_FILE);
	to = st_path_join(ledger->path, ST_KEY_FILE);
	if (from == NULL || to == NULL)
		rc = st_fail_nomem(err);
	else if (rename(from, to) < 0)
		rc = st_fail_errno(
		    err, errno, "the ledger key in force stays in '%s'", ST_NEXT_KEY_FILE);
	ledger->key_is_next = rc < 0;
	free(from);
	free(to);
	return rc;
}

int
st_ledger_key(stet_ledger *ledger, stet_passphrase *ask, void *ctx, stet_error *err)
{
	stet_key *key = NULL;
	int rc;

	if (ledger->key != NULL) {
		if (is_in_force(ledger, ledger->key))
			return STET_OK;
		set_key(&ledger->key, NULL); /* another process has changed it */
	}
	rc = load_key_file(ledger, ST_KEY_FILE, ask, ctx, &key, err);
	if (rc == STET_OK && is_in_force(ledger, key)) {
		set_key(&ledger->key, key);
		ledger->key_is_next = 0;
		return STET_OK;
	}
	if (rc == STET_OK && is_the_one_before(ledger, key))
		set_key(&ledger->old, key);
	else
		stet_key_free(key);
	if (rc != STET_OK && rc != STET_ENOTFOUND)
		return rc;
	if ((rc = take_next_key(ledger, ask, ctx, err)) != STET_ENOTFOUND)
		return rc;
	return st_fail(err, STET_EREFUSED, ST_LEDGER_KEY_ABSENT,
	    "the ledger key in force is not in '%s/%s': nothing can be sealed here", ledger->path,
	    ST_KEY_FILE);
}

/* --- seals ----------------------------------------------------------------------------------- */

static int
is_hash(stet_bytes payload, const char *member, const uint8_t expected[32])
{
	stet_bytes value;

	return st_cbor_member_bytes(payload, member, &value) == STET_OK &&
	       st_bytes_equal(value, (stet_bytes){expected, 32});
}

int
st_seal_tables(stet_ledger *ledger, const struct st_books *books, stet_error *err)
{
	uint64_t sealed = ledger->state.sealed;
	uint8_t root[32], index[32];
	struct st_read read;
	int rc;

	if (ledger->tables_known || sealed == 0)
		return STET_OK;
	if ((rc = st_ledger_root(books->tables, sealed - 1, root, err)) < 0 ||
	    (rc = st_index_root(books->tables, index, err)) < 0 ||
	    (rc = st_books_entry(books, sealed - 1, &read, err)) < 0)
		return rc;
	if (!is_hash(read.statement.sign1.payload, "root", root))
		return st_fail(err, STET_EFORMAT, ST_TABLE_DAMAGED,
		    "table 'tree' is not the one that the last seal was made from");
	/* Seals are in no index, so with nothing behind the last one it is still the same. */
	if (sealed == ledger->state.size && !is_hash(read.statement.sign1.payload, "index", index))
		return st_fail(err, STET_EFORMAT, ST_TABLE_DAMAGED,
		    "table 'index' is not the one that the last seal was made from");
	ledger->tables_known = 1;
	return STET_OK;
}

static void
put_seal(
    struct st_buf *out, uint64_t ms, uint64_t size, const uint8_t root[32], const uint8_t index[32])
{
	st_cbor_put_map(out, 6); /* in the order of their encodings: shorter keys first */
	st_cbor_put_str(out, "v");
	st_cbor_put_uint(out, 1);
	st_cbor_put_str(out, "ms");
	st_cbor_put_uint(out, ms);
	st_cbor_put_str(out, "root");
	st_cbor_put_bytes(out, (stet_bytes){root, 32});
	st_cbor_put_str(out, "size");
	st_cbor_put_uint(out, size);
	st_cbor_put_str(out, "type");
	st_cbor_put_str(out, "seal");
	st_cbor_put_str(out, "index");
	st_cbor_put_bytes(out, (stet_bytes){index, 32});
}

static int
sign_seal(stet_ledger *ledger, uint64_t ms, const uint8_t root[32], const uint8_t index[32],
    struct st_buf *out, stet_error *err)
{
	const struct st_state *state = &ledger->state;
	struct st_buf payload = {0};
	struct st_claims claims;
	uint8_t cti[8];
	int rc;

	st_be64_put(cti, state->size);
	claims.iss = st_str(state->origin);
	claims.sub = st_str(ST_NAME_SEAL);
	claims.aud = st_str(state->id);
	claims.iat = ms / 1000;
	claims.cti = (stet_bytes){cti, sizeof(cti)};
	put_seal(&payload, ms, state->size, root, index);
	rc = payload.rc < 0 ? st_fail_nomem(err)
			    : st_sign1_encode(&claims, st_buf_bytes(&payload),
				  st_key_secret(ledger->key), out, err);
	st_buf_free(&payload);
	return rc;
}

int
st_seal(
    stet_ledger *ledger, struct st_enter *enter, uint64_t ms, stet_head *head_out, stet_error *err)
{
	struct st_state *state = &ledger->state;
	struct st_reader *reader = st_batch_reader(enter->batch);
	struct st_books books = {reader, reader};
	struct st_statement statement;
	struct st_buf signed_ = {0}, encoded = {0};
	struct st_entry entry;
	struct st_case c;
	uint8_t root[32], leaf[32], prev[32];
	int rc;

	memset(&c, 0, sizeof(c));
	c.state = state;
	c.books = &books;
	c.entry = &entry;
	c.statement = &statement;
	st_tree_root(&state->tree, root);
	if ((rc = st_enter_index(enter, head_out->index, err)) < 0 ||
	    (rc = sign_seal(ledger, ms, root, head_out->index, &signed_, err)) < 0 ||
	    (rc = st_statement_read(st_buf_bytes(&signed_), &statement, err)) < 0)
		goto done;
	memcpy(prev, state->last_leaf, 32);
	entry = (struct st_entry){state->size, ms, prev, NULL, st_buf_bytes(&signed_)};
	/* Through the same rules as everything else: what this machine would refuse it does not
	 * sign. */
	if ((rc = st_admit(&c, err)) < 0 ||
	    (rc = st_seal_check(state, head_out->index, &entry, &statement, err)) < 0)
		goto done;
	entry.prior = c.row.count > 0 ? c.row.head : NULL;
	if ((rc = st_entry_encode(&entry, &encoded, err)) < 0 ||
	    (rc = st_enter(enter, &c, st_buf_bytes(&encoded), leaf, err)) < 0)
		goto done;
	head_out->size = state->size;
	st_tree_root(&state->tree, head_out->root);
done:
	st_buf_free(&signed_);
	st_buf_free(&encoded);
	return rc;
}

/* --- checkpoints ----------------------------------------------------------------------------- */

int
st_checkpoint_sign(stet_ledger *ledger, const stet_key *also, uint64_t size, const uint8_t root[32],
    struct st_buf *note_out, stet_error *err)
{
	struct st_checkpoint checkpoint;
	struct st_buf text = {0};
	int rc;

	memset(&checkpoint, 0, sizeof(checkpoint));
	memcpy(checkpoint.origin, ledger->origin, strlen(ledger->origin) + 1);
	checkpoint.size = size;
	memcpy(checkpoint.root, root, 32);
	st_checkpoint_put(&text, &checkpoint);
	if (text.rc < 0)
		rc = st_fail_nomem(err);
	else if (also == NULL)
		rc = st_note_sign(
		    st_buf_bytes(&text), ledger->origin, st_key_secret(ledger->key), note_out, err);
	else if ((rc = st_note_sign(st_buf_bytes(&text), ledger->origin, st_key_secret(also),
		      note_out, err)) == STET_OK)
		rc = st_note_add(
		    st_buf_bytes(&text), ledger->origin, st_key_secret(ledger->key), note_out, err);
	st_buf_free(&text);
	return rc;
}

/* What was committed is read again, in a new snapshot, and the root recomputed from the stored
 * bytes: a bit that flipped on the way to the disk must not be signed for ever. */
static int
read_back(stet_ledger *ledger, uint64_t first, const stet_head *head, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_tree tree;
	uint8_t key[8], leaf[32], root[32];
	stet_bytes encoded;
	uint64_t seq;
	int rc;

	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	memset(&tree, 0, sizeof(tree));
	rc = st_tree_load(&tree, first, st_books_node, reader, err);
	for (seq = first; rc == STET_OK && seq < head->size; seq++) {
		st_be64_put(key, seq);
		rc = st_get_one(reader, ST_ENTRY, (stet_bytes){key, 8}, &encoded, err);
		if (rc == STET_OK) {
			st_tree_leaf(encoded, leaf);
			rc = st_tree_append(&tree, leaf, NULL, NULL);
		}
	}
	st_reader_close(reader);
	if (rc == STET_OK)
		st_tree_root(&tree, root);
	/* A snapshot in which tables do not fit together is not what was written, either. */
	if (rc == STET_ENOTFOUND || rc == STET_EFORMAT ||
	    (rc == STET_OK && memcmp(root, head->root, 32) != 0))
		return st_fail(err, STET_EMISMATCH, ST_READ_BACK_WRONG,
		    "what was read back after the commit is not what was written: no checkpoint is "
		    "signed");
	return rc;
}

/* The old key of a rotation whose seal is the last entry of head, if it is here. */
static const stet_key *
key_before(const stet_ledger *ledger, const stet_head *head)
{
	const struct st_ledger_key *last = st_state_checkpoint_key(&ledger->state);

	return ledger->old != NULL && last->since == head->size &&
		       is_the_one_before(ledger, ledger->old)
		   ? ledger->old
		   : NULL;
}

int
st_publish(stet_ledger *ledger, uint64_t first, const stet_head *head, stet_error *err)
{
	const stet_key *also = key_before(ledger, head);
	struct st_buf note = {0};
	char *path = NULL;
	int rc;

	if ((rc = read_back(ledger, first, head, err)) < 0 ||
	    (rc = st_checkpoint_sign(ledger, also, head->size, head->root, &note, err)) < 0)
		goto done;
	/* The remembered copy first: no signed head is ever seen that this machine could forget. */
	if ((path = st_path_join(ledger->path, "checkpoint")) == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_guard_remember(ledger, st_buf_bytes(&note), err)) == STET_OK)
		rc = st_file_replace(path, st_buf_bytes(&note), 0644, err);
	if (rc == STET_OK && ledger->key_is_next)
		rc = st_ledger_key_settle(ledger, err);
done:
	free(path);
	st_buf_free(&note);
	return rc;
}

int
st_publish_again(
    stet_ledger *ledger, struct st_reader *reader, const struct st_head *head, stet_error *err)
{
	struct st_checkpoint remembered;
	stet_head out;
	int rc;

	memset(&out, 0, sizeof(out));
	memset(&remembered, 0, sizeof(remembered));
	out.size = head->sealed;
	/* What a checkpoint of this machine covers has been read back before it was signed. */
	if ((rc = st_guard_read(ledger, &ledger->state, &remembered, err)) < 0 ||
	    (rc = st_ledger_root(reader, out.size, out.root, err)) < 0)
		return rc;
	return st_publish(
	    ledger, remembered.size < out.size ? remembered.size : out.size, &out, err);
}

int
st_checkpoint_stored(stet_ledger *ledger, struct st_buf *note_out,
    struct st_checkpoint *checkpoint_out, stet_error *err)
{
	struct st_note *note = calloc(1, sizeof(*note));
	char *path = st_path_join(ledger->path, "checkpoint");
	int rc;

	if (note == NULL || path == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_file_read(path, ST_NOTE_MAX, note_out, err)) == STET_OK)
		rc = st_checkpoint_read(st_buf_bytes(note_out), note, checkpoint_out, err);
	free(path);
	free(note);
	return rc;
}

/* A crash between commit and checkpoint leaves the older note; the signature is deterministic, so
 * signing the newer one again yields the note that would have been. */
int
st_checkpoint_mend(stet_ledger *ledger, stet_passphrase *ask, void *ctx, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_guard guard = {-1};
	struct st_books books;
	struct st_head head;
	int rc;

	pthread_mutex_lock(&ledger->lock);
	if ((rc = st_guard_take(ledger, &guard, err)) < 0 ||
	    (rc = st_ledger_reader(ledger, &reader, err)) < 0)
		goto done;
	books = (struct st_books){reader, reader};
	if ((rc = st_ledger_refresh(ledger, &books, &head, err)) < 0 ||
	    (rc = st_guard_check(ledger, &books, &head, err)) < 0 ||
	    (rc = st_ledger_key(ledger, ask, ctx, err)) < 0)
		goto done;
	rc = st_publish_again(ledger, reader, &head, err);
done:
	st_reader_close(reader);
	st_guard_drop(&guard);
	pthread_mutex_unlock(&ledger->lock);
	return rc;
}

int
stet_ledger_checkpoint(stet_ledger *ledger, char **note_out, size_t *size_out, stet_error *err)
{
	struct st_checkpoint stored;
	struct st_buf note = {0};
	stet_head head;
	int rc, again = 0;

	if ((rc = stet_ledger_head(ledger, &head, err)) < 0)
		return rc;
	for (;;) {
		st_buf_reset(&note);
		memset(&stored, 0, sizeof(stored));
		rc = st_checkpoint_stored(ledger, &note, &stored, err);
		if (rc == STET_OK && stored.size >= head.size)
			break;
		if (again || (rc != STET_OK && rc != STET_ENOTFOUND && rc != STET_EFORMAT))
			break;
		if ((rc = st_checkpoint_mend(ledger, NULL, NULL, err)) < 0)
			break;
		again = 1;
	}
	if (rc == STET_OK) {
		st_buf_put_u8(&note, 0);
		if (note.rc < 0) {
			rc = st_fail_nomem(err);
		} else {
			*note_out = (char *)note.data;
			*size_out = note.size - 1;
			return STET_OK;
		}
	}
	st_buf_free(&note);
	return rc;
}

int
stet_ledger_vkey(stet_ledger *ledger, char **vkey_out, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_buf text = {0};
	struct st_books books;
	struct st_vkey vkey;
	struct st_head head;
	int rc;

	pthread_mutex_lock(&ledger->lock);
	if ((rc = st_ledger_reader(ledger, &reader, err)) == STET_OK) {
		books = (struct st_books){reader, reader};
		if ((rc = st_ledger_refresh(ledger, &books, &head, err)) == STET_OK)
			rc = st_vkey_make(ledger->origin, ST_NOTE_ED25519,
			    st_state_checkpoint_key(&ledger->state)->public_key, &vkey, err);
		st_reader_close(reader);
	}
	pthread_mutex_unlock(&ledger->lock);
	if (rc < 0)
		return rc;
	st_vkey_put(&text, &vkey);
	st_buf_put_u8(&text, 0);
	if (text.rc < 0) {
		st_buf_free(&text);
		return st_fail_nomem(err);
	}
	*vkey_out = (char *)text.data;
	return STET_OK;
}

/* --- notes from elsewhere
 * ------------------------------------------------------------------------- */

/* Signed by this ledger, and of the entries that are here. */
static int
check_adopted(stet_ledger *ledger, struct st_reader *reader, const struct st_head *head,
    const struct st_note *note, const struct st_checkpoint *adopted, stet_error *err)
{
	uint8_t root[32];
	int rc;

	rc = st_guard_verify(&ledger->state, note, err);
	if (rc == STET_ENOMEM)
		return rc;
	if (rc < 0 || strcmp(adopted->origin, ledger->origin) != 0)
		return st_fail(err, STET_EMISMATCH, ST_ADOPT_UNSIGNED,
		    "the note is not signed by this ledger's key");
	if (adopted->size > head->size)
		return st_fail(err, STET_EMISMATCH, ST_ROLLED_BACK,
		    "the note is of %llu entries, the ledger has %llu: entries are missing",
		    (unsigned long long)adopted->size, (unsigned long long)head->size);
	if ((rc = st_ledger_root(reader, adopted->size, root, err)) < 0)
		return rc;
	if (memcmp(root, adopted->root, 32) != 0)
		return st_fail(err, STET_EMISMATCH, ST_FORKED,
		    "the first %llu entries are not those of the note",
		    (unsigned long long)adopted->size);
	return STET_OK;
}

int
stet_ledger_moment(stet_ledger *ledger, stet_bytes note, stet_at *at_out, stet_error *err)
{
	struct st_checkpoint checkpoint;
	struct st_note *parsed = NULL;
	struct st_reader *reader = NULL;
	struct st_books books;
	struct st_head head;
	int rc;

	if ((parsed = calloc(1, sizeof(*parsed))) == NULL)
		return st_fail_nomem(err);
	pthread_mutex_lock(&ledger->lock);
	if ((rc = st_checkpoint_read(note, parsed, &checkpoint, err)) < 0 ||
	    (rc = st_ledger_reader(ledger, &reader, err)) < 0)
		goto done;
	books = (struct st_books){reader, reader};
	if ((rc = st_ledger_refresh(ledger, &books, &head, err)) == STET_OK &&
	    (rc = check_adopted(ledger, reader, &head, parsed, &checkpoint, err)) == STET_OK)
		*at_out = (stet_at){STET_AT_SEQ, checkpoint.size};
done:
	st_reader_close(reader);
	pthread_mutex_unlock(&ledger->lock);
	free(parsed);
	return rc;
}

/* A head that is remembered and can be read stays in force: nobody's note takes the ledger behind
 * it, or to another history. */
static int
must_go_forward(stet_ledger *ledger, struct st_reader *reader, const struct st_checkpoint *adopted,
    stet_error *err)
{
	struct st_checkpoint remembered;
	uint8_t root[32];
	stet_error why;
	int rc;

	rc = st_guard_read(ledger, &ledger->state, &remembered, &why);
	if (rc == STET_ENOTFOUND || (rc == STET_EREFUSED && why.rule == ST_HEAD_DAMAGED))
		return STET_OK;
	if (rc < 0) {
		if (err != NULL)
			*err = why;
		return rc;
	}
	if (remembered.size >= adopted->size)
		return st_fail(err, STET_EREFUSED, ST_ADOPT_OLDER,
		    "this machine remembers a head of %llu entries already",
		    (unsigned long long)remembered.size);
	if ((rc = st_ledger_root(reader, remembered.size, root, err)) < 0)
		return rc;
	if (memcmp(root, remembered.root, 32) != 0)
		return st_fail(err, STET_EMISMATCH, ST_FORKED,
		    "the first %llu entries are not those whose head this machine has signed",
		    (unsigned long long)remembered.size);
	return STET_OK;
}

/* Where this machine remembers no head, somebody vouches for one: a checkpoint they kept elsewhere.
 */
int
stet_ledger_adopt(stet_ledger *ledger, stet_bytes note, stet_error *err)
{
	struct st_checkpoint adopted;
	struct st_note *parsed = NULL;
	struct st_reader *reader = NULL;
	struct st_guard guard = {-1};
	struct st_books books;
	struct st_head head;
	int rc;

	if ((parsed = calloc(1, sizeof(*parsed))) == NULL)
		return st_fail_nomem(err);
	pthread_mutex_lock(&ledger->lock);
	if ((rc = st_checkpoint_read(note, parsed, &adopted, err)) < 0 ||
	    (rc = st_guard_take(ledger, &guard, err)) < 0 ||
	    (rc = st_ledger_reader(ledger, &reader, err)) < 0)
		goto done;
	books = (struct st_books){reader, reader};
	if ((rc = st_ledger_refresh(ledger, &books, &head, err)) < 0 ||
	    (rc = check_adopted(ledger, reader, &head, parsed, &adopted, err)) < 0 ||
	    (rc = must_go_forward(ledger, reader, &adopted, err)) < 0)
		goto done;
	if ((rc = st_guard_remember(ledger, note, err)) == STET_OK)
		rc = st_dir_sync(ledger->state_dir, err);
done:
	st_reader_close(reader);
	st_guard_drop(&guard);
	pthread_mutex_unlock(&ledger->lock);
	free(parsed);
	return rc;
}
