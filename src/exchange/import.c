#include "exchange/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"
#include "json/json.h"

/* --- the file -------------------------------------------------------------------------------- */

static int
read_as_it_is(void *ctx, uint8_t *buf, size_t size, size_t *got_out, stet_error *err)
{
	struct st_import *import = ctx;
	int rc;

	*got_out = 0;
	if ((rc = import->read(import->read_ctx, buf, size, got_out)) != STET_OK)
		return st_fail(err, rc < 0 ? rc : STET_EIO, ST_RULE_NONE,
		    "the file could not be read to its end");
	st_hasher_add(import->hasher, (stet_bytes){buf, *got_out});
	return STET_OK;
}

int
st_import_read(
    struct st_import *import, uint8_t *buf, size_t size, size_t *got_out, stet_error *err)
{
	size_t left = import->head_size - import->head_at;

	if (left == 0)
		return st_gunzip_read(import->gunzip, buf, size, got_out, err);
	*got_out = left < size ? left : size;
	memcpy(buf, import->head + import->head_at, *got_out);
	import->head_at += *got_out;
	return STET_OK;
}

int
st_import_is_xml(struct st_import *import, int *xml_out, stet_error *err)
{
	static const char before[] = "\xef\xbb\xbf \t\r\n";
	size_t i = 0, got;
	int rc;

	for (;;) {
		while (i < import->head_size && memchr(before, import->head[i], 7) != NULL)
			i++;
		*xml_out = i < import->head_size && import->head[i] == '<';
		if (i < import->head_size || i == sizeof(import->head))
			return STET_OK;
		if ((rc = st_gunzip_read(import->gunzip, import->head + i, sizeof(import->head) - i,
			 &got, err)) < 0)
			return rc;
		if (got == 0)
			return STET_OK;
		import->head_size += got;
	}
}

void
st_import_source(struct st_import *import, const char *name)
{
	if (import->options->source_name == NULL)
		import->source_name = name;
}

int
st_row_digest_begin(struct st_row_digest *digest, stet_error *err)
{
	return st_hasher_new(ST_SHA256, &digest->hasher, err);
}

void
st_row_digest_add(struct st_row_digest *digest, stet_bytes field)
{
	uint8_t size[4];

	st_be32_put(size, (uint32_t)field.size);
	st_hasher_add(digest->hasher, (stet_bytes){size, 4});
	st_hasher_add(digest->hasher, field);
}

void
st_row_digest_end(struct st_row_digest *digest, char hex_out[33])
{
	uint8_t hash[64];

	st_hasher_end(digest->hasher, hash);
	st_hasher_free(digest->hasher);
	digest->hasher = NULL;
	st_hex(hash, 16, hex_out);
}

/* --- saying ---------------------------------------------------------------------------------- */

/* An id of more than 64 bytes is 0x and the hex of its SHA-256. */
static int
shorten_id(struct st_buf *id, stet_error *err)
{
	uint8_t hash[32];

	if (id->rc == STET_OK && id->size > ST_CTI_MAX) {
		st_sha256(st_buf_bytes(id), hash);
		st_buf_reset(id);
		st_buf_put_str(id, "0x");
		st_hex_put(id, (stet_bytes){hash, 32});
	}
	return id->rc == STET_OK ? STET_OK : st_fail_nomem(err);
}

/* NAME:KEY:TYPE[:N]#k, and what follows. */
static int
make_id(const struct st_import *import, const char *row_key, const char *type, unsigned ordinal,
    unsigned k, const char *tail, struct st_buf *id_out, stet_error *err)
{
	st_buf_reset(id_out);
	st_buf_printf(id_out, "%s:%s:%s", import->source_name, row_key, type);
	if (ordinal > 1)
		st_buf_printf(id_out, ":%u", ordinal);
	st_buf_printf(id_out, "#%u%s", k, tail);
	return shorten_id(id_out, err);
}

