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

static int
add_line(struct list *list, char *text, size_t size, uint64_t line)
{
	if (memchr(text, '\0', size) != NULL) {
		complain("%s line %llu: a zero byte is no part of an identifier", list->name,
		    (unsigned long long)line);
		return EXIT_NO;
	}
	text = trim(text, size);
	if (text[0] != '\0' && text[0] != '#' && (line > 1 || strcasecmp(text, "doi") != 0))
		list->items[list->count++] = (struct list_item){text, line};
	return EXIT_YES;
}

static size_t
count_lines(const char *data, size_t size)
{
	size_t i, count = 1;

	for (i = 0; i < size; i++)
		count += data[i] == '\n';
	return count;
}

static int
split(struct list *list, char *text, size_t size)
{
	uint64_t line = 1;
	size_t used;
	char *end;
	int status = EXIT_YES;

	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		size -= 3;
	}
	for (; status == EXIT_YES && size > 0; line++) {
		end = memchr(text, '\n', size);
		used = end != NULL ? (size_t)(end - text) : size;
		status = add_line(list, text, used, line);
		text += end != NULL ? used + 1 : used;
		size -= end != NULL ? used + 1 : used;
	}
	return status;
}

int
list_read(struct list *list, const char *path)
{
	uint8_t *data = NULL;
	size_t size = 0;
	stet_error err;
	int status;

	memset(list, 0, sizeof(*list));
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
	status = split(list, list->data, size);
	if (status == EXIT_YES && list->count == 0) {
		complain("'%s' names no record [input-empty]", path);
		status = EXIT_UNSURE;
	}
	return status;
}

void
list_free(struct list *list)
{
	free(list->items);
	free(list->data);
	free(list->name);
}
