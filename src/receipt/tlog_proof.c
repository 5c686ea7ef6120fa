/* C2SP tlog-proof: an inclusion proof and the checkpoint as text.
 *
 *     c2sp.org/tlog-proof@v1
 *     extra <base64>            optional; here the entry, without which there is no leaf
 *     index <decimal>
 *     <base64 of 32 bytes>      the path, the leaf's sibling first
 *                               (an empty line)
 *     <checkpoint>              a signed note, verbatim */
#include "receipt/receipt.h"

#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"

#define FIRST_LINE "c2sp.org/tlog-proof@v1\n"
#define EXTRA "extra "
#define INDEX "index "

static int
malformed(stet_error *err, const char *why)
{
	return st_fail(err, STET_EFORMAT, ST_TLOG_PROOF_MALFORMED, "not a tlog-proof: %s", why);
}

/* Takes one line off the front of rest, without its newline; 0, or -1 if none ends. */
static int
take_line(stet_bytes *rest, stet_bytes *line_out)
{
	const uint8_t *end = rest->size > 0 ? memchr(rest->data, '\n', rest->size) : NULL;

	if (end == NULL)
		return -1;
	*line_out = (stet_bytes){rest->data, (size_t)(end - rest->data)};
	rest->data += line_out->size + 1;
	rest->size -= line_out->size + 1;
	return 0;
}

/* 1 and what follows the word, if the line begins with it. */
static int
after_word(stet_bytes line, const char *word, stet_bytes *value_out)
{
	size_t size = strlen(word);

	if (line.size < size || memcmp(line.data, word, size) != 0)
		return 0;
	*value_out = (stet_bytes){line.data + size, line.size - size};
	return 1;
}

static int
read_index(stet_bytes text, uint64_t *value_out)
{
	uint64_t value = 0;
	size_t i;

	if (text.size == 0 || (text.data[0] == '0' && text.size > 1))
		return -1;
	for (i = 0; i < text.size; i++)
		if (text.data[i] < '0' || text.data[i] > '9' ||
		    __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text.data[i] - '0'), &value))
			return -1;
	*value_out = value;
	return 0;
}

static int
read_hash(stet_bytes text, struct st_buf *scratch, struct st_inclusion *inclusion, stet_error *err)
{
	int rc;

	if (inclusion->count == ST_TREE_PATH_MAX)
		return malformed(err, "its path has more than 64 hashes");
	st_buf_reset(scratch);
	rc = st_base64_get(scratch, text);
	if (scratch->rc < 0)
		return st_fail_nomem(err);
	if (rc < 0 || scratch->size != 32)
		return malformed(err, "a line of its path is not a hash of 32 bytes in base64");
	memcpy(inclusion->path[inclusion->count++], scratch->data, 32);
	return STET_OK;
}

static int
read_path(stet_bytes *rest, struct st_inclusion *inclusion, stet_error *err)
{
	struct st_buf scratch = {0};
	stet_bytes line;
	int rc = STET_OK;

	for (;;) {
		if (take_line(rest, &line) < 0) {
			rc = malformed(err, "no empty line ends its path");
			break;
		}
		if (line.size == 0 || (rc = read_hash(line, &scratch, inclusion, err)) < 0)
			break;
	}
	st_buf_free(&scratch);
	return rc;
}

static int
decode(stet_bytes text, struct st_tlog_proof *proof, stet_error *err)
{
	stet_bytes rest, line, value;
	int rc;

	if (!after_word(text, FIRST_LINE, &rest))
		return malformed(err, "its first line is not c2sp.org/tlog-proof@v1");
	if (take_line(&rest, &line) < 0)
		return malformed(err, "it ends in its head");
	if (after_word(line, EXTRA, &value)) {
		proof->has_extra = 1;
		rc = st_base64_get(&proof->extra, value);
		if (proof->extra.rc < 0)
			return st_fail_nomem(err);
		if (rc < 0)
			return malformed(err, "its extra line is not base64");
		if (take_line(&rest, &line) < 0)
			return malformed(err, "it ends in its head");
	}
	if (!after_word(line, INDEX, &value) || read_index(value, &proof->inclusion.seq) < 0)
		return malformed(err, "it has no line of an index in decimal");
	if ((rc = read_path(&rest, &proof->inclusion, err)) < 0)
		return rc;
	proof->note = rest;
	return STET_OK;
}

int
st_tlog_proof_decode(stet_bytes text, struct st_tlog_proof *proof_out, stet_error *err)
{
	int rc;

	memset(proof_out, 0, sizeof(*proof_out));
	if ((rc = decode(text, proof_out, err)) < 0)
		st_tlog_proof_clear(proof_out);
	return rc;
}

void
st_tlog_proof_clear(struct st_tlog_proof *proof)
{
	st_buf_free(&proof->extra);
	memset(proof, 0, sizeof(*proof));
}

void
st_tlog_proof_encode(
    stet_bytes extra, const struct st_inclusion *inclusion, stet_bytes note, struct st_buf *out)
{
	size_t i;

	st_buf_put_str(out, FIRST_LINE EXTRA);
	st_base64_put(out, extra);
	st_buf_printf(out, "\n" INDEX "%" PRIu64 "\n", inclusion->seq);
	for (i = 0; i < inclusion->count; i++) {
		st_base64_put(out, (stet_bytes){inclusion->path[i], 32});
		st_buf_put_u8(out, '\n');
	}
	st_buf_put_u8(out, '\n');
	st_buf_put_bytes(out, note);
}
