/* What a stored member of a front says of its objectives. */
#include "host/report/stored_members.h"

#include <string.h>

/* The keys with commas between them, as on a command line. */
static int join(const json_t *keys, ts_strbuf *text, ts_error *error)
{
    const ts_json_member member = {"objectives", TS_JSON_TEXT, true, 0};
    size_t i;
    const json_t *value;
    json_array_foreach((json_t *)keys, i, value)
    {
        const char *key;
        if (ts_json_take(&member, value, &key, error)) return -1;
        ts_strbuf_printf(text, "%s%s", i ? "," : "", key);
    }
    return ts_strbuf_failed(text) ? ts_no_memory(error, "a result") : 0;
}

static int read_keys(const json_t *keys, ts_stored_result *result, ts_error *error)
{
    ts_strbuf text = {0};
    ts_objective first = {0};
    int status = join(keys, &text, error);
    if (!status && ts_objectives_parse(text.text, &first, &result->also, error))
        status = ts_stored_refused(error, "objectives");
    if (!status && (result->also.count + 1 != json_array_size(keys) || first.metric != result->objective.metric))
        status = ts_fail(error, TS_BAD_DATA, "objectives: expected %s first, found %.60s", result->objective.name,
                         text.text);
    ts_strbuf_clear(&text);
    return status;
}

int ts_stored_front(const json_t *object, ts_stored_result *result, ts_error *error)
{
    static const ts_json_member score = {"scores", TS_JSON_REAL, true, 0};
    const json_t *keys = json_object_get(object, "objectives"), *scores = json_object_get(object, "scores");
    size_t count = json_array_size(keys);
    if (!keys && !scores) return 0;
    if (!json_is_array(keys) || count < 2 || count > TS_OBJECTIVES_MAX)
        return ts_fail(error, TS_BAD_DATA, "objectives: expected an array of 2 to %d keys", TS_OBJECTIVES_MAX);
    if (!json_is_array(scores) || json_array_size(scores) != count)
        return ts_fail(error, TS_BAD_DATA, "scores: expected an array of %zu, one for each of the objectives", count);
    for (size_t i = 0; i < count; i++)
        if (ts_json_take(&score, json_array_get(scores, i), &result->scores[i], error)) return -1;
    return read_keys(keys, result, error);
}
