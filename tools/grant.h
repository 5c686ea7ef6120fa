#ifndef GRANT_H
#define GRANT_H
/* Statements about keys. */
#include "keys.h"

struct grant {
	const char *label, *issuer;
	const char *const *roles; /* bytewise ascending */
	size_t role_count;
	const char *const *scope;
	size_t scope_count;
	const char *until; /* RFC 3339 or a date; NULL: no end */
};

/* Grants key what `grant` says, signed by signer, and appends it. quiet: answers nothing. EXIT_...
 */
int grant_append(struct env *env, const stet_key *signer, const stet_key *key,
    const struct grant *grant, int quiet);
/* A `key` statement about a key with its public half in it; NULL (reported) on failure. */
stet_statement *key_statement(struct env *env, const stet_key *key, const char *action);
/* Signs and appends one statement of the ledger's own affairs. EXIT_... */
int append_one(struct env *env, stet_statement *statement, const stet_key *signer, int quiet);

#endif
