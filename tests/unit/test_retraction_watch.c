/* import retraction-watch: what a row of the list comes to, whatever its file looks like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stet/exchange.h>

#include "base/err.h"
#include "base/hex.h"
#include "support/alloc.h"
#include "support/check.h"
#include "support/ledger.h"
#include "support/strict.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define HEADER \
	"Record ID,RetractionNature,RetractionDate,RetractionDOI,OriginalPaperDOI,Reason,Notes,\n"

struct
try {
	stet_transfer_options options;
	stet_import_result result;
	uint64_t refused; /* the first one */
	stet_error why, err;
};

struct text {
	const char *text;
	size_t size, at;
};

static int
read_text(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	struct text *text = ctx;
	size_t left = text->size - text->at;

	*got_out = left < size ? left : size;
	memcpy(buf, text->text + text->at, *got_out);
	text->at += *got_out;
	return STET_OK;
}

static void
take_refusal(void *ctx, uint64_t row, const stet_error *why)
{
	struct try *try = ctx;

	if (try->refused == 0) {
		try->refused = row;
		try->why = *why;
	}
}

static int
import_as(struct tl *tl, struct try *try, const char *format, unsigned flags, const char *csv)
{
	struct text text = {csv, strlen(csv), 0};

	memset(try, 0, sizeof(*try));
	try->options = (stet_transfer_options)STET_TRANSFER_OPTIONS;
	try->options.now_ms = tl->now_ms;
	try->options.flags = flags;
	try->options.refused = take_refusal;
	try->options.refused_ctx = try;
	return stet_import(tl->ledger, format, read_text, &text, tl->keys[TL_OBSERVER],
	    &try->options, &try->result, &try->err);
}

static int
import(struct tl *tl, struct try *try, unsigned flags, const char *csv)
{
	return import_as(tl, try, "retraction-watch", flags, csv);
}

static void
assert_import(struct tl *tl, unsigned flags, const char *csv, uint64_t taken, uint64_t refused,
    uint64_t appended)
{
	struct try try;
	int rc = import(tl, &try, flags, csv);

	if (rc != STET_OK || try.result.taken != taken || try.result.refused != refused ||
	    try.result.appended != appended)
		fail_msg("%s '%s': %llu taken, %llu refused ('%s'), %llu appended, %llu already",
		    stet_code_name(rc), try.err.text, (unsigned long long)try.result.taken,
		    (unsigned long long)try.result.refused, try.why.text,
		    (unsigned long long)try.result.appended,
		    (unsigned long long)try.result.already);
}

/* --- what the ledger says ------------------------------------------------------------------------
 */

struct looking {
	const char *id;
	stet_json *found;
};

static int
look_at(void *ctx, stet_entry *entry, stet_error *err)
{
	struct looking *looking = ctx;
	const stet_json *statement = stet_json_get(stet_entry_json(entry, err), "statement");

	if (st_bytes_equal(
		stet_json_string_of(stet_json_get(statement, "id")), st_str(looking->id)))
		looking->found = stet_json_copy(statement);
	return STET_OK;
}

/* An id over 64 bytes is its hash. */
static const char *
short_id(const char *id, char out[67])
{
	uint8_t hash[32];

	if (strlen(id) <= 64)
		return id;
	st_sha256(st_str(id), hash);
	memcpy(out, "0x", 2);
	st_hex(hash, 32, out + 2);
	return out;
}

/* One more text of a line; "-": there is none. */
static void
put_text(struct st_buf *line, const stet_json *json, const char *member)
{
	stet_bytes text = stet_json_string_of(stet_json_get(json, member));

	st_buf_put_str(line, line->size > 0 ? "; " : "");
	st_buf_put_bytes(line, text.data != NULL ? text : st_str("-"));
}

/* subject; nature; its term; occurred; kind of notice; its DOI; when; each reason */
static void
put_statement(struct st_buf *line, const stet_json *json)
{
	const stet_json *notice = stet_json_get(json, "notice"), *reason;
	size_t i;

	put_text(line, json, "subject");
	put_text(line, json, "nature");
	put_text(line, stet_json_get(json, "source"), "term");
	put_text(line, json, "occurred");
	put_text(line, notice, "kind");
	put_text(line, notice, "doi");
	put_text(line, notice, "published");
	for (i = 0; (reason = stet_json_item(stet_json_get(json, "reasons"), i)) != NULL; i++) {
		assert_true(st_bytes_equal(stet_json_string_of(stet_json_get(reason, "vocabulary")),
		    st_str("retraction-watch")));
		put_text(line, reason, "text");
	}
}

