/* stet checkpoint cosign, request, add-cosignature: a second signature on a checkpoint, by somebody
 * who is not the operator; what he is asked, and what the ledger does with his line. */
#include "cosign.h"
#include "keys.h"
#include "known.h"
#include "line.h"
#include "out.h"
#include "save.h"
#include "stop.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

#define NOTE_MAX ((size_t)1024 * 1024)

enum {
	OPT_NAME = OPT_OWN,
	OPT_KEY,
	OPT_TRUST,
	OPT_POLICY,
	OPT_AUDITORS,
	OPT_AUDITOR,
	OPT_FIRST,
	OPT_VKEY,
	OPT_OLD,
	OPT_OUTPUT
};

struct cosign {
	struct env env;
	struct known known;
	const char *name, *output;
	unsigned long long old;
	unsigned flags;
	int vkey;
};

static int
take(void *ctx, int id, const char *value)
{
	struct cosign *cosign = ctx;

	switch (id) {
	case OPT_NAME:
		cosign->name = value;
		return 1;
	case OPT_KEY:
		return known_key(&cosign->known, cosign->env.command, value);
	case OPT_TRUST:
		return known_trust(&cosign->known, value);
	case OPT_POLICY:
		return known_policy(&cosign->known, value);
	case OPT_AUDITORS:
		return known_auditors(&cosign->known, value);
	case OPT_AUDITOR:
		cosign->flags |= STET_COSIGN_AUDITOR;
		return 1;
	case OPT_FIRST:
		cosign->flags |= STET_COSIGN_FIRST;
		return 1;
	case OPT_VKEY:
		cosign->vkey = 1;
		return 1;
	case OPT_OUTPUT:
		cosign->output = value;
		return 1;
	case OPT_OLD:
		return opt_number(
			   cosign->env.command, "--old", value, UINT64_C(1) << 53, &cosign->old) < 0
			   ? -1
			   : 1;
	default:
		return -1;
	}
}

/* Refused, different and unsigned are no; what kept us from finding out is not. */
static int
answer_of(const stet_error *err)
{
	switch (err->code) {
	case STET_EMISMATCH:
	case STET_EFORMAT:
	case STET_EREFUSED:
		return EXIT_NO;
	case STET_ENOTFOUND:
		return EXIT_UNSURE;
	default:
		return status_of(err->code);
	}
}

static int
report_failed(const stet_error *err)
{
	if (stop_asked())
		complain("stopped before the end: nothing was signed");
	else
		complain_error(err);
	return answer_of(err);
}

static int
read_input(const char *path, stet_bytes *out)
{
	uint8_t *data = NULL;
	size_t size = 0;
	stet_error err;

	if (file_read(path, NOTE_MAX, &data, &size, &err) < 0) {
		complain("cannot read '%s': %s", path, err.text);
		return EXIT_UNSURE;
	}
	*out = (stet_bytes){data, size};
	return EXIT_YES;
}

/* --- cosign ----------------------------------------------------------------------------------- */

static int
put_vkey(struct cosign *cosign, const stet_key *key)
{
	char *vkey = NULL;
	stet_error err;

	if (stet_cosigner_vkey(key, cosign->name, &vkey, &err) < 0)
		return opt_wrong(cosign->env.command, "--name: %s", err.text);
	out_text("%s\n", vkey);
	free(vkey);
	return EXIT_YES;
}

static void
put_line(struct cosign *cosign, const stet_key *key, const char *line)
{
	const int auditor = (cosign->flags & STET_COSIGN_AUDITOR) != 0;
	char *vkey = NULL;
	stet_json *json;
	stet_error err;

	if (!cosign->env.json) {
		out_put(line, strlen(line));
		return;
	}
	json = stet_json_object();
	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "as", stet_json_str(auditor ? "auditor" : "witness"));
	stet_json_set(json, "name", stet_json_str(cosign->name));
	if (stet_cosigner_vkey(key, cosign->name, &vkey, &err) == STET_OK)
		stet_json_set(json, "vkey", stet_json_str(vkey));
	stet_json_set(json, "line", stet_json_str(line));
	free(vkey);
	out_json(json);
}

static int
cosign_request(struct cosign *cosign, const stet_key *key, stet_bytes request)
{
	stet_cosign_options options = STET_COSIGN_OPTIONS;
	stet_ledger_options where;
	struct progress progress;
	char *line = NULL;
	stet_error err;
	int rc;

	env_ledger_options(&cosign->env, &where);
	if (where.state_dir == NULL) {
		complain("no home folder and no $STET_STATE: a cosigner has to remember what it "
			 "signed");
		return EXIT_UNSURE;
	}
	options.name = cosign->name;
	options.state_dir = where.state_dir;
	options.logs = cosign->known.trust;
	options.now_ms = env_now(&cosign->env);
	options.wait_ms = where.wait_ms;
	options.flags = cosign->flags;
	stop_watch();
	progress_begin(&progress, "replay", cosign->env.quiet);
	rc = stet_cosign(
	    key, &options, request, cosign->env.ledger, &line, progress_step, &progress, &err);
	progress_end(&progress);
	if (rc < 0)
		return report_failed(&err);
	put_line(cosign, key, line);
	free(line);
	return EXIT_YES;
}

