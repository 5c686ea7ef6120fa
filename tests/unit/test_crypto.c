/* Hashes, signatures and sealed secrets. */
#include "crypto/crypto.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/hex.h"
#include "support/alloc.h"
#include "support/data.h"

static void
check_hex(const uint8_t *data, size_t size, const char *hex)
{
	char text[129];

	assert_true(size <= 64);
	st_hex(data, size, text);
	assert_string_equal(text, hex);
}

static int
setup(void **state)
{
	(void)state;
	return st_crypto_init(NULL);
}

/* --- hashes -------------------------------------------------------------------------------- */

static const struct {
	const char *message;
	size_t repeat;
	const char *sha256, *sha512, *sha1, *md5;
} hash_rows[] = {
    /* FIPS 180-4 examples; RFC 1321, appendix A.5 */
    {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d287"
	"7eec2f63b931bd47417a81a538327af927da3e",
	"da39a3ee5e6b4b0d3255bfef95601890afd80709", "d41d8cd98f00b204e9800998ecf8427e"},
    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3"
	"feebbd454d4423643ce80e2a9ac94fa54ca49f",
	"a9993e364706816aba3e25717850c26c9cd0d89d", "900150983cd24fb0d6963f7d28e17f72"},
    {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
	"e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce5"
	"77c31beb009c5c2c49aa2e4eadb217ad8cc09b",
	"34aa973cd4c4daa4f61eeb2bdbad27316534016f", "7707d6ae4e027c70eea2a935c2296f21"},
};
#define HASH_ROWS (sizeof(hash_rows) / sizeof(hash_rows[0]))

static void
put_message(struct st_buf *buf, size_t row)
{
	size_t i;

	for (i = 0; i < hash_rows[row].repeat; i++)
		st_buf_put_str(buf, hash_rows[row].message);
}

static void
test_crypto__hashes_as_the_standards_say(void **state)
{
	uint8_t out[64];
	size_t row;

	(void)state;
	for (row = 0; row < HASH_ROWS; row++) {
		struct st_buf buf = {0};

		put_message(&buf, row);
		st_sha256(st_buf_bytes(&buf), out);
		check_hex(out, 32, hash_rows[row].sha256);
		st_sha512(st_buf_bytes(&buf), out);
		check_hex(out, 64, hash_rows[row].sha512);
		st_buf_free(&buf);
	}
	{
		stet_bytes absent = {NULL, 0};

		st_sha256(absent, out);
		check_hex(out, 32, hash_rows[0].sha256);
		st_sha256_pieces(NULL, 0, out);
		check_hex(out, 32, hash_rows[0].sha256);
	}
}

static void
test_crypto__pieces_are_one_message(void **state)
{
	uint8_t data[300], whole[32], pieced[32];
	stet_bytes all = {data, sizeof(data)}, pieces[4];
	size_t a, b;

	(void)state;
	memset(data, 0x5c, sizeof(data));
	data[100] = 1;
	st_sha256(all, whole);
	for (a = 0; a <= sizeof(data); a += 7)
		for (b = a; b <= sizeof(data); b += 11) {
			pieces[0] = (stet_bytes){data, a};
			pieces[1] = (stet_bytes){NULL, 0};
			pieces[2] = (stet_bytes){data + a, b - a};
			pieces[3] = (stet_bytes){data + b, sizeof(data) - b};
			st_sha256_pieces(pieces, 4, pieced);
			assert_memory_equal(pieced, whole, 32);
		}
}

static void
test_crypto__streams_in_pieces_of_any_size(void **state)
{
	static const size_t steps[] = {1, 3, 63, 64, 65, 1000, 1000000};
	size_t row, step, hash;

	(void)state;
	for (hash = ST_SHA256; hash <= ST_MD5; hash++) {
		struct st_hasher *hasher = NULL;

		assert_int_equal(st_hasher_new((enum st_hash)hash, &hasher, NULL), STET_OK);
		for (row = 0; row < HASH_ROWS; row++) {
			const char *expected[] = {hash_rows[row].sha256, hash_rows[row].sha512,
			    hash_rows[row].sha1, hash_rows[row].md5};

			for (step = 0; step < sizeof(steps) / sizeof(steps[0]); step++) {
				struct st_buf buf = {0};
				uint8_t out[64];
				size_t at, size;

				put_message(&buf, row);
				for (at = 0; at < buf.size; at += size) {
					stet_bytes piece = {buf.data + at, 0};

					size = buf.size - at < steps[step] ? buf.size - at
									   : steps[step];
					piece.size = size;
					st_hasher_add(hasher, piece);
				}
				/* Ending begins anew, so one hasher does them all. */
				size = st_hasher_end(hasher, out);
				assert_int_equal(size, strlen(expected[hash]) / 2);
				check_hex(out, size, expected[hash]);
				st_buf_free(&buf);
			}
		}
		st_hasher_free(hasher);
	}
	st_hasher_free(NULL);
}

