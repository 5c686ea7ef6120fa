/* Copies: what they are told by, and what all of them have. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/time.h"
#include "compare/compare.h"

#define SNIFF_SIZE ((size_t)65536)
#define PROOF_MAX ((size_t)256 * 1024 * 1024)
/* How files begin: entry 0 (an array of five, and 0), and a proof (docs/format.md, "Files"). */
#define ENTRIES_MARK "\x85\x00"
#define PROOF_MARK "\xa7\x64tree"
/* What is in every signed note: a blank line and the dash that begins a signature line. */
#define NOTE_MARK "\n\n\xe2\x80\x94 "

int
st_copy_new(const struct st_copy_kind *kind, stet_copy **copy_out, stet_error *err)
{
	stet_copy *copy = calloc(1, sizeof(*copy));
	int rc;

	if (copy == NULL)
		return st_fail_nomem(err);
	if ((rc = stet_trust_new(&copy->own, err)) < 0) {
		free(copy);
		return rc;
	}
	copy->kind = kind;
	*copy_out = copy;
	return STET_OK;
}

void
stet_copy_close(stet_copy *copy)
{
	if (copy == NULL)
		return;
	if (copy->kind->close != NULL)
		copy->kind->close(copy);
	stet_trust_free(copy->own);
	st_buf_free(&copy->note);
	free(copy->path);
	free(copy);
}

int
stet_copy_keys(const stet_copy *copy, stet_trust *trust, stet_error *err)
{
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && i < copy->own->count; i++)
		rc = st_trust_put(trust, &copy->own->keys[i], err);
	return rc;
}

int
st_copy_take_note(stet_copy *copy, stet_bytes text, stet_error *err)
{
	struct st_note *note = malloc(sizeof(*note));
	int rc;

	if (note == NULL)
		return st_fail_nomem(err);
	st_buf_put_bytes(&copy->note, text);
	if (copy->note.rc < 0)
		rc = st_fail_nomem(err);
	else if ((rc = st_checkpoint_read(st_buf_bytes(&copy->note), note, &copy->head, err)) ==
		     STET_OK &&
		 copy->head.size > ST_UINT53_MAX)
		rc = st_fail(err, STET_EFORMAT, ST_CHECKPOINT_MALFORMED,
		    "not a checkpoint: a size beyond 2^53 - 1 is none that a ledger has");
	free(note);
	if (rc < 0)
		return rc;
	copy->side.size = copy->head.size;
	memcpy(copy->side.root, copy->head.root, 32);
	return STET_OK;
}

int
st_copy_take_keys(stet_copy *copy, const struct st_state *state, stet_error *err)
{
	struct st_vkey vkey;
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && i < state->ledger_key_count; i++)
		if ((rc = st_vkey_make(state->origin, ST_NOTE_ED25519,
			 state->ledger_keys[i].public_key, &vkey, err)) == STET_OK)
			rc = st_trust_put(copy->own, &vkey, err);
	return rc;
}

/* The root and the size that a seal signs. */
int
st_copy_seal_verify(const struct st_state *state, size_t by, stet_bytes encoded,
    const struct st_tree *before, struct st_vkey *vkey_out, stet_error *err)
{
	const uint8_t *public_key = state->ledger_keys[by].public_key;
	struct st_statement statement;
	struct st_entry entry;
	int rc;

	if ((rc = st_entry_decode(encoded, &entry, err)) == STET_OK &&
	    (rc = st_statement_read(entry.statement, &statement, err)) == STET_OK &&
	    (statement.type != ST_TYPE_SEAL || entry.seq != before->size ||
		!st_copy_seal_fits(&entry, &statement, before) ||
		memcmp(statement.sign1.kid, state->ledger_keys[by].kid, 32) != 0))
		rc = STET_EMISMATCH;
	if (rc == STET_OK)
		rc = st_sign1_verify(&statement.sign1, public_key, err);
	if (rc == STET_EFORMAT || rc == STET_EMISMATCH)
		return st_fail_seq(err, STET_EMISMATCH, ST_COPY_DAMAGED, before->size,
		    "entry %llu is not the ledger key's seal of the entries before it",
		    (unsigned long long)before->size);
	return rc < 0 || vkey_out == NULL
		   ? rc
		   : st_vkey_make(state->origin, ST_NOTE_ED25519, public_key, vkey_out, err);
}

int
st_copy_seal_fits(const struct st_entry *entry, const struct st_statement *statement,
    const struct st_tree *before)
{
	uint8_t root[32];
	stet_bytes value;

	st_tree_root(before, root);
	return st_seal_frame_check(entry, statement, NULL) == STET_OK &&
	       st_cbor_member_bytes(statement->sign1.payload, "root", &value) == STET_OK &&
	       st_bytes_equal(value, (stet_bytes){root, 32});
}

/* --- what it is ---------------------------------------------------------------------------------
 */

static int
has(const char *folder, const char *name, unsigned kind, int *has_out, stet_error *err)
{
	char *path = st_path_join(folder, name);
	struct stat info;

	if (path == NULL)
		return st_fail_nomem(err);
	*has_out = stat(path, &info) == 0 && (unsigned)(info.st_mode & S_IFMT) == kind;
	free(path);
	return STET_OK;
}

