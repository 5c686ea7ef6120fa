/* A correction, of any nature: one statement about one record. */
#include "statement/types/rows.h"

#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "json/json.h"
#include "statement/nature.h"

/* The correction types of correction-record-v1, and VERDICT, which that contract has no word for.
 */
static const char *const correction_types[] = {"METADATA", "ARTIFACT", "CLAIM", "BENCHMARK",
    "PROVENANCE", "QUALITY_ASSESSMENT", "VERDICT", NULL};
static const char *const notice_kinds[] = {"own", "self", "none", "unknown", NULL};
/* Who retracts is what COPE asks a notice to say; the list is the one of its guidelines. */
static const char *const deciders[] = {
    "author", "editor", "publisher", "institution", "third-party", "other", NULL};

enum { PATH_JSON, PATH_PATH, PATH_AFTER, PATH_BEFORE };

/* Before and after may be JSON text of a whole list, so they are longer than prose. */
static const struct st_field affected_fields[] = {
    [PATH_JSON] = {ST_NAMED("json"), .kind = ST_FIELD_TRUE, .label = "As JSON",
	.doc = "Says that before and after are JSON text; absent: they are plain text."},
    [PATH_PATH] = {ST_NAMED("path"), ST_TEXT(2, 1024), .form = &st_form_path, ST_REQUIRED,
	.label = "Member", .doc = "Which member, by a path such as /record/title."},
    [PATH_AFTER] = {ST_NAMED("after"), ST_TEXT(0, 8192), .flags = ST_FIELD_NULLABLE,
	.label = "After", .doc = "Its value from now on; null: it has none."},
    [PATH_BEFORE] = {ST_NAMED("before"), ST_TEXT(0, 8192), .flags = ST_FIELD_NULLABLE,
	.label = "Before", .doc = "Its value until now; null: it had none."},
    {0},
};

enum { NOTICE_DOI, NOTICE_KIND, NOTICE_PUBLISHED };

static const struct st_field notice_fields[] = {
    [NOTICE_DOI] = {ST_NAMED("doi"), .kind = ST_FIELD_DOI, .label = "DOI",
	.doc = "DOI of the notice; of a self notice, the record's own."},
    [NOTICE_KIND] = {ST_NAMED("kind"), ST_ENUM(notice_kinds), ST_REQUIRED, .label = "Kind",
	.doc = "Whether the notice is a publication of its own, is put in place of the record "
	       "itself (self), does not exist (none), or is not known."},
    [NOTICE_PUBLISHED] = {ST_NAMED("published"), ST_DATE, .label = "Published",
	.doc = "When the notice was published, which is often not when the decision was made."},
    {0},
};

static const struct st_field decided_fields[] = {
    {ST_NAMED("kind"), ST_ENUM(deciders), ST_REQUIRED, .label = "As what",
	.doc = "In which capacity the decision was made."},
    {ST_NAMED("name"), ST_TITLE, ST_REQUIRED, .label = "Who",
	.doc = "Who decided: an office or organisation, not a person."},
    {0},
};

static const struct st_field reason_fields[] = {
    {ST_NAMED("code"), ST_WORD, .label = "Code", .doc = "The reason's code or tag."},
    {ST_NAMED("text"), ST_PROSE, .label = "Text", .doc = "The reason in words."},
    {ST_NAMED("vocabulary"), ST_WORD, .label = "Vocabulary",
	.doc = "The list that the code is taken from, with its version: lists are renamed."},
    {0},
};

enum { BATCH_ID, BATCH_COUNT, BATCH_NUMBER };

static const struct st_field batch_fields[] = {
    [BATCH_ID] = {ST_NAMED("id"), ST_WORD, ST_REQUIRED, .label = "Id",
	.doc = "Identifies the batch among those of this issuer."},
    [BATCH_COUNT] = {ST_NAMED("count"), .kind = ST_FIELD_UINT, .min = 1, .max = ST_COUNT_MAX,
	ST_REQUIRED, .label = "Count", .doc = "How many statements the batch has."},
    [BATCH_NUMBER] = {ST_NAMED("number"), .kind = ST_FIELD_UINT, .min = 1, .max = ST_COUNT_MAX,
	ST_REQUIRED, .label = "Number", .doc = "Which of them this is, from 1."},
    {0},
};

static const struct st_field affected_item = {ST_MAP(affected_fields)};
static const struct st_field target_item = {ST_HASH};
static const struct st_field decided_item = {ST_MAP(decided_fields)};
static const struct st_field reason_item = {ST_MAP(reason_fields), .min = 1};

enum {
	V,
	TYPE,
	AFTER,
	BATCH,
	NATURE,
	NOTICE,
	SOURCE,
	REASONS,
	TARGETS,
	AFFECTED,
	OCCURRED,
	DECIDED_BY,
	PUBLIC_NOTE,
	REPLACEMENT,
	CORRECTION_TYPE
};

