#ifndef ST_EXCHANGE_RELATIONS_H
#define ST_EXCHANGE_RELATIONS_H
/* Relations as DataCite names them, which Zenodo passes on: what they say of versions, and the few
 * words that publishers use for more than that. */
#include "exchange/work.h"

/* A relation of the work to a DOI: added to those of its registration, and to its updates where it
 * is one. term: the source's word; info: what it says of `Other`, or without data. */
int st_relations_take(struct st_work *work, struct st_said *said, stet_json *relations,
    stet_bytes term, stet_bytes info, stet_bytes doi, stet_error *err);

#endif
