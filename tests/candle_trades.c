#include "tests/candle_trades.h"

#include "common/philox.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 200 };
static const double UNIT = 1e8;

static uint64_t units(double value)
{
    uint64_t near = (uint64_t)llround(value * UNIT);
    for (uint64_t whole = near ? near - 1 : 0; whole <= near + 1; whole++)
        if ((double)whole / UNIT == value) return whole;
    fail_msg("%.17g is no whole number of 10^-8", value);
    return 0;
}

const char *units_text(uint64_t value, char text[UNITS_TEXT])
{
    snprintf(text, UNITS_TEXT, "%" PRIu64 ".%08" PRIu64, value / 100000000, value % 100000000);
    return text;
}

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t draw_between(ts_draws *draws, uint64_t low, uint64_t high)
{
    uint64_t drawn = (uint64_t)ts_draw_u32(draws) << 32 | ts_draw_u32(draws);
    return low + (high > low ? drawn % (high - low + 1) : 0);
}

/* The trades of one bar at `into`; how many. */
static size_t split(const ts_series *series, size_t bar, ts_draws *draws, candle_trade *into)
{
    ts_candle candle = ts_series_candle(series, bar);
    uint64_t open = units(candle.value[TS_OPEN]), high = units(candle.value[TS_HIGH]);
    uint64_t low = units(candle.value[TS_LOW]), close = units(candle.value[TS_CLOSE]);
    uint64_t left = units(candle.value[TS_VOLUME]);
    size_t count = 5 + ts_draw_below(draws, MOST - 4);
    int64_t time[MOST];
    if (left < count) count = left < 4 ? 0 : (size_t)left;
    for (size_t i = 0; i < count; i++) time[i] = candle.time * 1000 + ts_draw_below(draws, 60000000);
    qsort(time, count, sizeof *time, compare_times);
    for (size_t i = 0; i < count; i++) {
        uint64_t share = left / (count - i), most = 2 * share < left - (count - i - 1) ? 2 * share : share;
        uint64_t size = i + 1 < count ? draw_between(draws, 1, most ? most : 1) : left;
        into[i] = (candle_trade){.price = draw_between(draws, low, high), .size = size, .time_us = time[i], .bar = bar};
        left -= size;
    }
    if (!count) return 0;
    size_t top = 1 + ts_draw_below(draws, (uint32_t)count - 3);
    into[top].price = high;
    into[top + 1].price = low;
    into[0].price = open;
    into[count - 1].price = close;
    return count;
}

candle_trade *candle_trades(const ts_series *series, uint32_t seed, uint64_t first_id, size_t *count)
{
    candle_trade *trade = calloc(series->bars * MOST, sizeof *trade);
    assert_non_null(trade);
    *count = 0;
    for (size_t bar = 0; bar < series->bars; bar++) {
        ts_draws draws = ts_draws_at(seed, 9, (uint32_t)bar, 0);
        *count += split(series, bar, &draws, trade + *count);
    }
    for (size_t i = 0; i < *count; i++) trade[i].id = first_id + i;
    return trade;
}

void unit_candles(uint32_t seed, size_t bars, ts_series *series)
{
    ts_error error = {0};
    ts_draws draws = ts_draws_at(seed, 10, 0, 0);
    uint64_t price = 100000000 + ts_draw_below(&draws, 1000000000);
    int64_t time = 1700000040000;
    memset(series, 0, sizeof *series);
    series->interval_ms = 60000;
    for (size_t i = 0; i < bars; i++) {
        uint64_t low = price - price / 200 - ts_draw_below(&draws, 1000), high = price + ts_draw_below(&draws, 500000);
        uint64_t close = draw_between(&draws, low, high), volume = 1000 + draw_between(&draws, 0, 9000000000000);
        ts_candle candle = {time,
                            {(double)price / UNIT, (double)high / UNIT, (double)low / UNIT, (double)close / UNIT,
                             (double)volume / UNIT}};
        if (ts_series_append(series, &candle, &error)) fail_msg("%s", error.text);
        price = close;
        time += 60000 * (ts_draw_below(&draws, 10) ? 1 : 1 + ts_draw_below(&draws, 4));
    }
}
