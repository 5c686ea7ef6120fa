#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/check.h"

#include "base/err.h"
#include "base/hex.h"
#include "merkle/map.h"

struct name {
	char *text;
	struct st_map_leaf leaf;
};

struct checking {
	struct tl *tl;
	struct tl_checked checked;
	struct st_tree tree;
	uint8_t last_leaf[32];
	uint64_t last_ms;
	int last_is_seal;
	struct name *names;
	size_t capacity;
	struct st_map_leaf seals; /* the chain of stet:seal */
	uint8_t ledger_key[32], next_key[32];
	int changing; /* a rotation awaits its seal */
};

static struct st_map_leaf *
name_of(struct checking *check, stet_bytes sub)
{
	struct name *name;
	size_t i;

	if (st_bytes_equal(sub, st_str("stet:seal")))
		return &check->seals;
	for (i = check->checked.names; i-- > 0;)
		if (st_bytes_equal(st_str(check->names[i].text), sub))
			return &check->names[i].leaf;
	if (check->checked.names == check->capacity) {
		check->capacity = check->capacity == 0 ? 64 : check->capacity * 2;
		check->names = realloc(check->names, check->capacity * sizeof(*check->names));
		assert_non_null(check->names);
	}
	name = &check->names[check->checked.names++];
	memset(name, 0, sizeof(*name));
	name->text = malloc(sub.size + 1);
	assert_non_null(name->text);
	memcpy(name->text, sub.data, sub.size);
	name->text[sub.size] = '\0';
	st_map_key(sub, name->leaf.key);
	return &name->leaf;
}

static int
by_key(const void *a, const void *b)
{
	return memcmp(
	    ((const struct st_map_leaf *)a)->key, ((const struct st_map_leaf *)b)->key, 32);
}

static void
index_of(const struct checking *check, uint8_t out[32])
{
	struct st_map_leaf *leaves = malloc((check->checked.names + 1) * sizeof(*leaves));
	struct st_map_side side;
	size_t i;

	assert_non_null(leaves);
	for (i = 0; i < check->checked.names; i++)
		leaves[i] = check->names[i].leaf;
	qsort(leaves, check->checked.names, sizeof(*leaves), by_key);
	st_map_root(leaves, check->checked.names, 0, &side);
	memcpy(out, side.hash, 32);
	free(leaves);
}

static void
assert_bytes_member(stet_bytes payload, const char *name, const uint8_t expected[32])
{
	stet_bytes value;

	assert_int_equal(st_cbor_member_bytes(payload, name, &value), STET_OK);
	assert_int_equal(value.size, 32);
	assert_memory_equal(value.data, expected, 32);
}

static void
check_seal(struct checking *check, const struct st_entry *entry, const struct st_statement *seal)
{
	const struct st_claims *claims = &seal->sign1.claims;
	uint8_t root[32], index[32], cti[8];
	uint64_t number;

	st_tree_root(&check->tree, root);
	index_of(check, index);
	st_be64_put(cti, entry->seq);
	assert_true(st_bytes_equal(claims->cti, (stet_bytes){cti, 8}));
	assert_true(st_bytes_equal(claims->iss, st_str(TL_ORIGIN)));
	assert_true(st_bytes_equal(claims->aud, st_str(stet_ledger_id(check->tl->ledger))));
	assert_int_equal(claims->iat, entry->ms / 1000);
	assert_int_equal(st_cbor_member_uint(seal->sign1.payload, "size", &number), STET_OK);
	assert_int_equal(number, entry->seq);
	assert_int_equal(st_cbor_member_uint(seal->sign1.payload, "ms", &number), STET_OK);
	assert_int_equal(number, entry->ms);
	assert_bytes_member(seal->sign1.payload, "root", root);
	assert_bytes_member(seal->sign1.payload, "index", index);
	assert_int_equal(st_sign1_verify(&seal->sign1, check->ledger_key, NULL), STET_OK);
	if (check->changing)
		memcpy(check->ledger_key, check->next_key, 32);
	check->changing = 0;
	check->checked.seals++;
}

static void
read_key(stet_bytes payload, const char *member, uint8_t out[32])
{
	const uint8_t *public_key;
	stet_bytes value;
	struct st_cbor in;

	assert_int_equal(st_cbor_member(payload, member, &value), STET_OK);
	in = st_cbor_open(value);
	assert_int_equal(st_cose_key_read(&in, &public_key), STET_OK);
	memcpy(out, public_key, 32);
}

