/* Packages: what is written can be read back, is the same twice, and is there whole or not at all.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "package/package.h"
#include "support/alloc.h"

#define MS UINT64_C(1783000000000)

static const struct {
	const char *name;
	enum st_pack_kind kind;
} kinds[] = {{"out", ST_PACK_FOLDER}, {"out.tar", ST_PACK_TAR}, {"out.tar.zst", ST_PACK_TAR_ZST},
    {"out.zip", ST_PACK_ZIP}};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static char folder[] = "/tmp/stet-package-XXXXXX";

static int
set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/stet-package-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	return 0;
}

static int
tear_down(void **state)
{
	char command[128];

	(void)state;
	assert_int_equal(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
	return 0;
}

/* Members of known and of unknown size, none, small, and larger than what is held in memory. */
static int
fill(struct st_pack *pack, stet_error *err)
{
	static uint8_t big[3 * 1024 * 1024];
	size_t i, at;
	int rc;

	for (i = 0; i < sizeof(big); i++)
		big[i] = (uint8_t)(i * i >> 7);
	if ((rc = st_pack_member(pack, "a", st_str("hello"), err)) < 0 ||
	    (rc = st_pack_member(pack, "data/empty", st_str(""), err)) < 0 ||
	    (rc = st_pack_begin(pack, "data/deep/er/big", ST_PACK_UNKNOWN, err)) < 0)
		return rc;
	for (at = 0; at < sizeof(big); at += 100000)
		if ((rc = st_pack_put(pack,
			 (stet_bytes){
			     big + at, sizeof(big) - at < 100000 ? sizeof(big) - at : 100000},
			 err)) < 0)
			return rc;
	if ((rc = st_pack_end(pack, err)) < 0 ||
	    (rc = st_pack_begin(pack, "data/small", ST_PACK_UNKNOWN, err)) < 0)
		return rc;
	if (st_pack_sink(pack, NULL, st_str("some"), 0) != STET_OK ||
	    st_pack_sink(pack, NULL, st_str("thing"), 1) != STET_OK)
		return STET_EIO;
	if ((rc = st_pack_end(pack, err)) < 0)
		return rc;
	return st_pack_member(pack, "z", (stet_bytes){big, sizeof(big)}, err);
}

static int
make(const char *path, stet_error *err)
{
	struct st_pack *pack;
	int rc;

	rc =
	    st_pack_open(path, st_pack_kind_of(path, NULL), "out", MS, 1u << ST_SHA512, &pack, err);
	if (rc < 0)
		return rc;
	if ((rc = fill(pack, err)) == STET_OK)
		return st_pack_finish(&pack, err);
	st_pack_abort(&pack);
	assert_null(pack);
	return rc;
}

static int
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* Nothing else is in the folder. */
static void
only(const char *name)
{
	char command[256];

	snprintf(command, sizeof(command), "test \"$(ls -A %s)\" = '%s'", folder, name);
	assert_int_equal(system(command), 0);
}

static void
test_kinds__are_told_by_the_end_of_the_name(void **state)
{
	size_t stem;

	(void)state;
	assert_int_equal(st_pack_kind_of("a/b.tar.zst", &stem), ST_PACK_TAR_ZST);
	assert_int_equal(stem, 3);
	assert_int_equal(st_pack_kind_of("b.tar", &stem), ST_PACK_TAR);
	assert_int_equal(st_pack_kind_of("b.zip", NULL), ST_PACK_ZIP);
	assert_int_equal(st_pack_kind_of("b.tar.gz", &stem), ST_PACK_FOLDER);
	assert_int_equal(stem, 8);
	assert_int_equal(st_pack_kind_of(".zip", NULL), ST_PACK_FOLDER);
}

static void
look(struct st_unpack *tree, const char *name, size_t size)
{
	struct st_buf out = {0};
	stet_error err;
	size_t i;

	assert_int_equal(st_unpack_read(tree, name, 4 * 1024 * 1024, &out, &err), STET_OK);
	assert_int_equal(out.size, size);
	for (i = 0; size > 100000 && i < size; i++)
		assert_int_equal(out.data[i], (uint8_t)(i * i >> 7));
	st_buf_free(&out);
}

static void
test_all_kinds__are_read_back(void **state)
{
	const struct st_node *node;
	struct st_unpack *tree;
	stet_error err;
	size_t i;

	(void)state;
	for (i = 0; i < KIND_COUNT; i++) {
		assert_int_equal(make(kinds[i].name, &err), STET_OK);
		assert_int_equal(st_unpack_open(kinds[i].name, &tree, &err), STET_OK);
		assert_int_equal(st_unpack_is_archive(tree), kinds[i].kind != ST_PACK_FOLDER);
		look(tree, "a", 5);
		look(tree, "data/empty", 0);
		look(tree, "data/deep/er/big", 3 * 1024 * 1024);
		look(tree, "data/small", 9);
		look(tree, "z", 3 * 1024 * 1024);
		node = st_unpack_find(tree, "a", NULL);
		assert_int_equal(node->kind, ST_NODE_FILE);
		assert_false(node->twice || node->unsafe);
		assert_null(st_unpack_find(tree, "b", NULL));
		assert_int_equal(
		    st_unpack_read(tree, "b", 1, &(struct st_buf){0}, &err), STET_ENOTFOUND);
		st_unpack_close(tree);
	}
}

