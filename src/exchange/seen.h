#ifndef ST_EXCHANGE_SEEN_H
#define ST_EXCHANGE_SEEN_H
/* What a file has said so far: its rows by their keys.  Nothing of a row is kept but 40 bytes, and
 * in memory no more than 98,304 rows (5 MB, which is more than the list of retractions has); beyond
 * that they go to temporary files, and memory does not grow with the file. */
#include "exchange/runs.h"

#define ST_SEEN_IN_MEMORY 98304 /* three quarters of 2^17 slots */

/* Start from {.runs.folder = ...}: where temporary files may be made, if it comes to that; NULL:
 * memory has to do. */
struct st_seen {
	struct st_seen_row *slots; /* open addressing by the first bytes of the key */
	size_t count, capacity;    /* in memory */
	size_t most;               /* of count; 0: ST_SEEN_IN_MEMORY */
	struct st_runs runs;
};
/* The row of this key. STET_ENOTFOUND with nothing written into err; STET_EIO. */
int st_seen_find(
    const struct st_seen *seen, stet_bytes key, struct st_seen_row *row_out, stet_error *err);
/* Whether it said this when it came first. */
int st_seen_said(const struct st_seen_row *row, stet_bytes content);
/* Remembers a row, or counts one more of this key; *row_out is what there is of it now.
 * After STET_ENOMEM, STET_EIO, STET_EFULL nothing is to be done but to clear it. */
int st_seen_add(struct st_seen *seen, stet_bytes key, stet_bytes content, uint64_t number,
    struct st_seen_row *row_out, stet_error *err);
void st_seen_clear(struct st_seen *seen);

#endif
