/* The answer as JSON. */
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "compare/compare.h"
#include "json/json.h"

static const struct {
	const char *word;
	int rule;
} answers[] = {[ST_ANSWER_SAME] = {"same", 0},
    [ST_ANSWER_OLDER] = {"older", 0},
    [ST_ANSWER_NEWER] = {"newer", 0},
    [ST_ANSWER_FORK] = {"fork", ST_COPIES_FORKED},
    [ST_ANSWER_OMISSION] = {"omission", ST_COPY_OMITS},
    [ST_ANSWER_OTHER] = {"other", ST_COPY_OTHER},
    [ST_ANSWER_UNKNOWN] = {"unknown", ST_COPY_NOT_SHOWN}};

static void
set_null(stet_json *object, const char *member)
{
	stet_json_set(object, member, stet_json_null());
}

static void
set_hash(stet_json *object, const char *member, const uint8_t hash[32], int known)
{
	if (known)
		st_json_set_hex(object, member, hash, 32);
	else
		set_null(object, member);
}

static void
set_time(stet_json *object, const char *member, uint64_t ms)
{
	char text[ST_TIME_SIZE];

	st_time_text_ms(ms, text);
	stet_json_set(object, member, stet_json_str(text));
}

/* --- the entry ---------------------------------------------------------------------------------
 */

/* What an entry says of itself; nothing if it is not the one of this leaf. */
static void
set_entry(stet_json *object, stet_bytes encoded, const uint8_t leaf[32])
{
	struct st_statement statement;
	struct st_entry entry;
	uint8_t is[32];

	st_tree_leaf(encoded, is);
	if (memcmp(is, leaf, 32) != 0 || st_entry_decode(encoded, &entry, NULL) < 0 ||
	    st_statement_read(entry.statement, &statement, NULL) < 0)
		return;
	set_time(object, "appended", entry.ms);
	st_json_set_text(object, "name", statement.sign1.claims.sub);
	st_json_set_text(object, "type", statement.type_name);
}

static int
entry_json(const struct st_comparison *comparison, int i, stet_json **json_out, stet_error *err)
{
	const struct st_compared *compared = &comparison->compared[i];
	stet_copy *copy = comparison->copies[i];
	struct st_buf encoded = {0};
	stet_json *json;
	int rc = STET_OK;

	if (comparison->placed && copy->kind->entry != NULL)
		rc = copy->kind->entry(copy, comparison->first, &encoded, err);
	else if (comparison->answer == ST_ANSWER_OMISSION && copy->ledger != NULL)
		st_buf_put_bytes(&encoded, st_buf_bytes(&comparison->omitted));
	if (rc == STET_ENOTFOUND)
		rc = STET_OK;
	if (rc == STET_OK && encoded.rc < 0)
		rc = st_fail_nomem(err);
	*json_out = NULL;
	if (rc == STET_OK && (comparison->placed || encoded.size > 0)) {
		uint8_t leaf[32];

		if (comparison->placed)
			memcpy(leaf, compared->leaf, 32);
		else
			st_tree_leaf(st_buf_bytes(&encoded), leaf);
		json = stet_json_object();
		stet_json_set(json, "seq", stet_json_int((int64_t)comparison->first));
		st_json_set_hex(json, "leaf", leaf, 32);
		set_null(json, "appended");
		set_null(json, "name");
		set_null(json, "type");
		set_entry(json, st_buf_bytes(&encoded), leaf);
		*json_out = json;
	} else if (rc == STET_OK) {
		*json_out = stet_json_null();
	}
	st_buf_free(&encoded);
	return rc;
}

/* --- a copy -------------------------------------------------------------------------------------
 */

/* Of entries alone, as st_trust_report() has it of a note. */
static void
set_seal_signer(stet_json *json, const stet_copy *copy, int known)
{
	stet_json *signers = stet_json_array();

	if (known)
		stet_json_add(signers, st_trust_signer(&copy->seal_key, &copy->head, 0));
	st_json_set_text(json, "origin", st_str(copy->head.origin));
	stet_json_set(json, "size", stet_json_int((int64_t)copy->head.size));
	st_json_set_hex(json, "root", copy->head.root, 32);
	set_null(json, "as_of");
	stet_json_set(json, "known", stet_json_bool(known));
	stet_json_set(json, "signed_by", signers);
	stet_json_set(json, "unknown_signers", stet_json_int(!known));
}

static int
copy_json(const struct st_comparison *comparison, int i, stet_json **json_out, stet_error *err)
{
	const struct st_compared *compared = &comparison->compared[i];
	const stet_copy *copy = comparison->copies[i];
	stet_json *json, *entry = NULL;
	int rc = entry_json(comparison, i, &entry, err);

	if (rc < 0)
		return rc;
	json = stet_json_object();
	stet_json_set(json, "kind", stet_json_str(copy->kind->name));
	if (copy->id[0] != '\0')
		stet_json_set(json, "ledger", stet_json_str(copy->id));
	else
		set_null(json, "ledger");
	if (copy->note.size > 0)
		st_trust_report(comparison->known, &compared->head, json);
	else
		set_seal_signer(json, copy, compared->known);
	if (copy->last_ms > 0)
		set_time(json, "as_of", copy->last_ms);
	set_hash(json, "root_at", compared->root, compared->rooted);
	stet_json_set(json, "note", stet_json_bool(copy->note.size > 0));
	if (compared->own < 0)
		set_null(json, "own");
	else
		stet_json_set(json, "own", stet_json_bool(compared->own));
	stet_json_set(json, "behind", stet_json_int((int64_t)copy->behind));
	stet_json_set(json, "entry", entry);
	stet_json_set(json, "reads", stet_json_int((int64_t)copy->side.reads));
	*json_out = json;
	return STET_OK;
}

int
st_compare_report(const struct st_comparison *comparison, stet_json **report_out, stet_error *err)
{
	const uint64_t a = comparison->copies[0]->side.size, b = comparison->copies[1]->side.size;
	const int rule =
	    comparison->unsigned_ ? ST_CHECKPOINT_UNSIGNED : answers[comparison->answer].rule;
	const int forked = comparison->answer == ST_ANSWER_FORK;
	stet_json *report = stet_json_object(), *copies = stet_json_array(), *copy = NULL;
	int i, rc = STET_OK;

	stet_json_set(report, "answer", stet_json_str(answers[comparison->answer].word));
	stet_json_set(
	    report, "code", rule != 0 ? stet_json_str(stet_rule_name(rule)) : stet_json_null());
	stet_json_set(report, "common", stet_json_int((int64_t)comparison->common));
	stet_json_set(report, "more", stet_json_int((int64_t)(a < b ? b - a : a - b)));
	if ((forked && comparison->placed) || comparison->answer == ST_ANSWER_OMISSION)
		stet_json_set(report, "first", stet_json_int((int64_t)comparison->first));
	else
		set_null(report, "first");
	if (forked)
		stet_json_set(report, "one_key", stet_json_bool(comparison->one_key));
	else
		set_null(report, "one_key");
	stet_json_set(report, "known",
	    stet_json_bool(comparison->compared[0].known && comparison->compared[1].known));
	for (i = 0; rc == STET_OK && i < 2; i++)
		if ((rc = copy_json(comparison, i, &copy, err)) == STET_OK)
			stet_json_add(copies, copy);
	stet_json_set(report, "copies", copies);
	if (rc == STET_OK && st_json_rc(report) < 0)
		rc = st_fail_nomem(err);
	if (rc < 0)
		stet_json_free(report);
	else
		*report_out = report;
	return rc;
}
