/* The keys a ledger knows, as JSON. */
#include <stdlib.h>
#include <string.h>

#include "admission/lookup.h"
#include "base/err.h"
#include "base/time.h"
#include "key/key.h"
#include "ledger/internal.h"

struct listing {
	stet_ledger *ledger;
	const struct st_books *books;
	uint64_t now_ms;
	stet_json *keys;
	stet_error *err;
};

static stet_json *
roles_json(unsigned roles)
{
	stet_json *array = stet_json_array();
	unsigned bit;

	for (bit = 1; bit <= ST_ROLE_OBSERVER; bit <<= 1)
		if ((roles & bit) != 0)
			stet_json_add(array, stet_json_str(st_role_name(bit)));
	return array;
}

static stet_json *
bare_key(const uint8_t public_key[32], const char *label, const char *issuer)
{
	stet_key *key = NULL;
	stet_json *json = NULL;

	/* Weak keys cannot be granted, so this holds for every key in a ledger. */
	if (stet_key_from_public(public_key, label, issuer, &key, NULL) == STET_OK)
		json = stet_key_json(key);
	stet_key_free(key);
	return json;
}

static void
set_state(stet_json *json, const struct st_key_state *key, uint64_t now_ms)
{
	const char *state = "in force";
	char time[ST_TIME_SIZE];

	if (key->until != ST_NO_END) {
		st_time_text_ms(key->until, time);
		stet_json_set(json, "until", stet_json_str(time));
		if (now_ms >= key->until)
			state = "expired";
	}
	stet_json_set(json, "granted", stet_json_int((int64_t)key->granted));
	if (key->revoked != STET_NO_SEQ) {
		state = "revoked";
		stet_json_set(json, "revoked", stet_json_int((int64_t)key->revoked));
		stet_json_set(json, "reason", stet_json_str(key->reason));
	}
	if (key->distrust_from != STET_NO_SEQ)
		stet_json_set(json, "distrust_from", stet_json_int((int64_t)key->distrust_from));
	stet_json_set(json, "state", stet_json_str(state));
}

static int
add_key(struct listing *listing, const uint8_t kid[32])
{
	const struct st_key_state *key;
	stet_json *json, *scope;
	size_t i;
	int rc;

	rc = st_state_key(&listing->ledger->state, listing->books, kid, &key, listing->err);
	if (rc < 0)
		return rc == STET_ENOTFOUND ? STET_OK : rc;
	json = bare_key(key->public_key, key->label, key->issuer);
	stet_json_set(json, "roles", roles_json(key->roles));
	if (key->scoped) {
		scope = stet_json_array();
		for (i = 0; i < key->scope_count; i++)
			stet_json_add(scope, stet_json_string(key->scope[i]));
		stet_json_set(json, "scope", scope);
	}
	set_state(json, key, listing->now_ms);
	stet_json_add(listing->keys, json);
	return STET_OK;
}

static int
see_key(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	struct listing *listing = ctx;
	uint8_t kid[32];

	(void)seq;
	(void)detail;
	memcpy(kid, what, 32);
	if (memcmp(kid, listing->ledger->state.first_root_kid, 32) == 0)
		return STET_OK; /* listed first */
	return add_key(listing, kid);
}

static void
add_ledger_keys(struct listing *listing)
{
	const struct st_state *state = &listing->ledger->state;
	stet_json *json;
	size_t i;

	for (i = 0; i < state->ledger_key_count; i++) {
		json = bare_key(state->ledger_keys[i].public_key, "ledger key", state->origin);
		stet_json_set(json, "roles", stet_json_array());
		stet_json_set(json, "ledger", stet_json_bool(1));
		stet_json_set(json, "granted", stet_json_int((int64_t)state->ledger_keys[i].since));
		stet_json_set(json, "state",
		    stet_json_str(i + 1 == state->ledger_key_count ? "in force" : "rotated"));
		stet_json_add(listing->keys, json);
	}
}

int
stet_ledger_keys(stet_ledger *ledger, uint64_t now_ms, stet_json **keys_out, stet_error *err)
{
	struct listing listing = {ledger, NULL, now_ms, stet_json_array(), err};
	struct st_reader *reader = NULL;
	struct st_books books;
	struct st_head head;
	int rc;

	if (listing.keys == NULL)
		return st_fail_nomem(err);
	pthread_mutex_lock(&ledger->lock);
	if ((rc = st_ledger_reader(ledger, &reader, err)) == STET_OK) {
		books = (struct st_books){reader, reader};
		listing.books = &books;
		if ((rc = st_ledger_refresh(ledger, &books, &head, err)) == STET_OK) {
			add_ledger_keys(&listing);
			if ((rc = add_key(&listing, ledger->state.first_root_kid)) == STET_OK)
				rc = st_lookup_walk(reader, ST_LOOKUP_KEY, (stet_bytes){NULL, 0}, 0,
				    see_key, &listing, err);
		}
		st_reader_close(reader);
	}
	pthread_mutex_unlock(&ledger->lock);
	if (rc < 0) {
		stet_json_free(listing.keys);
		return rc;
	}
	*keys_out = listing.keys;
	return STET_OK;
}

int
stet_ledger_issuer(stet_ledger *ledger, const stet_key *key, char **issuer_out, stet_error *err)
{
	const struct st_key_state *state;
	struct st_reader *reader = NULL;
	struct st_books books;
	struct st_head head;
	uint8_t kid[32];
	char *issuer = NULL;
	int rc;

	stet_key_thumbprint(key, kid);
	pthread_mutex_lock(&ledger->lock);
	if ((rc = st_ledger_reader(ledger, &reader, err)) == STET_OK) {
		books = (struct st_books){reader, reader};
		if ((rc = st_ledger_refresh(ledger, &books, &head, err)) == STET_OK &&
		    (rc = st_state_key(&ledger->state, &books, kid, &state, err)) == STET_OK &&
		    (issuer = strdup(state->issuer)) == NULL)
			rc = st_fail_nomem(err);
		st_reader_close(reader);
	}
	pthread_mutex_unlock(&ledger->lock);
	if (rc == STET_OK)
		*issuer_out = issuer;
	return rc;
}
