#ifndef ST_SITE_RECORD_H
#define ST_SITE_RECORD_H
/* A record as pages need it: its standing and its entries, of one moment. */
#include <stet/history.h>

#include "site/site.h"

struct st_site_record {
	stet_ledger *ledger;
	stet_at at;
	const char *name; /* as it was opened */
	stet_id *id;
	stet_standing *standing;
	const stet_json *standing_json;
	stet_entry **entries; /* copies */
	const stet_json **json;
	size_t count;
};
/* Clear it whatever comes of it. */
int st_site_record_read(struct st_site_record *record, stet_ledger *ledger, const char *name,
    stet_at at, stet_error *err);
void st_site_record_clear(struct st_site_record *record);

/* What all pages of a run have in common. */
struct st_site_with {
	const char *vkey; /* of the ledger key */
	int trust;        /* what a page that is there says of its own content can be believed */
	int proofs;       /* there is one beside each page */
};
/* Its page, standing and proof, and pages at its other names and for each of its files. */
int st_site_record_put(struct st_site_record *record, struct st_folder *folder,
    const struct st_site_with *with, stet_error *err);

/* The page at the place of a name that leads to its record, unless that is told of under it. */
int st_site_put_alias(
    stet_ledger *ledger, const char *name, stet_at at, struct st_folder *folder, stet_error *err);

#endif
