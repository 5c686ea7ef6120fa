/* tiles: where they are, and a tree of another log judged; writing is tested with the command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "support/alloc.h"
#include "support/data.h"
#include "tiles/tiles.h"

#define MIRROR "vectors/tlog/sunlight-mirror"
#define MIRROR_KEY "mirror.example.org+3fb148ef+BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O"

static void
test_tiles__are_where_the_specification_says(void **state)
{
	static const struct {
		unsigned level;
		uint64_t n;
		unsigned width;
		const char *path;
	} rows[] = {{0, 0, 256, "tile/0/000"}, {0, 999, 256, "tile/0/999"},
	    {1, 1000, 256, "tile/1/x001/000"}, {0, 1234067, 17, "tile/0/x001/x234/067.p/17"},
	    {ST_TILE_ENTRIES, 273, 112, "tile/entries/273.p/112"},
	    {7, UINT64_C(9999999999999), 256, "tile/7/x009/x999/x999/x999/999"}};
	char path[ST_TILE_PATH_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		st_tile_path(rows[i].level, rows[i].n, rows[i].width, path);
		assert_string_equal(path, rows[i].path);
	}
	st_tile_path(0, UINT64_MAX, 1, path);
	assert_true(strlen(path) < ST_TILE_PATH_SIZE - 1);
	/* Size 70000: 273 full and .p/112; 1 full and .p/17; .p/1. */
	assert_int_equal(st_tile_rest(0, 70000), 112);
	assert_int_equal(st_tile_rest(1, 70000), 17);
	assert_int_equal(st_tile_rest(2, 70000), 1);
	assert_int_equal(st_tile_rest(3, 70000), 0);
}

static int
judge(const char *path, const stet_trust *trust, int *rule_out)
{
	stet_json *report = NULL;
	stet_error err = {0};
	int rc = stet_tiles_check(path, trust, NULL, NULL, &report, &err);

	*rule_out = rc < 0 ? err.rule : 0;
	if (rc == STET_OK)
		assert_int_equal(stet_json_int_of(stet_json_get(report, "size")), 300);
	stet_json_free(report);
	return rc;
}

/* The mirror's tree, in the folder that the test runs in. */
static void
copy_file(const char *name)
{
	char from[200];
	size_t size;
	char *data;
	FILE *file;

	snprintf(from, sizeof(from), MIRROR "/%s", name);
	data = data_read(from, &size);
	snprintf(from, sizeof(from), "mirror/%s", name);
	assert_non_null(file = fopen(from, "wb"));
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	free(data);
}

static void
copy_mirror(void)
{
	static const char *const folders[] = {"mirror", "mirror/tile", "mirror/tile/0",
	    "mirror/tile/0/001.p", "mirror/tile/1", "mirror/tile/1/000.p"};
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		mkdir(folders[i], 0777);
	copy_file("checkpoint");
	copy_file("tile/0/000");
	copy_file("tile/0/001.p/44");
	copy_file("tile/1/000.p/1");
}

static void
flip(const char *path, long at)
{
	FILE *file = fopen(path, "r+b");
	int byte;

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	byte = fgetc(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	fputc(byte ^ 1, file);
	assert_int_equal(fclose(file), 0);
}

static void
test_tiles__of_another_log_are_judged(void **state)
{
	stet_trust *trust = NULL;
	int rule;

	(void)state;
	copy_mirror();
	assert_int_equal(stet_trust_new(&trust, NULL), STET_OK);
	assert_int_equal(stet_trust_add(trust, MIRROR_KEY, NULL), STET_OK);
	assert_int_equal(judge("mirror", trust, &rule), STET_OK);
	assert_int_equal(judge("mirror", NULL, &rule), STET_OK);
	/* A hash anywhere, the tile above, the checkpoint. */
	flip("mirror/tile/0/000", 4000);
	assert_int_equal(judge("mirror", NULL, &rule), STET_EMISMATCH);
	assert_int_equal(rule, ST_TILES_WRONG);
	flip("mirror/tile/0/000", 4000);
	flip("mirror/tile/0/001.p/44", 1407);
	assert_int_equal(judge("mirror", NULL, &rule), STET_EMISMATCH);
	flip("mirror/tile/0/001.p/44", 1407);
	flip("mirror/tile/1/000.p/1", 0);
	assert_int_equal(judge("mirror", NULL, &rule), STET_EMISMATCH);
	assert_int_equal(rule, ST_TILES_WRONG);
	flip("mirror/tile/1/000.p/1", 0);
	flip("mirror/checkpoint", 30);
	assert_true(judge("mirror", trust, &rule) < 0);
	flip("mirror/checkpoint", 30);
	assert_int_equal(judge("mirror", trust, &rule), STET_OK);
	/* Not there, neither partial nor full. */
	assert_int_equal(remove("mirror/tile/0/001.p/44"), 0);
	assert_int_equal(judge("mirror", NULL, &rule), STET_EMISMATCH);
	assert_int_equal(rule, ST_TILES_MISSING);
	copy_mirror();
	stet_trust_free(trust);
}

static void
test_tiles__survive_failing_allocations(void **state)
{
	int rc, rule;
	long n;

	(void)state;
	copy_mirror();
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = judge("mirror", NULL, &rule);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tiles__are_where_the_specification_says),
	    cmocka_unit_test(test_tiles__of_another_log_are_judged),
	    cmocka_unit_test(test_tiles__survive_failing_allocations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
