#include "feed.h"
#include "env.h"
#include "stop.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE (FEED_LINE_MAX + 1)
#define STATEMENT_MAX 65445
#define SIGNED_TAG 0xd2 /* CBOR tag 18, COSE_Sign1 */

enum feed_kind { KIND_SIGNED, KIND_LINES, KIND_WHOLE };

static int
fail_rule(stet_error *err, int code, const char *rule, const char *text, const char *name)
{
	fail_text(err, code, "'%s' %s", name, text);
	err->rule = stet_rule_find(rule);
	return code;
}

int
input_open(struct input *input, const char *path, stet_error *err)
{
	struct stat info;

	input->name = strcmp(path, "-") == 0 ? "standard input" : path;
	input->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	if (input->fd < 0) {
		fail_text(err, errno == ENOENT ? STET_ENOTFOUND : STET_EIO, "cannot read '%s': %s",
		    input->name, strerror(errno));
		return err->code;
	}
	if (fstat(input->fd, &info) == 0 && S_ISDIR(info.st_mode)) {
		close(input->fd);
		input->fd = -1;
		return fail_rule(err, STET_EIO, "input-folder", "is a folder, not a file", path);
	}
	return STET_OK;
}

/* Reading a pipe may wait for ever, and a signal restarts a read() but ends a poll(): so whoever
 * asks to stop while nothing comes is heard. */
static int
wait_for_input(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	while (poll(&poll_fd, 1, -1) < 0)
		if (errno != EINTR || stop_asked())
			return -1;
	return 0;
}

int
input_source(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	const struct input *input = ctx;
	ssize_t got;

	do
		got = wait_for_input(input->fd) < 0 ? -1 : read(input->fd, buf, size);
	while (got < 0 && errno == EINTR && !stop_asked());
	if (got < 0)
		return STET_EIO;
	*got_out = (size_t)got;
	return STET_OK;
}

void
input_close(struct input *input)
{
	if (input->fd >= 0)
		close(input->fd);
	input->fd = -1;
}

/* Fills the buffer as far as the file goes, what is unread first. */
static int
fill(struct feed *feed, stet_error *err)
{
	size_t got;

	memmove(feed->buf, feed->buf + feed->begin, feed->end - feed->begin);
	feed->end -= feed->begin;
	feed->begin = 0;
	while (!feed->at_end && feed->end < BUFFER_SIZE) {
		if (input_source(
			&feed->input, feed->buf + feed->end, BUFFER_SIZE - feed->end, &got) < 0)
			return fail_text(err, STET_EIO, "cannot read '%s': %s", feed->input.name,
			    strerror(errno));
		feed->end += got;
		feed->at_end = got == 0;
	}
	return STET_OK;
}

static stet_bytes
unread(const struct feed *feed)
{
	return (stet_bytes){feed->buf + feed->begin, feed->end - feed->begin};
}

/* One object over several lines, or an array; kind stays KIND_LINES if it is neither. */
static int
try_whole(struct feed *feed, stet_error *err)
{
	stet_bytes text = unread(feed);
	const uint8_t *newline = memchr(text.data, '\n', text.size);
	size_t first = newline == NULL ? text.size : (size_t)(newline - text.data);
	char why[STET_ERROR_TEXT_SIZE];
	int rc;

	if (!feed->at_end) {
		if (text.data[0] != '[')
			return STET_OK;
		return fail_rule(err, STET_EFORMAT, "input-line-too-long",
		    "is a JSON array of more than 1 MiB; write JSON Lines, one object a line",
		    feed->input.name);
	}
	rc = stet_json_parse(text, &feed->whole, err);
	if (rc == STET_OK) {
		feed->kind = KIND_WHOLE;
		return STET_OK;
	}
	/* A first line that is only an opening bracket belongs to something larger, and the error
	 * of the whole is the one that helps. */
	while (first > 0 && (text.data[first - 1] == ' ' || text.data[first - 1] == '\r'))
		first--;
	if (rc == STET_EFORMAT && first > 1 && text.data[0] == '{')
		return STET_OK;
	memcpy(why, err->text, sizeof(why));
	snprintf(err->text, sizeof(err->text), "'%.60s': %.170s", feed->input.name, why);
	return rc;
}

