/* Strategy files: the JSON around the texts of the language. */
#include "host/language/strategy.h"

#include "common/json_members.h"
#include "common/memory.h"
#include "host/language/lattice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1024 * 1024 };

static const double INT_MAX_VALUE = 1e9;

typedef struct document {
    ts_strategy_text text;
    const json_t *parameters, *lets;
} document;

#define IN_TEXT(field) offsetof(document, text.field)

static const ts_json_member strategy_members[] = {
    {"name", TS_JSON_TEXT, true, IN_TEXT(name)},
    {"description", TS_JSON_TEXT, true, IN_TEXT(description)},
    {"source", TS_JSON_TEXT, false, IN_TEXT(source)},
    {"parameters", TS_JSON_OBJECT, false, offsetof(document, parameters)},
    {"require", TS_JSON_TEXT, false, IN_TEXT(require)},
    {"let", TS_JSON_OBJECT, false, offsetof(document, lets)},
    {"entry", TS_JSON_TEXT, true, IN_TEXT(entry)},
    {"exit", TS_JSON_TEXT, true, IN_TEXT(exit)},
    {"short_entry", TS_JSON_TEXT, false, IN_TEXT(short_entry)},
    {"short_exit", TS_JSON_TEXT, false, IN_TEXT(short_exit)},
    {"direction", TS_JSON_TEXT, false, IN_TEXT(direction)},
    {0},
};

typedef struct parameter_members {
    const char *type;
    double min, max, step, fallback;
} parameter_members;

static const ts_json_member parameter_table[] = {
    {"type", TS_JSON_TEXT, true, offsetof(parameter_members, type)},
    {"min", TS_JSON_NUMBER, true, offsetof(parameter_members, min)},
    {"max", TS_JSON_NUMBER, true, offsetof(parameter_members, max)},
    {"step", TS_JSON_NUMBER, false, offsetof(parameter_members, step)},
    {"default", TS_JSON_NUMBER, true, offsetof(parameter_members, fallback)},
    {0},
};

static int whole(const char *name, double value, ts_error *error)
{
    if (floor(value) == value && fabs(value) <= INT_MAX_VALUE) return 0;
    return ts_fail(error, TS_BAD_DATA, "%s: expected a whole number up to %.0f of an int, found %.15g", name,
                   INT_MAX_VALUE, value);
}

static int read_parameter(const char *name, const json_t *object, ts_parameter *parameter, ts_error *error)
{
    parameter_members m = {.step = NAN};
    if (!json_is_object(object)) return ts_json_wrong("value", "an object", object, error);
    if (strlen(name) >= sizeof parameter->name)
        return ts_fail(error, TS_BAD_DATA, "expected a name of at most %zu characters", sizeof parameter->name - 1);
    if (ts_json_members(object, parameter_table, false, &m, error)) return -1;
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
        const ts_json_member row = {name, TS_JSON_TEXT, true, 0};
        if (ts_json_take(&row, value, &let_text[count], error)) return ts_error_context(error, "let");
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
    if (ts_json_members(root, strategy_members, false, &d, error) || check_name(d.text.name, error)) return NULL;
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