/* The entry with this id by this import's issuer. STET_ENOTFOUND. */
static int
find_id(struct st_import *import, const struct st_buf *id, uint64_t *seq_out, stet_error *err)
{
	struct st_buf cti = {0};
	stet_bytes value;
	uint8_t key[32];
	int rc;

	if ((rc = st_cti_from_id(st_buf_bytes(id), &cti, err)) < 0)
		goto done;
	st_cti_key(st_str(import->issuer), st_buf_bytes(&cti), key);
	if ((rc = st_get_one(import->reader, ST_CTI, (stet_bytes){key, 32}, &value, err)) ==
	    STET_OK)
		*seq_out = st_be64_get(value.data);
done:
	st_buf_free(&cti);
	return rc;
}

static int
add_statement(struct st_import *import, const stet_json *json, stet_error *err)
{
	stet_statement **statements;
	size_t capacity;
	int rc;

	if (import->count == import->capacity) {
		capacity = import->capacity == 0 ? 256 : import->capacity * 2;
		if ((statements = realloc(
			 import->statements, capacity * sizeof(stet_statement *))) == NULL)
			return st_fail_nomem(err);
		import->statements = statements;
		import->capacity = capacity;
	}
	if ((rc = stet_statement_from_value(json, &import->statements[import->count], err)) ==
	    STET_OK)
		import->count++;
	return rc;
}

/* Of what the source said before: that it was never right, or is said no longer. */
static int
add_lifting(struct st_import *import, const struct st_buf *id, const char *nature, uint64_t seq,
    const stet_json *source, stet_error *err)
{
	stet_json *json, *targets;
	struct st_read read;
	uint8_t leaf[32];
	int rc;

	if ((rc = st_books_leaf(&import->books, seq, leaf, err)) < 0 ||
	    (rc = st_books_entry(&import->books, seq, &read, err)) < 0)
		return rc;
	json = stet_json_object();
	targets = stet_json_array();
	stet_json_set(json, "type", stet_json_str("correction"));
	stet_json_set(json, "subject", stet_json_string(read.statement.sign1.claims.sub));
	stet_json_set(json, "issuer", stet_json_str(import->issuer));
	stet_json_set(json, "id", stet_json_string(st_buf_bytes(id)));
	stet_json_set(json, "source", stet_json_copy(source));
	stet_json_set(json, "nature", stet_json_str(nature));
	stet_json_add(targets, stet_json_hex((stet_bytes){leaf, 32}));
	stet_json_set(json, "targets", targets);
	rc = add_statement(import, json, err);
	stet_json_free(json);
	return rc;
}

static int
annul(struct st_import *import, const char *row_key, const char *type, unsigned ordinal, unsigned k,
    uint64_t seq, const stet_json *source, stet_error *err)
{
	struct st_buf id = {0};
	int rc = make_id(import, row_key, type, ordinal, k, "-annulled", &id, err);

	if (rc == STET_OK)
		rc = add_lifting(import, &id, "annulment", seq, source, err);
	st_buf_free(&id);
	return rc;
}

int
st_import_said(struct st_import *import, const char *row_key, const char *type, stet_error *err)
{
	struct st_buf id = {0};
	uint64_t there;
	int rc = make_id(import, row_key, type, 1, 0, "", &id, err);

	if (rc == STET_OK)
		rc = find_id(import, &id, &there, err);
	st_buf_free(&id);
	return rc;
}

int
st_import_lift(struct st_import *import, const char *row_key, const char *nature, uint64_t seq,
    const stet_json *source, stet_error *err)
{
	struct st_buf id = {0};
	uint64_t there;
	int rc;

	st_buf_printf(&id, "%s:%s:%s", import->source_name, row_key, nature);
	if ((rc = shorten_id(&id, err)) == STET_OK) {
		rc = find_id(import, &id, &there, err);
		if (rc == STET_OK)
			import->row_already++;
		else if (rc == STET_ENOTFOUND)
			rc = add_lifting(import, &id, nature, seq, source, err);
	}
	st_buf_free(&id);
	return rc;
}

