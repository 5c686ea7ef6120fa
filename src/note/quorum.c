/* Reading policy files, and whether a quorum is met. */
#include "note/quorum.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

struct reader {
	struct stet_quorum *quorum;
	stet_bytes rest; /* of the line */
	size_t line;
	stet_error *err;
};

static int
wrong(const struct reader *reader, const char *why)
{
	return st_fail(
	    reader->err, STET_EFORMAT, ST_QUORUM_MALFORMED, "line %zu: %s", reader->line, why);
}

static int
wrong_name(const struct reader *reader, const char *why, stet_bytes name)
{
	char shown[ST_SHOWN_SIZE];

	return st_fail(reader->err, STET_EFORMAT, ST_QUORUM_MALFORMED, "line %zu: '%s' %s",
	    reader->line, st_shown(name, shown), why);
}

/* --- lines and items ------------------------------------------------------------------------- */

static int
is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The next item of the line; empty at its end. */
static stet_bytes
next_item(struct reader *reader)
{
	stet_bytes *rest = &reader->rest, item;

	while (rest->size > 0 && is_space(rest->data[0])) {
		rest->data++;
		rest->size--;
	}
	item = (stet_bytes){rest->data, 0};
	while (item.size < rest->size && !is_space(rest->data[item.size]))
		item.size++;
	rest->data += item.size;
	rest->size -= item.size;
	return item;
}

/* A URL may follow, which is for those who talk to the log or witness; then nothing. */
static int
end_line(struct reader *reader, int url)
{
	if (url)
		next_item(reader);
	if (next_item(reader).size > 0)
		return wrong(reader,
		    url ? "something follows the URL" : "something follows the name of the quorum");
	return STET_OK;
}

static int
is_word(stet_bytes item, const char *word)
{
	return st_bytes_equal(item, st_str(word));
}

/* --- keys ------------------------------------------------------------------------------------ */

/* Appends the key of the line to an array and its text to another. */
static int
add_vkey(struct reader *reader, uint8_t type, struct st_vkey **keys, char ***texts, size_t *count)
{
	const stet_bytes item = next_item(reader);
	struct st_vkey vkey, *more;
	stet_error why = {0};
	char **more_texts, *text;
	size_t i;
	int rc;

	if (item.size == 0)
		return wrong(reader, "a verifier key is missing");
	if ((rc = st_vkey_parse(item, &vkey, &why)) == STET_ENOMEM)
		return st_fail_nomem(reader->err);
	if (rc < 0)
		return wrong(reader, why.text);
	if (vkey.type != type)
		return wrong(reader,
		    type == ST_NOTE_ED25519
			? "the key of a log is of type 0x01, Ed25519; this one is a cosigner's"
			: "the key of a witness is of type 0x04, cosignatures; this one is a "
			  "log's");
	/* By the key alone: under two names it would count for two. */
	for (i = 0; i < *count; i++)
		if (memcmp((*keys)[i].public_key, vkey.public_key, sizeof(vkey.public_key)) == 0)
			return wrong(reader, "a line before has the same key");
	if ((more = realloc(*keys, (*count + 1) * sizeof(**keys))) == NULL)
		return st_fail_nomem(reader->err);
	*keys = more;
	if ((more_texts = realloc(*texts, (*count + 1) * sizeof(**texts))) == NULL)
		return st_fail_nomem(reader->err);
	*texts = more_texts;
	if ((text = strndup((const char *)item.data, item.size)) == NULL)
		return st_fail_nomem(reader->err);
	(*keys)[*count] = vkey;
	(*texts)[(*count)++] = text;
	return STET_OK;
}

/* --- names ----------------------------------------------------------------------------------- */

static size_t
find_node(const struct stet_quorum *quorum, stet_bytes name)
{
	size_t i;

	for (i = 0; i < quorum->node_count; i++)
		if (st_bytes_equal(quorum->nodes[i].name, name))
			return i;
	return ST_QUORUM_NONE;
}

/* A new name; node numbers ascend with the lines. */
static int
add_node(struct reader *reader, stet_bytes name, size_t witness, size_t need)
{
	struct stet_quorum *quorum = reader->quorum;
	struct st_quorum_node *more;

	more = realloc(quorum->nodes, (quorum->node_count + 1) * sizeof(*more));
	if (more == NULL)
		return st_fail_nomem(reader->err);
	quorum->nodes = more;
	more[quorum->node_count++] = (struct st_quorum_node){name, witness, need, ST_QUORUM_NONE};
	return STET_OK;
}

