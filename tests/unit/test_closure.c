/* closure: the names of a record, and what binds them; docs/format.md, "Aliases" and "Closure". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "admission/closure.h"
#include "base/err.h"
#include "support/ledger.h"

#define BIND(name, record) \
	"{'type': 'alias', 'subject': '" name "', 'action': 'bind', 'record': '" record "'}"
#define UNBIND(name, record) \
	"{'type': 'alias', 'subject': '" name "', 'action': 'unbind', 'record': '" record "'}"
#define SEEN(name, record)                                                              \
	"{'type': 'alias', 'subject': '" name "', 'action': 'bind', 'record': '" record \
	"', 'source': {'name': 'x'}}"
#define UNSEEN(name, record)                                                              \
	"{'type': 'alias', 'subject': '" name "', 'action': 'unbind', 'record': '" record \
	"', 'source': {'name': 'x'}}"
#define LISTS(record, name) \
	"{'type': 'record', 'subject': '" record "', 'title': 'x', 'aliases': ['" name "']}"
#define SEEN_LISTS(record, name)                                                       \
	"{'type': 'record', 'subject': '" record "', 'title': 'x', 'aliases': ['" name \
	"'], 'source': {'name': 'x'}}"

static unsigned refusals;

static void
end(struct tl *tl)
{
	refusals += tl->refusals;
	tl_free(tl);
}

/* --- binding --------------------------------------------------------------------------------- */

static void
test_closure__names_are_bound_once(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(
	    &tl, tl_statement(&tl, TL_PUBLISHER, UNBIND("rw:2", "rw:1")), ST_ALIAS_NOT_BOUND);
	tl_say(&tl, TL_PUBLISHER, BIND("rw:2", "rw:1"));
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, BIND("rw:2", "rw:1")), ST_ALIAS_BOUND);
	tl_refused(
	    &tl, tl_statement(&tl, TL_PUBLISHER, UNBIND("rw:2", "rw:3")), ST_ALIAS_NOT_BOUND);
	/* pointing it elsewhere is one more entry in the same chain, and back again another */
	tl_say(&tl, TL_PUBLISHER, BIND("rw:2", "rw:3"));
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, BIND("rw:2", "rw:3")), ST_ALIAS_BOUND);
	tl_say(&tl, TL_PUBLISHER, BIND("rw:2", "rw:1"));
	tl_say(&tl, TL_PUBLISHER, UNBIND("rw:2", "rw:1"));
	tl_refused(
	    &tl, tl_statement(&tl, TL_PUBLISHER, UNBIND("rw:2", "rw:1")), ST_ALIAS_NOT_BOUND);
	tl_say(&tl, TL_PUBLISHER, BIND("rw:2", "rw:1"));
	/* Observed ones are not held to this: a page says what it says, as often as it likes. */
	tl_say(&tl, TL_OBSERVER, SEEN("rw:2", "rw:1"));
	tl_say(&tl, TL_OBSERVER, SEEN("rw:2", "rw:1"));
	tl_say(&tl, TL_OBSERVER, UNSEEN("rw:2", "rw:7"));
	/* nor do they free or bind a name for others */
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, BIND("rw:2", "rw:1")), ST_ALIAS_BOUND);
	tl_refused(
	    &tl, tl_statement(&tl, TL_PUBLISHER, UNBIND("rw:2", "rw:7")), ST_ALIAS_NOT_BOUND);
	end(&tl);
}

static void
test_closure__names_are_no_aliases_of_themselves(void **state)
{
	static const char *const impossible[] = {BIND("rw:1", "stet:ledger"),
	    BIND("rw:1", "stet:seal"), BIND("rw:1", "stet:audit"),
	    BIND("rw:1",
		"urn:ietf:params:oauth:ckt:sha-256:ctFvr8flSXYYJGF4Yx1lD-8BpKyncMll3YtVF2C61tw")};
	struct tl tl;
	size_t i;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, BIND("rw:1", "rw:1")), ST_ALIAS_OF_ITSELF);
	tl_refused(
	    &tl, tl_statement(&tl, TL_PUBLISHER, UNBIND("rw:1", "rw:1")), ST_ALIAS_OF_ITSELF);
	tl_refused(&tl, tl_statement(&tl, TL_OBSERVER, SEEN("rw:1", "rw:1")), ST_ALIAS_OF_ITSELF);
	for (i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++)
		tl_refused(
		    &tl, tl_statement(&tl, TL_PUBLISHER, impossible[i]), ST_SUBJECT_RESERVED);
	end(&tl);
}

