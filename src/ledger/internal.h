#ifndef ST_LEDGER_INTERNAL_H
#define ST_LEDGER_INTERNAL_H
/* What the files of src/ledger share, and src/verify reads. */
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>

#include <stet/history.h>
#include <stet/ledger.h>
#include <stet/standing.h>

#include "enter/enter.h"
#include "note/note.h"
#include "trust/trust.h"

#define ST_FORMAT_LINE "stet/1\n"
/* A change of the ledger key puts the new file beside the old one before anything is committed; a
 * crash in between leaves both, and the ledger says which is in force. */
#define ST_KEY_FILE "keys/ledger.key"
#define ST_NEXT_KEY_FILE "keys/ledger.key.next"
#define ST_META_MOVED "moved" /* present: this copy never seals again. No derived row. */

struct stet_ledger {
	char *path;
	char *scratch_dir; /* NULL: the ledger's folder */
	char *state_dir;   /* <state>/<hex of the ledger id>, or NULL: cannot seal */
	stet_ledger_options options;
	struct st_store *store;
	char id[ST_LEDGER_ID_SIZE]; /* fixed by entry 0 */
	char *origin;

	atomic_flag swept;     /* artifacts/: what killed processes left is gone */
	pthread_mutex_t lock;  /* one append at a time in this process */
	struct st_state state; /* under lock; of `state_head`         */
	struct st_head state_head;
	int state_known;
	int tables_known; /* what state was loaded from continues the last seal */
	stet_key *key;    /* under lock: the ledger key, once it was needed */
	stet_key *old;    /* the one before it, while their common checkpoint is not out */
	int key_is_next;  /* its file is still the one of an unfinished rotation */
	int of_proof;     /* the tables are those of a proof: some entries, no tree, only read */
};

struct stet_entry {
	struct st_buf encoded;
	struct st_read read; /* views into encoded */
	uint8_t leaf[32];
	char *name, *type;
	stet_json *json;
};

/* --- ledger.c: opening, and the state at the head --- */
int st_ledger_reader(stet_ledger *ledger, struct st_reader **reader_out, stet_error *err);
/* The folder for temporary files. */
const char *st_ledger_scratch(const stet_ledger *ledger);
/* Brings ledger->state to the head that books see. Under lock. */
int st_ledger_refresh(
    stet_ledger *ledger, const struct st_books *books, struct st_head *head_out, stet_error *err);
/* Root of entries 0 .. size-1 from stored nodes. */
int st_ledger_root(struct st_reader *reader, uint64_t size, uint8_t root_out[32], stet_error *err);
int st_ledger_new_handle(const char *path, const stet_ledger_options *options,
    stet_ledger **ledger_out, stet_error *err);
/* Id, origin and state folder, from entry 0 alone: no derived table is needed to open a ledger. */
int st_ledger_learn(stet_ledger *ledger, stet_error *err);

/* --- reindex.c --- */
int st_store_reindex(
    struct st_store *store, int wait_ms, stet_progress *progress, void *ctx, stet_error *err);

/* --- read.c --- */
int st_entry_new(stet_bytes encoded, stet_entry **entry_out, stet_error *err); /* copies */
/* Stored bytes of entries first .. last-1 in order, whatever they are; renews its snapshot. */
typedef int st_raw_visit(void *ctx, uint64_t seq, stet_bytes encoded, stet_error *err);
int st_reader_walk(struct st_reader *reader, st_raw_visit *visit, void *ctx,
    stet_error *err); /* all, one snapshot */
int st_ledger_walk(stet_ledger *ledger, uint64_t first, uint64_t last, st_raw_visit *visit,
    void *ctx, stet_error *err);

/* --- history.c: moments and names --- */
/* How many entries there were at a moment. */
int st_size_at(const struct st_books *books, stet_at at, uint64_t *size_out, stet_error *err);
/* The same in a snapshot of its own. */
int st_ledger_size_at(stet_ledger *ledger, stet_at at, uint64_t *size_out, stet_error *err);
/* The name that an identifier means: STET_ENOTFOUND, or STET_EREFUSED if it may be any of several.
 */
int st_one_name(stet_ledger *ledger, const stet_id *id, struct st_buf *name_out, stet_error *err);

/* --- standing.c --- */
struct st_standing;
struct st_standing_feed;
/* Where the ledger reads standings: its tables, and which artifacts are here. Outlives the feed
 * (record/record.h). */
struct st_shelf {
	stet_ledger *ledger;
	const struct st_books *books;
};
int st_ledger_feed_new(
    struct st_shelf *shelf, uint64_t size, struct st_standing_feed **feed_out, stet_error *err);
/* The standing of a name as of `size` entries, read through the caller's snapshot. STET_ENOTFOUND
 * if no entry is about it. */
int st_ledger_standing(stet_ledger *ledger, const struct st_books *books, stet_bytes name,
    uint64_t size, struct st_standing **standing_out, stet_error *err);

