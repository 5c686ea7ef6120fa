/* restore and reindex: entries are the truth, and all else follows from them. */
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

#include "base/err.h"
#include "base/hex.h"
#include "index/index.h"
#include "support/alloc.h"
#include "support/check.h"
#include "support/strict.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* --- sequences of entries -------------------------------------------------------------------- */

struct sequence {
	struct st_buf bytes;
	size_t starts[4096]; /* of each entry, and the end */
	size_t count;
	size_t at;   /* reading */
	size_t most; /* bytes a read gives at most; 0: as many as asked for */
};

static int
collect(void *ctx, uint64_t seq, stet_bytes encoded, stet_error *err)
{
	struct sequence *sequence = ctx;

	(void)err;
	assert_int_equal(seq, sequence->count);
	st_buf_put_bytes(&sequence->bytes, encoded);
	assert_true(++sequence->count < COUNT_OF(sequence->starts));
	sequence->starts[sequence->count] = sequence->bytes.size;
	return STET_OK;
}

static void
sequence_of(struct tl *tl, struct sequence *sequence)
{
	memset(sequence, 0, sizeof(*sequence));
	assert_int_equal(
	    st_ledger_walk(tl->ledger, 0, STET_NO_SEQ, collect, sequence, NULL), STET_OK);
}

static int
read_sequence(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	struct sequence *sequence = ctx;
	size_t left = sequence->bytes.size - sequence->at;

	*got_out = left < size ? left : size;
	if (sequence->most > 0 && *got_out > sequence->most)
		*got_out = sequence->most;
	memcpy(buf, sequence->bytes.data + sequence->at, *got_out);
	sequence->at += *got_out;
	return STET_OK;
}

static int
restore_to(struct tl *tl, const char *path, struct sequence *sequence, const stet_key *key,
    const char *artifacts, stet_error *err)
{
	stet_ledger_options options = tl_options(tl);

	sequence->at = 0;
	st_error_clear(err);
	return stet_ledger_restore(
	    path, &options, read_sequence, sequence, key, artifacts, NULL, NULL, err);
}

/* Refused, by this rule at this entry, and nothing is left. */
static void
assert_refused(struct tl *tl, struct sequence *sequence, int rule, uint64_t seq)
{
	char *path = st_path_join(tl->folder, "refused");
	stet_error err;
	int rc = restore_to(tl, path, sequence, tl->keys[TL_LEDGER], NULL, &err);

	if (rc >= 0 || (rule != 0 && err.rule != rule) || (seq != STET_NO_SEQ && err.seq != seq))
		fail_msg("%s %s at %lld '%s' instead of %s at %lld", stet_code_name(rc),
		    stet_rule_name(err.rule), (long long)err.seq, err.text, stet_rule_name(rule),
		    (long long)seq);
	assert_true(rc == STET_EREFUSED || rc == STET_EMISMATCH || rc == STET_EFORMAT);
	assert_true(err.text[0] != '\0' && strchr(err.text, '\n') == NULL);
	assert_int_equal(access(path, F_OK), -1);
	free(path);
}

/* A sequence made of entries of another, by their numbers. */
static void
pick(const struct sequence *from, const size_t *numbers, size_t count, struct sequence *out)
{
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < count; i++) {
		size_t n = numbers[i];

		st_buf_put(&out->bytes, from->bytes.data + from->starts[n],
		    from->starts[n + 1] - from->starts[n]);
		out->starts[++out->count] = out->bytes.size;
	}
}

/* --- restoring ------------------------------------------------------------------------------- */

static void
assert_same_ledger(struct tl *tl, const char *path)
{
	struct tl_rows before, after;
	struct st_buf a = {0}, b = {0};
	stet_ledger *mine = tl->ledger;
	char *x = st_path_join(tl->path, "checkpoint"), *y = st_path_join(path, "checkpoint");

	tl_rows_take(tl, &before);
	tl_open(tl, path, tl->state);
	tl_rows_take(tl, &after);
	tl_rows_same(&before, &after);
	stet_ledger_close(tl->ledger);
	tl->ledger = mine;
	assert_int_equal(st_file_read(x, 65536, &a, NULL), STET_OK);
	assert_int_equal(st_file_read(y, 65536, &b, NULL), STET_OK);
	assert_true(st_bytes_equal(st_buf_bytes(&a), st_buf_bytes(&b)));
	printf("restored from %zu rows of entries and tables: equal row by row, and the same "
	       "checkpoint\n",
	    before.count);
	tl_rows_free(&before);
	tl_rows_free(&after);
	st_buf_free(&a);
	st_buf_free(&b);
	free(x);
	free(y);
}

