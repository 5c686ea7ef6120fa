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

#include "base/err.h"
#include "base/hex.h"
#include "key/key.h"

/* What must succeed. */
#define ok(call)                                                                            \
	do {                                                                                \
		st_error_clear(&err);                                                       \
		if ((call) != STET_OK)                                                      \
			fail_msg("%s: %s (%s)", #call, err.text, stet_rule_name(err.rule)); \
	} while (0)

static const struct {
	const char *label, *issuer, *roles;
} cast[TL_KEY_COUNT] = {
    [TL_LEDGER] = {"ledger key", TL_ORIGIN, NULL},
    [TL_ROOT] = {"root", "https://example.org/", NULL},
    [TL_ADMIN] = {"key desk", "https://example.org/admin", "['admin']"},
    [TL_PUBLISHER] = {"publishing", "https://example.org/publisher", "['publisher']"},
    [TL_REGISTRAR] = {"registration", "https://example.org/registrar", "['registrar']"},
    [TL_GATE] = {"gate", "https://example.org/gate", "['gate']"},
    [TL_EDITOR] = {"editorial desk", "https://example.org/editor", "['editor']"},
    [TL_AUDITOR] = {"auditing", "https://example.org/auditor", "['auditor']"},
    [TL_OBSERVER] = {"importer", "https://example.org/observer", "['observer']"},
    [TL_STRANGER] = {"stranger", "https://example.net/", NULL},
    [TL_NEXT] = {"next ledger key", TL_ORIGIN, NULL},
};

/* --- folders ---------------------------------------------------------------------------------- */

static char *
join(const char *folder, const char *name)
{
	char *path = st_path_join(folder, name);

	assert_non_null(path);
	return path;
}

static void
copy_file(const char *from, const char *to, mode_t mode)
{
	char piece[4096];
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	size_t n;

	assert_non_null(in);
	assert_non_null(out);
	while ((n = fread(piece, 1, sizeof(piece), in)) > 0)
		assert_int_equal(fwrite(piece, 1, n, out), n);
	assert_int_equal(fclose(in), 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(to, mode & 0777), 0);
}

static void
copy_folder(const char *from, const char *to)
{
	struct dirent *entry;
	struct stat st;
	char *inside, *copy;
	DIR *dir = opendir(from);

	assert_non_null(dir);
	assert_int_equal(mkdir(to, 0777), 0);
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		inside = join(from, entry->d_name);
		copy = join(to, entry->d_name);
		assert_int_equal(lstat(inside, &st), 0);
		if (S_ISDIR(st.st_mode))
			copy_folder(inside, copy);
		else
			copy_file(inside, copy, st.st_mode);
		free(inside);
		free(copy);
	}
	closedir(dir);
}

char *
tl_copy_folder(struct tl *tl, const char *name)
{
	char *copy = join(tl->folder, name);

	copy_folder(tl->path, copy);
	return copy;
}

/* --- making one ------------------------------------------------------------------------------- */

stet_ledger_options
tl_options(const struct tl *tl)
{
	stet_ledger_options options = STET_LEDGER_OPTIONS;

	options.state_dir = tl->state;
	options.scratch_dir = tl->folder;
	options.threads = 1;
	return options;
}

static void
make_keys(struct tl *tl)
{
	uint8_t seed[32];
	stet_error err;
	int i;

	for (i = 0; i < TL_KEY_COUNT; i++) {
		memset(seed, 0x40 + i, sizeof(seed));
		ok(stet_key_from_seed(seed, cast[i].label, cast[i].issuer, &tl->keys[i], &err));
	}
}

/* The same rows in memory, behind the wrapper that ends the life of every answer. */
static void
move_to_memory(struct tl *tl)
{
	struct st_store *memory = NULL, *strict = NULL;
	struct tl_rows rows;
	stet_error err;

	tl_rows_take(tl, &rows);
	ok(st_store_open_memory(&memory, &err));
	ok(st_store_wrap_strict(&memory, &strict, &err));
	st_store_close(tl->ledger->store);
	tl->ledger->store = strict;
	tl_rows_put(tl, &rows);
	tl_rows_free(&rows);
}

