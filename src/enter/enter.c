#include "enter/enter.h"

#include <stdlib.h>
#include <string.h>

#include "admission/closure.h"
#include "admission/lookup.h"
#include "base/err.h"
#include "base/hex.h"
#include "index/index.h"
#include "standing/ladder.h"

#define META_HEAD "head"
#define META_TYPES "types"
#define HEAD_SIZE (8 + 8 + 8 + 32)

int
st_head_read(struct st_reader *reader, struct st_head *head_out, stet_error *err)
{
	stet_bytes value;
	int rc;

	if ((rc = st_get_one(reader, ST_META, st_str(META_HEAD), &value, err)) < 0)
		return rc;
	if (value.size != HEAD_SIZE)
		return st_fail(
		    err, STET_EFORMAT, ST_TABLE_DAMAGED, "the head row has %zu bytes", value.size);
	head_out->size = st_be64_get(value.data);
	head_out->last_ms = st_be64_get(value.data + 8);
	head_out->sealed = st_be64_get(value.data + 16);
	memcpy(head_out->last_leaf, value.data + 24, 32);
	return STET_OK;
}

int
st_types_read(struct st_reader *reader, uint64_t types_out[ST_TYPE_COUNT], stet_error *err)
{
	stet_bytes value;
	size_t i;
	int rc;

	memset(types_out, 0, ST_TYPE_COUNT * sizeof(*types_out));
	rc = st_get_one(reader, ST_META, st_str(META_TYPES), &value, err);
	if (rc == STET_ENOTFOUND)
		return STET_OK;
	for (i = 0; rc == STET_OK && i < ST_TYPE_COUNT && (i + 1) * 8 <= value.size; i++)
		types_out[i] = st_be64_get(value.data + i * 8);
	return rc;
}

int
st_enter_begin(struct st_enter *enter, struct st_batch *batch, struct st_state *state,
    int with_entries, stet_error *err)
{
	memset(enter, 0, sizeof(*enter));
	enter->batch = batch;
	enter->state = state;
	enter->with_entries = with_entries;
	return st_types_read(st_batch_reader(batch), enter->types, err);
}

static int
put(struct st_enter *enter, enum st_table table, unsigned flags, const uint8_t *key,
    size_t key_size, stet_bytes value, stet_error *err)
{
	stet_bytes bytes = {key, key_size};

	return st_batch_put(enter->batch, table, flags, &bytes, &value, 1, err);
}

/* --- look-ups -------------------------------------------------------------------------------- */

static int
put_lookup(struct st_enter *enter, enum st_lookup kind, stet_bytes what, uint64_t seq,
    uint8_t detail, stet_error *err)
{
	struct st_lookup_key key;

	st_lookup_key(kind, what, seq, &key);
	return put(enter, ST_LOOKUP, 0, key.data, key.size, (stet_bytes){&detail, 1}, err);
}

static int
put_lookup_hashed(
    struct st_enter *enter, enum st_lookup kind, stet_bytes what, uint64_t seq, stet_error *err)
{
	uint8_t hash[32];

	st_sha256(what, hash);
	return put_lookup(enter, kind, (stet_bytes){hash, 32}, seq, 0, err);
}

struct linking {
	struct st_enter *enter;
	uint64_t seq;
	uint8_t detail;
	int any;
	stet_error *err;
};

static int
put_linked(void *ctx, stet_bytes name)
{
	struct linking *linking = ctx;
	uint8_t name_key[32];

	linking->any = 1;
	st_map_key(name, name_key);
	return put_lookup(linking->enter, ST_LOOKUP_LINKED, (stet_bytes){name_key, 32},
	    linking->seq, linking->detail, linking->err);
}

static int
look_up_links(struct st_enter *enter, const struct st_case *c, stet_error *err)
{
	struct linking linking = {enter, c->entry->seq, 0, 0, err};
	stet_bytes action;
	int rc;

	if (c->statement->type == ST_TYPE_ALIAS)
		linking.detail |= ST_LINK_ALIAS;
	if (c->statement->source.data != NULL)
		linking.detail |= ST_LINK_OBSERVED;
	if (c->statement->type == ST_TYPE_ALIAS &&
	    st_cbor_member_text(c->statement->sign1.payload, "action", &action) == STET_OK &&
	    st_bytes_equal(action, st_str("unbind")))
		linking.detail |= ST_LINK_UNBIND;
	if ((rc = st_links_each(c->statement, put_linked, &linking, err)) < 0 || !linking.any)
		return rc;
	return put_lookup(enter, ST_LOOKUP_LINK, (stet_bytes){c->name_key, 32}, c->entry->seq,
	    linking.detail, err);
}

