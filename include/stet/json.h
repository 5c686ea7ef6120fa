#ifndef STET_JSON_H
#define STET_JSON_H
/**
 * JSON values: what every --json output and every JSON input is made of.
 *
 * A thin layer over one JSON library, so that nothing prints JSON by hand.  A
 * value has one owner; adding it to an object or an array gives it away (also
 * when adding fails).  One thread at a time per value.  Builders accept NULL
 * for a value that could not be allocated and remember the failure in the
 * container: stet_json_text() then returns STET_ENOMEM, so a caller builds
 * straight through and looks once, at the end.
 */
#include <stet/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_json stet_json;

enum stet_json_kind {
	STET_JSON_NULL,
	STET_JSON_BOOL,
	STET_JSON_INT,
	STET_JSON_REAL,
	STET_JSON_STRING,
	STET_JSON_ARRAY,
	STET_JSON_OBJECT
};

/** New values; the caller owns them. NULL when memory is short. */
STET_API stet_json *stet_json_object(void);
STET_API stet_json *stet_json_array(void);
STET_API stet_json *stet_json_string(stet_bytes text); /* UTF-8; refused (NULL) if it is not */
STET_API stet_json *stet_json_str(const char *text);
STET_API stet_json *stet_json_int(int64_t value);
STET_API stet_json *stet_json_real(double value); /* NULL for what is not a finite number */
STET_API stet_json *stet_json_bool(int value);
STET_API stet_json *stet_json_null(void);
STET_API stet_json *stet_json_hex(stet_bytes bytes);          /* lower-case hex string */
STET_API stet_json *stet_json_hundredths(int64_t hundredths); /* 850 -> 8.5, shortest  */
/** Gives value to the object or array. */
STET_API void stet_json_set(stet_json *object, const char *key, stet_json *value);
STET_API void stet_json_add(stet_json *array, stet_json *value);
STET_API void stet_json_free(stet_json *value);

/** One JSON text, UTF-8, over as many lines as it likes; duplicate keys, NUL characters, numbers
 * beyond 64 bits, more than 64 levels and anything after the value are refused with STET_EFORMAT
 * and the line and column in the text. */
STET_API int stet_json_parse(stet_bytes text, stet_json **value_out, stet_error *err);
/** Compact by default, members in the order they were set; NUL-terminated, and the caller frees it
 * with free(). Controls, invisible characters and those that turn the direction of writing come out
 * as \uXXXX: the same text to a reader of JSON, and safe to show. STET_ENOMEM also when memory was
 * short while value was built; STET_EINVAL when a member was set on something that is no object. */
#define STET_JSON_INDENT 1
STET_API int stet_json_text(
    const stet_json *value, unsigned flags, char **text_out, size_t *size_out, stet_error *err);

/** Looking: borrowed views that live as long as the value. */
STET_API int stet_json_kind_of(const stet_json *value);
STET_API size_t stet_json_size(const stet_json *value); /* members or items */
STET_API const stet_json *stet_json_get(const stet_json *object, const char *key); /* or NULL */
STET_API const stet_json *stet_json_item(const stet_json *array, size_t index);    /* or NULL */
STET_API int stet_json_member(const stet_json *object, size_t index, const char **key_out,
    const stet_json **value_out); /* 1, or 0 past the end; in the order of the text */
STET_API stet_bytes stet_json_string_of(const stet_json *value); /* data NULL if not a string */
STET_API int64_t stet_json_int_of(const stet_json *value);       /* 0 if not an integer */
STET_API double stet_json_real_of(const stet_json *value);       /* integers too */
STET_API int stet_json_bool_of(const stet_json *value);
/** A copy owned by the caller, or NULL. */
STET_API stet_json *stet_json_copy(const stet_json *value);

#ifdef __cplusplus
}
#endif
#endif
