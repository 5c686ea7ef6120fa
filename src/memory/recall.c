/* A ledger held against what is remembered of it. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/time.h"
#include "memory/memory.h"

/* What is remembered, and the checkpoint that may be remembered next.  All of it is read before the
 * snapshot of the entries is taken, or somebody else's append would lie in between. */
struct recalling {
	stet_ledger *ledger;
	stet_recall *recall;
	struct st_buf seen_text, checked_text, signed_text, note;
	struct st_accepted seen, checked; /* point into the texts */
	int has_seen, has_checked;
	int has_signed; /* signed_text is there, not judged yet */
	int has_next;   /* note and next are the checkpoint beside the ledger */
	struct st_checkpoint next;
	struct st_reader *reader;
	struct st_head head;
};

static void
warn(struct recalling *recalling, const stet_error *why)
{
	if (recalling->recall->warning.code == STET_OK)
		recalling->recall->warning = *why;
}

static int
read_seen(struct recalling *recalling, stet_error *err)
{
	stet_error why;
	int rc;

	rc = st_accepted_read(recalling->ledger->state_dir, ST_MEMORY_SEEN, recalling->ledger->id,
	    &recalling->seen_text, &recalling->seen, &why);
	recalling->has_seen = rc == STET_OK;
	if (rc == STET_OK || rc == STET_ENOTFOUND)
		return STET_OK;
	if (rc == STET_EREFUSED) {
		warn(recalling, &why);
		return STET_OK;
	}
	if (err != NULL)
		*err = why;
	return rc;
}

/* vkey: of the ledger, where that is all that is known; else NULL. */
static int
read_checked(struct recalling *recalling, const struct st_vkey *vkey, stet_error *err)
{
	stet_error why;
	int rc;

	if (vkey == NULL && recalling->has_seen)
		vkey = &recalling->seen.vkey;
	rc = st_accepted_checked(
	    recalling->ledger, vkey, &recalling->checked_text, &recalling->checked, &why);
	recalling->has_checked = rc == STET_OK;
	if (rc == STET_OK || rc == STET_ENOTFOUND)
		return STET_OK;
	if (rc == STET_EREFUSED) {
		warn(recalling, &why);
		return STET_OK;
	}
	if (err != NULL)
		*err = why;
	return rc;
}

/* The second copy of the head. It is there for the writer, who seals nothing without it; a reader
 * goes on without one that is damaged, and says so. */
static int
read_signed(struct recalling *recalling, stet_error *err)
{
	stet_error why;
	int rc;

	st_error_clear(&why);
	rc = st_guard_text(recalling->ledger, &recalling->signed_text, &why);
	recalling->has_signed = rc == STET_OK;
	if (rc == STET_OK || rc == STET_ENOTFOUND)
		return STET_OK;
	if (rc == STET_ENOMEM)
		return st_fail_nomem(err);
	warn(recalling, &why);
	return STET_OK;
}

static int
read_next(struct recalling *recalling, stet_error *err)
{
	int rc = st_checkpoint_stored(recalling->ledger, &recalling->note, &recalling->next, NULL);

	recalling->has_next = rc == STET_OK;
	return rc == STET_ENOMEM ? st_fail_nomem(err) : STET_OK;
}

static int
is_refused(const stet_recall *recall)
{
	return recall->verdict == STET_RECALL_OLDER || recall->verdict == STET_RECALL_FORKED;
}

/* --- judging ---------------------------------------------------------------------------------- */

/* How the ledger stands to a head of its own. */
static int
stands(struct recalling *recalling, uint64_t size, const uint8_t root[32], int *verdict_out,
    stet_error *err)
{
	uint8_t here[32];
	int rc;

	*verdict_out = STET_RECALL_OLDER;
	if (size > recalling->head.sealed)
		return STET_OK;
	if ((rc = st_ledger_root(recalling->reader, size, here, err)) < 0)
		return rc;
	*verdict_out = memcmp(here, root, 32) != 0      ? STET_RECALL_FORKED
		       : size == recalling->head.sealed ? STET_RECALL_SAME
							: STET_RECALL_GOES_ON;
	return STET_OK;
}

