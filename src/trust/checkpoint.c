/* A checkpoint judged by the keys a reader knows. */
#include "trust/trust.h"

#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "json/json.h"

/* The ledger's own key: of the name that is its origin (docs/format.md, "Seal and checkpoint"). */
int
st_trust_is_ledger_key(const struct st_vkey *key, const struct st_checkpoint *checkpoint)
{
	return key->type == ST_NOTE_ED25519 && strcmp(key->name, checkpoint->origin) == 0;
}

int
st_trust_judge(
    const stet_trust *trust, stet_bytes bytes, struct st_signed_head *head_out, stet_error *err)
{
	struct st_signed_head head = {0};
	struct st_note note;
	stet_bytes extensions;
	size_t i;
	int rc;

	if ((rc = st_crypto_init(err)) < 0 || (rc = st_note_parse(bytes, &note, err)) < 0 ||
	    (rc = st_checkpoint_parse_extended(note.text, &head.checkpoint, &extensions, err)) <
		0 ||
	    (rc = st_note_signers(&note, trust != NULL ? trust->keys : NULL,
		 trust != NULL ? trust->count : 0, head.signers, &head.count, &head.unknown, err)) <
		0)
		return rc;
	for (i = 0; i < head.count; i++)
		head.known |=
		    st_trust_is_ledger_key(&trust->keys[head.signers[i].key], &head.checkpoint);
	*head_out = head;
	return STET_OK;
}

static void
set_time(stet_json *object, const char *member, uint64_t seconds)
{
	char text[ST_TIME_SIZE];

	st_time_text(seconds, text);
	stet_json_set(object, member, stet_json_str(text));
}

stet_json *
st_trust_signer(const struct st_vkey *key, const struct st_checkpoint *checkpoint, uint64_t time)
{
	stet_json *object = stet_json_object();
	int ledger = st_trust_is_ledger_key(key, checkpoint);

	st_json_set_text(object, "name", st_str(key->name));
	st_json_set_hex(object, "id", key->id, sizeof(key->id));
	stet_json_set(object, "as", stet_json_str(ledger ? "ledger" : "cosigner"));
	if (key->type == ST_NOTE_COSIGNATURE)
		set_time(object, "time", time);
	else
		stet_json_set(object, "time", stet_json_null());
	return object;
}

void
st_trust_report(const stet_trust *trust, const struct st_signed_head *head, stet_json *report)
{
	stet_json *signers = stet_json_array();
	uint64_t latest = 0;
	size_t i;

	for (i = 0; i < head->count; i++) {
		const struct st_note_signer *signer = &head->signers[i];

		latest = signer->time > latest ? signer->time : latest;
		stet_json_add(signers,
		    st_trust_signer(&trust->keys[signer->key], &head->checkpoint, signer->time));
	}
	st_json_set_text(report, "origin", st_str(head->checkpoint.origin));
	stet_json_set(report, "size", stet_json_int((int64_t)head->checkpoint.size));
	st_json_set_hex(report, "root", head->checkpoint.root, sizeof(head->checkpoint.root));
	if (latest > 0)
		set_time(report, "as_of", latest);
	else
		stet_json_set(report, "as_of", stet_json_null());
	stet_json_set(report, "known", stet_json_bool(head->known));
	stet_json_set(report, "signed_by", signers);
	stet_json_set(report, "unknown_signers", stet_json_int((int64_t)head->unknown));
}

int
stet_checkpoint_check(
    stet_bytes note, const stet_trust *trust, stet_json **report_out, stet_error *err)
{
	struct st_signed_head head;
	stet_json *report;
	int rc;

	if ((rc = st_trust_judge(trust, note, &head, err)) < 0)
		return rc;
	/* JSON has no whole numbers beyond that for every reader; no tree is so large. */
	if (head.checkpoint.size > ST_UINT53_MAX)
		return st_fail(err, STET_EFORMAT, ST_CHECKPOINT_MALFORMED,
		    "not a checkpoint: a size beyond 2^53 - 1 is none that a ledger has");
	report = stet_json_object();
	stet_json_set(report, "kind", stet_json_str("checkpoint"));
	st_trust_report(trust, &head, report);
	if ((rc = st_json_rc(report)) < 0) {
		stet_json_free(report);
		return st_fail_nomem(err);
	}
	*report_out = report;
	return STET_OK;
}