static void
test_restore__gives_the_same_ledger(void **state)
{
	struct sequence *sequence = malloc(sizeof(*sequence));
	struct tl tl;
	stet_error err;
	char *path, *artifacts;
	size_t most;

	(void)state;
	assert_non_null(sequence);
	tl_make(&tl, 0);
	tl_fill(&tl);
	tl_say(&tl, TL_ROOT,
	    "{'type': 'policy', 'subject': 'stet:ledger', 'profile': 'assignee-v1', 'values': {}}");
	sequence_of(&tl, sequence);
	artifacts = st_path_join(tl.path, "artifacts");
	/* in reads of any size */
	for (most = 0; most < 3; most++) {
		uint64_t size;
		uint8_t digest[32];

		path = st_path_join(tl.folder, "restored");
		sequence->most = most == 1 ? 7 : most == 2 ? 4096 : 0;
		assert_int_equal(
		    restore_to(&tl, path, sequence, tl.keys[TL_LEDGER], artifacts, &err), STET_OK);
		assert_same_ledger(&tl, path);
		/* on the machine that remembers its head it goes on, artifacts and all */
		{
			stet_ledger *mine = tl.ledger;

			tl_open(&tl, path, tl.state);
			st_sha256(st_str("report of the paper\n"), digest);
			assert_int_equal(
			    stet_ledger_has_artifact(tl.ledger, digest, &size, &err), STET_OK);
			assert_int_equal(size, 20);
			stet_ledger_close(tl.ledger);
			tl.ledger = mine;
		}
		st_dir_remove(path);
		free(path);
	}
	st_buf_free(&sequence->bytes);
	free(sequence);
	free(artifacts);
	tl_free(&tl);
}

/* More entries than one block, names enough for pages of the index. */
static void
test_restore__of_many_blocks_is_the_same(void **state)
{
	struct sequence *sequence = malloc(sizeof(*sequence));
	stet_statement *batch[500];
	struct tl tl;
	stet_error err;
	char *path;
	unsigned i, k;

	(void)state;
	assert_non_null(sequence);
	tl_make(&tl, 0);
	for (i = 0; i < 5; i++) {
		for (k = 0; k < 500; k++)
			batch[k] = tl_statementf(&tl, TL_PUBLISHER,
			    "{'type': 'record', 'subject': 'rw:%u', 'title': 'x'}",
			    1 + (i * 500 + k) % 1700);
		tl_append_all(&tl, batch, 500);
	}
	sequence_of(&tl, sequence);
	path = st_path_join(tl.folder, "restored");
	assert_int_equal(restore_to(&tl, path, sequence, tl.keys[TL_LEDGER], NULL, &err), STET_OK);
	assert_same_ledger(&tl, path);
	/* a wrong signature in the second block names its entry */
	sequence->bytes.data[sequence->starts[1501] - 5] ^= 1;
	assert_refused(&tl, sequence, ST_SIGNATURE_INVALID, 1500);
	st_buf_free(&sequence->bytes);
	free(sequence);
	free(path);
	tl_free(&tl);
}

static void
test_restore__goes_on_where_the_head_is_remembered(void **state)
{
	struct sequence *sequence = malloc(sizeof(*sequence));
	struct tl tl;
	stet_error err;
	char *path;

	(void)state;
	assert_non_null(sequence);
	tl_make(&tl, 0);
	tl_fill(&tl);
	sequence_of(&tl, sequence);
	path = st_path_join(tl.folder, "restored");
	/* without the ledger key it can be read and nothing else */
	assert_int_equal(restore_to(&tl, path, sequence, NULL, NULL, &err), STET_OK);
	stet_ledger_close(tl.ledger);
	tl_open(&tl, path, tl.state);
	assert_int_equal(tl_try(&tl,
			     tl_statement(&tl, TL_PUBLISHER,
				 "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}"),
			     &err),
	    STET_EREFUSED);
	assert_int_equal(err.rule, ST_LEDGER_KEY_ABSENT);
	st_dir_remove(path);
	assert_int_equal(restore_to(&tl, path, sequence, tl.keys[TL_LEDGER], NULL, &err), STET_OK);
	stet_ledger_close(tl.ledger);
	free(tl.path);
	tl.path = path;
	tl_open(&tl, path, tl.state);
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}");
	tl_check(&tl);
	st_buf_free(&sequence->bytes);
	free(sequence);
	tl_free(&tl);
}

