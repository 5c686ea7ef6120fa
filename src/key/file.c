/* Key files: {"format": "stet-key/1", "label", "issuer", "key", "seed" or "sealed"}.
 *
 * A seed in the clear never passes through the JSON parser, whose memory cannot be wiped: its 64
 * digits are lifted out of the text first and zeros put in their place, and writing goes the same
 * way back. */
#include "key/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"
#include "base/write.h"

#define FORMAT "stet-key/1"
#define FILE_MAX 65536
#define PASSPHRASE_SIZE 1024
#define SEED_DIGITS (2 * (size_t)ST_SEED_SIZE)

static const char zeros[SEED_DIGITS + 1] =
    "0000000000000000000000000000000000000000000000000000000000000000";

/* --- the text -------------------------------------------------------------------------------- */

static size_t
skip_space(const char *text, size_t size, size_t at)
{
	while (at < size && memchr(" \t\r\n", text[at], 4) != NULL)
		at++;
	return at;
}

/* The place after a string's closing mark; from is after the opening one. */
static size_t
string_end(const char *text, size_t size, size_t from)
{
	while (from < size && text[from] != '"')
		from += text[from] == '\\' ? 2 : 1;
	return from < size ? from + 1 : size;
}

/* Where the 64 digits of the member "seed" of the outermost object stand, or 0. Whether the text is
 * JSON at all is looked at afterwards, when it holds no secret any more. */
static size_t
find_seed(const char *text, size_t size)
{
	size_t at = 0, depth = 0;

	while (at < size) {
		size_t from = at + 1;

		if (text[at] == '{' || text[at] == '[')
			depth++;
		if (text[at] == '}' || text[at] == ']')
			depth--;
		if (text[at] != '"') {
			at++;
			continue;
		}
		at = string_end(text, size, from);
		if (depth != 1 || at - from != 5 || memcmp(text + from, "seed\"", 5) != 0)
			continue;
		at = skip_space(text, size, at);
		if (at == size || text[at] != ':')
			continue;
		at = skip_space(text, size, at + 1);
		if (size - at >= SEED_DIGITS + 2 && text[at] == '"' &&
		    text[at + 1 + SEED_DIGITS] == '"')
			return at + 1;
	}
	return 0;
}

/* 1 and the seed, if the text has one; zeros stand in its place then. */
static int
lift_seed(char *text, size_t size, uint8_t seed_out[ST_SEED_SIZE])
{
	size_t at = find_seed(text, size);
	stet_bytes hex;

	if (at == 0)
		return 0;
	hex.data = (const uint8_t *)text + at;
	hex.size = SEED_DIGITS;
	if (st_hex_read(hex, seed_out, ST_SEED_SIZE) < 0)
		return 0;
	memcpy(text + at, zeros, SEED_DIGITS);
	return 1;
}

static void
wipe_free(char *text, size_t size)
{
	if (text != NULL)
		st_wipe(text, size);
	free(text);
}

/* --- reading --------------------------------------------------------------------------------- */

struct contents {
	char *text;
	size_t size;
	mode_t mode;
};

static int
fail_file(stet_error *err, const char *path, const char *why)
{
	char shown[ST_SHOWN_SIZE];

	return st_fail(err, STET_EFORMAT, ST_KEY_FILE_MALFORMED, "'%s' is not a key file: %s",
	    st_shown(st_str(path), shown), why);
}

static int
fail_call(stet_error *err, const char *path, const char *what)
{
	char shown[ST_SHOWN_SIZE];

	return st_fail_errno(
	    err, errno, "cannot %s key file '%s'", what, st_shown(st_str(path), shown));
}

static int
read_all(int fd, const char *path, struct contents *contents, stet_error *err)
{
	ssize_t got;

	while (contents->size < FILE_MAX) {
		got = read(fd, contents->text + contents->size, FILE_MAX - contents->size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_call(err, path, "read");
		if (got == 0)
			return STET_OK;
		contents->size += (size_t)got;
	}
	return fail_file(err, path, "it is too large");
}

static int
read_open(int fd, const char *path, struct contents *contents, stet_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail_call(err, path, "look at");
	if (!S_ISREG(st.st_mode))
		return fail_file(err, path, "it is no regular file");
	contents->mode = st.st_mode;
	if ((contents->text = malloc(FILE_MAX)) == NULL)
		return st_fail_nomem(err);
	return read_all(fd, path, contents, err);
}

/* O_NONBLOCK, so that a pipe in this place is refused instead of waited for. */
static int
read_file(const char *path, struct contents *contents, stet_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), rc;

	if (fd < 0 && errno == ELOOP)
		return fail_file(err, path, "it is a symbolic link");
	if (fd < 0)
		return fail_call(err, path, "open");
	rc = read_open(fd, path, contents, err);
	(void)close(fd);
	return rc;
}

