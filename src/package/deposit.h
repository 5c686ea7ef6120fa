#ifndef ST_PACKAGE_DEPOSIT_H
#define ST_PACKAGE_DEPOSIT_H
/* Versions added to the objects of an OCFL 1.1 storage root, which is made where there is none.
 *
 * A version is built in a work folder of the root, below extensions/, and a batch of them is made
 * durable by one sync of the file system; then each takes its place by renaming.  A new object
 * comes to be by one rename.  A version more is the rename of its folder, a sync, and then the two
 * of inventory and sidecar: whoever is killed in between leaves a version that is whole and not
 * listed, and the next run lists it.  Nothing that lies in an earlier version is ever opened for
 * writing.
 *
 * What a version holds is the caller's to say: st_deposit_begin() gives a package to put members
 * into, each followed by st_deposit_member(), and st_deposit_end() or _drop() closes it. */
#include "package/ocfl.h"

struct st_deposit;

/* A file of the version at hand. */
struct st_deposit_item {
	char *path; /* logical */
	char hex[129];
};

/* An object as it is, and the version being added to it. All zero to begin with. */
struct st_deposited {
	char *id, *place; /* where it lies, relative to the root */
	int there; /* 0: there is no such object yet, and nothing below is set but the place */
	struct st_buf text;
	struct st_found found;
	struct st_inventory inventory;
	struct st_paths state; /* of the newest version */
	/* The version being added: */
	unsigned number; /* of its folder in the work folder */
	char version[32];
	struct st_pack *pack;
	stet_json *manifest;
	struct st_deposit_item *items;
	size_t count, room;
};

struct st_deposit_note {
	uint64_t ms; /* when it was created */
	const char *message, *user, *address;
};

/*
 * Opens a root, or makes it (its files with the time ms), and locks it against other writers.
 *
 * STET_EREFUSED with output-taken or ocfl-root if something else is there; STET_ELOCKED; STET_EIO,
 * STET_EFULL, STET_ENOMEM.
 */
int st_deposit_open(
    const char *path, uint64_t ms, struct st_deposit **deposit_out, stet_error *err);
/*
 * Looks an object up, and lists the version that a killed run left unlisted.
 *
 * STET_EREFUSED with ocfl-object if what is there is no object of this id that a version can be
 * added to: altered, or written otherwise than here.  Costs the reading of its newest inventory.
 * End it with st_deposited_clear(), also after a failure.
 */
int st_deposit_find(
    struct st_deposit *deposit, const char *id, struct st_deposited *object, stet_error *err);
/* Reads the file of a logical path of the newest version; STET_ENOTFOUND, STET_EFORMAT if it is
 * longer than max. */
int st_deposit_read(struct st_deposit *deposit, const struct st_deposited *object, const char *path,
    size_t max, struct st_buf *out, stet_error *err);
/* Judges all of an object as `check` does: STET_EREFUSED with ocfl-object. */
int st_deposit_judge(
    struct st_deposit *deposit, const struct st_deposited *object, stet_error *err);

/* Begins a version: object->pack takes its members, with the digests of hashes and of SHA-512. */
int st_deposit_begin(
    struct st_deposit *deposit, struct st_deposited *object, unsigned hashes, stet_error *err);
/* The member that ended last has this logical path, by which it was written; what the object has
 * already is taken out again and only listed. */
int st_deposit_member(struct st_deposited *object, const char *path, stet_error *err);
/* 1 if the newest version has this path: then the new one has it too, without anything written; 0,
 * or STET_ENOMEM. */
int st_deposit_known(struct st_deposited *object, const char *path, stet_error *err);
/* Whether the version at hand and the newest have the same of those files that counts() is 1 for.
 */
int st_deposit_same(const struct st_deposited *object, int (*counts)(const char *path));
/* Ends it, to be put into its place with the others of its batch; object->pack is NULL then. */
int st_deposit_end(struct st_deposit *deposit, struct st_deposited *object,
    const struct st_deposit_note *note, stet_error *err);
void st_deposit_drop(struct st_deposit *deposit, struct st_deposited *object);
void st_deposited_clear(struct st_deposited *object);

/* What was ended takes its place, durably. */
int st_deposit_flush(struct st_deposit *deposit, stet_error *err);
/* How many versions were listed that a killed run had left. */
uint64_t st_deposit_mended(const struct st_deposit *deposit);
/* Removes the work folder, and what was ended and not flushed with it. */
void st_deposit_close(struct st_deposit *deposit);

#endif