static const struct st_field correction_fields[] = {
    [V] = ST_V_ROW,
    [TYPE] = ST_TYPE_ROW("correction"),
    [AFTER] = ST_AFTER_ROW,
    [BATCH] = {ST_NAMED("batch"), ST_MAP(batch_fields), .label = "Batch",
	.doc = "For one notice over many records: which of how many statements this is."},
    [NATURE] = {ST_NAMED("nature"), ST_ENUM(st_nature_names), ST_REQUIRED, .label = "Nature",
	.doc = "What kind of correction this is; the table of natures says what each does."},
    [NOTICE] = {ST_NAMED("notice"), ST_MAP(notice_fields), .label = "Notice",
	.doc = "The notice that tells readers."},
    [SOURCE] = ST_SOURCE_ROW(0),
    [REASONS] = {ST_NAMED("reasons"), ST_LIST(&reason_item, 1, 256), .label = "Reasons",
	.doc = "Why, in codes and words; quoted from the notice, and factual."},
    [TARGETS] = {ST_NAMED("targets"), ST_LIST(&target_item, 1, ST_ITEMS_MAX), .label = "Targets",
	.doc = "Leaves of earlier entries that this statement changes, lifts or annuls."},
    [AFFECTED] = {ST_NAMED("affected"), ST_LIST(&affected_item, 1, ST_ITEMS_MAX),
	.label = "Affected", .doc = "Which members change, with their values before and after."},
    [OCCURRED] = ST_OCCURRED_ROW,
    [DECIDED_BY] = {ST_NAMED("decided_by"), ST_LIST(&decided_item, 1, 64), .label = "Decided by",
	.doc = "Who decided, and in which capacity."},
    [PUBLIC_NOTE] = {ST_NAMED("public_note"), ST_PROSE, .label = "Public note",
	.doc = "What readers are told, in plain words."},
    [REPLACEMENT] = {ST_NAMED("replacement"), .kind = ST_FIELD_NAME, .label = "Replacement",
	.doc = "The name of what stands in its place."},
    [CORRECTION_TYPE] = {ST_NAMED("correction_type"), ST_ENUM(correction_types),
	.label = "Correction type",
	.doc = "What it concerns, in the words of correction-record-v1."},
    {0},
};

static unsigned
missing_of(const stet_bytes *found, unsigned requires)
{
	unsigned missing = 0;

	if ((requires & ST_REQUIRES_AFFECTED_OR_NOTE) && found[AFFECTED].data == NULL &&
	    found[PUBLIC_NOTE].data == NULL)
		missing |= ST_REQUIRES_AFFECTED_OR_NOTE;
	if ((requires & ST_REQUIRES_AFFECTED) && found[AFFECTED].data == NULL)
		missing |= ST_REQUIRES_AFFECTED;
	if ((requires & ST_REQUIRES_NOTE) && found[PUBLIC_NOTE].data == NULL)
		missing |= ST_REQUIRES_NOTE;
	if ((requires & ST_REQUIRES_NOTICE) && found[NOTICE].data == NULL)
		missing |= ST_REQUIRES_NOTICE;
	if ((requires & ST_REQUIRES_DECIDED_BY) && found[DECIDED_BY].data == NULL)
		missing |= ST_REQUIRES_DECIDED_BY;
	if ((requires & ST_REQUIRES_REPLACEMENT) && found[REPLACEMENT].data == NULL)
		missing |= ST_REQUIRES_REPLACEMENT;
	if ((requires & ST_REQUIRES_TARGETS) && found[TARGETS].data == NULL)
		missing |= ST_REQUIRES_TARGETS;
	return missing;
}

static int
has_what_its_nature_requires(const stet_bytes *found, stet_error *err)
{
	const struct st_nature *nature = st_nature_find(st_found_text(found[NATURE]));
	unsigned missing;

	if (nature == NULL)
		return st_fail(err, STET_EFORMAT, ST_MEMBER_VALUE, "'/nature' is not known");
	missing =
	    missing_of(found, found[SOURCE].data != NULL ? nature->observed : nature->requires);
	if (missing == 0)
		return STET_OK;
	return st_fail(err, STET_EFORMAT, ST_CORRECTION_INCOMPLETE,
	    "'/%s' is required in a correction of nature %s",
	    st_requirement_name(missing & (~missing + 1)), nature->name);
}

static int
only_observed(const stet_bytes *found, stet_error *err)
{
	const struct st_nature *nature = st_nature_find(st_found_text(found[NATURE]));

	if (nature == NULL || !nature->observer_only || found[SOURCE].data != NULL)
		return STET_OK;
	return st_fail(err, STET_EFORMAT, ST_CORRECTION_OBSERVER,
	    "'/nature' %s can only be observed: '/source' is required with it", nature->name);
}

