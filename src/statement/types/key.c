/* Keys: granted and revoked. */
#include "statement/types/rows.h"

#include "base/err.h"
#include "base/time.h"

#define ABOUT "a key, by its thumbprint URI"

static const char *const roles[] = {
    "root", "admin", "publisher", "registrar", "gate", "editor", "auditor", "observer", NULL};
static const char *const reasons[] = {"lost", "stolen", "retired", NULL};

static const struct st_field role_item = {ST_ENUM(roles)};
static const struct st_field scope_item = {ST_TEXT(1, 1024), .form = &st_form_scope};

enum {
	GRANT_V,
	GRANT_KEY,
	GRANT_TYPE,
	GRANT_LABEL,
	GRANT_ROLES,
	GRANT_SCOPE,
	GRANT_UNTIL,
	GRANT_ACTION,
	GRANT_ISSUER
};

static const struct st_field grant_fields[] = {
    [GRANT_V] = ST_V_ROW,
    [GRANT_KEY] = {ST_NAMED("key"), .kind = ST_FIELD_COSE_KEY, ST_REQUIRED, .label = "Key",
	.doc = "The public key; the statement is about its thumbprint."},
    [GRANT_TYPE] = ST_TYPE_ROW("key"),
    [GRANT_LABEL] = {ST_NAMED("label"), ST_WORD, ST_REQUIRED, .label = "Label",
	.doc = "What people call the key: a function such as 'Journal X, editorial desk', not a "
	       "person."},
    [GRANT_ROLES] = {ST_NAMED("roles"), ST_LIST(&role_item, 1, 8),
	.flags = ST_FIELD_REQUIRED | ST_FIELD_ASCENDING, .label = "Roles",
	.doc = "What the key may sign."},
    [GRANT_SCOPE] = {ST_NAMED("scope"), ST_LIST(&scope_item, 1, ST_ITEMS_MAX),
	.flags = ST_FIELD_ASCENDING, .label = "Scope",
	.doc = "Beginnings of the names that it may sign about; absent: every name."},
    [GRANT_UNTIL] = {ST_NAMED("until"), ST_UINT53, .label = "Until",
	.doc = "The grant is in force for entries whose time, in milliseconds since 1970, is "
	       "smaller; absent: until it is revoked."},
    [GRANT_ACTION] = {ST_NAMED("action"), ST_ONE("grant"), ST_REQUIRED, .label = "Action",
	.doc = "What is done with the key: it is given roles."},
    [GRANT_ISSUER] = {ST_NAMED("issuer"), ST_ISSUER, ST_REQUIRED, .json = "key_issuer",
	.label = "Issuer of the key",
	.doc = "What statements signed by this key say as their issuer, byte for byte. In JSON "
	       "it is key_issuer, since issuer there is who makes this statement."},
    {0},
};

/* Calls an item of a list of text by its value; 1 if it is there. */
static int
list_has(stet_bytes list, const char *text)
{
	struct st_cbor in = st_cbor_open(list);
	uint64_t count = 0;
	stet_bytes item;

	if (st_cbor_read_array(&in, &count) != STET_OK)
		return 0;
	for (; count > 0 && st_cbor_read_text(&in, &item) == STET_OK; count--)
		if (st_bytes_equal(item, st_str(text)))
			return 1;
	return 0;
}

static int
root_never_expires(const stet_bytes *found, stet_error *err)
{
	if (found[GRANT_UNTIL].data == NULL || !list_has(found[GRANT_ROLES], "root"))
		return STET_OK;
	return st_fail(err, STET_EFORMAT, ST_KEY_ROOT_UNTIL,
	    "'/until' cannot stand beside the role root, which ends by revocation alone");
}

static const struct st_check grant_checks[] = {
    {ST_KEY_ROOT_UNTIL, root_never_expires, "The role root has no until.",
	"{\"if\":{\"properties\":{\"roles\":{\"contains\":{\"const\":\"root\"}}}},"
	"\"then\":{\"properties\":{\"until\":false}}}"},
    {0},
};

enum {
	REVOKE_V,
	REVOKE_KEY,
	REVOKE_NOTE,
	REVOKE_TYPE,
	REVOKE_ACTION,
	REVOKE_REASON,
	REVOKE_DISTRUST_FROM
};

static const struct st_field revoke_fields[] = {
    [REVOKE_V] = ST_V_ROW,
    [REVOKE_KEY] = {ST_NAMED("key"), .kind = ST_FIELD_COSE_KEY, ST_REQUIRED, .label = "Key",
	.doc = "The public key; the statement is about its thumbprint."},
    [REVOKE_NOTE] = {ST_NAMED("note"), ST_PROSE, .label = "Note",
	.doc = "What else a reader should know about it."},
    [REVOKE_TYPE] = ST_TYPE_ROW("key"),
    [REVOKE_ACTION] = {ST_NAMED("action"), ST_ONE("revoke"), ST_REQUIRED, .label = "Action",
	.doc = "What is done with the key: it is revoked, for ever, from the next entry on."},
    [REVOKE_REASON] = {ST_NAMED("reason"), ST_ENUM(reasons), ST_REQUIRED, .label = "Reason",
	.doc = "Whether the key was lost, stolen or retired."},
    [REVOKE_DISTRUST_FROM] = {ST_NAMED("distrust_from"), ST_UINT53, .label = "Distrust from",
	.doc = "For a stolen key: entries it signed from this sequence number on are declared, "
	       "and support nothing. Only root may say so."},
    {0},
};

static int
only_theft_is_distrusted(const stet_bytes *found, stet_error *err)
{
	if (found[REVOKE_DISTRUST_FROM].data == NULL || st_found_is(found[REVOKE_REASON], "stolen"))
		return STET_OK;
	return st_fail(
	    err, STET_EFORMAT, ST_KEY_DISTRUST, "'/distrust_from' needs the reason stolen");
}

static const struct st_check revoke_checks[] = {
    {ST_KEY_DISTRUST, only_theft_is_distrusted, "distrust_from needs the reason stolen.",
	"{\"if\":{\"required\":[\"distrust_from\"]},"
	"\"then\":{\"properties\":{\"reason\":{\"const\":\"stolen\"}}}}"},
    {0},
};

const struct st_schema st_schema_key_grant = {ST_TYPE_KEY, "key", "grant", ST_TABLE(grant_fields),
    grant_checks, ABOUT,
    "Gives a key roles, an issuer and a scope. A later grant of the same key replaces roles and "
    "scope, never the issuer."};
const struct st_schema st_schema_key_revoke = {ST_TYPE_KEY, "key", "revoke",
    ST_TABLE(revoke_fields), revoke_checks, ABOUT,
    "Takes a key out of use; a key may revoke itself."};
