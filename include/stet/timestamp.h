#ifndef STET_TIMESTAMP_H
#define STET_TIMESTAMP_H
/**
 * Time-stamps (RFC 3161): that a checkpoint, and with it every entry before it, existed no later
 * than some time, by the word of an authority that knows nothing of ledgers.
 *
 * What is stamped is the text of the checkpoint: its three lines, each with its newline, without
 * the empty line and the signatures. So cosignatures that come later change nothing, and the text
 * is made again from origin, size and root wherever these are: in a checkpoint, a proof, a receipt.
 * That the ledger key had signed by then follows, since the last entry of every such tree is a
 * seal.
 *
 * No clock is read: certificates are judged at the time that the time-stamp states, so one stays
 * good when its certificate has expired. Whether a certificate was revoked is not asked. A
 * time-stamp bounds a time from above alone: an old checkpoint can be stamped today, so it never
 * shows that a checkpoint is a new one.
 *
 * Source: RFC 3161; RFC 5816; docs/format.md, "Time-stamps".
 */
#include <stet/ledger.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The authorities whose time-stamps a reader believes. Any number of threads may read it. */
typedef struct stet_tsa stet_tsa;

/** Reads certificates: any number in PEM, or one in DER; each is believed for itself, whether it is
 *  a root or not. STET_EFORMAT with rule tsa-ca-malformed, STET_ENOMEM. */
STET_API int stet_tsa_read(stet_bytes certificates, stet_tsa **tsa_out, stet_error *err);
STET_API void stet_tsa_free(stet_tsa *tsa);

/**
 * Judge a time-stamp of a checkpoint.
 *
 * der           a TimeStampResp, or the token in it alone
 * origin, size, root  of the checkpoint, which the caller has judged
 * tsa           whose time-stamps are believed; NULL: nobody's
 * report_out    stet_json_free(): {"time": existed no later than, "tsa": the name in the
 *               certificate, "policy": an OID, "serial": hex, "hash": "SHA-256", "SHA-384" or
 *               "SHA-512", "known": whether a certificate in tsa vouches for it, "why": null, or
 *               why not}. time is what the authority states plus the accuracy it claims, to the
 *               next whole second.
 *
 * Returns STET_OK whatever is known of the authority. STET_EFORMAT (timestamp-malformed) when it is
 * no time-stamp; STET_EREFUSED when none was granted (timestamp-not-granted), its certificate is
 * not in it (timestamp-incomplete), or it rests on an algorithm that is not accepted
 * (timestamp-weak); STET_EVERSION for an algorithm that is not known here; STET_EMISMATCH when it
 * is of other bytes (timestamp-other) or wrong in itself (timestamp-wrong); STET_ENOMEM.
 */
STET_API int stet_timestamp_check(stet_bytes der, const char *origin, uint64_t size,
    const uint8_t root[32], const stet_tsa *tsa, stet_json **report_out, stet_error *err);

/** Hash what is stamped by SHA-256, for an authority that does not take SHA-512. */
#define STET_TIMESTAMP_SHA256 1
/** What an authority is asked: a TimeStampReq over the newest checkpoint, in DER, which asks for
 *  the certificate, too. There is no nonce: it would have to be remembered, and an older answer for
 *  the same bytes is no worse. *der_out: free(). STET_OK and what stet_ledger_checkpoint() gives.
 */
STET_API int stet_ledger_timestamp_request(
    stet_ledger *ledger, unsigned flags, uint8_t **der_out, size_t *size_out, stet_error *err);

/**
 * Keep a time-stamp of a checkpoint of this ledger, the newest or an older one, in its folder.
 *
 * tsa         the authorities of which one has to vouch for it
 * report_out  what stet_timestamp_check() reports, with "size" of the checkpoint, "file", its name
 *             in the folder `timestamps`, and "added": false if it was there already
 *
 * Returns STET_OK; STET_EREFUSED with rule timestamp-unknown when nobody in tsa vouches for it;
 * STET_EMISMATCH with timestamp-other when it is of no checkpoint that this ledger ever had; else
 * what stet_timestamp_check() does. Nothing is changed then. STET_EFULL, STET_EIO, STET_ENOMEM.
 */
STET_API int stet_ledger_add_timestamp(stet_ledger *ledger, stet_bytes der, const stet_tsa *tsa,
    stet_json **report_out, stet_error *err);

/**
 * The time-stamps that are kept, judged, in the order of the checkpoints' sizes.
 *
 * list_out  an array of what stet_ledger_add_timestamp() reports, without "added"; where one is not
 *           right, {"file", "code": the rule, "text": why} instead. stet_json_free()
 */
STET_API int stet_ledger_timestamps(
    stet_ledger *ledger, const stet_tsa *tsa, stet_json **list_out, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
