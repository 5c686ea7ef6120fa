#ifndef ST_STORE_LMDB_OPEN_H
#define ST_STORE_LMDB_OPEN_H
/* What the tests of this folder reach besides store.h. */
#include "store/store.h"

/* st_store_open_lmdb with another spare: how many bytes of address space are set aside beyond the
 * file. A few make growth visible that otherwise takes 64 GiB. */
int st_store_open_lmdb_spare(
    const char *where, unsigned flags, size_t spare, struct st_store **store_out, stet_error *err);

/* 1 if f_type, of statfs(2), is a file system shared between machines. */
int st_fs_is_network(long f_type);

#endif
