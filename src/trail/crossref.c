/* Crossref: the part of a deposit that says what a notice does to a paper.
 *
 * A correction is deposited with the metadata of its notice: <crossmark> ... <updates><update
 * type="retraction" date="...">DOI of the paper</update></updates></crossmark>.  Only what was
 * signed here is written: an observation is somebody else's to deposit.  The policy that a
 * crossmark names is the publisher's own and is not in a ledger; nothing stands in for it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/name.h"
#include "trail/xml.h"

#define CROSSREF_SCHEMA "http://www.crossref.org/schema/5.3.1"

/* The natures that Crossref has a type for (cm_update_type); lossy: the word says less. */
static const struct {
	const char *nature, *type;
	int lossy;
} types[] = {{"correction", "correction", 0}, {"corrigendum", "corrigendum", 0},
    {"erratum", "erratum", 0}, {"addendum", "addendum", 0}, {"clarification", "clarification", 0},
    {"expression_of_concern", "expression_of_concern", 0},
    {"partial_retraction", "partial_retraction", 0}, {"retraction", "retraction", 0},
    {"withdrawal", "withdrawal", 0}, {"removal", "removal", 0}, {"new_edition", "new_edition", 0},
    {"new_version", "new_version", 0}, {"retract_and_replace", "retraction", 1},
    {"corrected_and_republished", "new_version", 1}};

static size_t
find_type(const char *nature)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].nature, nature) == 0)
			return i;
	return SIZE_MAX;
}

int
st_crossref_begin(struct st_trail *trail, unsigned pass, stet_error *err)
{
	char number[32];
	int rc;

	(void)pass;
	if ((rc = st_txml_start(trail, err)) < 0)
		return rc;
	snprintf(number, sizeof(number), "%" PRIu64, trail->size);
	st_txml_comment(trail, trail->format->loss);
	st_txml_open(trail, "fragments");
	st_txml_attribute(trail, "ledger", st_str(trail->ledger->origin));
	st_txml_attribute(trail, "entries", st_str(number));
	st_txml_attribute(trail, "asOf", st_str(trail->as_of));
	return STET_OK;
}

/* Why an entry has no fragment, in the document; for what nobody needs to be told of. */
static void
comment(struct st_trail *trail, const struct st_fact *fact, const char *why)
{
	char text[160];

	snprintf(
	    text, sizeof(text), " entry %" PRIu64 ", %s: %s ", fact->seq, fact->nature->name, why);
	st_txml_comment(trail, text);
}

static void
refuse(struct st_trail *trail, const struct st_standing *record, const struct st_fact *fact,
    int rule, const char *why)
{
	stet_error refusal;

	st_fail_seq(&refusal, STET_EREFUSED, rule, fact->seq, "'%s', %s: %s", record->names[0].name,
	    fact->nature->name, why);
	comment(trail, fact, why);
	st_trail_left(trail, record->names[0].name, fact->seq, &refusal);
}

/* The day of the update: of the notice, else of what it tells of; it must be a whole one. */
static stet_bytes
day_of(const stet_json *statement)
{
	stet_bytes day = st_said(stet_json_get(statement, "notice"), "published");

	if (day.data == NULL || day.size < 10)
		day = st_said(statement, "occurred");
	if (day.data == NULL || day.size < 10)
		return (stet_bytes){NULL, 0};
	return (stet_bytes){day.data, 10};
}

static void
put_fragment(struct st_trail *trail, const struct st_fact *fact, size_t type, stet_bytes notice,
    stet_bytes paper, stet_bytes day)
{
	char number[32];

	snprintf(number, sizeof(number), "%" PRIu64, fact->seq);
	st_txml_open(trail, "fragment");
	st_txml_attribute(trail, "notice", notice);
	st_txml_attribute(trail, "entry", st_str(number));
	if (types[type].lossy)
		st_txml_attribute(trail, "lossy", st_str(types[type].nature));
	st_txml_open(trail, "crossmark");
	st_txml_attribute(trail, "xmlns", st_str(CROSSREF_SCHEMA));
	st_txml_comment(trail, " crossmark_policy goes here: the DOI of your own policy ");
	st_txml_open(trail, "updates");
	st_txml_open(trail, "update");
	st_txml_attribute(trail, "type", st_str(types[type].type));
	st_txml_attribute(trail, "date", day);
	st_txml_text(trail, paper);
	st_txml_close(trail);
	st_txml_close(trail);
	st_txml_close(trail);
	st_txml_close(trail);
	trail->written++;
}

