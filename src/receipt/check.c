/* Judging a receipt of any form by the keys a reader knows. */
#include "receipt/receipt.h"

#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "json/json.h"
#include "statement/statement.h"

#define TLOG_MARK "c2sp.org/tlog-proof@v1"

/* What a head of a byte string says of its size; 0: it is none. */
static size_t
skip_bytes(stet_bytes bytes)
{
	const uint8_t *data = bytes.data;

	if (bytes.size >= 1 && data[0] >= 0x40 && data[0] <= 0x57)
		return 1 + (size_t)(data[0] - 0x40);
	if (bytes.size >= 2 && data[0] == 0x58)
		return 2 + (size_t)data[1];
	if (bytes.size >= 3 && data[0] == 0x59)
		return 3 + ((size_t)data[1] << 8 | data[2]);
	return 0;
}

int
stet_receipt_form_of(stet_bytes receipt)
{
	static const uint8_t sign1[2] = {0xd2, 0x84}, proofs[4] = {0xa1, 0x19, 0x01, 0x8c},
			     receipts[4] = {0xa1, 0x19, 0x01, 0x8a};
	stet_bytes rest;
	size_t head;

	if (receipt.size >= sizeof(TLOG_MARK) - 1 &&
	    memcmp(receipt.data, TLOG_MARK, sizeof(TLOG_MARK) - 1) == 0)
		return STET_RECEIPT_TLOG;
	if (receipt.size < 2 || memcmp(receipt.data, sign1, 2) != 0)
		return STET_RECEIPT_NONE;
	rest = (stet_bytes){receipt.data + 2, receipt.size - 2};
	head = skip_bytes(rest);
	if (head == 0 || head >= rest.size || rest.size - head < 4)
		return STET_RECEIPT_NONE;
	if (memcmp(rest.data + head, proofs, 4) == 0)
		return STET_RECEIPT_COSE;
	return memcmp(rest.data + head, receipts, 4) == 0 ? STET_RECEIPT_STATEMENT
							  : STET_RECEIPT_NONE;
}

/* --- the entry -------------------------------------------------------------------------------- */

/* An entry that stet reads, or the bytes of another log's. */
struct leaf {
	stet_bytes bytes;
	uint64_t seq;
	uint8_t hash[32];
	int is_entry;
	struct st_entry entry;
	struct st_statement statement;
};

static stet_json *
text_or_null(int known, stet_bytes text)
{
	return known ? stet_json_string(text) : stet_json_null();
}

static void
put_entry(stet_json *report, const struct leaf *leaf)
{
	const struct st_claims *claims = &leaf->statement.sign1.claims;
	stet_json *entry = stet_json_object();
	char time[ST_TIME_SIZE] = "";

	if (leaf->is_entry)
		st_time_text_ms(leaf->entry.ms, time);
	stet_json_set(entry, "seq", stet_json_int((int64_t)leaf->seq));
	st_json_set_hex(entry, "leaf", leaf->hash, sizeof(leaf->hash));
	stet_json_set(entry, "bytes", stet_json_int((int64_t)leaf->bytes.size));
	stet_json_set(entry, "appended", text_or_null(leaf->is_entry, st_str(time)));
	stet_json_set(entry, "name", text_or_null(leaf->is_entry, claims->sub));
	stet_json_set(entry, "type", text_or_null(leaf->is_entry, leaf->statement.type_name));
	stet_json_set(entry, "issuer", text_or_null(leaf->is_entry, claims->iss));
	if (leaf->is_entry)
		st_json_set_hex(entry, "kid", leaf->statement.sign1.kid, 32);
	else
		stet_json_set(entry, "kid", stet_json_null());
	stet_json_set(report, "entry", entry);
}

static int
other_entry(stet_error *err, uint64_t seq)
{
	return st_fail_seq(err, STET_EMISMATCH, ST_RECEIPT_OTHER_ENTRY, seq,
	    "the entry is not the one that the receipt is of");
}

/* An entry says itself which one it is. */
static int
read_leaf(stet_bytes bytes, uint64_t seq, struct leaf *leaf, stet_error *err)
{
	int rc;

	memset(leaf, 0, sizeof(*leaf));
	leaf->bytes = bytes;
	leaf->seq = seq;
	st_tree_leaf(bytes, leaf->hash);
	if ((rc = st_entry_decode(bytes, &leaf->entry, NULL)) == STET_OK)
		rc = st_statement_read(leaf->entry.statement, &leaf->statement, NULL);
	if (rc == STET_ENOMEM)
		return st_fail_nomem(err);
	leaf->is_entry = rc == STET_OK;
	return leaf->is_entry && leaf->entry.seq != seq ? other_entry(err, seq) : STET_OK;
}

/* --- tlog-proof ------------------------------------------------------------------------------- */

static int
check_sizes(const struct st_signed_head *head, uint64_t seq, stet_error *err)
{
	if (head->checkpoint.size > ST_UINT53_MAX)
		return st_fail(err, STET_EFORMAT, ST_CHECKPOINT_MALFORMED,
		    "not a checkpoint: a size beyond 2^53 - 1 is none that a ledger has");
	if (seq >= head->checkpoint.size)
		return st_fail(err, STET_EMISMATCH, ST_INCLUSION_WRONG,
		    "the index is not below the size of the tree");
	return STET_OK;
}

