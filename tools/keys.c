/* Choosing keys.  Where the ledger leaves only one key that can sign, nobody is asked to name it.
 */
#include "keys.h"
#include "util.h"
#include "out.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#define KEY_FILE_MAX 65536
#define PREFIX_MIN 4 /* digits of a thumbprint that count as naming it */

static int
is_key_file(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);

	return entry->d_name[0] != '.' && size > 4 && strcmp(entry->d_name + size - 4, ".key") == 0;
}

/* The public half of a key file, of an exported key, or of a key the ledger lists: they have these
 * three members in common, and more besides. */
static int
public_half(const stet_json *json, stet_key **key_out, stet_error *err)
{
	static const char *const members[] = {"label", "issuer", "key"};
	stet_json *half = stet_json_object();
	const stet_json *value;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if ((value = stet_json_get(json, members[i])) != NULL &&
		    stet_json_kind_of(value) != STET_JSON_NULL)
			stet_json_set(half, members[i], stet_json_copy(value));
	rc = stet_key_from_json(half, key_out, err);
	stet_json_free(half);
	return rc;
}

/* Reading a public half needs no passphrase. */
static stet_key *
read_public(struct local_keys *keys, const char *path)
{
	stet_json *json = NULL;
	stet_key *key = NULL;
	stet_error err;
	int rc = json_read_file(path, KEY_FILE_MAX, &json, &err);

	if (rc == STET_OK)
		rc = public_half(json, &key, &err);
	stet_json_free(json);
	if (rc == STET_OK)
		return key;
	if (keys->unread == NULL)
		keys->unread = text_of("'%s' could not be read: %s", path, err.text);
	return NULL;
}

int
local_keys_read(struct local_keys *keys)
{
	struct dirent **names = NULL;
	struct local_key *item;
	int count, i;

	memset(keys, 0, sizeof(*keys));
	keys->folder = env_keys_dir();
	if (keys->folder == NULL) {
		complain("no home folder to look for keys in; set XDG_CONFIG_HOME or HOME, or name "
			 "a file "
			 "with --as");
		return -1;
	}
	count = scandir(keys->folder, &names, is_key_file, alphasort);
	if (count < 0 && errno != ENOENT) {
		complain("cannot read the keys folder '%s': %s", keys->folder, strerror(errno));
		return -1;
	}
	if (count > 0)
		keys->items = calloc((size_t)count, sizeof(*keys->items));
	for (i = 0; i < count; i++) {
		item = keys->items == NULL ? NULL : &keys->items[keys->count];
		if (item != NULL &&
		    (item->path = text_of("%s/%s", keys->folder, names[i]->d_name)) != NULL &&
		    (item->key = read_public(keys, item->path)) != NULL) {
			item->file = strndup(names[i]->d_name, strlen(names[i]->d_name) - 4);
			keys->count++;
		} else if (item != NULL) {
			free(item->path);
		}
		free(names[i]);
	}
	free(names);
	return 0;
}

void
local_keys_free(struct local_keys *keys)
{
	size_t i;

	for (i = 0; i < keys->count; i++) {
		free(keys->items[i].path);
		free(keys->items[i].file);
		stet_key_free(keys->items[i].key);
	}
	free(keys->items);
	free(keys->folder);
	free(keys->unread);
	memset(keys, 0, sizeof(*keys));
}

void
keys_thumb(const stet_key *key, size_t digits, char *out)
{
	uint8_t kid[STET_HASH_SIZE];

	stet_key_thumbprint(key, kid);
	hex_text(kid, digits / 2, out);
}

char *
keys_called(const stet_key *key)
{
	char thumb[65];

	keys_thumb(key, 8, thumb);
	return text_of("'%s' (%s)", stet_key_label(key), thumb);
}

const stet_json *
keys_granted(const stet_json *ledger_keys, const stet_key *key)
{
	char thumb[65];
	size_t i;

	keys_thumb(key, 64, thumb);
	for (i = 0; i < stet_json_size(ledger_keys); i++)
		if (json_is(stet_json_get(stet_json_item(ledger_keys, i), "kid"), thumb))
			return stet_json_item(ledger_keys, i);
	return NULL;
}

