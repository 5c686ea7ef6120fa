/* What is read, held against what was read before: the messages, which name both heads. */
#include "remember.h"
#include "check.h"
#include "out.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How a head came to be remembered, by enum stet_recall_of. */
static const char *const sources[] = {"read", "signed", "checked"};

/* "8 entries, root 51c2..., was read here on 2026-07-02T13:46:40Z"; free(). */
static char *
head_then(const stet_recall *recall)
{
	char root[2 * STET_HASH_SIZE + 1], time[STET_TIME_SIZE];
	int has_time = recall->then.ms != 0;

	hex_text(recall->then.root, sizeof(recall->then.root), root);
	stet_time_text(recall->then.ms, time);
	return text_of("%" PRIu64 " entries, root %s, was %s here%s%s", recall->then.size, root,
	    sources[recall->of], has_time ? " on " : "", has_time ? time : "");
}

/* "6 entries, root cc62..., the last of 2026-07-02T13:46:40Z"; free(). */
static char *
head_now(const stet_recall *recall)
{
	char root[2 * STET_HASH_SIZE + 1], time[STET_TIME_SIZE];

	hex_text(recall->root, sizeof(recall->root), root);
	stet_time_text(recall->ms, time);
	return text_of("%" PRIu64 " entries, root %s, the last of %s", recall->size, root, time);
}

/* What nobody but the writer's own memory says cannot be forgotten: it is what the machine signed.
 */
static const char *
way_out(const stet_recall *recall)
{
	return recall->of == STET_RECALL_SIGNED
		   ? "put the newest copy back"
		   : "get a newer copy, hold the two side by side with 'stet compare', or, if you "
		     "know why, begin anew with 'stet checkpoint forget'";
}

static int
refuse(const struct env *env, const stet_recall *recall)
{
	char *then = head_then(recall), *now = head_now(recall);
	int forked = recall->verdict == STET_RECALL_FORKED;

	if (then == NULL || now == NULL)
		complain("out of memory");
	else if (forked)
		complain("'%s' (%s) does not go on from the head that is remembered: one of %s; "
			 "these are two histories of one ledger: keep both copies, do not forget "
			 "that head, and see with 'stet compare' where they part, with -o FILE for "
			 "evidence that anybody can check [forked]",
		    env->path, now, then);
	else
		complain("'%s' (%s) is older than the head that is remembered, or was cut back: "
			 "one of %s; %s; --no-remember reads it as it is [%s]",
		    env->path, now, then, way_out(recall),
		    recall->of == STET_RECALL_SIGNED ? "rolled-back" : "copy-older");
	free(then);
	free(now);
	return forked ? EXIT_NO : EXIT_UNSURE;
}

/* That a newer head is known to exist is no fault of the memory. */
static void
put_warning(const stet_error *warning)
{
	if (strcmp(stet_rule_name(warning->rule), "copy-older") == 0)
		remark("%s", warning->text);
	else
		remark("goes on without all of its memory of this ledger: %s", warning->text);
}

int
remember_ledger(struct env *env, unsigned flags)
{
	stet_recall recall;
	stet_error err;

	if (env->no_remember)
		return EXIT_YES;
	if (stet_memory_recall(env->ledger, env_now(env), flags, &recall, &err) < 0) {
		if (strcmp(stet_rule_name(err.rule), "memory-damaged") == 0)
			complain("%s; 'stet checkpoint forget' begins anew, --no-remember goes on "
				 "without it [memory-damaged]",
			    err.text);
		else
			complain_error(&err);
		return EXIT_UNSURE;
	}
	/* To whoever writes the second copy of the head says what is wrong with the folder. */
	if (recall.warning.code != STET_OK && (flags & STET_RECALL_WRITER) == 0)
		put_warning(&recall.warning);
	return recall.verdict == STET_RECALL_OLDER || recall.verdict == STET_RECALL_FORKED
		   ? refuse(env, &recall)
		   : EXIT_YES;
}

