/* The memory of a cosigner: files of its own, outside every ledger. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"
#include "witness/witness.h"

#define NAME_MAX_SIZE 512

static int
folder_of(const stet_key *key, const char *state_dir, char **folder_out, stet_error *err)
{
	struct st_buf path = {0};
	uint8_t kid[STET_HASH_SIZE];

	stet_key_thumbprint(key, kid);
	st_buf_printf(&path, "%s/cosigner/", state_dir);
	st_hex_put(&path, (stet_bytes){kid, sizeof(kid)});
	st_buf_put_u8(&path, 0);
	if (path.rc < 0) {
		st_buf_free(&path);
		return st_fail_nomem(err);
	}
	*folder_out = (char *)path.data;
	return STET_OK;
}

/* The message of a cosignature names neither the cosigner nor what he did, so a key that stood for
 * two could have the line of one pass for the other's. */
static int
hold_name(struct st_memory *memory, const char *name, const char *purpose, stet_error *err)
{
	struct st_buf wanted = {0}, kept = {0};
	char *path = st_path_join(memory->folder, "name"), shown[ST_SHOWN_SIZE];
	int rc;

	st_buf_printf(&wanted, "%s %s\n", purpose, name);
	if (path == NULL || wanted.rc < 0)
		rc = st_fail_nomem(err);
	else if ((rc = st_file_read(path, NAME_MAX_SIZE, &kept, err)) == STET_ENOTFOUND)
		rc = st_file_write(path, st_buf_bytes(&wanted), 0600, err);
	else if (rc == STET_OK && !st_bytes_equal(st_buf_bytes(&kept), st_buf_bytes(&wanted)))
		rc = st_fail(err, STET_EREFUSED, ST_COSIGN_OTHER_NAME,
		    "this key cosigns as '%s', and a key stands for one name and one purpose",
		    st_shown((stet_bytes){kept.data, kept.size > 0 ? kept.size - 1 : 0}, shown));
	st_buf_free(&wanted);
	st_buf_free(&kept);
	free(path);
	return rc;
}

int
st_memory_open(const stet_key *key, const char *name, const char *purpose, const char *state_dir,
    int wait_ms, struct st_memory *memory_out, stet_error *err)
{
	struct st_memory memory = {.fd = -1};
	uint8_t public_key[STET_KEY_SIZE];
	char *lock = NULL;
	int rc;

	stet_key_public(key, public_key);
	if ((rc = st_vkey_make(name, ST_NOTE_COSIGNATURE, public_key, &memory.vkey, err)) < 0 ||
	    (rc = folder_of(key, state_dir, &memory.folder, err)) < 0)
		return rc;
	if ((rc = st_dir_make(memory.folder, 0700, err)) == STET_OK) {
		if ((lock = st_path_join(memory.folder, "lock")) == NULL)
			rc = st_fail_nomem(err);
		else
			rc = st_file_lock(lock, wait_ms, &memory.fd, err);
	}
	if (rc == STET_OK)
		rc = hold_name(&memory, name, purpose, err);
	free(lock);
	if (rc < 0)
		st_memory_close(&memory);
	else
		*memory_out = memory;
	return rc;
}

void
st_memory_close(struct st_memory *memory)
{
	if (memory->fd >= 0)
		close(memory->fd);
	memory->fd = -1;
	free(memory->folder);
	memory->folder = NULL;
}

/* An origin may hold any character; its digest is a name for a file. */
static int
path_of(const struct st_memory *memory, const char *origin, char **path_out, stet_error *err)
{
	uint8_t digest[32];
	char hex[65];

	st_sha256(st_str(origin), digest);
	st_hex(digest, sizeof(digest), hex);
	if ((*path_out = st_path_join(memory->folder, hex)) == NULL)
		return st_fail_nomem(err);
	return STET_OK;
}

/* 1 if the note is of that origin and has a right line of the cosigner's own; 0, or STET_ENOMEM. */
static int
is_own(struct st_memory *memory, const struct st_note *note, const char *origin)
{
	size_t verified = 0;
	stet_bytes extensions;
	int rc;

	if ((rc = st_note_verify(note, &memory->vkey, 1, &verified, NULL)) == STET_OK &&
	    verified == 1)
		rc = st_checkpoint_parse_extended(note->text, &memory->last, &extensions, NULL);
	if (rc == STET_ENOMEM)
		return rc;
	return rc == STET_OK && verified == 1 && strcmp(memory->last.origin, origin) == 0;
}

static int
read_last(struct st_memory *memory, stet_bytes text, const char *origin, stet_error *err)
{
	struct st_note *note = calloc(1, sizeof(*note));
	int rc, own = 0;

	if (note == NULL)
		return st_fail_nomem(err);
	if ((rc = st_note_parse(text, note, err)) == STET_OK)
		own = is_own(memory, note, origin);
	if (rc == STET_ENOMEM || own < 0)
		rc = st_fail_nomem(err);
	else if (own)
		memory->known = 1;
	else
		rc = st_fail(err, STET_EREFUSED, ST_COSIGN_MEMORY_STALE,
		    "what is remembered of this ledger in '%s' was not cosigned by this key: it "
		    "is damaged",
		    memory->folder);
	free(note);
	return rc;
}

int
st_memory_read(struct st_memory *memory, const char *origin, stet_error *err)
{
	struct st_buf text = {0};
	char *path = NULL;
	int rc;

	memory->known = 0;
	if ((rc = path_of(memory, origin, &path, err)) < 0)
		return rc;
	rc = st_file_read(path, ST_NOTE_MAX, &text, err);
	if (rc == STET_OK)
		rc = read_last(memory, st_buf_bytes(&text), origin, err);
	else if (rc == STET_ENOTFOUND)
		rc = STET_OK;
	st_buf_free(&text);
	free(path);
	return rc;
}

int
st_memory_write(struct st_memory *memory, const char *origin, stet_bytes note, stet_error *err)
{
	char *path = NULL;
	int rc;

	if ((rc = path_of(memory, origin, &path, err)) < 0)
		return rc;
	rc = st_file_write(path, note, 0600, err);
	free(path);
	return rc;
}
