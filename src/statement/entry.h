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

/* A CBOR sequence of entries, in pieces of any size: what comes is put behind rest. Start from {0},
 * or with the number of the first one in next; st_buf_free(&rest). sequence.c */
struct st_sequence {
	struct st_buf rest; /* what is no whole entry yet */
	uint64_t next;      /* the number of the one that comes, counted and not read */
};
typedef int st_sequence_take(void *ctx, stet_bytes encoded, stet_error *err);
/* Tells take of every whole entry in rest, as it is; what it answers ends it. ended: nothing comes
 * behind rest. STET_EFORMAT where what comes is no entry. */
int st_sequence_split(
    struct st_sequence *sequence, int ended, st_sequence_take *take, void *ctx, stet_error *err);

#endif
