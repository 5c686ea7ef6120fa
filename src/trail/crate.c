/* RO-Crate 1.2: the metadata of a crate whose content is what the ledger says of the records.
 *
 * The records are what the crate is about, each entry is an action on one of them.  Passes over the
 * records: 0 the root, which names them all; 1 what is said of each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/name.h"
#include "json/json.h"
#include "trail/trail.h"

#define CONTEXT "https://w3id.org/ro/crate/1.2/context"
#define VERSION "https://w3id.org/ro/crate/1.2"

static stet_json *
node(const char *id, const char *type)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "@id", stet_json_str(id));
	if (type != NULL)
		stet_json_set(json, "@type", stet_json_str(type));
	return json;
}

/* A record is known by its DOI's address where it has one, else by its name, which is a URI. */
static stet_json *
address(stet_bytes name)
{
	struct st_buf text = {0};
	stet_json *json;

	if (st_name_is_doi(name)) {
		st_buf_put_str(&text, "https://doi.org/");
		st_buf_put(&text, name.data + 4, name.size - 4);
	} else {
		st_buf_put_bytes(&text, name);
	}
	json = text.rc == STET_OK ? stet_json_string(st_buf_bytes(&text)) : NULL;
	st_buf_free(&text);
	return json;
}

static stet_json *
reference(stet_bytes name)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "@id", address(name));
	return json;
}

static int
put_node(struct st_trail *trail, int first, stet_json **json, stet_error *err)
{
	int rc = st_out_text(trail, first ? "\n" : ",\n", err);

	if (rc == STET_OK)
		return st_out_json(trail, json, err);
	stet_json_free(*json);
	*json = NULL;
	return rc;
}

/* --- the root ------------------------------------------------------------------------------------
 */

static int
put_descriptor(struct st_trail *trail, stet_error *err)
{
	stet_json *json = node("ro-crate-metadata.json", "CreativeWork");

	stet_json_set(json, "conformsTo", node(VERSION, NULL));
	stet_json_set(json, "about", node("./", NULL));
	return put_node(trail, 1, &json, err);
}

/* All of the root but its last member, which grows with the records. */
static int
open_root(struct st_trail *trail, stet_error *err)
{
	stet_json *json = node("./", "Dataset");
	struct st_buf name = {0};
	char *text = NULL;
	size_t size;
	int rc;

	st_buf_printf(&name, "What the ledger %s says, as of entry %" PRIu64, trail->ledger->origin,
	    trail->size);
	stet_json_set(
	    json, "name", name.rc == STET_OK ? stet_json_string(st_buf_bytes(&name)) : NULL);
	st_buf_free(&name);
	stet_json_set(json, "description", stet_json_str(trail->format->loss));
	stet_json_set(json, "datePublished", stet_json_str(trail->as_of));
	stet_json_set(json, "license", node("#licence", NULL));
	stet_json_set(json, "publisher", node("#ledger", NULL));
	if ((rc = stet_json_text(json, 0, &text, &size, err)) == STET_OK &&
	    (rc = st_out_text(trail, ",\n", err)) == STET_OK &&
	    (rc = st_out(trail, (stet_bytes){(uint8_t *)text, size - 1}, err)) == STET_OK)
		rc = st_out_text(trail, ",\"about\":[", err); /* in place of the '}' */
	free(text);
	stet_json_free(json);
	return rc;
}

static int
put_ledger(struct st_trail *trail, stet_error *err)
{
	stet_json *json = node("#ledger", "Organization");
	int rc;

	stet_json_set(json, "name", stet_json_str(trail->ledger->origin));
	stet_json_set(json, "identifier", stet_json_str(trail->ledger->id));
	if ((rc = put_node(trail, 0, &json, err)) < 0)
		return rc;
	json = node("#licence", "CreativeWork");
	stet_json_set(json, "name", stet_json_str("No licence is stated"));
	stet_json_set(json, "description",
	    stet_json_str("The ledger does not say under which licence its entries may be used; "
			  "facts and signatures need none."));
	return put_node(trail, 0, &json, err);
}

