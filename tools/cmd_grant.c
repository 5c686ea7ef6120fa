/* stet key grant, revoke and rotate: what the ledger says of keys, by entries. */
#include "grant.h"
#include "line.h"
#include "out.h"
#include "util.h"
#include "verb.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROLES_MAX 16
#define SCOPES_MAX 256

enum {
	OPT_ROLE = OPT_OWN,
	OPT_SCOPE,
	OPT_UNTIL,
	OPT_LABEL,
	OPT_REASON,
	OPT_DISTRUST,
	OPT_NOTE,
	OPT_NEW_KEY
};

struct key_line {
	struct env env;
	const char *label, *until, *reason, *note, *distrust, *new_key;
	const char *roles[ROLES_MAX], *scope[SCOPES_MAX];
	size_t role_count, scope_count;
	int ask;
};

static int
add_word(const struct env *env, const char **words, size_t *count, size_t most, const char *word)
{
	if (*count == most) {
		opt_wrong(env->command, "more than %zu of one kind", most);
		return -1;
	}
	words[(*count)++] = word;
	return 1;
}

static int
take(void *ctx, int id, const char *value)
{
	struct key_line *line = ctx;

	switch (id) {
	case OPT_ROLE:
		return add_word(&line->env, line->roles, &line->role_count, ROLES_MAX, value);
	case OPT_SCOPE:
		return add_word(&line->env, line->scope, &line->scope_count, SCOPES_MAX, value);
	case OPT_UNTIL:
		line->until = value;
		return 1;
	case OPT_LABEL:
		line->label = value;
		return 1;
	case OPT_ISSUER:
		line->env.issuer = value;
		return 1;
	case OPT_REASON:
		line->reason = value;
		return 1;
	case OPT_DISTRUST:
		line->distrust = value;
		return 1;
	case OPT_NOTE:
		line->note = value;
		return 1;
	case OPT_NEW_KEY:
		line->new_key = value;
		return 1;
	default:
		line->ask = 1;
		return 1;
	}
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, and the same given twice only once: as the format wants lists of words. */
static size_t
sort_words(const char **words, size_t count)
{
	size_t i, kept = 0;

	qsort(words, count, sizeof(*words), by_bytes);
	for (i = 0; i < count; i++)
		if (kept == 0 || strcmp(words[kept - 1], words[i]) != 0)
			words[kept++] = words[i];
	return kept;
}

/* --- grant, revoke -------------------------------------------------------------------------- */

/* Only root gives or takes root and admin; for the rest, admin is enough and spares the root key.
 */
static const char *
who_may(const char *const *roles, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(roles[i], "root") == 0 || strcmp(roles[i], "admin") == 0)
			return "root";
	return "admin root";
}

static int
grant_key(struct key_line *line, const char *word)
{
	struct grant grant = {0};
	stet_key *key = NULL, *signer = NULL;
	int status = keys_public(&line->env, word, &key);

	if (status != EXIT_YES)
		return status;
	line->role_count = sort_words(line->roles, line->role_count);
	line->scope_count = sort_words(line->scope, line->scope_count);
	grant.label = line->label != NULL ? line->label : stet_key_label(key);
	grant.issuer = line->env.issuer != NULL ? line->env.issuer : stet_key_issuer(key);
	grant.roles = line->roles;
	grant.role_count = line->role_count;
	grant.scope = line->scope;
	grant.scope_count = line->scope_count;
	grant.until = line->until;
	line->env.issuer = NULL; /* of the key granted, not of the one that signs */
	if (grant.issuer == NULL)
		status =
		    opt_wrong(line->env.command, "the key names no issuer; say what its statements "
						 "will say as issuer: --issuer URI");
	else if (grant.label[0] == '\0')
		status =
		    opt_wrong(line->env.command, "the key has no label; give it one: --label TEXT");
	else if ((status = keys_choose(
		      &line->env, who_may(line->roles, line->role_count), &signer)) == EXIT_YES)
		status = grant_append(&line->env, signer, key, &grant, 0);
	stet_key_free(signer);
	stet_key_free(key);
	return status;
}

static int
run_grant(const struct command *self, int argc, char **argv)
{
	struct key_line line = {0};
	struct line words;
	int status = line_read(&words, &line.env, self, argc, argv, 1, 1, take, &line);

	if (status == LINE_GO && line.role_count == 0)
		status = opt_wrong(self,
		    "which roles? --role publisher, registrar, gate, editor, auditor, observer, "
		    "admin or root");
	if (status == LINE_GO && (status = env_open(&line.env, ENV_WRITE)) == EXIT_YES)
		status = grant_key(&line, words.args[0]);
	line_end(&words, &line.env);
	return status;
}

