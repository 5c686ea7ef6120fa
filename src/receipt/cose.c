/* COSE receipts (RFC 9942, RFC9162_SHA256): strictly in, canonically out. */
#include "receipt/receipt.h"

#include <inttypes.h>
#include <string.h>

#include "base/err.h"

enum { TAG_SIGN1 = 18 };
enum { HEAD_ALG = 1, HEAD_CRIT = 2, HEAD_KID = 4, HEAD_CLAIMS = 15, HEAD_VDS = 395 };
enum { HEAD_VDP = 396, VDP_INCLUSION = -1, VDS_RFC9162_SHA256 = 1 };
enum { CLAIM_ISS = 1, CLAIM_SUB = 2 };
#define HEAD_SIZE "stet.size"
#define HEAD_PREFIX "stet.prefix"

static int
malformed(stet_error *err, const char *why)
{
	return st_fail(err, STET_EFORMAT, ST_RECEIPT_MALFORMED, "not a receipt: %s", why);
}

static int
single_leaf(stet_error *err, int code)
{
	return st_fail(err, code, ST_RECEIPT_SINGLE_LEAF,
	    "a tree of one leaf has an empty path, which a receipt (RFC 9942) cannot hold");
}

/* CBOR inside a byte string has its own byte count, so the text says which one is meant. */
static int
check_inside(
    int (*check)(stet_bytes, stet_error *), stet_bytes item, const char *what, stet_error *err)
{
	stet_error inside;
	int rc;

	if ((rc = check(item, &inside)) < 0)
		return st_fail(err, rc, inside.rule, "%s: %s", what, inside.text);
	return STET_OK;
}

/* --- the frame, as RFC 9942 has it ----------------------------------------------------------- */

static int
read_path(struct st_cbor *in, struct st_inclusion *inclusion, stet_error *err)
{
	const uint8_t *hash;
	uint64_t count, i;

	if (st_cbor_read_array(in, &count) < 0)
		return malformed(err, "the inclusion path is not an array");
	if (count == 0)
		return inclusion->size == 1 ? single_leaf(err, STET_EFORMAT)
					    : malformed(err, "the inclusion path is empty");
	if (count > ST_TREE_PATH_MAX)
		return malformed(err, "the inclusion path has more than 64 hashes");
	for (i = 0; i < count; i++) {
		if (st_cbor_read_hash(in, &hash) < 0)
			return malformed(err, "a hash of the inclusion path is not of 32 bytes");
		memcpy(inclusion->path[i], hash, 32);
	}
	inclusion->count = (size_t)count;
	return STET_OK;
}

/* [size, seq, path] */
static int
read_inclusion(stet_bytes proof, struct st_inclusion *inclusion, stet_error *err)
{
	struct st_cbor in = st_cbor_open(proof);
	uint64_t count;
	int rc;

	if ((rc = check_inside(st_cbor_check, proof, "inclusion proof", err)) < 0)
		return rc;
	if (st_cbor_read_array(&in, &count) < 0 || count != 3 ||
	    st_cbor_read_uint(&in, &inclusion->size) < 0 ||
	    st_cbor_read_uint(&in, &inclusion->seq) < 0)
		return malformed(err, "the inclusion proof is not [size, index, path]");
	if (inclusion->seq >= inclusion->size)
		return malformed(err, "the index is not below the size of the tree");
	return read_path(&in, inclusion, err);
}

/* {396: {-1: [proof]}} */
static int
read_unprotected(struct st_cbor *in, struct st_inclusion *inclusion, stet_error *err)
{
	stet_bytes proof;
	uint64_t count;
	int64_t key;

	if (st_cbor_read_map(in, &count) < 0 || count != 1 || st_cbor_read_int(in, &key) < 0 ||
	    key != HEAD_VDP)
		return malformed(err, "the unprotected header is not one of proofs (396) alone");
	if (st_cbor_read_map(in, &count) < 0 || count != 1 || st_cbor_read_int(in, &key) < 0)
		return malformed(err, "the proofs (396) are not a map of one member");
	if (key != VDP_INCLUSION)
		return malformed(err, "it proves something else than inclusion (-1)");
	if (st_cbor_read_array(in, &count) < 0 || count != 1 || st_cbor_read_bytes(in, &proof) < 0)
		return malformed(err, "it has not exactly one inclusion proof");
	return read_inclusion(proof, inclusion, err);
}

