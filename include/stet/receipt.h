#ifndef STET_RECEIPT_H
#define STET_RECEIPT_H
/**
 * Receipts: that one entry is in a ledger, in the forms that other people's tools read.
 *
 * All three say the same: these bytes are leaf number seq of the tree that the ledger's key has
 * signed. They say nothing of what else the ledger holds about the record; that takes a proof. Made
 * by whoever has the ledger, judged by anybody.
 *
 * Source: docs/format.md, "Receipts"; C2SP tlog-proof; RFC 9942; RFC 9943.
 */
#include <stet/ledger.h>
#include <stet/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

enum stet_receipt_form {
	STET_RECEIPT_NONE,     /* none of these                                              */
	STET_RECEIPT_TLOG,     /* C2SP tlog-proof: text with the checkpoint; holds the entry */
	STET_RECEIPT_COSE,     /* COSE receipt: goes beside the statement                    */
	STET_RECEIPT_STATEMENT /* transparent statement: the statement with its receipt      */
};

/**
 * Make a receipt of an entry at the newest checkpoint.
 *
 * seq          of the entry; it must be sealed
 * form         enum stet_receipt_form
 * ask, ctx     for the ledger key: the two COSE forms are signed with it, over a root that it has
 *              signed in the checkpoint already; a tlog-proof needs no key
 * receipt_out  *size_out bytes, free()
 *
 * Returns STET_OK; STET_EINVAL for another form; STET_ENOTFOUND when there is no such entry;
 * STET_EREFUSED when it is not sealed yet, or the ledger key is not here; STET_EFORMAT,
 * STET_EMISMATCH when checkpoint, tree and entries do not agree; STET_EIO, STET_ENOMEM. Reads the
 * entry and log n of the tree.
 */
STET_API int stet_receipt_of(stet_ledger *ledger, uint64_t seq, int form, stet_passphrase *ask,
    void *ctx, uint8_t **receipt_out, size_t *size_out, stet_error *err);

/** Which form a file has, by its first bytes: enum stet_receipt_form. */
STET_API int stet_receipt_form_of(stet_bytes receipt);

/**
 * Judge a receipt, of a form that stet_receipt_form_of() knows.
 *
 * entry       what it is of: an entry, or for a COSE receipt also its statement; data NULL: what
 *             the receipt holds itself (a COSE receipt holds none)
 * trust       the keys the reader knows; NULL: none
 * report_out  as in <stet/checkpoint.h>, "kind" being "tlog-proof", "receipt" or
 *             "transparent-statement", and "entry": {"seq", "leaf", "bytes", "appended", "name",
 *             "type", "issuer", "kid"}, the last five null where a tlog-proof is of another log.
 *             as_of is null but for a tlog-proof that a known cosigner signed
 *
 * Returns STET_OK whatever is known of its signers; STET_EFORMAT when it is malformed or made for a
 * tree of one leaf; STET_EMISMATCH when it is of another entry, does not lead to the signed root,
 * or a signature by a known key is wrong; STET_EVERSION for a receipt that is no stet ledger's;
 * STET_ENOTFOUND when entry is needed and not given; STET_ENOMEM.
 */
STET_API int stet_receipt_check(stet_bytes receipt, stet_bytes entry, const stet_trust *trust,
    stet_json **report_out, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
