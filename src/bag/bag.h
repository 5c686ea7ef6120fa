#ifndef ST_BAG_BAG_H
#define ST_BAG_BAG_H
/* Bags of ledgers: what is put into a package, where, and what of it is read again.
 *
 *   write.c       the frame: members, manifests, bag-info.txt
 *   payload.c     what goes into data/, in this order
 *   artifacts.c   the contents that entries name
 *   verify_txt.c  VERIFY.txt, for a reader who has never heard of stet
 *   check.c       judging a package of anybody's
 *   restore.c     a ledger from a bag
 *   verify.py     put into every bag: checks it with Python's standard library */
#include <stet/package.h>

#include "ledger/internal.h"
#include "package/package.h"

/* Pages, schemas and programs, by their names in data/. Ended by a row without a name. */
struct st_bag_file {
	const char *name;
	stet_bytes content;
};
extern const struct st_bag_file st_bag_files[];

#define ST_BAG_ENTRIES "data/ledger/entries.cborseq"
#define ST_BAG_ENTRIES_JSON "data/ledger/entries.jsonl"
#define ST_BAG_KEYS "data/ledger/keys.json"
#define ST_BAG_CHECKPOINT "data/ledger/checkpoint.txt"
#define ST_BAG_ARTIFACTS "data/artifacts/"
/* The label of bag-info.txt that says what stet put into a bag, and its values. */
#define ST_BAG_AGENT "stet " STET_VERSION
#define ST_BAG_CONTENT_LABEL "Stet-Content"
#define ST_BAG_WHOLE "whole ledger"

struct st_bagging {
	stet_ledger *ledger;
	const stet_bag_options *options;
	struct st_pack *pack;
	unsigned hashes;                /* bits of enum st_hash: a manifest for each */
	FILE *manifests[ST_HASH_COUNT]; /* lines of the payload */
	FILE *tagmanifests[ST_HASH_COUNT];
	struct st_buf note; /* the checkpoint */
	struct st_checkpoint checkpoint;
	uint64_t ms;     /* of the seal it is of: the date of everything */
	char *vkey;      /* the ledger key in force */
	stet_json *open; /* entry 0 as JSON: organisation, contact */
	stet_bag_result result;
};

/* --- write.c: members; names begin with data/ if they are payload --- */
int st_bag_begin(struct st_bagging *bagging, const char *name, uint64_t size, stet_error *err);
int st_bag_end(struct st_bagging *bagging, stet_error *err);
int st_bag_put(struct st_bagging *bagging, const char *name, stet_bytes content, stet_error *err);
/* A text of entry 0, such as "organisation"; data NULL if it says none. */
stet_bytes st_bag_opening(const struct st_bagging *bagging, const char *member);
/* "2026-07-03" of the moment that the bag is of. */
void st_bag_date(const struct st_bagging *bagging, char out[11]);

/* The lines of the payload manifest that a bag of this ledger has, appended; nothing is written but
 * what waits in the folder `scratch`. */
int st_bag_lines(stet_ledger *ledger, const char *scratch, stet_progress *progress,
    void *progress_ctx, struct st_buf *out, stet_error *err);

int st_bag_payload(struct st_bagging *bagging, stet_error *err);    /* payload.c */
int st_bag_artifacts(struct st_bagging *bagging, stet_error *err);  /* artifacts.c */
int st_bag_verify_txt(struct st_bagging *bagging, stet_error *err); /* verify_txt.c */

/* --- compare.c --- */
/* What a bag's manifest of SHA-512 lists otherwise than ours, as problems. */
int st_bag_compare(struct st_found *found, stet_bytes ours, stet_bytes theirs, stet_error *err);

/* --- restore.c --- */
/* The ledger in a bag that was judged already, made at path. */
int st_bag_restore(struct st_unpack *tree, const char *path, const stet_ledger_options *options,
    const stet_key *ledger_key, stet_progress *progress, void *progress_ctx, stet_error *err);

#endif