int
st_receipt_decode(stet_bytes encoded, struct st_receipt *receipt_out, stet_error *err)
{
	struct st_cbor in = st_cbor_open(encoded);
	struct st_receipt receipt;
	struct st_cbor_item item;
	stet_bytes signature;
	uint64_t count;
	int rc;

	memset(&receipt, 0, sizeof(receipt));
	if ((rc = check_inside(st_cbor_check, encoded, "receipt", err)) < 0)
		return rc;
	if (st_cbor_next(&in, &item) < 0 || item.kind != ST_CBOR_TAG || item.count != TAG_SIGN1)
		return malformed(err, "no tag 18 (COSE_Sign1)");
	if (st_cbor_read_array(&in, &count) < 0 || count != 4)
		return malformed(err, "not an array of four");
	if (st_cbor_read_bytes(&in, &receipt.head) < 0)
		return malformed(err, "the protected header is not a byte string");
	if ((rc = read_unprotected(&in, &receipt.inclusion, err)) < 0)
		return rc;
	if (st_cbor_next(&in, &item) < 0 || item.kind != ST_CBOR_NULL)
		return malformed(err, "the root is in it, and not left to be computed");
	if (st_cbor_read_bytes(&in, &signature) < 0 || signature.size != STET_SIGNATURE_SIZE)
		return malformed(err, "the signature is not a byte string of 64 bytes");
	receipt.signature = signature.data;
	*receipt_out = receipt;
	return STET_OK;
}

/* --- the protected header that stet writes ---------------------------------------------------- */

static int
bad_head(stet_error *err, const char *why)
{
	return st_fail(
	    err, STET_EFORMAT, ST_RECEIPT_MALFORMED, "protected header of the receipt: %s", why);
}

static int
next_is_int(struct st_cbor *in, int64_t value)
{
	int64_t got;

	return st_cbor_read_int(in, &got) == STET_OK && got == value;
}

static int
next_is_text(struct st_cbor *in, const char *text)
{
	stet_bytes got;

	return st_cbor_read_text(in, &got) == STET_OK && st_bytes_equal(got, st_str(text));
}

/* ["stet.prefix"]: a reader that does not know this cannot make the leaf. */
static int
next_is_crit(struct st_cbor *in)
{
	uint64_t count;

	return st_cbor_read_array(in, &count) == STET_OK && count == 1 &&
	       next_is_text(in, HEAD_PREFIX);
}

/* 1 if the header says so, wherever in it. */
static int
is_ours(stet_bytes head)
{
	struct st_cbor in = st_cbor_open(head), value;
	struct st_cbor_item key;
	stet_bytes item;
	uint64_t count;

	if (st_cbor_read_map(&in, &count) < 0)
		return 0;
	for (; count > 0; count--) {
		if (st_cbor_next(&in, &key) < 0 || key.kind > ST_CBOR_TEXT ||
		    st_cbor_skip(&in, &item) < 0)
			return 0;
		value = st_cbor_open(item);
		if (key.kind == ST_CBOR_UINT && key.integer == HEAD_CRIT)
			return next_is_crit(&value);
	}
	return 0;
}

static int
check_values(const struct st_receipt_head *head, stet_error *err)
{
	int rc;

	if (!st_origin_ok(head->origin))
		return bad_head(err, "issuer (iss) is not the origin of a ledger");
	if ((rc = st_name_check(head->sub, err)) < 0)
		return rc;
	if (head->prefix.size < 1 || head->prefix.size > ST_RECEIPT_PREFIX_MAX)
		return bad_head(err, HEAD_PREFIX " is not of 1 to 90 bytes");
	return STET_OK;
}