static void
test_restore__wants_the_key_in_force(void **state)
{
	struct sequence *sequence = malloc(sizeof(*sequence));
	struct tl tl;
	stet_error err;
	char *path;

	(void)state;
	assert_non_null(sequence);
	tl_make(&tl, 0);
	sequence_of(&tl, sequence);
	path = st_path_join(tl.folder, "restored");
	assert_int_equal(
	    restore_to(&tl, path, sequence, tl.keys[TL_NEXT], NULL, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_LEDGER_KEY_ABSENT);
	assert_int_equal(access(path, F_OK), -1);
	/* into a folder that was there, empty: it stays, and stays empty */
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(
	    restore_to(&tl, path, sequence, tl.keys[TL_NEXT], NULL, &err), STET_EREFUSED);
	{
		int empty = 0;

		assert_int_equal(st_dir_is_empty(path, &empty, &err), STET_OK);
		assert_true(empty);
	}
	assert_int_equal(restore_to(&tl, path, sequence, tl.keys[TL_LEDGER], NULL, &err), STET_OK);
	assert_int_equal(
	    restore_to(&tl, path, sequence, tl.keys[TL_LEDGER], NULL, &err), STET_EREFUSED);
	assert_int_equal(err.rule, ST_FOLDER_IN_USE);
	st_buf_free(&sequence->bytes);
	free(sequence);
	free(path);
	tl_free(&tl);
}

static void
test_restore__takes_only_artifacts_that_match(void **state)
{
	struct sequence *sequence = malloc(sizeof(*sequence));
	struct st_buf file = {0};
	uint8_t digest[32];
	struct tl tl;
	stet_error err;
	char *path, *artifacts, hex[65];

	(void)state;
	assert_non_null(sequence);
	tl_make(&tl, 0);
	tl_attach(&tl, "content", hex);
	sequence_of(&tl, sequence);
	path = st_path_join(tl.folder, "restored");
	artifacts = st_path_join(tl.path, "artifacts");
	assert_int_equal(st_hex_read(st_str(hex), digest, 32), 0);
	st_artifact_path(tl.ledger, digest, &file);
	assert_int_equal(unlink((char *)file.data), 0);
	assert_int_equal(st_file_write((char *)file.data, st_str("CONTENT"), 0644, &err), STET_OK);
	assert_int_equal(
	    restore_to(&tl, path, sequence, tl.keys[TL_LEDGER], artifacts, &err), STET_EMISMATCH);
	assert_int_equal(err.rule, ST_ARTIFACT_ALTERED);
	assert_int_equal(access(path, F_OK), -1);
	free(artifacts);
	artifacts = st_path_join(tl.path, "nowhere");
	assert_int_equal(
	    restore_to(&tl, path, sequence, tl.keys[TL_LEDGER], artifacts, &err), STET_ENOTFOUND);
	assert_int_equal(access(path, F_OK), -1);
	st_buf_free(&file);
	st_buf_free(&sequence->bytes);
	free(sequence);
	free(path);
	free(artifacts);
	tl_free(&tl);
}

static int
stop(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)what;
	(void)done;
	(void)total;
	return ++*(int *)ctx;
}

static void
test_restore__stops_when_told_and_leaves_nothing(void **state)
{
	struct sequence *sequence = malloc(sizeof(*sequence));
	stet_ledger_options options;
	struct tl tl;
	stet_error err;
	char *path;
	int told = 0;

	(void)state;
	assert_non_null(sequence);
	tl_make(&tl, 0);
	options = tl_options(&tl);
	sequence_of(&tl, sequence);
	path = st_path_join(tl.folder, "restored");
	assert_int_equal(stet_ledger_restore(path, &options, read_sequence, sequence,
			     tl.keys[TL_LEDGER], NULL, stop, &told, &err),
	    STET_EINVAL);
	assert_int_equal(err.rule, ST_STOPPED);
	assert_int_equal(told, 1);
	assert_int_equal(access(path, F_OK), -1);
	st_buf_free(&sequence->bytes);
	free(sequence);
	free(path);
	tl_free(&tl);
}

/* --- sequences that are not a ledger --------------------------------------------------------- */

/* Entry 0, seal, grant, seal, record, seal. */
static void
make_small(struct tl *tl, struct sequence *sequence)
{
	tl_make(tl, TL_BARE);
	tl_append(tl, tl_grant(tl, TL_ROOT, TL_PUBLISHER, "['publisher']", ""));
	tl->now_ms += 1000;
	tl_say(tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}");
	sequence_of(tl, sequence);
	assert_int_equal(sequence->count, 6);
	strict_in_memory = 1;
}

static void
end_small(struct tl *tl, struct sequence *sequence)
{
	strict_in_memory = 0;
	st_buf_free(&sequence->bytes);
	free(sequence);
	tl_free(tl);
}

