/* A new ledger key.
 *
 * Its file lies beside the old one before anything is committed, and takes its place after;
 * whichever of the two a crash leaves, st_ledger_key() finds the one that the ledger says is in
 * force.  All of it under the lock of the append: the file of a rotation that was committed and not
 * finished is the only copy of the key in force, and must not be taken for one that is no longer
 * wanted. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "ledger/append.h"

static int
find_key_in_force(stet_ledger *ledger, const stet_append_options *options, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_books books;
	struct st_head head;
	int rc;

	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	books = (struct st_books){reader, reader};
	if ((rc = st_ledger_refresh(ledger, &books, &head, err)) == STET_OK) {
		stet_key_free(ledger->key); /* what counts here is where its file is */
		ledger->key = NULL;
		rc = st_ledger_key(ledger, options->ask, options->ctx, err);
	}
	st_reader_close(reader);
	return rc;
}

int
st_rotate_begin(stet_ledger *ledger, const struct st_append *what, stet_error *err)
{
	char *next = st_path_join(ledger->path, ST_NEXT_KEY_FILE);
	int rc = next == NULL ? st_fail_nomem(err) : STET_OK;

	/* Afterwards the key in force is not at `next`, and what is there may go. */
	if (rc == STET_OK)
		rc = find_key_in_force(ledger, what->options, err);
	if (rc == STET_OK && ledger->key_is_next)
		rc = st_ledger_key_settle(ledger, err);
	if (rc == STET_OK && unlink(next) < 0 && errno != ENOENT)
		rc = st_fail_errno(err, errno, "cannot remove '%s'", next);
	if (rc == STET_OK)
		rc = stet_key_save(what->next, next, what->options->ask, what->options->ctx, err);
	free(next);
	return rc;
}

void
st_rotate_undo(stet_ledger *ledger, int rc)
{
	char *next;

	/* Where it is not known, the file stays: it may be the key in force. */
	if (rc == STET_EUNSURE || (next = st_path_join(ledger->path, ST_NEXT_KEY_FILE)) == NULL)
		return;
	unlink(next);
	free(next);
}

/* Only a change to exactly this key may bring it into force here. */
static int
check_rotate(stet_statement *rotate, const stet_key *new_key, stet_error *err)
{
	const struct st_statement *statement = st_statement_view(rotate);
	const uint8_t *named;
	uint8_t public_key[32];
	stet_bytes action, value;
	struct st_cbor in;

	if (statement == NULL)
		return st_fail(err, STET_EINVAL, ST_NOT_SIGNED, "the statement is not signed");
	stet_key_public(new_key, public_key);
	if (statement->type == ST_TYPE_LEDGER &&
	    st_cbor_member_text(statement->sign1.payload, "action", &action) == STET_OK &&
	    st_bytes_equal(action, st_str("rotate")) &&
	    st_cbor_member(statement->sign1.payload, "key", &value) == STET_OK) {
		in = st_cbor_open(value);
		if (st_cose_key_read(&in, &named) == STET_OK && memcmp(named, public_key, 32) == 0)
			return STET_OK;
	}
	return st_fail(err, STET_EINVAL, ST_RULE_NONE,
	    "the statement does not change the ledger key to the one given");
}

int
stet_ledger_rotate(stet_ledger *ledger, stet_statement *rotate, const stet_key *new_key,
    const stet_append_options *options, stet_outcome **outcome_out, stet_error *err)
{
	struct st_append what = {&rotate, 1, options, ST_ADMIT_REPLAY, new_key};
	int rc;

	if (options == NULL || options->version != STET_OPTIONS_VERSION)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "unknown version of the options");
	if (!stet_key_can_sign(new_key))
		return st_fail(
		    err, STET_EINVAL, ST_RULE_NONE, "the new ledger key has no secret half");
	if ((rc = check_rotate(rotate, new_key, err)) < 0)
		return rc;
	return st_append(ledger, &what, outcome_out, err);
}
