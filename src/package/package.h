#ifndef ST_PACKAGE_PACKAGE_H
#define ST_PACKAGE_PACKAGE_H
/* Packages: many named members in a folder or an archive, written once and read back.
 *
 * Writing knows nothing of what the members mean, and reading trusts nothing: no member of an
 * archive is ever put on the disk, links are not followed, and names are judged by whoever asks.
 * The only folder that includes libarchive. */
#include <stdio.h>

#include <stet/json.h>

#include "base/buf.h"
#include "crypto/crypto.h"

/* --- writing (write.c) -------------------------------------------------------------------------
 *
 * One member after the other, in the order given.  Everything that could differ between two runs is
 * fixed: modes, owner 0, times from the caller; so equal members make equal bytes. What is written
 * has a temporary name until st_pack_finish(). */

enum st_pack_kind {
	ST_PACK_FOLDER,
	ST_PACK_TAR,
	ST_PACK_TAR_ZST,
	ST_PACK_ZIP,
	ST_PACK_PART,   /* a folder that whoever asked for it syncs and puts into its place */
	ST_PACK_NOTHING /* digests alone: nothing is written but what st_pack_scratch() is asked for
			 */
};
/* By the end of its name; *stem_out (may be NULL): how long the name is without it. */
enum st_pack_kind st_pack_kind_of(const char *path, size_t *stem_out);

#define ST_PACK_UNKNOWN UINT64_MAX /* a size that is not known beforehand */
#define ST_HASH_COUNT 8

struct st_pack;
/*
 * path    what comes to be: a folder that must not exist yet or be empty, or an archive, which
 *         replaces a file of that name
 * base    the folder that all members of an archive lie in
 * ms      the time of every member
 * hashes  bits 1 << enum st_hash of the digests wanted of every member
 */
int st_pack_open(const char *path, enum st_pack_kind kind, const char *base, uint64_t ms,
    unsigned hashes, struct st_pack **pack_out, stet_error *err);
/* A member by its relative path, with `/`. size: ST_PACK_UNKNOWN, or exactly what will come. */
int st_pack_begin(struct st_pack *pack, const char *name, uint64_t size, stet_error *err);
int st_pack_put(struct st_pack *pack, stet_bytes piece, stet_error *err);
/* A stet_sink; ctx is the pack. What went wrong is kept for st_pack_end(). */
int st_pack_sink(void *ctx, const char *path, stet_bytes piece, int last);
int st_pack_end(struct st_pack *pack, stet_error *err);
/* All three for content at hand. */
int st_pack_member(struct st_pack *pack, const char *name, stet_bytes content, stet_error *err);
/* Of the member that ended last. */
size_t st_pack_digest(const struct st_pack *pack, enum st_hash hash, uint8_t out[64]);
uint64_t st_pack_size(const struct st_pack *pack);
/* The name of the member being written; free(). */
char *st_pack_name(const struct st_pack *pack);
/* What went wrong when a writer into st_pack_sink() returned rc: the package's own reason, if it
 * was the package. */
int st_pack_why(const struct st_pack *pack, int rc, stet_error *err);
/* Everything durable, then renamed. Ends it either way. */
int st_pack_finish(struct st_pack **pack, stet_error *err);
void st_pack_abort(struct st_pack **pack); /* removes what was written */
/* Of a part: a member that ended, taken out again, and the folders that it alone lay in. */
int st_pack_drop(struct st_pack *pack, const char *name, stet_error *err);
/* A file without a name in the place where the package comes to be. */
int st_pack_scratch(const struct st_pack *pack, FILE **file_out, stet_error *err);
/* Removes a file, or a folder with all that is in it; no link is followed. 0, or -1 with errno. */
int st_tree_remove(int above, const char *name);

/* --- reading (unpack.c) ------------------------------------------------------------------------
 */

enum st_node_kind { ST_NODE_FILE, ST_NODE_FOLDER, ST_NODE_LINK, ST_NODE_OTHER };
struct st_node {
	char *
	    name; /* relative to the root of the tree, with `/`; of an archive as it stands there */
	enum st_node_kind kind;
	int twice;     /* an archive has this name before */
	int unsafe;    /* absolute, or with a `..`, or no UTF-8 */
	uint64_t size; /* of a file, where it is known */
};
struct st_unpack;
/* What is in a folder, or in a tar or zip archive (zstd, gzip, xz or not at all): names, sorted;
 * of an archive without the one folder that everything lies in. STET_EFORMAT if it is neither,
 * STET_ENOTFOUND. Costs memory for each name. */
int st_unpack_open(const char *path, struct st_unpack **tree_out, stet_error *err);
void st_unpack_close(struct st_unpack *tree);
int st_unpack_is_archive(const struct st_unpack *tree);
/* The folder that everything in an archive lies in; "" if there is none. */
const char *st_unpack_base(const struct st_unpack *tree);
size_t st_unpack_count(const struct st_unpack *tree);
const struct st_node *st_unpack_get(const struct st_unpack *tree, size_t index);
/* By name; NULL if there is none. *index_out may be NULL. */
const struct st_node *st_unpack_find(
    const struct st_unpack *tree, const char *name, size_t *index_out);

