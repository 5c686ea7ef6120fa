/* time-stamps: what is believed of an RFC 3161 token, and by whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "note/timestamp.h"
#include "support/alloc.h"
#include "support/data.h"

struct file {
	char *data;
	size_t size;
};

static struct file
file_of(const char *name)
{
	char path[128];
	struct file file;

	snprintf(path, sizeof(path), "vectors/timestamps/%s", name);
	file.data = data_read(path, &file.size);
	return file;
}

static stet_bytes
bytes_of(struct file file)
{
	return (stet_bytes){(const uint8_t *)file.data, file.size};
}

static stet_tsa *
tsa_of(const char *name)
{
	struct file file = file_of(name);
	stet_tsa *tsa = NULL;

	assert_int_equal(stet_tsa_read(bytes_of(file), &tsa, NULL), STET_OK);
	free(file.data);
	return tsa;
}

static struct st_checkpoint
checkpoint_of(void)
{
	struct file file = file_of("text");
	struct st_checkpoint checkpoint;

	assert_int_equal(st_checkpoint_parse(bytes_of(file), &checkpoint, NULL), STET_OK);
	free(file.data);
	return checkpoint;
}

/* What is said of bytes as a time-stamp of the checkpoint: the report as text, to free, or NULL and
 * the error. */
static char *
judge(stet_bytes der, const stet_tsa *tsa, stet_error *err)
{
	struct st_checkpoint checkpoint = checkpoint_of();
	stet_json *report = NULL;
	char *text = NULL;
	size_t size;
	int rc;

	memset(err, 0, sizeof(*err));
	rc = stet_timestamp_check(
	    der, checkpoint.origin, checkpoint.size, checkpoint.root, tsa, &report, err);
	assert_true((rc == STET_OK) == (report != NULL));
	if (rc < 0) {
		assert_true(err->code == rc && err->text[0] != '\0');
		assert_true(rc != STET_EINVAL && rc != STET_EIO);
		return NULL;
	}
	assert_int_equal(stet_json_text(report, 0, &text, &size, NULL), STET_OK);
	stet_json_free(report);
	return text;
}

static void
test_timestamp__each_kind_has_its_answer(void **state)
{
	static const struct {
		const char *file;
		int code, rule, known;
	} rows[] = {{"good.tsr", STET_OK, 0, 1}, {"good.tst", STET_OK, 0, 1},
	    {"sha256.tsr", STET_OK, 0, 1}, {"sha384.tsr", STET_OK, 0, 1},
	    {"nonce.tsr", STET_OK, 0, 1}, {"short.tsr", STET_OK, 0, 1}, {"old.tsr", STET_OK, 0, 0},
	    {"alien.tsr", STET_OK, 0, 0}, {"plain.tst", STET_EMISMATCH, ST_TIMESTAMP_WRONG, 0},
	    {"both.tst", STET_EMISMATCH, ST_TIMESTAMP_WRONG, 0},
	    {"weak.tsr", STET_EREFUSED, ST_TIMESTAMP_WEAK, 0},
	    {"sha1-imprint.tsr", STET_EREFUSED, ST_TIMESTAMP_WEAK, 0},
	    {"no-certificate.tsr", STET_EREFUSED, ST_TIMESTAMP_INCOMPLETE, 0},
	    {"rejected.tsr", STET_EREFUSED, ST_TIMESTAMP_NOT_GRANTED, 0},
	    {"other-imprint.tsr", STET_EMISMATCH, ST_TIMESTAMP_OTHER, 0},
	    {"text", STET_EFORMAT, ST_TIMESTAMP_MALFORMED, 0},
	    {"ca.der", STET_EFORMAT, ST_TIMESTAMP_MALFORMED, 0}};
	stet_tsa *tsa = tsa_of("ca.pem"), *der = tsa_of("ca.der"), *other = tsa_of("other.pem");
	struct file file;
	stet_error err;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		file = file_of(rows[i].file);
		text = judge(bytes_of(file), tsa, &err);
		if (rows[i].code != err.code || rows[i].rule != err.rule)
			fail_msg("%s: %s: %s", rows[i].file, stet_rule_name(err.rule), err.text);
		if (text != NULL && (strstr(text, "\"known\":true") != NULL) != rows[i].known)
			fail_msg("%s: %s", rows[i].file, text);
		free(text);
		if (rows[i].known) { /* the same root in DER; another; none */
			text = judge(bytes_of(file), der, &err);
			assert_non_null(strstr(text, "\"known\":true"));
			free(text);
			text = judge(bytes_of(file), other, &err);
			assert_non_null(strstr(text, "\"known\":false"));
			free(text);
			text = judge(bytes_of(file), NULL, &err);
			assert_non_null(strstr(text, "\"known\":false"));
			free(text);
		}
		free(file.data);
	}
	file = file_of("alien.tsr");
	text = judge(bytes_of(file), other, &err);
	assert_non_null(strstr(text, "\"known\":true"));
	assert_non_null(strstr(text, "\"tsa\":\"CN=alien,O=Test\""));
	assert_non_null(strstr(text, "\"policy\":\"1.3.6.1.4.1.55555.1\""));
	assert_non_null(strstr(text, "\"hash\":\"SHA-512\""));
	free(text);
	free(file.data);
	stet_tsa_free(tsa);
	stet_tsa_free(der);
	stet_tsa_free(other);
}

