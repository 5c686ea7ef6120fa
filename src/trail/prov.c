/* PROV-JSON, and the mapping that both notations of PROV are written from.
 *
 * A document has one bundle a record.  In a bundle the record, its other names, notices, artifacts
 * and the signed statements are entities; signing one is an activity of the key that signed; a
 * correction and a verdict are activities of their own, by whoever decided, that the signing was
 * informed by.  What a correction makes of the record is an entity too, its status: that is what a
 * reinstatement or a lifting invalidates.
 *
 * The record itself is never invalidated: PROV puts every use of an entity before its
 * invalidation, so that a correction after a retraction, or a reinstatement, would make the
 * document contradict itself (PROV-CONSTRAINTS, usage-precedes-invalidation). */
#include "trail/prov.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "json/json.h"

const struct st_prov_row st_prov_rows[ST_PROV_KIND_COUNT] = {
    [ST_PROV_ENTITY] = {"entity", {NULL}, 0},
    [ST_PROV_ACTIVITY] = {"activity", {"startTime", "endTime", NULL}, 0},
    [ST_PROV_AGENT] = {"agent", {NULL}, 0},
    [ST_PROV_GENERATED] = {"wasGeneratedBy", {"entity", "activity", "time", NULL}, 0},
    [ST_PROV_USED] = {"used", {"activity", "entity", "time", NULL}, 0},
    [ST_PROV_INFORMED] = {"wasInformedBy", {"informed", "informant", NULL}, 0},
    [ST_PROV_INVALIDATED] = {"wasInvalidatedBy", {"entity", "activity", "time", NULL}, 0},
    [ST_PROV_DERIVED] = {"wasDerivedFrom",
	{"generatedEntity", "usedEntity", "activity", "generation", "usage", NULL}, 0},
    [ST_PROV_ATTRIBUTED] = {"wasAttributedTo", {"entity", "agent", NULL}, 0},
    [ST_PROV_ASSOCIATED] = {"wasAssociatedWith", {"activity", "agent", "plan", NULL}, 0},
    [ST_PROV_SPECIALIZED] = {"specializationOf", {"specificEntity", "generalEntity", NULL}, 1},
    [ST_PROV_ALTERNATE] = {"alternateOf", {"alternate1", "alternate2", NULL}, 1},
    [ST_PROV_MEMBER] = {"hadMember", {"collection", "entity", NULL}, 1},
};

/* --- building --------------------------------------------------------------------------------- */

#define ID_SIZE 64

static stet_json *
kind_of(struct st_prov *prov, enum st_prov_kind kind)
{
	if (prov->kinds[kind] == NULL)
		prov->kinds[kind] = stet_json_object();
	if (prov->kinds[kind] == NULL)
		stet_json_set(prov->prefix, "", NULL); /* remembered there: no memory */
	return prov->kinds[kind];
}

/* An element, unless there is one of this id; takes attributes over. */
static void
put(struct st_prov *prov, enum st_prov_kind kind, const char *id, stet_json *attributes)
{
	stet_json *all = kind_of(prov, kind);

	if (all == NULL || stet_json_get(all, id) != NULL)
		stet_json_free(attributes);
	else
		stet_json_set(all, id, attributes);
}

/* A relation between two, with one member more (NULL: none), which it takes over: once it is given
 * to the document nobody may touch it, since giving may fail and release it. */
static void
relate_with(struct st_prov *prov, enum st_prov_kind kind, const char *first, const char *second,
    const char *more, stet_json *value)
{
	stet_json *all = kind_of(prov, kind), *relation = stet_json_object();
	char id[ID_SIZE], member[40];

	snprintf(member, sizeof(member), "prov:%s", st_prov_rows[kind].arguments[0]);
	stet_json_set(relation, member, stet_json_str(first));
	snprintf(member, sizeof(member), "prov:%s", st_prov_rows[kind].arguments[1]);
	stet_json_set(relation, member, stet_json_str(second));
	if (more != NULL)
		stet_json_set(relation, more, value);
	snprintf(id, sizeof(id), "_:r%u", ++prov->blank);
	if (all != NULL)
		stet_json_set(all, id, relation);
	else
		stet_json_free(relation);
}

static void
relate(struct st_prov *prov, enum st_prov_kind kind, const char *first, const char *second)
{
	relate_with(prov, kind, first, second, NULL, NULL);
}

