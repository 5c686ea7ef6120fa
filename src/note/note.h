#ifndef ST_NOTE_NOTE_H
#define ST_NOTE_NOTE_H
/* C2SP signed notes and checkpoints (signed-note v1.0.0, tlog-checkpoint v1.0.0, of
 * tlog-cosignature v1.0.1 the Ed25519 kind). Pure.
 *
 *     note     = text "\n" 1*line           text ends with a newline and is what gets signed
 *     line     = U+2014 " " name " " base64(id (4) || signature) "\n"
 *     id       = SHA-256(name || "\n" || type || public key), first four bytes
 *
 * One note has one spelling: base64 with spare bits or white space is refused. */
#include <stet/error.h>
#include "base/buf.h"
#include "crypto/crypto.h"

#define ST_NOTE_ED25519 0x01
#define ST_NOTE_COSIGNATURE 0x04
#define ST_NOTE_LINES_MAX 100
#define ST_NOTE_MAX 65536 /* bytes of a whole note */
#define ST_ORIGIN_MAX 255

/* 1 if bytes are UTF-8 without controls below U+0020 but newline: what a note is made of. */
int st_note_chars_ok(stet_bytes bytes);
/* 1 if name can be the name of a key: such characters, at least one, no white space and no '+'. */
int st_note_name_ok(stet_bytes name);

/* A verifier key: name, type and public key; text "name+hex8+base64". Types that stet cannot verify
 * are refused, not kept: a trusted key that is never looked for would weaken a policy in silence.
 * STET_EFORMAT with ST_VKEY_MALFORMED. */
struct st_vkey {
	char name[ST_ORIGIN_MAX + 1];
	uint8_t type;
	uint8_t public_key[32];
	uint8_t id[4];
};
int st_vkey_make(const char *name, uint8_t type, const uint8_t public_key[32],
    struct st_vkey *vkey_out, stet_error *err);
int st_vkey_parse(stet_bytes text, struct st_vkey *vkey_out, stet_error *err);
void st_vkey_put(struct st_buf *out, const struct st_vkey *vkey);

struct st_note_line {
	stet_bytes name;
	uint8_t id[4];
	uint8_t signature[128]; /* what follows the key id, if size fits: longer ones (ML-DSA) are
				 * kept as lines only */
	size_t size;
	stet_bytes line; /* the whole line with its newline */
};
struct st_note {
	stet_bytes text; /* what is signed, with its final newline */
	struct st_note_line lines[ST_NOTE_LINES_MAX];
	size_t count;
};
/* Splits a note into text and lines, which are views into it; verifies nothing. STET_EFORMAT with
 * ST_NOTE_MALFORMED, STET_ENOMEM; then note_out is empty. */
int st_note_parse(stet_bytes note, struct st_note *note_out, stet_error *err);
/* *verified_out = how many of the given keys have a line that verifies: each counts once, however
 * often it signed or was given. A line whose (name, id) is known and that does not verify fails the
 * whole note: STET_EMISMATCH with ST_NOTE_SIGNATURE. Unknown lines are ignored, so a note that
 * nobody known signed is STET_OK with 0: the caller says how many it wants. */
int st_note_verify(const struct st_note *note, const struct st_vkey *keys, size_t count,
    size_t *verified_out, stet_error *err);
struct st_note_signer {
	size_t key, line; /* places among the keys and lines */
	uint64_t time;    /* of a cosignature: POSIX seconds; else 0 */
};
/* The same with who they are, in the order of the lines, each key once and of a cosigner the line
 * of the latest time; *unknown_out = how many lines are by none of the keys. */
int st_note_signers(const struct st_note *note, const struct st_vkey *keys, size_t count,
    struct st_note_signer signers_out[ST_NOTE_LINES_MAX], size_t *count_out, size_t *unknown_out,
    stet_error *err);
/* Appends text, blank line and one signature line. STET_EINVAL if these would be no note. */
int st_note_sign(stet_bytes text, const char *name, const struct st_secret *secret,
    struct st_buf *out, stet_error *err);
/* Appends one more signature line of a note over text. */
int st_note_add(stet_bytes text, const char *name, const struct st_secret *secret,
    struct st_buf *out, stet_error *err);

/* Appends a cosignature line (cosignature/v1) of a note over text: name saw it at time, in seconds
 * since 1970. STET_EINVAL for a time beyond 2^63 - 1, and as above. The message does not name the
 * cosigner, so one key cosigns under one name only. */
int st_note_cosign(stet_bytes text, const char *name, const struct st_secret *secret, uint64_t time,
    struct st_buf *out, stet_error *err);

/* What a note says of one key. */
struct st_note_seen {
	int is_signed;
	uint64_t first, last; /* cosignatures: the earliest and the latest time of its lines */
};
/* seen_out[i] is of keys[i]. Fails as st_note_verify does. */
int st_note_verify_each(const struct st_note *note, const struct st_vkey *keys, size_t count,
    struct st_note_seen *seen_out, stet_error *err);
/* Appends the note with those lines alone that verify under one of the keys, in their order, each
 * once; *kept_out is how many. Lines of unknown keys and wrong ones are dropped, which makes no
 * signature of what is none. */
int st_note_keep(const struct st_note *note, const struct st_vkey *keys, size_t count,
    struct st_buf *out, size_t *kept_out, stet_error *err);

/* Checkpoint: the text of a note. */
struct st_checkpoint {
	char origin[ST_ORIGIN_MAX + 1];
	uint64_t size;
	uint8_t root[32];
};
/* 1 if origin is one that a stet ledger can have (docs/format.md, "Seal and checkpoint"); other
 * logs' origins are any line of at most ST_ORIGIN_MAX bytes. */
int st_origin_ok(stet_bytes origin);
void st_checkpoint_put(struct st_buf *out, const struct st_checkpoint *checkpoint);
/* Of note text, of three lines as stet writes it. STET_EFORMAT with ST_CHECKPOINT_MALFORMED. */
int st_checkpoint_parse(stet_bytes text, struct st_checkpoint *checkpoint_out, stet_error *err);
/* The same of other logs, which may have extension lines after the three: *extensions_out is what
 * follows them, size 0 if nothing. */
int st_checkpoint_parse_extended(stet_bytes text, struct st_checkpoint *checkpoint_out,
    stet_bytes *extensions_out, stet_error *err);
/* A note and the checkpoint that its text is: st_note_parse() and st_checkpoint_parse(). */
int st_checkpoint_read(stet_bytes bytes, struct st_note *note_out,
    struct st_checkpoint *checkpoint_out, stet_error *err);

#endif