/* --- evidence --------------------------------------------------------------------------------- */

/* What evidence shows of its ledger, of a report; texts are taken out of it and end with
 * shown_end(). 0: it shows no head. */
struct shown {
	stet_shown head;
	char *ledger, *origin;
};

static void
shown_end(struct shown *shown)
{
	free(shown->ledger);
	free(shown->origin);
}

static int
shown_begin(const struct check *check, struct shown *shown)
{
	const stet_json *size = stet_json_get(check->report, "size");

	memset(shown, 0, sizeof(*shown));
	shown->ledger = json_text(stet_json_get(check->report, "ledger"));
	shown->origin = json_text(stet_json_get(check->report, "origin"));
	shown->head.ledger = shown->ledger;
	shown->head.origin = shown->origin;
	shown->head.note = check->note;
	if (shown->origin != NULL && stet_json_kind_of(size) == STET_JSON_INT &&
	    json_root(stet_json_get(check->report, "root"), shown->head.root))
		shown->head.size = (uint64_t)stet_json_int_of(size);
	return shown->head.size > 0;
}

static const char *
state_dir(const struct check *check)
{
	stet_ledger_options options;

	env_ledger_options((struct env *)(uintptr_t)&check->env, &options);
	return options.state_dir;
}

/* By enum stet_recalled. */
static const char *const stands[] = {"", "same", "goes on", "not shown", "older", "forked"};

static void
report(struct check *check, const stet_recall *recall)
{
	stet_json *json = stet_json_object();
	char time[STET_TIME_SIZE];

	stet_json_set(json, "stands", stet_json_str(stands[recall->verdict]));
	stet_json_set(json, "was", stet_json_str(sources[recall->of]));
	stet_json_set(json, "size", stet_json_int((int64_t)recall->then.size));
	stet_json_set(json, "root",
	    stet_json_hex((stet_bytes){recall->then.root, sizeof(recall->then.root)}));
	stet_time_text(recall->then.ms, time);
	stet_json_set(
	    json, "accepted", recall->then.ms != 0 ? stet_json_str(time) : stet_json_null());
	stet_json_set(check->report, "remembered", json);
}

/* Evidence that has the tree in it shows whether it goes on from a head. */
struct asking {
	const struct check *check;
	stet_copy *copy; /* of the evidence */
	int opened;
};

struct reading {
	stet_bytes left;
};

static int
read_bytes(void *ctx, uint8_t *buf, size_t size, size_t *got_out)
{
	struct reading *reading = ctx;

	*got_out = size < reading->left.size ? size : reading->left.size;
	if (*got_out > 0)
		memcpy(buf, reading->left.data, *got_out);
	reading->left.data += *got_out;
	reading->left.size -= *got_out;
	return STET_OK;
}

static int
compare_with(struct asking *asking, stet_bytes note, int *verdict_out, stet_error *err)
{
	struct reading reading = {note};
	stet_json *answer = NULL;
	stet_copy *then = NULL;
	int rc;

	if ((rc = stet_copy_read(read_bytes, &reading, NULL, NULL, &then, err)) == STET_OK &&
	    (rc = stet_compare(
		 asking->copy, then, asking->check->trust, &answer, NULL, NULL, err)) == STET_OK) {
		if (json_is(stet_json_get(answer, "answer"), "newer"))
			*verdict_out = STET_RECALL_GOES_ON;
		else if (json_is(stet_json_get(answer, "answer"), "fork"))
			*verdict_out = STET_RECALL_FORKED;
	}
	stet_json_free(answer);
	stet_copy_close(then);
	return rc;
}

