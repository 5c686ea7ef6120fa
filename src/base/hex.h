#ifndef ST_BASE_HEX_H
#define ST_BASE_HEX_H
/* Hexadecimal (lower case) and base64 (RFC 4648 sections 4 and 5), one spelling each: decoders
 * refuse upper-case hex, missing or non-zero padding bits, and white space. Short
 * memory is in the buffer's rc alone. */
#include <stet/types.h>
#include "base/buf.h"

void st_hex_put(struct st_buf *out, stet_bytes bytes);
void st_hex(const uint8_t *data, size_t size, char *out);   /* writes 2 * size + 1 characters */
int st_hex_read(stet_bytes hex, uint8_t *out, size_t size); /* 0, or -1 if not exactly size bytes */
int st_hex_get(struct st_buf *out, stet_bytes hex);         /* any length; 0 or -1 */
void st_base64_put(struct st_buf *out, stet_bytes bytes);   /* with padding */
int st_base64_get(struct st_buf *out, stet_bytes text);     /* 0 or -1 */
void st_base64url_put(struct st_buf *out, stet_bytes bytes); /* without padding */
int st_base64url_get(struct st_buf *out, stet_bytes text);   /* 0 or -1 */
/* The same for a known size, without a buffer. */
void st_base64url(
    const uint8_t *data, size_t size, char *out); /* ceil(size * 4 / 3) + 1 characters */
int st_base64url_read(
    stet_bytes text, uint8_t *out, size_t size); /* 0, or -1 if not exactly size bytes */

#endif
