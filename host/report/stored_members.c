#define _GNU_SOURCE
#include "host/report/stored_members.h"

#include "common/clock.h"
#include "common/interval.h"
#include "host/validation/walk_forward.h"

#include <math.h>
#include <string.h>

int ts_stored_copy(const char *text, size_t size, void *field, ts_error *error)
{
    size_t length = strlen(text);
    if (length >= size || !length)
        return ts_fail(error, TS_BAD_DATA, "expected 1 to %zu characters, found %zu", size - 1, length);
    memcpy(field, text, length + 1);
    return 0;
}

int ts_stored_hash(const char *text, size_t size, void *field, ts_error *error)
{
    if (strlen(text) == size - 1 && strspn(text, "0123456789abcdef") == size - 1)
        return ts_stored_copy(text, size, field, error);
    return ts_fail(error, TS_BAD_DATA, "expected %zu hexadecimal digits, found '%.60s'", size - 1, text);
}

int ts_stored_keep(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    char *copy = strdup(text);
    memcpy(field, &copy, sizeof copy);
    return copy ? 0 : ts_no_memory(error, "a result");
}

int ts_stored_time(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    return ts_time_parse(text, field, error);
}

int ts_stored_interval(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    return ts_interval_parse(text, field, error);
}

static int choose(const char *const *names, const char *choices, const char *text, int *which, ts_error *error)
{
    for (*which = 0; names[*which]; ++*which)
        if (!strcmp(names[*which], text)) return 0;
    return ts_fail(error, TS_BAD_DATA, "expected %s, found '%.60s'", choices, text);
}

int ts_stored_direction(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    int which;
    if (choose(ts_direction_names, TS_DIRECTIONS, text, &which, error)) return -1;
    *(ts_direction *)field = (ts_direction)which;
    return 0;
}

int ts_stored_fill(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    int which;
    if (choose(ts_fill_names, TS_FILLS, text, &which, error)) return -1;
    *(ts_fill *)field = (ts_fill)which;
    return 0;
}

int ts_stored_kind(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    for (int kind = TS_SEARCH_AUTO; kind <= TS_SEARCH_LAST; kind++)
        if (!strcmp(ts_search_kind_name((ts_search_kind)kind), text)) {
            *(ts_search_kind *)field = (ts_search_kind)kind;
            return 0;
        }
    return ts_fail(error, TS_BAD_DATA, "expected %s, found '%.60s'", TS_SEARCH_KINDS, text);
}

int ts_stored_objective(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    return ts_objective_parse(text, field, error);
}

int ts_stored_windows(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    return ts_walk_forward_parse(text, field, error);
}

/* Words of a command line are ts_stored_refused as usage; the same words in a file are bad data. */
int ts_stored_refused(ts_error *error, const char *name)
{
    if (error->code == TS_USAGE) error->code = TS_BAD_DATA;
    return ts_error_context(error, "%s", name);
}

int ts_stored_texts(const json_t *object, const ts_stored_text *rows, void *into, ts_error *error)
{
    for (const ts_stored_text *row = rows; row->name; row++) {
        const char *text;
        const ts_json_member member = {row->name, TS_JSON_TEXT, row->wanted, 0};
        const json_t *value = json_object_get(object, row->name);
        if (!value && !row->wanted) continue;
        if (!value) return ts_fail(error, TS_BAD_DATA, "%s: missing", row->name);
        if (ts_json_take(&member, value, &text, error)) return -1;
        if (row->parse(text, row->size, (char *)into + row->offset, error)) return ts_stored_refused(error, row->name);
    }
    return 0;
}

int ts_stored_both(const json_t *object, const ts_stored_text *texts, const ts_json_member *numbers, void *into,
                   ts_error *error)
{
    if (ts_json_members(object, numbers, true, into, error)) return -1;
    return ts_stored_texts(object, texts, into, error);
}

const json_t *ts_stored_part(const json_t *object, const char *name, ts_error *error)
{
    const json_t *part = json_object_get(object, name);
    if (json_is_object(part)) return part;
    if (part) ts_json_wrong(name, "an object", part, error);
    else ts_fail(error, TS_BAD_DATA, "%s: missing", name);
    return NULL;
}

static int read_metric(const ts_metric_row *row, const json_t *value, double *number, ts_error *error)
{
    static const ts_json_type types[] = {
        [TS_KIND_REAL] = TS_JSON_REAL, [TS_KIND_COUNT] = TS_JSON_COUNT, [TS_KIND_TRUTH] = TS_JSON_TRUTH};
    union {
        double real;
        uint64_t count;
        bool truth;
    } read = {NAN};
    const ts_json_member member = {row->name, types[row->kind], true, 0};
    *number = NAN;
    if (!value) return ts_fail(error, TS_BAD_DATA, "%s: missing", row->name);
    if (json_is_null(value)) return 0;
    if (ts_json_take(&member, value, &read, error)) return -1;
    if (row->kind == TS_KIND_REAL) *number = read.real;
    else *number = row->kind == TS_KIND_COUNT ? (double)read.count : (double)read.truth;
    return 0;
}

int ts_stored_metrics(const json_t *object, ts_metrics *metrics, ts_error *error)
{
    const json_t *part = ts_stored_part(object, "metrics", error);
    if (!part) return -1;
    for (int i = 0; i < TS_METRICS; i++) {
        const ts_metric_row *row = &ts_metric_table[i];
        if (read_metric(row, json_object_get(part, row->name), &metrics->value[i], error))
            return ts_error_context(error, "metrics");
    }
    return 0;
}

int ts_stored_parameters_read(const json_t *object, ts_stored_parameters *parameters, ts_error *error)
{
    const json_t *part = ts_stored_part(object, "parameters", error);
    const char *name;
    json_t *value;
    if (!part) return -1;
    if (json_object_size(part) > TS_PARAMETERS_MAX)
        return ts_fail(error, TS_BAD_DATA, "parameters: expected at most %d, found %zu", TS_PARAMETERS_MAX,
                       json_object_size(part));
    json_object_foreach((json_t *)part, name, value)
    {
        const ts_json_member member = {name, TS_JSON_NUMBER, true, 0};
        size_t i = parameters->count;
        if (ts_stored_copy(name, sizeof parameters->named[i].name, parameters->named[i].name, error) ||
            ts_json_take(&member, value, &parameters->named[i].value, error))
            return ts_error_context(error, "parameters");
        parameters->count++;
    }
    return 0;
}
