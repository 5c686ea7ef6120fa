/* Archives: tar and zip, packed or not. What their names are is told and not followed; a file reads
 * the same alone and in a pass; what looks like a bag is judged as one. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "package/package.h"

#define CONTENT_MAX ((size_t)1 << 16) /* of one file; what is packed can be much larger */
#define FILES_MAX 4

struct seen {
	struct st_unpack *tree;
	size_t files;
	struct st_buf content[FILES_MAX];
	size_t index[FILES_MAX];
};

static void
look_at_names(const struct st_unpack *tree)
{
	const char *base = st_unpack_base(tree);
	const struct st_node *node;
	size_t i, index;

	FUZZ_MUST(st_unpack_is_archive(tree) && strchr(base, '/') == NULL);
	FUZZ_MUST(strcmp(base, "..") != 0);
	for (i = 0; i < st_unpack_count(tree); i++) {
		node = st_unpack_get(tree, i);
		FUZZ_MUST(i == 0 || strcmp(st_unpack_get(tree, i - 1)->name, node->name) <= 0);
		FUZZ_MUST(st_unpack_find(tree, node->name, &index) != NULL);
		FUZZ_MUST(index == i || node->twice);
		if (node->unsafe)
			continue;
		FUZZ_MUST(node->name[0] != '/' && st_text_ok(st_str(node->name)));
		FUZZ_MUST(strcmp(node->name, "..") != 0 && strncmp(node->name, "../", 3) != 0 &&
			  strstr(node->name, "/../") == NULL);
	}
}

static int
want(void *ctx, const struct st_node *node, size_t index, stet_error *err)
{
	struct seen *seen = ctx;

	(void)err;
	FUZZ_MUST(node->kind == ST_NODE_FILE && !node->twice);
	FUZZ_MUST(st_unpack_get(seen->tree, index) == node);
	return seen->files < FILES_MAX;
}

static int
take(void *ctx, const struct st_node *node, size_t index, struct st_member *member, stet_error *err)
{
	struct seen *seen = ctx;
	struct st_buf *content = &seen->content[seen->files];
	uint8_t piece[4096];
	size_t got;
	int rc;

	(void)node;
	do {
		if ((rc = st_member_read(member, piece, sizeof(piece), &got, err)) < 0)
			return rc;
		FUZZ_MUST(got <= sizeof(piece));
		st_buf_put(content, piece, got);
	} while (got > 0 && content->size < CONTENT_MAX);
	FUZZ_MUST(content->rc == STET_OK);
	seen->index[seen->files++] = index;
	return STET_OK;
}

static void
read_alone(struct seen *seen)
{
	struct st_buf again = {0};
	stet_error err = {0};
	size_t i;
	int rc;

	for (i = 0; i < seen->files; i++) {
		if (seen->content[i].size >= CONTENT_MAX)
			continue;
		st_buf_reset(&again);
		rc = st_unpack_read(seen->tree, st_unpack_get(seen->tree, seen->index[i])->name,
		    CONTENT_MAX, &again, &err);
		FUZZ_MUST(rc == STET_OK);
		FUZZ_MUST(st_bytes_equal(st_buf_bytes(&again), st_buf_bytes(&seen->content[i])));
	}
	st_buf_free(&again);
}

static void
judge(struct st_unpack *tree)
{
	struct st_watch watch = {0};
	stet_error err = {0};
	struct st_bag bag;

	if (!st_bag_like(tree))
		return;
	FUZZ_MUST(st_bag_check(tree, &watch, &bag, &err) == STET_OK || err.text[0] != '\0');
	st_bag_clear(&bag);
}

static void
look(const char *path)
{
	struct seen seen = {0};
	stet_error err = {0};
	struct st_pass pass = {want, take, &seen};
	size_t i;
	int rc;

	rc = st_unpack_open(path, &seen.tree, &err);
	FUZZ_MUST(rc == STET_OK || (rc == STET_EFORMAT && err.text[0] != '\0'));
	if (rc < 0)
		return;
	look_at_names(seen.tree);
	rc = st_unpack_pass(seen.tree, &pass, &err);
	FUZZ_MUST(rc == STET_OK || (rc == STET_EFORMAT && err.text[0] != '\0'));
	if (rc == STET_OK)
		read_alone(&seen);
	judge(seen.tree);
	for (i = 0; i < FILES_MAX; i++)
		st_buf_free(&seen.content[i]);
	st_unpack_close(seen.tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int file = -1;
	char path[64];

	FUZZ_MUST(st_crypto_init(NULL) == STET_OK);
	/* In memory, and opened by name in each pass. */
	FUZZ_MUST(file >= 0 || (file = memfd_create("package", MFD_CLOEXEC)) >= 0);
	FUZZ_MUST(ftruncate(file, 0) == 0);
	FUZZ_MUST(pwrite(file, data, size, 0) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	look(path);
	return 0;
}
