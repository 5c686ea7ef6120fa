/* An artifact: content kept beside the ledger, named by its digest. */
#include "statement/types/rows.h"

#include "base/err.h"
#include "base/time.h"

static const char *const roles[] = {"report", "manifest", "metadata", "proof-source",
    "repro-script", "repro-results", "evidence", "notice", "deposit", "document", NULL};

static const struct st_field digest_fields[] = {
    {ST_NAMED("md5"), ST_BYTES(16, 16), .label = "MD5", .doc = "MD5 of the content."},
    {ST_NAMED("sha1"), ST_BYTES(20, 20), .label = "SHA-1", .doc = "SHA-1 of the content."},
    {ST_NAMED("sha512"), ST_BYTES(64, 64), .label = "SHA-512", .doc = "SHA-512 of the content."},
    {0},
};

enum {
	V,
	NAME,
	ROLE,
	SIZE,
	TYPE,
	AFTER,
	SHA256,
	SOURCE,
	BLINDED,
	DIGESTS,
	VERSION,
	CONTRACT,
	OCCURRED,
	MEDIA_TYPE
};

static const struct st_field artifact_fields[] = {
    [V] = ST_V_ROW,
    [NAME] = {ST_NAMED("name"), ST_TITLE, .label = "File name",
	.doc = "File name under which it was published."},
    [ROLE] = {ST_NAMED("role"), ST_ENUM(roles), ST_REQUIRED, .label = "Role",
	.doc = "What the artifact is to the record. A proof-source, or a repro-script with its "
	       "repro-results, can support a verdict; metadata is read by exports; a document is "
	       "kept word for word."},
    [SIZE] = {ST_NAMED("size"), ST_UINT53, ST_REQUIRED, .label = "Size",
	.doc = "Size of the content in bytes."},
    [TYPE] = ST_TYPE_ROW("artifact"),
    [AFTER] = ST_AFTER_ROW,
    [SHA256] = {ST_NAMED("sha256"), ST_HASH, .label = "SHA-256", .doc = "SHA-256 of the content."},
    [SOURCE] = ST_SOURCE_ROW(0),
    [BLINDED] = {ST_NAMED("blinded"), ST_HASH, .label = "Blinded digest",
	.doc = "For content with personal data: SHA-256 of a random salt of 32 bytes and the "
	       "content, so that it says nothing once the salt is erased."},
    [DIGESTS] = {ST_NAMED("digests"), ST_MAP(digest_fields), .min = 1, .label = "Other digests",
	.doc = "Digests that others publish; good for finding the content, never for supporting "
	       "anything."},
    [VERSION] = {ST_NAMED("version"), ST_WORD, .label = "Version",
	.doc = "Version of the content."},
    [CONTRACT] = {ST_NAMED("contract"), ST_WORD, .label = "Contract",
	.doc = "The contract that a document follows, such as gate-verdict-v1."},
    [OCCURRED] = ST_OCCURRED_ROW,
    [MEDIA_TYPE] = {ST_NAMED("media_type"), ST_TEXT(3, 255), .form = &st_form_media_type,
	ST_REQUIRED, .label = "Media type", .doc = "Media type of the content."},
    {0},
};

static int
one_digest(const stet_bytes *found, stet_error *err)
{
	int plain = found[SHA256].data != NULL, blinded = found[BLINDED].data != NULL;

	if (plain + blinded == 1)
		return STET_OK;
	return st_fail(err, STET_EFORMAT, ST_ARTIFACT_DIGEST,
	    plain ? "'/sha256' and '/blinded' cannot both be in artifact"
		  : "'/sha256' or '/blinded' is required in artifact");
}

static const struct st_check artifact_checks[] = {
    {ST_ARTIFACT_DIGEST, one_digest, "Exactly one of sha256 and blinded is there.",
	"{\"oneOf\":[{\"required\":[\"sha256\"]},{\"required\":[\"blinded\"]}]}"},
    {0},
};

const struct st_schema st_schema_artifact = {ST_TYPE_ARTIFACT, "artifact", NULL,
    ST_TABLE(artifact_fields), artifact_checks, "the record",
    "Names content that belongs to the record by its digest: a report, a script, a notice, a "
    "document as it was received. The content itself is kept beside the ledger."};
