/* Cosignatures beside the checkpoint, and the keys they verify under.
 *
 * `cosigners` lists the verifier keys whose lines were taken, one a line; it only grows, and it is
 * written before the lines are, so no line stands there whose key is not known. */
#include <stet/witness.h>

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "ledger/internal.h"

#define DASH "\xe2\x80\x94 "

static int
file_path(const stet_ledger *ledger, const char *name, char **path_out, stet_error *err)
{
	if ((*path_out = st_path_join(ledger->path, name)) == NULL)
		return st_fail_nomem(err);
	return STET_OK;
}

int
st_cosigners_read(stet_ledger *ledger, stet_trust *trust, stet_error *err)
{
	struct st_buf text = {0};
	char *path = NULL;
	int rc;

	if ((rc = file_path(ledger, ST_COSIGNERS_FILE, &path, err)) < 0)
		return rc;
	rc = st_file_read(path, ST_COSIGNERS_MAX, &text, err);
	if (rc == STET_OK)
		rc = stet_trust_read(trust, st_buf_bytes(&text), err);
	else if (rc == STET_ENOTFOUND)
		rc = STET_OK;
	st_buf_free(&text);
	free(path);
	return rc;
}

static void
put_keys(const stet_trust *trust, struct st_buf *out)
{
	size_t i;

	for (i = 0; i < trust->count; i++) {
		st_vkey_put(out, &trust->keys[i]);
		st_buf_put_u8(out, '\n');
	}
}

int
st_cosigners_put(stet_ledger *ledger, struct st_buf *out, stet_error *err)
{
	stet_trust *trust = NULL;
	int rc;

	if ((rc = stet_trust_new(&trust, err)) < 0)
		return rc;
	if ((rc = st_cosigners_read(ledger, trust, err)) == STET_OK) {
		put_keys(trust, out);
		rc = out->rc < 0 ? st_fail_nomem(err) : STET_OK;
	}
	stet_trust_free(trust);
	return rc;
}

static int
write_cosigners(stet_ledger *ledger, const stet_trust *trust, stet_error *err)
{
	struct st_buf text = {0};
	char *path = NULL;
	int rc;

	put_keys(trust, &text);
	if (text.rc < 0)
		rc = st_fail_nomem(err);
	else if ((rc = file_path(ledger, ST_COSIGNERS_FILE, &path, err)) == STET_OK)
		rc = st_file_write(path, st_buf_bytes(&text), 0644, err);
	st_buf_free(&text);
	free(path);
	return rc;
}

int
st_cosigners_take(stet_ledger *ledger, stet_bytes text, stet_error *err)
{
	stet_trust *trust = NULL;
	int rc;

	if ((rc = stet_trust_new(&trust, err)) < 0)
		return rc;
	if ((rc = stet_trust_read(trust, text, err)) == STET_OK)
		rc = write_cosigners(ledger, trust, err);
	stet_trust_free(trust);
	return rc;
}

/* --- adding ---------------------------------------------------------------------------------- */

struct adding {
	stet_ledger *ledger;
	const stet_trust *known;
	struct st_buf stored;
	struct st_note has, new_; /* the stored note; the same text with the lines that came */
	struct st_buf came;       /* what new_ is a view into */
	stet_error *err;
};

/* Lines alone are of the stored checkpoint, or are none at all; a whole note says what it is of. */
static int
read_lines(struct adding *a, stet_bytes lines)
{
	const int alone = lines.size >= 4 && memcmp(lines.data, DASH, 4) == 0;
	struct st_checkpoint checkpoint;
	int rc;

	if (alone) {
		st_buf_put_bytes(&a->came, a->has.text);
		st_buf_put_u8(&a->came, '\n');
	}
	st_buf_put_bytes(&a->came, lines);
	if (a->came.rc < 0)
		return st_fail_nomem(a->err);
	if ((rc = st_note_parse(st_buf_bytes(&a->came), &a->new_, a->err)) < 0)
		return rc;
	if (st_bytes_equal(a->new_.text, a->has.text))
		return STET_OK;
	if ((rc = st_checkpoint_parse(a->new_.text, &checkpoint, a->err)) < 0)
		return rc;
	return st_fail(a->err, STET_EMISMATCH, ST_COSIGNATURE_OTHER,
	    "the note is of '%s' at size %llu, and that is not the newest checkpoint here",
	    checkpoint.origin, (unsigned long long)checkpoint.size);
}

static int
same_signer(const struct st_note_line *a, const struct st_note_line *b)
{
	return memcmp(a->id, b->id, sizeof(a->id)) == 0 && st_bytes_equal(a->name, b->name);
}

/* 1 if the stored note has the line, or one by the same name and id. */
static int
stored_has(const struct adding *a, const struct st_note_line *line, int same_line)
{
	size_t i;

	for (i = 0; i < a->has.count; i++)
		if (same_line ? st_bytes_equal(a->has.lines[i].line, line->line)
			      : same_signer(&a->has.lines[i], line))
			return 1;
	return 0;
}

/* Every line that came is one of a known cosigner, or stands on the stored note already: the
 * ledger's own, for instance. */
