/* Signatures on all cores.
 *
 * Verifying signatures is nearly all the work of verification, so everything else is done by one
 * thread, in order, and whole blocks of signatures by all of them.  Blocks are a bounded number, so
 * that memory does not grow when the replay runs ahead; where it finds no empty one, it verifies
 *one itself instead of waiting.
 *
 *	empty -> (the stream fills it, the replay adds signatures) -> ready -> (verified) -> empty
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/parallel.h"
#include "verify/verify.h"

/* Beside one block for each thread: two being filled and some to choose from. */
#define BLOCKS_SPARE 4
/* Numbers kept of entries whose signature is wrong; more are counted. */
#define WRONG_MAX 65536

struct st_pool {
	pthread_mutex_t lock; /* over all below */
	pthread_cond_t more;  /* a block is ready, or no more will come */
	pthread_cond_t done;  /* a block is empty again                 */
	struct st_block *empty, *ready, **ready_end;
	size_t made, made_max; /* blocks                   */
	size_t busy;           /* blocks being verified    */
	int closing, rc;
	uint64_t verified;
	uint64_t *wrong;
	size_t wrong_kept, wrong_count;
	pthread_t *threads;
	size_t thread_count;
};

/* --- one block -------------------------------------------------------------------------------- */

static int
verify_block(struct st_block *block, struct st_buf *message)
{
	struct st_signed *check;
	size_t i;

	for (i = 0; i < block->check_count; i++) {
		check = &block->checks[i];
		st_buf_reset(message);
		st_cose_to_be_signed(check->head, check->payload, message);
		if (message->rc < 0)
			return message->rc;
		check->wrong =
		    !st_signature_ok(check->public_key, st_buf_bytes(message), check->signature);
	}
	return STET_OK;
}

/* With the lock held. */
static void
note_outcome(struct st_pool *pool, const struct st_block *block, int rc)
{
	size_t i;

	if (rc < 0) {
		pool->rc = rc;
		return;
	}
	pool->verified += block->check_count;
	for (i = 0; i < block->check_count; i++) {
		if (!block->checks[i].wrong)
			continue;
		pool->wrong_count++;
		if (pool->wrong_kept < WRONG_MAX)
			pool->wrong[pool->wrong_kept++] = block->checks[i].seq;
	}
}

static void
put_empty(struct st_pool *pool, struct st_block *block)
{
	block->used = block->stored_count = block->check_count = 0;
	block->next = pool->empty;
	pool->empty = block;
	pthread_cond_signal(&pool->done);
}

static struct st_block *
take_ready(struct st_pool *pool)
{
	struct st_block *block = pool->ready;

	if (block != NULL && (pool->ready = block->next) == NULL)
		pool->ready_end = &pool->ready;
	return block;
}

/* With the lock held, which it lets go while it works. */
static void
work_on(struct st_pool *pool, struct st_block *block, struct st_buf *message)
{
	int rc;

	pool->busy++;
	pthread_mutex_unlock(&pool->lock);
	rc = verify_block(block, message);
	pthread_mutex_lock(&pool->lock);
	pool->busy--;
	note_outcome(pool, block, rc);
	put_empty(pool, block);
}

static void *
work(void *arg)
{
	struct st_pool *pool = arg;
	struct st_buf message = {0};
	struct st_block *block;

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		while ((block = take_ready(pool)) == NULL && !pool->closing)
			pthread_cond_wait(&pool->more, &pool->lock);
		if (block == NULL)
			break;
		work_on(pool, block, &message);
	}
	pthread_mutex_unlock(&pool->lock);
	st_buf_free(&message);
	return NULL;
}

/* --- the pool --------------------------------------------------------------------------------- */

int
st_pool_start(unsigned threads, struct st_pool **pool_out, stet_error *err)
{
	struct st_pool *pool = calloc(1, sizeof(*pool));
	size_t helpers = st_threads(threads) - 1;

	if (pool == NULL)
		return st_fail_nomem(err);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->more, NULL);
	pthread_cond_init(&pool->done, NULL);
	pool->ready_end = &pool->ready;
	pool->made_max = helpers + BLOCKS_SPARE;
	if ((pool->wrong = malloc(WRONG_MAX * sizeof(*pool->wrong))) == NULL ||
	    (pool->threads = calloc(helpers + 1, sizeof(*pool->threads))) == NULL) {
		st_pool_free(pool);
		return st_fail_nomem(err);
	}
	/* What cannot be started is done without: the replay helps. */
	while (pool->thread_count < helpers &&
	       pthread_create(&pool->threads[pool->thread_count], NULL, work, pool) == 0)
		pool->thread_count++;
	*pool_out = pool;
	return STET_OK;
}

