/* stet policy and stet ledger: the ledger's own affairs, signed by the root key. */
#include "grant.h"
#include "line.h"
#include "out.h"
#include "util.h"
#include "verb.h"
#include "view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_PROFILE = OPT_OWN, OPT_REASON, OPT_SUCCESSOR, OPT_SUCCESSOR_KEY };

struct affair {
	struct env env;
	const char *profile, *reason, *successor, *successor_key;
};

static int
take(void *ctx, int id, const char *value)
{
	struct affair *affair = ctx;

	switch (id) {
	case OPT_PROFILE:
		affair->profile = value;
		return 1;
	case OPT_REASON:
		affair->reason = value;
		return 1;
	case OPT_SUCCESSOR:
		affair->successor = value;
		return 1;
	case OPT_SUCCESSOR_KEY:
		affair->successor_key = value;
		return 1;
	default:
		return -1;
	}
}

static stet_statement *
about_ledger(struct env *env, const char *type)
{
	stet_id *id = env_id(env, "stet:ledger");
	stet_statement *statement = NULL;
	stet_error err;

	if (id != NULL && stet_statement_new(type, id, &statement, &err) < 0) {
		complain_error(&err);
		statement = NULL;
	}
	stet_id_free(id);
	return statement;
}

static int
sign_as_root(struct env *env, stet_statement *statement)
{
	stet_key *root = NULL;
	int status = keys_choose(env, "root", &root);

	if (status == EXIT_YES)
		status = append_one(env, statement, root, 0);
	stet_key_free(root);
	return status;
}

/* The newest entry about the ledger of a type, in a view of all of them. */
static int
read_affairs(struct env *env, struct view *view)
{
	stet_id *id = env_id(env, "stet:ledger");
	int status = id == NULL ? EXIT_UNSURE : view_read(env, id, view);

	stet_id_free(id);
	return status;
}

/* --- policy show ---------------------------------------------------------------------------- */

/* The value in force of a number: what the policy says, else the profile; NULL: none. free(). */
static char *
value_of(const stet_json *values, const stet_policy_info *info)
{
	const stet_json *set = stet_json_get(values, info->name);

	if (set != NULL)
		return json_shown(set);
	return info->preset != NULL ? strdup(info->preset) : NULL;
}

static void
put_numbers(const char *profile, const stet_json *values)
{
	stet_policy_info info;
	char *value, *line;
	size_t i;

	for (i = 0; stet_policy_number(profile, i, &info); i++) {
		value = value_of(values, &info);
		line = text_of("%s%s", value != NULL ? value : "(does not apply)",
		    stet_json_get(values, info.name) != NULL ? "  (set here)" : "");
		out_row(0, 42, info.name, line != NULL ? line : "");
		free(line);
		free(value);
		line = text_of("%s: %s", info.kind, info.doc);
		out_style(STYLE_DIM);
		out_text("    ");
		out_wrap(4, 4, line != NULL ? line : "");
		out_style(STYLE_PLAIN);
		free(line);
	}
}

static stet_json *
numbers_json(const char *profile, const stet_json *values)
{
	stet_json *array = stet_json_array(), *item;
	stet_policy_info info;
	char *value;
	size_t i;

	for (i = 0; stet_policy_number(profile, i, &info); i++) {
		item = stet_json_object();
		value = value_of(values, &info);
		stet_json_set(item, "name", stet_json_str(info.name));
		stet_json_set(item, "kind", stet_json_str(info.kind));
		stet_json_set(
		    item, "value", value != NULL ? stet_json_str(value) : stet_json_null());
		stet_json_set(
		    item, "set", stet_json_bool(stet_json_get(values, info.name) != NULL));
		stet_json_set(item, "doc", stet_json_str(info.doc));
		stet_json_add(array, item);
		free(value);
	}
	return array;
}

static void
put_policy(struct env *env, const struct view *view)
{
	const struct said *policy = view_newest(view, "policy");
	const struct said *said = policy != NULL ? policy : &view->items[0];
	const stet_json *values =
	    policy != NULL ? stet_json_get(policy->statement, "values") : NULL;
	char *profile = json_text(stet_json_get(said->statement, "profile"));
	stet_json *json;

	if (env->json) {
		json = stet_json_object();
		stet_json_set(json, "v", stet_json_int(1));
		stet_json_set(json, "seq", stet_json_int((int64_t)said->seq));
		stet_json_set(json, "profile", stet_json_str(profile != NULL ? profile : ""));
		stet_json_set(
		    json, "values", values != NULL ? stet_json_copy(values) : stet_json_object());
		stet_json_set(
		    json, "numbers", numbers_json(profile != NULL ? profile : "", values));
		out_json(json);
	} else {
		out_text("profile ");
		out_foreign(profile != NULL ? profile : "unknown");
		out_text(", said by entry %" PRIu64 "\n\n", said->seq);
		put_numbers(profile != NULL ? profile : "", values);
	}
	free(profile);
}

