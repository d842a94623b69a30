#include "services/messages/canonical.h"

#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

/* Every whole number up to here is a double. */
#define EXACT (INT64_C(1) << 53)

static void write_value(ts_json *json, const char *key, const json_t *value, const char *const *without);

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static bool listed(const char *name, const char *const *names)
{
    while (names && *names && strcmp(*names, name) != 0) names++;
    return names && *names;
}

static void write_object(ts_json *json, const json_t *object, const char *const *without)
{
    size_t count = 0;
    const char *name, **names = ts_alloc(json_object_size(object) + 1, sizeof *names);
    json_t *member;
    if (!names) {
        json->out.failed = true;
        return;
    }
    json_object_foreach((json_t *)object, name, member)
    {
        if (!listed(name, without)) names[count++] = name;
    }
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) write_value(json, names[i], json_object_get(object, names[i]), NULL);
    free(names);
}

static void write_integer(ts_json *json, const char *key, json_int_t value)
{
    if (value >= -EXACT && value <= EXACT) ts_json_real(json, key, (double)value);
    else ts_json_int(json, key, value);
}

static void write_array(ts_json *json, const json_t *array)
{
    size_t i;
    const json_t *element;
    json_array_foreach((json_t *)array, i, element) { write_value(json, NULL, element, NULL); }
}

static void write_value(ts_json *json, const char *key, const json_t *value, const char *const *without)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        ts_json_object(json, key);
        write_object(json, value, without);
        ts_json_object_end(json);
        break;
    case JSON_ARRAY:
        ts_json_array(json, key);
        write_array(json, value);
        ts_json_array_end(json);
        break;
    case JSON_STRING: ts_json_text(json, key, json_string_value(value)); break;
    case JSON_INTEGER: write_integer(json, key, json_integer_value(value)); break;
    case JSON_REAL: ts_json_real(json, key, json_real_value(value)); break;
    case JSON_TRUE:
    case JSON_FALSE: ts_json_bool(json, key, json_is_true(value)); break;
    case JSON_NULL: ts_json_null(json, key); break;
    }
}

void ts_canonical_text(ts_strbuf *out, const json_t *value, const char *const *without)
{
    ts_json json = {.out = *out, .compact = true};
    write_value(&json, NULL, value, without);
    *out = json.out;
}

int ts_canonical_id_of(ts_json *document, char id[TS_FINGERPRINT_TEXT], ts_error *error)
{
    int status = ts_strbuf_failed(&document->out) ? ts_no_memory(error, "an id") : 0;
    if (!status) ts_fingerprint_of(document->out.text, document->out.length, id);
    ts_strbuf_clear(&document->out);
    return status;
}

int ts_canonical_id(const json_t *value, const char *const *without, char id[TS_FINGERPRINT_TEXT], ts_error *error)
{
    ts_json json = {.compact = true};
    write_value(&json, NULL, value, without);
    return ts_canonical_id_of(&json, id, error);
}
