/* PREMIS 3: records and their content as objects, entries as events, keys and the ledger as agents.
 *
 * Passes over the records: 0 objects, 1 events, 2 agents, as the schema wants them.  What a
 * statement says is in the event's detail; types of events are those of the preservation vocabulary
 * of the Library of Congress. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "trail/xml.h"

#define PREMIS_SPACE "http://www.loc.gov/premis/v3"

/* --- words ------------------------------------------------------------------------------------ */

static const char *
event_type(const struct st_standing *record, size_t place)
{
	switch (record->facts[place].statement.type) {
	case ST_TYPE_ARTIFACT:
		return "message digest calculation";
	case ST_TYPE_VERDICT:
	case ST_TYPE_ENDORSE:
		return "validation";
	case ST_TYPE_WITHHOLD:
		return "deaccession";
	default:
		return place == 0 ? "ingestion" : "metadata modification";
	}
}

static void
identifier(struct st_trail *trail, const char *what, const char *type, stet_bytes value)
{
	char name[64];

	snprintf(name, sizeof(name), "%sIdentifierType", what);
	st_txml_element(trail, name, st_str(type));
	snprintf(name, sizeof(name), "%sIdentifierValue", what);
	st_txml_element(trail, name, value);
}

static void
own_identifier(struct st_trail *trail, const char *what, const char *type, stet_bytes value)
{
	char name[64];

	snprintf(name, sizeof(name), "%sIdentifier", what);
	st_txml_open(trail, name);
	identifier(trail, what, type, value);
	st_txml_close(trail);
}

static void
link(struct st_trail *trail, const char *what, const char *type, stet_bytes value, const char *role)
{
	char name[64];

	snprintf(name, sizeof(name), "linking%sIdentifier", what);
	st_txml_open(trail, name);
	snprintf(name, sizeof(name), "linking%s", what);
	identifier(trail, name, type, value);
	snprintf(name, sizeof(name), "linking%sRole", what);
	st_txml_element(trail, name, st_str(role));
	st_txml_close(trail);
}

static stet_bytes
digest_of(const stet_json *statement)
{
	stet_bytes digest = st_said(statement, "sha256");

	return digest.data != NULL ? digest : st_said(statement, "blinded");
}

/* --- objects -----------------------------------------------------------------------------------
 */

static void
put_record_object(struct st_trail *trail, const struct st_standing *record)
{
	size_t fact;
	stet_json *title = st_effective(record, "/record/title", ST_DECLARED, &fact);
	size_t i;

	st_txml_open(trail, "object");
	st_txml_attribute(trail, "xsi:type", st_str("intellectualEntity"));
	for (i = 0; i < record->name_count; i++)
		if (!record->names[i].loose)
			own_identifier(trail, "object", "URI", st_str(record->names[i].name));
	st_txml_element(trail, "originalName", stet_json_string_of(title));
	st_txml_close(trail);
	stet_json_free(title);
}

static void
put_content_object(struct st_trail *trail, const struct st_standing *record,
    const struct st_fact *fact, const stet_json *statement)
{
	stet_bytes digest = digest_of(statement);
	char number[32];

	snprintf(number, sizeof(number), "%lld",
	    (long long)stet_json_int_of(stet_json_get(statement, "size")));
	st_txml_open(trail, "object");
	st_txml_attribute(trail, "xsi:type", st_str("file"));
	own_identifier(trail, "object", "SHA-256", digest);
	st_txml_open(trail, "objectCharacteristics");
	if (st_said(statement, "sha256").data != NULL) {
		st_txml_open(trail, "fixity");
		st_txml_element(trail, "messageDigestAlgorithm", st_str("SHA-256"));
		st_txml_element(trail, "messageDigest", digest);
		st_txml_close(trail);
	}
	st_txml_element(trail, "size", st_str(number));
	st_txml_open(trail, "format");
	st_txml_open(trail, "formatDesignation");
	st_txml_element(trail, "formatName", st_said(statement, "media_type"));
	st_txml_close(trail);
	st_txml_close(trail);
	st_txml_close(trail);
	st_txml_element(trail, "originalName", st_said(statement, "name"));
	st_txml_open(trail, "relationship");
	st_txml_element(trail, "relationshipType", st_str("structural"));
	st_txml_element(trail, "relationshipSubType", st_str("is part of"));
	st_txml_open(trail, "relatedObjectIdentifier");
	st_txml_element(trail, "relatedObjectIdentifierType", st_str("URI"));
	st_txml_element(trail, "relatedObjectIdentifierValue", st_str(record->names[0].name));
	st_txml_close(trail);
	st_txml_close(trail);
	st_txml_close(trail);
	(void)fact;
}

/* --- events ------------------------------------------------------------------------------------
 */

/* The statement itself, as JSON: nothing of what was said is lost, only put where a program for
 * PREMIS does not look. */
static void
put_detail(struct st_trail *trail, const stet_json *statement)
{
	char *text = NULL;
	size_t size;

	if (stet_json_text(statement, 0, &text, &size, NULL) < 0) {
		trail->out.rc = STET_ENOMEM;
		return;
	}
	st_txml_open(trail, "eventDetailInformation");
	st_txml_element(trail, "eventDetail", (stet_bytes){(const uint8_t *)text, size});
	st_txml_close(trail);
	free(text);
}

