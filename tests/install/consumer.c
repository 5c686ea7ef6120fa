/* What somebody else's program looks like: it sees the installed headers and library alone. */
#include <stdio.h>
#include <string.h>
#include <stet/stet.h>

int
main(void)
{
	stet_id *id = NULL;
	stet_error err;
	int rc;

	rc = stet_id_parse("https://doi.org/10.5281/ZENODO.21073815", &id, &err);
	if (rc < 0) {
		fprintf(stderr, "consumer: %s (%s)\n", err.text, stet_rule_name(err.rule));
		return 1;
	}
	rc = strcmp(stet_id_text(id), "doi:10.5281/zenodo.21073815") == 0 ? 0 : 1;
	printf("%s\n", stet_id_text(id));
	stet_id_free(id);
	return rc;
}
