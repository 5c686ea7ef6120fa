/* stet verify: does what is stored bear out what it claims? */
#include "content.h"
#include "deliver.h"
#include "keys.h"
#include "known.h"
#include "line.h"
#include "out.h"
#include "remember.h"
#include "stamp.h"
#include "standing.h"
#include "stop.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTE_MAX ((size_t)1024 * 1024)

enum {
	OPT_SINCE = OPT_OWN,
	OPT_HASH_ONLY,
	OPT_NO_ARTIFACTS,
	OPT_THREADS,
	OPT_LIMIT,
	OPT_CONTENT,
	OPT_FAIL_ON,
	OPT_POLICY,
	OPT_AUDITORS,
	OPT_TSA_CA,
	OPT_ATTEST
};

struct verify {
	struct env env;
	struct known known;
	int attest;
	const char *since, *content, *fail_on;
	unsigned flags;
	unsigned long long threads, limit;
};

static int
take(void *ctx, int id, const char *value)
{
	struct verify *verify = ctx;

	switch (id) {
	case OPT_SINCE:
		verify->since = value;
		return 1;
	case OPT_CONTENT:
		verify->content = value;
		return 1;
	case OPT_FAIL_ON:
		verify->fail_on = value;
		return 1;
	case OPT_POLICY:
		return known_policy(&verify->known, value);
	case OPT_AUDITORS:
		return known_auditors(&verify->known, value);
	case OPT_TSA_CA:
		return known_tsa(&verify->known, value);
	case OPT_ATTEST:
		verify->attest = 1;
		return 1;
	case OPT_HASH_ONLY:
		verify->flags |= STET_VERIFY_HASH_ONLY;
		return 1;
	case OPT_NO_ARTIFACTS:
		verify->flags |= STET_VERIFY_NO_ARTIFACTS;
		return 1;
	case OPT_THREADS:
		return opt_number(verify->env.command, "--threads", value, 1024, &verify->threads) <
			       0
			   ? -1
			   : 1;
	case OPT_LIMIT:
		return opt_number(
			   verify->env.command, "--limit", value, UINT32_MAX, &verify->limit) < 0
			   ? -1
			   : 1;
	default:
		return -1;
	}
}

/* --- the whole ledger ----------------------------------------------------------------------- */

static void
put_diagnosis(const stet_diagnosis *diagnosis)
{
	out_style(STYLE_RED);
	out_text("%s", stet_rule_name(diagnosis->rule));
	out_style(STYLE_PLAIN);
	if (diagnosis->seq != STET_NO_SEQ)
		out_text(": entry %" PRIu64 ": ", diagnosis->seq);
	else
		out_text(": ");
	out_foreign(diagnosis->text);
	out_text("\n");
}

/* "1 seal", "3,072 seals" */
static void
put_count(const stet_json *json, const char *member, const char *one, const char *many)
{
	uint64_t count = (uint64_t)stet_json_int_of(stet_json_get(json, member));
	char number[32];

	out_text("%s %s", number_text(count, number), count == 1 ? one : many);
}

static void
put_summary(const struct verify *verify, const stet_report *report)
{
	const stet_json *json = stet_report_json(report);
	char *root = json_text(stet_json_get(json, "root"));
	int ok = stet_report_ok(report);

	out_style(ok ? STYLE_GREEN : STYLE_RED);
	out_text("%s", ok ? "verified" : "not verified");
	out_style(STYLE_PLAIN);
	out_text(": ");
	put_count(json, "entries", "entry", "entries");
	out_text(", ");
	if (verify->flags & STET_VERIFY_HASH_ONLY)
		out_text("signatures not looked at");
	else
		put_count(json, "signatures", "signature", "signatures");
	out_text(", ");
	put_count(json, "seals", "seal", "seals");
	out_text(", ");
	if (verify->flags & STET_VERIFY_NO_ARTIFACTS)
		out_text("artifacts not looked at");
	else
		put_count(json, "artifacts", "artifact", "artifacts");
	if (!ok) {
		out_text("; ");
		put_count(json, "count", "diagnosis", "diagnoses");
	}
	out_text("\nsize %lld, root %s\n", (long long)stet_json_int_of(stet_json_get(json, "size")),
	    root != NULL ? root : "");
	free(root);
}

