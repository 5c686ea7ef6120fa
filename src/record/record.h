#ifndef ST_RECORD_RECORD_H
#define ST_RECORD_RECORD_H
/* Standings read from books: which names and chains a record has there, fed to the fold.  The books
 * are a ledger's tables or those that a proof makes; the answer is the same. */
#include <stet/standing.h>

#include "admission/books.h"
#include "standing/standing.h"

/* Whether the content that an artifact statement names is there; may read other entries. */
typedef int st_held_of(
    void *ctx, const struct st_statement *statement, enum st_held *held_out, stet_error *err);

/* Where a standing is read.  Books outlive it, and are of one snapshot. */
struct st_feed_from {
	const struct st_books *books;
	uint64_t size;    /* only entries before it */
	st_held_of *held; /* NULL: nobody knows */
	void *held_ctx;
	const struct st_cover *cover; /* NULL: all names. Others are none of the record's: nothing
				       * is known of them */
};

/* Standings of many names of one moment: what all records share is read once.  One thread at a
 * time. */
struct st_standing_feed;
int st_standing_feed_new(
    const struct st_feed_from *from, struct st_standing_feed **feed_out, stet_error *err);
/* STET_ENOTFOUND if no entry is about it. */
int st_standing_feed_of(struct st_standing_feed *feed, stet_bytes name,
    struct st_standing **standing_out, stet_error *err);
void st_standing_feed_free(struct st_standing_feed *feed);

/* --- the public standing ---
 * A moment as the page tells of it. */
struct st_as_of {
	uint64_t size, seal, sealed_ms; /* seal STET_NO_SEQ: none yet */
};
/* The standing of a name as include/stet/standing.h has it; id is what was asked for. */
int st_standing_public(struct st_standing_feed *feed, stet_bytes name, const char *id,
    const char *ledger_id, const struct st_as_of *as_of, stet_standing **standing_out,
    stet_error *err);
/* What a public standing is made of; lives as long. */
const struct st_standing *st_standing_inside(const stet_standing *standing);
/* Its findings and gaps with the numbers of entries; *findings_out is left alone if it has none.
 * They live as long as the standing; free() ends the array. */
int st_findings_copy(
    const struct st_standing *standing, stet_finding **findings_out, stet_error *err);

#endif
