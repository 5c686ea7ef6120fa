/* The bytes of a proof file. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/name.h"
#include "merkle/tree.h"
#include "proof/parts.h"
#include "proof/proof.h"

static int
malformed(stet_error *err, const char *what)
{
	return st_fail(err, STET_EFORMAT, ST_PROOF_MALFORMED, "not a proof file: %s", what);
}

/* Bytes that one of them takes at the least. What is counted is held against the bytes that are
 * there, so that a file costs a few times its size in memory and not a hundred times. */
#define HASH_LEAST 34
#define NAME_LEAST 4
#define ENTRY_LEAST 128 /* a signature, two hashes, and more */
/* Of an index only the hashes and leaves take room, but each stands for a node and hardly for more:
 * a level with one empty side is there where two names have that bit in common and are alone. */
#define TOKEN_LEAST 4
#define TOKENS_MORE 1024
#define TOKENS_MAX ((size_t)1 << 24)

/* --- reading --------------------------------------------------------------------------------- */

static size_t
room_for(const struct st_cbor *in, size_t least)
{
	return (size_t)(in->end - in->at) / least;
}

static int
fail_part(int rc, const char *why, stet_error *err)
{
	return rc == STET_ENOMEM ? st_fail_nomem(err) : malformed(err, why);
}

static int
open_array(struct st_cbor *in, size_t max, size_t each, void **items_out, size_t *count_out,
    stet_error *err)
{
	const char *why = NULL;
	int rc = st_array_open(in, max, each, items_out, count_out, &why);

	return rc < 0 ? fail_part(rc, why, err) : STET_OK;
}

static int
read_hashes(
    struct st_cbor *in, size_t max, uint8_t (**hashes_out)[32], size_t *count_out, stet_error *err)
{
	const char *why = NULL;
	int rc = st_hashes_read(in, max, hashes_out, count_out, &why);

	return rc < 0 ? fail_part(rc, why, err) : STET_OK;
}

static int
read_tree(struct st_cbor *in, struct st_proof *proof, stet_error *err)
{
	return read_hashes(in, room_for(in, HASH_LEAST), &proof->tree, &proof->tree_count, err);
}

static int
read_asked(struct st_cbor *in, struct st_proof *proof, stet_error *err)
{
	void *items = NULL;
	size_t i;
	int rc;

	if ((rc = open_array(in, room_for(in, NAME_LEAST), sizeof(*proof->asked), &items,
		 &proof->asked_count, err)) < 0)
		return rc;
	proof->asked = items;
	for (i = 0; i < proof->asked_count; i++) {
		if (st_cbor_read_text(in, &proof->asked[i]) < 0)
			return malformed(err, "a name is no text");
		if ((rc = st_name_check(proof->asked[i], err)) < 0)
			return rc;
		if (i > 0 && st_bytes_compare(proof->asked[i - 1], proof->asked[i]) >= 0)
			return malformed(err, "the names asked for are not ascending");
	}
	return proof->asked_count > 0 ? STET_OK : malformed(err, "it is about no name");
}

static int
read_index(struct st_cbor *in, struct st_proof *proof, stet_error *err)
{
	size_t max = room_for(in, TOKEN_LEAST) + TOKENS_MORE;
	const char *why = NULL;
	int rc;

	max = max < TOKENS_MAX ? max : TOKENS_MAX;
	rc = st_tokens_read(in, max, &proof->index, &proof->index_count, &why);
	return rc < 0 ? fail_part(rc, why, err) : STET_OK;
}

static int
read_format(struct st_cbor *in, struct st_proof *proof, stet_error *err)
{
	static const char family[] = "stet-proof/";
	stet_bytes format;

	(void)proof;
	if (st_cbor_read_text(in, &format) < 0)
		return malformed(err, "its format is no text");
	if (st_bytes_equal(format, st_str(ST_PROOF_FORMAT)))
		return STET_OK;
	if (format.size >= sizeof(family) - 1 &&
	    memcmp(format.data, family, sizeof(family) - 1) == 0)
		return st_fail(err, STET_EVERSION, ST_PROOF_NEWER,
		    "a proof file of a newer format than " ST_PROOF_FORMAT);
	return malformed(err, "its format has another name");
}

static int
read_entries(struct st_cbor *in, struct st_proof *proof, stet_error *err)
{
	void *items = NULL;
	size_t i;
	int rc;

	if ((rc = open_array(in, room_for(in, ENTRY_LEAST), sizeof(*proof->entries), &items,
		 &proof->entry_count, err)) < 0)
		return rc;
	proof->entries = items;
	for (i = 0; i < proof->entry_count; i++)
		if (st_cbor_read_bytes(in, &proof->entries[i]) < 0)
			return malformed(err, "an entry is no byte string");
	return proof->entry_count > 0 ? STET_OK : malformed(err, "it shows no entry");
}