static void
test_restore__refuses_every_altered_byte(void **state)
{
	struct sequence *sequence = malloc(sizeof(*sequence));
	unsigned by_rule[ST_RULE_END] = {0}, own = 0, next = 0, kinds = 0;
	struct tl tl;
	stet_error err;
	char *path;
	size_t i, entry = 0;
	int rule;

	(void)state;
	assert_non_null(sequence);
	make_small(&tl, sequence);
	path = st_path_join(tl.folder, "refused");
	for (i = 0; i < sequence->bytes.size; i++) {
		int rc;

		while (i >= sequence->starts[entry + 1])
			entry++;
		sequence->bytes.data[i] ^= (uint8_t)(1 << i % 8);
		rc = restore_to(&tl, path, sequence, tl.keys[TL_LEDGER], NULL, &err);
		if (rc != STET_EREFUSED && rc != STET_EMISMATCH && rc != STET_EFORMAT)
			fail_msg("byte %zu: %s", i, stet_code_name(rc));
		assert_int_equal(access(path, F_OK), -1);
		/* What no signature covers shows in the entry behind it. */
		if (err.seq == entry)
			own++;
		else if (err.seq == entry + 1)
			next++;
		else
			fail_msg("byte %zu of entry %zu: %s names %lld", i, entry,
			    stet_rule_name(err.rule), (long long)err.seq);
		by_rule[err.rule]++;
		sequence->bytes.data[i] ^= (uint8_t)(1 << i % 8);
	}
	for (rule = 0; rule < ST_RULE_END; rule++)
		kinds += by_rule[rule] > 0;
	printf("%zu altered bytes of 6 entries: all refused, by %u different rules; %u name the "
	       "entry, %u the one behind it\n",
	    i, kinds, own, next);
	assert_true(by_rule[ST_SIGNATURE_INVALID] >= 6 * 50);
	free(path);
	end_small(&tl, sequence);
}

static void
test_restore__refuses_what_is_cut_off(void **state)
{
	struct sequence *sequence = malloc(sizeof(*sequence));
	unsigned refused = 0, whole = 0;
	struct tl tl;
	stet_error err;
	char *path;
	size_t end, size, i;

	(void)state;
	assert_non_null(sequence);
	make_small(&tl, sequence);
	path = st_path_join(tl.folder, "refused");
	end = sequence->bytes.size;
	for (size = 0; size<end; size += size + 40> end || size < 300 ? 1 : 13) {
		sequence->bytes.size = size;
		for (i = 0; i <= sequence->count && sequence->starts[i] != size; i++)
			;
		if (i <= sequence->count)
			continue; /* at a boundary: below */
		assert_refused(&tl, sequence, ST_CBOR_TRUNCATED, STET_NO_SEQ);
		refused++;
	}
	/* At the end of an entry: behind a seal it is the ledger as it was then, elsewhere a tail
	 * that nobody vouches for. */
	for (i = 0; i < sequence->count; i++) {
		sequence->bytes.size = sequence->starts[i];
		if (i > 0 && i % 2 == 0) {
			assert_int_equal(
			    restore_to(&tl, path, sequence, tl.keys[TL_LEDGER], NULL, &err),
			    STET_OK);
			st_dir_remove(path);
			whole++;
			continue;
		}
		assert_refused(&tl, sequence, i == 0 ? ST_NOT_OPENED : ST_UNSEALED_TAIL,
		    i == 0 ? STET_NO_SEQ : i - 1);
		refused++;
	}
	printf("%u ways of cutting 6 entries off refused, %u at a seal taken for what they are\n",
	    refused, whole);
	sequence->bytes.size = end;
	free(path);
	end_small(&tl, sequence);
}

