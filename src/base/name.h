#ifndef ST_BASE_NAME_H
#define ST_BASE_NAME_H
/* Names: what an entry is about.  docs/format.md, "Names". */
#include <stet/error.h>
#include "base/buf.h"

#define ST_NAME_MIN 3
#define ST_NAME_MAX 1024
#define ST_KEY_NAME_SIZE \
	(36 + 43 + 1) /* urn:ietf:params:oauth:ckt:sha-256: + base64url + NUL, rounded up */
#define ST_KEY_NAME_PREFIX "urn:ietf:params:oauth:ckt:sha-256:"

/* STET_OK if name is a name of the format in its one spelling; STET_EFORMAT with ST_NAME_MALFORMED.
 */
int st_name_check(stet_bytes name, stet_error *err);
int st_name_is_doi(stet_bytes name);
int st_name_is_key(stet_bytes name);
/* 1 for stet:ledger, stet:seal, stet:audit. */
int st_name_is_reserved(stet_bytes name);

/* The name of a plain DOI (decoded, ASCII lower case): percent-encodes. STET_EFORMAT if not a DOI.
 */
int st_name_from_doi(stet_bytes doi, struct st_buf *name_out, stet_error *err);
/* The plain DOI of a doi: name: percent-decodes. */
int st_name_to_doi(stet_bytes name, struct st_buf *doi_out, stet_error *err);
/* 1 if text is a plain DOI as payloads hold it: 10. digits (. digits)* / at least one character,
 * no ASCII capitals, st_text_ok. */
int st_doi_ok(stet_bytes doi);

/* Bytes of the name of a plain DOI: doi: and percent-encoding. */
size_t st_doi_name_size(stet_bytes doi);

/* What people paste, made a name or a prefix.
 *
 * text         any of: a DOI with or without doi:, info:doi/, a resolver; SRCH:XXXXXXXX or eight
 * hex digits; a UUID with or without urn:uuid:; a publisher's page address ending in a UUID; a name
 * as it stands name_out     appended: the canonical name, or nothing if the text is a look-up by
 * prefix prefix_out   the eight digits as a number, if it is a look-up by prefix
 *
 * Returns 0 for a name, 1 for a prefix, STET_EFORMAT if it is neither, STET_ENOMEM. */
int st_name_parse(stet_bytes text, struct st_buf *name_out, uint32_t *prefix_out, stet_error *err);

#endif
