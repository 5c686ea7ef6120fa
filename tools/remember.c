/* What is read, held against what was read before: the messages, which name both heads. */
#include "remember.h"
#include "out.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* "8 entries, root 51c2..., was read here on 2026-07-02T13:46:40Z"; free(). */
static char *
head_then(const stet_recall *recall)
{
	char root[2 * STET_HASH_SIZE + 1], time[STET_TIME_SIZE];

	hex_text(recall->then.root, sizeof(recall->then.root), root);
	stet_time_text(recall->then.ms, time);
	if (recall->of == STET_RECALL_SIGNED)
		return text_of(
		    "%" PRIu64 " entries, root %s, was signed here", recall->then.size, root);
	return text_of(
	    "%" PRIu64 " entries, root %s, was read here on %s", recall->then.size, root, time);
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
		remark("goes on without all of its memory of this ledger: %s", recall.warning.text);
	return recall.verdict == STET_RECALL_OLDER || recall.verdict == STET_RECALL_FORKED
		   ? refuse(env, &recall)
		   : EXIT_YES;
}