static void
grant_all(struct tl *tl)
{
	stet_statement *grants[TL_KEY_COUNT];
	size_t count = 0;
	int i;

	for (i = 0; i < TL_KEY_COUNT; i++)
		if (cast[i].roles != NULL)
			grants[count++] = tl_grant(tl, TL_ROOT, (enum tl_key)i, cast[i].roles, "");
	tl_append_all(tl, grants, count);
}

void
tl_open(struct tl *tl, const char *path, const char *state)
{
	stet_ledger_options options = tl_options(tl);
	stet_error err;

	options.state_dir = state;
	ok(stet_ledger_open(path, &options, &tl->ledger, &err));
}

void
tl_make(struct tl *tl, unsigned flags)
{
	tl_make_at(tl, flags, TL_START_MS);
}

void
tl_make_at(struct tl *tl, unsigned flags, uint64_t now_ms)
{
	const char *tmp = getenv("TMPDIR");
	stet_ledger_terms terms = {
	    STET_OPTIONS_VERSION, TL_ORIGIN, NULL, NULL, NULL, NULL, NULL, "entry-0"};
	stet_ledger_options options;
	stet_error err;

	memset(tl, 0, sizeof(*tl));
	ok(st_crypto_init(&err));
	tl->folder = join(tmp != NULL ? tmp : "/tmp", "stet-test.XXXXXX");
	assert_non_null(mkdtemp(tl->folder));
	tl->path = join(tl->folder, "ledger");
	tl->state = join(tl->folder, "state");
	tl->now_ms = now_ms;
	make_keys(tl);
	terms.root_issuer = cast[TL_ROOT].issuer;
	options = tl_options(tl);
	ok(stet_ledger_create(tl->path, &terms, &options, tl->keys[TL_LEDGER], tl->keys[TL_ROOT],
	    tl->now_ms, NULL, NULL, &err));
	tl_open(tl, tl->path, tl->state);
	if ((flags & TL_MEMORY) != 0)
		move_to_memory(tl);
	if ((flags & TL_BARE) == 0)
		grant_all(tl);
}

void
tl_free(struct tl *tl)
{
	int i;

	stet_ledger_close(tl->ledger);
	for (i = 0; i < TL_KEY_COUNT; i++)
		stet_key_free(tl->keys[i]);
	st_dir_remove(tl->folder);
	free(tl->folder);
	free(tl->path);
	free(tl->state);
	memset(tl, 0, sizeof(*tl));
}

/* --- statements ------------------------------------------------------------------------------- */

const char *
tl_key_name(const struct tl *tl, enum tl_key key)
{
	return stet_key_name(tl->keys[key]);
}

static stet_json *
parse_quoted(const char *text)
{
	stet_json *json = NULL;
	struct st_buf real = {0};
	stet_error err;

	for (; *text != '\0'; text++)
		st_buf_put_u8(&real, *text == '\'' ? '"' : (uint8_t)*text);
	ok(stet_json_parse(st_buf_bytes(&real), &json, &err));
	st_buf_free(&real);
	return json;
}

stet_statement *
tl_statement(struct tl *tl, enum tl_key signer, const char *text)
{
	stet_json *json = parse_quoted(text);
	stet_statement *statement = NULL;
	stet_error err;
	char id[32];

	snprintf(id, sizeof(id), "test-%u", ++tl->ids);
	if (stet_json_get(json, "id") == NULL)
		stet_json_set(json, "id", stet_json_str(id));
	if (stet_json_get(json, "issuer") == NULL)
		stet_json_set(json, "issuer", stet_json_str(cast[signer].issuer));
	if (stet_json_get(json, "aud") == NULL && stet_json_get(json, "source") == NULL)
		stet_json_set(json, "aud", stet_json_str(stet_ledger_id(tl->ledger)));
	ok(stet_statement_from_value(json, &statement, &err));
	ok(stet_statement_sign(statement, tl->keys[signer], (int64_t)(tl->now_ms / 1000), &err));
	stet_json_free(json);
	return statement;
}

