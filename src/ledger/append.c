/* Append, step by step (docs/design.md):
 *
 *   1  signatures are verified on all cores, before any lock
 *   2  the lock of the state folder, then the store's one batch
 *   3  the remembered head must be an ancestor of what is here
 *   4  each statement is judged by the state after the one before it, and entered
 *   5  a seal over everything, and the head row, in the same batch; commit
 *   6  what was committed is read back, the checkpoint signed, remembered, published
 *
 * Until the commit in 5 nothing has happened; after it the entries are durable, and a crash before
 * the end of 6 costs a checkpoint that the next append or `stet checkpoint` signs again. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/parallel.h"
#include "base/time.h"
#include "key/key.h"
#include "ledger/append.h"

#define RETRIES 8
#define YEAR_MS (UINT64_C(366) * 24 * 3600 * 1000)

struct stet_outcome {
	stet_outcome_item *items;
	size_t count;
	stet_head head;
};

size_t
stet_outcome_count(const stet_outcome *outcome)
{
	return outcome == NULL ? 0 : outcome->count;
}

const stet_outcome_item *
stet_outcome_get(const stet_outcome *outcome, size_t index)
{
	return index < outcome->count ? &outcome->items[index] : NULL;
}

const stet_head *
stet_outcome_head(const stet_outcome *outcome)
{
	return &outcome->head;
}

void
stet_outcome_free(stet_outcome *outcome)
{
	if (outcome == NULL)
		return;
	free(outcome->items);
	free(outcome);
}

/* Nothing has become of any statement yet. */
static void
reset(stet_outcome *outcome)
{
	size_t i;

	for (i = 0; i < outcome->count; i++) {
		memset(&outcome->items[i], 0, sizeof(outcome->items[i]));
		outcome->items[i].result = STET_LEFT;
		outcome->items[i].seq = STET_NO_SEQ;
	}
	memset(&outcome->head, 0, sizeof(outcome->head));
}

static int
new_outcome(size_t count, stet_outcome **outcome_out, stet_error *err)
{
	stet_outcome *outcome = calloc(1, sizeof(*outcome));

	if (outcome == NULL ||
	    (count > 0 && (outcome->items = calloc(count, sizeof(*outcome->items))) == NULL)) {
		free(outcome);
		return st_fail_nomem(err);
	}
	outcome->count = count;
	reset(outcome);
	*outcome_out = outcome;
	return STET_OK;
}

/* --- 1: signatures --------------------------------------------------------------------------- */

/* A thumbprint names one public key for ever, so a signature verified under it before the lock is
 * verified; whether the key may speak is judged later. */
struct ahead {
	const struct st_statement *statement;
	uint8_t public_key[32];
	int have_key, verified;
};

static void
verify_part(void *ctx, size_t from, size_t to)
{
	struct ahead *ahead = ctx;
	size_t i;

	for (i = from; i < to; i++)
		if (ahead[i].have_key && !ahead[i].verified)
			ahead[i].verified = st_sign1_verify(&ahead[i].statement->sign1,
						ahead[i].public_key, NULL) == STET_OK;
}

static int
verify_ahead(stet_ledger *ledger, stet_statement *const *statements, size_t count,
    struct ahead *ahead, stet_error *err)
{
	const struct st_key_state *key;
	struct st_reader *reader = NULL;
	struct st_books books;
	struct st_head head;
	size_t i;
	int rc;

	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	books = (struct st_books){reader, reader};
	rc = st_ledger_refresh(ledger, &books, &head, err);
	for (i = 0; rc == STET_OK && i < count; i++) {
		if ((ahead[i].statement = st_statement_view(statements[i])) == NULL) {
			rc = st_fail(
			    err, STET_EINVAL, ST_NOT_SIGNED, "statement %zu is not signed", i + 1);
			break;
		}
		if ((ahead[i].verified = st_statement_signed_here(statements[i])) != 0)
			continue;
		rc = st_state_key(&ledger->state, &books, ahead[i].statement->sign1.kid, &key, err);
		if (rc == STET_OK) {
			memcpy(ahead[i].public_key, key->public_key, 32);
			ahead[i].have_key = 1;
		} else if (rc == STET_ENOTFOUND) {
			rc = STET_OK; /* granted in this very batch, or refused */
		}
	}
	st_reader_close(reader);
	if (rc == STET_OK)
		st_parallel(ledger->options.threads, count, 4, verify_part, ahead);
	return rc;
}

