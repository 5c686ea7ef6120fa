/* stet checkpoint timestamp-request, add-timestamp: the word of a time-stamping authority (RFC
 * 3161) that the checkpoint existed. The answer is fetched by whoever can reach the authority. */
#include "cosign.h"
#include "known.h"
#include "line.h"
#include "out.h"
#include "save.h"
#include "stamp.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPT_HASH = OPT_OWN, OPT_OUTPUT, OPT_TSA_CA };

struct timestamp {
	struct env env;
	struct known known;
	const char *output, *hash;
};

static int
take(void *ctx, int id, const char *value)
{
	struct timestamp *timestamp = ctx;

	switch (id) {
	case OPT_HASH:
		timestamp->hash = value;
		return 1;
	case OPT_OUTPUT:
		timestamp->output = value;
		return 1;
	case OPT_TSA_CA:
		return known_tsa(&timestamp->known, value);
	default:
		return -1;
	}
}

/* --- timestamp-request ------------------------------------------------------------------------ */

static int
put_request(struct timestamp *timestamp)
{
	const char *path = timestamp->output != NULL ? timestamp->output : "-";
	unsigned flags = timestamp->hash != NULL && strcmp(timestamp->hash, "sha256") == 0
			     ? STET_TIMESTAMP_SHA256
			     : 0;
	struct save save;
	uint8_t *der = NULL;
	stet_error err;
	size_t size;
	int rc;

	rc = stet_ledger_timestamp_request(timestamp->env.ledger, flags, &der, &size, &err);
	if (rc < 0) {
		complain_error(&err);
		return rc == STET_ENOTFOUND ? EXIT_UNSURE : status_of(rc);
	}
	if (save_open(&save, path) < 0) {
		free(der);
		return EXIT_UNSURE;
	}
	save_put(&save, der, size);
	free(der);
	return save_close(&save, 1);
}

static int
run_request(const struct command *self, int argc, char **argv)
{
	struct timestamp timestamp;
	struct line line;
	int status;

	memset(&timestamp, 0, sizeof(timestamp));
	status = line_read(&line, &timestamp.env, self, argc, argv, 0, 0, take, &timestamp);
	if (status == LINE_GO && timestamp.hash != NULL && strcmp(timestamp.hash, "sha256") != 0 &&
	    strcmp(timestamp.hash, "sha512") != 0)
		status = opt_wrong(self, "--hash takes sha256 or sha512, not '%s'", timestamp.hash);
	if (status == LINE_GO && timestamp.output == NULL && isatty(STDOUT_FILENO))
		status = opt_wrong(self,
		    "a request is not text: -o FILE, or standard output to a file or a program");
	if (status == LINE_GO && (status = env_open(&timestamp.env, ENV_READ)) == EXIT_YES)
		status = put_request(&timestamp);
	line_end(&line, &timestamp.env);
	return status;
}

/* --- add-timestamp ---------------------------------------------------------------------------- */

/* What is wrong with it is no; that its authority is not known refutes nothing. */
static int
report_failed(const stet_error *err)
{
	complain_error(err);
	if (err->rule == stet_rule_find("timestamp-unknown"))
		return EXIT_UNSURE;
	switch (err->code) {
	case STET_EMISMATCH:
	case STET_EFORMAT:
	case STET_EREFUSED:
		return EXIT_NO;
	default:
		return EXIT_UNSURE;
	}
}

static void
put_added(struct timestamp *timestamp, stet_json *report)
{
	int added = stet_json_bool_of(stet_json_get(report, "added"));
	char *text;

	if (timestamp->env.json) {
		stet_json *json = stet_json_object();
		const stet_json *value;
		const char *member;
		size_t i;

		stet_json_set(json, "v", stet_json_int(1));
		for (i = 0; stet_json_member(report, i, &member, &value); i++)
			stet_json_set(json, member, stet_json_copy(value));
		out_json(json);
		return;
	}
	text = stamp_text(report);
	out_text("%s: ", added ? "added" : "already there");
	out_foreign(text != NULL ? text : "");
	out_text("\n");
	free(text);
}

