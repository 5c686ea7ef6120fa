/* verify: a ledger as it should be, and what it takes to say so. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/ledger.h"

#include "base/hex.h"
#include "key/key.h"
#include "support/alloc.h"
#include "verify/verify.h"

/* Through the strict store, batches cut small, and never the second way without being asked. */
static const struct st_verify_tuning strict = {
    .memory_entries = 50000, .batch_entries = 3, .strict = 1};
static const struct st_verify_tuning first_way = {
    .memory_entries = 50000, .batch_entries = 3, .strict = 1, .only_shadow = 1};
static const struct st_verify_tuning thorough = {
    .memory_entries = 50000, .batch_entries = 5, .strict = 1, .no_shadow = 1};
static const struct st_verify_tuning quick = {.memory_entries = 50000, .batch_entries = 2048};

static stet_report *
verify_by(struct tl *tl, const struct st_verify_tuning *tuning, const stet_verify_options *options)
{
	static const stet_verify_options usual = {.version = STET_OPTIONS_VERSION, .threads = 1};
	stet_report *report = NULL;
	stet_error err;

	if (st_verify_run(tl->ledger, options != NULL ? options : &usual, tuning, NULL, NULL,
		&report, &err) != STET_OK)
		fail_msg("verify: %s (%s)", err.text, stet_rule_name(err.rule));
	return report;
}

static void
print(const stet_report *report)
{
	const stet_diagnosis *diagnosis;
	size_t i;

	for (i = 0; (diagnosis = stet_report_get(report, i)) != NULL; i++)
		print_message("  %lld %s: %s\n", (long long)diagnosis->seq,
		    stet_rule_name(diagnosis->rule), diagnosis->text);
}

static int __attribute__((unused)) names(const stet_report *report, uint64_t seq)
{
	const stet_diagnosis *diagnosis;
	size_t i;

	for (i = 0; (diagnosis = stet_report_get(report, i)) != NULL; i++)
		if (diagnosis->seq == seq)
			return 1;
	return 0;
}

static void
expect_good(struct tl *tl, const struct st_verify_tuning *tuning)
{
	stet_report *report = verify_by(tl, tuning, NULL);

	if (!stet_report_ok(report)) {
		print(report);
		fail_msg("%zu diagnoses", stet_report_count(report));
	}
	stet_report_free(report);
}

static void
test_verify__accepts_what_append_wrote(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	expect_good(&tl, &first_way);
	expect_good(&tl, &thorough);
	expect_good(&tl, &quick);
	tl_free(&tl);
}

/* Every bit of every stored entry, one at a time; the sanitizers are too slow for all of them. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRIDE 7
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STRIDE 7
#endif
#endif
#ifndef STRIDE
#define STRIDE 1
#endif
static void
flip_all(struct tl *tl, unsigned flags, size_t *copies_out)
{
	stet_verify_options options = {
	    .version = STET_OPTIONS_VERSION, .threads = 1, .flags = flags};
	uint64_t size = tl_size(tl), seq;
	stet_report *report;
	stet_bytes encoded;
	uint8_t *bytes;
	size_t bit;

	for (seq = 0; seq < size; seq++) {
		encoded = tl_entry(tl, seq);
		bytes = (uint8_t *)(uintptr_t)encoded.data;
		for (bit = 0; bit < encoded.size * 8; bit += STRIDE) {
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			tl_put_entry(tl, seq, encoded);
			report = verify_by(tl, &strict, &options);
			if (stet_report_ok(report) || stet_report_get(report, 0)->seq != seq) {
				print(report);
				fail_msg("bit %zu of entry %llu", bit, (unsigned long long)seq);
			}
			stet_report_free(report);
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			(*copies_out)++;
		}
		tl_put_entry(tl, seq, encoded);
		free(bytes);
	}
}

static void
test_verify__names_the_entry_of_any_flipped_bit(void **state)
{
	size_t copies = 0;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY | TL_BARE);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_PUBLISHER, "['publisher']", ""));
	tl_say(
	    &tl, TL_PUBLISHER, "{'type': 'record', 'subject': '" TL_UUID "', 'title': 'A paper'}");
	flip_all(&tl, STRIDE == 1 ? 0 : STET_VERIFY_HASH_ONLY, &copies);
	print_message(
	    "%zu copies with one bit flipped, each refused with its entry named first\n", copies);
	expect_good(&tl, &first_way);
	tl_free(&tl);
}

/* --- whole entries ---------------------------------------------------------------------------- */

/* Refused, with a diagnosis that names the entry, and without drowning it in others. */
static void
expect_named(struct tl *tl, uint64_t seq, int rule, const char *what)
{
	stet_report *report = verify_by(tl, &strict, NULL);
	const stet_diagnosis *first = stet_report_get(report, 0);

	if (first == NULL || !names(report, seq) || (rule != 0 && first->rule != rule) ||
	    stet_report_count(report) > 4) {
		print(report);
		fail_msg(
		    "%s: %s at %llu expected", what, stet_rule_name(rule), (unsigned long long)seq);
	}
	stet_report_free(report);
}

static void
free_bytes(stet_bytes bytes)
{
	free((void *)(uintptr_t)bytes.data);
}

static void
test_verify__names_each_dropped_entry(void **state)
{
	struct tl_rows rows;
	uint64_t size, seq;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	size = tl_size(&tl);
	tl_rows_take(&tl, &rows);
	for (seq = 0; seq < size; seq++) {
		tl_drop_entry(&tl, seq);
		expect_named(&tl, seq, ST_ENTRY_MISSING, "dropped");
		tl_rows_put(&tl, &rows);
	}
	print_message("%llu entries dropped, one at a time, the first and the last included\n",
	    (unsigned long long)size);
	tl_rows_free(&rows);
	tl_free(&tl);
}

