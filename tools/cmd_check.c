/* stet check: is this evidence good, by the keys the reader knows and nothing else? */
#include "check.h"
#include "known.h"
#include "line.h"
#include "out.h"
#include "remember.h"
#include "stamp.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX ((size_t)256 * 1024 * 1024)
#define NOTE_MAX ((size_t)1024 * 1024)
#define LABEL_WIDTH 11
#define AHEAD_MS 300000 /* clocks differ */

enum {
	OPT_KEY = OPT_OWN,
	OPT_TRUST,
	OPT_MAX_AGE,
	OPT_ENTRY,
	OPT_BEFORE_IT,
	OPT_POLICY,
	OPT_AUDITORS,
	OPT_TIMESTAMP,
	OPT_TSA_CA
};

/* In the order in which they are tried: what has a mark of its own first, notes last. */
static const struct check_kind *const kinds[] = {&check_proof, &check_evidence, &check_package,
    &check_ocfl, &check_tlog_proof, &check_receipt, &check_transparent, &check_tiles,
    &check_checkpoint, NULL};

struct request { /* the command line */
	struct check check;
	struct known known;
	uint64_t max_age_ms; /* UINT64_MAX: not asked */
	const char *max_age;
	const char *timestamp; /* --timestamp FILE, or NULL */
};

/* --- the line ------------------------------------------------------------------------------- */

/* "30d", "12h", "45m", "90s", "2w". 0, or -1. */
static int
read_age(const char *text, uint64_t *ms_out)
{
	static const struct {
		char unit;
		uint64_t ms;
	} units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}, {'w', 604800000}};
	unsigned long long count;
	char *end;
	size_t i;

	if (text[0] < '0' || text[0] > '9' || strlen(text) > 9)
		return -1;
	count = strtoull(text, &end, 10);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (end[0] == units[i].unit && end[1] == '\0') {
			*ms_out = count * units[i].ms;
			return 0;
		}
	return -1;
}

static int
take_after(struct check *check, const char *value)
{
	const char **grown =
	    realloc(check->after, (check->after_count + 1) * sizeof(*check->after));

	if (grown == NULL) {
		complain("out of memory");
		return -1;
	}
	check->after = grown;
	check->after[check->after_count++] = value;
	return 1;
}

static int
take(void *ctx, int id, const char *value)
{
	struct request *request = ctx;

	switch (id) {
	case OPT_KEY:
		return known_key(&request->known, request->check.env.command, value);
	case OPT_TRUST:
		return known_trust(&request->known, value);
	case OPT_POLICY:
		return known_policy(&request->known, value);
	case OPT_AUDITORS:
		return known_auditors(&request->known, value);
	case OPT_TIMESTAMP:
		request->timestamp = value;
		return 1;
	case OPT_TSA_CA:
		return known_tsa(&request->known, value);
	case OPT_BEFORE_IT:
		return take_after(&request->check, value);
	case OPT_ENTRY:
		request->check.entry = value;
		return 1;
	case OPT_MAX_AGE:
		request->max_age = value;
		if (read_age(value, &request->max_age_ms) == 0)
			return 1;
		opt_wrong(request->check.env.command,
		    "--max-age takes a number of s, m, h, d or w, such as 30d, not '%s'", value);
		return -1;
	default:
		return -1;
	}
}

/* --- what every kind needs ------------------------------------------------------------------- */

void
check_row(const char *label, const char *text)
{
	out_row(2, LABEL_WIDTH, label, text);
}

int
check_read_entry(const struct check *check, uint8_t **data_out, size_t *size_out, stet_error *err)
{
	stet_error why;
	int rc;

	rc = file_read(check->entry, FILE_MAX, data_out, size_out, &why);
	if (rc == STET_OK && *data_out == NULL && (*data_out = malloc(1)) == NULL)
		rc = STET_ENOMEM;
	if (rc < 0)
		return fail_text(err, rc == STET_ENOMEM ? rc : STET_EIO, "cannot read '%s': %s",
		    check->entry, why.text);
	return STET_OK;
}

static int
read_evidence(struct check *check, uint8_t **data_out)
{
	struct stat info;
	stet_error err;
	size_t size = 0;

	check->is_folder =
	    strcmp(check->path, "-") != 0 && stat(check->path, &info) == 0 && S_ISDIR(info.st_mode);
	check->is_package = strcmp(check->path, "-") != 0 ? stet_package_like(check->path) : 0;
	if (check->is_folder || check->is_package)
		return EXIT_YES;
	if (file_read(check->path, FILE_MAX, data_out, &size, &err) < 0) {
		complain("cannot read '%s': %s", check->path, err.text);
		return EXIT_UNSURE;
	}
	check->bytes = (stet_bytes){*data_out, size};
	return EXIT_YES;
}

