#ifndef ST_TRAIL_XML_H
#define ST_TRAIL_XML_H
/* An XML document, written piece by piece into a trail.  A failure sticks in trail->out.rc, so that
 * a writer writes straight through.  Text of entries holds no character that XML 1.0 lacks (see
 * docs/format.md, "CBOR profile"); where other text does, U+FFFD stands for it. */
#include "trail/trail.h"

/* Opens the document in trail->xml; st_txml_end() ends it, st_txml_free() gives it up. */
int st_txml_start(struct st_trail *trail, stet_error *err);
void st_txml_open(struct st_trail *trail, const char *name);
void st_txml_close(struct st_trail *trail);
void st_txml_attribute(struct st_trail *trail, const char *name, stet_bytes value);
void st_txml_text(struct st_trail *trail, stet_bytes text);
void st_txml_comment(struct st_trail *trail, const char *text);
/* An element that holds text alone; data NULL: nothing is written. */
void st_txml_element(struct st_trail *trail, const char *name, stet_bytes text);
/* What was written so far goes on its way. */
int st_txml_pass_on(struct st_trail *trail, stet_error *err);
int st_txml_end(struct st_trail *trail, stet_error *err);
void st_txml_free(struct st_trail *trail);

/* Text without characters that XML 1.0 lacks: appended. */
void st_txml_clean(struct st_buf *out, stet_bytes text);

#endif