/* The entries after it renumbered, so that there is no gap. */
static void
test_verify__names_each_entry_dropped_and_closed_up(void **state)
{
	struct tl_rows rows;
	uint64_t size, seq, at;
	stet_bytes encoded;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	size = tl_size(&tl);
	tl_rows_take(&tl, &rows);
	for (seq = 0; seq < size; seq++) {
		for (at = seq; at + 1 < size; at++) {
			encoded = tl_entry(&tl, at + 1);
			tl_put_entry(&tl, at, encoded);
			free_bytes(encoded);
		}
		tl_drop_entry(&tl, size - 1);
		expect_named(&tl, seq, ST_ENTRY_MISSING, "dropped and closed up");
		tl_rows_put(&tl, &rows);
	}
	tl_rows_free(&rows);
	tl_free(&tl);
}

static void
test_verify__names_entries_dropped_from_either_end(void **state)
{
	struct tl_rows rows;
	uint64_t size, n, i;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	size = tl_size(&tl);
	tl_rows_take(&tl, &rows);
	for (n = 1; n <= size; n++) {
		for (i = 0; i < n; i++)
			tl_drop_entry(&tl, size - 1 - i);
		expect_named(&tl, size - n, ST_ENTRY_MISSING, "tail dropped");
		tl_rows_put(&tl, &rows);
		for (i = 0; i < n; i++)
			tl_drop_entry(&tl, i);
		expect_named(&tl, 0, ST_ENTRY_MISSING, "head dropped");
		tl_rows_put(&tl, &rows);
	}
	tl_rows_free(&rows);
	tl_free(&tl);
}

static void
test_verify__names_two_entries_swapped(void **state)
{
	uint64_t size, one, two;
	stet_bytes a, b;
	size_t pairs = 0;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	size = tl_size(&tl);
	for (one = 0; one < size; one++)
		for (two = one + 1; two < size; two++, pairs++) {
			a = tl_entry(&tl, one);
			b = tl_entry(&tl, two);
			tl_put_entry(&tl, one, b);
			tl_put_entry(&tl, two, a);
			expect_named(&tl, one, two + 1 == size ? 0 : ST_ENTRY_REORDERED, "swapped");
			tl_put_entry(&tl, one, a);
			tl_put_entry(&tl, two, b);
			free_bytes(a);
			free_bytes(b);
		}
	print_message("%zu pairs of entries swapped\n", pairs);
	tl_free(&tl);
}

/* One entry again, over each of the others. */
static void
test_verify__names_an_entry_stored_over_another(void **state)
{
	uint64_t size, one, two;
	stet_bytes a, b;
	size_t copies = 0;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	size = tl_size(&tl);
	for (one = 0; one < size; one++)
		for (two = 0; two < size; two++) {
			if (one == two)
				continue;
			a = tl_entry(&tl, one);
			b = tl_entry(&tl, two);
			tl_put_entry(&tl, two, a);
			expect_named(&tl, two, 0, "stored over another");
			tl_put_entry(&tl, two, b);
			free_bytes(a);
			free_bytes(b);
			copies++;
		}
	print_message("%zu entries stored over another one\n", copies);
	tl_free(&tl);
}

/* A copy put in, everything after it one number further; and one behind the end. */
static void
test_verify__names_an_entry_put_in(void **state)
{
	uint64_t size, place, at;
	struct tl_rows rows;
	stet_bytes encoded;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	size = tl_size(&tl);
	tl_rows_take(&tl, &rows);
	for (place = 1; place <= size; place++) {
		for (at = size; at > place; at--) {
			encoded = tl_entry(&tl, at - 1);
			tl_put_entry(&tl, at, encoded);
			free_bytes(encoded);
		}
		encoded = tl_entry(&tl, place / 2);
		tl_put_entry(&tl, place, encoded);
		free_bytes(encoded);
		expect_named(&tl, place, ST_ENTRY_REPEATED, "put in");
		tl_rows_put(&tl, &rows);
	}
	tl_rows_free(&rows);
	tl_free(&tl);
}

/* Under numbers that lead nowhere, and under what is no number. */
static void
test_verify__finds_entries_out_of_all_order(void **state)
{
	static const uint64_t far[] = {1000, UINT64_C(1) << 40, UINT64_MAX - 1, UINT64_MAX};
	static const uint8_t odd[] = {0, 0, 0, 0, 0, 0, 0, 5, 0};
	stet_report *report;
	stet_bytes encoded;
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	encoded = tl_entry(&tl, 1);
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		tl_put_entry(&tl, far[i], encoded);
		report = verify_by(&tl, &strict, NULL);
		assert_false(stet_report_ok(report));
		stet_report_free(report);
		tl_drop_entry(&tl, far[i]);
	}
	tl_put_row(&tl, ST_ENTRY, (stet_bytes){odd, sizeof(odd)}, encoded);
	expect_named(&tl, STET_NO_SEQ, ST_ENTRY_EXTRA, "under what is no number");
	tl_drop_row(&tl, ST_ENTRY, (stet_bytes){odd, sizeof(odd)});
	expect_good(&tl, &first_way);
	free_bytes(encoded);
	tl_free(&tl);
}

/* Stored values cut and lengthened, and of every size that is no entry. */
static void
test_verify__names_a_truncated_entry(void **state)
{
	stet_bytes encoded, cut;
	uint64_t size, seq;
	size_t copies = 0;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY | TL_BARE);
	tl_append(&tl, tl_grant(&tl, TL_ROOT, TL_PUBLISHER, "['publisher']", ""));
	size = tl_size(&tl);
	for (seq = 0; seq < size; seq++) {
		encoded = tl_entry(&tl, seq);
		for (cut = encoded, cut.size = 0; cut.size < encoded.size; cut.size++, copies++) {
			tl_put_entry(&tl, seq, cut);
			expect_named(&tl, seq, ST_ENTRY_ALTERED, "cut at the end");
		}
		tl_put_entry(&tl, seq, encoded);
		free_bytes(encoded);
	}
	print_message("%zu truncations\n", copies);
	tl_free(&tl);
}

