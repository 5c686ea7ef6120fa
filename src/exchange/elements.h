#ifndef ST_EXCHANGE_ELEMENTS_H
#define ST_EXCHANGE_ELEMENTS_H
/* The elements of a JSON array, or the lines of JSON Lines, byte for byte and one at a time. */
#include <stet/error.h>
#include "base/buf.h"

#define ST_ELEMENT_MAX (1u << 20) /* bytes of one element */

struct st_elements {
	int (*read)(void *ctx, uint8_t *buf, size_t size, size_t *got_out, stet_error *err);
	void *ctx;
	uint8_t buf[65536];
	size_t at, have;
	uint64_t line;    /* of the text, from 1 */
	int state, begun; /* begin with 0 */
};

/* The next element, replacing what is in *element_out. STET_ENOTFOUND at the end; STET_EFORMAT with
 * the line if this is neither an array of objects nor objects one after the other, or it ends
 * inside one. */
int st_elements_next(struct st_elements *elements, struct st_buf *element_out, stet_error *err);

/* What other readers of such a text are made of. */
/* The next character, or -1 at the end. */
int st_elements_char(struct st_elements *elements, int *char_out, stet_error *err);
/* Some editors put a byte order mark in front (RFC 8259, section 8.1, lets a reader ignore it). */
int st_elements_skip_mark(struct st_elements *elements, stet_error *err);
/* STET_EFORMAT with the line. */
int st_elements_wrong(const struct st_elements *elements, const char *what, stet_error *err);

#endif
