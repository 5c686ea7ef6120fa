#ifndef ST_RECEIPT_RECEIPT_H
#define ST_RECEIPT_RECEIPT_H
/* That one entry is in a ledger, as others write it: C2SP tlog-proof, COSE receipt (RFC 9942),
 * transparent statement (RFC 9943). Pure. docs/format.md, "Receipts". */
#include <stet/receipt.h>
#include "merkle/tree.h"
#include "statement/entry.h"
#include "trust/trust.h"

#define ST_RECEIPT_PREFIX_MAX 90

/* Where a leaf stands, and how its hash leads to the root. */
struct st_inclusion {
	uint64_t seq, size;
	size_t count;
	uint8_t path[ST_TREE_PATH_MAX][32];
};

/* --- cose.c --------------------------------------------------------------------------------- */

/* A receipt of inclusion by RFC 9942, of whatever log: views into its encoding. */
struct st_receipt {
	stet_bytes head; /* the protected header as received */
	struct st_inclusion inclusion;
	const uint8_t *signature; /* 64 */
};
/* Canonical bytes, tag 18, one inclusion proof, detached payload. STET_EFORMAT with
 * ST_RECEIPT_MALFORMED or a rule of CBOR, or ST_RECEIPT_SINGLE_LEAF. */
int st_receipt_decode(stet_bytes encoded, struct st_receipt *receipt_out, stet_error *err);

/* The protected header that stet writes. */
struct st_receipt_head {
	const uint8_t *kid; /* 32 */
	stet_bytes origin, sub, prefix;
	uint64_t size;
};
/* Exactly that header. STET_EVERSION with ST_RECEIPT_FOREIGN for one that does not say
 * `stet.prefix` is critical, else STET_EFORMAT. */
int st_receipt_head_decode(stet_bytes head, struct st_receipt_head *head_out, stet_error *err);

/* The root that a leaf and its path lead to: 1, or 0 if the path is not one for that place. */
int st_inclusion_root(
    const struct st_inclusion *inclusion, const uint8_t leaf[32], uint8_t root_out[32]);
/* 1 if key signed the receipt over root, 0 if not, STET_ENOMEM. */
int st_receipt_signed(const struct st_receipt *receipt, const uint8_t root[32],
    const uint8_t public_key[32], stet_error *err);
/* Appends a receipt. root is that at inclusion->size. STET_EINVAL with ST_RECEIPT_SINGLE_LEAF for a
 * tree of one leaf, which RFC 9942 cannot write; STET_EFORMAT if entry is none; STET_ENOMEM. */
int st_receipt_encode(stet_bytes entry, const char *origin, const struct st_inclusion *inclusion,
    const uint8_t root[32], const struct st_secret *secret, struct st_buf *out, stet_error *err);

/* --- transparent.c -------------------------------------------------------------------------- */

/* Appends the statement with the receipt in its unprotected header. STET_EFORMAT, STET_ENOMEM. */
int st_transparent_encode(
    stet_bytes statement, stet_bytes receipt, struct st_buf *out, stet_error *err);
/* The other way round: the statement with an empty unprotected header is appended, the receipt is a
 * view. STET_EFORMAT with ST_RECEIPT_MALFORMED; STET_ENOMEM. */
int st_transparent_decode(
    stet_bytes encoded, struct st_buf *statement_out, stet_bytes *receipt_out, stet_error *err);

/* --- tlog_proof.c --------------------------------------------------------------------------- */

struct st_tlog_proof {
	int has_extra;
	struct st_buf extra;           /* of a stet ledger: the entry; st_tlog_proof_clear() */
	struct st_inclusion inclusion; /* its size is not known before the note is read */
	stet_bytes note;
};
/* STET_EFORMAT with ST_TLOG_PROOF_MALFORMED; STET_ENOMEM; then proof_out is empty. */
int st_tlog_proof_decode(stet_bytes text, struct st_tlog_proof *proof_out, stet_error *err);
void st_tlog_proof_clear(struct st_tlog_proof *proof);
/* Appends; look at out->rc. */
void st_tlog_proof_encode(
    stet_bytes extra, const struct st_inclusion *inclusion, stet_bytes note, struct st_buf *out);

#endif
