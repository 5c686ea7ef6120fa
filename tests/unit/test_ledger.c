/* ledger: making one, opening one, and what neither must do. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/time.h"
#include "support/alloc.h"
#include "support/check.h"
#include "support/strict.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* --- a disk of another kind ------------------------------------------------------------------ */

static long file_system; /* instead of the real one, unless 0 */

int __real_statfs64(const char *path, struct statfs *out);
int __wrap_statfs64(const char *path, struct statfs *out);

int
__wrap_statfs64(const char *path, struct statfs *out)
{
	int rc = __real_statfs64(path, out);

	if (rc == 0 && file_system != 0)
		out->f_type = file_system;
	return rc;
}

/* --- a place to make ledgers in -------------------------------------------------------------- */

struct place {
	char *folder, *path, *state;
	stet_key *ledger_key, *root;
	stet_ledger_terms terms;
	stet_ledger_options options;
	uint64_t now_ms;
};

static char *
join(const char *folder, const char *name)
{
	char *path = st_path_join(folder, name);

	assert_non_null(path);
	return path;
}

static void
place_make(struct place *place)
{
	const char *tmp = getenv("TMPDIR");
	uint8_t seed[32];
	stet_error err;

	memset(place, 0, sizeof(*place));
	place->folder = join(tmp != NULL ? tmp : "/tmp", "stet-test.XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	place->path = join(place->folder, "ledger");
	place->state = join(place->folder, "state");
	memset(seed, 0x40, sizeof(seed));
	assert_int_equal(
	    stet_key_from_seed(seed, "ledger key", NULL, &place->ledger_key, &err), STET_OK);
	memset(seed, 0x41, sizeof(seed));
	assert_int_equal(stet_key_from_seed(seed, "root", NULL, &place->root, &err), STET_OK);
	place->terms.version = STET_OPTIONS_VERSION;
	place->terms.origin = TL_ORIGIN;
	place->terms.root_issuer = "https://example.org/";
	place->terms.id = "entry-0";
	place->options = (stet_ledger_options)STET_LEDGER_OPTIONS;
	place->options.state_dir = place->state;
	place->options.threads = 1;
	place->now_ms = TL_START_MS;
}

static void
place_free(struct place *place)
{
	stet_key_free(place->ledger_key);
	stet_key_free(place->root);
	st_dir_remove(place->folder);
	free(place->folder);
	free(place->path);
	free(place->state);
}

static int
create(struct place *place, stet_error *err)
{
	st_error_clear(err);
	return stet_ledger_create(place->path, &place->terms, &place->options, place->ledger_key,
	    place->root, place->now_ms, NULL, NULL, err);
}

static int
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* Nothing of a ledger that could not be made: no folder, no remembered head. */
static void
assert_nothing_left(const struct place *place)
{
	int empty = 1;

	assert_false(is_there(place->path));
	if (is_there(place->state))
		assert_int_equal(st_dir_is_empty(place->state, &empty, NULL), STET_OK);
	assert_true(empty);
}

static void
assert_create_fails(struct place *place, int code, int rule)
{
	stet_error err;
	int rc = create(place, &err);

	if (rc != code || err.rule != rule)
		fail_msg("%s %s '%s' instead of %s", stet_code_name(rc), stet_rule_name(err.rule),
		    err.text, stet_rule_name(rule));
	assert_nothing_left(place);
}

/* --- making ---------------------------------------------------------------------------------- */

static void
assert_mode(const char *folder, const char *name, unsigned mode)
{
	char *path = join(folder, name);
	struct stat st;

	if (stat(path, &st) < 0)
		fail_msg("there is no '%s'", name);
	assert_int_equal(st.st_mode & 0777, mode);
	free(path);
}

static void
test_ledger__is_made_whole(void **state)
{
	struct place place;
	struct tl_checked checked;
	struct tl tl;
	stet_error err;
	char *head;
	mode_t umask_before = umask(022);

	(void)state;
	place_make(&place);
	assert_int_equal(create(&place, &err), STET_OK);
	assert_mode(place.path, "format", 0644);
	assert_mode(place.path, "data.mdb", 0644);
	assert_mode(place.path, "checkpoint", 0644);
	assert_mode(place.path, "artifacts", 0755);
	assert_mode(place.path, "keys", 0700);
	assert_mode(place.path, "keys/ledger.key", 0600);
	umask(umask_before);
	memset(&tl, 0, sizeof(tl));
	tl.path = place.path;
	assert_int_equal(stet_ledger_open(place.path, &place.options, &tl.ledger, &err), STET_OK);
	checked = tl_check(&tl);
	assert_int_equal(checked.entries, 2);
	assert_int_equal(checked.seals, 1);
	assert_string_equal(stet_ledger_origin(tl.ledger), TL_ORIGIN);
	assert_string_equal(stet_ledger_path(tl.ledger), place.path);
	head = join(tl.ledger->state_dir, "head");
	assert_mode(tl.ledger->state_dir, "head", 0600);
	assert_mode(place.state, stet_ledger_id(tl.ledger) + 5, 0700);
	free(head);
	stet_ledger_close(tl.ledger);
	place_free(&place);
}

static void
test_ledger__entry_0_says_the_terms(void **state)
{
	static const char continues[] =
	    "{\"kid\": \"0000000000000000000000000000000000000000000000000000000000000000\", "
	    "\"origin\": \"old.example.org\", \"checkpoint\": \"00\", \"entries_sha512\": "
	    "\"000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
	    "00"
	    "000000000000000000000000000000000000000000\"}";
	stet_ledger *ledger = NULL;
	stet_entry *entry = NULL;
	stet_json *json = NULL;
	const stet_json *statement;
	struct place place;
	stet_error err;
	char *text = NULL;
	size_t size;

	(void)state;
	place_make(&place);
	place.terms.organisation = "Example Press";
	place.terms.contact = "desk@example.org";
	assert_int_equal(stet_json_parse(st_str(continues), &json, &err), STET_OK);
	place.terms.continues = json;
	assert_int_equal(create(&place, &err), STET_OK);
	assert_int_equal(stet_ledger_open(place.path, &place.options, &ledger, &err), STET_OK);
	assert_int_equal(stet_ledger_entry(ledger, 0, &entry, &err), STET_OK);
	statement = stet_json_get(stet_entry_json(entry, &err), "statement");
	assert_int_equal(stet_json_text(statement, 0, &text, &size, &err), STET_OK);
	assert_non_null(strstr(text, "\"organisation\":\"Example Press\""));
	assert_non_null(strstr(text, "\"contact\":\"desk@example.org\""));
	assert_non_null(strstr(text, "\"format\":\"stet/1\""));
	assert_non_null(strstr(text, "\"profile\":\"assignee-v1\""));
	assert_non_null(strstr(text, "\"root_issuer\":\"https://example.org/\""));
	assert_non_null(strstr(text, "\"continues\":{"));
	assert_null(strstr(text, "\"aud\""));
	assert_int_equal(stet_ledger_entry(ledger, 2, &entry, &err), STET_ENOTFOUND);
	assert_int_equal(stet_ledger_entry(ledger, UINT64_MAX, &entry, &err), STET_ENOTFOUND);
	free(text);
	stet_entry_free(entry);
	stet_ledger_close(ledger);
	stet_json_free(json);
	place_free(&place);
}

/* The same keys, terms and time make the same bytes; one millisecond makes another ledger. */
static void
test_ledger__is_the_same_from_the_same_inputs(void **state)
{
	struct st_buf notes[3] = {{0}};
	struct place place;
	stet_error err;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		char *path;

		place_make(&place);
		place.now_ms += i == 2;
		assert_int_equal(create(&place, &err), STET_OK);
		path = join(place.path, "checkpoint");
		assert_int_equal(st_file_read(path, 65536, &notes[i], &err), STET_OK);
		free(path);
		place_free(&place);
	}
	assert_true(st_bytes_equal(st_buf_bytes(&notes[0]), st_buf_bytes(&notes[1])));
	assert_false(st_bytes_equal(st_buf_bytes(&notes[0]), st_buf_bytes(&notes[2])));
	for (i = 0; i < 3; i++)
		st_buf_free(&notes[i]);
}

