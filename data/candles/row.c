#include "data/candles/row.h"

#include "common/clock.h"
#include "data/candles/decimal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Units of time: name, milliseconds = value * times / over, and the magnitude above which a number is of the next. */
static const struct {
    const char *name;
    int64_t times, over, below;
} units[] = {
    [TS_UNIT_AUTO] = {"", 1, 1, 0},
    [TS_UNIT_S] = {"seconds", 1000, 1, INT64_C(100000000000)},
    [TS_UNIT_MS] = {"milliseconds", 1, 1, INT64_C(100000000000000)},
    [TS_UNIT_US] = {"microseconds", 1, 1000, INT64_C(100000000000000000)},
    [TS_UNIT_NS] = {"nanoseconds", 1, 1000000, INT64_MAX},
    [TS_UNIT_ISO] = {"text", 1, 1, 0},
};

static ts_time_unit unit_of(int64_t value)
{
    ts_time_unit unit = TS_UNIT_S;
    while (unit < TS_UNIT_NS && (value >= units[unit].below || value <= -units[unit].below)) unit++;
    return unit;
}

/* Up to 18 digits; false when it is not all of the field. */
static bool read_integer(const char **at, char delimiter, int64_t *value)
{
    const char *text = *at;
    bool negative = *text == '-';
    text += negative;
    const char *first = text;
    int64_t read = 0;
    for (; *text >= '0' && *text <= '9' && text - first < 19; text++) {
        if (text - first == 18 && read > INT64_MAX / 10 - 1) return false;
        read = read * 10 + (*text - '0');
    }
    if (text == first || (*text && *text != delimiter && *text != '"' && *text != ' ')) return false;
    *value = negative ? -read : read;
    *at = text;
    return true;
}

static int scale_time(int64_t value, ts_time_unit unit, int64_t *time_ms, ts_error *error)
{
    if (value % units[unit].over)
        return ts_fail(error, TS_BAD_DATA, "the time %lld %s is not a whole number of milliseconds", (long long)value,
                       units[unit].name);
    if (__builtin_mul_overflow(value / units[unit].over, units[unit].times, time_ms))
        return ts_fail(error, TS_BAD_DATA, "the time %lld %s is beyond any candle", (long long)value, units[unit].name);
    return 0;
}

/* A whole number in the layout's unit, which the magnitude of the first row settles where nobody said it. */
static int time_of_integer(int64_t value, ts_layout *layout, int64_t *time_ms, ts_error *error)
{
    ts_time_unit unit = layout->unit;
    if (!layout->unit_said) {
        unit = unit_of(value);
        if (layout->unit == TS_UNIT_AUTO && !layout->unit_each_row) layout->unit = unit;
        if (layout->unit != TS_UNIT_AUTO && layout->unit != unit)
            return ts_fail(error, TS_BAD_DATA, "the time %lld is in %s, expected %s as in the rows before",
                           (long long)value, units[unit].name, units[layout->unit].name);
    }
    return scale_time(value, unit, time_ms, error);
}

static int read_iso(const char **at, char delimiter, int64_t *time_ms, ts_error *error)
{
    char text[64];
    size_t length = 0;
    while ((*at)[length] && (*at)[length] != delimiter && (*at)[length] != '"') length++;
    if (length >= sizeof text) return ts_fail(error, TS_BAD_DATA, "'%.40s...' is not a time", *at);
    memcpy(text, *at, length);
    while (length && text[length - 1] == ' ') length--;
    text[length] = '\0';
    ts_error refused = {0};
    if (ts_time_parse(text, time_ms, &refused)) return ts_fail(error, TS_BAD_DATA, "%s", refused.text);
    *at += strcspn(*at, (char[]){delimiter, '"', '\0'});
    return 0;
}

/* Times such as 1640995200.0 or 1640995200.123 seconds. */
static int read_fractional(const char **at, ts_layout *layout, int64_t *time_ms, ts_error *error)
{
    const char *text = *at;
    double value;
    if (!ts_decimal_read(at, &value) || fabs(value) > 9e15)
        return ts_fail(error, TS_BAD_DATA, "'%.*s' is not a time", (int)strcspn(text, ",;\t\""), text);
    if (value == floor(value)) return time_of_integer((int64_t)value, layout, time_ms, error);
    ts_time_unit unit = layout->unit ? layout->unit : unit_of((int64_t)value);
    double ms = value * 1000;
    if (unit != TS_UNIT_S || ms != floor(ms))
        return ts_fail(error, TS_BAD_DATA, "the time %.17g is not a whole number of milliseconds", value);
    layout->unit = unit;
    *time_ms = (int64_t)ms;
    return 0;
}

