/* A file of the reader's memory: written, read. Pure. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/time.h"
#include "memory/memory.h"

#define MAGIC "stet-memory/1 "
#define DIGEST_SIZE 64 /* in hex */

int
st_accepted_put(struct st_buf *out, const struct st_accepted *accepted, stet_error *err)
{
	const char *id = accepted->head.ledger;
	struct st_buf rest = {0};
	uint8_t digest[32];

	st_buf_printf(&rest, "ledger %s\naccepted %" PRIu64 "\nkey ", id[0] != '\0' ? id : "-",
	    accepted->head.ms);
	st_vkey_put(&rest, &accepted->vkey);
	st_buf_put_str(&rest, "\n\n");
	st_buf_put_bytes(&rest, accepted->note);
	if (rest.rc == STET_OK) {
		st_sha256(st_buf_bytes(&rest), digest);
		st_buf_put_str(out, MAGIC);
		st_hex_put(out, (stet_bytes){digest, sizeof(digest)});
		st_buf_put_str(out, "\n");
		st_buf_put_bytes(out, st_buf_bytes(&rest));
	}
	if (rest.rc < 0)
		out->rc = rest.rc;
	st_buf_free(&rest);
	return out->rc < 0 ? st_fail_nomem(err) : STET_OK;
}

/* --- reading --------------------------------------------------------------------------------- */

static int
damaged(stet_error *err, const char *why)
{
	return st_fail(
	    err, STET_EFORMAT, ST_MEMORY_DAMAGED, "what is remembered is damaged: %s", why);
}

/* The rest of a line after its word; 0, or -1. */
static int
take_line(stet_bytes *rest, const char *word, stet_bytes *value_out)
{
	size_t size = strlen(word);
	const uint8_t *end = rest->size > 0 ? memchr(rest->data, '\n', rest->size) : NULL;

	if (end == NULL || (size_t)(end - rest->data) < size || memcmp(rest->data, word, size) != 0)
		return -1;
	*value_out = (stet_bytes){rest->data + size, (size_t)(end - rest->data) - size};
	rest->size -= (size_t)(end - rest->data) + 1;
	rest->data = end + 1;
	return 0;
}

static int
take_digest(stet_bytes *rest)
{
	uint8_t wanted[32], digest[32];
	stet_bytes hex;

	if (take_line(rest, MAGIC, &hex) < 0 || st_hex_read(hex, wanted, sizeof(wanted)) < 0)
		return -1;
	st_sha256(*rest, digest);
	return memcmp(digest, wanted, sizeof(digest)) == 0 ? 0 : -1;
}

static int
take_id(stet_bytes *rest, char id_out[STET_LEDGER_ID_SIZE])
{
	stet_bytes text;
	uint8_t hash[32];

	if (take_line(rest, "ledger ", &text) < 0)
		return -1;
	id_out[0] = '\0';
	if (st_bytes_equal(text, st_str("-")))
		return 0;
	if (text.size != STET_LEDGER_ID_SIZE - 1 || memcmp(text.data, "stet:", 5) != 0 ||
	    st_hex_read((stet_bytes){text.data + 5, 64}, hash, sizeof(hash)) < 0)
		return -1;
	memcpy(id_out, text.data, text.size);
	id_out[text.size] = '\0';
	return 0;
}

static int
take_ms(stet_bytes *rest, uint64_t *ms_out)
{
	stet_bytes text;
	uint64_t ms = 0;
	size_t i;

	if (take_line(rest, "accepted ", &text) < 0 || text.size == 0 || text.size > 16)
		return -1;
	for (i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return -1;
		ms = ms * 10 + (uint64_t)(text.data[i] - '0');
	}
	*ms_out = ms;
	return ms <= ST_UINT53_MAX ? 0 : -1;
}

/* The checkpoint in the note, if its key has signed it. */
static int
take_note(struct st_accepted *accepted, stet_error *err)
{
	struct st_note *note = calloc(1, sizeof(*note));
	struct st_checkpoint checkpoint;
	stet_bytes extensions;
	size_t verified = 0;
	int rc;

	if (note == NULL)
		return st_fail_nomem(err);
	if ((rc = st_note_parse(accepted->note, note, err)) == STET_OK &&
	    (rc = st_checkpoint_parse_extended(note->text, &checkpoint, &extensions, err)) ==
		STET_OK)
		rc = st_note_verify(note, &accepted->vkey, 1, &verified, err);
	free(note);
	if (rc == STET_ENOMEM)
		return rc;
	if (rc < 0 || verified != 1)
		return damaged(err, "its checkpoint is not signed by its key");
	if (strcmp(checkpoint.origin, accepted->vkey.name) != 0 ||
	    accepted->vkey.type != ST_NOTE_ED25519)
		return damaged(err, "its key is not the ledger's");
	strcpy(accepted->head.origin, checkpoint.origin);
	accepted->head.size = checkpoint.size;
	memcpy(accepted->head.root, checkpoint.root, 32);
	return STET_OK;
}

/* One memory has one spelling: it is written again and compared. */
static int
is_written_so(const struct st_accepted *accepted, stet_bytes text, stet_error *err)
{
	struct st_buf again = {0};
	int rc = st_accepted_put(&again, accepted, err);

	if (rc == STET_OK && !st_bytes_equal(st_buf_bytes(&again), text))
		rc = damaged(err, "it is not written as stet writes it");
	st_buf_free(&again);
	return rc;
}

int
st_accepted_parse(stet_bytes text, struct st_accepted *accepted_out, stet_error *err)
{
	struct st_accepted accepted = {0};
	stet_bytes rest = text, vkey, empty;
	int rc;

	if ((rc = st_crypto_init(err)) < 0)
		return rc;
	if (text.data == NULL || text.size > ST_MEMORY_MAX)
		return damaged(err, "it is no such file");
	if (take_digest(&rest) < 0)
		return damaged(err, "its digest is another");
	if (take_id(&rest, accepted.head.ledger) < 0 || take_ms(&rest, &accepted.head.ms) < 0 ||
	    take_line(&rest, "key ", &vkey) < 0 || take_line(&rest, "", &empty) < 0 ||
	    empty.size > 0)
		return damaged(err, "its lines are not those of such a file");
	if ((rc = st_vkey_parse(vkey, &accepted.vkey, err)) < 0)
		return rc == STET_ENOMEM ? rc : damaged(err, "its key is none");
	accepted.note = rest;
	if ((rc = take_note(&accepted, err)) < 0 || (rc = is_written_so(&accepted, text, err)) < 0)
		return rc;
	*accepted_out = accepted;
	return STET_OK;
}

int
stet_memory_read(stet_bytes text, stet_accepted *head_out, stet_bytes *note_out, stet_error *err)
{
	struct st_accepted accepted;
	int rc;

	if ((rc = st_accepted_parse(text, &accepted, err)) < 0)
		return rc;
	*head_out = accepted.head;
	if (note_out != NULL)
		*note_out = accepted.note;
	return STET_OK;
}
