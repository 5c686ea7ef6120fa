/* store/lmdb: one file and several stores, threads and processes on it; a map that grows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "store/lmdb/open.h"
#include "support/store.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define MIB ((size_t)1 << 20)

static void
sleep_ms(long ms)
{
	struct timespec wait = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&wait, NULL);
}

/* Memory that children share. */
static void *
shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(memory != MAP_FAILED);
	return memory;
}

static struct st_store *
open_spare(const char *folder, unsigned flags, size_t spare)
{
	struct st_store *store = NULL;
	stet_error err;

	if (st_store_open_lmdb_spare(folder, flags, spare, &store, &err) != STET_OK)
		fail_msg("cannot open: %s", err.text);
	return store;
}

static void
put_one(struct st_store *store, uint64_t key, uint64_t number)
{
	struct st_batch *batch = store_begin(store);

	assert_int_equal(row_put(batch, ST_META, key, number, 8, NULL), STET_OK);
	store_commit(&batch);
}

static uint64_t
get_one(struct st_store *store, uint64_t key)
{
	struct st_reader *reader = store_reader(store);
	uint64_t number = row_get(reader, ST_META, key);

	st_reader_close(reader);
	return number;
}

/* ------------------------------------------------------------------ one file, several stores */

static void
test_store_lmdb__is_opened_once_a_process(void **state)
{
	char folder[FOLDER_SIZE], link[2 * FOLDER_SIZE];
	struct st_store *a, *b, *c, *store = NULL;
	struct st_reader *reader;
	stet_error err;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	snprintf(link, sizeof(link), "%s-link", folder);
	assert_int_equal(symlink(folder, link), 0);
	a = store_open(folder, ST_OPEN_CREATE);
	b = store_open(link, ST_OPEN_READ_ONLY); /* the same file by another path */
	c = store_open(folder, 0);
	put_one(a, 1, 11);
	reader = store_reader(b);
	assert_int_equal(row_get(reader, ST_META, 1), 11);
	st_store_close(a); /* the others, and their locks, stay */
	put_one(c, 1, 12);
	put_one(c, 1, 13);
	put_one(c, 1, 14);
	assert_int_equal(row_get(reader, ST_META, 1), 11);
	assert_int_equal(st_store_open_lmdb(folder, ST_OPEN_SCRATCH, &store, &err), STET_EINVAL);
	assert_int_equal(err.rule, ST_STORE_MISUSE);
	st_reader_close(reader);
	st_store_close(c);
	st_store_close(b);
	assert_int_equal(unlink(link), 0);
	folder_remove(folder);
}

/* First for reading, then for writing: opened anew when the reader lets it. */
static void *
close_later(void *arg)
{
	sleep_ms(60);
	st_reader_close(arg);
	return NULL;
}

static void
test_store_lmdb__turns_from_reading_to_writing(void **state)
{
	char folder[FOLDER_SIZE];
	struct st_store *a, *b;
	struct st_reader *reader;
	pthread_t thread;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	a = store_open(folder, ST_OPEN_CREATE);
	put_one(a, 1, 1);
	st_store_close(a);
	a = store_open(folder, ST_OPEN_READ_ONLY);
	reader = store_reader(a);
	assert_int_equal(row_get(reader, ST_META, 1), 1);
	assert_int_equal(pthread_create(&thread, NULL, close_later, reader), 0);
	b = store_open(folder, 0); /* waits for the reader */
	assert_int_equal(pthread_join(thread, NULL), 0);
	put_one(b, 1, 2);
	assert_int_equal(get_one(a, 1), 2);
	st_store_close(b);
	assert_int_equal(get_one(a, 1), 2);
	st_store_close(a);
	folder_remove(folder);
}

static void
test_store_lmdb__keeps_its_folder_when_the_caller_moves(void **state)
{
	char folder[FOLDER_SIZE], before[4096];
	struct st_store *store;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	assert_non_null(getcwd(before, sizeof(before)));
	store = open_spare(folder, ST_OPEN_CREATE, MIB);
	assert_int_equal(chdir("/"), 0);
	put_one(store, 1, 1);
	assert_int_equal(chdir(before), 0);
	st_store_close(store);
	folder_remove(folder);
}

static void
refused_as_exchanged(void *arg)
{
	struct st_store *store = NULL;
	stet_error err;
	int rc = st_store_open_lmdb(arg, 0, &store, &err);

	CHILD_CHECK(rc == STET_EIO && err.rule == ST_STORE_REPLACED);
}

