#ifndef STET_VERIFY_H
#define STET_VERIFY_H
/**
 * Verification: does what is stored bear out what it claims?
 *
 * Full verification reads only the entries and recomputes everything else:
 * canonical bytes, sequence, prev, prior, times, signatures, roles at that
 * index, admission rules, the tree and the root and index of every seal, every
 * stored checkpoint, artifacts, and every derived table.  Each diagnosis has a
 * stable code (stet_rule_name) and names the first entry concerned.
 */
#include <stet/ledger.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_verify_options {
	int version;
	unsigned flags;       /* STET_VERIFY_* */
	unsigned threads;     /* 0: all cores  */
	size_t max_diagnoses; /* 0: 100; the count goes on */
	stet_bytes since; /* a checkpoint note trusted already: signatures before its size are not
			     verified again; data NULL: none */
} stet_verify_options;
#define STET_VERIFY_OPTIONS                    \
	{                                      \
		STET_OPTIONS_VERSION, 0, 0, 0, \
		{                              \
			NULL, 0                \
		}                              \
	}
#define STET_VERIFY_HASH_ONLY 1    /* chains, tree, seals, tables; no signature is verified */
#define STET_VERIFY_NO_ARTIFACTS 2 /* artifact contents are not read again                   */
#define STET_VERIFY_NO_MEMORY 4    /* not held against what was read before (<stet/memory.h>) */

typedef struct stet_report stet_report;

typedef struct stet_diagnosis {
	int rule;     /* stet_rule_name() gives the code            */
	uint64_t seq; /* the first entry concerned, or STET_NO_SEQ  */
	const char *text;
} stet_diagnosis;

/**
 * Verify a whole ledger.
 *
 * ledger      open, for reading at least; others may append meanwhile
 * options     NULL: the usual; options->since: a checkpoint note, verbatim
 * progress    may be NULL; called with "entries", then "rows" and "artifacts"; its non-zero answer
 *             stops the call
 * report_out  set on STET_OK only; the caller ends it with stet_report_free()
 *
 * Returns STET_OK when the report is there, whatever it says; STET_EINVAL for other options, or
 * with rule `stopped`; STET_EFORMAT when options->since is no checkpoint; STET_EIO, STET_EFULL,
 * STET_ENOMEM: could not find out. Signatures are verified of the entries there were when it began;
 * a checkpoint that does not belong to the ledger is a diagnosis. Memory does not grow with the
 * ledger beyond the map; temporary files go to the scratch folder of the ledger's options.
 */
STET_API int stet_verify_ledger(stet_ledger *ledger, const stet_verify_options *options,
    stet_progress *progress, void *ctx, stet_report **report_out, stet_error *err);
/**
 * Verify what the ledger says about one record: for each entry of its closure whether its bytes,
 * signature, grant and prior link hold, and which seal and checkpoint cover it. Reads the record's
 * entries, their signers' and log n of the tree.
 *
 * report_out  {"v", "id", "ok", "names": [...], "size", "root", "entries": [{"seq", "name", "type",
 *             "appended", "signed_at", "kid", "issuer", "label", "bytes", "signature", "signer",
 * "prior", "included": true / false / null (could not find out), "granted": seq or null, "roles",
 *             "scope", "seal": seq or null, "text": what is wrong}]}; stet_json_free()
 *
 * Returns STET_OK whatever the report says; STET_ENOTFOUND, STET_EIO, STET_ENOMEM.
 */
STET_API int stet_verify_record(
    stet_ledger *ledger, const stet_id *id, stet_at at, stet_json **report_out, stet_error *err);
/** 1 if nothing was found, else 0. */
STET_API int stet_report_ok(const stet_report *report);
STET_API size_t stet_report_count(
    const stet_report *report); /* diagnoses found, also beyond the limit */
STET_API const stet_diagnosis *stet_report_get(
    const stet_report *report, size_t index); /* or NULL */
/** {"v", "ok", "entries", "signatures", "seals", "artifacts", "unknown", "size", "root", "index",
 *  "diagnoses": [{"code", "seq", "text"}], "count"}; borrowed. unknown: entries of types that this
 * stet does not know; size, root and index are of the last seal, up to which everything was
 * verified. */
STET_API const stet_json *stet_report_json(const stet_report *report);
STET_API void stet_report_free(stet_report *report);
/**
 * The `audit` statement that a replay has earned: size, root and index of the report, and SHA-512
 * over the bytes of these entries. They are read once more for it, and their root is recomputed on
 * the way, so that what is hashed is what was verified.
 *
 * report         of stet_verify_ledger() without flags and without options->since
 * tool           who checked, with its version
 * statement_out  not signed yet; stet_statement_free()
 *
 * Returns STET_OK, STET_EINVAL when the report found something or the replay left something out,
 * STET_EMISMATCH when the entries are others now, STET_EIO, STET_ENOMEM.
 */
STET_API int stet_verify_attest(stet_ledger *ledger, const stet_report *report, const char *tool,
    stet_statement **statement_out, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
