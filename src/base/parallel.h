#ifndef ST_BASE_PARALLEL_H
#define ST_BASE_PARALLEL_H
/* Work on all cores: one function over the parts of a range. */
#include <stddef.h>

/* Calls work(ctx, from, to) for parts that cover 0 .. count-1, on at most threads threads (0: one a
 * core), the calling one included, and returns when all are done.  Threads that cannot be started
 * are done without.  Parts are at least grain long. */
void st_parallel(unsigned threads, size_t count, size_t grain,
    void (*work)(void *ctx, size_t from, size_t to), void *ctx);
/* threads, or the number of cores if 0; at least 1, at most 64. */
unsigned st_threads(unsigned threads);

#endif
