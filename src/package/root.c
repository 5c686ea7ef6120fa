/* An OCFL storage root: gone through folder by folder, so that memory is for one object, and for
 * the id of each. */
#include "package/ocfl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/text.h"
#include "json/json.h"
#include "package/layout.h"

#define SMALL_MAX ((size_t)65536)
#define PIECE_SIZE ((size_t)16384)
#define DEPTH_MAX 64
#define NAME_SIZE 4096

/* An id, and where its object lies. */
struct seen {
	uint8_t digest[32];
	char *place;
};

struct walking {
	const char *path; /* of the root */
	int fd;
	struct st_ocfl *ocfl;
	struct st_watch *watch;
	int minor; /* of the root's version */
	struct st_layout layout;
	struct seen *seen;
	size_t count, room;
};

#define BAD(walking, code, name, ...) \
	st_found_problem(&(walking)->ocfl->found, code, name, __VA_ARGS__)
#define WARN(walking, code, name, ...) \
	st_found_warning(&(walking)->ocfl->found, code, name, __VA_ARGS__)

static int
starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* --- the names in a folder ------------------------------------------------------------------- */

struct names {
	char **items;
	size_t count, room;
};

static void
free_names(struct names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
}

static int
add_name(struct names *names, const char *name)
{
	char **grown;
	size_t room;

	if (names->count == names->room) {
		room = names->room == 0 ? 32 : names->room * 2;
		if ((grown = realloc(names->items, room * sizeof(*grown))) == NULL)
			return STET_ENOMEM;
		names->items = grown;
		names->room = room;
	}
	if ((names->items[names->count] = strdup(name)) == NULL)
		return STET_ENOMEM;
	names->count++;
	return STET_OK;
}

static int
in_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted. fd stays open. */
static int
read_names(
    const struct walking *walking, int fd, const char *place, struct names *names, stet_error *err)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = STET_OK;
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	if (dir == NULL) {
		rc = st_fail_errno(err, errno, "cannot read folder '%s/%s'", walking->path, place);
		if (copy >= 0)
			close(copy);
		return rc;
	}
	while (rc == STET_OK && (errno = 0, entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    add_name(names, entry->d_name) < 0)
			rc = st_fail_nomem(err);
	if (rc == STET_OK && errno != 0)
		rc = st_fail_errno(err, errno, "cannot read folder '%s/%s'", walking->path, place);
	closedir(dir);
	if (rc == STET_OK && names->count > 1)
		qsort(names->items, names->count, sizeof(char *), in_order);
	return rc;
}

