/* OCFL: the fixtures of its editors, and what somebody could do to an object. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "package/layout.h"
#include "package/ocfl.h"
#include "support/alloc.h"

#define NEW "/tmp/stet-ocfl-XXXXXX"
#define EMPTY_512                                                          \
	"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce" \
	"47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
#define OTHER_512                                                          \
	"4d27c86b026ff709b02b05d126cfef7ec3aed5f83f5e98df7d7592f7a44bd1dc" \
	"7f29509cff06b884158baa36a2bbeda11ab8a64b56585a70f5ce1fa96e26eb53"

static char folder[sizeof(NEW)];

static void
run(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static int
set_up(void **state)
{
	(void)state;
	memcpy(folder, NEW, sizeof(NEW));
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	return st_crypto_init(NULL);
}

static int
tear_down(void **state)
{
	char command[128];

	(void)state;
	assert_int_equal(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	run(command);
	return 0;
}

static void
unpack(const char *what)
{
	char command[512];

	snprintf(command, sizeof(command),
	    "tar --zstd -xf " STET_TESTS "/data/ocfl/ocfl-fixtures.tar.zst %s", what);
	run(command);
}

/* An object with one version, as `o`. */
static void
small_object(void)
{
	run("[ -d 1.1 ] || tar --zstd -xf " STET_TESTS "/data/ocfl/ocfl-fixtures.tar.zst "
	    "1.1/good-objects/minimal_one_version_one_file; rm -rf o && "
	    "cp -r 1.1/good-objects/minimal_one_version_one_file o");
}

static struct st_ocfl ocfl; /* what the last check came to */

static int
check(const char *path, stet_error *err)
{
	struct st_watch watch = {NULL, NULL, 0, 0};

	return st_ocfl_check(path, &watch, &ocfl, err);
}

static int
has(const stet_json *list, const char *code)
{
	size_t i;

	for (i = 0; i < stet_json_size(list); i++)
		if (st_bytes_equal(
			stet_json_string_of(stet_json_get(stet_json_item(list, i), "code")),
			st_str(code)))
			return 1;
	return 0;
}

/* Whatever is among problems or warnings; code NULL: no problem at all. */
static void
expect(const char *path, const char *code)
{
	stet_error err;
	char *text = NULL;
	size_t size;
	int good;

	assert_int_equal(check(path, &err), STET_OK);
	if (code == NULL)
		good = ocfl.found.problem_count == 0 && !ocfl.found.unsure;
	else
		good = has(code[0] == 'W' ? ocfl.found.warnings : ocfl.found.problems, code);
	if (!good) {
		stet_json_text(ocfl.found.problems, 0, &text, &size, NULL);
		fail_msg("%s: not %s: %s", path, code == NULL ? "good" : code, text);
	}
	st_ocfl_clear(&ocfl);
}

/* --- fixtures -------------------------------------------------------------------------------- */

/* The codes in front of its name are raised. */
static void
expect_named(const char *path, const char *name)
{
	char code[5] = "";

	while ((name[0] == 'E' || name[0] == 'W') && strlen(name) > 4 && name[4] == '_') {
		memcpy(code, name, 4);
		expect(path, code);
		name += 5;
	}
}

static int
for_each(const char *in, void (*judge)(const char *path, const char *name))
{
	struct dirent *entry;
	char path[512];
	DIR *dir = opendir(in);
	int count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", in, entry->d_name);
		judge(path, entry->d_name);
		count++;
	}
	closedir(dir);
	return count;
}

static void
judge_good(const char *path, const char *name)
{
	(void)name;
	expect(path, NULL);
	assert_int_equal(check(path, NULL), STET_OK);
	assert_int_equal(ocfl.found.warning_count, 0);
	assert_int_equal(ocfl.objects, 1);
	assert_true(ocfl.versions >= 1);
	assert_non_null(ocfl.id);
	st_ocfl_clear(&ocfl);
}

static void
judge_warned(const char *path, const char *name)
{
	expect(path, NULL);
	expect_named(path, name);
}

static void
judge_bad(const char *path, const char *name)
{
	assert_int_equal(check(path, NULL), STET_OK);
	assert_true(ocfl.found.problem_count > 0);
	st_ocfl_clear(&ocfl);
	expect_named(path, name);
}

