#ifndef ST_ADMISSION_LOOKUP_H
#define ST_ADMISSION_LOOKUP_H
/* Keys of ST_LOOKUP: local tables that find entries by something other than their name.
 * key = kind (1) || what (4 or 32) || u64be seq; the value is one byte of detail. */
#include "store/store.h"

enum st_lookup {
	ST_LOOKUP_LINK = 'f', /* name key: record, doi and alias entries about it that link names */
	ST_LOOKUP_LINKED = 'r', /* name key: the same entries, by each name they link to */
	ST_LOOKUP_NOTICE = 'n', /* name key of the notice's DOI: corrections */
	ST_LOOKUP_CONTENT =
	    'c', /* SHA-256 of a digest of any kind: artifact entries that give it  */
	ST_LOOKUP_ARTIFACT =
	    'x', /* SHA-256 of name key and digest: artifact and withhold entries   */
	ST_LOOKUP_MANIFEST = 'm', /* SHA-256 of a manifest's SHA-256: record entries that give it */
	ST_LOOKUP_COMPUTED =
	    'v',              /* SHA-256 of a computed number: VERIFIED and FALSIFIED verdicts   */
	ST_LOOKUP_UUID = 'u', /* first four bytes of a UUID: first entry about the name          */
	ST_LOOKUP_KEY = 'k',  /* kid: first grant; a walk of the kind lists all keys             */
	ST_LOOKUP_ROOT = 'o'  /* kid: grants of root                                             */
};

/* Details kept in the value byte. */
#define ST_LINK_ALIAS 1    /* an alias entry; else record or doi     */
#define ST_LINK_OBSERVED 2 /* an observation                         */
#define ST_LINK_UNBIND 4   /* alias, action unbind                   */
#define ST_COMPUTED_VERIFIED 1
#define ST_COMPUTED_FALSIFIED 2
#define ST_ARTIFACT_ROLE 0x3f     /* enum st_artifact_role       */
#define ST_ARTIFACT_OBSERVED 0x40 /* an observation              */
#define ST_ARTIFACT_WITHHELD 0x80 /* a withhold entry            */

/* The roles that admission tells apart. */
enum st_artifact_role {
	ST_ARTIFACT_PROOF_SOURCE,
	ST_ARTIFACT_REPRO_SCRIPT,
	ST_ARTIFACT_REPRO_RESULTS,
	ST_ARTIFACT_OTHER
};
enum st_artifact_role st_artifact_role(stet_bytes role);
/* What an artifact of a name stands under: SHA-256 of name key and digest. */
void st_artifact_key(const uint8_t name_key[32], stet_bytes digest, uint8_t out[32]);

#define ST_LOOKUP_KEY_MAX (1 + 32 + 8)

struct st_lookup_key {
	uint8_t data[ST_LOOKUP_KEY_MAX];
	size_t size;
};
void st_lookup_key(enum st_lookup kind, stet_bytes what, uint64_t seq, struct st_lookup_key *out);

/* Walks the rows of one (kind, what), backward or forward. visit gets seq and the value byte; its
 * non-zero answer stops the walk and is returned. what of size 0: the whole kind, and visit also
 * gets the 32 bytes it stands under. */
typedef int st_lookup_visit(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail);
int st_lookup_walk(struct st_reader *reader, enum st_lookup kind, stet_bytes what, int backward,
    st_lookup_visit *visit, void *ctx, stet_error *err);

#endif
