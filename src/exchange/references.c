/* Identifiers in reference lists of any form. */
#include <stet/references.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "exchange/seen.h"

struct finding {
	stet_reference_visit *visit;
	void *ctx;
	struct st_seen seen; /* names told already */
	struct st_buf word;
	int table; /* a comma ends a cell */
	int plain;
	stet_error *err;
};

static int
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* The next line of the text, without its end. */
static stet_bytes
take_line(stet_bytes *text)
{
	stet_bytes line = {text->data, 0};

	while (line.size < text->size && text->data[line.size] != '\n')
		line.size++;
	text->data += line.size + (line.size < text->size);
	text->size -= line.size + (line.size < text->size);
	while (line.size > 0 && is_blank(line.data[line.size - 1]))
		line.size--;
	while (line.size > 0 && is_blank(line.data[0])) {
		line.data++;
		line.size--;
	}
	return line;
}

/* Tells of an identifier, once. */
static int
tell(struct finding *finding, uint64_t line, stet_bytes given, const char *text)
{
	stet_id *id = NULL;
	stet_bytes name;
	struct st_seen_row seen = {.count = 1};
	int rc = stet_id_parse(text, &id, NULL);

	if (rc == STET_ENOMEM)
		return st_fail_nomem(finding->err);
	if (rc == STET_OK) {
		name = st_str(stet_id_text(id));
		rc = st_seen_add(&finding->seen, name, name, line, &seen, finding->err);
	} else {
		rc = STET_OK;
	}
	/* In prose, what only looks like a DOI is none. */
	if (rc == STET_OK && seen.count == 1 && (id != NULL || finding->plain))
		rc = finding->visit(finding->ctx, line, given, id);
	stet_id_free(id);
	return rc;
}

/* --- a plain list -------------------------------------------------------------------------------
 */

/* One word a line; what a line of BibTeX, JSON or a table is not. */
static int
is_plain(stet_bytes text)
{
	stet_bytes line;
	size_t i;
	int any = 0;

	while (text.size > 0) {
		line = take_line(&text);
		if (line.size == 0 || line.data[0] == '#')
			continue;
		for (i = 0; i < line.size; i++)
			if (is_blank(line.data[i]) || line.data[i] == '{' || line.data[i] == '"')
				return 0;
		if (memchr(line.data, ',', line.size) != NULL)
			return 0;
		any = 1;
	}
	return any;
}

static int
find_in_list(struct finding *finding, stet_bytes text)
{
	stet_bytes line;
	uint64_t number;
	int rc = STET_OK;

	for (number = 1; rc == STET_OK && text.size > 0; number++) {
		line = take_line(&text);
		if (line.size == 0 || line.data[0] == '#' ||
		    (number == 1 && line.size == 3 && (line.data[0] | 32) == 'd' &&
			(line.data[1] | 32) == 'o' && (line.data[2] | 32) == 'i'))
			continue;
		st_buf_reset(&finding->word);
		st_buf_put_bytes(&finding->word, line);
		st_buf_put_u8(&finding->word, 0);
		if (finding->word.rc < 0)
			return st_fail_nomem(finding->err);
		rc = tell(finding, number, line, (const char *)finding->word.data);
	}
	return rc;
}

/* Whether the first line is the head of a table: several cells, one of them about a DOI. */
static int
is_table(stet_bytes text)
{
	stet_bytes line = take_line(&text);
	size_t i;
	int comma = 0, doi = 0;

	for (i = 0; i < line.size; i++) {
		comma |= line.data[i] == ',';
		doi |= i + 3 <= line.size && (line.data[i] | 32) == 'd' &&
		       (line.data[i + 1] | 32) == 'o' && (line.data[i + 2] | 32) == 'i';
	}
	return comma && doi && memchr(line.data, '{', line.size) == NULL &&
	       memchr(line.data, '/', line.size) == NULL;
}

/* --- DOIs in anything else ----------------------------------------------------------------------
 */

/* "10." digits (1 to 9, and "." digits) "/": how many bytes, 0 if none begins here. */
static size_t
prefix_size(stet_bytes text)
{
	size_t at = 3;

	if (text.size < 8 || memcmp(text.data, "10.", 3) != 0)
		return 0;
	while (at < text.size && at < 24 && (is_digit(text.data[at]) || text.data[at] == '.'))
		at++;
	if (at == 3 || text.data[at - 1] == '.' || at >= text.size)
		return 0;
	if (text.data[at] == '\\' && at + 1 < text.size && text.data[at + 1] == '/')
		at++; /* JSON may write \/ */
	if (at + 2 < text.size && text.data[at] == '%' && text.data[at + 1] == '2' &&
	    (text.data[at + 2] | 32) == 'f')
		return at + 3;
	return text.data[at] == '/' ? at + 1 : 0;
}

/* SICI DOIs have an angle bracket in the middle: <1661::AID-SIM968>. */
static int
is_sici(stet_bytes text, size_t at)
{
	size_t i;

	if (at + 1 >= text.size || (!is_digit(text.data[at + 1]) && text.data[at + 1] != ':'))
		return 0;
	for (i = at + 1; i < text.size && !is_blank(text.data[i]) && i < at + 64; i++)
		if (text.data[i] == '>')
			return 1;
	return 0;
}