/* The newest k under which something was said, and its entry; *k_out is the next k. */
static int
find_last(struct st_import *import, const char *row_key, const char *type, unsigned ordinal,
    unsigned *k_out, uint64_t *seq_out, stet_error *err)
{
	struct st_buf id = {0};
	int rc;

	*seq_out = STET_NO_SEQ;
	for (*k_out = 0;; (*k_out)++) {
		if ((rc = make_id(import, row_key, type, ordinal, *k_out, "", &id, err)) < 0 ||
		    (rc = find_id(import, &id, seq_out, err)) < 0)
			break;
	}
	st_buf_free(&id);
	return rc == STET_ENOTFOUND ? STET_OK : rc;
}

/* The statement as it would have been made when the source was read for the one before: when it was
 * read is not what it says, and must not make a row a changed one. */
static stet_json *
as_read_then(const stet_json *json, const struct st_read *before)
{
	const stet_json *source = stet_json_get(json, "source"), *value;
	stet_json *copy = stet_json_copy(json), *then = stet_json_object();
	stet_bytes retrieved;
	const char *key;
	size_t i;

	for (i = 0; stet_json_member(source, i, &key, &value); i++)
		if (strcmp(key, "retrieved") != 0)
			stet_json_set(then, key, stet_json_copy(value));
	if (before->statement.source.data != NULL &&
	    st_cbor_member_text(before->statement.source, "retrieved", &retrieved) == STET_OK)
		stet_json_set(then, "retrieved", stet_json_string(retrieved));
	stet_json_set(copy, "source", then);
	return copy;
}

static int
says_the_same(
    struct st_import *import, uint64_t seq, const stet_json *json, int *same_out, stet_error *err)
{
	struct st_buf payload = {0};
	stet_json *then = NULL;
	struct st_read read;
	enum st_type type;
	int rc;

	if ((rc = st_books_entry(&import->books, seq, &read, err)) < 0)
		return rc;
	then = as_read_then(json, &read);
	rc = st_json_rc(then) < 0 ? st_fail_nomem(err) : STET_OK;
	if (rc == STET_OK && (rc = st_payload_from_json(then, &type, &payload, err)) == STET_OK)
		*same_out = st_bytes_equal(read.statement.sign1.payload, st_buf_bytes(&payload)) &&
			    st_bytes_equal(read.statement.sign1.claims.sub,
				stet_json_string_of(stet_json_get(json, "subject")));
	st_buf_free(&payload);
	stet_json_free(then);
	return rc;
}

int
st_import_say(struct st_import *import, const char *row_key, unsigned ordinal, stet_json *json,
    stet_error *err)
{
	stet_bytes type_name = stet_json_string_of(stet_json_get(json, "type"));
	struct st_buf id = {0};
	char type[32];
	unsigned k;
	uint64_t seq, delisted;
	int rc, same = 0;

	snprintf(type, sizeof(type), "%.*s", (int)type_name.size, (const char *)type_name.data);
	/* A row is not refused because memory was short for what it says. */
	if ((rc = st_json_rc(json) < 0 ? st_fail_nomem(err) : STET_OK) < 0)
		goto done;
	if ((rc = find_last(import, row_key, type, ordinal, &k, &seq, err)) < 0 ||
	    (seq != STET_NO_SEQ && (rc = says_the_same(import, seq, json, &same, err)) < 0))
		goto done;
	/* What was taken off the list and stands there again is said anew. */
	if (same && (rc = make_id(import, row_key, type, ordinal, k - 1, "-delisted", &id, err)) ==
			STET_OK) {
		rc = find_id(import, &id, &delisted, err);
		same = rc == STET_ENOTFOUND;
		rc = same ? STET_OK : rc;
	}
	if (rc < 0)
		goto done;
	if (same) {
		import->row_already++;
		goto done;
	}
	if (seq != STET_NO_SEQ && import->repeated) {
		rc = st_fail(err, STET_EFORMAT, ST_IMPORT_ROW,
		    "an earlier one of this file says something else of the same");
		goto done;
	}
	if (seq != STET_NO_SEQ && (rc = annul(import, row_key, type, ordinal, k - 1, seq,
				       stet_json_get(json, "source"), err)) < 0)
		goto done;
	if ((rc = make_id(import, row_key, type, ordinal, k, "", &id, err)) < 0)
		goto done;
	stet_json_set(json, "issuer", stet_json_str(import->issuer));
	stet_json_set(json, "id", stet_json_string(st_buf_bytes(&id)));
	rc = add_statement(import, json, err);
done:
	st_buf_free(&id);
	stet_json_free(json);
	return rc;
}