static int
notice_fits_its_kind(const stet_bytes *found, stet_error *err)
{
	struct st_cbor in = st_cbor_open(found[NOTICE]);
	int has_doi = 0, has_date = 0, own;
	stet_bytes kind = {NULL, 0}, key;
	uint64_t count = 0;

	if (found[NOTICE].data == NULL || st_cbor_read_map(&in, &count) < 0)
		return STET_OK;
	for (; count > 0 && st_cbor_read_text(&in, &key) == STET_OK; count--) {
		has_doi |= st_bytes_equal(key, st_str("doi"));
		has_date |= st_bytes_equal(key, st_str("published"));
		if (!st_bytes_equal(key, st_str("kind")) || st_cbor_read_text(&in, &kind) < 0)
			(void)st_cbor_skip(&in, NULL);
	}
	own = st_bytes_equal(kind, st_str("own")) || st_bytes_equal(kind, st_str("self"));
	if (has_doi && !own)
		return st_fail(err, STET_EFORMAT, ST_CORRECTION_NOTICE,
		    "'/notice/doi' cannot stand in a notice of kind %.*s", (int)kind.size,
		    (const char *)kind.data);
	if (has_date && st_bytes_equal(kind, st_str("none")))
		return st_fail(err, STET_EFORMAT, ST_CORRECTION_NOTICE,
		    "'/notice/published' cannot stand in a notice of kind none");
	return STET_OK;
}

static int
number_within_batch(const stet_bytes *found, stet_error *err)
{
	uint64_t number = 0, count = 0;

	if (found[BATCH].data == NULL)
		return STET_OK;
	if (st_cbor_member_uint(found[BATCH], "number", &number) == STET_OK &&
	    st_cbor_member_uint(found[BATCH], "count", &count) == STET_OK && number <= count)
		return STET_OK;
	return st_fail(err, STET_EFORMAT, ST_CORRECTION_BATCH,
	    "'/batch/number' %llu is beyond the count of %llu", (unsigned long long)number,
	    (unsigned long long)count);
}

static int
is_json_text(stet_bytes change, const char *member)
{
	stet_bytes text;

	return st_cbor_member_text(change, member, &text) != STET_OK || st_json_text_ok(text);
}

static int
json_where_it_says_so(const stet_bytes *found, stet_error *err)
{
	struct st_cbor in;
	stet_bytes change, ignored;
	uint64_t count = 0, i;

	if (found[AFFECTED].data == NULL)
		return STET_OK;
	in = st_cbor_open(found[AFFECTED]);
	if (st_cbor_read_array(&in, &count) != STET_OK)
		count = 0;
	for (i = 0; i < count && st_cbor_skip(&in, &change) == STET_OK; i++) {
		const char *wrong;

		if (st_cbor_member(change, "json", &ignored) != STET_OK)
			continue;
		if (!is_json_text(change, wrong = "before") ||
		    !is_json_text(change, wrong = "after"))
			return st_fail(err, STET_EFORMAT, ST_CORRECTION_JSON,
			    "'/affected/%llu/%s' is not JSON text", (unsigned long long)i, wrong);
	}
	return STET_OK;
}

static const struct st_check correction_checks[] = {
    {ST_CORRECTION_OBSERVER, only_observed,
	"The natures unspecified and delisting stand only in observations, which have a source.",
	"{\"if\":{\"properties\":{\"nature\":{\"enum\":[\"unspecified\",\"delisting\"]}}},"
	"\"then\":{\"required\":[\"source\"]}}"},
    {ST_CORRECTION_INCOMPLETE, has_what_its_nature_requires,
	"A correction has what its nature requires; an observation, which has a source, needs "
	"none of it, but targets for an annulment or a delisting.",
	NULL},
    {ST_CORRECTION_NOTICE, notice_fits_its_kind,
	"A notice has a doi only if its kind is own or self, and is published only if it exists.",
	"{\"properties\":{\"notice\":{\"allOf\":["
	"{\"if\":{\"required\":[\"doi\"]},\"then\":{\"properties\":{\"kind\":{\"enum\":[\"own\","
	"\"self\"]}}}},"
	"{\"if\":{\"required\":[\"published\"]},\"then\":{\"properties\":{\"kind\":{\"enum\":["
	"\"own\",\"self\",\"unknown\"]}}}}]}}}"},
    {ST_CORRECTION_BATCH, number_within_batch, "The number of a batch is not beyond its count.",
	NULL},
    {ST_CORRECTION_JSON, json_where_it_says_so,
	"With json true, before and after are JSON text (RFC 8259).", NULL},
    {0},
};

const struct st_schema st_schema_correction = {ST_TYPE_CORRECTION, "correction", NULL,
    ST_TABLE(correction_fields), correction_checks, "the record",
    "Answers what turned out wrong: a correction, a retraction, a concern, a lifting. Nothing "
    "that it is about is changed or removed."};
