/* Entries, one by one and in order. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "ledger/internal.h"

/* A pinned snapshot keeps every page it saw from being used again: long walks let go now and then.
 */
#define RENEW_EVERY 4096
#define SCAN_COUNT 64

int
st_entry_new(stet_bytes encoded, stet_entry **entry_out, stet_error *err)
{
	stet_entry *entry = calloc(1, sizeof(*entry));
	stet_bytes sub;
	int rc;

	if (entry == NULL)
		return st_fail_nomem(err);
	st_buf_put_bytes(&entry->encoded, encoded);
	if (entry->encoded.rc < 0) {
		rc = st_fail_nomem(err);
		goto fail;
	}
	entry->read.encoded = st_buf_bytes(&entry->encoded);
	if ((rc = st_entry_decode(entry->read.encoded, &entry->read.entry, err)) < 0 ||
	    (rc = st_statement_read(entry->read.entry.statement, &entry->read.statement, err)) < 0)
		goto fail;
	st_tree_leaf(encoded, entry->leaf);
	sub = entry->read.statement.sign1.claims.sub;
	entry->name = strndup((const char *)sub.data, sub.size);
	entry->type = strndup((const char *)entry->read.statement.type_name.data,
	    entry->read.statement.type_name.size);
	if (entry->name == NULL || entry->type == NULL) {
		rc = st_fail_nomem(err);
		goto fail;
	}
	*entry_out = entry;
	return STET_OK;
fail:
	stet_entry_free(entry);
	return rc;
}

void
stet_entry_free(stet_entry *entry)
{
	if (entry == NULL)
		return;
	stet_json_free(entry->json);
	st_buf_free(&entry->encoded);
	free(entry->name);
	free(entry->type);
	free(entry);
}

uint64_t
stet_entry_seq(const stet_entry *entry)
{
	return entry->read.entry.seq;
}

uint64_t
stet_entry_ms(const stet_entry *entry)
{
	return entry->read.entry.ms;
}

stet_bytes
stet_entry_encoded(const stet_entry *entry)
{
	return entry->read.encoded;
}

stet_bytes
stet_entry_leaf(const stet_entry *entry)
{
	return (stet_bytes){entry->leaf, 32};
}

const char *
stet_entry_name(const stet_entry *entry)
{
	return entry->name;
}

const char *
stet_entry_type(const stet_entry *entry)
{
	return entry->type;
}

const stet_json *
stet_entry_json(stet_entry *entry, stet_error *err)
{
	const struct st_entry *bare = &entry->read.entry;
	stet_json *json, *statement = NULL;
	char time[ST_TIME_SIZE];

	if (entry->json != NULL)
		return entry->json;
	if (st_statement_to_json(&entry->read.statement, &statement, err) < 0)
		return NULL;
	if ((json = stet_json_object()) == NULL) {
		stet_json_free(statement);
		st_fail_nomem(err);
		return NULL;
	}
	st_time_text_ms(bare->ms, time);
	stet_json_set(json, "seq", stet_json_int((int64_t)bare->seq));
	stet_json_set(json, "appended", stet_json_str(time));
	st_json_set_hex(json, "leaf", entry->leaf, 32);
	st_json_set_hex(json, "prev", bare->prev, 32);
	if (bare->prior != NULL)
		st_json_set_hex(json, "prior", bare->prior, 32);
	else
		stet_json_set(json, "prior", stet_json_null());
	stet_json_set(json, "statement", statement);
	entry->json = json;
	return json;
}

int
stet_ledger_entry(stet_ledger *ledger, uint64_t seq, stet_entry **entry_out, stet_error *err)
{
	struct st_reader *reader = NULL;
	uint8_t key[8];
	stet_bytes encoded;
	int rc;

	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	st_be64_put(key, seq);
	if ((rc = st_get_one(reader, ST_ENTRY, (stet_bytes){key, 8}, &encoded, err)) == STET_OK)
		rc = st_entry_new(encoded, entry_out, err);
	if (rc == STET_EFORMAT)
		rc = st_fail_seq(err, STET_EFORMAT, ST_ENTRY_DAMAGED, seq,
		    "the stored bytes of entry %llu do not parse", (unsigned long long)seq);
	st_reader_close(reader);
	return rc;
}

/* --- walking --------------------------------------------------------------------------------- */

/* Visits stored pairs from *next on until the walk ends or a renewal is due. */
static int
walk_some(struct st_reader *reader, uint64_t *next, uint64_t last, st_raw_visit *visit, void *ctx,
    uint64_t most, int *done_out, stet_error *err)
{
	stet_bytes keys[SCAN_COUNT], values[SCAN_COUNT];
	uint8_t from[8], to[8];
	struct st_range range = {{from, 8}, {to, 8}, 0};
	struct st_scan *scan = NULL;
	uint64_t walked = 0;
	size_t count, i;
	int rc;

	st_be64_put(from, *next);
	st_be64_put(to, last);
	*done_out = 0;
	if ((rc = st_scan_open(reader, ST_ENTRY, &range, &scan, err)) < 0)
		return rc;
	while (rc == STET_OK && walked < most) {
		if ((rc = st_scan_next(scan, SCAN_COUNT, keys, values, &count, err)) < 0)
			break;
		if (count == 0) {
			*done_out = 1;
			break;
		}
		for (i = 0; rc == STET_OK && i < count; i++) {
			*next = st_be64_get(keys[i].data) + 1;
			rc = visit(ctx, *next - 1, values[i], err);
		}
		walked += count;
	}
	st_scan_close(scan);
	return rc;
}

int
st_ledger_walk(stet_ledger *ledger, uint64_t first, uint64_t last, st_raw_visit *visit, void *ctx,
    stet_error *err)
{
	struct st_reader *reader = NULL;
	uint64_t next = first;
	int rc, done = 0;

	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	while (rc == STET_OK && !done) {
		rc = walk_some(reader, &next, last, visit, ctx, RENEW_EVERY, &done, err);
		if (rc == STET_OK && !done)
			rc = st_reader_renew(reader, err);
	}
	st_reader_close(reader);
	return rc;
}

int
st_reader_walk(struct st_reader *reader, st_raw_visit *visit, void *ctx, stet_error *err)
{
	uint64_t next = 0;
	int done;

	return walk_some(reader, &next, STET_NO_SEQ, visit, ctx, STET_NO_SEQ, &done, err);
}

struct walking {
	stet_visit *visit;
	void *ctx;
};

static int
visit_entry(void *ctx, uint64_t seq, stet_bytes encoded, stet_error *err)
{
	struct walking *walking = ctx;
	stet_entry *entry = NULL;
	int rc;

	if ((rc = st_entry_new(encoded, &entry, err)) == STET_EFORMAT)
		return st_fail_seq(err, STET_EFORMAT, ST_ENTRY_DAMAGED, seq,
		    "the stored bytes of entry %llu do not parse", (unsigned long long)seq);
	if (rc < 0)
		return rc;
	rc = walking->visit(walking->ctx, entry, err);
	stet_entry_free(entry);
	return rc;
}

int
stet_ledger_walk(stet_ledger *ledger, uint64_t first, uint64_t last, stet_visit *visit, void *ctx,
    stet_error *err)
{
	struct walking walking = {visit, ctx};

	return st_ledger_walk(ledger, first, last, visit_entry, &walking, err);
}
