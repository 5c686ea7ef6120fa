#ifndef ST_NOTE_QUORUM_H
#define ST_NOTE_QUORUM_H
/* Policy files (C2SP tlog-policy): which logs and witnesses are known, and which of the witnesses
 * have to have cosigned a checkpoint.  Pure.
 *
 *     log <vkey> [url]
 *     witness <name> <vkey> [url]
 *     group <name> all|any|<k> <member>...
 *     quorum <name>|none
 *
 * A name is defined before it is used and is a member of one group at most, so groups make no
 * circle and nobody counts twice. */
#include <stet/quorum.h>

#include "note/note.h"

#define ST_QUORUM_TEXT_MAX 65536
#define ST_QUORUM_NONE SIZE_MAX

struct st_quorum_node {  /* a witness or a group */
	stet_bytes name; /* a view into the text */
	size_t witness;  /* its number, or ST_QUORUM_NONE for a group */
	size_t need;     /* of a group: how many of its members      */
	size_t group;    /* the group it is a member of, or ST_QUORUM_NONE */
};

struct stet_quorum {
	struct st_buf text;
	struct st_vkey *logs, *witnesses;  /* of type ST_NOTE_ED25519; ST_NOTE_COSIGNATURE */
	char **log_texts, **witness_texts; /* the same as text */
	size_t log_count, witness_count;
	struct st_quorum_node *nodes; /* in the order of the file: members before their group */
	size_t node_count;
	size_t wanted;      /* the node that `quorum` names, or ST_QUORUM_NONE for `none` */
	size_t quorum_line; /* 0: there is no such line yet */
};

/* seen is by number of witness. 1 or 0; STET_ENOMEM. */
int st_quorum_met(const struct stet_quorum *quorum, const struct st_note_seen *seen);

#endif
