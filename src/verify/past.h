#ifndef ST_VERIFY_PAST_H
#define ST_VERIFY_PAST_H
/* One entry judged by the rules as the ledger stood when it came, without replaying what came
 * before: the tables of that moment are those of today without the rows of later entries
 * (shadow.c), and the few rows of the record index that the rules ask for are computed.
 *
 * It believes the tables; that they are right is for the verification of the whole ledger to say.
 */
#include "admission/closure.h"
#include "verify/verify.h"

#define ST_PAST_OWN 8

/* Which of the first `count` entries about a name is the newest that is no observation; a record is
 * walked from its first entry on, and its observations may be many. */
struct st_past_own {
	uint8_t name_key[32];
	uint64_t count, nth; /* nth: from 1; 0: none of them */
};

struct st_past {
	struct st_reader *entries;
	struct st_store *index, *shadow;
	struct st_reader *tables;
	struct st_books books;
	uint64_t size; /* the moment: entries 0 .. size - 1 */
	struct st_state state;
	struct st_past_own own[ST_PAST_OWN];
	size_t own_next; /* which is given up for another name */
};

int st_past_open(struct st_past *past, stet_ledger *ledger, stet_error *err);
void st_past_close(struct st_past *past);

/* Goes to the moment before entry seq; keys are those of the names whose histories the rules may
 * ask for. */
int st_past_go(
    struct st_past *past, uint64_t seq, const uint8_t (*keys)[32], size_t count, stet_error *err);
/* How many entries about a name came before the moment. */
int st_past_count(
    struct st_past *past, const uint8_t name_key[32], uint64_t *count_out, stet_error *err);
/* The first seal from entry seq on, STET_NO_SEQ: there is none yet. */
int st_past_seal(struct st_past *past, uint64_t seq, uint64_t *seal_out, stet_error *err);

#endif
