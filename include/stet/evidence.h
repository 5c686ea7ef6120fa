#ifndef STET_EVIDENCE_H
#define STET_EVIDENCE_H
/**
 * Evidence: two things that one ledger key has signed and that cannot both be true, in one file
 * that convicts with no ledger there.
 *
 * A fork is two checkpoints that are not of one append-only tree: of one size with two roots, or of
 * two sizes where the larger tree begins with another one than the smaller.  An omission is an
 * entry and a later seal, both in the tree of one checkpoint, whose record index does not count
 * that entry.  Whoever has an honest ledger's files can make neither; whoever has a liar's cannot
 * be stopped from making them.
 *
 * Makers take bytes and refuse what convicts nobody.  They look at no signature: whose checkpoint
 * it is says the reader's trust, in stet_evidence_check().  No call reads a clock, a file or a
 * ledger; any thread may make one.
 *
 * Source: docs/format.md, "Evidence".
 */
#include <stet/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Make evidence of a fork.
 *
 * a, b          two checkpoints, signed notes verbatim, in any order
 * root          of two sizes: the root (32 bytes) that the larger one's tree has at the smaller
 *               size, not the one that was signed; of one size: NULL
 * path          path_count hashes: the consistency proof from that root to the larger one
 *               (RFC 9162, section 2.1.4); NULL where there are none
 * evidence_out  *size_out bytes; the caller frees with free()
 *
 * Returns STET_OK; STET_EREFUSED with rule no-contradiction when both can be true (one root, two
 * origins, or root is what the smaller one signed); STET_EMISMATCH with rule evidence-tree when the
 * path does not lead from root to the larger one; STET_EINVAL for two sizes without root, or one
 * size with it; STET_EFORMAT when a note is no checkpoint of a stet ledger; STET_ENOMEM.
 */
STET_API int stet_evidence_fork(stet_bytes a, stet_bytes b, const uint8_t root[32],
    const uint8_t (*path)[32], size_t path_count, uint8_t **evidence_out, size_t *size_out,
    stet_error *err);

/**
 * Make evidence of an omission.
 *
 * entry       the entry that was left out: of all that were, the first about its name
 * seal        an entry with a seal, later than it
 * tree        tree_count hashes that prove both at once in the tree of the checkpoint
 *             (docs/format.md, "Proof file")
 * index       the record index of that seal cut back to the entry's name: the CBOR array of
 *             tokens that a proof file has
 * checkpoint  signed note, verbatim; of any size at which the seal is in the tree
 *
 * Returns STET_OK; STET_EREFUSED with rule no-contradiction when the index does count the entry, or
 * what it leaves out was left out before this entry, or the entry is a seal, of which no index
 * knows; STET_EMISMATCH with rule evidence-tree or evidence-index when the pieces are not those of
 * this checkpoint and seal; STET_EFORMAT; STET_ENOMEM.
 */
STET_API int stet_evidence_omission(stet_bytes entry, stet_bytes seal, const uint8_t (*tree)[32],
    size_t tree_count, stet_bytes index, stet_bytes checkpoint, uint8_t **evidence_out,
    size_t *size_out, stet_error *err);

/**
 * Make evidence of an omission from a proof that was given out, and an entry that it should have
 * shown: seal, index and checkpoint are those of the proof.
 *
 * proof  a proof file; what it says is not verified, but what is taken from it is
 * entry  as above; its name is one that the proof covers or proves to be absent
 * tree   tree_count hashes that prove entry and the proof's closing seal at once, in the tree of
 *        the proof's checkpoint: from a copy in which that checkpoint's tree is
 *
 * Returns as stet_evidence_omission(), and STET_EREFUSED with rule not-covered when the proof says
 * nothing about the entry's name.
 */
STET_API int stet_evidence_of_proof(stet_bytes proof, stet_bytes entry, const uint8_t (*tree)[32],
    size_t tree_count, uint8_t **evidence_out, size_t *size_out, stet_error *err);

/**
 * Judge evidence.
 *
 * evidence    the bytes of the file
 * trust       the keys the reader knows; NULL: none
 * report_out  stet_json_free():
 *             {"kind": "stet-evidence", "of": "fork" or "omission", "origin",
 *              "known": whether one ledger key that the reader knows is behind all of it
 *                  (a fork: one and the same key on both checkpoints),
 *              of a fork: "signed_by": the ledger keys that have signed both, "unknown_signers":
 *                  lines of both by keys that the reader does not know,
 *                  "heads": [{"origin", "size", "root", "as_of", "known", "signed_by",
 *                  "unknown_signers"}], the smaller first, members as in <stet/checkpoint.h>;
 *                  "root_at": hex, of two sizes: what the second's tree has at the first's size
 *              of an omission: what <stet/checkpoint.h> has, as_of being null; "name",
 *                  "entry": {"seq", "leaf", "appended", "name", "type", "issuer", "kid"},
 *                  "seal": its seq, "sealed": its time,
 *                  "counted": how many entries about the name the seal's index has}
 *
 * Returns STET_OK when the two cannot both be true, whether or not their signer is known: a
 * conviction is STET_OK and "known". STET_EREFUSED, STET_EMISMATCH as above, and with rule
 * note-signature when a signature by a known key is wrong; STET_EFORMAT; STET_EVERSION for a newer
 * format; STET_ENOMEM.
 */
STET_API int stet_evidence_check(
    stet_bytes evidence, const stet_trust *trust, stet_json **report_out, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
