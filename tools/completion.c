/* Bash completion from the tables. */
#include "field.h"
#include "help.h"
#include "opt.h"
#include "out.h"

#include <string.h>

static void
options(const struct command *command)
{
	struct fields *fields = command->type != NULL ? fields_of(command->type) : NULL;
	const struct opt *const *table;
	const struct opt *opt;
	size_t i;

	for (table = command->options; table != NULL && *table != NULL; table++)
		for (opt = *table; opt->id != 0; opt++)
			if (opt->name != NULL)
				out_text(" --%s", opt->name);
	for (i = 0; fields != NULL && i < fields->count; i++)
		out_text(" --%s", fields->items[i].option);
	out_text(" --help");
	fields_free(fields);
}

static void
words_of(const struct command *command)
{
	size_t i;
	const char *last;

	out_text("\t\"%s\") words='", command->name);
	for (i = 0; command->subs != NULL && command->subs[i] != NULL; i++) {
		last = strrchr(command->subs[i]->name, ' ');
		out_text("%s ", last != NULL ? last + 1 : command->subs[i]->name);
	}
	options(command);
	out_text("' ;;\n");
	for (i = 0; command->subs != NULL && command->subs[i] != NULL; i++)
		words_of(command->subs[i]);
}

/* The values of --nature and the like are words of the format, worth completing. */
static void
values_of(const struct command *command)
{
	struct fields *fields = command->type != NULL ? fields_of(command->type) : NULL;
	const char *const *value;
	size_t i;

	for (i = 0; fields != NULL && i < fields->count; i++) {
		if (fields->items[i].values == NULL)
			continue;
		out_text("\t\"%s --%s\") words='", command->name, fields->items[i].option);
		for (value = fields->items[i].values; *value != NULL; value++)
			out_text("%s%s", value == fields->items[i].values ? "" : " ", *value);
		out_text("' ;;\n");
	}
	fields_free(fields);
}

void
help_completion_bash(void)
{
	size_t i;

	out_text("# bash completion for stet; written by 'stet completion bash'\n"
		 "_stet() {\n"
		 "\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} "
		 "command='' sub='' words='' i\n"
		 "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		 "\t\tcase ${COMP_WORDS[i]} in\n"
		 "\t\t-*) ;;\n"
		 "\t\t*) if [ -z \"$command\" ]; then command=${COMP_WORDS[i]}; elif [ -z \"$sub\" "
		 "]; then "
		 "sub=${COMP_WORDS[i]}; fi ;;\n"
		 "\t\tesac\n"
		 "\tdone\n"
		 "\tCOMPREPLY=()\n"
		 "\tcase \"$command\" in\n"
		 "\t'') words='");
	for (i = 0; commands[i] != NULL; i++)
		out_text("%s%s", i > 0 ? " " : "", commands[i]->name);
	out_text("' ;;\n\thelp | sign) words='");
	for (i = 0; commands[i] != NULL; i++)
		out_text("%s%s", i > 0 ? " " : "", commands[i]->name);
	out_text("' ;;\n\tesac\n\tcase \"$command $previous\" in\n");
	for (i = 0; commands[i] != NULL; i++)
		values_of(commands[i]);
	out_text("\tesac\n"
		 "\tif [ -z \"$words\" ]; then\n"
		 "\tcase \"$command $sub\" in\n");
	for (i = 0; commands[i] != NULL; i++) {
		size_t k;

		for (k = 0; commands[i]->subs != NULL && commands[i]->subs[k] != NULL; k++)
			words_of(commands[i]->subs[k]);
	}
	out_text("\t*) case \"$command\" in\n");
	for (i = 0; commands[i] != NULL; i++) {
		struct command alone = *commands[i];
		struct pair word;
		const char *last;
		size_t k;

		out_text("\t\"%s\") words='", alone.name);
		for (k = 0; alone.subs != NULL && alone.subs[k] != NULL; k++) {
			last = strrchr(alone.subs[k]->name, ' ');
			out_text("%s ", last != NULL ? last + 1 : alone.subs[k]->name);
		}
		for (k = 0; alone.word != NULL && alone.word(k, &word); k++)
			out_text("%s ", word.what);
		options(&alone);
		out_text("' ;;\n");
	}
	out_text("\tesac ;;\n\tesac\n\tfi\n"
		 "\tif [ -n \"$words\" ]; then\n"
		 "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
		 "\tfi\n"
		 "}\n"
		 "complete -o default -F _stet stet\n");
}
