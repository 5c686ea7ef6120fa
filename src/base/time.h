#ifndef ST_BASE_TIME_H
#define ST_BASE_TIME_H
/* Times as text.  No clock here: the library is given the time. */
#include <stet/types.h>

#define ST_TIME_SIZE 32
#define ST_UINT53_MAX UINT64_C(9007199254740991)

/* "2026-07-03T09:14:22Z"; seconds since 1970, proleptic Gregorian. Years past 9999 come out as
 * "+<seconds>s". */
void st_time_text(uint64_t seconds, char out[ST_TIME_SIZE]);
/* "2026-07-03T09:14:22.123Z" */
void st_time_text_ms(uint64_t ms, char out[ST_TIME_SIZE]);
/* RFC 3339 with Z or an offset, seconds required, fraction allowed; or a date alone (its first
 * instant, UTC). 0, or -1. */
int st_time_read_ms(stet_bytes text, uint64_t *ms_out);
/* 1 if text is a date-text of the format: 2011, 2011-05, 2011-05-02, 2011-05-02T10:00Z ..., with
 * month, day, hour, minute, second and offset in range and the day one of that month. */
int st_date_ok(stet_bytes text);
/* Two date-texts, each of its own precision: *order_out -1 where a is over before b begins, 1 the
 * other way round, 0 where they overlap, so that which came first is not known.  A date without a
 * zone is one of UTC.  0, or -1 if one is no date-text. */
int st_date_compare(stet_bytes a, stet_bytes b, int *order_out);
/* 1 if text is number-text of the format: "393216.0", "-5", "1e-9". */
int st_number_text_ok(stet_bytes text);

#endif
