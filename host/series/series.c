#include "host/series/series.h"

#include "common/interval.h"
#include "common/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "fingerprints and batches are little-endian");

enum { BARS_FIRST = 1024 };

void ts_series_clear(ts_series *series)
{
    free(series->time);
    series->time = NULL;
    for (int c = 0; c < TS_COLUMNS; c++) {
        free(series->column[c]);
        series->column[c] = NULL;
    }
    series->bars = series->capacity = 0;
}

/* Both kinds of column hold eight bytes a bar; the memory stays aligned to a cache line. */
static void *enlarged(const void *old, size_t bars, size_t capacity)
{
    void *memory = ts_alloc(capacity, sizeof(double));
    if (memory && bars) memcpy(memory, old, bars * sizeof(double));
    return memory;
}

int ts_series_reserve(ts_series *series, size_t bars, ts_error *error)
{
    if (bars <= series->capacity) return 0;
    if (bars > TS_BARS_LIMIT) return ts_fail(error, TS_BAD_DATA, "more than %d bars in one series", TS_BARS_LIMIT);
    int64_t *time = enlarged(series->time, series->bars, bars);
    double *column[TS_COLUMNS];
    bool failed = !time;
    for (int c = 0; c < TS_COLUMNS; c++) {
        column[c] = failed ? NULL : enlarged(series->column[c], series->bars, bars);
        failed = failed || !column[c];
    }
    if (failed) {
        free(time);
        for (int c = 0; c < TS_COLUMNS; c++) free(column[c]);
        return ts_no_memory(error, "candles");
    }
    size_t kept = series->bars;
    ts_series_clear(series);
    series->time = time;
    memcpy(series->column, column, sizeof column);
    series->bars = kept;
    series->capacity = bars;
    return 0;
}

int ts_series_append(ts_series *series, const ts_candle *candle, ts_error *error)
{
    if (series->bars == series->capacity) {
        size_t more = series->capacity < BARS_FIRST ? BARS_FIRST : series->capacity * 2;
        if (more > TS_BARS_LIMIT && series->capacity < TS_BARS_LIMIT) more = TS_BARS_LIMIT;
        if (ts_series_reserve(series, more, error)) return -1;
    }
    series->time[series->bars] = candle->time;
    for (int c = 0; c < TS_COLUMNS; c++) series->column[c][series->bars] = candle->value[c];
    series->bars++;
    return 0;
}

ts_candle ts_series_candle(const ts_series *series, size_t bar)
{
    ts_candle candle = {.time = series->time[bar]};
    for (int c = 0; c < TS_COLUMNS; c++) candle.value[c] = series->column[c][bar];
    return candle;
}

size_t ts_series_find(const ts_series *series, int64_t time_ms)
{
    size_t low = 0, high = series->bars;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (series->time[middle] < time_ms) low = middle + 1;
        else high = middle;
    }
    return low;
}

static void copy_names(const ts_series *series, ts_series *into)
{
    memcpy(into->exchange, series->exchange, sizeof into->exchange);
    memcpy(into->symbol, series->symbol, sizeof into->symbol);
    into->interval_ms = series->interval_ms;
    into->synthetic = series->synthetic;
}

int ts_series_copy(const ts_series *series, size_t from, size_t to, ts_series *into, ts_error *error)
{
    size_t bars = to - from;
    copy_names(series, into);
    if (ts_series_reserve(into, bars, error)) return -1;
    if (bars) {
        memcpy(into->time, series->time + from, bars * sizeof *into->time);
        for (int c = 0; c < TS_COLUMNS; c++)
            memcpy(into->column[c], series->column[c] + from, bars * sizeof **into->column);
    }
    into->bars = bars;
    return 0;
}

size_t ts_series_missing_after(const ts_series *series, size_t bar)
{
    int64_t step;
    if (bar + 1 >= series->bars) return 0;
    if (series->interval_ms <= 0 || __builtin_sub_overflow(series->time[bar + 1], series->time[bar], &step)) return 0;
    int64_t intervals = step / series->interval_ms;
    if (step % series->interval_ms * 2 >= series->interval_ms) intervals++;
    return intervals > 1 ? (size_t)intervals - 1 : 0;
}

ts_gaps ts_series_gaps(const ts_series *series)
{
    ts_gaps gaps = {0};
    for (size_t bar = 0; bar < series->bars; bar++) {
        gaps.zero_volume += series->column[TS_VOLUME][bar] == 0;
        size_t missing = ts_series_missing_after(series, bar);
        if (!missing) continue;
        gaps.gaps++;
        gaps.missing += missing;
        if (missing > gaps.longest) {
            gaps.longest = missing;
            gaps.longest_after_ms = series->time[bar];
        }
    }
    return gaps;
}

static int append_with_gap(const ts_series *series, size_t bar, ts_series *into, ts_error *error)
{
    ts_candle candle = ts_series_candle(series, bar);
    if (ts_series_append(into, &candle, error)) return -1;
    size_t missing = ts_series_missing_after(series, bar);
    for (int c = 0; c < TS_COLUMNS; c++) candle.value[c] = c == TS_VOLUME ? 0 : candle.value[TS_CLOSE];
    for (size_t i = 0; i < missing; i++) {
        candle.time += series->interval_ms;
        if (ts_series_append(into, &candle, error)) return -1;
    }
    return 0;
}

int ts_series_fill_gaps(ts_series *series, ts_error *error)
{
    ts_series filled = {0};
    size_t bars = series->bars, missing = ts_series_gaps(series).missing;
    if (!missing) return 0;
    copy_names(series, &filled);
    if (__builtin_add_overflow(bars, missing, &bars) || ts_series_reserve(&filled, bars, error)) goto fail;
    for (size_t bar = 0; bar < series->bars; bar++)
        if (append_with_gap(series, bar, &filled, error)) goto fail;
    ts_series_clear(series);
    *series = filled;
    return 0;
fail:
    ts_series_clear(&filled);
    return ts_error_context(error, "filling %zu missing bars", missing);
}

void ts_series_fingerprint(const ts_series *series, size_t from, size_t to, char text[TS_FINGERPRINT_TEXT])
{
    ts_fingerprint *fingerprint = ts_fingerprint_new();
    if (!fingerprint) abort(); /* a few hundred bytes: nothing else could work either */
    ts_fingerprint_add(fingerprint, series->symbol, strlen(series->symbol));
    ts_fingerprint_add(fingerprint, &series->interval_ms, sizeof series->interval_ms);
    if (to > from) {
        ts_fingerprint_add(fingerprint, series->time + from, (to - from) * sizeof *series->time);
        for (int c = 0; c < TS_COLUMNS; c++)
            ts_fingerprint_add(fingerprint, series->column[c] + from, (to - from) * sizeof **series->column);
    }
    ts_fingerprint_text(fingerprint, text);
    ts_fingerprint_free(fingerprint);
}
