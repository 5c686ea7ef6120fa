/* A proof for callers: opened, reported, asked for standings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admission/closure.h"
#include "admission/lookup.h"
#include "base/err.h"
#include "base/time.h"
#include "json/json.h"
#include "proof/proof.h"
#include "record/record.h"
#include "statement/id.h"
#include "trust/trust.h"

/* --- opened and reported --------------------------------------------------------------------- */

/* Signers as the reader knows them; where he knows an older ledger key, the changes that were shown
 * have handed it on to the one that signed. */
static int
report_signers(stet_proof *proof, const stet_trust *trust, stet_json *report, stet_error *err)
{
	const struct st_ledger_key *key = st_state_checkpoint_key(&proof->state);
	struct st_signed_head *head = malloc(sizeof(*head));
	stet_trust with = {NULL, 0, 0};
	int rc = STET_OK;

	with.keys = calloc((trust != NULL ? trust->count : 0) + 1, sizeof(*with.keys));
	if (head == NULL || with.keys == NULL) {
		rc = st_fail_nomem(err);
	} else {
		if (trust != NULL && trust->count > 0)
			memcpy(with.keys, trust->keys, trust->count * sizeof(*with.keys));
		with.count = trust != NULL ? trust->count : 0;
		if (proof->trusted)
			rc = st_vkey_make(proof->state.origin, ST_NOTE_ED25519, key->public_key,
			    &with.keys[with.count++], err);
		if (rc == STET_OK)
			rc = st_trust_judge(&with, proof->proof.checkpoint, head, err);
		if (rc == STET_OK) {
			head->known = proof->trusted;
			st_trust_report(&with, head, report);
		}
	}
	free(with.keys);
	free(head);
	return rc;
}

static int
was_asked(const stet_proof *proof, const char *name)
{
	size_t i;

	for (i = 0; i < proof->proof.asked_count; i++)
		if (st_bytes_equal(proof->proof.asked[i], st_str(name)))
			return 1;
	return 0;
}

static int
covers(void *ctx, const uint8_t name_key[32])
{
	return st_covered_has(&((const stet_proof *)ctx)->covered, name_key);
}

/* What observers link and the maker did not ask for: nothing is known of it. */
static int
report_uncovered(stet_proof *proof, stet_json *report, stet_error *err)
{
	stet_json *array = stet_json_array();
	struct st_closure closure;
	size_t i, k;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && i < proof->proof.asked_count; i++) {
		rc = st_closure_of(
		    &proof->books, proof->proof.asked[i], proof->checkpoint.size, 1, &closure, err);
		for (k = 0; rc == STET_OK && k < closure.count; k++) {
			size_t at;

			if (covers(proof, closure.names[k].key))
				continue;
			for (at = 0; at < stet_json_size(array); at++)
				if (st_bytes_equal(stet_json_string_of(stet_json_item(array, at)),
					st_str(closure.names[k].name)))
					break;
			if (at == stet_json_size(array))
				stet_json_add(array, stet_json_str(closure.names[k].name));
		}
		st_closure_clear(&closure);
	}
	stet_json_set(report, "uncovered", array);
	return rc;
}

static void
set_time(stet_json *json, const char *member, uint64_t ms)
{
	char text[ST_TIME_SIZE];

	st_time_text_ms(ms, text);
	stet_json_set(json, member, stet_json_str(text));
}

static uint64_t
closing_ms(const stet_proof *proof)
{
	return proof->shown[proof->proof.entry_count - 1].entry.ms;
}

static void
report_names(stet_proof *proof, stet_json *report)
{
	stet_json *asked = stet_json_array(), *names = stet_json_array(), *name;
	size_t i;

	for (i = 0; i < proof->proof.asked_count; i++)
		stet_json_add(asked, stet_json_string(proof->proof.asked[i]));
	for (i = 0; i < proof->covered.count; i++) {
		name = stet_json_object();
		stet_json_set(name, "name", stet_json_str(proof->covered.names[i].name));
		stet_json_set(name, "count", stet_json_int((int64_t)proof->found[i].count));
		stet_json_set(
		    name, "asked", stet_json_bool(was_asked(proof, proof->covered.names[i].name)));
		stet_json_add(names, name);
	}
	stet_json_set(report, "asked", asked);
	stet_json_set(report, "names", names);
}

static int
make_report(stet_proof *proof, const stet_trust *trust, stet_error *err)
{
	stet_json *report = stet_json_object();
	int rc;

	proof->report = report;
	stet_json_set(report, "kind", stet_json_str("stet-proof"));
	if ((rc = report_signers(proof, trust, report, err)) < 0)
		return rc;
	stet_json_set(report, "ledger", stet_json_str(proof->state.id));
	stet_json_set(report, "seal", stet_json_int((int64_t)proof->checkpoint.size - 1));
	set_time(report, "as_of", closing_ms(proof));
	report_names(proof, report);
	stet_json_set(report, "entries", stet_json_int((int64_t)proof->proof.entry_count));
	stet_json_set(report, "ledger_keys", stet_json_int((int64_t)proof->state.ledger_key_count));
	stet_json_set(report, "understood", stet_json_bool(proof->unknown == 0));
	if ((rc = report_uncovered(proof, report, err)) < 0)
		return rc;
	return st_json_rc(report) < 0 ? st_fail_nomem(err) : STET_OK;
}

