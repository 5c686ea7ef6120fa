#ifndef ST_SITE_LOOK_H
#define ST_SITE_LOOK_H
/* Looking into the JSON that pages are made of. */
#include <stet/json.h>

/* The member of an object that a path of member names parted by '/' leads to: "notice/doi". */
const stet_json *st_look(const stet_json *value, const char *path);
int st_look_bool(const stet_json *value, const char *path);
int64_t st_look_int(const stet_json *value, const char *path);
/* 1 if it is this string. */
int st_look_is(const stet_json *value, const char *path, const char *text);
/* A string, whose bytes end in NUL as all of this library's JSON strings do; NULL: it is none. */
const char *st_look_text(const stet_json *value, const char *path);

#endif