/* --- copies of the whole ---------------------------------------------------------------------- */

static char *
checkpoint_path(const struct tl *tl)
{
	char *path = st_path_join(tl->path, "checkpoint");

	assert_non_null(path);
	return path;
}

static void
read_checkpoint(const struct tl *tl, struct st_buf *note)
{
	char *path = checkpoint_path(tl);
	stet_error err;

	st_buf_reset(note);
	assert_int_equal(st_file_read(path, ST_NOTE_MAX, note, &err), STET_OK);
	free(path);
}

static void
write_checkpoint(const struct tl *tl, const struct st_buf *note)
{
	char *path = checkpoint_path(tl);
	stet_error err;

	assert_int_equal(st_file_write(path, st_buf_bytes(note), 0644, &err), STET_OK);
	free(path);
}

/* Cut back to an earlier seal by an expert: entries, tables, checkpoint, everything.  What this
 * machine remembers tells, or a checkpoint that the reader kept. */
static void
test_verify__finds_a_ledger_cut_back(void **state)
{
	stet_verify_options options = {.version = STET_OPTIONS_VERSION, .threads = 1};
	struct st_buf before = {0}, after = {0};
	stet_report *report;
	struct tl_rows rows;
	uint64_t size;
	char *state_dir;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	size = tl_size(&tl);
	tl_rows_take(&tl, &rows);
	read_checkpoint(&tl, &before);
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'Cut off'}");
	read_checkpoint(&tl, &after);
	tl_rows_put(&tl, &rows);
	/* Its own checkpoint was forgotten. */
	expect_named(&tl, size, ST_ROLLED_BACK, "cut back, its checkpoint left");
	write_checkpoint(&tl, &before);
	expect_named(&tl, size, ST_ROLLED_BACK, "cut back with its checkpoint");
	/* Elsewhere, where nothing is remembered, it is an older copy and no more. */
	state_dir = tl.ledger->state_dir;
	tl.ledger->state_dir = NULL;
	expect_good(&tl, &first_way);
	options.since = st_buf_bytes(&after);
	report = verify_by(&tl, &strict, &options);
	assert_int_equal(stet_report_get(report, 0)->rule, ST_ROLLED_BACK);
	assert_int_equal(stet_report_get(report, 0)->seq, size);
	stet_report_free(report);
	options.since = st_buf_bytes(&before);
	report = verify_by(&tl, &first_way, &options);
	assert_true(stet_report_ok(report));
	stet_report_free(report);
	tl.ledger->state_dir = state_dir;
	st_buf_free(&before);
	st_buf_free(&after);
	tl_rows_free(&rows);
	tl_free(&tl);
}

/* An old backup put back on a machine that remembers nothing, and appended to: two histories. */
static void
test_verify__finds_a_fork(void **state)
{
	stet_verify_options options = {.version = STET_OPTIONS_VERSION, .threads = 1};
	struct st_buf ours = {0}, backup = {0};
	char *state_dir, *other;
	stet_report *report;
	struct tl_rows rows;
	struct tl_force force;
	stet_statement *statement;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	tl_rows_take(&tl, &rows);
	read_checkpoint(&tl, &backup);
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'One history'}");
	read_checkpoint(&tl, &ours);
	tl_rows_put(&tl, &rows);
	write_checkpoint(&tl, &backup);
	/* The other machine: it has the key and another memory. */
	state_dir = tl.ledger->state_dir;
	other = st_path_join(tl.folder, "elsewhere");
	tl.ledger->state_dir = other;
	tl.ledger->state_known = 0;
	statement = tl_statement(
	    &tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'Another'}");
	memset(&force, 0, sizeof(force));
	force.statement = stet_statement_encoded(statement);
	tl_force(&tl, &force);
	expect_good(&tl, &first_way); /* in itself it is whole */
	tl.ledger->state_dir = state_dir;
	expect_named(&tl, STET_NO_SEQ, ST_FORKED, "appended to elsewhere");
	tl.ledger->state_dir = NULL;
	options.since = st_buf_bytes(&ours);
	report = verify_by(&tl, &strict, &options);
	assert_int_equal(stet_report_get(report, 0)->rule, ST_FORKED);
	stet_report_free(report);
	tl.ledger->state_dir = state_dir;
	free(other);
	stet_statement_free(statement);
	st_buf_free(&ours);
	st_buf_free(&backup);
	tl_rows_free(&rows);
	tl_free(&tl);
}

/* --- derived tables --------------------------------------------------------------------------- */

static void
expect_table(struct tl *tl, enum st_table table, stet_bytes key, const char *what)
{
	stet_report *report = verify_by(tl, &strict, NULL);
	const stet_diagnosis *first = stet_report_get(report, 0);
	char hex[2 * 64 + 1], named[64];

	st_hex(key.data, key.size, hex);
	snprintf(named, sizeof(named), "table '%s'", st_table_names[table]);
	if (first == NULL || first->rule != ST_TABLE_DIFFERS || strstr(first->text, hex) == NULL ||
	    strstr(first->text, named) == NULL || stet_report_count(report) != 1) {
		print(report);
		fail_msg("table '%s', row %s %s", st_table_names[table], hex, what);
	}
	stet_report_free(report);
}

