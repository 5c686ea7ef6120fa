#ifndef ST_BAG_OBJECTS_H
#define ST_BAG_OBJECTS_H
/* Records as OCFL objects: what a version holds, for whoever makes it and whoever checks it. */
#include "bag/bag.h"

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

#endif
