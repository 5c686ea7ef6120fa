/* Standings: the entries that the fold wants, read from the tables. */
#include <stet/standing.h>

#include <stdlib.h>
#include <string.h>

#include "admission/closure.h"
#include "base/err.h"
#include "base/time.h"
#include "ledger/internal.h"
#include "standing/standing.h"

struct stet_standing {
	struct st_standing *standing;
	stet_finding *findings;
	char *id, *ledger_id;
	uint64_t size, seal, sealed_ms; /* as of; seal STET_NO_SEQ: none yet */
	stet_json *json;
};

/* Which entries the fold gets. */
struct feed {
	stet_ledger *ledger;
	const struct st_books *books;
	uint64_t size;
	uint64_t *seqs;
	size_t count, room;
	uint8_t (*kids)[32]; /* the keys that signed; the first `known` were looked at */
	size_t kid_count, kid_room;
	stet_error *err;
};

static int
add_seq(struct feed *feed, uint64_t seq)
{
	size_t room = feed->room == 0 ? 32 : feed->room * 2;
	uint64_t *seqs;

	if (feed->count == feed->room) {
		if ((seqs = realloc(feed->seqs, room * sizeof(*seqs))) == NULL)
			return st_fail_nomem(feed->err);
		feed->seqs = seqs;
		feed->room = room;
	}
	feed->seqs[feed->count++] = seq;
	return STET_OK;
}

static int
add_kid(struct feed *feed, const uint8_t kid[32])
{
	size_t room = feed->kid_room == 0 ? 8 : feed->kid_room * 2, i;
	void *kids;

	for (i = 0; i < feed->kid_count; i++)
		if (memcmp(feed->kids[i], kid, 32) == 0)
			return STET_OK;
	if (feed->kid_count == feed->kid_room) {
		if ((kids = realloc(feed->kids, room * 32)) == NULL)
			return st_fail_nomem(feed->err);
		feed->kids = kids;
		feed->kid_room = room;
	}
	memcpy(feed->kids[feed->kid_count++], kid, 32);
	return STET_OK;
}

/* All entries about a name up to the moment. */
static int
add_name(struct feed *feed, const uint8_t name_key[32])
{
	uint64_t count, nth, seq;
	int rc;

	if ((rc = st_count_before(feed->books, name_key, feed->size, &count, feed->err)) < 0)
		return rc;
	for (nth = 0; nth < count; nth++)
		if ((rc = st_books_nth(feed->books, name_key, nth, &seq, feed->err)) < 0 ||
		    (rc = add_seq(feed, seq)) < 0)
			return rc;
	return STET_OK;
}

static int
add_signers(struct feed *feed)
{
	char name[ST_KEY_NAME_SIZE];
	uint8_t key[32];
	struct st_read read;
	size_t i, own = feed->count;
	int rc;

	for (i = 0; i < own; i++)
		if ((rc = st_books_entry(feed->books, feed->seqs[i], &read, feed->err)) < 0 ||
		    (rc = add_kid(feed, read.statement.sign1.kid)) < 0)
			return rc;
	for (i = 0; i < feed->kid_count; i++) {
		st_key_name(feed->kids[i], name);
		st_map_key(st_str(name), key);
		if ((rc = add_name(feed, key)) < 0)
			return rc;
	}
	return STET_OK;
}

