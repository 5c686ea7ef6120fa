#include "grant.h"
#include "deliver.h"
#include "out.h"
#include "util.h"
#include "verb.h"

#include <stdlib.h>
#include <string.h>

int
append_one(struct env *env, stet_statement *statement, const stet_key *signer, int quiet)
{
	struct tally tally = {0, 0, 0, 0};
	stet_append_options options;
	stet_outcome *outcome = NULL;
	stet_error err;
	int rc;

	if (verb_set_text(statement, "/aud", stet_ledger_id(env->ledger)) < 0 ||
	    env_fix_id(env, statement) < 0)
		return EXIT_UNSURE;
	rc = stet_statement_sign(statement, signer, (int64_t)(env_now(env) / 1000), &err);
	if (rc < 0) {
		complain_error(&err);
		return rc == STET_EFORMAT || rc == STET_EINVAL ? EXIT_USAGE : EXIT_UNSURE;
	}
	if (!quiet)
		return deliver(env, &(struct parcel){statement, NULL, NULL}, 1, 0, &tally);
	env_append_options(env, 0, &options);
	rc = stet_ledger_append(env->ledger, &statement, 1, &options, &outcome, &err);
	stet_outcome_free(outcome);
	if (rc < 0)
		env_complain(env, &err);
	return rc < 0 ? status_of_error(&err) : EXIT_YES;
}

stet_statement *
key_statement(struct env *env, const stet_key *key, const char *action)
{
	stet_statement *statement = NULL;
	stet_id *id = env_id(env, stet_key_name(key));
	stet_json *json = stet_key_json(key);
	stet_error err;
	int rc = id == NULL ? STET_EINVAL : stet_statement_new("key", id, &statement, &err);

	if (rc < 0 && id != NULL)
		complain_error(&err);
	if (rc == STET_OK &&
	    (verb_set_text(statement, "/action", action) < 0 ||
		verb_set(statement, "/key", stet_json_copy(stet_json_get(json, "key"))) < 0)) {
		stet_statement_free(statement);
		statement = NULL;
	}
	stet_json_free(json);
	stet_id_free(id);
	return rc < 0 ? NULL : statement;
}

static int
set_list(stet_statement *statement, const char *path, const char *const *items, size_t count)
{
	stet_json *array = stet_json_array();
	size_t i;

	for (i = 0; i < count; i++)
		stet_json_add(array, stet_json_str(items[i]));
	return verb_set(statement, path, array);
}

static int
fill(struct env *env, stet_statement *statement, const struct grant *grant)
{
	stet_error err;
	uint64_t until;

	if (verb_set_text(statement, "/label", grant->label) < 0 ||
	    set_list(statement, "/roles", grant->roles, grant->role_count) < 0 ||
	    verb_set_text(statement, "/key_issuer", grant->issuer) < 0)
		return EXIT_USAGE;
	if (grant->scope_count > 0 &&
	    set_list(statement, "/scope", grant->scope, grant->scope_count) < 0)
		return EXIT_USAGE;
	if (grant->until == NULL)
		return EXIT_YES;
	if (stet_time_read(grant->until, &until, &err) < 0)
		return opt_wrong(env->command, "--until takes a time such as 2027-01-01, not '%s'",
		    grant->until);
	return verb_set(statement, "/until", stet_json_int((int64_t)until)) < 0 ? EXIT_USAGE
										: EXIT_YES;
}

int
grant_append(struct env *env, const stet_key *signer, const stet_key *key,
    const struct grant *grant, int quiet)
{
	stet_statement *statement = key_statement(env, key, "grant");
	int status;

	if (statement == NULL)
		return EXIT_UNSURE;
	status = fill(env, statement, grant);
	if (status == EXIT_YES)
		status = append_one(env, statement, signer, quiet);
	stet_statement_free(statement);
	return status;
}
