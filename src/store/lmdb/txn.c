/* Transactions, and changing the map between them.
 *
 * The map.  LMDB reads through one mapping of fixed size, which can be changed only while the
 * process has no transaction open.  Changing it under the eyes of several threads is what goes
 * wrong in programs, so it is made not to be needed: the map is opened with ST_MAP_SPARE more than
 * the file has, which takes address space and nothing else.  Where address space is limited (ulimit
 * -v) it is opened as large as it gets.  What remains is handled here:
 *
 *   - before a batch, if three quarters of the spare room are used up: a larger map;
 *   - MDB_MAP_FULL inside a batch: the batch is lost, STET_ERETRY; the next one gets twice the
 * room;
 *   - MDB_MAP_RESIZED, another process let the file grow beyond our map: a larger map;
 *   - MDB_PANIC, after a header could not be written: opened again.
 *
 * Each of these closes the environment and opens it anew, in st_env_remap(), which lets no
 * transaction begin and waits for those that are open to end.  (mdb_env_set_mapsize would do for
 * the first three, but leaves an environment without a map behind when mmap refuses.) */
#include "store/lmdb/env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "store/store_engine.h"

/* How long a batch that could do without waits for them. */
#define GROW_WAIT_MS 200
#define ATTEMPTS 4

/* --- transactions in, transactions out -------------------------------------------------------- */

/* A child of fork() must not use what its parent opened: locks and reader slots are by process. */
static int
check_process(const struct st_env *env, stet_error *err)
{
	if (env->pid == getpid())
		return STET_OK;
	return st_fail(err, STET_EINVAL, ST_STORE_MISUSE,
	    "'%s' was opened before a fork: open it again in the child", env->shown);
}

/* With env->lock held: opens the environment anew once this process has no transaction on it. */
int
st_env_remap(struct st_env *env, int wait_ms, stet_error *err)
{
	struct st_pause pause = st_pause_start(wait_ms, 2000);
	size_t active;
	int rc;

	env->remapping = 1;
	while ((active = env->active) > 0) {
		pthread_mutex_unlock(&env->lock);
		rc = st_pause_step(&pause);
		pthread_mutex_lock(&env->lock);
		if (rc == 0 && env->active > 0)
			break;
	}
	if (active > 0) {
		rc = st_fail(err, STET_ELOCKED, ST_STORE_READERS,
		    "'%s' needs a larger map, and %zu readers of this process are open: close or "
		    "renew them",
		    env->shown, active);
	} else {
		mdb_env_close(env->mdb);
		env->mdb = NULL;
		rc = st_env_map(env, err);
		env->stale = rc < 0;
	}
	env->remapping = 0;
	pthread_cond_broadcast(&env->changed);
	return rc;
}

/* Before every mdb_txn_begin. */
static int
enter(struct st_env *env, int wait_ms, stet_error *err)
{
	int rc = STET_OK;

	pthread_mutex_lock(&env->lock);
	for (;;) {
		while (env->remapping)
			pthread_cond_wait(&env->changed, &env->lock);
		if (!env->stale)
			break;
		if ((rc = st_env_remap(env, wait_ms, err)) < 0)
			break;
	}
	if (rc == STET_OK)
		env->active++;
	pthread_mutex_unlock(&env->lock);
	return rc;
}

/* After every end of a transaction. */
static void
leave(struct st_env *env)
{
	pthread_mutex_lock(&env->lock);
	env->active--;
	pthread_mutex_unlock(&env->lock);
}

static void
leave_stale(struct st_env *env)
{
	pthread_mutex_lock(&env->lock);
	env->active--;
	env->stale = 1;
	pthread_mutex_unlock(&env->lock);
}

/* Readers that were killed are thrown out before anybody is turned away. */
static int
begin_swept(struct st_env *env, unsigned flags, MDB_txn **txn_out)
{
	int rc = mdb_txn_begin(env->mdb, NULL, flags, txn_out), dead;

	if (rc == MDB_READERS_FULL && mdb_reader_check(env->mdb, &dead) == 0)
		rc = mdb_txn_begin(env->mdb, NULL, flags, txn_out);
	return rc;
}

/* LMDB 0.9.24 takes the number of the newest transaction from lock.mdb and then the trees from the
 * header that this number points to.  If two commits pass in between, the second writes this very
 * header, and the reader sees a transaction that is still being synced, may yet fail, and is not
 * what the next reader sees: time would run backwards.  While the newest header is at most one
 * further, it was the right one. */
static int
is_as_numbered(struct st_env *env, MDB_txn *txn)
{
	MDB_envinfo info;

	atomic_thread_fence(memory_order_acquire);
	return mdb_env_info(env->mdb, &info) == 0 && info.me_last_txnid <= mdb_txn_id(txn) + 1;
}

