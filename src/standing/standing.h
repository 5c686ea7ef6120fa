#ifndef ST_STANDING_STANDING_H
#define ST_STANDING_STANDING_H
/* What the entries about a record add up to.
 *
 * One fold, pure: it gets entries and answers, and neither reads a store nor asks what time it is.
 * The ledger feeds it from its tables, a proof file from its own entries; every reader (show,
 * verify ID, status, audit, contracts, pages) has the same answer.  docs/design.md, "Standing".
 *
 *   fold.c       facts: what was annulled, contested, endorsed, distrusted, ended
 *   condition.c  open conditions, contract state; the table of natures decides
 *   effective.c  the members of a record as corrections left them
 *   ladder.c     rungs and their evidence, three-valued; profile_*.c has the tables
 *   tier.c verdict.c decimal.c   the numbers
 *   finding.c    contradictions and gaps
 *   json.c       all of it as JSON
 */
#include <stet/json.h>

#include "statement/entry.h"
#include "statement/nature.h"
#include "statement/statement.h"

#define ST_NO_FACT SIZE_MAX

/* --- what goes in ----------------------------------------------------------------------------- */

/* Whether the content that an artifact statement names can be had where the fold is made. */
enum st_held { ST_HELD_UNKNOWN, ST_HELD_HERE, ST_HELD_NOT, ST_HELD_WITHHELD };

struct st_standing;
struct st_fold;
int st_fold_new(struct st_fold **fold_out, stet_error *err);
/* A name of the record; the first is the one asked for, or the one the record was opened under.
 * loose: only observers link it. */
int st_fold_name(struct st_fold *fold, stet_bytes name, int loose, stet_error *err);
/* The next entry, in ascending order of seq; copied.  Wanted are all entries up to the moment of
 * the read about the record's names, about stet:ledger, and about the keys that signed these;
 * others are passed over.  held is asked for artifact statements only.  STET_EFORMAT if it does not
 * parse. */
int st_fold_add(struct st_fold *fold, stet_bytes entry, const uint8_t leaf[32], enum st_held held,
    stet_error *err);
/* Consumes the fold.  STET_ENOTFOUND if no entry is about the names. */
int st_fold_end(struct st_fold **fold, struct st_standing **standing_out, stet_error *err);
void st_fold_free(struct st_fold *fold);
void st_standing_free(struct st_standing *standing);

/* --- facts ------------------------------------------------------------------------------------ */

/* A key that signed, as its own entries left it at the moment of the read. */
struct st_signer {
	uint8_t kid[32];
	char *label;                     /* "" if none; of the newest grant */
	uint64_t revoked, distrust_from; /* seqs, or STET_NO_SEQ */
};

struct st_names {
	char *name;
	int loose;
	uint64_t count; /* entries about it */
};

/* One entry about one of the record's names. */
struct st_fact {
	uint64_t seq, ms;
	uint8_t leaf[32];
	struct st_buf encoded;
	struct st_statement
	    statement;       /* views into encoded; type ST_TYPE_UNKNOWN: of a newer stet */
	size_t name, signer; /* of standing->names, standing->signers */
	enum st_held held;
	const struct st_nature *nature; /* of a correction; else NULL */
	int observed;                   /* it has a source: what somebody else states */
	int loose;      /* about a name that only observers link: supports nothing here */
	int distrusted; /* its key is distrusted from before it, and no endorsement restores it */
	unsigned endorsed, wanted; /* by how many other signers; pending while endorsed < wanted */
	size_t annulled_by, contested_by; /* facts, or ST_NO_FACT */
	size_t ended_by;                  /* what ended the condition that it opened */
	stet_json *json;                  /* its statement, once somebody asked: st_fact_json() */
};

/* Signed by a key that held the role, not annulled, not distrusted, not pending, about a name that
 * the record's own statements link: an observer's link lends nobody another record's evidence. The
 * content of an artifact has to be here as well. */
int st_fact_supports(const struct st_fact *fact);
/* Neither annulled nor pending: what somebody says. */
int st_fact_stands(const struct st_fact *fact);

/* --- conditions: the scholarly status ----------------------------------------------------------
 */

struct st_standing_condition {
	enum st_condition kind;
	size_t fact;     /* the correction that opened it */
	size_t ended_by; /* ST_NO_FACT: open              */
	int pending;     /* not yet: endorsements are missing */
};

/* --- the ladders -------------------------------------------------------------------------------
 */

enum st_answer { ST_ANSWER_NO, ST_ANSWER_YES, ST_ANSWER_UNKNOWN };
enum st_set { ST_DECLARED, ST_DERIVED, ST_SUPPORTED, ST_SET_COUNT };

struct st_evidence {
	size_t *facts; /* ascending */
	size_t count;
};
/* One answer of one row: the value, or what is known of it. */
struct st_value {
	enum st_answer known; /* YES: text; NO: there is none; UNKNOWN */
	char text[64];        /* "2", "L4", "FLAGSHIP_CANDIDATE", "CURRENT", "VERIFIED" */
	char least[64];       /* UNKNOWN: it is this at least; "" nothing is known */
	const char *label;    /* what the contract calls it; NULL: nothing known of that */
	char why[160];        /* UNKNOWN or NO: which input is missing; else "" */
	struct st_evidence evidence;
};
/* A step of a ladder, for verify ID. */
struct st_rung {
	int level;
	const char *code, *label; /* "L3", "Claim aggregate record" */
	enum st_answer
	    answers[ST_SET_COUNT]; /* DECLARED: is this level, or a higher one, declared */
	struct st_evidence evidence[ST_SET_COUNT];
	char why[ST_SET_COUNT][160];
};
/* One row of the page, answered three times. */
struct st_row {
	const char *code;  /* "verification-level" "provenance-level" "quality-tier" "verdict"
			      "correction-state" "correction-count" "verified-claims" "doi" */
	const char *title; /* "Verification level" */
	char *detail;      /* of verdicts: gate and kind ("2 sandbox"); of doi the DOI; else NULL */
	struct st_value values[ST_SET_COUNT];
	struct st_rung *rungs; /* of the two ladders; else NULL */
	size_t rung_count;
};

