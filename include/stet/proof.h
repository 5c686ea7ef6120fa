#ifndef STET_PROOF_H
#define STET_PROOF_H
/**
 * Proofs: everything that a ledger says about a record, in one file that is
 * verified with no ledger there.
 *
 * A proof holds the entries about the record's names, about the keys that signed
 * them and about the ledger, and what binds them to a checkpoint: they are in the
 * signed tree, and the signed record index counts no others.  With the verifier
 * key of the ledger alone it proves that each entry is there, unaltered, and that
 * the ledger key has signed that nothing else is said about these names.  Whether
 * that signature tells the truth is what auditors recompute.
 *
 * A proof reads no clock, no file and no network.  One thread at a time per proof.
 *
 * Source: docs/format.md, "Proof file", "What a proof proves".
 */
#include <stet/standing.h>
#include <stet/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_proof stet_proof;

/**
 * Make a proof of ids at the newest checkpoint. An id that the ledger does not know is proved to be
 * absent. What only observers link to a record is taken in as if it had been asked for, so that the
 * standing from the proof is that of the ledger.
 *
 * ids        count of them, at least one
 * proof_out  *size_out bytes; the caller frees with free()
 *
 * Returns STET_OK; STET_EINVAL for no id, or for the name of the ledger's seals, of which the
 * record index knows nothing; STET_EREFUSED with rule id-ambiguous; STET_ENOTFOUND for the
 * beginning of a UUID that nothing has, which is no name; STET_EFORMAT with rule
 * checkpoint-late where the newest seal has no checkpoint yet (stet_ledger_checkpoint() signs
 * it), or where the tables are damaged; STET_EMISMATCH where they are not those that were sealed;
 * STET_EIO, STET_ENOMEM. Costs the record's entries and log n more in a larger ledger. Of the lines
 * on the checkpoint only those are kept that verify here.
 */
STET_API int stet_proof_make(stet_ledger *ledger, const stet_id *const *ids, size_t count,
    uint8_t **proof_out, size_t *size_out, stet_error *err);

/**
 * Verify a proof: all ten steps.
 *
 * file   the bytes; copied
 * trust  the keys the reader knows; NULL: none
 *
 * Returns STET_OK when it holds in itself, whether or not its ledger is known (see "known" in the
 * report); STET_EFORMAT, STET_EMISMATCH, STET_EREFUSED when it proves nothing, with the rule in err
 * and the entry, if one is to blame; STET_EVERSION for a newer format; STET_ENOMEM. The caller ends
 * *proof_out with stet_proof_free().
 */
STET_API int stet_proof_open(
    stet_bytes file, const stet_trust *trust, stet_proof **proof_out, stet_error *err);
STET_API void stet_proof_free(stet_proof *proof);

/**
 * What was verified; borrowed.
 *
 * {"kind": "stet-proof", "origin", "ledger": its id, "size", "root": hex, "seal": seq of the
 *  closing seal, "as_of": its time by the ledger's clock,
 *  "known": whether a key of this ledger, the newest or one before it, is among those that the
 *      reader knows,
 *  "signed_by": [{"name", "id", "as", "time"}], "unknown_signers",      as in <stet/checkpoint.h>
 *  "asked": [name], "names": [{"name", "count", "asked": bool}],        all that it covers
 *  "entries": how many it shows, "ledger_keys": how many the ledger has had,
 *  "understood": false if an entry is of a type this stet does not know,
 *  "uncovered": [name]}   names that only observers link, and that the maker left out
 */
STET_API const stet_json *stet_proof_report(const stet_proof *proof);
/** 1 if the proof says all about the id; the beginning of a UUID is of the name that has it. */
STET_API int stet_proof_covers(const stet_proof *proof, const stet_id *id);
/**
 * The standing of a record as of the proof's checkpoint, by the same fold as stet_standing_of():
 * all but whether artifacts are held, which no proof says. STET_ENOTFOUND where the ledger has no
 * entry about it, which is proved; STET_EREFUSED with rule not-covered where the proof says nothing
 * about it, id-ambiguous; STET_ENOMEM. Ended by stet_standing_free(); outlives the proof.
 */
STET_API int stet_proof_standing(
    stet_proof *proof, const stet_id *id, stet_standing **standing_out, stet_error *err);
/** The note, verbatim; borrowed. */
STET_API stet_bytes stet_proof_checkpoint(const stet_proof *proof);
/** The entries it shows, ascending: copies, ended by stet_entry_free(). STET_ENOTFOUND at the end.
 */
STET_API int stet_proof_entry(
    const stet_proof *proof, size_t index, stet_entry **entry_out, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
