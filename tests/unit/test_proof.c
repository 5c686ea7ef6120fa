/* Proof files: made from ledgers, verified without, and what an enemy may try in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/hex.h"
#include "index/index.h"
#include "key/key.h"
#include "proof/proof.h"
#include "support/alloc.h"
#include "support/ledger.h"

static void
make(struct tl *tl, const char *const *names, size_t count, struct st_buf *out)
{
	stet_id *ids[8] = {NULL};
	uint8_t *file = NULL;
	size_t size = 0, i;
	stet_error err;
	int rc;

	for (i = 0; i < count; i++)
		assert_int_equal(stet_id_parse(names[i], &ids[i], &err), STET_OK);
	st_error_clear(&err);
	rc = stet_proof_make(tl->ledger, (const stet_id *const *)ids, count, &file, &size, &err);
	if (rc != STET_OK)
		fail_msg("%s (%s)", err.text, stet_rule_name(err.rule));
	st_buf_put(out, file, size);
	free(file);
	for (i = 0; i < count; i++)
		stet_id_free(ids[i]);
}

static void
make_one(struct tl *tl, const char *name, struct st_buf *out)
{
	make(tl, &name, 1, out);
}

static stet_trust *
trust_of(const struct tl *tl, enum tl_key key)
{
	stet_trust *trust = NULL;
	struct st_vkey vkey;
	struct st_buf text = {0};
	uint8_t public_key[32];

	stet_key_public(tl->keys[key], public_key);
	assert_int_equal(
	    st_vkey_make(TL_ORIGIN, ST_NOTE_ED25519, public_key, &vkey, NULL), STET_OK);
	st_vkey_put(&text, &vkey);
	st_buf_put_u8(&text, 0);
	assert_int_equal(stet_trust_new(&trust, NULL), STET_OK);
	assert_int_equal(stet_trust_add(trust, (char *)text.data, NULL), STET_OK);
	st_buf_free(&text);
	return trust;
}

static stet_proof *
open_good(const struct st_buf *file, const stet_trust *trust)
{
	stet_proof *proof = NULL;
	stet_error err;

	if (stet_proof_open(st_buf_bytes(file), trust, &proof, &err) != STET_OK)
		fail_msg("%s (%s)", err.text, stet_rule_name(err.rule));
	return proof;
}

static int
is_known(const stet_proof *proof)
{
	return stet_json_bool_of(stet_json_get(stet_proof_report(proof), "known"));
}

static char *
text_of(const stet_json *value)
{
	char *text = NULL;
	size_t size;

	if (value == NULL)
		return strdup("");
	assert_int_equal(stet_json_text(value, 0, &text, &size, NULL), STET_OK);
	return text;
}

/* The standing from the file is that of the ledger, but for what nobody but the ledger knows. */
static void
assert_same_standing(struct tl *tl, stet_proof *proof, const char *name)
{
	static const stet_at now = {STET_AT_NEWEST, 0};
	static const char *const members[] = {"origin", "profile", "as_of", "complete", "names",
	    "title", "opened_by_publisher", "contract_state", "correction_count", "conditions"};
	stet_standing *ours = NULL, *theirs = NULL;
	const stet_json *left, *right;
	stet_id *id = NULL;
	char *a, *b;
	size_t i;
	stet_error err;

	assert_int_equal(stet_id_parse(name, &id, &err), STET_OK);
	assert_int_equal(stet_standing_of(tl->ledger, id, now, &theirs, &err), STET_OK);
	if (stet_proof_standing(proof, id, &ours, &err) != STET_OK)
		fail_msg("%s: %s", name, err.text);
	left = stet_standing_json(ours, &err);
	right = stet_standing_json(theirs, &err);
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		a = text_of(stet_json_get(left, members[i]));
		b = text_of(stet_json_get(right, members[i]));
		assert_string_equal(a, b);
		free(a);
		free(b);
	}
	stet_standing_free(ours);
	stet_standing_free(theirs);
	stet_id_free(id);
}

static void
test_proof__shows_what_the_ledger_says(void **state)
{
	const char *names[] = {TL_PAPER, TL_UUID, "rw:1", "stet:ledger"};
	struct st_buf file = {0};
	stet_trust *trust;
	stet_proof *proof;
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'One'}");
	trust = trust_of(&tl, TL_LEDGER);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		st_buf_reset(&file);
		make_one(&tl, names[i], &file);
		proof = open_good(&file, trust);
		assert_true(is_known(proof));
		assert_same_standing(&tl, proof, names[i]);
		stet_proof_free(proof);
		proof = open_good(&file, NULL);
		assert_false(is_known(proof));
		stet_proof_free(proof);
	}
	st_buf_reset(&file);
	make(&tl, names, 4, &file);
	proof = open_good(&file, trust);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_same_standing(&tl, proof, names[i]);
	stet_proof_free(proof);
	stet_trust_free(trust);
	st_buf_free(&file);
	tl_free(&tl);
}

/* --- what an enemy does ------------------------------------------------------------------------
 * He has the ledger, its tree and its index, and may put together what he likes of them; he has no
 * key. */

#define ROOM 64

struct forge {
	struct st_buf file, own, out; /* the good file; bytes of ours; what was put together */
	struct st_proof proof;
	stet_error err; /* why it was refused last */
	struct tl *tl;
};

static void *
roomy(void *items, size_t count, size_t each)
{
	void *more = realloc(items, (count + ROOM) * each);

	assert_non_null(more);
	return more;
}

