/* The rows of a standing: ladders, tier, verdicts, registrations, correction state.
 *
 * Each row is answered from three sets of entries.  An input that is not known makes the answer
 * unknown; that something is not there is concluded only where a publisher's key has signed the
 * record here, or where a count is shown. */
#include "standing/ladder.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "json/json.h"

/* --- values -------------------------------------------------------------------------------------
 */

void
st_value_set(struct st_value *value, const char *text, const char *label)
{
	value->known = ST_ANSWER_YES;
	snprintf(value->text, sizeof(value->text), "%s", text);
	value->label = label;
	value->why[0] = '\0';
}

void
st_value_unknown(struct st_value *value, const char *format, ...)
{
	va_list args;

	value->known = ST_ANSWER_UNKNOWN;
	value->text[0] = '\0';
	va_start(args, format);
	vsnprintf(value->why, sizeof(value->why), format, args);
	va_end(args);
}

int
st_effective_count(const struct st_standing *standing, const char *path, enum st_set set,
    int64_t *value_out, size_t *fact_out)
{
	stet_json *value = st_effective(standing, path, set, fact_out);
	int rc = STET_ENOTFOUND;

	if (stet_json_kind_of(value) == STET_JSON_INT && stet_json_int_of(value) >= 0) {
		*value_out = stet_json_int_of(value);
		rc = STET_OK;
	}
	stet_json_free(value);
	return rc;
}

int
st_effective_hundredths(const struct st_standing *standing, const char *path, enum st_set set,
    int64_t *value_out, size_t *fact_out)
{
	stet_json *value = st_effective(standing, path, set, fact_out);
	int64_t score = 0;
	int known =
	    value != NULL && st_json_hundredths(value, &score) && score >= 0 && score <= 1000;

	stet_json_free(value);
	if (!known)
		return STET_ENOTFOUND;
	*value_out = score;
	return STET_OK;
}

char *
st_effective_text(
    const struct st_standing *standing, const char *path, enum st_set set, size_t *fact_out)
{
	stet_json *value = st_effective(standing, path, set, fact_out);
	stet_bytes text = stet_json_string_of(value);
	char *copy = text.data != NULL ? strndup((const char *)text.data, text.size) : NULL;

	if (text.data != NULL && copy == NULL)
		st_remember(standing, STET_ENOMEM);
	stet_json_free(value);
	return copy;
}

/* --- the tables ---------------------------------------------------------------------------------
 */

struct rung;
typedef enum st_answer predicate(const struct st_standing *standing, const struct rung *rung,
    enum st_set set, struct st_evidence *evidence, char why[160]);

struct rung {
	const char *code, *label;
	predicate *carries;
	const char *counter;      /* of the claims, by its name in the contract */
	const char *const *roles; /* artifacts that have to be here for it to be supported */
};

struct ladder {
	const char *code, *title, *declared;
	int cumulative; /* a rung is carried only if all below it are */
	const struct rung *rungs;
	size_t count;
};

static predicate always, has_record, has_counter, has_page, has_report, has_registration;

static const char *const inspected[] = {"report", "evidence", "manifest", "proof-source",
    "repro-script", "repro-results", "document", NULL};
static const char *const reproduced[] = {"repro-results", NULL};
static const char *const executed[] = {"repro-script", "repro-results", NULL};
static const char *const reviewed[] = {"proof-source", "evidence", NULL};

/* verification-levels-v1.  Labels 1 and 2 are on the publisher's pages; the others follow from the
 * names of the counters, which map one to one onto levels 2 to 7.  That a level needs the ones
 * below it is nowhere said, so it does not. */
static const struct rung verification[] = {
    {"0", "Below literature synthesis", always, NULL, NULL},
    {"1", "Literature synthesis", has_record, NULL, NULL},
    {"2", "Source-grounded claims", has_counter, "source_grounded_claims", NULL},
    {"3", "Cross-source corroborated claims", has_counter, "cross_source_corroborated_claims",
	NULL},
    {"4", "Artifact inspected claims", has_counter, "artifact_inspected_claims", inspected},
    {"5", "Sandbox executed claims", has_counter, "sandbox_executed_claims", executed},
    {"6", "Independently reproduced claims", has_counter, "independently_reproduced_claims",
	reproduced},
    {"7", "Externally reviewed or formally verified claims", has_counter,
	"externally_reviewed_or_formally_verified_claims", reviewed},
};