/* The statement of this id says so; expected NULL: there is none. */
static void
assert_said(struct tl *tl, const char *id, const char *expected)
{
	char shorter[67];
	struct looking looking = {short_id(id, shorter), NULL};
	struct st_buf line = {0};

	assert_int_equal(
	    stet_ledger_walk(tl->ledger, 0, STET_NO_SEQ, look_at, &looking, NULL), STET_OK);
	if ((looking.found == NULL) != (expected == NULL))
		fail_msg("there is %s statement '%s'", expected == NULL ? "a" : "no", id);
	if (expected != NULL) {
		put_statement(&line, looking.found);
		st_buf_put(&line, "", 1);
		if (strcmp((const char *)line.data, expected) != 0)
			fail_msg("%s\n  says %s\n  not  %s", id, (const char *)line.data, expected);
	}
	stet_json_free(looking.found);
	st_buf_free(&line);
}

/* --- rows ----------------------------------------------------------------------------------------
 */

/* Rows of HEADER, with their own number as Record ID, and what each comes to. */
static const struct {
	const char *row, *says;
} taken[] = {
    {"1,Retraction,3/9/2026 0:00,10.5555/N,https://doi.org/10.5555/A,+Fake Data;+Hoax;,,",
	"doi:10.5555/a; retraction; Retraction; 2026-03-09; own; 10.5555/n; 2026-03-09; Fake Data; "
	"Hoax"},
    {"2,Expression of concern,1/1/2026 0:00,unavailable,10.5555/b,,,",
	"doi:10.5555/b; expression_of_concern; Expression of concern; 2026-01; unknown; -; "
	"2026-01"},
    {"3,Correction,,10.5555/C,10.5555/c,,,",
	"doi:10.5555/c; correction; Correction; -; self; 10.5555/c; -"},
    {"4,Reinstatement,2021-06-08T00:00:00Z,NA,10.5555/d,None,,",
	"doi:10.5555/d; reinstatement; Reinstatement; 2021-06-08; unknown; -; 2021-06-08"},
    {"5,,12/31/1999,10.5555/n5,Unavailable,;+;  ;,,",
	"doi:10.5555/n5; unspecified; -; 1999-12-31; self; 10.5555/n5; 1999-12-31"},
    {"6,Removal of \xc3\xa4,3/9/2026 0:00,<NA>,10.5555/f,+Date of Article and/or Notice "
     "Unknown;,,",
	"doi:10.5555/f; unspecified; Removal of \xc3\xa4; -; unknown; -; -; Date of Article and/or "
	"Notice Unknown"},
    {"7,RETRACTION,NA,,\"10.1002/(SICI)1096-8628(19960111)61:1<4403::AID-AJMG43>3.0.CO;2-L\",,,",
	"doi:10.1002/(sici)1096-8628(19960111)61:1%3C4403::aid-ajmg43%3E3.0.co;2-l; retraction; "
	"RETRACTION; -; unknown; -; -"},
    {"8,<NA>,2/29/2024 0:00,0,doi:10.5555/H,+One,\"with \"\"quotes\"\"\nand lines\",",
	"doi:10.5555/h; unspecified; -; 2024-02-29; unknown; -; 2024-02-29; One"},
    {"9,Reinstatement,3/9/2026,10.5555/i#frag,http://dx.doi.org/10.5555/i/,,,",
	"doi:10.5555/i/; reinstatement; Reinstatement; 2026-03-09; own; 10.5555/i#frag; "
	"2026-03-09"},
};

static void
test_retraction_watch__rows_say_what_they_say(void **state)
{
	struct st_buf csv = {0};
	struct tl tl;
	char id[64];
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	st_buf_put_str(&csv, HEADER);
	for (i = 0; i < COUNT_OF(taken); i++) {
		st_buf_put_str(&csv, taken[i].row);
		st_buf_put_str(&csv, "\r\n");
	}
	st_buf_put(&csv, "", 1);
	assert_import(&tl, 0, (const char *)csv.data, COUNT_OF(taken), 0, COUNT_OF(taken) + 1);
	for (i = 0; i < COUNT_OF(taken); i++) {
		snprintf(id, sizeof(id), "retraction-watch:%zu:correction#0", i + 1);
		assert_said(&tl, id, taken[i].says);
	}
	assert_import(&tl, 0, (const char *)csv.data, COUNT_OF(taken), 0, 0);
	st_buf_free(&csv);
	tl_free(&tl);
}

