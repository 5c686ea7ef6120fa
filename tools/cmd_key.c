/* stet key: the keys of this user, and which of them the ledger knows. */
#include "keys.h"
#include "line.h"
#include "out.h"
#include "save.h"
#include "util.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_SEED_FILE = OPT_OWN };

struct key_line {
	struct env env;
	const char *output, *seed_file;
	int ask;
};

static int
take(void *ctx, int id, const char *value)
{
	struct key_line *line = ctx;

	switch (id) {
	case 'o':
		line->output = value;
		return 1;
	case OPT_SEED_FILE:
		line->seed_file = value;
		return 1;
	case OPT_ISSUER:
		line->env.issuer = value;
		return 1;
	default:
		line->ask = 1;
		return 1;
	}
}

/* --- generate ------------------------------------------------------------------------------- */

static int
read_seed(const char *path, uint8_t seed[32])
{
	uint8_t *data = NULL;
	size_t size = 0, i;
	stet_error err;
	unsigned byte;
	int rc = file_read(path, 128, &data, &size, &err);

	if (rc == STET_OK && size == 32) {
		memcpy(seed, data, 32);
	} else if (rc == STET_OK) {
		for (i = 0; i < 32 && 2 * i + 1 < size &&
			    sscanf((const char *)data + 2 * i, "%2x", &byte) == 1;
		     i++)
			seed[i] = (uint8_t)byte;
		rc = i == 32 && (size == 64 || (size == 65 && data[64] == '\n')) ? STET_OK
										 : STET_EFORMAT;
		if (rc < 0)
			fail_text(&err, rc, "a seed is 32 bytes, or 64 hex digits");
	}
	free(data);
	if (rc == STET_OK)
		return 0;
	complain("cannot use '%s': %s", path, err.text);
	return -1;
}

/* "Journal X, editorial desk" -> "Journal-X-editorial-desk": letters, digits, and one dash for
 * whatever else there is. */
static char *
file_name(const char *label)
{
	char *name = strdup(label), *to = name;

	for (; name != NULL && *label != '\0'; label++)
		if (isalnum((unsigned char)*label) || strchr("._", *label) != NULL)
			*to++ = *label;
		else if (to > name && to[-1] != '-')
			*to++ = '-';
	if (name != NULL)
		*to = '\0';
	return name;
}

static char *
file_of(const char *label)
{
	char *folder = env_keys_dir(), *name = file_name(label), *path = NULL;

	if (folder == NULL)
		complain("no home folder to put the key in; set XDG_CONFIG_HOME or HOME, or give "
			 "-o FILE");
	else if (make_folders(folder) < 0)
		complain("cannot make the keys folder '%s': %s", folder, strerror(errno));
	else if (name != NULL)
		path =
		    text_of("%s/%s.key", folder, name[0] == '.' || name[0] == '\0' ? "key" : name);
	free(folder);
	free(name);
	return path;
}

static int
make_key(struct key_line *line, const char *label, const char *path, stet_key **key_out)
{
	stet_passphrase *ask =
	    line->ask || line->env.passphrase_file != NULL || line->env.passphrase_fd >= 0
		? env_ask_new
		: NULL;
	uint8_t seed[32];
	stet_key *key = NULL;
	stet_error err;
	int rc;

	if (line->seed_file == NULL) {
		rc = stet_key_generate(
		    path, label, line->env.issuer, ask, &line->env, key_out, &err);
	} else {
		if (read_seed(line->seed_file, seed) < 0)
			return EXIT_UNSURE;
		rc = stet_key_from_seed(seed, label, line->env.issuer, &key, &err);
		explicit_bzero(seed, sizeof(seed));
		if (rc == STET_OK &&
		    (rc = stet_key_save(key, path, ask, &line->env, &err)) == STET_OK)
			*key_out = key;
		else
			stet_key_free(key);
	}
	if (rc == STET_OK)
		return EXIT_YES;
	env_complain(&line->env, &err);
	return EXIT_UNSURE;
}