static int
ask_passphrase(
    stet_passphrase *ask, void *ctx, const char *prompt, char buf[PASSPHRASE_SIZE], stet_error *err)
{
	if (ask == NULL)
		return st_fail(err, STET_EREFUSED, ST_KEY_PASSPHRASE,
		    "the key is under a passphrase and there is nobody to ask for it");
	buf[0] = '\0';
	if (ask(ctx, prompt, buf, PASSPHRASE_SIZE) != 0)
		return st_fail(err, STET_EREFUSED, ST_KEY_PASSPHRASE, "no passphrase was given");
	return STET_OK;
}

static int
open_sealed(stet_bytes hex, const char *path, stet_passphrase *ask, void *ctx,
    uint8_t seed_out[ST_SEED_SIZE], stet_error *err)
{
	char passphrase[PASSPHRASE_SIZE], prompt[ST_SHOWN_SIZE + 32], shown[ST_SHOWN_SIZE];
	struct st_buf box = {0}, seed = {0};
	int rc;

	snprintf(prompt, sizeof(prompt), "Passphrase of %s: ", st_shown(st_str(path), shown));
	if (st_hex_get(&box, hex) < 0)
		rc = fail_file(err, path, "'sealed' is not hexadecimal");
	else if ((rc = ask_passphrase(ask, ctx, prompt, passphrase, err)) == STET_OK)
		rc = st_open_secret(st_str(passphrase), st_buf_bytes(&box), &seed, err);
	if (rc == STET_OK && seed.size != ST_SEED_SIZE)
		rc = fail_file(err, path, "what is sealed is no seed");
	if (rc == STET_OK)
		memcpy(seed_out, seed.data, ST_SEED_SIZE);
	st_wipe(passphrase, sizeof(passphrase));
	if (seed.data != NULL)
		st_wipe(seed.data, seed.capacity);
	st_buf_free(&seed);
	st_buf_free(&box);
	return rc;
}

/* The members of a key file, found and of their kinds. */
struct parts {
	stet_bytes label, issuer, seed, sealed;
	uint8_t public_key[STET_KEY_SIZE];
};

static int
set_part(struct parts *parts, const char *name, const stet_json *value, const char *path,
    stet_error *err)
{
	stet_bytes text = stet_json_string_of(value), *to = NULL;
	char shown[ST_SHOWN_SIZE];

	if (strcmp(name, "key") == 0)
		return st_public_key_read(value, parts->public_key) < 0
			   ? fail_file(err, path, "'key' is not an Ed25519 key")
			   : STET_OK;
	if (strcmp(name, "format") == 0)
		return text.data != NULL && st_bytes_equal(text, st_str(FORMAT))
			   ? STET_OK
			   : fail_file(err, path, "'format' is not " FORMAT);
	if (strcmp(name, "label") == 0)
		to = &parts->label;
	else if (strcmp(name, "issuer") == 0)
		to = &parts->issuer;
	else if (strcmp(name, "seed") == 0)
		to = &parts->seed;
	else if (strcmp(name, "sealed") == 0)
		to = &parts->sealed;
	if (to == NULL)
		return st_fail(err, STET_EFORMAT, ST_KEY_FILE_MALFORMED,
		    "'%.60s' is not a member of a key file", st_shown(st_str(name), shown));
	if (text.data == NULL)
		return fail_file(err, path, "a member that should be text is not");
	*to = text;
	return STET_OK;
}

static int
read_parts(const stet_json *json, const char *path, struct parts *parts, stet_error *err)
{
	const stet_json *value;
	const char *name;
	size_t i;
	int rc;

	if (stet_json_get(json, "format") == NULL || stet_json_get(json, "key") == NULL)
		return fail_file(err, path, "'format' or 'key' is missing");
	for (i = 0; stet_json_member(json, i, &name, &value); i++)
		if ((rc = set_part(parts, name, value, path, err)) < 0)
			return rc;
	if (parts->seed.data != NULL && parts->sealed.data != NULL)
		return fail_file(err, path, "it has both 'seed' and 'sealed'");
	return STET_OK;
}