static const struct {
	const char *row, *why;
} refused[] = {
    {"1,Retraction,,,,,,", "it names nothing: neither the paper nor the notice has a DOI"},
    {"1,Retraction,,Unavailable,NA,,,",
	"it names nothing: neither the paper nor the notice has a DOI"},
    {"1", "it names nothing: neither the paper nor the notice has a DOI"},
    {"1,Retraction,9/3,10.5555/n,10.5555/a,,,", "its date is none of the form M/D/YYYY"},
    {"1,Retraction,13/1/2026 0:00,10.5555/n,10.5555/a,,,", "its date is none of the form M/D/YYYY"},
    {"1,Retraction,2/29/2025 0:00,10.5555/n,10.5555/a,,,", "its date is none of the form M/D/YYYY"},
    {"1,Retraction,3/9/26 0:00,10.5555/n,10.5555/a,,,", "its date is none of the form M/D/YYYY"},
    {"1,Retraction,3/9/2026x,10.5555/n,10.5555/a,,,", "its date is none of the form M/D/YYYY"},
    {"1,Retraction,,10.5555/n,paper,,,", "its original DOI 'paper' is no DOI"},
    {"1,Retraction,,no\xc2\xa0notice,10.5555/a,,,", "its notice DOI 'no\xc2\xa0notice' is no DOI"},
    {"1,Retraction,,10.5555/n,10.5555/a,,Caf\xe9,", "field 7 is not text: UTF-8 without controls"},
    {"1,\x93Retraction\x94,,10.5555/n,10.5555/a,,,", "field 2 is not text: UTF-8 without controls"},
};

static void
test_retraction_watch__refuses_by_number(void **state)
{
	struct st_buf csv = {0};
	struct try try;
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	for (i = 0; i < COUNT_OF(refused); i++) {
		st_buf_reset(&csv);
		st_buf_put_str(&csv, HEADER "7,Retraction,,10.5555/n,10.5555/z,,,\n");
		st_buf_put_str(&csv, refused[i].row);
		st_buf_put(&csv, "\n", 2);
		assert_int_equal(import(&tl, &try, 0, (const char *)csv.data), STET_OK);
		assert_int_equal(try.result.refused, 1);
		assert_int_equal(try.result.taken, 1);
		assert_int_equal(try.refused, 2);
		assert_int_equal(try.why.rule, ST_IMPORT_ROW);
		if (strcmp(try.why.text, refused[i].why) != 0)
			fail_msg("'%s': '%s'", refused[i].row, try.why.text);
	}
	st_buf_free(&csv);
	tl_free(&tl);
}

static void
test_retraction_watch__headers_decide(void **state)
{
	struct try try;
	struct tl tl;
	uint64_t size;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	size = tl_size(&tl);
	assert_int_equal(
	    import(&tl, &try, 0, "Record ID,OriginalPaperDOI\n1,10.5555/a\n"), STET_EFORMAT);
	assert_int_equal(try.err.rule, ST_IMPORT_MALFORMED);
	assert_string_equal(try.err.text, "the first line names no column 'RetractionDOI'");
	assert_int_equal(import(&tl, &try, 0, "10.5555/a,10.5555/b\n"), STET_EFORMAT);
	assert_string_equal(try.err.text, "the first line names no column 'OriginalPaperDOI'");
	assert_int_equal(import(&tl, &try, STET_IMPORT_WHOLE, ""), STET_EFORMAT);
	assert_string_equal(try.err.text, "the file is empty");
	assert_int_equal(tl_size(&tl), size);
	/* In any order, beside anything. */
	assert_import(&tl, 0,
	    "\xef\xbb\xbfx,RetractionDOI,y,OriginalPaperDOI ,\n,10.5555/n,,10.5555/a,\n", 1, 0, 2);
	assert_import(&tl, 0, "OriginalPaperDOI,RetractionDOI\n", 0, 0, 1);
	tl_free(&tl);
}

/* --- digests and Record IDs ----------------------------------------------------------------------
 */

/* python3: hashlib.sha256(b''.join(len(f).to_bytes(4,'big')+f for f in
 * (b'10.5555/A',b'10.5555/n'))).hexdigest()[:32] */
#define DIGEST "eba07649893f49ee8f10e4558011bfc1"
#define LISTED "doi:10.5555/a; unspecified; -; -; own; 10.5555/n; -"
#define DELISTED "doi:10.5555/a; delisting; -; -; -; -; -"

