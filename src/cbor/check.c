/* The strict checker: the profile and nothing else, before any decoder sees a byte.
 *
 * libcbor believes what a head declares: six bytes that claim an array of 2^26 members make
 * cbor_load() touch 512 MiB before it reads on, and no setting stops it.  So this pass holds every
 * declared count against the bytes that are there.  It goes over the bytes once, keeps one frame
 * for each open container and allocates nothing. */
#include "cbor/cbor.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"

#define UINT_MAX53 ((uint64_t)ST_CBOR_INT_MAX)

enum key_kind { KEY_NONE, KEY_INTEGER, KEY_TEXT };

/* An open array, map or tag. */
struct frame {
	uint64_t left;       /* items still to come; a pair is two        */
	int is_map, mixed;   /* mixed: integer and text keys may both be  */
	enum key_kind keys;  /* what the first key was                    */
	stet_bytes last_key; /* encoding of the key before; data NULL: no */
};

struct checker {
	const uint8_t *start, *at, *end;
	struct frame frames[ST_CBOR_DEPTH_MAX];
	int depth;
	int mixed;
	stet_error *err;
};

struct head {
	unsigned major; /* 0 to 7                                     */
	unsigned info;  /* the low five bits                          */
	uint64_t value; /* what follows them, or they themselves      */
};

static int
refuse(struct checker *c, const uint8_t *where, int rule, const char *why)
{
	return st_fail(c->err, STET_EFORMAT, rule, "byte %zu: %s", (size_t)(where - c->start), why);
}

static uint64_t
left(const struct checker *c)
{
	return (uint64_t)(c->end - c->at);
}

/* The bytes of a head that follow the first: 0, 1, 2, 4 or 8. */
static size_t
extra_size(unsigned info)
{
	return info < 24 ? 0 : (size_t)1 << (info - 24);
}

static int
check_shortest(struct checker *c, const uint8_t *where, const struct head *head)
{
	static const uint64_t least[4] = {24, 0x100, 0x10000, UINT64_C(0x100000000)};

	if (head->info >= 24 && head->value < least[head->info - 24])
		return refuse(c, where, ST_CBOR_NOT_SHORTEST, "a head longer than its value needs");
	return STET_OK;
}

/* What is wrong with a head whose value is not looked at. */
static int
check_info(struct checker *c, const uint8_t *where, const struct head *head)
{
	if (head->info == 31)
		return head->major >= 2 && head->major <= 5
			   ? refuse(c, where, ST_CBOR_INDEFINITE, "an indefinite length")
			   : refuse(c, where, ST_CBOR_MALFORMED,
				 head->major == 7 ? "a break outside of any item"
						  : "no CBOR item begins like this");
	if (head->info > 27)
		return refuse(c, where, ST_CBOR_MALFORMED, "no CBOR item begins like this");
	if (head->major != 7)
		return STET_OK;
	if (head->info >= 25)
		return refuse(c, where, ST_CBOR_FLOAT, "a floating-point number");
	if (head->info < 20 || head->info > 22)
		return refuse(c, where, ST_CBOR_SIMPLE,
		    head->info == 23 ? "the value undefined" : "an unassigned simple value");
	return STET_OK;
}

static int
read_head(struct checker *c, struct head *head)
{
	const uint8_t *where = c->at;
	size_t extra, i;
	int rc;

	if (c->at == c->end)
		return refuse(
		    c, where, ST_CBOR_TRUNCATED, "the bytes end where an item should begin");
	head->major = *where >> 5;
	head->info = *where & 31;
	head->value = head->info;
	c->at++;
	if (head->info < 24 && head->major != 7)
		return STET_OK;
	if ((rc = check_info(c, where, head)) < 0)
		return rc;
	extra = extra_size(head->info);
	if (extra > left(c))
		return refuse(c, where, ST_CBOR_TRUNCATED, "the bytes end inside a head");
	if (extra > 0)
		head->value = 0;
	for (i = 0; i < extra; i++)
		head->value = head->value << 8 | *c->at++;
	return check_shortest(c, where, head);
}

