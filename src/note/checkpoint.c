/* Checkpoints: origin, tree size and root as the text of a note (C2SP tlog-checkpoint). */
#include "note/note.h"

#include <string.h>

#include "base/err.h"
#include "base/hex.h"

static int
is_lower(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

static int
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static int
is_host(uint8_t c)
{
	return is_lower(c) || is_digit(c) || c == '.' || c == '-';
}

static int
is_path(uint8_t c)
{
	return is_host(c) || (c >= 'A' && c <= 'Z') || c == '_' || c == '~';
}

/* Skips characters of one kind; how many there were. */
static size_t
skip(stet_bytes *rest, int (*is_kind)(uint8_t))
{
	size_t count = 0;

	while (count < rest->size && is_kind(rest->data[count]))
		count++;
	rest->data += count;
	rest->size -= count;
	return count;
}

static int
skip_char(stet_bytes *rest, uint8_t c)
{
	if (rest->size == 0 || rest->data[0] != c)
		return 0;
	rest->data++;
	rest->size--;
	return 1;
}

/* [a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[A-Za-z0-9._~-]+)* */
int
st_origin_ok(stet_bytes origin)
{
	stet_bytes rest = origin;

	if (origin.size == 0 || origin.size > ST_ORIGIN_MAX)
		return 0;
	if (!is_lower(origin.data[0]) && !is_digit(origin.data[0]))
		return 0;
	skip(&rest, is_host);
	if (skip_char(&rest, ':') && skip(&rest, is_digit) == 0)
		return 0;
	while (skip_char(&rest, '/'))
		if (skip(&rest, is_path) == 0)
			return 0;
	return rest.size == 0;
}

void
st_checkpoint_put(struct st_buf *out, const struct st_checkpoint *checkpoint)
{
	st_buf_printf(out, "%s\n%llu\n", checkpoint->origin, (unsigned long long)checkpoint->size);
	st_base64_put(out, (stet_bytes){checkpoint->root, sizeof(checkpoint->root)});
	st_buf_put_u8(out, '\n');
}

static int
malformed(stet_error *err, const char *why)
{
	return st_fail(err, STET_EFORMAT, ST_CHECKPOINT_MALFORMED, "not a checkpoint: %s", why);
}

/* Takes one line that is not empty off the front of rest; 0, or -1. */
static int
take_line(stet_bytes *rest, stet_bytes *line_out)
{
	const uint8_t *end = rest->size > 0 ? memchr(rest->data, '\n', rest->size) : NULL;
	size_t size;

	if (end == NULL || end == rest->data)
		return -1;
	size = (size_t)(end - rest->data);
	*line_out = (stet_bytes){rest->data, size};
	*rest = (stet_bytes){end + 1, rest->size - size - 1};
	return 0;
}

/* A decimal number in its one spelling; 0, or -1. */
static int
read_decimal(stet_bytes text, uint64_t *value_out)
{
	uint64_t value = 0;
	size_t i;

	if (text.size == 0 || (text.data[0] == '0' && text.size > 1))
		return -1;
	for (i = 0; i < text.size; i++) {
		if (!is_digit(text.data[i]) || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text.data[i] - '0'), &value))
			return -1;
	}
	*value_out = value;
	return 0;
}

static int
read_root(stet_bytes text, uint8_t root_out[32], stet_error *err)
{
	struct st_buf root = {0};
	int rc;

	rc = st_base64_get(&root, text);
	if (root.rc < 0) {
		rc = st_fail_nomem(err);
	} else if (rc < 0 || root.size != 32) {
		rc = malformed(err, "its third line is not a hash of 32 bytes in base64");
	} else {
		memcpy(root_out, root.data, 32);
	}
	st_buf_free(&root);
	return rc;
}

/* The empty tree has one root, and a log that signs another for it has no tree. */
static int
empty_root_ok(const struct st_checkpoint *checkpoint)
{
	uint8_t empty[32];

	if (checkpoint->size > 0)
		return 1;
	st_sha256((stet_bytes){NULL, 0}, empty);
	return memcmp(empty, checkpoint->root, sizeof(empty)) == 0;
}

int
st_checkpoint_parse_extended(stet_bytes text, struct st_checkpoint *checkpoint_out,
    stet_bytes *extensions_out, stet_error *err)
{
	struct st_checkpoint checkpoint = {0};
	stet_bytes rest = text, origin, size, root, extensions, line;
	int rc;

	if (!st_note_chars_ok(text))
		return malformed(err, "it is not UTF-8, or has control characters");
	if (take_line(&rest, &origin) < 0 || take_line(&rest, &size) < 0 ||
	    take_line(&rest, &root) < 0)
		return malformed(err, "it has not three lines: origin, size and root");
	if (origin.size > ST_ORIGIN_MAX)
		return malformed(err, "its origin is longer than 255 bytes");
	memcpy(checkpoint.origin, origin.data, origin.size);
	if (read_decimal(size, &checkpoint.size) < 0)
		return malformed(err, "its second line is not a size in decimal");
	if ((rc = read_root(root, checkpoint.root, err)) < 0)
		return rc;
	if (!empty_root_ok(&checkpoint))
		return malformed(err, "its root is not that of the empty tree, which its size is");
	extensions = rest;
	while (rest.size > 0)
		if (take_line(&rest, &line) < 0)
			return malformed(err, "an extension line is empty or does not end");
	*checkpoint_out = checkpoint;
	*extensions_out = extensions;
	return STET_OK;
}

int
st_checkpoint_parse(stet_bytes text, struct st_checkpoint *checkpoint_out, stet_error *err)
{
	struct st_checkpoint checkpoint;
	stet_bytes extensions;
	int rc;

	rc = st_checkpoint_parse_extended(text, &checkpoint, &extensions, err);
	if (rc < 0)
		return rc;
	if (extensions.size > 0)
		return malformed(err, "lines follow its root, which stet never writes");
	*checkpoint_out = checkpoint;
	return STET_OK;
}

int
st_checkpoint_read(stet_bytes bytes, struct st_note *note_out, struct st_checkpoint *checkpoint_out,
    stet_error *err)
{
	int rc = st_note_parse(bytes, note_out, err);

	return rc < 0 ? rc : st_checkpoint_parse(note_out->text, checkpoint_out, err);
}
