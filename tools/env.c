/* The ledger, folders and clock of a run. */
#include "env.h"
#include "crash.h"
#include "out.h"
#include "remember.h"
#include "util.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* The XDG base directory specification: relative paths in these variables are to be ignored. */
static char *
xdg(const char *name, const char *below_home, const char *rest)
{
	const char *base = variable(name);

	if (base != NULL && base[0] == '/')
		return text_of("%s/%s", base, rest);
	return variable("HOME") != NULL ? text_of("%s/%s/%s", variable("HOME"), below_home, rest)
					: NULL;
}

char *
env_keys_dir(void)
{
	return xdg("XDG_CONFIG_HOME", ".config", "stet/keys");
}

static char *
find_state_dir(void)
{
	if (variable("STET_STATE") != NULL)
		return strdup(variable("STET_STATE"));
	if (geteuid() == 0)
		return strdup("/var/lib/stet");
	return xdg("XDG_STATE_HOME", ".local/state", "stet");
}

int
env_is_test(void)
{
	return variable("STET_TEST_NOW") != NULL;
}

/* FNV-1a: told apart is all they need to be. */
static uint64_t
digest(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return hash;
}

int
env_fix_id(struct env *env, stet_statement *statement)
{
	const stet_json *json = stet_statement_json(statement);
	char id[80], *text;
	size_t size;
	stet_error err;
	int rc;

	if (!env_is_test() || stet_json_get(json, "id") != NULL)
		return 0;
	if ((rc = stet_json_text(json, 0, &text, &size, &err)) == STET_OK) {
		snprintf(
		    id, sizeof(id), "test-%" PRIu64 "-%016" PRIx64, env_now(env), digest(text));
		free(text);
		rc = stet_statement_set_value(statement, "/id", stet_json_str(id), &err);
	}
	if (rc < 0)
		complain_error(&err);
	return rc < 0 ? -1 : 0;
}

void
env_complain(struct env *env, const stet_error *err)
{
	if (env->told && strcmp(stet_rule_name(err->rule), "passphrase-missing") == 0)
		return;
	complain_error(err);
}

uint64_t
env_now(struct env *env)
{
	const char *text = variable("STET_TEST_NOW");
	struct timespec now;

	if (env->now_ms != 0)
		return env->now_ms;
	if (text != NULL) {
		env->now_ms = strtoull(text, NULL, 10);
	} else {
		clock_gettime(CLOCK_REALTIME, &now);
		env->now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	}
	return env->now_ms;
}

void
env_begin(struct env *env, const struct command *command)
{
	memset(env, 0, sizeof(*env));
	env->command = command;
	env->passphrase_fd = -1;
}

void
env_end(struct env *env)
{
	stet_json_free(env->keys);
	stet_ledger_close(env->ledger);
	free(env->path);
	free(env->state_dir);
	env->keys = NULL;
	env->ledger = NULL;
	env->path = env->state_dir = NULL;
}

int
env_option(struct env *env, int id, const char *value)
{
	unsigned long long number;

	switch (id) {
	case 'C':
		env->ledger_option = value;
		return 1;
	case OPT_JSON:
		env->json = 1;
		return 1;
	case 'q':
		env->quiet = 1;
		out_quiet(1);
		return 1;
	case OPT_NO_REMEMBER:
		env->no_remember = 1;
		return 1;
	case OPT_AS:
		env->as = value;
		return 1;
	case OPT_AT:
		env->at = value;
		return 1;
	case OPT_PASSPHRASE_FILE:
		env->passphrase_file = value;
		return 1;
	case OPT_PASSPHRASE_FD:
		if (opt_number(env->command, "--passphrase-fd", value, INT_MAX, &number) < 0)
			return -1;
		env->passphrase_fd = (int)number;
		return 1;
	default:
		return 0;
	}
}