stet_statement *
tl_statementf(struct tl *tl, enum tl_key signer, const char *format, ...)
{
	stet_statement *statement;
	struct st_buf text = {0};
	char line[8192];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	assert_true(n > 0 && (size_t)n < sizeof(line));
	statement = tl_statement(tl, signer, line);
	st_buf_free(&text);
	return statement;
}

static void
key_hex(const struct tl *tl, enum tl_key key, char hex_out[65])
{
	uint8_t public_key[32];

	stet_key_public(tl->keys[key], public_key);
	st_hex(public_key, 32, hex_out);
}

stet_statement *
tl_grant(struct tl *tl, enum tl_key signer, enum tl_key key, const char *roles, const char *more)
{
	char hex[65];

	key_hex(tl, key, hex);
	return tl_statementf(tl, signer,
	    "{'type': 'key', 'action': 'grant', 'subject': '%s', 'label': '%s', 'key_issuer': "
	    "'%s', "
	    "'roles': %s, 'key': {'kty': 'OKP', 'crv': 'Ed25519', 'x': '%s'}%s}",
	    tl_key_name(tl, key), cast[key].label, cast[key].issuer, roles, hex, more);
}

stet_statement *
tl_revoke(struct tl *tl, enum tl_key signer, enum tl_key key, const char *more)
{
	char hex[65];

	key_hex(tl, key, hex);
	return tl_statementf(tl, signer,
	    "{'type': 'key', 'action': 'revoke', 'subject': '%s', "
	    "'key': {'kty': 'OKP', 'crv': 'Ed25519', 'x': '%s'}%s}",
	    tl_key_name(tl, key), hex, more);
}

/* --- appending -------------------------------------------------------------------------------- */

static stet_append_options
append_options(const struct tl *tl)
{
	stet_append_options options = STET_APPEND_OPTIONS;

	options.now_ms = tl->now_ms;
	return options;
}

int
tl_try(struct tl *tl, stet_statement *statement, stet_error *err)
{
	stet_append_options options = append_options(tl);
	stet_outcome *outcome = NULL;
	int rc;

	st_error_clear(err);
	rc = stet_ledger_append(tl->ledger, &statement, 1, &options, &outcome, err);
	stet_outcome_free(outcome);
	stet_statement_free(statement);
	return rc;
}

uint64_t
tl_append(struct tl *tl, stet_statement *statement)
{
	stet_append_options options = append_options(tl);
	stet_outcome *outcome = NULL;
	stet_error err;
	uint64_t seq;

	ok(stet_ledger_append(tl->ledger, &statement, 1, &options, &outcome, &err));
	assert_int_equal(stet_outcome_get(outcome, 0)->result, STET_APPENDED);
	seq = stet_outcome_get(outcome, 0)->seq;
	stet_outcome_free(outcome);
	stet_statement_free(statement);
	return seq;
}

uint64_t
tl_say(struct tl *tl, enum tl_key signer, const char *json)
{
	return tl_append(tl, tl_statement(tl, signer, json));
}

void
tl_append_all(struct tl *tl, stet_statement **statements, size_t count)
{
	stet_append_options options = append_options(tl);
	stet_outcome *outcome = NULL;
	stet_error err;
	size_t i;

	ok(stet_ledger_append(tl->ledger, statements, count, &options, &outcome, &err));
	for (i = 0; i < count; i++) {
		assert_int_equal(stet_outcome_get(outcome, i)->result, STET_APPENDED);
		stet_statement_free(statements[i]);
	}
	stet_outcome_free(outcome);
}

static int
read_text(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	const char **at = ctx;
	size_t left = strlen(*at);

	*got_out = left < size ? left : size;
	memcpy(buf, *at, *got_out);
	*at += *got_out;
	return STET_OK;
}

void
tl_attach(struct tl *tl, const char *content, char hex_out[65])
{
	uint8_t digest[32];
	stet_error err;
	uint64_t size;

	ok(stet_ledger_attach(tl->ledger, read_text, &content, digest, &size, &err));
	st_hex(digest, 32, hex_out);
}

