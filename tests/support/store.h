#ifndef STET_TESTS_STORE_H
#define STET_TESTS_STORE_H
/* Stores for tests: a folder that goes away again, and calls that must succeed.  Include after
 * cmocka.h. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

#define FOLDER_SIZE 64

static inline void
folder_make(char folder[FOLDER_SIZE], const char *template)
{
	strcpy(folder, template);
	if (mkdtemp(folder) == NULL)
		fail_msg("cannot make a folder '%s'", template);
}

static inline void
folder_path(char path[2 * FOLDER_SIZE], const char *folder, const char *file)
{
	snprintf(path, 2 * FOLDER_SIZE, "%s/%s", folder, file);
}

/* With whatever is in it; folders in it are empty ones. */
static inline void
folder_remove(const char *folder)
{
	char path[512];
	struct dirent *entry;
	DIR *dir = opendir(folder);

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%.255s", folder, entry->d_name);
		if (unlink(path) < 0)
			rmdir(path);
	}
	if (dir != NULL)
		closedir(dir);
	rmdir(folder);
}

/* A whole small file; the caller frees. */
static inline uint8_t *
file_read(const char *folder, const char *file, size_t *size_out)
{
	char path[2 * FOLDER_SIZE];
	struct stat st;
	uint8_t *data;
	int fd;

	folder_path(path, folder, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		fail_msg("cannot read '%s'", path);
	data = malloc((size_t)st.st_size + 1);
	assert_non_null(data);
	assert_int_equal(read(fd, data, (size_t)st.st_size), st.st_size);
	close(fd);
	*size_out = (size_t)st.st_size;
	return data;
}

static inline void
file_write(const char *folder, const char *file, const void *data, size_t size)
{
	char path[2 * FOLDER_SIZE];
	int fd;

	folder_path(path, folder, file);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		fail_msg("cannot write '%s'", path);
	close(fd);
}

static inline off_t
file_size(const char *folder, const char *file)
{
	char path[2 * FOLDER_SIZE];
	struct stat st;

	folder_path(path, folder, file);
	return stat(path, &st) < 0 ? -1 : st.st_size;
}

/* --- stores: what fails, fails the test --------------------------------------------------------
 */

static inline struct st_store *
store_open(const char *folder, unsigned flags)
{
	struct st_store *store = NULL;
	stet_error err;

	if (st_store_open_lmdb(folder, flags, &store, &err) != STET_OK)
		fail_msg("cannot open: %s", err.text);
	return store;
}

static inline struct st_batch *
store_begin(struct st_store *store)
{
	struct st_batch *batch = NULL;
	stet_error err;

	if (st_batch_begin(store, 20000, &batch, &err) != STET_OK)
		fail_msg("cannot begin: %s", err.text);
	return batch;
}

static inline void
store_commit(struct st_batch **batch)
{
	stet_error err;

	if (st_batch_commit(batch, &err) != STET_OK)
		fail_msg("cannot commit: %s", err.text);
}

static inline struct st_reader *
store_reader(struct st_store *store)
{
	struct st_reader *reader = NULL;
	stet_error err;

	if (st_reader_open(store, &reader, &err) != STET_OK)
		fail_msg("cannot open a reader: %s", err.text);
	return reader;
}

/* Rows of a number each: key u64be, value size bytes that begin with the u64be number. */
#define ROW_MAX 65536
static inline int
row_put(struct st_batch *batch, enum st_table table, uint64_t key, uint64_t number, size_t size,
    stet_error *err)
{
	static uint8_t value[ROW_MAX];
	uint8_t name[8];
	stet_bytes k = {name, sizeof(name)}, v = {value, size < 8 ? 8 : size};

	st_be64_put(name, key);
	memset(value, (int)(number % 251), v.size);
	st_be64_put(value, number);
	return st_batch_put(batch, table, 0, &k, &v, 1, err);
}

/* The number, or UINT64_MAX if the row is not there; a row of another shape fails the test. */
static inline uint64_t
row_get(struct st_reader *reader, enum st_table table, uint64_t key)
{
	uint8_t name[8];
	stet_bytes value;
	stet_error err;
	int rc;

	st_be64_put(name, key);
	rc = st_get_one(reader, table, (stet_bytes){name, sizeof(name)}, &value, &err);
	if (rc == STET_ENOTFOUND)
		return UINT64_MAX;
	if (rc != STET_OK)
		fail_msg("cannot get: %s", err.text);
	assert_true(value.size >= 8);
	if (value.size > 8)
		assert_int_equal(value.data[value.size - 1], (int)(st_be64_get(value.data) % 251));
	return st_be64_get(value.data);
}

static inline void
assert_failure(int rc, int code, int rule, const stet_error *err)
{
	if (rc != code || err->code != code || err->rule != rule)
		fail_msg("%s %s '%s' instead of %s %s", stet_code_name(rc),
		    stet_rule_name(err->rule), err->text, stet_code_name(code),
		    stet_rule_name(rule));
	assert_true(err->text[0] != '\0' && strchr(err->text, '\n') == NULL);
}

/* --- children ----------------------------------------------------------------------------------
 */

/* Runs work in a child, which must come back with 0 from exit status; asserts of cmocka do not work
 * there: CHILD_CHECK does. */
#define CHILD_CHECK(what)                                                                         \
	do {                                                                                      \
		if (!(what)) {                                                                    \
			fprintf(                                                                  \
			    stderr, "%s:%d: not so in a child: %s\n", __FILE__, __LINE__, #what); \
			_exit(100);                                                               \
		}                                                                                 \
	} while (0)

static inline pid_t
child_start(void (*work)(void *), void *arg)
{
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == 0) {
		work(arg);
		_exit(0);
	}
	assert_true(pid > 0);
	return pid;
}

static inline int
child_end(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static inline void
child_ok(pid_t pid)
{
	int status = child_end(pid);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("a child ended with status 0x%x", (unsigned)status);
}

#endif
