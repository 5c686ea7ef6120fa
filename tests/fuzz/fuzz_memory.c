/* Files of the reader's memory: what is taken is written the same way, and is signed. The digest in
 * its first line keeps a fuzzer out, so each input is tried with the right one, too. */
#include <string.h>
#include "base/hex.h"
#include "memory/memory.h"
#include "fuzz/fuzz.h"

#define DIGEST_END 78 /* of the first line, without its newline */

static void
try_file(stet_bytes text)
{
	struct st_accepted accepted;
	struct st_buf again = {0};
	stet_error err = {0};

	if (st_accepted_parse(text, &accepted, &err) != STET_OK) {
		FUZZ_MUST(err.text[0] != '\0');
		return;
	}
	FUZZ_MUST(accepted.note.data > text.data &&
		  accepted.note.data + accepted.note.size == text.data + text.size);
	FUZZ_MUST(strcmp(accepted.head.origin, accepted.vkey.name) == 0);
	FUZZ_MUST(st_accepted_put(&again, &accepted, NULL) == STET_OK);
	FUZZ_MUST(st_bytes_equal(st_buf_bytes(&again), text));
	st_buf_free(&again);
}

static void
try_repaired(const uint8_t *data, size_t size)
{
	uint8_t digest[32], *copy;
	char hex[65];

	if (size <= DIGEST_END || (copy = malloc(size)) == NULL)
		return;
	memcpy(copy, data, size);
	st_sha256((stet_bytes){copy + DIGEST_END + 1, size - DIGEST_END - 1}, digest);
	st_hex(digest, sizeof(digest), hex);
	memcpy(copy + DIGEST_END - 64, hex, 64);
	try_file((stet_bytes){copy, size});
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FUZZ_MUST(st_crypto_init(NULL) == STET_OK);
	try_file((stet_bytes){data, size});
	try_repaired(data, size);
	return 0;
}
