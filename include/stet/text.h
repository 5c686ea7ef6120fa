#ifndef STET_TEXT_H
#define STET_TEXT_H
/**
 * Text and times, for whoever shows them: a terminal must not be told by a
 * stored title what to do. Any thread may call these.
 */
#include <stet/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#define STET_TIME_SIZE 32

/** Text fit for a terminal: controls as '?', bidirectional and invisible characters as <U+202E>,
 *  NUL-terminated; NULL when memory is short. The caller frees with free(). */
STET_API char *stet_text_show(stet_bytes text);
/** Columns that text takes on a terminal. */
STET_API size_t stet_text_width(stet_bytes text);
/** "2026-07-03T09:14:22Z" of milliseconds since 1970. */
STET_API void stet_time_text(uint64_t ms, char out[STET_TIME_SIZE]);
/** RFC 3339, or a date alone (its first instant, UTC): STET_OK or STET_EFORMAT. */
STET_API int stet_time_read(const char *text, uint64_t *ms_out, stet_error *err);

/** Two dates, each as precise as it is ("2011-05"): *order_out -1 where a is over before b begins,
 * 1 the other way round, 0 where they overlap and it is not known. STET_OK or STET_EFORMAT. */
STET_API int stet_date_compare(const char *a, const char *b, int *order_out);

#ifdef __cplusplus
}
#endif
#endif
