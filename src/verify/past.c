#include "verify/past.h"

#include <string.h>

#include "base/err.h"

int
st_past_open(struct st_past *past, stet_ledger *ledger, stet_error *err)
{
	int rc;

	memset(past, 0, sizeof(*past));
	st_state_init(&past->state);
	if ((rc = st_ledger_reader(ledger, &past->entries, err)) < 0 ||
	    (rc = st_store_open_memory(&past->index, err)) < 0 ||
	    (rc = st_store_open_shadow(
		 ledger->store, past->index, NULL, &past->size, &past->shadow, err)) < 0 ||
	    (rc = st_reader_open(past->shadow, &past->tables, err)) < 0) {
		st_past_close(past);
		return rc;
	}
	past->books = (struct st_books){past->entries, past->tables};
	return STET_OK;
}

void
st_past_close(struct st_past *past)
{
	st_state_clear(&past->state);
	st_reader_close(past->tables);
	st_store_close(past->shadow);
	st_store_close(past->index);
	st_reader_close(past->entries);
	memset(past, 0, sizeof(*past));
}

/* The number of rows of a name in ST_ABOUT that are visible: its entries are numbered without gaps.
 */
static int
count_about(struct st_past *past, const uint8_t name_key[32], uint64_t *count_out, stet_error *err)
{
	uint64_t low = 0, high = 1, middle, seq;
	int rc;

	while ((rc = st_books_about(&past->books, name_key, high - 1, &seq, err)) == STET_OK) {
		low = high;
		high *= 2;
	}
	/* About low - 1 there is a row, about high - 1 there is none. */
	while (rc == STET_ENOTFOUND && high - low > 1) {
		middle = low + (high - low) / 2;
		rc = st_books_about(&past->books, name_key, middle - 1, &seq, err);
		if (rc == STET_OK) {
			low = middle;
			rc = STET_ENOTFOUND;
		} else if (rc == STET_ENOTFOUND) {
			high = middle;
		}
	}
	*count_out = low;
	return rc == STET_ENOTFOUND ? STET_OK : rc;
}

int
st_past_count(
    struct st_past *past, const uint8_t name_key[32], uint64_t *count_out, stet_error *err)
{
	return count_about(past, name_key, count_out, err);
}

/* What is known of a name; of another one so far, nothing. */
static struct st_past_own *
own_of(struct st_past *past, const uint8_t name_key[32])
{
	struct st_past_own *own;
	size_t i;

	for (i = 0; i < ST_PAST_OWN; i++)
		if (past->own[i].count > 0 && memcmp(past->own[i].name_key, name_key, 32) == 0)
			return &past->own[i];
	own = &past->own[past->own_next];
	past->own_next = (past->own_next + 1) % ST_PAST_OWN;
	memset(own, 0, sizeof(*own));
	memcpy(own->name_key, name_key, 32);
	return own;
}

/* The newest of the entries first + 1 .. count about a name that is no observation, 0: none. */
static int
find_own(struct st_past *past, const uint8_t name_key[32], uint64_t first, uint64_t count,
    uint64_t *nth_out, stet_error *err)
{
	struct st_read read;
	uint64_t seq;
	int rc;

	for (*nth_out = count; *nth_out > first; --*nth_out) {
		if ((rc = st_books_about(&past->books, name_key, *nth_out - 1, &seq, err)) < 0 ||
		    (rc = st_books_entry(&past->books, seq, &read, err)) < 0)
			return rc;
		if (read.statement.source.data == NULL)
			return STET_OK;
	}
	*nth_out = 0;
	return STET_OK;
}

/* The leaf of the newest entry about a name that is no observation.  What was found of fewer
 * entries is not looked for again. */
static int
newest_own(
    struct st_past *past, const uint8_t name_key[32], struct st_index_row *row, stet_error *err)
{
	struct st_past_own *own = own_of(past, name_key);
	int onward = own->count <= row->count, rc;
	uint64_t nth, seq;

	if ((rc = find_own(past, name_key, onward ? own->count : 0, row->count, &nth, err)) < 0)
		return rc;
	if (onward) {
		nth = nth > 0 ? nth : own->nth;
		own->count = row->count;
		own->nth = nth;
	}
	if (nth == 0)
		return STET_OK;
	if ((rc = st_books_about(&past->books, name_key, nth - 1, &seq, err)) < 0)
		return rc;
	return st_books_leaf(&past->books, seq, row->own, err);
}

static int
make_row(struct st_past *past, struct st_batch *batch, const uint8_t name_key[32], stet_error *err)
{
	uint8_t value[ST_INDEX_ROW_SIZE];
	stet_bytes key = {name_key, 32}, bytes = {value, sizeof(value)};
	struct st_index_row row;
	uint64_t seq;
	int rc;

	memset(&row, 0, sizeof(row));
	if ((rc = count_about(past, name_key, &row.count, err)) < 0 || row.count == 0)
		return rc;
	if ((rc = st_books_about(&past->books, name_key, row.count - 1, &seq, err)) < 0 ||
	    (rc = st_books_leaf(&past->books, seq, row.head, err)) < 0 ||
	    (rc = newest_own(past, name_key, &row, err)) < 0)
		return rc;
	st_index_row_put(&row, value);
	return st_batch_put(batch, ST_INDEX, 0, &key, &bytes, 1, err);
}

static int
make_rows(struct st_past *past, const uint8_t (*keys)[32], size_t count, stet_error *err)
{
	struct st_batch *batch = NULL;
	size_t i;
	int rc;

	if ((rc = st_batch_begin(past->index, 0, &batch, err)) < 0)
		return rc;
	rc = st_batch_clear(batch, ST_INDEX, err);
	for (i = 0; rc == STET_OK && i < count; i++)
		rc = make_row(past, batch, keys[i], err);
	if (rc == STET_OK)
		rc = st_batch_commit(&batch, err);
	st_batch_abort(&batch);
	return rc;
}

int
st_past_go(
    struct st_past *past, uint64_t seq, const uint8_t (*keys)[32], size_t count, stet_error *err)
{
	uint8_t seals[32];
	uint64_t sealed = 0, nth;
	int rc;

	past->size = seq;
	if ((rc = make_rows(past, keys, count, err)) < 0 ||
	    (rc = st_reader_renew(past->tables, err)) < 0)
		return rc;
	st_map_key(st_str(ST_NAME_SEAL), seals);
	if ((rc = count_about(past, seals, &nth, err)) < 0)
		return rc;
	if (nth > 0) {
		if ((rc = st_books_about(&past->books, seals, nth - 1, &sealed, err)) < 0)
			return rc;
		sealed++;
	}
	return st_state_load(&past->state, &past->books, seq, 0, sealed, err);
}

int
st_past_seal(struct st_past *past, uint64_t seq, uint64_t *seal_out, stet_error *err)
{
	uint64_t before, size = past->size;
	uint8_t seals[32];
	int rc;

	st_map_key(st_str(ST_NAME_SEAL), seals);
	past->size = seq;
	if ((rc = count_about(past, seals, &before, err)) == STET_OK) {
		past->size = STET_NO_SEQ;
		rc = st_books_about(&past->books, seals, before, seal_out, err);
	}
	past->size = size;
	if (rc == STET_ENOTFOUND) {
		*seal_out = STET_NO_SEQ;
		return STET_OK;
	}
	return rc;
}
