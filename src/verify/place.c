/* Which entry stands where.
 *
 * Three things vouch for the leaf of entry n: its stored bytes, the row of ST_TREE, and the link of
 * entry n + 1 (for the last entry, the head row).  Where they disagree, two outvote the third: so
 * it is the altered entry that gets named, not the one after it, and everything else can go on as
 * if it had been found intact. */
#include <string.h>

#include "base/err.h"
#include "verify/verify.h"

/* An entry missing together with its row in ST_TREE leaves nothing to go on with; of so many in a
 * row the roots cannot be right anyway. */
#define BLIND_GAPS_MAX 100000

static const uint8_t zeros[32];

/* --- who vouches for a leaf ------------------------------------------------------------------- */

/* A row of the ledger's own ST_TREE: 1, 0 or an error. */
static int
tree_row_in(struct st_verify *verify, struct st_reader *reader, unsigned level, uint64_t index,
    uint8_t hash_out[32])
{
	uint8_t key[9];
	stet_bytes value;
	int rc;

	st_tree_key(level, index, key);
	rc = st_get_one(reader, ST_TREE, (stet_bytes){key, 9}, &value, verify->err);
	if (rc == STET_ENOTFOUND || (rc == STET_OK && value.size != 32))
		return 0;
	if (rc < 0)
		return rc;
	memcpy(hash_out, value.data, 32);
	return 1;
}

/* As it is now; only asked where something is wrong. */
static int
tree_row(struct st_verify *verify, unsigned level, uint64_t index, uint8_t hash_out[32])
{
	int rc = st_reader_renew(verify->reader, verify->err);

	return rc < 0 ? rc : tree_row_in(verify, verify->reader, level, index, hash_out);
}

/* What the entry after seq, or the head, says about its leaf; NULL: nothing. */
static const uint8_t *
link_to(const struct st_verify *verify, uint64_t seq, const struct st_slot *next)
{
	if (next->block != NULL)
		return next->framed && next->entry.seq == seq + 1 ? next->entry.prev : NULL;
	return verify->stored_head.size == seq + 1 ? verify->stored_head.last_leaf : NULL;
}

/* Rows come with the number an entry is stored under; where that is not its own, the row is not. */
static int
align_row(struct st_verify *verify, struct st_slot *slot, uint64_t seq)
{
	int rc;

	if (slot->block == NULL || (verify->shift == 0 && slot != &verify->spare))
		return STET_OK;
	rc = tree_row(verify, 0, seq, slot->row_kept);
	slot->row = rc > 0 ? slot->row_kept : NULL;
	return rc < 0 ? rc : STET_OK;
}

static int
is_intact(const struct st_slot *slot)
{
	return slot->block != NULL && slot->row != NULL && memcmp(slot->leaf, slot->row, 32) == 0;
}

/* Stored bytes and tree agree, but the entry after it, intact itself, says otherwise: then one
 * level up may know. 1 if that is on the side of link. */
static int
parent_agrees(
    struct st_verify *verify, uint64_t seq, const uint8_t link[32], const struct st_slot *next)
{
	uint8_t parent[32], sibling[32], made[32];
	int rc;

	if ((rc = tree_row(verify, 1, seq / 2, parent)) <= 0)
		return rc;
	if (seq % 2 == 0) {
		st_tree_node(link, next->leaf, made);
	} else {
		if ((rc = tree_row(verify, 0, seq - 1, sibling)) <= 0)
			return rc;
		st_tree_node(sibling, link, made);
	}
	return memcmp(made, parent, 32) == 0;
}

/* Whether the bytes at the right place are the right bytes. 1: good_out is what their leaf was. */
static int
is_altered(struct st_verify *verify, uint64_t seq, struct st_slot *slot, struct st_slot *next,
    uint8_t good_out[32])
{
	const uint8_t *link = link_to(verify, seq, next);
	int linked = link != NULL && memcmp(link, slot->leaf, 32) == 0, rc;

	if ((rc = align_row(verify, slot, seq)) < 0 || (rc = align_row(verify, next, seq + 1)) < 0)
		return rc;
	if (is_intact(slot)) {
		if (link == NULL || linked || next->block == NULL || !is_intact(next))
			return 0;
		if ((rc = parent_agrees(verify, seq, link, next)) <= 0)
			return rc;
		memcpy(good_out, link, 32);
		return 1;
	}
	if (linked ||
	    (slot->row == NULL && (link == NULL || !(next->block == NULL || is_intact(next)))))
		return 0; /* the row is wrong, or nobody knows better */
	memcpy(good_out, slot->row != NULL ? slot->row : link, 32);
	return 1;
}