static void
test_crypto__a_hasher_survives_short_memory(void **state)
{
	struct st_hasher *hasher = NULL;

	(void)state;
	alloc_fail(0);
	assert_int_equal(st_hasher_new(ST_SHA256, &hasher, NULL), STET_ENOMEM);
	assert_true(alloc_failed());
	assert_null(hasher);
}

/* A thread that has to do without a context of its own. */
static void *
hash_without_memory(void *out)
{
	stet_bytes pieces[2] = {st_str("a"), st_str("bc")};
	uint8_t *digests = out;

	alloc_fail(0);
	st_sha256_pieces(pieces, 2, digests);
	digests[96] = (uint8_t)alloc_failed();
	alloc_fail(0);
	st_sha512(st_str("abc"), digests + 32);
	digests[97] = (uint8_t)alloc_failed();
	return NULL;
}

static void
test_crypto__hashing_never_fails(void **state)
{
	uint8_t out[98];
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, hash_without_memory, out), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(out[96], 1);
	assert_int_equal(out[97], 1);
	check_hex(out, 32, hash_rows[1].sha256);
	check_hex(out + 32, 64, hash_rows[1].sha512);
}

/* Many threads at once, each with contexts of its own, which go with it (LeakSanitizer looks). */
static void *
hash_and_sign(void *arg)
{
	uint32_t *wrong = arg;
	struct st_secret secret;
	uint8_t seed[32] = {7}, out[64], first[64];
	int i;

	st_secret_from_seed(seed, &secret);
	st_sign(&secret, st_str("message"), first);
	for (i = 0; i < 300; i++) {
		char text[65];

		st_sha256(st_str("abc"), out);
		st_hex(out, 32, text);
		*wrong += strcmp(text, hash_rows[1].sha256) != 0;
		st_sha512(st_str("abc"), out);
		*wrong += out[0] != 0xdd || out[63] != 0x9f;
		st_sign(&secret, st_str("message"), out);
		*wrong += memcmp(out, first, 64) != 0;
		*wrong += !st_signature_ok(secret.public_key, st_str("message"), out);
	}
	return NULL;
}

static void
test_crypto__many_threads_at_once(void **state)
{
	pthread_t threads[16];
	uint32_t wrong[16] = {0};
	size_t i;

	(void)state;
	for (i = 0; i < 16; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hash_and_sign, &wrong[i]), 0);
	for (i = 0; i < 16; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(wrong[i], 0);
	}
}

/* --- signatures ---------------------------------------------------------------------------- */

static void
test_crypto__signs_as_rfc_8032_does(void **state)
{
	/* RFC 8032, section 7.1, tests 1 to 3 and SHA(abc) */
	static const struct {
		const char *seed, *key, *message, *signature;
	} rows[] = {
	    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc6"
		"1e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
	    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e45"
		"8f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
	    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae"
		"67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
	    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
		"ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836"
		"ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		"dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfd"
		"fbc7c66431e0303dca179c138ac17ad9bef1177331a704"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct st_buf message = {0};
		uint8_t seed[32], signature[64];
		struct st_secret secret;

		data_hex_to(seed, 32, rows[i].seed);
		data_hex(&message, rows[i].message);
		st_secret_from_seed(seed, &secret);
		check_hex(secret.public_key, 32, rows[i].key);
		check_hex(secret.seed, 32, rows[i].seed);
		st_sign(&secret, st_buf_bytes(&message), signature);
		check_hex(signature, 64, rows[i].signature);
		assert_true(st_signature_ok(secret.public_key, st_buf_bytes(&message), signature));
		assert_true(st_public_key_ok(secret.public_key));
		st_wipe(&secret, sizeof(secret));
		st_buf_free(&message);
	}
}

