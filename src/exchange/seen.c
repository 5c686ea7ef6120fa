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
grow(struct st_seen *seen, stet_error *err)
{
	struct st_seen larger = {.capacity = seen->capacity == 0 ? 64 : seen->capacity * 2};
	size_t i;

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

/* All rows go to disk. */
static int
spill(struct st_seen *seen, stet_error *err)
{
	size_t i, count = 0;
	int rc;

	for (i = 0; i < seen->capacity; i++)
		if (seen->slots[i].count > 0)
			seen->slots[count++] = seen->slots[i];
	rc = st_runs_add(&seen->runs, seen->slots, count, err);
	memset(seen->slots, 0, seen->capacity * sizeof(*seen->slots));
	seen->count = 0;
	return rc;
}

static int
make_room(struct st_seen *seen, stet_error *err)
{
	size_t most = seen->most > 0 ? seen->most : ST_SEEN_IN_MEMORY;

	if (seen->count >= most && seen->runs.folder != NULL)
		return spill(seen, err);
	return seen->count < seen->capacity / 4 * 3 ? STET_OK : grow(seen, err);
}

/* Where a row is: its slot, or with *slot_out NULL a place in a run. STET_ENOTFOUND. */
static int
look_up(const struct st_seen *seen, const uint8_t key[ST_SEEN_DIGEST_SIZE],
    struct st_seen_row **slot_out, struct st_seen_row *row_out, struct st_run_place *place_out,
    stet_error *err)
{
	*slot_out = NULL;
	if (seen->capacity > 0) {
		*slot_out = slot_of(seen, key);
		if ((*slot_out)->count > 0) {
			*row_out = **slot_out;
			return STET_OK;
		}
		*slot_out = NULL;
	}
	return st_runs_find(&seen->runs, key, row_out, place_out, err);
}

int
st_seen_find(
    const struct st_seen *seen, stet_bytes key, struct st_seen_row *row_out, stet_error *err)
{
	struct st_run_place place;
	struct st_seen_row *slot;
	uint8_t hash[ST_SEEN_DIGEST_SIZE];

	digest(key, hash);
	return look_up(seen, hash, &slot, row_out, &place, err);
}

int
st_seen_said(const struct st_seen_row *row, stet_bytes content)
{
	uint8_t hash[ST_SEEN_DIGEST_SIZE];

	digest(content, hash);
	return memcmp(row->content, hash, ST_SEEN_DIGEST_SIZE) == 0;
}

int
st_seen_add(struct st_seen *seen, stet_bytes key, stet_bytes content, uint64_t number,
    struct st_seen_row *row_out, stet_error *err)
{
	struct st_run_place place;
	struct st_seen_row *slot;
	uint8_t hash[ST_SEEN_DIGEST_SIZE];
	int rc;

	digest(key, hash);
	if ((rc = look_up(seen, hash, &slot, row_out, &place, err)) == STET_OK) {
		row_out->count += row_out->count < UINT32_MAX ? 1 : 0;
		if (slot == NULL)
			return st_runs_put(&seen->runs, &place, row_out, err);
		*slot = *row_out;
		return STET_OK;
	}
	if (rc != STET_ENOTFOUND || (rc = make_room(seen, err)) < 0)
		return rc;
	memcpy(row_out->key, hash, ST_SEEN_DIGEST_SIZE);
	digest(content, row_out->content);
	row_out->row = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
	row_out->count = 1;
	*slot_of(seen, hash) = *row_out;
	seen->count++;
	return STET_OK;
}

void
st_seen_clear(struct st_seen *seen)
{
	free(seen->slots);
	seen->slots = NULL;
	seen->count = seen->capacity = 0;
	st_runs_clear(&seen->runs);
}