int
keys_has_role(const stet_json *granted, const char *role)
{
	const stet_json *roles = stet_json_get(granted, "roles");
	size_t i;

	for (i = 0; i < stet_json_size(roles); i++)
		if (json_is(stet_json_item(roles, i), role))
			return 1;
	return 0;
}

/* The place of the first role in the list that the key holds, from 0; -1: it may not do this. */
static int
rank(const stet_json *granted, const char *roles)
{
	char list[128], *word, *save = NULL;
	int place = 0;

	if (granted == NULL || !json_is(stet_json_get(granted, "state"), "in force"))
		return -1;
	if (roles == NULL)
		return 0;
	snprintf(list, sizeof(list), "%s", roles);
	for (word = strtok_r(list, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save), place++)
		if (keys_has_role(granted, word))
			return place;
	return -1;
}

static int
matches(const struct local_key *item, const char *word)
{
	const char *name = stet_key_name(item->key);
	size_t size = strlen(word);
	char thumb[65];

	if (strcmp(item->file, word) == 0 || strcmp(stet_key_label(item->key), word) == 0)
		return 1;
	keys_thumb(item->key, 64, thumb);
	if (size >= PREFIX_MIN && strncmp(thumb, word, size) == 0)
		return 1;
	return strncmp(word, "urn:", 4) == 0 && strncmp(name, word, size) == 0;
}

/* "'root' (3f9a01c2), 'desk' (77b0e5d4)": what there is to choose from. */
static char *
listed(const struct local_keys *keys, const int *chosen)
{
	char *text = strdup(""), *called, *longer;
	size_t i;

	for (i = 0; text != NULL && i < keys->count; i++) {
		if (!chosen[i])
			continue;
		called = keys_called(keys->items[i].key);
		longer = called == NULL
			     ? NULL
			     : text_of("%s%s%s", text, text[0] != '\0' ? ", " : "", called);
		free(called);
		free(text);
		text = longer;
	}
	return text;
}

static size_t
count_chosen(const struct local_keys *keys, const int *chosen, size_t *last_out)
{
	size_t i, count = 0;

	for (i = 0; i < keys->count; i++)
		if (chosen[i]) {
			*last_out = i;
			count++;
		}
	return count;
}

/* Keeps those of the best rank among the chosen. */
static void
keep_best(struct env *env, const struct local_keys *keys, const char *roles, int *chosen)
{
	const stet_json *known = env_keys(env);
	int best = -1, place;
	size_t i;

	for (i = 0; i < keys->count; i++) {
		place = chosen[i] ? rank(keys_granted(known, keys->items[i].key), roles) : -1;
		if (place >= 0 && (best < 0 || place < best))
			best = place;
	}
	for (i = 0; i < keys->count; i++)
		if (chosen[i] && rank(keys_granted(known, keys->items[i].key), roles) != best)
			chosen[i] = 0;
	if (best < 0)
		for (i = 0; i < keys->count; i++)
			chosen[i] = 0;
}

static int
report_none(struct env *env, const struct local_keys *keys, const char *word, const char *roles)
{
	const char *sep = keys->unread != NULL ? "; " : "",
		   *unread = keys->unread != NULL ? keys->unread : "";

	if (word != NULL)
		complain(
		    "no key '%s' in '%s'; 'stet key list' shows what there is%s%s [key-not-here]",
		    word, keys->folder, sep, unread);
	else if (keys->count == 0)
		complain("no key to sign with in '%s'; make one with 'stet key generate LABEL', or "
			 "name a file "
			 "with --as%s%s [key-not-here]",
		    keys->folder, sep, unread);
	else
		complain("no key in '%s' may sign this in the ledger '%s'%s%s; 'stet key list' "
			 "shows their "
			 "grants%s%s [key-not-here]",
		    keys->folder, stet_ledger_origin(env->ledger),
		    roles != NULL ? ": it takes one of " : "", roles != NULL ? roles : "", sep,
		    unread);
	return EXIT_UNSURE;
}

