/* Finding entries by something other than their number. */
#include <stdlib.h>
#include <string.h>

#include "admission/closure.h"
#include "admission/lookup.h"
#include "base/err.h"
#include "base/hex.h"
#include "ledger/internal.h"

struct finding {
	const struct st_books *books;
	stet_json *names;
	stet_error *err;
};

static int
add_subject(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	struct finding *finding = ctx;
	struct st_read read;
	int rc;

	(void)what;
	(void)detail;
	if ((rc = st_books_entry(finding->books, seq, &read, finding->err)) == STET_OK)
		stet_json_add(finding->names, stet_json_string(read.statement.sign1.claims.sub));
	return rc;
}

int
stet_ledger_find(stet_ledger *ledger, const stet_id *id, stet_json **names_out, stet_error *err)
{
	struct finding finding = {NULL, stet_json_array(), err};
	struct st_reader *reader = NULL;
	struct st_index_row row;
	struct st_books books;
	uint8_t name_key[32], prefix[4];
	stet_bytes digits;
	int rc;

	if (finding.names == NULL)
		return st_fail_nomem(err);
	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		goto done;
	books = (struct st_books){reader, reader};
	finding.books = &books;
	if (stet_id_is_prefix(id)) {
		struct st_buf lower = {0};
		const char *at;

		for (at = stet_id_text(id) + 5; *at != '\0'; at++)
			st_buf_put_u8(
			    &lower, (uint8_t)(*at >= 'A' && *at <= 'F' ? *at - 'A' + 'a' : *at));
		digits = st_buf_bytes(&lower);
		if (digits.size == 8 && st_hex_read(digits, prefix, 4) == 0)
			rc = st_lookup_walk(reader, ST_LOOKUP_UUID, (stet_bytes){prefix, 4}, 0,
			    add_subject, &finding, err);
		st_buf_free(&lower);
	} else {
		st_map_key(st_str(stet_id_text(id)), name_key);
		if ((rc = st_books_index(&books, name_key, &row, err)) == STET_OK && row.count > 0)
			stet_json_add(finding.names, stet_json_str(stet_id_text(id)));
	}
done:
	st_reader_close(reader);
	if (rc < 0) {
		stet_json_free(finding.names);
		return rc;
	}
	*names_out = finding.names;
	return STET_OK;
}

int
stet_ledger_newest(stet_ledger *ledger, const stet_id *id, uint8_t leaf_out[32], stet_error *err)
{
	static const uint8_t none[32];
	struct st_reader *reader = NULL;
	struct st_index_row row;
	struct st_books books;
	uint8_t name_key[32];
	int rc;

	if (stet_id_is_prefix(id))
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "'%s' is a look-up, not a name",
		    stet_id_text(id));
	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	books = (struct st_books){reader, reader};
	st_map_key(st_str(stet_id_text(id)), name_key);
	rc = st_books_index(&books, name_key, &row, err);
	st_reader_close(reader);
	if (rc < 0)
		return rc;
	if (memcmp(row.own, none, 32) == 0)
		return STET_ENOTFOUND;
	memcpy(leaf_out, row.own, 32);
	return STET_OK;
}

int
stet_ledger_by_leaf(stet_ledger *ledger, const stet_id *id, const uint8_t leaf[32],
    uint64_t *seq_out, stet_error *err)
{
	struct st_closure closure = {NULL, 0, 0};
	struct st_reader *reader = NULL;
	struct st_books books;
	size_t i;
	int rc;

	if ((rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	books = (struct st_books){reader, reader};
	rc = st_closure_of(&books, st_str(stet_id_text(id)), STET_NO_SEQ, 1, &closure, err);
	if (rc == STET_OK)
		for (rc = STET_ENOTFOUND, i = 0; rc == STET_ENOTFOUND && i < closure.count; i++)
			rc = st_books_by_leaf(&books, closure.names[i].key, leaf, seq_out, err);
	st_closure_clear(&closure);
	st_reader_close(reader);
	return rc;
}

static int
add_seq(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	(void)what;
	(void)detail;
	stet_json_add(ctx, stet_json_int((int64_t)seq));
	return 0;
}

static int
look_up_key_of(const char *kind, const char *text, enum st_lookup *lookup_out, uint8_t what_out[32],
    stet_error *err)
{
	struct st_buf bytes = {0};
	uint32_t prefix;
	int rc = STET_OK;

	if (strcmp(kind, "notice") == 0) {
		*lookup_out = ST_LOOKUP_NOTICE;
		rc = st_name_parse(st_str(text), &bytes, &prefix, err);
		if (rc > 0)
			rc = st_fail(
			    err, STET_EINVAL, ST_RULE_NONE, "a notice is looked up by its DOI");
		if (rc == STET_OK)
			st_map_key(st_buf_bytes(&bytes), what_out);
	} else if (strcmp(kind, "content") == 0 || strcmp(kind, "manifest") == 0) {
		*lookup_out = kind[0] == 'c' ? ST_LOOKUP_CONTENT : ST_LOOKUP_MANIFEST;
		if (st_hex_get(&bytes, st_str(text)) < 0)
			rc = st_fail(err, STET_EINVAL, ST_RULE_NONE,
			    "a digest is written in lower-case hex");
		else
			st_sha256(st_buf_bytes(&bytes), what_out);
	} else {
		rc = st_fail(err, STET_EINVAL, ST_RULE_NONE, "there is no look-up by '%s'", kind);
	}
	st_buf_free(&bytes);
	return rc;
}

int
stet_ledger_lookup(
    stet_ledger *ledger, const char *kind, const char *text, stet_json **seqs_out, stet_error *err)
{
	struct st_reader *reader = NULL;
	stet_json *seqs = NULL;
	enum st_lookup lookup = ST_LOOKUP_NOTICE;
	uint8_t what[32];
	int rc;

	if ((rc = look_up_key_of(kind, text, &lookup, what, err)) < 0 ||
	    (rc = st_ledger_reader(ledger, &reader, err)) < 0)
		return rc;
	if ((seqs = stet_json_array()) == NULL)
		rc = st_fail_nomem(err);
	else
		rc = st_lookup_walk(reader, lookup, (stet_bytes){what, 32}, 0, add_seq, seqs, err);
	st_reader_close(reader);
	if (rc < 0) {
		stet_json_free(seqs);
		return rc;
	}
	*seqs_out = seqs;
	return STET_OK;
}
