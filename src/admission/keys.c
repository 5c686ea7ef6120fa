/* Keys: folding the chain of a key's name into what it may sign now. */
#include <stdlib.h>
#include <string.h>

#include "admission/state.h"
#include "base/err.h"

/* Folding a chain reads every grant and revocation of the key once; the cache keeps it until an
 * entry about the key comes. */

static void
drop_scope(struct st_key_state *key)
{
	size_t i;

	for (i = 0; i < key->scope_count; i++)
		free((void *)(uintptr_t)key->scope[i].data);
	free(key->scope);
	key->scope = NULL;
	key->scope_count = 0;
	key->scoped = 0;
}

static void
reset_key(struct st_key_state *key)
{
	drop_scope(key);
	free(key->issuer);
	free(key->label);
	memset(key, 0, sizeof(*key));
}

static void
free_key(struct st_key_state *key)
{
	if (key == NULL)
		return;
	reset_key(key);
	free(key);
}

static int
set_text(char **text, stet_bytes value, stet_error *err)
{
	char *copy = strndup((const char *)value.data, value.size);

	if (copy == NULL)
		return st_fail_nomem(err);
	free(*text);
	*text = copy;
	return STET_OK;
}

static int
read_scope(struct st_key_state *key, stet_bytes payload, stet_error *err)
{
	stet_bytes array, prefix;
	struct st_cbor in;
	uint64_t count, i;
	uint8_t *copy;

	drop_scope(key);
	if (st_cbor_member(payload, "scope", &array) < 0)
		return STET_OK;
	in = st_cbor_open(array);
	if (st_cbor_read_array(&in, &count) < 0)
		return STET_OK;
	key->scoped = 1;
	if ((key->scope = calloc(count, sizeof(*key->scope))) == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < count && st_cbor_read_text(&in, &prefix) == STET_OK; i++) {
		if ((copy = malloc(prefix.size + 1)) == NULL)
			return st_fail_nomem(err);
		memcpy(copy, prefix.data, prefix.size);
		key->scope[key->scope_count++] = (stet_bytes){copy, prefix.size};
	}
	return STET_OK;
}

static int
fold_grant(struct st_key_state *key, uint64_t seq, stet_bytes payload, stet_error *err)
{
	stet_bytes value;
	struct st_cbor in;
	const uint8_t *public_key;
	int rc;

	if (st_cbor_member(payload, "key", &value) == STET_OK) {
		in = st_cbor_open(value);
		if (st_cose_key_read(&in, &public_key) == STET_OK)
			memcpy(key->public_key, public_key, 32);
	}
	if (key->granted == STET_NO_SEQ)
		key->first_granted = seq;
	key->granted = seq;
	key->roles = 0;
	if (st_cbor_member(payload, "roles", &value) == STET_OK)
		key->roles = st_roles_read(value);
	key->until = ST_NO_END;
	st_cbor_member_uint(payload, "until", &key->until);
	if ((st_cbor_member_text(payload, "issuer", &value) == STET_OK &&
		(rc = set_text(&key->issuer, value, err)) < 0) ||
	    (st_cbor_member_text(payload, "label", &value) == STET_OK &&
		(rc = set_text(&key->label, value, err)) < 0) ||
	    (rc = read_scope(key, payload, err)) < 0)
		return rc;
	return STET_OK;
}

static void
fold_revoke(struct st_key_state *key, uint64_t seq, stet_bytes payload)
{
	stet_bytes reason;
	uint64_t from;

	if (key->revoked == STET_NO_SEQ) {
		key->revoked = seq;
		if (st_cbor_member_text(payload, "reason", &reason) == STET_OK &&
		    reason.size < sizeof(key->reason)) {
			memcpy(key->reason, reason.data, reason.size);
			key->reason[reason.size] = '\0';
		}
	}
	if (st_cbor_member_uint(payload, "distrust_from", &from) == STET_OK &&
	    (key->distrust_from == STET_NO_SEQ || from < key->distrust_from))
		key->distrust_from = from;
}