static int
run_policy_show(const struct command *self, int argc, char **argv)
{
	struct env env;
	struct line line;
	struct view view;
	int status = line_read(&line, &env, self, argc, argv, 0, 0, NULL, NULL);

	if (status == LINE_GO && (status = env_open(&env, ENV_READ)) == EXIT_YES &&
	    (status = read_affairs(&env, &view)) == EXIT_YES) {
		put_policy(&env, &view);
		view_free(&view);
	}
	line_end(&line, &env);
	return status;
}

/* --- policy set
 * ----------------------------------------------------------------------------------- */

/* A value of the kind that the profile gives the number: hundredths may be written 5 or 5.25. A
 * number the profile does not have is left to the ledger to refuse. */
static stet_json *
policy_value(const char *profile, const char *name, const char *text)
{
	stet_json *value = NULL;
	stet_policy_info info;
	stet_error err;
	stet_bytes bytes = {(const uint8_t *)text, strlen(text)};
	double number;
	size_t i;

	if (stet_json_parse(bytes, &value, &err) < 0)
		return stet_json_string(bytes);
	if (stet_json_kind_of(value) != STET_JSON_INT)
		return value;
	for (i = 0; stet_policy_number(profile, i, &info); i++)
		if (strcmp(info.name, name) == 0 && strcmp(info.kind, "hundredths") == 0) {
			number = stet_json_real_of(value);
			stet_json_free(value);
			return stet_json_real(number);
		}
	return value;
}

/* A policy replaces the one before whole, so what it does not name is carried over. */
static int
fill_policy(struct affair *affair, const struct line *line, stet_statement *statement)
{
	const struct said *before;
	const stet_json *values = NULL;
	struct view view;
	stet_json *all, *profile;
	char *name, *profile_name;
	const char *equals;
	size_t i;
	int status = read_affairs(&affair->env, &view);

	if (status != EXIT_YES)
		return status;
	before = view_newest(&view, "policy");
	if (before != NULL)
		values = stet_json_get(before->statement, "values");
	all = values != NULL ? stet_json_copy(values) : stet_json_object();
	profile = affair->profile != NULL
		      ? stet_json_str(affair->profile)
		      : stet_json_copy(stet_json_get(
			    (before != NULL ? before : &view.items[0])->statement, "profile"));
	view_free(&view);
	profile_name = json_text(profile);
	for (i = 0; status == EXIT_YES && i < line->count; i++) {
		equals = strchr(line->args[i], '=');
		name = equals != NULL ? strndup(line->args[i], (size_t)(equals - line->args[i]))
				      : NULL;
		if (name == NULL)
			status =
			    opt_wrong(affair->env.command, "'%s' is not NAME=VALUE", line->args[i]);
		else
			stet_json_set(all, name,
			    policy_value(
				profile_name != NULL ? profile_name : "", name, equals + 1));
		free(name);
	}
	free(profile_name);
	if (status != EXIT_YES) {
		stet_json_free(all);
		stet_json_free(profile);
		return status;
	}
	if (verb_set(statement, "/profile", profile) < 0) {
		stet_json_free(all);
		return EXIT_USAGE;
	}
	return verb_set(statement, "/values", all) < 0 ? EXIT_USAGE : EXIT_YES;
}

static int
run_policy_set(const struct command *self, int argc, char **argv)
{
	struct affair affair = {0};
	struct line line;
	stet_statement *statement = NULL;
	int status = line_read(&line, &affair.env, self, argc, argv, 1, 1000, take, &affair);

	if (status == LINE_GO && (status = env_open(&affair.env, ENV_WRITE)) == EXIT_YES) {
		statement = about_ledger(&affair.env, "policy");
		status = statement == NULL ? EXIT_UNSURE : fill_policy(&affair, &line, statement);
		if (status == EXIT_YES)
			status = sign_as_root(&affair.env, statement);
	}
	stet_statement_free(statement);
	line_end(&line, &affair.env);
	return status;
}

/* --- ledger close
 * ----------------------------------------------------------------------------------- */

static int
fill_close(struct affair *affair, stet_statement *statement)
{
	stet_key *key = NULL;
	char thumb[65];
	int status = EXIT_YES;

	if (verb_set_text(statement, "/action", "close") < 0 ||
	    verb_set_text(statement, "/reason", affair->reason) < 0)
		return EXIT_USAGE;
	if (affair->successor == NULL)
		return EXIT_YES;
	if ((status = keys_public(&affair->env, affair->successor_key, &key)) != EXIT_YES)
		return status;
	keys_thumb(key, 64, thumb);
	if (verb_set_text(statement, "/successor/origin", affair->successor) < 0 ||
	    verb_set_text(statement, "/successor/kid", thumb) < 0)
		status = EXIT_USAGE;
	stet_key_free(key);
	return status;
}