static void
forge_open(struct forge *forge, struct tl *tl, const char *name)
{
	struct st_proof *proof = &forge->proof;

	memset(forge, 0, sizeof(*forge));
	forge->tl = tl;
	make_one(tl, name, &forge->file);
	assert_int_equal(st_proof_decode(st_buf_bytes(&forge->file), proof, NULL), STET_OK);
	proof->tree = roomy(proof->tree, proof->tree_count, sizeof(*proof->tree));
	proof->asked = roomy(proof->asked, proof->asked_count, sizeof(*proof->asked));
	proof->index = roomy(proof->index, proof->index_count + 200, sizeof(*proof->index));
	proof->entries = roomy(proof->entries, proof->entry_count, sizeof(*proof->entries));
}

static void
forge_close(struct forge *forge)
{
	st_proof_clear(&forge->proof);
	st_buf_free(&forge->file);
	st_buf_free(&forge->own);
	st_buf_free(&forge->out);
}

static uint64_t
seq_of(stet_bytes encoded)
{
	struct st_entry entry;

	assert_int_equal(st_entry_decode(encoded, &entry, NULL), STET_OK);
	return entry.seq;
}

static int
is_about(stet_bytes encoded, const char *name)
{
	struct st_sign1 sign1;
	struct st_entry entry;

	assert_int_equal(st_entry_decode(encoded, &entry, NULL), STET_OK);
	assert_int_equal(st_sign1_decode(entry.statement, &sign1, NULL), STET_OK);
	return st_bytes_equal(sign1.claims.sub, st_str(name));
}

static void
drop_entry(struct st_proof *proof, size_t at)
{
	memmove(&proof->entries[at], &proof->entries[at + 1],
	    (--proof->entry_count - at) * sizeof(*proof->entries));
}

static void
add_entry(struct st_proof *proof, stet_bytes encoded)
{
	size_t at = proof->entry_count;

	while (at > 0 && seq_of(proof->entries[at - 1]) > seq_of(encoded))
		at--;
	memmove(&proof->entries[at + 1], &proof->entries[at],
	    (proof->entry_count++ - at) * sizeof(*proof->entries));
	proof->entries[at] = encoded;
}

static int
take_hash(void *ctx, const uint8_t hash[32], stet_error *err)
{
	struct st_proof *proof = ctx;

	(void)err;
	proof->tree = roomy(proof->tree, proof->tree_count, sizeof(*proof->tree));
	memcpy(proof->tree[proof->tree_count++], hash, 32);
	return STET_OK;
}

/* The tree again, for the entries that are left, at a size. */
static void
retree(struct forge *forge, uint64_t size)
{
	struct st_proof *proof = &forge->proof;
	struct st_reader *reader = NULL;
	uint64_t *seqs = calloc(proof->entry_count, sizeof(*seqs));
	size_t i;

	assert_non_null(seqs);
	for (i = 0; i < proof->entry_count; i++)
		seqs[i] = seq_of(proof->entries[i]);
	proof->tree_count = 0;
	assert_int_equal(st_ledger_reader(forge->tl->ledger, &reader, NULL), STET_OK);
	assert_int_equal(st_tree_prove_many(seqs, proof->entry_count, size, st_books_node, reader,
			     take_hash, proof, NULL),
	    STET_OK);
	st_reader_close(reader);
	free(seqs);
}

static int
take_token(void *ctx, const struct st_map_token *token, stet_error *err)
{
	struct st_proof *proof = ctx;

	(void)err;
	proof->index = roomy(proof->index, proof->index_count, sizeof(*proof->index));
	proof->index[proof->index_count++] = *token;
	return STET_OK;
}

static int
compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

/* The index again, for the names that entries are left of, and one more or one less (NULL). */
static void
reindex(struct forge *forge, const char *with, const char *without)
{
	struct st_proof *proof = &forge->proof;
	uint8_t(*keys)[32] = calloc(proof->entry_count + 4, 32);
	struct st_reader *reader = NULL;
	struct st_statement statement;
	struct st_entry entry;
	size_t i, count = 0, kept = 0;

	assert_non_null(keys);
	for (i = 0; i < proof->entry_count; i++) {
		assert_int_equal(st_entry_decode(proof->entries[i], &entry, NULL), STET_OK);
		assert_int_equal(st_statement_read(entry.statement, &statement, NULL), STET_OK);
		if (statement.type != ST_TYPE_SEAL &&
		    (without == NULL || !is_about(proof->entries[i], without)))
			st_map_key(statement.sign1.claims.sub, keys[count++]);
	}
	if (without == NULL || strcmp(without, tl_key_name(forge->tl, TL_ROOT)) != 0)
		st_map_key(st_str(tl_key_name(forge->tl, TL_ROOT)), keys[count++]);
	for (i = 0; i < proof->asked_count; i++)
		if (without == NULL || !st_bytes_equal(proof->asked[i], st_str(without)))
			st_map_key(proof->asked[i], keys[count++]);
	if (with != NULL)
		st_map_key(st_str(with), keys[count++]);
	qsort(keys, count, 32, compare_keys);
	for (i = 0; i < count; i++)
		if (kept == 0 || memcmp(keys[kept - 1], keys[i], 32) != 0)
			memmove(keys[kept++], keys[i], 32);
	proof->index_count = 0;
	assert_int_equal(st_ledger_reader(forge->tl->ledger, &reader, NULL), STET_OK);
	assert_int_equal(
	    st_index_prune(reader, (const uint8_t(*)[32])keys, kept, take_token, proof, NULL),
	    STET_OK);
	st_reader_close(reader);
	free(keys);
}

static int
verdict(struct forge *forge, const stet_trust *trust, stet_error *err)
{
	stet_proof *proof = NULL;
	int rc;

	st_buf_reset(&forge->out);
	st_proof_encode(&forge->proof, &forge->out);
	assert_int_equal(forge->out.rc, STET_OK);
	st_error_clear(err);
	rc = stet_proof_open(st_buf_bytes(&forge->out), trust, &proof, err);
	stet_proof_free(proof);
	return rc;
}

