/* QR codes. */
#include "qr.h"
#include "cmd.h"
#include "out.h"

#include <errno.h>
#include <string.h>

#include <qrencode.h>

#define QUIET 4 /* modules around the code that stay light */

static int
is_dark(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return 0;
	return code->data[y * code->width + x] & 1;
}

/* Of the two modules that share a character, those that are drawn: the dark ones where the ground
 * is white, the light ones where it is dark. */
static void
put_pair(int upper, int lower)
{
	static const char *const blocks[] = {" ", "\u2584", "\u2580", "\u2588"};

	out_text("%s", blocks[upper * 2 + lower]);
}

static void
put_code(const QRcode *code)
{
	int coloured = out_coloured(), x, y;

	for (y = -QUIET; y < code->width + QUIET; y += 2) {
		out_style(STYLE_PAPER);
		for (x = -QUIET; x < code->width + QUIET; x++)
			put_pair(
			    is_dark(code, x, y) == coloured, is_dark(code, x, y + 1) == coloured);
		out_style(STYLE_PLAIN);
		out_text("\n");
	}
}

int
qr_put(const char *text)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);

	if (code == NULL) {
		complain("cannot make a QR code of '%s': %s", text, strerror(errno));
		return EXIT_UNSURE;
	}
	if (code->width + 2 * QUIET > (int)out_columns())
		remark(
		    "the code is %d columns wide and the terminal is not", code->width + 2 * QUIET);
	put_code(code);
	QRcode_free(code);
	return EXIT_YES;
}
