/* A new ledger key.  The new file lies beside the old one before anything is committed, and takes
 * its place after; whichever a crash leaves, st_ledger_key() finds the one that the ledger says is
 * in force. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "ledger/append.h"

int
stet_ledger_rotate(stet_ledger *ledger, stet_statement *rotate, const stet_key *new_key,
    const stet_append_options *options, stet_outcome **outcome_out, stet_error *err)
{
	struct st_append what = {&rotate, 1, options, ST_ADMIT_REPLAY, new_key};
	char *next = st_path_join(ledger->path, "keys/ledger.key.next");
	char *now = st_path_join(ledger->path, "keys/ledger.key");
	int rc;

	if (next == NULL || now == NULL) {
		rc = st_fail_nomem(err);
		goto done;
	}
	if (!stet_key_can_sign(new_key)) {
		rc = st_fail(
		    err, STET_EINVAL, ST_RULE_NONE, "the new ledger key has no secret half");
		goto done;
	}
	/* One left by an earlier try that was refused is no longer wanted. */
	unlink(next);
	if ((rc = stet_key_save(new_key, next, options->ask, options->ctx, err)) < 0)
		goto done;
	rc = st_append(ledger, &what, outcome_out, err);
	if (rc == STET_OK && (options->flags & STET_APPEND_DRY_RUN) == 0) {
		if (rename(next, now) < 0)
			rc = st_fail_errno(err, errno,
			    "the ledger key is changed, but '%s' could not take its place", next);
	} else if (rc != STET_EUNSURE && rc != STET_EMISMATCH) {
		unlink(next);
	}
done:
	free(next);
	free(now);
	return rc;
}
