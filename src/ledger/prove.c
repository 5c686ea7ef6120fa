/* Proof files made from the tables: docs/format.md, "Proof file". */
#include <stet/proof.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admission/closure.h"
#include "base/err.h"
#include "index/index.h"
#include "ledger/internal.h"
#include "proof/proof.h"

/* How often, and how far apart, a checkpoint that is behind the newest seal is looked at again: a
 * writer is between the two. */
#define LOOKS 200
#define LOOK_NS 10000000

struct proving {
	stet_ledger *ledger;
	struct st_reader *reader;
	struct st_books books;
	struct st_head head;
	struct st_state state;
	struct st_covered asked, covered;
	struct st_buf stored, note; /* the checkpoint as it is kept, and as it is shown */
	struct st_checkpoint checkpoint;
	uint64_t *seqs;
	size_t count, room;
	struct st_proof proof;
	struct st_buf bytes; /* of the entries, one after the other */
	size_t tree_room, index_room;
	stet_error *err;
};

/* A growing array of items of one size. */
static int
make_room(void **items, size_t count, size_t *room, size_t each, stet_error *err)
{
	size_t wanted = *room == 0 ? 32 : *room * 2;
	void *grown;

	if (count < *room)
		return STET_OK;
	if ((grown = realloc(*items, wanted * each)) == NULL)
		return st_fail_nomem(err);
	*items = grown;
	*room = wanted;
	return STET_OK;
}

/* --- the moment: a snapshot whose newest seal has its checkpoint ----------------------------- */

static int
look(struct proving *proving, int *right_out)
{
	int rc;

	*right_out = 0;
	st_buf_reset(&proving->stored);
	if ((rc = st_reader_renew(proving->reader, proving->err)) < 0 ||
	    (rc = st_head_read(proving->reader, &proving->head, proving->err)) < 0)
		return rc == STET_ENOTFOUND ? st_fail(proving->err, STET_EFORMAT, ST_TABLE_DAMAGED,
						  "the database has no head row")
					    : rc;
	if (proving->head.sealed != proving->head.size)
		return st_fail(proving->err, STET_EFORMAT, ST_UNSEALED_TAIL,
		    "no seal covers the entries from %llu on, so there is nothing to prove by",
		    (unsigned long long)proving->head.sealed);
	rc = st_checkpoint_stored(
	    proving->ledger, &proving->stored, &proving->checkpoint, proving->err);
	*right_out = rc == STET_OK && proving->checkpoint.size == proving->head.sealed;
	return rc == STET_ENOTFOUND || rc == STET_EFORMAT ? STET_OK : rc;
}

/* Behind: somebody is just writing, or was killed before the checkpoint was out. */
static int
find_moment(struct proving *proving)
{
	const struct timespec pause = {0, LOOK_NS};
	char *note = NULL;
	size_t size;
	int rc, right, i;

	if ((rc = st_ledger_reader(proving->ledger, &proving->reader, proving->err)) < 0)
		return rc;
	proving->books = (struct st_books){proving->reader, proving->reader};
	for (i = 0; i < LOOKS; i++) {
		if ((rc = look(proving, &right)) < 0 || right)
			return rc;
		if (i == 0 && !proving->ledger->options.read_only &&
		    stet_ledger_checkpoint(proving->ledger, &note, &size, NULL) == STET_OK)
			free(note);
		else
			nanosleep(&pause, NULL);
	}
	return st_fail(proving->err, STET_EFORMAT, ST_CHECKPOINT_LATE,
	    "the newest seal has no checkpoint yet");
}

/* --- the checkpoint, with the lines that can be verified here --------------------------------- */

/* The keys whose lines are shown. A reader ignores lines of keys he does not know, so one that
 * nobody here can verify could be anybody's, and would only be something to alter. */
