/* The vectors of docs/format.md, made by the independent reference (tests/vectors/format): the
 * library has to give the same bytes, and refuse the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "base/text.h"
#include "cbor/cbor.h"
#include "cose/cose.h"
#include "json/json.h"
#include "merkle/map.h"
#include "merkle/tree.h"
#include "note/note.h"
#include "statement/entry.h"
#include "statement/json_form.h"
#include "statement/statement.h"
#include "support/data.h"

#define ENTRIES_MAX 64

/* ------------------------------------------------------------------ reading vectors */

static stet_json *
load(const char *path)
{
	stet_json *json = NULL;
	stet_error err;
	size_t size;
	char *text = data_read(path, &size);

	if (stet_json_parse((stet_bytes){(const uint8_t *)text, size}, &json, &err) < 0)
		fail_msg("%s: %s", path, err.text);
	free(text);
	return json;
}

static const stet_json *
get(const stet_json *object, const char *key)
{
	const stet_json *value = stet_json_get(object, key);

	if (value == NULL)
		fail_msg("no member '%s' in the vectors", key);
	return value;
}

static stet_bytes
text_of(const stet_json *object, const char *key)
{
	stet_bytes text = stet_json_string_of(get(object, key));

	if (text.data == NULL)
		fail_msg("'%s' is no text in the vectors", key);
	return text;
}

static const char *
str_of(const stet_json *object, const char *key)
{
	return (const char *)text_of(object, key).data;
}

/* Bytes given in hex, in a buffer that the caller frees. */
static struct st_buf
hex_of(const stet_json *object, const char *key)
{
	struct st_buf buf = {0};

	if (st_hex_get(&buf, text_of(object, key)) < 0 || buf.rc != STET_OK)
		fail_msg("'%s' is no hex in the vectors", key);
	return buf;
}

static void
hash_of(const stet_json *object, const char *key, uint8_t out[32])
{
	if (st_hex_read(text_of(object, key), out, 32) < 0)
		fail_msg("'%s' is no hash in the vectors", key);
}

static uint64_t
number_of(const stet_json *object, const char *key)
{
	return (uint64_t)stet_json_int_of(get(object, key));
}

static void
assert_bytes(stet_bytes got, stet_bytes expected)
{
	struct st_buf hex = {0};

	if (st_bytes_equal(got, expected))
		return;
	st_hex_put(&hex, got);
	st_buf_put_str(&hex, " is not ");
	st_hex_put(&hex, expected);
	st_buf_put_u8(&hex, 0);
	fail_msg("%s", (const char *)hex.data);
}

#define assert_hash(got, object, key)                    \
	do {                                             \
		uint8_t expected_[32];                   \
		hash_of(object, key, expected_);         \
		assert_memory_equal(got, expected_, 32); \
	} while (0)

/* ------------------------------------------------------------------ CBOR, names, ids */

/* Every beginning of an item, and the item with one byte more. */
static size_t
refuse_cuts(stet_bytes item)
{
	struct st_buf more = {0};
	stet_bytes cut = item;
	size_t refused = 0;

	for (cut.size = 0; cut.size < item.size; cut.size++, refused++)
		assert_int_equal(st_cbor_check(cut, NULL), STET_EFORMAT);
	st_buf_put_bytes(&more, item);
	st_buf_put_u8(&more, 0);
	assert_int_equal(st_cbor_check(st_buf_bytes(&more), NULL), STET_EFORMAT);
	st_buf_free(&more);
	return refused + 1;
}

static void
test_format__cbor_takes_what_the_profile_has(void **state)
{
	stet_json *vectors = load("vectors/format/cbor.json");
	const stet_json *rows = get(vectors, "accepted");
	size_t i, cuts = 0;

	(void)state;
	for (i = 0; i < stet_json_size(rows); i++) {
		const stet_json *row = stet_json_item(rows, i);
		struct st_buf item = hex_of(row, "hex");
		stet_error err;
		size_t size = 0;

		if (st_cbor_check(st_buf_bytes(&item), &err) < 0)
			fail_msg("%s: %s", str_of(row, "diag"), err.text);
		assert_int_equal(st_cbor_check_first(st_buf_bytes(&item), &size, NULL), STET_OK);
		assert_int_equal(size, item.size);
		cuts += refuse_cuts(st_buf_bytes(&item));
		st_buf_free(&item);
	}
	print_message("%zu items taken, %zu cuts of them refused\n", i, cuts);
	stet_json_free(vectors);
}