static void
follow_ledger_key(struct checking *check, const struct st_entry *entry, stet_bytes payload)
{
	stet_bytes action;

	assert_int_equal(st_cbor_member_text(payload, "action", &action), STET_OK);
	if (entry->seq == 0)
		read_key(payload, "key", check->ledger_key);
	if (st_bytes_equal(action, st_str("rotate"))) {
		read_key(payload, "key", check->next_key);
		check->changing = 1;
	}
}

static int
check_entry(void *ctx, uint64_t seq, stet_bytes encoded, stet_error *err)
{
	static const uint8_t none[32];
	struct checking *check = ctx;
	struct st_statement statement;
	struct st_map_leaf *name;
	struct st_entry entry;
	uint8_t leaf[32];

	(void)err;
	assert_int_equal(st_entry_decode(encoded, &entry, NULL), STET_OK);
	assert_int_equal(st_statement_read(entry.statement, &statement, NULL), STET_OK);
	assert_int_equal(seq, check->checked.entries);
	assert_int_equal(entry.seq, seq);
	assert_true(entry.ms >= check->last_ms);
	assert_memory_equal(entry.prev, seq == 0 ? none : check->last_leaf, 32);
	name = name_of(check, statement.sign1.claims.sub);
	if (name->count == 0)
		assert_null(entry.prior);
	else
		assert_memory_equal(entry.prior, name->head, 32);
	if (statement.type == ST_TYPE_LEDGER)
		follow_ledger_key(check, &entry, statement.sign1.payload);
	check->last_is_seal = statement.type == ST_TYPE_SEAL;
	if (check->last_is_seal)
		check_seal(check, &entry, &statement);
	st_tree_leaf(encoded, leaf);
	name->count++;
	memcpy(name->head, leaf, 32);
	memcpy(check->last_leaf, leaf, 32);
	assert_int_equal(st_tree_append(&check->tree, leaf, NULL, NULL), STET_OK);
	check->last_ms = entry.ms;
	check->checked.entries++;
	return STET_OK;
}

static void
check_note(const struct checking *check, const char *folder, const char *file)
{
	struct st_note *note = malloc(sizeof(*note));
	struct st_checkpoint checkpoint;
	struct st_buf text = {0};
	struct st_vkey vkey;
	char *path = st_path_join(folder, file);
	size_t verified = 0;

	assert_true(note != NULL && path != NULL);
	assert_int_equal(st_file_read(path, ST_NOTE_MAX, &text, NULL), STET_OK);
	assert_int_equal(st_note_parse(st_buf_bytes(&text), note, NULL), STET_OK);
	assert_int_equal(st_checkpoint_parse(note->text, &checkpoint, NULL), STET_OK);
	assert_int_equal(
	    st_vkey_make(TL_ORIGIN, ST_NOTE_ED25519, check->ledger_key, &vkey, NULL), STET_OK);
	assert_int_equal(st_note_verify(note, &vkey, 1, &verified, NULL), STET_OK);
	assert_int_equal(verified, 1);
	assert_string_equal(checkpoint.origin, TL_ORIGIN);
	assert_int_equal(checkpoint.size, check->checked.entries);
	assert_memory_equal(checkpoint.root, check->checked.root, 32);
	st_buf_free(&text);
	free(path);
	free(note);
}

static struct tl_checked
check_all(struct tl *tl, int with_notes)
{
	struct checking check;
	stet_head head;
	size_t i;

	memset(&check, 0, sizeof(check));
	check.tl = tl;
	assert_int_equal(
	    st_ledger_walk(tl->ledger, 0, STET_NO_SEQ, check_entry, &check, NULL), STET_OK);
	assert_true(check.last_is_seal);
	st_tree_root(&check.tree, check.checked.root);
	assert_int_equal(stet_ledger_head(tl->ledger, &head, NULL), STET_OK);
	assert_int_equal(head.size, check.checked.entries);
	assert_memory_equal(head.root, check.checked.root, 32);
	if (with_notes)
		check_note(&check, tl->path, "checkpoint");
	if (with_notes && tl->ledger->state_dir != NULL)
		check_note(&check, tl->ledger->state_dir, "head");
	for (i = 0; i < check.checked.names; i++)
		free(check.names[i].text);
	free(check.names);
	return check.checked;
}

struct tl_checked
tl_check(struct tl *tl)
{
	return check_all(tl, 1);
}

struct tl_checked
tl_check_entries(struct tl *tl)
{
	return check_all(tl, 0);
}
