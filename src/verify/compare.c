/* Derived tables, row by row: what the ledger has beside what the entries imply. */
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "verify/verify.h"

#define AT_ONCE 64
#define PROGRESS_EVERY 65536

/* One of two walks in step. */
struct side {
	struct st_scan *scan;
	stet_bytes keys[AT_ONCE], values[AT_ONCE];
	size_t at, count;
	int ended;
};

static int
step(struct side *side, stet_error *err)
{
	int rc;

	side->at++;
	if (side->ended || side->at < side->count)
		return STET_OK;
	rc = st_scan_next(side->scan, AT_ONCE, side->keys, side->values, &side->count, err);
	if (rc < 0)
		return rc;
	side->at = 0;
	side->ended = side->count == 0;
	return STET_OK;
}

static int
open_side(struct side *side, struct st_reader *reader, enum st_table table, stet_error *err)
{
	int rc;

	memset(side, 0, sizeof(*side));
	if ((rc = st_scan_open(reader, table, NULL, &side->scan, err)) < 0)
		return rc;
	return step(side, err);
}

static int
compare_keys(const struct side *left, const struct side *right)
{
	if (left->ended || right->ended)
		return left->ended - right->ended;
	return st_bytes_compare(left->keys[left->at], right->keys[right->at]);
}

static int
say(struct st_verify *verify, enum st_table table, stet_bytes key, const char *what)
{
	char hex[2 * 64 + 1] = "";

	st_hex(key.data, key.size <= 64 ? key.size : 64, hex);
	return st_found_after(verify, ST_TABLE_DIFFERS, STET_NO_SEQ, "table '%s', row %s: %s",
	    st_table_names[table], hex, what);
}

/* That a copy has been moved away is said by nobody but itself. */
static int
is_derived(enum st_table table, stet_bytes key)
{
	return table != ST_META || !st_bytes_equal(key, st_str(ST_META_MOVED));
}

static int
judge(struct st_verify *verify, enum st_table table, const struct side *have,
    const struct side *implied, int order)
{
	if (order < 0)
		return !is_derived(table, have->keys[have->at])
			   ? STET_OK
			   : say(verify, table, have->keys[have->at], "no entry implies it");
	if (order > 0)
		return say(verify, table, implied->keys[implied->at], "it is missing");
	if (st_bytes_equal(have->values[have->at], implied->values[implied->at]))
		return STET_OK;
	return say(verify, table, have->keys[have->at], "it is not what the entries imply");
}

static int
compare_table(
    struct st_verify *verify, struct st_reader *implied_by, enum st_table table, uint64_t *done)
{
	struct side have, implied;
	stet_error *err = verify->err;
	int rc, order;

	memset(&implied, 0, sizeof(implied));
	if ((rc = open_side(&have, verify->stream.reader, table, err)) == STET_OK)
		rc = open_side(&implied, implied_by, table, err);
	while (rc == STET_OK && !(have.ended && implied.ended)) {
		order = compare_keys(&have, &implied);
		if ((rc = judge(verify, table, &have, &implied, order)) < 0 ||
		    (order <= 0 && (rc = step(&have, err)) < 0) ||
		    (order >= 0 && (rc = step(&implied, err)) < 0))
			break;
		if (++*done % PROGRESS_EVERY == 0)
			rc = st_verify_progress(verify, "rows", *done, 0);
	}
	st_scan_close(have.scan);
	st_scan_close(implied.scan);
	return rc;
}

int
st_compare_tables(struct st_verify *verify)
{
	static const enum st_table tables[] = {
	    ST_TREE, ST_ABOUT, ST_CTI, ST_LOOKUP, ST_INDEX, ST_TRIE, ST_META};
	int unsealed = verify->state.sealed != verify->state.size, rc;
	struct st_reader *implied_by = NULL;
	uint64_t done = 0;
	size_t i;

	/* With an entry lost nobody knows what the tables should be. */
	if (verify->blind)
		return STET_OK;
	if ((rc = st_reader_open(verify->scratch, &implied_by, verify->err)) < 0)
		return rc;
	for (i = 0; rc == STET_OK && i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (verify->shadow != NULL && tables[i] != ST_META)
			continue; /* all of it has been compared, or it would not have got here */
		if (tables[i] == ST_TRIE && unsealed)
			continue; /* brought up to date by a seal */
		rc = compare_table(verify, implied_by, tables[i], &done);
	}
	st_reader_close(implied_by);
	return rc;
}