/* source-provenance-v1.  Labels L3 and L4 are on the pages; L0 to L2 follow from the order.  The
 * pages with L4 show a report and claims too, and the one without a registration is L3. */
static const struct rung provenance[] = {
    {"L0", "No public provenance", always, NULL, NULL},
    {"L1", "Public page or manifest", has_page, NULL, NULL},
    {"L2", "Report available", has_report, NULL, NULL},
    {"L3", "Claim aggregate record", has_counter, "source_grounded_claims", NULL},
    {"L4", "External archival record", has_registration, NULL, NULL},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct ladder ladders[] = {
    {"verification-level", "Verification level", "/declaration/paper_level", 0, verification,
	COUNT(verification)},
    {"provenance-level", "Provenance level", "/declaration/public_provenance_level", 1, provenance,
	COUNT(provenance)},
};

/* --- what carries a rung ------------------------------------------------------------------------
 */

static int
in_set(const struct st_fact *fact, enum st_set set)
{
	return set == ST_SUPPORTED ? st_fact_supports(fact) : st_fact_stands(fact);
}

/* Whether what is not here does not exist: a publisher has signed what there is, and all of it can
 * be read. */
static int
is_whole(const struct st_standing *standing)
{
	return standing->opened_by_publisher && !standing->unknown_types;
}

static enum st_answer
nothing(const struct st_standing *standing, enum st_set set, const char *what, char why[160])
{
	snprintf(why, 160, "%s%s", what,
	    is_whole(standing)              ? ""
	    : standing->opened_by_publisher ? ": an entry of a newer stet may say so"
	    : set == ST_SUPPORTED           ? ": nothing signed here says so"
					    : ": nobody says");
	return is_whole(standing) ? ST_ANSWER_NO : ST_ANSWER_UNKNOWN;
}

static enum st_answer
always(const struct st_standing *standing, const struct rung *rung, enum st_set set,
    struct st_evidence *evidence, char why[160])
{
	(void)standing;
	(void)rung;
	(void)set;
	(void)evidence;
	(void)why;
	return ST_ANSWER_YES;
}

static enum st_answer
has_record(const struct st_standing *standing, const struct rung *rung, enum st_set set,
    struct st_evidence *evidence, char why[160])
{
	size_t fact = st_newest(standing, ST_TYPE_RECORD, set);

	(void)rung;
	if (fact == ST_NO_FACT)
		return nothing(standing, set, "no record statement", why);
	st_evidence_keep(standing, evidence, fact);
	return ST_ANSWER_YES;
}

static int
is_artifact(const struct st_fact *fact, const char *const *roles)
{
	stet_bytes role;

	if (fact->statement.type != ST_TYPE_ARTIFACT ||
	    st_cbor_member_text(fact->statement.sign1.payload, "role", &role) < 0)
		return 0;
	for (; *roles != NULL; roles++)
		if (st_bytes_equal(role, st_str(*roles)))
			return 1;
	return 0;
}

/* An artifact of one of the roles; content has to be here where it is to support something. */
static size_t
find_artifact(const struct st_standing *standing, const char *const *roles, enum st_set set)
{
	size_t i;

	for (i = standing->fact_count; i-- > 0;)
		if (in_set(&standing->facts[i], set) && is_artifact(&standing->facts[i], roles))
			return i;
	return ST_NO_FACT;
}

/* Whether one would support, if only it were known that its content is here. */
static int
may_be_held(const struct st_standing *standing, const char *const *roles)
{
	struct st_fact fact;
	size_t i;

	for (i = 0; i < standing->fact_count; i++) {
		if (standing->facts[i].held != ST_HELD_UNKNOWN ||
		    !is_artifact(&standing->facts[i], roles))
			continue;
		fact = standing->facts[i];
		fact.held = ST_HELD_HERE;
		if (st_fact_supports(&fact))
			return 1;
	}
	return 0;
}

static enum st_answer
is_held(const struct st_standing *standing, const char *const *roles, const char *what,
    struct st_evidence *evidence, char why[160])
{
	size_t fact = find_artifact(standing, roles, ST_SUPPORTED);

	if (fact != ST_NO_FACT) {
		st_evidence_keep(standing, evidence, fact);
		return ST_ANSWER_YES;
	}
	if (!may_be_held(standing, roles))
		return nothing(standing, ST_SUPPORTED, what, why);
	snprintf(why, 160, "whether the artifact that shows it is held here is not known");
	return ST_ANSWER_UNKNOWN;
}

static enum st_answer
both(enum st_answer a, enum st_answer b)
{
	if (a == ST_ANSWER_NO || b == ST_ANSWER_NO)
		return ST_ANSWER_NO;
	return a == ST_ANSWER_UNKNOWN || b == ST_ANSWER_UNKNOWN ? ST_ANSWER_UNKNOWN : ST_ANSWER_YES;
}

/* Each of a sandbox run's two files; of the others any one will do. */
static enum st_answer
has_artifacts(const struct st_standing *standing, const struct rung *rung,
    struct st_evidence *evidence, char why[160])
{
	static const char what[] = "no artifact that shows it is held here";
	const char *one[2] = {NULL, NULL};
	enum st_answer answer = ST_ANSWER_YES, now;
	char reason[160];
	size_t k;

	if (rung->roles != executed)
		return is_held(standing, rung->roles, what, evidence, why);
	for (k = 0; rung->roles[k] != NULL; k++) {
		one[0] = rung->roles[k];
		now = both(answer, is_held(standing, one, what, evidence, reason));
		if (now != answer)
			memcpy(why, reason, sizeof(reason));
		answer = now;
	}
	return answer;
}

static enum st_answer
has_counter(const struct st_standing *standing, const struct rung *rung, enum st_set set,
    struct st_evidence *evidence, char why[160])
{
	char path[96], what[112];
	int64_t count;
	size_t fact;

	snprintf(path, sizeof(path), "/claims/%s", rung->counter);
	snprintf(what, sizeof(what), "no count '%s'", rung->counter);
	if (st_effective_count(standing, path, set, &count, &fact) < 0) {
		/* What a claims statement leaves out is not zero. */
		if (st_newest(standing, ST_TYPE_CLAIMS, set) == ST_NO_FACT)
			return nothing(standing, set, what, why);
		snprintf(why, 160, "the claims do not give '%s'", rung->counter);
		return ST_ANSWER_UNKNOWN;
	}
	st_evidence_keep(standing, evidence, fact);
	if (count == 0) {
		snprintf(why, 160, "'%s' is 0", rung->counter);
		return ST_ANSWER_NO;
	}
	return set == ST_SUPPORTED && rung->roles != NULL
		   ? has_artifacts(standing, rung, evidence, why)
		   : ST_ANSWER_YES;
}

static enum st_answer
has_page(const struct st_standing *standing, const struct rung *rung, enum st_set set,
    struct st_evidence *evidence, char why[160])
{
	static const char *const roles[] = {"manifest", NULL};
	stet_json *manifest;
	stet_bytes url;
	size_t fact, record = st_newest(standing, ST_TYPE_RECORD, set);

	(void)rung;
	manifest = st_effective(standing, "/record/manifest", set, &fact);
	if (stet_json_kind_of(manifest) != STET_JSON_OBJECT)
		fact = find_artifact(standing, roles, set);
	stet_json_free(manifest);
	/* What a page states was read off a page. */
	if (fact == ST_NO_FACT && record != ST_NO_FACT && standing->facts[record].observed &&
	    st_cbor_member_text(standing->facts[record].statement.source, "url", &url) == STET_OK)
		fact = record;
	if (fact == ST_NO_FACT && set == ST_SUPPORTED)
		return is_held(standing, roles, "no page and no manifest", evidence, why);
	if (fact == ST_NO_FACT)
		return nothing(standing, set, "no page and no manifest", why);
	st_evidence_keep(standing, evidence, fact);
	return ST_ANSWER_YES;
}

/* What a declaration says of one thing: 1 the good word, 0 another, -1 nothing. */
static int
declares(const struct st_standing *standing, const char *path, const char *word, size_t *fact_out)
{
	char *text = st_effective_text(standing, path, ST_DECLARED, fact_out);
	int answer = text == NULL ? -1 : strcmp(text, word) == 0;

	free(text);
	return answer;
}

static enum st_answer
has_report(const struct st_standing *standing, const struct rung *rung, enum st_set set,
    struct st_evidence *evidence, char why[160])
{
	static const char *const roles[] = {"report", NULL};
	size_t said, fact = find_artifact(standing, roles, set);
	int declared = -1;

	(void)rung;
	if (set == ST_SUPPORTED)
		return is_held(standing, roles, "no report is held here", evidence, why);
	if (fact == ST_NO_FACT && (declared = declares(standing, "/declaration/report_artifact",
				       "Available", &said)) >= 0)
		fact = said;
	if (fact == ST_NO_FACT)
		return nothing(standing, set, "no report", why);
	st_evidence_keep(standing, evidence, fact);
	if (declared == 0)
		snprintf(why, 160, "the report is declared not to be available");
	return declared == 0 ? ST_ANSWER_NO : ST_ANSWER_YES;
}

static stet_bytes
text_of(const struct st_fact *fact, const char *member)
{
	stet_bytes text = {(const uint8_t *)"", 0};

	st_cbor_member_text(fact->statement.sign1.payload, member, &text);
	return text;
}

/* What is said about one thing, by the members that name it; `says` is the one it has to have. */
struct topic {
	enum st_type type;
	const char *says, *names[2];
};
static const struct topic doi_topic = {ST_TYPE_DOI, "state", {"doi", NULL}};
static const struct topic verdict_topic = {ST_TYPE_VERDICT, "status", {"gate", "kind"}};

/* The newest of a set about the same thing as like; as st_newest() chooses. */
static size_t
newest_of(const struct st_standing *standing, const struct topic *topic, enum st_set set,
    const struct st_fact *like)
{
	size_t names = topic->names[1] != NULL ? 2 : 1, i, k, best = ST_NO_FACT;
	const struct st_fact *fact;
	stet_bytes wanted[2];

	for (k = 0; k < names; k++)
		wanted[k] = text_of(like, topic->names[k]);
	for (i = standing->fact_count; i-- > 0;) {
		fact = &standing->facts[i];
		if (fact->statement.type != topic->type || !in_set(fact, set) ||
		    (best != ST_NO_FACT &&
			st_fact_rank(fact) >= st_fact_rank(&standing->facts[best])))
			continue;
		for (k = 0; k < names; k++)
			if (!st_bytes_equal(text_of(fact, topic->names[k]), wanted[k]))
				break;
		if (k < names || text_of(fact, topic->says).size == 0)
			continue;
		best = i;
		if (st_fact_rank(fact) == 0)
			break;
	}
	return best;
}

static int
is_registered(const struct st_fact *fact)
{
	stet_bytes state = text_of(fact, "state");

	return st_bytes_equal(state, st_str("registered")) ||
	       st_bytes_equal(state, st_str("findable"));
}

/* 1: a DOI is said to be registered; 0: those there are are said not to be; -1: none is known. */
static int
registered(const struct st_standing *standing, enum st_set set, size_t *fact_out)
{
	const struct st_fact *fact;
	size_t i;
	int answer = -1;

	for (i = standing->fact_count; i-- > 0;) {
		fact = &standing->facts[i];
		if (fact->statement.type != ST_TYPE_DOI || !in_set(fact, set) ||
		    text_of(fact, "state").size == 0 || (answer == 0 && !is_registered(fact)) ||
		    newest_of(standing, &doi_topic, set, fact) != i)
			continue;
		*fact_out = i;
		if ((answer = is_registered(fact)) == 1)
			break;
	}
	return answer;
}

static enum st_answer
has_registration(const struct st_standing *standing, const struct rung *rung, enum st_set set,
    struct st_evidence *evidence, char why[160])
{
	size_t fact = ST_NO_FACT;
	int answer = registered(standing, set, &fact);

	(void)rung;
	if (answer < 0 && set != ST_SUPPORTED)
		answer = declares(standing, "/declaration/external_record", "Registered", &fact);
	if (answer < 0)
		return nothing(standing, set, "no registration", why);
	st_evidence_keep(standing, evidence, fact);
	if (answer == 0)
		snprintf(why, 160, "it is said not to be registered");
	return answer == 0 ? ST_ANSWER_NO : ST_ANSWER_YES;
}

/* --- ladders ------------------------------------------------------------------------------------
 */

static void
climb(const struct st_standing *standing, const struct ladder *ladder, struct st_row *row,
    enum st_set set)
{
	struct st_rung *rung, *below;
	enum st_answer own;
	size_t i;

	for (i = 0; i < ladder->count; i++) {
		rung = &row->rungs[i];
		rung->answers[set] = ladder->rungs[i].carries(
		    standing, &ladder->rungs[i], set, &rung->evidence[set], rung->why[set]);
		if (!ladder->cumulative || i == 0)
			continue;
		below = &row->rungs[i - 1];
		own = rung->answers[set];
		rung->answers[set] = both(own, below->answers[set]);
		if (rung->answers[set] != own)
			snprintf(
			    rung->why[set], sizeof(rung->why[set]), "it needs %s", below->code);
	}
}

static int
add_all(struct st_evidence *to, const struct st_evidence *from)
{
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && i < from->count; i++)
		rc = st_evidence_add(to, from->facts[i]);
	return rc;
}

