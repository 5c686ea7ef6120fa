#ifndef ST_ADMISSION_PROFILE_H
#define ST_ADMISSION_PROFILE_H
/* Profiles: which numbers a policy may set, of which kind, and what they are without one. */
#include <stet/error.h>
#include "cbor/cbor.h"

enum st_policy_kind { ST_POLICY_HUNDREDTHS, ST_POLICY_COUNT, ST_POLICY_DATE };

struct st_policy_row {
	const char *name;
	enum st_policy_kind kind;
	const char *preset; /* as text; NULL: the rule does not apply unless the policy sets it */
	const char *doc;
};
struct st_profile {
	const char *name;
	const struct st_policy_row *rows; /* ended by a row without a name */
};
const struct st_profile *st_profile_find(stet_bytes name);

/* Checks the encoded `values` of a policy statement against the table of its profile. */
int st_profile_check(stet_bytes profile, stet_bytes values, stet_error *err);

#endif