/* Every row of every table: dropped, altered, and one put beside it. */
static void
test_verify__names_each_wrong_row(void **state)
{
	static const char *const whats[] = {"dropped", "altered", "shortened", "put beside it"};
	size_t i, rows_wrong = 0, k;
	uint8_t beside[64];
	struct tl_rows rows;
	stet_bytes key, other;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	tl_rows_take(&tl, &rows);
	for (i = 0; i < rows.count; i++) {
		enum st_table table = rows.tables[i];
		stet_bytes value = rows.values[i];

		if (table == ST_ENTRY)
			continue;
		for (k = 0; k < 4; k++) {
			key = rows.keys[i];
			if (k == 0) {
				tl_drop_row(&tl, table, key);
			} else if (k == 1) {
				other.size = value.size;
				other.data = memcpy(malloc(value.size + 1), value.data, value.size);
				((uint8_t *)(uintptr_t)other.data)[value.size - 1] ^= 1;
				tl_put_row(&tl, table, key, other);
				free_bytes(other);
			} else if (k == 2) {
				tl_put_row(
				    &tl, table, key, (stet_bytes){value.data, value.size - 1});
			} else {
				memcpy(beside, key.data, key.size);
				beside[key.size - 1] ^= 0x80;
				key = (stet_bytes){beside, key.size};
				tl_put_row(&tl, table, key, value);
			}
			expect_table(&tl, table, key, whats[k]);
			rows_wrong++;
			if (k == 3)
				tl_drop_row(&tl, table, key);
			else
				tl_put_row(&tl, table, key, value);
		}
	}
	print_message("%zu rows of derived tables wrong, each named\n", rows_wrong);
	expect_good(&tl, &first_way);
	tl_rows_free(&rows);
	tl_free(&tl);
}

/* All tables lost at once: each row is one diagnosis, kept up to the limit and counted beyond. */
static void
test_verify__counts_what_it_does_not_keep(void **state)
{
	stet_verify_options options = {
	    .version = STET_OPTIONS_VERSION, .threads = 1, .max_diagnoses = 5};
	struct st_batch *batch = NULL;
	stet_report *report;
	struct tl_rows rows;
	stet_error err;
	struct tl tl;
	size_t i, lost = 0;
	int table;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	tl_rows_take(&tl, &rows);
	for (i = 0; i < rows.count; i++)
		lost += rows.tables[i] != ST_ENTRY;
	assert_int_equal(st_batch_begin(tl.ledger->store, 0, &batch, &err), STET_OK);
	for (table = ST_ENTRY + 1; table < ST_TABLE_COUNT; table++)
		assert_int_equal(st_batch_clear(batch, (enum st_table)table, &err), STET_OK);
	assert_int_equal(st_batch_commit(&batch, &err), STET_OK);
	report = verify_by(&tl, &strict, &options);
	assert_int_equal(stet_report_count(report), lost);
	assert_non_null(stet_report_get(report, 4));
	assert_null(stet_report_get(report, 5));
	assert_int_equal(stet_report_get(report, 0)->rule, ST_TABLE_DIFFERS);
	stet_report_free(report);
	tl_rows_free(&rows);
	tl_free(&tl);
}

/* That a copy was moved away is its own affair. */
static void
test_verify__leaves_the_mark_of_a_moved_copy_alone(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_put_row(&tl, ST_META, st_str(ST_META_MOVED), st_str("yes"));
	expect_good(&tl, &first_way);
	tl_free(&tl);
}

static const char *
public_hex(const struct tl *tl, enum tl_key key)
{
	static char hex[65];
	uint8_t public_key[32];

	stet_key_public(tl->keys[key], public_key);
	st_hex(public_key, 32, hex);
	return hex;
}

/* --- histories out of the ordinary ------------------------------------------------------------ */

static void
rotate(struct tl *tl)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_outcome *outcome = NULL;
	stet_statement *statement;
	stet_error err;

	statement = tl_statementf(tl, TL_ROOT,
	    "{'type': 'ledger', 'subject': 'stet:ledger', 'action': 'rotate', "
	    "'key': {'kty': 'OKP', 'crv': 'Ed25519', 'x': '%s'}}",
	    public_hex(tl, TL_NEXT));
	options.now_ms = tl->now_ms;
	if (stet_ledger_rotate(
		tl->ledger, statement, tl->keys[TL_NEXT], &options, &outcome, &err) != STET_OK)
		fail_msg("%s", err.text);
	stet_outcome_free(outcome);
	stet_statement_free(statement);
}

/* Seals and checkpoints by the old key, by both, by the new one. */
static void
test_verify__follows_a_change_of_the_ledger_key(void **state)
{
	struct st_buf before = {0}, between = {0}, after = {0};
	stet_verify_options options = {.version = STET_OPTIONS_VERSION, .threads = 1};
	stet_report *report;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	read_checkpoint(&tl, &before);
	rotate(&tl);
	read_checkpoint(&tl, &between);
	expect_good(&tl, &first_way);
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'After'}");
	read_checkpoint(&tl, &after);
	expect_good(&tl, &first_way);
	expect_good(&tl, &thorough);
	/* An older checkpoint is one that a crash left; it is right by the keys of its size. */
	write_checkpoint(&tl, &between);
	expect_good(&tl, &first_way);
	write_checkpoint(&tl, &before);
	expect_good(&tl, &first_way);
	/* And any of them will do to start from. */
	options.since = st_buf_bytes(&before);
	report = verify_by(&tl, &first_way, &options);
	assert_true(stet_report_ok(report));
	stet_report_free(report);
	st_buf_free(&before);
	st_buf_free(&between);
	st_buf_free(&after);
	tl_free(&tl);
}

/* What a thief said does not keep the owner from saying the same: the row of the id then leads to
 * another entry than at first, which the first way takes for an error and the second does not. */
static void
test_verify__accepts_what_is_said_again_after_a_theft(void **state)
{
	static const char json[] =
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'Mine', 'id': 'the-same'}";
	struct tl tl;
	char more[64];
	uint64_t seq;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	seq = tl_say(&tl, TL_PUBLISHER, json);
	snprintf(more, sizeof(more), ", 'reason': 'stolen', 'distrust_from': %llu",
	    (unsigned long long)seq);
	tl_append(&tl, tl_revoke(&tl, TL_ROOT, TL_PUBLISHER, more));
	tl_append(&tl,
	    tl_statementf(&tl, TL_ROOT,
		"{'type': 'key', 'action': 'grant', 'subject': '%s', 'label': 'new', 'key_issuer': "
		"'https://example.org/publisher', 'roles': ['publisher'], 'key': {'kty': 'OKP', "
		"'crv': 'Ed25519', 'x': '%s'}}",
		tl_key_name(&tl, TL_STRANGER), public_hex(&tl, TL_STRANGER)));
	tl_append(
	    &tl, tl_statement(&tl, TL_STRANGER,
		     "{'type': 'record', 'subject': 'rw:1', 'title': 'Mine', 'id': 'the-same', "
		     "'issuer': 'https://example.org/publisher'}"));
	expect_good(&tl, &strict);
	expect_good(&tl, &thorough);
	tl_free(&tl);
}