/* Another data.mdb is put in the place of the one that is open: an older state, and a newer one. */
static void
test_store_lmdb__notices_that_its_file_was_exchanged(void **state)
{
	char folder[FOLDER_SIZE], path[2 * FOLDER_SIZE];
	struct st_store *store, *other = NULL;
	uint8_t *states[2];
	size_t sizes[2];
	stet_error err;
	uint64_t i;
	int newer;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	folder_path(path, folder, "data.mdb");
	store = store_open(folder, ST_OPEN_CREATE);
	put_one(store, 1, 1);
	states[0] = file_read(folder, "data.mdb", &sizes[0]);
	for (i = 2; i < 20; i++)
		put_one(store, 1, i);
	states[1] = file_read(folder, "data.mdb", &sizes[1]);
	for (newer = 0; newer < 2; newer++) {
		put_one(store, 1, 100);
		assert_int_equal(unlink(path), 0);
		file_write(folder, "data.mdb", states[newer], sizes[newer]);
		assert_failure(
		    st_store_open_lmdb(folder, 0, &other, &err), STET_EIO, ST_STORE_REPLACED, &err);
		/* another process meets a lock.mdb that speaks of another file */
		child_ok(child_start(refused_as_exchanged, folder));
		st_store_close(store);
		/* nobody has the other one open any more: now it is the store */
		store = store_open(folder, 0);
		assert_int_equal(get_one(store, 1), newer ? 19 : 1);
		put_one(store, 1, 9);
	}
	free(states[0]);
	free(states[1]);
	st_store_close(store);
	folder_remove(folder);
}

static void
use_after_fork(void *arg)
{
	struct st_store *store = ((void **)arg)[0], *own = NULL;
	struct st_reader *reader = ((void **)arg)[1], *opened = NULL;
	struct st_batch *batch = ((void **)arg)[2], *begun = NULL;
	const char *folder = ((void **)arg)[3];
	stet_error err;

	CHILD_CHECK(st_reader_open(store, &opened, &err) == STET_EINVAL);
	CHILD_CHECK(err.rule == ST_STORE_MISUSE);
	CHILD_CHECK(st_batch_begin(store, 0, &begun, &err) == STET_EINVAL);
	CHILD_CHECK(st_store_open_lmdb(folder, 0, &own, &err) == STET_OK);
	CHILD_CHECK(st_batch_begin(own, 10, &begun, &err) == STET_ELOCKED); /* the parent writes */
	st_batch_abort(&batch); /* closing what was the parent's does the parent no harm */
	st_reader_close(reader);
	st_store_close(store);
	CHILD_CHECK(st_reader_open(own, &opened, &err) == STET_OK);
	CHILD_CHECK(row_get(opened, ST_META, 1) == 1);
	st_reader_close(opened);
	st_store_close(own);
}

static void
test_store_lmdb__belongs_to_the_process_that_opened_it(void **state)
{
	char folder[FOLDER_SIZE];
	struct st_store *store;
	struct st_reader *reader;
	struct st_batch *batch;
	void *all[4];

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE);
	put_one(store, 1, 1);
	reader = store_reader(store);
	batch = store_begin(store);
	assert_int_equal(row_put(batch, ST_META, 1, 2, 8, NULL), STET_OK);
	all[0] = store;
	all[1] = reader;
	all[2] = batch;
	all[3] = folder;
	child_ok(child_start(use_after_fork, all));
	assert_int_equal(row_get(reader, ST_META, 1), 1);
	store_commit(&batch);
	st_reader_close(reader);
	assert_int_equal(get_one(store, 1), 2);
	st_store_close(store);
	folder_remove(folder);
}

/* ------------------------------------------------------------------ the map grows */

/* A batch of so many KiB; how often it had to begin again. */
static int
write_kib(struct st_store *store, uint64_t first, uint64_t kib, int wait_ms, int *again_out,
    stet_error *err)
{
	struct st_batch *batch = NULL;
	uint64_t i;
	int rc;

	for (*again_out = 0;; ++*again_out) {
		if ((rc = st_batch_begin(store, wait_ms, &batch, err)) < 0)
			return rc;
		for (i = 0; i < kib / 4 && rc == STET_OK; i++)
			rc = row_put(batch, ST_ENTRY, first + i, first + i, 4000, err);
		if (rc == STET_OK)
			rc = st_batch_commit(&batch, err);
		st_batch_abort(&batch);
		if (rc != STET_ERETRY)
			return rc;
		assert_int_equal(err->rule, ST_STORE_GROWN);
		assert_true(*again_out < 8);
	}
}

