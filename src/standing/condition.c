/* Which conditions are open, and the state of the contract: the table of natures decides. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "standing/standing.h"

struct folding {
	struct st_standing *standing;
	size_t *opened; /* of each fact: the condition it opened, or ST_NO_FACT */
	size_t by;      /* the fact at hand */
	/* What sources stopped saying, by what they would say it again with: chains of conditions.
	 */
	size_t *heads, *next, mask;
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

/* Whether the source says something of it, rather than takes something back. */
static int
names_or_lists(const struct st_nature *nature)
{
	return nature->opens != ST_CONDITION_UNLISTED && nature->state != ST_STATE_STRUCK_OUT;
}

/* Whether it says as what the source lists it. */
static int
names_kind(const struct st_nature *nature)
{
	return names_or_lists(nature) && nature->opens != ST_CONDITION_LISTED;
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
	       ((ways & ST_ENDS_CORRECTION) != 0 && nature->state == ST_STATE_CORRECTED) ||
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

	standing->steps++;
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

static uint64_t
mix(uint64_t hash, stet_bytes text)
{
	size_t i;

	for (i = 0; i < text.size; i++)
		hash = (hash ^ text.data[i]) * UINT64_C(1099511628211); /* FNV-1a */
	return (hash ^ text.size) * UINT64_C(1099511628211);
}

/* The chain for what a source says of a name in one of its rows. */
static size_t *
chain_of(const struct folding *folding, const struct st_fact *fact)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ fact->name;

	hash = mix(mix(hash, fact->statement.source_name), source_id(fact));
	return &folding->heads[(size_t)(hash ^ hash >> 32) & folding->mask];
}

/* The same row of the source; where its rows have no id of their own, anything about the name. */
static int
is_same_row(const struct st_fact *a, const struct st_fact *b)
{
	return st_fact_same_source(a, b) && a->name == b->name &&
	       st_bytes_equal(source_id(a), source_id(b));
}

/* A source that says again what it had stopped saying. */
static void
end_unlisted(struct folding *folding)
{
	struct st_standing *standing = folding->standing;
	const struct st_fact *by = &standing->facts[folding->by];
	struct st_standing_condition *condition;
	size_t *at, fact;

	if (!by->observed || by->distrusted || !names_or_lists(by->nature))
		return;
	for (at = chain_of(folding, by); *at != ST_NO_FACT;) {
		standing->steps++;
		condition = &standing->conditions[*at];
		fact = condition->fact;
		if (!is_same_row(by, &standing->facts[fact])) {
			at = &folding->next[*at];
			continue;
		}
		condition->ended_by = standing->facts[fact].ended_by = folding->by;
		*at = folding->next[*at];
	}
}

static void
open_condition(struct folding *folding)
{
	struct st_standing *standing = folding->standing;
	const struct st_fact *fact = &standing->facts[folding->by];
	size_t *chain;

	folding->opened[folding->by] = standing->condition_count;
	if ((fact->nature->ends & ST_ENDS_RESTATED) != 0) {
		chain = chain_of(folding, fact);
		folding->next[standing->condition_count] = *chain;
		*chain = standing->condition_count;
	}
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
		standing->steps++;
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

/* What others state is theirs to answer for: the contract's state rests on what was signed here,
 * about names that were linked here, also where the key was declared stolen since: distrust lifts
 * no warning.  It is not known if a newer stet said more. */
static void
fold_state(struct folding *folding)
{
	struct st_standing *standing = folding->standing;
	const struct st_fact *fact;
	size_t i, opened;
	int superseded = 0;

	for (i = 0; i < standing->fact_count; i++) {
		fact = &standing->facts[i];
		if (fact->nature == NULL || fact->observed || fact->loose ||
		    !st_fact_stands(fact) || !is_correction(fact->nature))
			continue;
		standing->correction_count++;
		opened = folding->opened[i];
		if (fact->nature->state == ST_STATE_SUPERSEDED && opened != ST_NO_FACT &&
		    standing->conditions[opened].ended_by == ST_NO_FACT)
			superseded = 1;
	}
	if (standing->unknown_types)
		standing->contract_state = NULL;
	else if (standing->correction_count > 0)
		standing->contract_state = superseded ? "SUPERSEDED" : "CORRECTED";
	else if (standing->opened_by_publisher)
		standing->contract_state = "CURRENT";
}

static int
make_chains(struct folding *folding)
{
	size_t room = 16, i;

	while (room < folding->standing->fact_count)
		room *= 2;
	folding->mask = room - 1;
	folding->heads = malloc(room * sizeof(*folding->heads));
	folding->next = malloc(folding->standing->fact_count * sizeof(*folding->next));
	for (i = 0; folding->heads != NULL && i < room; i++)
		folding->heads[i] = ST_NO_FACT;
	return folding->heads != NULL && folding->next != NULL;
}

int
st_fold_conditions(struct st_standing *standing, stet_error *err)
{
	struct folding folding = {standing, NULL, 0, NULL, NULL, 0};
	int rc = STET_OK;

	folding.opened = malloc(standing->fact_count * sizeof(*folding.opened));
	standing->conditions = malloc(standing->fact_count * sizeof(*standing->conditions));
	if (folding.opened == NULL || standing->conditions == NULL || !make_chains(&folding)) {
		rc = st_fail_nomem(err);
	} else {
		fold_corrections(&folding);
		fold_state(&folding);
	}
	free(folding.opened);
	free(folding.heads);
	free(folding.next);
	return rc;
}