int
st_receipt_head_decode(stet_bytes encoded, struct st_receipt_head *head_out, stet_error *err)
{
	struct st_cbor in = st_cbor_open(encoded);
	struct st_receipt_head head;
	uint64_t count;
	int rc;

	memset(&head, 0, sizeof(head));
	if ((rc = check_inside(
		 st_cbor_check_mixed, encoded, "protected header of the receipt", err)) < 0)
		return rc;
	if (!is_ours(encoded))
		return st_fail(err, STET_EVERSION, ST_RECEIPT_FOREIGN,
		    "a receipt of another service: it does not say how a stet ledger makes the "
		    "leaf (" HEAD_PREFIX ")");
	/* Keys are in the order of their encodings, so there is one way to write it. */
	if (st_cbor_read_map(&in, &count) < 0 || count != 7)
		return bad_head(err, "not a map of seven members");
	if (!next_is_int(&in, HEAD_ALG) || !next_is_int(&in, ST_ALG_ED25519))
		return bad_head(err, "algorithm (1) is not Ed25519 (-19)");
	if (!next_is_int(&in, HEAD_CRIT) || !next_is_crit(&in))
		return bad_head(err, "critical members (2) are not " HEAD_PREFIX " alone");
	if (!next_is_int(&in, HEAD_KID) || st_cbor_read_hash(&in, &head.kid) < 0)
		return bad_head(err, "key thumbprint (kid, 4) is not a byte string of 32 bytes");
	if (!next_is_int(&in, HEAD_CLAIMS) || st_cbor_read_map(&in, &count) < 0 || count != 2 ||
	    !next_is_int(&in, CLAIM_ISS) || st_cbor_read_text(&in, &head.origin) < 0 ||
	    !next_is_int(&in, CLAIM_SUB) || st_cbor_read_text(&in, &head.sub) < 0)
		return bad_head(err, "claims (15) are not issuer (1) and subject (2)");
	if (!next_is_int(&in, HEAD_VDS) || !next_is_int(&in, VDS_RFC9162_SHA256))
		return bad_head(err, "the data structure (395) is not RFC9162_SHA256 (1)");
	if (!next_is_text(&in, HEAD_SIZE) || st_cbor_read_uint(&in, &head.size) < 0)
		return bad_head(err, HEAD_SIZE " is not a size");
	if (!next_is_text(&in, HEAD_PREFIX) || st_cbor_read_bytes(&in, &head.prefix) < 0)
		return bad_head(err, HEAD_PREFIX " is not a byte string");
	if ((rc = check_values(&head, err)) < 0)
		return rc;
	*head_out = head;
	return STET_OK;
}

/* --- the signature ---------------------------------------------------------------------------- */

int
st_inclusion_root(
    const struct st_inclusion *inclusion, const uint8_t leaf[32], uint8_t root_out[32])
{
	return st_tree_inclusion_root(inclusion->seq, inclusion->size, leaf,
	    (const uint8_t(*)[32])inclusion->path, inclusion->count, root_out);
}

int
st_receipt_signed(const struct st_receipt *receipt, const uint8_t root[32],
    const uint8_t public_key[32], stet_error *err)
{
	struct st_buf message = {0};
	int rc;

	st_cose_to_be_signed(receipt->head, (stet_bytes){root, 32}, &message);
	if (message.rc < 0)
		rc = st_fail_nomem(err);
	else
		rc =
		    st_signature_ok(public_key, st_buf_bytes(&message), receipt->signature) ? 1 : 0;
	st_buf_free(&message);
	return rc;
}

/* --- making one ------------------------------------------------------------------------------- */

