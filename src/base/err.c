/* Filling a stet_error, and the names of the return codes. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text that did not fit fills all of size. Its last character goes if the cut went through it, so
 * that what is left is still UTF-8. */
static void
cut_whole(char *text, size_t size)
{
	size_t end = size - 1, start = end;
	unsigned char lead;

	while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0 || (lead = (unsigned char)text[start - 1]) < 0xc0)
		return;
	if (end - (start - 1) < (size_t)(lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4))
		text[start - 1] = '\0';
}

static void __attribute__((format(printf, 5, 0)))
fill(stet_error *err, int code, int rule, uint64_t seq, const char *format, va_list args)
{
	int size;

	err->code = code;
	err->rule = rule;
	err->seq = seq;
	err->sys_errno = 0;
	size = vsnprintf(err->text, sizeof(err->text), format, args);
	if (size < 0)
		err->text[0] = '\0';
	else if ((size_t)size >= sizeof(err->text))
		cut_whole(err->text, sizeof(err->text));
}

int
st_fail(stet_error *err, int code, int rule, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return code;
	va_start(args, format);
	fill(err, code, rule, STET_NO_SEQ, format, args);
	va_end(args);
	return code;
}

int
st_fail_seq(stet_error *err, int code, int rule, uint64_t seq, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return code;
	va_start(args, format);
	fill(err, code, rule, seq, format, args);
	va_end(args);
	return code;
}

static int
code_of_errno(int sys_errno, int *rule_out)
{
	switch (sys_errno) {
	case ENOSPC:
	case EDQUOT:
		*rule_out = ST_DISK_FULL;
		return STET_EFULL;
	case ENOMEM:
		*rule_out = ST_OUT_OF_MEMORY;
		return STET_ENOMEM;
	case ENOENT:
		*rule_out = ST_FILE_NOT_FOUND;
		return STET_ENOTFOUND;
	}
	if (sys_errno == EAGAIN || sys_errno == EWOULDBLOCK) {
		*rule_out = ST_RULE_NONE;
		return STET_ELOCKED;
	}
	*rule_out = ST_IO_FAILED;
	return STET_EIO;
}

int
st_fail_errno(stet_error *err, int sys_errno, const char *format, ...)
{
	char reason[96];
	va_list args;
	size_t size;
	int rule, code = code_of_errno(sys_errno, &rule);

	if (err == NULL)
		return code;
	va_start(args, format);
	fill(err, code, rule, STET_NO_SEQ, format, args);
	va_end(args);
	err->sys_errno = sys_errno;
	size = strlen(err->text);
	/* strerror_r, because strerror shares one buffer between threads. */
	if (snprintf(err->text + size, sizeof(err->text) - size, ": %s",
		strerror_r(sys_errno, reason, sizeof(reason))) >= (int)(sizeof(err->text) - size))
		cut_whole(err->text, sizeof(err->text));
	return code;
}

int
st_fail_nomem(stet_error *err)
{
	return st_fail(err, STET_ENOMEM, ST_OUT_OF_MEMORY, "out of memory");
}

void
st_error_clear(stet_error *err)
{
	if (err == NULL)
		return;
	memset(err, 0, sizeof(*err));
	err->seq = STET_NO_SEQ;
}

const char *
stet_code_name(int code)
{
	switch (code) {
	case STET_OK:
		return "STET_OK";
	case STET_EINVAL:
		return "STET_EINVAL";
	case STET_ENOTFOUND:
		return "STET_ENOTFOUND";
	case STET_EFORMAT:
		return "STET_EFORMAT";
	case STET_EMISMATCH:
		return "STET_EMISMATCH";
	case STET_EVERSION:
		return "STET_EVERSION";
	case STET_ELOCKED:
		return "STET_ELOCKED";
	case STET_EFULL:
		return "STET_EFULL";
	case STET_ERETRY:
		return "STET_ERETRY";
	case STET_EUNSURE:
		return "STET_EUNSURE";
	case STET_EREFUSED:
		return "STET_EREFUSED";
	case STET_EIO:
		return "STET_EIO";
	case STET_ENOMEM:
		return "STET_ENOMEM";
	}
	return "unknown";
}
