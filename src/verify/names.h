#ifndef ST_VERIFY_NAMES_H
#define ST_VERIFY_NAMES_H
/* The record index of the replay: the trie of merkle/map.h with a hash kept in every node, so that
 * a changed name costs the nodes above it and no more.  Small ones are in memory, large ones in a
 * temporary file that has no name and is gone with the process. */
#include "admission/books.h"

struct st_names;

/* folder: where a temporary file may be made. */
int st_names_new(const char *folder, struct st_names **names_out, stet_error *err);
void st_names_free(struct st_names *names);
/* The row of a name, as ST_INDEX has it; data NULL: there is none.  Lives until the next put. */
stet_bytes st_names_row(struct st_names *names, const uint8_t name_key[32]);
int st_names_put(struct st_names *names, const uint8_t name_key[32],
    const uint8_t row[ST_INDEX_ROW_SIZE], stet_error *err);
uint64_t st_names_count(const struct st_names *names);
/* INDEX of all names. Hashes what was changed since it was asked last. */
void st_names_root(struct st_names *names, uint8_t root_out[32]);
/* Whether ST_INDEX and ST_TRIE are exactly what these names make. */
int st_names_agree(
    struct st_names *names, struct st_reader *reader, int *agree_out, stet_error *err);

#endif