static void
assert_rows(struct st_store *store, uint64_t count)
{
	struct st_reader *reader = store_reader(store);
	uint64_t i, rows;

	assert_int_equal(st_reader_rows(reader, ST_ENTRY, &rows, NULL), STET_OK);
	assert_int_equal(rows, count);
	for (i = 0; i < count; i++)
		assert_int_equal(row_get(reader, ST_ENTRY, i), i);
	st_reader_close(reader);
}

/* From a map of 1 MiB to 40 times that, in batches that fit and batches that do not. */
static void
test_store_lmdb__grows_its_map(void **state)
{
	char folder[FOLDER_SIZE];
	struct st_store *store;
	uint64_t rows = 0, kib, n;
	int again, all = 0;
	stet_error err;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	store = open_spare(folder, ST_OPEN_CREATE | ST_OPEN_SCRATCH, MIB);
	for (n = 0; n < 40; n++) { /* small ones: grown between them, nobody notices */
		assert_int_equal(write_kib(store, rows, 200, 1000, &again, &err), STET_OK);
		assert_int_equal(again, 0);
		rows += 200 / 4;
	}
	for (kib = 2048; kib <= 16384; kib *= 2) { /* each larger than the room set aside */
		assert_int_equal(write_kib(store, rows, kib, 1000, &again, &err), STET_OK);
		rows += kib / 4;
		all += again;
	}
	assert_true(all >= 3 && all <= 12);
	assert_rows(store, rows);
	print_message("40 MB through a map that began at 1 MiB: %d batches begun again\n", all);
	st_store_close(store);
	folder_remove(folder);
}

/* Growth needs a moment without transactions in this process.  A reader of another thread that
 * comes back in time is waited for; one that does not is named. */
