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
		rc = st_fail(err, STET_EIO, ST_IO_FAILED,
		    "the ledger key in force is '%s' and cannot take its place in '%s'", next,
		    ST_KEY_FILE);
	if (rc == STET_OK && unlink(next) < 0 && errno != ENOENT)
		rc = st_fail_errno(err, errno, "cannot remove '%s'", next);
	if (rc == STET_OK)
		rc = stet_key_save(what->next, next, what->options->ask, what->options->ctx, err);
	free(next);
	return rc;
}

int
st_rotate_end(stet_ledger *ledger, int committed, int rc, stet_error *err)
{
	char *next = st_path_join(ledger->path, ST_NEXT_KEY_FILE);
	char *now = st_path_join(ledger->path, ST_KEY_FILE);

	if (next == NULL || now == NULL) {
		rc = rc < 0 ? rc : st_fail_nomem(err);
	} else if (!committed) {
		/* Where it is not known, the file stays: it may be the key in force. */
		if (rc != STET_EUNSURE)
			unlink(next);
	} else if (rename(next, now) < 0 && rc == STET_OK) {
		rc = st_fail(err, STET_EUNSURE, ST_IO_FAILED,
		    "the entries are in the ledger and its key is changed, but the key stays in "
		    "'%.60s': %s",
		    next, strerror(errno));
	}
	free(next);
	free(now);
	return rc;
}

int
stet_ledger_rotate(stet_ledger *ledger, stet_statement *rotate, const stet_key *new_key,
    const stet_append_options *options, stet_outcome **outcome_out, stet_error *err)
{
	struct st_append what = {&rotate, 1, options, ST_ADMIT_REPLAY, new_key};

	if (options == NULL || options->version != STET_OPTIONS_VERSION)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "unknown version of the options");
	if (!stet_key_can_sign(new_key))
		return st_fail(
		    err, STET_EINVAL, ST_RULE_NONE, "the new ledger key has no secret half");
	return st_append(ledger, &what, outcome_out, err);
}