static int
judge_tlog(const struct st_tlog_proof *proof, stet_bytes entry, const stet_trust *trust,
    struct st_signed_head *head, struct leaf *leaf, stet_error *err)
{
	const struct st_inclusion *inclusion = &proof->inclusion;
	int rc;

	if ((rc = st_trust_judge(trust, proof->note, head, err)) < 0 ||
	    (rc = check_sizes(head, inclusion->seq, err)) < 0)
		return rc;
	if (entry.data == NULL) {
		if (!proof->has_extra)
			return st_fail(err, STET_ENOTFOUND, ST_RECEIPT_ENTRY_MISSING,
			    "the proof does not hold its entry: give it, too");
		entry = st_buf_bytes(&proof->extra);
	}
	if ((rc = read_leaf(entry, inclusion->seq, leaf, err)) < 0)
		return rc;
	/* Size and root are those that are signed, never ones from beside the path. */
	if (!st_tree_inclusion_ok(inclusion->seq, head->checkpoint.size, leaf->hash,
		(const uint8_t(*)[32])inclusion->path, inclusion->count, head->checkpoint.root))
		return st_fail_seq(err, STET_EMISMATCH, ST_INCLUSION_WRONG, inclusion->seq,
		    "entry and path do not lead to the root of the checkpoint");
	return STET_OK;
}

static int
check_tlog(
    stet_bytes text, stet_bytes entry, const stet_trust *trust, stet_json *report, stet_error *err)
{
	struct st_tlog_proof proof;
	struct st_signed_head head;
	struct leaf leaf;
	int rc;

	if ((rc = st_tlog_proof_decode(text, &proof, err)) < 0)
		return rc;
	if ((rc = judge_tlog(&proof, entry, trust, &head, &leaf, err)) == STET_OK) {
		st_trust_report(trust, &head, report);
		put_entry(report, &leaf);
	}
	st_tlog_proof_clear(&proof);
	return rc;
}

/* --- COSE ------------------------------------------------------------------------------------- */

static int
is_key_of(const struct st_vkey *vkey, const struct st_receipt_head *head)
{
	uint8_t kid[32];

	if (vkey->type != ST_NOTE_ED25519 || !st_bytes_equal(st_str(vkey->name), head->origin))
		return 0;
	st_key_thumbprint(vkey->public_key, kid);
	return memcmp(kid, head->kid, 32) == 0;
}

/* The key that the receipt names, if the reader knows it; NULL. */
static const struct st_vkey *
find_key(const stet_trust *trust, const struct st_receipt_head *head)
{
	size_t i;

	for (i = 0; trust != NULL && i < trust->count; i++)
		if (is_key_of(&trust->keys[i], head))
			return &trust->keys[i];
	return NULL;
}

/* The entry from its statement, or as it was given; it must be the one that the header is of. */
static int
find_entry(
    stet_bytes given, const struct st_receipt_head *head, struct st_buf *entry, stet_error *err)
{
	if (given.data == NULL)
		return st_fail(err, STET_ENOTFOUND, ST_RECEIPT_ENTRY_MISSING,
		    "a receipt goes beside the statement that it is of: give that, too");
	if (given.size > ST_ENTRY_MAX)
		return st_fail(err, STET_EFORMAT, ST_STATEMENT_TOO_LARGE,
		    "the statement of %zu bytes is larger than any", given.size);
	if (st_sign1_decode(given, &(struct st_sign1){0}, NULL) == STET_OK)
		st_buf_put_bytes(entry, head->prefix);
	st_buf_put_bytes(entry, given);
	return entry->rc < 0 ? st_fail_nomem(err) : STET_OK;
}

static int
check_leaf(const struct leaf *leaf, const struct st_receipt *receipt,
    const struct st_receipt_head *head, stet_error *err)
{
	const uint64_t seq = receipt->inclusion.seq;
	stet_bytes prefix;

	if (!leaf->is_entry)
		return st_fail_seq(err, STET_EMISMATCH, ST_RECEIPT_OTHER_ENTRY, seq,
		    "what is given is no statement or entry that the receipt could be of");
	prefix = (stet_bytes){leaf->bytes.data, leaf->bytes.size - leaf->entry.statement.size};
	if (!st_bytes_equal(prefix, head->prefix) ||
	    !st_bytes_equal(leaf->statement.sign1.claims.sub, head->sub))
		return other_entry(err, seq);
	if (head->size != receipt->inclusion.size)
		return st_fail(err, STET_EMISMATCH, ST_INCLUSION_WRONG,
		    "the size in the inclusion proof is not the signed one");
	return STET_OK;
}

