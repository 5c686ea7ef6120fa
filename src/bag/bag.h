#ifndef ST_BAG_BAG_H
#define ST_BAG_BAG_H
/* Bags of ledgers: what is put into a package, where, and what of it is read again.
 *
 *   write.c       the frame: members, manifests, bag-info.txt
 *   payload.c     what goes into data/, in this order
 *   artifacts.c   the contents that entries name
 *   increment.c   what comes after a checkpoint, and whether it goes on from it
 *   records.c     named records: their proofs and reports
 *   objects.c     records as objects of an OCFL storage root, one each
 *   object_check.c  what such an object says, made again from its proofs
 *   verify_txt.c  VERIFY.txt, for a reader who has never heard of stet
 *   check.c       judging a package of anybody's
 *   restore.c     a ledger from a bag
 *   verify.py     put into every bag: checks it with Python's standard library */
#include <stet/package.h>
#include <stet/proof.h>

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
#define ST_BAG_COSIGNERS "data/ledger/cosigners.txt"
#define ST_BAG_TIMESTAMPS "data/ledger/timestamps/"
#define ST_BAG_HISTORY "data/history.csv"
#define ST_BAG_ARTIFACTS "data/artifacts/"
/* Of named records: the proof of all of them, their list, and a folder for each with these. */
#define ST_BAG_PROOF "data/ledger/records.stet-proof"
#define ST_BAG_RECORD_LIST "data/records.json"
#define ST_BAG_RECORDS "data/records/"
#define ST_BAG_PROOF_FILE "record.stet-proof"
/* The label of bag-info.txt that says what stet put into a bag, and its values. */
#define ST_BAG_AGENT "stet " STET_VERSION
#define ST_BAG_CONTENT_LABEL "Stet-Content"
#define ST_BAG_WHOLE "whole ledger"
#define ST_BAG_NAMED "named records"
#define ST_BAG_INCREMENT "increment"
/* Of an increment: the checkpoint it begins at, verbatim, and the consistency proof from there. */
#define ST_BAG_SINCE "data/ledger/since.txt"
#define ST_BAG_CONSISTENCY "data/ledger/consistency.json"

/* The records that a bag is of, in the order of their names. */
struct st_bag_record {
	char *name, *folder; /* "data/records/..." */
	struct st_buf proof;
};
struct st_bag_records {
	struct st_bag_record *items;
	size_t count;
	struct st_buf all; /* the proof of all of them: what the bag is made from */
};

struct st_bagging {
	stet_ledger *ledger;                  /* of named records: what their proof shows */
	stet_ledger *shown;                   /* that one, to be closed                   */
	const struct st_bag_records *records; /* NULL: the whole ledger */
	stet_id **ids;                        /* theirs; NULL: all */
	const stet_bag_options *options;
	struct st_pack *pack;
	/* Of an object, which has what a bag has in data/ at its top, and no manifests: a member
	 * has ended; and, before content is written, 1 if it needs not be. NULL: it is a bag. */
	int (*ended)(void *ctx, const char *name, stet_error *err);
	int (*known)(void *ctx, const char *name, stet_error *err);
	void *ctx;
	unsigned hashes;                /* bits of enum st_hash: a manifest for each */
	FILE *manifests[ST_HASH_COUNT]; /* lines of the payload */
	FILE *tagmanifests[ST_HASH_COUNT];
	struct st_buf since_note; /* of an increment: where it begins; empty: it is none */
	struct st_checkpoint since;
	struct st_buf note; /* the checkpoint */
	struct st_checkpoint checkpoint;
	uint64_t ms;         /* of the seal it is of: the date of everything */
	char *vkey;          /* the ledger key in force */
	stet_json *open;     /* entry 0 as JSON: organisation, contact */
	uint64_t timestamps; /* that are in it */
	int cosigners;       /* their keys are  */
	stet_bag_result result;
};

/* --- write.c: members; names begin with data/ if they are payload --- */
int st_bag_begin(struct st_bagging *bagging, const char *name, uint64_t size, stet_error *err);
int st_bag_end(struct st_bagging *bagging, stet_error *err);
int st_bag_put(struct st_bagging *bagging, const char *name, stet_bytes content, stet_error *err);
int st_bag_put_json(
    struct st_bagging *bagging, const char *name, const stet_json *json, stet_error *err);
/* What it is of, before anything is written; since.size 0: of everything. st_bagging_end() ends it
 * either way. */
int st_bagging_begin(struct st_bagging *bagging, const struct st_bag_records *records,
    stet_bytes since, stet_error *err);
/* The same of records whose proof is at hand and gives its tables away; contents are looked for
 * below path. */
int st_bagging_of_proof(struct st_bagging *bagging, stet_proof *proof, const char *path,
    const struct st_bag_records *records, stet_error *err);