static void
test_restore__refuses_entries_dropped_swapped_or_repeated(void **state)
{
	struct sequence *sequence = malloc(sizeof(*sequence)), *other = malloc(sizeof(*other));
	size_t numbers[8], count, i, k;
	unsigned refused = 0;
	struct tl tl;

	(void)state;
	assert_true(sequence != NULL && other != NULL);
	make_small(&tl, sequence);
	for (i = 0; i < sequence->count; i++) { /* dropped */
		for (count = k = 0; k < sequence->count; k++)
			if (k != i)
				numbers[count++] = k;
		pick(sequence, numbers, count, other);
		assert_refused(&tl, other,
		    i + 1 < sequence->count ? ST_ENTRY_MISSING : ST_UNSEALED_TAIL,
		    i + 1 < sequence->count ? i : 3 + 1);
		st_buf_free(&other->bytes);
		refused++;
	}
	for (i = 0; i + 1 < sequence->count; i++) { /* swapped */
		for (k = 0; k < sequence->count; k++)
			numbers[k] = k == i ? k + 1 : k == i + 1 ? k - 1 : k;
		pick(sequence, numbers, sequence->count, other);
		assert_refused(&tl, other, ST_ENTRY_MISSING, i);
		st_buf_free(&other->bytes);
		refused++;
	}
	for (i = 0; i < sequence->count; i++) { /* repeated */
		for (count = k = 0; k < sequence->count; k++) {
			numbers[count++] = k;
			if (k == i)
				numbers[count++] = k;
		}
		pick(sequence, numbers, count, other);
		assert_refused(&tl, other, ST_ENTRY_REPEATED, i + 1);
		st_buf_free(&other->bytes);
		refused++;
	}
	/* what follows the end, and what is no entry at all */
	for (i = 0; i < 3; i++) {
		static const char *const more[] = {"\xff", "\x80", "\x01\x02"};

		memset(other, 0, sizeof(*other));
		st_buf_put(&other->bytes, sequence->bytes.data, sequence->bytes.size);
		st_buf_put_str(&other->bytes, more[i]);
		assert_refused(&tl, other, 0, sequence->count);
		st_buf_free(&other->bytes);
		refused++;
	}
	printf("%u sequences with entries dropped, swapped, repeated or added refused\n", refused);
	free(other);
	end_small(&tl, sequence);
}

/* A whole new entry in place of one, right in everything but what the next one knows. */
static void
test_restore__refuses_an_entry_entered_otherwise(void **state)
{
	struct sequence *sequence = malloc(sizeof(*sequence)), *other = malloc(sizeof(*other));
	struct st_entry entry;
	struct st_buf changed = {0};
	uint8_t wrong[32] = {0};
	stet_bytes encoded;
	struct tl tl;
	size_t i;

	(void)state;
	assert_true(sequence != NULL && other != NULL);
	make_small(&tl, sequence);
	for (i = 0; i < 6; i++) {
		static const int rules[] = {ST_TIME_BACKWARDS, ST_PREV_WRONG, ST_PREV_WRONG,
		    ST_PRIOR_WRONG, ST_PRIOR_WRONG, ST_SIGNED_IN_FUTURE};
		static const uint64_t at[] = {4, 5, 4, 4, 5, 4};

		encoded = (stet_bytes){sequence->bytes.data + sequence->starts[4],
		    sequence->starts[5] - sequence->starts[4]};
		if (i == 4)
			encoded = (stet_bytes){sequence->bytes.data + sequence->starts[5],
			    sequence->starts[6] - sequence->starts[5]};
		assert_int_equal(st_entry_decode(encoded, &entry, NULL), STET_OK);
		switch (i) {
		case 0:
			entry.ms = TL_START_MS - 1;
			break;
		case 1:
			entry.ms += 1;
			break;
		case 2:
			entry.prev = wrong;
			break;
		case 3:
			entry.prior = wrong;
			break;
		case 4:
			entry.prior = NULL;
			break;
		default: /* long before it was signed */
			entry.ms = TL_START_MS - 600000;
			break;
		}
		st_buf_reset(&changed);
		assert_int_equal(st_entry_encode(&entry, &changed, NULL), STET_OK);
		memset(other, 0, sizeof(*other));
		st_buf_put(&other->bytes, sequence->bytes.data, sequence->starts[i == 4 ? 5 : 4]);
		st_buf_put_bytes(&other->bytes, st_buf_bytes(&changed));
		if (i != 4)
			st_buf_put(&other->bytes, sequence->bytes.data + sequence->starts[5],
			    sequence->starts[6] - sequence->starts[5]);
		assert_refused(&tl, other, rules[i], at[i]);
		st_buf_free(&other->bytes);
	}
	st_buf_free(&changed);
	free(other);
	end_small(&tl, sequence);
}

