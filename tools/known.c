/* The keys a reader knows, and the quorums he asks for. */
#include "known.h"
#include "opt.h"
#include "out.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)1024 * 1024)

static int
make_trust(struct known *known)
{
	stet_error err;

	if (known->trust == NULL && stet_trust_new(&known->trust, &err) < 0) {
		complain_error(&err);
		return -1;
	}
	return 0;
}

int
known_key(struct known *known, const struct command *command, const char *vkey)
{
	stet_error err;

	if (make_trust(known) < 0)
		return -1;
	if (stet_trust_add(known->trust, vkey, &err) < 0) {
		opt_wrong(command, "--key: %s", err.text);
		return -1;
	}
	return 1;
}

/* The text of a file; NULL (reported, failed is set). */
static uint8_t *
read_known(struct known *known, const char *path, size_t *size_out)
{
	uint8_t *text = NULL;
	stet_error err;

	if (file_read(path, FILE_MAX, &text, size_out, &err) == STET_OK)
		return text;
	complain("cannot read '%s': %s", path, err.text);
	known->failed = EXIT_UNSURE;
	return NULL;
}

static void
wrong_file(struct known *known, const char *path, const stet_error *err)
{
	complain_of(path, err);
	known->failed = EXIT_UNSURE;
}

/* What stands in a file is no fault of the line: without the keys nothing can be found out. */
int
known_trust(struct known *known, const char *path)
{
	uint8_t *text;
	size_t size = 0;
	stet_error err;

	if (make_trust(known) < 0)
		return -1;
	if ((text = read_known(known, path, &size)) != NULL &&
	    stet_trust_read(known->trust, (stet_bytes){text, size}, &err) < 0)
		wrong_file(known, path, &err);
	free(text);
	return 1;
}

static int
add_keys(struct known *known, const stet_quorum *quorum, stet_error *err)
{
	const char *vkey;
	size_t i;
	int rc = STET_OK;

	for (i = 0; rc == STET_OK && (vkey = stet_quorum_log(quorum, i)) != NULL; i++)
		rc = stet_trust_add(known->trust, vkey, err);
	for (i = 0; rc == STET_OK && (vkey = stet_quorum_witness(quorum, i)) != NULL; i++)
		rc = stet_trust_add(known->trust, vkey, err);
	return rc;
}

static int
take_quorum(struct known *known, const char *path, stet_quorum **quorum)
{
	uint8_t *text;
	size_t size = 0;
	stet_error err;

	if (make_trust(known) < 0)
		return -1;
	stet_quorum_free(*quorum);
	*quorum = NULL;
	if ((text = read_known(known, path, &size)) != NULL &&
	    (stet_quorum_parse((stet_bytes){text, size}, quorum, &err) < 0 ||
		add_keys(known, *quorum, &err) < 0))
		wrong_file(known, path, &err);
	free(text);
	return 1;
}

int
known_policy(struct known *known, const char *path)
{
	return take_quorum(known, path, &known->policy);
}

int
known_auditors(struct known *known, const char *path)
{
	return take_quorum(known, path, &known->auditors);
}

int
known_tsa(struct known *known, const char *path)
{
	uint8_t *text;
	size_t size = 0;
	stet_error err;

	stet_tsa_free(known->tsa);
	known->tsa = NULL;
	if ((text = read_known(known, path, &size)) != NULL &&
	    stet_tsa_read((stet_bytes){text, size}, &known->tsa, &err) < 0)
		wrong_file(known, path, &err);
	free(text);
	return 1;
}

/* The key itself, behind name and id. */
static const char *
bare_key(const char *vkey)
{
	const char *id = strchr(vkey, '+');

	return strchr(id + 1, '+') + 1;
}