static int
generate(struct key_line *line, const char *label)
{
	char *path = line->output != NULL ? strdup(line->output) : file_of(label), *called;
	stet_key *key = NULL;
	stet_json *json;
	int status = path == NULL ? EXIT_UNSURE : make_key(line, label, path, &key);

	if (status == EXIT_YES && line->env.json) {
		json = stet_key_json(key);
		stet_json_set(json, "v", stet_json_int(1));
		stet_json_set(json, "path", stet_json_str(path));
		out_json(json);
	} else if (status == EXIT_YES) {
		called = keys_called(key);
		out_text("made the key %s in ", called != NULL ? called : "");
		out_foreign(path);
		out_text("\n");
		out_row(2, 14, "name", stet_key_name(key));
		out_text("next: 'stet key export' gives its public half, which somebody with the "
			 "role admin grants\n");
		free(called);
	}
	stet_key_free(key);
	free(path);
	return status;
}

static int
run_generate(const struct command *self, int argc, char **argv)
{
	struct key_line line = {0};
	struct line words;
	int status = line_read(&words, &line.env, self, argc, argv, 1, 1, take, &line);

	if (status == LINE_GO)
		status = generate(&line, words.args[0]);
	line_end(&words, &line.env);
	return status;
}

/* --- list, show, export --------------------------------------------------------------------- */

static void
put_seq(const stet_json *json, const char *member, const char *label)
{
	const stet_json *value = stet_json_get(json, member);
	char *text;

	if (value == NULL || stet_json_kind_of(value) != STET_JSON_INT)
		return;
	text = text_of("entry %lld", (long long)stet_json_int_of(value));
	out_row(4, 14, label, text != NULL ? text : "");
	free(text);
}

/* One key the ledger knows: what it may do, since when, until when. */
static void
put_granted(const stet_json *granted, const char *path)
{
	char *label = json_text(stet_json_get(granted, "label")),
	     *kid = json_text(stet_json_get(granted, "kid"));
	char *roles = json_joined(stet_json_get(granted, "roles")),
	     *scope = json_joined(stet_json_get(granted, "scope"));
	char *issuer = json_text(stet_json_get(granted, "issuer")),
	     *state = json_text(stet_json_get(granted, "state"));
	char *until = json_text(stet_json_get(granted, "until"));

	out_style(STYLE_BOLD);
	out_text("%.8s  ", kid != NULL ? kid : "");
	out_foreign(label != NULL && label[0] != '\0' ? label : "(no label)");
	out_style(STYLE_PLAIN);
	out_text("  %s\n", state != NULL ? state : "");
	out_row(4, 14, "roles",
	    roles != NULL && roles[0] != '\0' ? roles : "(seals and checkpoints: the ledger key)");
	out_row(4, 14, "issuer", issuer != NULL ? issuer : "");
	if (scope != NULL && scope[0] != '\0')
		out_row(4, 14, "scope", scope);
	if (until != NULL)
		out_row(4, 14, "until", until);
	put_seq(granted, "granted", "granted by");
	put_seq(granted, "revoked", "revoked by");
	put_seq(granted, "distrust_from", "distrusted from");
	if (path != NULL)
		out_row(4, 14, "file", path);
	free(label);
	free(kid);
	free(roles);
	free(scope);
	free(issuer);
	free(state);
	free(until);
}

static const struct local_key *
local_of(const struct local_keys *keys, const stet_json *granted)
{
	char thumb[65];
	size_t i;

	for (i = 0; i < keys->count; i++) {
		keys_thumb(keys->items[i].key, 64, thumb);
		if (json_is(stet_json_get(granted, "kid"), thumb))
			return &keys->items[i];
	}
	return NULL;
}

static void
put_local(const struct local_key *item)
{
	char thumb[65];

	keys_thumb(item->key, 8, thumb);
	out_style(STYLE_BOLD);
	out_text("%s  ", thumb);
	out_foreign(
	    stet_key_label(item->key)[0] != '\0' ? stet_key_label(item->key) : "(no label)");
	out_style(STYLE_PLAIN);
	out_text("  not granted anything here\n");
	out_row(4, 14, "file", item->path);
}

