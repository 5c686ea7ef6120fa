/* A proof as a ledger that is only read: what is written of records from a ledger's tables can be
 * written from a proof of them too, and is the same wherever the proof is the same. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ledger/internal.h"
#include "proof/proof.h"

/* The seals that are shown as a chain of their own: a proof has no need of it, moments are found by
 * it. */
static int
put_seals(const stet_proof *proof, struct st_batch *batch, stet_error *err)
{
	uint8_t name_key[32], about[40], seq[8], value[ST_INDEX_ROW_SIZE];
	stet_bytes key = {about, sizeof(about)}, number = {seq, sizeof(seq)};
	stet_bytes meta = st_str(ST_META_SEALS), bytes = {value, sizeof(value)};
	struct st_index_row row = {0};
	size_t i;
	int rc;

	st_map_key(st_str(ST_NAME_SEAL), name_key);
	for (i = 0; i < proof->proof.entry_count; i++) {
		if (proof->shown[i].statement.type != ST_TYPE_SEAL)
			continue;
		st_about_key(name_key, row.count++, about);
		st_be64_put(seq, proof->seqs[i]);
		if ((rc = st_batch_put(batch, ST_ABOUT, 0, &key, &number, 1, err)) < 0)
			return rc;
		memcpy(row.head, proof->shown[i].leaf, 32);
		memcpy(row.own, proof->shown[i].leaf, 32);
	}
	st_index_row_put(&row, value);
	return st_batch_put(batch, ST_META, 0, &meta, &bytes, 1, err);
}

static int
put_head(stet_ledger *ledger, const stet_proof *proof, stet_error *err)
{
	struct st_batch *batch = NULL;
	struct st_enter enter;
	int rc;

	memset(&enter, 0, sizeof(enter));
	if ((rc = st_batch_begin(ledger->store, 0, &batch, err)) < 0)
		return rc;
	if ((rc = st_enter_begin(&enter, batch, &ledger->state, 1, err)) == STET_OK &&
	    (rc = put_seals(proof, batch, err)) == STET_OK &&
	    (rc = st_enter_end(&enter, err)) == STET_OK)
		rc = st_batch_commit(&batch, err);
	st_enter_clear(&enter);
	st_batch_abort(&batch);
	return rc;
}

/* The state is the one that the entries left: a tree with gaps cannot be loaded again. */
static int
know_state(stet_ledger *ledger, stet_error *err)
{
	struct st_reader *reader = NULL;
	int rc;

	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	rc = st_head_read(reader, &ledger->state_head, err);
	st_reader_close(reader);
	ledger->state_known = rc == STET_OK;
	return rc;
}

int
st_ledger_of_proof(stet_proof *proof, const char *path, stet_ledger **ledger_out, stet_error *err)
{
	stet_ledger *ledger = NULL;
	int rc;

	if ((rc = st_ledger_new_handle(path, NULL, &ledger, err)) < 0)
		return rc;
	ledger->of_proof = 1;
	st_reader_close(proof->reader);
	proof->reader = NULL;
	ledger->store = proof->store;
	proof->store = NULL;
	st_state_clear(&ledger->state);
	ledger->state = proof->state;
	st_state_init(&proof->state);
	if ((ledger->origin = strdup(ledger->state.origin)) == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = put_head(ledger, proof, err)) == STET_OK)
		rc = know_state(ledger, err);
	memcpy(ledger->id, ledger->state.id, sizeof(ledger->id));
	if (rc < 0) {
		stet_ledger_close(ledger);
		return rc;
	}
	*ledger_out = ledger;
	return STET_OK;
}
