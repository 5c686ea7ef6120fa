/* docs/statements.md and docs/man/stet-statements.5: one description of the tables in two dresses.
 */
#include "gen.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 100

/* What a page is written with. Text is given plain; each dress escapes what it must. */
struct dress {
	FILE *out;
	int man;
};

/* --- escaping -------------------------------------------------------------------------------- */

/* mdoc: a backslash, and a full stop or apostrophe at the start of a line; "-" is a hyphen there.
 */
static void
put_man(FILE *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", out);
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else if (*text == '"')
			fputs("\\(dq", out);
		else if (*text == '\'')
			fputs("\\(aq", out);
		else
			fputc(*text, out);
	}
}

static void
put_markdown(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("|*_<>", *text) != NULL)
			fputc('\\', out);
		fputc(*text, out);
	}
}

/* A paragraph; in a man page each sentence begins a line, as mandoc wants it. */
static void
put_paragraph(const struct dress *dress, const char *text)
{
	if (!dress->man) {
		gen_wrap(dress->out, "", text, WIDTH);
		fputc('\n', dress->out);
		return;
	}
	while (*text != '\0') {
		const char *end = strstr(text, ". ");
		char sentence[1200];
		size_t size = end == NULL ? strlen(text) : (size_t)(end - text) + 1;

		snprintf(sentence, sizeof(sentence), "%.*s", (int)size, text);
		put_man(dress->out, sentence);
		fputc('\n', dress->out);
		text += size;
		text += strspn(text, " ");
	}
}

/* One that does not follow a heading. */
static void
put_next_paragraph(const struct dress *dress, const char *text)
{
	if (dress->man)
		fputs(".Pp\n", dress->out);
	put_paragraph(dress, text);
}

static void
put_heading(const struct dress *dress, int level, const char *text)
{
	static const char *const marks[] = {"# ", "## ", "### "};

	if (!dress->man) {
		fprintf(dress->out, "%s%s\n\n", marks[level], text);
		return;
	}
	fputs(level < 2 ? ".Ss " : ".Pp\n.Em ", dress->out);
	put_man(dress->out, text);
	fputc('\n', dress->out);
}

/* --- members --------------------------------------------------------------------------------- */

