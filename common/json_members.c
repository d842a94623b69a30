#include "common/json_members.h"

#include "common/nearest.h"

#include <math.h>
#include <string.h>

const char *ts_json_kind(const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_STRING] = "a text", [JSON_INTEGER] = "a number",
        [JSON_REAL] = "a number",    [JSON_TRUE] = "true",      [JSON_FALSE] = "false",   [JSON_NULL] = "null"};
    return names[json_typeof(value)];
}

int ts_json_wrong(const char *name, const char *wanted, const json_t *value, ts_error *error)
{
    return ts_fail(error, TS_BAD_DATA, "%s: expected %s, found %s", name, wanted, ts_json_kind(value));
}

static int take_text(const ts_json_member *row, const json_t *value, void *field, ts_error *error)
{
    const char *text = json_string_value(value);
    if (!text) return ts_json_wrong(row->name, "a text", value, error);
    if (strlen(text) != json_string_length(value))
        return ts_fail(error, TS_BAD_DATA, "%s: expected a text without a NUL", row->name);
    memcpy(field, &text, sizeof text);
    return 0;
}

static int take_number(const ts_json_member *row, const json_t *value, void *field, ts_error *error)
{
    double number = NAN;
    if (json_is_number(value)) number = json_number_value(value);
    else if (row->type == TS_JSON_NUMBER || !json_is_null(value))
        return ts_json_wrong(row->name, row->type == TS_JSON_NUMBER ? "a number" : "a number or null", value, error);
    memcpy(field, &number, sizeof number);
    return 0;
}

static int take_count(const ts_json_member *row, const json_t *value, void *field, ts_error *error)
{
    static const char wanted[] = "a whole number of at least 0";
    if (!json_is_integer(value)) return ts_json_wrong(row->name, wanted, value, error);
    json_int_t count = json_integer_value(value);
    if (count < 0) return ts_fail(error, TS_BAD_DATA, "%s: expected %s, found %lld", row->name, wanted, count);
    memcpy(field, &(uint64_t){(uint64_t)count}, sizeof(uint64_t));
    return 0;
}

int ts_json_take(const ts_json_member *row, const json_t *value, void *into, ts_error *error)
{
    void *field = (char *)into + row->offset;
    switch (row->type) {
    case TS_JSON_TEXT: return take_text(row, value, field, error);
    case TS_JSON_NUMBER:
    case TS_JSON_REAL: return take_number(row, value, field, error);
    case TS_JSON_COUNT: return take_count(row, value, field, error);
    case TS_JSON_TRUTH:
        if (!json_is_boolean(value)) return ts_json_wrong(row->name, "true or false", value, error);
        memcpy(field, &(bool){json_is_true(value)}, sizeof(bool));
        return 0;
    case TS_JSON_OBJECT:
        if (!json_is_object(value)) return ts_json_wrong(row->name, "an object", value, error);
        break;
    case TS_JSON_ARRAY:
        if (!json_is_array(value)) return ts_json_wrong(row->name, "an array", value, error);
        break;
    }
    memcpy(field, &value, sizeof value);
    return 0;
}

static int unknown(const char *key, const ts_json_member *table, ts_error *error)
{
    ts_nearest nearest = {.word = key};
    for (const ts_json_member *row = table; row->name; row++) ts_nearest_try(&nearest, row->name);
    if (nearest.best) return ts_fail(error, TS_BAD_DATA, "%.60s: unknown field: did you mean '%s'?", key, nearest.best);
    return ts_fail(error, TS_BAD_DATA, "%.60s: unknown field", key);
}

int ts_json_members(const json_t *object, const ts_json_member *table, bool others, void *into, ts_error *error)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return ts_fail(error, TS_BAD_DATA, "expected an object, found %s", ts_json_kind(object));
    json_object_foreach((json_t *)object, key, value)
    {
        const ts_json_member *row = table;
        while (row->name && strcmp(row->name, key) != 0) row++;
        if (!row->name && !others) return unknown(key, table, error);
        if (row->name && ts_json_take(row, value, into, error)) return -1;
    }
    for (const ts_json_member *row = table; row->name; row++)
        if (row->wanted && !json_object_get(object, row->name))
            return ts_fail(error, TS_BAD_DATA, "%s: missing", row->name);
    return 0;
}
