#ifndef ST_ADMISSION_CLOSURE_H
#define ST_ADMISSION_CLOSURE_H
/* The names of a record.  docs/format.md, "Names", closure: the name asked for, and every name that
 * an entry of the closure, not an observation, gives as aliases or doi, or as record of an alias.
 */
#include "admission/books.h"

struct st_closure_name {
	char *name;
	uint8_t key[32];
	int loose; /* reached only through an observation, or from the other side */
};
struct st_closure {
	struct st_closure_name *names; /* the one asked for first */
	size_t count, capacity;
};
/* Only entries with seq < size count.  loose: also follow what only observers link, and links from
 * the other side, in both directions.  End it with st_closure_clear(), also after a failure. */
int st_closure_of(const struct st_books *books, stet_bytes name, uint64_t size, int loose,
    struct st_closure *closure_out, stet_error *err);
void st_closure_clear(struct st_closure *closure);

/* Calls visit with each name that a statement links its subject to: aliases, doi, record of an
 * alias. Its non-zero answer stops the walk and is returned. */
typedef int st_link_visit(void *ctx, stet_bytes name);
int st_links_each(
    const struct st_statement *statement, st_link_visit *visit, void *ctx, stet_error *err);

#endif