static int
check_integer(struct checker *c, const uint8_t *where, const struct head *head)
{
	/* A negative integer is -1 - value. */
	if (head->value > UINT_MAX53 - head->major)
		return refuse(c, where, ST_CBOR_INTEGER_RANGE, "an integer beyond 2^53 - 1");
	return STET_OK;
}

static int
check_string(struct checker *c, const uint8_t *where, const struct head *head)
{
	stet_bytes content = {c->at, (size_t)head->value};

	if (head->value > left(c))
		return refuse(
		    c, where, ST_CBOR_TRUNCATED, "a string longer than the bytes that follow");
	c->at += head->value;
	if (head->major == 3 && !st_text_ok(content))
		return refuse(
		    c, where, ST_CBOR_BAD_TEXT, "text that is not UTF-8 or has control characters");
	return STET_OK;
}

/* Opens a container of that many items. A count of members is held against the bytes left: each
 * member is at least one byte. */
static int
open_frame(struct checker *c, const uint8_t *where, uint64_t items, int is_map)
{
	struct frame *frame;

	if (c->depth == ST_CBOR_DEPTH_MAX)
		return refuse(
		    c, where, ST_CBOR_DEPTH, "more than 16 arrays, maps and tags in each other");
	frame = &c->frames[c->depth];
	frame->left = items;
	frame->is_map = is_map;
	frame->mixed = is_map && c->mixed && c->depth == 0;
	frame->keys = KEY_NONE;
	frame->last_key.data = NULL;
	c->depth++;
	return STET_OK;
}

static int
check_container(struct checker *c, const uint8_t *where, const struct head *head)
{
	int is_map = head->major == 5;

	if (head->value > left(c) / (is_map ? 2 : 1))
		return refuse(c, where, ST_CBOR_TRUNCATED,
		    is_map ? "a map with more members than bytes that follow"
			   : "an array with more members than bytes that follow");
	return open_frame(c, where, is_map ? head->value * 2 : head->value, is_map);
}

/* Tag 4 stands before exactly [-2, n]: hundredths. Its two levels count. */
static int
check_hundredths(struct checker *c, const uint8_t *where)
{
	static const uint8_t form[2] = {0x82, 0x21};
	const uint8_t *integer;
	struct head head;
	int rc;

	if (c->depth + 2 > ST_CBOR_DEPTH_MAX)
		return refuse(
		    c, where, ST_CBOR_DEPTH, "more than 16 arrays, maps and tags in each other");
	if (left(c) < 3)
		return refuse(
		    c, where, ST_CBOR_TRUNCATED, "the bytes end inside a decimal fraction");
	if (memcmp(c->at, form, sizeof(form)) != 0)
		return refuse(
		    c, where, ST_CBOR_BAD_TAG, "a decimal fraction that is not 4([-2, n])");
	c->at += sizeof(form);
	integer = c->at;
	if ((rc = read_head(c, &head)) < 0)
		return rc;
	if (head.major > 1)
		return refuse(
		    c, where, ST_CBOR_BAD_TAG, "a decimal fraction that is not 4([-2, n])");
	return check_integer(c, integer, &head);
}

static int
check_tag(struct checker *c, const uint8_t *where, const struct head *head)
{
	if (head->value == 4)
		return check_hundredths(c, where);
	if (head->value != 18)
		return refuse(c, where, ST_CBOR_BAD_TAG, "a tag other than 18 and 4");
	return open_frame(c, where, 1, 0);
}

static int
check_item(struct checker *c, const uint8_t *where, const struct head *head)
{
	switch (head->major) {
	case 0:
	case 1:
		return check_integer(c, where, head);
	case 2:
	case 3:
		return check_string(c, where, head);
	case 4:
	case 5:
		return check_container(c, where, head);
	case 6:
		return check_tag(c, where, head);
	}
	return STET_OK; /* false, true, null: read_head lets no other through */
}

