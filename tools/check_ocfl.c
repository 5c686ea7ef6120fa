/* stet check: an OCFL object or storage root. */
#include "check.h"
#include "out.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
detect(const struct check *check)
{
	return check->is_package == STET_PACKAGE_OCFL;
}

/* The codes are those of the standard, which the catalogue here does not have. */
static int
judge(struct check *check, stet_error *err)
{
	int rc = check_package_judge(check, err);

	if (rc == STET_EMISMATCH && err->rule == 0)
		err->rule = stet_rule_find("ocfl-invalid");
	return rc;
}

static int64_t
record_count(const stet_json *report)
{
	return stet_json_int_of(stet_json_get(report, "record_count"));
}

static char *
counted(const stet_json *report, const char *member, const char *one, const char *many)
{
	uint64_t count = (uint64_t)stet_json_int_of(stet_json_get(report, member));
	char number[32];

	return text_of("%s %s", number_text(count, number), count == 1 ? one : many);
}

static void
page(const struct check *check)
{
	const stet_json *report = check->report;
	char *standard = json_text(stet_json_get(report, "standard")),
	     *objects = counted(report, "objects", "object", "objects"),
	     *versions = counted(report, "versions", "version", "versions"),
	     *files = counted(report, "files", "file", "files"),
	     *bytes = counted(report, "bytes", "byte", "bytes"), *line;

	check_row("standard", standard != NULL ? standard : "");
	line = text_of("%s, %s", objects != NULL ? objects : "", versions != NULL ? versions : "");
	check_row("holds", line != NULL ? line : "");
	free(line);
	line = text_of("%s, %s", files != NULL ? files : "", bytes != NULL ? bytes : "");
	check_row("content", line != NULL ? line : "");
	free(line);
	if (record_count(report) > 0) {
		line = counted(report, "record_count", "record of a ledger", "records of a ledger");
		check_row("of", line != NULL ? line : "");
		free(line);
	}
	check_package_found(report);
	free(bytes);
	free(files);
	free(versions);
	free(objects);
	free(standard);
}

/* Each record is proved as of its own moment; what else is in the root nobody has signed. */
static char *
verdict(const struct check *check)
{
	const stet_json *report = check->report;
	int64_t records = record_count(report),
		others = stet_json_int_of(stet_json_get(report, "objects")) - records;

	if (records == 0)
		return strdup("every file is as the inventories say; nothing in it says who "
			      "vouches for that");
	return text_of(
	    "all that the ledger says of %s, as of the moment of each version, is in it, "
	    "by the word of the ledger key; %s%s",
	    records == 1 ? "this record" : "these records",
	    check_package_compared(report) ? "every file is as listed"
					   : "whether the files for readers say the same could not "
					     "be found out",
	    others == 0 ? "" : "; nothing says who vouches for the objects of others in it");
}

const struct check_kind check_ocfl = {.name = "ocfl",
    .what = "an OCFL object or storage root",
    .unsigned_too = 1,
    .detect = detect,
    .judge = judge,
    .page = page,
    .verdict = verdict};
