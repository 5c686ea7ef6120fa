#ifndef ST_EXCHANGE_WORK_H
#define ST_EXCHANGE_WORK_H
/* What bibliographic sources state of one work: what the importers of Crossref, DataCite, Zenodo
 * and JATS share.  docs/design.md, "Imports". */
#include "base/buf.h"
#include "exchange/import.h"
#include "exchange/seen.h"

/* Of one file. */
struct st_works {
	struct st_import *import;
	struct st_seen keys; /* that it has said something under */
};

struct st_work {
	struct st_works *works;
	struct st_import *import;
	struct st_buf name, doi;         /* doi:... and the plain DOI */
	char key[ST_IMPORT_KEY_MAX + 1]; /* the DOI, or the digest of a long one */
};

/* The name of a DOI in any of its forms. STET_EFORMAT: it is none, which what says of which. */
int st_work_read_doi(stet_bytes text, const char *what, struct st_buf *name_out, stet_error *err);
/* 1 if it is one, with its plain form. 0: it is none; STET_ENOMEM. */
int st_work_is_doi(stet_bytes text, struct st_buf *doi_out, stet_error *err);

/* Reads the file item by item; what an item is refused for is told, and the next one taken. */
typedef int st_work_item(struct st_works *works, const stet_json *json, stet_error *err);
int st_work_each(
    struct st_import *import, const char *const *wrappers, st_work_item *item, stet_error *err);

/* Begin from {0}; its end is st_work_clear(). */
int st_work_begin(struct st_work *work, struct st_works *works, stet_bytes doi, stet_error *err);
void st_work_clear(struct st_work *work);
/* All is said: another item of this file that says something else of the same work is refused. */
int st_work_end(struct st_work *work, stet_error *err);

/* --- what can be said of it ------------------------------------------------------------------ */

/* The item as an artifact of role metadata, which is kept: the last thing to say. */
int st_work_say_copy(
    struct st_work *work, stet_bytes content, const char *media_type, stet_error *err);
/* JSON without members that move while nothing is edited, on the first level and in "attributes",
 * and its digest. */
int st_work_settled(const stet_json *json, const char *const *moving, struct st_buf *text_out,
    uint8_t sha256_out[32], stet_error *err);

/* A title on one line, of as many bytes as one can have; the text of an element may be on many. */
void st_work_tidy(stet_bytes text, struct st_buf *out);
/* Each may be without data: not stated. */
int st_work_say_record(struct st_work *work, stet_bytes title, stet_bytes publisher,
    stet_bytes submitted, stet_error *err);

struct st_registration {
	const char *agency, *state; /* may be NULL */
	stet_bytes term;            /* the source's word for the state  */
	stet_bytes url, registered, occurred;
	stet_bytes concept_doi;     /* plain                            */
	const uint8_t *sha256;      /* of the metadata, or NULL         */
	const stet_json *relations; /* [{type, doi}], or NULL           */
};
int st_work_say_doi(
    struct st_work *work, const struct st_registration *registration, stet_error *err);
/* Adds one to such an array, if doi is one. */
int st_work_add_relation(stet_json *relations, stet_bytes type, stet_bytes doi, stet_error *err);

/* That a work is updated by another: which is which is the importer's to know. */
struct st_update {
	stet_bytes subject;     /* name of what is updated                               */
	stet_bytes by;          /* name of its notice or successor; size 0: not known    */
	const char *nature;     /* ours                                                  */
	stet_bytes term;        /* the source's own word                                 */
	const char *vocabulary; /* of the term, or NULL                                  */
	char date[32];          /* when, "" not known                                    */
	char teller[40];        /* who told the source; "": it speaks for itself         */
	char id[64];            /* the source's own id of it, or ""                      */
	stet_bytes reason;      /* why, in the source's words                            */
};
/* Where one work is updated by another in the same way several times, the earliest is the first of
 * them whatever the order.  Sorts updates. */
int st_work_say_updates(
    struct st_work *work, struct st_update *updates, size_t count, stet_error *err);

/* Updates, as they are found in an item. Begin from {0}. */
struct st_updates {
	struct st_update *items;
	struct st_buf *others; /* the name of the other work of each */
	size_t count, capacity;
};
/* One more: the other work updates this one (by_other), or this one the other. data NULL: the other
 * is not known. Its term, date and the like are the caller's to set in *update_out. */
int st_updates_add(struct st_updates *updates, struct st_work *work, stet_bytes other, int by_other,
    const char *nature, struct st_update **update_out, stet_error *err);
void st_updates_clear(struct st_updates *updates);

/* All that an item says, in the order in which it is appended. */
struct st_said {
	stet_bytes title, publisher, submitted;
	struct st_updates updates;
	struct st_registration registration;
	stet_bytes copy; /* of the item; data NULL: none is to be had */
	const char *media_type;
};
int st_work_say(struct st_work *work, struct st_said *said, stet_error *err);

/* Below a member, and a member of that (b NULL: none); data NULL: no text there. */
stet_bytes st_work_text(const stet_json *json, const char *a, const char *b);
/* The item with this value of a member in a list of objects, or NULL. */
const stet_json *st_work_with(const stet_json *list, const char *member, const char *word);

/* A word of a table, whatever its case and whatever joins its parts: "Expression of Concern" is
 * expression_of_concern. */
int st_work_same_word(stet_bytes text, const char *word);
/* The nature that goes by this name among publishers, or "unspecified". */
const char *st_work_nature(stet_bytes term);

#endif