static int
ask(void *ctx, stet_bytes note, int *verdict_out, stet_error *err)
{
	struct asking *asking = ctx;
	const struct check *check = asking->check;
	int rc = STET_OK;

	*verdict_out = STET_RECALL_BEYOND;
	if (!check->is_folder && !check->is_package)
		return STET_OK;
	if (!asking->opened)
		rc = stet_copy_open(check->path, NULL, NULL, &asking->copy, err);
	asking->opened = 1;
	if (rc == STET_OK && asking->copy != NULL)
		rc = compare_with(asking, note, verdict_out, err);
	/* A bag of some records, say, is no copy; what is wrong with one was found before this. */
	return rc == STET_ENOMEM || rc == STET_EIO ? rc : STET_OK;
}

int
remember_judge(struct check *check, const char **code_out, char **text_out)
{
	struct asking asking = {check, NULL, 0};
	struct shown shown;
	stet_recall recall;
	stet_error err;
	int rc, status = EXIT_YES;

	*code_out = NULL;
	*text_out = NULL;
	if (check->env.no_remember || !shown_begin(check, &shown)) {
		if (!check->env.no_remember)
			shown_end(&shown);
		return EXIT_YES;
	}
	rc = stet_memory_check(
	    state_dir(check), check->trust, &shown.head, ask, &asking, &recall, &err);
	stet_copy_close(asking.copy);
	shown_end(&shown);
	if (rc < 0) {
		*code_out = err.rule != 0 ? stet_rule_name(err.rule) : NULL;
		*text_out = text_of("%s%s", err.text,
		    err.rule == stet_rule_find("memory-damaged")
			? "; 'stet checkpoint forget' begins anew, --no-remember goes on without it"
			: "");
		return EXIT_UNSURE;
	}
	if (recall.warning.code != STET_OK)
		put_warning(&recall.warning);
	if (recall.verdict == STET_RECALL_NOTHING)
		return EXIT_YES;
	report(check, &recall);
	if (recall.verdict == STET_RECALL_FORKED) {
		*code_out = "forked";
		*text_out = text_of(
		    "it is of another history than the head that is remembered, and the ledger's "
		    "key has signed both: keep this file and that memory; 'stet compare' with -o "
		    "FILE makes evidence of two copies that anybody can check");
		status = EXIT_NO;
	} else if (recall.verdict == STET_RECALL_OLDER) {
		*code_out = "evidence-older";
		*text_out = text_of("it is of fewer entries than the head that is remembered, and "
				    "cannot show what came after it: ask for newer evidence, or "
				    "judge it as it is with --no-remember");
		status = EXIT_UNSURE;
	}
	return status;
}

void
remember_keep(struct check *check)
{
	struct shown shown;
	stet_error err;

	if (check->env.no_remember)
		return;
	if (shown_begin(check, &shown) && stet_memory_keep(state_dir(check), check->trust,
					      &shown.head, env_now(&check->env), &err) < 0)
		remark("is not remembered: %s", err.text);
	shown_end(&shown);
}

void
remember_page(const stet_json *report_json, void (*row)(const char *label, const char *text))
{
	static const char *const words[][2] = {{"goes on", "; this goes on from it"},
	    {"not shown", "; nothing here shows that this goes on from it"},
	    {"older", "; this is older"}, {"forked", "; this is of another history"}};
	const stet_json *json = stet_json_get(report_json, "remembered");
	char *root = json_text(stet_json_get(json, "root")),
	     *on = json_text(stet_json_get(json, "accepted")),
	     *was = json_text(stet_json_get(json, "was")), *line;
	size_t i;

	for (i = 0; json != NULL && i < sizeof(words) / sizeof(words[0]); i++) {
		if (!json_is(stet_json_get(json, "stands"), words[i][0]))
			continue;
		line = text_of("%" PRId64 " entries, root %s, %s here%s%s%s",
		    stet_json_int_of(stet_json_get(json, "size")), root != NULL ? root : "",
		    was != NULL ? was : "", on != NULL ? " on " : "", on != NULL ? on : "",
		    words[i][1]);
		row("before", line != NULL ? line : "");
		free(line);
	}
	free(was);
	free(on);
	free(root);
}
