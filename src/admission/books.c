#include "admission/books.h"

#include <string.h>

#include "base/err.h"

int
st_books_entry(
    const struct st_books *books, uint64_t seq, struct st_read *read_out, stet_error *err)
{
	uint8_t key[8];
	int rc;

	st_be64_put(key, seq);
	rc = st_get_one(
	    books->entries, ST_ENTRY, (stet_bytes){key, sizeof(key)}, &read_out->encoded, err);
	if (rc == STET_ENOTFOUND)
		return st_fail_seq(err, STET_EFORMAT, ST_ENTRY_MISSING, seq,
		    "entry %llu is missing", (unsigned long long)seq);
	if (rc < 0)
		return rc;
	if ((rc = st_entry_decode(read_out->encoded, &read_out->entry, err)) < 0 ||
	    (rc = st_statement_read(read_out->entry.statement, &read_out->statement, err)) < 0) {
		if (rc != STET_EFORMAT)
			return rc;
		return st_fail_seq(err, STET_EFORMAT, ST_ENTRY_DAMAGED, seq,
		    "the stored bytes of entry %llu do not parse", (unsigned long long)seq);
	}
	return STET_OK;
}

/* The name key of stet:seal: SHA-256("stet/subject/1" 0x00 "stet:seal"). */
static const uint8_t seal_key[32] = {0x6e, 0x26, 0x87, 0xc8, 0x96, 0xab, 0x92, 0xc6, 0xa1, 0x86,
    0xf7, 0x00, 0xab, 0x1d, 0xf5, 0xd3, 0xa2, 0x00, 0xbf, 0xcf, 0xee, 0x68, 0x99, 0xa5, 0x24, 0x19,
    0x89, 0x92, 0xc5, 0x31, 0x20, 0x27};

int
st_books_index(const struct st_books *books, const uint8_t name_key[32],
    struct st_index_row *row_out, stet_error *err)
{
	stet_bytes value;
	int rc;

	memset(row_out, 0, sizeof(*row_out));
	if (memcmp(name_key, seal_key, 32) == 0)
		rc = st_get_one(books->tables, ST_META, st_str(ST_META_SEALS), &value, err);
	else
		rc = st_get_one(books->tables, ST_INDEX, (stet_bytes){name_key, 32}, &value, err);
	if (rc == STET_ENOTFOUND)
		return STET_OK;
	if (rc < 0)
		return rc;
	if (value.size != ST_INDEX_ROW_SIZE)
		return st_fail(err, STET_EFORMAT, ST_TABLE_DAMAGED,
		    "a row of table 'index' has %zu bytes", value.size);
	row_out->count = st_be64_get(value.data);
	memcpy(row_out->head, value.data + 8, 32);
	memcpy(row_out->own, value.data + 40, 32);
	return STET_OK;
}

void
st_index_row_put(const struct st_index_row *row, uint8_t out[ST_INDEX_ROW_SIZE])
{
	st_be64_put(out, row->count);
	memcpy(out + 8, row->head, 32);
	memcpy(out + 40, row->own, 32);
}

void
st_about_key(const uint8_t name_key[32], uint64_t nth, uint8_t out[40])
{
	memcpy(out, name_key, 32);
	st_be64_put(out + 32, nth);
}

int
st_books_about(const struct st_books *books, const uint8_t name_key[32], uint64_t nth,
    uint64_t *seq_out, stet_error *err)
{
	uint8_t key[40];
	stet_bytes value;
	int rc;

	st_about_key(name_key, nth, key);
	rc = st_get_one(books->tables, ST_ABOUT, (stet_bytes){key, sizeof(key)}, &value, err);
	if (rc < 0)
		return rc;
	if (value.size != 8)
		return st_fail(err, STET_EFORMAT, ST_TABLE_DAMAGED,
		    "a row of table 'about' has %zu bytes", value.size);
	*seq_out = st_be64_get(value.data);
	return STET_OK;
}