/* A newer stet's type: its contents are that one's affair, everything else is judged. */
static void
test_verify__judges_what_it_can_of_an_unknown_type(void **state)
{
	/* {"v": 7, "type": "hologram"} */
	static const uint8_t payload[] = "\xa2\x61v\x07\x64type\x68hologram";
	stet_bytes bytes = {payload, sizeof(payload) - 1};
	stet_report *report;
	struct tl tl;
	uint64_t seq;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_force_statement(&tl, tl_raw(&tl, TL_PUBLISHER, "rw:1", bytes));
	report = verify_by(&tl, &first_way, NULL);
	assert_true(stet_report_ok(report));
	assert_int_equal(stet_json_int_of(stet_json_get(stet_report_json(report), "unknown")), 1);
	stet_report_free(report);
	seq = tl_force_statement(&tl, tl_raw(&tl, TL_STRANGER, "rw:1", bytes));
	expect_named(&tl, seq, ST_SIGNER_UNKNOWN, "of an unknown type by a stranger");
	tl_free(&tl);
}

/* --- contents --------------------------------------------------------------------------------- */

/* Cut to every length, and everything that can stand in a file's place. */
static void
test_verify__reads_every_content(void **state)
{
	static const char content[] = "what the paper rests on\n";
	stet_verify_options options = {.version = STET_OPTIONS_VERSION, .threads = 2};
	struct st_buf path = {0};
	uint8_t digest[32];
	stet_report *report;
	struct tl tl;
	uint64_t seq;
	char hex[65];
	size_t cut;
	FILE *file;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_attach(&tl, content, hex);
	seq = tl_append(
	    &tl, tl_statementf(&tl, TL_PUBLISHER,
		     "{'type': 'artifact', 'subject': 'rw:1', 'role': 'evidence', 'size': %zu, "
		     "'media_type': 'text/plain', 'sha256': '%s'}",
		     strlen(content), hex));
	expect_good(&tl, &first_way);
	assert_int_equal(st_hex_read(st_str(hex), digest, 32), 0);
	st_artifact_path(tl.ledger, digest, &path);
	for (cut = 0; cut < strlen(content); cut++) {
		unlink((char *)path.data);
		file = fopen((char *)path.data, "wb");
		assert_non_null(file);
		assert_int_equal(fwrite(content, 1, cut, file), cut);
		fclose(file);
		/* Another digest, and another size than was signed. */
		report = verify_by(&tl, &strict, NULL);
		assert_int_equal(stet_report_count(report), 2);
		assert_int_equal(stet_report_get(report, 0)->seq, seq);
		stet_report_free(report);
	}
	unlink((char *)path.data);
	assert_int_equal(mkfifo((char *)path.data, 0600), 0); /* nobody will ever write into it */
	expect_named(&tl, seq, 0, "a pipe in place of a content");
	unlink((char *)path.data);
	assert_int_equal(mkdir((char *)path.data, 0700), 0);
	expect_named(&tl, seq, 0, "a folder in place of a content");
	rmdir((char *)path.data);
	assert_int_equal(symlink("/etc/hostname", (char *)path.data), 0);
	expect_named(&tl, seq, 0, "a link in place of a content");
	unlink((char *)path.data);
	expect_named(&tl, seq, ST_ARTIFACT_MISSING, "no content");
	options.flags = STET_VERIFY_NO_ARTIFACTS; /* not read, but there it must be */
	report = verify_by(&tl, &first_way, &options);
	assert_int_equal(stet_report_get(report, 0)->rule, ST_ARTIFACT_MISSING);
	stet_report_free(report);
	/* Until it is withheld, for as long as anybody keeps it from being so. */
	tl_append(&tl, tl_statementf(&tl, TL_ADMIN,
			   "{'type': 'withhold', 'subject': 'rw:1', 'ground': 'a court said so', "
			   "'sha256': '%s'}",
			   hex));
	expect_good(&tl, &first_way);
	st_buf_free(&path);
	tl_free(&tl);
}

/* --- damage without a plan -------------------------------------------------------------------- */

static uint64_t
random_number(uint64_t *state, uint64_t below)
{
	/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (*state * UINT64_C(2685821657736338717) >> 11) % below;
}

/* One change somewhere: a bit, a length, a row gone, doubled, moved, or made up. */
static void
damage(struct tl *tl, const struct tl_rows *rows, uint64_t *state)
{
	size_t at = random_number(state, rows->count), other = random_number(state, rows->count);
	enum st_table table = rows->tables[at];
	stet_bytes key = rows->keys[at], value = rows->values[at];
	uint8_t made[64];
	size_t i;

	switch (random_number(state, 6)) {
	case 0: /* absent already: fine */
		free_bytes(tl_row(tl, table, key));
		tl_put_row(tl, table, key, value);
		tl_drop_row(tl, table, key);
		break;
	case 1:
		value.data = memcpy(malloc(value.size + 1), value.data, value.size);
		i = random_number(state, value.size);
		((uint8_t *)(uintptr_t)value.data)[i] ^= (uint8_t)(1u << random_number(state, 8));
		tl_put_row(tl, table, key, value);
		free_bytes(value);
		break;
	case 2:
		value.size = random_number(state, value.size + 1);
		tl_put_row(tl, table, key, value);
		break;
	case 3: /* another row's value, of any table */
		tl_put_row(tl, table, key, rows->values[other]);
		break;
	case 4: /* another row's key */
		tl_put_row(tl, table, rows->keys[other], value);
		break;
	default:
		for (i = 0; i < sizeof(made); i++)
			made[i] = (uint8_t)random_number(state, random_number(state, 2) ? 256 : 2);
		tl_put_row(
		    tl, table, (stet_bytes){made, 1 + random_number(state, sizeof(made))}, value);
		break;
	}
}