static void
test_retraction_watch__equal_rows_are_counted(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_import(&tl, 0,
	    "OriginalPaperDOI,RetractionDOI\n10.5555/A,10.5555/n\n10.5555/a,10.5555/n\n"
	    "10.5555/A,10.5555/n\n",
	    3, 0, 4);
	assert_said(&tl, "retraction-watch:" DIGEST ".1:correction#0", LISTED);
	assert_said(&tl, "retraction-watch:" DIGEST ".2:correction#0", LISTED);
	/* One of the equal rows is gone, and another comes instead. */
	assert_import(&tl, STET_IMPORT_WHOLE,
	    "OriginalPaperDOI,RetractionDOI\n10.5555/a,10.5555/n\n10.5555/A,10.5555/n\n"
	    "10.5555/b,10.5555/n\n",
	    3, 0, 3);
	assert_said(&tl, "retraction-watch:" DIGEST ".1:correction#0-delisted", NULL);
	assert_said(&tl, "retraction-watch:" DIGEST ".2:correction#0-delisted", DELISTED);
	tl_free(&tl);
}

static void
test_retraction_watch__a_record_id_says_one_thing(void **state)
{
	static const char csv[] = HEADER "1,Retraction,,10.5555/n,10.5555/a,,,\n"
					 "1,Retraction,,10.5555/n,10.5555/a,,,\n"
					 "1,Correction,,10.5555/n,10.5555/a,,,\n";
	struct try try;
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_int_equal(import(&tl, &try, 0, csv), STET_OK);
	assert_int_equal(try.result.taken, 2);
	assert_int_equal(try.result.refused, 1);
	assert_int_equal(try.result.appended, 2);
	assert_int_equal(try.refused, 3);
	assert_string_equal(try.why.text, "row 1 has the same Record ID and says something else");
	tl_free(&tl);
}

static void
test_retraction_watch__A_B_A_is_three(void **state)
{
	static const char *const files[] = {
	    HEADER "1,Retraction,,10.5555/a,10.5555/x,,,\n2,,,,10.5555/y,,,\n",
	    HEADER "1,Retraction,,10.5555/b,10.5555/x,,,\n2,,,,10.5555/y,,,\n",
	};
	struct tl tl;
	char id[64], says[80];
	int i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_import(&tl, 0, files[0], 2, 0, 3);
	for (i = 1; i < 6; i++) {
		assert_import(&tl, i % 2 != 0 ? STET_IMPORT_WHOLE : 0, files[i % 2], 2, 0, 3);
		snprintf(id, sizeof(id), "retraction-watch:1:correction#%d", i);
		snprintf(says, sizeof(says),
		    "doi:10.5555/x; retraction; Retraction; -; own; 10.5555/%c; -",
		    i % 2 != 0 ? 'b' : 'a');
		assert_said(&tl, id, says);
		snprintf(id, sizeof(id), "retraction-watch:1:correction#%d-annulled", i - 1);
		assert_said(&tl, id, "doi:10.5555/x; annulment; Retraction; -; -; -; -");
		assert_import(&tl, 0, files[i % 2], 2, 0, 0);
	}
	tl_free(&tl);
}

/* A row that now is about another paper: the old one is annulled where it was said. */
static void
test_retraction_watch__a_swap_moves_the_row(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_import(&tl, 0, HEADER "1,Retraction,,10.5555/paper,10.5555/notice,,,\n", 1, 0, 2);
	assert_import(&tl, 0, HEADER "1,Retraction,,10.5555/notice,10.5555/paper,,,\n", 1, 0, 3);
	assert_said(&tl, "retraction-watch:1:correction#0-annulled",
	    "doi:10.5555/notice; annulment; Retraction; -; -; -; -");
	assert_said(&tl, "retraction-watch:1:correction#1",
	    "doi:10.5555/paper; retraction; Retraction; -; own; 10.5555/notice; -");
	tl_free(&tl);
}

static void
test_retraction_watch__what_is_refused_now_has_not_vanished(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	assert_import(
	    &tl, 0, HEADER "1,Retraction,,10.5555/n,10.5555/a,,,\n2,,,,10.5555/y,,,\n", 2, 0, 3);
	assert_import(&tl, STET_IMPORT_WHOLE,
	    HEADER "1,Retraction,3/99/2026,10.5555/n,10.5555/a,,,\n3,,,,10.5555/y,,,\n", 1, 1, 3);
	assert_said(&tl, "retraction-watch:1:correction#0-delisted", NULL);
	assert_said(&tl, "retraction-watch:2:correction#0-delisted",
	    "doi:10.5555/y; delisting; -; -; -; -; -");
	tl_free(&tl);
}

