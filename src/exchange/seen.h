#ifndef ST_EXCHANGE_SEEN_H
#define ST_EXCHANGE_SEEN_H
/* What a file has said so far: its rows by their keys.  Nothing of a row is kept but 40 bytes, in a
 * table that is between three eighths and three quarters full: some 55 to 110 bytes a row. */
#include <stet/error.h>

#define ST_SEEN_DIGEST_SIZE 16 /* of SHA-256, as in the digest of a row */

struct st_seen_row {
	uint8_t key[ST_SEEN_DIGEST_SIZE], content[ST_SEEN_DIGEST_SIZE];
	uint32_t row, count; /* where it stood first, how often it came; count 0: a free slot; both
				stay at their greatest */
};
/* Start from {0}. */
struct st_seen {
	struct st_seen_row *slots; /* open addressing by the first bytes of the key */
	size_t count, capacity;
};
/* The row of this key, or NULL; until the next st_seen_add. */
struct st_seen_row *st_seen_find(const struct st_seen *seen, stet_bytes key);
/* Whether it said this when it came first. */
int st_seen_said(const struct st_seen_row *row, stet_bytes content);
/* Remembers a row, or counts one more of this key: *count_out is how many there are now. */
int st_seen_add(struct st_seen *seen, stet_bytes key, stet_bytes content, uint64_t row,
    uint64_t *count_out, stet_error *err);
void st_seen_clear(struct st_seen *seen);

#endif