static int
cosign_with(struct cosign *cosign, const stet_key *key, const char *path)
{
	stet_bytes request = {NULL, 0};
	int status = EXIT_YES;

	if (cosign->vkey)
		return put_vkey(cosign, key);
	if (cosign->known.trust == NULL)
		return opt_wrong(cosign->env.command,
		    "say which key is the ledger's: --key VKEY, --trust FILE or --policy FILE");
	if (path != NULL)
		status = read_input(path, &request);
	/* A file alone has to prove itself; a copy is asked where none is given, or it is named. */
	if (status == EXIT_YES && (path == NULL || cosign->env.ledger_option != NULL ||
				      (cosign->flags & STET_COSIGN_AUDITOR) != 0))
		status = env_open(&cosign->env, ENV_REPAIR);
	if (status == EXIT_YES)
		status = cosign_request(cosign, key, request);
	free((void *)(uintptr_t)request.data);
	return status;
}

static int
run_cosign(const struct command *self, int argc, char **argv)
{
	struct cosign cosign;
	struct line line;
	stet_key *key = NULL;
	int status;

	memset(&cosign, 0, sizeof(cosign));
	status = line_read(&line, &cosign.env, self, argc, argv, 0, 1, take, &cosign);
	if (status == LINE_GO && cosign.name == NULL)
		status = opt_wrong(self, "a cosigner has a name: --name HOST/PATH");
	if (status == LINE_GO && (status = known_settle(&cosign.known)) == EXIT_YES &&
	    (status = keys_cosigner(&cosign.env, &key)) == EXIT_YES)
		status = cosign_with(&cosign, key, line.count > 0 ? line.args[0] : NULL);
	stet_key_free(key);
	known_end(&cosign.known);
	line_end(&line, &cosign.env);
	return status;
}

/* --- request ---------------------------------------------------------------------------------- */

static int
put_request(struct cosign *cosign)
{
	const char *path = cosign->output != NULL ? cosign->output : "-";
	struct save save;
	char *text = NULL;
	stet_error err;
	size_t size;

	if (stet_ledger_cosign_request(cosign->env.ledger, cosign->old, &text, &size, &err) < 0) {
		complain_error(&err);
		return err.code == STET_EINVAL ? EXIT_NO : answer_of(&err);
	}
	if (save_open(&save, path) < 0) {
		free(text);
		return EXIT_UNSURE;
	}
	save_put(&save, text, size);
	free(text);
	return save_close(&save, 1);
}

static int
run_request(const struct command *self, int argc, char **argv)
{
	struct cosign cosign;
	struct line line;
	int status;

	memset(&cosign, 0, sizeof(cosign));
	status = line_read(&line, &cosign.env, self, argc, argv, 0, 0, take, &cosign);
	if (status == LINE_GO && (status = env_open(&cosign.env, ENV_READ)) == EXIT_YES)
		status = put_request(&cosign);
	line_end(&line, &cosign.env);
	return status;
}

/* --- add-cosignature -------------------------------------------------------------------------- */

static int
add_lines(struct cosign *cosign, const char *path)
{
	stet_bytes lines = {NULL, 0};
	size_t added = 0;
	stet_error err;
	stet_json *json;
	int status;

	if ((status = read_input(path, &lines)) != EXIT_YES)
		return status;
	if (stet_ledger_add_cosignatures(
		cosign->env.ledger, lines, cosign->known.trust, &added, &err) < 0) {
		status = report_failed(&err);
	} else if (cosign->env.json) {
		json = stet_json_object();
		stet_json_set(json, "v", stet_json_int(1));
		stet_json_set(json, "added", stet_json_int((int64_t)added));
		out_json(json);
	} else {
		out_text(added == 0   ? "already there\n"
			 : added == 1 ? "added: 1 cosignature\n"
				      : "added: %zu cosignatures\n",
		    added);
	}
	free((void *)(uintptr_t)lines.data);
	return status;
}

