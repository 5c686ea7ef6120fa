#ifndef ENV_H
#define ENV_H
/* Where a command runs: its ledger, the folders it looks in, its clock, its passphrases.  This is
 * the only place that reads the environment and the clock; the library is given what is found. */
#include "cmd.h"
#include "opt.h"

#include <stet/stet.h>

struct env {
	const struct command *command;
	/* From the command line. */
	const char *ledger_option, *as, *at, *passphrase_file, *issuer;
	int passphrase_fd;     /* -1: none */
	int json, quiet, told; /* told: why there is no passphrase */
	int no_remember;       /* --no-remember */
	int keys_unread;       /* why they could not be read was said */
	/* Found. */
	char *path;      /* the ledger's folder */
	char *state_dir; /* may be NULL         */
	stet_ledger *ledger;
	stet_json *keys; /* see env_keys()      */
	uint64_t now_ms;
};

void env_begin(struct env *env, const struct command *command);
void env_end(struct env *env);
/* 1 if the option is one that env knows, and taken; 0 if not; -1 if its value is wrong (reported).
 */
int env_option(struct env *env, int id, const char *value);

/* Milliseconds since 1970. $STET_TEST_NOW stands in for the clock in tests. */
uint64_t env_now(struct env *env);
/* 1 while $STET_TEST_NOW rules. */
int env_is_test(void);
/* In tests, gives a statement without one an id that is worked out from time and content, where the
 * library would take a random one. 0, or -1 (reported). */
int env_fix_id(struct env *env, stet_statement *statement);

/* The ledger's folder into env->path: -C, $STET_LEDGER, or .stet here or above. EXIT_YES, or
 * EXIT_UNSURE (reported). */
int env_find(struct env *env);
/* Finds and opens the ledger, and holds it against what is remembered of it. EXIT_YES or a status
 * (reported). With ENV_REPAIR it opens also where it is damaged, and whoever asks for that holds it
 * himself (remember.h), if at all. */
enum { ENV_READ, ENV_WRITE, ENV_REPAIR = 2 };
int env_open(struct env *env, int how);
/* The options a ledger is opened or made with. */
void env_ledger_options(struct env *env, stet_ledger_options *options_out);
void env_append_options(struct env *env, unsigned flags, stet_append_options *options_out);
/* The keys the ledger knows, read once; NULL (reported) on failure. */
const stet_json *env_keys(struct env *env);
/* --at as the library takes it; 0, or -1 (reported). */
int env_moment(struct env *env, stet_at *at_out);
/* 1 if a text is a moment, a number of entries or a time; else 0. */
int env_is_moment(const char *text, stet_at *at_out);
/* An identifier of the command line; NULL (reported, EXIT_USAGE is the answer). */
stet_id *env_id(const struct env *env, const char *text);

/* Where signers' keys are: $XDG_CONFIG_HOME/stet/keys. free(); NULL if there is no home either. */
char *env_keys_dir(void);

/* Complains of an error, unless that nobody gave a passphrase has been said already. */
void env_complain(struct env *env, const stet_error *err);
/* stet_passphrase callbacks; ctx is the env.  ask: from --passphrase-file, -fd or the terminal.
 * ask_new: the same, twice on a terminal. */
int env_ask(void *ctx, const char *prompt, char *buf, size_t size);
int env_ask_new(void *ctx, const char *prompt, char *buf, size_t size);

#endif
