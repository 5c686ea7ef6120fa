#include "exchange/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/crypto.h"

/* The slot of a key, or the free one where it belongs. */
static struct st_seen_row *
slot_of(const struct st_seen *seen, const uint8_t key[32])
{
	size_t at = (size_t)st_be64_get(key) & (seen->capacity - 1);

	while (seen->slots[at].count > 0 && memcmp(seen->slots[at].key, key, 32) != 0)
		at = (at + 1) & (seen->capacity - 1);
	return &seen->slots[at];
}

static int
make_room(struct st_seen *seen, stet_error *err)
{
	struct st_seen larger = {NULL, 0, seen->capacity == 0 ? 64 : seen->capacity * 2};
	size_t i;

	if (seen->count < seen->capacity / 2)
		return STET_OK;
	if ((larger.slots = calloc(larger.capacity, sizeof(*larger.slots))) == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < seen->capacity; i++)
		if (seen->slots[i].count > 0)
			*slot_of(&larger, seen->slots[i].key) = seen->slots[i];
	free(seen->slots);
	seen->slots = larger.slots;
	seen->capacity = larger.capacity;
	return STET_OK;
}

struct st_seen_row *
st_seen_find(const struct st_seen *seen, stet_bytes key)
{
	struct st_seen_row *row;
	uint8_t hash[32];

	if (seen->capacity == 0)
		return NULL;
	st_sha256(key, hash);
	row = slot_of(seen, hash);
	return row->count > 0 ? row : NULL;
}

int
st_seen_add(struct st_seen *seen, stet_bytes key, stet_bytes content, uint64_t row,
    uint64_t *count_out, stet_error *err)
{
	struct st_seen_row *slot;
	uint8_t hash[32];
	int rc;

	if ((rc = make_room(seen, err)) < 0)
		return rc;
	st_sha256(key, hash);
	slot = slot_of(seen, hash);
	if (slot->count == 0) {
		memcpy(slot->key, hash, 32);
		st_sha256(content, slot->content);
		slot->row = row;
		seen->count++;
	}
	*count_out = ++slot->count;
	return STET_OK;
}

void
st_seen_clear(struct st_seen *seen)
{
	free(seen->slots);
	memset(seen, 0, sizeof(*seen));
}