static int
is_as_before(struct tl *tl, const struct tl_rows *rows)
{
	struct tl_rows now;
	size_t i;
	int same;

	tl_rows_take(tl, &now);
	same = now.count == rows->count;
	for (i = 0; same && i < now.count; i++)
		same = now.tables[i] == rows->tables[i] &&
		       st_bytes_equal(now.keys[i], rows->keys[i]) &&
		       st_bytes_equal(now.values[i], rows->values[i]);
	tl_rows_free(&now);
	return same;
}

/* Whatever was done, the answer is a report, and it is not yes. */
static void
test_verify__survives_any_damage(void **state)
{
	uint64_t seed = 20260101;
	size_t rounds = 3000 / STRIDE, round, n, whole = 0;
	stet_report *report;
	struct tl_rows rows;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	tl_rows_take(&tl, &rows);
	for (round = 0; round < rounds; round++) {
		for (n = 1 + random_number(&seed, round % 10 == 0 ? 40 : 6); n > 0; n--)
			damage(&tl, &rows, &seed);
		report = verify_by(&tl, round % 2 == 0 ? &strict : &thorough, NULL);
		if (stet_report_ok(report) != is_as_before(&tl, &rows)) {
			print(report);
			fail_msg("round %zu", round);
		}
		whole += (size_t)stet_report_ok(report);
		stet_report_free(report);
		tl_rows_put(&tl, &rows);
	}
	print_message("%zu ledgers with up to forty random changes, %zu of them whole after all\n",
	    rounds, whole);
	tl_rows_free(&rows);
	tl_free(&tl);
}

/* --- ledgers that are hard to open ------------------------------------------------------------ */

static void
reopen(struct tl *tl, int read_only, int repair)
{
	stet_ledger_options options = tl_options(tl);
	stet_error err;

	stet_ledger_close(tl->ledger);
	tl->ledger = NULL;
	options.read_only = read_only;
	options.repair = repair;
	if (stet_ledger_open(tl->path, &options, &tl->ledger, &err) != STET_OK)
		fail_msg("%s (%s)", err.text, stet_rule_name(err.rule));
}

/* What is damaged must be opened to be judged, and without writing into it. */
static void
test_verify__opens_what_it_has_to_judge(void **state)
{
	static const char *const metas[] = {"head", "types", "seals"};
	static const uint8_t nonsense[] = {0xff};
	stet_bytes encoded, key;
	struct tl tl;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		tl_make(&tl, 0);
		key = st_str(metas[i]);
		tl_put_row(&tl, ST_META, key, (stet_bytes){nonsense, 1});
		reopen(&tl, 1, 0);
		expect_table(&tl, ST_META, key, "damaged");
		tl_free(&tl);
	}
	tl_make(&tl, 0);
	reopen(&tl, 1, 0);
	expect_good(&tl, &first_way);
	reopen(&tl, 0, 0);
	encoded = tl_entry(&tl, 0);
	((uint8_t *)(uintptr_t)encoded.data)[0] ^= 1;
	tl_put_entry(&tl, 0, encoded);
	reopen(&tl, 1, 1);
	expect_named(&tl, 0, ST_ENTRY_ALTERED, "entry 0 unreadable");
	free_bytes(encoded);
	tl_free(&tl);
}

/* --- options ---------------------------------------------------------------------------------- */

static int64_t
member(const stet_report *report, const char *name)
{
	return stet_json_int_of(stet_json_get(stet_report_json(report), name));
}

static void
test_verify__counts_what_it_looked_at(void **state)
{
	stet_verify_options options = {.version = STET_OPTIONS_VERSION, .threads = 1};
	struct st_buf note = {0};
	stet_report *report;
	uint64_t before;
	stet_head head;
	stet_error err;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	before = tl_size(&tl);
	read_checkpoint(&tl, &note);
	tl_fill(&tl);
	report = verify_by(&tl, &first_way, &options);
	assert_int_equal(member(report, "entries"), tl_size(&tl));
	assert_int_equal(member(report, "signatures"), tl_size(&tl));
	assert_int_equal(member(report, "artifacts"), 3);
	assert_int_equal(member(report, "seals"), 10);
	assert_int_equal(member(report, "size"), tl_size(&tl));
	assert_int_equal(stet_ledger_head(tl.ledger, &head, &err), STET_OK);
	assert_memory_equal(report->head.root, head.root, 32);
	assert_memory_equal(report->head.index, head.index, 32);
	stet_report_free(report);
	options.flags = STET_VERIFY_HASH_ONLY;
	report = verify_by(&tl, &first_way, &options);
	assert_int_equal(member(report, "signatures"), 0);
	stet_report_free(report);
	options.flags = 0;
	options.since = st_buf_bytes(&note);
	report = verify_by(&tl, &first_way, &options);
	assert_true(stet_report_ok(report));
	assert_int_equal(member(report, "signatures"), tl_size(&tl) - before);
	stet_report_free(report);
	st_buf_free(&note);
	tl_free(&tl);
}