static void
assert_rule(struct forge *forge, const stet_trust *trust, const char *rule)
{
	stet_error *err = &forge->err;
	int rc = verdict(forge, trust, err);

	if (rc == STET_OK || strcmp(stet_rule_name(err->rule), rule) != 0)
		fail_msg("wanted %s, not %s: %s", rule, stet_rule_name(err->rule), err->text);
	assert_true(rc == STET_EFORMAT || rc == STET_EMISMATCH || rc == STET_EREFUSED ||
		    rc == STET_EVERSION);
}

static void
make_record(struct tl *tl)
{
	tl_make(tl, TL_MEMORY);
	tl_fill(tl);
	tl->now_ms += 60000;
	tl_say(tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'One'}");
	tl_say(tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:2', 'title': 'Two'}");
}

/* With tree and index made anew, so that nothing but the count tells. */
static void
test_proof__no_entry_may_be_left_out(void **state)
{
	struct forge forge;
	struct tl tl;
	size_t i, count;
	uint64_t size;

	(void)state;
	make_record(&tl);
	size = tl_size(&tl);
	forge_open(&forge, &tl, TL_UUID);
	count = forge.proof.entry_count;
	assert_true(count >= 12);
	forge_close(&forge);
	for (i = 0; i < count; i++) {
		forge_open(&forge, &tl, TL_UUID);
		drop_entry(&forge.proof, i);
		retree(&forge, size);
		assert_rule(&forge, NULL, i + 1 == count ? "proof-seal" : "history-incomplete");
		reindex(&forge, NULL, NULL);
		assert_rule(&forge, NULL, i + 1 == count ? "proof-seal" : "history-incomplete");
		forge_close(&forge);
	}
	tl_free(&tl);
}

static void
test_proof__no_name_may_be_left_out(void **state)
{
	const char *names[] = {TL_PAPER, TL_UUID, NULL, NULL, "stet:ledger"};
	const size_t count = sizeof(names) / sizeof(names[0]);
	struct forge forge;
	struct tl tl;
	size_t i, k, shown;

	(void)state;
	make_record(&tl);
	names[2] = tl_key_name(&tl, TL_PUBLISHER);
	names[3] = tl_key_name(&tl, TL_OBSERVER);
	for (i = 0; i < count; i++) {
		forge_open(&forge, &tl, TL_UUID);
		for (k = forge.proof.entry_count; k-- > 1;)
			if (is_about(forge.proof.entries[k], names[i]))
				drop_entry(&forge.proof, k);
		retree(&forge, tl_size(&tl));
		if (i < 4)
			assert_rule(&forge, NULL, "history-incomplete");
		shown = forge.proof.index_count;
		reindex(&forge, NULL, names[i]);
		/* The way of one name may be that of another. */
		if (i < 4 || forge.proof.index_count < shown)
			assert_rule(&forge, NULL, "history-incomplete");
		forge_close(&forge);
	}
	tl_free(&tl);
}

static void
test_proof__nothing_else_is_shown(void **state)
{
	struct forge forge;
	stet_bytes entry, sealed;
	struct tl tl;
	uint64_t one;

	(void)state;
	make_record(&tl);
	one = tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:9', 'title': 'Nine'}");
	entry = tl_entry(&tl, one);
	sealed = tl_entry(&tl, one - 1);
	forge_open(&forge, &tl, TL_UUID);
	add_entry(&forge.proof, entry); /* of another record */
	retree(&forge, tl_size(&tl));
	assert_rule(&forge, NULL, "proof-surplus");
	reindex(&forge, NULL, NULL);
	assert_rule(&forge, NULL, "proof-surplus");
	forge_close(&forge);
	forge_open(&forge, &tl, TL_UUID);
	add_entry(&forge.proof, sealed); /* a seal more */
	retree(&forge, tl_size(&tl));
	assert_rule(&forge, NULL, "proof-surplus");
	forge_close(&forge);
	forge_open(&forge, &tl, TL_UUID); /* the way of a name that is not the record's */
	reindex(&forge, "rw:9", NULL);
	assert_rule(&forge, NULL, "proof-surplus");
	forge_close(&forge);
	free((void *)(uintptr_t)entry.data);
	free((void *)(uintptr_t)sealed.data);
	tl_free(&tl);
}

static void
test_proof__entries_are_those_of_the_tree(void **state)
{
	struct forge forge;
	struct st_entry decoded;
	stet_statement *statement;
	stet_bytes entry, third;
	uint8_t leaf[32];
	struct tl tl, other;
	stet_error err;

	(void)state;
	make_record(&tl);
	tl_make_at(&other, TL_MEMORY, TL_START_MS + 1000);
	tl_fill(&other);

	/* What another ledger says of the same record. */
	forge_open(&forge, &tl, TL_UUID);
	entry = tl_entry(&other, seq_of(forge.proof.entries[forge.proof.entry_count - 2]));
	forge.proof.entries[forge.proof.entry_count - 2] = entry;
	assert_true(verdict(&forge, NULL, &err) < 0);
	assert_string_equal(stet_rule_name(err.rule), "proof-tree");
	forge_close(&forge);
	free((void *)(uintptr_t)entry.data);

	/* What was signed, and never entered. */
	forge_open(&forge, &tl, TL_UUID);
	statement = tl_statement(&tl, TL_EDITOR,
	    "{'type': 'correction', 'subject': '" TL_UUID
	    "', 'nature': 'correction', 'public_note': 'never entered'}");
	assert_int_equal(
	    st_entry_decode(forge.proof.entries[forge.proof.entry_count - 2], &decoded, NULL),
	    STET_OK);
	memset(leaf, 7, 32);
	decoded.prev = leaf;
	decoded.seq++;
	decoded.statement = st_statement_view(statement)->sign1.encoded;
	assert_int_equal(st_entry_encode(&decoded, &forge.own, NULL), STET_OK);
	forge.proof.entries[forge.proof.entry_count - 2] = st_buf_bytes(&forge.own);
	assert_rule(&forge, NULL, "proof-tree");
	forge_close(&forge);
	stet_statement_free(statement);

	/* Two in the other order; one twice. */
	forge_open(&forge, &tl, TL_UUID);
	third = forge.proof.entries[3];
	forge.proof.entries[3] = forge.proof.entries[4];
	forge.proof.entries[4] = third;
	assert_rule(&forge, NULL, "proof-order");
	forge.proof.entries[3] = third;
	assert_rule(&forge, NULL, "proof-order");
	forge_close(&forge);
	tl_free(&tl);
	tl_free(&other);
}

/* Before the retraction, sealed and signed; and the checkpoint of after it. */
static void
test_proof__an_old_seal_closes_no_fresh_checkpoint(void **state)
{
	struct forge old, fresh;
	struct tl tl;

	(void)state;
	make_record(&tl);
	forge_open(&old, &tl, TL_UUID);
	tl_say(&tl, TL_EDITOR,
	    "{'type': 'correction', 'subject': '" TL_UUID
	    "', 'nature': 'retraction', 'notice': {'kind': 'none'}, 'decided_by': [{'kind': "
	    "'editor', 'name': 'The office'}]}");
	forge_open(&fresh, &tl, TL_UUID);
	old.proof.checkpoint = fresh.proof.checkpoint;
	assert_rule(&old, NULL, "proof-tree");
	retree(&old, tl_size(&tl));
	assert_rule(&old, NULL, "proof-seal");
	/* With the fresh seal beside it, and the old index. */
	drop_entry(&old.proof, old.proof.entry_count - 1);
	add_entry(&old.proof, fresh.proof.entries[fresh.proof.entry_count - 1]);
	retree(&old, tl_size(&tl));
	assert_rule(&old, NULL, "proof-index");
	reindex(&old, NULL, NULL);
	assert_rule(&old, NULL, "history-incomplete");
	forge_close(&old);
	forge_close(&fresh);
	tl_free(&tl);
}

static size_t
find_token(const struct st_proof *proof, enum st_map_kind kind)
{
	size_t at = 0;

	while (at < proof->index_count && proof->index[at].kind != kind)
		at++;
	assert_true(at < proof->index_count);
	return at;
}

/* How deep the token at this place stands. */
static unsigned
leaf_depth(const struct st_proof *proof, size_t at)
{
	unsigned open[257] = {0}, depth = 0; /* sides still to come at each depth */
	size_t i;

	for (i = 0; i < at; i++) {
		if (proof->index[i].kind == ST_MAP_NODE) {
			open[depth++] = 1;
			continue;
		}
		while (depth > 0 && open[depth - 1] == 0)
			depth--;
		assert_true(depth > 0);
		open[depth - 1] = 0;
	}
	return depth;
}

static void
test_proof__the_index_is_the_sealed_one(void **state)
{
	struct st_map_token *token;
	struct forge forge;
	struct tl tl;
	size_t at;

	(void)state;
	make_record(&tl);
	forge_open(&forge, &tl, TL_UUID);
	at = find_token(&forge.proof, ST_MAP_HASH);
	forge.proof.index[at].leaf.key[0] ^= 1;
	assert_rule(&forge, NULL, "proof-index");
	forge.proof.index[at].leaf.key[0] ^= 1;
	token = &forge.proof.index[find_token(&forge.proof, ST_MAP_LEAF)];
	token->leaf.count++;
	assert_rule(&forge, NULL, "proof-index");
	token->leaf.count--;
	/* A level too many, as little as one too few. */
	at = find_token(&forge.proof, ST_MAP_LEAF);
	memmove(&forge.proof.index[at + 2], &forge.proof.index[at],
	    (forge.proof.index_count - at) * sizeof(*forge.proof.index));
	forge.proof.index_count += 2;
	forge.proof.index[at] = (struct st_map_token){ST_MAP_NODE, {{0}, 0, {0}}};
	forge.proof.index[at + 1] = (struct st_map_token){ST_MAP_EMPTY, {{0}, 0, {0}}};
	{
		const uint8_t *key = forge.proof.index[at + 2].leaf.key;
		unsigned depth = leaf_depth(&forge.proof, at);

		if (!st_map_bit(key, depth)) {
			forge.proof.index[at + 1] = forge.proof.index[at + 2];
			forge.proof.index[at + 2].kind = ST_MAP_EMPTY;
		}
	}
	assert_rule(&forge, NULL, "proof-index-level");
	forge_close(&forge);
	tl_free(&tl);
}

static void
sign_note(struct forge *forge, enum tl_key key, const char *name, const char *origin)
{
	struct st_checkpoint checkpoint;
	struct st_note note;
	struct st_buf text = {0};

	assert_int_equal(st_note_parse(forge->proof.checkpoint, &note, NULL), STET_OK);
	assert_int_equal(st_checkpoint_parse(note.text, &checkpoint, NULL), STET_OK);
	snprintf(checkpoint.origin, sizeof(checkpoint.origin), "%s", origin);
	st_checkpoint_put(&text, &checkpoint);
	st_buf_reset(&forge->own);
	assert_int_equal(st_note_sign(st_buf_bytes(&text), name,
			     st_key_secret(forge->tl->keys[key]), &forge->own, NULL),
	    STET_OK);
	forge->proof.checkpoint = st_buf_bytes(&forge->own);
	st_buf_free(&text);
}

static void
test_proof__the_checkpoint_is_the_ledgers(void **state)
{
	struct forge forge;
	struct tl tl;
	stet_trust *right, *wrong;

	(void)state;
	make_record(&tl);
	right = trust_of(&tl, TL_LEDGER);
	wrong = trust_of(&tl, TL_STRANGER);
	forge_open(&forge, &tl, TL_UUID);
	sign_note(&forge, TL_STRANGER, TL_ORIGIN, TL_ORIGIN);
	assert_rule(&forge, right, "proof-unsigned");
	forge_close(&forge);
	forge_open(&forge, &tl, TL_UUID);
	sign_note(&forge, TL_LEDGER, TL_ORIGIN, "ledger.example.org/other");
	assert_rule(&forge, right, "proof-other-ledger");
	forge_close(&forge);
	forge_open(&forge, &tl, TL_UUID);
	assert_rule(&forge, wrong, "proof-other-key");
	assert_int_equal(verdict(&forge, right, &(stet_error){0}), STET_OK);
	forge_close(&forge);
	stet_trust_free(right);
	stet_trust_free(wrong);
	tl_free(&tl);
}

/* --- the ledger key changes ------------------------------------------------------------------ */

static void
test_proof__follows_every_change_of_the_ledger_key(void **state)
{
	static const enum tl_key keys[] = {TL_LEDGER, TL_NEXT, TL_STRANGER};
	struct st_proof_rotation first;
	struct st_buf file = {0};
	struct forge forge;
	stet_proof *proof;
	stet_trust *trust;
	struct tl tl;
	size_t i, turn;

	(void)state;
	make_record(&tl);
	tl_rotate(&tl, TL_NEXT);
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:3', 'title': 'Three'}");
	tl_rotate(&tl, TL_STRANGER);
	for (turn = 0; turn < 2; turn++) { /* right behind the change, and later */
		st_buf_reset(&file);
		make_one(&tl, TL_UUID, &file);
		for (i = 0; i < 3; i++) {
			trust = trust_of(&tl, keys[i]);
			proof = open_good(&file, trust);
			assert_true(is_known(proof));
			assert_int_equal(stet_json_int_of(stet_json_get(
					     stet_proof_report(proof), "ledger_keys")),
			    3);
			assert_int_equal(
			    stet_json_size(stet_json_get(stet_proof_report(proof), "signed_by")),
			    1);
			stet_proof_free(proof);
			stet_trust_free(trust);
		}
		tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:4', 'title': 'Four'}");
	}
	trust = trust_of(&tl, TL_LEDGER);
	forge_open(&forge, &tl, TL_UUID);
	assert_int_equal(forge.proof.rotation_count, 2);
	forge.proof.rotation_count = 1;
	assert_rule(&forge, trust, "proof-rotation"); /* the last change cut off */
	forge.proof.rotation_count = 2;
	first = forge.proof.rotations[0];
	forge.proof.rotations[0] = forge.proof.rotations[1];
	assert_rule(&forge, trust, "proof-rotation");
	forge.proof.rotations[0] = first;
	forge.proof.rotations[0].path[0][0] ^= 1;
	assert_rule(&forge, trust, "proof-rotation");
	forge.proof.rotations[0].path[0][0] ^= 1;
	forge.proof.rotations[1].count--;
	assert_rule(&forge, trust, "proof-rotation");
	forge.proof.rotations[1].count++;
	assert_int_equal(verdict(&forge, trust, &(stet_error){0}), STET_OK);
	/* An old key signs what only the last one may. */
	sign_note(&forge, TL_LEDGER, TL_ORIGIN, TL_ORIGIN);
	assert_rule(&forge, trust, "proof-unsigned");
	forge_close(&forge);
	stet_trust_free(trust);
	st_buf_free(&file);
	tl_free(&tl);
}

/* --- absence --------------------------------------------------------------------------------- */

static int
standing_rc(stet_proof *proof, const char *name, const char **rule_out)
{
	stet_standing *standing = NULL;
	stet_id *id = NULL;
	stet_error err;
	int rc;

	assert_int_equal(stet_id_parse(name, &id, NULL), STET_OK);
	rc = stet_proof_standing(proof, id, &standing, &err);
	assert_int_equal(stet_proof_covers(proof, id), rc == STET_OK || rc == STET_ENOTFOUND);
	*rule_out = stet_rule_name(err.rule);
	stet_standing_free(standing);
	stet_id_free(id);
	return rc;
}

static void
test_proof__absence_is_proved_and_never_guessed(void **state)
{
	struct st_buf file = {0};
	stet_proof *proof;
	const char *rule;
	struct tl tl;

	(void)state;
	make_record(&tl);
	make_one(&tl, "rw:404", &file);
	proof = open_good(&file, NULL);
	assert_int_equal(standing_rc(proof, "rw:404", &rule), STET_ENOTFOUND);
	assert_string_equal(rule, "not-in-ledger");
	assert_int_equal(
	    standing_rc(proof, "rw:1", &rule), STET_EREFUSED); /* it is in the ledger */
	assert_string_equal(rule, "not-covered");
	assert_int_equal(standing_rc(proof, "rw:405", &rule), STET_EREFUSED); /* and this is not */
	assert_string_equal(rule, "not-covered");
	stet_proof_free(proof);
	st_buf_reset(&file);
	make_one(&tl, TL_PAPER, &file);
	proof = open_good(&file, NULL);
	assert_int_equal(standing_rc(proof, TL_UUID, &rule), STET_OK);
	assert_int_equal(standing_rc(proof, "SRCH:9f810e9f", &rule), STET_OK);
	assert_int_equal(standing_rc(proof, "SRCH:00000000", &rule), STET_EREFUSED);
	assert_string_equal(rule, "not-covered");
	stet_proof_free(proof);
	st_buf_free(&file);
	tl_free(&tl);
}

/* What only an observer links is asked for with the rest; where somebody did not, it is told. */
static void
test_proof__tells_which_observed_names_it_leaves_out(void **state)
{
	struct st_buf file = {0};
	const stet_json *report;
	struct forge forge;
	stet_proof *proof = NULL;
	struct tl tl;
	size_t i;
	stet_error err;

	(void)state;
	make_record(&tl);
	tl_say(&tl, TL_OBSERVER,
	    "{'type': 'alias', 'subject': 'rw:7', 'action': 'bind', 'record': 'rw:1', 'source': "
	    "{'name': 'x'}}");
	tl_say(&tl, TL_OBSERVER,
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'One', 'aliases': ['rw:7'], 'source': "
	    "{'name': 'x'}}");
	make_one(&tl, "rw:1", &file);
	proof = open_good(&file, NULL);
	report = stet_proof_report(proof);
	assert_int_equal(stet_json_size(stet_json_get(report, "asked")), 2);
	assert_int_equal(stet_json_size(stet_json_get(report, "uncovered")), 0);
	assert_same_standing(&tl, proof, "rw:1");
	stet_proof_free(proof);
	forge_open(&forge, &tl, "rw:1");
	for (i = 0; !st_bytes_equal(forge.proof.asked[i], st_str("rw:7")); i++)
		;
	forge.proof.asked[i] = forge.proof.asked[--forge.proof.asked_count];
	for (i = forge.proof.entry_count; i-- > 0;)
		if (is_about(forge.proof.entries[i], "rw:7"))
			drop_entry(&forge.proof, i);
	retree(&forge, tl_size(&tl));
	reindex(&forge, NULL, NULL);
	if (verdict(&forge, NULL, &err) != STET_OK)
		fail_msg("%s", err.text);
	proof = open_good(&forge.out, NULL);
	report = stet_proof_report(proof);
	assert_int_equal(stet_json_size(stet_json_get(report, "uncovered")), 1);
	assert_true(st_bytes_equal(
	    stet_json_string_of(stet_json_item(stet_json_get(report, "uncovered"), 0)),
	    st_str("rw:7")));
	stet_proof_free(proof);
	forge_close(&forge);
	st_buf_free(&file);
	tl_free(&tl);
}

/* --- an operator who does not ask the rules --------------------------------------------------- */

static void
assert_operator(struct tl *tl, const char *name, const char *rule)
{
	struct st_buf file = {0};
	stet_proof *proof = NULL;
	stet_error err;

	make_one(tl, name, &file); /* he may make it: what hashes can say is right */
	assert_true(stet_proof_open(st_buf_bytes(&file), NULL, &proof, &err) < 0);
	if (strcmp(stet_rule_name(err.rule), rule) != 0)
		fail_msg("wanted %s, not %s: %s", rule, stet_rule_name(err.rule), err.text);
	assert_null(proof);
	st_buf_free(&file);
}

static void
test_proof__entries_are_judged_by_every_rule(void **state)
{
	struct tl_force force = {0};
	struct st_buf bytes = {0};
	stet_statement *statement;
	struct tl tl;

	(void)state;
	make_record(&tl);
	tl_force_statement(&tl,
	    tl_statement(&tl, TL_STRANGER, "{'type': 'record', 'subject': 'rw:11', 'title': 'x'}"));
	assert_operator(&tl, "rw:11", "signer-unknown");
	tl_force_statement(&tl,
	    tl_statement(&tl, TL_GATE, "{'type': 'record', 'subject': 'rw:12', 'title': 'x'}"));
	assert_operator(&tl, "rw:12", "role-missing");
	statement =
	    tl_statement(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:13', 'title': 'x'}");
	st_buf_put_bytes(&bytes, st_statement_view(statement)->sign1.encoded);
	bytes.data[bytes.size - 1] ^= 1;
	force.statement = st_buf_bytes(&bytes);
	tl_force(&tl, &force);
	assert_operator(&tl, "rw:13", "signature-invalid");
	stet_statement_free(statement);
	statement = tl_statement(
	    &tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'again'}");
	force.statement = st_statement_view(statement)->sign1.encoded;
	force.no_prior = 1;
	tl_force(&tl, &force);
	assert_operator(&tl, "rw:1", "history-incomplete");
	stet_statement_free(statement);
	st_buf_free(&bytes);
	tl_free(&tl);
}

/* That another root key is left cannot be seen where nobody that is shown was signed by it. */
static void
test_proof__does_not_judge_what_it_does_not_show(void **state)
{
	struct st_buf file = {0};
	struct tl tl;

	(void)state;
	make_record(&tl);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_STRANGER, "['root']", ""));
	tl_append(&tl, tl_revoke(&tl, TL_ROOT, TL_ROOT, ", 'reason': 'retired'"));
	make_one(&tl, "rw:1", &file);
	stet_proof_free(open_good(&file, NULL));
	st_buf_free(&file);
	tl_free(&tl);
}