/* The path of the one key that is meant. */
static int
choose_path(struct env *env, const struct local_keys *keys, const char *word, const char *roles,
    char **path_out)
{
	int *chosen = calloc(keys->count + 1, sizeof(*chosen));
	size_t i, count, last = 0;
	char *list;
	int status;

	if (chosen == NULL)
		return EXIT_UNSURE;
	for (i = 0; i < keys->count; i++)
		chosen[i] = word == NULL || matches(&keys->items[i], word);
	count = count_chosen(keys, chosen, &last);
	if (env->ledger != NULL && (word == NULL || count > 1)) {
		if (env_keys(env) == NULL) {
			free(chosen);
			return EXIT_UNSURE;
		}
		keep_best(env, keys, word == NULL ? roles : NULL, chosen);
		count = count_chosen(keys, chosen, &last);
	}
	if (count == 1) {
		*path_out = strdup(keys->items[last].path);
		status = *path_out != NULL ? EXIT_YES : EXIT_UNSURE;
	} else if (count == 0) {
		status = report_none(env, keys, word, roles);
	} else {
		list = listed(keys, chosen);
		complain("several keys could sign this: %s; choose one with --as or $STET_KEY "
			 "[key-choice]",
		    list != NULL ? list : "");
		free(list);
		status = EXIT_USAGE;
	}
	free(chosen);
	return status;
}

static int
is_file(const char *word)
{
	struct stat info;

	return strchr(word, '/') != NULL || (stat(word, &info) == 0 && S_ISREG(info.st_mode));
}

static int
find_path(struct env *env, const char *roles, char **path_out)
{
	const char *word = env->as != NULL ? env->as : getenv("STET_KEY");
	struct local_keys keys;
	int status;

	if (word != NULL && word[0] == '\0')
		word = NULL;
	if (word != NULL && is_file(word)) {
		*path_out = strdup(word);
		return *path_out != NULL ? EXIT_YES : EXIT_UNSURE;
	}
	status = local_keys_read(&keys) < 0 ? EXIT_UNSURE
					    : choose_path(env, &keys, word, roles, path_out);
	local_keys_free(&keys);
	return status;
}

/* What statements of this key say as iss is what the ledger granted, whatever its file says. */
static int
take_issuer(struct env *env, stet_key *key)
{
	char *issuer = NULL, *called;
	stet_error err;
	int rc;

	if (env->issuer != NULL)
		return stet_key_set_issuer(key, env->issuer, &err) == STET_OK
			   ? EXIT_YES
			   : (complain_error(&err), EXIT_USAGE);
	rc = env->ledger == NULL ? STET_ENOTFOUND
				 : stet_ledger_issuer(env->ledger, key, &issuer, &err);
	if (rc == STET_OK)
		rc = stet_key_set_issuer(key, issuer, &err);
	else if (rc == STET_ENOTFOUND && stet_key_issuer(key) != NULL)
		rc = STET_OK;
	free(issuer);
	if (rc == STET_OK)
		return EXIT_YES;
	if (rc != STET_ENOTFOUND) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	called = keys_called(key);
	if (env->ledger != NULL)
		complain("the ledger '%s' does not know the key %s; somebody with the role admin "
			 "can grant it "
			 "with 'stet key grant' [signer-unknown]",
		    stet_ledger_origin(env->ledger), called != NULL ? called : "");
	else
		complain("the key %s names no issuer; make it with 'stet key generate --issuer "
			 "URI', or give "
			 "--issuer here [signer-unknown]",
		    called != NULL ? called : "");
	free(called);
	return EXIT_NO;
}

int
keys_cosigner(struct env *env, stet_key **key_out)
{
	stet_ledger *ledger = env->ledger;
	stet_error err;
	char *path = NULL;
	int status;

	env->ledger = NULL; /* which has no say in who cosigns */
	status = find_path(env, NULL, &path);
	env->ledger = ledger;
	if (status == EXIT_YES && stet_key_load(path, env_ask, env, key_out, &err) < 0) {
		env_complain(env, &err);
		status = EXIT_UNSURE;
	}
	free(path);
	return status;
}

