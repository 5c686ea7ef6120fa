#ifndef ST_ADMISSION_RULES_H
#define ST_ADMISSION_RULES_H
/* What append refuses and verify finds: one table of rules for both.  docs/format.md, "Admission".
 */
#include "admission/state.h"

/* One statement before the ledger, as entry->seq. */
struct st_case {
	struct st_state *state; /* of the entries before it */
	const struct st_books *books;
	const struct st_entry *entry;
	const struct st_statement *statement;
	unsigned flags; /* ST_ADMIT_* */
	/* NULL: the books have every entry.  Else what would take others is not judged: that a root
	 * key is left, that an id was not used about another name, and what only an observer lists;
	 * and a name that an own statement lists and that is not here is ST_PROOF_INCOMPLETE. */
	const struct st_cover *cover;

	/* Filled in by st_case_prepare. */
	uint8_t name_key[32], cti_key[32];
	struct st_index_row row; /* of the subject, before this entry */
	/* Filled in by st_admit. */
	const struct st_key_state *signer; /* NULL: a ledger key                                 */
	uint8_t public_key[32];            /* that its signature must verify under               */
	uint64_t already;                  /* the entry that says the same, or STET_NO_SEQ       */
};
#define ST_ADMIT_REPLAY 1 /* judging what is stored: rotations and unknown types are met here */

/* Looks up what st_enter() needs, and judges nothing. */
int st_case_prepare(struct st_case *c, stet_error *err);
/* STET_OK: admitted, or c->already is set (append: nothing to do; verify: ST_ID_REPEATED).
 * STET_EREFUSED with the rule. The signature is not verified here: see st_sign1_verify() and
 * c->public_key; nor is a seal's content: see st_seal_check(). */
int st_admit(struct st_case *c, stet_error *err);

/* A seal commits to what came before it: size, time, root, index. STET_EREFUSED with ST_SEAL_*.
 * st_seal_frame_check: its size, its id and its time alone. */
int st_seal_frame_check(
    const struct st_entry *entry, const struct st_statement *statement, stet_error *err);
int st_seal_check(const struct st_state *state, const uint8_t index[32],
    const struct st_entry *entry, const struct st_statement *statement, stet_error *err);

void st_cti_key(stet_bytes iss, stet_bytes cti, uint8_t out[32]);

/* Rules that look into the payload of one type: content.c. */
int st_admit_content(struct st_case *c, stet_error *err);

#endif
