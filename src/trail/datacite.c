/* DataCite 4.6: the metadata of a record, with what its corrections mean there.
 *
 * Where the record has an artifact of role `metadata` that is held here and is DataCite XML of
 * kernel 4, that is taken as it is; else what the entries state, and where DataCite demands what
 * nobody states, its own code for that: (:unav), the year 0000.  To both are added what DataCite
 * has words for: relations, the date of a withdrawal, and a description that says in plain words
 * which corrections there are, since DataCite has no word for a retraction or a concern. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/name.h"
#include "crypto/crypto.h"
#include "trail/xml.h"

#define X(text) ((const xmlChar *)(text))

#define SPACE "http://datacite.org/schema/kernel-4"
#define SCHEMA SPACE " https://schema.datacite.org/meta/kernel-4.6/metadata.xsd"
#define UNKNOWN "(:unav)" /* DataCite, appendix 3: value unavailable */
#define METADATA_MAX ((size_t)4 * 1024 * 1024)

struct making {
	struct st_trail *trail;
	const struct st_standing *record;
	xmlDocPtr doc;
	xmlNodePtr root;
	struct st_buf told; /* the description */
};

/* --- nodes -------------------------------------------------------------------------------------
 */

static void
no_memory(struct making *making)
{
	making->trail->out.rc = STET_ENOMEM;
}

static char *
clean(struct making *making, stet_bytes text)
{
	struct st_buf out = {0};

	st_txml_clean(&out, text);
	st_buf_put_u8(&out, '\0');
	if (out.rc < 0) {
		no_memory(making);
		st_buf_free(&out);
	}
	return (char *)out.data;
}

static xmlNodePtr
add(struct making *making, xmlNodePtr parent, const char *name, stet_bytes text)
{
	char *value = clean(making, text);
	xmlNodePtr node = value != NULL && parent != NULL
			      ? xmlNewTextChild(parent, making->root->ns, X(name),
				    value[0] != '\0' ? X(value) : NULL)
			      : NULL;

	if (node == NULL)
		no_memory(making);
	free(value);
	return node;
}

static void
set(struct making *making, xmlNodePtr node, const char *name, stet_bytes text)
{
	char *value = clean(making, text);

	if (node == NULL || value == NULL || xmlNewProp(node, X(name), X(value)) == NULL)
		no_memory(making);
	free(value);
}

/* The container of this name, made if it is not there. */
static xmlNodePtr
container(struct making *making, const char *name)
{
	xmlNodePtr node;

	for (node = making->root->children; node != NULL; node = node->next)
		if (node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0)
			return node;
	return add(making, making->root, name, st_str(""));
}

/* --- what corrections mean ---------------------------------------------------------------------
 */

/* Seen from the paper.  DataCite has no update types: the mapping loses on purpose, and says so. */
static const struct {
	const char *nature;
	const char *relation; /* of the paper to the notice, or to the replacement */
	int to_replacement, withdrawn;
} mappings[] = {{"correction", "IsPreviousVersionOf", 0, 0},
    {"corrigendum", "IsPreviousVersionOf", 0, 0}, {"erratum", "IsPreviousVersionOf", 0, 0},
    {"addendum", "IsSupplementedBy", 0, 0}, {"clarification", "IsDocumentedBy", 0, 0},
    {"retraction", NULL, 0, 1}, {"withdrawal", NULL, 0, 1},
    {"retract_and_replace", "IsObsoletedBy", 1, 1},
    {"corrected_and_republished", "IsPreviousVersionOf", 1, 0},
    {"new_version", "IsPreviousVersionOf", 1, 0}, {"new_edition", "IsPreviousVersionOf", 1, 0},
    {"supersession", "IsObsoletedBy", 1, 0}};

static void
add_relation(struct making *making, const char *type, stet_bytes name)
{
	struct st_buf doi = {0};
	int is_doi = st_name_is_doi(name);
	xmlNodePtr node;

	if (is_doi && st_name_to_doi(name, &doi, NULL) == STET_ENOMEM)
		no_memory(making);
	node = add(making, container(making, "relatedIdentifiers"), "relatedIdentifier",
	    is_doi ? st_buf_bytes(&doi) : name);
	set(making, node, "relatedIdentifierType", st_str(is_doi ? "DOI" : "URN"));
	set(making, node, "relationType", st_str(type));
	st_buf_free(&doi);
}