static stet_json *
name_value(const char *name)
{
	stet_json *value = stet_json_object();

	stet_json_set(value, "$", stet_json_str(name));
	stet_json_set(value, "type", stet_json_str("prov:QUALIFIED_NAME"));
	return value;
}

static void
set_type(stet_json *attributes, const char *name)
{
	stet_json_set(attributes, "prov:type", name_value(name));
}

static stet_json *
typed(const char *type, const char *label)
{
	stet_json *attributes = stet_json_object();

	set_type(attributes, type);
	if (label != NULL && label[0] != '\0')
		stet_json_set(attributes, "prov:label", stet_json_str(label));
	return attributes;
}

/* A member of a statement as an attribute of ours; nothing where it is not stated. */
static void
carry(stet_json *attributes, const char *as, const stet_json *from, const char *member)
{
	stet_bytes text = st_said(from, member);

	if (text.data != NULL && text.size > 0)
		stet_json_set(attributes, as, stet_json_string(text));
}

/* The prefix that stands for a scheme: itself, unless it is one that is spoken for, or has a '+',
 * which is no character of a prefix in PROV-N. */
static void
put_prefix(struct st_buf *out, stet_bytes scheme)
{
	static const char *const taken[] = {"e", "st", "prov", "xsd", "xsi"};
	int other = memchr(scheme.data, '+', scheme.size) != NULL ||
		    (scheme.size > 2 && memcmp(scheme.data, "n-", 2) == 0);
	size_t i;

	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		other = other || st_bytes_equal(scheme, st_str(taken[i]));
	if (other)
		st_buf_put_str(out, "n-");
	for (i = 0; i < scheme.size; i++)
		if (scheme.data[i] == '+')
			st_buf_put_str(out, "-plus-");
		else
			st_buf_put_u8(out, scheme.data[i]);
}

/* A name is a URI, and PROV wants names in two parts: the scheme is the prefix. NULL: no memory. */
static char *
id_of_name(struct st_prov *prov, stet_bytes name)
{
	const uint8_t *colon = memchr(name.data, ':', name.size);
	size_t scheme = colon != NULL ? (size_t)(colon - name.data) : 0;
	stet_bytes space = {name.data, scheme + 1};
	struct st_buf id = {0};

	put_prefix(&id, (stet_bytes){name.data, scheme});
	st_buf_put_u8(&id, '\0');
	if (id.rc == STET_OK && stet_json_get(prov->prefix, (char *)id.data) == NULL)
		stet_json_set(prov->prefix, (char *)id.data, stet_json_string(space));
	if (id.rc == STET_OK)
		id.data[id.size - 1] = ':';
	st_buf_put(&id, name.data + scheme + 1, name.size - scheme - 1);
	st_buf_put_u8(&id, '\0');
	if (id.rc < 0) {
		stet_json_set(prov->prefix, "", NULL); /* remembered there: no memory */
		st_buf_free(&id);
	}
	return (char *)id.data;
}

/* "e:correction/12" */
static void
id_of_entry(const char *kind, const struct st_fact *fact, char out[ID_SIZE])
{
	snprintf(out, ID_SIZE, "e:%s/%" PRIu64, kind, fact->seq);
}

static int
begin(const struct st_trail *trail, struct st_prov *prov, stet_error *err)
{
	struct st_buf space = {0};

	memset(prov, 0, sizeof(*prov));
	if ((prov->prefix = stet_json_object()) == NULL)
		return st_fail_nomem(err);
	stet_json_set(prov->prefix, "st", stet_json_str(ST_PROV_TERMS));
	st_buf_printf(&space, "%s/", trail->ledger->id);
	stet_json_set(
	    prov->prefix, "e", space.rc == STET_OK ? stet_json_string(st_buf_bytes(&space)) : NULL);
	st_buf_free(&space);
	return STET_OK;
}

void
st_prov_free(struct st_prov *prov)
{
	size_t i;

	stet_json_free(prov->prefix);
	for (i = 0; i < ST_PROV_KIND_COUNT; i++)
		stet_json_free(prov->kinds[i]);
	memset(prov, 0, sizeof(*prov));
}

/* Whether memory was short anywhere. */
static int
finish(struct st_prov *prov, stet_error *err)
{
	size_t i;

	if (st_json_rc(prov->prefix) < 0)
		return st_fail_nomem(err);
	for (i = 0; i < ST_PROV_KIND_COUNT; i++)
		if (prov->kinds[i] != NULL && st_json_rc(prov->kinds[i]) < 0)
			return st_fail_nomem(err);
	return STET_OK;
}