static int
begin(struct st_env *env, unsigned flags, MDB_txn **txn_out)
{
	MDB_txn *txn = NULL;
	int rc;

	while ((rc = begin_swept(env, flags, &txn)) == 0 && (flags & MDB_RDONLY) != 0 &&
	       !is_as_numbered(env, txn))
		mdb_txn_abort(txn);
	if (rc == 0)
		*txn_out = txn;
	return rc;
}

/* Begins a transaction, opening the environment again as often as it turns out to be needed. */
static int
begin_entered(struct st_env *env, unsigned flags, int wait_ms, MDB_txn **txn_out, stet_error *err)
{
	int rc, mdb_rc = 0, i;

	for (i = 0; i < ATTEMPTS; i++) {
		if ((rc = enter(env, wait_ms, err)) < 0)
			return rc;
		if ((mdb_rc = begin(env, flags, txn_out)) == 0)
			return STET_OK;
		if (mdb_rc != MDB_MAP_RESIZED && mdb_rc != MDB_PANIC) {
			leave(env);
			break;
		}
		leave_stale(env);
	}
	return st_fail_mdb(err, mdb_rc, "cannot read", env->shown);
}

int
st_env_read(struct st_env *env, MDB_txn **txn_out, stet_error *err)
{
	int rc;

	if ((rc = check_process(env, err)) < 0)
		return rc;
	return begin_entered(env, MDB_RDONLY, ST_REMAP_WAIT_MS, txn_out, err);
}

void
st_env_read_end(struct st_env *env, MDB_txn *txn)
{
	/* In a child of fork() the slot is the parent's, and so is the transaction. */
	if (env->pid != getpid())
		return;
	mdb_txn_abort(txn);
	leave(env);
}

/* --- writing ---------------------------------------------------------------------------------- */

/* What is left of the map beyond the pages in use. */
static size_t
room_left(struct st_env *env)
{
	size_t used, page;
	MDB_envinfo info;
	MDB_stat stat;

	if (mdb_env_info(env->mdb, &info) != 0 || mdb_env_stat(env->mdb, &stat) != 0)
		return 0;
	page = stat.ms_psize;
	used = (info.me_last_pgno + 1) * page;
	return used < info.me_mapsize ? info.me_mapsize - used : 0;
}

/* With env->lock held, after a batch that did not fit: a map with twice the spare room, or no use.
 */
static int
outgrow(struct st_env *env, int wait_ms, stet_error *err)
{
	size_t before = env->spare;
	int rc;

	env->spare = before <= SIZE_MAX / 4 ? before * 2 : before;
	if ((rc = st_env_remap(env, wait_ms, err)) < 0) {
		env->spare = before;
		return rc;
	}
	if (env->spare <= before)
		return st_fail(err, STET_ENOMEM, ST_STORE_ADDRESS_SPACE,
		    "'%s' needs more address space than this process may have (ulimit -v)",
		    env->shown);
	env->outgrown = 0;
	return STET_OK;
}

/* Gives the coming batch room.  Only after a batch that did not fit is it an error not to get any;
 * otherwise, with readers of our own open, the batch takes what there is. */
static int
make_room(struct st_env *env, int wait_ms, stet_error *err)
{
	int rc, grow_wait = wait_ms < GROW_WAIT_MS ? wait_ms : GROW_WAIT_MS;
	stet_error why;
	size_t room;

	if ((rc = enter(env, wait_ms, err)) < 0)
		return rc;
	room = room_left(env);
	leave(env);
	pthread_mutex_lock(&env->lock);
	while (env->remapping)
		pthread_cond_wait(&env->changed, &env->lock);
	if (env->outgrown) {
		rc = outgrow(env, wait_ms, err);
	} else if (room < env->spare / 4 && (rc = st_env_remap(env, grow_wait, &why)) < 0) {
		if (env->mdb != NULL)
			rc = STET_OK;
		else if (err != NULL)
			*err = why;
	}
	pthread_mutex_unlock(&env->lock);
	return rc;
}

/* What a caller who waits without end for other writers waits for his own process's readers. */
static int
remap_wait(int wait_ms)
{
	return wait_ms >= 0 && wait_ms < ST_REMAP_WAIT_MS ? wait_ms : ST_REMAP_WAIT_MS;
}