static void
test_format__cbor_refuses_everything_else(void **state)
{
	stet_json *vectors = load("vectors/format/cbor.json");
	const stet_json *rows = get(vectors, "refused");
	size_t i;

	(void)state;
	for (i = 0; i < stet_json_size(rows); i++) {
		const stet_json *row = stet_json_item(rows, i);
		struct st_buf item = hex_of(row, "hex");

		if (st_cbor_check(st_buf_bytes(&item), NULL) != STET_EFORMAT)
			fail_msg("taken: %s (%s)", str_of(row, "hex"), str_of(row, "why"));
		st_buf_free(&item);
	}
	print_message("%zu items refused\n", i);
	stet_json_free(vectors);
}

static void
test_format__names_have_one_spelling(void **state)
{
	stet_json *vectors = load("vectors/format/names.json");
	const stet_json *rows = get(vectors, "names");
	stet_error err;
	uint8_t key[32];
	size_t i, refused;

	(void)state;
	for (i = 0; i < stet_json_size(rows); i++) {
		const stet_json *row = stet_json_item(rows, i);

		if (st_name_check(text_of(row, "name"), &err) < 0)
			fail_msg("%s", err.text);
		st_map_key(text_of(row, "name"), key);
		assert_hash(key, row, "key");
	}
	rows = get(vectors, "refused");
	for (refused = 0; refused < stet_json_size(rows); refused++) {
		const stet_json *row = stet_json_item(rows, refused);

		if (st_name_check(text_of(row, "name"), NULL) != STET_EFORMAT)
			fail_msg("taken: %s (%s)", str_of(row, "name"), str_of(row, "why"));
	}
	print_message("%zu names taken, %zu refused\n", i, refused);
	stet_json_free(vectors);
}

static void
test_format__dois_are_read_as_people_paste_them(void **state)
{
	stet_json *vectors = load("vectors/format/names.json");
	const stet_json *rows = get(vectors, "dois");
	uint32_t prefix;
	size_t i, refused;

	(void)state;
	for (i = 0; i < stet_json_size(rows); i++) {
		const stet_json *row = stet_json_item(rows, i);
		struct st_buf name = {0}, doi = {0}, back = {0};
		stet_error err;

		if (st_name_parse(text_of(row, "text"), &name, &prefix, &err) != 0)
			fail_msg("%s: %s", str_of(row, "text"), err.text);
		assert_bytes(st_buf_bytes(&name), text_of(row, "name"));
		assert_int_equal(st_name_to_doi(st_buf_bytes(&name), &doi, NULL), STET_OK);
		assert_bytes(st_buf_bytes(&doi), text_of(row, "doi"));
		assert_int_equal(st_name_from_doi(st_buf_bytes(&doi), &back, NULL), STET_OK);
		assert_bytes(st_buf_bytes(&back), text_of(row, "name"));
		st_buf_free(&name);
		st_buf_free(&doi);
		st_buf_free(&back);
	}
	rows = get(vectors, "not_dois");
	for (refused = 0; refused < stet_json_size(rows); refused++) {
		stet_bytes text = stet_json_string_of(stet_json_item(rows, refused));
		struct st_buf name = {0};

		assert_int_equal(st_name_parse(text, &name, &prefix, NULL), STET_EFORMAT);
		st_buf_free(&name);
	}
	print_message("%zu DOIs read, %zu refused\n", i, refused);
	stet_json_free(vectors);
}

static void
test_format__ids_go_to_json_and_back(void **state)
{
	stet_json *vectors = load("vectors/format/ids.json");
	const stet_json *rows = get(vectors, "cti");
	size_t i;

	(void)state;
	for (i = 0; i < stet_json_size(rows); i++) {
		const stet_json *row = stet_json_item(rows, i);
		struct st_buf cti = hex_of(row, "cti"), id = {0}, back = {0};

		st_cti_to_id(st_buf_bytes(&cti), &id);
		assert_bytes(st_buf_bytes(&id), text_of(row, "id"));
		assert_int_equal(st_cti_from_id(st_buf_bytes(&id), &back, NULL), STET_OK);
		assert_bytes(st_buf_bytes(&back), st_buf_bytes(&cti));
		st_buf_free(&cti);
		st_buf_free(&id);
		st_buf_free(&back);
	}
	assert_true(i > 0);
	stet_json_free(vectors);
}

static void
test_format__rows_have_a_digest(void **state)
{
	stet_json *vectors = load("vectors/format/ids.json");
	const stet_json *rows = get(vectors, "rows");
	size_t i, k;

	(void)state;
	for (i = 0; i < stet_json_size(rows); i++) {
		const stet_json *row = stet_json_item(rows, i), *fields = get(row, "fields");
		struct st_buf encoded = {0}, expected = hex_of(row, "bytes"), digest = {0};
		uint8_t hash[32], length[4];

		for (k = 0; k < stet_json_size(fields); k++) {
			stet_bytes field = stet_json_string_of(stet_json_item(fields, k));

			st_be32_put(length, (uint32_t)field.size);
			st_buf_put(&encoded, length, 4);
			st_buf_put_bytes(&encoded, field);
		}
		if (encoded.size > 0)
			assert_bytes(st_buf_bytes(&encoded), st_buf_bytes(&expected));
		st_sha256(st_buf_bytes(&encoded), hash);
		st_hex_put(&digest, (stet_bytes){hash, 16});
		st_buf_put_str(&digest, ".1");
		assert_bytes(st_buf_bytes(&digest), text_of(row, "first"));
		st_buf_free(&encoded);
		st_buf_free(&expected);
		st_buf_free(&digest);
	}
	assert_true(i > 0);
	stet_json_free(vectors);
}

