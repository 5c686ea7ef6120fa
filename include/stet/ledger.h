#ifndef STET_LEDGER_H
#define STET_LEDGER_H
/**
 * A ledger: an append-only, signed history of what is said about records.
 *
 * A ledger is a folder (data.mdb lock.mdb artifacts/ keys/ledger.key checkpoint
 * format).  Entries are the truth; every other table is derived from them.  One
 * handle may be used by any number of threads; several processes may read and
 * write one ledger at once.  A call that returns STET_OK after writing is
 * durable; any other leaves the ledger as it was, except STET_EUNSURE, after
 * which nobody knows: open it again and look.
 *
 * The library reads no clock: every call that needs the time takes now_ms, in
 * milliseconds since 1970-01-01T00:00:00Z.
 *
 * Source: docs/format.md; docs/design.md, "Append, step by step".
 */
#include <stet/statement.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_ledger stet_ledger;
typedef struct stet_entry stet_entry;
typedef struct stet_outcome stet_outcome;

#define STET_OPTIONS_VERSION 1

/** How a ledger is opened. Start from STET_LEDGER_OPTIONS. */
typedef struct stet_ledger_options {
	int version;           /* STET_OPTIONS_VERSION                                            */
	const char *state_dir; /* folder of the second copy of the head, outside the ledger; NULL:
				  the ledger can be read but never sealed                         */
	int wait_ms;           /* how long to wait for another writer before STET_ELOCKED         */
	unsigned threads;      /* for signing and verifying; 0: all cores                         */
	int read_only;         /* 1: never write, not even a lock                                 */
	int repair;            /* 1: open it even if entry 0 cannot be read, to verify or reindex */
	const char *scratch_dir; /* for temporary files; NULL: the ledger's */
} stet_ledger_options;
#define STET_LEDGER_OPTIONS                                      \
	{                                                        \
		STET_OPTIONS_VERSION, NULL, 10000, 0, 0, 0, NULL \
	}

/** What entry 0 of a new ledger says. Start from {STET_OPTIONS_VERSION}. */
typedef struct stet_ledger_terms {
	int version;
	/* Its name for ever: a host and path without scheme; docs/format.md. */
	const char *origin;
	const char *root_issuer; /* what statements of the first root key say as issuer */
	const char *organisation, *contact; /* may be NULL                              */
	const char *profile;                /* NULL: assignee-v1                        */
	const stet_json *continues;         /* the member of that name, or NULL         */
	const char *id;                     /* of entry 0's statement; NULL: made up    */
} stet_ledger_terms;

/**
 * Make a ledger: folder, entry 0, first seal, first checkpoint.
 *
 * path        the folder; must not exist, or be empty; not on a network file system
 * terms       what entry 0 says
 * ledger_key  copied to keys/ledger.key under ask's passphrase (NULL: none)
 * root_key    only its public half is used
 * now_ms      the time of entry 0
 *
 * Returns STET_OK, STET_EINVAL, STET_EREFUSED (a ledger is there already, a
 * network file system), STET_EFULL, STET_EIO, STET_ENOMEM; on failure nothing
 * is left behind.
 */
STET_API int stet_ledger_create(const char *path, const stet_ledger_terms *terms,
    const stet_ledger_options *options, const stet_key *ledger_key, const stet_key *root_key,
    uint64_t now_ms, stet_passphrase *ask, void *ctx, stet_error *err);

/**
 * Open a ledger. STET_ENOTFOUND if there is none at path, STET_EFORMAT if it
 * is damaged, STET_EVERSION if a newer stet wrote it. Reads a few pages.
 */
STET_API int stet_ledger_open(const char *path, const stet_ledger_options *options,
    stet_ledger **ledger_out, stet_error *err);
STET_API void stet_ledger_close(stet_ledger *ledger);

/** The newest sealed state. Root and index as the last seal's checkpoint covers them. O(log n). */
STET_API int stet_ledger_head(stet_ledger *ledger, stet_head *head_out, stet_error *err);
/** stet:<64 hex>, the aud of its statements. */
STET_API const char *stet_ledger_id(const stet_ledger *ledger);
STET_API const char *stet_ledger_origin(const stet_ledger *ledger);
STET_API const char *stet_ledger_path(const stet_ledger *ledger);
/** Facts for `stats`: {"origin", "ledger", "entries", "names", "types": {...}, "seals", "size",
 *  "root", "last", "bytes", "artifacts", ...}. O(1) reads, O(artifact files) for their count. */
STET_API int stet_ledger_stats(stet_ledger *ledger, stet_json **stats_out, stet_error *err);

/** How statements are appended. Start from STET_APPEND_OPTIONS with now_ms set. */
typedef struct stet_append_options {
	int version;
	uint64_t now_ms;
	unsigned flags;       /* STET_APPEND_* */
	stet_passphrase *ask; /* for the ledger key, if it is under a passphrase */
	void *ctx;
} stet_append_options;
#define STET_APPEND_OPTIONS                            \
	{                                              \
		STET_OPTIONS_VERSION, 0, 0, NULL, NULL \
	}
