#ifndef ST_PACKAGE_OCFL_H
#define ST_PACKAGE_OCFL_H
/* The Oxford Common File Layout, 1.0 and 1.1: objects and storage roots, judged.
 *
 *   inventory.c  one inventory.json: what it may say
 *   state.c      the paths in one: unique, not in each other's way
 *   object.c     an object: what its inventories say is there, whole, and nothing else is
 *   layout.c     where a root has its objects
 *   root.c       a storage root: a declaration, folders that end in objects
 *   deposit.c deposited.c version.c  versions added to a root (deposit.h)
 *
 * What is wrong has the code that the standard gives it: E092 is at
 * https://ocfl.io/1.1/spec/#E092, and W005 a warning, which refuses nothing. */
#include "package/package.h"

#define ST_OCFL_INVENTORY "inventory.json"
#define ST_OCFL_INVENTORY_MAX ((size_t)128 * 1024 * 1024)
#define ST_OCFL_OBJECT_MARK "0=ocfl_object_"
#define ST_OCFL_ROOT_MARK "0=ocfl_"
#define ST_OCFL_TYPE "https://ocfl.io/1.1/spec/#inventory"

/* --- one inventory (inventory.c, state.c) ------------------------------------------------------
 */

/* A path and the digest it stands under; both are views into the JSON. */
struct st_path {
	stet_bytes path, digest;
};
struct st_paths {
	struct st_path *items; /* sorted, '/' before every other character */
	size_t count, room;
};
int st_paths_add(struct st_paths *paths, stet_bytes path, stet_bytes digest);
/* Sorts them; then what lies in a folder follows upon it. */
void st_paths_sort(struct st_paths *paths);
const struct st_path *st_paths_find(const struct st_paths *paths, stet_bytes path);
void st_paths_free(struct st_paths *paths);
int st_path_compare(stet_bytes a, stet_bytes b);
/* The code of what is wrong with a path, or NULL: ends if it begins or ends with '/' or is empty,
 * parts if a part of it is empty, "." or "..". */
const char *st_path_fault(stet_bytes path, const char *ends, const char *parts);
int st_path_inside(stet_bytes inner, stet_bytes outer); /* "a/b" in "a" */

struct st_inventory {
	stet_json *json; /* NULL: it is no JSON object */
	char *where;     /* its path, for what is told */
	struct st_found *found;
	int minor; /* of its version 1.x, -1 unknown */
	int hash;  /* of manifest and states, -1 unknown */
	stet_bytes id, head, content;
	const stet_json *manifest, *versions, *fixity; /* NULL: not there, or no object */
	uint64_t count;        /* versions, if they are in sequence; else 0 */
	size_t width;          /* digits of a version's number; 0: not padded */
	struct st_paths paths; /* of the manifest: only such as may be followed */
};
/*
 * Reads one and tells of all that is wrong in it alone. where: its path, copied.
 *
 * STET_OK whatever it says; STET_ENOMEM. st_inventory_clear() ends it either way.
 */
int st_inventory_read(stet_bytes text, const char *where, struct st_found *found,
    struct st_inventory *inventory, stet_error *err);
void st_inventory_clear(struct st_inventory *inventory);
/* The number of "v3" or "v003", 0 if it is none; *width_out: digits if it is padded, else 0. */
uint64_t st_version_number(stet_bytes name, size_t *width_out);
/* The name that version `number` has by this inventory's convention. */
void st_version_name(const struct st_inventory *inventory, uint64_t number, char out[32]);
/* 1 if it could be a URI: a scheme, a colon and something behind it. */
int st_is_uri(stet_bytes text);
/* The logical paths of a version block, sorted; those that cannot be are left out and, if tell is
 * set, told of. */
int st_inventory_state(const struct st_inventory *inventory, const stet_json *block,
    const char *version, int tell, struct st_paths *out);
/* 1 and the bytes of a digest of hash, written in hex of either case. */
int st_digest_read(stet_bytes hex, enum st_hash hash, uint8_t out[64]);

/* --- objects and roots (object.c, root.c) ------------------------------------------------------
 */

/* Asked of each object in which nothing is wrong by OCFL: its paths have prefix in front where they
 * are told of in found. */
struct st_ocfl_look {
	int (*object)(void *ctx, struct st_unpack *tree, const char *prefix,
	    const struct st_inventory *inventory, struct st_found *found, stet_error *err);
	void *ctx;
};

struct st_ocfl {
	const struct st_ocfl_look *look; /* set by the caller; NULL: nobody looks further */
	char version[16];                /* "1.1"; "" unknown */
	int root;                        /* a storage root */
	uint64_t objects, versions;
	uint64_t files, bytes; /* of content */
	char *id;              /* of the object judged last */
	struct st_found found;
};
/* 1 if a name at the top of a folder is one that OCFL objects or roots have. */
int st_ocfl_mark(const char *name);
/* Judges the folder at path, of *ocfl looking at look alone; STET_OK whatever was found.
 * st_ocfl_clear() ends it either way. A root is gone through object by object: memory is for one,
 * and the id of each. */
int st_ocfl_check(const char *path, struct st_watch *watch, struct st_ocfl *ocfl, stet_error *err);
void st_ocfl_clear(struct st_ocfl *ocfl);
/* One object; prefix: what its paths have in front in what is told, "" or ending in "/". */
int st_ocfl_object(struct st_unpack *tree, const char *prefix, struct st_watch *watch,
    struct st_ocfl *ocfl, stet_error *err);
/* A file below an open root, whose path is told in errors; of one that is longer than max something
 * more than max.  STET_ENOTFOUND; a link is not followed. */
int st_ocfl_read(
    int fd, const char *root, const char *name, size_t max, struct st_buf *out, stet_error *err);
/* "DIGEST inventory.json", 1 if it has that form. */
int st_sidecar_read(stet_bytes text, enum st_hash hash, uint8_t out[64]);
/* 1 if an extension of this name is registered. */
int st_ocfl_registered(const char *name);

#endif
