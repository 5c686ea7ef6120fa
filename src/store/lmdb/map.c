/* Opening the environment: which flags, how much map, the eight tables; and making a new file. */
#include "store/lmdb/env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

/* Readers are counted once a reader, not once a process; a slot is 64 bytes of lock.mdb. */
#define READERS_MAX 1024

/* A new file holds eight empty tables; what is written here is only the least size of its map. */
#define NEW_MAP ((size_t)1 << 20)

/* LMDB found its own structures contradictory, that is, the file is damaged in a way that look.c
 * cannot see.  It would print its assertion and abort; the abort is enough, and the command turns
 * it into one line and exit status 3. */
static void
give_up(MDB_env *mdb, const char *assertion)
{
	(void)mdb;
	(void)assertion;
	abort();
}

static char *
path_of(const struct st_env *env, const char *file)
{
	size_t size = strlen(env->path) + strlen(file) + 2;
	char *path = malloc(size);

	if (path != NULL)
		snprintf(path, size, "%s/%s", env->path, file);
	return path;
}

/* --- how to open ------------------------------------------------------------------------------ */

/* A reader that may not write lock.mdb cannot tell the writers where it reads.  It may read all the
 * same (a ledger on a read-only disk, or of another user), and lmdb.c looks after each answer
 * whether a writer has come round to its pages. */
static int
cannot_lock(int folder)
{
	if (faccessat(folder, ST_LOCK_FILE, R_OK | W_OK, AT_EACCESS) == 0)
		return 0;
	if (errno != ENOENT)
		return 1;
	return faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) < 0;
}

static unsigned
flags_of(const struct st_env *env)
{
	/* NOTLS: a reader belongs to whoever holds it, not to the thread that opened it.
	 * Never WRITEMAP, not even for scratch: on a full disk it ends in SIGBUS instead of an
	 * error, and batches of 100 and more take longer with it. */
	unsigned flags = MDB_NOTLS;

	if (env->read_only)
		flags |= MDB_RDONLY;
	if (env->lockless)
		flags |= MDB_NOLOCK;
	if (env->scratch)
		flags |= MDB_NOSYNC;
	return flags;
}

static int
replaced(const struct st_env *env, stet_error *err)
{
	return st_fail(err, STET_EIO, ST_STORE_REPLACED,
	    "'%s' was replaced while it was open: end the programs that use it, and try again",
	    env->shown);
}

int
st_env_same_file(const struct st_env *env, stet_error *err)
{
	struct stat st;

	if (fstatat(env->folder, ST_DATA_FILE, &st, 0) < 0)
		return st_fail_mdb(err, errno, "cannot open", env->shown);
	if (st.st_dev != env->dev || st.st_ino != env->ino)
		return replaced(env, err);
	return STET_OK;
}