static int
find_kind(struct feed *feed, stet_error *err)
{
	stet_bytes bytes = unread(feed);
	size_t i = 0;

	if (bytes.size == 0)
		return fail_rule(err, STET_EIO, "input-empty", "is empty", feed->input.name);
	if (bytes.data[0] == SIGNED_TAG) {
		feed->kind = KIND_SIGNED;
		return STET_OK;
	}
	if (bytes.size >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
		return fail_rule(err, STET_EFORMAT, "input-byte-order-mark",
		    "begins with a byte order mark; save it as UTF-8 without one",
		    feed->input.name);
	while (i < bytes.size && memchr(" \t\r\n", bytes.data[i], 4) != NULL)
		i++;
	if (i == bytes.size && feed->at_end)
		return fail_rule(err, STET_EIO, "input-empty", "holds nothing but white space",
		    feed->input.name);
	if (i < bytes.size && bytes.data[i] != '{' && bytes.data[i] != '[')
		return fail_rule(err, STET_EFORMAT, "input-unknown",
		    "holds neither JSON nor signed statements", feed->input.name);
	feed->kind = KIND_LINES;
	return try_whole(feed, err);
}

int
feed_open(struct feed *feed, const char *path, stet_error *err)
{
	int rc;

	memset(feed, 0, sizeof(*feed));
	if ((rc = input_open(&feed->input, path, err)) < 0)
		return rc;
	feed->buf = malloc(BUFFER_SIZE);
	if (feed->buf == NULL)
		rc = fail_text(err, STET_ENOMEM, "out of memory");
	if (rc < 0 || (rc = fill(feed, err)) < 0 || (rc = find_kind(feed, err)) < 0)
		feed_close(feed);
	return rc;
}

void
feed_close(struct feed *feed)
{
	input_close(&feed->input);
	stet_json_free(feed->whole);
	free(feed->buf);
	feed->buf = NULL;
	feed->whole = NULL;
}

char *
feed_place(const struct feed *feed)
{
	return text_of("'%s' %s %" PRIu64, feed->input.name,
	    feed->kind == KIND_LINES ? "line" : "statement", feed->number);
}

static int
next_signed(struct feed *feed, stet_statement **statement_out, stet_error *err)
{
	size_t size = 0;
	int rc;

	if (feed->end - feed->begin < STATEMENT_MAX && !feed->at_end && fill(feed, err) < 0)
		return FEED_BROKEN;
	if (feed->begin == feed->end)
		return FEED_END;
	feed->number++;
	rc = stet_statement_decode_first(unread(feed), &size, statement_out, err);
	if (rc < 0)
		return FEED_BROKEN; /* where the next one begins is not known */
	feed->begin += size;
	return FEED_ITEM;
}

static int
from_value(const stet_json *value, stet_statement **statement_out, stet_error *err)
{
	return stet_statement_from_value(value, statement_out, err) < 0 ? FEED_BAD : FEED_ITEM;
}

static int
next_whole(struct feed *feed, stet_statement **statement_out, stet_error *err)
{
	int is_array = stet_json_kind_of(feed->whole) == STET_JSON_ARRAY;
	const stet_json *value = feed->whole;

	if (feed->item >= (is_array ? stet_json_size(feed->whole) : 1))
		return FEED_END;
	if (is_array)
		value = stet_json_item(feed->whole, feed->item);
	feed->item++;
	feed->number++;
	return from_value(value, statement_out, err);
}

static int
is_blank(stet_bytes line)
{
	size_t i;

	for (i = 0; i < line.size; i++)
		if (memchr(" \t\r", line.data[i], 3) == NULL)
			return 0;
	return 1;
}

static int
next_line(struct feed *feed, stet_statement **statement_out, stet_error *err)
{
	stet_bytes bytes, line;
	const uint8_t *newline;
	stet_json *value = NULL;
	int rc;

	do {
		bytes = unread(feed);
		newline = bytes.size > 0 ? memchr(bytes.data, '\n', bytes.size) : NULL;
		if (newline == NULL && !feed->at_end) {
			if (fill(feed, err) < 0)
				return FEED_BROKEN;
			bytes = unread(feed);
			newline = memchr(bytes.data, '\n', bytes.size);
		}
		feed->number++;
		if (newline == NULL && !feed->at_end) {
			fail_text(err, STET_EFORMAT,
			    "more than 1 MiB; a statement has at most 65,445 bytes");
			err->rule = stet_rule_find("input-line-too-long");
			return FEED_BROKEN;
		}
		if (bytes.size == 0)
			return FEED_END;
		line = (stet_bytes){
		    bytes.data, newline != NULL ? (size_t)(newline - bytes.data) : bytes.size};
		feed->begin += line.size + (newline != NULL);
	} while (is_blank(line));
	rc = stet_json_parse(line, &value, err);
	if (rc == STET_EFORMAT && newline == NULL) {
		char what[STET_ERROR_TEXT_SIZE];

		memcpy(what, err->text, sizeof(what));
		fail_text(err, rc, "the last line is not whole, or wrong: %.180s", what);
		err->rule = stet_rule_find("input-unfinished");
	}
	if (rc < 0)
		return rc == STET_EFORMAT ? FEED_BAD : FEED_BROKEN;
	rc = from_value(value, statement_out, err);
	stet_json_free(value);
	return rc;
}

int
feed_next(struct feed *feed, stet_statement **statement_out, stet_error *err)
{
	switch (feed->kind) {
	case KIND_SIGNED:
		return next_signed(feed, statement_out, err);
	case KIND_WHOLE:
		return next_whole(feed, statement_out, err);
	default:
		return next_line(feed, statement_out, err);
	}
}