static int
take_name(struct reader *reader, stet_bytes *name_out)
{
	const stet_bytes name = next_item(reader);

	if (name.size == 0)
		return wrong(reader, "a name is missing");
	if (is_word(name, "none"))
		return wrong(reader, "'none' is no name: it says that no quorum is asked for");
	if (find_node(reader->quorum, name) != ST_QUORUM_NONE)
		return wrong_name(reader, "is defined twice", name);
	*name_out = name;
	return STET_OK;
}

/* --- the four kinds of lines ----------------------------------------------------------------- */

static int
take_log(struct reader *reader)
{
	struct stet_quorum *quorum = reader->quorum;
	int rc;

	rc = add_vkey(
	    reader, ST_NOTE_ED25519, &quorum->logs, &quorum->log_texts, &quorum->log_count);
	return rc == STET_OK ? end_line(reader, 1) : rc;
}

static int
take_witness(struct reader *reader)
{
	struct stet_quorum *quorum = reader->quorum;
	stet_bytes name;
	int rc;

	if ((rc = take_name(reader, &name)) < 0 ||
	    (rc = add_vkey(reader, ST_NOTE_COSIGNATURE, &quorum->witnesses, &quorum->witness_texts,
		 &quorum->witness_count)) < 0 ||
	    (rc = add_node(reader, name, quorum->witness_count - 1, 0)) < 0)
		return rc;
	return end_line(reader, 1);
}

/* A decimal number from 1 without leading zeros; 0: it is none, or larger than any group. */
static size_t
threshold_of(stet_bytes item)
{
	size_t value = 0, i;

	for (i = 0; i < item.size; i++) {
		if (item.data[i] < '0' || item.data[i] > '9' || (i == 0 && item.data[i] == '0') ||
		    value > ST_QUORUM_TEXT_MAX)
			return 0;
		value = value * 10 + (size_t)(item.data[i] - '0');
	}
	return value;
}

static int
take_member(struct reader *reader, stet_bytes name, size_t group)
{
	struct stet_quorum *quorum = reader->quorum;
	const size_t member = find_node(quorum, name);

	if (is_word(name, "none"))
		return wrong(reader, "'none' is no member of a group");
	if (member == ST_QUORUM_NONE || member == group)
		return wrong_name(reader, "is not defined before", name);
	if (quorum->nodes[member].group != ST_QUORUM_NONE)
		return wrong_name(reader, "is a member of a group already", name);
	quorum->nodes[member].group = group;
	return STET_OK;
}

static int
take_group(struct reader *reader)
{
	struct stet_quorum *quorum = reader->quorum;
	const size_t group = quorum->node_count;
	stet_bytes name, how, member;
	size_t count = 0, need;
	int rc;

	if ((rc = take_name(reader, &name)) < 0)
		return rc;
	how = next_item(reader);
	need = is_word(how, "any") ? 1 : threshold_of(how);
	if (need == 0 && !is_word(how, "all"))
		return wrong(reader, "after its name a group has 'all', 'any' or how many");
	if ((rc = add_node(reader, name, ST_QUORUM_NONE, need)) < 0)
		return rc;
	for (; (member = next_item(reader)).size > 0; count++)
		if ((rc = take_member(reader, member, group)) < 0)
			return rc;
	if (count == 0)
		return wrong(reader, "a group without members");
	if (need > count)
		return wrong(reader, "the group asks for more members than it has");
	if (need == 0)
		quorum->nodes[group].need = count;
	return STET_OK;
}

static int
take_quorum(struct reader *reader)
{
	struct stet_quorum *quorum = reader->quorum;
	const stet_bytes name = next_item(reader);

	if (quorum->quorum_line > 0)
		return wrong(reader, "a second quorum");
	if (name.size == 0)
		return wrong(reader, "the name of the quorum is missing");
	quorum->wanted = find_node(quorum, name);
	if (quorum->wanted == ST_QUORUM_NONE && !is_word(name, "none"))
		return wrong_name(reader, "is not defined before", name);
	quorum->quorum_line = reader->line;
	return end_line(reader, 0);
}