/* Entries that the ledger key's holder entered and sealed against the rules. */
static void
test_restore__applies_every_rule_again(void **state)
{
	static const struct {
		enum tl_key signer;
		const char *json;
		int rule;
	} rows[] = {
	    {TL_STRANGER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}", ST_SIGNER_UNKNOWN},
	    {TL_GATE, "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}", ST_ROLE_MISSING},
	    {TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x', 'id': 'test-8'}",
		ST_ID_REPEATED},
	    {TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'y', 'id': 'test-8'}",
		ST_ID_CONFLICT},
	    {TL_GATE,
		"{'type': 'verdict', 'subject': 'rw:1', 'contract': 'gate-verdict-v1', 'gate': "
		"'2', "
		"'status': 'VERIFIED'}",
		ST_EVIDENCE_MISSING},
	};
	struct sequence *sequence = malloc(sizeof(*sequence));
	struct tl tl;
	size_t i;
	uint64_t seq;

	(void)state;
	assert_non_null(sequence);
	for (i = 0; i < COUNT_OF(rows); i++) {
		tl_make(&tl, TL_MEMORY);
		tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}");
		assert_int_equal(tl.ids, 8);
		seq = tl_force_statement(&tl, tl_statement(&tl, rows[i].signer, rows[i].json));
		sequence_of(&tl, sequence);
		assert_refused(&tl, sequence, rows[i].rule, seq);
		st_buf_free(&sequence->bytes);
		tl_free(&tl);
	}
	/* something between a change of the ledger key and its seal */
	tl_make(&tl, TL_MEMORY);
	{
		struct tl_force force = {{NULL, 0}, {NULL, 0}, NULL, NULL, 0, 0, 1};
		uint8_t public_key[32];
		stet_statement *rotation;
		char hex[65];

		stet_key_public(tl.keys[TL_NEXT], public_key);
		st_hex(public_key, 32, hex);
		rotation = tl_statementf(&tl, TL_ROOT,
		    "{'type': 'ledger', 'subject': 'stet:ledger', 'action': 'rotate', 'key': "
		    "{'kty': 'OKP', 'crv': 'Ed25519', 'x': '%s'}}",
		    hex);
		force.statement = stet_statement_encoded(rotation);
		seq = tl_force(&tl, &force);
		stet_statement_free(rotation);
		rotation = tl_statement(
		    &tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}");
		force.statement = stet_statement_encoded(rotation);
		tl_force(&tl, &force);
		stet_statement_free(rotation);
		sequence_of(&tl, sequence);
		assert_refused(&tl, sequence, ST_ROTATION_UNSEALED, seq + 1);
		st_buf_free(&sequence->bytes);
	}
	tl_free(&tl);
	free(sequence);
}

/* Seals that say something else than they should, signed by the right key. */
static void
test_restore__holds_seals_to_what_they_cover(void **state)
{
	static const int rules[] = {ST_SEAL_SIZE_WRONG, ST_SEAL_SIZE_WRONG, ST_SEAL_TIME_WRONG,
	    ST_SEAL_ROOT_WRONG, ST_SEAL_INDEX_WRONG};
	struct sequence *sequence = malloc(sizeof(*sequence));
	struct tl tl;
	size_t i;

	(void)state;
	assert_non_null(sequence);
	for (i = 0; i < COUNT_OF(rules); i++) {
		struct tl_force force = {{NULL, 0}, {NULL, 0}, NULL, NULL, 0, 0, 1};
		stet_statement *seal;
		struct st_reader *reader = NULL;
		char root[65], index[65];
		uint8_t bytes[32];
		stet_head head;
		uint64_t size;

		tl_make(&tl, TL_MEMORY);
		size = tl_size(&tl);
		assert_int_equal(stet_ledger_head(tl.ledger, &head, NULL), STET_OK);
		assert_int_equal(st_ledger_reader(tl.ledger, &reader, NULL), STET_OK);
		assert_int_equal(st_ledger_root(reader, size, bytes, NULL), STET_OK);
		assert_int_equal(st_index_root(reader, head.index, NULL), STET_OK);
		st_reader_close(reader);
		bytes[0] ^= i == 3;
		head.index[31] ^= i == 4;
		st_hex(bytes, 32, root);
		st_hex(head.index, 32, index);
		seal = tl_statementf(&tl, TL_LEDGER,
		    "{'type': 'seal', 'subject': 'stet:seal', 'size': %llu, 'ms': %llu, 'id': "
		    "'0x%016llx', 'root': '%s', 'index': '%s'}",
		    (unsigned long long)size - (i == 0), (unsigned long long)tl.now_ms + (i == 2),
		    (unsigned long long)size - (i <= 1), root, index);
		force.statement = stet_statement_encoded(seal);
		tl_force(&tl, &force);
		stet_statement_free(seal);
		sequence_of(&tl, sequence);
		/* the id of an earlier seal is used up, which is seen first */
		assert_refused(&tl, sequence, i <= 1 ? ST_ID_CONFLICT : rules[i], size);
		st_buf_free(&sequence->bytes);
		tl_free(&tl);
	}
	free(sequence);
}