/* --- 4: judging and entering ----------------------------------------------------------------- */

static int
check_clock(const struct st_state *state, const stet_append_options *options, stet_error *err)
{
	if (options->now_ms > ST_UINT53_MAX)
		return st_fail(
		    err, STET_EINVAL, ST_CLOCK_STEP, "the time is beyond what an entry can hold");
	if (state->size > 0 && options->now_ms > state->last_ms + YEAR_MS &&
	    (options->flags & STET_APPEND_CONFIRM_CLOCK) == 0)
		return st_fail(err, STET_EREFUSED, ST_CLOCK_STEP,
		    "the clock is more than 366 days after the last entry");
	return STET_OK;
}

static int
refused(stet_error *err)
{
	if (err != NULL)
		err->code = STET_EREFUSED;
	return STET_EREFUSED;
}

/* A dry run does not ask for content that the real one would bring along. */
static int
check_artifact(stet_ledger *ledger, const struct st_statement *statement,
    const stet_append_options *options, stet_error *err)
{
	stet_error why;
	int rc;

	st_error_clear(&why);
	if ((rc = st_artifact_check(ledger, statement, &why)) == STET_OK ||
	    ((options->flags & STET_APPEND_DRY_RUN) != 0 && why.rule == ST_ARTIFACT_NOT_HERE))
		return STET_OK;
	if (err != NULL)
		*err = why;
	return rc;
}

static int
enter_one(stet_ledger *ledger, struct st_enter *enter, const struct ahead *ahead, uint64_t ms,
    const struct st_append *what, struct st_buf *encoded, stet_outcome_item *item, stet_error *err)
{
	struct st_state *state = &ledger->state;
	struct st_reader *reader = st_batch_reader(enter->batch);
	struct st_books books = {reader, reader};
	struct st_entry entry = {state->size, ms, NULL, NULL, ahead->statement->sign1.encoded};
	struct st_case c;
	uint8_t prev[32];
	int rc;

	memset(&c, 0, sizeof(c));
	c.state = state;
	c.books = &books;
	c.entry = &entry;
	c.statement = ahead->statement;
	c.flags = what->admit_flags;
	memcpy(prev, state->last_leaf, 32);
	entry.prev = prev;
	if (ahead->statement->type == ST_TYPE_SEAL)
		return st_fail(err, STET_EREFUSED, ST_LEDGER_KEY_WRONG,
		    "seals are made by the ledger, not appended");
	if ((rc = st_admit(&c, err)) < 0)
		return rc;
	if (c.already != STET_NO_SEQ) {
		item->result = STET_ALREADY;
		item->seq = c.already;
		return st_books_leaf(&books, c.already, item->leaf, err);
	}
	if ((!ahead->verified &&
		(rc = st_sign1_verify(&ahead->statement->sign1, c.public_key, err)) < 0) ||
	    (rc = check_artifact(ledger, ahead->statement, what->options, err)) < 0)
		return rc == STET_EMISMATCH ? refused(err) : rc;
	entry.prior = c.row.count > 0 ? c.row.head : NULL;
	st_buf_reset(encoded);
	if ((rc = st_entry_encode(&entry, encoded, err)) < 0)
		return rc;
	item->seq = entry.seq;
	if ((rc = st_enter(enter, &c, st_buf_bytes(encoded), item->leaf, err)) == STET_OK)
		item->result = STET_APPENDED;
	return rc;
}

/* Refused or not, the rest of a batch that goes on is judged without it. */
static int
enter_all(stet_ledger *ledger, struct st_enter *enter, const struct ahead *ahead,
    const struct st_append *what, uint64_t ms, stet_outcome *outcome, size_t *appended_out,
    stet_error *err)
{
	int keep_going = (what->options->flags & STET_APPEND_KEEP_GOING) != 0;
	struct st_buf encoded = {0};
	stet_error why;
	size_t i;
	int rc = STET_OK;

	*appended_out = 0;
	for (i = 0; i < outcome->count; i++) {
		st_error_clear(&why);
		rc = enter_one(
		    ledger, enter, &ahead[i], ms, what, &encoded, &outcome->items[i], &why);
		if (rc == STET_EREFUSED) {
			outcome->items[i].result = STET_REFUSED;
			outcome->items[i].seq = STET_NO_SEQ;
			outcome->items[i].error = why;
			if (keep_going) {
				rc = STET_OK;
				continue;
			}
		}
		if (rc < 0) {
			if (err != NULL)
				*err = why;
			break;
		}
		if (outcome->items[i].result == STET_APPENDED)
			(*appended_out)++;
	}
	st_buf_free(&encoded);
	return rc;
}

