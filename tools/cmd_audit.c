/* stet audit: what every record says, held against itself and against the others. */
#include "line.h"
#include "out.h"
#include "stop.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_CODE = OPT_OWN, OPT_GAPS };

static const struct opt own[] = {
    {OPT_CODE, 0, "code", "CODE", "only findings, or gaps, of this code"},
    {OPT_GAPS, 0, "gaps", NULL, "also what is declared and not supported, record by record"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {own, opts_at, opts_json, opts_quiet, opts_ledger, NULL};

#define CODE_MAX 128

struct audit {
	struct env env;
	const char *code;
	int gaps;
	struct progress progress;
	struct {
		const char *code;
		int gap;
		uint64_t count;
	} counts[CODE_MAX];
	size_t code_count;
	uint64_t records, with_findings, findings, gap_count, group;
};

static void
count(struct audit *audit, const char *code, int gap)
{
	size_t i;

	for (i = 0; i < audit->code_count && strcmp(audit->counts[i].code, code) != 0; i++)
		;
	if (i == CODE_MAX)
		return;
	if (i == audit->code_count) {
		audit->counts[audit->code_count++].code = code;
		audit->counts[i].gap = gap;
	}
	audit->counts[i].count++;
	if (gap)
		audit->gap_count++;
	else
		audit->findings++;
}

/* --- records ------------------------------------------------------------------------------------
 */

static int
is_asked(const struct audit *audit, const char *code)
{
	return audit->code == NULL || strcmp(audit->code, code) == 0;
}

static int
is_shown(const struct audit *audit, const stet_finding *finding)
{
	return is_asked(audit, finding->code) && (!finding->gap || audit->gaps);
}

static char *
entries_of(const stet_finding *finding)
{
	if (finding->second != STET_NO_SEQ && finding->second != finding->first)
		return text_of(
		    " (entries %" PRIu64 " and %" PRIu64 ")", finding->first, finding->second);
	if (finding->first != STET_NO_SEQ)
		return text_of(" (entry %" PRIu64 ")", finding->first);
	return strdup("");
}

static void
put_finding(const stet_finding *finding)
{
	char *entries = entries_of(finding),
	     *text = text_of("%s%s", finding->text, entries != NULL ? entries : "");

	out_text("  ");
	out_style(finding->gap ? STYLE_YELLOW : STYLE_RED);
	out_text("%s", finding->code);
	out_style(STYLE_PLAIN);
	out_text("%s\n    ", finding->gap ? "  (gap)" : "");
	out_wrap(4, 6, text != NULL ? text : finding->text);
	free(entries);
	free(text);
}

static stet_json *
finding_json(const stet_finding *finding)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "code", stet_json_str(finding->code));
	stet_json_set(json, "text", stet_json_str(finding->text));
	if (finding->first != STET_NO_SEQ)
		stet_json_set(json, "first", stet_json_int((int64_t)finding->first));
	if (finding->second != STET_NO_SEQ)
		stet_json_set(json, "second", stet_json_int((int64_t)finding->second));
	return json;
}

static void
put_record_json(const struct audit *audit, const stet_audit_item *item)
{
	stet_json *json = stet_json_object(), *findings = stet_json_array(),
		  *gaps = stet_json_array();
	size_t i;

	for (i = 0; i < item->count; i++)
		if (is_shown(audit, &item->findings[i]))
			stet_json_add(item->findings[i].gap ? gaps : findings,
			    finding_json(&item->findings[i]));
	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "record", stet_json_str(item->name));
	stet_json_set(json, "findings", findings);
	stet_json_set(json, "gaps", gaps);
	out_json(json);
}

static void
put_record(const struct audit *audit, const stet_audit_item *item)
{
	size_t i;

	out_style(STYLE_BOLD);
	out_wrap(0, 0, item->name);
	out_style(STYLE_PLAIN);
	for (i = 0; i < item->count; i++)
		if (is_shown(audit, &item->findings[i]))
			put_finding(&item->findings[i]);
	out_text("\n");
}

