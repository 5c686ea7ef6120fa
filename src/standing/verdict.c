/* Verdicts: what follows from the numbers that a gate printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "standing/ladder.h"

static stet_bytes
text_at(const struct st_standing *standing, size_t verdict, const char *member)
{
	stet_bytes text = {NULL, 0};

	st_cbor_member_text(standing->facts[verdict].statement.sign1.payload, member, &text);
	return text;
}

static int
is_kind(const struct st_standing *standing, size_t verdict, const char *kind)
{
	return st_bytes_equal(text_at(standing, verdict, "kind"), st_str(kind));
}

int
st_verdict_mean(const struct st_standing *standing, size_t verdict, int64_t *tenths_out)
{
	stet_bytes roles, role, score;
	struct st_cbor in, value;
	uint64_t count, i;
	int64_t hundredths, sum = 0;

	if (st_cbor_member(standing->facts[verdict].statement.sign1.payload, "roles", &roles) < 0)
		return STET_ENOTFOUND;
	in = st_cbor_open(roles);
	if (st_cbor_read_array(&in, &count) < 0 || count == 0)
		return STET_ENOTFOUND;
	for (i = 0; i < count; i++) {
		if (st_cbor_skip(&in, &role) < 0 || st_cbor_member(role, "score", &score) < 0)
			return STET_ENOTFOUND;
		value = st_cbor_open(score);
		if (st_cbor_read_hundredths(&value, &hundredths) < 0)
			return STET_ENOTFOUND;
		sum += hundredths;
	}
	/* Rounded half up to tenths: (sum / count) / 10 + 1/2. */
	*tenths_out = (2 * sum + 10 * (int64_t)count) / (20 * (int64_t)count);
	return STET_OK;
}

static const char *
by_numbers(const struct st_standing *standing, size_t verdict, char why_out[160])
{
	struct st_decimal computed, expected, tolerance;
	stet_bytes text = text_at(standing, verdict, "tolerance");
	int64_t preset;
	int within;

	if (st_decimal_read(text_at(standing, verdict, "computed"), &computed) < 0 ||
	    st_decimal_read(text_at(standing, verdict, "expected"), &expected) < 0) {
		snprintf(why_out, 160, "computed and expected values are not both known");
		return NULL;
	}
	if (st_decimal_read(text, &tolerance) < 0 || tolerance.mantissa < 0) {
		if (text.data != NULL ||
		    st_policy_number(standing, "tolerance_percent", &preset) < 0) {
			snprintf(why_out, 160, "the tolerance is not known");
			return NULL;
		}
		tolerance = (struct st_decimal){preset, -2};
	}
	if (st_decimal_within(&computed, &expected, &tolerance, &within) < 0) {
		snprintf(why_out, 160, "the values cannot be compared exactly");
		return NULL;
	}
	return within ? "VERIFIED" : "FALSIFIED";
}

const char *
st_verdict_derived(const struct st_standing *standing, size_t verdict, char why_out[160])
{
	/* The contracts have a word in common, and no more. */
	int gate =
	    st_bytes_equal(text_at(standing, verdict, "contract"), st_str("gate-verdict-v1"));

	why_out[0] = '\0';
	if (gate && is_kind(standing, verdict, "default"))
		return "UNVERIFIED";
	if (gate && is_kind(standing, verdict, "sandbox"))
		return by_numbers(standing, verdict, why_out);
	snprintf(why_out, 160, "%s",
	    is_kind(standing, verdict, "red-team")
		? "from which attack score on a claim is falsified is not published"
		: "nothing in the verdict can be computed again");
	return NULL;
}

static int
names_digest(const struct st_fact *fact, const uint8_t digest[32])
{
	static const char *const members[] = {"sha256", "blinded"};
	stet_bytes stated;
	size_t k;

	for (k = 0; k < 2; k++)
		if (st_cbor_member_bytes(fact->statement.sign1.payload, members[k], &stated) ==
			STET_OK &&
		    stated.size == 32 && memcmp(stated.data, digest, 32) == 0)
			return 1;
	return 0;
}

/* The artifact statement of the record that names this digest and whose content is here: yes; or
 * might be, for all that could be found out. */
