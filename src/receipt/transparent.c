/* Transparent statements (RFC 9943): a statement with its receipt in the unprotected header. */
#include "receipt/receipt.h"

#include <string.h>

#include "base/err.h"

enum { TAG_SIGN1 = 18, HEAD_RECEIPTS = 394 };

static int
malformed(stet_error *err, const char *why)
{
	return st_fail(
	    err, STET_EFORMAT, ST_RECEIPT_MALFORMED, "not a transparent statement: %s", why);
}

/* The three parts of a statement beside the unprotected header. */
struct parts {
	stet_bytes head, payload, signature;
};

static void
put_begin(struct st_buf *out, const struct parts *parts)
{
	st_cbor_put_tag(out, TAG_SIGN1);
	st_cbor_put_array(out, 4);
	st_cbor_put_bytes(out, parts->head);
}

static void
put_end(struct st_buf *out, const struct parts *parts)
{
	st_cbor_put_bytes(out, parts->payload);
	st_cbor_put_bytes(out, parts->signature);
}

int
st_transparent_encode(stet_bytes statement, stet_bytes receipt, struct st_buf *out, stet_error *err)
{
	struct st_sign1 sign1;
	struct parts parts;
	int rc;

	if ((rc = st_sign1_decode(statement, &sign1, err)) < 0)
		return rc;
	parts.head = sign1.head;
	parts.payload = sign1.payload;
	parts.signature = (stet_bytes){sign1.signature, STET_SIGNATURE_SIZE};
	put_begin(out, &parts);
	st_cbor_put_map(out, 1);
	st_cbor_put_uint(out, HEAD_RECEIPTS);
	st_cbor_put_array(out, 1);
	st_cbor_put_bytes(out, receipt);
	put_end(out, &parts);
	return out->rc < 0 ? st_fail_nomem(err) : STET_OK;
}

/* {394: [receipt]} */
static int
read_receipt(struct st_cbor *in, stet_bytes *receipt_out, stet_error *err)
{
	uint64_t count;
	int64_t key;

	if (st_cbor_read_map(in, &count) < 0 || count != 1 || st_cbor_read_int(in, &key) < 0 ||
	    key != HEAD_RECEIPTS)
		return malformed(err, "its unprotected header is not one of receipts (394) alone");
	if (st_cbor_read_array(in, &count) < 0 || count != 1 ||
	    st_cbor_read_bytes(in, receipt_out) < 0)
		return malformed(err, "it has not exactly one receipt");
	return STET_OK;
}

int
st_transparent_decode(
    stet_bytes encoded, struct st_buf *statement_out, stet_bytes *receipt_out, stet_error *err)
{
	struct st_cbor in = st_cbor_open(encoded);
	struct st_cbor_item item;
	struct parts parts;
	stet_bytes receipt;
	stet_error inside;
	uint64_t count;
	int rc;

	if ((rc = st_cbor_check(encoded, &inside)) < 0)
		return st_fail(err, rc, inside.rule, "transparent statement: %s", inside.text);
	if (st_cbor_next(&in, &item) < 0 || item.kind != ST_CBOR_TAG || item.count != TAG_SIGN1 ||
	    st_cbor_read_array(&in, &count) < 0 || count != 4 ||
	    st_cbor_read_bytes(&in, &parts.head) < 0)
		return malformed(err, "no COSE_Sign1 (tag 18, an array of four)");
	if ((rc = read_receipt(&in, &receipt, err)) < 0)
		return rc;
	if (st_cbor_read_bytes(&in, &parts.payload) < 0 ||
	    st_cbor_read_bytes(&in, &parts.signature) < 0)
		return malformed(err, "payload and signature are not byte strings");
	/* As it entered the ledger: what is signed there knows no receipt yet. */
	put_begin(statement_out, &parts);
	st_cbor_put_map(statement_out, 0);
	put_end(statement_out, &parts);
	if (statement_out->rc < 0)
		return st_fail_nomem(err);
	*receipt_out = receipt;
	return STET_OK;
}
