#ifndef ST_GEN_GEN_H
#define ST_GEN_GEN_H
/* What is printed from the schema tables: schemas/ and the reference page.  The tables are the
 * library's own, so the generators include its inside; nothing here is installed. */
#include <stdio.h>

#include "statement/nature.h"
#include "statement/schema.h"

/* How many schemas there are of the type that this one belongs to. */
size_t gen_action_count(const struct st_schema *schema);
/* The schema that begins the next type, or NULL. */
const struct st_schema *const *gen_next_type(const struct st_schema *const *at);
/* Text broken into lines of at most width columns, each after prefix. */
void gen_wrap(FILE *out, const char *prefix, const char *text, size_t width);
/* "0..10", "1 to 1,000 bytes": the limits of a row in words; "" if there is nothing to say. */
const char *gen_limits(const struct st_field *field, char out[120]);
/* "text", "list of digests": what a row holds, in words. */
const char *gen_kind(const struct st_field *field, char out[80]);
/* 1,234,567 */
const char *gen_number(uint64_t value, char out[32]);

void gen_cddl(FILE *out);
/* The schema of one type, whatever its actions; at is the first of them. */
int gen_json_schema(const struct st_schema *const *at, FILE *out);
/* The reference page and the man page; examples come from the statements in folder vectors. */
int gen_page(FILE *out, const char *vectors);
int gen_man(FILE *out, const char *vectors);
/* The example statement of a schema, indented JSON; the caller frees it. NULL: said on stderr. */
char *gen_example(const struct st_schema *schema, const char *vectors);

#endif
