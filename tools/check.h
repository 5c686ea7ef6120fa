#ifndef CHECK_H
#define CHECK_H
/* `stet check`: evidence judged with no ledger present.
 *
 * A kind of evidence is one file check_KIND.c with one row, and its name in the table of
 * cmd_check.c. The row says how it is told apart, judges it with the library, and adds its own
 * lines to the page. What all kinds share stands in cmd_check.c: the options, reading the file, the
 * age, the page around it, --json and the exit status. */
#include "env.h"

struct check {
	struct env env;
	/* What is asked. */
	const char *path;   /* FILE, '-', or a folder */
	const char *id;     /* ID, or NULL            */
	const char *entry;  /* --entry FILE, or NULL  */
	const char **after; /* --after BAG, in order  */
	size_t after_count;
	int is_folder;
	int is_package;   /* STET_PACKAGE_BAG ...: read by the library, not into bytes; or 0 */
	stet_bytes bytes; /* of the file; empty for a folder */
	const stet_trust *trust; /* NULL: no key is known */
	const stet_tsa *tsa;     /* NULL: no time-stamping authority is known */
	/* What came out: the report of the library (include/stet/checkpoint.h says what every
	 * report has), to which a kind may add members of its own. */
	stet_json *report;
	/* The checkpoint in the evidence, which cosigners may have signed: set by judge, and
	 * borrowed for as long as bytes or report live; data NULL: it has none. */
	stet_bytes note;
	uint8_t *note_file; /* that it is a view of, where it is a file of its own: free() */
	int absent;         /* what was asked for is not in the ledger, if this is verified */
	int signers_told;   /* judge has said what is wanting of the signers: no key would help */
	char *recomputed; /* "A, B": auditors of the reader's who signed it, for verdict; or NULL */
};

struct check_kind {
	const char *name; /* report's "kind"                             */
	const char *what; /* "a checkpoint": for help and messages       */
	int takes_entry;  /* --entry FILE: what it is of, where it does not hold that itself */
	int takes_after;  /* --after BAG: what came before it */
	int takes_id;     /* ID asks for one record of it; else ID is a wrong line */
	int unsigned_too; /* what nobody signs (no "known" in its report) is judged all the same */
	/* 1 if this is, or means to be, such evidence. Looks at the first bytes, or at the names in
	 * the folder; whether it is in order is for judge to say. */
	int (*detect)(const struct check *check);
	/* Judges it. STET_OK with check->report set, whatever is known of the signers;
	 * STET_EFORMAT, STET_EMISMATCH, STET_EREFUSED, STET_EVERSION: refuted, err says why;
	 * anything else: could not find out. */
	int (*judge)(struct check *check, stet_error *err);
	/* Its own lines of the page, after origin, size and root; or NULL. */
	void (*page)(const struct check *check);
	/* What it says, after all rows and before the verdict; or NULL. Told also where it is not
	 * believed: the verdict comes last. */
	void (*body)(const struct check *check);
	/* What is verified, to follow "verified: "; NULL: "signed by the ledger key". free(). */
	char *(*verdict)(const struct check *check);
};

extern const struct check_kind check_package, check_ocfl;
extern const struct check_kind check_checkpoint, check_proof, check_evidence, check_tlog_proof,
    check_receipt, check_transparent, check_tiles;

/* A row of the page: "  label      text", wrapped; text is foreign. */
void check_row(const char *label, const char *text);
/* What packages of any kind have: a report by their standard, rows for what was found. */
int check_package_judge(struct check *check, stet_error *err);
void check_package_found(const stet_json *report);
/* Whether what is there for readers was held against the entries. */
int check_package_compared(const stet_json *report);
/* The file of --entry. *data_out: free(), not NULL also where it is empty. STET_EIO, STET_ENOMEM.
 */
int check_read_entry(
    const struct check *check, uint8_t **data_out, size_t *size_out, stet_error *err);

#endif