static void
list_json(const stet_json *known, const struct local_keys *keys)
{
	const struct local_key *item;
	stet_json *json;
	size_t i;

	for (i = 0; i < stet_json_size(known); i++) {
		json = stet_json_copy(stet_json_item(known, i));
		item = local_of(keys, stet_json_item(known, i));
		stet_json_set(json, "v", stet_json_int(1));
		stet_json_set(
		    json, "path", item != NULL ? stet_json_str(item->path) : stet_json_null());
		out_json(json);
	}
	for (i = 0; i < keys->count; i++) {
		if (keys_granted(known, keys->items[i].key) != NULL)
			continue;
		json = stet_key_json(keys->items[i].key);
		stet_json_set(json, "v", stet_json_int(1));
		stet_json_set(json, "state", stet_json_str("not granted"));
		stet_json_set(json, "path", stet_json_str(keys->items[i].path));
		out_json(json);
	}
}

static int
list(struct env *env)
{
	const stet_json *known = env_keys(env);
	const struct local_key *item;
	struct local_keys keys;
	size_t i;

	if (known == NULL)
		return EXIT_UNSURE;
	if (local_keys_read(&keys) < 0) {
		local_keys_free(&keys);
		return EXIT_UNSURE;
	}
	if (env->json) {
		list_json(known, &keys);
	} else {
		for (i = 0; i < stet_json_size(known); i++) {
			item = local_of(&keys, stet_json_item(known, i));
			put_granted(stet_json_item(known, i), item != NULL ? item->path : NULL);
		}
		for (i = 0; i < keys.count; i++)
			if (keys_granted(known, keys.items[i].key) == NULL)
				put_local(&keys.items[i]);
	}
	local_keys_free(&keys);
	return EXIT_YES;
}

static int
run_list(const struct command *self, int argc, char **argv)
{
	struct env env;
	struct line line;
	int status = line_read(&line, &env, self, argc, argv, 0, 0, NULL, NULL);

	if (status == LINE_GO && (status = env_open(&env, ENV_READ)) == EXIT_YES)
		status = list(&env);
	line_end(&line, &env);
	return status;
}

/* The ledger is of help here where there is one, and not needed. */
static void
open_if_there(struct env *env)
{
	if (env->ledger_option != NULL || getenv("STET_LEDGER") != NULL)
		(void)env_open(env, ENV_READ);
}

static int
show_key(struct env *env, const char *word)
{
	const stet_json *granted = NULL;
	stet_key *key = NULL;
	char thumb[65];
	int status = keys_public(env, word, &key);

	if (status != EXIT_YES)
		return status;
	if (env->ledger != NULL && env_keys(env) != NULL)
		granted = keys_granted(env_keys(env), key);
	if (env->json) {
		stet_json *json = granted != NULL ? stet_json_copy(granted) : stet_key_json(key);

		stet_json_set(json, "v", stet_json_int(1));
		out_json(json);
	} else if (granted != NULL) {
		put_granted(granted, NULL);
		out_row(4, 14, "name", stet_key_name(key));
	} else {
		keys_thumb(key, 64, thumb);
		out_row(0, 14, "label", stet_key_label(key));
		out_row(0, 14, "issuer",
		    stet_key_issuer(key) != NULL ? stet_key_issuer(key) : "(none)");
		out_row(0, 14, "thumbprint", thumb);
		out_row(0, 14, "name", stet_key_name(key));
	}
	stet_key_free(key);
	return EXIT_YES;
}

static int
run_show(const struct command *self, int argc, char **argv)
{
	struct env env;
	struct line line;
	int status = line_read(&line, &env, self, argc, argv, 1, 1, NULL, NULL);

	if (status == LINE_GO) {
		open_if_there(&env);
		status = show_key(&env, line.args[0]);
	}
	line_end(&line, &env);
	return status;
}

static int
export_key(struct key_line *line, const char *word)
{
	struct save save;
	stet_key *key = NULL;
	stet_json *json;
	stet_error err;
	char *text;
	size_t size;
	int status = keys_public(&line->env, word, &key);

	if (status != EXIT_YES)
		return status;
	json = stet_key_json(key);
	stet_key_free(key);
	if (line->output == NULL) {
		out_json(json);
		return EXIT_YES;
	}
	if (stet_json_text(json, 0, &text, &size, &err) < 0 || save_open(&save, line->output) < 0) {
		stet_json_free(json);
		return EXIT_UNSURE;
	}
	save_put(&save, text, size);
	save_put(&save, "\n", 1);
	free(text);
	stet_json_free(json);
	return save_close(&save, 1);
}

