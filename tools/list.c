/* Lists of identifiers. */
#include "list.h"
#include "cmd.h"
#include "out.h"
#include "util.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LIST_MAX ((size_t)16 * 1024 * 1024)

/* Ends the text where its line does, without the blanks around it. */
static char *
trim(char *text, size_t size)
{
	while (size > 0 && strchr(" \t\r", text[size - 1]) != NULL)
		size--;
	text[size] = '\0';
	return text + strspn(text, " \t");
}

/* The first field of a row of CSV, its quotes taken off in place; *rest_out is what follows, NULL
 * at the end. NULL: quotes that do not end on the line, or not with
 * the field. */
static char *
next_field(char *row, char **rest_out)
{
	char *field = row, *to = row, *from = row;

	*rest_out = NULL;
	if (*row != '"') {
		if ((from = strchr(row, ',')) != NULL) {
			*from = '\0';
			*rest_out = from + 1;
		}
		return trim(field, strlen(field));
	}
	for (from++; *from != '"' || from[1] == '"'; *to++ = *from++)
		if (*from == '\0')
			return NULL;
		else if (*from == '"')
			from++;
	from++;
	*to = '\0';
	if (*from == ',')
		*rest_out = from + 1;
	else if (*from != '\0')
		return NULL;
	return trim(field, strlen(field));
}

/* A first line with several columns, one of them "doi", is the head of a table. Read from a copy:
 * it may be no head. 1 if it is. */
static int
find_column(struct list *list, const char *line)
{
	char *copy = strchr(line, ',') != NULL ? strdup(line) : NULL, *rest = copy, *field;
	int column, found = 0;

	for (column = 0; !found && rest != NULL; column++) {
		field = next_field(rest, &rest);
		if (field == NULL)
			break;
		if (strcasecmp(field, "doi") == 0) {
			list->column = column;
			found = 1;
		}
	}
	free(copy);
	return found;
}

static void
add_item(struct list *list, char *text, uint64_t line)
{
	list->items[list->count++] = (struct list_item){text, line};
}

static void
add_wrong(struct list *list, uint64_t line, const char *what)
{
	complain("%s line %llu: %s", list->name, (unsigned long long)line, what);
	add_item(list, NULL, line);
}

static void
add_row(struct list *list, char *text, uint64_t line)
{
	char *field = text, *rest = text;
	int column;

	for (column = 0; column <= list->column; column++) {
		if (rest == NULL) {
			add_wrong(list, line, "the row ends before its column 'doi'");
			return;
		}
		if ((field = next_field(rest, &rest)) == NULL) {
			add_wrong(list, line,
			    "quotes that do not end on the line, or not with the field");
			return;
		}
	}
	if (field[0] == '\0')
		add_wrong(list, line, "the column 'doi' is empty");
	else
		add_item(list, field, line);
}

static void
add_line(struct list *list, char *text, size_t size, uint64_t line)
{
	if (memchr(text, '\0', size) != NULL) {
		add_wrong(list, line, "a zero byte is no part of an identifier");
		return;
	}
	text = trim(text, size);
	if (text[0] == '\0' || (line == 1 && find_column(list, text)))
		return;
	if (list->column >= 0)
		add_row(list, text, line);
	else if (text[0] != '#' && (line > 1 || strcasecmp(text, "doi") != 0))
		add_item(list, text, line);
}

static size_t
count_lines(const char *data, size_t size)
{
	size_t i, count = 1;

	for (i = 0; i < size; i++)
		count += data[i] == '\n';
	return count;
}

static void
split(struct list *list, char *text, size_t size)
{
	uint64_t line = 1;
	size_t used;
	char *end;

	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		size -= 3;
	}
	for (; size > 0; line++) {
		end = memchr(text, '\n', size);
		used = end != NULL ? (size_t)(end - text) : size;
		add_line(list, text, used, line);
		text += end != NULL ? used + 1 : used;
		size -= end != NULL ? used + 1 : used;
	}
}

int
list_read(struct list *list, const char *path)
{
	uint8_t *data = NULL;
	size_t size = 0;
	stet_error err;

	memset(list, 0, sizeof(*list));
	list->column = -1;
	list->name = strcmp(path, "-") == 0 ? strdup("standard input") : text_of("'%s'", path);
	if (file_read(path, LIST_MAX, &data, &size, &err) < 0) {
		complain("cannot read '%s': %s", path, err.text);
		return EXIT_UNSURE;
	}
	list->data = malloc(size + 1); /* room for an end behind the last line */
	list->items = calloc(count_lines((const char *)data, size), sizeof(*list->items));
	if (list->name == NULL || list->data == NULL || list->items == NULL) {
		free(data);
		complain("out of memory");
		return EXIT_UNSURE;
	}
	memcpy(list->data, data, size);
	free(data);
	split(list, list->data, size);
	if (list->count > 0)
		return EXIT_YES;
	complain("'%s' names no record [input-empty]", path);
	return EXIT_UNSURE;
}

void
list_free(struct list *list)
{
	free(list->items);
	free(list->data);
	free(list->name);
}
