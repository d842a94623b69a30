/* Strategy files: the JSON around the texts of the language. */
#include "host/language/strategy.h"

#include "common/json.h"
#include "common/memory.h"
#include "common/nearest.h"
#include "host/language/lattice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1024 * 1024 };

static const double INT_MAX_VALUE = 1e9;

typedef enum member_type { TEXT, OBJECT, NUMBER } member_type;

/* A member of an object: TEXT goes to the const char * at `offset`, OBJECT to the json_t *, NUMBER to the double. */
typedef struct member {
    const char *name;
    member_type type;
    bool wanted;
    size_t offset;
} member;

typedef struct document {
    ts_strategy_text text;
    const json_t *parameters, *lets;
} document;

#define IN_TEXT(field) offsetof(document, text.field)

static const member strategy_members[] = {
    {"name", TEXT, true, IN_TEXT(name)},
    {"description", TEXT, true, IN_TEXT(description)},
    {"source", TEXT, false, IN_TEXT(source)},
    {"parameters", OBJECT, false, offsetof(document, parameters)},
    {"require", TEXT, false, IN_TEXT(require)},
    {"let", OBJECT, false, offsetof(document, lets)},
    {"entry", TEXT, true, IN_TEXT(entry)},
    {"exit", TEXT, true, IN_TEXT(exit)},
    {"short_entry", TEXT, false, IN_TEXT(short_entry)},
    {"short_exit", TEXT, false, IN_TEXT(short_exit)},
    {"direction", TEXT, false, IN_TEXT(direction)},
    {NULL, TEXT, false, 0},
};

typedef struct parameter_members {
    const char *type;
    double min, max, step, fallback;
} parameter_members;

static const member parameter_table[] = {
    {"type", TEXT, true, offsetof(parameter_members, type)},
    {"min", NUMBER, true, offsetof(parameter_members, min)},
    {"max", NUMBER, true, offsetof(parameter_members, max)},
    {"step", NUMBER, false, offsetof(parameter_members, step)},
    {"default", NUMBER, true, offsetof(parameter_members, fallback)},
    {NULL, TEXT, false, 0},
};

static const char *type_of(const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_STRING] = "a text", [JSON_INTEGER] = "a number",
        [JSON_REAL] = "a number",    [JSON_TRUE] = "true",      [JSON_FALSE] = "false",   [JSON_NULL] = "null"};
    return names[json_typeof(value)];
}

static int wrong_type(const char *name, const char *wanted, const json_t *value, ts_error *error)
{
    return ts_fail(error, TS_BAD_DATA, "%s: expected %s, found %s", name, wanted, type_of(value));
}

static int take(const member *row, const json_t *value, char *into, ts_error *error)
{
    if (row->type == TEXT) {
        if (!json_is_string(value)) return wrong_type(row->name, "a text", value, error);
        if (strlen(json_string_value(value)) != json_string_length(value))
            return ts_fail(error, TS_BAD_DATA, "%s: expected a text without a NUL", row->name);
        const char *text = json_string_value(value);
        memcpy(into + row->offset, &text, sizeof text);
    } else if (row->type == OBJECT) {
        if (!json_is_object(value)) return wrong_type(row->name, "an object", value, error);
        memcpy(into + row->offset, &value, sizeof value);
    } else {
        if (!json_is_number(value)) return wrong_type(row->name, "a number", value, error);
        double number = json_number_value(value);
        memcpy(into + row->offset, &number, sizeof number);
    }
    return 0;
}

static int unknown(const char *key, const member *table, ts_error *error)
{
    ts_nearest nearest = {.word = key};
    for (const member *row = table; row->name; row++) ts_nearest_try(&nearest, row->name);
    if (nearest.best) return ts_fail(error, TS_BAD_DATA, "%.60s: unknown field: did you mean '%s'?", key, nearest.best);
    return ts_fail(error, TS_BAD_DATA, "%.60s: unknown field", key);
}

/* Fill the struct `into` from the members of `object` by the rows of `table`. */
static int read_members(const json_t *object, const member *table, void *into, ts_error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        const member *row = table;
        while (row->name && strcmp(row->name, key) != 0) row++;
        if (!row->name) return unknown(key, table, error);
        if (take(row, value, into, error)) return -1;
    }
    for (const member *row = table; row->name; row++)
        if (row->wanted && !json_object_get(object, row->name))
            return ts_fail(error, TS_BAD_DATA, "%s: missing", row->name);
    return 0;
}

