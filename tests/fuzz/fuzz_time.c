/* Dates, times, numbers, hexadecimal and base64: what is read is written the same way again. */
#include <string.h>
#include "base/hex.h"
#include "base/time.h"
#include "fuzz/fuzz.h"

static void
must_be_a_time(uint64_t ms)
{
	char text[ST_TIME_SIZE];
	uint64_t again = 0;

	st_time_text_ms(ms, text);
	FUZZ_MUST(strlen(text) < sizeof(text));
	if (text[0] != '+') {
		FUZZ_MUST(st_time_read_ms(st_str(text), &again) == 0 && again == ms);
		FUZZ_MUST(st_date_ok(st_str(text)));
	}
	st_time_text(ms / 1000, text);
	if (text[0] != '+')
		FUZZ_MUST(st_time_read_ms(st_str(text), &again) == 0 && again == ms / 1000 * 1000);
}

static void
try_codings(stet_bytes text)
{
	struct st_buf bytes = {0}, again = {0};

	if (st_hex_get(&bytes, text) == 0) {
		st_hex_put(&again, st_buf_bytes(&bytes));
		FUZZ_MUST(st_bytes_equal(st_buf_bytes(&again), text));
	}
	st_buf_reset(&bytes);
	st_buf_reset(&again);
	if (st_base64_get(&bytes, text) == 0) {
		st_base64_put(&again, st_buf_bytes(&bytes));
		FUZZ_MUST(st_bytes_equal(st_buf_bytes(&again), text));
	}
	st_buf_reset(&bytes);
	st_buf_reset(&again);
	if (st_base64url_get(&bytes, text) == 0) {
		st_base64url_put(&again, st_buf_bytes(&bytes));
		FUZZ_MUST(st_bytes_equal(st_buf_bytes(&again), text));
	}
	st_buf_free(&bytes);
	st_buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes text = {data, size};
	uint64_t ms = 0;

	if (st_time_read_ms(text, &ms) == 0)
		must_be_a_time(ms);
	if (size >= 8)
		must_be_a_time(st_be64_get(data) & ST_UINT53_MAX);
	st_date_ok(text);
	if (st_number_text_ok(text))
		FUZZ_MUST(size > 0 && memchr(data, 0, size) == NULL);
	try_codings(text);
	return 0;
}