/* The highest rung that is carried; unknown if a higher one may be. */
static int
conclude(const struct ladder *ladder, struct st_row *row, enum st_set set)
{
	struct st_value *value = &row->values[set];
	const struct st_rung *rung = NULL, *open = NULL;
	size_t i;

	for (i = 0; i < ladder->count; i++) {
		if (row->rungs[i].answers[set] == ST_ANSWER_YES) {
			rung = &row->rungs[i];
			open = NULL;
		} else if (row->rungs[i].answers[set] == ST_ANSWER_UNKNOWN && open == NULL) {
			open = &row->rungs[i];
		}
	}
	if (open != NULL) {
		st_value_unknown(value, "%s", open->why[set]);
		snprintf(value->least, sizeof(value->least), "%s", rung->code);
		value->label = rung->label;
	} else {
		st_value_set(value, rung->code, rung->label);
	}
	return add_all(&value->evidence, &rung->evidence[set]);
}

static int
declare_level(const struct st_standing *standing, const struct ladder *ladder, struct st_row *row)
{
	struct st_value *value = &row->values[ST_DECLARED];
	int64_t level;
	size_t fact, i;

	int rc = st_effective_count(standing, ladder->declared, ST_DECLARED, &level, &fact);

	if (rc < 0 || (uint64_t)level >= ladder->count) {
		st_value_unknown(value, "%s",
		    rc < 0 ? "nobody declares it" : "what is declared is no level of this ladder");
		for (i = 0; i < ladder->count; i++)
			row->rungs[i].answers[ST_DECLARED] = ST_ANSWER_UNKNOWN;
		return STET_OK;
	}
	st_value_set(value, row->rungs[level].code, row->rungs[level].label);
	for (i = 0; i < ladder->count; i++)
		row->rungs[i].answers[ST_DECLARED] =
		    i <= (size_t)level ? ST_ANSWER_YES : ST_ANSWER_NO;
	return st_evidence_add(&value->evidence, fact);
}