/* A name that DataCite has a type for: a DOI, or a URN. */
static int
can_relate(stet_bytes name)
{
	return st_name_is_doi(name) || (name.size > 4 && memcmp(name.data, "urn:", 4) == 0);
}

static const struct st_standing_condition *
condition_of(const struct st_standing *record, size_t fact)
{
	size_t i;

	for (i = 0; i < record->condition_count; i++)
		if (record->conditions[i].fact == fact)
			return &record->conditions[i];
	return NULL;
}

static void
add_withdrawn(struct making *making, const struct st_fact *fact, const stet_json *statement)
{
	stet_bytes day = st_said(statement, "occurred");
	char text[160];
	xmlNodePtr node;

	if (day.data == NULL)
		day = st_said(stet_json_get(statement, "notice"), "published");
	snprintf(text, sizeof(text), "%s, entry %" PRIu64 "%s", fact->nature->name, fact->seq,
	    fact->observed ? ", as a source states it" : "");
	node = add(
	    making, container(making, "dates"), "date", day.data != NULL ? day : st_str(UNKNOWN));
	set(making, node, "dateType", st_str("Withdrawn"));
	set(making, node, "dateInformation", st_str(text));
}

/* The entry in words: all natures are there, those too that DataCite has no word for. */
static void
tell(struct making *making, const struct st_fact *fact, const stet_json *statement,
    const struct st_standing_condition *condition)
{
	struct st_buf doi = {0};
	stet_bytes day = st_said(statement, "occurred"), note = st_said(statement, "public_note");

	st_buf_printf(&making->told, " Entry %" PRIu64 ": %s", fact->seq, fact->nature->label);
	if (day.data != NULL) {
		st_buf_put_str(&making->told, ", ");
		st_buf_put_bytes(&making->told, day);
	}
	if (st_said_doi(stet_json_get(statement, "notice"), "doi", &doi)) {
		st_buf_put_str(&making->told, ", notice ");
		st_buf_put_bytes(&making->told, st_buf_bytes(&doi));
	}
	if (fact->observed) {
		st_buf_put_str(&making->told, ", as stated by ");
		st_buf_put_bytes(&making->told, fact->statement.source_name);
	}
	if (fact->annulled_by != ST_NO_FACT)
		st_buf_put_str(&making->told, ", annulled");
	else if (!st_fact_stands(fact))
		st_buf_put_str(&making->told, ", not yet endorsed");
	else if (condition != NULL && condition->ended_by != ST_NO_FACT)
		st_buf_printf(&making->told, ", ended by entry %" PRIu64,
		    making->record->facts[condition->ended_by].seq);
	if (note.data != NULL) {
		st_buf_put_str(&making->told, ": ");
		st_buf_put_bytes(&making->told, note);
	}
	st_buf_put_str(&making->told, ".");
	if (doi.rc < 0)
		no_memory(making);
	st_buf_free(&doi);
}

static void
add_correction(struct making *making, size_t place, const stet_json *statement)
{
	const struct st_fact *fact = &making->record->facts[place];
	const struct st_standing_condition *condition = condition_of(making->record, place);
	struct st_buf name = {0};
	size_t i;
	int stated;

	tell(making, fact, statement, condition);
	if (!st_fact_stands(fact) || fact->loose ||
	    (condition != NULL && condition->ended_by != ST_NO_FACT))
		return;
	for (i = 0; i < sizeof(mappings) / sizeof(mappings[0]); i++) {
		if (strcmp(mappings[i].nature, fact->nature->name) != 0)
			continue;
		if (mappings[i].withdrawn)
			add_withdrawn(making, fact, statement);
		if (mappings[i].relation == NULL)
			continue;
		stated = mappings[i].to_replacement
			     ? st_said_name(statement, "replacement", &name)
			     : st_said_doi_name(stet_json_get(statement, "notice"), "doi", &name);
		/* Nothing is related to itself: a notice in the record's own place. */
		if (stated && can_relate(st_buf_bytes(&name)) &&
		    !st_bytes_equal(
			st_buf_bytes(&name), st_str(making->record->names[fact->name].name)))
			add_relation(making, mappings[i].relation, st_buf_bytes(&name));
	}
	if (name.rc < 0)
		no_memory(making);
	st_buf_free(&name);
}

