/* Where settings come from when the command line does not say them: fallbacks, the environment, the --config file. */
#define _GNU_SOURCE
#include "common/json.h"
#include "common/setting_rows.h"
#include "common/setting_value.h"

#include <stdlib.h>
#include <string.h>

enum { CONFIG_LIMIT = 1 << 20 }; /* bytes */

static int set(const ts_setting_row *row, const char *text, const char *place, ts_error *error)
{
    return ts_setting_set(row->setting, row->into, text, (ts_setting_place){place, TS_BAD_CONFIG}, error);
}

int ts_settings_from_fallbacks(const ts_setting_rows *rows, ts_error *error)
{
    for (size_t i = 0; i < rows->count; i++) {
        const ts_setting_row *row = &rows->row[i];
        ts_setting_clear(row->setting, row->into);
        if (row->setting->fallback && set(row, row->setting->fallback, row->name, error)) return -1;
    }
    return 0;
}

int ts_settings_from_environment(const ts_setting_rows *rows, ts_error *error)
{
    for (size_t i = 0; i < rows->count; i++) {
        char variable[TS_SETTING_PLACE];
        ts_setting_variable(&rows->row[i], variable);
        const char *name = variable, *text = getenv(name);
        if (!(text && *text) && rows->row[i].variable) text = getenv(name = rows->row[i].variable);
        if (text && *text && set(&rows->row[i], text, name, error)) return -1;
    }
    return 0;
}

/* A JSON scalar as the text that the command line would give, kept; NULL for anything else. */
static const char *scalar_text(const json_t *value)
{
    if (json_is_string(value)) return ts_setting_keep(strdup(json_string_value(value)));
    if (json_is_boolean(value)) return json_is_true(value) ? "true" : "false";
    return json_is_number(value) ? ts_setting_keep(json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))) : NULL;
}

static int set_array(const ts_setting_row *row, const json_t *array, const char *place, ts_error *error)
{
    ts_texts *list = ts_setting_list_start(row->setting, row->into, json_array_size(array), error);
    for (size_t i = 0; list && i < json_array_size(array); i++) {
        const char *text = scalar_text(json_array_get(array, i));
        if (!text) return ts_fail(error, TS_BAD_CONFIG, "%s: value %zu is not a text or a number", place, i + 1);
        list->text[list->count++] = text;
    }
    return list ? 0 : -1;
}

static int set_member(const ts_setting_rows *rows, const char *path, const char *key, const json_t *value,
                      ts_error *error)
{
    char name[TS_SETTING_NAME], place[TS_SETTING_PLACE], meant[TS_SETTING_PLACE];
    snprintf(name, sizeof name, "%s", key);
    for (char *c = name; *c; c++)
        if (*c == '_') *c = '-';
    snprintf(place, sizeof place, "%.250s: %.80s", path, key);
    const ts_setting_row *row = ts_setting_rows_find(rows, name, strlen(name));
    if (row && json_is_array(value) && ts_setting_is_list(row->setting)) return set_array(row, value, place, error);
    const char *text = row ? scalar_text(value) : NULL;
    if (text) return set(row, text, place, error);
    if (row) return ts_fail(error, TS_BAD_CONFIG, "%s: expected a text, a number, true or false", place);
    row = ts_setting_rows_nearest(rows, name);
    if (!row) return ts_fail(error, TS_BAD_CONFIG, "%s: there is no such setting here", place);
    ts_setting_key(row, meant);
    return ts_fail(error, TS_BAD_CONFIG, "%s: there is no such setting here; did you mean %s?", place, meant);
}

int ts_settings_from_file(const ts_setting_rows *rows, const char *path, ts_error *error)
{
    const char *key;
    json_t *value, *root = ts_json_load(path, CONFIG_LIMIT, error);
    int status = -1;
    if (!root && error->code == TS_BAD_DATA) error->code = TS_BAD_CONFIG;
    if (!root) return -1;
    if (!json_is_object(root)) {
        ts_fail(error, TS_BAD_CONFIG, "%s: expected a JSON object with a key for each setting", path);
        goto out;
    }
    json_object_foreach(root, key, value)
    {
        if (set_member(rows, path, key, value, error)) goto out;
    }
    status = 0;
out:
    json_decref(root);
    return status;
}