static void
test_ledger__is_not_made_on_wrong_terms(void **state)
{
	static const char *const origins[] = {"", "https://example.org", "Example.org",
	    "example org", "-example.org", "example.org/", "example.org//x",
	    "example.org:", "example.org:x", "example.org/\xc3\xa9", "example.org/a?b",
	    "example.org\n", NULL};
	struct place place;
	char long_origin[300];
	size_t i;

	(void)state;
	place_make(&place);
	for (i = 0; i < COUNT_OF(origins); i++) {
		place.terms.origin = origins[i];
		assert_create_fails(&place, STET_EINVAL, ST_ORIGIN_MALFORMED);
	}
	memset(long_origin, 'a', 256);
	long_origin[256] = '\0';
	place.terms.origin = long_origin;
	assert_create_fails(&place, STET_EINVAL, ST_ORIGIN_MALFORMED);
	place.terms.origin = TL_ORIGIN;
	place.options.state_dir = NULL;
	assert_create_fails(&place, STET_EINVAL, ST_HEAD_UNKNOWN);
	place.options.state_dir = place.state;
	place.terms.root_issuer = NULL;
	assert_create_fails(&place, STET_EINVAL, ST_RULE_NONE);
	place.terms.root_issuer = "";
	assert_create_fails(&place, STET_EINVAL, ST_RULE_NONE);
	place.terms.root_issuer = TL_ORIGIN; /* the ledger key's alone */
	assert_create_fails(&place, STET_EREFUSED, ST_KEY_ISSUER);
	place.terms.root_issuer = "https://example.org/";
	place.terms.version = 0;
	assert_create_fails(&place, STET_EINVAL, ST_RULE_NONE);
	place.terms.version = STET_OPTIONS_VERSION;
	place.options.version = 99;
	assert_create_fails(&place, STET_EINVAL, ST_RULE_NONE);
	place.options.version = STET_OPTIONS_VERSION;
	place.terms.id = "12345678901234567890123456789012345678901234567890123456789012345";
	assert_create_fails(&place, STET_EFORMAT, ST_STATEMENT_ID);
	place.terms.id = NULL; /* made up */
	place.now_ms = ST_UINT53_MAX + 1;
	assert_create_fails(&place, STET_EINVAL, ST_RULE_NONE);
	place_free(&place);
}