/* A checkpoint to start from that proves nothing about this ledger. */
static void
test_verify__trusts_no_foreign_checkpoint(void **state)
{
	stet_verify_options options = {.version = STET_OPTIONS_VERSION, .threads = 1};
	struct st_checkpoint checkpoint;
	struct st_buf text = {0}, note = {0};
	stet_report *report = NULL;
	stet_head head;
	stet_error err;
	struct tl tl;
	int i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(stet_ledger_head(tl.ledger, &head, &err), STET_OK);
	for (i = 0; i < 2; i++) {
		memset(&checkpoint, 0, sizeof(checkpoint));
		strcpy(checkpoint.origin, i == 0 ? TL_ORIGIN : "other.example.org");
		checkpoint.size = head.size;
		memcpy(checkpoint.root, head.root, 32);
		st_buf_reset(&text);
		st_buf_reset(&note);
		st_checkpoint_put(&text, &checkpoint);
		assert_int_equal(
		    st_note_sign(st_buf_bytes(&text), checkpoint.origin,
			st_key_secret(tl.keys[i == 0 ? TL_ROOT : TL_LEDGER]), &note, &err),
		    STET_OK);
		options.since = st_buf_bytes(&note);
		report = verify_by(&tl, &first_way, &options);
		assert_int_equal(stet_report_count(report), 1);
		assert_int_equal(stet_report_get(report, 0)->rule, ST_SINCE_FOREIGN);
		stet_report_free(report);
	}
	options.since = st_str("no note");
	assert_int_equal(
	    stet_verify_ledger(tl.ledger, &options, NULL, NULL, &report, &err), STET_EFORMAT);
	options.version++;
	assert_int_equal(
	    stet_verify_ledger(tl.ledger, &options, NULL, NULL, &report, &err), STET_EINVAL);
	st_buf_free(&text);
	st_buf_free(&note);
	tl_free(&tl);
}

struct progress {
	unsigned calls, stop_at;
	uint64_t last, total;
};

static int
count_progress(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct progress *progress = ctx;

	assert_non_null(what);
	progress->last = done;
	progress->total = total;
	return ++progress->calls == progress->stop_at;
}

static void
test_verify__stops_when_asked(void **state)
{
	stet_verify_options options = {.version = STET_OPTIONS_VERSION, .threads = 2};
	struct progress progress = {0};
	stet_report *report = NULL;
	unsigned calls, stop;
	stet_error err;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	assert_int_equal(
	    stet_verify_ledger(tl.ledger, &options, count_progress, &progress, &report, &err),
	    STET_OK);
	stet_report_free(report);
	calls = progress.calls;
	assert_true(calls >= 3);
	for (stop = 1; stop <= calls; stop++) {
		progress = (struct progress){.stop_at = stop};
		assert_int_equal(stet_verify_ledger(
				     tl.ledger, &options, count_progress, &progress, &report, &err),
		    STET_EINVAL);
		assert_int_equal(err.rule, ST_STOPPED);
	}
	tl_free(&tl);
}

static size_t
files_in(const char *folder, const char *beginning)
{
	struct dirent *entry;
	size_t count = 0;
	DIR *dir = opendir(folder);

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		count += strncmp(entry->d_name, beginning, strlen(beginning)) == 0;
	closedir(dir);
	return count;
}

/* Tables on disk leave nothing behind, whichever way it ends; and where there is no place for them,
 * memory does. */
static void
test_verify__removes_its_temporary_files(void **state)
{
	static const struct st_verify_tuning on_disk = {.batch_entries = 4, .only_shadow = 1};
	static const struct st_verify_tuning on_disk_thorough = {
	    .batch_entries = 4, .no_shadow = 1};
	stet_verify_options options = {.version = STET_OPTIONS_VERSION, .threads = 1};
	struct progress progress = {.stop_at = 2};
	stet_report *report = NULL;
	stet_error err;
	char *kept;
	struct tl tl;

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	expect_good(&tl, &on_disk);
	expect_good(&tl, &on_disk_thorough);
	assert_int_equal(st_verify_run(tl.ledger, &options, &on_disk_thorough, count_progress,
			     &progress, &report, &err),
	    STET_EINVAL);
	assert_int_equal(files_in(tl.folder, "verify."), 0);
	kept = tl.ledger->scratch_dir;
	tl.ledger->scratch_dir = strdup("/nonexistent/folder");
	expect_good(&tl, &on_disk);
	free(tl.ledger->scratch_dir);
	tl.ledger->scratch_dir = kept;
	tl_free(&tl);
}

/* The same answer however many threads there are. */
static void
test_verify__answers_the_same_on_any_number_of_threads(void **state)
{
	static const char json[] = "{'type': 'record', 'subject': 'rw:1', 'title': 'No'}";
	stet_verify_options options = {.version = STET_OPTIONS_VERSION};
	char *first = NULL, *text = NULL;
	struct st_buf copy = {0};
	struct tl_force force;
	stet_statement *statement;
	stet_report *report;
	struct tl tl;
	size_t size;
	int i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < 7; i++) { /* seven wrong signatures among some right ones */
		tl_append(
		    &tl, tl_statementf(&tl, TL_PUBLISHER,
			     "{'type': 'record', 'subject': 'rw:%d', 'title': 'Yes'}", 100 + i));
		statement = tl_statement(&tl, TL_PUBLISHER, json);
		st_buf_reset(&copy);
		st_buf_put_bytes(&copy, stet_statement_encoded(statement));
		copy.data[copy.size - 1] ^= 1;
		memset(&force, 0, sizeof(force));
		force.statement = st_buf_bytes(&copy);
		tl_force(&tl, &force);
		stet_statement_free(statement);
	}
	for (options.threads = 1; options.threads <= 5; options.threads++) {
		report = verify_by(&tl, &strict, &options);
		assert_int_equal(stet_report_count(report), 7);
		assert_int_equal(stet_report_get(report, 0)->rule, ST_SIGNATURE_INVALID);
		assert_int_equal(
		    stet_json_text(stet_report_json(report), 0, &text, &size, NULL), STET_OK);
		if (first == NULL) {
			first = text;
		} else {
			assert_string_equal(text, first);
			free(text);
		}
		stet_report_free(report);
	}
	free(first);
	st_buf_free(&copy);
	tl_free(&tl);
}

/* --- memory ----------------------------------------------------------------------------------- */