/* --- records.c: every record ---
 * As of `size` entries, each once, in the order they were opened; what standing points to lives
 * until visit returns. progress (may be NULL) is told of "entries". Memory does not grow with the
 * ledger. visit's answer other than STET_OK ends it and is returned. */
typedef int st_record_visit(void *ctx, const struct st_standing *standing, stet_error *err);
int st_records_walk(stet_ledger *ledger, uint64_t size, st_record_visit *visit, void *ctx,
    stet_progress *progress, void *progress_ctx, stet_error *err);
/* The name that the record of a name asked for is told of under: the one it was opened by; where no
 * record statement says which, the one of its own names with the first entry. */
const char *st_main_name(const struct st_standing *standing);
/* The one that an identifier means; the caller ends it with st_standing_free(). STET_ENOTFOUND,
 * STET_EREFUSED with rule id-ambiguous. */
int st_record_read(stet_ledger *ledger, const stet_id *id, uint64_t size,
    struct st_standing **standing_out, stet_error *err);

/* --- seal.c: the ledger key, seals, checkpoints --- */
int st_ledger_key(stet_ledger *ledger, stet_passphrase *ask, void *ctx, stet_error *err);
/* The tables are those that the last seal was made from: nothing is sealed on top of others, which
 * would sign a tree or an index that the entries do not have.  STET_EFORMAT with ST_TABLE_DAMAGED.
 * Under lock; costs nothing while this handle alone writes. */
int st_seal_tables(stet_ledger *ledger, const struct st_books *books, stet_error *err);
/* Enters a seal over everything before it. */
int st_seal(
    stet_ledger *ledger, struct st_enter *enter, uint64_t ms, stet_head *head_out, stet_error *err);
/* After commit: reads the entries from first on again in a new snapshot, recomputes the root,
 * signs, remembers the head, publishes the checkpoint.  At the seal of a rotation with both keys'
 * lines, if the old key is still here; then the new one's file takes its place. Under both locks.
 */
int st_publish(stet_ledger *ledger, uint64_t first, const stet_head *head, stet_error *err);
/* The same at the newest seal, from what is stored: for a checkpoint that a crash took. */
int st_publish_again(
    stet_ledger *ledger, struct st_reader *reader, const struct st_head *head, stet_error *err);
/* A new ledger key's file takes its place, after a rotation. */
int st_ledger_key_settle(stet_ledger *ledger, stet_error *err);
/* The checkpoint note at a sealed size, signed by the ledger key, after a change by the one before
 * (also), too. */
int st_checkpoint_sign(stet_ledger *ledger, const stet_key *also, uint64_t size,
    const uint8_t root[32], struct st_buf *note_out, stet_error *err);
/* The note in the ledger folder, parsed and not verified. STET_ENOTFOUND, STET_EFORMAT. */
int st_checkpoint_stored(stet_ledger *ledger, struct st_buf *note_out,
    struct st_checkpoint *checkpoint_out, stet_error *err);
/* Signs the checkpoint at the newest seal again. */
int st_checkpoint_mend(stet_ledger *ledger, stet_passphrase *ask, void *ctx, stet_error *err);

/* --- cosigners.c: lines of witnesses and auditors beside the checkpoint --- */
#define ST_COSIGNERS_FILE "cosigners"
#define ST_COSIGNERS_MAX ((size_t)1024 * 1024)
/* Adds the keys whose lines this ledger has taken; none if there is no such file. STET_EFORMAT. */
int st_cosigners_read(stet_ledger *ledger, stet_trust *trust, stet_error *err);
/* Those keys as the file has them, appended: nothing if there are none. */
int st_cosigners_put(stet_ledger *ledger, struct st_buf *out, stet_error *err);
/* The file of a copy, from such a text. STET_EFORMAT. */
int st_cosigners_take(stet_ledger *ledger, stet_bytes text, stet_error *err);

/* --- guard.c: the second copy of the head --- */
struct st_guard {
	int fd; /* the lock that this process holds, or -1 */
};
/* Takes the lock of the state folder and refuses what the remembered head forbids:
 * ST_HEAD_UNKNOWN, ST_HEAD_DAMAGED, ST_ROLLED_BACK, ST_FORKED, ST_MOVED. */
int st_guard_take(stet_ledger *ledger, struct st_guard *guard, stet_error *err);
int st_guard_check(
    stet_ledger *ledger, const struct st_books *books, const struct st_head *head, stet_error *err);
void st_guard_drop(struct st_guard *guard);
/* STET_OK if a key this ledger ever sealed with has signed the note; STET_EMISMATCH. */
int st_guard_verify(const struct st_state *state, const struct st_note *note, stet_error *err);
int st_guard_remember(stet_ledger *ledger, stet_bytes note, stet_error *err);
/* The remembered head in two steps: its text, STET_ENOTFOUND if there is none, and what it says
 * once the keys of the ledger are known.  Whoever compares it with entries reads it before he takes
 * his snapshot of them, or somebody else's append lies in between. */
