/* Copies whose entries are read through: a bare sequence, and a bag.
 *
 * Entries vouch for each other: each has the leaf of the one before it, and each seal the root of
 * all before it, signed by the ledger key.  So what was damaged on the way is noticed here, where
 * nothing signed stands beside it.  Of each entry its leaf is kept, and every hash above is worked
 * out from these when it is asked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "compare/compare.h"

#define READ_SIZE ((size_t)65536)
#define TELL_EVERY 4096
#define FOUND 1 /* the walk may end */
#define NUMBER(n) ((unsigned long long)(n))

/* --- the tree over the leaves ------------------------------------------------------------------
 */

static int
node(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err)
{
	const struct st_leaves *leaves = ctx;
	const uint64_t width = UINT64_C(1) << level;
	struct st_tree tree = {0};
	uint64_t i;

	if (level > 53 || index >= leaves->count >> level)
		return st_fail(err, STET_EMISMATCH, ST_COPY_DAMAGED,
		    "its head is of more than the %zu entries that it has", leaves->count);
	for (i = 0; i < width; i++)
		st_tree_append(&tree, leaves->hashes[index * width + i], NULL, NULL);
	st_tree_root(&tree, hash_out);
	return STET_OK;
}

static int
add_leaf(struct st_leaves *leaves, const uint8_t leaf[32], stet_error *err)
{
	size_t room = leaves->room == 0 ? 1024 : leaves->room * 2;
	uint8_t(*grown)[32];

	if (leaves->count == leaves->room) {
		if ((grown = realloc(leaves->hashes, room * sizeof(*grown))) == NULL)
			return st_fail_nomem(err);
		leaves->hashes = grown;
		leaves->room = room;
	}
	memcpy(leaves->hashes[leaves->count++], leaf, 32);
	return STET_OK;
}

/* --- reading through ----------------------------------------------------------------------------
 */

struct reading {
	stet_copy *copy;
	struct st_state state;
	struct st_buf seal;    /* the last one */
	struct st_tree before; /* what it seals */
	uint64_t ms;           /* its time */
	uint8_t leaf[32];      /* and leaf */
	size_t by;             /* whose it has to be, among the ledger keys */
	stet_progress *progress;
	void *progress_ctx;
};

static int
wrong(uint64_t seq, const char *why, stet_error *err)
{
	return st_fail_seq(
	    err, STET_EMISMATCH, ST_COPY_DAMAGED, seq, "entry %llu %s", NUMBER(seq), why);
}

/* Only what is about the ledger itself is understood; all else is bytes. */
static int
read_statement(const struct st_entry *entry, struct st_statement *statement, stet_error *err)
{
	int rc;

	memset(statement, 0, sizeof(*statement));
	if ((rc = st_sign1_decode(entry->statement, &statement->sign1, err)) < 0)
		return rc;
	if (st_bytes_equal(statement->sign1.claims.sub, st_str(ST_NAME_LEDGER)) ||
	    st_bytes_equal(statement->sign1.claims.sub, st_str(ST_NAME_SEAL)))
		return st_statement_read(entry->statement, statement, err);
	return STET_OK;
}

static int
take_seal(struct reading *reading, stet_bytes encoded, const struct st_entry *entry,
    const struct st_statement *statement, stet_error *err)
{
	struct st_state *state = &reading->state;
	const uint8_t *prior = reading->seal.size > 0 ? reading->leaf : NULL;

	/* Of the last entry nothing comes after it that would tell whether its links are right. */
	if (!st_copy_seal_fits(entry, statement, &state->tree) ||
	    (prior == NULL) != (entry->prior == NULL) ||
	    (prior != NULL && memcmp(prior, entry->prior, 32) != 0))
		return wrong(entry->seq, "is not a seal of the entries before it", err);
	st_tree_leaf(encoded, reading->leaf);
	st_buf_reset(&reading->seal);
	st_buf_put_bytes(&reading->seal, encoded);
	if (reading->seal.rc < 0)
		return st_fail_nomem(err);
	reading->before = state->tree;
	reading->ms = entry->ms;
	reading->by = state->ledger_key_count - (state->rotating ? 2 : 1);
	/* The key that goes vouches for the one that comes. */
	return state->rotating
		   ? st_copy_seal_verify(state, reading->by, encoded, &reading->before, NULL, err)
		   : STET_OK;
}

static int
tell(const struct reading *reading, stet_error *err)
{
	if (reading->progress == NULL || reading->state.size % TELL_EVERY != 0 ||
	    reading->progress(reading->progress_ctx, "entries", reading->state.size, 0) == 0)
		return STET_OK;
	return st_fail(
	    err, STET_EINVAL, ST_STOPPED, "stopped before the end: nothing was found out");
}