/* --- bytes ------------------------------------------------------------------------------------ */

static void
test_proof__has_one_spelling(void **state)
{
	struct forge forge;
	stet_proof *proof = NULL;
	stet_error err;
	struct tl tl;
	char *at;

	(void)state;
	make_record(&tl);
	forge_open(&forge, &tl, "rw:1");
	st_proof_encode(&forge.proof, &forge.out);
	assert_true(st_bytes_equal(st_buf_bytes(&forge.out), st_buf_bytes(&forge.file)));
	at = memmem(forge.file.data, forge.file.size, ST_PROOF_FORMAT, sizeof(ST_PROOF_FORMAT) - 1);
	assert_non_null(at);
	at[sizeof(ST_PROOF_FORMAT) - 2] = '2';
	assert_int_equal(
	    stet_proof_open(st_buf_bytes(&forge.file), NULL, &proof, &err), STET_EVERSION);
	assert_string_equal(stet_rule_name(err.rule), "proof-newer");
	at[0] = 'S';
	assert_int_equal(
	    stet_proof_open(st_buf_bytes(&forge.file), NULL, &proof, &err), STET_EFORMAT);
	assert_string_equal(stet_rule_name(err.rule), "proof-malformed");
	forge.proof.asked_count = 0;
	assert_rule(&forge, NULL, "proof-malformed");
	forge.proof.asked[0] = forge.proof.asked[1] = st_str("rw:1");
	forge.proof.asked_count = 2;
	assert_rule(&forge, NULL, "proof-malformed");
	forge.proof.asked[1] = st_str("stet:seal");
	assert_rule(&forge, NULL, "proof-malformed");
	forge.proof.asked[1] = st_str("no name");
	assert_rule(&forge, NULL, "name-malformed");
	forge_close(&forge);
	tl_free(&tl);
}

