#ifndef ST_EXCHANGE_IMPORT_H
#define ST_EXCHANGE_IMPORT_H
/* What importers share: a file read once and hashed on the way, statements with ids that follow
 * from the source, batches, and the snapshot that closes an import.  docs/format.md, "Import ids".
 */
#include <stet/exchange.h>

#include "exchange/gunzip.h"
#include "ledger/attach.h"
#include "ledger/internal.h"
#include "statement/json_form.h"

#define ST_IMPORT_KEY_MAX 256

struct st_import {
	stet_ledger *ledger;
	const stet_key *key;
	const stet_transfer_options *options;
	const char *source_name;
	char *issuer;
	struct st_reader *reader; /* of what is in the ledger now */
	struct st_books books;

	stet_source *read; /* the file; read through st_import_read() */
	void *read_ctx;
	struct st_hasher *hasher; /* over it as it is, packed or not */
	struct st_gunzip *gunzip;
	uint8_t head[64]; /* of the file: looked at, and not read yet */
	size_t head_at, head_size;
	int repeated; /* the file has said something under this key before */

	stet_statement **statements;   /* the batch that is being gathered */
	struct st_attaching attaching; /* the contents that they name */
	size_t count, capacity;
	struct st_import_row *rows; /* that have statements in it */
	size_t row_count, row_capacity;
	size_t row_first; /* of the statements: where the present row begins */
	uint64_t row_already;
	stet_import_result result;
};

struct st_import_row {
	uint64_t number;  /* in the file, from 1                     */
	size_t first;     /* of its statements in the batch          */
	uint64_t already; /* of what it says, what was there before */
};

/* The file's next bytes, unpacked if it is packed by gzip. */
int st_import_read(
    struct st_import *import, uint8_t *buf, size_t size, size_t *got_out, stet_error *err);

/* Whether the file is XML, by its first character; nothing of it is read by that. */
int st_import_is_xml(struct st_import *import, int *xml_out, stet_error *err);
/* What the source is called, unless somebody has said another name: before anything is said. */
void st_import_source(struct st_import *import, const char *name);

/* --- batch.c --- */
/* One row begins and ends; in between it says things.  A row that cannot be taken is dropped whole,
 * also where that shows only when its batch is appended. */
void st_import_row_begin(struct st_import *import);
int st_import_row_end(struct st_import *import, stet_error *err);
void st_import_row_refuse(struct st_import *import, const stet_error *why);
/* Whether the batch has no room for one more row, which is never cut in two. */
int st_import_is_full(const struct st_import *import);
/* Appends what has been gathered. */
int st_import_flush(struct st_import *import, stet_error *err);
/* Forgets the statements from this one on. */
void st_import_drop(struct st_import *import, size_t from);

/* --- import.c --- */

/* What the source says under (row_key, type, ordinal): taken over.  json has type, subject and the
 * members; source.name is set here.  Equal to what it last said: nothing to do.  Otherwise a
 * statement with the next id, and an annulment of the one before. STET_EFORMAT: the row does not
 * fit, or it differs and is `repeated`: one key that says two things in one file would be a change
 * with every import, back and forth. */
int st_import_say(struct st_import *import, const char *row_key, unsigned ordinal, stet_json *json,
    stet_error *err);

/* Keeps content that an artifact statement names, unless it is here or nothing is to be written: it
 * is stored before the batch with the row's statements is appended. */
int st_import_keep(struct st_import *import, stet_bytes content, stet_error *err);

/* Whether anything was said under the first id of (row_key, type): STET_ENOTFOUND if not. */
int st_import_said(
    struct st_import *import, const char *row_key, const char *type, stet_error *err);
/* An annulment or delisting of entry seq, unless it was said before; its id is
 * NAME:KEY:NATURE. */
int st_import_lift(struct st_import *import, const char *row_key, const char *nature, uint64_t seq,
    const stet_json *source, stet_error *err);
/* The file was the whole of what the source states: corrections of its that stand and whose row (by
 * source.id) is not in the file are delisted.  Walks all entries. */
typedef int st_import_in_file(void *ctx, stet_bytes id, int *in_out, stet_error *err);
int st_import_delist(
    struct st_import *import, st_import_in_file *in_file, void *ctx, stet_error *err);

/* Reads the file to its end, row by row. */
typedef int st_importer(struct st_import *import, stet_error *err);
int st_import_run(stet_ledger *ledger, st_importer *importer, const char *source_name,
    stet_source *read, void *ctx, const stet_key *key, const stet_transfer_options *options,
    stet_import_result *result_out, stet_error *err);
st_importer st_import_records, st_import_retraction_watch, st_import_deltas, st_import_crossref,
    st_import_datacite, st_import_zenodo, st_import_jats;

/* The digest of fields: first 16 bytes of SHA-256 over them, each as u32be length and bytes, in
 * hex. */
struct st_row_digest {
	struct st_hasher *hasher;
};
int st_row_digest_begin(struct st_row_digest *digest, stet_error *err);
void st_row_digest_add(struct st_row_digest *digest, stet_bytes field);
void st_row_digest_end(struct st_row_digest *digest, char hex_out[33]);

#endif