/* --- the answer ------------------------------------------------------------------------------ */

struct answer {
	const struct check_kind *kind;
	int status; /* EXIT_YES, EXIT_NO or EXIT_UNSURE */
	int rule;   /* why, if it stands in the catalogue; else 0 */
	char text[2 * STET_ERROR_TEXT_SIZE];
};

static const char *
verdict_word(int status)
{
	return status == EXIT_YES ? "verified" : status == EXIT_NO ? "refuted" : "unsure";
}

static void
decide(struct answer *answer, int status, const char *code, const char *text)
{
	answer->status = status;
	answer->rule = code != NULL ? stet_rule_find(code) : 0;
	snprintf(answer->text, sizeof(answer->text), "%s", text);
}

/* What is older than asked is not refuted: it does not say what the reader wants to know, no more
 * than what states no time. */
static void
decide_age(const struct request *request, struct answer *answer)
{
	char *time = json_text(stet_json_get(request->check.report, "as_of")), *text;
	uint64_t ms = 0, now = env_now((struct env *)(uintptr_t)&request->check.env);
	int known = time != NULL && stet_time_read(time, &ms, NULL) == STET_OK;
	int ahead = known && ms > now && ms - now > AHEAD_MS;

	if (known && !ahead && (ms > now || now - ms <= request->max_age_ms)) {
		free(time);
		return;
	}
	/* Who dates ahead would be fresh for ever. */
	if (ahead)
		text = text_of(
		    "it is as of %s, which by the clock here has not come yet, so its age is "
		    "not known",
		    time);
	else if (known)
		text =
		    text_of("it is as of %s, which is longer ago than %s", time, request->max_age);
	else
		text = text_of("it states no time, so whether it is at most %s old is not known",
		    request->max_age);
	decide(answer, EXIT_UNSURE, known && !ahead ? "evidence-stale" : NULL,
	    text != NULL ? text : "");
	free(text);
	free(time);
}

/* Whether the answer rests on somebody the reader knows, or the evidence on nobody. */
static int
signer_is_known(const struct check_kind *kind, const stet_json *report)
{
	const stet_json *known = stet_json_get(report, "known");

	return known == NULL ? kind->unsigned_too : stet_json_bool_of(known);
}

static int
json_is_false(const stet_json *value)
{
	return value != NULL && !stet_json_bool_of(value);
}

static int
judge_quorums(struct request *request, struct answer *answer)
{
	const struct known *known = &request->known;
	struct check *check = &request->check;
	stet_error err = {0};
	char *why = NULL;
	int rc, met;

	if (known->policy == NULL && known->auditors == NULL)
		return 1;
	if (check->note.data == NULL) {
		decide(answer, EXIT_UNSURE, "quorum-not-met",
		    "there is no checkpoint in it that somebody could have cosigned");
		return 0;
	}
	if ((rc = known_judge(known, check->note, check->report, &err)) < 0) {
		decide(answer, rc == STET_EMISMATCH ? EXIT_NO : EXIT_UNSURE,
		    stet_rule_name(err.rule), err.text);
		return 0;
	}
	if (!(met = known_met(check->report, &why)))
		decide(answer, EXIT_UNSURE, "quorum-not-met", why != NULL ? why : "");
	free(why);
	check->recomputed = known_recomputed(check->report);
	return met;
}

/* A folder or an archive has its checkpoint in a file of its own. */
static void
find_note(struct check *check)
{
	stet_error err;
	size_t size = 0;
	char *path, *text;

	if (check->note.data != NULL)
		return;
	if (check->is_package) {
		if (stet_package_checkpoint(check->path, &text, &size, &err) < 0)
			return;
		check->note_file = (uint8_t *)text;
	} else if (check->is_folder && (path = text_of("%s/checkpoint", check->path)) != NULL) {
		if (file_read(path, NOTE_MAX, &check->note_file, &size, &err) < 0)
			size = 0;
		free(path);
	}
	check->note = (stet_bytes){check->note_file, size};
}

