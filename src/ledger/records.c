/* The records of a ledger, one after the other. */
#include "base/err.h"
#include "base/name.h"
#include "ledger/internal.h"
#include "record/record.h"
#include "standing/standing.h"

#define TELL_EVERY 64
/* What all records share is read once for so many of them, in one snapshot; a snapshot that is held
 * for longer makes a ledger grow that is written to meanwhile. */
#define RENEW_EVERY 256

struct walk {
	stet_ledger *ledger;
	uint64_t size;
	st_record_visit *visit;
	void *ctx;
	stet_progress *progress;
	void *progress_ctx;
	struct st_reader *reader;
	struct st_books books;
	struct st_shelf shelf;
	struct st_standing_feed *feed;
	unsigned read; /* in this snapshot */
};

static void
drop_feed(struct walk *walk)
{
	st_standing_feed_free(walk->feed);
	st_reader_close(walk->reader);
	walk->feed = NULL;
	walk->reader = NULL;
}

static int
want_feed(struct walk *walk, stet_error *err)
{
	int rc;

	if (walk->feed != NULL && walk->read++ < RENEW_EVERY)
		return STET_OK;
	drop_feed(walk);
	walk->read = 1;
	if ((rc = st_ledger_reader(walk->ledger, &walk->reader, err)) < 0)
		return rc;
	walk->books = (struct st_books){walk->reader, walk->reader};
	walk->shelf = (struct st_shelf){walk->ledger, &walk->books};
	return st_ledger_feed_new(&walk->shelf, walk->size, &walk->feed, err);
}

const char *
st_main_name(const struct st_standing *standing)
{
	const struct st_names *first;

	if (standing->record != ST_NO_FACT)
		return standing->names[0].name;
	first = &standing->names[standing->facts[0].name];
	return first->loose ? standing->names[0].name : first->name;
}

/* Each name once, at its first entry. */
static int
see_entry(void *ctx, uint64_t seq, stet_bytes encoded, stet_error *err)
{
	struct walk *walk = ctx;
	struct st_standing *standing = NULL;
	stet_entry *entry = NULL;
	stet_bytes name;
	int rc;

	if (seq % TELL_EVERY == 0 && walk->progress != NULL &&
	    walk->progress(walk->progress_ctx, "entries", seq, walk->size) != 0)
		return st_fail(err, STET_EINVAL, ST_STOPPED, "stopped");
	if ((rc = st_entry_new(encoded, &entry, err)) < 0)
		return rc == STET_EFORMAT ? st_fail_seq(err, STET_EFORMAT, ST_ENTRY_DAMAGED, seq,
						"the stored bytes of entry %llu do not parse",
						(unsigned long long)seq)
					  : rc;
	name = entry->read.statement.sign1.claims.sub;
	/* Keys, snapshots and the ledger itself are no records. */
	if (entry->read.entry.prior == NULL && !st_name_is_key(name) &&
	    !st_name_is_reserved(name) && entry->read.statement.type != ST_TYPE_SNAPSHOT &&
	    (rc = want_feed(walk, err)) == STET_OK &&
	    (rc = st_standing_feed_of(walk->feed, name, &standing, err)) == STET_OK &&
	    st_bytes_equal(st_str(st_main_name(standing)), name))
		rc = walk->visit(walk->ctx, standing, err);
	st_standing_free(standing);
	stet_entry_free(entry);
	return rc;
}

int
st_records_walk(stet_ledger *ledger, uint64_t size, st_record_visit *visit, void *ctx,
    stet_progress *progress, void *progress_ctx, stet_error *err)
{
	struct walk walk = {.ledger = ledger,
	    .size = size,
	    .visit = visit,
	    .ctx = ctx,
	    .progress = progress,
	    .progress_ctx = progress_ctx};
	int rc;

	rc = st_ledger_walk(ledger, 0, size, see_entry, &walk, err);
	drop_feed(&walk);
	return rc;
}

int
st_record_read(stet_ledger *ledger, const stet_id *id, uint64_t size,
    struct st_standing **standing_out, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_books books;
	struct st_buf name = {0};
	int rc;

	if ((rc = st_one_name(ledger, id, &name, err)) == STET_OK &&
	    (rc = st_ledger_reader(ledger, &reader, err)) == STET_OK) {
		books = (struct st_books){reader, reader};
		rc = st_ledger_standing(
		    ledger, &books, st_buf_bytes(&name), size, standing_out, err);
		st_reader_close(reader);
	}
	st_buf_free(&name);
	return rc;
}
