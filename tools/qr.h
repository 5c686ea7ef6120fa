#ifndef QR_H
#define QR_H
/* A text as a QR code on a terminal. ISO/IEC 18004, by libqrencode. */

/* Two modules a character, with the quiet zone the standard asks for; in black on white where there
 * is colour, else in light blocks for a dark terminal. EXIT_YES, EXIT_UNSURE (reported). */
int qr_put(const char *text);

#endif