static int
check_lines(struct adding *a)
{
	char shown[ST_SHOWN_SIZE];
	struct st_note one = {.text = a->new_.text, .count = 1};
	size_t i, verified;
	int rc;

	for (i = 0; i < a->new_.count; i++) {
		if (stored_has(a, &a->new_.lines[i], 1))
			continue;
		one.lines[0] = a->new_.lines[i];
		if ((rc = st_note_verify(
			 &one, a->known->keys, a->known->count, &verified, a->err)) < 0)
			return rc;
		if (verified == 0)
			return st_fail(a->err, STET_EREFUSED, ST_COSIGNER_UNKNOWN,
			    "the line of '%s' is by none of the keys given",
			    st_shown(one.lines[0].name, shown));
	}
	return STET_OK;
}

/* 1 if a later line that came is by the same signer. */
static int
comes_again(const struct st_note *note, size_t at)
{
	size_t i;

	for (i = at + 1; i < note->count; i++)
		if (same_signer(&note->lines[i], &note->lines[at]))
			return 1;
	return 0;
}

/* The stored lines without those that are replaced, then the new ones. */
static void
put_note(const struct adding *a, struct st_buf *out, size_t *added_out)
{
	struct st_note_line line;
	size_t i, k, added = 0;
	int replaced;

	st_buf_put_bytes(out, a->has.text);
	st_buf_put_u8(out, '\n');
	for (i = 0; i < a->has.count; i++) {
		line = a->has.lines[i];
		for (replaced = 0, k = 0; k < a->new_.count && !replaced; k++)
			replaced = same_signer(&a->new_.lines[k], &line) &&
				   !stored_has(a, &a->new_.lines[k], 1);
		if (!replaced)
			st_buf_put_bytes(out, line.line);
	}
	for (i = 0; i < a->new_.count; i++) {
		if (stored_has(a, &a->new_.lines[i], 1) || comes_again(&a->new_, i))
			continue;
		st_buf_put_bytes(out, a->new_.lines[i].line);
		added++;
	}
	*added_out = added;
}

/* The keys first: a crash in between leaves a key without a line, which says nothing. */
static int
store_lines(struct adding *a, stet_bytes note)
{
	stet_trust *all = NULL;
	struct st_note_signer signers[ST_NOTE_LINES_MAX];
	struct st_buf text = {0};
	size_t count = 0, unknown, i, before;
	char *path = NULL;
	int rc;

	if ((rc = stet_trust_new(&all, a->err)) < 0 ||
	    (rc = st_cosigners_read(a->ledger, all, a->err)) < 0 ||
	    (rc = st_note_signers(
		 &a->new_, a->known->keys, a->known->count, signers, &count, &unknown, a->err)) < 0)
		goto done;
	before = all->count;
	for (i = 0; rc == STET_OK && i < count; i++) {
		if (a->known->keys[signers[i].key].type != ST_NOTE_COSIGNATURE)
			continue;
		st_buf_reset(&text);
		st_vkey_put(&text, &a->known->keys[signers[i].key]);
		st_buf_put_u8(&text, 0);
		rc = text.rc < 0 ? st_fail_nomem(a->err)
				 : stet_trust_add(all, (const char *)text.data, a->err);
	}
	if (rc == STET_OK && all->count > before)
		rc = write_cosigners(a->ledger, all, a->err);
	if (rc == STET_OK && (rc = file_path(a->ledger, "checkpoint", &path, a->err)) == STET_OK)
		rc = st_file_write(path, note, 0644, a->err);
done:
	st_buf_free(&text);
	stet_trust_free(all);
	free(path);
	return rc;
}

static int
add(struct adding *a, stet_bytes lines, size_t *added_out)
{
	struct st_checkpoint checkpoint;
	struct st_note *again;
	struct st_buf note = {0};
	size_t added = 0;
	int rc;

	if ((rc = st_checkpoint_stored(a->ledger, &a->stored, &checkpoint, a->err)) < 0 ||
	    (rc = st_note_parse(st_buf_bytes(&a->stored), &a->has, a->err)) < 0 ||
	    (rc = read_lines(a, lines)) < 0 || (rc = check_lines(a)) < 0)
		return rc;
	put_note(a, &note, &added);
	if ((again = calloc(1, sizeof(*again))) == NULL || note.rc < 0)
		rc = st_fail_nomem(a->err);
	else if (added > 0 && /* more lines than a note can have */
		 (rc = st_note_parse(st_buf_bytes(&note), again, a->err)) == STET_OK)
		rc = store_lines(a, st_buf_bytes(&note));
	if (rc == STET_OK)
		*added_out = added;
	free(again);
	st_buf_free(&note);
	return rc;
}

int
stet_ledger_add_cosignatures(stet_ledger *ledger, stet_bytes lines, const stet_trust *known,
    size_t *added_out, stet_error *err)
{
	struct adding *a = calloc(1, sizeof(*a));
	struct st_guard guard = {-1};
	char *note = NULL;
	size_t size;
	int rc;

	if (a == NULL)
		return st_fail_nomem(err);
	a->ledger = ledger;
	a->known = known;
	a->err = err;
	/* Signs it again if a crash came between seal and checkpoint. */
	if ((rc = stet_ledger_checkpoint(ledger, &note, &size, err)) == STET_OK) {
		pthread_mutex_lock(&ledger->lock);
		/* The lock under which checkpoints are published: none is put in our place. */
		if ((rc = st_guard_take(ledger, &guard, err)) == STET_OK)
			rc = add(a, lines, added_out);
		st_guard_drop(&guard);
		pthread_mutex_unlock(&ledger->lock);
	}
	free(note);
	st_buf_free(&a->stored);
	st_buf_free(&a->came);
	free(a);
	return rc;
}
