/* The bytes of a proof file. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/name.h"
#include "proof/proof.h"

static int
malformed(stet_error *err, const char *what)
{
	return st_fail(err, STET_EFORMAT, ST_PROOF_MALFORMED, "not a proof file: %s", what);
}

/* --- reading --------------------------------------------------------------------------------- */

/* An array's count is held against the bytes by st_cbor_check(), so it can be allocated for. */
static int
open_array(struct st_cbor *in, size_t each, void **items_out, size_t *count_out, stet_error *err)
{
	uint64_t count;

	if (st_cbor_read_array(in, &count) < 0)
		return malformed(err, "a member is no array");
	if ((*items_out = calloc(count > 0 ? (size_t)count : 1, each)) == NULL)
		return st_fail_nomem(err);
	*count_out = (size_t)count;
	return STET_OK;
}

static int
read_hashes(struct st_cbor *in, uint8_t (**hashes_out)[32], size_t *count_out, stet_error *err)
{
	const uint8_t *hash;
	void *items = NULL;
	size_t i;
	int rc;

	if ((rc = open_array(in, 32, &items, count_out, err)) < 0)
		return rc;
	*hashes_out = items;
	for (i = 0; i < *count_out; i++) {
		if (st_cbor_read_hash(in, &hash) < 0)
			return malformed(err, "a hash is not of 32 bytes");
		memcpy((*hashes_out)[i], hash, 32);
	}
	return STET_OK;
}

static int
read_tree(struct st_cbor *in, struct st_proof *proof, stet_error *err)
{
	return read_hashes(in, &proof->tree, &proof->tree_count, err);
}

static int
read_asked(struct st_cbor *in, struct st_proof *proof, stet_error *err)
{
	void *items = NULL;
	size_t i;
	int rc;

	if ((rc = open_array(in, sizeof(*proof->asked), &items, &proof->asked_count, err)) < 0)
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
read_leaf(struct st_cbor *in, struct st_map_token *token, stet_error *err)
{
	const uint8_t *key, *head;
	uint64_t count;

	if (st_cbor_read_array(in, &count) < 0 || count != 3 || st_cbor_read_hash(in, &key) < 0 ||
	    st_cbor_read_uint(in, &token->leaf.count) < 0 || st_cbor_read_hash(in, &head) < 0)
		return malformed(err, "a leaf of the index is not of key, count and head");
	memcpy(token->leaf.key, key, 32);
	memcpy(token->leaf.head, head, 32);
	return STET_OK;
}

static int
read_token(struct st_cbor *in, struct st_map_token *token, stet_error *err)
{
	struct st_cbor_item item;

	if (st_cbor_peek(in, &item) < 0)
		return malformed(err, "the index ends early");
	if (item.kind == ST_CBOR_ARRAY) {
		token->kind = ST_MAP_LEAF;
		return read_leaf(in, token, err);
	}
	if (item.kind == ST_CBOR_UINT && item.integer == 0) {
		token->kind = ST_MAP_NODE;
	} else if (item.kind == ST_CBOR_NULL) {
		token->kind = ST_MAP_EMPTY;
	} else if (item.kind == ST_CBOR_BYTES && item.bytes.size == 32) {
		token->kind = ST_MAP_HASH;
		memcpy(token->leaf.key, item.bytes.data, 32);
	} else {
		return malformed(err, "the index has a token that is none of its four");
	}
	st_cbor_next(in, &item);
	return STET_OK;
}

static int
read_index(struct st_cbor *in, struct st_proof *proof, stet_error *err)
{
	void *items = NULL;
	size_t i;
	int rc;

	if ((rc = open_array(in, sizeof(*proof->index), &items, &proof->index_count, err)) < 0)
		return rc;
	proof->index = items;
	for (i = 0; i < proof->index_count; i++)
		if ((rc = read_token(in, &proof->index[i], err)) < 0)
			return rc;
	return proof->index_count > 0 ? STET_OK : malformed(err, "it has no index");
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

	if ((rc = open_array(in, sizeof(*proof->entries), &items, &proof->entry_count, err)) < 0)
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

	rc = open_array(in, sizeof(*proof->rotations), &items, &proof->rotation_count, err);
	if (rc < 0)
		return rc;
	proof->rotations = items;
	for (i = 0; i < proof->rotation_count; i++) {
		rotation = &proof->rotations[i];
		if (st_cbor_read_array(in, &count) < 0 || count != 2 ||
		    st_cbor_read_uint(in, &rotation->seal) < 0)
			return malformed(err, "a rotation is not of a seal and hashes");
		if ((rc = read_hashes(in, &rotation->path, &rotation->count, err)) < 0)
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

static void
put_hash(struct st_buf *out, const uint8_t hash[32])
{
	st_cbor_put_bytes(out, (stet_bytes){hash, 32});
}

static void
put_hashes(struct st_buf *out, const uint8_t (*hashes)[32], size_t count)
{
	size_t i;

	st_cbor_put_array(out, count);
	for (i = 0; i < count; i++)
		put_hash(out, hashes[i]);
}

static void
put_token(struct st_buf *out, const struct st_map_token *token)
{
	switch (token->kind) {
	case ST_MAP_NODE:
		st_cbor_put_uint(out, 0);
		break;
	case ST_MAP_EMPTY:
		st_cbor_put_null(out);
		break;
	case ST_MAP_HASH:
		put_hash(out, token->leaf.key);
		break;
	case ST_MAP_LEAF:
		st_cbor_put_array(out, 3);
		put_hash(out, token->leaf.key);
		st_cbor_put_uint(out, token->leaf.count);
		put_hash(out, token->leaf.head);
		break;
	}
}

void
st_proof_encode(const struct st_proof *proof, struct st_buf *out)
{
	const struct st_proof_rotation *rotation;
	size_t i;

	st_cbor_put_map(out, MEMBERS);
	st_cbor_put_str(out, "tree");
	put_hashes(out, (const uint8_t(*)[32])proof->tree, proof->tree_count);
	st_cbor_put_str(out, "asked");
	st_cbor_put_array(out, proof->asked_count);
	for (i = 0; i < proof->asked_count; i++)
		st_cbor_put_text(out, proof->asked[i]);
	st_cbor_put_str(out, "index");
	st_cbor_put_array(out, proof->index_count);
	for (i = 0; i < proof->index_count; i++)
		put_token(out, &proof->index[i]);
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
		put_hashes(out, (const uint8_t(*)[32])rotation->path, rotation->count);
	}
	st_cbor_put_str(out, "checkpoint");
	st_cbor_put_bytes(out, proof->checkpoint);
}