static int whole(const char *name, double value, ts_error *error)
{
    if (floor(value) == value && fabs(value) <= INT_MAX_VALUE) return 0;
    return ts_fail(error, TS_BAD_DATA, "%s: expected a whole number up to %.0f of an int, found %.15g", name,
                   INT_MAX_VALUE, value);
}

static int read_parameter(const char *name, const json_t *object, ts_parameter *parameter, ts_error *error)
{
    parameter_members m = {.step = NAN};
    if (!json_is_object(object)) return wrong_type("value", "an object", object, error);
    if (strlen(name) >= sizeof parameter->name)
        return ts_fail(error, TS_BAD_DATA, "expected a name of at most %zu characters", sizeof parameter->name - 1);
    if (read_members(object, parameter_table, &m, error)) return -1;
    *parameter = (ts_parameter){.integer = strcmp(m.type, "int") == 0, .min = m.min, .fallback = m.fallback};
    memcpy(parameter->name, name, strlen(name) + 1);
    if (!parameter->integer && strcmp(m.type, "double") != 0)
        return ts_fail(error, TS_BAD_DATA, "type: expected int or double, found '%.60s'", m.type);
    if (isnan(m.step) && !parameter->integer) return ts_fail(error, TS_BAD_DATA, "step: missing (a double needs one)");
    parameter->step = isnan(m.step) ? 1 : m.step;
    if (parameter->integer && (whole("min", m.min, error) || whole("max", m.max, error) ||
                               whole("step", parameter->step, error) || whole("default", m.fallback, error)))
        return -1;
    return ts_lattice_steps(parameter, m.max, error);
}

static int read_parameters(const json_t *object, ts_parameter *parameter, ts_error *error)
{
    const char *name;
    json_t *value;
    size_t count = 0;
    if (json_object_size(object) > TS_PARAMETERS_MAX)
        return ts_fail(error, TS_BAD_DATA, "parameters: expected at most %d, found %zu", TS_PARAMETERS_MAX,
                       json_object_size(object));
    json_object_foreach((json_t *)object, name, value)
    {
        if (read_parameter(name, value, &parameter[count++], error))
            return ts_error_context(error, "parameters: %.60s", name);
    }
    return 0;
}

static int read_lets(const json_t *object, const char **let_name, const char **let_text, ts_error *error)
{
    const char *name;
    json_t *value;
    size_t count = 0;
    json_object_foreach((json_t *)object, name, value)
    {
        const member row = {name, TEXT, true, 0};
        if (take(&row, value, (char *)&let_text[count], error)) return ts_error_context(error, "let");
        let_name[count++] = name;
    }
    return 0;
}

static int check_name(const char *name, ts_error *error)
{
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    if (*name && strspn(name, LETTERS) == strlen(name)) return 0;
    return ts_fail(error, TS_BAD_DATA, "name: expected capital letters, digits and _, found '%.60s'", name);
}

static ts_strategy *compile(const json_t *root, ts_error *error)
{
    document d = {0};
    ts_parameter parameter[TS_PARAMETERS_MAX];
    ts_strategy *strategy = NULL;
    if (!json_is_object(root)) {
        ts_fail(error, TS_BAD_DATA, "expected an object, found %s", type_of(root));
        return NULL;
    }
    if (read_members(root, strategy_members, &d, error) || check_name(d.text.name, error)) return NULL;
    d.text.parameters = json_object_size(d.parameters);
    d.text.lets = json_object_size(d.lets);
    const char **lets = ts_alloc(2 * d.text.lets + 1, sizeof *lets);
    if (!lets) {
        ts_no_memory(error, "a strategy");
        return NULL;
    }
    d.text.parameter = parameter;
    d.text.let_name = lets;
    d.text.let_text = lets + d.text.lets;
    if (!read_parameters(d.parameters, parameter, error) && !read_lets(d.lets, lets, lets + d.text.lets, error))
        strategy = ts_strategy_new(&d.text, error);
    free(lets);
    return strategy;
}

ts_strategy *ts_strategy_load(const char *path, ts_error *error)
{
    json_t *root = ts_json_load(path, FILE_MAX, error);
    if (!root) return NULL;
    ts_strategy *strategy = compile(root, error);
    if (!strategy) ts_error_context(error, "%s", path);
    json_decref(root);
    return strategy;
}
