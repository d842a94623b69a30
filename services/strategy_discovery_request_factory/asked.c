#include "services/strategy_discovery_request_factory/asked.h"

#include "common/clock.h"
#include "common/safe_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_LIMIT = 16 << 20 };

int ts_asked_open(const char *path, ts_asked *asked, ts_error *error)
{
    *asked = (ts_asked){.path = path};
    if (path && !access(path, F_OK)) asked->series = ts_json_load(path, FILE_LIMIT, error);
    else asked->series = json_object();
    if (json_is_object(asked->series)) return 0;
    ts_asked_close(asked);
    return error->code ? -1
                       : ts_fail(error, TS_BAD_DATA, "%s: expected what this service has written", path ? path : "");
}

void ts_asked_close(ts_asked *asked)
{
    json_decref(asked->series);
    asked->series = NULL;
}

bool ts_asked_has(const ts_asked *asked, const char *series, int64_t end_ms, const char *what)
{
    const json_t *last = json_object_get(asked->series, series);
    const char *text = json_string_value(json_object_get(last, "end"));
    const char *then = json_string_value(json_object_get(last, "asked"));
    ts_error ignored = {0};
    int64_t end;
    return text && then && !strcmp(then, what) && !ts_time_parse(text, &end, &ignored) && end >= end_ms;
}

int ts_asked_put(ts_asked *asked, const char *series, int64_t end_ms, const char *what, ts_error *error)
{
    char text[TS_TIME_TEXT];
    json_t *last = json_pack("{s:s, s:s}", "end", ts_time_text(end_ms, text), "asked", what);
    if (!last || json_object_set_new(asked->series, series, last)) return ts_no_memory(error, "what was asked");
    if (!asked->path) return 0;
    char *all = json_dumps(asked->series, JSON_INDENT(2) | JSON_SORT_KEYS);
    if (!all) return ts_no_memory(error, "what was asked");
    int status = ts_file_write(asked->path, all, strlen(all), error);
    free(all);
    return status;
}
