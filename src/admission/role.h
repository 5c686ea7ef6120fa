#ifndef ST_ADMISSION_ROLE_H
#define ST_ADMISSION_ROLE_H
/* Who may sign what: one row per statement type. docs/format.md, "Keys and roles". */
#include "statement/statement.h"

#define ST_ROLE_ROOT 1u
#define ST_ROLE_ADMIN 2u
#define ST_ROLE_PUBLISHER 4u
#define ST_ROLE_REGISTRAR 8u
#define ST_ROLE_GATE 16u
#define ST_ROLE_EDITOR 32u
#define ST_ROLE_AUDITOR 64u
#define ST_ROLE_OBSERVER 128u

struct st_type_rule {
	enum st_type type;
	unsigned roles;      /* any of these may sign it                             */
	int aud;             /* must name the ledger                                 */
	int observable;      /* may carry a source                                   */
	const char *subject; /* its own subject; NULL: records; "key": a key's name  */
};
const struct st_type_rule *st_type_rule(enum st_type type);

/* Bits of an encoded array of role names; 0 if there is an unknown one. */
unsigned st_roles_read(stet_bytes array);
/* The name of one role bit, or NULL. */
const char *st_role_name(unsigned role);
/* "publisher, editor" into out; for messages. */
void st_roles_text(unsigned roles, char *out, size_t size);

#endif