static void
join_words(const char *const *values, char *out, size_t size)
{
	size_t at = 0, i;

	out[0] = '\0';
	for (i = 0; values[i] != NULL && at < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%s%s", i > 0 ? ", " : "", values[i]);
}

/* "word: own, self, none, unknown", "text of 1 to 1,000 bytes": what a member holds. */
static void
describe(const struct st_field *field, char *out, size_t size)
{
	const struct st_field *inner = field->kind == ST_FIELD_ARRAY ? field->item : field;
	char kind[80], limits[120], words[900];

	gen_kind(field, kind);
	gen_limits(field, limits);
	if (inner->kind == ST_FIELD_ENUM ||
	    (inner->kind == ST_FIELD_TABLE && inner->values != NULL)) {
		join_words(inner->values, words, sizeof(words));
		if (inner->values[1] == NULL)
			snprintf(kind, sizeof(kind), "the word");
		snprintf(out, size, "%s: %s", kind, words);
	} else if (field->kind == ST_FIELD_TEXT || field->kind == ST_FIELD_UINT ||
		   field->kind == ST_FIELD_HUNDREDTHS) {
		snprintf(out, size, "%s, %s", kind, gen_limits(field, limits));
	} else if (field->kind == ST_FIELD_BYTES || field->kind == ST_FIELD_ARRAY ||
		   field->kind == ST_FIELD_TABLE) {
		snprintf(out, size, "%s; %s", kind, gen_limits(field, limits));
	} else {
		snprintf(out, size, "%s", kind);
	}
	if (inner->form != NULL) {
		size_t at = strlen(out);

		snprintf(out + at, size - at, "; %s", inner->form->says);
	}
}

static void
put_member(const struct dress *dress, const char *path, const struct st_field *field)
{
	int required = (field->flags & ST_FIELD_REQUIRED) != 0;
	char holds[1200];

	describe(field, holds, sizeof(holds));
	if (dress->man) {
		fputs(".It ", dress->out);
		put_man(dress->out, path);
		fputs(required ? " Pq required\n" : "\n", dress->out);
		put_paragraph(dress, field->doc);
		fputs("Holds: ", dress->out);
		put_man(dress->out, holds);
		fputs(".\n", dress->out);
		return;
	}
	fprintf(dress->out, "| `%s` | %s | ", path, required ? "yes" : "");
	put_markdown(dress->out, holds);
	fputs(" | ", dress->out);
	put_markdown(dress->out, field->doc);
	fputs(" |\n", dress->out);
}

static void put_members(
    const struct dress *dress, const char *above, const struct st_field *fields, unsigned common);

/* The common row that says which table the others belong to: the heading says it already. */
static int
is_type(const struct st_field *row)
{
	return (row->flags & ST_FIELD_COMMON) && strcmp(row->name, "type") == 0;
}

/* What stands below a member that is an object, or a list or table of objects. */
static void
put_below(const struct dress *dress, const char *path, const struct st_field *field)
{
	char below[160];

	if (field->kind == ST_FIELD_MAP && field->fields != st_source_fields)
		put_members(dress, path, field->fields, 0);
	if (field->kind != ST_FIELD_ARRAY && field->kind != ST_FIELD_TABLE)
		return;
	snprintf(below, sizeof(below), "%s/%s", path, field->kind == ST_FIELD_ARRAY ? "-" : "KEY");
	put_below(dress, below, field->item);
}

static void
put_members(
    const struct dress *dress, const char *above, const struct st_field *fields, unsigned common)
{
	const struct st_field *row;
	char path[160];
	int required;

	for (required = 1; required >= 0; required--) {
		for (row = fields; row->name != NULL; row++) {
			if ((row->flags & ST_FIELD_COMMON) != common ||
			    ((row->flags & ST_FIELD_REQUIRED) != 0) != required || is_type(row))
				continue;
			snprintf(path, sizeof(path), "%s/%s", above, st_field_json(row));
			put_member(dress, path, row);
			put_below(dress, path, row);
		}
	}
}

static void
begin_members(const struct dress *dress)
{
	if (dress->man)
		fputs(".Bl -tag -width Ds\n", dress->out);
	else
		fputs("| member | required | holds | says |\n|---|---|---|---|\n", dress->out);
}

static void
end_members(const struct dress *dress)
{
	fputs(dress->man ? ".El\n" : "\n", dress->out);
}

/* --- types ----------------------------------------------------------------------------------- */

static int
has_row(const struct st_schema *schema, const char *name)
{
	size_t i;

	for (i = 0; i < schema->field_count; i++)
		if (strcmp(schema->fields[i].name, name) == 0)
			return 1;
	return 0;
}

static int
has_members(const struct st_schema *schema)
{
	size_t i;

	for (i = 0; i < schema->field_count; i++)
		if (!(schema->fields[i].flags & ST_FIELD_COMMON))
			return 1;
	return 0;
}

/* "About the record. Also carries after, source and occurred." */
static void
put_about(const struct dress *dress, const struct st_schema *schema)
{
	static const char *const names[] = {"after", "source", "occurred"};
	char text[400];
	size_t i, at, count = 0, said = 0;

	for (i = 0; i < 3; i++)
		count += (size_t)has_row(schema, names[i]);
	at = (size_t)snprintf(text, sizeof(text), "It is about %s.", schema->about);
	for (i = 0; i < 3; i++) {
		if (!has_row(schema, names[i]))
			continue;
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s",
		    said == 0           ? " Of the common members it may have "
		    : said + 1 == count ? " and "
					: ", ",
		    names[i]);
		said++;
	}
	if (said > 0)
		snprintf(text + at, sizeof(text) - at, ".");
	put_next_paragraph(dress, text);
}

static void
put_checks(const struct dress *dress, const struct st_check *check)
{
	for (; check != NULL && check->holds != NULL; check++)
		put_next_paragraph(dress, check->says);
}

