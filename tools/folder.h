#ifndef FOLDER_H
#define FOLDER_H
/* A folder of files that appears whole or not at all: filled under a temporary name beside its
 * place, then renamed. */
#include <stet/stet.h>

struct folder {
	const char *path;
	char *temporary, *file; /* file: the name of the one that is open */
	int fd;                 /* of it, or -1 */
	int failed;             /* errno of the first failure */
};

/* Its place must not be there, or be empty. 0, or -1 (reported). */
int folder_open(struct folder *folder, const char *path);
/* A stet_sink; ctx is the folder. */
int folder_sink(void *ctx, const char *path, stet_bytes piece, int last);
/* Puts it in its place, or (keep 0) removes it. EXIT_YES or EXIT_UNSURE (reported). */
int folder_close(struct folder *folder, int keep);

#endif
