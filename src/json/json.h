#ifndef ST_JSON_JSON_H
#define ST_JSON_JSON_H
/* The JSON layer is public as it is: <stet/json.h>. The only folder that includes jansson. */
#include <stet/json.h>
#include "base/buf.h"

/* Sets object[key] to text shown as it is if it is UTF-8. */
void st_json_set_text(stet_json *object, const char *key, stet_bytes text);
void st_json_set_hex(stet_json *object, const char *key, const uint8_t *data, size_t size);
/* 1 and the hundredths, if value is a number and 100 * value within 1e-6 of an integer in +-2^53. */
int st_json_hundredths(const stet_json *value, int64_t *hundredths_out);

#endif
