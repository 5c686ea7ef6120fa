/* stet check: that one entry is in a ledger, in the three forms that others read. */
#include "check.h"
#include "out.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

static int
has_form(const struct check *check, int form)
{
	return !check->is_folder && stet_receipt_form_of(check->bytes) == form;
}

static int
is_tlog_proof(const struct check *check)
{
	return has_form(check, STET_RECEIPT_TLOG);
}

static int
is_receipt(const struct check *check)
{
	return has_form(check, STET_RECEIPT_COSE);
}

static int
is_statement(const struct check *check)
{
	return has_form(check, STET_RECEIPT_STATEMENT);
}

/* A tlog-proof ends with the checkpoint, behind its first empty line. */
static stet_bytes
note_of(stet_bytes bytes)
{
	const uint8_t *blank = memmem(bytes.data, bytes.size, "\n\n", 2);

	if (blank == NULL)
		return (stet_bytes){NULL, 0};
	return (stet_bytes){blank + 2, bytes.size - (size_t)(blank + 2 - bytes.data)};
}

static int
judge(struct check *check, stet_error *err)
{
	stet_bytes entry = {NULL, 0};
	uint8_t *data = NULL;
	int rc;

	if (check->entry != NULL) {
		if ((rc = check_read_entry(check, &data, &entry.size, err)) < 0)
			return rc;
		entry.data = data;
	}
	if (has_form(check, STET_RECEIPT_TLOG))
		check->note = note_of(check->bytes);
	rc = stet_receipt_check(check->bytes, entry, check->trust, &check->report, err);
	free(data);
	return rc;
}

static void
put(const stet_json *entry, const char *member, const char *label)
{
	char *text = json_text(stet_json_get(entry, member));

	if (text != NULL)
		check_row(label, text);
	free(text);
}

static void
page(const struct check *check)
{
	const stet_json *entry = stet_json_get(check->report, "entry");
	char *name = json_text(stet_json_get(entry, "name")),
	     *type = json_text(stet_json_get(entry, "type")), *line;
	long long seq = (long long)stet_json_int_of(stet_json_get(entry, "seq"));

	if (name != NULL)
		line = text_of("%lld, %s %s", seq, type != NULL ? type : "", name);
	else
		line = text_of("%lld, which is none of stet's", seq);
	check_row("entry", line != NULL ? line : "");
	put(entry, "issuer", "issuer");
	put(entry, "appended", "appended");
	put(entry, "leaf", "leaf");
	free(line);
	free(type);
	free(name);
}

static char *
verdict(const struct check *check)
{
	return text_of("entry %lld is in the tree that the ledger key signed",
	    (long long)stet_json_int_of(
		stet_json_get(stet_json_get(check->report, "entry"), "seq")));
}

const struct check_kind check_tlog_proof = {.name = "tlog-proof",
    .what = "a C2SP tlog-proof",
    .takes_entry = 1,
    .detect = is_tlog_proof,
    .judge = judge,
    .page = page,
    .verdict = verdict};
const struct check_kind check_receipt = {.name = "receipt",
    .what = "a COSE receipt",
    .takes_entry = 1,
    .detect = is_receipt,
    .judge = judge,
    .page = page,
    .verdict = verdict};
const struct check_kind check_transparent = {.name = "transparent-statement",
    .what = "a transparent statement",
    .takes_entry = 1,
    .detect = is_statement,
    .judge = judge,
    .page = page,
    .verdict = verdict};
