/* Standings: the entries that the fold wants, read from books. */
#include <stdlib.h>
#include <string.h>

#include "admission/closure.h"
#include "admission/state.h"
#include "base/err.h"
#include "record/record.h"

/* One chain that many records need: stet:ledger, or a key that signed.  Kept for the next record.
 */
struct kept {
	uint64_t seq;
	uint8_t leaf[32];
	struct st_buf encoded;
};
struct chain {
	uint8_t key[32]; /* of its name */
	struct kept *entries;
	size_t count;
	uint64_t used; /* by which record last */
};

/* An entry that the fold gets. */
struct wanted {
	uint64_t seq;
	const struct kept *kept; /* NULL: still to be read */
};

struct st_standing_feed {
	struct st_feed_from from;
	struct chain *chains;
	size_t chain_count, chain_room;
	struct wanted *wanted; /* of the record at hand */
	size_t count, room;
	uint64_t turn; /* which record it is */
	stet_error *err;
};

int
st_standing_feed_new(
    const struct st_feed_from *from, struct st_standing_feed **feed_out, stet_error *err)
{
	struct st_standing_feed *feed = calloc(1, sizeof(*feed));

	if (feed == NULL)
		return st_fail_nomem(err);
	feed->from = *from;
	*feed_out = feed;
	return STET_OK;
}

static void
free_chain(struct chain *chain)
{
	size_t i;

	for (i = 0; i < chain->count; i++)
		st_buf_free(&chain->entries[i].encoded);
	free(chain->entries);
}

void
st_standing_feed_free(struct st_standing_feed *feed)
{
	size_t i;

	if (feed == NULL)
		return;
	for (i = 0; i < feed->chain_count; i++)
		free_chain(&feed->chains[i]);
	free(feed->chains);
	free(feed->wanted);
	free(feed);
}

/* --- which entries ------------------------------------------------------------------------------
 */

static int
want(struct st_standing_feed *feed, uint64_t seq, const struct kept *kept)
{
	size_t room = feed->room == 0 ? 32 : feed->room * 2;
	struct wanted *wanted;

	if (feed->count == feed->room) {
		if ((wanted = realloc(feed->wanted, room * sizeof(*wanted))) == NULL)
			return st_fail_nomem(feed->err);
		feed->wanted = wanted;
		feed->room = room;
	}
	feed->wanted[feed->count++] = (struct wanted){seq, kept};
	return STET_OK;
}

/* All entries about a name up to the moment. */
static int
want_name(struct st_standing_feed *feed, const uint8_t name_key[32])
{
	uint64_t count, nth, seq;
	int rc;

	if ((rc = st_count_before(feed->from.books, name_key, feed->from.size, &count, feed->err)) <
	    0)
		return rc;
	for (nth = 0; nth < count; nth++)
		if ((rc = st_books_nth(feed->from.books, name_key, nth, &seq, feed->err)) < 0 ||
		    (rc = want(feed, seq, NULL)) < 0)
			return rc;
	return STET_OK;
}

static int
read_kept(
    struct st_standing_feed *feed, const uint8_t name_key[32], uint64_t nth, struct kept *kept)
{
	struct st_read read;
	int rc;

	if ((rc = st_books_nth(feed->from.books, name_key, nth, &kept->seq, feed->err)) < 0 ||
	    (rc = st_books_leaf(feed->from.books, kept->seq, kept->leaf, feed->err)) < 0 ||
	    (rc = st_books_entry(feed->from.books, kept->seq, &read, feed->err)) < 0)
		return rc;
	st_buf_put_bytes(&kept->encoded, read.encoded);
	return kept->encoded.rc < 0 ? st_fail_nomem(feed->err) : STET_OK;
}

/* Reads a chain for this and later records. */
static int
keep_chain(struct st_standing_feed *feed, const uint8_t name_key[32], struct chain **chain_out)
{
	size_t room = feed->chain_room == 0 ? 8 : feed->chain_room * 2;
	struct chain chain = {{0}, NULL, 0, 0}, *chains;
	uint64_t count;
	int rc;

	if (feed->chain_count == feed->chain_room) {
		if ((chains = realloc(feed->chains, room * sizeof(*chains))) == NULL)
			return st_fail_nomem(feed->err);
		feed->chains = chains;
		feed->chain_room = room;
	}
	if ((rc = st_count_before(feed->from.books, name_key, feed->from.size, &count, feed->err)) <
	    0)
		return rc;
	memcpy(chain.key, name_key, 32);
	if (count > 0 && (chain.entries = calloc(count, sizeof(*chain.entries))) == NULL)
		return st_fail_nomem(feed->err);
	while (chain.count < count) {
		rc = read_kept(feed, name_key, chain.count, &chain.entries[chain.count]);
		chain.count++;
		if (rc < 0) {
			free_chain(&chain);
			return rc;
		}
	}
	feed->chains[feed->chain_count] = chain;
	*chain_out = &feed->chains[feed->chain_count++];
	return STET_OK;
}

