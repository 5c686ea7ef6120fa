/* receipt: tlog-proofs, COSE receipts and transparent statements, as an enemy would hand them in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "json/json.h"
#include "receipt/receipt.h"
#include "support/alloc.h"
#include "support/data.h"

#define ORIGIN "ledger.example/stet"

static stet_json *
load(const char *path)
{
	stet_json *json = NULL;
	size_t size;
	char *text = data_read(path, &size);

	assert_int_equal(
	    stet_json_parse((stet_bytes){(const uint8_t *)text, size}, &json, NULL), STET_OK);
	free(text);
	return json;
}

static struct st_buf
hex_of(const stet_json *object, const char *key)
{
	stet_bytes text = stet_json_string_of(stet_json_get(object, key));
	struct st_buf buf = {0};

	assert_non_null(text.data);
	assert_int_equal(st_hex_get(&buf, text), 0);
	return buf;
}

/* The worked example of docs/format.md, "A receipt", and who signed it. */
struct example {
	struct st_buf receipt, transparent, statement, entry, tlog;
	struct st_inclusion inclusion;
	struct st_secret secret;
	uint8_t root[32];
	stet_trust *trust;
};

static void
find_secret(const struct st_buf *key, struct st_secret *secret)
{
	stet_json *file = load("vectors/format/keys.json");
	const stet_json *keys = stet_json_get(file, "keys");
	size_t i;

	for (i = 0; i < stet_json_size(keys); i++) {
		struct st_buf seed = hex_of(stet_json_item(keys, i), "seed");

		st_secret_from_seed(seed.data, secret);
		st_buf_free(&seed);
		if (memcmp(secret->public_key, key->data, 32) == 0)
			break;
	}
	assert_true(i < stet_json_size(keys));
	stet_json_free(file);
}

static void
make_tlog(struct example *example)
{
	struct st_checkpoint checkpoint = {.origin = ORIGIN, .size = example->inclusion.size};
	struct st_buf text = {0}, note = {0};

	memcpy(checkpoint.root, example->root, 32);
	st_checkpoint_put(&text, &checkpoint);
	assert_int_equal(
	    st_note_sign(st_buf_bytes(&text), ORIGIN, &example->secret, &note, NULL), STET_OK);
	st_tlog_proof_encode(st_buf_bytes(&example->entry), &example->inclusion,
	    st_buf_bytes(&note), &example->tlog);
	st_buf_free(&text);
	st_buf_free(&note);
}

static void
make_trust(struct example *example)
{
	struct st_buf text = {0};
	struct st_vkey vkey;

	assert_int_equal(
	    st_vkey_make(ORIGIN, ST_NOTE_ED25519, example->secret.public_key, &vkey, NULL),
	    STET_OK);
	st_vkey_put(&text, &vkey);
	st_buf_put_u8(&text, '\0');
	assert_int_equal(stet_trust_new(&example->trust, NULL), STET_OK);
	assert_int_equal(stet_trust_add(example->trust, (const char *)text.data, NULL), STET_OK);
	st_buf_free(&text);
}

static void
open_example(struct example *example)
{
	stet_json *vectors = load("vectors/format/receipt.json"),
		  *ledger = load("vectors/format/ledger.json");
	const stet_json *row = stet_json_item(stet_json_get(ledger, "entries"),
	    (size_t)stet_json_int_of(stet_json_get(vectors, "seq")));
	struct st_buf key = hex_of(vectors, "key"), root = hex_of(vectors, "root");
	struct st_receipt receipt;

	memset(example, 0, sizeof(*example));
	example->receipt = hex_of(vectors, "receipt");
	example->transparent = hex_of(vectors, "transparent_statement");
	example->statement = hex_of(row, "statement");
	example->entry = hex_of(vectors, "prefix");
	st_buf_put_bytes(&example->entry, st_buf_bytes(&example->statement));
	memcpy(example->root, root.data, 32);
	find_secret(&key, &example->secret);
	assert_int_equal(
	    st_receipt_decode(st_buf_bytes(&example->receipt), &receipt, NULL), STET_OK);
	example->inclusion = receipt.inclusion;
	make_tlog(example);
	make_trust(example);
	st_buf_free(&key);
	st_buf_free(&root);
	stet_json_free(vectors);
	stet_json_free(ledger);
}

