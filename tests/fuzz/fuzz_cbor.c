/* CBOR: the checker takes exactly what the encoder writes, and the reader reads what it took. */
#include <string.h>
#include "cbor/cbor.h"
#include "fuzz/fuzz.h"

/* Writes one item again from what the reader says about it. */
static void
copy_item(struct st_cbor *in, struct st_buf *out)
{
	struct st_cbor_item item;
	uint64_t i, count = 0;
	int64_t hundredths;

	FUZZ_MUST(st_cbor_peek(in, &item) == STET_OK);
	if (item.kind == ST_CBOR_TAG && item.count == 4) {
		FUZZ_MUST(st_cbor_read_hundredths(in, &hundredths) == STET_OK);
		st_cbor_put_hundredths(out, hundredths);
		return;
	}
	FUZZ_MUST(st_cbor_next(in, &item) == STET_OK);
	switch (item.kind) {
	case ST_CBOR_UINT:
	case ST_CBOR_NINT:
		st_cbor_put_int(out, item.integer);
		break;
	case ST_CBOR_BYTES:
		st_cbor_put_bytes(out, item.bytes);
		break;
	case ST_CBOR_TEXT:
		st_cbor_put_text(out, item.bytes);
		break;
	case ST_CBOR_ARRAY:
		st_cbor_put_array(out, item.count);
		count = item.count;
		break;
	case ST_CBOR_MAP:
		st_cbor_put_map(out, item.count);
		count = 2 * item.count;
		break;
	case ST_CBOR_TAG:
		st_cbor_put_tag(out, item.count);
		count = 1;
		break;
	case ST_CBOR_BOOL:
		st_cbor_put_bool(out, item.integer != 0);
		break;
	case ST_CBOR_NULL:
		st_cbor_put_null(out);
		break;
	}
	for (i = 0; i < count; i++)
		copy_item(in, out);
}

static void
must_come_back(stet_bytes item)
{
	struct st_buf out = {0};
	struct st_cbor in = st_cbor_open(item);
	stet_bytes whole;

	copy_item(&in, &out);
	FUZZ_MUST(st_cbor_done(&in));
	FUZZ_MUST(out.rc != STET_OK || st_bytes_equal(st_buf_bytes(&out), item));
	in = st_cbor_open(item);
	FUZZ_MUST(st_cbor_skip(&in, &whole) == STET_OK && st_bytes_equal(whole, item));
	st_buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes item = {data, size}, first = {data, 0};
	stet_error err;
	int strict = st_cbor_check(item, &err);

	FUZZ_MUST(strict == STET_OK || (strict == STET_EFORMAT && err.rule != 0));
	if (strict == STET_OK)
		must_come_back(item);
	if (st_cbor_check_mixed(item, NULL) == STET_OK)
		must_come_back(item);
	else
		FUZZ_MUST(strict != STET_OK);
	if (st_cbor_check_first(item, &first.size, NULL) == STET_OK) {
		FUZZ_MUST(first.size > 0 && first.size <= size);
		FUZZ_MUST(st_cbor_check(first, NULL) == STET_OK);
		FUZZ_MUST((strict == STET_OK) == (first.size == size));
	}
	return 0;
}
