/* Entries: [seq, ms, prev, prior, signed]. */
#include "statement/entry.h"

#include "base/err.h"
#include "base/time.h"

static int
fail(stet_error *err, const char *why)
{
	return st_fail(err, STET_EFORMAT, ST_ENTRY_MALFORMED, "not an entry: %s", why);
}

int
st_entry_encode(const struct st_entry *entry, struct st_buf *out, stet_error *err)
{
	if (entry->seq > ST_UINT53_MAX || entry->ms > ST_UINT53_MAX)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE,
		    "sequence number or time of an entry beyond 2^53 - 1");
	if (entry->statement.size < 1 || entry->statement.size > ST_STATEMENT_MAX)
		return st_fail(err, STET_EINVAL, ST_STATEMENT_TOO_LARGE,
		    "a statement of %zu bytes, 1 to %d are allowed", entry->statement.size,
		    ST_STATEMENT_MAX);
	st_cbor_put_array(out, 5);
	st_cbor_put_uint(out, entry->seq);
	st_cbor_put_uint(out, entry->ms);
	st_cbor_put_bytes(out, (stet_bytes){entry->prev, STET_HASH_SIZE});
	if (entry->prior == NULL)
		st_cbor_put_null(out);
	else
		st_cbor_put_bytes(out, (stet_bytes){entry->prior, STET_HASH_SIZE});
	st_cbor_put_bytes(out, entry->statement);
	return out->rc == STET_OK ? STET_OK : st_fail_nomem(err);
}

static int
read_prior(struct st_cbor *in, struct st_entry *entry)
{
	struct st_cbor_item item;

	if (st_cbor_peek(in, &item) == STET_OK && item.kind == ST_CBOR_NULL) {
		entry->prior = NULL;
		return st_cbor_next(in, &item);
	}
	return st_cbor_read_hash(in, &entry->prior);
}

int
st_entry_decode(stet_bytes encoded, struct st_entry *entry_out, stet_error *err)
{
	struct st_entry entry = {0};
	struct st_cbor in;
	uint64_t count;
	int rc;

	if (encoded.size > ST_ENTRY_MAX)
		return fail(err, "it is larger than 65,535 bytes");
	if ((rc = st_cbor_check(encoded, err)) < 0)
		return rc;
	in = st_cbor_open(encoded);
	if (st_cbor_read_array(&in, &count) < 0 || count != 5)
		return fail(err, "it is not an array of five");
	if (st_cbor_read_uint(&in, &entry.seq) < 0)
		return fail(err, "its sequence number is not a number from 0");
	if (st_cbor_read_uint(&in, &entry.ms) < 0)
		return fail(err, "its time is not a number from 0");
	if (st_cbor_read_hash(&in, &entry.prev) < 0)
		return fail(err, "its link to the entry before is not 32 bytes");
	if (read_prior(&in, &entry) < 0)
		return fail(err, "its link to the name's entry before is not 32 bytes or null");
	if (st_cbor_read_bytes(&in, &entry.statement) < 0)
		return fail(err, "its statement is not a byte string");
	if (entry.statement.size < 1 || entry.statement.size > ST_STATEMENT_MAX)
		return fail(err, "its statement is not 1 to 65,445 bytes");
	*entry_out = entry;
	return STET_OK;
}