static void
take_record(struct audit *audit, const stet_audit_item *item)
{
	const stet_finding *finding;
	size_t i, shown = 0, found = 0;

	audit->records++;
	for (i = 0; i < item->count; i++) {
		finding = &item->findings[i];
		if (!is_asked(audit, finding->code))
			continue;
		count(audit, finding->code, finding->gap);
		found += !finding->gap;
		shown += (size_t)is_shown(audit, finding);
	}
	audit->with_findings += found > 0;
	if (shown == 0)
		return;
	progress_end(&audit->progress);
	if (audit->env.json)
		put_record_json(audit, item);
	else
		put_record(audit, item);
}

/* --- groups -------------------------------------------------------------------------------------
 */

static void
put_member_json(const stet_audit_item *item)
{
	stet_json *json = stet_json_object();

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "code", stet_json_str(item->code));
	stet_json_set(json, "group", stet_json_int((int64_t)item->group));
	stet_json_set(json, "record", stet_json_str(item->name));
	stet_json_set(json, "entry", stet_json_int((int64_t)item->seq));
	stet_json_set(json, "status", stet_json_str(item->status));
	stet_json_set(json, "computed", stet_json_str(item->value));
	if (item->expected != NULL)
		stet_json_set(json, "expected", stet_json_str(item->expected));
	out_json(json);
}

static void
put_member(const stet_audit_item *item, int is_first)
{
	char *text = text_of("%s  %s  computed %s, expected %s (entry %" PRIu64 ")", item->status,
	    item->name, item->value, item->expected != NULL ? item->expected : "not stated",
	    item->seq);

	if (is_first) {
		out_style(STYLE_RED);
		out_text("%s", item->code);
		out_style(STYLE_PLAIN);
		out_text(", group %" PRIu64 ": the same computed number\n", item->group);
	}
	out_text("  ");
	out_wrap(2, 4, text != NULL ? text : item->name);
	free(text);
}

static void
take_member(struct audit *audit, const stet_audit_item *item)
{
	int is_first = item->group != audit->group;

	if (!is_asked(audit, item->code))
		return;
	progress_end(&audit->progress);
	if (is_first)
		count(audit, item->code, 0);
	if (audit->env.json) {
		put_member_json(item);
	} else {
		if (is_first && audit->group != 0)
			out_text("\n");
		put_member(item, is_first);
	}
	audit->group = item->group;
}

static int
take_item(void *ctx, const stet_audit_item *item, stet_error *err)
{
	struct audit *audit = ctx;

	(void)err;
	if (item->code != NULL)
		take_member(audit, item);
	else
		take_record(audit, item);
	return 0;
}

/* --- the sum ------------------------------------------------------------------------------------
 */

static void
put_sum_json(const struct audit *audit)
{
	stet_json *json = stet_json_object(), *findings = stet_json_object(),
		  *gaps = stet_json_object();
	size_t i;

	for (i = 0; i < audit->code_count; i++)
		stet_json_set(audit->counts[i].gap ? gaps : findings, audit->counts[i].code,
		    stet_json_int((int64_t)audit->counts[i].count));
	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "records", stet_json_int((int64_t)audit->records));
	stet_json_set(json, "records_with_findings", stet_json_int((int64_t)audit->with_findings));
	stet_json_set(json, "findings", stet_json_int((int64_t)audit->findings));
	stet_json_set(json, "gaps", stet_json_int((int64_t)audit->gap_count));
	stet_json_set(json, "findings_by_code", findings);
	stet_json_set(json, "gaps_by_code", gaps);
	out_json(json);
}

static void
put_counts(const struct audit *audit, int gap, const char *title, uint64_t sum)
{
	char number[32];
	size_t i;

	if (sum == 0)
		return;
	out_text("%s\n", title);
	for (i = 0; i < audit->code_count; i++)
		if (audit->counts[i].gap == gap)
			out_row(2, 30, audit->counts[i].code,
			    number_text(audit->counts[i].count, number));
}

