/* The other side of ld --wrap: every LMDB store that the library opens is put behind the strict
 * wrapper, so that a view held too long reads nonsense in every test of the layers above. */
#include "support/strict.h"

#include <errno.h>
#include <unistd.h>

#include "store/store.h"

int strict_in_memory;
int strict_sync_fails;

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

int
__wrap_fsync(int fd)
{
	if (strict_sync_fails > 0 && --strict_sync_fails == 0) {
		errno = EIO;
		return -1;
	}
	return strict_in_memory != 0 ? 0 : __real_fsync(fd);
}

int
__wrap_fdatasync(int fd)
{
	return strict_in_memory != 0 ? 0 : __real_fdatasync(fd);
}

int __real_st_store_open_lmdb(
    const char *where, unsigned flags, struct st_store **store_out, stet_error *err);
int __wrap_st_store_open_lmdb(
    const char *where, unsigned flags, struct st_store **store_out, stet_error *err);

int
__wrap_st_store_open_lmdb(
    const char *where, unsigned flags, struct st_store **store_out, stet_error *err)
{
	struct st_store *inner = NULL;
	int rc;

	rc = strict_in_memory != 0 ? st_store_open_memory(&inner, err)
				   : __real_st_store_open_lmdb(where, flags, &inner, err);
	if (rc < 0)
		return rc;
	return st_store_wrap_strict(&inner, store_out, err);
}
