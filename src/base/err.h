#ifndef ST_BASE_ERR_H
#define ST_BASE_ERR_H
/* Filling a stet_error.  Each function returns the code it was given, so that
 * `return st_fail(err, ...)` reads as one step.  err may be NULL. */
#include <stet/error.h>

/* The rules, numbered in the order of rules.def, from 1. */
enum st_rule {
	ST_RULE_NONE,
#define ST_RULE(id, name, kind, summary, meaning, remedy) ST_##id,
#include "rules.def"
#undef ST_RULE
	ST_RULE_END
};

int st_fail(stet_error *err, int code, int rule, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
int st_fail_seq(stet_error *err, int code, int rule, uint64_t seq, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Translates errno (ENOSPC and EDQUOT: STET_EFULL, ENOMEM: STET_ENOMEM, ENOENT: STET_ENOTFOUND,
 * EAGAIN and EWOULDBLOCK: STET_ELOCKED, otherwise STET_EIO) and appends ": " strerror. */
int st_fail_errno(stet_error *err, int sys_errno, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int st_fail_nomem(stet_error *err);
void st_error_clear(stet_error *err);

#endif
