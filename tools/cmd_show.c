/* stet show: what the ledger says of a record, as a page of text. */
#include "line.h"
#include "out.h"
#include "page.h"
#include "qr.h"
#include "standing.h"
#include "util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_FULL = OPT_OWN, OPT_QR, OPT_URL };

static const struct opt own[] = {
    {OPT_FULL, 0, "full", NULL, "every statement as well, with all its members"},
    {OPT_QR, 0, "qr", NULL, "the address of its page in the ledger's site, as a QR code"},
    {OPT_URL, 0, "url", "URL", "with --qr: where the site is (default: the ledger's origin)"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const options[] = {own, opts_at, opts_json, opts_ledger, NULL};

/* In the order of the page. The newest statement of a type stands for it; verdicts and the like add
 * up, and all of them are shown. */
static const struct section {
	const char *type, *title;
	int all;
} sections[] = {{"correction", "Corrections", 1}, {"record", "Record", 0},
    {"doi", "DOI registrations", 1}, {"claims", "Claims", 0}, {"assessment", "Assessment", 0},
    {"verdict", "Verdicts", 1}, {"declaration", "Declared standing", 0},
    {"artifact", "Artifacts", 1}, {"alias", "Names", 1}, {"endorse", "Endorsements", 1},
    {"withhold", "Withheld content", 1}, {"key", "Key", 1}, {"policy", "Policy", 0},
    {"ledger", "Ledger", 1}, {"snapshot", "Snapshots", 1}, {"audit", "Fixity", 1},
    {"seal", "Seals", 0}, {NULL, NULL, 0}};

/* The newest of the record's own stands for it. Of observations all stand that were not annulled:
 * an importer annuls what its source no longer says, and one row may make several of a type. */
static int
is_shown(const struct view *view, const struct section *section, size_t place)
{
	const struct said *said = &view->items[place];
	size_t i;

	if (section->all)
		return 1;
	if (said->annulled_by != STET_NO_SEQ)
		return 0;
	for (i = place + 1; said->source == NULL && i < view->count; i++)
		if (strcmp(view->items[i].type, said->type) == 0 && view->items[i].source == NULL &&
		    view->items[i].annulled_by == STET_NO_SEQ)
			return 0;
	return 1;
}

static int
is_known(const char *type)
{
	const struct section *section;

	for (section = sections; section->type != NULL; section++)
		if (strcmp(section->type, type) == 0)
			return 1;
	return 0;
}

/* The name most of the page is about: the first of its closure. */
static char *
main_name(const stet_id *id, const struct view *view)
{
	char *name = json_text(stet_json_get(stet_json_item(view->names, 0), "name"));

	return name != NULL ? name : strdup(stet_id_text(id));
}

static void
put_section(const struct view *view, const struct section *section, const char *name)
{
	const struct said *said;
	size_t i, shown = 0;

	for (i = 0; i < view->count; i++) {
		said = &view->items[i];
		if (strcmp(said->type, section->type) != 0 || !is_shown(view, section, i))
			continue;
		out_text("\n");
		if (shown++ == 0) {
			out_style(STYLE_BOLD);
			out_text("%s\n", section->title);
			out_style(STYLE_PLAIN);
		}
		page_block(said, view, name);
	}
}

/* Types of a newer stet: what can be said of them is that they are there. */
static void
put_unknown(const struct view *view)
{
	size_t i, shown = 0;

	for (i = 0; i < view->count; i++)
		if (!is_known(view->items[i].type)) {
			if (shown++ == 0)
				out_text("\nOf a kind this stet does not know\n");
			page_said(&view->items[i], view, PAGE_FULL);
		}
}

static void
put_names(const struct view *view)
{
	const stet_json *item;
	char *name, *line;
	size_t i;

	for (i = 0; i < stet_json_size(view->names); i++) {
		item = stet_json_item(view->names, i);
		name = json_text(stet_json_get(item, "name"));
		line = text_of("%s  (%lld %s%s)", name != NULL ? name : "",
		    (long long)stet_json_int_of(stet_json_get(item, "count")),
		    stet_json_int_of(stet_json_get(item, "count")) == 1 ? "entry" : "entries",
		    stet_json_bool_of(stet_json_get(item, "observed"))
			? "; linked by observers only"
			: "");
		out_row(0, 8, i == 0 ? "names" : "", line != NULL ? line : "");
		free(line);
		free(name);
	}
}

/* A page that rests on an entry which is not what was signed says so before anything else. */
static void
put_wrong(const struct view *view)
{
	size_t i, wrong = 0;

	for (i = 0; i < view->count; i++)
		wrong += view->items[i].wrong != NULL;
	if (wrong == 0)
		return;
	out_text("\n");
	out_style(STYLE_RED);
	out_text("NOT VERIFIED: %zu of its entries %s not verify, and what follows rests on "
		 "%s.\n",
	    wrong, wrong == 1 ? "does" : "do", wrong == 1 ? "it" : "them");
	out_style(STYLE_PLAIN);
}

/* As the standing has it, which knows what still waits for endorsements; without one, as the
 * entries have it. */
static char *
title_of(const struct view *view, const stet_json *standing)
{
	const struct said *by = NULL;
	stet_json *title;
	char *text;

	if (standing != NULL)
		return json_text(stet_json_get(stet_json_get(standing, "title"), "value"));
	title = view_effective(view, "/record/title", &by);
	text = json_text(title);
	stet_json_free(title);
	return text;
}

static void
put_page(struct env *env, const stet_id *id, const struct view *view, const stet_json *standing,
    int full)
{
	const struct section *section;
	char *text = title_of(view, standing), *name = main_name(id, view);

	out_style(STYLE_BOLD);
	out_wrap(0, 0, text != NULL ? text : stet_id_text(id));
	out_style(STYLE_PLAIN);
	free(text);
	put_names(view);
	put_wrong(view);
	if (standing != NULL) {
		standing_page(env, standing);
		full |= !standing_is_of_record(standing);
	}
	for (section = sections; full && section->type != NULL; section++)
		put_section(view, section, name);
	put_unknown(view);
	free(name);
}

static stet_json *
effective_json(const struct view *view)
{
	static const char *const types[] = {"record", "claims", "assessment", "declaration", NULL};
	stet_json *all = stet_json_object(), *of_type, *value;
	const struct said *base, *by = NULL;
	const stet_json *member;
	const char *key;
	char path[256];
	size_t i, k;

	for (i = 0; types[i] != NULL; i++) {
		if ((base = view_newest(view, types[i])) == NULL)
			continue;
		of_type = stet_json_object();
		for (k = 0; stet_json_member(base->statement, k, &key, &member); k++) {
			stet_field_info info;

			snprintf(path, sizeof(path), "/%s", key);
			if (!field_info(types[i], path, &info) || strcmp(key, "after") == 0 ||
			    strcmp(key, "source") == 0 || strcmp(key, "type") == 0 ||
			    strcmp(key, "v") == 0)
				continue;
			snprintf(path, sizeof(path), "/%s/%s", types[i], key);
			value = view_effective(view, path, &by);
			stet_json_set(of_type, key, value);
		}
		stet_json_set(all, types[i], of_type);
	}
	return all;
}

static void
put_json(struct env *env, const stet_id *id, const struct view *view, const stet_json *standing)
{
	stet_json *page = stet_json_object(), *entries = stet_json_array();
	size_t i;

	for (i = 0; i < view->count; i++)
		stet_json_add(entries, said_json(&view->items[i]));
	stet_json_set(page, "v", stet_json_int(1));
	stet_json_set(page, "id", stet_json_str(stet_id_text(id)));
	stet_json_set(page, "ledger", stet_json_str(stet_ledger_id(env->ledger)));
	stet_json_set(page, "origin", stet_json_str(stet_ledger_origin(env->ledger)));
	stet_json_set(page, "names", stet_json_copy(view->names));
	stet_json_set(page, "effective", effective_json(view));
	if (standing != NULL)
		stet_json_set(page, "standing", stet_json_copy(standing));
	stet_json_set(page, "entries", entries);
	out_json(page);
}

/* The same without a word, and without a standing where there is none to be had. */
static int
standing_try(
    struct env *env, const stet_id *id, stet_standing **standing_out, const stet_json **json_out)
{
	stet_error err;
	stet_at at;

	*json_out = NULL;
	if (env_moment(env, &at) == 0 &&
	    stet_standing_of(env->ledger, id, at, standing_out, &err) == STET_OK)
		*json_out = stet_standing_json(*standing_out, &err);
	return EXIT_YES;
}

struct show {
	struct env env;
	const char *url;
	int full, qr;
};

static int
show(struct show *show, const stet_id *id)
{
	struct env *env = &show->env;
	stet_standing *standing = NULL;
	const stet_json *json = NULL;
	struct view view;
	int status, read;

	status = view_read(env, id, &view);
	if (status == EXIT_YES) {
		status = view_check(env, id, &view);
		/* Where the entries do not all verify, or a key's cannot be read, there may be no
		 * standing to fold; then they are all there is to show, and why was said. */
		read = status == EXIT_YES ? standing_read(env, id, &standing, &json)
					  : standing_try(env, id, &standing, &json);
		if (read == EXIT_YES && json != NULL)
			view_wait(&view, json);
		if (read != EXIT_YES)
			status = read;
		else if (env->json)
			put_json(env, id, &view, json);
		else
			put_page(env, id, &view, json, show->full || json == NULL);
		stet_standing_free(standing);
		view_free(&view);
	}
	return status;
}

/* What a poster, a printed page or a slide can carry of a record. */
static int
show_code(struct show *show, const stet_id *id)
{
	const char *url = show->url != NULL ? show->url : stet_ledger_origin(show->env.ledger);
	char path[STET_SITE_PATH_SIZE], *name, *address;
	stet_standing *standing = NULL;
	const stet_json *json;
	int status = standing_read(&show->env, id, &standing, &json);

	if (status != EXIT_YES)
		return status;
	name = json_text(json_at(json, "/names/0/name"));
	stet_site_path(name != NULL ? name : stet_id_text(id), path);
	address = text_of("%s%s%s%s", show->url == NULL ? "https://" : "", url,
	    url[0] != '\0' && url[strlen(url) - 1] == '/' ? "" : "/", path);
	status = address != NULL ? qr_put(address) : EXIT_UNSURE;
	if (status == EXIT_YES) {
		out_foreign(address);
		out_text("\n");
	}
	free(address);
	free(name);
	stet_standing_free(standing);
	return status;
}

static int
take(void *ctx, int id, const char *value)
{
	struct show *show = ctx;

	show->full |= id == OPT_FULL;
	show->qr |= id == OPT_QR;
	if (id == OPT_URL)
		show->url = value;
	return 1;
}

static int
check(const struct show *show, const struct command *self)
{
	if (show->url != NULL && !show->qr)
		return opt_wrong(self, "--url goes with --qr");
	if (show->qr && (show->full || show->env.json))
		return opt_wrong(self, "--qr is a picture: it goes with neither --full nor --json");
	return LINE_GO;
}

static int
run(const struct command *self, int argc, char **argv)
{
	struct show asked;
	struct line line;
	stet_id *id = NULL;
	int status;

	memset(&asked, 0, sizeof(asked));
	status = line_read(&line, &asked.env, self, argc, argv, 1, 1, take, &asked);
	if (status == LINE_GO)
		status = check(&asked, self);
	if (status == LINE_GO && (status = env_open(&asked.env, ENV_READ)) == EXIT_YES) {
		id = env_id(&asked.env, line.args[0]);
		status = id == NULL ? EXIT_USAGE
			 : asked.qr ? show_code(&asked, id)
				    : show(&asked, id);
	}
	stet_id_free(id);
	line_end(&line, &asked.env);
	return status;
}

static const struct pair examples[] = {
    {"stet show 10.5281/zenodo.21073815", "everything the ledger says of the record with this DOI"},
    {"stet show SRCH:9F810E9F", "the same by the first eight digits of its UUID"},
    {"stet show --at 2026-07-01 10.5281/zenodo.21073815", "what was known on that day"},
    {"stet show --json 10.5281/zenodo.21073815", "for a program"},
    {"stet show --qr 10.5281/zenodo.21073815", "for a slide or a poster"}, {NULL, NULL}};
static const struct pair exits[] = {{"0", "the page was printed"},
    {"1", "the identifier is the beginning of several names, which are listed; or an entry does "
	  "not verify"},
    {"2", "the command line was wrong"}, {"3", "could not find out: the ledger cannot be read"},
    {"4", "the record is not in this ledger"}, {NULL, NULL}};

const struct command cmd_show = {.name = "show",
    .group = GROUP_READ,
    .summary = "show what the ledger says of a record",
    .synopsis = "ID [--full] [--at SEQ|TIME] [--json]\n"
		"ID --qr [--url URL] [--at SEQ|TIME]",
    .description =
	"Prints where a record stands, on one screen: its names; each level, tier, verdict and "
	"state three times, as declared (what somebody says), as derived (what follows from what "
	"is said) and as supported (what signed entries and artifacts here carry); the conditions "
	"it is under, in the order they opened, with who says so; contradictions; what is "
	"declared and not supported; who signed; and the moment all of that is as of. What is not "
	"known is called unknown, never taken for a no. 'stet verify ID' shows what carries each "
	"rung.\n\n"
	"With --full also every statement, corrections first, each with who said it, with which "
	"key and in which entry. What a source outside states is marked as observed; what its "
	"issuer has annulled is struck out between ~~ marks.\n\n"
	"With --qr a code that leads to the record's page in the site that 'stet export site' "
	"makes, and its address in words.\n\n"
	"Every entry is verified before it is shown; what does not hold is marked, and "
	"the exit status is 1.\n\n"
	"An identifier is taken in any form people paste: a DOI with or without "
	"resolver, a UUID, SRCH: and "
	"eight digits, or a name as the ledger writes it.",
    .options = options,
    .examples = examples,
    .exits = exits,
    .run = run};
