#include "standing/standing.h"

int
st_fold_conditions(struct st_standing *standing, stet_error *err)
{
	(void)standing;
	(void)err;
	return STET_OK;
}
