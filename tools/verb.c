/* What all everyday verbs do: read the line, fill in what the ledger knows, sign, append. */
#include "verb.h"
#include "deliver.h"
#include "feed.h"
#include "util.h"
#include "out.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENT_JSON_MAX (1024 * 1024)

const char *
roles_for(const char *type)
{
	static const struct pair table[] = {{"record", "publisher"}, {"artifact", "publisher gate"},
	    {"claims", "publisher"}, {"assessment", "publisher"}, {"declaration", "publisher"},
	    {"alias", "publisher registrar"}, {"doi", "registrar"}, {"verdict", "gate"},
	    {"correction", "editor publisher"},
	    {"endorse", "editor publisher gate registrar auditor"}, {"withhold", "admin"},
	    {"audit", "auditor"}, {"policy", "root"}, {"ledger", "root"}, {"key", "admin root"},
	    {"snapshot", "observer"}, {NULL, NULL}};
	size_t i;

	for (i = 0; table[i].what != NULL; i++)
		if (strcmp(table[i].what, type) == 0)
			return table[i].text;
	return NULL;
}

void
verb_open(struct verb *verb, const struct command *command, int argc, char **argv)
{
	memset(verb, 0, sizeof(*verb));
	env_begin(&verb->env, command);
	opt_open(&verb->scan, command, argc, argv);
	verb->command = command;
	verb->signing = strcmp(argv[0], "sign") == 0;
	/* No line has more of anything than it has words. */
	verb->args = calloc((size_t)argc + 1, sizeof(*verb->args));
	verb->attach = calloc((size_t)argc + 1, sizeof(*verb->attach));
	verb->settings = calloc((size_t)argc + 1, sizeof(*verb->settings));
}

void
verb_close(struct verb *verb)
{
	size_t i;

	for (i = 0; i < verb->count; i++) {
		stet_statement_free(verb->items[i]);
		free(verb->places[i]);
	}
	free(verb->items);
	free(verb->takes_after);
	free(verb->places);
	free(verb->settings);
	free(verb->attach);
	free(verb->args);
	opt_close(&verb->scan);
	env_end(&verb->env);
}

/* 1 if the option was taken, 0 if it is the command's own, -1 if the line is wrong. */
static int
take(struct verb *verb, int id)
{
	const char *value = verb->scan.value;

	switch (id) {
	case OPT_ARG:
		verb->args[verb->arg_count++] = value;
		return 1;
	case OPT_FIELD:
	case OPT_MEMBER:
		verb->settings[verb->setting_count++] = (struct setting){verb->scan.field, value};
		return 1;
	case OPT_FROM:
		verb->from = value;
		return 1;
	case OPT_ID:
		verb->id_text = value;
		return 1;
	case OPT_AFTER:
		verb->after = value;
		return 1;
	case OPT_NO_AFTER:
		verb->no_after = 1;
		return 1;
	case OPT_PORTABLE:
		verb->portable = 1;
		return 1;
	case OPT_AUD:
		verb->aud = value;
		return 1;
	case OPT_ATTACH:
		verb->attach[verb->attach_count++] = value;
		return 1;
	case OPT_ISSUER:
		verb->env.issuer = value;
		return 1;
	case OPT_ON:
		verb->on = value;
		return 1;
	case 'o':
		verb->output = value;
		return 1;
	case 'n':
		verb->dry_run = 1;
		return 1;
	case OPT_CONFIRM_CLOCK:
		verb->confirm_clock = 1;
		return 1;
	case OPT_KEEP_GOING:
		verb->keep_going = 1;
		return 1;
	default:
		return env_option(&verb->env, id, value);
	}
}

int
verb_next(struct verb *verb)
{
	int id, taken;

	for (;;) {
		id = opt_next(&verb->scan);
		if (id == OPT_END || id == OPT_STOP)
			return id;
		taken = take(verb, id);
		if (taken == 0)
			return id;
		if (taken < 0) {
			verb->scan.status = EXIT_USAGE;
			return OPT_STOP;
		}
	}
}

int
verb_wrong_count(const struct command *command, size_t count, size_t least)
{
	if (count < least)
		return opt_wrong(command, "too few arguments: 'stet %s %.*s'", command->name,
		    (int)strcspn(command->synopsis, "\n"), command->synopsis);
	return opt_wrong(command, "too many arguments");
}

