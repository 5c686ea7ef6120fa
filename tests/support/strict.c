/* The other side of ld --wrap: every LMDB store that the library opens is put behind the strict
 * wrapper, so that a view held too long reads nonsense in every test of the layers above. */
#include "store/store.h"

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

	if ((rc = __real_st_store_open_lmdb(where, flags, &inner, err)) < 0)
		return rc;
	return st_store_wrap_strict(&inner, store_out, err);
}