static int
take_entry(void *ctx, stet_bytes encoded, stet_error *err)
{
	struct reading *reading = ctx;
	struct st_state *state = &reading->state;
	struct st_statement statement;
	struct st_entry entry;
	uint8_t leaf[32];
	int rc;

	if ((rc = st_entry_decode(encoded, &entry, err)) < 0 ||
	    (rc = read_statement(&entry, &statement, err)) < 0)
		return rc;
	if (entry.seq != state->size)
		return wrong(state->size, "is not the one that comes next", err);
	if (memcmp(entry.prev, state->last_leaf, 32) != 0)
		return wrong(entry.seq, "does not follow the one before it", err);
	if ((entry.seq == 0) != (state->ledger_key_count == 0) ||
	    (entry.seq == 0 && statement.type != ST_TYPE_LEDGER))
		return wrong(0, "opens no ledger", err);
	if (statement.type == ST_TYPE_SEAL &&
	    (rc = take_seal(reading, encoded, &entry, &statement, err)) < 0)
		return rc;
	st_tree_leaf(encoded, leaf);
	if ((rc = add_leaf(&reading->copy->leaves, leaf, err)) < 0 ||
	    (rc = st_tree_append(&state->tree, leaf, NULL, NULL)) < 0 ||
	    (rc = st_state_advance(state, &entry, &statement, leaf, err)) < 0)
		return rc;
	if (state->ledger_key_count == 0)
		return wrong(0, "opens no ledger", err);
	return tell(reading, err);
}

/* What stands behind the last seal nobody has signed, and it is not compared. */
static int
take_head(struct reading *reading, stet_error *err)
{
	const struct st_state *state = &reading->state;
	stet_copy *copy = reading->copy;
	struct st_tree tree;
	int rc;

	if (state->sealed == 0)
		return st_fail(err, STET_EMISMATCH, ST_COPY_DAMAGED, "no entry in it is sealed");
	memcpy(copy->head.origin, state->origin, strlen(state->origin) + 1);
	copy->side.size = copy->head.size = state->sealed;
	if ((rc = st_tree_load(&tree, state->sealed, node, &copy->leaves, err)) < 0)
		return rc;
	st_tree_root(&tree, copy->side.root);
	memcpy(copy->head.root, copy->side.root, 32);
	rc = st_copy_seal_verify(state, reading->by, st_buf_bytes(&reading->seal), &reading->before,
	    &copy->seal_key, err);
	copy->sealed = rc == STET_OK;
	return rc;
}

static int
finish(struct reading *reading, stet_error *err)
{
	struct st_state *state = &reading->state;
	stet_copy *copy = reading->copy;
	int rc;

	if (copy->note.size == 0 && (rc = take_head(reading, err)) < 0)
		return rc;
	if (state->origin == NULL)
		return st_fail(err, STET_EMISMATCH, ST_COPY_DAMAGED, "there is no entry in it");
	if (copy->side.size > state->size)
		return st_fail(err, STET_EMISMATCH, ST_COPY_DAMAGED,
		    "its checkpoint is of %llu entries, and it has %llu", NUMBER(copy->side.size),
		    NUMBER(state->size));
	if (copy->side.size == state->sealed)
		copy->last_ms = reading->ms;
	copy->behind = state->size - copy->side.size;
	memcpy(copy->id, state->id, sizeof(copy->id));
	copy->side.read = node;
	copy->side.ctx = &copy->leaves;
	if (state->rotating)
		state->ledger_key_count--; /* nobody has sealed it */
	copy->chained = 1;
	return st_copy_take_keys(copy, state, err);
}

/* --- the two kinds ------------------------------------------------------------------------------
 */

struct wanted {
	uint64_t left;
	struct st_buf *out;
};

static int
take_wanted(void *ctx, stet_bytes encoded, stet_error *err)
{
	struct wanted *wanted = ctx;

	if (wanted->left-- > 0)
		return STET_OK;
	st_buf_put_bytes(wanted->out, encoded);
	return wanted->out->rc < 0 ? st_fail_nomem(err) : FOUND;
}

/* Reads a source to its end, or to where take has enough. */
static int
split_source(stet_bytes begun, stet_source *read, void *ctx, st_sequence_take *take, void *take_ctx,
    stet_error *err)
{
	struct st_sequence sequence = {.next = 0};
	uint8_t *room;
	size_t got = 1;
	int rc;

	st_buf_put_bytes(&sequence.rest, begun);
	rc = sequence.rest.rc < 0 ? st_fail_nomem(err)
				  : st_sequence_split(&sequence, 0, take, take_ctx, err);
	while (rc == STET_OK && got > 0) {
		got = 0;
		if ((room = st_buf_room(&sequence.rest, READ_SIZE)) == NULL) {
			rc = st_fail_nomem(err);
		} else if ((rc = read(ctx, room, READ_SIZE, &got)) != STET_OK) {
			rc = st_fail(err, rc < 0 ? rc : STET_EIO, ST_RULE_NONE,
			    "the entries could not be read to their end");
		} else {
			st_buf_grow(&sequence.rest, got);
			rc = st_sequence_split(&sequence, got == 0, take, take_ctx, err);
		}
	}
	st_buf_free(&sequence.rest);
	return rc;
}

