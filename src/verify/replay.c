/* The replay: every entry through the writer's own rules and into tables like the writer's own. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "verify/verify.h"

#define PROGRESS_EVERY 1024
#define TOUCHED_MAX 16384

/* --- saying ----------------------------------------------------------------------------------- */

static int __attribute__((format(printf, 4, 0)))
found(struct st_verify *verify, int rule, uint64_t seq, const char *format, va_list args)
{
	char text[STET_ERROR_TEXT_SIZE];

	vsnprintf(text, sizeof(text), format, args);
	return st_report_add(verify->report, rule, seq, text, verify->err);
}

int
st_found(struct st_verify *verify, int rule, uint64_t seq, const char *format, ...)
{
	va_list args;
	int rc;

	if (verify->damaged == STET_NO_SEQ && seq != STET_NO_SEQ)
		verify->damaged = seq;
	va_start(args, format);
	rc = found(verify, rule, seq, format, args);
	va_end(args);
	return rc;
}

int
st_found_after(struct st_verify *verify, int rule, uint64_t seq, const char *format, ...)
{
	va_list args;
	int rc;

	if (verify->damaged != STET_NO_SEQ && verify->said[rule]) {
		verify->report->count++;
		return STET_OK;
	}
	verify->said[rule] = verify->damaged != STET_NO_SEQ;
	va_start(args, format);
	rc = found(verify, rule, seq, format, args);
	va_end(args);
	return rc;
}

/* What a rule said about an entry.  A ledger or key statement that should not be there changes what
 * everything after it is judged by. */
static int
found_refused(
    struct st_verify *verify, const struct st_slot *slot, uint64_t seq, const stet_error *why)
{
	int rc = st_found_after(verify, why->rule, seq, "%s", why->text);

	if (slot->statement.type == ST_TYPE_LEDGER || slot->statement.type == ST_TYPE_KEY)
		if (verify->damaged == STET_NO_SEQ)
			verify->damaged = seq;
	return rc;
}

int
st_verify_progress(struct st_verify *verify, const char *what, uint64_t done, uint64_t total)
{
	if (verify->progress == NULL ||
	    verify->progress(verify->progress_ctx, what, done, total) == 0)
		return STET_OK;
	return st_fail(verify->err, STET_EINVAL, ST_STOPPED, "stopped; nothing was decided");
}

int
st_verify_signature_wrong(struct st_verify *verify, uint64_t seq)
{
	return st_found(verify, ST_SIGNATURE_INVALID, seq,
	    "the signature of entry %llu does not verify", (unsigned long long)seq);
}

/* --- one entry -------------------------------------------------------------------------------- */

static int
check_links(struct st_verify *verify, const struct st_slot *slot, uint64_t seq)
{
	const struct st_state *state = &verify->state;
	int rc;

	if (memcmp(slot->entry.prev, state->last_leaf, 32) != 0 &&
	    (rc = st_found_after(verify, ST_PREV_WRONG, seq,
		 seq == 0 ? "entry 0 links to an entry before it"
			  : "entry %llu does not link to the entry before it",
		 (unsigned long long)seq)) < 0)
		return rc;
	if (slot->entry.ms < state->last_ms &&
	    (rc = st_found_after(verify, ST_TIME_BACKWARDS, seq,
		 "entry %llu is of an earlier time than the one before it",
		 (unsigned long long)seq)) < 0)
		return rc;
	return STET_OK;
}

/* Which name a lost entry was about is known by whoever links to it. */
static int
is_lost(const struct st_verify *verify, const uint8_t leaf[32])
{
	size_t i;

	for (i = 0; i < verify->gap_count; i++)
		if (memcmp(verify->gaps[i], leaf, 32) == 0)
			return 1;
	return 0;
}

static int
check_prior(struct st_verify *verify, const struct st_slot *slot, const struct st_case *c)
{
	char shown[ST_SHOWN_SIZE];
	int right;

	if (c->row.count == 0)
		right = slot->entry.prior == NULL;
	else
		right =
		    slot->entry.prior != NULL && memcmp(slot->entry.prior, c->row.head, 32) == 0;
	if (right || (slot->entry.prior != NULL && is_lost(verify, slot->entry.prior)))
		return STET_OK;
	return st_found_after(verify, ST_PRIOR_WRONG, c->entry->seq,
	    "entry %llu does not link to the entry about '%s' before it",
	    (unsigned long long)c->entry->seq, st_shown(slot->statement.sign1.claims.sub, shown));
}

