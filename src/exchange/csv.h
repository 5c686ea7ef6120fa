#ifndef ST_EXCHANGE_CSV_H
#define ST_EXCHANGE_CSV_H
/* CSV files (RFC 4180), row by row.  The only user of libcsv. */
#include <stet/error.h>
#include "base/buf.h"

#define ST_CSV_FIELD_MAX ((size_t)256 * 1024)
#define ST_CSV_FIELDS_MAX 256

typedef int st_csv_read(void *ctx, uint8_t *buf, size_t size, size_t *got_out, stet_error *err);
/* One row; the views live until it returns.  number 0 is the first row, the header.  Its negative
 * answer ends the reading and is returned. */
typedef int st_csv_visit(
    void *ctx, uint64_t number, const stet_bytes *fields, size_t count, stet_error *err);

/* Reads to the end.  Quotes are strict; line ends may be LF or CRLF; a byte order mark in front and
 * blank lines are passed over; blanks around a field belong to it.  STET_EFORMAT with the row. */
int st_csv_each(st_csv_read *read, void *read_ctx, st_csv_visit *visit, void *ctx, stet_error *err);

#endif