/* The relations that a registration states, in DataCite's own words (4.6). */
static int
is_relation_type(stet_bytes type)
{
	static const char *const known[] = {"IsCitedBy", "Cites", "IsSupplementTo",
	    "IsSupplementedBy", "IsContinuedBy", "Continues", "IsDescribedBy", "Describes",
	    "HasMetadata", "IsMetadataFor", "HasVersion", "IsVersionOf", "IsNewVersionOf",
	    "IsPreviousVersionOf", "IsPartOf", "HasPart", "IsPublishedIn", "IsReferencedBy",
	    "References", "IsDocumentedBy", "Documents", "IsCompiledBy", "Compiles",
	    "IsVariantFormOf", "IsOriginalFormOf", "IsIdenticalTo", "IsReviewedBy", "Reviews",
	    "IsDerivedFrom", "IsSourceOf", "IsRequiredBy", "Requires", "IsObsoletedBy", "Obsoletes",
	    "IsCollectedBy", "Collects", "HasTranslation", "IsTranslationOf"};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (st_bytes_equal(type, st_str(known[i])))
			return 1;
	return 0;
}

static void
add_registration(struct making *making, const stet_json *statement)
{
	const stet_json *relations = stet_json_get(statement, "relations"), *item;
	struct st_buf name = {0}, own = {0};
	stet_bytes type;
	char word[64];
	size_t i;

	st_said_doi_name(statement, "doi", &own);
	if (st_said_doi_name(statement, "concept_doi", &name))
		add_relation(making, "IsVersionOf", st_buf_bytes(&name));
	for (i = 0; i < stet_json_size(relations); i++) {
		item = stet_json_item(relations, i);
		type = st_said(item, "type");
		st_buf_reset(&name);
		if (!is_relation_type(type) || !st_said_doi_name(item, "doi", &name) ||
		    st_bytes_equal(st_buf_bytes(&name), st_buf_bytes(&own)))
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)type.size, (const char *)type.data);
		add_relation(making, word, st_buf_bytes(&name));
	}
	if (name.rc < 0 || own.rc < 0)
		no_memory(making);
	st_buf_free(&name);
	st_buf_free(&own);
}

/* --- from the entries ---------------------------------------------------------------------------
 */

static stet_json *
effective(const struct making *making, const char *path)
{
	size_t fact;

	return st_effective(making->record, path, ST_DECLARED, &fact);
}

/* An element with what is stated, else with the code for what is not. */
static void
add_stated(struct making *making, xmlNodePtr parent, const char *name, const char *path)
{
	stet_json *value = effective(making, path);
	stet_bytes text = stet_json_string_of(value);

	add(making, parent, name, text.data != NULL && text.size > 0 ? text : st_str(UNKNOWN));
	stet_json_free(value);
}

static void
add_identifiers(struct making *making)
{
	const struct st_names *names = making->record->names;
	struct st_buf doi = {0};
	stet_bytes name;
	xmlNodePtr node;
	size_t i, main = SIZE_MAX;

	for (i = 0; i < making->record->name_count && main == SIZE_MAX; i++)
		if (!names[i].loose && st_name_is_doi(st_str(names[i].name)))
			main = i;
	if (main != SIZE_MAX && st_name_to_doi(st_str(names[main].name), &doi, NULL) == STET_ENOMEM)
		no_memory(making);
	node = add(making, making->root, "identifier",
	    main != SIZE_MAX ? st_buf_bytes(&doi) : st_str(UNKNOWN));
	set(making, node, "identifierType", st_str("DOI"));
	st_buf_free(&doi);
	for (i = 0; i < making->record->name_count; i++) {
		name = st_str(names[i].name);
		if (names[i].loose || i == main)
			continue;
		node = add(
		    making, container(making, "alternateIdentifiers"), "alternateIdentifier", name);
		set(making, node, "alternateIdentifierType", st_str("URI"));
	}
}