static void
report_cose(const struct st_receipt_head *head, const uint8_t root[32], const struct st_vkey *key,
    stet_json *report)
{
	stet_json *signers = stet_json_array(), *signer;

	if (key != NULL) {
		signer = stet_json_object();
		st_json_set_text(signer, "name", st_str(key->name));
		st_json_set_hex(signer, "id", key->id, sizeof(key->id));
		stet_json_set(signer, "as", stet_json_str("ledger"));
		stet_json_set(signer, "time", stet_json_null());
		stet_json_add(signers, signer);
	}
	st_json_set_text(report, "origin", head->origin);
	stet_json_set(report, "size", stet_json_int((int64_t)head->size));
	st_json_set_hex(report, "root", root, 32);
	stet_json_set(report, "as_of", stet_json_null());
	stet_json_set(report, "known", stet_json_bool(key != NULL));
	stet_json_set(report, "signed_by", signers);
	stet_json_set(report, "unknown_signers", stet_json_int(key == NULL));
}

static int
judge_cose(const struct st_receipt *receipt, const struct leaf *leaf,
    const struct st_receipt_head *head, const stet_trust *trust, stet_json *report, stet_error *err)
{
	const struct st_vkey *key = find_key(trust, head);
	uint8_t root[32];
	int rc;

	if ((rc = check_leaf(leaf, receipt, head, err)) < 0)
		return rc;
	if (!st_inclusion_root(&receipt->inclusion, leaf->hash, root))
		return st_fail_seq(err, STET_EMISMATCH, ST_INCLUSION_WRONG, leaf->seq,
		    "the path is not one for that entry and size");
	if (key != NULL) {
		if ((rc = st_receipt_signed(receipt, root, key->public_key, err)) < 0)
			return rc;
		if (rc == 0)
			return st_fail_seq(err, STET_EMISMATCH, ST_RECEIPT_SIGNATURE, leaf->seq,
			    "the ledger key has not signed the root that entry and path lead to");
	}
	report_cose(head, root, key, report);
	put_entry(report, leaf);
	return STET_OK;
}

static int
check_cose(stet_bytes encoded, stet_bytes given, const stet_trust *trust, stet_json *report,
    stet_error *err)
{
	struct st_receipt_head head;
	struct st_receipt receipt;
	struct st_buf entry = {0};
	struct leaf leaf;
	int rc;

	if ((rc = st_receipt_decode(encoded, &receipt, err)) == STET_OK &&
	    (rc = st_receipt_head_decode(receipt.head, &head, err)) == STET_OK &&
	    (rc = find_entry(given, &head, &entry, err)) == STET_OK &&
	    (rc = read_leaf(st_buf_bytes(&entry), receipt.inclusion.seq, &leaf, err)) == STET_OK)
		rc = judge_cose(&receipt, &leaf, &head, trust, report, err);
	st_buf_free(&entry);
	return rc;
}

/* 1 if what is given is the statement, or an entry of it. */
static int
is_of(stet_bytes given, stet_bytes statement)
{
	struct st_entry entry;

	return st_bytes_equal(given, statement) ||
	       (st_entry_decode(given, &entry, NULL) == STET_OK &&
		   st_bytes_equal(entry.statement, statement));
}

static int
check_transparent(stet_bytes encoded, stet_bytes given, const stet_trust *trust, stet_json *report,
    stet_error *err)
{
	struct st_buf statement = {0};
	stet_bytes receipt;
	int rc;

	if ((rc = st_transparent_decode(encoded, &statement, &receipt, err)) == STET_OK) {
		if (given.data != NULL && !is_of(given, st_buf_bytes(&statement)))
			rc = st_fail(err, STET_EMISMATCH, ST_RECEIPT_OTHER_ENTRY,
			    "the statement is not the one that is given");
		else
			rc = check_cose(receipt, st_buf_bytes(&statement), trust, report, err);
	}
	st_buf_free(&statement);
	return rc;
}

/* --- all of them ------------------------------------------------------------------------------ */

typedef int check_form(stet_bytes encoded, stet_bytes entry, const stet_trust *trust,
    stet_json *report, stet_error *err);

static const struct {
	int form;
	const char *kind;
	check_form *check;
} forms[] = {{STET_RECEIPT_TLOG, "tlog-proof", check_tlog},
    {STET_RECEIPT_COSE, "receipt", check_cose},
    {STET_RECEIPT_STATEMENT, "transparent-statement", check_transparent}};

int
stet_receipt_check(stet_bytes receipt, stet_bytes entry, const stet_trust *trust,
    stet_json **report_out, stet_error *err)
{
	int form = stet_receipt_form_of(receipt), rc;
	stet_json *report;
	size_t i;

	if ((rc = st_crypto_init(err)) < 0)
		return rc;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]) && forms[i].form != form; i++)
		;
	if (i == sizeof(forms) / sizeof(forms[0]))
		return st_fail(err, STET_EFORMAT, ST_RECEIPT_MALFORMED,
		    "not a receipt: it has the beginning of none");
	report = stet_json_object();
	stet_json_set(report, "kind", stet_json_str(forms[i].kind));
	if ((rc = forms[i].check(receipt, entry, trust, report, err)) == STET_OK &&
	    st_json_rc(report) < 0)
		rc = st_fail_nomem(err);
	if (rc < 0) {
		stet_json_free(report);
		return rc;
	}
	*report_out = report;
	return STET_OK;
}
