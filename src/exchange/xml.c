#include "exchange/xml.h"

#include <libxml/xmlreader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "base/time.h"

#define COPY_MAX (16u << 20)
#define TEXT_MAX 65536u
#define PATH_SIZE 512
#define DEPTH_MAX 64

struct reading {
	struct st_import *import;
	struct st_works works;
	const struct st_xml_form *form;
	st_xml_item *item;
	xmlTextReaderPtr reader;
	struct st_buf copy; /* of the file, as long as it may be kept */
	int copy_lost, rc;  /* rc: of reading */
	stet_error why;     /* of reading, or of the parser */

	/* The item that is being read. */
	stet_json *json;
	char name[64], path[PATH_SIZE];
	int depth;              /* of its element; -1: none */
	size_t ends[DEPTH_MAX]; /* of the path at each depth below it */
	/* The element of it that is wanted. */
	stet_json *element;
	int element_depth, group;
	char member[64], child[64];
	struct st_buf text;

	/* The first item waits, to learn whether it is the only one. */
	stet_json *first;
	char first_name[64];
	uint64_t count;
};

/* --- reading --------------------------------------------------------------------------------- */

static int
read_piece(void *ctx, char *buf, int size)
{
	struct reading *reading = ctx;
	size_t got = 0;

	if (reading->rc < 0)
		return -1;
	reading->rc =
	    st_import_read(reading->import, (uint8_t *)buf, (size_t)size, &got, &reading->why);
	if (reading->rc < 0)
		return -1;
	if (reading->copy.size + got > COPY_MAX)
		reading->copy_lost = 1;
	if (reading->copy_lost)
		st_buf_free(&reading->copy);
	else
		st_buf_put(&reading->copy, buf, got);
	return (int)got;
}

static int
close_file(void *ctx)
{
	(void)ctx;
	return 0;
}

static void
take_complaint(void *ctx, xmlErrorPtr error)
{
	struct reading *reading = ctx;
	char shown[ST_SHOWN_SIZE];
	const char *text = error->message == NULL ? "" : error->message;

	if (error->level < XML_ERR_ERROR || reading->rc < 0 || reading->why.text[0] != '\0')
		return;
	if (error->code ==
	    XML_ERR_DOCUMENT_END) /* "Extra content", also of a file that was cut off */
		text = "the file ends early, or goes on after its end";
	st_fail(&reading->why, STET_EFORMAT, ST_IMPORT_MALFORMED, "line %d: %s", error->line,
	    st_shown((stet_bytes){(const uint8_t *)text, strcspn(text, "\n")}, shown));
}

/* Entities of the file's own are how files of a few lines grow to gigabytes, and how they read
 * other files. */
static int
check_doctype(struct reading *reading, stet_error *err)
{
	xmlDtdPtr dtd = (xmlDtdPtr)(void *)xmlTextReaderCurrentNode(reading->reader);

	if (dtd != NULL && (dtd->entities != NULL || dtd->pentities != NULL))
		return st_fail(err, STET_EFORMAT, ST_IMPORT_MALFORMED,
		    "the file declares entities, which are not read");
	return STET_OK;
}

/* --- one item -------------------------------------------------------------------------------- */

static int
is_among(const char *const *words, const char *word)
{
	for (; *words != NULL; words++)
		if (strcmp(*words, word) == 0)
			return 1;
	return 0;
}

static void
set_copy(char out[64], const char *text)
{
	snprintf(out, 64, "%s", text);
}

static void
add_attributes(struct reading *reading)
{
	xmlTextReaderPtr reader = reading->reader;
	const char *name, *value;

	while (xmlTextReaderMoveToNextAttribute(reader) == 1) {
		name = (const char *)xmlTextReaderConstLocalName(reader);
		value = (const char *)xmlTextReaderConstValue(reader);
		if (name != NULL && value != NULL && strlen(value) <= TEXT_MAX)
			stet_json_set(reading->element, name, stet_json_str(value));
	}
	xmlTextReaderMoveToElement(reader);
}

/* The path below the item of the element that begins; *group_out for one whose children count. */
static int
is_wanted(const struct reading *reading, int *group_out)
{
	const char *const *path;
	size_t size = strlen(reading->path);

	for (path = reading->form->paths; *path != NULL; path++) {
		if (strncmp(*path, reading->path, size) != 0)
			continue;
		*group_out = strcmp(*path + size, "/+") == 0;
		if ((*path)[size] == '\0' || *group_out)
			return 1;
	}
	return 0;
}

/* The element is whole: among those of its name. */
static void
end_element(struct reading *reading)
{
	const stet_json *there = stet_json_get(reading->json, reading->member);
	stet_json *list = there == NULL ? stet_json_array() : stet_json_copy(there);
	struct st_buf tidy = {0};

	if (!reading->group) {
		st_work_tidy(st_buf_bytes(&reading->text), &tidy);
		stet_json_set(reading->element, "text",
		    tidy.rc < 0 || reading->text.rc < 0 ? NULL
							: stet_json_string(st_buf_bytes(&tidy)));
		st_buf_free(&tidy);
	}
	stet_json_add(list, reading->element);
	stet_json_set(reading->json, reading->member, list);
	reading->element = NULL;
}