static int
compare_seqs(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static int
is_held(struct feed *feed, const struct st_statement *statement, enum st_held *held_out)
{
	stet_bytes digest;
	stet_error why;
	int rc, withheld;

	*held_out = ST_HELD_UNKNOWN;
	if (statement->type != ST_TYPE_ARTIFACT)
		return STET_OK;
	st_error_clear(&why);
	rc = st_artifact_check(feed->ledger, statement, &why);
	if (rc == STET_OK || rc == STET_EREFUSED)
		*held_out = rc == STET_OK ? ST_HELD_HERE : ST_HELD_NOT;
	else if (rc == STET_ENOMEM)
		return st_fail_nomem(feed->err);
	if (rc != STET_EREFUSED ||
	    (st_cbor_member_bytes(statement->sign1.payload, "sha256", &digest) < 0 &&
		st_cbor_member_bytes(statement->sign1.payload, "blinded", &digest) < 0))
		return STET_OK;
	if ((rc = st_artifact_withheld(feed->books, digest.data, &withheld, feed->err)) < 0)
		return rc;
	if (withheld)
		*held_out = ST_HELD_WITHHELD;
	return STET_OK;
}

static int
feed_entries(struct feed *feed, struct st_fold *fold)
{
	uint8_t leaf[32];
	enum st_held held;
	struct st_read read;
	size_t i;
	int rc;

	qsort(feed->seqs, feed->count, sizeof(*feed->seqs), compare_seqs);
	for (i = 0; i < feed->count; i++) {
		if (i > 0 && feed->seqs[i] == feed->seqs[i - 1])
			continue;
		if ((rc = st_books_leaf(feed->books, feed->seqs[i], leaf, feed->err)) < 0 ||
		    (rc = st_books_entry(feed->books, feed->seqs[i], &read, feed->err)) < 0 ||
		    (rc = is_held(feed, &read.statement, &held)) < 0)
			return rc;
		/* Looking for content may have read other entries. */
		if (held != ST_HELD_UNKNOWN && held != ST_HELD_HERE &&
		    (rc = st_books_entry(feed->books, feed->seqs[i], &read, feed->err)) < 0)
			return rc;
		if ((rc = st_fold_add(fold, read.encoded, leaf, held, feed->err)) < 0)
			return rc;
	}
	return STET_OK;
}

int
st_ledger_standing(stet_ledger *ledger, const struct st_books *books, stet_bytes name,
    uint64_t size, struct st_standing **standing_out, stet_error *err)
{
	struct feed feed = {ledger, books, size, NULL, 0, 0, NULL, 0, 0, err};
	struct st_closure closure = {0};
	struct st_fold *fold = NULL;
	uint8_t key[32];
	size_t i;
	int rc;

	if ((rc = st_closure_of(books, name, size, 1, &closure, err)) < 0 ||
	    (rc = st_fold_new(&fold, err)) < 0)
		goto done;
	for (i = 0; i < closure.count; i++)
		if ((rc = st_fold_name(
			 fold, st_str(closure.names[i].name), closure.names[i].loose, err)) < 0 ||
		    (rc = add_name(&feed, closure.names[i].key)) < 0)
			goto done;
	if (feed.count == 0) {
		rc = st_fail(err, STET_ENOTFOUND, ST_NOT_IN_LEDGER, "no entry is about '%.*s'",
		    (int)(name.size < 200 ? name.size : 200), (const char *)name.data);
		goto done;
	}
	st_map_key(st_str(ST_NAME_LEDGER), key);
	if ((rc = add_signers(&feed)) == STET_OK && (rc = add_name(&feed, key)) == STET_OK &&
	    (rc = feed_entries(&feed, fold)) == STET_OK)
		rc = st_fold_end(&fold, standing_out, err);
done:
	st_fold_free(fold);
	st_closure_clear(&closure);
	free(feed.seqs);
	free(feed.kids);
	return rc;
}

/* --- the public standing -----------------------------------------------------------------------
 */

/* The newest seal before the moment. */
static int
find_seal(stet_standing *standing, const struct st_books *books, stet_error *err)
{
	struct st_read read;
	uint64_t count;
	uint8_t key[32];
	int rc;

	standing->seal = STET_NO_SEQ;
	st_map_key(st_str(ST_NAME_SEAL), key);
	if ((rc = st_count_before(books, key, standing->size, &count, err)) < 0 || count == 0)
		return rc;
	if ((rc = st_books_nth(books, key, count - 1, &standing->seal, err)) < 0 ||
	    (rc = st_books_entry(books, standing->seal, &read, err)) < 0)
		return rc;
	standing->sealed_ms = read.entry.ms;
	return STET_OK;
}

int
st_findings_copy(const struct st_standing *from, stet_finding **findings_out, stet_error *err)
{
	const struct st_standing_finding *finding;
	stet_finding *findings;
	size_t i;

	if (from->finding_count == 0)
		return STET_OK;
	if ((findings = calloc(from->finding_count, sizeof(*findings))) == NULL)
		return st_fail_nomem(err);
	for (i = 0; i < from->finding_count; i++) {
		finding = &from->findings[i];
		findings[i] = (stet_finding){stet_rule_name(finding->rule),
		    i >= from->finding_count - from->gap_count,
		    finding->first != ST_NO_FACT ? from->facts[finding->first].seq : STET_NO_SEQ,
		    finding->second != ST_NO_FACT ? from->facts[finding->second].seq : STET_NO_SEQ,
		    finding->text};
	}
	*findings_out = findings;
	return STET_OK;
}

int
stet_standing_of(stet_ledger *ledger, const stet_id *id, stet_at at, stet_standing **standing_out,
    stet_error *err)
{
	stet_standing *standing = calloc(1, sizeof(*standing));
	struct st_reader *reader = NULL;
	struct st_buf name = {0};
	struct st_books books;
	int rc;

	if (standing == NULL)
		return st_fail_nomem(err);
	if ((rc = st_one_name(ledger, id, &name, err)) < 0 ||
	    (rc = st_ledger_reader(ledger, &reader, err)) < 0)
		goto done;
	books = (struct st_books){reader, reader};
	standing->id = strdup(stet_id_text(id));
	standing->ledger_id = strdup(ledger->id);
	if (standing->id == NULL || standing->ledger_id == NULL)
		rc = st_fail_nomem(err);
	else if ((rc = st_size_at(&books, at, &standing->size, err)) == STET_OK &&
		 (rc = find_seal(standing, &books, err)) == STET_OK &&
		 (rc = st_ledger_standing(ledger, &books, st_buf_bytes(&name), standing->size,
		      &standing->standing, err)) == STET_OK)
		rc = st_findings_copy(standing->standing, &standing->findings, err);
done:
	st_reader_close(reader);
	st_buf_free(&name);
	if (rc < 0) {
		stet_standing_free(standing);
		return rc;
	}
	*standing_out = standing;
	return STET_OK;
}

const struct st_standing *
st_standing_inside(const stet_standing *standing)
{
	return standing->standing;
}

size_t
stet_standing_findings(const stet_standing *standing, const stet_finding **findings_out)
{
	*findings_out = standing->findings;
	return standing->standing->finding_count;
}

static void
set_time(stet_json *json, const char *member, uint64_t ms)
{
	char text[ST_TIME_SIZE];

	st_time_text_ms(ms, text);
	stet_json_set(json, member, stet_json_str(text));
}

static stet_json *
as_of_json(const stet_standing *standing)
{
	const struct st_standing *from = standing->standing;
	const struct st_fact *newest = &from->facts[from->fact_count - 1];
	stet_json *json = stet_json_object();

	stet_json_set(json, "size", stet_json_int((int64_t)standing->size));
	stet_json_set(json, "seq", stet_json_int((int64_t)newest->seq));
	set_time(json, "appended", newest->ms);
	if (standing->seal != STET_NO_SEQ) {
		stet_json_set(json, "seal", stet_json_int((int64_t)standing->seal));
		set_time(json, "sealed_at", standing->sealed_ms);
	}
	return json;
}

const stet_json *
stet_standing_json(stet_standing *standing, stet_error *err)
{
	stet_json *json, *from;
	const stet_json *value;
	const char *key;
	size_t i;

	if (standing->json != NULL)
		return standing->json;
	json = stet_json_object();
	from = st_standing_to_json(standing->standing);
	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "id", stet_json_str(standing->id));
	stet_json_set(json, "ledger", stet_json_str(standing->ledger_id));
	stet_json_set(json, "as_of", as_of_json(standing));
	for (i = 0; stet_json_member(from, i, &key, &value); i++)
		stet_json_set(json, key, stet_json_copy(value));
	if (st_json_rc(from) < 0 || st_json_rc(json) < 0) {
		st_fail_nomem(err);
		stet_json_free(json);
		json = NULL;
	}
	stet_json_free(from);
	return standing->json = json;
}

void
stet_standing_free(stet_standing *standing)
{
	if (standing == NULL)
		return;
	st_standing_free(standing->standing);
	stet_json_free(standing->json);
	free(standing->findings);
	free(standing->id);
	free(standing->ledger_id);
	free(standing);
}
