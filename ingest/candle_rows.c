#include "ingest/candle_rows.h"

#include "common/clock.h"
#include "common/memory.h"
#include "data/candles/candle_rules.h"
#include "ingest/exact.h"
#include "ingest/json_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const uint64_t time_limit_ms = 7258118400000; /* the year 2200 */

typedef struct reading {
    const ts_candle_layout *layout;
    ts_candle_rows *rows;
    int column; /* of the row that is being read */
    ts_candle *candle;
} reading;

void ts_candle_rows_clear(ts_candle_rows *rows)
{
    free(rows->candle);
    *rows = (ts_candle_rows){0};
}

static int add(reading *state, ts_scan *scan)
{
    ts_candle_rows *rows = state->rows;
    if (rows->count == TS_ROWS_LIMIT) return ts_scan_fail(scan, "is one candle too many");
    if (rows->count == rows->room) {
        size_t room = rows->room ? 2 * rows->room : 512;
        ts_candle *grown = ts_grow(rows->candle, room, sizeof *grown);
        if (!grown) return ts_no_memory(scan->error, "candles");
        rows->candle = grown, rows->room = room;
    }
    state->candle = &rows->candle[rows->count++];
    state->column = 0;
    return 0;
}

static int real(ts_scan *scan, void *into)
{
    const char *text;
    size_t length;
    ts_exact value;
    if (ts_scan_plain(scan, &text, &length)) return -1;
    ts_exact_fault fault = ts_exact_read(text, length, &value);
    if (fault) return ts_scan_fail(scan, ts_exact_fault_text(fault));
    *(double *)into = ts_exact_real(value);
    return 0;
}

static int moment(ts_scan *scan, int64_t unit_ms, int64_t *time_ms)
{
    uint64_t units;
    if (ts_scan_u64(scan, &units)) return -1;
    if (units > time_limit_ms / (uint64_t)unit_ms) return ts_scan_fail(scan, "is no time before the year 2200");
    *time_ms = (int64_t)units * unit_ms;
    return 0;
}

static int seconds(ts_scan *scan, void *into) { return moment(scan, 1000, into); }

#define VALUE(column) (offsetof(ts_candle, value) + (column) * sizeof(double))

static int object_row(ts_scan *scan, void *into)
{
    static const ts_member members[] = {
        {"start", seconds, offsetof(ts_candle, time), true},
        {"low", real, VALUE(TS_LOW), true},
        {"high", real, VALUE(TS_HIGH), true},
        {"open", real, VALUE(TS_OPEN), true},
        {"close", real, VALUE(TS_CLOSE), true},
        {"volume", real, VALUE(TS_VOLUME), true},
    };
    reading *state = into;
    return add(state, scan) ? -1 : ts_scan_object(scan, members, COUNT(members), state->candle);
}

static int cell(ts_scan *scan, void *into)
{
    reading *state = into;
    int column = state->column++;
    int what = column < state->layout->columns ? state->layout->column[column] : TS_ROW_OTHER;
    if (what == TS_ROW_OTHER) return ts_scan_skip(scan);
    if (what == TS_ROW_TIME) return moment(scan, state->layout->unit_ms, &state->candle->time);
    return real(scan, &state->candle->value[what]);
}

static int array_row(ts_scan *scan, void *into)
{
    reading *state = into;
    if (add(state, scan) || ts_scan_array(scan, cell, into)) return -1;
    return state->column < state->layout->columns ? ts_scan_fail(scan, "is too short for a candle") : 0;
}

static int object_rows(ts_scan *scan, void *into) { return ts_scan_array(scan, object_row, into); }

static int named_rows(ts_scan *scan, const char *name, void *into)
{
    return strcmp(name, "last") ? ts_scan_array(scan, array_row, into) : ts_scan_skip(scan);
}

static int result(ts_scan *scan, void *into) { return ts_scan_members(scan, named_rows, into); }