static int
fold_ladder(struct st_standing *standing, const struct ladder *ladder, struct st_row *row)
{
	size_t i;
	int rc;

	if ((row->rungs = calloc(ladder->count, sizeof(*row->rungs))) == NULL)
		return STET_ENOMEM;
	row->rung_count = ladder->count;
	for (i = 0; i < ladder->count; i++) {
		row->rungs[i].level = (int)i;
		row->rungs[i].code = ladder->rungs[i].code;
		row->rungs[i].label = ladder->rungs[i].label;
	}
	climb(standing, ladder, row, ST_DERIVED);
	climb(standing, ladder, row, ST_SUPPORTED);
	if ((rc = declare_level(standing, ladder, row)) < 0 ||
	    (rc = conclude(ladder, row, ST_DERIVED)) < 0)
		return rc;
	return conclude(ladder, row, ST_SUPPORTED);
}

/* --- the other rows -----------------------------------------------------------------------------
 */

static void
set_count(struct st_value *value, int64_t count)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)count);
	st_value_set(value, text, NULL);
}

static int
fold_claims(struct st_standing *standing, struct st_row *row)
{
	static const char *const paths[ST_SET_COUNT] = {
	    [ST_DECLARED] = "/declaration/verified_claim_count",
	    [ST_DERIVED] = "/claims/verified_claim_count",
	    [ST_SUPPORTED] = "/claims/verified_claim_count"};
	int64_t count;
	size_t fact;
	int set, rc;

	for (set = 0; set < ST_SET_COUNT; set++) {
		if (st_effective_count(standing, paths[set], (enum st_set)set, &count, &fact) < 0) {
			st_value_unknown(&row->values[set], "%s",
			    set == ST_DECLARED    ? "nobody declares it"
			    : set == ST_SUPPORTED ? "no signed claims give it"
						  : "no claims give it");
			continue;
		}
		set_count(&row->values[set], count);
		if ((rc = st_evidence_add(&row->values[set].evidence, fact)) < 0)
			return rc;
	}
	return STET_OK;
}