static int
line_keys(struct proving *proving, struct st_vkey **keys_out, size_t *count_out)
{
	const struct st_ledger_key *key = st_state_checkpoint_key(&proving->state);
	stet_trust *trust = NULL;
	int rc;

	if ((rc = stet_trust_new(&trust, proving->err)) < 0)
		return rc;
	if ((rc = st_cosigners_read(proving->ledger, trust, proving->err)) == STET_OK) {
		*count_out = 1 + trust->count;
		*keys_out = calloc(*count_out, sizeof(**keys_out));
		if (*keys_out == NULL)
			rc = st_fail_nomem(proving->err);
		else
			rc = st_vkey_make(proving->state.origin, ST_NOTE_ED25519, key->public_key,
			    *keys_out, proving->err);
	}
	if (rc == STET_OK && trust->count > 0)
		memcpy(*keys_out + 1, trust->keys, trust->count * sizeof(**keys_out));
	stet_trust_free(trust);
	return rc;
}

static int
show_note(struct proving *proving)
{
	struct st_note_signer *signers = calloc(ST_NOTE_LINES_MAX, sizeof(*signers));
	struct st_note *note = calloc(1, sizeof(*note));
	struct st_vkey *keys = NULL;
	size_t count = 0, signer_count = 0, unknown, i;
	int rc, signed_here = 0;

	if (signers == NULL || note == NULL)
		rc = st_fail_nomem(proving->err);
	else if ((rc = line_keys(proving, &keys, &count)) == STET_OK &&
		 (rc = st_note_parse(st_buf_bytes(&proving->stored), note, proving->err)) ==
		     STET_OK)
		rc = st_note_signers(
		    note, keys, count, signers, &signer_count, &unknown, proving->err);
	if (rc == STET_OK) {
		st_buf_put_bytes(&proving->note, note->text);
		st_buf_put_u8(&proving->note, '\n');
		for (i = 0; i < signer_count; i++) {
			signed_here |= signers[i].key == 0;
			st_buf_put_bytes(&proving->note, note->lines[signers[i].line].line);
		}
		if (!signed_here)
			rc = st_fail(proving->err, STET_EMISMATCH, ST_PROOF_UNSIGNED,
			    "the stored checkpoint is not signed by the ledger key");
		else if (proving->note.rc < 0)
			rc = st_fail_nomem(proving->err);
	}
	free(signers);
	free(note);
	free(keys);
	return rc;
}

/* --- the names -------------------------------------------------------------------------------- */

static int
ask_name(struct proving *proving, stet_bytes name)
{
	struct st_covered *asked = &proving->asked;
	void *names = asked->names;
	size_t i;
	int rc;

	for (i = 0; i < asked->count; i++)
		if (st_bytes_equal(st_str(asked->names[i].name), name))
			return STET_OK;
	if ((rc = make_room(
		 &names, asked->count, &asked->capacity, sizeof(*asked->names), proving->err)) < 0)
		return rc;
	asked->names = names;
	if ((asked->names[asked->count].name = strndup((const char *)name.data, name.size)) == NULL)
		return st_fail_nomem(proving->err);
	asked->count++;
	return STET_OK;
}

/* What only observers link is asked for with it: the closure does not lead there. */
static int
ask_id(struct proving *proving, const stet_id *id)
{
	struct st_closure closure = {NULL, 0, 0};
	struct st_buf name = {0};
	size_t i;
	int rc;

	if ((rc = st_one_name(proving->ledger, id, &name, proving->err)) < 0)
		goto done;
	if (st_bytes_equal(st_buf_bytes(&name), st_str(ST_NAME_SEAL))) {
		rc = st_fail(proving->err, STET_EINVAL, ST_RULE_NONE,
		    "seals are no part of the record index: there is no proof of '" ST_NAME_SEAL
		    "'");
		goto done;
	}
	if ((rc = ask_name(proving, st_buf_bytes(&name))) < 0)
		goto done;
	rc = st_closure_of(
	    &proving->books, st_buf_bytes(&name), proving->head.size, 1, &closure, proving->err);
	for (i = 0; rc == STET_OK && i < closure.count; i++)
		if (closure.names[i].loose)
			rc = ask_name(proving, st_str(closure.names[i].name));
	st_closure_clear(&closure);
done:
	st_buf_free(&name);
	return rc;
}

static int
compare_texts(const void *a, const void *b)
{
	return st_bytes_compare(*(const stet_bytes *)a, *(const stet_bytes *)b);
}

