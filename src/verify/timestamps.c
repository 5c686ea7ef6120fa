/* Time-stamps beside the ledger: each is of a checkpoint that the entries give, and right in
 * itself. Whose word it is only the reader can say (stet_ledger_timestamps()). */
#include "base/err.h"
#include "ledger/timestamps.h"
#include "verify/verify.h"

static int
judge(struct st_verify *verify, const struct st_kept *kept)
{
	struct st_buf token = {0};
	stet_json *report = NULL;
	uint8_t root[32];
	stet_error why = {0};
	int rc;

	if (kept->size > verify->state.size)
		return st_found(verify, ST_ROLLED_BACK, verify->state.size,
		    "the time-stamp '%s' is of %llu entries, and %llu are here: the rest was taken "
		    "away",
		    kept->name, (unsigned long long)kept->size,
		    (unsigned long long)verify->state.size);
	if ((rc = st_verify_root(verify, kept->size, root)) < 0)
		return rc;
	if ((rc = st_timestamp_read(verify->ledger, kept, &token, &why)) == STET_OK)
		rc = st_timestamp_judge(
		    kept, st_buf_bytes(&token), verify->state.origin, root, NULL, &report, &why);
	stet_json_free(report);
	st_buf_free(&token);
	if (rc == STET_ENOMEM || rc == STET_EIO) {
		if (verify->err != NULL)
			*verify->err = why;
		return rc;
	}
	if (rc < 0) /* an altered entry before it is found first */
		return st_found_after(
		    verify, why.rule, STET_NO_SEQ, "the time-stamp '%s': %s", kept->name, why.text);
	return STET_OK;
}

int
st_verify_read_timestamps(struct st_verify *verify)
{
	return st_timestamps_list(
	    verify->ledger, &verify->stamps, &verify->stamp_count, verify->err);
}

int
st_verify_timestamps(struct st_verify *verify)
{
	size_t i;
	int rc = STET_OK;

	if (verify->state.origin == NULL)
		return STET_OK; /* entry 0 is lost: nobody knows what was stamped */
	for (i = 0; rc == STET_OK && i < verify->stamp_count; i++)
		rc = judge(verify, &verify->stamps[i]);
	return rc;
}
