/* The quality tier: three inputs, in whole hundredths. */
#include <string.h>

#include <stdlib.h>

#include "standing/ladder.h"

static const struct {
	const char *tier, *label;
} labels[] = {
    {"FLAGSHIP_CANDIDATE", "Flagship candidate"},
    {"DOI_GRADE", "DOI grade"},
    {"PUBLIC_RECORD", "Public record"},
    {"WATCHLIST", "Watchlist"},
    {"QUARANTINE_CANDIDATE", "Quarantine candidate"},
};

const char *
st_tier_label(const char *tier)
{
	size_t i;

	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(labels[i].tier, tier) == 0)
			return labels[i].label;
	return NULL;
}

/* value against the least one of a policy: -1 not known. */
static int
at_least(const struct st_standing *standing, int64_t value, const char *name)
{
	int64_t least;

	if (value < 0 || st_policy_number(standing, name, &least) < 0)
		return -1;
	return value >= least;
}

static int
all_of(int a, int b, int c)
{
	if (a == 0 || b == 0 || c == 0)
		return 0;
	return a < 0 || b < 0 || c < 0 ? -1 : 1;
}

/* The order of decisions that reproduces every record of which all inputs are visible: quarantine,
 * flagship, DOI grade, else watchlist.  PUBLIC_RECORD overlaps the watchlist and was given to
 * none. */
const char *
st_tier_of(const struct st_standing *standing, const struct st_tier_input *input)
{
	int enough = at_least(standing, input->score, "quarantine_below_review_score");
	int flagship = all_of(at_least(standing, input->score, "flagship_minimum_review_score"),
	    at_least(standing, input->claims, "flagship_minimum_verified_claim_count"),
	    input->reproducible);
	int grade = all_of(at_least(standing, input->score, "doi_grade_minimum_review_score"),
	    at_least(standing, input->claims, "doi_grade_minimum_verified_claim_count"), 1);

	if (enough <= 0)
		return enough == 0 ? "QUARANTINE_CANDIDATE" : NULL;
	if (flagship != 0)
		return flagship > 0 ? "FLAGSHIP_CANDIDATE" : NULL;
	if (grade != 0)
		return grade > 0 ? "DOI_GRADE" : NULL;
	return "WATCHLIST";
}

/* --- the row ------------------------------------------------------------------------------------
 */

/* The count that the publisher works with is what its page says in the header; evidence is what the
 * claims themselves say. */
static const char *const claim_paths[ST_SET_COUNT][3] = {
    [ST_DERIVED] = {"/declaration/verified_claim_count", "/claims/verified_claim_count", NULL},
    [ST_SUPPORTED] = {"/claims/verified_claim_count", NULL, NULL},
};
static const char *const reproducibility_paths[] = {"/declaration/reproducibility_level",
    "/assessment/dimensions/reproducibility_status/level", NULL};

static int
read_inputs(const struct st_standing *standing, enum st_set set, struct st_tier_input *input,
    struct st_value *value)
{
	const char *const *path;
	size_t fact;
	char *level = NULL;
	int rc = STET_OK;

	input->score = input->claims = -1;
	input->reproducible = -1;
	if (st_effective_hundredths(
		standing, "/assessment/review_score", set, &input->score, &fact) == STET_OK)
		rc |= st_evidence_add(&value->evidence, fact);
	for (path = claim_paths[set]; *path != NULL && input->claims < 0; path++)
		if (st_effective_count(standing, *path, set, &input->claims, &fact) == STET_OK)
			rc |= st_evidence_add(&value->evidence, fact);
	for (path = reproducibility_paths; *path != NULL && level == NULL; path++)
		if ((level = st_effective_text(standing, *path, set, &fact)) != NULL) {
			input->reproducible = strcmp(level, "HIGH") == 0;
			rc |= st_evidence_add(&value->evidence, fact);
		}
	free(level);
	return rc;
}

/* Which inputs are missing, of those that would change something. */
static void
say_why(const struct st_standing *standing, const struct st_tier_input *input, enum st_set set,
    struct st_value *value)
{
	const char *sign = set == ST_SUPPORTED ? "signed " : "";
	struct st_tier_input probe = *input;
	int64_t number;
	int claims = input->claims < 0, level;

	if (claims)
		probe.claims = INT64_MAX;
	level = input->reproducible < 0 && st_tier_of(standing, &probe) == NULL;
	if (st_policy_number(standing, "quarantine_below_review_score", &number) < 0)
		st_value_unknown(value, "no profile that gives the thresholds of tiers");
	else if (input->score < 0)
		st_value_unknown(value, "no %sreview score", sign);
	else
		st_value_unknown(value, "no %s%s%s%s", sign, claims ? "verified claim count" : "",
		    claims && level ? " and no reproducibility level" : "",
		    !claims && level ? "reproducibility level" : "");
}

static int
answer(const struct st_standing *standing, enum st_set set, struct st_value *value)
{
	struct st_tier_input input;
	const char *tier;

	if (read_inputs(standing, set, &input, value) != STET_OK)
		return STET_ENOMEM;
	if ((tier = st_tier_of(standing, &input)) != NULL)
		st_value_set(value, tier, st_tier_label(tier));
	else
		say_why(standing, &input, set, value);
	return STET_OK;
}

int
st_fold_tier(struct st_standing *standing, struct st_row *row)
{
	int rc;

	if ((rc = answer(standing, ST_DERIVED, &row->values[ST_DERIVED])) < 0)
		return rc;
	return answer(standing, ST_SUPPORTED, &row->values[ST_SUPPORTED]);
}
