#ifndef ST_NOTE_NOTE_H
#define ST_NOTE_NOTE_H
/* C2SP signed notes and checkpoints (signed-note v1.0.0, tlog-checkpoint v1.0.0). Pure. */
#include <stet/error.h>
#include "base/buf.h"
#include "crypto/crypto.h"

#define ST_NOTE_ED25519 0x01
#define ST_NOTE_COSIGNATURE 0x04
#define ST_NOTE_LINES_MAX 100
#define ST_NOTE_MAX 65536 /* bytes of a whole note */
#define ST_ORIGIN_MAX 255

/* A verifier key: name, type and public key; text "name+hex8+base64". */
struct st_vkey {
	char name[ST_ORIGIN_MAX + 1];
	uint8_t type;
	uint8_t public_key[32];
	uint8_t id[4];
};
int st_vkey_make(const char *name, uint8_t type, const uint8_t public_key[32], struct st_vkey *vkey_out,
    stet_error *err);
int st_vkey_parse(stet_bytes text, struct st_vkey *vkey_out, stet_error *err);
void st_vkey_put(struct st_buf *out, const struct st_vkey *vkey);

struct st_note_line {
	stet_bytes name;
	uint8_t id[4];
	uint8_t signature[128]; /* after the key id; longer ones (ML-DSA) are kept as lines only */
	size_t size;
	stet_bytes line; /* the whole line with its newline */
};
struct st_note {
	stet_bytes text; /* what is signed, with its final newline */
	struct st_note_line lines[ST_NOTE_LINES_MAX];
	size_t count;
};
/* Splits a note into text and lines; verifies nothing. STET_EFORMAT with ST_NOTE_MALFORMED. */
int st_note_parse(stet_bytes note, struct st_note *note_out, stet_error *err);
/* *verified_out = number of lines by the given keys that verify. A line whose (name, id) is known and
 * that does not verify fails the whole note: STET_EMISMATCH. Unknown lines are ignored. */
int st_note_verify(const struct st_note *note, const struct st_vkey *keys, size_t count,
    size_t *verified_out, stet_error *err);
/* Appends text, blank line and one signature line. */
int st_note_sign(stet_bytes text, const char *name, const struct st_secret *secret, struct st_buf *out,
    stet_error *err);
/* Appends one more signature line of a note over text. */
int st_note_add(stet_bytes text, const char *name, const struct st_secret *secret, struct st_buf *out,
    stet_error *err);

/* Checkpoint: the text of a note. */
struct st_checkpoint {
	char origin[ST_ORIGIN_MAX + 1];
	uint64_t size;
	uint8_t root[32];
};
int st_origin_ok(stet_bytes origin);
void st_checkpoint_put(struct st_buf *out, const struct st_checkpoint *checkpoint);
/* Of note text; extension lines are refused when strict, otherwise ignored. */
int st_checkpoint_parse(stet_bytes text, struct st_checkpoint *checkpoint_out, stet_error *err);

#endif