static int
find_names(struct proving *proving, const stet_id *const *ids, size_t count)
{
	struct st_proof *proof = &proving->proof;
	size_t i;
	int rc;

	for (i = 0; i < count; i++)
		if ((rc = ask_id(proving, ids[i])) < 0)
			return rc;
	proof->asked = calloc(proving->asked.count, sizeof(*proof->asked));
	if (proof->asked == NULL)
		return st_fail_nomem(proving->err);
	for (i = 0; i < proving->asked.count; i++)
		proof->asked[proof->asked_count++] = st_str(proving->asked.names[i].name);
	qsort(proof->asked, proof->asked_count, sizeof(*proof->asked), compare_texts);
	return st_covered_of(&proving->books, &proving->state, proof->asked, proof->asked_count,
	    proving->head.size, &proving->covered, proving->err);
}

/* --- the entries ------------------------------------------------------------------------------ */

static int
show_seq(struct proving *proving, uint64_t seq)
{
	void *seqs = proving->seqs;
	int rc =
	    make_room(&seqs, proving->count, &proving->room, sizeof(*proving->seqs), proving->err);

	if (rc < 0)
		return rc;
	proving->seqs = seqs;
	proving->seqs[proving->count++] = seq;
	return STET_OK;
}

static int
compare_seqs(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

/* All about the names, the seals of rotations, and the closing seal. */
static int
find_seqs(struct proving *proving)
{
	const struct st_state *state = &proving->state;
	uint64_t count, nth, seq;
	size_t i, kept;
	int rc;

	for (i = 0; i < proving->covered.count; i++) {
		const uint8_t *key = proving->covered.names[i].key;

		rc =
		    st_count_before(&proving->books, key, proving->head.size, &count, proving->err);
		for (nth = 0; rc == STET_OK && nth < count; nth++)
			if ((rc = st_books_nth(&proving->books, key, nth, &seq, proving->err)) ==
			    STET_OK)
				rc = show_seq(proving, seq);
		if (rc < 0)
			return rc;
	}
	for (i = 1; i < state->ledger_key_count; i++)
		if ((rc = show_seq(proving, state->ledger_keys[i].since - 1)) < 0)
			return rc;
	if ((rc = show_seq(proving, proving->head.size - 1)) < 0)
		return rc;
	qsort(proving->seqs, proving->count, sizeof(*proving->seqs), compare_seqs);
	for (i = kept = 0; i < proving->count; i++)
		if (kept == 0 || proving->seqs[kept - 1] != proving->seqs[i])
			proving->seqs[kept++] = proving->seqs[i];
	proving->count = kept;
	return STET_OK;
}

static int
show_entries(struct proving *proving)
{
	struct st_proof *proof = &proving->proof;
	const uint8_t *at;
	struct st_read read;
	size_t i;
	int rc;

	if ((proof->entries = calloc(proving->count, sizeof(*proof->entries))) == NULL)
		return st_fail_nomem(proving->err);
	for (i = 0; i < proving->count; i++) {
		rc = st_books_entry(&proving->books, proving->seqs[i], &read, proving->err);
		if (rc < 0)
			return rc;
		st_buf_put_bytes(&proving->bytes, read.encoded);
		proof->entries[proof->entry_count++].size = read.encoded.size;
	}
	if (proving->bytes.rc < 0)
		return st_fail_nomem(proving->err);
	for (i = 0, at = proving->bytes.data; i < proof->entry_count; i++) {
		proof->entries[i].data = at;
		at += proof->entries[i].size;
	}
	return STET_OK;
}

/* --- what binds them -------------------------------------------------------------------------- */

static int
take_hash(void *ctx, const uint8_t hash[32], stet_error *err)
{
	struct proving *proving = ctx;
	void *hashes = proving->proof.tree;
	int rc = make_room(&hashes, proving->proof.tree_count, &proving->tree_room,
	    sizeof(*proving->proof.tree), err);

	if (rc < 0)
		return rc;
	proving->proof.tree = hashes;
	memcpy(proving->proof.tree[proving->proof.tree_count++], hash, 32);
	return STET_OK;
}

static int
take_token(void *ctx, const struct st_map_token *token, stet_error *err)
{
	struct proving *proving = ctx;
	void *tokens = proving->proof.index;
	int rc = make_room(&tokens, proving->proof.index_count, &proving->index_room,
	    sizeof(*proving->proof.index), err);

	if (rc < 0)
		return rc;
	proving->proof.index = tokens;
	proving->proof.index[proving->proof.index_count++] = *token;
	return STET_OK;
}

static int
show_index(struct proving *proving)
{
	uint8_t(*keys)[32] = NULL;
	int rc;

	if ((rc = st_covered_keys(&proving->covered, &keys, proving->err)) < 0)
		return rc;
	rc = st_index_prune(proving->reader, (const uint8_t(*)[32])keys, proving->covered.count,
	    take_token, proving, proving->err);
	free(keys);
	return rc;
}

static int
show_rotations(struct proving *proving)
{
	const struct st_state *state = &proving->state;
	struct st_proof_rotation *rotation;
	const size_t count = state->ledger_key_count - 1;
	size_t i;
	int rc;

	proving->proof.rotations = calloc(count + 1, sizeof(*proving->proof.rotations));
	if (proving->proof.rotations == NULL)
		return st_fail_nomem(proving->err);
	for (i = 0; i < count; i++) {
		rotation = &proving->proof.rotations[proving->proof.rotation_count++];
		rotation->seal = state->ledger_keys[i + 1].since - 1;
		if ((rotation->path = calloc(ST_TREE_PATH_MAX, 32)) == NULL)
			return st_fail_nomem(proving->err);
		rc = st_tree_prove_consistency(rotation->seal, proving->head.size, st_books_node,
		    proving->reader, rotation->path, &rotation->count, proving->err);
		if (rc < 0)
			return rc;
	}
	return STET_OK;
}

static int
prove(struct proving *proving, const stet_id *const *ids, size_t count)
{
	const struct st_head *head = &proving->head;
	int rc;

	if ((rc = find_moment(proving)) < 0 ||
	    (rc = st_state_load(&proving->state, &proving->books, head->size, head->last_ms,
		 head->sealed, proving->err)) < 0 ||
	    (rc = show_note(proving)) < 0 || (rc = find_names(proving, ids, count)) < 0 ||
	    (rc = find_seqs(proving)) < 0 || (rc = show_entries(proving)) < 0 ||
	    (rc = show_index(proving)) < 0 || (rc = show_rotations(proving)) < 0)
		return rc;
	proving->proof.checkpoint = st_buf_bytes(&proving->note);
	return st_tree_prove_many(proving->seqs, proving->count, head->size, st_books_node,
	    proving->reader, take_hash, proving, proving->err);
}

static void
clear(struct proving *proving)
{
	st_proof_clear(&proving->proof);
	st_covered_clear(&proving->asked);
	st_covered_clear(&proving->covered);
	st_state_clear(&proving->state);
	st_buf_free(&proving->stored);
	st_buf_free(&proving->note);
	st_buf_free(&proving->bytes);
	free(proving->seqs);
	st_reader_close(proving->reader);
}

int
stet_proof_make(stet_ledger *ledger, const stet_id *const *ids, size_t count, uint8_t **proof_out,
    size_t *size_out, stet_error *err)
{
	struct proving proving;
	struct st_buf file = {0};
	int rc;

	if (count == 0)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "a proof is of one name at least");
	memset(&proving, 0, sizeof(proving));
	proving.ledger = ledger;
	proving.err = err;
	st_state_init(&proving.state);
	if ((rc = prove(&proving, ids, count)) == STET_OK) {
		st_proof_encode(&proving.proof, &file);
		/* What its reader would refuse does not leave: damaged tables end here. */
		rc = file.rc < 0 ? st_fail_nomem(err)
				 : st_proof_hashes(st_buf_bytes(&file), &proving.covered, err);
	}
	clear(&proving);
	if (rc < 0) {
		st_buf_free(&file);
		return rc;
	}
	*proof_out = file.data;
	*size_out = file.size;
	return STET_OK;
}

int
stet_proof_entry(const stet_proof *proof, size_t index, stet_entry **entry_out, stet_error *err)
{
	if (index >= proof->proof.entry_count)
		return STET_ENOTFOUND;
	return st_entry_new(proof->proof.entries[index], entry_out, err);
}