/* What was asked for is in nobody's signature: with another name the file asks another question.
 * Where the index answers that as well, it is a right proof that there is nothing about that name.
 */
static int
asks_something_else(stet_proof *proof, const char *name)
{
	const stet_json *names = stet_json_get(stet_proof_report(proof), "names"), *item;
	size_t i;

	for (i = 0; i < stet_json_size(names); i++) {
		item = stet_json_item(names, i);
		if (stet_json_bool_of(stet_json_get(item, "asked")))
			return stet_json_int_of(stet_json_get(item, "count")) == 0 &&
			       !st_bytes_equal(
				   stet_json_string_of(stet_json_get(item, "name")), st_str(name));
	}
	return 0;
}

/* Bits of each byte, and every length. absent: a name that the ledger does not have. */
static void
try_every(const struct st_buf *file, const stet_trust *trust, unsigned step, const char *absent)
{
	struct st_buf other = {0};
	stet_proof *proof = NULL;
	stet_error err;
	size_t at;
	unsigned bit;

	for (at = 0; at < file->size; at++) {
		for (bit = (unsigned)at % step; bit < 8; bit += step) {
			st_buf_reset(&other);
			st_buf_put(&other, file->data, file->size);
			other.data[at] ^= (uint8_t)(1u << bit);
			if (stet_proof_open(st_buf_bytes(&other), trust, &proof, &err) != STET_OK)
				continue;
			if (absent == NULL || !asks_something_else(proof, absent))
				fail_msg("bit %u of byte %zu may be altered", bit, at);
			stet_proof_free(proof);
			proof = NULL;
		}
		assert_true(stet_proof_open((stet_bytes){file->data, at}, trust, &proof, &err) < 0);
	}
	st_buf_reset(&other);
	st_buf_put(&other, file->data, file->size);
	st_buf_put_u8(&other, 0);
	assert_true(stet_proof_open(st_buf_bytes(&other), trust, &proof, &err) < 0);
	st_buf_free(&other);
}