static void
test_ledger__keeps_ledger_key_and_root_key_apart(void **state)
{
	struct place place;
	stet_key *root;

	(void)state;
	place_make(&place);
	root = place.root;
	place.root = place.ledger_key;
	assert_create_fails(&place, STET_EREFUSED, ST_KEY_IS_LEDGERS);
	place.root = root;
	place_free(&place);
}

static void
test_ledger__overwrites_nothing(void **state)
{
	struct place place;
	stet_error err;
	char *file;

	(void)state;
	place_make(&place);
	assert_int_equal(mkdir(place.path, 0755), 0);
	file = join(place.path, "precious");
	assert_int_equal(st_file_write(file, st_str("x"), 0644, &err), STET_OK);
	assert_int_equal(create(&place, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_FOLDER_IN_USE);
	assert_true(is_there(file));
	assert_int_equal(unlink(file), 0);
	/* an empty one is taken, and a ledger is not made twice */
	assert_int_equal(create(&place, &err), STET_OK);
	assert_int_equal(create(&place, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_FOLDER_IN_USE);
	free(file);
	place_free(&place);
}

/* From the same keys, terms and time comes the same ledger, and a second one would fork it: the
 * machine that remembers the first refuses, and forgets nothing by it. */
static void
test_ledger__is_not_made_again_where_it_is_remembered(void **state)
{
	stet_ledger *ledger = NULL;
	stet_append_options options = STET_APPEND_OPTIONS;
	struct st_buf before = {0}, after = {0};
	struct place place;
	stet_error err;
	char *head, *first, *second;

	(void)state;
	place_make(&place);
	assert_int_equal(create(&place, &err), STET_OK);
	assert_int_equal(stet_ledger_open(place.path, &place.options, &ledger, &err), STET_OK);
	options.now_ms = place.now_ms;
	options.flags = STET_APPEND_HEARTBEAT;
	first = place.path;
	second = place.path = join(place.folder, "second");
	/* while it remembers no more than this try would give it, a try may be repeated */
	assert_int_equal(create(&place, &err), STET_OK);
	st_dir_remove(second);
	assert_int_equal(stet_ledger_append(ledger, NULL, 0, &options, NULL, &err), STET_OK);
	head = join(ledger->state_dir, "head");
	assert_int_equal(st_file_read(head, 65536, &before, &err), STET_OK);
	assert_int_equal(create(&place, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_ROLLED_BACK);
	assert_false(is_there(second));
	assert_int_equal(st_file_read(head, 65536, &after, &err), STET_OK);
	assert_true(st_bytes_equal(st_buf_bytes(&before), st_buf_bytes(&after)));
	assert_int_equal(stet_ledger_append(ledger, NULL, 0, &options, NULL, &err), STET_OK);
	stet_ledger_close(ledger);
	st_buf_free(&before);
	st_buf_free(&after);
	free(head);
	free(first);
	place_free(&place);
}

static void
test_ledger__wants_a_folder(void **state)
{
	struct place place;
	stet_error err;

	(void)state;
	place_make(&place);
	assert_int_equal(st_file_write(place.path, st_str("x"), 0644, &err), STET_OK);
	assert_true(create(&place, &err) < 0);
	assert_true(is_there(place.path));
	assert_int_equal(unlink(place.path), 0);
	/* the state folder as well */
	assert_int_equal(st_file_write(place.state, st_str("x"), 0644, &err), STET_OK);
	assert_int_equal(create(&place, &err), STET_EIO);
	assert_int_equal(err.sys_errno, ENOTDIR);
	assert_false(is_there(place.path));
	place_free(&place);
}

/* An empty folder that was there stays, and stays empty. */
static void
test_ledger__leaves_a_folder_as_it_was(void **state)
{
	struct place place;
	stet_error err;
	int empty;

	(void)state;
	place_make(&place);
	assert_int_equal(mkdir(place.path, 0750), 0);
	assert_int_equal(st_file_write(place.state, st_str("x"), 0644, &err), STET_OK);
	assert_true(create(&place, &err) < 0);
	assert_int_equal(st_dir_is_empty(place.path, &empty, &err), STET_OK);
	assert_true(empty);
	assert_mode(place.folder, "ledger", 0750);
	place_free(&place);
}

static void
test_ledger__is_not_made_on_a_network_disk(void **state)
{
	static const long kinds[] = {0x6969, 0xff534d42L, 0x517b, 0x00c36400L};
	struct place place;
	size_t i;

	(void)state;
	place_make(&place);
	for (i = 0; i < COUNT_OF(kinds); i++) {
		file_system = kinds[i];
		assert_create_fails(&place, STET_EREFUSED, ST_NETWORK_FOLDER);
		file_system = 0;
	}
	place_free(&place);
}

/* Memory runs out at every allocation in turn: an error, nothing left, and then it works. */
static void
test_ledger__is_made_or_not_when_memory_is_short(void **state)
{
	struct place place;
	stet_error err;
	long n;
	int rc;

	(void)state;
	place_make(&place);
	strict_in_memory = 1;
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = create(&place, &err);
		if (!alloc_failed())
			break;
		if (rc != STET_OK) {
			assert_int_equal(rc, STET_ENOMEM);
			assert_nothing_left(&place);
		} else { /* done without: a message, a thread */
			st_dir_remove(place.path);
			st_dir_remove(place.state);
		}
	}
	assert_int_equal(rc, STET_OK);
	printf("%ld allocations failed one by one while a ledger was made\n", n);
	strict_in_memory = 0;
	place_free(&place);
}

/* --- opening --------------------------------------------------------------------------------- */

static void
assert_open_fails(const struct place *place, int code, int rule)
{
	stet_ledger *ledger = NULL;
	stet_error err;
	int rc;

	st_error_clear(&err);
	rc = stet_ledger_open(place->path, &place->options, &ledger, &err);
	if (rc != code || err.rule != rule)
		fail_msg("%s %s '%s' instead of %s", stet_code_name(rc), stet_rule_name(err.rule),
		    err.text, stet_rule_name(rule));
	assert_null(ledger);
	assert_true(err.text[0] != '\0' && strchr(err.text, '\n') == NULL);
}

static void
test_ledger__says_what_is_no_ledger(void **state)
{
	static const struct {
		const char *format;
		int code, rule;
	} rows[] = {
	    {"stet/2\n", STET_EVERSION, ST_FORMAT_NEWER},
	    {"stet/10\n", STET_EVERSION, ST_FORMAT_NEWER},
	    {"stet/1", STET_EVERSION, ST_FORMAT_NEWER},
	    {"", STET_EFORMAT, ST_LEDGER_MISSING},
	    {"ref: refs/heads/main\n", STET_EFORMAT, ST_LEDGER_MISSING},
	    {"\x1b]0;stet/1\a", STET_EFORMAT, ST_LEDGER_MISSING},
	};
	struct place place;
	char *format, *data, long_text[400];
	stet_error err;
	size_t i;

	(void)state;
	place_make(&place);
	format = join(place.path, "format");
	data = join(place.path, "data.mdb");
	assert_open_fails(&place, STET_ENOTFOUND, ST_LEDGER_MISSING);
	assert_int_equal(st_file_write(place.path, st_str("x"), 0644, &err), STET_OK);
	assert_open_fails(&place, STET_EFORMAT, ST_LEDGER_MISSING);
	assert_int_equal(unlink(place.path), 0);
	assert_int_equal(mkdir(place.path, 0755), 0);
	assert_open_fails(&place, STET_ENOTFOUND, ST_LEDGER_MISSING);
	for (i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(
		    st_file_write(format, st_str(rows[i].format), 0644, &err), STET_OK);
		assert_open_fails(&place, rows[i].code, rows[i].rule);
	}
	memset(long_text, 'x', sizeof(long_text));
	assert_int_equal(
	    st_file_write(format, (stet_bytes){(uint8_t *)long_text, 400}, 0644, &err), STET_OK);
	assert_open_fails(&place, STET_EFORMAT, ST_FILE_TOO_LARGE);
	assert_int_equal(st_file_write(format, st_str("stet/1\n"), 0644, &err), STET_OK);
	assert_open_fails(&place, STET_ENOTFOUND, ST_STORE_MISSING);
	assert_false(is_there(data));
	free(format);
	free(data);
	place_free(&place);
}

/* Entry 0 says which ledger it is; if it cannot be read, only who mends may go on. */
static void
test_ledger__without_entry_0_opens_only_for_repair(void **state)
{
	struct place place;
	struct tl tl;
	stet_error err;

	(void)state;
	place_make(&place);
	assert_int_equal(create(&place, &err), STET_OK);
	memset(&tl, 0, sizeof(tl));
	assert_int_equal(stet_ledger_open(place.path, &place.options, &tl.ledger, &err), STET_OK);
	tl_put_entry(&tl, 0, st_str("not an entry"));
	stet_ledger_close(tl.ledger);
	assert_open_fails(&place, STET_EFORMAT, ST_ENTRY_DAMAGED);
	place.options.repair = 1;
	assert_int_equal(stet_ledger_open(place.path, &place.options, &tl.ledger, &err), STET_OK);
	assert_string_equal(stet_ledger_origin(tl.ledger), "");
	tl_drop_entry(&tl, 0);
	stet_ledger_close(tl.ledger);
	place.options.repair = 0;
	assert_open_fails(&place, STET_EFORMAT, ST_ENTRY_MISSING);
	place_free(&place);
}

static void
test_ledger__read_only_writes_nothing(void **state)
{
	stet_ledger_options options;
	stet_append_options append = STET_APPEND_OPTIONS;
	stet_statement *statement;
	stet_ledger *ledger = NULL;
	uint8_t digest[32];
	struct tl_mark mark;
	struct tl tl;
	stet_error err;
	stet_head head;
	uint64_t size;
	char *note = NULL;
	size_t note_size;
	FILE *nothing = tmpfile();

	(void)state;
	assert_non_null(nothing);
	tl_make(&tl, 0);
	statement =
	    tl_statement(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}");
	tl_mark_take(&tl, &mark);
	options = tl_options(&tl);
	options.read_only = 1;
	assert_int_equal(stet_ledger_open(tl.path, &options, &ledger, &err), STET_OK);
	append.now_ms = tl.now_ms;
	assert_int_equal(
	    stet_ledger_append(ledger, &statement, 1, &append, NULL, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_READ_ONLY);
	assert_int_equal(
	    stet_ledger_attach(ledger, NULL, NULL, digest, &size, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_READ_ONLY);
	assert_int_equal(stet_ledger_adopt(ledger, st_buf_bytes(&mark.head), &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_READ_ONLY);
	assert_true(stet_ledger_reindex(ledger, NULL, NULL, &err) < 0);
	memset(digest, 0, sizeof(digest));
	assert_int_equal(stet_ledger_erase(ledger, digest, &err), STET_EREFUSED);
	assert_int_equal(stet_ledger_head(ledger, &head, &err), STET_OK);
	assert_int_equal(stet_ledger_checkpoint(ledger, &note, &note_size, &err), STET_OK);
	free(note);
	stet_ledger_close(ledger);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	stet_statement_free(statement);
	tl_free(&tl);
	fclose(nothing);
}

static void
test_ledger__without_a_state_folder_never_seals(void **state)
{
	struct tl_mark mark;
	struct tl tl;

	(void)state;
	tl_make(&tl, 0);
	tl_mark_take(&tl, &mark);
	stet_ledger_close(tl.ledger);
	tl_open(&tl, tl.path, NULL);
	{
		stet_error err;

		assert_int_equal(tl_try(&tl,
				     tl_statement(&tl, TL_PUBLISHER,
					 "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}"),
				     &err),
		    STET_EREFUSED);
		assert_int_equal(err.rule, ST_HEAD_UNKNOWN);
	}
	stet_ledger_close(tl.ledger);
	tl_open(&tl, tl.path, tl.state);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	tl_free(&tl);
}

/* --- what it tells --------------------------------------------------------------------------- */

static int64_t
number(const stet_json *json, const char *member)
{
	assert_non_null(stet_json_get(json, member));
	return stet_json_int_of(stet_json_get(json, member));
}

static void
test_ledger__counts_what_it_holds(void **state)
{
	stet_json *stats = NULL;
	const stet_json *types;
	struct tl tl;
	stet_error err;

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	assert_int_equal(stet_ledger_stats(tl.ledger, &stats, &err), STET_OK);
	types = stet_json_get(stats, "types");
	assert_int_equal(number(stats, "entries"), (int64_t)tl_size(&tl));
	assert_int_equal(number(stats, "sealed"), number(stats, "entries"));
	assert_int_equal(number(stats, "seals"), number(types, "seal"));
	assert_int_equal(number(types, "key"), 7);
	assert_int_equal(number(types, "artifact"), 3);
	assert_int_equal(number(types, "verdict"), 1);
	assert_int_equal(number(types, "correction"), 2);
	assert_null(stet_json_get(types, "claims"));
	assert_int_equal(number(stats, "artifacts"), 3);
	assert_int_equal(number(stats, "artifact_bytes"), 20 + 9 + 2);
	/* stet:ledger, seven keys, the paper under two names */
	assert_int_equal(number(stats, "names"), 10);
	stet_json_free(stats);
	tl_check(&tl);
	tl_free(&tl);
}

static void
test_ledger__tells_its_verifier_key(void **state)
{
	uint8_t public_key[32];
	struct st_vkey vkey;
	struct tl tl;
	stet_error err;
	char *text = NULL;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(stet_ledger_vkey(tl.ledger, &text, &err), STET_OK);
	assert_int_equal(st_vkey_parse(st_str(text), &vkey, &err), STET_OK);
	stet_key_public(tl.keys[TL_LEDGER], public_key);
	assert_string_equal(vkey.name, TL_ORIGIN);
	assert_memory_equal(vkey.public_key, public_key, 32);
	free(text);
	tl_free(&tl);
}

/* --- walking --------------------------------------------------------------------------------- */

struct walked {
	uint64_t next, count;
	int answer;
	uint64_t answer_at;
};

static int
see(void *ctx, stet_entry *entry, stet_error *err)
{
	struct walked *walked = ctx;

	(void)err;
	assert_int_equal(stet_entry_seq(entry), walked->next);
	walked->next++;
	walked->count++;
	return stet_entry_seq(entry) == walked->answer_at ? walked->answer : 0;
}

static void
test_ledger__walks_a_part_and_stops_when_told(void **state)
{
	static const struct {
		uint64_t first, last, count;
	} parts[] = {{0, STET_NO_SEQ, 10}, {3, 7, 4}, {9, 10, 1}, {10, STET_NO_SEQ, 0}, {7, 7, 0},
	    {5, 100, 5}, {UINT64_MAX, UINT64_MAX, 0}};
	struct walked walked;
	struct tl tl;
	stet_error err;
	size_t i;

	(void)state;
	tl_make(&tl, 0);
	assert_int_equal(tl_size(&tl), 10);
	for (i = 0; i < COUNT_OF(parts); i++) {
		walked = (struct walked){parts[i].first, 0, 0, STET_NO_SEQ};
		assert_int_equal(
		    stet_ledger_walk(tl.ledger, parts[i].first, parts[i].last, see, &walked, &err),
		    STET_OK);
		assert_int_equal(walked.count, parts[i].count);
	}
	walked = (struct walked){0, 0, 42, 4};
	assert_int_equal(stet_ledger_walk(tl.ledger, 0, STET_NO_SEQ, see, &walked, &err), 42);
	assert_int_equal(walked.count, 5);
	tl_put_entry(&tl, 6, st_str("not an entry"));
	walked = (struct walked){0, 0, 0, STET_NO_SEQ};
	assert_int_equal(
	    stet_ledger_walk(tl.ledger, 0, STET_NO_SEQ, see, &walked, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_ENTRY_DAMAGED);
	assert_int_equal(err.seq, 6);
	{
		stet_entry *entry = NULL;

		assert_int_equal(stet_ledger_entry(tl.ledger, 6, &entry, &err), STET_EFORMAT);
		assert_int_equal(err.rule, ST_ENTRY_DAMAGED);
	}
	tl_free(&tl);
}

/* A row of the wrong size ends in a diagnosis. */
static void
test_ledger__a_damaged_head_row_is_named(void **state)
{
	stet_error err;
	stet_head head;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_put_row(&tl, ST_META, st_str("head"), st_str("abc"));
	assert_int_equal(stet_ledger_head(tl.ledger, &head, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_TABLE_DAMAGED);
	tl_free(&tl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ledger__is_made_whole),
	    cmocka_unit_test(test_ledger__entry_0_says_the_terms),
	    cmocka_unit_test(test_ledger__is_the_same_from_the_same_inputs),
	    cmocka_unit_test(test_ledger__is_not_made_on_wrong_terms),
	    cmocka_unit_test(test_ledger__keeps_ledger_key_and_root_key_apart),
	    cmocka_unit_test(test_ledger__overwrites_nothing),
	    cmocka_unit_test(test_ledger__is_not_made_again_where_it_is_remembered),
	    cmocka_unit_test(test_ledger__wants_a_folder),
	    cmocka_unit_test(test_ledger__leaves_a_folder_as_it_was),
	    cmocka_unit_test(test_ledger__is_not_made_on_a_network_disk),
	    cmocka_unit_test(test_ledger__is_made_or_not_when_memory_is_short),
	    cmocka_unit_test(test_ledger__says_what_is_no_ledger),
	    cmocka_unit_test(test_ledger__without_entry_0_opens_only_for_repair),
	    cmocka_unit_test(test_ledger__read_only_writes_nothing),
	    cmocka_unit_test(test_ledger__without_a_state_folder_never_seals),
	    cmocka_unit_test(test_ledger__counts_what_it_holds),
	    cmocka_unit_test(test_ledger__tells_its_verifier_key),
	    cmocka_unit_test(test_ledger__walks_a_part_and_stops_when_told),
	    cmocka_unit_test(test_ledger__a_damaged_head_row_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