void
tl_fill(struct tl *tl)
{
	static const char report[] = "report of the paper\n", script[] = "print(1)\n",
			  results[] = "1\n";
	char hex[3][65];
	uint64_t verdict;
	uint8_t leaf[32];
	struct st_reader *reader = NULL;
	stet_error err;
	char target[65];

	tl->now_ms += 60000;
	tl_say(tl, TL_PUBLISHER,
	    "{'type': 'alias', 'subject': '" TL_PAPER "', 'action': 'bind', 'record': '" TL_UUID
	    "'}");
	tl_say(tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': '" TL_UUID "', 'title': 'On the first paper', "
	    "'submitted': '2025-12', 'aliases': ['" TL_PAPER "']}");
	tl_attach(tl, report, hex[0]);
	tl_attach(tl, script, hex[1]);
	tl_attach(tl, results, hex[2]);
	tl_append(
	    tl, tl_statementf(tl, TL_PUBLISHER,
		    "{'type': 'artifact', 'subject': '" TL_UUID "', 'role': 'report', 'size': %zu, "
		    "'media_type': 'text/plain', 'sha256': '%s'}",
		    strlen(report), hex[0]));
	tl_append(tl, tl_statementf(tl, TL_GATE,
			  "{'type': 'artifact', 'subject': '" TL_UUID
			  "', 'role': 'repro-script', 'size': %zu, "
			  "'media_type': 'text/plain', 'sha256': '%s', 'digests': {'md5': "
			  "'000102030405060708090a0b0c0d0e0f'}}",
			  strlen(script), hex[1]));
	tl_append(tl, tl_statementf(tl, TL_GATE,
			  "{'type': 'artifact', 'subject': '" TL_UUID
			  "', 'role': 'repro-results', 'size': %zu, "
			  "'media_type': 'text/plain', 'sha256': '%s'}",
			  strlen(results), hex[2]));
	tl->now_ms += 60000;
	verdict = tl_append(
	    tl, tl_statementf(tl, TL_GATE,
		    "{'type': 'verdict', 'subject': '" TL_UUID "', 'contract': 'gate-verdict-v1', "
		    "'gate': 'sandbox', 'status': 'VERIFIED', 'artifacts': ['%s', '%s']}",
		    hex[1], hex[2]));
	ok(st_ledger_reader(tl->ledger, &reader, &err));
	ok(st_books_leaf(&(struct st_books){reader, reader}, verdict, leaf, &err));
	st_reader_close(reader);
	st_hex(leaf, 32, target);
	tl_append(
	    tl, tl_statementf(tl, TL_EDITOR,
		    "{'type': 'correction', 'subject': '" TL_UUID "', 'nature': 'verdict_change', "
		    "'public_note': 'the sandbox was too small', 'targets': ['%s'], "
		    "'notice': {'kind': 'own', 'doi': '10.5555/notice.1'}}",
		    target));
	tl_say(tl, TL_OBSERVER,
	    "{'type': 'correction', 'subject': '" TL_PAPER "', 'nature': 'unspecified', "
	    "'source': {'name': 'example-watch', 'id': '1', 'term': 'Correction'}}");
}

uint64_t
tl_size(struct tl *tl)
{
	struct st_reader *reader = NULL;
	struct st_head head;
	stet_error err;

	ok(st_ledger_reader(tl->ledger, &reader, &err));
	ok(st_head_read(reader, &head, &err));
	st_reader_close(reader);
	return head.size;
}

/* --- rows ------------------------------------------------------------------------------------- */

static stet_bytes
copy_of(stet_bytes bytes)
{
	uint8_t *copy = malloc(bytes.size + 1);

	assert_non_null(copy);
	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	return (stet_bytes){copy, bytes.size};
}

static void
free_bytes(stet_bytes bytes)
{
	free((void *)(uintptr_t)bytes.data);
}

stet_bytes
tl_row(struct tl *tl, enum st_table table, stet_bytes key)
{
	struct st_reader *reader = NULL;
	stet_bytes value = {NULL, 0};
	stet_error err;

	ok(st_ledger_reader(tl->ledger, &reader, &err));
	ok(st_get(reader, table, &key, 1, &value, &err));
	if (value.data != NULL)
		value = copy_of(value);
	st_reader_close(reader);
	return value;
}