static int
judge_seen(struct recalling *recalling, stet_error *err)
{
	stet_recall *recall = recalling->recall;

	if (!recalling->has_seen)
		return STET_OK;
	recall->of = STET_RECALL_READ;
	recall->then = recalling->seen.head;
	return stands(recalling, recall->then.size, recall->then.root, &recall->verdict, err);
}

/* Whether a key that the ledger has sealed with has signed it, or STET_ENOMEM: what agrees with the
 * ledger agrees whoever signed it, so this is asked of what does not. */
static int
verify_signed(struct recalling *recalling, stet_error *err)
{
	struct st_books books = {recalling->reader, recalling->reader};
	stet_ledger *ledger = recalling->ledger;
	struct st_checkpoint checkpoint;
	struct st_head head;
	int rc;

	pthread_mutex_lock(&ledger->lock);
	if ((rc = st_ledger_refresh(ledger, &books, &head, err)) == STET_OK)
		rc = st_guard_judge(ledger, &ledger->state, st_buf_bytes(&recalling->signed_text),
		    &checkpoint, err);
	pthread_mutex_unlock(&ledger->lock);
	return rc;
}

static int
parse_signed(struct recalling *recalling, struct st_checkpoint *checkpoint_out)
{
	struct st_note *note = calloc(1, sizeof(*note));
	int rc;

	if (note == NULL)
		return STET_ENOMEM;
	rc = st_checkpoint_read(st_buf_bytes(&recalling->signed_text), note, checkpoint_out, NULL);
	if (rc == STET_OK && strcmp(checkpoint_out->origin, recalling->ledger->origin) != 0)
		rc = STET_EFORMAT;
	free(note);
	return rc;
}

static int
judge_signed(struct recalling *recalling, stet_error *err)
{
	stet_recall *recall = recalling->recall;
	struct st_checkpoint checkpoint;
	stet_error why;
	int rc, verdict = STET_RECALL_OLDER;

	if (!recalling->has_signed)
		return STET_OK;
	if ((rc = parse_signed(recalling, &checkpoint)) == STET_ENOMEM)
		return st_fail_nomem(err);
	if (rc == STET_OK &&
	    (rc = stands(recalling, checkpoint.size, checkpoint.root, &verdict, err)) < 0)
		return rc;
	if (verdict != STET_RECALL_OLDER && verdict != STET_RECALL_FORKED) {
		if (recall->verdict == STET_RECALL_NOTHING)
			recall->verdict = verdict;
		return STET_OK;
	}
	if ((rc = verify_signed(recalling, &why)) == STET_EREFUSED) {
		warn(recalling, &why);
		return STET_OK;
	}
	if (rc < 0) {
		if (err != NULL)
			*err = why;
		return rc;
	}
	recall->verdict = verdict;
	recall->of = STET_RECALL_SIGNED;
	memset(&recall->then, 0, sizeof(recall->then));
	strcpy(recall->then.ledger, recalling->ledger->id);
	strcpy(recall->then.origin, checkpoint.origin);
	recall->then.size = checkpoint.size;
	memcpy(recall->then.root, checkpoint.root, 32);
	return STET_OK;
}

/* What evidence showed has to be of this history. That it showed more than is here is told and no
 * more: who keeps a yearly copy checks newer proofs all the time. */
