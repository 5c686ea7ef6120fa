#ifndef ST_PACKAGE_LAYOUT_H
#define ST_PACKAGE_LAYOUT_H
/* Where a storage root has the object of an id: extension 0003 of OCFL, hash and id n-tuple.  An
 * object lies in folders named by the SHA-256 of its id, so that none has too many, and its own
 * folder has the id in its name, so that a person finds it. */
#include "base/buf.h"

#include <stet/error.h>

#define ST_LAYOUT_NAME "0003-hash-and-id-n-tuple-storage-layout"
#define ST_LAYOUT_CONFIG "extensions/" ST_LAYOUT_NAME "/config.json"

enum st_layout_kind { ST_LAYOUT_UNKNOWN, ST_LAYOUT_HASH_AND_ID };
struct st_layout {
	enum st_layout_kind kind;
	unsigned tuple_size, tuples; /* digits a folder; folders */
};
/* The parameters that are written here, which are those of the extension by default. */
extern const struct st_layout st_layout_ours;
/* From a config.json; kind is ST_LAYOUT_UNKNOWN if the parameters are none that is known here.
 * STET_EFORMAT, STET_ENOMEM. */
int st_layout_read(stet_bytes text, struct st_layout *layout_out, stet_error *err);
/* Appends the place of an object, relative to the root. */
void st_layout_place(const struct st_layout *layout, stet_bytes id, struct st_buf *out);

#endif
