/* Growing bytes and fixed-width integers. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define FIRST_CAPACITY 256

uint8_t *
st_buf_room(struct st_buf *buf, size_t size)
{
	size_t capacity;
	uint8_t *data;

	if (buf->rc != STET_OK)
		return NULL;
	if (size <= buf->capacity - buf->size && buf->data != NULL)
		return buf->data + buf->size;
	/* Doubling keeps appending linear; half of the address space is more than any caller has,
	 * and stopping there keeps the sum and the doubling from wrapping. */
	if (size > SIZE_MAX / 2 - buf->size) {
		buf->rc = STET_ENOMEM;
		return NULL;
	}
	capacity = buf->capacity < FIRST_CAPACITY / 2 ? FIRST_CAPACITY : buf->capacity * 2;
	if (capacity < buf->size + size)
		capacity = buf->size + size;
	data = realloc(buf->data, capacity);
	if (data == NULL) {
		buf->rc = STET_ENOMEM;
		return NULL;
	}
	buf->data = data;
	buf->capacity = capacity;
	return buf->data + buf->size;
}

void
st_buf_grow(struct st_buf *buf, size_t size)
{
	buf->size += size;
}

void
st_buf_put(struct st_buf *buf, const void *data, size_t size)
{
	uint8_t *room;

	if (size == 0 || (room = st_buf_room(buf, size)) == NULL)
		return;
	memcpy(room, data, size);
	buf->size += size;
}

void
st_buf_put_bytes(struct st_buf *buf, stet_bytes bytes)
{
	st_buf_put(buf, bytes.data, bytes.size);
}

void
st_buf_put_str(struct st_buf *buf, const char *text)
{
	st_buf_put(buf, text, strlen(text));
}

void
st_buf_put_u8(struct st_buf *buf, uint8_t value)
{
	st_buf_put(buf, &value, 1);
}

void
st_buf_printf(struct st_buf *buf, const char *format, ...)
{
	va_list args;
	uint8_t *room;
	int size;

	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	/* The one more byte is for the NUL that vsnprintf insists on; it is not counted. */
	if (size <= 0 || (room = st_buf_room(buf, (size_t)size + 1)) == NULL)
		return;
	va_start(args, format);
	vsnprintf((char *)room, (size_t)size + 1, format, args);
	va_end(args);
	buf->size += (size_t)size;
}

void
st_buf_reset(struct st_buf *buf)
{
	buf->size = 0;
	buf->rc = STET_OK;
}

void
st_buf_free(struct st_buf *buf)
{
	free(buf->data);
	memset(buf, 0, sizeof(*buf));
}

stet_bytes
st_buf_bytes(const struct st_buf *buf)
{
	/* Nothing written is an empty run, not an absent one. */
	static const uint8_t nothing[1] = {0};
	stet_bytes bytes = {buf->data, buf->size};

	if (bytes.data == NULL)
		bytes.data = nothing;
	return bytes;
}

void
st_be64_put(uint8_t out[8], uint64_t value)
{
	int i;

	for (i = 7; i >= 0; i--) {
		out[i] = (uint8_t)(value & 0xff);
		value >>= 8;
	}
}

uint64_t
st_be64_get(const uint8_t in[8])
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < 8; i++)
		value = value << 8 | in[i];
	return value;
}

void
st_be32_put(uint8_t out[4], uint32_t value)
{
	int i;

	for (i = 3; i >= 0; i--) {
		out[i] = (uint8_t)(value & 0xff);
		value >>= 8;
	}
}

uint32_t
st_be32_get(const uint8_t in[4])
{
	return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

stet_bytes
st_str(const char *text)
{
	stet_bytes bytes = {(const uint8_t *)text, strlen(text)};

	return bytes;
}

int
st_bytes_equal(stet_bytes a, stet_bytes b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

int
st_bytes_compare(stet_bytes a, stet_bytes b)
{
	size_t common = a.size < b.size ? a.size : b.size;
	int order = common == 0 ? 0 : memcmp(a.data, b.data, common);

	if (order != 0)
		return order;
	return (a.size > b.size) - (a.size < b.size);
}
