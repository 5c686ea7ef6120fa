#include "standing/standing.h"

stet_json *
st_standing_to_json(const struct st_standing *standing)
{
	(void)standing;
	return stet_json_object();
}