static void
test_restore__is_there_or_not_when_memory_is_short(void **state)
{
	struct sequence *sequence = malloc(sizeof(*sequence));
	struct tl tl;
	stet_error err;
	char *path, *artifacts, hex[65];
	long n;
	int rc;

	(void)state;
	assert_non_null(sequence);
	make_small(&tl, sequence);
	tl_attach(&tl, "content", hex);
	path = st_path_join(tl.folder, "restored");
	artifacts = st_path_join(tl.path, "artifacts");
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = restore_to(&tl, path, sequence, tl.keys[TL_LEDGER], artifacts, &err);
		if (!alloc_failed())
			break;
		if (rc != STET_ENOMEM)
			fail_msg("%ld: %s %s '%s'", n, stet_code_name(rc), stet_rule_name(err.rule),
			    err.text);
		assert_int_equal(access(path, F_OK), -1);
	}
	assert_int_equal(rc, STET_OK);
	printf("%ld allocations failed one by one in a restore: nothing left each time\n", n);
	free(path);
	free(artifacts);
	end_small(&tl, sequence);
}

/* --- reindex --------------------------------------------------------------------------------- */

static void
make_large(struct tl *tl)
{
	stet_statement *batch[300];
	unsigned k;

	tl_make(tl, 0);
	tl_fill(tl);
	for (k = 0; k < 300; k++)
		batch[k] = tl_statementf(tl, TL_PUBLISHER,
		    "{'type': 'record', 'subject': 'rw:%u', 'title': 'x'}", k % 250 + 1);
	tl_append_all(tl, batch, 300);
}

static void
clear(struct tl *tl, enum st_table table)
{
	struct st_batch *batch = NULL;

	assert_int_equal(st_batch_begin(tl->ledger->store, 1000, &batch, NULL), STET_OK);
	assert_int_equal(st_batch_clear(batch, table, NULL), STET_OK);
	assert_int_equal(st_batch_commit(&batch, NULL), STET_OK);
}

static void
test_reindex__makes_every_table_again(void **state)
{
	struct tl_mark mark;
	struct tl tl;
	stet_error err;
	size_t i;
	int table;
	unsigned cleared = 0;

	(void)state;
	make_large(&tl);
	tl_mark_take(&tl, &mark);
	for (table = ST_ENTRY + 1; table < ST_TABLE_COUNT; table++) {
		clear(&tl, (enum st_table)table);
		assert_int_equal(stet_ledger_reindex(tl.ledger, NULL, NULL, &err), STET_OK);
		tl_mark_same(&tl, &mark);
		cleared++;
	}
	for (table = ST_ENTRY + 1; table < ST_TABLE_COUNT; table++)
		clear(&tl, (enum st_table)table);
	assert_int_equal(stet_ledger_reindex(tl.ledger, NULL, NULL, &err), STET_OK);
	tl_mark_same(&tl, &mark);
	/* rows that are wrong, or should not be there */
	for (i = 0; i < mark.rows.count; i += 37) {
		if (mark.rows.tables[i] == ST_ENTRY)
			continue;
		tl_put_row(&tl, mark.rows.tables[i], mark.rows.keys[i], st_str("nonsense"));
		cleared++;
	}
	for (table = ST_ENTRY + 1; table < ST_META; table++)
		tl_put_row(&tl, (enum st_table)table, st_str("nonsense"), st_str("nonsense"));
	assert_int_equal(stet_ledger_reindex(tl.ledger, NULL, NULL, &err), STET_OK);
	tl_mark_same(&tl, &mark);
	tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}");
	tl_check(&tl);
	printf(
	    "%zu rows: each table dropped, all of them, and rows put wrong (%u in all); equal row "
	    "by row after each reindex\n",
	    mark.rows.count, cleared + 1);
	tl_mark_free(&mark);
	tl_free(&tl);
}