static void
test_store_lmdb__grows_around_readers(void **state)
{
	char folder[FOLDER_SIZE];
	struct st_store *store;
	struct st_reader *reader;
	stet_error err;
	pthread_t thread;
	int again;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	store = open_spare(folder, ST_OPEN_CREATE | ST_OPEN_SCRATCH, MIB);
	assert_int_equal(write_kib(store, 0, 400, 1000, &again, &err), STET_OK);
	reader = store_reader(store);
	assert_int_equal(write_kib(store, 100, 2048, 100, &again, &err), STET_ELOCKED);
	assert_int_equal(err.rule, ST_STORE_READERS);
	assert_int_equal(again, 1);
	assert_int_equal(row_get(reader, ST_ENTRY, 99), 99); /* undisturbed */
	assert_int_equal(row_get(reader, ST_ENTRY, 100), UINT64_MAX);
	assert_int_equal(pthread_create(&thread, NULL, close_later, reader), 0);
	assert_int_equal(write_kib(store, 100, 2048, 5000, &again, &err), STET_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_rows(store, 100 + 512);
	st_store_close(store);
	folder_remove(folder);
}

static void
write_elsewhere(void *arg)
{
	const char *folder = ((const void *const *)arg)[0];
	uint64_t first = *(const uint64_t *)((const void *const *)arg)[1];
	struct st_store *store = NULL;
	stet_error err;
	int again;

	CHILD_CHECK(st_store_open_lmdb(folder, ST_OPEN_SCRATCH, &store, &err) == STET_OK);
	CHILD_CHECK(write_kib(store, first, 4096, 1000, &again, &err) == STET_OK);
	CHILD_CHECK(again == 0); /* the ordinary map has room */
	st_store_close(store);
}

static void
test_store_lmdb__follows_growth_by_others(void **state)
{
	char folder[FOLDER_SIZE];
	struct st_store *store;
	struct st_reader *pinned, *reader = NULL;
	uint64_t rows = 0;
	const void *args[2] = {folder, &rows};
	pthread_t thread;
	stet_error err;
	int again, n;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	store = open_spare(folder, ST_OPEN_CREATE | ST_OPEN_SCRATCH, MIB);
	for (n = 0; n < 3; n++) {
		child_ok(child_start(write_elsewhere, args)); /* 4 MiB into our map of 1 */
		rows += 1024;
		assert_rows(store, rows);
		assert_int_equal(write_kib(store, rows, 40, 1000, &again, &err), STET_OK);
		rows += 10;
	}
	/* the same below a reader that is open: it keeps its moment, and a second one waits for it
	 */
	pinned = store_reader(store);
	child_ok(child_start(write_elsewhere, args));
	rows += 1024;
	assert_int_equal(row_get(pinned, ST_ENTRY, rows - 1025), rows - 1025);
	assert_int_equal(row_get(pinned, ST_ENTRY, rows - 1), UINT64_MAX);
	assert_int_equal(pthread_create(&thread, NULL, close_later, pinned), 0);
	assert_int_equal(st_reader_open(store, &reader, &err), STET_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(row_get(reader, ST_ENTRY, rows - 1), rows - 1);
	/* and renewed below further growth */
	child_ok(child_start(write_elsewhere, args));
	rows += 1024;
	assert_int_equal(st_reader_renew(reader, &err), STET_OK);
	assert_int_equal(row_get(reader, ST_ENTRY, rows - 1), rows - 1);
	st_reader_close(reader);
	assert_int_equal(write_kib(store, rows, 4096, 1000, &again, &err), STET_OK);
	assert_rows(store, rows + 1024);
	st_store_close(store);
	folder_remove(folder);
}

/* ulimit -v: as much map as there is room for, and a plain answer when there is none. */
static void
live_in_little_space(void *arg)
{
	struct st_store *store = NULL;
	struct rlimit limit = {0, RLIM_INFINITY};
	struct st_reader *reader = NULL;
	uint64_t rows = 0;
	stet_error err;
	int again, rc;

	limit.rlim_cur = (rlim_t)400 << 20;
	CHILD_CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
	CHILD_CHECK(
	    st_store_open_lmdb(arg, ST_OPEN_CREATE | ST_OPEN_SCRATCH, &store, &err) == STET_OK);
	for (;;) {
		rc = write_kib(store, rows, 8192, 1000, &again, &err);
		if (rc != STET_OK)
			break;
		rows += 2048;
		CHILD_CHECK(rows < 200000);
	}
	CHILD_CHECK(rc == STET_ENOMEM);
	CHILD_CHECK(err.rule == ST_STORE_ADDRESS_SPACE || err.rule == ST_OUT_OF_MEMORY);
	CHILD_CHECK(rows >= 2 * 2048);
	CHILD_CHECK(st_reader_open(store, &reader, &err) == STET_OK); /* and reads on */
	CHILD_CHECK(row_get(reader, ST_ENTRY, rows - 1) == rows - 1);
	CHILD_CHECK(row_get(reader, ST_ENTRY, rows) == UINT64_MAX);
	st_reader_close(reader);
	st_store_close(store);
	limit.rlim_cur = RLIM_INFINITY;
	CHILD_CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
	CHILD_CHECK(st_store_open_lmdb(arg, ST_OPEN_SCRATCH, &store, &err) == STET_OK);
	CHILD_CHECK(write_kib(store, rows, 8192, 1000, &again, &err) == STET_OK);
	st_store_close(store);
	fprintf(stderr, "in 400 MiB of address space: %llu MiB written before the answer\n",
	    (unsigned long long)(rows * 4 / 1024));
}

static void
test_store_lmdb__lives_in_little_address_space(void **state)
{
	char folder[FOLDER_SIZE];

	(void)state;
	if (SANITIZED) /* these need terabytes of address space for themselves */
		skip();
	folder_make(folder, "lmdb-XXXXXX");
	child_ok(child_start(live_in_little_space, folder));
	folder_remove(folder);
}

/* ------------------------------------------------------------------ many processes */

enum { WRITERS = 4, READERS = 4 };
struct crowd {
	const char *folder;
	atomic_int stop;
	atomic_long acknowledged[WRITERS]; /* batches that were said to be durable */
	atomic_long looks;
};

/* Which of them a child is: its own copy, from the moment it was forked. */
static int crowd_index;

/* Each batch adds one to the writer's own row and one to the sum of all. */
static void
write_in_crowd(void *arg)
{
	struct crowd *crowd = arg;
	struct st_store *store = NULL;
	struct st_batch *batch = NULL;
	struct st_reader *reader;
	int index = crowd_index;
	uint64_t own = 1 + (uint64_t)index;
	stet_error err;

	CHILD_CHECK(st_store_open_lmdb(crowd->folder, 0, &store, &err) == STET_OK);
	while (!atomic_load(&crowd->stop)) {
		CHILD_CHECK(st_batch_begin(store, 20000, &batch, &err) == STET_OK);
		reader = st_batch_reader(batch);
		CHILD_CHECK(row_put(batch, ST_META, own, row_get(reader, ST_META, own) + 1, 100,
				&err) == STET_OK);
		CHILD_CHECK(row_put(batch, ST_META, 0, row_get(reader, ST_META, 0) + 1, 3000,
				&err) == STET_OK);
		CHILD_CHECK(st_batch_commit(&batch, &err) == STET_OK);
		atomic_fetch_add(&crowd->acknowledged[index], 1);
	}
	st_store_close(store);
}

static uint64_t
check_sum(struct st_reader *reader)
{
	uint64_t sum = 0, i;

	for (i = 1; i <= WRITERS; i++)
		sum += row_get(reader, ST_META, i);
	CHILD_CHECK(sum == row_get(reader, ST_META, 0));
	return sum;
}

static void
read_in_crowd(void *arg)
{
	struct crowd *crowd = arg;
	struct st_store *store = NULL;
	struct st_reader *reader = NULL;
	uint64_t last = 0, now;
	stet_error err;

	CHILD_CHECK(st_store_open_lmdb(crowd->folder, ST_OPEN_READ_ONLY, &store, &err) == STET_OK);
	CHILD_CHECK(st_reader_open(store, &reader, &err) == STET_OK);
	while (!atomic_load(&crowd->stop)) {
		now = check_sum(reader);
		CHILD_CHECK(now >= last);
		CHILD_CHECK(check_sum(reader) == now);
		last = now;
		CHILD_CHECK(st_reader_renew(reader, &err) == STET_OK);
		atomic_fetch_add(&crowd->looks, 1);
	}
	st_reader_close(reader);
	st_store_close(store);
}

static void
test_store_lmdb__serves_many_processes(void **state)
{
	char folder[FOLDER_SIZE];
	struct crowd *crowd = shared(sizeof(*crowd));
	struct st_store *store;
	pid_t pids[WRITERS + READERS];
	uint64_t i;
	long all = 0;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE);
	for (i = 0; i <= WRITERS; i++)
		put_one(store, i, 0);
	crowd->folder = folder;
	for (i = 0; i < WRITERS + READERS; i++) {
		crowd_index = (int)i;
		pids[i] = child_start(i < WRITERS ? write_in_crowd : read_in_crowd, crowd);
	}
	sleep_ms(1500);
	atomic_store(&crowd->stop, 1);
	for (i = 0; i < WRITERS + READERS; i++)
		child_ok(pids[i]);
	for (i = 0; i < WRITERS; i++) {
		assert_int_equal(get_one(store, i + 1), atomic_load(&crowd->acknowledged[i]));
		assert_true(atomic_load(&crowd->acknowledged[i]) > 0);
		all += atomic_load(&crowd->acknowledged[i]);
	}
	assert_int_equal(get_one(store, 0), all);
	print_message("%d writing processes: %ld + %ld + %ld + %ld batches; %d reading: %ld sums\n",
	    WRITERS, atomic_load(&crowd->acknowledged[0]), atomic_load(&crowd->acknowledged[1]),
	    atomic_load(&crowd->acknowledged[2]), atomic_load(&crowd->acknowledged[3]), READERS,
	    atomic_load(&crowd->looks));
	st_store_close(store);
	munmap(crowd, sizeof(*crowd));
	folder_remove(folder);
}

/* All at once make the same store, and each writes its row. */
static void
create_in_crowd(void *arg)
{
	struct crowd *crowd = arg;
	struct st_store *store = NULL;
	struct st_batch *batch = NULL;
	uint64_t own = (uint64_t)getpid();
	stet_error err;

	while (!atomic_load(&crowd->stop))
		;
	CHILD_CHECK(st_store_open_lmdb(crowd->folder, ST_OPEN_CREATE, &store, &err) == STET_OK);
	CHILD_CHECK(st_batch_begin(store, 20000, &batch, &err) == STET_OK);
	CHILD_CHECK(row_put(batch, ST_META, own, own, 8, &err) == STET_OK);
	CHILD_CHECK(st_batch_commit(&batch, &err) == STET_OK);
	st_store_close(store);
}

static void
test_store_lmdb__is_made_once_by_many(void **state)
{
	enum { MAKERS = 8, ROUNDS = 6 };
	char folder[FOLDER_SIZE], where[2 * FOLDER_SIZE];
	struct crowd *crowd = shared(sizeof(*crowd));
	struct st_store *store;
	pid_t pids[MAKERS];
	int round, i;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	for (round = 0; round < ROUNDS; round++) {
		snprintf(where, sizeof(where), "%s/%d", folder,
		    round); /* not even the folder is there */
		crowd->folder = where;
		atomic_store(&crowd->stop, 0);
		for (i = 0; i < MAKERS; i++)
			pids[i] = child_start(create_in_crowd, crowd);
		atomic_store(&crowd->stop, 1);
		for (i = 0; i < MAKERS; i++)
			child_ok(pids[i]);
		store = store_open(where, 0);
		for (i = 0; i < MAKERS; i++)
			assert_int_equal(get_one(store, (uint64_t)pids[i]), pids[i]);
		st_store_close(store);
		folder_remove(where);
	}
	munmap(crowd, sizeof(*crowd));
	folder_remove(folder);
}

/* Batch after batch of 40 ms, without a pause, as an import does it. */
static void
write_without_pause(void *arg)
{
	struct crowd *crowd = arg;
	struct st_store *store = NULL;
	struct st_batch *batch = NULL;
	stet_error err;

	CHILD_CHECK(st_store_open_lmdb(crowd->folder, 0, &store, &err) == STET_OK);
	while (!atomic_load(&crowd->stop)) {
		CHILD_CHECK(st_batch_begin(store, 20000, &batch, &err) == STET_OK);
		CHILD_CHECK(row_put(batch, ST_META, 5, 5, 8, &err) == STET_OK);
		sleep_ms(40);
		CHILD_CHECK(st_batch_commit(&batch, &err) == STET_OK);
		atomic_fetch_add(&crowd->looks, 1);
	}
	st_store_close(store);
}

static void
test_store_lmdb__takes_turns_with_an_import(void **state)
{
	enum { TURNS = 12 };
	char folder[FOLDER_SIZE];
	struct crowd *crowd = shared(sizeof(*crowd));
	struct st_store *store;
	struct st_batch *batch;
	long before, waited, most = 0;
	pid_t pid;
	int i;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE);
	crowd->folder = folder;
	pid = child_start(write_without_pause, crowd);
	while (atomic_load(&crowd->looks) == 0)
		sleep_ms(1);
	for (i = 0; i < TURNS; i++) {
		before = atomic_load(&crowd->looks);
		batch = store_begin(store);
		waited = atomic_load(&crowd->looks) - before;
		most = waited > most ? waited : most;
		store_commit(&batch);
		sleep_ms(7); /* the import is at it again */
	}
	atomic_store(&crowd->stop, 1);
	child_ok(pid);
	/* The one being written and, while our hand is not yet up, another; more on a busy machine.
	 */
	print_message(
	    "%d turns taken from an import: at most %ld of its batches waited for\n", TURNS, most);
	assert_true(most <= 4);
	st_store_close(store);
	munmap(crowd, sizeof(*crowd));
	folder_remove(folder);
}