/* A text that a declaration gives, as the declared answer. */
static int
declare_text(const struct st_standing *standing, const char *path, struct st_value *value)
{
	size_t fact;
	char *text = st_effective_text(standing, path, ST_DECLARED, &fact);

	if (text == NULL) {
		st_value_unknown(value, "nobody declares it");
		return STET_OK;
	}
	st_value_set(value, text, NULL);
	free(text);
	return st_evidence_add(&value->evidence, fact);
}

/* All corrections that stand; observed ones too where what is said is asked for.  Those of a key
 * that is distrusted as well, though they support nothing else: a warning does not go because a key
 * was declared stolen (docs/threat-model.md), and no contract may read CURRENT for it. */
static int
correction_evidence(
    const struct st_standing *standing, enum st_set set, struct st_evidence *evidence)
{
	const struct st_fact *fact;
	size_t i;
	int rc;

	for (i = 0; i < standing->fact_count; i++) {
		fact = &standing->facts[i];
		if (fact->nature == NULL || !st_fact_stands(fact) ||
		    (fact->nature->state != ST_STATE_CORRECTED &&
			fact->nature->state != ST_STATE_SUPERSEDED) ||
		    (set == ST_SUPPORTED && (fact->observed || fact->loose)))
			continue;
		if ((rc = st_evidence_add(evidence, i)) < 0)
			return rc;
	}
	return STET_OK;
}