void
tl_put_row(struct tl *tl, enum st_table table, stet_bytes key, stet_bytes value)
{
	struct st_batch *batch = NULL;
	stet_error err;

	ok(st_batch_begin(tl->ledger->store, 1000, &batch, &err));
	ok(st_batch_put(batch, table, 0, &key, &value, 1, &err));
	ok(st_batch_commit(&batch, &err));
}

void
tl_drop_row(struct tl *tl, enum st_table table, stet_bytes key)
{
	struct st_batch *batch = NULL;
	stet_error err;

	ok(st_batch_begin(tl->ledger->store, 1000, &batch, &err));
	ok(st_batch_delete(batch, table, key, &err));
	ok(st_batch_commit(&batch, &err));
}

stet_bytes
tl_entry(struct tl *tl, uint64_t seq)
{
	uint8_t key[8];

	st_be64_put(key, seq);
	return tl_row(tl, ST_ENTRY, (stet_bytes){key, 8});
}

void
tl_put_entry(struct tl *tl, uint64_t seq, stet_bytes encoded)
{
	uint8_t key[8];

	st_be64_put(key, seq);
	tl_put_row(tl, ST_ENTRY, (stet_bytes){key, 8}, encoded);
}

void
tl_drop_entry(struct tl *tl, uint64_t seq)
{
	uint8_t key[8];

	st_be64_put(key, seq);
	tl_drop_row(tl, ST_ENTRY, (stet_bytes){key, 8});
}

static void
rows_add(struct tl_rows *rows, enum st_table table, stet_bytes key, stet_bytes value)
{
	size_t n = rows->count + 1;

	rows->keys = realloc(rows->keys, n * sizeof(*rows->keys));
	rows->values = realloc(rows->values, n * sizeof(*rows->values));
	rows->tables = realloc(rows->tables, n * sizeof(*rows->tables));
	assert_true(rows->keys != NULL && rows->values != NULL && rows->tables != NULL);
	rows->keys[rows->count] = copy_of(key);
	rows->values[rows->count] = copy_of(value);
	rows->tables[rows->count] = table;
	rows->count = n;
}

void
tl_rows_take(struct tl *tl, struct tl_rows *rows)
{
	struct st_reader *reader = NULL;
	struct st_scan *scan;
	stet_bytes key, value;
	stet_error err;
	size_t count;
	int table;

	memset(rows, 0, sizeof(*rows));
	ok(st_ledger_reader(tl->ledger, &reader, &err));
	for (table = 0; table < ST_TABLE_COUNT; table++) {
		ok(st_scan_open(reader, (enum st_table)table, NULL, &scan, &err));
		for (;;) {
			ok(st_scan_next(scan, 1, &key, &value, &count, &err));
			if (count == 0)
				break;
			rows_add(rows, (enum st_table)table, key, value);
		}
		st_scan_close(scan);
	}
	st_reader_close(reader);
}

/* The entries cannot be cleared, so they are dropped one by one. */
static void
drop_entries(struct tl *tl, struct st_batch *batch)
{
	struct tl_rows rows;
	stet_error err;
	size_t i;

	tl_rows_take(tl, &rows);
	for (i = 0; i < rows.count; i++)
		if (rows.tables[i] == ST_ENTRY)
			ok(st_batch_delete(batch, ST_ENTRY, rows.keys[i], &err));
	tl_rows_free(&rows);
}

void
tl_rows_put(struct tl *tl, const struct tl_rows *rows)
{
	struct st_batch *batch = NULL;
	stet_error err;
	size_t i;
	int table;

	ok(st_batch_begin(tl->ledger->store, 1000, &batch, &err));
	drop_entries(tl, batch);
	for (table = ST_ENTRY + 1; table < ST_TABLE_COUNT; table++)
		ok(st_batch_clear(batch, (enum st_table)table, &err));
	for (i = 0; i < rows->count; i++)
		ok(st_batch_put(
		    batch, rows->tables[i], 0, &rows->keys[i], &rows->values[i], 1, &err));
	ok(st_batch_commit(&batch, &err));
}