/* Rules, and under which key the signature must verify. */
static int
check_rules(struct st_verify *verify, const struct st_slot *slot, struct st_case *c)
{
	stet_error why;
	int rc;

	st_error_clear(&why);
	rc = st_admit(c, &why);
	if (rc == STET_OK && c->already != STET_NO_SEQ)
		rc = st_fail(&why, STET_EREFUSED, ST_ID_REPEATED,
		    "entry %llu says what entry %llu has said, under the same id",
		    (unsigned long long)c->entry->seq, (unsigned long long)c->already);
	if (rc == STET_EREFUSED || rc == STET_EFORMAT)
		return found_refused(verify, slot, c->entry->seq, &why);
	if (rc == STET_ENOTFOUND && verify->damaged != STET_NO_SEQ)
		return st_found_after(verify, ST_ENTRY_MISSING, c->entry->seq,
		    "what entry %llu has to be judged by is not there",
		    (unsigned long long)c->entry->seq);
	if (rc < 0 && verify->err != NULL)
		*verify->err = why;
	return rc;
}

static int
want_signature(const struct st_verify *verify, uint64_t seq)
{
	return (verify->options->flags & STET_VERIFY_HASH_ONLY) == 0 && seq >= verify->since.size &&
	       seq < verify->target;
}

static int
check_signature(struct st_verify *verify, const struct st_slot *slot, const struct st_case *c)
{
	static const uint8_t nobody[32];
	const struct st_sign1 *sign1 = &slot->statement.sign1;
	struct st_signed *check;

	/* Nobody's key: a rule has said so already. */
	if (!want_signature(verify, c->entry->seq) || memcmp(c->public_key, nobody, 32) == 0)
		return STET_OK;
	check = &slot->block->checks[slot->block->check_count++];
	check->seq = c->entry->seq;
	check->head = sign1->head;
	check->payload = sign1->payload;
	check->signature = sign1->signature;
	memcpy(check->public_key, c->public_key, 32);
	return STET_OK;
}

/* The root of the record index over the entries so far. */
static int
index_root(struct st_verify *verify, uint8_t index_out[32])
{
	if (verify->names == NULL)
		return st_enter_index(&verify->enter, index_out, verify->err);
	st_names_root(verify->names, index_out);
	verify->enter.touched_count = 0;
	return STET_OK;
}

/* A seal is judged by the entries before it. */
static int
check_seal(struct st_verify *verify, const struct st_slot *slot, const struct st_case *c)
{
	stet_bytes payload = slot->statement.sign1.payload, named;
	uint8_t index[32];
	stet_error why;
	int rc;

	if ((rc = index_root(verify, index)) < 0)
		return rc;
	/* With an entry lost, whose name and count nobody knows, the index cannot be recomputed:
	 * that is what was said about the lost one. */
	if (verify->blind && st_cbor_member_bytes(payload, "index", &named) == STET_OK &&
	    named.size == 32)
		memcpy(index, named.data, 32);
	st_error_clear(&why);
	rc = st_seal_check(&verify->state, index, c->entry, &slot->statement, &why);
	if (rc < 0)
		return st_found_after(verify, why.rule, c->entry->seq, "%s", why.text);
	if (c->entry->seq < verify->target)
		memcpy(verify->report->head.index, index, 32);
	return STET_OK;
}

static void
count_entry(struct st_verify *verify, const struct st_slot *slot)
{
	stet_report *report = verify->report;

	report->entries++;
	report->unknown += slot->statement.type == ST_TYPE_UNKNOWN;
	if (slot->statement.type != ST_TYPE_SEAL)
		return;
	report->seals++;
	if (verify->state.size <= verify->target) {
		report->head.size = verify->state.size;
		st_tree_root(&verify->state.tree, report->head.root);
	}
}

static struct st_case
case_of(struct st_verify *verify, const struct st_slot *slot, const struct st_entry *entry)
{
	struct st_case c;

	memset(&c, 0, sizeof(c));
	c.state = &verify->state;
	c.books = &verify->books;
	c.entry = entry;
	c.statement = &slot->statement;
	c.flags = ST_ADMIT_REPLAY;
	return c;
}

/* Into the tables, whatever was said about it: the ledger has it there. */
static int
enter(
    struct st_verify *verify, const struct st_slot *slot, struct st_case *c, const uint8_t leaf[32])
{
	static const uint8_t none[32];
	const struct st_claims *claims = &slot->statement.sign1.claims;
	int rc;

	if (memcmp(c->cti_key, none, 32) == 0) /* refused before its id was asked for */
		st_cti_key(claims->iss, claims->cti, c->cti_key);
	if ((rc = st_enter_as(&verify->enter, c, slot->encoded, leaf, verify->err)) < 0)
		return rc;
	count_entry(verify, slot);
	return STET_OK;
}

/* Rules ask for other entries by number, and for the keys that entry 0 names.  Where numbers do not
 * lead to the right entries, or entry 0 is lost, every answer would be a guess; chain, tree and
 * seals can still be followed. */