/* --- one record ------------------------------------------------------------------------------- */

struct making {
	struct st_prov prov;
	const struct st_standing *record;
	char *paper; /* its id */
};

/* The key that signed: an agent, with whose name it speaks in. */
static char *
put_signer(struct making *making, const struct st_fact *fact)
{
	const struct st_signer *signer = &making->record->signers[fact->signer];
	char *id = malloc(sizeof("e:key/") + 64);
	stet_json *attributes;

	if (id == NULL) {
		stet_json_set(making->prov.prefix, "", NULL);
		return NULL;
	}
	memcpy(id, "e:key/", 6);
	st_hex(signer->kid, sizeof(signer->kid), id + 6);
	attributes = typed("prov:SoftwareAgent", signer->label);
	st_json_set_text(attributes, "st:issuer", fact->statement.sign1.claims.iss);
	put(&making->prov, ST_PROV_AGENT, id, attributes);
	return id;
}

/* What became of the statement here. */
static void
set_marks(stet_json *attributes, const struct st_standing *record, const struct st_fact *fact)
{
	if (fact->annulled_by != ST_NO_FACT)
		stet_json_set(attributes, "st:annulledBy",
		    stet_json_int((int64_t)record->facts[fact->annulled_by].seq));
	if (fact->contested_by != ST_NO_FACT)
		stet_json_set(attributes, "st:contestedBy",
		    stet_json_int((int64_t)record->facts[fact->contested_by].seq));
	if (fact->endorsed < fact->wanted)
		stet_json_set(attributes, "st:pending", stet_json_bool(1));
	if (fact->distrusted)
		stet_json_set(attributes, "st:distrusted", stet_json_bool(1));
}

/* The signed statement, and the act of signing it. */
static void
put_entry(struct making *making, const struct st_fact *fact, const stet_json *statement)
{
	stet_json *attributes = typed("st:Entry", NULL);
	char entry[ID_SIZE], act[ID_SIZE], time[ST_TIME_SIZE];
	char *signer = put_signer(making, fact);

	id_of_entry("entry", fact, entry);
	id_of_entry("signing", fact, act);
	st_time_text_ms(fact->ms, time);
	st_json_set_text(attributes, "st:type", fact->statement.type_name);
	stet_json_set(
	    attributes, "st:about", stet_json_str(making->record->names[fact->name].name));
	st_json_set_hex(attributes, "st:leaf", fact->leaf, sizeof(fact->leaf));
	if (fact->observed)
		st_json_set_text(attributes, "st:observationOf", fact->statement.source_name);
	set_marks(attributes, making->record, fact);
	put(&making->prov, ST_PROV_ENTITY, entry, attributes);

	attributes = typed("st:Signing", NULL);
	carry(attributes, "st:signedAt", statement, "signed_at");
	put(&making->prov, ST_PROV_ACTIVITY, act, attributes);
	relate_with(&making->prov, ST_PROV_GENERATED, entry, act, "prov:time", stet_json_str(time));
	if (signer != NULL) {
		relate(&making->prov, ST_PROV_ASSOCIATED, act, signer);
		relate(&making->prov, ST_PROV_ATTRIBUTED, entry, signer);
	}
	free(signer);
}

/* Who acted: those who decided, where it is stated; else the source that states it; else whose key
 * signed. */
static void
put_actors(struct making *making, const struct st_fact *fact, const stet_json *statement,
    const char *activity)
{
	const stet_json *deciders = stet_json_get(statement, "decided_by"), *decider;
	stet_json *attributes;
	char id[ID_SIZE + 8], *signer;
	size_t i;

	for (i = 0; i < stet_json_size(deciders); i++) {
		decider = stet_json_item(deciders, i);
		snprintf(id, sizeof(id), "e:decider/%" PRIu64 "/%zu", fact->seq, i + 1);
		attributes = typed("prov:Organization", NULL);
		carry(attributes, "prov:label", decider, "name");
		carry(attributes, "st:capacity", decider, "kind");
		put(&making->prov, ST_PROV_AGENT, id, attributes);
		relate(&making->prov, ST_PROV_ASSOCIATED, activity, id);
	}
	if (i > 0)
		return;
	if (fact->observed) {
		stet_bytes name = fact->statement.source_name;

		snprintf(id, sizeof(id), "e:source/%.*s", name.size < 48 ? (int)name.size : 48,
		    (const char *)name.data);
		attributes = typed("prov:Organization", NULL);
		st_json_set_text(attributes, "prov:label", name);
		put(&making->prov, ST_PROV_AGENT, id, attributes);
		relate(&making->prov, ST_PROV_ASSOCIATED, activity, id);
	} else if ((signer = put_signer(making, fact)) != NULL) {
		relate(&making->prov, ST_PROV_ASSOCIATED, activity, signer);
		free(signer);
	}
}