int
verb_begin(struct verb *verb, size_t least, size_t most)
{
	if (verb->args == NULL || verb->attach == NULL || verb->settings == NULL) {
		complain("out of memory");
		return EXIT_UNSURE;
	}
	if (verb->arg_count < least || verb->arg_count > most)
		return verb_wrong_count(verb->command, verb->arg_count, least);
	if (verb->no_after && verb->after != NULL)
		return opt_wrong(verb->command, "--after and --no-after exclude each other");
	if (verb->on != NULL)
		return opt_wrong(verb->command, "--on takes a proof or receipt, which this stet "
						"cannot read yet; give --after LEAF, or "
						"--no-after");
	if (!verb->signing && (verb->aud != NULL || verb->env.issuer != NULL))
		return opt_wrong(verb->command, "--aud and --issuer belong to 'stet sign'");
	if (!verb->signing)
		return env_open(&verb->env, !verb->dry_run && verb->output == NULL);
	if (verb->aud != NULL && verb->portable)
		return opt_wrong(verb->command, "--aud and --portable exclude each other");
	if (verb->env.ledger_option != NULL || (getenv("STET_LEDGER") != NULL && verb->aud == NULL))
		return env_open(&verb->env, ENV_READ);
	if (verb->aud == NULL && !verb->portable)
		return opt_wrong(verb->command, "say for which ledger to sign: --aud LEDGER-ID "
						"('stet stats' shows it), -C DIR, or --portable "
						"for any");
	return EXIT_YES;
}

