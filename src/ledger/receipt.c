/* Receipts of an entry: read from the tree at the newest checkpoint. */
#include "receipt/receipt.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "key/key.h"
#include "ledger/internal.h"

/* What a receipt is made of. */
struct source {
	struct st_buf note, entry;
	struct st_inclusion inclusion;
	uint8_t root[32];
};

/* The newest checkpoint, signed by this ledger and of the entries that are here: whatever is signed
 * below, its key has said before. */
static int
read_checkpoint(stet_ledger *ledger, struct source *source, stet_error *err)
{
	struct st_checkpoint checkpoint;
	struct st_note *note = NULL;
	char *text = NULL;
	size_t size;
	stet_at at;
	int rc;

	if ((rc = stet_ledger_checkpoint(ledger, &text, &size, err)) < 0)
		return rc;
	st_buf_put(&source->note, text, size);
	free(text);
	if (source->note.rc < 0 || (note = calloc(1, sizeof(*note))) == NULL)
		return st_fail_nomem(err);
	if ((rc = stet_ledger_moment(ledger, st_buf_bytes(&source->note), &at, err)) == STET_OK &&
	    (rc = st_checkpoint_read(st_buf_bytes(&source->note), note, &checkpoint, err)) ==
		STET_OK) {
		source->inclusion.size = checkpoint.size;
		memcpy(source->root, checkpoint.root, 32);
	}
	free(note);
	return rc;
}

static int
read_entry(struct st_reader *reader, struct source *source, stet_error *err)
{
	const uint64_t seq = source->inclusion.seq;
	struct st_books books = {reader, reader};
	struct st_head head;
	struct st_read read;
	int rc;

	if ((rc = st_head_read(reader, &head, err)) < 0)
		return rc;
	if (seq >= head.size)
		return st_fail_seq(err, STET_ENOTFOUND, ST_RULE_NONE, seq,
		    "this ledger has no entry %" PRIu64, seq);
	if (seq >= source->inclusion.size)
		return st_fail_seq(err, STET_EREFUSED, ST_UNSEALED_TAIL, seq,
		    "entry %" PRIu64 " is not sealed yet", seq);
	if ((rc = st_books_entry(&books, seq, &read, err)) < 0)
		return rc;
	st_buf_put_bytes(&source->entry, read.encoded);
	return source->entry.rc < 0 ? st_fail_nomem(err) : STET_OK;
}

/* Only what verifies is handed out: a damaged tree would make receipts that convict nobody. */
static int
read_path(struct st_reader *reader, struct source *source, stet_error *err)
{
	struct st_inclusion *inclusion = &source->inclusion;
	uint8_t leaf[32];
	int rc;

	if ((rc = st_tree_prove_inclusion(inclusion->seq, inclusion->size, st_books_node, reader,
		 inclusion->path, &inclusion->count, err)) < 0)
		return rc;
	st_tree_leaf(st_buf_bytes(&source->entry), leaf);
	if (!st_tree_inclusion_ok(inclusion->seq, inclusion->size, leaf,
		(const uint8_t(*)[32])inclusion->path, inclusion->count, source->root))
		return st_fail_seq(err, STET_EFORMAT, ST_TABLE_DAMAGED, inclusion->seq,
		    "the stored tree does not lead from entry %" PRIu64
		    " to the root of the checkpoint",
		    inclusion->seq);
	return STET_OK;
}

static int
read_source(stet_ledger *ledger, struct source *source, stet_error *err)
{
	struct st_reader *reader = NULL;
	int rc;

	if ((rc = read_checkpoint(ledger, source, err)) == STET_OK &&
	    (rc = st_ledger_reader(ledger, &reader, err)) == STET_OK &&
	    (rc = read_entry(reader, source, err)) == STET_OK)
		rc = read_path(reader, source, err);
	st_reader_close(reader);
	return rc;
}

/* The state knows which key is in force. */
static int
sign(stet_ledger *ledger, const struct source *source, stet_passphrase *ask, void *ctx,
    struct st_buf *out, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_books books;
	struct st_head head;
	int rc;

	pthread_mutex_lock(&ledger->lock);
	if ((rc = st_ledger_reader(ledger, &reader, err)) == STET_OK) {
		books = (struct st_books){reader, reader};
		if ((rc = st_ledger_refresh(ledger, &books, &head, err)) == STET_OK &&
		    (rc = st_ledger_key(ledger, ask, ctx, err)) == STET_OK)
			rc = st_receipt_encode(st_buf_bytes(&source->entry), ledger->origin,
			    &source->inclusion, source->root, st_key_secret(ledger->key), out, err);
	}
	st_reader_close(reader);
	pthread_mutex_unlock(&ledger->lock);
	return rc;
}

static int
make(stet_ledger *ledger, const struct source *source, int form, stet_passphrase *ask, void *ctx,
    struct st_buf *out, stet_error *err)
{
	struct st_buf receipt = {0};
	struct st_entry entry;
	int rc;

	if (form == STET_RECEIPT_TLOG) {
		st_tlog_proof_encode(st_buf_bytes(&source->entry), &source->inclusion,
		    st_buf_bytes(&source->note), out);
		return out->rc < 0 ? st_fail_nomem(err) : STET_OK;
	}
	if (form == STET_RECEIPT_COSE)
		return sign(ledger, source, ask, ctx, out, err);
	if ((rc = st_entry_decode(st_buf_bytes(&source->entry), &entry, err)) == STET_OK &&
	    (rc = sign(ledger, source, ask, ctx, &receipt, err)) == STET_OK)
		rc = st_transparent_encode(entry.statement, st_buf_bytes(&receipt), out, err);
	st_buf_free(&receipt);
	return rc;
}

int
stet_receipt_of(stet_ledger *ledger, uint64_t seq, int form, stet_passphrase *ask, void *ctx,
    uint8_t **receipt_out, size_t *size_out, stet_error *err)
{
	struct source source = {0};
	struct st_buf out = {0};
	int rc;

	if (form != STET_RECEIPT_TLOG && form != STET_RECEIPT_COSE &&
	    form != STET_RECEIPT_STATEMENT)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "not a form of receipts");
	source.inclusion.seq = seq;
	if ((rc = read_source(ledger, &source, err)) == STET_OK &&
	    (rc = make(ledger, &source, form, ask, ctx, &out, err)) == STET_OK) {
		*receipt_out = out.data;
		*size_out = out.size;
	} else {
		st_buf_free(&out);
	}
	st_buf_free(&source.note);
	st_buf_free(&source.entry);
	return rc;
}
