/* The contents that entries name, each once, in the order of their look-ups: that of digests of
 * their digests, which is the same for the same entries and needs no list in memory. */
#include <string.h>

#include "admission/lookup.h"
#include "bag/bag.h"
#include "base/err.h"
#include "base/hex.h"

#define TELL_EVERY 256

struct packing {
	struct st_bagging *bagging;
	const struct st_books *books;
	uint8_t what[32]; /* the look-up being walked */
	int given;        /* its content was handled  */
	uint64_t seen;
	stet_error *err;
};

static int
pack_content(struct packing *packing, const uint8_t digest[32], stet_error *err)
{
	struct st_bagging *bagging = packing->bagging;
	char hex[65], name[128];
	uint64_t size;
	int rc;

	rc = stet_ledger_has_artifact(bagging->ledger, digest, &size, err);
	if (rc == STET_ENOTFOUND) {
		bagging->result.missing++;
		return STET_OK;
	}
	if (rc < 0)
		return rc;
	st_hex(digest, 32, hex);
	snprintf(name, sizeof(name), ST_BAG_ARTIFACTS "%.2s/%s", hex, hex + 2);
	bagging->result.artifacts++;
	if (bagging->known != NULL && (rc = bagging->known(bagging->ctx, name, err)) != 0)
		return rc < 0 ? rc : STET_OK;
	if ((rc = st_bag_begin(bagging, name, size, err)) < 0)
		return rc;
	rc = stet_ledger_artifact(bagging->ledger, digest, st_pack_sink, bagging->pack, err);
	if (rc < 0)
		return st_pack_why(bagging->pack, rc, err);
	return st_bag_end(bagging, err);
}

static int
see_content(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	struct packing *packing = ctx;
	struct st_bagging *bagging = packing->bagging;
	uint8_t digest[32];
	struct st_read read;
	int rc, blinded, withheld;

	(void)detail;
	if (memcmp(packing->what, what, 32) != 0) {
		memcpy(packing->what, what, 32);
		packing->given = 0;
	}
	if (packing->given || seq >= bagging->checkpoint.size)
		return STET_OK;
	if (++packing->seen % TELL_EVERY == 0 && bagging->options->progress != NULL &&
	    bagging->options->progress(
		bagging->options->progress_ctx, "artifacts", packing->seen, 0) != 0)
		return st_fail(packing->err, STET_EINVAL, ST_STOPPED, "stopped");
	if ((rc = st_books_entry(packing->books, seq, &read, packing->err)) < 0)
		return rc;
	if (!st_artifact_gives(&read, what, digest, &blinded))
		return STET_OK;
	packing->given = 1;
	if (seq < bagging->since.size)
		return STET_OK; /* the bag before has it */
	if (blinded) {
		bagging->result.blinded++;
		return STET_OK;
	}
	if ((rc = st_artifact_withheld(packing->books, digest, &withheld, packing->err)) < 0 ||
	    withheld)
		return rc;
	return pack_content(packing, digest, packing->err);
}

int
st_bag_artifacts(struct st_bagging *bagging, stet_error *err)
{
	struct packing packing = {.bagging = bagging, .err = err};
	struct st_reader *reader = NULL, *rows = NULL;
	struct st_books books;
	int rc;

	/* The walk has a reader of its own: what a reader answers lives until its next answer. */
	if ((rc = st_ledger_reader(bagging->ledger, &reader, err)) == STET_OK &&
	    (rc = st_ledger_reader(bagging->ledger, &rows, err)) == STET_OK) {
		books = (struct st_books){reader, reader};
		packing.books = &books;
		rc = st_lookup_walk(
		    rows, ST_LOOKUP_CONTENT, (stet_bytes){NULL, 0}, 0, see_content, &packing, err);
	}
	st_reader_close(rows);
	st_reader_close(reader);
	return rc;
}
