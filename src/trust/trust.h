#ifndef ST_TRUST_TRUST_H
#define ST_TRUST_TRUST_H
/* The keys a reader knows, and a checkpoint judged by them. Pure. */
#include <stet/checkpoint.h>
#include "note/note.h"

struct stet_trust {
	struct st_vkey *keys;
	size_t count, room;
};

/* Adds a key unless it is there. STET_ENOMEM. */
int st_trust_put(stet_trust *trust, const struct st_vkey *vkey, stet_error *err);
int st_trust_has(const stet_trust *trust, const struct st_vkey *vkey); /* trust may be NULL */
int st_vkey_same(const struct st_vkey *a, const struct st_vkey *b);

/* A checkpoint as read, with those of its signers that the reader knows. */
struct st_signed_head {
	struct st_checkpoint checkpoint;
	struct st_note_signer signers[ST_NOTE_LINES_MAX]; /* keys: places in trust->keys */
	size_t count;
	size_t unknown; /* lines by nobody the reader knows */
	int known;      /* the key of that origin is among the signers */
};

/* The text and lines of a note (views into it are not kept). trust may be NULL. STET_EFORMAT,
 * STET_EMISMATCH, STET_ENOMEM. */
int st_trust_judge(
    const stet_trust *trust, stet_bytes note, struct st_signed_head *head_out, stet_error *err);
/* 1 if it would be the key of the ledger that the checkpoint is of: of its name, and no cosigner's.
 */
int st_trust_is_ledger_key(const struct st_vkey *key, const struct st_checkpoint *checkpoint);
/* One of signed_by; time: of a cosigner. */
stet_json *st_trust_signer(
    const struct st_vkey *key, const struct st_checkpoint *checkpoint, uint64_t time);
/* Sets origin, size, root, as_of, known, signed_by and unknown_signers of a report. */
void st_trust_report(const stet_trust *trust, const struct st_signed_head *head, stet_json *report);

#endif
