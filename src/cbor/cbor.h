#ifndef ST_CBOR_CBOR_H
#define ST_CBOR_CBOR_H
/* The stet CBOR profile: one encoder, one strict checker, one pull reader.
 *
 * docs/format.md, "CBOR profile"; RFC 8949, section 4.2.1.  Every byte from outside passes
 * st_cbor_check() before a reader (libcbor's streaming decoder, which allocates nothing) sees it.
 * The checker accepts exactly what the encoder writes. */
#include <stet/error.h>
#include "base/buf.h"

#define ST_CBOR_DEPTH_MAX 16 /* arrays, maps and tags around one item */
#define ST_CBOR_INT_MAX INT64_C(9007199254740991)

/* Exactly one item of the profile and nothing after it. STET_EFORMAT with a rule: ST_CBOR_*. */
int st_cbor_check(stet_bytes item, stet_error *err);
/* The same, for a protected header alone: a map may have both integer and text keys. */
int st_cbor_check_mixed(stet_bytes item, stet_error *err);
/* The first item of a sequence; its size. STET_EFORMAT; ST_CBOR_TRUNCATED if data ends inside it.
 */
int st_cbor_check_first(stet_bytes sequence, size_t *size_out, stet_error *err);

/* Writing. Shortest heads; the caller writes map members in order, or uses st_cbor_put_map_sorted.
 */
void st_cbor_put_uint(struct st_buf *out, uint64_t value);
void st_cbor_put_int(struct st_buf *out, int64_t value);
void st_cbor_put_bytes(struct st_buf *out, stet_bytes bytes);
void st_cbor_put_text(struct st_buf *out, stet_bytes text);
void st_cbor_put_str(struct st_buf *out, const char *text);
void st_cbor_put_array(struct st_buf *out, uint64_t count);
void st_cbor_put_map(struct st_buf *out, uint64_t count);
void st_cbor_put_tag(struct st_buf *out, uint64_t tag);
void st_cbor_put_bool(struct st_buf *out, int value);
void st_cbor_put_null(struct st_buf *out);
void st_cbor_put_hundredths(struct st_buf *out, int64_t hundredths); /* 4([-2, n]) */

struct st_cbor_pair {
	stet_bytes key, value; /* both encoded */
};
/* Sorts pairs in place by encoded key and writes the map. */
void st_cbor_put_map_sorted(struct st_buf *out, struct st_cbor_pair *pairs, size_t count);

/* Reading what was checked. A cursor; each read moves it. Reads past the end and of another kind
 * than asked return STET_EFORMAT, so a caller need not look first. */
enum st_cbor_kind {
	ST_CBOR_UINT,
	ST_CBOR_NINT,
	ST_CBOR_BYTES,
	ST_CBOR_TEXT,
	ST_CBOR_ARRAY,
	ST_CBOR_MAP,
	ST_CBOR_TAG,
	ST_CBOR_BOOL,
	ST_CBOR_NULL
};
struct st_cbor {
	const uint8_t *at, *end;
};
struct st_cbor_item {
	enum st_cbor_kind kind;
	int64_t integer;  /* UINT, NINT: the value; BOOL: 0 or 1 */
	uint64_t count;   /* ARRAY: items; MAP: pairs; TAG: the tag */
	stet_bytes bytes; /* BYTES, TEXT: the content */
};
struct st_cbor st_cbor_open(stet_bytes item);
int st_cbor_done(const struct st_cbor *in);
int st_cbor_next(struct st_cbor *in, struct st_cbor_item *item_out);
int st_cbor_peek(const struct st_cbor *in, struct st_cbor_item *item_out);
/* Moves past one whole item; *item_out (may be NULL) is its encoding. */
int st_cbor_skip(struct st_cbor *in, stet_bytes *item_out);
int st_cbor_read_uint(struct st_cbor *in, uint64_t *value_out);
int st_cbor_read_int(struct st_cbor *in, int64_t *value_out);
int st_cbor_read_bytes(struct st_cbor *in, stet_bytes *bytes_out);
int st_cbor_read_text(struct st_cbor *in, stet_bytes *text_out);
int st_cbor_read_hash(struct st_cbor *in, const uint8_t **hash_out); /* a byte string of 32 */
int st_cbor_read_array(struct st_cbor *in, uint64_t *count_out);
int st_cbor_read_map(struct st_cbor *in, uint64_t *count_out);
int st_cbor_read_hundredths(struct st_cbor *in, int64_t *hundredths_out);
/* The value of a text-keyed member of an encoded map, still encoded; STET_ENOTFOUND if absent. */
int st_cbor_member(stet_bytes map, const char *key, stet_bytes *value_out);
/* Shorthands over st_cbor_member: STET_ENOTFOUND absent, STET_EFORMAT of another kind. */
int st_cbor_member_text(stet_bytes map, const char *key, stet_bytes *text_out);
int st_cbor_member_uint(stet_bytes map, const char *key, uint64_t *value_out);
int st_cbor_member_bytes(stet_bytes map, const char *key, stet_bytes *bytes_out);

#endif
