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
    if (path && !access(path, F_OK)) asked->ends = ts_json_load(path, FILE_LIMIT, error);
    else asked->ends = json_object();
    if (json_is_object(asked->ends)) return 0;
    ts_asked_close(asked);
    return error->code ? -1
                       : ts_fail(error, TS_BAD_DATA, "%s: expected what this service has written", path ? path : "");
}

void ts_asked_close(ts_asked *asked)
{
    json_decref(asked->ends);
    asked->ends = NULL;
}

bool ts_asked_has(const ts_asked *asked, const char *series, int64_t end_ms)
{
    const char *text = json_string_value(json_object_get(asked->ends, series));
    ts_error ignored = {0};
    int64_t end;
    return text && !ts_time_parse(text, &end, &ignored) && end >= end_ms;
}

int ts_asked_put(ts_asked *asked, const char *series, int64_t end_ms, ts_error *error)
{
    char text[TS_TIME_TEXT];
    if (json_object_set_new(asked->ends, series, json_string(ts_time_text(end_ms, text))))
        return ts_no_memory(error, "what was asked");
    if (!asked->path) return 0;
    char *all = json_dumps(asked->ends, JSON_INDENT(2) | JSON_SORT_KEYS);
    if (!all) return ts_no_memory(error, "what was asked");
    int status = ts_file_write(asked->path, all, strlen(all), error);
    free(all);
    return status;
}