/* What a file counts is held against its bytes before there is room made for it. */
static void
test_proof__has_no_more_than_it_needs(void **state)
{
	static const struct st_map_token node = {ST_MAP_NODE, {{0}, 0, {0}}};
	static const uint8_t small[64];
	size_t i, most, count = 40000;
	struct st_map_token *tokens;
	stet_bytes *entries;
	struct forge forge;
	struct tl tl;

	(void)state;
	make_record(&tl);
	forge_open(&forge, &tl, "rw:1");
	tokens = calloc(count, sizeof(*tokens));
	entries = calloc(count, sizeof(*entries));
	assert_true(tokens != NULL && entries != NULL);
	for (i = 0; i < count; i++) {
		tokens[i] = node;
		entries[i] = (stet_bytes){small, sizeof(small)};
	}
	free(forge.proof.index);
	forge.proof.index = tokens;
	/* Of what comes behind its head, four bytes make room for one. */
	most = (forge.file.size + 1024) * 4 / 3;
	forge.proof.index_count = most < count ? most : count;
	assert_rule(&forge, NULL, "proof-malformed");
	assert_non_null(strstr(forge.err.text, "more items"));
	forge.proof.index_count = 1024;
	assert_rule(&forge, NULL, "proof-surplus");
	forge_close(&forge);

	forge_open(&forge, &tl, "rw:1");
	free(forge.proof.entries);
	forge.proof.entries = entries;
	forge.proof.entry_count = count;
	assert_rule(&forge, NULL, "proof-malformed");
	assert_non_null(strstr(forge.err.text, "more items"));
	forge_close(&forge);

	forge_open(&forge, &tl, "rw:1");
	forge.proof.rotation_count = forge.proof.entry_count + 1;
	free(forge.proof.rotations);
	forge.proof.rotations = calloc(forge.proof.rotation_count, sizeof(*forge.proof.rotations));
	assert_non_null(forge.proof.rotations);
	assert_rule(&forge, NULL, "proof-malformed");
	assert_non_null(strstr(forge.err.text, "more items"));
	forge.proof.rotation_count = 1;
	forge.proof.rotations[0].path = calloc(65, 32);
	assert_non_null(forge.proof.rotations[0].path);
	forge.proof.rotations[0].count = 65;
	assert_rule(&forge, NULL, "proof-malformed");
	assert_non_null(strstr(forge.err.text, "more items"));
	forge.proof.rotations[0].count = 64;
	assert_rule(&forge, NULL, "proof-rotation");
	forge_close(&forge);
	tl_free(&tl);
}