/* ------------------------------------------------------------------ processes that are killed */

static void
hold_a_batch(void *arg)
{
	struct crowd *crowd = arg;
	struct st_store *store = NULL;
	struct st_batch *batch = NULL;
	stet_error err;

	CHILD_CHECK(st_store_open_lmdb(crowd->folder, 0, &store, &err) == STET_OK);
	CHILD_CHECK(st_batch_begin(store, 1000, &batch, &err) == STET_OK);
	CHILD_CHECK(row_put(batch, ST_META, 1, 666, 8, &err) == STET_OK);
	atomic_store(&crowd->looks, 1);
	for (;;)
		pause();
}

static void
test_store_lmdb__goes_on_after_a_killed_writer(void **state)
{
	char folder[FOLDER_SIZE];
	struct crowd *crowd = shared(sizeof(*crowd));
	struct st_store *store;
	struct st_batch *batch = NULL;
	stet_error err;
	pid_t pid;
	int i, again;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE);
	put_one(store, 1, 1);
	crowd->folder = folder;
	for (i = 0; i < 5; i++) {
		atomic_store(&crowd->looks, 0);
		pid = child_start(hold_a_batch, crowd);
		while (atomic_load(&crowd->looks) == 0)
			sleep_ms(1);
		again = st_batch_begin(store, 20, &batch, &err);
		assert_failure(again, STET_ELOCKED, ST_STORE_LOCKED, &err);
		kill(pid, SIGKILL);
		(void)child_end(pid);
		assert_int_equal(st_batch_begin(store, 2000, &batch, &err), STET_OK);
		assert_int_equal(row_get(st_batch_reader(batch), ST_META, 1), 1);
		store_commit(&batch);
	}
	st_store_close(store);
	munmap(crowd, sizeof(*crowd));
	folder_remove(folder);
}

