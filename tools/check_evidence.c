/* stet check: evidence against a ledger, two signed things that cannot both be true. */
#include "check.h"
#include "out.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The heads of maps of four, six and seven and their first members (docs/format.md, "Files"). */
static const struct {
	const char *bytes;
	size_t size;
} marks[] = {{"\xa4\x61\x61", 3}, {"\xa6\x61\x61", 3}, {"\xa7\x64kind", 6}};

static int
detect(const struct check *check)
{
	size_t i;

	for (i = 0; !check->is_folder && i < sizeof(marks) / sizeof(marks[0]); i++)
		if (check->bytes.size >= marks[i].size &&
		    memcmp(check->bytes.data, marks[i].bytes, marks[i].size) == 0)
			return 1;
	return 0;
}

static int
is_fork(const stet_json *report)
{
	return json_is(stet_json_get(report, "of"), "fork");
}

static int
head_is_known(const stet_json *report, size_t at)
{
	const stet_json *heads = stet_json_get(report, "heads");

	return stet_json_bool_of(stet_json_get(stet_json_item(heads, at), "known"));
}

static int
judge(struct check *check, stet_error *err)
{
	const stet_json *report;
	int rc;

	if ((rc = stet_evidence_check(check->bytes, check->trust, &check->report, err)) < 0)
		return rc;
	report = check->report;
	if (is_fork(report) && head_is_known(report, 0) && head_is_known(report, 1) &&
	    !stet_json_bool_of(stet_json_get(report, "known"))) {
		check->signers_told = 1;
		return fail_text(err, STET_ENOTFOUND,
		    "two keys that you know by that name have signed one head each: whether they "
		    "are of one ledger, this does not show");
	}
	return STET_OK;
}

/* --- the page -------------------------------------------------------------------------------- */

static void
put(const char *label, char *text)
{
	check_row(label, text != NULL ? text : "");
	free(text);
}

static void
page_fork(const stet_json *report)
{
	const stet_json *heads = stet_json_get(report, "heads"), *head;
	char *root, *at = json_text(stet_json_get(report, "root_at"));
	size_t i;

	for (i = 0; i < stet_json_size(heads); i++) {
		head = stet_json_item(heads, i);
		root = json_text(stet_json_get(head, "root"));
		put(i == 0 ? "one head" : "the other",
		    text_of("size %" PRId64 ", root %s",
			stet_json_int_of(stet_json_get(head, "size")), root != NULL ? root : ""));
		free(root);
	}
	if (at != NULL)
		put("begins",
		    text_of("with size %" PRId64 ", root %s",
			stet_json_int_of(stet_json_get(stet_json_item(heads, 0), "size")), at));
	free(at);
}

static void
page_omission(const stet_json *report)
{
	const stet_json *entry = stet_json_get(report, "entry");
	char *name = json_text(stet_json_get(report, "name")),
	     *type = json_text(stet_json_get(entry, "type")),
	     *issuer = json_text(stet_json_get(entry, "issuer")),
	     *appended = json_text(stet_json_get(entry, "appended")),
	     *sealed = json_text(stet_json_get(report, "sealed"));
	int64_t counted = stet_json_int_of(stet_json_get(report, "counted"));

	put("left out",
	    text_of("entry %" PRId64 ", %s %s", stet_json_int_of(stet_json_get(entry, "seq")),
		type != NULL ? type : "", name != NULL ? name : ""));
	put("issuer", text_of("%s", issuer != NULL ? issuer : ""));
	put("appended", text_of("%s", appended != NULL ? appended : ""));
	put("sealed",
	    text_of("by entry %" PRId64 " at %s, whose index counts %" PRId64 " %s about that name",
		stet_json_int_of(stet_json_get(report, "seal")), sealed != NULL ? sealed : "",
		counted, counted == 1 ? "entry" : "entries"));
	free(name);
	free(type);
	free(issuer);
	free(appended);
	free(sealed);
}

static void
page(const struct check *check)
{
	if (is_fork(check->report))
		page_fork(check->report);
	else
		page_omission(check->report);
}

static char *
verdict(const struct check *check)
{
	const stet_json *report = check->report;
	char *name, *text;

	if (is_fork(report))
		return text_of("this ledger's key has signed two heads that cannot both be true");
	name = json_text(stet_json_get(report, "name"));
	text = text_of("this ledger's key has signed entry %" PRId64
		       " about '%s' and an index that leaves it out: both cannot be true",
	    stet_json_int_of(stet_json_get(stet_json_get(report, "entry"), "seq")),
	    name != NULL ? name : "");
	free(name);
	return text;
}

const struct check_kind check_evidence = {.name = "stet-evidence",
    .what = "evidence against a ledger",
    .detect = detect,
    .judge = judge,
    .page = page,
    .verdict = verdict};
