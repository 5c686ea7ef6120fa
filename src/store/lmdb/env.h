#ifndef ST_STORE_LMDB_ENV_H
#define ST_STORE_LMDB_ENV_H
/* The LMDB environment below one or more stores: where it is, how it is opened, mapped, reopened
 * and locked.  lmdb.c, the engine, sees transactions only.
 *
 *   look.c   what data.mdb says about itself, read and judged before anything is mapped
 *   free.c   whether pages beyond the end of the file are free ones
 *   pages.c  whether the pages of a snapshot hold together, for verification
 *   map.c    opening: flags, size of the map, the eight tables; making a new file
 *   env.c    one environment a file and process
 *   txn.c    transactions, and changing the map between them
 *   lock.c   the turn to write, over all threads and processes
 *   fail.c   MDB_* codes and errno into ours
 *
 * Why one environment a file: LMDB marks a process that is alive by fcntl locks on lock.mdb, and
 * POSIX drops all of a process's locks on a file as soon as it closes any descriptor of that file.
 * A second environment on the same file, once closed, would leave the first without locks, its
 * readers would be taken for dead, and writers would write over the pages they read. So nothing
 * here ever opens lock.mdb itself either. */
#include <lmdb.h>
#include <pthread.h>
#include <sys/types.h>

#include <stet/error.h>

#include "store/lmdb/open.h"
#include "store/store.h"

#define ST_DATA_FILE "data.mdb"
#define ST_LOCK_FILE "lock.mdb"   /* LMDB's own                          */
#define ST_TURN_FILE "write.lock" /* ours: whose turn it is to write     */
#define ST_NEW_FILE "data.mdb.new"

#define ST_ENV_SHOWN_SIZE 100

/* Address space to set aside beyond the file, in bytes.  A map costs address space and nothing
 * else, and a map with room to spare never has to be changed: 64 GiB is half a thousandth of what a
 * process has, and more than a batch can write in an hour. */
#define ST_MAP_SPARE (sizeof(size_t) >= 8 ? (size_t)1 << 36 : (size_t)1 << 28)
/* Where the address space is limited, as little as this will do, and grow. */
#define ST_MAP_SPARE_MIN ((size_t)1 << 20)

/* --- look.c ----------------------------------------------------------------------------------- */

/* The newest header, found sound. */
struct st_mdb_head {
	size_t page_size;
	uint64_t last_page, txnid, file_size;
	uint64_t free_root, main_root; /* the trees of free pages and of tables; depth 0: none */
	unsigned free_depth, main_depth;
	uint64_t free_rows, main_rows;
};

/* Judges the file open at fd; shown is its name for messages.  STET_EFORMAT or STET_EVERSION with
 * the rule that says what it is instead, STET_EIO. */
int st_mdb_look(int fd, const char *shown, struct st_mdb_head *head_out, stet_error *err);
/* The txnid of the newest header and no judgement; for after a failed commit. */
int st_mdb_newest(int fd, uint64_t *txnid_out);
/* The header of this transaction; STET_ERETRY if later ones have taken its place. */
int st_mdb_header_of(
    int fd, uint64_t txnid, const char *shown, struct st_mdb_head *head_out, stet_error *err);

/* --- free.c ----------------------------------------------------------------------------------- */

/* 1 if every page from first to last is on the free list of head, 0 if not or if the list cannot be
 * followed, STET_ENOMEM. */
int st_mdb_pages_free(int fd, const struct st_mdb_head *head, uint64_t first, uint64_t last);

/* --- pages.c ---------------------------------------------------------------------------------- */

/* Walks every page that head reaches, which a snapshot keeps from being used again meanwhile.
 * STET_EFORMAT with the first page that is not as it should be, STET_EIO, STET_ENOMEM. */
int st_mdb_pages_check(int fd, const struct st_mdb_head *head, const char *shown, stet_error *err);

/* --- lock.c ----------------------------------------------------------------------------------- */

/* Waits for the turn to write; nobody passes the one who has waited longest for it.  *fd_out holds
 * it; closing it, or dying, passes it on. */
int st_turn_take(int folder, int wait_ms, const char *shown, int *fd_out, stet_error *err);
void st_turn_pass(int fd);
/* LMDB leaves whoever opens a store first alone with its lock.mdb for a moment, and everybody else
 * waits for that moment without limit.  This waits with one, before LMDB is asked. Nothing of this
 * process may have lock.mdb open: closing it would give up LMDB's own locks.  STET_ELOCKED. */
int st_opener_wait(int folder, const char *shown, stet_error *err);

/* --- fail.c ----------------------------------------------------------------------------------- */

/* what: "cannot open", "cannot read from" and the like; the name follows. */
int st_fail_mdb(stet_error *err, int mdb_rc, const char *what, const char *shown);
/* LMDB calls a short write EIO: 1 if what failed is that the file cannot become larger. */
int st_disk_is_full(int fd);

/* --- env.c ------------------------------------------------------------------------------------ */

struct st_env {
	struct st_env *next;   /* in the list of this process */
	unsigned uses;         /* stores on it                */
	dev_t dev, folder_dev; /* which file it is, and whose lock.mdb */
	ino_t ino, folder_ino;
	pid_t pid;
	int folder; /* descriptor of the folder */
	char *path; /* absolute: the caller may change the working directory */
	char shown[ST_ENV_SHOWN_SIZE];
	int scratch, network;

	pthread_mutex_t lock; /* over all below */
	pthread_cond_t changed;
	MDB_env *mdb; /* NULL: could not be opened again; the next transaction tries */
	MDB_dbi tables[ST_TABLE_COUNT];
	int read_only, lockless;
	size_t spare;  /* how much map to set aside beyond the file */
	size_t active; /* transactions open in this process */
	int remapping; /* somebody waits for active 0: no new transactions */
	int stale;     /* must be opened again before the next transaction */
	int outgrown;  /* a batch did not fit: the next needs a larger map */
};

int st_env_open(
    const char *where, unsigned flags, size_t spare, struct st_env **env_out, stet_error *err);
void st_env_close(struct st_env *env);

/* --- txn.c ------------------------------------------------------------------------------------ */

/* How long readers of this process are waited for when the map has to change. */
#define ST_REMAP_WAIT_MS 5000
/* With env->lock held: opens the environment anew once this process has no transaction on it. */
int st_env_remap(struct st_env *env, int wait_ms, stet_error *err);

int st_env_read(struct st_env *env, MDB_txn **txn_out, stet_error *err);
void st_env_read_end(struct st_env *env, MDB_txn *txn);

/* turn_out: what st_turn_take answered, for commit and abort.  full: the batch found the disk full.
 */
int st_env_write(
    struct st_env *env, int wait_ms, MDB_txn **txn_out, int *turn_out, stet_error *err);
int st_env_commit(struct st_env *env, MDB_txn *txn, int turn, stet_error *err);
void st_env_abort(struct st_env *env, MDB_txn *txn, int turn, int full);
/* Translates what LMDB said to a put or delete of a batch. */
int st_env_batch_failed(struct st_env *env, int mdb_rc, stet_error *err);

/* --- map.c ------------------------------------------------------------------------------------ */

/* Opens env->mdb and env->tables by the flags of env; env->lock is held, or env not yet shared. */
int st_env_map(struct st_env *env, stet_error *err);
/* Whether the folder still holds the file that env is about; STET_EIO if another took its place. */
int st_env_same_file(const struct st_env *env, stet_error *err);
/* Makes data.mdb with its tables if it is not there; whole or not at all. */
int st_env_make(struct st_env *env, stet_error *err);

#endif