/* --- content ------------------------------------------------------------------------------- */

static int
read_content(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	stet_bytes *left = ctx;

	*got_out = size < left->size ? size : left->size;
	memcpy(buf, left->data, *got_out);
	left->data += *got_out;
	left->size -= *got_out;
	return STET_OK;
}

int
st_import_keep(struct st_import *import, stet_bytes content, stet_error *err)
{
	stet_bytes left = content;
	uint8_t sha256[32];
	uint64_t size;

	st_sha256(content, sha256);
	if ((import->options->flags & STET_APPEND_DRY_RUN) != 0 ||
	    stet_ledger_has_artifact(import->ledger, sha256, &size, NULL) == STET_OK)
		return STET_OK;
	return st_attach_add(&import->attaching, read_content, &left, sha256, &size, err);
}

/* --- what vanished --------------------------------------------------------------------------- */

struct delisting {
	struct st_import *import;
	st_import_in_file *in_file;
	void *ctx;
};

static int
is_lifting(const struct st_statement *statement)
{
	stet_bytes nature;

	return st_cbor_member_text(statement->sign1.payload, "nature", &nature) < 0 ||
	       st_bytes_equal(nature, st_str("annulment")) ||
	       st_bytes_equal(nature, st_str("delisting"));
}

/* Its source, taken over without the word for what it no longer says. */
static stet_json *
source_of(const struct st_import *import, const char *row_key)
{
	stet_json *source = stet_json_object();

	stet_json_set(source, "name", stet_json_str(import->source_name));
	stet_json_set(source, "id", stet_json_str(row_key));
	if (import->options->url != NULL)
		stet_json_set(source, "url", stet_json_str(import->options->url));
	if (import->options->retrieved != NULL)
		stet_json_set(source, "retrieved", stet_json_str(import->options->retrieved));
	return source;
}

/* The newest thing said under its key, unless it is annulled or delisted already. */
static int
delist(struct st_import *import, const char *row_key, uint64_t seq, stet_error *err)
{
	static const char *const tails[] = {"-annulled", "-delisted"};
	stet_json *source = NULL;
	struct st_buf id = {0};
	uint64_t newest, there;
	unsigned k, i;
	int rc;

	if ((rc = find_last(import, row_key, "correction", 1, &k, &newest, err)) < 0 ||
	    newest != seq)
		goto done;
	for (i = 0; i < 2; i++) {
		if ((rc = make_id(import, row_key, "correction", 1, k - 1, tails[i], &id, err)) < 0)
			goto done;
		rc = find_id(import, &id, &there, err);
		if (rc != STET_ENOTFOUND)
			goto done; /* lifted already, or could not be found out */
	}
	source = source_of(import, row_key);
	if ((rc = add_lifting(import, &id, "delisting", seq, source, err)) == STET_OK &&
	    st_import_is_full(import))
		rc = st_import_flush(import, err);
done:
	stet_json_free(source);
	st_buf_free(&id);
	return rc;
}

static int
look_at_entry(void *ctx, uint64_t seq, stet_bytes encoded, stet_error *err)
{
	struct delisting *delisting = ctx;
	struct st_import *import = delisting->import;
	char row_key[ST_IMPORT_KEY_MAX + 1];
	struct st_statement statement;
	struct st_entry entry;
	stet_bytes id;
	int rc, in;

	if ((rc = st_entry_decode(encoded, &entry, err)) < 0 ||
	    (rc = st_statement_read(entry.statement, &statement, err)) < 0)
		return rc;
	if (statement.type != ST_TYPE_CORRECTION || is_lifting(&statement) ||
	    !st_bytes_equal(statement.source_name, st_str(import->source_name)) ||
	    !st_bytes_equal(statement.sign1.claims.iss, st_str(import->issuer)) ||
	    st_cbor_member_text(statement.source, "id", &id) < 0 || id.size > ST_IMPORT_KEY_MAX)
		return STET_OK;
	if ((rc = delisting->in_file(delisting->ctx, id, &in, err)) < 0 || in)
		return rc;
	memcpy(row_key, id.data, id.size);
	row_key[id.size] = '\0';
	return delist(import, row_key, seq, err);
}

