/* Which conditions are open, and the state of the contract: the table of natures decides. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "standing/standing.h"

struct folding {
	struct st_standing *standing;
	size_t *opened; /* of each fact: the condition it opened, or ST_NO_FACT */
	size_t by;      /* the fact at hand */
};

/* A retraction that targets a concern ends it by saying the worse. */
static int
is_retraction(const struct st_nature *nature)
{
	return nature->opens == ST_CONDITION_RETRACTED || nature->opens == ST_CONDITION_WITHDRAWN ||
	       nature->opens == ST_CONDITION_REMOVED;
}

static int
is_correction(const struct st_nature *nature)
{
	return nature->state == ST_STATE_CORRECTED || nature->state == ST_STATE_SUPERSEDED;
}

/* Whether it says as what the source lists it. */
static int
names_kind(const struct st_nature *nature)
{
	return nature->opens != ST_CONDITION_LISTED && nature->opens != ST_CONDITION_UNLISTED &&
	       nature->state != ST_STATE_STRUCK_OUT;
}

/* Whether `by`, which targets it, ends what `to` opened.  What only takes a warning down has to
 * come from somebody who may; another warning in its place need not. */
static int
ends(const struct st_fact *by, const struct st_fact *to)
{
	const struct st_nature *nature = by->nature;
	unsigned ways = to->nature->ends;

	if ((ways & ST_ENDS_RETRACTION) != 0 && is_retraction(nature))
		return !by->observed || st_fact_same_source(by, to);
	if (!st_fact_may_lift(by, to))
		return 0;
	return ((ways & ST_ENDS_REINSTATEMENT) != 0 &&
		   strcmp(nature->name, "reinstatement") == 0) ||
	       ((ways & ST_ENDS_CONCERN_LIFTED) != 0 &&
		   strcmp(nature->name, "concern_lifted") == 0) ||
	       ((ways & ST_ENDS_CORRECTION) != 0 && is_correction(nature)) ||
	       ((ways & ST_ENDS_DELISTING) != 0 && nature->opens == ST_CONDITION_UNLISTED) ||
	       ((ways & ST_ENDS_NAMED) != 0 && st_fact_same_source(by, to) && names_kind(nature));
}

static int
end_target(void *ctx, size_t target)
{
	struct folding *folding = ctx;
	struct st_standing *standing = folding->standing;
	size_t opened = folding->opened[target];
	struct st_standing_condition *condition;

	if (opened == ST_NO_FACT)
		return 0;
	condition = &standing->conditions[opened];
	if (condition->ended_by == ST_NO_FACT &&
	    ends(&standing->facts[folding->by], &standing->facts[target]))
		condition->ended_by = standing->facts[target].ended_by = folding->by;
	return 0;
}

static stet_bytes
source_id(const struct st_fact *fact)
{
	stet_bytes id = {NULL, 0};

	st_cbor_member_text(fact->statement.source, "id", &id);
	return id;
}

/* A source that says again what it had stopped saying: the same row, or where rows have no id of
 * their own anything about the same name. */
static void
end_unlisted(struct folding *folding)
{
	struct st_standing *standing = folding->standing;
	const struct st_fact *by = &standing->facts[folding->by], *to;
	struct st_standing_condition *condition;
	size_t i;

	if (!by->observed || by->nature->opens == ST_CONDITION_UNLISTED ||
	    by->nature->state == ST_STATE_STRUCK_OUT)
		return;
	for (i = 0; i < standing->condition_count; i++) {
		condition = &standing->conditions[i];
		to = &standing->facts[condition->fact];
		if (condition->kind == ST_CONDITION_UNLISTED && condition->ended_by == ST_NO_FACT &&
		    st_fact_may_lift(by, to) && by->name == to->name &&
		    st_bytes_equal(source_id(by), source_id(to)))
			condition->ended_by = standing->facts[condition->fact].ended_by =
			    folding->by;
	}
}

static void
open_condition(struct folding *folding)
{
	struct st_standing *standing = folding->standing;
	const struct st_fact *fact = &standing->facts[folding->by];

	folding->opened[folding->by] = standing->condition_count;
	standing->conditions[standing->condition_count++] = (struct st_standing_condition){
	    fact->nature->opens, folding->by, ST_NO_FACT, !st_fact_stands(fact)};
}

static void
fold_corrections(struct folding *folding)
{
	struct st_standing *standing = folding->standing;
	const struct st_fact *fact;
	size_t i;

	for (i = 0; i < standing->fact_count; i++) {
		fact = &standing->facts[i];
		folding->opened[i] = ST_NO_FACT;
		folding->by = i;
		if (fact->nature == NULL || fact->annulled_by != ST_NO_FACT)
			continue;
		if (st_fact_stands(fact)) {
			st_fact_targets(standing, i, end_target, folding);
			end_unlisted(folding);
		}
		if (fact->nature->opens != ST_CONDITION_NONE)
			open_condition(folding);
	}
}

/* What others state is theirs to answer for: the contract's state rests on what was signed here. */
static void
fold_state(struct folding *folding)
{
	struct st_standing *standing = folding->standing;
	const struct st_fact *fact;
	size_t i, opened;
	int superseded = 0;

	for (i = 0; i < standing->fact_count; i++) {
		fact = &standing->facts[i];
		if (fact->nature == NULL || fact->observed || !st_fact_stands(fact) ||
		    !is_correction(fact->nature))
			continue;
		standing->correction_count++;
		opened = folding->opened[i];
		if (fact->nature->state == ST_STATE_SUPERSEDED && opened != ST_NO_FACT &&
		    standing->conditions[opened].ended_by == ST_NO_FACT)
			superseded = 1;
	}
	if (standing->correction_count > 0)
		standing->contract_state = superseded ? "SUPERSEDED" : "CORRECTED";
	else if (standing->opened_by_publisher)
		standing->contract_state = "CURRENT";
}

int
st_fold_conditions(struct st_standing *standing, stet_error *err)
{
	struct folding folding = {standing, NULL, 0};
	int rc = STET_OK;

	folding.opened = malloc(standing->fact_count * sizeof(*folding.opened));
	standing->conditions = malloc(standing->fact_count * sizeof(*standing->conditions));
	if (folding.opened == NULL || standing->conditions == NULL) {
		rc = st_fail_nomem(err);
	} else {
		fold_corrections(&folding);
		fold_state(&folding);
	}
	free(folding.opened);
	return rc;
}