static int complaint(ts_scan *scan, void *into)
{
    const reading *state = into;
    char text[128], why[160];
    if (ts_scan_string(scan, text, sizeof text, true)) return -1;
    state->rows->refused = !strncmp(text, "EQuery:", 7) || !strncmp(text, "EGeneral:Invalid", 16);
    for (char *at = text; *at; at++)
        if ((unsigned char)*at < ' ') *at = ' ';
    snprintf(why, sizeof why, "the exchange says: %s", text);
    return ts_scan_fail(scan, why);
}

static int complaints(ts_scan *scan, void *into) { return ts_scan_array(scan, complaint, into); }

static int read_shape(ts_scan *scan, reading *state)
{
    static const ts_member candles[] = {{"candles", object_rows, 0, true}};
    static const ts_member results[] = {{"error", complaints, 0, false}, {"result", result, 0, true}};
    switch (state->layout->shape) {
    case TS_ROWS_OBJECTS: return ts_scan_object(scan, candles, COUNT(candles), state);
    case TS_ROWS_PLAIN: return ts_scan_array(scan, array_row, state);
    default: return ts_scan_object(scan, results, COUNT(results), state);
    }
}

static int by_time(const void *a, const void *b)
{
    const ts_candle *x = a, *y = b;
    return (x->time > y->time) - (x->time < y->time);
}

static int check(const ts_candle *candle, int64_t interval_ms, ts_error *error)
{
    char text[TS_TIME_TEXT];
    int status = ts_candle_check(candle, error);
    /* Weeks begin on Mondays, and 1970 on a Thursday. */
    if (!status && candle->time % (interval_ms < 604800000 ? interval_ms : 86400000))
        status = ts_fail(error, TS_BAD_DATA, "begins in the middle of an interval");
    return status ? ts_error_context(error, "the candle of %s", ts_time_text(candle->time, text)) : 0;
}

/* Newest first, or in any order: sorted; told twice: once. */
static int settle(ts_candle_rows *rows, int64_t interval_ms, ts_error *error)
{
    size_t kept = 0;
    bool falling = true;
    for (size_t i = 1; i < rows->count && falling; i++) falling = rows->candle[i - 1].time > rows->candle[i].time;
    for (size_t i = 0, j = rows->count; falling && i + 1 < j--; i++) {
        ts_candle swapped = rows->candle[i];
        rows->candle[i] = rows->candle[j], rows->candle[j] = swapped;
    }
    if (!falling) qsort(rows->candle, rows->count, sizeof *rows->candle, by_time);
    for (size_t i = 0; i < rows->count; i++) {
        const ts_candle *candle = &rows->candle[i];
        if (check(candle, interval_ms, error)) return -1;
        if (kept && rows->candle[kept - 1].time == candle->time) {
            if (!memcmp(&rows->candle[kept - 1], candle, sizeof *candle)) continue;
            char text[TS_TIME_TEXT];
            return ts_fail(error, TS_BAD_DATA, "the candle of %s comes twice, with two contents",
                           ts_time_text(candle->time, text));
        }
        rows->candle[kept++] = *candle;
    }
    rows->count = kept;
    return 0;
}

int ts_candle_rows_read(const ts_candle_layout *layout, int64_t interval_ms, const void *bytes, size_t size,
                        ts_candle_rows *rows, ts_error *error)
{
    reading state = {.layout = layout, .rows = rows};
    ts_scan scan = ts_scan_begin(bytes, size, error);
    rows->count = 0;
    rows->refused = false;
    return read_shape(&scan, &state) || ts_scan_end(&scan) || settle(rows, interval_ms, error) ? -1 : 0;
}

const ts_candle *ts_candle_rows_within(const ts_candle_rows *rows, int64_t from_ms, int64_t to_ms, size_t *count)
{
    size_t first = 0, end = rows->count;
    while (first < end && rows->candle[first].time < from_ms) first++;
    while (end > first && rows->candle[end - 1].time >= to_ms) end--;
    *count = end - first;
    return rows->candle + first;
}
