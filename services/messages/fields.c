#include "services/messages/fields.h"

#include "common/clock.h"
#include "common/symbol.h"
#include "data/candles/store.h"

#include <string.h>

int ts_field_time(const char *text, size_t size, void *field, ts_error *error)
{
    (void)size;
    char again[TS_TIME_TEXT];
    if (ts_time_parse(text, field, error)) return -1;
    if (!strcmp(ts_time_text(*(int64_t *)field, again), text)) return 0;
    return ts_fail(error, TS_BAD_DATA, "expected a time in UTC written as %s, found '%.60s'", again, text);
}

int ts_field_symbol(const char *text, size_t size, void *field, ts_error *error)
{
    char symbol[TS_SYMBOL_TEXT];
    if (ts_symbol_parse(text, symbol, error)) return -1;
    if (strcmp(symbol, text) != 0)
        return ts_fail(error, TS_BAD_DATA, "expected a symbol written as %s, found '%.60s'", symbol, text);
    return ts_stored_copy(text, size, field, error);
}

int ts_field_exchange(const char *text, size_t size, void *field, ts_error *error)
{
    return ts_exchange_check(text, error) ? -1 : ts_stored_copy(text, size, field, error);
}

int ts_field_strategy(const char *text, size_t size, void *field, ts_error *error)
{
    size_t length = strlen(text);
    if (length && length < size && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == length)
        return ts_stored_copy(text, size, field, error);
    return ts_fail(error, TS_BAD_DATA, "expected 1 to %zu capital letters, digits and _, found '%.60s'", size - 1,
                   text);
}

static int take_number(const ts_field_bound *row, const json_t *value, void *into, ts_error *error)
{
    const ts_json_member member = {row->name, row->type, true, row->offset};
    double number = json_number_value(value);
    if (ts_json_take(&member, value, into, error)) return -1;
    if (number >= row->min && number <= row->max) return 0;
    return ts_fail(error, TS_BAD_DATA, "%s: expected %s from %.15g to %.15g, found %.15g", row->name,
                   row->type == TS_JSON_COUNT ? "a whole number" : "a number", row->min, row->max, number);
}

int ts_field_numbers(const json_t *object, const ts_field_bound *table, void *into, ts_error *error)
{
    for (const ts_field_bound *row = table; row->name; row++) {
        const json_t *value = json_object_get(object, row->name);
        if (!value) return ts_fail(error, TS_BAD_DATA, "%s: missing", row->name);
        if (take_number(row, value, into, error)) return -1;
    }
    return 0;
}

int ts_field_same_id(const char *name, const char *said, const char *right, ts_error *error)
{
    if (!strcmp(said, right)) return 0;
    return ts_fail(error, TS_BAD_DATA, "%s: expected %s, which is the id of this content, found %s", name, right, said);
}