/* A look-up by prefix becomes the one name it matches. */
static int
resolve(struct verb *verb, const stet_id *prefix, stet_id **id_out)
{
	stet_json *names = NULL;
	stet_error err;
	char *name, *all;
	int status = EXIT_YES;

	if (verb->env.ledger == NULL)
		return opt_wrong(verb->command,
		    "'%s' may match several records; without a ledger, give the name",
		    stet_id_text(prefix));
	if (stet_ledger_find(verb->env.ledger, prefix, &names, &err) < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	name = json_text(stet_json_item(names, 0));
	if (name == NULL) {
		complain("'%s' is not in this ledger", stet_id_text(prefix));
		status = EXIT_ABSENT;
	} else if (stet_json_size(names) > 1) {
		all = json_shown(names);
		complain("'%s' may be any of %s; give the whole name", stet_id_text(prefix),
		    all != NULL ? all : "");
		free(all);
		status = EXIT_NO;
	} else if ((*id_out = env_id(&verb->env, name)) == NULL) {
		status = EXIT_UNSURE;
	}
	free(name);
	stet_json_free(names);
	return status;
}

int
verb_subject(struct verb *verb, const char *text, stet_id **id_out)
{
	stet_id *id = env_id(&verb->env, text), *whole = NULL;
	int status;

	if (id == NULL)
		return EXIT_USAGE;
	if (!stet_id_is_prefix(id)) {
		*id_out = id;
		return EXIT_YES;
	}
	status = resolve(verb, id, &whole);
	stet_id_free(id);
	*id_out = whole;
	return status;
}

int
verb_set(stet_statement *statement, const char *path, stet_json *value)
{
	stet_error err;

	if (stet_statement_set_value(statement, path, value, &err) == STET_OK)
		return 0;
	complain_error(&err);
	return -1;
}

int
verb_set_text(stet_statement *statement, const char *path, const char *text)
{
	return verb_set(statement, path, stet_json_str(text));
}

int
verb_new(struct verb *verb, const char *type, const stet_id *subject, stet_statement **out)
{
	stet_error err;
	int rc = stet_statement_new(type, subject, out, &err);

	if (rc == STET_OK)
		return EXIT_YES;
	return opt_wrong(verb->command, "%s", err.text);
}

int
verb_leaf(struct env *env, const char *word, char *hex_out)
{
	stet_entry *entry = NULL;
	stet_error err;
	unsigned long long seq;
	stet_bytes leaf;
	char *end;
	int rc;

	if (strlen(word) == 64 && strspn(word, "0123456789abcdef") == 64) {
		memcpy(hex_out, word, 65);
		return 0;
	}
	errno = 0;
	seq = strtoull(word, &end, 10);
	if (errno != 0 || *end != '\0' || word[0] < '0' || word[0] > '9') {
		opt_wrong(env->command,
		    "'%s' is neither the number of an entry nor a leaf hash of 64 hex digits",
		    word);
		return -1;
	}
	if (env->ledger == NULL) {
		opt_wrong(env->command,
		    "entry %llu is a number of one ledger; without it, give the leaf hash ('stet "
		    "log --json' "
		    "shows it)",
		    seq);
		return -1;
	}
	rc = stet_ledger_entry(env->ledger, seq, &entry, &err);
	if (rc < 0) {
		if (rc == STET_ENOTFOUND)
			opt_wrong(env->command, "this ledger has no entry %llu", seq);
		else
			complain_error(&err);
		return -1;
	}
	leaf = stet_entry_leaf(entry);
	hex_text(leaf.data, leaf.size, hex_out);
	stet_entry_free(entry);
	return 0;
}

/* PATH=JSON */
static int
set_by_path(struct verb *verb, stet_statement *statement, const char *text)
{
	const char *equals = strchr(text, '=');
	stet_error err;
	char *path;
	int rc;

	if (text[0] != '/' || equals == NULL) {
		opt_wrong(verb->command,
		    "--member takes PATH=JSON, such as /title='\"A title\"', not '%s'", text);
		return -1;
	}
	path = strndup(text, (size_t)(equals - text));
	if (path == NULL)
		return -1;
	rc = stet_statement_set(statement, path, equals + 1, &err);
	free(path);
	if (rc == STET_OK)
		return 0;
	opt_wrong(verb->command, "--member %s: %s", text, err.text);
	return -1;
}

static int
set_field(struct verb *verb, stet_statement *statement, const struct setting *setting)
{
	const struct field *field = setting->field;
	stet_json *value = NULL;
	stet_error err;
	char hex[65];
	const char *text = setting->text;

	if (strcmp(field->path, "/targets/-") == 0) {
		if (verb_leaf(&verb->env, text, hex) < 0)
			return -1;
		text = hex;
	}
	if (field_value(field, text, &value, &err) < 0 ||
	    stet_statement_set_value(statement, field->path, value, &err) < 0) {
		opt_wrong(verb->command, "--%s: %s", field->option, err.text);
		return -1;
	}
	return 0;
}

static int
set_after(struct verb *verb, stet_statement *statement)
{
	char hex[65];

	if (verb->after == NULL)
		return 0;
	if (verb_leaf(&verb->env, verb->after, hex) < 0)
		return -1;
	return verb_set_text(statement, "/after", hex);
}

/* --from: the members of an object, its type and subject those of the line. */
static int
read_from(struct verb *verb, const char *type, const stet_id *subject, stet_statement **out)
{
	stet_json *json = NULL;
	stet_error err;
	int rc = json_read_file(verb->from, STATEMENT_JSON_MAX, &json, &err);

	if (rc == STET_OK && stet_json_kind_of(json) != STET_JSON_OBJECT)
		rc = fail_text(&err, STET_EFORMAT, "not a JSON object");
	if (rc == STET_OK) {
		stet_json_set(json, "type", stet_json_str(type));
		stet_json_set(json, "subject", stet_json_str(stet_id_text(subject)));
		rc = stet_statement_from_value(json, out, &err);
	}
	stet_json_free(json);
	if (rc == STET_OK)
		return EXIT_YES;
	complain("'%s': %s", verb->from, err.text);
	return rc == STET_EFORMAT ? EXIT_NO : EXIT_UNSURE;
}

int
verb_draft(struct verb *verb, const char *type, const stet_id *subject, stet_statement **out)
{
	stet_statement *statement = NULL;
	size_t i;
	int rc = 0, status;

	status = verb->from != NULL ? read_from(verb, type, subject, &statement)
				    : verb_new(verb, type, subject, &statement);
	if (status != EXIT_YES)
		return status;
	for (i = 0; i < verb->setting_count && rc == 0; i++)
		rc = verb->settings[i].field != NULL
			 ? set_field(verb, statement, &verb->settings[i])
			 : set_by_path(verb, statement, verb->settings[i].text);
	if (rc == 0)
		rc = set_after(verb, statement);
	if (rc == 0 && verb->id_text != NULL)
		rc = verb_set_text(statement, "/id", verb->id_text);
	if (rc < 0) {
		stet_statement_free(statement);
		return EXIT_USAGE;
	}
	*out = statement;
	return EXIT_YES;
}

static int
grow(void **array, size_t count, size_t size)
{
	void *grown = realloc(*array, count * size);

	if (grown == NULL)
		return -1;
	*array = grown;
	return 0;
}

static int
make_room(struct verb *verb)
{
	size_t room = verb->room == 0 ? 64 : verb->room * 2;

	if (verb->count < verb->room)
		return 0;
	if (grow((void **)&verb->items, room, sizeof(stet_statement *)) < 0 ||
	    grow((void **)&verb->takes_after, room, sizeof(int)) < 0 ||
	    grow((void **)&verb->places, room, sizeof(char *)) < 0)
		return -1;
	verb->room = room;
	return 0;
}

int
verb_add(struct verb *verb, stet_statement *statement)
{
	size_t i;

	if (make_room(verb) < 0) {
		stet_statement_free(statement);
		complain("out of memory");
		return EXIT_UNSURE;
	}
	/* A statement cannot name the leaf of one before it in the same batch: that leaf holds the
	 * entry's time. The first about a name says what was newest, and the batch stands or falls
	 * as one. */
	verb->takes_after[verb->count] = 1;
	for (i = 0; !verb->no_after && i < verb->count; i++)
		if (strcmp(stet_statement_subject(verb->items[i]),
			stet_statement_subject(statement)) == 0)
			verb->takes_after[verb->count] = 0;
	verb->places[verb->count] = verb->place != NULL ? strdup(verb->place) : NULL;
	verb->items[verb->count++] = statement;
	return EXIT_YES;
}

static const char *
media_type(const char *path)
{
	static const struct pair types[] = {{".pdf", "application/pdf"},
	    {".json", "application/json"}, {".xml", "application/xml"}, {".txt", "text/plain"},
	    {".md", "text/markdown"}, {".csv", "text/csv"}, {".tsv", "text/tab-separated-values"},
	    {".html", "text/html"}, {".zip", "application/zip"}, {".tar", "application/x-tar"},
	    {".gz", "application/gzip"}, {".zst", "application/zstd"}, {".png", "image/png"},
	    {".jpg", "image/jpeg"}, {".svg", "image/svg+xml"}, {".eml", "message/rfc822"},
	    {NULL, NULL}};
	size_t i, size = strlen(path), n;

	for (i = 0; types[i].what != NULL; i++) {
		n = strlen(types[i].what);
		if (size > n && strcasecmp(path + size - n, types[i].what) == 0)
			return types[i].text;
	}
	return "application/octet-stream";
}

/* Keeps the content beside the ledger, or only digests it where nothing is to be written. */
static int
store_content(
    struct verb *verb, const char *path, uint8_t sha256[STET_HASH_SIZE], uint64_t *size_out)
{
	struct input input;
	stet_error err;
	int rc, keep = verb->env.ledger != NULL && !verb->dry_run && verb->output == NULL &&
		       !verb->signing;

	if (input_open(&input, path, &err) < 0) {
		complain_error(&err);
		return -1;
	}
	rc = keep ? stet_ledger_attach(
			verb->env.ledger, input_source, &input, sha256, size_out, &err)
		  : stet_digest(input_source, &input, sha256, size_out, &err);
	if (rc < 0)
		complain_of(path, &err);
	input_close(&input);
	return rc < 0 ? -1 : 0;
}

int
verb_attach(struct verb *verb, const stet_id *subject, const char *role_file, char *sha256_hex_out)
{
	const char *equals = strchr(role_file, '=');
	stet_statement *statement = NULL;
	uint8_t sha256[STET_HASH_SIZE];
	uint64_t size = 0;
	char role[64];
	int status;

	if (equals == NULL || equals == role_file || equals[1] == '\0' || equals - role_file > 60)
		return opt_wrong(
		    verb->command, "'%s' is not ROLE=FILE, such as report=paper.pdf", role_file);
	if (store_content(verb, equals + 1, sha256, &size) < 0)
		return EXIT_UNSURE;
	hex_text(sha256, sizeof(sha256), sha256_hex_out);
	snprintf(role, sizeof(role), "%.*s", (int)(equals - role_file), role_file);
	status = strcmp(verb->command->type != NULL ? verb->command->type : "", "artifact") == 0
		     ? verb_draft(verb, "artifact", subject, &statement)
		     : verb_new(verb, "artifact", subject, &statement);
	if (status != EXIT_YES)
		return status;
	if (verb_set_text(statement, "/role", role) < 0 ||
	    verb_set(statement, "/size", stet_json_int((int64_t)size)) < 0 ||
	    (json_at(stet_statement_json(statement), "/media_type") == NULL &&
		verb_set_text(statement, "/media_type", media_type(equals + 1)) < 0) ||
	    (json_at(stet_statement_json(statement), "/blinded") == NULL &&
		verb_set_text(statement, "/sha256", sha256_hex_out) < 0)) {
		stet_statement_free(statement);
		return EXIT_USAGE;
	}
	return verb_add(verb, statement);
}

/* 1 if the newest alias entry about this name binds it to the record; observations count for an
 * observation only. */
static int
is_bound(struct env *env, const stet_id *other, const char *record, int observed)
{
	stet_at newest = {STET_AT_NEWEST, 0};
	stet_history *history = NULL;
	stet_entry *entry;
	const stet_json *json;
	stet_error err;
	int bound = 0;

	if (stet_history_open(env->ledger, other, newest, &history, &err) < 0)
		return 0;
	while (stet_history_next(history, &entry, &err) == STET_OK) {
		json = stet_json_get(stet_entry_json(entry, &err), "statement");
		if (strcmp(stet_entry_type(entry), "alias") == 0 &&
		    strcmp(stet_entry_name(entry), stet_id_text(other)) == 0 &&
		    (observed || stet_json_get(json, "source") == NULL))
			bound = json_is(stet_json_get(json, "action"), "bind") &&
				json_is(stet_json_get(json, "record"), record);
	}
	stet_history_close(history);
	return bound;
}

int
verb_bind(struct verb *verb, const stet_id *record, const char *other, int unbind,
    const stet_json *source)
{
	stet_statement *statement = NULL;
	stet_id *name = env_id(&verb->env, other);
	int status;

	if (name == NULL)
		return EXIT_USAGE;
	if (strcmp(stet_id_text(name), stet_id_text(record)) == 0 ||
	    (!unbind && verb->env.ledger != NULL &&
		is_bound(&verb->env, name, stet_id_text(record), source != NULL))) {
		stet_id_free(name);
		return EXIT_YES;
	}
	status = verb_new(verb, "alias", name, &statement);
	stet_id_free(name);
	if (status != EXIT_YES)
		return status;
	if (verb_set_text(statement, "/action", unbind ? "unbind" : "bind") < 0 ||
	    verb_set_text(statement, "/record", stet_id_text(record)) < 0 ||
	    (source != NULL && verb_set(statement, "/source", stet_json_copy(source)) < 0)) {
		stet_statement_free(statement);
		return EXIT_UNSURE;
	}
	return verb_add(verb, statement);
}

static int
is_observation(stet_statement *statement)
{
	return stet_json_get(stet_statement_json(statement), "source") != NULL;
}

/* `after`: what the ledger has as newest about this name, unless the line said otherwise. */
static int
fill_after(struct verb *verb, stet_statement *statement)
{
	uint8_t leaf[STET_HASH_SIZE];
	stet_id *id;
	stet_error err;
	int rc;

	/* With --id the same line again is the same statement; what is newest has changed by then.
	 */
	if (verb->no_after || verb->id_text != NULL || verb->env.ledger == NULL ||
	    is_observation(statement) ||
	    stet_json_get(stet_statement_json(statement), "after") != NULL ||
	    !field_info(stet_statement_type(statement), "/after", &(stet_field_info){0}))
		return 0;
	if ((id = env_id(&verb->env, stet_statement_subject(statement))) == NULL)
		return -1;
	rc = stet_ledger_newest(verb->env.ledger, id, leaf, &err);
	stet_id_free(id);
	if (rc == STET_ENOTFOUND)
		return verb_set(statement, "/after", stet_json_null());
	if (rc == STET_OK)
		return verb_set(
		    statement, "/after", stet_json_hex((stet_bytes){leaf, sizeof(leaf)}));
	complain_error(&err);
	return -1;
}

/* aud: a statement does not move between ledgers unless it is meant to. Observations may: what
 * somebody else states is the same in every ledger. */
static int
fill_audience(struct verb *verb, stet_statement *statement)
{
	const char *ledger = verb->aud != NULL          ? verb->aud
			     : verb->env.ledger != NULL ? stet_ledger_id(verb->env.ledger)
							: NULL;

	if (verb->portable || ledger == NULL || is_observation(statement) ||
	    stet_json_get(stet_statement_json(statement), "aud") != NULL)
		return 0;
	return verb_set_text(statement, "/aud", ledger);
}

/* What --id is not of, an alias or an artifact of the same batch, gets an id that follows from it,
 * so that the same line again is the same batch. Too long a one is left to chance. */
static int
derive_id(struct verb *verb, size_t place)
{
	const char *type = stet_statement_type(verb->items[place]);
	size_t i, number = 1;
	char id[128];

	if (verb->id_text == NULL ||
	    stet_json_get(stet_statement_json(verb->items[place]), "id") != NULL)
		return 0;
	for (i = 0; i < place; i++)
		number += strcmp(stet_statement_type(verb->items[i]), type) == 0;
	if ((size_t)snprintf(id, sizeof(id), "%s:%s-%zu", verb->id_text, type, number) > 64)
		return 0;
	return verb_set_text(verb->items[place], "/id", id);
}

static int
fill_in(struct verb *verb, size_t place)
{
	stet_statement *statement = verb->items[place];

	if (fill_audience(verb, statement) < 0 ||
	    (verb->takes_after[place] && fill_after(verb, statement) < 0))
		return -1;
	return derive_id(verb, place) < 0 ? -1 : env_fix_id(&verb->env, statement);
}

static int
report_unsigned(const struct verb *verb, const stet_error *err)
{
	const stet_rule *rule = stet_rule_get(err->rule);

	if (rule != NULL)
		complain("refused: %s: %s (%s)", rule->name, err->text, rule->remedy);
	else
		complain("refused: %s", err->text);
	return err->code == STET_ENOMEM || err->code == STET_EIO ? EXIT_UNSURE
	       : verb->from != NULL                              ? EXIT_NO
								 : EXIT_USAGE;
}

static int
sign_all(struct verb *verb, const char *roles)
{
	stet_key *key = NULL;
	stet_error err;
	size_t i, failed = 0;
	int status, rc;

	for (i = 0; i < verb->count; i++)
		if (fill_in(verb, i) < 0)
			return EXIT_UNSURE;
	if (verb->count > 0 && is_observation(verb->items[verb->count - 1]))
		roles = "observer";
	if ((status = keys_choose(&verb->env, roles, &key)) != EXIT_YES)
		return status;
	rc = stet_statement_sign_all(
	    verb->items, verb->count, key, (int64_t)(env_now(&verb->env) / 1000), 0, &failed, &err);
	stet_key_free(key);
	if (rc == STET_OK)
		return EXIT_YES;
	out_place(failed < verb->count ? verb->places[failed] : NULL);
	status = report_unsigned(verb, &err);
	out_place(NULL);
	return status;
}

int
verb_finish(struct verb *verb, const char *roles)
{
	struct tally tally = {0, 0, 0, 0};
	struct parcel *parcels;
	unsigned flags = 0;
	size_t i;
	int status = sign_all(verb, roles);

	if (status != EXIT_YES)
		return status;
	if (verb->signing || verb->output != NULL)
		return deliver_to_file(
		    verb->output != NULL ? verb->output : "-", verb->items, verb->count);
	if (verb->dry_run)
		flags |= STET_APPEND_DRY_RUN;
	if (verb->confirm_clock)
		flags |= STET_APPEND_CONFIRM_CLOCK;
	if (verb->keep_going)
		flags |= STET_APPEND_KEEP_GOING;
	parcels = calloc(verb->count + 1, sizeof(*parcels));
	if (parcels == NULL)
		return EXIT_UNSURE;
	for (i = 0; i < verb->count; i++)
		parcels[i] = (struct parcel){verb->items[i], NULL, verb->places[i]};
	status = deliver(&verb->env, parcels, verb->count, flags, &tally);
	free(parcels);
	return status;
}
