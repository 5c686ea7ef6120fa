/* Text: what is shown is fit for a terminal, whatever came in; what is stored stays text in NFC. */
#include <string.h>
#include "base/text.h"
#include "fuzz/fuzz.h"

static int
has_control(stet_bytes text)
{
	size_t i;

	for (i = 0; i < text.size; i++)
		if ((text.data[i] < 0x20 && text.data[i] != '\t' && text.data[i] != '\n') ||
		    text.data[i] == 0x7f)
			return 1;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stet_bytes text = {data, size};
	struct st_buf shown = {0}, once = {0}, twice = {0};
	char line[ST_SHOWN_SIZE];

	st_text_show(text, &shown);
	FUZZ_MUST(shown.rc != STET_OK || st_text_ok(st_buf_bytes(&shown)));
	FUZZ_MUST(!has_control(st_buf_bytes(&shown)));
	FUZZ_MUST(st_text_width(st_buf_bytes(&shown)) <= 2 * shown.size);
	FUZZ_MUST(strlen(st_shown(text, line)) < sizeof(line));
	FUZZ_MUST(st_text_ok(st_str(line)) && !has_control(st_str(line)));
	if (st_text_ok(text)) {
		FUZZ_MUST(st_text_nfc(text, &once, NULL) == STET_OK);
		FUZZ_MUST(st_text_ok(st_buf_bytes(&once)));
		FUZZ_MUST(st_text_nfc(st_buf_bytes(&once), &twice, NULL) == STET_OK);
		FUZZ_MUST(st_bytes_equal(st_buf_bytes(&once), st_buf_bytes(&twice)));
	}
	st_buf_free(&shown);
	st_buf_free(&once);
	st_buf_free(&twice);
	return 0;
}
