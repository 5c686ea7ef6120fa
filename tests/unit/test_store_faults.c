/* store/lmdb: every write and sync of a batch fails in turn, disks fill up, disks are read-only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>

#include "support/alloc.h"
#include "support/store.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ------------------------------------------------------------------ faults
 *
 * liblmdb.so writes with pwrite and writev and syncs with fdatasync; the dynamic linker finds the
 * ones below first.  Off they do what libc's do. */

enum fault {
	FAULT_EIO, /* the call fails, and nothing happens   */
	FAULT_ENOSPC,
	FAULT_SHORT, /* half of it is written                 */
	FAULT_LYING, /* it happens, the call fails; those after it happen no more */
	FAULT_KINDS
};
static const char *const fault_names[FAULT_KINDS] = {
    "fails with EIO", "fails with ENOSPC", "writes half", "fails after it was done"};

#define AT_HEADER (-1) /* the call that writes a header, whichever it is */

static int fault_on, fault_met_header;
static long fault_count; /* how many calls fail, one after the other */
static enum fault fault_kind;
static long fault_after, fault_calls, fault_hits;

static int
fault_now(int header)
{
	long call = fault_calls++;
	int due = fault_after == AT_HEADER ? header : call == fault_after;

	if (!fault_on || (!due && fault_hits == 0) || fault_hits >= fault_count)
		return 0;
	if (fault_hits++ == 0)
		fault_met_header = header;
	return 1;
}

static void
fault_arm(enum fault kind, long count, long after)
{
	fault_kind = kind;
	fault_count = count;
	fault_after = after;
	fault_calls = fault_hits = fault_met_header = 0;
	fault_on = 1;
}

/* How many calls failed. */
static long
fault_disarm(void)
{
	fault_on = 0;
	return fault_hits;
}

static ssize_t
faulty(ssize_t (*write_some)(size_t size, void *ctx), size_t size, void *ctx, int header)
{
	if (!fault_now(header))
		return write_some(size, ctx);
	switch (fault_kind) {
	case FAULT_SHORT:
		return write_some(size / 2, ctx);
	case FAULT_LYING:
		if (fault_hits == 1)
			(void)write_some(size, ctx);
		break;
	default:
		break;
	}
	errno = fault_kind == FAULT_ENOSPC ? ENOSPC : EIO;
	return -1;
}

struct call {
	int fd;
	const void *data;
	off_t offset;
	const struct iovec *iov;
	int count;
};

static ssize_t
write_at(size_t size, void *ctx)
{
	struct call *call = ctx;

	return syscall(SYS_pwrite64, call->fd, call->data, size, call->offset);
}

static ssize_t
write_pieces(size_t size, void *ctx)
{
	struct call *call = ctx;
	ssize_t n, written = 0;
	int i;

	for (i = 0; i < call->count && size > 0; i++) {
		size_t piece = call->iov[i].iov_len < size ? call->iov[i].iov_len : size;

		n = syscall(SYS_write, call->fd, call->iov[i].iov_base, piece);
		if (n < 0)
			return written > 0 ? written : n;
		written += n;
		size -= (size_t)n;
		if ((size_t)n < piece)
			break;
	}
	return written;
}

/* By these names, whatever <unistd.h> makes of them. */
ssize_t fault_pwrite(int fd, const void *data, size_t size, off_t offset) __asm__("pwrite");
ssize_t fault_writev(int fd, const struct iovec *iov, int count) __asm__("writev");
int fault_fdatasync(int fd) __asm__("fdatasync");

ssize_t
fault_pwrite(int fd, const void *data, size_t size, off_t offset)
{
	struct call call = {.fd = fd, .data = data, .offset = offset};

	/* LMDB writes headers without their first bytes, pages from their beginning. */
	return faulty(write_at, size, &call, offset % 512 != 0);
}

ssize_t
fault_writev(int fd, const struct iovec *iov, int count)
{
	struct call call = {.fd = fd, .iov = iov, .count = count};
	size_t size = 0;
	int i;

	for (i = 0; i < count; i++)
		size += iov[i].iov_len;
	return faulty(write_pieces, size, &call, 0);
}