/* What was appended in a batch that was given up is not there, nor what was said in it twice. */
static void
take_back(stet_outcome *outcome, uint64_t first)
{
	size_t i;

	for (i = 0; i < outcome->count; i++) {
		stet_outcome_item *item = &outcome->items[i];

		if (item->result != STET_APPENDED &&
		    (item->result != STET_ALREADY || item->seq < first))
			continue;
		item->result = STET_LEFT;
		item->seq = STET_NO_SEQ;
		memset(item->leaf, 0, sizeof(item->leaf));
	}
	memset(&outcome->head, 0, sizeof(outcome->head));
}

/* --- 2 to 5: one try ------------------------------------------------------------------------- */

static int
write_batch(stet_ledger *ledger, struct st_enter *enter, const struct ahead *ahead,
    const struct st_append *what, stet_outcome *outcome, uint64_t *first_out, int *nothing_out,
    stet_error *err)
{
	const stet_append_options *options = what->options;
	struct st_batch *batch = NULL;
	struct st_books books;
	struct st_head head;
	size_t appended;
	uint64_t ms;
	int rc;

	*nothing_out = 0;
	if ((rc = st_batch_begin(ledger->store, ledger->options.wait_ms, &batch, err)) < 0)
		return rc;
	books = (struct st_books){st_batch_reader(batch), st_batch_reader(batch)};
	if ((rc = st_ledger_refresh(ledger, &books, &head, err)) < 0 ||
	    (rc = st_guard_check(ledger, &books, &head, err)) < 0 ||
	    (rc = st_seal_tables(ledger, &books, err)) < 0 ||
	    (rc = check_clock(&ledger->state, options, err)) < 0 ||
	    (rc = st_ledger_key(ledger, options->ask, options->ctx, err)) < 0)
		goto done;
	*first_out = head.size;
	/* From here on the state in memory is ahead of the store, until the commit makes it true.
	 */
	ledger->state_known = 0;
	ms = options->now_ms > head.last_ms ? options->now_ms : head.last_ms;
	if ((rc = st_enter_begin(enter, batch, &ledger->state, 1, err)) < 0 ||
	    (rc = enter_all(ledger, enter, ahead, what, ms, outcome, &appended, err)) < 0)
		goto done;
	*nothing_out = (options->flags & STET_APPEND_DRY_RUN) != 0 ||
		       (appended == 0 && (options->flags & STET_APPEND_HEARTBEAT) == 0);
	if (*nothing_out)
		goto done;
	if ((rc = st_seal(ledger, enter, ms, &outcome->head, err)) < 0 ||
	    (rc = st_enter_end(enter, err)) < 0 || (rc = st_batch_commit(&batch, err)) < 0)
		goto done;
	ledger->state_head =
	    (struct st_head){ledger->state.size, ledger->state.last_ms, ledger->state.sealed, {0}};
	memcpy(ledger->state_head.last_leaf, ledger->state.last_leaf, 32);
	ledger->state_known = ledger->tables_known = 1;
done:
	st_batch_abort(&batch); /* does nothing after a commit */
	return rc;
}

/* --- 6 --------------------------------------------------------------------------------------- */

/* The entries are durable by now, so a failure here must not read as "nothing was written". */
static int
published(int rc, const stet_error *why, stet_error *err)
{
	if (rc == STET_OK || rc == STET_EMISMATCH) {
		if (err != NULL && rc < 0)
			*err = *why;
		return rc;
	}
	/* The reason first where a long path would push it off the end. */
	if (why->sys_errno != 0 && strlen(why->text) > 150)
		return st_fail(err, STET_EUNSURE, ST_CHECKPOINT_LATE,
		    "the entries are in the ledger, but their checkpoint is not: %s: %.100s",
		    strerror(why->sys_errno), why->text);
	return st_fail(err, STET_EUNSURE, ST_CHECKPOINT_LATE,
	    "the entries are in the ledger, but their checkpoint is not: %.150s", why->text);
}