static void
put_row(const char *label, const char *text)
{
	out_row(0, 11, label, text);
}

/* Whether the checkpoint beside the ledger has the cosignatures that are asked for, into json. */
static int
judge_quorums(struct verify *verify, stet_json *json, char **why_out)
{
	char *note = NULL;
	size_t size;
	stet_error err;
	int rc;

	*why_out = NULL;
	if (verify->known.policy == NULL && verify->known.auditors == NULL)
		return EXIT_YES;
	if ((rc = stet_ledger_checkpoint(verify->env.ledger, &note, &size, &err)) == STET_OK)
		rc = known_judge(&verify->known, (stet_bytes){(uint8_t *)note, size}, json, &err);
	free(note);
	if (rc < 0) {
		complain_error(&err);
		return rc == STET_EMISMATCH ? EXIT_NO : EXIT_UNSURE;
	}
	return known_met(json, why_out) ? EXIT_YES : EXIT_UNSURE;
}

/* The time-stamps beside the ledger, by the authorities that the reader believes, into json. What
 * is wrong with one is a diagnosis, and said already. */
static int
judge_timestamps(struct verify *verify, stet_json *json)
{
	stet_json *list = NULL;
	stet_error err;
	size_t known;

	if (verify->known.tsa == NULL)
		return EXIT_YES;
	if (stet_ledger_timestamps(verify->env.ledger, verify->known.tsa, &list, &err) < 0) {
		complain_error(&err);
		return EXIT_UNSURE;
	}
	known = stamp_known(list);
	if (known == 0)
		complain("%s [timestamp-unknown]",
		    stet_json_size(list) == 0
			? "no time-stamp is kept here"
			: "no time-stamp here is by an authority that --tsa-ca vouches for");
	stet_json_set(json, "timestamps", list);
	return known > 0 ? EXIT_YES : EXIT_UNSURE;
}

/* Whether all that was found is that more was read here before, or that nobody can say whether it
 * was: nothing is refuted by that. */
static int
is_of_memory_alone(const stet_report *report)
{
	const stet_diagnosis *only = stet_report_get(report, 0);

	return stet_report_count(report) == 1 &&
	       (strcmp(stet_rule_name(only->rule), "copy-older") == 0 ||
		   strcmp(stet_rule_name(only->rule), "memory-damaged") == 0);
}

static int
report_ledger(struct verify *verify, const stet_report *report)
{
	const stet_diagnosis *diagnosis;
	stet_json *json = stet_json_copy(stet_report_json(report));
	char *why = NULL;
	int quorums = judge_quorums(verify, json, &why), stamps = judge_timestamps(verify, json);
	size_t i;

	if (verify->env.json) {
		out_json(json);
		json = NULL;
	} else {
		for (i = 0; (diagnosis = stet_report_get(report, i)) != NULL; i++)
			put_diagnosis(diagnosis);
		if (i < stet_report_count(report))
			out_text("... and %llu more; --limit shows more\n",
			    (unsigned long long)(stet_report_count(report) - i));
		put_summary(verify, report);
		known_page(json, put_row);
		stamp_page(stet_json_get(json, "timestamps"), put_row);
	}
	if (why != NULL)
		complain("%s [quorum-not-met]", why);
	free(why);
	stet_json_free(json);
	if (!stet_report_ok(report))
		return is_of_memory_alone(report) ? EXIT_UNSURE : EXIT_NO;
	return quorums == EXIT_YES ? stamps : quorums;
}

/* The audit statement, signed by a key that the ledger lets do so, and appended. */
static int
attest(struct verify *verify, const stet_report *report)
{
	stet_statement *statement = NULL;
	struct parcel parcel = {0};
	struct tally tally = {0};
	stet_key *key = NULL;
	stet_error err;
	int rc, status;

	if ((status = keys_choose(&verify->env, "auditor", &key)) != EXIT_YES)
		return status;
	rc = stet_verify_attest(verify->env.ledger, report, "stet " STET_VERSION, &statement, &err);
	if (rc == STET_OK && env_fix_id(&verify->env, statement) < 0)
		rc = STET_EIO;
	else if (rc == STET_OK)
		rc = stet_statement_sign(
		    statement, key, (int64_t)(env_now(&verify->env) / 1000), &err);
	if (rc < 0) {
		complain_error(&err);
		status = EXIT_UNSURE;
	} else {
		parcel.statement = statement;
		status = deliver(&verify->env, &parcel, 1, 0, &tally);
	}
	stet_statement_free(statement);
	stet_key_free(key);
	return status;
}