int
fault_fdatasync(int fd)
{
	if (fault_now(0)) {
		errno = fault_kind == FAULT_ENOSPC ? ENOSPC : EIO;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

/* Our own code asks fstatfs where it is. */
static int on_a_network;
int fault_fstatfs(int fd, struct statfs *fs) __asm__("fstatfs64");

int
fault_fstatfs(int fd, struct statfs *fs)
{
	int rc = (int)syscall(SYS_fstatfs, fd, fs);

	if (rc == 0 && on_a_network)
		fs->f_type = 0x6969;
	return rc;
}

/* And LMDB for transactions; between such a one and its use, others may commit. */
static void (*after_begin)(void);
int fault_txn_begin(void *env, void *parent, unsigned flags, void **txn) __asm__("mdb_txn_begin");

int
fault_txn_begin(void *env, void *parent, unsigned flags, void **txn)
{
	int (*real)(void *, void *, unsigned, void **);
	void *symbol = dlsym(RTLD_NEXT, "mdb_txn_begin");
	void (*then)(void) = after_begin;
	int rc;

	memcpy(&real, &symbol, sizeof(real));
	rc = real(env, parent, flags, txn);
	if (rc == 0 && then != NULL && (flags & 0x20000) != 0) { /* MDB_RDONLY */
		after_begin = NULL;
		then();
	}
	return rc;
}

/* ------------------------------------------------------------------ one batch, each call failing
 */

static const long runs[] = {1, 2, 1000000};
static const char *const run_names[] = {"once", "twice", "and all after it"};

enum { ROWS = 1500 };

/* A batch that turns every row from one number into the next: many pages, some of them overflow. */
static int
write_version(struct st_store *store, uint64_t version, stet_error *err)
{
	struct st_batch *batch = NULL;
	uint64_t i;
	int rc;

	if ((rc = st_batch_begin(store, 1000, &batch, err)) < 0)
		return rc;
	for (i = 0; i < ROWS && rc == STET_OK; i++)
		rc = row_put(batch, ST_ENTRY, i, version, i % 40 == 0 ? 5000 : 200, err);
	if (rc == STET_OK)
		return st_batch_commit(&batch, err);
	st_batch_abort(&batch);
	return rc;
}

/* The one version that all rows have. */
static uint64_t
read_version(struct st_store *store)
{
	struct st_reader *reader = store_reader(store);
	uint64_t version = row_get(reader, ST_ENTRY, 0), i;

	for (i = 0; i < ROWS; i++)
		assert_int_equal(row_get(reader, ST_ENTRY, i), version);
	st_reader_close(reader);
	return version;
}

struct tally {
	long tries, headers, kept, full, failed, unsure, unsure_there;
};

/* One batch with one fault, and all that must hold after it. */
static int
try_fault(struct st_store *store, uint64_t *version, enum fault kind, long count, long after,
    struct tally *tally)
{
	stet_error err;
	uint64_t now;
	long hits;
	int rc;

	fault_arm(kind, count, after);
	rc = write_version(store, *version + 1, &err);
	hits = fault_disarm();
	if (hits == 0) {
		assert_int_equal(rc, STET_OK);
		assert_int_equal(read_version(store), ++*version);
		return 0;
	}
	tally->tries++;
	tally->headers += fault_met_header;
	now = read_version(store); /* the same handle goes on reading */
	switch (rc) {
	case STET_OK: /* the call's failure was made good */
		assert_int_equal(now, *version + 1);
		tally->kept++;
		break;
	case STET_EFULL:
	case STET_EIO:
		assert_int_equal(now, *version);
		assert_int_equal(err.code, rc);
		tally->full += rc == STET_EFULL;
		tally->failed += rc == STET_EIO;
		break;
	case STET_EUNSURE:
		assert_true(now == *version || now == *version + 1);
		assert_int_equal(err.rule, ST_STORE_UNSURE);
		tally->unsure++;
		tally->unsure_there += now == *version + 1;
		break;
	default:
		fail_msg(
		    "call %ld %s: %s '%s'", after, fault_names[kind], stet_code_name(rc), err.text);
	}
	*version = now;
	/* the disk is well again: the same handle goes on writing */
	rc = write_version(store, *version + 1, &err);
	if (rc != STET_OK)
		fail_msg("after call %ld %s: %s", after, fault_names[kind], err.text);
	assert_int_equal(read_version(store), ++*version);
	return 1;
}

static void
test_store_faults__tells_what_was_written(void **state)
{
	char folder[FOLDER_SIZE];
	struct st_store *store;
	struct tally tally;
	uint64_t version = 1;
	stet_error err;
	size_t run;
	int kind;
	long after;

	(void)state;
	folder_make(folder, "faults-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE);
	assert_int_equal(write_version(store, version, &err), STET_OK);
	for (kind = 0; kind < FAULT_KINDS; kind++) {
		for (run = 0; run < COUNT(runs); run++) {
			memset(&tally, 0, sizeof(tally));
			for (after = 0;
			     try_fault(store, &version, (enum fault)kind, runs[run], after, &tally);
			     after++)
				;
			print_message("%s, %s: %ld calls; %ld full, %ld failed, %ld unsure (%ld "
				      "there after all), %ld written\n",
			    fault_names[kind], run_names[run], tally.tries, tally.full,
			    tally.failed, tally.unsure, tally.unsure_there, tally.kept);
			assert_true(tally.tries >= 3); /* pages, sync, header at least */
			assert_true(tally.headers >= 1);
			assert_int_equal(tally.kept, 0);
			/* A header that failed is put back and synced: then it is known that the
			 * batch is not there. If neither can be done, or the header is there
			 * and cannot be put back, it is not known. */
			if (runs[run] > 2 || (runs[run] == 2 && kind == FAULT_LYING))
				assert_int_equal(tally.unsure, tally.headers);
			else
				assert_int_equal(tally.unsure, 0);
			if (kind == FAULT_LYING)
				assert_int_equal(tally.unsure_there, tally.unsure);
			if (kind == FAULT_ENOSPC)
				assert_int_equal(tally.failed, 0);
			else
				assert_int_equal(tally.full, 0);
			/* and the same to a stranger */
			st_store_close(store);
			store = store_open(folder, 0);
			assert_int_equal(read_version(store), version);
		}
	}
	st_store_close(store);
	folder_remove(folder);
}

/* After a header that failed the environment has to be opened again, which a reader of this process
 * holds up: the reader reads on, the writer is told, and gets through when the reader is gone. */
static void
test_store_faults__recovers_around_a_reader(void **state)
{
	char folder[FOLDER_SIZE];
	struct st_store *store;
	struct st_reader *reader;
	struct st_batch *batch = NULL;
	stet_error err;
	int rc;

	(void)state;
	folder_make(folder, "faults-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE);
	assert_int_equal(write_version(store, 1, &err), STET_OK);
	reader = store_reader(store);
	fault_arm(FAULT_EIO, 1, AT_HEADER);
	rc = write_version(store, 3, &err);
	assert_int_equal(fault_disarm(), 1);
	assert_int_equal(rc, STET_EIO);
	assert_int_equal(row_get(reader, ST_ENTRY, 7), 1);
	rc = st_batch_begin(store, 50, &batch, &err);
	assert_failure(rc, STET_ELOCKED, ST_STORE_READERS, &err);
	assert_int_equal(row_get(reader, ST_ENTRY, 7), 1);
	st_reader_close(reader);
	assert_int_equal(write_version(store, 3, &err), STET_OK);
	assert_int_equal(read_version(store), 3);
	st_store_close(store);
	folder_remove(folder);
}

/* A store is made whole or not at all. */
static void
test_store_faults__makes_all_of_a_store_or_none(void **state)
{
	char folder[FOLDER_SIZE], path[2 * FOLDER_SIZE];
	struct st_store *store;
	long after, hits, tries = 0;
	size_t run;
	int kind, rc;
	stet_error err;

	(void)state;
	folder_make(folder, "faults-XXXXXX");
	folder_path(path, folder, "data.mdb");
	file_write(folder, "data.mdb.new", "of somebody killed", 18);
	for (kind = 0; kind < FAULT_KINDS; kind++) {
		for (run = 0; run < COUNT(runs); run++) {
			for (after = 0, hits = 1; hits > 0; after++) {
				store = NULL;
				fault_arm((enum fault)kind, runs[run], after);
				rc = st_store_open_lmdb(folder, ST_OPEN_CREATE, &store, &err);
				hits = fault_disarm();
				tries += hits > 0;
				assert_true(file_size(folder, "data.mdb.new") < 0);
				if (rc == STET_OK) {
					st_store_close(store);
					assert_int_equal(unlink(path), 0);
					continue;
				}
				assert_true(rc == STET_EIO || rc == STET_EFULL);
				assert_true(file_size(folder, "data.mdb") < 0);
			}
		}
	}
	print_message("%ld stores begun on failing disks: none left half made\n", tries);
	folder_remove(folder);
}

/* ------------------------------------------------------------------ full disks */

/* Batches of 64 KiB until one does not fit; then what was there is there, and nothing else. */
static void
fill_up(const char *folder, uint64_t *batches_out)
{
	struct st_store *store = NULL;
	struct st_reader *reader = NULL;
	struct st_batch *batch = NULL;
	uint64_t n, i, k;
	off_t size = 0;
	stet_error err;
	int rc = STET_OK;

	CHILD_CHECK(st_store_open_lmdb(folder, ST_OPEN_CREATE, &store, &err) == STET_OK);
	for (n = 0; rc == STET_OK; n++) {
		size = file_size(folder, "data.mdb");
		CHILD_CHECK(st_batch_begin(store, 1000, &batch, &err) == STET_OK);
		for (i = 0; i < 16 && rc == STET_OK; i++)
			rc = row_put(batch, ST_ENTRY, n * 16 + i, n, 4000, &err);
		if (rc == STET_OK)
			rc = st_batch_commit(&batch, &err);
		st_batch_abort(&batch);
		CHILD_CHECK(n < 10000);
	}
	n--;
	if (rc != STET_EFULL)
		fprintf(stderr, "not full but %s: %s\n", stet_code_name(rc), err.text);
	CHILD_CHECK(rc == STET_EFULL);
	CHILD_CHECK(err.rule == ST_DISK_FULL);
	CHILD_CHECK(file_size(folder, "data.mdb") == size); /* as it was, to the byte */
	/* again, by the same handle and by a new one: the same answer */
	for (i = 0; i < 2; i++) {
		CHILD_CHECK(st_batch_begin(store, 1000, &batch, &err) == STET_OK);
		for (k = 0; k < 40; k++)
			CHILD_CHECK(row_put(batch, ST_TREE, k, n, 60000, &err) == STET_OK);
		rc = st_batch_commit(&batch, &err);
		st_batch_abort(&batch);
		CHILD_CHECK(rc == STET_EFULL);
		st_store_close(store);
		CHILD_CHECK(st_store_open_lmdb(folder, 0, &store, &err) == STET_OK);
	}
	CHILD_CHECK(st_reader_open(store, &reader, &err) == STET_OK);
	for (i = 0; i < n * 16; i++)
		CHILD_CHECK(row_get(reader, ST_ENTRY, i) == i / 16);
	CHILD_CHECK(row_get(reader, ST_ENTRY, n * 16) == UINT64_MAX);
	CHILD_CHECK(row_get(reader, ST_TREE, 0) == UINT64_MAX);
	st_reader_close(reader);
	st_store_close(store);
	*batches_out = n;
}

static void
goes_on(const char *folder, uint64_t batches)
{
	struct st_store *store = NULL;
	struct st_batch *batch = NULL;
	stet_error err;

	CHILD_CHECK(st_store_open_lmdb(folder, 0, &store, &err) == STET_OK);
	CHILD_CHECK(st_batch_begin(store, 1000, &batch, &err) == STET_OK);
	CHILD_CHECK(row_put(batch, ST_ENTRY, batches * 16, batches, 4000, &err) == STET_OK);
	CHILD_CHECK(st_batch_commit(&batch, &err) == STET_OK);
	st_store_close(store);
}

/* ulimit -f: needs no rights.  The process must ignore SIGXFSZ, as the command does. */
static void
fill_to_limit(void *arg)
{
	struct rlimit limit = {1 << 20, RLIM_INFINITY};
	uint64_t batches = 0;

	signal(SIGXFSZ, SIG_IGN);
	CHILD_CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	fill_up(arg, &batches);
	CHILD_CHECK(batches > 4);
	limit.rlim_cur = 4 << 20;
	CHILD_CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	goes_on(arg, batches);
}

static void
test_store_faults__stops_at_a_file_size_limit(void **state)
{
	char folder[FOLDER_SIZE];

	(void)state;
	folder_make(folder, "faults-XXXXXX");
	child_ok(child_start(fill_to_limit, folder));
	folder_remove(folder);
}

/* A small disk of our own, in a mount namespace of our own: exit status 77 where that is not to be
 * had. */
static int
write_map(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ok;

	ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* Without root: as root of a user namespace, where these are allowed. */
static int
enter_namespace(void)
{
	unsigned uid = (unsigned)geteuid(), gid = (unsigned)getegid();
	char uids[32], gids[32];

	if (unshare(CLONE_NEWNS) == 0)
		return 1;
	snprintf(uids, sizeof(uids), "0 %u 1", uid);
	snprintf(gids, sizeof(gids), "0 %u 1", gid);
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
	       write_map("/proc/self/setgroups", "deny") && write_map("/proc/self/uid_map", uids) &&
	       write_map("/proc/self/gid_map", gids);
}

static void
mount_small_disk(const char *folder, const char *size)
{
	if (!enter_namespace() || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", folder, "tmpfs", 0, size) < 0)
		_exit(77);
}

static void
fill_disk(void *arg)
{
	char path[2 * FOLDER_SIZE];
	uint64_t batches = 0;

	mount_small_disk(arg, "size=2m");
	file_write(arg, "ballast", (const char[100000]){0}, 100000);
	fill_up(arg, &batches);
	CHILD_CHECK(batches > 4);
	folder_path(path, arg, "ballast"); /* room is made */
	CHILD_CHECK(unlink(path) == 0);
	goes_on(arg, batches);
}

/* Too small for even an empty store: nothing is left behind. */
static void
create_on_full_disk(void *arg)
{
	struct st_store *store = NULL;
	stet_error err;
	int rc;

	mount_small_disk(arg, "size=8k");
	rc = st_store_open_lmdb(arg, ST_OPEN_CREATE, &store, &err);
	if (rc != STET_EFULL)
		fprintf(stderr, "%s: %s\n", stet_code_name(rc), err.text);
	CHILD_CHECK(rc == STET_EFULL);
	CHILD_CHECK(file_size(arg, "data.mdb") < 0 && file_size(arg, "data.mdb.new") < 0);
}

static void
in_mount(void (*work)(void *))
{
	char folder[FOLDER_SIZE];
	int status;

	folder_make(folder, "/tmp/stet-faults-XXXXXX");
	status = child_end(child_start(work, folder));
	folder_remove(folder);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("no right to mount a small disk: the file size limit stands in\n");
		skip();
	}
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
test_store_faults__leaves_a_full_disk_as_it_was(void **state)
{
	(void)state;
	in_mount(fill_disk);
}

static void
test_store_faults__creates_nothing_on_a_full_disk(void **state)
{
	(void)state;
	in_mount(create_on_full_disk);
}

static void
test_store_faults__keeps_off_network_file_systems(void **state)
{
	struct st_store *store = NULL;
	struct st_reader *reader;
	char folder[FOLDER_SIZE], path[2 * FOLDER_SIZE];
	stet_error err;

	(void)state;
	folder_make(folder, "faults-XXXXXX");
	on_a_network = 1;
	assert_failure(st_store_open_lmdb(folder, ST_OPEN_CREATE, &store, &err), STET_EINVAL,
	    ST_STORE_NETWORK, &err);
	assert_true(file_size(folder, "data.mdb") < 0);
	on_a_network = 0;
	store = store_open(folder, ST_OPEN_CREATE);
	assert_int_equal(write_version(store, 3, &err), STET_OK);
	st_store_close(store);
	on_a_network = 1;
	assert_failure(
	    st_store_open_lmdb(folder, 0, &store, &err), STET_EINVAL, ST_STORE_NETWORK, &err);
	/* Reading goes, without a lock: nobody can be told. */
	folder_path(path, folder, "lock.mdb");
	assert_int_equal(unlink(path), 0);
	store = store_open(folder, ST_OPEN_READ_ONLY);
	assert_true(file_size(folder, "lock.mdb") < 0);
	reader = store_reader(store);
	assert_int_equal(row_get(reader, ST_ENTRY, 5), 3);
	st_reader_close(reader);
	st_store_close(store);
	on_a_network = 0;
	folder_remove(folder);
}

/* ------------------------------------------------------------------ commits in the wrong moment */

static const char *overtaken_folder;

static void
write_twice(void *arg)
{
	struct st_store *store = NULL;
	stet_error err;
	int i;

	CHILD_CHECK(st_store_open_lmdb(arg, 0, &store, &err) == STET_OK);
	for (i = 0; i < 2; i++)
		CHILD_CHECK(write_version(store, 20 + (uint64_t)i, &err) == STET_OK);
	st_store_close(store);
}

static void
overtake(void)
{
	child_ok(child_start(write_twice, (void *)(uintptr_t)overtaken_folder));
}

/* LMDB takes a transaction's number and then its header.  If two commits come between, that header
 * is the second one's, which may not be synced yet; a reader must not be given it. */
static void
test_store_faults__begins_again_when_overtaken(void **state)
{
	struct st_store *store;
	struct st_reader *reader = NULL;
	char folder[FOLDER_SIZE];
	stet_error err;

	(void)state;
	folder_make(folder, "faults-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE);
	assert_int_equal(write_version(store, 1, &err), STET_OK);
	overtaken_folder = folder;
	after_begin = overtake;
	assert_int_equal(st_reader_open(store, &reader, &err), STET_OK);
	assert_null(after_begin);
	assert_int_equal(row_get(reader, ST_ENTRY, 0), 21);
	st_reader_close(reader);
	st_store_close(store);
	folder_remove(folder);
}

/* ------------------------------------------------------------------ no right to write */

static void
read_only_disk(void *arg)
{
	struct st_store *store = NULL;
	struct st_reader *reader = NULL;
	struct st_batch *batch = NULL;
	stet_error err;
	int rc;

	mount_small_disk(arg, "size=4m");
	CHILD_CHECK(st_store_open_lmdb(arg, ST_OPEN_CREATE, &store, &err) == STET_OK);
	CHILD_CHECK(write_version(store, 5, &err) == STET_OK);
	st_store_close(store);
	CHILD_CHECK(mount(NULL, arg, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);

	rc = st_store_open_lmdb(arg, 0, &store, &err);
	CHILD_CHECK(rc == STET_EIO && err.rule == ST_STORE_ACCESS);
	rc = st_store_open_lmdb(arg, ST_OPEN_CREATE, &store, &err);
	CHILD_CHECK(rc == STET_EIO && err.rule == ST_STORE_ACCESS);
	CHILD_CHECK(st_store_open_lmdb(arg, ST_OPEN_READ_ONLY, &store, &err) == STET_OK);
	CHILD_CHECK(st_reader_open(store, &reader, &err) == STET_OK);
	CHILD_CHECK(row_get(reader, ST_ENTRY, 17) == 5);
	rc = st_batch_begin(store, 0, &batch, &err);
	CHILD_CHECK(rc == STET_EINVAL && err.rule == ST_STORE_MISUSE);
	st_reader_close(reader);
	st_store_close(store);
}

static void
test_store_faults__reads_a_read_only_disk(void **state)
{
	(void)state;
	in_mount(read_only_disk);
}

/* Another user, who may read the files and nothing else, while the owner writes.  Without a place
 * in lock.mdb the reader is not waited for: it must notice, and never hand out what is not of its
 * snapshot. */
struct stranger {
	const char *folder;
	int asked[2], told[2]; /* pipes: what the parent is to do; that it has */
};

static void
ask(struct stranger *stranger, char what)
{
	char done;

	CHILD_CHECK(write(stranger->asked[1], &what, 1) == 1);
	CHILD_CHECK(read(stranger->told[0], &done, 1) == 1);
}

static void
read_as_stranger(void *arg)
{
	struct stranger *stranger = arg;
	struct st_store *store = NULL;
	struct st_reader *reader = NULL;
	struct st_scan *scan = NULL;
	stet_bytes keys[ROWS], values[ROWS];
	stet_error err;
	uint64_t i, version;
	size_t count;
	uint8_t key[8] = {0};
	int rc;

	close(stranger->asked[0]);
	close(stranger->told[1]);
	if (geteuid() == 0)
		CHILD_CHECK(setgid(65534) == 0 && setuid(65534) == 0);
	rc = st_store_open_lmdb(stranger->folder, 0, &store, &err);
	CHILD_CHECK(rc == STET_EIO && err.rule == ST_STORE_ACCESS);
	rc = st_store_open_lmdb(stranger->folder, ST_OPEN_READ_ONLY, &store, &err);
	if (rc != STET_OK)
		fprintf(stderr, "%s\n", err.text);
	CHILD_CHECK(rc == STET_OK);
	CHILD_CHECK(st_reader_open(store, &reader, &err) == STET_OK);
	version = row_get(reader, ST_ENTRY, 0);

	ask(stranger, 'w'); /* one commit: all of the snapshot is still there */
	for (i = 0; i < ROWS; i++)
		CHILD_CHECK(row_get(reader, ST_ENTRY, i) == version);
	CHILD_CHECK(st_scan_open(reader, ST_ENTRY, NULL, &scan, &err) == STET_OK);
	CHILD_CHECK(st_scan_next(scan, ROWS, keys, values, &count, &err) == STET_OK);
	CHILD_CHECK(count == ROWS);
	ask(stranger,
	    'w'); /* and another: what was handed out stays, what is asked for is refused */
	ask(stranger, 'w');
	ask(stranger, 'w');
	for (i = 0; i < ROWS; i++) {
		CHILD_CHECK(st_be64_get(keys[i].data) == i);
		CHILD_CHECK(st_be64_get(values[i].data) == version);
		CHILD_CHECK(values[i].data[values[i].size - 1] == version % 251);
	}
	rc = st_get(reader, ST_ENTRY, &(stet_bytes){key, 8}, 1, values, &err);
	CHILD_CHECK(rc == STET_ERETRY && err.rule == ST_STORE_OVERTAKEN);
	rc = st_scan_next(scan, 1, keys, values, &count, &err);
	CHILD_CHECK(rc == STET_OK ? count == 0 : rc == STET_ERETRY);
	st_scan_close(scan);
	CHILD_CHECK(st_reader_renew(reader, &err) == STET_OK);
	CHILD_CHECK(row_get(reader, ST_ENTRY, 0) == version + 4);
	st_reader_close(reader);
	st_store_close(store);
	ask(stranger, 'q');
}

static void
test_store_faults__lets_a_stranger_read(void **state)
{
	struct stranger stranger;
	char folder[FOLDER_SIZE], path[2 * FOLDER_SIZE], what;
	struct st_store *store;
	uint64_t version = 10;
	stet_error err;
	pid_t pid;

	(void)state;
	folder_make(folder, "/tmp/stet-faults-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE);
	assert_int_equal(write_version(store, version, &err), STET_OK);
	/* Not even the owner may write, so that the test needs no second user. */
	assert_int_equal(chmod(folder, 0555), 0);
	folder_path(path, folder, "lock.mdb");
	assert_int_equal(chmod(path, 0444), 0);
	folder_path(path, folder, "data.mdb");
	assert_int_equal(chmod(path, 0444), 0);

	stranger.folder = folder;
	assert_int_equal(pipe(stranger.asked), 0);
	assert_int_equal(pipe(stranger.told), 0);
	pid = child_start(read_as_stranger, &stranger);
	close(stranger.asked[1]);
	close(stranger.told[0]);
	while (read(stranger.asked[0], &what, 1) == 1) {
		if (what == 'w')
			assert_int_equal(write_version(store, ++version, &err), STET_OK);
		assert_int_equal(write(stranger.told[1], &what, 1), 1);
	}
	close(stranger.asked[0]);
	close(stranger.told[1]);
	child_ok(pid);
	assert_int_equal(version, 14);
	st_store_close(store);
	assert_int_equal(chmod(folder, 0755), 0);
	folder_remove(folder);
}

/* The lock of the writers is nobody's who may only read. */
static void
test_store_faults__keeps_its_lock_from_readers(void **state)
{
	static const mode_t modes[][2] = {
	    {0644, 0600}, {0664, 0660}, {0660, 0660}, {0640, 0600}, {0444, 0}};
	char folder[FOLDER_SIZE], data[2 * FOLDER_SIZE], lock[2 * FOLDER_SIZE];
	struct st_store *store;
	struct st_batch *batch;
	struct stat st;
	mode_t mask = umask(0);
	size_t i;

	(void)state;
	folder_make(folder, "faults-XXXXXX");
	store = store_open(folder, ST_OPEN_CREATE);
	folder_path(data, folder, "data.mdb");
	folder_path(lock, folder, "write.lock");
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (modes[i][1] == 0 && geteuid() != 0)
			continue; /* only root opens a file of mode 0 */
		assert_int_equal(chmod(data, modes[i][0]), 0);
		assert_int_equal(unlink(lock), 0);
		batch = store_begin(store);
		st_batch_abort(&batch);
		assert_int_equal(stat(lock, &st), 0);
		assert_int_equal(st.st_mode & 07777, modes[i][1]);
	}
	umask(mask);
	st_store_close(store);
	folder_remove(folder);
}

/* ------------------------------------------------------------------ memory runs out */

static void
test_store_faults__opens_or_gives_all_back(void **state)
{
	char folder[FOLDER_SIZE];
	struct st_store *store, *again;
	stet_error err;
	long n, failed = 0;
	int rc;

	(void)state;
	folder_make(folder, "faults-XXXXXX");
	for (n = 0;; n++) {
		store = again = NULL;
		alloc_fail(n);
		rc = st_store_open_lmdb(folder, ST_OPEN_CREATE, &store, &err);
		if (rc == STET_OK)
			rc = st_store_open_lmdb(folder, 0, &again, &err);
		st_store_close(again);
		st_store_close(store);
		if (!alloc_failed())
			break;
		failed++;
		assert_failure(rc, STET_ENOMEM, ST_OUT_OF_MEMORY, &err);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(failed >= 3);
	folder_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_store_faults__tells_what_was_written),
	    cmocka_unit_test(test_store_faults__recovers_around_a_reader),
	    cmocka_unit_test(test_store_faults__makes_all_of_a_store_or_none),
	    cmocka_unit_test(test_store_faults__stops_at_a_file_size_limit),
	    cmocka_unit_test(test_store_faults__leaves_a_full_disk_as_it_was),
	    cmocka_unit_test(test_store_faults__creates_nothing_on_a_full_disk),
	    cmocka_unit_test(test_store_faults__keeps_off_network_file_systems),
	    cmocka_unit_test(test_store_faults__begins_again_when_overtaken),
	    cmocka_unit_test(test_store_faults__reads_a_read_only_disk),
	    cmocka_unit_test(test_store_faults__lets_a_stranger_read),
	    cmocka_unit_test(test_store_faults__keeps_its_lock_from_readers),
	    cmocka_unit_test(test_store_faults__opens_or_gives_all_back),
	};

	return cmocka_run_group_tests_name("store_faults", tests, NULL, NULL);
}
