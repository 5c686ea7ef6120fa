/* witness: what a cosigner signs, and what it remembers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "support/alloc.h"
#include "support/ledger.h"
#include "witness/witness.h"

struct scene {
	struct tl tl;
	stet_key *key;
	stet_trust *logs, *cosigners;
	char *first, *next; /* requests: from nothing, and from there */
	size_t first_size, next_size;
	stet_cosign_options options;
};

static void
open_scene(struct scene *s)
{
	uint8_t seed[ST_SEED_SIZE] = {77};
	char *vkey = NULL;
	stet_head head;

	memset(s, 0, sizeof(*s));
	tl_make(&s->tl, 0);
	assert_int_equal(stet_key_from_seed(seed, "w", NULL, &s->key, NULL), STET_OK);
	assert_int_equal(stet_trust_new(&s->logs, NULL), STET_OK);
	assert_int_equal(stet_trust_new(&s->cosigners, NULL), STET_OK);
	assert_int_equal(stet_ledger_vkey(s->tl.ledger, &vkey, NULL), STET_OK);
	assert_int_equal(stet_trust_add(s->logs, vkey, NULL), STET_OK);
	free(vkey);
	assert_int_equal(stet_cosigner_vkey(s->key, "w.example", &vkey, NULL), STET_OK);
	assert_int_equal(stet_trust_add(s->cosigners, vkey, NULL), STET_OK);
	free(vkey);
	assert_int_equal(
	    stet_ledger_cosign_request(s->tl.ledger, 0, &s->first, &s->first_size, NULL), STET_OK);
	assert_int_equal(stet_ledger_head(s->tl.ledger, &head, NULL), STET_OK);
	tl_fill(&s->tl);
	assert_int_equal(
	    stet_ledger_cosign_request(s->tl.ledger, head.size, &s->next, &s->next_size, NULL),
	    STET_OK);
	s->options = (stet_cosign_options)STET_COSIGN_OPTIONS;
	s->options.name = "w.example";
	s->options.state_dir = s->tl.state;
	s->options.logs = s->logs;
	s->options.now_ms = s->tl.now_ms;
	s->options.threads = 1;
}

static void
close_scene(struct scene *s)
{
	stet_trust_free(s->logs);
	stet_trust_free(s->cosigners);
	stet_key_free(s->key);
	free(s->first);
	free(s->next);
	tl_free(&s->tl);
}

/* Asks with a request (NULL: the copy's checkpoint); the line or NULL, and the rule. */
static char *
ask(struct scene *s, const char *request, size_t size, unsigned flags, int *rule_out)
{
	stet_cosign_options options = s->options;
	char *line = NULL;
	stet_error err = {0};
	int rc;

	options.flags = flags;
	rc = stet_cosign(s->key, &options, (stet_bytes){(const uint8_t *)request, size},
	    request == NULL ? s->tl.ledger : NULL, &line, NULL, NULL, &err);
	assert_true((rc == STET_OK) == (line != NULL));
	assert_true(rc == STET_OK || err.text[0] != '\0');
	*rule_out = rc == STET_OK ? ST_RULE_NONE : err.rule;
	return line;
}

static void
must_sign(struct scene *s, const char *request, size_t size, unsigned flags)
{
	int rule;
	char *line = ask(s, request, size, flags, &rule);

	if (line == NULL)
		fail_msg("refused: %s", stet_rule_name(rule));
	free(line);
}

static void
must_refuse(struct scene *s, const char *request, size_t size, unsigned flags, int wanted)
{
	int rule;

	assert_null(ask(s, request, size, flags, &rule));
	assert_string_equal(stet_rule_name(rule), stet_rule_name(wanted));
}

static void
test_witness__signs_what_continues(void **state)
{
	struct scene s;

	(void)state;
	open_scene(&s);
	must_refuse(&s, s.first, s.first_size, 0, ST_COSIGN_NO_MEMORY);
	must_sign(&s, s.first, s.first_size, STET_COSIGN_FIRST);
	must_sign(&s, s.first, s.first_size, 0);
	must_sign(&s, s.next, s.next_size, 0);
	must_sign(&s, NULL, 0, 0);
	must_refuse(&s, s.first, s.first_size, 0, ST_COSIGN_ROLLED_BACK);
	must_refuse(&s, s.first, s.first_size, STET_COSIGN_FIRST, ST_COSIGN_ROLLED_BACK);
	must_refuse(&s, NULL, 0, STET_COSIGN_AUDITOR, ST_COSIGN_OTHER_NAME);
	s.options.name = "v.example";
	must_refuse(&s, NULL, 0, 0, ST_COSIGN_OTHER_NAME);
	close_scene(&s);
}

