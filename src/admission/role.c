#include "admission/role.h"

#include <stdio.h>
#include <string.h>

static const struct {
	unsigned bit;
	const char *name;
} role_names[] = {
    {ST_ROLE_ROOT, "root"},
    {ST_ROLE_ADMIN, "admin"},
    {ST_ROLE_PUBLISHER, "publisher"},
    {ST_ROLE_REGISTRAR, "registrar"},
    {ST_ROLE_GATE, "gate"},
    {ST_ROLE_EDITOR, "editor"},
    {ST_ROLE_AUDITOR, "auditor"},
    {ST_ROLE_OBSERVER, "observer"},
};
#define ROLE_COUNT (sizeof(role_names) / sizeof(role_names[0]))

#define PUBLISHING (ST_ROLE_PUBLISHER)
#define ANY_BUT_OBSERVER                                                                       \
	(ST_ROLE_ROOT | ST_ROLE_ADMIN | ST_ROLE_PUBLISHER | ST_ROLE_REGISTRAR | ST_ROLE_GATE | \
	    ST_ROLE_EDITOR | ST_ROLE_AUDITOR)

/* In the order of enum st_type. An alias of a doi: name is the registrar's, too; an endorse is
 * judged by the types of its targets; a key may always revoke itself: rules.c. */
static const struct st_type_rule type_rules[] = {
    {ST_TYPE_LEDGER, ST_ROLE_ROOT, 1, 0, "stet:ledger"},
    {ST_TYPE_KEY, ST_ROLE_ROOT | ST_ROLE_ADMIN, 1, 0, "key"},
    {ST_TYPE_ALIAS, ST_ROLE_PUBLISHER, 0, 1, NULL},
    {ST_TYPE_POLICY, ST_ROLE_ROOT, 1, 0, "stet:ledger"},
    {ST_TYPE_RECORD, PUBLISHING, 0, 1, NULL},
    {ST_TYPE_ARTIFACT, ST_ROLE_PUBLISHER | ST_ROLE_GATE, 0, 1, NULL},
    {ST_TYPE_CLAIMS, PUBLISHING, 0, 1, NULL},
    {ST_TYPE_ASSESSMENT, PUBLISHING, 0, 1, NULL},
    {ST_TYPE_DECLARATION, PUBLISHING, 0, 1, NULL},
    {ST_TYPE_DOI, ST_ROLE_REGISTRAR, 0, 1, NULL},
    {ST_TYPE_VERDICT, ST_ROLE_GATE, 0, 1, NULL},
    {ST_TYPE_CORRECTION, ST_ROLE_PUBLISHER | ST_ROLE_EDITOR, 0, 1, NULL},
    {ST_TYPE_ENDORSE, ANY_BUT_OBSERVER, 0, 1, NULL},
    {ST_TYPE_SNAPSHOT, 0, 0, 1, "source:"},
    {ST_TYPE_AUDIT, ST_ROLE_AUDITOR, 1, 0, "stet:audit"},
    {ST_TYPE_WITHHOLD, ST_ROLE_ADMIN, 1, 0, NULL},
    {ST_TYPE_SEAL, 0, 1, 0, "stet:seal"},
};

const struct st_type_rule *
st_type_rule(enum st_type type)
{
	if (type <= ST_TYPE_UNKNOWN || type >= ST_TYPE_COUNT)
		return NULL;
	return &type_rules[(int)type - 1];
}

unsigned
st_roles_read(stet_bytes array)
{
	struct st_cbor in = st_cbor_open(array);
	uint64_t count, i;
	stet_bytes name;
	unsigned roles = 0;
	size_t k;

	if (st_cbor_read_array(&in, &count) < 0)
		return 0;
	for (i = 0; i < count; i++) {
		if (st_cbor_read_text(&in, &name) < 0)
			return 0;
		for (k = 0; k < ROLE_COUNT; k++)
			if (st_bytes_equal(name, st_str(role_names[k].name)))
				break;
		if (k == ROLE_COUNT)
			return 0;
		roles |= role_names[k].bit;
	}
	return roles;
}

const char *
st_role_name(unsigned role)
{
	size_t k;

	for (k = 0; k < ROLE_COUNT; k++)
		if (role_names[k].bit == role)
			return role_names[k].name;
	return NULL;
}

void
st_roles_text(unsigned roles, char *out, size_t size)
{
	size_t k, used = 0;

	out[0] = '\0';
	for (k = 0; k < ROLE_COUNT; k++)
		if ((roles & role_names[k].bit) != 0 && used < size)
			used += (size_t)snprintf(out + used, size - used, "%s%s",
			    used > 0 ? ", " : "", role_names[k].name);
}