int
st_crate_begin(struct st_trail *trail, unsigned pass, stet_error *err)
{
	int rc;

	if (pass == 1) {
		if ((rc = st_out_text(trail, "]}", err)) < 0)
			return rc;
		return put_ledger(trail, err);
	}
	if ((trail->seen = stet_json_object()) == NULL)
		return st_fail_nomem(err);
	if ((rc = st_out_text(trail, "{\"@context\":\"" CONTEXT "\",\n\"@graph\":[", err)) < 0 ||
	    (rc = put_descriptor(trail, err)) < 0)
		return rc;
	return open_root(trail, err);
}

/* --- a record ------------------------------------------------------------------------------------
 */

static void
set_text(stet_json *json, const char *member, stet_bytes text)
{
	if (text.data != NULL && text.size > 0)
		stet_json_set(json, member, stet_json_string(text));
}

static void
set_effective(
    stet_json *json, const char *member, const struct st_standing *record, const char *path)
{
	size_t fact;
	stet_json *value = st_effective(record, path, ST_DECLARED, &fact);

	set_text(json, member, stet_json_string_of(value));
	stet_json_free(value);
}

/* The conditions that are open, in the order they opened. */
static void
set_status(stet_json *json, const struct st_standing *record)
{
	stet_json *open = stet_json_array();
	size_t i, count = 0;

	for (i = 0; i < record->condition_count; i++)
		if (record->conditions[i].ended_by == ST_NO_FACT &&
		    !record->conditions[i].pending) {
			stet_json_add(
			    open, stet_json_str(st_condition_name(record->conditions[i].kind)));
			count++;
		}
	if (record->contract_state != NULL) {
		stet_json_add(open, stet_json_str(record->contract_state));
		count++;
	}
	if (count > 0)
		stet_json_set(json, "creativeWorkStatus", open);
	else
		stet_json_free(open);
}

static int
put_record(struct st_trail *trail, const struct st_standing *record, stet_error *err)
{
	stet_json *json = stet_json_object(), *names = stet_json_array();
	size_t i;

	stet_json_set(json, "@id", address(st_str(record->names[0].name)));
	stet_json_set(json, "@type", stet_json_str("CreativeWork"));
	stet_json_set(json, "name", stet_json_str(record->names[0].name));
	set_effective(json, "name", record, "/record/title");
	for (i = 0; i < record->name_count; i++)
		if (!record->names[i].loose)
			stet_json_add(names, stet_json_str(record->names[i].name));
	stet_json_set(json, "identifier", names);
	set_effective(json, "dateCreated", record, "/record/submitted");
	set_status(json, record);
	return put_node(trail, 0, &json, err);
}

static int
put_agent(struct st_trail *trail, const struct st_standing *record, const struct st_fact *fact,
    stet_error *err)
{
	const struct st_signer *signer = &record->signers[fact->signer];
	char id[5 + 65];
	stet_json *json;

	memcpy(id, "#key-", 5);
	st_hex(signer->kid, 32, id + 5);
	if (stet_json_get(trail->seen, id) != NULL)
		return STET_OK;
	stet_json_set(trail->seen, id, stet_json_null());
	json = node(id, "Organization");
	st_json_set_text(json, "name",
	    signer->label[0] != '\0' ? st_str(signer->label) : fact->statement.sign1.claims.iss);
	st_json_set_text(json, "identifier", fact->statement.sign1.claims.iss);
	return put_node(trail, 0, &json, err);
}

static int
put_content(struct st_trail *trail, const struct st_standing *record, const struct st_fact *fact,
    const stet_json *statement, stet_error *err)
{
	stet_bytes digest = st_said(statement, "sha256");
	struct st_buf text = {0};
	char id[48];
	stet_json *json;

	snprintf(id, sizeof(id), "#content-%" PRIu64, fact->seq);
	json = node(id, "DigitalDocument");
	stet_json_set(json, "name", stet_json_str("content without a name"));
	set_text(json, "name", st_said(statement, "name"));
	set_text(json, "encodingFormat", st_said(statement, "media_type"));
	st_buf_put_str(&text, digest.data != NULL ? "sha256:" : "blinded:");
	st_buf_put_bytes(&text, digest.data != NULL ? digest : st_said(statement, "blinded"));
	stet_json_set(
	    json, "identifier", text.rc == STET_OK ? stet_json_string(st_buf_bytes(&text)) : NULL);
	st_buf_free(&text);
	stet_json_set(json, "isPartOf", reference(st_str(record->names[0].name)));
	return put_node(trail, 0, &json, err);
}

