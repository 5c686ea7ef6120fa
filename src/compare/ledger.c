/* A ledger's folder: its tree is read from the table of nodes, in one snapshot. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "compare/compare.h"

static int
read_entry(stet_copy *copy, uint64_t seq, struct st_buf *out, stet_error *err)
{
	uint8_t key[8];
	stet_bytes encoded;
	int rc;

	st_be64_put(key, seq);
	if ((rc = st_get_one(copy->reader, ST_ENTRY, (stet_bytes){key, 8}, &encoded, err)) < 0)
		return rc;
	st_buf_put_bytes(out, encoded);
	return out->rc < 0 ? st_fail_nomem(err) : STET_OK;
}

static void
close_ledger(stet_copy *copy)
{
	st_reader_close(copy->reader);
	stet_ledger_close(copy->opened);
}

static const struct st_copy_kind kind = {"ledger", read_entry, close_ledger};

/* --- its keys ----------------------------------------------------------------------------------
 */

/* The change to ledger key `to` was the last entry before a seal by the key before it. */
static int
verify_change(stet_copy *copy, const struct st_state *state, size_t to, stet_error *err)
{
	const uint64_t seal = state->ledger_keys[to].since - 1;
	struct st_buf encoded = {0}, rotate = {0};
	uint8_t path[ST_TREE_PATH_MAX][32], leaf[32], root[32];
	struct st_tree before;
	size_t count = 0;
	int rc;

	if ((rc = read_entry(copy, seal, &encoded, err)) < 0 ||
	    (rc = read_entry(copy, seal - 1, &rotate, err)) < 0 ||
	    (rc = st_side_at(&copy->side, seal, &before, err)) < 0 ||
	    (rc = st_copy_seal_verify(state, to - 1, st_buf_bytes(&encoded), &before, NULL, err)) <
		0 ||
	    (rc = st_tree_prove_inclusion(
		 seal - 1, seal, st_books_node, copy->reader, path, &count, err)) < 0)
		goto done;
	st_tree_root(&before, root);
	st_tree_leaf(st_buf_bytes(&rotate), leaf);
	if (!st_tree_inclusion_ok(seal - 1, seal, leaf, (const uint8_t(*)[32])path, count, root))
		rc = st_fail_seq(err, STET_EMISMATCH, ST_COPY_DAMAGED, seal - 1,
		    "entry %llu, a change of the ledger key, is not the one that was sealed",
		    (unsigned long long)(seal - 1));
done:
	st_buf_free(&encoded);
	st_buf_free(&rotate);
	return rc;
}

/* Changes that come after the head, or await their seal, are nobody's word yet. */
static int
take_keys(stet_copy *copy, struct st_state *state, stet_error *err)
{
	size_t i;
	int rc = STET_OK;

	while (state->ledger_key_count > 1 &&
	       state->ledger_keys[state->ledger_key_count - 1].since > copy->side.size)
		state->ledger_key_count--;
	for (i = 1; rc == STET_OK && i < state->ledger_key_count; i++)
		rc = verify_change(copy, state, i, err);
	copy->chained = 1;
	return rc < 0 ? rc : st_copy_take_keys(copy, state, err);
}

/* --- its head ----------------------------------------------------------------------------------
 */

/* Nothing signs the root that takes the seal in: it has to be that of the entry. */
static int
ends_with(const stet_copy *copy, struct st_tree *before, stet_bytes seal, stet_error *err)
{
	uint8_t leaf[32], root[32];

	st_tree_leaf(seal, leaf);
	st_tree_append(before, leaf, NULL, NULL);
	st_tree_root(before, root);
	if (memcmp(root, copy->side.root, 32) != 0)
		return st_fail(err, STET_EMISMATCH, ST_COPY_DAMAGED,
		    "its tree does not end with the last seal");
	return STET_OK;
}

/* Where there is no checkpoint, the head is what the last seal ends. */
static int
take_seal(
    stet_copy *copy, const struct st_state *state, const struct st_head *head, stet_error *err)
{
	struct st_buf encoded = {0};
	struct st_tree before;
	size_t by = state->ledger_key_count - 1;
	int rc;

	if (by > 0 && state->ledger_keys[by].since == head->sealed)
		by--;
	if ((rc = st_side_at(&copy->side, head->sealed - 1, &before, err)) == STET_OK &&
	    (rc = read_entry(copy, head->sealed - 1, &encoded, err)) == STET_OK &&
	    (rc = st_copy_seal_verify(
		 state, by, st_buf_bytes(&encoded), &before, &copy->seal_key, err)) == STET_OK) {
		copy->sealed = 1;
		rc = ends_with(copy, &before, st_buf_bytes(&encoded), err);
	}
	st_buf_free(&encoded);
	return rc;
}

