#ifndef REFERENCE_H
#define REFERENCE_H
/* References of the command line, and conditions of a standing in words: what `status` and `diff`
 * share. */
#include "env.h"

#include <stet/references.h>

/* An argument: a list in a file or '-', or an identifier itself (line 0). Reports what cannot be
 * read. STET_OK, what visit answered, or another code. */
int reference_read(const char *text, stet_reference_visit *visit, void *ctx, int *status_out);

/* When it came to be so: occurred, else the notice's date; NULL: not stated. free(). */
char *condition_date(const stet_json *condition);
/* The source, or the issuer where nobody is quoted. free(). */
char *condition_speaker(const stet_json *condition);
/* "retracted 2023-06-20 by 10.1038/..., says retraction-watch". free(). */
char *condition_text(const stet_json *condition);

#endif
