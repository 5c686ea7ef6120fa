/* A head alone: a checkpoint, or the one that a proof is of. */
#include <string.h>

#include "base/err.h"
#include "compare/compare.h"

static void
close_proof(stet_copy *copy)
{
	stet_proof_free(copy->proof);
}

static const struct st_copy_kind note_kind = {"checkpoint", NULL, NULL};
static const struct st_copy_kind proof_kind = {"proof", NULL, close_proof};

int
st_copy_note(stet_bytes note, stet_copy **copy_out, stet_error *err)
{
	stet_copy *copy = NULL;
	int rc;

	if ((rc = st_copy_new(&note_kind, &copy, err)) < 0)
		return rc;
	if ((rc = st_copy_take_note(copy, note, err)) < 0)
		stet_copy_close(copy);
	else
		*copy_out = copy;
	return rc;
}

int
st_copy_proof(stet_bytes file, stet_copy **copy_out, stet_error *err)
{
	stet_copy *copy = NULL;
	int rc;

	if ((rc = st_copy_new(&proof_kind, &copy, err)) < 0)
		return rc;
	if ((rc = stet_proof_open(file, NULL, &copy->proof, err)) == STET_OK &&
	    (rc = st_copy_take_note(copy, stet_proof_checkpoint(copy->proof), err)) == STET_OK &&
	    (rc = st_copy_take_keys(copy, &copy->proof->state, err)) == STET_OK) {
		memcpy(copy->id, copy->proof->state.id, sizeof(copy->id));
		copy->last_ms = copy->proof->state.last_ms;
		*copy_out = copy;
		return STET_OK;
	}
	stet_copy_close(copy);
	return rc;
}
