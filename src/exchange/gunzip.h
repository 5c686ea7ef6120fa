#ifndef ST_EXCHANGE_GUNZIP_H
#define ST_EXCHANGE_GUNZIP_H
/* A file that may be compressed: gzip is told by its first two bytes, anything else goes through as
 * it is.  The only file that includes zlib. */
#include <stet/error.h>

typedef int st_piece_source(void *ctx, uint8_t *buf, size_t size, size_t *got_out, stet_error *err);

struct st_gunzip;

int st_gunzip_new(st_piece_source *read, void *ctx, struct st_gunzip **gunzip_out, stet_error *err);
void st_gunzip_free(struct st_gunzip *gunzip);
/* The next bytes, 0 at the end. STET_EFORMAT: damaged, or it ends too soon. */
int st_gunzip_read(
    struct st_gunzip *gunzip, uint8_t *buf, size_t size, size_t *got_out, stet_error *err);

#endif