static int
judge_checked(struct recalling *recalling, stet_error *err)
{
	const stet_accepted *checked = &recalling->checked.head;
	stet_recall *recall = recalling->recall;
	char hex[65], time[ST_TIME_SIZE];
	stet_error why;
	int rc, verdict;

	if (!recalling->has_checked)
		return STET_OK;
	if ((rc = stands(recalling, checked->size, checked->root, &verdict, err)) < 0)
		return rc;
	if (verdict == STET_RECALL_FORKED) {
		recall->verdict = verdict;
		recall->of = STET_RECALL_CHECKED;
		recall->then = *checked;
	} else if (verdict == STET_RECALL_OLDER) {
		st_hex(checked->root, 32, hex);
		st_time_text(checked->ms / 1000, time);
		(void)st_fail(&why, STET_EREFUSED, ST_COPY_OLDER,
		    "evidence that was checked here on %s showed a head of %llu entries, root %s: "
		    "this copy has %llu, and what came after is not in it",
		    time, (unsigned long long)checked->size, hex,
		    (unsigned long long)recalling->head.sealed);
		warn(recalling, &why);
	}
	return STET_OK;
}

/* --- going on --------------------------------------------------------------------------------- */

/* Which of the ledger's keys has signed the note, the newest first. STET_ENOTFOUND: none. */
static int
signer_of(const struct st_state *state, const struct st_note *note, struct st_vkey *vkey_out,
    stet_error *err)
{
	size_t i, verified = 0;
	int rc;

	for (i = state->ledger_key_count; i > 0; i--) {
		if ((rc = st_vkey_make(state->origin, ST_NOTE_ED25519,
			 state->ledger_keys[i - 1].public_key, vkey_out, err)) < 0 ||
		    (rc = st_note_verify(note, vkey_out, 1, &verified, err)) < 0)
			return rc;
		if (verified == 1)
			return STET_OK;
	}
	return STET_ENOTFOUND;
}

static int
find_signer(struct recalling *recalling, struct st_vkey *vkey_out, stet_error *err)
{
	struct st_books books = {recalling->reader, recalling->reader};
	struct st_note *note = calloc(1, sizeof(*note));
	stet_ledger *ledger = recalling->ledger;
	struct st_head head;
	int rc;

	if (note == NULL)
		return st_fail_nomem(err);
	if ((rc = st_note_parse(st_buf_bytes(&recalling->note), note, err)) == STET_OK) {
		pthread_mutex_lock(&ledger->lock);
		if ((rc = st_ledger_refresh(ledger, &books, &head, err)) == STET_OK)
			rc = signer_of(&ledger->state, note, vkey_out, err);
		pthread_mutex_unlock(&ledger->lock);
	}
	free(note);
	return rc;
}

/* 1 if the checkpoint beside the ledger is of these entries and larger than what is remembered; 0,
 * or an error. */
static int
is_next(struct recalling *recalling, stet_error *err)
{
	const struct st_checkpoint *next = &recalling->next;
	int verdict, rc;

	if (!recalling->has_next || next->size == 0 ||
	    strcmp(next->origin, recalling->ledger->origin) != 0 ||
	    (recalling->has_seen && next->size <= recalling->seen.head.size))
		return 0;
	if ((rc = stands(recalling, next->size, next->root, &verdict, err)) < 0)
		return rc;
	return verdict == STET_RECALL_SAME || verdict == STET_RECALL_GOES_ON;
}

/* Another process may have remembered something between our reading and our writing. */
static int
still_goes_on(void *ctx, const stet_accepted *then, stet_error *err)
{
	struct recalling *recalling = ctx;
	int verdict, rc = stands(recalling, then->size, then->root, &verdict, err);

	if (rc == STET_OK && verdict == STET_RECALL_FORKED) {
		recalling->recall->verdict = verdict;
		recalling->recall->of = STET_RECALL_READ;
		recalling->recall->then = *then;
		rc = STET_EMISMATCH;
	}
	return rc;
}

