/* The reader: a cursor over checked bytes, on libcbor's streaming decoder.
 *
 * cbor_stream_decode() reads one head, calls back once and allocates nothing; strings come as
 * views. cbor_load() builds a tree instead, at fifteen times the cost, and reserves what a head
 * declares (see check.c); it is not used anywhere. */
#include "cbor/cbor.h"

#include <cbor.h>
#include <string.h>

/* The context of a callback: the item to fill, and whether it is one of the profile. */
struct reading {
	struct st_cbor_item *item;
	int ok;
};

static void
set_integer(void *context, enum st_cbor_kind kind, uint64_t value)
{
	struct reading *reading = context;

	reading->item->kind = kind;
	reading->item->integer = kind == ST_CBOR_NINT ? -1 - (int64_t)value : (int64_t)value;
	reading->ok = value <= (uint64_t)ST_CBOR_INT_MAX;
}

static void
set_string(void *context, enum st_cbor_kind kind, const uint8_t *data, size_t size)
{
	struct reading *reading = context;

	reading->item->kind = kind;
	reading->item->bytes.data = data;
	reading->item->bytes.size = size;
	reading->ok = 1;
}

static void
set_count(void *context, enum st_cbor_kind kind, uint64_t count)
{
	struct reading *reading = context;

	reading->item->kind = kind;
	reading->item->count = count;
	reading->ok = 1;
}

#define ON_INTEGER(name, type, kind)                \
	static void name(void *context, type value) \
	{                                           \
		set_integer(context, kind, value);  \
	}
ON_INTEGER(on_uint8, uint8_t, ST_CBOR_UINT)
ON_INTEGER(on_uint16, uint16_t, ST_CBOR_UINT)
ON_INTEGER(on_uint32, uint32_t, ST_CBOR_UINT)
ON_INTEGER(on_uint64, uint64_t, ST_CBOR_UINT)
ON_INTEGER(on_negint8, uint8_t, ST_CBOR_NINT)
ON_INTEGER(on_negint16, uint16_t, ST_CBOR_NINT)
ON_INTEGER(on_negint32, uint32_t, ST_CBOR_NINT)
ON_INTEGER(on_negint64, uint64_t, ST_CBOR_NINT)

static void
on_bytes(void *context, cbor_data data, size_t size)
{
	set_string(context, ST_CBOR_BYTES, data, size);
}

static void
on_text(void *context, cbor_data data, size_t size)
{
	set_string(context, ST_CBOR_TEXT, data, size);
}

static void
on_array(void *context, size_t count)
{
	set_count(context, ST_CBOR_ARRAY, count);
}

static void
on_map(void *context, size_t count)
{
	set_count(context, ST_CBOR_MAP, count);
}

static void
on_tag(void *context, uint64_t tag)
{
	set_count(context, ST_CBOR_TAG, tag);
}

static void
on_bool(void *context, bool value)
{
	struct reading *reading = context;

	reading->item->kind = ST_CBOR_BOOL;
	reading->item->integer = value ? 1 : 0;
	reading->ok = 1;
}

static void
on_null(void *context)
{
	struct reading *reading = context;

	reading->item->kind = ST_CBOR_NULL;
	reading->ok = 1;
}

/* What is outside the profile leaves ok at 0. */
static void
on_other(void *context)
{
	(void)context;
}

static void
on_float(void *context, float value)
{
	(void)context;
	(void)value;
}

static void
on_double(void *context, double value)
{
	(void)context;
	(void)value;
}

static const struct cbor_callbacks callbacks = {
    .uint8 = on_uint8,
    .uint16 = on_uint16,
    .uint32 = on_uint32,
    .uint64 = on_uint64,
    .negint8 = on_negint8,
    .negint16 = on_negint16,
    .negint32 = on_negint32,
    .negint64 = on_negint64,
    .byte_string_start = on_other,
    .byte_string = on_bytes,
    .string = on_text,
    .string_start = on_other,
    .indef_array_start = on_other,
    .array_start = on_array,
    .indef_map_start = on_other,
    .map_start = on_map,
    .tag = on_tag,
    .float2 = on_float,
    .float4 = on_float,
    .float8 = on_double,
    .undefined = on_other,
    .null = on_null,
    .boolean = on_bool,
    .indef_break = on_other,
};

struct st_cbor
st_cbor_open(stet_bytes item)
{
	struct st_cbor in = {item.data, item.data == NULL ? NULL : item.data + item.size};

	return in;
}

int
st_cbor_done(const struct st_cbor *in)
{
	return in->at == in->end;
}

