#include "standing/standing.h"

#include "base/err.h"

int
st_fold_new(struct st_fold **fold_out, stet_error *err)
{
	(void)fold_out;
	return st_fail_nomem(err);
}
