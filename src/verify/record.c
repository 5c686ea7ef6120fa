/* One record's provenance chain: who said each entry, by whose leave, and under which seal. */
#include <stdlib.h>
#include <string.h>

#include <stet/text.h>
#include <stet/verify.h>

#include "base/err.h"
#include "base/time.h"
#include "ledger/internal.h"

struct judging {
	stet_ledger *ledger;
	struct st_reader *reader;
	struct st_books books;
	struct st_head head;
	struct st_checkpoint checkpoint; /* the published one, verified     */
	int have_checkpoint;
	int ok;
};

struct verdicts {
	int bytes, signature, signer, prior;
	int included; /* 1, 0, or -1: could not find out */
	struct st_key_state *key;
	uint64_t seal; /* the first one after the entry, or STET_NO_SEQ */
	const char *text;
};

/* --- the parts ------------------------------------------------------------------------------- */

/* A published note that does not verify is no evidence: inclusion is then not known. */
static int
read_checkpoint(struct judging *judging, stet_error *err)
{
	struct st_buf text = {0};
	struct st_note *note = calloc(1, sizeof(*note));
	int rc;

	if (note == NULL)
		return st_fail_nomem(err);
	rc = st_checkpoint_stored(judging->ledger, &text, &judging->checkpoint, NULL);
	judging->have_checkpoint =
	    rc == STET_OK && st_note_parse(st_buf_bytes(&text), note, NULL) == STET_OK &&
	    st_guard_verify(&judging->ledger->state, note, NULL) == STET_OK &&
	    judging->checkpoint.size <= judging->head.size;
	st_buf_free(&text);
	free(note);
	return rc == STET_ENOMEM ? st_fail_nomem(err) : STET_OK;
}

/* The first seal after an entry, by halving: their seqs ascend. */
static int
find_seal(const struct st_books *books, uint64_t entry, uint64_t *seal_out, stet_error *err)
{
	struct st_index_row row;
	uint8_t name_key[32];
	uint64_t low = 0, middle, high, seq;
	int rc;

	*seal_out = STET_NO_SEQ;
	st_map_key(st_str(ST_NAME_SEAL), name_key);
	if ((rc = st_books_index(books, name_key, &row, err)) < 0)
		return rc;
	for (high = row.count; low < high;) {
		middle = low + (high - low) / 2;
		if ((rc = st_books_about(books, name_key, middle, &seq, err)) < 0)
			return rc;
		if (seq >= entry)
			high = middle;
		else
			low = middle + 1;
	}
	return low < row.count ? st_books_about(books, name_key, low, seal_out, err) : STET_OK;
}

static int
judge_inclusion(
    struct judging *judging, const stet_entry *entry, int *included_out, stet_error *err)
{
	uint8_t path[ST_TREE_PATH_MAX][32];
	uint64_t seq = entry->read.entry.seq;
	size_t count;
	int rc;

	*included_out = -1;
	if (!judging->have_checkpoint || seq >= judging->checkpoint.size)
		return STET_OK;
	if ((rc = st_tree_prove_inclusion(seq, judging->checkpoint.size, st_books_node,
		 judging->reader, path, &count, err)) < 0)
		return rc;
	*included_out = st_tree_inclusion_ok(seq, judging->checkpoint.size, entry->leaf,
	    (const uint8_t(*)[32])path, count, judging->checkpoint.root);
	return STET_OK;
}

/* The entry before it about the same name is the one it continues. */
static int
judge_prior(struct judging *judging, const stet_entry *entry, int *prior_out, stet_error *err)
{
	const struct st_entry *bare = &entry->read.entry;
	struct st_index_row row;
	uint8_t name_key[32], leaf[32];
	uint64_t low = 0, middle, high, seq, before;
	int rc;

	st_map_key(entry->read.statement.sign1.claims.sub, name_key);
	if ((rc = st_books_index(&judging->books, name_key, &row, err)) < 0)
		return rc;
	for (high = row.count; low < high;) {
		middle = low + (high - low) / 2;
		if ((rc = st_books_about(&judging->books, name_key, middle, &seq, err)) < 0)
			return rc;
		if (seq >= bare->seq)
			high = middle;
		else
			low = middle + 1;
	}
	*prior_out = (low == 0) == (bare->prior == NULL);
	if (low == 0 || bare->prior == NULL)
		return STET_OK;
	if ((rc = st_books_about(&judging->books, name_key, low - 1, &before, err)) < 0 ||
	    (rc = st_books_leaf(&judging->books, before, leaf, err)) < 0)
		return rc;
	*prior_out = memcmp(leaf, bare->prior, 32) == 0;
	return STET_OK;
}

/* A key may revoke itself, whatever its roles. */
static int
is_own_chain(const struct st_key_state *key, const stet_entry *entry)
{
	uint8_t kid[32];

	return st_key_name_read(entry->read.statement.sign1.claims.sub, kid) == 0 &&
	       memcmp(kid, key->kid, 32) == 0;
}