/* Batches that give 50 rows one number; the number is acknowledged after the commit. */
static void
write_until_killed(void *arg)
{
	struct crowd *crowd = arg;
	struct st_store *store = NULL;
	struct st_batch *batch = NULL;
	uint64_t number, i;
	stet_error err;

	CHILD_CHECK(st_store_open_lmdb(crowd->folder, 0, &store, &err) == STET_OK);
	for (;;) {
		CHILD_CHECK(st_batch_begin(store, 5000, &batch, &err) == STET_OK);
		number = row_get(st_batch_reader(batch), ST_ENTRY, 0) + 1;
		for (i = 0; i < 50; i++)
			CHILD_CHECK(row_put(batch, ST_ENTRY, i, number, 700, &err) == STET_OK);
		CHILD_CHECK(st_batch_commit(&batch, &err) == STET_OK);
		atomic_store(&crowd->acknowledged[0], (long)number);
	}
}

static void
test_store_lmdb__loses_nothing_to_kill(void **state)
{
	enum { KILLS = 60 };
	char folder[FOLDER_SIZE];
	struct crowd *crowd = shared(sizeof(*crowd));
	struct st_store *store;
	struct st_reader *reader;
	struct st_batch *batch;
	uint64_t number, i;
	int n, ahead = 0;
	pid_t pid;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE);
	batch = store_begin(store);
	for (i = 0; i < 50; i++)
		assert_int_equal(row_put(batch, ST_ENTRY, i, 0, 700, NULL), STET_OK);
	store_commit(&batch);
	crowd->folder = folder;
	for (n = 0; n < KILLS; n++) {
		pid = child_start(write_until_killed, crowd);
		sleep_ms(3 + n % 13);
		kill(pid, SIGKILL);
		(void)child_end(pid);
		if (n % 10 == 9) { /* also by somebody who opens it afresh */
			st_store_close(store);
			store = store_open(folder, 0);
		}
		reader = store_reader(store);
		number = row_get(reader, ST_ENTRY, 0);
		for (i = 1; i < 50; i++)
			assert_int_equal(row_get(reader, ST_ENTRY, i), number);
		st_reader_close(reader);
		assert_true((long)number >= atomic_load(&crowd->acknowledged[0]));
		ahead += (long)number > atomic_load(&crowd->acknowledged[0]);
		put_one(store, 1, number);
	}
	print_message(
	    "%d writers killed after %llu batches: all that was acknowledged is there; %d "
	    "more were whole and not yet said\n",
	    KILLS, (unsigned long long)number, ahead);
	assert_true(number > 0);
	st_store_close(store);
	munmap(crowd, sizeof(*crowd));
	folder_remove(folder);
}

