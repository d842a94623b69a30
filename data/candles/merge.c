#include "data/candles/merge.h"

#include "common/clock.h"
#include "common/interval.h"

#include <string.h>

/* Compare a bar of each; whole candles, to the last bit. */
static int differ(const ts_series *a, size_t i, const ts_series *b, size_t j, ts_error *error)
{
    ts_candle left = ts_series_candle(a, i), right = ts_series_candle(b, j);
    if (!memcmp(&left, &right, sizeof left)) return 0;
    static const char *const names[TS_COLUMNS] = {"open", "high", "low", "close", "volume"};
    char text[TS_TIME_TEXT];
    int c = 0;
    while (c < TS_VOLUME && left.value[c] == right.value[c]) c++;
    return ts_fail(error, TS_BAD_DATA, "two different candles of %s %s at %s: %s %.17g and %.17g", a->symbol,
                   ts_interval_text(a->interval_ms), ts_time_text(left.time, text), names[c], left.value[c],
                   right.value[c]);
}

static int append_bar(const ts_series *from, size_t bar, ts_series *into, ts_error *error)
{
    ts_candle candle = ts_series_candle(from, bar);
    return ts_series_append(into, &candle, error);
}

int ts_series_merge(const ts_series *a, const ts_series *b, ts_series *both, ts_series *news, ts_error *error)
{
    for (size_t i = 0, j = 0; i < a->bars || j < b->bars;) {
        bool take_a = j == b->bars || (i < a->bars && a->time[i] <= b->time[j]);
        bool take_b = i == a->bars || (j < b->bars && b->time[j] <= a->time[i]);
        if (take_a && take_b && differ(a, i, b, j, error)) return -1;
        if (both && (take_a ? append_bar(a, i, both, error) : append_bar(b, j, both, error))) return -1;
        if (news && take_b && !take_a && append_bar(b, j, news, error)) return -1;
        i += take_a;
        j += take_b;
    }
    return 0;
}

int ts_series_overlay(const ts_series *under, const ts_series *over, ts_series *into, ts_error *error)
{
    if (ts_series_copy(under->bars ? under : over, 0, 0, into, error)) return -1;
    into->synthetic = under->synthetic || over->synthetic;
    if (ts_series_reserve(into, under->bars + over->bars, error)) return -1;
    for (size_t i = 0, j = 0; i < under->bars || j < over->bars;) {
        bool take_over = i == under->bars || (j < over->bars && over->time[j] <= under->time[i]);
        if (take_over && i < under->bars && under->time[i] == over->time[j]) i++;
        if (take_over ? append_bar(over, j++, into, error) : append_bar(under, i++, into, error)) return -1;
    }
    return 0;
}

int ts_series_join(ts_series *series, ts_series *more, ts_error *error)
{
    if (!series->bars) {
        *series = *more;
        *more = (ts_series){0};
        return 0;
    }
    series->synthetic = series->synthetic || more->synthetic;
    /* Batches mostly follow one another. */
    if (more->time[0] > series->time[series->bars - 1]) {
        for (size_t bar = 0; bar < more->bars; bar++)
            if (append_bar(more, bar, series, error)) return -1;
        return 0;
    }
    ts_series both = {0};
    if (ts_series_copy(series, 0, 0, &both, error) || ts_series_merge(series, more, &both, NULL, error)) {
        ts_series_clear(&both);
        return -1;
    }
    ts_series_clear(series);
    *series = both;
    return 0;
}
