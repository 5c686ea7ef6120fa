#ifndef ST_WITNESS_WITNESS_H
#define ST_WITNESS_WITNESS_H
/* What a cosigner remembers, and when it signs.
 *
 *     <state>/cosigner/<thumbprint>/lock
 *                                   name                    "witness w.example" or "auditor ..."
 *                                   <SHA-256 of an origin>  the last checkpoint it cosigned
 *
 * The checkpoint is a note with the cosigner's own line on it, so a memory that was altered is not
 * believed. */
#include <stet/witness.h>

#include "ledger/internal.h"
#include "trust/trust.h"

struct st_memory {
	char *folder;
	int fd; /* the lock, or -1 */
	struct st_vkey vkey;
	struct st_checkpoint last; /* of the origin asked for */
	int known;                 /* there is one */
};

/* Makes the folder, takes the lock, and holds the key to its name and purpose ("witness" or
 * "auditor"). */
int st_memory_open(const stet_key *key, const char *name, const char *purpose,
    const char *state_dir, int wait_ms, struct st_memory *memory_out, stet_error *err);
void st_memory_close(struct st_memory *memory);
/* Fills last and known for an origin. STET_EREFUSED with ST_COSIGN_MEMORY_STALE if what is there
 * was not cosigned by this key. */
int st_memory_read(struct st_memory *memory, const char *origin, stet_error *err);
/* Durable when it returns. */
int st_memory_write(struct st_memory *memory, const char *origin, stet_bytes note, stet_error *err);

/* A request cut into its parts. */
struct st_request {
	stet_bytes note;
	int has_proof;
	uint64_t old;
	uint8_t path[ST_TREE_PATH_MAX][32];
	size_t count;
};
/* STET_EFORMAT with ST_REQUEST_MALFORMED. */
int st_request_parse(stet_bytes request, struct st_request *request_out, stet_error *err);

#endif
