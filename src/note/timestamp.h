#ifndef ST_NOTE_TIMESTAMP_H
#define ST_NOTE_TIMESTAMP_H
/* RFC 3161 time-stamps of checkpoints: over the text alone, which cosignatures do not change. */
#include <stet/timestamp.h>

#include "crypto/stamp.h"
#include "note/note.h"

/* Appends the TimeStampReq over a checkpoint. hash: ST_SHA256 or ST_SHA512. */
void st_timestamp_request(
    const struct st_checkpoint *checkpoint, enum st_hash hash, struct st_buf *out);
/* 1 if it is the text of this checkpoint that was stamped; STET_ENOMEM. */
int st_timestamp_is_of(
    const struct st_stamp *stamp, const struct st_checkpoint *checkpoint, stet_error *err);
/* What the report says of a stamp; *report_out is complete or STET_ENOMEM. */
int st_timestamp_report(
    const struct st_stamp *stamp, const stet_tsa *tsa, stet_json **report_out, stet_error *err);

#endif
