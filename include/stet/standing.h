#ifndef STET_STANDING_H
#define STET_STANDING_H
/**
 * Standing: what the entries about a record add up to, as of a moment.
 *
 * Each question is answered three times, from three sets of entries: declared
 * (what is said), derived (what follows from what is said), supported (what
 * signed evidence here carries).  An input that is not known makes the answer
 * unknown.  A standing is a copy: it lives on when the ledger is closed.  One
 * thread at a time per standing.
 *
 * Source: docs/design.md, "Standing".
 */
#include <stet/history.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct stet_standing stet_standing;

/** A contradiction between two known values, or something declared without support. */
typedef struct stet_finding {
	const char *code; /* stet_rule_find() has the catalogue row          */
	int gap;          /* 1: declared and not supported; 0: a finding     */
	uint64_t first;   /* the entries concerned; second may be STET_NO_SEQ */
	uint64_t second;
	const char *text; /* one line, with both values; lives as long as the standing */
} stet_finding;

/**
 * Fold the history of id as of a moment.
 *
 * Returns STET_OK; STET_ENOTFOUND if no entry is about it; STET_EREFUSED with
 * rule id-ambiguous, as stet_history_open(); STET_EIO, STET_EFORMAT,
 * STET_ENOMEM. Reads the record's entries, those of its signers' keys and of
 * stet:ledger, each with log n more in a larger ledger. The caller ends
 * *standing_out with stet_standing_free().
 */
STET_API int stet_standing_of(stet_ledger *ledger, const stet_id *id, stet_at at,
    stet_standing **standing_out, stet_error *err);
/**
 * The same for many ids of one moment and one snapshot: what their records share is read once. One
 * thread at a time; a snapshot that is held for long keeps a ledger that is written to from using
 * room again. The caller ends *standings_out with stet_standings_close(), before the ledger.
 */
typedef struct stet_standings stet_standings;
STET_API int stet_standings_open(
    stet_ledger *ledger, stet_at at, stet_standings **standings_out, stet_error *err);
/** As stet_standing_of(). */
STET_API int stet_standings_read(
    stet_standings *standings, const stet_id *id, stet_standing **standing_out, stet_error *err);
STET_API void stet_standings_close(stet_standings *standings);
/** Findings first, then gaps; *findings_out lives as long as the standing. */
STET_API size_t stet_standing_findings(
    const stet_standing *standing, const stet_finding **findings_out);
/**
 * The whole as JSON; borrowed. NULL with err STET_ENOMEM.
 *
 * {"v": 1, "id", "ledger", "origin", "profile",
 *  "as_of": {"size", "seq", "appended", "seal", "sealed_at"},    seq: newest entry about it;
 *                                                  seal: newest seal before the moment, or absent
 *  "complete": false if an entry is of a type this stet does not know,
 *  "names": [{"name", "count", "observed"}],
 *  "title": {"value", "seq"},
 *  "opened_by_publisher": bool,
 *  "contract_state": "CURRENT" | "CORRECTED" | "SUPERSEDED" | null, "correction_count",
 *  "conditions": [{"condition", "nature", "seq", "name", "open", "ended_by", "pending", "endorsed",
 *      "wanted", "contested_by", "distrusted", "said_by": {"issuer", "label", "kid"},
 *      "source": {...}, "occurred", "published", "notice": {...}, "note", "appended"}],
 *                                                  in the order they opened; absent: not stated
 *  "rows": [{"code", "title", "detail",
 *      "declared" | "derived" | "supported": {"known": "yes" | "no" | "unknown", "value", "least",
 *          "label", "why", "entries": [seq]},
 *      "rungs": [{"level", "code", "label",
 *          "declared" | "derived" | "supported": {"answer": "yes" | "no" | "unknown", "why",
 *          "entries": [seq]}}]}],
 *  "findings": [{"code", "text", "first", "second"}], "gaps": [same],
 *  "entries": [{"seq", "name", "type", "appended", "said_by", "source", "supports", "distrusted",
 *      "pending", "annulled_by", "contested_by", "ended_by", "endorsed", "wanted"}]}
 */
STET_API const stet_json *stet_standing_json(stet_standing *standing, stet_error *err);
/** The member "conditions" of it alone, for less; borrowed. NULL with err STET_ENOMEM. */
STET_API const stet_json *stet_standing_conditions(stet_standing *standing, stet_error *err);
STET_API void stet_standing_free(stet_standing *standing);

/** What an audit met: a record with its findings and gaps, or one verdict of a group. */
typedef struct stet_audit_item {
	const char *name; /* of the record, as it was opened */
	/* A record: as stet_standing_findings(); code is NULL. Records without any come too. */
	const stet_finding *findings;
	size_t count;
	/* A member of a group of records that contradict each other. */
	const char *code;     /* "opposite-verdicts" */
	uint64_t group;       /* counted from 1; its members follow each other */
	uint64_t seq;         /* of the verdict */
	const char *value;    /* what they share: the number, as this verdict prints it */
	const char *status;   /* what this verdict says; the verified ones come first */
	const char *expected; /* NULL: not stated */
} stet_audit_item;
typedef int stet_audit_visit(void *ctx, const stet_audit_item *item, stet_error *err);

/**
 * Look at every record as of a moment, each once, in the order they were opened; then for verdicts
 * of different records, or of one, that contradict each other.
 *
 * visit     its non-zero answer stops the audit and is returned; what item points to lives until it
 *           returns
 * progress  may be NULL; told of "entries" and "verdicts"
 *
 * Returns STET_OK; STET_EINVAL with rule stopped; STET_EIO, STET_EFORMAT, STET_ENOMEM. One pass
 * over the entries and one over a look-up; memory does not grow with the ledger.
 */
STET_API int stet_audit(stet_ledger *ledger, stet_at at, stet_audit_visit *visit, void *ctx,
    stet_progress *progress, void *progress_ctx, stet_error *err);

#ifdef __cplusplus
}
#endif
#endif
