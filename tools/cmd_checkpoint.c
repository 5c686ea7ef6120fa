/* stet checkpoint: the signed head, for whoever keeps it elsewhere. */
#include "cosign.h"
#include "line.h"
#include "out.h"
#include "remember.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

#define NOTE_MAX ((size_t)1024 * 1024)

enum { OPT_VKEY = OPT_OWN };

struct checkpoint {
	struct env env;
	int vkey;
};

static int
take(void *ctx, int id, const char *value)
{
	struct checkpoint *checkpoint = ctx;

	(void)id;
	(void)value;
	checkpoint->vkey = 1;
	return 1;
}

static int
report_failed(int rc, const stet_error *err)
{
	complain_error(err);
	return rc == STET_ENOTFOUND ? EXIT_UNSURE : status_of(rc);
}

static void
put_json(struct env *env, const char *note, const char *vkey)
{
	stet_json *json = stet_json_object();
	stet_head head;
	stet_error err;

	stet_json_set(json, "v", stet_json_int(1));
	stet_json_set(json, "origin", stet_json_str(stet_ledger_origin(env->ledger)));
	stet_json_set(json, "ledger", stet_json_str(stet_ledger_id(env->ledger)));
	if (stet_ledger_head(env->ledger, &head, &err) == STET_OK) {
		stet_json_set(json, "size", stet_json_int((int64_t)head.size));
		stet_json_set(
		    json, "root", stet_json_hex((stet_bytes){head.root, sizeof(head.root)}));
		stet_json_set(
		    json, "index", stet_json_hex((stet_bytes){head.index, sizeof(head.index)}));
	}
	stet_json_set(json, "note", stet_json_str(note));
	stet_json_set(json, "vkey", stet_json_str(vkey));
	out_json(json);
}

static int
show(struct checkpoint *checkpoint)
{
	char *note = NULL, *vkey = NULL;
	stet_error err;
	size_t size = 0;
	int rc;

	if ((rc = stet_ledger_vkey(checkpoint->env.ledger, &vkey, &err)) == STET_OK &&
	    !checkpoint->vkey)
		rc = stet_ledger_checkpoint(checkpoint->env.ledger, &note, &size, &err);
	if (rc == STET_OK && checkpoint->vkey)
		out_text("%s\n", vkey);
	else if (rc == STET_OK && checkpoint->env.json)
		put_json(&checkpoint->env, note, vkey);
	else if (rc == STET_OK)
		out_put(note, size);
	free(note);
	free(vkey);
	return rc == STET_OK ? EXIT_YES : report_failed(rc, &err);
}

static int
adopt(struct env *env, const char *path)
{
	uint8_t *note = NULL;
	size_t size = 0;
	stet_error err;
	int rc;

	if (file_read(path, NOTE_MAX, &note, &size, &err) < 0) {
		complain("cannot read '%s': %s", path, err.text);
		return EXIT_UNSURE;
	}
	rc = stet_ledger_adopt(env->ledger, (stet_bytes){note, size}, &err);
	free(note);
	if (rc < 0)
		return rc == STET_EFORMAT ? (complain_error(&err), EXIT_NO)
					  : report_failed(rc, &err);
	out_text("this machine now goes on from that checkpoint\n");
	return EXIT_YES;
}

static int
run_show(const struct command *self, int argc, char **argv)
{
	struct checkpoint checkpoint = {0};
	struct line line;
	int status = line_read(&line, &checkpoint.env, self, argc, argv, 0, 0, take, &checkpoint);

	if (status == LINE_GO && (status = env_open(&checkpoint.env, ENV_READ)) == EXIT_YES)
		status = show(&checkpoint);
	line_end(&line, &checkpoint.env);
	return status;
}

static int
run_adopt(const struct command *self, int argc, char **argv)
{
	struct env env;
	struct line line;
	int status = line_read(&line, &env, self, argc, argv, 1, 1, NULL, NULL);

	if (status == LINE_GO && (status = env_open(&env, ENV_WRITE)) == EXIT_YES)
		status = adopt(&env, line.args[0]);
	line_end(&line, &env);
	return status;
}

