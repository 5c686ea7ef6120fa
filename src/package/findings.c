/* What a check of a package found: the first of each kind, and how many. */
#include "package/package.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/err.h"
#include "json/json.h"

void
st_found_init(struct st_found *found)
{
	found->problems = stet_json_array();
	found->warnings = stet_json_array();
	found->problem_count = found->warning_count = 0;
	found->unsure = 0;
	found->rc = found->problems == NULL || found->warnings == NULL ? STET_ENOMEM : STET_OK;
}

void
st_found_clear(struct st_found *found)
{
	stet_json_free(found->problems);
	stet_json_free(found->warnings);
	found->problems = found->warnings = NULL;
}

void
st_found_report(struct st_found *found, stet_json *report)
{
	stet_json_set(report, "ok",
	    found->problem_count > 0 ? stet_json_bool(0)
	    : found->unsure          ? stet_json_null()
				     : stet_json_bool(1));
	stet_json_set(report, "problem_count", stet_json_int((int64_t)found->problem_count));
	stet_json_set(report, "problems", found->problems);
	stet_json_set(report, "warning_count", stet_json_int((int64_t)found->warning_count));
	stet_json_set(report, "warnings", found->warnings);
	found->problems = found->warnings = NULL;
}

static void __attribute__((format(printf, 5, 0))) keep(struct st_found *found, stet_json *list,
    const char *code, const char *path, const char *format, va_list arguments)
{
	stet_json *row = stet_json_object();
	char text[1024];

	vsnprintf(text, sizeof(text), format, arguments);
	stet_json_set(row, "code", stet_json_str(code));
	if (path != NULL)
		st_json_set_text(row, "path", st_str(path));
	st_json_set_text(row, "text", st_str(text));
	if (row == NULL || st_json_rc(row) < 0)
		found->rc = STET_ENOMEM;
	stet_json_add(list, row);
	if (st_json_rc(list) < 0)
		found->rc = STET_ENOMEM;
}

void
st_found_problem(
    struct st_found *found, const char *code, const char *path, const char *format, ...)
{
	va_list arguments;

	if (++found->problem_count > ST_FOUND_MAX)
		return;
	va_start(arguments, format);
	keep(found, found->problems, code, path, format, arguments);
	va_end(arguments);
}

void
st_found_warning(
    struct st_found *found, const char *code, const char *path, const char *format, ...)
{
	va_list arguments;

	if (++found->warning_count > ST_FOUND_MAX)
		return;
	va_start(arguments, format);
	keep(found, found->warnings, code, path, format, arguments);
	va_end(arguments);
}

int
st_watch_tell(struct st_watch *watch, const char *what, stet_error *err)
{
	if (watch->progress != NULL &&
	    watch->progress(watch->ctx, what, watch->done, watch->total) != 0)
		return st_fail(err, STET_EINVAL, ST_STOPPED, "stopped");
	return STET_OK;
}
