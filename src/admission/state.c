#include "admission/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"

/* A ledger of very many signers does not keep them all in memory. */
#define KEY_CACHE_MAX 4096

void
st_state_init(struct st_state *state)
{
	memset(state, 0, sizeof(*state));
	state->policy = STET_NO_SEQ;
}

void
st_state_clear(struct st_state *state)
{
	st_state_forget_keys(state);
	free(state->origin);
	free(state->root_issuer);
	free(state->profile);
	free(state->ledger_keys);
	st_state_init(state);
}

static int
set_member(char **text, stet_bytes payload, const char *member, stet_error *err)
{
	stet_bytes value;
	char *copy;

	if (st_cbor_member_text(payload, member, &value) < 0)
		return STET_OK;
	if ((copy = strndup((const char *)value.data, value.size)) == NULL)
		return st_fail_nomem(err);
	free(*text);
	*text = copy;
	return STET_OK;
}

static int
member_key(stet_bytes payload, const char *member, uint8_t public_key_out[32], stet_error *err)
{
	const uint8_t *public_key;
	stet_bytes value;
	struct st_cbor in;
	int rc;

	if ((rc = st_cbor_member(payload, member, &value)) == STET_OK) {
		in = st_cbor_open(value);
		rc = st_cose_key_read(&in, &public_key);
	}
	if (rc < 0)
		return st_fail(err, STET_EFORMAT, ST_ENTRY_DAMAGED,
		    "'%s' of a ledger statement is no key", member);
	memcpy(public_key_out, public_key, 32);
	return STET_OK;
}

static int
add_ledger_key(
    struct st_state *state, const uint8_t public_key[32], uint64_t since, stet_error *err)
{
	struct st_ledger_key *keys, *key;

	keys = realloc(state->ledger_keys, (state->ledger_key_count + 1) * sizeof(*keys));
	if (keys == NULL)
		return st_fail_nomem(err);
	state->ledger_keys = keys;
	key = &keys[state->ledger_key_count++];
	memcpy(key->public_key, public_key, 32);
	st_key_thumbprint(public_key, key->kid);
	key->since = since;
	return STET_OK;
}

static int
open_ledger(struct st_state *state, stet_bytes payload, const uint8_t leaf[32], stet_error *err)
{
	uint8_t ledger_key[32];
	int rc;

	if ((rc = member_key(payload, "key", ledger_key, err)) < 0 ||
	    (rc = member_key(payload, "root", state->first_root, err)) < 0 ||
	    (rc = add_ledger_key(state, ledger_key, 0, err)) < 0 ||
	    (rc = set_member(&state->origin, payload, "origin", err)) < 0 ||
	    (rc = set_member(&state->root_issuer, payload, "root_issuer", err)) < 0 ||
	    (rc = set_member(&state->profile, payload, "profile", err)) < 0)
		return rc;
	st_key_thumbprint(state->first_root, state->first_root_kid);
	memcpy(state->id, "stet:", 5);
	st_hex(leaf, 32, state->id + 5);
	return STET_OK;
}

/* What one entry does to the ledger itself; keys are folded when they are asked for. */
static int
fold(struct st_state *state, const struct st_entry *entry, const struct st_statement *statement,
    const uint8_t leaf[32], stet_error *err)
{
	stet_bytes payload = statement->sign1.payload, action;
	uint8_t public_key[32], kid[32];
	int rc;

	switch (statement->type) {
	case ST_TYPE_LEDGER:
		if (st_cbor_member_text(payload, "action", &action) < 0)
			return STET_OK;
		if (st_bytes_equal(action, st_str("open")))
			return open_ledger(state, payload, leaf, err);
		if (st_bytes_equal(action, st_str("rotate"))) {
			if ((rc = member_key(payload, "key", public_key, err)) < 0)
				return rc;
			state->rotating = 1;
			return add_ledger_key(state, public_key, entry->seq + 2, err);
		}
		state->closed = 1;
		return STET_OK;
	case ST_TYPE_POLICY:
		state->policy = entry->seq;
		return set_member(&state->profile, payload, "profile", err);
	case ST_TYPE_SEAL:
		state->sealed = entry->seq + 1;
		state->rotating = 0;
		return STET_OK;
	case ST_TYPE_KEY:
		if (st_key_name_read(statement->sign1.claims.sub, kid) == 0)
			st_state_forget_key(state, kid);
		return STET_OK;
	default:
		return STET_OK;
	}
}

int
st_state_advance(struct st_state *state, const struct st_entry *entry,
    const struct st_statement *statement, const uint8_t leaf[32], stet_error *err)
{
	int rc;

	if (state->key_count > KEY_CACHE_MAX)
		st_state_forget_keys(state);
	if ((rc = fold(state, entry, statement, leaf, err)) < 0)
		return rc;
	state->size = entry->seq + 1;
	state->last_ms = entry->ms;
	memcpy(state->last_leaf, leaf, 32);
	return STET_OK;
}

int
st_state_load(struct st_state *state, const struct st_books *books, uint64_t size, uint64_t last_ms,
    uint64_t sealed, stet_error *err)
{
	uint8_t name_key[32], leaf[32];
	struct st_read read;
	uint64_t nth, seq;
	int rc;

	st_state_clear(state);
	st_map_key(st_str(ST_NAME_LEDGER), name_key);
	for (nth = 0; (rc = st_books_about(books, name_key, nth, &seq, err)) == STET_OK; nth++) {
		if ((rc = st_books_leaf(books, seq, leaf, err)) < 0 ||
		    (rc = st_books_entry(books, seq, &read, err)) < 0 ||
		    (rc = fold(state, &read.entry, &read.statement, leaf, err)) < 0)
			return rc;
	}
	if (rc != STET_ENOTFOUND || (rc = st_books_chain_end(books, name_key, nth, err)) < 0)
		return rc;
	if (size > 0 && state->ledger_key_count == 0)
		return st_fail(err, STET_EFORMAT, ST_TABLE_DAMAGED,
		    "table 'about' lacks the entry that opens the ledger");
	if (size > 0 && (rc = st_books_leaf(books, size - 1, state->last_leaf, err)) < 0)
		return rc;
	if ((rc = st_tree_load(&state->tree, size, st_books_node, books->tables, err)) < 0)
		return rc;
	state->size = size;
	state->last_ms = last_ms;
	state->sealed = sealed;
	/* A rotation is over once the seal after it is there. */
	if (state->rotating && state->ledger_keys[state->ledger_key_count - 1].since <= sealed)
		state->rotating = 0;
	return STET_OK;
}

const struct st_ledger_key *
st_state_sealing_key(const struct st_state *state)
{
	if (state->ledger_key_count == 0)
		return NULL;
	return &state->ledger_keys[state->ledger_key_count - (state->rotating ? 2 : 1)];
}

const struct st_ledger_key *
st_state_checkpoint_key(const struct st_state *state)
{
	return state->ledger_key_count == 0 ? NULL
					    : &state->ledger_keys[state->ledger_key_count - 1];
}

int
st_state_is_ledger_key(const struct st_state *state, const uint8_t kid[32])
{
	size_t i;

	for (i = 0; i < state->ledger_key_count; i++)
		if (memcmp(state->ledger_keys[i].kid, kid, 32) == 0)
			return 1;
	return 0;
}
