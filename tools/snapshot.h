#ifndef SNAPSHOT_H
#define SNAPSHOT_H
/* The lists that were taken over into a ledger: what an answer rests on. */
#include "env.h"

/* The newest snapshot of a source as of a moment, as JSON of its entry; NULL: there is none. */
stet_json *snapshot_newest(const struct env *env, stet_at at, const char *source);
/* "retraction-watch, read 2026-05-06: 66,626 of 69,909 rows, sha256 69c0bf36, entry 67214". free()
 */
char *snapshot_text(const char *source, const stet_json *entry);

#endif
