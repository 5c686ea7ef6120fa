#ifndef STET_ID_H
#define STET_ID_H
/**
 * Identifiers: what people paste, made the one name that entries are about.
 *
 * A name is an ASCII URI with one spelling (doi:10.5281/zenodo.21073815,
 * urn:uuid:..., rw:50438).  An id is either a name or a look-up by prefix
 * (SRCH:9F810E9F: the first eight digits of a UUID), which may match several.
 * Ids are immutable and may be shared by threads.
 *
 * Source: docs/format.md, "Names".
 */
#include <stet/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_id stet_id;

/**
 * Read an identifier in any form people paste: a DOI with or without doi:,
 * info:doi/ or a resolver; SRCH:XXXXXXXX or eight hex digits; a UUID; a page
 * address that ends in a UUID; a name as it stands.
 *
 * Returns STET_OK, STET_EFORMAT (what is wrong is in err), STET_ENOMEM. The
 * caller ends *id_out with stet_id_free().
 */
STET_API int stet_id_parse(const char *text, stet_id **id_out, stet_error *err);
/** The canonical form; lives as long as id. For a prefix: "SRCH:9F810E9F". */
STET_API const char *stet_id_text(const stet_id *id);
/** 1 if id is a look-up by prefix, 0 if it is a name. */
STET_API int stet_id_is_prefix(const stet_id *id);
/** The plain DOI ("10.5281/zenodo.1") if the id is a doi: name, else NULL; lives as long as id. */
STET_API const char *stet_id_doi(const stet_id *id);
STET_API void stet_id_free(stet_id *id);

#ifdef __cplusplus
}
#endif
#endif
