#ifndef STET_REFERENCES_H
#define STET_REFERENCES_H
/**
 * Reference lists: the identifiers in whatever people keep their references in.
 *
 * Pure; any thread may call it.
 */
#include <stet/id.h>

#ifdef __cplusplus
extern "C" {
#endif

/** line from 1; given: as it stood there; id NULL: a line of a plain list that is no identifier.
 * Its non-zero answer ends the walk and is returned. */
typedef int stet_reference_visit(void *ctx, uint64_t line, stet_bytes given, const stet_id *id);

/**
 * Find the references in a text, in their order, each DOI once.
 *
 * A text of which each line is one word is a plain list: every line is an
 * identifier in any form that stet_id_parse() takes, and one that is none is
 * told with id NULL; blank lines and lines that begin with # are passed over.
 * Of anything else (BibTeX, RIS, CSL-JSON, CSV, prose) the DOIs are taken,
 * wherever they stand, without the punctuation around them.
 *
 * Returns STET_OK, what visit answered, STET_ENOMEM.
 */
STET_API int stet_references_find(
    stet_bytes text, stet_reference_visit *visit, void *ctx, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