static void
close_example(struct example *example)
{
	st_buf_free(&example->receipt);
	st_buf_free(&example->transparent);
	st_buf_free(&example->statement);
	st_buf_free(&example->entry);
	st_buf_free(&example->tlog);
	stet_trust_free(example->trust);
}

static const stet_bytes none = {NULL, 0};

/* 1: of a key that is known, 0: not, or the code; *rule_out (may be NULL): why. */
static int
judge(stet_bytes receipt, stet_bytes entry, const stet_trust *trust, int *rule_out)
{
	stet_json *report = NULL;
	stet_error err = {0};
	int rc = stet_receipt_check(receipt, entry, trust, &report, &err), known;

	if (rule_out != NULL)
		*rule_out = rc < 0 ? err.rule : 0;
	if (rc < 0) {
		assert_null(report);
		assert_true(err.code == rc && (err.rule != 0 || rc == STET_ENOMEM));
		return rc;
	}
	known = stet_json_bool_of(stet_json_get(report, "known"));
	stet_json_free(report);
	return known;
}

static void
test_receipt__is_the_worked_example(void **state)
{
	struct example example;
	struct st_buf made = {0}, whole = {0};
	const struct st_buf *forms[2];
	size_t i;

	(void)state;
	open_example(&example);
	assert_int_equal(st_receipt_encode(st_buf_bytes(&example.entry), ORIGIN, &example.inclusion,
			     example.root, &example.secret, &made, NULL),
	    STET_OK);
	assert_true(st_bytes_equal(st_buf_bytes(&made), st_buf_bytes(&example.receipt)));
	assert_int_equal(st_transparent_encode(
			     st_buf_bytes(&example.statement), st_buf_bytes(&made), &whole, NULL),
	    STET_OK);
	assert_true(st_bytes_equal(st_buf_bytes(&whole), st_buf_bytes(&example.transparent)));
	assert_int_equal(stet_receipt_form_of(st_buf_bytes(&made)), STET_RECEIPT_COSE);
	assert_int_equal(stet_receipt_form_of(st_buf_bytes(&whole)), STET_RECEIPT_STATEMENT);
	assert_int_equal(stet_receipt_form_of(st_buf_bytes(&example.tlog)), STET_RECEIPT_TLOG);
	assert_int_equal(stet_receipt_form_of(st_buf_bytes(&example.statement)), STET_RECEIPT_NONE);
	forms[0] = &example.tlog;
	forms[1] = &example.transparent;
	for (i = 0; i < 2; i++) {
		assert_int_equal(judge(st_buf_bytes(forms[i]), none, example.trust, NULL), 1);
		assert_int_equal(judge(st_buf_bytes(forms[i]), none, NULL, NULL), 0);
		assert_int_equal(judge(st_buf_bytes(forms[i]), st_buf_bytes(&example.entry),
				     example.trust, NULL),
		    1);
	}
	assert_int_equal(
	    judge(st_buf_bytes(&made), st_buf_bytes(&example.entry), example.trust, NULL), 1);
	assert_int_equal(
	    judge(st_buf_bytes(&made), st_buf_bytes(&example.statement), example.trust, NULL), 1);
	assert_int_equal(
	    judge(st_buf_bytes(&made), st_buf_bytes(&example.statement), NULL, NULL), 0);
	assert_int_equal(judge(st_buf_bytes(&made), none, example.trust, NULL), STET_ENOTFOUND);
	st_buf_free(&made);
	st_buf_free(&whole);
	close_example(&example);
}

static void
attack(struct st_buf *receipt, stet_bytes entry, const stet_trust *trust)
{
	size_t i, bit;

	for (i = 0; i < receipt->size; i++)
		for (bit = 0; bit < 8; bit++) {
			receipt->data[i] ^= (uint8_t)(1u << bit);
			assert_true(judge(st_buf_bytes(receipt), entry, trust, NULL) != 1);
			receipt->data[i] ^= (uint8_t)(1u << bit);
		}
	for (i = 0; i < receipt->size; i++) {
		assert_true(judge((stet_bytes){receipt->data, i}, entry, trust, NULL) < 0);
		if (i > 0)
			assert_true(judge((stet_bytes){receipt->data + i, receipt->size - i}, entry,
					trust, NULL) < 0);
	}
	assert_int_equal(judge(st_buf_bytes(receipt), entry, trust, NULL), 1);
}

