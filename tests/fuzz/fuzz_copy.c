/* Copies as a pipe gives them: entries, a proof, a checkpoint. However they come in pieces they are
 * the same copy, or none for the same reason; and no copy is forked from itself. */
#include <stdlib.h>
#include <string.h>

#include "compare/compare.h"
#include "fuzz/fuzz.h"

struct feed {
	stet_bytes rest;
	size_t piece;
};

static int
feed(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	struct feed *from = ctx;
	size_t got = from->rest.size < size ? from->rest.size : size;

	got = got < from->piece ? got : from->piece;
	if (got > 0)
		memcpy(buf, from->rest.data, got);
	from->rest.data += got;
	from->rest.size -= got;
	*got_out = got;
	return STET_OK;
}

static stet_copy *
open_copy(stet_bytes file, size_t piece, int *rc_out, int *rule_out)
{
	struct feed from = {file, piece};
	stet_copy *copy = NULL;
	stet_error err = {0};

	*rc_out = stet_copy_read(feed, &from, NULL, NULL, &copy, &err);
	*rule_out = err.rule;
	FUZZ_MUST((copy != NULL) == (*rc_out == STET_OK));
	return copy;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes file = {data, size};
	stet_json *report = NULL;
	int rc[2], rule[2];
	stet_copy *whole = open_copy(file, SIZE_MAX, &rc[0], &rule[0]),
		  *pieces = open_copy(file, 1 + size % 701, &rc[1], &rule[1]);

	FUZZ_MUST(rc[0] == rc[1] && (rc[0] == STET_OK || rule[0] == rule[1]));
	if (rc[0] == STET_OK &&
	    stet_compare(whole, pieces, NULL, &report, NULL, NULL, NULL) == STET_OK)
		FUZZ_MUST(st_bytes_equal(
		    stet_json_string_of(stet_json_get(report, "answer")), st_str("same")));
	stet_json_free(report);
	stet_copy_close(whole);
	stet_copy_close(pieces);
	return 0;
}