static void
test_reindex__needs_whole_entries(void **state)
{
	struct tl_mark mark;
	struct tl tl;
	stet_error err;
	stet_bytes entry;

	(void)state;
	tl_make(&tl, 0);
	entry = tl_entry(&tl, 5);
	tl_put_entry(&tl, 5, st_str("not an entry"));
	tl_mark_take(&tl, &mark);
	assert_int_equal(stet_ledger_reindex(tl.ledger, NULL, NULL, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_ENTRY_DAMAGED);
	assert_int_equal(err.seq, 5);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	tl_drop_entry(&tl, 5);
	assert_int_equal(stet_ledger_reindex(tl.ledger, NULL, NULL, &err), STET_EFORMAT);
	assert_int_equal(err.rule, ST_ENTRY_DAMAGED);
	tl_put_entry(&tl, 5, entry);
	assert_int_equal(stet_ledger_reindex(tl.ledger, NULL, NULL, &err), STET_OK);
	tl_check(&tl);
	free((void *)(uintptr_t)entry.data);
	tl_free(&tl);
}

static void
test_reindex__stops_when_told_and_changes_nothing(void **state)
{
	struct tl_mark mark;
	struct tl tl;
	stet_error err;
	int told = 0;

	(void)state;
	tl_make(&tl, 0);
	clear(&tl, ST_CTI);
	tl_mark_take(&tl, &mark);
	assert_int_equal(stet_ledger_reindex(tl.ledger, stop, &told, &err), STET_EINVAL);
	assert_int_equal(err.rule, ST_STOPPED);
	tl_mark_same(&tl, &mark);
	tl_mark_free(&mark);
	tl_free(&tl);
}

/* A damaged table is a diagnosis for whoever needs it, and reindex mends it. */
static void
test_reindex__mends_what_append_complains_about(void **state)
{
	static const enum st_table tables[] = {ST_TREE, ST_ABOUT, ST_INDEX, ST_META};
	struct tl tl;
	stet_error err;
	size_t i;
	int rc;

	(void)state;
	tl_make(&tl, 0);
	for (i = 0; i < COUNT_OF(tables); i++) {
		struct tl_mark mark;

		clear(&tl, tables[i]);
		tl_mark_take(&tl, &mark);
		stet_ledger_close(tl.ledger);
		tl_open(&tl, tl.path, tl.state); /* which needs none of them */
		rc = tl_try(&tl,
		    tl_statement(
			&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}"),
		    &err);
		if (rc >= 0 || err.text[0] == '\0')
			fail_msg("table %s: %s", st_table_names[tables[i]], stet_code_name(rc));
		tl_mark_same(&tl, &mark);
		tl_mark_free(&mark);
		assert_int_equal(stet_ledger_reindex(tl.ledger, NULL, NULL, &err), STET_OK);
		tl_say(&tl, TL_PUBLISHER, "{'type': 'record', 'subject': 'rw:1', 'title': 'x'}");
		tl_check(&tl);
	}
	tl_free(&tl);
}

static void
test_reindex__is_done_or_not_when_memory_is_short(void **state)
{
	struct tl_mark whole, cleared;
	struct tl tl;
	stet_error err;
	long n;
	int rc;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_mark_take(&tl, &whole);
	clear(&tl, ST_LOOKUP);
	tl_mark_take(&tl, &cleared);
	for (n = 0;; n++) {
		alloc_fail(n);
		rc = stet_ledger_reindex(tl.ledger, NULL, NULL, &err);
		if (!alloc_failed())
			break;
		assert_int_equal(rc, STET_ENOMEM);
		tl_mark_same(&tl, &cleared);
	}
	assert_int_equal(rc, STET_OK);
	tl_mark_same(&tl, &whole);
	printf(
	    "%ld allocations failed one by one in a reindex: the tables as before each time\n", n);
	tl_mark_free(&whole);
	tl_mark_free(&cleared);
	tl_free(&tl);
}

/* Whatever the test before it left. */
static int
on_disk(void **state)
{
	(void)state;
	strict_in_memory = 0;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_restore__gives_the_same_ledger, on_disk),
	    cmocka_unit_test_setup(test_restore__of_many_blocks_is_the_same, on_disk),
	    cmocka_unit_test_setup(test_restore__goes_on_where_the_head_is_remembered, on_disk),
	    cmocka_unit_test_setup(test_restore__wants_the_key_in_force, on_disk),
	    cmocka_unit_test_setup(test_restore__takes_only_artifacts_that_match, on_disk),
	    cmocka_unit_test_setup(test_restore__stops_when_told_and_leaves_nothing, on_disk),
	    cmocka_unit_test_setup(test_restore__refuses_every_altered_byte, on_disk),
	    cmocka_unit_test_setup(test_restore__refuses_what_is_cut_off, on_disk),
	    cmocka_unit_test_setup(
		test_restore__refuses_entries_dropped_swapped_or_repeated, on_disk),
	    cmocka_unit_test_setup(test_restore__refuses_an_entry_entered_otherwise, on_disk),
	    cmocka_unit_test_setup(test_restore__applies_every_rule_again, on_disk),
	    cmocka_unit_test_setup(test_restore__holds_seals_to_what_they_cover, on_disk),
	    cmocka_unit_test_setup(test_restore__is_there_or_not_when_memory_is_short, on_disk),
	    cmocka_unit_test_setup(test_reindex__makes_every_table_again, on_disk),
	    cmocka_unit_test_setup(test_reindex__needs_whole_entries, on_disk),
	    cmocka_unit_test_setup(test_reindex__stops_when_told_and_changes_nothing, on_disk),
	    cmocka_unit_test_setup(test_reindex__mends_what_append_complains_about, on_disk),
	    cmocka_unit_test_setup(test_reindex__is_done_or_not_when_memory_is_short, on_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
