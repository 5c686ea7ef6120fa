/* The entries of a proof, judged one by one as the writer judged them: step 4. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "enter/enter.h"
#include "proof/proof.h"

#define incomplete(...) st_fail(err, STET_EMISMATCH, ST_PROOF_INCOMPLETE, __VA_ARGS__)
#define NUMBER(n) ((unsigned long long)(n))

static int
compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static int
is_shown(void *ctx, const uint8_t name_key[32])
{
	const stet_proof *proof = ctx;

	return bsearch(name_key, proof->shown_keys, proof->shown_count, 32, compare_keys) != NULL;
}

/* The names that entries are about, those that were asked for, and the keys that signed. */
static int
gather_names(stet_proof *proof, stet_error *err)
{
	const size_t count = 2 * proof->proof.entry_count + proof->proof.asked_count;
	char name[ST_KEY_NAME_SIZE];
	size_t i, kept = 0;

	if ((proof->shown_keys = calloc(count + 1, sizeof(*proof->shown_keys))) == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < proof->proof.entry_count; i++) {
		/* Seals, and entry 0, which is shown first, are the ledger key's. */
		if (proof->shown[i].statement.type == ST_TYPE_SEAL)
			continue;
		memcpy(proof->shown_keys[kept++], proof->shown[i].name_key, 32);
		if (proof->shown[i].entry.seq == 0)
			continue;
		st_key_name(proof->shown[i].statement.sign1.kid, name);
		st_map_key(st_str(name), proof->shown_keys[kept++]);
	}
	for (i = 0; i < proof->proof.asked_count; i++)
		st_map_key(proof->proof.asked[i], proof->shown_keys[kept++]);
	qsort(proof->shown_keys, kept, 32, compare_keys);
	for (i = 0; i < kept; i++)
		if (proof->shown_count == 0 || memcmp(proof->shown_keys[proof->shown_count - 1],
						   proof->shown_keys[i], 32) != 0)
			memmove(proof->shown_keys[proof->shown_count++], proof->shown_keys[i], 32);
	return STET_OK;
}

/* Only the seal may follow a change of the ledger key, and the end: and that seal is shown. */
static int
check_followed(const stet_proof *proof, const struct st_shown *shown, stet_error *err)
{
	const struct st_state *state = &proof->state;
	int waits = state->rotating || (state->closed && state->sealed != state->size);

	if (waits && shown->entry.seq != state->size)
		return incomplete(
		    "history is incomplete: entry %llu, the seal after a change of the "
		    "ledger key or its end, is not shown",
		    NUMBER(state->size));
	return STET_OK;
}

/* A seal is shown because it closes a change of the ledger key, or the proof. */
static int
check_seal(const stet_proof *proof, const struct st_shown *shown, stet_error *err)
{
	if (shown != &proof->shown[proof->proof.entry_count - 1] && !proof->state.rotating)
		return st_fail(err, STET_EMISMATCH, ST_PROOF_SURPLUS,
		    "entry %llu is a seal that nothing here needs", NUMBER(shown->entry.seq));
	return st_seal_frame_check(&shown->entry, &shown->statement, err);
}

static int
check_prior(const struct st_shown *shown, const struct st_index_row *row, stet_error *err)
{
	const uint8_t *prior = shown->entry.prior;
	char text[ST_SHOWN_SIZE];

	if (row->count == 0 ? prior == NULL : prior != NULL && memcmp(prior, row->head, 32) == 0)
		return STET_OK;
	return incomplete(
	    "history is incomplete: entry %llu does not continue from the entry about "
	    "'%s' that is shown before it",
	    NUMBER(shown->entry.seq), st_shown(shown->statement.sign1.claims.sub, text));
}

static int
admit_one(stet_proof *proof, struct st_enter *enter, size_t at, stet_error *err)
{
	const struct st_cover cover = {is_shown, proof};
	const struct st_shown *shown = &proof->shown[at];
	struct st_case c;
	int rc;

	if ((rc = check_followed(proof, shown, err)) < 0)
		return rc;
	memset(&c, 0, sizeof(c));
	c.state = &proof->state;
	c.books = &proof->books;
	c.entry = &shown->entry;
	c.statement = &shown->statement;
	c.flags = ST_ADMIT_REPLAY;
	c.cover = &cover;
	proof->state.size = shown->entry.seq;
	if ((rc = st_case_prepare(&c, err)) < 0 ||
	    (shown->statement.type != ST_TYPE_SEAL && (rc = check_prior(shown, &c.row, err)) < 0) ||
	    (rc = st_admit(&c, err)) < 0)
		return rc;
	if (c.already != STET_NO_SEQ)
		return st_fail(err, STET_EREFUSED, ST_ID_REPEATED,
		    "entry %llu says what entry %llu has said, under the same id",
		    NUMBER(shown->entry.seq), NUMBER(c.already));
	if ((rc = st_sign1_verify(&shown->statement.sign1, c.public_key, err)) < 0 ||
	    (shown->statement.type == ST_TYPE_SEAL && (rc = check_seal(proof, shown, err)) < 0))
		return rc;
	proof->unknown += shown->statement.type == ST_TYPE_UNKNOWN;
	return st_enter_shown(enter, &c, proof->proof.entries[at], shown->leaf, err);
}

static int
open_tables(stet_proof *proof, stet_error *err)
{
	struct st_reader *reader;
	int rc;

	if ((rc = st_store_open_memory(&proof->store, err)) < 0 ||
	    (rc = st_batch_begin(proof->store, 0, &proof->batch, err)) < 0)
		return rc;
	reader = st_batch_reader(proof->batch);
	proof->books = (struct st_books){reader, reader};
	return STET_OK;
}

