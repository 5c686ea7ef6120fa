/* Bags: tag files and manifests, of members that a line `@name` begins each, in a tar archive that
 * the harness makes of them. Whatever they say, it is judged and not followed; of a bag without a
 * problem each file has its digest in every manifest that was taken. The text of tag files alone,
 * too. */
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "package/package.h"

#define BLOCK 512
#define MEMBERS_MAX 64

struct member {
	char name[101];
	stet_bytes content;
};
static struct member members[MEMBERS_MAX];
static size_t count;

/* --- the archive ---------------------------------------------------------------------------------
 */

static void
put_member(struct st_buf *tar, const struct member *member)
{
	static const uint8_t zeros[BLOCK];
	char header[BLOCK] = {0};
	unsigned sum = 0;
	size_t i;

	memcpy(header, member->name, strlen(member->name));
	memcpy(header + 100, "0000644", 8);
	memcpy(header + 108, "0000000", 8);
	memcpy(header + 116, "0000000", 8);
	snprintf(header + 124, 12, "%011llo", (unsigned long long)member->content.size);
	memcpy(header + 136, "00000000000", 12);
	memset(header + 148, ' ', 8);
	header[156] = '0';
	memcpy(header + 257, "ustar\00000", 8);
	for (i = 0; i < BLOCK; i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
	st_buf_put(tar, header, BLOCK);
	st_buf_put_bytes(tar, member->content);
	st_buf_put(tar, zeros, (BLOCK - member->content.size % BLOCK) % BLOCK);
}

static void
split(stet_bytes text)
{
	const uint8_t *at = text.data, *stop = at + text.size, *line;
	struct member *member = NULL;
	size_t size;

	for (count = 0; at < stop; at = line) {
		line = memchr(at, '\n', (size_t)(stop - at));
		line = line == NULL ? stop : line + 1;
		size = (size_t)(line - at);
		if (at[0] == '@' && line[-1] == '\n' && size > 2 && size <= 101 &&
		    count < MEMBERS_MAX && memchr(at, '\0', size) == NULL) {
			member = &members[count++];
			memcpy(member->name, at + 1, size - 2);
			member->name[size - 2] = '\0';
			member->content = (stet_bytes){line, 0};
		} else if (member != NULL) {
			member->content.size += size;
		}
	}
}

/* --- judged
 * --------------------------------------------------------------------------------------- */

static const struct member *
member_named(const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(members[i].name, name) == 0)
			return &members[i];
	return NULL;
}

static void
listed(const struct st_bag *bag, const struct member *file)
{
	uint8_t digest[32];
	char hex[65], *text;
	const struct member *manifest = member_named("manifest-sha256.txt");

	/* Of another encoding, or with another name for the algorithm. */
	if ((bag->manifests & 1u << ST_SHA256) == 0 || manifest == NULL ||
	    memchr(manifest->content.data, '\0', manifest->content.size) != NULL)
		return;
	FUZZ_MUST((text = malloc(manifest->content.size + 1)) != NULL);
	memcpy(text, manifest->content.data, manifest->content.size);
	text[manifest->content.size] = '\0';
	st_sha256(file->content, digest);
	st_hex(digest, sizeof(digest), hex);
	FUZZ_MUST(strcasestr(text, hex) != NULL);
	free(text);
}

static void
look_at_found(const stet_json *found)
{
	const stet_json *one;
	size_t i;

	for (i = 0; i < stet_json_size(found); i++) {
		one = stet_json_item(found, i);
		FUZZ_MUST(stet_json_string_of(stet_json_get(one, "code")).size > 0);
		FUZZ_MUST(stet_json_string_of(stet_json_get(one, "text")).size > 0);
	}
}

static void
judge(const char *path)
{
	struct st_unpack *tree = NULL;
	struct st_watch watch = {0};
	struct st_bag bag;
	stet_error err = {0};
	size_t i, files = 0;
	int rc;

	if (st_unpack_open(path, &tree, NULL) != STET_OK)
		return;
	rc = st_bag_check(tree, &watch, &bag, &err);
	FUZZ_MUST(rc == STET_OK || err.text[0] != '\0');
	look_at_found(bag.found.problems);
	look_at_found(bag.found.warnings);
	/* Only of a bag whose base folder is not taken off are names what the harness calls them.
	 */
	if (rc == STET_OK && bag.found.problem_count == 0 && !bag.found.unsure &&
	    st_unpack_base(tree)[0] == '\0') {
		FUZZ_MUST(st_bag_like(tree) && bag.manifests != 0);
		for (i = 0; i < count; i++) {
			if (strncmp(members[i].name, "data/", 5) != 0)
				continue;
			files++;
			listed(&bag, &members[i]);
		}
		FUZZ_MUST(files == bag.files);
	}
	st_bag_clear(&bag);
	st_unpack_close(tree);
}

/* --- the text of tag files
 * -------------------------------------------------------------------------
 */

static void
read_text(stet_bytes raw)
{
	static const char *const encodings[] = {
	    "UTF-8", "us-ascii", "ISO-8859-1", "UTF-16", "UTF-16BE", "UTF-16LE"};
	stet_bytes rest, line;
	struct st_buf text = {0};
	size_t i, at, step, seen;
	uint32_t c;

	for (i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		st_buf_reset(&text);
		FUZZ_MUST(st_tag_known(encodings[i]));
		if (st_tag_text(raw, encodings[i], &text) < 0)
			continue;
		for (at = 0; at < text.size; at += step)
			FUZZ_MUST((step = st_text_char(text.data + at, text.size - at, &c)) > 0);
		rest = st_buf_bytes(&text);
		for (seen = 0; st_tag_line(&rest, &line); seen += line.size)
			FUZZ_MUST(
			    line.size == 0 || (memchr(line.data, '\n', line.size) == NULL &&
						  memchr(line.data, '\r', line.size) == NULL));
		FUZZ_MUST(rest.size == 0 && seen <= text.size);
	}
	st_buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int file = -1;
	struct st_buf tar = {0};
	char path[64];
	size_t i;

	FUZZ_MUST(st_crypto_init(NULL) == STET_OK);
	read_text((stet_bytes){data, size});
	split((stet_bytes){data, size});
	for (i = 0; i < count; i++)
		put_member(&tar, &members[i]);
	for (i = 0; i < 2 * BLOCK; i++)
		st_buf_put_u8(&tar, 0);
	FUZZ_MUST(tar.rc == STET_OK);
	/* In memory, and opened by name in each pass. */
	FUZZ_MUST(file >= 0 || (file = memfd_create("bag", MFD_CLOEXEC)) >= 0);
	FUZZ_MUST(ftruncate(file, 0) == 0);
	FUZZ_MUST(pwrite(file, tar.data, tar.size, 0) == (ssize_t)tar.size);
	st_buf_free(&tar);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	judge(path);
	return 0;
}
