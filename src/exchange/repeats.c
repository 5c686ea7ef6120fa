#include "exchange/repeats.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/crypto.h"

static uint64_t
mark_of(stet_bytes key)
{
	uint8_t hash[32];
	uint64_t mark;

	st_sha256(key, hash);
	mark = st_be64_get(hash);
	return mark != 0 ? mark : 1;
}

static uint64_t *
place_of(uint64_t *slots, size_t capacity, uint64_t mark)
{
	size_t at = (size_t)mark & (capacity - 1);

	while (slots[at] != 0 && slots[at] != mark)
		at = (at + 1) & (capacity - 1);
	return &slots[at];
}

static int
grow(struct st_repeats *repeats, stet_error *err)
{
	size_t capacity = repeats->capacity == 0 ? 1024 : repeats->capacity * 2, i;
	uint64_t *slots = calloc(capacity, sizeof(*slots));

	if (slots == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < repeats->capacity; i++)
		if (repeats->slots[i] != 0)
			*place_of(slots, capacity, repeats->slots[i]) = repeats->slots[i];
	free(repeats->slots);
	repeats->slots = slots;
	repeats->capacity = capacity;
	return STET_OK;
}

int
st_repeats_has(const struct st_repeats *repeats, stet_bytes key)
{
	return repeats->capacity > 0 &&
	       *place_of(repeats->slots, repeats->capacity, mark_of(key)) != 0;
}

int
st_repeats_add(struct st_repeats *repeats, stet_bytes key, stet_error *err)
{
	uint64_t mark = mark_of(key), *place;
	int rc;

	if (repeats->count >= repeats->capacity / 4 * 3 && (rc = grow(repeats, err)) < 0)
		return rc;
	place = place_of(repeats->slots, repeats->capacity, mark);
	repeats->count += *place == 0 ? 1 : 0;
	*place = mark;
	return STET_OK;
}

void
st_repeats_clear(struct st_repeats *repeats)
{
	free(repeats->slots);
	*repeats = (struct st_repeats){NULL, 0, 0};
}
