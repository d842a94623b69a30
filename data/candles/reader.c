#include "data/candles/reader.h"

#include "common/clock.h"
#include "data/candles/candle_rules.h"
#include "data/candles/records.h"
#include "data/candles/row.h"

#include <stdio.h>
#include <string.h>

typedef struct reader {
    const ts_reading *how;
    ts_records *records;
    ts_layout layout;
    ts_series *series;
    ts_read_report report;
    int direction; /* 1 oldest first, -1 newest first, 0 not known yet */
    int64_t faults;
    char told[sizeof((ts_error *)0)->text]; /* one fault a line */
} reader;

static int two_times(const char *what, int64_t time, int64_t before, ts_error *error)
{
    char a[TS_TIME_TEXT], b[TS_TIME_TEXT];
    return ts_fail(error, TS_BAD_DATA, "%s: %s after %s", what, ts_time_text(time, a), ts_time_text(before, b));
}

static int take_duplicate(reader *in, const ts_candle *candle, ts_error *error)
{
    ts_series *series = in->series;
    ts_candle there = ts_series_candle(series, series->bars - 1);
    if (!memcmp(&there, candle, sizeof there)) {
        in->report.duplicates++;
        return 0;
    }
    if (in->how->on_conflict == TS_CONFLICT_ERROR) {
        char text[TS_TIME_TEXT];
        return ts_fail(error, TS_BAD_DATA, "two different candles of one time, %s", ts_time_text(candle->time, text));
    }
    for (int c = 0; c < TS_COLUMNS; c++) series->column[c][series->bars - 1] = candle->value[c];
    return 0;
}

static int take(reader *in, const ts_candle *candle, ts_error *error)
{
    ts_series *series = in->series;
    if (series->bars) {
        int64_t before = series->time[series->bars - 1];
        if (candle->time == before) return take_duplicate(in, candle, error);
        int direction = candle->time > before ? 1 : -1;
        if (!in->direction) in->direction = direction;
        if (direction < 0 && (in->layout.ascending || in->direction > 0))
            return two_times("the time goes backwards", candle->time, before, error);
        if (direction != in->direction)
            return two_times("newest first so far, but the time goes forward", candle->time, before, error);
    }
    return ts_series_append(series, candle, error);
}

static void swap_columns(double **a, double **b)
{
    double *kept = *a;
    *a = *b;
    *b = kept;
}

static int read_row(reader *in, const char *text, size_t length, ts_error *error)
{
    ts_candle candle;
    bool swapped;
    if (strlen(text) != length) return ts_fail(error, TS_BAD_DATA, "a zero byte: this is no text");
    if (ts_row_read(text, &in->layout, &candle, &swapped, error)) return -1;
    if (swapped) swap_columns(&in->series->column[TS_OPEN], &in->series->column[TS_LOW]);
    return ts_candle_check(&candle, error) || take(in, &candle, error) ? -1 : 0;
}

/* Note a fault with its place. Returns -1 when it was the last one allowed. */
static int tell(reader *in, const ts_error *fault, ts_error *error)
{
    char place[256];
    size_t used = strlen(in->told);
    in->faults++;
    snprintf(in->told + used, sizeof in->told - used, "%s%s: %s", used ? "\n" : "",
             ts_records_place(in->records, place, sizeof place), fault->text);
    bool more = fault->code == TS_BAD_DATA && in->faults < in->how->errors_limit;
    return more ? 0 : ts_fail(error, fault->code, "%s", in->told);
}

static int read_rows(reader *in, ts_error *error)
{
    char *text;
    size_t length;
    int status;
    while ((status = ts_records_next(in->records, &text, &length, error)) > 0) {
        if (!in->layout.shape) {
            ts_error fault = {0};
            if (ts_layout_find(text, ts_records_json(in->records), in->how->shape, in->how->columns, in->how->unit,
                               &in->layout, &fault))
                return tell(in, &fault, error) ? -1 : ts_fail(error, fault.code, "%s", in->told);
            if (in->layout.header) continue;
        }
        ts_error fault = {0};
        in->report.rows++;
        if (read_row(in, text, length, &fault) && tell(in, &fault, error)) return -1;
    }
    if (status < 0) return -1;
    return in->faults ? ts_fail(error, TS_BAD_DATA, "%s", in->told) : 0;
}

static void reverse(ts_series *series)
{
    for (size_t a = 0, b = series->bars; a + 1 < b; a++) {
        b--;
        int64_t time = series->time[a];
        series->time[a] = series->time[b];
        series->time[b] = time;
        for (int c = 0; c < TS_COLUMNS; c++) {
            double value = series->column[c][a];
            series->column[c][a] = series->column[c][b];
            series->column[c][b] = value;
        }
    }
}

int ts_candles_read(const char *path, const ts_reading *how, ts_series *series, ts_read_report *report, ts_error *error)
{
    reader in = {.how = how, .series = series, .records = ts_records_open(path, error)};
    int status = in.records ? read_rows(&in, error) : -1;
    if (!status && !series->bars)
        status =
            ts_fail(error, TS_BAD_DATA, "%s: %s", path, in.layout.shape ? "no candle after the header" : "is empty");
    if (!status) {
        in.report.newest_first = in.direction < 0;
        in.report.shape = in.layout.shape;
        series->synthetic = in.layout.synthetic;
        if (in.direction < 0) reverse(series);
        if (how->drop_last) series->bars--;
        if (report) *report = in.report;
    } else {
        ts_series_clear(series);
    }
    ts_records_close(in.records);
    return status;
}