/* What was done, of which the statement tells. */
static void
put_event(struct making *making, const struct st_fact *fact, const stet_json *statement,
    const char *kind, stet_json *attributes, char event[ID_SIZE])
{
	char act[ID_SIZE];

	id_of_entry(kind, fact, event);
	id_of_entry("signing", fact, act);
	carry(attributes, "st:occurred", statement, "occurred");
	put(&making->prov, ST_PROV_ACTIVITY, event, attributes);
	relate(&making->prov, ST_PROV_USED, event, making->paper);
	relate(&making->prov, ST_PROV_INFORMED, act, event);
	put_actors(making, fact, statement, event);
}

static void
revision(struct making *making, const char *newer, const char *older)
{
	if (strcmp(newer, older) != 0) /* nothing is derived from itself */
		relate_with(&making->prov, ST_PROV_DERIVED, newer, older, "prov:type",
		    name_value("prov:Revision"));
}

/* An entity by its name, declared; NULL where nothing is stated. */
static char *
put_other(struct making *making, struct st_buf *name, int stated, const char *type)
{
	char *id = NULL;

	if (name->rc < 0)
		stet_json_set(making->prov.prefix, "", NULL);
	else if (stated && (id = id_of_name(&making->prov, st_buf_bytes(name))) != NULL)
		put(&making->prov, ST_PROV_ENTITY, id, typed(type, NULL));
	st_buf_free(name);
	return id;
}

static char *
put_doi(struct making *making, const stet_json *from, const char *member, const char *type)
{
	struct st_buf name = {0};
	int stated = st_said_doi_name(from, member, &name);

	return put_other(making, &name, stated, type);
}

static void
put_correction(struct making *making, const struct st_fact *fact, const stet_json *statement)
{
	const stet_json *notice_of = stet_json_get(statement, "notice");
	stet_json *attributes = typed("st:Correction", fact->nature->label);
	struct st_buf name = {0};
	char event[ID_SIZE], *notice, *replacement;
	int stated;

	stet_json_set(attributes, "st:nature", stet_json_str(fact->nature->name));
	carry(attributes, "st:note", statement, "public_note");
	carry(attributes, "st:sourceTerm", stet_json_get(statement, "source"), "term");
	carry(attributes, "st:noticeKind", notice_of, "kind");
	carry(attributes, "st:noticePublished", notice_of, "published");
	put_event(making, fact, statement, "correction", attributes, event);

	/* A notice in the record's own place is no entity of its own. */
	notice = put_doi(making, notice_of, "doi", "st:Notice");
	if (notice != NULL && strcmp(notice, making->paper) != 0)
		relate(&making->prov, ST_PROV_GENERATED, notice, event);
	free(notice);
	stated = st_said_name(statement, "replacement", &name);
	replacement = put_other(making, &name, stated, "st:Record");
	if (replacement != NULL)
		revision(making, replacement, making->paper);
	free(replacement);
}

static void
put_verdict(struct making *making, const struct st_fact *fact, const stet_json *statement)
{
	stet_json *attributes = typed("st:Verdict", NULL);
	const stet_json *artifacts = stet_json_get(statement, "artifacts");
	stet_bytes digest;
	char event[ID_SIZE], artifact[ID_SIZE + 16];
	size_t i;

	carry(attributes, "st:gate", statement, "gate");
	carry(attributes, "st:status", statement, "status");
	carry(attributes, "st:contract", statement, "contract");
	carry(attributes, "st:evaluatedAt", statement, "evaluated_at");
	put_event(making, fact, statement, "verdict", attributes, event);
	for (i = 0; i < stet_json_size(artifacts); i++) {
		digest = stet_json_string_of(stet_json_item(artifacts, i));
		snprintf(artifact, sizeof(artifact), "e:content/%.*s",
		    digest.size < 64 ? (int)digest.size : 64, (const char *)digest.data);
		put(&making->prov, ST_PROV_ENTITY, artifact, typed("st:Artifact", NULL));
		relate(&making->prov, ST_PROV_USED, event, artifact);
	}
}

