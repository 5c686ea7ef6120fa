/* Many signatures on all cores: signing is nine tenths of a batched append. */
#include <stet/statement.h>

#include <pthread.h>

#include "base/err.h"
#include "base/parallel.h"

#define GRAIN 8 /* fewer signatures than this take less time than a thread does to start */

struct job {
	stet_statement *const *statements;
	const stet_key *key;
	int64_t iat;
	pthread_mutex_t lock; /* of what follows */
	size_t failed;        /* the first place known to have failed, or count */
	int rc;
	stet_error err;
};

static size_t
known_failure(struct job *job)
{
	size_t place;

	pthread_mutex_lock(&job->lock);
	place = job->failed;
	pthread_mutex_unlock(&job->lock);
	return place;
}

/* Who fails further back does not stop those in front, so that the place reported is the first one
 * whatever the threads' order. */
static void
note_failure(struct job *job, size_t place, int rc, const stet_error *err)
{
	pthread_mutex_lock(&job->lock);
	if (place < job->failed) {
		job->failed = place;
		job->rc = rc;
		job->err = *err;
	}
	pthread_mutex_unlock(&job->lock);
}

static void
sign_part(void *ctx, size_t from, size_t to)
{
	struct job *job = ctx;
	size_t i;

	for (i = from; i < to && i < known_failure(job); i++) {
		stet_error err;
		int rc = stet_statement_sign(job->statements[i], job->key, job->iat, &err);

		if (rc < 0) {
			note_failure(job, i, rc, &err);
			break;
		}
	}
}

int
stet_statement_sign_all(stet_statement *const *statements, size_t count, const stet_key *key,
    int64_t iat, unsigned threads, size_t *failed_out, stet_error *err)
{
	struct job job = {.statements = statements, .key = key, .iat = iat, .failed = count};

	if (pthread_mutex_init(&job.lock, NULL) != 0)
		return st_fail_nomem(err);
	st_parallel(threads, count, GRAIN, sign_part, &job);
	(void)pthread_mutex_destroy(&job.lock);
	if (job.rc < 0) {
		if (failed_out != NULL)
			*failed_out = job.failed;
		if (err != NULL)
			*err = job.err;
	}
	return job.rc;
}
