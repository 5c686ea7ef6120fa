#ifndef ST_BAG_OBJECTS_H
#define ST_BAG_OBJECTS_H
/* Records as OCFL objects: what a version holds, for whoever makes it and whoever checks it. */
#include "bag/bag.h"
#include "package/ocfl.h"

/* Logical paths. What else there is has the name it has below data/ in a bag. */
#define ST_OBJECT_RECORD "record.json"
#define ST_OBJECT_PROOF ST_BAG_PROOF_FILE
#define ST_OBJECT_ENTRIES "entries.cborseq"
#define ST_OBJECT_STANDING "standing.json"
#define ST_OBJECT_ARTIFACTS "artifacts/"
#define ST_OBJECT_PATH_SIZE 1024

/* Appends the id of a record's object, NUL-terminated: "https://ORIGIN#NAME". */
int st_object_id(const char *origin, const char *name, struct st_buf *out);
int st_object_is_artifact(const char *path);
/* The record that a bagging is of which makes one object; st_bag_records_clear() ends it either
 * way. */
int st_object_record(
    const char *name, uint8_t *proof, size_t size, struct st_bag_records *records, stet_error *err);
/* Puts every file of a version, under names that begin with data/. */
int st_object_put(struct st_bagging *bagging, stet_error *err);

/* What the inventory says of a version, NUL-terminated; all zero to begin with. Its date is the
 * bagging's. */
struct st_object_note {
	struct st_buf user, address, message;
};
int st_object_note_make(
    const struct st_bagging *bagging, struct st_object_note *note, stet_error *err);
void st_object_note_clear(struct st_object_note *note);

/* --- object_check.c --- */

/* Records among the objects of a root, or in one object: each version of each is made again from
 * its proof.  A st_ocfl_look: begin it, and give it to st_ocfl_check(). */
struct st_objects_check {
	const stet_package_options *options;
	const char *given; /* the root, or the object */
	char *path;        /* the same from the top; NULL: no record was met yet */
	struct st_watch *watch;
	char *scratch;     /* a folder for one version at a time */
	uint64_t records;  /* objects that are records of a ledger */
	int other;         /* some file was made by another version of stet, and not made again */
	int unknown;       /* some earlier version is signed by no key that is known */
	stet_json *names;  /* of the first hundred */
	stet_json *report; /* what the proofs of newest versions say of themselves, as far as all
			      say the same; NULL: none yet */
	struct st_ocfl_look look;
};
/* scratch_dir of the options is set; path and options are borrowed. */
void st_objects_check_begin(struct st_objects_check *check, const char *path,
    const stet_package_options *options, struct st_watch *watch);
/* What was found out, into the report of the package. */
void st_objects_check_report(
    struct st_objects_check *check, struct st_found *found, stet_json *report);
void st_objects_check_end(struct st_objects_check *check);

#endif