static int
replay_unjudged(struct st_verify *verify, const struct st_slot *slot)
{
	struct st_case c = case_of(verify, slot, &slot->entry);
	int is_seal = slot->statement.type == ST_TYPE_SEAL, rc;

	verify->blind = 1;
	if ((rc = check_links(verify, slot, slot->entry.seq)) < 0 ||
	    (is_seal && (rc = check_seal(verify, slot, &c)) < 0) ||
	    (rc = st_enter_gap(&verify->enter, slot->leaf, verify->err)) < 0)
		return rc;
	if (is_seal)
		verify->state.sealed = verify->state.size;
	verify->state.last_ms = slot->entry.ms;
	count_entry(verify, slot);
	return STET_OK;
}

static int
replay_entry(struct st_verify *verify, const struct st_slot *slot)
{
	struct st_case c = case_of(verify, slot, &slot->entry);
	int rc;

	if (verify->unjudged)
		return replay_unjudged(verify, slot);
	if ((rc = check_links(verify, slot, slot->entry.seq)) < 0 ||
	    (rc = check_rules(verify, slot, &c)) < 0 || (rc = check_prior(verify, slot, &c)) < 0 ||
	    (rc = check_signature(verify, slot, &c)) < 0 ||
	    (slot->statement.type == ST_TYPE_SEAL && (rc = check_seal(verify, slot, &c)) < 0))
		return rc;
	return enter(verify, slot, &c, slot->leaf);
}

/* --- damaged entries -------------------------------------------------------------------------- */

int
st_replay_gap(struct st_verify *verify, const uint8_t leaf[32])
{
	int rc = st_enter_gap(&verify->enter, leaf, verify->err);

	verify->blind = 1;
	verify->unjudged |= verify->state.ledger_key_count == 0;
	verify->gap_end = verify->state.size;
	if (verify->gap_count < ST_GAPS_KEPT)
		memcpy(verify->gaps[verify->gap_count++], leaf, 32);
	return rc;
}

/* An entry whose bytes are not those that were entered.  If it still fits its place by all rules,
 * what was altered is likely of no consequence to the tables (a bit of the signature); its rows are
 * entered under the leaf it had, so that what comes after is not drowned in consequences. */
static int
replay_altered(struct st_verify *verify, const struct st_slot *slot, const uint8_t good[32])
{
	struct st_entry entry = slot->entry;
	uint64_t seq = verify->state.size;
	struct st_case c;
	stet_error why;
	int rc;

	rc = st_found(verify, ST_ENTRY_ALTERED, seq,
	    "the stored bytes of entry %llu are not those that were entered%s%s",
	    (unsigned long long)seq, slot->rc < 0 ? ": " : "", slot->rc < 0 ? slot->why.text : "");
	if (rc < 0)
		return rc;
	if (slot->rc < 0 || entry.seq != seq)
		return st_replay_gap(verify, good);
	c = case_of(verify, slot, &entry);
	st_error_clear(&why);
	rc = st_admit(&c, &why);
	if (rc == STET_EIO || rc == STET_ENOMEM) {
		if (verify->err != NULL)
			*verify->err = why;
		return rc;
	}
	if (rc < 0 || c.already != STET_NO_SEQ || (c.row.count == 0) != (entry.prior == NULL) ||
	    (c.row.count > 0 && memcmp(entry.prior, c.row.head, 32) != 0))
		return st_replay_gap(verify, good);
	entry.ms = verify->state.last_ms; /* as likely altered as anything */
	return enter(verify, slot, &c, good);
}

/* Bytes that are what was entered, and are no entry: whoever wrote them did not ask the rules. */
static int
replay_malformed(struct st_verify *verify, const struct st_slot *slot)
{
	int rc;

	rc = st_found(verify, slot->why.rule, verify->state.size, "entry %llu: %s",
	    (unsigned long long)verify->state.size, slot->why.text);
	return rc < 0 ? rc : st_replay_gap(verify, slot->leaf);
}

/* --- all entries ------------------------------------------------------------------------------ */

/* Where nothing is amiss: right number, and bytes, tree and next entry of one mind. */
static int
is_plain(const struct st_verify *verify, const struct st_slot *slot, const struct st_slot *next)
{
	return slot->rc == STET_OK && verify->shift == 0 && slot->key == verify->state.size &&
	       slot->entry.seq == slot->key && slot->row != NULL &&
	       memcmp(slot->row, slot->leaf, 32) == 0 &&
	       (next->block == NULL ||
		   (next->framed && memcmp(next->entry.prev, slot->leaf, 32) == 0));
}