/* .stet in this folder or the nearest one above, on the same path that `pwd` shows. */
static char *
search_upwards(void)
{
	char *folder = getcwd(NULL, 0), *path, *slash;
	struct stat info;

	while (folder != NULL) {
		path = text_of("%s/.stet", strcmp(folder, "/") == 0 ? "" : folder);
		if (path != NULL && stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
			free(folder);
			return path;
		}
		free(path);
		slash = strrchr(folder, '/');
		if (slash == NULL || strcmp(folder, "/") == 0)
			break;
		slash[slash == folder] = '\0';
	}
	free(folder);
	return NULL;
}

int
env_find(struct env *env)
{
	const char *given =
	    env->ledger_option != NULL ? env->ledger_option : variable("STET_LEDGER");
	char *found;

	if (given != NULL) {
		env->path = strdup(given);
		return env->path != NULL ? EXIT_YES : EXIT_UNSURE;
	}
	found = search_upwards();
	if (found == NULL) {
		complain("no ledger here: no folder '.stet' in this folder or above; name one with "
			 "-C, or "
			 "make one with 'stet init --origin NAME'");
		return EXIT_UNSURE;
	}
	env->path = found;
	return EXIT_YES;
}

void
env_ledger_options(struct env *env, stet_ledger_options *options_out)
{
	stet_ledger_options options = STET_LEDGER_OPTIONS;

	if (env->state_dir == NULL)
		env->state_dir = find_state_dir();
	options.state_dir = env->state_dir;
	options.scratch_dir = variable("TMPDIR");
	*options_out = options;
}

void
env_append_options(struct env *env, unsigned flags, stet_append_options *options_out)
{
	stet_append_options options = STET_APPEND_OPTIONS;

	options.now_ms = env_now(env);
	options.flags = flags;
	options.ask = env_ask;
	options.ctx = env;
	*options_out = options;
}

int
env_open(struct env *env, int how)
{
	stet_ledger_options options;
	stet_error err;
	int rc;

	if ((rc = env_find(env)) != EXIT_YES)
		return rc;
	crash_guard(env->path);
	env_ledger_options(env, &options);
	/* A reader of a folder it cannot write does without the lock file; where it can, it takes
	 * part in the locking, so that writers do not reuse pages under it. */
	options.read_only = !(how & ENV_WRITE) && access(env->path, W_OK) < 0;
	options.repair = (how & ENV_REPAIR) != 0;
	rc = stet_ledger_open(env->path, &options, &env->ledger, &err);
	if (rc < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	if ((how & ENV_REPAIR) != 0)
		return EXIT_YES;
	rc = remember_ledger(
	    env, (how & ENV_WRITE) != 0 ? STET_RECALL_WRITER | STET_RECALL_ONLY : 0);
	if (rc != EXIT_YES) {
		stet_ledger_close(env->ledger);
		env->ledger = NULL;
	}
	return rc;
}

const stet_json *
env_keys(struct env *env)
{
	stet_error err;

	if (env->keys == NULL && !env->keys_unread &&
	    stet_ledger_keys(env->ledger, env_now(env), &env->keys, &err) < 0) {
		env->keys_unread = 1; /* said once, however many entries ask for their signer */
		complain_error(&err);
	}
	return env->keys;
}

int
env_is_moment(const char *text, stet_at *at_out)
{
	unsigned long long seq;
	stet_error err;
	char *end;

	errno = 0;
	seq = strtoull(text, &end, 10);
	if (errno == 0 && *end == '\0' && text[0] >= '0' && text[0] <= '9') {
		*at_out = (stet_at){STET_AT_SEQ, seq};
		return 1;
	}
	at_out->by = STET_AT_TIME;
	return stet_time_read(text, &at_out->value, &err) == STET_OK;
}

int
env_moment(struct env *env, stet_at *at_out)
{
	*at_out = (stet_at){STET_AT_NEWEST, 0};
	if (env->at == NULL || env_is_moment(env->at, at_out))
		return 0;
	opt_wrong(env->command, "--at takes a number of entries or a time such as 2026-07-01 or "
				"2026-07-01T12:00:00Z");
	return -1;
}

stet_id *
env_id(const struct env *env, const char *text)
{
	stet_id *id = NULL;
	stet_error err;

	if (stet_id_parse(text, &id, &err) < 0) {
		opt_wrong(env->command, "%s", err.text);
		return NULL;
	}
	return id;
}