/* A checkpoint with any part of it changed is another. */
static void
test_timestamp__is_of_one_checkpoint(void **state)
{
	struct st_checkpoint checkpoint = checkpoint_of();
	struct file file = file_of("good.tst");
	stet_json *report = NULL;
	stet_error err;
	size_t bit;

	(void)state;
	for (bit = 0; bit < 256; bit += 7) {
		checkpoint.root[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(stet_timestamp_check(bytes_of(file), checkpoint.origin,
				     checkpoint.size, checkpoint.root, NULL, &report, &err),
		    STET_EMISMATCH);
		assert_int_equal(err.rule, ST_TIMESTAMP_OTHER);
		checkpoint.root[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(stet_timestamp_check(bytes_of(file), checkpoint.origin,
			     checkpoint.size + 1, checkpoint.root, NULL, &report, &err),
	    STET_EMISMATCH);
	assert_int_equal(stet_timestamp_check(bytes_of(file), "test.example/log2", checkpoint.size,
			     checkpoint.root, NULL, &report, &err),
	    STET_EMISMATCH);
	free(file.data);
}

/* Each bit flipped: refused, or its authority is not known any more, or what is said is the same:
 * of CMS the version numbers, the set of hashes and the like are signed by nobody. */
static void
test_timestamp__every_altered_bit(void **state)
{
	struct file file = file_of("good.tsr");
	stet_tsa *tsa = tsa_of("ca.pem");
	size_t bit, refused = 0, same = 0, unknown = 0;
	char *right, *text;
	stet_error err;

	(void)state;
	right = judge(bytes_of(file), tsa, &err);
	assert_non_null(right);
	for (bit = 0; bit < 8 * file.size; bit++) {
		file.data[bit / 8] = (char)(file.data[bit / 8] ^ 1 << bit % 8);
		text = judge(bytes_of(file), tsa, &err);
		if (text == NULL)
			refused++;
		else if (strstr(text, "\"known\":false") != NULL)
			unknown++;
		else if (strcmp(text, right) == 0)
			same++;
		else
			fail_msg("bit %zu: %s", bit, text);
		free(text);
		file.data[bit / 8] = (char)(file.data[bit / 8] ^ 1 << bit % 8);
	}
	print_message("%zu bits: %zu refused, %zu by nobody known, %zu that change nothing\n", bit,
	    refused, unknown, same);
	assert_true(same + unknown < bit / 20);
	free(right);
	stet_tsa_free(tsa);
	free(file.data);
}

static void
test_timestamp__every_cut(void **state)
{
	static const char *const names[] = {"good.tsr", "good.tst"};
	struct file file;
	stet_error err;
	uint8_t *longer;
	size_t size, i;

	(void)state;
	for (i = 0; i < 2; i++) {
		file = file_of(names[i]);
		for (size = 0; size < file.size; size++) {
			assert_null(judge((stet_bytes){(uint8_t *)file.data, size}, NULL, &err));
			/* An answer without its beginning is at one place the token. */
			if (i == 1 && size > 0)
				assert_null(judge(
				    (stet_bytes){(uint8_t *)file.data + size, file.size - size},
				    NULL, &err));
		}
		longer = calloc(1, file.size + 1);
		assert_non_null(longer);
		memcpy(longer, file.data, file.size);
		assert_null(judge((stet_bytes){longer, file.size + 1}, NULL, &err));
		free(longer);
		free(file.data);
	}
}

static void
test_timestamp__authorities(void **state)
{
	static const char *const wrong[] = {"", "x", "-----BEGIN CERTIFICATE-----\n",
	    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	    "-----BEGIN NOTHING-----\nAAAA\n-----END NOTHING-----\n",
	    "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
	    "AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAAAAAAAAAAAAAAAAAAAA==\n"
	    "-----END CERTIFICATE-----\n"};
	struct file file = file_of("ca.pem");
	stet_tsa *tsa = NULL;
	stet_error err;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(stet_tsa_read(st_str(wrong[i]), &tsa, &err), STET_EFORMAT);
		assert_int_equal(err.rule, ST_TSA_CA_MALFORMED);
		assert_null(tsa);
	}
	for (i = 0; i + 28 < file.size; i++) { /* up to its last line */
		rc = stet_tsa_read((stet_bytes){(uint8_t *)file.data, i}, &tsa, &err);
		assert_int_equal(rc, STET_EFORMAT);
	}
	free(file.data);
	stet_tsa_free(NULL);
}

/* --- memory ----------------------------------------------------------------------------------- */

/* Past the wrapper: what fails here is libcrypto's own. */
void *__real_malloc(size_t size);
void *__real_realloc(void *data, size_t size);

static long crypto_left = -1; /* allocations of libcrypto before the one that fails */

static int
crypto_fails(void)
{
	return crypto_left >= 0 && crypto_left-- == 0;
}

static void *
crypto_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return crypto_fails() ? NULL : __real_malloc(size);
}

static void *
crypto_realloc(void *data, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return crypto_fails() ? NULL : __real_realloc(data, size);
}

static void
crypto_free(void *data, const char *file, int line)
{
	(void)file;
	(void)line;
	free(data);
}

static void
test_timestamp__memory_of_our_own(void **state)
{
	struct file file = file_of("good.tsr"), pem = file_of("ca.pem");
	struct st_checkpoint checkpoint = checkpoint_of();
	stet_json *report;
	stet_tsa *tsa;
	stet_error err;
	long n;
	int rc;

	(void)state;
	for (n = 0;; n++) {
		tsa = NULL;
		report = NULL;
		alloc_fail(n);
		rc = stet_tsa_read(bytes_of(pem), &tsa, &err);
		if (rc == STET_OK)
			rc = stet_timestamp_check(bytes_of(file), checkpoint.origin,
			    checkpoint.size, checkpoint.root, tsa, &report, &err);
		if (!alloc_failed())
			break;
		if (rc != STET_ENOMEM)
			fail_msg("allocation %ld: %d %s", n, rc, err.text);
		assert_null(report);
		stet_tsa_free(tsa);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(n > 5);
	stet_json_free(report);
	stet_tsa_free(tsa);
	free(file.data);
	free(pem.data);
}

/* libcrypto without memory: whatever it makes of that, nothing comes to be believed that is not. */
static void
test_timestamp__memory_of_libcrypto(void **state)
{
	struct file good = file_of("good.tsr"), alien = file_of("alien.tsr");
	stet_tsa *tsa = tsa_of("ca.pem");
	char *right, *text, *wrong;
	long n, short_of = 0, other = 0;
	stet_error err;
	int failed;

	(void)state;
	right = judge(bytes_of(good), tsa, &err);
	wrong = judge(bytes_of(alien), tsa, &err);
	assert_non_null(right);
	for (n = 0, failed = 1; failed; n += 3) {
		crypto_left = n;
		text = judge(bytes_of(good), tsa, &err);
		failed = crypto_left < 0;
		crypto_left = -1;
		if (text == NULL && err.code == STET_ENOMEM)
			short_of++;
		else if (text == NULL || strcmp(text, right) != 0)
			other++;
		/* Never a no: that nobody known vouches for it is "could not find out". */
		assert_true(text != NULL || err.code == STET_ENOMEM || err.code == STET_EVERSION);
		free(text);
		crypto_left = n;
		text = judge(bytes_of(alien), tsa, &err);
		crypto_left = -1;
		assert_true(text == NULL || strstr(text, "\"known\":false") != NULL);
		free(text);
	}
	print_message("%ld allocations of libcrypto: %ld times short of memory, %ld times "
		      "something else\n",
	    n, short_of, other);
	assert_true(n > 100 && short_of > 20);
	free(right);
	free(wrong);
	stet_tsa_free(tsa);
	free(good.data);
	free(alien.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_timestamp__each_kind_has_its_answer),
	    cmocka_unit_test(test_timestamp__is_of_one_checkpoint),
	    cmocka_unit_test(test_timestamp__every_altered_bit),
	    cmocka_unit_test(test_timestamp__every_cut),
	    cmocka_unit_test(test_timestamp__authorities),
	    cmocka_unit_test(test_timestamp__memory_of_our_own),
	    cmocka_unit_test(test_timestamp__memory_of_libcrypto)};

	if (CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free) != 1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