static int
ends_doi(stet_bytes text, size_t at, int table)
{
	uint8_t c = text.data[at];

	if (table && c == ',')
		return 1;
	if (c <= ' ' || c == 0x7f || strchr("\"{}|^`", c) != NULL)
		return 1;
	if (c == '<')
		return !is_sici(text, at);
	/* A table's next cell. */
	return c == ',' && (at + 1 >= text.size || text.data[at + 1] == ',' ||
			       text.data[at + 1] == '"' || text.data[at + 1] == '\r' ||
			       (at + 3 < text.size && memcmp(text.data + at + 1, "10.", 3) == 0) ||
			       (at + 4 < text.size && memcmp(text.data + at + 1, "http", 4) == 0));
}

/* How many of each closing bracket were not opened in it: these do not belong to it. */
static void
count_unmatched(const struct st_buf *word, const char *pairs, int depths[])
{
	size_t i, k;

	for (k = 0; pairs[2 * k] != '\0'; k++) {
		depths[k] = 0;
		for (i = 0; i < word->size; i++) {
			depths[k] += word->data[i] == (uint8_t)pairs[2 * k + 1];
			depths[k] -= word->data[i] == (uint8_t)pairs[2 * k];
		}
	}
}

static void
trim_word(struct st_buf *word)
{
	static const char pairs[] = "()[]<>";
	int depths[3];
	const char *at;
	uint8_t last;

	count_unmatched(word, pairs, depths);
	while (word->size > 0) {
		last = word->data[word->size - 1];
		if (strchr(".,;:!?'*_", last) == NULL) {
			at = memchr(pairs, last, sizeof(pairs) - 1);
			if (at == NULL || (at - pairs) % 2 == 0 || depths[(at - pairs) / 2] <= 0)
				return;
			depths[(at - pairs) / 2]--;
		}
		word->size--;
	}
}

/* The DOI that begins here, in word; how many bytes of the text it took. */
static size_t
take_doi(stet_bytes text, size_t prefix, int table, struct st_buf *word)
{
	size_t at;

	st_buf_reset(word);
	for (at = 0; at < text.size && at < 2048; at++) {
		if (at + 3 == prefix && text.data[at] == '%') {
			st_buf_put_u8(word, '/');
			at += 2;
			continue;
		}
		if (at >= prefix && ends_doi(text, at, table))
			break;
		/* TeX and JSON put a backslash before what they would take for their own. */
		if (text.data[at] == '\\' && at + 1 < text.size &&
		    strchr("/_%&#$", text.data[at + 1]) != NULL)
			continue;
		if (text.data[at] == '\\')
			break;
		st_buf_put_u8(word, text.data[at]);
	}
	trim_word(word);
	return at;
}

/* Behind a resolver's address it is percent-encoded as a whole: %28 is a bracket there. */
static int
is_behind_resolver(stet_bytes text, const uint8_t *start)
{
	static const char resolver[] = "doi.org/";
	size_t size = sizeof(resolver) - 1, i;

	if ((size_t)(text.data - start) < size)
		return 0;
	for (i = 0; i < size; i++) {
		uint8_t c = (text.data - size)[i];

		if ((c >= 'A' && c <= 'Z' ? c | 32 : c) != (uint8_t)resolver[i])
			return 0;
	}
	return 1;
}

static int
tell_doi(struct finding *finding, uint64_t line, int resolved)
{
	struct st_buf *word = &finding->word, address = {0};
	stet_bytes given = st_buf_bytes(word);
	int rc;

	st_buf_put_u8(word, 0);
	given.data = word->data;
	if (resolved) {
		st_buf_put(&address, "https://doi.org/", 16);
		st_buf_put(&address, word->data, word->size);
	}
	if (word->rc < 0 || address.rc < 0)
		rc = st_fail_nomem(finding->err);
	else
		rc = tell(
		    finding, line, given, (const char *)(resolved ? address.data : word->data));
	st_buf_free(&address);
	return rc;
}

static int
find_in_text(struct finding *finding, stet_bytes text)
{
	const uint8_t *start = text.data;
	uint64_t line = 1;
	size_t prefix, took, i;
	int rc = STET_OK, inside = 0;

	while (rc == STET_OK && text.size > 0) {
		prefix = inside ? 0 : prefix_size(text);
		took = 1;
		if (prefix > 0) {
			took = take_doi(text, prefix, finding->table, &finding->word);
			rc = tell_doi(finding, line, is_behind_resolver(text, start));
		}
		/* 110.1234/x has no DOI in it. */
		inside = is_digit(text.data[took - 1]) || text.data[took - 1] == '.';
		for (i = 0; i < took; i++)
			line += text.data[i] == '\n';
		text.data += took;
		text.size -= took;
	}
	return rc;
}

int
stet_references_find(stet_bytes text, stet_reference_visit *visit, void *ctx, stet_error *err)
{
	/* No folder: the text is in memory itself. */
	struct finding finding = {.visit = visit, .ctx = ctx, .err = err};
	int rc;

	if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
		text.data += 3;
		text.size -= 3;
	}
	finding.table = is_table(text);
	finding.plain = is_plain(text);
	rc = finding.plain ? find_in_list(&finding, text) : find_in_text(&finding, text);
	st_seen_clear(&finding.seen);
	st_buf_free(&finding.word);
	return rc;
}