static int
want_chain(struct st_standing_feed *feed, const uint8_t name_key[32])
{
	struct chain *chain = NULL;
	size_t i;
	int rc;

	for (i = 0; chain == NULL && i < feed->chain_count; i++)
		if (memcmp(feed->chains[i].key, name_key, 32) == 0)
			chain = &feed->chains[i];
	if (chain == NULL && (rc = keep_chain(feed, name_key, &chain)) < 0)
		return rc;
	if (chain->used == feed->turn)
		return STET_OK;
	chain->used = feed->turn;
	for (i = 0; i < chain->count; i++)
		if ((rc = want(feed, chain->entries[i].seq, &chain->entries[i])) < 0)
			return rc;
	return STET_OK;
}

/* The chains that say how to read the record's: its signers' keys, and the ledger's own. */
static int
want_context(struct st_standing_feed *feed)
{
	char name[ST_KEY_NAME_SIZE];
	uint8_t key[32], last[32] = {0};
	struct st_read read;
	size_t i, own = feed->count;
	int rc;

	for (i = 0; i < own; i++) {
		rc = st_books_entry(feed->from.books, feed->wanted[i].seq, &read, feed->err);
		if (rc < 0)
			return rc;
		if (i > 0 && memcmp(last, read.statement.sign1.kid, 32) == 0)
			continue;
		memcpy(last, read.statement.sign1.kid, 32);
		st_key_name(last, name);
		st_map_key(st_str(name), key);
		if ((rc = want_chain(feed, key)) < 0)
			return rc;
	}
	st_map_key(st_str(ST_NAME_LEDGER), key);
	return want_chain(feed, key);
}

/* --- which names -------------------------------------------------------------------------------
 */

/* The newest entry about a name that is signed here, of one type or of any (ST_TYPE_UNKNOWN). */
static int
newest_own(struct st_standing_feed *feed, const uint8_t name_key[32], enum st_type type,
    struct st_read *read_out, int *found_out)
{
	static const uint8_t none[32];
	struct st_index_row row;
	uint64_t nth, seq;
	int rc;

	*found_out = 0;
	if ((rc = st_books_index(feed->from.books, name_key, &row, feed->err)) < 0 ||
	    memcmp(row.own, none, 32) == 0 ||
	    (rc = st_count_before(feed->from.books, name_key, feed->from.size, &nth, feed->err)) <
		0)
		return rc;
	while (nth-- > 0 && !*found_out) {
		if ((rc = st_books_nth(feed->from.books, name_key, nth, &seq, feed->err)) < 0 ||
		    (rc = st_books_entry(feed->from.books, seq, read_out, feed->err)) < 0)
			return rc;
		*found_out = read_out->statement.source.data == NULL &&
			     (type == ST_TYPE_UNKNOWN || read_out->statement.type == type);
	}
	return STET_OK;
}

static int
is_firm(const struct st_closure *closure, stet_bytes name)
{
	size_t i;

	for (i = 0; i < closure->count; i++)
		if (!closure->names[i].loose &&
		    st_bytes_equal(st_str(closure->names[i].name), name))
			return 1;
	return 0;
}

/* A name that was bound to the record here is one of its own, also where no record lists it. */
static int
take_bound(struct st_standing_feed *feed, struct st_closure *closure)
{
	stet_bytes action, record;
	struct st_read read;
	int rc, found;
	size_t i;

	for (i = 0; i < closure->count; i++) {
		if (!closure->names[i].loose)
			continue;
		rc = newest_own(feed, closure->names[i].key, ST_TYPE_ALIAS, &read, &found);
		if (rc < 0)
			return rc;
		if (found &&
		    st_cbor_member_text(read.statement.sign1.payload, "action", &action) ==
			STET_OK &&
		    st_cbor_member_text(read.statement.sign1.payload, "record", &record) ==
			STET_OK &&
		    st_bytes_equal(action, st_str("bind")) && is_firm(closure, record))
			closure->names[i].loose = 0;
	}
	return STET_OK;
}

/* Where nothing was signed here about the name asked for, but a record that observers link with it
 * was opened here, that record is meant: its place in names, or that of the name asked for. */
static int
find_meant(struct st_standing_feed *feed, const struct st_closure *closure, size_t *at_out)
{
	struct st_read read;
	int rc, found, loose;
	size_t i;

	*at_out = 0;
	for (loose = 0; loose <= 1; loose++)
		for (i = 0; i < closure->count; i++) {
			if (closure->names[i].loose != loose)
				continue;
			rc = newest_own(feed, closure->names[i].key,
			    loose ? ST_TYPE_RECORD : ST_TYPE_UNKNOWN, &read, &found);
			if (rc < 0)
				return rc;
			if (found) {
				*at_out = loose ? i : 0;
				return STET_OK;
			}
		}
	return STET_OK;
}

