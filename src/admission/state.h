#ifndef ST_ADMISSION_STATE_H
#define ST_ADMISSION_STATE_H
/* What the ledger itself is at a point: its keys, its policy, its end.  The state at seq s is that
 * of entries 0 .. s-1; st_state_advance() moves it past one admitted entry.  It is folded from the
 * chain of stet:ledger and the chains of the keys, never stored. */
#include "admission/books.h"
#include "admission/role.h"
#include "merkle/tree.h"

#define ST_LEDGER_ID_SIZE (5 + 64 + 1) /* "stet:" + hex + NUL */
#define ST_NAME_LEDGER "stet:ledger"
#define ST_NAME_SEAL "stet:seal"
#define ST_NAME_AUDIT "stet:audit"

#define ST_NO_END UINT64_MAX

/* A key as its grants and revocations leave it. */
struct st_key_state {
	uint8_t kid[32], public_key[32];
	uint64_t granted; /* seq of the newest grant; STET_NO_SEQ: never granted          */
	uint64_t first_granted;
	unsigned roles;       /* ST_ROLE_* bits of the newest grant                          */
	char *issuer, *label; /* label "" if none                                            */
	stet_bytes *scope;    /* prefixes, owned; scope_count 0 with scoped 0: every name    */
	size_t scope_count;
	int scoped;
	uint64_t until;         /* ms; ST_NO_END: none                                         */
	uint64_t revoked;       /* seq of the first revocation, or STET_NO_SEQ                 */
	char reason[8];         /* lost, stolen, retired                                       */
	uint64_t distrust_from; /* seq, or STET_NO_SEQ                                         */
	int stale;              /* its chain has grown since                                   */
};

struct st_ledger_key {
	uint8_t public_key[32], kid[32];
	uint64_t
	    since; /* first seq it signs: 0, or the entry after the seal that closed its batch */
};

struct st_state {
	uint64_t size;    /* entries so far                                                  */
	uint64_t last_ms; /* time of the last one                                            */
	uint64_t sealed;  /* entries covered by the last seal, itself included; 0: none      */
	struct st_tree tree;
	uint8_t last_leaf[32];

	char id[ST_LEDGER_ID_SIZE]; /* "" before entry 0 */
	char *origin, *root_issuer, *profile;
	uint8_t first_root[32], first_root_kid[32];
	struct st_ledger_key *ledger_keys; /* in order; the last is in force, or coming      */
	size_t ledger_key_count;
	int rotating;    /* a rotate awaits its seal, by the key before the last            */
	int closed;      /* a close awaits its seal, or has it                              */
	uint64_t policy; /* seq of the policy in force, or STET_NO_SEQ                      */

	struct st_key_state **keys; /* cache, by kid: open addressing                         */
	size_t key_count, key_capacity;
};

void st_state_init(struct st_state *state);
void st_state_clear(struct st_state *state);
/* The state at `size` entries, whose last seal covers `sealed`, folded from the books. */
int st_state_load(struct st_state *state, const struct st_books *books, uint64_t size,
    uint64_t last_ms, uint64_t sealed, stet_error *err);
/* Past one admitted entry. Its rows are in the books already, or are being put. */
int st_state_advance(struct st_state *state, const struct st_entry *entry,
    const struct st_statement *statement, const uint8_t leaf[32], stet_error *err);

/* The key that must sign the next entry if it is a seal; NULL before entry 0. */
const struct st_ledger_key *st_state_sealing_key(const struct st_state *state);
/* The key in force for checkpoints at the present size. */
const struct st_ledger_key *st_state_checkpoint_key(const struct st_state *state);
int st_state_is_ledger_key(const struct st_state *state, const uint8_t kid[32]);

/* A key by its thumbprint, cached; STET_ENOTFOUND if it was never granted (*key_out says so too).
 * Lives until st_state_advance or st_state_clear. */
int st_state_key(struct st_state *state, const struct st_books *books, const uint8_t kid[32],
    const struct st_key_state **key_out, stet_error *err);
/* A key's chain has grown; the books are others now. */
void st_state_forget_key(struct st_state *state, const uint8_t kid[32]);
void st_state_forget_keys(struct st_state *state);
/* The key as it was before entry `before`; the caller ends it with st_key_state_free(). */
int st_key_at(const struct st_state *state, const struct st_books *books, const uint8_t kid[32],
    uint64_t before, struct st_key_state **key_out, stet_error *err);
void st_key_state_free(struct st_key_state *key);
/* 1 if a prefix of the scope begins name; a key without scope covers all. */
int st_key_covers(const struct st_key_state *key, stet_bytes name);

#endif