static void
test_proof__no_bit_may_be_altered(void **state)
{
	struct st_buf file = {0};
	stet_trust *trust;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY | TL_BARE);
	trust = trust_of(&tl, TL_LEDGER);
	make_one(&tl, "rw:404", &file);
	try_every(&file, NULL, 1, "rw:404");
	st_buf_reset(&file);
	make_one(&tl, "stet:ledger", &file);
	try_every(&file, trust, 1, "stet:ledger"); /* which is shown whatever is asked */
	stet_trust_free(trust);
	tl_free(&tl);
	st_buf_reset(&file);
	make_record(&tl);
	tl_rotate(&tl, TL_NEXT);
	make_one(&tl, TL_UUID, &file);
	try_every(&file, NULL, 8, NULL);
	st_buf_free(&file);
	tl_free(&tl);
}

/* --- memory and damage ------------------------------------------------------------------------ */

static void
test_proof__runs_out_of_memory_anywhere(void **state)
{
	struct st_buf file = {0};
	stet_proof *proof = NULL;
	stet_standing *standing = NULL;
	stet_trust *trust;
	uint8_t *made = NULL;
	stet_id *id = NULL;
	stet_error err;
	struct tl tl;
	size_t size;
	long n;
	int rc;

	(void)state;
	make_record(&tl);
	trust = trust_of(&tl, TL_LEDGER);
	make_one(&tl, TL_UUID, &file);
	assert_int_equal(stet_id_parse(TL_UUID, &id, NULL), STET_OK);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_proof_open(st_buf_bytes(&file), trust, &proof, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
		assert_null(proof);
	}
	assert_int_equal(rc, STET_OK);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_proof_standing(proof, id, &standing, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
		assert_null(standing);
	}
	assert_int_equal(rc, STET_OK);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_proof_make(tl.ledger, (const stet_id *const *)&id, 1, &made, &size, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
		assert_null(made);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(st_bytes_equal((stet_bytes){made, size}, st_buf_bytes(&file)));
	free(made);
	stet_standing_free(standing);
	stet_proof_free(proof);
	stet_trust_free(trust);
	stet_id_free(id);
	st_buf_free(&file);
	tl_free(&tl);
}

static int
make_rc(struct tl *tl, const char *name, const char **rule_out)
{
	uint8_t *made = NULL;
	stet_id *id = NULL;
	stet_error err;
	size_t size;
	int rc;

	assert_int_equal(stet_id_parse(name, &id, NULL), STET_OK);
	st_error_clear(&err);
	rc = stet_proof_make(tl->ledger, (const stet_id *const *)&id, 1, &made, &size, &err);
	*rule_out = stet_rule_name(err.rule);
	stet_id_free(id);
	free(made);
	return rc;
}

static void
test_proof__is_not_made_of_damaged_tables(void **state)
{
	const char *rule;
	struct tl_mark mark;
	struct st_buf row = {0};
	unsigned level, refused;
	uint64_t i;
	int rc;
	uint8_t key[32], node[9];
	stet_bytes value;
	struct tl tl;
	stet_error err;

	(void)state;
	make_record(&tl);
	assert_int_equal(make_rc(&tl, "stet:seal", &rule), STET_EINVAL);
	assert_int_equal(make_rc(&tl, "SRCH:00000001", &rule), STET_ENOTFOUND);
	assert_int_equal(stet_proof_make(tl.ledger, NULL, 0, NULL, NULL, &err), STET_EINVAL);
	tl_mark_take(&tl, &mark);
	st_map_key(st_str("rw:1"), key);
	value = tl_row(&tl, ST_INDEX, (stet_bytes){key, 32});
	st_buf_put_bytes(&row, value);
	row.data[8] ^= 1;
	tl_put_row(&tl, ST_INDEX, (stet_bytes){key, 32}, st_buf_bytes(&row));
	assert_int_equal(make_rc(&tl, "rw:1", &rule), STET_EMISMATCH);
	tl_mark_put(&tl, &mark);
	for (level = refused = 0; level < 4; level++)
		for (i = 0; i < tl_size(&tl) >> level; i++) {
			st_tree_key(level, i, node);
			tl_put_row(&tl, ST_TREE, (stet_bytes){node, 9}, (stet_bytes){key, 32});
			rc = make_rc(&tl, "rw:1", &rule);
			refused += rc == STET_EMISMATCH && strcmp(rule, "proof-tree") == 0;
			tl_mark_put(&tl, &mark);
		}
	assert_true(refused >= 3); /* what is not read does not matter */
	tl_force(&tl, &(struct tl_force){.statement = st_str("\x80"), .no_seal = 1});
	assert_int_equal(make_rc(&tl, "rw:1", &rule), STET_EFORMAT);
	assert_string_equal(rule, "unsealed-tail");
	tl_mark_free(&mark);
	free((void *)(uintptr_t)value.data);
	st_buf_free(&row);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_proof__shows_what_the_ledger_says),
	    cmocka_unit_test(test_proof__no_entry_may_be_left_out),
	    cmocka_unit_test(test_proof__no_name_may_be_left_out),
	    cmocka_unit_test(test_proof__nothing_else_is_shown),
	    cmocka_unit_test(test_proof__entries_are_those_of_the_tree),
	    cmocka_unit_test(test_proof__an_old_seal_closes_no_fresh_checkpoint),
	    cmocka_unit_test(test_proof__the_index_is_the_sealed_one),
	    cmocka_unit_test(test_proof__the_checkpoint_is_the_ledgers),
	    cmocka_unit_test(test_proof__follows_every_change_of_the_ledger_key),
	    cmocka_unit_test(test_proof__absence_is_proved_and_never_guessed),
	    cmocka_unit_test(test_proof__tells_which_observed_names_it_leaves_out),
	    cmocka_unit_test(test_proof__entries_are_judged_by_every_rule),
	    cmocka_unit_test(test_proof__does_not_judge_what_it_does_not_show),
	    cmocka_unit_test(test_proof__has_one_spelling),
	    cmocka_unit_test(test_proof__has_no_more_than_it_needs),
	    cmocka_unit_test(test_proof__no_bit_may_be_altered),
	    cmocka_unit_test(test_proof__runs_out_of_memory_anywhere),
	    cmocka_unit_test(test_proof__is_not_made_of_damaged_tables),
	};

	return cmocka_run_group_tests_name("proof", tests, NULL, NULL);
}