/* One given beside the evidence goes with those that are in it, in a bag. */
static int
judge_timestamp(struct request *request, struct answer *answer)
{
	stet_json *report = request->check.report, *list;
	stet_error err = {0};
	int rc;

	if (request->timestamp == NULL)
		return 1;
	if ((list = stet_json_copy(stet_json_get(report, "timestamps"))) == NULL)
		list = stet_json_array();
	rc = stamp_check(report, request->timestamp, request->check.tsa, list, &err);
	stet_json_set(report, "timestamps", list);
	if (rc == STET_OK)
		return 1;
	decide(answer,
	    rc == STET_EFORMAT || rc == STET_EMISMATCH || rc == STET_EREFUSED ? EXIT_NO
									      : EXIT_UNSURE,
	    stet_rule_name(err.rule), err.text);
	return 0;
}

static int
timestamp_is_believed(const struct request *request, struct answer *answer)
{
	const stet_json *list = stet_json_get(request->check.report, "timestamps");

	if ((request->timestamp == NULL && request->known.tsa == NULL) || stamp_known(list) > 0)
		return 1;
	decide(answer, EXIT_UNSURE, "timestamp-unknown",
	    stet_json_size(list) == 0 ? "there is no time-stamp in it"
	    : request->known.tsa == NULL
		? "whose time-stamps you believe was not said: --tsa-ca FILE"
		: "no time-stamp is by an authority that --tsa-ca vouches for");
	return 0;
}

/* "signed by the ledger key", and by whom it was recomputed. */
static char *
verdict_of(const struct check *check, const struct check_kind *kind)
{
	if (kind->verdict != NULL)
		return kind->verdict(check);
	if (check->recomputed != NULL)
		return text_of("signed by the ledger key, recomputed by %s", check->recomputed);
	return text_of("signed by the ledger key");
}

/* One history more than one is worse than a quorum that is not met, and evidence that is older is
 * told last: of what is refuted by itself nobody asks how old it is. */
static int
judge_memory(struct request *request, struct answer *answer, struct answer *older_out)
{
	const char *code;
	char *text;
	int status = remember_judge(&request->check, &code, &text);

	if (status == EXIT_UNSURE)
		decide(older_out, status, code, text != NULL ? text : "");
	else if (status == EXIT_NO)
		decide(answer, status, code, text != NULL ? text : "");
	free(text);
	return status != EXIT_NO;
}

static void
judge(struct request *request, struct answer *answer)
{
	struct check *check = &request->check;
	struct answer older = {.status = EXIT_YES};
	char *text;
	stet_error err = {0};
	int rc = answer->kind->judge(check, &err);

	if (rc == STET_OK)
		find_note(check);
	if (rc == STET_EFORMAT || rc == STET_EMISMATCH || rc == STET_EREFUSED ||
	    rc == STET_EVERSION) {
		decide(answer, rc == STET_EVERSION ? EXIT_UNSURE : EXIT_NO,
		    stet_rule_name(err.rule), err.text);
	} else if (rc < 0) {
		decide(answer, EXIT_UNSURE, stet_rule_name(err.rule), err.text);
	} else if (!judge_timestamp(request, answer)) {
		return; /* refuted, whoever signed the rest */
	} else if (!signer_is_known(answer->kind, check->report)) {
		decide(answer, EXIT_UNSURE, NULL, "consistent in itself, signer not known to you");
	} else if (json_is_false(stet_json_get(check->report, "understood"))) {
		decide(answer, EXIT_UNSURE, NULL,
		    "signed by the ledger key, and an entry is of a kind that this stet does not "
		    "know");
	} else if (judge_memory(request, answer, &older) && judge_quorums(request, answer) &&
		   timestamp_is_believed(request, answer)) {
		text = verdict_of(check, answer->kind);
		decide(answer, EXIT_YES, NULL, text != NULL ? text : "");
		free(text);
		if (request->max_age_ms != UINT64_MAX)
			decide_age(request, answer);
		if (answer->status == EXIT_YES && older.status != EXIT_YES)
			decide(answer, older.status,
			    older.rule != 0 ? stet_rule_name(older.rule) : NULL, older.text);
		else if (answer->status == EXIT_YES)
			remember_keep(check);
	}
}

static void
put_json(struct check *check, const struct answer *answer)
{
	stet_json *json = stet_json_object(), *diagnosis = NULL;
	const stet_json *value;
	const char *member;
	size_t i;

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "file", stet_json_str(check->path));
	stet_json_set(json, "kind", stet_json_str(answer->kind->name));
	stet_json_set(json, "verdict", stet_json_str(verdict_word(answer->status)));
	stet_json_set(json, "text", stet_json_str(answer->text));
	if (answer->rule != 0)
		diagnosis = stet_json_str(stet_rule_name(answer->rule));
	stet_json_set(json, "code", diagnosis != NULL ? diagnosis : stet_json_null());
	for (i = 0; stet_json_member(check->report, i, &member, &value); i++)
		if (stet_json_get(json, member) == NULL)
			stet_json_set(json, member, stet_json_copy(value));
	out_json(json);
}