static void
open_many_readers(void *arg)
{
	struct crowd *crowd = arg;
	struct st_store *store = NULL;
	struct st_reader *readers[150];
	stet_error err;
	int i;

	CHILD_CHECK(st_store_open_lmdb(crowd->folder, ST_OPEN_READ_ONLY, &store, &err) == STET_OK);
	for (i = 0; i < 150; i++)
		CHILD_CHECK(st_reader_open(store, &readers[i], &err) == STET_OK);
	atomic_fetch_add(&crowd->looks, 1);
	for (;;)
		pause();
}

/* 1,050 readers killed with kill -9 leave neither their places taken nor their pages pinned. */
static void
test_store_lmdb__forgets_killed_readers(void **state)
{
	char folder[FOLDER_SIZE];
	struct crowd *crowd = shared(sizeof(*crowd));
	struct st_reader *readers[200];
	struct st_store *store;
	struct st_batch *batch;
	off_t size;
	uint64_t i;
	pid_t pid, pids[6];
	long n;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE | ST_OPEN_SCRATCH);
	put_one(store, 1, 1);
	st_store_close(store); /* no writer helps: the places must be found by readers alone */
	store = store_open(folder, ST_OPEN_READ_ONLY | ST_OPEN_SCRATCH);
	crowd->folder = folder;
	for (n = 0; n < 6; n++) /* all alive together: 900 of 1,024 places */
		pids[n] = child_start(open_many_readers, crowd);
	while (atomic_load(&crowd->looks) < 6)
		sleep_ms(1);
	for (n = 0; n < 6; n++) {
		kill(pids[n], SIGKILL);
		(void)child_end(pids[n]);
	}
	for (i = 0; i < 200; i++)
		readers[i] = store_reader(store);
	for (i = 0; i < 200; i++)
		st_reader_close(readers[i]);
	st_store_close(store);

	store = store_open(folder, ST_OPEN_SCRATCH);
	pid = child_start(open_many_readers, crowd);
	while (atomic_load(&crowd->looks) < 7)
		sleep_ms(1);
	kill(pid, SIGKILL);
	(void)child_end(pid);
	for (i = 0; i < 30; i++)
		put_one(store, 1, i);
	size = file_size(folder, "data.mdb");
	for (i = 0; i < 400; i++) {
		batch = store_begin(store);
		assert_int_equal(row_put(batch, ST_META, 1, i, 3000, NULL), STET_OK);
		store_commit(&batch);
	}
	/* Pinned, each of the 400 batches would have taken new pages. */
	assert_true(file_size(folder, "data.mdb") < size + 40 * 4096);
	st_store_close(store);
	munmap(crowd, sizeof(*crowd));
	folder_remove(folder);
}

