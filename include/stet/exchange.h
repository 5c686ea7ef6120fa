#ifndef STET_EXCHANGE_H
#define STET_EXCHANGE_H
/**
 * Import and export: what a ledger takes from other formats and gives to them.
 */
#include <stet/standing.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_transfer_options {
	int version;
	uint64_t now_ms;             /* time of signing and appending */
	const char *source_name;     /* NULL: the format's own        */
	const char *url, *retrieved; /* where and when the source was read, may be NULL */
	unsigned flags;              /* STET_APPEND_DRY_RUN, STET_IMPORT_WHOLE */
	size_t batch_count;          /* entries a batch at most; 0: 1,024 */
	stet_passphrase *ask;        /* for the ledger key            */
	void *ask_ctx;
	stet_progress *progress;
	void *progress_ctx;
	/** Told of each row that is not taken, with its number from 1 and why; may be NULL. */
	void (*refused)(void *ctx, uint64_t row, const stet_error *why);
	void *refused_ctx;
} stet_transfer_options;
#define STET_TRANSFER_OPTIONS                                                                  \
	{                                                                                      \
		STET_OPTIONS_VERSION, 0, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, \
		    NULL                                                                       \
	}

/** The file is all that the source states: what it no longer has is delisted. */
#define STET_IMPORT_WHOLE 0x100

typedef struct stet_import_result {
	uint64_t rows, taken, refused; /* rows of the file                              */
	uint64_t appended, already;    /* statements                                    */
	stet_head head;                /* after the last batch; size 0: nothing written */
} stet_import_result;

/**
 * Import a file in one of the formats ("records", "retraction-watch", "deltas"). Signed by key,
 * which needs the role observer; batches of at most batch_count entries; idempotent and resumable:
 * a second run of the same file adds nothing.
 */
STET_API int stet_import(stet_ledger *ledger, const char *format, stet_source *read, void *ctx,
    const stet_key *key, const stet_transfer_options *options, stet_import_result *result_out,
    stet_error *err);
/** The name of an import format, from 0; NULL past the end. *whole_out (may be NULL): whether it
 * takes STET_IMPORT_WHOLE. */
STET_API const char *stet_import_format(size_t row, int *whole_out);
/** Export entries first .. last-1 ("cborseq": the entries verbatim; "jsonl": one JSON object a
 * line). */
STET_API int stet_export(stet_ledger *ledger, const char *format, uint64_t first, uint64_t last,
    stet_progress *progress, void *progress_ctx, stet_sink *write, void *ctx, stet_error *err);

/**
 * A record's standing as of a moment in one of the publisher's own contracts:
 * "correction-record", "gate-verdict", "verification-levels", "quality-tiers",
 * "quality-dimensions". Every required member is there; what is not known, and
 * what the contract cannot say, is in its `limitations`, and `generated_from`
 * says which set of entries each member comes from.
 *
 * gate  of a gate-verdict: whose; NULL where the record has verdicts of one gate
 *
 * Returns STET_OK; STET_EINVAL for a contract not known, and where it must be
 * said which gate; else as stet_standing_of(). *contract_out: the caller's.
 */
STET_API int stet_export_contract(stet_ledger *ledger, const char *name, const stet_id *id,
    stet_at at, const char *gate, stet_json **contract_out, stet_error *err);
/** The names of the contracts, from row 0; NULL past the end. */
STET_API const char *stet_contract_name(size_t row);

#ifdef __cplusplus
}
#endif
#endif
