/* What is remembered of all ledgers: listed, forgotten. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/time.h"
#include "json/json.h"
#include "memory/memory.h"

static int
compare_names(const void *a, const void *b)
{
	return memcmp(a, b, 64);
}

struct names {
	char (*items)[65];
	size_t count, room;
};

static int
add_name(struct names *names, const char *name, stet_error *err)
{
	char(*grown)[65];

	if (names->count == names->room) {
		names->room = names->room * 2 + 16;
		if ((grown = realloc(names->items, names->room * sizeof(*grown))) == NULL)
			return st_fail_nomem(err);
		names->items = grown;
	}
	memcpy(names->items[names->count++], name, 65);
	return STET_OK;
}

static int
read_names(const char *state_dir, struct names *names, stet_error *err)
{
	uint8_t hash[32];
	const char *name;
	DIR *dir;
	int rc;

	if ((dir = opendir(state_dir)) == NULL)
		return errno == ENOENT
			   ? STET_OK
			   : st_fail_errno(err, errno, "cannot read folder '%s'", state_dir);
	while ((rc = st_dir_next(dir, state_dir, &name, err)) == STET_OK && name != NULL)
		if (st_hex_read(st_str(name), hash, sizeof(hash)) == 0 &&
		    (rc = add_name(names, name, err)) < 0)
			break;
	closedir(dir);
	return rc;
}

int
st_memory_walk(const char *state_dir, st_memory_visit *visit, void *ctx, stet_error *err)
{
	struct names names = {0};
	char *folder;
	size_t i;
	int rc;

	if ((rc = read_names(state_dir, &names, err)) == STET_OK && names.count > 0)
		qsort(names.items, names.count, sizeof(*names.items), compare_names);
	for (i = 0; rc == STET_OK && i < names.count; i++) {
		if ((folder = st_path_join(state_dir, names.items[i])) == NULL)
			rc = st_fail_nomem(err);
		else
			rc = visit(ctx, folder, names.items[i], err);
		free(folder);
	}
	free(names.items);
	return rc;
}

/* --- listing ---------------------------------------------------------------------------------- */

static int
set_head(stet_json *item, const struct st_accepted *accepted, stet_error *err)
{
	char time[ST_TIME_SIZE];
	struct st_buf vkey = {0};
	int rc;

	stet_json_set(item, "ledger",
	    accepted->head.ledger[0] != '\0' ? stet_json_str(accepted->head.ledger)
					     : stet_json_null());
	st_json_set_text(item, "origin", st_str(accepted->head.origin));
	stet_json_set(item, "size", stet_json_int((int64_t)accepted->head.size));
	st_json_set_hex(item, "root", accepted->head.root, 32);
	st_time_text_ms(accepted->head.ms, time);
	stet_json_set(item, "accepted", stet_json_str(time));
	st_vkey_put(&vkey, &accepted->vkey);
	st_json_set_text(item, "key", st_buf_bytes(&vkey));
	st_json_set_text(item, "note", accepted->note);
	rc = vkey.rc < 0 ? st_fail_nomem(err) : STET_OK;
	st_buf_free(&vkey);
	return rc;
}

static int
list_file(stet_json *list, const char *folder, const char *hex, const char *name, stet_error *err)
{
	struct st_accepted accepted;
	struct st_buf text = {0};
	char id[STET_LEDGER_ID_SIZE];
	stet_json *item;
	stet_error why;
	int rc, set = STET_OK;

	memcpy(id, "stet:", 5);
	memcpy(id + 5, hex, 65);
	st_error_clear(&why);
	rc = st_accepted_read(folder, name, id, &text, &accepted, &why);
	if (rc == STET_OK || rc == STET_EFORMAT || rc == STET_EREFUSED) {
		item = stet_json_object();
		stet_json_set(item, "v", stet_json_int(1));
		if (rc == STET_OK)
			set = set_head(item, &accepted, err);
		else
			stet_json_set(item, "ledger", stet_json_str(id));
		stet_json_set(item, "file", stet_json_str(name));
		if (rc < 0)
			stet_json_set(item, "damaged", stet_json_str(why.text));
		stet_json_add(list, item);
		rc = set;
	} else if (rc == STET_ENOTFOUND) {
		rc = STET_OK;
	} else if (err != NULL) {
		*err = why;
	}
	st_buf_free(&text);
	return rc;
}

static int
list_folder(void *ctx, const char *folder, const char *hex, stet_error *err)
{
	int rc = list_file(ctx, folder, hex, ST_MEMORY_SEEN, err);

	return rc < 0 ? rc : list_file(ctx, folder, hex, ST_MEMORY_CHECKED, err);
}

int
stet_memory_list(const char *state_dir, stet_json **list_out, stet_error *err)
{
	stet_json *list = stet_json_array();
	int rc;

	if ((rc = st_memory_walk(state_dir, list_folder, list, err)) == STET_OK &&
	    st_json_rc(list) < 0)
		rc = st_fail_nomem(err);
	if (rc < 0)
		stet_json_free(list);
	else
		*list_out = list;
	return rc;
}

/* --- forgetting ------------------------------------------------------------------------------- */

struct forgetting {
	const char *which;
	size_t count;
};

/* By the id, which is the folder's name, so that what is damaged can be forgotten too; or by the
 * origin in the file. */
static int
is_meant(const char *which, const char *hex, const char *folder, const char *name, stet_error *err)
{
	struct st_accepted accepted;
	struct st_buf text = {0};
	int rc;

	if (strcmp(strncmp(which, "stet:", 5) == 0 ? which + 5 : which, hex) == 0)
		return 1;
	rc = st_accepted_read(folder, name, NULL, &text, &accepted, err);
	if (rc == STET_OK)
		rc = strcmp(accepted.head.origin, which) == 0;
	else if (rc != STET_ENOMEM)
		rc = 0;
	st_buf_free(&text);
	return rc;
}

static int
forget_file(struct forgetting *forgetting, const char *folder, const char *hex, const char *name,
    stet_error *err)
{
	int rc = is_meant(forgetting->which, hex, folder, name, err);

	if (rc <= 0)
		return rc;
	if ((rc = st_accepted_forget(folder, name, err)) == STET_OK)
		forgetting->count++;
	return rc == STET_ENOTFOUND ? STET_OK : rc;
}

static int
forget_folder(void *ctx, const char *folder, const char *hex, stet_error *err)
{
	int rc = forget_file(ctx, folder, hex, ST_MEMORY_SEEN, err);

	return rc < 0 ? rc : forget_file(ctx, folder, hex, ST_MEMORY_CHECKED, err);
}

int
stet_memory_forget(const char *state_dir, const char *which, size_t *count_out, stet_error *err)
{
	struct forgetting forgetting = {which, 0};
	int rc;

	if ((rc = st_memory_walk(state_dir, forget_folder, &forgetting, err)) < 0)
		return rc;
	if (forgetting.count == 0)
		return st_fail(
		    err, STET_ENOTFOUND, ST_RULE_NONE, "nothing is remembered of '%.120s'", which);
	*count_out = forgetting.count;
	return STET_OK;
}
