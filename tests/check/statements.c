/* statements OUT FILE...: signs the statement in each JSON file and writes, under the same name
 * below OUT, what the library makes of it: .cbor, the signed bytes, and .json, the JSON form.  The
 * schemas are held against both. */
#include <stet/statement.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TEXT_MAX 200000
#define IAT 1783070062

static int
fail(const char *path, const char *why)
{
	fprintf(stderr, "statements: %s: %s\n", path, why);
	return -1;
}

static int
write_file(const char *folder, const char *name, const char *ending, const void *data, size_t size)
{
	char path[1024];
	FILE *out;
	int failed;

	snprintf(path, sizeof(path), "%s/%.*s%s", folder, (int)(strlen(name) - strlen(".json")),
	    name, ending);
	if ((out = fopen(path, "wb")) == NULL)
		return fail(path, strerror(errno));
	failed = fwrite(data, 1, size, out) != size;
	failed |= fclose(out) != 0;
	return failed ? fail(path, "cannot be written") : 0;
}

static int
write_statement(const char *folder, const char *name, stet_statement *statement)
{
	stet_bytes encoded = stet_statement_encoded(statement);
	const stet_json *json = stet_statement_json(statement);
	char *text = NULL;
	size_t size = 0;
	stet_error err;
	int rc;

	if (json == NULL || stet_json_text(json, 0, &text, &size, &err) != STET_OK)
		return fail(name, "no JSON form");
	rc = write_file(folder, name, ".cbor", encoded.data, encoded.size);
	if (rc == 0)
		rc = write_file(folder, name, ".json", text, size);
	free(text);
	return rc;
}

static int
convert(const char *folder, const char *path, const stet_key *key)
{
	const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
	static uint8_t text[TEXT_MAX];
	stet_statement *statement = NULL;
	FILE *in = fopen(path, "rb");
	stet_bytes json = {text, 0};
	stet_error err;
	int rc;

	if (in == NULL)
		return fail(path, strerror(errno));
	json.size = fread(text, 1, sizeof(text), in);
	fclose(in);
	if (stet_statement_from_json(json, &statement, &err) != STET_OK ||
	    stet_statement_sign(statement, key, IAT, &err) != STET_OK)
		rc = fail(path, err.text);
	else
		rc = write_statement(folder, name, statement);
	stet_statement_free(statement);
	return rc;
}

int
main(int argc, char **argv)
{
	static const uint8_t seed[32] = {7};
	stet_key *key = NULL;
	stet_error err;
	int i, rc = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: statements OUT FILE...\n");
		return 2;
	}
	if (mkdir(argv[1], 0777) < 0 && errno != EEXIST)
		return fail(argv[1], strerror(errno)), 3;
	if (stet_key_from_seed(seed, "check", "https://issuer.example", &key, &err) != STET_OK)
		return fail("key", err.text), 3;
	for (i = 2; i < argc; i++)
		if (convert(argv[1], argv[i], key) < 0)
			rc = 3;
	stet_key_free(key);
	return rc;
}