static int
fill_revoke(struct key_line *line, stet_statement *statement)
{
	unsigned long long seq;

	if (verb_set_text(statement, "/reason", line->reason) < 0 ||
	    (line->note != NULL && verb_set_text(statement, "/note", line->note) < 0))
		return EXIT_USAGE;
	if (line->distrust == NULL)
		return EXIT_YES;
	if (opt_number(line->env.command, "--distrust-from", line->distrust, INT64_MAX, &seq) < 0)
		return EXIT_USAGE;
	return verb_set(statement, "/distrust_from", stet_json_int((int64_t)seq)) < 0 ? EXIT_USAGE
										      : EXIT_YES;
}

/* Who may revoke: root a root or admin key, or with distrust; else an admin does. */
static const char *
revoker(struct key_line *line, const stet_key *key)
{
	const stet_json *granted =
	    env_keys(&line->env) != NULL ? keys_granted(env_keys(&line->env), key) : NULL;

	if (line->distrust != NULL || keys_has_role(granted, "root") ||
	    keys_has_role(granted, "admin"))
		return "root";
	return "admin root";
}

static int
revoke_key(struct key_line *line, const char *word)
{
	stet_statement *statement = NULL;
	stet_key *key = NULL, *signer = NULL;
	int status = keys_public(&line->env, word, &key);

	if (status == EXIT_YES && (statement = key_statement(&line->env, key, "revoke")) == NULL)
		status = EXIT_UNSURE;
	if (status == EXIT_YES)
		status = fill_revoke(line, statement);
	if (status == EXIT_YES &&
	    (status = keys_choose(&line->env, revoker(line, key), &signer)) == EXIT_YES)
		status = append_one(&line->env, statement, signer, 0);
	stet_statement_free(statement);
	stet_key_free(signer);
	stet_key_free(key);
	return status;
}

static int
run_revoke(const struct command *self, int argc, char **argv)
{
	struct key_line line = {0};
	struct line words;
	int status = line_read(&words, &line.env, self, argc, argv, 1, 1, take, &line);

	if (status == LINE_GO && line.reason == NULL)
		status = opt_wrong(self, "why? --reason lost, stolen or retired");
	if (status == LINE_GO && (status = env_open(&line.env, ENV_WRITE)) == EXIT_YES)
		status = revoke_key(&line, words.args[0]);
	line_end(&words, &line.env);
	return status;
}

/* --- rotate
 * --------------------------------------------------------------------------------------- */

static stet_statement *
rotate_statement(struct env *env, const stet_key *new_key)
{
	stet_id *id = env_id(env, "stet:ledger");
	stet_json *json = stet_key_json(new_key);
	stet_statement *statement = NULL;
	stet_error err;
	int rc = id == NULL ? STET_EINVAL : stet_statement_new("ledger", id, &statement, &err);

	if (rc == STET_OK &&
	    (verb_set_text(statement, "/action", "rotate") < 0 ||
		verb_set(statement, "/key", stet_json_copy(stet_json_get(json, "key"))) < 0 ||
		verb_set_text(statement, "/aud", stet_ledger_id(env->ledger)) < 0)) {
		stet_statement_free(statement);
		statement = NULL;
	}
	stet_json_free(json);
	stet_id_free(id);
	return statement;
}

/* The new ledger key: from a file made elsewhere, or made here, in memory alone: rotation writes it
 * where the ledger looks for it, in the one order that survives being killed. */
static int
new_ledger_key(struct key_line *line, stet_key **key_out)
{
	stet_error err;

	if (line->new_key == NULL)
		return keys_random("ledger", NULL, key_out);
	if (stet_key_load(line->new_key, env_ask, &line->env, key_out, &err) == STET_OK)
		return EXIT_YES;
	env_complain(&line->env, &err);
	return EXIT_UNSURE;
}

/* The library asks for two passphrases: of the old ledger key, if it has one, and for the new one,
 * which has none unless --ask-passphrase wants it. */
static int
ask_in_rotation(void *ctx, const char *prompt, char *buf, size_t size)
{
	struct key_line *line = ctx;

	if (strstr(prompt, "new key") == NULL)
		return env_ask(&line->env, prompt, buf, size);
	if (line->ask)
		return env_ask_new(&line->env, prompt, buf, size);
	buf[0] = '\0';
	return 0;
}

static int
sign_rotation(struct key_line *line, stet_statement *statement)
{
	stet_key *root = NULL;
	stet_error err;
	int rc, status = env_fix_id(&line->env, statement) < 0 ? EXIT_UNSURE : EXIT_YES;

	if (status == EXIT_YES)
		status = keys_choose(&line->env, "root", &root);
	if (status != EXIT_YES)
		return status;
	rc = stet_statement_sign(statement, root, (int64_t)(env_now(&line->env) / 1000), &err);
	stet_key_free(root);
	if (rc < 0)
		complain_error(&err);
	return status_of(rc);
}