/* The checkpoint at the seal of a rotation carries both lines: the old key's consent, the new
 * one's. */
static void
change_key(stet_ledger *ledger, stet_key **next)
{
	stet_key_free(ledger->old);
	ledger->old = ledger->key;
	ledger->key = *next;
	ledger->key_is_next = 1;
	*next = NULL;
}

/* Everything was there already; but if a crash took the checkpoint, say so only with one. */
static int
catch_up(stet_ledger *ledger, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_checkpoint stored;
	struct st_buf note = {0};
	stet_error why;
	int rc;

	memset(&stored, 0, sizeof(stored));
	rc = st_checkpoint_stored(ledger, &note, &stored, NULL);
	st_buf_free(&note);
	if (rc == STET_OK && stored.size >= ledger->state_head.sealed)
		return STET_OK;
	st_error_clear(&why);
	if ((rc = st_ledger_reader(ledger, &reader, &why)) == STET_OK)
		rc = st_publish_again(ledger, reader, &ledger->state_head, &why);
	st_reader_close(reader);
	return published(rc, &why, err);
}

int
st_append(
    stet_ledger *ledger, const struct st_append *what, stet_outcome **outcome_out, stet_error *err)
{
	struct ahead *ahead = NULL;
	struct st_guard guard = {-1};
	stet_outcome *outcome = NULL;
	stet_key *next = NULL;
	struct st_enter enter;
	stet_error why;
	uint64_t first = 0;
	int rc, tries, nothing = 1, rotates, committed;

	memset(&enter, 0, sizeof(enter));
	if ((rc = new_outcome(what->count, &outcome, err)) < 0)
		return rc;
	if (what->count > 0 && (ahead = calloc(what->count, sizeof(*ahead))) == NULL)
		rc = st_fail_nomem(err);
	/* Nothing may fail for want of memory between the commit and the new key's first use. */
	if (rc < 0 || (what->next != NULL && (rc = st_key_copy(what->next, &next, err)) < 0)) {
		stet_outcome_free(outcome);
		free(ahead);
		return rc;
	}
	rotates = what->next != NULL && (what->options->flags & STET_APPEND_DRY_RUN) == 0;
	pthread_mutex_lock(&ledger->lock);
	if ((rc = verify_ahead(ledger, what->statements, what->count, ahead, err)) < 0 ||
	    (rc = st_guard_take(ledger, &guard, err)) < 0 ||
	    (rotates && (rc = st_rotate_begin(ledger, what, err)) < 0))
		goto done;
	for (tries = 0; tries < RETRIES; tries++) {
		reset(outcome);
		st_enter_clear(&enter);
		rc = write_batch(ledger, &enter, ahead, what, outcome, &first, &nothing, err);
		if (rc != STET_ERETRY)
			break;
	}
	committed = rc == STET_OK && !nothing;
	if (rc < 0) {
		take_back(outcome, first);
	} else if (committed) {
		if (next != NULL)
			change_key(ledger, &next);
		st_error_clear(&why);
		rc = st_publish(ledger, first, &outcome->head, &why);
		rc = published(rc, &why, err);
	} else if ((what->options->flags & STET_APPEND_DRY_RUN) == 0) {
		rc = catch_up(ledger, err);
	}
	if (rotates && !committed)
		st_rotate_undo(ledger, rc);
done:
	st_guard_drop(&guard);
	pthread_mutex_unlock(&ledger->lock);
	stet_key_free(next);
	st_enter_clear(&enter);
	free(ahead);
	if ((rc == STET_OK || rc == STET_EREFUSED) && outcome_out != NULL)
		*outcome_out = outcome;
	else
		stet_outcome_free(outcome);
	return rc;
}

int
stet_ledger_append(stet_ledger *ledger, stet_statement *const *statements, size_t count,
    const stet_append_options *options, stet_outcome **outcome_out, stet_error *err)
{
	struct st_append what = {statements, count, options, 0, NULL};

	if (options == NULL || options->version != STET_OPTIONS_VERSION)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "unknown version of the options");
	return st_append(ledger, &what, outcome_out, err);
}
