#ifndef SAVE_H
#define SAVE_H
/* A file that appears whole or not at all: written under a temporary name beside its place, synced,
 * then renamed.  '-' is standard output. */
#include <stet/stet.h>

struct save {
	const char *path; /* "-": standard output */
	char *temporary;
	int fd;
	int failed; /* errno of the first failure */
};

/* 0, or -1 (reported). */
int save_open(struct save *save, const char *path);
void save_put(struct save *save, const void *data, size_t size);
/* A stet_sink; ctx is the save. */
int save_sink(void *ctx, const char *path, stet_bytes piece, int last);
/* Puts it in its place, or (keep 0) removes it. EXIT_YES or EXIT_UNSURE (reported). */
int save_close(struct save *save, int keep);

#endif
