#ifndef STET_ERROR_H
#define STET_ERROR_H
/**
 * What a call answers.
 *
 * Fallible functions return STET_OK or one of the negative codes below, which
 * tells the caller what to do.  The detail goes into a stet_error that the
 * caller owns and may leave out (NULL).  It is of fixed size: reporting an
 * error never allocates.  Any number of threads may report, each into its own.
 */
#include <stet/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	STET_OK = 0,
	STET_EINVAL = -1,    /* the call was wrong: fix it                             */
	STET_ENOTFOUND = -2, /* not there: an ordinary answer                          */
	STET_EFORMAT = -3,   /* bytes do not parse or are not canonical: reject them   */
	STET_EMISMATCH = -4, /* a hash, signature or proof disagrees: keep as evidence */
	STET_EVERSION = -5,  /* written by a newer format: upgrade                     */
	STET_ELOCKED = -6,   /* somebody else is writing: wait and retry               */
	STET_EFULL = -7,     /* no room on the disk: make some and retry               */
	STET_ERETRY = -8,    /* lost to another writer: begin again from the new head  */
	STET_EUNSURE = -9,   /* written or not, nobody knows: reopen and compare       */
	STET_EREFUSED = -10, /* well-formed, but a rule of the ledger forbids it       */
	STET_EIO = -11,      /* the machine failed: nothing was decided                */
	STET_ENOMEM = -12    /* out of memory: nothing was decided                     */
};

#define STET_NO_SEQ UINT64_MAX
#define STET_ERROR_TEXT_SIZE 240

typedef struct stet_error {
	int code;      /* what the call returned                                   */
	int rule;      /* which rule or diagnosis, 0: none; see stet_rule_name()   */
	uint64_t seq;  /* the entry concerned, or STET_NO_SEQ                      */
	int sys_errno; /* errno of the system call that failed, or 0               */
	char text[STET_ERROR_TEXT_SIZE]; /* one line, no full stop, no newline    */
} stet_error;

/** One row of the catalogue of rules: what append refuses and what verify finds. */
typedef struct stet_rule {
	const char *name;    /* the stable code, e.g. "signer-revoked"                */
	const char *kind;    /* "refusal", "diagnosis", "error", "finding" or "gap"   */
	const char *summary; /* one line: what is wrong                               */
	const char *meaning; /* a paragraph: why it is a rule, what it shows          */
	const char *remedy;  /* a sentence: what to do now                            */
} stet_rule;

/** The stable code of a rule number ("signer-revoked"); "none" for 0; never NULL. */
STET_API const char *stet_rule_name(int rule);
/** The rule number of a stable code, or 0 if there is none of that name. */
STET_API int stet_rule_find(const char *name);
/** The catalogue row of a rule number, or NULL; rows are numbered from 1 without gaps. */
STET_API const stet_rule *stet_rule_get(int rule);
/** "STET_EREFUSED" and the like; never NULL. */
STET_API const char *stet_code_name(int code);

#ifdef __cplusplus
}
#endif
#endif
