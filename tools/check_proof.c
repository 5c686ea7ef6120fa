/* stet check: a proof, everything that a ledger says about a record. */
#include "check.h"
#include "out.h"
#include "standing.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The head of a map of seven and its first member (docs/format.md, "Files"). */
#define MARK "\xa7\x64tree"

static int
detect(const struct check *check)
{
	return !check->is_folder && check->bytes.size >= sizeof(MARK) - 1 &&
	       memcmp(check->bytes.data, MARK, sizeof(MARK) - 1) == 0;
}

/* --- standings ------------------------------------------------------------------------------- */

/* Whether one of the standings so far is of this name. */
static int
is_told(const stet_json *standings, stet_bytes name)
{
	const stet_json *names;
	stet_bytes other;
	size_t i, k;

	for (i = 0; i < stet_json_size(standings); i++) {
		names = stet_json_get(stet_json_item(standings, i), "names");
		for (k = 0; k < stet_json_size(names); k++) {
			other =
			    stet_json_string_of(stet_json_get(stet_json_item(names, k), "name"));
			if (other.size == name.size &&
			    memcmp(other.data, name.data, name.size) == 0)
				return 1;
		}
	}
	return 0;
}

/* Whether a standing is told of under the name that it was asked for by, which the record's own
 * statements and not observers alone have. */
static int
is_own(const stet_json *standing, const char *name)
{
	const stet_json *first = stet_json_item(stet_json_get(standing, "names"), 0);

	return json_is(stet_json_get(first, "name"), name) &&
	       !stet_json_bool_of(stet_json_get(first, "observed"));
}

/* Adds the standing of an id to standings, or its name to absent; own_only: not that of a record
 * which has another name of its own. */
static int
tell(stet_proof *proof, const char *text, int own_only, stet_json *standings, stet_json *absent,
    stet_error *err)
{
	stet_standing *standing = NULL;
	const stet_json *json;
	stet_id *id = NULL;
	int rc;

	if ((rc = stet_id_parse(text, &id, err)) < 0)
		return rc;
	rc = stet_proof_standing(proof, id, &standing, err);
	if (rc == STET_ENOTFOUND) {
		if (!own_only)
			stet_json_add(absent, stet_json_str(stet_id_text(id)));
		rc = STET_OK;
	} else if (rc == STET_OK && (json = stet_standing_json(standing, err)) == NULL) {
		rc = STET_ENOMEM;
	} else if (rc == STET_OK && (!own_only || is_own(json, text))) {
		stet_json_add(standings, stet_json_copy(json));
	}
	stet_standing_free(standing);
	stet_id_free(id);
	return rc;
}

/* The names asked for are in the order of their letters, and those that observers link are among
 * them: a DOI comes before the record that it is of, and asked for by it the record's own entries
 * would support nothing.  So each record is told of under a name of its own first; what is left has
 * none. */
static int
tell_all(const struct check *check, stet_proof *proof, stet_json *standings, stet_json *absent,
    stet_error *err)
{
	const stet_json *asked = stet_json_get(stet_proof_report(proof), "asked");
	size_t i, count = stet_json_size(asked);
	const stet_json *item;
	char *name;
	int rc = STET_OK, own_only;

	if (check->id != NULL)
		return tell(proof, check->id, 0, standings, absent, err);
	for (own_only = 1; own_only >= 0; own_only--)
		for (i = 0; rc == STET_OK && i < count; i++) {
			item = stet_json_item(asked, i);
			if (is_told(standings, stet_json_string_of(item)))
				continue;
			if ((name = json_text(item)) == NULL)
				return fail_text(err, STET_ENOMEM, "out of memory");
			rc = tell(proof, name, own_only, standings, absent, err);
			free(name);
		}
	return rc;
}

