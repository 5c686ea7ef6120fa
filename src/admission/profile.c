#include "admission/profile.h"

#include <stet/ledger.h>

#include "base/err.h"
#include "base/text.h"
#include "base/time.h"

/* The publisher's own contracts, as far as they state numbers; facts: the tier thresholds and the
 * activation date are theirs, the tolerance is what every sandbox verdict printed. */
static const struct st_policy_row assignee_v1[] = {
    {"flagship_minimum_review_score", ST_POLICY_HUNDREDTHS, "8.5",
	"The least review score of a flagship candidate."},
    {"flagship_minimum_verified_claim_count", ST_POLICY_COUNT, "5",
	"The least number of verified claims of a flagship candidate."},
    {"doi_grade_minimum_review_score", ST_POLICY_HUNDREDTHS, "7.5",
	"The least review score of a record of DOI grade."},
    {"doi_grade_minimum_verified_claim_count", ST_POLICY_COUNT, "1",
	"The least number of verified claims of a record of DOI grade."},
    {"public_record_minimum_review_score", ST_POLICY_HUNDREDTHS, "5",
	"The least review score of a public record."},
    {"quarantine_below_review_score", ST_POLICY_HUNDREDTHS, "5",
	"Records that score less than this are quarantine candidates."},
    {"tolerance_percent", ST_POLICY_HUNDREDTHS, "5",
	"By how many per cent of the expected value a reproduced one may differ."},
    {"gate_activation_date", ST_POLICY_DATE, "2026-06-10",
	"The day from which records pass the verification gate."},
    {"floor_review_score", ST_POLICY_HUNDREDTHS, NULL,
	"Records that score less than this should not have been published."},
    {"floor_verified_claim_count", ST_POLICY_COUNT, NULL,
	"Records with fewer verified claims should not have been published."},
    {"endorsements_correction", ST_POLICY_COUNT, NULL,
	"How many other signers must endorse a correction before it counts."},
    {"endorsements_expression_of_concern", ST_POLICY_COUNT, NULL,
	"How many other signers must endorse an expression of concern before it counts."},
    {"endorsements_retraction", ST_POLICY_COUNT, NULL,
	"How many other signers must endorse a retraction, withdrawal or removal before it "
	"counts."},
    {"endorsements_reinstatement", ST_POLICY_COUNT, NULL,
	"How many other signers must endorse a reinstatement or the lifting of a concern."},
    {NULL, ST_POLICY_COUNT, NULL, NULL},
};

static const struct st_profile profiles[] = {
    {"assignee-v1", assignee_v1},
};

const struct st_profile *
st_profile_find(stet_bytes name)
{
	size_t i;

	for (i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		if (st_bytes_equal(name, st_str(profiles[i].name)))
			return &profiles[i];
	return NULL;
}

static int
value_fits(enum st_policy_kind kind, stet_bytes value)
{
	struct st_cbor in = st_cbor_open(value);
	int64_t hundredths;
	uint64_t count;
	stet_bytes text;

	switch (kind) {
	case ST_POLICY_HUNDREDTHS:
		return st_cbor_read_hundredths(&in, &hundredths) == STET_OK && hundredths >= 0 &&
		       hundredths <= 10000;
	case ST_POLICY_COUNT:
		return st_cbor_read_uint(&in, &count) == STET_OK && count <= 1000000;
	case ST_POLICY_DATE:
		return st_cbor_read_text(&in, &text) == STET_OK && st_date_ok(text);
	}
	return 0;
}

static const char *
kind_text(enum st_policy_kind kind)
{
	switch (kind) {
	case ST_POLICY_HUNDREDTHS:
		return "hundredths from 0 to 100";
	case ST_POLICY_COUNT:
		return "a count up to 1000000";
	case ST_POLICY_DATE:
		return "a date";
	}
	return "";
}

int
st_profile_check(stet_bytes profile, stet_bytes values, stet_error *err)
{
	const struct st_profile *found = st_profile_find(profile);
	const struct st_policy_row *row;
	struct st_cbor in = st_cbor_open(values);
	char shown[ST_SHOWN_SIZE];
	stet_bytes name, value;
	uint64_t count;

	if (found == NULL)
		return st_fail(err, STET_EREFUSED, ST_PROFILE_UNKNOWN,
		    "this stet knows no profile '%s'", st_shown(profile, shown));
	if (st_cbor_read_map(&in, &count) < 0)
		return st_fail(
		    err, STET_EFORMAT, ST_POLICY_VALUE, "the policy's values are not a map");
	for (; count > 0; count--) {
		if (st_cbor_read_text(&in, &name) < 0 || st_cbor_skip(&in, &value) < 0)
			return st_fail(err, STET_EFORMAT, ST_POLICY_VALUE,
			    "the policy's values are not a map");
		for (row = found->rows; row->name != NULL; row++)
			if (st_bytes_equal(name, st_str(row->name)))
				break;
		if (row->name == NULL)
			return st_fail(err, STET_EREFUSED, ST_POLICY_VALUE,
			    "profile '%s' has no value '%s'", found->name, st_shown(name, shown));
		if (!value_fits(row->kind, value))
			return st_fail(err, STET_EREFUSED, ST_POLICY_VALUE, "'%s' must be %s",
			    row->name, kind_text(row->kind));
	}
	return STET_OK;
}

int
stet_policy_number(const char *profile, size_t row, stet_policy_info *info_out)
{
	static const char *const kinds[] = {[ST_POLICY_HUNDREDTHS] = "hundredths",
	    [ST_POLICY_COUNT] = "count",
	    [ST_POLICY_DATE] = "date"};
	const struct st_profile *found = st_profile_find(st_str(profile));
	const struct st_policy_row *at = found != NULL ? found->rows : NULL;

	for (; at != NULL && at->name != NULL; at++)
		if (row-- == 0) {
			*info_out =
			    (stet_policy_info){at->name, kinds[at->kind], at->preset, at->doc};
			return 1;
		}
	return 0;
}