static void
add_year(struct making *making)
{
	static const char *const paths[] = {"/doi/registered", "/record/submitted", NULL};
	stet_json *value = NULL;
	stet_bytes text = {NULL, 0};
	size_t i;

	for (i = 0; paths[i] != NULL && text.size < 4; i++) {
		stet_json_free(value);
		value = effective(making, paths[i]);
		text = stet_json_string_of(value);
	}
	add(making, making->root, "publicationYear",
	    text.size >= 4 ? (stet_bytes){text.data, 4} : st_str("0000"));
	stet_json_free(value);
}

static int
from_entries(struct making *making)
{
	stet_json *submitted = effective(making, "/record/submitted");
	xmlNsPtr space;
	xmlNodePtr node;

	making->doc = xmlNewDoc(X("1.0"));
	making->root = making->doc != NULL ? xmlNewNode(NULL, X("resource")) : NULL;
	if (making->root == NULL) {
		stet_json_free(submitted);
		return STET_ENOMEM;
	}
	xmlDocSetRootElement(making->doc, making->root);
	if ((space = xmlNewNs(making->root, X(SPACE), NULL)) == NULL)
		no_memory(making);
	xmlSetNs(making->root, space);
	add_identifiers(making);
	node = add(making, container(making, "creators"), "creator", st_str(""));
	add(making, node, "creatorName", st_str(UNKNOWN));
	add_stated(making, container(making, "titles"), "title", "/record/title");
	add_stated(making, making->root, "publisher", "/record/publisher");
	add_year(making);
	node = add(making, making->root, "resourceType", st_str(UNKNOWN));
	set(making, node, "resourceTypeGeneral", st_str("Other"));
	if (stet_json_string_of(submitted).data != NULL) {
		node =
		    add(making, container(making, "dates"), "date", stet_json_string_of(submitted));
		set(making, node, "dateType", st_str("Submitted"));
	}
	stet_json_free(submitted);
	return STET_OK;
}

/* --- from the metadata artifact -----------------------------------------------------------------
 */

static int
keep(void *ctx, const char *path, stet_bytes piece, int last)
{
	struct st_buf *content = ctx;

	(void)path;
	(void)last;
	if (content->size + piece.size > METADATA_MAX)
		return STET_EFULL;
	st_buf_put_bytes(content, piece);
	return content->rc;
}

/* STET_OK with making->doc set if the content is DataCite XML of kernel 4.  No network, no
 * entities: a document with a DTD of its own is not taken. */
static int
read_xml(struct making *making, stet_bytes content)
{
	xmlDocPtr doc = xmlReadMemory((const char *)content.data, (int)content.size, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS);
	xmlNodePtr root = doc != NULL ? xmlDocGetRootElement(doc) : NULL;

	if (root == NULL || doc->intSubset != NULL || root->ns == NULL ||
	    strcmp((const char *)root->name, "resource") != 0 ||
	    strcmp((const char *)root->ns->href, SPACE) != 0) {
		xmlFreeDoc(doc);
		return STET_ENOTFOUND;
	}
	making->doc = doc;
	making->root = root;
	return STET_OK;
}

/* The newest metadata artifact that stands and is held; STET_ENOTFOUND where none can be read. */
static int
from_artifact(struct making *making, uint64_t *seq_out, stet_error *err)
{
	const struct st_standing *record = making->record;
	const stet_json *statement;
	struct st_buf content = {0};
	uint8_t digest[32];
	stet_error ignored;
	size_t i;
	int rc = STET_ENOTFOUND;

	for (i = record->fact_count; i-- > 0 && rc == STET_ENOTFOUND;) {
		const struct st_fact *fact = &record->facts[i];

		if (fact->statement.type != ST_TYPE_ARTIFACT || fact->held != ST_HELD_HERE ||
		    fact->loose || !st_fact_stands(fact))
			continue;
		if ((statement = st_fact_json(record, i)) == NULL || st_json_rc(statement) < 0) {
			rc = st_fail_nomem(err);
			break;
		}
		if (!st_bytes_equal(st_said(statement, "role"), st_str("metadata")) ||
		    st_hex_read(st_said(statement, "sha256"), digest, sizeof(digest)) < 0)
			continue;
		st_buf_reset(&content);
		rc = stet_ledger_artifact(making->trail->ledger, digest, keep, &content, &ignored);
		if (rc == STET_OK && content.rc == STET_OK)
			rc = read_xml(making, st_buf_bytes(&content));
		else if (rc == STET_ENOMEM || content.rc < 0)
			rc = st_fail_nomem(err);
		else
			rc = STET_ENOTFOUND;
		*seq_out = fact->seq;
	}
	st_buf_free(&content);
	return rc;
}

