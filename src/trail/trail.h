#ifndef ST_TRAIL_TRAIL_H
#define ST_TRAIL_TRAIL_H
/* An audit trail in formats that others read: what the entries say, written for archives,
 * registries and spreadsheets.
 *
 * One table of formats (format.c), one file a format.  Whoever wants a trail calls
 * stet_export_records() of <stet/exchange.h> with a sink, once a format: a command's file, a member
 * of a package, a page.  Nothing here knows where the bytes go, no writer reads a clock, and the
 * same state of a ledger gives the same bytes: every date is that of an entry.
 *
 *   format.c    the table, and the run of one format over some records or all
 *   out.c       what is written, in pieces
 *   entries.c   cborseq, jsonl: the entries themselves
 *   history.c   csv: a row for each entry
 *   prov.c      prov, provn: one mapping, written twice (provn.c)
 *   premis.c crossref.c datacite.c crate.c, xml.c which writes XML for them
 *
 * A format is written from entries, or from records.  From records it may take several passes over
 * them, since a document that wants all its agents behind all its events cannot be written in one
 * and held in no memory that grows with the ledger.
 *
 * A writer that cannot say something says so in what it writes, as its loss in the table does in
 * general; a statement that it must leave out altogether is reported by st_trail_left(). */
#include <stet/exchange.h>

#include "base/time.h"
#include "ledger/internal.h"
#include "standing/standing.h"

struct st_trail;

struct st_format {
	const char *name, *title, *media_type, *extension;
	const char *loss; /* what the format cannot carry, or that it carries all */
	unsigned passes;  /* over the records */
	int apart;        /* each record is a document of its own */
	/* From entries: */
	int (*entry)(struct st_trail *trail, stet_entry *entry, stet_error *err);
	/* From records; any of them may be NULL: what stands in front of the records of a pass, a
	 * record, what stands behind the last. */
	int (*begin)(struct st_trail *trail, unsigned pass, stet_error *err);
	int (*record)(struct st_trail *trail, unsigned pass, const struct st_standing *record,
	    stet_error *err);
	int (*end)(struct st_trail *trail, stet_error *err);
};
extern const struct st_format st_formats[]; /* ended by a row without a name */

/* One run of one format. */
struct st_trail {
	stet_ledger *ledger;
	const struct st_format *format;
	const stet_export_options *options;
	uint64_t size;            /* as of so many entries */
	char as_of[ST_TIME_SIZE]; /* when the newest of them was appended: the date of the trail */
	uint64_t told;            /* records told of in this pass, this one not among them */
	uint64_t written, left;   /* statements that a record format chose by itself: crossref */
	stet_sink *write;
	void *ctx;
	struct st_buf out; /* waits to be written */
	char *path;        /* of the document at hand; NULL: the only one */
	uint64_t done;
	int alone;       /* one record was asked for by name */
	void *xml;       /* of a format that is XML: see xml.h */
	stet_json *seen; /* what a format writes once, however often it is met: keys */
};

/* --- format.c --- */
/* Somebody is told that a statement is not in the trail, and why. */
void st_trail_left(struct st_trail *trail, const char *name, uint64_t seq, const stet_error *why);

/* --- out.c: failures of memory stick in trail->out until st_out_flush --- */
int st_out(struct st_trail *trail, stet_bytes piece, stet_error *err);
int st_out_text(struct st_trail *trail, const char *text, stet_error *err);
/* Takes value over and writes it as compact JSON; NULL, or memory short while it was built:
 * STET_ENOMEM. */
int st_out_json(struct st_trail *trail, stet_json **value, stet_error *err);
/* "key": value, with a comma in front unless it is the first. */
int st_out_member(
    struct st_trail *trail, int first, const char *key, stet_json **value, stet_error *err);
int st_out_flush(struct st_trail *trail, stet_error *err);
/* Ends the document at hand. */
int st_out_end(struct st_trail *trail, stet_error *err);

/* --- text.c: what several formats read of statements --- */
/* Appends a name that any file system takes, and that no two records share: what can be read of
 * the record's name, and the beginning of its digest. */
void st_trail_stem(const char *name, struct st_buf *out);
/* A member of a fact's statement that is a text; data NULL: not stated. */
stet_bytes st_said(const stet_json *statement, const char *member);
/* The same as new NUL-terminated text; NULL: not stated, or no memory. */
char *st_said_text(const stet_json *statement, const char *member);
/* A member that is an identifier, as a name; one that is a DOI, plain, and as a name: appended; 1,
 * or 0 if it is not stated. */
int st_said_name(const stet_json *statement, const char *member, struct st_buf *out);
int st_said_doi(const stet_json *statement, const char *member, struct st_buf *out);
int st_said_doi_name(const stet_json *statement, const char *member, struct st_buf *out);

/* --- the writers --- */
int st_cborseq_entry(struct st_trail *trail, stet_entry *entry, stet_error *err);
int st_jsonl_entry(struct st_trail *trail, stet_entry *entry, stet_error *err);
int st_history_begin(struct st_trail *trail, unsigned pass, stet_error *err);
int st_history_entry(struct st_trail *trail, stet_entry *entry, stet_error *err);

int st_prov_begin(struct st_trail *trail, unsigned pass, stet_error *err);
int st_prov_record(
    struct st_trail *trail, unsigned pass, const struct st_standing *record, stet_error *err);
int st_prov_end(struct st_trail *trail, stet_error *err);
int st_provn_begin(struct st_trail *trail, unsigned pass, stet_error *err);
int st_provn_record(
    struct st_trail *trail, unsigned pass, const struct st_standing *record, stet_error *err);
int st_provn_end(struct st_trail *trail, stet_error *err);

int st_premis_begin(struct st_trail *trail, unsigned pass, stet_error *err);
int st_premis_record(
    struct st_trail *trail, unsigned pass, const struct st_standing *record, stet_error *err);
int st_premis_end(struct st_trail *trail, stet_error *err);
int st_crossref_begin(struct st_trail *trail, unsigned pass, stet_error *err);
int st_crossref_record(
    struct st_trail *trail, unsigned pass, const struct st_standing *record, stet_error *err);
int st_crossref_end(struct st_trail *trail, stet_error *err);
int st_datacite_record(
    struct st_trail *trail, unsigned pass, const struct st_standing *record, stet_error *err);
int st_crate_begin(struct st_trail *trail, unsigned pass, stet_error *err);
int st_crate_record(
    struct st_trail *trail, unsigned pass, const struct st_standing *record, stet_error *err);
int st_crate_end(struct st_trail *trail, stet_error *err);

#endif