/* Reads the file as a suspicious stranger would, before LMDB does. */
static int
look(const struct st_env *env, struct st_mdb_head *head, stet_error *err)
{
	int fd, rc;

	if ((rc = st_env_same_file(env, err)) < 0)
		return rc;
	/* O_NONBLOCK: a FIFO in place of the file would be waited for. */
	fd = openat(env->folder, ST_DATA_FILE, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return st_fail_mdb(err, errno, "cannot open", env->shown);
	rc = st_mdb_look(fd, env->shown, head, err);
	close(fd);
	return rc;
}

/* --- the map ---------------------------------------------------------------------------------- */

static size_t
map_size(const struct st_mdb_head *head, size_t spare)
{
	size_t used = (size_t)(head->last_page + 1) * head->page_size;
	size_t most = SIZE_MAX / 2 / head->page_size * head->page_size;

	if (spare > most || used > most - spare)
		return most;
	return (used + spare + head->page_size - 1) / head->page_size * head->page_size;
}

/* One try with the room that env->spare asks for; an LMDB code. */
static int
try_open(struct st_env *env, const struct st_mdb_head *head)
{
	MDB_env *mdb;
	int rc;

	if ((rc = mdb_env_create(&mdb)) != 0)
		return rc;
	if ((rc = mdb_env_set_maxreaders(mdb, READERS_MAX)) != 0 ||
	    (rc = mdb_env_set_maxdbs(mdb, ST_TABLE_COUNT)) != 0 ||
	    (rc = mdb_env_set_mapsize(mdb, map_size(head, env->spare))) != 0 ||
	    (rc = mdb_env_set_assert(mdb, give_up)) != 0 ||
	    (rc = mdb_env_open(mdb, env->path, flags_of(env), 0666)) != 0) {
		mdb_env_close(mdb);
		return rc;
	}
	env->mdb = mdb;
	return 0;
}

/* Asks for less and less until the address space gives it.  EINTR: LMDB 0.9.24 takes the errno of
 * an interrupted wait for its lock file for a failure. */
static int
open_with_spare(struct st_env *env, const struct st_mdb_head *head, stet_error *err)
{
	int rc;

	for (;;) {
		rc = try_open(env, head);
		if (rc == EINTR)
			continue;
		/* Under valgrind a map that does not fit is EINVAL. */
		if ((rc != ENOMEM && rc != EINVAL) || env->spare <= ST_MAP_SPARE_MIN)
			break;
		env->spare /= 2;
	}
	if (rc == ENOMEM)
		return st_fail(err, STET_ENOMEM, ST_STORE_ADDRESS_SPACE,
		    "not enough memory or address space (ulimit -v) to map the %llu bytes of '%s'",
		    (unsigned long long)(head->last_page + 1) * head->page_size, env->shown);
	if (rc != 0)
		return st_fail_mdb(err, rc, "cannot open", env->shown);
	return STET_OK;
}

/* --- tables ----------------------------------------------------------------------------------- */

static int
open_table(struct st_env *env, MDB_txn *txn, int table, stet_error *err)
{
	unsigned flags;
	int rc = mdb_dbi_open(txn, st_table_names[table], 0, &env->tables[table]);

	if (rc == 0)
		rc = mdb_dbi_flags(txn, env->tables[table], &flags);
	if (rc == MDB_NOTFOUND || rc == MDB_INCOMPATIBLE || (rc == 0 && flags != 0))
		return st_fail(err, STET_EFORMAT, ST_STORE_NOT_STET,
		    "'%s' is a database of another program: its table '%s' is missing or of "
		    "another kind",
		    env->shown, st_table_names[table]);
	return rc == 0 ? STET_OK : st_fail_mdb(err, rc, "cannot read", env->shown);
}

/* lock.mdb says which transaction is the newest, for all processes that have it open.  If the file
 * was exchanged under one of them (an old backup put back), that is the newest of another file, and
 * LMDB would write the wrong header.  The file is asked before and after; a commit sets its header
 * first and lock.mdb then, so that lock.mdb may be one behind. */
static int
check_lock_file(struct st_env *env, MDB_txn *txn, size_t before, stet_error *err)
{
	size_t txnid = mdb_txn_id(txn);
	MDB_envinfo info;

	if (mdb_env_info(env->mdb, &info) == 0 && txnid + 1 >= before &&
	    txnid <= info.me_last_txnid)
		return STET_OK;
	return replaced(env, err);
}

static int
open_tables(struct st_env *env, const struct st_mdb_head *head, stet_error *err)
{
	MDB_txn *txn;
	int i, rc;

	if ((rc = mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, &txn)) != 0)
		return st_fail_mdb(err, rc, "cannot read", env->shown);
	rc = check_lock_file(env, txn, (size_t)head->txnid, err);
	for (i = 0; i < ST_TABLE_COUNT && rc == STET_OK; i++)
		rc = open_table(env, txn, i, err);
	if (rc < 0) {
		mdb_txn_abort(txn);
		return rc;
	}
	/* Commit, not abort, or the handles go with the transaction. */
	if ((rc = mdb_txn_commit(txn)) != 0)
		return st_fail_mdb(err, rc, "cannot read", env->shown);
	return STET_OK;
}

