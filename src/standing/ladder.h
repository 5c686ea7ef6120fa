#ifndef ST_STANDING_LADDER_H
#define ST_STANDING_LADDER_H
/* The numbers behind the rows, for the files of this folder. */
#include "standing/standing.h"

/* --- decimal.c: numbers as somebody printed them ------------------------------------------------
 */

/* mantissa * 10^exponent, exactly.  What has more than 18 digits or a huge exponent is not read:
 * then what follows from it is not known. */
struct st_decimal {
	int64_t mantissa; /* no trailing zeros; 0 has exponent 0 */
	int exponent;
};
int st_decimal_read(stet_bytes text, struct st_decimal *out); /* 0, or -1: not known */
/* To the one form that a number is compared in. */
void st_decimal_trim(struct st_decimal *number);
int st_decimal_equal(const struct st_decimal *a, const struct st_decimal *b);
/* |computed - expected| in per cent of expected against a tolerance in per cent, inclusive.
 * *within_out 1 or 0; -1: not known (expected is 0 and computed is not, a tolerance below 0, or
 * too many digits). */
int st_decimal_within(const struct st_decimal *computed, const struct st_decimal *expected,
    const struct st_decimal *tolerance, int *within_out);
/* The same difference in tenths of a per cent, rounded half up; -1: not known. */
int st_decimal_diff(
    const struct st_decimal *computed, const struct st_decimal *expected, int64_t *tenths_out);

/* --- tier.c -------------------------------------------------------------------------------------
 */

/* Inputs of a tier; -1: not known. */
struct st_tier_input {
	int64_t score;    /* hundredths */
	int64_t claims;   /* verified   */
	int reproducible; /* 1: HIGH; 0: anything else, UNASSESSED too; -1 */
};
/* The tier by the policy in force, or NULL: the unknown inputs decide, or no profile gives
 * thresholds. */
const char *st_tier_of(const struct st_standing *standing, const struct st_tier_input *input);
const char *st_tier_label(const char *tier);
int st_fold_tier(struct st_standing *standing, struct st_row *row);

/* --- verdict.c ----------------------------------------------------------------------------------
 */

/* What follows from what a verdict says: the status, or NULL with why. */
const char *st_verdict_derived(
    const struct st_standing *standing, size_t verdict, char why_out[160]);
/* The mean of the role scores in tenths, rounded half up. STET_ENOTFOUND: none are given. */
int st_verdict_mean(const struct st_standing *standing, size_t verdict, int64_t *tenths_out);
/* Whether all artifacts that it names are held here; evidence gets them. No too if it names none;
 * unknown where of some it could not be looked for, and none is known to be away. */
int st_verdict_held(const struct st_standing *standing, size_t verdict, enum st_answer *held_out,
    struct st_evidence *evidence);
/* The row of a gate and kind: its newest verdict, and the newest that supports or ST_NO_FACT. */
int st_fold_verdict(
    struct st_standing *standing, struct st_row *row, size_t verdict, size_t supporting);

/* --- ladder.c -----------------------------------------------------------------------------------
 */

/* The row with this code (and detail, unless NULL), or NULL. */
const struct st_row *st_row_find(
    const struct st_standing *standing, const char *code, const char *detail);
void st_value_set(struct st_value *value, const char *text, const char *label);
void st_value_unknown(struct st_value *value, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A count, or a score of 0 to 10 in hundredths, by path: STET_ENOTFOUND if it is not known, what
 * is out of range included; *fact_out gives it. */
int st_effective_count(const struct st_standing *standing, const char *path, enum st_set set,
    int64_t *value_out, size_t *fact_out);
int st_effective_hundredths(const struct st_standing *standing, const char *path, enum st_set set,
    int64_t *value_out, size_t *fact_out);
/* A text by path; the caller frees it. NULL: not known. */
char *st_effective_text(
    const struct st_standing *standing, const char *path, enum st_set set, size_t *fact_out);

#endif
