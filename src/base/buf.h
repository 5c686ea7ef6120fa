#ifndef ST_BASE_BUF_H
#define ST_BASE_BUF_H
/* A growing run of bytes.  A failed allocation sticks in rc, so that an encoder
 * writes straight through and looks once, at the end.  Start from {0}. */
#include <stet/types.h>

struct st_buf {
	uint8_t *data;
	size_t size, capacity;
	int rc; /* STET_OK or STET_ENOMEM */
};

void st_buf_put(struct st_buf *buf, const void *data, size_t size);
void st_buf_put_bytes(struct st_buf *buf, stet_bytes bytes);
void st_buf_put_str(struct st_buf *buf, const char *text);
void st_buf_put_u8(struct st_buf *buf, uint8_t value);
void st_buf_printf(struct st_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Room for size bytes at the end, or NULL; st_buf_grow() counts what was written. */
uint8_t *st_buf_room(struct st_buf *buf, size_t size);
void st_buf_grow(struct st_buf *buf, size_t size);
void st_buf_reset(struct st_buf *buf);             /* empty, memory kept */
void st_buf_free(struct st_buf *buf);              /* back to {0} */
stet_bytes st_buf_bytes(const struct st_buf *buf); /* a view; data is never NULL */

/* Integers on disk and in keys: fixed width, big-endian. */
void st_be64_put(uint8_t out[8], uint64_t value);
uint64_t st_be64_get(const uint8_t in[8]);
void st_be32_put(uint8_t out[4], uint32_t value);
uint32_t st_be32_get(const uint8_t in[4]);

stet_bytes st_str(const char *text); /* a NUL-terminated text as bytes, without NUL */
int st_bytes_equal(stet_bytes a, stet_bytes b);
int st_bytes_compare(stet_bytes a, stet_bytes b); /* bytewise, shorter first: memcmp order */

#endif
