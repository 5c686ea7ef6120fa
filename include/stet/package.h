#ifndef STET_PACKAGE_H
#define STET_PACKAGE_H
/**
 * Packages: audit trails as archives take them, checked without stet.
 *
 * A bag (BagIt 1.0, RFC 8493) holds entries, keys, checkpoint, artifacts and the
 * same history in the formats that others read, and a program that verifies it
 * with Python alone.  The same state of a ledger gives the same bytes: nothing in
 * a bag is of the moment it was made in.  One thread at a time per call.
 */
#include <stet/checkpoint.h>
#include <stet/exchange.h>
#include <stet/timestamp.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Manifests beside that of SHA-512. */
#define STET_BAG_MD5 1
#define STET_BAG_SHA1 2
#define STET_BAG_SHA256 4

/** What goes into a bag. Start from STET_BAG_OPTIONS. */
typedef struct stet_bag_options {
	int version;
	unsigned also;             /* STET_BAG_MD5 ...                      */
	const stet_id *const *ids; /* id_count named records; 0: the whole  */
	size_t id_count;
	stet_bytes since; /* a checkpoint of the ledger: only what came after; empty: everything */
	stet_progress *progress;
	void *progress_ctx;
} stet_bag_options;
#define STET_BAG_OPTIONS                                                \
	{                                                               \
		STET_OPTIONS_VERSION, 0, NULL, 0, {NULL, 0}, NULL, NULL \
	}

/** What a bag came to hold. */
typedef struct stet_bag_result {
	stet_head head;            /* of the checkpoint in it                               */
	uint64_t files, bytes;     /* payload                                               */
	uint64_t artifacts;        /* contents packed                                       */
	uint64_t blinded, missing; /* left out: personal data; named by entries and not held */
	uint64_t records;          /* named ones; 0: it is of the whole ledger              */
	uint64_t since;            /* its first entry; 0: it is no increment                */
} stet_bag_result;

/**
 * Write a whole ledger as a bag, or named records of it, as of its newest checkpoint.
 *
 * path  a folder that must not exist or be empty; or, by the end of its name, an archive: .tar,
 *       .tar.zst, .zip
 *
 * It has a temporary name until all of it is on the disk. Content that is blinded stays out of it:
 * it is personal data, and what was copied elsewhere cannot be erased. Returns STET_OK;
 * STET_EREFUSED with rule output-taken; STET_ENOTFOUND if the ledger has no checkpoint; STET_EFULL,
 * STET_EIO, STET_EFORMAT, STET_ENOMEM; STET_EINVAL with rule `stopped`. Memory does not grow with
 * the ledger.
 *
 * An increment (options->since) holds the entries after that checkpoint, the checkpoint, and the
 * consistency proof from it to the newest; of contents, those first named since. Memory does not
 * grow. STET_EMISMATCH if the checkpoint is not one of these entries; STET_EREFUSED with
 * bag-nothing-new.
 *
 * A bag of named records holds for each a completeness proof, a report and its standing, and the
 * entries that the proofs show: those about the records' names, the keys that signed them and the
 * ledger. Whichever of its names a record is asked for by, the bag is the same. STET_ENOTFOUND with
 * not-in-ledger, STET_EREFUSED with id-ambiguous, and what stet_proof_make() answers. Memory grows
 * with these entries.
 */
STET_API int stet_export_bag(stet_ledger *ledger, const char *path, const stet_bag_options *options,
    stet_bag_result *result_out, stet_error *err);

/** What is added to an OCFL storage root. Start from STET_OCFL_OPTIONS. */
typedef struct stet_ocfl_options {
	int version;
	const stet_id *const *ids; /* id_count named records; 0: all of them */
	size_t id_count;
	/* Told of what the caller should know of a record's object, at a path below the root: that
	 * it was left alone (rules ocfl-object, ocfl-newer, artifact-altered), that withheld
	 * content lies there in an earlier version (ocfl-withheld). May be NULL. */
	void (*tell)(void *ctx, const char *name, const char *path, const stet_error *what);
	void *tell_ctx;
	stet_progress *progress;
	void *progress_ctx;
} stet_ocfl_options;
#define STET_OCFL_OPTIONS                                             \
	{                                                             \
		STET_OPTIONS_VERSION, NULL, 0, NULL, NULL, NULL, NULL \
	}

/** What came of it. */
typedef struct stet_ocfl_result {
	stet_head head;            /* when it began                                          */
	uint64_t objects;          /* looked at: records                                     */
	uint64_t added;            /* that are new                                           */
	uint64_t versions;         /* new ones, the first of new objects among them          */
	uint64_t refused;          /* left alone, each told of                               */
	uint64_t mended;           /* versions that a killed run had left unlisted           */
	uint64_t files, bytes;     /* of the new versions, what they share with others too   */
	uint64_t artifacts;        /* contents in the new versions                           */
	uint64_t blinded, missing; /* left out: personal data; named by entries and not held */
	uint64_t withheld;         /* contents that lie in earlier versions, each told of    */
} stet_ocfl_result;

