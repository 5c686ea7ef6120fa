/* stet export site and stet export report: pages for people. */
#include "export.h"
#include "line.h"
#include "out.h"
#include "save.h"
#include "stop.h"
#include "util.h"
#include "verb.h"

#include <inttypes.h>
#include <string.h>

enum { OPT_UPDATE = OPT_OWN, OPT_URL };

struct pages {
	struct env env;
	const char *output, *url;
	int update;
};

static int
take(void *ctx, int id, const char *value)
{
	struct pages *pages = ctx;

	pages->update |= id == OPT_UPDATE;
	if (id == OPT_URL)
		pages->url = value;
	if (id == 'o')
		pages->output = value;
	return 1;
}

/* --- a site -------------------------------------------------------------------------------------
 */

static void
report_site(const stet_site_result *result)
{
	char records[32], written[32], kept[32];

	remark("%s record%s; %s files written, %s as they were",
	    number_text(result->records, records), result->records == 1 ? "" : "s",
	    number_text(result->written, written), number_text(result->kept, kept));
}

static int
write_site(struct pages *pages)
{
	stet_site_options options = {
	    STET_OPTIONS_VERSION, pages->url, pages->update, progress_step, NULL};
	struct progress progress;
	stet_site_result result;
	stet_error err;
	stet_at at;
	int rc;

	if (env_moment(&pages->env, &at) < 0)
		return EXIT_USAGE;
	options.progress_ctx = &progress;
	stop_watch();
	progress_begin(&progress, "site", pages->env.quiet);
	rc = stet_site(pages->env.ledger, pages->output, at, &options, &result, &err);
	progress_end(&progress);
	if (rc == STET_OK) {
		report_site(&result);
		return EXIT_YES;
	}
	if (stop_asked())
		complain("stopped; the same command with --update goes on from there");
	else
		complain_error(&err);
	return status_of(rc) == EXIT_YES ? EXIT_UNSURE : status_of(rc);
}

static int
run_site(const struct command *self, int argc, char **argv)
{
	struct pages pages;
	struct line line;
	int status;

	memset(&pages, 0, sizeof(pages));
	status = line_read(&line, &pages.env, self, argc, argv, 0, 0, take, &pages);
	if (status == LINE_GO && pages.output == NULL)
		status = opt_wrong(self, "into which folder? 'stet export site -o FOLDER'");
	if (status == LINE_GO && (status = env_open(&pages.env, ENV_READ)) == EXIT_YES)
		status = write_site(&pages);
	line_end(&line, &pages.env);
	return status;
}

/* --- the page of one record ---------------------------------------------------------------------
 */

static int
write_report(struct pages *pages, const stet_id *id)
{
	struct save save;
	stet_error err;
	stet_at at;
	int rc, status;

	if (env_moment(&pages->env, &at) < 0)
		return EXIT_USAGE;
	if (save_open(&save, pages->output != NULL ? pages->output : "-") < 0)
		return EXIT_UNSURE;
	rc = stet_page(pages->env.ledger, id, at, NULL, save_sink, &save, &err);
	status = save_close(&save, rc == STET_OK);
	if (rc == STET_OK || status != EXIT_YES)
		return status;
	if (rc == STET_ENOTFOUND) {
		complain("'%s' is not in this ledger", stet_id_text(id));
		return EXIT_ABSENT;
	}
	complain_error(&err);
	return status_of(rc) == EXIT_YES ? EXIT_UNSURE : status_of(rc);
}

static int
run_report(const struct command *self, int argc, char **argv)
{
	struct pages pages;
	struct line line;
	stet_id *id = NULL;
	int status;

	memset(&pages, 0, sizeof(pages));
	status = line_read(&line, &pages.env, self, argc, argv, 1, 1, take, &pages);
	if (status == LINE_GO && (status = env_open(&pages.env, ENV_READ)) == EXIT_YES) {
		id = env_id(&pages.env, line.args[0]);
		status = id != NULL ? write_report(&pages, id) : EXIT_USAGE;
	}
	stet_id_free(id);
	line_end(&line, &pages.env);
	return status;
}

/* --- the tables ---------------------------------------------------------------------------------
 */

static const struct opt report_own[] = {
    {'o', 'o', "output", "FILE",
	"write to FILE, which appears whole or not at all (default: standard output)"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt site_own[] = {{'o', 'o', "output", "FOLDER", "the folder of the site"},
    {OPT_UPDATE, 0, "update", NULL,
	"go on with the site in the folder: only what changed is written"},
    {OPT_URL, 0, "url", "URL", "where it will be (default: the ledger's origin)"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const report_options[] = {report_own, opts_at, opts_ledger, NULL};
static const struct opt *const site_options[] = {site_own, opts_at, opts_quiet, opts_ledger, NULL};

const struct command sub_export_report = {.name = "export report",
    .group = GROUP_EXCHANGE,
    .summary = "write a record as a page for people",
    .synopsis = "ID [--at SEQ|TIME] [-o FILE]",
    .description =
	"One page of HTML that stands alone, to print, to send or to keep beside a proof: "
	"standing, "
	"ladders rung by rung with their entries, the history drawn and written out, findings, who "
	"said what. No script, and nothing is fetched.",
    .options = report_options,
    .run = run_report};
const struct command sub_export_site = {.name = "export site",
    .group = GROUP_EXCHANGE,
    .summary = "write a static site of all records",
    .synopsis = "-o FOLDER [--update] [--url URL] [--at SEQ|TIME]",
    .description =
	"A folder that any web server can serve, and that nobody has to believe: a page for each "
	"record with its proof and its standing as JSON beside it, look-up by name and by file in "
	"the browser, lists of records and of findings, an Atom feed of corrections.\n\n"
	"With --update only what changed is written, and a page and its proof keep the moment that "
	"they were made at; a run that was stopped is gone on with. The proofs are of the newest "
	"checkpoint, and left out of a site of an earlier moment.",
    .options = site_options,
    .run = run_site};
