/* MDB_* codes and errno into ours: none of them travels further than this folder. */
#include "store/lmdb/env.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/err.h"

struct row {
	int mdb_rc, code, rule;
	const char *text;
};

static const struct row rows[] = {
    {ENOTDIR, STET_EFORMAT, ST_STORE_NOT_LMDB, "it is not a folder"},
    {MDB_CORRUPTED, STET_EFORMAT, ST_STORE_DAMAGED, "a page of another kind than expected"},
    {MDB_PAGE_NOTFOUND, STET_EFORMAT, ST_STORE_DAMAGED, "a page that is not there"},
    {MDB_INVALID, STET_EFORMAT, ST_STORE_DAMAGED, "not what LMDB files look like"},
    {MDB_CURSOR_FULL, STET_EFORMAT, ST_STORE_DAMAGED, "a tree without an end"},
    {MDB_PAGE_FULL, STET_EFORMAT, ST_STORE_DAMAGED, "a page with more than it can hold"},
    {MDB_INCOMPATIBLE, STET_EFORMAT, ST_STORE_DAMAGED, "a table of another kind"},
    {MDB_NOTFOUND, STET_EFORMAT, ST_STORE_DAMAGED, "something that is not there"},
    {MDB_VERSION_MISMATCH, STET_EVERSION, ST_STORE_VERSION, "files of another LMDB version"},
    {MDB_MAP_FULL, STET_ERETRY, ST_STORE_GROWN, "it outgrew its map; begin again"},
    {MDB_MAP_RESIZED, STET_ERETRY, ST_STORE_GROWN, "another process made it grow; begin again"},
    {MDB_READERS_FULL, STET_ELOCKED, ST_STORE_READERS, "too many readers at once"},
    {MDB_TXN_FULL, STET_EINVAL, ST_STORE_LIMITS, "too much in one batch"},
    {MDB_PANIC, STET_EIO, ST_IO_FAILED, "an earlier write failed and it must be opened again"},
    {MDB_BAD_TXN, STET_EINVAL, ST_STORE_MISUSE, "a transaction that has failed or ended"},
    {MDB_BAD_RSLOT, STET_EINVAL, ST_STORE_MISUSE, "a reader of another thread"},
    {MDB_BAD_DBI, STET_EINVAL, ST_STORE_MISUSE, "a table that was closed"},
    {MDB_BAD_VALSIZE, STET_EINVAL, ST_STORE_LIMITS, "a key or value of a size it cannot hold"},
    {EACCES, STET_EIO, ST_STORE_ACCESS, "permission denied"},
    {EPERM, STET_EIO, ST_STORE_ACCESS, "permission denied"},
    {EROFS, STET_EIO, ST_STORE_ACCESS, "the disk is read-only"},
    {EFBIG, STET_EFULL, ST_DISK_FULL, "the file may not become larger (ulimit -f)"},
};

int
st_fail_mdb(stet_error *err, int mdb_rc, const char *what, const char *shown)
{
	size_t i;
	int code;

	if (mdb_rc == ENOENT)
		return st_fail(err, STET_ENOTFOUND, ST_STORE_MISSING, "'%s' does not exist", shown);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].mdb_rc != mdb_rc)
			continue;
		code = st_fail(
		    err, rows[i].code, rows[i].rule, "%s '%s': %s", what, shown, rows[i].text);
		if (err != NULL && mdb_rc > 0)
			err->sys_errno = mdb_rc;
		return code;
	}
	if (mdb_rc > 0)
		return st_fail_errno(err, mdb_rc, "%s '%s'", what, shown);
	return st_fail(
	    err, STET_EIO, ST_IO_FAILED, "%s '%s': %s", what, shown, mdb_strerror(mdb_rc));
}

static int
at_size_limit(const struct stat *st)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
	       (uint64_t)st->st_size + (1 << 20) > limit.rlim_cur;
}

/* The file system's own count of free blocks does not know about quotas, so it is asked for some,
 * beyond the end of the file and without changing its length, and given them back. */
int
st_disk_is_full(int fd)
{
	const off_t probe = 1 << 20;
	struct statvfs vfs;
	struct stat st;
	int failed;

	if (fstat(fd, &st) < 0)
		return 0;
	if (at_size_limit(&st))
		return 1;
	if (fstatvfs(fd, &vfs) == 0 && (uint64_t)vfs.f_bavail * vfs.f_frsize < (uint64_t)probe)
		return 1;
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, st.st_size, probe) == 0) {
		(void)fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, st.st_size, probe);
		return 0;
	}
	failed = errno;
	return failed == ENOSPC || failed == EDQUOT || failed == EFBIG;
}
