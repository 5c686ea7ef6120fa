#ifndef UTIL_H
#define UTIL_H
/* Small things: text, JSON values, files. */
#include <stet/stet.h>

/* printf into new memory; NULL when it is short. */
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "3,072"; returns out. */
const char *number_text(uint64_t number, char out[32]);
/* 1 if a word is an item of a list parted by commas; list may be NULL. */
int list_has(const char *list, const char *word);
/* Lower-case hex, 2 * size characters and NUL. */
void hex_text(const uint8_t *data, size_t size, char *out);
int fail_text(stet_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* 1 if value is this string. */
int json_is(const stet_json *value, const char *text);
/* 1 if both are strings, and the same. */
int json_same(const stet_json *a, const stet_json *b);
/* The root in a report, 64 digits of lower-case hex: 1, or 0. */
int json_root(const stet_json *value, uint8_t root_out[STET_HASH_SIZE]);
/* A string member as new NUL-terminated text; NULL if there is none. free(). */
char *json_text(const stet_json *value);
/* Any value as text to show: strings as they are, others as JSON. free(). */
char *json_shown(const stet_json *value);
/* The items of an array as one text, parted by commas. free(). */
char *json_joined(const stet_json *array);
/* The value an RFC 6901 path points to; NULL if there is none. */
const stet_json *json_at(const stet_json *value, const char *path);
/* A file ('-': standard input) of at most max bytes as one JSON value. STET_EFORMAT, STET_EIO ...;
 * the text of err does not name the file. */
int json_read_file(const char *path, size_t max, stet_json **value_out, stet_error *err);
/* The same without looking at what it holds. *data_out: free(). */
int file_read(const char *path, size_t max, uint8_t **data_out, size_t *size_out, stet_error *err);
/* Makes a folder and those above it, mode 0700; 0 or -1 with errno. */
int make_folders(const char *path);

#endif