static int
found(int rc)
{
	return rc == FOUND ? STET_OK : rc == STET_OK ? STET_ENOTFOUND : rc;
}

/* A pipe is over; a file is read once more. */
static int
entry_of_file(stet_copy *copy, uint64_t seq, struct st_buf *out, stet_error *err)
{
	struct wanted wanted = {seq, out};
	FILE *file;
	int rc;

	if (copy->path == NULL || (file = fopen(copy->path, "rbe")) == NULL)
		return STET_ENOTFOUND;
	rc = split_source(
	    (stet_bytes){NULL, 0}, st_copy_file_source, file, take_wanted, &wanted, err);
	fclose(file);
	return found(rc);
}

static int
entry_of_bag(stet_copy *copy, uint64_t seq, struct st_buf *out, stet_error *err)
{
	struct wanted wanted = {seq, out};

	return found(st_bag_entries(copy->bag, 0, take_wanted, &wanted, err));
}

static void
close_entries(stet_copy *copy)
{
	st_unpack_close(copy->bag);
	free(copy->leaves.hashes);
}

static const struct st_copy_kind entries_kind = {"entries", entry_of_file, close_entries};
static const struct st_copy_kind bag_kind = {"bag", entry_of_bag, close_entries};

static int
begin(struct reading *reading, const struct st_copy_kind *kind, stet_progress *progress,
    void *progress_ctx, stet_error *err)
{
	memset(reading, 0, sizeof(*reading));
	st_state_init(&reading->state);
	reading->progress = progress;
	reading->progress_ctx = progress_ctx;
	return st_copy_new(kind, &reading->copy, err);
}

static int
end(struct reading *reading, int rc, stet_copy **copy_out, stet_error *err)
{
	if (rc == STET_OK)
		rc = finish(reading, err);
	if (rc == STET_OK)
		*copy_out = reading->copy;
	else
		stet_copy_close(reading->copy);
	st_state_clear(&reading->state);
	st_buf_free(&reading->seal);
	return rc;
}

int
st_copy_entries(stet_bytes begun, stet_source *read, void *read_ctx, stet_progress *progress,
    void *ctx, stet_copy **copy_out, stet_error *err)
{
	struct reading reading;
	int rc;

	if ((rc = begin(&reading, &entries_kind, progress, ctx, err)) == STET_OK)
		rc = split_source(begun, read, read_ctx, take_entry, &reading, err);
	return end(&reading, rc, copy_out, err);
}

/* Only a bag of everything has all leaves. Its manifests are not looked at: what its checkpoint
 * covers is what counts here. */
static int
take_bag_note(stet_copy *copy, stet_error *err)
{
	struct st_buf note = {0};
	int rc;

	if (st_unpack_find(copy->bag, ST_BAG_ENTRIES, NULL) == NULL ||
	    st_unpack_find(copy->bag, ST_BAG_CHECKPOINT, NULL) == NULL)
		return st_fail(err, STET_EFORMAT, ST_PACKAGE_KIND,
		    "it is a bag of something else than a ledger");
	if (st_unpack_find(copy->bag, ST_BAG_SINCE, NULL) != NULL)
		return st_fail(err, STET_EREFUSED, ST_PACKAGE_PARTIAL,
		    "it is an increment: the entries before it are not in it");
	if (st_unpack_find(copy->bag, ST_BAG_PROOF, NULL) != NULL)
		return st_fail(err, STET_EREFUSED, ST_PACKAGE_PARTIAL,
		    "it holds the entries of some records only; the proof in it can be compared, "
		    "'" ST_BAG_PROOF "'");
	if ((rc = st_unpack_read(copy->bag, ST_BAG_CHECKPOINT, ST_NOTE_MAX, &note, err)) == STET_OK)
		rc = st_copy_take_note(copy, st_buf_bytes(&note), err);
	st_buf_free(&note);
	return rc;
}

int
st_copy_bag(
    const char *path, stet_progress *progress, void *ctx, stet_copy **copy_out, stet_error *err)
{
	struct reading reading;
	int rc;

	if ((rc = begin(&reading, &bag_kind, progress, ctx, err)) == STET_OK &&
	    (rc = st_unpack_open(path, &reading.copy->bag, err)) == STET_OK &&
	    (rc = take_bag_note(reading.copy, err)) == STET_OK)
		rc = st_bag_entries(reading.copy->bag, 0, take_entry, &reading, err);
	return end(&reading, rc, copy_out, err);
}
