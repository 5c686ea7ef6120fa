/* What a witness is asked: C2SP tlog-witness, the body of add-checkpoint.
 *
 *     old <size>
 *     <base64 of a hash>        of the consistency proof, none to 63
 *
 *     <the checkpoint>
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/time.h"
#include "witness/witness.h"

#define OLD "old "
#define HASHES_MAX 63

static int
malformed(stet_error *err, const char *why)
{
	return st_fail(err, STET_EFORMAT, ST_REQUEST_MALFORMED, "not a request to cosign: %s", why);
}

/* 0, or -1 if no line ends. */
static int
take_line(stet_bytes *rest, stet_bytes *line_out)
{
	const uint8_t *end = rest->size > 0 ? memchr(rest->data, '\n', rest->size) : NULL;
	size_t size;

	if (end == NULL)
		return -1;
	size = (size_t)(end - rest->data);
	*line_out = (stet_bytes){rest->data, size};
	*rest = (stet_bytes){end + 1, rest->size - size - 1};
	return 0;
}

static int
read_size(stet_bytes text, uint64_t *size_out)
{
	uint64_t size = 0;
	size_t i;

	if (text.size == 0 || text.size > 19 || (text.size > 1 && text.data[0] == '0'))
		return -1;
	for (i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return -1;
		size = size * 10 + (uint64_t)(text.data[i] - '0');
	}
	if (size > ST_UINT53_MAX) /* no tree is so large */
		return -1;
	*size_out = size;
	return 0;
}

static int
read_hash(stet_bytes line, struct st_request *request, stet_error *err)
{
	struct st_buf hash = {0};
	int rc;

	if (request->count == HASHES_MAX)
		return malformed(err, "it has more than 63 hashes");
	rc = st_base64_get(&hash, line);
	if (hash.rc < 0)
		rc = st_fail_nomem(err);
	else if (rc < 0 || hash.size != 32)
		rc = malformed(err, "a line before the empty one is no hash of 32 bytes in base64");
	else
		memcpy(request->path[request->count++], hash.data, 32);
	st_buf_free(&hash);
	return rc;
}

int
st_request_parse(stet_bytes text, struct st_request *request_out, stet_error *err)
{
	struct st_request *request = request_out;
	stet_bytes rest = text, line;
	int rc;

	memset(request, 0, sizeof(*request));
	/* A note alone begins with its origin, and an origin has no space. */
	if (text.size < 4 || memcmp(text.data, OLD, 4) != 0) {
		request->note = text;
		return STET_OK;
	}
	request->has_proof = 1;
	if (take_line(&rest, &line) < 0 ||
	    read_size((stet_bytes){line.data + 4, line.size - 4}, &request->old) < 0)
		return malformed(err, "'old' is not followed by a size in decimal");
	for (;;) {
		if (take_line(&rest, &line) < 0)
			return malformed(err, "no empty line stands before the checkpoint");
		if (line.size == 0)
			break;
		if ((rc = read_hash(line, request, err)) < 0)
			return rc;
	}
	request->note = rest;
	return STET_OK;
}

/* --- made from a ledger ---------------------------------------------------------------------- */

static int
prove(stet_ledger *ledger, uint64_t old, uint64_t size, struct st_buf *out, stet_error *err)
{
	uint8_t path[ST_TREE_PATH_MAX][32];
	struct st_reader *reader = NULL;
	size_t count = 0, i;
	int rc;

	if (old == 0)
		return STET_OK;
	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	rc = st_tree_prove_consistency(old, size, st_books_node, reader, path, &count, err);
	st_reader_close(reader);
	for (i = 0; rc == STET_OK && i < count; i++) {
		st_base64_put(out, (stet_bytes){path[i], 32});
		st_buf_put_u8(out, '\n');
	}
	return rc;
}

int
stet_ledger_cosign_request(
    stet_ledger *ledger, uint64_t old, char **request_out, size_t *size_out, stet_error *err)
{
	struct st_checkpoint checkpoint;
	struct st_note *note = calloc(1, sizeof(*note));
	struct st_buf out = {0};
	char *text = NULL;
	size_t size = 0;
	int rc;

	if (note == NULL)
		return st_fail_nomem(err);
	if ((rc = stet_ledger_checkpoint(ledger, &text, &size, err)) == STET_OK &&
	    (rc = st_checkpoint_read(
		 (stet_bytes){(uint8_t *)text, size}, note, &checkpoint, err)) == STET_OK &&
	    old > checkpoint.size)
		rc = st_fail(err, STET_EINVAL, ST_COSIGN_ROLLED_BACK,
		    "the checkpoint is of %llu entries, fewer than %llu",
		    (unsigned long long)checkpoint.size, (unsigned long long)old);
	st_buf_printf(&out, OLD "%llu\n", (unsigned long long)old);
	if (rc == STET_OK)
		rc = prove(ledger, old, checkpoint.size, &out, err);
	if (rc == STET_OK) {
		st_buf_put_u8(&out, '\n');
		st_buf_put(&out, text, size);
		st_buf_put_u8(&out, 0);
		rc = out.rc < 0 ? st_fail_nomem(err) : STET_OK;
	}
	free(text);
	free(note);
	if (rc < 0) {
		st_buf_free(&out);
		return rc;
	}
	*request_out = (char *)out.data;
	*size_out = out.size - 1;
	return STET_OK;
}
