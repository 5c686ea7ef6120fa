/* A ledger from nothing but its entries: each goes through every rule again. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/parallel.h"
#include "key/key.h"
#include "ledger/internal.h"

#define BLOCK_COUNT 1024 /* entries verified together and committed together */
#define READ_SIZE 262144

struct pending {
	struct st_sign1 sign1; /* views into the block's copy */
	uint8_t public_key[32];
	uint64_t seq;
	int rc; /* of its signature */
};

struct restoring {
	stet_ledger *ledger;
	struct st_batch *batch;
	struct st_enter enter;
	struct st_buf block;       /* encoded entries of this block, copied          */
	size_t sizes[BLOCK_COUNT]; /* of each                                        */
	size_t count;
	struct pending *pending;
	stet_progress *progress;
	void *ctx;
};

static int
check_links(const struct st_state *state, const struct st_entry *entry, const struct st_case *c,
    stet_error *err)
{
	const uint8_t *prior = c->row.count > 0 ? c->row.head : NULL;
	unsigned long long seq = entry->seq;

	if (memcmp(entry->prev, state->last_leaf, 32) != 0)
		return st_fail_seq(err, STET_EMISMATCH, ST_PREV_WRONG, entry->seq,
		    "entry %llu does not follow the one before it", seq);
	if (entry->ms < state->last_ms)
		return st_fail_seq(err, STET_EMISMATCH, ST_TIME_BACKWARDS, entry->seq,
		    "entry %llu is older than the one before it", seq);
	if ((prior == NULL) != (entry->prior == NULL) ||
	    (prior != NULL && memcmp(prior, entry->prior, 32) != 0))
		return st_fail_seq(err, STET_EMISMATCH, ST_PRIOR_WRONG, entry->seq,
		    "entry %llu does not continue the history of its name", seq);
	return STET_OK;
}

/* What is wrong with an entry names it. */
static int
at_entry(uint64_t seq, int rc, stet_error *err)
{
	if (rc < 0 && err != NULL && err->seq == STET_NO_SEQ)
		err->seq = seq;
	return rc;
}

static int
judge(struct restoring *restoring, const struct st_entry *entry,
    const struct st_statement *statement, struct st_case *c, stet_error *err)
{
	uint8_t index[32];
	int rc;

	if ((rc = st_admit(c, err)) == STET_OK && c->already != STET_NO_SEQ)
		rc = st_fail(err, STET_EREFUSED, ST_ID_REPEATED,
		    "the same statement is entry %llu already", (unsigned long long)c->already);
	if (rc == STET_OK && (rc = check_links(c->state, entry, c, err)) == STET_OK &&
	    statement->type == ST_TYPE_SEAL &&
	    (rc = st_enter_index(&restoring->enter, index, err)) == STET_OK)
		rc = st_seal_check(c->state, index, entry, statement, err);
	return at_entry(entry->seq, rc, err);
}

static int
restore_one(
    struct restoring *restoring, stet_bytes encoded, struct pending *pending, stet_error *err)
{
	struct st_state *state = &restoring->ledger->state;
	struct st_reader *reader = st_batch_reader(restoring->batch);
	struct st_books books = {reader, reader};
	struct st_statement statement;
	struct st_entry entry;
	struct st_case c;
	uint8_t leaf[32];
	int rc;

	memset(&c, 0, sizeof(c));
	if ((rc = st_entry_decode(encoded, &entry, err)) < 0)
		return at_entry(state->size, rc, err);
	if (entry.seq != state->size)
		return st_fail_seq(err, STET_EMISMATCH,
		    entry.seq < state->size ? ST_ENTRY_REPEATED : ST_ENTRY_MISSING, state->size,
		    "entry %llu comes where entry %llu should", (unsigned long long)entry.seq,
		    (unsigned long long)state->size);
	if ((rc = st_statement_read(entry.statement, &statement, err)) < 0)
		return at_entry(state->size, rc, err);
	c.state = state;
	c.books = &books;
	c.entry = &entry;
	c.statement = &statement;
	c.flags = ST_ADMIT_REPLAY;
	if ((rc = judge(restoring, &entry, &statement, &c, err)) < 0)
		return rc;
	pending->sign1 = statement.sign1;
	memcpy(pending->public_key, c.public_key, 32);
	pending->seq = entry.seq;
	return st_enter(&restoring->enter, &c, encoded, leaf, err);
}

static void
verify_part(void *ctx, size_t from, size_t to)
{
	struct pending *pending = ctx;
	size_t i;

	for (i = from; i < to; i++)
		pending[i].rc = st_sign1_verify(&pending[i].sign1, pending[i].public_key, NULL);
}

/* *good_out: how many of the block the rules let pass. */
static int
judge_block(struct restoring *restoring, size_t *good_out, stet_error *err)
{
	const uint8_t *at = restoring->block.data;
	size_t i;
	int rc = STET_OK;

	for (i = 0; i < restoring->count; i++) {
		rc = restore_one(
		    restoring, (stet_bytes){at, restoring->sizes[i]}, &restoring->pending[i], err);
		if (rc < 0)
			break;
		at += restoring->sizes[i];
	}
	*good_out = i;
	return rc;
}

