#ifndef KEYS_H
#define KEYS_H
/* The signers' keys of this user: which there are, and which one is meant. */
#include "env.h"

struct local_key {
	char *path, *file; /* "/home/../desk.key", "desk" */
	stet_key *key;     /* public half                 */
};
struct local_keys {
	char *folder;
	char *unread; /* "'PATH' could not be read: why", of the first such file; or NULL */
	struct local_key *items;
	size_t count;
};

/* The keys of the keys folder by file name; a folder that is not there holds none. Files that are
 * no keys are left out. 0, or -1 (reported). */
int local_keys_read(struct local_keys *keys);
void local_keys_free(struct local_keys *keys);

/* The key to sign with: --as, $STET_KEY, else the only one here that the ledger lets do this.
 * roles: names parted by spaces, the one to prefer first; NULL: any. Its issuer is the one granted
 * in the ledger. EXIT_YES or a status (reported). */
int keys_choose(struct env *env, const char *roles, stet_key **key_out);
/* The key to cosign with: --as, $STET_KEY, else the only one here; no ledger is asked. EXIT_YES or
 * a status (reported). */
int keys_cosigner(struct env *env, stet_key **key_out);
/* The key a word of the command line means, not opened: a file with a key, a local key, or one the
 * ledger knows. EXIT_YES or a status (reported). */
int keys_public(struct env *env, const char *word, stet_key **key_out);

/* The public half in a file ('-': standard input). EXIT_YES or a status (reported). */
int keys_from_file(const char *path, stet_key **key_out);

/* A new key, in memory alone. EXIT_YES or a status (reported). */
int keys_random(const char *label, const char *issuer, stet_key **key_out);

/* What the ledger says of a key by its thumbprint; NULL: nothing. */
const stet_json *keys_granted(const stet_json *ledger_keys, const stet_key *key);
int keys_has_role(const stet_json *granted, const char *role);
/* "3f9a01c2", enough of a thumbprint to tell keys apart; out holds 65 at most. */
void keys_thumb(const stet_key *key, size_t digits, char *out);
/* "'desk' (3f9a01c2)" */
char *keys_called(const stet_key *key);

#endif