void
tl_rows_free(struct tl_rows *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++) {
		free_bytes(rows->keys[i]);
		free_bytes(rows->values[i]);
	}
	free(rows->keys);
	free(rows->values);
	free(rows->tables);
	memset(rows, 0, sizeof(*rows));
}

/* --- an operator who does not ask the rules --------------------------------------------------- */

/* The rows of an entry that is not asked whether it may be there. */
static void
enter_unasked(struct st_enter *enter, const struct st_books *books, stet_bytes encoded)
{
	struct st_statement statement;
	struct st_entry entry;
	struct st_case c;
	uint8_t leaf[32], key[8];
	stet_bytes key_bytes = {key, 8};
	stet_error err;

	memset(&c, 0, sizeof(c));
	if (st_entry_decode(encoded, &entry, NULL) != STET_OK || entry.seq != enter->state->size ||
	    st_statement_read(entry.statement, &statement, NULL) != STET_OK) {
		st_be64_put(key, enter->state->size);
		st_tree_leaf(encoded, leaf);
		ok(st_batch_put(enter->batch, ST_ENTRY, ST_PUT_NEW, &key_bytes, &encoded, 1, &err));
		ok(st_enter_gap(enter, leaf, &err));
		return;
	}
	c.state = enter->state;
	c.books = books;
	c.entry = &entry;
	c.statement = &statement;
	st_cti_key(statement.sign1.claims.iss, statement.sign1.claims.cti, c.cti_key);
	st_map_key(statement.sign1.claims.sub, c.name_key);
	ok(st_books_index(books, c.name_key, &c.row, &err));
	ok(st_enter(enter, &c, encoded, leaf, &err));
}

/* The entry that a statement would be. */
static void
make_entry(struct tl *tl, const struct st_books *books, const struct tl_force *force, uint64_t ms,
    struct st_buf *out)
{
	const struct st_state *state = &tl->ledger->state;
	struct st_entry entry = {state->size, ms, state->last_leaf, NULL, force->statement};
	struct st_index_row row;
	struct st_sign1 sign1;
	uint8_t name_key[32];
	stet_error err;

	memset(&row, 0, sizeof(row));
	if (st_sign1_decode(force->statement, &sign1, NULL) == STET_OK) {
		st_map_key(sign1.claims.sub, name_key);
		ok(st_books_index(books, name_key, &row, &err));
	}
	if (row.count > 0 && !force->no_prior)
		entry.prior = row.head;
	if (force->prior != NULL)
		entry.prior = force->prior;
	if (force->prev != NULL)
		entry.prev = force->prev;
	ok(st_entry_encode(&entry, out, &err));
}

uint64_t
tl_force(struct tl *tl, const struct tl_force *force)
{
	stet_ledger *ledger = tl->ledger;
	struct st_batch *batch = NULL;
	struct st_guard guard = {-1};
	struct st_buf made = {0};
	struct st_enter enter;
	struct st_books books;
	struct st_head head;
	stet_head sealed;
	stet_error err;
	uint64_t seq, ms = force->ms != 0 ? force->ms : tl->now_ms;

	memset(&enter, 0, sizeof(enter));
	pthread_mutex_lock(&ledger->lock);
	ok(st_guard_take(ledger, &guard, &err));
	ok(st_batch_begin(ledger->store, 1000, &batch, &err));
	books = (struct st_books){st_batch_reader(batch), st_batch_reader(batch)};
	ok(st_ledger_refresh(ledger, &books, &head, &err));
	ok(st_ledger_key(ledger, NULL, NULL, &err));
	ledger->state_known = 0;
	ok(st_enter_begin(&enter, batch, &ledger->state, 1, &err));
	seq = ledger->state.size;
	if (force->entry.data != NULL)
		st_buf_put_bytes(&made, force->entry);
	else
		make_entry(tl, &books, force, ms, &made);
	enter_unasked(&enter, &books, st_buf_bytes(&made));
	if (!force->no_seal)
		ok(st_seal(ledger, &enter, tl->now_ms, &sealed, &err));
	ok(st_enter_end(&enter, &err));
	ok(st_batch_commit(&batch, &err));
	if (!force->no_seal)
		ok(st_publish(ledger, seq, &sealed, &err));
	st_guard_drop(&guard);
	pthread_mutex_unlock(&ledger->lock);
	st_enter_clear(&enter);
	st_buf_free(&made);
	return seq;
}

