#ifndef ST_BASE_WRITE_H
#define ST_BASE_WRITE_H
/* Writing to a descriptor, however often the kernel takes only a part. */
#include <stet/types.h>

int st_write_all(int fd, stet_bytes content); /* 0, or -1 with errno */

#endif