void st_bagging_end(struct st_bagging *bagging);
/* A text of entry 0, such as "organisation"; data NULL if it says none. */
stet_bytes st_bag_opening(const struct st_bagging *bagging, const char *member);
/* "2026-07-03" of the moment that the bag is of. */
void st_bag_date(const struct st_bagging *bagging, char out[11]);

/* The lines of the payload manifest that a bag of this ledger has, appended; nothing is written but
 * what waits in the folder `scratch`. */
int st_bag_lines(stet_ledger *ledger, const struct st_bag_records *records, stet_bytes since,
    const char *scratch, stet_progress *progress, void *progress_ctx, struct st_buf *out,
    stet_error *err);

int st_bag_payload(struct st_bagging *bagging, stet_error *err);    /* payload.c */
int st_bag_keys(struct st_bagging *bagging, stet_error *err);       /* of it, the keys */
int st_bag_renderings(struct st_bagging *bagging, stet_error *err); /* and the other formats */
int st_bag_artifacts(struct st_bagging *bagging, stet_error *err);  /* artifacts.c */
int st_bag_verify_txt(struct st_bagging *bagging, stet_error *err); /* verify_txt.c */

/* --- records.c: st_bag_records_clear() ends them either way --- */
/* The records that ids mean, and the proofs of them, all of one moment. */
int st_bag_records_make(stet_ledger *ledger, const stet_id *const *ids, size_t count,
    struct st_bag_records *records, stet_error *err);
/* Those of a bag: every proof verified, all of the same moment, each of the record it stands for,
 * and the entries in the bag those that they show.  STET_EMISMATCH with ST_BAG_PROOFS or the rule
 * of a proof. */
int st_bag_records_read(struct st_unpack *tree, const stet_trust *trust,
    struct st_bag_records *records, stet_proof **proof_out, stet_error *err);
int st_bag_records_put(struct st_bagging *bagging, stet_error *err);
/* One record's report.html in its folder. */
int st_bag_report(struct st_bagging *bagging, const struct st_bag_record *record, const stet_id *id,
    stet_error *err);
void st_bag_records_clear(struct st_bag_records *records);
/* Ended by NULL; NULL for records NULL. */
int st_bag_records_ids(const struct st_bag_records *records, stet_id ***ids_out, stet_error *err);
void st_bag_ids_free(stet_id **ids);

/* --- increment.c --- */
/* The bag is an increment since this checkpoint, if it is one of this ledger. */
int st_bag_since_begin(struct st_bagging *bagging, stet_bytes text, stet_error *err);
int st_bag_since_put(struct st_bagging *bagging, stet_error *err);
/* A checkpoint in a bag, parsed and not verified. STET_EMISMATCH with ST_BAG_NOT_JOINED if there is
 * none. */
int st_bag_moment(
    struct st_unpack *tree, const char *name, struct st_checkpoint *out, stet_error *err);
/* That an increment begins where what ("the bag before") ends. STET_EMISMATCH with
 * ST_BAG_NOT_JOINED. */
int st_bag_follows(
    struct st_unpack *tree, const struct st_checkpoint *before, const char *what, stet_error *err);
/* That an increment holds exactly the entries between its two checkpoints; what came before, and by
 * which right they were signed, is not looked at.  STET_EMISMATCH, STET_EFORMAT. */
int st_bag_alone(struct st_unpack *tree, struct st_checkpoint *since_out, stet_error *err);

/* The entries of a bag one by one, from number first on, as st_sequence_split() tells of them.
 * STET_EMISMATCH with ST_BAG_NOT_JOINED if there are none in it. */
int st_bag_entries(
    struct st_unpack *tree, uint64_t first, st_sequence_take *take, void *ctx, stet_error *err);

/* --- compare.c --- */
/* What a bag's manifest of SHA-512 lists otherwise than ours, as problems. */
int st_bag_compare(struct st_found *found, stet_bytes ours, stet_bytes theirs, stet_error *err);

/* --- restore.c --- */
/* The ledger in bags that were judged already, a whole one and its increments in order, made at
 * path. */
int st_bag_restore(struct st_unpack *const *trees, size_t count, const char *path,
    const stet_ledger_options *options, const stet_key *ledger_key, stet_progress *progress,
    void *progress_ctx, stet_error *err);
/* A bag of a whole ledger and its increments, opened and judged as bags, each beginning where the
 * one before ends; *end_out: the moment of the last.  st_bags_close(). */
int st_bags_open(const char *const *paths, size_t count, stet_progress *progress,
    void *progress_ctx, struct st_unpack ***trees_out, struct st_checkpoint *end_out,
    stet_error *err);
void st_bags_close(struct st_unpack **trees, size_t count);
/* Its artifacts, each under the digest it has. */
int st_bag_take_artifacts(struct st_unpack *tree, stet_ledger *ledger, stet_progress *progress,
    void *progress_ctx, stet_error *err);

#endif