static int
check_exposure(const struct contents *contents, const char *path, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];

	if ((contents->mode & 077) == 0)
		return STET_OK;
	return st_fail(err, STET_EREFUSED, ST_KEY_FILE_EXPOSED,
	    "key file '%s' can be read or changed by others (mode %04o)",
	    st_shown(st_str(path), shown), (unsigned)(contents->mode & 0777));
}

/* The seed that the file holds in either form; *has_out 0: it holds none. */
static int
get_seed(const struct parts *parts, int lifted, const struct contents *contents, const char *path,
    stet_passphrase *ask, void *ctx, uint8_t seed[ST_SEED_SIZE], int *has_out, stet_error *err)
{
	int rc;

	*has_out = parts->seed.data != NULL || parts->sealed.data != NULL;
	if (!*has_out)
		return STET_OK;
	if ((rc = check_exposure(contents, path, err)) < 0)
		return rc;
	if (parts->sealed.data != NULL)
		return open_sealed(parts->sealed, path, ask, ctx, seed, err);
	/* Only zeros may be left where the seed was: otherwise it was not lifted. */
	if (!lifted || !st_bytes_equal(parts->seed, st_str(zeros)))
		return fail_file(err, path, "'seed' is not 64 lower-case hexadecimal digits");
	return STET_OK;
}

static int
make_key(const struct parts *parts, const uint8_t seed[ST_SEED_SIZE], int has_seed,
    const char *path, stet_key **key_out, stet_error *err)
{
	struct st_secret secret = {{0}, {0}};
	char shown[ST_SHOWN_SIZE];
	int rc;

	if (has_seed)
		st_secret_from_seed(seed, &secret);
	if (has_seed && memcmp(secret.public_key, parts->public_key, STET_KEY_SIZE) != 0)
		rc = st_fail(err, STET_EMISMATCH, ST_KEY_FILE_MISMATCH,
		    "the seed in '%s' does not belong to its public key",
		    st_shown(st_str(path), shown));
	else if (!has_seed && !st_public_key_ok(parts->public_key))
		rc = fail_file(err, path, "'key' is no point of the group of Ed25519");
	else
		rc = st_key_new(parts->public_key, has_seed ? &secret : NULL, parts->label,
		    parts->issuer, key_out, err);
	st_wipe(&secret, sizeof(secret));
	return rc == STET_EINVAL ? fail_file(err, path, "label or issuer is too long or no text")
				 : rc;
}

static int
read_key(struct contents *contents, const char *path, stet_passphrase *ask, void *ctx,
    stet_key **key_out, stet_error *err)
{
	struct parts parts = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, {0}};
	uint8_t seed[ST_SEED_SIZE] = {0};
	stet_bytes text = {(const uint8_t *)contents->text, contents->size};
	int lifted = lift_seed(contents->text, contents->size, seed), has_seed = 0, rc;
	stet_json *json = NULL;

	/* The parser's own message may quote the text, and so a seed that is cut short. */
	if ((rc = stet_json_parse(text, &json, NULL)) < 0)
		rc =
		    rc == STET_ENOMEM ? st_fail_nomem(err) : fail_file(err, path, "it is not JSON");
	if (rc == STET_OK && (rc = read_parts(json, path, &parts, err)) == STET_OK &&
	    (rc = get_seed(&parts, lifted, contents, path, ask, ctx, seed, &has_seed, err)) ==
		STET_OK)
		rc = make_key(&parts, seed, has_seed, path, key_out, err);
	st_wipe(seed, sizeof(seed));
	stet_json_free(json);
	return rc;
}

int
stet_key_load(
    const char *path, stet_passphrase *ask, void *ctx, stet_key **key_out, stet_error *err)
{
	struct contents contents = {NULL, 0, 0};
	int rc;

	if ((rc = st_crypto_init(err)) == STET_OK &&
	    (rc = read_file(path, &contents, err)) == STET_OK)
		rc = read_key(&contents, path, ask, ctx, key_out, err);
	wipe_free(contents.text, FILE_MAX);
	return rc;
}

/* --- writing --------------------------------------------------------------------------------- */

static stet_json *
sealed_json(const struct st_secret *secret, const char *passphrase, stet_error *err)
{
	stet_bytes seed = {secret->seed, ST_SEED_SIZE};
	struct st_buf box = {0};
	stet_json *json = NULL;

	if (st_seal_secret(st_str(passphrase), seed, &box, err) == STET_OK)
		json = stet_json_hex(st_buf_bytes(&box));
	st_buf_free(&box);
	return json;
}