static int
look_up_notice(struct st_enter *enter, const struct st_case *c, stet_error *err)
{
	stet_bytes notice, doi;
	struct st_buf name = {0};
	uint8_t name_key[32];
	int rc;

	if (st_cbor_member(c->statement->sign1.payload, "notice", &notice) < 0 ||
	    st_cbor_member_text(notice, "doi", &doi) < 0)
		return STET_OK;
	if ((rc = st_name_from_doi(doi, &name, err)) == STET_OK) {
		st_map_key(st_buf_bytes(&name), name_key);
		rc = put_lookup(
		    enter, ST_LOOKUP_NOTICE, (stet_bytes){name_key, 32}, c->entry->seq, 0, err);
	}
	st_buf_free(&name);
	return rc;
}

static int
look_up_digest(struct st_enter *enter, const struct st_case *c, stet_bytes digest, uint8_t detail,
    stet_error *err)
{
	uint8_t what[32];

	st_artifact_key(c->name_key, digest, what);
	return put_lookup(
	    enter, ST_LOOKUP_ARTIFACT, (stet_bytes){what, 32}, c->entry->seq, detail, err);
}

static int
look_up_artifact(struct st_enter *enter, const struct st_case *c, stet_error *err)
{
	static const char *const members[] = {"sha256", "blinded"};
	stet_bytes payload = c->statement->sign1.payload, role, digest, digests, name;
	uint8_t detail = ST_ARTIFACT_OTHER;
	struct st_cbor in;
	uint64_t count;
	size_t i;
	int rc;

	if (st_cbor_member_text(payload, "role", &role) == STET_OK)
		detail = (uint8_t)st_artifact_role(role);
	if (c->statement->source.data != NULL)
		detail |= ST_ARTIFACT_OBSERVED;
	for (i = 0; i < 2; i++)
		if (st_cbor_member_bytes(payload, members[i], &digest) == STET_OK &&
		    ((rc = look_up_digest(enter, c, digest, detail, err)) < 0 ||
			(rc = put_lookup_hashed(
			     enter, ST_LOOKUP_CONTENT, digest, c->entry->seq, err)) < 0))
			return rc;
	if (st_cbor_member(payload, "digests", &digests) < 0)
		return STET_OK;
	in = st_cbor_open(digests);
	if (st_cbor_read_map(&in, &count) < 0)
		return STET_OK;
	for (; count > 0; count--)
		if (st_cbor_read_text(&in, &name) == STET_OK &&
		    st_cbor_read_bytes(&in, &digest) == STET_OK &&
		    (rc = put_lookup_hashed(enter, ST_LOOKUP_CONTENT, digest, c->entry->seq, err)) <
			0)
			return rc;
	return STET_OK;
}

static int
look_up_record(struct st_enter *enter, const struct st_case *c, stet_error *err)
{
	stet_bytes manifest, digest;
	int rc = look_up_links(enter, c, err);

	if (rc < 0 || st_cbor_member(c->statement->sign1.payload, "manifest", &manifest) < 0 ||
	    st_cbor_member_bytes(manifest, "sha256", &digest) < 0)
		return rc;
	return put_lookup_hashed(enter, ST_LOOKUP_MANIFEST, digest, c->entry->seq, err);
}

/* Under the number, not the digits: 57, 57.0 and 5.7e1 are one. */
static int
look_up_computed(struct st_enter *enter, const struct st_case *c, stet_error *err)
{
	static const char *const statuses[] = {"VERIFIED", "FALSIFIED"};
	stet_bytes payload = c->statement->sign1.payload, text;
	struct st_decimal number;
	uint8_t plain[16], hash[32];
	size_t i;

	if (st_cbor_member_text(payload, "contract", &text) < 0 ||
	    !st_bytes_equal(text, st_str("gate-verdict-v1")) ||
	    st_cbor_member_text(payload, "computed", &text) < 0 ||
	    st_decimal_read(text, &number) < 0 || st_cbor_member_text(payload, "status", &text) < 0)
		return STET_OK;
	st_be64_put(plain, (uint64_t)number.mantissa);
	st_be64_put(plain + 8, (uint64_t)(int64_t)number.exponent);
	st_sha256((stet_bytes){plain, sizeof(plain)}, hash);
	for (i = 0; i < 2; i++)
		if (st_bytes_equal(text, st_str(statuses[i])))
			return put_lookup(enter, ST_LOOKUP_COMPUTED, (stet_bytes){hash, 32},
			    c->entry->seq, (uint8_t)(ST_COMPUTED_VERIFIED + i), err);
	return STET_OK;
}

