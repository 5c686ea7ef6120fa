#ifndef STOP_H
#define STOP_H
/* Long work: stopping when asked to, and showing how far it is. */
#include <stet/stet.h>

/* SIGINT and SIGTERM ask for a clean stop from now on; a second one ends the process. */
void stop_watch(void);
int stop_asked(void);

struct progress {
	const char *verb; /* "verify" */
	int shown, quiet;
	uint64_t begun_ms, drawn_ms;
};
void progress_begin(struct progress *progress, const char *verb, int quiet);
/* A stet_progress; ctx is the struct. Draws on a terminal only, and only when the work lasts. */
int progress_step(void *ctx, const char *what, uint64_t done, uint64_t total);
void progress_end(struct progress *progress);

#endif