static int
verify_ledger(struct verify *verify)
{
	stet_verify_options options = STET_VERIFY_OPTIONS;
	struct progress progress;
	stet_report *report = NULL;
	uint8_t *note = NULL;
	size_t size = 0;
	stet_error err;
	int rc, status, held;

	if (verify->since != NULL && file_read(verify->since, NOTE_MAX, &note, &size, &err) < 0) {
		complain("cannot read '%s': %s", verify->since, err.text);
		return EXIT_UNSURE;
	}
	options.flags = verify->flags | (verify->env.no_remember ? STET_VERIFY_NO_MEMORY : 0);
	options.threads = (unsigned)verify->threads;
	options.max_diagnoses = (size_t)verify->limit;
	options.since = (stet_bytes){note, size};
	stop_watch();
	progress_begin(&progress, "verify", verify->env.quiet);
	rc = stet_verify_ledger(
	    verify->env.ledger, &options, progress_step, &progress, &report, &err);
	progress_end(&progress);
	free(note);
	if (rc == STET_OK) {
		status = report_ledger(verify, report);
		if (stet_report_ok(report) && (held = remember_ledger(&verify->env, 0)) != EXIT_YES)
			status = held;
		if (verify->attest && status == EXIT_YES)
			status = attest(verify, report);
	} else {
		status = EXIT_UNSURE;
		if (stop_asked())
			complain("stopped before the end: nothing was found out");
		else
			complain_error(&err);
	}
	stet_report_free(report);
	return status;
}

/* --- one record ----------------------------------------------------------------------------- */

/* What is asked of each entry, in the order of the chain from bytes to checkpoint. */
static const struct pair links[] = {{"bytes", "bytes"}, {"signature", "signature"},
    {"signer", "grant"}, {"prior", "prior"}, {"included", "tree"}, {NULL, NULL}};

/* The columns of an entry: "yes", "NO" or "?". Returns the worst: 0 yes, 1 no, 3 not known. */
static int
put_links(const stet_json *entry)
{
	const stet_json *value;
	size_t i;
	int worst = EXIT_YES;

	for (i = 0; links[i].what != NULL; i++) {
		value = stet_json_get(entry, links[i].what);
		if (value == NULL || stet_json_kind_of(value) != STET_JSON_BOOL) {
			out_text("  %s ?", links[i].text);
			worst = worst == EXIT_YES ? EXIT_UNSURE : worst;
		} else if (stet_json_bool_of(value)) {
			out_text("  %s yes", links[i].text);
		} else {
			out_style(STYLE_RED);
			out_text("  %s NO", links[i].text);
			out_style(STYLE_PLAIN);
			worst = EXIT_NO;
		}
	}
	return worst;
}

static int
same_member(const stet_json *a, const stet_json *b, const char *member)
{
	const stet_json *one = stet_json_get(a, member), *other = stet_json_get(b, member);

	if (one == NULL || other == NULL || stet_json_kind_of(one) != STET_JSON_INT)
		return json_same(one, other);
	return stet_json_kind_of(other) == STET_JSON_INT &&
	       stet_json_int_of(one) == stet_json_int_of(other);
}