#define STET_APPEND_KEEP_GOING 1    /* leave refused statements out instead of refusing all */
#define STET_APPEND_DRY_RUN 2       /* judge everything, write nothing                      */
#define STET_APPEND_CONFIRM_CLOCK 4 /* accept a step of more than 366 days since the last entry */
#define STET_APPEND_HEARTBEAT 8     /* seal even if there is nothing to append              */

/**
 * Append signed statements as one batch: admitted in order, each judged by the
 * state after the one before it; sealed; durable; checkpointed.
 *
 * All or nothing unless STET_APPEND_KEEP_GOING. A statement that is already
 * there (same issuer and id, same subject, type and payload) is no refusal.
 * A batch in which nothing is new writes nothing, not even a seal.
 *
 * outcome_out  what became of each statement; also set on STET_EREFUSED; the
 *              caller ends it with stet_outcome_free()
 *
 * Returns STET_OK when none was refused (or KEEP_GOING was given), else
 * STET_EREFUSED with the first refusal in err; STET_ELOCKED, STET_EFULL,
 * STET_EIO, STET_EUNSURE, STET_ENOMEM. Signatures are verified on all cores
 * before the write lock is taken; statements signed by this process are not
 * verified again.
 */
STET_API int stet_ledger_append(stet_ledger *ledger, stet_statement *const *statements,
    size_t count, const stet_append_options *options, stet_outcome **outcome_out, stet_error *err);

enum stet_result {
	STET_APPENDED,
	STET_ALREADY,
	STET_REFUSED,
	STET_LEFT /* not reached, or undone with its batch */
};
typedef struct stet_outcome_item {
	int result;   /* enum stet_result                         */
	uint64_t seq; /* of the entry, if APPENDED or ALREADY      */
	uint8_t leaf[STET_HASH_SIZE];
	stet_error error; /* why, if REFUSED                           */
} stet_outcome_item;
STET_API size_t stet_outcome_count(const stet_outcome *outcome); /* 0 for NULL */
STET_API const stet_outcome_item *stet_outcome_get(const stet_outcome *outcome, size_t index);
STET_API const stet_head *stet_outcome_head(
    const stet_outcome *outcome); /* size 0: nothing written */
STET_API void stet_outcome_free(stet_outcome *outcome);

/** Entries. STET_ENOTFOUND beyond the end. The caller ends *entry_out with stet_entry_free(). */
STET_API int stet_ledger_entry(
    stet_ledger *ledger, uint64_t seq, stet_entry **entry_out, stet_error *err);
STET_API uint64_t stet_entry_seq(const stet_entry *entry);
STET_API uint64_t stet_entry_ms(const stet_entry *entry);
STET_API stet_bytes stet_entry_encoded(const stet_entry *entry);
STET_API stet_bytes stet_entry_leaf(const stet_entry *entry);
STET_API const char *stet_entry_name(const stet_entry *entry); /* its subject        */
STET_API const char *stet_entry_type(const stet_entry *entry); /* of its statement   */
/** {"seq", "appended", "leaf", "prev", "prior", "statement": {...}}; lives as long as the entry. */
STET_API const stet_json *stet_entry_json(stet_entry *entry, stet_error *err);
STET_API void stet_entry_free(stet_entry *entry);

/**
 * Walk entries from first to last - 1 (last: STET_NO_SEQ for the end) in order.
 * visit's non-zero answer stops the walk and is returned. Renews its snapshot,
 * so it may run for hours.
 */
typedef int stet_visit(void *ctx, stet_entry *entry, stet_error *err);
STET_API int stet_ledger_walk(stet_ledger *ledger, uint64_t first, uint64_t last, stet_visit *visit,
    void *ctx, stet_error *err);

/** The names a look-up by prefix matches, or the name itself if any entry is about it: a JSON array
 *  of strings; empty: not in this ledger. */
STET_API int stet_ledger_find(
    stet_ledger *ledger, const stet_id *id, stet_json **names_out, stet_error *err);
/** The keys the ledger knows: an array of {"kid", "name", "label", "issuer", "roles", "scope",
 * "until", "state": "in force" | "expired" | "revoked", "granted": seq, "revoked": seq, "reason",
 * "distrust_from"}; also the ledger key(s) and the first root. */
STET_API int stet_ledger_keys(
    stet_ledger *ledger, uint64_t now_ms, stet_json **keys_out, stet_error *err);
/** The issuer the ledger has granted to a key; STET_ENOTFOUND if it has none. *issuer_out: free().
 */
STET_API int stet_ledger_issuer(
    stet_ledger *ledger, const stet_key *key, char **issuer_out, stet_error *err);
/** The leaf of the newest entry about a name that is no observation (what `after` wants);
 *  STET_ENOTFOUND if there is none. */