/* The same question as of what was signed here, asked of sources too. */
static int
is_superseded(const struct st_standing *standing)
{
	const struct st_standing_condition *condition;
	size_t i;

	for (i = 0; i < standing->condition_count; i++) {
		condition = &standing->conditions[i];
		if (standing->facts[condition->fact].nature->state == ST_STATE_SUPERSEDED &&
		    condition->ended_by == ST_NO_FACT && !condition->pending)
			return 1;
	}
	return 0;
}

static int
derive_state(const struct st_standing *standing, struct st_value *value)
{
	const char *state = is_superseded(standing) ? "SUPERSEDED" : "CORRECTED";
	int64_t count;
	size_t fact;
	int rc;

	if ((rc = correction_evidence(standing, ST_DERIVED, &value->evidence)) < 0)
		return rc;
	if (standing->unknown_types) {
		st_value_unknown(value, "an entry of a newer stet may say more");
		if (value->evidence.count > 0)
			snprintf(value->least, sizeof(value->least), "%s", state);
	} else if (value->evidence.count > 0) {
		st_value_set(value, state, NULL);
	} else if (st_effective_count(standing, "/declaration/correction_count", ST_DECLARED,
		       &count, &fact) == STET_OK) {
		st_value_set(value, count > 0 ? "CORRECTED" : "CURRENT", NULL);
		return st_evidence_add(&value->evidence, fact);
	} else if (standing->contract_state != NULL) {
		st_value_set(value, standing->contract_state, NULL);
	} else {
		st_value_unknown(value, "no count of corrections is known");
	}
	return STET_OK;
}

static const char *
no_state(const struct st_standing *standing)
{
	return standing->unknown_types ? "an entry of a newer stet may say more"
				       : "no publisher has signed the record here";
}

static int
support_state(const struct st_standing *standing, struct st_value *value)
{
	int rc = correction_evidence(standing, ST_SUPPORTED, &value->evidence);

	if (standing->contract_state == NULL)
		st_value_unknown(value, "%s", no_state(standing));
	else
		st_value_set(value, standing->contract_state, NULL);
	return rc;
}

static int
fold_state(struct st_standing *standing, struct st_row *row)
{
	int rc;

	if ((rc = declare_text(
		 standing, "/declaration/correction_state", &row->values[ST_DECLARED])) < 0 ||
	    (rc = derive_state(standing, &row->values[ST_DERIVED])) < 0)
		return rc;
	return support_state(standing, &row->values[ST_SUPPORTED]);
}