int
keys_choose(struct env *env, const char *roles, stet_key **key_out)
{
	stet_key *key = NULL;
	stet_error err;
	char *path = NULL;
	int status;

	if ((status = find_path(env, roles, &path)) != EXIT_YES)
		return status;
	if (stet_key_load(path, env_ask, env, &key, &err) < 0) {
		env_complain(env, &err);
		status = EXIT_UNSURE;
	} else if (!stet_key_can_sign(key)) {
		complain("'%s' holds only the public half of a key and cannot sign", path);
		status = EXIT_UNSURE;
	} else {
		status = take_issuer(env, key);
	}
	free(path);
	if (status == EXIT_YES)
		*key_out = key;
	else
		stet_key_free(key);
	return status;
}

/* One of the ledger's keys by label or the beginning of its thumbprint. */
static int
from_ledger(struct env *env, const char *word, stet_key **key_out)
{
	const stet_json *known = env->ledger != NULL ? env_keys(env) : NULL, *item, *found = NULL;
	size_t i, size = strlen(word);
	stet_bytes kid;
	stet_error err;

	if (env->ledger != NULL && known == NULL)
		return EXIT_UNSURE;
	for (i = 0; i < stet_json_size(known); i++) {
		item = stet_json_item(known, i);
		kid = stet_json_string_of(stet_json_get(item, "kid"));
		if (!json_is(stet_json_get(item, "label"), word) &&
		    !json_is(stet_json_get(item, "name"), word) &&
		    !(size >= PREFIX_MIN && size <= kid.size && memcmp(kid.data, word, size) == 0))
			continue;
		if (found != NULL) {
			complain("'%s' is the name of several keys of this ledger; give more of "
				 "the thumbprint "
				 "[key-choice]",
			    word);
			return EXIT_USAGE;
		}
		found = item;
	}
	if (found == NULL)
		return EXIT_ABSENT;
	if (public_half(found, key_out, &err) < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	return EXIT_YES;
}

int
keys_from_file(const char *path, stet_key **key_out)
{
	stet_json *json = NULL;
	stet_error err;
	int rc;

	if ((rc = json_read_file(path, KEY_FILE_MAX, &json, &err)) == STET_OK)
		rc = public_half(json, key_out, &err);
	stet_json_free(json);
	if (rc == STET_OK)
		return EXIT_YES;
	complain("'%s' is not a key: %s", path, err.text);
	return EXIT_UNSURE;
}

int
keys_public(struct env *env, const char *word, stet_key **key_out)
{
	struct local_keys keys;
	int status;
	size_t i;

	if (strcmp(word, "-") == 0 || is_file(word))
		return keys_from_file(word, key_out);
	if ((status = from_ledger(env, word, key_out)) != EXIT_ABSENT)
		return status;
	if (local_keys_read(&keys) < 0)
		return EXIT_UNSURE;
	for (i = 0; status == EXIT_ABSENT && i < keys.count; i++)
		if (matches(&keys.items[i], word))
			status = keys_from_file(keys.items[i].path, key_out);
	if (status == EXIT_ABSENT) {
		complain("no key '%s': neither a file, nor in '%s', nor one this ledger knows "
			 "[key-not-here]",
		    word, keys.folder);
		status = EXIT_UNSURE;
	}
	local_keys_free(&keys);
	return status;
}

int
keys_random(const char *label, const char *issuer, stet_key **key_out)
{
	uint8_t seed[32];
	stet_error err;
	int rc;

	if (getrandom(seed, sizeof(seed), 0) != (ssize_t)sizeof(seed)) {
		complain("cannot get random bytes: %s", strerror(errno));
		return EXIT_UNSURE;
	}
	rc = stet_key_from_seed(seed, label, issuer, key_out, &err);
	explicit_bzero(seed, sizeof(seed));
	if (rc < 0)
		complain_error(&err);
	return rc == STET_OK ? EXIT_YES : EXIT_UNSURE;
}
