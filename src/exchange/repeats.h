#ifndef ST_EXCHANGE_REPEATS_H
#define ST_EXCHANGE_REPEATS_H
/* Whether a file has said something under a key before: 8 bytes of its digest are kept, in a table
 * that is at most three quarters full, some 11 to 21 bytes a key.  Two keys are taken for one with
 * a chance of 2^-64 times the number of keys. */
#include <stet/error.h>

/* Start from {0}. */
struct st_repeats {
	uint64_t *slots; /* 0: free */
	size_t count, capacity;
};
int st_repeats_has(const struct st_repeats *repeats, stet_bytes key);
int st_repeats_add(struct st_repeats *repeats, stet_bytes key, stet_error *err);
void st_repeats_clear(struct st_repeats *repeats);

#endif
