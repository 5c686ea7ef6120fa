/* The audit statement that a replay has earned. */
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "verify/verify.h"

struct hashing {
	struct st_hasher *hasher;
	struct st_tree tree;
};

static int
hash_entry(void *ctx, uint64_t seq, stet_bytes encoded, stet_error *err)
{
	struct hashing *hashing = ctx;
	uint8_t leaf[32];

	(void)seq;
	(void)err;
	st_hasher_add(hashing->hasher, encoded);
	st_tree_leaf(encoded, leaf);
	return st_tree_append(&hashing->tree, leaf, NULL, NULL);
}

static int
hash_entries(stet_ledger *ledger, const stet_head *head, uint8_t out[64], stet_error *err)
{
	struct hashing hashing = {0};
	uint8_t root[32];
	int rc;

	if ((rc = st_hasher_new(ST_SHA512, &hashing.hasher, err)) < 0)
		return rc;
	rc = st_ledger_walk(ledger, 0, head->size, hash_entry, &hashing, err);
	if (rc == STET_OK)
		st_hasher_end(hashing.hasher, out);
	st_hasher_free(hashing.hasher);
	if (rc < 0)
		return rc;
	st_tree_root(&hashing.tree, root);
	if (hashing.tree.size != head->size || memcmp(root, head->root, 32) != 0)
		return st_fail(err, STET_EMISMATCH, ST_READ_BACK_WRONG,
		    "the entries are no longer those that were verified");
	return STET_OK;
}

static int
set(stet_statement *statement, const char *path, stet_json *value, int *rc, stet_error *err)
{
	if (*rc == STET_OK)
		*rc = stet_statement_set_value(statement, path, value, err);
	else
		stet_json_free(value);
	return *rc;
}

static int
fill(stet_statement *statement, const char *ledger_id, const stet_head *head,
    const uint8_t sha512[64], const char *tool, stet_error *err)
{
	int rc = STET_OK;

	set(statement, "/aud", stet_json_str(ledger_id), &rc, err);
	set(statement, "/size", stet_json_int((int64_t)head->size), &rc, err);
	set(statement, "/root", stet_json_hex((stet_bytes){head->root, 32}), &rc, err);
	set(statement, "/index", stet_json_hex((stet_bytes){head->index, 32}), &rc, err);
	set(statement, "/entries_sha512", stet_json_hex((stet_bytes){sha512, 64}), &rc, err);
	set(statement, "/tool", stet_json_str(tool), &rc, err);
	set(statement, "/result", stet_json_str("intact"), &rc, err);
	return rc;
}

int
stet_verify_attest(stet_ledger *ledger, const stet_report *report, const char *tool,
    stet_statement **statement_out, stet_error *err)
{
	stet_statement *statement = NULL;
	stet_id *subject = NULL;
	uint8_t sha512[64];
	int rc;

	if (report->partial || !stet_report_ok(report))
		return st_fail(err, STET_EINVAL, ST_RULE_NONE,
		    "an audit states that everything was replayed and nothing was found");
	if ((rc = hash_entries(ledger, &report->head, sha512, err)) == STET_OK &&
	    (rc = stet_id_parse("stet:audit", &subject, err)) == STET_OK &&
	    (rc = stet_statement_new("audit", subject, &statement, err)) == STET_OK)
		rc = fill(statement, stet_ledger_id(ledger), &report->head, sha512, tool, err);
	stet_id_free(subject);
	if (rc == STET_OK)
		*statement_out = statement;
	else
		stet_statement_free(statement);
	return rc;
}
