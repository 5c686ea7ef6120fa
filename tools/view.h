#ifndef VIEW_H
#define VIEW_H
/* The history of a record in memory, with what a reader needs to know of each entry: who said it,
 * whether it is an observation, whether it was struck out since.  `show`, `log` and `correct` read
 * the same view, so that they never disagree. */
#include "env.h"

struct said { /* one entry */
	uint64_t seq, ms;
	char *name, *type, *nature; /* nature: of a correction, else NULL */
	char leaf[65];
	stet_json *json;            /* as stet_entry_json() gives it      */
	const stet_json *statement; /* within json                        */
	const stet_json *signer;    /* what the ledger says of its key    */
	char *source;               /* name of the source; NULL: its own  */
	uint64_t annulled_by;       /* an annulment that counts; STET_NO_SEQ: none */
	uint64_t contested_by;      /* an annulment by somebody else             */
	uint64_t ended_by;          /* what lifts or reinstates it               */
	int pending;                /* waits for endorsements, as far as that was asked */
	char *wrong;                /* why it does not verify; NULL: it does, or was not asked */
};

struct view {
	struct said *items;
	size_t count;
	stet_json *names;    /* [{"name", "count", "observed"}] */
	uint64_t newest_seq; /* STET_NO_SEQ: none               */
};

/* Reads the history of an id as of env's --at. EXIT_YES; EXIT_ABSENT, EXIT_NO (several match) or
 * another status (reported). */
int view_read(struct env *env, const stet_id *id, struct view *view);
/* The same, but a record that is not there is an answer: EXIT_ABSENT with an empty view,
 * unreported. */
int view_find(struct env *env, const stet_id *id, struct view *view);
/* Verifies what was read, marking what does not hold. EXIT_YES, EXIT_NO if something does not, or
 * EXIT_UNSURE; both reported. */
int view_check(struct env *env, const stet_id *id, struct view *view);
/* Notes what still waits for endorsements, as a standing has it: it changes nothing yet. */
void view_wait(struct view *view, const stet_json *standing);
void view_free(struct view *view);

/* Notes which entries are struck out, contested or ended by later ones of the same array. */
void view_strike(struct said *items, size_t count);
/* What a later correction, which stands, does to an entry that it targets. */
void view_apply(const struct said *by, struct said *to);
int said_read(struct env *env, stet_entry *entry, struct said *said);
void said_clear(struct said *said);

/* The newest statement of a type that counts: not struck out; the record's own before any
 * observation. NULL if there is none. */
const struct said *view_newest(const struct view *view, const char *type);
/* The value in effect of a member, "/record/title": that of the newest statement of the type, with
 * the `after` of later corrections. *by_out: the entry it comes from. NULL if there is none. The
 * value is new; stet_json_free(). */
stet_json *view_effective(const struct view *view, const char *path, const struct said **by_out);

/* The entry as --json shows it: stet_entry_json(), and what is known of it besides. */
stet_json *said_json(const struct said *said);
/* "'Journal X, editorial desk' <https://...> (3f9a01c2)", with "revoked" or "stolen" where it is
 * so. */
char *said_by(const struct said *said);
/* "2026-07-03" of an RFC 3339 time of the statement; NULL if it has none. free(). */
char *said_when(const struct said *said, const char *member);

#endif