int
st_env_map(struct st_env *env, stet_error *err)
{
	struct st_mdb_head head;
	int rc, dead;

	if ((rc = look(env, &head, err)) < 0)
		return rc;
	env->lockless = env->read_only && (env->network || cannot_lock(env->folder));
	if (!env->lockless && (rc = st_opener_wait(env->folder, env->shown, err)) < 0)
		return rc;
	if ((rc = open_with_spare(env, &head, err)) < 0)
		return rc;
	/* Readers that were killed hold on to old pages and to their places. */
	if (!env->lockless)
		(void)mdb_reader_check(env->mdb, &dead);
	if ((rc = open_tables(env, &head, err)) < 0) {
		mdb_env_close(env->mdb);
		env->mdb = NULL;
	}
	return rc;
}

/* --- a new file ------------------------------------------------------------------------------- */

static int
make_tables(MDB_env *mdb)
{
	MDB_txn *txn;
	MDB_dbi dbi;
	int i, rc;

	if ((rc = mdb_txn_begin(mdb, NULL, 0, &txn)) != 0)
		return rc;
	for (i = 0; i < ST_TABLE_COUNT; i++) {
		if ((rc = mdb_dbi_open(txn, st_table_names[i], MDB_CREATE, &dbi)) != 0) {
			mdb_txn_abort(txn);
			return rc;
		}
	}
	return mdb_txn_commit(txn);
}

/* NOSUBDIR: a file by its name; NOLOCK: nobody else knows the name. */
static int
write_new(const struct st_env *env, const char *path)
{
	unsigned flags = MDB_NOSUBDIR | MDB_NOLOCK | (env->scratch ? MDB_NOSYNC : 0u);
	MDB_env *mdb;
	int rc;

	if ((rc = mdb_env_create(&mdb)) != 0)
		return rc;
	if ((rc = mdb_env_set_maxdbs(mdb, ST_TABLE_COUNT)) == 0 &&
	    (rc = mdb_env_set_mapsize(mdb, NEW_MAP)) == 0 &&
	    (rc = mdb_env_open(mdb, path, flags, 0666)) == 0)
		rc = make_tables(mdb);
	mdb_env_close(mdb);
	return rc;
}

static int
sync_folder(const struct st_env *env)
{
	int above, rc;

	if (env->scratch)
		return 0;
	if (fsync(env->folder) < 0)
		return errno;
	/* The folder itself may be as new. */
	if ((above = openat(env->folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return 0; /* not ours to read, so not ours to have made it in */
	rc = fsync(above) < 0 ? errno : 0;
	close(above);
	return rc;
}

/* The file gets its name when it is complete and on the disk: whoever finds data.mdb finds a store,
 * and an empty or half-made data.mdb is somebody's damage, not our beginning. */
static int
make_file(struct st_env *env, stet_error *err)
{
	char *path = path_of(env, ST_NEW_FILE);
	int rc;

	if (path == NULL)
		return st_fail_nomem(err);
	(void)unlinkat(env->folder, ST_NEW_FILE, 0); /* of somebody who was killed here */
	rc = write_new(env, path);
	if (rc == 0 && renameat(env->folder, ST_NEW_FILE, env->folder, ST_DATA_FILE) < 0)
		rc = errno;
	if (rc == 0)
		rc = sync_folder(env);
	if (rc != 0)
		(void)unlinkat(env->folder, ST_NEW_FILE, 0);
	free(path);
	if (rc == EIO && st_disk_is_full(env->folder))
		rc = ENOSPC;
	return rc == 0 ? STET_OK : st_fail_mdb(err, rc, "cannot make", env->shown);
}

int
st_env_make(struct st_env *env, stet_error *err)
{
	struct stat st;
	int rc, turn;

	if (fstatat(env->folder, ST_DATA_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return STET_OK;
	/* One makes it, the others wait and find it. */
	if ((rc = st_turn_take(env->folder, 10000, env->shown, &turn, err)) < 0)
		return rc;
	if (fstatat(env->folder, ST_DATA_FILE, &st, AT_SYMLINK_NOFOLLOW) < 0)
		rc = make_file(env, err);
	st_turn_pass(turn);
	return rc;
}
