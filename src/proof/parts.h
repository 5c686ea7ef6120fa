#ifndef ST_PROOF_PARTS_H
#define ST_PROOF_PARTS_H
/* Members that several kinds of file have: hashes of the tree, and the record index cut back.
 *
 * Reading: the next item of in. The caller frees *_out, also after a failure. STET_ENOMEM, or
 * STET_EFORMAT with *why_out saying what it is not; the caller says of which file. max: as many
 * items as there can be any use for, so that a file of nothing else costs nothing. */
#include "cbor/cbor.h"
#include "merkle/map.h"

int st_hashes_read(struct st_cbor *in, size_t max, uint8_t (**hashes_out)[32], size_t *count_out,
    const char **why_out);
/* At least one token. Whether they are an index is for st_map_pruned_root() to say. */
int st_tokens_read(struct st_cbor *in, size_t max, struct st_map_token **tokens_out,
    size_t *count_out, const char **why_out);
void st_hashes_put(struct st_buf *out, const uint8_t (*hashes)[32], size_t count);
void st_tokens_put(struct st_buf *out, const struct st_map_token *tokens, size_t count);

/* An array of count items, each of that many bytes, zeroed. Its count is held against the bytes by
 * st_cbor_check(), so it can be allocated for. */
int st_array_open(struct st_cbor *in, size_t max, size_t each, void **items_out, size_t *count_out,
    const char **why_out);

#endif