static void
test_closure__only_bound_names_are_listed(void **state)
{
	static const char doi[] = "{'type': 'doi', 'subject': 'rw:1', 'doi': '10.5555/PAPER.1'}";
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, LISTS("rw:1", "rw:2")), ST_ALIAS_NOT_BOUND);
	tl_refused(&tl, tl_statement(&tl, TL_REGISTRAR, doi), ST_ALIAS_NOT_BOUND);
	/* its own name needs no binding */
	tl_say(&tl, TL_PUBLISHER, LISTS("rw:1", "rw:1"));
	tl_say(&tl, TL_REGISTRAR,
	    "{'type': 'doi', 'subject': 'doi:10.5555/own', 'doi': '10.5555/OWN'}");
	/* an observed binding is not enough for what is said here */
	tl_say(&tl, TL_OBSERVER, SEEN("rw:2", "rw:1"));
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, LISTS("rw:1", "rw:2")), ST_ALIAS_NOT_BOUND);
	tl_say(&tl, TL_OBSERVER, SEEN_LISTS("rw:1", "rw:2"));
	/* to this record, and still so */
	tl_say(&tl, TL_PUBLISHER, BIND("rw:2", "rw:3"));
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, LISTS("rw:1", "rw:2")), ST_ALIAS_NOT_BOUND);
	tl_say(&tl, TL_PUBLISHER, BIND("rw:2", "rw:1"));
	tl_say(&tl, TL_PUBLISHER, LISTS("rw:1", "rw:2"));
	tl_say(&tl, TL_PUBLISHER, UNBIND("rw:2", "rw:1"));
	tl_refused(&tl, tl_statement(&tl, TL_PUBLISHER, LISTS("rw:1", "rw:2")), ST_ALIAS_NOT_BOUND);
	/* one unbound name among bound ones */
	tl_say(&tl, TL_PUBLISHER, BIND("rw:2", "rw:1"));
	tl_refused(&tl,
	    tl_statement(&tl, TL_PUBLISHER,
		"{'type': 'record', 'subject': 'rw:1', 'title': 'x', 'aliases': ['rw:2', 'rw:9']}"),
	    ST_ALIAS_NOT_BOUND);
	tl_say(&tl, TL_REGISTRAR, BIND("doi:10.5555/paper.1", "rw:1"));
	tl_say(&tl, TL_REGISTRAR, doi);
	end(&tl);
}

/* What an observer lists follows the newest observed binding, whoever bound what since. */
static void
test_closure__observations_follow_what_was_observed(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_refused(
	    &tl, tl_statement(&tl, TL_OBSERVER, SEEN_LISTS("rw:1", "rw:2")), ST_ALIAS_NOT_BOUND);
	tl_say(&tl, TL_OBSERVER, SEEN("rw:2", "rw:1"));
	tl_say(&tl, TL_PUBLISHER, BIND("rw:2", "rw:3")); /* the publisher disagrees */
	tl_say(&tl, TL_OBSERVER, SEEN_LISTS("rw:1", "rw:2"));
	tl_say(&tl, TL_OBSERVER, SEEN_LISTS("rw:3", "rw:2")); /* its own binding holds for all */
	tl_say(&tl, TL_OBSERVER, UNSEEN("rw:2", "rw:1"));
	tl_refused(
	    &tl, tl_statement(&tl, TL_OBSERVER, SEEN_LISTS("rw:1", "rw:2")), ST_ALIAS_NOT_BOUND);
	tl_say(&tl, TL_OBSERVER, SEEN("rw:2", "rw:4"));
	tl_refused(
	    &tl, tl_statement(&tl, TL_OBSERVER, SEEN_LISTS("rw:1", "rw:2")), ST_ALIAS_NOT_BOUND);
	tl_say(&tl, TL_OBSERVER, SEEN_LISTS("rw:4", "rw:2"));
	end(&tl);
}