/* Who signed, and by which entry that was allowed; once, as long as nobody else signs. */
static void
put_signer(const stet_json *entry, const stet_json *before)
{
	char *label = json_text(stet_json_get(entry, "label")),
	     *kid = json_text(stet_json_get(entry, "kid"));
	char *issuer = json_text(stet_json_get(entry, "issuer")),
	     *roles = json_joined(stet_json_get(entry, "roles"));
	char *scope = json_joined(stet_json_get(entry, "scope"));
	const stet_json *granted = stet_json_get(entry, "granted");
	char by[64] = "a key of entry 0", *line;
	int named = label != NULL && label[0] != '\0';

	if (granted != NULL && stet_json_kind_of(granted) == STET_JSON_INT)
		snprintf(
		    by, sizeof(by), "granted by entry %lld", (long long)stet_json_int_of(granted));
	line = text_of("%s%s%s (%.8s), %s, %s%s%s%s%s", named ? "'" : "the ledger key",
	    named ? label : "", named ? "'" : "", kid != NULL ? kid : "",
	    issuer != NULL ? issuer : "", by, roles != NULL && roles[0] != '\0' ? " as " : "",
	    roles != NULL ? roles : "", scope != NULL && scope[0] != '\0' ? " for " : "",
	    scope != NULL ? scope : "");
	if (before == NULL || !same_member(entry, before, "kid") ||
	    !same_member(entry, before, "granted")) {
		out_text("      by ");
		out_wrap(9, 6, line != NULL ? line : "");
	}
	free(line);
	free(label);
	free(kid);
	free(issuer);
	free(roles);
	free(scope);
}

static void
put_seal(const stet_json *entry)
{
	const stet_json *seal = stet_json_get(entry, "seal");

	if (seal != NULL && stet_json_kind_of(seal) == STET_JSON_INT)
		out_text("  seal %lld\n", (long long)stet_json_int_of(seal));
	else
		out_text("  not sealed yet\n");
}

static int
put_entry(const stet_json *entry, const stet_json *before)
{
	char *name = json_text(stet_json_get(entry, "name")),
	     *type = json_text(stet_json_get(entry, "type"));
	char *text = json_text(stet_json_get(entry, "text"));
	int worst;

	out_style(STYLE_BOLD);
	out_text("entry %lld  ", (long long)stet_json_int_of(stet_json_get(entry, "seq")));
	out_foreign(type != NULL ? type : "");
	out_style(STYLE_PLAIN);
	out_text("  ");
	out_foreign(name != NULL ? name : "");
	out_text("\n    ");
	worst = put_links(entry);
	put_seal(entry);
	put_signer(entry, before);
	if (text != NULL && text[0] != '\0') {
		out_style(STYLE_RED);
		out_text("      ");
		out_wrap(6, 6, text);
		out_style(STYLE_PLAIN);
	}
	free(name);
	free(type);
	free(text);
	return worst;
}

static int
put_entries(const stet_json *report)
{
	const stet_json *entries = stet_json_get(report, "entries"), *before = NULL;
	int worst = EXIT_YES, one;
	size_t i;

	for (i = 0; i < stet_json_size(entries); i++) {
		one = put_entry(stet_json_item(entries, i), before);
		before = stet_json_item(entries, i);
		worst = one == EXIT_NO || worst == EXIT_YES ? one : worst;
	}
	if (worst == EXIT_YES && !stet_json_bool_of(stet_json_get(report, "ok")))
		worst = EXIT_NO;
	return worst;
}

static void
put_verdict(const stet_json *report, int worst)
{
	const stet_json *entries = stet_json_get(report, "entries");
	char *root = json_text(stet_json_get(report, "root"));

	out_text("\n");
	out_style(worst == EXIT_YES ? STYLE_GREEN : STYLE_RED);
	out_text("%s", worst == EXIT_YES  ? "verified"
		       : worst == EXIT_NO ? "not verified"
					  : "could not find out");
	out_style(STYLE_PLAIN);
	out_text(": %zu %s about this record\nsize %lld, root %s\n", stet_json_size(entries),
	    stet_json_size(entries) == 1 ? "entry" : "entries",
	    (long long)stet_json_int_of(stet_json_get(report, "size")), root != NULL ? root : "");
	free(root);
}

/* The answer of the JSON form, without printing it. */
static int
judge_record(const stet_json *report)
{
	const stet_json *entries = stet_json_get(report, "entries"), *value;
	size_t i, k;
	int unsure = 0;

	if (stet_json_bool_of(stet_json_get(report, "ok")))
		return EXIT_YES;
	for (i = 0; i < stet_json_size(entries); i++)
		for (k = 0; links[k].what != NULL; k++) {
			value = stet_json_get(stet_json_item(entries, i), links[k].what);
			if (value != NULL && stet_json_kind_of(value) == STET_JSON_BOOL &&
			    !stet_json_bool_of(value))
				return EXIT_NO;
			unsure |= value == NULL || stet_json_kind_of(value) != STET_JSON_BOOL;
		}
	return unsure ? EXIT_UNSURE : EXIT_NO;
}

