#ifndef ST_EXCHANGE_DEPOSITS_H
#define ST_EXCHANGE_DEPOSITS_H
#include "exchange/work.h"

/* XML of DataCite's metadata kernel, and batches that were deposited with Crossref. */
st_importer st_import_kernel, st_import_batch;

/* One DOI in the form of DataCite's JSON, one work in that of Crossref's; copy: what is kept of it,
 * data NULL: nothing. */
int st_datacite_say(struct st_works *works, const stet_json *attributes, stet_bytes copy,
    const char *media_type, stet_error *err);
int st_crossref_say(struct st_works *works, const stet_json *json, stet_bytes copy,
    const char *media_type, stet_error *err);

#endif
