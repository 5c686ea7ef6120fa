#ifndef ST_BASE_TEXT_H
#define ST_BASE_TEXT_H
/* Text: what may be stored, what is written, what is shown.  The only user of utf8proc. */
#include <stet/error.h>
#include "base/buf.h"

/* 1 if the bytes are UTF-8 of Unicode Assignables: no controls but TAB LF CR, no surrogates, no
 * noncharacters (RFC 9839, section 4.3; docs/format.md, "CBOR profile"). */
int st_text_ok(stet_bytes text);
/* One character of well-formed UTF-8 (RFC 3629), controls and all, and its size; 0 where none
 * begins. size is at least 1. */
size_t st_text_char(const uint8_t *data, size_t size, uint32_t *char_out);
/* Appends the NFC form; input must be st_text_ok. Input only: the format does not ask for NFC. */
int st_text_nfc(stet_bytes text, struct st_buf *out, stet_error *err);
/* Appends text fit for a terminal: controls as '?', bidirectional and invisible characters as
 * <U+202E>, anything that is not UTF-8 as '?'. */
void st_text_show(stet_bytes text, struct st_buf *out);
/* The same for one line of an error, which must not allocate: fills out, cut with "..." where it is
 * full, and returns it. An argument of st_fail: "'%s'", st_shown(name, shown). */
#define ST_SHOWN_SIZE 96
#define ST_SHOWN_CHAR_SIZE 16
const char *st_shown(stet_bytes text, char out[ST_SHOWN_SIZE]);
/* Columns that text takes on a terminal. */
size_t st_text_width(stet_bytes text);

#endif