/* The text of a key file; passphrase NULL or empty: the seed goes in the clear. The caller wipes.
 */
static int
key_text(
    const stet_key *key, const char *passphrase, char **text_out, size_t *size_out, stet_error *err)
{
	int sealed = passphrase != NULL && passphrase[0] != '\0', rc;
	stet_json *json = stet_json_object();
	char hex[SEED_DIGITS + 1];

	stet_json_set(json, "format", stet_json_str(FORMAT));
	stet_json_set(json, "label", stet_json_str(key->label));
	if (key->issuer != NULL)
		stet_json_set(json, "issuer", stet_json_str(key->issuer));
	stet_json_set(json, "key", st_public_key_json(key->secret.public_key));
	if (key->has_secret && sealed)
		stet_json_set(json, "sealed", sealed_json(&key->secret, passphrase, err));
	else if (key->has_secret)
		stet_json_set(json, "seed", stet_json_str(zeros));
	rc = stet_json_text(json, STET_JSON_INDENT, text_out, size_out, err);
	stet_json_free(json);
	if (rc == STET_OK && key->has_secret && !sealed) {
		st_hex(key->secret.seed, ST_SEED_SIZE, hex);
		memcpy(*text_out + find_seed(*text_out, *size_out), hex, SEED_DIGITS);
		st_wipe(hex, sizeof(hex));
	}
	return rc;
}

/* The folder's own entry has to last, or the key is gone with the next power cut. */
static int
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t size = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
	char *folder = malloc(size + 1);
	int fd, rc;

	if (folder == NULL) {
		errno = ENOMEM;
		return -1;
	}
	memcpy(folder, slash == NULL ? "." : path, size);
	folder[size] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (fd < 0)
		return -1;
	rc = fsync(fd);
	(void)close(fd);
	return rc;
}

static int
write_file(const char *path, mode_t mode, const char *text, size_t size, stet_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode), failed;
	char shown[ST_SHOWN_SIZE];
	int rc = STET_OK;

	if (fd < 0 && errno == EEXIST)
		return st_fail(err, STET_EINVAL, ST_KEY_FILE_EXISTS, "'%s' is already there",
		    st_shown(st_str(path), shown));
	if (fd < 0)
		return fail_call(err, path, "create");
	failed = st_write_all(fd, (stet_bytes){(const uint8_t *)text, size}) < 0 || fsync(fd) < 0;
	if (failed)
		rc = fail_call(err, path, "write");
	if (close(fd) < 0 && !failed) {
		failed = 1;
		rc = fail_call(err, path, "close");
	}
	if (!failed && sync_folder(path) < 0) {
		failed = 1;
		rc = fail_call(err, path, "sync the folder of");
	}
	if (failed)
		(void)unlink(path);
	return rc;
}

int
stet_key_save(
    const stet_key *key, const char *path, stet_passphrase *ask, void *ctx, stet_error *err)
{
	char passphrase[PASSPHRASE_SIZE] = {0}, *text = NULL;
	size_t size = 0;
	int rc = STET_OK;

	if (ask != NULL && key->has_secret)
		rc = ask_passphrase(
		    ask, ctx, "Passphrase for the new key (empty: none): ", passphrase, err);
	if (rc == STET_OK && (rc = key_text(key, passphrase, &text, &size, err)) == STET_OK) {
		text[size] = '\n'; /* in place of the NUL: write_file() goes by size */
		rc = write_file(path, key->has_secret ? 0600 : 0644, text, size + 1, err);
	}
	st_wipe(passphrase, sizeof(passphrase));
	wipe_free(text, text == NULL ? 0 : size + 1);
	return rc;
}

int
stet_key_generate(const char *path, const char *label, const char *issuer, stet_passphrase *ask,
    void *ctx, stet_key **key_out, stet_error *err)
{
	struct st_secret secret;
	stet_key *key = NULL;
	int rc;

	if ((rc = st_crypto_init(err)) < 0)
		return rc;
	st_secret_new(&secret);
	rc = stet_key_from_seed(secret.seed, label, issuer, &key, err);
	st_wipe(&secret, sizeof(secret));
	if (rc == STET_OK && (rc = stet_key_save(key, path, ask, ctx, err)) == STET_OK) {
		*key_out = key;
		return STET_OK;
	}
	stet_key_free(key);
	return rc;
}