static int
remember(struct recalling *recalling, uint64_t now_ms, stet_error *err)
{
	struct st_accepted accepted = {0};
	stet_error why;
	int rc;

	if ((rc = is_next(recalling, err)) <= 0)
		return rc;
	/* A note that none of its keys has signed is nothing to remember; verify names it. */
	if ((rc = find_signer(recalling, &accepted.vkey, &why)) == STET_ENOTFOUND ||
	    rc == STET_EFORMAT || rc == STET_EMISMATCH)
		return STET_OK;
	if (rc == STET_OK && !recalling->has_seen && !recalling->has_checked) {
		if ((rc = read_checked(recalling, &accepted.vkey, err)) < 0 ||
		    (rc = judge_checked(recalling, err)) < 0 || is_refused(recalling->recall))
			return rc;
	}
	strcpy(accepted.head.ledger, recalling->ledger->id);
	accepted.head.size = recalling->next.size;
	accepted.head.ms = now_ms;
	accepted.note = st_buf_bytes(&recalling->note);
	st_error_clear(&why);
	if (rc == STET_OK)
		rc = st_accepted_advance(recalling->ledger->state_dir, ST_MEMORY_SEEN, &accepted,
		    still_goes_on, recalling, &why);
	if (rc == STET_OK || (rc == STET_EMISMATCH && why.code == STET_OK))
		return STET_OK;
	if (rc == STET_ENOMEM || why.rule == ST_MEMORY_DAMAGED) {
		if (err != NULL)
			*err = why;
		return rc;
	}
	warn(recalling, &why);
	return STET_OK;
}

/* --- the whole -------------------------------------------------------------------------------- */

static int
hold(struct recalling *recalling, uint64_t now_ms, unsigned flags, stet_error *err)
{
	stet_recall *recall = recalling->recall;
	int rc;

	if ((rc = st_ledger_reader(recalling->ledger, &recalling->reader, err)) < 0 ||
	    (rc = st_head_read(recalling->reader, &recalling->head, err)) < 0 ||
	    (rc = judge_seen(recalling, err)) < 0 ||
	    (!is_refused(recall) && (rc = judge_signed(recalling, err)) < 0) ||
	    (!is_refused(recall) && (rc = judge_checked(recalling, err)) < 0) ||
	    (!is_refused(recall) && (flags & STET_RECALL_ONLY) == 0 &&
		(rc = remember(recalling, now_ms, err)) < 0))
		return rc;
	recall->size = recalling->head.sealed;
	recall->ms = recalling->head.last_ms;
	return is_refused(recall)
		   ? st_ledger_root(recalling->reader, recall->size, recall->root, err)
		   : STET_OK;
}

int
stet_memory_recall(
    stet_ledger *ledger, uint64_t now_ms, unsigned flags, stet_recall *recall_out, stet_error *err)
{
	struct recalling recalling = {.ledger = ledger, .recall = recall_out};
	stet_error why;
	int rc;

	memset(recall_out, 0, sizeof(*recall_out));
	if (ledger->state_dir == NULL || ledger->of_proof)
		return STET_OK;
	if ((rc = read_seen(&recalling, err)) < 0 ||
	    (rc = read_checked(&recalling, NULL, err)) < 0 ||
	    ((flags & STET_RECALL_WRITER) == 0 && (rc = read_signed(&recalling, err)) < 0) ||
	    ((flags & STET_RECALL_ONLY) == 0 && (rc = read_next(&recalling, err)) < 0))
		goto done;
	rc = hold(&recalling, now_ms, flags, &why);
	/* Of tables that are damaged the read itself tells, unless something is remembered. */
	if ((rc == STET_EFORMAT || rc == STET_ENOTFOUND) && !recalling.has_seen &&
	    !recalling.has_checked && why.rule != ST_MEMORY_DAMAGED)
		rc = STET_OK;
	else if (rc < 0 && err != NULL)
		*err = why;
done:
	st_reader_close(recalling.reader);
	st_buf_free(&recalling.seen_text);
	st_buf_free(&recalling.checked_text);
	st_buf_free(&recalling.signed_text);
	st_buf_free(&recalling.note);
	return rc;
}