int
known_settle(const struct known *known)
{
	const char *one, *other;
	size_t i, k;

	if (known->failed != EXIT_YES || known->policy == NULL || known->auditors == NULL)
		return known->failed;
	for (i = 0; (one = stet_quorum_witness(known->policy, i)) != NULL; i++)
		for (k = 0; (other = stet_quorum_witness(known->auditors, k)) != NULL; k++) {
			if (strcmp(bare_key(one), bare_key(other)) != 0)
				continue;
			complain("the key of '%.*s' stands in the policy and among the auditors, "
				 "and a key stands for one purpose [cosign-other-name]",
			    (int)strcspn(one, "+"), one);
			return EXIT_UNSURE;
		}
	return EXIT_YES;
}

void
known_end(struct known *known)
{
	stet_trust_free(known->trust);
	stet_quorum_free(known->policy);
	stet_quorum_free(known->auditors);
	stet_tsa_free(known->tsa);
	memset(known, 0, sizeof(*known));
}

/* --- a checkpoint held against them ------------------------------------------------------------
 */

static int
judge(const stet_quorum *quorum, stet_bytes note, stet_json *report, const char *member,
    stet_error *err)
{
	stet_json *verdict = NULL;
	int rc;

	if (quorum == NULL)
		return STET_OK;
	if ((rc = stet_quorum_judge(quorum, note, &verdict, err)) == STET_OK)
		stet_json_set(report, member, verdict);
	return rc;
}

int
known_judge(const struct known *known, stet_bytes note, stet_json *report, stet_error *err)
{
	int rc = judge(known->policy, note, report, "witnesses", err);

	return rc == STET_OK ? judge(known->auditors, note, report, "auditors", err) : rc;
}

/* "A, B" of "signed" or "missing"; with times of the first kind. NULL if there is none. */
static char *
names(const stet_json *list, int times)
{
	char *all = NULL, *more, *name, *time;
	const stet_json *one;
	size_t i;

	for (i = 0; i < stet_json_size(list); i++) {
		one = stet_json_item(list, i);
		name = json_text(stet_json_get(one, "name"));
		time = times ? json_text(stet_json_get(one, "last")) : NULL;
		more = text_of("%s%s%s%s%s%s", all != NULL ? all : "", all != NULL ? ", " : "",
		    name != NULL ? name : "", time != NULL ? " (" : "", time != NULL ? time : "",
		    time != NULL ? ")" : "");
		free(name);
		free(time);
		free(all);
		all = more;
	}
	return all;
}

static int
is_met(const stet_json *report, const char *member, const char *who, char **why_out)
{
	const stet_json *verdict = stet_json_get(report, member);
	char *quorum, *missing;

	if (verdict == NULL || stet_json_bool_of(stet_json_get(verdict, "met")))
		return 1;
	quorum = json_text(stet_json_get(verdict, "quorum"));
	missing = names(stet_json_get(verdict, "missing"), 0);
	*why_out = text_of("'%s' asks for more %s: %s %s not signed", quorum != NULL ? quorum : "",
	    who, missing != NULL ? missing : "some",
	    missing != NULL && strchr(missing, ',') == NULL ? "has" : "have");
	free(quorum);
	free(missing);
	return 0;
}

int
known_met(const stet_json *report, char **why_out)
{
	*why_out = NULL;
	return is_met(report, "witnesses", "witnesses", why_out) &&
	       is_met(report, "auditors", "auditors", why_out);
}

char *
known_recomputed(const stet_json *report)
{
	const stet_json *verdict = stet_json_get(report, "auditors");

	return verdict == NULL ? NULL : names(stet_json_get(verdict, "signed"), 0);
}

static void
put(const stet_json *report, const char *member, const char *list, const char *label,
    void (*row)(const char *label, const char *text))
{
	const stet_json *verdict = stet_json_get(report, member);
	char *text = verdict == NULL ? NULL : names(stet_json_get(verdict, list), list[0] == 's');

	if (text != NULL)
		row(label, text);
	free(text);
}

void
known_page(const stet_json *report, void (*row)(const char *label, const char *text))
{
	put(report, "witnesses", "signed", "seen by", row);
	put(report, "witnesses", "missing", "not by", row);
	put(report, "auditors", "signed", "auditors", row);
	put(report, "auditors", "missing", "not by", row);
}
