#ifndef STET_QUORUM_H
#define STET_QUORUM_H
/**
 * Quorums: who besides the operator has to have signed a checkpoint.
 *
 * A policy file (C2SP tlog-policy) is a reader's own: it lists the keys of
 * logs and of witnesses and says which of the witnesses are enough.  The same
 * grammar serves for two questions, each with a file of its own: witnesses, who
 * sign that they saw no fork, and auditors, who sign that they replayed every
 * entry.  A quorum does not change and may be used by any number of threads.
 *
 *     log ledger.example/stet+9f2b41c7+AcK1...
 *     witness W1 w1.example+0b1d9a12+BFj2...
 *     witness W2 w2.example+77aa01fe+BOq0...
 *     group two all W1 W2
 *     quorum two
 *
 * Source: c2sp.org/tlog-policy, c2sp.org/tlog-cosignature; docs/format.md,
 * "Cosignatures".
 */
#include <stet/json.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_quorum stet_quorum;

/**
 * Read a policy file of at most 65,536 bytes.
 *
 * STET_EFORMAT with rule quorum-malformed and the line in the text: a word that
 * is none of log, witness, group and quorum, a key of another kind, a key or
 * name twice, a name used before it is defined or in two groups, no quorum or
 * two, a last line that does not end. STET_ENOMEM.
 */
STET_API int stet_quorum_parse(stet_bytes text, stet_quorum **quorum_out, stet_error *err);
STET_API void stet_quorum_free(stet_quorum *quorum);
/** The verifier keys it lists, as text and by number from 0; NULL past the end. They live as long
 * as the quorum. */
STET_API const char *stet_quorum_log(const stet_quorum *quorum, size_t index);
STET_API const char *stet_quorum_witness(const stet_quorum *quorum, size_t index);

/**
 * Hold a checkpoint against a quorum.
 *
 * note         a signed note with its cosignatures
 * verdict_out  {"met": true or false, "quorum": name or "none", "log": the
 *              verifier key of the first listed log that signed it, or null,
 *              "signed": [{"name": as the policy calls it, "vkey", "first",
 *              "last": times}], "missing": [{"name", "vkey"}]}, in the order
 *              of the file; stet_json_free()
 *
 * Lines of keys that are not listed are ignored. A line that bears the name and
 * id of a listed key and is not that key's: STET_EMISMATCH with rule
 * note-signature, and nothing on the note is believed. STET_EFORMAT: no note.
 * STET_OK whether the quorum is met or not; whether the log's own signature is
 * asked for is the caller's to say. STET_ENOMEM.
 */
STET_API int stet_quorum_judge(
    const stet_quorum *quorum, stet_bytes note, stet_json **verdict_out, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