static enum st_answer
find_held(const struct st_standing *standing, const uint8_t digest[32], size_t *artifact_out)
{
	enum st_answer held = ST_ANSWER_NO;
	struct st_fact fact;
	size_t i;

	for (i = 0; i < standing->fact_count; i++) {
		if (standing->facts[i].statement.type != ST_TYPE_ARTIFACT ||
		    !names_digest(&standing->facts[i], digest))
			continue;
		if (st_fact_supports(&standing->facts[i])) {
			*artifact_out = i;
			return ST_ANSWER_YES;
		}
		fact = standing->facts[i];
		if (fact.held != ST_HELD_UNKNOWN)
			continue;
		fact.held = ST_HELD_HERE;
		if (st_fact_supports(&fact))
			held = ST_ANSWER_UNKNOWN;
	}
	return held;
}

int
st_verdict_held(const struct st_standing *standing, size_t verdict, enum st_answer *held_out,
    struct st_evidence *evidence)
{
	enum st_answer all = ST_ANSWER_YES, held;
	const uint8_t *digest;
	stet_bytes array;
	struct st_cbor in;
	uint64_t count;
	size_t artifact;
	int rc;

	*held_out = ST_ANSWER_NO;
	if (st_cbor_member(standing->facts[verdict].statement.sign1.payload, "artifacts", &array) <
	    0)
		return STET_OK;
	in = st_cbor_open(array);
	if (st_cbor_read_array(&in, &count) < 0 || count == 0)
		return STET_OK;
	for (; count > 0; count--) {
		if (st_cbor_read_hash(&in, &digest) < 0)
			return STET_OK;
		held = find_held(standing, digest, &artifact);
		if (held == ST_ANSWER_YES && evidence != NULL &&
		    (rc = st_evidence_add(evidence, artifact)) < 0)
			return rc;
		if (held == ST_ANSWER_NO || all == ST_ANSWER_NO)
			all = ST_ANSWER_NO;
		else if (held == ST_ANSWER_UNKNOWN)
			all = ST_ANSWER_UNKNOWN;
	}
	*held_out = all;
	return STET_OK;
}

/* --- the row ------------------------------------------------------------------------------------
 */

/* UNVERIFIED says that nothing was tried: it needs no artifact. */
static int
answer_supported(const struct st_standing *standing, size_t verdict, struct st_value *value)
{
	stet_bytes status = text_at(standing, verdict, "status");
	enum st_answer held;
	char text[64];
	int rc;

	snprintf(text, sizeof(text), "%.*s", (int)status.size, (const char *)status.data);
	if ((rc = st_verdict_held(standing, verdict, &held, &value->evidence)) < 0)
		return rc;
	if (held != ST_ANSWER_YES && strcmp(text, "UNVERIFIED") != 0 &&
	    strcmp(text, "COMPUTATIONAL_EVIDENCE") != 0)
		st_value_unknown(value, "%s",
		    held == ST_ANSWER_NO
			? "the artifacts it rests on are not all here"
			: "whether the artifacts it rests on are held here is not known");
	else
		st_value_set(value, text, NULL);
	return st_evidence_add(&value->evidence, verdict);
}

int
st_fold_verdict(struct st_standing *standing, struct st_row *row, size_t verdict, size_t supporting)
{
	const struct st_fact *fact = &standing->facts[verdict];
	struct st_value *values = row->values;
	stet_bytes status = text_at(standing, verdict, "status");
	const char *derived;
	char text[64], why[160];
	int rc;

	snprintf(text, sizeof(text), "%.*s", (int)status.size, (const char *)status.data);
	st_value_set(&values[ST_DECLARED], text, NULL);
	if ((derived = st_verdict_derived(standing, verdict, why)) != NULL)
		st_value_set(&values[ST_DERIVED], derived, NULL);
	else
		st_value_unknown(&values[ST_DERIVED], "%s", why);
	if ((rc = st_evidence_add(&values[ST_DECLARED].evidence, verdict)) < 0 ||
	    (derived != NULL && (rc = st_evidence_add(&values[ST_DERIVED].evidence, verdict)) < 0))
		return rc;
	if (supporting != ST_NO_FACT)
		return answer_supported(standing, supporting, &values[ST_SUPPORTED]);
	st_value_unknown(&values[ST_SUPPORTED], "%s",
	    fact->observed     ? "the verdict is observed, no gate has signed it here"
	    : fact->distrusted ? "the key that signed it is distrusted"
			       : "the verdict does not count");
	return STET_OK;
}