static void
test_verify__survives_want_of_memory(void **state)
{
	static const struct st_verify_tuning ways[] = {
	    {.memory_entries = 50000, .batch_entries = 3, .only_shadow = 1},
	    {.memory_entries = 50000, .batch_entries = 3, .no_shadow = 1}};
	stet_verify_options options = {.version = STET_OPTIONS_VERSION, .threads = 1};
	stet_report *report = NULL;
	stet_error err;
	struct tl tl;
	size_t way;
	long n;
	int rc;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_fill(&tl);
	for (way = 0; way < 2; way++) {
		for (n = 0;; n++) {
			alloc_fail(n);
			rc = st_verify_run(
			    tl.ledger, &options, &ways[way], NULL, NULL, &report, &err);
			if (!alloc_failed())
				break;
			if (rc == STET_OK) { /* it could do without */
				assert_true(stet_report_ok(report));
				stet_report_free(report);
			} else {
				assert_int_equal(rc, STET_ENOMEM);
			}
		}
		assert_int_equal(rc, STET_OK);
		assert_true(stet_report_ok(report));
		stet_report_free(report);
		print_message("%ld allocations failed, one at a time\n", n);
	}
	tl_free(&tl);
}

/* --- while others write ----------------------------------------------------------------------- */

struct writing {
	struct tl *tl;
	pthread_mutex_t lock;
	int stop;
	unsigned batches;
};

static int
has_to_stop(struct writing *writing)
{
	int stop;

	pthread_mutex_lock(&writing->lock);
	stop = writing->stop;
	pthread_mutex_unlock(&writing->lock);
	return stop;
}

static void *
keep_writing(void *arg)
{
	struct writing *writing = arg;

	while (!has_to_stop(writing)) {
		tl_append(writing->tl,
		    tl_statementf(writing->tl, TL_PUBLISHER,
			"{'type': 'record', 'subject': 'rw:%u', 'title': 'While verifying'}",
			writing->batches % 7 + 1));
		writing->batches++;
	}
	return NULL;
}

/* Whoever appends meanwhile is not taken for a forger: the tables are compared with those of the
 * moment at which the replay has caught up. */
static void
test_verify__works_while_others_append(void **state)
{
	stet_verify_options options = {.version = STET_OPTIONS_VERSION, .threads = 2};
	struct writing writing = {.lock = PTHREAD_MUTEX_INITIALIZER};
	stet_ledger *reading = NULL;
	stet_ledger_options open_options;
	stet_report *report;
	pthread_t writer;
	stet_error err;
	uint64_t size;
	struct tl tl;
	int i;

	(void)state;
	tl_make(&tl, 0);
	tl_fill(&tl);
	open_options = tl_options(&tl);
	assert_int_equal(stet_ledger_open(tl.path, &open_options, &reading, &err), STET_OK);
	writing.tl = &tl;
	assert_int_equal(pthread_create(&writer, NULL, keep_writing, &writing), 0);
	for (i = 0; i < 40; i++) {
		size = tl_size(&tl);
		assert_int_equal(
		    st_verify_run(reading, &options, i % 2 == 0 ? &first_way : &thorough, NULL,
			NULL, &report, &err),
		    STET_OK);
		if (!stet_report_ok(report)) {
			print(report);
			fail_msg("found something wrong in a ledger that others append to");
		}
		assert_true((uint64_t)member(report, "entries") >= size);
		assert_true((uint64_t)member(report, "size") >= size);
		assert_true(member(report, "signatures") >= member(report, "size"));
		stet_report_free(report);
	}
	pthread_mutex_lock(&writing.lock);
	writing.stop = 1;
	pthread_mutex_unlock(&writing.lock);
	pthread_join(writer, NULL);
	print_message("40 verifications while %u batches were appended\n", writing.batches);
	assert_true(writing.batches > 0);
	stet_ledger_close(reading);
	tl_free(&tl);
}

/* With an argument: only the tests whose names match it. */
int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_verify__accepts_what_append_wrote),
	    cmocka_unit_test(test_verify__names_the_entry_of_any_flipped_bit),
	    cmocka_unit_test(test_verify__names_each_dropped_entry),
	    cmocka_unit_test(test_verify__names_each_entry_dropped_and_closed_up),
	    cmocka_unit_test(test_verify__names_entries_dropped_from_either_end),
	    cmocka_unit_test(test_verify__names_two_entries_swapped),
	    cmocka_unit_test(test_verify__names_an_entry_stored_over_another),
	    cmocka_unit_test(test_verify__names_an_entry_put_in),
	    cmocka_unit_test(test_verify__finds_entries_out_of_all_order),
	    cmocka_unit_test(test_verify__names_a_truncated_entry),
	    cmocka_unit_test(test_verify__finds_a_ledger_cut_back),
	    cmocka_unit_test(test_verify__finds_a_fork),
	    cmocka_unit_test(test_verify__names_each_wrong_row),
	    cmocka_unit_test(test_verify__counts_what_it_does_not_keep),
	    cmocka_unit_test(test_verify__leaves_the_mark_of_a_moved_copy_alone),
	    cmocka_unit_test(test_verify__follows_a_change_of_the_ledger_key),
	    cmocka_unit_test(test_verify__accepts_what_is_said_again_after_a_theft),
	    cmocka_unit_test(test_verify__judges_what_it_can_of_an_unknown_type),
	    cmocka_unit_test(test_verify__reads_every_content),
	    cmocka_unit_test(test_verify__survives_any_damage),
	    cmocka_unit_test(test_verify__opens_what_it_has_to_judge),
	    cmocka_unit_test(test_verify__counts_what_it_looked_at),
	    cmocka_unit_test(test_verify__trusts_no_foreign_checkpoint),
	    cmocka_unit_test(test_verify__stops_when_asked),
	    cmocka_unit_test(test_verify__removes_its_temporary_files),
	    cmocka_unit_test(test_verify__answers_the_same_on_any_number_of_threads),
	    cmocka_unit_test(test_verify__survives_want_of_memory),
	    cmocka_unit_test(test_verify__works_while_others_append),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