int
st_import_delist(struct st_import *import, st_import_in_file *in_file, void *ctx, stet_error *err)
{
	struct delisting delisting = {import, in_file, ctx};
	stet_head head;
	int rc;

	if ((rc = st_import_flush(import, err)) < 0 ||
	    (rc = stet_ledger_head(import->ledger, &head, err)) < 0)
		return rc;
	return st_ledger_walk(import->ledger, 0, head.size, look_at_entry, &delisting, err);
}

/* --- the whole ------------------------------------------------------------------------------- */

/* None where the newest snapshot of the source is of this very file; k counts earlier ones of it.
 */
static int
count_snapshots(struct st_import *import, const uint8_t sha256[32], uint64_t *k_out,
    int *newest_out, stet_error *err)
{
	struct st_index_row row;
	struct st_read read;
	uint8_t name_key[32];
	char subject[80];
	uint64_t nth, seq;
	stet_bytes there;
	int rc;

	snprintf(subject, sizeof(subject), "source:%s", import->source_name);
	st_map_key(st_str(subject), name_key);
	*k_out = 0;
	*newest_out = 0;
	if ((rc = st_books_index(&import->books, name_key, &row, err)) < 0)
		return rc;
	for (nth = 0; nth < row.count; nth++) {
		if ((rc = st_books_about(&import->books, name_key, nth, &seq, err)) < 0 ||
		    (rc = st_books_entry(&import->books, seq, &read, err)) < 0)
			return rc;
		*newest_out = st_cbor_member_bytes(
				  read.statement.sign1.payload, "sha256", &there) == STET_OK &&
			      there.size == 32 && memcmp(there.data, sha256, 32) == 0;
		*k_out += *newest_out ? 1 : 0;
	}
	return STET_OK;
}

static int
close_import(struct st_import *import, stet_error *err)
{
	stet_json *json, *source;
	struct st_buf id = {0};
	uint8_t digest[64];
	char subject[80], hex[33];
	uint64_t k;
	int rc, newest;

	if ((rc = st_import_flush(import, err)) < 0)
		return rc;
	st_hasher_end(import->hasher, digest);
	/* A file of which not one row is to be had shows nothing of the source's. */
	if (import->result.taken == 0 && import->result.refused > 0)
		return STET_OK;
	if ((rc = count_snapshots(import, digest, &k, &newest, err)) < 0 || newest)
		return rc;
	json = stet_json_object();
	source = stet_json_object();
	snprintf(subject, sizeof(subject), "source:%s", import->source_name);
	st_hex(digest, 16, hex);
	st_buf_printf(&id, "%s:%s:snapshot#%llu", import->source_name, hex, (unsigned long long)k);
	if ((rc = shorten_id(&id, err)) < 0) {
		stet_json_free(json);
		stet_json_free(source);
		return rc;
	}
	stet_json_set(source, "name", stet_json_str(import->source_name));
	if (import->options->url != NULL)
		stet_json_set(source, "url", stet_json_str(import->options->url));
	if (import->options->retrieved != NULL)
		stet_json_set(source, "retrieved", stet_json_str(import->options->retrieved));
	stet_json_set(json, "type", stet_json_str("snapshot"));
	stet_json_set(json, "subject", stet_json_str(subject));
	stet_json_set(json, "issuer", stet_json_str(import->issuer));
	stet_json_set(json, "id", stet_json_string(st_buf_bytes(&id)));
	stet_json_set(json, "source", source);
	stet_json_set(json, "sha256", stet_json_hex((stet_bytes){digest, 32}));
	stet_json_set(json, "rows", stet_json_int((int64_t)import->result.rows));
	stet_json_set(json, "taken", stet_json_int((int64_t)import->result.taken));
	stet_json_set(json, "refused", stet_json_int((int64_t)import->result.refused));
	stet_json_set(
	    json, "whole", stet_json_bool((import->options->flags & STET_IMPORT_WHOLE) != 0));
	if ((rc = add_statement(import, json, err)) == STET_OK)
		rc = st_import_flush(import, err);
	stet_json_free(json);
	st_buf_free(&id);
	return rc;
}

