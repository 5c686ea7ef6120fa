#ifndef STET_MEMORY_H
#define STET_MEMORY_H
/**
 * The reader's memory: the last head of each ledger that was accepted here.
 *
 * A copy of a ledger that is older than what was read before, or that goes on from another past, is
 * perfectly consistent in itself; only who remembers notices. So the last checkpoint that was
 * accepted of a ledger is kept, verbatim and with the key that signed it, in the state folder
 * beside the second copy of the head, and what is read later has to be the same or go on from it.
 *
 * Several threads and processes may use one memory at once: it only ever goes forward.
 *
 * Source: docs/format.md, "The reader's memory"; docs/design.md, of the same name.
 */
#include <stet/ledger.h>
#include <stet/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

#define STET_LEDGER_ID_SIZE 70 /* "stet:", 64 digits of hex, NUL */
#define STET_ORIGIN_SIZE 256

/** A head that was accepted. */
typedef struct stet_accepted {
	char ledger[STET_LEDGER_ID_SIZE]; /* its id; "": of evidence that does not say */
	char origin[STET_ORIGIN_SIZE];
	uint64_t size;
	uint8_t root[STET_HASH_SIZE];
	uint64_t ms; /* when it was accepted, by the clock here */
} stet_accepted;

/**
 * Read one file of the memory.
 *
 * text      the whole file
 * head_out  what it says
 * note_out  the checkpoint, verbatim: a view into text; may be NULL
 *
 * Returns STET_OK; STET_EFORMAT with rule memory-damaged when it is not what was written: each file
 * holds a digest of itself, and the key that signed the checkpoint in it. STET_ENOMEM.
 */
STET_API int stet_memory_read(
    stet_bytes text, stet_accepted *head_out, stet_bytes *note_out, stet_error *err);

/** How what is here stands to what is remembered. */
enum stet_recalled {
	STET_RECALL_NOTHING, /* nothing is remembered         */
	STET_RECALL_SAME,    /* the same head                 */
	STET_RECALL_GOES_ON, /* it goes on from that head     */
	STET_RECALL_BEYOND,  /* it is larger, and nothing here shows that it goes on from that head
			      */
	STET_RECALL_OLDER,   /* it is smaller: an older copy, or entries were taken away */
	STET_RECALL_FORKED   /* it is of another history      */
};
/** Whose memory it is. */
enum stet_recall_of {
	STET_RECALL_READ,   /* what was read of the ledger before      */
	STET_RECALL_SIGNED, /* what this machine has signed: the second copy of the head */
	STET_RECALL_CHECKED /* what was shown by evidence that was checked without the ledger */
};

typedef struct stet_recall {
	int verdict;        /* enum stet_recalled                              */
	int of;             /* enum stet_recall_of: what the verdict rests on  */
	stet_accepted then; /* that head; ms 0 where nobody wrote down when    */
	uint64_t size;      /* of the head here                                */
	uint8_t root[STET_HASH_SIZE];
	uint64_t ms;        /* time of its last entry, by the ledger's clock   */
	stet_error warning; /* what could not be done and changes no answer; code 0: nothing */
} stet_recall;

/* Judge, and keep the memory as it is. */
#define STET_RECALL_ONLY 1
/* Judge by what was read alone: who seals is held to what was signed anyway. */
#define STET_RECALL_WRITER 2

/**
 * Hold a ledger against what is remembered of it, and remember its newest checkpoint from now on.
 *
 * ledger      open; its options' state_dir says where the memory is; NULL: there is none
 * now_ms      the time, for the memory
 * flags       STET_RECALL_*
 * recall_out  filled on STET_OK
 *
 * The head here is what the ledger's own tables say of it: they are believed as far as any read
 * believes them. The memory goes on to the checkpoint beside the ledger, if a key of the ledger has
 * signed it and it is of these entries; never backwards, and never where the verdict is OLDER or
 * FORKED. What cannot be written, or is not to be read by this user, is a warning: nobody has to
 * have a place to remember.
 *
 * Returns STET_OK whatever the verdict; STET_EFORMAT with rule memory-damaged when there is a
 * memory that cannot be believed; STET_EIO, STET_ENOMEM. Reads log n of the tree.
 */
STET_API int stet_memory_recall(
    stet_ledger *ledger, uint64_t now_ms, unsigned flags, stet_recall *recall_out, stet_error *err);

/** A head that evidence shows, once it is known to be signed by a key that the reader knows. */
typedef struct stet_shown {
	const char *ledger; /* its id, where the evidence shows that; else NULL */
	const char *origin;
	uint64_t size;
	uint8_t root[STET_HASH_SIZE];
	stet_bytes note; /* the checkpoint; data NULL: it has none, and is not remembered */
} stet_shown;

/** Asked whether what is shown goes on from a smaller head that is remembered, given as its
 * checkpoint: sets STET_RECALL_GOES_ON, _FORKED or _BEYOND. */
typedef int stet_memory_ask(void *ctx, stet_bytes note, int *verdict_out, stet_error *err);

/**
 * Hold evidence against what is remembered of its ledger, with no ledger here.
 *
 * state_dir   the state folder; NULL: nothing is remembered
 * trust       the keys the reader knows
 * shown       which head it shows
 * ask         may be NULL: then what is larger is STET_RECALL_BEYOND
 * recall_out  filled on STET_OK; then is the largest head that was compared, or the one of another
 *             history; size and root are those of shown
 *
 * What was read and checked of that ledger is compared, and what this machine has signed: by the id
 * of the ledger where both have it, else by the origin, if a key that the reader knows has signed
 * what is remembered.
 *
 * Returns STET_OK whatever the verdict; STET_EFORMAT with rule memory-damaged where what is
 * remembered of this very ledger cannot be believed (of others it is a warning); what ask returns;
 * STET_EIO, STET_ENOMEM.
 */
STET_API int stet_memory_check(const char *state_dir, const stet_trust *trust,
    const stet_shown *shown, stet_memory_ask *ask, void *ctx, stet_recall *recall_out,
    stet_error *err);
/**
 * Remember what such evidence shows, unless as much is remembered already. It is kept apart from
 * what was read: nobody has seen that it goes on from there.
 *
 * Returns STET_OK, also where there is nothing to remember; STET_ELOCKED, STET_EFULL, STET_EIO,
 * STET_ENOMEM.
 */
STET_API int stet_memory_keep(const char *state_dir, const stet_trust *trust,
    const stet_shown *shown, uint64_t now_ms, stet_error *err);

/**
 * What is remembered, of all ledgers.
 *
 * list_out  an array, in the order of the folders, stet_json_free(): {"v", "ledger": id or null,
 *           "origin", "size", "root": hex, "accepted": time, "key": the verifier key, "note": the
 * checkpoint, "file"}; of a file that is damaged {"v", "ledger", "file", "damaged": why}
 *
 * Returns STET_OK, also where there is no such folder; STET_EIO, STET_ENOMEM.
 */
STET_API int stet_memory_list(const char *state_dir, stet_json **list_out, stet_error *err);
/**
 * Forget what was read and checked of one ledger; what this machine has signed of it stays.
 *
 * which      a ledger's id, with or without "stet:", or an origin
 * count_out  how many heads are forgotten
 *
 * Returns STET_OK; STET_ENOTFOUND when nothing is remembered of it; STET_ELOCKED, STET_EIO,
 * STET_ENOMEM.
 */
STET_API int stet_memory_forget(
    const char *state_dir, const char *which, size_t *count_out, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