static int
run_add(const struct command *self, int argc, char **argv)
{
	struct cosign cosign;
	struct line line;
	int status;

	memset(&cosign, 0, sizeof(cosign));
	status = line_read(&line, &cosign.env, self, argc, argv, 1, 1, take, &cosign);
	if (status == LINE_GO && cosign.known.trust == NULL)
		status = opt_wrong(self,
		    "say whose line it is: --key VKEY, --trust FILE, --policy FILE or --auditors "
		    "FILE");
	if (status == LINE_GO && (status = known_settle(&cosign.known)) == EXIT_YES &&
	    (status = env_open(&cosign.env, ENV_WRITE)) == EXIT_YES)
		status = add_lines(&cosign, line.args[0]);
	known_end(&cosign.known);
	line_end(&line, &cosign.env);
	return status;
}

/* --- tables ----------------------------------------------------------------------------------- */

static const struct opt cosign_own[] = {
    {OPT_AS, 0, "as", "KEY",
	"the cosigner's key: a label, a file, or the beginning of a thumbprint"},
    {OPT_NAME, 0, "name", "NAME",
	"the cosigner's name, such as witness.example/w1; always the same"},
    {OPT_KEY, 0, "key", "VKEY", "the ledger's verifier key (may be repeated)"},
    {OPT_TRUST, 0, "trust", "FILE", "a file of such keys, one on each line"},
    {OPT_POLICY, 0, "policy", "FILE", "a C2SP policy, whose logs are known"},
    {OPT_AUDITOR, 0, "auditor", NULL,
	"replay every entry of the copy first, and sign as an auditor"},
    {OPT_FIRST, 0, "first", NULL,
	"this is the first checkpoint of the ledger that is cosigned here"},
    {OPT_VKEY, 0, "vkey", NULL, "print the cosigner's verifier key instead"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt request_own[] = {
    {OPT_OLD, 0, "old", "SIZE", "the size that the witness cosigned last (default: none)"},
    {OPT_OUTPUT, 'o', "output", "FILE", "write it there instead of to standard output"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt add_own[] = {
    {OPT_KEY, 0, "key", "VKEY", "a cosigner's verifier key (may be repeated)"},
    {OPT_TRUST, 0, "trust", "FILE", "a file of such keys, one on each line"},
    {OPT_POLICY, 0, "policy", "FILE", "a C2SP policy, whose witnesses are known"},
    {OPT_AUDITORS, 0, "auditors", "FILE", "a policy of auditors, likewise"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const cosign_options[] = {
    cosign_own, opts_secret, opts_quiet, opts_json, opts_ledger, NULL};
static const struct opt *const request_options[] = {request_own, opts_ledger, NULL};
static const struct opt *const add_options[] = {add_own, opts_secret, opts_json, opts_ledger, NULL};

const struct command sub_cosign = {.name = "checkpoint cosign",
    .group = GROUP_KEEP,
    .summary = "sign a checkpoint as its witness or auditor",
    .synopsis = "[FILE|-] --name NAME (--key VKEY | --trust FILE | --policy FILE) [--as KEY] "
		"[--auditor] [--first] [--vkey] [--json]",
    .description =
	"The act of somebody who is not the operator: prints one signature line "
	"(C2SP cosignature/v1), which the ledger keeps with 'stet checkpoint add-cosignature'.\n\n"
	"A witness signs only what continues the last checkpoint it signed of this ledger. What "
	"that was it remembers outside the ledger, in a folder of its own for each key, and there "
	"a new checkpoint is written durably before the line is printed. That it continues is "
	"worked out from a copy of the ledger, or proved by FILE, which 'stet checkpoint request' "
	"makes. An older checkpoint and one of another history are refused, with both heads "
	"named.\n\n"
	"An auditor (--auditor) replays every entry of the copy first, as 'stet verify' does, and "
	"signs only if nothing was found. A key cosigns under one name and for one purpose.\n\n"
	"Where nothing is remembered of a ledger, --first says that this is the beginning; without "
	"it a memory that was lost would pass for one that never was.",
    .options = cosign_options,
    .run = run_cosign,
    .writes = 1};
const struct command sub_request = {.name = "checkpoint request",
    .group = GROUP_KEEP,
    .summary = "what a witness without a copy is asked",
    .synopsis = "[--old SIZE] [-o FILE]",
    .description = "The newest checkpoint with the proof that it continues the one of SIZE, in "
		   "the form that C2SP tlog-witness calls an add-checkpoint request.",
    .options = request_options,
    .run = run_request};
const struct command sub_add_cosignature = {.name = "checkpoint add-cosignature",
    .group = GROUP_KEEP,
    .summary = "keep a cosignature beside the checkpoint",
    .synopsis = "FILE|- (--key VKEY | --trust FILE | --policy FILE | --auditors FILE) [--json]",
    .description =
	"FILE has signature lines, or the whole note that was cosigned. Each line is verified by "
	"the keys given and kept; 'stet checkpoint' prints it from then on, proofs carry it, and "
	"backups have it. The next seal makes a new checkpoint, which has none yet.",
    .options = add_options,
    .run = run_add,
    .writes = 1};