static void
end_child(struct reading *reading)
{
	struct st_buf tidy = {0};

	st_work_tidy(st_buf_bytes(&reading->text), &tidy);
	stet_json_set(reading->element, reading->child,
	    tidy.rc < 0 ? NULL : stet_json_string(st_buf_bytes(&tidy)));
	st_buf_free(&tidy);
}

static int
enter(struct reading *reading, const char *name, int depth, stet_error *err)
{
	size_t size = strlen(reading->path);
	int level = depth - reading->depth - 1;

	if (level < 0 || level >= DEPTH_MAX || size + strlen(name) + 2 > PATH_SIZE)
		return st_fail(err, STET_EFORMAT, ST_IMPORT_MALFORMED,
		    "line %d: elements in elements, too deep",
		    xmlTextReaderGetParserLineNumber(reading->reader));
	reading->ends[level] = size;
	snprintf(reading->path + size, PATH_SIZE - size, "%s%s", size > 0 ? "/" : "", name);
	return STET_OK;
}

static int
begin_item(struct reading *reading, const char *name, int depth, stet_error *err)
{
	if ((reading->json = stet_json_object()) == NULL)
		return st_fail_nomem(err);
	set_copy(reading->name, name);
	reading->depth = depth;
	reading->path[0] = '\0';
	/* Its own attributes: what kind of article it is. */
	reading->element = reading->json;
	add_attributes(reading);
	reading->element = NULL;
	return STET_OK;
}

/* --- rows ------------------------------------------------------------------------------------ */

static int
take_row(struct reading *reading, const stet_json *json, const char *name, stet_bytes copy,
    stet_error *err)
{
	stet_error why;
	int rc = st_json_rc(json);

	st_error_clear(&why);
	st_import_row_begin(reading->import);
	rc = rc < 0 ? st_fail_nomem(&why) : reading->item(&reading->works, json, name, copy, &why);
	if (rc == STET_OK)
		return st_import_row_end(reading->import, err);
	if (rc == STET_EFORMAT) {
		st_import_row_refuse(reading->import, &why);
		return STET_OK;
	}
	if (err != NULL)
		*err = why;
	return rc;
}

static int
flush_first(struct reading *reading, stet_bytes copy, stet_error *err)
{
	int rc = STET_OK;

	if (reading->first != NULL)
		rc = take_row(reading, reading->first, reading->first_name, copy, err);
	stet_json_free(reading->first);
	reading->first = NULL;
	return rc;
}

static int
end_item(struct reading *reading, stet_error *err)
{
	int rc = STET_OK;

	reading->depth = -1;
	if (reading->count++ == 0) {
		reading->first = reading->json;
		memcpy(reading->first_name, reading->name, sizeof(reading->name));
	} else {
		rc = flush_first(reading, (stet_bytes){NULL, 0}, err);
		if (rc == STET_OK)
			rc = take_row(
			    reading, reading->json, reading->name, (stet_bytes){NULL, 0}, err);
		stet_json_free(reading->json);
	}
	reading->json = NULL;
	return rc;
}

/* --- nodes ----------------------------------------------------------------------------------- */

static int
leave(struct reading *reading, int depth, stet_error *err)
{
	if (reading->depth < 0)
		return STET_OK;
	if (depth == reading->depth)
		return end_item(reading, err);
	if (reading->element != NULL && reading->group && depth == reading->element_depth + 1)
		end_child(reading);
	if (reading->element != NULL && depth == reading->element_depth)
		end_element(reading);
	reading->path[reading->ends[depth - reading->depth - 1]] = '\0';
	return STET_OK;
}

static int
begin(struct reading *reading, stet_error *err)
{
	const char *name = (const char *)xmlTextReaderConstLocalName(reading->reader);
	int depth = xmlTextReaderDepth(reading->reader), rc = STET_OK;
	int empty = xmlTextReaderIsEmptyElement(reading->reader);

	if (name == NULL)
		return st_fail_nomem(err);
	if (reading->depth < 0) {
		if (!is_among(reading->form->items, name))
			return STET_OK;
		rc = begin_item(reading, name, depth, err);
	} else if ((rc = enter(reading, name, depth, err)) == STET_OK) {
		if (reading->element == NULL && is_wanted(reading, &reading->group)) {
			if ((reading->element = stet_json_object()) == NULL)
				return st_fail_nomem(err);
			set_copy(reading->member, name);
			reading->element_depth = depth;
			st_buf_reset(&reading->text);
			add_attributes(reading);
		} else if (reading->element != NULL && reading->group &&
			   depth == reading->element_depth + 1) {
			set_copy(reading->child, name);
			st_buf_reset(&reading->text);
		}
	}
	return rc == STET_OK && empty == 1 ? leave(reading, depth, err) : rc;
}

