#ifndef FEED_H
#define FEED_H
/* Input: files and pipes read as streams, and the statements in them. */
#include <stet/stet.h>

struct input {
	const char *name; /* as given; "standard input" for '-' */
	int fd;
};
/* STET_OK; STET_ENOTFOUND, STET_EIO, STET_EFORMAT (a folder) with the file named in err. */
int input_open(struct input *input, const char *path, stet_error *err);
/* A stet_source; ctx is the input. */
int input_source(void *ctx, uint8_t *buf, size_t size, size_t *got_out);
void input_close(struct input *input);

#define FEED_LINE_MAX ((size_t)1024 * 1024) /* a statement is at most 65,445 bytes */

/* The statements of a file: a CBOR sequence of signed ones (its first byte is 0xd2), JSON Lines,
 * one JSON object, or an array of them.  Memory does not grow with the file. */
struct feed {
	struct input input;
	uint8_t *buf;
	size_t begin, end; /* unread bytes of buf */
	int at_end;        /* of the file         */
	int kind;          /* enum feed_kind      */
	stet_json *whole;  /* an object or array read whole */
	size_t item;       /* next of the array   */
	uint64_t number;   /* of the line or statement last read, from 1 */
};

enum { FEED_ITEM, FEED_END, FEED_BAD, FEED_BROKEN };

int feed_open(struct feed *feed, const char *path, stet_error *err);
/* FEED_ITEM: a statement, the caller's. FEED_BAD: this one is wrong, the next may not be.
 * FEED_BROKEN: what follows cannot be read. Both say why in err; feed_place() says where. */
int feed_next(struct feed *feed, stet_statement **statement_out, stet_error *err);
/* "'f.jsonl' line 3"; free(). */
char *feed_place(const struct feed *feed);
void feed_close(struct feed *feed);

#endif
