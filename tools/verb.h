#ifndef VERB_H
#define VERB_H
/* The everyday verbs: a statement from a command line, signed, and appended or written to a file.
 *
 * A verb reads its line (verb_open, verb_next), adds statements in the order in which they are to
 * be appended (verb_add), and finishes (verb_finish): signs them all and appends them as one batch.
 */
#include "env.h"
#include "keys.h"
#include "opt.h"

struct setting {                   /* one member given on the command line */
	const struct field *field; /* NULL: path=json */
	const char *text;
};

struct verb {
	struct env env;
	struct opt_scan scan;
	const struct command *command;
	int signing; /* under `stet sign`: no ledger is needed */
	const char **args, **attach;
	size_t arg_count, attach_count;
	struct setting *settings;
	size_t setting_count;
	const char *from, *id_text, *after, *output, *aud, *on;
	int no_after, portable, dry_run, confirm_clock;
	int keep_going;
	stet_statement **items; /* in the order of appending */
	size_t count, room;
	int *takes_after;  /* items[i] carries `after`: the first about its name */
	char **places;     /* where items[i] comes from: "'f.txt' line 3"; NULL: the line itself */
	const char *place; /* of those that are added now */
};

void verb_open(struct verb *verb, const struct command *command, int argc, char **argv);
void verb_close(struct verb *verb);
/* The next option that is the command's own; what verbs share is taken on the way. OPT_END after
 * the last; OPT_STOP: return verb->scan.status. */
int verb_next(struct verb *verb);
/* Checks the number of arguments and opens the ledger, unless it is for `sign`. EXIT_YES or a
 * status. */
int verb_begin(struct verb *verb, size_t least, size_t most);
int verb_wrong_count(const struct command *command, size_t count, size_t least);

/* The name an argument means; a look-up by prefix becomes the one name it matches. EXIT_YES or a
 * status (reported). */
int verb_subject(struct verb *verb, const char *text, stet_id **id_out);
/* A new statement about a name. The caller owns it until verb_add(). EXIT_YES or a status
 * (reported). */
int verb_new(struct verb *verb, const char *type, const stet_id *subject, stet_statement **out);
/* The same from --from, with the members of the command line. */
int verb_draft(struct verb *verb, const char *type, const stet_id *subject, stet_statement **out);
/* Sets a member; takes value over. 0, or -1 (reported). */
int verb_set(stet_statement *statement, const char *path, stet_json *value);
int verb_set_text(stet_statement *statement, const char *path, const char *text);
/* Takes the statement over, also on failure. */
int verb_add(struct verb *verb, stet_statement *statement);

/* Content: ROLE=FILE kept beside the ledger (only digested under `sign` and --dry-run) and an
 * artifact statement about the name added for it. sha256_hex_out: 65 characters. */
int verb_attach(
    struct verb *verb, const stet_id *subject, const char *role_file, char *sha256_hex_out);
/* A bind of another name to this record, added unless that name is bound to it already. source: of
 * an observation, else NULL. */
int verb_bind(struct verb *verb, const stet_id *record, const char *other, int unbind,
    const stet_json *source);

/* Signs everything with a key that holds one of these roles and appends or writes it. EXIT_... */
int verb_finish(struct verb *verb, const char *roles);

/* The leaf hash (hex, 65) that SEQ or LEAF means. 0, or -1 (reported). */
int verb_leaf(struct env *env, const char *word, char *hex_out);
extern const struct pair exits_append[];
/* The roles that may sign a type, the one to prefer first. */
const char *roles_for(const char *type);

#endif