static void
test_receipt__refuses_every_flipped_bit_and_cut(void **state)
{
	struct example example;
	struct st_buf *statement = &example.statement;
	size_t i;

	(void)state;
	open_example(&example);
	attack(&example.tlog, none, example.trust);
	attack(&example.receipt, st_buf_bytes(statement), example.trust);
	attack(&example.transparent, none, example.trust);
	for (i = 0; i < statement->size; i++) {
		statement->data[i] ^= 0x10;
		assert_true(judge(st_buf_bytes(&example.receipt), st_buf_bytes(statement),
				example.trust, NULL) < 0);
		statement->data[i] ^= 0x10;
	}
	close_example(&example);
}

/* One path often fits several sizes, and which is meant only the header signs. */
static void
test_receipt__is_bound_to_its_size(void **state)
{
	struct example example;
	struct st_receipt receipt;
	struct st_buf other = {0};
	uint8_t *size;
	uint8_t leaf[32], root[32];
	int rule;

	(void)state;
	open_example(&example);
	st_buf_put_bytes(&other, st_buf_bytes(&example.receipt));
	assert_int_equal(st_receipt_decode(st_buf_bytes(&other), &receipt, NULL), STET_OK);
	/* 83 12 0c: [18, 12, ...; the same path leads to the same root at 19, say. */
	size = memmem(other.data, other.size, "\x83\x12\x0c", 3);
	assert_non_null(size);
	size[1] = 0x13;
	assert_int_equal(st_receipt_decode(st_buf_bytes(&other), &receipt, NULL), STET_OK);
	st_tree_leaf(st_buf_bytes(&example.entry), leaf);
	assert_int_equal(receipt.inclusion.size, 19);
	if (st_inclusion_root(&receipt.inclusion, leaf, root))
		assert_memory_equal(root, example.root, 32);
	assert_int_equal(
	    judge(st_buf_bytes(&other), st_buf_bytes(&example.statement), example.trust, &rule),
	    STET_EMISMATCH);
	assert_int_equal(rule, ST_INCLUSION_WRONG);
	st_buf_free(&other);
	close_example(&example);
}