int st_guard_text(stet_ledger *ledger, struct st_buf *text_out, stet_error *err);
int st_guard_judge(stet_ledger *ledger, const struct st_state *state, stet_bytes text,
    struct st_checkpoint *head_out, stet_error *err);
/* The remembered head, verified; STET_ENOTFOUND if there is none. Takes no lock. */
int st_guard_read(stet_ledger *ledger, const struct st_state *state, struct st_checkpoint *head_out,
    stet_error *err);

/* --- create.c: the folder of a ledger, for create, backup and restore --- */
/* Makes it (or takes an empty one) with its sub-folders and the key file, unless NULL; on failure
 * it is as it was. */
int st_ledger_folder_make(const char *path, const stet_key *ledger_key, stet_passphrase *ask,
    void *ctx, int *made_out, stet_error *err);
/* Writes the file `format`, last: from now on it is a ledger. */
int st_ledger_folder_finish(const char *path, stet_error *err);
void st_ledger_folder_undo(const char *path, int made);

/* --- restore.c --- */
/* stet_ledger_restore(), with whatever is to be done once all entries are in and before the folder
 * becomes a ledger: artifacts, a checkpoint. */
typedef int st_restored(void *ctx, stet_ledger *ledger, stet_error *err);
int st_ledger_restore(const char *path, const stet_ledger_options *options, stet_source *read,
    void *ctx, const stet_key *ledger_key, st_restored *restored, void *restored_ctx,
    stet_progress *progress, void *progress_ctx, stet_error *err);

/* --- shown.c --- */
/* A ledger to read what a proof shows, whose tables it takes over: of the proof its bytes and its
 * report are left.  Contents are looked for below `path`, artifacts/; one that is blinded is known
 * to nobody.  Outlives the proof; nothing can be appended, sealed or proved. */
struct stet_proof;
int st_ledger_of_proof(
    struct stet_proof *proof, const char *path, stet_ledger **ledger_out, stet_error *err);

/* --- copy.c --- */
int st_store_copy(struct st_reader *from, struct st_store *to, stet_progress *progress, void *ctx,
    stet_error *err);
/* Every artifact below a folder artifacts/, each checked against its digest. */
int st_artifacts_copy(stet_ledger *to, const char *folder, stet_error *err);

/* --- artifact.c --- */
/* 1 and the digest, if the entry gives content whose key in the look-up of contents is what;
 * *blinded_out: its digest hides it. 0: it is looked up by another digest of the same content. */
int st_artifact_gives(
    const struct st_read *read, const uint8_t what[32], uint8_t digest_out[32], int *blinded_out);
/* Whether every record that gives this content has withheld it. */
int st_artifact_withheld(
    const struct st_books *books, const uint8_t digest[32], int *withheld_out, stet_error *err);
/* STET_ENOTFOUND if it is not held. */
int st_artifact_size(
    stet_ledger *ledger, const uint8_t digest[32], uint64_t *size_out, stet_error *err);
void st_artifact_path(const stet_ledger *ledger, const uint8_t digest[32], struct st_buf *path_out);
/* STET_OK if what an artifact statement names is held with its size. ST_ARTIFACT_NOT_HERE / _SIZE.
 */
int st_artifact_check(stet_ledger *ledger, const struct st_statement *statement, stet_error *err);

/* --- file.c: files and folders that survive a crash --- */
/* Temporary file, synced, renamed over path: after a crash path has the old content or the new one,
 * whole.  st_file_write also syncs the folder, so that it is the new one. */
int st_file_replace(const char *path, stet_bytes content, unsigned mode, stet_error *err);
int st_file_write(const char *path, stet_bytes content, unsigned mode, stet_error *err);
int st_file_read(
    const char *path, size_t max, struct st_buf *out, stet_error *err); /* STET_ENOTFOUND */
/* A file in a folder, for reading and writing, that is gone when it is closed or the process ends.
 * STET_EIO where none can be made. */
int st_file_temporary(const char *folder, int *fd_out, stet_error *err);
int st_dir_make(
    const char *path, unsigned mode, stet_error *err); /* parents too; there already: fine */
int st_dir_sync(const char *path, stet_error *err);
/* The next name in it, not . and ..; NULL at the end. */
int st_dir_next(DIR *dir, const char *path, const char **name_out, stet_error *err);
int st_dir_is_empty(const char *path, int *empty_out, stet_error *err); /* STET_ENOTFOUND */
int st_dir_is_remote(const char *path);                   /* 1: a network file system */
char *st_path_join(const char *folder, const char *name); /* NULL: no memory */
int st_file_lock(
    const char *path, int wait_ms, int *fd_out, stet_error *err); /* flock, exclusive */
/* Removes what is in a folder, and the folder too; for undoing what we made. */
void st_dir_clear(const char *path);
void st_dir_remove(const char *path);

#endif
