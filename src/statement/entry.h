#ifndef ST_STATEMENT_ENTRY_H
#define ST_STATEMENT_ENTRY_H
/* What the ledger stores: [seq, ms, prev, prior, signed]. docs/format.md, "Entry, chains, tree". */
#include "cose/cose.h"

#define ST_ENTRY_MAX 65535

/* Views into the encoded entry, or for encoding into the caller's bytes. */
struct st_entry {
	uint64_t seq, ms;
	const uint8_t *prev;  /* 32 */
	const uint8_t *prior; /* 32, or NULL */
	stet_bytes statement; /* the encoded COSE_Sign1 */
};
int st_entry_encode(const struct st_entry *entry, struct st_buf *out, stet_error *err);
/* Strict; the statement inside is not looked into. STET_EFORMAT. */
int st_entry_decode(stet_bytes encoded, struct st_entry *entry_out, stet_error *err);

#endif
