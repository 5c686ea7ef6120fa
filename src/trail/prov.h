#ifndef ST_TRAIL_PROV_H
#define ST_TRAIL_PROV_H
/* The history of a record as a PROV bundle: prov.c makes it, provn.c writes it in the notation for
 * people. */
#include "trail/trail.h"

/* The kinds of PROV statements, in the order of a document. */
enum st_prov_kind {
	ST_PROV_ENTITY,
	ST_PROV_ACTIVITY,
	ST_PROV_AGENT,
	ST_PROV_GENERATED,
	ST_PROV_USED,
	ST_PROV_INFORMED,
	ST_PROV_INVALIDATED,
	ST_PROV_DERIVED,
	ST_PROV_ATTRIBUTED,
	ST_PROV_ASSOCIATED,
	ST_PROV_SPECIALIZED,
	ST_PROV_ALTERNATE,
	ST_PROV_MEMBER,
	ST_PROV_KIND_COUNT
};
/* What a kind is called, and its arguments in the order of PROV-N; those not given are '-'. Names
 * of PROV-JSON without "prov:"; NULL ends them. */
struct st_prov_row {
	const char *name;
	const char *arguments[6];
	int plain; /* no id of its own and no attributes: specializationOf and the like */
};
extern const struct st_prov_row st_prov_rows[ST_PROV_KIND_COUNT];

struct st_prov {
	stet_json *prefix;                    /* prefix -> namespace */
	stet_json *kinds[ST_PROV_KIND_COUNT]; /* id -> attributes; NULL: none of this kind */
	unsigned blank;                       /* ids given to relations */
};

/* The bundle of a record; st_prov_free() ends it. */
int st_prov_of(const struct st_trail *trail, const struct st_standing *record,
    struct st_prov *prov_out, stet_error *err);
void st_prov_free(struct st_prov *prov);
/* The entity that stands for the bundle in the document, and its local name: "record/12". */
void st_prov_bundle_name(const struct st_standing *record, char out[40]);
stet_json *st_prov_bundle_entity(const struct st_standing *record);
/* What the document says of itself: prefixes, the ledger that speaks, the export with its loss. */
int st_prov_document(const struct st_trail *trail, struct st_prov *prov_out, stet_error *err);

/* One kind of a bundle, or its prefixes, in PROV-N. */
int st_provn_prefixes(
    struct st_trail *trail, const stet_json *prefix, const char *indent, stet_error *err);
int st_provn_kind(struct st_trail *trail, enum st_prov_kind kind, const stet_json *statements,
    const char *indent, stet_error *err);

#define ST_PROV_TERMS "stet:ns#" /* the namespace of our own words */

#endif