/* --- findings ----------------------------------------------------------------------------------
 */

struct st_standing_finding {
	int rule;             /* ST_... of base/rules.def: kind "finding" or "gap" */
	size_t first, second; /* the facts that cannot both be true; second may be ST_NO_FACT */
	char *text;           /* one line, with the two values */
};

/* --- what comes out ----------------------------------------------------------------------------
 */

struct st_standing {
	struct st_names *names;
	size_t name_count;
	struct st_signer *signers;
	size_t signer_count;
	struct st_fact *facts;
	size_t fact_count;
	size_t *slots; /* facts by leaf: open addressing, ST_NO_FACT: free */
	size_t slot_count;
	/* What the ledger said of itself by then. */
	char *profile, *origin;
	struct st_buf policy; /* the encoded values map of the policy in force; size 0: none */
	uint64_t policy_seq;  /* STET_NO_SEQ: none */
	int unknown_types;    /* entries of a newer stet about it, its signers or the ledger: then
			       nothing below is the whole answer */

	size_t
	    record; /* the newest record statement that stands, own before observed; ST_NO_FACT */
	int opened_by_publisher; /* an own record statement supports: what is not here does not
				    exist */
	struct st_standing_condition *conditions; /* in the order they opened, ended ones too */
	size_t condition_count;
	const char
	    *contract_state; /* "CURRENT" "CORRECTED" "SUPERSEDED"; NULL: could not find out */
	uint64_t correction_count;
	struct st_row *rows;
	size_t row_count;
	struct st_standing_finding *findings; /* findings first, then gaps */
	size_t finding_count, gap_count;      /* in all; of which gaps */
	int rc;         /* STET_ENOMEM: memory was short when something was asked for */
	uint64_t steps; /* how often the fold looked at a fact or a condition: what it cost */
};

/* A policy number in force: hundredths, count, or date as text.  STET_ENOTFOUND if it does not
 * apply. */
int st_policy_number(const struct st_standing *standing, const char *name, int64_t *value_out);
int st_policy_date(const struct st_standing *standing, const char *name, stet_bytes *text_out);

/* --- between the files of this folder ----------------------------------------------------------
 */

/* The newest fact of a type that stands, ST_NO_FACT: none.  supported: of those that support; else
 * own before observed. */
size_t st_newest(const struct st_standing *standing, enum st_type type, enum st_set set);
/* A member by path ("/claims/verified_claim_count") of the newest statement of its type, as
 * corrections that stand have left it (a correction of an observation: only of the same source), as
 * JSON; *fact_out is the fact that gives it.  NULL: not known. The caller frees it. */
stet_json *st_effective(
    const struct st_standing *standing, const char *path, enum st_set set, size_t *fact_out);
/* Of two that are alike the lower counts, however old: own words come before a source's. */
int st_fact_rank(const struct st_fact *fact);
/* The fact with this leaf, ST_NO_FACT. */
size_t st_fact_by_leaf(const struct st_standing *standing, const uint8_t leaf[32]);
/* The facts that a statement names in targets: visit in their order, its non-zero answer stops. */
typedef int st_target_visit(void *ctx, size_t target);
int st_fact_targets(
    const struct st_standing *standing, size_t fact, st_target_visit *visit, void *ctx);
/* The JSON form of a fact's statement; lives as long as the standing.  NULL: no memory. */
const stet_json *st_fact_json(const struct st_standing *standing, size_t fact);
/* Whether two observations have the same source.name; 0 if one is none. */
int st_fact_same_source(const struct st_fact *a, const struct st_fact *b);
/* Whether a correction may lift what it targets: a source only what it said itself, and nobody by a
 * key that is distrusted. */
int st_fact_may_lift(const struct st_fact *by, const struct st_fact *target);
/* Keeps an STET_ENOMEM for whoever asks standing->rc: what is asked of a standing may need memory.
 */
void st_remember(const struct st_standing *standing, int rc);
int st_evidence_add(struct st_evidence *evidence, size_t fact); /* STET_OK, STET_ENOMEM */
/* The same; the standing remembers if memory was short. */
void st_evidence_keep(
    const struct st_standing *standing, struct st_evidence *evidence, size_t fact);

int st_fold_conditions(struct st_standing *standing, stet_error *err); /* condition.c */
int st_fold_rows(struct st_standing *standing, stet_error *err);       /* ladder.c: all rows */
int st_fold_findings(struct st_standing *standing, stet_error *err);   /* finding.c */
/* As include/stet/standing.h describes it, without what only the ledger knows. NULL: no memory. */
stet_json *st_standing_to_json(const struct st_standing *standing);
stet_json *st_conditions_to_json(const struct st_standing *standing); /* these alone */

#endif