static int
rotate_to(struct key_line *line, stet_statement *statement, const stet_key *key)
{
	stet_append_options options;
	stet_outcome *outcome = NULL;
	const stet_outcome_item *item;
	stet_error err;
	char *vkey = NULL;
	int rc;

	env_append_options(&line->env, 0, &options);
	options.ask = ask_in_rotation;
	options.ctx = line;
	rc = stet_ledger_rotate(line->env.ledger, statement, key, &options, &outcome, &err);
	if (rc < 0) {
		env_complain(&line->env, &err);
	} else {
		item = stet_outcome_get(outcome, 0);
		out_text("the ledger key has changed");
		if (item != NULL)
			out_text(" with entry %" PRIu64, item->seq);
		if (stet_ledger_vkey(line->env.ledger, &vkey, &err) == STET_OK)
			out_text("; readers verify with %s", vkey);
		out_text("\n");
		free(vkey);
	}
	stet_outcome_free(outcome);
	return rc < 0 ? status_of_error(&err) : EXIT_YES;
}

static int
rotate(struct key_line *line)
{
	stet_statement *statement = NULL;
	stet_key *key = NULL;
	int status = new_ledger_key(line, &key);

	if (status == EXIT_YES && (statement = rotate_statement(&line->env, key)) == NULL)
		status = EXIT_UNSURE;
	if (status == EXIT_YES)
		status = sign_rotation(line, statement);
	if (status == EXIT_YES)
		status = rotate_to(line, statement, key);
	stet_statement_free(statement);
	stet_key_free(key);
	return status;
}

static int
run_rotate(const struct command *self, int argc, char **argv)
{
	struct key_line line = {0};
	struct line words;
	int status = line_read(&words, &line.env, self, argc, argv, 0, 0, take, &line);

	if (status == LINE_GO && (status = env_open(&line.env, ENV_WRITE)) == EXIT_YES)
		status = rotate(&line);
	line_end(&words, &line.env);
	return status;
}

/* --- the table ------------------------------------------------------------------------------ */

static const struct opt grant_own[] = {
    {OPT_ROLE, 0, "role", "ROLE",
	"publisher, registrar, gate, editor, auditor, observer, admin or root; may be repeated"},
    {OPT_SCOPE, 0, "scope", "PREFIX",
	"only names that begin so, such as doi:10.5281/; may be repeated"},
    {OPT_UNTIL, 0, "until", "TIME", "the grant ends then"},
    {OPT_LABEL, 0, "label", "TEXT", "what people call the key"},
    {OPT_ISSUER, 0, "issuer", "URI",
	"what its statements say as issuer (default: what the key says)"},
    {OPT_AS, 0, "as", "KEY", "the key of somebody with the role admin or root"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt revoke_own[] = {
    {OPT_REASON, 0, "reason", "WORD", "lost, stolen or retired"},
    {OPT_DISTRUST, 0, "distrust-from", "SEQ",
	"with stolen, by root: its entries from there on support nothing"},
    {OPT_NOTE, 0, "note", "TEXT", "more about it"},
    {OPT_AS, 0, "as", "KEY", "the key of somebody with the role admin or root, or the key itself"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt rotate_own[] = {{OPT_AS, 0, "as", "KEY", "the root key"},
    {OPT_NEW_KEY, 0, "new-key", "FILE", "a ledger key made elsewhere instead of a new one"},
    {OPT_ASK_PASSPHRASE, 0, "ask-passphrase", NULL, "put the new ledger key under a passphrase"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const grant_options[] = {
    grant_own, opts_secret, opts_json, opts_ledger, NULL};
static const struct opt *const revoke_options[] = {
    revoke_own, opts_secret, opts_json, opts_ledger, NULL};
static const struct opt *const rotate_options[] = {rotate_own, opts_secret, opts_ledger, NULL};

const struct command key_grant = {.name = "key grant",
    .group = GROUP_BEGIN,
    .summary = "let a key sign",
    .synopsis = "KEY --role ROLE... [--scope PREFIX]... [--until TIME] [--as KEY]",
    .description = "KEY is a file ('-': standard input) with at least the public half, a label, or "
		   "the beginning of a "
		   "thumbprint. A later grant replaces roles and scope, never the issuer.",
    .options = grant_options,
    .run = run_grant,
    .writes = 1};

const struct command key_revoke = {.name = "key revoke",
    .group = GROUP_BEGIN,
    .summary = "end what a key may do",
    .synopsis = "KEY --reason lost|stolen|retired [--distrust-from SEQ] [--as KEY]",
    .description = "Takes effect after its own entry, and is final. What the key signed before "
		   "stands, unless it is "
		   "distrusted.",
    .options = revoke_options,
    .run = run_revoke,
    .writes = 1};

const struct command key_rotate = {.name = "key rotate",
    .group = GROUP_BEGIN,
    .summary = "change the ledger key",
    .synopsis = "[--as ROOTKEY] [--new-key FILE]",
    .description = "The root key signs the change, the old ledger key seals it, and everything "
		   "after it is signed by "
		   "the new one. The checkpoint at that point carries both signatures.",
    .options = rotate_options,
    .run = run_rotate,
    .writes = 1};
