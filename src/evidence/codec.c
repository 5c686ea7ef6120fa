/* The bytes of an evidence file. */
#include "evidence/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/name.h"
#include "merkle/tree.h"
#include "proof/parts.h"

/* Beside the ways of two entries to the root. */
#define TREE_MAX (2 * ST_TREE_PATH_MAX)

static int
malformed(stet_error *err, const char *what)
{
	return st_fail(err, STET_EFORMAT, ST_EVIDENCE_MALFORMED, "not evidence: %s", what);
}

static int
fail_part(int rc, const char *why, stet_error *err)
{
	return rc == STET_ENOMEM ? st_fail_nomem(err) : malformed(err, why);
}

/* --- a member at a time ---------------------------------------------------------------------- */

static int
read_bytes(struct st_cbor *in, stet_bytes *bytes_out, stet_error *err)
{
	return st_cbor_read_bytes(in, bytes_out) < 0 ? malformed(err, "a member is no byte string")
						     : STET_OK;
}

static int
read_a(struct st_cbor *in, struct st_evidence *evidence, stet_error *err)
{
	return read_bytes(in, &evidence->notes[0], err);
}

static void
put_a(const struct st_evidence *evidence, struct st_buf *out)
{
	st_cbor_put_bytes(out, evidence->notes[0]);
}

static int
read_b(struct st_cbor *in, struct st_evidence *evidence, stet_error *err)
{
	return read_bytes(in, &evidence->notes[1], err);
}

static void
put_b(const struct st_evidence *evidence, struct st_buf *out)
{
	st_cbor_put_bytes(out, evidence->notes[1]);
}

static const char *
kind_name(enum st_evidence_kind kind)
{
	return kind == ST_EVIDENCE_FORK ? "fork" : "omission";
}

static int
read_kind(struct st_cbor *in, struct st_evidence *evidence, stet_error *err)
{
	stet_bytes kind;

	if (st_cbor_read_text(in, &kind) < 0 ||
	    !st_bytes_equal(kind, st_str(kind_name(evidence->kind))))
		return malformed(err, "its kind is not the one that its members are of");
	return STET_OK;
}

static void
put_kind(const struct st_evidence *evidence, struct st_buf *out)
{
	st_cbor_put_str(out, kind_name(evidence->kind));
}

static int
read_path(struct st_cbor *in, struct st_evidence *evidence, stet_error *err)
{
	const char *why = NULL;
	int rc = st_hashes_read(in, ST_TREE_PATH_MAX, &evidence->path, &evidence->path_count, &why);

	return rc < 0 ? fail_part(rc, why, err) : STET_OK;
}

static void
put_path(const struct st_evidence *evidence, struct st_buf *out)
{
	st_hashes_put(out, (const uint8_t(*)[32])evidence->path, evidence->path_count);
}

static int
read_root(struct st_cbor *in, struct st_evidence *evidence, stet_error *err)
{
	const uint8_t *root;

	if (st_cbor_read_hash(in, &root) < 0)
		return malformed(err, "its root is not of 32 bytes");
	memcpy(evidence->root, root, 32);
	evidence->has_root = 1;
	return STET_OK;
}

static void
put_root(const struct st_evidence *evidence, struct st_buf *out)
{
	st_cbor_put_bytes(out, (stet_bytes){evidence->root, 32});
}

static int
read_name(struct st_cbor *in, struct st_evidence *evidence, stet_error *err)
{
	if (st_cbor_read_text(in, &evidence->name) < 0)
		return malformed(err, "its name is no text");
	return st_name_check(evidence->name, err);
}

static void
put_name(const struct st_evidence *evidence, struct st_buf *out)
{
	st_cbor_put_text(out, evidence->name);
}

static int
read_tree(struct st_cbor *in, struct st_evidence *evidence, stet_error *err)
{
	const char *why = NULL;
	int rc = st_hashes_read(in, TREE_MAX, &evidence->tree, &evidence->tree_count, &why);

	return rc < 0 ? fail_part(rc, why, err) : STET_OK;
}

static void
put_tree(const struct st_evidence *evidence, struct st_buf *out)
{
	st_hashes_put(out, (const uint8_t(*)[32])evidence->tree, evidence->tree_count);
}

static int
read_index(struct st_cbor *in, struct st_evidence *evidence, stet_error *err)
{
	const char *why = NULL;
	int rc = st_tokens_read(
	    in, ST_EVIDENCE_TOKENS_MAX, &evidence->index, &evidence->index_count, &why);

	return rc < 0 ? fail_part(rc, why, err) : STET_OK;
}

static void
put_index(const struct st_evidence *evidence, struct st_buf *out)
{
	st_tokens_put(out, evidence->index, evidence->index_count);
}

