#include "base/parallel.h"

#include <pthread.h>
#include <unistd.h>

#define THREADS_MAX 64

struct part {
	void (*work)(void *ctx, size_t from, size_t to);
	void *ctx;
	size_t from, to;
	pthread_t thread;
	int started;
};

unsigned
st_threads(unsigned threads)
{
	long cores;

	if (threads == 0) {
		cores = sysconf(_SC_NPROCESSORS_ONLN);
		threads = cores > 0 ? (unsigned)cores : 1;
	}
	return threads > THREADS_MAX ? THREADS_MAX : threads;
}

static void *
run(void *arg)
{
	struct part *part = arg;

	part->work(part->ctx, part->from, part->to);
	return NULL;
}

void
st_parallel(unsigned threads, size_t count, size_t grain,
    void (*work)(void *ctx, size_t from, size_t to), void *ctx)
{
	struct part parts[THREADS_MAX];
	size_t n = st_threads(threads), i, at = 0;

	if (grain > 0 && n > (count + grain - 1) / grain)
		n = (count + grain - 1) / grain;
	if (n <= 1) {
		if (count > 0)
			work(ctx, 0, count);
		return;
	}
	for (i = 0; i < n; i++) {
		parts[i] = (struct part){.work = work, .ctx = ctx, .from = at};
		at += count / n + (i < count % n ? 1 : 0);
		parts[i].to = at;
		/* The last part is this thread's own. */
		if (i + 1 < n)
			parts[i].started =
			    pthread_create(&parts[i].thread, NULL, run, &parts[i]) == 0;
	}
	for (i = n; i-- > 0;)
		if (!parts[i].started)
			run(&parts[i]);
	for (i = 0; i < n; i++)
		if (parts[i].started)
			pthread_join(parts[i].thread, NULL);
}