/* How many of the findings or gaps --fail-on names. */
static size_t
count_named(const char *list, const char *word, const stet_json *findings)
{
	size_t i, count = 0;
	char *code;

	for (i = 0; i < stet_json_size(findings); i++) {
		code = json_text(stet_json_get(stet_json_item(findings, i), "code"));
		count += list_has(list, word) || (code != NULL && list_has(list, code));
		free(code);
	}
	return count;
}

static size_t
count_failed(const struct verify *verify, const stet_json *standing)
{
	return count_named(verify->fail_on, "finding", stet_json_get(standing, "findings")) +
	       count_named(verify->fail_on, "gap", stet_json_get(standing, "gaps"));
}

static int
answer_json(stet_json **report, const stet_json *standing)
{
	static const char *const members[] = {"rows", "findings", "gaps", NULL};
	int status = judge_record(*report);
	size_t i;

	for (i = 0; standing != NULL && members[i] != NULL; i++)
		stet_json_set(
		    *report, members[i], stet_json_copy(stet_json_get(standing, members[i])));
	out_json(*report);
	*report = NULL;
	return status;
}

/* The ladders first, with what carries each rung, then the entries. */
static int
answer_text(const struct verify *verify, const stet_json *report, const stet_json *standing)
{
	int told = standing != NULL && standing_is_of_record(standing), status;
	size_t failed = standing != NULL ? count_failed(verify, standing) : 0;

	if (told)
		standing_rungs(standing, report);
	status = put_entries(report);
	if (told)
		standing_findings(standing);
	put_verdict(report, status);
	if (failed > 0) {
		out_style(STYLE_RED);
		out_text("fails");
		out_style(STYLE_PLAIN);
		out_text(": --fail-on names %zu of its findings and gaps\n", failed);
	}
	return status;
}

/* A standing that cannot be folded, because an entry is damaged, does not keep the entries from
 * being judged. */
static int
put_record_standing(struct verify *verify, const stet_id *id, stet_json **report)
{
	stet_standing *standing = NULL;
	const stet_json *json = NULL;
	int read = standing_read(&verify->env, id, &standing, &json), status;

	if (read != EXIT_YES)
		json = NULL;
	status = verify->env.json ? answer_json(report, json) : answer_text(verify, *report, json);
	if (status == EXIT_YES)
		status = read;
	if (status == EXIT_YES && count_failed(verify, json) > 0)
		status = EXIT_NO;
	stet_standing_free(standing);
	return status;
}

/* --fail-on takes "finding", "gap" and the codes of either. */
static int
check_fail_on(const struct command *self, const char *list)
{
	const stet_rule *rule;
	char code[64];
	size_t size;

	while (list != NULL) {
		size = strcspn(list, ",");
		snprintf(code, sizeof(code), "%.*s", (int)size, list);
		rule = size < sizeof(code) ? stet_rule_get(stet_rule_find(code)) : NULL;
		if (strcmp(code, "finding") != 0 && strcmp(code, "gap") != 0 &&
		    (rule == NULL ||
			(strcmp(rule->kind, "finding") != 0 && strcmp(rule->kind, "gap") != 0)))
			return opt_wrong(self,
			    "--fail-on takes finding, gap, or codes of findings and gaps, not "
			    "'%s'; 'stet explain --all' lists them",
			    code);
		list = list[size] == ',' ? list + size + 1 : NULL;
	}
	return LINE_GO;
}

static int
verify_record(struct verify *verify, const char *text)
{
	stet_id *id = env_id(&verify->env, text);
	stet_json *report = NULL;
	stet_error err;
	stet_at at;
	int rc, status;

	if (id == NULL || env_moment(&verify->env, &at) < 0) {
		stet_id_free(id);
		return EXIT_USAGE;
	}
	rc = stet_verify_record(verify->env.ledger, id, at, &report, &err);
	if (rc == STET_ENOTFOUND) {
		complain("'%s' is not in this ledger", stet_id_text(id));
		status = EXIT_ABSENT;
	} else if (rc < 0) {
		complain_error(&err);
		status = status_of(rc);
	} else {
		status = put_record_standing(verify, id, &report);
	}
	stet_json_free(report);
	stet_id_free(id);
	return status;
}