static void
test_fixtures__good_warned_and_bad(void **state)
{
	(void)state;
	unpack("");
	assert_int_equal(for_each("1.0/good-objects", judge_good), 10);
	assert_int_equal(for_each("1.1/good-objects", judge_good), 12);
	assert_int_equal(for_each("1.0/warn-objects", judge_warned), 14);
	assert_int_equal(for_each("1.1/warn-objects", judge_warned), 13);
	assert_int_equal(for_each("1.0/bad-objects", judge_bad), 52);
	assert_int_equal(for_each("1.1/bad-objects", judge_bad), 55);
}

/* --- an enemy of an object ------------------------------------------------------------------- */

static const char *const files[] = {"0=ocfl_object_1.1", "inventory.json", "inventory.json.sha512",
    "v1/inventory.json", "v1/inventory.json.sha512", "v1/content/a_file.txt"};

static size_t
read_file(const char *path, char **out)
{
	FILE *file = fopen(path, "r");
	size_t size;

	assert_non_null(file);
	*out = malloc(65536);
	assert_non_null(*out);
	size = fread(*out, 1, 65536, file);
	fclose(file);
	return size;
}

static void
write_file(const char *path, const char *data, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static int
is_refused(void)
{
	int refused;

	assert_int_equal(check("o", NULL), STET_OK);
	refused = ocfl.found.problem_count > 0;
	st_ocfl_clear(&ocfl);
	return refused;
}

static void
test_bytes__none_can_be_changed_or_cut(void **state)
{
	char path[64], *data;
	size_t f, i, size;

	(void)state;
	small_object();
	expect("o", NULL);
	for (f = 0; f < sizeof(files) / sizeof(files[0]); f++) {
		snprintf(path, sizeof(path), "o/%s", files[f]);
		size = read_file(path, &data);
		for (i = f % 3; i<size; i += size> 200 ? 5 : 1) {
			data[i] ^= 1;
			write_file(path, data, size);
			if (!is_refused())
				fail_msg("%s: byte %zu can be changed", path, i);
			data[i] ^= 1;
		}
		for (i = 0; i<size; i += size> 200 ? 61 : 7) {
			write_file(path, data, i);
			if (!is_refused())
				fail_msg("%s: can be cut to %zu", path, i);
		}
		write_file(path, data, size);
		free(data);
	}
	expect("o", NULL);
}

/* Changed with all digests made to fit. */
static void
rewritten(const char *sed, const char *code)
{
	char command[512];

	small_object();
	snprintf(command, sizeof(command),
	    "cd o && sed -i '%s' inventory.json && sha512sum inventory.json >inventory.json.sha512 "
	    "&& cp inventory.json* v1/",
	    sed);
	run(command);
	expect("o", code);
}

static void
changed(const char *what, const char *code)
{
	char command[512];

	small_object();
	snprintf(command, sizeof(command), "cd o && %s", what);
	run(command);
	expect("o", code);
}

static void
test_files__that_are_no_files_of_it(void **state)
{
	(void)state;
	rewritten("s/a/a/", NULL);
	rewritten("s|v1/content/a_file.txt|v1/content/../../../etc/passwd|", "E099");
	rewritten("s|v1/content/a_file.txt|/etc/passwd|", "E100");
	rewritten("s|v1/content/a_file.txt|v2/content/a_file.txt|", "E042");
	rewritten("s|v1/content/a_file.txt|v1/content/a|", "E092");
	rewritten("s|\"a_file.txt\"|\"../a_file.txt\"|", "E052");
	changed("ln -s /etc/passwd v1/content/passwd", "E090");
	changed("rm v1/content/a_file.txt && ln -s /etc/passwd v1/content/a_file.txt", "E090");
	changed("mv v1 w && ln -s w v1", "E090");
	changed("mkfifo v1/content/pipe", "E089");
	changed("mkdir v1/content/empty", "E024");
	changed("mkdir v1/other", "W002");
	changed("mkdir extensions extensions/0005-mutable-head", NULL);
	changed("echo >0=something", "E006");
	changed("echo ocfl_object_1.0 >0=ocfl_object_1.0", "E003");
	changed("rm v1/inventory.json", "W010");
	changed("rm 0=* && echo ocfl_object_1.0 >0=ocfl_object_1.0", "E038");
	changed("rm v1/inventory.json && mkdir v1/inventory.json", "W010");
	changed("rm inventory.json && mkfifo inventory.json", "E063");
}

static void
test_unknown__is_not_judged(void **state)
{
	(void)state;
	small_object();
	run("cd o && rm 0=* && echo ocfl_object_2.0 >0=ocfl_object_2.0");
	assert_int_equal(check("o", NULL), STET_OK);
	assert_true(ocfl.found.unsure);
	st_ocfl_clear(&ocfl);
	small_object();
	run("truncate -s 200M o/inventory.json");
	assert_int_equal(check("o", NULL), STET_OK);
	assert_true(ocfl.found.unsure);
	st_ocfl_clear(&ocfl);
	assert_int_equal(check("nowhere", NULL), STET_ENOTFOUND);
	st_ocfl_clear(&ocfl);
}

/* --- inventories ----------------------------------------------------------------------------- */

static struct st_found found;

static const char *
read_text(const char *text, size_t size)
{
	static char all[8192];
	struct st_inventory inventory;
	size_t i, n = 0;

	st_found_init(&found);
	assert_int_equal(st_inventory_read((stet_bytes){(const uint8_t *)text, size}, "i", &found,
			     &inventory, NULL),
	    STET_OK);
	all[0] = '\0';
	for (i = 0; i < stet_json_size(found.problems); i++) {
		stet_bytes code =
		    stet_json_string_of(stet_json_get(stet_json_item(found.problems, i), "code"));

		n += (size_t)snprintf(
		    all + n, sizeof(all) - n, "%.*s ", (int)code.size, (const char *)code.data);
	}
	st_inventory_clear(&inventory);
	st_found_clear(&found);
	return all;
}

#define HEAD                                                                                      \
	"{\"id\":\"urn:a\",\"type\":\"https://ocfl.io/1.1/spec/#inventory\",\"digestAlgorithm\":" \
	"\"sha512\",\"head\":\"v1\","
#define MANIFEST "\"manifest\":{\"" EMPTY_512 "\":[\"v1/content/a\"]},"
#define BLOCK                                                           \
	"{\"created\":\"2026-07-03T09:14:22Z\",\"state\":{\"" EMPTY_512 \
	"\":[\"a\"]},\"message\":\"m\""                                 \
	",\"user\":{\"name\":\"n\",\"address\":\"mailto:a@b.example\"}}"
#define WHOLE HEAD MANIFEST "\"versions\":{\"v1\":" BLOCK "}}"

static void
test_inventory__each_rule_has_its_code(void **state)
{
	static const struct {
		const char *text, *code;
	} cases[] = {
	    {WHOLE, ""},
	    {"", "E033 "},
	    {"[]", "E033 "},
	    {"{\"id\":1,\"id\":2}", "E033 "},
	    {"{", "E033 "},
	    {"nul", "E033 "},
	    {HEAD MANIFEST "\"versions\":{\"v1\":" BLOCK "},\"more\":1}", "E102 "},
	    {HEAD "\"versions\":{\"v1\":" BLOCK "}}", "E041 "},
	    {HEAD "\"manifest\":[],\"versions\":{\"v1\":" BLOCK "}}", "E106 "},
	    {HEAD MANIFEST "\"fixity\":{}}", "E043 "},
	    {HEAD MANIFEST "\"versions\":[]}", "E044 "},
	    {HEAD MANIFEST "\"versions\":{\"v1\":7}}", "E047 E107 "},
	    {HEAD MANIFEST "\"versions\":{\"v2\":" BLOCK "}}", "E009 E040 E042 "},
	    {HEAD MANIFEST "\"versions\":{\"v1\":" BLOCK ",\"v3\":" BLOCK "}}", "E010 E040 "},
	    {HEAD MANIFEST "\"versions\":{\"v1\":" BLOCK ",\"v02\":" BLOCK "}}", "E012 E040 "},
	    {HEAD MANIFEST "\"versions\":{\"v1\":" BLOCK ",\"x\":" BLOCK "}}", "E104 "},
	    {HEAD "\"contentDirectory\":\"a/b\"," MANIFEST "\"versions\":{\"v1\":" BLOCK "}}",
		"E017 "},
	    {HEAD "\"contentDirectory\":\"..\"," MANIFEST "\"versions\":{\"v1\":" BLOCK "}}",
		"E018 "},
	    {HEAD "\"fixity\":[]," MANIFEST "\"versions\":{\"v1\":" BLOCK "}}", "E111 "},
	    {HEAD "\"fixity\":{\"md5\":[]}," MANIFEST "\"versions\":{\"v1\":" BLOCK "}}", "E057 "},
	    {HEAD "\"fixity\":{\"md5\":{\"00\":[\"v1/content/a\"]}}," MANIFEST
		  "\"versions\":{\"v1\":" BLOCK "}}",
		"E057 "},
	    {HEAD "\"fixity\":{\"crc\":{\"00\":[\"v1/content/b\"]}}," MANIFEST
		  "\"versions\":{\"v1\":" BLOCK "}}",
		"E093 "},
	    {HEAD "\"manifest\":{\"" EMPTY_512 "\":[\"v1/content/a\"],\"" OTHER_512
		  "\":[\"v1/content/a/b\"]},\"versions\":{\"v1\":" BLOCK "}}",
		"E101 E107 "},
	    {HEAD "\"manifest\":{\"" EMPTY_512
		  "\":[\"v1/content/a\",7]},\"versions\":{\"v1\":" BLOCK "}}",
		"E092 "},
	    {HEAD "\"manifest\":{\"" EMPTY_512 "\":7},\"versions\":{\"v1\":" BLOCK "}}", "E092 "},
	    {HEAD "\"manifest\":{\"ab\":[\"v1/content/a\"]},\"versions\":{\"v1\":" BLOCK "}}",
		"E050 E025 E107 "},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(read_text(cases[i].text, strlen(cases[i].text)), cases[i].code);
	for (i = 0; i < strlen(WHOLE); i++)
		assert_string_equal(read_text(WHOLE, i), "E033 ");
}

/* As deep as it likes: jansson recurses, so this is stopped before. */
static void
test_inventory__deep(void **state)
{
	char *deep = malloc(2000001);

	(void)state;
	assert_non_null(deep);
	memset(deep, '[', 2000000);
	deep[2000000] = '\0';
	assert_string_equal(read_text(deep, 2000000), "E033 ");
	free(deep);
}

static void
test_small_grammars(void **state)
{
	size_t width;

	(void)state;
	assert_int_equal(st_version_number(st_str("v1"), &width), 1);
	assert_int_equal(width, 0);
	assert_int_equal(st_version_number(st_str("v0012"), &width), 12);
	assert_int_equal(width, 4);
	assert_int_equal(st_version_number(st_str("v10"), &width), 10);
	assert_int_equal(width, 0);
	assert_int_equal(st_version_number(st_str("v"), &width), 0);
	assert_int_equal(st_version_number(st_str("v0"), &width), 0);
	assert_int_equal(st_version_number(st_str("v1a"), &width), 0);
	assert_int_equal(st_version_number(st_str("1"), &width), 0);
	assert_int_equal(st_version_number(st_str("v99999999999999999999"), &width), 0);
	assert_true(st_is_uri(st_str("urn:a")) && st_is_uri(st_str("a+b-c.d:x")));
	assert_false(st_is_uri(st_str("a")) || st_is_uri(st_str(":a")) ||
		     st_is_uri(st_str("1:a")) || st_is_uri(st_str("a:")) ||
		     st_is_uri(st_str("a b:c")) || st_is_uri(st_str("a:b c")));
}

/* --- where things lie ------------------------------------------------------------------------ */

static void
expect_place(const struct st_layout *layout, const char *id, const char *place)
{
	struct st_buf out = {0};

	st_layout_place(layout, st_str(id), &out);
	assert_true(st_bytes_equal(st_buf_bytes(&out), st_str(place)));
	st_buf_free(&out);
}

/* The examples of the extension. */
static void
test_layout__is_that_of_the_extension(void **state)
{
	struct st_layout layout;
	stet_error err;

	(void)state;
	expect_place(&st_layout_ours, "object-01", "3c0/ff4/240/object-01");
	expect_place(&st_layout_ours, "..hor/rib:le-$id", "487/326/d8c/%2e%2ehor%2frib%3ale-%24id");
	assert_int_equal(
	    st_layout_read(st_str("{\"tupleSize\":0,\"numberOfTuples\":0}"), &layout, &err),
	    STET_OK);
	assert_int_equal(layout.kind, ST_LAYOUT_HASH_AND_ID);
	expect_place(&layout, "object-01", "object-01");
	expect_place(&layout, "..hor/rib:le-$id", "%2e%2ehor%2frib%3ale-%24id");
	assert_int_equal(
	    st_layout_read(st_str("{\"digestAlgorithm\":\"md5\"}"), &layout, &err), STET_OK);
	assert_int_equal(layout.kind, ST_LAYOUT_UNKNOWN);
	assert_int_equal(st_layout_read(st_str("{\"tupleSize\":33}"), &layout, &err), STET_OK);
	assert_int_equal(layout.kind, ST_LAYOUT_UNKNOWN);
	assert_int_equal(
	    st_layout_read(st_str("{\"tupleSize\":32,\"numberOfTuples\":3}"), &layout, &err),
	    STET_OK);
	assert_int_equal(layout.kind, ST_LAYOUT_UNKNOWN);
	assert_int_equal(st_layout_read(st_str("{"), &layout, &err), STET_EFORMAT);
}

/* --- storage roots --------------------------------------------------------------------------- */

static void
root(const char *what, const char *code)
{
	char command[1024];

	run("rm -rf r && mkdir -p r/a/b && echo ocfl_1.1 >r/0=ocfl_1.1 && cp -r "
	    "1.1/good-objects/spec-ex-full r/a/b/one && cp -r 1.0/good-objects/minimal_no_content "
	    "r/two && echo text >r/README");
	snprintf(command, sizeof(command), "cd r && %s", what);
	run(command);
	expect("r", code);
}

static void
test_roots(void **state)
{
	(void)state;
	unpack("1.1/good-objects/spec-ex-full 1.0/good-objects/minimal_no_content "
	       "1.1/bad-objects/E092_content_file_digest_mismatch");
	root("true", NULL);
	assert_int_equal(check("r", NULL), STET_OK);
	assert_true(ocfl.root);
	assert_int_equal(ocfl.objects, 2);
	assert_int_equal(ocfl.versions, 4);
	assert_string_equal(ocfl.version, "1.1");
	st_ocfl_clear(&ocfl);
	root("mkdir a/empty", "E073");
	root("echo >a/file", "E072");
	root("ln -s b a/link", "E090");
	root("ln -s a link", "E090");
	root("cp -r two a/three", "E037");
	root("echo >0=ocfl_1.0", "E076");
	root("echo ocfl >0=ocfl_1.1", "E080");
	root("rm 0=* && echo ocfl_1.0 >0=ocfl_1.0", "E081");
	root("cp -r ../1.1/bad-objects/E092* bad", "E092");
	root("echo >two/file", "E001");
	root("echo '{}' >ocfl_layout.json", "E070");
	root("echo '{\"extension\":\"a\",\"description\":\"b\"}' >ocfl_layout.json", NULL);
	root("mkdir extensions extensions/mine", "W016");
	root("mkdir extensions && echo >extensions/file", "E112");
	root("mkdir -p extensions/" ST_LAYOUT_NAME " && echo '{}' >" ST_LAYOUT_CONFIG, "E083");
}

static void
test_roots__of_another_version(void **state)
{
	(void)state;
	run("mkdir r && echo ocfl_9 >r/0=ocfl_9 && mkdir r/o && echo >r/o/0=ocfl_object_9");
	assert_int_equal(check("r", NULL), STET_OK);
	assert_true(ocfl.found.unsure);
	assert_int_equal(ocfl.found.problem_count, 0);
	st_ocfl_clear(&ocfl);
}

static void
test_marks(void **state)
{
	(void)state;
	small_object();
	assert_true(st_ocfl_mark("0=ocfl_1.1") && st_ocfl_mark("0=ocfl_object_1.0") &&
		    st_ocfl_mark("inventory.json"));
	assert_false(st_ocfl_mark("bagit.txt") || st_ocfl_mark("0=other"));
}

static void
test_memory__runs_out_anywhere(void **state)
{
	stet_error err;
	long n;
	int rc;

	(void)state;
	unpack(
	    "1.1/good-objects/minimal_one_version_one_file 1.1/good-objects/minimal_mixed_digests");
	run("mkdir -p r/a && echo ocfl_1.1 >r/0=ocfl_1.1 && mv 1.1/good-objects/* r/a/ && mkdir -p "
	    "r/extensions/" ST_LAYOUT_NAME " && echo '{}' >r/" ST_LAYOUT_CONFIG);
	/* A thread's first hash may do without memory; it is not that which is tried. */
	assert_int_equal(check("r", &err), STET_OK);
	st_ocfl_clear(&ocfl);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = check("r", &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
		st_ocfl_clear(&ocfl);
	}
	assert_int_equal(rc, STET_OK);
	st_ocfl_clear(&ocfl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_fixtures__good_warned_and_bad, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_bytes__none_can_be_changed_or_cut, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_files__that_are_no_files_of_it, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_unknown__is_not_judged, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		test_inventory__each_rule_has_its_code, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_inventory__deep, set_up, tear_down),
	    cmocka_unit_test(test_small_grammars),
	    cmocka_unit_test_setup_teardown(
		test_layout__is_that_of_the_extension, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_roots, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_roots__of_another_version, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_marks, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_memory__runs_out_anywhere, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