static void
put_sum(const struct audit *audit)
{
	char records[32], with[32], findings[32], gaps[32];
	char *where = audit->with_findings > 0
			  ? text_of(", on %s of them%s", number_text(audit->with_findings, with),
				audit->group != 0 ? " and between records" : "")
			  : strdup(audit->group != 0 ? ", between records" : "");

	if (audit->group != 0)
		out_text("\n");
	out_style(STYLE_BOLD);
	out_text("%s record%s: %s finding%s%s; %s gap%s\n", number_text(audit->records, records),
	    audit->records == 1 ? "" : "s", number_text(audit->findings, findings),
	    audit->findings == 1 ? "" : "s", where != NULL ? where : "",
	    number_text(audit->gap_count, gaps), audit->gap_count == 1 ? "" : "s");
	out_style(STYLE_PLAIN);
	free(where);
	put_counts(audit, 0, "findings: values that cannot both be true", audit->findings);
	put_counts(audit, 1, "gaps: declared, not supported here", audit->gap_count);
	if (audit->findings > 0 || audit->gap_count > 0)
		out_text("'stet explain CODE' says what one means\n");
}

static int
run_audit(struct audit *audit)
{
	stet_error err;
	stet_at at;
	int rc;

	if (env_moment(&audit->env, &at) < 0)
		return EXIT_USAGE;
	stop_watch();
	progress_begin(&audit->progress, "audit", audit->env.quiet);
	rc = stet_audit(
	    audit->env.ledger, at, take_item, audit, progress_step, &audit->progress, &err);
	progress_end(&audit->progress);
	if (rc < 0) {
		if (stop_asked())
			complain("stopped before the end: there may be more");
		else
			complain_error(&err);
		return EXIT_UNSURE;
	}
	if (audit->env.json)
		put_sum_json(audit);
	else
		put_sum(audit);
	return audit->findings > 0 ? EXIT_NO : EXIT_YES;
}

static int
take(void *ctx, int id, const char *value)
{
	struct audit *audit = ctx;
	const stet_rule *rule;

	if (id == OPT_GAPS) {
		audit->gaps = 1;
		return 1;
	}
	rule = stet_rule_get(stet_rule_find(value));
	if (rule == NULL ||
	    (strcmp(rule->kind, "finding") != 0 && strcmp(rule->kind, "gap") != 0)) {
		opt_wrong(audit->env.command, "'%s' is the code of no finding and no gap", value);
		return -1;
	}
	audit->code = value;
	audit->gaps |= strcmp(rule->kind, "gap") == 0;
	return 1;
}

static int
run(const struct command *self, int argc, char **argv)
{
	struct audit audit;
	struct line line;
	int status;

	memset(&audit, 0, sizeof(audit));
	status = line_read(&line, &audit.env, self, argc, argv, 0, 0, take, &audit);
	if (status == LINE_GO && (status = env_open(&audit.env, ENV_READ)) == EXIT_YES)
		status = run_audit(&audit);
	line_end(&line, &audit.env);
	return status;
}

static const struct pair examples[] = {
    {"stet audit", "every contradiction in the ledger, then how many of each kind"},
    {"stet audit --code gate-label", "only those of one kind"},
    {"stet audit --gaps --json", "all records with findings or gaps, for a program"}, {NULL, NULL}};
static const struct pair exits[] = {{"0", "no record contradicts itself or another"},
    {"1", "there are findings"}, {"2", "the command line was wrong"},
    {"3", "could not find out: the ledger cannot be read, or it was stopped before the end"},
    {NULL, NULL}};

const struct command cmd_audit = {.name = "audit",
    .group = GROUP_READ,
    .summary = "find contradictions in all records",
    .synopsis = "[--code CODE] [--gaps] [--at SEQ|TIME] [--json]",
    .description =
	"Looks at every record once, under the name it was opened under, and prints its "
	"findings: two known values that cannot both be true, with the entries that give them. "
	"Then come verdicts of different records that rest on the same computed number and are "
	"opposite, and the sum by code. 'stet explain CODE' says what a code means.\n\n"
	"What is declared and not supported is a gap, not a contradiction. Gaps are counted; with "
	"--gaps they are printed too. They do not change the exit status.\n\n"
	"A value that is not known contradicts nothing: no finding says that what could be "
	"checked agrees, not that it is right.",
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run};