static void
put_artifact(struct making *making, const struct st_fact *fact, const stet_json *statement)
{
	stet_bytes digest = st_said(statement, "sha256");
	stet_json *attributes = typed("st:Artifact", NULL);
	char id[ID_SIZE + 16];

	if (digest.data == NULL)
		digest = st_said(statement, "blinded");
	snprintf(id, sizeof(id), "e:content/%.*s", digest.size < 64 ? (int)digest.size : 64,
	    digest.data != NULL ? (const char *)digest.data : "");
	carry(attributes, "prov:label", statement, "name");
	carry(attributes, "st:role", statement, "role");
	carry(attributes, "st:mediaType", statement, "media_type");
	carry(attributes, "st:sha256", statement, "sha256");
	carry(attributes, "st:blinded", statement, "blinded");
	stet_json_set(attributes, "st:size", stet_json_copy(stet_json_get(statement, "size")));
	if (fact->held == ST_HELD_WITHHELD)
		stet_json_set(attributes, "st:withheld", stet_json_bool(1));
	put(&making->prov, ST_PROV_ENTITY, id, attributes);
	relate(&making->prov, ST_PROV_MEMBER, making->paper, id);
}

/* What registries say of versions, in their words; others are left out. */
static void
put_relation(struct making *making, const char *doi, const char *other, stet_bytes type)
{
	if (strcmp(doi, other) == 0)
		return;
	if (st_bytes_equal(type, st_str("IsNewVersionOf")) ||
	    st_bytes_equal(type, st_str("Obsoletes")))
		revision(making, doi, other);
	else if (st_bytes_equal(type, st_str("IsPreviousVersionOf")) ||
		 st_bytes_equal(type, st_str("IsObsoletedBy")))
		revision(making, other, doi);
	else if (st_bytes_equal(type, st_str("IsVersionOf")))
		relate(&making->prov, ST_PROV_SPECIALIZED, doi, other);
	else if (st_bytes_equal(type, st_str("HasVersion")))
		relate(&making->prov, ST_PROV_SPECIALIZED, other, doi);
}

static void
put_registration(struct making *making, const stet_json *statement)
{
	const stet_json *relations = stet_json_get(statement, "relations"), *item;
	char *doi = put_doi(making, statement, "doi", "st:Record"), *other;
	size_t i;

	if (doi == NULL)
		return;
	if ((other = put_doi(making, statement, "concept_doi", "st:Record")) != NULL)
		put_relation(making, doi, other, st_str("IsVersionOf"));
	free(other);
	for (i = 0; i < stet_json_size(relations); i++) {
		item = stet_json_item(relations, i);
		if ((other = put_doi(making, item, "doi", "st:Record")) != NULL)
			put_relation(making, doi, other, st_said(item, "type"));
		free(other);
	}
	free(doi);
}

/* What a correction makes of the record: this is what a later one ends. */
static void
put_condition(struct making *making, const struct st_standing_condition *condition)
{
	const struct st_fact *fact = &making->record->facts[condition->fact], *ender;
	stet_json *attributes = typed("st:Status", st_condition_name(condition->kind));
	char id[ID_SIZE], event[ID_SIZE];

	id_of_entry("status", fact, id);
	id_of_entry("correction", fact, event);
	if (condition->pending)
		stet_json_set(attributes, "st:pending", stet_json_bool(1));
	put(&making->prov, ST_PROV_ENTITY, id, attributes);
	relate(&making->prov, ST_PROV_GENERATED, id, event);
	if (condition->ended_by == ST_NO_FACT)
		return;
	ender = &making->record->facts[condition->ended_by];
	/* Ended also by an annulment, and by a source that states it again. */
	id_of_entry(ender->nature != NULL ? "correction" : "signing", ender, event);
	relate(&making->prov, ST_PROV_INVALIDATED, id, event);
}