static bool looks_iso(const char *text) { return strspn(text, "0123456789") == 4 && text[4] == '-'; }

static int read_time(const char **at, ts_layout *layout, int64_t *time_ms, ts_error *error)
{
    int64_t value;
    if (layout->unit == TS_UNIT_ISO) return read_iso(at, layout->delimiter, time_ms, error);
    if (read_integer(at, layout->delimiter, &value)) return time_of_integer(value, layout, time_ms, error);
    if (!looks_iso(*at)) return read_fractional(at, layout, time_ms, error);
    if (layout->unit)
        return ts_fail(error, TS_BAD_DATA, "the time is text, the rows before were in %s", units[layout->unit].name);
    layout->unit = TS_UNIT_ISO;
    return read_iso(at, layout->delimiter, time_ms, error);
}

static int refuse_field(const char *text, int field, int role, char delimiter, ts_error *error)
{
    int length = (int)strcspn(text, (char[]){delimiter, '\0'});
    return ts_fail(error, TS_BAD_DATA, "field %d (%s): '%.*s' is not a number", field + 1, ts_role_name(role),
                   length < 40 ? length : 40, text);
}

static const char *skip_field(const char *at, char delimiter)
{
    if (*at == '"') {
        at++;
        while (*at && *at != '"') at++;
    }
    while (*at && *at != delimiter) at++;
    return at;
}

/* One field with its optional quotes and blanks; leaves *at on the delimiter or the end. */
static int read_field(const char **at, int field, ts_layout *layout, ts_candle *candle, ts_error *error)
{
    int role = layout->role[field];
    const char *text = *at;
    while (*text == ' ') text++;
    bool quoted = *text == '"';
    text += quoted;
    const char *start = text;
    if (role == TS_ROLE_TIME) {
        if (read_time(&text, layout, &candle->time, error)) return -1;
    } else if (!ts_decimal_read(&text, &candle->value[role])) {
        return refuse_field(start, field, role, layout->delimiter, error);
    }
    if (quoted && *text++ != '"') return refuse_field(start, field, role, layout->delimiter, error);
    while (*text == ' ') text++;
    if (*text && *text != layout->delimiter) return refuse_field(start, field, role, layout->delimiter, error);
    *at = text;
    return 0;
}

static int wrong_count(const char *text, const ts_layout *layout, ts_error *error)
{
    int fields = 1;
    for (const char *at = skip_field(text, layout->delimiter); *at; at = skip_field(at + 1, layout->delimiter))
        fields++;
    return ts_fail(error, TS_BAD_DATA, "%d fields, expected %d", fields, layout->fields);
}

/* Six nameless columns: in Coinbase's order the second is the low and the fourth the open. Where they are equal both
 * readings are the same candle. */
static void tell_low_from_open(ts_layout *layout, ts_candle *candle, bool *swapped)
{
    double second = candle->value[TS_OPEN], fourth = candle->value[TS_LOW];
    if (second == fourth) return;
    layout->low_or_open = false;
    if (second > fourth) return;
    *swapped = true;
    candle->value[TS_OPEN] = fourth;
    candle->value[TS_LOW] = second;
    for (int field = 0; field < layout->fields; field++) {
        if (layout->role[field] == TS_OPEN) layout->role[field] = TS_LOW;
        else if (layout->role[field] == TS_LOW) layout->role[field] = TS_OPEN;
    }
    layout->shape = "coinbase";
}

int ts_row_read(const char *text, ts_layout *layout, ts_candle *candle, bool *swapped, ts_error *error)
{
    const char *at = text;
    *swapped = false;
    for (int field = 0; field < layout->fields; field++) {
        if (field) {
            if (!*at) return wrong_count(text, layout, error);
            at++;
        }
        if (layout->role[field] == TS_ROLE_NONE) at = skip_field(at, layout->delimiter);
        else if (read_field(&at, field, layout, candle, error)) return -1;
    }
    if (*at) return wrong_count(text, layout, error);
    candle->value[TS_VOLUME] += 0.0; /* a volume of -0 is 0 */
    if (layout->low_or_open) tell_low_from_open(layout, candle, swapped);
    return 0;
}
