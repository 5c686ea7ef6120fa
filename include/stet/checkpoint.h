#ifndef STET_CHECKPOINT_H
#define STET_CHECKPOINT_H
/**
 * Checkpoints: what a ledger's key has signed of its size and root, as a C2SP signed note. Judged
 * here without a ledger, by the keys a reader knows; stet_ledger_checkpoint() makes them. No call
 * reads a clock or a file; any thread may make one.
 */
#include <stet/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Judge a checkpoint.
 *
 * note        the signed note, verbatim; of a stet ledger or of another C2SP log
 * trust       the keys the reader knows; NULL: none
 * report_out  what every judgement of evidence has, stet_json_free():
 *             {"kind": "checkpoint", "origin", "size", "root": hex, "as_of": time or null,
 *              "known": whether a key of that origin that the reader knows has signed it,
 *              "signed_by": [{"name", "id", "as": "ledger" or "cosigner", "time": or null}],
 *              "unknown_signers": how many more lines there are}
 *             signed_by has only keys that the reader knows and that verified. A checkpoint states
 *             no time of its own: as_of is the latest that a known cosigner signed.
 *
 * Returns STET_OK whatever is known of its signers; STET_EFORMAT when it is no checkpoint,
 * STET_EMISMATCH when a signature by a known key is wrong: then none on it is believed;
 * STET_ENOMEM.
 *
 * Source: C2SP signed-note, tlog-checkpoint, tlog-cosignature; docs/format.md, "Seal and
 * checkpoint".
 */
STET_API int stet_checkpoint_check(
    stet_bytes note, const stet_trust *trust, stet_json **report_out, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