/* The DOI of the paper: of the name that the correction is about, else the first that is the
 * record's own. */
static int
paper_doi(const struct st_standing *record, const struct st_fact *fact, struct st_buf *doi)
{
	stet_bytes name = st_str(record->names[fact->name].name);
	size_t i;

	for (i = 0; !st_name_is_doi(name) && i < record->name_count; i++)
		if (!record->names[i].loose)
			name = st_str(record->names[i].name);
	if (!st_name_is_doi(name))
		return 0;
	if (st_name_to_doi(name, doi, NULL) == STET_ENOMEM)
		doi->rc = STET_ENOMEM;
	return 1;
}

static void
put_correction(struct st_trail *trail, const struct st_standing *record, const struct st_fact *fact,
    const stet_json *statement)
{
	size_t type = find_type(fact->nature->name);
	stet_bytes day = day_of(statement);
	struct st_buf notice = {0}, paper = {0};

	if (type == SIZE_MAX)
		refuse(trail, record, fact, ST_NATURE_NOT_IN_FORMAT,
		    "Crossref has no type of update that says this");
	else if (!paper_doi(record, fact, &paper))
		refuse(trail, record, fact, ST_NOT_ENOUGH_FOR_FORMAT, "the record has no DOI");
	else if (!st_said_doi(stet_json_get(statement, "notice"), "doi", &notice) &&
		 !st_bytes_equal(
		     st_said(stet_json_get(statement, "notice"), "kind"), st_str("self")))
		refuse(trail, record, fact, ST_NOT_ENOUGH_FOR_FORMAT,
		    "an update is deposited with its notice, and no DOI of a notice is stated");
	else if (day.data == NULL)
		refuse(trail, record, fact, ST_NOT_ENOUGH_FOR_FORMAT,
		    "an update has a date, and none to the day is stated");
	else
		put_fragment(trail, fact, type,
		    notice.size > 0 ? st_buf_bytes(&notice) : st_buf_bytes(&paper),
		    st_buf_bytes(&paper), day);
	if (notice.rc < 0 || paper.rc < 0)
		trail->out.rc = STET_ENOMEM;
	st_buf_free(&notice);
	st_buf_free(&paper);
}

int
st_crossref_record(
    struct st_trail *trail, unsigned pass, const struct st_standing *record, stet_error *err)
{
	const struct st_fact *fact;
	const stet_json *statement;
	size_t i;

	(void)pass;
	for (i = 0; i < record->fact_count; i++) {
		fact = &record->facts[i];
		if (fact->nature == NULL || fact->loose)
			continue;
		if (fact->observed) {
			comment(trail, fact, "a source states it, whose it is to deposit");
			continue;
		}
		if (!st_fact_stands(fact)) {
			comment(trail, fact, "it is annulled, or not yet endorsed");
			continue;
		}
		if ((statement = st_fact_json(record, i)) == NULL || st_json_rc(statement) < 0)
			return st_fail_nomem(err);
		put_correction(trail, record, fact, statement);
	}
	return st_txml_pass_on(trail, err);
}

int
st_crossref_end(struct st_trail *trail, stet_error *err)
{
	if (trail->written == 0 && trail->left > 0)
		return st_fail(err, STET_EREFUSED, ST_NATURE_NOT_IN_FORMAT,
		    "nothing of what was asked for can be deposited with Crossref");
	return st_txml_end(trail, err);
}
