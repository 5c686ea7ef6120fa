#ifndef ST_JSON_JSON_H
#define ST_JSON_JSON_H
/* The JSON layer is public as it is: <stet/json.h>. The only folder that includes jansson. */
#include <stet/json.h>
#include "base/buf.h"

#define ST_JSON_DEPTH_MAX 64 /* arrays and objects around one value */

/* Sets object[key] to text: as it is if it is UTF-8, else as st_text_show shows it. */
void st_json_set_text(stet_json *object, const char *key, stet_bytes text);
void st_json_set_hex(stet_json *object, const char *key, const uint8_t *data, size_t size);
/* 1 and the hundredths, if 100 * value is within 1e-6 of an integer below 2^53. */
int st_json_hundredths(const stet_json *value, int64_t *hundredths_out);

/* Moves the members of one object into another; *from (NULL: memory was short) is released. */
void st_json_move(stet_json *object, stet_json **from);

/* STET_OK, or what went wrong while value or anything in it was filled; STET_ENOMEM for NULL. */
int st_json_rc(const stet_json *value);

/* Sets what an RFC 6901 path names below object, making the objects and arrays on the way; "-" is
 * the place after the last item. Takes value over; NULL removes, and removing what is not there is
 * no error. STET_EFORMAT with ST_JSON_PATH. */
int st_json_pointer_set(stet_json *object, const char *path, stet_json *value, stet_error *err);

/* All text in value to NFC, member names aside: what the format asks of writers. For what people
 * type and paste; what has been signed stays as it is. STET_ENOMEM. */
int st_json_nfc(stet_json *value, stet_error *err);

/* 1 if text is JSON by the grammar of RFC 8259, in UTF-8, ST_JSON_DEPTH_MAX levels at most.
 * Allocates nothing; what the numbers and names are is not asked. */
int st_json_text_ok(stet_bytes text);

#endif