int
stet_proof_open(stet_bytes file, const stet_trust *trust, stet_proof **proof_out, stet_error *err)
{
	stet_proof *proof = calloc(1, sizeof(*proof));
	int rc;

	if (proof == NULL)
		return st_fail_nomem(err);
	st_error_clear(err);
	st_buf_put_bytes(&proof->file, file);
	if (proof->file.rc < 0)
		rc = st_fail_nomem(err);
	else if ((rc = st_crypto_init(err)) == STET_OK &&
		 (rc = st_proof_verify(proof, trust, err)) == STET_OK)
		rc = make_report(proof, trust, err);
	if (rc < 0) {
		stet_proof_free(proof);
		return rc;
	}
	*proof_out = proof;
	return STET_OK;
}

void
stet_proof_free(stet_proof *proof)
{
	if (proof == NULL)
		return;
	stet_json_free(proof->report);
	st_reader_close(proof->reader);
	st_batch_abort(&proof->batch);
	st_store_close(proof->store);
	st_state_clear(&proof->state);
	st_covered_clear(&proof->covered);
	st_proof_clear(&proof->proof);
	free(proof->found);
	free(proof->shown_keys);
	free(proof->shown);
	free(proof->seqs);
	free(proof->leaves);
	st_buf_free(&proof->file);
	free(proof);
}

const stet_json *
stet_proof_report(const stet_proof *proof)
{
	return proof->report;
}

stet_bytes
stet_proof_checkpoint(const stet_proof *proof)
{
	return proof->proof.checkpoint;
}

/* --- standings ------------------------------------------------------------------------------- */

/* A covered name whose UUID begins with these digits; several are ambiguous. */
static int
find_prefix(const stet_proof *proof, const stet_id *id, const char **name_out, stet_error *err)
{
	static const char scheme[] = "urn:uuid:";
	const struct st_covered_name *name;
	char digits[9];
	size_t i;

	*name_out = NULL;
	snprintf(digits, sizeof(digits), "%08x", (unsigned)st_id_prefix(id));
	for (i = 0; i < proof->covered.count; i++) {
		name = &proof->covered.names[i];
		if (strncmp(name->name, scheme, sizeof(scheme) - 1) != 0 ||
		    strncmp(name->name + sizeof(scheme) - 1, digits, 8) != 0)
			continue;
		if (*name_out != NULL)
			return st_fail(err, STET_EREFUSED, ST_ID_AMBIGUOUS,
			    "'%s' may be '%s' or '%s'", stet_id_text(id), *name_out, name->name);
		*name_out = name->name;
	}
	return STET_OK;
}

static int
name_of(const stet_proof *proof, const stet_id *id, const char **name_out, stet_error *err)
{
	uint8_t key[32];
	int rc = STET_OK;

	*name_out = NULL;
	if (stet_id_is_prefix(id)) {
		rc = find_prefix(proof, id, name_out, err);
	} else {
		st_map_key(st_str(stet_id_text(id)), key);
		if (st_covered_has(&proof->covered, key))
			*name_out = stet_id_text(id);
	}
	if (rc == STET_OK && *name_out == NULL)
		rc = st_fail(err, STET_EREFUSED, ST_PROOF_NOT_COVERED,
		    "the proof says nothing about '%s'", stet_id_text(id));
	return rc;
}

int
stet_proof_covers(const stet_proof *proof, const stet_id *id)
{
	const char *name;

	return name_of(proof, id, &name, NULL) == STET_OK;
}

int
stet_proof_standing(
    stet_proof *proof, const stet_id *id, stet_standing **standing_out, stet_error *err)
{
	const struct st_cover cover = {covers, proof};
	const struct st_feed_from from = {
	    &proof->books, proof->checkpoint.size, NULL, NULL, &cover};
	const struct st_as_of as_of = {
	    proof->checkpoint.size, proof->checkpoint.size - 1, closing_ms(proof)};
	struct st_standing_feed *feed = NULL;
	const char *name;
	int rc;

	st_error_clear(err);
	if ((rc = name_of(proof, id, &name, err)) < 0 ||
	    (rc = st_standing_feed_new(&from, &feed, err)) < 0)
		return rc;
	rc = st_standing_public(
	    feed, st_str(name), stet_id_text(id), proof->state.id, &as_of, standing_out, err);
	st_standing_feed_free(feed);
	return rc;
}