static int
take_head(stet_copy *copy, stet_bytes note, const struct st_head *head, stet_error *err)
{
	if (note.size > 0)
		return st_copy_take_note(copy, note, err);
	if (head->sealed == 0)
		return st_fail(err, STET_EFORMAT, ST_COPY_DAMAGED, "no entry in it is sealed");
	memcpy(copy->head.origin, copy->ledger->origin, strlen(copy->ledger->origin) + 1);
	copy->side.size = copy->head.size = head->sealed;
	return st_ledger_root(copy->reader, head->sealed, copy->side.root, err);
}

static int
read_time(stet_copy *copy, stet_error *err)
{
	struct st_buf encoded = {0};
	struct st_entry entry;
	int rc = read_entry(copy, copy->side.size - 1, &encoded, err);

	if (rc == STET_OK && st_entry_decode(st_buf_bytes(&encoded), &entry, NULL) == STET_OK)
		copy->last_ms = entry.ms;
	st_buf_free(&encoded);
	return rc;
}

static int
fill(stet_copy *copy, stet_bytes note, stet_error *err)
{
	struct st_state state;
	struct st_books books;
	struct st_head head;
	int rc;

	/* After the note: what it covers is in this snapshot, whoever appends meanwhile. */
	if ((rc = st_ledger_reader(copy->ledger, &copy->reader, err)) < 0 ||
	    (rc = st_head_read(copy->reader, &head, err)) < 0)
		return rc;
	copy->side.read = st_books_node;
	copy->side.ctx = copy->reader;
	books = (struct st_books){copy->reader, copy->reader};
	memcpy(copy->id, copy->ledger->id, sizeof(copy->id));
	st_state_init(&state);
	if ((rc = take_head(copy, note, &head, err)) < 0)
		goto done;
	memcpy(copy->head.root, copy->side.root, 32);
	if (copy->side.size > head.size || copy->side.size == 0) {
		rc = st_fail(err, STET_EMISMATCH, ST_COPY_DAMAGED,
		    "its checkpoint is of %llu entries, and it has %llu",
		    (unsigned long long)copy->side.size, (unsigned long long)head.size);
		goto done;
	}
	copy->behind = head.size - copy->side.size;
	if ((rc = st_state_load(&state, &books, head.size, head.last_ms, head.sealed, err)) < 0 ||
	    (rc = take_keys(copy, &state, err)) < 0 ||
	    (note.size == 0 && (rc = take_seal(copy, &state, &head, err)) < 0))
		goto done;
	rc = read_time(copy, err);
done:
	st_state_clear(&state);
	return rc;
}

int
stet_copy_of_ledger(stet_ledger *ledger, stet_copy **copy_out, stet_error *err)
{
	struct st_checkpoint stored;
	struct st_buf note = {0};
	stet_copy *copy = NULL;
	stet_error why;
	int rc;

	if ((rc = st_copy_new(&kind, &copy, err)) < 0)
		return rc;
	copy->ledger = ledger;
	rc = st_checkpoint_stored(ledger, &note, &stored, &why);
	if (rc == STET_ENOTFOUND)
		st_buf_reset(&note);
	else if (rc < 0 && err != NULL)
		*err = why;
	if ((rc == STET_OK || rc == STET_ENOTFOUND) &&
	    (rc = fill(copy, st_buf_bytes(&note), err)) == STET_OK)
		*copy_out = copy;
	else
		stet_copy_close(copy);
	st_buf_free(&note);
	return rc;
}

int
st_copy_ledger(const char *path, stet_copy **copy_out, stet_error *err)
{
	stet_ledger_options options = STET_LEDGER_OPTIONS;
	stet_ledger *ledger = NULL;
	int rc;

	/* Where the folder can be written, a reader takes part in the locking, so that writers do
	 * not use pages again under it. */
	options.read_only = access(path, W_OK) < 0;
	if ((rc = stet_ledger_open(path, &options, &ledger, err)) < 0)
		return rc;
	if ((rc = stet_copy_of_ledger(ledger, copy_out, err)) < 0)
		stet_ledger_close(ledger);
	else
		(*copy_out)->opened = ledger;
	return rc;
}