/* --- memory --------------------------------------------------------------------------------------
 */

#define EDIT(op, doi, notice, more)                                             \
	"{\"op\": \"" op "\", \"map\": \"retraction\", \"doi\": \"10.5555/" doi \
	"\", \"notice\": \"10.5555/" notice "\"" more                           \
	", \"snapshot\": \"2026-06-01T00:00:00+00:00\"}\n"
#define WAS(notice) ", \"was\": \"10.5555/" notice "\""

static const struct shortage {
	const char *format, *before, *text;
	unsigned flags;
	uint64_t taken, appended;
	uint64_t seals; /* more of them where a part was in before memory was short */
} shortages[] = {
    /* annulled, anew, new, delisted, snapshot */
    {"retraction-watch",
	HEADER "1,Retraction,3/9/2026 0:00,10.5555/n,10.5555/a,+A;,,\n"
	       "2,Correction,,,10.5555/b,,,\n3,,,,10.5555/c,,,\n",
	HEADER "1,Retraction,3/9/2026 0:00,10.5555/m,10.5555/a,+A;,,\n"
	       "2,,,,,,,\n4,,,,10.5555/d,,,\n",
	STET_IMPORT_WHOLE, 2, 5, 2},
    /* new; stated as it was, annulled, anew; delisted; snapshot */
    {"deltas", EDIT("add", "x", "n", ""),
	EDIT("add", "a", "n", "") "{\"op\": \"add\", \"doi\": \"a\"}\n" EDIT(
	    "change", "b", "n", WAS("m")) EDIT("remove", "x", "n", ""),
	0, 3, 6, 4},
};

static void
run_short(const struct shortage *shortage)
{
	struct tl_mark mark;
	struct try try;
	struct tl tl;
	uint64_t size;
	long n;
	int rc, failed;

	tl_make(&tl, TL_MEMORY);
	assert_int_equal(
	    import_as(&tl, &try, shortage->format, shortage->flags, shortage->before), STET_OK);
	strict_in_memory = 1;
	tl_mark_take(&tl, &mark);
	rc = import_as(&tl, &try, shortage->format, shortage->flags, shortage->text);
	assert_int_equal(rc, STET_OK);
	assert_int_equal(try.result.taken, shortage->taken);
	assert_int_equal(try.result.appended, shortage->appended);
	size = tl_size(&tl);
	for (n = 0;; n++) {
		tl_mark_put(&tl, &mark);
		alloc_fail(n);
		rc = import_as(&tl, &try, shortage->format, shortage->flags, shortage->text);
		failed = alloc_failed();
		if (!failed)
			break;
		if (rc != STET_OK && rc != STET_ENOMEM &&
		    !(rc == STET_EUNSURE && try.err.rule == ST_CHECKPOINT_LATE))
			fail_msg("%ld: %s %s '%s'", n, stet_code_name(rc),
			    stet_rule_name(try.err.rule), try.err.text);
		if (try.result.refused > 1 || (try.result.refused == 1 && try.refused != 2))
			fail_msg("%ld: row %llu refused: '%s'", n, (unsigned long long)try.refused,
			    try.why.text);
		assert_int_equal(
		    import_as(&tl, &try, shortage->format, shortage->flags, shortage->text),
		    STET_OK);
		assert_int_equal(try.result.taken, shortage->taken);
		assert_in_range(tl_size(&tl), size, size + shortage->seals);
	}
	strict_in_memory = 0;
	assert_int_equal(rc, STET_OK);
	printf("%ld allocations failed one by one in import %s\n", n, shortage->format);
	tl_mark_free(&mark);
	tl_free(&tl);
}

static void
test_retraction_watch__can_be_repeated_when_memory_was_short(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(shortages); i++)
		run_short(&shortages[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_retraction_watch__rows_say_what_they_say),
	    cmocka_unit_test(test_retraction_watch__refuses_by_number),
	    cmocka_unit_test(test_retraction_watch__headers_decide),
	    cmocka_unit_test(test_retraction_watch__equal_rows_are_counted),
	    cmocka_unit_test(test_retraction_watch__a_record_id_says_one_thing),
	    cmocka_unit_test(test_retraction_watch__A_B_A_is_three),
	    cmocka_unit_test(test_retraction_watch__a_swap_moves_the_row),
	    cmocka_unit_test(test_retraction_watch__what_is_refused_now_has_not_vanished),
	    cmocka_unit_test(test_retraction_watch__can_be_repeated_when_memory_was_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