static void
test_twice__the_same_bytes(void **state)
{
	char command[128];
	mode_t mask;
	stet_error err;
	size_t i;

	(void)state;
	assert_int_equal(mkdir("again", 0755), 0);
	for (i = 0; i < KIND_COUNT; i++) {
		assert_int_equal(make(kinds[i].name, &err), STET_OK);
		assert_int_equal(chdir("again"), 0);
		setenv("TZ", "Pacific/Auckland", 1);
		mask = umask(077);
		assert_int_equal(make(kinds[i].name, &err), STET_OK);
		umask(mask);
		unsetenv("TZ");
		assert_int_equal(chdir(".."), 0);
		snprintf(
		    command, sizeof(command), "diff -r %s again/%s", kinds[i].name, kinds[i].name);
		assert_int_equal(system(command), 0);
	}
}

static void
test_digests__are_of_each_member(void **state)
{
	uint8_t digest[64], expected[64];
	struct st_pack *pack;
	stet_error err;

	(void)state;
	assert_int_equal(st_pack_open("x.tar", ST_PACK_TAR, "x", MS, 1u << ST_SHA512 | 1u << ST_MD5,
			     &pack, &err),
	    STET_OK);
	assert_int_equal(st_pack_member(pack, "a", st_str("hello"), &err), STET_OK);
	assert_int_equal(st_pack_member(pack, "b", st_str("other"), &err), STET_OK);
	assert_int_equal(st_pack_digest(pack, ST_SHA512, digest), 64);
	st_sha512(st_str("other"), expected);
	assert_memory_equal(digest, expected, 64);
	assert_int_equal(st_pack_digest(pack, ST_MD5, digest), 16);
	assert_int_equal(st_pack_size(pack), 5);
	st_pack_abort(&pack);
	only("");
}

static void
test_size__must_be_what_was_said(void **state)
{
	struct st_pack *pack;
	stet_error err;
	size_t i;

	(void)state;
	for (i = 0; i < KIND_COUNT; i++) {
		assert_int_equal(st_pack_open(kinds[i].name, kinds[i].kind, "x", MS,
				     1u << ST_SHA512, &pack, &err),
		    STET_OK);
		assert_int_equal(st_pack_begin(pack, "a", 3, &err), STET_OK);
		assert_int_equal(st_pack_put(pack, st_str("hello"), &err), STET_EMISMATCH);
		assert_int_equal(err.rule, ST_MEMBER_SIZE);
		st_pack_abort(&pack);
		assert_int_equal(st_pack_open(kinds[i].name, kinds[i].kind, "x", MS,
				     1u << ST_SHA512, &pack, &err),
		    STET_OK);
		assert_int_equal(st_pack_begin(pack, "a", 7, &err), STET_OK);
		assert_int_equal(st_pack_put(pack, st_str("hello"), &err), STET_OK);
		assert_int_equal(st_pack_end(pack, &err), STET_EMISMATCH);
		assert_int_equal(err.rule, ST_MEMBER_SIZE);
		st_pack_abort(&pack);
		assert_false(is_there(kinds[i].name));
		only("");
	}
}

static void
test_taken__is_left_alone(void **state)
{
	stet_error err;

	(void)state;
	assert_int_equal(mkdir("out", 0755), 0);
	assert_int_equal(make("out", &err), STET_OK); /* an empty folder is no reason */
	assert_int_equal(make("out", &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_OUTPUT_TAKEN);
	only("out");
	assert_int_equal(mkdir("out.tar", 0755), 0);
	assert_int_equal(make("out.tar", &err), STET_EREFUSED);
	assert_int_equal(rmdir("out.tar"), 0);
	assert_int_equal(make("out.tar", &err), STET_OK);
	assert_int_equal(make("out.tar", &err), STET_OK); /* a file is replaced */
}

/* An archive cut off anywhere is not taken for a whole one. */
static void
test_cut__is_noticed(void **state)
{
	struct st_unpack *tree;
	struct st_pack *pack;
	struct stat st;
	stet_error err;
	size_t i;
	off_t end;

	(void)state;
	for (i = 1; i < KIND_COUNT; i++) {
		assert_int_equal(st_pack_open(kinds[i].name, kinds[i].kind, "x", MS,
				     1u << ST_SHA512, &pack, &err),
		    STET_OK);
		assert_int_equal(st_pack_member(pack, "a", st_str("hello"), &err), STET_OK);
		assert_int_equal(st_pack_member(pack, "b", st_str("hello"), &err), STET_OK);
		assert_int_equal(st_pack_finish(&pack, &err), STET_OK);
		assert_int_equal(stat(kinds[i].name, &st), 0);
		for (end = st.st_size - 1; end > 0; end--) {
			assert_int_equal(truncate(kinds[i].name, end), 0);
			if (st_unpack_open(kinds[i].name, &tree, &err) != STET_OK) {
				assert_int_equal(err.rule, ST_PACKAGE_UNREADABLE);
				continue;
			}
			/* What ends a tar archive is padding; that members are gone shows in what
			 * lists them. */
			assert_true(kinds[i].kind == ST_PACK_TAR);
			if (st_unpack_find(tree, "b", NULL) != NULL)
				look(tree, "b", 5);
			else
				assert_true(end <= 1024 + 511);
			st_unpack_close(tree);
		}
	}
}

static void
test_memory__runs_out_anywhere(void **state)
{
	stet_error err;
	size_t i;
	long n;
	int rc;

	(void)state;
	assert_int_equal(st_crypto_init(&err), STET_OK);
	for (i = 0; i < KIND_COUNT; i++)
		for (n = 0;; n++) {
			alloc_fail(n);
			rc = make(kinds[i].name, &err);
			if (!alloc_failed()) {
				assert_int_equal(rc, STET_OK);
				break;
			}
			assert_int_equal(rc, STET_ENOMEM);
			assert_false(is_there(kinds[i].name));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_kinds__are_told_by_the_end_of_the_name, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_all_kinds__are_read_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_twice__the_same_bytes, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_digests__are_of_each_member, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_size__must_be_what_was_said, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_taken__is_left_alone, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_cut__is_noticed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_memory__runs_out_anywhere, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