/* Whether the key might say this: granted before, not revoked or expired, of the role and scope. */
static int
may_sign(const struct st_key_state *key, const stet_entry *entry, const char **text_out)
{
	const struct st_statement *statement = &entry->read.statement;
	const struct st_type_rule *rule = st_type_rule(statement->type);
	stet_bytes sub = statement->sign1.claims.sub;
	unsigned roles = rule == NULL ? 0 : rule->roles;

	if (statement->source.data != NULL)
		roles = ST_ROLE_OBSERVER;
	else if (statement->type == ST_TYPE_ALIAS && st_name_is_doi(sub))
		roles |= ST_ROLE_REGISTRAR;
	if (key->revoked != STET_NO_SEQ)
		*text_out = "its key had been revoked";
	else if (entry->read.entry.ms >= key->until)
		*text_out = "the grant of its key had ended";
	else if (!st_bytes_equal(statement->sign1.claims.iss, st_str(key->issuer)))
		*text_out = "its key speaks for another issuer";
	else if (rule != NULL && (key->roles & roles) == 0 && !is_own_chain(key, entry))
		*text_out = "its key lacked the role";
	else if (statement->source.data == NULL && rule != NULL && rule->subject == NULL &&
		 !st_key_covers(key, sub))
		*text_out = "the name lies outside the scope of its key";
	else
		return 1;
	return 0;
}

/* Entry 0 and the seals are signed by a ledger key, and nothing else is. */
static int
judge_ledger_key(struct judging *judging, const stet_entry *entry, struct verdicts *verdicts)
{
	const struct st_state *state = &judging->ledger->state;
	const struct st_sign1 *sign1 = &entry->read.statement.sign1;
	size_t i;

	for (i = 0; i < state->ledger_key_count; i++) {
		if (memcmp(state->ledger_keys[i].kid, sign1->kid, 32) != 0)
			continue;
		verdicts->signature =
		    st_sign1_verify(sign1, state->ledger_keys[i].public_key, NULL) == STET_OK;
		verdicts->signer =
		    entry->read.entry.seq == 0 || entry->read.statement.type == ST_TYPE_SEAL;
		if (!verdicts->signer)
			verdicts->text = "the ledger key signs seals and nothing else";
		return 1;
	}
	return 0;
}

static int
judge_signer(
    struct judging *judging, const stet_entry *entry, struct verdicts *verdicts, stet_error *err)
{
	const struct st_sign1 *sign1 = &entry->read.statement.sign1;
	int rc;

	if (judge_ledger_key(judging, entry, verdicts))
		return STET_OK;
	rc = st_key_at(&judging->ledger->state, &judging->books, sign1->kid, entry->read.entry.seq,
	    &verdicts->key, err);
	if (rc == STET_ENOTFOUND) {
		verdicts->text = "no earlier entry grants its key";
		return STET_OK;
	}
	if (rc < 0)
		return rc;
	verdicts->signature = st_sign1_verify(sign1, verdicts->key->public_key, NULL) == STET_OK;
	verdicts->signer = may_sign(verdicts->key, entry, &verdicts->text);
	return STET_OK;
}

static int
judge(struct judging *judging, const stet_entry *entry, struct verdicts *verdicts, stet_error *err)
{
	uint8_t leaf[32];
	int rc;

	memset(verdicts, 0, sizeof(*verdicts));
	if ((rc = st_books_leaf(&judging->books, entry->read.entry.seq, leaf, err)) < 0 ||
	    (rc = judge_signer(judging, entry, verdicts, err)) < 0 ||
	    (rc = judge_prior(judging, entry, &verdicts->prior, err)) < 0 ||
	    (rc = judge_inclusion(judging, entry, &verdicts->included, err)) < 0 ||
	    (rc = find_seal(&judging->books, entry->read.entry.seq, &verdicts->seal, err)) < 0)
		return rc;
	verdicts->bytes = memcmp(leaf, entry->leaf, 32) == 0;
	if (!verdicts->bytes)
		verdicts->text = "its bytes are not those that were entered";
	else if (verdicts->key != NULL && !verdicts->signature)
		verdicts->text = "its signature is wrong";
	else if (!verdicts->prior)
		verdicts->text = "it does not continue the history of its name";
	else if (verdicts->included == 0)
		verdicts->text = "it is not in the tree that the checkpoint signs";
	if (!verdicts->bytes || !verdicts->signature || !verdicts->signer || !verdicts->prior ||
	    verdicts->included == 0)
		judging->ok = 0;
	return STET_OK;
}

/* --- the report ------------------------------------------------------------------------------ */

static void
set_seq(stet_json *json, const char *key, uint64_t seq)
{
	stet_json_set(
	    json, key, seq == STET_NO_SEQ ? stet_json_null() : stet_json_int((int64_t)seq));
}

