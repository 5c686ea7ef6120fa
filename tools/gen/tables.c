/* st_tables OUT VECTORS: writes everything that is made from the schema tables below OUT: schemas/,
 * docs/statements.md and docs/man/stet-statements.5.  VECTORS is tests/vectors/statements. */
#include "gen.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static FILE *
create(const char *folder, const char *name)
{
	char path[1024];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if ((out = fopen(path, "w")) == NULL)
		fprintf(stderr, "st_tables: cannot write '%s': %s\n", path, strerror(errno));
	return out;
}

static int
finish(FILE *out, int rc)
{
	if (fclose(out) != 0) {
		fprintf(stderr, "st_tables: %s\n", strerror(errno));
		return -1;
	}
	return rc;
}

static int
make_folder(const char *folder, const char *name)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return 0;
	fprintf(stderr, "st_tables: cannot make '%s': %s\n", path, strerror(errno));
	return -1;
}

static int
write_schemas(const char *folder)
{
	const struct st_schema *const *at;
	char name[128];
	FILE *out;

	if ((out = create(folder, "schemas/statements.cddl")) == NULL)
		return -1;
	gen_cddl(out);
	if (finish(out, 0) < 0)
		return -1;
	for (at = st_schemas; *at != NULL; at = gen_next_type(at)) {
		snprintf(name, sizeof(name), "schemas/%s.schema.json", (*at)->name);
		if ((out = create(folder, name)) == NULL ||
		    finish(out, gen_json_schema(at, out)) < 0)
			return -1;
	}
	return 0;
}

static int
write_pages(const char *folder, const char *vectors)
{
	FILE *out;

	if ((out = create(folder, "docs/statements.md")) == NULL ||
	    finish(out, gen_page(out, vectors)) < 0)
		return -1;
	if ((out = create(folder, "docs/man/stet-statements.5")) == NULL ||
	    finish(out, gen_man(out, vectors)) < 0)
		return -1;
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: st_tables OUT VECTORS\n");
		return 2;
	}
	if (st_crypto_init(NULL) != STET_OK || make_folder(argv[1], "schemas") < 0 ||
	    make_folder(argv[1], "docs") < 0 || make_folder(argv[1], "docs/man") < 0 ||
	    write_schemas(argv[1]) < 0 || write_pages(argv[1], argv[2]) < 0)
		return 3;
	return 0;
}