/* The first entry makes the record known here, each further one changes what is known. */
static int
put_action(struct st_trail *trail, const struct st_standing *record, size_t place,
    const stet_json *statement, stet_error *err)
{
	const struct st_fact *fact = &record->facts[place];
	char id[64 + 8], time[ST_TIME_SIZE], content[48];
	struct st_buf name = {0}, notice = {0};
	stet_json *json, *agent;

	snprintf(id, sizeof(id), "#entry-%" PRIu64, fact->seq);
	json = node(id, place == 0 ? "CreateAction" : "UpdateAction");
	if (fact->nature != NULL)
		st_buf_put_str(&name, fact->nature->label);
	else
		st_buf_put_bytes(&name, fact->statement.type_name);
	if (fact->observed) {
		st_buf_put_str(&name, ", as stated by ");
		st_buf_put_bytes(&name, fact->statement.source_name);
	}
	if (!st_fact_stands(fact))
		st_buf_put_str(&name, fact->annulled_by != ST_NO_FACT ? ", annulled" : ", pending");
	stet_json_set(
	    json, "name", name.rc == STET_OK ? stet_json_string(st_buf_bytes(&name)) : NULL);
	set_text(json, "description", st_said(statement, "public_note"));
	stet_json_set(json, "object", reference(st_str(record->names[0].name)));
	if (fact->statement.type == ST_TYPE_ARTIFACT) {
		snprintf(content, sizeof(content), "#content-%" PRIu64, fact->seq);
		stet_json_set(json, "result", node(content, NULL));
	} else if (st_said_doi_name(stet_json_get(statement, "notice"), "doi", &notice)) {
		stet_json_set(json, "result", reference(st_buf_bytes(&notice)));
	}
	st_hex(record->signers[fact->signer].kid, 32, id + 5);
	memcpy(id, "#key-", 5);
	agent = node(id, NULL);
	stet_json_set(json, "agent", agent);
	st_time_text_ms(fact->ms, time);
	stet_json_set(json, "endTime", stet_json_str(time));
	stet_json_set(json, "identifier", stet_json_hex((stet_bytes){fact->leaf, 32}));
	if (notice.rc < 0)
		trail->out.rc = STET_ENOMEM;
	st_buf_free(&name);
	st_buf_free(&notice);
	return put_node(trail, 0, &json, err);
}

static int
put_facts(struct st_trail *trail, const struct st_standing *record, stet_error *err)
{
	const stet_json *statement;
	size_t i;
	int rc;

	for (i = 0; i < record->fact_count; i++) {
		if ((statement = st_fact_json(record, i)) == NULL || st_json_rc(statement) < 0)
			return st_fail_nomem(err);
		if ((rc = put_agent(trail, record, &record->facts[i], err)) < 0 ||
		    (rc = put_action(trail, record, i, statement, err)) < 0)
			return rc;
		if (record->facts[i].statement.type == ST_TYPE_ARTIFACT &&
		    (rc = put_content(trail, record, &record->facts[i], statement, err)) < 0)
			return rc;
	}
	return st_json_rc(trail->seen) < 0 ? st_fail_nomem(err) : STET_OK;
}

int
st_crate_record(
    struct st_trail *trail, unsigned pass, const struct st_standing *record, stet_error *err)
{
	stet_json *about;
	int rc;

	if (pass == 0) {
		about = reference(st_str(record->names[0].name));
		if ((rc = st_out_text(trail, trail->told > 0 ? ",\n" : "\n", err)) == STET_OK)
			return st_out_json(trail, &about, err);
		stet_json_free(about);
		return rc;
	}
	if ((rc = put_record(trail, record, err)) < 0 || (rc = put_facts(trail, record, err)) < 0)
		return rc;
	return record->rc < 0 ? st_fail_nomem(err) : STET_OK;
}

int
st_crate_end(struct st_trail *trail, stet_error *err)
{
	return st_out_text(trail, "\n]}\n", err);
}