/* The whole is held against what is remembered as part of verifying it. */
static int
verify_part(struct verify *verify, const char *id)
{
	int status = remember_ledger(&verify->env, 0);

	if (status != EXIT_YES)
		return status;
	return verify->content != NULL ? content_verify(&verify->env, verify->content, id)
				       : verify_record(verify, id);
}

static int
run(const struct command *self, int argc, char **argv)
{
	struct verify verify;
	struct line line;
	int status;

	memset(&verify, 0, sizeof(verify));
	status = line_read(&line, &verify.env, self, argc, argv, 0, 1, take, &verify);
	if (status == LINE_GO && (line.count > 0 || verify.content != NULL) &&
	    (verify.since != NULL || verify.flags != 0))
		status = opt_wrong(
		    self, "--since, --hash-only and --no-artifacts are for the whole ledger");
	if (status == LINE_GO && (line.count > 0 || verify.content != NULL) &&
	    (verify.attest || verify.known.policy != NULL || verify.known.auditors != NULL ||
		verify.known.tsa != NULL))
		status = opt_wrong(
		    self, "--policy, --auditors, --tsa-ca and --attest are for the whole ledger");
	if (status == LINE_GO && verify.attest && (verify.flags != 0 || verify.since != NULL))
		status = opt_wrong(self,
		    "--attest states that everything was recomputed, so nothing can be left out");
	if (status == LINE_GO && known_settle(&verify.known) != EXIT_YES)
		status = EXIT_UNSURE;
	if (status == LINE_GO && verify.fail_on != NULL &&
	    (line.count == 0 || verify.content != NULL))
		status = opt_wrong(self, "--fail-on is for one record; 'stet audit' is for all");
	if (status == LINE_GO)
		status = check_fail_on(self, verify.fail_on);
	if (status == LINE_GO && line.count == 0 && verify.content == NULL && verify.env.at != NULL)
		status = opt_wrong(self, "--at is for one record; the ledger is verified whole");
	if (status == LINE_GO &&
	    (status = env_open(&verify.env, verify.attest ? ENV_WRITE : ENV_REPAIR)) == EXIT_YES)
		status = line.count == 0 && verify.content == NULL
			     ? verify_ledger(&verify)
			     : verify_part(&verify, line.count > 0 ? line.args[0] : NULL);
	known_end(&verify.known);
	line_end(&line, &verify.env);
	return status;
}

