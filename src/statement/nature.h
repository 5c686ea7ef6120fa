#ifndef ST_STATEMENT_NATURE_H
#define ST_STATEMENT_NATURE_H
/* What each nature of correction does: what it asks for, what state it makes, which condition it
 * opens and what ends that.  One table, read by the schema check, by the fold that yields standing
 * and by the reference page. */
#include <stet/types.h>

/* What a statement of this nature makes of the contract's state. */
enum st_nature_state {
	ST_STATE_UNCHANGED,  /* says nothing about it                       */
	ST_STATE_CORRECTED,  /* counts as a correction                      */
	ST_STATE_SUPERSEDED, /* while its condition is open                 */
	ST_STATE_STRUCK_OUT  /* its targets are as if they were not there   */
};

/* The condition that a statement of this nature opens. */
enum st_condition {
	ST_CONDITION_NONE,
	ST_CONDITION_CORRECTED,
	ST_CONDITION_NOTED,
	ST_CONDITION_CONCERN,
	ST_CONDITION_PARTLY_RETRACTED,
	ST_CONDITION_RETRACTED,
	ST_CONDITION_WITHDRAWN,
	ST_CONDITION_REMOVED,
	ST_CONDITION_SUPERSEDED,
	ST_CONDITION_LISTED,   /* a source lists it and does not say as what */
	ST_CONDITION_UNLISTED, /* a source stopped saying it                 */
	ST_CONDITION_COUNT
};

/* What ends the condition, beside annulment, which ends any: a later statement that targets it and
 * has one of these natures. */
#define ST_ENDS_REINSTATEMENT 1
#define ST_ENDS_CONCERN_LIFTED 2
#define ST_ENDS_RETRACTION 4 /* a retraction, withdrawal or removal                     */
#define ST_ENDS_CORRECTION 8 /* any nature of state CORRECTED                           */
#define ST_ENDS_DELISTING 16
#define ST_ENDS_NAMED 32    /* one of the same source that says as what                */
#define ST_ENDS_RESTATED 64 /* the source says it again                                */

#define ST_REQUIRES_AFFECTED_OR_NOTE 1
#define ST_REQUIRES_AFFECTED 2
#define ST_REQUIRES_NOTE 4
#define ST_REQUIRES_NOTICE 8
#define ST_REQUIRES_DECIDED_BY 16
#define ST_REQUIRES_REPLACEMENT 32
#define ST_REQUIRES_TARGETS 64

struct st_nature {
	const char *name, *label;
	enum st_nature_state state;
	enum st_condition opens;
	unsigned ends;
	unsigned requires; /* of whoever makes the correction                               */
	unsigned observed; /* of whoever reports somebody else's: what it is void without   */
	int observer_only; /* only a source's silence or a bare listing: no maker's nature  */
	const char *endorsements; /* the policy number that says how many endorsements it needs;
				     NULL: it counts at once                            */
};
extern const struct st_nature st_natures[]; /* ended by a row without a name */
extern const char *const st_nature_names[]; /* in the same order, ended by NULL */
const struct st_nature *st_nature_find(stet_bytes name);

/* "CORRECTED", "retracted", "notice": how pages call them. */
const char *st_nature_state_name(enum st_nature_state state);
const char *st_condition_name(enum st_condition condition);
/* A requirement bit as words: "affected or public_note". */
const char *st_requirement_name(unsigned bit);

#endif