/* ------------------------------------------------------------------ keys */

/* The key pair of a name in keys.json, and what it says as issuer. */
static const char *
secret_of(const stet_json *keys, const char *name, struct st_secret *secret_out)
{
	const stet_json *rows = get(keys, "keys");
	uint8_t seed[32];
	size_t i;

	for (i = 0; i < stet_json_size(rows); i++) {
		const stet_json *row = stet_json_item(rows, i);

		if (strcmp(str_of(row, "name"), name) != 0)
			continue;
		hash_of(row, "seed", seed);
		st_secret_from_seed(seed, secret_out);
		return str_of(row, "issuer");
	}
	fail_msg("no key '%s' in the vectors", name);
	return NULL;
}

static void
test_format__keys_have_their_names(void **state)
{
	stet_json *vectors = load("vectors/format/keys.json");
	const stet_json *rows = get(vectors, "keys");
	size_t i;

	(void)state;
	for (i = 0; i < stet_json_size(rows); i++) {
		const stet_json *row = stet_json_item(rows, i);
		struct st_buf expected = hex_of(row, "cose_key"), got = {0};
		char name[ST_KEY_NAME_SIZE];
		struct st_secret secret;
		struct st_vkey vkey;
		uint8_t kid[32];

		secret_of(vectors, str_of(row, "name"), &secret);
		assert_hash(secret.public_key, row, "public_key");
		assert_true(st_public_key_ok(secret.public_key));
		st_cose_key_put(&got, secret.public_key);
		assert_bytes(st_buf_bytes(&got), st_buf_bytes(&expected));
		st_key_thumbprint(secret.public_key, kid);
		assert_hash(kid, row, "kid");
		st_key_name(kid, name);
		assert_string_equal(name, str_of(row, "key_name"));
		assert_int_equal(st_vkey_make("ledger.example/stet", ST_NOTE_ED25519,
				     secret.public_key, &vkey, NULL),
		    STET_OK);
		st_buf_reset(&got);
		st_vkey_put(&got, &vkey);
		assert_bytes(st_buf_bytes(&got), text_of(row, "vkey"));
		st_buf_free(&expected);
		st_buf_free(&got);
	}
	assert_true(i > 0);
	stet_json_free(vectors);
}

static void
test_format__sealed_key_file_opens_with_its_passphrase(void **state)
{
	stet_json *vectors = load("vectors/format/keys.json");
	struct st_buf box = hex_of(get(vectors, "sealed_key_file"), "sealed"), seed = {0};
	stet_bytes passphrase = text_of(vectors, "passphrase");

	(void)state;
	assert_int_equal(box.size, 16 + 24 + 32 + 16);
	assert_int_equal(st_open_secret(passphrase, st_buf_bytes(&box), &seed, NULL), STET_OK);
	assert_int_equal(seed.size, 32);
	assert_hash(seed.data, get(vectors, "key_file"), "seed");
	passphrase.size--;
	assert_true(st_open_secret(passphrase, st_buf_bytes(&box), &seed, NULL) < 0);
	st_buf_free(&box);
	st_buf_free(&seed);
	stet_json_free(vectors);
}

/* ------------------------------------------------------------------ the example ledger */

struct book {
	stet_json *ledger, *keys;
	const stet_json *rows;
	size_t count;
	struct st_buf entries[ENTRIES_MAX];
};

static void
open_book(struct book *book)
{
	size_t i;

	memset(book, 0, sizeof(*book));
	book->ledger = load("vectors/format/ledger.json");
	book->keys = load("vectors/format/keys.json");
	book->rows = get(book->ledger, "entries");
	book->count = stet_json_size(book->rows);
	assert_in_range(book->count, 10, ENTRIES_MAX);
	for (i = 0; i < book->count; i++)
		book->entries[i] = hex_of(stet_json_item(book->rows, i), "entry");
}

static void
close_book(struct book *book)
{
	size_t i;

	for (i = 0; i < book->count; i++)
		st_buf_free(&book->entries[i]);
	stet_json_free(book->ledger);
	stet_json_free(book->keys);
}

