/* The catalogue of rules, as a table to look up in. */
#include "base/err.h"

#include <string.h>

static const stet_rule rules[] = {
    {"none", "error", "", "", ""},
#define ST_RULE(id, name, kind, summary, meaning, remedy) {name, kind, summary, meaning, remedy},
#include "rules.def"
#undef ST_RULE
};

const stet_rule *
stet_rule_get(int rule)
{
	if (rule <= ST_RULE_NONE || rule >= ST_RULE_END)
		return NULL;
	return &rules[rule];
}

const char *
stet_rule_name(int rule)
{
	const stet_rule *row = stet_rule_get(rule);

	return row == NULL ? rules[0].name : row->name;
}

int
stet_rule_find(const char *name)
{
	int rule;

	for (rule = ST_RULE_NONE + 1; rule < ST_RULE_END; rule++)
		if (strcmp(rules[rule].name, name) == 0)
			return rule;
	return ST_RULE_NONE;
}
