#ifndef TESTS_SUPPORT_LEDGER_H
#define TESTS_SUPPORT_LEDGER_H
/* Small ledgers for tests: keys from fixed seeds, a clock that only the test moves, statements from
 * JSON, and ways to do to a ledger what nobody should.  The same calls make the same bytes.  What
 * fails, fails the test, unless the function says otherwise. */
#include "ledger/internal.h"

enum tl_key {
	TL_LEDGER,
	TL_ROOT,
	TL_ADMIN,
	TL_PUBLISHER,
	TL_REGISTRAR,
	TL_GATE,
	TL_EDITOR,
	TL_AUDITOR,
	TL_OBSERVER,
	TL_STRANGER, /* never granted          */
	TL_NEXT,     /* a ledger key to change to */
	TL_KEY_COUNT
};

#define TL_ORIGIN "ledger.example.org/test"
#define TL_PAPER "doi:10.5555/paper.1"
#define TL_UUID "urn:uuid:9f810e9f-5768-46ea-af76-f8b503e24cd6"
#define TL_START_MS UINT64_C(1767225600000) /* 2026-01-01 */

struct tl {
	stet_ledger *ledger;
	char *folder, *path, *state; /* path and state are in folder */
	stet_key *keys[TL_KEY_COUNT];
	uint64_t now_ms;
	unsigned ids;      /* statements made so far: their ids count up */
	unsigned refusals; /* seen by tl_refused() */
};

#define TL_MEMORY 1 /* the tables in memory, behind the strict store; else a folder and LMDB */
#define TL_BARE 2   /* no key but the root is granted anything                              */
void tl_make(struct tl *tl, unsigned flags);
void tl_make_at(struct tl *tl, unsigned flags, uint64_t now_ms); /* another time, another id */
void tl_free(struct tl *tl);
/* A second handle on the same folder, or on a copy of it. */
void tl_open(struct tl *tl, const char *path, const char *state);
/* The ledger's folder copied: what a backup would be. The caller frees; tl_free removes it. */
char *tl_copy_folder(struct tl *tl, const char *name);
stet_ledger_options tl_options(const struct tl *tl);

/* A signed statement. json: the members, with ' for "; issuer, id and aud are filled in where they
 * are not there, aud not for observations. %PAPER% etc. are not replaced: write the names out. */
stet_statement *tl_statement(struct tl *tl, enum tl_key signer, const char *json);
/* The same of what a printf format says. */
stet_statement *tl_statementf(struct tl *tl, enum tl_key signer, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
stet_statement *tl_grant(struct tl *tl, enum tl_key signer, enum tl_key key, const char *roles_json,
    const char *more_json);
stet_statement *tl_revoke(
    struct tl *tl, enum tl_key signer, enum tl_key key, const char *more_json);
/* The ledger key changes to this one, by the word of the root. */
void tl_rotate(struct tl *tl, enum tl_key to);
/* "urn:ietf:params:oauth:ckt:sha-256:..." */
const char *tl_key_name(const struct tl *tl, enum tl_key key);

/* Appends one statement as a batch and frees it; its seq. */
uint64_t tl_append(struct tl *tl, stet_statement *statement);
uint64_t tl_say(struct tl *tl, enum tl_key signer, const char *json);
/* The same, and what came of it. */
int tl_try(struct tl *tl, stet_statement *statement, stet_error *err);
/* Many in one batch; frees them. */
void tl_append_all(struct tl *tl, stet_statement **statements, size_t count);
/* Content into the ledger; its digest in hex. */
void tl_attach(struct tl *tl, const char *content, char hex_out[65]);
/* Records, corrections, artifacts and an alias: one of most types. About a dozen entries. */
void tl_fill(struct tl *tl);
uint64_t tl_size(struct tl *tl);

/* --- rows, as they are stored --- */
/* A copy; the caller frees. data NULL: absent. */
stet_bytes tl_row(struct tl *tl, enum st_table table, stet_bytes key);
void tl_put_row(struct tl *tl, enum st_table table, stet_bytes key, stet_bytes value);
void tl_drop_row(struct tl *tl, enum st_table table, stet_bytes key);
stet_bytes tl_entry(struct tl *tl, uint64_t seq);
void tl_put_entry(struct tl *tl, uint64_t key, stet_bytes encoded);
void tl_drop_entry(struct tl *tl, uint64_t key);

/* Everything in the tables, to be put back. */
struct tl_rows {
	stet_bytes *keys, *values; /* owned */
	enum st_table *tables;
	size_t count;
};
void tl_rows_take(struct tl *tl, struct tl_rows *rows);
void tl_rows_put(struct tl *tl, const struct tl_rows *rows); /* and nothing else is left */
void tl_rows_free(struct tl_rows *rows);

/* --- an operator who does not ask the rules ---
 * Enters bytes as the next entry, and the rows it implies as far as it can be read; then a seal by
 * the ledger key over it, a checkpoint, and the remembered head: everything right but the entry. */
struct tl_force {
	stet_bytes statement;        /* COSE_Sign1, signed or not                               */
	stet_bytes entry;            /* or a whole entry, whatever its bytes                    */
	const uint8_t *prev, *prior; /* instead of the right ones                           */
	int no_prior;                /* null, although there is one                              */
	uint64_t ms;                 /* 0: now                                                   */
	int no_seal;                 /* leave it unsealed, and no checkpoint                     */
};
uint64_t tl_force(struct tl *tl, const struct tl_force *force);
/* The same of one statement, which it frees. */
uint64_t tl_force_statement(struct tl *tl, stet_statement *statement);

/* --- before and after --- */
void tl_rows_same(const struct tl_rows *a, const struct tl_rows *b);
/* All that an append may change: tables, checkpoint, remembered head. */
struct tl_mark {
	struct tl_rows rows;
	struct st_buf checkpoint, head;
};
void tl_mark_take(struct tl *tl, struct tl_mark *mark);
void tl_mark_same(struct tl *tl, struct tl_mark *mark);
/* Back to how it was, with nothing cached: tables, checkpoint, remembered head. */
void tl_mark_put(struct tl *tl, const struct tl_mark *mark);
void tl_mark_free(struct tl_mark *mark);
/* Appending the statement, which it frees, is refused by this rule and changes nothing. */
void tl_refused(struct tl *tl, stet_statement *statement, int rule);

/* What became of one statement that is not refused; frees it. */
int tl_result(struct tl *tl, stet_statement *statement);

/* As tl_statement(), without an audience unless json has one. */
stet_statement *tl_portable(struct tl *tl, enum tl_key signer, const char *json);
/* Of any payload; decoded from its bytes, as if it had come from elsewhere. */
stet_statement *tl_raw(struct tl *tl, enum tl_key signer, const char *subject, stet_bytes payload);
void tl_leaf(struct tl *tl, uint64_t seq, char hex_out[65]);

#endif