uint64_t
tl_force_statement(struct tl *tl, stet_statement *statement)
{
	struct tl_force force;
	uint64_t seq;

	memset(&force, 0, sizeof(force));
	force.statement = stet_statement_encoded(statement);
	seq = tl_force(tl, &force);
	stet_statement_free(statement);
	return seq;
}

/* --- before and after ------------------------------------------------------------------------- */

/* The first difference, as text; "" if there is none. */
static void
rows_differ(const struct tl_rows *a, const struct tl_rows *b, char *what, size_t size)
{
	char key[3 + 2 * 64];
	size_t i;

	what[0] = '\0';
	for (i = 0; i < a->count || i < b->count; i++) {
		const struct tl_rows *rows = i < a->count ? a : b;

		if (i < a->count && i < b->count && a->tables[i] == b->tables[i] &&
		    st_bytes_equal(a->keys[i], b->keys[i]) &&
		    st_bytes_equal(a->values[i], b->values[i]))
			continue;
		st_hex(rows->keys[i].data, rows->keys[i].size > 64 ? 64 : rows->keys[i].size, key);
		snprintf(what, size, "%zu rows and %zu; the first that differs: table '%s', key %s",
		    a->count, b->count, st_table_names[rows->tables[i]], key);
		return;
	}
}

void
tl_rows_same(const struct tl_rows *a, const struct tl_rows *b)
{
	char what[256];

	rows_differ(a, b, what, sizeof(what));
	if (what[0] != '\0')
		fail_msg("%s", what);
}

static void
read_if_there(const char *folder, const char *name, struct st_buf *out)
{
	char *path = join(folder, name);
	stet_error err;
	int rc = st_file_read(path, 1 << 20, out, &err);

	if (rc != STET_OK && rc != STET_ENOTFOUND)
		fail_msg("%s", err.text);
	free(path);
}

void
tl_mark_take(struct tl *tl, struct tl_mark *mark)
{
	memset(mark, 0, sizeof(*mark));
	tl_rows_take(tl, &mark->rows);
	read_if_there(tl->path, "checkpoint", &mark->checkpoint);
	if (tl->ledger->state_dir != NULL)
		read_if_there(tl->ledger->state_dir, "head", &mark->head);
}

void
tl_mark_same(struct tl *tl, struct tl_mark *mark)
{
	struct tl_mark now;

	tl_mark_take(tl, &now);
	tl_rows_same(&mark->rows, &now.rows);
	assert_true(st_bytes_equal(st_buf_bytes(&mark->checkpoint), st_buf_bytes(&now.checkpoint)));
	assert_true(st_bytes_equal(st_buf_bytes(&mark->head), st_buf_bytes(&now.head)));
	tl_mark_free(&now);
}

static void
put_file(const char *folder, const char *name, const struct st_buf *text)
{
	char *path = join(folder, name);
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text->data, 1, text->size, file), text->size);
	assert_int_equal(fclose(file), 0);
	free(path);
}

void
tl_mark_put(struct tl *tl, const struct tl_mark *mark)
{
	tl_rows_put(tl, &mark->rows);
	put_file(tl->path, "checkpoint", &mark->checkpoint);
	put_file(tl->ledger->state_dir, "head", &mark->head);
	st_state_clear(&tl->ledger->state);
	tl->ledger->state_known = 0;
	stet_key_free(tl->ledger->key);
	stet_key_free(tl->ledger->old);
	tl->ledger->key = tl->ledger->old = NULL;
	tl->ledger->key_is_next = 0;
}

void
tl_mark_free(struct tl_mark *mark)
{
	tl_rows_free(&mark->rows);
	st_buf_free(&mark->checkpoint);
	st_buf_free(&mark->head);
}

