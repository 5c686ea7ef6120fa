/* Hash and id n-tuple: abc/def/012/the-id, encoded for any file system. */
#include "package/layout.h"

#include "base/err.h"
#include "base/hex.h"
#include "crypto/crypto.h"
#include "json/json.h"

#define ENCODED_MAX                                                                   \
	100 /* of a folder's name; what is longer is cut and has the digest behind it \
	     */

const struct st_layout st_layout_ours = {ST_LAYOUT_HASH_AND_ID, 3, 3};

static int
number_of(const stet_json *json, const char *member, unsigned usual)
{
	const stet_json *value = stet_json_get(json, member);
	int64_t number = stet_json_int_of(value);

	if (value == NULL)
		return (int)usual;
	return stet_json_kind_of(value) == STET_JSON_INT && number >= 0 && number <= 32
		   ? (int)number
		   : -1;
}

int
st_layout_read(stet_bytes text, struct st_layout *layout_out, stet_error *err)
{
	const stet_json *algorithm;
	stet_json *json = NULL;
	int rc = stet_json_parse(text, &json, err), size, count;

	if (rc < 0)
		return rc;
	layout_out->kind = ST_LAYOUT_UNKNOWN;
	algorithm = stet_json_get(json, "digestAlgorithm");
	size = number_of(json, "tupleSize", st_layout_ours.tuple_size);
	count = number_of(json, "numberOfTuples", st_layout_ours.tuples);
	if (size >= 0 && count >= 0 && size * count <= 64 && (size == 0) == (count == 0) &&
	    (algorithm == NULL || st_bytes_equal(stet_json_string_of(algorithm), st_str("sha256"))))
		*layout_out =
		    (struct st_layout){ST_LAYOUT_HASH_AND_ID, (unsigned)size, (unsigned)count};
	stet_json_free(json);
	return STET_OK;
}

static int
is_plain(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static void
put_encoded(struct st_buf *out, stet_bytes id, const char *hex)
{
	size_t from = out->size, i;

	for (i = 0; i < id.size; i++)
		if (is_plain(id.data[i]))
			st_buf_put_u8(out, id.data[i]);
		else
			st_buf_printf(out, "%%%02x", id.data[i]);
	if (out->rc == STET_OK && out->size - from > ENCODED_MAX) {
		out->size = from + ENCODED_MAX;
		st_buf_printf(out, "-%s", hex);
	}
}

void
st_layout_place(const struct st_layout *layout, stet_bytes id, struct st_buf *out)
{
	uint8_t digest[32];
	char hex[65];
	unsigned i;

	st_sha256(id, digest);
	st_hex(digest, sizeof(digest), hex);
	for (i = 0; i < layout->tuples; i++) {
		st_buf_put(out, hex + (size_t)i * layout->tuple_size, layout->tuple_size);
		st_buf_put_u8(out, '/');
	}
	put_encoded(out, id, hex);
}