static const struct opt own[] = {
    {OPT_SINCE, 0, "since", "FILE",
	"a checkpoint verified before: signatures up to it are not verified again"},
    {OPT_HASH_ONLY, 0, "hash-only", NULL, "chains, tree, seals and tables; no signatures"},
    {OPT_NO_ARTIFACTS, 0, "no-artifacts", NULL, "do not read the artifacts again"},
    {OPT_THREADS, 0, "threads", "N", "how many cores to use (default: all)"},
    {OPT_LIMIT, 0, "limit", "N", "how many diagnoses to show (default: 100)"},
    {OPT_CONTENT, 0, "content", "FILE",
	"which registered artifact or manifest this file is ('-': standard input)"},
    {OPT_POLICY, 0, "policy", "FILE",
	"a C2SP policy: which witnesses have to have cosigned the checkpoint"},
    {OPT_AUDITORS, 0, "auditors", "FILE", "a policy of auditors, likewise"},
    {OPT_TSA_CA, 0, "tsa-ca", "FILE",
	"certificates of time-stamping authorities that you believe: show what they vouch for"},
    {OPT_ATTEST, 0, "attest", NULL, "if everything holds, append an audit that says so"},
    {OPT_FAIL_ON, 0, "fail-on", "WHAT,...",
	"of one record: exit 1 if it has one: finding, gap, or a code of either"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt as_own[] = {
    {OPT_AS, 0, "as", "KEY",
	"sign the audit with this key: a label, a file, or the beginning of a thumbprint"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {
    own, as_own, opts_secret, opts_at, opts_quiet, opts_json, opts_ledger, NULL};

static const struct pair examples[] = {{"stet verify", "every byte of the ledger"},
    {"stet verify --since checkpoint.note", "what came after a checkpoint you kept"},
    {"stet verify --policy witnesses.policy", "and that enough witnesses have seen it"},
    {"stet verify --tsa-ca authority.pem", "and by when its entries existed"},
    {"stet verify --attest --as auditor", "and say so in the ledger"},
    {"stet verify 10.5281/zenodo.21073815",
	"one record: what carries each level, who signed each entry, and by whose leave"},
    {"stet verify --fail-on finding SRCH:9F810E9F",
	"for a script: exit 1 if its entries contradict each other"},
    {"stet verify --content paper.pdf 10.5281/zenodo.21073815",
	"whether this file is a version that the record has registered"},
    {NULL, NULL}};
static const struct pair exits[] = {{"0", "verified: everything holds"},
    {"1", "not verified: each diagnosis has a line with its code and the first entry "
	  "concerned; or --fail-on met something; or the file differs from every version, or its "
	  "entry was annulled"},
    {"2", "the command line was wrong"},
    {"3",
	"could not find out: the ledger or the file cannot be read, or nothing is registered that "
	"the file could be compared with; or fewer have cosigned than --policy or --auditors asks "
	"for, or no time-stamp is by an authority of --tsa-ca; or everything holds, and more "
	"entries were "
	"read here before, or what was read before is not known any more"},
    {"4", "the record, or the file, is not in this ledger"}, {NULL, NULL}};

const struct command cmd_verify = {.name = "verify",
    .group = GROUP_KEEP,
    .summary = "verify the ledger, or one record",
    .synopsis =
	"[--since FILE] [--hash-only] [--no-artifacts] [--policy FILE] "
	"[--auditors FILE] [--tsa-ca FILE] [--attest [--as KEY]] [-q] [--json]\nID [--fail-on "
	"WHAT,...] [--at SEQ|TIME] "
	"[--json]\n"
	"--content FILE [ID] [--at SEQ|TIME] [--json]",
    .description =
	"Reads the entries and works out everything else again: canonical bytes, "
	"numbers without gaps, both chains, "
	"times, signatures, the role each signer held at that point, the rules of "
	"admission, the tree, root and "
	"record index of every seal, checkpoints, artifacts, and the tables beside the "
	"entries. What does not agree "
	"is named by a stable code, which 'stet explain' explains, and the first entry "
	"concerned.\n\n"
	"It also has to go on from the head that was read here last and from the one this machine "
	"has "
	"signed; see 'stet checkpoint remembered'. What is verified is remembered.\n\n"
	"With --policy and --auditors, the checkpoint beside the ledger has to have the "
	"cosignatures that these ask for; if it has not, the answer is 3, since nothing is "
	"refuted by that. With --tsa-ca the RFC 3161 time-stamps that are kept "
	"are shown, by when the entries up to their checkpoints existed; if none is by one of "
	"these authorities, the answer is 3, too. With --attest an 'audit' statement is appended "
	"by a key with the role "
	"auditor: size, roots, and a SHA-512 over all entries.\n\n"
	"With ID, the chain of one record: of both ladders each rung, whether it is "
	"reached as declared, by what is said and by what signed entries here carry: "
	"yes, no or unknown, by which entry, whose key, within which scope and under "
	"which seal. Then for each entry about any of its names "
	"whether its bytes, signature, "
	"grant, link to the entry before and place in the sealed tree hold. Findings and "
	"gaps are shown, and change the exit status only with --fail-on. It rests on "
	"the tree; that the tree "
	"leaves nothing out is what verifying the whole ledger shows.\n\n"
	"With --content, the file is digested and looked for among what artifacts and "
	"manifests register, of one record or of all; every match is shown with who "
	"signed it and what became of it: annulled, withheld, or a newer one in its "
	"place. Of one record it can also be said that the file differs from every "
	"version. SHA-256 decides; a file found by another digest, where SHA-256 is "
	"blinded, is not told apart without the salt.",
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run};