static void
test_crypto__every_flipped_bit_is_refused(void **state)
{
	uint8_t seed[32] = {1, 2, 3}, signature[64], message[40] = {9}, key[32];
	stet_bytes bytes = {message, sizeof(message)};
	struct st_secret secret;
	int bit, refused = 0;

	(void)state;
	st_secret_from_seed(seed, &secret);
	memcpy(key, secret.public_key, 32);
	st_sign(&secret, bytes, signature);
	assert_true(st_signature_ok(key, bytes, signature));
	for (bit = 0; bit < 64 * 8; bit++) {
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
		refused += !st_signature_ok(key, bytes, signature);
		signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (bit = 0; bit < 40 * 8; bit++) {
		message[bit / 8] ^= (uint8_t)(1 << bit % 8);
		refused += !st_signature_ok(key, bytes, signature);
		message[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (bit = 0; bit < 32 * 8; bit++) {
		key[bit / 8] ^= (uint8_t)(1 << bit % 8);
		refused += !st_signature_ok(key, bytes, signature);
		key[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (bytes.size = 0; bytes.size < 40; bytes.size++)
		refused += !st_signature_ok(key, bytes, signature);
	assert_int_equal(refused, (64 + 40 + 32) * 8 + 40);
	print_message("%d flipped bits and cut messages refused\n", refused);
}

static void
test_crypto__wycheproof(void **state)
{
	struct data_table table;
	char *row[6]; /* id, key, message, signature, source, note */
	int rows = 0, right = 0, valid = 0;

	(void)state;
	data_open(&table, "vectors/ed25519/wycheproof.tsv");
	while (data_next(&table, row, 6)) {
		struct st_buf message = {0}, signature = {0};
		stet_bytes signed_bytes = data_hex(&signature, row[3]);
		uint8_t key[32];
		int expected = strcmp(row[4], "valid") == 0, ok;

		data_hex_to(key, 32, row[1]);
		data_hex(&message, row[2]);
		/* A signature of another size never gets as far: a statement's is 64 bytes. */
		ok = signed_bytes.size == STET_SIGNATURE_SIZE &&
		     st_signature_ok(key, st_buf_bytes(&message), signed_bytes.data);
		if (ok != expected)
			fail_msg("line %d: %s", table.line, row[5]);
		rows++;
		right += ok == expected;
		valid += expected;
		st_buf_free(&message);
		st_buf_free(&signature);
	}
	print_message("wycheproof: %d of %d right, %d of them valid\n", right, rows, valid);
	assert_int_equal(rows, 151);
	assert_int_equal(right, 151);
	assert_int_equal(valid, 88);
}

static int
has_flag(const char *flags, const char *flag)
{
	return strstr(flags, flag) != NULL;
}

/* The rule of the format, written as the flags that it does not bear. */
static void
test_crypto__cctv_edge_cases(void **state)
{
	struct data_table table;
	char *row[5]; /* id, key, message, signature, flags */
	int rows = 0, accepted = 0, keys = 0;

	(void)state;
	data_open(&table, "vectors/ed25519/cctv.tsv");
	while (data_next(&table, row, 5)) {
		uint8_t key[32], signature[64];
		int expected, ok;

		data_hex_to(key, 32, row[1]);
		data_hex_to(signature, 64, row[3]);
		expected = !has_flag(row[4], "low_order_A") && !has_flag(row[4], "low_order_R") &&
			   !has_flag(row[4], "low_order_residue") &&
			   !has_flag(row[4], "non_canonical_A") &&
			   !has_flag(row[4], "non_canonical_R");
		ok = st_signature_ok(key, st_str(row[2]), signature);
		if (ok != expected)
			fail_msg("line %d: %s", table.line, row[4]);
		/* A key is granted only in the prime-order group: no component of low order. */
		ok = st_public_key_ok(key);
		if (ok != (!has_flag(row[4], "low_order_A") &&
			      !has_flag(row[4], "low_order_component_A") &&
			      !has_flag(row[4], "non_canonical_A")))
			fail_msg("line %d: key %s: %s", table.line, row[1], row[4]);
		rows++;
		accepted += expected;
		keys += ok;
	}
	print_message("CCTV: %d of %d edge cases accepted; %d have a key that would be granted\n",
	    accepted, rows, keys);
	assert_int_equal(rows, 914);
	assert_int_equal(accepted, 43);
}

static void
test_crypto__keys_in_the_prime_order_group_alone(void **state)
{
	/* Points of small order, also in their second encodings (RFC 7748, libsodium), and y = 2.
	 */
	static const char *const bad[] = {
	    "0000000000000000000000000000000000000000000000000000000000000000",
	    "0100000000000000000000000000000000000000000000000000000000000000",
	    "0100000000000000000000000000000000000000000000000000000000000080",
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	    "0200000000000000000000000000000000000000000000000000000000000000"};
	size_t i;
	int made;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t key[32];

		data_hex_to(key, 32, bad[i]);
		if (st_public_key_ok(key))
			fail_msg("%s was taken", bad[i]);
	}
	for (made = 0; made < 50; made++) {
		struct st_secret secret;

		st_secret_new(&secret);
		assert_true(st_public_key_ok(secret.public_key));
		st_wipe(&secret, sizeof(secret));
	}
}

static void
test_crypto__secrets_differ_and_are_wiped(void **state)
{
	struct st_secret one, two;
	uint8_t zero[sizeof(one)] = {0}, random[2][32];

	(void)state;
	st_secret_new(&one);
	st_secret_new(&two);
	assert_memory_not_equal(one.seed, two.seed, 32);
	assert_memory_not_equal(one.public_key, two.public_key, 32);
	st_wipe(&one, sizeof(one));
	assert_memory_equal(&one, zero, sizeof(one));
	st_wipe(&two, sizeof(two));
	st_random(random[0], 32);
	st_random(random[1], 32);
	assert_memory_not_equal(random[0], random[1], 32);
	st_random(NULL, 0);
}

/* --- secrets under a passphrase ------------------------------------------------------------ */

static void
test_crypto__a_sealed_secret_opens_with_its_passphrase(void **state)
{
	uint8_t seed[32];
	stet_bytes secret = {seed, sizeof(seed)}, short_box;
	struct st_buf box = {0}, opened = {0};
	stet_error err;

	(void)state;
	memset(seed, 0x42, sizeof(seed));
	st_buf_put_str(&opened, "kept");
	assert_int_equal(st_seal_secret(st_str("correct horse"), secret, &box, NULL), STET_OK);
	assert_int_equal(box.size, 16 + 24 + 16 + 32);
	assert_int_equal(
	    st_open_secret(st_str("correct horse"), st_buf_bytes(&box), &opened, &err), STET_OK);
	assert_int_equal(opened.size, 4 + 32);
	assert_memory_equal(opened.data + 4, seed, 32);
	st_wipe(opened.data, opened.capacity);
	st_buf_reset(&opened);
	assert_int_equal(st_open_secret(st_str("correct horsE"), st_buf_bytes(&box), &opened, &err),
	    STET_EREFUSED);
	assert_int_equal(err.rule, ST_PASSPHRASE_WRONG);
	assert_int_equal(opened.size, 0);
	box.data[box.size - 1] ^= 1;
	assert_int_equal(st_open_secret(st_str("correct horse"), st_buf_bytes(&box), &opened, &err),
	    STET_EREFUSED);
	box.data[box.size - 1] ^= 1;
	/* Too short to hold anything: no work is done on the passphrase. */
	for (short_box = st_buf_bytes(&box), short_box.size = 0; short_box.size < 56;
	     short_box.size++)
		assert_int_equal(st_open_secret(st_str("correct horse"), short_box, &opened, &err),
		    STET_EFORMAT);
	alloc_fail(0);
	st_buf_free(&opened);
	assert_int_equal(st_open_secret(st_str("correct horse"), st_buf_bytes(&box), &opened, &err),
	    STET_ENOMEM);
	assert_true(alloc_failed());
	st_buf_free(&box);
	alloc_fail(0);
	assert_int_equal(st_seal_secret(st_str("correct horse"), secret, &box, &err), STET_ENOMEM);
	assert_true(alloc_failed());
	assert_int_equal(err.rule, ST_OUT_OF_MEMORY);
	st_buf_free(&box);
	st_buf_free(&opened);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_crypto__hashes_as_the_standards_say),
	    cmocka_unit_test(test_crypto__pieces_are_one_message),
	    cmocka_unit_test(test_crypto__streams_in_pieces_of_any_size),
	    cmocka_unit_test(test_crypto__a_hasher_survives_short_memory),
	    cmocka_unit_test(test_crypto__hashing_never_fails),
	    cmocka_unit_test(test_crypto__many_threads_at_once),
	    cmocka_unit_test(test_crypto__signs_as_rfc_8032_does),
	    cmocka_unit_test(test_crypto__every_flipped_bit_is_refused),
	    cmocka_unit_test(test_crypto__wycheproof),
	    cmocka_unit_test(test_crypto__cctv_edge_cases),
	    cmocka_unit_test(test_crypto__keys_in_the_prime_order_group_alone),
	    cmocka_unit_test(test_crypto__secrets_differ_and_are_wiped),
	    cmocka_unit_test(test_crypto__a_sealed_secret_opens_with_its_passphrase),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