void
tl_refused(struct tl *tl, stet_statement *statement, int rule)
{
	struct tl_mark mark;
	stet_error err;
	int rc;

	tl_mark_take(tl, &mark);
	rc = tl_try(tl, statement, &err);
	if (rc != STET_EREFUSED || err.rule != rule)
		fail_msg("%s %s '%s' instead of a refusal by %s", stet_code_name(rc),
		    stet_rule_name(err.rule), err.text, stet_rule_name(rule));
	assert_int_equal(err.code, STET_EREFUSED);
	assert_true(err.text[0] != '\0' && strchr(err.text, '\n') == NULL);
	tl_mark_same(tl, &mark);
	tl_mark_free(&mark);
	tl->refusals++;
}

stet_statement *
tl_portable(struct tl *tl, enum tl_key signer, const char *text)
{
	stet_json *json = parse_quoted(text);
	stet_statement *statement = NULL;
	stet_error err;
	char id[32];

	snprintf(id, sizeof(id), "test-%u", ++tl->ids);
	if (stet_json_get(json, "id") == NULL)
		stet_json_set(json, "id", stet_json_str(id));
	if (stet_json_get(json, "issuer") == NULL)
		stet_json_set(json, "issuer", stet_json_str(cast[signer].issuer));
	ok(stet_statement_from_value(json, &statement, &err));
	ok(stet_statement_sign(statement, tl->keys[signer], (int64_t)(tl->now_ms / 1000), &err));
	stet_json_free(json);
	return statement;
}

stet_statement *
tl_raw(struct tl *tl, enum tl_key signer, const char *subject, stet_bytes payload)
{
	struct st_claims claims;
	struct st_buf encoded = {0};
	stet_statement *statement = NULL;
	stet_error err;
	char id[32];

	snprintf(id, sizeof(id), "test-%u", ++tl->ids);
	claims.iss = st_str(cast[signer].issuer);
	claims.sub = st_str(subject);
	claims.aud = st_str(stet_ledger_id(tl->ledger));
	claims.iat = tl->now_ms / 1000;
	claims.cti = st_str(id);
	ok(st_sign1_encode(&claims, payload, st_key_secret(tl->keys[signer]), &encoded, &err));
	ok(stet_statement_decode(st_buf_bytes(&encoded), &statement, &err));
	st_buf_free(&encoded);
	return statement;
}

void
tl_leaf(struct tl *tl, uint64_t seq, char hex_out[65])
{
	stet_entry *entry = NULL;
	stet_error err;

	ok(stet_ledger_entry(tl->ledger, seq, &entry, &err));
	st_hex(stet_entry_leaf(entry).data, 32, hex_out);
	stet_entry_free(entry);
}

int
tl_result(struct tl *tl, stet_statement *statement)
{
	stet_append_options options = append_options(tl);
	stet_outcome *outcome = NULL;
	stet_error err;
	int result;

	ok(stet_ledger_append(tl->ledger, &statement, 1, &options, &outcome, &err));
	result = stet_outcome_get(outcome, 0)->result;
	stet_outcome_free(outcome);
	stet_statement_free(statement);
	return result;
}

void
tl_rotate(struct tl *tl, enum tl_key to)
{
	stet_append_options options = STET_APPEND_OPTIONS;
	stet_outcome *outcome = NULL;
	stet_statement *statement;
	uint8_t public_key[32];
	stet_error err;
	char hex[65];

	stet_key_public(tl->keys[to], public_key);
	st_hex(public_key, 32, hex);
	statement = tl_statementf(tl, TL_ROOT,
	    "{'type': 'ledger', 'subject': 'stet:ledger', 'action': 'rotate', 'key': {'kty': "
	    "'OKP', "
	    "'crv': 'Ed25519', 'x': '%s'}}",
	    hex);
	options.now_ms = tl->now_ms;
	assert_int_equal(
	    stet_ledger_rotate(tl->ledger, statement, tl->keys[to], &options, &outcome, &err),
	    STET_OK);
	stet_outcome_free(outcome);
	stet_statement_free(statement);
}