static int
read_format(struct st_cbor *in, struct st_evidence *evidence, stet_error *err)
{
	static const char family[] = "stet-evidence/";
	stet_bytes format;

	(void)evidence;
	if (st_cbor_read_text(in, &format) < 0)
		return malformed(err, "its format is no text");
	if (st_bytes_equal(format, st_str(ST_EVIDENCE_FORMAT)))
		return STET_OK;
	if (format.size >= sizeof(family) - 1 &&
	    memcmp(format.data, family, sizeof(family) - 1) == 0)
		return st_fail(err, STET_EVERSION, ST_EVIDENCE_NEWER,
		    "evidence of a newer format than " ST_EVIDENCE_FORMAT);
	return malformed(err, "its format has another name");
}

static void
put_format(const struct st_evidence *evidence, struct st_buf *out)
{
	(void)evidence;
	st_cbor_put_str(out, ST_EVIDENCE_FORMAT);
}

static int
read_entries(struct st_cbor *in, struct st_evidence *evidence, stet_error *err)
{
	uint64_t count;

	if (st_cbor_read_array(in, &count) < 0 || count != 2 ||
	    st_cbor_read_bytes(in, &evidence->entries[0]) < 0 ||
	    st_cbor_read_bytes(in, &evidence->entries[1]) < 0)
		return malformed(err, "its entries are not two byte strings");
	return STET_OK;
}

static void
put_entries(const struct st_evidence *evidence, struct st_buf *out)
{
	st_cbor_put_array(out, 2);
	st_cbor_put_bytes(out, evidence->entries[0]);
	st_cbor_put_bytes(out, evidence->entries[1]);
}

static int
read_checkpoint(struct st_cbor *in, struct st_evidence *evidence, stet_error *err)
{
	return read_bytes(in, &evidence->checkpoint, err);
}

static void
put_checkpoint(const struct st_evidence *evidence, struct st_buf *out)
{
	st_cbor_put_bytes(out, evidence->checkpoint);
}

/* --- the shapes --------------------------------------------------------------------------------
 */

struct member {
	const char *name;
	int (*read)(struct st_cbor *in, struct st_evidence *evidence, stet_error *err);
	void (*put)(const struct st_evidence *evidence, struct st_buf *out);
};

/* In the order of their encodings. How many members there are says which shape it is, but for
 * nothing: a map of seven is an omission, of four or six a fork. */
static const struct member one_size[] = {{"a", read_a, put_a}, {"b", read_b, put_b},
    {"kind", read_kind, put_kind}, {"format", read_format, put_format}};
static const struct member two_sizes[] = {{"a", read_a, put_a}, {"b", read_b, put_b},
    {"kind", read_kind, put_kind}, {"path", read_path, put_path}, {"root", read_root, put_root},
    {"format", read_format, put_format}};
static const struct member omission[] = {{"kind", read_kind, put_kind},
    {"name", read_name, put_name}, {"tree", read_tree, put_tree}, {"index", read_index, put_index},
    {"format", read_format, put_format}, {"entries", read_entries, put_entries},
    {"checkpoint", read_checkpoint, put_checkpoint}};

static const struct shape {
	enum st_evidence_kind kind;
	int has_root;
	const struct member *members;
	size_t count;
} shapes[] = {{ST_EVIDENCE_FORK, 0, one_size, sizeof(one_size) / sizeof(one_size[0])},
    {ST_EVIDENCE_FORK, 1, two_sizes, sizeof(two_sizes) / sizeof(two_sizes[0])},
    {ST_EVIDENCE_OMISSION, 0, omission, sizeof(omission) / sizeof(omission[0])}};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

int
st_evidence_decode(stet_bytes file, struct st_evidence *evidence_out, stet_error *err)
{
	const struct shape *shape = shapes;
	struct st_cbor in;
	uint64_t count;
	stet_bytes name;
	size_t i;
	int rc;

	memset(evidence_out, 0, sizeof(*evidence_out));
	if ((rc = st_cbor_check(file, err)) < 0)
		return rc;
	in = st_cbor_open(file);
	if (st_cbor_read_map(&in, &count) < 0)
		return malformed(err, "it is no map");
	while (shape < shapes + SHAPES && shape->count != count)
		shape++;
	if (shape == shapes + SHAPES)
		return malformed(err, "it has not the members of a fork or an omission");
	evidence_out->kind = shape->kind;
	for (i = 0; i < shape->count; i++) {
		if (st_cbor_read_text(&in, &name) < 0 ||
		    !st_bytes_equal(name, st_str(shape->members[i].name)))
			return malformed(err, "it has other members");
		if ((rc = shape->members[i].read(&in, evidence_out, err)) < 0)
			return rc;
	}
	return STET_OK;
}

void
st_evidence_encode(const struct st_evidence *evidence, struct st_buf *out)
{
	const struct shape *shape = shapes;
	size_t i;

	while (shape->kind != evidence->kind || shape->has_root != evidence->has_root)
		shape++;
	st_cbor_put_map(out, shape->count);
	for (i = 0; i < shape->count; i++) {
		st_cbor_put_str(out, shape->members[i].name);
		shape->members[i].put(evidence, out);
	}
}

void
st_evidence_clear(struct st_evidence *evidence)
{
	free(evidence->path);
	free(evidence->tree);
	free(evidence->index);
	memset(evidence, 0, sizeof(*evidence));
}