static int
fold_key(const struct st_state *state, const struct st_books *books, const uint8_t kid[32],
    uint64_t before, struct st_key_state *key, stet_error *err)
{
	char name[ST_KEY_NAME_SIZE];
	uint8_t name_key[32];
	struct st_read read;
	stet_bytes action;
	uint64_t nth, seq;
	int rc;

	memcpy(key->kid, kid, 32);
	key->granted = key->first_granted = key->revoked = key->distrust_from = STET_NO_SEQ;
	key->until = ST_NO_END;
	if (state->id[0] != '\0' && memcmp(kid, state->first_root_kid, 32) == 0) {
		memcpy(key->public_key, state->first_root, 32);
		key->granted = key->first_granted = 0;
		key->roles = ST_ROLE_ROOT;
		if ((rc = set_text(&key->issuer, st_str(state->root_issuer), err)) < 0 ||
		    (rc = set_text(&key->label, st_str("first root"), err)) < 0)
			return rc;
	}
	st_key_name(kid, name);
	st_map_key(st_str(name), name_key);
	for (nth = 0; (rc = st_books_about(books, name_key, nth, &seq, err)) == STET_OK; nth++) {
		if (seq >= before)
			return STET_OK;
		if ((rc = st_books_entry(books, seq, &read, err)) < 0)
			return rc;
		if (read.statement.type != ST_TYPE_KEY ||
		    st_cbor_member_text(read.statement.sign1.payload, "action", &action) < 0)
			continue;
		if (st_bytes_equal(action, st_str("grant"))) {
			if ((rc = fold_grant(key, seq, read.statement.sign1.payload, err)) < 0)
				return rc;
		} else {
			fold_revoke(key, seq, read.statement.sign1.payload);
		}
	}
	/* A lost row could be a revocation. */
	return rc == STET_ENOTFOUND ? st_books_chain_end(books, name_key, nth, err) : rc;
}

int
st_key_at(const struct st_state *state, const struct st_books *books, const uint8_t kid[32],
    uint64_t before, struct st_key_state **key_out, stet_error *err)
{
	struct st_key_state *key = calloc(1, sizeof(*key));
	int rc;

	if (key == NULL)
		return st_fail_nomem(err);
	if ((rc = fold_key(state, books, kid, before, key, err)) < 0 ||
	    key->granted == STET_NO_SEQ) {
		free_key(key);
		return rc < 0 ? rc : STET_ENOTFOUND;
	}
	*key_out = key;
	return STET_OK;
}

void
st_key_state_free(struct st_key_state *key)
{
	free_key(key);
}

/* --- the cache: open addressing by the first bytes of the thumbprint ------------------------- */

static size_t
slot_of(const struct st_state *state, const uint8_t kid[32])
{
	size_t slot = (size_t)st_be64_get(kid) & (state->key_capacity - 1);

	while (state->keys[slot] != NULL && memcmp(state->keys[slot]->kid, kid, 32) != 0)
		slot = (slot + 1) & (state->key_capacity - 1);
	return slot;
}

static void
empty_cache(struct st_state *state)
{
	size_t i;

	for (i = 0; i < state->key_capacity; i++)
		free_key(state->keys[i]);
	free(state->keys);
	state->keys = NULL;
	state->key_capacity = state->key_count = 0;
}

static int
make_room(struct st_state *state, stet_error *err)
{
	struct st_key_state **old = state->keys;
	size_t capacity = state->key_capacity, i;

	if (state->key_capacity > 0 && state->key_count < state->key_capacity / 2)
		return STET_OK;
	state->key_capacity = capacity == 0 ? 16 : capacity * 2;
	if ((state->keys = calloc(state->key_capacity, sizeof(struct st_key_state *))) == NULL) {
		state->keys = old;
		state->key_capacity = capacity;
		return st_fail_nomem(err);
	}
	for (i = 0; i < capacity; i++)
		if (old[i] != NULL)
			state->keys[slot_of(state, old[i]->kid)] = old[i];
	free(old);
	return STET_OK;
}

int
st_state_key(struct st_state *state, const struct st_books *books, const uint8_t kid[32],
    const struct st_key_state **key_out, stet_error *err)
{
	struct st_key_state *key;
	size_t slot;
	int rc;

	if ((rc = make_room(state, err)) < 0)
		return rc;
	slot = slot_of(state, kid);
	if (state->keys[slot] != NULL && state->keys[slot]->stale) {
		reset_key(state->keys[slot]);
		if ((rc = fold_key(state, books, kid, STET_NO_SEQ, state->keys[slot], err)) < 0) {
			state->keys[slot]->stale = 1;
			return rc;
		}
	}
	if ((key = state->keys[slot]) == NULL) {
		if ((key = calloc(1, sizeof(*key))) == NULL)
			return st_fail_nomem(err);
		if ((rc = fold_key(state, books, kid, STET_NO_SEQ, key, err)) < 0) {
			free_key(key);
			return rc;
		}
		state->keys[slot] = key;
		state->key_count++;
	}
	*key_out = key;
	return key->granted == STET_NO_SEQ ? STET_ENOTFOUND : STET_OK;
}

void
st_state_forget_key(struct st_state *state, const uint8_t kid[32])
{
	size_t slot;

	if (state->key_capacity == 0)
		return;
	slot = slot_of(state, kid);
	if (state->keys[slot] != NULL)
		state->keys[slot]->stale = 1;
}

void
st_state_forget_keys(struct st_state *state)
{
	empty_cache(state);
}

int
st_key_covers(const struct st_key_state *key, stet_bytes name)
{
	size_t i;

	if (!key->scoped)
		return 1;
	for (i = 0; i < key->scope_count; i++)
		if (key->scope[i].size <= name.size &&
		    memcmp(key->scope[i].data, name.data, key->scope[i].size) == 0)
			return 1;
	return 0;
}