static struct st_block *
new_block(void)
{
	struct st_block *block = calloc(1, sizeof(*block));

	if (block != NULL && (block->bytes = malloc(ST_BLOCK_SIZE + ST_ENTRY_MAX)) == NULL) {
		free(block);
		return NULL;
	}
	return block;
}

/* Without the lock. A block more, or none. */
static struct st_block *
make_block(struct st_pool *pool)
{
	struct st_block *block = new_block();

	pthread_mutex_lock(&pool->lock);
	if (block == NULL)
		pool->made_max = pool->made; /* those there are will have to do */
	else
		pool->made++;
	pthread_mutex_unlock(&pool->lock);
	return block;
}

int
st_pool_block(struct st_pool *pool, struct st_block **block_out, stet_error *err)
{
	struct st_buf message = {0};
	struct st_block *block = NULL;
	int rc;

	pthread_mutex_lock(&pool->lock);
	while (pool->rc == STET_OK && pool->empty == NULL) {
		if (pool->made < pool->made_max) {
			pthread_mutex_unlock(&pool->lock);
			block = make_block(pool);
			pthread_mutex_lock(&pool->lock);
			if (block != NULL)
				break;
		} else if ((block = take_ready(pool)) != NULL) {
			work_on(pool, block, &message);
			block = NULL;
		} else if (pool->busy > 0) {
			pthread_cond_wait(&pool->done, &pool->lock);
		} else {
			pool->rc = STET_ENOMEM; /* not even the first */
		}
	}
	if (block == NULL && (block = pool->empty) != NULL)
		pool->empty = block->next;
	rc = pool->rc;
	if (rc < 0 && block != NULL) {
		put_empty(pool, block);
		block = NULL;
	}
	pthread_mutex_unlock(&pool->lock);
	st_buf_free(&message);
	if (rc < 0)
		return st_fail_nomem(err);
	block->next = NULL;
	*block_out = block;
	return STET_OK;
}

void
st_pool_submit(struct st_pool *pool, struct st_block *block)
{
	block->next = NULL;
	pthread_mutex_lock(&pool->lock);
	if (block->check_count == 0) {
		put_empty(pool, block);
	} else {
		*pool->ready_end = block;
		pool->ready_end = &block->next;
		pthread_cond_signal(&pool->more);
	}
	pthread_mutex_unlock(&pool->lock);
}

void
st_pool_put_back(struct st_pool *pool, struct st_block *block)
{
	if (block == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	put_empty(pool, block);
	pthread_mutex_unlock(&pool->lock);
}

int
st_pool_finish(struct st_pool *pool, stet_error *err)
{
	struct st_buf message = {0};
	struct st_block *block;
	int rc;

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		if ((block = take_ready(pool)) != NULL)
			work_on(pool, block, &message);
		else if (pool->busy > 0)
			pthread_cond_wait(&pool->done, &pool->lock);
		else
			break;
	}
	rc = pool->rc;
	pthread_mutex_unlock(&pool->lock);
	st_buf_free(&message);
	return rc < 0 ? st_fail_nomem(err) : STET_OK;
}

static int
compare_seqs(const void *a, const void *b)
{
	uint64_t left, right;

	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	return left < right ? -1 : left > right;
}

size_t
st_pool_wrong(struct st_pool *pool, const uint64_t **wrong_out, size_t *kept_out)
{
	qsort(pool->wrong, pool->wrong_kept, sizeof(*pool->wrong), compare_seqs);
	*wrong_out = pool->wrong;
	*kept_out = pool->wrong_kept;
	return pool->wrong_count;
}

uint64_t
st_pool_verified(const struct st_pool *pool)
{
	return pool->verified;
}

static void
free_blocks(struct st_block *block)
{
	struct st_block *next;

	for (; block != NULL; block = next) {
		next = block->next;
		free(block->bytes);
		free(block);
	}
}

void
st_pool_free(struct st_pool *pool)
{
	size_t i;

	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->closing = 1;
	free_blocks(pool->ready); /* given up: nobody asks for them any more */
	pool->ready = NULL;
	pool->ready_end = &pool->ready;
	pthread_cond_broadcast(&pool->more);
	pthread_mutex_unlock(&pool->lock);
	for (i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	free_blocks(pool->empty);
	free(pool->threads);
	free(pool->wrong);
	pthread_cond_destroy(&pool->more);
	pthread_cond_destroy(&pool->done);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}