/* As many as are known; all of them only where nothing can be missing. */
static void
derive_count(const struct st_standing *standing, struct st_value *value)
{
	int64_t known = (int64_t)value->evidence.count;

	if (is_whole(standing)) {
		set_count(value, known);
		return;
	}
	st_value_unknown(value, "%s",
	    known > 0 ? "these are known; there may be more" : "no correction is known");
	if (known > 0)
		snprintf(value->least, sizeof(value->least), "%" PRId64, known);
}

static int
fold_count(struct st_standing *standing, struct st_row *row)
{
	struct st_value *values = row->values;
	int64_t count;
	size_t fact;
	int rc;

	if (st_effective_count(
		standing, "/declaration/correction_count", ST_DECLARED, &count, &fact) == STET_OK) {
		set_count(&values[ST_DECLARED], count);
		if ((rc = st_evidence_add(&values[ST_DECLARED].evidence, fact)) < 0)
			return rc;
	} else {
		st_value_unknown(&values[ST_DECLARED], "nobody declares it");
	}
	if ((rc = correction_evidence(standing, ST_DERIVED, &values[ST_DERIVED].evidence)) < 0 ||
	    (rc = correction_evidence(standing, ST_SUPPORTED, &values[ST_SUPPORTED].evidence)) < 0)
		return rc;
	derive_count(standing, &values[ST_DERIVED]);
	if (standing->contract_state != NULL)
		set_count(&values[ST_SUPPORTED], (int64_t)standing->correction_count);
	else
		st_value_unknown(&values[ST_SUPPORTED], "%s", no_state(standing));
	return STET_OK;
}

/* The newest statement of a set about the DOI of a fact. */
static int
answer_doi(const struct st_standing *standing, const struct st_fact *like, enum st_set set,
    struct st_value *value)
{
	size_t found = newest_of(standing, &doi_topic, set, like);
	stet_bytes state;
	char text[64];

	if (found == ST_NO_FACT) {
		st_value_unknown(value, "%s",
		    set == ST_SUPPORTED ? "no registrar has signed it here"
					: "nobody says its state");
		return STET_OK;
	}
	state = text_of(&standing->facts[found], "state");
	snprintf(text, sizeof(text), "%.*s", (int)state.size, (const char *)state.data);
	st_value_set(value, text, NULL);
	return st_evidence_add(&value->evidence, found);
}

static int
fold_doi(const struct st_standing *standing, struct st_row *row, const struct st_fact *like)
{
	int set, rc = STET_OK;

	for (set = 0; rc == STET_OK && set < ST_SET_COUNT; set++)
		rc = answer_doi(standing, like, (enum st_set)set, &row->values[set]);
	return rc;
}

static int
fold_tier(struct st_standing *standing, struct st_row *row)
{
	struct st_value *value = &row->values[ST_DECLARED];
	int rc = declare_text(standing, "/declaration/tier", value);

	value->label = st_tier_label(value->text);
	return rc < 0 ? rc : st_fold_tier(standing, row);
}

/* --- all of them --------------------------------------------------------------------------------
 */

const struct st_row *
st_row_find(const struct st_standing *standing, const char *code, const char *detail)
{
	size_t i;

	for (i = 0; i < standing->row_count; i++)
		if (strcmp(standing->rows[i].code, code) == 0 &&
		    (detail == NULL || (standing->rows[i].detail != NULL &&
					   strcmp(standing->rows[i].detail, detail) == 0)))
			return &standing->rows[i];
	return NULL;
}

static struct st_row *
new_row(struct st_standing *standing, const char *code, const char *title, const char *detail)
{
	struct st_row *rows = realloc(standing->rows, (standing->row_count + 1) * sizeof(*rows));
	char *copy = NULL;

	if (rows == NULL)
		return NULL;
	standing->rows = rows;
	if (detail != NULL && (copy = strdup(detail)) == NULL)
		return NULL;
	memset(&rows[standing->row_count], 0, sizeof(*rows));
	rows[standing->row_count].code = code;
	rows[standing->row_count].title = title;
	rows[standing->row_count].detail = copy;
	return &rows[standing->row_count++];
}

static int
add_row(struct st_standing *standing, const char *code, const char *title,
    int (*fold)(struct st_standing *standing, struct st_row *row))
{
	struct st_row *row = new_row(standing, code, title, NULL);

	return row == NULL ? STET_ENOMEM : fold(standing, row);
}

