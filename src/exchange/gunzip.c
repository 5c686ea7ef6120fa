#include "exchange/gunzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/err.h"

struct st_gunzip {
	st_piece_source *read;
	void *ctx;
	z_stream stream;
	int begun, packed, inside; /* inside: a member of the file has begun and not ended */
	uint8_t buf[65536];
	size_t at, have;
};

int
st_gunzip_new(st_piece_source *read, void *ctx, struct st_gunzip **gunzip_out, stet_error *err)
{
	struct st_gunzip *gunzip = calloc(1, sizeof(*gunzip));

	if (gunzip == NULL)
		return st_fail_nomem(err);
	gunzip->read = read;
	gunzip->ctx = ctx;
	*gunzip_out = gunzip;
	return STET_OK;
}

void
st_gunzip_free(struct st_gunzip *gunzip)
{
	if (gunzip == NULL)
		return;
	if (gunzip->packed)
		inflateEnd(&gunzip->stream);
	free(gunzip);
}

/* More bytes behind those that are left; *ended_out: there are none. */
static int
refill(struct st_gunzip *gunzip, int *ended_out, stet_error *err)
{
	size_t got;
	int rc;

	if (gunzip->at > 0) {
		memmove(gunzip->buf, gunzip->buf + gunzip->at, gunzip->have - gunzip->at);
		gunzip->have -= gunzip->at;
		gunzip->at = 0;
	}
	if ((rc = gunzip->read(gunzip->ctx, gunzip->buf + gunzip->have,
		 sizeof(gunzip->buf) - gunzip->have, &got, err)) < 0)
		return rc;
	gunzip->have += got;
	*ended_out = got == 0;
	return STET_OK;
}

/* Two bytes tell. */
static int
begin(struct st_gunzip *gunzip, stet_error *err)
{
	int rc, ended = 0;

	while (gunzip->have < 2 && !ended)
		if ((rc = refill(gunzip, &ended, err)) < 0)
			return rc;
	gunzip->begun = 1;
	if (gunzip->have < 2 || gunzip->buf[0] != 0x1f || gunzip->buf[1] != 0x8b)
		return STET_OK;
	/* 16: the wrapper of gzip and no other. */
	if (inflateInit2(&gunzip->stream, 16 + MAX_WBITS) != Z_OK)
		return st_fail_nomem(err);
	gunzip->packed = gunzip->inside = 1;
	return STET_OK;
}

static int
damaged(int status, stet_error *err)
{
	return status == Z_MEM_ERROR ? st_fail_nomem(err)
				     : st_fail(err, STET_EFORMAT, ST_IMPORT_MALFORMED,
					   "the compressed file is damaged");
}

/* Files put one behind the other are one file (RFC 1952, section 2.2); zeros pad it. */
static int
next_member(struct st_gunzip *gunzip, int *ended_out, stet_error *err)
{
	int rc;

	*ended_out = 0;
	for (;;) {
		while (gunzip->at < gunzip->have && gunzip->buf[gunzip->at] == 0)
			gunzip->at++;
		if (gunzip->at < gunzip->have)
			break;
		if ((rc = refill(gunzip, ended_out, err)) < 0 || *ended_out)
			return rc;
	}
	if (inflateReset(&gunzip->stream) != Z_OK)
		return damaged(Z_DATA_ERROR, err);
	gunzip->inside = 1;
	return STET_OK;
}

static int
unpack(struct st_gunzip *gunzip, uint8_t *buf, size_t size, size_t *got_out, stet_error *err)
{
	z_stream *stream = &gunzip->stream;
	int status, rc, ended = 0;

	stream->next_out = buf;
	stream->avail_out = (uInt)(size < 1u << 30 ? size : 1u << 30);
	size = stream->avail_out;
	while (stream->avail_out == size) {
		if (!gunzip->inside) {
			if ((rc = next_member(gunzip, &ended, err)) < 0)
				return rc;
			if (ended)
				break;
		}
		if (gunzip->at == gunzip->have) {
			if ((rc = refill(gunzip, &ended, err)) < 0)
				return rc;
			if (ended)
				return st_fail(err, STET_EFORMAT, ST_IMPORT_MALFORMED,
				    "the compressed file ends too soon");
		}
		stream->next_in = gunzip->buf + gunzip->at;
		stream->avail_in = (uInt)(gunzip->have - gunzip->at);
		status = inflate(stream, Z_NO_FLUSH);
		gunzip->at = gunzip->have - stream->avail_in;
		if (status == Z_STREAM_END)
			gunzip->inside = 0;
		else if (status != Z_OK)
			return damaged(status, err);
	}
	*got_out = size - stream->avail_out;
	return STET_OK;
}

int
st_gunzip_read(
    struct st_gunzip *gunzip, uint8_t *buf, size_t size, size_t *got_out, stet_error *err)
{
	size_t left;
	int rc;

	*got_out = 0;
	if (!gunzip->begun && (rc = begin(gunzip, err)) < 0)
		return rc;
	if (gunzip->packed)
		return unpack(gunzip, buf, size, got_out, err);
	if (gunzip->at == gunzip->have)
		return gunzip->read(gunzip->ctx, buf, size, got_out, err);
	left = gunzip->have - gunzip->at;
	*got_out = left < size ? left : size;
	memcpy(buf, gunzip->buf + gunzip->at, *got_out);
	gunzip->at += *got_out;
	return STET_OK;
}
