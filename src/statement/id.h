#ifndef ST_STATEMENT_ID_H
#define ST_STATEMENT_ID_H
/* What the library sees of an id beside <stet/id.h>. */
#include <stet/id.h>

/* The eight digits of a look-up by prefix as a number; 0 for a name. */
uint32_t st_id_prefix(const stet_id *id);

#endif