static void
test_receipt__of_a_single_leaf_is_refused(void **state)
{
	struct example example;
	struct st_buf out = {0}, proof = {0}, whole = {0};
	struct st_receipt receipt;
	stet_error err = {0};
	const uint8_t signature[64] = {0};

	(void)state;
	open_example(&example);
	example.inclusion.size = 1;
	example.inclusion.seq = 0;
	example.inclusion.count = 0;
	assert_int_equal(st_receipt_encode(st_buf_bytes(&example.entry), ORIGIN, &example.inclusion,
			     example.root, &example.secret, &out, &err),
	    STET_EINVAL);
	assert_int_equal(err.rule, ST_RECEIPT_SINGLE_LEAF);
	assert_int_equal(out.size, 0);
	st_cbor_put_array(&proof, 3);
	st_cbor_put_uint(&proof, 1);
	st_cbor_put_uint(&proof, 0);
	st_cbor_put_array(&proof, 0);
	st_cbor_put_tag(&whole, 18);
	st_cbor_put_array(&whole, 4);
	st_cbor_put_bytes(&whole, none);
	st_cbor_put_map(&whole, 1);
	st_cbor_put_uint(&whole, 396);
	st_cbor_put_map(&whole, 1);
	st_cbor_put_int(&whole, -1);
	st_cbor_put_array(&whole, 1);
	st_cbor_put_bytes(&whole, st_buf_bytes(&proof));
	st_cbor_put_null(&whole);
	st_cbor_put_bytes(&whole, (stet_bytes){signature, 64});
	assert_int_equal(st_receipt_decode(st_buf_bytes(&whole), &receipt, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_RECEIPT_SINGLE_LEAF);
	st_buf_free(&out);
	st_buf_free(&proof);
	st_buf_free(&whole);
	close_example(&example);
}

static void
test_receipt__says_what_is_wrong(void **state)
{
	struct example example;
	struct st_buf text = {0};
	uint8_t *at;
	int rule;

	(void)state;
	open_example(&example);
	/* The signature's last byte but one. */
	example.receipt.data[example.receipt.size - 2] ^= 1;
	assert_int_equal(judge(st_buf_bytes(&example.receipt), st_buf_bytes(&example.statement),
			     example.trust, &rule),
	    STET_EMISMATCH);
	assert_int_equal(rule, ST_RECEIPT_SIGNATURE);
	/* The seed statement is another one. */
	assert_int_equal(judge(st_buf_bytes(&example.transparent), st_buf_bytes(&example.receipt),
			     example.trust, &rule),
	    STET_EMISMATCH);
	assert_int_equal(rule, ST_RECEIPT_OTHER_ENTRY);
	st_buf_put_bytes(&text, st_buf_bytes(&example.tlog));
	at = memmem(text.data, text.size, "index 12\n", 9);
	assert_non_null(at);
	at[7] = '3';
	assert_int_equal(judge(st_buf_bytes(&text), none, example.trust, &rule), STET_EMISMATCH);
	assert_int_equal(rule, ST_RECEIPT_OTHER_ENTRY);
	at[6] = '0';
	assert_int_equal(judge(st_buf_bytes(&text), none, example.trust, &rule), STET_EFORMAT);
	assert_int_equal(rule, ST_TLOG_PROOF_MALFORMED);
	/* The entry is opaque where it is another log's. */
	assert_int_equal(judge(st_buf_bytes(&example.tlog), st_buf_bytes(&example.statement),
			     example.trust, &rule),
	    STET_EMISMATCH);
	assert_int_equal(rule, ST_INCLUSION_WRONG);
	assert_int_equal(judge(none, none, example.trust, &rule), STET_EFORMAT);
	assert_int_equal(rule, ST_RECEIPT_MALFORMED);
	st_buf_free(&text);
	close_example(&example);
}

static void
survive(stet_bytes receipt, stet_bytes entry, const stet_trust *trust)
{
	long n;
	int rc;

	for (n = 0;; n++) {
		alloc_fail(n);
		rc = judge(receipt, entry, trust, NULL);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, 1);
}

static void
test_receipt__survives_failing_allocations(void **state)
{
	struct example example;
	struct st_buf made = {0};
	long n;
	int rc;

	(void)state;
	open_example(&example);
	survive(st_buf_bytes(&example.tlog), none, example.trust);
	survive(st_buf_bytes(&example.receipt), st_buf_bytes(&example.statement), example.trust);
	survive(st_buf_bytes(&example.transparent), none, example.trust);
	for (n = 0;; n++) {
		st_buf_free(&made);
		alloc_fail(n);
		rc = st_receipt_encode(st_buf_bytes(&example.entry), ORIGIN, &example.inclusion,
		    example.root, &example.secret, &made, NULL);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	st_buf_free(&made);
	close_example(&example);
}

/* --- receipts of others ----------------------------------------------------------------------- */

static struct st_buf
read_vector(const char *name, const char *file)
{
	struct st_buf path = {0}, content = {0};
	size_t size;
	char *data;

	st_buf_printf(&path, "vectors/cose-receipts/%s/%s", name, file);
	st_buf_put_u8(&path, '\0');
	data = data_read((const char *)path.data, &size);
	st_buf_put(&content, data, size);
	free(data);
	st_buf_free(&path);
	return content;
}

/* The 32 bytes at the end of the SubjectPublicKeyInfo of an Ed25519 key; 0 if it is no such key. */
static int
read_key(const char *name, uint8_t key_out[32])
{
	struct st_buf pem = read_vector(name, "log-key.pub"), der = {0};
	const uint8_t *from = memchr(pem.data, '\n', pem.size), *end;
	int found;

	assert_non_null(from);
	from++;
	end = memchr(from, '\n', pem.size - (size_t)(from - pem.data));
	assert_non_null(end);
	found =
	    st_base64_get(&der, (stet_bytes){from, (size_t)(end - from)}) == 0 && der.size == 44;
	if (found)
		memcpy(key_out, der.data + 12, 32);
	st_buf_free(&pem);
	st_buf_free(&der);
	return found;
}

/* {395: 1} in a header of which nothing else is asked. */
static int
is_rfc9162(stet_bytes head)
{
	return memmem(head.data, head.size, "\x19\x01\x8b\x01", 4) != NULL;
}

static int
verdict_of(const char *name, const stet_json *expected)
{
	struct st_buf bytes = read_vector(name, "receipt.cose"),
		      entry = hex_of(expected, "leaf_entry"), root;
	uint8_t key[32], leaf[32], got[32];
	struct st_receipt receipt;
	int verdict = 0;

	st_tree_leaf(st_buf_bytes(&entry), leaf);
	if (st_receipt_decode(st_buf_bytes(&bytes), &receipt, NULL) == STET_OK &&
	    is_rfc9162(receipt.head) && st_inclusion_root(&receipt.inclusion, leaf, got)) {
		if (stet_json_kind_of(stet_json_get(expected, "reconstructed_root")) ==
		    STET_JSON_STRING) {
			root = hex_of(expected, "reconstructed_root");
			assert_memory_equal(got, root.data, 32);
			st_buf_free(&root);
		}
		/* stet has no other algorithm: then the root is all that is judged. */
		verdict = !read_key(name, key) || st_receipt_signed(&receipt, got, key, NULL) == 1;
	}
	st_buf_free(&bytes);
	st_buf_free(&entry);
	return verdict;
}

static void
test_receipt__judges_those_of_others(void **state)
{
	/* What RFC 9942 leaves open is another data structure in the last. */
	static const struct {
		const char *name;
		int ours;
	} cases[] = {{"scitt-cose/v1/valid-eddsa", 1}, {"scitt-cose/v1/valid-es256", 1},
	    {"scitt-cose/v1/fail-tampered-path", 1}, {"scitt-cose/v1/fail-unsupported-vds", 1},
	    {"scitt-cose/v1/fail-bad-statement-sig", 1}, {"scitt-cose/v1/valid-ccf-vds2", 0}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct st_buf file = read_vector(cases[i].name, "expected.json"),
			      bytes = read_vector(cases[i].name, "receipt.cose");
		stet_json *expected = NULL;
		int rc, rule;

		assert_int_equal(stet_json_parse(st_buf_bytes(&file), &expected, NULL), STET_OK);
		if (cases[i].ours)
			assert_int_equal(verdict_of(cases[i].name, expected),
			    stet_json_bool_of(stet_json_get(expected, "receipt_valid")));
		else
			assert_int_equal(verdict_of(cases[i].name, expected), 0);
		/* To the reader of stet's own they are a stranger's, never a forgery. */
		rc = judge(st_buf_bytes(&bytes), st_buf_bytes(&file), NULL, &rule);
		assert_true(rc == STET_EVERSION || rc == STET_EFORMAT);
		if (rc == STET_EVERSION)
			assert_int_equal(rule, ST_RECEIPT_FOREIGN);
		stet_json_free(expected);
		st_buf_free(&file);
		st_buf_free(&bytes);
	}
}

static void
test_receipt__has_the_shape_of_the_rfc(void **state)
{
	struct st_buf inclusion = read_vector("cose-wg-draft18", "inclusion-receipt.cbor"),
		      consistency = read_vector("cose-wg-draft18", "consistency-receipt.cbor");
	struct st_receipt receipt;
	stet_error err = {0};

	(void)state;
	assert_int_equal(st_receipt_decode(st_buf_bytes(&inclusion), &receipt, &err), STET_OK);
	assert_int_equal(receipt.inclusion.size, 5);
	assert_int_equal(receipt.inclusion.seq, 3);
	assert_int_equal(receipt.inclusion.count, 3);
	assert_int_equal(
	    st_receipt_decode(st_buf_bytes(&consistency), &receipt, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_RECEIPT_MALFORMED);
	st_buf_free(&inclusion);
	st_buf_free(&consistency);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_receipt__is_the_worked_example),
	    cmocka_unit_test(test_receipt__refuses_every_flipped_bit_and_cut),
	    cmocka_unit_test(test_receipt__is_bound_to_its_size),
	    cmocka_unit_test(test_receipt__of_a_single_leaf_is_refused),
	    cmocka_unit_test(test_receipt__says_what_is_wrong),
	    cmocka_unit_test(test_receipt__survives_failing_allocations),
	    cmocka_unit_test(test_receipt__judges_those_of_others),
	    cmocka_unit_test(test_receipt__has_the_shape_of_the_rfc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