static int
put_example(const struct dress *dress, const struct st_schema *schema, const char *vectors)
{
	char *text = gen_example(schema, vectors), *line;

	if (text == NULL)
		return -1;
	if (!dress->man) {
		fprintf(dress->out, "```json\n%s\n```\n\n", text);
	} else {
		fputs(".Bd -literal -offset indent\n", dress->out);
		for (line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
			put_man(dress->out, line);
			fputc('\n', dress->out);
		}
		fputs(".Ed\n", dress->out);
	}
	free(text);
	return 0;
}

static int
put_schema(const struct dress *dress, const struct st_schema *schema, const char *vectors)
{
	put_paragraph(dress, schema->doc);
	put_about(dress, schema);
	if (has_members(schema)) {
		begin_members(dress);
		put_members(dress, "", schema->fields, 0);
		end_members(dress);
	}
	put_checks(dress, schema->checks);
	return put_example(dress, schema, vectors);
}

static int
put_types(const struct dress *dress, const char *vectors)
{
	const struct st_schema *const *at;
	const char *before = "";
	char heading[80];

	for (at = st_schemas; *at != NULL; at++) {
		if (dress->man && (*at)->action != NULL) {
			snprintf(
			    heading, sizeof(heading), "%s, action %s", (*at)->name, (*at)->action);
			put_heading(dress, 1, heading);
		} else if (strcmp(before, (*at)->name) != 0) {
			put_heading(dress, 1, (*at)->name);
		}
		if (!dress->man && (*at)->action != NULL) {
			snprintf(
			    heading, sizeof(heading), "%s, action %s", (*at)->name, (*at)->action);
			put_heading(dress, 2, heading);
		}
		before = (*at)->name;
		if (put_schema(dress, *at, vectors) < 0)
			return -1;
	}
	return 0;
}

/* --- natures --------------------------------------------------------------------------------- */

static void
add_text(char *out, size_t size, const char *text)
{
	size_t at = strlen(out);

	snprintf(out + at, size - at, "%s%s", at > 0 ? ", " : "", text);
}

static void
join_requirements(const struct st_nature *nature, char *out, size_t size)
{
	unsigned bit;

	out[0] = '\0';
	for (bit = 1; bit <= ST_REQUIRES_TARGETS; bit <<= 1)
		if (nature->requires & bit)
			add_text(out, size, st_requirement_name(bit));
	if (nature->observer_only)
		add_text(out, size, "observations only");
	else if (nature->observed)
		add_text(out, size, "in observations too");
}

static void
join_ends(const struct st_nature *nature, char *out, size_t size)
{
	static const struct {
		unsigned bit;
		const char *says;
	} ends[] = {
	    {ST_ENDS_REINSTATEMENT, "reinstatement"},
	    {ST_ENDS_CONCERN_LIFTED, "concern_lifted"},
	    {ST_ENDS_RETRACTION, "a retraction, withdrawal or removal"},
	    {ST_ENDS_CORRECTION, "a nature of state CORRECTED"},
	    {ST_ENDS_DELISTING, "delisting"},
	    {ST_ENDS_NAMED, "a nature that the same source names later"},
	    {ST_ENDS_RESTATED, "the source stating it again"},
	};
	size_t i;

	out[0] = '\0';
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (nature->ends & ends[i].bit)
			add_text(out, size, ends[i].says);
}

static void
put_nature(const struct dress *dress, const struct st_nature *nature)
{
	const char *opens =
	    nature->opens == ST_CONDITION_NONE ? "" : st_condition_name(nature->opens);
	char requires[200], ends[200];

	join_requirements(nature, requires, sizeof(requires));
	join_ends(nature, ends, sizeof(ends));
	if (!dress->man) {
		fprintf(dress->out, "| `%s` | %s | %s | ", nature->name,
		    st_nature_state_name(nature->state), opens);
		put_markdown(dress->out, ends);
		fputs(" | ", dress->out);
		put_markdown(dress->out, requires);
		fputs(" |\n", dress->out);
		return;
	}
	fprintf(dress->out, ".It %s\n", nature->name);
	fprintf(dress->out, "State: %s.\n", st_nature_state_name(nature->state));
	if (opens[0] != '\0')
		fprintf(dress->out, "Opens: %s.\n", opens);
	if (ends[0] != '\0')
		fprintf(dress->out, "Ended by: %s.\n", ends);
	if (requires[0] != '\0')
		fprintf(dress->out, "Requires: %s.\n", requires);
}