static int
no_copy(stet_error *err)
{
	return st_fail(err, STET_EFORMAT, ST_COPY_KIND,
	    "it is no copy of a ledger that stet knows: no ledger, bag, tiles, entries, proof or "
	    "checkpoint");
}

static int
open_folder(
    const char *path, stet_progress *progress, void *ctx, stet_copy **copy_out, stet_error *err)
{
	int ledger = 0, head = 0, tiles = 0, rc;

	if ((rc = has(path, "format", S_IFREG, &ledger, err)) < 0 ||
	    (rc = has(path, "checkpoint", S_IFREG, &head, err)) < 0 ||
	    (rc = has(path, "tile", S_IFDIR, &tiles, err)) < 0)
		return rc;
	if (ledger)
		return st_copy_ledger(path, copy_out, err);
	if (head && tiles)
		return st_copy_tiles(path, copy_out, err);
	if (stet_package_like(path) == STET_PACKAGE_BAG)
		return st_copy_bag(path, progress, ctx, copy_out, err);
	return no_copy(err);
}

/* Reads on until buf has max bytes or there is no more. */
static int
fill(struct st_buf *buf, size_t max, stet_source *read, void *ctx, stet_error *err)
{
	uint8_t *room;
	size_t got = 1, want;
	int rc;

	while (got > 0 && buf->size < max) {
		want = max - buf->size < SNIFF_SIZE ? max - buf->size : SNIFF_SIZE;
		got = 0;
		if ((room = st_buf_room(buf, want)) == NULL)
			return st_fail_nomem(err);
		if ((rc = read(ctx, room, want, &got)) != STET_OK)
			return st_fail(err, rc < 0 ? rc : STET_EIO, ST_RULE_NONE,
			    "it could not be read to its end");
		st_buf_grow(buf, got);
	}
	return STET_OK;
}

static int
begins(const struct st_buf *buf, const char *mark, size_t size)
{
	return buf->size >= size && memcmp(buf->data, mark, size) == 0;
}

static int
tell_apart(struct st_buf *begun, stet_source *read, void *read_ctx, stet_progress *progress,
    void *ctx, stet_copy **copy_out, stet_error *err)
{
	int rc = fill(begun, SNIFF_SIZE, read, read_ctx, err);

	if (rc < 0)
		return rc;
	if (begins(begun, ENTRIES_MARK, sizeof(ENTRIES_MARK) - 1))
		return st_copy_entries(
		    st_buf_bytes(begun), read, read_ctx, progress, ctx, copy_out, err);
	if (begins(begun, PROOF_MARK, sizeof(PROOF_MARK) - 1)) {
		if ((rc = fill(begun, PROOF_MAX, read, read_ctx, err)) < 0)
			return rc;
		return st_copy_proof(st_buf_bytes(begun), copy_out, err);
	}
	if (begun->size > 0 &&
	    memmem(begun->data, begun->size, NOTE_MARK, sizeof(NOTE_MARK) - 1) != NULL)
		return st_copy_note(st_buf_bytes(begun), copy_out, err);
	return no_copy(err);
}

int
stet_copy_read(stet_source *read, void *read_ctx, stet_progress *progress, void *ctx,
    stet_copy **copy_out, stet_error *err)
{
	struct st_buf begun = {0};
	int rc;

	if ((rc = st_crypto_init(err)) == STET_OK)
		rc = tell_apart(&begun, read, read_ctx, progress, ctx, copy_out, err);
	st_buf_free(&begun);
	return rc;
}

int
st_copy_file_source(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	FILE *file = ctx;

	*got_out = fread(buf, 1, size, file);
	return *got_out < size && ferror(file) ? STET_EIO : STET_OK;
}

static int
open_file(
    const char *path, stet_progress *progress, void *ctx, stet_copy **copy_out, stet_error *err)
{
	FILE *file = fopen(path, "rbe");
	int rc;

	if (file == NULL)
		return st_fail_errno(err, errno, "it cannot be opened");
	rc = stet_copy_read(st_copy_file_source, file, progress, ctx, copy_out, err);
	fclose(file);
	/* An entry that is asked for later is read again. */
	if (rc == STET_OK && ((*copy_out)->path = strdup(path)) == NULL) {
		stet_copy_close(*copy_out);
		*copy_out = NULL;
		rc = st_fail_nomem(err);
	}
	return rc;
}

int
stet_copy_open(
    const char *path, stet_progress *progress, void *ctx, stet_copy **copy_out, stet_error *err)
{
	struct stat info;
	int rc;

	if ((rc = st_crypto_init(err)) < 0)
		return rc;
	if (stat(path, &info) < 0)
		return st_fail_errno(err, errno, "it cannot be opened");
	if (S_ISDIR(info.st_mode))
		return open_folder(path, progress, ctx, copy_out, err);
	if (stet_package_like(path) == STET_PACKAGE_BAG)
		return st_copy_bag(path, progress, ctx, copy_out, err);
	return open_file(path, progress, ctx, copy_out, err);
}
