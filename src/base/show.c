/* The public face of text.h and time.h. */
#include <stet/text.h>

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "base/time.h"

char *
stet_text_show(stet_bytes text)
{
	struct st_buf shown = {0};

	st_text_show(text, &shown);
	st_buf_put_u8(&shown, 0);
	if (shown.rc < 0) {
		st_buf_free(&shown);
		return NULL;
	}
	return (char *)shown.data;
}

size_t
stet_text_width(stet_bytes text)
{
	return st_text_width(text);
}

void
stet_time_text(uint64_t ms, char out[STET_TIME_SIZE])
{
	st_time_text(ms / 1000, out);
}

int
stet_time_read(const char *text, uint64_t *ms_out, stet_error *err)
{
	if (st_time_read_ms(st_str(text), ms_out) < 0)
		return st_fail(err, STET_EFORMAT, ST_RULE_NONE,
		    "not a time: write 2026-07-03, or 2026-07-03T09:14:22Z");
	return STET_OK;
}

int
stet_date_compare(const char *a, const char *b, int *order_out)
{
	return st_date_compare(st_str(a), st_str(b), order_out) < 0 ? STET_EFORMAT : STET_OK;
}
