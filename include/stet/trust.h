#ifndef STET_TRUST_H
#define STET_TRUST_H
/**
 * Trust: the verifier keys a reader knows, by which evidence from elsewhere is judged.
 *
 * Evidence names its ledger by an origin and is signed by that ledger's key. Whether that key is
 * the right one no file can say of itself: the reader has it from the operator's page, a printed
 * policy, or `stet checkpoint show --vkey` run by somebody trusted. A stet_trust is such a set of
 * keys. One thread at a time adds to it; any number may read it then.
 */
#include <stet/json.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_trust stet_trust;

/** An empty set, by which every signer is unknown. Ended by stet_trust_free(). */
STET_API int stet_trust_new(stet_trust **trust_out, stet_error *err);
/** Adds a verifier key, "name+id+key": of a ledger (Ed25519) or of a cosigner. One that is there
 *  already is no error. STET_EFORMAT, STET_ENOMEM; trust is unchanged then. */
STET_API int stet_trust_add(stet_trust *trust, const char *vkey, stet_error *err);
/** Adds the keys of a trust file: a verifier key on each line, or `log VKEY [URL]` as in a C2SP
 *  policy; empty lines and what follows a `#` at the start of a line are passed over. STET_EFORMAT
 *  with the number of the line; trust is unchanged then. STET_ENOMEM. */
STET_API int stet_trust_read(stet_trust *trust, stet_bytes text, stet_error *err);
STET_API size_t stet_trust_count(const stet_trust *trust);
STET_API void stet_trust_free(stet_trust *trust);

#ifdef __cplusplus
}
#endif
#endif