static void
put_names(struct making *making)
{
	const struct st_names *name;
	char *id;
	size_t i;

	for (i = 1; i < making->record->name_count; i++) {
		name = &making->record->names[i];
		if ((id = id_of_name(&making->prov, st_str(name->name))) == NULL)
			continue;
		put(&making->prov, ST_PROV_ENTITY, id, typed("st:Record", NULL));
		/* What only observers link may be something else. */
		if (!name->loose)
			relate(&making->prov, ST_PROV_ALTERNATE, id, making->paper);
		free(id);
	}
}

static int
put_fact(struct making *making, size_t place)
{
	const struct st_fact *fact = &making->record->facts[place];
	const stet_json *statement = st_fact_json(making->record, place);

	if (statement == NULL || st_json_rc(statement) < 0)
		return STET_ENOMEM;
	put_entry(making, fact, statement);
	switch (fact->statement.type) {
	case ST_TYPE_CORRECTION:
		put_correction(making, fact, statement);
		break;
	case ST_TYPE_VERDICT:
		put_verdict(making, fact, statement);
		break;
	case ST_TYPE_ARTIFACT:
		put_artifact(making, fact, statement);
		break;
	case ST_TYPE_DOI:
		put_registration(making, statement);
		break;
	default:
		break;
	}
	return STET_OK;
}

static void
put_paper(struct making *making)
{
	stet_json *attributes = typed("st:Record", NULL), *title;
	size_t fact;

	if ((title = st_effective(making->record, "/record/title", ST_DECLARED, &fact)) != NULL) {
		if (stet_json_kind_of(title) == STET_JSON_STRING)
			stet_json_set(attributes, "prov:label", title);
		else
			stet_json_free(title);
	}
	if (making->record->contract_state != NULL)
		stet_json_set(attributes, "st:correctionState",
		    stet_json_str(making->record->contract_state));
	put(&making->prov, ST_PROV_ENTITY, making->paper, attributes);
}

int
st_prov_of(const struct st_trail *trail, const struct st_standing *record, struct st_prov *prov_out,
    stet_error *err)
{
	struct making making = {{0}, record, NULL};
	size_t i;
	int rc;

	if ((rc = begin(trail, &making.prov, err)) < 0)
		return rc;
	if ((making.paper = id_of_name(&making.prov, st_str(record->names[0].name))) == NULL) {
		rc = st_fail_nomem(err);
		goto done;
	}
	put_paper(&making);
	put_names(&making);
	for (i = 0; i < record->fact_count; i++)
		if ((rc = put_fact(&making, i)) < 0) {
			st_fail_nomem(err);
			goto done;
		}
	for (i = 0; i < record->condition_count; i++)
		put_condition(&making, &record->conditions[i]);
	rc = record->rc < 0 ? st_fail_nomem(err) : finish(&making.prov, err);
done:
	free(making.paper);
	if (rc < 0)
		st_prov_free(&making.prov);
	else
		*prov_out = making.prov;
	return rc;
}

/* --- the document ----------------------------------------------------------------------------- */

void
st_prov_bundle_name(const struct st_standing *record, char out[40])
{
	snprintf(out, 40, "e:record/%" PRIu64, record->facts[0].seq);
}

stet_json *
st_prov_bundle_entity(const struct st_standing *record)
{
	return typed("prov:Bundle", record->names[0].name);
}

int
st_prov_document(const struct st_trail *trail, struct st_prov *prov_out, stet_error *err)
{
	struct st_prov prov;
	stet_json *attributes;
	char id[ID_SIZE], act[ID_SIZE];
	int rc;

	if ((rc = begin(trail, &prov, err)) < 0)
		return rc;
	snprintf(id, sizeof(id), "e:export/%" PRIu64, trail->size);
	snprintf(act, sizeof(act), "e:mapping/%" PRIu64, trail->size);
	attributes = typed("st:Export", NULL);
	stet_json_set(attributes, "st:entries", stet_json_int((int64_t)trail->size));
	stet_json_set(attributes, "st:asOf", stet_json_str(trail->as_of));
	stet_json_set(attributes, "st:loss", stet_json_str(trail->format->loss));
	put(&prov, ST_PROV_ENTITY, id, attributes);
	put(&prov, ST_PROV_ACTIVITY, act, typed("st:Mapping", NULL));
	put(&prov, ST_PROV_AGENT, "e:ledger", typed("prov:SoftwareAgent", trail->ledger->origin));
	relate_with(&prov, ST_PROV_GENERATED, id, act, "prov:time", stet_json_str(trail->as_of));
	relate(&prov, ST_PROV_ASSOCIATED, act, "e:ledger");
	if ((rc = finish(&prov, err)) < 0)
		st_prov_free(&prov);
	else
		*prov_out = prov;
	return rc;
}

