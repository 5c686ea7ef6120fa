/* stet check: a checkpoint, the signed note over a ledger's size and root. */
#include "check.h"

#include <string.h>

/* A blank line and the dash that begins a signature line: what every signed note has. */
#define MARK "\n\n\xe2\x80\x94 "

static int
detect(const struct check *check)
{
	return !check->is_folder && check->bytes.size > 0 &&
	       memmem(check->bytes.data, check->bytes.size, MARK, sizeof(MARK) - 1) != NULL;
}

static int
judge(struct check *check, stet_error *err)
{
	check->note = check->bytes;
	return stet_checkpoint_check(check->bytes, check->trust, &check->report, err);
}

const struct check_kind check_checkpoint = {
    .name = "checkpoint", .what = "a checkpoint", .detect = detect, .judge = judge};