int
st_books_nth(const struct st_books *books, const uint8_t name_key[32], uint64_t nth,
    uint64_t *seq_out, stet_error *err)
{
	int rc = st_books_about(books, name_key, nth, seq_out, err);

	return rc != STET_ENOTFOUND
		   ? rc
		   : st_fail(err, STET_EFORMAT, ST_TABLE_DAMAGED,
			 "table 'about' lacks entry %llu of a name", (unsigned long long)nth);
}

int
st_books_chain_end(
    const struct st_books *books, const uint8_t name_key[32], uint64_t nth, stet_error *err)
{
	struct st_index_row row;
	int rc;

	if ((rc = st_books_index(books, name_key, &row, err)) < 0)
		return rc;
	return row.count <= nth ? STET_OK
				: st_fail(err, STET_EFORMAT, ST_TABLE_DAMAGED,
				      "table 'about' has %llu of %llu entries of a name",
				      (unsigned long long)nth, (unsigned long long)row.count);
}

void
st_tree_key(unsigned level, uint64_t index, uint8_t out[9])
{
	out[0] = (uint8_t)level;
	st_be64_put(out + 1, index);
}

int
st_books_node(void *ctx, unsigned level, uint64_t index, uint8_t hash_out[32], stet_error *err)
{
	struct st_reader *reader = ctx;
	uint8_t key[9];
	stet_bytes value;
	int rc;

	st_tree_key(level, index, key);
	rc = st_get_one(reader, ST_TREE, (stet_bytes){key, sizeof(key)}, &value, err);
	if (rc == STET_ENOTFOUND)
		return st_fail(err, STET_EFORMAT, ST_TABLE_DAMAGED,
		    "table 'tree' lacks the node of level %u at %llu", level,
		    (unsigned long long)index);
	if (rc < 0)
		return rc;
	if (value.size != 32)
		return st_fail(err, STET_EFORMAT, ST_TABLE_DAMAGED,
		    "a row of table 'tree' has %zu bytes", value.size);
	memcpy(hash_out, value.data, 32);
	return STET_OK;
}

int
st_books_leaf(const struct st_books *books, uint64_t seq, uint8_t leaf_out[32], stet_error *err)
{
	return st_books_node(books->tables, 0, seq, leaf_out, err);
}

int
st_books_by_leaf(const struct st_books *books, const uint8_t name_key[32], const uint8_t leaf[32],
    uint64_t *seq_out, stet_error *err)
{
	struct st_index_row row;
	uint64_t nth, seq;
	uint8_t there[32];
	int rc;

	if ((rc = st_books_index(books, name_key, &row, err)) < 0)
		return rc;
	for (nth = row.count; nth > 0; nth--) {
		if ((rc = st_books_nth(books, name_key, nth - 1, &seq, err)) < 0 ||
		    (rc = st_books_leaf(books, seq, there, err)) < 0)
			return rc;
		if (memcmp(there, leaf, 32) == 0) {
			*seq_out = seq;
			return STET_OK;
		}
	}
	return STET_ENOTFOUND;
}

int
st_count_before(const struct st_books *books, const uint8_t name_key[32], uint64_t size,
    uint64_t *count_out, stet_error *err)
{
	struct st_index_row row;
	uint64_t low = 0, high, middle, seq;
	int rc;

	if ((rc = st_books_index(books, name_key, &row, err)) < 0)
		return rc;
	high = row.count;
	/* The usual case first: nothing is newer. */
	if (high > 0) {
		if ((rc = st_books_nth(books, name_key, high - 1, &seq, err)) < 0)
			return rc;
		if (seq < size)
			low = high;
	}
	while (low < high) {
		middle = low + (high - low) / 2;
		if ((rc = st_books_nth(books, name_key, middle, &seq, err)) < 0)
			return rc;
		if (seq < size)
			low = middle + 1;
		else
			high = middle;
	}
	*count_out = low;
	return STET_OK;
}
