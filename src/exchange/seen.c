#include "exchange/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/crypto.h"

static void
digest(stet_bytes text, uint8_t out[ST_SEEN_DIGEST_SIZE])
{
	uint8_t hash[32];

	st_sha256(text, hash);
	memcpy(out, hash, ST_SEEN_DIGEST_SIZE);
}

/* The slot of a key, or the free one where it belongs. */
static struct st_seen_row *
slot_of(const struct st_seen *seen, const uint8_t key[ST_SEEN_DIGEST_SIZE])
{
	size_t at = (size_t)st_be64_get(key) & (seen->capacity - 1);

	while (
	    seen->slots[at].count > 0 && memcmp(seen->slots[at].key, key, ST_SEEN_DIGEST_SIZE) != 0)
		at = (at + 1) & (seen->capacity - 1);
	return &seen->slots[at];
}

static int
make_room(struct st_seen *seen, stet_error *err)
{
	struct st_seen larger = {NULL, 0, seen->capacity == 0 ? 64 : seen->capacity * 2};
	size_t i;

	if (seen->count < seen->capacity / 4 * 3)
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
	uint8_t hash[ST_SEEN_DIGEST_SIZE];

	if (seen->capacity == 0)
		return NULL;
	digest(key, hash);
	row = slot_of(seen, hash);
	return row->count > 0 ? row : NULL;
}

int
st_seen_said(const struct st_seen_row *row, stet_bytes content)
{
	uint8_t hash[ST_SEEN_DIGEST_SIZE];

	digest(content, hash);
	return memcmp(row->content, hash, ST_SEEN_DIGEST_SIZE) == 0;
}

int
st_seen_add(struct st_seen *seen, stet_bytes key, stet_bytes content, uint64_t row,
    uint64_t *count_out, stet_error *err)
{
	struct st_seen_row *slot;
	uint8_t hash[ST_SEEN_DIGEST_SIZE];
	int rc;

	if ((rc = make_room(seen, err)) < 0)
		return rc;
	digest(key, hash);
	slot = slot_of(seen, hash);
	if (slot->count == 0) {
		memcpy(slot->key, hash, ST_SEEN_DIGEST_SIZE);
		digest(content, slot->content);
		slot->row = row < UINT32_MAX ? (uint32_t)row : UINT32_MAX;
		seen->count++;
	}
	slot->count += slot->count < UINT32_MAX ? 1 : 0;
	*count_out = slot->count;
	return STET_OK;
}

void
st_seen_clear(struct st_seen *seen)
{
	free(seen->slots);
	memset(seen, 0, sizeof(*seen));
}
