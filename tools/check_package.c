/* stet check: a bag, as a folder or an archive, by its standard and, if it is of a ledger, by what
 * is in it. */
#include "check.h"
#include "out.h"
#include "stop.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
detect(const struct check *check)
{
	return check->is_package == STET_PACKAGE_BAG;
}

/* The first problem, as the reason of the answer; the page has all. */
static int
refute(const stet_json *report, stet_error *err)
{
	const stet_json *problem = stet_json_item(stet_json_get(report, "problems"), 0);
	char *code = json_text(stet_json_get(problem, "code")),
	     *path = json_text(stet_json_get(problem, "path")),
	     *text = json_text(stet_json_get(problem, "text"));
	int rule = code != NULL ? stet_rule_find(code) : 0;

	/* A code of somebody else's standard is told of in front. */
	fail_text(err, STET_EMISMATCH, "%s%s%s%s%s", rule == 0 && code != NULL ? code : "",
	    rule == 0 && code != NULL ? ": " : "", path != NULL ? path : "",
	    path != NULL ? " " : "", text != NULL ? text : "");
	err->rule = rule;
	free(text);
	free(path);
	free(code);
	return STET_EMISMATCH;
}

static int
unsure(const stet_json *report, stet_error *err)
{
	const stet_json *warning = stet_json_item(stet_json_get(report, "warnings"), 0);
	char *path = json_text(stet_json_get(warning, "path")),
	     *text = json_text(stet_json_get(warning, "text"));

	fail_text(err, STET_EVERSION, "%s%s%s", path != NULL ? path : "", path != NULL ? " " : "",
	    text != NULL ? text : "");
	free(text);
	free(path);
	return STET_EVERSION;
}

int
check_package_judge(struct check *check, stet_error *err)
{
	stet_package_options options = STET_PACKAGE_OPTIONS;
	stet_ledger_options folders = STET_LEDGER_OPTIONS;
	const stet_json *ok;
	struct progress progress;
	int rc;

	env_ledger_options(&check->env, &folders);
	options.trust = check->trust;
	options.tsa = check->tsa;
	options.scratch_dir = folders.scratch_dir != NULL ? folders.scratch_dir : "/tmp";
	options.after = check->after;
	options.after_count = check->after_count;
	options.progress = progress_step;
	options.progress_ctx = &progress;
	stop_watch();
	progress_begin(&progress, "check", check->env.quiet);
	rc = stet_package_check(check->path, &options, &check->report, err);
	progress_end(&progress);
	/* What follows no standard that is known here is not judged by any. */
	if (rc == STET_EFORMAT && err->rule == stet_rule_find("package-kind"))
		return STET_EVERSION;
	if (rc < 0)
		return rc;
	ok = stet_json_get(check->report, "ok");
	if (stet_json_kind_of(ok) == STET_JSON_NULL)
		return unsure(check->report, err);
	if (!stet_json_bool_of(ok))
		return refute(check->report, err);
	return STET_OK;
}

static void
put_list(const stet_json *list, int64_t count, const char *label)
{
	char *code, *path, *text, *line;
	const stet_json *row;
	size_t i;

	for (i = 0; i < stet_json_size(list); i++) {
		row = stet_json_item(list, i);
		code = json_text(stet_json_get(row, "code"));
		path = json_text(stet_json_get(row, "path"));
		text = json_text(stet_json_get(row, "text"));
		line = text_of("%s: %s%s%s", code != NULL ? code : "", path != NULL ? path : "",
		    path != NULL ? " " : "", text != NULL ? text : "");
		check_row(label, line != NULL ? line : "");
		free(line);
		free(text);
		free(path);
		free(code);
	}
	if (count > (int64_t)stet_json_size(list)) {
		line = text_of("%" PRId64 " more", count - (int64_t)stet_json_size(list));
		check_row(label, line != NULL ? line : "");
		free(line);
	}
}

void
check_package_found(const stet_json *report)
{
	put_list(stet_json_get(report, "problems"),
	    stet_json_int_of(stet_json_get(report, "problem_count")), "problem");
	put_list(stet_json_get(report, "warnings"),
	    stet_json_int_of(stet_json_get(report, "warning_count")), "warning");
}

static void
put_records(const stet_json *records)
{
	char *name;
	size_t i;

	for (i = 0; i < stet_json_size(records); i++) {
		name = json_text(stet_json_item(records, i));
		check_row(i == 0 ? "of" : "and", name != NULL ? name : "");
		free(name);
	}
}

static void
put_since(const stet_json *report)
{
	const stet_json *since = stet_json_get(report, "since");
	char *line;

	if (since == NULL)
		return;
	line = text_of("the entries from %" PRId64 " on", stet_json_int_of(since));
	check_row("of", line != NULL ? line : "");
	free(line);
}

static void
page(const struct check *check)
{
	const stet_json *report = check->report;
	int64_t count;
	char files[32], bytes[32], *line, *standard = json_text(stet_json_get(report, "standard"));

	check_row("standard", standard != NULL ? standard : "");
	free(standard);
	count = stet_json_int_of(stet_json_get(report, "files"));
	line = text_of("%s %s, %s bytes", number_text((uint64_t)count, files),
	    count == 1 ? "file" : "files",
	    number_text((uint64_t)stet_json_int_of(stet_json_get(report, "bytes")), bytes));
	check_row("payload", line != NULL ? line : "");
	free(line);
	put_records(stet_json_get(report, "records"));
	put_since(report);
	check_package_found(report);
}

int
check_package_compared(const stet_json *report)
{
	const stet_json *warnings = stet_json_get(report, "warnings");
	size_t i;

	for (i = 0; i < stet_json_size(warnings); i++)
		if (json_is(stet_json_get(stet_json_item(warnings, i), "code"), "bag-rendering"))
			return 0;
	return 1;
}

static char *
what_holds(const struct check *check)
{
	if (stet_json_get(check->report, "records") != NULL)
		return text_of("all that the ledger says of %s is in it, by the word of the "
			       "ledger key%s",
		    stet_json_size(stet_json_get(check->report, "records")) == 1 ? "this record"
										 : "these records",
		    check_package_compared(check->report)
			? "; every file is as listed"
			: "; whether the files for readers say the same could "
			  "not be found out");
	if (stet_json_get(check->report, "since") != NULL && !check_package_compared(check->report))
		return strdup(
		    "it holds exactly the entries between two checkpoints that the ledger "
		    "key has signed; nothing else of it could be found out");
	if (stet_json_get(check->report, "since") != NULL)
		return strdup(
		    "it goes on from the bags before, and what they make together is whole "
		    "and signed by the ledger key");
	if (stet_json_get(check->report, "origin") != NULL &&
	    !check_package_compared(check->report))
		return strdup("the ledger in it is whole and signed by the ledger key; whether the "
			      "files for readers say the same could not be found out");
	if (stet_json_get(check->report, "origin") != NULL)
		return strdup("every file is as listed, and the ledger in it is whole and signed "
			      "by the ledger key");
	return strdup("every file is as listed; nothing in it says who vouches for that");
}

static char *
verdict(const struct check *check)
{
	char *holds = what_holds(check), *all;

	if (holds == NULL || check->recomputed == NULL)
		return holds;
	all = text_of("%s; recomputed by %s", holds, check->recomputed);
	free(holds);
	return all;
}

const struct check_kind check_package = {.name = "bag",
    .what = "a bag",
    .unsigned_too = 1,
    .takes_after = 1,
    .detect = detect,
    .judge = check_package_judge,
    .page = page,
    .verdict = verdict};