static int
verify_block(struct restoring *restoring, size_t count, stet_error *err)
{
	size_t i;

	st_parallel(restoring->ledger->options.threads, count, 16, verify_part, restoring->pending);
	for (i = 0; i < count; i++)
		if (restoring->pending[i].rc == STET_ENOMEM)
			return st_fail_nomem(err);
		else if (restoring->pending[i].rc < 0)
			return st_fail_seq(err, STET_EMISMATCH, ST_SIGNATURE_INVALID,
			    restoring->pending[i].seq, "the signature of entry %llu is wrong",
			    (unsigned long long)restoring->pending[i].seq);
	return STET_OK;
}

/* One block: judged in order, verified on all cores, committed.  An entry that was altered often
 * shows first in the one after it, whose prev is another; so the signatures up to there are asked
 * before that one is named. */
static int
flush_block(struct restoring *restoring, stet_error *err)
{
	stet_ledger *ledger = restoring->ledger;
	uint8_t index[32];
	size_t good;
	int rc, wrong;

	if (restoring->count == 0)
		return STET_OK;
	if ((rc = st_batch_begin(ledger->store, 0, &restoring->batch, err)) < 0 ||
	    (rc = st_enter_begin(&restoring->enter, restoring->batch, &ledger->state, 1, err)) < 0)
		return rc;
	rc = judge_block(restoring, &good, err);
	if ((rc == STET_OK || rc == STET_EREFUSED || rc == STET_EMISMATCH || rc == STET_EFORMAT) &&
	    (wrong = verify_block(restoring, good, err)) < 0)
		rc = wrong;
	/* The trie is brought up to date in every batch: what is touched here is not remembered
	 * there. */
	if (rc < 0 || (rc = st_enter_index(&restoring->enter, index, err)) < 0)
		return rc;
	if ((rc = st_enter_end(&restoring->enter, err)) == STET_OK)
		rc = st_batch_commit(&restoring->batch, err);
	st_enter_clear(&restoring->enter);
	restoring->count = 0;
	st_buf_reset(&restoring->block);
	if (rc == STET_OK && restoring->progress != NULL &&
	    restoring->progress(restoring->ctx, "entries", ledger->state.size, 0) != 0)
		rc = st_fail(
		    err, STET_EINVAL, ST_STOPPED, "stopped; nothing is left of the new ledger");
	return rc;
}

static int
take_entry(struct restoring *restoring, stet_bytes encoded, stet_error *err)
{
	st_buf_put_bytes(&restoring->block, encoded);
	if (restoring->block.rc < 0)
		return st_fail_nomem(err);
	restoring->sizes[restoring->count++] = encoded.size;
	return restoring->count == BLOCK_COUNT ? flush_block(restoring, err) : STET_OK;
}

/* What comes next is no entry. If one before it is wrong, that is where it went wrong. */
static int
no_entry(struct restoring *restoring, const stet_error *why, stet_error *err)
{
	int rc;

	if ((rc = flush_block(restoring, err)) < 0)
		return rc;
	return st_fail_seq(err, STET_EFORMAT, why->rule != 0 ? why->rule : ST_ENTRY_DAMAGED,
	    restoring->ledger->state.size, "entry %llu does not parse: %.150s",
	    (unsigned long long)restoring->ledger->state.size, why->text);
}

/* Splits the sequence as it comes; an entry is at most 65,535 bytes, so a buffer holds several. */
static int
read_entries(struct restoring *restoring, stet_source *read_from, void *ctx, stet_error *err)
{
	uint8_t *buf = malloc(READ_SIZE);
	size_t have = 0, used, size, got;
	int rc = STET_OK, ended = 0;
	stet_error why;

	if (buf == NULL)
		return st_fail_nomem(err);
	while (rc == STET_OK && !(ended && have == 0)) {
		for (got = 1; !ended && have < READ_SIZE && got > 0; have += got) {
			got = 0;
			if ((rc = read_from(ctx, buf + have, READ_SIZE - have, &got)) != STET_OK) {
				rc = st_fail(err, rc < 0 ? rc : STET_EIO, ST_RULE_NONE,
				    "the entries could not be read to their end");
				break;
			}
			ended = got == 0;
		}
		for (used = 0; rc == STET_OK && used < have; used += size) {
			st_error_clear(&why);
			rc =
			    st_cbor_check_first((stet_bytes){buf + used, have - used}, &size, &why);
			if (rc == STET_EFORMAT && why.rule == ST_CBOR_TRUNCATED && !ended &&
			    have - used <= ST_ENTRY_MAX) {
				rc = STET_OK;
				break;
			}
			if (rc < 0 || size > ST_ENTRY_MAX) {
				rc = rc == STET_ENOMEM ? st_fail_nomem(err)
						       : no_entry(restoring, &why, err);
				break;
			}
			rc = take_entry(restoring, (stet_bytes){buf + used, size}, err);
		}
		memmove(buf, buf + used, have - used);
		have -= used;
	}
	free(buf);
	return rc == STET_OK ? flush_block(restoring, err) : rc;
}

