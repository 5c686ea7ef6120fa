/* The table of natures; docs/design.md, "What each correction nature does". */
#include "statement/nature.h"

#include "base/buf.h"

#define CHANGE                                                                             \
	ST_STATE_CORRECTED, ST_CONDITION_CORRECTED, 0, ST_REQUIRES_AFFECTED_OR_NOTE, 0, 0, \
	    "endorsements_correction"
#define GONE                                                                      \
	ST_ENDS_REINSTATEMENT, ST_REQUIRES_NOTICE | ST_REQUIRES_DECIDED_BY, 0, 0, \
	    "endorsements_retraction"
#define REPLACED ST_ENDS_REINSTATEMENT, ST_REQUIRES_REPLACEMENT, 0, 0

/* Natures that a source may state without our knowing which entry they are about ask nothing of an
 * observer. Annulment and delisting say nothing at all without their targets. */
const struct st_nature st_natures[] = {
    {"correction", "Correction", CHANGE},
    {"corrigendum", "Corrigendum", CHANGE},
    {"erratum", "Erratum", CHANGE},
    {"addendum", "Addendum", CHANGE},
    {"clarification", "Clarification", CHANGE},
    {"verdict_change", "Change of verdict", ST_STATE_CORRECTED, ST_CONDITION_NONE, 0,
	ST_REQUIRES_TARGETS, 0, 0, "endorsements_correction"},
    {"editorial_note", "Editorial note", ST_STATE_UNCHANGED, ST_CONDITION_NOTED, ST_ENDS_CORRECTION,
	ST_REQUIRES_NOTE, 0, 0, NULL},
    {"expression_of_concern", "Expression of concern", ST_STATE_CORRECTED, ST_CONDITION_CONCERN,
	ST_ENDS_CONCERN_LIFTED | ST_ENDS_RETRACTION, ST_REQUIRES_NOTICE, 0, 0,
	"endorsements_expression_of_concern"},
    {"partial_retraction", "Partial retraction", ST_STATE_CORRECTED, ST_CONDITION_PARTLY_RETRACTED,
	ST_ENDS_REINSTATEMENT, ST_REQUIRES_AFFECTED, 0, 0, "endorsements_retraction"},
    {"retraction", "Retraction", ST_STATE_CORRECTED, ST_CONDITION_RETRACTED, GONE},
    {"withdrawal", "Withdrawal", ST_STATE_CORRECTED, ST_CONDITION_WITHDRAWN, GONE},
    {"removal", "Removal", ST_STATE_CORRECTED, ST_CONDITION_REMOVED, GONE},
    {"retract_and_replace", "Retraction and replacement", ST_STATE_SUPERSEDED,
	ST_CONDITION_RETRACTED, REPLACED, "endorsements_retraction"},
    {"corrected_and_republished", "Corrected and republished", ST_STATE_SUPERSEDED,
	ST_CONDITION_SUPERSEDED, REPLACED, NULL},
    {"new_version", "New version", ST_STATE_SUPERSEDED, ST_CONDITION_SUPERSEDED, REPLACED, NULL},
    {"new_edition", "New edition", ST_STATE_SUPERSEDED, ST_CONDITION_SUPERSEDED, REPLACED, NULL},
    {"supersession", "Supersession", ST_STATE_SUPERSEDED, ST_CONDITION_SUPERSEDED, REPLACED, NULL},
    {"reinstatement", "Reinstatement", ST_STATE_CORRECTED, ST_CONDITION_NONE, 0,
	ST_REQUIRES_TARGETS, 0, 0, "endorsements_reinstatement"},
    {"concern_lifted", "Concern lifted", ST_STATE_CORRECTED, ST_CONDITION_NONE, 0,
	ST_REQUIRES_TARGETS, 0, 0, "endorsements_reinstatement"},
    {"unspecified", "Listed without a kind", ST_STATE_UNCHANGED, ST_CONDITION_LISTED,
	ST_ENDS_DELISTING | ST_ENDS_NAMED, 0, 0, 1, NULL},
    {"annulment", "Annulment", ST_STATE_STRUCK_OUT, ST_CONDITION_NONE, 0, ST_REQUIRES_TARGETS,
	ST_REQUIRES_TARGETS, 0, NULL},
    {"delisting", "Delisting", ST_STATE_UNCHANGED, ST_CONDITION_UNLISTED, ST_ENDS_RESTATED,
	ST_REQUIRES_TARGETS, ST_REQUIRES_TARGETS, 1, NULL},
    {0},
};

const char *const st_nature_names[] = {"correction", "corrigendum", "erratum", "addendum",
    "clarification", "verdict_change", "editorial_note", "expression_of_concern",
    "partial_retraction", "retraction", "withdrawal", "removal", "retract_and_replace",
    "corrected_and_republished", "new_version", "new_edition", "supersession", "reinstatement",
    "concern_lifted", "unspecified", "annulment", "delisting", NULL};

const struct st_nature *
st_nature_find(stet_bytes name)
{
	const struct st_nature *nature;

	for (nature = st_natures; nature->name != NULL; nature++)
		if (st_bytes_equal(name, st_str(nature->name)))
			return nature;
	return NULL;
}

const char *
st_nature_state_name(enum st_nature_state state)
{
	switch (state) {
	case ST_STATE_CORRECTED:
		return "CORRECTED";
	case ST_STATE_SUPERSEDED:
		return "SUPERSEDED";
	case ST_STATE_STRUCK_OUT:
		return "as if its targets were not there";
	case ST_STATE_UNCHANGED:
		break;
	}
	return "unchanged";
}

const char *
st_condition_name(enum st_condition condition)
{
	static const char *const names[ST_CONDITION_COUNT] = {
	    [ST_CONDITION_NONE] = "none",
	    [ST_CONDITION_CORRECTED] = "corrected",
	    [ST_CONDITION_NOTED] = "noted",
	    [ST_CONDITION_CONCERN] = "of concern",
	    [ST_CONDITION_PARTLY_RETRACTED] = "partially retracted",
	    [ST_CONDITION_RETRACTED] = "retracted",
	    [ST_CONDITION_WITHDRAWN] = "withdrawn",
	    [ST_CONDITION_REMOVED] = "removed",
	    [ST_CONDITION_SUPERSEDED] = "superseded",
	    [ST_CONDITION_LISTED] = "listed",
	    [ST_CONDITION_UNLISTED] = "no longer stated",
	};

	return names[condition];
}

const char *
st_requirement_name(unsigned bit)
{
	switch (bit) {
	case ST_REQUIRES_AFFECTED_OR_NOTE:
		return "affected or public_note";
	case ST_REQUIRES_AFFECTED:
		return "affected";
	case ST_REQUIRES_NOTE:
		return "public_note";
	case ST_REQUIRES_NOTICE:
		return "notice";
	case ST_REQUIRES_DECIDED_BY:
		return "decided_by";
	case ST_REQUIRES_REPLACEMENT:
		return "replacement";
	case ST_REQUIRES_TARGETS:
		return "targets";
	}
	return "";
}