static int
look_up_withheld(struct st_enter *enter, const struct st_case *c, stet_error *err)
{
	stet_bytes digest;

	if (st_cbor_member_bytes(c->statement->sign1.payload, "sha256", &digest) < 0)
		return STET_OK;
	return look_up_digest(enter, c, digest, ST_ARTIFACT_WITHHELD, err);
}

static int
look_up_key(struct st_enter *enter, const struct st_case *c, stet_error *err)
{
	stet_bytes roles;
	uint8_t kid[32];
	int rc;

	if (st_key_name_read(c->statement->sign1.claims.sub, kid) < 0 ||
	    st_cbor_member(c->statement->sign1.payload, "roles", &roles) < 0)
		return STET_OK;
	if (c->row.count == 0 && (rc = put_lookup(enter, ST_LOOKUP_KEY, (stet_bytes){kid, 32},
				      c->entry->seq, 0, err)) < 0)
		return rc;
	if ((st_roles_read(roles) & ST_ROLE_ROOT) == 0)
		return STET_OK;
	return put_lookup(enter, ST_LOOKUP_ROOT, (stet_bytes){kid, 32}, c->entry->seq, 0, err);
}

static int
look_up_uuid(struct st_enter *enter, const struct st_case *c, stet_error *err)
{
	static const char scheme[] = "urn:uuid:";
	stet_bytes sub = c->statement->sign1.claims.sub;
	uint8_t prefix[4];

	if (c->row.count > 0 || sub.size < sizeof(scheme) - 1 + 8 ||
	    memcmp(sub.data, scheme, sizeof(scheme) - 1) != 0 ||
	    st_hex_read((stet_bytes){sub.data + sizeof(scheme) - 1, 8}, prefix, 4) < 0)
		return STET_OK;
	return put_lookup(enter, ST_LOOKUP_UUID, (stet_bytes){prefix, 4}, c->entry->seq, 0, err);
}

static const struct {
	enum st_type type;
	int (*put)(struct st_enter *enter, const struct st_case *c, stet_error *err);
} look_ups[] = {
    {ST_TYPE_ALIAS, look_up_links},
    {ST_TYPE_RECORD, look_up_record},
    {ST_TYPE_DOI, look_up_links},
    {ST_TYPE_CORRECTION, look_up_notice},
    {ST_TYPE_ARTIFACT, look_up_artifact},
    {ST_TYPE_WITHHOLD, look_up_withheld},
    {ST_TYPE_VERDICT, look_up_computed},
    {ST_TYPE_KEY, look_up_key},
};

static int
put_look_ups(struct st_enter *enter, const struct st_case *c, stet_error *err)
{
	size_t i;
	int rc;

	for (i = 0; i < sizeof(look_ups) / sizeof(look_ups[0]); i++)
		if (look_ups[i].type == c->statement->type &&
		    (rc = look_ups[i].put(enter, c, err)) < 0)
			return rc;
	return look_up_uuid(enter, c, err);
}

/* --- chains, tree, index --------------------------------------------------------------------- */

struct emitting {
	struct st_enter *enter;
	stet_error *err;
};

static int
put_node(void *ctx, unsigned level, uint64_t index, const uint8_t hash[32])
{
	struct emitting *emitting = ctx;
	uint8_t key[9];

	st_tree_key(level, index, key);
	return put(
	    emitting->enter, ST_TREE, 0, key, sizeof(key), (stet_bytes){hash, 32}, emitting->err);
}

static int
touch(struct st_enter *enter, const uint8_t name_key[32], stet_error *err)
{
	uint8_t(*touched)[32];
	size_t capacity;

	if (enter->touched_count == enter->touched_capacity) {
		capacity = enter->touched_capacity == 0 ? 64 : enter->touched_capacity * 2;
		if ((touched = realloc(enter->touched, capacity * sizeof(*touched))) == NULL)
			return st_fail_nomem(err);
		enter->touched = touched;
		enter->touched_capacity = capacity;
	}
	memcpy(enter->touched[enter->touched_count++], name_key, 32);
	return STET_OK;
}

/* The seals' own chain is no part of the record index: its row stands in ST_META. */
static int
put_row(struct st_enter *enter, const struct st_case *c, const uint8_t leaf[32], stet_error *err)
{
	struct st_index_row row = c->row;
	uint8_t value[ST_INDEX_ROW_SIZE];
	stet_bytes bytes = {value, sizeof(value)};
	int rc;

	row.count++;
	memcpy(row.head, leaf, 32);
	if (c->statement->source.data == NULL)
		memcpy(row.own, leaf, 32);
	st_index_row_put(&row, value);
	if (c->statement->type == ST_TYPE_SEAL) {
		stet_bytes key = st_str(ST_META_SEALS);

		return st_batch_put(enter->batch, ST_META, 0, &key, &bytes, 1, err);
	}
	if ((rc = put(enter, ST_INDEX, 0, c->name_key, 32, bytes, err)) < 0)
		return rc;
	return touch(enter, c->name_key, err);
}