/* Reads files once through. want is asked of each (1: take it, 0: skip, negative: stop); take reads
 * the content, to its end or not. Files that are links, or in the archive twice, are passed over.
 */
struct st_member;
struct st_pass {
	int (*want)(void *ctx, const struct st_node *node, size_t index, stet_error *err);
	int (*take)(void *ctx, const struct st_node *node, size_t index, struct st_member *member,
	    stet_error *err);
	void *ctx;
};
int st_unpack_pass(struct st_unpack *tree, const struct st_pass *pass, stet_error *err);
/* One file of at most max bytes; STET_ENOTFOUND, STET_EFORMAT if it is larger. */
int st_unpack_read(
    struct st_unpack *tree, const char *name, size_t max, struct st_buf *out, stet_error *err);
/* One file as a stet_source, whose ctx is the member. */
int st_member_open(
    struct st_unpack *tree, const char *name, struct st_member **member_out, stet_error *err);
int st_member_source(void *ctx, uint8_t *buf, size_t size, size_t *got_out);
/* The same with its reason. */
int st_member_read(
    struct st_member *member, uint8_t *buf, size_t size, size_t *got_out, stet_error *err);
void st_member_close(struct st_member *member);

/* --- what a check found (findings.c) --------------------------------------------------------- */

#define ST_FOUND_MAX 100 /* of each kind kept; the count goes on */
struct st_found {
	stet_json *problems, *warnings; /* [{"code", "path"?, "text"}] */
	uint64_t problem_count, warning_count;
	int unsure; /* something could not be judged; why is among the warnings */
	int rc;     /* STET_ENOMEM sticks */
};
void st_found_init(struct st_found *found);
void st_found_clear(struct st_found *found);
/* Moves all of it into a report: "ok", "problems", "problem_count", "warnings", "warning_count". */
void st_found_report(struct st_found *found, stet_json *report);
/* path may be NULL. */
void st_found_problem(struct st_found *found, const char *code, const char *path,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
void st_found_warning(struct st_found *found, const char *code, const char *path,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* --- BagIt (bagit.c); OCFL has a header of its own, ocfl.h
 * ------------------------------------------------------- */

struct st_watch {
	stet_progress *progress; /* may be NULL */
	void *ctx;
	uint64_t done, total;
};
int st_watch_tell(struct st_watch *watch, const char *what, stet_error *err);

struct st_bag {
	char version[16];      /* "1.0" */
	uint64_t files, bytes; /* payload */
	unsigned manifests;    /* bits of enum st_hash */
	stet_json *info;       /* [[label, value]]: bag-info.txt */
	struct st_found found;
};
/* 1 if the tree looks as if it were meant to be a bag. */
int st_bag_like(const struct st_unpack *tree);
/* Judges it by RFC 8493; STET_OK whatever was found. st_bag_clear() ends it either way. */
int st_bag_check(
    struct st_unpack *tree, struct st_watch *watch, struct st_bag *bag, stet_error *err);
void st_bag_clear(struct st_bag *bag);
/* The first value of a label of bag-info.txt, NULL-data if there is none. */
stet_bytes st_bag_label(const struct st_bag *bag, const char *label);

/* --- tag files (tagfile.c) --- */
/* 1 if tag files in this encoding can be read here. */
int st_tag_known(const char *encoding);
/* Appends their text as UTF-8: 0; -1 if the bytes are not text of that encoding. */
int st_tag_text(stet_bytes raw, const char *encoding, struct st_buf *out);
/* The next line, ended by LF, CR or both; 0 at the end. */
int st_tag_line(stet_bytes *rest, stet_bytes *line_out);

/* The digest algorithm of a BagIt or OCFL name ("sha512"); -1 if it is none we know. */
int st_hash_named(stet_bytes name);
const char *st_hash_name(enum st_hash hash);
size_t st_hash_size(enum st_hash hash);

/* Several digests of content that passes by once. All zero to begin with; one after the other. */
struct st_digests {
	unsigned hashes; /* bits 1 << enum st_hash: of the content now at hand */
	struct st_hasher *hashers[ST_HASH_COUNT]; /* each made when it is first asked for */
	uint8_t is[ST_HASH_COUNT][64];            /* of the content that ended last */
	uint8_t *piece;
};
int st_digests_begin(struct st_digests *digests, unsigned hashes, stet_error *err);
void st_digests_add(struct st_digests *digests, stet_bytes piece);
void st_digests_end(struct st_digests *digests);
/* Reads all of a member into them and ends them, telling watch of its bytes. */
int st_digests_member(
    struct st_digests *digests, struct st_member *member, struct st_watch *watch, stet_error *err);
void st_digests_free(struct st_digests *digests);

#endif
