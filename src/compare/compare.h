#ifndef ST_COMPARE_COMPARE_H
#define ST_COMPARE_COMPARE_H
/* Copies of a ledger, whatever they are kept as, and how two of them are compared.
 *
 *   part.c     where two trees part: pure
 *   copy.c     the table of kinds, and opening
 *   ledger.c   a ledger's folder
 *   tiles.c    a folder of tiles
 *   entries.c  entries that are read through: a sequence, a bag
 *   head.c     a head alone: a checkpoint, a proof
 *   judge.c    what comes of it
 *   omit.c     what a proof leaves out that a ledger has
 *   report.c   the answer as JSON */
#include <stet/compare.h>

#include "bag/bag.h"
#include "compare/part.h"
#include "ledger/internal.h"
#include "proof/proof.h"
#include "tiles/tiles.h"
#include "trust/trust.h"

struct st_leaves { /* 32 bytes an entry */
	uint8_t (*hashes)[32];
	size_t count, room;
};

struct st_copy_kind {
	const char *name;
	/* An entry as it is kept, to be freed. STET_ENOTFOUND: entries are not at hand. NULL:
	 * never. */
	int (*entry)(stet_copy *copy, uint64_t seq, struct st_buf *out, stet_error *err);
	void (*close)(stet_copy *copy);
};

struct stet_copy {
	const struct st_copy_kind *kind;
	/* The head: origin, size, root; with side.read NULL nothing below it. */
	struct st_checkpoint head;
	struct st_side side;
	struct st_buf note; /* that signs it, verbatim; empty: none */
	/* Without a note: the last entry, a seal by this key. */
	int sealed;
	struct st_vkey seal_key;
	uint64_t behind;            /* entries after the head */
	uint64_t last_ms;           /* of the head's last entry; 0: not known */
	char id[ST_LEDGER_ID_SIZE]; /* "": entry 0 is not at hand */
	stet_trust *own;            /* the ledger keys that its entries name ... */
	int chained;                /* ... and no others: every change of them was seen */

	/* What the kinds keep. */
	stet_ledger *ledger, *opened; /* opened: to be closed */
	struct st_reader *reader;
	struct st_tile_nodes *tiles;
	int has_entries;
	struct st_leaves leaves;
	struct st_unpack *bag;
	stet_proof *proof;
	char *path;
};

/* --- copy.c --- */
int st_copy_new(const struct st_copy_kind *kind, stet_copy **copy_out, stet_error *err);
/* Takes the note for the head: STET_EFORMAT, STET_ENOMEM. */
int st_copy_take_note(stet_copy *copy, stet_bytes note, stet_error *err);
/* The ledger keys of a state, each of which the one before it has sealed the change to. */
int st_copy_take_keys(stet_copy *copy, const struct st_state *state, stet_error *err);
/* That an entry is the seal of the tree before it by this ledger key of the state, counted from 0;
 * vkey_out (may be NULL) is that key.  STET_EMISMATCH with ST_COPY_DAMAGED. */
int st_copy_seal_verify(const struct st_state *state, size_t by, stet_bytes encoded,
    const struct st_tree *before, struct st_vkey *vkey_out, stet_error *err);
/* The same but for who signed it: 1 or 0. */
int st_copy_seal_fits(const struct st_entry *entry, const struct st_statement *statement,
    const struct st_tree *before);
/* A stet_source; ctx is a FILE. */
int st_copy_file_source(void *ctx, uint8_t *buf, size_t size, size_t *got_out);

int st_copy_ledger(const char *path, stet_copy **copy_out, stet_error *err);
int st_copy_tiles(const char *path, stet_copy **copy_out, stet_error *err);
int st_copy_bag(
    const char *path, stet_progress *progress, void *ctx, stet_copy **copy_out, stet_error *err);
/* What read gives behind the bytes in begun. */
int st_copy_entries(stet_bytes begun, stet_source *read, void *read_ctx, stet_progress *progress,
    void *ctx, stet_copy **copy_out, stet_error *err);
int st_copy_note(stet_bytes note, stet_copy **copy_out, stet_error *err);
int st_copy_proof(stet_bytes file, stet_copy **copy_out, stet_error *err);

/* --- judge.c --- */
enum st_answer {
	ST_ANSWER_SAME,
	ST_ANSWER_OLDER,
	ST_ANSWER_NEWER,
	ST_ANSWER_FORK,
	ST_ANSWER_OMISSION,
	ST_ANSWER_OTHER,
	ST_ANSWER_UNKNOWN
};
struct st_compared {                /* of one copy */
	struct st_signed_head head; /* by the keys that the reader knows; if there is a note */
	int known;                  /* one of the ledger's keys among these has signed it */
	int own;                    /* one that entries name has; -1: there are none */
	uint8_t root[32];           /* over the first `common` entries ... */
	int rooted;                 /* ... if it shows that */
	uint8_t leaf[32];           /* at `first` */
};
struct st_comparison {
	stet_copy *copies[2];
	const stet_trust *trust; /* the reader's */
	stet_trust *known;       /* and the ledger keys that followed those */
	stet_trust *named;       /* the ledger keys that the entries of either copy name */
	stet_trust *all;         /* both */
	struct st_compared compared[2];
	enum st_answer answer;
	uint64_t common;
	int placed; /* first is known, and what each has there, of a fork */
	uint64_t first;
	int one_key;           /* one ledger key has signed both heads */
	int unsigned_;         /* a head alone that none of the ledger keys has signed */
	struct st_buf omitted; /* the entry that a proof leaves out */
};
/* --- omit.c --- */
/* Whether the proof among the two leaves out an entry that the ledger among them has. */
int st_compare_omitted(struct st_comparison *comparison, stet_error *err);
int st_compare_omission(
    struct st_comparison *comparison, uint8_t **evidence_out, size_t *size_out, stet_error *err);
/* --- report.c --- */
int st_compare_report(
    const struct st_comparison *comparison, stet_json **report_out, stet_error *err);

#endif
