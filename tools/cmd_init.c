/* stet init: a new ledger, the keys it needs and, unless --bare, one to begin work with. */
#include "grant.h"
#include "keys.h"
#include "line.h"
#include "out.h"
#include "util.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	OPT_ORIGIN = OPT_OWN,
	OPT_ORGANISATION,
	OPT_CONTACT,
	OPT_PROFILE,
	OPT_BARE,
	OPT_LEDGER_KEY,
	OPT_ROOT_KEY,
	OPT_WORKING_KEY
};

static const struct opt own[] = {
    {OPT_ORIGIN, 0, "origin", "NAME",
	"what the ledger is called for ever: a host and path you own, such as "
	"example.org/ledger"},
    {OPT_ORGANISATION, 0, "organisation", "TEXT", "who runs it"},
    {OPT_CONTACT, 0, "contact", "TEXT", "where to write"},
    {OPT_PROFILE, 0, "profile", "NAME",
	"the ladders and numbers it goes by (default: assignee-v1)"},
    {OPT_ISSUER, 0, "issuer", "URI",
	"what statements of the keys made here say as issuer (default: https://NAME)"},
    {OPT_BARE, 0, "bare", NULL, "no working key: roles are granted later, with the root key"},
    {OPT_LEDGER_KEY, 0, "ledger-key", "FILE", "a key made elsewhere instead of a new one"},
    {OPT_ROOT_KEY, 0, "root-key", "FILE", "likewise; its public half is enough, with --bare"},
    {OPT_WORKING_KEY, 0, "working-key", "FILE", "likewise"},
    {OPT_ASK_PASSPHRASE, 0, "ask-passphrase", NULL, "put the new keys under a passphrase"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {
    own, opts_secret, opts_quiet, opts_json, opts_ledger, NULL};

struct init {
	struct env env;
	const char *origin, *organisation, *contact, *profile, *issuer;
	const char *ledger_file, *root_file, *working_file;
	int bare, ask;
	char *default_issuer, *folder;  /* of the new keys */
	char *root_path, *working_path; /* made here; NULL: given */
	stet_key *ledger_key, *root_key, *working_key;
};

static int
take(void *ctx, int id, const char *value)
{
	struct init *init = ctx;

	switch (id) {
	case OPT_ORIGIN:
		init->origin = value;
		break;
	case OPT_ORGANISATION:
		init->organisation = value;
		break;
	case OPT_CONTACT:
		init->contact = value;
		break;
	case OPT_PROFILE:
		init->profile = value;
		break;
	case OPT_ISSUER:
		init->issuer = value;
		break;
	case OPT_BARE:
		init->bare = 1;
		break;
	case OPT_LEDGER_KEY:
		init->ledger_file = value;
		break;
	case OPT_ROOT_KEY:
		init->root_file = value;
		break;
	case OPT_WORKING_KEY:
		init->working_file = value;
		break;
	case OPT_ASK_PASSPHRASE:
		init->ask = 1;
		break;
	default:
		return -1;
	}
	return 1;
}

/* "example.org/ledger" -> "example.org_ledger": part of a file name. */
static char *
slug(const char *origin)
{
	char *text = strdup(origin), *p;

	for (p = text; p != NULL && *p != '\0'; p++)
		if (*p == '/' || *p == ':')
			*p = '_';
	return text;
}

static char *
key_path(const struct init *init, const char *what)
{
	char *name = slug(init->origin);
	char *path = name == NULL ? NULL : text_of("%s/%s-%s.key", init->folder, what, name);

	free(name);
	return path;
}

static stet_passphrase *
asker(const struct init *init)
{
	return init->ask || init->env.passphrase_file != NULL || init->env.passphrase_fd >= 0
		   ? env_ask_new
		   : NULL;
}

/* A root key that grants nothing here is wanted for its public half alone. */
static int
load(struct init *init, const char *path, stet_key **key_out)
{
	stet_error err;

	if (init->bare && path == init->root_file)
		return keys_from_file(path, key_out);

	if (stet_key_load(path, env_ask, &init->env, key_out, &err) == STET_OK)
		return EXIT_YES;
	env_complain(&init->env, &err);
	return EXIT_UNSURE;
}

/* A key from a file, or a new one in the keys folder. */
static int
get_key(struct init *init, const char *file, const char *what, char **path_out, stet_key **key_out)
{
	stet_error err;
	int status;

	if (file != NULL) {
		if ((status = load(init, file, key_out)) == EXIT_YES &&
		    stet_key_issuer(*key_out) == NULL &&
		    stet_key_set_issuer(*key_out, init->issuer, &err) < 0)
			return EXIT_UNSURE;
		return status;
	}
	if (make_folders(init->folder) < 0) {
		complain("cannot make the keys folder '%s': %s", init->folder, strerror(errno));
		return EXIT_UNSURE;
	}
	*path_out = key_path(init, what);
	if (*path_out == NULL)
		return EXIT_UNSURE;
	if (stet_key_generate(
		*path_out, what, init->issuer, asker(init), &init->env, key_out, &err) == STET_OK)
		return EXIT_YES;
	env_complain(&init->env, &err);
	free(*path_out);
	*path_out = NULL; /* not made here, not to be removed */
	return EXIT_UNSURE;
}

/* The ledger key: made in memory, unless given; create writes it into the ledger's folder. */
static int
get_ledger_key(struct init *init)
{
	stet_error err;
	int status;

	if (init->ledger_file == NULL)
		return keys_random("ledger", init->origin, &init->ledger_key);
	if ((status = load(init, init->ledger_file, &init->ledger_key)) != EXIT_YES)
		return status;
	if (!stet_key_can_sign(init->ledger_key)) {
		complain(
		    "'%s' holds only the public half of a key; a ledger signs", init->ledger_file);
		return EXIT_UNSURE;
	}
	/* Entry 0 and seals are signed as the origin. */
	if (stet_key_set_issuer(init->ledger_key, init->origin, &err) == STET_OK)
		return EXIT_YES;
	complain_error(&err);
	return EXIT_UNSURE;
}

static int
get_keys(struct init *init)
{
	int status;

	if ((status = get_ledger_key(init)) != EXIT_YES ||
	    (status = get_key(init, init->root_file, "root", &init->root_path, &init->root_key)) !=
		EXIT_YES)
		return status;
	if (init->bare)
		return EXIT_YES;
	if (!stet_key_can_sign(init->root_key)) {
		complain("'%s' holds only the public half of the root key, which cannot grant "
			 "anything; add --bare",
		    init->root_file);
		return EXIT_USAGE;
	}
	return get_key(
	    init, init->working_file, "working", &init->working_path, &init->working_key);
}

static int
create(struct init *init)
{
	stet_ledger_terms terms;
	stet_ledger_options ledger_options;
	stet_error err;

	memset(&terms, 0, sizeof(terms));
	terms.version = STET_OPTIONS_VERSION;
	terms.origin = init->origin;
	terms.root_issuer = stet_key_issuer(init->root_key) != NULL
				? stet_key_issuer(init->root_key)
				: init->issuer;
	terms.organisation = init->organisation;
	terms.contact = init->contact;
	terms.profile = init->profile;
	terms.id = env_is_test() ? "test-open" : NULL;
	env_ledger_options(&init->env, &ledger_options);
	if (stet_ledger_create(init->env.path, &terms, &ledger_options, init->ledger_key,
		init->root_key, env_now(&init->env), asker(init), &init->env, &err) < 0) {
		complain_error(&err);
		return status_of(err.code);
	}
	if (stet_ledger_open(init->env.path, &ledger_options, &init->env.ledger, &err) < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	return EXIT_YES;
}

static int
grant_working(struct init *init)
{
	static const char *const roles[] = {
	    "admin", "auditor", "editor", "gate", "observer", "publisher", "registrar"};
	struct grant grant = {.label = stet_key_label(init->working_key),
	    .issuer = stet_key_issuer(init->working_key),
	    .roles = roles,
	    .role_count = sizeof(roles) / sizeof(roles[0])};

	return grant_append(&init->env, init->root_key, init->working_key, &grant, 1);
}

static void
report_json(struct init *init)
{
	stet_json *json = stet_json_object();
	stet_head head;
	stet_error err;

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "path", stet_json_str(init->env.path));
	stet_json_set(json, "origin", stet_json_str(init->origin));
	stet_json_set(json, "ledger", stet_json_str(stet_ledger_id(init->env.ledger)));
	stet_json_set(json, "root_key", stet_key_json(init->root_key));
	stet_json_set(json, "working_key",
	    init->working_key != NULL ? stet_key_json(init->working_key) : stet_json_null());
	if (stet_ledger_head(init->env.ledger, &head, &err) == STET_OK) {
		stet_json_set(json, "size", stet_json_int((int64_t)head.size));
		stet_json_set(
		    json, "root", stet_json_hex((stet_bytes){head.root, sizeof(head.root)}));
	}
	out_json(json);
}

static void
report(struct init *init)
{
	const char *root = init->root_path != NULL ? init->root_path : init->root_file;
	const char *working = init->working_path != NULL ? init->working_path : init->working_file;

	if (init->env.json) {
		report_json(init);
	} else {
		out_text("made the ledger ");
		out_foreign(init->origin);
		out_text(" in ");
		out_foreign(init->env.path);
		out_text("\n");
		out_row(2, 14, "id", stet_ledger_id(init->env.ledger));
		out_row(2, 14, "ledger key", "in its folder, keys/ledger.key");
		out_row(2, 14, "root key", root);
		if (working != NULL)
			out_row(2, 14, "working key", working);
		if (init->working_key != NULL)
			out_text("try: stet record 10.1234/example --title 'A first record'\n");
		else
			out_text("next: stet key grant KEYFILE --role publisher --as %s\n",
			    init->root_path != NULL ? "root" : "ROOTKEY");
	}
	if (init->root_path != NULL)
		remark("keep the root key offline: whoever holds '%s' decides who may sign; move "
		       "it to a medium in a "
		       "safe and delete it here",
		    root);
}

/* Keys made for a ledger that did not come to be are of no use to anybody. */
static void
remove_keys(struct init *init)
{
	if (init->root_path != NULL)
		unlink(init->root_path);
	if (init->working_path != NULL)
		unlink(init->working_path);
}

static int
find_place(struct init *init)
{
	const char *given = init->env.ledger_option;

	if (init->origin == NULL)
		return opt_wrong(init->env.command,
		    "the ledger needs a name: --origin NAME, a host and path "
		    "you own, such as example.org/ledger");
	if (given == NULL && getenv("STET_LEDGER") != NULL && getenv("STET_LEDGER")[0] != '\0')
		given = getenv("STET_LEDGER");
	init->env.path = strdup(given != NULL ? given : ".stet");
	init->default_issuer = text_of("https://%s", init->origin);
	init->folder = env_keys_dir();
	if (init->issuer == NULL)
		init->issuer = init->default_issuer;
	if (init->folder == NULL && (init->root_file == NULL || init->ledger_file == NULL)) {
		complain("no home folder to put the keys in; set XDG_CONFIG_HOME or HOME");
		return EXIT_UNSURE;
	}
	return EXIT_YES;
}

static int
make(struct init *init)
{
	int status;

	if ((status = find_place(init)) != EXIT_YES)
		return status;
	if ((status = get_keys(init)) != EXIT_YES || (status = create(init)) != EXIT_YES) {
		remove_keys(init);
		return status;
	}
	if (init->working_key != NULL && (status = grant_working(init)) != EXIT_YES)
		return status;
	report(init);
	return EXIT_YES;
}

static int
run(const struct command *self, int argc, char **argv)
{
	struct init init;
	struct line line;
	int status;

	memset(&init, 0, sizeof(init));
	status = line_read(&line, &init.env, self, argc, argv, 0, 0, take, &init);
	if (status == LINE_GO)
		status = make(&init);
	stet_key_free(init.ledger_key);
	stet_key_free(init.root_key);
	stet_key_free(init.working_key);
	free(init.default_issuer);
	free(init.folder);
	free(init.root_path);
	free(init.working_path);
	line_end(&line, &init.env);
	return status;
}

static const struct pair examples[] = {
    {"stet init --origin example.org/ledger",
	"a ledger in .stet, ready to be appended to by one person"},
    {"stet init --origin journal.example/corrections --bare --root-key root.pub -C /srv/ledger",
	"on a server, with a root key whose private half never was there"},
    {NULL, NULL}};
static const struct pair exits[] = {{"0", "the ledger was made"},
    {"1", "refused: there is a ledger already, or the "
	  "file system cannot hold one"},
    {"2", "the command line was wrong"}, {"3", "could not do it: no room, no permission"},
    {NULL, NULL}};

const struct command cmd_init = {.name = "init",
    .group = GROUP_BEGIN,
    .summary = "make a ledger",
    .synopsis = "--origin NAME [-C DIR] [--bare]",
    .description =
	"Makes the folder of a ledger (-C, $STET_LEDGER, else .stet here) with its first entry, "
	"first seal and "
	"first checkpoint, and three keys. The ledger key signs seals and checkpoints and stays in "
	"the ledger's "
	"folder. The root key decides who may sign and belongs on a medium in a safe, not on this "
	"machine. The "
	"working key gets every other role, so that one person can begin at once; later, each "
	"function gets a key "
	"of its own with 'stet key generate' and 'stet key grant'.\n\n"
	"NAME cannot be changed later: it stands in every checkpoint. Nothing is ever overwritten.",
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run,
    .writes = 1};
