#ifndef CHANGES_H
#define CHANGES_H
/* Two standings of a record, an earlier and a later one: what is different. */
#include <stet/stet.h>

/* Changes as an array of {"what", "how", "text", "entry", "from", "to"}: what is "condition",
 * "title", "name", "row" or "finding"; how is "new", "gone" or "changed"; entry is
 * the one that says it; from and to: what it was and is, where there was and is something. before
 * NULL: there was no record yet. */
stet_json *changes_between(const stet_json *before, const stet_json *after);

#endif
