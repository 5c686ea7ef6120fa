#ifndef ST_STATEMENT_JSON_FORM_H
#define ST_STATEMENT_JSON_FORM_H
/* The few texts of the JSON form that are not what the payload holds; docs/format.md, "JSON form".
 * Each is exact both ways: what one function writes the other reads back as the same bytes. */
#include "base/buf.h"
#include "json/json.h"

/* Of the JSON members that are no members of the payload; what a type calls one of its own. */
#define ST_JSON_ISSUER "issuer"
#define ST_JSON_SUBJECT "subject"
#define ST_JSON_ID "id"
#define ST_JSON_AUD "aud"
#define ST_JSON_SIGNED_AT "signed_at"
#define ST_JSON_KID "kid"
#define ST_JSON_ALG "alg"

/* The id of a cti: its UTF-8 text if it is text and does not begin with 0x, else 0x and hex. */
void st_cti_to_id(stet_bytes cti, struct st_buf *id_out);
/* Back; STET_EFORMAT with ST_STATEMENT_ID if that is not 1 to 64 bytes. */
int st_cti_from_id(stet_bytes id, struct st_buf *cti_out, stet_error *err);

/* Names and plain DOIs are read in any form people paste, so that a few cannot stand for
 * themselves: https://doi.org/10.1/x is a name of its own, but pasted it means doi:10.1/x. These
 * are written between angle brackets, and what is read between them is taken as it stands. Reading:
 * STET_EFORMAT; also for a prefix, which may mean several records. */
void st_name_to_json(stet_bytes name, struct st_buf *text_out);
int st_name_from_json(stet_bytes text, struct st_buf *name_out, stet_error *err);
void st_doi_to_json(stet_bytes doi, struct st_buf *text_out);
int st_doi_from_json(stet_bytes text, struct st_buf *doi_out, stet_error *err);

#endif