int
st_ocfl_read(
    int fd, const char *root, const char *name, size_t max, struct st_buf *out, stet_error *err)
{
	int file = openat(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint8_t *room;
	ssize_t got = 0;
	int rc = STET_OK;

	if (file < 0)
		return st_fail_errno(err, errno, "cannot read '%s/%s'", root, name);
	while (rc == STET_OK && out->size <= max) {
		if ((room = st_buf_room(out, PIECE_SIZE)) == NULL)
			rc = st_fail_nomem(err);
		else if ((got = read(file, room, PIECE_SIZE)) < 0)
			rc = st_fail_errno(err, errno, "cannot read '%s/%s'", root, name);
		if (rc < 0 || got == 0)
			break;
		st_buf_grow(out, (size_t)got);
	}
	close(file);
	return rc;
}

static int
read_small(const struct walking *walking, const char *name, struct st_buf *out, stet_error *err)
{
	return st_ocfl_read(walking->fd, walking->path, name, SMALL_MAX, out, err);
}

/* --- objects --------------------------------------------------------------------------------- */

static int
keep_id(struct walking *walking, const char *place, stet_error *err)
{
	struct seen *grown;
	size_t room;

	if (walking->ocfl->id == NULL)
		return STET_OK;
	if (walking->count == walking->room) {
		room = walking->room == 0 ? 64 : walking->room * 2;
		if ((grown = realloc(walking->seen, room * sizeof(*grown))) == NULL)
			return st_fail_nomem(err);
		walking->seen = grown;
		walking->room = room;
	}
	st_sha256(st_str(walking->ocfl->id), walking->seen[walking->count].digest);
	if ((walking->seen[walking->count].place = strdup(place)) == NULL)
		return st_fail_nomem(err);
	walking->count++;
	return STET_OK;
}

static int
by_digest(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	int order = memcmp(x->digest, y->digest, sizeof(x->digest));

	return order != 0 ? order : strcmp(x->place, y->place);
}

static void
find_twice(struct walking *walking)
{
	size_t i;

	if (walking->count > 1)
		qsort(walking->seen, walking->count, sizeof(*walking->seen), by_digest);
	for (i = 1; i < walking->count; i++)
		if (memcmp(walking->seen[i].digest, walking->seen[i - 1].digest, 32) == 0)
			BAD(walking, "E037", walking->seen[i].place,
			    "has the same id as the object at '%s'", walking->seen[i - 1].place);
}

/* Where the layout of the root has an object of this id. */
static int
check_place(struct walking *walking, const char *place, stet_error *err)
{
	struct st_buf wanted = {0};

	if (walking->ocfl->id == NULL || walking->layout.kind == ST_LAYOUT_UNKNOWN)
		return STET_OK;
	st_layout_place(&walking->layout, st_str(walking->ocfl->id), &wanted);
	st_buf_put_u8(&wanted, 0);
	if (wanted.rc == STET_OK && strcmp((const char *)wanted.data, place) != 0)
		BAD(walking, "E083", place, "is not where the layout has that object: at '%s'",
		    (const char *)wanted.data);
	if (wanted.rc < 0) {
		st_buf_free(&wanted);
		return st_fail_nomem(err);
	}
	st_buf_free(&wanted);
	return STET_OK;
}

static int
judge_object(struct walking *walking, const char *place, const char *mark, stet_error *err)
{
	char path[2 * NAME_SIZE], prefix[NAME_SIZE + 2];
	const char *version = mark + strlen(ST_OCFL_OBJECT_MARK);
	struct st_unpack *tree = NULL;
	int rc;

	if (walking->minor == 0 && strcmp(version, "1.1") == 0)
		BAD(walking, "E081", place, "follows a later version of OCFL than the root");
	snprintf(path, sizeof(path), "%s/%s", walking->path, place);
	snprintf(prefix, sizeof(prefix), "%s/", place);
	if ((rc = st_unpack_open(path, &tree, err)) < 0)
		return rc;
	rc = st_ocfl_object(tree, prefix, walking->watch, walking->ocfl, err);
	st_unpack_close(tree);
	if (rc == STET_OK && (rc = keep_id(walking, place, err)) == STET_OK)
		rc = check_place(walking, place, err);
	return rc;
}

/* --- folders --------------------------------------------------------------------------------- */

static int walk(
    struct walking *walking, int fd, const char *place, unsigned depth, stet_error *err);

static int
walk_into(struct walking *walking, int fd, const char *name, const char *place, unsigned depth,
    stet_error *err)
{
	int inside = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rc;

	if (inside < 0)
		return st_fail_errno(
		    err, errno, "cannot read folder '%s/%s'", walking->path, place);
	rc = walk(walking, inside, place, depth, err);
	close(inside);
	return rc;
}

/* What a name between root and objects is; only folders lead on. */
static int
walk_name(struct walking *walking, int fd, const char *above, const char *name, unsigned depth,
    stet_error *err)
{
	char place[NAME_SIZE];
	struct stat st;

	if (snprintf(place, sizeof(place), "%s%s%s", above, above[0] != '\0' ? "/" : "", name) >=
	    NAME_SIZE)
		return st_fail(err, STET_EFORMAT, ST_PACKAGE_UNREADABLE,
		    "'%s' has a name of more than %d bytes", walking->path, NAME_SIZE - 1);
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return st_fail_errno(err, errno, "cannot look at '%s/%s'", walking->path, place);
	if (S_ISDIR(st.st_mode))
		return walk_into(walking, fd, name, place, depth, err);
	if (S_ISLNK(st.st_mode))
		BAD(walking, "E090", place, "is a link; a storage root holds files and folders");
	else if (above[0] != '\0')
		BAD(walking, "E072", place, "is a file that is in no object");
	return STET_OK;
}

static int
walk(struct walking *walking, int fd, const char *place, unsigned depth, stet_error *err)
{
	struct names names = {0};
	const char *mark = NULL;
	size_t i;
	int rc = read_names(walking, fd, place, &names, err);

	if (rc == STET_OK && depth > DEPTH_MAX)
		rc = st_fail(err, STET_EFORMAT, ST_PACKAGE_UNREADABLE,
		    "'%s' has more than %d folders in each other", walking->path, DEPTH_MAX);
	for (i = 0; i < names.count && mark == NULL; i++)
		if (starts(names.items[i], ST_OCFL_OBJECT_MARK))
			mark = names.items[i];
	if (rc == STET_OK && mark != NULL)
		rc = judge_object(walking, place, mark, err);
	else if (rc == STET_OK && names.count == 0)
		BAD(walking, "E073", place, "is an empty folder");
	for (i = 0; rc == STET_OK && mark == NULL && i < names.count; i++)
		rc = walk_name(walking, fd, place, names.items[i], depth + 1, err);
	free_names(&names);
	return rc;
}

/* --- the top --------------------------------------------------------------------------------- */

static int
check_declaration(struct walking *walking, const struct names *names, stet_error *err)
{
	struct st_buf text = {0}, wanted = {0};
	const char *first = NULL, *version;
	size_t i;
	int rc;

	for (i = 0; i < names->count; i++) {
		if (!starts(names->items[i], "0="))
			continue;
		if (first != NULL || !starts(names->items[i], ST_OCFL_ROOT_MARK))
			BAD(walking, "E076", names->items[i],
			    "declares another version, or something else");
		else
			first = names->items[i];
	}
	version = first + strlen(ST_OCFL_ROOT_MARK);
	snprintf(walking->ocfl->version, sizeof(walking->ocfl->version), "%s", version);
	walking->minor = strcmp(version, "1.0") == 0 ? 0 : strcmp(version, "1.1") == 0 ? 1 : -1;
	if (walking->minor < 0) {
		WARN(walking, "E077", first, "is of a version of OCFL that is not known here");
		walking->ocfl->found.unsure = 1;
	}
	st_buf_printf(&wanted, "%s\n", first + 2);
	rc = read_small(walking, first, &text, err);
	if (rc == STET_OK && wanted.rc < 0)
		rc = st_fail_nomem(err);
	if (rc == STET_OK && !st_bytes_equal(st_buf_bytes(&text), st_buf_bytes(&wanted)))
		BAD(walking, "E080", first, "does not say what its name says");
	st_buf_free(&wanted);
	st_buf_free(&text);
	return rc;
}

static int
check_layout(struct walking *walking, stet_error *err)
{
	struct st_buf text = {0};
	stet_json *json = NULL;
	stet_error why;
	int rc = read_small(walking, "ocfl_layout.json", &text, err);

	if (rc == STET_OK && stet_json_parse(st_buf_bytes(&text), &json, &why) == STET_ENOMEM)
		rc = st_fail_nomem(err);
	if (rc == STET_OK &&
	    (stet_json_string_of(stet_json_get(json, "extension")).data == NULL ||
		stet_json_string_of(stet_json_get(json, "description")).data == NULL))
		BAD(walking, "E070", "ocfl_layout.json",
		    "is no JSON object with an extension and a description");
	stet_json_free(json);
	st_buf_free(&text);
	return rc;
}

/* The layout's own parameters, if it is one that is known here. */
static int
read_layout(struct walking *walking, stet_error *err)
{
	struct st_buf text = {0};
	int rc = read_small(walking, ST_LAYOUT_CONFIG, &text, err);

	if (rc == STET_OK)
		rc = st_layout_read(st_buf_bytes(&text), &walking->layout, err);
	st_buf_free(&text);
	return rc == STET_ENOTFOUND || rc == STET_EFORMAT ? STET_OK : rc;
}

static int
check_extensions(struct walking *walking, stet_error *err)
{
	int fd = openat(walking->fd, "extensions", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct names names = {0};
	char place[NAME_SIZE];
	struct stat st;
	size_t i;
	int rc;

	if (fd < 0)
		return st_fail_errno(
		    err, errno, "cannot read folder '%s/extensions'", walking->path);
	rc = read_names(walking, fd, "extensions", &names, err);
	for (i = 0; rc == STET_OK && i < names.count; i++) {
		snprintf(place, sizeof(place), "extensions/%s", names.items[i]);
		if (fstatat(fd, names.items[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			rc = st_fail_errno(
			    err, errno, "cannot look at '%s/%s'", walking->path, place);
		else if (!S_ISDIR(st.st_mode))
			BAD(walking, "E112", place,
			    "is no folder, where there are folders of extensions only");
		else if (!st_ocfl_registered(names.items[i]))
			WARN(walking, "W016", place, "is no extension that is registered");
	}
	free_names(&names);
	close(fd);
	return rc == STET_OK ? read_layout(walking, err) : rc;
}

static int
walk_top(struct walking *walking, const struct names *names, stet_error *err)
{
	size_t i;
	int rc = check_declaration(walking, names, err);

	for (i = 0; rc == STET_OK && i < names->count; i++) /* before any object is looked at */
		if (strcmp(names->items[i], "extensions") == 0)
			rc = check_extensions(walking, err);
		else if (strcmp(names->items[i], "ocfl_layout.json") == 0)
			rc = check_layout(walking, err);
	for (i = 0; rc == STET_OK && !walking->ocfl->found.unsure && i < names->count; i++)
		if (strcmp(names->items[i], "extensions") != 0)
			rc = walk_name(walking, walking->fd, "", names->items[i], 0, err);
	return rc;
}

static int
check_root(struct walking *walking, const struct names *names, stet_error *err)
{
	int rc;

	walking->ocfl->root = 1;
	rc = walk_top(walking, names, err);
	if (rc == STET_OK)
		find_twice(walking);
	return rc == STET_OK && walking->ocfl->found.rc < 0 ? st_fail_nomem(err) : rc;
}

/* --- which of the two ------------------------------------------------------------------------ */

int
st_ocfl_mark(const char *name)
{
	return starts(name, ST_OCFL_ROOT_MARK) || strcmp(name, ST_OCFL_INVENTORY) == 0;
}

/* A root is what declares to be one and nothing else. */
static int
is_root(const struct names *names)
{
	size_t i;
	int root = 0;

	for (i = 0; i < names->count; i++) {
		if (starts(names->items[i], ST_OCFL_OBJECT_MARK) ||
		    strcmp(names->items[i], ST_OCFL_INVENTORY) == 0)
			return 0;
		root |= starts(names->items[i], ST_OCFL_ROOT_MARK);
	}
	return root;
}

static int
check_object(const char *path, struct st_watch *watch, struct st_ocfl *ocfl, stet_error *err)
{
	struct st_unpack *tree = NULL;
	int rc = st_unpack_open(path, &tree, err);

	if (rc == STET_OK)
		rc = st_ocfl_object(tree, "", watch, ocfl, err);
	st_unpack_close(tree);
	return rc;
}

int
st_ocfl_check(const char *path, struct st_watch *watch, struct st_ocfl *ocfl, stet_error *err)
{
	struct walking walking = {.path = path, .ocfl = ocfl, .watch = watch};
	struct names names = {0};
	size_t i;
	int rc;

	*ocfl = (struct st_ocfl){.look = ocfl->look};
	st_found_init(&ocfl->found);
	if (ocfl->found.rc < 0)
		return st_fail_nomem(err);
	watch->done = watch->total = 0;
	walking.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (walking.fd < 0)
		return st_fail_errno(err, errno, "cannot read folder '%s'", path);
	rc = read_names(&walking, walking.fd, "", &names, err);
	if (rc == STET_OK && is_root(&names))
		rc = check_root(&walking, &names, err);
	else if (rc == STET_OK)
		rc = check_object(path, watch, ocfl, err);
	for (i = 0; i < walking.count; i++)
		free(walking.seen[i].place);
	free(walking.seen);
	free_names(&names);
	close(walking.fd);
	return rc;
}

void
st_ocfl_clear(struct st_ocfl *ocfl)
{
	st_found_clear(&ocfl->found);
	free(ocfl->id);
	ocfl->id = NULL;
}