/**
 * Add records to an OCFL 1.1 storage root, one object each, as of the newest checkpoint.
 *
 * root  a folder that does not exist or is empty: a root is made; or an OCFL 1.1 root of layout
 *       0003-hash-and-id-n-tuple, whoever made it
 *
 * The object of a record has the id `https://ORIGIN#NAME`, with the name that the record is told of
 * under.  A version holds its completeness proof and what is made from that: the entries about it
 * verbatim (entries.cborseq) and to read, where it stands, report.html, the formats of
 * stet_export_records(), and the contents held here that are neither blinded nor withheld. It gets
 * a version more when entries, standing or contents are others than in its newest one; else nothing
 * is written.  Earlier versions are never touched: content withheld later stays in them, and is
 * told of.
 *
 * Before a version is added the object is judged whole by OCFL; one that is not, or is another
 * ledger's, is left alone, told of and counted, and the others go on.  Each version appears whole,
 * in batches with one sync of the file system each; stopped or killed, the same call goes on.
 *
 * Returns STET_OK, also where objects were left alone; STET_EREFUSED with output-taken or ocfl-root
 * (nothing was written), id-ambiguous; STET_ENOTFOUND if one of the records is not there;
 * STET_ELOCKED if another process writes into the root; STET_EFULL, STET_EIO, STET_EFORMAT,
 * STET_ENOMEM; STET_EINVAL with rule `stopped`. *result_out is set either way. Memory is for one
 * record. Each record costs the reading of its entries and of its newest inventory; a version, the
 * verification of the proof and the files.
 */
STET_API int stet_export_ocfl(stet_ledger *ledger, const char *root,
    const stet_ocfl_options *options, stet_ocfl_result *result_out, stet_error *err);

/** How a package is judged. Start from STET_PACKAGE_OPTIONS. */
typedef struct stet_package_options {
	int version;
	const stet_trust *trust; /* the keys the reader knows; NULL: none */
	const char
	    *scratch_dir; /* where a ledger in it is put together; NULL: it is not looked at */
	/* Of an increment, what came before it: a bag of the whole ledger and the increments since,
	 * in order; or one file with a checkpoint. after_count 0: nothing is known of that. */
	const char *const *after;
	size_t after_count;
	stet_progress *progress;
	void *progress_ctx;
	const stet_tsa *tsa; /* whose time-stamps the reader believes; NULL: nobody's */
} stet_package_options;
#define STET_PACKAGE_OPTIONS                                                \
	{                                                                   \
		STET_OPTIONS_VERSION, NULL, NULL, NULL, 0, NULL, NULL, NULL \
	}

/**
 * Judge a package by the standard it follows: a bag, in a folder or an archive; an OCFL object or
 * storage root, as a folder.
 *
 * report_out  {"v", "kind": "bag", "standard": "BagIt 1.0", "ok": true / false / null (could not
 *             find out), "files", "bytes", "problems": [{"code", "path"?, "text"}],
 *             "problem_count", "warnings": [...], "warning_count", "info": [[label, value]],
 *             "content": "whole ledger", "named records", or null if it is not by stet}; of
 *             problems and warnings the first hundred. Of these also what stet_checkpoint_check()
 * tells of the checkpoint in it: "origin", "size", "root", "as_of", "known", "signed_by",
 *             "unknown_signers"; where there are any "timestamps", too, what
 *             stet_ledger_timestamps() lists. stet_json_free()
 *
 *             Of OCFL ("kind": "ocfl", "standard": "OCFL 1.1"): "is" ("object", "root"),
 *             "objects", "versions", and the codes are those of its standard: "E092" is at
 *             https://ocfl.io/1.1/spec/#E092, "W004" a warning. Where objects are records that
 *             stet_export_ocfl() wrote, also "content": "named records", "record_count", "records"
 *             (the first hundred names), and of what is told of the checkpoint in a bag that which
 *             is the same for all of them; "known" if the proofs of all versions are by known keys.
 *
 * In a bag that is whole, a whole ledger is verified as by stet_ledger_restore_bag(), named records
 * by their proofs ("records": their names), an increment ("since": its first entry) together with
 * what came before; what is wrong there is among the problems. Of records in OCFL objects every
 * version is made again from its proof, in a folder below scratch_dir. Of an increment alone it can
 * be said that it holds the entries between two checkpoints, and "ok" is null. Returns STET_OK
 * whatever the report says; STET_EFORMAT with package-kind or package-unreadable; STET_ENOTFOUND,
 * STET_EIO, STET_EFULL, STET_ENOMEM, STET_EINVAL with rule `stopped`. Memory grows with the number
 * of files, in a storage root with those of one object. Nothing from an archive is put on the disk
 * by its name there, and no link is followed.
 */
STET_API int stet_package_check(
    const char *path, const stet_package_options *options, stet_json **report_out, stet_error *err);
/** What path may be: one of these for a folder with the names of one, or (a bag) a file that begins
 *  as an archive does; else 0. */
#define STET_PACKAGE_BAG 1
#define STET_PACKAGE_OCFL 2
STET_API int stet_package_like(const char *path);

/**
 * Make a ledger from a bag that holds a whole one: every entry goes through every rule again, every
 * artifact is compared with its digest, and the checkpoint in the bag must be one of these entries.
 *
 * path        the new folder
 * bag         the bag, a folder or an archive
 * ledger_key  to go on appending; may be NULL: then the ledger can only be read
 *
 * As stet_ledger_restore(); STET_EMISMATCH with the rule of the first problem if the bag is not
 * whole, STET_EREFUSED with package-partial if it is of some records only.
 */
STET_API int stet_ledger_restore_bag(const char *path, const stet_ledger_options *options,
    const char *bag, const stet_key *ledger_key, stet_progress *progress, void *progress_ctx,
    stet_error *err);

/** The same from a bag that holds a whole ledger and increments of it, in order: each has to go on
 * where the one before ends; STET_EMISMATCH with bag-not-joined. */
STET_API int stet_ledger_restore_bags(const char *path, const stet_ledger_options *options,
    const char *const *bags, size_t count, const stet_key *ledger_key, stet_progress *progress,
    void *progress_ctx, stet_error *err);

/** The checkpoint in a bag of a ledger, as it stands there and not verified; *note_out: free().
 * STET_ENOTFOUND, STET_EFORMAT with package-kind, STET_EIO, STET_ENOMEM. */
STET_API int stet_package_checkpoint(
    const char *path, char **note_out, size_t *size_out, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