int
st_place_leaf(
    struct st_verify *verify, uint64_t seq, const struct st_slot *next, uint8_t leaf_out[32])
{
	const uint8_t *link = next != NULL ? link_to(verify, seq, next) : NULL;
	int rc;

	if (link != NULL) {
		memcpy(leaf_out, link, 32);
		return 1;
	}
	if ((rc = tree_row(verify, 0, seq, leaf_out)) == 0)
		memcpy(leaf_out, zeros, 32);
	return rc;
}

/* --- missing ---------------------------------------------------------------------------------- */

static int
say_missing(struct st_verify *verify, uint64_t first, uint64_t end)
{
	verify->blind = 1;
	verify->gap_end = end; /* among them there may be a seal */
	if (end - first == 1)
		return st_found(verify, ST_ENTRY_MISSING, first, "entry %llu is not there",
		    (unsigned long long)first);
	return st_found(verify, ST_ENTRY_MISSING, first, "entries %llu to %llu are not there",
	    (unsigned long long)first, (unsigned long long)(end - 1));
}

/* Says that entries state.size .. end - 1 are missing, and goes on past them. 1, or 0 if there
 * cannot have been so many. after: the entry found in their place. */
static int
pass_missing(struct st_verify *verify, uint64_t end, const struct st_slot *after)
{
	uint64_t seq, first = verify->state.size, unknown = 0;
	uint8_t leaf[32];
	int rc;

	for (seq = first; seq + 1 < end; seq++) {
		if ((rc = tree_row(verify, 0, seq, leaf)) < 0)
			return rc;
		if (rc == 0 && ++unknown > BLIND_GAPS_MAX)
			return 0;
	}
	if ((rc = say_missing(verify, first, end)) < 0)
		return rc;
	for (seq = first; seq < end; seq++) {
		if ((rc = st_place_leaf(verify, seq, seq + 1 == end ? after : NULL, leaf)) < 0 ||
		    (rc = st_replay_gap(verify, leaf)) < 0)
			return rc;
	}
	return 1;
}

int
st_place_end(struct st_verify *verify)
{
	uint64_t size = verify->state.size;
	uint8_t leaf[32];
	int rc, more;

	/* In the snapshot that has no more entries: others may be appending. */
	if ((more = tree_row_in(verify, verify->stream.reader, 0, size, leaf)) < 0)
		return more;
	if (verify->stored_head.size != STET_NO_SEQ && verify->stored_head.size > size) {
		return say_missing(verify, size, verify->stored_head.size);
	}
	if (more) {
		return say_missing(verify, size, size + 1);
	}
	if (size == 0)
		return st_found(verify, ST_ENTRY_MISSING, 0, "there is no entry at all");
	if (verify->stored_head.size < size) {
		if ((rc = st_found(verify, ST_ENTRY_EXTRA, verify->stored_head.size,
			 "the ledger's head is at %llu entries, and %llu more are stored",
			 (unsigned long long)verify->stored_head.size,
			 (unsigned long long)(size - verify->stored_head.size))) < 0)
			return rc;
	}
	return STET_OK;
}

/* --- an entry that says it is another --------------------------------------------------------- */

static int
surplus(struct st_verify *verify, const struct st_slot *slot, enum st_place *place_out)
{
	verify->shift--; /* what follows stands one further on than it should */
	verify->unjudged = 1;
	*place_out = ST_PLACE_SURPLUS;
	if (slot->framed && slot->entry.seq < verify->state.size)
		return st_found(verify, ST_ENTRY_REPEATED, slot->key,
		    "entry %llu is stored again, under number %llu",
		    (unsigned long long)slot->entry.seq, (unsigned long long)slot->key);
	return st_found(verify, ST_ENTRY_EXTRA, slot->key,
	    "what is stored under number %llu is no entry of this place",
	    (unsigned long long)slot->key);
}

/* Reads what is stored where entry `there` should be into verify->spare. 1 if it is entry `seq`. */
static int
find_elsewhere(struct st_verify *verify, uint64_t there, uint64_t seq)
{
	struct st_slot *spare = &verify->spare;
	uint64_t number = there - (uint64_t)verify->shift;
	static struct st_block no_block; /* stands for "an entry is here" */
	uint8_t key[8];
	stet_bytes value;
	int rc;

	if ((rc = st_reader_renew(verify->reader, verify->err)) < 0)
		return rc;
	st_be64_put(key, number);
	rc = st_get_one(verify->reader, ST_ENTRY, (stet_bytes){key, 8}, &value, verify->err);
	if (rc == STET_ENOTFOUND || (rc == STET_OK && value.size > ST_ENTRY_MAX))
		return 0;
	if (rc < 0)
		return rc;
	memcpy(verify->spare_bytes, value.data, value.size);
	st_slot_read(spare, number, (stet_bytes){verify->spare_bytes, value.size}, NULL);
	spare->block = &no_block;
	return spare->framed && spare->entry.seq == seq;
}