static int
replay_one(struct st_verify *verify, struct st_slot *slot, struct st_slot *next)
{
	enum st_place place = ST_PLACE_RIGHT;
	uint8_t good[32];
	int rc;

	if (!is_plain(verify, slot, next)) {
		if (verify->shadow != NULL)
			return st_fail(verify->err, STET_EMISMATCH, ST_ENTRY_ALTERED,
			    "entry %llu needs a closer look", (unsigned long long)slot->key);
		if ((rc = st_place_judge(verify, &slot, next, &place, good)) < 0)
			return rc;
	}
	switch (place) {
	case ST_PLACE_RIGHT:
		return slot->rc == STET_OK ? replay_entry(verify, slot)
					   : replay_malformed(verify, slot);
	case ST_PLACE_WRONG:
		return replay_altered(verify, slot, good);
	case ST_PLACE_LOST:
		if ((rc = st_place_leaf(verify, verify->state.size, next, good)) < 0)
			return rc;
		return st_replay_gap(verify, good);
	case ST_PLACE_SURPLUS:
		break;
	}
	return STET_OK;
}

static int
begin(struct st_verify *verify)
{
	struct st_store *store = verify->shadow != NULL ? verify->shadow : verify->scratch;
	int rc;

	if ((rc = st_batch_begin(store, -1, &verify->batch, verify->err)) < 0)
		return rc;
	verify->books.tables = st_batch_reader(verify->batch);
	verify->enter.batch = verify->batch;
	verify->since_commit = 0;
	return STET_OK;
}

int
st_replay_commit(struct st_verify *verify)
{
	verify->books.tables = NULL;
	verify->enter.batch = NULL;
	return st_batch_commit(&verify->batch, verify->err);
}

/* Between entries: what must not grow is let go, names that wait for a seal among it. */
static int
breathe(struct st_verify *verify)
{
	uint8_t index[32];
	int rc;

	if (verify->enter.touched_count > TOUCHED_MAX && (rc = index_root(verify, index)) < 0)
		return rc;
	if ((rc = st_replay_commit(verify)) < 0 ||
	    (rc = st_reader_renew(verify->reader, verify->err)) < 0)
		return rc;
	return begin(verify);
}

/* What the head row says in the snapshot that the stream reads from. */
static int
read_head(struct st_verify *verify)
{
	int rc = st_head_read(verify->stream.reader, &verify->stored_head, NULL);

	if (rc == STET_ENOTFOUND || rc == STET_EFORMAT) {
		memset(&verify->stored_head, 0, sizeof(verify->stored_head));
		verify->stored_head.size = STET_NO_SEQ; /* comparing the tables will tell */
		return STET_OK;
	}
	return rc < 0 ? st_head_read(verify->stream.reader, &verify->stored_head, verify->err) : rc;
}

static int
end(struct st_verify *verify)
{
	const struct st_state *state = &verify->state;
	int rc;

	if (verify->stream.odd_keys > 0 && (rc = st_found(verify, ST_ENTRY_EXTRA, STET_NO_SEQ,
						"%llu entries are stored under what is no number",
						(unsigned long long)verify->stream.odd_keys)) < 0)
		return rc;
	if ((rc = st_place_end(verify)) < 0)
		return rc;
	/* What is lost at the end may have been the seal. */
	if (state->size > 0 && state->sealed != state->size && verify->gap_end <= state->sealed)
		return st_found_after(verify, ST_UNSEALED_TAIL, state->sealed,
		    "no seal covers the entries from %llu on", (unsigned long long)state->sealed);
	return STET_OK;
}

int
st_replay(struct st_verify *verify)
{
	const struct st_block *block = NULL;
	struct st_slot *slot, *next;
	uint64_t done = 0;
	int rc;

	if ((rc = begin(verify)) < 0 || (rc = st_enter_begin(&verify->enter, verify->batch,
					     &verify->state, 0, verify->err)) < 0)
		return rc;
	for (;;) {
		if ((rc = st_stream_next(&verify->stream, &slot, &next, verify->err)) < 0)
			return rc;
		if (next->block == NULL && (rc = read_head(verify)) < 0)
			return rc;
		if (slot->block == NULL)
			break;
		/* Entries are read by number, too, and none may be newer than what that sees. */
		if (block != slot->block && (rc = st_reader_renew(verify->reader, verify->err)) < 0)
			return rc;
		block = slot->block;
		if (done++ % PROGRESS_EVERY == 0 &&
		    (rc = st_verify_progress(verify, "entries", done - 1, verify->target)) < 0)
			return rc;
		if ((rc = replay_one(verify, slot, next)) < 0)
			return rc;
		if (++verify->since_commit >= verify->tuning.batch_entries &&
		    (rc = breathe(verify)) < 0)
			return rc;
	}
	if ((rc = st_verify_progress(verify, "entries", done, done)) < 0 || (rc = end(verify)) < 0)
		return rc;
	/* A seal brings the index up to date; entries after the last one are not in it, nor should
	 * be. */
	if ((rc = st_enter_end(&verify->enter, verify->err)) < 0)
		return rc;
	return st_replay_commit(verify);
}
