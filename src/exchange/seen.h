#ifndef ST_EXCHANGE_SEEN_H
#define ST_EXCHANGE_SEEN_H
/* What a file has said so far: its rows by their keys, each remembered by a digest of fixed size.
 */
#include <stet/error.h>

struct st_seen_row {
	uint8_t key[32], content[32]; /* SHA-256 of each       */
	uint64_t row, count; /* where it stood first, how often it came; count 0: a free slot */
};
/* Start from {0}. */
struct st_seen {
	struct st_seen_row *slots; /* open addressing by the first bytes of the key */
	size_t count, capacity;
};
/* The row of this key, or NULL; until the next st_seen_add. */
struct st_seen_row *st_seen_find(const struct st_seen *seen, stet_bytes key);
/* Remembers a row, or counts one more of this key: *count_out is how many there are now. */
int st_seen_add(struct st_seen *seen, stet_bytes key, stet_bytes content, uint64_t row,
    uint64_t *count_out, stet_error *err);
void st_seen_clear(struct st_seen *seen);

#endif