static int
check_key_kind(
    struct checker *c, const uint8_t *where, const struct head *head, struct frame *frame)
{
	enum key_kind kind = head->major <= 1   ? KEY_INTEGER
			     : head->major == 3 ? KEY_TEXT
						: KEY_NONE;

	if (kind == KEY_NONE)
		return refuse(
		    c, where, ST_CBOR_KEY_KIND, "a map key that is neither integer nor text");
	if (frame->keys != KEY_NONE && frame->keys != kind && !frame->mixed)
		return refuse(c, where, ST_CBOR_KEY_KIND, "a map with integer and text keys");
	frame->keys = kind;
	return STET_OK;
}

/* The key that begins where and ends here comes after the one before it. */
static int
check_key_order(struct checker *c, const uint8_t *where, struct frame *frame)
{
	stet_bytes key = {where, (size_t)(c->at - where)};
	int order;

	if (frame->last_key.data != NULL) {
		order = st_bytes_compare(frame->last_key, key);
		if (order == 0)
			return refuse(
			    c, where, ST_CBOR_KEY_REPEATED, "a map key that was there before");
		if (order > 0)
			return refuse(c, where, ST_CBOR_KEY_ORDER,
			    "a map key that belongs before the one before it");
	}
	frame->last_key = key;
	return STET_OK;
}

static int
check_key(struct checker *c, struct frame *frame)
{
	const uint8_t *where = c->at;
	struct head head;
	int rc;

	if ((rc = read_head(c, &head)) < 0 || (rc = check_key_kind(c, where, &head, frame)) < 0 ||
	    (rc = check_item(c, where, &head)) < 0)
		return rc;
	return check_key_order(c, where, frame);
}

/* One item; what it opens stays open on the stack. */
static int
check_next(struct checker *c)
{
	struct frame *frame = c->depth > 0 ? &c->frames[c->depth - 1] : NULL;
	const uint8_t *where = c->at;
	struct head head;
	int rc;

	if (frame != NULL && frame->is_map && frame->left-- % 2 == 0)
		return check_key(c, frame);
	if (frame != NULL && !frame->is_map)
		frame->left--;
	if ((rc = read_head(c, &head)) < 0)
		return rc;
	return check_item(c, where, &head);
}

/* One whole item from the front of bytes. */
static int
check_whole(struct checker *c, stet_bytes bytes, int mixed, stet_error *err)
{
	int rc;

	c->start = c->at = bytes.data;
	c->end = bytes.data == NULL ? NULL : bytes.data + bytes.size;
	c->depth = 0;
	c->mixed = mixed;
	c->err = err;
	do {
		if ((rc = check_next(c)) < 0)
			return rc;
		while (c->depth > 0 && c->frames[c->depth - 1].left == 0)
			c->depth--;
	} while (c->depth > 0);
	return STET_OK;
}

static int
check_only(stet_bytes item, int mixed, stet_error *err)
{
	struct checker c;
	int rc;

	if ((rc = check_whole(&c, item, mixed, err)) < 0)
		return rc;
	if (c.at != c.end)
		return refuse(&c, c.at, ST_CBOR_TRAILING, "bytes after the end of the item");
	return STET_OK;
}

int
st_cbor_check(stet_bytes item, stet_error *err)
{
	return check_only(item, 0, err);
}

int
st_cbor_check_mixed(stet_bytes item, stet_error *err)
{
	return check_only(item, 1, err);
}

int
st_cbor_check_first(stet_bytes sequence, size_t *size_out, stet_error *err)
{
	struct checker c;
	int rc;

	if ((rc = check_whole(&c, sequence, 0, err)) < 0)
		return rc;
	*size_out = (size_t)(c.at - c.start);
	return STET_OK;
}