int
st_env_write(struct st_env *env, int wait_ms, MDB_txn **txn_out, int *turn_out, stet_error *err)
{
	int rc, dead, turn;

	if ((rc = check_process(env, err)) < 0 ||
	    (rc = st_turn_take(env->folder, wait_ms, env->shown, &turn, err)) < 0)
		return rc;
	if ((rc = make_room(env, remap_wait(wait_ms), err)) < 0 ||
	    (rc = begin_entered(env, 0, remap_wait(wait_ms), txn_out, err)) < 0) {
		st_turn_pass(turn);
		return rc;
	}
	/* A reader that was killed would keep its pages from being used again, for ever. */
	(void)mdb_reader_check(env->mdb, &dead);
	*turn_out = turn;
	return STET_OK;
}

int
st_env_batch_failed(struct st_env *env, int mdb_rc, stet_error *err)
{
	mdb_filehandle_t fd;

	if (mdb_rc == MDB_MAP_FULL) {
		pthread_mutex_lock(&env->lock);
		env->outgrown = 1;
		pthread_mutex_unlock(&env->lock);
	}
	if (mdb_rc == EIO && mdb_env_get_fd(env->mdb, &fd) == 0 && st_disk_is_full(fd))
		mdb_rc = ENOSPC;
	return st_fail_mdb(err, mdb_rc, "cannot write to", env->shown);
}

/* A batch that found the disk full has left pages behind the last one that counts.  They are given
 * back, so that the file is as it was.  Inside a transaction, for LMDB's own lock: nobody writes.
 */
static void
cut_tail(struct st_env *env)
{
	mdb_filehandle_t fd;
	MDB_envinfo info;
	MDB_stat stat;
	MDB_txn *txn;
	struct stat st;
	off_t end;

	if (mdb_txn_begin(env->mdb, NULL, 0, &txn) != 0)
		return;
	if (mdb_env_info(env->mdb, &info) == 0 && mdb_env_stat(env->mdb, &stat) == 0 &&
	    mdb_env_get_fd(env->mdb, &fd) == 0 && fstat(fd, &st) == 0) {
		end = (off_t)((info.me_last_pgno + 1) * stat.ms_psize);
		if (st.st_size > end && ftruncate(fd, end) < 0)
			(void)0; /* the pages stay, and the next batch writes over them */
	}
	mdb_txn_abort(txn);
}

/* Whether LMDB has given the environment up, which it does when a header could not be written. */
static int
is_hosed(struct st_env *env)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, &txn);

	if (rc == 0)
		mdb_txn_abort(txn);
	return rc != 0 && rc != MDB_MAP_RESIZED;
}

/* After a commit that failed.  LMDB writes pages, syncs them, and then writes the header (with
 * O_DSYNC) that makes them count.  If the header was not reached, nothing was written.  If it was,
 * LMDB has put the old number back in the page cache; when that can be read back and synced,
 * nothing was written either.  Otherwise what is on the disk is not known. */
static int
settle(struct st_env *env, size_t txnid, int mdb_rc, stet_error *err)
{
	uint64_t newest;
	int fd, known;

	if (mdb_rc != MDB_PANIC && !is_hosed(env))
		return st_env_batch_failed(env, mdb_rc, err);
	fd = openat(env->folder, ST_DATA_FILE, O_RDWR | O_CLOEXEC);
	known = fd >= 0 && st_mdb_newest(fd, &newest) == STET_OK && newest < txnid &&
		fdatasync(fd) == 0;
	if (fd >= 0)
		close(fd);
	if (known)
		return st_env_batch_failed(env, mdb_rc, err);
	(void)st_fail(err, STET_EUNSURE, ST_STORE_UNSURE,
	    "the disk failed while the last page was written to '%s': it is not known whether the "
	    "batch is there",
	    env->shown);
	if (err != NULL && mdb_rc > 0)
		err->sys_errno = mdb_rc;
	return STET_EUNSURE;
}

int
st_env_commit(struct st_env *env, MDB_txn *txn, int turn, stet_error *err)
{
	size_t txnid = mdb_txn_id(txn);
	int rc, mdb_rc;

	if ((rc = check_process(env, err)) < 0) {
		st_turn_pass(turn); /* the child's copy: the parent still has the turn */
		return rc;
	}
	mdb_rc = mdb_txn_commit(txn);
	if (mdb_rc != 0) {
		rc = settle(env, txnid, mdb_rc, err);
		if (rc == STET_EFULL)
			cut_tail(env);
	}
	leave(env); /* if it is hosed, the next transaction finds out */
	st_turn_pass(turn);
	return rc;
}

void
st_env_abort(struct st_env *env, MDB_txn *txn, int turn, int full)
{
	if (env->pid == getpid()) {
		mdb_txn_abort(txn);
		if (full)
			cut_tail(env);
		leave(env);
	}
	st_turn_pass(turn);
}
