#ifndef STET_WITNESS_H
#define STET_WITNESS_H
/**
 * Cosigning: a second signature on a ledger's checkpoint, by somebody who is not its operator.
 *
 * A witness remembers the last checkpoint it cosigned of each ledger and signs only what continues
 * it, so whoever asks for its line cannot be shown one of two histories. An auditor replays every
 * entry before it signs. Each has a key of its own, which stands for one name and one of the two;
 * readers list them in policy files (<stet/quorum.h>).
 *
 * Source: docs/format.md, "Cosignatures"; C2SP tlog-cosignature, tlog-witness.
 */
#include <stet/ledger.h>
#include <stet/trust.h>
#include <stet/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a checkpoint is cosigned. Start from STET_COSIGN_OPTIONS and set name, state_dir, logs
 *  and now_ms. */
typedef struct stet_cosign_options {
	int version;
	const char *name; /* the cosigner's: the name of its verifier key; one for each key   */
	const char *state_dir; /* its memory is in cosigner/<thumbprint>/ below; made when needed */
	const stet_trust *logs; /* keys of ledgers: one of them has to have signed the checkpoint */
	uint64_t now_ms;
	int wait_ms; /* how long to wait for another process that uses this memory               */
	unsigned flags;   /* STET_COSIGN_*   */
	unsigned threads; /* for an auditor's replay; 0: all cores */
} stet_cosign_options;
#define STET_COSIGN_OPTIONS                                            \
	{                                                              \
		STET_OPTIONS_VERSION, NULL, NULL, NULL, 0, 10000, 0, 0 \
	}
#define STET_COSIGN_AUDITOR \
	1 /* replay the copy first, and sign as an auditor                     */
#define STET_COSIGN_FIRST                                                     \
	2 /* there is no memory of this ledger, or it is known to be too old: \
	     begin with this checkpoint                                        */

/**
 * Cosign a checkpoint.
 *
 * key       the cosigner's; has to be able to sign
 * request   a signed note; or what C2SP tlog-witness calls an add-checkpoint request: "old N", the
 *           hashes of a consistency proof, an empty line and the note; data NULL: the checkpoint of
 *           the copy
 * copy      a copy of the ledger, or the ledger itself, from which what continues what is worked
 *           out; NULL: the request has to prove it. An auditor needs one
 * line_out  the signature line with its newline; free()
 * progress  told of an auditor's replay; may be NULL
 *
 * The new checkpoint is in the memory, durably, before the line is given out. Returns STET_OK;
 * STET_EINVAL for options or a line the header rules out; STET_EFORMAT when the request is no
 * checkpoint; STET_EMISMATCH when no known key of the ledger has signed it, when it does not
 * continue what was signed before (rules cosign-rolled-back, cosign-forked, both heads in the
 * text), when the proof does not show it (cosign-unproved), or when the replay found something
 * (cosign-not-intact); STET_EREFUSED when there is no memory and it is not said to be the first
 * (cosign-no-memory), when the memory is damaged or behind what this key has signed
 * (cosign-memory-stale), or the key stands for another name or purpose (cosign-other-name);
 * STET_ELOCKED, STET_EFULL, STET_EIO, STET_ENOMEM.
 */
STET_API int stet_cosign(const stet_key *key, const stet_cosign_options *options,
    stet_bytes request, stet_ledger *copy, char **line_out, stet_progress *progress, void *ctx,
    stet_error *err);
/** The verifier key of a cosigner, which readers list: "name+id+key". *vkey_out: free().
 * STET_EFORMAT when the name can be no key's. */
STET_API int stet_cosigner_vkey(
    const stet_key *key, const char *name, char **vkey_out, stet_error *err);

/**
 * What a witness is asked: the newest checkpoint, and the proof that it continues an older size.
 *
 * old  the size the witness cosigned last; 0: none
 *
 * Returns STET_OK, STET_EINVAL when old is beyond the checkpoint's size, and what
 * stet_ledger_checkpoint() does. *request_out: free().
 *
 * Source: C2SP tlog-witness, add-checkpoint.
 */
STET_API int stet_ledger_cosign_request(
    stet_ledger *ledger, uint64_t old, char **request_out, size_t *size_out, stet_error *err);

/**
 * Keep cosignatures beside the newest checkpoint: stet_ledger_checkpoint() has them from then on,
 * until something new is sealed. Each is verified first, and the keys are kept in the file
 * `cosigners` of the ledger's folder, so that anybody who has a copy can verify them again.
 *
 * lines      signature lines, or a whole note over the same three lines
 * known      the keys of cosigners whose lines are taken
 * added_out  how many lines are new; an older line of the same key is replaced
 *
 * Returns STET_OK; STET_EFORMAT when they are no such lines; STET_EMISMATCH when one is wrong, of
 * another checkpoint than the newest for instance; STET_EREFUSED with rule cosigner-unknown when a
 * line is by none of the known keys: nothing is changed then. STET_ELOCKED, STET_EFULL, STET_EIO,
 * STET_ENOMEM.
 */
STET_API int stet_ledger_add_cosignatures(stet_ledger *ledger, stet_bytes lines,
    const stet_trust *known, size_t *added_out, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
