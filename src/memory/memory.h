#ifndef ST_MEMORY_MEMORY_H
#define ST_MEMORY_MEMORY_H
/* What a reader has accepted of each ledger.
 *
 *     <state>/<hex of the ledger id>/seen       the newest head that was read
 *                                    checked    the newest that evidence showed, without a ledger
 *                                    seen.lock checked.lock
 *     <state>/<SHA-256 of the verifier key>/checked   the same where evidence does not say which
 *                                                     ledger it is of, and nothing else does
 *
 *     file = "stet-memory/1 " digest "\n"       SHA-256 of all that follows, in hex
 *            "ledger " id "\n"                  "-": evidence that does not say
 *            "accepted " ms "\n"
 *            "key " vkey "\n"                   has signed the note
 *            "\n" note
 *
 * The key is kept with the note, for the ledger that is read later may be a fork, whose own keys
 * say nothing; and the digest covers what no signature does. */
#include <stet/memory.h>

#include "ledger/internal.h"

#define ST_MEMORY_MAX (ST_NOTE_MAX + 1024)
#define ST_MEMORY_SEEN "seen"
#define ST_MEMORY_CHECKED "checked"

struct st_accepted {
	stet_accepted head;
	struct st_vkey vkey;
	stet_bytes note; /* a view */
};

/* --- text.c --- */
/* Appends the file. origin, size and root of the head are the note's to say and not looked at. */
int st_accepted_put(struct st_buf *out, const struct st_accepted *accepted, stet_error *err);
/* STET_EFORMAT with ST_MEMORY_DAMAGED, STET_ENOMEM. */
int st_accepted_parse(stet_bytes text, struct st_accepted *accepted_out, stet_error *err);

/* --- list.c --- */
/* Each folder of the state folder that can be a ledger's, in order; hex is its name. An answer
 * other than STET_OK ends the walk. */
typedef int st_memory_visit(void *ctx, const char *folder, const char *hex, stet_error *err);
int st_memory_walk(const char *state_dir, st_memory_visit *visit, void *ctx, stet_error *err);

/* --- evidence.c --- */
/* What evidence showed of a ledger that is open: by its id, or by a key of it (NULL: none is
 * known). Errors as of st_accepted_read(). */
int st_accepted_checked(const stet_ledger *ledger, const struct st_vkey *vkey,
    struct st_buf *text_out, struct st_accepted *accepted_out, stet_error *err);
/* The name of the folder for what is checked under a key, of a ledger that is not known. */
int st_memory_key_folder(const struct st_vkey *vkey, char hex_out[65], stet_error *err);

/* --- file.c --- */
/* text_out holds what accepted_out points into. STET_ENOTFOUND; ST_MEMORY_DAMAGED also where the
 * file is of another ledger than id (NULL: not asked; what was checked may be of one that is not
 * known); STET_EREFUSED with ST_IO_FAILED where this
 * user may not look. */
int st_accepted_read(const char *folder, const char *name, const char *id, struct st_buf *text_out,
    struct st_accepted *accepted_out, stet_error *err);
/* Takes the place of what is in the file, if that is smaller; durable when it returns. What is
 * larger there, by another process, stays. compare (may be NULL) is asked before whether the head
 * in the file is one that this goes on from: its answer other than STET_OK ends the call. */
typedef int st_accepted_compare(void *ctx, const stet_accepted *then, stet_error *err);
int st_accepted_advance(const char *folder, const char *name, const struct st_accepted *accepted,
    st_accepted_compare *compare, void *ctx, stet_error *err);
/* 1 if an error says that this user may not look there. */
int st_memory_is_closed(const stet_error *why);
/* Removes it. STET_ENOTFOUND. */
int st_accepted_forget(const char *folder, const char *name, stet_error *err);

#endif
