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
	unsigned flags;              /* STET_APPEND_DRY_RUN and STET_IMPORT_... below */
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
/** No copy of each item is kept as an artifact; its digest is stated all the same. */
#define STET_IMPORT_NO_COPIES 0x200

typedef struct stet_import_result {
	uint64_t rows, taken, refused; /* rows of the file                              */
	uint64_t appended, already;    /* statements                                    */
	stet_head head;                /* after the last batch; size 0: nothing written */
} stet_import_result;

/** A format that can be imported. */
typedef struct stet_format {
	const char *name, *title;
	const char *help; /* what a file of it is, and what becomes of it: a paragraph */
	unsigned flags;   /* those of STET_IMPORT_... that it takes */
} stet_format;
/** From row 0; NULL past the end. */
STET_API const stet_format *stet_import_format(size_t row);

/**
 * Import a file in one of these formats, as it is or packed by gzip. Signed by key, which needs the
 * role observer; batches of at most batch_count entries; idempotent and resumable: a second run of
 * the same file adds nothing.
 */
STET_API int stet_import(stet_ledger *ledger, const char *format, stet_source *read, void *ctx,
    const stet_key *key, const stet_transfer_options *options, stet_import_result *result_out,
    stet_error *err);
/** A format that an audit trail is written in. */
typedef struct stet_export_format {
	const char *name;       /* "premis" */
	const char *title;      /* "PREMIS 3 events" */
	const char *media_type; /* "application/xml" */
	const char *extension;  /* "premis.xml": how names of such files end */
	const char *loss;       /* what of the entries it cannot say; in what is written too */
	int of_entries;         /* 1: a row for each entry, of all types; 0: of records */
	int apart;              /* 1: a document for each record; more than one need a folder */
} stet_export_format;
/** Row by row, from 0: 1, or 0 past the end. */
STET_API int stet_export_format_of(size_t row, stet_export_format *format_out);

/** How an audit trail is written. Start from STET_EXPORT_OPTIONS. */
typedef struct stet_export_options {
	int version;
	stet_at at; /* as of this moment: later entries are not there */
	stet_progress *progress;
	void *progress_ctx;
	/** Told of each statement that the format cannot carry at all, with the record's name and
	 * the entry; may be NULL. */
	void (*left)(void *ctx, const char *name, uint64_t seq, const stet_error *why);
	void *left_ctx;
} stet_export_options;
#define STET_EXPORT_OPTIONS                                                       \
	{                                                                         \
		STET_OPTIONS_VERSION, {STET_AT_NEWEST, 0}, NULL, NULL, NULL, NULL \
	}

/**
 * Write the audit trail of records in one of the formats.
 *
 * ids, count  which records, in this order, each once whatever names it is asked for by; count 0:
 *             all records; of a format of entries, all entries, those of keys, seals and snapshots
 *             among them
 * write       gets the bytes; path is NULL, or of a format that writes documents apart the name of
 *             the document at hand when there may be several
 *
 * Deterministic: the same entries, moment and ids give the same bytes; dates are those of entries.
 * Returns STET_OK; STET_EINVAL with rule format-unknown or stopped; STET_ENOTFOUND where no entry
 * is about one of the ids; STET_EREFUSED with the rule, of an id that may be several, and where not
 * one statement of those asked for can be said in the format; STET_EIO, STET_EFORMAT, STET_ENOMEM.
 * On failure what was written is not whole. Costs a fold of each record and pass; memory grows with
 * the largest record, not with the ledger.
 */
STET_API int stet_export_records(stet_ledger *ledger, const char *format, const stet_id *const *ids,
    size_t count, const stet_export_options *options, stet_sink *write, void *ctx, stet_error *err);

/** Export entries first .. last-1 in a format of entries ("cborseq": the entries verbatim; "jsonl":
 * one JSON object a line; "csv": a table). */
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
