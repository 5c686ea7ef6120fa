/* What a gate found. */
#include "statement/types/rows.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "base/time.h"

/* Both contracts know FALSIFIED: a status is read within its own contract only. */
static const char *const gate_statuses[] = {"UNVERIFIED", "VERIFIED", "FALSIFIED", NULL};
static const char *const math_statuses[] = {
    "FALSIFIED", "COMPUTATIONAL_EVIDENCE", "FORMAL_PROOF_ATTEMPTED", "FORMAL_PROOF_VERIFIED", NULL};
static const char *const statuses[] = {"UNVERIFIED", "VERIFIED", "FALSIFIED",
    "COMPUTATIONAL_EVIDENCE", "FORMAL_PROOF_ATTEMPTED", "FORMAL_PROOF_VERIFIED", NULL};
static const char *const contracts[] = {"gate-verdict-v1", "math-result-v1", NULL};
static const char *const kinds[] = {"formal-proof", "sandbox", "red-team", "default", NULL};

static const struct st_field role_fields[] = {
    {ST_NAMED("role"), ST_WORD, ST_REQUIRED, .label = "Role",
	.doc = "The role that scored, such as REPLICATION_ATTACKER."},
    {ST_NAMED("score"), ST_SCORE, ST_REQUIRED, .label = "Score", .doc = "Its score, 0 to 10."},
    {0},
};
static const struct st_field role_item = {ST_MAP(role_fields)};
static const struct st_field artifact_item = {ST_HASH};

enum {
	V,
	DIFF,
	GATE,
	KIND,
	TYPE,
	AFTER,
	ROLES,
	REASON,
	SOURCE,
	STATUS,
	N_CASES,
	COMPUTED,
	CONTRACT,
	EXPECTED,
	OCCURRED,
	ARTIFACTS,
	TOLERANCE,
	GATE_LABEL,
	EVALUATED_AT
};

static const struct st_field verdict_fields[] = {
    [V] = ST_V_ROW,
    [DIFF] = {ST_NAMED("diff"), ST_NUMBER, .label = "Difference in per cent",
	.doc = "The difference as printed, in per cent of the expected value, without the sign."},
    [GATE] = {ST_NAMED("gate"), ST_WORD, ST_REQUIRED, .label = "Gate",
	.doc = "Which gate spoke; verdicts of different gates stand beside each other."},
    [KIND] = {ST_NAMED("kind"), ST_ENUM(kinds), .label = "Kind",
	.doc = "How the verdict came about; default: nothing was attempted."},
    [TYPE] = ST_TYPE_ROW("verdict"),
    [AFTER] = ST_AFTER_ROW,
    [ROLES] = {ST_NAMED("roles"), ST_LIST(&role_item, 1, 64), .label = "Role scores",
	.doc = "What each role of a red team scored, in the order given."},
    [REASON] = {ST_NAMED("reason"), ST_PROSE, .label = "Reason",
	.doc = "The reason, as it was printed."},
    [SOURCE] = ST_SOURCE_ROW(0),
    [STATUS] = {ST_NAMED("status"), ST_ENUM(statuses), ST_REQUIRED, .label = "Status",
	.doc = "The verdict, in the words of its contract."},
    [N_CASES] = {ST_NAMED("n_cases"), ST_UINT53, .label = "Cases",
	.doc = "How many cases a computation covered."},
    [COMPUTED] = {ST_NAMED("computed"), ST_NUMBER, .label = "Computed",
	.doc = "The number that was computed, digit for digit as printed."},
    [CONTRACT] = {ST_NAMED("contract"), ST_ENUM(contracts), ST_REQUIRED, .label = "Contract",
	.doc = "The contract that the status belongs to."},
    [EXPECTED] = {ST_NAMED("expected"), ST_NUMBER, .label = "Expected",
	.doc = "The number that was expected, digit for digit as printed."},
    [OCCURRED] = ST_OCCURRED_ROW,
    [ARTIFACTS] = {ST_NAMED("artifacts"), ST_LIST(&artifact_item, 1, ST_ITEMS_MAX),
	.label = "Artifacts",
	.doc = "SHA-256 of the artifacts of this record that the verdict rests on."},
    [TOLERANCE] = {ST_NAMED("tolerance"), ST_NUMBER, .label = "Tolerance in per cent",
	.doc = "The tolerance as printed, in per cent, without the sign."},
    [GATE_LABEL] = {ST_NAMED("gate_label"), ST_TITLE, .label = "Gate as printed",
	.doc = "What the page calls the gate, word for word."},
    [EVALUATED_AT] = {ST_NAMED("evaluated_at"), ST_DATE, .flags = ST_FIELD_NULLABLE,
	.label = "Evaluated", .doc = "When the gate ran; null: the page says that it did not."},
    {0},
};

static int
status_of_contract(const stet_bytes *found, stet_error *err)
{
	stet_bytes status = st_found_text(found[STATUS]);
	int math = st_found_is(found[CONTRACT], "math-result-v1");
	const char *const *known = math ? math_statuses : gate_statuses;
	char shown[ST_SHOWN_SIZE];

	for (; *known != NULL; known++)
		if (st_bytes_equal(status, st_str(*known)))
			return STET_OK;
	return st_fail(err, STET_EFORMAT, ST_VERDICT_STATUS, "'/status' %s is no status of %s",
	    st_shown(status, shown), math ? "math-result-v1" : "gate-verdict-v1");
}

static const struct st_check verdict_checks[] = {
    {ST_VERDICT_STATUS, status_of_contract,
	"gate-verdict-v1 has the statuses UNVERIFIED, VERIFIED and FALSIFIED; math-result-v1 has "
	"FALSIFIED, COMPUTATIONAL_EVIDENCE, FORMAL_PROOF_ATTEMPTED and FORMAL_PROOF_VERIFIED.",
	"{\"if\":{\"properties\":{\"contract\":{\"const\":\"math-result-v1\"}}},"
	"\"then\":{\"properties\":{\"status\":{\"enum\":[\"FALSIFIED\",\"COMPUTATIONAL_EVIDENCE\","
	"\"FORMAL_PROOF_ATTEMPTED\",\"FORMAL_PROOF_VERIFIED\"]}}},"
	"\"else\":{\"properties\":{\"status\":{\"enum\":[\"UNVERIFIED\",\"VERIFIED\","
	"\"FALSIFIED\"]}}}}"},
    {0},
};

const struct st_schema st_schema_verdict = {ST_TYPE_VERDICT, "verdict", NULL,
    ST_TABLE(verdict_fields), verdict_checks, "the record",
    "Says what a gate found. Verdicts add up: a later one stands beside the earlier ones, and a "
    "change of mind is a correction of nature verdict_change."};