static int
read_rotations(struct st_cbor *in, struct st_proof *proof, stet_error *err)
{
	struct st_proof_rotation *rotation;
	void *items = NULL;
	uint64_t count;
	size_t i;
	int rc;

	/* Each is about a seal that is shown. */
	if ((rc = open_array(in, proof->entry_count, sizeof(*proof->rotations), &items,
		 &proof->rotation_count, err)) < 0)
		return rc;
	proof->rotations = items;
	for (i = 0; i < proof->rotation_count; i++) {
		rotation = &proof->rotations[i];
		if (st_cbor_read_array(in, &count) < 0 || count != 2 ||
		    st_cbor_read_uint(in, &rotation->seal) < 0)
			return malformed(err, "a rotation is not of a seal and hashes");
		if ((rc = read_hashes(
			 in, ST_TREE_PATH_MAX, &rotation->path, &rotation->count, err)) < 0)
			return rc;
	}
	return STET_OK;
}

static int
read_checkpoint(struct st_cbor *in, struct st_proof *proof, stet_error *err)
{
	if (st_cbor_read_bytes(in, &proof->checkpoint) < 0)
		return malformed(err, "its checkpoint is no byte string");
	return STET_OK;
}

/* In the order of their encodings. */
static const struct {
	const char *name;
	int (*read)(struct st_cbor *in, struct st_proof *proof, stet_error *err);
} members[] = {
    {"tree", read_tree},
    {"asked", read_asked},
    {"index", read_index},
    {"format", read_format},
    {"entries", read_entries},
    {"rotations", read_rotations},
    {"checkpoint", read_checkpoint},
};
#define MEMBERS (sizeof(members) / sizeof(members[0]))

int
st_proof_decode(stet_bytes file, struct st_proof *proof_out, stet_error *err)
{
	struct st_cbor in;
	uint64_t count;
	stet_bytes name;
	size_t i;
	int rc;

	memset(proof_out, 0, sizeof(*proof_out));
	if ((rc = st_cbor_check(file, err)) < 0)
		return rc;
	in = st_cbor_open(file);
	if (st_cbor_read_map(&in, &count) < 0 || count != MEMBERS)
		return malformed(err, "it is no map of seven members");
	for (i = 0; i < MEMBERS; i++) {
		if (st_cbor_read_text(&in, &name) < 0 ||
		    !st_bytes_equal(name, st_str(members[i].name)))
			return malformed(err, "it has other members");
		if ((rc = members[i].read(&in, proof_out, err)) < 0)
			return rc;
	}
	return STET_OK;
}

void
st_proof_clear(struct st_proof *proof)
{
	size_t i;

	for (i = 0; i < proof->rotation_count && proof->rotations != NULL; i++)
		free(proof->rotations[i].path);
	free(proof->rotations);
	free(proof->tree);
	free(proof->asked);
	free(proof->index);
	free(proof->entries);
	memset(proof, 0, sizeof(*proof));
}

/* --- writing --------------------------------------------------------------------------------- */

void
st_proof_encode(const struct st_proof *proof, struct st_buf *out)
{
	const struct st_proof_rotation *rotation;
	size_t i;

	st_cbor_put_map(out, MEMBERS);
	st_cbor_put_str(out, "tree");
	st_hashes_put(out, (const uint8_t(*)[32])proof->tree, proof->tree_count);
	st_cbor_put_str(out, "asked");
	st_cbor_put_array(out, proof->asked_count);
	for (i = 0; i < proof->asked_count; i++)
		st_cbor_put_text(out, proof->asked[i]);
	st_cbor_put_str(out, "index");
	st_tokens_put(out, proof->index, proof->index_count);
	st_cbor_put_str(out, "format");
	st_cbor_put_str(out, ST_PROOF_FORMAT);
	st_cbor_put_str(out, "entries");
	st_cbor_put_array(out, proof->entry_count);
	for (i = 0; i < proof->entry_count; i++)
		st_cbor_put_bytes(out, proof->entries[i]);
	st_cbor_put_str(out, "rotations");
	st_cbor_put_array(out, proof->rotation_count);
	for (i = 0; i < proof->rotation_count; i++) {
		rotation = &proof->rotations[i];
		st_cbor_put_array(out, 2);
		st_cbor_put_uint(out, rotation->seal);
		st_hashes_put(out, (const uint8_t(*)[32])rotation->path, rotation->count);
	}
	st_cbor_put_str(out, "checkpoint");
	st_cbor_put_bytes(out, proof->checkpoint);
}