static int
add(struct timestamp *timestamp, const char *path)
{
	stet_json *report = NULL;
	uint8_t *der = NULL;
	size_t size = 0;
	stet_error err;
	int status = EXIT_YES;

	if (file_read(path, STAMP_FILE_MAX, &der, &size, &err) < 0) {
		complain("cannot read '%s': %s", path, err.text);
		return EXIT_UNSURE;
	}
	if (stet_ledger_add_timestamp(timestamp->env.ledger, (stet_bytes){der, size},
		timestamp->known.tsa, &report, &err) < 0)
		status = report_failed(&err);
	else
		put_added(timestamp, report);
	stet_json_free(report);
	free(der);
	return status;
}

static int
run_add(const struct command *self, int argc, char **argv)
{
	struct timestamp timestamp;
	struct line line;
	int status;

	memset(&timestamp, 0, sizeof(timestamp));
	status = line_read(&line, &timestamp.env, self, argc, argv, 1, 1, take, &timestamp);
	if (status == LINE_GO && timestamp.known.tsa == NULL && timestamp.known.failed == EXIT_YES)
		status = opt_wrong(self, "say whose time-stamps you believe: --tsa-ca FILE, the "
					 "authority's certificate");
	if (status == LINE_GO && (status = known_settle(&timestamp.known)) == EXIT_YES &&
	    (status = env_open(&timestamp.env, ENV_READ)) == EXIT_YES)
		status = add(&timestamp, line.args[0]);
	known_end(&timestamp.known);
	line_end(&line, &timestamp.env);
	return status;
}

/* --- tables ----------------------------------------------------------------------------------- */

static const struct opt request_own[] = {
    {OPT_HASH, 0, "hash", "NAME", "sha256, for an authority that takes no sha512 (the default)"},
    {OPT_OUTPUT, 'o', "output", "FILE", "write it there instead of to standard output"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt add_own[] = {
    {OPT_TSA_CA, 0, "tsa-ca", "FILE",
	"certificates of authorities that you believe: PEM, or one in DER"},
    {0, 0, NULL, NULL, NULL}};
static const struct opt *const request_options[] = {request_own, opts_ledger, NULL};
static const struct opt *const add_options[] = {add_own, opts_json, opts_ledger, NULL};

const struct command sub_timestamp_request = {.name = "checkpoint timestamp-request",
    .group = GROUP_KEEP,
    .summary = "what a time-stamping authority is asked",
    .synopsis = "[--hash sha256|sha512] [-o FILE]",
    .description =
	"A TimeStampReq (RFC 3161, DER) over the text of the newest checkpoint, which asks for the "
	"authority's certificate, too. stet opens no network connection; send the file yourself, "
	"and give the answer to 'stet checkpoint add-timestamp':\n\n"
	"curl -H 'Content-Type: application/timestamp-query' --data-binary @head.tsq URL "
	"> head.tsr\n\n"
	"Only a hash leaves the house. What is stamped is the three lines of the checkpoint and "
	"neither the empty line nor the signatures, so cosignatures may come later.",
    .options = request_options,
    .run = run_request};
const struct command sub_add_timestamp = {.name = "checkpoint add-timestamp",
    .group = GROUP_KEEP,
    .summary = "keep a time-stamp of a checkpoint",
    .synopsis = "FILE|- --tsa-ca FILE [--json]",
    .description =
	"FILE is the answer of the authority (TimeStampResp) or the token in it. It is verified: "
	"that it is of a checkpoint of this ledger, the newest or an older one, that its signature "
	"is right, and that a chain leads from the certificate in it to one of --tsa-ca, valid at "
	"the time that the time-stamp states. Then it is kept in the folder 'timestamps' of the "
	"ledger; backups and bags have it, and 'stet verify --tsa-ca' shows it.\n\n"
	"A new seal does not outdate it: it goes on saying that the entries before its checkpoint "
	"existed by then. Where the authority is not known the answer is 3 and nothing is kept. "
	"Anybody checks a kept one with OpenSSL alone; the CHECKPOINT is the one it is of:\n\n"
	"stet checkpoint | head -n 3 > text\n"
	"openssl ts -verify -data text -in .stet/timestamps/FILE -token_in -CAfile CA.pem\n\n"
	"When the certificate has expired, -attime with the seconds of the time-stamp's own time "
	"has to be added there; stet judges certificates at that time in any case.",
    .options = add_options,
    .run = run_add,
    .writes = 1};
