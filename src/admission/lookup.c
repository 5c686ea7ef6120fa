#include "admission/lookup.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/crypto.h"

void
st_lookup_key(enum st_lookup kind, stet_bytes what, uint64_t seq, struct st_lookup_key *out)
{
	out->data[0] = (uint8_t)kind;
	memcpy(out->data + 1, what.data, what.size);
	st_be64_put(out->data + 1 + what.size, seq);
	out->size = 1 + what.size + 8;
}

enum st_artifact_role
st_artifact_role(stet_bytes role)
{
	static const char *const names[] = {"proof-source", "repro-script", "repro-results"};
	int i;

	for (i = 0; i < ST_ARTIFACT_OTHER; i++)
		if (st_bytes_equal(role, st_str(names[i])))
			return (enum st_artifact_role)i;
	return ST_ARTIFACT_OTHER;
}

void
st_artifact_key(const uint8_t name_key[32], stet_bytes digest, uint8_t out[32])
{
	stet_bytes pieces[2] = {{name_key, 32}, digest};

	st_sha256_pieces(pieces, 2, out);
}

#define WALK_COUNT 32

int
st_lookup_walk(struct st_reader *reader, enum st_lookup kind, stet_bytes what, int backward,
    st_lookup_visit *visit, void *ctx, stet_error *err)
{
	uint8_t from[1 + 32], to[1 + 32 + 9];
	stet_bytes keys[WALK_COUNT], values[WALK_COUNT];
	struct st_range range;
	struct st_scan *scan = NULL;
	size_t count, i;
	int rc;

	from[0] = (uint8_t)kind;
	if (what.size > 0)
		memcpy(from + 1, what.data, what.size);
	/* Nothing of this (kind, what) is greater than nine bytes of 0xff after it. */
	memcpy(to, from, 1 + what.size);
	if (what.size > 0) {
		memset(to + 1 + what.size, 0xff, 9);
		range.to = (stet_bytes){to, 1 + what.size + 9};
	} else {
		to[0]++;
		range.to = (stet_bytes){to, 1};
	}
	range.from = (stet_bytes){from, 1 + what.size};
	range.backward = backward;
	if ((rc = st_scan_open(reader, ST_LOOKUP, &range, &scan, err)) < 0)
		return rc;
	for (;;) {
		if ((rc = st_scan_next(scan, WALK_COUNT, keys, values, &count, err)) < 0 ||
		    count == 0)
			break;
		for (i = 0; i < count; i++) {
			if (keys[i].size < 1 + what.size + 8)
				continue;
			rc = visit(ctx, keys[i].data + 1,
			    st_be64_get(keys[i].data + keys[i].size - 8),
			    values[i].size > 0 ? values[i].data[0] : 0);
			if (rc != 0)
				goto done;
		}
	}
done:
	st_scan_close(scan);
	return rc;
}