static int
judge(struct check *check, stet_error *err)
{
	stet_json *standings = stet_json_array(), *absent = stet_json_array();
	stet_proof *proof = NULL;
	stet_bytes note; /* verbatim in the file, which outlives the proof */
	int rc, told;

	if ((rc = stet_proof_open(check->bytes, check->trust, &proof, err)) < 0) {
		stet_json_free(standings);
		stet_json_free(absent);
		return rc;
	}
	note = stet_proof_checkpoint(proof);
	check->note.data = memmem(check->bytes.data, check->bytes.size, note.data, note.size);
	check->note.size = check->note.data != NULL ? note.size : 0;
	told = tell_all(check, proof, standings, absent, err);
	check->report = stet_json_copy(stet_proof_report(proof));
	check->absent = stet_json_size(absent) > 0 && stet_json_size(standings) == 0;
	stet_json_set(check->report, "absent", absent);
	stet_json_set(check->report, "standings", standings);
	stet_proof_free(proof);
	/* Of what it does not cover it is no evidence, for or against. */
	return told == STET_EREFUSED ? STET_ENOTFOUND : told;
}

/* --- the page -------------------------------------------------------------------------------- */

static void
put_list(const char *label, const stet_json *names)
{
	char *name;
	size_t i;

	for (i = 0; i < stet_json_size(names); i++) {
		name = json_text(stet_json_item(names, i));
		check_row(i == 0 ? label : "", name != NULL ? name : "");
		free(name);
	}
}

static void
page(const struct check *check)
{
	const stet_json *report = check->report, *names = stet_json_get(report, "names");
	int64_t keys = stet_json_int_of(stet_json_get(report, "ledger_keys"));
	char *line;

	put_list("asked", stet_json_get(report, "asked"));
	line =
	    text_of("%" PRId64 " entries about %zu names: the record's, the ledger's and those of "
		    "the keys that signed",
		stet_json_int_of(stet_json_get(report, "entries")), stet_json_size(names));
	check_row("shows", line != NULL ? line : "");
	free(line);
	if (keys > 1) {
		line = text_of(
		    "the ledger key changed %" PRId64 " times, and each change is shown", keys - 1);
		check_row("", line != NULL ? line : "");
		free(line);
	}
	put_list("not covered", stet_json_get(report, "uncovered"));
}

static void
put_standing(struct env *env, const stet_json *standing)
{
	const stet_json *names = stet_json_get(standing, "names"), *item;
	char *title = json_text(stet_json_get(stet_json_get(standing, "title"), "value")),
	     *id = json_text(stet_json_get(standing, "id")), *name, *line;
	size_t i;

	out_text("\n");
	out_style(STYLE_BOLD);
	out_wrap(0, 0, title != NULL ? title : id != NULL ? id : "");
	out_style(STYLE_PLAIN);
	for (i = 0; i < stet_json_size(names); i++) {
		item = stet_json_item(names, i);
		name = json_text(stet_json_get(item, "name"));
		line = text_of("%s  (%" PRId64 " %s%s)", name != NULL ? name : "",
		    stet_json_int_of(stet_json_get(item, "count")),
		    stet_json_int_of(stet_json_get(item, "count")) == 1 ? "entry" : "entries",
		    stet_json_bool_of(stet_json_get(item, "observed"))
			? "; linked by observers only"
			: "");
		out_row(0, 8, i == 0 ? "names" : "", line != NULL ? line : "");
		free(line);
		free(name);
	}
	standing_page(env, standing);
	free(title);
	free(id);
}

static void
body(const struct check *check)
{
	const stet_json *standings = stet_json_get(check->report, "standings"),
			*absent = stet_json_get(check->report, "absent");
	struct env env = check->env; /* the page is of no moment but the proof's */
	char *name;
	size_t i;

	for (i = 0; i < stet_json_size(standings); i++)
		put_standing(&env, stet_json_item(standings, i));
	for (i = 0; i < stet_json_size(absent); i++) {
		name = json_text(stet_json_item(absent, i));
		out_text("\n");
		out_style(STYLE_BOLD);
		out_wrap(0, 0, name != NULL ? name : "");
		out_style(STYLE_PLAIN);
		out_wrap(0, 0, "This ledger says nothing about it: no entry, as of then.");
		free(name);
	}
	out_text("\n");
}

static char *
verdict(const struct check *check)
{
	const char *what = check->absent ? "not in this ledger" : "complete";

	if (check->recomputed != NULL)
		return text_of("%s: recomputed by %s", what, check->recomputed);
	return text_of("%s: signed by the ledger key", what);
}

const struct check_kind check_proof = {.name = "stet-proof",
    .what = "a proof of what a ledger says",
    .takes_id = 1,
    .detect = detect,
    .judge = judge,
    .page = page,
    .body = body,
    .verdict = verdict};