/* That the key may say what others state is judged before the first artifact is kept, which would
 * otherwise be left behind by an import that is then refused. */
static int
check_signer(struct st_import *import, const struct st_key_state *key, stet_error *err)
{
	char shown[ST_SHOWN_SIZE];

	st_shown(st_str(key->label), shown);
	if (key->revoked != STET_NO_SEQ)
		return st_fail(err, STET_EREFUSED, ST_SIGNER_REVOKED,
		    "the key '%s' was revoked by entry %llu", shown,
		    (unsigned long long)key->revoked);
	if (key->until != ST_NO_END && import->options->now_ms >= key->until)
		return st_fail(err, STET_EREFUSED, ST_SIGNER_EXPIRED,
		    "the grant of key '%s' has ended", shown);
	if ((key->roles & ST_ROLE_OBSERVER) == 0)
		return st_fail(err, STET_EREFUSED, ST_ROLE_MISSING,
		    "key '%s' may not say what others state: it is no observer", shown);
	if ((import->issuer = strdup(key->issuer)) == NULL)
		return st_fail_nomem(err);
	return STET_OK;
}

static int
find_signer(struct st_import *import, stet_error *err)
{
	stet_ledger *ledger = import->ledger;
	const struct st_key_state *key;
	struct st_head head;
	uint8_t kid[32];
	int rc;

	stet_key_thumbprint(import->key, kid);
	pthread_mutex_lock(&ledger->lock);
	if ((rc = st_ledger_refresh(ledger, &import->books, &head, err)) == STET_OK) {
		rc = st_state_key(&ledger->state, &import->books, kid, &key, err);
		if (rc == STET_ENOTFOUND)
			rc = st_fail(err, STET_EREFUSED, ST_SIGNER_UNKNOWN,
			    "no entry of this ledger grants key %s", stet_key_name(import->key));
		else if (rc == STET_OK)
			rc = check_signer(import, key, err);
	}
	pthread_mutex_unlock(&ledger->lock);
	return rc;
}

int
st_import_run(stet_ledger *ledger, st_importer *importer, const char *source_name,
    stet_source *read, void *ctx, const stet_key *key, const stet_transfer_options *options,
    stet_import_result *result_out, stet_error *err)
{
	struct st_import import;
	int rc;

	memset(&import, 0, sizeof(import));
	import.ledger = ledger;
	st_attach_begin(&import.attaching, ledger);
	import.key = key;
	import.options = options;
	import.source_name = options->source_name != NULL ? options->source_name : source_name;
	import.read = read;
	import.read_ctx = ctx;
	if ((rc = st_hasher_new(ST_SHA256, &import.hasher, err)) == STET_OK &&
	    (rc = st_gunzip_new(read_as_it_is, &import, &import.gunzip, err)) == STET_OK &&
	    (rc = st_ledger_reader(ledger, &import.reader, err)) == STET_OK) {
		import.books = (struct st_books){import.reader, import.reader};
		if ((rc = find_signer(&import, err)) == STET_OK &&
		    (rc = importer(&import, err)) == STET_OK)
			rc = close_import(&import, err);
	}
	st_import_drop(&import, 0);
	st_attach_end(&import.attaching);
	free(import.statements);
	free(import.rows);
	st_gunzip_free(import.gunzip);
	st_hasher_free(import.hasher);
	st_reader_close(import.reader);
	free(import.issuer);
	if (result_out != NULL)
		*result_out = import.result; /* also after a failure: what is durable stays so */
	return rc;
}
