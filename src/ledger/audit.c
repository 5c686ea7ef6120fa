/* Audits: what every record says, held against itself and against the others. */
#include <stet/standing.h>

#include <stdlib.h>
#include <string.h>

#include "admission/lookup.h"
#include "base/err.h"
#include "ledger/internal.h"
#include "record/record.h"
#include "standing/standing.h"

struct audit {
	stet_ledger *ledger;
	uint64_t size;
	stet_audit_visit *visit;
	void *ctx;
	stet_progress *progress;
	void *progress_ctx;
	uint64_t groups;
};

#define TOLD_EVERY 64

static int
tell(struct audit *audit, const char *what, uint64_t done, uint64_t total, stet_error *err)
{
	if (done % TOLD_EVERY != 0 || audit->progress == NULL ||
	    audit->progress(audit->progress_ctx, what, done, total) == 0)
		return STET_OK;
	return st_fail(err, STET_EINVAL, ST_STOPPED, "stopped");
}

/* The standing of a name, in a snapshot of its own: an audit may take hours, and one that old would
 * make the database grow. */
static int
read_standing(
    struct audit *audit, stet_bytes name, struct st_standing **standing_out, stet_error *err)
{
	struct st_reader *reader = NULL;
	struct st_books books;
	int rc;

	if ((rc = st_ledger_reader(audit->ledger, &reader, err)) < 0)
		return rc;
	books = (struct st_books){reader, reader};
	rc = st_ledger_standing(audit->ledger, &books, name, audit->size, standing_out, err);
	st_reader_close(reader);
	return rc;
}

/* --- records ------------------------------------------------------------------------------------
 */

static int
visit_record(void *ctx, const struct st_standing *standing, stet_error *err)
{
	struct audit *audit = ctx;
	stet_audit_item item = {0};
	stet_finding *findings = NULL;
	int rc;

	if ((rc = st_findings_copy(standing, &findings, err)) < 0)
		return rc;
	item.name = standing->names[0].name;
	item.findings = findings;
	item.count = standing->finding_count;
	rc = audit->visit(audit->ctx, &item, err);
	free(findings);
	return rc;
}

/* --- groups -------------------------------------------------------------------------------------
 */

/* One group: the verdicts with this number. */
struct group {
	struct audit *audit;
	struct st_reader *reader;
	uint8_t what[32];
	unsigned raw;    /* which statuses occur among its rows */
	unsigned stand;  /* which among those that stand        */
	uint8_t wanted;  /* members are told of one status at a time */
	uint64_t number; /* 0: only looking whether it is one */
	stet_error *err;
};

static char *
text_of(stet_bytes payload, const char *member)
{
	stet_bytes text;

	if (st_cbor_member_text(payload, member, &text) < 0)
		return NULL;
	return strndup((const char *)text.data, text.size);
}

static int
visit_member(struct group *group, const struct st_standing *standing, size_t at)
{
	const struct st_fact *fact = &standing->facts[at];
	stet_bytes payload = fact->statement.sign1.payload;
	stet_audit_item item = {0};
	char *value = text_of(payload, "computed"), *status = text_of(payload, "status"),
	     *expected = text_of(payload, "expected");
	int rc;

	item.name = standing->names[0].name;
	item.code = stet_rule_name(ST_OPPOSITE_VERDICTS);
	item.group = group->number;
	item.seq = fact->seq;
	item.value = value;
	item.status = status;
	item.expected = expected;
	if (value == NULL || status == NULL)
		rc = st_fail_nomem(group->err);
	else
		rc = group->audit->visit(group->audit->ctx, &item, group->err);
	free(value);
	free(status);
	free(expected);
	return rc;
}

/* A row of the group: looked at only if it can make a difference. */
static int
see_member(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	struct group *group = ctx;
	struct st_books books = {group->reader, group->reader};
	struct st_standing *standing = NULL;
	struct st_read read;
	size_t at;
	int rc;

	(void)what;
	if (seq >= group->audit->size || detail != group->wanted)
		return STET_OK;
	if ((rc = st_books_entry(&books, seq, &read, group->err)) < 0 ||
	    (rc = read_standing(
		 group->audit, read.statement.sign1.claims.sub, &standing, group->err)) < 0)
		return rc;
	for (at = 0; at < standing->fact_count && standing->facts[at].seq != seq; at++)
		;
	if (at < standing->fact_count && st_fact_stands(&standing->facts[at])) {
		group->stand |= detail;
		/* One is enough to know. */
		rc = group->number == 0 ? 1 : visit_member(group, standing, at);
	}
	st_standing_free(standing);
	return rc;
}

static int
walk_group(struct group *group, uint8_t wanted)
{
	int rc;

	group->wanted = wanted;
	rc = st_lookup_walk(group->reader, ST_LOOKUP_COMPUTED, (stet_bytes){group->what, 32}, 0,
	    see_member, group, group->err);
	return rc > 0 && group->number == 0 ? STET_OK : rc;
}

#define BOTH (ST_COMPUTED_VERIFIED | ST_COMPUTED_FALSIFIED)

/* All rows of a number were seen: tells of it if what stands is opposite. */
static int
end_group(struct group *group)
{
	int rc;

	if (group->raw != BOTH)
		return STET_OK;
	group->number = 0;
	group->stand = 0;
	if ((rc = walk_group(group, ST_COMPUTED_VERIFIED)) != STET_OK ||
	    (rc = walk_group(group, ST_COMPUTED_FALSIFIED)) != STET_OK || group->stand != BOTH)
		return rc;
	group->number = ++group->audit->groups;
	if ((rc = walk_group(group, ST_COMPUTED_VERIFIED)) == STET_OK)
		rc = walk_group(group, ST_COMPUTED_FALSIFIED);
	return rc;
}

struct grouping {
	struct group group;
	uint64_t seen;
};

static int
see_computed(void *ctx, const uint8_t *what, uint64_t seq, uint8_t detail)
{
	struct grouping *grouping = ctx;
	struct group *group = &grouping->group;
	int rc;

	if ((rc = tell(group->audit, "verdicts", grouping->seen++, 0, group->err)) < 0)
		return rc;
	if (memcmp(what, group->what, 32) != 0) {
		if ((rc = end_group(group)) != STET_OK)
			return rc;
		memcpy(group->what, what, 32);
		group->raw = 0;
	}
	if (seq < group->audit->size)
		group->raw |= detail & BOTH;
	return STET_OK;
}

static int
see_groups(struct audit *audit, stet_error *err)
{
	struct grouping grouping = {{0}, 0};
	int rc;

	grouping.group.audit = audit;
	grouping.group.err = err;
	if ((rc = st_ledger_reader(audit->ledger, &grouping.group.reader, err)) < 0)
		return rc;
	rc = st_lookup_walk(grouping.group.reader, ST_LOOKUP_COMPUTED, (stet_bytes){NULL, 0}, 0,
	    see_computed, &grouping, err);
	if (rc == STET_OK)
		rc = end_group(&grouping.group);
	st_reader_close(grouping.group.reader);
	return rc;
}

int
stet_audit(stet_ledger *ledger, stet_at at, stet_audit_visit *visit, void *ctx,
    stet_progress *progress, void *progress_ctx, stet_error *err)
{
	struct audit audit = {ledger, 0, visit, ctx, progress, progress_ctx, 0};
	int rc;

	rc = st_ledger_size_at(ledger, at, &audit.size, err);
	if (rc == STET_OK)
		rc = st_records_walk(
		    ledger, audit.size, visit_record, &audit, progress, progress_ctx, err);
	return rc == STET_OK ? see_groups(&audit, err) : rc;
}