static void
test_store_lmdb__says_when_there_are_too_many_readers(void **state)
{
	enum { MANY = 1100 };
	static struct st_reader *readers[MANY];
	char folder[FOLDER_SIZE];
	struct st_store *store;
	stet_error err;
	int rc = STET_OK, n, i;

	(void)state;
	folder_make(folder, "lmdb-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE);
	for (n = 0; n < MANY && rc == STET_OK; n++)
		rc = st_reader_open(store, &readers[n], &err);
	assert_failure(rc, STET_ELOCKED, ST_STORE_READERS, &err);
	n--;
	assert_true(n >= 1024);
	put_one(store, 1, 1); /* writing needs no place */
	for (i = 0; i < n; i++)
		st_reader_close(readers[i]);
	assert_int_equal(get_one(store, 1), 1);
	st_store_close(store);
	folder_remove(folder);
}

/* ------------------------------------------------------------------ places */

static void
test_store_lmdb__knows_network_file_systems(void **state)
{
	(void)state;
	assert_true(st_fs_is_network(0x6969));                /* NFS */
	assert_true(st_fs_is_network((long)0xff534d42));      /* CIFS */
	assert_true(st_fs_is_network((long)(int)0xfe534d42)); /* SMB2, sign-extended */
	assert_false(st_fs_is_network(0xef53));               /* ext4 */
	assert_false(st_fs_is_network(0x01021994));           /* tmpfs */
	assert_false(st_fs_is_network(0x58465342));           /* XFS */
	assert_false(st_fs_is_network(0x65735546));           /* FUSE: often local */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_store_lmdb__is_opened_once_a_process),
	    cmocka_unit_test(test_store_lmdb__turns_from_reading_to_writing),
	    cmocka_unit_test(test_store_lmdb__keeps_its_folder_when_the_caller_moves),
	    cmocka_unit_test(test_store_lmdb__notices_that_its_file_was_exchanged),
	    cmocka_unit_test(test_store_lmdb__belongs_to_the_process_that_opened_it),
	    cmocka_unit_test(test_store_lmdb__grows_its_map),
	    cmocka_unit_test(test_store_lmdb__grows_around_readers),
	    cmocka_unit_test(test_store_lmdb__follows_growth_by_others),
	    cmocka_unit_test(test_store_lmdb__lives_in_little_address_space),
	    cmocka_unit_test(test_store_lmdb__serves_many_processes),
	    cmocka_unit_test(test_store_lmdb__is_made_once_by_many),
	    cmocka_unit_test(test_store_lmdb__takes_turns_with_an_import),
	    cmocka_unit_test(test_store_lmdb__goes_on_after_a_killed_writer),
	    cmocka_unit_test(test_store_lmdb__loses_nothing_to_kill),
	    cmocka_unit_test(test_store_lmdb__forgets_killed_readers),
	    cmocka_unit_test(test_store_lmdb__says_when_there_are_too_many_readers),
	    cmocka_unit_test(test_store_lmdb__knows_network_file_systems),
	};

	return cmocka_run_group_tests_name("store_lmdb", tests, NULL, NULL);
}
