/* Requests to cosign: the note is in the input, and a proof has at most 63 hashes. */
#include <string.h>
#include "base/hex.h"
#include "witness/witness.h"
#include "fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct st_request request;
	struct st_buf out = {0};
	stet_error err = {0};
	size_t i;

	if (st_request_parse((stet_bytes){data, size}, &request, &err) != STET_OK) {
		FUZZ_MUST(err.text[0] != '\0');
		return 0;
	}
	FUZZ_MUST(request.note.data >= data && request.note.size <= size &&
		  request.note.data + request.note.size == data + size);
	FUZZ_MUST(request.count <= 63 && request.old <= INT64_MAX);
	FUZZ_MUST(request.has_proof || (request.count == 0 && request.note.size == size));
	if (request.has_proof) { /* one spelling */
		st_buf_printf(&out, "old %llu\n", (unsigned long long)request.old);
		for (i = 0; i < request.count; i++) {
			st_base64_put(&out, (stet_bytes){request.path[i], 32});
			st_buf_put_u8(&out, '\n');
		}
		st_buf_put_u8(&out, '\n');
		st_buf_put_bytes(&out, request.note);
		FUZZ_MUST(out.rc != STET_OK ||
			  st_bytes_equal(st_buf_bytes(&out), (stet_bytes){data, size}));
	}
	st_buf_free(&out);
	return 0;
}
