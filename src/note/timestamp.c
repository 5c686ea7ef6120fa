/* Time-stamps of checkpoints: what is asked, and whether it is this checkpoint that was stamped. */
#include "note/timestamp.h"

#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "json/json.h"

/* A stet_tsa is that of the crypto folder under its public name. */
static struct st_authorities *
authorities_of(const stet_tsa *tsa)
{
	return (struct st_authorities *)(uintptr_t)tsa;
}

int
stet_tsa_read(stet_bytes certificates, stet_tsa **tsa_out, stet_error *err)
{
	struct st_authorities *authorities = NULL;
	int rc = st_authorities_read(certificates, &authorities, err);

	if (rc == STET_OK)
		*tsa_out = (stet_tsa *)authorities;
	return rc;
}

void
stet_tsa_free(stet_tsa *tsa)
{
	st_authorities_free(authorities_of(tsa));
}

/* SEQUENCE { version 1, { { hash, NULL }, digest }, certReq TRUE }: the digest alone varies. */
void
st_timestamp_request(const struct st_checkpoint *checkpoint, enum st_hash hash, struct st_buf *out)
{
	static const uint8_t sha256[] = {0x30, 0x39, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06,
	    0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
	static const uint8_t sha512[] = {0x30, 0x59, 0x02, 0x01, 0x01, 0x30, 0x51, 0x30, 0x0d, 0x06,
	    0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40};
	static const uint8_t certificate[] = {0x01, 0x01, 0xff};
	struct st_buf text = {0};
	uint8_t digest[64];

	st_checkpoint_put(&text, checkpoint);
	if (hash == ST_SHA256) {
		st_sha256(st_buf_bytes(&text), digest);
		st_buf_put(out, sha256, sizeof(sha256));
		st_buf_put(out, digest, 32);
	} else {
		st_sha512(st_buf_bytes(&text), digest);
		st_buf_put(out, sha512, sizeof(sha512));
		st_buf_put(out, digest, 64);
	}
	st_buf_put(out, certificate, sizeof(certificate));
	if (text.rc < 0)
		out->rc = text.rc;
	st_buf_free(&text);
}

/* Of the two hashes that we ask for by functions that never fail. */
static int
digest_text(enum st_hash hash, stet_bytes text, uint8_t out[64], stet_error *err)
{
	struct st_hasher *hasher = NULL;
	int rc;

	if (hash == ST_SHA256) {
		st_sha256(text, out);
	} else if (hash == ST_SHA512) {
		st_sha512(text, out);
	} else if ((rc = st_hasher_new(hash, &hasher, err)) < 0) {
		return rc;
	} else {
		st_hasher_add(hasher, text);
		st_hasher_end(hasher, out);
		st_hasher_free(hasher);
	}
	return STET_OK;
}

int
st_timestamp_is_of(
    const struct st_stamp *stamp, const struct st_checkpoint *checkpoint, stet_error *err)
{
	const struct st_stamp_facts *facts = st_stamp_facts(stamp);
	struct st_buf text = {0};
	uint8_t digest[64];
	int rc;

	st_checkpoint_put(&text, checkpoint);
	if (text.rc < 0)
		rc = st_fail_nomem(err);
	else if ((rc = digest_text(facts->hash, st_buf_bytes(&text), digest, err)) == STET_OK)
		rc = memcmp(digest, facts->imprint, facts->imprint_size) == 0;
	st_buf_free(&text);
	return rc;
}

int
st_timestamp_report(
    const struct st_stamp *stamp, const stet_tsa *tsa, stet_json **report_out, stet_error *err)
{
	const struct st_stamp_facts *facts = st_stamp_facts(stamp);
	const char *why = NULL;
	char time[ST_TIME_SIZE];
	stet_json *report;
	int rc;

	if ((rc = st_stamp_vouched(stamp, authorities_of(tsa), &why, err)) < 0)
		return rc;
	report = stet_json_object();
	st_time_text(facts->seconds, time);
	stet_json_set(report, "time", stet_json_str(time));
	stet_json_set(report, "tsa", stet_json_str(facts->tsa));
	stet_json_set(report, "policy", stet_json_str(facts->policy));
	stet_json_set(report, "serial", stet_json_str(facts->serial));
	stet_json_set(report, "hash",
	    stet_json_str(facts->hash == ST_SHA256   ? "SHA-256"
			  : facts->hash == ST_SHA384 ? "SHA-384"
						     : "SHA-512"));
	stet_json_set(report, "known", stet_json_bool(why == NULL));
	stet_json_set(report, "why", why == NULL ? stet_json_null() : stet_json_str(why));
	if ((rc = st_json_rc(report)) < 0) {
		stet_json_free(report);
		return st_fail_nomem(err);
	}
	*report_out = report;
	return STET_OK;
}

int
stet_timestamp_check(stet_bytes der, const char *origin, uint64_t size, const uint8_t root[32],
    const stet_tsa *tsa, stet_json **report_out, stet_error *err)
{
	struct st_checkpoint checkpoint = {.size = size};
	struct st_stamp *stamp = NULL;
	int rc;

	if (strlen(origin) > ST_ORIGIN_MAX)
		return st_fail(err, STET_EINVAL, ST_RULE_NONE, "an origin of more than 255 bytes");
	memcpy(checkpoint.origin, origin, strlen(origin));
	memcpy(checkpoint.root, root, sizeof(checkpoint.root));
	if ((rc = st_stamp_open(der, &stamp, err)) < 0)
		return rc;
	rc = st_timestamp_is_of(stamp, &checkpoint, err);
	if (rc == 0)
		rc = st_fail(err, STET_EMISMATCH, ST_TIMESTAMP_OTHER,
		    "the time-stamp is of other bytes than the checkpoint of '%s' at size %llu",
		    origin, (unsigned long long)size);
	else if (rc > 0)
		rc = st_timestamp_report(stamp, tsa, report_out, err);
	st_stamp_free(stamp);
	return rc;
}
