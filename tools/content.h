#ifndef CONTENT_H
#define CONTENT_H
/* verify --content: which registered artifact or manifest a file is. */
#include "env.h"

/* path: the file, '-' for standard input. id: of one record; NULL: of any. EXIT_YES, EXIT_NO: it
 * differs from every one of the record, EXIT_ABSENT, EXIT_UNSURE, EXIT_USAGE (reported). */
int content_verify(struct env *env, const char *path, const char *id);

#endif
