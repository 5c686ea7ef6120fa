/* The turn to write.
 *
 * LMDB has a lock of its own for writers, and waits for it without limit and without order.  In
 * front of it stands ours: two bytes of the file write.lock, locked as open file descriptions
 * (fcntl(2), F_OFD_SETLK), which exclude threads as well as processes and end with the descriptor,
 * so also with a process that is killed.
 *
 *   byte 0  the turn: who holds it writes
 *   byte 1  next: who holds it waits for the turn, all others wait for this
 *
 * Without `next`, an import that writes one batch after another would take the turn again before
 * anybody asleep had noticed that it was free.  Nobody passes the one who holds `next`, and it is
 * free most of the time, so that whoever looks again after a few milliseconds gets it.
 *
 * Only who may write data.mdb can take the lock: a file that everybody may read could be locked by
 * everybody. */
#include "store/lmdb/env.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "store/store_engine.h"

#define OPENER_WAIT_MS 10000 /* an opener is done in a moment, unless it is stopped in it */
#define TURN 0
#define NEXT 1

/* 1 locked, 0 somebody else has it, below 0 -errno. */
static int
lock_bytes(int fd, int first, int count, short type)
{
	struct flock lock;

	memset(&lock, 0, sizeof(lock));
	lock.l_type = type;
	lock.l_whence = SEEK_SET;
	lock.l_start = first;
	lock.l_len = count;
	while (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
		if (errno == EAGAIN || errno == EACCES)
			return 0;
		if (errno != EINTR)
			return -errno;
	}
	return 1;
}

static int
wait_for_byte(int fd, int byte, struct st_pause *pause)
{
	int rc;

	while ((rc = lock_bytes(fd, byte, 1, F_WRLCK)) == 0 && st_pause_step(pause))
		;
	return rc;
}

static int
wait_for_turn(int fd, int wait_ms)
{
	/* Who is next looks often, because everybody waits for it; who queues, less often. */
	struct st_pause queue = st_pause_start(wait_ms, 4000), first;
	int rc = lock_bytes(fd, TURN, 2, F_WRLCK); /* mostly nobody else is there at all */

	if (rc == 0 && (rc = wait_for_byte(fd, NEXT, &queue)) == 1) {
		first = st_pause_start(wait_ms, 500);
		first.left_us = queue.left_us;
		rc = wait_for_byte(fd, TURN, &first);
	}
	if (rc == 1)
		(void)lock_bytes(fd, NEXT, 1, F_UNLCK);
	return rc;
}

/* The mode of data.mdb without those who may only read it. */
static mode_t
mode_of_writers(int folder)
{
	mode_t write = 0200;
	struct stat st;

	if (fstatat(folder, ST_DATA_FILE, &st, 0) == 0)
		write = st.st_mode & 0222;
	return write | (write << 1);
}

static int
open_turn(int folder)
{
	const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
	int fd = openat(folder, ST_TURN_FILE, flags);

	if (fd < 0 && errno == ENOENT)
		fd = openat(folder, ST_TURN_FILE, flags | O_CREAT, mode_of_writers(folder));
	return fd;
}

/* 1: nobody is alone with the file; 0: somebody is; below 0 -errno. */
static int
is_shared(int fd)
{
	struct flock lock;

	memset(&lock, 0, sizeof(lock));
	lock.l_type = F_RDLCK;
	lock.l_whence = SEEK_SET;
	lock.l_len = 1;
	if (fcntl(fd, F_GETLK, &lock) < 0)
		return -errno;
	return lock.l_type == F_UNLCK;
}

int
st_opener_wait(int folder, const char *shown, stet_error *err)
{
	struct st_pause pause = st_pause_start(OPENER_WAIT_MS, 4000);
	int fd = openat(folder, ST_LOCK_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), rc;

	if (fd < 0)
		return STET_OK; /* LMDB has better words for it */
	while ((rc = is_shared(fd)) == 0 && st_pause_step(&pause))
		;
	close(fd);
	if (rc != 0)
		return STET_OK;
	return st_fail(err, STET_ELOCKED, ST_STORE_LOCKED,
	    "somebody else is opening '%s' and stands still; waited %d ms: let that process go on, "
	    "or end it",
	    shown, OPENER_WAIT_MS);
}

int
st_turn_take(int folder, int wait_ms, const char *shown, int *fd_out, stet_error *err)
{
	int fd = open_turn(folder), rc;

	if (fd < 0)
		return st_fail_mdb(err, errno, "cannot lock for writing", shown);
	if ((rc = wait_for_turn(fd, wait_ms)) == 1) {
		*fd_out = fd;
		return STET_OK;
	}
	close(fd);
	if (rc < 0)
		return st_fail_mdb(err, -rc, "cannot lock for writing", shown);
	return st_fail(err, STET_ELOCKED, ST_STORE_LOCKED,
	    "somebody else is writing to '%s'; waited %d ms: try again when they are done", shown,
	    wait_ms);
}

void
st_turn_pass(int fd)
{
	if (fd >= 0)
		close(fd);
}