/* One row a gate and kind, and the newest verdict that stands for it, a gate's own before what
 * others saw of it; all of them stay entries. */
static int
add_verdicts(struct st_standing *standing)
{
	const struct st_fact *fact;
	const struct st_row *known;
	struct st_row *row;
	stet_bytes gate, kind;
	char detail[192];
	size_t i, k;
	int rc;

	for (i = standing->fact_count; i-- > 0;) {
		fact = &standing->facts[i];
		if (fact->statement.type != ST_TYPE_VERDICT || !st_fact_stands(fact) ||
		    st_cbor_member_text(fact->statement.sign1.payload, "gate", &gate) < 0)
			continue;
		kind = (stet_bytes){(const uint8_t *)"", 0};
		st_cbor_member_text(fact->statement.sign1.payload, "kind", &kind);
		k = (size_t)snprintf(detail, sizeof(detail), "gate %.*s%s%.*s", (int)gate.size,
		    (const char *)gate.data, kind.size > 0 ? ", " : "", (int)kind.size,
		    (const char *)kind.data);
		known = st_row_find(standing, "verdict", detail);
		if (k >= sizeof(detail) || known != NULL)
			continue;
		if ((row = new_row(standing, "verdict", "Verdict", detail)) == NULL)
			return STET_ENOMEM;
		if ((rc = st_fold_verdict(standing, row,
			 newest_of(standing, &verdict_topic, ST_DECLARED, fact),
			 newest_of(standing, &verdict_topic, ST_SUPPORTED, fact))) < 0)
			return rc;
	}
	return STET_OK;
}

static int
add_dois(struct st_standing *standing)
{
	const struct st_fact *fact;
	struct st_row *row;
	stet_bytes doi;
	char *text;
	size_t i;
	int rc;

	for (i = 0; i < standing->fact_count; i++) {
		fact = &standing->facts[i];
		if (fact->statement.type != ST_TYPE_DOI || !st_fact_stands(fact) ||
		    st_cbor_member_text(fact->statement.sign1.payload, "doi", &doi) < 0)
			continue;
		if ((text = strndup((const char *)doi.data, doi.size)) == NULL)
			return STET_ENOMEM;
		row = NULL;
		rc = STET_OK;
		if (st_row_find(standing, "doi", text) == NULL) {
			row = new_row(standing, "doi", "DOI", text);
			rc = row == NULL ? STET_ENOMEM : fold_doi(standing, row, fact);
		}
		free(text);
		if (rc < 0)
			return rc;
	}
	return STET_OK;
}

/* Whether any entry is about what a record has: a standing of stet:ledger or of a key has no
 * levels. */
static int
is_of_record(const struct st_standing *standing)
{
	size_t i;

	for (i = 0; i < standing->fact_count; i++)
		switch (standing->facts[i].statement.type) {
		case ST_TYPE_LEDGER:
		case ST_TYPE_KEY:
		case ST_TYPE_POLICY:
		case ST_TYPE_SNAPSHOT:
		case ST_TYPE_AUDIT:
		case ST_TYPE_SEAL:
			break;
		default:
			return 1;
		}
	return 0;
}

int
st_fold_rows(struct st_standing *standing, stet_error *err)
{
	struct st_row *row;
	size_t i;
	int rc = STET_OK;

	if (!is_of_record(standing))
		return STET_OK;
	for (i = 0; rc == STET_OK && i < COUNT(ladders); i++) {
		row = new_row(standing, ladders[i].code, ladders[i].title, NULL);
		rc = row == NULL ? STET_ENOMEM : fold_ladder(standing, &ladders[i], row);
	}
	if (rc < 0 || (rc = add_row(standing, "quality-tier", "Quality tier", fold_tier)) < 0 ||
	    (rc = add_row(standing, "verified-claims", "Verified claims", fold_claims)) < 0 ||
	    (rc = add_verdicts(standing)) < 0 || (rc = add_dois(standing)) < 0 ||
	    (rc = add_row(standing, "correction-state", "Correction state", fold_state)) < 0 ||
	    (rc = add_row(standing, "correction-count", "Corrections", fold_count)) < 0)
		return st_fail_nomem(err);
	return STET_OK;
}