/* Names of which the books do not have the entries: that there are none here says nothing. */
static void
drop_uncovered(struct st_standing_feed *feed, struct st_closure *closure)
{
	size_t i, kept = 0;

	if (feed->from.cover == NULL)
		return;
	for (i = 0; i < closure->count; i++)
		if (i == 0 || feed->from.cover->has(feed->from.cover->ctx, closure->names[i].key))
			closure->names[kept++] = closure->names[i];
		else
			free(closure->names[i].name);
	closure->count = kept;
}

static int
close_from(struct st_standing_feed *feed, stet_bytes name, struct st_closure *closure)
{
	int rc = st_closure_of(feed->from.books, name, feed->from.size, 1, closure, feed->err);

	if (rc == STET_OK)
		drop_uncovered(feed, closure);
	return rc == STET_OK && closure->count > 1 ? take_bound(feed, closure) : rc;
}

static int
close_names(struct st_standing_feed *feed, stet_bytes name, struct st_closure *closure)
{
	struct st_closure other = {0};
	size_t meant;
	int rc;

	if ((rc = close_from(feed, name, closure)) < 0 || closure->count == 1 ||
	    (rc = find_meant(feed, closure, &meant)) < 0 || meant == 0)
		return rc;
	if ((rc = close_from(feed, st_str(closure->names[meant].name), &other)) < 0) {
		st_closure_clear(&other);
		return rc;
	}
	st_closure_clear(closure);
	*closure = other;
	return STET_OK;
}

/* --- feeding the fold --------------------------------------------------------------------------
 */

static int
compare_wanted(const void *a, const void *b)
{
	uint64_t left = ((const struct wanted *)a)->seq, right = ((const struct wanted *)b)->seq;

	return left < right ? -1 : left > right;
}

static int
is_held(struct st_standing_feed *feed, const struct st_statement *statement, enum st_held *held_out)
{
	*held_out = ST_HELD_UNKNOWN;
	if (statement->type != ST_TYPE_ARTIFACT || feed->from.held == NULL)
		return STET_OK;
	return feed->from.held(feed->from.held_ctx, statement, held_out, feed->err);
}

static int
feed_entry(struct st_standing_feed *feed, uint64_t seq, struct st_fold *fold)
{
	uint8_t leaf[32];
	enum st_held held;
	struct st_read read;
	int rc;

	if ((rc = st_books_leaf(feed->from.books, seq, leaf, feed->err)) < 0 ||
	    (rc = st_books_entry(feed->from.books, seq, &read, feed->err)) < 0 ||
	    (rc = is_held(feed, &read.statement, &held)) < 0)
		return rc;
	/* Looking for content may have read other entries. */
	if ((held == ST_HELD_NOT || held == ST_HELD_WITHHELD) &&
	    (rc = st_books_entry(feed->from.books, seq, &read, feed->err)) < 0)
		return rc;
	return st_fold_add(fold, read.encoded, leaf, held, feed->err);
}

static int
feed_entries(struct st_standing_feed *feed, struct st_fold *fold)
{
	const struct wanted *wanted;
	int rc = STET_OK;
	size_t i;

	qsort(feed->wanted, feed->count, sizeof(*feed->wanted), compare_wanted);
	for (i = 0; rc == STET_OK && i < feed->count; i++) {
		wanted = &feed->wanted[i];
		if (i > 0 && wanted->seq == wanted[-1].seq)
			continue;
		if (wanted->kept == NULL)
			rc = feed_entry(feed, wanted->seq, fold);
		else
			rc = st_fold_add(fold, st_buf_bytes(&wanted->kept->encoded),
			    wanted->kept->leaf, ST_HELD_UNKNOWN, feed->err);
	}
	return rc;
}

int
st_standing_feed_of(struct st_standing_feed *feed, stet_bytes name,
    struct st_standing **standing_out, stet_error *err)
{
	struct st_closure closure = {0};
	struct st_fold *fold = NULL;
	size_t i;
	int rc;

	feed->err = err;
	feed->count = 0;
	feed->turn++;
	if ((rc = close_names(feed, name, &closure)) < 0 || (rc = st_fold_new(&fold, err)) < 0)
		goto done;
	for (i = 0; i < closure.count; i++)
		if ((rc = st_fold_name(
			 fold, st_str(closure.names[i].name), closure.names[i].loose, err)) < 0 ||
		    (rc = want_name(feed, closure.names[i].key)) < 0)
			goto done;
	if (feed->count == 0)
		rc = st_fail(err, STET_ENOTFOUND, ST_NOT_IN_LEDGER, "no entry is about '%.*s'",
		    (int)(name.size < 200 ? name.size : 200), (const char *)name.data);
	else if ((rc = want_context(feed)) == STET_OK && (rc = feed_entries(feed, fold)) == STET_OK)
		rc = st_fold_end(&fold, standing_out, err);
done:
	st_fold_free(fold);
	st_closure_clear(&closure);
	return rc;
}
