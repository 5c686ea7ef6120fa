/* One environment a file and process: opening it, finding it again, closing it. */
#include "store/lmdb/env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

/* The library's one piece of global state: LMDB allows a file to be opened once in a process, and
 * only the process can know. */
static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct st_env *registry;

/* A name for messages: what the caller wrote, its end if it is long. */
static int
show_name(struct st_env *env, const char *where, stet_error *err)
{
	struct st_buf shown = {0};
	const char *text;
	size_t size, skip = 0;

	st_text_show(st_str(where), &shown);
	st_buf_put_str(&shown, "/" ST_DATA_FILE);
	st_buf_put_u8(&shown, 0);
	if (shown.rc < 0) {
		st_buf_free(&shown);
		return st_fail_nomem(err);
	}
	text = (const char *)shown.data;
	size = shown.size;
	if (size > sizeof(env->shown)) {
		skip = size - sizeof(env->shown) + 3;
		while (((unsigned char)text[skip] & 0xc0) == 0x80)
			skip++; /* whole characters */
		memcpy(env->shown, "...", 3);
		memcpy(env->shown + 3, text + skip, size - skip);
	} else {
		memcpy(env->shown, text, size);
	}
	st_buf_free(&shown);
	return STET_OK;
}

static int
open_folder(const char *where, unsigned flags, int *folder_out, stet_error *err)
{
	const int how = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int folder = open(where, how), failed;
	char shown[ST_SHOWN_SIZE];

	if (folder < 0 && errno == ENOENT && (flags & ST_OPEN_CREATE) != 0 &&
	    (flags & ST_OPEN_READ_ONLY) == 0 && (mkdir(where, 0777) == 0 || errno == EEXIST))
		folder = open(where, how);
	if (folder >= 0) {
		*folder_out = folder;
		return STET_OK;
	}
	failed = errno;
	st_shown(st_str(where), shown);
	if (failed == ENOENT)
		return st_fail(err, STET_ENOTFOUND, ST_STORE_MISSING, "'%s' does not exist", shown);
	if (failed == ENOTDIR)
		return st_fail(err, STET_EFORMAT, ST_STORE_NOT_LMDB, "'%s' is not a folder", shown);
	return st_fail_mdb(err, failed, "cannot open", shown);
}

/* A reader of another machine's file can tell nobody where it reads; a writer must not be there. */
static int
check_file_system(struct st_env *env, stet_error *err)
{
	struct statfs fs;

	env->network = fstatfs(env->folder, &fs) == 0 && st_fs_is_network((long)fs.f_type);
	if (env->read_only || !env->network)
		return STET_OK;
	return st_fail(err, STET_EINVAL, ST_STORE_NETWORK,
	    "'%s' is on a network file system, where locks and shared memory do not reach other "
	    "machines",
	    env->shown);
}

static void
free_env(struct st_env *env)
{
	if (env == NULL)
		return;
	mdb_env_close(env->mdb);
	if (env->folder >= 0)
		close(env->folder);
	pthread_cond_destroy(&env->changed);
	pthread_mutex_destroy(&env->lock);
	free(env->path);
	free(env);
}

static struct st_env *
new_env(int folder, unsigned flags, size_t spare)
{
	struct st_env *env = calloc(1, sizeof(*env));

	if (env == NULL)
		return NULL;
	if (pthread_mutex_init(&env->lock, NULL) != 0) {
		free(env);
		return NULL;
	}
	if (pthread_cond_init(&env->changed, NULL) != 0) {
		pthread_mutex_destroy(&env->lock);
		free(env);
		return NULL;
	}
	env->folder = folder;
	env->uses = 1;
	env->pid = getpid();
	env->read_only = (flags & ST_OPEN_READ_ONLY) != 0;
	env->scratch = (flags & ST_OPEN_SCRATCH) != 0;
	env->spare = spare;
	return env;
}

/* Which file this is, once for all: it must not be another one when it is opened again. */
static int
identify(struct st_env *env, stet_error *err)
{
	struct stat data, where;

	if (fstat(env->folder, &where) < 0)
		return st_fail_mdb(err, errno, "cannot open", env->shown);
	if (fstatat(env->folder, ST_DATA_FILE, &data, 0) < 0)
		return st_fail_mdb(err, errno, "cannot open", env->shown);
	env->folder_dev = where.st_dev;
	env->folder_ino = where.st_ino;
	env->dev = data.st_dev;
	env->ino = data.st_ino;
	return STET_OK;
}

