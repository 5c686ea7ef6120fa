/* What several tables share, and the written forms that a text can be bound to. */
#include "statement/types/rows.h"

#include <string.h>

#include "base/time.h"

const char *const st_levels[] = {"UNASSESSED", "LOW", "MEDIUM", "HIGH", NULL};

const struct st_field st_source_fields[] = {
    {ST_NAMED("id"), ST_WORD, .label = "Id in the source",
	.doc = "The source's own identifier of this row or notice."},
    {ST_NAMED("url"), ST_URL, .label = "Address", .doc = "Address at which the source was read."},
    {ST_NAMED("name"), ST_REQUIRED, ST_TEXT(1, 64), .form = &st_form_source_name, .label = "Source",
	.doc = "Name of the source, the same in all its statements: retraction-watch, crossref."},
    {ST_NAMED("term"), ST_TITLE, .label = "The source's word",
	.doc = "What the source itself calls this, kept beside our word for it."},
    {ST_NAMED("retrieved"), ST_DATE, .label = "Retrieved", .doc = "When the source was read."},
    {ST_NAMED("vocabulary"), ST_WORD, .label = "Vocabulary",
	.doc = "The list that the term is taken from, with its version if it has one."},
    {0},
};

static int
lower_or_digit(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static int
letter_or_digit(uint8_t c)
{
	return lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}

/* Moves past bytes that are letters, digits or in more; how many. */
static size_t
run(stet_bytes text, size_t from, const char *more, int capitals)
{
	size_t at = from;

	while (at < text.size && text.data[at] != '\0' &&
	       ((capitals ? letter_or_digit(text.data[at]) : lower_or_digit(text.data[at])) ||
		   strchr(more, text.data[at]) != NULL))
		at++;
	return at - from;
}

static int
source_name_ok(stet_bytes text)
{
	return text.size >= 1 && text.size <= 64 && lower_or_digit(text.data[0]) &&
	       run(text, 0, "-", 0) == text.size;
}

/* host [":" port] *("/" segment) */
static int
origin_ok(stet_bytes text)
{
	size_t at, size;

	if (text.size == 0 || text.size > 255 || !lower_or_digit(text.data[0]))
		return 0;
	at = run(text, 0, ".-", 0);
	if (at < text.size && text.data[at] == ':') {
		for (size = 0, at++; at < text.size && text.data[at] >= '0' && text.data[at] <= '9';
		     at++)
			size++;
		if (size == 0)
			return 0;
	}
	while (at < text.size && text.data[at] == '/') {
		size = run(text, at + 1, "._~-", 1);
		if (size == 0)
			return 0;
		at += 1 + size;
	}
	return at == text.size;
}

/* type "/" subtype *( ";" parameters ), RFC 6838: enough to tell a media type from a file name. */
static int
media_type_ok(stet_bytes text)
{
	size_t at = run(text, 0, "!#$&-^_.+", 1), size, i;

	if (at == 0 || at == text.size || text.data[at] != '/')
		return 0;
	size = run(text, at + 1, "!#$&-^_.+", 1);
	at += 1 + size;
	if (size == 0 || (at < text.size && text.data[at] != ';'))
		return 0;
	for (i = at; i < text.size; i++)
		if (text.data[i] < ' ' || text.data[i] > '~')
			return 0;
	return 1;
}

/* "/" type, then "/" tokens, "~" followed by 0 or 1 (RFC 6901). */
static int
path_ok(stet_bytes text)
{
	size_t end, i;

	if (text.size < 2 || text.data[0] != '/')
		return 0;
	for (end = 1; end < text.size && text.data[end] != '/'; end++)
		;
	if (st_type_find((stet_bytes){text.data + 1, end - 1}) == ST_TYPE_UNKNOWN)
		return 0;
	for (i = end; i < text.size; i++)
		if (text.data[i] == '~' &&
		    (i + 1 == text.size || (text.data[i + 1] != '0' && text.data[i + 1] != '1')))
			return 0;
	return 1;
}

/* The beginning of a name, its scheme whole. A prefix of DOIs ends in "/": 10.1 begins 10.1234 too,
 * and a registrant is not its neighbour. */
static int
scope_ok(stet_bytes text)
{
	static const char rest[] = "-._~!$&'()*+,;=:@/%";
	size_t at;

	if (text.size == 0 || text.data[0] < 'a' || text.data[0] > 'z')
		return 0;
	at = run(text, 0, "+.-", 0);
	if (at == text.size || text.data[at] != ':')
		return 0;
	if (run(text, at + 1, rest, 1) != text.size - at - 1)
		return 0;
	return at != 3 || memcmp(text.data, "doi", 3) != 0 || text.data[text.size - 1] == '/';
}

const struct st_form st_form_source_name = {"source-name", "[a-z0-9][a-z0-9-]{0,63}",
    "the name of a source: lower-case letters, digits and '-'", source_name_ok};
const struct st_form st_form_origin = {"origin-text",
    "[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[A-Za-z0-9._~-]+)*",
    "an origin: a host name in lower case, then a port and a path if wanted", origin_ok};
const struct st_form st_form_media_type = {"media-type",
    "[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(;[ -~]*)?", "a media type such as text/plain",
    media_type_ok};
const struct st_form st_form_path = {"member-path",
    "/(ledger|key|alias|policy|record|artifact|claims|assessment|declaration|doi|verdict|"
    "correction|endorse|snapshot|audit|withhold|seal)(/([^~]|~[01])*)?",
    "a path that begins with a statement type, such as /record/title", path_ok};
const struct st_form st_form_scope = {"scope-prefix",
    "[a-z][a-z0-9+.-]*:[A-Za-z0-9._~!$&'()*+,;=:@/%-]*",
    "the beginning of a name; one of DOIs ends in '/'", scope_ok};

stet_bytes
st_found_text(stet_bytes value)
{
	stet_bytes text = {NULL, 0};
	struct st_cbor in;

	if (value.data == NULL)
		return text;
	in = st_cbor_open(value);
	if (st_cbor_read_text(&in, &text) != STET_OK)
		text.data = NULL;
	return text;
}

int
st_found_is(stet_bytes value, const char *text)
{
	stet_bytes found = st_found_text(value);

	return found.data != NULL && st_bytes_equal(found, st_str(text));
}