static int
take_line(struct reader *reader)
{
	static const struct {
		const char *word;
		int (*take)(struct reader *reader);
	} kinds[] = {{"log", take_log}, {"witness", take_witness}, {"group", take_group},
	    {"quorum", take_quorum}};
	const stet_bytes word = next_item(reader);
	size_t i;

	if (word.size == 0 || word.data[0] == '#')
		return STET_OK;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (is_word(word, kinds[i].word))
			return kinds[i].take(reader);
	return wrong_name(reader, "is none of log, witness, group and quorum", word);
}

/* --- the file -------------------------------------------------------------------------------- */

/* Octets 0x09, 0x0a, 0x20 to 0x7e and 0x80 to 0xff. */
static int
check_octets(const struct reader *reader, stet_bytes line)
{
	size_t i;

	for (i = 0; i < line.size; i++) {
		if (line.data[i] == '\r')
			return wrong(reader, "a carriage return; lines end with a newline alone");
		if ((line.data[i] < 0x20 && line.data[i] != '\t') || line.data[i] == 0x7f)
			return wrong(reader, "a control character");
	}
	return STET_OK;
}

static int
take_text(struct reader *reader, stet_bytes text)
{
	const uint8_t *end;
	size_t size;
	int rc;

	while (text.size > 0) {
		reader->line++;
		/* A file that was cut short could ask for less than the whole. */
		if ((end = memchr(text.data, '\n', text.size)) == NULL)
			return wrong(reader, "the line does not end with a newline");
		size = (size_t)(end - text.data);
		reader->rest = (stet_bytes){text.data, size};
		if ((rc = check_octets(reader, reader->rest)) < 0 || (rc = take_line(reader)) < 0)
			return rc;
		text = (stet_bytes){end + 1, text.size - size - 1};
	}
	if (reader->quorum->quorum_line == 0)
		return st_fail(reader->err, STET_EFORMAT, ST_QUORUM_MALFORMED,
		    "no line says which quorum is asked for: 'quorum NAME' or 'quorum none'");
	return STET_OK;
}

int
stet_quorum_parse(stet_bytes text, stet_quorum **quorum_out, stet_error *err)
{
	struct reader reader = {.err = err};
	int rc;

	if (text.size > ST_QUORUM_TEXT_MAX)
		return st_fail(err, STET_EFORMAT, ST_QUORUM_MALFORMED,
		    "a policy has at most %d bytes", ST_QUORUM_TEXT_MAX);
	if ((reader.quorum = calloc(1, sizeof(*reader.quorum))) == NULL)
		return st_fail_nomem(err);
	reader.quorum->wanted = ST_QUORUM_NONE;
	st_buf_put_bytes(&reader.quorum->text, text);
	if (reader.quorum->text.rc < 0)
		rc = st_fail_nomem(err);
	else
		rc = take_text(&reader, st_buf_bytes(&reader.quorum->text));
	if (rc == STET_OK)
		*quorum_out = reader.quorum;
	else
		stet_quorum_free(reader.quorum);
	return rc;
}

static void
free_texts(char **texts, size_t count)
{
	while (count > 0)
		free(texts[--count]);
	free(texts);
}

void
stet_quorum_free(stet_quorum *quorum)
{
	if (quorum == NULL)
		return;
	free_texts(quorum->log_texts, quorum->log_count);
	free_texts(quorum->witness_texts, quorum->witness_count);
	free(quorum->logs);
	free(quorum->witnesses);
	free(quorum->nodes);
	st_buf_free(&quorum->text);
	free(quorum);
}

/* --- is it met? ------------------------------------------------------------------------------ */

/* Members stand before their group, so one pass decides all. */
int
st_quorum_met(const struct stet_quorum *quorum, const struct st_note_seen *seen)
{
	size_t *members, i;
	int yes, met = 0;

	if (quorum->wanted == ST_QUORUM_NONE)
		return 1;
	if ((members = calloc(quorum->node_count, sizeof(*members))) == NULL)
		return STET_ENOMEM;
	for (i = 0; i <= quorum->wanted; i++) {
		const struct st_quorum_node *node = &quorum->nodes[i];

		yes = node->witness != ST_QUORUM_NONE ? seen[node->witness].is_signed
						      : members[i] >= node->need;
		if (yes && node->group != ST_QUORUM_NONE)
			members[node->group]++;
		met = yes; /* of the last one, which is the one wanted */
	}
	free(members);
	return met;
}
