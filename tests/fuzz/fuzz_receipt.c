/* Receipts of every form: what is taken is written the same way, and none is ever taken for one by
 * a key that is known, since the harness knows none. */
#include <string.h>

#include "receipt/receipt.h"
#include "fuzz/fuzz.h"

static void
try_tlog_proof(stet_bytes text)
{
	struct st_tlog_proof proof;
	struct st_buf out = {0};

	if (st_tlog_proof_decode(text, &proof, NULL) != STET_OK)
		return;
	if (proof.has_extra) {
		st_tlog_proof_encode(
		    st_buf_bytes(&proof.extra), &proof.inclusion, proof.note, &out);
		FUZZ_MUST(out.rc != STET_OK || st_bytes_equal(st_buf_bytes(&out), text));
	}
	st_buf_free(&out);
	st_tlog_proof_clear(&proof);
}

static void
try_receipt(stet_bytes bytes)
{
	struct st_receipt receipt;
	struct st_receipt_head head;
	uint8_t leaf[32] = {0}, root[32];

	if (st_receipt_decode(bytes, &receipt, NULL) != STET_OK)
		return;
	FUZZ_MUST(receipt.inclusion.count >= 1 && receipt.inclusion.count <= ST_TREE_PATH_MAX);
	FUZZ_MUST(receipt.inclusion.seq < receipt.inclusion.size);
	(void)st_inclusion_root(&receipt.inclusion, leaf, root);
	if (st_receipt_head_decode(receipt.head, &head, NULL) == STET_OK)
		FUZZ_MUST(head.prefix.size <= ST_RECEIPT_PREFIX_MAX);
}

static void
try_transparent(stet_bytes bytes)
{
	struct st_buf statement = {0}, out = {0};
	stet_bytes receipt;

	if (st_transparent_decode(bytes, &statement, &receipt, NULL) == STET_OK &&
	    st_transparent_encode(st_buf_bytes(&statement), receipt, &out, NULL) == STET_OK)
		FUZZ_MUST(st_bytes_equal(st_buf_bytes(&out), bytes));
	st_buf_free(&statement);
	st_buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes bytes = {data, size};
	stet_json *report = NULL;

	try_tlog_proof(bytes);
	try_receipt(bytes);
	try_transparent(bytes);
	if (stet_receipt_check(bytes, bytes, NULL, &report, NULL) == STET_OK)
		FUZZ_MUST(!stet_json_bool_of(stet_json_get(report, "known")));
	stet_json_free(report);
	return 0;
}
