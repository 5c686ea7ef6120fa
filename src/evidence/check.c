/* Evidence judged by the keys a reader knows. */
#include "evidence/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "json/json.h"
#include "trust/trust.h"

/* --- a fork ------------------------------------------------------------------------------------
 */

static int
has_signed(const struct st_signed_head *head, size_t key)
{
	size_t i;

	for (i = 0; i < head->count; i++)
		if (head->signers[i].key == key)
			return 1;
	return 0;
}

/* The ledger keys that signed both, as an array. One key on both is what convicts: two keys of one
 * name may be those of two ledgers, where the second continues the first. */
static stet_json *
signers_of_both(
    const stet_trust *trust, const struct st_signed_head heads[2], const struct st_checkpoint *of)
{
	stet_json *array = stet_json_array();
	size_t i;

	for (i = 0; trust != NULL && i < trust->count; i++)
		if (st_trust_is_ledger_key(&trust->keys[i], of) && has_signed(&heads[0], i) &&
		    has_signed(&heads[1], i))
			stet_json_add(array, st_trust_signer(&trust->keys[i], of, 0));
	return array;
}

static int
report_fork(const struct st_evidence *evidence, const stet_trust *trust,
    struct st_signed_head heads[2], stet_json *report, stet_error *err)
{
	stet_json *list = stet_json_array(), *both;
	size_t i;
	int rc = STET_OK;

	for (i = 0; i < 2 && rc == STET_OK; i++) {
		stet_json *head = stet_json_object();

		if ((rc = st_trust_judge(trust, evidence->notes[i], &heads[i], err)) == STET_OK)
			st_trust_report(trust, &heads[i], head);
		stet_json_add(list, head);
	}
	stet_json_set(report, "of", stet_json_str("fork"));
	stet_json_set(report, "heads", list);
	if (rc < 0)
		return rc;
	both = signers_of_both(trust, heads, &heads[0].checkpoint);
	st_json_set_text(report, "origin", st_str(heads[0].checkpoint.origin));
	stet_json_set(report, "known", stet_json_bool(stet_json_size(both) > 0));
	stet_json_set(report, "signed_by", both);
	stet_json_set(report, "unknown_signers",
	    stet_json_int((int64_t)(heads[0].unknown + heads[1].unknown)));
	if (evidence->has_root)
		st_json_set_hex(report, "root_at", evidence->root, 32);
	return STET_OK;
}

static int
check_fork(
    const struct st_evidence *evidence, const stet_trust *trust, stet_json *report, stet_error *err)
{
	struct st_signed_head *heads = calloc(2, sizeof(*heads));
	struct st_checkpoint read[2];
	int rc;

	if (heads == NULL)
		return st_fail_nomem(err);
	if ((rc = st_fork_judge(evidence, read, err)) == STET_OK)
		rc = report_fork(evidence, trust, heads, report, err);
	free(heads);
	return rc;
}

/* --- an omission -------------------------------------------------------------------------------
 */

static void
set_time(stet_json *object, const char *member, uint64_t ms)
{
	char text[ST_TIME_SIZE];

	st_time_text_ms(ms, text);
	stet_json_set(object, member, stet_json_str(text));
}

static stet_json *
entry_json(const struct st_omission *omission)
{
	const struct st_statement *statement = &omission->statements[0];
	stet_json *entry = stet_json_object();

	stet_json_set(entry, "seq", stet_json_int((int64_t)omission->entries[0].seq));
	st_json_set_hex(entry, "leaf", omission->leaves[0], 32);
	set_time(entry, "appended", omission->entries[0].ms);
	st_json_set_text(entry, "name", statement->sign1.claims.sub);
	st_json_set_text(entry, "type", statement->type_name);
	st_json_set_text(entry, "issuer", statement->sign1.claims.iss);
	st_json_set_hex(entry, "kid", statement->sign1.kid, 32);
	return entry;
}

static void
report_omission(const struct st_omission *omission, stet_json *report)
{
	stet_json_set(report, "of", stet_json_str("omission"));
	st_json_set_text(report, "name", omission->statements[0].sign1.claims.sub);
	stet_json_set(report, "entry", entry_json(omission));
	stet_json_set(report, "seal", stet_json_int((int64_t)omission->entries[1].seq));
	set_time(report, "sealed", omission->entries[1].ms);
	stet_json_set(report, "counted", stet_json_int((int64_t)omission->counted.count));
}

static int
check_omission(
    const struct st_evidence *evidence, const stet_trust *trust, stet_json *report, stet_error *err)
{
	struct st_signed_head *head = calloc(1, sizeof(*head));
	struct st_omission omission;
	int rc;

	if (head == NULL)
		return st_fail_nomem(err);
	if ((rc = st_omission_judge(evidence, &omission, err)) == STET_OK &&
	    (rc = st_trust_judge(trust, evidence->checkpoint, head, err)) == STET_OK) {
		st_trust_report(trust, head, report);
		/* What contradicts itself does so for ever: it is of no moment. */
		stet_json_set(report, "as_of", stet_json_null());
		report_omission(&omission, report);
	}
	free(head);
	return rc;
}

int
stet_evidence_check(
    stet_bytes file, const stet_trust *trust, stet_json **report_out, stet_error *err)
{
	stet_json *report = stet_json_object();
	struct st_evidence evidence = {0};
	int rc;

	stet_json_set(report, "kind", stet_json_str("stet-evidence"));
	if ((rc = st_crypto_init(err)) == STET_OK &&
	    (rc = st_evidence_decode(file, &evidence, err)) == STET_OK)
		rc = evidence.kind == ST_EVIDENCE_FORK
			 ? check_fork(&evidence, trust, report, err)
			 : check_omission(&evidence, trust, report, err);
	if (rc == STET_OK && st_json_rc(report) < 0)
		rc = st_fail_nomem(err);
	st_evidence_clear(&evidence);
	if (rc < 0) {
		stet_json_free(report);
		return rc;
	}
	*report_out = report;
	return STET_OK;
}