static void
put_signer(const stet_json *signer)
{
	char *name = json_text(stet_json_get(signer, "name")),
	     *id = json_text(stet_json_get(signer, "id")),
	     *time = json_text(stet_json_get(signer, "time")), *line;
	int ledger = json_is(stet_json_get(signer, "as"), "ledger");

	line = text_of("%s (%s), %s%s%s", name != NULL ? name : "", id != NULL ? id : "",
	    ledger ? "the ledger key" : "a cosigner", time != NULL ? " at " : "",
	    time != NULL ? time : "");
	check_row("signed by", line != NULL ? line : "");
	free(line);
	free(name);
	free(id);
	free(time);
}

static void
put_signers(const stet_json *report)
{
	const stet_json *signers = stet_json_get(report, "signed_by");
	int64_t unknown = stet_json_int_of(stet_json_get(report, "unknown_signers"));
	char *line;
	size_t i;

	for (i = 0; i < stet_json_size(signers); i++)
		put_signer(stet_json_item(signers, i));
	if (unknown == 0)
		return;
	line = text_of("%" PRId64 " %s by keys not known to you", unknown,
	    unknown == 1 ? "signature" : "signatures");
	check_row(stet_json_size(signers) > 0 ? "and" : "signed by", line != NULL ? line : "");
	free(line);
}

static void
put_member(const stet_json *report, const char *member, const char *label)
{
	const stet_json *value = stet_json_get(report, member);
	char *text;

	if (value == NULL || stet_json_kind_of(value) == STET_JSON_NULL)
		return;
	text = json_shown(value);
	check_row(label, text != NULL ? text : "");
	free(text);
}

static void
put_page(const struct check *check, const struct answer *answer)
{
	out_foreign(check->path);
	out_text(": %s\n", answer->kind->what);
	if (check->report != NULL) {
		put_member(check->report, "origin", "ledger");
		put_member(check->report, "size", "size");
		put_member(check->report, "root", "root");
		if (answer->kind->page != NULL)
			answer->kind->page(check);
		put_member(check->report, "as_of", "as of");
		put_signers(check->report);
		known_page(check->report, check_row);
		stamp_page(stet_json_get(check->report, "timestamps"), check_row);
		remember_page(check->report, check_row);
		if (answer->kind->body != NULL)
			answer->kind->body(check);
	}
	out_style(answer->status == EXIT_YES ? STYLE_GREEN : STYLE_RED);
	out_text("%s",
	    answer->status == EXIT_UNSURE ? "could not find out" : verdict_word(answer->status));
	out_style(STYLE_PLAIN);
	out_text(": ");
	if (answer->rule != 0)
		out_text("%s: ", stet_rule_name(answer->rule));
	out_foreign(answer->text);
	out_text("\n");
}

static int
check_what_it_is(struct request *request)
{
	struct answer answer = {0};
	size_t i;

	for (i = 0; kinds[i] != NULL && !kinds[i]->detect(&request->check); i++)
		;
	if ((answer.kind = kinds[i]) == NULL) {
		complain("'%s' is no evidence that stet knows; 'stet help check' lists what it "
			 "checks",
		    request->check.path);
		return EXIT_UNSURE;
	}
	if (request->check.id != NULL && !answer.kind->takes_id)
		return opt_wrong(request->check.env.command,
		    "'%s' is %s, which is of no record, so it takes no ID", request->check.path,
		    answer.kind->what);
	if (request->known.tsa != NULL && request->timestamp == NULL && !request->check.is_package)
		return opt_wrong(request->check.env.command,
		    "--tsa-ca goes with --timestamp FILE, since '%s' is %s, which holds none",
		    request->check.path, answer.kind->what);
	if (request->check.after_count > 0 && !answer.kind->takes_after)
		return opt_wrong(request->check.env.command, "'%s' is %s, which takes no --after",
		    request->check.path, answer.kind->what);
	if (request->check.entry != NULL && !answer.kind->takes_entry)
		return opt_wrong(request->check.env.command, "'%s' is %s, which takes no --entry",
		    request->check.path, answer.kind->what);
	judge(request, &answer);
	if (request->check.env.json)
		put_json(&request->check, &answer);
	else
		put_page(&request->check, &answer);
	if (answer.status == EXIT_UNSURE && request->check.report != NULL &&
	    !request->check.signers_told && !signer_is_known(answer.kind, request->check.report))
		remark("give the ledger's key with --key or --trust; its operator prints it with "
		       "'stet checkpoint show --vkey'");
	return answer.status == EXIT_YES && request->check.absent ? EXIT_ABSENT : answer.status;
}

