#ifndef ST_PACKAGE_DEPOSIT_INTERNAL_H
#define ST_PACKAGE_DEPOSIT_INTERNAL_H
/* What the files that write OCFL share. */
#include "package/deposit.h"
#include "package/layout.h"

#define ST_DEPOSIT_SIDECAR ST_OCFL_INVENTORY ".sha512"
#define ST_DEPOSIT_WORK "extensions/stet-work"
#define ST_DEPOSIT_SMALL_MAX ((size_t)65536)
#define ST_DEPOSIT_NAME_SIZE 1024
/* So many take their places after one sync. */
#define ST_DEPOSIT_BATCH 256

/* A version that is built and waits for its place. */
struct st_deposit_waiting {
	unsigned number;
	char *place;
	char version[32];
	int is_new;
};

struct st_deposit {
	char *path;
	int fd;
	struct st_layout layout;
	unsigned next;
	struct st_deposit_waiting batch[ST_DEPOSIT_BATCH];
	size_t waiting;
	uint64_t mended;
};

/* name: relative to the root, as all names here. */
int st_deposit_cannot(
    const struct st_deposit *deposit, int failed, const char *name, stet_error *err);
int st_deposit_put_file(
    struct st_deposit *deposit, const char *name, stet_bytes content, stet_error *err);
int st_deposit_sync(struct st_deposit *deposit, stet_error *err);

#endif