/* An entity that somebody else declares is not known here, and stays as it is written. */
static void
add_text(struct reading *reading, int entity)
{
	const char *text = (const char *)(entity ? xmlTextReaderConstName(reading->reader)
						 : xmlTextReaderConstValue(reading->reader));

	if (reading->element == NULL || text == NULL || reading->text.size > TEXT_MAX)
		return;
	if (entity)
		st_buf_printf(&reading->text, "&%s;", text);
	else
		st_buf_put_str(&reading->text, text);
}

static int
see_node(struct reading *reading, stet_error *err)
{
	switch (xmlTextReaderNodeType(reading->reader)) {
	case XML_READER_TYPE_DOCUMENT_TYPE:
		return check_doctype(reading, err);
	case XML_READER_TYPE_ELEMENT:
		return begin(reading, err);
	case XML_READER_TYPE_END_ELEMENT:
		return leave(reading, xmlTextReaderDepth(reading->reader), err);
	case XML_READER_TYPE_ENTITY_REFERENCE:
		add_text(reading, 1);
		return STET_OK;
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_WHITESPACE:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
		add_text(reading, 0);
		return STET_OK;
	default:
		return STET_OK;
	}
}

static int
read_all(struct reading *reading, stet_error *err)
{
	int more, rc = STET_OK;

	while (rc == STET_OK && (more = xmlTextReaderRead(reading->reader)) == 1)
		rc = see_node(reading, err);
	if (rc < 0)
		return rc;
	if (more < 0 || reading->rc < 0) {
		if (reading->why.text[0] == '\0')
			return st_fail(
			    err, STET_EFORMAT, ST_IMPORT_MALFORMED, "the file is no XML");
		if (err != NULL)
			*err = reading->why;
		return reading->rc < 0 ? reading->rc : STET_EFORMAT;
	}
	if (reading->copy.rc < 0)
		return st_fail_nomem(err);
	if (reading->count == 0)
		return st_fail(err, STET_EFORMAT, ST_IMPORT_MALFORMED,
		    "the file has no element '%s'", reading->form->items[0]);
	return flush_first(reading,
	    reading->copy_lost ? (stet_bytes){NULL, 0} : st_buf_bytes(&reading->copy), err);
}

int
st_xml_each(
    struct st_import *import, const struct st_xml_form *form, st_xml_item *item, stet_error *err)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	int rc;

	if (reading == NULL)
		return st_fail_nomem(err);
	reading->import = import;
	reading->works.import = import;
	reading->works.keys.runs.folder = st_ledger_scratch(import->ledger);
	reading->form = form;
	reading->item = item;
	reading->depth = -1;
	/* No entity is put in its place, no DTD read, nothing fetched; the parser's own limits
	 * stay.
	 */
	reading->reader = xmlReaderForIO(
	    read_piece, close_file, reading, NULL, NULL, XML_PARSE_NONET | XML_PARSE_COMPACT);
	if (reading->reader == NULL) {
		rc = reading->rc < 0 ? reading->rc : st_fail_nomem(err);
		if (reading->rc < 0 && err != NULL)
			*err = reading->why;
	} else {
		xmlTextReaderSetStructuredErrorHandler(
		    reading->reader, (xmlStructuredErrorFunc)take_complaint, reading);
		rc = read_all(reading, err);
		xmlFreeTextReader(reading->reader);
	}
	stet_json_free(reading->json);
	stet_json_free(reading->element);
	stet_json_free(reading->first);
	st_buf_free(&reading->copy);
	st_buf_free(&reading->text);
	st_seen_clear(&reading->works.keys);
	free(reading);
	return rc;
}

/* --- looking --------------------------------------------------------------------------------- */

stet_bytes
st_xml_text(const stet_json *json, const char *member, const char *attribute, const char *value)
{
	const stet_json *list = stet_json_get(json, member);

	if (list == NULL)
		return (stet_bytes){NULL, 0};
	return st_work_text(
	    attribute == NULL ? stet_json_item(list, 0) : st_work_with(list, attribute, value),
	    "text", NULL);
}

static int
number_of(stet_bytes text)
{
	int value = 0;
	size_t i;

	for (i = 0; i < text.size && i < 5; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return 0;
		value = value * 10 + (text.data[i] - '0');
	}
	return value;
}

void
st_xml_date(const stet_json *element, char out[32])
{
	int year = number_of(st_work_text(element, "year", NULL)),
	    month = number_of(st_work_text(element, "month", NULL)),
	    day = number_of(st_work_text(element, "day", NULL));

	out[0] = '\0';
	if (year > 0 && year <= 9999)
		snprintf(out, 32,
		    month == 0 ? "%04d"
		    : day == 0 ? "%04d-%02d"
			       : "%04d-%02d-%02d",
		    year, month % 100, day % 100);
	if (!st_date_ok(st_str(out)))
		out[0] = '\0';
}