static void
test_closure__a_binding_counts_in_its_own_batch(void **state)
{
	stet_statement *batch[2];
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	batch[0] = tl_statement(&tl, TL_PUBLISHER, BIND("rw:2", "rw:1"));
	batch[1] = tl_statement(&tl, TL_PUBLISHER, LISTS("rw:1", "rw:2"));
	tl_append_all(&tl, batch, 2);
	batch[0] = tl_statement(&tl, TL_REGISTRAR, BIND("doi:10.5555/a", "rw:1"));
	batch[1] = tl_statement(
	    &tl, TL_REGISTRAR, "{'type': 'doi', 'subject': 'rw:1', 'doi': '10.5555/a'}");
	tl_append_all(&tl, batch, 2);
	end(&tl);
}

/* --- the closure ----------------------------------------------------------------------------- */

/* The names of a closure, sorted, with * behind the loose ones. */
static void
closure_text(struct tl *tl, const char *name, uint64_t size, int loose, char *out, size_t out_size)
{
	struct st_closure closure;
	struct st_reader *reader = NULL;
	struct st_books books;
	char *sorted[16];
	stet_error err;
	size_t i, k;

	assert_int_equal(st_ledger_reader(tl->ledger, &reader, &err), STET_OK);
	books = (struct st_books){reader, reader};
	assert_int_equal(st_closure_of(&books, st_str(name), size, loose, &closure, &err), STET_OK);
	assert_string_equal(closure.names[0].name, name);
	assert_true(closure.count <= 16);
	for (i = 0; i < closure.count; i++) {
		char *text = malloc(strlen(closure.names[i].name) + 2);

		assert_non_null(text);
		sprintf(text, "%s%s", closure.names[i].name, closure.names[i].loose ? "*" : "");
		for (k = i; k > 0 && strcmp(sorted[k - 1], text) > 0; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = text;
	}
	out[0] = '\0';
	for (i = 0; i < closure.count; i++) {
		snprintf(
		    out + strlen(out), out_size - strlen(out), "%s%s", i > 0 ? " " : "", sorted[i]);
		free(sorted[i]);
	}
	st_closure_clear(&closure);
	st_reader_close(reader);
}

static void
assert_closure(struct tl *tl, const char *name, int loose, const char *expected)
{
	char text[1024];

	closure_text(tl, name, STET_NO_SEQ, loose, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void
test_closure__is_what_the_page_says(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	/* rw:1 lists rw:2 and rw:3; doi:10.5555/a by a doi entry; rw:4 is bound and never listed */
	tl_say(&tl, TL_PUBLISHER, BIND("rw:2", "rw:1"));
	tl_say(&tl, TL_PUBLISHER, BIND("rw:3", "rw:1"));
	tl_say(&tl, TL_PUBLISHER,
	    "{'type': 'record', 'subject': 'rw:1', 'title': 'x', 'aliases': ['rw:2', 'rw:3']}");
	tl_say(&tl, TL_REGISTRAR, BIND("doi:10.5555/a", "rw:1"));
	tl_say(&tl, TL_REGISTRAR, "{'type': 'doi', 'subject': 'rw:1', 'doi': '10.5555/A'}");
	tl_say(&tl, TL_PUBLISHER, BIND("rw:4", "rw:1"));
	/* what adds no name: notice, replacement, relations, concept DOI, observations */
	tl_say(&tl, TL_EDITOR,
	    "{'type': 'correction', 'subject': 'rw:1', 'nature': 'retract_and_replace', "
	    "'replacement': 'rw:80', 'notice': {'kind': 'own', 'doi': '10.5555/notice'}}");
	tl_say(&tl, TL_REGISTRAR,
	    "{'type': 'doi', 'subject': 'doi:10.5555/a', 'doi': '10.5555/a', 'concept_doi': "
	    "'10.5555/concept', 'relations': [{'type': 'isVersionOf', 'doi': '10.5555/other'}]}");
	tl_say(&tl, TL_OBSERVER, SEEN("rw:5", "rw:1"));
	tl_say(&tl, TL_OBSERVER, SEEN_LISTS("rw:1", "rw:5"));

	assert_closure(&tl, "rw:1", 0, "doi:10.5555/a rw:1 rw:2 rw:3");
	assert_closure(&tl, "rw:2", 0, "doi:10.5555/a rw:1 rw:2 rw:3");
	assert_closure(&tl, "doi:10.5555/a", 0, "doi:10.5555/a rw:1 rw:2 rw:3");
	/* from the unlisted name the record is reached, not the other way about */
	assert_closure(&tl, "rw:4", 0, "doi:10.5555/a rw:1 rw:2 rw:3 rw:4");
	/* reads also follow what only observers link, and links from the other side */
	assert_closure(&tl, "rw:1", 1, "doi:10.5555/a rw:1 rw:2 rw:3 rw:4* rw:5*");
	assert_closure(&tl, "rw:5", 1, "doi:10.5555/a* rw:1* rw:2* rw:3* rw:4* rw:5");
	assert_closure(&tl, "rw:5", 0, "rw:5");
	assert_closure(&tl, "rw:99", 1, "rw:99");
	end(&tl);
}

/* Every alias entry counts, also one that unbinds and one that has been overtaken. */
static void
test_closure__keeps_what_was_once_bound(void **state)
{
	char text[1024];
	struct tl tl;
	uint64_t first, second;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	first = tl_say(&tl, TL_PUBLISHER, BIND("rw:2", "rw:1"));
	second = tl_say(&tl, TL_PUBLISHER, BIND("rw:2", "rw:3"));
	tl_say(&tl, TL_PUBLISHER, UNBIND("rw:2", "rw:3"));
	assert_closure(&tl, "rw:2", 0, "rw:1 rw:2 rw:3");
	/* at a size, only what stood there then */
	closure_text(&tl, "rw:2", first, 0, text, sizeof(text));
	assert_string_equal(text, "rw:2");
	closure_text(&tl, "rw:2", first + 1, 0, text, sizeof(text));
	assert_string_equal(text, "rw:1 rw:2");
	closure_text(&tl, "rw:2", second, 1, text, sizeof(text));
	assert_string_equal(text, "rw:1 rw:2");
	closure_text(&tl, "rw:3", second + 1, 1, text, sizeof(text));
	assert_string_equal(text, "rw:1* rw:2* rw:3");
	end(&tl);
}

static void
test_closure__ends_where_names_go_in_circles(void **state)
{
	struct tl tl;

	(void)state;
	tl_make(&tl, TL_MEMORY);
	tl_say(&tl, TL_PUBLISHER, BIND("rw:1", "rw:2"));
	tl_say(&tl, TL_PUBLISHER, BIND("rw:2", "rw:3"));
	tl_say(&tl, TL_PUBLISHER, BIND("rw:3", "rw:1"));
	tl_say(&tl, TL_OBSERVER, SEEN("rw:1", "rw:3"));
	assert_closure(&tl, "rw:1", 0, "rw:1 rw:2 rw:3");
	assert_closure(&tl, "rw:3", 1, "rw:1 rw:2 rw:3");
	end(&tl);
}

static int
print_count(void **state)
{
	(void)state;
	printf("%u refusals, after each the store, checkpoint and remembered head as before\n",
	    refusals);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_closure__names_are_bound_once),
	    cmocka_unit_test(test_closure__names_are_no_aliases_of_themselves),
	    cmocka_unit_test(test_closure__only_bound_names_are_listed),
	    cmocka_unit_test(test_closure__observations_follow_what_was_observed),
	    cmocka_unit_test(test_closure__a_binding_counts_in_its_own_batch),
	    cmocka_unit_test(test_closure__is_what_the_page_says),
	    cmocka_unit_test(test_closure__keeps_what_was_once_bound),
	    cmocka_unit_test(test_closure__ends_where_names_go_in_circles),
	};

	return cmocka_run_group_tests(tests, NULL, print_count);
}
