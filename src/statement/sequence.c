/* A CBOR sequence, cut into entries as it comes. */
#include <string.h>

#include "base/err.h"
#include "statement/entry.h"

static int
no_entry(uint64_t seq, int rc, const stet_error *why, stet_error *err)
{
	if (rc == STET_ENOMEM)
		return st_fail_nomem(err);
	return st_fail_seq(err, STET_EFORMAT, why->rule != 0 ? why->rule : ST_ENTRY_DAMAGED, seq,
	    "entry %llu does not parse: %.150s", (unsigned long long)seq, why->text);
}

int
st_sequence_split(
    struct st_sequence *sequence, int ended, st_sequence_take *take, void *ctx, stet_error *err)
{
	stet_bytes rest = st_buf_bytes(&sequence->rest);
	stet_error why;
	size_t size;
	int rc = STET_OK;

	while (rc == STET_OK && rest.size > 0) {
		st_error_clear(&why);
		rc = st_cbor_check_first(rest, &size, &why);
		if (rc == STET_EFORMAT && why.rule == ST_CBOR_TRUNCATED && !ended &&
		    rest.size <= ST_ENTRY_MAX) {
			rc = STET_OK;
			break;
		}
		if (rc < 0 || size > ST_ENTRY_MAX)
			return no_entry(sequence->next, rc, &why, err);
		sequence->next++;
		rc = take(ctx, (stet_bytes){rest.data, size}, err);
		rest.data += size;
		rest.size -= size;
	}
	if (sequence->rest.size > 0)
		memmove(sequence->rest.data, rest.data, rest.size);
	sequence->rest.size = rest.size;
	return rc;
}
