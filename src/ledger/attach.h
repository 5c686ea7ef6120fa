#ifndef ST_LEDGER_ATTACH_H
#define ST_LEDGER_ATTACH_H
/* Contents for the ledger, many at a time: stored when they are settled, and not before. */
#include "ledger/internal.h"

#define ST_ATTACH_MAX 128 /* that wait at once, each with a descriptor */
#define ST_ATTACH_FOLDERS 256

struct st_attaching {
	stet_ledger *ledger;
	struct st_waiting {
		int fd;     /* locked */
		char *path; /* owned; NULL: it has its name */
		uint8_t digest[32];
	} waiting[ST_ATTACH_MAX];
	size_t count;
	uint8_t folders[ST_ATTACH_FOLDERS]; /* by first byte: that a name has gone into */
};

void st_attach_begin(struct st_attaching *attaching, stet_ledger *ledger);
/* Content read to its end, as stet_ledger_attach() takes it: it waits.  Those before it are settled
 * when there is no room for more. */
int st_attach_add(struct st_attaching *attaching, stet_source *read, void *ctx,
    uint8_t sha256_out[32], uint64_t *size_out, stet_error *err);
/* The same of content whose digest is said beforehand. STET_EMISMATCH: it is another. */
int st_attach_known(struct st_attaching *attaching, stet_source *read, void *ctx,
    const char sha256_hex[65], stet_error *err);
/* All that wait are in the ledger and on the disk.  On failure some may have their names, which no
 * entry gives, and none waits any more. */
int st_attach_settle(struct st_attaching *attaching, stet_error *err);
/* Forgets those that wait. */
void st_attach_end(struct st_attaching *attaching);

#endif
