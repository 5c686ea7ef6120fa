/* Records in an OCFL storage root: whole or not there when memory is short; a version that a killed
 * run left unlisted is listed, and what somebody else did to an object is not gone on with. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <stet/package.h>

#include "base/err.h"
#include "support/alloc.h"
#include "support/ledger.h"

/* One allocation in so many fails: there are thousands, most of them again and again the same. */
#define STEP 1021

static char *
path_of(struct tl *tl, const char *name)
{
	char *path = st_path_join(tl->folder, name);

	assert_non_null(path);
	return path;
}

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void
run(const char *format, ...)
{
	char command[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

/* What the last export told of. */
static struct {
	unsigned count;
	int rule;
	char path[1024], text[256];
} told;

static void
tell(void *ctx, const char *name, const char *path, const stet_error *what)
{
	(void)ctx;
	assert_non_null(name);
	told.count++;
	told.rule = what->rule;
	snprintf(told.path, sizeof(told.path), "%s", path);
	snprintf(told.text, sizeof(told.text), "%s", what->text);
}

static int export(
    struct tl *tl, const char *root, const char *name, stet_ocfl_result *result, stet_error *err)
{
	stet_ocfl_options options = STET_OCFL_OPTIONS;
	stet_id *id = NULL;
	int rc;

	memset(result, 0, sizeof(*result));
	if (name != NULL && (rc = stet_id_parse(name, &id, err)) < 0)
		return rc;
	memset(&told, 0, sizeof(told));
	options.ids = (const stet_id *const *)&id;
	options.id_count = name != NULL;
	options.tell = tell;
	rc = stet_export_ocfl(tl->ledger, root, &options, result, err);
	stet_id_free(id);
	return rc;
}

static stet_ocfl_result
must_export(struct tl *tl, const char *root)
{
	stet_ocfl_result result;
	stet_error err;

	if (export(tl, root, NULL, &result, &err) != STET_OK)
		fail_msg("%s", err.text);
	return result;
}

static int
is_good(const char *root)
{
	stet_package_options options = STET_PACKAGE_OPTIONS;
	stet_json *report = NULL;
	stet_error err;
	int good;

	if (stet_package_check(root, &options, &report, &err) != STET_OK)
		fail_msg("%s", err.text);
	good = stet_json_bool_of(stet_json_get(report, "ok"));
	stet_json_free(report);
	return good;
}

static void
assert_good(const char *root)
{
	if (!is_good(root))
		fail_msg("'%s' is no OCFL", root);
}

static void
more(struct tl *tl)
{
	tl->now_ms += 60000;
	tl_say(tl, TL_OBSERVER,
	    "{'type': 'correction', 'subject': '" TL_PAPER "', 'nature': 'unspecified', "
	    "'source': {'name': 'example-watch', 'id': '2', 'term': 'Correction'}}");
}

/* --- memory ----------------------------------------------------------------------------------- */

/* Whatever fails, what is there is good, and the next run makes it what it would have been. */
static void
short_of_memory(int there)
{
	struct tl tl;
	stet_ocfl_result result;
	stet_error err;
	char *root, *wanted, *before;
	long n;
	int rc;

	tl_make(&tl, 0);
	tl_fill(&tl);
	root = path_of(&tl, "root");
	wanted = path_of(&tl, "wanted");
	before = path_of(&tl, "before");
	if (there) {
		must_export(&tl, before);
		run("cp -r %s %s", before, wanted);
		more(&tl);
	}
	must_export(&tl, wanted);
	for (n = 0;; n += STEP) {
		if (there)
			run("cp -r %s %s", before, root);
		alloc_fail(n);
		rc = export(&tl, root, TL_PAPER, &result, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, rc == STET_OK ? STET_OK : STET_ENOMEM);
		assert_int_equal(result.refused, 0);
		if (access(root, F_OK) == 0)
			assert_good(root);
		must_export(&tl, root);
		run("diff -r %s %s", root, wanted);
		run("rm -rf %s", root);
	}
	assert_int_equal(rc, STET_OK);
	assert_int_equal(result.versions, 1);
	assert_true(n > 100);
	free(before);
	free(wanted);
	free(root);
	tl_free(&tl);
}

static void
test_objects__are_whole_or_not_there_when_memory_is_short(void **state)
{
	(void)state;
	short_of_memory(0);
}

static void
test_objects__get_a_whole_version_or_none_when_memory_is_short(void **state)
{
	(void)state;
	short_of_memory(1);
}

/* --- a version that is not listed yet --------------------------------------------------------- */

struct world {
	struct tl tl;
	char *root, *whole; /* whole: two versions of the paper; root: as a test makes it */
	char object[1024];  /* its folder in root */
};

static void
find_object(struct world *world)
{
	char command[2048], line[1024];
	FILE *pipe;

	snprintf(command, sizeof(command), "dirname $(find %s -name v2)", world->whole);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_non_null(fgets(line, sizeof(line), pipe));
	pclose(pipe);
	line[strcspn(line, "\n")] = '\0';
	snprintf(
	    world->object, sizeof(world->object), "%s%s", world->root, line + strlen(world->whole));
}

static void
begin(struct world *world)
{
	tl_make(&world->tl, 0);
	tl_fill(&world->tl);
	world->root = path_of(&world->tl, "root");
	world->whole = path_of(&world->tl, "whole");
	must_export(&world->tl, world->whole);
	more(&world->tl);
	assert_int_equal(must_export(&world->tl, world->whole).versions, 1);
	find_object(world);
}

static void
again(struct world *world)
{
	run("rm -rf %s && cp -r %s %s", world->root, world->whole, world->root);
}

static void
end(struct world *world)
{
	free(world->whole);
	free(world->root);
	tl_free(&world->tl);
}

/* Killed after the folder of the version had its place; after the inventory; and what a power cut
 * could leave of two renames. */
static void
test_objects__a_version_that_a_killed_run_left_is_listed(void **state)
{
	static const char *const left[] = {
	    "inventory.json*", "inventory.json.sha512", "inventory.json"};
	struct world world;
	stet_ocfl_result result;
	size_t i;

	(void)state;
	begin(&world);
	for (i = 0; i < 3; i++) {
		again(&world);
		run("cd %s && cp v1/%s .", world.object, left[i]);
		assert_false(is_good(world.root));
		result = must_export(&world.tl, world.root);
		assert_int_equal(result.mended, 1);
		assert_int_equal(result.versions, 0);
		assert_int_equal(result.refused, 0);
		run("diff -r %s %s", world.root, world.whole);
	}
	/* A work folder that was left with something in it. */
	run("mkdir -p %s/extensions/stet-work/7/x && echo x >%s/extensions/stet-work/7/x/y",
	    world.root, world.root);
	must_export(&world.tl, world.root);
	run("diff -r %s %s", world.root, world.whole);
	end(&world);
}

/* What is not exactly what a killed run leaves is not mended. */
static void
test_objects__what_somebody_else_did_is_left_alone(void **state)
{
	static const char *const done[] = {
	    /* the version before is listed, and the one that is not is not whole */
	    "cp v1/inventory.json* . && echo >>v2/content/report.html",
	    "cp v1/inventory.json* . && rm v2/content/entries.jsonl",
	    /* its inventory says something else of the version before */
	    "cp v1/inventory.json* . && sed -i '0,/\"created\": \"2/s//\"created\": \"1/' "
	    "v2/inventory.json && cd v2 && "
	    "echo \"$(sha512sum <inventory.json | cut -c1-128) inventory.json\" "
	    ">inventory.json.sha512",
	    /* an inventory of nobody's */
	    "sed -i s/message/massage/ inventory.json",
	    "sed -i 's/all that/all what/' inventory.json && "
	    "echo \"$(sha512sum <inventory.json | cut -c1-128) inventory.json\" "
	    ">inventory.json.sha512",
	    "sed -i 's/^./0/' inventory.json.sha512 && sed -i 's/^./1/' v2/inventory.json.sha512",
	    "rm inventory.json", "rm inventory.json.sha512", "rm v2/inventory.json.sha512",
	    "rm v1/inventory.json && cp v2/inventory.json* v1 && rm inventory.json.sha512",
	    "rm -r v2", "mkdir v3", "rm -r v1", "mv v2 w && ln -s w v2",
	    "ln -sf v2/inventory.json inventory.json"};
	struct world world;
	stet_ocfl_result result;
	struct stat st;
	size_t i;

	(void)state;
	begin(&world);
	for (i = 0; i < sizeof(done) / sizeof(done[0]); i++) {
		again(&world);
		run("cd %s && %s", world.object, done[i]);
		run("rm -rf %s.was && cp -r %s %s.was", world.root, world.root, world.root);
		result = must_export(&world.tl, world.root);
		if (result.refused != 1 || told.rule != ST_OCFL_OBJECT)
			fail_msg("'%s': %u told, '%s'", done[i], told.count, told.text);
		assert_int_equal(result.versions + result.mended, 0);
		run("diff -r --no-dereference %s %s.was", world.root, world.root);
		assert_int_equal(stat(told.path, &st), -1); /* it is below the root */
	}
	end(&world);
}

/* Each byte of the object's inventory and sidecar. */
static void
test_objects__an_inventory_with_any_byte_altered_is_left_alone(void **state)
{
	static const char *const names[] = {"inventory.json", "inventory.json.sha512"};
	struct world world;
	char path[2048];
	stet_ocfl_result result;
	size_t i, at, step;
	long size;
	FILE *file;
	int c;

	(void)state;
	begin(&world);
	again(&world);
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", world.object, names[i]);
		file = fopen(path, "r+");
		assert_non_null(file);
		setbuf(file, NULL);
		assert_int_equal(fseek(file, 0, SEEK_END), 0);
		size = ftell(file);
		step = i == 0 ? 193 : 3;
		for (at = 0; at < (size_t)size; at += step) {
			fseek(file, (long)at, SEEK_SET);
			c = fgetc(file);
			fseek(file, (long)at, SEEK_SET);
			fputc(c ^ 1 << (at % 8), file);
			result = must_export(&world.tl, world.root);
			assert_int_equal(result.refused, 1);
			assert_int_equal(result.versions + result.mended, 0);
			fseek(file, (long)at, SEEK_SET);
			fputc(c, file);
		}
		fclose(file);
	}
	assert_int_equal(must_export(&world.tl, world.root).refused, 0);
	run("diff -r %s %s", world.root, world.whole);
	end(&world);
}

/* --- judged ----------------------------------------------------------------------------------- */

static int
judge(struct tl *tl, const char *path, stet_json **report, stet_error *err)
{
	stet_package_options options = STET_PACKAGE_OPTIONS;

	options.scratch_dir = tl->folder;
	return stet_package_check(path, &options, report, err);
}

static void
test_objects__are_judged_whole_or_not_when_memory_is_short(void **state)
{
	struct world world;
	stet_json *report = NULL;
	stet_error err;
	long n;
	int rc;

	(void)state;
	begin(&world);
	for (n = 0;; n += STEP) {
		alloc_fail(n);
		rc = judge(&world.tl, world.whole, &report, &err);
		if (!alloc_failed())
			break;
		if (rc == STET_OK) {
			assert_true(stet_json_bool_of(stet_json_get(report, "ok")));
			stet_json_free(report);
		} else {
			assert_int_equal(rc, STET_ENOMEM);
		}
	}
	assert_int_equal(rc, STET_OK);
	assert_true(stet_json_bool_of(stet_json_get(report, "ok")));
	assert_int_equal(stet_json_int_of(stet_json_get(report, "record_count")), 1);
	assert_false(stet_json_bool_of(stet_json_get(report, "known")));
	stet_json_free(report);
	assert_true(n > 100);
	run("test -z \"$(find %s -name 'stet-check*')\"", world.tl.folder);
	end(&world);
}

/* With a change of the ledger key, and other signers. */
static void
test_objects__after_a_change_of_the_ledger_key(void **state)
{
	stet_json *report = NULL;
	struct tl tl;
	stet_error err;
	char *root;

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	root = path_of(&tl, "root");
	must_export(&tl, root);
	tl_rotate(&tl, TL_NEXT);
	assert_int_equal(must_export(&tl, root).versions, 0);
	more(&tl);
	assert_int_equal(must_export(&tl, root).versions, 1);
	assert_int_equal(judge(&tl, root, &report, &err), STET_OK);
	assert_true(stet_json_bool_of(stet_json_get(report, "ok")));
	stet_json_free(report);
	free(root);
	tl_free(&tl);
}

/* --- which records ---------------------------------------------------------------------------- */

static void
test_objects__say_what_is_wrong_with_the_call(void **state)
{
	stet_ocfl_options options = STET_OCFL_OPTIONS;
	stet_ocfl_result result;
	struct tl tl;
	stet_error err;
	char *root;

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	root = path_of(&tl, "root");
	options.version = 0;
	assert_int_equal(stet_export_ocfl(tl.ledger, root, &options, &result, &err), STET_EINVAL);
	assert_int_equal(export(&tl, root, "doi:10.5555/nobody", &result, &err), STET_ENOTFOUND);
	assert_int_equal(access(root, F_OK), -1);
	assert_int_equal(stet_export_ocfl(tl.ledger, root, NULL, NULL, &err), STET_OK);
	assert_good(root);
	free(root);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_objects__are_whole_or_not_there_when_memory_is_short),
	    cmocka_unit_test(test_objects__get_a_whole_version_or_none_when_memory_is_short),
	    cmocka_unit_test(test_objects__a_version_that_a_killed_run_left_is_listed),
	    cmocka_unit_test(test_objects__what_somebody_else_did_is_left_alone),
	    cmocka_unit_test(test_objects__an_inventory_with_any_byte_altered_is_left_alone),
	    cmocka_unit_test(test_objects__are_judged_whole_or_not_when_memory_is_short),
	    cmocka_unit_test(test_objects__after_a_change_of_the_ledger_key),
	    cmocka_unit_test(test_objects__say_what_is_wrong_with_the_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