static void
put_natures(const struct dress *dress)
{
	const struct st_nature *nature;

	put_heading(dress, 1, "Natures of a correction");
	put_paragraph(dress,
	    "What each nature makes of the contract's correction state, which condition it opens, "
	    "what "
	    "ends that beside an annulment, which ends any, and what a statement of this nature "
	    "requires. Whatever ends a condition names the entry that opened it in targets. An "
	    "observation, which has a source, needs none of what is required unless it says so.");
	if (dress->man)
		fputs(".Bl -tag -width Ds\n", dress->out);
	else
		fputs("| nature | state | opens | ended by | requires |\n|---|---|---|---|---|\n",
		    dress->out);
	for (nature = st_natures; nature->name != NULL; nature++)
		put_nature(dress, nature);
	end_members(dress);
}

/* --- pages ----------------------------------------------------------------------------------- */

static void
put_common(const struct dress *dress)
{
	const struct st_schema *record = st_schema_find(st_str("record"), st_str(""));

	put_heading(dress, 1, "Members of every type");
	put_paragraph(dress,
	    "In JSON a statement is one object: type, subject (what it is about), issuer (in whose "
	    "name), id (once per issuer), then the common members below, aud (the ledger it is "
	    "meant "
	    "for), and the members of its type. A signed one also has signed_at, kid and alg. On "
	    "input, issuer, id, v and aud may be absent, and identifiers may have any form that "
	    "people paste.");
	put_next_paragraph(dress,
	    "Members are named by paths (RFC 6901), as stet sign --member and messages name them; "
	    "- "
	    "stands for an item of a list, KEY for a name in a table. Texts are UTF-8 in NFC, "
	    "their "
	    "lengths are in bytes. Absent, null and UNASSESSED are three different things.");
	begin_members(dress);
	put_members(dress, "", record->fields, ST_FIELD_COMMON);
	end_members(dress);
	put_heading(dress, 1, "The source of an observation");
	put_paragraph(dress,
	    "A statement with a source says what somebody else states, and that an observer read "
	    "it "
	    "there. The source's own word is always kept beside ours; unknown words are kept, not "
	    "refused.");
	begin_members(dress);
	put_members(dress, "/source", st_source_fields, 0);
	end_members(dress);
}

int
gen_page(FILE *out, const char *vectors)
{
	struct dress dress = {out, 0};

	fputs("# Statement types\n\n", out);
	put_paragraph(&dress,
	    "What each type of statement says, and every member it may have. Made from the tables "
	    "of "
	    "the library, which check each statement that is signed, appended or verified; do not "
	    "edit. The same tables make schemas/ and the manual page stet-statements(5). How a "
	    "statement is signed and stored is in format.md.");
	put_common(&dress);
	if (put_types(&dress, vectors) < 0)
		return -1;
	put_natures(&dress);
	return 0;
}

int
gen_man(FILE *out, const char *vectors)
{
	struct dress dress = {out, 1};

	fputs(".\\\" Made from the tables of the library; do not edit.\n.\\\" Licence: Apache-2.0\n"
	      ".Dd November 20, 2026\n.Dt STET-STATEMENTS 5\n.Os stet\n.Sh NAME\n.Nm "
	      "stet-statements\n"
	      ".Nd types of statements and their members\n.Sh DESCRIPTION\n",
	    out);
	put_paragraph(&dress,
	    "What each type of statement says, and every member it may have. A statement with a "
	    "member that its type does not have is refused.");
	put_common(&dress);
	if (put_types(&dress, vectors) < 0)
		return -1;
	put_natures(&dress);
	fputs(".Sh SEE ALSO\n.Xr stet 1 ,\n.Xr stet-append 1 ,\n.Xr stet-sign 1\n", out);
	return 0;
}