static int
run_close(const struct command *self, int argc, char **argv)
{
	struct affair affair = {0};
	struct line line;
	stet_statement *statement = NULL;
	int status = line_read(&line, &affair.env, self, argc, argv, 0, 0, take, &affair);

	if (status == LINE_GO && affair.reason == NULL)
		status = opt_wrong(self, "why? --reason TEXT; nothing can be appended after it");
	if (status == LINE_GO && (affair.successor == NULL) != (affair.successor_key == NULL))
		status = opt_wrong(self, "--successor and --successor-key go together");
	if (status == LINE_GO && (status = env_open(&affair.env, ENV_WRITE)) == EXIT_YES) {
		statement = about_ledger(&affair.env, "ledger");
		status = statement == NULL ? EXIT_UNSURE : fill_close(&affair, statement);
		if (status == EXIT_YES)
			status = sign_as_root(&affair.env, statement);
	}
	stet_statement_free(statement);
	line_end(&line, &affair.env);
	return status;
}

/* --- the tables
 * ------------------------------------------------------------------------------------ */

static const struct opt set_own[] = {
    {OPT_PROFILE, 0, "profile", "NAME", "the ladders and numbers to go by"},
    {OPT_AS, 0, "as", "KEY", "the root key"}, {0, 0, NULL, NULL, NULL}};
static const struct opt close_own[] = {{OPT_REASON, 0, "reason", "TEXT", "why it ends"},
    {OPT_SUCCESSOR, 0, "successor", "ORIGIN", "the ledger that goes on from here"},
    {OPT_SUCCESSOR_KEY, 0, "successor-key", "FILE", "its ledger key, the public half"},
    {OPT_AS, 0, "as", "KEY", "the root key"}, {0, 0, NULL, NULL, NULL}};
static const struct opt *const show_options[] = {opts_at, opts_json, opts_ledger, NULL};
static const struct opt *const set_options[] = {set_own, opts_secret, opts_json, opts_ledger, NULL};
static const struct opt *const close_options[] = {
    close_own, opts_secret, opts_json, opts_ledger, NULL};

static const struct command sub_show = {.name = "policy show",
    .group = GROUP_BEGIN,
    .summary = "show the policy in force",
    .synopsis = "[--at SEQ|TIME] [--json]",
    .description =
	"Every number of the profile, its value in force, and whether this ledger has set it.",
    .options = show_options,
    .run = run_policy_show};
static const struct command sub_set = {.name = "policy set",
    .group = GROUP_BEGIN,
    .summary = "change numbers of the policy",
    .synopsis = "NAME=VALUE... [--profile NAME] [--as ROOTKEY]",
    .description = "Signed by the root key. Numbers that are not named keep their values. Every "
		   "entry is judged by "
		   "the policy in force where it stands, so nothing earlier changes.",
    .options = set_options,
    .run = run_policy_set,
    .writes = 1};
static const struct command *const policy_subs[] = {&sub_show, &sub_set, NULL};
static const struct command sub_close = {.name = "ledger close",
    .group = GROUP_BEGIN,
    .summary = "end a ledger",
    .synopsis = "--reason TEXT [--successor ORIGIN --successor-key FILE] [--as ROOTKEY]",
    .description = "The last statement of a ledger, signed by the root key. Only its seal follows; "
		   "reading and proving "
		   "go on as before. It may name the ledger that goes on from here.",
    .options = close_options,
    .run = run_close,
    .writes = 1};
static const struct command *const ledger_subs[] = {&sub_close, NULL};

static const struct pair policy_examples[] = {{"stet policy show", "what this ledger goes by"},
    {"stet policy set doi_grade_minimum_review_score=7.25 --as root", "change one number"},
    {NULL, NULL}};
static const struct pair ledger_examples[] = {
    {"stet ledger close --reason 'moved to the consortium' --successor example.net/joint "
     "--successor-key joint.pub "
     "--as root",
	"the last entry of a ledger"},
    {NULL, NULL}};
static const struct pair exits[] = {{"0", "done"},
    {"1", "refused: the line names the rule, and what to do"}, {"2", "the command line was wrong"},
    {"3", "could not do it: no ledger, no key, no room"}, {NULL, NULL}};

const struct command cmd_policy = {.name = "policy",
    .group = GROUP_BEGIN,
    .summary = "show and set the policy of the ledger",
    .synopsis = "show|set ...",
    .description = "The policy holds the profile and its numbers: tier thresholds, tolerance, how "
		   "many endorsements a "
		   "nature of correction needs. It is said by entries about stet:ledger, like "
		   "everything else.",
    .examples = policy_examples,
    .exits = exits,
    .subs = policy_subs,
    .writes = 1};
const struct command cmd_ledger = {.name = "ledger",
    .group = GROUP_BEGIN,
    .summary = "end a ledger",
    .synopsis = "close ...",
    .description = "What concerns the ledger as a whole and can be done once.",
    .examples = ledger_examples,
    .exits = exits,
    .subs = ledger_subs,
    .writes = 1};
