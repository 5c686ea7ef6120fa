/* accuse fork A B [ROOT PATH]
 * accuse omission ENTRY SEAL TREE INDEX CHECKPOINT
 *
 * Makes evidence of pieces, each a file; PATH and TREE are hashes, one after the other.  Writes it
 * to standard output and exits 0, or prints the rule by which there is none and exits 1.  Uses the
 * public library alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stet/stet.h>

#define FILE_MAX (1 << 20)

struct piece {
	uint8_t (*hashes)[32];
	stet_bytes bytes; /* the same */
};

static struct piece
read_file(const char *path)
{
	void *data = malloc(FILE_MAX);
	FILE *file = fopen(path, "rb");
	size_t size;

	if (data == NULL || file == NULL) {
		fprintf(stderr, "accuse: cannot read '%s'\n", path);
		exit(2);
	}
	size = fread(data, 1, FILE_MAX, file);
	fclose(file);
	return (struct piece){data, {data, size}};
}

#define BYTES(at) pieces[at].bytes
#define HASHES(at) (const uint8_t(*)[32]) pieces[at].hashes, pieces[at].bytes.size / 32

static int
make(int argc, char **argv, const struct piece pieces[5], uint8_t **made, size_t *size,
    stet_error *err)
{
	if (argc == 4 && strcmp(argv[1], "fork") == 0)
		return stet_evidence_fork(BYTES(0), BYTES(1), NULL, NULL, 0, made, size, err);
	if (argc == 6 && strcmp(argv[1], "fork") == 0)
		return stet_evidence_fork(
		    BYTES(0), BYTES(1), BYTES(2).data, HASHES(3), made, size, err);
	if (argc == 7 && strcmp(argv[1], "omission") == 0)
		return stet_evidence_omission(
		    BYTES(0), BYTES(1), HASHES(2), BYTES(3), BYTES(4), made, size, err);
	fprintf(stderr, "accuse: fork A B [ROOT PATH], or omission ENTRY SEAL TREE INDEX "
			"CHECKPOINT\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	struct piece pieces[5] = {{NULL, {NULL, 0}}};
	uint8_t *made = NULL;
	stet_error err = {0};
	size_t size = 0;
	int i, rc;

	for (i = 2; i < argc && i < 7; i++)
		pieces[i - 2] = read_file(argv[i]);
	rc = make(argc, argv, pieces, &made, &size, &err);
	if (rc < 0)
		puts(stet_rule_name(err.rule));
	else
		fwrite(made, 1, size, stdout);
	free(made);
	for (i = 0; i < 5; i++)
		free(pieces[i].hashes);
	return rc < 0;
}
