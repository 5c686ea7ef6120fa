/* Standings of what the ledger has: the newest, or of a moment. */
#include <stet/standing.h>

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ledger/internal.h"
#include "record/record.h"

/* Beside a proof: what stands open, is not withheld and is there, wherever that is judged. */
static int
held_beside(const struct st_shelf *shelf, const struct st_statement *statement,
    enum st_held *held_out, stet_error *err)
{
	uint8_t sha256[32];
	stet_bytes digest;
	uint64_t size;
	int rc, withheld;

	if (st_cbor_member_bytes(statement->sign1.payload, "sha256", &digest) < 0 ||
	    digest.size != sizeof(sha256))
		return STET_OK;
	memcpy(sha256, digest.data, sizeof(sha256)); /* the search below reads other entries */
	if ((rc = st_artifact_withheld(shelf->books, sha256, &withheld, err)) < 0)
		return rc;
	if (withheld) {
		*held_out = ST_HELD_WITHHELD;
		return STET_OK;
	}
	rc = st_artifact_size(shelf->ledger, sha256, &size, err);
	if (rc < 0 && rc != STET_ENOTFOUND)
		return rc;
	*held_out = rc == STET_OK ? ST_HELD_HERE : ST_HELD_NOT;
	return STET_OK;
}

static int
held_here(void *ctx, const struct st_statement *statement, enum st_held *held_out, stet_error *err)
{
	const struct st_shelf *shelf = ctx;
	uint8_t sha256[32];
	stet_bytes digest;
	stet_error why;
	int rc, withheld;

	*held_out = ST_HELD_UNKNOWN;
	if (shelf->ledger->of_proof)
		return held_beside(shelf, statement, held_out, err);
	if ((st_cbor_member_bytes(statement->sign1.payload, "sha256", &digest) < 0 &&
		st_cbor_member_bytes(statement->sign1.payload, "blinded", &digest) < 0) ||
	    digest.size != sizeof(sha256))
		return STET_OK;
	memcpy(sha256, digest.data, sizeof(sha256)); /* the search below reads other entries */
	st_error_clear(&why);
	rc = st_artifact_check(shelf->ledger, statement, &why);
	if (rc == STET_OK || rc == STET_EREFUSED)
		*held_out = rc == STET_OK ? ST_HELD_HERE : ST_HELD_NOT;
	if (rc == STET_ENOMEM)
		return st_fail_nomem(err);
	if (rc != STET_EREFUSED)
		return STET_OK;
	if ((rc = st_artifact_withheld(shelf->books, sha256, &withheld, err)) < 0)
		return rc;
	if (withheld)
		*held_out = ST_HELD_WITHHELD;
	return STET_OK;
}

int
st_ledger_feed_new(
    struct st_shelf *shelf, uint64_t size, struct st_standing_feed **feed_out, stet_error *err)
{
	const struct st_feed_from from = {shelf->books, size, held_here, shelf, NULL};

	return st_standing_feed_new(&from, feed_out, err);
}

int
st_ledger_standing(stet_ledger *ledger, const struct st_books *books, stet_bytes name,
    uint64_t size, struct st_standing **standing_out, stet_error *err)
{
	struct st_shelf shelf = {ledger, books};
	struct st_standing_feed *feed = NULL;
	int rc;

	if ((rc = st_ledger_feed_new(&shelf, size, &feed, err)) == STET_OK)
		rc = st_standing_feed_of(feed, name, standing_out, err);
	st_standing_feed_free(feed);
	return rc;
}

/* --- the public standing -----------------------------------------------------------------------
 */

struct stet_standings {
	stet_ledger *ledger;
	struct st_reader *reader;
	struct st_books books;
	struct st_shelf shelf;
	struct st_standing_feed *feed;
	struct st_as_of as_of;
};

/* The newest seal before the moment. */
static int
find_seal(stet_standings *standings, stet_error *err)
{
	const struct st_books *books = &standings->books;
	struct st_read read;
	uint64_t count;
	uint8_t key[32];
	int rc;

	standings->as_of.seal = STET_NO_SEQ;
	st_map_key(st_str(ST_NAME_SEAL), key);
	if ((rc = st_count_before(books, key, standings->as_of.size, &count, err)) < 0 ||
	    count == 0)
		return rc;
	if ((rc = st_books_nth(books, key, count - 1, &standings->as_of.seal, err)) < 0 ||
	    (rc = st_books_entry(books, standings->as_of.seal, &read, err)) < 0)
		return rc;
	standings->as_of.sealed_ms = read.entry.ms;
	return STET_OK;
}

int
stet_standings_open(
    stet_ledger *ledger, stet_at at, stet_standings **standings_out, stet_error *err)
{
	stet_standings *standings = calloc(1, sizeof(*standings));
	int rc;

	if (standings == NULL)
		return st_fail_nomem(err);
	standings->ledger = ledger;
	if ((rc = st_ledger_reader(ledger, &standings->reader, err)) == STET_OK) {
		standings->books = (struct st_books){standings->reader, standings->reader};
		standings->shelf = (struct st_shelf){ledger, &standings->books};
		if ((rc = st_size_at(&standings->books, at, &standings->as_of.size, err)) ==
			STET_OK &&
		    (rc = find_seal(standings, err)) == STET_OK)
			rc = st_ledger_feed_new(
			    &standings->shelf, standings->as_of.size, &standings->feed, err);
	}
	if (rc < 0)
		stet_standings_close(standings);
	else
		*standings_out = standings;
	return rc;
}

int
stet_standings_read(
    stet_standings *standings, const stet_id *id, stet_standing **standing_out, stet_error *err)
{
	struct st_buf name = {0};
	int rc;

	if ((rc = st_one_name(standings->ledger, id, &name, err)) == STET_OK)
		rc = st_standing_public(standings->feed, st_buf_bytes(&name), stet_id_text(id),
		    standings->ledger->id, &standings->as_of, standing_out, err);
	st_buf_free(&name);
	return rc;
}

void
stet_standings_close(stet_standings *standings)
{
	if (standings == NULL)
		return;
	st_standing_feed_free(standings->feed);
	st_reader_close(standings->reader);
	free(standings);
}

int
stet_standing_of(stet_ledger *ledger, const stet_id *id, stet_at at, stet_standing **standing_out,
    stet_error *err)
{
	stet_standings *standings = NULL;
	int rc;

	if ((rc = stet_standings_open(ledger, at, &standings, err)) == STET_OK)
		rc = stet_standings_read(standings, id, standing_out, err);
	stet_standings_close(standings);
	return rc;
}