/* --- the document -------------------------------------------------------------------------------
 */

static int
add_facts(struct making *making, stet_error *err)
{
	const stet_json *statement;
	size_t i;

	for (i = 0; i < making->record->fact_count; i++) {
		const struct st_fact *fact = &making->record->facts[i];

		if (fact->nature == NULL && fact->statement.type != ST_TYPE_DOI)
			continue;
		if ((statement = st_fact_json(making->record, i)) == NULL ||
		    st_json_rc(statement) < 0)
			return st_fail_nomem(err);
		if (fact->nature != NULL)
			add_correction(making, i, statement);
		else if (st_fact_stands(fact) && !fact->loose)
			add_registration(making, statement);
	}
	return STET_OK;
}

static void
add_description(struct making *making)
{
	xmlNodePtr node;

	if (making->told.rc < 0)
		no_memory(making);
	node = add(
	    making, container(making, "descriptions"), "description", st_buf_bytes(&making->told));
	set(making, node, "descriptionType", st_str("Other"));
}

/* Where it is validated: 4.6, whatever the artifact said. */
static void
set_schema(struct making *making)
{
	xmlNsPtr xsi = xmlSearchNsByHref(
	    making->doc, making->root, X("http://www.w3.org/2001/XMLSchema-instance"));

	if (xsi == NULL)
		xsi = xmlNewNs(
		    making->root, X("http://www.w3.org/2001/XMLSchema-instance"), X("xsi"));
	if (xsi == NULL || xmlSetNsProp(making->root, xsi, X("schemaLocation"), X(SCHEMA)) == NULL)
		no_memory(making);
}

/* The file of a record where there is one for each. */
static int
set_path(struct st_trail *trail, const char *name, stet_error *err)
{
	struct st_buf path = {0};

	st_trail_stem(name, &path);
	st_buf_printf(&path, ".%s", trail->format->extension);
	st_buf_put_u8(&path, '\0');
	if (path.rc < 0) {
		st_buf_free(&path);
		return st_fail_nomem(err);
	}
	free(trail->path);
	trail->path = (char *)path.data;
	return STET_OK;
}

static int
write_out(struct making *making, stet_error *err)
{
	xmlChar *text = NULL;
	int size = 0, rc;

	if (making->trail->out.rc < 0)
		return st_fail_nomem(err);
	xmlDocDumpFormatMemoryEnc(making->doc, &text, &size, "UTF-8", 1);
	if (text == NULL)
		return st_fail_nomem(err);
	rc = st_out(making->trail, (stet_bytes){text, (size_t)size}, err);
	xmlFree(text);
	return rc == STET_OK ? st_out_end(making->trail, err) : rc;
}

int
st_datacite_record(
    struct st_trail *trail, unsigned pass, const struct st_standing *record, stet_error *err)
{
	struct making making = {.trail = trail, .record = record};
	uint64_t seq = 0;
	int rc;

	(void)pass;
	if (!trail->alone && (rc = set_path(trail, record->names[0].name, err)) < 0)
		return rc;
	if ((rc = from_artifact(&making, &seq, err)) == STET_ENOTFOUND) {
		st_buf_printf(&making.told, "As of %s, %s.", trail->as_of, trail->format->loss);
		rc = from_entries(&making) < 0 ? st_fail_nomem(err) : STET_OK;
	} else if (rc == STET_OK) {
		st_buf_printf(&making.told,
		    "As of %s, the metadata of entry %" PRIu64 "; corrections %s.", trail->as_of,
		    seq, trail->format->loss);
	}
	if (rc == STET_OK && (rc = add_facts(&making, err)) == STET_OK) {
		add_description(&making);
		set_schema(&making);
		rc = record->rc < 0 ? st_fail_nomem(err) : write_out(&making, err);
	}
	xmlFreeDoc(making.doc);
	st_buf_free(&making.told);
	return rc;
}
