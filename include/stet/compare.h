#ifndef STET_COMPARE_H
#define STET_COMPARE_H
/**
 * Comparing two copies of a ledger: whether one is an older copy of the other, or where they part.
 *
 * A copy is anything that gives a size, a head and the hashes of the tree below it: a ledger's
 * folder, a folder of tiles, a bag, a bare sequence of entries. A checkpoint or a proof gives a
 * head alone, which can be held against a copy that is at least as large. Hashes are believed as
 * far as they lead to the head of their own copy; so a damaged copy is damaged, and no fork.
 *
 * That two copies have the same entries says nothing of whether those are right:
 * stet_verify_ledger() does. One thread at a time per copy. No call reads a clock or writes a file.
 *
 * Source: docs/design.md, "Comparing copies"; docs/format.md, "Evidence".
 */
#include <stet/evidence.h>
#include <stet/ledger.h>
#include <stet/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_copy stet_copy;

/**
 * Open a copy by its path.
 *
 * path      a ledger's folder, a folder of tiles, a bag of a whole ledger (folder or archive), a
 *           CBOR sequence of entries, a proof file, or a checkpoint (a signed note)
 * progress  told while entries are read ("entries"); may be NULL
 *
 * Of a ledger and of tiles little is read now, and O(log n) nodes when they are compared. The
 * entries of a bag and of a sequence are all read, once and streamed, and 32 bytes of each are
 * kept. What this machine remembers of the ledger is not asked.
 *
 * Returns STET_OK, *copy_out to be ended with stet_copy_close(); STET_ENOTFOUND; STET_EFORMAT with
 * rule copy-kind for what is no copy, STET_EREFUSED with package-partial for a bag of something
 * else than a whole ledger; STET_EMISMATCH with copy-damaged where entries do not follow each
 * other, or are not those of its head; STET_EFORMAT, STET_EVERSION and the rules of what it is;
 * STET_EINVAL with rule `stopped`; STET_EIO, STET_ENOMEM.
 */
STET_API int stet_copy_open(
    const char *path, stet_progress *progress, void *ctx, stet_copy **copy_out, stet_error *err);
/** The same of what a pipe gives: a sequence of entries, a proof or a checkpoint. */
STET_API int stet_copy_read(stet_source *read, void *read_ctx, stet_progress *progress, void *ctx,
    stet_copy **copy_out, stet_error *err);
/** The same of a ledger that is open: borrowed, and has to outlive the copy. */
STET_API int stet_copy_of_ledger(stet_ledger *ledger, stet_copy **copy_out, stet_error *err);
STET_API void stet_copy_close(stet_copy *copy);
/** Adds the ledger keys that the entries of a copy name, for whoever knows the copy to be his own.
 * STET_ENOMEM. */
STET_API int stet_copy_keys(const stet_copy *copy, stet_trust *trust, stet_error *err);

/**
 * Compare two copies.
 *
 * trust         the keys the reader knows; NULL: none
 * evidence_out  if not NULL: the file of evidence (<stet/evidence.h>) of a fork that two signed
 *               heads show, and of an omission; *size_out bytes, free(); else *evidence_out is NULL
 *
 * report_out, stet_json_free():
 *   "answer"   "same"
 *              "older", "newer": a is an older copy of b, or b of a
 *              "fork": they are of two histories
 *              "omission": the one that is a proof leaves out what the other, a ledger, has
 *              "other": they are of two ledgers
 *              "unknown": a head alone, of more entries than the other copy has; or of other
 *              entries, with code checkpoint-unsigned: none of the ledger's keys has signed it
 *   "code"     of the catalogue; null for the first three
 *   "common"   the smaller of the two sizes
 *   "more"     by how many entries the larger one has more
 *   "first"    of a fork the first entry that differs, of an omission the first that is left out;
 *              else null, also where a head alone does not show which it is
 *   "one_key"  of a fork: whether one key is known to have signed both heads, the reader's or one
 *              that entries name as the ledger's; else null
 *   "known"    whether the reader knows the ledger keys that have signed them
 *   "copies"   of a and of b: "origin", "size", "root", "known", "signed_by", "unknown_signers" as
 *              in <stet/checkpoint.h>, where a change of the ledger key is followed, and
 *       "kind"     "ledger", "tiles", "bag", "entries", "proof" or "checkpoint"
 *       "ledger"   its id; null where entry 0 is not there
 *       "as_of"    the time of its last entry, else of a known cosigner, else null
 *       "root_at"  the root over the first `common` entries; null where it does not show that
 *       "note"     whether a checkpoint signs its head; else its last seal does
 *       "own"      whether a ledger key that the entries of a or b name has signed it; null where
 *                  neither has any
 *       "behind"   entries after its head, which were not looked at
 *       "entry"    at `first`: {"seq", "leaf", "appended", "name", "type"}, the last three null
 *                  where there is the leaf only; or null
 *       "reads"    nodes of the tree that were read
 *
 * Returns STET_OK for all of these; STET_EMISMATCH with rule copy-damaged, and the copy named in
 * the text as "the first copy" or "the second copy", where its hashes do not lead to its own head;
 * with note-signature where a signature by a key that is known or named is wrong; STET_EFORMAT,
 * STET_EIO, STET_ENOMEM. Costs O(log n) nodes of each.
 */
STET_API int stet_compare(stet_copy *a, stet_copy *b, const stet_trust *trust,
    stet_json **report_out, uint8_t **evidence_out, size_t *size_out, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
