/* The encoder: heads by libcbor, which writes the shortest, content as it is. */
#include "cbor/cbor.h"

#include <cbor.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_MAX 9

/* libcbor's functions for heads that carry a size are of one shape. */
typedef size_t size_head(size_t size, unsigned char *room, size_t room_size);

static void
put_size_head(struct st_buf *out, size_head *encode, size_t size)
{
	uint8_t *room = st_buf_room(out, HEAD_MAX);

	if (room != NULL)
		st_buf_grow(out, encode(size, room, HEAD_MAX));
}

void
st_cbor_put_uint(struct st_buf *out, uint64_t value)
{
	uint8_t *room = st_buf_room(out, HEAD_MAX);

	if (room != NULL)
		st_buf_grow(out, cbor_encode_uint(value, room, HEAD_MAX));
}

void
st_cbor_put_int(struct st_buf *out, int64_t value)
{
	uint8_t *room;

	if (value >= 0) {
		st_cbor_put_uint(out, (uint64_t)value);
		return;
	}
	room = st_buf_room(out, HEAD_MAX);
	if (room != NULL)
		st_buf_grow(out, cbor_encode_negint((uint64_t)(-1 - value), room, HEAD_MAX));
}

void
st_cbor_put_bytes(struct st_buf *out, stet_bytes bytes)
{
	put_size_head(out, cbor_encode_bytestring_start, bytes.size);
	st_buf_put_bytes(out, bytes);
}

void
st_cbor_put_text(struct st_buf *out, stet_bytes text)
{
	put_size_head(out, cbor_encode_string_start, text.size);
	st_buf_put_bytes(out, text);
}

void
st_cbor_put_str(struct st_buf *out, const char *text)
{
	st_cbor_put_text(out, st_str(text));
}

void
st_cbor_put_array(struct st_buf *out, uint64_t count)
{
	put_size_head(out, cbor_encode_array_start, (size_t)count);
}

void
st_cbor_put_map(struct st_buf *out, uint64_t count)
{
	put_size_head(out, cbor_encode_map_start, (size_t)count);
}

void
st_cbor_put_tag(struct st_buf *out, uint64_t tag)
{
	uint8_t *room = st_buf_room(out, HEAD_MAX);

	if (room != NULL)
		st_buf_grow(out, cbor_encode_tag(tag, room, HEAD_MAX));
}

void
st_cbor_put_bool(struct st_buf *out, int value)
{
	uint8_t *room = st_buf_room(out, HEAD_MAX);

	if (room != NULL)
		st_buf_grow(out, cbor_encode_bool(value != 0, room, HEAD_MAX));
}

void
st_cbor_put_null(struct st_buf *out)
{
	uint8_t *room = st_buf_room(out, HEAD_MAX);

	if (room != NULL)
		st_buf_grow(out, cbor_encode_null(room, HEAD_MAX));
}

void
st_cbor_put_hundredths(struct st_buf *out, int64_t hundredths)
{
	st_cbor_put_tag(out, 4);
	st_cbor_put_array(out, 2);
	st_cbor_put_int(out, -2);
	st_cbor_put_int(out, hundredths);
}

static int
compare_pairs(const void *a, const void *b)
{
	const struct st_cbor_pair *left = a, *right = b;

	return st_bytes_compare(left->key, right->key);
}

void
st_cbor_put_map_sorted(struct st_buf *out, struct st_cbor_pair *pairs, size_t count)
{
	size_t i;

	if (count > 1)
		qsort(pairs, count, sizeof(*pairs), compare_pairs);
	st_cbor_put_map(out, count);
	for (i = 0; i < count; i++) {
		st_buf_put_bytes(out, pairs[i].key);
		st_buf_put_bytes(out, pairs[i].value);
	}
}