static void
check_entry(const struct book *book, size_t i)
{
	const stet_json *row = stet_json_item(book->rows, i);
	struct st_buf statement = hex_of(row, "statement"), again = {0};
	struct st_entry entry;
	uint8_t leaf[32];

	assert_int_equal(st_entry_decode(st_buf_bytes(&book->entries[i]), &entry, NULL), STET_OK);
	assert_int_equal(entry.seq, i);
	assert_int_equal(entry.ms, number_of(row, "ms"));
	assert_hash(entry.prev, row, "prev");
	if (stet_json_kind_of(get(row, "prior")) == STET_JSON_NULL)
		assert_null(entry.prior);
	else
		assert_hash(entry.prior, row, "prior");
	assert_bytes(entry.statement, st_buf_bytes(&statement));
	assert_int_equal(st_entry_encode(&entry, &again, NULL), STET_OK);
	assert_bytes(st_buf_bytes(&again), st_buf_bytes(&book->entries[i]));
	st_tree_leaf(st_buf_bytes(&again), leaf);
	assert_hash(leaf, row, "leaf");
	st_buf_free(&statement);
	st_buf_free(&again);
}

static void
test_format__entries_are_these_bytes(void **state)
{
	struct book book;
	size_t i;

	(void)state;
	open_book(&book);
	for (i = 0; i < book.count; i++)
		check_entry(&book, i);
	print_message("%zu entries\n", i);
	close_book(&book);
}

/* Signs the same claims and payload with the same key. */
static void
check_signing(const struct book *book, const stet_json *row, const struct st_sign1 *sign1)
{
	struct st_buf payload = hex_of(row, "payload"), head = hex_of(row, "protected"),
		      again = {0};
	struct st_secret secret;
	const char *issuer = secret_of(book->keys, str_of(row, "signer"), &secret);
	uint8_t kid[32];
	stet_error err;

	assert_bytes(sign1->payload, st_buf_bytes(&payload));
	assert_bytes(sign1->head, st_buf_bytes(&head));
	assert_bytes(sign1->claims.iss, st_str(issuer));
	assert_bytes(sign1->claims.sub, text_of(row, "sub"));
	st_key_thumbprint(secret.public_key, kid);
	assert_memory_equal(sign1->kid, kid, 32);
	assert_int_equal(st_sign1_verify(sign1, secret.public_key, NULL), STET_OK);
	if (st_sign1_encode(&sign1->claims, st_buf_bytes(&payload), &secret, &again, &err) < 0)
		fail_msg("%s", err.text);
	assert_bytes(st_buf_bytes(&again), sign1->encoded);
	st_buf_free(&payload);
	st_buf_free(&head);
	st_buf_free(&again);
}

