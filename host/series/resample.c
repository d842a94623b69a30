#include "host/series/resample.h"

#include "common/interval.h"

static const int64_t week_ms = INT64_C(604800000), monday_ms = INT64_C(345600000); /* 1970-01-05 */

bool ts_interval_divides(int64_t interval_ms, int64_t longer_ms)
{
    return interval_ms > 0 && longer_ms > interval_ms && longer_ms % interval_ms == 0;
}

int64_t ts_interval_open(int64_t time_ms, int64_t interval_ms)
{
    int64_t origin = interval_ms == week_ms ? monday_ms : 0;
    int64_t beyond = (time_ms - origin) % interval_ms;
    return time_ms - (beyond < 0 ? beyond + interval_ms : beyond);
}

/* The bar that opens at `open_ms`, made of the bars from *at on, which is moved behind the last of them. */
static ts_candle make_bar(const ts_series *series, size_t *at, int64_t open_ms, int64_t interval_ms)
{
    ts_candle bar = ts_series_candle(series, *at);
    bar.time = open_ms;
    for (++*at; *at < series->bars && series->time[*at] - open_ms < interval_ms; ++*at) {
        double high = series->column[TS_HIGH][*at], low = series->column[TS_LOW][*at];
        if (high > bar.value[TS_HIGH]) bar.value[TS_HIGH] = high;
        if (low < bar.value[TS_LOW]) bar.value[TS_LOW] = low;
        bar.value[TS_CLOSE] = series->column[TS_CLOSE][*at];
        bar.value[TS_VOLUME] += series->column[TS_VOLUME][*at];
    }
    return bar;
}

static int make_bars(const ts_series *series, const ts_resampling *how, ts_series *into, size_t *whole, ts_error *error)
{
    int64_t interval = how->interval_ms;
    int64_t end = series->bars ? series->time[series->bars - 1] + series->interval_ms : 0; /* of what is there */
    size_t at = ts_series_find(series, how->from_ms);
    /* A bar that opened before `from` is not begun in its middle. */
    while (at < series->bars && ts_interval_open(series->time[at], interval) < how->from_ms) at++;
    while (at < series->bars && (!how->most || into->bars < how->most)) {
        int64_t open = ts_interval_open(series->time[at], interval);
        bool is_whole = end - open >= interval;
        if (open >= how->to_ms || (!is_whole && !how->partial)) break;
        ts_candle bar = make_bar(series, &at, open, interval);
        if (ts_series_append(into, &bar, error)) return -1;
        *whole += is_whole;
    }
    return 0;
}

int ts_series_resample(const ts_series *series, const ts_resampling *how, ts_series *into, size_t *whole,
                       ts_error *error)
{
    size_t count = 0;
    if (how->interval_ms != series->interval_ms && !ts_interval_divides(series->interval_ms, how->interval_ms))
        return ts_fail(error, TS_USAGE, "no whole bars of %s can be made of bars of %s",
                       ts_interval_text(how->interval_ms), ts_interval_text(series->interval_ms));
    if (ts_series_copy(series, 0, 0, into, error)) return -1;
    into->interval_ms = how->interval_ms;
    int status = make_bars(series, how, into, &count, error);
    if (status) ts_series_clear(into);
    if (whole) *whole = status ? 0 : count;
    return status;
}