static int
run_export(const struct command *self, int argc, char **argv)
{
	struct key_line line = {0};
	struct line words;
	int status = line_read(&words, &line.env, self, argc, argv, 1, 1, take, &line);

	if (status == LINE_GO) {
		open_if_there(&line.env);
		status = export_key(&line, words.args[0]);
	}
	line_end(&words, &line.env);
	return status;
}

/* --- the table ------------------------------------------------------------------------------ */

static const struct opt generate_own[] = {
    {OPT_ISSUER, 0, "issuer", "URI",
	"what its statements say as issuer; the grant decides in the end"},
    {'o', 'o', "output", "FILE", "where to put it (default: LABEL.key in the keys folder)"},
    {OPT_ASK_PASSPHRASE, 0, "ask-passphrase", NULL, "put it under a passphrase"},
    {OPT_SEED_FILE, 0, "seed-file", "FILE",
	"make it from these 32 bytes (or 64 hex digits) instead of random ones"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt export_own[] = {
    {'o', 'o', "output", "FILE", "write it to FILE"}, {0, 0, NULL, NULL, NULL}};

static const struct opt *const generate_options[] = {generate_own, opts_secret, opts_json, NULL};
static const struct opt *const list_options[] = {opts_json, opts_ledger, NULL};
static const struct opt *const export_options[] = {export_own, opts_ledger, NULL};

static const struct command sub_generate = {.name = "key generate",
    .group = GROUP_BEGIN,
    .summary = "make a signer's key",
    .synopsis = "LABEL [--issuer URI] [-o FILE] [--ask-passphrase]",
    .description = "LABEL says what the key is for, such as 'Journal X, editorial desk': a "
		   "function, not a person. "
		   "The file is readable by its owner alone. It can sign nothing in a ledger until "
		   "it is granted.",
    .options = generate_options,
    .run = run_generate,
    .writes = 1};
static const struct command sub_list = {.name = "key list",
    .group = GROUP_BEGIN,
    .summary = "list the keys this ledger knows and the keys here",
    .synopsis = "[--json]",
    .description = "Every key with its roles, scope and state, the entry that granted or revoked "
		   "it, and the file "
		   "here that holds it.",
    .options = list_options,
    .run = run_list};
static const struct command sub_show = {.name = "key show",
    .group = GROUP_BEGIN,
    .summary = "show one key",
    .synopsis = "KEY [--json]",
    .description = "KEY is a file, a label, or the beginning of a thumbprint.",
    .options = list_options,
    .run = run_show};
static const struct command sub_export = {.name = "key export",
    .group = GROUP_BEGIN,
    .summary = "write the public half of a key",
    .synopsis = "KEY [-o FILE]",
    .description =
	"What somebody with the role admin needs to grant it. No passphrase is asked for.",
    .options = export_options,
    .run = run_export};
/* In cmd_grant.c. */
extern const struct command key_grant, key_revoke, key_rotate;
static const struct command *const subs[] = {
    &sub_generate, &sub_list, &sub_show, &sub_export, &key_grant, &key_revoke, &key_rotate, NULL};

static const struct pair examples[] = {
    {"stet key generate 'Journal X, editorial desk' --issuer https://journal-x.example/desk",
	"make a key, at home"},
    {"stet key export 'Journal X, editorial desk' -o desk.pub",
	"what to send to whoever runs the ledger"},
    {"stet key grant desk.pub --role editor --scope doi:10.1000/",
	"let it sign corrections of that prefix"},
    {"stet key revoke desk --reason stolen --distrust-from 120 --as root", "a stolen key"},
    {NULL, NULL}};
static const struct pair exits[] = {{"0", "done"},
    {"1", "refused: the line names the rule, and what to do"}, {"2", "the command line was wrong"},
    {"3", "could not do it: no ledger, no key, no room"}, {NULL, NULL}};

const struct command cmd_key = {.name = "key",
    .group = GROUP_BEGIN,
    .summary = "make, list, grant, revoke and rotate keys",
    .synopsis = "generate|list|show|export|grant|revoke|rotate ...",
    .description = "Signers' keys are files in $XDG_CONFIG_HOME/stet/keys; what they may sign is "
		   "said by entries of the "
		   "ledger. The ledger's own key lives in its folder.",
    .examples = examples,
    .exits = exits,
    .subs = subs,
    .writes = 1};