/* The same root under the same key gives the same bytes: Ed25519 is deterministic.  The remembered
 * head is left alone: whether this copy may go on is for `stet checkpoint adopt` to say. */
static int
sign_again(stet_ledger *ledger, const stet_key *ledger_key, stet_error *err)
{
	struct st_buf note = {0};
	char *path = st_path_join(ledger->path, "checkpoint");
	stet_head head;
	uint8_t kid[32];
	int rc;

	memset(&head, 0, sizeof(head));
	stet_key_thumbprint(ledger_key, kid);
	if (path == NULL)
		rc = st_fail_nomem(err);
	else if (memcmp(kid, st_state_checkpoint_key(&ledger->state)->kid, 32) != 0)
		rc = st_fail(err, STET_EREFUSED, ST_LEDGER_KEY_ABSENT,
		    "that is not the ledger key in force");
	else if ((rc = st_key_copy(ledger_key, &ledger->key, err)) == STET_OK &&
		 (rc = stet_ledger_head(ledger, &head, err)) == STET_OK && head.size > 0 &&
		 (rc = st_checkpoint_sign(ledger, NULL, head.size, head.root, &note, err)) ==
		     STET_OK)
		rc = st_file_write(path, st_buf_bytes(&note), 0644, err);
	st_buf_free(&note);
	free(path);
	return rc;
}

static int
fill_ledger(stet_ledger *ledger, stet_source *read_from, void *ctx, const stet_key *ledger_key,
    st_restored *restored, void *restored_ctx, stet_progress *progress, void *progress_ctx,
    stet_error *err)
{
	struct restoring *restoring = calloc(1, sizeof(*restoring));
	int rc;

	if (restoring == NULL ||
	    (restoring->pending = calloc(BLOCK_COUNT, sizeof(struct pending))) == NULL) {
		free(restoring);
		return st_fail_nomem(err);
	}
	restoring->ledger = ledger;
	restoring->progress = progress;
	restoring->ctx = progress_ctx;
	rc = read_entries(restoring, read_from, ctx, err);
	st_batch_abort(&restoring->batch);
	st_enter_clear(&restoring->enter);
	st_buf_free(&restoring->block);
	free(restoring->pending);
	free(restoring);
	if (rc < 0)
		return rc;
	if (ledger->state.size == 0)
		return st_fail(err, STET_EFORMAT, ST_NOT_OPENED,
		    "there is not a single entry to restore from");
	/* A sequence cut off inside a batch: nobody vouches for what is behind the last seal, and
	 * going on from here would. */
	if (ledger->state.sealed != ledger->state.size)
		return st_fail_seq(err, STET_EMISMATCH, ST_UNSEALED_TAIL, ledger->state.sealed,
		    "the entries end without a seal: after entry %llu something is missing",
		    (unsigned long long)ledger->state.size - 1);
	if ((rc = st_ledger_learn(ledger, err)) < 0 ||
	    (rc = restored(restored_ctx, ledger, err)) < 0)
		return rc;
	return ledger_key != NULL ? sign_again(ledger, ledger_key, err) : STET_OK;
}

int
st_ledger_restore(const char *path, const stet_ledger_options *options, stet_source *read_from,
    void *ctx, const stet_key *ledger_key, st_restored *restored, void *restored_ctx,
    stet_progress *progress, void *progress_ctx, stet_error *err)
{
	stet_ledger *ledger = NULL;
	int rc, made = 0;

	if ((rc = st_crypto_init(err)) < 0)
		return rc;
	if ((rc = st_ledger_folder_make(path, ledger_key, NULL, NULL, &made, err)) < 0)
		return rc;
	if ((rc = st_ledger_new_handle(path, options, &ledger, err)) == STET_OK &&
	    (rc = st_store_open_lmdb(path, ST_OPEN_CREATE, &ledger->store, err)) == STET_OK &&
	    (rc = fill_ledger(ledger, read_from, ctx, ledger_key, restored, restored_ctx, progress,
		 progress_ctx, err)) == STET_OK)
		rc = st_ledger_folder_finish(path, err);
	stet_ledger_close(ledger);
	if (rc < 0)
		st_ledger_folder_undo(path, made);
	return rc;
}

static int
copy_artifacts(void *ctx, stet_ledger *ledger, stet_error *err)
{
	return ctx == NULL ? STET_OK : st_artifacts_copy(ledger, ctx, err);
}

int
stet_ledger_restore(const char *path, const stet_ledger_options *options, stet_source *read_from,
    void *ctx, const stet_key *ledger_key, const char *artifacts, stet_progress *progress,
    void *progress_ctx, stet_error *err)
{
	char *folder = artifacts != NULL ? strdup(artifacts) : NULL;
	int rc;

	if (artifacts != NULL && folder == NULL)
		return st_fail_nomem(err);
	rc = st_ledger_restore(path, options, read_from, ctx, ledger_key, copy_artifacts, folder,
	    progress, progress_ctx, err);
	free(folder);
	return rc;
}