static void
put_outcome(struct st_trail *trail, const struct st_standing *record, const struct st_fact *fact,
    const stet_json *statement)
{
	stet_bytes outcome = st_said(statement, "status");
	const char *note = NULL;

	if (outcome.data == NULL)
		outcome = st_said(statement, "nature");
	if (fact->annulled_by != ST_NO_FACT)
		note = "annulled by a later entry";
	else if (fact->endorsed < fact->wanted)
		note = "not yet endorsed";
	else if (fact->observed)
		note = "an observation: a source states it";
	if (outcome.data == NULL && note == NULL)
		return;
	st_txml_open(trail, "eventOutcomeInformation");
	st_txml_element(trail, "eventOutcome", outcome);
	if (note != NULL) {
		st_txml_open(trail, "eventOutcomeDetail");
		st_txml_element(trail, "eventOutcomeDetailNote", st_str(note));
		st_txml_close(trail);
	}
	st_txml_close(trail);
	(void)record;
}

static void
put_event(struct st_trail *trail, const struct st_standing *record, size_t place,
    const stet_json *statement)
{
	const struct st_fact *fact = &record->facts[place];
	char number[32], time[ST_TIME_SIZE], kid[65], leaf[65];

	snprintf(number, sizeof(number), "%" PRIu64, fact->seq);
	st_time_text_ms(fact->ms, time);
	st_hex(record->signers[fact->signer].kid, 32, kid);
	st_hex(fact->leaf, 32, leaf);
	st_txml_open(trail, "event");
	own_identifier(trail, "event", "stet leaf", st_str(leaf));
	st_txml_element(trail, "eventType", st_str(event_type(record, place)));
	st_txml_element(trail, "eventDateTime", st_str(time));
	put_detail(trail, statement);
	put_outcome(trail, record, fact, statement);
	link(trail, "Agent", "key thumbprint, SHA-256", st_str(kid), "signer");
	link(trail, "Object", "URI", st_str(record->names[fact->name].name), "source");
	if (fact->statement.type == ST_TYPE_ARTIFACT || fact->statement.type == ST_TYPE_WITHHOLD)
		link(trail, "Object", "SHA-256", digest_of(statement), "outcome");
	st_txml_close(trail);
}

/* --- agents ------------------------------------------------------------------------------------
 */

/* Each key once; how many there are depends on who signs, not on how many records there are. */
static void
put_agent(struct st_trail *trail, const struct st_standing *record, const struct st_fact *fact)
{
	const struct st_signer *signer = &record->signers[fact->signer];
	char kid[65];

	st_hex(signer->kid, 32, kid);
	if (stet_json_get(trail->seen, kid) != NULL)
		return;
	stet_json_set(trail->seen, kid, stet_json_null());
	st_txml_open(trail, "agent");
	own_identifier(trail, "agent", "key thumbprint, SHA-256", st_str(kid));
	st_txml_element(trail, "agentName",
	    signer->label[0] != '\0' ? st_str(signer->label) : fact->statement.sign1.claims.iss);
	st_txml_element(trail, "agentType", st_str("organization"));
	st_txml_element(trail, "agentNote", fact->statement.sign1.claims.iss);
	st_txml_close(trail);
}

/* --- the document ------------------------------------------------------------------------------
 */

int
st_premis_begin(struct st_trail *trail, unsigned pass, stet_error *err)
{
	int rc;

	if (pass > 0)
		return STET_OK;
	if ((trail->seen = stet_json_object()) == NULL)
		return st_fail_nomem(err);
	if ((rc = st_txml_start(trail, err)) < 0)
		return rc;
	st_txml_comment(trail, trail->format->loss);
	st_txml_open(trail, "premis");
	st_txml_attribute(trail, "xmlns", st_str(PREMIS_SPACE));
	st_txml_attribute(trail, "xmlns:xsi", st_str("http://www.w3.org/2001/XMLSchema-instance"));
	st_txml_attribute(trail, "xsi:schemaLocation",
	    st_str(PREMIS_SPACE " https://www.loc.gov/standards/premis/premis.xsd"));
	st_txml_attribute(trail, "version", st_str("3.0"));
	return STET_OK;
}

int
st_premis_record(
    struct st_trail *trail, unsigned pass, const struct st_standing *record, stet_error *err)
{
	const stet_json *statement;
	size_t i;

	if (pass == 0)
		put_record_object(trail, record);
	for (i = 0; i < record->fact_count; i++) {
		if ((statement = st_fact_json(record, i)) == NULL || st_json_rc(statement) < 0)
			return st_fail_nomem(err);
		if (pass == 0 && record->facts[i].statement.type == ST_TYPE_ARTIFACT)
			put_content_object(trail, record, &record->facts[i], statement);
		else if (pass == 1)
			put_event(trail, record, i, statement);
		else if (pass == 2)
			put_agent(trail, record, &record->facts[i]);
	}
	if (record->rc < 0 || st_json_rc(trail->seen) < 0)
		return st_fail_nomem(err);
	return st_txml_pass_on(trail, err);
}

int
st_premis_end(struct st_trail *trail, stet_error *err)
{
	return st_txml_end(trail, err);
}
