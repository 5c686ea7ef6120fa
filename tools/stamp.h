#ifndef STAMP_H
#define STAMP_H
/* RFC 3161 time-stamps on pages: what stet_ledger_timestamps() and stet_timestamp_check() report.
 */
#include <stet/stet.h>

#define STAMP_FILE_MAX ((size_t)1024 * 1024)

/* Judges the file at path as a time-stamp of the checkpoint that a report of evidence is about, and
 * adds it to list. What stet_timestamp_check() returns; STET_ENOTFOUND if there is no checkpoint in
 * the report, STET_EIO. */
int stamp_check(const stet_json *report, const char *path, const stet_tsa *tsa, stet_json *list,
    stet_error *err);
/* How many of a list are by authorities that the reader knows. */
size_t stamp_known(const stet_json *list);
/* "the first 12 entries existed no later than TIME, by CN=..."; free(). */
char *stamp_text(const stet_json *stamp);
/* A row "stamped" for each, through the caller's way of writing rows; what is wrong is left out,
 * since others say so. */
void stamp_page(const stet_json *list, void (*row)(const char *label, const char *text));

#endif