/* A tag below 24 in one byte. libcbor 0.8 refuses those from 6 to 20 as unassigned, among them the
 * 18 of every statement, so this one head is read here. */
static int
is_short_tag(uint8_t first)
{
	return first >> 5 == 6 && (first & 31) < 24;
}

/* Heads of one byte, and of two before strings, are nearly all there are: the names of members,
 * small numbers, digests.  Read here they cost a fifth of a call and its callback. 1 if it was one
 * of them: item is set and the cursor moved. */
static int
read_short(struct st_cbor *in, struct st_cbor_item *item)
{
	static const enum st_cbor_kind kinds[6] = {
	    ST_CBOR_UINT, ST_CBOR_NINT, ST_CBOR_BYTES, ST_CBOR_TEXT, ST_CBOR_ARRAY, ST_CBOR_MAP};
	size_t left = (size_t)(in->end - in->at), head = 1, argument = *in->at & 31;
	unsigned major = *in->at >> 5;
	int is_string = major == 2 || major == 3;

	if (argument == 24 && is_string && left > 1) {
		argument = in->at[1];
		head = 2;
	} else if (major > 5 || argument > 23) {
		return 0;
	}
	if (is_string && argument > left - head)
		return 0; /* cut short, as the decoder will find */
	item->kind = kinds[major];
	if (is_string)
		item->bytes = (stet_bytes){in->at + head, argument};
	else if (major > 3)
		item->count = argument;
	else
		item->integer = major == 0 ? (int64_t)argument : -1 - (int64_t)argument;
	in->at += head + (is_string ? argument : 0);
	return 1;
}

int
st_cbor_next(struct st_cbor *in, struct st_cbor_item *item_out)
{
	struct st_cbor_item item = {ST_CBOR_NULL, 0, 0, {NULL, 0}};
	struct reading reading = {&item, 0};
	struct cbor_decoder_result result;

	if (in->at == in->end)
		return STET_EFORMAT;
	if (read_short(in, &item)) {
		*item_out = item;
		return STET_OK;
	}
	if (is_short_tag(*in->at)) {
		set_count(&reading, ST_CBOR_TAG, *in->at & 31);
		in->at++;
		*item_out = item;
		return STET_OK;
	}
	result = cbor_stream_decode(in->at, (size_t)(in->end - in->at), &callbacks, &reading);
	if (result.status != CBOR_DECODER_FINISHED || !reading.ok)
		return STET_EFORMAT;
	in->at += result.read;
	*item_out = item;
	return STET_OK;
}

int
st_cbor_peek(const struct st_cbor *in, struct st_cbor_item *item_out)
{
	struct st_cbor copy = *in;

	return st_cbor_next(&copy, item_out);
}

/* How many items have to follow before this one is complete. */
static uint64_t
items_inside(const struct st_cbor_item *item)
{
	switch (item->kind) {
	case ST_CBOR_ARRAY:
		return item->count;
	case ST_CBOR_MAP:
		return item->count * 2;
	case ST_CBOR_TAG:
		return 1;
	default:
		return 0;
	}
}

int
st_cbor_skip(struct st_cbor *in, stet_bytes *item_out)
{
	struct st_cbor copy = *in;
	uint64_t left = 1;

	while (left > 0) {
		struct st_cbor_item item;
		int rc = st_cbor_next(&copy, &item);

		if (rc < 0)
			return rc;
		/* Every item is at least one byte: a larger count is not of checked bytes. */
		if (item.kind != ST_CBOR_TAG && item.count > (uint64_t)(copy.end - copy.at))
			return STET_EFORMAT;
		left += items_inside(&item) - 1;
	}
	if (item_out != NULL) {
		item_out->data = in->at;
		item_out->size = (size_t)(copy.at - in->at);
	}
	*in = copy;
	return STET_OK;
}

/* The next item if it is of that kind; otherwise the cursor stays. */
static int
read_kind(struct st_cbor *in, enum st_cbor_kind kind, struct st_cbor_item *item_out)
{
	struct st_cbor copy = *in;
	int rc = st_cbor_next(&copy, item_out);

	if (rc < 0)
		return rc;
	if (item_out->kind != kind)
		return STET_EFORMAT;
	*in = copy;
	return STET_OK;
}

int
st_cbor_read_uint(struct st_cbor *in, uint64_t *value_out)
{
	struct st_cbor_item item;
	int rc = read_kind(in, ST_CBOR_UINT, &item);

	if (rc == STET_OK)
		*value_out = (uint64_t)item.integer;
	return rc;
}

