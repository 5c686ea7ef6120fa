/* Hashes and tokens of the record index, as files have them. */
#include "proof/parts.h"

#include <stdlib.h>
#include <string.h>

static int
wrong(const char **why_out, const char *why)
{
	*why_out = why;
	return STET_EFORMAT;
}

/* --- reading --------------------------------------------------------------------------------- */

int
st_array_open(struct st_cbor *in, size_t max, size_t each, void **items_out, size_t *count_out,
    const char **why_out)
{
	uint64_t count;

	if (st_cbor_read_array(in, &count) < 0)
		return wrong(why_out, "a member is no array");
	if (count > max)
		return wrong(why_out, "a member has more items than it can need");
	if ((*items_out = calloc(count > 0 ? (size_t)count : 1, each)) == NULL)
		return STET_ENOMEM;
	*count_out = (size_t)count;
	return STET_OK;
}

int
st_hashes_read(struct st_cbor *in, size_t max, uint8_t (**hashes_out)[32], size_t *count_out,
    const char **why_out)
{
	const uint8_t *hash;
	void *items = NULL;
	size_t i;
	int rc;

	if ((rc = st_array_open(in, max, 32, &items, count_out, why_out)) < 0)
		return rc;
	*hashes_out = items;
	for (i = 0; i < *count_out; i++) {
		if (st_cbor_read_hash(in, &hash) < 0)
			return wrong(why_out, "a hash is not of 32 bytes");
		memcpy((*hashes_out)[i], hash, 32);
	}
	return STET_OK;
}

static int
read_leaf(struct st_cbor *in, struct st_map_token *token, const char **why_out)
{
	const uint8_t *key, *head;
	uint64_t count;

	if (st_cbor_read_array(in, &count) < 0 || count != 3 || st_cbor_read_hash(in, &key) < 0 ||
	    st_cbor_read_uint(in, &token->leaf.count) < 0 || st_cbor_read_hash(in, &head) < 0)
		return wrong(why_out, "a leaf of the index is not of key, count and head");
	memcpy(token->leaf.key, key, 32);
	memcpy(token->leaf.head, head, 32);
	return STET_OK;
}

static int
read_token(struct st_cbor *in, struct st_map_token *token, const char **why_out)
{
	struct st_cbor_item item;

	if (st_cbor_peek(in, &item) < 0)
		return wrong(why_out, "the index ends early");
	if (item.kind == ST_CBOR_ARRAY) {
		token->kind = ST_MAP_LEAF;
		return read_leaf(in, token, why_out);
	}
	if (item.kind == ST_CBOR_UINT && item.integer == 0) {
		token->kind = ST_MAP_NODE;
	} else if (item.kind == ST_CBOR_NULL) {
		token->kind = ST_MAP_EMPTY;
	} else if (item.kind == ST_CBOR_BYTES && item.bytes.size == 32) {
		token->kind = ST_MAP_HASH;
		memcpy(token->leaf.key, item.bytes.data, 32);
	} else {
		return wrong(why_out, "the index has a token that is none of its four");
	}
	st_cbor_next(in, &item);
	return STET_OK;
}

int
st_tokens_read(struct st_cbor *in, size_t max, struct st_map_token **tokens_out, size_t *count_out,
    const char **why_out)
{
	void *items = NULL;
	size_t i;
	int rc;

	if ((rc = st_array_open(in, max, sizeof(**tokens_out), &items, count_out, why_out)) < 0)
		return rc;
	*tokens_out = items;
	for (i = 0; i < *count_out; i++)
		if ((rc = read_token(in, &(*tokens_out)[i], why_out)) < 0)
			return rc;
	return *count_out > 0 ? STET_OK : wrong(why_out, "it has no index");
}

/* --- writing --------------------------------------------------------------------------------- */

static void
put_hash(struct st_buf *out, const uint8_t hash[32])
{
	st_cbor_put_bytes(out, (stet_bytes){hash, 32});
}

void
st_hashes_put(struct st_buf *out, const uint8_t (*hashes)[32], size_t count)
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
st_tokens_put(struct st_buf *out, const struct st_map_token *tokens, size_t count)
{
	size_t i;

	st_cbor_put_array(out, count);
	for (i = 0; i < count; i++)
		put_token(out, &tokens[i]);
}