/* What is put down is read in a snapshot of its own, by whichever thread asks. */
static int
close_tables(stet_proof *proof, stet_error *err)
{
	int rc;

	if ((rc = st_batch_commit(&proof->batch, err)) < 0 ||
	    (rc = st_reader_open(proof->store, &proof->reader, err)) < 0)
		return rc;
	proof->books = (struct st_books){proof->reader, proof->reader};
	return STET_OK;
}

static int
admit_all(stet_proof *proof, struct st_enter *enter, stet_error *err)
{
	size_t i;
	int rc;

	for (i = 0; i < proof->proof.entry_count; i++) {
		rc = admit_one(proof, enter, i, err);
		if (rc < 0 && err != NULL && err->seq == STET_NO_SEQ)
			err->seq = proof->shown[i].entry.seq;
		if (rc < 0)
			return rc;
	}
	return STET_OK;
}

/* Rules judged by half a history say little: where entries are missing, that is the answer. */
static int
better_reason(const stet_proof *proof, int rc, stet_error *err)
{
	stet_error gap;

	if (rc != STET_EREFUSED && rc != STET_ENOTFOUND)
		return rc;
	st_error_clear(&gap);
	if (st_shown_gap(proof, 1, &gap) != STET_EMISMATCH)
		return rc == STET_ENOTFOUND
			   ? incomplete(
				 "history is incomplete: what an entry has to be judged by is "
				 "not shown")
			   : rc;
	if (err != NULL)
		*err = gap;
	return STET_EMISMATCH;
}

int
st_shown_admit(stet_proof *proof, stet_error *err)
{
	struct st_enter enter;
	int rc;

	memset(&enter, 0, sizeof(enter));
	st_state_init(&proof->state);
	if (proof->shown[0].entry.seq != 0)
		return incomplete("history is incomplete: entry 0, which opens the ledger, is not "
				  "shown");
	if ((rc = gather_names(proof, err)) < 0 || (rc = open_tables(proof, err)) < 0 ||
	    (rc = st_enter_begin(&enter, proof->batch, &proof->state, 1, err)) < 0)
		goto done;
	if ((rc = admit_all(proof, &enter, err)) < 0)
		rc = better_reason(proof, rc, err);
	else
		rc = close_tables(proof, err);
done:
	st_enter_clear(&enter);
	return rc;
}

/* --- how many there are ---------------------------------------------------------------------- */

/* The shown entries of a name, in order: how many, and the last one's leaf. */
static uint64_t
count_shown(const stet_proof *proof, const uint8_t name_key[32], const uint8_t **head_out)
{
	uint64_t count = 0;
	size_t i;

	for (i = 0; i < proof->proof.entry_count; i++)
		if (memcmp(proof->shown[i].name_key, name_key, 32) == 0) {
			*head_out = proof->shown[i].leaf;
			count++;
		}
	return count;
}

int
st_shown_complete(const stet_proof *proof, const struct st_map_leaf *leaf,
    const uint8_t name_key[32], const char *name, stet_error *err)
{
	const uint8_t *head = NULL;
	uint64_t count = count_shown(proof, name_key, &head);

	if (count == leaf->count && (count == 0 || memcmp(head, leaf->head, 32) == 0))
		return STET_OK;
	return incomplete(
	    "history is incomplete: the ledger has %llu %s about '%s', and %llu %s shown",
	    NUMBER(leaf->count), leaf->count == 1 ? "entry" : "entries", name, NUMBER(count),
	    count == 1 ? "is" : "are");
}

static const char *
name_of(const stet_proof *proof, const uint8_t name_key[32], char out[ST_SHOWN_SIZE])
{
	size_t i;

	for (i = 0; i < proof->proof.entry_count; i++)
		if (memcmp(proof->shown[i].name_key, name_key, 32) == 0)
			return st_shown(proof->shown[i].statement.sign1.claims.sub, out);
	return "another name that it needs";
}

int
st_shown_gap(const stet_proof *proof, int hidden, stet_error *err)
{
	struct st_map_leaf *found = calloc(proof->shown_count + 1, sizeof(*found));
	char text[ST_SHOWN_SIZE];
	enum st_map_fault fault;
	uint8_t root[32];
	size_t i, at;
	int rc = STET_OK;

	if (found == NULL)
		return st_fail_nomem(err);
	fault = st_map_pruned_root(proof->proof.index, proof->proof.index_count,
	    (const uint8_t(*)[32])proof->shown_keys, proof->shown_count, found, root, &at);
	if (fault == ST_MAP_HIDDEN && hidden)
		rc = incomplete("history is incomplete: the index does not show all names that an "
				"entry is of (token %zu)",
		    at);
	for (i = 0; fault == ST_MAP_FINE && rc == STET_OK && i < proof->shown_count; i++)
		rc = st_shown_complete(proof, &found[i], proof->shown_keys[i],
		    name_of(proof, proof->shown_keys[i], text), err);
	free(found);
	return rc;
}

const struct st_shown *
st_shown_find(const stet_proof *proof, uint64_t seq)
{
	size_t low = 0, high = proof->proof.entry_count, at;

	while (low < high) {
		at = low + (high - low) / 2;
		if (proof->seqs[at] < seq)
			low = at + 1;
		else
			high = at;
	}
	return low < proof->proof.entry_count && proof->seqs[low] == seq ? &proof->shown[low]
									 : NULL;
}