/* To JSON, member by member in this order, and from there to the same payload. */
static void
check_json(const stet_json *row, const struct st_statement *statement)
{
	char *got_text = NULL, *expected_text = NULL;
	struct st_buf payload = {0};
	stet_json *json = NULL;
	enum st_type type;
	stet_error err;

	if (st_statement_to_json(statement, &json, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(stet_json_text(json, 0, &got_text, NULL, NULL), STET_OK);
	assert_int_equal(stet_json_text(get(row, "json"), 0, &expected_text, NULL, NULL), STET_OK);
	assert_string_equal(got_text, expected_text);
	if (st_payload_from_json(json, &type, &payload, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(type, statement->type);
	assert_bytes(st_buf_bytes(&payload), statement->sign1.payload);
	st_buf_free(&payload);
	free(got_text);
	free(expected_text);
	stet_json_free(json);
}

static void
test_format__statements_are_these_bytes(void **state)
{
	struct book book;
	size_t i;

	(void)state;
	open_book(&book);
	for (i = 0; i < book.count; i++) {
		const stet_json *row = stet_json_item(book.rows, i);
		struct st_buf encoded = hex_of(row, "statement");
		struct st_statement statement;
		stet_error err;

		if (st_statement_read(st_buf_bytes(&encoded), &statement, &err) < 0)
			fail_msg("entry %zu: %s", i, err.text);
		assert_int_not_equal(statement.type, ST_TYPE_UNKNOWN);
		check_signing(&book, row, &statement.sign1);
		check_json(row, &statement);
		st_buf_free(&encoded);
	}
	close_book(&book);
}

/* ------------------------------------------------------------------ statements refused */

static void
test_format__statements_of_another_form_are_refused(void **state)
{
	stet_json *vectors = load("vectors/format/statements.json");
	const stet_json *rows = get(vectors, "refused");
	size_t i;

	(void)state;
	for (i = 0; i < stet_json_size(rows); i++) {
		const stet_json *row = stet_json_item(rows, i);
		struct st_buf encoded = hex_of(row, "statement");
		struct st_statement statement;
		struct st_sign1 sign1;

		/* A payload without type or v is COSE as good as any; the next layer refuses it. */
		if (st_statement_read(st_buf_bytes(&encoded), &statement, NULL) != STET_EFORMAT)
			fail_msg("taken: %s", str_of(row, "why"));
		if (strncmp(str_of(row, "why"), "payload without", 15) != 0)
			assert_int_equal(
			    st_sign1_decode(st_buf_bytes(&encoded), &sign1, NULL), STET_EFORMAT);
		st_buf_free(&encoded);
	}
	print_message("%zu statements refused\n", i);
	stet_json_free(vectors);
}

static void
judge_signatures(const stet_json *rows, int expected)
{
	struct st_sign1 sign1;
	uint8_t key[32];
	size_t i;

	assert_true(stet_json_size(rows) > 0);
	for (i = 0; i < stet_json_size(rows); i++) {
		const stet_json *row = stet_json_item(rows, i);
		struct st_buf encoded = hex_of(row, "statement");

		hash_of(row, "key", key);
		assert_int_equal(st_sign1_decode(st_buf_bytes(&encoded), &sign1, NULL), STET_OK);
		assert_int_equal(st_sign1_verify(&sign1, key, NULL), expected);
		st_buf_free(&encoded);
	}
}

static void
test_format__signatures_are_judged_alike(void **state)
{
	stet_json *vectors = load("vectors/format/statements.json");

	(void)state;
	judge_signatures(get(vectors, "accepted"), STET_OK);
	judge_signatures(get(vectors, "mismatched"), STET_EMISMATCH);
	stet_json_free(vectors);
}

/* ------------------------------------------------------------------ tree and index */

static void
test_format__tree_has_these_roots(void **state)
{
	struct st_tree tree = {0};
	struct book book;
	uint8_t leaf[32], root[32];
	size_t i;

	(void)state;
	open_book(&book);
	for (i = 0; i < book.count; i++) {
		st_tree_leaf(st_buf_bytes(&book.entries[i]), leaf);
		assert_int_equal(st_tree_append(&tree, leaf, NULL, NULL), 0);
		st_tree_root(&tree, root);
		assert_hash(root, stet_json_item(book.rows, i), "root");
	}
	close_book(&book);
}

static size_t
path_of(const stet_json *row, uint8_t path_out[ST_TREE_PATH_MAX][32])
{
	const stet_json *path = get(row, "path");
	size_t i;

	assert_true(stet_json_size(path) <= ST_TREE_PATH_MAX);
	for (i = 0; i < stet_json_size(path); i++)
		assert_int_equal(
		    st_hex_read(stet_json_string_of(stet_json_item(path, i)), path_out[i], 32), 0);
	return i;
}

static void
test_format__inclusion_and_consistency_verify(void **state)
{
	stet_json *vectors = load("vectors/format/tree.json");
	const stet_json *rows = get(vectors, "inclusion");
	uint8_t path[ST_TREE_PATH_MAX][32], leaf[32], root[32], older[32];
	const uint8_t(*hashes)[32] = (const uint8_t(*)[32])path;
	size_t i, k, count;

	(void)state;
	for (i = 0; i < stet_json_size(rows); i++) {
		const stet_json *row = stet_json_item(rows, i);
		uint64_t index = number_of(row, "index"), size = number_of(row, "size");

		count = path_of(row, path);
		hash_of(row, "leaf", leaf);
		hash_of(row, "root", root);
		assert_int_equal(st_tree_inclusion_ok(index, size, leaf, hashes, count, root), 1);
		leaf[i % 32] ^= 1;
		assert_int_equal(st_tree_inclusion_ok(index, size, leaf, hashes, count, root), 0);
	}
	rows = get(vectors, "consistency");
	for (k = 0; k < stet_json_size(rows); k++) {
		const stet_json *row = stet_json_item(rows, k);
		uint64_t size1 = number_of(row, "size1"), size2 = number_of(row, "size2");

		count = path_of(row, path);
		hash_of(row, "root1", older);
		hash_of(row, "root2", root);
		assert_int_equal(
		    st_tree_consistency_ok(size1, size2, older, root, hashes, count), 1);
		older[k % 32] ^= 1;
		assert_int_equal(
		    st_tree_consistency_ok(size1, size2, older, root, hashes, count), 0);
	}
	print_message("%zu inclusion proofs, %zu consistency proofs\n", i, k);
	stet_json_free(vectors);
}

static int
by_key(const void *left, const void *right)
{
	return memcmp(
	    ((const struct st_map_leaf *)left)->key, ((const struct st_map_leaf *)right)->key, 32);
}

static void
assert_index(struct st_map_leaf *leaves, size_t count, const stet_json *object, const char *key)
{
	struct st_map_side side;

	qsort(leaves, count, sizeof(*leaves), by_key);
	st_map_root(leaves, count, 0, &side);
	assert_int_equal(side.count, count);
	assert_hash(side.hash, object, key);
}

static void
test_format__index_has_these_roots(void **state)
{
	stet_json *vectors = load("vectors/format/index.json");
	const stet_json *cases = get(vectors, "cases");
	struct st_map_leaf leaves[128];
	uint8_t hash[32];
	size_t i, k, count;

	(void)state;
	for (i = 0; i < stet_json_size(cases); i++) {
		const stet_json *one = stet_json_item(cases, i), *names = get(one, "names");

		count = stet_json_size(names);
		assert_true(count <= 128);
		for (k = 0; k < count; k++) {
			const stet_json *name = stet_json_item(names, k);

			st_map_key(text_of(name, "name"), leaves[k].key);
			assert_hash(leaves[k].key, name, "key");
			leaves[k].count = number_of(name, "count");
			hash_of(name, "head", leaves[k].head);
			st_map_leaf_hash(&leaves[k], hash);
			assert_hash(hash, name, "leaf_hash");
		}
		assert_index(leaves, count, one, "root");
	}
	print_message("%zu indexes\n", i);
	stet_json_free(vectors);
}

/* One more entry about a name, in a set that is small enough to be searched. */
static size_t
count_entry(struct st_map_leaf *leaves, size_t count, stet_bytes name, const uint8_t leaf[32])
{
	uint8_t key[32];
	size_t i;

	if (st_bytes_equal(name, st_str("stet:seal")))
		return count;
	st_map_key(name, key);
	for (i = 0; i < count && memcmp(leaves[i].key, key, 32) != 0; i++)
		;
	if (i == count) {
		memcpy(leaves[i].key, key, 32);
		leaves[i].count = 0;
		count++;
	}
	leaves[i].count++;
	memcpy(leaves[i].head, leaf, 32);
	return count;
}

static void
test_format__index_follows_the_ledger(void **state)
{
	struct st_map_leaf leaves[ENTRIES_MAX];
	struct book book;
	uint8_t leaf[32];
	size_t i, count = 0;

	(void)state;
	open_book(&book);
	for (i = 0; i < book.count; i++) {
		const stet_json *row = stet_json_item(book.rows, i);

		st_tree_leaf(st_buf_bytes(&book.entries[i]), leaf);
		count = count_entry(leaves, count, text_of(row, "sub"), leaf);
		assert_index(leaves, count, row, "index");
	}
	close_book(&book);
}

/* What a seal signs are the roots right before it. */
static void
test_format__seals_commit_to_what_is_before_them(void **state)
{
	struct book book;
	size_t i, seals = 0;

	(void)state;
	open_book(&book);
	for (i = 1; i < book.count; i++) {
		const stet_json *row = stet_json_item(book.rows, i);
		const stet_json *before = stet_json_item(book.rows, i - 1);
		struct st_buf payload;
		stet_bytes hash;
		uint64_t number;

		if (strcmp(str_of(row, "sub"), "stet:seal") != 0)
			continue;
		payload = hex_of(row, "payload");
		assert_int_equal(
		    st_cbor_member_uint(st_buf_bytes(&payload), "size", &number), STET_OK);
		assert_int_equal(number, i);
		assert_int_equal(
		    st_cbor_member_uint(st_buf_bytes(&payload), "ms", &number), STET_OK);
		assert_int_equal(number, number_of(row, "ms"));
		assert_int_equal(
		    st_cbor_member_bytes(st_buf_bytes(&payload), "root", &hash), STET_OK);
		assert_hash(hash.data, before, "root");
		assert_int_equal(
		    st_cbor_member_bytes(st_buf_bytes(&payload), "index", &hash), STET_OK);
		assert_hash(hash.data, before, "index");
		st_buf_free(&payload);
		seals++;
	}
	print_message("%zu seals\n", seals);
	assert_true(seals > 1);
	close_book(&book);
}

/* ------------------------------------------------------------------ checkpoints, receipts */

static void
check_note(const stet_json *keys, const char *origin, const stet_json *row)
{
	struct st_checkpoint checkpoint = {.size = number_of(row, "size")}, parsed;
	const stet_json *signers = get(row, "signers");
	struct st_buf text = {0}, note = {0};
	struct st_vkey vkeys[4];
	struct st_note split;
	size_t i, verified;

	snprintf(checkpoint.origin, sizeof(checkpoint.origin), "%s", origin);
	hash_of(row, "root", checkpoint.root);
	st_checkpoint_put(&text, &checkpoint);
	assert_bytes(st_buf_bytes(&text), text_of(row, "text"));
	assert_int_equal(st_checkpoint_parse(text_of(row, "text"), &parsed, NULL), STET_OK);
	assert_int_equal(parsed.size, checkpoint.size);
	for (i = 0; i < stet_json_size(signers); i++) {
		stet_bytes name = stet_json_string_of(stet_json_item(signers, i));
		struct st_secret secret;

		secret_of(keys, (const char *)name.data, &secret);
		assert_int_equal((i == 0 ? st_note_sign : st_note_add)(
				     st_buf_bytes(&text), origin, &secret, &note, NULL),
		    STET_OK);
		assert_int_equal(
		    st_vkey_make(origin, ST_NOTE_ED25519, secret.public_key, &vkeys[i], NULL),
		    STET_OK);
	}
	assert_bytes(st_buf_bytes(&note), text_of(row, "note"));
	assert_int_equal(st_note_parse(text_of(row, "note"), &split, NULL), STET_OK);
	assert_int_equal(st_note_verify(&split, vkeys, i, &verified, NULL), STET_OK);
	assert_int_equal(verified, i);
	st_buf_free(&text);
	st_buf_free(&note);
}

static void
test_format__checkpoints_are_these_notes(void **state)
{
	stet_json *vectors = load("vectors/format/note.json");
	stet_json *keys = load("vectors/format/keys.json");
	const stet_json *rows = get(vectors, "checkpoints");
	size_t i;

	(void)state;
	for (i = 0; i < stet_json_size(rows); i++)
		check_note(keys, str_of(vectors, "origin"), stet_json_item(rows, i));
	print_message("%zu checkpoints\n", i);
	stet_json_free(vectors);
	stet_json_free(keys);
}

/* The bytes that the receipt's signature covers: Sig_structure over the detached root. */
static void
put_to_be_signed(struct st_buf *out, stet_bytes head, const uint8_t root[32])
{
	st_cbor_put_array(out, 4);
	st_cbor_put_str(out, "Signature1");
	st_cbor_put_bytes(out, head);
	st_cbor_put_bytes(out, (stet_bytes){NULL, 0});
	st_cbor_put_bytes(out, (stet_bytes){root, 32});
}

static void
test_format__receipt_holds_together(void **state)
{
	stet_json *vectors = load("vectors/format/receipt.json");
	struct st_buf head = hex_of(vectors, "protected"), prefix = hex_of(vectors, "prefix");
	struct st_buf signature = hex_of(vectors, "signature"), proof = hex_of(vectors, "proof");
	struct st_buf receipt = hex_of(vectors, "receipt"), covered = {0}, input = {0}, statement;
	uint8_t root[32], key[32], leaf[32], path[ST_TREE_PATH_MAX][32];
	uint64_t size, seq, count, i;
	const uint8_t *hash;
	struct book book;
	struct st_cbor in;

	(void)state;
	open_book(&book);
	/* The only map with integer and text keys, and only where that is allowed. */
	assert_int_equal(st_cbor_check(st_buf_bytes(&head), NULL), STET_EFORMAT);
	assert_int_equal(st_cbor_check_mixed(st_buf_bytes(&head), NULL), STET_OK);
	assert_int_equal(st_cbor_check(st_buf_bytes(&receipt), NULL), STET_OK);
	hash_of(vectors, "root", root);
	hash_of(vectors, "key", key);
	put_to_be_signed(&covered, st_buf_bytes(&head), root);
	assert_int_equal(signature.size, 64);
	assert_int_equal(st_signature_ok(key, st_buf_bytes(&covered), signature.data), 1);
	/* prefix || statement is the entry; its leaf is in the tree of the root. */
	statement = hex_of(stet_json_item(book.rows, number_of(vectors, "seq")), "statement");
	st_buf_put_bytes(&input, st_buf_bytes(&prefix));
	st_buf_put_bytes(&input, st_buf_bytes(&statement));
	assert_bytes(st_buf_bytes(&input), st_buf_bytes(&book.entries[number_of(vectors, "seq")]));
	st_tree_leaf(st_buf_bytes(&input), leaf);
	in = st_cbor_open(st_buf_bytes(&proof));
	assert_int_equal(st_cbor_read_array(&in, &count), STET_OK);
	assert_int_equal(st_cbor_read_uint(&in, &size), STET_OK);
	assert_int_equal(st_cbor_read_uint(&in, &seq), STET_OK);
	assert_int_equal(st_cbor_read_array(&in, &count), STET_OK);
	assert_true(count <= ST_TREE_PATH_MAX);
	for (i = 0; i < count; i++) {
		assert_int_equal(st_cbor_read_hash(&in, &hash), STET_OK);
		memcpy(path[i], hash, 32);
	}
	assert_int_equal(
	    st_tree_inclusion_ok(seq, size, leaf, (const uint8_t(*)[32])path, (size_t)count, root),
	    1);
	st_buf_free(&head);
	st_buf_free(&prefix);
	st_buf_free(&signature);
	st_buf_free(&proof);
	st_buf_free(&receipt);
	st_buf_free(&covered);
	st_buf_free(&input);
	st_buf_free(&statement);
	close_book(&book);
	stet_json_free(vectors);
}

/* ------------------------------------------------------------------ the page itself */

/* 1 if the page has the word as code: between backticks, or as one of a pattern's ends. */
static int
page_has(const char *page, const char *word)
{
	char quoted[128];

	snprintf(quoted, sizeof(quoted), "`%s`", word);
	if (strstr(page, quoted) != NULL)
		return 1;
	snprintf(quoted, sizeof(quoted), "`? %s`", word);
	return strstr(page, quoted) != NULL;
}

/* Every member and every word of an enumeration that the schema tables know is on the page. */
static void
test_format__page_names_every_member(void **state)
{
	char *page = data_read("../docs/format.md", NULL);
	size_t row, words = 0, k;
	stet_field_info info;

	(void)state;
	for (row = 0; stet_statement_field(row, &info); row++) {
		const char *name = strrchr(info.path, '/') + 1;

		/* A grant's issuer has another name in JSON, which the paths are of. */
		if (name[0] != '<' && strcmp(name, "-") != 0 && !page_has(page, name))
			fail_msg("docs/format.md does not name '%s' of %s", info.path, info.type);
		for (k = 0; info.values != NULL && info.values[k] != NULL; k++, words++)
			if (!page_has(page, info.values[k]))
				fail_msg("docs/format.md does not have the word '%s' of '%s' of %s",
				    info.values[k], info.path, info.type);
	}
	assert_false(page_has(page, "no-such-member"));
	print_message("%zu members, %zu words\n", row, words);
	assert_true(row > 150 && words > 60);
	free(page);
}

/* ------------------------------------------------------------------ every bit */

/* Whatever bit of an entry is turned: it is no entry, or no statement, or its signature fails, or
 * at the very least its leaf is another, so that the next entry does not follow it. */
static void
test_format__every_bit_of_an_entry_counts(void **state)
{
	size_t i, bit, form = 0, signature = 0, leaf_only = 0;
	struct book book;

	(void)state;
	open_book(&book);
	for (i = 0; i < book.count; i++) {
		struct st_secret secret;

		secret_of(book.keys, str_of(stet_json_item(book.rows, i), "signer"), &secret);
		for (bit = i % 13; bit < 8 * book.entries[i].size; bit += 13) {
			struct st_entry entry;
			struct st_sign1 sign1;
			uint8_t leaf[32], before[32];
			stet_bytes bytes = st_buf_bytes(&book.entries[i]);

			st_tree_leaf(bytes, before);
			book.entries[i].data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			st_tree_leaf(bytes, leaf);
			assert_memory_not_equal(leaf, before, 32);
			if (st_entry_decode(bytes, &entry, NULL) < 0 ||
			    st_sign1_decode(entry.statement, &sign1, NULL) < 0)
				form++;
			else if (st_sign1_verify(&sign1, secret.public_key, NULL) < 0)
				signature++;
			else
				leaf_only++;
			book.entries[i].data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	print_message("%zu bits: %zu refused by form, %zu by signature, %zu by the chain alone\n",
	    form + signature + leaf_only, form, signature, leaf_only);
	assert_true(form > 0 && signature > form && leaf_only > 0);
	close_book(&book);
}

static int
start(void **state)
{
	(void)state;
	return st_crypto_init(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_format__cbor_takes_what_the_profile_has),
	    cmocka_unit_test(test_format__cbor_refuses_everything_else),
	    cmocka_unit_test(test_format__names_have_one_spelling),
	    cmocka_unit_test(test_format__dois_are_read_as_people_paste_them),
	    cmocka_unit_test(test_format__ids_go_to_json_and_back),
	    cmocka_unit_test(test_format__rows_have_a_digest),
	    cmocka_unit_test(test_format__keys_have_their_names),
	    cmocka_unit_test(test_format__sealed_key_file_opens_with_its_passphrase),
	    cmocka_unit_test(test_format__entries_are_these_bytes),
	    cmocka_unit_test(test_format__statements_are_these_bytes),
	    cmocka_unit_test(test_format__statements_of_another_form_are_refused),
	    cmocka_unit_test(test_format__signatures_are_judged_alike),
	    cmocka_unit_test(test_format__tree_has_these_roots),
	    cmocka_unit_test(test_format__inclusion_and_consistency_verify),
	    cmocka_unit_test(test_format__index_has_these_roots),
	    cmocka_unit_test(test_format__index_follows_the_ledger),
	    cmocka_unit_test(test_format__seals_commit_to_what_is_before_them),
	    cmocka_unit_test(test_format__checkpoints_are_these_notes),
	    cmocka_unit_test(test_format__receipt_holds_together),
	    cmocka_unit_test(test_format__page_names_every_member),
	    cmocka_unit_test(test_format__every_bit_of_an_entry_counts),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