/* --- PROV-JSON ----------------------------------------------------------------------------------
 * Passes over the records: 0 the bundles as entities, 1 whose they are, 2 what is in them. */

static int
put_kind(struct st_trail *trail, struct st_prov *prov, enum st_prov_kind kind, stet_error *err)
{
	if (prov->kinds[kind] == NULL)
		return STET_OK;
	return st_out_member(trail, 0, st_prov_rows[kind].name, &prov->kinds[kind], err);
}

static int
begin_entities(struct st_trail *trail, struct st_prov *prov, stet_error *err)
{
	stet_json *export;
	char id[ID_SIZE];
	int rc;

	snprintf(id, sizeof(id), "e:export/%" PRIu64, trail->size);
	export = stet_json_copy(stet_json_get(prov->kinds[ST_PROV_ENTITY], id));
	if ((rc = st_out_text(trail, "{", err)) < 0 ||
	    (rc = st_out_member(trail, 1, "prefix", &prov->prefix, err)) < 0 ||
	    (rc = put_kind(trail, prov, ST_PROV_ACTIVITY, err)) < 0 ||
	    (rc = put_kind(trail, prov, ST_PROV_AGENT, err)) < 0 ||
	    (rc = put_kind(trail, prov, ST_PROV_GENERATED, err)) < 0 ||
	    (rc = put_kind(trail, prov, ST_PROV_ASSOCIATED, err)) < 0 ||
	    (rc = st_out_text(trail, ",\n\"entity\":{", err)) < 0) {
		stet_json_free(export);
		return rc;
	}
	return st_out_member(trail, 1, id, &export, err);
}

int
st_prov_begin(struct st_trail *trail, unsigned pass, stet_error *err)
{
	struct st_prov prov;
	int rc;

	if (pass == 1)
		return st_out_text(trail, "},\n\"wasAttributedTo\":{", err);
	if (pass == 2)
		return st_out_text(trail, "},\n\"bundle\":{", err);
	if ((rc = st_prov_document(trail, &prov, err)) < 0)
		return rc;
	rc = begin_entities(trail, &prov, err);
	st_prov_free(&prov);
	return rc;
}

static int
put_attribution(struct st_trail *trail, const char *bundle, stet_error *err)
{
	stet_json *relation = stet_json_object();
	char id[40];

	stet_json_set(relation, "prov:entity", stet_json_str(bundle));
	stet_json_set(relation, "prov:agent", stet_json_str("e:ledger"));
	snprintf(id, sizeof(id), "_:b%" PRIu64, trail->told + 1);
	return st_out_member(trail, trail->told == 0, id, &relation, err);
}

static int
put_bundle(
    struct st_trail *trail, const char *name, const struct st_standing *record, stet_error *err)
{
	struct st_prov prov;
	stet_json *bundle;
	size_t i;
	int rc;

	if ((rc = st_prov_of(trail, record, &prov, err)) < 0)
		return rc;
	if ((bundle = stet_json_object()) == NULL) {
		st_prov_free(&prov);
		return st_fail_nomem(err);
	}
	stet_json_set(bundle, "prefix", prov.prefix);
	prov.prefix = NULL;
	for (i = 0; i < ST_PROV_KIND_COUNT; i++)
		if (prov.kinds[i] != NULL) {
			stet_json_set(bundle, st_prov_rows[i].name, prov.kinds[i]);
			prov.kinds[i] = NULL;
		}
	return st_out_member(trail, trail->told == 0, name, &bundle, err);
}

int
st_prov_record(
    struct st_trail *trail, unsigned pass, const struct st_standing *record, stet_error *err)
{
	stet_json *entity;
	char name[40];

	st_prov_bundle_name(record, name);
	if (pass == 1)
		return put_attribution(trail, name, err);
	if (pass == 2)
		return put_bundle(trail, name, record, err);
	entity = st_prov_bundle_entity(record);
	return st_out_member(trail, 0, name, &entity, err);
}

int
st_prov_end(struct st_trail *trail, stet_error *err)
{
	return st_out_text(trail, "}\n}\n", err);
}