static int
put_entry(struct st_enter *enter, uint64_t seq, stet_bytes encoded, stet_error *err)
{
	uint8_t key[8];

	st_be64_put(key, seq);
	return put(enter, ST_ENTRY, ST_PUT_NEW | ST_PUT_APPEND, key, sizeof(key), encoded, err);
}

/* Its place among the entries about its name, and whatever else leads to it. */
static int
put_ways(struct st_enter *enter, const struct st_case *c, const uint8_t leaf[32], stet_error *err)
{
	uint8_t seq[8], about[40];
	stet_bytes seq_bytes = {seq, 8};
	int rc;

	st_be64_put(seq, c->entry->seq);
	st_about_key(c->name_key, c->row.count, about);
	if ((rc = put(enter, ST_ABOUT, 0, about, sizeof(about), seq_bytes, err)) < 0 ||
	    (rc = put(enter, ST_CTI, 0, c->cti_key, 32, seq_bytes, err)) < 0 ||
	    (rc = put_row(enter, c, leaf, err)) < 0)
		return rc;
	return put_look_ups(enter, c, err);
}

int
st_enter_shown(struct st_enter *enter, const struct st_case *c, stet_bytes encoded,
    const uint8_t leaf[32], stet_error *err)
{
	struct emitting emitting = {enter, err};
	int rc;

	if ((rc = put_entry(enter, c->entry->seq, encoded, err)) < 0 ||
	    (rc = put_node(&emitting, 0, c->entry->seq, leaf)) < 0 ||
	    (c->statement->type != ST_TYPE_SEAL && (rc = put_ways(enter, c, leaf, err)) < 0))
		return rc;
	return st_state_advance(enter->state, c->entry, c->statement, leaf, err);
}

int
st_enter_as(struct st_enter *enter, const struct st_case *c, stet_bytes encoded,
    const uint8_t leaf[32], stet_error *err)
{
	struct emitting emitting = {enter, err};
	int rc;

	if ((enter->with_entries && (rc = put_entry(enter, c->entry->seq, encoded, err)) < 0) ||
	    (rc = st_tree_append(&enter->state->tree, leaf, put_node, &emitting)) < 0 ||
	    (rc = put_ways(enter, c, leaf, err)) < 0)
		return rc;
	enter->types[c->statement->type]++;
	return st_state_advance(enter->state, c->entry, c->statement, leaf, err);
}

int
st_enter(struct st_enter *enter, const struct st_case *c, stet_bytes encoded, uint8_t leaf_out[32],
    stet_error *err)
{
	st_tree_leaf(encoded, leaf_out);
	return st_enter_as(enter, c, encoded, leaf_out, err);
}

int
st_enter_gap(struct st_enter *enter, const uint8_t leaf[32], stet_error *err)
{
	struct emitting emitting = {enter, err};
	struct st_state *state = enter->state;
	int rc;

	if ((rc = st_tree_append(&state->tree, leaf, put_node, &emitting)) < 0)
		return rc;
	memcpy(state->last_leaf, leaf, 32);
	state->size++;
	return STET_OK;
}

int
st_enter_index(struct st_enter *enter, uint8_t index_out[32], stet_error *err)
{
	int rc;

	if (enter->touched_count > 0) {
		rc = st_index_update(
		    enter->batch, (const uint8_t(*)[32])enter->touched, enter->touched_count, err);
		if (rc < 0)
			return rc;
		enter->touched_count = 0;
	}
	return st_index_root(st_batch_reader(enter->batch), index_out, err);
}

int
st_enter_end(struct st_enter *enter, stet_error *err)
{
	uint8_t head[HEAD_SIZE], types[ST_TYPE_COUNT * 8];
	stet_bytes keys[2] = {st_str(META_HEAD), st_str(META_TYPES)};
	stet_bytes values[2] = {{head, sizeof(head)}, {types, sizeof(types)}};
	size_t i;

	st_be64_put(head, enter->state->size);
	st_be64_put(head + 8, enter->state->last_ms);
	st_be64_put(head + 16, enter->state->sealed);
	memcpy(head + 24, enter->state->last_leaf, 32);
	for (i = 0; i < ST_TYPE_COUNT; i++)
		st_be64_put(types + i * 8, enter->types[i]);
	return st_batch_put(enter->batch, ST_META, 0, keys, values, 2, err);
}

void
st_enter_clear(struct st_enter *enter)
{
	free(enter->touched);
	memset(enter, 0, sizeof(*enter));
}