static const struct opt show_own[] = {
    {OPT_VKEY, 0, "vkey", NULL, "the key to verify checkpoints with, instead"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const show_options[] = {show_own, opts_json, opts_ledger, NULL};
static const struct opt *const adopt_options[] = {opts_secret, opts_ledger, NULL};

static const struct command sub_show = {.name = "checkpoint show",
    .group = GROUP_KEEP,
    .summary = "print the newest checkpoint",
    .synopsis = "[--vkey] [--json]",
    .description = "A C2SP signed note: the ledger's name, how many entries it has, and the root "
		   "of their tree, signed "
		   "by the ledger key. Whoever keeps it can tell later whether anything before it "
		   "was changed.",
    .options = show_options,
    .run = run_show};
static const struct command sub_adopt = {.name = "checkpoint adopt",
    .group = GROUP_KEEP,
    .summary = "let this machine go on from a checkpoint",
    .synopsis = "NOTE|-",
    .description = "This machine remembers outside the ledger what it signed last, so that an old "
		   "copy put back is "
		   "noticed and never signed on. A ledger that was moved here has no such memory "
		   "and refuses to seal, "
		   "until it is given the newest checkpoint from where it was. The note must be "
		   "signed by the ledger "
		   "key and agree with the entries here.",
    .options = adopt_options,
    .run = run_adopt,
    .writes = 1};
static const struct command *const subs[] = {&sub_show, &sub_adopt, &sub_compare, &sub_cosign,
    &sub_request, &sub_add_cosignature, &sub_timestamp_request, &sub_add_timestamp, &sub_remembered,
    &sub_forget, NULL};

static const struct pair examples[] = {{"stet checkpoint show > head.note", "keep it elsewhere"},
    {"stet checkpoint show --vkey", "what readers need to verify checkpoints"},
    {"stet checkpoint adopt head.note", "after moving the ledger to this machine"},
    {"stet checkpoint compare theirs.note", "is what somebody else has seen of this history?"},
    {"stet checkpoint cosign -C copy --name witness.example/w1 --key VKEY > line",
	"sign it as its witness"},
    {"stet checkpoint add-cosignature line --policy witnesses.policy", "keep that signature"},
    {"stet checkpoint timestamp-request -o head.tsq", "have it time-stamped"},
    {"stet checkpoint add-timestamp head.tsr --tsa-ca authority.pem", "keep that time-stamp"},
    {"stet checkpoint remembered", "which head of each ledger was read here last"}, {NULL, NULL}};
static const struct pair exits[] = {{"0", "done"},
    {"1", "the note is not of this ledger, or does not agree with it: a fork; a cosigner refuses, "
	  "or its "
	  "line is wrong; a time-stamp is wrong, or of something else; nothing is remembered that "
	  "could "
	  "be forgotten"},
    {"2", "the command line was wrong"},
    {"3", "could not find out: the ledger or the note cannot be read; the note is of more entries "
	  "than are here; the authority of a "
	  "time-stamp is not known to you"},
    {NULL, NULL}};

const struct command cmd_checkpoint = {.name = "checkpoint",
    .group = GROUP_KEEP,
    .summary = "show, adopt, compare, cosign, time-stamp and remember the signed head",
    .synopsis = "[show] [--vkey] [--json]\nadopt NOTE|-\ncompare NOTE|-... [-o FILE]\ncosign "
		"[FILE|-] --name NAME ...\n"
		"request [--old SIZE] [-o FILE]\nadd-cosignature FILE|- ...\n"
		"timestamp-request [-o FILE]\nadd-timestamp FILE|- --tsa-ca FILE\n"
		"remembered [--json]\nforget [ID|-C DIR]",
    .description = "Without a word it shows the newest checkpoint.",
    .options = show_options,
    .examples = examples,
    .exits = exits,
    .subs = subs,
    .run = run_show};
