/* artifact: content kept beside the database, by its digest. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/hex.h"
#include "support/alloc.h"
#include "ledger/attach.h"
#include "support/check.h"
#include "support/strict.h"

#define UUID_2 "urn:uuid:7d444840-9dc0-41d1-b245-5ffdce74fad2"

/* --- content that is made as it is read ------------------------------------------------------ */

struct making {
	uint64_t left, made;
	uint64_t fail_after; /* bytes after which reading fails; 0: never */
	size_t most;         /* bytes a call gives at most; 0: as many as asked for */
};

static int
make_content(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	struct making *making = ctx;
	size_t i, n = size;

	if (making->most > 0 && n > making->most)
		n = making->most;
	if (n > making->left)
		n = (size_t)making->left;
	if (making->fail_after > 0 && making->made >= making->fail_after)
		return STET_EIO;
	for (i = 0; i < n; i++)
		buf[i] = (uint8_t)((making->made + i) * 2654435761u >> 13);
	making->made += n;
	making->left -= n;
	*got_out = n;
	return STET_OK;
}

struct taking {
	uint64_t size, pieces;
	size_t largest;
	struct st_hasher *hasher;
	int last, stop_at;
};

static int
take_content(void *ctx, const char *path, stet_bytes piece, int last)
{
	struct taking *taking = ctx;

	assert_null(path);
	assert_false(taking->last);
	taking->size += piece.size;
	taking->pieces++;
	if (piece.size > taking->largest)
		taking->largest = piece.size;
	if (taking->hasher != NULL)
		st_hasher_add(taking->hasher, piece);
	taking->last = last;
	return taking->stop_at > 0 && taking->pieces == (uint64_t)taking->stop_at ? 7 : 0;
}

/* Regular files below artifacts/, and among them those that have no name yet. */
static unsigned
count_files(const char *folder, unsigned *unnamed_out)
{
	const char *name;
	unsigned count = 0;
	struct stat st;
	DIR *dir = opendir(folder);

	assert_non_null(dir);
	while (st_dir_next(dir, folder, &name, NULL) == STET_OK && name != NULL) {
		char *inside = st_path_join(folder, name);

		assert_int_equal(lstat(inside, &st), 0);
		if (S_ISDIR(st.st_mode)) {
			count += count_files(inside, unnamed_out);
		} else {
			count++;
			*unnamed_out += strlen(name) != 62;
		}
		free(inside);
	}
	closedir(dir);
	return count;
}

static void
assert_files(struct tl *tl, unsigned expected)
{
	char *folder = st_path_join(tl->path, "artifacts");
	unsigned unnamed = 0;

	assert_int_equal(count_files(folder, &unnamed), expected);
	assert_int_equal(unnamed, 0);
	free(folder);
}

/* --- keeping --------------------------------------------------------------------------------- */

static void
test_artifact__is_streamed(void **state)
{
	struct making making = {50000000, 0, 0, 0}, again = {50000000, 0, 0, 7777};
	struct taking taking = {0, 0, 0, NULL, 0, 0};
	uint8_t digest[32], expected[32], read[64];
	uint64_t size, held;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(
	    stet_ledger_attach(tl.ledger, make_content, &making, digest, &size, &err), STET_OK);
	assert_int_equal(size, 50000000);
	assert_int_equal(stet_digest(make_content, &again, expected, &held, &err), STET_OK);
	assert_memory_equal(digest, expected, 32);
	assert_int_equal(stet_ledger_has_artifact(tl.ledger, digest, &held, &err), STET_OK);
	assert_int_equal(held, size);
	assert_int_equal(st_hasher_new(ST_SHA256, &taking.hasher, &err), STET_OK);
	assert_int_equal(
	    stet_ledger_artifact(tl.ledger, digest, take_content, &taking, &err), STET_OK);
	st_hasher_end(taking.hasher, read);
	st_hasher_free(taking.hasher);
	assert_true(taking.last);
	assert_int_equal(taking.size, size);
	assert_memory_equal(read, digest, 32);
	assert_true(taking.largest <= 1 << 20);
	printf("%llu bytes in and out again, in pieces of at most %zu\n", (unsigned long long)size,
	    taking.largest);
	assert_files(&tl, 1);
	tl_free(&tl);
}

