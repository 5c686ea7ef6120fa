/* Every derived table again, from nothing but the entries, in one batch: either all of them are new
 * or none is. */
#include <string.h>

#include "base/err.h"
#include "ledger/internal.h"

#define TELL_EVERY 2048

struct reindexing {
	struct st_enter enter;
	struct st_state state;
	struct st_books books;
	uint64_t total;
	stet_progress *progress;
	void *ctx;
};

static int
enter_again(void *ctx, uint64_t seq, stet_bytes encoded, stet_error *err)
{
	struct reindexing *again = ctx;
	struct st_statement statement;
	struct st_entry entry;
	struct st_case c;
	uint8_t leaf[32];
	int rc;

	memset(&c, 0, sizeof(c));
	if ((rc = st_entry_decode(encoded, &entry, err)) < 0 ||
	    (rc = st_statement_read(entry.statement, &statement, err)) < 0 || entry.seq != seq ||
	    seq != again->state.size)
		return st_fail_seq(err, STET_EFORMAT, ST_ENTRY_DAMAGED, seq,
		    "entry %llu is missing or damaged: tables cannot be made from it",
		    (unsigned long long)again->state.size);
	c.state = &again->state;
	c.books = &again->books;
	c.entry = &entry;
	c.statement = &statement;
	if ((rc = st_case_prepare(&c, err)) < 0 ||
	    (rc = st_enter(&again->enter, &c, encoded, leaf, err)) < 0)
		return rc;
	if (again->progress != NULL && seq % TELL_EVERY == 0 &&
	    again->progress(again->ctx, "entries", seq, again->total) != 0)
		return st_fail(
		    err, STET_EINVAL, ST_STOPPED, "stopped; the tables are as they were");
	return STET_OK;
}

static int
clear_derived(struct st_batch *batch, stet_error *err)
{
	static const enum st_table derived[] = {
	    ST_TREE, ST_ABOUT, ST_INDEX, ST_TRIE, ST_CTI, ST_LOOKUP};
	static const char *const rows[] = {"head", "types", ST_META_SEALS};
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && i < sizeof(derived) / sizeof(derived[0]); i++)
		rc = st_batch_clear(batch, derived[i], err);
	for (i = 0; rc >= STET_OK && i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((rc = st_batch_delete(batch, ST_META, st_str(rows[i]), err)) == STET_ENOTFOUND)
			rc = STET_OK;
	return rc;
}

static int
reindex_in(
    struct st_store *store, struct st_batch *batch, struct reindexing *again, stet_error *err)
{
	struct st_reader *entries = NULL;
	uint8_t index[32];
	int rc;

	/* The batch holds the lock, so this snapshot has all entries there will be. */
	if ((rc = st_reader_open(store, &entries, err)) < 0)
		return rc;
	again->books = (struct st_books){entries, st_batch_reader(batch)};
	if ((rc = st_reader_rows(entries, ST_ENTRY, &again->total, err)) == STET_OK &&
	    (rc = clear_derived(batch, err)) == STET_OK &&
	    (rc = st_enter_begin(&again->enter, batch, &again->state, 0, err)) == STET_OK &&
	    (rc = st_reader_walk(entries, enter_again, again, err)) == STET_OK &&
	    (rc = st_enter_index(&again->enter, index, err)) == STET_OK)
		rc = st_enter_end(&again->enter, err);
	st_reader_close(entries);
	return rc;
}

int
st_store_reindex(
    struct st_store *store, int wait_ms, stet_progress *progress, void *ctx, stet_error *err)
{
	struct st_batch *batch = NULL;
	struct reindexing again;
	int rc, tries;

	for (tries = 0; tries < 8; tries++) {
		memset(&again, 0, sizeof(again));
		again.progress = progress;
		again.ctx = ctx;
		st_state_init(&again.state);
		if ((rc = st_batch_begin(store, wait_ms, &batch, err)) == STET_OK &&
		    (rc = reindex_in(store, batch, &again, err)) == STET_OK)
			rc = st_batch_commit(&batch, err);
		st_batch_abort(&batch);
		st_enter_clear(&again.enter);
		st_state_clear(&again.state);
		if (rc != STET_ERETRY)
			break;
	}
	return rc;
}

int
stet_ledger_reindex(stet_ledger *ledger, stet_progress *progress, void *ctx, stet_error *err)
{
	int rc;

	pthread_mutex_lock(&ledger->lock);
	ledger->state_known = 0;
	rc = st_store_reindex(ledger->store, ledger->options.wait_ms, progress, ctx, err);
	pthread_mutex_unlock(&ledger->lock);
	return rc;
}