/* Each bit of the request flipped: refused, unless nothing that is read has changed. */
static void
test_witness__refuses_every_altered_request(void **state)
{
	struct scene s;
	size_t bit, refused = 0;
	char *line;
	int rule;

	(void)state;
	open_scene(&s);
	must_sign(&s, s.first, s.first_size, STET_COSIGN_FIRST);
	for (bit = 0; bit < 8 * s.next_size; bit++) {
		s.next[bit / 8] = (char)(s.next[bit / 8] ^ 1 << bit % 8);
		line = ask(&s, s.next, s.next_size, 0, &rule);
		if (line != NULL)
			fail_msg("signed with bit %zu flipped", bit);
		refused++;
		s.next[bit / 8] = (char)(s.next[bit / 8] ^ 1 << bit % 8);
	}
	for (bit = 0; bit < s.next_size; bit++) {
		line = ask(&s, s.next, bit, 0, &rule);
		assert_null(line);
	}
	print_message("%zu flipped bits, %zu cuts of a request refused\n", refused, bit);
	must_sign(&s, s.next, s.next_size, 0);
	close_scene(&s);
}

static char *
memory_path(struct scene *s)
{
	struct st_memory memory;
	struct st_buf path = {0};
	struct dirent *entry;
	DIR *dir;

	assert_int_equal(
	    st_memory_open(s->key, "w.example", "witness", s->tl.state, 1000, &memory, NULL),
	    STET_OK);
	dir = opendir(memory.folder);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (strlen(entry->d_name) == 64)
			st_buf_printf(&path, "%s/%s", memory.folder, entry->d_name);
	closedir(dir);
	st_memory_close(&memory);
	st_buf_put_u8(&path, 0);
	assert_true(path.rc == STET_OK && path.size > 1);
	return (char *)path.data;
}

/* Whatever bit of the memory flips, it is not believed, and --first alone goes on. */
static void
test_witness__believes_no_altered_memory(void **state)
{
	struct scene s;
	struct st_buf memory = {0};
	size_t bit;
	char *path;

	(void)state;
	open_scene(&s);
	must_sign(&s, s.first, s.first_size, STET_COSIGN_FIRST);
	path = memory_path(&s);
	assert_int_equal(st_file_read(path, ST_NOTE_MAX, &memory, NULL), STET_OK);
	for (bit = 0; bit < 8 * memory.size; bit += 5) {
		int rule;
		char *line;

		memory.data[bit / 8] = (uint8_t)(memory.data[bit / 8] ^ 1 << bit % 8);
		assert_int_equal(st_file_replace(path, st_buf_bytes(&memory), 0600, NULL), STET_OK);
		line = ask(&s, s.next, s.next_size, 0, &rule);
		memory.data[bit / 8] = (uint8_t)(memory.data[bit / 8] ^ 1 << bit % 8);
		if (line != NULL) { /* in the line of the ledger, which is evidence only */
			assert_non_null(strstr(line, "w.example"));
			free(line);
		} else {
			assert_int_equal(rule, ST_COSIGN_MEMORY_STALE);
		}
	}
	memory.data[2] ^= 1;
	assert_int_equal(st_file_replace(path, st_buf_bytes(&memory), 0600, NULL), STET_OK);
	must_refuse(&s, s.next, s.next_size, 0, ST_COSIGN_MEMORY_STALE);
	must_sign(&s, s.next, s.next_size, STET_COSIGN_FIRST);
	st_buf_free(&memory);
	free(path);
	close_scene(&s);
}

/* The tree of a copy is the operator's: nodes that do not belong together prove nothing, and those
 * that nothing needs change nothing. */
static void
test_witness__is_not_led_on_by_a_doctored_tree(void **state)
{
	struct scene s;
	uint8_t key[9] = {0}, *node;
	stet_bytes value;
	unsigned refused = 0, level;
	int rule;
	char *line;

	(void)state;
	open_scene(&s);
	must_sign(&s, s.first, s.first_size, STET_COSIGN_FIRST);
	for (level = 0; level < 8; level++) {
		key[0] = (uint8_t)level;
		value = tl_row(&s.tl, ST_TREE, (stet_bytes){key, 9});
		if (value.data == NULL)
			break;
		node = (uint8_t *)(uintptr_t)value.data;
		node[0] ^= 1;
		tl_put_row(&s.tl, ST_TREE, (stet_bytes){key, 9}, value);
		line = ask(&s, NULL, 0, 0, &rule);
		refused += line == NULL;
		assert_true(line != NULL || rule == ST_COSIGN_UNPROVED || rule == ST_COSIGN_FORKED);
		free(line);
		node[0] ^= 1;
		tl_put_row(&s.tl, ST_TREE, (stet_bytes){key, 9}, value);
		free(node);
	}
	assert_true(level > 3 && refused > 0);
	must_sign(&s, NULL, 0, 0);
	close_scene(&s);
}

