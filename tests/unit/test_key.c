/* Key files: written once, read back strictly, never by anybody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "key/key.h"
#include "support/alloc.h"

/* RFC 8032, section 7.1, test 1. */
#define SEED "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define PUBLIC "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
#define KEY "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" PUBLIC "\"}"

static char folder[] = "key-XXXXXX";

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static const char *
path_of(const char *name)
{
	static char paths[4][80];
	static size_t next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void
write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static char *
read_file(const char *path)
{
	static char text[4096];
	FILE *file = fopen(path, "r");
	size_t size;

	assert_non_null(file);
	size = fread(text, 1, sizeof(text) - 1, file);
	text[size] = '\0';
	fclose(file);
	return text;
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 0777;
}

struct asked {
	const char *answer; /* NULL: none to be had */
	int times;
};

static int
ask(void *ctx, const char *prompt, char *buf, size_t size)
{
	struct asked *asked = ctx;

	assert_true(strlen(prompt) > 5);
	asked->times++;
	if (asked->answer == NULL)
		return -1;
	snprintf(buf, size, "%s", asked->answer);
	return 0;
}

static stet_key *
load(const char *path)
{
	stet_key *key = NULL;
	stet_error err;

	if (stet_key_load(path, NULL, NULL, &key, &err) != STET_OK)
		fail_msg("%s", err.text);
	return key;
}

static void
expect_refused(const char *path, int rc, int rule, const char *says)
{
	stet_key *key = NULL;
	stet_error err = {0};

	if (stet_key_load(path, NULL, NULL, &key, &err) != rc || err.rule != rule ||
	    strstr(err.text, says) == NULL)
		fail_msg("%s: got %d %s: %s", path, err.code, stet_rule_name(err.rule), err.text);
	assert_null(key);
	assert_null(strstr(err.text, "9d61b19d"));
}

static void
expect_same(const stet_key *a, const stet_key *b)
{
	uint8_t left[32], right[32];

	stet_key_public(a, left);
	stet_key_public(b, right);
	assert_memory_equal(left, right, 32);
	stet_key_thumbprint(a, left);
	stet_key_thumbprint(b, right);
	assert_memory_equal(left, right, 32);
	assert_string_equal(stet_key_label(a), stet_key_label(b));
	if (stet_key_issuer(a) == NULL)
		assert_null(stet_key_issuer(b));
	else
		assert_string_equal(stet_key_issuer(a), stet_key_issuer(b));
}

static void
test_key__is_generated_and_read_back(void **state)
{
	const char *path = path_of("one.key");
	stet_key *key = NULL, *loaded;
	stet_error err;

	(void)state;
	assert_int_equal(stet_key_generate(path, "Journal X, editorial desk",
			     "https://journal.example/", NULL, NULL, &key, &err),
	    STET_OK);
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(stet_key_can_sign(key), 1);
	assert_memory_equal(stet_key_name(key), ST_KEY_NAME_PREFIX, strlen(ST_KEY_NAME_PREFIX));
	loaded = load(path);
	expect_same(key, loaded);
	assert_memory_equal(st_key_secret(key)->seed, st_key_secret(loaded)->seed, ST_SEED_SIZE);
	stet_key_free(loaded);
	stet_key_free(key);
	key = NULL;
	assert_int_equal(stet_key_generate(path, "x", NULL, NULL, NULL, &key, &err), STET_EINVAL);
	assert_int_equal(err.rule, ST_KEY_FILE_EXISTS);
	assert_null(key);
}

static void
test_key__file_is_as_documented(void **state)
{
	uint8_t seed[32];
	stet_key *key = NULL;

	(void)state;
	assert_int_equal(st_hex_read(st_str(SEED), seed, 32), 0);
	assert_int_equal(stet_key_from_seed(seed, "\"desk\"", "i", &key, NULL), STET_OK);
	assert_int_equal(stet_key_save(key, path_of("doc.key"), NULL, NULL, NULL), STET_OK);
	assert_string_equal(read_file(path_of("doc.key")),
	    "{\n  \"format\": \"stet-key/1\",\n  \"label\": \"\\\"desk\\\"\",\n  \"issuer\": "
	    "\"i\",\n"
	    "  \"key\": {\n    \"kty\": \"OKP\",\n    \"crv\": \"Ed25519\",\n    \"x\": \"" PUBLIC
	    "\"\n  },\n  \"seed\": \"" SEED "\"\n}\n");
	stet_key_free(key);
}

static void
test_key__seed_is_found_wherever_it_stands(void **state)
{
	static const char *const texts[] = {
	    "{\"seed\":\"" SEED "\",\"key\":" KEY ",\"format\":\"stet-key/1\"}",
	    "{ \"label\" : \"seed\" , \"issuer\" : \"\\\"seed\\\":\" ,\n\t\"seed\"\n:\t\"" SEED
	    "\" , \"key\":" KEY ",\"format\":\"stet-key/1\"}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		stet_key *key;

		write_file(path_of("free.key"), texts[i], 0600);
		key = load(path_of("free.key"));
		assert_int_equal(stet_key_can_sign(key), 1);
		stet_key_free(key);
	}
}

static void
test_key__passphrase_seals_the_seed(void **state)
{
	struct asked right = {"correct horse", 0}, wrong = {"battery", 0}, none = {NULL, 0};
	const char *path = path_of("sealed.key");
	stet_key *key = NULL, *loaded = NULL;
	stet_error err = {0};
	char hex[65];

	(void)state;
	assert_int_equal(stet_key_generate(path, "x", "i", ask, &right, &key, &err), STET_OK);
	assert_int_equal(right.times, 1);
	st_hex(st_key_secret(key)->seed, ST_SEED_SIZE, hex);
	assert_null(strstr(read_file(path), hex));
	assert_null(strstr(read_file(path), "\"seed\""));
	assert_int_equal(stet_key_load(path, ask, &right, &loaded, &err), STET_OK);
	expect_same(key, loaded);
	stet_key_free(loaded);
	loaded = NULL;
	assert_int_equal(stet_key_load(path, ask, &wrong, &loaded, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_PASSPHRASE_WRONG);
	assert_int_equal(stet_key_load(path, ask, &none, &loaded, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_KEY_PASSPHRASE);
	assert_int_equal(stet_key_load(path, NULL, NULL, &loaded, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_KEY_PASSPHRASE);
	assert_null(loaded);
	/* Nobody to be asked, so nothing is written either. */
	assert_int_equal(stet_key_save(key, path_of("none.key"), ask, &none, &err), STET_EREFUSED);
	assert_int_equal(access(path_of("none.key"), F_OK), -1);
	stet_key_free(key);
}

static void
test_key__empty_passphrase_means_none(void **state)
{
	struct asked empty = {"", 0};
	stet_key *key = NULL, *loaded;

	(void)state;
	assert_int_equal(
	    stet_key_generate(path_of("plain.key"), "x", NULL, ask, &empty, &key, NULL), STET_OK);
	loaded = load(path_of("plain.key"));
	expect_same(key, loaded);
	stet_key_free(loaded);
	stet_key_free(key);
}

static void
test_key__exposed_files_are_refused(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610, 0601, 0666};
	static const char secret[] =
	    "{\"format\":\"stet-key/1\",\"key\":" KEY ",\"seed\":\"" SEED "\"}";
	static const char public_only[] = "{\"format\":\"stet-key/1\",\"key\":" KEY "}";
	stet_key *key;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		write_file(path_of("exposed.key"), secret, modes[i]);
		expect_refused(
		    path_of("exposed.key"), STET_EREFUSED, ST_KEY_FILE_EXPOSED, "mode 06");
	}
	write_file(path_of("exposed.key"), public_only, 0644);
	key = load(path_of("exposed.key"));
	assert_int_equal(stet_key_can_sign(key), 0);
	assert_null(st_key_secret(key));
	stet_key_free(key);
}

static void
test_key__malformed_files_are_refused(void **state)
{
#define FORMAT "\"format\":\"stet-key/1\""
	static const struct {
		const char *text;
		int rc, rule;
		const char *says;
	} cases[] = {
	    {"", STET_EFORMAT, ST_KEY_FILE_MALFORMED, "not JSON"},
	    {"[]", STET_EFORMAT, ST_KEY_FILE_MALFORMED, "is missing"},
	    {"{" FORMAT "}", STET_EFORMAT, ST_KEY_FILE_MALFORMED, "is missing"},
	    {"{\"format\":\"stet-key/2\",\"key\":" KEY "}", STET_EFORMAT, ST_KEY_FILE_MALFORMED,
		"'format' is not stet-key/1"},
	    {"{" FORMAT ",\"key\":{\"x\":1}}", STET_EFORMAT, ST_KEY_FILE_MALFORMED, "'key' is not"},
	    {"{" FORMAT ",\"key\":" KEY ",\"extra\":1}", STET_EFORMAT, ST_KEY_FILE_MALFORMED,
		"'extra' is not a member"},
	    {"{" FORMAT ",\"key\":" KEY ",\"label\":1}", STET_EFORMAT, ST_KEY_FILE_MALFORMED,
		"should be text"},
	    {"{" FORMAT ",\"key\":" KEY ",\"seed\":\"" SEED "\",\"sealed\":\"00\"}", STET_EFORMAT,
		ST_KEY_FILE_MALFORMED, "both"},
	    {"{" FORMAT ",\"key\":" KEY ",\"sealed\":\"zz\"}", STET_EFORMAT, ST_KEY_FILE_MALFORMED,
		"not hexadecimal"},
	    {"{" FORMAT ",\"key\":" KEY ",\"seed\":\"9d61b19d\"}", STET_EFORMAT,
		ST_KEY_FILE_MALFORMED, "'seed' is not 64"},
	    {"{" FORMAT ",\"key\":" KEY
	     ",\"seed\":\"9D61b19deffd5a60ba844af492ec2cc44449c5697b326919703"
	     "bac031cae7f60\"}",
		STET_EFORMAT, ST_KEY_FILE_MALFORMED, "'seed' is not 64"},
	    {"{" FORMAT ",\"key\":" KEY ",\"s\\u0065ed\":\"" SEED "\"}", STET_EFORMAT,
		ST_KEY_FILE_MALFORMED, "'seed' is not 64"},
	    {"{" FORMAT ",\"key\":" KEY ",\"seed\":\"9d61b19deffd5a60", STET_EFORMAT,
		ST_KEY_FILE_MALFORMED, "not JSON"},
	    {"{" FORMAT ",\"key\":" KEY ",\"issuer\":\"\"}", STET_EFORMAT, ST_KEY_FILE_MALFORMED,
		"label or issuer"},
	    {"{" FORMAT ",\"key\":" KEY
	     ",\"seed\":\"0000000000000000000000000000000000000000000000000000000000000001\"}",
		STET_EMISMATCH, ST_KEY_FILE_MISMATCH, "does not belong"},
	    /* A point of small order. */
	    {"{" FORMAT ",\"key\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
	     "\"0100000000000000000000000000000000000000000000000000000000000000\"}}",
		STET_EFORMAT, ST_KEY_FILE_MALFORMED, "no point"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_file(path_of("bad.key"), cases[i].text, 0600);
		expect_refused(path_of("bad.key"), cases[i].rc, cases[i].rule, cases[i].says);
	}
	print_message("%zu malformed key files refused\n", i);
}

static void
test_key__what_is_no_file_is_refused(void **state)
{
	char *large = malloc(70000);

	(void)state;
	assert_non_null(large);
	memset(large, ' ', 69999);
	large[69999] = '\0';
	write_file(path_of("large.key"), large, 0600);
	free(large);
	expect_refused(path_of("large.key"), STET_EFORMAT, ST_KEY_FILE_MALFORMED, "too large");
	assert_int_equal(mkdir(path_of("folder"), 0700), 0);
	expect_refused(path_of("folder"), STET_EFORMAT, ST_KEY_FILE_MALFORMED, "no regular file");
	assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
	expect_refused(path_of("pipe"), STET_EFORMAT, ST_KEY_FILE_MALFORMED, "no regular file");
	assert_int_equal(symlink("doc.key", path_of("link.key")), 0);
	expect_refused(path_of("link.key"), STET_EFORMAT, ST_KEY_FILE_MALFORMED, "symbolic link");
	expect_refused(path_of("absent.key"), STET_ENOTFOUND, ST_FILE_NOT_FOUND, "cannot open");
}

/* Every bit of a key file flipped, and every length it could be cut to: an answer each time, and
 * never another key under the same public half. */
static void
test_key__damaged_files_have_an_answer(void **state)
{
	char text[1024], expected_public[65];
	size_t size, bit, cut, refused = 0, taken = 0;
	stet_key *key;
	uint8_t public_key[32];

	(void)state;
	strcpy(text,
	    "{\"format\":\"stet-key/1\",\"label\":\"x\",\"key\":" KEY ",\"seed\":\"" SEED "\"}");
	size = strlen(text);
	for (bit = 0; bit < size * 8; bit++) {
		text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
		if (text[bit / 8] != '\0') {
			write_file(path_of("flip.key"), text, 0600);
			key = NULL;
			if (stet_key_load(path_of("flip.key"), NULL, NULL, &key, NULL) == STET_OK) {
				stet_key_public(key, public_key);
				st_hex(public_key, 32, expected_public);
				assert_string_equal(expected_public, PUBLIC);
				stet_key_free(key);
				taken++;
			} else {
				refused++;
			}
		}
		text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
	}
	for (cut = 0; cut < size; cut++) {
		char kept = text[cut];

		text[cut] = '\0';
		write_file(path_of("cut.key"), text, 0600);
		key = NULL;
		assert_true(stet_key_load(path_of("cut.key"), NULL, NULL, &key, NULL) < 0);
		text[cut] = kept;
	}
	print_message(
	    "%zu flips refused, %zu harmless (label), cut at %zu lengths\n", refused, taken, cut);
	assert_true(refused > taken * 50);
}

static void
test_key__public_half_goes_through_json(void **state)
{
	uint8_t seed[32];
	stet_key *key = NULL, *back = NULL;
	stet_json *json;
	stet_error err = {0};
	char *text = NULL;

	(void)state;
	assert_int_equal(st_hex_read(st_str(SEED), seed, 32), 0);
	assert_int_equal(stet_key_from_seed(seed, "desk", "i", &key, NULL), STET_OK);
	json = stet_key_json(key);
	assert_int_equal(stet_json_text(json, 0, &text, NULL, NULL), STET_OK);
	assert_null(strstr(text, SEED));
	free(text);
	assert_int_equal(stet_key_from_json(json, &back, &err), STET_OK);
	expect_same(key, back);
	assert_int_equal(stet_key_can_sign(back), 0);
	stet_key_free(back);
	stet_json_set(json, "kid", stet_json_str(SEED));
	assert_int_equal(stet_key_from_json(json, &back, &err), STET_EFORMAT);
	assert_non_null(strstr(err.text, "thumbprint"));
	stet_json_set(json, "seed", stet_json_str(SEED));
	assert_int_equal(stet_key_from_json(json, &back, &err), STET_EFORMAT);
	assert_non_null(strstr(err.text, "'seed' is not a member"));
	stet_json_free(json);
	stet_key_free(key);
}

static void
test_key__public_keys_are_points_of_the_group(void **state)
{
	static const char *const bad[] = {
	    /* the identity, a point of order 8, and y = 2^255 - 19, the identity in a second
	       spelling */
	    "0100000000000000000000000000000000000000000000000000000000000000",
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	uint8_t public_key[32];
	stet_key *key = NULL;
	stet_error err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(st_hex_read(st_str(bad[i]), public_key, 32), 0);
		assert_int_equal(
		    stet_key_from_public(public_key, NULL, NULL, &key, &err), STET_EFORMAT);
		assert_int_equal(err.rule, ST_KEY_MALFORMED);
		assert_null(key);
	}
	assert_int_equal(st_hex_read(st_str(PUBLIC), public_key, 32), 0);
	assert_int_equal(stet_key_from_public(public_key, NULL, NULL, &key, &err), STET_OK);
	assert_string_equal(stet_key_label(key), "");
	assert_null(stet_key_issuer(key));
	assert_int_equal(stet_key_set_issuer(key, "j", &err), STET_OK);
	assert_string_equal(stet_key_issuer(key), "j");
	assert_int_equal(stet_key_set_issuer(key, "", &err), STET_EINVAL);
	assert_string_equal(stet_key_issuer(key), "j");
	stet_key_free(key);
	stet_key_free(NULL);
}

/* What tests/vectors/keys holds is read as its README says, wherever it comes from. */
static void
test_key__published_files_are_read(void **state)
{
	static const struct {
		const char *name;
		int can_sign;
	} files[] = {{"key-file-plain", 1}, {"key-file-sealed", 1}, {"key-file-public", 0}};
	struct asked asked = {"correct horse battery staple", 0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[512], hex[65];
		stet_key *key = NULL;
		uint8_t public_key[32];
		stet_error err;

		snprintf(path, sizeof(path), "%s/vectors/keys/%s.json", STET_TESTS, files[i].name);
		write_file(path_of("copy.key"), read_file(path), 0600);
		if (stet_key_load(path_of("copy.key"), ask, &asked, &key, &err) != STET_OK)
			fail_msg("%s: %s", files[i].name, err.text);
		stet_key_public(key, public_key);
		st_hex(public_key, 32, hex);
		assert_string_equal(hex, PUBLIC);
		assert_int_equal(stet_key_can_sign(key), files[i].can_sign);
		assert_string_equal(stet_key_label(key), "Journal of Examples, editorial desk");
		stet_key_free(key);
	}
	assert_int_equal(asked.times, 1);
}

static void
test_key__published_faults_are_refused(void **state)
{
	static const char *const names[] = {
	    "two-secrets", "unknown-member", "newer", "short-seed", "another-seed"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[512], *text = NULL;
		stet_json *json = NULL;
		stet_key *key = NULL;
		stet_error err = {0};

		snprintf(
		    path, sizeof(path), "%s/vectors/keys/invalid-%s.json", STET_TESTS, names[i]);
		assert_int_equal(stet_json_parse(st_str(read_file(path)), &json, &err), STET_OK);
		assert_int_equal(
		    stet_json_text(stet_json_get(json, "statement"), 0, &text, NULL, &err),
		    STET_OK);
		write_file(path_of("fault.key"), text, 0600);
		assert_true(stet_key_load(path_of("fault.key"), NULL, NULL, &key, &err) < 0);
		assert_true(st_bytes_equal(stet_json_string_of(stet_json_get(json, "rule")),
		    st_str(stet_rule_name(err.rule))));
		free(text);
		stet_json_free(json);
	}
}

static int
save_and_load(const char *path)
{
	stet_key *key = NULL, *loaded = NULL;
	int rc;

	(void)unlink(path);
	rc = stet_key_generate(path, "x", "i", NULL, NULL, &key, NULL);
	if (rc == STET_OK)
		rc = stet_key_load(path, NULL, NULL, &loaded, NULL);
	stet_key_free(key);
	stet_key_free(loaded);
	return rc;
}

static void
test_key__short_memory_is_said(void **state)
{
	const char *path = path_of("memory.key");
	char fixed[80];
	long n;

	(void)state;
	snprintf(fixed, sizeof(fixed), "%s", path);
	for (n = 0;; n++) {
		int rc;

		alloc_fail(n);
		rc = save_and_load(fixed);
		if (!alloc_failed()) {
			assert_int_equal(rc, STET_OK);
			break;
		}
		assert_int_equal(rc, STET_ENOMEM);
	}
	print_message("%ld allocations failed one by one\n", n);
	assert_true(n > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_key__is_generated_and_read_back),
	    cmocka_unit_test(test_key__file_is_as_documented),
	    cmocka_unit_test(test_key__seed_is_found_wherever_it_stands),
	    cmocka_unit_test(test_key__passphrase_seals_the_seed),
	    cmocka_unit_test(test_key__empty_passphrase_means_none),
	    cmocka_unit_test(test_key__exposed_files_are_refused),
	    cmocka_unit_test(test_key__malformed_files_are_refused),
	    cmocka_unit_test(test_key__what_is_no_file_is_refused),
	    cmocka_unit_test(test_key__damaged_files_have_an_answer),
	    cmocka_unit_test(test_key__public_half_goes_through_json),
	    cmocka_unit_test(test_key__public_keys_are_points_of_the_group),
	    cmocka_unit_test(test_key__published_files_are_read),
	    cmocka_unit_test(test_key__published_faults_are_refused),
	    cmocka_unit_test(test_key__short_memory_is_said),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