/* Two that changed places: each is judged where it belongs. */
static int
swapped(struct st_verify *verify, struct st_slot **slot, enum st_place *place_out)
{
	uint64_t size = verify->state.size, there = (*slot)->entry.seq;

	*slot = &verify->spare;
	*place_out = ST_PLACE_RIGHT;
	verify->unjudged = 1;
	if (there < size)
		return STET_OK; /* said when the other one was found */
	return st_found(verify, ST_ENTRY_REORDERED, size,
	    "entries %llu and %llu stand in each other's place", (unsigned long long)size,
	    (unsigned long long)there);
}

static int
lost(struct st_verify *verify, const struct st_slot *slot, const struct st_slot *next, int is_copy,
    enum st_place *place_out)
{
	uint64_t size = verify->state.size;
	uint8_t leaf[32];
	int rc;

	/* At the very end, a number nobody else knows is a copy too many, not an entry lost. */
	if ((rc = st_place_leaf(verify, size, next, leaf)) < 0)
		return rc;
	if (rc == 0 && next->block == NULL)
		return surplus(verify, slot, place_out);
	*place_out = ST_PLACE_LOST;
	return st_found(verify, is_copy ? ST_ENTRY_REPEATED : ST_ENTRY_REORDERED, size,
	    is_copy ? "entry %llu is not there: entry %llu is stored again in its place"
		    : "entry %llu is not there: entry %llu stands in its place",
	    (unsigned long long)size, (unsigned long long)slot->entry.seq);
}

/* slot stands where entry state.size should, is a whole entry, and says it is another. */
static int
judge_other(struct st_verify *verify, struct st_slot **slot, struct st_slot *next,
    enum st_place *place_out, uint8_t good_out[32])
{
	uint64_t size = verify->state.size, says = (*slot)->entry.seq;
	int run = next->block != NULL && next->key == (*slot)->key + 1 && next->framed;
	uint8_t home[32];
	int rc, is_home;

	if ((rc = align_row(verify, *slot, size)) < 0 || (rc = tree_row(verify, 0, says, home)) < 0)
		return rc;
	is_home = rc > 0 && memcmp(home, (*slot)->leaf, 32) == 0;
	if (!is_home && !is_intact(*slot)) {
		/* Nobody knows these bytes: its number was altered, or it was put in. */
		if (run && next->entry.seq == size)
			return surplus(verify, *slot, place_out);
		if ((rc = is_altered(verify, size, *slot, next, good_out)) < 0)
			return rc;
		if (rc == 1) {
			*place_out = ST_PLACE_WRONG;
			return STET_OK;
		}
	}
	if ((rc = find_elsewhere(verify, says, size)) < 0)
		return rc;
	if (rc == 1)
		return swapped(verify, slot, place_out);
	if (run && next->entry.seq == size)
		return surplus(verify, *slot, place_out);
	if (says > size && (next->block == NULL || (run && next->entry.seq == says + 1))) {
		if ((rc = pass_missing(verify, says, *slot)) < 0)
			return rc;
		if (rc == 0)
			return surplus(verify, *slot, place_out);
		verify->shift += (int64_t)(says - size);
		verify->unjudged = 1;
		*place_out = ST_PLACE_RIGHT;
		return STET_OK;
	}
	return lost(verify, *slot, next, verify->spare.framed && verify->spare.entry.seq == says,
	    place_out);
}

int
st_place_judge(struct st_verify *verify, struct st_slot **slot, struct st_slot *next,
    enum st_place *place_out, uint8_t good_out[32])
{
	uint64_t place = (*slot)->key + (uint64_t)verify->shift;
	int rc;

	verify->spare.framed = 0;
	if (place > verify->state.size) {
		if ((rc = pass_missing(verify, place, *slot)) < 0)
			return rc;
		if (rc == 0)
			return surplus(verify, *slot, place_out);
	}
	if ((*slot)->framed && (*slot)->entry.seq != verify->state.size) {
		rc = judge_other(verify, slot, next, place_out, good_out);
		if (rc < 0 || *place_out != ST_PLACE_RIGHT)
			return rc;
	}
	if ((rc = is_altered(verify, verify->state.size, *slot, next, good_out)) < 0)
		return rc;
	*place_out = rc == 1 ? ST_PLACE_WRONG : ST_PLACE_RIGHT;
	return STET_OK;
}