int
st_cbor_read_int(struct st_cbor *in, int64_t *value_out)
{
	struct st_cbor copy = *in;
	struct st_cbor_item item;
	int rc = st_cbor_next(&copy, &item);

	if (rc < 0)
		return rc;
	if (item.kind != ST_CBOR_UINT && item.kind != ST_CBOR_NINT)
		return STET_EFORMAT;
	*in = copy;
	*value_out = item.integer;
	return STET_OK;
}

int
st_cbor_read_bytes(struct st_cbor *in, stet_bytes *bytes_out)
{
	struct st_cbor_item item;
	int rc = read_kind(in, ST_CBOR_BYTES, &item);

	if (rc == STET_OK)
		*bytes_out = item.bytes;
	return rc;
}

int
st_cbor_read_text(struct st_cbor *in, stet_bytes *text_out)
{
	struct st_cbor_item item;
	int rc = read_kind(in, ST_CBOR_TEXT, &item);

	if (rc == STET_OK)
		*text_out = item.bytes;
	return rc;
}

int
st_cbor_read_hash(struct st_cbor *in, const uint8_t **hash_out)
{
	struct st_cbor copy = *in;
	stet_bytes bytes;
	int rc = st_cbor_read_bytes(&copy, &bytes);

	if (rc < 0)
		return rc;
	if (bytes.size != STET_HASH_SIZE)
		return STET_EFORMAT;
	*in = copy;
	*hash_out = bytes.data;
	return STET_OK;
}

int
st_cbor_read_array(struct st_cbor *in, uint64_t *count_out)
{
	struct st_cbor_item item;
	int rc = read_kind(in, ST_CBOR_ARRAY, &item);

	if (rc == STET_OK)
		*count_out = item.count;
	return rc;
}

int
st_cbor_read_map(struct st_cbor *in, uint64_t *count_out)
{
	struct st_cbor_item item;
	int rc = read_kind(in, ST_CBOR_MAP, &item);

	if (rc == STET_OK)
		*count_out = item.count;
	return rc;
}

int
st_cbor_read_hundredths(struct st_cbor *in, int64_t *hundredths_out)
{
	struct st_cbor copy = *in;
	struct st_cbor_item tag;
	uint64_t count;
	int64_t exponent, mantissa;
	int rc;

	if ((rc = read_kind(&copy, ST_CBOR_TAG, &tag)) < 0 ||
	    (rc = st_cbor_read_array(&copy, &count)) < 0 ||
	    (rc = st_cbor_read_int(&copy, &exponent)) < 0 ||
	    (rc = st_cbor_read_int(&copy, &mantissa)) < 0)
		return rc;
	if (tag.count != 4 || count != 2 || exponent != -2)
		return STET_EFORMAT;
	*in = copy;
	*hundredths_out = mantissa;
	return STET_OK;
}

int
st_cbor_member(stet_bytes map, const char *key, stet_bytes *value_out)
{
	struct st_cbor in = st_cbor_open(map);
	stet_bytes wanted = st_str(key), name, value;
	uint64_t count, i;
	int rc, order;

	if ((rc = st_cbor_read_map(&in, &count)) < 0)
		return rc;
	for (i = 0; i < count; i++) {
		if ((rc = st_cbor_read_text(&in, &name)) < 0)
			return rc;
		/* Names come shorter first, then bytewise: beyond it, it does not come. */
		order = name.size != wanted.size ? (name.size > wanted.size ? 1 : -1)
						 : memcmp(name.data, wanted.data, name.size);
		if (order > 0)
			break;
		if ((rc = st_cbor_skip(&in, &value)) < 0)
			return rc;
		if (order == 0) {
			*value_out = value;
			return STET_OK;
		}
	}
	return STET_ENOTFOUND;
}

int
st_cbor_member_text(stet_bytes map, const char *key, stet_bytes *text_out)
{
	stet_bytes value;
	struct st_cbor in;
	int rc = st_cbor_member(map, key, &value);

	if (rc < 0)
		return rc;
	in = st_cbor_open(value);
	return st_cbor_read_text(&in, text_out);
}

int
st_cbor_member_uint(stet_bytes map, const char *key, uint64_t *value_out)
{
	stet_bytes value;
	struct st_cbor in;
	int rc = st_cbor_member(map, key, &value);

	if (rc < 0)
		return rc;
	in = st_cbor_open(value);
	return st_cbor_read_uint(&in, value_out);
}

int
st_cbor_member_bytes(stet_bytes map, const char *key, stet_bytes *bytes_out)
{
	stet_bytes value;
	struct st_cbor in;
	int rc = st_cbor_member(map, key, &value);

	if (rc < 0)
		return rc;
	in = st_cbor_open(value);
	return st_cbor_read_bytes(&in, bytes_out);
}