static int
run(const struct command *self, int argc, char **argv)
{
	struct request request;
	struct line line;
	uint8_t *data = NULL;
	int status;

	memset(&request, 0, sizeof(request));
	request.max_age_ms = UINT64_MAX;
	status = line_read(&line, &request.check.env, self, argc, argv, 1, 2, take, &request);
	if (status == LINE_GO && known_settle(&request.known) != EXIT_YES)
		status = EXIT_UNSURE;
	if (status == LINE_GO) {
		request.check.trust = request.known.trust;
		request.check.tsa = request.known.tsa;
		request.check.path = line.args[0];
		request.check.id = line.count > 1 ? line.args[1] : NULL;
		status = read_evidence(&request.check, &data);
		if (status == EXIT_YES)
			status = check_what_it_is(&request);
	}
	free(data);
	stet_json_free(request.check.report);
	free(request.check.note_file);
	free(request.check.recomputed);
	free((void *)request.check.after);
	known_end(&request.known);
	line_end(&line, &request.check.env);
	return status;
}

static const struct opt own[] = {
    {OPT_KEY, 0, "key", "VKEY",
	"a verifier key that you know to be the ledger's (may be repeated)"},
    {OPT_TRUST, 0, "trust", "FILE", "a file of such keys, one on each line"},
    {OPT_ENTRY, 0, "entry", "FILE",
	"what a receipt is of, where it does not hold it: the statement, or the entry"},
    {OPT_BEFORE_IT, 0, "after", "BAG",
	"of an increment, the bag before it; several are named in order, the whole one first"},
    {OPT_POLICY, 0, "policy", "FILE", "a C2SP policy: which witnesses have to have cosigned"},
    {OPT_AUDITORS, 0, "auditors", "FILE", "a policy of auditors: who has to have recomputed it"},
    {OPT_TIMESTAMP, 0, "timestamp", "FILE", "an RFC 3161 time-stamp of the checkpoint in it"},
    {OPT_TSA_CA, 0, "tsa-ca", "FILE",
	"certificates of time-stamping authorities that you believe: PEM, or one in DER"},
    {OPT_NO_REMEMBER, 0, "no-remember", NULL,
	"neither ask nor remember which head of its ledger was read or checked here"},
    {OPT_MAX_AGE, 0, "max-age", "AGE", "refuse what is as of longer ago: 90s, 45m, 12h, 30d, 2w"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {own, opts_quiet, opts_json, NULL};

static const struct pair examples[] = {
    {"stet check head.note --key 'ledger.example/stet+0fb8c43d+AVw...'",
	"whether that ledger's key has signed this head"},
    {"stet check --trust ledgers.txt --max-age 30d paper.stet-proof",
	"where a record stood, at most thirty days ago, by the word of a ledger that you know"},
    {"stet check --policy witnesses.policy --auditors auditors.policy head.note",
	"and that enough others have seen it, and recomputed it"},
    {"stet check fork.stet-evidence --trust ledgers.txt",
	"whether the key of a ledger that you know has signed two histories"},
    {"stet check head.note --trust ledgers.txt --timestamp head.tsr --tsa-ca authority.pem",
	"and by when it existed"},
    {NULL, NULL}};
static const struct pair exits[] = {{"0", "verified, by a key you know"},
    {"1",
	"refuted: malformed, forged, inconsistent, or of another history than what is remembered; "
	"the code is one that 'stet explain' explains"},
    {"2", "the command line was wrong"},
    {"3", "could not find out: it cannot be read, is nothing that stet knows, or is consistent in "
	  "itself and by a signer not known to you; or it is older than --max-age; or fewer have "
	  "cosigned than --policy or --auditors asks for, or no time-stamp is by an authority of "
	  "--tsa-ca; or more entries of its ledger were read or checked here before"},
    {"4", "verified, by a key you know: what was asked for is not in its ledger"}, {NULL, NULL}};

const struct command cmd_check = {.name = "check",
    .group = GROUP_KEEP,
    .summary = "verify evidence from a ledger, with no ledger here",
    .synopsis = "FILE [ID] [--key VKEY]... [--trust FILE] [--policy FILE] "
		"[--auditors FILE] [--timestamp FILE] [--tsa-ca FILE] [--max-age AGE] "
		"[--no-remember] [--json]\n"
		"RECEIPT --entry FILE [--key VKEY]... [--trust FILE] [--json]\n"
		"INCREMENT --after BAG... [--key VKEY]... [--trust FILE] [--json]",
    .description =
	"Verifies a file that came from a ledger, by nothing but the keys you know: no ledger and "
	"no network is needed. What it is is told from its contents: a checkpoint (a C2SP signed "
	"note); a proof of all that is said of a record ('stet prove'); evidence of a fork or an "
	"omission; or that one entry is in a "
	"ledger, as a C2SP tlog-proof, a COSE receipt (RFC 9942) "
	"or a transparent statement (RFC 9943); a folder of C2SP tlog-tiles, whose hashes are "
	"all computed again; a bag (BagIt), as a folder or a tar or zip archive; or an OCFL object "
	"or "
	"storage root.\n\n"
	"OCFL 1.0 and 1.1 are judged by their standard, whose codes are told: E092 refuses, W004 "
	"advises.\n\n"
	"In objects of 'stet export ocfl' every file is made again from the proof in its "
	"version.\n\n"
	"A bag of anybody's is judged by RFC 8493. In one that 'stet export bagit' wrote, the "
	"ledger is put together anew by every rule, and every file of the bag is made again from "
	"its entries and compared, since manifests can be made to fit whatever was changed.\n\n"
	"An increment ('stet export bagit --all --since') is joined with what came before it, "
	"which --after names: the bag of the whole ledger and then, in order, the increments "
	"since. "
	"In place of them it may name one file with the checkpoint that the bag before ended "
	"with; then it is found out that nothing between the two checkpoints is missing or "
	"altered, and no more. Without it the answer is 3.\n\n"
	"Of a proof of a record every entry is judged by the rules of the ledger, and held against "
	"the tree and the record index that its key has signed; then the standing is shown as "
	"'stet show' shows it, as of the proof's moment. It is complete by the word of the ledger "
	"key. A history with something left out is refuted, and of a name that the proof does not "
	"cover nothing can be found out. With ID, the one record of several is shown.\n\n"
	"Evidence against a ledger holds two things that its key has signed and that cannot both "
	"be true: two heads that are not of one history (a fork), or an entry and a later record "
	"index that leaves it out (an omission). That this is so is the yes, 0; what convicts "
	"nobody is refuted. Of a fork one and the same key has to be on both heads: two keys that "
	"you know by one name may be those of two ledgers, and then the answer is 3. Evidence is "
	"of no moment, so --max-age is not answered by it.\n\n"
	"A verifier key is the text that 'stet checkpoint show --vkey' prints where the ledger is; "
	"get it from somewhere you trust, not from whoever sends the file. Without one everything "
	"is verified that can be, and the answer is 'consistent in itself, signer not known to "
	"you', exit 3.\n\n"
	"A trust file has a verifier key on each line, or 'log VKEY [URL]'; lines that begin with "
	"'#' are passed over. A key counts for the ledger whose origin is its name. Signatures by "
	"keys you do not know are counted and not believed; one wrong signature by a key you know "
	"refutes the whole.\n\n"
	"A policy (C2SP tlog-policy) has lines 'log VKEY', 'witness NAME VKEY', 'group NAME "
	"all|any|N MEMBER...' and one 'quorum NAME'. Witnesses sign that they saw no other history "
	"of the ledger, auditors that they replayed every entry; each has a file of its own, and a "
	"key stands in one of them. Their keys and those of the logs are known from then on.\n\n"
	"A COSE receipt goes beside the statement that it is of: give that, or the entry, with "
	"--entry; other receipts hold it. That an entry is in a ledger says nothing of what came "
	"after it.\n\n"
	"What is verified is held against what was read and checked here of its ledger before, and "
	"remembered; what is older than that, or of another history, is not accepted.\n\n"
	"A checkpoint states no time of its own, nor does a receipt, so --max-age can be answered "
	"only by the time of a cosigner you "
	"know.\n\n"
	"An RFC 3161 time-stamp says by when a checkpoint existed, and with it every entry before "
	"it. It is given beside the evidence with --timestamp; a bag has those that the ledger "
	"kept. Its certificate is judged at the time that it states. It never makes evidence "
	"younger: an old checkpoint can be stamped today.",
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run};
