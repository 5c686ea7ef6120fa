#include "standing/standing.h"

stet_json *
st_effective(
    const struct st_standing *standing, const char *path, enum st_set set, size_t *fact_out)
{
	(void)standing;
	(void)path;
	(void)set;
	*fact_out = ST_NO_FACT;
	return NULL;
}
