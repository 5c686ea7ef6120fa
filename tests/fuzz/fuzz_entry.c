/* Entries: what decodes is encoded to the same bytes again. */
#include "statement/entry.h"
#include "fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes input = {data, size};
	struct st_buf out = {0};
	struct st_entry entry;
	stet_error err;
	int rc = st_entry_decode(input, &entry, &err);

	FUZZ_MUST(rc == STET_OK || err.rule != 0);
	if (rc == STET_OK) {
		FUZZ_MUST(entry.statement.size >= 1 && entry.statement.size <= ST_STATEMENT_MAX);
		rc = st_entry_encode(&entry, &out, &err);
		FUZZ_MUST(rc == STET_ENOMEM || st_bytes_equal(st_buf_bytes(&out), input));
	}
	st_buf_free(&out);
	return 0;
}