static void
put_head(struct st_buf *out, const struct st_receipt_head *head)
{
	st_cbor_put_map(out, 7);
	st_cbor_put_uint(out, HEAD_ALG);
	st_cbor_put_int(out, ST_ALG_ED25519);
	st_cbor_put_uint(out, HEAD_CRIT);
	st_cbor_put_array(out, 1);
	st_cbor_put_str(out, HEAD_PREFIX);
	st_cbor_put_uint(out, HEAD_KID);
	st_cbor_put_bytes(out, (stet_bytes){head->kid, 32});
	st_cbor_put_uint(out, HEAD_CLAIMS);
	st_cbor_put_map(out, 2);
	st_cbor_put_uint(out, CLAIM_ISS);
	st_cbor_put_text(out, head->origin);
	st_cbor_put_uint(out, CLAIM_SUB);
	st_cbor_put_text(out, head->sub);
	st_cbor_put_uint(out, HEAD_VDS);
	st_cbor_put_uint(out, VDS_RFC9162_SHA256);
	st_cbor_put_str(out, HEAD_SIZE);
	st_cbor_put_uint(out, head->size);
	st_cbor_put_str(out, HEAD_PREFIX);
	st_cbor_put_bytes(out, head->prefix);
}

static void
put_proof(struct st_buf *out, const struct st_inclusion *inclusion)
{
	size_t i;

	st_cbor_put_array(out, 3);
	st_cbor_put_uint(out, inclusion->size);
	st_cbor_put_uint(out, inclusion->seq);
	st_cbor_put_array(out, inclusion->count);
	for (i = 0; i < inclusion->count; i++)
		st_cbor_put_bytes(out, (stet_bytes){inclusion->path[i], 32});
}

static void
put_frame(struct st_buf *out, stet_bytes head, stet_bytes proof, const uint8_t signature[64])
{
	st_cbor_put_tag(out, TAG_SIGN1);
	st_cbor_put_array(out, 4);
	st_cbor_put_bytes(out, head);
	st_cbor_put_map(out, 1);
	st_cbor_put_uint(out, HEAD_VDP);
	st_cbor_put_map(out, 1);
	st_cbor_put_int(out, VDP_INCLUSION);
	st_cbor_put_array(out, 1);
	st_cbor_put_bytes(out, proof);
	st_cbor_put_null(out);
	st_cbor_put_bytes(out, (stet_bytes){signature, STET_SIGNATURE_SIZE});
}

int
st_receipt_encode(stet_bytes encoded, const char *origin, const struct st_inclusion *inclusion,
    const uint8_t root[32], const struct st_secret *secret, struct st_buf *out, stet_error *err)
{
	struct st_buf head = {0}, proof = {0}, message = {0};
	uint8_t kid[32], signature[STET_SIGNATURE_SIZE];
	struct st_receipt_head values;
	struct st_sign1 sign1;
	struct st_entry entry;
	int rc;

	if (inclusion->size < 2)
		return single_leaf(err, STET_EINVAL);
	if ((rc = st_entry_decode(encoded, &entry, err)) < 0 ||
	    (rc = st_sign1_decode(entry.statement, &sign1, err)) < 0)
		return rc;
	st_key_thumbprint(secret->public_key, kid);
	values.kid = kid;
	values.origin = st_str(origin);
	values.sub = sign1.claims.sub;
	values.prefix = (stet_bytes){encoded.data, encoded.size - entry.statement.size};
	values.size = inclusion->size;
	put_head(&head, &values);
	put_proof(&proof, inclusion);
	st_cose_to_be_signed(st_buf_bytes(&head), (stet_bytes){root, 32}, &message);
	if (head.rc < 0 || proof.rc < 0 || message.rc < 0) {
		rc = st_fail_nomem(err);
	} else {
		st_sign(secret, st_buf_bytes(&message), signature);
		put_frame(out, st_buf_bytes(&head), st_buf_bytes(&proof), signature);
		rc = out->rc < 0 ? st_fail_nomem(err) : STET_OK;
	}
	st_buf_free(&head);
	st_buf_free(&proof);
	st_buf_free(&message);
	return rc;
}