static void
test_witness__auditor_replays(void **state)
{
	struct scene s;
	char *line = NULL;
	int rule;

	(void)state;
	open_scene(&s);
	line = ask(&s, NULL, 0, STET_COSIGN_AUDITOR | STET_COSIGN_FIRST, &rule);
	assert_non_null(line);
	free(line);
	/* Without a copy there is nothing to replay; a checkpoint that is not the newest was not.
	 */
	line = ask(&s, s.next, s.next_size, STET_COSIGN_AUDITOR, &rule);
	assert_null(line);
	close_scene(&s);
}

static void
test_witness__lines_are_kept_and_bad_ones_are_not(void **state)
{
	struct scene s;
	size_t added = 9, size, bit, refused = 0;
	char *line, *note = NULL;
	stet_error err;
	int rule, rc;

	(void)state;
	open_scene(&s);
	must_sign(&s, s.first, s.first_size, STET_COSIGN_FIRST);
	line = ask(&s, NULL, 0, 0, &rule);
	assert_non_null(line);
	size = strlen(line);
	for (bit = 0; bit < 8 * size; bit++) {
		line[bit / 8] = (char)(line[bit / 8] ^ 1 << bit % 8);
		rc = stet_ledger_add_cosignatures(
		    s.tl.ledger, (stet_bytes){(uint8_t *)line, size}, s.cosigners, &added, &err);
		assert_true(rc == STET_EFORMAT || rc == STET_EMISMATCH || rc == STET_EREFUSED);
		line[bit / 8] = (char)(line[bit / 8] ^ 1 << bit % 8);
		refused++;
	}
	print_message("%zu altered lines refused\n", refused);
	assert_int_equal(stet_ledger_add_cosignatures(s.tl.ledger,
			     (stet_bytes){(uint8_t *)line, size}, s.logs, &added, &err),
	    STET_EREFUSED);
	assert_int_equal(err.rule, ST_COSIGNER_UNKNOWN);
	assert_int_equal(stet_ledger_add_cosignatures(s.tl.ledger,
			     (stet_bytes){(uint8_t *)line, size}, s.cosigners, &added, &err),
	    STET_OK);
	assert_int_equal(added, 1);
	assert_int_equal(stet_ledger_checkpoint(s.tl.ledger, &note, &size, NULL), STET_OK);
	assert_non_null(strstr(note, line));
	/* The whole note again: nothing new. */
	assert_int_equal(stet_ledger_add_cosignatures(s.tl.ledger,
			     (stet_bytes){(uint8_t *)note, size}, s.cosigners, &added, &err),
	    STET_OK);
	assert_int_equal(added, 0);
	tl_say(&s.tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': 'doi:10.5555/new.1', 'title': 'New'}");
	assert_int_equal(stet_ledger_add_cosignatures(s.tl.ledger,
			     (stet_bytes){(uint8_t *)note, size}, s.cosigners, &added, &err),
	    STET_EMISMATCH);
	assert_int_equal(err.rule, ST_COSIGNATURE_OTHER);
	free(note);
	assert_int_equal(stet_ledger_checkpoint(s.tl.ledger, &note, &size, NULL), STET_OK);
	assert_null(strstr(note, "w.example"));
	free(note);
	free(line);
	close_scene(&s);
}

static void
test_witness__survives_short_memory(void **state)
{
	struct scene s;
	char *line = NULL, *note = NULL;
	stet_error err;
	size_t added, size;
	long n;
	int rc;

	(void)state;
	open_scene(&s);
	s.options.flags = STET_COSIGN_FIRST;
	for (n = 0;; n++) {
		line = NULL;
		alloc_fail(n);
		rc = stet_cosign(s.key, &s.options, (stet_bytes){(uint8_t *)s.next, s.next_size},
		    s.tl.ledger, &line, NULL, NULL, &err);
		if (!alloc_failed())
			break;
		if (rc != STET_OK && rc != STET_ENOMEM)
			fail_msg("allocation %ld: %d: %s", n, rc, err.text);
		free(line);
	}
	assert_int_equal(rc, STET_OK);
	assert_true(n > 10);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_ledger_add_cosignatures(s.tl.ledger,
		    (stet_bytes){(uint8_t *)line, strlen(line)}, s.cosigners, &added, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
	}
	assert_int_equal(rc, STET_OK);
	/* Memory may have been short for the last step, after the note was in its place. */
	assert_true(added <= 1);
	assert_int_equal(stet_ledger_checkpoint(s.tl.ledger, &note, &size, NULL), STET_OK);
	assert_non_null(strstr(note, line));
	free(note);
	free(line);
	close_scene(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_witness__signs_what_continues),
	    cmocka_unit_test(test_witness__refuses_every_altered_request),
	    cmocka_unit_test(test_witness__believes_no_altered_memory),
	    cmocka_unit_test(test_witness__is_not_led_on_by_a_doctored_tree),
	    cmocka_unit_test(test_witness__auditor_replays),
	    cmocka_unit_test(test_witness__lines_are_kept_and_bad_ones_are_not),
	    cmocka_unit_test(test_witness__survives_short_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