static void
set_key(stet_json *json, const struct st_key_state *key)
{
	stet_json *roles = stet_json_array(), *scope = stet_json_array();
	unsigned role;
	size_t i;

	for (role = 1; key != NULL && role <= ST_ROLE_OBSERVER; role <<= 1)
		if ((key->roles & role) != 0)
			stet_json_add(roles, stet_json_str(st_role_name(role)));
	for (i = 0; key != NULL && i < key->scope_count; i++)
		stet_json_add(scope, stet_json_string(key->scope[i]));
	stet_json_set(json, "label", stet_json_str(key != NULL ? key->label : ""));
	set_seq(json, "granted", key != NULL && key->granted != 0 ? key->granted : STET_NO_SEQ);
	stet_json_set(json, "roles", roles);
	stet_json_set(json, "scope", scope);
}

static stet_json *
report_entry(const stet_entry *entry, const struct verdicts *verdicts)
{
	const struct st_claims *claims = &entry->read.statement.sign1.claims;
	stet_json *json = stet_json_object();
	char time[ST_TIME_SIZE];

	stet_json_set(json, "seq", stet_json_int((int64_t)entry->read.entry.seq));
	stet_json_set(json, "name", stet_json_str(entry->name));
	stet_json_set(json, "type", stet_json_str(entry->type));
	st_time_text_ms(entry->read.entry.ms, time);
	stet_json_set(json, "appended", stet_json_str(time));
	st_time_text(claims->iat, time);
	stet_json_set(json, "signed_at", stet_json_str(time));
	st_json_set_hex(json, "kid", entry->read.statement.sign1.kid, 32);
	st_json_set_text(json, "issuer", claims->iss);
	stet_json_set(json, "bytes", stet_json_bool(verdicts->bytes));
	stet_json_set(json, "signature", stet_json_bool(verdicts->signature));
	stet_json_set(json, "signer", stet_json_bool(verdicts->signer));
	stet_json_set(json, "prior", stet_json_bool(verdicts->prior));
	stet_json_set(json, "included",
	    verdicts->included < 0 ? stet_json_null() : stet_json_bool(verdicts->included));
	set_key(json, verdicts->key);
	set_seq(json, "seal", verdicts->seal);
	stet_json_set(json, "text", stet_json_str(verdicts->text != NULL ? verdicts->text : ""));
	return json;
}

static int
judge_all(struct judging *judging, stet_history *history, stet_json *entries, stet_error *err)
{
	struct verdicts verdicts;
	stet_entry *entry;
	int rc;

	while ((rc = stet_history_next(history, &entry, err)) == STET_OK) {
		rc = judge(judging, entry, &verdicts, err);
		if (rc == STET_OK)
			stet_json_add(entries, report_entry(entry, &verdicts));
		st_key_state_free(verdicts.key);
		if (rc < 0)
			return rc;
	}
	return rc == STET_ENOTFOUND ? STET_OK : rc;
}

static stet_json *
finish(const struct judging *judging, const stet_id *id, const stet_history *history,
    stet_json *entries)
{
	stet_json *json = stet_json_object(), *names = stet_json_array();
	const stet_history_name *all;
	size_t i, count = stet_history_names(history, &all);

	for (i = 0; i < count; i++)
		stet_json_add(names, stet_json_str(all[i].name));
	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "id", stet_json_str(stet_id_text(id)));
	stet_json_set(json, "ok", stet_json_bool(judging->ok));
	stet_json_set(json, "names", names);
	if (judging->have_checkpoint) {
		stet_json_set(json, "size", stet_json_int((int64_t)judging->checkpoint.size));
		st_json_set_hex(json, "root", judging->checkpoint.root, 32);
	} else {
		stet_json_set(json, "size", stet_json_null());
		stet_json_set(json, "root", stet_json_null());
	}
	stet_json_set(json, "entries", entries);
	return json;
}

int
stet_verify_record(
    stet_ledger *ledger, const stet_id *id, stet_at at, stet_json **report_out, stet_error *err)
{
	struct judging judging;
	stet_history *history = NULL;
	stet_json *entries = NULL;
	int rc;

	memset(&judging, 0, sizeof(judging));
	judging.ledger = ledger;
	judging.ok = 1;
	pthread_mutex_lock(&ledger->lock);
	if ((rc = stet_history_open(ledger, id, at, &history, err)) < 0 ||
	    (rc = st_ledger_reader(ledger, &judging.reader, err)) < 0)
		goto done;
	judging.books = (struct st_books){judging.reader, judging.reader};
	if ((entries = stet_json_array()) == NULL) {
		rc = st_fail_nomem(err);
		goto done;
	}
	if ((rc = st_ledger_refresh(ledger, &judging.books, &judging.head, err)) == STET_OK &&
	    (rc = read_checkpoint(&judging, err)) == STET_OK &&
	    (rc = judge_all(&judging, history, entries, err)) == STET_OK) {
		*report_out = finish(&judging, id, history, entries);
		entries = NULL;
	}
done:
	stet_json_free(entries);
	st_reader_close(judging.reader);
	stet_history_close(history);
	pthread_mutex_unlock(&ledger->lock);
	return rc;
}