STET_API int stet_ledger_newest(
    stet_ledger *ledger, const stet_id *id, uint8_t leaf_out[STET_HASH_SIZE], stet_error *err);
/** The entry whose leaf this is, looked for among the entries about the names of id's closure. */
STET_API int stet_ledger_by_leaf(stet_ledger *ledger, const stet_id *id,
    const uint8_t leaf[STET_HASH_SIZE], uint64_t *seq_out, stet_error *err);
/** Entries by a local look-up: kind "notice" (a DOI: corrections), "content" (a digest in hex:
 * artifacts), "manifest" (a SHA-256 in hex: records): an array of seqs, ascending. */
STET_API int stet_ledger_lookup(
    stet_ledger *ledger, const char *kind, const char *text, stet_json **seqs_out, stet_error *err);

/**
 * Artifacts: content kept beside the ledger by SHA-256, any size, streamed.
 * attach makes it durable (file, then folders) before it returns; the entry
 * that names it comes after. The same content twice is kept once.
 */
STET_API int stet_ledger_attach(stet_ledger *ledger, stet_source *read, void *ctx,
    uint8_t sha256_out[STET_HASH_SIZE], uint64_t *size_out, stet_error *err);
/** STET_ENOTFOUND if it is not held. */
STET_API int stet_ledger_artifact(stet_ledger *ledger, const uint8_t sha256[STET_HASH_SIZE],
    stet_sink *write, void *ctx, stet_error *err);
STET_API int stet_ledger_has_artifact(
    stet_ledger *ledger, const uint8_t sha256[STET_HASH_SIZE], uint64_t *size_out, stet_error *err);
/** Erase content that an entry withholds (STET_EREFUSED otherwise): overwritten, removed, synced.
 */
STET_API int stet_ledger_erase(
    stet_ledger *ledger, const uint8_t sha256[STET_HASH_SIZE], stet_error *err);

/** The checkpoint note at the newest seal, verbatim; signs it again if a crash came between. The
 *  caller frees with free(). */
STET_API int stet_ledger_checkpoint(
    stet_ledger *ledger, char **note_out, size_t *size_out, stet_error *err);
/** The verifier key of the ledger key in force: "origin+hex+base64". *vkey_out: free(). */
STET_API int stet_ledger_vkey(stet_ledger *ledger, char **vkey_out, stet_error *err);
/** Take a checkpoint as the head this machine remembers, because it has none: after moving a
 * ledger. The note must be signed by the ledger key and agree with the entries here. */
STET_API int stet_ledger_adopt(stet_ledger *ledger, stet_bytes note, stet_error *err);
/** The moment that a checkpoint is of. STET_EFORMAT if it is none; STET_EMISMATCH if this ledger
 * has not signed it, or the entries here are not those it covers. Costs log n of the tree. */
STET_API int stet_ledger_moment(
    stet_ledger *ledger, stet_bytes note, stet_at *at_out, stet_error *err);

/** What the numbers of a profile are called, of which kind they are and what they are unless a
 * policy sets them. Rows from 0; 1, or 0 past the end and for a profile not known. */
typedef struct stet_policy_info {
	const char *name;
	const char *kind;   /* "hundredths", "count" or "date"                    */
	const char *preset; /* as text; NULL: does not apply unless a policy sets it */
	const char *doc;
} stet_policy_info;
STET_API int stet_policy_number(const char *profile, size_t row, stet_policy_info *info_out);

/** Change the ledger key: a rotate statement signed by root, the seal by the old key, everything
 *  after it by the new one. new_key's file replaces keys/ledger.key. */
STET_API int stet_ledger_rotate(stet_ledger *ledger, stet_statement *rotate,
    const stet_key *new_key, const stet_append_options *options, stet_outcome **outcome_out,
    stet_error *err);

/** Rebuild every derived table from the entries. */
STET_API int stet_ledger_reindex(
    stet_ledger *ledger, stet_progress *progress, void *ctx, stet_error *err);
/** A consistent copy of the ledger into a new folder, while others write; keys included if
 * with_key. */
#define STET_BACKUP_WITHOUT_KEY 1
#define STET_BACKUP_MOVE 2 /* and this copy never seals again */
STET_API int stet_ledger_backup(stet_ledger *ledger, const char *path, unsigned flags,
    stet_progress *progress, void *ctx, stet_error *err);
/**
 * Make a ledger at path from nothing but its entries: a CBOR sequence, in order, as `export
 * cborseq` writes it. Every rule is checked again.
 *
 * ledger_key  to sign the checkpoint again (the same bytes: Ed25519 is deterministic) and to go on
 *             appending; may be NULL: then the ledger can only be read
 * artifacts   a folder to copy artifacts from, or NULL
 */
STET_API int stet_ledger_restore(const char *path, const stet_ledger_options *options,
    stet_source *read, void *ctx, const stet_key *ledger_key, const char *artifacts,
    stet_progress *progress, void *progress_ctx, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