static void
test_artifact__is_kept_once(void **state)
{
	char hex[65], again[65], other[65];
	struct stat st;
	struct tl tl;
	char *path;
	struct st_buf name = {0};

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_attach(&tl, "content", hex);
	tl_attach(&tl, "content", again);
	tl_attach(&tl, "contents", other);
	assert_string_equal(hex, again);
	assert_string_not_equal(hex, other);
	assert_files(&tl, 2);
	/* under its digest in two levels, for nobody to write */
	st_buf_printf(&name, "artifacts/%.2s/%s", hex, hex + 2);
	st_buf_put_u8(&name, 0);
	path = st_path_join(tl.path, (char *)name.data);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0444);
	assert_int_equal(st.st_size, 7);
	st_buf_free(&name);
	free(path);
	tl_free(&tl);
}

static void
test_artifact__may_be_empty(void **state)
{
	struct making making = {0, 0, 0, 0};
	struct taking taking = {0, 0, 0, NULL, 0, 0};
	uint8_t digest[32];
	char hex[65];
	uint64_t size = 1;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(
	    stet_ledger_attach(tl.ledger, make_content, &making, digest, &size, &err), STET_OK);
	assert_int_equal(size, 0);
	st_hex(digest, 32, hex);
	assert_string_equal(
	    hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_int_equal(
	    stet_ledger_artifact(tl.ledger, digest, take_content, &taking, &err), STET_OK);
	assert_true(taking.last && taking.size == 0);
	tl_append(
	    &tl, tl_statementf(&tl, TL_PUBLISHER,
		     "{'type': 'artifact', 'subject': 'rw:1', 'role': 'report', 'media_type': "
		     "'text/plain', 'size': 0, 'sha256': '%s'}",
		     hex));
	tl_free(&tl);
}

static void
test_artifact__that_is_not_here_is_not_found(void **state)
{
	struct taking taking = {0, 0, 0, NULL, 0, 0};
	uint8_t digest[32] = {1};
	uint64_t size = 99;
	struct tl tl;
	stet_error err;
	char hex[65];

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(stet_ledger_has_artifact(tl.ledger, digest, &size, &err), STET_ENOTFOUND);
	assert_int_equal(size, 99);
	assert_int_equal(
	    stet_ledger_artifact(tl.ledger, digest, take_content, &taking, &err), STET_ENOTFOUND);
	assert_int_equal(taking.pieces, 0);
	/* a reader who has had enough is heard */
	tl_attach(&tl, "content", hex);
	assert_int_equal(st_hex_read(st_str(hex), digest, 32), 0);
	taking.stop_at = 1;
	assert_int_equal(stet_ledger_artifact(tl.ledger, digest, take_content, &taking, &err), 7);
	tl_free(&tl);
}

/* --- failures -------------------------------------------------------------------------------- */

static void
test_artifact__half_of_it_is_nothing(void **state)
{
	struct making making = {1000000, 0, 300000, 0};
	uint8_t digest[32];
	struct rlimit limit, small;
	uint64_t size;
	struct tl tl;
	stet_error err;
	char *folder;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(
	    stet_ledger_attach(tl.ledger, make_content, &making, digest, &size, &err), STET_EIO);
	assert_files(&tl, 0);
	/* the disk takes no more */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = limit;
	small.rlim_cur = 200000;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	making = (struct making){1000000, 0, 0, 0};
	assert_int_equal(
	    stet_ledger_attach(tl.ledger, make_content, &making, digest, &size, &err), STET_EIO);
	assert_int_equal(err.sys_errno, EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_files(&tl, 0);
	/* there is no folder to keep it in */
	folder = st_path_join(tl.path, "artifacts");
	st_dir_remove(folder);
	making = (struct making){1000, 0, 0, 0};
	assert_true(stet_ledger_attach(tl.ledger, make_content, &making, digest, &size, &err) < 0);
	/* something else stands where its folder belongs */
	assert_int_equal(mkdir(folder, 0755), 0);
	making = (struct making){1000, 0, 0, 0};
	assert_int_equal(
	    stet_ledger_attach(tl.ledger, make_content, &making, digest, &size, &err), STET_OK);
	{
		struct st_buf path = {0};

		st_artifact_path(tl.ledger, digest, &path);
		assert_int_equal(unlink((char *)path.data), 0);
		*strrchr((char *)path.data, '/') = '\0';
		assert_int_equal(rmdir((char *)path.data), 0);
		assert_int_equal(
		    st_file_write((char *)path.data, st_str("x"), 0644, &err), STET_OK);
		making = (struct making){1000, 0, 0, 0};
		assert_int_equal(
		    stet_ledger_attach(tl.ledger, make_content, &making, digest, &size, &err),
		    STET_EINVAL);
		assert_int_equal(err.rule, ST_NOT_A_FOLDER);
		assert_int_equal(unlink((char *)path.data), 0);
		st_buf_free(&path);
	}
	assert_files(&tl, 0);
	free(folder);
	tl_free(&tl);
}

/* What a killed process left is swept away; what another is writing is not. */
static void
test_artifact__leftovers_are_swept_away(void **state)
{
	char *left, *busy, hex[65];
	struct tl tl;
	int fd;

	(void)state;
	tl_make(&tl, 0);
	left = st_path_join(tl.path, "artifacts/new.abcdef");
	busy = st_path_join(tl.path, "artifacts/new.ghijkl");
	assert_int_equal(st_file_write(left, st_str("half of"), 0600, NULL), STET_OK);
	assert_int_equal(st_file_write(busy, st_str("half of"), 0600, NULL), STET_OK);
	assert_true((fd = open(busy, O_RDWR | O_CLOEXEC)) >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	tl_attach(&tl, "content", hex);
	assert_int_equal(access(left, F_OK), -1);
	assert_int_equal(access(busy, F_OK), 0);
	close(fd);
	free(left);
	free(busy);
	tl_free(&tl);
}

static void
test_artifact__is_there_or_not_when_memory_is_short(void **state)
{
	struct making making;
	uint8_t digest[32];
	uint64_t size;
	struct tl tl;
	stet_error err;
	long n;
	int rc;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (n = 0;; n++) {
		making = (struct making){100000, 0, 0, 0};
		alloc_fail(n);
		rc = stet_ledger_attach(tl.ledger, make_content, &making, digest, &size, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	assert_files(&tl, 1);
	printf("%ld allocations failed one by one in keeping content\n", n);
	tl_free(&tl);
}

/* --- many at a time -------------------------------------------------------------------------- */

/* Contents of 1, 2, ... bytes, which differ; those from the first on. */
static int
attach_many(struct st_attaching *attaching, uint64_t first, uint64_t count)
{
	uint64_t i, size;
	int rc = STET_OK;

	for (i = first; rc == STET_OK && i < first + count; i++) {
		struct making making = {i + 1, 0, 0, 0};
		uint8_t digest[32];

		rc = st_attach_add(attaching, make_content, &making, digest, &size, NULL);
	}
	return rc;
}

static void
test_artifact__many_wait_until_they_are_settled(void **state)
{
	struct st_attaching attaching;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	st_attach_begin(&attaching, tl.ledger);
	assert_int_equal(attach_many(&attaching, 0, ST_ATTACH_MAX), STET_OK);
	assert_int_equal(attaching.count, ST_ATTACH_MAX);
	/* One more settles those before it; itself it has no name, and is forgotten. */
	assert_int_equal(attach_many(&attaching, ST_ATTACH_MAX, 1), STET_OK);
	assert_int_equal(attaching.count, 1);
	st_attach_end(&attaching);
	assert_files(&tl, ST_ATTACH_MAX);
	assert_int_equal(attach_many(&attaching, 0, 3 * ST_ATTACH_MAX), STET_OK);
	assert_int_equal(st_attach_settle(&attaching, NULL), STET_OK);
	assert_int_equal(st_attach_settle(&attaching, NULL), STET_OK); /* of none */
	assert_files(&tl, 3 * ST_ATTACH_MAX);
	tl_free(&tl);
}

/* A file or a folder that does not reach the disk: all of them are in doubt, none is left behind
 * without its name, and the same again goes through. */
static void
test_artifact__none_is_settled_unless_each_is_synced(void **state)
{
	enum { COUNT = 20 };
	struct st_attaching attaching;
	struct tl tl;
	int n, rc;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	st_attach_begin(&attaching, tl.ledger);
	for (n = 1;; n++) {
		char *folder = st_path_join(tl.path, "artifacts");
		unsigned unnamed = 0, named;

		assert_int_equal(attach_many(&attaching, 0, COUNT), STET_OK);
		strict_sync_fails = n;
		rc = st_attach_settle(&attaching, NULL);
		assert_int_equal(attaching.count, 0);
		named = count_files(folder, &unnamed);
		free(folder);
		assert_int_equal(unnamed, 0);
		if (strict_sync_fails > 0)
			break;
		assert_int_equal(rc, STET_EIO);
		/* Nothing has its name before all files are on the disk. */
		assert_int_equal(named, n <= COUNT ? 0 : COUNT);
	}
	strict_sync_fails = 0;
	assert_int_equal(rc, STET_OK);
	assert_in_range(n, COUNT + 3, 2 * COUNT + 2); /* folders, and the one above */
	assert_files(&tl, COUNT);
	tl_free(&tl);
}

static void
test_artifact__another_than_was_said_is_not_kept(void **state)
{
	static const char digits[65] =
	    "00000000000000000000000000000000000000000000000000000000000000ff";
	struct making making = {10, 0, 0, 0};
	struct st_attaching attaching;
	stet_error err;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	st_attach_begin(&attaching, tl.ledger);
	assert_int_equal(attach_many(&attaching, 0, 1), STET_OK);
	assert_int_equal(
	    st_attach_known(&attaching, make_content, &making, digits, &err), STET_EMISMATCH);
	assert_int_equal(err.rule, ST_ARTIFACT_ALTERED);
	assert_int_equal(st_attach_settle(&attaching, NULL), STET_OK);
	assert_files(&tl, 1);
	tl_free(&tl);
}

/* --- erasing --------------------------------------------------------------------------------- */

static void
give(struct tl *tl, enum tl_key signer, const char *subject, const char *member, size_t size,
    const char *hex, const char *more)
{
	tl_append(tl, tl_statementf(tl, signer,
			  "{'type': 'artifact', 'subject': '%s', 'role': 'report', 'media_type': "
			  "'text/plain', 'size': %zu, '%s': '%s'%s}",
			  subject, size, member, hex, more));
}

static void
withhold(struct tl *tl, const char *subject, const char *hex)
{
	tl_append(
	    tl, tl_statementf(tl, TL_ADMIN,
		    "{'type': 'withhold', 'subject': '%s', 'sha256': '%s', 'ground': 'an order'}",
		    subject, hex));
}

static int
erase(struct tl *tl, const char *hex, stet_error *err)
{
	uint8_t digest[32];

	assert_int_equal(st_hex_read(st_str(hex), digest, 32), 0);
	st_error_clear(err);
	return stet_ledger_erase(tl->ledger, digest, err);
}

static void
assert_kept(struct tl *tl, const char *hex)
{
	struct tl_mark mark;
	stet_error err;

	tl_mark_take(tl, &mark);
	assert_int_equal(erase(tl, hex, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_NOT_WITHHELD);
	tl_mark_same(tl, &mark);
	tl_mark_free(&mark);
}

static void
test_artifact__goes_only_when_all_withhold_it(void **state)
{
	char hex[65], other[65];
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_attach(&tl, "personal", hex);
	assert_kept(&tl, hex); /* no entry gives it: nobody has withheld it, either */
	give(&tl, TL_PUBLISHER, TL_UUID, "sha256", 8, hex, "");
	assert_kept(&tl, hex);
	give(&tl, TL_GATE, UUID_2, "sha256", 8, hex, "");
	give(&tl, TL_OBSERVER, "rw:1", "sha256", 8, hex, ", 'source': {'name': 'x'}");
	/* content of another record is another matter */
	tl_attach(&tl, "other", other);
	give(&tl, TL_PUBLISHER, TL_UUID, "sha256", 5, other, "");
	withhold(&tl, TL_UUID, other);
	assert_kept(&tl, hex);
	withhold(&tl, TL_UUID, hex);
	assert_kept(&tl, hex);
	withhold(&tl, "rw:1", hex);
	assert_kept(&tl, hex);
	assert_files(&tl, 2);
	withhold(&tl, UUID_2, hex);
	assert_int_equal(erase(&tl, hex, &err), STET_OK);
	assert_files(&tl, 1);
	/* again it is not there, which is what was wanted */
	assert_int_equal(erase(&tl, hex, &err), STET_ENOTFOUND);
	assert_int_equal(erase(&tl, other, &err), STET_OK);
	assert_files(&tl, 0);
	/* the chain is as it was */
	tl_check(&tl);
	tl_refused(&tl,
	    tl_statementf(&tl, TL_PUBLISHER,
		"{'type': 'artifact', 'subject': 'rw:9', 'role': 'report', 'media_type': "
		"'text/plain', 'size': 8, 'sha256': '%s'}",
		hex),
	    ST_ARTIFACT_NOT_HERE);
	tl_free(&tl);
}

/* Salt and content go together; the digest left behind confirms no guess. */
static void
test_artifact__blinded_ones_go_with_their_salt(void **state)
{
	char hex[65];
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_attach(&tl, "0123456789abcdef0123456789abcdefname", hex);
	give(&tl, TL_PUBLISHER, TL_UUID, "blinded", 4, hex, "");
	assert_kept(&tl, hex);
	withhold(&tl, TL_UUID, hex);
	assert_int_equal(erase(&tl, hex, &err), STET_OK);
	assert_files(&tl, 0);
	tl_free(&tl);
}

static void *
attach_in_thread(void *arg)
{
	struct making making = {2000000, 0, 0, 1000};
	stet_ledger *ledger = arg;
	uint8_t digest[32];
	uint64_t size;

	return stet_ledger_attach(ledger, make_content, &making, digest, &size, NULL) == STET_OK
		   ? NULL
		   : arg;
}

static void
test_artifact__may_come_from_several_at_once(void **state)
{
	pthread_t threads[4];
	struct tl tl;
	void *failed;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, attach_in_thread, tl.ledger), 0);
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_files(&tl, 1);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_artifact__is_streamed),
	    cmocka_unit_test(test_artifact__is_kept_once),
	    cmocka_unit_test(test_artifact__may_be_empty),
	    cmocka_unit_test(test_artifact__that_is_not_here_is_not_found),
	    cmocka_unit_test(test_artifact__half_of_it_is_nothing),
	    cmocka_unit_test(test_artifact__leftovers_are_swept_away),
	    cmocka_unit_test(test_artifact__is_there_or_not_when_memory_is_short),
	    cmocka_unit_test(test_artifact__many_wait_until_they_are_settled),
	    cmocka_unit_test(test_artifact__none_is_settled_unless_each_is_synced),
	    cmocka_unit_test(test_artifact__another_than_was_said_is_not_kept),
	    cmocka_unit_test(test_artifact__goes_only_when_all_withhold_it),
	    cmocka_unit_test(test_artifact__blinded_ones_go_with_their_salt),
	    cmocka_unit_test(test_artifact__may_come_from_several_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