/* Takes folder over. */
static int
open_new(const char *where, int folder, unsigned flags, size_t spare, struct st_env **env_out,
    stet_error *err)
{
	struct st_env *env = new_env(folder, flags, spare);
	int rc;

	if (env == NULL) {
		close(folder);
		return st_fail_nomem(err);
	}
	if ((rc = show_name(env, where, err)) < 0)
		goto fail;
	if ((env->path = realpath(where, NULL)) == NULL) {
		rc = st_fail_mdb(err, errno, "cannot open", env->shown);
		goto fail;
	}
	if ((rc = check_file_system(env, err)) < 0)
		goto fail;
	if ((flags & ST_OPEN_CREATE) != 0 && !env->read_only && (rc = st_env_make(env, err)) < 0)
		goto fail;
	if ((rc = identify(env, err)) < 0 || (rc = st_env_map(env, err)) < 0)
		goto fail;
	*env_out = env;
	return STET_OK;
fail:
	free_env(env);
	return rc;
}

/* By the file, and by the folder, whose lock.mdb it shares with whatever file is there now. */
static struct st_env *
find_open(int folder)
{
	struct stat data, where;
	struct st_env *env;

	if (fstat(folder, &where) < 0)
		return NULL;
	if (fstatat(folder, ST_DATA_FILE, &data, 0) < 0)
		memset(&data, 0, sizeof(data));
	for (env = registry; env != NULL; env = env->next) {
		if (env->pid != getpid())
			continue;
		if ((env->dev == data.st_dev && env->ino == data.st_ino) ||
		    (env->folder_dev == where.st_dev && env->folder_ino == where.st_ino))
			return env;
	}
	return NULL;
}

/* A second store on a file that is open.  If the first only reads and this one writes, the
 * environment is opened again for writing. */
static int
join(struct st_env *env, unsigned flags, stet_error *err)
{
	int rc = STET_OK, scratch = (flags & ST_OPEN_SCRATCH) != 0;

	if ((rc = st_env_same_file(env, err)) < 0)
		return rc;
	pthread_mutex_lock(&env->lock);
	while (env->remapping)
		pthread_cond_wait(&env->changed, &env->lock);
	if (scratch != env->scratch) {
		rc = st_fail(err, STET_EINVAL, ST_STORE_MISUSE,
		    "'%s' is open already, once to last and once as scratch", env->shown);
	} else if (env->read_only && (flags & ST_OPEN_READ_ONLY) == 0) {
		env->read_only = 0;
		if ((rc = check_file_system(env, err)) < 0 ||
		    (rc = st_env_remap(env, ST_REMAP_WAIT_MS, err)) < 0) {
			env->read_only = 1; /* and so the next reader will open it */
		}
	}
	if (rc == STET_OK)
		env->uses++;
	pthread_mutex_unlock(&env->lock);
	return rc;
}

int
st_env_open(
    const char *where, unsigned flags, size_t spare, struct st_env **env_out, stet_error *err)
{
	struct st_env *env;
	int folder = -1, rc;

	if ((rc = open_folder(where, flags, &folder, err)) < 0)
		return rc;
	pthread_mutex_lock(&registry_lock);
	if ((env = find_open(folder)) != NULL) {
		close(folder);
		rc = join(env, flags, err);
	} else if ((rc = open_new(where, folder, flags, spare, &env, err)) == STET_OK) {
		env->next = registry;
		registry = env;
	}
	pthread_mutex_unlock(&registry_lock);
	if (rc == STET_OK)
		*env_out = env;
	return rc;
}

void
st_env_close(struct st_env *env)
{
	struct st_env **at;

	pthread_mutex_lock(&registry_lock);
	/* A child of fork() lets its parent's environment be: closing it would close files whose
	 * locks, if the child has opened the same store, are the child's own. */
	if (--env->uses == 0 && env->pid == getpid()) {
		for (at = &registry; *at != env; at = &(*at)->next)
			;
		*at = env->next;
		free_env(env);
	}
	pthread_mutex_unlock(&registry_lock);
}
